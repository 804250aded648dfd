/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What may be done next, described so that a form can be built from it: GET .../{id}/next, and GET /clues/new, /cases/new,
 * /handoffs/new, /disclosures/new for the act with which a matter begins. */
#include "api/api_steps.h"

#include <stdio.h>

#include "app/next.h"

enum { CHOICES_MAX = 400 };

const struct api_field fields_handoff_new[] = {
	{ "channel", API_CHOICE, .in_query = true, .required = true, .words = API_CHANNELS, .doc = "移送种类" },
	{ "act", API_CHOICE, .in_query = true, .words = "open|arrive|assign_open", .doc = "从哪个步骤开始，默认 open" },
	{ "from", API_ID, .in_query = true, .doc = "从哪件线索或者案件移送：已知的内容写在 value 里" },
	{ .name = NULL },
};
const struct api_field fields_disclosure_new[] = {
	{ "act", API_CHOICE, .in_query = true, .words = "receive|register",
	  .doc = "receive 接收外省推送的决定（默认）；register 登记变更后的决定" },
	{ "from", API_ID, .in_query = true, .doc = "所属的案件" },
	{ .name = NULL },
};

/* ---- fields ---- */

static void write_words(struct json_writer *w, const struct law_book *book, const char *list)
{
	const char *words[CHOICES_MAX];
	size_t n = list[0] ? vocabulary_list(&book->vocabulary, list, words, CHOICES_MAX) : 0;

	if (n == 0)
		return;
	json_key(w, "choices");
	json_arr_open(w);
	for (size_t i = 0; i < n; i++) {
		json_obj_open(w);
		json_kv_str(w, "value", words[i]);
		json_kv_str(w, "zh", words[i]);
		json_obj_close(w);
	}
	json_arr_close(w);
}

static void write_columns(struct json_writer *w, const struct law_book *book, enum field_type type)
{
	struct field_column columns[FIELD_COLUMNS_MAX];
	size_t n = field_columns(type, columns, FIELD_COLUMNS_MAX);

	if (n == 0)
		return;
	json_key(w, "columns");
	json_arr_open(w);
	for (size_t i = 0; i < n; i++) {
		json_obj_open(w);
		json_kv_str(w, "name", columns[i].name);
		json_kv_str(w, "zh", columns[i].zh);
		json_kv_str(w, "type", columns[i].type);
		json_kv_bool(w, "required", columns[i].required);
		write_words(w, book, columns[i].list);
		if (columns[i].max > 0)
			json_kv_i64(w, "max", columns[i].max);
		json_obj_close(w);
	}
	json_arr_close(w);
}

static void write_accounts(struct json_writer *w, const struct next_call *n, enum field field)
{
	struct next_account one;

	if (field_info(field)->type != FIELD_TYPE_ACCOUNT)
		return;
	json_key(w, "accounts");
	json_arr_open(w);
	for (size_t i = 0; next_account_at(n, field, &i, &one);) {
		json_obj_open(w);
		json_kv_str(w, "account", one.account);
		json_kv_str(w, "name", one.name);
		json_kv_str(w, "unit", one.unit);
		json_obj_close(w);
	}
	json_arr_close(w);
}

static void write_suggestions(struct json_writer *w, struct arena *arena, const struct next_call *n,
			      const struct next_act *next, enum field field)
{
	struct next_choice *choices = arena_array(arena, struct next_choice, NEXT_CHOICES_MAX);
	size_t count = next_suggestions(n, next, field, arena, choices, NEXT_CHOICES_MAX);

	if (count == 0)
		return;
	json_key(w, "suggest");
	json_arr_open(w);
	for (size_t i = 0; i < count; i++) {
		json_obj_open(w);
		json_kv_str(w, "value", choices[i].value);
		json_kv_str(w, "zh", choices[i].zh);
		if (choices[i].note)
			json_kv_str(w, "note", choices[i].note);
		json_obj_close(w);
	}
	json_arr_close(w);
}

/* In the form in which the act takes it: an account by its name. */
static void write_present(struct json_writer *w, struct arena *arena, const struct next_call *n, const struct next_act *next,
			  enum field field)
{
	struct fact value;

	if (!next_value_of(n, next, field, arena, &value))
		return;
	if (field_info(field)->type != FIELD_TYPE_ACCOUNT)
		field_write_as(w, "value", field, &value);
	else if (next_account_name(n, value.num))
		json_kv_str(w, "value", next_account_name(n, value.num));
}

static void write_field(struct json_writer *w, struct arena *arena, const struct next_call *n, const struct next_act *next,
			enum field field, bool required)
{
	const struct law_book *book = n->view.call.book;
	const struct field_info *info = field_info(field);

	json_obj_open(w);
	json_kv_str(w, "name", info->name);
	json_kv_str(w, "zh", info->zh);
	json_kv_str(w, "type", field_type_name(info->type));
	json_kv_bool(w, "required", required);
	write_words(w, book, info->list);
	if (info->max > 0)
		json_kv_i64(w, "max", info->max);
	write_present(w, arena, n, next, field);
	if (next_hint(next, field))
		json_kv_str(w, "hint", next_hint(next, field));
	if (next_is_automatic(field))
		json_kv_bool(w, "auto", true);
	write_suggestions(w, arena, n, next, field);
	write_accounts(w, n, field);
	write_columns(w, book, info->type);
	json_obj_close(w);
}

static void write_fields(struct json_writer *w, struct arena *arena, const struct next_call *n, const struct next_act *next,
			 bool registers)
{
	json_key(w, "fields");
	json_arr_open(w);
	if (next->stage >= STAGE_ENDORSE)
		write_field(w, arena, n, next, FIELD_REQUEST, false);
	for (const struct field_use *u = procedure_fields(next->row, next->stage); u->field != FIELD_NONE; u++) {
		if (field_info(u->field)->type != FIELD_TYPE_JSON)
			write_field(w, arena, n, next, u->field, u->required);
	}
	if (registers) {
		write_field(w, arena, n, next, FIELD_REGISTERED_MEDIUM, true);
		write_field(w, arena, n, next, FIELD_REGISTERED_SCAN, false);
	}
	json_arr_close(w);
}

/* ---- rules and effects ---- */

static void write_checks(struct json_writer *w, struct arena *arena, const struct next_call *n, const struct next_act *next)
{
	const struct matter_view *v = &n->view;
	struct next_check *checks = arena_array(arena, struct next_check, NEXT_CHECKS_MAX);
	size_t count = next_checks(v->call.book, v->dossier, &v->call.who->actor, n->now, arena, next, checks, NEXT_CHECKS_MAX);

	json_key(w, "checks");
	json_arr_open(w);
	for (size_t i = 0; i < count; i++) {
		json_obj_open(w);
		json_kv_str(w, "rule", checks[i].rule);
		json_kv_str(w, "zh", checks[i].zh);
		json_kv_str(w, "article", checks[i].article);
		if (checks[i].is == CHECK_UNKNOWN)
			json_kv_null(w, "ok");
		else
			json_kv_bool(w, "ok", checks[i].is == CHECK_HOLDS);
		if (checks[i].message)
			json_kv_str(w, "message", checks[i].message);
		json_obj_close(w);
	}
	json_arr_close(w);
}

static void write_effects(struct json_writer *w, struct arena *arena, const struct next_call *n, const struct next_act *next)
{
	const struct matter_view *v = &n->view;
	const char *lines[NEXT_EFFECTS_MAX];
	size_t count = next_effects(v->call.book, v->dossier, &v->call.who->actor, n->now, arena, next, lines, NEXT_EFFECTS_MAX);

	json_key(w, "effect");
	json_arr_open(w);
	for (size_t i = 0; i < count; i++)
		json_cstr(w, lines[i]);
	json_arr_close(w);
}

static void write_act(struct json_writer *w, struct arena *arena, const struct next_call *n, const struct next_act *next)
{
	bool registers = n->view.dossier->version > 0 && next_registers(n, next);
	char code[96];

	snprintf(code, sizeof(code), "%s%s", next->row->code, stage_suffix(next->stage));
	json_obj_open(w);
	json_kv_str(w, "act", code);
	json_kv_str(w, "act_zh", next->row->zh);
	json_kv_str(w, "stage", stage_code(next->stage));
	if (next->request)
		json_kv_i64(w, "request", next->request);
	json_kv_str(w, "article", next->row->article);
	if (next->row->form)
		json_kv_str(w, "form", next->row->form);
	write_fields(w, arena, n, next, registers);
	write_checks(w, arena, n, next);
	write_effects(w, arena, n, next);
	if (registers)
		json_kv_bool(w, "registers", true);
	if (next->blocked) {
		json_key(w, "blocked");
		json_obj_open(w);
		json_kv_str(w, "rule", next->why.rule);
		json_kv_str(w, "message", next->why.message);
		json_kv_str(w, "article", next->why.article);
		json_obj_close(w);
	}
	json_obj_close(w);
}

/* ---- existing matters ---- */

static enum step decode_next(struct task *t, enum matter_kind kind)
{
	struct next_call *n = task_ctx(t);

	n->view.kind = kind;
	return api_path_id(t, "id", &n->view.id) ? STEP_NEXT : STEP_FAIL;
}

static enum step decode_clue_next(struct task *t)
{
	return decode_next(t, MATTER_CLUE);
}

static enum step decode_case_next(struct task *t)
{
	return decode_next(t, MATTER_CASE);
}

static enum step decode_handoff_next(struct task *t)
{
	return decode_next(t, MATTER_HANDOFF);
}

static enum step decode_disclosure_next(struct task *t)
{
	return decode_next(t, MATTER_DISCLOSURE);
}

static enum step reply_next(struct task *t)
{
	const struct next_call *n = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_i64(&reply.w, "version", n->view.dossier->version);
	json_key(&reply.w, "acts");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < n->count; i++)
		write_act(&reply.w, task_arena(t), n, &n->acts[i]);
	json_arr_close(&reply.w);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

/* ---- a matter that does not exist yet ---- */

static enum step decode_new(struct task *t, enum matter_procedure procedure, struct sv act)
{
	struct next_call *n = task_ctx(t);

	n->procedure = procedure;
	n->act = act;
	return STEP_NEXT;
}

static enum step decode_clue_new(struct task *t)
{
	return decode_new(t, PROCEDURE_CLUE, SV("register"));
}

static enum step decode_case_new(struct task *t)
{
	return decode_new(t, PROCEDURE_SUMMARY, SV("summary_decide"));
}

static enum step decode_handoff_new(struct task *t)
{
	static const char *const acts[] = { "open", "arrive", "assign_open" };
	const struct api_request *r = api_request(t);
	const struct api_value *act = api_value(r, "act");
	struct next_call *n = task_ctx(t);
	enum matter_procedure procedure;

	if (!procedure_by_code(api_value(r, "channel")->text, &procedure))
		return task_fail(t, ERR_INVALID, "channel", "没有这种移送");
	n->from = api_value(r, "from")->num;
	return decode_new(t, procedure, sv_of(acts[act->set ? act->num : 0]));
}

static enum step decode_disclosure_new(struct task *t)
{
	static const char *const acts[] = { "receive", "register" };
	const struct api_request *r = api_request(t);
	const struct api_value *act = api_value(r, "act");
	struct next_call *n = task_ctx(t);

	n->from = api_value(r, "from")->num;
	return decode_new(t, PROCEDURE_DISCLOSURE, sv_of(acts[act->set ? act->num : 0]));
}

static enum step reply_new(struct task *t)
{
	const struct next_call *n = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	write_act(&reply.w, task_arena(t), n, &n->acts[0]);
	return api_reply_send(t, &reply);
}

#define NEXT_ROUTE(name, decode) \
	const struct task_step name[] = { API_BEGIN, { "decode", decode }, NEXT_STEPS, { "reply", reply_next }, TASK_STEPS_END }
#define NEW_ROUTE(name, decode) \
	const struct task_step name[] = { API_BEGIN, { "decode", decode }, NEXT_NEW_STEPS, { "reply", reply_new }, TASK_STEPS_END }

NEXT_ROUTE(steps_clue_next, decode_clue_next);
NEXT_ROUTE(steps_case_next, decode_case_next);
NEXT_ROUTE(steps_handoff_next, decode_handoff_next);
NEXT_ROUTE(steps_disclosure_next, decode_disclosure_next);
NEW_ROUTE(steps_clue_new, decode_clue_new);
NEW_ROUTE(steps_case_new, decode_case_new);
NEW_ROUTE(steps_handoff_new, decode_handoff_new);
NEW_ROUTE(steps_disclosure_new, decode_disclosure_new);

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Disclosures: the due list, one of them, what would be published. Changes are acts like all others, in api_act.c. */
#include "api/api_disclosure.h"

enum { STATE_MAX = 64, NUMBER_MAX = 120, CURSOR_MAX = 64, CUTS_TEXT_MAX = 256 * 1024 };

const struct api_field fields_disclosures[] = {
	{ "state", API_TEXT, .in_query = true, .max = STATE_MAX, .doc = "状态，代码或名称" },
	{ "unit", API_ID, .in_query = true, .doc = "办案单位" },
	{ "due", API_DAY, .in_query = true, .doc = "只看这一天以前（含当天）到期的" },
	{ "open", API_BOOL, .in_query = true, .doc = "true 只看未办结的，false 只看已办结的；不写都看" },
	{ "number", API_TEXT, .in_query = true, .max = NUMBER_MAX, .doc = "决定书文号，括号种类不限；此时不看其他条件" },
	{ "case", API_ID, .in_query = true, .doc = "某一案件的；此时不看其他条件" },
	{ "after", API_TEXT, .in_query = true, .max = CURSOR_MAX, .doc = "上一页的 next" },
	{ "limit", API_INT, .in_query = true, .max = 1000, .doc = "每页条数，默认 50，最多 200" },
	{ .name = NULL },
};

const struct api_field fields_preview[] = {
	{ "cuts", API_ARRAY, .required = true, .max = REDACTION_CUTS_MAX,
	  .doc = "试用的删节：[{\"at\",\"len\",\"code\",\"note\"}]，at 和 len 以原文的 UTF-8 字节计" },
	{ .name = NULL },
};

/* ---- the list ---- */

/* A state of disclosures by its code or by the word that people see. */
static const char *state_code(struct sv text)
{
	for (enum state s = STATE_NOT_REQUIRED; s <= STATE_STOPPED; s++) {
		if (sv_eq_str(text, state_info(s)->code) || sv_eq_str(text, state_info(s)->zh))
			return state_info(s)->code;
	}
	return NULL;
}

static enum step decode_list(struct task *t)
{
	struct disclosure_list_call *c = task_ctx(t);
	const struct api_request *r = api_request(t);
	const struct api_value *state = api_value(r, "state"), *due = api_value(r, "due"), *open = api_value(r, "open");

	c->unit = api_value(r, "unit")->num;
	c->until = due->set ? (day_t)due->num : DAY_NONE;
	c->only_open = open->set && open->num;
	c->only_closed = open->set && !open->num;
	c->number = api_value(r, "number")->text;
	c->case_id = api_value(r, "case")->num;
	c->cursor = api_value(r, "after")->text;
	c->limit = api_limit(r, DISCLOSURE_PAGE_DEFAULT, DISCLOSURE_PAGE_MAX);
	if (state->set && !(c->state = state_code(state->text))) {
		task_fail(t, ERR_INVALID, "state", "公示没有“%.*s”这种状态", SV_ARG(state->text));
		err_field(task_err(t), "state");
		return STEP_FAIL;
	}
	return STEP_NEXT;
}

static enum step reply_list(struct task *t)
{
	const struct disclosure_list_call *c = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_key(&reply.w, "items");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < c->count; i++)
		api_write_disclosure_row(&reply.w, c->call.book, c->today, &c->rows[i]);
	json_arr_close(&reply.w);
	json_kv_str(&reply.w, "next", c->next);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

/* ---- one ---- */

static enum step decode_view(struct task *t)
{
	struct disclosure_view *v = task_ctx(t);

	v->view.kind = MATTER_DISCLOSURE;
	return api_path_id(t, "id", &v->view.id) ? STEP_NEXT : STEP_FAIL;
}

static enum step reply_view(struct task *t)
{
	struct api_reply reply;

	api_reply_begin(&reply);
	api_write_disclosure(&reply.w, task_arena(t), task_ctx(t));
	return api_reply_send(t, &reply);
}

/* ---- what would be published ---- */

static enum step decode_cuts(struct task *t)
{
	struct disclosure_preview *p = task_ctx(t);
	struct str text = STR_INIT(CUTS_TEXT_MAX);
	struct json_writer w;

	json_writer_init(&w, &text);
	json_write_value(&w, api_value(api_request(t), "cuts")->json);
	bool ok = json_writer_ok(&w);
	if (ok)
		p->cuts_given = (struct sv){ arena_strndup(task_arena(t), text.p, text.len), text.len };
	str_release(&text);
	return ok ? STEP_NEXT : task_fail(t, ERR_TOO_LARGE, "cuts", "删节过多");
}

static enum step reply_preview(struct task *t)
{
	struct api_reply reply;

	api_reply_begin(&reply);
	api_write_preview(&reply.w, task_arena(t), task_ctx(t));
	return api_reply_send(t, &reply);
}

const struct task_step steps_disclosure_list[] = {
	API_BEGIN, { "decode", decode_list }, DISCLOSURE_LIST_STEPS, { "reply", reply_list }, TASK_STEPS_END
};
const struct task_step steps_disclosure_get[] = {
	API_BEGIN, { "decode", decode_view }, DISCLOSURE_VIEW_STEPS, { "reply", reply_view }, TASK_STEPS_END
};
const struct task_step steps_preview[] = {
	API_BEGIN, { "decode", decode_view }, DISCLOSURE_PREVIEW_STEPS, { "reply", reply_preview }, TASK_STEPS_END
};
const struct task_step steps_preview_cuts[] = {
	API_BEGIN, { "decode", decode_view }, { "cuts", decode_cuts }, DISCLOSURE_PREVIEW_STEPS, { "reply", reply_preview },
	TASK_STEPS_END
};

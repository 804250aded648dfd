/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * GET /parties, /parties/history, /identifiers, /cases/{id}/similar: what is known from before. */
#include "api/api_steps.h"
#include "app/party.h"
#include "app/similar.h"
#include "base/clock.h"
#include "law/ident_check.h"

const struct api_field fields_parties[] = {
	{ "name", API_TEXT, .in_query = true, .max = 300, .doc = "当事人名称，或者它的开头" },
	{ "id_number", API_TEXT, .in_query = true, .max = 60, .doc = "统一社会信用代码，或者身份证件号码" },
	{ "limit", API_INT, .in_query = true, .max = 100, .doc = "默认 8，最多 20" },
	{ .name = NULL },
};
const struct api_field fields_party_history[] = {
	{ "name", API_TEXT, .in_query = true, .max = 300, .doc = "当事人名称，须完全相同" },
	{ "id_number", API_TEXT, .in_query = true, .max = 60, .doc = "统一社会信用代码，或者身份证件号码" },
	{ "ip_type", API_TEXT, .in_query = true, .max = 40, .doc = "知识产权类型；写明的，只看这一类" },
	{ "on", API_DAY, .in_query = true, .max = 10, .doc = "从哪一天往前看，默认今天" },
	{ .name = NULL },
};
const struct api_field fields_identifier[] = {
	{ "value", API_TEXT, .in_query = true, .required = true, .max = 60, .doc = "录入的号码；全角和空格都可以" },
	{ .name = NULL },
};

static void kv_known(struct json_writer *w, const char *key, const char *text)
{
	if (text)
		json_kv_str(w, key, text);
}

static void kv_money(struct json_writer *w, const char *key, int64_t fen)
{
	if (fen < 0)
		json_kv_null(w, key);
	else
		json_kv_i64(w, key, fen);
}

/* ---- parties ---- */

static enum step decode_parties(struct task *t)
{
	const struct api_request *r = api_request(t);
	struct party_call *c = task_ctx(t);

	c->name = api_value(r, "name")->text;
	c->id_number = api_value(r, "id_number")->text;
	c->limit = api_limit(r, PARTIES_DEFAULT, PARTIES_SHOWN_MAX);
	return STEP_NEXT;
}

static void write_party(struct json_writer *w, const struct known_party *p)
{
	json_obj_open(w);
	json_kv_str(w, "name", p->name);
	kv_known(w, "kind", p->kind);
	kv_known(w, "uscc", p->uscc);
	kv_known(w, "id_number", p->id_number);
	kv_known(w, "address", p->address);
	kv_known(w, "legal_person", p->representative);
	kv_known(w, "phone", p->phone);
	json_kv_str(w, "reason", p->reason);
	json_kv_i64(w, "matters", (int64_t)p->matters);
	json_key(w, "last");
	json_obj_open(w);
	json_kv_id(w, "id", p->last_id);
	json_kv_str(w, "kind", p->last_kind);
	json_kv_str(w, "number", p->last_number);
	json_kv_str(w, "title", p->last_title);
	json_kv_day(w, "on", p->last_on);
	json_obj_close(w);
	json_obj_close(w);
}

static enum step reply_parties(struct task *t)
{
	const struct party_call *c = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_key(&reply.w, "items");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < c->count; i++)
		write_party(&reply.w, &c->items[i]);
	json_arr_close(&reply.w);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

/* ---- history ---- */

static enum step decode_history(struct task *t)
{
	const struct api_request *r = api_request(t);
	const struct api_value *on = api_value(r, "on");
	struct party_history_call *c = task_ctx(t);

	c->name = api_value(r, "name")->text;
	c->id_number = api_value(r, "id_number")->text;
	c->ip_type = api_value(r, "ip_type")->text;
	c->on = on->set ? (day_t)on->num : DAY_NONE;
	return STEP_NEXT;
}

static void write_decision(struct json_writer *w, const struct past_decision *p)
{
	json_obj_open(w);
	json_kv_id(w, "id", p->id);
	json_kv_str(w, "number", p->number);
	json_kv_str(w, "title", p->title);
	json_kv_day(w, "decided_on", p->decided_on);
	json_kv_str(w, "outcome", p->outcome);
	kv_money(w, "fine_fen", p->fine_fen);
	json_kv_str(w, "cause", p->cause);
	json_obj_close(w);
}

static enum step reply_history(struct task *t)
{
	const struct party_history_call *c = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_key(&reply.w, "rule");
	json_obj_open(&reply.w);
	json_kv_str(&reply.w, "zh", c->rule.zh);
	json_kv_str(&reply.w, "article", c->rule.article);
	json_kv_i64(&reply.w, "years", c->rule.years);
	json_kv_day(&reply.w, "from", c->rule.from);
	json_kv_day(&reply.w, "to", c->rule.to);
	json_kv_bool(&reply.w, "binding", c->rule.binding);
	json_obj_close(&reply.w);
	json_kv_bool(&reply.w, "repeat", c->repeat);
	json_key(&reply.w, "items");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < c->count; i++)
		write_decision(&reply.w, &c->items[i]);
	json_arr_close(&reply.w);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

/* ---- similar cases ---- */

static enum step decode_similar(struct task *t)
{
	struct similar_call *c = task_ctx(t);

	return api_path_id(t, "id", &c->id) ? STEP_NEXT : STEP_FAIL;
}

static enum step reply_similar(struct task *t)
{
	const struct similar_call *c = task_ctx(t);
	struct api_reply reply;
	struct similar_row row;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_key(&reply.w, "items");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < c->count; i++) {
		similar_at(c, i, &row);
		json_obj_open(&reply.w);
		json_kv_id(&reply.w, "id", row.id);
		json_kv_str(&reply.w, "number", row.number);
		json_kv_str(&reply.w, "title", row.title);
		json_kv_day(&reply.w, "decided_on", row.decided_on);
		json_kv_str(&reply.w, "outcome", row.outcome);
		kv_money(&reply.w, "fine_fen", row.fine_fen);
		json_kv_str(&reply.w, "discretion", row.discretion);
		json_obj_close(&reply.w);
	}
	json_arr_close(&reply.w);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

/* ---- identifiers ---- */

static void write_problem(struct json_writer *w, const struct ident_check *c)
{
	json_obj_open(w);
	if (c->at)
		json_kv_i64(w, "at", c->at);
	else
		json_kv_null(w, "at");
	json_kv_str(w, "char", c->found);
	json_kv_str(w, "message", c->message);
	json_key(w, "suggestions");
	json_arr_open(w);
	for (size_t i = 0; i < c->suggestion_count; i++)
		json_cstr(w, c->suggestions[i]);
	json_arr_close(w);
	json_obj_close(w);
}

static enum step reply_identifier(struct task *t)
{
	struct ident_check c;
	struct api_reply reply;

	ident_check(task_arena(t), api_value(api_request(t), "value")->text, instant_to_day(clock_now()), &c);
	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_bool(&reply.w, "ok", c.ok);
	json_kv_str(&reply.w, "kind", c.kind);
	json_kv_str(&reply.w, "normal", c.normal);
	json_key(&reply.w, "problem");
	if (c.ok)
		json_null(&reply.w);
	else
		write_problem(&reply.w, &c);
	kv_known(&reply.w, "warning", c.warning);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

const struct task_step steps_parties[] = {
	API_BEGIN, { "decode", decode_parties }, { "party_suggest", party_suggest }, { "party_suggested", party_suggested },
	{ "reply", reply_parties }, TASK_STEPS_END
};
const struct task_step steps_party_history[] = {
	API_BEGIN, { "decode", decode_history }, { "party_history", party_history },
	{ "party_history_read", party_history_read }, { "reply", reply_history }, TASK_STEPS_END
};
const struct task_step steps_similar[] = {
	API_BEGIN, { "decode", decode_similar }, { "similar_load", similar_load }, { "similar_read", similar_read },
	{ "reply", reply_similar }, TASK_STEPS_END
};
const struct task_step steps_identifier[] = { API_BEGIN, { "reply", reply_identifier }, TASK_STEPS_END };

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Hand-overs: the list, one of them, its next acts, timeline, clocks and signed conversation; the directory of
 * organs; what was refused. Changes are acts like all others, in api_act.c. */
#include "api/api_handoff.h"

enum { CODE_MAX = 60 };

#define PAGE_FIELDS \
	{ "after", API_ID, .in_query = true, .doc = "上一页的 next" }, \
	{ "limit", API_INT, .in_query = true, .max = 1000, .doc = "每页条数，默认 50，最多 200" }

const struct api_field fields_handoffs[] = {
	{ "side", API_CHOICE, .in_query = true, .words = "out|in|all", .doc = "发出的、收到的、全部；默认 all" },
	{ "channel", API_CHOICE, .in_query = true, .words = API_CHANNELS, .doc = "移送种类" },
	{ "state", API_TEXT, .in_query = true, .max = 64, .doc = "状态，代码或名称" },
	{ "peer", API_TEXT, .in_query = true, .max = CODE_MAX, .doc = "对方机关的代码" },
	{ "number", API_TEXT, .in_query = true, .max = 120, .doc = "移送文号或移送标识" },
	{ "case", API_ID, .in_query = true, .doc = "所移送的案件" },
	{ "open", API_BOOL, .in_query = true, .doc = "true 只看未办结的，false 只看已办结的；不写都看" },
	PAGE_FIELDS,
	{ .name = NULL },
};
const struct api_field fields_quarantine[] = { PAGE_FIELDS, { .name = NULL } };

/* ---- the list ---- */

/* A state by its code or by the word that people see; the word may belong to several channels, the code to one. */
static const char *state_code(struct sv text)
{
	enum state s;

	if (state_by_code(text, &s))
		return state_info(s)->code;
	for (s = STATE_NONE + 1; s < STATE_COUNT; s++) {
		if (sv_eq_str(text, state_info(s)->zh))
			return state_info(s)->code;
	}
	return NULL;
}

static enum step decode_list(struct task *t)
{
	static const unsigned sides[] = { SIDE_SENDER, SIDE_RECEIVER | SIDE_THIRD, 0 };
	struct handoff_list_call *c = task_ctx(t);
	const struct api_request *r = api_request(t);
	const struct api_value *side = api_value(r, "side"), *channel = api_value(r, "channel"),
			       *state = api_value(r, "state"), *peer = api_value(r, "peer"),
			       *open = api_value(r, "open");

	c->side = side->set ? sides[side->num] : 0;
	c->channel = channel->set ? arena_strndup(task_arena(t), channel->text.p, channel->text.n) : NULL;
	c->peer = peer->set ? arena_strndup(task_arena(t), peer->text.p, peer->text.n) : NULL;
	c->number = api_value(r, "number")->text;
	c->case_id = api_value(r, "case")->num;
	c->only_open = open->set && open->num;
	c->only_closed = open->set && !open->num;
	c->before = api_value(r, "after")->num;
	c->limit = api_limit(r, HANDOFF_PAGE_DEFAULT, HANDOFF_PAGE_MAX);
	if (state->set && !(c->state = state_code(state->text))) {
		task_fail(t, ERR_INVALID, "state", "没有“%.*s”这种状态", SV_ARG(state->text));
		err_field(task_err(t), "state");
		return STEP_FAIL;
	}
	return STEP_NEXT;
}

static void open_items(struct api_reply *reply)
{
	api_reply_begin(reply);
	json_obj_open(&reply->w);
	json_key(&reply->w, "items");
	json_arr_open(&reply->w);
}

static enum step send_items(struct task *t, struct api_reply *reply, int64_t next)
{
	json_arr_close(&reply->w);
	if (next)
		json_kv_id(&reply->w, "next", next);
	else
		json_kv_null(&reply->w, "next");
	json_obj_close(&reply->w);
	return api_reply_send(t, reply);
}

static enum step reply_list(struct task *t)
{
	const struct handoff_list_call *c = task_ctx(t);
	struct api_reply reply;

	open_items(&reply);
	for (size_t i = 0; i < c->count; i++)
		api_write_handoff_row(&reply.w, c->call.book, c->today, &c->rows[i]);
	return send_items(t, &reply, c->next);
}

/* ---- one ---- */

static enum step decode_view(struct task *t)
{
	struct handoff_get *g = task_ctx(t);

	g->view.view.kind = MATTER_HANDOFF;
	return api_path_id(t, "id", &g->view.view.id) ? STEP_NEXT : STEP_FAIL;
}

static enum step load_names(struct task *t)
{
	struct handoff_get *g = task_ctx(t);
	const char *copies = fact_text(&g->view.view.dossier->facts, FIELD_COPY_TO);

	return copies[0] ? peer_names_load(t, copies) : STEP_NEXT;
}

static enum step reply_view(struct task *t)
{
	struct handoff_get *g = task_ctx(t);
	struct api_reply reply;

	if (fact_has(&g->view.view.dossier->facts, FIELD_COPY_TO))
		peer_names_read(t, &g->names);
	api_reply_begin(&reply);
	api_write_handoff(&reply.w, task_arena(t), &g->view, &g->names);
	return api_reply_send(t, &reply);
}

static enum step decode_thread(struct task *t)
{
	struct handoff_thread_call *c = task_ctx(t);

	return api_path_id(t, "id", &c->id) ? STEP_NEXT : STEP_FAIL;
}

static enum step reply_thread(struct task *t)
{
	struct api_reply reply;

	api_reply_begin(&reply);
	api_write_thread(&reply.w, task_ctx(t));
	return api_reply_send(t, &reply);
}

/* ---- organs and refusals ---- */

static enum step reply_peers(struct task *t)
{
	const struct peer_list_call *c = task_ctx(t);
	struct api_reply reply;

	open_items(&reply);
	for (size_t i = 0; i < c->count; i++)
		api_write_peer_row(&reply.w, &c->rows[i]);
	return send_items(t, &reply, 0);
}

static enum step decode_quarantine(struct task *t)
{
	struct quarantine_call *c = task_ctx(t);

	c->before = api_value(api_request(t), "after")->num;
	c->limit = api_limit(api_request(t), HANDOFF_PAGE_DEFAULT, HANDOFF_PAGE_MAX);
	return STEP_NEXT;
}

static enum step reply_quarantine(struct task *t)
{
	const struct quarantine_call *c = task_ctx(t);
	struct api_reply reply;

	open_items(&reply);
	for (size_t i = 0; i < c->count; i++)
		api_write_quarantine_row(&reply.w, &c->rows[i]);
	return send_items(t, &reply, c->next);
}

const struct task_step steps_handoff_list[] = {
	API_BEGIN, { "decode", decode_list }, HANDOFF_LIST_STEPS, { "reply", reply_list }, TASK_STEPS_END
};
const struct task_step steps_handoff_get[] = {
	API_BEGIN, { "decode", decode_view }, HANDOFF_VIEW_STEPS, { "names", load_names }, { "reply", reply_view },
	TASK_STEPS_END
};
const struct task_step steps_handoff_thread[] = {
	API_BEGIN, { "decode", decode_thread }, HANDOFF_THREAD_STEPS, { "reply", reply_thread }, TASK_STEPS_END
};
const struct task_step steps_peers[] = { API_BEGIN, PEER_LIST_STEPS, { "reply", reply_peers }, TASK_STEPS_END };
const struct task_step steps_quarantine[] = {
	API_BEGIN, { "decode", decode_quarantine }, QUARANTINE_STEPS, { "reply", reply_quarantine }, TASK_STEPS_END
};

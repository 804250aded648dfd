/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Reading one clue, case, hand-over or disclosure: itself, its timeline, its clocks. */
#include "api/api_steps.h"
#include "app/view.h"

enum { ACTS_PAGE_DEFAULT = 50 };

const struct api_field fields_timeline[] = {
	{ "after", API_INT, .in_query = true, .max = INT32_MAX, .doc = "从这一序号之后开始" },
	{ "limit", API_INT, .in_query = true, .max = 1000, .doc = "每页条数，默认 50，最多 200" },
	{ .name = NULL },
};

static enum step decode_id(struct task *t, enum matter_kind kind)
{
	struct matter_view *v = task_ctx(t);

	v->kind = kind;
	return api_path_id(t, "id", &v->id) ? STEP_NEXT : STEP_FAIL;
}

static enum step decode_clue(struct task *t)
{
	return decode_id(t, MATTER_CLUE);
}

static enum step decode_case(struct task *t)
{
	return decode_id(t, MATTER_CASE);
}

static enum step decode_handoff(struct task *t)
{
	return decode_id(t, MATTER_HANDOFF);
}

static enum step decode_disclosure(struct task *t)
{
	return decode_id(t, MATTER_DISCLOSURE);
}

static enum step decode_timeline(struct task *t)
{
	struct matter_view *v = task_ctx(t);

	v->with_acts = true;
	v->after = api_value(api_request(t), "after")->num;
	v->limit = api_limit(api_request(t), ACTS_PAGE_DEFAULT, ACTS_PAGE_MAX);
	return STEP_NEXT;
}

static enum step reply_matter(struct task *t)
{
	struct api_reply reply;

	api_reply_begin(&reply);
	api_write_matter(&reply.w, task_arena(t), task_ctx(t));
	return api_reply_send(t, &reply);
}

static enum step reply_acts(struct task *t)
{
	struct api_reply reply;

	api_reply_begin(&reply);
	api_write_acts(&reply.w, task_arena(t), task_ctx(t));
	return api_reply_send(t, &reply);
}

static enum step reply_clocks(struct task *t)
{
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_key(&reply.w, "items");
	api_write_clocks(&reply.w, task_arena(t), task_ctx(t));
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

/* What is this number: a clue, a case, a hand-over, a disclosure? */
static enum step reply_kind(struct task *t)
{
	const struct matter_view *v = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_id(&reply.w, "id", v->id);
	json_kv_str(&reply.w, "kind", matter_kind_code(v->kind));
	json_kv_str(&reply.w, "href", arena_printf(task_arena(t), "/api/v1/%ss/%lld", matter_kind_code(v->kind),
						   (long long)v->id));
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

#define READ_STEPS(name, decode, reply) \
	const struct task_step name[] = { \
		API_BEGIN, { "decode", decode }, VIEW_STEPS, { "reply", reply }, TASK_STEPS_END \
	}
#define PAGE_STEPS(name, decode, reply) \
	const struct task_step name[] = { \
		API_BEGIN, { "decode", decode }, { "page", decode_timeline }, VIEW_STEPS, { "reply", reply }, \
		TASK_STEPS_END \
	}

READ_STEPS(steps_clue_get, decode_clue, reply_matter);
READ_STEPS(steps_case_get, decode_case, reply_matter);
READ_STEPS(steps_clue_clocks, decode_clue, reply_clocks);
READ_STEPS(steps_case_clocks, decode_case, reply_clocks);
READ_STEPS(steps_handoff_clocks, decode_handoff, reply_clocks);
READ_STEPS(steps_disclosure_clocks, decode_disclosure, reply_clocks);
PAGE_STEPS(steps_handoff_acts, decode_handoff, reply_acts);
PAGE_STEPS(steps_disclosure_acts, decode_disclosure, reply_acts);
PAGE_STEPS(steps_clue_acts, decode_clue, reply_acts);
PAGE_STEPS(steps_case_acts, decode_case, reply_acts);

const struct task_step steps_matter_get[] = {
	API_BEGIN, { "decode", decode_clue }, { "kind_load", kind_load }, { "kind_read", kind_read },
	{ "reply", reply_kind }, TASK_STEPS_END
};

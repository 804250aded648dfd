/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * GET /queue, GET /queue/counts, GET /matters and GET /find. */
#include "api/api_steps.h"
#include "app/find.h"
#include "app/queue.h"
#include "app/unit_names.h"
#include "law/mark.h"
#include "law/turn.h"

#define PAGE_FIELDS \
	{ "kind", API_CHOICE, .in_query = true, .words = "clue|case|handoff|disclosure", .doc = "只看线索、案件、移送或公示事项" }, \
	{ "after", API_TEXT, .in_query = true, .max = 1024, .doc = "上一页的 next" }, \
	{ "limit", API_INT, .in_query = true, .max = 1000, .doc = "每页条数，默认 50，最多 200" }

const struct api_field fields_queue[] = {
	{ "view", API_CHOICE, .in_query = true, .words = "mine|unit|waiting|week|approve",
	  .doc = "我的 / 本单位 / 等待他人 / 本周到期 / 待我审批审核；默认 mine" },
	{ "state", API_TEXT, .in_query = true, .max = 60, .doc = "只看这一状态（代码）" },
	{ "light", API_CHOICE, .in_query = true, .words = "red|amber", .doc = "只看已经超期的 / 三个工作日内到期的" },
	PAGE_FIELDS,
	{ .name = NULL },
};

const struct api_field fields_search[] = {
	{ "party", API_TEXT, .in_query = true, .max = 200, .doc = "当事人名称的开头，或统一社会信用代码" },
	{ "number", API_TEXT, .in_query = true, .max = 120, .doc = "文号，或文号的开头" },
	{ "text", API_TEXT, .in_query = true, .max = 60, .doc = "案情、案由、物品等文字，至少两个字" },
	{ "campaign", API_TEXT, .in_query = true, .max = 120, .doc = "专项行动" },
	PAGE_FIELDS,
	{ .name = NULL },
};

static void decode_page(const struct api_request *r, struct queue_call *q)
{
	const struct api_value *kind = api_value(r, "kind"), *after = api_value(r, "after");

	q->kind = kind->set ? matter_kind_code((enum matter_kind)kind->num) : NULL; /* words in the order of the enum */
	q->cursor = after->set ? after->text : SV("");
	q->limit = api_limit(r, QUEUE_PAGE_DEFAULT, QUEUE_PAGE_MAX);
}

static enum step decode_queue(struct task *t)
{
	struct queue_call *q = task_ctx(t);
	const struct api_value *view = api_value(api_request(t), "view"), *state = api_value(api_request(t), "state"),
			       *light = api_value(api_request(t), "light");
	enum state known;

	decode_page(api_request(t), q);
	q->view = view->set ? (enum queue_view)view->num : QUEUE_MINE;
	q->light = light->set ? (enum queue_light)(light->num + 1) : QUEUE_ANY_LIGHT;
	if (!state->set)
		return STEP_NEXT;
	if (!state_by_code(state->text, &known)) {
		task_fail(t, ERR_INVALID, "unknown-state", "没有状态 %.*s", SV_ARG(state->text));
		err_field(task_err(t), "state");
		return STEP_FAIL;
	}
	q->state = state_info(known)->code;
	return STEP_NEXT;
}

static enum step decode_search(struct task *t)
{
	static const struct {
		const char *name;
		enum search_by by;
	} ways[] = { { "party", SEARCH_PARTY }, { "number", SEARCH_NUMBER }, { "text", SEARCH_TEXT },
		     { "campaign", SEARCH_CAMPAIGN } };
	struct queue_call *q = task_ctx(t);

	decode_page(api_request(t), q);
	q->is_search = true;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		const struct api_value *v = api_value(api_request(t), ways[i].name);
		if (!v->set)
			continue;
		if (q->by != SEARCH_ALL) {
			task_fail(t, ERR_INVALID, "one-condition", "一次只能给出一个查找条件");
			err_field(task_err(t), "%s", ways[i].name);
			return STEP_FAIL;
		}
		q->by = ways[i].by;
		q->wanted = v->text;
	}
	return STEP_NEXT;
}

/* Rows come in the order of their due days, so neighbours often share one: count its working days once. */
struct due_light {
	day_t due;
	enum light light;
	int days_left;
};

static void find_light(const struct queue_call *q, day_t due, struct due_light *last)
{
	if (due == last->due)
		return;
	last->due = due;
	last->light = light_of(&q->call.book->calendar, due, q->today, &last->days_left);
}

static void write_row(struct json_writer *w, const struct queue_call *q, const struct queue_row *row,
		      struct due_light *due)
{
	find_light(q, row->due, due);
	json_obj_open(w);
	json_kv_id(w, "id", row->id);
	json_kv_str(w, "kind", row->kind);
	json_kv_str(w, "number", row->number);
	json_kv_str(w, "title", row->title);
	json_kv_str(w, "party", row->party);
	json_kv_str(w, "state", state_info(row->state)->code);
	json_kv_str(w, "state_zh", state_info(row->state)->zh);
	json_kv_str(w, "turn", row->turn);
	json_kv_str(w, "officer", row->officer);
	json_kv_day(w, "due", row->due);
	json_kv_str(w, "rule", row->rule[0] ? row->rule : NULL);
	json_kv_str(w, "light", light_code(due->light));
	if (due->light == LIGHT_GREY)
		json_kv_null(w, "days_left");
	else
		json_kv_i64(w, "days_left", due->days_left);
	json_kv_i64(w, "version", row->version);
	json_kv_str(w, "unit", row->unit ? unit_name(q->call.app, row->unit) : "");
	json_kv_str(w, "turn_zh", turn_zh(row->state, row->turn));
	json_kv_str(w, "state_text", turn_text(row->state, row->turn));
	json_obj_close(w);
}

static enum step reply_rows(struct task *t)
{
	const struct queue_call *q = task_ctx(t);
	struct due_light due = { .due = DAY_NONE, .light = LIGHT_GREY };
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_key(&reply.w, "items");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < q->count; i++)
		write_row(&reply.w, q, &q->rows[i], &due);
	json_arr_close(&reply.w);
	json_kv_str(&reply.w, "next", q->next);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

/* For lists of matters that are not a queue. */
enum step api_reply_matters(struct task *t)
{
	return reply_rows(t);
}

const struct task_step steps_queue[] = {
	API_BEGIN, { "decode", decode_queue }, QUEUE_STEPS, { "reply", reply_rows }, TASK_STEPS_END
};
const struct task_step steps_search[] = {
	API_BEGIN, { "decode", decode_search }, QUEUE_STEPS, { "reply", reply_rows }, TASK_STEPS_END
};

/* ---- how many ---- */

static enum step reply_counts(struct task *t)
{
	const struct count_call *c = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_i64(&reply.w, "mine", c->mine);
	json_kv_i64(&reply.w, "unit", c->unit);
	json_kv_i64(&reply.w, "waiting", c->waiting);
	json_kv_i64(&reply.w, "week", c->week);
	json_kv_i64(&reply.w, "approve", c->approve);
	json_kv_i64(&reply.w, "overdue", c->overdue);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

/* ---- jump ---- */

const struct api_field fields_find[] = {
	{ "q", API_TEXT, .in_query = true, .required = true, .max = 200,
	  .doc = "文号、统一社会信用代码、当事人名称的开头或者编号" },
	{ .name = NULL },
};

static enum step decode_find(struct task *t)
{
	struct queue_call *q = task_ctx(t);

	q->wanted = api_value(api_request(t), "q")->text;
	return STEP_NEXT;
}

const struct task_step steps_queue_counts[] = {
	API_BEGIN, { "count_load", count_load }, { "count_read", count_read }, { "reply", reply_counts }, TASK_STEPS_END
};
const struct task_step steps_find[] = {
	API_BEGIN, { "decode", decode_find }, { "find_load", find_load }, { "find_read", find_read },
	{ "reply", reply_rows }, TASK_STEPS_END
};

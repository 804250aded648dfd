/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * GET /warnings. */
#include "api/api_steps.h"
#include "app/warning.h"

const struct api_field fields_warnings[] = {
	{ "days", API_INT, .in_query = true, .max = WARNING_DAYS_MAX, .doc = "今后几个工作日内到期的；不写按配置" },
	{ "by", API_CHOICE, .in_query = true, .words = "unit|officer", .doc = "按单位或者承办人汇总，默认 unit" },
	{ "unit", API_ID, .in_query = true, .doc = "只看这一单位" },
	{ "after", API_TEXT, .in_query = true, .max = 64, .doc = "上一页的 next" },
	{ "limit", API_INT, .in_query = true, .max = 1000, .doc = "每页条数，默认 50，最多 200" },
	{ .name = NULL },
};

static enum step decode_warnings(struct task *t)
{
	struct warning_call *c = task_ctx(t);
	const struct api_request *r = api_request(t);
	const struct api_value *days = api_value(r, "days"), *by = api_value(r, "by"), *unit = api_value(r, "unit");
	const struct api_value *after = api_value(r, "after");

	c->days = days->set ? days->num : -1;
	c->by = by->set ? (enum warning_by)by->num : WARNING_BY_UNIT;
	c->unit = unit->set ? unit->num : 0;
	c->cursor = after->set ? after->text : SV("");
	c->limit = api_limit(r, WARNING_PAGE_DEFAULT, WARNING_PAGE_MAX);
	return STEP_NEXT;
}

static void write_row(struct json_writer *w, const struct warning_row *row)
{
	json_obj_open(w);
	json_kv_id(w, "matter", row->matter);
	json_kv_str(w, "kind", row->kind);
	json_kv_str(w, "number", row->number);
	json_kv_str(w, "title", row->title);
	json_kv_str(w, "state", state_info(row->state)->code);
	json_kv_str(w, "state_zh", state_info(row->state)->zh);
	json_kv_str(w, "unit", row->unit);
	json_kv_str(w, "officer", row->officer);
	json_kv_str(w, "rule", row->rule);
	json_kv_str(w, "zh", row->zh);
	json_kv_str(w, "owner", row->owner);
	json_kv_str(w, "owner_zh", row->owner_zh);
	json_kv_str(w, "article", row->article);
	json_kv_day(w, "due", row->due);
	if (row->strict != DAY_NONE && row->strict != row->due)
		json_kv_day(w, "strict_due", row->strict);
	if (row->due_at != INSTANT_NONE)
		json_kv_instant(w, "due_at", row->due_at);
	json_kv_i64(w, "days_left", row->days_left);
	json_kv_str(w, "light", light_code(row->light));
	json_kv_str(w, "missed", row->missed);
	json_key(w, "metrics");
	json_arr_open(w);
	for (size_t i = 0; i < row->metric_count; i++) {
		json_obj_open(w);
		json_kv_str(w, "code", row->metrics[i].code);
		json_kv_str(w, "why", row->metrics[i].why);
		json_obj_close(w);
	}
	json_arr_close(w);
	json_obj_close(w);
}

static enum step reply_warnings(struct task *t)
{
	const struct warning_call *c = task_ctx(t);
	struct api_reply reply;
	struct json_writer *w = &reply.w;

	api_reply_begin(&reply);
	json_obj_open(w);
	json_kv_day(w, "today", c->today);
	json_kv_i64(w, "days", c->days);
	json_kv_day(w, "until", c->until);
	json_kv_i64(w, "overdue", c->list.overdue);
	json_kv_i64(w, "due", c->list.due);
	json_kv_str(w, "by", c->by == WARNING_BY_OFFICER ? "officer" : "unit");
	json_key(w, "groups");
	json_arr_open(w);
	for (size_t i = 0; i < c->list.group_count; i++) {
		const struct warning_group *g = &c->list.groups[i];
		json_obj_open(w);
		json_kv_str(w, "key", g->key);
		json_kv_str(w, "zh", g->zh);
		json_kv_i64(w, "overdue", g->overdue);
		json_kv_i64(w, "due", g->due);
		json_kv_day(w, "first", g->first);
		json_obj_close(w);
	}
	json_arr_close(w);
	json_key(w, "items");
	json_arr_open(w);
	for (size_t i = 0; i < c->list.count; i++)
		write_row(w, &c->list.rows[i]);
	json_arr_close(w);
	json_kv_str(w, "next", c->next);
	json_obj_close(w);
	return api_reply_send(t, &reply);
}

const struct task_step steps_warnings[] = {
	API_BEGIN, { "decode", decode_warnings }, WARNING_STEPS, { "reply", reply_warnings }, TASK_STEPS_END
};

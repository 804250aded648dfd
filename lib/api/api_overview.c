/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The leader's page: GET /overview, GET /overview/cases. */
#include "api/api_steps.h"
#include "app/overview.h"

#define ASK_FIELDS \
	{ "from", API_DAY, .in_query = true, .doc = "统计期第一天；不写指截至日所在月的第一天" }, \
	{ "to", API_DAY, .in_query = true, .doc = "统计期最后一天（含）；不写指截至日，超过截至日的算到截至日" }, \
	{ "as_of", API_TIME, .in_query = true, .max = 40, \
	  .doc = "截至的时刻：按当时已录入的内容计算；只写日期指这一整天，不写指现在" }, \
	{ "campaign", API_TEXT, .in_query = true, .max = 60, .doc = "只统计这一专项行动及其子行动：代码" }, \
	{ "unit", API_TEXT, .in_query = true, .max = 60, .doc = "只统计这一单位及其下级：编号或代码" }

const struct api_field fields_overview[] = {
	ASK_FIELDS,
	{ .name = NULL },
};
const struct api_field fields_overview_cases[] = {
	{ "cell", API_CHOICE, .in_query = true, .required = true, .words = OVERVIEW_CELLS,
	  .doc = "立案、结案、罚没、移送、按期公示、未按期公示、应公示、超期" },
	{ "by", API_CHOICE, .in_query = true, .words = "unit|campaign|month", .doc = "分组中的一行" },
	{ "key", API_TEXT, .in_query = true, .max = 60, .doc = "这一行的 id；不写指未标注专项行动的" },
	ASK_FIELDS,
	{ "after", API_TEXT, .in_query = true, .max = 40, .doc = "上一页的 next" },
	{ "limit", API_INT, .in_query = true, .max = 1000, .doc = "每页条数，默认 50，最多 200" },
	{ .name = NULL },
};

static struct sv given(const struct task *t, const char *name)
{
	const struct api_value *v = api_value(api_request(t), name);

	return v->set ? v->text : (struct sv){ NULL, 0 };
}

static void decode_ask(const struct task *t, struct overview_ask *a)
{
	const struct api_request *r = api_request(t);
	const struct api_value *from = api_value(r, "from"), *to = api_value(r, "to"), *as_of = api_value(r, "as_of");

	a->from = from->set ? (day_t)from->num : DAY_NONE;
	a->to = to->set ? (day_t)to->num : DAY_NONE;
	a->as_of = as_of->set ? as_of->num : INSTANT_NONE;
	if (!as_of->set || !day_parse_iso(as_of->text, &a->as_of_day))
		a->as_of_day = DAY_NONE;
	a->unit = given(t, "unit");
	a->campaign = given(t, "campaign");
}

static enum step decode_overview(struct task *t)
{
	struct overview_call *c = task_ctx(t);

	decode_ask(t, &c->ask);
	return STEP_NEXT;
}

static enum step reply_overview(struct task *t)
{
	return api_reply_text(t, ((const struct overview_call *)task_ctx(t))->reply, false);
}

static enum step decode_cases(struct task *t)
{
	static const char *const groupings[] = { "unit", "campaign", "month" };
	const struct api_request *r = api_request(t);
	const struct api_value *by = api_value(r, "by"), *after = api_value(r, "after");
	struct overview_cases_call *c = task_ctx(t);

	decode_ask(t, &c->ask);
	c->cell = (enum overview_cell)api_value(r, "cell")->num;
	c->by = by->set ? groupings[by->num] : NULL;
	c->key = given(t, "key");
	if (!c->key.p)
		c->key = SV("");
	c->q.cursor = after->set ? after->text : SV("");
	c->q.limit = api_limit(r, QUEUE_PAGE_DEFAULT, QUEUE_PAGE_MAX);
	return STEP_NEXT;
}

const struct task_step steps_overview[] = {
	API_BEGIN, { "decode", decode_overview }, OVERVIEW_STEPS, { "reply", reply_overview }, TASK_STEPS_END
};
const struct task_step steps_overview_cases[] = {
	API_BEGIN, { "decode", decode_cases }, OVERVIEW_CASES_STEPS, { "reply", api_reply_matters }, TASK_STEPS_END
};

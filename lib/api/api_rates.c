/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * GET /rates. */
#include "api/api_steps.h"
#include "app/rates.h"

const struct api_field fields_rates[] = {
	{ "from", API_DAY, .in_query = true, .required = true, .doc = "统计期第一天" },
	{ "to", API_DAY, .in_query = true, .required = true, .doc = "统计期最后一天（含）" },
	{ "as_of", API_DAY, .in_query = true, .doc = "截止日（含）；不写指今天" },
	{ "known_at", API_TIME, .in_query = true, .max = 40, .doc = "按当时已录入的内容计算；不写指现在" },
	{ "by", API_CHOICE, .in_query = true, .words = "campaign|unit|ip_type|officer", .doc = "分组" },
	{ "lists", API_BOOL, .in_query = true, .doc = "0：只要数字，不要案件清单；默认 1" },
	{ .name = NULL },
};

static enum step decode_rates(struct task *t)
{
	static const enum rates_by groups[] = { RATES_BY_CAMPAIGN, RATES_BY_UNIT, RATES_BY_IP_TYPE, RATES_BY_OFFICER };
	const struct api_request *r = api_request(t);
	const struct api_value *as_of = api_value(r, "as_of"), *known_at = api_value(r, "known_at");
	const struct api_value *by = api_value(r, "by"), *lists = api_value(r, "lists");
	struct rates_call *c = task_ctx(t);

	c->from = (day_t)api_value(r, "from")->num;
	c->to = (day_t)api_value(r, "to")->num;
	c->as_of = as_of->set ? (day_t)as_of->num : DAY_NONE;
	c->known_at = known_at->set ? known_at->num : INSTANT_NONE;
	c->by = by->set ? groups[by->num] : RATES_BY_NONE;
	c->no_lists = lists->set && !lists->num;
	return STEP_NEXT;
}

static enum step reply_rates(struct task *t)
{
	const struct rates_call *c = task_ctx(t);

	return api_reply_text(t, c->reply, false);
}

const struct task_step steps_rates[] = {
	API_BEGIN, { "decode", decode_rates }, RATES_STEPS, { "reply", reply_rates }, TASK_STEPS_END
};

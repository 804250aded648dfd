/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Live matters of the demonstration: what a unit's queue looks like on the day it is loaded. Days are counted
 * back from today, in working days where a clock counts them, so that the same clocks are green, yellow, red
 * and stopped whenever it runs. Every step is an act by the right account; the ledger is real. */
#include "ctl_demo.h"

#include <stdio.h>

struct step {
	const char *who;
	const char *act;        /* "@" before it: on the disclosure of the decision, not on the case */
	int working, calendar; /* days ago; the calendar day falls back to a working day */
	int hour;
	const char *fields;
};

struct scenario {
	const char *key;
	struct step steps[24];
};

/* %s is the first day, the day of discovery. */
#define CLUE(source, ip, cause, party) \
	"{\"source\":\"" source "\",\"discovered_on\":\"%s\",\"ip_type\":\"" ip "\",\"cause\":\"" cause "\"," \
	"\"summary\":\"演示数据：" cause "。\",\"parties\":[{\"name\":\"" party "\",\"kind\":\"个体工商户\"}]}"
#define TRADEMARK "销售侵犯注册商标专用权的商品"

#define BOTH "{\"officer\":\"officer\",\"co_officer\":\"co_officer\"}"
#define W(n) n, 0
#define D(n) 0, n

/* Registered, assigned, requested, endorsed and approved within a day: the case is filed. */
#define FILED(when, source, ip, cause, party) \
	{ "clerk", "register", when, 8, CLUE(source, ip, cause, party) }, \
	{ "unit_head", "assign", when, 9, BOTH }, \
	{ "officer", "file_request", when, 10, "{\"cause\":\"" cause "\",\"reason\":\"有证据初步证明存在违法行为\"}" }, \
	{ "unit_head", "file_endorse", when, 11, BOTH }, \
	{ "deputy_head", "file_approve", when, 15, "{\"opinion\":\"同意立案\"}" }

#define REPORTED(when) \
	{ "officer", "report", when, 10, "{\"proposed_outcome\":\"给予行政处罚\",\"review_kind\":\"案件审核\"," \
	  "\"note\":\"事实清楚，证据确凿，建议罚款并没收侵权商品\"}" }
#define REVIEWED(when) { "legal_reviewer", "review_pass", when, 11, "{\"opinion\":\"同意承办机构意见\"}" }
#define NOTICED(when) \
	{ "officer", "notice_serve", when, 15, "{\"notice_kinds\":[\"罚款\",\"没收非法财物\"]," \
	  "\"notice_fine_fen\":\"2000000\",\"hearing_right\":false,\"service_method\":\"直接\"}" }
#define DECIDED(when) \
	{ "officer", "decide_penalty_request", when, 9, "{\"penalty_kinds\":[\"罚款\",\"没收非法财物\"]," \
	  "\"fine_fen\":\"2000000\",\"confiscated_goods\":\"侵权商品36件\",\"discretion\":\"一般\"," \
	  "\"decision_text\":\"当事人销售侵犯注册商标专用权的商品36件。\",\"basis\":\"商标法第六十条第二款\"}" }, \
	{ "deputy_head", "decide_penalty_approve", when, 15, "{\"opinion\":\"同意\"}" }
#define SERVED(when) { "officer", "serve", when, 10, "{\"service_method\":\"直接\"}" }
#define PAID(when) { "clerk", "pay", when, 10, "{\"amount_fen\":\"2000000\",\"receipt\":\"演示票据0001\"}" }
#define PERFORMED(when) { "officer", "performed", when, 11, "{\"performance\":\"自动履行\"}" }

/* Prepared, reviewed by somebody else, reported and published within a day, after service. */
#define PREPARED(...) { "officer", "@prepare", __VA_ARGS__, 13, "{}" }
#define SECRECY_REVIEWED(...) { "unit_head", "@review_pass", __VA_ARGS__, 14, "{\"secrecy_reviewed\":true}" }
#define REPORTED_TO_CREDIT(...) { "credit_clerk", "@credit_report", __VA_ARGS__, 15, "{}" }
#define PUBLISHED(...) \
	PREPARED(__VA_ARGS__), SECRECY_REVIEWED(__VA_ARGS__), REPORTED_TO_CREDIT(__VA_ARGS__), \
	{ "credit_clerk", "@publish", __VA_ARGS__, 16, "{\"publish_place\":\"国家企业信用信息公示系统\"}" }

static const struct scenario scenarios[] = {
	{ "demo-clue-green", { /* ten working days left */
		{ "clerk", "register", W(5), 9, CLUE("举报", "商标", TRADEMARK, "演示一号烟酒店") },
		{ "unit_head", "assign", W(4), 9, BOTH },
		{ "officer", "verify", W(3), 14, "{\"note\":\"现场核查，未见库存\"}" } } },
	{ "demo-clue-yellow", { /* two left */
		{ "officer", "register", W(13), 9, CLUE("投诉", "专利", "假冒专利", "演示二号五金店") },
		{ "officer", "complaint_answer", W(10), 9, "{\"granted\":true}" } } },
	{ "demo-clue-red", { /* two days over */
		{ "officer2", "register", W(17), 9, CLUE("其他部门移送", "地理标志", "擅自使用地理标志专用标志", "演示三号特产店") } } },
	{ "demo-clue-stopped", { /* the right holder looks at the goods */
		{ "clerk", "register", W(12), 9, CLUE("举报", "商标", TRADEMARK, "演示四号服装店") },
		{ "unit_head", "assign", W(11), 9, BOTH },
		{ "officer", "identification_start", W(8), 15, "{\"right_holder\":\"某服饰有限公司\"}" } } },
	{ "demo-clue-to-approve", { /* endorsed: the deputy head's turn */
		{ "clerk", "register", W(9), 9, CLUE("举报", "商标", TRADEMARK, "演示十三号文具店") },
		{ "unit_head", "assign", W(8), 9, BOTH },
		{ "officer", "file_request", W(2), 10, "{\"cause\":\"" TRADEMARK "\",\"reason\":\"经辨认为侵权商品\"}" },
		{ "unit_head", "file_endorse", W(1), 11, BOTH } } },
	{ "demo-override-to-approve", { /* past the criminal line: only the principal may decide against a hand-over */
		FILED(D(30), "举报", "商标", TRADEMARK, "演示十四号白酒商行"),
		{ "officer", "amounts", D(10), 10, "{\"offence\":\"TM_SALE\",\"criminal_sales_fen\":\"8000000\"}" },
		{ "officer", "advisory_override_request", W(1), 15, "{\"reason\":\"八万元中六万元为权利人授权商品，附授权书和进货单\"}" } } },
	{ "demo-report-due", { /* past the criminal line, nothing done yet: the duty to report is red */
		FILED(D(30), "举报", "商标", TRADEMARK, "演示十五号酒类批发部"),
		{ "officer", "amounts", D(5), 10, "{\"offence\":\"TM_SALE\",\"criminal_sales_fen\":\"6000000\"}" } } },
	{ "demo-seizure-yellow", { /* seized before filing; two days left of thirty */
		{ "clerk", "register", D(28), 8, CLUE("监督检查", "商标", TRADEMARK, "演示五号汽配店") },
		{ "unit_head", "assign", D(28), 9, BOTH },
		{ "officer", "measure_take", D(28), 10, "{\"measure_kind\":\"扣押\",\"measure_goods\":\"机油55桶\",\"urgent\":true}" },
		{ "deputy_head", "measure_confirm", D(28), 16, "{\"measure\":1,\"granted\":true}" },
		{ "officer", "file_request", D(26), 10, "{\"cause\":\"" TRADEMARK "\",\"reason\":\"经辨认为侵权商品\"}" },
		{ "unit_head", "file_endorse", D(26), 11, BOTH },
		{ "deputy_head", "file_approve", D(26), 15, "{\"opinion\":\"同意立案\"}" },
		{ "officer", "record", D(20), 10, "{\"record_kind\":\"询问笔录\",\"note\":\"询问经营者，承认进货\"}" },
		{ "officer", "amounts", D(19), 10, "{\"goods_value_fen\":\"743000\",\"illegal_income_fen\":\"不能计算\"}" } } },
	{ "demo-suspended", {
		FILED(D(60), "上级交办", "商业秘密", "侵犯商业秘密", "演示六号机械厂"),
		{ "officer", "suspend_request", D(20), 10, "{\"suspend_ground\":\"权属争议或权利人同时起诉\",\"reason\":\"双方已就权属起诉\"}" },
		{ "deputy_head", "suspend_approve", D(20), 15, "{}" } } },
	{ "demo-reviewing", {
		FILED(D(40), "举报", "商标", TRADEMARK, "演示七号日化店"), REPORTED(W(4)) } },
	{ "demo-noticed", {
		FILED(D(50), "举报", "商标", TRADEMARK, "演示八号手机店"), REPORTED(W(8)), REVIEWED(W(6)), NOTICED(W(2)) } },
	{ "demo-unserved-yellow", { /* two working days left to serve */
		FILED(D(45), "举报", "商标", TRADEMARK, "演示九号酒类经营部"), REPORTED(W(16)), REVIEWED(W(15)),
		NOTICED(W(14)), DECIDED(W(5)) } },
	{ "demo-payment-red", {
		FILED(D(90), "监督检查", "商标", TRADEMARK, "演示十号副食店"), REPORTED(D(70)), REVIEWED(D(69)),
		NOTICED(D(66)), DECIDED(D(45)), SERVED(D(40)), PUBLISHED(D(40)),
		{ "officer", "address_confirm", D(39), 15, "{\"service_address\":\"演示县演示路10号\",\"electronic_consent\":true}" } } },
	{ "demo-publish-yellow", { /* performed; two working days left to publish */
		FILED(D(80), "举报", "商标", TRADEMARK, "演示十一号玩具店"), REPORTED(D(60)), REVIEWED(D(57)),
		NOTICED(D(54)), DECIDED(W(18)), SERVED(W(16)), REPORTED_TO_CREDIT(W(14)),
		PAID(W(10)), PERFORMED(W(9)), PREPARED(W(8)), SECRECY_REVIEWED(W(7)),
		{ "officer", "close_request", W(1), 9, "{\"note\":\"罚款缴清，物品已处理\"}" } } },
	{ "demo-closed", {
		FILED(D(120), "举报", "商标", TRADEMARK, "演示十二号家电店"), REPORTED(D(100)), REVIEWED(D(96)),
		NOTICED(D(94)), DECIDED(D(75)), SERVED(D(70)), PUBLISHED(D(70)), PAID(D(63)), PERFORMED(D(62)),
		{ "officer", "close_request", D(55), 9, "{\"note\":\"已履行完毕\"}" },
		{ "unit_head", "close_endorse", D(55), 10, "{}" },
		{ "deputy_head", "close_approve", D(55), 15, "{}" } } },
};

/* ---- planning them ---- */

static day_t day_of(const struct plan *p, const struct step *s)
{
	const struct calendar *cal = &p->e->book.calendar;
	day_t day = p->today;
	bool provisional = false;
	enum err_code code = s->calendar
				     ? calendar_roll_back(cal, p->today - s->calendar, &day, &provisional, NULL)
				     : calendar_sub(cal, p->today, s->working, &day, &provisional, NULL);

	CHECK(code == ERR_OK);
	return day;
}

/* The only conversion in a step's fields is the first day, in %s. */
static const char *fields_of(struct arena *arena, const char *fields, day_t first)
{
	const char *at = strstr(fields, "%s");
	char day[11];

	if (!at)
		return fields;
	day_format(first, day);
	return arena_printf(arena, "%.*s%s%s", (int)(at - fields), fields, day, at + 2);
}

void demo_matters(struct plan *p)
{
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
		const struct scenario *s = &scenarios[i];
		day_t first = day_of(p, &s->steps[0]);
		plan_story(p, s->key, PROCEDURE_CLUE);
		day_t last = DAY_NONE;
		int hour = 0;
		for (size_t k = 0; k < ARRAY_LEN(s->steps) && s->steps[k].who; k++) {
			const struct step *step = &s->steps[k];
			day_t day = day_of(p, step);
			/* Around long holidays several days fall back to one: the order stays. */
			hour = day > last || step->hour > hour ? step->hour : hour;
			last = day;
			plan_step(p, step->who, step->act, day, hour, fields_of(&p->keep, step->fields, first));
		}
	}
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Live matters of the demonstration: what a unit's queue looks like on the day it is loaded. Days are counted
 * back from today, in working days where a clock counts them, so that the same clocks are green, yellow, red
 * and stopped whenever it runs. Every step is an act by the right account; the ledger is real.
 *
 * A scenario is one transaction. Its first act carries an idempotency key: a second run skips it. */
#include "ctl_demo.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

struct step {
	const char *who;
	const char *act;
	int working, calendar; /* days ago; the calendar day falls back to a working day */
	int hour;
	const char *fields;
};

struct scenario {
	const char *key;
	struct step steps[24];
};

enum { ACTORS_MAX = 16 };

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
#define PUBLISHED(when) \
	{ "credit_clerk", "publish_credit", when, 10, "{}" }, \
	{ "credit_clerk", "publish", when, 11, "{\"secrecy_reviewed\":true,\"publish_place\":\"国家企业信用信息公示系统\"}" }

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
		NOTICED(D(66)), DECIDED(D(45)), PUBLISHED(D(40)), SERVED(D(40)),
		{ "officer", "address_confirm", D(39), 15, "{\"service_address\":\"演示县演示路10号\",\"electronic_consent\":true}" } } },
	{ "demo-publish-yellow", { /* performed; two working days left to publish */
		FILED(D(80), "举报", "商标", TRADEMARK, "演示十一号玩具店"), REPORTED(D(60)), REVIEWED(D(57)),
		NOTICED(D(54)), DECIDED(W(18)), SERVED(W(16)),
		{ "credit_clerk", "publish_credit", W(14), 10, "{}" }, PAID(W(10)), PERFORMED(W(9)),
		{ "officer", "close_request", W(1), 9, "{\"note\":\"罚款缴清，物品已处理\"}" } } },
	{ "demo-closed", {
		FILED(D(120), "举报", "商标", TRADEMARK, "演示十二号家电店"), REPORTED(D(100)), REVIEWED(D(96)),
		NOTICED(D(94)), DECIDED(D(75)), PUBLISHED(D(70)), SERVED(D(70)), PAID(D(63)), PERFORMED(D(62)),
		{ "officer", "close_request", D(55), 9, "{\"note\":\"已履行完毕\"}" },
		{ "unit_head", "close_endorse", D(55), 10, "{}" },
		{ "deputy_head", "close_approve", D(55), 15, "{}" } } },
};

/* ---- running them ---- */

struct run {
	struct engine *e;
	struct arena keep;
	const char *names[ACTORS_MAX]; /* accounts; an actor's name is the person's */
	struct actor actors[ACTORS_MAX];
	size_t actor_count;
	day_t today;
};

static const struct actor *actor(struct run *r, const char *name)
{
	for (size_t i = 0; i < r->actor_count; i++) {
		if (strcmp(r->names[i], name) == 0)
			return &r->actors[i];
	}
	CHECK(r->actor_count < ACTORS_MAX);
	struct actor *a = &r->actors[r->actor_count];
	r->names[r->actor_count] = name;
	return engine_actor(r->e, &r->keep, name, a) ? (r->actor_count++, a) : NULL;
}

static day_t day_of(const struct run *r, const struct step *s)
{
	const struct calendar *cal = &r->e->book.calendar;
	day_t day = r->today;
	bool provisional = false;
	enum err_code code = s->calendar
				     ? calendar_roll_back(cal, r->today - s->calendar, &day, &provisional, NULL)
				     : calendar_sub(cal, r->today, s->working, &day, &provisional, NULL);

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

static bool known(struct run *r, const char *key)
{
	const char *values[] = { key };
	char *found = ctl_query_text(r->e->conn, "SELECT 1 FROM idempotency WHERE key = $1", 1, values);
	bool yes = !found || *found;

	free(found);
	return yes;
}

static bool run_steps(struct run *r, const struct scenario *s)
{
	day_t first = day_of(r, &s->steps[0]);
	int64_t matter = 0;

	for (size_t i = 0; i < ARRAY_LEN(s->steps) && s->steps[i].who; i++) {
		const struct step *step = &s->steps[i];
		struct engine_act act = { .actor = actor(r, step->who), .matter = matter,
					  .procedure = PROCEDURE_CLUE, .act = step->act,
					  .fields = fields_of(&r->keep, step->fields, first),
					  .happened_at = day_at(day_of(r, step), step->hour, 0),
					  .key = i == 0 ? s->key : NULL };
		if (!act.actor)
			return false;
		if (!engine_do(r->e, &act)) {
			ctl_error("%s, step %zu %s: %s (%s) %s", s->key, i + 1, step->act, act.err.message,
				  act.err.rule, act.err.detail);
			return false;
		}
		matter = act.spawned ? act.spawned : act.id;
	}
	return true;
}

bool demo_matters(struct engine *e)
{
	struct run r = { .e = e, .keep = ARENA_INIT(0), .today = instant_to_day(clock_now()) };
	size_t made = 0;
	bool ok = true;

	for (size_t i = 0; ok && i < ARRAY_LEN(scenarios); i++) {
		if (known(&r, scenarios[i].key))
			continue;
		ok = ctl_exec(e->conn, "BEGIN") && run_steps(&r, &scenarios[i]) && ctl_exec(e->conn, "COMMIT");
		if (!ok)
			ctl_rollback(e->conn);
		made += ok;
	}
	printf("live matters: %zu made, %zu there already\n", made, ARRAY_LEN(scenarios) - made);
	arena_fini(&r.keep);
	return ok;
}

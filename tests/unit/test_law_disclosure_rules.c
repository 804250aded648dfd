/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Disclosure, what is computed: which decision must be published until when, class and period under the rules of a day, the six
 * items. The dates were computed by hand from schema/law/holidays.csv, on both sides of the holidays and of 25 December 2025. */
#include "law_disclosure.h"

/* A disclosure of its own, without a case: class and window by the fields of the decision. */
static struct facts facts_of(const char *json)
{
	struct walk *w = walk_new(&arena, &book, PROCEDURE_DISCLOSURE);
	struct facts f;

	walk_fields(w, json, law_day("2026-11-23"), &f);
	return f;
}

/* ---- what must be published ---- */

static void test_spawn(void **state)
{
	struct walk *c = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-11");
	struct walk *w = walk_disclose(c);
	(void)state;

	walk_state(w, STATE_PREPARING);
	assert_int_equal(w->d->kind, MATTER_DISCLOSURE);
	assert_int_equal(fact_num(&w->d->facts, FIELD_CASE), c->id);
	assert_int_equal(fact_num(&c->d->facts, FIELD_DISCLOSURE_MATTER), w->id);
	assert_int_equal(fact_num(&w->d->facts, FIELD_OFFICER), 1);
	assert_string_equal(fact_text(&w->d->facts, FIELD_DECISION_TEXT), "销售侵权商品"); /* the sealed original */
	assert_int_equal(strlen(fact_text(&w->d->facts, FIELD_TEXT_DIGEST)), 64);
	class_is(w, "一般");
	walk_clock(w, "D32", 0, "running", "2026-04-09"); /* Qingming 4-6 April */
	walk_clock(w, "D36", 0, "running", "2026-03-20");
	walk_fact_day(w, FIELD_PUBLISH_DUE, "2026-04-09");
	walk_fact_day(w, FIELD_CREDIT_DUE, "2026-03-20");
	assert_null(dossier_clock_const(w->d, "D33", 0));
	assert_null(dossier_clock_const(c->d, "D32", 0));
	walk_replay(w);
	walk_replay(c);

	/* The number that the officer brought. */
	c = decided_as("2026-03-02", "2026-03-03", "2026-03-11",
		       "{\"penalty_kinds\":[\"罚款\"],\"fine_fen\":100,\"discretion\":\"一般\",\"decision_text\":\"x\",\"basis\":\"x\","
		       "\"doc_no\":\"样市监处罚〔2026〕99号\"}");
	w = walk_disclose(c);
	assert_string_equal(fact_text(&w->d->facts, FIELD_DECISION_PAPER), "样市监处罚〔2026〕99号");

	/* Another province: ten working days to push. */
	c = decided_as("2026-03-02", "2026-03-03", "2026-03-11",
		       "{\"penalty_kinds\":[\"罚款\"],\"fine_fen\":2000000,\"discretion\":\"从轻\",\"other_province\":true,"
		       "\"decision_text\":\"x\",\"basis\":\"x\"}");
	w = walk_disclose(c);
	walk_clock(w, "D33", 0, "running", "2026-03-25");
	walk_fact_day(w, FIELD_PUBLISH_DUE, "2026-03-25");
	assert_null(dossier_clock_const(w->d, "D32", 0));
	class_is(w, "轻微");

	/* Only a warning: not required, for good. */
	c = decided_as("2026-03-02", "2026-03-03", "2026-03-11",
		       "{\"penalty_kinds\":[\"警告\"],\"discretion\":\"从轻\",\"decision_text\":\"x\",\"basis\":\"x\"}");
	w = walk_disclose(c);
	walk_state(w, STATE_NOT_REQUIRED);
	assert_true(fact_has(&w->d->facts, FIELD_NOT_REQUIRED_REASON));
	assert_int_equal(w->d->clock_count, 0);
	assert_false(fact_has(&w->d->facts, FIELD_PUBLISH_CLASS));
	walk_refuse(w, "officer", "prepare", "2026-03-12", "{}", "wrong-state");
	walk_refuse(w, "credit_clerk", "credit_report", "2026-03-12", "{}", "wrong-state");
	walk_replay(w);
}

/* Twenty, ten and seven working days over the long holidays. */
static void test_due_days(void **state)
{
	static const struct {
		const char *decided, *d32, *d33, *d36;
	} cases[] = {
		{ "2026-09-21", "2026-10-26", "2026-10-12", "2026-10-08" }, /* Mid-Autumn, National Day, 10 October worked */
		{ "2026-09-30", "2026-11-03", "2026-10-20", "2026-10-15" },
		{ "2026-01-30", "2026-03-05", "2026-02-13", "2026-02-10" }, /* 14 and 28 February worked */
		{ "2026-02-13", "2026-03-19", "2026-03-05", "2026-03-02" }, /* Spring Festival 15-23 February */
		{ "2025-01-24", "2025-02-27", "2025-02-13", "2025-02-10" },
		{ "2026-11-23", "2026-12-21", "2026-12-07", "2026-12-02" },
		{ "2025-12-24", "2026-01-22", "2026-01-08", "2026-01-05" }, /* the rules change in between: the periods do not */
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct walk *w = registered(cases[i].decided, cases[i].decided, ",\"penalty_kinds\":[\"罚款\"],\"fine_fen\":1000");
		walk_clock(w, "D32", 0, "running", cases[i].d32);
		walk_clock(w, "D36", 0, "running", cases[i].d36);
		walk_fact_day(w, FIELD_PUBLISH_DUE, cases[i].d32);
		w = registered(cases[i].decided, cases[i].decided, ",\"penalty_kinds\":[\"罚款\"],\"fine_fen\":1000,\"other_province\":true");
		walk_clock(w, "D33", 0, "running", cases[i].d33);
	}
	/* A decision replaced: the day of the new one counts, not that of the entry. */
	struct walk *w = registered("2026-10-09", "2026-09-21", ",\"penalty_kinds\":[\"罚款\"],\"fine_fen\":1000");
	walk_clock(w, "D32", 0, "running", "2026-10-26");
	walk_replay(w);
}

/* ---- class ---- */

static void test_classes(void **state)
{
	static const struct {
		const char *decision, *now, *then;
	} cases[] = {
		{ "\"penalty_kinds\":[\"警告\"]", "", "" },
		{ "\"penalty_kinds\":[\"通报批评\"]", "轻微", "轻微" },
		{ "\"penalty_kinds\":[\"通报批评\"],\"serious_field\":true", "轻微", "轻微" },
		{ "\"penalty_kinds\":[\"通报批评\",\"警告\"]", "一般", "一般" }, /* not alone */
		{ "\"penalty_kinds\":[\"罚款\"],\"fine_fen\":5000000,\"discretion\":\"从轻\"", "轻微", "轻微" },
		{ "\"penalty_kinds\":[\"罚款\"],\"fine_fen\":5000000,\"discretion\":\"减轻\"", "轻微", "轻微" },
		{ "\"penalty_kinds\":[\"罚款\"],\"fine_fen\":5000001,\"discretion\":\"从轻\"", "一般", "一般" },
		{ "\"penalty_kinds\":[\"罚款\"],\"fine_fen\":5000000,\"discretion\":\"一般\"", "一般", "一般" },
		{ "\"penalty_kinds\":[\"罚款\"],\"fine_fen\":100", "一般", "一般" },
		{ "\"penalty_kinds\":[\"罚款\"],\"fine_fen\":500000,\"discretion\":\"从轻\",\"party_natural\":true", "轻微", "轻微" },
		{ "\"penalty_kinds\":[\"罚款\"],\"fine_fen\":500001,\"discretion\":\"从轻\",\"party_natural\":true", "一般", "一般" },
		{ "\"penalty_kinds\":[\"罚款\",\"没收非法财物\"],\"fine_fen\":100,\"discretion\":\"从轻\"", "一般", "一般" },
		{ "\"penalty_kinds\":[\"没收违法所得\"]", "一般", "一般" },
		{ "\"penalty_kinds\":[\"暂扣许可证件\"]", "一般", "一般" },
		{ "\"penalty_kinds\":[\"罚款\"],\"fine_fen\":6000000,\"serious_field\":true", "严重a", "严重a" },
		{ "\"penalty_kinds\":[\"罚款\"],\"fine_fen\":100,\"discretion\":\"从轻\",\"serious_field\":true", "轻微", "轻微" },
		{ "\"penalty_kinds\":[\"责令停产停业\"]", "严重b", "严重c" },
		{ "\"penalty_kinds\":[\"限制开展生产经营活动\",\"罚款\"],\"fine_fen\":100", "严重b", "严重c" },
		{ "\"penalty_kinds\":[\"限制从业\"],\"serious_field\":true", "严重b", "严重c" },
		{ "\"penalty_kinds\":[\"降低资质等级\"]", "严重c", "严重c" },
		{ "\"penalty_kinds\":[\"吊销许可证件\",\"责令停产停业\"]", "严重c", "严重c" },
		{ "\"penalty_kinds\":[\"责令关闭\"]", "严重c", "严重c" },
		{ "\"penalty_kinds\":[\"罚款\"],\"fine_fen\":100,\"discretion\":\"从轻\",\"listed_on\":\"2025-01-02\"", "严重d", "严重d" },
		{ "\"penalty_kinds\":[\"责令停产停业\"],\"listed_on\":\"2025-01-02\"", "严重b", "严重c" },
	};
	enum disclosure_class c;
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct facts f = facts_of(arena_printf(&arena, "{%s}", cases[i].decision));
		assert_string_equal(disclosure_class_zh(disclosure_class(&book, &f, law_day("2025-12-25"))), cases[i].now);
		assert_string_equal(disclosure_class_zh(disclosure_class(&book, &f, law_day("2025-12-24"))), cases[i].then);
		assert_int_equal(disclosure_required(&f), cases[i].now[0] != '\0');
	}
	for (enum disclosure_class k = DISCLOSURE_CLASS_MINOR; k < DISCLOSURE_CLASS_COUNT; k++) {
		assert_true(disclosure_class_by_zh(disclosure_class_zh(k), &c));
		assert_int_equal(c, k);
	}
	assert_false(disclosure_class_by_zh("", &c));
}

/* ---- period ---- */

static void test_windows(void **state)
{
	static const struct {
		const char *decision, *published, *class, *stop, *repair, *clock;
		bool plain;
	} cases[] = {
		{ MINOR_FINE, "2026-03-16", "轻微", "2026-06-16", NULL, "D37a", true },
		{ MINOR_FINE, "2026-11-30", "轻微", "2027-02-28", NULL, "D37a", true }, /* no 30 February */
		{ GENERAL_FINE, "2026-03-16", "一般", "2027-03-16", "2026-06-16", "D37b", true },
		{ GENERAL_FINE, "2025-12-25", "一般", "2026-12-25", "2026-03-25", "D37b", true },
		{ GENERAL_FINE, "2026-10-01", "一般", "2027-10-01", "2027-01-01", "D37b", true }, /* days off do not move it */
		{ FIELD_A, "2026-03-16", "严重a", "2029-03-16", "2027-03-16", "D37c", true },
		{ SUSPENDED_B, "2026-03-16", "严重b", "2029-03-16", "2027-03-16", "D37c", true },
		{ SUSPENDED_B ",\"restriction_until\":\"2028-05-01\"", "2026-03-16", "严重b", "2029-03-16", "2028-05-02", "D37c", true },
		{ SUSPENDED_B ",\"restriction_until\":\"2031-03-15\"", "2026-03-16", "严重b", "2031-03-15", "2031-03-16", "D37c", false },
		{ CLOSED_C, "2026-03-16", "严重c", "2029-03-16", NULL, "D37c", true },
		{ LISTED_D, "2026-03-16", "严重d", "2029-03-16", "2027-03-16", "D37c", true },
		/* Under the old rules three months or three years; what was still public on 25 December 2025 came under the
		 * new ones, which ended nothing before that day. */
		{ MINOR_FINE, "2025-09-24", "轻微", "2025-12-24", NULL, "D37a", true },
		{ MINOR_FINE, "2025-09-25", "轻微", "2025-12-25", NULL, "D37a", false },
		{ GENERAL_FINE, "2025-12-24", "一般", "2026-12-24", "2026-03-24", "D37b", false },
		{ GENERAL_FINE, "2024-12-26", "一般", "2025-12-26", "2025-03-26", "D37b", false },
		{ GENERAL_FINE, "2023-06-01", "一般", "2025-12-25", "2023-09-01", "D37b", false },
		{ GENERAL_FINE, "2022-12-24", "一般", "2025-12-24", "2023-06-24", "D37b", true }, /* over under the old rules */
		{ FIELD_A, "2025-06-02", "严重a", "2028-06-02", "2026-06-02", "D37c", false },
		{ SUSPENDED_B, "2025-06-02", "严重b", "2028-06-02", "2026-06-02", "D37c", false },
	};
	struct disclosure_window w;
	struct facts f;
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		f = facts_of(arena_printf(&arena, "{%s}", cases[i].decision));
		assert_true(disclosure_window(&book, &f, law_day(cases[i].published), &w));
		if (strcmp(disclosure_class_zh(w.class), cases[i].class) != 0 || w.stop_due != law_day(cases[i].stop) ||
		    w.plain != cases[i].plain || strcmp(w.clock, cases[i].clock) != 0)
			fail_msg("%s published on %s: %s until %s, %s", cases[i].decision, cases[i].published,
				 disclosure_class_zh(w.class), walk_day(&arena, w.stop_due), w.plain ? "plain" : "moved");
		assert_int_equal(w.repairable, cases[i].repair != NULL);
		if (w.repair_from != (cases[i].repair ? law_day(cases[i].repair) : DAY_NONE))
			fail_msg("%s published on %s: repaired from %s", cases[i].decision, cases[i].published,
				 walk_day(&arena, w.repair_from));
	}
	f = facts_of("{\"penalty_kinds\":[\"警告\"]}");
	assert_false(disclosure_window(&book, &f, law_day("2026-03-16"), &w));
	f = facts_of("{" GENERAL_FINE "}");
	assert_false(disclosure_window(&book, &f, law_day("2020-03-16"), &w)); /* before order 45 */
	assert_false(disclosure_window(&book, &f, DAY_NONE, &w));
}

/* What is not settled law is a row: other rows, other days. */
static void test_windows_are_data(void **state)
{
	struct law_texts texts = { law_read(&arena, "holidays.csv"), law_read(&arena, "clocks.csv"),
				   law_read(&arena, "vocabulary.csv"), law_read(&arena, "thresholds.csv"),
				   law_read(&arena, "limits.csv"), law_read(&arena, "regions.csv") };
	struct facts f = facts_of("{" GENERAL_FINE ",\"decided_on\":\"2025-11-03\"}");
	struct law_book *other = arena_new(&arena, struct law_book);
	struct disclosure_window w;
	char *limits = arena_strndup(&arena, texts.limits.p, texts.limits.n);
	struct err err = ERR_INIT;
	(void)state;

	/* The old period stays, and it counts from the decision. */
	char *row = strstr(limits, "PUBLISH_TRANSITION");
	memcpy(strstr(row, ",1,yes"), ",0,yes", 6);
	row = strstr(limits, "PUBLISH_PERIOD_START");
	memcpy(strstr(row, ",0,choice"), ",1,choice", 9);
	texts.limits = sv_of(limits);
	if (law_book_init(other, &arena, &texts, &err) != ERR_OK)
		fail_msg("%s", err.message);
	assert_true(disclosure_window(other, &f, law_day("2025-11-10"), &w));
	assert_int_equal(w.stop_due, law_day("2028-11-03"));
	assert_int_equal(w.repair_from, law_day("2026-05-03"));
	assert_true(disclosure_window(&book, &f, law_day("2025-11-10"), &w));
	assert_int_equal(w.stop_due, law_day("2026-11-10"));

	/* Every figure must be there, from the oldest day on. */
	memcpy(strstr(limits, "REPAIR_MONTHS_A"), "REPAIR_MONTHS_X", 15);
	texts.limits = sv_of(limits);
	assert_int_equal(law_book_init(other, &arena, &texts, &err), ERR_INVALID);
	assert_non_null(strstr(err.message, "REPAIR_MONTHS_A"));
}

/* ---- told, late, cut ---- */

static void test_late_and_served_by_announcement(void **state)
{
	struct walk *c = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-11");
	struct walk *w = walk_disclose(c);
	(void)state;

	walk_do(c, "officer", "announce", "2026-03-17", "{\"reason\":\"下落不明\"}");
	assert_true(walk_told(c, w));
	reviewed(w, "2026-03-18");
	walk_do(w, "officer", "publish", "2026-04-10", "{}");
	walk_clock(w, "D32", 0, "late", "2026-04-09");
	assert_string_equal(fact_text(&w->d->facts, FIELD_DISCLOSURE), "逾期公示");
	walk_replay(w);

	/* The notice was announced, the decision is not served: nothing was told of it. */
	c = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	walk_reviewed(c, "2026-03-02", "2026-03-02", "案件审核", false);
	walk_do(c, "officer", "announce", "2026-03-03", "{\"reason\":\"下落不明\"}");
	walk_do(c, "officer", "notice_serve", "2026-04-02",
		"{\"notice_kinds\":[\"罚款\"],\"notice_fine_fen\":2000000,\"hearing_right\":false,\"service_method\":\"公告\"}");
	walk_approved(c, "officer", "deputy_head", "decide_penalty", "2026-04-14", FINE("2000000", "一般"));
	w = walk_disclose(c);
	reviewed(w, "2026-04-15");
	walk_refuse(w, "credit_clerk", "publish", "2026-04-15", "{}", "party-not-told");
}

static void test_text(void **state)
{
	static const char *const text = "{\"penalty_kinds\":[\"罚款\"],\"fine_fen\":100,\"discretion\":\"一般\",\"basis\":\"x\","
					"\"decision_text\":\"甲商贸有限公司销售侵权商品，电话13800138000。\"}";
	struct walk *c = decided_as("2026-03-02", "2026-03-03", "2026-03-11", text);
	struct walk *w = walk_disclose(c);
	struct disclosure_summary s;
	(void)state;

	walk_do(c, "officer", "serve", "2026-03-12", "{\"service_method\":\"直接\"}");
	assert_true(walk_told(c, w));
	walk_refuse(w, "officer", "prepare", "2026-03-12",
		    "{\"decision_paper_no\":\"1号\",\"cuts\":\"[{\\\"at\\\":1,\\\"len\\\":3,\\\"code\\\":\\\"contact\\\",\\\"note\\\":\\\"\\\"}]\"}",
		    "cuts-invalid"); /* inside a character */
	walk_refuse(w, "officer", "prepare", "2026-03-12", "{\"decision_paper_no\":\"1号\",\"cuts\":\"[]x\"}", "cuts-invalid");
	walk_refuse(w, "officer", "prepare", "2026-03-12",
		    "{\"decision_paper_no\":\"1号\",\"cuts\":\"[{\\\"at\\\":900,\\\"len\\\":3,\\\"code\\\":\\\"contact\\\"}]\"}", "cuts-invalid");
	/* A telephone number is left: nobody can pass it. */
	walk_do(w, "officer", "prepare", "2026-03-12", "{\"decision_paper_no\":\"样市监处罚〔2026〕7号\"}");
	walk_refuse(w, "unit_head", "review_pass", "2026-03-12", CLEAN, "redaction-residue");
	assert_null(strstr(w->err.detail, "13800138000"));
	walk_refuse(w, "unit_head", "review_sensitive_request", "2026-03-12",
		    "{\"secrecy_reviewed\":true,\"upper_approval\":\"1\"}", "redaction-residue");
	const char *original = fact_text(&w->d->facts, FIELD_DECISION_TEXT);
	size_t at = (size_t)(strstr(original, "13800138000") - original);
	walk_do(w, "officer", "prepare", "2026-03-12",
		arena_printf(&arena, "{\"cuts\":\"[{\\\"at\\\":%zu,\\\"len\\\":11,\\\"code\\\":\\\"contact\\\",\\\"note\\\":\\\"电话\\\"}]\"}", at));
	walk_do(w, "unit_head", "review_pass", "2026-03-12", CLEAN);
	walk_do(w, "credit_clerk", "publish", "2026-03-12", "{}");
	walk_replay(w);

	disclosure_summary(&arena, &w->d->facts, "样县市场监督管理局", NULL, &s);
	assert_null(disclosure_summary_missing(&s));
	assert_string_equal(s.decision_no, "样市监处罚〔2026〕7号");
	assert_string_equal(s.party, "甲商贸有限公司");
	assert_string_equal(s.violation, "销售侵犯注册商标专用权的商品");
	assert_string_equal(s.penalty, "罚款1元");
	assert_string_equal(s.organ, "样县市场监督管理局");
	assert_string_equal(walk_day(&arena, s.decided_on), "2026-03-11");
	assert_string_equal(s.names[0], "甲商贸有限公司");
	assert_null(s.names[1]);
}

/* ---- what the case tells ---- */

static void test_parties_corrected(void **state)
{
	struct walk *c, *w = public_case(&c);
	(void)state;

	walk_do(c, "officer", "correct", "2026-03-18",
		"{\"parties\":[{\"name\":\"甲商贸（乐至）有限公司\",\"kind\":\"企业\"}],\"reason\":\"名称有误\"}");
	assert_true(walk_told(c, w));
	assert_non_null(strstr(fact_text(&w->d->facts, FIELD_PARTIES), "甲商贸（乐至）有限公司"));
	assert_int_equal(fact_num(&w->d->facts, FIELD_PUBLISH_VERSION), 2);
	walk_state(w, STATE_PUBLISHED);
	walk_do(c, "officer", "correct", "2026-03-19", "{\"goods\":\"白酒\",\"reason\":\"x\"}");
	assert_false(walk_told(c, w));
	walk_replay(w);

	/* A summary decision or one without a disclosure tells nobody. */
	c = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-11");
	struct dossier *alone = arena_new(&arena, struct dossier), *served = arena_new(&arena, struct dossier);
	*alone = *c->d;
	fact_clear(&alone->facts, FIELD_DISCLOSURE_MATTER);
	*served = *alone;
	fact_set_num(&served->facts, FIELD_SERVED_ON, law_day("2026-03-12"));
	assert_false(disclosure_case_tells(alone, served));
	assert_true(disclosure_case_tells(c->d, served));
}

/* Eighteen on the day of the decision, or not: by the citizen number, when there is one (of no region that exists). */
static void test_minor_by_number(void **state)
{
	static const struct {
		const char *id, *rule;
	} cases[] = { { "990000200803110015", NULL }, { "990000200803120010", "party-is-minor" } };
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct walk *w = registered("2026-03-11", "2026-03-11", "," GENERAL_FINE);
		walk_do(w, "officer", "prepare", "2026-03-12",
			arena_printf(&arena, "{\"parties\":[{\"name\":\"李某\",\"kind\":\"自然人\",\"id_number\":\"%s\"}]}", cases[i].id));
		walk_do(w, "unit_head", "review_pass", "2026-03-12", CLEAN);
		if (cases[i].rule)
			walk_refuse(w, "credit_clerk", "publish", "2026-03-12", "{}", cases[i].rule);
		else
			walk_do(w, "credit_clerk", "publish", "2026-03-12", "{}");
	}
}

/* ---- summary ---- */

static void test_summary(void **state)
{
	struct facts f = facts_of("{\"parties\":[{\"name\":\"甲商贸有限公司\",\"kind\":\"企业\",\"uscc\":\"91512022MA00000001\","
				  "\"representative\":\"王某\",\"address\":\"某市某街1号\",\"phone\":\"13800138000\"},"
				  "{\"name\":\"张某\",\"kind\":\"自然人\",\"address\":\"某村\",\"phone\":\"13900139000\"},"
				  "{\"name\":\"李某\",\"kind\":\"自然人\",\"role\":\"证人\"}],"
				  "\"cause\":\"假冒专利\",\"decided_on\":\"2026-03-11\",\"penalty_kinds\":[\"警告\",\"罚款\",\"没收违法所得\","
				  "\"没收非法财物\"],\"fine_fen\":2000050,\"confiscated_income_fen\":300,\"confiscated_goods\":\"灯具10件\"}");
	struct disclosure_summary s;
	struct str out = STR_INIT(1 << 16);
	struct json_writer w;
	(void)state;

	disclosure_summary(&arena, &f, "样县市场监督管理局", "样市监处罚〔2026〕1号", &s);
	assert_string_equal(s.party, "甲商贸有限公司，统一社会信用代码：91512022MA00000001，法定代表人（负责人、经营者）：王某\n张某");
	assert_string_equal(s.penalty, "警告；罚款20000.50元；没收违法所得3元；没收非法财物：灯具10件");
	assert_string_equal(s.uscc, "91512022MA00000001");
	json_writer_init(&w, &out);
	disclosure_summary_write(&w, &s);
	assert_true(json_writer_ok(&w));
	assert_non_null(strstr(str_cstr(&out), "\"decided_on\":\"2026-03-11\""));
	assert_null(strstr(str_cstr(&out), "1380"));
	assert_null(strstr(str_cstr(&out), "某街"));
	str_release(&out);
	disclosure_summary(&arena, &f, NULL, "1", &s);
	assert_string_equal(disclosure_summary_missing(&s), "作出行政处罚决定机关名称");
	fact_clear(&f, FIELD_PARTIES);
	disclosure_summary(&arena, &f, "x", "1", &s);
	assert_string_equal(disclosure_summary_missing(&s), "行政处罚当事人基本情况");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spawn),	cmocka_unit_test(test_due_days),
		cmocka_unit_test(test_classes), cmocka_unit_test(test_windows),
		cmocka_unit_test(test_windows_are_data), cmocka_unit_test(test_summary),
		cmocka_unit_test(test_late_and_served_by_announcement), cmocka_unit_test(test_text),
		cmocka_unit_test(test_minor_by_number),
		cmocka_unit_test(test_parties_corrected),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

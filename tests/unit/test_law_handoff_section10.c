/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The acceptance examples of the hand-over law note, section 10, numbers 1 to 10. The 2027 holidays are not announced with
 * schema/law/holidays.csv; example 1 loads its three days. */
#include "law_stages.h"
#include "law_thread.h"

#include "law/basis.h"

static struct arena arena = ARENA_INIT(0);
static struct law_book book;

/* The shipped book, and New Year 2027. */
static int setup(void **state)
{
	struct sv shipped = law_read(&arena, "holidays.csv");
	struct law_texts texts = {
		sv_of(arena_printf(&arena, "%.*s2027-01-01,holiday,元旦\n2027-01-02,holiday,元旦\n2027-01-03,holiday,元旦\n",
				   SV_ARG(shipped))),
		law_read(&arena, "clocks.csv"), law_read(&arena, "vocabulary.csv"), law_read(&arena, "thresholds.csv"),
		law_read(&arena, "limits.csv"), law_read(&arena, "regions.csv"),
	};
	struct err err = ERR_INIT;
	(void)state;

	if (law_book_init(&book, &arena, &texts, &err) != ERR_OK)
		fail_msg("law book: %s", err.message);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

enum { MARKET, POLICE };

#define TEAM "{\"officer\":\"officer\",\"co_officer\":\"co_officer\"}"
#define REPORT "{\"reason\":\"达到追诉标准\",\"transfer_basis\":\"达到追诉标准\",\"evidence_list\":[\"笔录\"]}"

static struct thread *reported(const char *on, const char *about)
{
	struct thread *t = thread_new(&arena, &book, PROCEDURE_C1);

	thread_add(t, "512022-market", "bureau", "512022", SIDE_SENDER);
	thread_add(t, "512022-police", "police", "512022", SIDE_RECEIVER);
	thread_walk(t, MARKET)->peer = &t->copies[POLICE].organ;
	thread_do(t, MARKET, "officer", "open", on,
		  arena_printf(&arena, "{\"peer\":\"512022-police\",\"copy_to\":[\"512022-procuratorate\"]%s}", about));
	thread_do(t, MARKET, "deputy_head", "appoint", on, TEAM);
	thread_do(t, MARKET, "officer", "report_request", on, REPORT);
	return t;
}

static const char *strict_day(struct walk *w, const char *rule)
{
	return walk_day(&arena, dossier_clock(w->d, rule, 0)->due.strict);
}

static void test_1_days_and_hours(void **state)
{
	struct thread *t = reported("2026-12-31", "");
	(void)state;

	assert_string_equal(strict_day(thread_walk(t, MARKET), "C1.1"), "2027-01-03");
	walk_clock(thread_walk(t, MARKET), "C1.1", 0, "running", "2027-01-04");
	t = reported("2026-11-12", "");
	thread_do(t, MARKET, "principal", "report_approve", "2026-11-13 16:00", "{}"); /* a Friday */
	walk_clock(thread_walk(t, MARKET), "C1.2", 0, "running", "2026-11-14");
	assert_int_equal(dossier_clock(thread_walk(t, MARKET)->d, "C1.2", 0)->due.at, walk_time("2026-11-14 16:00"));
}

/* The advisory after these amounts on a fresh case filed on 2026-03-02. */
static const struct facts *advised(const char *amounts)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);

	walk_do(w, "officer", "amounts", "2026-03-03", amounts);
	return &w->d->facts;
}

static void expect(const char *amounts, const char *level, const char *rule)
{
	const struct facts *f = advised(amounts);

	if (!fact_is(f, FIELD_ADVISORY_LEVEL, level))
		fail_msg("%s: %s (%s), not %s", amounts, fact_text(f, FIELD_ADVISORY_LEVEL), fact_text(f, FIELD_ADVISORY_RULES), level);
	if (rule && !strstr(fact_text(f, FIELD_ADVISORY_RULES), rule))
		fail_msg("%s: %s lacks %s", amounts, fact_text(f, FIELD_ADVISORY_RULES), rule);
}

#define SALE_140000 "\"offence\":\"TM_SALE\",\"criminal_sales_fen\":2000000,\"criminal_unsold_fen\":12000000"

static void test_2_sold_and_unsold(void **state)
{
	(void)state;
	expect("{" SALE_140000 "}", "AMBER", NULL);
	expect("{" SALE_140000 ",\"prior_penalty_on\":\"2024-09-02\"}", "RED", "214-3d"); /* 18 months before */
	const struct facts *f = advised("{" SALE_140000 ",\"prior_penalty_on\":\"2024-02-02\"}"); /* 25 months */
	assert_string_not_equal(fact_text(f, FIELD_ADVISORY_LEVEL), "RED");
}

static void test_3_marks_of_one_source(void **state)
{
	(void)state;
	/* 35 000 would be over the line for two marks (30 000), not over that for one (50 000) */
	expect("{\"offence\":\"TM_GOODS\",\"criminal_turnover_fen\":3500000,\"source_groups\":1}", "AMBER", NULL);
	assert_null(strstr(fact_text(advised("{\"offence\":\"TM_GOODS\",\"criminal_turnover_fen\":3500000,\"source_groups\":1}"),
				     FIELD_ADVISORY_RULES), "213G-2b"));
	expect("{\"offence\":\"TM_GOODS\",\"criminal_turnover_fen\":3500000,\"source_groups\":2}", "RED", "213G-2b");
}

static void test_4_prints_and_cartons(void **state)
{
	const struct facts *f = advised("{\"offence\":\"TM_LABEL\",\"label_prints\":12000,\"label_carriers\":3000,\"labels_separable\":false}");
	(void)state;

	assert_int_equal(fact_num(f, FIELD_CRIM_LABELS), 3000);
	assert_string_not_equal(fact_text(f, FIELD_ADVISORY_LEVEL), "RED");
}

/* Administrative income is gross, criminal gain is net of the purchase price. */
static void test_5_two_notions_of_gain(void **state)
{
	const struct facts *f = advised("{\"offence\":\"TM_SALE\",\"illegal_income_fen\":4500000,\"purchase_amount_fen\":2000000,"
					"\"criminal_gain_fen\":2500000,\"criminal_sales_fen\":4500000}");
	(void)state;

	assert_int_equal(fact_money(f, FIELD_INCOME), 4500000);
	assert_int_equal(fact_money(f, FIELD_INCOME) - fact_money(f, FIELD_PURCHASE), fact_money(f, FIELD_CRIM_GAIN));
	assert_string_not_equal(fact_text(f, FIELD_ADVISORY_LEVEL), "RED");
}

static void test_6_two_halves(void **state)
{
	(void)state;
	expect("{\"offence\":\"COPYRIGHT\",\"copies\":260,\"criminal_turnover_fen\":2600000}", "RED", "217-5");
}

static void test_7_trade_secret(void **state)
{
	struct threshold_case c = { .offence = "TRADE_SECRET", .act_on = law_day("2026-03-02") };
	struct prior_penalty prior = { "219", law_day("2025-03-02") };
	struct advisory a;
	(void)state;

	expect("{\"offence\":\"TRADE_SECRET\",\"loss_fen\":15000000,\"prior_penalty_on\":\"2025-03-02\"}", "RED", "219-3a");
	c.priors = &prior;
	c.prior_count = 1;
	for (int64_t loss = 99999999; loss <= 100000000; loss++) { /* one million yuan */
		c.metrics[METRIC_LOSS] = (struct metric_value){ METRIC_KNOWN, loss };
		threshold_advise(&book.thresholds, (struct threshold_policy){ 50, 33 }, &c, law_day("2026-03-03"), &a);
		assert_int_equal(a.aggravated, loss == 100000000);
	}
}

/* The act under the old trademark law, the letter under the new one. */
static void test_8_two_laws(void **state)
{
	struct thread *t = reported("2027-01-04", ",\"ip_type\":\"商标\",\"act_ended_on\":\"2026-12-20\"");
	(void)state;

	thread_do(t, MARKET, "principal", "report_approve", "2027-01-04", "{}");
	thread_do(t, MARKET, "officer", "submit", "2027-01-05", "{}");
	const char *basis = fact_text(&thread_walk(t, MARKET)->d->facts, FIELD_LEGAL_BASIS);
	assert_non_null(strstr(basis, "行为适用商标法（2019年修正）第六十一条"));
	assert_non_null(strstr(basis, "移送程序适用商标法（2026年修订）第七十五条"));
	assert_non_null(strstr(basis, "须经审核确认"));
	assert_non_null(strstr(basis, "第三条第一款"));
	thread_settle(t);
	assert_string_equal(fact_text(&thread_walk(t, POLICE)->d->facts, FIELD_LEGAL_BASIS), basis);

	basis = transfer_legal_basis(&arena, "合理嫌疑", "商标", law_day("2026-11-01"), law_day("2026-12-31"));
	assert_non_null(strstr(basis, "第三条第二款"));
	assert_non_null(strstr(basis, "第六十一条"));
	assert_null(strstr(basis, "七十五"));
	basis = transfer_legal_basis(&arena, "达到追诉标准", "商标", DAY_NONE, law_day("2027-01-01"));
	assert_non_null(strstr(basis, "第七十五条"));
	assert_null(strstr(basis, "六十一"));
	basis = transfer_legal_basis(&arena, "", "商业秘密", DAY_NONE, law_day("2027-01-01"));
	assert_null(strstr(basis, "商标法"));
}

/* A Saturday within the Labour Day holiday (1 to 5 May 2026): the third day lies inside, the lawful one behind. */
static void test_9_notice_on_a_holiday(void **state)
{
	struct thread *t = reported("2026-04-20", "");
	struct walk *w = thread_walk(t, MARKET);
	(void)state;

	t->copies[POLICE].organ.connected = false;
	thread_do(t, MARKET, "principal", "report_approve", "2026-04-20", "{}");
	thread_do(t, MARKET, "officer", "submit", "2026-04-20", "{}");
	thread_settle(t);
	thread_do(t, POLICE, "police", "accept", "2026-04-28", "{\"police_receipt\":\"1\"}");
	thread_do(t, POLICE, "police", "not_file", "2026-05-02", "{\"paper_no\":\"1\",\"paper_on\":\"2026-05-01\",\"reason\":\"x\"}");
	thread_settle(t);
	assert_string_equal(strict_day(w, "C1.10"), "2026-05-05");
	walk_clock(w, "C1.10", 0, "running", "2026-05-06");
	/* the strict day is for us to keep; the right ends with the lawful one */
	thread_refuse(t, MARKET, "officer", "reconsider", "2026-05-07", "{\"reason\":\"x\"}", "reconsideration-too-late", NULL);
	thread_do(t, MARKET, "officer", "reconsider", "2026-05-06", "{\"reason\":\"x\"}");
	walk_clock(w, "C1.10", 0, "met", NULL);
}

static void test_10_no_fine(void **state)
{
	struct thread *t = reported("2026-03-04", "");
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	(void)state;

	walk_reviewed(w, "2026-03-03", "2026-03-03", "案件审核", false);
	walk_do(w, "officer", "notice_serve", "2026-03-03",
		"{\"notice_kinds\":[\"罚款\",\"吊销许可证件\"],\"notice_fine_fen\":100000,\"hearing_right\":true,\"service_method\":\"直接\"}");
	walk_event(w, thread_walk(t, MARKET)->d, "opened", "2026-03-04");
	walk_refuse(w, "officer", "decide_penalty_request", "2026-03-11",
		    "{\"penalty_kinds\":[\"罚款\"],\"fine_fen\":100000,\"discretion\":\"一般\",\"decision_text\":\"x\",\"basis\":\"x\"}",
		    "criminal-transfer-open");
	walk_refuse(w, "officer", "decide_penalty_request", "2026-03-11",
		    "{\"penalty_kinds\":[\"罚款\",\"吊销许可证件\"],\"fine_fen\":100000,\"discretion\":\"一般\",\"decision_text\":\"x\",\"basis\":\"x\"}",
		    "criminal-transfer-open");
	walk_do(w, "officer", "decide_penalty_request", "2026-03-11",
		"{\"penalty_kinds\":[\"吊销许可证件\"],\"discretion\":\"从重\",\"decision_text\":\"x\",\"basis\":\"x\"}");
	walk_refuse(w, "deputy_head", "decide_penalty_approve", "2026-03-11", "{}", "principal-required");
	walk_do(w, "principal", "decide_penalty_approve", "2026-03-11", "{}");
	walk_state(w, STATE_UNSERVED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_1_days_and_hours),
		cmocka_unit_test(test_2_sold_and_unsold),
		cmocka_unit_test(test_3_marks_of_one_source),
		cmocka_unit_test(test_4_prints_and_cartons),
		cmocka_unit_test(test_5_two_notions_of_gain),
		cmocka_unit_test(test_6_two_halves),
		cmocka_unit_test(test_7_trade_secret),
		cmocka_unit_test(test_8_two_laws),
		cmocka_unit_test(test_9_notice_on_a_holiday),
		cmocka_unit_test(test_10_no_fine),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

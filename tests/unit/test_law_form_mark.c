/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the report forms count of a case: the days, sums and flags that a dossier gives, and when they change. */
#include "law_stages.h"
#include "law_setup.h"

#include "law/form_mark.h"

static day_t on(const char *iso)
{
	return law_day(iso);
}

static struct dossier *with(enum matter_procedure procedure, enum state state)
{
	struct dossier *d = arena_new(&arena, struct dossier);

	*d = (struct dossier){ .kind = procedure_kind(procedure), .procedure = procedure, .state = state, .version = 1 };
	return d;
}

static void test_a_case_from_filing_to_the_police(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	struct dossier *h = with(PROCEDURE_C1, STATE_C1_SENT);
	struct form_mark m, before;
	(void)state;

	form_mark_of(w->d, &before);
	assert_true(form_mark_has(w->d));
	assert_null(before.excluded);
	assert_int_equal(before.days[FORM_DAY_filed], on("2026-03-02"));
	assert_int_equal(before.days[FORM_DAY_decided], DAY_NONE);
	assert_int_equal(before.first_on, on("2026-03-02"));
	assert_int_equal(before.sums[FORM_SUM_value], FORM_NO_SUM);
	assert_string_equal(before.campaigns, "[]");

	walk_do(w, "officer", "record", "2026-03-03", "{\"record_kind\":\"现场笔录\",\"note\":\"x\"}");
	form_mark_of(w->d, &m);
	assert_true(form_mark_same(&before, &m)); /* most acts change nothing */

	walk_do(w, "officer", "amounts", "2026-03-04", "{\"goods_value_fen\":500,\"illegal_turnover_fen\":\"不能计算\"}");
	form_mark_of(w->d, &m);
	assert_false(form_mark_same(&before, &m));
	assert_int_equal(m.sums[FORM_SUM_value], 500);
	walk_do(w, "officer", "amounts", "2026-03-04", "{\"illegal_turnover_fen\":0,\"suspicion\":true}");
	form_mark_of(w->d, &m);
	assert_int_equal(m.sums[FORM_SUM_value], 0); /* what is known to be nothing is known */

	fact_set_text(&h->facts, FIELD_PEER_NAME, "县公安局");
	walk_event(w, h, "opened", "2026-03-05");
	form_mark_of(w->d, &m);
	assert_int_equal(m.days[FORM_DAY_police], DAY_NONE);
	walk_event(w, h, "sent", "2026-03-06");
	walk_event(w, h, "returned", "2026-03-20");
	form_mark_of(w->d, &m);
	assert_int_equal(m.days[FORM_DAY_police], on("2026-03-06"));
	walk_event(w, h, "opened", "2026-03-21");
	walk_event(w, h, "sent", "2026-03-22");
	form_mark_of(w->d, &m);
	assert_int_equal(m.days[FORM_DAY_police], on("2026-03-06")); /* once sent is counted once */
	assert_int_equal(m.last_on, on("2026-03-06"));
	walk_replay(w);
}

static void test_the_primary_campaign_is_one_of_the_tags(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	struct form_mark m;
	(void)state;

	walk_refuse(w, "officer", "tag", "2026-03-03", "{\"campaigns\":[\"TIEQUAN-2026\"],\"primary_campaign\":\"CHUNLEI-2026\"}",
		    "primary-campaign");
	walk_do(w, "clerk", "tag", "2026-03-03",
		"{\"campaigns\":[\"TIEQUAN-2026\",\"CHUNLEI-2026\"],\"primary_campaign\":\"CHUNLEI-2026\",\"supervised\":\"市局督办\"}");
	form_mark_of(w->d, &m);
	assert_string_equal(m.primary, "CHUNLEI-2026");
	assert_string_equal(m.supervised, "市局督办");
	walk_do(w, "clerk", "tag", "2026-03-04", "{\"campaigns\":[\"TIEQUAN-2026\"]}");
	form_mark_of(w->d, &m);
	assert_null(m.primary); /* the tag it named is gone */
	assert_string_equal(m.campaigns, "[\"TIEQUAN-2026\"]");
}

static void test_statistics(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	struct form_mark m;
	(void)state;

	walk_refuse(w, "clerk", "statistics", "2026-03-03", "{\"recovered_fen\":1,\"recovered_foreign_fen\":2}",
		    "component-exceeds-total");
	walk_refuse(w, "clerk", "statistics", "2026-03-03", "{\"procuratorate_on\":\"2026-03-04\"}", "sent-day");
	walk_refuse(w, "clerk", "statistics", "2026-03-03", "{\"procuratorate_on\":\"2026-02-28\"}", "sent-day");
	walk_do(w, "clerk", "statistics", "2026-03-03",
		"{\"recovered_fen\":300,\"recovered_foreign_fen\":100,\"dens\":2,\"person_penalised\":true,"
		"\"tags\":[\"电商领域\"],\"procuratorate_on\":\"2026-03-02\"}");
	form_mark_of(w->d, &m);
	assert_int_equal(m.sums[FORM_SUM_recovered], 300);
	assert_int_equal(m.sums[FORM_SUM_recovered_foreign], 100);
	assert_int_equal(m.sums[FORM_SUM_dens], 2);
	assert_true(m.person_penalised);
	assert_string_equal(m.tags, "[\"电商领域\"]");
	assert_int_equal(m.days[FORM_DAY_procuratorate], on("2026-03-02"));
	/* Part of what was said earlier, too. */
	walk_refuse(w, "clerk", "statistics", "2026-03-04", "{\"recovered_fen\":99}", "component-exceeds-total");
	walk_replay(w);
}

static void test_what_does_not_count(void **state)
{
	struct form_mark m;
	(void)state;

	form_mark_of(with(PROCEDURE_ORDINARY, STATE_WITHDRAWN), &m);
	assert_string_equal(m.excluded, "已撤销立案");
	form_mark_of(with(PROCEDURE_ORDINARY, STATE_MERGED), &m);
	assert_string_equal(m.excluded, "已并案");
	form_mark_of(with(PROCEDURE_BACK_ENTRY, STATE_BACK_ENTERED), &m);
	assert_non_null(m.excluded);
	assert_false(form_mark_has(with(PROCEDURE_CLUE, STATE_VERIFYING)));
	assert_false(form_mark_has(with(PROCEDURE_C1, STATE_C1_SENT)));
	assert_false(form_mark_has(with(PROCEDURE_DISCLOSURE, STATE_PREPARING)));
}

static void test_the_summary_procedure_is_filed_by_its_decision(void **state)
{
	struct dossier *d = with(PROCEDURE_SUMMARY, STATE_PERFORMING);
	struct form_mark m;
	(void)state;

	fact_set_num(&d->facts, FIELD_DECIDED_ON, on("2026-04-01"));
	fact_set_num(&d->facts, FIELD_FINE, 10000);
	fact_set_num(&d->facts, FIELD_CONFISCATED_INCOME, MONEY_UNCOMPUTABLE);
	fact_set_num(&d->facts, FIELD_CONFISCATED_GOODS_VALUE, 5000);
	form_mark_of(d, &m);
	assert_null(m.excluded);
	assert_int_equal(m.days[FORM_DAY_filed], on("2026-04-01"));
	assert_int_equal(m.days[FORM_DAY_decided], on("2026-04-01"));
	assert_int_equal(m.sums[FORM_SUM_penalty], 15000);
}

static void test_names(void **state)
{
	enum form_day day;
	enum form_sum sum;
	(void)state;

	for (int i = 0; i < FORM_DAY_COUNT; i++) {
		assert_true(form_day_parse(sv_of(form_day_name((enum form_day)i)), &day));
		assert_int_equal(day, i);
	}
	for (int i = 0; i < FORM_SUM_COUNT; i++) {
		assert_true(form_sum_parse(sv_of(form_sum_name((enum form_sum)i)), &sum));
		assert_int_equal(sum, i);
	}
	assert_false(form_day_parse(SV("opened"), &day));
	assert_false(form_sum_parse(SV(""), &sum));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_case_from_filing_to_the_police),
		cmocka_unit_test(test_the_primary_campaign_is_one_of_the_tags),
		cmocka_unit_test(test_statistics),
		cmocka_unit_test(test_what_does_not_count),
		cmocka_unit_test(test_the_summary_procedure_is_filed_by_its_decision),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

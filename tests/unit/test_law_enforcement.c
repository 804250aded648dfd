/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The party does not pay: added fine, dunning, the court and every gate before it, deferral. */
#include "law_asked.h"
#include "law_stages.h"
#include "law_setup.h"

/* The party does not pay: dun, court, and every gate before it. */
static void test_enforcement(void **state)
{
	struct walk *w = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-11");
	(void)state;

	walk_do(w, "officer", "serve", "2026-03-12", "{\"service_method\":\"直接\"}");
	walk_clock(w, "D22", 0, "running", "2026-03-27");
	walk_clock(w, "D25", 0, "running", "2026-09-14"); /* 12 September is a Saturday */
	walk_fact_day(w, FIELD_REMEDY_OVER_ON, "2026-09-12");
	walk_refuse(w, "officer", "dun", "2026-03-27", "{\"service_method\":\"直接\"}", "payment-not-overdue");
	walk_refuse(w, "officer", "added_fine", "2026-03-27", "{\"added_fine_fen\":100}", "payment-not-overdue");
	walk_refuse(w, "officer", "added_fine", "2026-03-28", "{\"added_fine_fen\":60001}", "added-fine-too-large");
	walk_do(w, "officer", "added_fine", "2026-03-28", "{\"added_fine_fen\":60000}");
	walk_refuse(w, "officer", "court_apply_request", "2026-09-15", "{\"organ_to\":\"县人民法院\"}", "dun-running");
	walk_do(w, "officer", "dun", "2026-09-01", "{\"service_method\":\"直接\"}");
	walk_clock(w, "D27", 0, "running", "2026-09-15");
	walk_refuse(w, "officer", "court_apply_request", "2026-09-12", "{\"organ_to\":\"县人民法院\"}", "remedies-running");
	walk_refuse(w, "officer", "court_apply_request", "2026-09-14", "{\"organ_to\":\"县人民法院\"}", "remedies-running");
	walk_refuse(w, "officer", "court_apply_request", "2026-09-15", "{\"organ_to\":\"县人民法院\"}", "dun-running");
	walk_refuse(w, "officer", "court_apply_request", "2026-12-15", "{\"organ_to\":\"县人民法院\"}", "court-window-over");
	walk_do(w, "officer", "remedy_filed", "2026-09-16", "{\"remedy_kind\":\"行政诉讼\"}");
	walk_refuse(w, "officer", "remedy_filed", "2026-09-16", "{\"remedy_kind\":\"行政诉讼\"}", "remedy-open");
	walk_refuse(w, "officer", "court_apply_request", "2026-09-17", "{\"organ_to\":\"县人民法院\"}", "remedy-open");
	walk_do(w, "officer", "remedy_ended", "2026-10-20", "{\"remedy_result\":\"驳回\"}");
	walk_refuse(w, "officer", "remedy_ended", "2026-10-20", "{\"remedy_result\":\"驳回\"}", "no-remedy-open");
	walk_clock(w, "D28", 0, "running", "2027-01-20");
	walk_approved(w, "officer", "deputy_head", "court_apply", "2026-10-21", "{\"organ_to\":\"县人民法院\"}");
	walk_state(w, STATE_ENFORCING);
	walk_clock(w, "D28", 0, "met", NULL);
	walk_do(w, "officer", "court_accepted", "2026-10-22", "{\"court_case_no\":\"(2026)川2022行审1号\"}");
	walk_do(w, "officer", "court_refused", "2026-11-02", "{\"note\":\"补正\"}");
	walk_state(w, STATE_PERFORMING);
	walk_approved(w, "officer", "deputy_head", "court_apply", "2026-11-03", "{\"organ_to\":\"县人民法院\"}");
	walk_do(w, "officer", "court_ended", "2026-12-03", "{\"court_case_no\":\"(2026)川2022执1号\"}");
	walk_state(w, STATE_CLOSING);
	assert_string_equal(fact_text(&w->d->facts, FIELD_GROUND), "C2");
	walk_clock(w, "D22", 0, "cancelled", NULL);
	walk_replay(w);
}

static void test_deferral(void **state)
{
	struct walk *w = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-11");
	(void)state;

	walk_do(w, "officer", "serve", "2026-03-12", "{\"service_method\":\"留置\"}");
	walk_refuse(w, "officer", "defer_request", "2026-03-13", "{\"deferred_until\":\"2026-03-27\",\"reason\":\"x\"}",
		    "deferral-not-later");
	walk_approved(w, "officer", "deputy_head", "defer", "2026-03-16", "{\"deferred_until\":\"2026-04-30\",\"reason\":\"困难\"}");
	walk_clock(w, "D22", 0, "running", "2026-04-30");
	walk_fact_day(w, FIELD_PAY_DUE, "2026-04-30");
	/* The court's three months do not begin before the remedies are over (12 September). */
	walk_clock(w, "D28", 0, "running", "2026-12-14");
	walk_replay(w);

	w = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-11");
	walk_do(w, "officer", "serve", "2026-03-12", "{\"service_method\":\"留置\"}");
	walk_approved(w, "officer", "deputy_head", "defer", "2026-03-16", "{\"deferred_until\":\"2026-10-30\",\"reason\":\"困难\"}");
	walk_clock(w, "D28", 0, "running", "2027-02-01"); /* 30 January is a Saturday */
	walk_approved(w, "officer", "deputy_head", "ground_other", "2026-10-30", "{\"reason\":\"主体注销\"}");
	assert_string_equal(fact_text(&w->d->facts, FIELD_GROUND), "C5");
}

/* Runs last. */
static void test_guards_both_ways(void **state)
{
	static const enum guard asked[] = { ASKED_ENFORCEMENT };
	(void)state;

	walk_asked_both_ways(asked, ARRAY_LEN(asked));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_enforcement),
		cmocka_unit_test(test_deferral),
		cmocka_unit_test(test_guards_both_ways),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

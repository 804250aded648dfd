/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A case in which a crime is suspected: the duties that the advisory makes, what an open hand-over to the police forbids and
 * allows, and how the case goes on when it comes back. */
#include "law_asked.h"
#include "law_stages.h"
#include "law_setup.h"

/* A hand-over to the police as far as the case sees it. */
static struct dossier *police_handoff(void)
{
	struct dossier *h = arena_new(&arena, struct dossier);

	*h = (struct dossier){ .kind = MATTER_HANDOFF, .procedure = PROCEDURE_C1, .state = STATE_C1_SENT, .version = 1 };
	fact_set_text(&h->facts, FIELD_PEER_NAME, "县公安局");
	return h;
}

#define RED_AMOUNTS "{\"offence\":\"TM_SALE\",\"criminal_sales_fen\":\"30000000\"}"
#define STOP_BUSINESS \
	"{\"penalty_kinds\":[\"责令停产停业\"],\"discretion\":\"从重\",\"decision_text\":\"x\",\"basis\":\"x\"}"

static void test_advisory(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	(void)state;

	walk_refuse(w, "officer", "advisory_settle", "2026-03-03", "{\"transfer_choice\":\"不移送\",\"reason\":\"x\"}", "no-advisory");
	/* half of the line: a decision must be recorded */
	walk_do(w, "officer", "amounts", "2026-03-03", "{\"offence\":\"TM_SALE\",\"criminal_sales_fen\":\"3000000\"}");
	assert_string_equal(fact_text(&w->d->facts, FIELD_ADVISORY_LEVEL), "AMBER");
	walk_clock(w, "C1.0a", 0, "running", "2026-03-10");
	walk_do(w, "officer", "advisory_settle", "2026-03-03", "{\"transfer_choice\":\"不移送\",\"reason\":\"三成为正品\"}");
	walk_clock(w, "C1.0a", 0, "met", NULL);
	/* the line: a report, and only the principal may say no */
	walk_do(w, "officer", "amounts", "2026-03-04", RED_AMOUNTS);
	assert_string_equal(fact_text(&w->d->facts, FIELD_ADVISORY_LEVEL), "RED");
	assert_false(fact_has(&w->d->facts, FIELD_ADVISORY_SETTLED));
	walk_clock(w, "C1.0", 0, "running", "2026-03-05");
	walk_reviewed(w, "2026-03-04", "2026-03-05", "案件审核", false);
	walk_do(w, "officer", "notice_serve", "2026-03-05", NOTICE_20000);
	walk_refuse(w, "officer", "decide_penalty_request", "2026-03-16", DECISION_20000, "advisory-open");
	walk_refuse(w, "officer", "advisory_settle", "2026-03-16", "{\"transfer_choice\":\"不移送\",\"reason\":\"x\"}",
		    "principal-required");
	/* to choose the transfer is not yet to transfer */
	walk_do(w, "officer", "advisory_settle", "2026-03-16", "{\"transfer_choice\":\"移送\",\"reason\":\"x\"}");
	walk_clock(w, "C1.0", 0, "running", "2026-03-05");
	walk_refuse(w, "officer", "decide_penalty_request", "2026-03-16", DECISION_20000, "advisory-open");
	walk_do(w, "officer", "advisory_override_request", "2026-03-16", "{\"reason\":\"多数为权利人自己的商品\"}");
	walk_refuse(w, "deputy_head", "advisory_override_approve", "2026-03-16", "{}", "missing-role");
	walk_do(w, "principal", "advisory_override_approve", "2026-03-16", "{}");
	walk_clock(w, "C1.0", 0, "late", NULL);
	walk_do(w, "officer", "decide_penalty_request", "2026-03-16", DECISION_20000);
	walk_do(w, "deputy_head", "decide_penalty_approve", "2026-03-16", "{}");
	walk_replay(w);

	/* amounts that fall below every line end the duty */
	w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	walk_do(w, "officer", "amounts", "2026-03-03", RED_AMOUNTS);
	walk_do(w, "officer", "amounts", "2026-03-04", "{\"criminal_sales_fen\":\"100\"}");
	assert_string_equal(fact_text(&w->d->facts, FIELD_ADVISORY_LEVEL), "GREY");
	walk_clock(w, "C1.0", 0, "cancelled", NULL);
}

/* No fine while the hand-over is open; what stops the harm may go on, signed by the principal. */
static void test_crime(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	struct dossier *h = police_handoff();
	(void)state;

	walk_do(w, "officer", "amounts", "2026-03-03", RED_AMOUNTS);
	walk_reviewed(w, "2026-03-04", "2026-03-05", "案件审核", false);
	walk_do(w, "officer", "notice_serve", "2026-03-05",
		"{\"notice_kinds\":[\"罚款\",\"没收非法财物\",\"责令停产停业\"],\"notice_fine_fen\":2000000,"
		"\"hearing_right\":true,\"service_method\":\"直接\"}");
	walk_refuse(w, "officer", "decide_transfer_judicial_request", "2026-03-06", "{\"reason\":\"x\"}",
		    "criminal-transfer-not-sent");
	walk_event(w, h, "opened", "2026-03-06");
	assert_string_equal(fact_text(&w->d->facts, FIELD_TRANSFER_STATE), "拟移送");
	assert_string_equal(fact_text(&w->d->facts, FIELD_ADVISORY_SETTLED), "移送");
	walk_clock(w, "C1.0", 0, "late", NULL);
	if (walk_event_try(w, h, "opened", "2026-03-06") != ERR_LAW)
		fail_msg("a second hand-over to the police");
	assert_string_equal(w->err.rule, "criminal-transfer-open");
	walk_refuse(w, "officer", "decide_penalty_request", "2026-03-16", DECISION_20000, "criminal-transfer-open");
	walk_refuse(w, "officer", "advisory_override_request", "2026-03-16", "{\"reason\":\"x\"}", "criminal-transfer-open");
	walk_event(w, h, "approved", "2026-03-16");
	walk_event(w, h, "sent", "2026-03-16");
	walk_clock(w, "C1.17", 0, "running", "2026-04-07");
	walk_refuse(w, "officer", "decide_penalty_request", "2026-03-16", DECISION_20000, "criminal-transfer-open");
	walk_refuse(w, "officer", "terminate_request", "2026-03-16", "{\"terminate_ground\":\"其他\",\"reason\":\"x\"}", "handoff-open");
	walk_do(w, "officer", "decide_penalty_request", "2026-03-17", STOP_BUSINESS);
	walk_refuse(w, "deputy_head", "decide_penalty_approve", "2026-03-17", "{}", "principal-required");
	walk_do(w, "principal", "decide_penalty_approve", "2026-03-17", "{}");
	walk_do(w, "officer", "serve", "2026-03-17", "{\"service_method\":\"直接\"}");
	walk_do(w, "officer", "performed", "2026-03-18", "{\"performance\":\"自动履行\"}");
	walk_refuse(w, "officer", "close_request", "2026-03-18", "{\"note\":\"x\"}", "handoff-open");
	walk_event(w, h, "not-filed", "2026-03-20");
	walk_refuse(w, "officer", "reopen_request", "2026-03-20", "{\"reason\":\"x\"}", "handoff-not-returned");
	walk_event(w, h, "returned", "2026-03-24");
	walk_state(w, STATE_INVESTIGATING);
	walk_clock(w, "D11", 0, "running", "2026-06-22");
	walk_clock(w, "C1.17", 0, "cancelled", NULL);
	assert_int_equal(fact_num(&w->d->facts, FIELD_REOPENED_FROM), 501);
	walk_fact_day(w, FIELD_REOPENED_ON, "2026-03-24");
	walk_reviewed(w, "2026-03-25", "2026-03-26", "案件审核", false);
	walk_do(w, "officer", "notice_serve", "2026-03-26", NOTICE_20000);
	walk_do(w, "officer", "decide_penalty_request", "2026-04-03", DECISION_20000);
	walk_do(w, "deputy_head", "decide_penalty_approve", "2026-04-03", "{}");
	walk_replay(w);
}

/* Closed for the police, and taken up again when it comes back; or suspended meanwhile. */
static void test_crime_closed(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	struct dossier *h = police_handoff();
	struct target other = { .id = 77, .kind = MATTER_CASE, .state = STATE_INVESTIGATING, .organ = 10 };
	(void)state;

	walk_do(w, "officer", "measure_take", "2026-03-03", "{\"measure_kind\":\"扣押\",\"measure_goods\":\"白酒12瓶\",\"urgent\":true}");
	walk_event(w, h, "opened", "2026-03-04");
	walk_event(w, h, "sent", "2026-03-05");
	walk_approved(w, "officer", "principal", "decide_transfer_judicial", "2026-03-07", "{\"reason\":\"构成犯罪\"}");
	walk_state(w, STATE_CLOSING);
	assert_string_equal(fact_text(&w->d->facts, FIELD_GROUND), "C4d");
	walk_event(w, h, "filed", "2026-03-09");
	walk_refuse(w, "officer", "close_request", "2026-03-09", "{\"note\":\"x\"}", "measures-open");
	walk_event(w, h, "handed-over", "2026-03-10");
	assert_int_equal(dossier_open_measures(w->d), 0);
	walk_clock(w, "D10", 1, "met", NULL);
	walk_do(w, "officer", "close_request", "2026-03-11", "{\"note\":\"移送司法机关\"}");
	walk_do(w, "unit_head", "close_endorse", "2026-03-11", "{}");
	walk_do(w, "deputy_head", "close_approve", "2026-03-11", "{}");
	walk_state(w, STATE_CLOSED);
	walk_clock(w, "C1.17", 0, "met", "2026-03-26");
	/* The police withdraw: nothing comes back by itself, but the case may go on. */
	walk_event(w, h, "withdrawn", "2026-04-01");
	walk_state(w, STATE_CLOSED);
	walk_do(w, "officer", "reopen_request", "2026-04-02", "{\"reason\":\"公安撤案\"}");
	walk_do(w, "deputy_head", "reopen_approve", "2026-04-02", "{}");
	walk_state(w, STATE_INVESTIGATING);
	walk_clock(w, "D11", 0, "running", "2026-07-01");
	/* A criminal fine leaves no room for another (行政处罚法 35). */
	fact_set_num(&h->facts, FIELD_CRIMINAL_FINE, 5000000);
	walk_event(w, h, "closed", "2026-04-03");
	walk_reviewed(w, "2026-04-03", "2026-04-07", "案件审核", false);
	walk_do(w, "officer", "notice_serve", "2026-04-07", NOTICE_20000);
	walk_refuse(w, "officer", "decide_penalty_request", "2026-04-15", DECISION_20000, "criminal-fine-imposed");
	walk_replay(w);

	w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	h = police_handoff();
	walk_event(w, h, "opened", "2026-03-04");
	walk_event(w, h, "sent", "2026-03-05");
	walk_approved(w, "officer", "deputy_head", "suspend", "2026-03-06", "{\"suspend_ground\":\"须以其他案件或行政决定为依据\",\"reason\":\"已移送\"}");
	walk_clock(w, "C1.17", 0, "met", NULL);
	walk_event(w, h, "returned", "2026-04-07");
	walk_state(w, STATE_INVESTIGATING);
	walk_clock(w, "D11", 0, "running", "2026-07-06");
	assert_false(dossier_span_open(w->d, SPAN_SUSPENSION));
	walk_replay(w);

	/* The principal refuses: the case goes on as if nothing had been reported. */
	w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	h = police_handoff();
	walk_event(w, h, "opened", "2026-03-04");
	walk_refuse(w, "officer", "withdraw_filing_request", "2026-03-05", "{\"reason\":\"x\"}", "handoff-open");
	walk_event(w, h, "refused", "2026-03-05");
	assert_string_equal(fact_text(&w->d->facts, FIELD_ADVISORY_SETTLED), "局长决定不移送");
	walk_refuse(w, "officer", "merge_request", "2026-03-05", "{\"target\":\"77\",\"reason\":\"x\"}", "target-not-a-case");
	w->target = &other;
	walk_approved(w, "officer", "deputy_head", "merge", "2026-03-05", "{\"target\":\"77\",\"reason\":\"x\"}");
	walk_state(w, STATE_MERGED);
	walk_replay(w);

	/* An open request that the case left behind. */
	w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	walk_do(w, "officer", "extend_request", "2026-03-03", "{\"reason\":\"x\"}");
	walk_approved(w, "officer", "deputy_head", "terminate", "2026-03-04", "{\"terminate_ground\":\"其他\",\"reason\":\"x\"}");
	assert_null(dossier_open_request(w->d, NULL));
	assert_string_equal(fact_text(&w->d->facts, FIELD_GROUND), "C3");
}

/* The police send a case back after a criminal fine: what is verified as a clue and then filed leaves no room for another fine. */
static void test_fine_through_the_clue(void **state)
{
	struct walk *w = walk_clue_registered(&arena, &book, "2026-03-02", "2026-03-02", NULL);
	struct dossier *h = arena_new(&arena, struct dossier);
	(void)state;

	*h = (struct dossier){ .kind = MATTER_HANDOFF, .procedure = PROCEDURE_C3, .state = STATE_HANDOFF_ACCEPTED, .version = 1 };
	fact_set_num(&h->facts, FIELD_CRIMINAL_FINE, 5000000);
	walk_event(w, h, "linked", "2026-03-02");
	walk_do(w, "unit_head", "assign", "2026-03-02", "{" OFFICERS "}");
	walk_do(w, "officer", "file_request", "2026-03-02", "{\"cause\":\"销售侵犯注册商标专用权的商品\",\"reason\":\"x\"}");
	walk_do(w, "unit_head", "file_endorse", "2026-03-02", "{" OFFICERS "}");
	walk_do(w, "deputy_head", "file_approve", "2026-03-02", "{}");
	w = walk_spawn(w);
	assert_int_equal(fact_money(&w->d->facts, FIELD_CRIMINAL_FINE), 5000000);
	walk_reviewed(w, "2026-03-02", "2026-03-02", "案件审核", false);
	walk_do(w, "officer", "notice_serve", "2026-03-03", NOTICE_20000);
	walk_refuse(w, "officer", "decide_penalty_request", "2026-03-11", DECISION_20000, "criminal-fine-imposed");
	walk_replay(w);
}

/* Runs last. */
static void test_guards_both_ways(void **state)
{
	static const enum guard asked[] = { ASKED_CRIME };
	(void)state;

	walk_asked_both_ways(asked, ARRAY_LEN(asked));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_advisory),
		cmocka_unit_test(test_crime),
		cmocka_unit_test(test_crime_closed),
		cmocka_unit_test(test_fine_through_the_clue),
		cmocka_unit_test(test_guards_both_ways),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

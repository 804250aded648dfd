/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Walks from clue to archive with exact dates, the shorter procedures, the other outcomes, and what no other program asks. The
 * dates were computed by hand from schema/law/holidays.csv. */
#include "law_asked.h"
#include "law_stages.h"
#include "law_setup.h"

/* ---- the ordinary procedure from clue to archive ---- */

/* The clue: a seizure before filing, an identification that moves D01. */
static struct walk *long_clue(void)
{
	struct walk *w = walk_clue_registered(&arena, &book, "2026-03-02", "2026-03-02", ",\"act_ended_on\":\"2026-02-27\"," PARTY);

	walk_clock(w, "D01", 0, "running", "2026-03-23");
	walk_clock(w, "D45a", 0, "running", "2028-02-27");
	walk_do(w, "unit_head", "assign", "2026-03-03", "{" OFFICERS "}");
	walk_refuse(w, "officer", "measure_take", "2026-03-03 15:00",
		    "{\"measure_kind\":\"扣押\",\"measure_goods\":\"白酒12瓶\"}", "measure-not-approved");
	walk_do(w, "officer", "measure_take", "2026-03-03 15:00",
		"{\"measure_kind\":\"扣押\",\"measure_goods\":\"白酒12瓶\",\"urgent\":true}");
	walk_clock(w, "D08", 1, "running", "2026-03-04");
	walk_clock(w, "D10", 1, "running", "2026-04-02");
	walk_refuse(w, "deputy_head", "measure_confirm", "2026-03-04 14:59", "{\"measure\":2,\"granted\":true}",
		    "measure-not-in-force");
	walk_do(w, "deputy_head", "measure_confirm", "2026-03-04 14:59", "{\"measure\":1,\"granted\":true}");
	walk_clock(w, "D08", 1, "met", "2026-03-04");
	walk_do(w, "officer", "identification_start", "2026-03-05", "{\"right_holder\":\"某酒业股份有限公司\"}");
	walk_clock(w, "D01", 0, "stopped", "");
	walk_clock(w, "D10", 1, "running", "2026-04-02"); /* identification does not stop a seizure */
	walk_do(w, "officer", "identification_end", "2026-03-09", "{\"note\":\"非权利人产品\"}");
	walk_clock(w, "D01", 0, "running", "2026-03-25");
	walk_do(w, "officer", "identification_start", "2026-03-10", "{\"right_holder\":\"某酒业股份有限公司\"}");
	walk_do(w, "officer", "file_request", "2026-03-10",
		"{\"cause\":\"销售侵犯注册商标专用权的商品\",\"reason\":\"有证据证明存在违法行为\"}");
	assert_int_equal(dossier_turn(w->d), ROLE_UNIT_HEAD);
	walk_refuse(w, "officer", "file_request", "2026-03-10",
		    "{\"cause\":\"销售侵犯注册商标专用权的商品\",\"reason\":\"再报\"}", "request-open");
	walk_refuse(w, "deputy_head", "file_approve", "2026-03-10", "{}", "no-open-request");
	walk_do(w, "unit_head", "file_endorse", "2026-03-10", "{" OFFICERS "}");
	assert_int_equal(dossier_turn(w->d), ROLE_DEPUTY_HEAD);
	walk_do(w, "deputy_head", "file_approve", "2026-03-11", "{}");
	walk_state(w, STATE_CLUE_FILED);
	/* Stopped when it was met: due as if the identification had ended that day. */
	walk_clock(w, "D01", 0, "met", "2026-03-26");
	walk_clock(w, "D10", 1, "cancelled", NULL);
	walk_clock(w, "D45a", 0, "cancelled", NULL);
	assert_int_equal(dossier_open_measures(w->d), 0);
	walk_replay(w);
	return w;
}

static void investigate(struct walk *w)
{
	walk_clock(w, "D10", 1, "running", "2026-04-02");
	walk_clock(w, "D11", 0, "stopped", ""); /* the identification goes on in the case */
	walk_do(w, "officer", "identification_end", "2026-03-11", "{\"note\":\"非权利人产品\"}");
	walk_clock(w, "D11", 0, "running", "2026-06-09");
	walk_do(w, "officer", "record", "2026-03-12", "{\"record_kind\":\"询问笔录\",\"note\":\"询问经营者\"}");
	walk_do(w, "officer", "identification_start", "2026-03-16", "{\"right_holder\":\"某酒业股份有限公司\"}");
	walk_refuse(w, "officer", "identification_start", "2026-03-17", "{\"right_holder\":\"某\"}",
		    "span-already-open");
	walk_refuse(w, "officer", "report", "2026-03-17",
		    "{\"proposed_outcome\":\"给予行政处罚\",\"review_kind\":\"案件审核\",\"note\":\"x\"}", "span-open");
	walk_do(w, "co_officer", "identification_end", "2026-03-26", "{\"note\":\"非权利人产品\"}");
	walk_clock(w, "D11", 0, "running", "2026-06-22");
	walk_refuse(w, "officer", "identification_end", "2026-03-27", "{\"note\":\"再\"}", "span-not-open");
	walk_approved(w, "officer", "deputy_head", "suspend", "2026-04-01",
		      "{\"suspend_ground\":\"当事人下落不明\",\"reason\":\"经营者失联\"}");
	walk_state(w, STATE_SUSPENDED);
	walk_clock(w, "D11", 0, "stopped", "");
	walk_do(w, "officer", "resume", "2026-04-21", "{\"cause_ended_on\":\"2026-04-21\"}");
	walk_state(w, STATE_INVESTIGATING);
	walk_clock(w, "D12", 0, "met", "2026-04-21");
	walk_clock(w, "D11", 0, "running", "2026-07-09");
}

static void extend(struct walk *w)
{
	static const char *const more = "{\"days\":30,\"reason\":\"案情复杂\"}";

	walk_refuse(w, "officer", "extend_again_request", "2026-04-22",
		    "{\"days\":20,\"members\":[\"甲\",\"乙\",\"丙\"],\"reason\":\"复杂\"}", "first-extension-missing");
	walk_refuse(w, "officer", "extend_request", "2026-04-22", "{\"days\":31,\"reason\":\"案情复杂\"}",
		    "extension-too-long");
	walk_refuse(w, "officer", "extend_request", "2026-07-10", more, "extension-after-due");
	walk_do(w, "officer", "extend_request", "2026-04-22", more);
	walk_refuse(w, "deputy_head", "extend_approve", "2026-07-10", "{}", "extension-after-due");
	walk_do(w, "deputy_head", "extend_return", "2026-04-22", "{\"opinion\":\"理由不足\"}");
	walk_clock(w, "D11", 0, "running", "2026-07-09");
	walk_approved(w, "officer", "deputy_head", "extend", "2026-04-23", more);
	walk_clock(w, "D11", 0, "running", "2026-08-10"); /* 8 August is a Saturday */
	walk_refuse(w, "officer", "extend_request", "2026-04-24", more, "already-extended");
	walk_refuse(w, "officer", "extend_again_request", "2026-04-24",
		    "{\"days\":20,\"members\":[\"甲\",\"乙\"],\"reason\":\"复杂\"}", "discussion-missing");
	walk_approved(w, "officer", "principal", "extend_again", "2026-04-24",
		      "{\"days\":20,\"members\":[\"甲\",\"乙\",\"丙\"],\"reason\":\"复杂\"}");
	walk_clock(w, "D11", 0, "running", "2026-08-28");
}

static void review_and_notify(struct walk *w)
{
	walk_do(w, "officer", "report", "2026-05-06",
		"{\"proposed_outcome\":\"给予行政处罚\",\"review_kind\":\"案件审核\",\"note\":\"终结\"}");
	walk_clock(w, "D13", 0, "running", "2026-05-19");
	assert_int_equal(dossier_turn(w->d), ROLE_LEGAL_REVIEWER);
	walk_refuse(w, "legal_reviewer", "review_pass", "2026-05-05", "{\"opinion\":\"同意\"}", "before-previous-step");
	walk_do(w, "legal_reviewer", "review_return", "2026-05-07", "{\"opinion\":\"补充证据\"}");
	walk_state(w, STATE_INVESTIGATING);
	walk_do(w, "officer", "report", "2026-05-08",
		"{\"proposed_outcome\":\"给予行政处罚\",\"review_kind\":\"案件审核\",\"note\":\"终结\"}");
	walk_do(w, "legal_reviewer", "review_pass", "2026-05-11", "{\"opinion\":\"同意\"}");
	walk_clock(w, "D13", 0, "met", "2026-05-21");
	walk_state(w, STATE_NOTIFYING);
	walk_do(w, "officer", "notice_serve", "2026-05-12", NOTICE_20000);
	walk_clock(w, "D14", 0, "running", "2026-05-19");
	walk_fact_day(w, FIELD_NOTICE_DUE, "2026-05-19");
	walk_refuse(w, "officer", "decide_penalty_request", "2026-05-19", DECISION_20000, "notice-period-running");
	assert_non_null(strstr(w->err.detail, "2026-05-19"));
	walk_refuse(w, "legal_reviewer", "statement_review", "2026-05-13", "{\"opinion\":\"x\"}", "no-statement");
	walk_do(w, "officer", "statement", "2026-05-14", "{\"note\":\"要求从轻\"}");
	walk_refuse(w, "officer", "decide_penalty_request", "2026-05-20", DECISION_20000, "statement-not-reviewed");
	walk_do(w, "legal_reviewer", "statement_review", "2026-05-20", "{\"opinion\":\"不予采纳\"}");
}

static void decide(struct walk *w)
{
	walk_refuse(w, "officer", "decide_penalty_request", "2026-05-20",
		    "{\"penalty_kinds\":[\"罚款\"],\"fine_fen\":2000001,\"discretion\":\"一般\","
		    "\"decision_text\":\"销售\",\"basis\":\"商标法\"}", "harsher-after-statement");
	walk_refuse(w, "officer", "decide_penalty_request", "2026-05-20",
		    "{\"penalty_kinds\":[\"罚款\",\"责令停产停业\"],\"fine_fen\":100,\"discretion\":\"一般\","
		    "\"decision_text\":\"销售\",\"basis\":\"商标法\"}", "harsher-after-statement");
	walk_refuse(w, "officer", "decide_penalty_request", "2026-05-20",
		    "{\"penalty_kinds\":[\"罚款\"],\"discretion\":\"一般\",\"decision_text\":\"销售\",\"basis\":\"商标法\"}",
		    "outcome-mismatch");
	walk_do(w, "officer", "decide_penalty_request", "2026-05-22", DECISION_20000);
	walk_refuse(w, "deputy_head", "decide_penalty_approve", "2026-05-21", "{}", "before-previous-step");
	walk_do(w, "deputy_head", "decide_penalty_approve", "2026-05-25", "{}");
	walk_state(w, STATE_UNSERVED);
	walk_clock(w, "D11", 0, "met", "2026-08-28");
	walk_clock(w, "D14", 0, "cancelled", NULL);
	walk_clock(w, "D20", 0, "running", "2026-06-03");
	assert_true(fact_has(&w->d->facts, FIELD_DISCLOSURE_MATTER)); /* published there: test_law_disclosure.c */
}

static void serve_and_pay(struct walk *w)
{
	walk_refuse(w, "officer", "serve", "2026-05-27", "{\"service_method\":\"电子\"}", "no-consent");
	walk_do(w, "officer", "address_confirm", "2026-05-26",
		"{\"service_address\":\"某市某街1号\",\"electronic_consent\":true}");
	walk_refuse(w, "officer", "serve", "2026-05-24", "{\"service_method\":\"电子\"}", "before-previous-step");
	walk_do(w, "officer", "serve", "2026-05-27", "{\"service_method\":\"电子\"}");
	walk_state(w, STATE_PERFORMING);
	walk_clock(w, "D20", 0, "met", "2026-06-03");
	walk_clock(w, "D22", 0, "running", "2026-06-11");
	walk_clock(w, "D24", 0, "running", "2026-07-27"); /* 26 July is a Sunday */
	walk_clock(w, "D25", 0, "running", "2026-11-27");
	walk_clock(w, "D28", 0, "running", "2027-03-01"); /* 27 February is a Saturday */
	walk_fact_day(w, FIELD_PAY_DUE, "2026-06-11");
	walk_refuse(w, "clerk", "pay", "2026-06-01", "{\"amount_fen\":2000001,\"receipt\":\"1\"}", "payment-too-large");
	walk_do(w, "clerk", "pay", "2026-06-01", "{\"amount_fen\":500000,\"receipt\":\"川财0001\"}");
	walk_refuse(w, "officer", "performed", "2026-06-02", "{\"performance\":\"自动履行\"}", "not-paid-in-full");
	assert_non_null(strstr(w->err.detail, "15000.00"));
	walk_do(w, "clerk", "pay", "2026-06-05", "{\"amount_fen\":1500000,\"receipt\":\"川财0002\"}");
	walk_clock(w, "D22", 0, "met", "2026-06-11");
}

static void perform_and_close(struct walk *w)
{
	walk_refuse(w, "officer", "close_request", "2026-06-08", "{\"note\":\"结案\"}", "wrong-state");
	walk_do(w, "officer", "performed", "2026-06-08", "{\"performance\":\"自动履行\"}");
	walk_state(w, STATE_CLOSING);
	walk_clock(w, "D31", 0, "running", "2026-06-30");
	walk_clock(w, "D28", 0, "cancelled", NULL);
	walk_refuse(w, "officer", "serve_no_penalty", "2026-06-09", "{\"service_method\":\"直接\"}", "outcome-mismatch");
	walk_refuse(w, "officer", "close_request", "2026-06-09", "{\"note\":\"结案\"}", "measures-open");
	walk_do(w, "officer", "measure_lift", "2026-06-09", "{\"measure\":1,\"lift_ground\":\"已作出处理决定不再需要\"}");
	walk_clock(w, "D10", 1, "late", "2026-04-02");
	walk_do(w, "officer", "close_request", "2026-06-10", "{\"note\":\"结案\"}");
	walk_do(w, "unit_head", "close_endorse", "2026-06-10", "{}");
	walk_refuse(w, "many_hats", "close_approve", "2026-06-09", "{}", "before-previous-step");
	walk_do(w, "deputy_head", "close_approve", "2026-06-11", "{}");
	walk_state(w, STATE_CLOSED);
	walk_clock(w, "D31", 0, "met", "2026-06-30");
	walk_clock(w, "D47", 0, "running", "2027-06-30");
	walk_do(w, "clerk", "archive", "2026-06-15", "{\"archive_no\":\"20260001\",\"keep_period\":\"永久\"}");
	walk_state(w, STATE_ARCHIVED);
	walk_clock(w, "D47", 0, "met", "2027-06-30");
}

static void test_ordinary(void **state)
{
	struct rate_mark m;
	struct walk *w = walk_spawn(long_clue());
	(void)state;

	walk_state(w, STATE_INVESTIGATING);
	investigate(w);
	extend(w);
	review_and_notify(w);
	decide(w);
	serve_and_pay(w);
	perform_and_close(w);
	rate_mark_of(w->d, &m);
	assert_null(m.excluded);
	assert_string_equal(walk_day(&arena, m.filed_on), "2026-03-11");
	assert_string_equal(walk_day(&arena, m.decision_due_on), "2026-08-28");
	assert_string_equal(walk_day(&arena, m.decided_on), "2026-05-25");
	assert_string_equal(walk_day(&arena, m.ground_due_on), "2026-06-30");
	assert_string_equal(walk_day(&arena, m.closed_on), "2026-06-11");
	assert_int_not_equal(m.active_until, DAY_MAX);
	walk_replay(w);
}

/* ---- side paths ---- */

static void test_summary(void **state)
{
	static const char *const fine =
		"{\"source\":\"监督检查\",\"ip_type\":\"商标\",\"cause\":\"销售侵权商品\"," PERSON ","
		"\"co_officer\":\"co_officer\",\"penalty_kinds\":[\"罚款\"],\"fine_fen\":%s,"
		"\"decision_text\":\"销售侵权商品\",\"basis\":\"商标法\"%s}";
	struct walk *w = walk_new(&arena, &book, PROCEDURE_SUMMARY);
	(void)state;

	/* 200 yuan for a citizen. */
	walk_refuse(w, "officer", "summary_decide", "2026-03-02", arena_printf(&arena, fine, "20001", ""),
		    "summary-too-large");
	walk_refuse(w, "co_officer", "summary_decide", "2026-03-02", arena_printf(&arena, fine, "20000", ""),
		    "two-officers");
	walk_do(w, "officer", "summary_decide", "2026-03-02", arena_printf(&arena, fine, "20000", ""));
	walk_state(w, STATE_PERFORMING);
	walk_clock(w, "D30", 0, "running", "2026-03-11");
	walk_clock(w, "D22", 0, "running", "2026-03-17");
	walk_refuse(w, "officer", "cash_in", "2026-03-03", "{\"receipt\":\"1\"}", "no-cash");
	walk_do(w, "officer", "papers", "2026-03-03", "{}");
	walk_do(w, "clerk", "pay", "2026-03-04", "{\"amount_fen\":20000,\"receipt\":\"1\"}");
	walk_do(w, "officer", "performed", "2026-03-04", "{\"performance\":\"自动履行\"}");
	walk_do(w, "officer", "close_request", "2026-03-05", "{\"note\":\"结案\"}");
	assert_int_equal(dossier_turn(w->d), ROLE_UNIT_HEAD);
	walk_do(w, "unit_head", "close_approve", "2026-03-05", "{}");
	walk_do(w, "clerk", "archive", "2026-03-06", "{\"archive_no\":\"20260002\",\"keep_period\":\"30年\"}");
	walk_replay(w);

	w = walk_new(&arena, &book, PROCEDURE_SUMMARY);
	walk_do(w, "officer", "summary_decide", "2026-03-02",
		arena_printf(&arena, fine, "10000", ",\"cash_on_spot\":true"));
	walk_state(w, STATE_CLOSING); /* paid on the spot: nothing is left to perform */
	walk_clock(w, "D29a", 0, "running", "2026-03-04");
	walk_clock(w, "D31", 0, "running", "2026-03-23");
	walk_do(w, "officer", "cash_in", "2026-03-03", "{\"receipt\":\"1\"}");
	walk_clock(w, "D29b", 0, "running", "2026-03-05");
	walk_do(w, "clerk", "cash_bank", "2026-03-06", "{\"receipt\":\"2\"}");
	walk_clock(w, "D29a", 0, "met", NULL);
	walk_clock(w, "D29b", 0, "late", NULL);
	walk_replay(w);
}

static void test_four_eyes(void **state)
{
	struct walk *w = walk_clue_registered(&arena, &book, "2026-03-02", "2026-03-02", NULL);
	(void)state;

	walk_do(w, "many_hats", "extend_request", "2026-03-03", "{\"reason\":\"x\"}");
	walk_refuse(w, "many_hats", "extend_approve", "2026-03-03", "{}", "approver-is-officer");
	walk_do(w, "deputy_head", "extend_approve", "2026-03-03", "{}");
	walk_do(w, "clerk", "assign", "2026-03-03", "{\"officer\":\"many_hats\",\"co_officer\":\"co_officer\"}");
	walk_do(w, "co_officer", "transfer_request", "2026-03-04", "{\"organ_to\":\"某局\",\"reason\":\"x\"}");
	walk_refuse(w, "many_hats", "transfer_approve", "2026-03-04", "{}", "approver-is-officer");
	walk_do(w, "principal", "transfer_return", "2026-03-04", "{\"opinion\":\"本局管辖\"}");
	walk_do(w, "co_officer", "measure_take", "2026-03-04",
		"{\"measure_kind\":\"先行登记保存\",\"measure_goods\":\"账册\",\"urgent\":true}");
	walk_refuse(w, "many_hats", "measure_confirm", "2026-03-04", "{\"measure\":1,\"granted\":true}", "approver-is-officer");
	walk_refuse(w, "clerk", "verify", "2026-03-04", "{\"note\":\"x\"}", "missing-role");

	w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	walk_do(w, "unit_head", "reassign", "2026-03-03",
		"{\"officer\":\"many_hats\",\"co_officer\":\"co_officer\",\"reason\":\"x\"}");
	walk_do(w, "many_hats", "report", "2026-03-04",
		"{\"proposed_outcome\":\"给予行政处罚\",\"review_kind\":\"案件审核\",\"note\":\"x\"}");
	walk_refuse(w, "many_hats", "review_pass", "2026-03-05", "{\"opinion\":\"同意\"}", "reviewer-is-officer");
	walk_refuse(w, "legal_reviewer", "review_extend_request", "2026-03-19", "{\"days\":5,\"reason\":\"x\"}",
		    "extension-after-due");
	walk_approved(w, "legal_reviewer", "deputy_head", "review_extend", "2026-03-18", "{\"days\":5,\"reason\":\"x\"}");
	walk_clock(w, "D13", 0, "running", "2026-03-25");
	walk_do(w, "legal_reviewer", "review_pass", "2026-03-25", "{\"opinion\":\"同意\"}");
	walk_clock(w, "D13", 0, "met", "2026-03-25");
	walk_do(w, "many_hats", "notice_serve", "2026-03-26", NOTICE_20000);
	walk_refuse(w, "many_hats", "discuss", "2026-03-27", "{\"members\":[\"甲\",\"乙\",\"丙\"],\"opinion\":\"x\"}",
		    "approver-is-officer");
	walk_replay(w);
}

static void test_other_outcomes(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	(void)state;

	walk_do(w, "officer", "report", "2026-03-03",
		"{\"proposed_outcome\":\"不予行政处罚（轻微）\",\"review_kind\":\"案件审核\",\"note\":\"x\"}");
	walk_do(w, "legal_reviewer", "review_pass", "2026-03-03", "{\"opinion\":\"同意\"}");
	walk_state(w, STATE_DECIDING);
	walk_approved(w, "officer", "deputy_head", "decide_no_penalty", "2026-03-04", "{\"decision_text\":\"轻微\",\"basis\":\"处罚法33\"}");
	walk_state(w, STATE_CLOSING);
	assert_string_equal(fact_text(&w->d->facts, FIELD_GROUND), "C4a");
	assert_false(fact_has(&w->d->facts, FIELD_DISCLOSURE_MATTER)); /* no penalty, nothing to publish */
	walk_clock(w, "D20", 0, "running", "2026-03-13");
	walk_do(w, "officer", "serve_no_penalty", "2026-03-05", "{\"service_method\":\"直接\"}");
	walk_clock(w, "D20", 0, "met", NULL);
	walk_replay(w);

	w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	walk_do(w, "officer", "dispute", "2026-03-03", "{\"organ_to\":\"邻县局\",\"note\":\"x\"}");
	walk_do(w, "officer", "testing_start", "2026-03-04", "{\"organ_to\":\"某检测中心\"}");
	walk_approved(w, "officer", "deputy_head", "decide_transfer_admin", "2026-03-05", "{\"organ_to\":\"邻县局\",\"reason\":\"x\"}");
	walk_state(w, STATE_CLOSING);
	walk_clock(w, "D05", 0, "cancelled", NULL);
	walk_clock(w, "D11", 0, "met", "2026-06-01");
	assert_false(dossier_span_open(w->d, SPAN_TESTING));
	walk_replay(w);

	/* A proposal other than a penalty needs no notice. */
	w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	walk_do(w, "officer", "report", "2026-03-03",
		"{\"proposed_outcome\":\"不予行政处罚（违法事实不成立）\",\"review_kind\":\"案件审核\",\"note\":\"x\"}");
	walk_do(w, "legal_reviewer", "review_pass", "2026-03-03", "{\"opinion\":\"同意\"}");
	walk_refuse(w, "officer", "decide_penalty_request", "2026-03-04", DECISION_20000, "notice-period-running");
	walk_approved(w, "officer", "deputy_head", "decide_not_established", "2026-03-04", "{\"decision_text\":\"x\",\"basis\":\"x\"}");
	assert_string_equal(fact_text(&w->d->facts, FIELD_GROUND), "C4b");
}

/* The court orders a new decision: the old one's clocks and dates do not live on. */
static void test_decide_anew(void **state)
{
	struct walk *w = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-11");
	struct rate_mark m;
	(void)state;

	walk_do(w, "officer", "serve", "2026-03-12", "{\"service_method\":\"直接\"}");
	walk_do(w, "officer", "dun", "2026-03-30", "{\"service_method\":\"直接\"}");
	walk_do(w, "officer", "remedy_filed", "2026-04-01", "{\"remedy_kind\":\"行政复议\"}");
	walk_clock(w, "D26", 0, "running", "2026-04-16");
	walk_do(w, "legal_reviewer", "remedy_answer", "2026-04-10", "{\"note\":\"答复\"}");
	rate_mark_of(w->d, &m);
	assert_true(m.performing_open);
	walk_do(w, "legal_reviewer", "remedy_ended", "2026-05-20", "{\"remedy_result\":\"责令重作\"}");
	walk_state(w, STATE_INVESTIGATING);
	walk_clock(w, "D11", 0, "running", "2026-08-18");
	walk_clock(w, "D22", 0, "cancelled", NULL);
	walk_clock(w, "D27", 0, "cancelled", NULL);
	assert_false(fact_has(&w->d->facts, FIELD_DECIDED_ON));
	walk_reviewed(w, "2026-05-22", "2026-05-25", "案件审核", false);
	walk_do(w, "officer", "notice_serve", "2026-05-26", NOTICE_20000);
	walk_approved(w, "officer", "deputy_head", "decide_penalty", "2026-06-08", DECISION_20000);
	walk_do(w, "officer", "serve", "2026-06-09", "{\"service_method\":\"直接\"}");
	/* The dun of the old decision opens no court. */
	walk_refuse(w, "officer", "court_apply_request", "2027-01-05", "{\"organ_to\":\"县人民法院\"}", "dun-running");
	walk_replay(w);
}

static void test_warning_only(void **state)
{
	struct walk *w = walk_case_noticed(&arena, &book, "2026-03-02", "2026-03-03");
	(void)state;

	/* Nothing to pay; served is performed. */
	walk_approved(w, "officer", "deputy_head", "decide_penalty", "2026-03-11",
		      "{\"penalty_kinds\":[\"警告\"],\"discretion\":\"从轻\",\"decision_text\":\"x\",\"basis\":\"x\"}");
	walk_refuse(w, "clerk", "pay", "2026-03-12", "{\"amount_fen\":1,\"receipt\":\"1\"}", "no-money-due");
	walk_do(w, "officer", "serve", "2026-03-12", "{\"service_method\":\"直接\"}");
	walk_state(w, STATE_CLOSING);
	walk_replay(w);
}

static void test_back_entry(void **state)
{
	struct walk *w = walk_new(&arena, &book, PROCEDURE_BACK_ENTRY);
	struct rate_mark m;
	(void)state;

	walk_do(w, "clerk", "back_entry", "2026-03-02",
		"{\"original_key\":\"RC-1\",\"year\":2023,\"agency\":\"某局\",\"decided_on\":\"2023-05-01\",\"fine_fen\":\"不能计算\","
		"\"outcomes\":[\"责令改正\"]}");
	walk_state(w, STATE_BACK_ENTERED);
	rate_mark_of(w->d, &m);
	assert_non_null(m.excluded);
	walk_do(w, "clerk", "tag", "2026-03-03", "{\"campaigns\":[\"春雷行动2023\"]}");
	walk_replay(w);
}

/* ---- every guard, both ways ---- */

/* Guards that an earlier check always forestalls in a walk are asked directly. */
static void ask(enum guard guard, const struct dossier *d, const char *when, bool expected)
{
	const enum guard guards[] = { guard, GUARD_END };
	struct act_row row = { .code = "asked", .zh = "试", .guards = guards };
	struct act_input in = { .row = &row, .stage = STAGE_DO, .actor = walk_actor("officer"),
				.happened_at = walk_time(when), .now = walk_time(when) };
	struct err err = ERR_INIT;
	in.actor.organ_name = "本县局";
	enum err_code code = guards_check(&book, d, &in, &d->facts, &d->facts, &err);

	walk_count_guards(&row, code, &err);
	if ((code == ERR_OK) != expected)
		fail_msg("guard %s answered %d", guard_rule(guard), (int)code);
}

static void test_forestalled_guards(void **state)
{
	struct dossier *d = arena_new(&arena, struct dossier);
	(void)state;

	ask(GUARD_GROUND_EXISTS, d, "2026-03-02", false);
	fact_set_text(&d->facts, FIELD_GROUND, "C1");
	ask(GUARD_GROUND_EXISTS, d, "2026-03-02", true);
	fact_set_num(&d->facts, FIELD_DECIDED_ON, instant_to_day(walk_time("2026-03-02")));
	ask(GUARD_SERVED_AFTER_DECISION, d, "2026-03-01", false);
	ask(GUARD_SERVED_AFTER_DECISION, d, "2026-03-02", true);
	fact_set_text(&d->facts, FIELD_ORGAN_TO, "本县局");
	ask(GUARD_DIFFERENT_COUNTERPART, d, "2026-03-02", false);
	fact_set_text(&d->facts, FIELD_ORGAN_TO, "邻县局");
	ask(GUARD_DIFFERENT_COUNTERPART, d, "2026-03-02", true);
	ask(GUARD_REVIEW_PASSED, d, "2026-03-02", false);
	fact_set_num(&d->facts, FIELD_REVIEW_PASSED_ON, instant_to_day(walk_time("2026-03-02")));
	ask(GUARD_REVIEW_PASSED, d, "2026-03-02", true);
	fact_set_num(&d->facts, FIELD_MAJOR, 1);
	ask(GUARD_LEGAL_REVIEW_PASSED, d, "2026-03-02", false);
	fact_set_num(&d->facts, FIELD_LEGAL_REVIEWED_ON, instant_to_day(walk_time("2026-03-02")));
	ask(GUARD_LEGAL_REVIEW_PASSED, d, "2026-03-02", true);
	ask(GUARD_PROPOSES_PENALTY, d, "2026-03-02", false);
	fact_set_text(&d->facts, FIELD_PROPOSED_OUTCOME, "给予行政处罚");
	ask(GUARD_PROPOSES_PENALTY, d, "2026-03-02", true);
	fact_set_text(&d->facts, FIELD_PRIMARY_CAMPAIGN, "TIEQUAN-2026");
	ask(GUARD_PRIMARY_TAGGED, d, "2026-03-02", false);
	fact_set_text(&d->facts, FIELD_CAMPAIGNS, "[\"CHUNLEI-2026\",\"TIEQUAN-2026\"]");
	ask(GUARD_PRIMARY_TAGGED, d, "2026-03-02", true);
	fact_set_num(&d->facts, FIELD_RECOVERED_FOREIGN, 200);
	ask(GUARD_RECOVERED_PART, d, "2026-03-02", true);
	fact_set_num(&d->facts, FIELD_RECOVERED, 100);
	ask(GUARD_RECOVERED_PART, d, "2026-03-02", false);
	fact_set_num(&d->facts, FIELD_RECOVERED, MONEY_UNCOMPUTABLE);
	ask(GUARD_RECOVERED_PART, d, "2026-03-02", true);
	fact_set_num(&d->facts, FIELD_PROCURATORATE_ON, instant_to_day(walk_time("2026-03-03")));
	ask(GUARD_SENT_DAY, d, "2026-03-02", false);
	ask(GUARD_SENT_DAY, d, "2026-03-03", true);
	/* What hand-overs do to the clue and the case: tests/unit/test_law_channels.c, test_law_court.c. */
	ask(GUARD_NO_COURT_HANDOFF, d, "2026-03-02", true);
	fact_set_num(&d->facts, FIELD_COURT_HANDOFF, 1);
	ask(GUARD_NO_COURT_HANDOFF, d, "2026-03-02", false);
	ask(GUARD_NO_ONWARD_TRANSFER, d, "2026-03-02", true);
	fact_set_text(&d->facts, FIELD_CAME_FROM, "市场监督管理部门");
	ask(GUARD_NO_ONWARD_TRANSFER, d, "2026-03-02", false);
}

/* Of the procedures of clues and cases: what no other program asks. */
static bool is_asked_here(enum guard guard)
{
	static const enum guard elsewhere[] = { ASKED_CLUE, ASKED_HEARING, ASKED_ENFORCEMENT, ASKED_CRIME, ASKED_ITEM };

	for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++) {
		if (elsewhere[i] == guard)
			return false;
	}
	for (enum matter_procedure i = 0; i < PROCEDURE_COUNT; i++) {
		const struct procedure *p = procedure_get(i);
		bool ours = procedure_kind(i) == MATTER_CLUE || procedure_kind(i) == MATTER_CASE;
		for (size_t k = 0; ours && k < p->row_count; k++) {
			for (const enum guard *g = p->rows[k].guards; g && *g != GUARD_END; g++) {
				if (*g == guard)
					return true;
			}
		}
	}
	return false;
}

/* Runs last: sums up what the walks above met. */
static void test_guards_both_ways(void **state)
{
	(void)state;
	for (enum guard g = GUARD_END + 1; g < GUARD_COUNT; g++) {
		if (is_asked_here(g) && (walk_passed[g] == 0 || walk_refused[g] == 0))
			fail_msg("guard %d (%s, %s) passed %u times and refused %u times", (int)g, guard_rule(g),
				 guard_message(g), walk_passed[g], walk_refused[g]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordinary),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_four_eyes),
		cmocka_unit_test(test_other_outcomes),
		cmocka_unit_test(test_decide_anew),
		cmocka_unit_test(test_warning_only),
		cmocka_unit_test(test_back_entry),
		cmocka_unit_test(test_forestalled_guards),
		cmocka_unit_test(test_guards_both_ways),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

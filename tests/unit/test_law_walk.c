/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Walks from clue to archive with exact dates, the side paths, the refusals that matter most, and random
 * walks. The dates were computed by hand from schema/law/holidays.csv. */
#include "law_stages.h"

static struct arena arena = ARENA_INIT(0);
static struct law_book book;

static int setup(void **state)
{
	(void)state;
	walk_book(&book, &arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

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
	walk_clock(w, "D32", 0, "running", "2026-06-23");
	walk_clock(w, "D36", 0, "running", "2026-06-03");
	walk_fact_day(w, FIELD_PUBLISH_DUE, "2026-06-23");
	assert_string_equal(fact_text(&w->d->facts, FIELD_DISCLOSURE), "应公示未公示");
	assert_string_equal(fact_text(&w->d->facts, FIELD_PUBLISH_CLASS), "一般");
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

static void publish_and_close(struct walk *w)
{
	static const char *const place = "{\"secrecy_reviewed\":true,\"publish_place\":\"国家企业信用信息公示系统\"}";

	walk_refuse(w, "credit_clerk", "publish", "2026-06-04",
		    "{\"secrecy_reviewed\":false,\"publish_place\":\"网站\"}", "secrecy-review-missing");
	walk_refuse(w, "credit_clerk", "publish", "2026-05-20", place, "before-previous-step");
	walk_do(w, "credit_clerk", "publish_credit", "2026-06-03", "{}");
	walk_clock(w, "D36", 0, "met", "2026-06-03");
	walk_do(w, "credit_clerk", "publish", "2026-06-23", place);
	walk_clock(w, "D32", 0, "met", "2026-06-23");
	walk_clock(w, "D37b", 0, "running", "2027-06-23");
	assert_string_equal(fact_text(&w->d->facts, FIELD_DISCLOSURE), "已公示");
	walk_refuse(w, "credit_clerk", "publish", "2026-06-24", place, "already-published");
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
	publish_and_close(w);
	rate_mark_of(w->d, &m);
	assert_null(m.excluded);
	assert_string_equal(walk_day(&arena, m.filed_on), "2026-03-11");
	assert_string_equal(walk_day(&arena, m.decision_due_on), "2026-08-28");
	assert_string_equal(walk_day(&arena, m.decided_on), "2026-05-25");
	assert_string_equal(walk_day(&arena, m.ground_due_on), "2026-06-30");
	assert_string_equal(walk_day(&arena, m.closed_on), "2026-06-11");
	assert_string_equal(walk_day(&arena, m.publish_due_on), "2026-06-23");
	assert_string_equal(walk_day(&arena, m.published_on), "2026-06-23");
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

static void test_hearing(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	(void)state;

	walk_refuse(w, "officer", "report", "2026-03-20",
		    "{\"proposed_outcome\":\"给予行政处罚\",\"review_kind\":\"案件审核\",\"major\":true,\"note\":\"x\"}",
		    "legal-review-required");
	walk_reviewed(w, "2026-03-20", "2026-03-23", "案件审核", false);
	walk_refuse(w, "officer", "notice_serve", "2026-03-24",
		    "{\"notice_kinds\":[\"罚款\"],\"notice_fine_fen\":10000000,\"hearing_right\":false,"
		    "\"service_method\":\"直接\"}", "hearing-right-missing");
	walk_refuse(w, "officer", "notice_serve", "2026-03-24",
		    "{\"notice_kinds\":[\"吊销许可证件\"],\"hearing_right\":false,\"service_method\":\"直接\"}",
		    "hearing-right-missing");
	walk_do(w, "officer", "notice_serve", "2026-03-24",
		"{\"notice_kinds\":[\"罚款\"],\"notice_fine_fen\":10000000,\"hearing_right\":true,"
		"\"service_method\":\"直接\"}");
	walk_clock(w, "D14", 0, "running", "2026-03-31");
	walk_refuse(w, "officer", "hearing_request", "2026-04-01", "{}", "notice-period-over");
	walk_do(w, "officer", "hearing_request", "2026-03-31", "{}");
	walk_state(w, STATE_HEARING);
	walk_clock(w, "D14", 0, "met", NULL);
	walk_clock(w, "D11", 0, "stopped", "");
	walk_clock(w, "D15", 0, "running", "2026-04-03");
	walk_refuse(w, "officer", "hearing_notify", "2026-04-01", "{\"hearing_on\":\"2026-04-20\",\"hearing_public\":true}",
		    "hearing-host-missing");
	walk_refuse(w, "deputy_head", "hearing_host", "2026-04-01", "{\"hearing_host\":\"officer\"}", "host-is-officer");
	walk_do(w, "deputy_head", "hearing_host", "2026-04-01", "{\"hearing_host\":\"legal_reviewer\"}");
	walk_clock(w, "D15", 0, "met", NULL);
	/* Seven working days before 13 April, with 清明 between, is 1 April; before 14 April it is 2 April. */
	walk_refuse(w, "legal_reviewer", "hearing_notify", "2026-04-02",
		    "{\"hearing_on\":\"2026-04-13\",\"hearing_public\":true}", "hearing-notice-too-late");
	walk_do(w, "legal_reviewer", "hearing_notify", "2026-04-02",
		"{\"hearing_on\":\"2026-04-14\",\"hearing_public\":true}");
	walk_refuse(w, "legal_reviewer", "hearing_announce", "2026-04-10", "{}", "hearing-announcement-too-late");
	walk_do(w, "legal_reviewer", "hearing_announce", "2026-04-09", "{}");
	walk_refuse(w, "legal_reviewer", "hearing_hold", "2026-04-13", "{\"note\":\"x\"}", "hearing-not-notified");
	walk_refuse(w, "legal_reviewer", "hearing_report", "2026-04-14", "{\"note\":\"x\"}", "hearing-not-held");
	walk_do(w, "legal_reviewer", "hearing_hold", "2026-04-14", "{\"note\":\"笔录\"}");
	walk_refuse(w, "officer", "hearing_withdraw", "2026-04-15", "{\"note\":\"撤回\"}", "hearing-held");
	walk_clock(w, "D19", 0, "running", "2026-04-21");
	walk_do(w, "legal_reviewer", "hearing_report", "2026-04-20", "{\"note\":\"听证报告\"}");
	walk_state(w, STATE_REVIEWING);
	/* filed 2 March + 90 days, 20 of them excluded: 20 June, a holiday until Sunday the 21st */
	walk_clock(w, "D11", 0, "running", "2026-06-22");
	walk_do(w, "legal_reviewer", "review_pass", "2026-04-21", "{\"opinion\":\"同意\"}");
	walk_state(w, STATE_DISCUSSING);
	walk_refuse(w, "officer", "decide_penalty_request", "2026-04-22",
		    "{\"penalty_kinds\":[\"罚款\"],\"fine_fen\":10000000,\"discretion\":\"一般\","
		    "\"decision_text\":\"x\",\"basis\":\"x\"}", "discussion-missing");
	walk_refuse(w, "principal", "discuss", "2026-04-22", "{\"members\":[\"甲\",\"乙\"],\"opinion\":\"同意\"}",
		    "discussion-members");
	walk_do(w, "principal", "discuss", "2026-04-22", "{\"members\":[\"甲\",\"乙\",\"丙\"],\"opinion\":\"同意\"}");
	walk_state(w, STATE_DECIDING);
	walk_approved(w, "officer", "principal", "decide_penalty", "2026-04-23",
		      "{\"penalty_kinds\":[\"罚款\"],\"fine_fen\":9000000,\"discretion\":\"一般\","
		      "\"decision_text\":\"x\",\"basis\":\"x\"}");
	walk_replay(w);

	/* Withdrawn in time, the notice's period has still run. */
	w = walk_case_noticed(&arena, &book, "2026-03-02", "2026-03-03");
	walk_refuse(w, "officer", "hearing_request", "2026-03-04", "{}", "no-hearing-right");
	walk_refuse(w, "officer", "statement_review", "2026-03-04", "{\"opinion\":\"x\"}", "no-statement");
	walk_do(w, "officer", "waive", "2026-03-04", "{\"rights_waived\":true,\"note\":\"书面\"}");
	walk_do(w, "officer", "decide_penalty_request", "2026-03-04", DECISION_20000);
}

/* A second notice has a period of its own, whatever hearing was held on the first one. */
static void test_second_notice(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	(void)state;

	walk_reviewed(w, "2026-03-02", "2026-03-02", "法制审核", true);
	walk_do(w, "officer", "notice_serve", "2026-03-03",
		"{\"notice_kinds\":[\"罚款\"],\"notice_fine_fen\":20000000,\"hearing_right\":true,\"service_method\":\"留置\"}");
	walk_do(w, "officer", "hearing_request", "2026-03-04", "{}");
	walk_do(w, "deputy_head", "hearing_host", "2026-03-04", "{\"hearing_host\":\"legal_reviewer\"}");
	walk_do(w, "legal_reviewer", "hearing_notify", "2026-03-05", "{\"hearing_on\":\"2026-03-17\",\"hearing_public\":false}");
	walk_do(w, "legal_reviewer", "hearing_hold", "2026-03-17", "{\"note\":\"笔录\"}");
	walk_do(w, "legal_reviewer", "hearing_report", "2026-03-18", "{\"note\":\"报告\"}");
	walk_do(w, "legal_reviewer", "review_pass", "2026-03-18", "{\"opinion\":\"同意\"}");
	walk_do(w, "principal", "rework", "2026-03-19", "{\"reason\":\"补充\"}");
	walk_state(w, STATE_INVESTIGATING);
	walk_reviewed(w, "2026-03-20", "2026-03-23", "法制审核", true);
	walk_state(w, STATE_NOTIFYING);
	walk_do(w, "officer", "notice_serve", "2026-03-24",
		"{\"notice_kinds\":[\"罚款\"],\"notice_fine_fen\":20000000,\"hearing_right\":true,\"service_method\":\"直接\"}");
	walk_do(w, "principal", "discuss", "2026-03-25", "{\"members\":[\"甲\",\"乙\",\"丙\"],\"opinion\":\"同意\"}");
	walk_refuse(w, "officer", "decide_penalty_request", "2026-03-31",
		    "{\"penalty_kinds\":[\"罚款\"],\"fine_fen\":20000000,\"discretion\":\"一般\",\"decision_text\":\"x\","
		    "\"basis\":\"x\"}", "notice-period-running");
	walk_do(w, "officer", "decide_penalty_request", "2026-04-01",
		"{\"penalty_kinds\":[\"罚款\"],\"fine_fen\":20000000,\"discretion\":\"一般\",\"decision_text\":\"x\","
		"\"basis\":\"x\"}");
	walk_replay(w);
}

static void test_clue(void **state)
{
	struct walk *w = walk_clue_registered(&arena, &book, "2026-09-18", "2026-09-18", NULL);
	struct target other = { .id = 77, .kind = MATTER_CLUE, .state = STATE_VERIFYING, .organ = 10 };
	(void)state;

	walk_clock(w, "D01", 0, "running", "2026-10-15");
	/* An unassigned clue may be taken by any officer; then only by his own. */
	walk_do(w, "officer2", "verify", "2026-09-19", "{\"note\":\"现场核查\"}");
	walk_do(w, "clerk", "tag", "2026-09-19", "{\"campaigns\":[\"春雷行动2026\"]}");
	walk_refuse(w, "clerk", "assign", "2026-09-20", "{\"officer\":\"officer\",\"co_officer\":\"officer\"}", "two-officers");
	walk_do(w, "clerk", "assign", "2026-09-20", "{" OFFICERS "}");
	walk_refuse(w, "officer2", "verify", "2026-09-21", "{\"note\":\"x\"}", "not-an-officer-of-the-case");
	walk_refuse(w, "clerk", "complaint_answer", "2026-09-21", "{\"granted\":true}", "not-a-complaint");
	walk_refuse(w, "officer", "extend_request", "2026-10-16", "{\"reason\":\"x\"}", "extension-after-due");
	walk_approved(w, "officer", "deputy_head", "extend", "2026-10-15", "{\"reason\":\"涉及外地\"}");
	walk_clock(w, "D01", 0, "running", "2026-11-05");
	walk_refuse(w, "officer", "extend_request", "2026-10-20", "{\"reason\":\"x\"}", "already-extended");
	walk_do(w, "clerk", "repeat_report", "2026-10-21", "{\"note\":\"新线索\"}");
	walk_clock(w, "D01", 0, "running", "2026-11-11");
	walk_do(w, "officer", "testing_start", "2026-10-22", "{\"organ_to\":\"某检测中心\"}");
	walk_refuse(w, "officer", "testing_start", "2026-10-22", "{\"organ_to\":\"某检测中心\"}", "span-already-open");
	walk_clock(w, "D01", 0, "stopped", "");
	walk_refuse(w, "officer", "merge", "2026-10-23", "{\"target\":\"77\",\"reason\":\"同一\"}", "target-not-a-clue");
	w->target = &other;
	walk_refuse(w, "officer", "merge_case", "2026-10-23", "{\"target\":\"77\",\"reason\":\"同一\"}", "target-not-a-case");
	walk_do(w, "officer", "merge", "2026-10-23", "{\"target\":\"77\",\"reason\":\"同一\"}");
	walk_state(w, STATE_CLUE_MERGED);
	for (int i = 0; i < w->d->clock_count; i++)
		assert_int_not_equal(w->d->clocks[i].state, CLOCK_RUNNING);
	walk_replay(w);

	w = walk_clue_registered(&arena, &book, "2026-03-02", "2026-03-02", NULL);
	other.kind = MATTER_CASE;
	other.state = STATE_INVESTIGATING;
	w->target = &other;
	walk_do(w, "officer", "testing_start", "2026-03-03", "{\"organ_to\":\"某检测中心\"}");
	walk_refuse(w, "officer", "testing_end", "2026-03-01", "{\"note\":\"x\"}", "before-previous-step");
	walk_do(w, "officer", "testing_end", "2026-03-10", "{\"note\":\"不合格\"}");
	walk_refuse(w, "officer", "testing_end", "2026-03-10", "{\"note\":\"x\"}", "span-not-open");
	walk_do(w, "officer", "merge_case", "2026-03-11", "{\"target\":\"77\",\"reason\":\"同一当事人\"}");

	w = walk_clue_registered(&arena, &book, "2026-03-02", "2026-03-02", ",\"act_ended_on\":\"2024-03-01\"," PARTY);
	walk_refuse(w, "officer", "file_request", "2026-03-03", "{\"cause\":\"x\",\"reason\":\"x\"}", "limitation-passed");
	walk_do(w, "officer", "decline_request", "2026-03-03", "{\"decline_ground\":\"超过追责时效\",\"reason\":\"x\"}");
	walk_do(w, "unit_head", "decline_endorse", "2026-03-03", "{}");
	walk_do(w, "deputy_head", "decline_approve", "2026-03-04", "{}");
	walk_state(w, STATE_DECLINED);
	walk_clock(w, "D01", 0, "met", "2026-03-23");
	walk_replay(w);

	w = walk_clue_registered(&arena, &book, "2026-03-02", "2026-03-02", NULL);
	walk_approved(w, "unit_head", "deputy_head", "transfer", "2026-03-03",
		      "{\"organ_to\":\"邻县市场监督管理局\",\"reason\":\"无管辖权\"}");
	walk_state(w, STATE_CLUE_TRANSFERRED);
}

static void test_complaint(void **state)
{
	struct walk *w = walk_new(&arena, &book, PROCEDURE_CLUE);
	(void)state;

	walk_do(w, "officer", "register", "2026-05-06",
		"{\"source\":\"投诉\",\"discovered_on\":\"2026-05-06\",\"ip_type\":\"专利\",\"summary\":\"投诉\"}");
	assert_int_equal(fact_num(&w->d->facts, FIELD_OFFICER), 1);
	walk_clock(w, "D02", 0, "running", "2026-05-14"); /* 9 May was worked */
	walk_do(w, "officer", "complaint_answer", "2026-05-14", "{\"granted\":true}");
	walk_clock(w, "D02", 0, "met", NULL);
	walk_clock(w, "D03", 0, "running", "2026-07-13");
	walk_do(w, "officer", "file_request", "2026-05-15", "{\"cause\":\"假冒专利\",\"reason\":\"x\"}");
	walk_refuse(w, "unit_head", "file_endorse", "2026-05-15", "{\"officer\":\"officer\",\"co_officer\":\"officer\"}",
		    "two-officers");
	walk_do(w, "unit_head", "file_endorse", "2026-05-15", "{\"officer\":\"many_hats\",\"co_officer\":\"co_officer\"}");
	/* He would become an officer of the case that he opens. */
	walk_refuse(w, "many_hats", "file_approve", "2026-05-15", "{}", "approver-is-officer");
	walk_do(w, "principal", "file_approve", "2026-05-15", "{}");
	/* The complaint goes on beside the case. */
	walk_do(w, "clerk", "mediation_end", "2026-06-01", "{\"note\":\"调解不成\"}");
	walk_clock(w, "D03", 0, "met", NULL);
	walk_do(w, "clerk", "mediation_told", "2026-06-02", "{}");
	walk_clock(w, "D04", 0, "met", NULL);
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

static void test_measures(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	(void)state;

	walk_approved(w, "officer", "deputy_head", "measure_authorise", "2026-03-03",
		      "{\"measure_kind\":\"查封\",\"reason\":\"防止转移\"}");
	walk_refuse(w, "officer", "measure_take", "2026-03-03", "{\"measure_kind\":\"扣押\",\"measure_goods\":\"x\"}",
		    "measure-not-approved");
	walk_do(w, "officer", "measure_take", "2026-03-03", "{\"measure_kind\":\"查封\",\"measure_goods\":\"仓库\"}");
	assert_null(dossier_clock_const(w->d, "D08", 1));
	/* An authorisation is good for one measure. */
	walk_refuse(w, "officer", "measure_take", "2026-03-04", "{\"measure_kind\":\"查封\",\"measure_goods\":\"x\"}",
		    "measure-not-approved");
	walk_refuse(w, "deputy_head", "measure_confirm", "2026-03-04", "{\"measure\":1,\"granted\":true}",
		    "measure-already-confirmed");
	walk_do(w, "officer", "measure_take", "2026-03-04",
		"{\"measure_kind\":\"先行登记保存\",\"measure_goods\":\"样品\",\"urgent\":true}");
	walk_clock(w, "D09", 2, "running", "2026-03-13");
	walk_do(w, "deputy_head", "measure_confirm", "2026-03-05 11:00", "{\"measure\":2,\"granted\":false}");
	walk_clock(w, "D08", 2, "late", NULL);
	assert_true(dossier_measure(w->d, 2)->refused);
	walk_refuse(w, "officer", "measure_extend_request", "2026-03-05", "{\"measure\":2,\"days\":10,\"reason\":\"x\"}",
		    "not-a-seizure");
	walk_refuse(w, "officer", "measure_dispose", "2026-03-05", "{\"measure\":1,\"disposition\":\"解除登记保存\"}",
		    "not-a-registration");
	walk_do(w, "officer", "measure_dispose", "2026-03-05", "{\"measure\":2,\"disposition\":\"解除登记保存\"}");
	walk_refuse(w, "officer", "measure_lift", "2026-03-05", "{\"measure\":2,\"lift_ground\":\"其他\"}",
		    "measure-not-in-force");
	walk_refuse(w, "officer", "measure_extend_request", "2026-03-20", "{\"measure\":1,\"days\":31,\"reason\":\"x\"}",
		    "extension-too-long");
	walk_refuse(w, "officer", "measure_extend_request", "2026-04-03", "{\"measure\":1,\"days\":30,\"reason\":\"x\"}",
		    "extension-after-due");
	/* A test stops the seizure's clock, and the case's. */
	walk_do(w, "officer", "testing_start", "2026-03-10", "{\"organ_to\":\"某检测中心\"}");
	walk_clock(w, "D10", 1, "stopped", "");
	walk_refuse(w, "officer", "report", "2026-03-11",
		    "{\"proposed_outcome\":\"给予行政处罚\",\"review_kind\":\"案件审核\",\"note\":\"x\"}", "span-open");
	walk_do(w, "officer", "testing_end", "2026-03-20", "{\"note\":\"不合格\"}");
	walk_clock(w, "D10", 1, "running", "2026-04-12"); /* a Sunday: seizures do not roll */
	walk_approved(w, "officer", "deputy_head", "measure_extend", "2026-03-23", "{\"measure\":1,\"days\":30,\"reason\":\"x\"}");
	walk_clock(w, "D10", 1, "running", "2026-05-12");
	walk_refuse(w, "officer", "measure_extend_request", "2026-03-24", "{\"measure\":1,\"days\":5,\"reason\":\"x\"}",
		    "already-extended");
	walk_refuse(w, "officer", "withdraw_filing_request", "2026-03-24", "{\"reason\":\"x\"}", "measures-open");
	walk_do(w, "officer", "measure_lift", "2026-05-12", "{\"measure\":1,\"lift_ground\":\"其他\"}");
	walk_clock(w, "D10", 1, "met", "2026-05-12");
	walk_do(w, "officer", "refund_order", "2026-05-13", "{\"note\":\"退款\"}");
	walk_refuse(w, "officer", "refund_order", "2026-05-13", "{\"note\":\"退款\"}", "span-already-open");
	walk_do(w, "officer", "refund_end", "2026-05-14", "{\"note\":\"已退\"}");
	walk_refuse(w, "officer", "refund_end", "2026-05-14", "{\"note\":\"已退\"}", "span-not-open");
	walk_approved(w, "officer", "deputy_head", "withdraw_filing", "2026-05-15", "{\"reason\":\"主体错误\"}");
	walk_state(w, STATE_WITHDRAWN);
	for (int i = 0; i < w->d->clock_count; i++)
		assert_int_not_equal(w->d->clocks[i].state, CLOCK_RUNNING);
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
	assert_null(dossier_clock_const(w->d, "D32", 0));
	walk_clock(w, "D20", 0, "running", "2026-03-13");
	walk_do(w, "officer", "serve_no_penalty", "2026-03-05", "{\"service_method\":\"直接\"}");
	walk_clock(w, "D20", 0, "met", NULL);
	walk_refuse(w, "credit_clerk", "publish", "2026-03-05", "{\"secrecy_reviewed\":true,\"publish_place\":\"x\"}",
		    "not-publishable");
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
	walk_refuse(w, "officer", "court_apply_request", "2026-09-13", "{\"organ_to\":\"县人民法院\"}", "dun-running");
	walk_do(w, "officer", "dun", "2026-09-01", "{\"service_method\":\"直接\"}");
	walk_clock(w, "D27", 0, "running", "2026-09-15");
	walk_refuse(w, "officer", "court_apply_request", "2026-09-12", "{\"organ_to\":\"县人民法院\"}", "remedies-running");
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

static void test_announcement(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	(void)state;

	walk_reviewed(w, "2026-03-02", "2026-03-02", "案件审核", false);
	walk_do(w, "officer", "announce", "2026-03-03", "{\"reason\":\"下落不明\"}");
	walk_clock(w, "D21", 0, "running", "2026-04-02");
	walk_refuse(w, "officer", "notice_serve", "2026-04-01",
		    "{\"notice_kinds\":[\"罚款\"],\"notice_fine_fen\":2000000,\"hearing_right\":false,\"service_method\":\"公告\"}",
		    "announcement-running");
	walk_do(w, "officer", "notice_serve", "2026-04-02",
		"{\"notice_kinds\":[\"罚款\",\"没收非法财物\"],\"notice_fine_fen\":2000000,\"hearing_right\":false,"
		"\"service_method\":\"公告\"}");
	walk_clock(w, "D11", 0, "running", "2026-06-30"); /* 31 May and the announcement's 30 days */
	walk_approved(w, "officer", "deputy_head", "decide_penalty", "2026-04-14", DECISION_20000);
	walk_do(w, "officer", "announce", "2026-04-15", "{\"reason\":\"下落不明\"}");
	walk_refuse(w, "officer", "serve", "2026-05-14", "{\"service_method\":\"公告\"}", "announcement-running");
	walk_do(w, "officer", "serve", "2026-05-20", "{\"service_method\":\"公告\"}");
	walk_fact_day(w, FIELD_SERVED_ON, "2026-05-15"); /* when the 30 days were over */
	walk_clock(w, "D22", 0, "running", "2026-06-01"); /* 30 May is a Saturday */
	walk_replay(w);
}

/* The court orders a new decision: the old one's clocks and dates do not live on. */
static void test_decide_anew(void **state)
{
	struct walk *w = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-11");
	struct rate_mark m;
	(void)state;

	walk_do(w, "officer", "serve", "2026-03-12", "{\"service_method\":\"直接\"}");
	walk_do(w, "credit_clerk", "publish", "2026-03-16", "{\"secrecy_reviewed\":true,\"publish_place\":\"系统\"}");
	walk_do(w, "officer", "dun", "2026-03-30", "{\"service_method\":\"直接\"}");
	walk_do(w, "officer", "remedy_filed", "2026-04-01", "{\"remedy_kind\":\"行政复议\"}");
	walk_clock(w, "D26", 0, "running", "2026-04-16");
	walk_do(w, "legal_reviewer", "remedy_answer", "2026-04-10", "{\"note\":\"答复\"}");
	rate_mark_of(w->d, &m);
	assert_true(m.performing_open);
	walk_do(w, "legal_reviewer", "remedy_ended", "2026-05-20", "{\"remedy_result\":\"责令重作\"}");
	walk_state(w, STATE_INVESTIGATING);
	walk_clock(w, "D35", 0, "running", "2026-05-25");
	walk_clock(w, "D11", 0, "running", "2026-08-18");
	walk_clock(w, "D22", 0, "cancelled", NULL);
	walk_clock(w, "D27", 0, "cancelled", NULL);
	walk_clock(w, "D36", 0, "cancelled", NULL);
	assert_false(fact_has(&w->d->facts, FIELD_DECIDED_ON));
	walk_do(w, "credit_clerk", "publish_withdraw", "2026-05-21", "{\"reason\":\"决定被撤销\"}");
	walk_clock(w, "D35", 0, "met", NULL);
	walk_reviewed(w, "2026-05-22", "2026-05-25", "案件审核", false);
	walk_do(w, "officer", "notice_serve", "2026-05-26", NOTICE_20000);
	walk_approved(w, "officer", "deputy_head", "decide_penalty", "2026-06-08", DECISION_20000);
	rate_mark_of(w->d, &m);
	assert_int_equal(m.published_on, DAY_NONE); /* the new decision is not published yet */
	walk_clock(w, "D32", 0, "running", "2026-07-07");
	walk_do(w, "officer", "serve", "2026-06-09", "{\"service_method\":\"直接\"}");
	/* The dun of the old decision opens no court. */
	walk_refuse(w, "officer", "court_apply_request", "2027-01-05", "{\"organ_to\":\"县人民法院\"}", "dun-running");
	walk_replay(w);
}

static void test_publication(void **state)
{
	static const char *const away =
		"{\"penalty_kinds\":[\"罚款\"],\"fine_fen\":2000000,\"discretion\":\"从轻\",\"other_province\":true,"
		"\"decision_text\":\"x\",\"basis\":\"x\"}";
	struct walk *w = walk_case_noticed(&arena, &book, "2026-03-02", "2026-03-03");
	struct rate_mark m;
	(void)state;

	walk_approved(w, "officer", "deputy_head", "decide_penalty", "2026-03-11", away);
	assert_string_equal(fact_text(&w->d->facts, FIELD_PUBLISH_CLASS), "轻微");
	walk_clock(w, "D33", 0, "running", "2026-03-25");
	assert_null(dossier_clock_const(w->d, "D32", 0));
	walk_refuse(w, "credit_clerk", "publish_correct", "2026-03-12", "{\"reason\":\"x\"}", "not-published");
	walk_do(w, "credit_clerk", "publish_push", "2026-03-26", "{\"secrecy_reviewed\":true,\"organ_to\":\"某省局\"}");
	walk_clock(w, "D33", 0, "late", NULL);
	rate_mark_of(w->d, &m);
	assert_string_equal(walk_day(&arena, m.published_on), "2026-03-26");

	w = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-11");
	walk_refuse(w, "credit_clerk", "publish_push", "2026-03-26", "{\"secrecy_reviewed\":true,\"organ_to\":\"某省局\"}",
		    "same-province");
	walk_approved(w, "credit_clerk", "deputy_head", "publish_exempt", "2026-03-12",
		      "{\"publish_exemption\":\"商业秘密\",\"reason\":\"x\"}");
	walk_clock(w, "D32", 0, "cancelled", NULL);
	walk_refuse(w, "credit_clerk", "publish", "2026-03-13", "{\"secrecy_reviewed\":true,\"publish_place\":\"x\"}",
		    "not-publishable");

	w = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-11");
	walk_do(w, "credit_clerk", "publish", "2026-04-10", "{\"secrecy_reviewed\":true,\"publish_place\":\"x\"}");
	assert_string_equal(fact_text(&w->d->facts, FIELD_DISCLOSURE), "逾期公示");
	walk_do(w, "credit_clerk", "publish_correct", "2026-04-11", "{\"reason\":\"错字\"}");
	walk_do(w, "credit_clerk", "publish_stop", "2027-04-10", "{\"reason\":\"期满\"}");
	walk_replay(w);

	/* Only a warning: nothing to publish, nothing to pay; served is performed. */
	w = walk_case_noticed(&arena, &book, "2026-03-02", "2026-03-03");
	walk_approved(w, "officer", "deputy_head", "decide_penalty", "2026-03-11",
		      "{\"penalty_kinds\":[\"警告\"],\"discretion\":\"从轻\",\"decision_text\":\"x\",\"basis\":\"x\"}");
	assert_null(dossier_clock_const(w->d, "D32", 0));
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
	/* What hand-overs do to the clue and the case: tests/unit/test_law_channels.c, test_law_court.c. */
	ask(GUARD_NO_COURT_HANDOFF, d, "2026-03-02", true);
	fact_set_num(&d->facts, FIELD_COURT_HANDOFF, 1);
	ask(GUARD_NO_COURT_HANDOFF, d, "2026-03-02", false);
	ask(GUARD_NO_ONWARD_TRANSFER, d, "2026-03-02", true);
	fact_set_text(&d->facts, FIELD_CAME_FROM, "市场监督管理部门");
	ask(GUARD_NO_ONWARD_TRANSFER, d, "2026-03-02", false);
}

/* Hand-overs, and what a case owes to them, have tests of their own (test_law_crime.c). */
static bool is_asked_here(enum guard guard)
{
	static const enum guard elsewhere[] = {
		GUARD_NO_CRIMINAL_TRANSFER, GUARD_TRANSFER_NO_FINE, GUARD_TRANSFER_SIGNED, GUARD_NO_FINE_AFTER_FINE,
		GUARD_NO_OPEN_HANDOFF, GUARD_CLOSED_BY_HANDOFF, GUARD_TRANSFER_RETURNED, GUARD_CRIMINAL_TRANSFER_NONE,
		GUARD_CRIMINAL_TRANSFER_SENT, GUARD_ADVISORY_SETTLED, GUARD_ADVISORY_OVERRIDE, GUARD_ADVISORY_RAISED,
		/* goods and papers: test_law_item.c */
		GUARD_MATERIAL_EXISTS, GUARD_ITEM_EXISTS, GUARD_ITEM_HELD, GUARD_ITEM_IN_ORDER, GUARD_ITEM_MOVES,
		GUARD_ITEM_TWO_EXECUTORS, GUARD_ITEM_MEASURE,
	};

	for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++) {
		if (elsewhere[i] == guard)
			return false;
	}
	for (enum matter_procedure i = 0; i < PROCEDURE_COUNT; i++) {
		const struct procedure *p = procedure_get(i);
		for (size_t k = 0; k < p->row_count && procedure_kind(i) != MATTER_HANDOFF; k++) {
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
		cmocka_unit_test(test_hearing),
		cmocka_unit_test(test_second_notice),
		cmocka_unit_test(test_clue),
		cmocka_unit_test(test_complaint),
		cmocka_unit_test(test_four_eyes),
		cmocka_unit_test(test_measures),
		cmocka_unit_test(test_other_outcomes),
		cmocka_unit_test(test_enforcement),
		cmocka_unit_test(test_deferral),
		cmocka_unit_test(test_announcement),
		cmocka_unit_test(test_decide_anew),
		cmocka_unit_test(test_publication),
		cmocka_unit_test(test_back_entry),
		cmocka_unit_test(test_forestalled_guards),
		cmocka_unit_test(test_guards_both_ways),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the party is told and hears before a decision, and how papers reach it: notice, hearing, second notice, announcement. */
#include "law_asked.h"
#include "law_stages.h"
#include "law_setup.h"

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

/* Runs last. */
static void test_guards_both_ways(void **state)
{
	static const enum guard asked[] = { ASKED_HEARING };
	(void)state;

	walk_asked_both_ways(asked, ARRAY_LEN(asked));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hearing),
		cmocka_unit_test(test_second_notice),
		cmocka_unit_test(test_announcement),
		cmocka_unit_test(test_guards_both_ways),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Disclosure, the procedure: every act, every refusal both ways, with exact dates computed by hand from
 * schema/law/holidays.csv. */
#include "law_disclosure.h"

static void test_register(void **state)
{
	struct walk *w = walk_new(&arena, &book, PROCEDURE_DISCLOSURE);
	(void)state;

	walk_refuse(w, "credit_clerk", "register", "2026-03-11",
		    "{\"cause\":\"x\"," PARTY ",\"decided_on\":\"2026-03-12\",\"served_on\":\"2026-03-12\",\"decision_text\":\"x\","
		    "\"decision_paper_no\":\"1\",\"penalty_kinds\":[\"罚款\"]}", "decided-later");
	walk_refuse(w, "credit_clerk", "register", "2026-03-11",
		    "{\"cause\":\"x\"," PARTY ",\"decided_on\":\"2026-03-11\",\"served_on\":\"2026-03-11\",\"decision_text\":\"x\","
		    "\"decision_paper_no\":\"1\",\"penalty_kinds\":[\"警告\"]}", "not-publishable");
	walk_do(w, "credit_clerk", "register", "2026-03-12",
		"{\"cause\":\"x\"," PARTY ",\"decided_on\":\"2026-03-12\",\"served_on\":\"2026-03-12\",\"decision_text\":\"x\","
		"\"decision_paper_no\":\"1\",\"penalty_kinds\":[\"罚款\"]}");
	walk_state(w, STATE_PREPARING);
}

/* ---- from the decision to the public, and out again ---- */

static void test_whole(void **state)
{
	struct walk *c = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-11");
	struct walk *w = walk_disclose(c);
	(void)state;

	/* The number is allocated with the decision: whoever prepares it brings it. */
	walk_refuse(w, "officer", "prepare", "2026-03-12", "{}", "summary-incomplete");
	assert_non_null(strstr(w->err.detail, "文号"));
	walk_refuse(w, "police", "prepare", "2026-03-12", NUMBER, "missing-role");
	walk_refuse(w, "officer", "prepare", "2026-03-10", NUMBER, "before-previous-step");
	walk_do(w, "officer", "prepare", "2026-03-12", NUMBER);
	walk_state(w, STATE_SECRECY_REVIEW);
	assert_int_equal(dossier_turn(w->d), ROLE_UNIT_HEAD);
	walk_refuse(w, "unit_head", "review_pass", "2026-03-12", "{\"secrecy_reviewed\":false}", "secrecy-review-missing");
	walk_do(w, "unit_head", "review_return", "2026-03-12", "{\"opinion\":\"漏删电话\"}");
	walk_state(w, STATE_PREPARING);
	walk_refuse(w, "credit_clerk", "publish", "2026-03-12", "{}", "wrong-state");
	/* Who prepared it does not review it, not even with another role. */
	walk_do(w, "many_hats", "prepare", "2026-03-13", "{}");
	walk_refuse(w, "many_hats", "review_pass", "2026-03-13", CLEAN, "reviewer-is-drafter");
	walk_do(w, "legal_reviewer", "review_pass", "2026-03-13", CLEAN);
	assert_int_equal(fact_num(&w->d->facts, FIELD_PREPARED_BY), 10);
	assert_int_equal(fact_num(&w->d->facts, FIELD_SECRECY_REVIEWER), 5);
	walk_state(w, STATE_READY);
	assert_int_equal(dossier_turn(w->d), ROLE_CREDIT_CLERK);
	walk_do(w, "credit_clerk", "credit_report", "2026-03-20", "{\"credit_batch\":\"20260320-1\"}");
	walk_clock(w, "D36", 0, "met", "2026-03-20");
	walk_do(w, "credit_clerk", "credit_report", "2026-03-23", "{\"credit_batch\":\"20260323-1\"}");
	walk_fact_day(w, FIELD_CREDIT_ON, "2026-03-20"); /* the first one counts */
	/* Not before the party was told with the decision. */
	walk_refuse(w, "credit_clerk", "publish", "2026-03-13", "{}", "party-not-told");
	assert_non_null(strstr(w->err.article, "第八条"));
	walk_do(c, "officer", "serve", "2026-03-16", "{\"service_method\":\"直接\"}");
	assert_true(walk_told(c, w));
	assert_string_equal(w->last.act, "case_event");
	walk_fact_day(w, FIELD_SERVED_ON, "2026-03-16");
	walk_refuse(w, "credit_clerk", "push", "2026-03-16", "{\"organ_to\":\"某省局\"}", "same-province");
	walk_refuse(w, "police", "publish", "2026-03-16", "{}", "missing-role");
	assert_false(disclosure_is_public(w->d));
	walk_do(w, "credit_clerk", "publish", "2026-04-09", "{\"publish_place\":\"国家企业信用信息公示系统\"}");
	walk_clock(w, "D32", 0, "met", "2026-04-09");
	walk_clock(w, "D37b", 0, "running", "2027-04-09");
	walk_fact_day(w, FIELD_STOP_DUE, "2027-04-09");
	walk_fact_day(w, FIELD_REPAIR_FROM, "2026-07-09");
	assert_string_equal(fact_text(&w->d->facts, FIELD_DISCLOSURE), "已公示");
	assert_int_equal(fact_num(&w->d->facts, FIELD_PUBLISH_VERSION), 1);
	assert_true(disclosure_is_public(w->d));
	/* What else happens to the case is of no interest. */
	walk_do(c, "clerk", "pay", "2026-03-20", "{\"amount_fen\":2000000,\"receipt\":\"1\"}");
	assert_false(walk_told(c, w));
	walk_do(c, "officer", "performed", "2026-03-20", "{\"performance\":\"自动履行\"}");
	assert_true(walk_told(c, w));
	walk_fact_day(w, FIELD_PERFORMED_ON, "2026-03-20");
	/* The period ends. */
	walk_refuse(w, "exchange", "expire", "2027-04-08 23:59", "{}", "period-running");
	assert_non_null(strstr(w->err.detail, "2027-04-09"));
	walk_do(w, "exchange", "expire", "2027-04-09 23:59", "{}");
	walk_state(w, STATE_STOPPED);
	walk_clock(w, "D37b", 0, "met", "2027-04-09");
	walk_fact_day(w, FIELD_STOPPED_ON, "2027-04-09");
	assert_string_equal(fact_text(&w->d->facts, FIELD_STOP_REASON), "公示期满");
	assert_false(disclosure_is_public(w->d));
	walk_refuse(w, "credit_clerk", "withdraw", "2027-04-10", "{\"withdraw_reason\":\"x\"}", "wrong-state");
	walk_replay(w);
	walk_replay(c);
}

/* ---- secrecy, minors, exemption ---- */

static void test_sensitive(void **state)
{
	struct walk *w = registered("2026-03-11", "2026-03-11", "," GENERAL_FINE);
	(void)state;

	walk_do(w, "officer", "prepare", "2026-03-12", "{\"sensitive\":true}");
	walk_refuse(w, "unit_head", "review_pass", "2026-03-12", CLEAN, "upper-approval-required");
	assert_non_null(strstr(w->err.article, "企业信息公示暂行条例第三条"));
	walk_refuse(w, "unit_head", "review_sensitive_request", "2026-03-12", CLEAN, "required");
	walk_do(w, "unit_head", "review_sensitive_request", "2026-03-12",
		"{\"secrecy_reviewed\":true,\"upper_approval\":\"资市监函〔2026〕3号\"}");
	walk_refuse(w, "credit_clerk", "review_sensitive_approve", "2026-03-12", "{}", "missing-role");
	walk_do(w, "deputy_head", "review_sensitive_approve", "2026-03-13", "{}");
	walk_state(w, STATE_READY);
	assert_string_equal(fact_text(&w->d->facts, FIELD_UPPER_APPROVAL), "资市监函〔2026〕3号");
	walk_replay(w);

	/* Neither requests nor approves who prepared it. */
	w = registered("2026-03-11", "2026-03-11", "," GENERAL_FINE);
	walk_do(w, "many_hats", "prepare", "2026-03-12", "{\"sensitive\":true}");
	walk_do(w, "unit_head", "review_sensitive_request", "2026-03-12", "{\"secrecy_reviewed\":true,\"upper_approval\":\"1\"}");
	walk_refuse(w, "many_hats", "review_sensitive_approve", "2026-03-13", "{}", "reviewer-is-drafter");
}

static void test_minors(void **state)
{
	struct walk *w = registered("2026-03-11", "2026-03-11", "," GENERAL_FINE);
	(void)state;

	reviewed(w, "2026-03-12");
	walk_do(w, "officer", "prepare", "2026-03-12", "{\"minor\":true}");
	walk_do(w, "unit_head", "review_pass", "2026-03-12", CLEAN);
	walk_refuse(w, "credit_clerk", "publish", "2026-03-12", "{}", "party-is-minor");
	assert_non_null(strstr(w->err.article, "未成年人保护法"));
	walk_approved(w, "credit_clerk", "deputy_head", "exempt", "2026-03-13",
		      "{\"publish_exemption\":\"未成年人\",\"reason\":\"未满十八周岁\"}");
	walk_state(w, STATE_EXEMPT);
	walk_clock(w, "D32", 0, "cancelled", NULL);
	walk_clock(w, "D36", 0, "cancelled", NULL);
	assert_string_equal(fact_text(&w->d->facts, FIELD_EXEMPT_APPROVER), "deputy_head");
	walk_replay(w);
}

static void test_exempt(void **state)
{
	static const char *const why = "{\"publish_exemption\":\"商业秘密\",\"reason\":\"主要事实涉及商业秘密\"}";
	struct walk *w = registered("2026-03-11", "2026-03-11", "," GENERAL_FINE);
	(void)state;

	walk_refuse(w, "credit_clerk", "exempt_request", "2026-03-12", "{\"publish_exemption\":\"商业秘密\"}", "required");
	walk_do(w, "credit_clerk", "exempt_request", "2026-03-12", why);
	walk_refuse(w, "officer", "exempt_request", "2026-03-12", why, "request-open");
	walk_refuse(w, "unit_head", "exempt_approve", "2026-03-12", "{}", "missing-role"); /* a leader */
	walk_do(w, "deputy_head", "exempt_return", "2026-03-12", "{\"opinion\":\"可以删去涉密内容后公示\"}");
	walk_state(w, STATE_PREPARING);
	walk_clock(w, "D32", 0, "running", "2026-04-09");
	walk_approved(w, "officer", "principal", "exempt", "2026-03-13", why);
	walk_state(w, STATE_EXEMPT);
	assert_string_equal(fact_text(&w->d->facts, FIELD_EXEMPT_APPROVER), "principal");
	walk_refuse(w, "credit_clerk", "publish", "2026-03-13", "{}", "wrong-state");
	/* No longer a secret: twenty working days from then. */
	walk_approved(w, "credit_clerk", "principal", "exempt_end", "2026-09-21", "{\"reason\":\"已自行公开\"}");
	walk_state(w, STATE_PREPARING);
	walk_clock(w, "D32", 0, "running", "2026-10-26");
	walk_fact_day(w, FIELD_PUBLISH_DUE, "2026-10-26");
	assert_false(fact_has(&w->d->facts, FIELD_PUBLISH_EXEMPTION));
	walk_replay(w);

	/* Published, withdrawn, found to be exempt, overturned: never again. */
	w = published("2026-03-16", "," GENERAL_FINE);
	walk_do(w, "credit_clerk", "overturn", "2026-03-17", "{\"remedy_result\":\"撤销\",\"withdraw_reason\":\"x\"}");
	walk_do(w, "credit_clerk", "withdraw", "2026-03-18", "{\"withdraw_reason\":\"决定被撤销\"}");
	walk_approved(w, "credit_clerk", "principal", "exempt", "2026-03-19", why);
	walk_refuse(w, "credit_clerk", "exempt_end_request", "2026-03-20", "{\"reason\":\"x\"}", "decision-overturned");
}

/* ---- other provinces ---- */

static void test_push(void **state)
{
	struct walk *w = registered("2026-09-21", "2026-09-21", "," GENERAL_FINE ",\"other_province\":true");
	(void)state;

	reviewed(w, "2026-09-22");
	walk_refuse(w, "credit_clerk", "publish", "2026-09-22", "{}", "other-province");
	walk_do(w, "credit_clerk", "push", "2026-10-13", "{\"organ_to\":\"某省市场监督管理局\"}");
	walk_state(w, STATE_PUSHED);
	walk_clock(w, "D33", 0, "late", "2026-10-12");
	walk_clock(w, "D34b", 0, "running", "2026-10-27");
	walk_fact_day(w, FIELD_PUSHED_ON, "2026-10-13");
	assert_false(disclosure_is_public(w->d));
	assert_false(fact_has(&w->d->facts, FIELD_STOP_DUE));
	walk_do(w, "credit_clerk", "push_answer", "2026-10-26", "{\"receiver_answer\":\"已公示\",\"receiver_published_on\":\"2026-10-20\"}");
	walk_clock(w, "D34b", 0, "met", "2026-10-27");
	/* Repair is decided here, carried out there: its result is pushed within three working days. */
	walk_do(w, "credit_clerk", "repair_request", "2027-01-19", "{}");
	walk_refuse(w, "credit_clerk", "repair_accept", "2027-01-19", "{}", "repair-too-early");
	walk_do(w, "credit_clerk", "repair_accept", "2027-01-20", "{}");
	walk_do(w, "credit_clerk", "repair_grant_request", "2027-01-21",
		"{\"corrected\":true,\"not_penalised_again\":true,\"performed_on\":\"2026-10-09\"}");
	walk_do(w, "deputy_head", "repair_grant_approve", "2027-01-21", "{}");
	walk_do(w, "credit_clerk", "repair_carry_out", "2027-01-22", "{\"organ_to\":\"某省市场监督管理局\"}");
	walk_state(w, STATE_STOPPED);
	walk_approved(w, "credit_clerk", "deputy_head", "repair_revoke", "2027-03-01", "{\"reason\":\"材料造假\"}");
	walk_state(w, STATE_PUSHED);
	walk_replay(w);

	/* The party turns out to be from elsewhere, or not. */
	w = registered("2026-09-21", "2026-09-21", "," GENERAL_FINE);
	walk_do(w, "officer", "prepare", "2026-09-22", "{\"other_province\":true}");
	walk_clock(w, "D32", 0, "cancelled", NULL);
	walk_clock(w, "D33", 0, "running", "2026-10-12");
	walk_fact_day(w, FIELD_PUBLISH_DUE, "2026-10-12");
	walk_do(w, "officer", "prepare", "2026-09-23", "{\"other_province\":false}");
	walk_clock(w, "D33", 0, "cancelled", NULL);
	walk_fact_day(w, FIELD_PUBLISH_DUE, "2026-10-26");
	walk_refuse(w, "credit_clerk", "push_answer", "2026-09-23", "{\"receiver_answer\":\"x\"}", "wrong-state");
	walk_replay(w);

	/* Overturned after the push: the other province is told within three working days. */
	w = registered("2026-09-21", "2026-09-21", "," GENERAL_FINE ",\"other_province\":true");
	reviewed(w, "2026-09-22");
	walk_do(w, "credit_clerk", "push", "2026-09-23", "{\"organ_to\":\"某省局\"}");
	walk_do(w, "legal_reviewer", "overturn", "2026-09-30", "{\"remedy_result\":\"确认违法\",\"withdraw_reason\":\"决定被确认违法\"}");
	walk_clock(w, "D35", 0, "running", "2026-10-10"); /* a Saturday, worked */
	assert_false(disclosure_is_public(w->d));
	walk_do(w, "credit_clerk", "withdraw", "2026-10-10", "{\"withdraw_reason\":\"决定被确认违法\"}");
	walk_clock(w, "D35", 0, "met", "2026-10-10");
	walk_replay(w);
}

static void test_receive(void **state)
{
	static const char *const foreign =
		"{\"agency\":\"某省某县市场监督管理局\",\"cause\":\"假冒专利\"," PARTY ",\"penalty_kinds\":[\"罚款\"],\"fine_fen\":100,"
		"\"decided_on\":\"2026-09-10\",\"decision_text\":\"甲商贸有限公司假冒专利。\",\"decision_paper_no\":\"某市监处罚〔2026〕5号\"}";
	struct walk *w = walk_new(&arena, &book, PROCEDURE_DISCLOSURE);
	struct disclosure_summary s;
	(void)state;

	walk_refuse(w, "officer", "receive", "2026-09-30", foreign, "missing-role");
	walk_do(w, "credit_clerk", "receive", "2026-09-30", foreign);
	walk_state(w, STATE_RECEIVED);
	walk_clock(w, "D34", 0, "running", "2026-10-20");
	walk_fact_day(w, FIELD_PUBLISH_DUE, "2026-10-20");
	assert_null(dossier_clock_const(w->d, "D32", 0));
	assert_null(dossier_clock_const(w->d, "D36", 0)); /* who makes the decision reports it */
	walk_refuse(w, "credit_clerk", "credit_report", "2026-10-08", "{}", "received-decision");
	walk_refuse(w, "credit_clerk", "list_request", "2026-10-08", "{\"list_consent\":\"1\",\"reason\":\"x\"}", "received-decision");
	walk_do(w, "credit_clerk", "prepare", "2026-10-09", "{}");
	walk_do(w, "unit_head", "review_return", "2026-10-09", "{\"opinion\":\"x\"}");
	walk_state(w, STATE_RECEIVED);
	assert_int_equal(dossier_turn(w->d), ROLE_CREDIT_CLERK);
	reviewed(w, "2026-10-10");
	walk_do(w, "credit_clerk", "publish", "2026-10-20", "{}"); /* its party was told there */
	walk_clock(w, "D34", 0, "met", "2026-10-20");
	walk_clock(w, "D37b", 0, "running", "2027-10-20");
	disclosure_summary(&arena, &w->d->facts, "样县市场监督管理局", NULL, &s);
	assert_string_equal(s.organ, "某省某县市场监督管理局");
	walk_replay(w);
}

/* ---- correction ---- */

static void test_correct(void **state)
{
	struct walk *w = published("2026-03-16", "," GENERAL_FINE);
	(void)state;

	walk_refuse(w, "officer", "correct_request", "2026-03-17", "{\"cause\":\"x\"}", "required");
	walk_do(w, "officer", "correct_request", "2026-03-17",
		"{\"reason\":\"违法行为类型有误\",\"cause\":\"假冒专利\",\"serious_field\":true}");
	walk_refuse(w, "credit_clerk", "correct_approve", "2026-03-17", "{}", "missing-role");
	walk_do(w, "unit_head", "correct_approve", "2026-03-18", "{}");
	walk_state(w, STATE_PUBLISHED);
	assert_int_equal(fact_num(&w->d->facts, FIELD_PUBLISH_VERSION), 2);
	walk_fact_day(w, FIELD_CORRECTED_ON, "2026-03-18");
	walk_fact_day(w, FIELD_PUBLISHED_ON, "2026-03-16");
	class_is(w, "严重a");
	walk_clock(w, "D37b", 0, "cancelled", NULL);
	walk_clock(w, "D37c", 0, "running", "2029-03-16"); /* counted from the first day, not from the correction */
	walk_refuse(w, "officer", "correct_request", "2026-03-18", "{\"reason\":\"x\",\"cuts\":\"{}\"}", "cuts-invalid");
	walk_refuse(w, "officer", "correct_request", "2026-03-18",
		    "{\"reason\":\"x\",\"cause\":\"假冒专利，联系人电话13800138000\"}", "redaction-residue");
	walk_replay(w);

	/* Wrong as a whole: withdrawn, prepared anew, public again; the duty was met the first time. */
	walk_do(w, "credit_clerk", "withdraw", "2026-03-19", "{\"withdraw_reason\":\"误将他人案件公示\"}");
	walk_state(w, STATE_DISCLOSURE_WITHDRAWN);
	walk_clock(w, "D37c", 0, "cancelled", NULL);
	assert_false(fact_has(&w->d->facts, FIELD_STOP_DUE));
	walk_refuse(w, "credit_clerk", "correct_request", "2026-03-19", "{\"reason\":\"x\"}", "wrong-state");
	walk_approved(w, "credit_clerk", "deputy_head", "resume", "2026-03-20", "{\"reason\":\"应当公示\"}");
	walk_state(w, STATE_PREPARING);
	reviewed(w, "2026-03-20");
	walk_do(w, "credit_clerk", "publish", "2026-03-23", "{}");
	walk_fact_day(w, FIELD_PUBLISHED_ON, "2026-03-16");
	walk_fact_day(w, FIELD_STOP_DUE, "2029-03-23");
	assert_false(fact_has(&w->d->facts, FIELD_WITHDRAWN_ON));
	walk_replay(w);
}

/* ---- what the case tells ---- */

static void test_overturned(void **state)
{
	static const struct {
		const char *result, *reason;
	} results[] = {
		{ "变更", "行政处罚决定已被变更" },
		{ "撤销", "行政处罚决定已被撤销" },
		{ "确认违法", "行政处罚决定已被确认违法" },
		{ "责令重作", "行政处罚决定已被撤销，责令重新作出" },
	};
	static const char *const stands[] = { "维持", "驳回", "终止" };
	struct walk *c, *w;
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(results); i++) {
		w = public_case(&c);
		walk_do(c, "officer", "remedy_filed", "2026-04-01", "{\"remedy_kind\":\"行政复议\"}");
		assert_false(walk_told(c, w));
		walk_do(c, "legal_reviewer", "remedy_ended", "2026-09-24",
			arena_printf(&arena, "{\"remedy_result\":\"%s\"}", results[i].result));
		assert_true(walk_told(c, w));
		walk_state(w, STATE_TO_WITHDRAW);
		walk_clock(w, "D35", 0, "running", "2026-09-30"); /* Mid-Autumn between */
		walk_fact_day(w, FIELD_WITHDRAW_DUE, "2026-09-30");
		assert_string_equal(fact_text(&w->d->facts, FIELD_WITHDRAW_REASON), results[i].reason);
		assert_true(disclosure_is_public(w->d)); /* until it is withdrawn */
		walk_clock(w, "D37b", 0, "running", "2027-03-16");
		walk_refuse(w, "officer", "withdraw", "2026-09-25", "{\"withdraw_reason\":\"x\"}", "missing-role");
		walk_do(w, "credit_clerk", "withdraw", i % 2 ? "2026-09-30" : "2026-10-08", "{\"withdraw_reason\":\"决定被撤销\"}");
		walk_clock(w, "D35", 0, i % 2 ? "met" : "late", "2026-09-30");
		walk_state(w, STATE_DISCLOSURE_WITHDRAWN);
		assert_false(disclosure_is_public(w->d));
		walk_refuse(w, "credit_clerk", "resume_request", "2026-10-09", "{\"reason\":\"x\"}", "decision-overturned");
		walk_replay(w);
		walk_replay(c);
	}
	for (size_t i = 0; i < ARRAY_LEN(stands); i++) {
		w = public_case(&c);
		walk_do(c, "officer", "remedy_filed", "2026-04-01", "{\"remedy_kind\":\"行政诉讼\"}");
		walk_do(c, "legal_reviewer", "remedy_ended", "2026-09-24",
			arena_printf(&arena, "{\"remedy_result\":\"%s\"}", stands[i]));
		assert_false(walk_told(c, w));
		walk_refuse(w, "credit_clerk", "overturn", "2026-09-24",
			    arena_printf(&arena, "{\"remedy_result\":\"%s\",\"withdraw_reason\":\"x\"}", stands[i]), "decision-stands");
	}
}

/* Decided anew: a disclosure of its own, with its own twenty days; the old one goes its own way. */
static void test_decided_anew(void **state)
{
	struct walk *c, *old = public_case(&c), *w;
	(void)state;

	walk_do(c, "officer", "remedy_filed", "2026-04-01", "{\"remedy_kind\":\"行政复议\"}");
	walk_do(c, "legal_reviewer", "remedy_ended", "2026-05-20", "{\"remedy_result\":\"责令重作\"}");
	assert_true(walk_told(c, old));
	walk_clock(old, "D35", 0, "running", "2026-05-25");
	walk_reviewed(c, "2026-05-22", "2026-05-25", "案件审核", false);
	walk_do(c, "officer", "notice_serve", "2026-05-26", NOTICE_20000);
	walk_approved(c, "officer", "deputy_head", "decide_penalty", "2026-06-08", DECISION_20000);
	assert_false(walk_told(c, old));
	w = walk_disclose(c);
	walk_clock(w, "D32", 0, "running", "2026-07-07");
	assert_false(fact_has(&w->d->facts, FIELD_PUBLISHED_ON));
	walk_do(old, "credit_clerk", "withdraw", "2026-05-25", "{\"withdraw_reason\":\"决定被撤销，责令重新作出\"}");
	walk_clock(old, "D35", 0, "met", NULL);

	/* Not public yet: it never will be. */
	c = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-11");
	w = walk_disclose(c);
	walk_do(c, "officer", "serve", "2026-03-12", "{\"service_method\":\"直接\"}");
	assert_true(walk_told(c, w));
	walk_do(c, "officer", "remedy_filed", "2026-03-16", "{\"remedy_kind\":\"行政复议\"}");
	walk_do(c, "legal_reviewer", "remedy_ended", "2026-03-30", "{\"remedy_result\":\"撤销\"}");
	assert_true(walk_told(c, w));
	walk_state(w, STATE_NOT_REQUIRED);
	assert_string_equal(fact_text(&w->d->facts, FIELD_NOT_REQUIRED_REASON), "行政处罚决定已被撤销");
	walk_clock(w, "D32", 0, "cancelled", NULL);
	walk_clock(w, "D36", 0, "cancelled", NULL);
	walk_replay(w);
}

/* ---- credit repair ---- */

#define GRANT "{\"corrected\":true,\"not_penalised_again\":true,\"performed_on\":\"2026-03-20\"}"

static void test_repair(void **state)
{
	struct walk *w = published("2026-06-23", "," GENERAL_FINE);
	(void)state;

	walk_refuse(w, "credit_clerk", "repair_accept", "2026-09-22", "{}", "wrong-state");
	walk_do(w, "credit_clerk", "repair_request", "2026-09-22", "{\"note\":\"申请书、承诺书\"}");
	walk_state(w, STATE_REPAIR);
	assert_true(disclosure_is_public(w->d));
	walk_clock(w, "D38", 0, "running", "2026-09-24");
	walk_refuse(w, "credit_clerk", "repair_accept", "2026-09-22", "{}", "repair-too-early");
	assert_non_null(strstr(w->err.detail, "2026-09-23"));
	walk_refuse(w, "credit_clerk", "repair_extend_request", "2026-09-22", "{\"reason\":\"x\"}", "repair-not-accepted");
	walk_refuse(w, "credit_clerk", "repair_supplement", "2026-09-22", "{\"note\":\"x\"}", "nothing-missing");
	walk_do(w, "credit_clerk", "repair_missing", "2026-09-23", "{\"repair_missing\":[\"缴款凭证\"]}");
	walk_clock(w, "D38", 0, "met", "2026-09-24");
	walk_refuse(w, "credit_clerk", "repair_missing", "2026-09-24", "{\"repair_missing\":[\"承诺书\"]}", "missing-listed");
	walk_do(w, "credit_clerk", "repair_supplement", "2026-09-28", "{\"note\":\"收到缴款凭证\"}");
	walk_clock(w, "D38", 0, "running", "2026-09-30");
	walk_refuse(w, "credit_clerk", "repair_supplement", "2026-09-28", "{\"note\":\"x\"}", "nothing-missing");
	walk_do(w, "credit_clerk", "repair_accept", "2026-09-29", "{}");
	walk_clock(w, "D39", 0, "running", "2026-10-14"); /* National Day; 10 October worked */
	walk_refuse(w, "credit_clerk", "repair_accept", "2026-09-29", "{}", "repair-accepted");
	walk_refuse(w, "credit_clerk", "repair_reject", "2026-09-29", "{\"reason\":\"x\"}", "repair-accepted");
	walk_refuse(w, "credit_clerk", "repair_missing", "2026-09-29", "{\"repair_missing\":[\"x\"]}", "repair-accepted");
	walk_refuse(w, "credit_clerk", "repair_extend_request", "2026-10-15", "{\"reason\":\"x\"}", "extension-after-due");
	walk_approved(w, "credit_clerk", "deputy_head", "repair_extend", "2026-10-14", "{\"reason\":\"需要核查\"}");
	walk_clock(w, "D39", 0, "running", "2026-10-28");
	walk_refuse(w, "credit_clerk", "repair_extend_request", "2026-10-14", "{\"reason\":\"x\"}", "already-extended");
	walk_refuse(w, "credit_clerk", "repair_carry_out", "2026-10-14", "{}", "repair-not-granted");
	/* The conditions, one by one. */
	walk_refuse(w, "credit_clerk", "repair_grant_request", "2026-10-15", "{\"corrected\":true,\"not_penalised_again\":true}",
		    "not-performed");
	walk_refuse(w, "credit_clerk", "repair_grant_request", "2026-10-15",
		    "{\"corrected\":true,\"not_penalised_again\":true,\"performed_on\":\"2026-10-16\"}", "not-performed");
	walk_refuse(w, "credit_clerk", "repair_grant_request", "2026-10-15",
		    "{\"corrected\":false,\"not_penalised_again\":true,\"performed_on\":\"2026-03-20\"}", "not-corrected");
	walk_refuse(w, "credit_clerk", "repair_grant_request", "2026-10-15",
		    "{\"corrected\":true,\"not_penalised_again\":false,\"performed_on\":\"2026-03-20\"}", "penalised-again");
	walk_do(w, "credit_clerk", "repair_grant_request", "2026-10-15", GRANT);
	walk_refuse(w, "unit_head", "repair_grant_approve", "2026-10-15", "{}", "missing-role");
	walk_do(w, "principal", "repair_grant_approve", "2026-10-16", "{}");
	walk_clock(w, "D39", 0, "met", "2026-10-28");
	walk_clock(w, "D40", 0, "running", "2026-10-21");
	walk_refuse(w, "credit_clerk", "repair_deny_request", "2026-10-19", "{\"reason\":\"x\"}", "repair-decided");
	walk_refuse(w, "credit_clerk", "repair_withdraw", "2026-10-19", "{\"note\":\"x\"}", "repair-decided");
	walk_do(w, "credit_clerk", "repair_carry_out", "2026-10-21", "{}");
	walk_state(w, STATE_STOPPED);
	walk_clock(w, "D40", 0, "met", "2026-10-21");
	assert_string_equal(fact_text(&w->d->facts, FIELD_STOP_REASON), "信用修复");
	walk_fact_day(w, FIELD_STOPPED_ON, "2026-10-21");
	assert_false(disclosure_is_public(w->d));
	walk_replay(w);

	/* Obtained by fraud: public again, the period begins anew, there is no early end. */
	walk_refuse(w, "credit_clerk", "repair_revoke_request", "2026-12-01", "{}", "required");
	walk_approved(w, "credit_clerk", "principal", "repair_revoke", "2026-12-01", "{\"reason\":\"提交虚假缴款凭证\"}");
	walk_state(w, STATE_PUBLISHED);
	assert_true(disclosure_is_public(w->d));
	walk_fact_day(w, FIELD_PUBLISHED_ON, "2026-06-23");
	walk_fact_day(w, FIELD_STOP_DUE, "2027-12-01");
	walk_clock(w, "D37b", 0, "running", "2027-12-01");
	assert_false(fact_has(&w->d->facts, FIELD_REPAIR_FROM));
	assert_false(fact_has(&w->d->facts, FIELD_STOPPED_ON));
	walk_refuse(w, "credit_clerk", "repair_request", "2027-06-01", "{}", "repair-barred");
	assert_non_null(strstr(w->err.article, "第二十三条"));
	walk_do(w, "credit_clerk", "expire", "2027-12-01", "{}");
	walk_refuse(w, "credit_clerk", "repair_revoke_request", "2027-12-02", "{\"reason\":\"x\"}", "repair-not-done");
	walk_replay(w);
}

/* Accepted from this day on, and not the day before. */
static void test_repair_by_class(void **state)
{
	static const struct {
		const char *decision, *published, *too_early, *rule, *allowed;
	} cases[] = {
		{ MINOR_FINE, "2026-03-16", "2026-05-16", "repair-not-needed", NULL },
		{ GENERAL_FINE, "2026-03-16", "2026-06-15", "repair-too-early", "2026-06-16" },
		{ FIELD_A, "2026-03-16", "2027-03-15", "repair-too-early", "2027-03-16" },
		{ SUSPENDED_B, "2026-03-16", "2027-03-16", "restriction-running", NULL }, /* when it ends was not entered */
		{ SUSPENDED_B ",\"restriction_until\":\"2027-05-31\"", "2026-03-16", "2027-05-31", "restriction-running", "2027-06-01" },
		{ SUSPENDED_B ",\"restriction_until\":\"2026-05-31\"", "2026-03-16", "2027-03-15", "repair-too-early", "2027-03-16" },
		{ CLOSED_C, "2026-03-16", "2028-12-01", "repair-barred", NULL },
		/* Published under the old rules, six months; asked for under the new ones, three. */
		{ GENERAL_FINE, "2025-10-09", "2026-01-08", "repair-too-early", "2026-01-09" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct walk *w = published(cases[i].published, arena_printf(&arena, ",%s", cases[i].decision));
		walk_do(w, "credit_clerk", "repair_request", cases[i].too_early, "{}");
		walk_refuse(w, "credit_clerk", "repair_accept", cases[i].too_early, "{}", cases[i].rule);
		if (cases[i].allowed)
			walk_do(w, "credit_clerk", "repair_accept", cases[i].allowed, "{}");
		else
			walk_do(w, "credit_clerk", "repair_reject", cases[i].too_early, "{\"reason\":\"不符合条件\"}");
		walk_state(w, cases[i].allowed ? STATE_REPAIR : STATE_PUBLISHED);
		walk_replay(w);
	}
	/* Refused, and taken back: public as before, another application may follow. */
	struct walk *w = published("2026-03-16", "," GENERAL_FINE);
	walk_do(w, "credit_clerk", "repair_request", "2026-06-16", "{}");
	walk_do(w, "credit_clerk", "repair_accept", "2026-06-16", "{}");
	walk_refuse(w, "credit_clerk", "repair_grant_request", "2026-06-17", "{}", "required");
	walk_approved(w, "credit_clerk", "deputy_head", "repair_deny", "2026-06-17", "{\"reason\":\"未履行\"}");
	walk_state(w, STATE_PUBLISHED);
	walk_clock(w, "D39", 0, "met", NULL);
	assert_string_equal(fact_text(&w->d->facts, FIELD_REPAIR_RESULT), "不予");
	walk_do(w, "credit_clerk", "repair_request", "2026-07-16", "{}");
	assert_false(fact_has(&w->d->facts, FIELD_REPAIR_RESULT));
	walk_do(w, "credit_clerk", "repair_withdraw", "2026-07-17", "{\"note\":\"撤回\"}");
	walk_state(w, STATE_PUBLISHED);
	walk_clock(w, "D38", 0, "cancelled", NULL);
	walk_clock(w, "D37b", 0, "running", "2027-03-16");
	walk_do(w, "credit_clerk", "repair_request", "2027-03-16", "{}");
	walk_do(w, "exchange", "expire", "2027-03-16", "{}"); /* the period does not wait */
	walk_state(w, STATE_STOPPED);
	walk_clock(w, "D38", 0, "cancelled", NULL);
	walk_replay(w);

	/* Decided before order 107: fifteen working days. */
	w = published("2025-06-03", "," GENERAL_FINE);
	walk_do(w, "credit_clerk", "repair_request", "2025-12-03", "{}");
	walk_clock(w, "D38", 0, "running", "2025-12-05");
	walk_do(w, "credit_clerk", "repair_accept", "2025-12-24", "{}");
	walk_clock(w, "D39", 0, "running", "2026-01-15"); /* 4 January worked */
}

/* ---- bankruptcy, other departments, the end of the party ---- */

static void test_other_ends(void **state)
{
	struct walk *w = published("2026-03-16", "," GENERAL_FINE);
	(void)state;

	walk_refuse(w, "credit_clerk", "shield", "2026-09-29", "{}", "no-shield-request");
	walk_do(w, "credit_clerk", "shield_request", "2026-09-29", "{\"paper_no\":\"（2026）川20破1号\"}");
	walk_clock(w, "D40b", 0, "running", "2026-10-14");
	walk_refuse(w, "credit_clerk", "stop", "2026-09-30", "{\"stop_reason\":\"破产重整\",\"reason\":\"x\"}", "stop-ground");
	walk_do(w, "credit_clerk", "shield", "2026-09-30", "{}");
	walk_state(w, STATE_SHIELDED);
	walk_clock(w, "D40b", 0, "met", "2026-10-14");
	assert_false(disclosure_is_public(w->d));
	walk_do(w, "credit_clerk", "unshield", "2026-11-02", "{\"reason\":\"重整失败，宣告破产\"}");
	walk_state(w, STATE_PUBLISHED);
	walk_fact_day(w, FIELD_STOP_DUE, "2027-03-16");
	walk_refuse(w, "credit_clerk", "shield", "2026-11-03", "{}", "no-shield-request");
	walk_do(w, "credit_clerk", "shield_request", "2026-11-03", "{\"paper_no\":\"2\"}");
	walk_do(w, "credit_clerk", "shield", "2026-11-04", "{}");
	walk_do(w, "credit_clerk", "stop", "2026-12-01", "{\"stop_reason\":\"破产重整\",\"reason\":\"重整计划执行完毕\"}");
	walk_state(w, STATE_STOPPED);
	assert_false(fact_has(&w->d->facts, FIELD_STOP_DUE));
	walk_replay(w);

	/* Repaired elsewhere: three working days after the notice. */
	w = published("2026-03-16", "," GENERAL_FINE);
	walk_refuse(w, "credit_clerk", "stop", "2026-09-30", "{\"stop_reason\":\"其他部门修复\",\"reason\":\"x\"}", "stop-ground");
	walk_refuse(w, "credit_clerk", "stop", "2026-09-30", "{\"stop_reason\":\"公示期满\",\"reason\":\"x\"}", "stop-ground");
	walk_do(w, "credit_clerk", "elsewhere", "2026-09-30", "{\"note\":\"发展改革部门修复通知\"}");
	walk_clock(w, "D40c", 0, "running", "2026-10-10");
	walk_do(w, "credit_clerk", "stop", "2026-10-10", "{\"stop_reason\":\"其他部门修复\",\"reason\":\"已修复\"}");
	walk_clock(w, "D40c", 0, "met", "2026-10-10");
	walk_replay(w);

	/* Deregistered. */
	w = published("2026-03-16", "," GENERAL_FINE);
	walk_do(w, "credit_clerk", "stop", "2026-05-06", "{\"stop_reason\":\"当事人注销\",\"reason\":\"2026年5月6日注销登记\"}");
	assert_string_equal(fact_text(&w->d->facts, FIELD_STOP_REASON), "当事人注销");
	walk_replay(w);

	/* Hidden and overturned: nobody has to withdraw what nobody sees. */
	w = published("2026-03-16", "," GENERAL_FINE);
	walk_do(w, "credit_clerk", "shield_request", "2026-03-17", "{\"paper_no\":\"1\"}");
	walk_do(w, "credit_clerk", "shield", "2026-03-17", "{}");
	walk_do(w, "credit_clerk", "overturn", "2026-03-18", "{\"remedy_result\":\"撤销\",\"withdraw_reason\":\"决定被撤销\"}");
	walk_state(w, STATE_DISCLOSURE_WITHDRAWN);
	walk_fact_day(w, FIELD_WITHDRAWN_ON, "2026-03-18");
	walk_refuse(w, "credit_clerk", "resume_request", "2026-03-19", "{\"reason\":\"x\"}", "decision-overturned");
	walk_replay(w);

	/* Withdrawn for an error, stopped early: overturned afterwards, it is never public again. */
	w = published("2026-03-16", "," GENERAL_FINE);
	walk_do(w, "credit_clerk", "withdraw", "2026-03-17", "{\"withdraw_reason\":\"误公示\"}");
	walk_do(w, "credit_clerk", "overturn", "2026-03-18", "{\"remedy_result\":\"撤销\",\"withdraw_reason\":\"决定被撤销\"}");
	walk_state(w, STATE_DISCLOSURE_WITHDRAWN);
	walk_refuse(w, "credit_clerk", "resume_request", "2026-03-19", "{\"reason\":\"x\"}", "decision-overturned");
	walk_refuse(w, "credit_clerk", "overturn", "2026-03-19", "{\"remedy_result\":\"撤销\",\"withdraw_reason\":\"x\"}",
		    "decision-overturned");
	w = published("2026-03-16", "," GENERAL_FINE);
	walk_do(w, "credit_clerk", "repair_request", "2026-06-16", "{}");
	walk_do(w, "credit_clerk", "repair_accept", "2026-06-16", "{}");
	walk_approved(w, "credit_clerk", "deputy_head", "repair_grant", "2026-06-17", GRANT);
	walk_do(w, "credit_clerk", "repair_carry_out", "2026-06-18", "{}");
	walk_do(w, "credit_clerk", "overturn", "2026-06-19", "{\"remedy_result\":\"撤销\",\"withdraw_reason\":\"决定被撤销\"}");
	walk_refuse(w, "credit_clerk", "repair_revoke_request", "2026-06-22", "{\"reason\":\"x\"}", "decision-overturned");
	walk_replay(w);

	/* To be withdrawn, but its period ends first. */
	w = published("2026-03-16", "," MINOR_FINE);
	walk_do(w, "credit_clerk", "overturn", "2026-06-15", "{\"remedy_result\":\"撤销\",\"withdraw_reason\":\"决定被撤销\"}");
	walk_do(w, "exchange", "expire", "2026-06-16", "{}");
	walk_state(w, STATE_STOPPED);
	walk_clock(w, "D35", 0, "met", "2026-06-18");
	walk_fact_day(w, FIELD_WITHDRAWN_ON, "2026-06-16");
	walk_replay(w);
}

/* ---- the list of the seriously untrustworthy ---- */

static void test_list(void **state)
{
	static const char *const consent = "{\"list_consent\":\"资市监函〔2026〕9号\",\"reason\":\"故意侵犯知识产权\"}";
	struct walk *w = published("2026-09-21", "," GENERAL_FINE);
	(void)state;

	walk_fact_day(w, FIELD_STOP_DUE, "2027-09-21");
	walk_refuse(w, "credit_clerk", "list_request", "2026-09-30", "{\"reason\":\"x\"}", "required"); /* the upper bureau's consent */
	walk_refuse(w, "credit_clerk", "list_publish", "2026-09-30", "{}", "not-listed");
	walk_approved(w, "officer", "principal", "list", "2026-09-30", consent);
	class_is(w, "严重d");
	walk_clock(w, "D37b", 0, "cancelled", NULL);
	walk_clock(w, "D37c", 0, "running", "2029-09-21");
	walk_clock(w, "D46", 0, "running", "2026-11-03");
	walk_fact_day(w, FIELD_LIST_DUE, "2026-11-03");
	walk_fact_day(w, FIELD_REPAIR_FROM, "2027-09-21");
	walk_refuse(w, "officer", "list_request", "2026-09-30", consent, "already-listed");
	walk_do(w, "credit_clerk", "list_publish", "2026-11-03", "{}");
	walk_clock(w, "D46", 0, "met", "2026-11-03");
	walk_refuse(w, "credit_clerk", "list_publish", "2026-11-04", "{}", "already-published");
	walk_approved(w, "credit_clerk", "principal", "list_remove", "2027-10-08", "{\"reason\":\"修复\"}");
	class_is(w, "一般");
	walk_refuse(w, "credit_clerk", "list_remove_request", "2027-10-09", "{\"reason\":\"x\"}", "not-listed");
	walk_replay(w);

	w = registered("2026-09-21", "2026-09-21", "," GENERAL_FINE ",\"other_province\":true");
	walk_approved(w, "officer", "principal", "list", "2026-09-21", consent);
	walk_clock(w, "D46b", 0, "running", "2026-10-12");
	assert_null(dossier_clock_const(w->d, "D46", 0));
	class_is(w, "严重d");
	walk_replay(w);
}

static void test_restricted_longer(void **state)
{
	struct walk *w = published("2026-03-16", "," SUSPENDED_B ",\"restriction_until\":\"2031-03-15\"");
	(void)state;

	walk_fact_day(w, FIELD_STOP_DUE, "2031-03-15");
	walk_clock(w, "D37e", 0, "running", "2031-03-15");
	walk_refuse(w, "exchange", "expire", "2029-03-16", "{}", "period-running");
	const struct act_record recompute = { .act = "recompute", .happened_at = walk_time("2026-03-17"), .actor = 20, .actor_name = "admin" };
	assert_int_equal(walk_fold(w, &recompute), ERR_OK); /* no account of the walks administers */
	walk_clock(w, "D37e", 0, "running", "2031-03-15");
	walk_replay(w);

	/* Before order 45 there was nothing to publish by. */
	w = walk_new(&arena, &book, PROCEDURE_DISCLOSURE);
	assert_int_equal(walk_try(w, "credit_clerk", "register", "2021-08-31",
				  "{\"cause\":\"x\"," PARTY ",\"decided_on\":\"2021-08-31\",\"served_on\":\"2021-08-31\","
				  "\"decision_text\":\"x\",\"decision_paper_no\":\"1\"," GENERAL_FINE "}"), ERR_INVALID);
	assert_string_equal(w->err.rule, "no-rule-in-force");
}

/* Runs last: no row was left out, and each guard was asked both ways. */
static void test_all_done(void **state)
{
	(void)state;
	walk_all_done(PROCEDURE_DISCLOSURE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_register),       cmocka_unit_test(test_whole),
		cmocka_unit_test(test_sensitive),
		cmocka_unit_test(test_minors),	       cmocka_unit_test(test_exempt),
		cmocka_unit_test(test_push),	       cmocka_unit_test(test_receive),
		cmocka_unit_test(test_correct),	       cmocka_unit_test(test_overturned),
		cmocka_unit_test(test_decided_anew),
		cmocka_unit_test(test_repair),	       cmocka_unit_test(test_repair_by_class),
		cmocka_unit_test(test_other_ends),     cmocka_unit_test(test_list),
		cmocka_unit_test(test_restricted_longer), cmocka_unit_test(test_all_done),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

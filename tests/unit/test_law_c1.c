/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Channel C1, to the police: every act and every refusal on the copies of all organs, and answers on paper. */
#include "law_c1.h"

/* ---- inside the bureau ---- */

static void test_open(void **state)
{
	struct thread *t = organs();
	struct organ market2 = { .id = 9, .code = "510185-market", .name = "简阳市市场监督管理局", .kind = "bureau", .region = "510185" };
	struct organ police2 = { .id = 8, .code = "510185-police", .name = "简阳市公安局", .kind = "police", .region = "510185" };
	(void)state;

	thread_walk(t, MARKET)->peer = &police2;
	thread_refuse(t, MARKET, "officer", "open", "2026-11-02", "{\"peer\":\"510185-police\"}", "peer-not-same-level",
		      "移送涉嫌犯罪案件的规定第五条第二款");
	assert_non_null(strstr(thread_walk(t, MARKET)->err.detail, "乐至县"));
	thread_walk(t, MARKET)->peer = &market2;
	thread_refuse(t, MARKET, "officer", "open", "2026-11-02", "{\"peer\":\"510185-market\"}", "peer-not-same-level", NULL);
	thread_walk(t, MARKET)->peer = &t->copies[MARKET].organ;
	thread_refuse(t, MARKET, "officer", "open", "2026-11-02", "{\"peer\":\"512022-market\"}", "transfer-to-self", "第五条");
	thread_walk(t, MARKET)->peer = &t->copies[POLICE].organ;
	thread_refuse(t, MARKET, "clerk", "open", "2026-11-02", OPEN, "missing-role", NULL);
	thread_refuse(t, MARKET, "officer", "open", "2026-11-02", "{}", "required", NULL);
	thread_do(t, MARKET, "officer", "open", "2026-11-02", OPEN_WITH(""));
	const struct facts *f = &thread_walk(t, MARKET)->d->facts;
	assert_int_equal(fact_num(f, FIELD_SIDE), SIDE_SENDER);
	assert_int_equal(fact_num(f, FIELD_CONNECTED), SIDE_SENDER | SIDE_RECEIVER);
	assert_string_equal(fact_text(f, FIELD_OWN_ROLE), "officer");
	assert_string_equal(fact_text(f, FIELD_OWN_ORGAN), "512022-market");
	assert_string_equal(fact_text(f, FIELD_RECEIVER), "512022-police");
	assert_int_equal(dossier_turn(thread_walk(t, MARKET)->d), ROLE_DEPUTY_HEAD);
	finish(t);
}

static void test_report(void **state)
{
	struct thread *t = organs();
	struct walk *w = thread_walk(t, MARKET);
	(void)state;

	thread_do(t, MARKET, "officer", "open", "2026-11-02", OPEN);
	thread_refuse(t, MARKET, "officer", "report_request", "2026-11-02", REPORT, "wrong-state", NULL);
	thread_refuse(t, MARKET, "deputy_head", "appoint", "2026-11-02", "{\"officer\":\"officer\",\"co_officer\":\"officer\"}",
		      "two-officers", "第四十二条");
	thread_refuse(t, MARKET, "unit_head", "appoint", "2026-11-02", TEAM, "missing-role", NULL);
	thread_do(t, MARKET, "deputy_head", "appoint", "2026-11-02", TEAM);
	thread_refuse(t, MARKET, "officer2", "prepare", "2026-11-02", "{\"contact\":\"x\"}", "not-an-officer-of-the-case", NULL);
	thread_do(t, MARKET, "officer", "prepare", "2026-11-02", "{\"contact\":\"承办人甲 028-0000\"}");
	thread_refuse(t, MARKET, "officer2", "report_request", "2026-11-05", REPORT, "not-an-officer-of-the-case", "第十九条");
	thread_refuse(t, MARKET, "officer", "report_request", "2026-11-05", "{\"reason\":\"x\",\"transfer_basis\":\"合理嫌疑\"}",
		      "required", NULL);
	/* Thursday: three days end on Sunday, the lawful day is Monday */
	thread_do(t, MARKET, "officer", "report_request", "2026-11-05", REPORT);
	walk_state(w, STATE_C1_REPORTED);
	walk_clock(w, "C1.1", 0, "running", "2026-11-09");
	assert_string_equal(walk_day(&arena, dossier_clock(w->d, "C1.1", 0)->due.strict), "2026-11-08");
	struct next_due due;
	next_due_of(w->d, &due);
	assert_string_equal(walk_day(&arena, due.on), "2026-11-08"); /* lists show our own duty unrolled */
	assert_int_equal(dossier_turn(w->d), ROLE_PRINCIPAL);
	thread_refuse(t, MARKET, "officer", "report_request", "2026-11-05", REPORT, "request-open", NULL);
	thread_refuse(t, MARKET, "deputy_head", "report_approve", "2026-11-06", "{}", "missing-role", "第五条");
	thread_refuse(t, MARKET, "principal", "report_return", "2026-11-06", "{\"opinion\":\"证据不足，不批准\"}",
		      "refusal-not-reasoned", "第五条第二款");
	thread_do(t, MARKET, "principal", "report_return", "2026-11-06",
		  "{\"opinion\":\"进货凭证齐全，尚不能证明明知，先补充询问上游供货商\"}");
	walk_state(w, STATE_C1_REFUSED_INT);
	walk_clock(w, "C1.1", 0, "met", NULL);
	assert_null(dossier_open_request(w->d, NULL));
	/* new evidence: the report is made again, late this time */
	thread_do(t, MARKET, "officer", "prepare", "2026-11-09", "{\"evidence_list\":[\"上游笔录\"]}");
	thread_do(t, MARKET, "officer", "report_request", "2026-11-09", REPORT);
	thread_refuse(t, MARKET, "officer", "submit", "2026-11-10", "{}", "wrong-state", NULL);
	thread_do(t, MARKET, "principal", "report_approve", "2026-11-13 16:00", "{}");
	walk_clock(w, "C1.1", 0, "late", NULL);
	walk_clock(w, "C1.2", 0, "running", "2026-11-14"); /* 24 hours do not roll: a Saturday */
	assert_int_equal(dossier_clock(w->d, "C1.2", 0)->due.at, walk_time("2026-11-14 16:00"));
	thread_refuse(t, MARKET, "officer2", "submit", "2026-11-14", "{}", "not-an-officer-of-the-case", NULL);
	thread_do(t, MARKET, "officer", "submit", "2026-11-14 16:01", "{}");
	walk_clock(w, "C1.2", 0, "late", NULL);
	finish(t);

	/* dropped: by the principal only */
	t = organs();
	thread_do(t, MARKET, "officer", "open", "2026-11-02", OPEN);
	thread_do(t, MARKET, "officer", "not_pursue_request", "2026-11-02", "{\"reason\":\"数额经核减未达标准\"}");
	thread_refuse(t, MARKET, "deputy_head", "not_pursue_approve", "2026-11-02", "{}", "missing-role", NULL);
	thread_do(t, MARKET, "principal", "not_pursue_approve", "2026-11-02", "{}");
	walk_state(thread_walk(t, MARKET), STATE_C1_NOT_PURSUED);
	finish(t);
}

/* The record carries all that the other copies need; what is inside the bureau stays there. */
static void test_submit(void **state)
{
	struct thread *t = sent();
	(void)state;

	for (size_t c = POLICE; c <= PROCURATORATE; c++) {
		const struct dossier *d = thread_walk(t, c)->d;
		assert_int_equal(d->state, STATE_C1_SENT);
		assert_string_equal(fact_text(&d->facts, FIELD_TITLE), "甲商贸有限公司销售假酒案");
		assert_string_equal(fact_text(&d->facts, FIELD_TRANSFER_BASIS), "达到追诉标准");
		assert_int_equal(fact_num(&d->facts, FIELD_CRIM_SALES), 8000000);
		assert_int_equal(fact_list_count(&d->facts, FIELD_GOODS_LIST), 2);
		assert_true(fact_list_has(&d->facts, FIELD_COPY_TO, "512022-procuratorate"));
		assert_string_equal(fact_text(&d->facts, FIELD_RECEIVER), "512022-police");
		assert_false(fact_has(&d->facts, FIELD_OFFICER));
		assert_null(dossier_clock_const(d, "C1.1", 0));
		assert_int_equal(d->version, 1);
	}
	assert_int_equal(dossier_turn(thread_walk(t, MARKET)->d), ROLE_PEER);
	assert_int_equal(dossier_turn(thread_walk(t, POLICE)->d), ROLE_POLICE);
	assert_int_equal(dossier_turn(thread_walk(t, PROCURATORATE)->d), ROLE_PEER);
	thread_do(t, POLICE, "exchange", "delivered", "2026-11-03 09:05", "{}");
	thread_do(t, PROCURATORATE, "exchange", "delivered", "2026-11-04 09:00", "{}");
	thread_do(t, POLICE, "police", "retrieved", "2026-11-03 11:00", "{}");
	thread_settle(t);
	for (size_t c = 0; c < 3; c++) {
		walk_fact_day(thread_walk(t, c), FIELD_DELIVERED_ON, "2026-11-03");
		walk_fact_day(thread_walk(t, c), FIELD_RETRIEVED_ON, "2026-11-03");
	}
	thread_do(t, MARKET, "exchange", "not_delivered", "2026-11-04 09:00", "{\"note\":\"未导入\"}");
	thread_do(t, MARKET, "exchange", "not_retrieved", "2026-11-04 09:00", "{}");
	thread_state(t, STATE_C1_SENT);
	finish(t);

	/* without the procuratorate's copy or the evidence there is no letter */
	t = organs();
	thread_do(t, MARKET, "officer", "open", "2026-11-02", "{\"peer\":\"512022-police\",\"penalty_made_on\":\"2026-10-30\"}");
	thread_do(t, MARKET, "deputy_head", "appoint", "2026-11-02", TEAM);
	thread_do(t, MARKET, "officer", "report_request", "2026-11-02", REPORT);
	thread_do(t, MARKET, "principal", "report_approve", "2026-11-02", "{}");
	thread_refuse(t, MARKET, "officer", "submit", "2026-11-03", "{}", "required", NULL);
	assert_string_equal(thread_walk(t, MARKET)->err.field, "fields.copy_to");
	thread_do(t, MARKET, "officer", "submit", "2026-11-03", "{\"copy_to\":[\"512022-procuratorate\"]}");
	walk_clock(thread_walk(t, MARKET), "C1.18", 0, "running", "2026-11-09");
	thread_do(t, MARKET, "officer", "copy_penalty", "2026-11-04", "{\"penalties_made\":\"警告\",\"paper_no\":\"乐市监处罚〔2026〕9号\"}");
	walk_clock(thread_walk(t, MARKET), "C1.18", 0, "met", NULL);
	finish(t);
}

/* ---- receipt and review ---- */

static void test_receipt(void **state)
{
	struct thread *t = sent();
	(void)state;

	/* we write down that they would not take it; they cannot, being asked by us, deny it */
	thread_refuse(t, POLICE, "police", "refuse_receipt", "2026-11-03", "{\"reason\":\"x\"}", "other-organ", NULL);
	thread_step(t, MARKET, "officer", "refuse_receipt", "2026-11-03", "{\"reason\":\"窗口以材料不全为由拒收\"}", STATE_C1_REFUSED_RECEIPT);
	thread_step(t, MARKET, "officer", "resubmit", "2026-11-04", "{\"note\":\"再次送达\"}", STATE_C1_SENT);
	thread_refuse(t, POLICE, "police", "accept", "2026-11-04", "{}", "required", NULL);
	thread_step(t, POLICE, "police", "accept", "2026-11-04 10:00", "{\"police_receipt\":\"回执1\"}", STATE_C1_ACCEPTED);
	walk_clock(thread_walk(t, MARKET), "C1.6", 0, "running", "2026-11-09"); /* the 7th is a Saturday */
	walk_clock(thread_walk(t, MARKET), "C1.6b", 0, "running", "2026-11-16");
	walk_clock(thread_walk(t, POLICE), "C1.6c", 0, "running", "2026-12-04");
	walk_clock(thread_walk(t, POLICE), "C1.6d", 0, "running", "2027-01-04"); /* 3 January is a holiday */
	/* told after 24 hours: kept on record as late */
	thread_step(t, POLICE, "police", "deficient", "2026-11-05 10:01", "{\"deficiencies\":[\"检验报告\"]}", STATE_C1_DEFICIENT);
	walk_clock(thread_walk(t, MARKET), "C1.4", 0, "late", NULL);
	walk_clock(thread_walk(t, MARKET), "C1.5", 0, "running", "2026-11-09");
	walk_clock(thread_walk(t, POLICE), "C1.6", 0, "cancelled", NULL);
	assert_int_equal(dossier_turn(thread_walk(t, MARKET)->d), ROLE_OFFICER);
	thread_refuse(t, POLICE, "police", "not_file", "2026-11-06", "{\"paper_no\":\"1\",\"paper_on\":\"2026-11-06\",\"reason\":\"材料不全\"}",
		      "wrong-state", NULL);
	thread_step(t, MARKET, "officer", "supplement", "2026-11-09", "{\"note\":\"补检验报告\"}", STATE_C1_ACCEPTED);
	walk_clock(thread_walk(t, MARKET), "C1.5", 0, "met", NULL);
	walk_clock(thread_walk(t, POLICE), "C1.6", 0, "running", "2026-11-12");
	thread_step(t, POLICE, "police", "ask_supplement", "2026-11-10", "{\"deficiencies\":[\"询问上家\"]}", STATE_C1_SUPP_REQ);
	walk_clock(thread_walk(t, POLICE), "C1.6", 0, "cancelled", NULL);
	thread_step(t, MARKET, "co_officer", "answer_supplement", "2026-11-16", "{\"note\":\"笔录三份\"}", STATE_C1_ACCEPTED);
	walk_clock(thread_walk(t, POLICE), "C1.6", 0, "running", "2026-11-19");
	thread_step(t, POLICE, "police", "return_not_police", "2026-11-17", "{\"reason\":\"属于民事纠纷\"}", STATE_C1_RETURNED_NC);
	walk_clock(thread_walk(t, MARKET), "C1.6b", 0, "met", NULL);
	finish(t);
}

static void test_forward(void **state)
{
	struct thread *t = accepted();
	struct organ market2 = { .id = 9, .code = "510185-market", .name = "简阳市市场监督管理局", .kind = "bureau", .region = "510185" };
	(void)state;

	thread_walk(t, POLICE)->peer = &market2;
	thread_refuse(t, POLICE, "police", "forward", "2026-11-04", "{\"peer_next\":\"510185-market\",\"reason\":\"x\"}",
		      "next-not-police", "第七条");
	thread_walk(t, POLICE)->peer = &t->copies[POLICE].organ;
	thread_refuse(t, POLICE, "police", "forward", "2026-11-04", "{\"peer_next\":\"512022-police\",\"reason\":\"x\"}",
		      "transfer-to-self", NULL);
	thread_add(t, "510185-police", "police", "510185", SIDE_RECEIVER);
	thread_walk(t, POLICE)->peer = &t->copies[POLICE2].organ;
	thread_do(t, POLICE, "police", "forward", "2026-11-04 09:59", "{\"peer_next\":\"510185-police\",\"reason\":\"犯罪地在简阳\"}");
	thread_settle(t);
	thread_state(t, STATE_C1_FORWARDED);
	walk_clock(thread_walk(t, MARKET), "C1.3", 0, "met", NULL);
	walk_clock(thread_walk(t, MARKET), "C1.6", 0, "met", NULL);
	const struct facts *f = &thread_walk(t, MARKET)->d->facts;
	assert_string_equal(fact_text(f, FIELD_PEER), "510185-police");
	assert_string_equal(fact_text(f, FIELD_RECEIVER_NAME), "510185-police");
	assert_int_equal(fact_num(&thread_walk(t, POLICE)->d->facts, FIELD_SIDE), 0);
	assert_int_equal(fact_num(&thread_walk(t, POLICE2)->d->facts, FIELD_SIDE), SIDE_RECEIVER);
	assert_int_equal(dossier_turn(thread_walk(t, POLICE)->d), ROLE_PEER);
	assert_int_equal(dossier_turn(thread_walk(t, POLICE2)->d), ROLE_POLICE);
	/* the first organ has no part in it any more */
	thread_refuse(t, POLICE, "police", "accept", "2026-11-05", "{\"police_receipt\":\"x\"}", "other-organ", NULL);
	thread_step(t, POLICE2, "police", "accept", "2026-11-05 15:00", "{\"police_receipt\":\"简公回执7\"}", STATE_C1_ACCEPTED);
	walk_clock(thread_walk(t, MARKET), "C1.6", 0, "running", "2026-11-09"); /* anew against the new organ; the 8th is a Sunday */
	walk_clock(thread_walk(t, POLICE2), "C1.6b", 0, "running", "2026-11-16");
	thread_step(t, POLICE2, "police", "file", "2026-11-06", "{\"filed_no\":\"简公立1号\",\"paper_on\":\"2026-11-06\"}", STATE_C1_FILED);
	finish(t);
}

static void test_overdue(void **state)
{
	struct thread *t = accepted(); /* on Tuesday 3 November: due the 6th, the 13th, 3 December, 4 January */
	struct walk *w = thread_walk(t, MARKET);
	(void)state;

	thread_refuse(t, MARKET, "exchange", "silence", "2026-11-06 23:59", "{\"clock_rule\":\"C1.6\"}", "clock-not-expired", "第十四条");
	thread_refuse(t, MARKET, "exchange", "silence", "2026-11-07", "{\"clock_rule\":\"C1.9\"}", "clock-not-expired", NULL);
	thread_refuse(t, MARKET, "officer", "remind", "2026-11-06", "{\"clock_rule\":\"C1.9\"}", "clock-not-running", "第十四条");
	thread_do(t, MARKET, "officer", "remind", "2026-11-06", "{\"clock_rule\":\"C1.6\"}");
	/* the third day is only due */
	thread_step(t, MARKET, "exchange", "silence", "2026-11-07", "{\"clock_rule\":\"C1.6\"}", STATE_C1_ACCEPTED);
	thread_refuse(t, MARKET, "exchange", "silence", "2026-11-08", "{\"clock_rule\":\"C1.6\"}", "silence-recorded", NULL);
	thread_refuse(t, MARKET, "officer", "supervise", "2026-11-08", "{\"reason\":\"x\"}", "supervision-too-early", "五百五十七");
	thread_step(t, MARKET, "exchange", "silence", "2026-11-14", "{\"clock_rule\":\"C1.6b\"}", STATE_C1_OVERDUE);
	thread_refuse(t, MARKET, "officer", "escalate", "2026-11-14", "{\"clock_rule\":\"C1.6c\",\"reason\":\"x\"}", "clock-not-expired", NULL);
	thread_do(t, MARKET, "officer", "escalate", "2026-11-14", "{\"clock_rule\":\"C1.6b\",\"reason\":\"逾期未答复\"}");
	/* the paper of an extension comes late: the review goes on until the thirtieth day */
	thread_step(t, POLICE, "police", "extend_review", "2026-11-16", "{\"extension\":\"30日\",\"reason\":\"案情复杂\"}", STATE_C1_ACCEPTED);
	walk_clock(w, "C1.6b", 0, "late", NULL);
	thread_step(t, MARKET, "exchange", "silence", "2026-12-04", "{\"clock_rule\":\"C1.6c\"}", STATE_C1_OVERDUE);
	thread_step(t, POLICE, "police", "extend_review", "2026-12-05", "{\"extension\":\"60日\",\"reason\":\"跨区域\"}", STATE_C1_ACCEPTED);
	thread_step(t, MARKET, "officer", "silence", "2027-01-05", "{\"clock_rule\":\"C1.6d\"}", STATE_C1_OVERDUE);
	thread_step(t, MARKET, "officer", "supervise", "2027-01-06", "{\"reason\":\"六十日未作决定\"}", STATE_C1_SUPERV);
	assert_int_equal(dossier_turn(thread_walk(t, PROCURATORATE)->d), ROLE_PROCURATORATE);
	thread_step(t, POLICE, "police", "file", "2027-01-07", "{\"filed_no\":\"立9\",\"paper_on\":\"2027-01-07\"}", STATE_C1_FILED);
	finish(t);

	/* our own periods are no silence of theirs */
	t = accepted();
	thread_step(t, POLICE, "police", "deficient", "2026-11-04", "{\"deficiencies\":[\"检验报告\"]}", STATE_C1_DEFICIENT);
	thread_refuse(t, MARKET, "officer", "silence", "2026-11-20", "{\"clock_rule\":\"C1.5\"}", "own-clock", NULL);
	thread_do(t, POLICE, "police", "remind", "2026-11-20", "{\"clock_rule\":\"C1.5\"}");
	finish(t);
}

#define SILENT(rule) "{\"clock_rule\":\"" rule "\"}"
#define LETTER(rule) "{\"clock_rule\":\"" rule "\",\"reason\":\"逾期未答复\"}"

/* The police do not answer: the record, then our duty to remind, then the letter to the procuratorate; when they answer, we owe
 * nothing more. */
static void test_silence(void **state)
{
	struct thread *t = accepted_on("2026-11-03"); /* a Tuesday: due the 6th and the 13th */
	struct walk *w = thread_walk(t, MARKET);
	(void)state;

	thread_refuse(t, MARKET, "exchange", "silence", "2026-11-06 23:59", SILENT("C1.6"), "clock-not-expired", NULL);
	thread_step(t, MARKET, "exchange", "silence", "2026-11-07 00:00", SILENT("C1.6"), STATE_C1_ACCEPTED);
	walk_clock(w, "C0.1", 0, "running", "2026-11-09"); /* the 7th is a Saturday */
	assert_null(dossier_clock_const(thread_walk(t, POLICE)->d, "C0.1", 0)); /* ours alone */
	assert_true(fact_list_has(&thread_walk(t, POLICE)->d->facts, FIELD_SILENT, "C1.6"));
	thread_do(t, MARKET, "officer", "remind", "2026-11-09", SILENT("C1.6"));
	walk_clock(w, "C0.1", 0, "met", "2026-11-09");
	walk_clock(w, "C0.2", 0, "running", "2026-11-16");
	/* the tenth day: overdue, and to be reminded of anew */
	thread_refuse(t, MARKET, "exchange", "silence", "2026-11-13 23:59", SILENT("C1.6b"), "clock-not-expired", NULL);
	thread_step(t, MARKET, "exchange", "silence", "2026-11-14 00:00", SILENT("C1.6b"), STATE_C1_OVERDUE);
	walk_clock(w, "C0.1", 0, "running", "2026-11-16");
	walk_clock(w, "C0.2", 0, "running", "2026-11-16");
	thread_refuse(t, MARKET, "exchange", "silence", "2026-11-17", SILENT("C0.1"), "own-clock", NULL);
	thread_step(t, MARKET, "officer", "supervise", "2026-11-16", "{\"reason\":\"逾期未作决定\"}", STATE_C1_SUPERV);
	walk_clock(w, "C0.1", 0, "met", "2026-11-16");
	walk_clock(w, "C0.2", 0, "met", "2026-11-16");
	finish(t);

	/* Over National Day both periods end on 8 October; the reminder falls on the Saturday that is worked. */
	t = accepted_on("2026-09-28");
	w = thread_walk(t, MARKET);
	walk_clock(w, "C1.6", 0, "running", "2026-10-08");
	assert_string_equal(walk_day(&arena, dossier_clock(w->d, "C1.6", 0)->due.strict), "2026-10-01");
	walk_clock(w, "C1.6b", 0, "running", "2026-10-08");
	thread_refuse(t, MARKET, "exchange", "silence", "2026-10-08 23:59", SILENT("C1.6b"), "clock-not-expired", NULL);
	thread_step(t, MARKET, "exchange", "silence", "2026-10-09 00:00", SILENT("C1.6b"), STATE_C1_OVERDUE);
	walk_clock(w, "C0.1", 0, "running", "2026-10-10");
	thread_do(t, MARKET, "officer", "remind", "2026-10-10", SILENT("C1.6b"));
	walk_clock(w, "C0.2", 0, "running", "2026-10-16");
	thread_step(t, POLICE, "police", "file", "2026-10-12", "{\"filed_no\":\"立1\",\"paper_on\":\"2026-10-12\"}", STATE_C1_FILED);
	walk_clock(w, "C0.2", 0, "cancelled", NULL);
	thread_refuse(t, MARKET, "officer", "escalate", "2026-10-13", LETTER("C1.6b"), "clock-not-expired", NULL);
	finish(t);

	/* Over Spring Festival, 15 to 23 February: the letter may be written at once. */
	t = accepted_on("2026-02-12");
	w = thread_walk(t, MARKET);
	walk_clock(w, "C1.6", 0, "running", "2026-02-24");
	walk_clock(w, "C1.6b", 0, "running", "2026-02-24");
	thread_step(t, MARKET, "exchange", "silence", "2026-02-25", SILENT("C1.6b"), STATE_C1_OVERDUE);
	walk_clock(w, "C0.1", 0, "running", "2026-02-26");
	thread_do(t, MARKET, "officer", "escalate", "2026-02-25", LETTER("C1.6b"));
	walk_clock(w, "C0.1", 0, "met", NULL);
	assert_null(dossier_clock_const(w->d, "C0.2", 0));
	/* what is asked anew is waited for anew, and may lapse anew */
	thread_step(t, POLICE, "police", "deficient", "2026-02-26", "{\"deficiencies\":[\"x\"]}", STATE_C1_DEFICIENT);
	thread_step(t, MARKET, "officer", "supplement", "2026-02-27", "{\"note\":\"x\"}", STATE_C1_ACCEPTED);
	thread_step(t, MARKET, "exchange", "silence", "2026-03-11", SILENT("C1.6b"), STATE_C1_OVERDUE);
	walk_clock(w, "C0.1", 0, "running", "2026-03-12");
	finish(t);
}

/* ---- not filed: reconsideration and supervision ---- */

/* By disc: we are told on the 12th what the police decided on the 6th; our three days run from the receipt (移送规定 9). */
static void test_late_disc(void **state)
{
	struct thread *t = accepted_on("2026-11-03");
	(void)state;

	t->arrives = instant_to_day(walk_time("2026-11-12"));
	thread_step(t, POLICE, "police", "not_file", "2026-11-06", "{\"paper_no\":\"1\",\"paper_on\":\"2026-11-06\",\"reason\":\"x\"}",
		    STATE_C1_NOT_FILED);
	walk_clock(thread_walk(t, MARKET), "C1.10", 0, "running", "2026-11-16"); /* the 15th is a Sunday */
	walk_clock(thread_walk(t, POLICE), "C1.10", 0, "running", "2026-11-09");
	thread_step(t, MARKET, "officer", "reconsider", "2026-11-16", "{\"reason\":\"不服\"}", STATE_C1_RECON);
	finish(t);
}

static void test_not_filed(void **state)
{
	struct thread *t = accepted();
	struct walk *w = thread_walk(t, MARKET);
	(void)state;

	thread_refuse(t, POLICE, "police", "not_file", "2026-11-06", "{\"paper_no\":\"1\",\"paper_on\":\"2026-11-07\",\"reason\":\"x\"}",
		      "paper-after-receipt", "第八条");
	t = not_filed();
	w = thread_walk(t, MARKET);
	walk_clock(w, "C1.7", 0, "met", "2026-11-09");
	walk_clock(w, "C1.10", 0, "running", "2026-11-09");
	thread_refuse(t, MARKET, "officer", "reconsider", "2026-11-10", "{\"reason\":\"x\"}", "reconsideration-too-late", "第九条第一款");
	thread_step(t, MARKET, "officer", "reconsider", "2026-11-09", "{\"reason\":\"数额达到标准\"}", STATE_C1_RECON);
	walk_clock(w, "C1.10", 0, "met", NULL);
	walk_clock(w, "C1.11", 0, "running", "2026-11-12");
	thread_step(t, POLICE, "police", "uphold", "2026-11-13", "{\"paper_no\":\"复1\",\"reason\":\"维持\"}", STATE_C1_RECON_UPHELD);
	walk_clock(w, "C1.11", 0, "late", NULL);
	walk_clock(w, "C1.12", 0, "running", "2026-11-16");
	/* the target may pass, the right does not */
	thread_step(t, MARKET, "officer", "supervise", "2026-11-20", "{\"reason\":\"应当立案\"}", STATE_C1_SUPERV);
	walk_clock(w, "C1.12", 0, "late", NULL);
	finish(t);

	t = not_filed();
	thread_step(t, MARKET, "officer", "reconsider", "2026-11-09", "{\"reason\":\"数额达到标准\"}", STATE_C1_RECON);
	thread_step(t, POLICE, "police", "file", "2026-11-10", "{\"filed_no\":\"立3\",\"paper_on\":\"2026-11-10\"}", STATE_C1_FILED);
	walk_clock(thread_walk(t, MARKET), "C1.11", 0, "met", NULL);
	finish(t);

	/* no answer to our request: neither need we wait for ever */
	t = not_filed();
	w = thread_walk(t, MARKET);
	thread_step(t, MARKET, "officer", "reconsider", "2026-11-09", "{\"reason\":\"数额达到标准\"}", STATE_C1_RECON);
	thread_refuse(t, MARKET, "officer", "supervise", "2026-11-12", "{\"reason\":\"x\"}", "supervision-too-early", NULL);
	thread_step(t, MARKET, "exchange", "silence", "2026-11-13", SILENT("C1.11"), STATE_C1_RECON);
	thread_step(t, MARKET, "officer", "supervise", "2026-11-13", "{\"reason\":\"复议逾期\"}", STATE_C1_SUPERV);
	walk_clock(w, "C1.11", 0, "cancelled", NULL);
	walk_clock(w, "C0.1", 0, "met", NULL);
	finish(t);

	t = not_filed();
	thread_refuse(t, MARKET, "officer2", "accept_refusal", "2026-11-07", "{\"reason\":\"x\"}", "not-an-officer-of-the-case", NULL);
	thread_step(t, MARKET, "officer", "accept_refusal", "2026-11-07", "{\"reason\":\"同意，行政处理\"}", STATE_C1_RETURNED);
	walk_clock(thread_walk(t, MARKET), "C1.10", 0, "cancelled", NULL);
	thread_refuse(t, POLICE, "police", "file", "2026-11-08", "{\"filed_no\":\"立3\",\"paper_on\":\"2026-11-08\"}", "handoff-returned", "第十条");
	finish(t);
}

static void test_supervision(void **state)
{
	struct thread *t = not_filed();
	struct walk *w = thread_walk(t, MARKET);
	(void)state;

	thread_step(t, MARKET, "officer", "supervise", "2026-11-09", "{\"reason\":\"应当立案\"}", STATE_C1_SUPERV);
	walk_clock(w, "C1.10", 0, "met", NULL);
	thread_refuse(t, MARKET, "officer", "demand_reasons", "2026-11-09", "{\"paper_no\":\"1\"}", "other-organ", NULL);
	thread_step(t, PROCURATORATE, "procuratorate", "demand_reasons", "2026-11-10", "{\"paper_no\":\"检1\"}", STATE_C1_SUPERV_EXPL);
	walk_clock(w, "C1.13", 0, "running", "2026-11-17");
	thread_refuse(t, PROCURATORATE, "procuratorate", "order_filing", "2026-11-17", "{\"paper_no\":\"检2\"}", "explanation-running", "五百六十");
	thread_step(t, POLICE, "police", "explain", "2026-11-16", "{\"reason\":\"情节轻微\"}", STATE_C1_SUPERV_EXPL);
	walk_clock(w, "C1.13", 0, "met", NULL);
	thread_step(t, PROCURATORATE, "procuratorate", "order_filing", "2026-11-17", "{\"paper_no\":\"检2\"}", STATE_C1_SUPERV_ORDER);
	walk_clock(w, "C1.14", 0, "running", "2026-12-02");
	thread_step(t, POLICE, "police", "file", "2026-12-02", "{\"filed_no\":\"立5\",\"paper_on\":\"2026-12-02\"}", STATE_C1_FILED);
	walk_clock(w, "C1.14", 0, "met", NULL);
	finish(t);

	/* silence of the police, then the order; and reasons that convince */
	t = not_filed();
	thread_step(t, MARKET, "officer", "supervise", "2026-11-09", "{\"reason\":\"应当立案\"}", STATE_C1_SUPERV);
	thread_step(t, PROCURATORATE, "procuratorate", "demand_reasons", "2026-11-10", "{\"paper_no\":\"检1\"}", STATE_C1_SUPERV_EXPL);
	thread_step(t, PROCURATORATE, "procuratorate", "order_filing", "2026-11-18", "{\"paper_no\":\"检2\"}", STATE_C1_SUPERV_ORDER);
	finish(t);

	t = not_filed();
	thread_step(t, MARKET, "officer", "supervise", "2026-11-09", "{\"reason\":\"应当立案\"}", STATE_C1_SUPERV);
	thread_step(t, PROCURATORATE, "procuratorate", "demand_reasons", "2026-11-10", "{\"paper_no\":\"检1\"}", STATE_C1_SUPERV_EXPL);
	thread_do(t, POLICE, "police", "explain", "2026-11-16", "{\"reason\":\"情节轻微\"}");
	thread_settle(t);
	thread_step(t, PROCURATORATE, "procuratorate", "reasons_valid", "2026-12-01",
		    "{\"paper_on\":\"2026-11-20\",\"reason\":\"不构成犯罪\"}", STATE_C1_RETURNED);
	walk_clock(thread_walk(t, MARKET), "C1.15", 0, "late", "2026-11-30");
	finish(t);
}

/* ---- goods ---- */

static void test_goods(void **state)
{
	struct thread *t = filed();
	struct walk *w = thread_walk(t, MARKET);
	(void)state;

	walk_clock(w, "C1.9", 0, "running", "2026-11-09"); /* strict: the 8th */
	assert_string_equal(walk_day(&arena, dossier_clock(w->d, "C1.9", 0)->due.strict), "2026-11-08");
	walk_clock(w, "C1.9b", 0, "running", "2026-11-09");
	walk_clock(w, "C1.6", 0, "met", NULL);
	thread_refuse(t, MARKET, "officer", "hand_over", "2026-11-06", "{\"note\":\"x\"}", "goods-differ", "第十二条");
	assert_non_null(strstr(w->err.detail, "白酒"));
	thread_refuse(t, MARKET, "officer", "hand_over", "2026-11-06",
		      "{\"goods_handed\":[{\"item\":\"1\",\"name\":\"白酒\",\"quantity\":12,\"handed\":11},"
		      "{\"item\":\"2\",\"name\":\"包装箱\",\"quantity\":3,\"handed\":3}],\"note\":\"x\"}",
		      "goods-differ", NULL);
	thread_refuse(t, MARKET, "officer", "hand_over", "2026-11-06",
		      "{\"goods_handed\":[{\"item\":\"1\",\"name\":\"白酒\",\"quantity\":11,\"handed\":11},"
		      "{\"item\":\"2\",\"name\":\"包装箱\",\"quantity\":3,\"handed\":3}],\"note\":\"x\"}",
		      "goods-differ", NULL);
	thread_refuse(t, POLICE, "police", "custody", "2026-11-06", "{\"goods_custody\":[\"3\"],\"reason\":\"x\"}", "goods-not-listed", "第六条");
	thread_step(t, MARKET, "officer", "hand_over", "2026-11-06",
		    "{\"goods_handed\":[{\"item\":\"1\",\"name\":\"白酒\",\"quantity\":12,\"handed\":11,\"reason\":\"送检耗用一瓶\"},"
		    "{\"item\":\"2\",\"name\":\"包装箱\",\"quantity\":3,\"handed\":3}],\"note\":\"双方清点\"}",
		    STATE_C1_HANDED_OVER);
	walk_clock(w, "C1.9", 0, "met", NULL);
	thread_do(t, POLICE, "police", "sign_goods", "2026-11-06", "{\"note\":\"清点无误\"}");
	thread_do(t, MARKET, "officer", "tell_party", "2026-11-06", "{\"service_method\":\"直接\"}");
	walk_fact_day(w, FIELD_PARTY_TOLD_ON, "2026-11-06");
	finish(t);

	/* custody of one thing, then that thing too */
	t = filed();
	thread_step(t, POLICE, "police", "custody", "2026-11-06", "{\"goods_custody\":[\"2\"],\"reason\":\"体积大\"}", STATE_C1_CUSTODY);
	thread_step(t, MARKET, "officer", "hand_over", "2026-11-07",
		    "{\"goods_handed\":[{\"item\":\"1\",\"name\":\"白酒\",\"quantity\":12,\"handed\":12},"
		    "{\"item\":\"2\",\"name\":\"包装箱\",\"quantity\":3,\"handed\":0,\"reason\":\"代为保管\"}],\"note\":\"双方清点\"}",
		    STATE_C1_CUSTODY);
	thread_step(t, MARKET, "officer", "hand_over", "2026-11-20", HANDED_ALL, STATE_C1_HANDED_OVER);
	finish(t);

	/* another police organ takes over: what was handed over stays handed over */
	t = filed();
	thread_step(t, MARKET, "officer", "hand_over", "2026-11-06", HANDED_ALL, STATE_C1_HANDED_OVER);
	thread_add(t, "510185-police", "police", "510185", SIDE_RECEIVER);
	thread_walk(t, POLICE)->peer = &t->copies[POLICE2].organ;
	thread_refuse(t, POLICE, "police", "change_police", "2026-11-13",
		      "{\"peer_next\":\"510185-police\",\"paper_on\":\"2026-11-14\",\"reason\":\"x\"}", "paper-after-receipt", NULL);
	thread_step(t, POLICE, "police", "change_police", "2026-11-13",
		    "{\"peer_next\":\"510185-police\",\"paper_on\":\"2026-11-09\",\"reason\":\"指定管辖\"}", STATE_C1_HANDED_OVER);
	walk_clock(thread_walk(t, MARKET), "C1.16", 0, "late", "2026-11-12");
	assert_string_equal(fact_text(&thread_walk(t, MARKET)->d->facts, FIELD_PEER), "510185-police");
	thread_refuse(t, POLICE, "police", "withdraw", "2026-11-14", "{\"paper_no\":\"撤1\",\"reason\":\"x\"}", "other-organ", NULL);
	thread_step(t, POLICE2, "police", "withdraw", "2026-11-16", "{\"paper_no\":\"撤1\",\"reason\":\"不构成犯罪\"}", STATE_C1_WITHDRAWN);
	finish(t);
}

/* ---- court ---- */

static void test_court(void **state)
{
	struct thread *t = filed();
	struct walk *w = thread_walk(t, MARKET);
	(void)state;

	thread_step(t, MARKET, "officer", "hand_over", "2026-11-06", HANDED_ALL, STATE_C1_HANDED_OVER);
	thread_step(t, POLICE, "police", "prosecute", "2026-11-20", "{}", STATE_C1_PROSECUTION);
	thread_step(t, PROCURATORATE, "procuratorate", "indict", "2026-11-27", "{\"court_case_no\":\"(2026)川2022刑初9号\"}", STATE_C1_TRIAL);
	thread_refuse(t, POLICE, "police", "judge", "2026-12-10", "{\"court_case_no\":\"x\",\"note\":\"x\"}", "other-organ", NULL);
	thread_step(t, PROCURATORATE, "procuratorate", "judge", "2026-12-10",
		    "{\"court_case_no\":\"(2026)川2022刑初9号\",\"note\":\"有期徒刑一年\",\"criminal_fine_fen\":5000000}", STATE_C1_JUDGED);
	assert_int_equal(fact_num(&w->d->facts, FIELD_CRIMINAL_FINE), 5000000);
	thread_refuse(t, PROCURATORATE, "procuratorate", "take_effect", "2026-12-20", "{\"effective_on\":\"2026-12-21\"}",
		      "effective-in-future", "二百五十九");
	thread_step(t, PROCURATORATE, "procuratorate", "take_effect", "2026-12-22", "{\"effective_on\":\"2026-12-21\"}", STATE_C1_FINAL);
	thread_refuse(t, MARKET, "officer", "return_slip", "2026-12-23", "{\"note\":\"x\"}", "no-property-order", "四百四十七");
	thread_refuse(t, MARKET, "officer", "close", "2026-12-23", "{\"note\":\"x\"}", "party-not-told", "行政强制法第二十一条");
	thread_do(t, MARKET, "officer", "tell_party", "2026-12-23", "{\"service_method\":\"邮寄\"}");
	thread_step(t, PROCURATORATE, "court", "order_property", "2026-12-24", "{\"paper_no\":\"通1\",\"note\":\"没收假酒\"}", STATE_C1_FINAL);
	walk_clock(w, "C1.19", 0, "running", "2027-01-25"); /* 24 January is a Sunday */
	thread_refuse(t, MARKET, "officer", "close", "2026-12-25", "{\"note\":\"x\"}", "slip-missing", NULL);
	thread_step(t, MARKET, "officer", "return_slip", "2027-01-20", "{\"note\":\"已销毁\"}", STATE_C1_FINAL);
	walk_clock(w, "C1.19", 0, "met", NULL);
	thread_step(t, MARKET, "officer", "close", "2027-01-21", "{\"note\":\"办结\"}", STATE_C1_CLOSED);
	for (int i = 0; i < w->d->clock_count; i++)
		assert_int_not_equal(w->d->clocks[i].state, CLOCK_RUNNING);
	finish(t);

	t = filed();
	thread_step(t, POLICE, "police", "prosecute", "2026-11-20", "{}", STATE_C1_PROSECUTION);
	thread_step(t, PROCURATORATE, "procuratorate", "not_prosecute", "2026-11-27", "{\"paper_no\":\"检不诉1\",\"reason\":\"情节轻微\"}", STATE_C1_NONPROS);
	walk_clock(thread_walk(t, MARKET), "C1.9", 0, "cancelled", NULL);
	finish(t);
}

/* ---- on paper ---- */

static void test_paper(void **state)
{
	struct thread *t = organs();
	struct walk *w = thread_walk(t, MARKET);
	struct actor officer = walk_actor("officer");
	struct next_act next[96];
	(void)state;

	t->copies[POLICE].organ.connected = false;
	thread_do(t, MARKET, "officer", "open", "2026-11-02", OPEN_WITH(""));
	assert_int_equal(fact_num(&w->d->facts, FIELD_CONNECTED), SIDE_SENDER);
	thread_do(t, MARKET, "deputy_head", "appoint", "2026-11-02", TEAM);
	thread_do(t, MARKET, "officer", "report_request", "2026-11-02", REPORT);
	thread_do(t, MARKET, "principal", "report_approve", "2026-11-02", "{}");
	thread_do(t, MARKET, "officer", "submit", "2026-11-03", "{}");
	/* what the police write on their stub, our clerk enters, saying how it came */
	thread_refuse(t, MARKET, "clerk", "accept", "2026-11-03", "{\"police_receipt\":\"回执1\"}", "required", NULL);
	assert_string_equal(w->err.field, "fields.registered_medium");
	thread_refuse(t, MARKET, "unit_head", "accept", "2026-11-03", "{\"police_receipt\":\"回执1\",\"registered_medium\":\"纸质\"}",
		      "missing-role", NULL);
	thread_do(t, MARKET, "clerk", "accept", "2026-11-03", "{\"police_receipt\":\"回执1\",\"registered_medium\":\"纸质\"}");
	walk_clock(w, "C1.6", 0, "running", "2026-11-06");
	bool shown = false;
	size_t n = procedure_next(&book, w->d, &officer, walk_time("2026-11-04"), &arena, next, ARRAY_LEN(next));
	for (size_t i = 0; i < n; i++)
		shown = shown || strcmp(next[i].row->code, "file") == 0;
	assert_true(shown);
	/* a letter that crossed with ours keeps its own day */
	thread_do(t, MARKET, "officer", "silence", "2026-11-14", "{\"clock_rule\":\"C1.6b\"}");
	walk_state(w, STATE_C1_OVERDUE);
	thread_do(t, MARKET, "officer", "supervise", "2026-11-16", "{\"reason\":\"逾期\"}");
	thread_do(t, MARKET, "clerk", "not_file", "2026-11-13",
		  "{\"paper_no\":\"不立1\",\"paper_on\":\"2026-11-12\",\"reason\":\"x\",\"registered_medium\":\"纸质\"}");
	walk_state(w, STATE_C1_SUPERV);
	thread_do(t, MARKET, "officer", "demand_reasons", "2026-11-17", "{\"paper_no\":\"检1\",\"registered_medium\":\"电话\"}");
	walk_state(w, STATE_C1_SUPERV_EXPL);
	walk_replay(w);
	note_done(t);

	/* who answers online answers for himself */
	t = sent();
	thread_refuse(t, MARKET, "clerk", "accept", "2026-11-03", "{\"police_receipt\":\"回执1\",\"registered_medium\":\"纸质\"}",
		      "other-organ", NULL);
}

/* ---- the whole table ---- */

/* What a case gives to the hand-over that comes from it. */
static void test_prefill(void **state)
{
	struct dossier *d = arena_new(&arena, struct dossier);
	struct facts fields = { 0 };
	(void)state;

	fact_set_text(&d->facts, FIELD_TITLE, "某案");
	fact_set_text(&d->facts, FIELD_CAUSE, "销售侵权商品");
	fact_set_text(&d->facts, FIELD_REPORTER, "举报人");
	fact_set_num(&d->facts, FIELD_CRIM_SALES, 100);
	fact_set_num(&d->facts, FIELD_OFFICER, 1);
	fact_set_text(&d->facts, FIELD_PEER, "x");
	fact_set_text(&fields, FIELD_CAUSE, "另一案由");
	d->items[0] = (struct item){ .seq = 1, .name = "机油", .quantity = "55 桶", .status = ITEM_HELD, .custodian = "甲", .place = "仓库" };
	d->items[1] = (struct item){ .seq = 2, .name = "账册", .quantity = "一批", .status = ITEM_HELD };
	d->items[2] = (struct item){ .seq = 3, .name = "样品", .quantity = "1", .status = ITEM_RETURNED };
	d->items[3] = (struct item){ .seq = 4, .name = "香精", .quantity = "2.5kg", .status = ITEM_HELD, .seal = "封3" };
	d->item_count = 4;
	procedure_prefill(&procedure_c1.rows[0], d, &arena, &fields);
	assert_string_equal(fact_text(&fields, FIELD_GOODS_LIST),
			    "[{\"item\":\"1\",\"name\":\"机油\",\"unit\":\"桶\",\"quantity\":55,\"place\":\"仓库\",\"custodian\":\"甲\"},"
			    "{\"item\":\"2\",\"name\":\"账册\",\"unit\":\"一批\",\"quantity\":1},"
			    "{\"item\":\"4\",\"name\":\"香精\",\"unit\":\"2.5kg\",\"quantity\":1,\"seal_no\":\"封3\"}]");
	assert_string_equal(fact_text(&fields, FIELD_TITLE), "某案");
	assert_string_equal(fact_text(&fields, FIELD_CAUSE), "另一案由");
	assert_int_equal(fact_num(&fields, FIELD_CRIM_SALES), 100);
	assert_false(fact_has(&fields, FIELD_REPORTER));
	assert_false(fact_has(&fields, FIELD_OFFICER));
	assert_false(fact_has(&fields, FIELD_PEER));
}

/* What the case learns, and when it learns nothing. */
static void test_tells(void **state)
{
	struct dossier *d = arena_new(&arena, struct dossier);
	enum stage stage;
	const struct act_row *report = procedure_find(&procedure_c1, SV("report_request"), &stage);
	const struct act_row *valid = procedure_find(&procedure_c1, SV("reasons_valid"), &stage);
	(void)state;

	*d = (struct dossier){ .kind = MATTER_HANDOFF, .procedure = PROCEDURE_C1, .state = STATE_C1_REPORTED, .version = 1 };
	assert_null(procedure_tells(d, report, STAGE_REQUEST));
	assert_string_equal(procedure_tells(d, report, STAGE_APPROVE), "approved");
	assert_string_equal(procedure_tells(d, report, STAGE_RETURN), "refused");
	d->state = STATE_C1_SUPERV_EXPL;
	assert_string_equal(procedure_tells(d, valid, STAGE_DO), "returned");
	d->state = STATE_C1_FILED; /* it crossed with the filing */
	assert_null(procedure_tells(d, valid, STAGE_DO));
}

/* Runs last: nothing of the table was left out, and each guard was asked both ways. */
static void test_all_done(void **state)
{
	(void)state;
	for (size_t k = 0; k < procedure_c1.row_count; k++) {
		const struct act_row *row = &procedure_c1.rows[k];
		if (!row->sides) /* materials: test_law_item.c */
			continue;
		if (!done[k])
			fail_msg("%s was never done", row->code);
		for (const enum guard *g = row->guards; g && *g != GUARD_END; g++) {
			if (walk_passed[*g] == 0 || walk_refused[*g] == 0)
				fail_msg("%s: guard %s (%s) passed %u times and refused %u times", row->code, guard_rule(*g),
					 guard_message(*g), walk_passed[*g], walk_refused[*g]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_submit),
		cmocka_unit_test(test_receipt),
		cmocka_unit_test(test_forward),
		cmocka_unit_test(test_overdue),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_late_disc),
		cmocka_unit_test(test_not_filed),
		cmocka_unit_test(test_supervision),
		cmocka_unit_test(test_goods),
		cmocka_unit_test(test_court),
		cmocka_unit_test(test_paper),
		cmocka_unit_test(test_prefill),
		cmocka_unit_test(test_tells),
		cmocka_unit_test(test_all_done),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

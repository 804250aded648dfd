/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Hand-overs that we send: C2 jurisdiction, C8 assistance, C9 a restricted clue. Each on all its
 * copies, every refusal with its article, and what the linked clue or case learns. */
#include "law_stages.h"
#include "law_pair.h"

/* ---- C2 ---- */

#define C2_OPEN(peer, market) \
	"{\"peer\":\"" peer "\",\"title\":\"甲公司涉嫌商标侵权案\",\"market_organ\":" market ",\"cause\":\"商标侵权\"," \
	"\"act_ended_on\":\"2026-01-10\",\"discovered_on\":\"2026-02-01\",\"items_listed\":3}"

static struct thread *jurisdiction(const char *code, const char *kind, const char *region, const char *open)
{
	struct thread *t = pair(PROCEDURE_C2, code, kind, region);

	thread_do(t, US, "officer", "open", "2026-03-02", open);
	thread_do(t, US, "officer", "approve_request", "2026-03-03", "{\"reason\":\"违法行为发生地在对方辖区\"}");
	thread_do(t, US, "deputy_head", "approve_approve", "2026-03-04", "{}");
	thread_state(t, STATE_HANDOFF_APPROVED);
	thread_step(t, US, "officer", "submit", "2026-03-05", "{}", STATE_HANDOFF_SENT);
	return t;
}

static struct thread *to_market(void)
{
	return jurisdiction("510185-market", "bureau", "510185", C2_OPEN("510185-market", "true"));
}

static void test_jurisdiction(void **state)
{
	struct thread *t = pair(PROCEDURE_C2, "510185-market", "bureau", "510185");
	static const struct target closed = { .id = 77, .kind = MATTER_CLUE, .state = STATE_DECLINED, .organ = 10 };
	static const struct target clue = { .id = 77, .kind = MATTER_CLUE, .state = STATE_VERIFYING, .organ = 10 };
	static const struct target filed = { .id = 78, .kind = MATTER_CASE, .state = STATE_INVESTIGATING, .organ = 10 };
	static const struct target decided = { .id = 78, .kind = MATTER_CASE, .state = STATE_PERFORMING, .organ = 10 };
	static const struct target declined = { .id = 77, .kind = MATTER_CLUE, .state = STATE_DECLINED, .organ = 10 };
	(void)state;

	thread_refuse(t, US, "officer", "open", "2026-03-02", C2_OPEN("512022-market", "true"), "transfer-to-self", "第十七条");
	thread_refuse(t, US, "officer", "open", "2026-03-02", C2_OPEN("510185-market", "false"), "organ-kind", "第十四条");
	thread_walk(t, US)->target = &closed;
	thread_refuse(t, US, "officer", "open", "2026-03-02",
		      "{\"peer\":\"510185-market\",\"title\":\"x\",\"market_organ\":true,\"clue\":\"77\"}", "source-not-open", "第十七条");

	t = to_market();
	walk_clock(thread_walk(t, US), "C2.4", 0, "met", "2026-03-11");
	assert_string_equal(fact(t, THEM, FIELD_TITLE), "甲公司涉嫌商标侵权案");
	assert_string_equal(fact(t, THEM, FIELD_OWN_ROLE), "officer");
	thread_refuse(t, US, "officer", "receive", "2026-03-06", "{}", "other-organ", NULL);
	thread_refuse(t, THEM, "officer", "receive", "2026-03-06", "{\"items_received\":2}", "items-differ", "第十二条");
	thread_step(t, THEM, "clerk", "receive", "2026-03-06", "{\"items_received\":3}", STATE_HANDOFF_ACCEPTED);
	walk_clock(thread_walk(t, US), "C2.1", 0, "running", "2026-03-27");
	walk_clock(thread_walk(t, THEM), "C2.1", 0, "running", "2026-03-27");
	assert_string_equal(role_code(dossier_turn(thread_walk(t, US)->d)), "peer");
	assert_string_equal(role_code(dossier_turn(thread_walk(t, THEM)->d)), "officer");

	thread_refuse(t, THEM, "officer", "verify", "2026-03-09", "{}", "link-missing", "第十八条");
	thread_walk(t, THEM)->target = &closed;
	thread_refuse(t, THEM, "officer", "verify", "2026-03-09", "{\"clue\":\"77\"}", "link-state", "第十八条");
	thread_walk(t, THEM)->target = &clue;
	thread_do(t, THEM, "officer", "verify", "2026-03-09", "{\"clue\":\"77\"}");
	walk_state(thread_walk(t, THEM), STATE_INBOUND_VERIFYING);
	walk_state(thread_walk(t, US), STATE_HANDOFF_ACCEPTED);
	thread_refuse(t, THEM, "officer", "extended", "2026-03-25", "{}", "extension-not-approved", "第十八条");
	thread_do(t, THEM, "officer", "extend_request", "2026-03-25", "{\"reason\":\"取证困难\"}");
	thread_do(t, THEM, "deputy_head", "extend_approve", "2026-03-26", "{}");
	thread_do(t, THEM, "officer", "extended", "2026-03-26", "{}");
	thread_settle(t);
	walk_clock(thread_walk(t, US), "C2.1", 0, "running", "2026-04-20");
	walk_clock(thread_walk(t, THEM), "C2.1", 0, "running", "2026-04-20");
	thread_refuse(t, THEM, "officer", "extend_request", "2026-03-27", "{\"reason\":\"再延长\"}", "already-extended", "第十八条");
	thread_refuse(t, THEM, "officer", "extended", "2026-03-27", "{}", "already-extended", "第十八条");
	thread_refuse(t, THEM, "officer", "file", "2026-04-01", "{\"goods_handling\":\"重新采取强制措施\"}", "case-not-linked", "第十九条");
	thread_refuse(t, THEM, "officer", "not_file", "2026-04-01", "{\"reason\":\"x\",\"goods_handling\":\"解除并返还\"}",
		      "clue-not-declined", "第二十条");
	thread_walk(t, THEM)->target = &decided;
	thread_refuse(t, THEM, "officer", "link", "2026-04-01", "{\"case\":\"78\"}", "link-state", "第十九条");
	thread_walk(t, THEM)->target = &filed;
	thread_do(t, THEM, "officer", "link", "2026-04-01", "{\"case\":\"78\"}");
	thread_refuse(t, THEM, "officer", "file", "2026-04-01", "{}", "goods-not-settled", "第二十五条");
	thread_step(t, THEM, "officer", "file", "2026-04-01", "{\"goods_handling\":\"重新采取强制措施\"}", STATE_HANDOFF_FILED);
	walk_clock(thread_walk(t, US), "C2.1", 0, "met", NULL);
	thread_refuse(t, THEM, "officer", "decided", "2026-05-06", "{\"outcome\":\"给予行政处罚\"}", "case-not-decided", "第六十条");
	thread_refuse(t, THEM, "officer", "answer", "2026-05-06", "{\"result\":\"x\"}", "no-result-yet", "第六十条");
	thread_walk(t, THEM)->target = &decided;
	thread_do(t, THEM, "officer", "decided", "2026-05-06", "{\"outcome\":\"给予行政处罚\"}");
	walk_clock(thread_walk(t, THEM), "C3.2", 0, "running", "2026-05-14"); /* 9 May works */
	thread_step(t, THEM, "officer", "answer", "2026-05-08", "{\"result\":\"罚款二万元\",\"outcome\":\"给予行政处罚\"}",
		    STATE_HANDOFF_CLOSED);
	walk_clock(thread_walk(t, THEM), "C3.2", 0, "met", NULL);
	assert_string_equal(fact(t, US, FIELD_RESULT), "罚款二万元");
	thread_refuse(t, US, "officer", "withdraw", "2026-05-09", "{\"reason\":\"x\"}", "handoff-over", "第十七条");
	thread_converged(t);

	t = jurisdiction("510185-market", "bureau", "510185",
			 "{\"peer\":\"510185-market\",\"title\":\"x\",\"market_organ\":true,\"act_ended_on\":\"2023-03-01\","
			 "\"discovered_on\":\"2026-02-01\"}");
	thread_step(t, THEM, "clerk", "receive", "2026-03-06", "{}", STATE_HANDOFF_ACCEPTED);
	thread_walk(t, THEM)->target = &filed;
	thread_do(t, THEM, "officer", "verify", "2026-03-09", "{\"case\":\"78\"}");
	thread_refuse(t, THEM, "officer", "file", "2026-03-09", "{}", "limitation-passed", "第三十六条");

	/* An earlier case of the receiver goes on. */
	static const struct target old = { .id = 79, .kind = MATTER_CASE, .state = STATE_CLOSED, .organ = 10 };
	t = to_market();
	thread_step(t, THEM, "clerk", "receive", "2026-03-06", "{\"items_received\":3}", STATE_HANDOFF_ACCEPTED);
	thread_records(t, US, "officer", THEM, "officer", "C2.1", "2026-03-27", "2026-03-28");
	thread_walk(t, THEM)->target = &clue;
	thread_refuse(t, THEM, "officer", "reopen_request", "2026-03-09", "{\"case\":\"77\",\"reason\":\"x\"}", "link-not-a-case", NULL);
	thread_refuse(t, THEM, "officer", "extend_request", "2026-03-30", "{\"reason\":\"x\"}", "extension-after-due", "第十八条");
	thread_walk(t, THEM)->target = &old;
	thread_do(t, THEM, "officer", "reopen_request", "2026-03-09", "{\"case\":\"79\",\"reason\":\"与已结案件同一事实\"}");
	thread_do(t, THEM, "deputy_head", "reopen_approve", "2026-03-10", "{}");
	thread_walk(t, THEM)->target = NULL;
	thread_step(t, THEM, "officer", "file", "2026-03-10", "{\"goods_handling\":\"其他\"}", STATE_HANDOFF_FILED);
	thread_converged(t);

	/* Not filed, and the limitation that had passed when the offence was found. */
	t = to_market();
	thread_step(t, THEM, "clerk", "receive_part", "2026-03-06", "{\"items_received\":2,\"differences\":\"少一件，运输途中遗失\"}",
		    STATE_HANDOFF_ACCEPTED);
	assert_string_equal(fact(t, US, FIELD_DIFFERENCES), "少一件，运输途中遗失");
	thread_do(t, THEM, "officer", "verify", "2026-03-09", "{\"clue\":\"77\"}");
	thread_walk(t, THEM)->target = &declined;
	thread_step(t, THEM, "officer", "not_file", "2026-03-20",
		    "{\"reason\":\"违法事实不成立\",\"decline_ground\":\"违法事实不成立\",\"goods_handling\":\"解除并返还\"}",
		    STATE_HANDOFF_NOT_FILED);
	thread_step(t, THEM, "officer", "answer", "2026-03-20", "{\"result\":\"不予立案\"}", STATE_HANDOFF_CLOSED);
	thread_converged(t);
}

/* Inside market supervision nothing is sent back: negotiation, the common superior, designation. */
static void test_dispute(void **state)
{
	static const struct target clue = { .id = 77, .kind = MATTER_CLUE, .state = STATE_VERIFYING, .organ = 10 };
	struct thread *t = to_market();
	(void)state;

	thread_step(t, THEM, "clerk", "receive", "2026-03-06", "{\"items_received\":3}", STATE_HANDOFF_ACCEPTED);
	thread_refuse(t, THEM, "officer", "return", "2026-03-09", "{\"reason\":\"不属我局管辖\"}", "market-may-not-return", "第十四条");
	thread_refuse(t, THEM, "deputy_head", "refer", "2026-03-09", "{\"copy_to\":[\"510000-market\"],\"reason\":\"x\"}", "no-dispute",
		      "第十三条");
	thread_step(t, THEM, "officer", "dispute", "2026-03-09", "{\"reason\":\"违法行为地在乐至\"}", STATE_DISPUTED);
	walk_clock(thread_walk(t, US), "D05", 0, "running", "2026-03-18");
	walk_clock(thread_walk(t, THEM), "C2.1", 0, "cancelled", NULL);
	thread_step(t, THEM, "officer", "concede", "2026-03-12", "{}", STATE_HANDOFF_ACCEPTED);
	walk_clock(thread_walk(t, US), "D05", 0, "met", NULL);
	walk_clock(thread_walk(t, US), "C2.1", 0, "running", "2026-04-02");

	/* 乐至 and 简阳 meet in the province, not in 资阳. */
	thread_step(t, THEM, "officer", "dispute", "2026-03-16", "{\"reason\":\"再次审查后有异议\"}", STATE_DISPUTED);
	thread_refuse(t, US, "officer", "refer", "2026-03-25", "{\"copy_to\":[\"510000-market\"],\"reason\":\"x\"}", "missing-role", NULL);
	thread_refuse(t, US, "deputy_head", "refer", "2026-03-25", "{\"copy_to\":[\"512000-market\"],\"reason\":\"协商不成\"}",
		      "not-common-superior", "第十三条");
	thread_add(t, "510000-market", "bureau", "510000", SIDE_THIRD);
	thread_step(t, US, "deputy_head", "refer", "2026-03-25",
		    "{\"copy_to\":[\"510000-market\"],\"reason\":\"协商不成\"}", STATE_REFERRED);
	walk_clock(thread_walk(t, US), "D05", 0, "met", NULL);
	walk_clock(thread_walk(t, ABOVE), "C2.3", 0, "running", "2026-04-03");
	assert_true(fact_list_has(&thread_walk(t, THEM)->d->facts, FIELD_COPY_TO, "510000-market"));
	assert_string_equal(role_code(dossier_turn(thread_walk(t, ABOVE)->d)), "officer");
	assert_string_equal(role_code(dossier_turn(thread_walk(t, US)->d)), "peer");
	thread_refuse(t, THEM, "officer", "designate", "2026-03-27", "{\"designated\":\"移送机关\",\"paper_no\":\"x\"}", "other-organ", NULL);
	thread_refuse(t, ABOVE, "officer", "designate", "2026-03-27", "{\"designated\":\"其他机关\",\"paper_no\":\"x\"}",
		      "designated-organ-missing", "第十六条");
	thread_step(t, ABOVE, "deputy_head", "designate", "2026-03-30", "{\"designated\":\"接收机关\",\"paper_no\":\"川市监指定〔2026〕1号\"}",
		    STATE_HANDOFF_ACCEPTED);
	walk_clock(thread_walk(t, ABOVE), "C2.3", 0, "met", NULL);
	walk_clock(thread_walk(t, THEM), "C2.1", 0, "running", "2026-04-21");
	thread_refuse(t, THEM, "officer", "dispute", "2026-03-31", "{\"reason\":\"x\"}", "already-designated", "第十六条");
	thread_converged(t);
	thread_walk(t, THEM)->target = &clue;
	thread_do(t, THEM, "officer", "verify", "2026-03-31", "{\"clue\":\"77\"}");

	/* The sender keeps it, or a third organ gets it: the hand-over is over. */
	static const char *const results[] = { "移送机关", "其他机关" };
	static const enum state to[] = { STATE_HANDOFF_RETURNED, STATE_HANDOFF_FORWARDED };
	for (size_t i = 0; i < ARRAY_LEN(results); i++) {
		t = to_market();
		thread_step(t, THEM, "clerk", "receive", "2026-03-06", "{\"items_received\":3}", STATE_HANDOFF_ACCEPTED);
		thread_step(t, THEM, "officer", "dispute", "2026-03-09", "{\"reason\":\"x\"}", STATE_DISPUTED);
		thread_add(t, "510000-market", "bureau", "510000", SIDE_THIRD);
		thread_step(t, THEM, "principal", "refer", "2026-03-18", "{\"copy_to\":[\"510000-market\"],\"reason\":\"x\"}", STATE_REFERRED);
		thread_step(t, ABOVE, "officer", "designate", "2026-03-20",
			    arena_printf(&arena, "{\"designated\":\"%s\",\"designated_name\":\"金堂县局\",\"paper_no\":\"x\"}", results[i]), to[i]);
		walk_clock(thread_walk(t, US), "C2.3", 0, "met", NULL);
		thread_converged(t);
	}
}

/* Another department returns with reasons; a superior that answers on paper is registered; the sender withdraws. */
static void test_return_and_paper(void **state)
{
	struct thread *t = jurisdiction("512022-culture", "department", "512022", C2_OPEN("512022-culture", "false"));
	(void)state;

	thread_step(t, THEM, "clerk", "receive", "2026-03-06", "{\"items_received\":3}", STATE_HANDOFF_ACCEPTED);
	thread_refuse(t, THEM, "officer", "dispute", "2026-03-09", "{\"reason\":\"x\"}", "dispute-not-market", "第十三条");
	thread_step(t, THEM, "officer", "return", "2026-03-09", "{\"reason\":\"不属文化市场执法职责\"}", STATE_HANDOFF_RETURNED);
	walk_clock(thread_walk(t, US), "C2.1", 0, "cancelled", NULL);
	thread_converged(t);

	/* The receiver is not connected: our officer registers what it wrote; guards about its own house do not bind us. */
	struct walk *w = walk_new(&arena, &book, PROCEDURE_C2);
	walk_do(w, "officer", "open", "2026-03-02", C2_OPEN("511025-market", "true"));
	walk_refuse(w, "officer", "submit", "2026-03-02", "{}", "wrong-state");
	walk_approved(w, "officer", "deputy_head", "approve", "2026-03-03", "{\"reason\":\"x\"}");
	walk_do(w, "officer", "submit", "2026-03-03", "{}");
	walk_refuse(w, "officer", "receive", "2026-03-05", "{\"items_received\":3}", "required");
	walk_do(w, "clerk", "receive", "2026-03-05", "{\"items_received\":3,\"registered_medium\":\"纸质\"}");
	walk_do(w, "officer", "file", "2026-03-20", "{\"registered_medium\":\"纸质\",\"registered_scan\":4,\"paper_no\":\"资中市监立〔2026〕9号\"}");
	walk_do(w, "officer", "answer", "2026-06-01", "{\"registered_medium\":\"纸质\",\"result\":\"罚款\"}");
	walk_state(w, STATE_HANDOFF_CLOSED);
	walk_replay(w);

	w = walk_new(&arena, &book, PROCEDURE_C2);
	walk_do(w, "officer", "open", "2026-03-02", C2_OPEN("511025-market", "true"));
	walk_do(w, "officer", "give_up", "2026-03-02", "{\"reason\":\"查明属本局管辖\"}");
	walk_state(w, STATE_HANDOFF_CLOSED);

	/* Dispute and designation on paper, both: the superior is not connected either. */
	w = walk_new(&arena, &book, PROCEDURE_C2);
	walk_do(w, "officer", "open", "2026-03-02", C2_OPEN("511025-market", "true"));
	walk_approved(w, "officer", "deputy_head", "approve", "2026-03-03", "{\"reason\":\"x\"}");
	walk_do(w, "officer", "submit", "2026-03-03", "{}");
	walk_do(w, "clerk", "receive", "2026-03-05", "{\"items_received\":3,\"registered_medium\":\"电话\"}");
	walk_do(w, "clerk", "dispute", "2026-03-09", "{\"reason\":\"x\",\"registered_medium\":\"纸质\"}");
	walk_do(w, "principal", "refer", "2026-03-18", "{\"copy_to\":[\"510000-market\"],\"reason\":\"x\"}");
	walk_do(w, "clerk", "designate", "2026-03-27",
		"{\"designated\":\"移送机关\",\"paper_no\":\"川市监指定〔2026〕3号\",\"registered_medium\":\"纸质\"}");
	walk_state(w, STATE_HANDOFF_RETURNED);
	walk_replay(w);

	/* In from paper: our clerk registers a letter of another organ. */
	w = walk_new(&arena, &book, PROCEDURE_C2);
	walk_do(w, "clerk", "arrive", "2026-03-09",
		"{\"peer\":\"512021-market\",\"peer_name\":\"安岳县局\",\"title\":\"乙店涉嫌商标侵权\",\"market_organ\":true,"
		"\"handoff_no\":\"安市监案移〔2026〕2号\"}");
	walk_state(w, STATE_HANDOFF_SENT);
	walk_do(w, "clerk", "receive", "2026-03-09", "{}");
	assert_string_equal(role_code(dossier_turn(w->d)), "officer");
	walk_refuse(w, "unit_head", "assign", "2026-03-09", "{\"officer\":\"officer\",\"co_officer\":\"officer\"}", "two-officers");
	walk_do(w, "unit_head", "assign", "2026-03-09", "{" OFFICERS "}");
	walk_refuse(w, "officer2", "verify", "2026-03-10", "{\"clue\":\"77\"}", "not-an-officer-of-the-case");
	walk_do(w, "officer", "withdraw", "2026-03-12", "{\"reason\":\"来函撤回\",\"registered_medium\":\"纸质\"}");
	walk_state(w, STATE_HANDOFF_WITHDRAWN);
	walk_replay(w);
}

/* Whatever crosses, both copies end alike: the sender takes back, or reports upwards, while the receiver writes. */
static void test_jurisdiction_crossing(void **state)
{
	static const struct {
		const char *act, *fields;
	} theirs[] = {
		{ "receive", "{\"items_received\":3}" }, { "dispute", "{\"reason\":\"x\"}" }, { "concede", "{}" },
		{ "file", "{\"goods_handling\":\"其他\"}" }, { "answer", "{\"result\":\"x\"}" },
	};
	static const struct target filed = { .id = 78, .kind = MATTER_CASE, .state = STATE_INVESTIGATING, .organ = 10 };
	(void)state;

	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct thread *t = to_market();
		size_t steps = thread_below(t, 6);
		t->random = seed * 7919;
		thread_walk(t, THEM)->target = &filed;
		bool together = thread_below(t, 2) == 0;
		for (size_t i = 0; i < 5; i++) {
			if (i == steps)
				thread_try(t, US, "officer", "withdraw", "2026-04-20", "{\"reason\":\"x\"}");
			if (i == 2 && together)
				thread_try(t, US, "deputy_head", "refer", "2026-04-20", "{\"copy_to\":[\"510000-market\"],\"reason\":\"x\"}");
			if (i == 3) {
				thread_try(t, THEM, "officer", "link", "2026-04-20", "{\"case\":\"78\"}");
				thread_try(t, THEM, "officer", "verify", "2026-04-20", "{\"case\":\"78\"}");
			}
			thread_try(t, THEM, "officer", theirs[i].act, "2026-04-20", theirs[i].fields);
			if (thread_below(t, 3) == 0)
				thread_settle(t);
		}
		thread_converged(t);
	}
}

/* What the clue and the case learn: gone, back, and not to be sent on. */
static void test_jurisdiction_events(void **state)
{
	struct dossier *h = arena_new(&arena, struct dossier);
	struct walk *w = walk_clue_registered(&arena, &book, "2026-03-02", "2026-03-02", ",\"act_ended_on\":\"2026-01-10\"," PARTY);
	(void)state;

	h->procedure = PROCEDURE_C2;
	h->state = STATE_HANDOFF_SENT;
	fact_set_text(&h->facts, FIELD_PEER_NAME, "简阳市市场监督管理局");
	walk_event(w, h, "opened", "2026-03-02");
	walk_state(w, STATE_VERIFYING);
	walk_event(w, h, "sent", "2026-03-05");
	walk_state(w, STATE_CLUE_TRANSFERRED);
	walk_clock(w, "D01", 0, "met", "2026-03-23");
	assert_string_equal(fact_text(&w->d->facts, FIELD_ORGAN_TO), "简阳市市场监督管理局");
	walk_event(w, h, "returned", "2026-03-20");
	walk_state(w, STATE_VERIFYING);
	walk_clock(w, "D01", 0, "running", "2026-04-13");
	walk_clock(w, "D45a", 0, "running", "2028-01-10");
	walk_fact_day(w, FIELD_REOPENED_ON, "2026-03-20");
	walk_replay(w);

	w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	walk_event(w, h, "sent", "2026-03-10");
	walk_state(w, STATE_CLOSING);
	assert_string_equal(fact_text(&w->d->facts, FIELD_GROUND), "C4c");
	walk_clock(w, "D11", 0, "met", NULL);
	walk_clock(w, "D31", 0, "running", "2026-03-31");
	h->state = STATE_HANDOFF_ACCEPTED;
	walk_event(w, h, "designated", "2026-03-30");
	walk_state(w, STATE_CLOSING);
	h->state = STATE_HANDOFF_RETURNED;
	walk_event(w, h, "designated", "2026-03-31");
	walk_state(w, STATE_INVESTIGATING);
	walk_clock(w, "D11", 0, "running", "2026-06-29");
	walk_fact_day(w, FIELD_REOPENED_ON, "2026-03-31");
	assert_int_equal(fact_num(&w->d->facts, FIELD_REOPENED_FROM), 501);
	walk_replay(w);
	for (int i = 0; i < 2; i++) {
		w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
		walk_event(w, h, "sent", "2026-03-10");
		walk_event(w, h, i ? "withdrawn" : "returned", "2026-03-12");
		walk_state(w, STATE_INVESTIGATING);
	}

	/* From a market organ: the clue, and the case filed from it, stay here. */
	w = walk_clue_registered(&arena, &book, "2026-03-02", "2026-03-02", NULL);
	fact_set_num(&h->facts, FIELD_MARKET, 1);
	walk_event(w, h, "linked", "2026-03-02");
	assert_int_equal(walk_event_try(w, h, "opened", "2026-03-03"), ERR_LAW);
	assert_string_equal(w->err.rule, "onward-transfer");
	assert_non_null(strstr(w->err.article, "第十四条"));
	walk_refuse(w, "officer", "transfer_request", "2026-03-03", "{\"organ_to\":\"金堂县局\",\"reason\":\"x\"}", "onward-transfer");
	walk_do(w, "unit_head", "assign", "2026-03-03", "{" OFFICERS "}");
	walk_do(w, "officer", "file_request", "2026-03-03", "{\"cause\":\"商标侵权\",\"reason\":\"x\"}");
	walk_do(w, "unit_head", "file_endorse", "2026-03-03", "{" OFFICERS "}");
	walk_do(w, "deputy_head", "file_approve", "2026-03-03", "{}");
	w = walk_spawn(w);
	walk_refuse(w, "officer", "decide_transfer_admin_request", "2026-03-04", "{\"organ_to\":\"金堂县局\",\"reason\":\"x\"}",
		    "onward-transfer");
	assert_int_equal(walk_event_try(w, h, "opened", "2026-03-04"), ERR_LAW);
	fact_set_num(&h->facts, FIELD_MARKET, 0);
	walk_event(w, h, "linked", "2026-03-05");
	walk_replay(w);
}

/* ---- C8 ---- */

#define C8_OPEN(kind, market) \
	"{\"peer\":\"512021-market\",\"title\":\"协查甲公司进货\",\"assist_kind\":\"" kind "\",\"question\":\"是否向乙店供货\"," \
	"\"market_organ\":" market "}"

static void test_assistance(void **state)
{
	struct thread *t = pair(PROCEDURE_C8, "512021-market", "bureau", "512021");
	(void)state;

	thread_refuse(t, US, "officer", "open", "2026-09-24", C8_OPEN("协助调查", "false"), "organ-kind", "第四十五条");
	thread_do(t, US, "officer", "open", "2026-09-24", C8_OPEN("协助调查", "true"));
	thread_refuse(t, US, "officer", "submit", "2026-09-24", "{}", "letter-not-approved", "第四十五条");
	thread_do(t, US, "officer", "approve_request", "2026-09-24", "{\"reason\":\"x\"}");
	thread_do(t, US, "unit_head", "approve_approve", "2026-09-24", "{}");
	thread_step(t, US, "officer", "submit", "2026-09-24", "{}", STATE_HANDOFF_SENT);
	thread_step(t, THEM, "clerk", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
	thread_do(t, THEM, "unit_head", "assign", "2026-09-24", "{" OFFICERS "}");
	/* Mid-Autumn, National Day, and 10 October at work. */
	walk_clock(thread_walk(t, US), "D07", 0, "running", "2026-10-22");
	thread_refuse(t, THEM, "officer", "join", "2026-10-09", "{\"answer\":\"x\"}", "not-invited", NULL);
	thread_refuse(t, THEM, "officer", "extend", "2026-10-23", "{\"days\":10,\"reason\":\"x\"}", "extension-after-due", "第四十五条");
	thread_step(t, THEM, "officer", "extend", "2026-10-20", "{\"days\":10,\"reason\":\"账册待调取\"}", STATE_EXTENSION_NOTICED);
	walk_clock(thread_walk(t, US), "D07", 0, "running", "2026-11-05");
	thread_step(t, THEM, "officer", "answer", "2026-11-02", "{\"answer\":\"曾供货二批\",\"items_listed\":2}", STATE_ANSWERED);
	walk_clock(thread_walk(t, US), "D07", 0, "met", NULL);
	thread_refuse(t, US, "officer", "evidence_in", "2026-11-03", "{\"items_received\":1}", "items-differ", "第二十五条");
	thread_step(t, US, "officer", "evidence_in", "2026-11-03", "{\"items_received\":1,\"differences\":\"缺一份送货单\"}", STATE_EVIDENCE_IN);
	thread_step(t, US, "officer", "close", "2026-11-04", "{}", STATE_HANDOFF_CLOSED);
	thread_converged(t);

	/* Another department: a duty, but no number. */
	t = pair(PROCEDURE_C8, "512022-culture", "department", "512022");
	thread_do(t, US, "officer", "open", "2026-09-24",
		  "{\"peer\":\"512022-culture\",\"title\":\"x\",\"assist_kind\":\"协助扣押\",\"question\":\"x\",\"market_organ\":false}");
	thread_do(t, US, "officer", "approve_request", "2026-09-24", "{\"reason\":\"x\"}");
	thread_do(t, US, "unit_head", "approve_approve", "2026-09-24", "{}");
	thread_step(t, US, "officer", "submit", "2026-09-24", "{}", STATE_HANDOFF_SENT);
	thread_step(t, THEM, "officer", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
	assert_null(dossier_clock_const(thread_walk(t, US)->d, "D07", 0));
	thread_step(t, THEM, "officer", "out_of_powers", "2026-09-28", "{\"reason\":\"无扣押权\"}", STATE_HANDOFF_RETURNED);
	thread_converged(t);
}

static void test_consultation(void **state)
{
	struct thread *t = pair(PROCEDURE_C8, "512022-police", "police", "512022");
	(void)state;

	thread_do(t, US, "officer", "open", "2026-09-24",
		  "{\"peer\":\"512022-police\",\"title\":\"x\",\"assist_kind\":\"案件咨询\",\"question\":\"是否达到立案标准\",\"market_organ\":false}");
	thread_step(t, US, "officer", "submit", "2026-09-24", "{}", STATE_HANDOFF_SENT);
	thread_step(t, THEM, "police", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
	walk_clock(thread_walk(t, US), "C8.2", 0, "running", "2026-10-08"); /* seven days end on 1 October */
	assert_string_equal(walk_day(&arena, dossier_clock_const(thread_walk(t, US)->d, "C8.2", 0)->due.strict), "2026-10-01");
	thread_refuse(t, THEM, "police", "extend", "2026-09-25", "{\"days\":3,\"reason\":\"x\"}", "not-assistance", "第四十五条");
	thread_records(t, US, "officer", THEM, "police", "C8.2", "2026-10-08", "2026-10-09");
	thread_step(t, THEM, "police", "answer", "2026-10-10", "{\"answer\":\"已达到\"}", STATE_ANSWERED);
	walk_clock(thread_walk(t, US), "C8.2", 0, "late", NULL);
	thread_refuse(t, US, "officer", "evidence_in", "2026-10-12", "{}", "not-assistance", NULL);
	thread_step(t, US, "officer", "close", "2026-10-12", "{}", STATE_HANDOFF_CLOSED);
	thread_converged(t);

	for (int i = 0; i < 2; i++) {
		t = pair(PROCEDURE_C8, "512022-police", "police", "512022");
		thread_do(t, US, "officer", "open", "2026-09-24",
			  "{\"peer\":\"512022-police\",\"title\":\"x\",\"assist_kind\":\"提前介入\",\"question\":\"x\",\"market_organ\":false}");
		thread_step(t, US, "officer", "submit", "2026-09-24", "{}", STATE_HANDOFF_SENT);
		thread_refuse(t, THEM, "police", "answer", "2026-09-25", "{\"answer\":\"x\"}", "invitation", NULL);
		thread_refuse(t, THEM, "police", "out_of_powers", "2026-09-25", "{\"reason\":\"x\"}", "invitation", NULL);
		if (i == 0) {
			thread_step(t, THEM, "police", "join", "2026-09-25", "{\"answer\":\"派两名民警\"}", STATE_JOINED);
			thread_step(t, US, "officer", "close", "2026-12-01", "{}", STATE_HANDOFF_CLOSED);
		} else {
			thread_step(t, THEM, "police", "decline", "2026-09-25", "{\"reason\":\"线索不足\"}", STATE_INVITATION_DECLINED);
		}
		thread_converged(t);
	}
	/* Our withdrawal crosses with the answer. */
	for (uint64_t seed = 1; seed <= 20; seed++) {
		t = pair(PROCEDURE_C8, "512022-police", "police", "512022");
		t->random = seed;
		thread_do(t, US, "officer", "open", "2026-09-24",
			  "{\"peer\":\"512022-police\",\"title\":\"x\",\"assist_kind\":\"案件咨询\",\"question\":\"x\",\"market_organ\":false}");
		thread_step(t, US, "officer", "submit", "2026-09-24", "{}", STATE_HANDOFF_SENT);
		thread_do(t, US, "officer", "withdraw", "2026-09-25", "{\"reason\":\"不需要了\"}");
		thread_do(t, THEM, "police", "receive", "2026-09-25", "{}");
		if (seed % 2)
			thread_do(t, THEM, "police", "answer", "2026-09-25", "{\"answer\":\"x\"}");
		thread_converged(t);
		thread_state(t, STATE_HANDOFF_WITHDRAWN);
	}
	struct walk *w = walk_new(&arena, &book, PROCEDURE_C8);
	walk_do(w, "officer", "open", "2026-09-24", C8_OPEN("案件咨询", "true"));
	walk_do(w, "officer", "give_up", "2026-09-24", "{\"reason\":\"当面问清\"}");
	walk_state(w, STATE_HANDOFF_CLOSED);
	/* Asked by another organ: its liaison needs no leader of ours. */
	t = thread_new(&arena, &book, PROCEDURE_C8);
	thread_add(t, "512022-police", "police", "512022", SIDE_SENDER);
	thread_add(t, "512022-market", "bureau", "512022", SIDE_RECEIVER);
	thread_walk(t, 0)->peer = &t->copies[1].organ;
	thread_do(t, 0, "police", "open", "2026-09-24",
		  "{\"peer\":\"512022-market\",\"title\":\"x\",\"assist_kind\":\"协助调查\",\"question\":\"核对注册商标\",\"market_organ\":true}");
	thread_step(t, 0, "police", "submit", "2026-09-24", "{}", STATE_HANDOFF_SENT);
	thread_step(t, 1, "officer", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
	walk_clock(thread_walk(t, 1), "D07", 0, "running", "2026-10-22");
	thread_refuse(t, 1, "officer", "remind", "2026-09-25", "{\"clock_rule\":\"D07\"}", "own-clock", NULL);
	thread_step(t, 1, "officer", "answer", "2026-09-28", "{\"answer\":\"有效注册\"}", STATE_ANSWERED);
	thread_converged(t);
}

/* ---- C9 ---- */

static void test_restricted(void **state)
{
	struct thread *t = pair(PROCEDURE_C9, "512022-procuratorate", "procuratorate", "512022");
	struct walk *w = thread_walk(t, US);
	(void)state;

	thread_do(t, US, "officer", "open", "2026-04-01",
		  "{\"peer\":\"512022-procuratorate\",\"title\":\"线索\",\"official\":\"某局干部\",\"summary\":\"通风报信\"}");
	walk_state(w, STATE_FOUND);
	assert_string_equal(role_code(dossier_turn(w->d)), "principal");
	thread_refuse(t, US, "deputy_head", "approve", "2026-04-01", "{}", "missing-role", "第十八条");
	struct act_input in = { .matter = 1, .stage = STAGE_DO, .actor = walk_actor("deputy_head"), .happened_at = walk_time("2026-04-01"),
				.now = walk_time("2026-04-02") };
	struct act_record record;
	struct err err = ERR_INIT;
	in.actor.roles |= ROLE_PRINCIPAL; /* delegated */
	in.actor.delegated = ROLE_PRINCIPAL;
	in.row = procedure_find(&procedure_c9, SV("approve"), &in.stage);
	assert_int_equal(procedure_check(&book, w->d, &in, &arena, &record, &err), ERR_LAW);
	assert_string_equal(err.rule, "principal-himself");
	walk_count_guards(in.row, ERR_LAW, &err);
	thread_do(t, US, "principal", "approve", "2026-04-01", "{\"opinion\":\"同意\"}");
	thread_refuse(t, US, "officer2", "submit", "2026-04-01", "{}", "restricted-record", "第十八条");
	thread_do(t, US, "principal", "name_officer", "2026-04-01", "{\"officer\":\"officer2\"}");
	thread_refuse(t, US, "officer", "submit", "2026-04-01", "{}", "restricted-record", "第十八条");
	thread_step(t, US, "officer2", "submit", "2026-04-01", "{}", STATE_HANDOFF_SENT);
	assert_string_equal(fact(t, THEM, FIELD_OFFICIAL), "某局干部");
	assert_false(fact_has(&thread_walk(t, THEM)->d->facts, FIELD_OFFICER));
	thread_do(t, US, "exchange", "not_delivered", "2026-04-02", "{}");
	thread_do(t, US, "exchange", "not_retrieved", "2026-04-02", "{}");
	thread_do(t, THEM, "exchange", "delivered", "2026-04-02", "{}");
	thread_do(t, THEM, "procuratorate", "retrieved", "2026-04-02", "{}");
	thread_settle(t);
	thread_step(t, THEM, "procuratorate", "receive", "2026-04-03", "{\"paper_no\":\"x\"}", STATE_RECEIPTED);
	/* The end and a late feedback may cross. */
	thread_do(t, US, "principal", "close", "2026-04-20", "{}");
	thread_do(t, THEM, "procuratorate", "feedback", "2026-04-20", "{\"result\":\"已立案\"}");
	thread_converged(t);
	thread_state(t, STATE_HANDOFF_CLOSED);
	assert_string_equal(fact(t, US, FIELD_RESULT), "已立案");

	/* A supervisory organ answers on paper: only the circle registers it. */
	w = walk_new(&arena, &book, PROCEDURE_C9);
	walk_do(w, "principal", "open", "2026-04-01", "{\"peer\":\"512022-jiwei\",\"title\":\"线索\",\"official\":\"x\",\"summary\":\"x\"}");
	walk_do(w, "principal", "name_officer", "2026-04-01", "{\"officer\":\"officer\"}");
	walk_do(w, "principal", "approve", "2026-04-01", "{}");
	walk_do(w, "officer", "submit", "2026-04-01", "{}");
	walk_refuse(w, "clerk", "receive", "2026-04-02", "{\"registered_medium\":\"纸质\"}", "restricted-record");
	walk_do(w, "officer", "receive", "2026-04-02", "{\"registered_medium\":\"纸质\"}");
	walk_do(w, "officer", "feedback", "2026-05-02", "{\"registered_medium\":\"纸质\",\"result\":\"已处理\"}");
	walk_refuse(w, "officer2", "close", "2026-05-06", "{}", "restricted-record");
	walk_do(w, "officer", "close", "2026-05-06", "{}");
	walk_replay(w);
	w = walk_new(&arena, &book, PROCEDURE_C9);
	walk_do(w, "principal", "open", "2026-04-01", "{\"peer\":\"512022-jiwei\",\"title\":\"线索\",\"official\":\"x\",\"summary\":\"x\"}");
	walk_do(w, "principal", "not_pursue", "2026-04-01", "{\"reason\":\"查无实据\"}");
	walk_state(w, STATE_HANDOFF_CLOSED);
}

/* Runs last: nothing of the tables was left out, and each guard was asked both ways. */
static void test_all_done(void **state)
{
	(void)state;
	walk_all_done(PROCEDURE_C2);
	walk_all_done(PROCEDURE_C8);
	walk_all_done(PROCEDURE_C9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jurisdiction),	    cmocka_unit_test(test_dispute),
		cmocka_unit_test(test_return_and_paper),    cmocka_unit_test(test_jurisdiction_crossing),
		cmocka_unit_test(test_jurisdiction_events), cmocka_unit_test(test_assistance),
		cmocka_unit_test(test_consultation),	    cmocka_unit_test(test_restricted),
		cmocka_unit_test(test_all_done),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

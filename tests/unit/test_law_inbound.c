/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Hand-overs that come to us: C3 from the police, C4 from the procuratorate, C5 from a court. Each on all its copies, every
 * refusal with its article, and what the linked clue or case learns. */
#include "law_stages.h"
#include "law_records.h"
#include "law_setup.h"

enum { THEM, US };

/* A liaison's organ sends to us. */
static struct thread *from(enum matter_procedure procedure, const char *kind, const char *open)
{
	struct thread *t = thread_new(&arena, &book, procedure);

	thread_add(t, arena_printf(&arena, "512022-%s", kind), kind, "512022", SIDE_SENDER);
	thread_add(t, "512022-market", "bureau", "512022", SIDE_RECEIVER);
	thread_walk(t, US)->peer = &t->copies[THEM].organ;
	thread_walk(t, THEM)->peer = &t->copies[US].organ;
	thread_do(t, THEM, kind, "open", "2026-09-21", open);
	thread_step(t, THEM, kind, "submit", "2026-09-23", "{}", STATE_HANDOFF_SENT);
	return t;
}

static const struct target clue = { .id = 77, .kind = MATTER_CLUE, .state = STATE_VERIFYING, .organ = 10 };
static const struct target declined = { .id = 77, .kind = MATTER_CLUE, .state = STATE_DECLINED, .organ = 10 };
static const struct target filed = { .id = 78, .kind = MATTER_CASE, .state = STATE_INVESTIGATING, .organ = 10 };
static const struct target decided = { .id = 78, .kind = MATTER_CASE, .state = STATE_UNSERVED, .organ = 10 };
static const struct target closed = { .id = 78, .kind = MATTER_CASE, .state = STATE_CLOSED, .organ = 10 };
static const struct target foreign = { .id = 78, .kind = MATTER_CASE, .state = STATE_CLOSED, .organ = 99 };

/* ---- C3 ---- */

#define C3(kind, more) "{\"peer\":\"512022-market\",\"title\":\"甲公司商标案\",\"return_kind\":\"" kind "\"" more "}"

static void test_police_clue(void **state)
{
	struct thread *t = from(PROCEDURE_C3, "police", C3("移送行政处理", ",\"items_listed\":10,\"act_ended_on\":\"2024-03-01\","
								      "\"discovered_on\":\"2026-05-01\""));
	(void)state;

	thread_refuse(t, THEM, "police", "receive", "2026-09-23", "{}", "other-organ", NULL);
	thread_refuse(t, US, "clerk", "receive", "2026-09-23", "{}", "items-differ", "第十二条");
	assert_non_null(strstr(thread_walk(t, US)->err.detail, "清单10件，实收0件"));
	thread_refuse(t, US, "clerk", "receive_part", "2026-09-23", "{\"items_received\":9}", "required", NULL);
	thread_step(t, US, "clerk", "receive_part", "2026-09-23", "{\"items_received\":9,\"differences\":\"缺1件，民警确认已返还当事人\"}",
		    STATE_HANDOFF_ACCEPTED);
	/* Fifteen working days over Mid-Autumn and National Day, with the make-up Saturday. */
	walk_clock(thread_walk(t, US), "C2.1", 0, "running", "2026-10-21");
	walk_clock(thread_walk(t, THEM), "C2.1", 0, "running", "2026-10-21");
	thread_records(t, THEM, "police", US, "officer", "C2.1", "2026-10-21", "2026-10-22");
	thread_walk(t, US)->target = &clue;
	thread_refuse(t, US, "officer", "verify", "2026-09-24", "{}", "link-missing", "第十八条");
	thread_do(t, US, "officer", "verify", "2026-09-24", "{\"clue\":\"77\"}");
	thread_do(t, US, "unit_head", "assign", "2026-09-24", "{" OFFICERS "}");
	thread_refuse(t, US, "unit_head", "assign", "2026-09-24", "{\"officer\":\"officer\",\"co_officer\":\"officer\"}", "two-officers", NULL);
	thread_refuse(t, US, "officer2", "link", "2026-09-25", "{\"case\":\"78\"}", "not-an-officer-of-the-case", NULL);
	thread_refuse(t, US, "officer", "extended", "2026-10-09", "{}", "extension-not-approved", "第十八条");
	thread_refuse(t, US, "officer", "extend_request", "2026-10-22", "{\"reason\":\"x\"}", "extension-after-due", "第十八条");
	thread_do(t, US, "officer", "extend_request", "2026-10-09", "{\"reason\":\"检验未出\"}");
	thread_do(t, US, "deputy_head", "extend_approve", "2026-10-09", "{}");
	thread_do(t, US, "officer", "extended", "2026-10-09", "{}");
	thread_settle(t);
	walk_clock(thread_walk(t, THEM), "C2.1", 0, "running", "2026-11-11");
	thread_refuse(t, US, "officer", "extend_request", "2026-10-10", "{\"reason\":\"x\"}", "already-extended", "第十八条");
	thread_refuse(t, US, "officer", "file", "2026-10-09", "{\"goods_handling\":\"其他\"}", "case-not-linked", "第十九条");
	thread_refuse(t, US, "officer", "not_file", "2026-10-09", "{\"reason\":\"x\",\"goods_handling\":\"其他\"}", "clue-not-declined", "第二十条");
	thread_walk(t, US)->target = &filed;
	thread_do(t, US, "officer", "link", "2026-10-09", "{\"case\":\"78\"}");
	thread_refuse(t, US, "officer", "file", "2026-10-09", "{\"goods_handling\":\"没有随案物品\"}", "goods-not-settled", "第二十五条");
	thread_refuse(t, US, "officer", "file", "2026-10-09", "{\"goods_handling\":\"重新采取强制措施\"}", "limitation-passed", "第三十六条");
	thread_walk(t, US)->target = &declined;
	thread_step(t, US, "officer", "not_file", "2026-10-10", "{\"reason\":\"已过追责时效\",\"goods_handling\":\"解除并返还\"}",
		    STATE_HANDOFF_NOT_FILED);
	walk_clock(thread_walk(t, THEM), "C2.1", 0, "met", NULL);
	thread_step(t, US, "officer", "answer", "2026-10-10", "{\"result\":\"不予立案\"}", STATE_HANDOFF_CLOSED);
	thread_converged(t);
}

static void test_police_return(void **state)
{
	struct thread *t = from(PROCEDURE_C3, "police", C3("撤销案件", ",\"related_no\":\"乐市监移〔2026〕3号\",\"criminal_fine_fen\":0"));
	(void)state;

	thread_step(t, US, "clerk", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
	thread_walk(t, US)->target = &foreign;
	thread_refuse(t, US, "officer", "reopen_request", "2026-09-25", "{\"case\":\"78\",\"reason\":\"x\"}", "link-not-a-case", "第十三条");
	thread_walk(t, US)->target = &closed;
	thread_do(t, US, "officer", "reopen_request", "2026-09-25", "{\"case\":\"78\",\"reason\":\"公安撤案，继续行政处理\"}");
	thread_do(t, US, "deputy_head", "reopen_approve", "2026-09-28", "{}");
	walk_state(thread_walk(t, US), STATE_INBOUND_REOPENED);
	thread_walk(t, US)->target = &filed;
	thread_step(t, US, "officer", "file", "2026-09-28", "{\"paper_no\":\"乐市监立〔2026〕8号\"}", STATE_HANDOFF_FILED);
	thread_refuse(t, US, "officer", "decided", "2026-12-01", "{\"outcome\":\"给予行政处罚\"}", "case-not-decided", "第六十条");
	thread_walk(t, US)->target = &decided;
	thread_do(t, US, "officer", "decided", "2026-12-01", "{\"outcome\":\"给予行政处罚\"}");
	walk_clock(thread_walk(t, US), "C3.2", 0, "running", "2026-12-10");
	walk_clock(thread_walk(t, US), "C9.2", 0, "running", "2026-12-08");
	assert_null(dossier_clock_const(thread_walk(t, THEM)->d, "C9.2", 0));
	thread_step(t, US, "officer", "answer", "2026-12-03", "{\"result\":\"罚款二万元\"}", STATE_HANDOFF_CLOSED);
	thread_do(t, US, "clerk", "platform_entered", "2026-12-08", "{}");
	walk_clock(thread_walk(t, US), "C9.2", 0, "met", NULL);
	thread_converged(t);

	/* Not ours, or a crime after all. */
	t = from(PROCEDURE_C3, "police", C3("移送行政处理", ""));
	thread_step(t, US, "clerk", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
	struct walk *w = thread_walk(t, US);
	struct act_input in = { .matter = 1, .actor = walk_actor("officer"), .happened_at = walk_time("2026-09-25"),
				.now = walk_time("2026-09-26") };
	struct act_record record;
	struct err err = ERR_INIT;
	in.row = procedure_find(&procedure_c3, SV("refer_on"), &in.stage);
	in.actor.organ_name = "乐至县市场监督管理局";
	walk_fields(w, "{\"organ_to\":\"乐至县市场监督管理局\",\"reason\":\"x\"}", 0, &in.fields);
	assert_int_equal(procedure_check(&book, w->d, &in, &arena, &record, &err), ERR_LAW);
	assert_string_equal(err.rule, "transfer-to-self");
	walk_count_guards(in.row, ERR_LAW, &err);
	thread_step(t, US, "officer", "refer_on", "2026-09-25", "{\"organ_to\":\"安岳县市场监督管理局\",\"reason\":\"行为地在安岳\"}",
		    STATE_HANDOFF_FORWARDED);
	walk_clock(thread_walk(t, THEM), "C2.1", 0, "cancelled", NULL);
	thread_converged(t);
	t = from(PROCEDURE_C3, "police", C3("移送行政处理", ""));
	thread_step(t, US, "clerk", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
	thread_step(t, US, "officer", "crime_found", "2026-10-09", "{\"reason\":\"查出另有销售金额六十万元\"}", STATE_MUST_TRANSFER);
	thread_step(t, US, "officer", "answer", "2026-10-12", "{\"result\":\"已依法移送公安\"}", STATE_HANDOFF_CLOSED);
	thread_converged(t);

	w = walk_new(&arena, &book, PROCEDURE_C3);
	static const struct organ ours = { .id = 1, .code = "512022-market", .name = "本局", .kind = "bureau", .region = "512022" };
	w->own = &ours;
	walk_refuse(w, "police", "open", "2026-09-21", C3("撤销案件", ""), "transfer-to-self");

	w = walk_new(&arena, &book, PROCEDURE_C3);
	walk_do(w, "police", "open", "2026-09-21", C3("撤销案件", ""));
	walk_do(w, "police", "give_up", "2026-09-22", "{\"reason\":\"继续侦查\"}");
	walk_state(w, STATE_HANDOFF_CLOSED);

	/* The police on paper: our clerk registers the letter, then everything is ours. */
	w = walk_new(&arena, &book, PROCEDURE_C3);
	walk_refuse(w, "officer", "open", "2026-09-21", C3("撤销案件", ""), "missing-role");
	walk_do(w, "clerk", "arrive", "2026-09-24", "{\"peer\":\"512022-police\",\"title\":\"x\",\"return_kind\":\"不予立案退回\",\"items_listed\":2}");
	assert_int_equal(fact_num(&w->d->facts, FIELD_SIDE), SIDE_RECEIVER);
	walk_do(w, "clerk", "receive", "2026-09-24", "{\"items_received\":2}");
	walk_do(w, "officer", "verify", "2026-09-24", "{\"case\":\"78\"}");
	walk_refuse(w, "police", "file", "2026-09-24", "{}", "missing-role");
	walk_replay(w);
}

/* ---- C4 ---- */

#define C4(kind, more) \
	"{\"peer\":\"512022-market\",\"title\":\"甲公司不起诉案\",\"opinion_kind\":\"" kind "\"" more "}"

static void test_opinion(void **state)
{
	struct thread *t = from(PROCEDURE_C4, "procuratorate", C4("检察意见（给予处罚）", ",\"nonprosecuted_on\":\"2026-09-18\""));
	struct walk *them = thread_walk(t, THEM), *w = thread_walk(t, US);
	(void)state;

	/* The procuratorate's own terms run on its copy only. */
	walk_clock(them, "C4.2", 0, "late", "2026-09-21");
	walk_clock(them, "C9.1", 0, "running", "2026-09-30");
	assert_null(dossier_clock_const(w->d, "C4.2", 0));
	thread_do(t, THEM, "procuratorate", "platform_entered", "2026-09-28", "{}");
	walk_clock(them, "C9.1", 0, "met", NULL);

	thread_step(t, US, "clerk", "receive", "2026-09-30", "{}", STATE_HANDOFF_ACCEPTED);
	/* Two months from 30 September: 30 November. From receipt, not from the non-prosecution. */
	walk_clock(w, "C4.1", 0, "running", "2026-11-30");
	assert_null(dossier_clock_const(w->d, "C4.1b", 0));
	walk_clock(w, "C2.1", 0, "running", "2026-10-27");
	walk_clock(w, "C4.5", 0, "running", "2026-10-13");
	thread_refuse(t, US, "officer", "answer", "2026-10-08", "{\"result\":\"x\"}", "no-result-yet", "第九条");
	w->target = &clue;
	thread_do(t, US, "officer", "verify", "2026-10-08", "{\"clue\":\"77\"}");
	walk_clock(w, "C4.5", 0, "cancelled", NULL);
	walk_clock(them, "C4.5", 0, "running", NULL); /* what they cannot know */
	w->target = &filed;
	thread_do(t, US, "officer", "link", "2026-10-20", "{\"case\":\"78\"}");
	thread_step(t, US, "officer", "file", "2026-10-20", "{}", STATE_HANDOFF_FILED);
	thread_refuse(t, US, "exchange", "term_passed", "2026-11-30", "{}", "term-not-passed", "第十一条");
	thread_refuse(t, US, "principal", "term_note", "2026-11-30", "{\"reason\":\"x\"}", "term-not-passed", "第十一条");
	thread_step(t, US, "officer", "interim", "2026-11-27", "{\"result\":\"已立案，正在调查\"}", STATE_INTERIM_REPLIED);
	walk_clock(w, "C4.1", 0, "met", NULL);
	thread_step(t, US, "officer", "interim", "2026-12-15", "{\"result\":\"拟作出处罚\"}", STATE_INTERIM_REPLIED);
	w->target = &decided;
	thread_do(t, US, "officer", "decided", "2026-12-28", "{\"outcome\":\"给予行政处罚\"}");
	thread_step(t, US, "officer", "answer", "2026-12-30", "{\"result\":\"罚款三万元\"}", STATE_HANDOFF_CLOSED);
	thread_converged(t);
}

/* Not filed; and an earlier case of ours taken up again, with the longer term. */
static void test_opinion_refused(void **state)
{
	struct thread *t = from(PROCEDURE_C4, "procuratorate", C4("检察意见（给予处罚）", ""));
	(void)state;

	thread_step(t, US, "clerk", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
	thread_do(t, US, "unit_head", "assign", "2026-09-24", "{" OFFICERS "}");
	thread_walk(t, US)->target = &clue;
	thread_do(t, US, "officer", "verify", "2026-09-25", "{\"clue\":\"77\"}");
	thread_walk(t, US)->target = &declined;
	thread_step(t, US, "officer", "not_file", "2026-10-09", "{\"reason\":\"违法事实不成立\"}", STATE_HANDOFF_NOT_FILED);
	walk_clock(thread_walk(t, US), "C4.1", 0, "running", "2026-11-24"); /* the answer is still owed */
	thread_step(t, US, "officer", "answer", "2026-10-10", "{\"result\":\"不予立案\"}", STATE_HANDOFF_CLOSED);
	walk_clock(thread_walk(t, THEM), "C4.1", 0, "met", NULL);
	thread_refuse(t, THEM, "procuratorate", "hold", "2026-10-12", "{\"reason\":\"x\"}", "handoff-over", NULL);
	thread_converged(t);

	t = from(PROCEDURE_C4, "procuratorate", C4("检察意见（给予处罚）", ""));
	thread_step(t, US, "clerk", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
	thread_records(t, THEM, "procuratorate", US, "officer", "C4.1", "2026-11-24", "2026-11-25");
	thread_walk(t, US)->target = &closed;
	thread_do(t, US, "officer", "extend_request", "2026-10-09", "{\"reason\":\"调取案卷\"}");
	thread_do(t, US, "deputy_head", "extend_approve", "2026-10-10", "{}");
	thread_do(t, US, "officer", "extended", "2026-10-10", "{}");
	thread_do(t, US, "officer", "reopen_request", "2026-10-12", "{\"case\":\"78\",\"reason\":\"移送后结案，现不起诉\"}");
	thread_do(t, US, "deputy_head", "reopen_approve", "2026-10-12", "{}");
	thread_walk(t, US)->target = &filed;
	thread_step(t, US, "officer", "file", "2026-10-12", "{}", STATE_HANDOFF_FILED);
	thread_converged(t);
}

/* The term on the paper prevails, in both directions; when it passes, the principal is told and nothing is barred. */
static void test_opinion_term(void **state)
{
	struct thread *t = from(PROCEDURE_C4, "procuratorate", C4("检察意见（给予处罚）", ",\"term_on\":\"2026-10-05\""));
	struct walk *w = thread_walk(t, US);
	(void)state;

	thread_step(t, US, "clerk", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
	assert_null(dossier_clock_const(w->d, "C4.1", 0));
	walk_clock(w, "C4.1b", 0, "running", "2026-10-05"); /* a printed day is not moved by a holiday */
	thread_refuse(t, THEM, "exchange", "silence", "2026-10-05", "{\"clock_rule\":\"C4.1b\"}", "clock-not-expired", NULL);
	thread_refuse(t, THEM, "procuratorate", "remind", "2026-10-05", "{\"clock_rule\":\"C4.1\"}", "clock-not-running", NULL);
	thread_do(t, THEM, "procuratorate", "remind", "2026-10-05", "{\"clock_rule\":\"C4.1b\"}");
	thread_do(t, THEM, "exchange", "silence", "2026-10-06", "{\"clock_rule\":\"C4.1b\"}");
	thread_do(t, THEM, "procuratorate", "escalate", "2026-10-08", "{\"clock_rule\":\"C4.1b\",\"reason\":\"通报司法局\"}");
	thread_settle(t);
	assert_true(fact_list_has(&w->d->facts, FIELD_SILENT, "C4.1b"));
	thread_do(t, US, "exchange", "term_passed", "2026-10-06", "{}");
	walk_fact_day(w, FIELD_WARNED_ON, "2026-10-06");
	thread_do(t, US, "principal", "term_note", "2026-10-08", "{\"reason\":\"国庆假期，节后立即答复\"}");
	assert_false(fact_has(&w->d->facts, FIELD_WARNED_ON));
	thread_step(t, US, "officer", "interim", "2026-10-09", "{\"result\":\"正在核查\"}", STATE_HANDOFF_ACCEPTED);
	walk_clock(w, "C4.1b", 0, "late", NULL);
	thread_step(t, US, "officer", "refer_back", "2026-10-10", "{\"reason\":\"属文化市场执法\"}", STATE_REFERRED_BACK);
	thread_converged(t);

	t = from(PROCEDURE_C4, "procuratorate", C4("检察建议", ""));
	w = thread_walk(t, US);
	thread_step(t, US, "clerk", "receive", "2026-12-31", "{}", STATE_HANDOFF_ACCEPTED);
	walk_clock(w, "C4.1", 0, "running", "2027-03-01"); /* 28 February is a Sunday */
	assert_string_equal(walk_day(&arena, dossier_clock_const(w->d, "C4.1", 0)->due.strict), "2027-02-28");
	assert_null(dossier_clock_const(w->d, "C2.1", 0));
	thread_refuse(t, US, "officer", "verify", "2027-01-04", "{\"clue\":\"77\"}", "kind-not-verified", "第十八条");
	thread_step(t, US, "officer", "answer", "2027-01-20", "{\"result\":\"已开展专项检查\"}", STATE_HANDOFF_CLOSED);
	walk_clock(w, "C4.1", 0, "met", NULL);
	thread_converged(t);
}

static void test_opinion_transfer(void **state)
{
	struct thread *t = from(PROCEDURE_C4, "procuratorate", C4("检察意见（应当移送）", ""));
	struct walk *w = thread_walk(t, US);
	(void)state;

	thread_step(t, US, "clerk", "receive_part", "2026-09-24", "{\"items_received\":0,\"differences\":\"未附卷宗\"}", STATE_MUST_TRANSFER);
	walk_clock(w, "C4.1", 0, "running", "2026-11-24");
	thread_refuse(t, US, "officer", "verify", "2026-09-25", "{\"clue\":\"77\"}", "wrong-state", NULL);
	thread_refuse(t, US, "officer", "answer", "2026-09-25", "{\"result\":\"x\"}", "no-result-yet", NULL);
	w->target = &foreign;
	thread_refuse(t, US, "officer", "transfer_link", "2026-09-25", "{\"case\":\"78\"}", "link-state", NULL);
	w->target = &filed;
	thread_do(t, US, "officer", "transfer_link", "2026-09-25", "{\"case\":\"78\",\"handoff\":\"501\"}");
	thread_step(t, US, "officer", "answer", "2026-10-09", "{\"result\":\"已移送公安并附送材料\"}", STATE_HANDOFF_CLOSED);
	thread_converged(t);
}

/* The procuratorate drops it before sending, holds it, resumes it, withdraws it; and all of that may cross. */
static void test_opinion_held(void **state)
{
	struct walk *w = walk_new(&arena, &book, PROCEDURE_C4);
	struct thread *t;
	(void)state;

	walk_do(w, "procuratorate", "open", "2026-09-21", C4("检察意见（给予处罚）", ",\"nonprosecuted_on\":\"2026-09-18\""));
	walk_clock(w, "C4.3", 0, "running", "2026-09-22"); /* Sunday the 20th works */
	walk_do(w, "procuratorate", "register_admin", "2026-09-22", "{}");
	walk_clock(w, "C4.3", 0, "met", NULL);
	walk_clock(w, "C4.4", 0, "running", "2026-10-13");
	walk_do(w, "procuratorate", "drop", "2026-10-09", "{\"reason\":\"无需行政处罚\"}");
	walk_state(w, STATE_HANDOFF_CLOSED);
	walk_clock(w, "C4.2", 0, "cancelled", NULL);
	walk_replay(w);

	t = from(PROCEDURE_C4, "procuratorate", C4("检察意见（给予处罚）", ",\"term_on\":\"2026-11-20\""));
	w = thread_walk(t, US);
	thread_step(t, US, "clerk", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
	thread_step(t, THEM, "procuratorate", "hold", "2026-10-09", "{\"reason\":\"被不起诉人申诉\"}", STATE_ON_HOLD);
	walk_clock(w, "C4.1b", 0, "cancelled", NULL);
	walk_clock(w, "C2.1", 0, "cancelled", NULL);
	assert_string_equal(role_code(dossier_turn(w->d)), "peer");
	thread_refuse(t, US, "officer", "answer", "2026-10-10", "{\"result\":\"x\"}", "wrong-state", NULL);
	thread_step(t, THEM, "procuratorate", "resume", "2026-11-02", "{}", STATE_HANDOFF_ACCEPTED);
	walk_clock(w, "C4.1", 0, "running", "2027-01-04"); /* two months anew; 2 January is free */
	walk_clock(w, "C2.1", 0, "running", "2026-11-23");
	thread_step(t, THEM, "procuratorate", "hold", "2026-11-03", "{\"reason\":\"x\"}", STATE_ON_HOLD);
	thread_step(t, THEM, "procuratorate", "resume", "2026-11-04", "{\"term_on\":\"2026-12-04\"}", STATE_HANDOFF_ACCEPTED);
	walk_clock(w, "C4.1b", 0, "running", "2026-12-04");
	thread_step(t, THEM, "procuratorate", "withdraw", "2026-11-05", "{\"reason\":\"撤回意见\"}", STATE_HANDOFF_WITHDRAWN);
	thread_refuse(t, THEM, "procuratorate", "hold", "2026-11-06", "{\"reason\":\"x\"}", "wrong-state", NULL);
	thread_converged(t);

	for (uint64_t seed = 1; seed <= 120; seed++) {
		static const struct {
			const char *act, *fields;
		} ours[] = {
			{ "receive", "{}" }, { "interim", "{\"result\":\"x\"}" }, { "file", "{}" },
			{ "interim", "{\"result\":\"y\"}" }, { "decided", "{\"outcome\":\"给予行政处罚\"}" },
			{ "answer", "{\"result\":\"z\"}" },
		};
		static const char *const theirs[] = { "hold", "resume", "hold", "resume", "withdraw" };
		t = from(PROCEDURE_C4, "procuratorate", C4("检察意见（给予处罚）", ""));
		t->random = seed * 6364136223846793005u + 99;
		size_t next = 0;
		for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
			thread_try(t, US, "officer", "verify", "2026-10-20", "{\"case\":\"78\"}");
			thread_try(t, US, "officer", ours[i].act, "2026-10-20", ours[i].fields);
			if (thread_below(t, 2) && next < ARRAY_LEN(theirs))
				thread_try(t, THEM, "procuratorate", theirs[next++], "2026-10-20", "{\"reason\":\"x\"}");
			if (next % 2 && thread_below(t, 3) == 0 && next < ARRAY_LEN(theirs))
				thread_try(t, THEM, "procuratorate", theirs[next++], "2026-10-20", "{}");
			if (thread_below(t, 3) == 0)
				thread_settle(t);
		}
		thread_settle(t);
		/* Our copy may know more than was told: the next record brings both together. */
		static const enum state inner[] = { STATE_INBOUND_VERIFYING, STATE_INBOUND_DECIDED };
		bool ahead = false;
		for (size_t i = 0; i < ARRAY_LEN(inner); i++)
			ahead = ahead || thread_walk(t, US)->d->state == inner[i];
		if (!ahead)
			thread_converged(t);
		else
			walk_replay(thread_walk(t, US));
	}
}

/* ---- C5 ---- */

#define C5(kind, more) "{\"peer\":\"512022-market\",\"title\":\"法院来件\",\"court_kind\":\"" kind "\"" more "}"

static void test_court_letters(void **state)
{
	struct thread *t = from(PROCEDURE_C5, "court", C5("司法建议", ""));
	struct walk *w = thread_walk(t, US);
	(void)state;

	thread_step(t, US, "clerk", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
	walk_clock(w, "C5.1", 0, "running", "2026-11-24");
	thread_refuse(t, US, "officer", "file", "2026-09-25", "{}", "kind-not-verified", NULL);
	thread_do(t, US, "clerk", "platform_entered", "2026-09-30", "{}");
	thread_records(t, THEM, "court", US, "officer", "C5.1", "2026-11-24", "2026-11-25");
	thread_do(t, US, "exchange", "term_passed", "2026-11-25", "{}");
	thread_do(t, US, "principal", "term_note", "2026-11-25", "{\"reason\":\"整改方案待会议审定\"}");
	thread_step(t, US, "officer", "answer", "2026-11-26", "{\"result\":\"已制定整改措施\"}", STATE_HANDOFF_CLOSED);
	walk_clock(w, "C5.1", 0, "late", NULL);
	thread_converged(t);
	t = from(PROCEDURE_C5, "court", C5("司法建议", ",\"term_on\":\"2026-10-31\""));
	thread_step(t, US, "clerk", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
	walk_clock(thread_walk(t, US), "C5.1b", 0, "running", "2026-10-31");
	assert_null(dossier_clock_const(thread_walk(t, US)->d, "C5.1", 0));

	/* An acquittal or a clue is verified like any other case sent to us. */
	static const char *const kinds[] = { C5("无罪免刑等行政处理", ",\"court_case_no\":\"（2026）川2022刑初9号\""), C5("审判中发现的线索", "") };
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		t = from(PROCEDURE_C5, "court", kinds[i]);
		w = thread_walk(t, US);
		thread_step(t, US, "clerk", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
		walk_clock(w, "C2.1", 0, "running", "2026-10-22");
		assert_null(dossier_clock_const(w->d, "C5.1", 0));
		thread_refuse(t, US, "officer", "answer", "2026-09-25", "{\"result\":\"x\"}", "no-result-yet", NULL);
		w->target = i ? &clue : &closed;
		if (i == 0) {
			thread_do(t, US, "officer", "reopen_request", "2026-09-25", "{\"case\":\"78\",\"reason\":\"x\"}");
			thread_do(t, US, "principal", "reopen_approve", "2026-09-25", "{}");
			w->target = &filed;
			thread_step(t, US, "officer", "file", "2026-09-25", "{}", STATE_HANDOFF_FILED);
			w->target = &decided;
			thread_do(t, US, "officer", "decided", "2026-11-02", "{\"outcome\":\"给予行政处罚\"}");
		} else {
			thread_do(t, US, "officer", "verify", "2026-09-25", "{\"clue\":\"77\"}");
			w->target = &declined;
			thread_step(t, US, "officer", "not_file", "2026-09-28", "{\"reason\":\"违法事实不成立\"}", STATE_HANDOFF_NOT_FILED);
		}
		thread_step(t, US, "officer", "answer", "2026-11-03", "{\"result\":\"x\"}", STATE_HANDOFF_CLOSED);
		thread_converged(t);
	}
	t = from(PROCEDURE_C5, "court", C5("审判中发现的线索", ",\"items_listed\":2"));
	thread_step(t, US, "clerk", "receive_part", "2026-09-24", "{\"items_received\":1,\"differences\":\"少一份光盘\"}", STATE_HANDOFF_ACCEPTED);
	thread_do(t, US, "unit_head", "assign", "2026-09-24", "{" OFFICERS "}");
	thread_walk(t, US)->target = &clue;
	thread_do(t, US, "officer", "verify", "2026-09-25", "{\"clue\":\"77\"}");
	thread_do(t, US, "officer", "extend_request", "2026-10-09", "{\"reason\":\"x\"}");
	thread_do(t, US, "deputy_head", "extend_approve", "2026-10-10", "{}");
	thread_do(t, US, "officer", "extended", "2026-10-10", "{}");
	thread_walk(t, US)->target = &filed;
	thread_do(t, US, "officer", "link", "2026-10-12", "{\"case\":\"78\"}");
	thread_step(t, US, "officer", "file", "2026-10-12", "{\"goods_handling\":\"其他\"}", STATE_HANDOFF_FILED);
	thread_converged(t);
	t = from(PROCEDURE_C5, "court", C5("审判中发现的线索", ""));
	thread_step(t, US, "clerk", "receive", "2026-09-24", "{}", STATE_HANDOFF_ACCEPTED);
	thread_step(t, US, "officer", "refer_on", "2026-09-25", "{\"organ_to\":\"安岳县局\",\"reason\":\"x\"}", STATE_HANDOFF_FORWARDED);
	thread_converged(t);
}

static void test_litigation(void **state)
{
	struct walk *w = walk_new(&arena, &book, PROCEDURE_C5);
	(void)state;

	walk_do(w, "court", "open", "2026-09-21", C5("诉讼结果", ""));
	walk_refuse(w, "court", "submit", "2026-09-21", "{}", "result-missing");
	assert_non_null(strstr(w->err.article, "第六十三条"));
	walk_do(w, "court", "give_up", "2026-09-21", "{\"reason\":\"改用其他方式\"}");
	struct thread *t = from(PROCEDURE_C5, "court", C5("诉讼结果", ",\"remedy_result\":\"撤销\",\"court_case_no\":\"（2026）川2022行初3号\""));
	w = thread_walk(t, US);
	thread_step(t, US, "clerk", "receive", "2026-09-24", "{}", STATE_LITIGATION_RESULT);
	thread_refuse(t, US, "officer", "answer", "2026-09-24", "{\"result\":\"x\"}", "no-result-yet", NULL);
	w->target = &foreign;
	thread_refuse(t, US, "officer", "result_linked", "2026-09-24", "{\"case\":\"78\"}", "link-not-a-case", "第四十八条");
	w->target = &closed;
	thread_do(t, US, "officer", "result_linked", "2026-09-24", "{\"case\":\"78\"}");
	thread_refuse(t, US, "officer", "result_linked", "2026-09-24", "{\"case\":\"78\"}", "result-linked", "第四十八条");
	thread_step(t, US, "officer", "answer", "2026-09-28", "{\"result\":\"已撤回公示\"}", STATE_HANDOFF_CLOSED);
	thread_converged(t);
}

/* ---- what the clue and the case learn ---- */

static void test_events(void **state)
{
	struct dossier *h = arena_new(&arena, struct dossier);
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	(void)state;

	/* The procuratorate says it is a crime: nothing is decided before that is settled. */
	h->procedure = PROCEDURE_C4;
	h->state = STATE_MUST_TRANSFER;
	walk_event(w, h, "must-transfer", "2026-03-10");
	assert_string_equal(fact_text(&w->d->facts, FIELD_ADVISORY_LEVEL), "RED");
	assert_false(fact_has(&w->d->facts, FIELD_ADVISORY_SETTLED));
	walk_reviewed(w, "2026-03-11", "2026-03-12", "案件审核", false);
	walk_do(w, "officer", "notice_serve", "2026-03-12", NOTICE_20000);
	walk_refuse(w, "officer", "decide_penalty_request", "2026-03-20", DECISION_20000, "advisory-open");
	walk_replay(w);

	/* An earlier case of ours goes on, with a period of its own. */
	h->procedure = PROCEDURE_C3;
	w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	walk_do(w, "officer", "terminate_request", "2026-03-10", "{\"terminate_ground\":\"其他\",\"reason\":\"x\"}");
	walk_do(w, "deputy_head", "terminate_approve", "2026-03-10", "{}");
	walk_event(w, h, "reopened", "2026-06-01");
	walk_state(w, STATE_INVESTIGATING);
	walk_clock(w, "D11", 0, "running", "2026-08-31"); /* ninety days end on a Sunday */
	walk_fact_day(w, FIELD_REOPENED_ON, "2026-06-01");
	walk_replay(w);

	/* The judgment against our decision. What its disclosure learns: test_law_disclosure.c. */
	h->procedure = PROCEDURE_C5;
	fact_set_text(&h->facts, FIELD_REMEDY_RESULT, "撤销");
	w = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-16");
	walk_do(w, "officer", "serve", "2026-03-17", "{\"service_method\":\"直接\"}");
	walk_do(w, "officer", "remedy_filed", "2026-04-01", "{\"remedy_kind\":\"行政诉讼\"}");
	walk_event(w, h, "litigation-result", "2026-09-24");
	assert_false(dossier_span_open(w->d, SPAN_REMEDY));
	walk_state(w, STATE_CLOSING);
	assert_string_equal(fact_text(&w->d->facts, FIELD_GROUND), "C5");
	walk_replay(w);

	/* To be decided anew; and a result without a suit on record counts all the same. */
	fact_set_text(&h->facts, FIELD_REMEDY_RESULT, "责令重作");
	w = walk_case_decided(&arena, &book, "2026-03-02", "2026-03-03", "2026-03-16");
	walk_do(w, "officer", "serve", "2026-03-17", "{\"service_method\":\"直接\"}");
	walk_event(w, h, "litigation-result", "2026-09-24");
	walk_state(w, STATE_INVESTIGATING);
	walk_replay(w);
	w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	walk_event(w, h, "litigation-result", "2026-09-24"); /* nothing was decided: nothing to do */
	walk_state(w, STATE_INVESTIGATING);
	walk_replay(w);
}

/* Runs last: nothing of the tables was left out, and each guard was asked both ways. */
static void test_all_done(void **state)
{
	(void)state;
	walk_all_done(PROCEDURE_C3);
	walk_all_done(PROCEDURE_C4);
	walk_all_done(PROCEDURE_C5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_police_clue),	 cmocka_unit_test(test_police_return),
		cmocka_unit_test(test_opinion),		 cmocka_unit_test(test_opinion_term),
		cmocka_unit_test(test_opinion_transfer), cmocka_unit_test(test_opinion_held),
		cmocka_unit_test(test_opinion_refused),
		cmocka_unit_test(test_court_letters),	 cmocka_unit_test(test_litigation),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_all_done),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

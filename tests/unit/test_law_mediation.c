/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Agreements after mediation: what the checker finds in their text, and C7, confirmation by a court and mediation that a court
 * assigns. */
#include "law_records.h"
#include "law_setup.h"

#include "law/agreement.h"

/* ---- the checker ---- */

#define PAYS "乙方于2026年12月1日前向甲方支付赔偿款5万元。"

static const char *codes(const char *text)
{
	struct agreement_finding found[AGREEMENT_FINDINGS_MAX];
	size_t n = agreement_check(&arena, sv_of(text), found, ARRAY_LEN(found));
	const char *all = "";

	for (size_t i = 0; i < n; i++) {
		assert_true(agreement_fault_zh(found[i].fault)[0]);
		assert_true((found[i].clause.n > 0) == agreement_fault_bars(found[i].fault));
		all = arena_printf(&arena, "%s%s%s", all, i ? " " : "", agreement_fault_code(found[i].fault));
	}
	return all;
}

static void expect(const char *text, const char *wanted)
{
	if (strcmp(codes(text), wanted) != 0)
		fail_msg("%s\n  found: %s\n  wanted: %s", text, codes(text), wanted);
}

static void test_ownership(void **state)
{
	static const char *const barred[] = {
		"双方确认商标归乙方所有。", "双方确认，涉案商标归乙方所有。", "涉案商 标 归 乙 方 所有。", "第1234号注册商标专用权归属于甲公司。",
		"关于第1234号“乐至春”注册商标，双方确认归乙方所有。", "“乐至春”归乙方所有，商标使用另议。", "涉案作品的著作权由甲方享有。",
		"第1234号商标（含续展）及其全部权利归甲方。", "专利申请权归属于乙方。", "双方确认甲方享有第3号注册商标专用权。",
		"双方确认甲方为涉案专利的专利权人。", "乙方认可甲方是该商标的权利人。", "商标权属为乙方。", "该外观设计属于甲方。",
		"涉案技术秘密双方共有，归双方共同享有。", "软件著作权归张某。",
	};
	static const char *const allowed[] = {
		"乙方停止使用涉案商标，库存商标标识归甲方所有。", "乙方归还商标标识。", "乙方销售的商品属于侵犯注册商标专用权的商品。",
		"乙方停止侵犯甲方享有的注册商标专用权。", "乙方确认其行为侵害了权利人的商标权。", "本协议不涉及商标权属。",
		"诉讼费由乙方负担。", "双方就商标权属另行处理。", "甲方系第3号注册商标权利人。", "商标使用许可费归入赔偿款。",
		"乙方撤回对涉案专利的无效宣告请求。", "乙方不再对甲方商标提出无效宣告。",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(barred); i++)
		expect(arena_printf(&arena, "%s%s", barred[i], PAYS), "ownership");
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		expect(arena_printf(&arena, "%s%s", allowed[i], PAYS), "");
	/* The clause is shown as it stands, widths and blanks apart. */
	struct agreement_finding found[1];
	assert_int_equal(agreement_check(&arena, SV("一、乙方付款。\n二、双方确认 商标归乙方所有；三、无。"), found, 1), 1);
	assert_string_equal(arena_strndup(&arena, found[0].clause.p, found[0].clause.n), "二、双方确认商标归乙方所有");
}

static void test_validity(void **state)
{
	(void)state;
	expect("双方确认涉案专利有效。" PAYS, "validity");
	expect("双方确认涉案专利无效；" PAYS, "validity");
	expect("乙方认可甲方的第3号注册商标注册有效。" PAYS, "validity");
	expect("双方一致认为该实用新型不具有新颖性。" PAYS, "validity");
	expect("双方约定该商标应予撤销。双方确认商标归甲方所有。" PAYS, "validity ownership");
	expect("双方确认本知识产权纠纷调解协议自签字之日起有效。" PAYS, "");
	expect("商标许可合同有效期内乙方可以使用。" PAYS, "");
	expect("双方确认商标许可有效期至2027年。" PAYS, "");
}

static void test_obligations(void **state)
{
	(void)state;
	expect(PAYS, "");
	expect("", "no-obligation no-amount no-deadline no-payee");
	expect("双方握手言和。", "no-obligation no-amount no-deadline no-payee");
	expect("乙方停止销售。", "no-amount no-deadline no-payee");
	expect("乙方立即停止销售侵权商品，甲方不要求赔偿。", "");
	expect("甲方放弃赔偿请求。", "no-obligation no-deadline");
	expect("乙方停止侵权，甲方不再要求赔偿。", "no-deadline");
	expect("乙方赔偿甲方经济损失，一次性付清。", "no-amount no-deadline");
	expect("乙方赔偿五千元。", "no-deadline no-payee");
	expect("乙方于签订之日起十日内赔偿张三经营部人民币叁仟元整。", "");
	expect("乙方于 １０ 个工作日内支付甲方 ３，０００．００ 元。", "");
	expect("乙方当场支付3000元。收款人：甲公司，户名：甲公司。", "");
	expect("乙方分三期付款：2026年1月31日前2万元，2月28日前3万元，汇入甲方账户。户名：甲公司。", "");
	expect("乙方向甲方支付赔偿款。", "no-amount no-deadline");
	expect("乙方向甲方支付¥3000，限三天。", "");
}

/* Whatever the bytes, it ends and stays inside the text. */
static void test_any_text(void **state)
{
	static const char *const pieces[] = { "商标", "归", "乙方", "所有", "由", "享有", "“", "”", "（", "）", "，", "。", "；", "\n", "确认",
					      "有效", "支付", "5", "元", "日", "属于", "权属为", "，，", " ", "专利", "其", "" };
	uint64_t random = 20261123;
	(void)state;

	for (int i = 0; i < 4000; i++) {
		struct str text = STR_INIT(4096);
		struct agreement_finding found[4];
		for (int k = 0; k < 24; k++) {
			random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			str_append_cstr(&text, pieces[(random >> 33) % ARRAY_LEN(pieces)]);
		}
		assert_true(agreement_check(&arena, sv_of(str_cstr(&text)), found, ARRAY_LEN(found)) <= ARRAY_LEN(found));
		str_release(&text);
		arena_reset(&arena);
	}
	walk_book(&book, &arena);
}

/* ---- C7: confirmation ---- */

enum { US, COURT };

#define C7(agreed, text) \
	"{\"peer\":\"512022-court\",\"title\":\"商标纠纷调解\",\"parties\":[{\"name\":\"甲公司\"},{\"name\":\"乙店\"}]," \
	"\"mediator\":\"乐至县知识产权纠纷人民调解委员会\",\"agreed_on\":\"" agreed "\",\"agreement\":\"" text "\"}"

static struct thread *confirmation(const char *when, const char *open)
{
	struct thread *t = thread_new(&arena, &book, PROCEDURE_C7);

	thread_add(t, "512022-market", "bureau", "512022", SIDE_SENDER);
	thread_add(t, "512022-court", "court", "512022", SIDE_RECEIVER);
	thread_walk(t, US)->peer = &t->copies[COURT].organ;
	thread_do(t, US, "clerk", "open", when, open);
	return t;
}

static void test_thirty_days(void **state)
{
	/* Section 10, test 12; month ends; the last day in the holidays moves, the reminders never do. */
	static const struct {
		const char *agreed, *due, *first, *last;
	} vectors[] = {
		{ "2026-11-01", "2026-12-01", "2026-11-08", "2026-11-26" },
		{ "2026-01-31", "2026-03-02", "2026-02-07", "2026-02-25" },
		{ "2026-09-01", "2026-10-08", "2026-09-08", "2026-09-26" },
		{ "2026-01-20", "2026-02-24", "2026-01-27", "2026-02-14" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct thread *t = confirmation(vectors[i].agreed,
						arena_printf(&arena, "{\"peer\":\"512022-court\",\"title\":\"x\",\"parties\":[{\"name\":\"甲\"}],"
							     "\"mediator\":\"x\",\"agreed_on\":\"%s\",\"agreement\":\"%s\"}",
							     vectors[i].agreed, PAYS));
		walk_state(thread_walk(t, US), STATE_AGREED);
		walk_clock(thread_walk(t, US), "C7.1", 0, "running", vectors[i].due);
		walk_clock(thread_walk(t, US), "C7.1a", 0, "running", vectors[i].first);
		walk_clock(thread_walk(t, US), "C7.1c", 0, "running", vectors[i].last);
	}
	struct walk *w = walk_new(&arena, &book, PROCEDURE_C7);
	static const struct organ court = { .id = 2, .code = "512022-court", .name = "乐至县人民法院", .kind = "court", .region = "512022" };
	w->own = &court;
	walk_refuse(w, "clerk", "open", "2026-11-02", C7("2026-11-01", PAYS), "transfer-to-self");
	w->own = NULL;
	walk_refuse(w, "clerk", "open", "2026-11-01", C7("2026-11-02", PAYS), "in-the-future");
	assert_non_null(strstr(w->err.article, "第二百零五条"));
}

static void test_faulty_agreement(void **state)
{
	struct thread *t = confirmation("2026-11-02", C7("2026-11-01", "双方确认商标归乙方所有。" PAYS));
	struct walk *w = thread_walk(t, US);
	(void)state;

	walk_state(w, STATE_AGREEMENT_FAULTY);
	assert_true(fact_list_has(&w->d->facts, FIELD_AGREEMENT_FAULTS, "确认知识产权权属：双方确认商标归乙方所有"));
	thread_refuse(t, US, "clerk", "prepare", "2026-11-03", "{\"both_agree\":true}", "wrong-state", NULL);
	thread_refuse(t, US, "clerk", "clarify", "2026-11-03", "{\"clear_reason\":\"双方无异议\"}", "agreement-barred", "第三百五十五条");
	assert_non_null(strstr(w->err.detail, "双方确认商标归乙方所有"));
	thread_do(t, US, "clerk", "revise", "2026-11-04", "{\"agreement\":\"乙方向甲方支付赔偿款。\",\"note\":\"删去权属条款\"}");
	walk_state(w, STATE_AGREEMENT_FAULTY);
	assert_int_equal(fact_list_count(&w->d->facts, FIELD_AGREEMENT_FAULTS), 2);
	thread_do(t, US, "clerk", "clarify", "2026-11-04", "{\"clear_reason\":\"金额和期限见附件\"}");
	walk_state(w, STATE_AGREED);
	thread_do(t, US, "clerk", "revise", "2026-11-05", "{\"agreement\":\"" PAYS "\",\"note\":\"写明金额\"}");
	walk_state(w, STATE_AGREED);
	assert_false(fact_has(&w->d->facts, FIELD_AGREEMENT_FAULTS));
	assert_false(fact_has(&w->d->facts, FIELD_CLEAR_REASON));
	/* Reminders: one answers all that are due. */
	thread_do(t, US, "clerk", "remind_parties", "2026-11-05", "{}");
	walk_clock(w, "C7.1a", 0, "met", "2026-11-08");
	walk_clock(w, "C7.1b", 0, "running", "2026-11-16");
	thread_do(t, US, "clerk", "remind_parties", "2026-11-27", "{}");
	walk_clock(w, "C7.1b", 0, "late", NULL);
	walk_clock(w, "C7.1c", 0, "late", NULL);
	thread_refuse(t, US, "clerk", "prepare", "2026-11-28", "{\"both_agree\":false}", "parties-not-agreed", "第三十三条");
	thread_do(t, US, "clerk", "not_applied", "2026-11-28", "{\"reason\":\"已经履行\"}");
	walk_state(w, STATE_HANDOFF_CLOSED);
	walk_clock(w, "C7.1", 0, "cancelled", NULL);
	walk_replay(w);
}

static struct thread *submitted(void)
{
	struct thread *t = confirmation("2026-11-02", C7("2026-11-01", PAYS));

	thread_do(t, US, "clerk", "prepare", "2026-11-10", "{\"both_agree\":true}");
	thread_step(t, US, "clerk", "submit", "2026-11-30", "{}", STATE_HANDOFF_SENT);
	return t;
}

static void test_confirmation(void **state)
{
	struct thread *t = confirmation("2026-11-02", C7("2026-11-01", PAYS));
	struct walk *w;
	(void)state;

	thread_do(t, US, "clerk", "prepare", "2026-11-10", "{\"both_agree\":true}");
	thread_refuse(t, US, "clerk", "submit", "2026-12-02", "{}", "confirmation-late", "第二百零五条");
	thread_step(t, US, "clerk", "submit", "2026-12-01", "{}", STATE_HANDOFF_SENT);
	w = thread_walk(t, US);
	walk_clock(w, "C7.1", 0, "met", NULL);
	walk_clock(w, "C7.1b", 0, "cancelled", NULL);
	walk_clock(w, "C7.2", 0, "running", "2026-12-04");
	walk_clock(thread_walk(t, COURT), "C7.2", 0, "running", "2026-12-04");
	assert_string_equal(fact_text(&thread_walk(t, COURT)->d->facts, FIELD_AGREEMENT), PAYS);
	thread_records(t, US, "clerk", COURT, "court", "C7.2", "2026-12-04", "2026-12-05");
	thread_step(t, COURT, "court", "accept", "2026-12-07", "{\"court_case_no\":\"（2026）川2022诉前调确5号\"}", STATE_HANDOFF_ACCEPTED);
	walk_clock(w, "C7.3", 0, "running", "2026-12-22");
	thread_step(t, COURT, "court", "hear", "2026-12-14", "{}", STATE_HEARD);
	thread_do(t, COURT, "court", "prolong", "2026-12-21", "{\"reason\":\"核实权属证明\"}");
	thread_settle(t);
	walk_clock(w, "C7.3", 0, "running", "2027-01-04"); /* ten days more end on New Year's Day */
	thread_refuse(t, COURT, "court", "prolong", "2026-12-22", "{\"reason\":\"x\"}", "already-extended", "第五条");
	thread_step(t, COURT, "court", "confirm", "2026-12-30", "{\"paper_no\":\"（2026）川2022民特5号\"}", STATE_CONFIRMED);
	walk_clock(w, "C7.5", 0, "running", "2029-01-02"); /* two years end on a Saturday, New Year follows */
	assert_string_equal(walk_day(&arena, dossier_clock_const(w->d, "C7.5", 0)->due.strict), "2028-12-30");
	thread_step(t, US, "clerk", "performed", "2027-01-20", "{}", STATE_DONE);
	thread_refuse(t, US, "clerk", "withdraw", "2027-01-21", "{\"reason\":\"x\"}", "handoff-over", NULL);
	thread_converged(t);

	static const struct {
		const char *acts[4], *fields[4];
		enum state to;
	} ways[] = {
		{ { "refuse" }, { "{\"reason\":\"涉及权属\"}" }, STATE_COURT_REFUSED },
		{ { "accept", "reject" }, { "{\"court_case_no\":\"x\"}", "{\"reason\":\"内容不明确\"}" }, STATE_REJECTED },
		{ { "accept", "hear", "drop" }, { "{\"court_case_no\":\"x\"}", "{}", "{\"reason\":\"一方未到场\"}" }, STATE_HANDOFF_WITHDRAWN },
		{ { "accept", "confirm" }, { "{\"court_case_no\":\"x\"}", "{\"paper_no\":\"y\"}" }, STATE_CONFIRMED },
	};
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		t = submitted();
		for (size_t k = 0; k < 4 && ways[i].acts[k]; k++) {
			thread_do(t, COURT, "court", ways[i].acts[k], "2026-12-03", ways[i].fields[k]);
			thread_settle(t);
		}
		thread_state(t, ways[i].to);
		if (ways[i].to == STATE_COURT_REFUSED || ways[i].to == STATE_REJECTED)
			thread_step(t, US, "clerk", "after_refusal", "2026-12-10", "{\"note\":\"当事人起诉\"}", STATE_HANDOFF_CLOSED);
		if (ways[i].to == STATE_CONFIRMED)
			thread_step(t, US, "clerk", "execution", "2027-06-01", "{\"court_case_no\":\"（2027）川2022执3号\"}", STATE_EXECUTION);
		thread_converged(t);
	}
	/* The parties withdraw while the court writes. */
	for (uint64_t seed = 1; seed <= 30; seed++) {
		t = submitted();
		t->random = seed * 7919;
		const char *const acts[] = { "accept", "hear", seed % 2 ? "confirm" : "drop" };
		size_t when = thread_below(t, 4);
		for (size_t i = 0; i < 3; i++) {
			if (i == when)
				thread_try(t, US, "clerk", "withdraw", "2026-12-03", "{\"reason\":\"双方撤回\"}");
			thread_try(t, COURT, "court", acts[i], "2026-12-03", "{\"court_case_no\":\"x\"}");
			thread_try(t, COURT, "court", acts[i], "2026-12-03", "{\"paper_no\":\"x\",\"reason\":\"x\"}");
			thread_try(t, COURT, "court", acts[i], "2026-12-03", "{\"paper_no\":\"x\"}");
			thread_try(t, COURT, "court", acts[i], "2026-12-03", "{}");
			if (thread_below(t, 2))
				thread_settle(t);
		}
		thread_converged(t);
	}
}

/* ---- C7: assigned by the court ---- */

static void test_assigned(void **state)
{
	struct thread *t = thread_new(&arena, &book, PROCEDURE_C7);
	(void)state;

	thread_add(t, "512022-court", "court", "512022", SIDE_SENDER);
	thread_add(t, "512022-market", "bureau", "512022", SIDE_RECEIVER);
	thread_walk(t, 0)->peer = &t->copies[1].organ;
	thread_do(t, 0, "court", "assign_open", "2026-09-01",
		  "{\"peer\":\"512022-market\",\"title\":\"商标纠纷\",\"parties\":[{\"name\":\"甲公司\"}],\"summary\":\"诉请赔偿\"}");
	thread_step(t, 0, "court", "assign_submit", "2026-09-01", "{}", STATE_ASSIGNMENT_SENT);
	assert_null(dossier_clock_const(thread_walk(t, 1)->d, "C7.2", 0));
	thread_refuse(t, 1, "clerk", "accept", "2026-09-02", "{\"court_case_no\":\"x\"}", "missing-role", NULL);
	thread_step(t, 1, "clerk", "take_on", "2026-09-02", "{\"mediator\":\"调解委员会李某\"}", STATE_ASSIGNED);
	walk_clock(thread_walk(t, 1), "C7.4", 0, "running", "2026-10-08"); /* thirty days end on 2 October */
	thread_refuse(t, 1, "clerk", "remind", "2026-09-03", "{\"clock_rule\":\"C7.4\"}", "own-clock", NULL);
	thread_refuse(t, 1, "clerk", "extend_mediation", "2026-09-20", "{\"both_agree\":false,\"days\":15}", "parties-not-agreed", NULL);
	thread_refuse(t, 1, "clerk", "extend_mediation", "2026-10-09", "{\"both_agree\":true,\"days\":15}", "extension-after-due", "第二十七条");
	thread_do(t, 1, "clerk", "extend_mediation", "2026-09-20", "{\"both_agree\":true,\"days\":15}");
	thread_settle(t);
	walk_clock(thread_walk(t, 0), "C7.4", 0, "running", "2026-10-19"); /* the 17th is a Saturday */
	thread_step(t, 1, "clerk", "mediated", "2026-10-12", "{\"mediation_result\":\"达成协议\",\"result\":\"乙店赔偿一万元\"}", STATE_MEDIATED);
	walk_clock(thread_walk(t, 0), "C7.4", 0, "met", NULL);
	thread_step(t, 0, "court", "assign_close", "2026-10-13", "{}", STATE_HANDOFF_CLOSED);
	thread_converged(t);

	t = thread_new(&arena, &book, PROCEDURE_C7);
	thread_add(t, "512022-court", "court", "512022", SIDE_SENDER);
	thread_add(t, "512022-market", "bureau", "512022", SIDE_RECEIVER);
	thread_do(t, 0, "court", "assign_open", "2026-09-01",
		  "{\"peer\":\"512022-market\",\"title\":\"x\",\"parties\":[{\"name\":\"甲公司\"}],\"summary\":\"x\"}");
	thread_step(t, 0, "court", "assign_submit", "2026-09-01", "{}", STATE_ASSIGNMENT_SENT);
	thread_step(t, 1, "clerk", "turn_down", "2026-09-02", "{\"reason\":\"需要鉴定，不宜调解\"}", STATE_HANDOFF_RETURNED);
	thread_converged(t);
	struct walk *dropped = walk_new(&arena, &book, PROCEDURE_C7);
	walk_do(dropped, "court", "assign_open", "2026-09-01",
		"{\"peer\":\"512022-market\",\"title\":\"x\",\"parties\":[{\"name\":\"甲公司\"}],\"summary\":\"x\"}");
	walk_do(dropped, "court", "give_up", "2026-09-01", "{\"reason\":\"当事人不同意\"}");
	walk_state(dropped, STATE_HANDOFF_CLOSED);
	/* The letter came on paper. */
	struct walk *w = walk_new(&arena, &book, PROCEDURE_C7);
	walk_do(w, "clerk", "arrive", "2026-09-02", "{\"peer\":\"512022-court\",\"title\":\"x\",\"mediation_kind\":\"委派调解\"}");
	walk_state(w, STATE_ASSIGNMENT_SENT);
	walk_do(w, "clerk", "take_on", "2026-09-02", "{\"mediator\":\"x\"}");
	walk_do(w, "clerk", "mediated", "2026-09-20", "{\"mediation_result\":\"调解不成\",\"result\":\"分歧过大\"}");
	walk_do(w, "clerk", "assign_close", "2026-09-25", "{\"registered_medium\":\"电话\"}");
	walk_replay(w);
}

/* Runs last: nothing of the tables was left out, and each guard was asked both ways. */
static void test_all_done(void **state)
{
	(void)state;
	walk_all_done(PROCEDURE_C7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ownership),	 cmocka_unit_test(test_validity),
		cmocka_unit_test(test_obligations),	 cmocka_unit_test(test_any_text),
		cmocka_unit_test(test_thirty_days),	 cmocka_unit_test(test_faulty_agreement),
		cmocka_unit_test(test_confirmation),	 cmocka_unit_test(test_assigned),
		cmocka_unit_test(test_all_done),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

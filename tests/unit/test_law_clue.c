/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The clue: verified, extended, merged, declined, passed on; the complaint beside it; the limitation; and the measures that are
 * taken before a case is filed or in it. */
#include "law_asked.h"
#include "law_stages.h"
#include "law_setup.h"

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

/* The limitation (行政处罚法 36) counts anew from the day on which the act ended, whenever that day becomes known better. */
static void test_limitation(void **state)
{
	struct walk *w = walk_clue_registered(&arena, &book, "2026-03-02", "2026-03-02", NULL);
	(void)state;

	assert_null(dossier_clock_const(w->d, "D45a", 0));
	walk_do(w, "officer", "verify", "2026-03-03", "{\"note\":\"进货单\",\"act_ended_on\":\"2026-02-28\"}");
	walk_clock(w, "D45a", 0, "running", "2028-02-28");
	int clocks = w->d->clock_count;
	walk_do(w, "officer", "verify", "2026-03-04", "{\"note\":\"无关\"}");
	assert_int_equal(w->d->clock_count, clocks);
	walk_do(w, "officer", "verify", "2026-03-05", "{\"note\":\"最后一次销售\",\"act_ended_on\":\"2024-02-29\"}");
	walk_clock(w, "D45a", 0, "running", "2026-02-28"); /* no 29 February two years later */
	assert_int_equal(w->d->clocks[clocks - 1].state, CLOCK_CANCELLED);
	walk_refuse(w, "officer", "file_request", "2026-03-05", "{\"cause\":\"x\",\"reason\":\"x\"}", "limitation-passed");
	/* harm to health or financial safety: five years */
	walk_do(w, "officer", "verify", "2026-03-06", "{\"note\":\"检验报告\",\"safety_harm\":true}");
	walk_clock(w, "D45a", 0, "cancelled", NULL);
	walk_clock(w, "D45b", 0, "running", "2029-02-28");
	walk_do(w, "officer", "verify", "2026-03-07", "{\"note\":\"更正\",\"act_ended_on\":\"2024-03-01\"}");
	walk_clock(w, "D45b", 0, "running", "2029-03-01");
	walk_do(w, "officer", "file_request", "2026-03-09", "{\"cause\":\"x\",\"reason\":\"x\"}");
	walk_replay(w);
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

/* Runs last. */
static void test_guards_both_ways(void **state)
{
	static const enum guard asked[] = { ASKED_CLUE };
	(void)state;

	walk_asked_both_ways(asked, ARRAY_LEN(asked));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clue),
		cmocka_unit_test(test_limitation),
		cmocka_unit_test(test_complaint),
		cmocka_unit_test(test_measures),
		cmocka_unit_test(test_guards_both_ways),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

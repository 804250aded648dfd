/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * C5: what a court sends us: a judicial suggestion with its term, an acquittal or exemption that leaves administrative
 * liability, a clue from a trial, the result of a suit against our decision (which then leaves publicity within three
 * working days: D35 of the case). */
#include "law/row_channels.h"

#define S_ALL_SENT \
	(S(HANDOFF_SENT) | S_VERIFYING_IN | S(HANDOFF_FILED) | S(HANDOFF_NOT_FILED) | S(INBOUND_DECIDED) | \
	 S(LITIGATION_RESULT) | S(HANDOFF_FORWARDED) | S(HANDOFF_CLOSED))

#define C5_FIELDS \
	MAY(RELATED_NO), MAY(COURT_CASE_NO), MAY(TERM_ON), MAY(REMEDY_RESULT), MAY(CRIMINAL_FINE), MAY(PROPOSAL), \
	MAY(LIMITATION_ON), MAY(PAPER_NO)

static const struct act_row rows[] = {
	{ .code = "open", .zh = "拟发送", .to = STATE_HANDOFF_DRAFT, .by = ROLE_COURT, .sides = SIDE_SENDER,
	  .guards = GUARDS(GUARD_PEER_OTHER),
	  .fields = FIELDS(HANDOFF_OPEN_FIELDS, MATTER_FIELDS, NEED(COURT_KIND), C5_FIELDS),
	  .effects = EFFECTS(CALL(effect_copy_open)), .article = A_ADVICE "第六条；行政处罚法第二十七条" },
	GIVE_UP_ROW(S(HANDOFF_DRAFT), ROLE_COURT, 0, NULL, NULL, A_ADVICE "第六条"),
	{ .code = "submit", .zh = "发送", .from = S(HANDOFF_DRAFT), .to = STATE_HANDOFF_SENT, .by = ROLE_COURT,
	  .sides = SIDE_SENDER, .receipt = "submitted", .guards = GUARDS(GUARD_RESULT_NAMED),
	  .fields = FIELDS(HANDOFF_SUBMIT_FIELDS, MATTER_FIELDS_IN, MAY(COURT_KIND), C5_FIELDS),
	  .article = A_ADVICE "第六条；行政处罚法第二十七条" },
	{ .code = "arrive", .zh = "登记法院来件", .to = STATE_HANDOFF_SENT,
	  .by = ROLE_EXCHANGE | ROLES_OFFICERS | ROLE_CLERK, .sides = SIDE_RECEIVER | SIDE_THIRD,
	  .fields = FIELDS(HANDOFF_ARRIVE_FIELDS, MATTER_FIELDS_IN, MAY(COURT_KIND), C5_FIELDS),
	  .effects = EFFECTS(CALL(effect_copy_arrive)), .form = "1", .article = A_ADVICE "第八条；" A2("十八") },

	RECEIVE_ROWS(0, STATE_NONE, ROLES_OFFICERS | ROLE_CLERK, A_ADVICE "第八条；" A2("十八"),
		     EFFECTS(CALL_TO(effect_received, S(HANDOFF_ACCEPTED) | S(LITIGATION_RESULT)),
			     START_IF("C5.1", ADVICE_TERM_OPEN), START_ON_IF("C5.1b", TERM_ON, ADVICE),
			     START_IF("C2.1", TO_VERIFY))),
	ASSIGN_ROW(S_VERIFYING_IN | S(LITIGATION_RESULT)),
	VERIFY_ROWS(S_VERIFYING_IN, S(HANDOFF_FILED), 0, OF_SEVERAL_KINDS),
	{ .code = "refer_on", .zh = "不属本机关管辖，转送", .from = S_VERIFYING_IN, .to = STATE_HANDOFF_FORWARDED,
	  .by = ROLES_OFFICERS, .sides = SIDE_RECEIVER, .receipt = "forwarded",
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_DIFFERENT_COUNTERPART),
	  .fields = FIELDS(NEED(ORGAN_TO), NEED(REASON), MAY(DOC_NO)),
	  .effects = EFFECTS(CALL(effect_handoff_over)), .form = "4", .article = A2("十七") },
	{ .code = "result_linked", .zh = "关联被诉案件并执行裁判", .from = S(LITIGATION_RESULT), .by = ROLES_OFFICERS | ROLE_LEGAL_REVIEWER,
	  .sides = SIDE_RECEIVER, .tells = "litigation-result", .guards = GUARDS(GUARD_REOPENS_CASE, GUARD_RESULT_UNLINKED),
	  .fields = FIELDS(NEED(CASE), MAY(NOTE)), .effects = EFFECTS(SET_DAY(LINKED_ON)),
	  .article = "行政处罚法第四十八条第二款；" A2("六十三") },
	ANSWER_ROW(S(HANDOFF_ACCEPTED) | S(HANDOFF_FILED) | S(HANDOFF_NOT_FILED) | S(INBOUND_DECIDED) | S(LITIGATION_RESULT), 0,
		   A_ADVICE "第八条；行政处罚法第二十七条"),
	OVERDUE_ROWS(S_WORKED_ON | S(HANDOFF_NOT_FILED)),
	PLATFORM_ROW(S_ALL_SENT, ROLES_OFFICERS | ROLE_CLERK | ROLE_COURT),
	HANDOFF_SILENCE_ROW(S_ALL_SENT, A_ADVICE "第九条"),
	HANDOFF_RECORD_ROWS(S_ALL_SENT, A_ADVICE "第九条"),
	MATERIAL_ROWS(S(HANDOFF_DRAFT) | S_ALL_SENT),
};

const struct procedure procedure_c5 = {
	.id = PROCEDURE_C5, .code = "c5", .zh = "法院来件",
	.rows = rows, .row_count = ARRAY_LEN(rows),
};

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * C4: the procuratorate's opinion or advice to us. Our term is the one printed on the paper, else two months, and runs
 * from the day we received it, never from the procuratorate's own decision. Verification and decision take longer than
 * that, so there is an interim reply; a procuratorate that suspends its opinion stops our term. */
#include "law/row_channels.h"

#define S_ALL_SENT \
	(S(HANDOFF_SENT) | S_WORKED_ON | S(INTERIM_REPLIED) | S(HANDOFF_NOT_FILED) | S(MUST_TRANSFER) | S(REFERRED_BACK) | S(ON_HOLD) | \
	 S(HANDOFF_CLOSED) | S(HANDOFF_WITHDRAWN))
#define S_TAKEN_BACK (S(HANDOFF_WITHDRAWN) | S(ON_HOLD))
#define S_PUBLIC (S_ALL_SENT & ~S_TAKEN_BACK)

#define C4_FIELDS \
	MAY(RELATED_NO), MAY(NONPROSECUTED_ON), MAY(TERM_ON), MAY(CRIMINAL_FINE), MAY(PROPOSAL), MAY(LIMITATION_ON), \
	MAY(PAPER_NO)

static const struct act_row rows[] = {
	{ .code = "open", .zh = "拟提出检察意见", .to = STATE_HANDOFF_DRAFT, .by = ROLE_PROCURATORATE, .sides = SIDE_SENDER,
	  .guards = GUARDS(GUARD_PEER_OTHER),
	  .fields = FIELDS(HANDOFF_OPEN_FIELDS, MATTER_FIELDS, NEED(OPINION_KIND), C4_FIELDS),
	  .effects = EFFECTS(CALL(effect_copy_open), START_ON("C4.2", NONPROSECUTED_ON), START_ON("C4.3", NONPROSECUTED_ON)),
	  .article = A_OPINION "第七条、第八条" },
	{ .code = "register_admin", .zh = "行政检察部门登记受理", .from = S(HANDOFF_DRAFT), .by = ROLE_PROCURATORATE,
	  .sides = SIDE_SENDER, .fields = FIELDS(MAY(NOTE)), .effects = EFFECTS(MEET("C4.3"), START("C4.4")),
	  .article = "人民检察院行刑反向衔接工作指引第十二条" },
	{ .code = "drop", .zh = "终结审查", .from = S(HANDOFF_DRAFT), .to = STATE_HANDOFF_CLOSED, .by = ROLE_PROCURATORATE,
	  .sides = SIDE_SENDER, .fields = FIELDS(NEED(REASON), MAY(PAPER_NO)),
	  .effects = EFFECTS(MEET("C4.4"), CALL(effect_handoff_over)), .article = "人民检察院行刑反向衔接工作指引第十五条" },
	{ .code = "submit", .zh = "送达检察意见", .from = S(HANDOFF_DRAFT), .to = STATE_HANDOFF_SENT, .by = ROLE_PROCURATORATE,
	  .sides = SIDE_SENDER, .receipt = "submitted",
	  .fields = FIELDS(HANDOFF_SUBMIT_FIELDS, MATTER_FIELDS_IN, MAY(OPINION_KIND), C4_FIELDS),
	  .effects = EFFECTS(MEET("C4.2"), CANCEL("C4.3"), MEET("C4.4"), START("C9.1")),
	  .article = A_OPINION "第七条、第八条" },
	{ .code = "arrive", .zh = "登记检察机关来件", .to = STATE_HANDOFF_SENT,
	  .by = ROLE_EXCHANGE | ROLES_OFFICERS | ROLE_CLERK, .sides = SIDE_RECEIVER | SIDE_THIRD,
	  .fields = FIELDS(HANDOFF_ARRIVE_FIELDS, MATTER_FIELDS_IN, MAY(OPINION_KIND), C4_FIELDS),
	  .effects = EFFECTS(CALL(effect_copy_arrive)), .form = "1", .article = A_OPINION "第九条；" A2("十八") },

	/* ---- ours ---- */
	RECEIVE_ROWS(S_TAKEN_BACK, STATE_NONE, ROLES_OFFICERS | ROLE_CLERK, A_OPINION "第九条；" A2("十八"),
		     EFFECTS(CALL_TO(effect_received, S(HANDOFF_ACCEPTED) | S(MUST_TRANSFER)), START_IF("C4.1", TERM_OPEN),
			     START_ON("C4.1b", TERM_ON), START_IF("C2.1", TO_VERIFY), START_IF("C4.5", TO_VERIFY))),
	ASSIGN_ROW(S_VERIFYING_IN | S(MUST_TRANSFER)),
	{ .code = "refer_back", .zh = "不属本机关管辖，书面退回", .from = S_VERIFYING_IN | S(MUST_TRANSFER),
	  .to = STATE_REFERRED_BACK, .by = ROLES_OFFICERS, .crosses = S_TAKEN_BACK, .sides = SIDE_RECEIVER,
	  .receipt = "refused", .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(NEED(REASON), MAY(DOC_NO), MAY(ATTACH)),
	  .effects = EFFECTS(CALL(effect_progress), MEET("C4.5"), CALL(effect_handoff_over)),
	  .article = A_OPINION "第九条；" A2("十七") },
	VERIFY_ROWS(S_VERIFYING_IN, S(HANDOFF_FILED) | S(INTERIM_REPLIED), S_TAKEN_BACK, OF_SEVERAL_KINDS),
	{ .code = "interim", .zh = "答复办理情况", .from = S_VERIFYING_IN | S(HANDOFF_FILED) | S(INTERIM_REPLIED) | S(MUST_TRANSFER),
	  .by = ROLES_OFFICERS, .crosses = S_TAKEN_BACK, .sides = SIDE_RECEIVER, .receipt = "informed",
	  .guards = GUARDS(GUARD_CASE_OFFICER), .fields = FIELDS(NEED(RESULT), MAY(DOC_NO), MAY(ATTACH)),
	  .effects = EFFECTS(CALL_TO(effect_interim, S(INTERIM_REPLIED)), MEET("C4.1"), MEET("C4.1b")),
	  .article = A_OPINION "第九条" },
	{ .code = "transfer_link", .zh = "关联涉嫌犯罪移送", .from = S(MUST_TRANSFER), .by = ROLES_OFFICERS,
	  .sides = SIDE_RECEIVER, .tells = "must-transfer", .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_LINK_STATE),
	  .fields = FIELDS(MAY(CASE), MAY(HANDOFF), MAY(NOTE)), .article = A_OPINION "第七条；" A_LINK "第五条" },
	ANSWER_ROW(S(HANDOFF_ACCEPTED) | S(HANDOFF_FILED) | S(INTERIM_REPLIED) | S(HANDOFF_NOT_FILED) | S(INBOUND_DECIDED) |
		   S(MUST_TRANSFER), S_TAKEN_BACK, A_OPINION "第九条"),

	/* ---- the procuratorate's ---- */
	{ .code = "hold", .zh = "暂停办理检察意见", .from = S_PUBLIC, .to = STATE_ON_HOLD, .by = ROLE_PROCURATORATE,
	  .sides = SIDE_SENDER, .receipt = "informed", .guards = GUARDS(GUARD_HANDOFF_LASTS),
	  .fields = FIELDS(NEED(REASON), MAY(PAPER_NO), MAY(ATTACH)),
	  .effects = EFFECTS(CALL(effect_handoff_over)), .article = "人民检察院行刑反向衔接工作指引第十三条" },
	{ .code = "resume", .zh = "恢复办理检察意见", .from = S(ON_HOLD), .by = ROLE_PROCURATORATE, .sides = SIDE_SENDER,
	  .receipt = "informed", .fields = FIELDS(MAY(TERM_ON), MAY(PAPER_NO), MAY(NOTE)),
	  .effects = EFFECTS(CALL_TO(effect_resumed, S(HANDOFF_SENT) | S(HANDOFF_ACCEPTED) | S(MUST_TRANSFER) |
				     S(HANDOFF_FILED) | S(INTERIM_REPLIED) | S(HANDOFF_NOT_FILED) | S(REFERRED_BACK) |
				     S(HANDOFF_CLOSED)),
			     START_IF("C4.1", RESUMED_TERM_OPEN), START_ON_IF("C4.1b", TERM_ON, RESUMED_TERM_PRINTED),
			     START_IF("C2.1", RESUMED_VERIFYING)),
	  .article = "人民检察院行刑反向衔接工作指引第十三条" },
	WITHDRAW_ROW(S_ALL_SENT & ~S(HANDOFF_WITHDRAWN), ROLE_PROCURATORATE, NULL, "人民检察院行刑反向衔接工作指引第十三条"),
	OVERDUE_ROWS(S_WORKED_ON | S(INTERIM_REPLIED) | S(MUST_TRANSFER) | S(HANDOFF_NOT_FILED)),
	PLATFORM_ROW(S_ALL_SENT, ROLES_OFFICERS | ROLE_CLERK | ROLE_PROCURATORATE),
	HANDOFF_SILENCE_ROW(S_ALL_SENT, A_OPINION "第十一条"),
	HANDOFF_RECORD_ROWS(S_ALL_SENT, A_OPINION "第十一条"),
	MATERIAL_ROWS(S(HANDOFF_DRAFT) | S_ALL_SENT),
};

const struct procedure procedure_c4 = {
	.id = PROCEDURE_C4, .code = "c4", .zh = "检察意见和检察建议",
	.rows = rows, .row_count = ARRAY_LEN(rows),
};

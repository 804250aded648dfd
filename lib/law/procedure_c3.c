/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * C3: the police send a case to us: not filed, withdrawn after filing, or administrative liability only (order 310 art. 13,
 * 公安机关办理刑事案件程序规定 177, 180). What comes is checked against our own list; an earlier case of ours is reopened,
 * anything else is verified as a clue. */
#include "law/row_channels.h"

#define A_POLICE(n) "公安机关办理刑事案件程序规定第" n "条"

#define S_ALL_SENT \
	(S(HANDOFF_SENT) | S_VERIFYING_IN | S(HANDOFF_FILED) | S(HANDOFF_NOT_FILED) | S(INBOUND_DECIDED) | \
	 S(MUST_TRANSFER) | S(HANDOFF_FORWARDED) | S(HANDOFF_CLOSED))

#define C3_FIELDS MAY(RETURN_KIND), MAY(RELATED_NO), MAY(CRIMINAL_FINE), MAY(PROPOSAL), MAY(LIMITATION_ON)

static const struct act_row rows[] = {
	{ .code = "open", .zh = "准备移送行政机关", .to = STATE_HANDOFF_DRAFT, .by = ROLE_POLICE, .sides = SIDE_SENDER,
	  .guards = GUARDS(GUARD_PEER_OTHER),
	  .fields = FIELDS(HANDOFF_OPEN_FIELDS, MATTER_FIELDS, NEED(RETURN_KIND), MAY(RELATED_NO), MAY(CRIMINAL_FINE),
			   MAY(PROPOSAL), MAY(LIMITATION_ON)),
	  .effects = EFFECTS(CALL(effect_copy_open)), .article = A_LINK "第十三条" },
	GIVE_UP_ROW(S(HANDOFF_DRAFT), ROLE_POLICE, 0, NULL, NULL, A_LINK "第十三条"),
	{ .code = "submit", .zh = "移送市场监督管理部门", .from = S(HANDOFF_DRAFT), .to = STATE_HANDOFF_SENT, .by = ROLE_POLICE,
	  .sides = SIDE_SENDER, .receipt = "submitted",
	  .fields = FIELDS(HANDOFF_SUBMIT_FIELDS, MATTER_FIELDS_IN, C3_FIELDS, MAY(PAPER_NO)),
	  .article = A_LINK "第八条、第十三条；" A_POLICE("一百七十七") "、第一百八十条" },
	{ .code = "arrive", .zh = "登记公安机关来件", .to = STATE_HANDOFF_SENT,
	  .by = ROLE_EXCHANGE | ROLES_OFFICERS | ROLE_CLERK, .sides = SIDE_RECEIVER | SIDE_THIRD,
	  .fields = FIELDS(HANDOFF_ARRIVE_FIELDS, MATTER_FIELDS_IN, C3_FIELDS, MAY(PAPER_NO)),
	  .effects = EFFECTS(CALL(effect_copy_arrive)), .form = "1", .article = A_LINK "第十三条；" A2("十八") },

	RECEIVE_ROWS(0, STATE_HANDOFF_ACCEPTED, ROLES_OFFICERS | ROLE_CLERK, A_LINK "第十三条；" A2("十八"),
		     EFFECTS(CALL(effect_progress), START("C2.1"))),
	ASSIGN_ROW(S_VERIFYING_IN),
	VERIFY_ROWS(S_VERIFYING_IN, S(HANDOFF_FILED), 0, OF_ONE_KIND),
	{ .code = "refer_on", .zh = "不属本机关管辖，转送", .from = S_VERIFYING_IN | S(HANDOFF_FILED),
	  .to = STATE_HANDOFF_FORWARDED, .by = ROLES_OFFICERS, .sides = SIDE_RECEIVER, .receipt = "forwarded",
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_DIFFERENT_COUNTERPART),
	  .fields = FIELDS(NEED(ORGAN_TO), NEED(REASON), MAY(DOC_NO)),
	  .effects = EFFECTS(CALL(effect_handoff_over)), .form = "4", .article = A2("十七") },
	{ .code = "crime_found", .zh = "发现新的犯罪事实，须移送公安", .from = S_VERIFYING_IN | S(HANDOFF_FILED),
	  .to = STATE_MUST_TRANSFER, .by = ROLES_OFFICERS, .sides = SIDE_RECEIVER, .receipt = "informed",
	  .tells = "must-transfer", .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(NEED(REASON)), .effects = EFFECTS(MEET("C2.1")), .article = A_LINK "第三条" },
	ANSWER_ROW(S(HANDOFF_FILED) | S(HANDOFF_NOT_FILED) | S(INBOUND_DECIDED) | S(MUST_TRANSFER), 0, A_LINK "第十三条"),
	PLATFORM_ROW(S_ALL_SENT, ROLES_OFFICERS | ROLE_CLERK | ROLE_POLICE),
	HANDOFF_SILENCE_ROW(S_ALL_SENT, A_LINK "第十三条、第十四条"),
	HANDOFF_RECORD_ROWS(S_ALL_SENT, A_LINK "第十三条、第十四条"),
	MATERIAL_ROWS(S(HANDOFF_DRAFT) | S_ALL_SENT),
};

const struct procedure procedure_c3 = {
	.id = PROCEDURE_C3, .code = "c3", .zh = "公安机关移送行政处理",
	.rows = rows, .row_count = ARRAY_LEN(rows),
};

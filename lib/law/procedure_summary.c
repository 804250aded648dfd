/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The summary procedure 简易程序: decided on the spot (行政处罚法 51, order 2 art. 66-70, 72-73), and the back
 * entry of published cases, which has no procedure left to run. */
#include "law/row.h"

static const struct act_row summary_rows[] = {
	{ .code = "summary_decide", .zh = "当场行政处罚决定", .to = STATE_PERFORMING, .by = ROLES_OFFICERS,
	  .guards = GUARDS(GUARD_TWO_OFFICERS, GUARD_SUMMARY_LIMIT),
	  .fields = FIELDS(NEED(SOURCE), NEED(IP_TYPE), NEED(CAUSE), NEED(PARTIES), NEED(CO_OFFICER),
			   NEED(PENALTY_KINDS), MAY(FINE), MAY(CASH_ON_SPOT), NEED(DECISION_TEXT),
			   NEED(BASIS), MAY(TITLE), MAY(CAMPAIGNS), MAY(TAGS), MAY(PLACE), MAY(DOC_NO)),
	  .effects = EFFECTS(CALL(effect_parties), SET_TEXT(OUTCOME, "给予行政处罚"), SET_DAY(DECIDED_ON),
			     SET_DAY(SERVED_ON), START("D30"), START_IF("D29a", CASH),
			     CALL_TO(effect_served, S(CLOSING))),
	  .paper = "市监当罚", .form = "44", .article = "行政处罚法第五十一条；" A2("六十六") },
	{ .code = "papers", .zh = "材料交回归档", .from = S(PERFORMING) | S(CLOSING), .by = ROLES_OFFICERS,
	  .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(MAY(NOTE)), .effects = EFFECTS(MEET("D30")), .article = A2("七十") },
	{ .code = "cash_in", .zh = "当场收缴款交至机关", .from = S(PERFORMING) | S(CLOSING), .by = ROLES_OFFICERS,
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_CASH_TAKEN),
	  .fields = FIELDS(NEED(RECEIPT)), .effects = EFFECTS(MEET("D29a"), RESTART("D29b")),
	  .article = A2("七十三") },
	{ .code = "cash_bank", .zh = "收缴款缴付银行", .from = S(PERFORMING) | S(CLOSING),
	  .by = ROLES_OFFICERS | ROLE_CLERK,
	  .guards = GUARDS(GUARD_CASH_TAKEN),
	  .fields = FIELDS(NEED(RECEIPT)), .effects = EFFECTS(MEET("D29b")), .article = A2("七十三") },
	{ .code = "pay", .zh = "缴款", .from = S(PERFORMING), .by = ROLES_OFFICERS | ROLE_CLERK,
	  .guards = GUARDS(GUARD_MONEY_ORDERED, GUARD_NOT_OVERPAID),
	  .fields = FIELDS(NEED(AMOUNT), NEED(RECEIPT)),
	  .effects = EFFECTS(CALL(effect_paid)), .article = "行政处罚法第六十七条" },
	{ .code = "performed", .zh = "执行完毕", .from = S(PERFORMING), .by = ROLES_OFFICERS,
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_PAID_IN_FULL),
	  .fields = FIELDS(NEED(PERFORMANCE), MAY(NOTE)),
	  .effects = EFFECTS(MEET("D22"), CANCEL("D27"), CANCEL("D28"), GROUND("C1")),
	  .article = A2("七十七") "第一项" },
	{ .code = "close", .zh = "结案", .from = S(CLOSING), .to = STATE_CLOSED, .by = ROLES_OFFICERS,
	  .approve_by = ROLES_LEADER | ROLE_UNIT_HEAD,
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_GROUND_EXISTS),
	  .fields = FIELDS(NEED(NOTE)),
	  .effects = EFFECTS(SET_DAY(CLOSED_ON), MEET("D31"), START("D47")),
	  .form = "53", .article = A2("七十七") },
	{ .code = "archive", .zh = "立卷归档", .from = S(CLOSED), .to = STATE_ARCHIVED,
	  .by = ROLES_OFFICERS | ROLE_CLERK,
	  .fields = FIELDS(NEED(ARCHIVE_NO), NEED(KEEP), MAY(NOTE)),
	  .effects = EFFECTS(SET_DAY(ARCHIVED_ON), MEET("D47")),
	  .form = "54-56", .article = A2("七十八") },
	MATERIAL_ROWS(S(PERFORMING) | S(CLOSING) | S(CLOSED)),
	{ .code = "tag", .zh = "标注专项行动", .from = S(PERFORMING) | S(CLOSING) | S(CLOSED),
	  .by = ROLES_OFFICERS | ROLE_CLERK | ROLE_UNIT_HEAD,
	  .guards = GUARDS(GUARD_PRIMARY_TAGGED),
	  .fields = FIELDS(NEED(CAMPAIGNS), MAY(PRIMARY_CAMPAIGN), MAY(SUPERVISED), MAY(TAGS)), .article = "年度专项行动方案" },
	STATISTICS_ROW(S(PERFORMING) | S(CLOSING) | S(CLOSED) | S(ARCHIVED)),
	RECOMPUTE_ROW(S(PERFORMING) | S(CLOSING) | S(CLOSED) | S(ARCHIVED)),
};

const struct procedure procedure_summary = {
	.id = PROCEDURE_SUMMARY, .code = "summary", .zh = "简易程序",
	.rows = summary_rows, .row_count = ARRAY_LEN(summary_rows),
};

static const struct act_row back_entry_rows[] = {
	{ .code = "back_entry", .zh = "补录", .to = STATE_BACK_ENTERED,
	  .by = ROLES_OFFICERS | ROLE_CLERK | ROLE_UNIT_HEAD | ROLE_CREDIT_CLERK | ROLES_LEADER,
	  .fields = FIELDS(NEED(ORIGINAL_KEY), MAY(SOURCE), MAY(SOURCE_DETAIL), MAY(DISCOVERED_ON),
			   MAY(IP_TYPE), MAY(CAUSE), MAY(TITLE), MAY(FACTS_TEXT), MAY(PARTIES),
			   MAY(CAMPAIGNS), MAY(RIGHT_NO), MAY(GOODS), MAY(FILED_ON), MAY(DECIDED_ON),
			   MAY(CLOSED_ON), MAY(PUBLISHED_ON), MAY(GOODS_VALUE), MAY(TURNOVER), MAY(SALES),
			   MAY(INCOME), MAY(PURCHASE), MAY(FINE), MAY(CONFISCATED_INCOME),
			   MAY(CONFISCATED_GOODS), MAY(BASIS), MAY(AGENCY), MAY(DECISION_NO_PUBLISHED),
			   MAY(YEAR), MAY(OUTCOMES_PUBLISHED)),
	  .effects = EFFECTS(CALL(effect_parties)), .article = A2("七十九") },
	MATERIAL_ROWS(S(BACK_ENTERED)),
	{ .code = "tag", .zh = "标注专项行动", .from = S(BACK_ENTERED),
	  .by = ROLES_OFFICERS | ROLE_CLERK | ROLE_UNIT_HEAD,
	  .fields = FIELDS(NEED(CAMPAIGNS), MAY(TAGS)), .article = "年度专项行动方案" },
};

const struct procedure procedure_back_entry = {
	.id = PROCEDURE_BACK_ENTRY, .code = "back_entry", .zh = "补录",
	.rows = back_entry_rows, .row_count = ARRAY_LEN(back_entry_rows),
};

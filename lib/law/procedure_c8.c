/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * C8: assistance letters, consultation, early involvement, in both directions. A market organ has fifteen working days for an
 * assistance letter and announces a delay before they are over (order 2, art. 45: clock D07, which is C8.1); other organs have a
 * duty without a number. A consultation has a target of seven days. */
#include "law/row_channels.h"

#define S_OPEN_IN (S(HANDOFF_SENT) | S(HANDOFF_ACCEPTED) | S(EXTENSION_NOTICED))
#define S_ALL_SENT \
	(S_OPEN_IN | S(ANSWERED) | S(EVIDENCE_IN) | S(JOINED) | S(INVITATION_DECLINED) | S(HANDOFF_RETURNED) | \
	 S(HANDOFF_CLOSED) | S(HANDOFF_WITHDRAWN))
#define S_GONE S(HANDOFF_WITHDRAWN)
#define BY_ASKED (BY_ANY_PART | ROLE_UNIT_HEAD)

#define C8_FIELDS \
	MAY(TITLE), MAY(CAUSE), MAY(PARTIES), MAY(ASSIST_KIND), MAY(MARKET), MAY(QUESTION), MAY(BASIS), MAY(GOODS), MAY(TERM_ON), \
	MAY(CONTACT)

static const struct act_row rows[] = {
	{ .code = "open", .zh = "起草协作函", .to = STATE_HANDOFF_DRAFT, .by = BY_ASKED, .sides = SIDE_SENDER,
	  .guards = GUARDS(GUARD_PEER_OTHER, GUARD_MARKET_MATCHES),
	  .fields = FIELDS(HANDOFF_OPEN_FIELDS, NEED(TITLE), NEED(ASSIST_KIND), NEED(QUESTION), NEED(MARKET), MAY(CAUSE), MAY(PARTIES),
			   MAY(BASIS), MAY(GOODS), MAY(TERM_ON), MAY(CONTACT), MAY(CLUE), MAY(CASE)),
	  .effects = EFFECTS(CALL(effect_copy_open)), .article = A2("四十五") "；行政处罚法第二十六条" },
	{ .code = "approve", .zh = "协作审批", .from = S(HANDOFF_DRAFT), .to = STATE_HANDOFF_APPROVED, .by = BY_ASKED,
	  .approve_by = ROLES_LEADER | ROLE_UNIT_HEAD, .sides = SIDE_SENDER, .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(NEED(REASON)), .form = "8", .article = A2("四十五") },
	GIVE_UP_ROW(S(HANDOFF_DRAFT) | S(HANDOFF_APPROVED), BY_ASKED, 0, NULL, GUARDS(GUARD_CASE_OFFICER), A2("四十五")),
	{ .code = "submit", .zh = "发出协作函", .from = S(HANDOFF_DRAFT) | S(HANDOFF_APPROVED), .to = STATE_HANDOFF_SENT, .by = BY_ASKED,
	  .sides = SIDE_SENDER, .receipt = "submitted", .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_ASSISTANCE_APPROVED),
	  .fields = FIELDS(HANDOFF_SUBMIT_FIELDS, C8_FIELDS), .paper = "市监协查", .form = "17/18",
	  .article = A2("四十五") "；行政处罚法第二十六条" },
	{ .code = "arrive", .zh = "登记收到的协作函", .to = STATE_HANDOFF_SENT, .by = ROLE_EXCHANGE | BY_ANY_PART, .sides = SIDE_RECEIVER | SIDE_THIRD,
	  .fields = FIELDS(HANDOFF_ARRIVE_FIELDS, C8_FIELDS), .effects = EFFECTS(CALL(effect_copy_arrive)),
	  .article = A2("四十五") "第二款；行政处罚法第二十六条" },
	{ .code = "receive", .zh = "签收", .from = S(HANDOFF_SENT), .to = STATE_HANDOFF_ACCEPTED, .by = BY_ASKED, .crosses = S_GONE,
	  .sides = SIDE_RECEIVER, .receipt = "accepted", .fields = FIELDS(MAY(NOTE)),
	  .effects = EFFECTS(START_IF("D07", ASSIST_MARKET), START_IF("C8.2", CONSULTATION)), .article = A2("四十五") "第二款" },
	ASSIGN_ROW(S_OPEN_IN),
	{ .code = "extend", .zh = "告知延期", .from = S(HANDOFF_ACCEPTED), .to = STATE_EXTENSION_NOTICED, .by = BY_ASKED, .crosses = S_GONE,
	  .sides = SIDE_RECEIVER, .receipt = "extended", .guards = GUARDS(GUARD_ASSISTANCE, GUARD_ASSISTANCE_BEFORE_DUE),
	  .fields = FIELDS(NEED(DAYS), NEED(REASON), MAY(DOC_NO)), .effects = EFFECTS(EXTEND("D07")),
	  .article = A2("四十五") "第二款" },
	{ .code = "out_of_powers", .zh = "不属职权范围，退回", .from = S_OPEN_IN, .to = STATE_HANDOFF_RETURNED, .by = BY_ASKED, .crosses = S_GONE,
	  .sides = SIDE_RECEIVER, .receipt = "refused", .guards = GUARDS(GUARD_NOT_INVITED),
	  .fields = FIELDS(NEED(REASON), MAY(DOC_NO)), .effects = EFFECTS(CALL(effect_handoff_over)),
	  .article = "行政处罚法第二十六条" },
	{ .code = "answer", .zh = "复函", .from = S_OPEN_IN, .to = STATE_ANSWERED, .by = BY_ASKED, .crosses = S_GONE,
	  .sides = SIDE_RECEIVER, .receipt = "answered", .guards = GUARDS(GUARD_NOT_INVITED),
	  .fields = FIELDS(NEED(ANSWER), MAY(ITEMS_LISTED), MAY(DOC_NO), MAY(ATTACH)),
	  .effects = EFFECTS(MEET("D07"), MEET("C8.2")), .article = A2("四十五") "第二款；" A_OPINION "第十三条" },
	{ .code = "join", .zh = "同意提前介入", .from = S(HANDOFF_SENT) | S(HANDOFF_ACCEPTED), .to = STATE_JOINED, .by = BY_ASKED, .crosses = S_GONE,
	  .sides = SIDE_RECEIVER, .receipt = "accepted", .guards = GUARDS(GUARD_INVITED),
	  .fields = FIELDS(NEED(ANSWER), MAY(CONTACT)), .article = "关于在行政执法中及时移送涉嫌犯罪案件的意见" },
	{ .code = "decline", .zh = "不提前介入", .from = S(HANDOFF_SENT) | S(HANDOFF_ACCEPTED), .to = STATE_INVITATION_DECLINED,
	  .by = BY_ASKED, .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "refused", .guards = GUARDS(GUARD_INVITED),
	  .fields = FIELDS(NEED(REASON)), .article = "关于在行政执法中及时移送涉嫌犯罪案件的意见" },
	{ .code = "evidence_in", .zh = "证据入卷", .from = S(ANSWERED), .to = STATE_EVIDENCE_IN, .by = BY_ASKED, .sides = SIDE_SENDER,
	  .receipt = "accepted", .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_ASSISTANCE, GUARD_ITEMS_EQUAL_OR_TOLD),
	  .fields = FIELDS(MAY(ITEMS_RECEIVED), MAY(DIFFERENCES), MAY(NOTE)), .article = A2("二十五") "、第二十六条" },
	{ .code = "close", .zh = "办结", .from = S(ANSWERED) | S(EVIDENCE_IN) | S(JOINED), .to = STATE_HANDOFF_CLOSED, .by = BY_ASKED,
	  .sides = SIDE_SENDER, .receipt = "closed", .guards = GUARDS(GUARD_CASE_OFFICER), .fields = FIELDS(MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_handoff_over)), .article = A2("四十五") },
	WITHDRAW_ROW(S_ALL_SENT & ~(S(HANDOFF_WITHDRAWN) | S(HANDOFF_CLOSED)), BY_ASKED, NULL, A2("四十五")),
	HANDOFF_SILENCE_ROW(S_ALL_SENT, A2("四十五") "第二款；" A_OPINION "第十三条"),
	HANDOFF_RECORD_ROWS(S_ALL_SENT, A2("四十五") "第二款；" A_OPINION "第十三条"),
	MATERIAL_ROWS(S(HANDOFF_DRAFT) | S(HANDOFF_APPROVED) | S_ALL_SENT),
};

const struct procedure procedure_c8 = {
	.id = PROCEDURE_C8, .code = "c8", .zh = "协助、咨询和提前介入",
	.rows = rows, .row_count = ARRAY_LEN(rows),
};

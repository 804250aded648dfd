/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * C9: a clue about a public official, to the supervisory organ or the procuratorate (order 310, art. 18, 19; 监察法 35). A
 * restricted record: on our copy only the principal himself and the one officer he names may act. Who may read it is the
 * queries' and the row policies' part: the same two. */
#include "law/row_channels.h"

#define S_ALL_SENT (S(HANDOFF_SENT) | S(RECEIPTED) | S(FEEDBACK) | S(HANDOFF_CLOSED))
#define BY_CIRCLE (ROLES_OFFICERS | ROLE_PRINCIPAL)
#define BY_ORGAN (ROLE_PROCURATORATE | ROLES_OFFICERS)

#define C9_FIELDS \
	MAY(TITLE), MAY(OFFICIAL), MAY(OFFICIAL_ORGAN), MAY(FACTS_TEXT), MAY(BASIS), MAY(DISCOVERED_ON), MAY(CONTACT)

static const struct act_row rows[] = {
	{ .code = "open", .zh = "发现公职人员违法犯罪线索", .to = STATE_FOUND, .by = BY_CIRCLE, .sides = SIDE_SENDER,
	  .guards = GUARDS(GUARD_PEER_OTHER),
	  .fields = FIELDS(HANDOFF_OPEN_FIELDS, NEED(TITLE), NEED(OFFICIAL), MAY(OFFICIAL_ORGAN), NEED(FACTS_TEXT), MAY(BASIS),
			   MAY(DISCOVERED_ON), MAY(CONTACT), MAY(CLUE), MAY(CASE), MAY(OFFICER)),
	  .effects = EFFECTS(CALL(effect_copy_open)), .article = A_LINK "第十八条" },
	{ .code = "name_officer", .zh = "指定经办人", .from = S(FOUND) | S(HANDOFF_APPROVED) | S_ALL_SENT, .by = ROLE_PRINCIPAL,
	  .sides = SIDE_SENDER, .guards = GUARDS(GUARD_PRINCIPAL_HIMSELF),
	  .fields = FIELDS(NEED(OFFICER)), .article = A_LINK "第十八条" },
	{ .code = "approve", .zh = "局长批准移送", .from = S(FOUND), .to = STATE_HANDOFF_APPROVED, .by = ROLE_PRINCIPAL,
	  .sides = SIDE_SENDER, .guards = GUARDS(GUARD_PRINCIPAL_HIMSELF), .fields = FIELDS(MAY(OPINION)),
	  .article = A_LINK "第十八条" },
	{ .code = "not_pursue", .zh = "局长决定不移送", .from = S(FOUND), .to = STATE_HANDOFF_CLOSED, .by = ROLE_PRINCIPAL,
	  .sides = SIDE_SENDER, .guards = GUARDS(GUARD_PRINCIPAL_HIMSELF), .fields = FIELDS(NEED(REASON)),
	  .article = A_LINK "第十八条、第十九条" },
	{ .code = "submit", .zh = "移送线索", .from = S(HANDOFF_APPROVED), .to = STATE_HANDOFF_SENT, .by = BY_CIRCLE,
	  .sides = SIDE_SENDER, .receipt = "submitted", .guards = GUARDS(GUARD_RESTRICTED),
	  .fields = FIELDS(HANDOFF_SUBMIT_FIELDS, C9_FIELDS, MAY(NOTE)), .article = A_LINK "第十八条、第十九条；监察法第三十五条" },
	{ .code = "arrive", .zh = "收到线索", .to = STATE_HANDOFF_SENT, .by = ROLE_EXCHANGE | BY_ORGAN, .sides = SIDE_RECEIVER | SIDE_THIRD,
	  .fields = FIELDS(HANDOFF_ARRIVE_FIELDS, C9_FIELDS, MAY(NOTE)), .effects = EFFECTS(CALL(effect_copy_arrive)),
	  .article = A_LINK "第十九条" },
	{ .code = "receive", .zh = "回执", .from = S(HANDOFF_SENT), .to = STATE_RECEIPTED, .by = BY_ORGAN, .crosses = S(HANDOFF_CLOSED),
	  .sides = SIDE_RECEIVER, .receipt = "accepted", .guards = GUARDS(GUARD_RESTRICTED),
	  .fields = FIELDS(MAY(PAPER_NO), MAY(NOTE)), .article = A_LINK "第十九条" },
	{ .code = "feedback", .zh = "反馈处理情况", .from = S(HANDOFF_SENT) | S(RECEIPTED), .to = STATE_FEEDBACK, .by = BY_ORGAN,
	  .crosses = S(HANDOFF_CLOSED), .sides = SIDE_RECEIVER, .receipt = "answered", .guards = GUARDS(GUARD_RESTRICTED),
	  .fields = FIELDS(NEED(RESULT), MAY(PAPER_NO)), .article = A_LINK "第十九条" },
	{ .code = "close", .zh = "办结", .from = S(RECEIPTED) | S(FEEDBACK), .to = STATE_HANDOFF_CLOSED, .by = BY_CIRCLE,
	  .sides = SIDE_SENDER, .receipt = "closed", .guards = GUARDS(GUARD_RESTRICTED), .fields = FIELDS(MAY(NOTE)),
	  .article = A_LINK "第十九条" },
	{ .code = "delivered", .zh = "已送达对方系统", .from = S_ALL_SENT, .by = ROLE_EXCHANGE | BY_ORGAN,
	  .sides = SIDE_RECEIVER, .receipt = "delivered", .guards = GUARDS(GUARD_RESTRICTED), .fields = FIELDS(MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_delivered)), .article = A_ESIGN("十一") },
	{ .code = "retrieved", .zh = "对方已取阅", .from = S_ALL_SENT, .by = ROLE_EXCHANGE | BY_ORGAN,
	  .sides = SIDE_RECEIVER, .receipt = "retrieved", .guards = GUARDS(GUARD_RESTRICTED), .fields = FIELDS(MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_retrieved)), .article = A_ESIGN("十一") },
	{ .code = "not_delivered", .zh = "未能送达", .from = S_ALL_SENT, .by = ROLE_EXCHANGE, .sides = SIDE_SENDER | SIDE_RECEIVER,
	  .receipt = "not-delivered", .fields = FIELDS(MAY(NOTE)), .article = A_ESIGN("十一") },
	{ .code = "not_retrieved", .zh = "逾时未取阅", .from = S_ALL_SENT, .by = ROLE_EXCHANGE, .sides = SIDE_SENDER | SIDE_RECEIVER,
	  .receipt = "not-retrieved", .fields = FIELDS(MAY(NOTE)), .article = A_ESIGN("十一") },
	MATERIAL_ROWS_IF(S(FOUND) | S(HANDOFF_APPROVED) | S_ALL_SENT, BY_CIRCLE | BY_ORGAN, GUARD_RESTRICTED),
};

const struct procedure procedure_c9 = {
	.id = PROCEDURE_C9, .code = "c9", .zh = "公职人员违法犯罪线索移送",
	.rows = rows, .row_count = ARRAY_LEN(rows),
};

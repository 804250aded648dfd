/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * C2: jurisdiction transfer between administrative organs, ours to another and another's to us (order 2, art. 13-18).
 *
 * Inside market supervision the receiver may not send the case on or back: whoever objects negotiates seven working days and
 * then reports to the common superior, which designates. Other departments return with reasons. */
#include "law/row_channels.h"

#define S_ALL_SENT \
	(S(HANDOFF_SENT) | S(HANDOFF_ACCEPTED) | S(INBOUND_VERIFYING) | S(INBOUND_REOPENED) | S(DISPUTED) | S(REFERRED) | \
	 S(HANDOFF_FILED) | S(HANDOFF_NOT_FILED) | S(INBOUND_DECIDED) | S(HANDOFF_RETURNED) | S(HANDOFF_FORWARDED) | \
	 S(HANDOFF_CLOSED) | S(HANDOFF_WITHDRAWN))
#define S_GONE S(HANDOFF_WITHDRAWN)
/* Where the superior's designation, or a report to it, may have led while the receiver wrote. */
#define S_DESIGNATED (S(HANDOFF_ACCEPTED) | S(HANDOFF_RETURNED) | S(HANDOFF_FORWARDED))

#define C2_FIELDS(title) \
	title, MAY(CAUSE), MAY(IP_TYPE), MAY(PARTIES), MAY(FACTS_TEXT), MAY(PLACE), MAY(GOODS), MAY(BASIS), \
	MAY(ACT_ENDED_ON), MAY(DISCOVERED_ON), MAY(ITEMS_LISTED), MAY(GOODS_LIST), MAY(LIMITATION_ON), MAY(SEIZURE_UNTIL)

static const struct act_row rows[] = {
	{ .code = "open", .zh = "起草案件移送函", .to = STATE_HANDOFF_DRAFT,
	  .by = ROLES_OFFICERS | ROLE_CLERK | ROLE_UNIT_HEAD, .sides = SIDE_SENDER, .tells = "opened",
	  .guards = GUARDS(GUARD_PEER_OTHER, GUARD_MARKET_MATCHES, GUARD_SOURCE_TRANSFERABLE),
	  .fields = FIELDS(HANDOFF_OPEN_FIELDS, C2_FIELDS(NEED(TITLE)), NEED(MARKET), MAY(CLUE), MAY(CASE)),
	  .effects = EFFECTS(CALL(effect_copy_open), START("C2.4")), .form = "4", .article = A2("十四") "、第十七条" },
	{ .code = "approve", .zh = "移送审批", .from = S(HANDOFF_DRAFT), .to = STATE_HANDOFF_APPROVED, .by = ROLES_OFFICERS | ROLE_UNIT_HEAD,
	  .approve_by = ROLES_LEADER, .sides = SIDE_SENDER, .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(NEED(REASON)), .form = "8", .article = A2("十四") "、第十七条" },
	GIVE_UP_ROW(S(HANDOFF_DRAFT) | S(HANDOFF_APPROVED), ROLES_OFFICERS | ROLE_UNIT_HEAD, 0, "given-up", GUARDS(GUARD_CASE_OFFICER), A2("十七")),
	{ .code = "submit", .zh = "发出案件移送函", .from = S(HANDOFF_APPROVED), .to = STATE_HANDOFF_SENT, .by = ROLES_OFFICERS,
	  .sides = SIDE_SENDER, .receipt = "submitted", .tells = "sent", .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(HANDOFF_SUBMIT_FIELDS, C2_FIELDS(MAY(TITLE)), MAY(MARKET)),
	  .effects = EFFECTS(MEET("C2.4")), .paper = "市监案移", .form = "4", .article = A2("十四") "、第十七条" },
	{ .code = "arrive", .zh = "登记收到的案件移送函", .to = STATE_HANDOFF_SENT,
	  .by = ROLE_EXCHANGE | ROLES_OFFICERS | ROLE_CLERK, .sides = SIDE_RECEIVER | SIDE_THIRD,
	  .fields = FIELDS(HANDOFF_ARRIVE_FIELDS, C2_FIELDS(MAY(TITLE)), MAY(MARKET)),
	  .effects = EFFECTS(CALL(effect_copy_arrive)), .form = "1", .article = A2("十八") },

	/* ---- the receiver ---- */
	RECEIVE_ROWS(S_GONE, STATE_HANDOFF_ACCEPTED, ROLES_OFFICERS | ROLE_CLERK, A2("十八"),
		     EFFECTS(CALL(effect_progress), START("C2.1"))),
	ASSIGN_ROW(S_VERIFYING_IN | S(DISPUTED)),
	VERIFY_ROWS(S_VERIFYING_IN, S(HANDOFF_FILED), S_GONE | S(REFERRED), OF_ONE_KIND),
	{ .code = "return", .zh = "书面退回", .from = S(HANDOFF_SENT) | S_VERIFYING_IN, .to = STATE_HANDOFF_RETURNED,
	  .by = ROLES_OFFICERS | ROLE_CLERK, .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "refused",
	  .tells = "returned", .guards = GUARDS(GUARD_OTHER_DEPARTMENT),
	  .fields = FIELDS(NEED(REASON), MAY(DOC_NO), MAY(ATTACH)),
	  .effects = EFFECTS(CALL(effect_handoff_over)), .article = A2("十七") },
	{ .code = "dispute", .zh = "提出管辖异议", .from = S_VERIFYING_IN, .to = STATE_DISPUTED,
	  .by = ROLES_OFFICERS | ROLE_UNIT_HEAD, .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "informed",
	  .guards = GUARDS(GUARD_MARKET_ONLY, GUARD_NOT_DESIGNATED),
	  .fields = FIELDS(NEED(REASON), MAY(DOC_NO), MAY(ATTACH)),
	  .effects = EFFECTS(CALL(effect_progress), CANCEL("C2.1"), START("D05")), .article = A2("十三") "、第十四条" },
	{ .code = "concede", .zh = "协商同意受理", .from = S(DISPUTED), .to = STATE_HANDOFF_ACCEPTED,
	  .by = ROLES_OFFICERS | ROLE_UNIT_HEAD, .crosses = S_GONE | S(REFERRED) | S_DESIGNATED, .sides = SIDE_RECEIVER,
	  .receipt = "accepted", .fields = FIELDS(MAY(NOTE)),
	  .effects = EFFECTS(MEET("D05"), START("C2.1")), .article = A2("十三") },

	/* ---- the dispute before the common superior ---- */
	{ .code = "refer", .zh = "报请共同的上一级机关指定管辖", .from = S(DISPUTED) | S_VERIFYING_IN, .to = STATE_REFERRED,
	  .by = ROLES_LEADER, .crosses = S_GONE | S(REFERRED) | S(HANDOFF_RETURNED) | S(HANDOFF_FORWARDED),
	  .sides = SIDE_SENDER | SIDE_RECEIVER, .receipt = "supervision",
	  .guards = GUARDS(GUARD_IN_DISPUTE, GUARD_SUPERIOR_COMMON),
	  .fields = FIELDS(NEED(COPY_TO), NEED(REASON), MAY(DOC_NO), MAY(ATTACH)), /* the superior is among them */
	  .effects = EFFECTS(MEET("D05"), CANCEL("C2.1"), START("C2.3")),
	  .article = A2("十三") "、第十四条" },
	{ .code = "designate", .zh = "指定管辖", .from = S(REFERRED), .by = ROLES_OFFICERS | ROLES_LEADER | ROLE_CLERK,
	  .crosses = S_GONE | S_DESIGNATED, .sides = SIDE_THIRD, .receipt = "answered", .tells = "designated",
	  .guards = GUARDS(GUARD_DESIGNATED_NEXT),
	  .fields = FIELDS(NEED(DESIGNATED), MAY(DESIGNATED_NAME), NEED(PAPER_NO), MAY(NOTE), MAY(ATTACH)),
	  .effects = EFFECTS(CALL_TO(effect_designated, S_DESIGNATED), MEET("C2.3"),
			     START_IF("C2.1", DESIGNATED_RECEIVER)),
	  .form = "2", .article = A2("十六") },
	ANSWER_ROW(S(HANDOFF_FILED) | S(HANDOFF_NOT_FILED) | S(INBOUND_DECIDED), S_GONE, A2("十四") "、第十八条"),

	WITHDRAW_ROW(S_ALL_SENT & ~S(HANDOFF_WITHDRAWN), ROLES_OFFICERS, "withdrawn", A2("十三") "、第十七条"),
	HANDOFF_SILENCE_ROW(S_ALL_SENT, A2("十六") "、第十八条"),
	HANDOFF_RECORD_ROWS(S_ALL_SENT, A2("十三") "至第十八条"),
	MATERIAL_ROWS(S(HANDOFF_DRAFT) | S(HANDOFF_APPROVED) | S_ALL_SENT),
};

const struct procedure procedure_c2 = {
	.id = PROCEDURE_C2, .code = "c2", .zh = "案件管辖移送",
	.rows = rows, .row_count = ARRAY_LEN(rows),
};

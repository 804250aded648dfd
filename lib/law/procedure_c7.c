/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * C7: a mediation agreement goes to a court for confirmation, jointly by both parties within thirty days of its effect; and a
 * court assigns a mediation to us. An agreement that decides ownership or validity of a right is not confirmed
 * (agreement.h): such a clause must go first. */
#include "law/row_channels.h"

#define A_CIVIL(n) "民事诉讼法第" n "条"
#define A_CONFIRM(n) "最高人民法院关于人民调解协议司法确认程序的若干规定第" n "条"
#define A_INVITED(n) "最高人民法院关于人民法院特邀调解的规定第" n "条"

#define S_CONFIRMATION \
	(S(HANDOFF_SENT) | S(HANDOFF_ACCEPTED) | S(HEARD) | S(CONFIRMED) | S(REJECTED) | S(COURT_REFUSED))
#define S_ASSIGNMENT (S(ASSIGNMENT_SENT) | S(ASSIGNED) | S(MEDIATED))
#define S_ALL_SENT \
	(S_CONFIRMATION | S_ASSIGNMENT | S(DONE) | S(EXECUTION) | S(HANDOFF_RETURNED) | S(HANDOFF_CLOSED) | S(HANDOFF_WITHDRAWN))
#define S_GONE S(HANDOFF_WITHDRAWN)

#define AGREEMENT_FIELDS \
	MAY(TITLE), MAY(CAUSE), MAY(PARTIES), MAY(AGREEMENT), MAY(AGREED_ON), MAY(MEDIATOR), MAY(MEDIATION_KIND), \
	MAY(CLEAR_REASON)
#define CANCEL_REMINDERS CANCEL("C7.1a"), CANCEL("C7.1b"), CANCEL("C7.1c")

static const struct act_row rows[] = {
	/* ---- confirmation: the mediation body prepares, both parties apply ---- */
	{ .code = "open", .zh = "登记生效的调解协议", .by = ROLES_OFFICERS | ROLE_CLERK, .sides = SIDE_SENDER,
	  .guards = GUARDS(GUARD_PEER_OTHER, GUARD_AGREED_NOT_LATER),
	  .fields = FIELDS(HANDOFF_OPEN_FIELDS, NEED(TITLE), MAY(CAUSE), NEED(PARTIES), NEED(AGREEMENT), NEED(AGREED_ON),
			   NEED(MEDIATOR), MAY(CLUE), MAY(CASE)),
	  .effects = EFFECTS(CALL(effect_copy_open), SET_TEXT(MEDIATION_KIND, "司法确认"),
			     CALL_TO(effect_agreement, S(AGREED) | S(AGREEMENT_FAULTY)), START_ON("C7.1", AGREED_ON),
			     START_ON("C7.1a", AGREED_ON), START_ON("C7.1b", AGREED_ON), START_ON("C7.1c", AGREED_ON)),
	  .article = A_CIVIL("二百零五") "；人民调解法第三十三条" },
	{ .code = "revise", .zh = "双方修改调解协议", .from = S(AGREED) | S(AGREEMENT_FAULTY) | S(PREPARED), .by = ROLES_OFFICERS | ROLE_CLERK,
	  .sides = SIDE_SENDER, .fields = FIELDS(NEED(AGREEMENT), NEED(NOTE)),
	  .effects = EFFECTS(CALL_TO(effect_agreement, S(AGREED) | S(AGREEMENT_FAULTY))),
	  .article = "最高人民法院关于适用民事诉讼法的解释第三百五十五条、第三百五十八条" },
	{ .code = "clarify", .zh = "说明协议内容明确", .from = S(AGREEMENT_FAULTY), .to = STATE_AGREED, .by = ROLES_OFFICERS | ROLE_CLERK,
	  .sides = SIDE_SENDER, .guards = GUARDS(GUARD_AGREEMENT_CONFIRMABLE),
	  .fields = FIELDS(NEED(CLEAR_REASON)), .article = "最高人民法院关于适用民事诉讼法的解释第三百五十八条" },
	{ .code = "remind_parties", .zh = "提醒当事人申请确认", .from = S(AGREED) | S(AGREEMENT_FAULTY) | S(PREPARED),
	  .by = ROLES_OFFICERS | ROLE_CLERK, .sides = SIDE_SENDER, .fields = FIELDS(MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_reminded)), .article = A_CIVIL("二百零五") },
	{ .code = "prepare", .zh = "双方同意共同申请", .from = S(AGREED), .to = STATE_PREPARED, .by = ROLES_OFFICERS | ROLE_CLERK,
	  .sides = SIDE_SENDER, .guards = GUARDS(GUARD_BOTH_AGREE, GUARD_AGREEMENT_CONFIRMABLE),
	  .fields = FIELDS(NEED(BOTH_AGREE), MAY(NOTE)),
	  .article = A_CIVIL("二百零五") "；" A_CONFIRM("三") },
	{ .code = "not_applied", .zh = "不申请司法确认", .from = S(AGREED) | S(AGREEMENT_FAULTY) | S(PREPARED),
	  .to = STATE_HANDOFF_CLOSED, .by = ROLES_OFFICERS | ROLE_CLERK, .sides = SIDE_SENDER, .fields = FIELDS(NEED(REASON)),
	  .effects = EFFECTS(CALL(effect_handoff_over)), .article = A_CIVIL("二百零五") },
	{ .code = "submit", .zh = "申请司法确认", .from = S(PREPARED), .to = STATE_HANDOFF_SENT, .by = ROLES_OFFICERS | ROLE_CLERK,
	  .sides = SIDE_SENDER, .receipt = "submitted", .guards = GUARDS(GUARD_CONFIRMATION_IN_TIME),
	  .fields = FIELDS(HANDOFF_SUBMIT_FIELDS, AGREEMENT_FIELDS, MAY(NOTE)),
	  .effects = EFFECTS(MEET("C7.1"), CANCEL_REMINDERS, START("C7.2")),
	  .article = A_CIVIL("二百零五") "；人民调解法第三十三条" },
	{ .code = "arrive", .zh = "收到申请或委派", .by = ROLE_EXCHANGE | ROLE_COURT | ROLES_OFFICERS | ROLE_CLERK, .sides = SIDE_RECEIVER | SIDE_THIRD,
	  .fields = FIELDS(HANDOFF_ARRIVE_FIELDS, AGREEMENT_FIELDS, MAY(FACTS_TEXT), MAY(COURT_CASE_NO), MAY(TERM_ON), MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_copy_arrive), CALL_TO(effect_arrive_c7, S(HANDOFF_SENT) | S(ASSIGNMENT_SENT)),
			     START_IF("C7.2", CONFIRMATION)),
	  .article = A_CONFIRM("四") "；" A_INVITED("二十七") },
	{ .code = "accept", .zh = "受理司法确认申请", .from = S(HANDOFF_SENT), .to = STATE_HANDOFF_ACCEPTED, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "accepted", .fields = FIELDS(NEED(COURT_CASE_NO), MAY(NOTE)),
	  .effects = EFFECTS(MEET("C7.2"), START("C7.3")), .article = A_CONFIRM("四") },
	{ .code = "refuse", .zh = "不予受理", .from = S(HANDOFF_SENT), .to = STATE_COURT_REFUSED, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "refused", .fields = FIELDS(NEED(REASON), MAY(PAPER_NO)),
	  .effects = EFFECTS(MEET("C7.2")), .article = "最高人民法院关于适用民事诉讼法的解释第三百五十五条" },
	{ .code = "hear", .zh = "双方到场核实", .from = S(HANDOFF_ACCEPTED), .to = STATE_HEARD, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "informed", .fields = FIELDS(MAY(NOTE)),
	  .article = A_CONFIRM("六") },
	{ .code = "prolong", .zh = "延长审查期限", .from = S(HANDOFF_ACCEPTED) | S(HEARD), .by = ROLE_COURT, .crosses = S_GONE,
	  .sides = SIDE_RECEIVER, .receipt = "extended", .guards = GUARDS(GUARD_CONFIRMATION_NOT_EXTENDED),
	  .fields = FIELDS(NEED(REASON)), .effects = EFFECTS(EXTEND("C7.3")), .article = A_CONFIRM("五") },
	{ .code = "drop", .zh = "按撤回申请处理", .from = S(HANDOFF_ACCEPTED) | S(HEARD), .to = STATE_HANDOFF_WITHDRAWN, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "closed", .fields = FIELDS(NEED(REASON), MAY(PAPER_NO)),
	  .effects = EFFECTS(CALL(effect_handoff_over)), .article = "最高人民法院关于适用民事诉讼法的解释第三百五十七条" },
	{ .code = "confirm", .zh = "裁定确认调解协议有效", .from = S(HANDOFF_ACCEPTED) | S(HEARD), .to = STATE_CONFIRMED, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "answered", .fields = FIELDS(NEED(PAPER_NO), MAY(NOTE)),
	  .effects = EFFECTS(MEET("C7.3"), START("C7.5")), .article = A_CIVIL("二百零六") },
	{ .code = "reject", .zh = "裁定驳回申请", .from = S(HANDOFF_ACCEPTED) | S(HEARD), .to = STATE_REJECTED, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "refused", .fields = FIELDS(NEED(REASON), MAY(PAPER_NO)),
	  .effects = EFFECTS(MEET("C7.3")), .article = A_CIVIL("二百零六") },
	{ .code = "performed", .zh = "协议已履行", .from = S(CONFIRMED), .to = STATE_DONE, .by = ROLES_OFFICERS | ROLE_CLERK,
	  .sides = SIDE_SENDER, .receipt = "closed", .fields = FIELDS(MAY(NOTE)), .effects = EFFECTS(MEET("C7.5")),
	  .article = A_CIVIL("二百零六") },
	{ .code = "execution", .zh = "当事人申请强制执行", .from = S(CONFIRMED), .to = STATE_EXECUTION, .by = ROLES_OFFICERS | ROLE_CLERK,
	  .sides = SIDE_SENDER, .receipt = "closed", .fields = FIELDS(MAY(COURT_CASE_NO), MAY(NOTE)),
	  .effects = EFFECTS(MEET("C7.5")), .article = A_CIVIL("二百零六") "、第二百五十条" },
	{ .code = "after_refusal", .zh = "另行调解或者起诉", .from = S(REJECTED) | S(COURT_REFUSED), .to = STATE_HANDOFF_CLOSED,
	  .by = ROLES_OFFICERS | ROLE_CLERK, .sides = SIDE_SENDER, .receipt = "closed", .fields = FIELDS(NEED(NOTE)),
	  .article = A_CIVIL("二百零六") },
	WITHDRAW_ROW(S_CONFIRMATION | S(DONE) | S(EXECUTION), ROLES_OFFICERS | ROLE_CLERK, NULL,
		     "最高人民法院关于适用民事诉讼法的解释第三百五十七条"),

	/* ---- a court assigns a mediation ---- */
	{ .code = "assign_open", .zh = "拟委派调解", .to = STATE_HANDOFF_DRAFT, .by = ROLE_COURT, .sides = SIDE_SENDER,
	  .guards = GUARDS(GUARD_PEER_OTHER),
	  .fields = FIELDS(HANDOFF_OPEN_FIELDS, NEED(TITLE), MAY(CAUSE), NEED(PARTIES), NEED(FACTS_TEXT), MAY(COURT_CASE_NO),
			   MAY(MEDIATOR), MAY(TERM_ON)),
	  .effects = EFFECTS(CALL(effect_copy_open), SET_TEXT(MEDIATION_KIND, "委派调解")), .article = A_INVITED("二十七") },
	GIVE_UP_ROW(S(HANDOFF_DRAFT), ROLE_COURT, 0, NULL, NULL, A_INVITED("二十七")),
	{ .code = "assign_submit", .zh = "委派调解", .from = S(HANDOFF_DRAFT), .to = STATE_ASSIGNMENT_SENT, .by = ROLE_COURT,
	  .sides = SIDE_SENDER, .receipt = "submitted",
	  .fields = FIELDS(HANDOFF_SUBMIT_FIELDS, AGREEMENT_FIELDS, MAY(FACTS_TEXT), MAY(COURT_CASE_NO), MAY(TERM_ON), MAY(NOTE)),
	  .article = A_INVITED("二十七") },
	{ .code = "take_on", .zh = "确认接受委派", .from = S(ASSIGNMENT_SENT), .to = STATE_ASSIGNED, .by = ROLES_OFFICERS | ROLE_CLERK,
	  .sides = SIDE_RECEIVER, .receipt = "accepted", .fields = FIELDS(NEED(MEDIATOR), MAY(NOTE)),
	  .effects = EFFECTS(START("C7.4")), .article = A_INVITED("二十七") "；人民法院在线调解规则第十二条" },
	{ .code = "turn_down", .zh = "不接受委派", .from = S(ASSIGNMENT_SENT), .to = STATE_HANDOFF_RETURNED,
	  .by = ROLES_OFFICERS | ROLE_CLERK, .sides = SIDE_RECEIVER, .receipt = "refused", .fields = FIELDS(NEED(REASON)),
	  .article = "人民法院在线调解规则第十二条" },
	{ .code = "extend_mediation", .zh = "双方同意延长调解", .from = S(ASSIGNED), .by = ROLES_OFFICERS | ROLE_CLERK,
	  .sides = SIDE_RECEIVER, .receipt = "extended", .guards = GUARDS(GUARD_BOTH_AGREE, GUARD_MEDIATION_BEFORE_DUE),
	  .fields = FIELDS(NEED(BOTH_AGREE), NEED(DAYS), MAY(NOTE)), .effects = EFFECTS(EXTEND("C7.4")),
	  .article = A_INVITED("二十七") },
	{ .code = "mediated", .zh = "报告调解结果", .from = S(ASSIGNED), .to = STATE_MEDIATED, .by = ROLES_OFFICERS | ROLE_CLERK,
	  .sides = SIDE_RECEIVER, .receipt = "answered", .fields = FIELDS(NEED(MEDIATION_RESULT), NEED(RESULT), MAY(ATTACH)),
	  .effects = EFFECTS(MEET("C7.4")), .article = A_INVITED("二十七") "；人民法院在线调解规则第二十一条" },
	{ .code = "assign_close", .zh = "委派调解办结", .from = S(MEDIATED), .to = STATE_HANDOFF_CLOSED, .by = ROLE_COURT,
	  .sides = SIDE_SENDER, .receipt = "closed", .fields = FIELDS(MAY(COURT_CASE_NO), MAY(NOTE)),
	  .article = "人民法院在线调解规则第二十一条" },
	HANDOFF_SILENCE_ROW(S_ALL_SENT, A_CONFIRM("四") "、第五条"),
	HANDOFF_RECORD_ROWS(S_ALL_SENT, A_CONFIRM("四") "、第五条"),
	MATERIAL_ROWS(S(AGREED) | S(AGREEMENT_FAULTY) | S(PREPARED) | S(HANDOFF_DRAFT) | S_ALL_SENT),
};

const struct procedure procedure_c7 = {
	.id = PROCEDURE_C7, .code = "c7", .zh = "司法确认和委派调解",
	.rows = rows, .row_count = ARRAY_LEN(rows),
};

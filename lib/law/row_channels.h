/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the channels C2 to C9 share, beside what row.h has for all. Only their procedure_*.c tables include this.
 *
 * A matter that another organ sends us for verification (C2 in, C3, C4, C5) is not investigated here: the hand-over opens or
 * links a clue or a case, whose own procedure verifies, files and decides. The rows below note the link and what
 * became of it, and tell the sender. Verifying, reopening and having decided are states of our copy only; the record that
 * follows brings both copies together again. */
#ifndef LAW_ROW_CHANNELS_H
#define LAW_ROW_CHANNELS_H

#include "law/row.h"

/* In effects_channels.c. */
enum err_code effect_progress(struct application *app, struct err *err);     /* notes what was told, in any order */
enum err_code effect_received(struct application *app, struct err *err);     /* where a received paper leads, by its kind */
enum err_code effect_resumed(struct application *app, struct err *err);      /* back to where the records had led */
enum err_code effect_interim(struct application *app, struct err *err);
enum err_code effect_designated(struct application *app, struct err *err);
enum err_code effect_enforcement(struct application *app, struct err *err);  /* W0 and the window, by enforcement.h */
enum err_code effect_court_review(struct application *app, struct err *err); /* which of the two review periods runs */
enum err_code effect_agreement(struct application *app, struct err *err);    /* what agreement.h finds */
enum err_code effect_reminded(struct application *app, struct err *err);
enum err_code effect_arrive_c7(struct application *app, struct err *err);

#define A_LINK "行政执法机关移送涉嫌犯罪案件的规定"
#define A_OPINION "最高人民检察院关于推进行政执法与刑事司法衔接工作的规定"
#define A_ADVICE "最高人民法院关于综合治理类司法建议工作若干问题的规定"
#define A_FORCE(n) "行政强制法第" n "条"

/* Our copy between the receipt and the answer, whatever the other copy knows of it. */
#define S_VERIFYING_IN (S(HANDOFF_ACCEPTED) | S(INBOUND_VERIFYING) | S(INBOUND_REOPENED))
#define S_WORKED_ON (S_VERIFYING_IN | S(HANDOFF_FILED) | S(INBOUND_DECIDED))

/* What every sender of a matter tells. */
#define MATTER_FIELDS \
	NEED(TITLE), MAY(CAUSE), MAY(IP_TYPE), MAY(PARTIES), MAY(FACTS_TEXT), MAY(PLACE), MAY(GOODS), MAY(BASIS), \
	MAY(ACT_ENDED_ON), MAY(DISCOVERED_ON), MAY(ITEMS_LISTED), MAY(GOODS_LIST)
#define MATTER_FIELDS_IN \
	MAY(TITLE), MAY(CAUSE), MAY(IP_TYPE), MAY(PARTIES), MAY(FACTS_TEXT), MAY(PLACE), MAY(GOODS), MAY(BASIS), \
	MAY(ACT_ENDED_ON), MAY(DISCOVERED_ON), MAY(ITEMS_LISTED), MAY(GOODS_LIST)

/* Reception with the count of what came; differences make a receipt of their own. `effects_`: clocks and the state. */
#define RECEIVE_ROWS(crosses_, to_, by_, article_, effects_) \
	{ .code = "receive", .zh = "签收并核对材料物品", .from = S(HANDOFF_SENT), .to = (to_), .crosses = (crosses_), \
	  .by = (by_), .sides = SIDE_RECEIVER, .receipt = "accepted", \
	  .guards = GUARDS(GUARD_ITEMS_EQUAL), \
	  .fields = FIELDS(MAY(ITEMS_RECEIVED), MAY(PAPER_NO), MAY(NOTE), MAY(ATTACH)), \
	  .effects = effects_, .article = article_ }, \
	{ .code = "receive_part", .zh = "签收，材料物品有差异", .from = S(HANDOFF_SENT), .to = (to_), .crosses = (crosses_), \
	  .by = (by_), .sides = SIDE_RECEIVER, .receipt = "partly-accepted", \
	  .fields = FIELDS(NEED(ITEMS_RECEIVED), NEED(DIFFERENCES), MAY(PAPER_NO), MAY(NOTE), MAY(ATTACH)), \
	  .effects = effects_, .article = article_ }

#define ASSIGN_ROW(states) \
	{ .code = "assign", .zh = "指派经办人员", .from = (states), .by = ROLE_UNIT_HEAD | ROLE_CLERK, \
	  .sides = SIDE_RECEIVER, .guards = GUARDS(GUARD_TWO_OFFICERS), \
	  .fields = FIELDS(NEED(OFFICER), NEED(CO_OFFICER)), .article = "行政处罚法第四十二条" }

/* Verification, filing, decision: links and dates; the work itself is the clue's and the case's. `from_`: states in which a
 * received matter waits to be verified. `filed_`: in which it is being decided. `crosses_`: states into which the sender may
 * have led meanwhile. `kind_`: does the channel also bring papers that are not verified? */
#define OF_ONE_KIND
#define OF_SEVERAL_KINDS GUARD_KIND_VERIFIES,
#define VERIFY_ROWS(from_, filed_, crosses_, kind_) \
	{ .code = "verify", .zh = "登记线索开始核查", .from = (from_), .to = STATE_INBOUND_VERIFYING, .by = ROLES_OFFICERS, \
	  .sides = SIDE_RECEIVER, .tells = "linked", \
	  .guards = GUARDS(GUARD_CASE_OFFICER, kind_ GUARD_LINK_GIVEN, GUARD_LINK_STATE), \
	  .fields = FIELDS(MAY(CLUE), MAY(CASE), MAY(NOTE)), \
	  .effects = EFFECTS(CANCEL("C4.5")), .form = "1", .article = A2("十八") }, \
	{ .code = "link", .zh = "关联所立案件", .from = (from_) | (filed_), .by = ROLES_OFFICERS, \
	  .sides = SIDE_RECEIVER, .guards = GUARDS(GUARD_CASE_OFFICER, kind_ GUARD_LINK_STATE), \
	  .fields = FIELDS(NEED(CASE), MAY(NOTE)), .article = A2("十九") }, \
	{ .code = "reopen", .zh = "恢复办理原案件", .from = (from_), .to = STATE_INBOUND_REOPENED, .by = ROLES_OFFICERS, \
	  .approve_by = ROLES_LEADER, .sides = SIDE_RECEIVER, .tells = "reopened", \
	  .guards = GUARDS(GUARD_CASE_OFFICER, kind_ GUARD_REOPENS_CASE), \
	  .fields = FIELDS(NEED(CASE), NEED(REASON)), \
	  .effects = EFFECTS(CANCEL("C4.5")), .form = "8", .article = A_LINK "第十条、第十三条；" A2("十八") }, \
	{ .code = "extend", .zh = "延长核查期限", .from = (from_), .by = ROLES_OFFICERS, .approve_by = ROLES_LEADER, \
	  .sides = SIDE_RECEIVER, \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_VERIFY_NOT_EXTENDED, GUARD_VERIFY_BEFORE_DUE), \
	  .fields = FIELDS(NEED(REASON)), .effects = EFFECTS(SET_DAY(EXTENSION_ON)), \
	  .form = "8", .article = A2("十八") "第一款" }, \
	{ .code = "extended", .zh = "告知延长核查期限", .from = (from_), .by = ROLES_OFFICERS, .crosses = (crosses_), \
	  .sides = SIDE_RECEIVER, .receipt = "extended", \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_EXTENSION_APPROVED, GUARD_VERIFY_NOT_EXTENDED), \
	  .fields = FIELDS(MAY(NOTE)), .effects = EFFECTS(EXTEND("C2.1")), .article = A2("十八") "第一款" }, \
	{ .code = "file", .zh = "告知已立案", .from = (from_), .to = STATE_HANDOFF_FILED, .by = ROLES_OFFICERS, \
	  .crosses = (crosses_), .sides = SIDE_RECEIVER, .receipt = "filed", \
	  .guards = GUARDS(GUARD_CASE_OFFICER, kind_ GUARD_LINKED_CASE, GUARD_GOODS_SETTLED, \
			   GUARD_WITHIN_LIMITATION), \
	  .fields = FIELDS(MAY(PAPER_NO), MAY(GOODS_HANDLING), MAY(NOTE), MAY(ATTACH)), \
	  .effects = EFFECTS(CALL(effect_progress), MEET("C2.1")), .form = "7", .article = A2("十八") "、第十九条" }, \
	{ .code = "not_file", .zh = "告知不予立案", .from = (from_), .to = STATE_HANDOFF_NOT_FILED, .by = ROLES_OFFICERS, \
	  .crosses = (crosses_), .sides = SIDE_RECEIVER, .receipt = "not-filed", \
	  .guards = GUARDS(GUARD_CASE_OFFICER, kind_ GUARD_LINKED_DECLINED, GUARD_GOODS_SETTLED), \
	  .fields = FIELDS(NEED(REASON), MAY(DECLINE_GROUND), MAY(GOODS_HANDLING), MAY(ATTACH)), \
	  .effects = EFFECTS(CALL(effect_progress), MEET("C2.1")), .form = "7", .article = A2("十八") "、第二十条" }, \
	{ .code = "decided", .zh = "已作出处理决定", .from = (filed_), \
	  .to = STATE_INBOUND_DECIDED, .by = ROLES_OFFICERS, .sides = SIDE_RECEIVER, \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_LINKED_DECIDED), \
	  .fields = FIELDS(NEED(OUTCOME), MAY(NOTE)), \
	  .effects = EFFECTS(START("C3.2"), START("C9.2")), .article = A2("六十") "、第六十四条" }

/* The result, with which the hand-over ends. */
#define ANSWER_ROW(from_, crosses_, article_) \
	{ .code = "answer", .zh = "答复处理结果", .from = (from_), .to = STATE_HANDOFF_CLOSED, .by = ROLES_OFFICERS, \
	  .crosses = (crosses_), .sides = SIDE_RECEIVER, .receipt = "answered", \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_RESULT_KNOWN), \
	  .fields = FIELDS(NEED(RESULT), MAY(OUTCOME), MAY(DOC_NO), MAY(NOTE), MAY(ATTACH)), \
	  .effects = EFFECTS(CALL(effect_progress), MEET("C3.2"), MEET("C4.1"), MEET("C4.1b"), MEET("C5.1"), \
			     MEET("C5.1b"), CANCEL("C2.1"), CANCEL("C4.5")), \
	  .article = article_ }

/* Entry of the result on the platform of both systems; each organ's own. */
#define PLATFORM_ROW(states, by_) \
	{ .code = "platform_entered", .zh = "已录入信息平台", .from = (states), .by = (by_), \
	  .fields = FIELDS(MAY(NOTE)), .effects = EFFECTS(MEET("C9.1"), MEET("C9.2")), \
	  .article = A_OPINION "第十六条" }

/* The term for our answer passed: the principal is told and says why. Nothing is barred by it. */
#define OVERDUE_ROWS(states) \
	{ .code = "term_passed", .zh = "答复期限届满提示", .from = (states), .by = ROLE_EXCHANGE, .sides = SIDE_RECEIVER, \
	  .guards = GUARDS(GUARD_TERM_PASSED), .fields = FIELDS(MAY(NOTE)), \
	  .effects = EFFECTS(SET_DAY(WARNED_ON)), .article = A_OPINION "第十一条" }, \
	{ .code = "term_note", .zh = "局长签注逾期原因", .from = (states), .by = ROLE_PRINCIPAL, .sides = SIDE_RECEIVER, \
	  .guards = GUARDS(GUARD_TERM_WARNED), .fields = FIELDS(NEED(REASON)), \
	  .effects = EFFECTS(CLEAR(WARNED_ON)), .article = A_OPINION "第十一条" }

/* Never sent. `states`: before "submit". */
#define GIVE_UP_ROW(states, by_, approve_, tells_, guards_, article_) \
	{ .code = "give_up", .zh = "不再发出", .from = (states), .to = STATE_HANDOFF_CLOSED, .by = (by_), \
	  .approve_by = (approve_), .sides = SIDE_SENDER, .tells = tells_, .guards = guards_, \
	  .fields = FIELDS(NEED(REASON)), .effects = EFFECTS(CALL(effect_handoff_over)), .article = article_ }

/* The sender takes the matter back, at any time while it lasts; what crosses with it does not count. */
#define WITHDRAW_ROW(states, by_, tells_, article_) \
	{ .code = "withdraw", .zh = "撤回", .from = (states), .to = STATE_HANDOFF_WITHDRAWN, .by = (by_), \
	  .crosses = S(HANDOFF_WITHDRAWN), .sides = SIDE_SENDER, .receipt = "withdrawn", .tells = tells_, \
	  .guards = GUARDS(GUARD_HANDOFF_LASTS), .fields = FIELDS(NEED(REASON)), \
	  .effects = EFFECTS(CALL(effect_handoff_over)), .article = article_ }

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Disclosure of a penalty decision 行政处罚信息公示: prepared, reviewed for secrets by somebody else, published or pushed to
 * the party's province, reported, corrected, withdrawn, repaired, stopped (order 45; credit repair order 107; list order 44).
 * What begins it and what the case tells it is in disclosure.h; which period counts is computed there. */
#include "law/row.h"

#define A45(n) "市场监督管理行政处罚信息公示规定第" n "条"
#define A107(n) "市场监督管理信用修复管理办法第" n "条"
#define A44(n) "市场监督管理严重违法失信名单管理办法第" n "条"

#define BY_CLERK (ROLE_CREDIT_CLERK | ROLES_OFFICERS)
#define BY_REVIEWER (ROLE_UNIT_HEAD | ROLE_LEGAL_REVIEWER | ROLE_CREDIT_CLERK)
/* The decision does not stand. */
#define OVERTURNED \
	CALL(effect_overturned_noted), \
	CALL_FROM_TO(effect_overturned_before, S_UNPUBLISHED, S(NOT_REQUIRED)), \
	CALL_FROM_TO(effect_overturned, S_ON_SITE | S(PUSHED), S(TO_WITHDRAW)), \
	CALL_FROM_TO(effect_overturned_hidden, S(SHIELDED), S(DISCLOSURE_WITHDRAWN))

#define S_KNOWN (S(PUBLISHED) | S(REPAIR) | S(SHIELDED) | S(PUSHED))
#define S_ENDED (S(DISCLOSURE_WITHDRAWN) | S(STOPPED))
#define S_ALL (S_UNPUBLISHED | S_KNOWN | S_ENDED | S(TO_WITHDRAW) | S(EXEMPT) | S(NOT_REQUIRED))

/* What is copied from the decision. */
#define DECISION_FIELDS \
	MAY(IP_TYPE), NEED(CAUSE), MAY(TITLE), MAY(CAMPAIGNS), MAY(TAGS), NEED(PARTIES), NEED(PENALTY_KINDS), MAY(FINE), \
	MAY(CONFISCATED_INCOME), MAY(CONFISCATED_GOODS), MAY(CONFISCATED_GOODS_VALUE), MAY(LICENCE), MAY(DISCRETION), MAY(BASIS), \
	NEED(DECISION_TEXT), MAY(SERIOUS_FIELD), MAY(RESTRICTION_UNTIL), NEED(DECIDED_ON), MAY(TEXT_DIGEST)

static const struct act_row rows[] = {
	/* ---- the beginning ---- */
	{ .code = "opened", .zh = "列入公示", .by = ROLE_NONE,
	  .fields = FIELDS(NEED(CASE), MAY(OFFICER), MAY(CO_OFFICER), DECISION_FIELDS, MAY(OTHER_PROVINCE), MAY(DECISION_PAPER)),
	  .effects = EFFECTS(CALL(effect_parties), CALL_TO(effect_disclosure_opened, S(PREPARING) | S(NOT_REQUIRED)),
			     START_ON_IF("D32", DECIDED_ON, PUBLISHABLE_HERE), START_ON_IF("D33", DECIDED_ON, PUBLISHABLE_AWAY),
			     START_ON_IF("D36", DECIDED_ON, PUBLISHABLE), SET_DUE_IF(PUBLISH_DUE, "D32", PUBLISHABLE_HERE),
			     SET_DUE_IF(PUBLISH_DUE, "D33", PUBLISHABLE_AWAY), SET_DUE_IF(CREDIT_DUE, "D36", PUBLISHABLE)),
	  .article = A45("二") "、第九条、第十条" },
	{ .code = "register", .zh = "登记变更后的决定", .by = BY_CLERK,
	  .guards = GUARDS(GUARD_PUBLISHABLE, GUARD_DECIDED_BEFORE),
	  .fields = FIELDS(MAY(CASE), MAY(OFFICER), MAY(CO_OFFICER), DECISION_FIELDS, MAY(OTHER_PROVINCE), NEED(DECISION_PAPER),
			   NEED(SERVED_ON), MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_parties), CALL_TO(effect_disclosure_opened, S(PREPARING)),
			     START_ON_IF("D32", DECIDED_ON, PUBLISHABLE_HERE), START_ON_IF("D33", DECIDED_ON, PUBLISHABLE_AWAY),
			     START_ON_IF("D36", DECIDED_ON, PUBLISHABLE), SET_DUE_IF(PUBLISH_DUE, "D32", PUBLISHABLE_HERE),
			     SET_DUE_IF(PUBLISH_DUE, "D33", PUBLISHABLE_AWAY), SET_DUE_IF(CREDIT_DUE, "D36", PUBLISHABLE)),
	  .article = A45("九") "、第十一条；政府信息公开条例第二十六条" },
	{ .code = "receive", .zh = "接收外省推送", .to = STATE_RECEIVED, .by = ROLE_CREDIT_CLERK,
	  .guards = GUARDS(GUARD_PUBLISHABLE, GUARD_DECIDED_BEFORE),
	  .fields = FIELDS(NEED(AGENCY), DECISION_FIELDS, NEED(DECISION_PAPER), MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_parties), CALL(effect_disclosure_opened), START("D34"), SET_DUE(PUBLISH_DUE, "D34")),
	  .article = A45("十") },
	{ .code = "case_event", .zh = "案件变化", .from = S_ALL, .by = ROLE_NONE,
	  .fields = FIELDS(NEED(DISCLOSURE_EVENT), MAY(PARTIES), MAY(SERVED_ON), MAY(ANNOUNCED_ON), MAY(PERFORMED_ON),
			   MAY(REMEDY_RESULT), MAY(WITHDRAW_REASON)),
	  .effects = EFFECTS(CALL(effect_case_event), OVERTURNED),
	  .article = A45("八") "、第十一条、第十二条" },
	RECOMPUTE_ROW(S_ALL),

	/* ---- prepared and reviewed ---- */
	{ .code = "prepare", .zh = "整理公示信息送审", .from = S_UNPUBLISHED, .to = STATE_SECRECY_REVIEW, .by = BY_CLERK,
	  .guards = GUARDS(GUARD_SUMMARY_COMPLETE, GUARD_CUTS_VALID),
	  .fields = FIELDS(MAY(CUTS), MAY(DECISION_PAPER), MAY(PARTIES), MAY(CAUSE), MAY(OTHER_PROVINCE), MAY(SERIOUS_FIELD),
			   MAY(RESTRICTION_UNTIL), MAY(LICENCE), MAY(MINOR), MAY(SENSITIVE), MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_parties), CALL(effect_disclosure_prepared)),
	  .article = A45("四") "至第七条、第十九条" },
	{ .code = "review_pass", .zh = "保密审查通过", .from = S(SECRECY_REVIEW), .to = STATE_READY, .by = BY_REVIEWER | ROLES_LEADER,
	  .guards = GUARDS(GUARD_REVIEWER_NOT_DRAFTER, GUARD_NOT_SENSITIVE, GUARD_SECRECY_REVIEWED, GUARD_TEXT_CLEAN),
	  .fields = FIELDS(NEED(SECRECY_REVIEWED), MAY(OPINION)),
	  .effects = EFFECTS(CALL(effect_secrecy_reviewed)), .article = A45("五") },
	{ .code = "review_sensitive", .zh = "涉商业秘密隐私的审查批准", .from = S(SECRECY_REVIEW), .to = STATE_READY, .by = BY_REVIEWER,
	  .approve_by = ROLES_LEADER,
	  .guards = GUARDS(GUARD_REVIEWER_NOT_DRAFTER, GUARD_SECRECY_REVIEWED, GUARD_TEXT_CLEAN),
	  .fields = FIELDS(NEED(SECRECY_REVIEWED), NEED(UPPER_APPROVAL), MAY(REASON)),
	  .effects = EFFECTS(CALL(effect_secrecy_reviewed)),
	  .article = "企业信息公示暂行条例第三条；" A45("五") "、第六条" },
	{ .code = "review_return", .zh = "保密审查退回", .from = S(SECRECY_REVIEW), .by = BY_REVIEWER | ROLES_LEADER,
	  .fields = FIELDS(NEED(OPINION)),
	  .effects = EFFECTS(CALL_TO(effect_secrecy_returned, S(PREPARING) | S(RECEIVED))), .article = A45("五") },
	{ .code = "exempt", .zh = "不予公开", .from = S_UNPUBLISHED | S(DISCLOSURE_WITHDRAWN), .to = STATE_EXEMPT, .by = BY_CLERK,
	  .approve_by = ROLES_LEADER, .guards = GUARDS(GUARD_NO_OPEN_REQUEST),
	  .fields = FIELDS(NEED(PUBLISH_EXEMPTION), NEED(REASON)),
	  .effects = EFFECTS(CALL(effect_exempted)), .article = A45("五") "、第六条" },
	{ .code = "exempt_end", .zh = "终止不予公开", .from = S(EXEMPT), .by = ROLE_CREDIT_CLERK, .approve_by = ROLES_LEADER,
	  .guards = GUARDS(GUARD_DECISION_STANDS),
	  .fields = FIELDS(NEED(REASON)),
	  .effects = EFFECTS(CALL_TO(effect_exemption_ended, S(PREPARING) | S(RECEIVED))), .article = A45("二") "、第五条" },

	/* ---- public ---- */
	{ .code = "publish", .zh = "公示", .from = S(READY), .to = STATE_PUBLISHED, .by = BY_CLERK,
	  .guards = GUARDS(GUARD_SAME_PROVINCE, GUARD_PARTY_TOLD, GUARD_NOT_MINOR, GUARD_SUMMARY_COMPLETE, GUARD_TEXT_CLEAN),
	  .fields = FIELDS(MAY(DECISION_PAPER), MAY(PUBLISH_PLACE), MAY(PUBLISH_TEXT_DIGEST), MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_published)), .article = A45("九") },
	{ .code = "push", .zh = "推送外省公示", .from = S(READY), .to = STATE_PUSHED, .by = BY_CLERK,
	  .guards = GUARDS(GUARD_OTHER_PROVINCE, GUARD_PARTY_TOLD, GUARD_NOT_MINOR, GUARD_SUMMARY_COMPLETE, GUARD_TEXT_CLEAN),
	  .fields = FIELDS(NEED(ORGAN_TO), MAY(DECISION_PAPER), MAY(PUBLISH_TEXT_DIGEST), MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_pushed)), .article = A45("十") },
	{ .code = "push_answer", .zh = "接收机关答复", .from = S(PUSHED) | S(REPAIR) | S(TO_WITHDRAW) | S_ENDED, .by = BY_CLERK,
	  .guards = GUARDS(GUARD_OTHER_PROVINCE),
	  .fields = FIELDS(NEED(RECEIVER_ANSWER), MAY(RECEIVER_PUBLISHED_ON)),
	  .effects = EFFECTS(MEET("D34b")), .article = A45("十") },
	{ .code = "credit_report", .zh = "报送信用中国", .from = S_ALL & ~(S(NOT_REQUIRED) | S(EXEMPT)), .by = BY_CLERK,
	  .guards = GUARDS(GUARD_OWN_DECISION),
	  .fields = FIELDS(MAY(CREDIT_BATCH), MAY(CREDIT_DIGEST), MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_credit_reported)), .article = "发改办财金〔2018〕424号" },
	{ .code = "correct", .zh = "更正公示", .from = S_ON_SITE, .by = BY_CLERK,
	  .approve_by = ROLE_UNIT_HEAD | ROLE_LEGAL_REVIEWER | ROLES_LEADER,
	  .guards = GUARDS(GUARD_SAME_PROVINCE, GUARD_NOT_MINOR, GUARD_SUMMARY_COMPLETE, GUARD_CUTS_VALID, GUARD_TEXT_CLEAN),
	  .fields = FIELDS(NEED(REASON), MAY(CUTS), MAY(DECISION_PAPER), MAY(PARTIES), MAY(CAUSE), MAY(SERIOUS_FIELD),
			   MAY(RESTRICTION_UNTIL), MAY(PUBLISH_TEXT_DIGEST)),
	  .effects = EFFECTS(CALL(effect_parties), CALL(effect_corrected)), .article = A45("十二") },

	/* ---- withdrawn ---- */
	{ .code = "overturn", .zh = "决定被变更、撤销、确认违法", .from = S_UNPUBLISHED | S_KNOWN | S_ENDED | S(EXEMPT),
	  .by = BY_CLERK | ROLE_LEGAL_REVIEWER, .guards = GUARDS(GUARD_DECISION_STANDS, GUARD_OVERTURNING),
	  .fields = FIELDS(NEED(REMEDY_RESULT), NEED(WITHDRAW_REASON), MAY(PAPER_NO)),
	  .effects = EFFECTS(OVERTURNED),
	  .article = A45("十一") "；行政处罚法第四十八条第二款" },
	{ .code = "withdraw", .zh = "撤回公示", .from = S(TO_WITHDRAW) | S_KNOWN, .to = STATE_DISCLOSURE_WITHDRAWN,
	  .by = ROLE_CREDIT_CLERK, .fields = FIELDS(NEED(WITHDRAW_REASON), MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_withdrawn)), .article = A45("十一") "、第十二条；行政处罚法第四十八条第二款" },
	{ .code = "resume", .zh = "重新整理公示", .from = S(DISCLOSURE_WITHDRAWN), .by = ROLE_CREDIT_CLERK,
	  .approve_by = ROLES_LEADER, .guards = GUARDS(GUARD_DECISION_STANDS),
	  .fields = FIELDS(NEED(REASON)),
	  .effects = EFFECTS(CALL_TO(effect_secrecy_returned, S(PREPARING) | S(RECEIVED))), .article = A45("九") "、第十二条" },

	/* ---- the period ends ---- */
	{ .code = "expire", .zh = "公示期满停止公示", .from = S_ON_SITE | S(SHIELDED) | S(TO_WITHDRAW), .to = STATE_STOPPED,
	  .by = ROLE_EXCHANGE | ROLE_CREDIT_CLERK, .guards = GUARDS(GUARD_STOP_DAY), .fields = FIELDS(MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_expired)), .article = A45("十三") "至第十五条" },
	{ .code = "stop", .zh = "停止公示", .from = S_KNOWN, .to = STATE_STOPPED, .by = ROLE_CREDIT_CLERK,
	  .guards = GUARDS(GUARD_STOP_GROUNDED), .fields = FIELDS(NEED(STOP_REASON), NEED(REASON), MAY(PAPER_NO)),
	  .effects = EFFECTS(CALL(effect_stopped)), .article = A107("二十") "、第二十二条、第二十五条" },
	{ .code = "elsewhere", .zh = "收到其他部门修复通知", .from = S_ON_SITE, .by = ROLE_CREDIT_CLERK,
	  .fields = FIELDS(NEED(NOTE), MAY(PAPER_NO)), .effects = EFFECTS(RESTART("D40c")), .article = A107("二十五") },
	{ .code = "shield_request", .zh = "申请破产重整暂时屏蔽", .from = S_ON_SITE, .by = ROLE_CREDIT_CLERK,
	  .fields = FIELDS(NEED(PAPER_NO), MAY(NOTE)),
	  .effects = EFFECTS(SET_DAY(SHIELD_REQUESTED_ON), RESTART("D40b")), .article = A107("二十二") },
	{ .code = "shield", .zh = "暂时屏蔽", .from = S(PUBLISHED), .to = STATE_SHIELDED, .by = ROLE_CREDIT_CLERK,
	  .guards = GUARDS(GUARD_SHIELD_REQUESTED), .fields = FIELDS(MAY(NOTE)),
	  .effects = EFFECTS(SET_DAY(SHIELDED_ON), MEET("D40b")), .article = A107("二十二") },
	{ .code = "unshield", .zh = "恢复公示", .from = S(SHIELDED), .to = STATE_PUBLISHED, .by = ROLE_CREDIT_CLERK,
	  .fields = FIELDS(NEED(REASON), MAY(PAPER_NO)), .effects = EFFECTS(CALL(effect_unshielded)), .article = A107("二十二") },

	/* ---- credit repair ---- */
	{ .code = "repair_request", .zh = "申请信用修复", .from = S(PUBLISHED) | S(PUSHED), .to = STATE_REPAIR, .by = BY_CLERK,
	  .guards = GUARDS(GUARD_REPAIR_NOT_REVOKED), .fields = FIELDS(MAY(PAPER_NO), MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_repair_requested), SET_DAY(REPAIR_REQUESTED_ON), RESTART("D38")),
	  .article = A107("十一") "、第十三条" },
	{ .code = "repair_missing", .zh = "一次告知补正", .from = S(REPAIR), .by = ROLE_CREDIT_CLERK,
	  .guards = GUARDS(GUARD_REPAIR_NOT_ACCEPTED, GUARD_MISSING_ONCE), .fields = FIELDS(NEED(REPAIR_MISSING)),
	  .effects = EFFECTS(MEET("D38")), .article = A107("十四") },
	{ .code = "repair_supplement", .zh = "收到补正材料", .from = S(REPAIR), .by = ROLE_CREDIT_CLERK,
	  .guards = GUARDS(GUARD_REPAIR_NOT_ACCEPTED, GUARD_MISSING_LISTED), .fields = FIELDS(NEED(NOTE)),
	  .effects = EFFECTS(RESTART("D38")), .article = A107("十四") },
	{ .code = "repair_accept", .zh = "受理信用修复", .from = S(REPAIR), .by = ROLE_CREDIT_CLERK,
	  .guards = GUARDS(GUARD_REPAIR_NOT_ACCEPTED, GUARD_REPAIR_NEEDED, GUARD_REPAIR_ALLOWED, GUARD_RESTRICTION_OVER,
			   GUARD_REPAIR_MONTHS),
	  .fields = FIELDS(MAY(RESTRICTION_UNTIL), MAY(NOTE)),
	  .effects = EFFECTS(SET_DAY(REPAIR_ACCEPTED_ON), MEET("D38"), RESTART("D39")), .article = A107("十四") },
	{ .code = "repair_reject", .zh = "不予受理信用修复", .from = S(REPAIR), .by = ROLE_CREDIT_CLERK,
	  .guards = GUARDS(GUARD_REPAIR_NOT_ACCEPTED), .fields = FIELDS(NEED(REASON)),
	  .effects = EFFECTS(SET_TEXT(REPAIR_RESULT, "不予受理"), MEET("D38"),
			     CALL_TO(effect_repair_back, S(PUBLISHED) | S(PUSHED))),
	  .article = A107("十四") },
	{ .code = "repair_extend", .zh = "延长信用修复决定期限", .from = S(REPAIR), .by = ROLE_CREDIT_CLERK,
	  .approve_by = ROLES_LEADER,
	  .guards = GUARDS(GUARD_REPAIR_ACCEPTED, GUARD_REPAIR_UNDECIDED, GUARD_REPAIR_NOT_EXTENDED, GUARD_REPAIR_BEFORE_DUE),
	  .fields = FIELDS(NEED(REASON)), .effects = EFFECTS(EXTEND("D39"), CALL(effect_repair_extended)),
	  .article = A107("十六") },
	{ .code = "repair_grant", .zh = "准予信用修复", .from = S(REPAIR), .by = ROLE_CREDIT_CLERK, .approve_by = ROLES_LEADER,
	  .guards = GUARDS(GUARD_REPAIR_ACCEPTED, GUARD_REPAIR_UNDECIDED, GUARD_REPAIR_PERFORMED, GUARD_REPAIR_CORRECTED,
			   GUARD_REPAIR_NOT_AGAIN, GUARD_RESTRICTION_OVER),
	  .fields = FIELDS(NEED(CORRECTED), NEED(NOT_AGAIN), MAY(PERFORMED_ON), MAY(REASON)),
	  .effects = EFFECTS(SET_TEXT(REPAIR_RESULT, "准予"), SET_DAY(REPAIR_DECIDED_ON), MEET("D39"), RESTART("D40")),
	  .article = A107("十一") "、第十六条；" A45("十六") },
	{ .code = "repair_deny", .zh = "不予信用修复", .from = S(REPAIR), .by = ROLE_CREDIT_CLERK, .approve_by = ROLES_LEADER,
	  .guards = GUARDS(GUARD_REPAIR_ACCEPTED, GUARD_REPAIR_UNDECIDED), .fields = FIELDS(NEED(REASON)),
	  .effects = EFFECTS(SET_TEXT(REPAIR_RESULT, "不予"), SET_DAY(REPAIR_DECIDED_ON), MEET("D39"),
			     CALL_TO(effect_repair_back, S(PUBLISHED) | S(PUSHED))),
	  .article = A107("十六") },
	{ .code = "repair_withdraw", .zh = "申请人撤回信用修复申请", .from = S(REPAIR), .by = ROLE_CREDIT_CLERK,
	  .guards = GUARDS(GUARD_REPAIR_UNDECIDED), .fields = FIELDS(NEED(NOTE)),
	  .effects = EFFECTS(SET_TEXT(REPAIR_RESULT, "撤回申请"), CALL_TO(effect_repair_back, S(PUBLISHED) | S(PUSHED))),
	  .article = A107("十三") },
	{ .code = "repair_carry_out", .zh = "执行信用修复", .from = S(REPAIR), .to = STATE_STOPPED, .by = ROLE_CREDIT_CLERK,
	  .guards = GUARDS(GUARD_REPAIR_GRANTED), .fields = FIELDS(MAY(ORGAN_TO), MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_repair_done)), .article = A107("十七") "、第四条第二款" },
	{ .code = "repair_revoke", .zh = "撤销信用修复", .from = S(STOPPED), .by = ROLE_CREDIT_CLERK, .approve_by = ROLES_LEADER,
	  .guards = GUARDS(GUARD_REPAIR_DONE, GUARD_DECISION_STANDS), .fields = FIELDS(NEED(REASON)),
	  .effects = EFFECTS(CALL_TO(effect_repair_revoked, S(PUBLISHED) | S(PUSHED))), .article = A107("二十三") },

	/* ---- the list of the seriously untrustworthy ---- */
	{ .code = "list", .zh = "列入严重违法失信名单", .from = S_UNPUBLISHED | S_ON_SITE | S(PUSHED), .by = BY_CLERK,
	  .approve_by = ROLES_LEADER, .guards = GUARDS(GUARD_OWN_DECISION, GUARD_NOT_LISTED),
	  .fields = FIELDS(NEED(LIST_CONSENT), NEED(REASON)),
	  .effects = EFFECTS(SET_DAY(LISTED_ON), START_IF("D46", PUBLISHABLE_HERE), START_IF("D46b", PUBLISHABLE_AWAY),
			     SET_DUE_IF(LIST_DUE, "D46", PUBLISHABLE_HERE), SET_DUE_IF(LIST_DUE, "D46b", PUBLISHABLE_AWAY),
			     CALL(effect_listed)),
	  .article = A44("九") "、第十三条、第二十二条" },
	{ .code = "list_publish", .zh = "公示列入信息", .from = S_UNPUBLISHED | S_ON_SITE | S(PUSHED), .by = ROLE_CREDIT_CLERK,
	  .guards = GUARDS(GUARD_LISTED, GUARD_LIST_NOT_PUBLISHED), .fields = FIELDS(MAY(ORGAN_TO), MAY(NOTE)),
	  .effects = EFFECTS(SET_DAY(LIST_PUBLISHED_ON), MEET("D46"), MEET("D46b")), .article = A44("十四") },
	{ .code = "list_remove", .zh = "移出严重违法失信名单", .from = S_ALL & ~(S(NOT_REQUIRED) | S(EXEMPT)), .by = ROLE_CREDIT_CLERK,
	  .approve_by = ROLES_LEADER, .guards = GUARDS(GUARD_LISTED), .fields = FIELDS(NEED(REASON)),
	  .effects = EFFECTS(CALL(effect_delisted)), .article = A44("十六") "；" A107("十六") },
};

const struct procedure procedure_disclosure = {
	.id = PROCEDURE_DISCLOSURE, .code = "disclosure", .zh = "行政处罚信息公示",
	.rows = rows, .row_count = ARRAY_LEN(rows),
};

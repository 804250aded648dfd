/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Channel C1: market supervision hands a suspected crime to the police (310号令; 公通字〔2016〕16号; 公通字〔2017〕25号;
 * 人民检察院刑事诉讼规则 557-564). Sender: the bureau. Receiver: the county's police. Third: the procuratorate, which also
 * tells what the court decided.
 *
 *   advised -> team -> reported -> approved -> sent -> accepted -> filed -> handed over -> prosecution -> trial -> final
 *
 * Who leads on in which state, and what may cross:
 *   sent, accepted, overdue   the police; our "silence" only notes the lapse, from which the state is computed
 *   overdue                   also we, to the procuratorate: then what the police decided meanwhile is kept as a fact, but a
 *                             filing always wins, whatever the procuratorate said meanwhile
 *   filed, handed over, custody   goods are ours, custody, withdrawal and prosecution theirs: the state is computed from the goods
 *   everything else           one side only
 * The police's clocks stop with a deficiency or a question back and start anew with the answer: only material that meets the
 * requirements sets them running (公通字〔2017〕25号 16). */
#include "law/row.h"

#define GA(n) "公安机关办理刑事案件程序规定第" n "条"
#define A16(n) "公安机关受理行政执法机关移送涉嫌犯罪案件规定第" n "条"
#define JC(n) "人民检察院刑事诉讼规则第" n "条"

#define S_REVIEW (S(C1_ACCEPTED) | S(C1_OVERDUE))
#define S_SUPERVISION (S(C1_SUPERV) | S(C1_SUPERV_EXPL) | S(C1_SUPERV_ORDER))
#define S_GOODS (S(C1_FILED) | S(C1_HANDED_OVER) | S(C1_CUSTODY))
#define S_COURT (S(C1_PROSECUTION) | S(C1_NONPROS) | S(C1_TRIAL) | S(C1_JUDGED) | S(C1_FINAL))
/* From the filing on. */
#define S_CRIMINAL (S_GOODS | S(C1_WITHDRAWN) | S_COURT | S(C1_CLOSED))
/* Before the police have decided. */
#define S_OPEN_REVIEW \
	(S_REVIEW | S(C1_FORWARDED) | S(C1_DEFICIENT) | S(C1_SUPP_REQ) | S(C1_RETURNED_NC) | S(C1_REFUSED_RECEIPT))
#define S_REFUSED (S(C1_NOT_FILED) | S(C1_RECON) | S(C1_RECON_UPHELD))
#define S_SHARED (S(C1_SENT) | S_OPEN_REVIEW | S_REFUSED | S_SUPERVISION | S(C1_RETURNED) | S_CRIMINAL)

/* What the report, the letter and the other copies tell of the case. */
/* What the case is about; the paper itself needs more than may be prepared. */
#define ABOUT_CASE \
	MAY(TITLE), MAY(CAUSE), MAY(IP_TYPE), MAY(PARTIES), MAY(FACTS_TEXT), MAY(PLACE), MAY(RIGHT_HOLDER), MAY(RIGHT_NO), \
	MAY(GOODS), MAY(GOODS_LIST), MAY(OFFENCE), MAY(CRIM_GAIN), MAY(CRIM_TURNOVER), MAY(CRIM_SALES), \
	MAY(CRIM_UNSOLD), MAY(CRIM_LABELS), MAY(CRIM_LOSS), MAY(CRIM_COPIES), MAY(CRIM_LABELS_SOLD), \
	MAY(CRIM_LABELS_UNSOLD), MAY(CRIM_COPIES_UNSOLD), MAY(CRIM_WORKS), MAY(CRIM_DOWNLOADS), MAY(CRIM_CLICKS), \
	MAY(CRIM_MEMBERS), MAY(CRIM_GAIN_SERVICE), MAY(CRIM_DIRECT_LOSS), MAY(CRIM_BANKRUPT), MAY(SOURCE_GROUPS), MAY(PRIOR_ON), \
	MAY(ADVISORY_LEVEL), MAY(ADVISORY_RULES), MAY(ACT_ENDED_ON), MAY(LEGAL_BASIS), MAY(COERCIVE), MAY(PENALTY_MADE), \
	MAY(PENALTY_MADE_ON), MAY(CONTACT)
#define ABOUT ABOUT_CASE, MAY(TRANSFER_BASIS), MAY(EVIDENCE_LIST)

#define CANCEL_REVIEW CANCEL("C1.6"), CANCEL("C1.6b"), CANCEL("C1.6c"), CANCEL("C1.6d")
#define MEET_REVIEW MEET("C1.6"), MEET("C1.6b"), MEET("C1.6c"), MEET("C1.6d")
#define START_REVIEW START("C1.6"), START("C1.6b"), START("C1.6c"), START("C1.6d")
/* A duty that is kept or missed in the very act that tells of it. */
#define KEPT_FROM(id, name) START_ON(id, name), MEET(id)

static const struct act_row rows[] = {
	/* ---- inside the bureau ---- */
	{ .code = "open", .zh = "启动涉嫌犯罪移送", .to = STATE_C1_ADVISED,
	  .by = ROLES_OFFICERS | ROLE_UNIT_HEAD | ROLES_LEADER, .sides = SIDE_SENDER,
	  .guards = GUARDS(GUARD_PEER_OTHER, GUARD_C1_SAME_LEVEL),
	  .fields = FIELDS(HANDOFF_OPEN_FIELDS, MAY(CASE), ABOUT, MAY(REASON)),
	  .effects = EFFECTS(CALL(effect_copy_open)),
	  .tells = "opened", .article = A310("三") "、第五条第二款" },
	{ .code = "appoint", .zh = "指定专案组", .from = S(C1_ADVISED) | S(C1_TEAM), .to = STATE_C1_TEAM,
	  .by = ROLES_LEADER, .sides = SIDE_SENDER,
	  .guards = GUARDS(GUARD_TWO_OFFICERS),
	  .fields = FIELDS(NEED(OFFICER), NEED(CO_OFFICER)), .article = A310("五") "第一款" },
	{ .code = "prepare", .zh = "补充移送内容", .from = S(C1_ADVISED) | S(C1_TEAM) | S(C1_REFUSED_INT),
	  .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(ABOUT, MAY(COPY_TO), MAY(NOTE)), .article = A310("四") "、第六条" },
	{ .code = "not_pursue", .zh = "决定不提出移送", .from = S(C1_ADVISED) | S(C1_TEAM) | S(C1_REFUSED_INT),
	  .to = STATE_C1_NOT_PURSUED, .by = ROLES_OFFICERS, .approve_by = ROLE_PRINCIPAL, .sides = SIDE_SENDER,
	  .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(NEED(REASON)), .effects = EFFECTS(CALL(effect_handoff_over)),
	  .tells = "dropped", .article = A310("三") "、第五条" },
	{ .code = "report", .zh = "移送涉嫌犯罪案件报告",
	  .from = S(C1_TEAM) | S(C1_REPORTED) | S(C1_REFUSED_INT), .to = STATE_C1_APPROVED,
	  .by = ROLES_OFFICERS, .approve_by = ROLE_PRINCIPAL, .sides = SIDE_SENDER,
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_TWO_OFFICERS, GUARD_NO_OPEN_REQUEST, GUARD_REFUSAL_REASONED),
	  .fields = FIELDS(NEED(REASON), NEED(TRANSFER_BASIS), NEED(EVIDENCE_LIST), MAY(OFFENCE), MAY(GOODS_LIST),
			   MAY(COERCIVE), MAY(PENALTY_MADE), MAY(PENALTY_MADE_ON), MAY(CONTACT), MAY(ATTACH)),
	  .on_request = EFFECTS(CALL_TO(effect_c1_reported, S(C1_REPORTED)), RESTART("C1.1")),
	  .on_return = EFFECTS(CALL_TO(effect_c1_refused, S(C1_REFUSED_INT)), MEET("C1.1")),
	  .effects = EFFECTS(MEET("C1.1"), START("C1.2")),
	  .tells = "approved", .tells_on_return = "refused",
	  .form = "8", .article = A310("五") },
	{ .code = "submit", .zh = "向公安机关移送", .from = S(C1_APPROVED), .to = STATE_C1_SENT,
	  .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .receipt = "submitted",
	  .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(HANDOFF_SUBMIT_TO, ABOUT_CASE, NEED(COPY_TO), NEED(TRANSFER_BASIS), NEED(EVIDENCE_LIST), MAY(NOTE)),
	  .effects = EFFECTS(MEET("C1.2"), START_ON("C1.18", PENALTY_MADE_ON)),
	  .tells = "sent", .paper = "市监移", .form = "5", .article = A310("五") "第二款、第六条；高检会〔2006〕2号" },

	/* ---- everybody else's copy ---- */
	{ .code = "arrive", .zh = "收到涉嫌犯罪移送", .to = STATE_C1_SENT, .by = ROLE_EXCHANGE | BY_ANY_PART,
	  .sides = SIDE_RECEIVER | SIDE_THIRD,
	  .fields = FIELDS(HANDOFF_ARRIVE_FIELDS, ABOUT, MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_copy_arrive)), .article = A310("七") },

	/* ---- receipt ---- */
	{ .code = "accept", .zh = "接受移送", .from = S(C1_SENT) | S(C1_FORWARDED) | S(C1_REFUSED_RECEIPT),
	  .crosses = S_SUPERVISION | S(C1_RETURNED), .to = STATE_C1_ACCEPTED,
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "accepted",
	  .fields = FIELDS(NEED(POLICE_RECEIPT), MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_c1_accepted), START_REVIEW), .article = A310("七") "；" A16("二") },
	{ .code = "refuse_receipt", .zh = "公安机关拒绝接受", .from = S(C1_SENT) | S(C1_FORWARDED),
	  .crosses = S_OPEN_REVIEW | S_REFUSED | S_SUPERVISION | S(C1_RETURNED) | S_CRIMINAL,
	  .to = STATE_C1_REFUSED_RECEIPT,
	  .by = ROLES_OFFICERS | ROLE_CLERK, .sides = SIDE_SENDER, .receipt = "refused",
	  .fields = FIELDS(NEED(REASON)), .article = A310("十七") "；" JC("五百六十二") },
	{ .code = "resubmit", .zh = "再次移送", .from = S(C1_REFUSED_RECEIPT),
	  .crosses = S_OPEN_REVIEW | S_REFUSED | S_SUPERVISION | S_CRIMINAL, .to = STATE_C1_SENT,
	  .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .receipt = "supplemented",
	  .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(NEED(NOTE), MAY(ATTACH)), .article = A310("七") },
	{ .code = "deficient", .zh = "要求补正材料", .from = S_REVIEW, .crosses = S_SUPERVISION | S(C1_RETURNED),
	  .to = STATE_C1_DEFICIENT,
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "returned-for-completion",
	  .fields = FIELDS(NEED(DEFICIENCIES), MAY(PAPER_NO), MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_c1_deficiency_told), CANCEL_REVIEW, START("C1.5")),
	  .article = GA("一百八十") "第二款；" A16("二") },
	{ .code = "supplement", .zh = "补正材料", .from = S(C1_DEFICIENT), .to = STATE_C1_ACCEPTED,
	  .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .receipt = "supplemented",
	  .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(NEED(NOTE), MAY(EVIDENCE_LIST), MAY(GOODS_LIST), MAY(ATTACH)),
	  .effects = EFFECTS(MEET("C1.5"), CALL(effect_c1_supplemented), START_REVIEW),
	  .article = GA("一百八十") "第二款" },
	{ .code = "forward", .zh = "转送有管辖权的公安机关", .from = S_REVIEW, .crosses = S_SUPERVISION | S(C1_RETURNED),
	  .to = STATE_C1_FORWARDED,
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "forwarded",
	  .guards = GUARDS(GUARD_PEER_OTHER, GUARD_C1_NEXT_POLICE),
	  .fields = FIELDS(NEED(PEER_NEXT), MAY(PEER_NEXT_NAME), MAY(CONNECTED), NEED(REASON), MAY(PAPER_NO)),
	  .effects = EFFECTS(CALL(effect_c1_forward_told), CALL(effect_forwarded), MEET_REVIEW),
	  .article = A310("七") "；" GA("一百七十五") },
	{ .code = "return_not_police", .zh = "退回（不属于公安机关管辖）", .from = S_REVIEW,
	  .crosses = S_SUPERVISION | S(C1_RETURNED), .to = STATE_C1_RETURNED_NC,
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "refused",
	  .fields = FIELDS(NEED(REASON), MAY(PAPER_NO)),
	  .effects = EFFECTS(MEET_REVIEW, CALL(effect_handoff_over)),
	  .tells = "returned", .article = GA("一百八十") "第三款；" A16("三") },
	{ .code = "ask_supplement", .zh = "提请补充调查", .from = S_REVIEW, .crosses = S_SUPERVISION | S(C1_RETURNED),
	  .to = STATE_C1_SUPP_REQ,
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "returned-for-completion",
	  .fields = FIELDS(NEED(DEFICIENCIES), MAY(PAPER_NO), MAY(NOTE)),
	  .effects = EFFECTS(CANCEL_REVIEW), .article = A16("五") },
	{ .code = "answer_supplement", .zh = "答复补充调查", .from = S(C1_SUPP_REQ), .to = STATE_C1_ACCEPTED,
	  .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .receipt = "supplemented",
	  .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(NEED(NOTE), MAY(EVIDENCE_LIST), MAY(GOODS_LIST), MAY(ATTACH)),
	  .effects = EFFECTS(CALL(effect_c1_supplemented), START_REVIEW), .article = A16("五") },
	{ .code = "extend_review", .zh = "延长立案审查期限", .from = S_REVIEW, .crosses = S_SUPERVISION | S(C1_RETURNED),
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "extended",
	  .fields = FIELDS(NEED(EXTENSION), NEED(REASON), MAY(PAPER_NO)),
	  .effects = EFFECTS(CALL_FROM_TO(effect_c1_extended, S(C1_OVERDUE), S(C1_ACCEPTED))),
	  .article = "最高检、公安部关于公安机关办理经济犯罪案件的若干规定第十六条" },
	{ .code = "silence", .zh = "公安机关逾期", .from = S_SHARED, .by = ROLE_EXCHANGE | ROLES_OFFICERS | ROLE_CLERK,
	  .sides = SIDE_SENDER, .receipt = "not-answered-in-time",
	  .guards = GUARDS(GUARD_CLOCK_THEIRS, GUARD_CLOCK_EXPIRED, GUARD_SILENCE_ONCE),
	  .fields = FIELDS(NEED(CLOCK_RULE), MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_silence), CALL_FROM_TO(effect_c1_overdue, S(C1_ACCEPTED), S(C1_OVERDUE))),
	  .article = A310("八") "；" JC("五百六十二") },

	/* ---- filed or not ---- */
	{ .code = "file", .zh = "公安机关立案",
	  .from = S_REVIEW | S(C1_RECON) | S_SUPERVISION | S(C1_RETURNED), .to = STATE_C1_FILED,
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "filed",
	  .guards = GUARDS(GUARD_PAPER_NOT_LATER, GUARD_C1_NOT_RETURNED),
	  .fields = FIELDS(NEED(FILED_NO), NEED(PAPER_ON), MAY(OFFENCE), MAY(NOTE)),
	  .effects = EFFECTS(MEET_REVIEW, MEET("C1.11"), MEET("C1.13"), MEET("C1.14"), CANCEL("C1.10"),
			     CANCEL("C1.12"), CANCEL("C1.5"), START("C1.9"), START_ON("C1.9b", PAPER_ON)),
	  .tells = "filed", .article = A310("八") "；" A16("四") },
	{ .code = "not_file", .zh = "公安机关不予立案", .from = S_REVIEW, .crosses = S_SUPERVISION | S(C1_RETURNED),
	  .to = STATE_C1_NOT_FILED,
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "not-filed",
	  .guards = GUARDS(GUARD_PAPER_NOT_LATER),
	  .fields = FIELDS(NEED(PAPER_NO), NEED(PAPER_ON), NEED(REASON)),
	  .effects = EFFECTS(MEET_REVIEW, KEPT_FROM("C1.7", PAPER_ON), START("C1.10")),
	  .tells = "not-filed", .article = A310("八") "；" A16("四") },
	{ .code = "reconsider", .zh = "提请复议", .from = S(C1_NOT_FILED), .to = STATE_C1_RECON,
	  .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .receipt = "reconsideration-requested",
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_C1_RECON_IN_TIME),
	  .fields = FIELDS(NEED(REASON), MAY(PAPER_NO), MAY(ATTACH)),
	  .effects = EFFECTS(MEET("C1.10"), START("C1.11")), .article = A310("九") "第一款" },
	{ .code = "uphold", .zh = "复议维持不予立案", .from = S(C1_RECON), .crosses = S_SUPERVISION | S(C1_RETURNED), .to = STATE_C1_RECON_UPHELD,
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "reconsidered",
	  .fields = FIELDS(NEED(PAPER_NO), NEED(REASON)),
	  .effects = EFFECTS(MEET("C1.11"), START("C1.12")), .article = A310("九") "第二款；" GA("一百八十一") },
	{ .code = "accept_refusal", .zh = "接受不予立案", .from = S(C1_NOT_FILED) | S(C1_RECON_UPHELD),
	  .to = STATE_C1_RETURNED,
	  .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .receipt = "closed",
	  .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(NEED(REASON)), .effects = EFFECTS(CALL(effect_handoff_over)),
	  .tells = "returned", .article = A310("十") },

	/* ---- supervision of the filing ---- */
	{ .code = "supervise", .zh = "建议立案监督", .from = S(C1_SENT) | S_OPEN_REVIEW | S_REFUSED,
	  .crosses = S_CRIMINAL, .to = STATE_C1_SUPERV,
	  .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .receipt = "supervision",
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_C1_SUPERVISABLE),
	  .fields = FIELDS(NEED(REASON), MAY(COPY_TO), MAY(PAPER_NO), MAY(ATTACH)),
	  .effects = EFFECTS(MEET("C1.10"), MEET("C1.12"), MEET("C0.1"), MEET("C0.2"), CANCEL("C1.5"), CANCEL("C1.11"),
			     CANCEL_REVIEW),
	  .article = A310("九") "；" JC("五百五十七") "、第五百五十八条" },
	{ .code = "demand_reasons", .zh = "要求说明不立案理由", .from = S(C1_SUPERV),
	  .crosses = S_CRIMINAL, .to = STATE_C1_SUPERV_EXPL,
	  .by = ROLE_PROCURATORATE, .sides = SIDE_THIRD, .receipt = "supervision",
	  .fields = FIELDS(NEED(PAPER_NO), MAY(NOTE)),
	  .effects = EFFECTS(START("C1.13")), .article = JC("五百五十九") "、第五百六十条" },
	{ .code = "explain", .zh = "说明不立案理由", .from = S(C1_SUPERV_EXPL),
	  .crosses = S(C1_SUPERV_ORDER) | S(C1_RETURNED) | S_CRIMINAL,
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "answered",
	  .fields = FIELDS(NEED(REASON), MAY(PAPER_NO)),
	  .effects = EFFECTS(CALL(effect_c1_explained), MEET("C1.13")), .article = JC("五百六十") "；" GA("一百八十二") },
	{ .code = "order_filing", .zh = "通知立案", .from = S(C1_SUPERV_EXPL), .crosses = S_CRIMINAL,
	  .to = STATE_C1_SUPERV_ORDER,
	  .by = ROLE_PROCURATORATE, .sides = SIDE_THIRD, .receipt = "supervision",
	  .guards = GUARDS(GUARD_C1_EXPLANATION_OVER),
	  .fields = FIELDS(NEED(PAPER_NO), MAY(NOTE)),
	  .effects = EFFECTS(CANCEL("C1.13"), START("C1.14")), .article = JC("五百六十一") "、第五百六十三条" },
	{ .code = "reasons_valid", .zh = "认为不立案理由成立", .from = S(C1_SUPERV) | S(C1_SUPERV_EXPL),
	  .crosses = S_CRIMINAL, .to = STATE_C1_RETURNED,
	  .by = ROLE_PROCURATORATE, .sides = SIDE_THIRD, .receipt = "supervision",
	  .guards = GUARDS(GUARD_PAPER_NOT_LATER, GUARD_C1_EXPLANATION_OVER),
	  .fields = FIELDS(NEED(PAPER_ON), MAY(PAPER_NO), NEED(REASON)),
	  .effects = EFFECTS(KEPT_FROM("C1.15", PAPER_ON), CALL(effect_handoff_over)),
	  .tells = "returned", .article = JC("五百六十一") "第二款；" A310("十") },

	/* ---- goods ---- */
	{ .code = "hand_over", .zh = "移交涉案物品和材料", .from = S_GOODS | S(C1_PROSECUTION) | S(C1_TRIAL),
	  .crosses = S(C1_WITHDRAWN) | S(C1_NONPROS) | S(C1_JUDGED) | S(C1_FINAL) | S(C1_CLOSED),
	  .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .receipt = "handed-over",
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_C1_GOODS_RECONCILED),
	  .fields = FIELDS(MAY(GOODS_HANDED), NEED(NOTE), MAY(PLACE), MAY(ATTACH)),
	  .effects = EFFECTS(CALL_FROM_TO(effect_c1_goods, S_GOODS, S(C1_HANDED_OVER) | S(C1_CUSTODY)), MEET("C1.9"), MEET("C1.9b")),
	  .tells = "handed-over", .article = A310("十二") },
	{ .code = "custody", .zh = "委托代为保管物品", .from = S_GOODS | S(C1_PROSECUTION) | S(C1_TRIAL),
	  .crosses = S(C1_WITHDRAWN) | S(C1_NONPROS) | S(C1_JUDGED) | S(C1_FINAL) | S(C1_CLOSED),
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "custody",
	  .guards = GUARDS(GUARD_C1_GOODS_LISTED),
	  .fields = FIELDS(NEED(GOODS_CUSTODY), NEED(REASON), MAY(PAPER_NO), MAY(PLACE)),
	  .effects = EFFECTS(CALL_FROM_TO(effect_c1_goods, S_GOODS, S(C1_HANDED_OVER) | S(C1_CUSTODY)), MEET("C1.9"), MEET("C1.9b")),
	  .tells = "handed-over", .article = A16("六") },
	{ .code = "sign_goods", .zh = "清点签收物品", .from = S_GOODS | S_COURT | S(C1_WITHDRAWN) | S(C1_CLOSED),
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "handed-over",
	  .fields = FIELDS(MAY(GOODS_SIGNED), MAY(NOTE)), .effects = EFFECTS(MEET("C1.9b")),
	  .article = A310("十二") "；" GA("一百八十五") },
	{ .code = "tell_party", .zh = "查封扣押物品移送告知", .from = S_GOODS | S_COURT | S(C1_WITHDRAWN),
	  .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(NEED(SERVICE_METHOD), MAY(NOTE), MAY(DOC_NO)),
	  .effects = EFFECTS(SET_DAY(PARTY_TOLD_ON)),
	  .paper = "市监物移", .form = "6", .article = "行政强制法第二十一条" },
	{ .code = "copy_penalty", .zh = "抄送移送前的处罚决定", .from = S_SHARED, .by = ROLES_OFFICERS,
	  .sides = SIDE_SENDER, .receipt = "informed", .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(NEED(PENALTY_MADE), MAY(PAPER_NO), MAY(ATTACH)),
	  .effects = EFFECTS(MEET("C1.18")), .article = "关于在行政执法中及时移送涉嫌犯罪案件的意见" },

	/* ---- after the filing ---- */
	{ .code = "change_police", .zh = "变更公安管辖", .from = S_GOODS,
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "forwarded",
	  .guards = GUARDS(GUARD_PEER_OTHER, GUARD_C1_NEXT_POLICE, GUARD_PAPER_NOT_LATER),
	  .fields = FIELDS(NEED(PEER_NEXT), MAY(PEER_NEXT_NAME), MAY(CONNECTED), NEED(PAPER_ON), NEED(REASON), MAY(PAPER_NO)),
	  .effects = EFFECTS(CALL(effect_forwarded), KEPT_FROM("C1.16", PAPER_ON)),
	  .article = GA("一百八十四") "、第一百八十五条" },
	{ .code = "withdraw", .zh = "公安机关撤销案件", .from = S_GOODS, .to = STATE_C1_WITHDRAWN,
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "withdrawn",
	  .fields = FIELDS(NEED(PAPER_NO), NEED(REASON)),
	  .effects = EFFECTS(CALL(effect_handoff_over)), .tells = "withdrawn", .article = A16("八") },
	{ .code = "prosecute", .zh = "移送审查起诉", .from = S_GOODS, .to = STATE_C1_PROSECUTION,
	  .by = ROLE_POLICE, .sides = SIDE_RECEIVER, .receipt = "informed",
	  .fields = FIELDS(MAY(PAPER_NO), MAY(NOTE)), .article = "刑事诉讼法第一百六十二条" },
	{ .code = "not_prosecute", .zh = "不起诉", .from = S(C1_PROSECUTION), .to = STATE_C1_NONPROS,
	  .by = ROLE_PROCURATORATE, .sides = SIDE_THIRD, .receipt = "informed",
	  .fields = FIELDS(NEED(PAPER_NO), NEED(REASON)),
	  .effects = EFFECTS(CALL(effect_handoff_over)), .tells = "nonpros", .article = "刑事诉讼法第一百七十七条" },
	{ .code = "indict", .zh = "提起公诉", .from = S(C1_PROSECUTION), .to = STATE_C1_TRIAL,
	  .by = ROLE_PROCURATORATE, .sides = SIDE_THIRD, .receipt = "informed",
	  .fields = FIELDS(MAY(COURT_CASE_NO), MAY(PAPER_NO), MAY(NOTE)), .article = "刑事诉讼法第一百七十六条" },
	{ .code = "judge", .zh = "判决", .from = S(C1_TRIAL), .to = STATE_C1_JUDGED,
	  .by = ROLE_PROCURATORATE | ROLE_COURT, .sides = SIDE_THIRD, .receipt = "informed",
	  .fields = FIELDS(NEED(COURT_CASE_NO), NEED(NOTE), MAY(CRIMINAL_FINE)),
	  .tells = "judged", .article = "刑事诉讼法第二百条" },
	{ .code = "take_effect", .zh = "裁判生效", .from = S(C1_JUDGED), .to = STATE_C1_FINAL,
	  .by = ROLE_PROCURATORATE | ROLE_COURT, .sides = SIDE_THIRD, .receipt = "informed",
	  .guards = GUARDS(GUARD_C1_EFFECTIVE_DAY),
	  .fields = FIELDS(NEED(EFFECTIVE_ON), MAY(COURT_CASE_NO), MAY(CRIMINAL_FINE), MAY(NOTE)),
	  .tells = "judged", .article = "刑事诉讼法第二百五十九条" },
	{ .code = "order_property", .zh = "通知处理涉案财物", .from = S(C1_FINAL), .crosses = S(C1_CLOSED),
	  .by = ROLE_PROCURATORATE | ROLE_COURT, .sides = SIDE_THIRD, .receipt = "informed",
	  .fields = FIELDS(NEED(PAPER_NO), NEED(NOTE)),
	  .effects = EFFECTS(CALL(effect_c1_property_ordered)), .article = "最高人民法院关于适用刑事诉讼法的解释第四百四十七条" },
	{ .code = "return_slip", .zh = "返回执行回单", .from = S(C1_FINAL) | S(C1_CLOSED),
	  .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .receipt = "answered",
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_C1_PROPERTY_ORDERED),
	  .fields = FIELDS(NEED(NOTE), MAY(ATTACH)), .effects = EFFECTS(MEET("C1.19")),
	  .article = "最高人民法院关于适用刑事诉讼法的解释第四百四十七条" },
	{ .code = "close", .zh = "移送办结", .from = S(C1_FINAL), .to = STATE_C1_CLOSED,
	  .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .receipt = "closed",
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_C1_SLIP_RETURNED, GUARD_C1_PARTY_TOLD),
	  .fields = FIELDS(NEED(NOTE)), .effects = EFFECTS(CALL(effect_c1_closed)),
	  .tells = "closed", .article = A310("十二") "；" A2("七十七") },

	HANDOFF_RECORD_ROWS(S_SHARED, A310("十四")),
	MATERIAL_ROWS(S(C1_ADVISED) | S(C1_TEAM) | S(C1_REPORTED) | S(C1_REFUSED_INT) | S(C1_APPROVED) | S_SHARED),
};

const struct procedure procedure_c1 = {
	.id = PROCEDURE_C1, .code = "c1", .zh = "市场监管移送公安", .rows = rows, .row_count = ARRAY_LEN(rows),
};

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * C6: we ask a court to enforce a decision that nobody contested and nobody performed (行政强制法 53-60). W0, the dunning
 * and the three months are computed by enforcement.h from the dates that "open" and "recalculate" take. The case keeps its own
 * D24, D25, D27, D28: it learns each step from here and its own rows for it are shut while this hand-over lasts. */
#include "law/row_channels.h"

#define A_SUIT(n) "最高人民法院关于适用行政诉讼法的解释第" n "条"

#define S_PREPARING (S(ELIGIBLE) | S(DUNNED) | S(HANDOFF_APPROVED))
#define S_ALL_SENT \
	(S(HANDOFF_SENT) | S(HANDOFF_DEFICIENT) | S(HANDOFF_ACCEPTED) | S(COURT_REFUSED) | S(COURT_DENIED) | S(COURT_REVIEW) | \
	 S(ALLOWED) | S(COURT_ENFORCING) | S(DONE) | S(NO_ASSETS) | S(SETTLED) | S(NOT_ENFORCED) | S(HANDOFF_WITHDRAWN))
#define S_GONE S(HANDOFF_WITHDRAWN)

#define WINDOW_FIELDS NEED(SERVED_ON), MAY(REVIEW_RECEIVED_ON), MAY(DEFERRED_UNTIL), MAY(DUNNED_ON)
#define C6_FIELDS \
	MAY(TITLE), MAY(CAUSE), MAY(PARTIES), MAY(DECISION_PAPER), MAY(BASIS), MAY(SERVED_ON), MAY(REVIEW_RECEIVED_ON), \
	MAY(DEFERRED_UNTIL), MAY(DUNNED_ON), MAY(UNPAID), MAY(STATEMENT), MAY(COURT_FROM), MAY(COURT_UNTIL), \
	MAY(LATE_REASON)

static const struct act_row rows[] = {
	{ .code = "open", .zh = "拟申请法院强制执行", .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .tells = "opened",
	  .guards = GUARDS(GUARD_PEER_OTHER, GUARD_CASE_PERFORMING, GUARD_COURT_ELIGIBLE),
	  .fields = FIELDS(HANDOFF_OPEN_FIELDS, NEED(TITLE), MAY(CAUSE), MAY(PARTIES), MAY(DECISION_PAPER), MAY(BASIS), MAY(CASE),
			   WINDOW_FIELDS, NEED(UNPAID)),
	  .effects = EFFECTS(CALL(effect_copy_open), CALL_TO(effect_enforcement, S(ELIGIBLE) | S(DUNNED))),
	  .article = A_FORCE("五十三") "；行政诉讼法第四十五条、第四十六条" },
	{ .code = "recalculate", .zh = "重新计算申请期限", .from = S_PREPARING, .by = ROLES_OFFICERS, .sides = SIDE_SENDER,
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_COURT_ELIGIBLE),
	  .fields = FIELDS(WINDOW_FIELDS, MAY(UNPAID), NEED(NOTE)),
	  .effects = EFFECTS(CALL_TO(effect_enforcement, S(ELIGIBLE) | S(DUNNED))),
	  .article = A_FORCE("五十三") "；" A2("七十六") "第二款" },
	{ .code = "dun", .zh = "催告书送达", .from = S(ELIGIBLE) | S(DUNNED), .to = STATE_DUNNED, .by = ROLES_OFFICERS,
	  .sides = SIDE_SENDER, .tells = "dunned", .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(NEED(SERVICE_METHOD), MAY(NOTE), MAY(DOC_NO)),
	  .effects = EFFECTS(SET_DAY(DUNNED_ON), CALL(effect_enforcement)),
	  .paper = "市监罚催", .form = "48", .article = A_FORCE("五十四") "、第六十九条；" A2("七十六") },
	{ .code = "statement", .zh = "当事人对催告的意见", .from = S(DUNNED), .by = ROLES_OFFICERS, .sides = SIDE_SENDER,
	  .guards = GUARDS(GUARD_CASE_OFFICER), .fields = FIELDS(NEED(STATEMENT)), .article = A_FORCE("三十六") "、第五十五条" },
	{ .code = "paid", .zh = "当事人已履行，不再申请", .from = S_PREPARING, .to = STATE_PAID, .by = ROLES_OFFICERS,
	  .sides = SIDE_SENDER, .tells = "court-dropped", .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(NEED(NOTE)), .article = A_FORCE("五十四") },
	GIVE_UP_ROW(S_PREPARING, ROLES_OFFICERS, ROLES_LEADER, "court-dropped", GUARDS(GUARD_CASE_OFFICER), A_FORCE("五十三")),
	{ .code = "approve", .zh = "申请强制执行审批", .from = S(DUNNED), .to = STATE_HANDOFF_APPROVED, .by = ROLES_OFFICERS,
	  .approve_by = ROLES_LEADER, .sides = SIDE_SENDER,
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_COURT_DUNNED, GUARD_COURT_IN_TIME),
	  .fields = FIELDS(NEED(REASON), MAY(LATE_REASON)), .form = "8", .article = A_FORCE("五十五") "；" A2("七十六") },
	{ .code = "submit", .zh = "申请法院强制执行", .from = S(HANDOFF_APPROVED), .to = STATE_HANDOFF_SENT, .by = ROLES_OFFICERS,
	  .sides = SIDE_SENDER, .receipt = "submitted", .tells = "court-applied",
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_COURT_DUNNED, GUARD_COURT_IN_TIME),
	  .fields = FIELDS(HANDOFF_SUBMIT_FIELDS, C6_FIELDS, MAY(NOTE)),
	  .effects = EFFECTS(START("C6.5")), .paper = "市监执申", .form = "49",
	  .article = A_FORCE("五十三") "至第五十五条；" A2("七十六") },
	{ .code = "time_barred", .zh = "申请期限已过", .from = S_PREPARING, .to = STATE_TIME_BARRED,
	  .by = ROLE_EXCHANGE | ROLES_OFFICERS, .sides = SIDE_SENDER, .guards = GUARDS(GUARD_COURT_WINDOW_PAST),
	  .fields = FIELDS(MAY(NOTE)), .article = A_FORCE("五十三") "；" A_SUIT("一百五十六") },
	{ .code = "bar_note", .zh = "局长签注逾期未申请", .from = S(TIME_BARRED), .to = STATE_HANDOFF_CLOSED, .by = ROLE_PRINCIPAL,
	  .sides = SIDE_SENDER, .tells = "court-time-barred", .fields = FIELDS(NEED(REASON)),
	  .article = A_FORCE("五十三") },
	{ .code = "late_application", .zh = "有正当理由仍申请", .from = S(TIME_BARRED), .to = STATE_DUNNED, .by = ROLE_PRINCIPAL,
	  .sides = SIDE_SENDER, .fields = FIELDS(NEED(LATE_REASON)), .article = A_SUIT("一百五十六") },
	{ .code = "arrive", .zh = "收到强制执行申请", .to = STATE_HANDOFF_SENT, .by = ROLE_EXCHANGE | ROLE_COURT, .sides = SIDE_RECEIVER | SIDE_THIRD,
	  .fields = FIELDS(HANDOFF_ARRIVE_FIELDS, C6_FIELDS, MAY(NOTE)),
	  .effects = EFFECTS(CALL(effect_copy_arrive), START("C6.5")), .article = A_FORCE("五十六") },

	/* ---- the court: acceptance ---- */
	{ .code = "defective", .zh = "要求补正", .from = S(HANDOFF_SENT), .to = STATE_HANDOFF_DEFICIENT, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "returned-for-completion",
	  .fields = FIELDS(NEED(REASON), MAY(TERM_ON), MAY(PAPER_NO)),
	  .effects = EFFECTS(CANCEL("C6.5"), START_ON("C6.5b", TERM_ON)), .article = A_SUIT("一百五十五") },
	{ .code = "supplement", .zh = "补正材料", .from = S(HANDOFF_DEFICIENT), .to = STATE_HANDOFF_SENT, .by = ROLES_OFFICERS,
	  .sides = SIDE_SENDER, .receipt = "supplemented", .guards = GUARDS(GUARD_CASE_OFFICER),
	  .fields = FIELDS(NEED(NOTE), MAY(ATTACH)), .effects = EFFECTS(MEET("C6.5b"), START("C6.5")),
	  .article = A_SUIT("一百五十五") },
	{ .code = "accept", .zh = "受理", .from = S(HANDOFF_SENT), .to = STATE_HANDOFF_ACCEPTED, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "accepted", .tells = "court-accepted",
	  .fields = FIELDS(NEED(COURT_CASE_NO), MAY(NOTE)), .effects = EFFECTS(MEET("C6.5"), START("C6.6")),
	  .article = A_FORCE("五十六") },
	{ .code = "refuse", .zh = "裁定不予受理", .from = S(HANDOFF_SENT), .to = STATE_COURT_REFUSED, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "refused", .tells = "court-refused",
	  .fields = FIELDS(NEED(REASON), MAY(PAPER_NO), MAY(COURT_CASE_NO)),
	  .effects = EFFECTS(MEET("C6.5"), SET_TEXT(COURT_RULING, "不予受理"), START("C6.7")),
	  .article = A_FORCE("五十六") },

	/* ---- the court: examination ---- */
	{ .code = "examine", .zh = "听取意见后审查", .from = S(HANDOFF_ACCEPTED), .by = ROLE_COURT, .crosses = S_GONE,
	  .sides = SIDE_RECEIVER, .receipt = "extended", .fields = FIELDS(NEED(REASON), MAY(PAPER_NO)),
	  .effects = EFFECTS(CALL(effect_court_review)), .article = A_FORCE("五十八") },
	{ .code = "allow", .zh = "裁定准予执行", .from = S(HANDOFF_ACCEPTED), .to = STATE_ALLOWED, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "answered",
	  .fields = FIELDS(NEED(PAPER_NO), MAY(URGENT), MAY(NOTE)),
	  .effects = EFFECTS(MEET("C6.6"), MEET("C6.6b"), START_IF("C6.9", URGENT)),
	  .article = A_FORCE("五十七") "、第五十九条" },
	{ .code = "deny", .zh = "裁定不准予执行", .from = S(HANDOFF_ACCEPTED), .to = STATE_COURT_DENIED, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "refused", .tells = "court-refused",
	  .fields = FIELDS(NEED(REASON), MAY(PAPER_NO)),
	  .effects = EFFECTS(MEET("C6.6"), MEET("C6.6b"), SET_TEXT(COURT_RULING, "不准予执行"), START("C6.7")),
	  .article = A_FORCE("五十八") "；" A_SUIT("一百六十一") },
	{ .code = "review_request", .zh = "向上一级法院申请复议", .from = S(COURT_REFUSED) | S(COURT_DENIED),
	  .to = STATE_COURT_REVIEW, .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .receipt = "reconsideration-requested",
	  .tells = "court-applied", .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_COURT_REVIEW_IN_TIME),
	  .fields = FIELDS(NEED(REASON), MAY(DOC_NO), MAY(ATTACH)),
	  .effects = EFFECTS(MEET("C6.7"), CALL(effect_court_review)), .article = A_FORCE("五十六") "、第五十八条" },
	{ .code = "refusal_accepted", .zh = "接受裁定，不申请复议", .from = S(COURT_REFUSED) | S(COURT_DENIED),
	  .to = STATE_NOT_ENFORCED, .by = ROLES_OFFICERS, .sides = SIDE_SENDER, .receipt = "closed", .tells = "court-dropped",
	  .guards = GUARDS(GUARD_CASE_OFFICER), .fields = FIELDS(NEED(REASON)), .effects = EFFECTS(CALL(effect_handoff_over)),
	  .article = A_FORCE("五十六") "、第五十八条" },
	{ .code = "review_accept", .zh = "复议裁定受理", .from = S(COURT_REVIEW), .to = STATE_HANDOFF_ACCEPTED, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER | SIDE_THIRD, .receipt = "reconsidered",
	  .guards = GUARDS(GUARD_RULING_REFUSED), .fields = FIELDS(NEED(PAPER_NO), MAY(COURT_CASE_NO), MAY(NOTE)),
	  .effects = EFFECTS(MEET("C6.8"), START("C6.6")), .article = A_FORCE("五十六") },
	{ .code = "review_allow", .zh = "复议裁定准予执行", .from = S(COURT_REVIEW), .to = STATE_ALLOWED, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER | SIDE_THIRD, .receipt = "reconsidered",
	  .guards = GUARDS(GUARD_RULING_DENIED), .fields = FIELDS(NEED(PAPER_NO), MAY(NOTE)),
	  .effects = EFFECTS(MEET("C6.8b")), .article = A_FORCE("五十八") },
	{ .code = "review_uphold", .zh = "复议维持", .from = S(COURT_REVIEW), .to = STATE_NOT_ENFORCED, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER | SIDE_THIRD, .receipt = "reconsidered", .tells = "court-dropped",
	  .fields = FIELDS(NEED(PAPER_NO), MAY(NOTE)), .effects = EFFECTS(MEET("C6.8"), MEET("C6.8b")),
	  .article = A_FORCE("五十六") "、第五十八条" },

	/* ---- enforcement ---- */
	{ .code = "enforce", .zh = "立案执行", .from = S(ALLOWED), .to = STATE_COURT_ENFORCING, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "informed", .tells = "court-accepted",
	  .fields = FIELDS(NEED(COURT_CASE_NO), MAY(NOTE)), .effects = EFFECTS(MEET("C6.9")), .article = A_SUIT("一百六十") },
	{ .code = "enforced", .zh = "执行完毕", .from = S(COURT_ENFORCING) | S(ALLOWED), .to = STATE_DONE, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "closed", .tells = "court-done",
	  .fields = FIELDS(NEED(ENFORCED), MAY(PAPER_NO), MAY(NOTE)), .effects = EFFECTS(CALL(effect_handoff_over)),
	  .article = A2("七十七") "第一项" },
	{ .code = "no_assets", .zh = "裁定终结执行", .from = S(COURT_ENFORCING), .to = STATE_NO_ASSETS, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "closed", .tells = "court-ended",
	  .fields = FIELDS(MAY(ENFORCED), NEED(PAPER_NO), MAY(NOTE)), .effects = EFFECTS(CALL(effect_handoff_over)),
	  .article = A2("七十七") "第二项" },
	{ .code = "settled", .zh = "执行和解", .from = S(COURT_ENFORCING), .to = STATE_SETTLED, .by = ROLE_COURT,
	  .crosses = S_GONE, .sides = SIDE_RECEIVER, .receipt = "closed", .tells = "court-settled",
	  .fields = FIELDS(MAY(ENFORCED), NEED(NOTE), MAY(PAPER_NO)), .effects = EFFECTS(CALL(effect_handoff_over)),
	  .article = A2("七十七") "第五项；民事诉讼法第二百四十一条" },
	WITHDRAW_ROW(S_ALL_SENT & ~S(HANDOFF_WITHDRAWN), ROLES_OFFICERS, "court-dropped", A_FORCE("五十三")),
	HANDOFF_SILENCE_ROW(S_ALL_SENT, A_FORCE("五十六") "至第五十八条"),
	HANDOFF_RECORD_ROWS(S_ALL_SENT, A_FORCE("五十六") "至第五十八条"),
	MATERIAL_ROWS(S_PREPARING | S_ALL_SENT),
};

const struct procedure procedure_c6 = {
	.id = PROCEDURE_C6, .code = "c6", .zh = "申请法院强制执行",
	.rows = rows, .row_count = ARRAY_LEN(rows),
};

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Short words for writing procedure rows. Only the procedure_*.c tables include this. */
#ifndef LAW_ROW_H
#define LAW_ROW_H

#include "law/procedure.h"

#define S(name) STATE_BIT(STATE_##name)

/* States of a case before and after the decision. */
#define S_BEFORE_REVIEW (S(INVESTIGATING))
#define S_UNDECIDED \
	(S(INVESTIGATING) | S(REVIEWING) | S(NOTIFYING) | S(NOTICED) | S(HEARING) | \
	 S(DISCUSSING) | S(DECIDING))
#define S_DECIDED (S(UNSERVED) | S(PERFORMING) | S(ENFORCING) | S(CLOSING))
#define S_OPEN_CASE (S_UNDECIDED | S(SUSPENDED) | S_DECIDED)
#define S_AFTER_DECISION (S_DECIDED | S(CLOSED) | S(ARCHIVED))
/* Of a disclosure. */
#define S_UNPUBLISHED (S(RECEIVED) | S(PREPARING) | S(SECRECY_REVIEW) | S(READY))
#define S_ON_SITE (S(PUBLISHED) | S(REPAIR))

#define GUARDS(...) (const enum guard[]){ __VA_ARGS__, GUARD_END }
#define FIELDS(...) (const struct field_use[]){ __VA_ARGS__, { FIELD_NONE, false } }
#define EFFECTS(...) (const struct effect[]){ __VA_ARGS__, { .kind = EFFECT_END } }

#define NEED(name) { FIELD_##name, true }
#define MAY(name) { FIELD_##name, false }

#define START(id) { .kind = EFFECT_START, .clock = id, .base = FIELD_NONE }
#define START_ON(id, name) { .kind = EFFECT_START, .clock = id, .base = FIELD_##name }
#define START_IF(id, cond) { .kind = EFFECT_START, .clock = id, .base = FIELD_NONE, .when = WHEN_##cond }
#define START_ON_IF(id, name, cond) \
	{ .kind = EFFECT_START, .clock = id, .base = FIELD_##name, .when = WHEN_##cond }
#define RESTART(id) { .kind = EFFECT_RESTART, .clock = id, .base = FIELD_NONE }
#define MEET(id) { .kind = EFFECT_MEET, .clock = id }
#define MEET_IF(id, cond) { .kind = EFFECT_MEET, .clock = id, .when = WHEN_##cond }
#define CANCEL(id) { .kind = EFFECT_CANCEL, .clock = id }
#define CANCEL_IF(id, cond) { .kind = EFFECT_CANCEL, .clock = id, .when = WHEN_##cond }
#define EXTEND(id) { .kind = EFFECT_EXTEND, .clock = id }
#define SPAN_OPENS(k) { .kind = EFFECT_SPAN_OPEN, .span = SPAN_##k }
#define SPAN_CLOSES(k) { .kind = EFFECT_SPAN_CLOSE, .span = SPAN_##k }
#define SET_DAY(name) { .kind = EFFECT_SET_DAY, .field = FIELD_##name }
#define SET_TEXT(name, value) { .kind = EFFECT_SET_TEXT, .field = FIELD_##name, .text = value }
#define SET_TEXT_IF(name, value, cond) \
	{ .kind = EFFECT_SET_TEXT, .field = FIELD_##name, .text = value, .when = WHEN_##cond }
#define SET_DUE(name, id) { .kind = EFFECT_SET_DUE, .field = FIELD_##name, .clock = id }
#define SET_DUE_IF(name, id, cond) \
	{ .kind = EFFECT_SET_DUE, .field = FIELD_##name, .clock = id, .when = WHEN_##cond }
#define CLEAR(name) { .kind = EFFECT_CLEAR, .field = FIELD_##name }
#define GROUND(code) { .kind = EFFECT_GROUND, .text = code }
#define GROUND_IF(code, cond) { .kind = EFFECT_GROUND, .text = code, .when = WHEN_##cond }
#define CALL(fn) { .kind = EFFECT_CALL, .call = fn, .text = #fn }
/* The call decides the next state, one of `states`. */
#define CALL_TO(fn, states) { .kind = EFFECT_CALL, .call = fn, .text = #fn, .to = (states) }
/* And only in these; elsewhere the call leaves the state alone. */
#define CALL_FROM_TO(fn, states_in, states) { .kind = EFFECT_CALL, .call = fn, .text = #fn, .to = (states), .in = (states_in) }

/* Articles cited often. */
#define A2(n) "市场监督管理行政处罚程序规定第" n "条"
#define A310(n) "行政执法机关移送涉嫌犯罪案件的规定第" n "条"

/* Effects that a table cannot say; in effects.c. */
enum err_code effect_parties(struct application *app, struct err *err);
enum err_code effect_take_measure(struct application *app, struct err *err);
enum err_code effect_confirm_measure(struct application *app, struct err *err);
enum err_code effect_extend_measure(struct application *app, struct err *err);
enum err_code effect_end_measure(struct application *app, struct err *err);
enum err_code effect_measures_moved(struct application *app, struct err *err);
enum err_code effect_measures_handed_over(struct application *app, struct err *err);
enum err_code effect_carry_measures(struct application *app, struct err *err);
enum err_code effect_add_material(struct application *app, struct err *err);
enum err_code effect_void_material(struct application *app, struct err *err);
enum err_code effect_add_item(struct application *app, struct err *err);
enum err_code effect_touch_item(struct application *app, struct err *err);
enum err_code effect_return_item(struct application *app, struct err *err);
enum err_code effect_destroy_item(struct application *app, struct err *err);
enum err_code effect_items_moved(struct application *app, struct err *err);
enum err_code effect_carry_items(struct application *app, struct err *err);
enum err_code effect_suspend(struct application *app, struct err *err);
enum err_code effect_resume(struct application *app, struct err *err);
enum err_code effect_advisory(struct application *app, struct err *err);
enum err_code effect_settle_advisory(struct application *app, struct err *err);
enum err_code effect_override_advisory(struct application *app, struct err *err);
enum err_code effect_reopen(struct application *app, struct err *err);
enum err_code effect_handoff_event(struct application *app, struct err *err);
enum err_code effect_review_passed(struct application *app, struct err *err);
enum err_code effect_decided(struct application *app, struct err *err);
enum err_code effect_announced(struct application *app, struct err *err);
enum err_code effect_served(struct application *app, struct err *err);
enum err_code effect_paid(struct application *app, struct err *err);
enum err_code effect_deferred(struct application *app, struct err *err);
enum err_code effect_remedy_filed(struct application *app, struct err *err);
enum err_code effect_remedy_ended(struct application *app, struct err *err);
enum err_code effect_count_extension(struct application *app, struct err *err);
/* Disclosure; in effects_disclosure.c. */
enum err_code effect_disclosure_opened(struct application *app, struct err *err);
enum err_code effect_disclosure_prepared(struct application *app, struct err *err);
enum err_code effect_secrecy_reviewed(struct application *app, struct err *err);
enum err_code effect_secrecy_returned(struct application *app, struct err *err);
enum err_code effect_exempted(struct application *app, struct err *err);
enum err_code effect_exemption_ended(struct application *app, struct err *err);
enum err_code effect_published(struct application *app, struct err *err);
enum err_code effect_pushed(struct application *app, struct err *err);
enum err_code effect_credit_reported(struct application *app, struct err *err);
enum err_code effect_corrected(struct application *app, struct err *err);
enum err_code effect_listed(struct application *app, struct err *err);
enum err_code effect_delisted(struct application *app, struct err *err);
enum err_code effect_withdrawn(struct application *app, struct err *err);
enum err_code effect_overturned_noted(struct application *app, struct err *err);
enum err_code effect_overturned_before(struct application *app, struct err *err);
enum err_code effect_overturned(struct application *app, struct err *err);
enum err_code effect_overturned_hidden(struct application *app, struct err *err);
enum err_code effect_expired(struct application *app, struct err *err);
enum err_code effect_stopped(struct application *app, struct err *err);
enum err_code effect_repair_requested(struct application *app, struct err *err);
enum err_code effect_repair_extended(struct application *app, struct err *err);
enum err_code effect_repair_back(struct application *app, struct err *err);
enum err_code effect_repair_done(struct application *app, struct err *err);
enum err_code effect_repair_revoked(struct application *app, struct err *err);
enum err_code effect_unshielded(struct application *app, struct err *err);
enum err_code effect_case_event(struct application *app, struct err *err);
/* Hand-overs; in effects_handoff.c. */
enum err_code effect_copy_open(struct application *app, struct err *err);   /* first effect of "open" */
enum err_code effect_copy_arrive(struct application *app, struct err *err); /* first effect of "arrive" */
enum err_code effect_delivered(struct application *app, struct err *err);
enum err_code effect_retrieved(struct application *app, struct err *err);
enum err_code effect_silence(struct application *app, struct err *err);
enum err_code effect_remind(struct application *app, struct err *err);
enum err_code effect_escalate(struct application *app, struct err *err);
enum err_code effect_forwarded(struct application *app, struct err *err);   /* PEER_NEXT becomes the receiver */
enum err_code effect_handoff_over(struct application *app, struct err *err); /* cancels what still runs */
/* C1; in effects_c1.c. */
enum err_code effect_c1_reported(struct application *app, struct err *err);
enum err_code effect_c1_refused(struct application *app, struct err *err);
enum err_code effect_c1_accepted(struct application *app, struct err *err);
enum err_code effect_c1_deficiency_told(struct application *app, struct err *err);
enum err_code effect_c1_forward_told(struct application *app, struct err *err);
enum err_code effect_c1_supplemented(struct application *app, struct err *err);
enum err_code effect_c1_extended(struct application *app, struct err *err);
enum err_code effect_c1_overdue(struct application *app, struct err *err);
enum err_code effect_c1_explained(struct application *app, struct err *err);
enum err_code effect_c1_goods(struct application *app, struct err *err);
enum err_code effect_c1_property_ordered(struct application *app, struct err *err);
enum err_code effect_c1_closed(struct application *app, struct err *err);

/* The law's calendar changed after a day was computed with it: the change of the day is an act like any other. */
#define RECOMPUTE_ROW(states) \
	{ .code = "recompute", .zh = "期限重算", .from = (states), .by = ROLE_ADMIN, \
	  .fields = FIELDS(NEED(NOTE)), .article = "行政处罚法第八十五条；国务院办公厅年度节假日安排" }

/* What the report forms count beside what the procedure itself knows. Also when the case is over: the loss is often known late. */
#define STATISTICS_ROW(states) \
	{ .code = "statistics", .zh = "登记统计数据", .from = (states), .by = ROLES_OFFICERS | ROLE_CLERK | ROLE_UNIT_HEAD, \
	  .guards = GUARDS(GUARD_RECOVERED_PART, GUARD_SENT_DAY), \
	  .fields = FIELDS(MAY(RECOVERED), MAY(RECOVERED_FOREIGN), MAY(DENS), MAY(PERSON_PENALISED), MAY(TAGS), \
			   MAY(SUPERVISED), MAY(PROCURATORATE_ON), MAY(NOTE)), \
	  .article = "知识产权执法数据统计表填报说明" }

/* Rows that the clue's and the case's procedure share: measures are taken before or after filing. */
#define MEASURE_ROWS(states) \
	{ .code = "measure_authorise", .zh = "采取措施审批", .from = (states), \
	  .by = ROLES_OFFICERS, .approve_by = ROLES_LEADER, \
	  .guards = GUARDS(GUARD_CASE_OFFICER), \
	  .fields = FIELDS(NEED(MEASURE_KIND), NEED(REASON), MAY(MEASURE_GOODS)), \
	  .form = "8", .article = A2("三十三") "、第三十六条" }, \
	{ .code = "measure_take", .zh = "采取登记保存或查封扣押", .from = (states), \
	  .by = ROLES_OFFICERS, \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_TWO_OFFICERS, GUARD_MEASURE_AUTHORISED), \
	  .fields = FIELDS(NEED(MEASURE_KIND), NEED(MEASURE_GOODS), MAY(URGENT), MAY(PLACE), MAY(DOC_NO)), \
	  .effects = EFFECTS(CALL(effect_take_measure)), \
	  .paper = "measure", .form = "19/21", .article = A2("三十三") "、第三十六条" }, \
	{ .code = "measure_confirm", .zh = "补办措施批准手续", .from = (states), \
	  .by = ROLES_LEADER, \
	  .guards = GUARDS(GUARD_APPROVER_NOT_OFFICER, GUARD_MEASURE_OPEN, GUARD_MEASURE_UNCONFIRMED), \
	  .fields = FIELDS(NEED(MEASURE), NEED(GRANTED), MAY(OPINION)), \
	  .effects = EFFECTS(CALL(effect_confirm_measure)), \
	  .form = "8", .article = A2("三十三") "、第三十六条；行政强制法第十九条" }, \
	{ .code = "measure_extend", .zh = "延长查封扣押期限", .from = (states), \
	  .by = ROLES_OFFICERS, .approve_by = ROLES_LEADER, \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_MEASURE_OPEN, GUARD_MEASURE_IS_SEIZURE, \
			   GUARD_MEASURE_NOT_EXTENDED, GUARD_MEASURE_BEFORE_DUE, \
			   GUARD_MEASURE_EXTENSION_DAYS), \
	  .fields = FIELDS(NEED(MEASURE), NEED(DAYS), NEED(REASON), MAY(DOC_NO)), \
	  .effects = EFFECTS(CALL(effect_extend_measure)), \
	  .paper = "市监延强", .form = "22", .article = A2("三十八") "；行政强制法第二十五条" }, \
	{ .code = "measure_lift", .zh = "解除查封扣押", .from = (states), .by = ROLES_OFFICERS, \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_MEASURE_OPEN, GUARD_MEASURE_IS_SEIZURE), \
	  .fields = FIELDS(NEED(MEASURE), NEED(LIFT_GROUND), MAY(NOTE), MAY(DOC_NO)), \
	  .effects = EFFECTS(CALL(effect_end_measure)), \
	  .paper = "市监解强", .form = "23", .article = A2("四十二") "；行政强制法第二十八条" }, \
	{ .code = "measure_dispose", .zh = "处理登记保存物品", .from = (states), .by = ROLES_OFFICERS, \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_MEASURE_OPEN, GUARD_MEASURE_IS_REGISTRATION), \
	  .fields = FIELDS(NEED(MEASURE), NEED(DISPOSITION), MAY(NOTE), MAY(DOC_NO)), \
	  .effects = EFFECTS(CALL(effect_end_measure)), \
	  .paper = "市监解登", .form = "20/52", .article = A2("三十五") "；行政处罚法第五十六条" }

/* Materials. material_add is the end of an upload (app/material.h): nobody can do it with fields of his own. */
#define BY_MATERIAL \
	(ROLES_OFFICERS | ROLE_CLERK | ROLE_UNIT_HEAD | ROLE_LEGAL_REVIEWER | ROLES_LEADER | ROLE_CREDIT_CLERK | \
	 ROLES_PARTNERS | ROLE_EXCHANGE)
#define MATERIAL_ROWS(states) MATERIAL_ROWS_IF(states, BY_MATERIAL, GUARD_END)
/* `guard_`: who may at all; GUARD_END: whoever has the role. */
#define MATERIAL_ROWS_IF(states, by_, guard_) \
	{ .code = "material_add", .zh = "登记材料", .from = (states), .by = (by_), .guards = GUARDS(guard_), \
	  .fields = FIELDS(NEED(MATERIAL_NAME), NEED(MATERIAL_KIND), NEED(MEDIA_TYPE), NEED(MATERIAL_SIZE), \
			   NEED(SHA256), NEED(SHA512), NEED(SM3), MAY(MATERIAL_TITLE), MAY(ORIGIN)), \
	  .effects = EFFECTS(CALL(effect_add_material)), .article = "行政处罚法第四十六条" }, \
	{ .code = "material_void", .zh = "作废材料", .from = (states), .by = (by_), \
	  .guards = GUARDS(GUARD_MATERIAL_EXISTS, guard_), \
	  .fields = FIELDS(NEED(MATERIAL), NEED(REASON)), \
	  .effects = EFFECTS(CALL(effect_void_material)), .article = "行政处罚法第四十六条、第四十七条" }

/* Goods and media, and who has them. */
#define ITEM_ROWS(states) \
	{ .code = "item_add", .zh = "登记物品", .from = (states), .by = ROLES_OFFICERS, \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_ITEM_MEASURE, GUARD_MATERIAL_EXISTS), \
	  .fields = FIELDS(NEED(ITEM_NAME), NEED(ITEM_KIND), MAY(BRAND), MAY(SPEC), NEED(QUANTITY), MAY(QUANTITY_UNIT), \
			   MAY(UNIT_PRICE), MAY(ITEM_VALUE), NEED(ITEM_PLACE), NEED(CUSTODIAN), MAY(HOLDER), \
			   MAY(SEIZURE_NO), MAY(MEASURE), MAY(SEAL_NO), MAY(SAMPLE), MAY(PERISHABLE), MAY(PHOTO), \
			   MAY(NOTE)), \
	  .effects = EFFECTS(CALL(effect_add_item)), .form = "24", .article = "行政强制法第二十四条" }, \
	{ .code = "item_seal", .zh = "封存物品", .from = (states), .by = ROLES_OFFICERS | ROLE_CLERK, \
	  .guards = GUARDS(GUARD_ITEM_EXISTS, GUARD_ITEM_HELD, GUARD_ITEM_IN_ORDER, GUARD_MATERIAL_EXISTS), \
	  .fields = FIELDS(NEED(ITEM), NEED(SEAL_NO), MAY(ITEM_PLACE), MAY(PHOTO), MAY(NOTE)), \
	  .effects = EFFECTS(CALL(effect_touch_item)), .article = "行政强制法第二十六条" }, \
	{ .code = "item_move", .zh = "交接、移动物品", .from = (states), .by = ROLES_OFFICERS | ROLE_CLERK, \
	  .guards = GUARDS(GUARD_ITEM_EXISTS, GUARD_ITEM_HELD, GUARD_ITEM_IN_ORDER, GUARD_ITEM_MOVES, \
			   GUARD_MATERIAL_EXISTS), \
	  .fields = FIELDS(NEED(ITEM), NEED(CUSTODIAN), NEED(ITEM_PLACE), MAY(SEAL_NO), MAY(PHOTO), MAY(NOTE)), \
	  .effects = EFFECTS(CALL(effect_touch_item)), .form = "26", .article = "行政强制法第二十六条" }, \
	{ .code = "item_test", .zh = "物品检验鉴定", .from = (states), .by = ROLES_OFFICERS, \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_ITEM_EXISTS, GUARD_ITEM_HELD, GUARD_ITEM_IN_ORDER, \
			   GUARD_MATERIAL_EXISTS), \
	  .fields = FIELDS(NEED(ITEM), NEED(TEST_ORGAN), MAY(TEST_RESULT), MAY(ITEM_PLACE), MAY(SEAL_NO), MAY(PAPER_NO), \
			   MAY(PHOTO), MAY(NOTE)), \
	  .effects = EFFECTS(CALL(effect_touch_item)), .article = "行政强制法第二十五条" }, \
	{ .code = "item_return", .zh = "返还物品", .from = (states), .by = ROLES_OFFICERS, \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_ITEM_EXISTS, GUARD_ITEM_HELD, GUARD_ITEM_IN_ORDER, \
			   GUARD_MATERIAL_EXISTS), \
	  .fields = FIELDS(NEED(ITEM), NEED(ITEM_RECEIVER), MAY(ITEM_PLACE), NEED(REASON), MAY(PHOTO), MAY(NOTE)), \
	  .effects = EFFECTS(CALL(effect_return_item)), .form = "52", .article = "行政强制法第二十八条" }, \
	{ .code = "item_destroy", .zh = "销毁物品", .from = (states), .by = ROLES_OFFICERS, \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_TWO_OFFICERS, GUARD_ITEM_EXISTS, GUARD_ITEM_HELD, \
			   GUARD_ITEM_IN_ORDER, GUARD_ITEM_TWO_EXECUTORS, GUARD_MATERIAL_EXISTS), \
	  .fields = FIELDS(NEED(ITEM), NEED(DESTROY_METHOD), NEED(EXECUTORS), NEED(ITEM_PLACE), NEED(REASON), \
			   MAY(PHOTO), MAY(NOTE)), \
	  .effects = EFFECTS(CALL(effect_destroy_item)), .form = "52", .article = "行政处罚法第七十四条" }

/* ---- hand-overs: what all channels share ----
 *
 * A channel's table has, in this order: "open" (the sender's copy), inner acts of the sender, "submit", "arrive" (everybody
 * else's copy, made from the fields of "submit"), acts of the receiver, the third and the sender, HANDOFF_RECORD_ROWS.
 * So that copies stay equal whatever crosses on the way:
 *   - in each state one side only has rows that lead to another state; or
 *   - a row names in `.crosses` the states that another side may have led to meanwhile, or
 *   - the state is computed by a call from facts that only grow.
 * Rows that lead nowhere may come from any side, with calls that do not mind the order.
 * A row with .receipt takes no field of type ACCOUNT or MATTER: the other organ does not know them. */

/* What "open" takes besides the channel's own fields; the directory of organs fills in what is known there. */
#define HANDOFF_OPEN_FIELDS \
	NEED(PEER), MAY(PEER_NAME), MAY(COPY_TO), MAY(CONNECTED), MAY(THREAD), MAY(OWN_ORGAN), MAY(OWN_ROLE)
/* What "submit" tells besides the channel's own fields. What the officer leaves open is taken from the facts. */
#define HANDOFF_SUBMIT_TO MAY(RECEIVER), MAY(RECEIVER_NAME), MAY(ATTACH), MAY(DOC_NO)
#define HANDOFF_SUBMIT_FIELDS HANDOFF_SUBMIT_TO, MAY(COPY_TO)
/* What "arrive" takes besides the channel's own fields of "submit". */
#define HANDOFF_ARRIVE_FIELDS \
	MAY(SIDE), MAY(CONNECTED), MAY(OWN_ORGAN), MAY(OWN_ROLE), MAY(THREAD), MAY(PEER), MAY(PEER_NAME), \
	MAY(HANDOFF_NO), MAY(RECEIVER), MAY(RECEIVER_NAME), MAY(COPY_TO), MAY(ATTACH), MAY(DOC_NO)

#define ANY_PART (SIDE_SENDER | SIDE_RECEIVER | SIDE_THIRD)
#define BY_ANY_PART (ROLES_OFFICERS | ROLE_CLERK | ROLES_PARTNERS)
#define A_ESIGN(n) "电子签名法第" n "条"

/* Records that lead to no other state: delivered, retrieved and their opposites, reminded, escalated. `states`: all of the
 * channel from "submit" on, ends included. `article`: on whose strength one may remind and report. */
#define HANDOFF_RECORD_ROWS(states, article_) \
	{ .code = "delivered", .zh = "已送达对方系统", .from = (states), .by = ROLE_EXCHANGE | BY_ANY_PART, \
	  .sides = SIDE_RECEIVER | SIDE_THIRD, .receipt = "delivered", \
	  .fields = FIELDS(MAY(NOTE)), .effects = EFFECTS(CALL(effect_delivered)), .article = A_ESIGN("十一") }, \
	{ .code = "retrieved", .zh = "对方已取阅", .from = (states), .by = ROLE_EXCHANGE | BY_ANY_PART, \
	  .sides = SIDE_RECEIVER | SIDE_THIRD, .receipt = "retrieved", \
	  .fields = FIELDS(MAY(NOTE)), .effects = EFFECTS(CALL(effect_retrieved)), .article = A_ESIGN("十一") }, \
	{ .code = "not_delivered", .zh = "未能送达", .from = (states), .by = ROLE_EXCHANGE, \
	  .sides = ANY_PART, .receipt = "not-delivered", \
	  .fields = FIELDS(MAY(NOTE)), .article = A_ESIGN("十一") }, \
	{ .code = "not_retrieved", .zh = "逾时未取阅", .from = (states), .by = ROLE_EXCHANGE, \
	  .sides = ANY_PART, .receipt = "not-retrieved", \
	  .fields = FIELDS(MAY(NOTE)), .article = A_ESIGN("十一") }, \
	{ .code = "remind", .zh = "催办", .from = (states), .by = BY_ANY_PART | ROLE_UNIT_HEAD, \
	  .sides = ANY_PART, .receipt = "reminded", .guards = GUARDS(GUARD_CLOCK_RUNS, GUARD_CLOCK_THEIRS), \
	  .fields = FIELDS(NEED(CLOCK_RULE), MAY(NOTE)), .effects = EFFECTS(CALL(effect_remind)), .article = article_ }, \
	{ .code = "escalate", .zh = "函告监督机关", .from = (states), .by = BY_ANY_PART | ROLE_UNIT_HEAD, \
	  .sides = ANY_PART, .receipt = "escalated", .guards = GUARDS(GUARD_CLOCK_THEIRS, GUARD_CLOCK_EXPIRED), \
	  .fields = FIELDS(NEED(CLOCK_RULE), NEED(REASON), MAY(ATTACH)), .effects = EFFECTS(CALL(effect_escalate)), \
	  .article = article_ }
/* "silence": a counterpart's clock ran out; then the sender owes a reminder (C0.1), then a letter (C0.2). Channels whose state changes then write their own row. */
#define HANDOFF_SILENCE_ROW(states, article_) \
	{ .code = "silence", .zh = "逾期未答复", .from = (states), .by = ROLE_EXCHANGE | ROLES_OFFICERS | ROLE_CLERK, \
	  .sides = SIDE_SENDER, .receipt = "not-answered-in-time", \
	  .guards = GUARDS(GUARD_CLOCK_THEIRS, GUARD_CLOCK_EXPIRED, GUARD_SILENCE_ONCE), \
	  .fields = FIELDS(NEED(CLOCK_RULE), MAY(NOTE)), .effects = EFFECTS(CALL(effect_silence)), .article = article_ }

#define SPAN_ROWS(states) \
	{ .code = "testing_start", .zh = "检测检验检疫鉴定开始", .from = (states), .by = ROLES_OFFICERS, \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_NO_TESTING_OPEN), \
	  .fields = FIELDS(NEED(ORGAN_TO), MAY(PAPER_NO), MAY(NOTE), MAY(DOC_NO)), \
	  .effects = EFFECTS(SPAN_OPENS(TESTING)), \
	  .paper = "市监检鉴期", .form = "30/31", .article = A2("十八") "第二款、第三十八条第三款、第六十四条" }, \
	{ .code = "testing_end", .zh = "检测检验检疫鉴定结束", .from = (states), .by = ROLES_OFFICERS, \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_TESTING_OPEN), \
	  .fields = FIELDS(NEED(NOTE), MAY(PAPER_NO), MAY(DOC_NO)), \
	  .effects = EFFECTS(SPAN_CLOSES(TESTING)), \
	  .paper = "市监检鉴结", .form = "32", .article = A2("十八") "第二款、第三十八条第三款、第六十四条" }, \
	{ .code = "identification_start", .zh = "权利人辨认鉴别开始", .from = (states), .by = ROLES_OFFICERS, \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_NO_IDENTIFICATION_OPEN), \
	  .fields = FIELDS(NEED(RIGHT_HOLDER), MAY(PAPER_NO), MAY(NOTE), MAY(DOC_NO)), \
	  .effects = EFFECTS(SPAN_OPENS(IDENTIFICATION)), \
	  .paper = "市监辨鉴通", .form = "16", .article = A2("十八") "第二款、第三十条第二款、第六十四条" }, \
	{ .code = "identification_end", .zh = "权利人辨认鉴别结束", .from = (states), .by = ROLES_OFFICERS, \
	  .guards = GUARDS(GUARD_CASE_OFFICER, GUARD_IDENTIFICATION_OPEN), \
	  .fields = FIELDS(NEED(NOTE), MAY(PAPER_NO)), \
	  .effects = EFFECTS(SPAN_CLOSES(IDENTIFICATION)), \
	  .article = A2("十八") "第二款、第三十条第二款、第六十四条" }

#endif

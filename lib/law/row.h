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

/* Articles cited often. */
#define A2(n) "市场监督管理行政处罚程序规定第" n "条"

/* Effects that a table cannot say; in effects.c. */
enum err_code effect_parties(struct application *app, struct err *err);
enum err_code effect_take_measure(struct application *app, struct err *err);
enum err_code effect_confirm_measure(struct application *app, struct err *err);
enum err_code effect_extend_measure(struct application *app, struct err *err);
enum err_code effect_end_measure(struct application *app, struct err *err);
enum err_code effect_measures_moved(struct application *app, struct err *err);
enum err_code effect_carry_measures(struct application *app, struct err *err);
enum err_code effect_suspend(struct application *app, struct err *err);
enum err_code effect_resume(struct application *app, struct err *err);
enum err_code effect_advisory(struct application *app, struct err *err);
enum err_code effect_settle_advisory(struct application *app, struct err *err);
enum err_code effect_review_passed(struct application *app, struct err *err);
enum err_code effect_decided(struct application *app, struct err *err);
enum err_code effect_announced(struct application *app, struct err *err);
enum err_code effect_served(struct application *app, struct err *err);
enum err_code effect_paid(struct application *app, struct err *err);
enum err_code effect_deferred(struct application *app, struct err *err);
enum err_code effect_remedy_filed(struct application *app, struct err *err);
enum err_code effect_remedy_ended(struct application *app, struct err *err);
enum err_code effect_published(struct application *app, struct err *err);
enum err_code effect_count_extension(struct application *app, struct err *err);

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

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Effects of channel C1 that its table cannot say. See the rule at the top of effects_handoff.c: the order in which two
 * organs' records arrive must not matter. */
#include "law/apply.h"
#include "law/row.h"

/* ---- the report ---- */

enum err_code effect_c1_reported(struct application *app, struct err *err)
{
	(void)err;
	apply_state(app, STATE_C1_REPORTED);
	return ERR_OK;
}

enum err_code effect_c1_refused(struct application *app, struct err *err)
{
	(void)err;
	apply_state(app, STATE_C1_REFUSED_INT);
	return ERR_OK;
}

/* ---- the police's review ---- */

/* Another police organ accepts for itself: its periods are its own. */
enum err_code effect_c1_accepted(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	(void)err;
	fact_set_num(f, FIELD_ACCEPTED_AT, app->act->happened_at);
	if (app->state_before == STATE_C1_FORWARDED) {
		fact_clear(f, FIELD_EXTENDED_DAYS);
		fact_clear(f, FIELD_OVERDUE_DAYS);
		fact_clear(f, FIELD_SILENT);
	}
	return ERR_OK;
}

/* 24 hours from the acceptance, known to be a duty only when the letter comes: started and ended at once. */
static enum err_code within_a_day(struct application *app, const char *rule, struct err *err)
{
	instant_t accepted = fact_num(&app->d->facts, FIELD_ACCEPTED_AT);

	if (app->crossed || !fact_has(&app->d->facts, FIELD_ACCEPTED_AT))
		return ERR_OK;
	enum err_code code = apply_start(app, rule, 0, instant_to_day(accepted), accepted, err);
	if (code == ERR_OK)
		apply_end_clock(app, rule, 0, CLOCK_MET);
	return code;
}

enum err_code effect_c1_deficiency_told(struct application *app, struct err *err)
{
	return within_a_day(app, "C1.4", err);
}

enum err_code effect_c1_forward_told(struct application *app, struct err *err)
{
	return within_a_day(app, "C1.3", err);
}

/* Overdue is a lapsed period that no extension covers: both facts only grow, and each is written by one side only. */
static void review_state(struct application *app)
{
	struct facts *f = &app->d->facts;

	if (app->d->state != STATE_C1_ACCEPTED && app->d->state != STATE_C1_OVERDUE)
		return;
	bool overdue = fact_has(f, FIELD_OVERDUE_DAYS) && fact_num(f, FIELD_OVERDUE_DAYS) >= fact_num(f, FIELD_EXTENDED_DAYS);
	enum state to = overdue ? STATE_C1_OVERDUE : STATE_C1_ACCEPTED;
	if (to != app->d->state)
		apply_state(app, to);
}

/* The count starts anew with the answer, which comes after the sender's own notes of what had lapsed. */
enum err_code effect_c1_supplemented(struct application *app, struct err *err)
{
	(void)err;
	fact_clear(&app->d->facts, FIELD_OVERDUE_DAYS);
	fact_clear(&app->d->facts, FIELD_SILENT);
	return ERR_OK;
}

enum err_code effect_c1_extended(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;
	int64_t days = fact_is(&app->fields, FIELD_EXTENSION, "60日") ? 60 : 30;

	(void)err;
	if (days > fact_num(f, FIELD_EXTENDED_DAYS))
		fact_set_num(f, FIELD_EXTENDED_DAYS, days);
	apply_end_clock(app, "C1.6", 0, CLOCK_MET);
	apply_end_clock(app, "C1.6b", 0, CLOCK_MET);
	if (days == 60)
		apply_end_clock(app, "C1.6c", 0, CLOCK_MET);
	review_state(app);
	return ERR_OK;
}

/* The third day is only due; from the tenth on an unextended review is overdue. A lapse counts for the clock that runs here:
 * what began anew meanwhile, after a supplement or at another police organ, has not lapsed. */
enum err_code effect_c1_overdue(struct application *app, struct err *err)
{
	static const struct {
		const char *rule;
		int64_t days;
	} rules[] = { { "C1.6b", 10 }, { "C1.6c", 30 }, { "C1.6d", 60 } };
	struct facts *f = &app->d->facts;

	(void)err;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		const struct clock_entry *c = dossier_clock(app->d, rules[i].rule, 0);
		if (fact_is(&app->fields, FIELD_CLOCK_RULE, rules[i].rule) && c && c->state == CLOCK_RUNNING &&
		    app->act->happened_at >= c->due.at && rules[i].days > fact_num(f, FIELD_OVERDUE_DAYS))
			fact_set_num(f, FIELD_OVERDUE_DAYS, rules[i].days);
	}
	review_state(app);
	return ERR_OK;
}

enum err_code effect_c1_explained(struct application *app, struct err *err)
{
	(void)err;
	fact_set_num(&app->d->facts, FIELD_EXPLAINED_ON, app->day);
	return ERR_OK;
}

/* ---- goods ---- */

enum { GOODS_MAX = 500 };

/* In custody are the things that the police left with us and that were not handed over in full. */
static bool something_in_custody(struct application *app)
{
	const struct facts *f = &app->d->facts;
	struct goods_line *handed = arena_array(app->arena, struct goods_line, GOODS_MAX);
	size_t n = goods_lines(app->arena, f, FIELD_GOODS_HANDED, handed, GOODS_MAX);
	size_t gone = 0;

	for (size_t i = 0; i < n; i++)
		gone += handed[i].handed == handed[i].quantity && fact_list_has(f, FIELD_GOODS_CUSTODY, handed[i].item);
	return fact_list_count(f, FIELD_GOODS_CUSTODY) > gone;
}

enum err_code effect_c1_goods(struct application *app, struct err *err)
{
	enum state s = app->d->state;

	(void)err;
	if (s == STATE_C1_FILED || s == STATE_C1_HANDED_OVER || s == STATE_C1_CUSTODY) {
		enum state to = something_in_custody(app) ? STATE_C1_CUSTODY : STATE_C1_HANDED_OVER;
		if (to != s)
			apply_state(app, to);
	}
	return ERR_OK;
}

/* ---- the end ---- */

/* One month for the slip, also when the news crosses with our closing. */
enum err_code effect_c1_property_ordered(struct application *app, struct err *err)
{
	fact_set_num(&app->d->facts, FIELD_PROPERTY_ORDERED_ON, app->day);
	return apply_start(app, "C1.19", 0, app->day, app->act->happened_at, err);
}

enum err_code effect_c1_closed(struct application *app, struct err *err)
{
	(void)err;
	for (int i = 0; i < app->d->clock_count; i++) {
		struct clock_entry *c = &app->d->clocks[i];
		if (c->state == CLOCK_RUNNING && strcmp(c->rule, "C1.19") != 0)
			apply_end_clock(app, c->rule, c->ref, CLOCK_CANCELLED);
	}
	return ERR_OK;
}

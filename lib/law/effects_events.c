/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What a clue or a case learns from the channels C2 to C9: the act "handoff_event", written in the same transaction as the act of
 * the hand-over. While a hand-over to the court lasts, the case's own rows for it are shut (GUARD_NO_COURT_HANDOFF) and
 * these do what they did: one way to the same facts, so that the rates count both alike. */
#include "law/apply.h"
#include "law/row_channels.h"

static bool is_event(const struct application *app, const char *event)
{
	return fact_is(&app->fields, FIELD_HANDOFF_EVENT, event);
}

static bool is_channel(const struct application *app, const char *channel)
{
	return fact_is(&app->fields, FIELD_CHANNEL, channel);
}

static bool in_states(const struct application *app, state_set states)
{
	return (states & STATE_BIT(app->d->state)) != 0;
}

/* ---- C2 ---- */

/* Ours no longer: 程序规定 60(1)(4), closing ground C4c. */
static enum err_code case_transferred(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;
	enum err_code code;

	if (!in_states(app, S_UNDECIDED | S(SUSPENDED)))
		return ERR_OK;
	apply_span_close(app, SPAN_SUSPENSION);
	fact_set_text(f, FIELD_OUTCOME, "移送其他行政机关");
	fact_set_text(f, FIELD_ORGAN_TO, fact_text(&app->fields, FIELD_PEER_NAME));
	if ((code = effect_decided(app, err)) != ERR_OK)
		return code;
	apply_end_clock(app, "D11", 0, CLOCK_MET);
	apply_end_clock(app, "D14", 0, CLOCK_CANCELLED);
	return apply_ground(app, "C4c", err);
}

static enum err_code clue_transferred(struct application *app, struct err *err)
{
	static const char *const rules[] = { "D45a", "D45b" };

	(void)err;
	if (app->d->state != STATE_VERIFYING)
		return ERR_OK;
	fact_set_text(&app->d->facts, FIELD_ORGAN_TO, fact_text(&app->fields, FIELD_PEER_NAME));
	apply_end_clock(app, "D01", 0, CLOCK_MET);
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		apply_end_clock(app, rules[i], 0, CLOCK_CANCELLED);
	apply_state(app, STATE_CLUE_TRANSFERRED);
	return ERR_OK;
}

/* Back from where it was sent: the clue is verified anew. */
static enum err_code clue_returned(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;
	enum err_code code;

	if (app->d->state != STATE_CLUE_TRANSFERRED)
		return ERR_OK;
	apply_state(app, STATE_VERIFYING);
	fact_set_num(f, FIELD_REOPENED_FROM, fact_num(f, FIELD_HANDOFF));
	fact_set_num(f, FIELD_REOPENED_ON, app->day);
	code = apply_start(app, "D01", 0, app->day, app->act->happened_at, err);
	if (code == ERR_OK && fact_has(f, FIELD_ACT_ENDED_ON))
		code = apply_start(app, fact_true(f, FIELD_SAFETY_HARM) ? "D45b" : "D45a", 0,
				   fact_day(f, FIELD_ACT_ENDED_ON), app->act->happened_at, err);
	return code;
}

/* "returned" itself reopens a case for every channel: effect_handoff_event. */
static enum err_code jurisdiction_event(struct application *app, struct err *err)
{
	bool clue = app->d->kind == MATTER_CLUE;
	bool back = is_event(app, "returned") || is_event(app, "withdrawn") ||
		    (is_event(app, "designated") &&
		     fact_is(&app->fields, FIELD_HANDOFF_STATE, state_info(STATE_HANDOFF_RETURNED)->code));

	if (is_event(app, "sent"))
		return clue ? clue_transferred(app, err) : case_transferred(app, err);
	if (is_event(app, "linked") && fact_true(&app->fields, FIELD_MARKET))
		fact_set_text(&app->d->facts, FIELD_CAME_FROM, "市场监督管理部门");
	if (!back)
		return ERR_OK;
	if (clue)
		return clue_returned(app, err);
	if (is_event(app, "returned") || !in_states(app, S(CLOSING) | S(CLOSED) | S(ARCHIVED)) ||
	    !fact_is(&app->d->facts, FIELD_OUTCOME, "移送其他行政机关"))
		return ERR_OK;
	return effect_reopen(app, err);
}

/* ---- C3, C4, C5 ---- */

/* Another organ says it is a crime: the advisory is raised and no penalty is decided before it is settled. */
static enum err_code must_transfer(struct application *app)
{
	struct facts *f = &app->d->facts;

	if (!in_states(app, S_UNDECIDED | S(SUSPENDED)))
		return ERR_OK;
	fact_set_num(f, FIELD_SUSPICION, 1);
	fact_set_text(f, FIELD_ADVISORY_LEVEL, "RED");
	fact_clear(f, FIELD_ADVISORY_SETTLED);
	return ERR_OK;
}

/* The judgment on our decision, sent by the court: as if the party's remedy had ended that day. */
static enum err_code litigation_result(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	if (!fact_has(&app->fields, FIELD_REMEDY_RESULT) || !in_states(app, S_AFTER_DECISION))
		return ERR_OK;
	fact_set_text(f, FIELD_REMEDY_KIND, "行政诉讼");
	apply_span_close(app, SPAN_REMEDY);
	apply_end_clock(app, "D26", 0, CLOCK_MET);
	return effect_remedy_ended(app, err);
}

/* ---- C6 ---- */

static enum err_code court_applied(struct application *app)
{
	struct facts *f = &app->d->facts;

	if (!in_states(app, S(PERFORMING)))
		return ERR_OK;
	if (!fact_has(f, FIELD_COURT_APPLIED_ON))
		fact_set_num(f, FIELD_COURT_APPLIED_ON, app->day);
	fact_set_text(f, FIELD_ORGAN_TO, fact_text(&app->fields, FIELD_PEER_NAME));
	apply_end_clock(app, "D28", 0, CLOCK_MET);
	apply_end_clock(app, "D27", 0, CLOCK_MET);
	apply_state(app, STATE_ENFORCING);
	return ERR_OK;
}

static void enforced_money(struct application *app)
{
	struct facts *f = &app->d->facts;
	int64_t got = fact_money(&app->fields, FIELD_ENFORCED);

	if (got > 0)
		fact_set_num(f, FIELD_PAID, fact_num(f, FIELD_PAID) + got);
}

/* Paid in full closes the case; less leaves it to the officer. */
static enum err_code court_done(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	if (!in_states(app, S(PERFORMING) | S(ENFORCING)))
		return ERR_OK;
	enforced_money(app);
	if (fact_num(f, FIELD_PAID) < money_ordered(f) + fact_money(f, FIELD_ADDED_FINE))
		return ERR_OK;
	fact_set_text(f, FIELD_PERFORMANCE, "强制执行");
	apply_end_clock(app, "D22", 0, CLOCK_MET);
	return apply_ground(app, "C1", err);
}

static enum err_code court_ended(struct application *app, struct err *err)
{
	if (!in_states(app, S(PERFORMING) | S(ENFORCING)))
		return ERR_OK;
	enforced_money(app);
	return apply_ground(app, "C2", err);
}

/* The court no longer has the file. */
static void court_gave_back(struct application *app)
{
	if (app->d->state == STATE_ENFORCING)
		apply_state(app, STATE_PERFORMING);
}

static enum err_code dunned(struct application *app, struct err *err)
{
	if (app->d->state != STATE_PERFORMING)
		return ERR_OK;
	fact_set_num(&app->d->facts, FIELD_DUNNED_ON, app->day);
	apply_end_clock(app, "D27", 0, CLOCK_CANCELLED);
	return apply_start(app, "D27", 0, app->day, app->act->happened_at, err);
}

static enum err_code court_event(struct application *app, struct err *err)
{
	static const char *const ends[] = { "court-done", "court-ended", "court-settled", "court-dropped",
					    "court-time-barred" };
	struct facts *f = &app->d->facts;

	if (is_event(app, "opened"))
		fact_set_num(f, FIELD_COURT_HANDOFF, 1);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		if (is_event(app, ends[i]))
			fact_clear(f, FIELD_COURT_HANDOFF);
	}
	if (is_event(app, "dunned"))
		return dunned(app, err);
	if (is_event(app, "court-applied"))
		return court_applied(app);
	if (is_event(app, "court-refused") || is_event(app, "court-dropped") || is_event(app, "court-time-barred"))
		court_gave_back(app);
	if (is_event(app, "court-settled")) {
		enforced_money(app);
		court_gave_back(app);
	}
	if (is_event(app, "court-done"))
		return court_done(app, err);
	return is_event(app, "court-ended") ? court_ended(app, err) : ERR_OK;
}

/* ---- all ---- */

enum err_code effect_channel_event(struct application *app, struct err *err)
{
	if (is_channel(app, "c2"))
		return jurisdiction_event(app, err);
	if (is_channel(app, "c6"))
		return court_event(app, err);
	if (is_event(app, "must-transfer"))
		return must_transfer(app);
	if (is_event(app, "litigation-result"))
		return litigation_result(app, err);
	return ERR_OK;
}

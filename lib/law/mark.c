/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/mark.h"

enum { YELLOW_WORKING_DAYS = 3 };

static day_t later(day_t a, day_t b)
{
	return a > b ? a : b;
}

static const struct clock_entry *latest(const struct dossier *d, const char *rule)
{
	return dossier_clock_const(d, rule, 0);
}

/* The last day inside payment, deferral, remedies and the court's window (rates, "should_close"). */
static void performance(const struct dossier *d, struct rate_mark *m)
{
	const struct facts *f = &d->facts;
	const struct clock_entry *court = latest(d, "D28"), *serve = latest(d, "D20"), *announced = latest(d, "D21");

	m->performing_open = d->state == STATE_ENFORCING || dossier_span_open(d, SPAN_REMEDY);
	if (d->state == STATE_UNSERVED) {
		if (serve)
			m->perform_due_on = serve->due.lawful;
		if (announced && announced->state == CLOCK_RUNNING)
			m->perform_due_on = later(m->perform_due_on, announced->due.lawful);
		return;
	}
	m->perform_due_on = fact_has(f, FIELD_REMEDY_OVER_ON) ? fact_day(f, FIELD_REMEDY_OVER_ON) : DAY_NONE;
	m->perform_due_on = later(m->perform_due_on, fact_day(f, FIELD_PAY_DUE));
	if (court && court->state == CLOCK_RUNNING)
		m->perform_due_on = later(m->perform_due_on, court->due.lawful);
}

static const char *excluded(const struct dossier *d)
{
	if (d->kind == MATTER_HANDOFF)
		return "移送";
	if (d->procedure == PROCEDURE_BACK_ENTRY)
		return "补录，资料不全";
	if (d->procedure == PROCEDURE_SUMMARY)
		return "简易程序";
	if (d->state == STATE_WITHDRAWN)
		return "已撤销立案";
	if (d->state == STATE_MERGED || d->state == STATE_CLUE_MERGED)
		return "已并案";
	if (d->state == STATE_NOT_REQUIRED)
		return "不需公示";
	if (d->state == STATE_EXEMPT)
		return "不予公开";
	return NULL;
}

static day_t last_of(const struct rate_mark *m)
{
	const day_t days[] = { m->opened_on, m->clue_due_on, m->clue_decided_on, m->filed_on, m->decision_due_on,
			       m->decided_on, m->ground_on, m->ground_due_on, m->closed_on, m->publish_due_on,
			       m->published_on, m->credit_due_on, m->credit_on, m->withdraw_due_on,
			       m->withdrawn_on, m->stop_due_on, m->stopped_on };
	day_t last = DAY_NONE;

	for (size_t i = 0; i < ARRAY_LEN(days); i++)
		last = later(last, days[i]);
	return last;
}

static int64_t sum_of(const struct facts *f, enum field field)
{
	return fact_has(f, field) && fact_num(f, field) != MONEY_UNCOMPUTABLE ? fact_num(f, field) : MARK_NO_SUM;
}

/* 案值: what was illegally traded, else the goods' value. What was confiscated counts as one sum. */
static void sums(const struct facts *f, struct rate_mark *m)
{
	int64_t income = sum_of(f, FIELD_CONFISCATED_INCOME), goods = sum_of(f, FIELD_CONFISCATED_GOODS_VALUE);

	m->value_fen = sum_of(f, fact_has(f, FIELD_TURNOVER) ? FIELD_TURNOVER : FIELD_GOODS_VALUE);
	m->income_fen = sum_of(f, FIELD_INCOME);
	m->fine_fen = sum_of(f, FIELD_FINE);
	if (income == MARK_NO_SUM || goods == MARK_NO_SUM)
		m->confiscated_fen = income == MARK_NO_SUM ? goods : income;
	else
		m->confiscated_fen = income + goods;
}

/* A duty that fell away counts no more. */
static day_t due_of(const struct dossier *d, enum field due, const char *rule)
{
	const struct clock_entry *c = latest(d, rule);

	return c && c->state == CLOCK_CANCELLED ? DAY_NONE : fact_day(&d->facts, due);
}

static bool pending(day_t due, day_t done)
{
	return due != DAY_NONE && done == DAY_NONE;
}

/* Whether something of a disclosure is still to come. */
static bool of_disclosure(const struct dossier *d, struct rate_mark *m)
{
	const struct facts *f = &d->facts;

	m->case_id = fact_num(f, FIELD_CASE);
	m->publish_due_on = fact_day(f, FIELD_PUBLISH_DUE);
	/* For another province our part is the push; the receiver's publication is his. */
	m->published_on = fact_true(f, FIELD_OTHER_PROVINCE) ? fact_day(f, FIELD_PUSHED_ON)
							       : fact_day(f, FIELD_PUBLISHED_ON);
	m->credit_due_on = due_of(d, FIELD_CREDIT_DUE, "D36");
	m->credit_on = fact_day(f, FIELD_CREDIT_ON);
	m->withdraw_due_on = fact_day(f, FIELD_WITHDRAW_DUE);
	m->withdrawn_on = fact_day(f, FIELD_WITHDRAWN_ON);
	m->stop_due_on = fact_day(f, FIELD_STOP_DUE);
	m->stopped_on = fact_day(f, FIELD_STOPPED_ON);
	return pending(m->publish_due_on, m->published_on) || pending(m->credit_due_on, m->credit_on) ||
	       pending(m->withdraw_due_on, m->withdrawn_on) || pending(m->stop_due_on, m->stopped_on);
}

static void of_case(const struct dossier *d, struct rate_mark *m)
{
	const struct facts *f = &d->facts;
	const struct clock_entry *clue = latest(d, "D01"), *decision = latest(d, "D11"), *closing = latest(d, "D31");

	m->filed_on = fact_day(f, FIELD_FILED_ON);
	m->decided_on = fact_day(f, FIELD_DECIDED_ON);
	m->ground_on = fact_day(f, FIELD_GROUND_ON);
	m->closed_on = fact_day(f, FIELD_CLOSED_ON);
	m->declined = d->state == STATE_DECLINED;
	if (d->procedure == PROCEDURE_CLUE && clue) {
		if (!clue->due.stopped && clue->state != CLOCK_CANCELLED)
			m->clue_due_on = clue->due.lawful;
		if (clue->state == CLOCK_MET)
			m->clue_decided_on = clue->met_on;
	}
	if (decision && !decision->due.stopped && decision->state != CLOCK_CANCELLED)
		m->decision_due_on = decision->due.lawful;
	if (closing)
		m->ground_due_on = closing->due.lawful;
	for (int i = 0; i < d->span_count; i++) {
		if (d->spans[i].kind != SPAN_SUSPENSION)
			continue;
		m->suspended_on = d->spans[i].days.start;
		m->resumed_on = d->spans[i].days.end == DAY_MAX ? DAY_NONE : d->spans[i].days.end;
	}
	if (m->decided_on != DAY_NONE && m->ground_on == DAY_NONE)
		performance(d, m);
	sums(f, m);
}

void rate_mark_of(const struct dossier *d, struct rate_mark *m)
{
	bool waits = false;

	*m = (struct rate_mark){
		.excluded = excluded(d), .opened_on = d->opened_on,
		.clue_due_on = DAY_NONE, .clue_decided_on = DAY_NONE, .filed_on = DAY_NONE, .decision_due_on = DAY_NONE,
		.decided_on = DAY_NONE, .perform_due_on = DAY_NONE, .ground_on = DAY_NONE, .ground_due_on = DAY_NONE,
		.closed_on = DAY_NONE, .suspended_on = DAY_NONE, .resumed_on = DAY_NONE, .publish_due_on = DAY_NONE,
		.published_on = DAY_NONE, .credit_due_on = DAY_NONE, .credit_on = DAY_NONE, .withdraw_due_on = DAY_NONE,
		.withdrawn_on = DAY_NONE, .stop_due_on = DAY_NONE, .stopped_on = DAY_NONE,
		.value_fen = MARK_NO_SUM, .income_fen = MARK_NO_SUM, .fine_fen = MARK_NO_SUM,
		.confiscated_fen = MARK_NO_SUM,
	};
	if (d->kind == MATTER_DISCLOSURE)
		waits = of_disclosure(d, m) && !m->excluded;
	else
		of_case(d, m);
	m->active_until = state_info(d->state)->open || waits ? DAY_MAX : last_of(m);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_disclosure(const struct rate_mark *a, const struct rate_mark *b)
{
	return a->publish_due_on == b->publish_due_on && a->published_on == b->published_on &&
	       a->credit_due_on == b->credit_due_on && a->credit_on == b->credit_on &&
	       a->withdraw_due_on == b->withdraw_due_on && a->withdrawn_on == b->withdrawn_on &&
	       a->stop_due_on == b->stop_due_on && a->stopped_on == b->stopped_on && a->case_id == b->case_id;
}

bool rate_mark_same(const struct rate_mark *a, const struct rate_mark *b)
{
	return same_text(a->excluded, b->excluded) && same_disclosure(a, b) && a->declined == b->declined &&
	       a->value_fen == b->value_fen && a->income_fen == b->income_fen && a->fine_fen == b->fine_fen &&
	       a->confiscated_fen == b->confiscated_fen &&
	       a->opened_on == b->opened_on && a->clue_due_on == b->clue_due_on &&
	       a->clue_decided_on == b->clue_decided_on && a->filed_on == b->filed_on &&
	       a->decision_due_on == b->decision_due_on && a->decided_on == b->decided_on &&
	       a->perform_due_on == b->perform_due_on && a->performing_open == b->performing_open &&
	       a->ground_on == b->ground_on && a->ground_due_on == b->ground_due_on &&
	       a->closed_on == b->closed_on && a->suspended_on == b->suspended_on &&
	       a->resumed_on == b->resumed_on && a->active_until == b->active_until;
}

/* Rights of the party, and the limitation that was kept at registration: when these end, nobody at the
 * bureau is late. */
static bool is_watched(const struct clock_entry *c)
{
	static const char *const unwatched[] = { "D14", "D24", "D25", "D45a", "D45b" };

	for (size_t i = 0; i < ARRAY_LEN(unwatched); i++) {
		if (strcmp(c->rule, unwatched[i]) == 0)
			return false;
	}
	return true;
}

/* Duties of our own in a hand-over to the police are kept to the day that does not roll; the lawful day is for reports. */
static day_t due_shown(const struct clock_entry *c)
{
	static const char *const strict[] = { "C1.1", "C1.9", "C1.10", "C1.12" };

	for (size_t i = 0; i < ARRAY_LEN(strict); i++) {
		if (strcmp(c->rule, strict[i]) == 0)
			return c->due.strict;
	}
	return c->due.lawful;
}

void next_due_of(const struct dossier *d, struct next_due *ret)
{
	*ret = (struct next_due){ .on = DAY_MAX, .rule = "" };
	for (int i = 0; i < d->clock_count; i++) {
		const struct clock_entry *c = &d->clocks[i];
		if (c->state != CLOCK_RUNNING || c->due.stopped || due_shown(c) >= ret->on || !is_watched(c))
			continue;
		ret->on = due_shown(c);
		ret->rule = c->rule;
	}
}

enum light light_of(const struct calendar *cal, day_t due, day_t today, int *ret_days_left)
{
	bool provisional = false;
	int left = 0;

	*ret_days_left = 0;
	if (due == DAY_NONE || due == DAY_MAX)
		return LIGHT_GREY;
	if (calendar_between(cal, today, due, &left, &provisional, NULL) != ERR_OK)
		left = due - today;
	*ret_days_left = left;
	if (due < today)
		return LIGHT_RED;
	return left <= YELLOW_WORKING_DAYS ? LIGHT_YELLOW : LIGHT_GREEN;
}

enum err_code light_yellow_until(const struct calendar *cal, day_t today, day_t *ret, struct err *err)
{
	bool provisional = false;
	day_t first_green;

	/* Free days behind the last of the working days are yellow too: no working day lies between. */
	enum err_code code = calendar_add(cal, today, YELLOW_WORKING_DAYS + 1, &first_green, &provisional, err);
	if (code == ERR_OK)
		*ret = first_green - 1;
	return code;
}

const char *light_code(enum light l)
{
	static const char *const codes[] = { "grey", "green", "yellow", "red" };

	return codes[l];
}

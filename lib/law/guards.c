/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The guards: one small predicate per rule of guard.def. Each sees the dossier before the act, the act's
 * payload (with the request's when it is being approved) and the facts as they would be after it. */
#include <stdio.h>

#include "law/guards.h"

/* ---- people ---- */

bool guard_check_CASE_OFFICER(const struct guard_ctx *g)
{
	/* A clue that nobody was assigned to may be taken by any officer of the unit. */
	if (!fact_has(&g->d->facts, FIELD_OFFICER))
		return true;
	return dossier_is_officer(g->d, g->in->actor.account);
}

static bool two_officers(const struct facts *f)
{
	return fact_has(f, FIELD_OFFICER) && fact_has(f, FIELD_CO_OFFICER) &&
	       fact_num(f, FIELD_OFFICER) != fact_num(f, FIELD_CO_OFFICER);
}

bool guard_check_TWO_OFFICERS(const struct guard_ctx *g)
{
	return two_officers(g->merged);
}

bool guard_check_OFFICERS_NAMED(const struct guard_ctx *g)
{
	return two_officers(g->merged);
}

bool guard_check_APPROVER_NOT_OFFICER(const struct guard_ctx *g)
{
	return !dossier_is_officer(g->d, g->in->actor.account);
}

bool guard_check_REVIEWER_NOT_OFFICER(const struct guard_ctx *g)
{
	return !dossier_is_officer(g->d, g->in->actor.account);
}

bool guard_check_HOST_NOT_OFFICER(const struct guard_ctx *g)
{
	return !dossier_is_officer(g->d, fact_num(g->payload, FIELD_HEARING_HOST));
}

/* ---- periods ---- */

/* Before the running clock falls due; a stopped clock has not fallen due. */
bool guard_before_due(const struct guard_ctx *g, const char *rule, int ref)
{
	const struct clock_entry *c = dossier_clock_const(g->d, rule, ref);

	if (!c || c->due.stopped)
		return true;
	char due[11];
	day_format(c->due.lawful, due);
	err_detail(g->err, "期限届满日为 %s。", due);
	return g->day <= c->due.lawful;
}

bool guard_check_CLUE_NOT_EXTENDED(const struct guard_ctx *g)
{
	const struct clock_entry *c = dossier_clock_const(g->d, "D01", 0);

	return !c || c->extra == 0;
}

bool guard_check_CLUE_BEFORE_DUE(const struct guard_ctx *g)
{
	return guard_before_due(g, "D01", 0);
}

bool guard_check_CASE_NOT_EXTENDED(const struct guard_ctx *g)
{
	return fact_num(&g->d->facts, FIELD_EXTENSIONS) == 0;
}

bool guard_check_CASE_EXTENDED_ONCE(const struct guard_ctx *g)
{
	return fact_num(&g->d->facts, FIELD_EXTENSIONS) > 0;
}

bool guard_check_CASE_BEFORE_DUE(const struct guard_ctx *g)
{
	return guard_before_due(g, "D11", 0);
}

bool guard_check_REVIEW_BEFORE_DUE(const struct guard_ctx *g)
{
	return guard_before_due(g, "D13", 0);
}

static bool days_at_most(const struct guard_ctx *g, int64_t most)
{
	return !fact_has(g->payload, FIELD_DAYS) ||
	       (fact_num(g->payload, FIELD_DAYS) > 0 && fact_num(g->payload, FIELD_DAYS) <= most);
}

bool guard_check_CASE_EXTENSION_DAYS(const struct guard_ctx *g)
{
	return days_at_most(g, law_book_limit(g->book, "CASE_EXTENSION", g->day));
}

bool guard_check_DISCUSSION_RECORDED(const struct guard_ctx *g)
{
	return (int64_t)fact_list_count(g->payload, FIELD_MEMBERS) >= law_book_limit(g->book, "DISCUSSION_MEMBERS", g->day) && fact_num(g->payload, FIELD_DAYS) > 0;
}

/* ---- measures ---- */

static const struct measure *payload_measure(const struct guard_ctx *g)
{
	int64_t seq = fact_num(g->payload, FIELD_MEASURE);

	for (int i = 0; i < g->d->measure_count; i++) {
		if (g->d->measures[i].seq == seq)
			return &g->d->measures[i];
	}
	return NULL;
}

bool guard_check_MEASURE_AUTHORISED(const struct guard_ctx *g)
{
	char quoted[64];

	if (fact_true(g->payload, FIELD_URGENT))
		return true;
	snprintf(quoted, sizeof(quoted), "\"measure_kind\":\"%s\"", fact_text(g->payload, FIELD_MEASURE_KIND));
	for (int i = 0; i < g->d->request_count; i++) {
		const struct request *r = &g->d->requests[i];
		if (r->status == REQUEST_GRANTED && !r->used && strcmp(r->act, "measure_authorise") == 0 &&
		    strstr(r->payload, quoted))
			return true;
	}
	return false;
}

bool guard_check_MEASURE_OPEN(const struct guard_ctx *g)
{
	const struct measure *m = payload_measure(g);

	return m && m->status == MEASURE_TAKEN;
}

bool guard_check_MEASURE_UNCONFIRMED(const struct guard_ctx *g)
{
	const struct measure *m = payload_measure(g);

	return m && !m->confirmed;
}

static bool measure_is_registration(const struct guard_ctx *g)
{
	const struct measure *m = payload_measure(g);

	return m && strcmp(m->kind, "先行登记保存") == 0;
}

bool guard_check_MEASURE_IS_SEIZURE(const struct guard_ctx *g)
{
	return !measure_is_registration(g);
}

bool guard_check_MEASURE_IS_REGISTRATION(const struct guard_ctx *g)
{
	return measure_is_registration(g);
}

bool guard_check_MEASURE_BEFORE_DUE(const struct guard_ctx *g)
{
	return guard_before_due(g, "D10", (int)fact_num(g->payload, FIELD_MEASURE));
}

bool guard_check_MEASURE_NOT_EXTENDED(const struct guard_ctx *g)
{
	const struct measure *m = payload_measure(g);

	return m && !m->extended;
}

bool guard_check_MEASURE_EXTENSION_DAYS(const struct guard_ctx *g)
{
	return days_at_most(g, law_book_limit(g->book, "MEASURE_EXTENSION", g->day));
}

bool guard_check_MEASURES_RESOLVED(const struct guard_ctx *g)
{
	int open = dossier_open_measures(g->d);

	if (open > 0)
		err_detail(g->err, "还有 %d 项措施未解除或处理。", open);
	return open == 0;
}

/* ---- spans ---- */

bool guard_check_NO_TESTING_OPEN(const struct guard_ctx *g)
{
	return !dossier_span_open(g->d, SPAN_TESTING);
}

bool guard_check_TESTING_OPEN(const struct guard_ctx *g)
{
	return dossier_span_open(g->d, SPAN_TESTING);
}

bool guard_check_NO_IDENTIFICATION_OPEN(const struct guard_ctx *g)
{
	return !dossier_span_open(g->d, SPAN_IDENTIFICATION);
}

bool guard_check_IDENTIFICATION_OPEN(const struct guard_ctx *g)
{
	return dossier_span_open(g->d, SPAN_IDENTIFICATION);
}

bool guard_check_NO_REFUND_OPEN(const struct guard_ctx *g)
{
	return !dossier_span_open(g->d, SPAN_REFUND);
}

bool guard_check_REFUND_OPEN(const struct guard_ctx *g)
{
	return dossier_span_open(g->d, SPAN_REFUND);
}

bool guard_check_NO_SPAN_OPEN(const struct guard_ctx *g)
{
	return !dossier_span_open(g->d, SPAN_TESTING) && !dossier_span_open(g->d, SPAN_IDENTIFICATION) &&
	       !dossier_span_open(g->d, SPAN_REFUND);
}

/* ---- summary procedure, clue ---- */

bool guard_check_SUMMARY_LIMIT(const struct guard_ctx *g)
{
	const struct facts *f = g->merged;
	int64_t line = limit_for_party(g->book, "SUMMARY", f, g->day);
	size_t kinds = fact_list_count(f, FIELD_PENALTY_KINDS);
	size_t allowed = (size_t)fact_list_has(f, FIELD_PENALTY_KINDS, "警告") +
			 (size_t)fact_list_has(f, FIELD_PENALTY_KINDS, "罚款");

	return kinds > 0 && kinds == allowed && fact_money(f, FIELD_FINE) <= line &&
	       guard_kind_matches(f, "罚款", fact_money(f, FIELD_FINE) > 0);
}

bool guard_check_CASH_TAKEN(const struct guard_ctx *g)
{
	return fact_true(&g->d->facts, FIELD_CASH_ON_SPOT);
}

bool guard_check_TARGET_CLUE(const struct guard_ctx *g)
{
	const struct target *t = g->in->target;

	return t && t->kind == MATTER_CLUE && t->state == STATE_VERIFYING && t->organ == g->in->actor.organ &&
	       t->id != g->in->matter;
}

bool guard_check_TARGET_CASE(const struct guard_ctx *g)
{
	const struct target *t = g->in->target;

	return t && t->kind == MATTER_CASE && t->organ == g->in->actor.organ && t->id != g->in->matter &&
	       t->state >= STATE_INVESTIGATING && t->state <= STATE_DECIDING;
}

bool guard_check_DIFFERENT_COUNTERPART(const struct guard_ctx *g)
{
	const char *ours = g->in->actor.organ_name;

	return !ours || !fact_is(g->payload, FIELD_ORGAN_TO, ours);
}

bool guard_check_COMPLAINT(const struct guard_ctx *g)
{
	return fact_is(&g->d->facts, FIELD_SOURCE, "投诉");
}

bool guard_check_NO_OPEN_REQUEST(const struct guard_ctx *g)
{
	return dossier_open_request(g->d, g->in->row->code) == NULL;
}

/* ---- the table ---- */

static guard_fn *const checks[GUARD_COUNT] = {
#define GUARD(name, needs, rule, article, message) [GUARD_##name] = guard_check_##name,
#include "law/guard.def"
#undef GUARD
};

static bool is_officer(const struct facts *f, int64_t account)
{
	return account != 0 &&
	       (fact_num(f, FIELD_OFFICER) == account || fact_num(f, FIELD_CO_OFFICER) == account);
}

/* A guard is asked at the stages where what it needs is known, or binds. */
bool guard_applies(enum guard guard, enum stage stage)
{
	enum guard_needs needs = guard_needs(guard);

	switch (stage) {
	case STAGE_DO:
	case STAGE_REQUEST:
		return needs != NEEDS_ENDORSER && needs != NEEDS_OPINION;
	case STAGE_ENDORSE:
		return needs == NEEDS_ENDORSER;
	case STAGE_APPROVE:
		return needs != NEEDS_ASKER && needs != NEEDS_OPINION;
	case STAGE_RETURN:
		return needs == NEEDS_OPINION;
	}
	return false;
}

enum err_code guard_refuses(enum guard guard, struct err *err)
{
	enum err_code code = err_set(err, ERR_LAW, guard_rule(guard), "%s", guard_message(guard));

	err_article(err, guard_article(guard));
	return code;
}

/* With the detail that the guard left. */
static enum err_code refuse(enum guard guard, struct err *err)
{
	char detail[sizeof(err->detail)] = "";

	if (err)
		memcpy(detail, err->detail, sizeof(detail));
	enum err_code code = guard_refuses(guard, err);
	if (detail[0])
		err_detail(err, "%s", detail);
	return code;
}

enum err_code guard_check(enum guard guard, const struct law_book *book, const struct dossier *before,
			  const struct act_input *input, const struct facts *payload, const struct facts *merged,
			  struct err *err)
{
	struct guard_ctx g = { .book = book, .d = before, .in = input, .payload = payload, .merged = merged,
			       .day = instant_to_day(input->happened_at), .err = err };

	if (err)
		err->detail[0] = '\0';
	if (!checks[guard](&g))
		return refuse(guard, err);
	if (err)
		err->detail[0] = '\0';
	return ERR_OK;
}

enum err_code guards_check(const struct law_book *book, const struct dossier *before,
			   const struct act_input *input, const struct facts *payload,
			   const struct facts *merged, struct err *err)
{
	struct guard_ctx g = { .book = book, .d = before, .in = input, .payload = payload, .merged = merged,
			       .day = instant_to_day(input->happened_at), .err = err };

	if (procedure_arrived(before, input))
		return ERR_OK;
	if (input->stage == STAGE_ENDORSE || input->stage == STAGE_APPROVE) {
		/* Nor may the request make its approver an officer of the case. */
		if (dossier_is_officer(before, input->actor.account) ||
		    is_officer(merged, input->actor.account))
			return refuse(GUARD_APPROVER_NOT_OFFICER, err);
	}
	for (const enum guard *guard = input->row->guards; guard && *guard != GUARD_END; guard++) {
		if (!guard_applies(*guard, input->stage))
			continue;
		if (err)
			err->detail[0] = '\0';
		if (!checks[*guard](&g))
			return refuse(*guard, err);
	}
	if (err)
		err->detail[0] = '\0';
	return ERR_OK;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What may an actor do next, and why not? Only asks; nothing is decided here. */
#include "law/next.h"

#include "law/decide.h"

/* ---- what the law has against it ---- */

/* The act's field names the k-th thing of the matter that it can name; false: there are no more. */
static bool name_thing(const struct dossier *d, enum guard_needs needs, int k, struct facts *payload)
{
	switch (needs) {
	case NEEDS_MEASURE:
		if (k < d->measure_count)
			fact_set_num(payload, FIELD_MEASURE, d->measures[k].seq);
		return k < d->measure_count;
	case NEEDS_ITEM:
		if (k < d->item_count)
			fact_set_num(payload, FIELD_ITEM, d->items[k].seq);
		return k < d->item_count;
	case NEEDS_CLOCK:
		if (k < d->clock_count)
			fact_set_text(payload, FIELD_CLOCK_RULE, d->clocks[k].rule);
		return k < d->clock_count;
	case NEEDS_MATTER:
	case NEEDS_ASKER:
	case NEEDS_FIELDS:
	case NEEDS_ENDORSER:
	case NEEDS_OPINION:
		break;
	}
	return false;
}

/* Is there a thing to name that all guards about it let pass? When not, `why` says what the last guard had against
 * those that were left. */
static bool thing_fits(const struct law_book *book, const struct dossier *d, const struct act_input *in,
		       enum guard_needs needs, const struct facts *merged, struct err *why)
{
	bool out[DOSSIER_MAX_ITEMS] = { false };
	struct facts payload = in->fields;
	struct act_row row = *in->row;
	struct act_input asked = *in;

	_Static_assert(DOSSIER_MAX_ITEMS >= DOSSIER_MAX_CLOCKS && DOSSIER_MAX_ITEMS >= DOSSIER_MAX_MEASURES, "out is too small");
	asked.row = &row;
	for (const enum guard *g = in->row->guards; g && *g != GUARD_END; g++) {
		const enum guard one[] = { *g, GUARD_END };
		struct err refused = { 0 };
		bool fits = false;

		if (guard_needs(*g) != needs)
			continue;
		row.guards = one;
		for (int k = 0; name_thing(d, needs, k, &payload); k++) {
			if (!out[k])
				out[k] = guards_check(book, d, &asked, &payload, merged, &refused) != ERR_OK;
			fits = fits || !out[k];
		}
		if (!fits && (refused.code != ERR_OK || guards_check(book, d, &asked, &payload, merged, &refused) != ERR_OK)) {
			*why = refused;
			return false;
		}
	}
	return true;
}

/* Can it be told before the actor fills anything in? */
static bool known_before(enum guard_needs needs, enum stage stage, bool requested)
{
	if (needs == NEEDS_OPINION || (needs == NEEDS_ENDORSER && stage == STAGE_ENDORSE))
		return false;
	return requested || needs == NEEDS_MATTER || needs == NEEDS_ASKER;
}

/* What the law has against the act, as far as it can be told beforehand. */
static enum err_code explain(const struct law_book *book, const struct dossier *d, const struct act_input *in,
			     const struct request *request, struct arena *arena, struct err *why)
{
	struct act_row row = *in->row;
	struct act_input asked = *in;
	enum guard kept[GUARD_COUNT];
	size_t n = 0;
	struct facts payload, merged;
	enum err_code code;

	if (request && in->stage != STAGE_RETURN && request->by_account == in->actor.account)
		return guard_refuses(GUARD_APPROVER_NOT_OFFICER, why);
	for (const enum guard *g = row.guards; g && *g != GUARD_END; g++) {
		if (known_before(guard_needs(*g), in->stage, request != NULL))
			kept[n++] = *g;
	}
	kept[n] = GUARD_END;
	row.guards = kept;
	asked.row = &row;
	if ((code = decide_gather(d, in, request, arena, &payload, &merged, why)) != ERR_OK ||
	    (code = guards_check(book, d, &asked, &payload, &merged, why)) != ERR_OK || request)
		return code;
	for (enum guard_needs needs = NEEDS_MEASURE; needs <= NEEDS_CLOCK; needs++) {
		if (!thing_fits(book, d, in, needs, &merged, why))
			return why->code;
	}
	return ERR_OK;
}

/* ---- the list ---- */

static size_t next_for_row(const struct law_book *book, const struct dossier *d, const struct actor *actor,
			   instant_t now, struct arena *arena, const struct act_row *row,
			   struct next_act *ret, size_t max)
{
	size_t n = 0;

	for (enum stage stage = STAGE_DO; stage <= STAGE_RETURN && n < max; stage++) {
		struct act_input in = { .row = row, .stage = stage, .actor = *actor, .happened_at = now, .now = now };

		if ((stage == STAGE_DO) != (row->approve_by == 0) || decide_role(d, &in, NULL) != ERR_OK ||
		    (stage == STAGE_ENDORSE && !row->endorse_by))
			continue;
		if (stage < STAGE_ENDORSE) {
			ret[n] = (struct next_act){ .row = row, .stage = stage };
			ret[n].blocked = explain(book, d, &in, NULL, arena, &ret[n].why) != ERR_OK;
			n++;
			continue;
		}
		for (int i = 0; i < d->request_count && n < max; i++) {
			if (!decide_waits(&d->requests[i], row, stage))
				continue;
			ret[n] = (struct next_act){ .row = row, .stage = stage, .request = d->requests[i].seq };
			ret[n].blocked = explain(book, d, &in, &d->requests[i], arena, &ret[n].why) != ERR_OK;
			n++;
		}
	}
	return n;
}

size_t procedure_next(const struct law_book *book, const struct dossier *d, const struct actor *actor,
		      instant_t now, struct arena *arena, struct next_act *ret, size_t max)
{
	const struct procedure *p = procedure_get(d->procedure);
	size_t n = 0;

	for (size_t i = 0; i < p->row_count && n < max; i++) {
		if (p->rows[i].from & STATE_BIT(d->state))
			n += next_for_row(book, d, actor, now, arena, &p->rows[i], ret + n, max - n);
	}
	return n;
}

/* ---- the first act of a new matter ---- */

enum err_code next_create(const struct law_book *book, const struct dossier *blank, struct sv act, const struct actor *actor,
			  instant_t now, struct arena *arena, struct next_act *ret, struct err *err)
{
	struct act_input in = { .actor = *actor, .happened_at = now, .now = now };
	enum err_code code;

	in.row = procedure_find(procedure_get(blank->procedure), act, &in.stage);
	if (!in.row || in.row->from != 0 || in.stage != STAGE_DO) {
		code = err_set(err, ERR_INVALID, "unknown-act", "“%s”不能由 %.*s 开始",
			       procedure_get(blank->procedure)->zh, SV_ARG(act));
		err_field(err, "act");
		return code;
	}
	if ((code = decide_role(blank, &in, err)) != ERR_OK)
		return code;
	*ret = (struct next_act){ .row = in.row, .stage = STAGE_DO };
	ret->blocked = explain(book, blank, &in, NULL, arena, &ret->why) != ERR_OK;
	return ERR_OK;
}

/* ---- the rules that bind it ---- */

const struct request *next_request(const struct dossier *d, const struct next_act *next)
{
	for (int i = 0; i < d->request_count; i++) {
		if (next->request && d->requests[i].seq == next->request)
			return &d->requests[i];
	}
	return NULL;
}

static bool names_thing(enum guard_needs needs)
{
	return needs == NEEDS_MEASURE || needs == NEEDS_ITEM || needs == NEEDS_CLOCK;
}

struct asking {
	const struct law_book *book;
	const struct dossier *d;
	const struct act_input *in;
	const struct request *request;
	struct facts payload, merged;
	struct arena *arena;
};

static void check_one(const struct asking *a, enum guard guard, struct next_check *ret)
{
	enum guard_needs needs = guard_needs(guard);
	struct err why = ERR_INIT;
	enum err_code code;

	*ret = (struct next_check){ .rule = guard_rule(guard), .zh = guard_want(guard), .article = guard_article(guard) };
	if (names_thing(needs) && !a->request) {
		const enum guard one[] = { guard, GUARD_END };
		struct act_row row = *a->in->row;
		struct act_input asked = *a->in;
		row.guards = one;
		asked.row = &row;
		code = thing_fits(a->book, a->d, &asked, needs, &a->merged, &why) ? ERR_OK : why.code;
	} else if (known_before(needs, a->in->stage, a->request != NULL)) {
		code = guard_check(guard, a->book, a->d, a->in, &a->payload, &a->merged, &why);
	} else {
		return;
	}
	ret->is = code == ERR_OK ? CHECK_HOLDS : CHECK_FAILS;
	if (code != ERR_OK)
		ret->message = arena_printf(a->arena, "%s%s%s", why.message, why.detail[0] ? "。" : "", why.detail);
}

/* Whoever approves is neither an officer of the case nor who asked for it. */
static void check_approver(const struct asking *a, struct next_check *ret)
{
	const struct actor *me = &a->in->actor;
	const struct facts *f = &a->merged;
	bool mine = dossier_is_officer(a->d, me->account) || a->request->by_account == me->account ||
		    fact_num(f, FIELD_OFFICER) == me->account || fact_num(f, FIELD_CO_OFFICER) == me->account;

	check_one(a, GUARD_APPROVER_NOT_OFFICER, ret);
	ret->is = mine ? CHECK_FAILS : CHECK_HOLDS;
	ret->message = mine ? guard_message(GUARD_APPROVER_NOT_OFFICER) : NULL;
}

size_t next_checks(const struct law_book *book, const struct dossier *d, const struct actor *actor, instant_t now,
		   struct arena *arena, const struct next_act *next, struct next_check *ret, size_t max)
{
	struct act_input in = { .row = next->row, .stage = next->stage, .actor = *actor, .happened_at = now, .now = now };
	struct asking *a = arena_new(arena, struct asking);
	size_t n = 0;

	*a = (struct asking){ .book = book, .d = d, .in = &in, .request = next_request(d, next), .arena = arena };
	if (decide_gather(d, &in, a->request, arena, &a->payload, &a->merged, NULL) != ERR_OK)
		return 0;
	if (a->request && (next->stage == STAGE_ENDORSE || next->stage == STAGE_APPROVE) && n < max)
		check_approver(a, &ret[n++]);
	for (const enum guard *g = next->row->guards; g && *g != GUARD_END && n < max; g++) {
		if (guard_applies(*g, next->stage) && !(a->request && *g == GUARD_APPROVER_NOT_OFFICER))
			check_one(a, *g, &ret[n++]);
	}
	return n;
}

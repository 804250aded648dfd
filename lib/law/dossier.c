/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Names and questions of the dossier. Its stored form is in dossier_json.c. */
#include "law/dossier.h"

#include "law/procedure.h"

/* --- names --------------------------------------------------------------------------------- */

static const struct state_info states[STATE_COUNT] = {
	[STATE_NONE] = { "none", "", ROLE_NONE, false },
#define STATE(name, state_code, state_zh, turn_of, is_open, kind) \
	[STATE_##name] = { state_code, state_zh, ROLE_##turn_of, is_open },
#include "law/state.def"
#undef STATE
};

const struct state_info *state_info(enum state s)
{
	CHECK(s < STATE_COUNT);
	return &states[s];
}

bool state_by_code(struct sv code, enum state *ret)
{
	for (unsigned i = STATE_NONE + 1; i < STATE_COUNT; i++) {
		if (sv_eq_str(code, states[i].code)) {
			*ret = (enum state)i;
			return true;
		}
	}
	return false;
}

static const char *const procedure_codes[PROCEDURE_COUNT] = {
	[PROCEDURE_CLUE] = "clue",
	[PROCEDURE_ORDINARY] = "ordinary",
	[PROCEDURE_SUMMARY] = "summary",
	[PROCEDURE_BACK_ENTRY] = "back_entry",
	[PROCEDURE_C1] = "c1",
	[PROCEDURE_C2] = "c2",
	[PROCEDURE_C3] = "c3",
	[PROCEDURE_C4] = "c4",
	[PROCEDURE_C5] = "c5",
	[PROCEDURE_C6] = "c6",
	[PROCEDURE_C7] = "c7",
	[PROCEDURE_C8] = "c8",
	[PROCEDURE_C9] = "c9",
	[PROCEDURE_DISCLOSURE] = "disclosure",
};

const char *procedure_code(enum matter_procedure p)
{
	CHECK(p < PROCEDURE_COUNT);
	return procedure_codes[p];
}

bool procedure_by_code(struct sv code, enum matter_procedure *ret)
{
	for (unsigned i = 0; i < PROCEDURE_COUNT; i++) {
		if (sv_eq_str(code, procedure_codes[i])) {
			*ret = (enum matter_procedure)i;
			return true;
		}
	}
	return false;
}

enum matter_kind procedure_kind(enum matter_procedure p)
{
	if (p == PROCEDURE_CLUE)
		return MATTER_CLUE;
	if (p == PROCEDURE_DISCLOSURE)
		return MATTER_DISCLOSURE;
	return p <= PROCEDURE_BACK_ENTRY ? MATTER_CASE : MATTER_HANDOFF; /* the channels */
}

const char *matter_kind_code(enum matter_kind k)
{
	switch (k) {
	case MATTER_CLUE:
		return "clue";
	case MATTER_CASE:
		return "case";
	case MATTER_HANDOFF:
		return "handoff";
	case MATTER_DISCLOSURE:
		return "disclosure";
	}
	BUG("unknown kind of matter %d", (int)k);
}

/* --- clocks, spans, measures --------------------------------------------------------------- */

const struct clock_entry *dossier_clock_const(const struct dossier *d, const char *rule, int ref)
{
	for (int i = d->clock_count - 1; i >= 0; i--)
		if (d->clocks[i].ref == ref && strcmp(d->clocks[i].rule, rule) == 0)
			return &d->clocks[i];
	return NULL;
}

struct clock_entry *dossier_clock(struct dossier *d, const char *rule, int ref)
{
	const struct clock_entry *c = dossier_clock_const(d, rule, ref);
	return c ? &d->clocks[c - d->clocks] : NULL;
}

bool dossier_span_open(const struct dossier *d, enum span_kind kind)
{
	for (int i = 0; i < d->span_count; i++)
		if (d->spans[i].kind == kind && d->spans[i].days.end == DAY_MAX)
			return true;
	return false;
}

struct measure *dossier_measure(struct dossier *d, int seq)
{
	for (int i = 0; i < d->measure_count; i++)
		if (d->measures[i].seq == seq)
			return &d->measures[i];
	return NULL;
}

int dossier_open_measures(const struct dossier *d)
{
	int open = 0;
	for (int i = 0; i < d->measure_count; i++)
		open += d->measures[i].status == MEASURE_TAKEN;
	return open;
}

/* --- requests and turns -------------------------------------------------------------------- */

const struct request *dossier_open_request(const struct dossier *d, const char *act)
{
	for (int i = 0; i < d->request_count; i++) {
		const struct request *r = &d->requests[i];
		if (r->status != REQUEST_OPEN && r->status != REQUEST_ENDORSED)
			continue;
		if (!act || strcmp(r->act, act) == 0)
			return r;
	}
	return NULL;
}

bool dossier_is_officer(const struct dossier *d, int64_t account)
{
	return account != 0 && (fact_num(&d->facts, FIELD_OFFICER) == account ||
				fact_num(&d->facts, FIELD_CO_OFFICER) == account);
}

/* Requests keep the plain code of their row, so that the rows are searched and not the codes with a
 * stage. */
static const struct act_row *row_of(const struct dossier *d, const char *act)
{
	const struct procedure *p = procedure_get(d->procedure);
	for (size_t i = 0; p && i < p->row_count; i++)
		if (strcmp(p->rows[i].code, act) == 0)
			return &p->rows[i];
	return NULL;
}

/* A part in the hand-over is either our own worker or another organ. */
static uint32_t own_turn(const struct dossier *d, uint32_t turn)
{
	static const struct {
		uint32_t role, side;
	} parts[] = { { ROLE_SENDER, SIDE_SENDER }, { ROLE_RECEIVER, SIDE_RECEIVER }, { ROLE_THIRD, SIDE_THIRD } };
	uint32_t own;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (turn != parts[i].role)
			continue;
		if (fact_num(&d->facts, FIELD_SIDE) != parts[i].side)
			return ROLE_PEER;
		return role_by_code(sv_of(fact_text(&d->facts, FIELD_OWN_ROLE)), &own) ? own : ROLE_OFFICER;
	}
	return turn;
}

uint32_t dossier_turn(const struct dossier *d)
{
	const struct request *r = dossier_open_request(d, NULL);
	const struct act_row *row = r ? row_of(d, r->act) : NULL;

	if (row) {
		uint32_t mask = row->approve_by;
		if (r->status == REQUEST_OPEN && row->endorse_by)
			mask = row->endorse_by;
		if (mask)
			return mask & -mask; /* the lowest in rank of those who may */
	}
	return own_turn(d, state_info(d->state)->turn);
}

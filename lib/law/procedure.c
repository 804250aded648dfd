/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Look-ups in the procedure tables, and the names of their parts. */
#include "law/procedure.h"

static const struct procedure *const procedures[PROCEDURE_COUNT] = {
	[PROCEDURE_CLUE] = &procedure_clue,
	[PROCEDURE_ORDINARY] = &procedure_ordinary,
	[PROCEDURE_SUMMARY] = &procedure_summary,
	[PROCEDURE_BACK_ENTRY] = &procedure_back_entry,
	[PROCEDURE_C1] = &procedure_c1,
	[PROCEDURE_C2] = &procedure_c2,
	[PROCEDURE_C3] = &procedure_c3,
	[PROCEDURE_C4] = &procedure_c4,
	[PROCEDURE_C5] = &procedure_c5,
	[PROCEDURE_C6] = &procedure_c6,
	[PROCEDURE_C7] = &procedure_c7,
	[PROCEDURE_C8] = &procedure_c8,
	[PROCEDURE_C9] = &procedure_c9,
	[PROCEDURE_DISCLOSURE] = &procedure_disclosure,
};

static const struct {
	const char *suffix, *code;
} stages[] = {
	[STAGE_DO] = { "", "do" },
	[STAGE_REQUEST] = { "_request", "request" },
	[STAGE_ENDORSE] = { "_endorse", "endorse" },
	[STAGE_APPROVE] = { "_approve", "approve" },
	[STAGE_RETURN] = { "_return", "return" },
};

static const struct {
	enum guard_needs needs;
	const char *rule, *article, *message;
} guards[GUARD_COUNT] = {
#define GUARD(name, needs, rule, article, message) [GUARD_##name] = { NEEDS_##needs, rule, article, message },
#include "law/guard.def"
#undef GUARD
};

static const char *const conditions[WHEN_COUNT] = {
	[WHEN_ALWAYS] = "",
#define CONDITION(name) [WHEN_##name] = #name,
#include "law/condition.def"
#undef CONDITION
};

const struct procedure *procedure_get(enum matter_procedure p)
{
	CHECK(p < PROCEDURE_COUNT);
	return procedures[p];
}

static bool stage_fits(const struct act_row *row, enum stage stage)
{
	switch (stage) {
	case STAGE_DO:
		return row->approve_by == 0;
	case STAGE_ENDORSE:
		return row->endorse_by != 0;
	case STAGE_REQUEST:
	case STAGE_APPROVE:
	case STAGE_RETURN:
		return row->approve_by != 0;
	}
	return false;
}

const struct act_row *procedure_find(const struct procedure *p, struct sv act, enum stage *ret_stage)
{
	for (size_t i = 0; i < p->row_count; i++) {
		const struct act_row *row = &p->rows[i];
		size_t n = strlen(row->code);

		if (act.n < n || memcmp(act.p, row->code, n) != 0)
			continue;
		for (enum stage s = STAGE_DO; s <= STAGE_RETURN; s++) {
			struct sv rest = { act.p + n, act.n - n };

			if (stage_fits(row, s) && sv_eq_str(rest, stages[s].suffix)) {
				*ret_stage = s;
				return row;
			}
		}
	}
	return NULL;
}

const char *stage_suffix(enum stage s)
{
	return stages[s].suffix;
}

const char *stage_code(enum stage s)
{
	return stages[s].code;
}

bool stage_by_code(struct sv code, enum stage *ret)
{
	for (enum stage s = STAGE_DO; s <= STAGE_RETURN; s++) {
		if (sv_eq_str(code, stages[s].code)) {
			*ret = s;
			return true;
		}
	}
	return false;
}

state_set procedure_targets(const struct act_row *row)
{
	state_set to = row->to != STATE_NONE ? STATE_BIT(row->to) : 0;

	for (const struct effect *e = row->effects; e && e->kind != EFFECT_END; e++) {
		if (e->kind == EFFECT_GROUND)
			to |= STATE_BIT(STATE_CLOSING);
		to |= e->to;
	}
	/* The request alone may move a hand-over: reported, refused. */
	for (const struct effect *e = row->on_request; e && e->kind != EFFECT_END; e++)
		to |= e->to;
	for (const struct effect *e = row->on_return; e && e->kind != EFFECT_END; e++)
		to |= e->to;
	return to;
}

static state_set led_to(const struct effect *e, enum state from)
{
	state_set to = 0;

	for (; e && e->kind != EFFECT_END; e++) {
		if (e->kind == EFFECT_GROUND)
			to |= STATE_BIT(STATE_CLOSING);
		if (!e->in || (e->in & STATE_BIT(from)))
			to |= e->to;
	}
	return to;
}

state_set procedure_leads(const struct act_row *row, enum state from)
{
	state_set asked = led_to(row->on_request, from);
	state_set waits = 0; /* states in which the request is open, when it moves the matter itself */

	if (from == STATE_NONE ? row->from != 0 : !(row->from & STATE_BIT(from)))
		return 0;
	for (const struct effect *e = row->on_request; e && e->kind != EFFECT_END; e++)
		waits |= e->to;
	if (waits && !(waits & STATE_BIT(from)))
		return asked;
	return (row->to != STATE_NONE ? STATE_BIT(row->to) : 0) | led_to(row->effects, from) | led_to(row->on_return, from);
}

const char *procedure_tells(const struct dossier *before, const struct act_row *row, enum stage stage)
{
	if (before->version > 0 && row_crosses(row, before->state))
		return NULL; /* it came too late to change anything */
	switch (stage) {
	case STAGE_DO:
	case STAGE_APPROVE:
		return row->tells;
	case STAGE_RETURN:
		return row->tells_on_return;
	case STAGE_REQUEST:
	case STAGE_ENDORSE:
		break;
	}
	return NULL;
}

const struct field_use *procedure_fields(const struct act_row *row, enum stage stage)
{
	static const struct field_use none[] = { { FIELD_NONE, false } };
	static const struct field_use decision[] = { { FIELD_OPINION, false }, { FIELD_NONE, false } };
	static const struct field_use refusal[] = { { FIELD_OPINION, true }, { FIELD_NONE, false } };

	switch (stage) {
	case STAGE_DO:
	case STAGE_REQUEST:
		return row->fields ? row->fields : none;
	case STAGE_ENDORSE:
		return row->endorse_fields ? row->endorse_fields : decision;
	case STAGE_APPROVE:
		return decision;
	case STAGE_RETURN:
		return refusal;
	}
	return none;
}

enum guard_needs guard_needs(enum guard g)
{
	return guards[g].needs;
}

const char *guard_rule(enum guard g)
{
	return guards[g].rule;
}

const char *guard_article(enum guard g)
{
	return guards[g].article;
}

const char *guard_message(enum guard g)
{
	return guards[g].message;
}

const char *guard_want(enum guard g)
{
	static const char *const wants[GUARD_COUNT] = {
#define WANT(name, text) [GUARD_##name] = text,
#include "law/guard_want.def"
#undef WANT
	};

	return wants[g];
}

const char *condition_name(enum condition c)
{
	return conditions[c];
}

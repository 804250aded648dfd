/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/form_mark.h"

static const char *const day_names[FORM_DAY_COUNT] = {
#define X(name) #name,
	FORM_DAYS(X)
#undef X
};
static const char *const sum_names[FORM_SUM_COUNT] = {
#define X(name) #name,
	FORM_SUMS(X)
#undef X
};

const char *form_day_name(enum form_day day)
{
	return day_names[day];
}

const char *form_sum_name(enum form_sum sum)
{
	return sum_names[sum];
}

bool form_day_parse(struct sv name, enum form_day *ret)
{
	for (size_t i = 0; i < FORM_DAY_COUNT; i++) {
		if (sv_eq_str(name, day_names[i])) {
			*ret = (enum form_day)i;
			return true;
		}
	}
	return false;
}

bool form_sum_parse(struct sv name, enum form_sum *ret)
{
	for (size_t i = 0; i < FORM_SUM_COUNT; i++) {
		if (sv_eq_str(name, sum_names[i])) {
			*ret = (enum form_sum)i;
			return true;
		}
	}
	return false;
}

/* The same that the rates leave out, but for the summary procedure: its decisions are cases of the bureau, too. */
static const char *excluded(const struct dossier *d)
{
	if (d->procedure == PROCEDURE_BACK_ENTRY)
		return "补录，资料不全";
	if (d->state == STATE_WITHDRAWN)
		return "已撤销立案";
	return d->state == STATE_MERGED ? "已并案" : NULL;
}

static int64_t sum_of(const struct facts *f, enum field field)
{
	return fact_has(f, field) && fact_num(f, field) != MONEY_UNCOMPUTABLE ? fact_num(f, field) : FORM_NO_SUM;
}

/* Known parts only; not known when none is. Amounts have their limit at entry: three of them fit. */
static int64_t total_of(const struct facts *f, const enum field *fields, size_t n)
{
	int64_t total = FORM_NO_SUM;

	for (size_t i = 0; i < n; i++) {
		int64_t part = sum_of(f, fields[i]);
		if (part != FORM_NO_SUM)
			total = total == FORM_NO_SUM ? part : total + part;
	}
	return total;
}

static void sums(const struct facts *f, struct form_mark *m)
{
	static const enum field penalty[] = { FIELD_FINE, FIELD_CONFISCATED_INCOME, FIELD_CONFISCATED_GOODS_VALUE };
	int64_t turnover = sum_of(f, FIELD_TURNOVER);

	m->sums[FORM_SUM_value] = turnover != FORM_NO_SUM ? turnover : sum_of(f, FIELD_GOODS_VALUE);
	m->sums[FORM_SUM_penalty] = total_of(f, penalty, ARRAY_LEN(penalty));
	m->sums[FORM_SUM_recovered] = sum_of(f, FIELD_RECOVERED);
	m->sums[FORM_SUM_recovered_foreign] = sum_of(f, FIELD_RECOVERED_FOREIGN);
	m->sums[FORM_SUM_dens] = sum_of(f, FIELD_DENS);
}

static const char *list_of(const struct facts *f, enum field field)
{
	return fact_has(f, field) ? fact_text(f, field) : "[]";
}

void form_mark_of(const struct dossier *d, struct form_mark *m)
{
	const struct facts *f = &d->facts;
	const char *primary = fact_text(f, FIELD_PRIMARY_CAMPAIGN);

	*m = (struct form_mark){
		.excluded = excluded(d), .ip_type = fact_text(f, FIELD_IP_TYPE), .cause = fact_text(f, FIELD_CAUSE),
		.outcome = fact_text(f, FIELD_OUTCOME), .campaigns = list_of(f, FIELD_CAMPAIGNS),
		.tags = list_of(f, FIELD_TAGS), .supervised = fact_text(f, FIELD_SUPERVISED),
		.person_penalised = fact_true(f, FIELD_PERSON_PENALISED), .first_on = DAY_NONE, .last_on = DAY_NONE,
	};
	/* A tag that was taken away later is no longer the primary one. */
	if (primary[0] && fact_list_has(f, FIELD_CAMPAIGNS, primary))
		m->primary = primary;
	m->days[FORM_DAY_filed] = fact_day(f, d->procedure == PROCEDURE_SUMMARY ? FIELD_DECIDED_ON : FIELD_FILED_ON);
	m->days[FORM_DAY_decided] = fact_day(f, FIELD_DECIDED_ON);
	m->days[FORM_DAY_closed] = fact_day(f, FIELD_CLOSED_ON);
	m->days[FORM_DAY_police] = fact_day(f, FIELD_POLICE_ON);
	m->days[FORM_DAY_procuratorate] = fact_day(f, FIELD_PROCURATORATE_ON);
	sums(f, m);
	for (size_t i = 0; i < FORM_DAY_COUNT; i++) {
		if (m->days[i] == DAY_NONE)
			continue;
		if (m->first_on == DAY_NONE || m->days[i] < m->first_on)
			m->first_on = m->days[i];
		if (m->days[i] > m->last_on)
			m->last_on = m->days[i];
	}
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool form_mark_same(const struct form_mark *a, const struct form_mark *b)
{
	bool same = same_text(a->excluded, b->excluded) && same_text(a->ip_type, b->ip_type) &&
		    same_text(a->cause, b->cause) && same_text(a->outcome, b->outcome) &&
		    same_text(a->campaigns, b->campaigns) && same_text(a->tags, b->tags) &&
		    same_text(a->primary, b->primary) && same_text(a->supervised, b->supervised) &&
		    a->person_penalised == b->person_penalised;

	for (size_t i = 0; i < FORM_DAY_COUNT && same; i++)
		same = a->days[i] == b->days[i];
	for (size_t i = 0; i < FORM_SUM_COUNT && same; i++)
		same = a->sums[i] == b->sums[i];
	return same;
}

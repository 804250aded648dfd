/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Guards of what is entered for report forms. */
#include "law/guards.h"

/* The campaign that counts when a form counts a case once must be one that the case carries. */
bool guard_check_PRIMARY_TAGGED(const struct guard_ctx *g)
{
	return !fact_has(g->payload, FIELD_PRIMARY_CAMPAIGN) ||
	       fact_list_has(g->merged, FIELD_CAMPAIGNS, fact_text(g->payload, FIELD_PRIMARY_CAMPAIGN));
}

/* A part is not more than the whole, when both are known. */
bool guard_check_RECOVERED_PART(const struct guard_ctx *g)
{
	const struct facts *f = g->merged;

	if (!fact_has(f, FIELD_RECOVERED) || fact_num(f, FIELD_RECOVERED) == MONEY_UNCOMPUTABLE)
		return true;
	return fact_money(f, FIELD_RECOVERED_FOREIGN) <= fact_num(f, FIELD_RECOVERED);
}

/* Dates of what happened: not before the case, not later than the day of the act. */
bool guard_check_SENT_DAY(const struct guard_ctx *g)
{
	day_t sent = fact_day(g->payload, FIELD_PROCURATORATE_ON);

	return sent == DAY_NONE || (sent >= g->d->opened_on && sent <= g->day);
}

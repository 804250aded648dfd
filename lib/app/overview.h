/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The leader's page: 立案 结案 罚没 移送 公示率 超期 of a period, by unit, campaign and month, and the matters behind every number.
 *
 * A figure is the count of the rows that the list behind it has: both read the database's overview_cells() (migration
 * 0017) with the same arguments. `as_of` is an instant K, as in the audit: its local day is the cut-off, and counted is what the
 * ledger had recorded by K. Without one K is now; the reply names it, and its links carry it, so a list that is opened
 * later still has as many rows as the number said. The steps wait until everything is written that counts as known by K.
 *
 * What is counted:
 *   filed, closed   cases by their day, as in the report forms (also summary ones; not withdrawn, merged or back-entered)
 *   penalty         罚没款 of the cases decided in the period
 *   handoffs        移送司法机关: cases first sent to the police or the procuratorate in the period
 *   published       M6: disclosures whose limit ended in the period, published within it; `unpublished` are the others
 *   overdue         on the cut-off, whatever the period: a clue, case or disclosure with a duty behind its last day
 *
 * Rights: what the caller's units let him see. Refusals (ERR_INVALID): "period" (ends before it begins), "period-future" (begins
 * after the cut-off), "period-long", "as-of-future", "no-such-unit", "no-such-campaign", "key" (without `by`), "cursor";
 * "not-settled" (ERR_BUSY). Replies live until the task ends. Owner loop only. */
#ifndef APP_OVERVIEW_H
#define APP_OVERVIEW_H

#include "app/queue.h"

enum { OVERVIEW_MONTHS_MAX = 60 };

/* What both requests ask; texts with .p NULL were not given. */
struct overview_ask {
	day_t from, to;     /* DAY_NONE: the first day of the cut-off's month; the cut-off */
	instant_t as_of;    /* INSTANT_NONE: now */
	day_t as_of_day;    /* a plain day means the whole of it, up to now; else DAY_NONE */
	struct sv unit, campaign;
	/* inside */
	day_t cut_off;
	int64_t unit_id;    /* 0: all */
	const char *unit_name, *campaign_code; /* NULL: not asked */
	struct call *call;
	struct task *task;
	struct pg_segment *flight;
	struct loop_timer timer;
	int tries;
};

/* GET /overview */
struct overview_call {
	struct call call; /* first */
	struct overview_ask ask;
	struct sv reply;  /* out */
	struct str out;
	size_t at_counts, at_names;
};
enum step overview_begin(struct task *t);
enum step overview_settle(struct task *t);
enum step overview_count(struct task *t);
enum step overview_reply(struct task *t);
#define OVERVIEW_STEPS \
	{ "overview_begin", overview_begin }, { "overview_settle", overview_settle }, { "overview_count", overview_count }, \
	{ "overview_reply", overview_reply }

/* GET /overview/cases: `q` is filled like a page of the queue. */
enum overview_cell { OVERVIEW_FILED, OVERVIEW_CLOSED, OVERVIEW_PENALTY, OVERVIEW_HANDOFFS, OVERVIEW_PUBLISHED,
		     OVERVIEW_UNPUBLISHED, OVERVIEW_PUBLISHABLE, OVERVIEW_OVERDUE };
#define OVERVIEW_CELLS "filed|closed|penalty|handoffs|published|unpublished|publishable|overdue" /* in that order */
struct overview_cases_call {
	struct queue_call q; /* first; limit and cursor in */
	struct overview_ask ask;
	enum overview_cell cell;
	const char *by;      /* "unit", "campaign", "month"; NULL: all */
	struct sv key;       /* of a row; "" is what carries none */
};
enum step overview_cases_begin(struct task *t);
enum step overview_cases_settle(struct task *t);
enum step overview_cases_load(struct task *t);
enum step overview_cases_read(struct task *t);
#define OVERVIEW_CASES_STEPS \
	{ "overview_cases_begin", overview_cases_begin }, { "overview_cases_settle", overview_cases_settle }, \
	{ "overview_cases_load", overview_cases_load }, { "overview_cases_read", overview_cases_read }

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The rates of a period: 结案率, 按期办结率, 依法公示率 and their kin (M1-M10), each with the two lists
 * behind it. What is counted is in rates_count.h; this is the use case around it.
 *
 * Steps: RATES_STEPS behind step_authenticate and step_authenticated. They read pages of rate_mark that can
 * matter for the period, count them in C, ask the database for M7 (which looks at all years), and leave the reply's
 * JSON in `reply`. Numbers and titles are those of the row that was counted: as known then. Read only, on
 * PG_LANE_SLOW; row-level security applies, so everybody gets the rates of what he may see.
 *
 * `reply` lives until the task ends: the caller's next step sends it. */
#ifndef APP_RATES_H
#define APP_RATES_H

#include "app/app.h"

enum rates_by { RATES_BY_NONE, RATES_BY_CAMPAIGN, RATES_BY_UNIT, RATES_BY_IP_TYPE, RATES_BY_OFFICER };

enum { RATES_LIST_MAX = 2000 }; /* rows of one list in the reply; the total is always exact */

struct rates_work; /* rates.c */

struct rates_call {
	struct call call;     /* first */
	/* in */
	day_t from, to;       /* both required, inclusive; from <= to <= as_of */
	day_t as_of;          /* cut-off, inclusive; DAY_NONE: today, and `to` at most today */
	instant_t known_at;   /* what the ledger knew then; INSTANT_NONE: what it knows now */
	enum rates_by by;     /* groups, each case in every campaign that it carries */
	bool no_lists;        /* lists=0: the figures alone, lists empty */
	/* out */
	struct sv reply;      /* JSON */
	/* inside */
	struct rates_work *work;
};

/* "campaign", "unit", "ip_type", "officer"; "" is no grouping. */
bool rates_by_parse(struct sv text, enum rates_by *ret);

enum step rates_begin(struct task *t);
enum step rates_rows(struct task *t);
enum step rates_rest(struct task *t);
enum step rates_reply(struct task *t);

#define RATES_STEPS \
	{ "rates_begin", rates_begin }, { "rates_rows", rates_rows }, { "rates_rest", rates_rest }, \
	{ "rates_reply", rates_reply }

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Early warning (预警): the running clocks of those who work here that are over or fall due within some working days, in
 * the order of their due days, with what a miss does to the rates; and how many of them each unit or officer has.
 *
 * Row-level security applies. Whoever works cases and is nothing else sees the matters that he works; everybody else all
 * that he sees. Provisional days count (a calendar that does not reach far enough must not hide a clock).
 *
 * Steps: WARNING_STEPS behind step_authenticate and step_authenticated, on PG_LANE_SLOW. warning_read_*() serve the daily
 * digest as well. Rows live as long as the reply. */
#ifndef APP_WARNING_H
#define APP_WARNING_H

#include "app/app.h"
#include "law/mark.h"

enum { WARNING_PAGE_DEFAULT = 50, WARNING_PAGE_MAX = 200, WARNING_DAYS_MAX = 250 };

enum warning_by { WARNING_BY_UNIT, WARNING_BY_OFFICER };

struct warning_metric {
	const char *rule, *code, *why;
};

struct warning_row {
	int64_t matter, idx;
	const char *kind, *number, *title, *unit, *officer; /* number NULL: none; officer "" */
	enum state state;
	const char *rule, *zh, *owner, *owner_zh, *article, *missed; /* from the book; "" when it does not know the rule */
	day_t due, strict;                    /* strict: without rolling off days without work */
	instant_t due_at;                     /* of a period in hours, else INSTANT_NONE */
	int days_left;                        /* working days; negative: over */
	enum light light;
	const struct warning_metric *metrics; /* what a miss harms, metric_count of them */
	size_t metric_count;
};

struct warning_group {
	const char *key, *zh;
	int64_t overdue, due;
	day_t first;
};

struct warning_list {
	struct warning_metric *metrics; /* all, by rule */
	size_t metric_count;
	struct warning_row *rows;
	size_t count;
	bool more;
	struct warning_group *groups;
	size_t group_count;
	int64_t overdue, due;           /* of all groups */
};

struct warning_call {
	struct call call; /* first */
	/* in */
	int64_t days;     /* working days; -1: as configured */
	int64_t unit;     /* 0: all */
	enum warning_by by;
	struct sv cursor;
	int64_t limit;
	/* out */
	day_t today, until;
	struct warning_list list;
	const char *next; /* NULL: no more */
	/* inside */
	size_t at;
};

/* ERR_INVALID "cursor". */
enum step warning_load(struct task *t);
enum step warning_read(struct task *t);

#define WARNING_STEPS { "warning_load", warning_load }, { "warning_read", warning_read }

/* Last day of `days` working days ahead. */
day_t warning_until(const struct calendar *cal, day_t today, int64_t days);

/* What to ask and where the page begins; zero but for until and today: everything from the beginning. */
struct warning_query {
	day_t until, today, after_due;
	int64_t after_id, after_idx, unit, account, limit; /* account 0: not only his */
	enum warning_by by;
};
/* Adds three statements; returns the index of the first. */
size_t warning_ask(struct pg_segment *seg, const struct warning_query *q);
/* Their results. */
void warning_take(const struct pg_reply *r, size_t at, const struct warning_query *q, const struct law_book *book,
		  struct arena *arena, struct warning_list *ret);

/* Results of one Q_WARNING_GROUPS. */
void warning_take_groups(const struct pg_reply *r, size_t at, struct arena *arena, struct warning_group **ret, size_t *ret_count);

#endif

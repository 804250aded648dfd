/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The queue pages and search: lists of matters, page by page.
 *
 * A page is made of one or several statements, each in the order of its own index, and merged here. A cursor
 * names the last row of a page, so a page costs the same wherever it begins. Cursors are opaque to callers and
 * belong to the list that gave them. */
#ifndef APP_QUEUE_H
#define APP_QUEUE_H

#include "app/app.h"

enum { QUEUE_PAGE_DEFAULT = 50, QUEUE_PAGE_MAX = 200, QUEUE_PARTS_MAX = 64 };

enum queue_view { QUEUE_MINE, QUEUE_UNIT, QUEUE_WAITING, QUEUE_WEEK, QUEUE_APPROVE };

/* By the light of the next due day: what is overdue, or what is due within the days of the yellow light. */
enum queue_light { QUEUE_ANY_LIGHT, QUEUE_RED, QUEUE_AMBER };

/* What a search looks for; one of them. */
enum search_by { SEARCH_ALL, SEARCH_PARTY, SEARCH_NUMBER, SEARCH_TEXT, SEARCH_CAMPAIGN };

struct queue_row {
	int64_t id, version;
	const char *kind, *number, *title, *party, *turn, *officer, *rule; /* number may be NULL */
	int64_t unit;    /* 0: not asked */
	enum state state;
	day_t due;       /* DAY_MAX: none */
	const char *key; /* of a search by party or number */
};

struct queue_call {
	struct call call; /* first */
	/* in */
	bool is_search;
	enum queue_view view;
	enum search_by by;
	struct sv wanted;     /* text to search for */
	const char *kind;     /* "clue", "case", "handoff" or NULL */
	const char *state;    /* of the queue only: code of a state, or NULL */
	enum queue_light light; /* of the queue only */
	struct sv cursor;     /* "" for the first page */
	int64_t limit;
	/* out */
	struct queue_row *rows;
	size_t count;
	const char *next;     /* cursor of the page behind this one, NULL: none */
	day_t today;
	/* inside */
	day_t after_due, until; /* the last due day of interest */
	int64_t after_id;
	const char *after_key; /* folded key the page begins at */
	bool newest_first, by_key;
	size_t first_part, part_count; /* results of the segment to merge */
	size_t at_units;               /* names of units, when asked for */
};

/* Row i of result `at`, in the order of columns of schema/queries/queue.sql. */
void queue_row_read(const struct pg_reply *r, size_t at, size_t i, struct queue_row *ret);
/* Visible units of a session from its array literal; false when there are more than `max`. */
bool queue_units(const struct session *who, int64_t *ret, size_t max, size_t *ret_count);
/* Roles whose turn it is when something waits for this actor's approval or review. */
uint32_t queue_approving(uint32_t roles);

enum step queue_load(struct task *t);
enum step queue_read(struct task *t);

#define QUEUE_STEPS { "queue_load", queue_load }, { "queue_read", queue_read }

#endif

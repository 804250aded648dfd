/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Reading what administrators keep: number prefixes, holidays, legal tables. Changes are in app/admin.h.
 *
 * Refusals: ERR_NOT_FOUND "no-such-table". Texts live as long as the task. */
#ifndef APP_PLACES_H
#define APP_PLACES_H

#include "app/app.h"

/* GET /number-series */
struct number_series_call {
	struct call call; /* first */
	int64_t unit;     /* in; 0: all */
	size_t count;     /* out */
};
struct number_series_row {
	int64_t unit;
	const char *unit_name, *paper, *paper_zh, *prefix; /* paper_zh NULL: no act issues it */
	struct sv years;     /* JSON [{"year","last"}] */
	const char *example; /* the next number of this year */
};
enum step number_series_load(struct task *t);
enum step number_series_read(struct task *t);
void number_series_at(const struct number_series_call *c, struct arena *arena, size_t i, struct number_series_row *ret);
#define NUMBER_SERIES_STEPS { "number_series_load", number_series_load }, { "number_series_read", number_series_read }

/* Papers that some act numbers, with the name of the first act that issues it: the i-th; false behind the last. */
bool numbered_paper_at(size_t i, const char **ret_paper, const char **ret_zh);
/* NULL: no act issues such a paper. */
const char *numbered_paper_zh(struct sv paper);

/* The holidays that every year's notice names. */
enum { HOLIDAY_NAMES = 7 };
extern const char *const holiday_names[HOLIDAY_NAMES];
/* Is it named in the name of a day off, with or without 节: 国庆节、中秋节? */
bool holiday_is_named(struct sv name, size_t holiday);

/* GET /holidays */
struct holiday_call {
	struct call call; /* first */
	int64_t year;     /* in; 0: this year */
	/* out */
	size_t count;
	day_t known_until, today;
	const char *missing[HOLIDAY_NAMES];
	size_t missing_count;
	/* inside */
	size_t at_list, at_span;
};
struct holiday_row {
	day_t date;
	const char *kind, *name; /* name may be NULL */
};
enum step holiday_load(struct task *t);
enum step holiday_read(struct task *t);
void holiday_at(const struct holiday_call *c, size_t i, struct holiday_row *ret);
#define HOLIDAY_STEPS { "holiday_load", holiday_load }, { "holiday_read", holiday_read }

/* GET /law, GET /law/:table */
struct law_table_info {
	const char *name, *zh;
};
extern const struct law_table_info law_tables[];
extern const size_t law_table_count;
const char *law_column_zh(struct sv column); /* NULL: none */

enum { LAW_PAGE_DEFAULT = 100, LAW_PAGE_MAX = 1000 };
struct law_tables_call {
	struct call call; /* first */
};
enum step law_tables_load(struct task *t);
int64_t law_table_rows(const struct law_tables_call *c, size_t i);

struct law_rows_call {
	struct call call;     /* first */
	struct sv table;      /* in */
	int64_t after, limit; /* in: rows to pass over, rows of a page */
	/* out */
	const struct law_table_info *info;
	struct sv columns;    /* JSON array of their names */
	size_t count;
	int64_t total;
	/* inside */
	size_t at_count, at_rows;
};
enum step law_rows_load(struct task *t);
enum step law_rows_read(struct task *t);
struct sv law_row_at(const struct law_rows_call *c, size_t i); /* JSON array of texts */
#define LAW_ROWS_STEPS { "law_rows_load", law_rows_load }, { "law_rows_read", law_rows_read }

#endif

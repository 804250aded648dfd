/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A report form (报表) as data, and the one way in which it is read: which row a case belongs to, whether a column counts it,
 * how an amount is shown. Pure. The rows are those of schema/law/report_forms.csv, report_columns.csv, report_rows.csv.
 *
 *	a case in its period  ->  the form's filter and campaigns  ->  the first row whose filter it passes
 *	                      ->  in that row each column whose day lies in the period and whose filter it passes
 *
 * A case stands in one row at most, so rows add up to the total; it may stand in many columns, so columns do not.
 *
 * Filters: conditions joined with ";", all must hold. A condition is KEY=A|B (one of them), KEY!=A|B (none of them), KEY>=N or
 * KEY<N (whole numbers, sums in fen; an unknown sum passes neither). "*" in a word stands for any characters; the empty word
 * for "none". Keys of texts: ip_type cause outcome supervised procedure tag campaign; of numbers: value penalty recovered
 * recovered_foreign dens person_penalised.
 *
 * Campaigns: a case carries those it is tagged with and all that are above them. Where a form counts once (`primary`), it
 * carries one tag only and what is above it: the one that the officer chose, else by the form's rule the deepest in the tree of
 * campaigns (of equals the first tagged), or the first tagged.
 *
 * Amounts are exact integers until they are shown: fen, or ten thousandths of an activity figure. Shown means scaled to the
 * column's unit (亿元, 万元, 元) and rounded half up, or cut, after its decimals. A total is the sum of what is shown in
 * the rows (`shown`: the paper adds up), or the rounded exact sum (`exact`).
 *
 * Errors: ERR_INTERNAL "report-form-data" names form, row or column and what is wrong in the table. */
#ifndef APP_FORMS_RULE_H
#define APP_FORMS_RULE_H

#include "app/audit_period.h"
#include "base/arena.h"
#include "law/form_mark.h"

enum { FORM_COLUMNS_MAX = 64, FORM_ROWS_MAX = 64, FORM_CHAIN_MAX = 128, FORM_FIGURE_SCALE = 10000 };

/* Words of one cell, "a|b" or "a;b". */
struct form_words {
	const struct sv *at;
	size_t count;
};

struct form_term;
struct form_filter {
	const struct form_term *terms;
	size_t count; /* 0: everything passes */
};

enum form_source { FORM_SOURCE_FIGURE, FORM_SOURCE_COUNT, FORM_SOURCE_SUM };

struct form_column {
	const char *code, *block, *block_zh, *zh, *group, *unit, *note; /* "" where there is none */
	enum form_source source;
	enum form_sum sum;           /* of SOURCE_SUM */
	unsigned days;               /* bits of enum form_day: the first of them counts */
	struct form_filter filter;
	int decimals;
	int64_t scale;               /* exact units in one shown unit */
	bool cut, exact_total, last; /* last: of a figure, the latest instead of the sum */
	struct form_words not_rows;
};

struct form_row {
	const char *code, *zh;
	bool total;
	struct form_filter filter;
};

struct form {
	const char *code, *zh, *basis, *due, *note;
	bool list;                   /* one line per column instead of a table */
	unsigned kinds;              /* bits of enum audit_period_kind */
	struct form_filter filter;
	struct form_words campaigns; /* count 0: all cases */
	bool once, deepest;
	const struct form_column *columns;
	size_t column_count;
	const struct form_row *rows; /* at least one; a form without rows in the table has 合计 only, over all its cases */
	size_t row_count;
	bool plain;                  /* without rows in the table */
};

/* Cells of the tables, NULL or "" where empty. Texts are borrowed. */
struct form_text {
	const char *code, *zh, *basis, *layout, *periods, *filter, *campaigns, *once, *primary_rule, *due, *note;
};
struct form_column_text {
	const char *code, *block, *block_zh, *zh, *group, *unit, *source, *measure, *by, *filter, *rounding, *total, *over, *not_rows,
		*note;
	int64_t decimals;
};
struct form_row_text {
	const char *code, *zh, *kind, *filter;
};
enum err_code form_read(struct arena *arena, const struct form_text *text, const struct form_column_text *columns,
			size_t column_count, const struct form_row_text *rows, size_t row_count, struct form *ret,
			struct err *err) MUST_USE;

/* ---- cases ---- */

struct form_campaign {
	const char *code, *parent; /* parent NULL: none */
};
struct form_tree {
	const struct form_campaign *at;
	size_t count;
};

/* A row of form_mark. Lists are joined with \x1f, "" when empty. */
struct form_case {
	int64_t id, unit;
	struct sv procedure, ip_type, cause, outcome, supervised, campaigns, tags, primary;
	bool person_penalised;
	day_t days[FORM_DAY_COUNT];
	int64_t sums[FORM_SUM_COUNT]; /* FORM_NO_SUM */
};

/* A case as this form sees it: its campaigns resolved. */
struct form_view {
	const struct form_case *c;
	struct sv chain[FORM_CHAIN_MAX];
	size_t chain_count;
};
void form_view(const struct form *f, const struct form_tree *tree, const struct form_case *c, struct form_view *ret);

/* Is the form about this case? `within`: a campaign whose period is counted, NULL: none. */
bool form_takes(const struct form *f, const struct form_view *v, const char *within);
/* Index of its row, or -1: none of them. Never that of a total. */
int form_row_of(const struct form *f, const struct form_view *v);
/* Does the column count it for these days? Figures never do. */
bool form_counts(const struct form_column *col, const struct form_view *v, day_t from, day_t to);
/* What it adds there: 1, or the sum (0 when it is not known). */
int64_t form_adds(const struct form_column *col, const struct form_view *v);

/* ---- what is shown ---- */

/* Exact amount to hundredths, or as many decimals as the column has. */
int64_t form_shown(const struct form_column *col, int64_t exact);
/* "12.50"; an integer has no point. */
void form_shown_text(const struct form_column *col, int64_t shown, char ret[32]);
/* Empty because the column does not apply to the row. Never while something was counted there. */
bool form_blank(const struct form_column *col, const struct form_row *row, int64_t exact);

/* "12", "12.5": into ten thousandths. False: not a number from 0 to 10^12, or more decimals than the column has. */
bool form_figure_parse(const struct form_column *col, struct sv text, int64_t *ret);

#endif

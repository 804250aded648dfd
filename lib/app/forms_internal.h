/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The inside of filling a form: what forms_fill.c gathers and forms_write.c writes. */
#ifndef APP_FORMS_INTERNAL_H
#define APP_FORMS_INTERNAL_H

#include "app/forms.h"

#include "gen/queries.h"

struct form_unit {
	int64_t id;
	const char *code, *zh;
	bool reports;    /* owes figures */
	bool reported;   /* entered some */
	bool complete;   /* its entries cover all days of the period, for every figure */
	const char *by;  /* who entered last, and when */
	instant_t at;
};

/* An entry that may make a figure. */
struct form_entry {
	size_t unit, column; /* indexes */
	const char *period;
	day_t from, to;
	int64_t value, revision; /* revision: 1 for the first */
	const char *by;
	instant_t at;
	bool exact, used;
};

/* A case of the cell that was asked for. */
struct form_listed {
	int64_t id, unit, adds;
	const char *number, *title;
	bool known; /* of a sum: it is known */
};

/* Which cell is looked into. */
struct form_cell {
	bool asked, outside;
	size_t row, column;
};

struct form_work {
	struct form_fill_call *call;
	struct task *task;
	struct arena arena;
	struct str out;
	struct pg_segment *flight;
	struct loop_timer timer;
	int settle_tries;
	struct form form;
	struct audit_span span;
	instant_t as_of;
	int64_t organ_id, unit_id; /* unit_id 0: all */
	const char *organ_code, *organ_name;
	bool whole;
	struct form_tree tree;
	struct form_unit *units;
	size_t unit_count;
	struct form_entry *entries;
	size_t entry_count;
	struct form_cell cell;
	day_t after_on; /* the last case read, in the order of the pages */
	int64_t after_id;
	/* counted */
	int64_t exact[FORM_ROWS_MAX][FORM_COLUMNS_MAX];
	int64_t unknown[FORM_COLUMNS_MAX];   /* cases without 案值: every case should have one; other sums may well be none */
	int64_t outside, excluded;           /* in the period and in no row; withdrawn, merged, back-entered */
	bool overflow;
	struct form_listed *listed;
	size_t listed_count;
	int64_t listed_total;
	size_t at_organs, at_now, at_campaign, at_head, at_columns, at_rows, at_units, at_tree, at_entries, at_reporters;
};

/* Shared with entering (forms_load.c). `on`: the day the version must be valid. */
enum err_code forms_read(struct arena *arena, const struct pg_reply *r, size_t at_head, size_t at_columns, size_t at_rows,
			 struct sv code, const struct audit_span *span, struct form *ret, struct err *err) MUST_USE;
/* Index of a unit by id or code; SIZE_MAX: none. Columns: id, code, name. */
size_t forms_unit(const struct pg_reply *r, size_t at, struct sv wanted);

/* Marks the entries that make the figures, per unit and column. */
void forms_choose_entries(struct form_work *w);
/* The whole document, or the cell that was asked for, into w->out. */
void forms_write(struct form_work *w);

/* Has the block of this column rows of cases, or one row of figures only? */
bool forms_block_has_rows(const struct form *f, size_t column);
/* What is shown: exact figure of a row (total: of all rows). */
int64_t forms_cell_exact(const struct form_work *w, size_t row, size_t column);

#endif

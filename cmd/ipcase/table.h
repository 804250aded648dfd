/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Tables aligned by display width: a Chinese character takes two columns.
 *
 * When the terminal is narrower than the table, the widest flexible columns give way: a
 * WRAP column continues on the next line, a CUT column ends in "…". Into a pipe or a file
 * everything is written whole.
 */
#ifndef IPCASE_TABLE_H
#define IPCASE_TABLE_H

#include "term.h"

enum column_fit { COLUMN_FIXED, COLUMN_CUT, COLUMN_WRAP };

struct column {
	const char *title;
	enum column_fit fit;
	bool right; /* numbers */
};

struct table;

/* `columns` must outlive the table; memory comes from the arena. */
struct table *table_new(struct arena *arena, const struct column *columns, size_t count);
/* Next cell of the current row, left to right; the text is cleaned and copied. */
void table_cell(struct table *t, enum style style, struct sv text);
void table_cell_cstr(struct table *t, enum style style, const char *text);
void table_light(struct table *t, struct sv light);
size_t table_rows(const struct table *t);
/* Columns without any text are left out. */
void table_print(const struct table *t, const struct term *term);

/* `text` wrapped to the terminal behind a label, continuation lines indented below it. */
void print_wrapped(const struct term *term, enum style style, const char *label, struct sv text);

#endif

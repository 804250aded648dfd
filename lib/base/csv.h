/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * RFC 4180 reader over a buffer in memory: quoted fields, doubled quotes, LF or CRLF,
 * an optional byte order mark. Strict: a stray quote, or a row whose number of cells
 * differs from the header's, is an error naming line and column.
 *
 * Cells without doubled quotes are views into the text, the others live in the arena;
 * the array `cells` itself is overwritten by the next row.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct csv {
	struct arena *arena;
	struct sv rest;
	size_t next_line; /* line where `rest` begins */
	size_t line;      /* 1-based line of the row last returned */
	size_t column_count;
	struct sv *columns; /* header cells */
	struct sv *cells;   /* the current row, column_count of them */
	struct sv raw;      /* the current row's bytes, without the line end */
};

/* Reads the header row. `text` must outlive the reader. */
enum err_code csv_open(struct csv *csv, struct arena *arena, struct sv text,
		       struct err *err) MUST_USE;
/* Next row; *ret_more is false at the end. Blank lines are skipped. After an error about
 * the number of cells `line` and `raw` are set and reading may go on with the next row;
 * after any other error the next call reports the end. */
enum err_code csv_next(struct csv *csv, bool *ret_more, struct err *err) MUST_USE;
/* Index of a column by name, or -1. */
int csv_column(const struct csv *csv, const char *name);
/* Cell by column name; empty view when there is no such column. */
struct sv csv_get(const struct csv *csv, const char *name);

#endif

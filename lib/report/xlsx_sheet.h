/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A sheet of a workbook that is written from top to bottom and left to right, with libxlsxwriter. Internal to
 * lib/report.
 *
 * Every text is written as a text, whatever it begins with: nothing becomes a formula. Column widths follow the display
 * width of what was written (a Chinese character takes two columns). Rates are numbers cut after two decimals of a
 * percent, so that a cell never shows 100.00% for less than all. */
#ifndef REPORT_XLSX_SHEET_H
#define REPORT_XLSX_SHEET_H

#include <xlsxwriter.h>

#include "report/audit_document.h"

enum { SHEET_COLUMNS_MAX = 64 };

struct book {
	const struct audit_document *doc;
	lxw_workbook *workbook;
	lxw_format *title, *note, *head, *text, *center, *count, *percent, *change, *date, *money;
	lxw_error status; /* the first failure */
	bool too_many;    /* more rows than a sheet has */
};

struct sheet {
	struct book *book;
	lxw_worksheet *worksheet;
	lxw_row_t row;
	lxw_col_t column, columns; /* next cell; most columns used */
	size_t width[SHEET_COLUMNS_MAX];
};

/* Makes the formats; the workbook is there. */
void book_formats(struct book *b);

void sheet_open(struct book *b, struct sheet *s, const char *name);
/* Filter from `head_row` down, and the widths. */
void sheet_close(struct sheet *s, lxw_row_t head_row);
/* A row over `columns` merged cells (at most 10, so that it stays in view). */
void sheet_merged(struct sheet *s, size_t columns, const char *text, lxw_format *format, double height);
/* Title, what it is about, then the heads of the columns, which stay in view and carry the filter. */
void sheet_top(struct sheet *s, const char *title, const char *note, const char *const *heads, size_t count);
/* What was written so far stays in view, with the first `columns`, and is printed on every page. */
void sheet_freeze(struct sheet *s, lxw_col_t columns);
void sheet_end_row(struct sheet *s);
/* Notes a failure of the library. */
void sheet_keep(struct sheet *s, lxw_error status);

/* The next cell of the row. */
void put_text(struct sheet *s, const char *text, lxw_format *format);
void put_head(struct sheet *s, const char *text);
void put_count(struct sheet *s, int64_t count);
void put_day(struct sheet *s, day_t day);            /* empty: DAY_NONE */
void put_money(struct sheet *s, int64_t fen);        /* in yuan; empty: negative */
void put_percent(struct sheet *s, const struct audit_figure *f, const char *none);
void put_change(struct sheet *s, int64_t hundredths); /* percentage points */
void put_figure(struct sheet *s, const struct audit_figure *f, const char *none); /* three cells */

#endif

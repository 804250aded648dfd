/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "report/xlsx_sheet.h"

#include <stdlib.h>

#include "base/text.h"

enum {
	WIDTH_LEAST = 8,
	WIDTH_MOST = 56,        /* beyond that a text is wrapped */
	TEXT_BYTES_MAX = 32000, /* Excel takes 32767 characters */
	MERGED_MAX = 10,
	PAPER_A4 = 9,
};

/* ---- cells ---- */

void sheet_keep(struct sheet *s, lxw_error status)
{
	if (s->book->status == LXW_NO_ERROR)
		s->book->status = status;
}

static void widen(struct sheet *s, size_t width)
{
	CHECK(s->column < SHEET_COLUMNS_MAX);
	if (width > s->width[s->column])
		s->width[s->column] = width > WIDTH_MOST ? WIDTH_MOST : width;
	s->column++;
	if (s->column > s->columns)
		s->columns = s->column;
}

/* XML 1.0 knows no control characters, and a cell has an end. */
static char *clean(const char *text)
{
	size_t n = strlen(text);

	if (n > TEXT_BYTES_MAX) {
		for (n = TEXT_BYTES_MAX; n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80; n--)
			;
	}
	char *ret = xstrndup(text, n);
	for (char *c = ret; *c; c++) {
		if ((unsigned char)*c < 0x20 && *c != '\n')
			*c = ' ';
	}
	return ret;
}

void put_text(struct sheet *s, const char *text, lxw_format *format)
{
	char *cleaned = clean(text);

	sheet_keep(s, cleaned[0] ? worksheet_write_string(s->worksheet, s->row, s->column, cleaned, format)
				 : worksheet_write_blank(s->worksheet, s->row, s->column, format));
	widen(s, text_width(sv_of(cleaned)) + 2);
	free(cleaned);
}

void put_head(struct sheet *s, const char *text)
{
	put_text(s, text, s->book->head);
	size_t *width = &s->width[s->column - 1];
	if (*width < text_width(sv_of(text)) + 5)
		*width = text_width(sv_of(text)) + 5; /* the filter's button */
}

static void put_number(struct sheet *s, double number, lxw_format *format, size_t width)
{
	sheet_keep(s, worksheet_write_number(s->worksheet, s->row, s->column, number, format));
	widen(s, width);
}

void put_count(struct sheet *s, int64_t count)
{
	put_number(s, (double)count, s->book->count, WIDTH_LEAST);
}

void put_money(struct sheet *s, int64_t fen)
{
	if (fen < 0)
		put_text(s, "", s->book->center);
	else
		put_number(s, (double)fen / 100, s->book->money, 16);
}

void put_change(struct sheet *s, int64_t hundredths)
{
	put_number(s, (double)hundredths / 100, s->book->change, WIDTH_LEAST);
}

void put_percent(struct sheet *s, const struct audit_figure *f, const char *none)
{
	if (f->den == 0)
		put_text(s, none, s->book->center);
	else
		put_number(s, (double)audit_hundredths(f) / 10000, s->book->percent, 10);
}

void put_figure(struct sheet *s, const struct audit_figure *f, const char *none)
{
	put_count(s, f->num);
	put_count(s, f->den);
	put_percent(s, f, none);
}

void put_day(struct sheet *s, day_t day)
{
	if (day == DAY_NONE || day == DAY_MAX) {
		put_text(s, "", s->book->date);
		return;
	}
	struct ymd d = day_to_ymd(day);
	lxw_datetime at = { .year = d.year, .month = d.month, .day = d.day };
	sheet_keep(s, worksheet_write_datetime(s->worksheet, s->row, s->column, &at, s->book->date));
	widen(s, 12);
}

/* ---- rows and sheets ---- */

void sheet_end_row(struct sheet *s)
{
	s->row++;
	s->column = 0;
	if (s->row >= LXW_ROW_MAX)
		s->book->too_many = true;
}

void sheet_open(struct book *b, struct sheet *s, const char *name)
{
	*s = (struct sheet){ .book = b, .worksheet = workbook_add_worksheet(b->workbook, name) };
	CHECK(s->worksheet); /* names are ours: valid and different */
	worksheet_set_landscape(s->worksheet);
	worksheet_set_paper(s->worksheet, PAPER_A4);
	worksheet_fit_to_pages(s->worksheet, 1, 0);
	worksheet_set_footer(s->worksheet, "&L&A&R第 &P 页　共 &N 页");
}

void sheet_close(struct sheet *s, lxw_row_t head_row)
{
	if (s->row > head_row + 1)
		sheet_keep(s, worksheet_autofilter(s->worksheet, head_row, 0, s->row - 1,
						   (lxw_col_t)(s->columns - 1)));
	for (lxw_col_t i = 0; i < s->columns; i++) {
		size_t width = s->width[i] < WIDTH_LEAST ? WIDTH_LEAST : s->width[i];
		sheet_keep(s, worksheet_set_column(s->worksheet, i, i, (double)width, NULL));
	}
}

void sheet_merged(struct sheet *s, size_t columns, const char *text, lxw_format *format, double height)
{
	lxw_col_t last = (lxw_col_t)((columns < MERGED_MAX ? columns : MERGED_MAX) - 1);
	char *cleaned = clean(text);

	sheet_keep(s, worksheet_set_row(s->worksheet, s->row, height, NULL));
	sheet_keep(s, worksheet_merge_range(s->worksheet, s->row, 0, s->row, last, cleaned, format));
	free(cleaned);
	sheet_end_row(s);
}

void sheet_freeze(struct sheet *s, lxw_col_t columns)
{
	worksheet_freeze_panes(s->worksheet, s->row, columns);
	sheet_keep(s, worksheet_repeat_rows(s->worksheet, 0, s->row - 1));
}

void sheet_top(struct sheet *s, const char *title, const char *note, const char *const *heads, size_t count)
{
	sheet_merged(s, count, title, s->book->title, 30);
	sheet_merged(s, count, note, s->book->note, 32);
	sheet_keep(s, worksheet_set_row(s->worksheet, s->row, 20, NULL));
	for (size_t i = 0; i < count; i++)
		put_head(s, heads[i]);
	sheet_end_row(s);
	sheet_freeze(s, 0);
}

/* ---- formats ---- */

static lxw_format *format(struct book *b, double size, bool bold, uint8_t align, bool border)
{
	lxw_format *f = workbook_add_format(b->workbook);

	format_set_font_name(f, "宋体");
	format_set_font_size(f, size);
	if (bold)
		format_set_bold(f);
	format_set_align(f, align);
	format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
	if (border) {
		format_set_border(f, LXW_BORDER_THIN);
		format_set_border_color(f, 0xBFC5CC);
	}
	return f;
}

static lxw_format *number_format(struct book *b, uint8_t align, const char *pattern)
{
	lxw_format *f = format(b, 10.5, false, align, true);

	format_set_num_format(f, pattern);
	return f;
}

void book_formats(struct book *b)
{
	b->title = format(b, 16, true, LXW_ALIGN_CENTER, false);
	b->note = format(b, 10, false, LXW_ALIGN_CENTER, false);
	format_set_font_color(b->note, 0x5A6068);
	format_set_text_wrap(b->note);
	b->head = format(b, 10.5, true, LXW_ALIGN_CENTER, true);
	format_set_bg_color(b->head, 0xE9EDF2);
	format_set_text_wrap(b->head);
	b->text = format(b, 10.5, false, LXW_ALIGN_LEFT, true);
	format_set_text_wrap(b->text);
	b->center = format(b, 10.5, false, LXW_ALIGN_CENTER, true);
	b->count = number_format(b, LXW_ALIGN_RIGHT, "#,##0");
	b->percent = number_format(b, LXW_ALIGN_RIGHT, "0.00%");
	b->change = number_format(b, LXW_ALIGN_RIGHT, "+0.00;-0.00;0.00");
	b->date = number_format(b, LXW_ALIGN_CENTER, "yyyy-mm-dd");
	b->money = number_format(b, LXW_ALIGN_RIGHT, "#,##0.00");
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * One sheet: title, head, the blocks one below the other, notes. */
#include "report/form_report.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "report/output.h"
#include "report/xlsx_sheet.h"

enum { DECIMALS_MAX = 4, LIST_COLUMNS = 4, WIDTH_NAME = 34, WIDTH_CELL = 11 };

struct form_sheet {
	struct sheet sheet;
	struct arena *arena;
	const struct form_document *doc;
	lxw_format *number[DECIMALS_MAX + 1], *bold[DECIMALS_MAX + 1], *strong, *left;
	lxw_col_t last; /* index of the last column of the widest block */
};

static void merge(struct form_sheet *f, lxw_row_t row, lxw_col_t from, lxw_row_t to_row, lxw_col_t to, const char *text,
		  lxw_format *format)
{
	struct sheet *s = &f->sheet;

	if (row == to_row && from == to)
		sheet_keep(s, worksheet_write_string(s->worksheet, row, from, text, format));
	else
		sheet_keep(s, worksheet_merge_range(s->worksheet, row, from, to_row, to, text, format));
}

static void height(struct form_sheet *f, lxw_row_t row, double points)
{
	sheet_keep(&f->sheet, worksheet_set_row(f->sheet.worksheet, row, points, NULL));
}

/* Lines of `text` when wrapped over all columns. */
static double wrapped_height(const struct form_sheet *f, const char *text)
{
	size_t room = WIDTH_NAME + (size_t)f->last * WIDTH_CELL;

	return 16.0 * (double)(text_width(sv_of(text)) / room + 1);
}

static void line(struct form_sheet *f, const char *text, lxw_format *format, double points)
{
	height(f, f->sheet.row, points);
	merge(f, f->sheet.row, 0, f->sheet.row, f->last, text, format);
	f->sheet.row++;
}

static lxw_format *copy(struct book *b, bool bold, uint8_t align, const char *pattern)
{
	lxw_format *made = workbook_add_format(b->workbook);

	format_set_font_name(made, "宋体");
	format_set_font_size(made, 10.5);
	if (bold)
		format_set_bold(made);
	format_set_align(made, align);
	format_set_align(made, LXW_ALIGN_VERTICAL_CENTER);
	format_set_border(made, LXW_BORDER_THIN);
	format_set_text_wrap(made);
	if (pattern)
		format_set_num_format(made, pattern);
	return made;
}

static void formats(struct form_sheet *f)
{
	static const char *const patterns[DECIMALS_MAX + 1] = { "0", "0.0", "0.00", "0.000", "0.0000" };
	struct book *b = f->sheet.book;

	for (size_t i = 0; i <= DECIMALS_MAX; i++) {
		f->number[i] = copy(b, false, LXW_ALIGN_RIGHT, patterns[i]);
		f->bold[i] = copy(b, true, LXW_ALIGN_RIGHT, patterns[i]);
	}
	f->strong = copy(b, true, LXW_ALIGN_LEFT, NULL);
	f->left = copy(b, false, LXW_ALIGN_LEFT, NULL);
}

/* The document's text as a number; it has at most four decimals, so that the double shows the same. */
static void put_cell(struct form_sheet *f, lxw_row_t row, lxw_col_t column, const char *text, int decimals, bool bold)
{
	struct sheet *s = &f->sheet;
	int d = decimals < 0 || decimals > DECIMALS_MAX ? 0 : decimals;
	lxw_format *format = (bold ? f->bold : f->number)[d];

	if (!text[0])
		sheet_keep(s, worksheet_write_blank(s->worksheet, row, column, format));
	else
		sheet_keep(s, worksheet_write_number(s->worksheet, row, column, strtod(text, NULL), format));
}

static const char *head_text(struct form_sheet *f, const struct form_document_column *c)
{
	return arena_printf(f->arena, "%s\n（%s）", c->zh, c->unit);
}

/* Two rows when any column stands under a common head; the others then go over both. */
static void heads(struct form_sheet *f, const struct form_document_block *b, lxw_col_t first)
{
	lxw_format *head = f->sheet.book->head;
	lxw_row_t row = f->sheet.row;
	bool grouped = false;

	for (size_t i = 0; i < b->column_count; i++)
		grouped = grouped || b->columns[i].group[0];
	if (first)
		merge(f, row, 0, row + grouped, 0, "案件类别", head);
	for (size_t i = 0, end; i < b->column_count; i = end) {
		lxw_col_t at = (lxw_col_t)(first + i);
		end = i + 1;
		if (!b->columns[i].group[0]) {
			merge(f, row, at, row + grouped, at, head_text(f, &b->columns[i]), head);
			continue;
		}
		while (end < b->column_count && strcmp(b->columns[end].group, b->columns[i].group) == 0)
			end++;
		merge(f, row, at, row, (lxw_col_t)(first + end - 1), b->columns[i].group, head);
		for (size_t k = i; k < end; k++)
			merge(f, row + 1, (lxw_col_t)(first + k), row + 1, (lxw_col_t)(first + k),
			      head_text(f, &b->columns[k]), head);
	}
	height(f, row, grouped ? 20 : 46);
	if (grouped)
		height(f, row + 1, 46);
	f->sheet.row += 1 + grouped;
}

static bool is_named(const struct form_document_block *b)
{
	return b->row_count > 1 || b->rows[0].zh[0];
}

static void table_block(struct form_sheet *f, const struct form_document_block *b)
{
	lxw_col_t first = is_named(b);

	if (b->zh[0])
		line(f, b->zh, f->strong, 20);
	heads(f, b, first);
	for (size_t i = 0; i < b->row_count; i++) {
		const struct form_document_row *r = &b->rows[i];
		if (first)
			merge(f, f->sheet.row, 0, f->sheet.row, 0, r->zh, r->total ? f->strong : f->left);
		for (size_t k = 0; k < b->column_count; k++)
			put_cell(f, f->sheet.row, (lxw_col_t)(first + k), r->cells[k], b->columns[k].decimals, r->total && first);
		height(f, f->sheet.row, 20);
		f->sheet.row++;
	}
}

static void list_block(struct form_sheet *f, const struct form_document_block *b, int64_t *number)
{
	static const char *const names[LIST_COLUMNS] = { "序号", "指标", "计量单位", "数值" };

	for (lxw_col_t i = 0; i < LIST_COLUMNS; i++)
		merge(f, f->sheet.row, i, f->sheet.row, i, names[i], f->sheet.book->head);
	height(f, f->sheet.row++, 22);
	for (size_t k = 0; k < b->column_count; k++) {
		const struct form_document_column *c = &b->columns[k];
		struct sheet *s = &f->sheet;
		sheet_keep(s, worksheet_write_number(s->worksheet, s->row, 0, (double)++*number, f->sheet.book->center));
		merge(f, s->row, 1, s->row, 1, c->group[0] ? arena_printf(f->arena, "　%s", c->zh) : c->zh, f->left);
		merge(f, s->row, 2, s->row, 2, c->unit, f->sheet.book->center);
		put_cell(f, s->row, 3, b->rows[b->row_count - 1].cells[k], c->decimals, false);
		height(f, s->row, 18);
		s->row++;
	}
}

static void widths(struct form_sheet *f)
{
	lxw_worksheet *w = f->sheet.worksheet;
	struct sheet *s = &f->sheet;

	if (f->doc->list) {
		static const double list[LIST_COLUMNS] = { 8, 40, 12, 16 };
		for (lxw_col_t i = 0; i < LIST_COLUMNS; i++)
			sheet_keep(s, worksheet_set_column(w, i, i, list[i], NULL));
		return;
	}
	sheet_keep(s, worksheet_set_column(w, 0, 0, WIDTH_NAME, NULL));
	if (f->last > 0)
		sheet_keep(s, worksheet_set_column(w, 1, f->last, WIDTH_CELL, NULL));
}

static void fill(struct book *b, const struct form_document *doc, struct arena *arena)
{
	struct form_sheet f = { .arena = arena, .doc = doc, .last = LIST_COLUMNS - 1 };
	const char *notes[FORM_NOTES_MAX];
	size_t note_count = form_document_notes(arena, doc, notes);
	int64_t number = 0;

	book_formats(b);
	format_set_align(b->note, LXW_ALIGN_LEFT);
	lxw_doc_properties properties = {
		.title = arena_strdup(arena, doc->zh), .author = arena_strdup(arena, doc->organ),
		.created = (time_t)(doc->as_of / 1000000), /* also the time of the last change */
	};
	sheet_keep(&(struct sheet){ .book = b }, workbook_set_properties(b->workbook, &properties));
	sheet_open(b, &f.sheet, "报表");
	formats(&f);
	for (size_t i = 0; i < doc->block_count && !doc->list; i++) {
		size_t columns = doc->blocks[i].column_count + is_named(&doc->blocks[i]);
		f.last = i == 0 || columns - 1 > f.last ? (lxw_col_t)(columns - 1) : f.last;
	}
	line(&f, arena_printf(arena, "%s%s", doc->period, doc->zh), b->title, 32);
	line(&f, form_document_head(arena, doc), b->note, 22);
	for (size_t i = 0; i < doc->block_count; i++) {
		if (doc->list)
			list_block(&f, &doc->blocks[i], &number);
		else
			table_block(&f, &doc->blocks[i]);
	}
	for (size_t i = 0; i < note_count; i++)
		line(&f, notes[i], b->note, wrapped_height(&f, notes[i]));
	widths(&f);
}

enum err_code report_form_xlsx(const struct form_document *doc, const char *path, struct err *err)
{
	struct book b = { .status = LXW_NO_ERROR };
	struct arena arena = ARENA_INIT(0);
	struct output out;
	enum err_code code = output_begin(&out, path, false, err);

	if (code != ERR_OK)
		return code;
	/* Temporary files beside the result, as for the audit. Not in constant memory: heads are merged over two rows. */
	char *folder = arena_strdup(&arena, path), *slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder ? 1 : 0] = '\0';
	lxw_workbook_options options = { .constant_memory = LXW_FALSE, .tmpdir = slash ? folder : (char[]){ "." } };
	b.workbook = workbook_new_opt(out.part, &options);
	if (!b.workbook) {
		code = err_set(err, ERR_INTERNAL, "xlsx", "不能生成 %s", path);
	} else {
		fill(&b, doc, &arena);
		lxw_error closed = workbook_close(b.workbook); /* frees it, too */
		b.status = b.status ? b.status : closed;
	}
	arena_fini(&arena);
	if (code == ERR_OK && b.status != LXW_NO_ERROR)
		code = err_set(err, ERR_INTERNAL, "xlsx", "不能生成 %s：%s", path, lxw_strerror(b.status));
	return output_end(&out, code, err);
}

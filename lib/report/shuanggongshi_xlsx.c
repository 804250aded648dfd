/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The workbook: one sheet that begins with the codes, as the platform's template does; no title above. */
#include <stdlib.h>

#include "report/output.h"
#include "report/shuanggongshi.h"
#include "report/xlsx_sheet.h"

enum { HEAD_ROWS = 2, COLUMN_WIDTH = 20 };

struct credit_book {
	struct book book;
	lxw_format *day, *wan;
};

static lxw_format *like(struct credit_book *b, const char *pattern)
{
	lxw_format *f = workbook_add_format(b->book.workbook);

	format_set_font_name(f, "宋体");
	format_set_font_size(f, 10.5);
	format_set_border(f, LXW_BORDER_THIN);
	format_set_num_format(f, pattern);
	return f;
}

/* "2026/11/24"; anything else stays a text. */
static bool read_day(const char *text, lxw_datetime *ret)
{
	char iso[11];
	day_t day;

	if (strlen(text) != 10 || text[4] != '/' || text[7] != '/')
		return false;
	memcpy(iso, text, sizeof(iso));
	iso[4] = iso[7] = '-';
	if (!day_parse_iso(sv_of(iso), &day))
		return false;
	struct ymd d = day_to_ymd(day);
	*ret = (lxw_datetime){ .year = d.year, .month = d.month, .day = d.day };
	return true;
}

static void put(struct credit_book *b, struct sheet *s, const struct credit_column *column, const char *text)
{
	lxw_datetime at;

	if (column->kind == CREDIT_DATE && read_day(text, &at))
		sheet_keep(s, worksheet_write_datetime(s->worksheet, s->row, s->column, &at, b->day));
	else if (column->kind == CREDIT_AMOUNT && text[0])
		sheet_keep(s, worksheet_write_number(s->worksheet, s->row, s->column, strtod(text, NULL), b->wan));
	else {
		put_text(s, text, b->book.text);
		return;
	}
	if (++s->column > s->columns)
		s->columns = s->column;
	if (s->width[s->column - 1] < COLUMN_WIDTH)
		s->width[s->column - 1] = COLUMN_WIDTH;
}

static void fill(struct credit_book *b, const struct credit_sheet *sheet)
{
	char title[] = "行政处罚信息";
	lxw_doc_properties properties = { .title = title, .created = (time_t)(day_start(sheet->to) / 1000000) };
	struct sheet s;

	book_formats(&b->book);
	b->day = like(b, "yyyy/mm/dd");
	b->wan = like(b, "0.000000");
	sheet_keep(&(struct sheet){ .book = &b->book }, workbook_set_properties(b->book.workbook, &properties));
	sheet_open(&b->book, &s, "行政处罚");
	for (int head = 0; head < HEAD_ROWS; head++) {
		for (size_t i = 0; i < sheet->column_count; i++)
			put_head(&s, head == 0 ? sheet->columns[i].code : sheet->columns[i].zh);
		sheet_end_row(&s);
	}
	sheet_freeze(&s, 1);
	for (size_t r = 0; r < sheet->row_count && !b->book.too_many; r++) {
		for (size_t i = 0; i < sheet->column_count; i++)
			put(b, &s, &sheet->columns[i], sheet->cells[r * sheet->column_count + i]);
		sheet_end_row(&s);
	}
	sheet_close(&s, HEAD_ROWS - 1);
}

/* A cell holds 32,767 characters; what would be cut must not be reported as if it were whole. */
static bool fits(const struct credit_sheet *sheet)
{
	for (size_t i = 0; i < sheet->row_count * sheet->column_count; i++) {
		if (strlen(sheet->cells[i]) > 32000)
			return false;
	}
	return true;
}

enum err_code report_credit_xlsx(const struct credit_sheet *sheet, const char *path, struct err *err)
{
	struct credit_book b = { .book = { .status = LXW_NO_ERROR } };
	struct output out;

	if (!fits(sheet))
		return err_set(err, ERR_TOO_LARGE, "cell-too-long", "有超过 Excel 单元格长度的文字，请用 .csv");
	enum err_code code = output_begin(&out, path, false, err);
	if (code != ERR_OK)
		return code;
	char *folder = xstrdup(path), *slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder ? 1 : 0] = '\0';
	lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = slash ? folder : (char[]){ "." } };
	b.book.workbook = workbook_new_opt(out.part, &options);
	if (b.book.workbook) {
		fill(&b, sheet);
		lxw_error closed = workbook_close(b.book.workbook); /* frees it, too */
		b.book.status = b.book.status ? b.book.status : closed;
	}
	free(folder);
	if (b.book.too_many)
		code = err_set(err, ERR_TOO_LARGE, "too-many-rows", "超过 Excel 的 1048576 行，请用 .csv");
	else if (!b.book.workbook || b.book.status != LXW_NO_ERROR)
		code = err_set(err, ERR_INTERNAL, "xlsx", "不能生成 %s", path);
	return output_end(&out, code, err);
}

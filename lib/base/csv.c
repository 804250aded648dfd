/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * CSV reader. The header is cut into a fixed scratch array, because its length is not known
 * before it is read; later rows go straight to `cells`. */
#include "base/csv.h"

enum {
	COLUMNS_MAX = 1024, /* spreadsheets of this domain have fewer than 100 */
};

/* Where in the text the reader is, for messages. */
struct row_reader {
	struct csv *csv;
	const char *p, *end;
	size_t line;   /* of p */
	size_t column; /* 1-based number of the cell being read */
	struct err *err;
};

static enum err_code fail(struct row_reader *r, const char *rule, const char *what)
{
	return err_set(r->err, ERR_INVALID, rule, "第%zu行第%zu列：%s", r->line, r->column, what);
}

static bool at_line_end(const struct row_reader *r)
{
	return r->p == r->end || *r->p == '\n' ||
	       (*r->p == '\r' && r->end - r->p > 1 && r->p[1] == '\n');
}

static void skip_line_end(struct row_reader *r)
{
	if (r->p < r->end && *r->p == '\r')
		r->p++;
	if (r->p < r->end)
		r->p++;
	r->line++;
}

/* Copy of a quoted cell's inside with each doubled quote made one. */
static enum err_code unquote(struct row_reader *r, struct sv inside, struct sv *ret)
{
	char *copy = arena_try_alloc(r->csv->arena, inside.n + 1);
	if (!copy)
		return err_set(r->err, ERR_TOO_LARGE, "csv-memory", "第%zu行太大", r->line);
	size_t n = 0;
	for (size_t i = 0; i < inside.n; i++) {
		copy[n++] = inside.p[i];
		if (inside.p[i] == '"')
			i++;
	}
	*ret = (struct sv){ copy, n };
	return ERR_OK;
}

static enum err_code read_quoted(struct row_reader *r, struct sv *ret)
{
	size_t first_line = r->line;
	const char *start = ++r->p;
	bool doubled = false;
	for (; r->p < r->end; r->p++) {
		if (*r->p == '\n')
			r->line++;
		if (*r->p != '"')
			continue;
		if (r->end - r->p == 1 || r->p[1] != '"')
			break;
		doubled = true;
		r->p++;
	}
	if (r->p == r->end) {
		r->line = first_line;
		return fail(r, "csv-quote-open", "引号没有结束");
	}
	struct sv inside = { start, (size_t)(r->p - start) };
	r->p++;
	if (!at_line_end(r) && *r->p != ',')
		return fail(r, "csv-quote-end", "结束引号后面只能是逗号或换行");
	if (doubled)
		return unquote(r, inside, ret);
	*ret = inside;
	return ERR_OK;
}

static enum err_code read_cell(struct row_reader *r, struct sv *ret)
{
	if (r->p < r->end && *r->p == '"')
		return read_quoted(r, ret);
	const char *start = r->p;
	for (; !at_line_end(r) && *r->p != ','; r->p++) {
		if (*r->p == '"')
			return fail(r, "csv-quote-stray", "未加引号的单元格里有引号");
		if (*r->p == '\r')
			return fail(r, "csv-return-stray", "单元格里有单独的回车符");
	}
	*ret = (struct sv){ start, (size_t)(r->p - start) };
	return ERR_OK;
}

/* Reads one row; the first `room` cells are kept, all are counted. */
static enum err_code read_row(struct row_reader *r, struct sv *cells, size_t room,
			      size_t *ret_count)
{
	struct csv *csv = r->csv;
	const char *start = r->p;
	size_t count = 0;
	csv->line = r->line;
	for (;;) {
		struct sv cell;
		r->column = count + 1;
		enum err_code code = read_cell(r, &cell);
		if (code)
			return code;
		if (count < room)
			cells[count] = cell;
		count++;
		if (r->p == r->end || *r->p != ',')
			break;
		r->p++;
	}
	csv->raw = (struct sv){ start, (size_t)(r->p - start) };
	if (r->p < r->end)
		skip_line_end(r);
	*ret_count = count;
	return ERR_OK;
}

static void skip_blank_lines(struct row_reader *r)
{
	while (r->p < r->end && at_line_end(r))
		skip_line_end(r);
}

static struct row_reader reader_of(struct csv *csv, struct err *err)
{
	return (struct row_reader){
		.csv = csv,
		.p = csv->rest.p,
		.end = csv->rest.p + csv->rest.n,
		.line = csv->next_line,
		.column = 1,
		.err = err,
	};
}

static void keep_place(const struct row_reader *r)
{
	r->csv->rest = (struct sv){ r->p, (size_t)(r->end - r->p) };
	r->csv->next_line = r->line;
}

static enum err_code check_header(struct row_reader *r)
{
	const struct csv *csv = r->csv;
	for (size_t i = 0; i < csv->column_count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (csv->columns[i].n == 0 || !sv_eq(csv->columns[i], csv->columns[k]))
				continue;
			return err_set(r->err, ERR_INVALID, "csv-column-twice",
				       "第%zu行第%zu列：列名“%.*s”重复", csv->line, i + 1,
				       SV_ARG(csv->columns[i]));
		}
	}
	return ERR_OK;
}

enum err_code csv_open(struct csv *csv, struct arena *arena, struct sv text, struct err *err)
{
	static const char bom[] = "\xEF\xBB\xBF";
	if (sv_starts_with(text, sv_of(bom))) {
		text.p += 3;
		text.n -= 3;
	}
	*csv = (struct csv){ .arena = arena, .rest = text, .next_line = 1 };
	struct row_reader r = reader_of(csv, err);
	skip_blank_lines(&r);
	if (r.p == r.end)
		return err_set(err, ERR_INVALID, "csv-empty", "文件里没有标题行");

	struct sv cells[COLUMNS_MAX];
	size_t count;
	enum err_code code = read_row(&r, cells, COLUMNS_MAX, &count);
	if (code)
		return code;
	if (count > COLUMNS_MAX)
		return err_set(err, ERR_TOO_LARGE, "csv-columns", "标题行有%zu列，最多%d列", count,
			       COLUMNS_MAX);
	csv->columns = arena_try_array(arena, struct sv, count);
	csv->cells = arena_try_array(arena, struct sv, count);
	if (!csv->columns || !csv->cells)
		return err_set(err, ERR_TOO_LARGE, "csv-memory", "标题行太大");
	csv->column_count = count;
	for (size_t i = 0; i < count; i++)
		csv->columns[i] = sv_trim(cells[i]);
	keep_place(&r);
	return check_header(&r);
}

enum err_code csv_next(struct csv *csv, bool *ret_more, struct err *err)
{
	struct row_reader r = reader_of(csv, err);
	skip_blank_lines(&r);
	if (r.p == r.end) {
		keep_place(&r);
		*ret_more = false;
		return ERR_OK;
	}
	size_t count;
	enum err_code code = read_row(&r, csv->cells, csv->column_count, &count);
	if (code) {
		/* Where the next row begins can no longer be told. */
		r.p = r.end;
		keep_place(&r);
		return code;
	}
	keep_place(&r);
	if (count != csv->column_count) {
		size_t column = (count < csv->column_count ? count : csv->column_count) + 1;
		return err_set(err, ERR_INVALID, "csv-cell-count",
			       "第%zu行第%zu列：这一行有%zu个单元格，标题行有%zu个", csv->line,
			       column, count, csv->column_count);
	}
	*ret_more = true;
	return ERR_OK;
}

int csv_column(const struct csv *csv, const char *name)
{
	for (size_t i = 0; i < csv->column_count; i++)
		if (sv_eq_str(csv->columns[i], name))
			return (int)i;
	return -1;
}

struct sv csv_get(const struct csv *csv, const char *name)
{
	int i = csv_column(csv, name);
	return i < 0 ? (struct sv){ NULL, 0 } : csv->cells[i];
}

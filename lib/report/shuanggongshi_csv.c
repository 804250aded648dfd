/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>

#include "report/output.h"
#include "report/shuanggongshi.h"

/* Also in full width, which an East Asian Excel takes for the same. */
static bool looks_like_formula(const char *text)
{
	static const char *const wide[] = { "＝", "＋", "－", "＠" };

	for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
		if (strncmp(text, wide[i], strlen(wide[i])) == 0)
			return true;
	}
	return text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
}

static void cell(FILE *f, size_t column, const char *text)
{
	bool formula = looks_like_formula(text), quoted = formula || strpbrk(text, ",\"\r\n") != NULL;

	if (column > 0)
		fputc(',', f);
	if (quoted)
		fputc('"', f);
	if (formula)
		fputc('\'', f);
	for (const char *c = text; *c; c++) {
		if (*c == '"')
			fputc('"', f);
		fputc(*c, f);
	}
	if (quoted)
		fputc('"', f);
}

enum err_code report_credit_csv(const struct credit_sheet *sheet, const char *path, struct err *err)
{
	struct output out;
	enum err_code code = output_begin(&out, path, true, err);

	if (code != ERR_OK)
		return code;
	fputs("\xEF\xBB\xBF", out.file);
	for (size_t i = 0; i < sheet->column_count; i++)
		cell(out.file, i, sheet->columns[i].code);
	fputs("\r\n", out.file);
	for (size_t i = 0; i < sheet->column_count; i++)
		cell(out.file, i, sheet->columns[i].zh);
	fputs("\r\n", out.file);
	for (size_t r = 0; r < sheet->row_count && !ferror(out.file); r++) {
		for (size_t i = 0; i < sheet->column_count; i++)
			cell(out.file, i, sheet->cells[r * sheet->column_count + i]);
		fputs("\r\n", out.file);
	}
	return output_end(&out, ERR_OK, err);
}

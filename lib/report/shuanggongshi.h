/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The files for the credit platform (双公示): a row of codes, a row of names, a row for each party of a decision.
 *
 *   .csv   RFC 4180, UTF-8 with byte order mark (Excel reads it as UTF-8), CRLF
 *   .xlsx  the same: texts as texts, days as days shown as 2026/11/24, amounts as numbers with six decimals
 *
 * A text that a spreadsheet would take for a formula gets an apostrophe in front (csv); in a workbook every text is a text.
 * The same sheet gives the same bytes. A file appears under its name only when it is complete, readable by its owner only.
 * Errors as in report.h. Threads: any. */
#ifndef REPORT_SHUANGGONGSHI_H
#define REPORT_SHUANGGONGSHI_H

#include "base/day.h"
#include "base/err.h"
#include "base/str.h"

enum credit_kind { CREDIT_TEXT, CREDIT_DATE, CREDIT_AMOUNT };

struct credit_column {
	const char *code, *zh;
	enum credit_kind kind;
};

struct credit_sheet {
	const struct credit_column *columns;
	size_t column_count;
	const char *const *cells; /* row after row; "" is an empty cell; days as 2026/11/24, amounts as 2.000000 */
	size_t row_count;
	day_t to;                 /* last day of the period: what the workbook says when it was made */
};

enum err_code report_credit_csv(const struct credit_sheet *sheet, const char *path, struct err *err) MUST_USE;
enum err_code report_credit_xlsx(const struct credit_sheet *sheet, const char *path, struct err *err) MUST_USE;

#endif

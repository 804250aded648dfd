/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A filled form as the workbook that is sent upward: A4 landscape, a title over all columns, the form's own head (报送单位,
 * 统计时间, 报送时间), heads that are merged where columns belong together, cells as numbers.
 *
 * Nothing is counted anew: totals are the document's. The same document gives the same bytes, whatever the machine's clock,
 * time zone or language. The file appears under its name only when it is complete. Errors: ERR_INTERNAL "file-failed", "xlsx".
 *
 * Threads: any. */
#ifndef REPORT_FORM_REPORT_H
#define REPORT_FORM_REPORT_H

#include "report/form_document.h"

enum err_code report_form_xlsx(const struct form_document *doc, const char *path, struct err *err) MUST_USE;

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The files that are made from an audit document (audit.json, docs/audit.md): a list for programs, a workbook for
 * desks, a bulletin (通报) for paper. Every figure in them is taken from the document; nothing is counted anew.
 *
 *   audit.csv   one line per matter with all dates and its side per metric: all rates can be recomputed from it
 *   audit.xlsx  summary, groups, one sheet per metric with its cases, misses, case list, definitions
 *   audit.pdf   the bulletin: A4, tagged, fonts embedded
 *
 * The same document gives the same bytes, whatever the machine's clock, time zone or language: the time in the files is
 * the document's as_of. (Another version of libxlsxwriter, Cairo, Pango or the font may give other bytes.)
 *
 * A file appears under its name only when it is complete. Errors: ERR_INTERNAL, rule "file-failed" (the message names
 * path and reason), "font-missing", "pdf", "xlsx"; ERR_TOO_LARGE, rule "too-many-rows", beyond Excel's 1,048,576 rows.
 *
 * Memory: csv and xlsx take little beside the document; Cairo reads whole font files to embed a part of them, some
 * 100 MB for a moment with the Noto fonts. So the client makes the files, not the daemon.
 *
 * Threads: any; a document is only read. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "report/audit_document.h"

enum err_code report_audit_csv(const struct audit_document *doc, const char *path, struct err *err) MUST_USE;
enum err_code report_audit_xlsx(const struct audit_document *doc, const char *path, struct err *err) MUST_USE;
enum err_code report_audit_pdf(const struct audit_document *doc, const char *path, struct err *err) MUST_USE;

#endif

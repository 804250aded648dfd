/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Parts of the bulletin (audit.pdf) that its two files share. Internal to lib/report. */
#ifndef REPORT_AUDIT_PDF_H
#define REPORT_AUDIT_PDF_H

#include "report/audit_document.h"
#include "report/paper.h"

/* H2, H3 and a remark in small grey, with their distances; a heading is not left alone at the foot of a page. */
void bulletin_heading(struct paper *p, const char *text);
void bulletin_subheading(struct paper *p, const char *text);
void bulletin_note(struct paper *p, const char *text);

/* 2026年11月5日; with the time: 2026年11月5日09:00 */
void bulletin_day(day_t day, struct str *ret);
void bulletin_instant(instant_t at, struct str *ret);

/* Number of misses of the metric; *ret_first is the first, when there is one. */
size_t bulletin_misses(const struct audit_document *doc, size_t metric, size_t *ret_first);

/* Sections 四, 五, 六 and the signature: audit_pdf_lists.c. */
void bulletin_lists(struct paper *p, const struct audit_document *doc);

#endif

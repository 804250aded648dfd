/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The receipt that is printed for a hand-over (移送材料回执): one page A4 as PDF, with what was sent above, what
 * the receiving organ fills in and signs below, and a QR code, so that nobody types a number or a digest again
 * when the paper comes back.
 *
 * The QR code holds compact JSON in UTF-8, error correction Q:
 *
 *   {"d":"<first 32 hex digits of the manifest's SHA-256>","h":"<number>","n":<items>,"t":"<thread>"}
 *
 * The same input gives the same bytes: the document's date is the day of the act, never a clock's. (Another
 * version of Cairo, Pango or the font may lay the page out otherwise.)
 *
 * Fonts come from fontconfig; a machine without a Chinese font is refused instead of printing boxes.
 *
 * Cairo reads whole font files to embed a part of them: some 100 MB for a moment with the Noto fonts. So pages are
 * printed by the client, not by the daemon.
 *
 * Threads: every function may be called from any thread. */
#ifndef REPORT_STUB_H
#define REPORT_STUB_H

#include "base/day.h"
#include "base/err.h"
#include "base/str.h"

enum { STUB_PDF_MAX = 4 << 20 };

/* Texts are UTF-8, "" where there is nothing to say; none is NULL. */
struct stub_input {
	const char *title;    /* 涉嫌犯罪案件移送书回执 */
	const char *kind;     /* what the hand-over is: 涉嫌犯罪案件移送公安机关 */
	const char *number;   /* 乐市监移〔2026〕3号; "" before it has one */
	const char *thread;   /* UUID of the hand-over */
	const char *sender, *receiver, *copies; /* names of organs */
	const char *subject;  /* name of the case */
	const char *article;  /* why a receipt is due */
	day_t sent_on;        /* day of the act; DAY_NONE: not sent yet */
	const char *package;  /* name of the package, "" when nothing is attached */
	int64_t items;        /* files in it */
	const char *manifest; /* SHA-256 of its data/manifest.json, 64 hex digits; "" without package */
};

/* The text in the QR code, appended to *ret. */
void stub_qr_text(const struct stub_input *in, struct str *ret);

/* The page, appended to *ret_pdf. ERR_INTERNAL, rule "font-missing": no font with Chinese characters;
 * "too-long": a text does not fit into the QR code or on the page. */
enum err_code stub_render(const struct stub_input *in, struct str *ret_pdf, struct err *err) MUST_USE;

#endif

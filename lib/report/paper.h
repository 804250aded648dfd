/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Paper: pages A4 that fill from top to bottom, with headings, paragraphs and tables that continue on the next page.
 * Internal to lib/report, over Pango and Cairo; lengths are points (1/72 inch), y grows downwards.
 *
 * A document is drawn twice with the same calls: first dry, to learn how many pages it has, then for good. The PDF is
 * tagged (Document, H1, H2, P, Table, TR, TH, TD), so that a screen reader follows the text and knows a table's cells;
 * what stands on every page (head line, page number, rules) is in no tag. The same calls give the same bytes: the
 * only time in the file is `created`. (Another version of Cairo, Pango or the font may lay the page out otherwise.)
 *
 * Colours are chosen so that they also differ in grey. Fonts come from fontconfig; paper_finish() refuses when there is
 * none for Chinese.
 *
 * Threads: a paper belongs to one thread; several may exist. */
#ifndef REPORT_PAPER_H
#define REPORT_PAPER_H

#include <pango/pangocairo.h>

#include "base/day.h"
#include "base/err.h"
#include "base/str.h"

#define PAPER_WIDTH 595.28
#define PAPER_HEIGHT 841.89
#define PAPER_LEFT 62.4 /* 22 mm */
#define PAPER_TOP 62.4
#define PAPER_BOTTOM 65.2 /* 23 mm, the page number in it */
#define PAPER_TEXT_WIDTH (PAPER_WIDTH - 2 * PAPER_LEFT)

enum paper_color {
	PAPER_INK,
	PAPER_GREY,   /* captions */
	PAPER_RULE,   /* lines of tables */
	PAPER_PANEL,  /* ground behind heads and cards */
	PAPER_RED,    /* the head of an official paper */
	PAPER_FIRST,  /* first series of a chart: dark */
	PAPER_SECOND, /* second series: of medium lightness */
	PAPER_REST,   /* what is missing to the whole: light */
	PAPER_WHITE,
	PAPER_COLOR_COUNT,
};

enum paper_font { PAPER_SERIF, PAPER_SANS };
enum paper_align { PAPER_LEFT_SIDE, PAPER_CENTER, PAPER_RIGHT_SIDE, PAPER_BOTH_SIDES };

struct paper_style {
	enum paper_font font;
	double size;
	bool bold;
	enum paper_align align;
	enum paper_color color;
	double line;         /* distance of lines as a factor; 0: the font's own */
	double indent;       /* of the first line */
	double letter_space; /* between characters */
};

struct paper {
	cairo_t *cr; /* NULL while dry */
	cairo_surface_t *surface;
	PangoFontMap *fonts;
	PangoContext *context;
	const char *running; /* head line from the second page on */
	double y;
	int page, pages; /* pages: 0 while dry */
	bool missing_glyphs;
	struct paper_table *table; /* being drawn, to repeat its head */
};

struct paper_info {
	const char *title, *subject, *author; /* of the file */
	const char *running;
	instant_t created;
};

/* `pages` 0: dry, nothing is written. Otherwise the bytes go to `take`. */
void paper_init(struct paper *p, const struct paper_info *info, int pages, cairo_write_func_t take, void *to);
/* Ends the last page and the file; returns the number of pages. Release with paper_fini() after it. */
enum err_code paper_finish(struct paper *p, int *ret_pages, struct err *err) MUST_USE;
void paper_fini(struct paper *p);

/* ---- flow ---- */

void paper_new_page(struct paper *p);
/* A new page unless `height` fits on this one. */
void paper_need(struct paper *p, double height);
double paper_room(const struct paper *p);
/* A paragraph or heading over the whole width; `tag` is "H1", "H2", "P". Moves y. */
void paper_text(struct paper *p, const struct paper_style *style, const char *tag, const char *text);

/* ---- places ---- */

void paper_tag(struct paper *p, const char *tag);
void paper_tag_end(struct paper *p, const char *tag);
/* Text in a box of this width; returns its height. Without cr, or with y < 0, it is only measured. */
double paper_print(struct paper *p, const struct paper_style *style, const char *text, double x, double y,
		   double width);
/* Width of one line of text. */
double paper_text_width(struct paper *p, const struct paper_style *style, const char *text);
void paper_color(struct paper *p, enum paper_color color);
void paper_box(struct paper *p, enum paper_color color, double x, double y, double width, double height);
void paper_line(struct paper *p, enum paper_color color, double width, double x1, double y1, double x2, double y2);

/* ---- tables ---- */

struct paper_column {
	const char *title;
	double share; /* of the width; the shares need not add up to anything */
	enum paper_align align;
};

enum { PAPER_COLUMNS_MAX = 16 };

struct paper_table {
	const struct paper_column *columns;
	size_t count, rows;
	double size;       /* of the text */
	bool repeat;       /* draw the head again on a new page */
	double x[PAPER_COLUMNS_MAX + 1];
};

void paper_table_open(struct paper *p, struct paper_table *t, const struct paper_column *columns, size_t count,
		      double size);
/* Texts that are too long for six lines are cut with "…". */
void paper_table_row(struct paper *p, const char *const *cells, bool bold);
void paper_table_close(struct paper *p);

#endif

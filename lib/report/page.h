/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * HTML, escaped by construction.
 *
 * A page is elements, attributes and text; there is no way to put markup into it. Names of elements and attributes are
 * constants of the program (a strange one stops it), everything else is escaped. Addresses are local: an attribute that
 * takes one is refused (a bug) unless it begins with / or #, so a stored text can never become a script or leave the site.
 * What is written is well-formed XML as well as HTML 5, so that any strict reader can check it.
 *
 *	page_begin(&p, &out, "zh-CN", "标题");      <!DOCTYPE html> ... <head><title>
 *	page_link(&p, "stylesheet", "/public/style.css");
 *	page_body(&p);                              </head><body>
 *	page_open(&p, "p");
 *	page_attr(&p, "class", "note");             only before the element's content
 *	page_text(&p, party);
 *	page_close(&p);
 *	page_end(&p);                               closes what is open; an element left open is a bug
 *
 * When the str reaches its maximum the output stops; http_reply_str() then answers 500.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "base/day.h"
#include "base/str.h"

enum { PAGE_DEPTH_MAX = 24 };

struct page {
	struct str *out;
	const char *open[PAGE_DEPTH_MAX];
	unsigned depth;
	bool in_tag; /* attributes may still follow */
};

void page_begin(struct page *p, struct str *out, const char *lang, const char *title);
void page_meta(struct page *p, const char *name, const char *content);
void page_link(struct page *p, const char *rel, const char *href);
void page_body(struct page *p);
void page_end(struct page *p);

void page_open(struct page *p, const char *element);
void page_attr(struct page *p, const char *name, const char *value); /* NULL: no attribute */
void page_attr_i64(struct page *p, const char *name, int64_t value);
void page_text(struct page *p, const char *text);  /* NULL is nothing; control characters are left out */
void page_day(struct page *p, day_t day);          /* <time datetime="2026-09-23">2026年9月23日</time>; nothing for none */
void page_close(struct page *p);                   /* the innermost element */

/* Open, text, close. */
void page_leaf(struct page *p, const char *element, const char *text);
/* One element a line of the text; blank lines are left out. */
void page_lines(struct page *p, const char *element, const char *text);
/* <a href="...">text</a> */
void page_anchor(struct page *p, const char *href, const char *text);

/* Appends `path` with a query made of pairs name, value, ...; NULL ends, a NULL value leaves its pair out. Values are
 * percent-encoded. The result is an address, to be given to page_attr(). */
void page_url(struct str *out, const char *path, ...) __attribute__((sentinel));

#endif

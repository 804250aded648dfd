/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The pages of the public site: a list with its search form, one decision, the tombstone of one that is public no more,
 * and short messages. Plain HTML: no script, no cookie, one style sheet, nothing from elsewhere.
 *
 * Every text that is given here was made for the public; these functions add no fact of their own and only escape.
 * A tombstone takes the word, the day and the reason, so that it cannot show more. */
#ifndef REPORT_PAGE_PUBLIC_H
#define REPORT_PAGE_PUBLIC_H

#include "report/page.h"

enum { PAGE_PUBLIC_MAX = 4 << 20 }; /* bytes of a page */

#define PAGE_PUBLIC_TITLE "行政处罚信息公示"

struct page_public_item {
	int64_t id;
	const char *organ, *decision_no;
	const char *party; /* names, joined with 、 */
	day_t decided_on, published_on;
};

struct page_public_list {
	const char *query;   /* as asked; NULL or "": the newest */
	const char *by;      /* "party", "code", "number" or NULL: the site finds out */
	const char *said;    /* why nothing was looked for; NULL */
	const struct page_public_item *items;
	size_t count;
	int64_t before;      /* where the next page begins; 0: none */
	bool first;          /* this is the first page */
};
void page_public_list(struct str *out, const struct page_public_list *list);

struct page_public_decision {
	int64_t id;
	/* the six items */
	const char *decision_no;
	const char *party; /* one party a line */
	const char *violation, *penalty, *organ;
	day_t decided_on;
	const char *body;  /* the published text, lines */
	day_t published_on, stop_due;
	int64_t version;
	const char *digest; /* hex SHA-256 of the text */
	bool person;        /* a natural person: no search engine shall keep it */
};
void page_public_decision(struct str *out, const struct page_public_decision *d);

/* `what`: 已撤回, 已停止公示 ...; reason "": none. */
void page_public_tombstone(struct str *out, const char *what, day_t on, const char *reason);
/* Not found, too many requests, not available. */
void page_public_message(struct str *out, const char *title, const char *text);

/* The style sheet, constant. */
struct sv page_public_style(void);

#endif

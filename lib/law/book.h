/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The law book: everything of the law that is data (the tables in schema/law), as the engine reads it.
 *
 * Rows carry valid_from and valid_to; a look-up names the day it asks for, so old matters keep the
 * old rule. Built once, then read-only and shareable between threads. Reload builds a new book.
 */
#ifndef LAW_BOOK_H
#define LAW_BOOK_H

#include "law/calendar.h"
#include "law/period.h"
#include "law/region.h"
#include "law/threshold.h"

enum span_kind {
	SPAN_SUSPENSION, SPAN_HEARING, SPAN_ANNOUNCEMENT, SPAN_TESTING, SPAN_IDENTIFICATION,
	SPAN_REFUND, SPAN_DEFERRAL, SPAN_REMEDY,
	SPAN_KIND_COUNT
};

struct clock_rule {
	const char *id;
	const char *zh;        /* what is due, short */
	const char *trigger;
	struct period period;
	bool archive_rule;     /* "next 30 June"; the period's length is then 0 */
	bool daily;            /* grows by the day and never ends; the period's length is then 0 */
	const char *owner;     /* who must act: a code of the owner column */
	unsigned excluded;     /* bit per span_kind */
	struct period extension; /* length 0: none or free */
	const char *article;
	const char *missed;    /* what follows when it is missed */
	bool lapses;           /* missed is 自动解除: what it bounds ends by itself */
	day_t valid_from, valid_to; /* inclusive; DAY_NONE and DAY_MAX when the cell is empty */
};

struct word {
	const char *list;
	const char *value;
};
/* What the CSV adds to the words of vocab_core.def, which are always there. */
struct vocabulary {
	const struct word *words; /* grouped by list, in screen order */
	size_t count;
};

/* A figure of the law: an amount in fen, days, persons or a percentage (limits.csv). */
struct limit {
	const char *id;
	int64_t value;
	const char *article; /* what it rests on, "" when the table does not say */
	day_t valid_from, valid_to;
};

struct law_book {
	struct calendar calendar;
	const struct limit *limits;
	size_t limit_count;
	const struct clock_rule *clocks;
	size_t clock_count;
	struct vocabulary vocabulary;
	struct threshold_book thresholds;
	struct region_tree regions;
	int version;
};

/* One CSV text per table, as in schema/law. Without regions the codes alone say what is above what. */
struct law_texts {
	struct sv holidays, clocks, vocabulary, thresholds, limits, regions;
};
/* {"holidays": "...", "clocks": "...", ...}, as the database keeps an edition. Texts live in the arena. */
enum err_code law_texts_read(struct arena *arena, struct sv json, struct law_texts *ret, struct err *err) MUST_USE;
/* Everything is copied into the arena. An error names the file and the line. `version` is left 0
 * for the caller to set. */
enum err_code law_book_init(struct law_book *book, struct arena *arena, const struct law_texts *texts,
			    struct err *err) MUST_USE;

/* The rule in force on a day; NULL when there is none (callers treat that as a bug in the data). */
const struct clock_rule *law_book_clock(const struct law_book *book, const char *id, day_t on);
/* Exactly this word, of the core or of the CSV; `v` may be NULL (core only), also below. */
/* The figure in force on a day. Every figure the program needs is there from the oldest day on:
 * law_book_init() refuses a book without it. */
int64_t law_book_limit(const struct law_book *book, const char *id, day_t on);
const char *law_book_limit_article(const struct law_book *book, const char *id, day_t on);
bool vocabulary_has(const struct vocabulary *v, const char *list, struct sv value);
/* The listed spelling of a word typed with other widths: 不予行政处罚(轻微) finds 不予行政处罚（轻微）.
 * NULL when there is none. */
const char *vocabulary_find(const struct vocabulary *v, const char *list, struct sv value);
/* The words of a list, core words first, no doubles; returns how many were stored. */
size_t vocabulary_list(const struct vocabulary *v, const char *list, const char **ret, size_t max);
const char *span_kind_code(enum span_kind kind);
const char *span_kind_zh(enum span_kind kind);
bool span_kind_by_code(struct sv code, enum span_kind *ret);

#endif

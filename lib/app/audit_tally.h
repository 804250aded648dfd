/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Counting for the audit: rows in any order, each once; figures, groups, earlier periods and what a rate hides are kept
 * in memory, the lines of cases and misses in a spool file, with one small entry each. So memory grows by some
 * forty bytes for a listed matter, and nothing else does.
 *
 *	tally_new() -> tally_add() ... -> tally_write() -> tally_free()
 *
 * No database, no clock. Blocking file I/O: offload threads. One thread at a time. What is counted says
 * rates_count.h; the document's form is docs/audit.md. */
#ifndef APP_AUDIT_TALLY_H
#define APP_AUDIT_TALLY_H

#include "app/audit_period.h"
#include "app/rates_count.h"
#include "base/arena.h"

/* A unit, an officer or a campaign; sorted by id (campaigns: by code). Texts as of the instant. */
struct tally_name {
	int64_t id;           /* 0 for campaigns */
	const char *code, *zh;
	const char *parent;   /* of a campaign, or NULL */
};
struct tally_names {
	const struct tally_name *at;
	size_t count;
};

struct tally_silent {
	const char *code, *zh;
};
struct tally_incomplete {
	int64_t id;
	const char *number, *title, *unit, *why;
};

/* What the document says beside the figures. Everything outlives the tally. */
struct tally_setup {
	struct audit_span span;
	instant_t as_of;
	day_t cut_off;
	const char *organ_code, *organ_name;
	bool whole;
	int64_t law_version;       /* 0: none known */
	instant_t law_known_from;
	struct tally_names units, officers, campaigns;
	/* of a campaign's audit: its own code and those below it; else none */
	const char *const *tags;
	size_t tag_count;
	const struct tally_silent *silent;
	size_t silent_count;
	const struct tally_incomplete *incomplete;
	size_t incomplete_count;
	int64_t incomplete_total;
};

enum { TALLY_NO_SUM = -1 };

struct tally_row {
	struct rate_row row;
	day_t active_until; /* DAY_MAX: open */
	struct sv procedure, number, title, party, ip_type, excluded; /* .p NULL: none */
	struct sv campaigns; /* codes with U+001F between */
	int64_t unit, officer, case_id; /* 0: none */
	int64_t value_fen, income_fen, fine_fen, confiscated_fen; /* TALLY_NO_SUM */
};

struct tally;

/* `spool`: a file for reading and writing, empty; the tally closes it. */
struct tally *tally_new(const struct tally_setup *setup, int spool);
void tally_free(struct tally *t); /* NULL is allowed */
/* First day that any period of it looks at: rows that ended before matter for M7 only. */
day_t tally_first_day(const struct audit_span *span);

/* ERR_TOO_LARGE "too-many-groups"; ERR_NO_SPACE, ERR_IO: the spool cannot be written. */
enum err_code tally_add(struct tally *t, const struct tally_row *row, struct err *err) MUST_USE;
int64_t tally_count(const struct tally *t);

typedef enum err_code tally_sink(void *arg, const void *bytes, size_t n, struct err *err);
/* The document. */
enum err_code tally_write(struct tally *t, tally_sink *sink, void *arg, struct err *err) MUST_USE;

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The tally's inside, shared by audit_tally.c (counting) and audit_write.c (the document). Nobody else includes it. */
#ifndef APP_AUDIT_TALLY_INTERNAL_H
#define APP_AUDIT_TALLY_INTERNAL_H

#include "app/audit_tally.h"
#include "json/json_writer.h"

enum { TALLY_PERIODS = 1 + AUDIT_TREND_PERIODS, TALLY_BUCKETS = 1024, TALLY_GROUPS_MAX = 4096, TALLY_TOP = 64,
       TALLY_LINE_MAX = 256 << 10, TALLY_HIDDEN_MAX = 1000 };

struct tally_figure {
	int64_t num, den;
};

/* Filed and decided in a period, and their sums. */
struct tally_sums {
	int64_t filed, value_fen, decided, fine_fen, confiscated_fen;
};

enum tally_by { TALLY_UNIT, TALLY_CAMPAIGN, TALLY_IP_TYPE, TALLY_OFFICER, TALLY_BY_COUNT };

struct tally_group {
	struct tally_group *next; /* in its bucket */
	const char *key, *zh;
	struct tally_figure figure[RATE_METRIC_COUNT];
	struct tally_sums *sums;  /* of each period */
};

struct tally_groups {
	struct tally_group *bucket[TALLY_BUCKETS];
	struct tally_group **sorted; /* for the document */
	size_t count;
};

/* Lines in the spool, each for one place in the document. */
enum tally_section { TALLY_CASES, TALLY_MISSES, TALLY_DECLINED, TALLY_UNFILED, TALLY_SUSPENDED, TALLY_EXCLUDED,
		     TALLY_COMPONENT, TALLY_SECTION_COUNT };

struct tally_entry {
	int64_t id;
	uint64_t at;
	uint32_t n;
	uint32_t first; /* sorted by this, then by id */
};
struct tally_entries {
	struct tally_entry *at;
	size_t count, room;
};

/* The largest sums of the period, for jumps. */
struct tally_top {
	int64_t id, value_fen;
	const char *number, *title;
};

struct tally {
	struct tally_setup setup;
	struct arena arena;
	int spool;
	uint64_t spooled;
	struct str buffer, line;         /* waiting for the spool; the line being written */
	struct audit_span spans[TALLY_PERIODS]; /* the period itself, then backwards */
	struct rate_period periods[TALLY_PERIODS];
	size_t period_count;
	int64_t rows;
	day_t first_opened; /* of any row */
	struct tally_figure figure[TALLY_PERIODS][RATE_METRIC_COUNT];
	struct tally_sums sums[TALLY_PERIODS];
	struct tally_groups by[TALLY_BY_COUNT];
	struct tally_entries entries[TALLY_SECTION_COUNT];
	struct tally_top top[TALLY_TOP]; /* descending */
	size_t top_count;
};

/* The group of that key, made when it is new; NULL: there are too many. */
struct tally_group *tally_group(struct tally *t, enum tally_by by, struct sv key);
/* What still waits goes to the spool. */
enum err_code tally_flush(struct tally *t, struct err *err) MUST_USE;
const struct tally_name *tally_find(const struct tally_names *names, int64_t id);
const struct tally_name *tally_find_code(const struct tally_names *names, struct sv code);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Made-up lives of matters for scale tests: what happens to a clue and its case, act by act, folded by the
 * engine, as rows ready for COPY. The same seed gives the same rows. Not thread-safe, but one struct lives
 * belongs to one thread and shares nothing that is written. */
#ifndef IPCASECTL_CTL_LIVES_H
#define IPCASECTL_CTL_LIVES_H

#include "ctl_rows.h"

enum { LIVES_UNITS_MAX = 3, LIVES_COUNTERS_MAX = 65536, LIVES_SLOTS = 262144, LIVES_COPY_MAX = 512 << 20 };

struct lives_unit {
	int64_t id;
	struct actor officer, co_officer, clerk, head;
};

struct lives_bureau {
	int64_t id;
	const char *name;
	const char *prefix; /* 乐: of its numbers 乐市监处罚 */
	struct lives_unit units[LIVES_UNITS_MAX];
	size_t unit_count;
	struct actor reviewer, deputy, principal, credit;
};

/* Gap-free numbers, as in table number_counter. */
struct lives_counter {
	const char *prefix;
	int year;
	int64_t last;
};

/* COPY text of some matters. */
struct lives_batch {
	struct str table[ROWS_TABLE_COUNT];
	int64_t matters, acts;
};

struct lives {
	const struct law_book *book;
	const struct lives_bureau *bureaus;
	size_t bureau_count;
	uint64_t seed;
	day_t from, until;       /* first days of lives; nothing happens after `until` */
	int64_t next_id, end_id; /* ids still to be given */
	uint64_t next_life;
	int64_t checked;         /* lives still to pass procedure_check() too */
	struct lives_counter counters[LIVES_COUNTERS_MAX];
	size_t counter_count;
	uint32_t slots[LIVES_SLOTS]; /* hash of prefix and year: index of the counter + 1 */
	struct arena keep, arena; /* the second: of one life */
	struct life *life;
};

void lives_init(struct lives *l);
void lives_fini(struct lives *l);
/* The counter of a prefix and year, made when there is none. */
struct lives_counter *lives_counter(struct lives *l, const char *prefix, int year);
/* Appends lives until the batch has at least `want` matters or the ids are used up. False when the engine
 * refused an act, which is a bug of this file or of a table: printed. */
bool lives_make(struct lives *l, struct lives_batch *batch, int64_t want) MUST_USE;

#endif

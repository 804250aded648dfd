/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The rows that belong to a matter, as act_record() leaves them: computed from its dossiers, to load them in
 * bulk (generate) or to compare them with what is stored (rebuild).
 *
 * A cell is the text form of the value, NULL is null. Instants are RFC 3339; arrays are PostgreSQL's literals,
 * quoted as PostgreSQL itself prints them. Everything lives in the arena. */
#ifndef IPCASECTL_CTL_ROWS_H
#define IPCASECTL_CTL_ROWS_H

#include "ctl_engine.h"

#include "law/mark.h"
#include "store/change_public.h"

enum rows_table {
	ROWS_MATTER, ROWS_DOSSIER, ROWS_ACT, ROWS_DOCUMENT, ROWS_CLOCK, ROWS_PARTY, ROWS_TEXT, ROWS_MARK, ROWS_FORM,
	ROWS_HANDOFF, ROWS_RECORD, ROWS_DISCLOSURE, ROWS_PUBLIC, ROWS_TABLE_COUNT
};

enum { ROWS_COLUMNS_MAX = 44 };

/* Columns in the order of the cells. `key_count` leading ones are the primary key. */
struct rows_info {
	const char *table;
	const char *columns[ROWS_COLUMNS_MAX + 1];
	int key_count;
	uint64_t instants; /* bit per column of type timestamptz */
};
extern const struct rows_info rows_info[ROWS_TABLE_COUNT];
int rows_column_count(enum rows_table t);

struct cells {
	const char *at[ROWS_COLUMNS_MAX];
};

/* What all rows of a matter share. */
struct rows_matter {
	struct arena *arena;
	const struct law_book *book;
	int64_t id, organ, unit;
};

/* One act as stored. Digests chain: `prev` is NULL for the first. */
struct rows_act {
	const struct act_record *record;
	int seq;
	int64_t actor_unit, on_behalf_of; /* 0: none */
	instant_t recorded_at;
	const char *number;               /* NULL: none */
	bool back_entry;
	int law_version;
	const char *payload;
};

void rows_matter(const struct rows_matter *m, const struct dossier *d, const char *number, struct cells *ret);
void rows_dossier(const struct rows_matter *m, const struct dossier *d, struct cells *ret);
void rows_act(const struct rows_matter *m, const struct rows_act *a, const uint8_t digest[32], struct cells *ret);
void rows_clock(const struct rows_matter *m, const struct dossier *d, int idx, struct cells *ret);
/* Rows of all parties into `ret`; returns how many (<= max). */
size_t rows_parties(const struct rows_matter *m, const struct dossier *d, struct cells *ret, size_t max);
void rows_text(const struct rows_matter *m, const struct dossier *d, struct cells *ret);
/* In force from `from` on; `number` is the matter's. */
void rows_mark(const struct rows_matter *m, const struct dossier *d, int seq, instant_t from, const char *number,
	       struct cells *ret);

/* The same for the row of form_mark; of a case only. */
void rows_form(const struct rows_matter *m, const struct dossier *d, int seq, instant_t from, const char *number,
	       struct cells *ret);

/* Of a hand-over only. `sent_at` INSTANT_NONE: not sent. */
void rows_handoff(const struct rows_matter *m, const struct dossier *d, instant_t sent_at, struct cells *ret);

/* Of a disclosure only. `number`: of the decision, NULL: none. */
void rows_disclosure(const struct rows_matter *m, const struct dossier *d, const char *number, struct cells *ret);
/* Version `n` of what it made public; it ends with the next one, or with whatever ended it. */
void rows_public(const struct rows_matter *m, const struct public_columns *p, int n, instant_t from, struct cells *ret);
void rows_public_end(const struct rows_matter *m, instant_t until, const char *why, struct cells *ret);

/* The same bytes as SQL act_digest(). */
void rows_digest(const struct rows_matter *m, const struct rows_act *a, const uint8_t *prev, uint8_t ret[32]);
/* Canonical texts. */
const char *rows_facts_text(struct arena *arena, const struct facts *f);
const char *rows_dossier_text(struct arena *arena, const struct dossier *d);

#endif

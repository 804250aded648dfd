/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The inside of rebuild: ctl_rebuild.c folds and compares, ctl_rebuild_public.c says what disclosures made public. */
#ifndef IPCASECTL_CTL_REBUILD_H
#define IPCASECTL_CTL_REBUILD_H

#include "ctl_rows.h"

enum { ROWS_MAX = 160 };

struct expected {
	struct cells rows[ROWS_MAX];
	size_t count;
};

/* What the records of a hand-over say beside its acts. */
struct told {
	const char *number; /* of the hand-over, NULL: none */
	instant_t sent_at;
	int first, end;     /* rows in the batch */
};

struct rebuild {
	PGconn *conn;
	struct law_book *editions; /* each act is folded by the law that it was decided by */
	size_t edition_count;
	struct arena book_arena, arena; /* the second: of one matter */
	bool check;
	char *select[ROWS_TABLE_COUNT];
	/* the batch */
	PGresult *stored[ROWS_TABLE_COUNT];
	int next[ROWS_TABLE_COUNT]; /* first row not yet given to a matter */
	PGresult *numbers;          /* of the decisions that disclosures were opened with */
	/* the matter */
	int64_t id;
	bool differs, damaged;
	struct told told;
	struct dossier dossiers[2];
	struct expected expected[ROWS_TABLE_COUNT];
	/* sums */
	int64_t matters, acts, differences, differing, rewritten;
};

int64_t rebuild_number(const PGresult *res, int row, int column); /* NULL: 0 */
const char *rebuild_cell(const PGresult *res, int row, int column); /* NULL: NULL */
/* The ledger itself is wrong; returns false. */
bool rebuild_damaged(struct rebuild *r, int seq, const char *what);

/* ---- ctl_rebuild_public.c ---- */

/* The numbers of the decisions that the disclosures of a batch (from < id <= to) were opened with. */
PGresult *rebuild_decision_numbers(PGconn *conn, const char *from, const char *to);
/* The number that a disclosure goes by; `d`: after its first act. */
const char *rebuild_decision_number(struct rebuild *r, const struct dossier *d);
/* Rows of public_record that this act begins or ends. False: damaged. */
bool rebuild_expect_public(struct rebuild *r, const struct rows_matter *m, const struct dossier *before,
			   const struct dossier *after, const struct rows_act *act) MUST_USE;
/* The same members with the same texts: the database writes JSON its own way. */
bool rebuild_same_json(const char *a, const char *b);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Writing: one user action as the document that the database function act_record() takes.
 *
 * A change is one act on one matter: the dossier before and after, and the act. The document carries the
 * ledger row and every projection that differs. Several changes in one document (a filing closes the clue
 * and opens the case) are one transaction. Pure encoding; sending is the caller's. */
#ifndef STORE_CHANGE_H
#define STORE_CHANGE_H

#include "law/book.h"
#include "law/mark.h"
#include "law/procedure.h"

/* A signed record that is stored with the act: our own, or another organ's as it came. */
struct change_record {
	const char *lane, *kind;
	int64_t n;
	struct sv body;                /* the signed bytes */
	const uint8_t *digest;         /* SHA-256 of them */
	struct sv cms, sm2;            /* sm2 .p NULL: none */
};

struct change_package {
	const char *lane;              /* of the record that names it */
	int64_t n;
	const char *name;
	struct sv plan, texts;         /* JSON texts, see app/handoff_package.h */
	const uint8_t *manifest, *tagmanifest;
	int64_t items, bytes;
	bool held;
};

struct change_outbox {
	const char *lane, *to;
	int64_t n;
	bool history;                  /* with all records before it */
	bool by_hand;                  /* waits for a disc */
};

/* A hand-over's part of a change. */
struct change_handoff {
	const char *number;            /* the matter's number from now on, NULL: as it was */
	const char *expect_number;     /* the number that the signed record says this act takes, NULL: says nothing */
	instant_t sent_at;             /* INSTANT_NONE: as it was */
	bool foreign;                  /* done elsewhere: its paper takes no number of ours */
	const struct change_record *records;
	size_t record_count;
	const struct change_package *packages;
	size_t package_count;
	const struct change_outbox *outbox;
	size_t outbox_count;
	/* What `seen_by` has seen of our lane has arrived there. NULL: nothing to say. */
	const char *seen_by, *seen_lane;
	int64_t seen_n;
	int64_t reader;                /* of a restricted hand-over: the account that is named now; 0: as it was */
};

struct change {
	int64_t id, organ, unit;
	const struct dossier *before;  /* version 0: the matter is new */
	const struct dossier *after;
	const struct act_row *row;
	const struct act_record *act;
	const struct actor *actor;
	bool back_entry;
	const char *title;             /* NULL: made from party and cause */
	const char *organ_name;        /* of a disclosure: whose decision it is; NULL: of the actor's organ */
	const struct change_handoff *handoff; /* NULL: not a hand-over */
};

struct change_doc {
	int64_t account;
	const char *key;               /* Idempotency-Key or NULL */
	const char *request_digest;    /* hex */
	const struct change *changes;
	size_t count;
	/* import: the verbatim original, kept with the first change */
	struct sv original;            /* .p NULL: none */
	const char *original_key;
	const char *original_digest;   /* hex */
};

/* Document in the arena; ERR_TOO_LARGE when it does not fit. */
enum err_code change_encode(struct arena *arena, const struct law_book *book, const struct change_doc *doc,
			    struct sv *ret, struct err *err) MUST_USE;

/* Row of table handoff, as far as the dossier tells. */
struct handoff_copy {
	const char *thread, *channel, *peer_code, *peer_name;
	int64_t side, case_id; /* case_id 0: none */
};
void handoff_copy_of(const struct dossier *d, struct handoff_copy *ret);

/* Column values that the projections share with bulk loading and rebuild. */
const char *change_title(struct arena *arena, const struct dossier *d);
const char *change_party(struct arena *arena, const struct dossier *d);
/* Folded text that search reads. */
const char *change_search_text(struct arena *arena, const struct dossier *d);
/* Does the act between these two change what the rates count, so that a new row of rate_mark begins? */
bool change_moves_mark(const struct dossier *before, const struct dossier *after);
/* Title, party or officer, which rows of rate_mark and form_mark carry. */
bool change_names_moved(const struct dossier *before, const struct dossier *after);
/* 文种代字 of the number that this act takes, NULL: none. Registration and seizure share a row, whose
 * paper CHANGE_PAPER_MEASURE stands for two papers. */
#define CHANGE_PAPER_MEASURE "measure"
const char *change_paper(const struct act_row *row, const struct act_record *act);
const char *clock_state_code(const struct clock_entry *c); /* running, stopped, met, cancelled */

#endif

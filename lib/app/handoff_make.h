/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What an act on a hand-over needs to know beside the matter, and what follows from it beside the fold: the signed
 * record that tells the other organs, its package, where it goes, what the linked case learns.
 *
 *   handoff_prepare()    before procedure_check(): what the program fills in (organs, thread, side, what is attached)
 *   handoff_conclude()   after procedure_apply(): records, package, outbox, the linked case's act, the receipt
 *
 * Pure: no clock, no database. Whoever acts (lib/app/act.c over the daemon's connections, `ipcasectl demo` over a
 * blocking one) fills a struct handoff_scene from the statements of schema/queries/handoff.sql.
 *
 * The record says what the act says, less what is ours alone: accounts, ids of matters, protected fields, the place
 * of the copy. It is signed here; P-256 takes microseconds. */
#ifndef APP_HANDOFF_MAKE_H
#define APP_HANDOFF_MAKE_H

#include "crypto/sign.h"
#include "law/procedure.h"
#include "package/bag.h"
#include "package/record.h"
#include "store/change.h"

enum {
	HANDOFF_CHANGES_MORE = 3, /* beside the act: the receipt, the linked case's act */
	HANDOFF_THREAD_MAX = 200, /* records of a thread that a late comer gets at once */
	HANDOFF_ORGANS_MAX = 100,
	HANDOFF_THREAD_SIZE = 37, /* UUID and NUL */
};

/* ---- the scene ---- */

struct handoff_organ {
	struct organ organ;
	const char *way;       /* hub, network, disc, paper */
	bool own, active;
};

/* The last record of a lane that this copy has. */
struct handoff_head {
	const char *lane;
	int64_t n;
	struct record_digest digest;
};

struct handoff_number {
	const char *paper, *number; /* the number that this paper would take next */
};

/* A material of the hand-over or of its case. */
struct handoff_material {
	bool of_case;
	int64_t number;
	const char *name, *title, *kind, *media_type; /* title may be "" */
	struct crypto_sums sums;
	bool voided;
};

/* A record of another organ, verified by the inbox. */
struct handoff_arrived {
	const struct record *record;
	struct change_record stored;
};

/* What becomes our act. An organ that joins late, because the hand-over is sent on to it or because it is to get copies
 * from now on, gets the whole thread at once: `first` opens its copy, and each of `rest` becomes an act too, in one
 * transaction. */
struct handoff_arrival {
	struct handoff_arrived first;
	const struct handoff_arrived *rest;
	size_t rest_count;
	const struct change_package *packages; /* of all of these */
	size_t package_count;
};

/* A case or clue of our organ that a copy is about: named by the act, else by the copy. */
struct handoff_linked {
	int64_t id;           /* 0: there is none */
	struct target target; /* only with a dossier */
	int64_t unit;
	const char *number, *title;
	const struct dossier *dossier; /* NULL: the caller may not see it */
};

struct handoff_scene {
	const struct law_book *book;
	instant_t now;
	int64_t matter;
	const char *number;        /* of the matter so far, NULL: none */
	const struct handoff_organ *organs; /* all that act and copy name, our own among them */
	size_t organ_count;
	const struct handoff_head *heads;
	size_t head_count;
	const struct handoff_number *numbers;
	size_t number_count;
	const struct handoff_material *materials;
	size_t material_count;
	int64_t packages_sent;     /* packages of our lane so far */
	struct handoff_linked of_case, of_clue;
	const struct crypto_signer *signer; /* of our organ, NULL: no key */
	const struct handoff_arrival *arrival; /* NULL: an act of our own */
	char thread[HANDOFF_THREAD_SIZE]; /* for a new copy that begins a thread */
	struct sv readme, verifier; /* texts of verify/README.txt and verify/verify.py */
};

/* May only the principal and one named officer see this copy? */
bool handoff_is_restricted(const struct dossier *d);
/* The verifier and its manual, as this program carries them (handoff_part.c). */
void handoff_scene_files(struct handoff_scene *s);
/* What the act is about: the case, else the clue; with id 0 there is neither. */
const struct handoff_linked *handoff_linked(const struct handoff_scene *s, const struct facts *fields);
/* Our own organ; NULL: not in the directory. */
const struct handoff_organ *handoff_own(const struct handoff_scene *s);
const struct handoff_organ *handoff_organ(const struct handoff_scene *s, const char *code); /* NULL: unknown */

/* Organs that the fields of an act and of a record name, as an array literal: {512022-police,512022-court}. */
const char *handoff_codes(struct arena *arena, const struct facts *fields, const struct record *record);

/* Items of a LIST fact, in the arena; returns how many. */
size_t handoff_list_items(struct arena *arena, const struct facts *f, enum field field, const char ***ret);
/* Does this field travel in records? What does not is refused in the records of others. */
bool handoff_is_told(enum field f);

/* A new thread: a random UUID (version 4). */
enum err_code handoff_thread_new(char ret[HANDOFF_THREAD_SIZE]) MUST_USE;

/* SIDE_ bit of our part in a copy that begins with this arrival; `first`: fields of its first record. */
unsigned handoff_arrival_side(const struct handoff_arrival *a, const char *own, const struct facts *first);

/* ---- the two steps ---- */

enum err_code handoff_prepare(const struct handoff_scene *s, struct arena *arena, const struct dossier *before,
			      struct act_input *in, struct err *err) MUST_USE;

/* The part of it for one record that arrived. */
enum err_code handoff_prepare_record(const struct handoff_scene *s, struct arena *arena, const struct record *r,
				     const struct dossier *before, struct act_input *in, struct err *err) MUST_USE;

/* changes[0] is the act; adds its hand-over's part and further changes, for which there must be room: rest_count +
 * HANDOFF_CHANGES_MORE. ERR_WRONG_STATE "exchange-no-key": the act
 * must be told and there is no key to sign it. */
enum err_code handoff_conclude(const struct handoff_scene *s, struct arena *arena, const struct act_input *in,
			       struct change *changes, size_t *count, struct err *err) MUST_USE;

/* ---- packages (handoff_package.c) ---- */

/* The bag of an act that attaches materials: planned, signed, as it is stored. */
struct handoff_bag {
	struct bag_plan plan;
	struct change_package stored; /* lane and n are the caller's */
};

/* `attached`: indexes into s->materials. */
struct handoff_bag_input {
	const struct dossier *d;      /* the copy after the act */
	const char *handoff_no;       /* "" when there is none */
	const char *addressee;        /* organ code */
	day_t made_on;
	const size_t *attached;
	size_t attached_count;
};
enum err_code handoff_bag_make(const struct handoff_scene *s, struct arena *arena, const struct handoff_bag_input *in,
			       struct handoff_bag *ret, struct err *err) MUST_USE;

/* The materials that an ATTACH fact names: "3" or "case:3" of the linked case, "handoff:3" of the hand-over itself; a
 * plain number means the case where there is one. */
enum err_code handoff_attached(const struct handoff_scene *s, struct arena *arena, const struct facts *fields,
			       const size_t **ret, size_t *ret_count, struct err *err) MUST_USE;

/* A plan with all small files in it, as it is stored; lane and n are the caller's. */
enum err_code handoff_package_keep(struct arena *arena, const struct bag_plan *plan, struct change_package *ret,
				   struct err *err) MUST_USE;

/* A stored package as it came from another organ of this hub: do its parts fit together and the record? Checks every
 * small file's sum, the manifests against the list, and the signature of `lane`. */
enum err_code handoff_package_check(struct arena *arena, struct sv plan, struct sv texts, const struct record *record,
				    const struct crypto_trust *trust, instant_t at, struct change_package *ret,
				    struct err *err) MUST_USE;

/* The small files of a stored package: bytes by SHA-256 (hex); .p NULL: not among them. */
struct handoff_texts;
enum err_code handoff_texts_read(struct arena *arena, struct sv texts, const struct handoff_texts **ret,
				 struct err *err) MUST_USE;
/* A copy of bytes, which may hold NULs. */
struct sv handoff_bytes(struct arena *arena, const struct str *from);
/* Bytes of a hex text; false: it is none. */
bool handoff_from_hex(struct arena *arena, struct sv hex, struct sv *ret);
struct sv handoff_texts_find(const struct handoff_texts *t, const uint8_t sha256[32]);

#endif

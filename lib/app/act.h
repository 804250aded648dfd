/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The one use case that changes a matter: do an act.
 *
 * Steps, in order: act_load (dossier, idempotency row, accounts named, target), act_decide (pure law), act_tell (the
 * disclosure that has to learn of it: rare), act_store (one segment), act_settle (the reply; or, when the same key won a
 * race, its stored reply). The caller fills the first part of struct act_call, the steps the second. */
#ifndef APP_ACT_H
#define APP_ACT_H

#include "app/app.h"
#include "json/json_reader.h"

struct act_call {
	struct call call;          /* first */
	/* in */
	int64_t matter;            /* 0: create one */
	enum matter_kind kind;     /* of an existing matter: what the address said, else not found */
	enum matter_procedure procedure; /* of a new one */
	struct sv act;             /* code with stage suffix */
	int64_t version;           /* version it is based on; 0 for a new matter */
	instant_t happened_at;     /* INSTANT_NONE: now */
	const struct json_value *fields; /* object, or NULL */
	const char *key;           /* Idempotency-Key, NULL: none (import rows carry their own) */
	char request_digest[65];   /* hex SHA-256 of method, path and body */
	bool back_entry;
	bool dry_run;              /* decide, store nothing */
	/* import only: the verbatim original kept with the act */
	struct sv original;
	const char *original_key;
	struct handoff_part *handoff; /* of kind MATTER_HANDOFF; app/handoff_part.h */
	struct disclosure_part *disclosure; /* of kind MATTER_DISCLOSURE, or when one is told; app/disclosure_part.h */
	/* More statements of the same transaction, behind act_record(); NULL: none. */
	void (*also)(struct act_call *a, struct pg_segment *seg);
	/* out */
	struct sv reply;           /* JSON */
	bool replayed;             /* the reply of an earlier request with the same key */
	int64_t created;           /* id of the new matter */
	/* inside */
	struct facts input;
	size_t at_idempotency, at_matter, at_accounts, at_target, at_id, at_spawn;
	const char *doc;
};

/* May an account with these roles be named in this field? Officers for officers' places. */
bool act_may_hold(enum field field, uint32_t roles);

enum step act_load(struct task *t);
enum step act_decide(struct task *t);
enum step act_tell(struct task *t);
enum step act_store(struct task *t);
enum step act_settle(struct task *t);
enum step act_settled(struct task *t);

#define ACT_STEPS \
	{ "act_load", act_load }, { "act_decide", act_decide }, { "act_tell", act_tell }, { "act_store", act_store }, \
	{ "act_settle", act_settle }, { "act_settled", act_settled }

#endif

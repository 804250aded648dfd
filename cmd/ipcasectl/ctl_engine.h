/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Acts without the daemon: the same check, fold and act_record() as lib/app/act.c, one after the other over
 * a blocking connection. What the demonstration is made with.
 *
 * The connection acts as ipcase_owner and sees every unit. The caller decides about transactions: each act
 * is one statement, so it is one transaction of its own unless the caller opened one. */
#ifndef IPCASECTL_CTL_ENGINE_H
#define IPCASECTL_CTL_ENGINE_H

#include "ctl.h"

#include "base/arena.h"
#include "law/book.h"
#include "law/procedure.h"

/* The law book from the database's tables; false after saying why. Everything lives in the arena. */
bool engine_book(PGconn *conn, struct arena *arena, struct law_book *ret) MUST_USE;
/* The law book of an edition that acts were decided by; *ret_found false when the database does not have it. */
bool engine_edition(PGconn *conn, int version, struct arena *arena, struct law_book *ret, bool *ret_found) MUST_USE;
/* Row-level security is for the daemon's callers: maintenance sees every unit. */
bool engine_see_all(PGconn *conn) MUST_USE;

struct engine {
	PGconn *conn;
	struct arena book_arena;
	struct law_book book;
	struct arena arena; /* of one act; reset by the next */
};

bool engine_init(struct engine *e, PGconn *conn) MUST_USE;
void engine_fini(struct engine *e);

/* An account by name, as who acts. The name lives in `keep`. */
bool engine_actor(struct engine *e, struct arena *keep, const char *name, struct actor *ret) MUST_USE;

struct engine_act {
	const struct actor *actor;
	int64_t matter;                  /* 0: create one */
	enum matter_procedure procedure; /* of a new one */
	const char *act;                 /* code with stage suffix */
	const char *fields;              /* JSON object; NULL: none */
	const struct facts *facts;       /* decoded fields instead */
	instant_t happened_at;
	bool back_entry;
	const char *key;                 /* Idempotency-Key, NULL: none */
	struct sv original;              /* of an import; .p NULL: none */
	const char *original_key;
	/* out */
	int64_t id;                      /* the matter */
	int64_t spawned;                 /* the case an approved filing opened, else 0 */
	int64_t disclosed;               /* the disclosure an approved penalty opened, else 0 */
	struct err err;
};

/* False when the act was refused (`err` tells) or the database failed (printed, err.code ERR_UNAVAILABLE). */
bool engine_do(struct engine *e, struct engine_act *a) MUST_USE;

#endif

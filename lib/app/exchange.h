/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The exchange: records leave, arrive and are missed.
 *
 *   act (any worker) --commit--> outbox rows --nudge--> exchange (worker 1) --> inbox of the other organ
 *
 * One struct exchange a process, on one worker's loop. It takes due rows of the outbox, each (hand-over, addressee)
 * in order, and delivers them: to organs of this hub through their inbox in this process, to organs elsewhere by
 * exchange_net.h. What fails is tried again, 1 s to 15 min later with jitter; what was refused for good stays in
 * the outbox with the reason. A process that dies leaves its rows to the next: a row is leased, and an inbox that
 * knows a record already says so. Every minute it looks for silence: clocks of other organs whose lawful day has
 * passed become signed records.
 *
 * Each organ of the hub has an account of role `exchange` under which its side of this is done; nobody can log in
 * with it.
 *
 * Thread rule: struct exchange_keys is read-only and shared; exchange_nudge() and exchange_stats() may be called from any
 * thread; everything else belongs to the exchange's loop. */
#ifndef APP_EXCHANGE_H
#define APP_EXCHANGE_H

#include "app/app.h"
#include "conf/conf.h"
#include "crypto/sign.h"

/* ---- keys ---- */

/* The organs that this daemon signs for, and whom it trusts: folder [exchange] keys. */
struct exchange_keys;

/* Blocking file I/O: at the start and at a reload. ERR: a key that may not be used, a broken certificate. A folder
 * without keys is fine: then no record can be made (exchange-no-key). `folder` "" is an empty set. */
enum err_code exchange_keys_load(const char *folder, struct exchange_keys **ret, struct err *err) MUST_USE;
void exchange_keys_free(struct exchange_keys *keys); /* NULL is allowed */
const struct crypto_signer *exchange_signer(const struct exchange_keys *keys, const char *organ_code); /* NULL: none */
/* Trusted authorities and organs, our own certificates among them; never NULL. */
const struct crypto_trust *exchange_trust(const struct exchange_keys *keys);
/* Of these very keys: no two sets of a process have the same. */
uint64_t exchange_keys_serial(const struct exchange_keys *keys);
size_t exchange_key_count(const struct exchange_keys *keys);
const struct crypto_signer *exchange_key_at(const struct exchange_keys *keys, size_t i);

/* ---- organs of this hub ---- */

/* An organ whose exchange this daemon runs. */
struct exchange_organ {
	const char *code, *name, *kind;
	int64_t id, inbox_unit;        /* unit.id of the organ, and where what arrives is put */
	const struct session *session; /* its exchange account, as who acts */
};

/* Row `row` of statement exchange_accounts, in the arena. */
void exchange_organ_read(struct arena *arena, const struct pg_reply *reply, size_t index, size_t row,
			 struct exchange_organ *ret);

/* ---- the exchange ---- */

struct exchange;

/* Begins to work as soon as the app has its law book. */
struct exchange *exchange_new(struct app *app, const struct conf *conf);
/* Loop stopped and adopted, tasks not yet cancelled: from now on nothing new begins. NULL is allowed. */
void exchange_stop(struct exchange *x);
/* After exchange_stop(), tasks and pool gone. NULL is allowed. */
void exchange_free(struct exchange *x);
/* Nothing new begins any more: the process ends. Any thread. */
bool exchange_is_stopping(const struct exchange *x);
/* Folder of the quarantine, "" when refused records are not kept. Any thread. */
const char *exchange_quarantine_folder(const struct exchange *x);
uint64_t exchange_max_package(const struct exchange *x); /* any thread */

/* There may be something in the outbox: look at once. Any thread; cheap, repeated calls melt together. */
void exchange_nudge(struct exchange *x); /* NULL is allowed: nothing happens */
/* It may be in a unit that was made since the exchange last asked which there are. */
void exchange_nudge_restricted(struct exchange *x);

/* A record came in or was refused: for the figures. Any thread; NULL is allowed. */
void exchange_count_taken(struct exchange *x);
void exchange_count_refused(struct exchange *x);

/* What ends and is watched (app/exchange_watch.h): certificates of ours, of organs elsewhere with which we exchange, of
 * others that are trusted, of authorities; revocation lists. */
enum exchange_end_kind {
	EXCHANGE_END_OWN,
	EXCHANGE_END_PEER,
	EXCHANGE_END_TRUSTED,
	EXCHANGE_END_CA,
	EXCHANGE_END_LIST,
	EXCHANGE_END_KINDS
};
const char *exchange_end_name(enum exchange_end_kind kind); /* "own", "peer", "trusted", "ca", "list" */

struct exchange_stats {
	uint64_t waiting, failed;       /* rows of the outbox now */
	uint64_t delivered, retried;    /* since the start */
	uint64_t taken, refused;        /* records that arrived: applied, quarantined */
	uint64_t quarantine;            /* rows now */
	uint64_t silences;              /* machine-made negatives since the start */
	int64_t days_left[EXCHANGE_END_KINDS]; /* of the one that ends first; INT64_MAX: none */
};
void exchange_stats(const struct exchange *x, struct exchange_stats *ret); /* any thread; NULL: zeros */

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The daily digest (每日提示): for each organ, each working day from the configured time on, one document of what is overdue
 * and what falls due (app/warning.h): canonical JSON and a text for people. It is written as files and posted to a webhook.
 *
 *	ask     a row of table digest for each organ and day: the key makes it one, whatever the number of daemons
 *	make    seen with the rights of the organ's system account; of several daemons one stores it
 *	deliver under a lease; files first, then the post; with back-off and jitter until the receiver answered 2xx
 *
 * A delivery that has not ended with its lease may come twice, with the same Idempotency-Key (the row's id); who was
 * answered 2xx does not ask again. Only today's digest is made and delivered; what a downtime left behind is delivered when
 * somebody asks for it (`ipcasectl digest retry`).
 *
 * Its content: numbers (no titles, no parties), kinds, units, officers' display names, rules, due days, metrics. The post
 * carries
 *	Idempotency-Key, X-Ipcase-Digest    the id
 *	X-Ipcase-Timestamp                  seconds since 1970, when it was signed
 *	X-Ipcase-Signature                  v1=<hex HMAC-SHA-256 over TIMESTAMP "." ID "." BODY>
 * with the key in the configured file: at least 16 bytes without the line end, mode 0600 or 0400; read for each post, never
 * logged.
 *
 * Thread rule: the first worker's loop; digest_stats() from any thread. */
#ifndef APP_DIGEST_H
#define APP_DIGEST_H

#include "app/app.h"
#include "app/warning.h"
#include "conf/conf.h"

struct digest;

/* NULL: neither files nor posts are configured. */
struct digest *digest_new(struct app *app, const struct conf *conf);
/* From time to time; does nothing while it is under way. */
void digest_look(struct digest *d);
/* When the loop's thread has ended: ends posts under way and waits for them. */
void digest_stop(struct digest *d);
/* When the loop is gone. NULL allowed. */
void digest_free(struct digest *d);

struct digest_stats {
	uint64_t made, filed, posted, failed;
	int64_t last_s; /* when the last one was delivered as far as it had to be; seconds since 1970, 0: never */
};
void digest_stats(const struct digest *d, struct digest_stats *ret);

/* ---- inside ---- */

/* What a digest says. */
struct digest_content {
	const char *id, *organ_code, *organ_name;
	day_t day, until;
	int64_t days;
	const struct warning_list *list;
	const struct warning_group *officers;
	size_t officer_count;
};
/* Both into the arena; pure. */
void digest_write(const struct digest_content *c, struct arena *arena, struct sv *ret_json, struct sv *ret_text);

/* One delivery on its way through an offload thread: texts are its own. */
struct digest_job {
	struct digest *digest;
	struct arena arena;
	int64_t organ;
	day_t day;
	const char *organ_code, *id, *body, *readable, *lease, *units;
	bool to_file, to_post;
	int64_t attempts;
	const struct conf *conf;
	const bool *stop;
	/* out */
	bool filed, posted;
	struct err err;  /* of what failed; .code ERR_OK: nothing */
};
/* Blocking: writes the files, posts. */
void digest_deliver(struct digest_job *job);
/* Seconds until the next try after so many; `chance` any number. */
int64_t digest_pause_s(const struct conf *conf, int64_t attempts, uint32_t chance);

#endif

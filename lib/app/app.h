/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The application: use cases, one file each. Load, authorise, decide (lib/law), store. Knows no HTTP.
 *
 * struct app is one worker's context: its loop, its connections, the law book, the session cache. Steps of
 * a use case run as tasks (loop/task.h); the task's context is a struct call, or a struct that begins with
 * one.
 *
 * Thread rule: a struct app belongs to its loop. The law book is read-only and shared; a reload swaps the
 * pointer per worker, and a call keeps the book it started with.
 */
#ifndef APP_APP_H
#define APP_APP_H

#include "app/session.h"
#include "law/book.h"
#include "law/procedure.h"
#include "loop/offload.h"
#include "loop/task.h"
#include "pg/pg.h"

struct app_config {
	int64_t session_lifetime_s, session_idle_s, session_cache_s;
	int login_max_failures, login_window_s;
	uint32_t totp_roles; /* accounts with any of these must have a second factor */
	int64_t max_file, max_case, chunk; /* bytes of materials */
	int warning_days;
	bool sgs_full_ids;
	char tls_certificate[512];        /* "": the front has it */
	int64_t exchange_late_s;          /* a record that is not delivered by then is late */
	bool digest_files, digest_posts;
};

struct app {
	struct loop *loop;
	struct pg_pool *pool;
	const struct law_book *book;
	struct offload *offload;
	struct session_cache *sessions;
	struct session_changes *changes; /* the process's */
	struct content_store *content; /* NULL: materials are not taken */
	struct offload *content_pool;
	const struct exchange_keys *keys; /* NULL: none */
	struct exchange *exchange;        /* the process's; NULL: none */
	struct disclosure_sweep *disclosure_sweep; /* under way, or NULL */
	struct digest *digest;            /* the process's; NULL: none */
	struct events *events;            /* the process's */
	struct unit_names *unit_names;    /* NULL: not asked for yet */
	struct render *render;            /* the process's */
	struct health *health;            /* the process's */
	loop_fn *law_changed;             /* called with its argument on that loop; NULL: nobody listens */
	void *law_changed_arg;
	struct loop *law_loop;
	struct app_config config;
};

/* One authenticated request or job on its way through the steps. */
struct call {
	struct app *app;
	const struct law_book *book;
	struct sv token;            /* "" when none was sent */
	const struct session *who;  /* after step_authenticate */
	uint64_t as_of;             /* session_changes_now() when the session was asked for */
	int64_t named;              /* account that a login names, for its audit line; 0: none */
	const char *place;          /* peer address, for throttling and audit */
	const char *request_id;
	const char *action;         /* for the audit line: method and route */
	int64_t matter;             /* for the audit line, 0 none */
	struct pg_segment *seg;     /* the segment waited for last */
};

/* ERR_UNAUTHENTICATED unless the token names a living session; then call->who is set. */
enum step step_authenticate(struct task *t);
/* The last half of it, for the case that the session was not cached (the step after a wait). */
enum step step_authenticated(struct task *t);

/* A new segment that begins with the caller's context: every statement behind it runs under row-level
 * security as this account. Results of the caller's statements start at index 1. */
struct pg_segment *app_segment(struct call *call, enum pg_lane lane);

/* The law's tables were changed here: this process reads them again, without anybody waiting for it. */
void app_law_changed(struct app *app);

/* One audit line, written without anybody waiting for it. */
void app_audit(struct call *call, const char *outcome, const char *rule);

/* Translate constraint names and SQLSTATEs of this schema into good errors (pg_pool_config.map_error). */
bool app_map_error(void *arg, const struct pg_reply *reply, struct err *err);

#endif

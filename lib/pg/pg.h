/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * PostgreSQL: a pool of pipelined connections that belongs to one loop.
 *
 * The unit of work is the segment: prepared statements followed by one Sync, which is
 * one implicit transaction. All of it happens or nothing does. Segments of many requests
 * travel one behind another on few connections:
 *
 *	request A: [s1 s2 SYNC] \                               / results, SYNC -> A
 *	request B: [s3 SYNC]     > one connection, in order -> <  results, SYNC -> B
 *	request C: [s4 SYNC]    /                               \ results, SYNC -> C
 *
 * An error aborts the rest of its own segment and nothing else. A segment has succeeded
 * only when its SYNC arrived: deferred constraints fail after the last statement did
 * well. So the callback runs at the SYNC, never earlier.
 *
 * Lanes keep slow work from blocking the fast: everybody behind a slow query on a shared
 * connection waits for it.
 *
 *	PG_LANE_READ   short reads; session is read-only; one deep pipeline
 *	PG_LANE_WRITE  transactions that change something; several connections
 *	PG_LANE_SLOW   reports, searches, exports; session is read-only, own time limit
 *
 * When a connection dies, each segment on it fails exactly once. One on a read-only lane
 * is first sent again, once, without the caller noticing. One on the write lane that had
 * been sent fails with ERR_UNAVAILABLE and outcome_unknown: it may have committed.
 * Without a connection segments wait for the grace period after the loss, then fail at
 * once with ERR_UNAVAILABLE. Dead connections are made anew with growing, jittered
 * pauses and all statements are prepared again.
 *
 * Sessions run with timezone UTC, DateStyle ISO, client_encoding UTF8 and the lane's
 * statement_timeout and lock_timeout. There is no explicit BEGIN anywhere.
 *
 * Thread rule: owner loop only, except pg_pool_stats() and pg_pool_is_ready().
 * Callbacks run on the loop, never from within a pg_ function that the caller called
 * (except pg_pool_free()). A name that is not resolved through hostaddr, a Unix socket
 * or /etc/hosts blocks the loop while libpq connects: give addresses.
 */
#ifndef PG_PG_H
#define PG_PG_H

#include "base/day.h"
#include "base/err.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/task.h"

struct pg_pool;
struct pg_segment;
struct pg_reply;

enum pg_lane { PG_LANE_READ, PG_LANE_WRITE, PG_LANE_SLOW, PG_LANE_COUNT };

/* --- pool ------------------------------------------------------------------ */

/* One row of the statement table; a statement's number is its index. Parameter types
 * come from casts in the text ($1::bigint) or from `oids` (NULL = none). */
struct pg_statement {
	const char *name;
	const char *sql;
	int param_count;
	const unsigned *oids;
};

struct pg_lane_config {
	unsigned connections;          /* 0 = lane not used; submitting to it is a bug */
	int64_t statement_timeout_ms;  /* 0 = none */
	int64_t lock_timeout_ms;       /* 0 = none */
	bool writable;                 /* false: default_transaction_read_only, retried once */
	const char *options;           /* like session_options, of this lane; or NULL */
};

struct pg_pool_config {
	const char *conninfo;         /* libpq conninfo or URI */
	const char *application_name; /* shown in pg_stat_activity; the lane is appended */
	const char *session_options;  /* e.g. "-c search_path=ipcase"; or NULL */
	struct pg_lane_config lane[PG_LANE_COUNT];
	unsigned queue_limit;         /* segments unanswered per lane; above: ERR_BUSY */
	size_t segment_bytes;         /* parameters of one segment; above: ERR_TOO_LARGE */
	int64_t connect_timeout_ms;
	int64_t grace_ms;             /* how long segments wait for a lost lane */
	int64_t backoff_min_ms;       /* first pause after a failed connect ... */
	int64_t backoff_max_ms;       /* ... doubled up to this, +-25 % jitter */
	int64_t idle_check_ms;        /* SELECT 1 on connections idle this long; 0 = never */
	int64_t max_age_ms;           /* renew connections, +-10 %; 0 = never */
	const struct pg_statement *statements; /* must outlive the pool */
	size_t statement_count;
	/* Optional: translate a failed reply (constraint name, SQLSTATE) into *err and return
	 * true; false leaves the general translation that pg_reply_err() describes. */
	bool (*map_error)(void *arg, const struct pg_reply *reply, struct err *err);
	void *map_error_arg;
};

/* Sensible values for everything except conninfo and statements. */
void pg_pool_config_init(struct pg_pool_config *config);

/* Copies the configuration and begins to connect at once. ERR_INVALID: conninfo cannot be
 * parsed. An unreachable server is not an error here. */
enum err_code pg_pool_new(struct loop *loop, const struct pg_pool_config *config,
			  struct pg_pool **ret, struct err *err) MUST_USE;

/* Fails every unanswered segment (ERR_UNAVAILABLE, callbacks run before this returns) and
 * closes. NULL is allowed. Not from within a callback of this pool. */
void pg_pool_free(struct pg_pool *pool);

/* Every lane in use has a ready connection. Any thread. */
bool pg_pool_is_ready(const struct pg_pool *pool);
/* Why it is not (last connect error, one line), or "". Owner loop only. */
const char *pg_pool_last_error(const struct pg_pool *pool);
/* Replace every connection as it falls idle, e.g. after a migration. */
void pg_pool_renew(struct pg_pool *pool);

struct pg_lane_stats {
	uint64_t ready;        /* connections now */
	uint64_t unanswered;   /* segments now: waiting for a connection or for results */
	uint64_t segments;     /* answered, well or not */
	uint64_t statements;   /* sent */
	uint64_t failed;       /* segments answered with an error */
	uint64_t refused;      /* BUSY and UNAVAILABLE without sending */
	uint64_t retried;
	uint64_t connects;     /* that became ready */
	uint64_t losses;       /* ready connections that died */
	uint64_t connect_failures;
	uint64_t wait_us;      /* sum over segments from submit to callback */
	uint64_t wait_max_us;
};

struct pg_pool_stats {
	struct pg_lane_stats lane[PG_LANE_COUNT];
};

void pg_pool_stats(const struct pg_pool *pool, struct pg_pool_stats *ret); /* any thread */

/* --- segments: building ---------------------------------------------------- */

/* A new, empty segment in the pool's memory. It ends by pg_segment_forget(), or by
 * itself after its callback, or (pg_segment_wait) with its task. */
struct pg_segment *pg_segment_new(struct pg_pool *pool, enum pg_lane lane);

/* Append a statement with text parameters, NULL pointer = SQL NULL; everything is copied.
 * nparams must equal the statement's. Returns the index of its result in the reply.
 * Oversized input is not an error here: the segment then fails with ERR_TOO_LARGE. */
size_t pg_segment_add(struct pg_segment *seg, unsigned statement, int nparams,
		      const char *const *values);

/* The same with typed values:
 *	pg_segment_addv(seg, Q_CASE_GET, PG_I64(id), PG_TEXT(sv), PG_DAY(day), PG_NULL);
 * A text with a NUL byte makes the segment fail with ERR_MALFORMED. */
struct pg_value {
	enum { PG_VALUE_NULL, PG_VALUE_TEXT, PG_VALUE_I64, PG_VALUE_BOOL, PG_VALUE_DAY,
	       PG_VALUE_INSTANT } kind;
	struct sv text;
	int64_t i64;
};

#define PG_NULL ((struct pg_value){ .kind = PG_VALUE_NULL })
#define PG_I64(v) ((struct pg_value){ .kind = PG_VALUE_I64, .i64 = (v) })
#define PG_BOOL(v) ((struct pg_value){ .kind = PG_VALUE_BOOL, .i64 = (v) })
#define PG_DAY(v) ((struct pg_value){ .kind = PG_VALUE_DAY, .i64 = (v) }) /* DAY_NONE: NULL */
#define PG_INSTANT(v) ((struct pg_value){ .kind = PG_VALUE_INSTANT, .i64 = (v) }) /* NONE: NULL */
#define PG_TEXT(v) ((struct pg_value){ .kind = PG_VALUE_TEXT, .text = (v) }) /* .p NULL: NULL */
#define PG_CSTR(v) ((struct pg_value){ .kind = PG_VALUE_TEXT, .text = sv_of(v) }) /* NULL: NULL */

size_t pg_segment_add_values(struct pg_segment *seg, unsigned statement, int nparams,
			     const struct pg_value *values);

#define pg_segment_addv(seg, statement, ...) \
	pg_segment_add_values((seg), (statement), \
		(int)(sizeof((const struct pg_value[]){ __VA_ARGS__ }) / sizeof(struct pg_value)), \
		(const struct pg_value[]){ __VA_ARGS__ })
#define pg_segment_add0(seg, statement) pg_segment_add_values((seg), (statement), 0, NULL)

/* --- segments: running ----------------------------------------------------- */

/* Exactly once, on the loop, after SYNC or failure. The reply and all views into it end
 * with the segment. */
typedef void pg_segment_cb(void *arg, const struct pg_reply *reply);

/* Send it (at the end of this loop turn). The segment belongs to the pool from now on
 * and ends when cb returns, unless cb called pg_segment_keep(). */
void pg_segment_submit(struct pg_segment *seg, pg_segment_cb *cb, void *arg);

/* From within cb: the reply stays until pg_segment_forget(). */
void pg_segment_keep(struct pg_segment *seg);

/* The owner is done with it, at any time: not sent -> never sent; unanswered -> cb will
 * not run, the answer is thrown away (a sent write still happens); answered -> the
 * reply's memory goes. NULL is allowed. Not for a segment that was tied to a task by
 * pg_segment_wait(): the task's end does it (CHECK). */
void pg_segment_forget(struct pg_segment *seg);

/* For steps: submit, tie the segment to the task, and return STEP_WAIT. The next step
 * finds the reply in pg_segment_reply(); views into it live until the task ends. A failed
 * reply fails the task with pg_reply_err() instead of resuming it. */
enum step pg_segment_wait(struct pg_segment *seg, struct task *t) MUST_USE;

/* The same, but the next step runs in any case and must look at reply->code (e.g. to read
 * again after a unique violation). */
enum step pg_segment_wait_any(struct pg_segment *seg, struct task *t) MUST_USE;

/* The reply, or NULL while there is none. */
const struct pg_reply *pg_segment_reply(const struct pg_segment *seg);

/* --- replies --------------------------------------------------------------- */

struct pg_reply {
	/* ERR_OK; ERR_UNAVAILABLE connection lost or none; ERR_BUSY queue full; ERR_TIMEOUT
	 * statement_timeout; ERR_CONFLICT unique/foreign key/exclusion, serialization,
	 * deadlock, lock_timeout; ERR_INVALID check, not-null, bad value; ERR_FORBIDDEN
	 * privilege or row security; ERR_TOO_LARGE / ERR_MALFORMED parameters refused here;
	 * ERR_INTERNAL anything else. */
	enum err_code code;
	bool outcome_unknown;   /* write lane, connection lost after sending */
	size_t count;           /* statements in the segment */
	size_t failed_index;    /* statement that failed; == count: at commit */
	char sqlstate[6];       /* "" unless the server reported */
	char constraint[64];
	char column[64];
	char message[256];      /* the server's primary message: for the log, not for users */
	char detail[256];       /* may hold personal data: never log it */
	struct pg_segment *segment;
};

/* Fill *err from a failed reply: map_error first, else the code with a general Chinese
 * sentence, the rule being the constraint's name. Returns the code. ERR_OK stays. */
enum err_code pg_reply_err(const struct pg_reply *reply, struct err *err);

/* Result of statement `index` (as pg_segment_add returned it). Asking for a statement, row
 * or column that is not there, or reading a failed reply, is a bug (CHECK). */
size_t pg_rows(const struct pg_reply *reply, size_t index);
size_t pg_columns(const struct pg_reply *reply, size_t index);
int64_t pg_affected(const struct pg_reply *reply, size_t index); /* INSERT/UPDATE/DELETE */
int pg_column(const struct pg_reply *reply, size_t index, const char *name); /* -1: none */

/* A cell. `row` and `col` count from 0. Views live as long as the segment and are
 * NUL-terminated behind the end. */
bool pg_is_null(const struct pg_reply *reply, size_t index, size_t row, int col);
struct sv pg_text(const struct pg_reply *reply, size_t index, size_t row, int col); /* NULL: .p NULL */
const char *pg_cstr(const struct pg_reply *reply, size_t index, size_t row, int col); /* NULL: NULL */
/* Whole numbers of any integer type; SQL NULL gives `if_null`. Other text is a bug. */
int64_t pg_i64_or(const struct pg_reply *reply, size_t index, size_t row, int col,
		  int64_t if_null);
int64_t pg_i64(const struct pg_reply *reply, size_t index, size_t row, int col); /* NULL: bug */
bool pg_bool(const struct pg_reply *reply, size_t index, size_t row, int col);   /* NULL: false */
/* date; NULL gives DAY_NONE, infinity DAY_MAX; out of day_t's range: logged, DAY_NONE. */
day_t pg_day(const struct pg_reply *reply, size_t index, size_t row, int col);
/* timestamptz; NULL and infinities give INSTANT_NONE. */
instant_t pg_instant(const struct pg_reply *reply, size_t index, size_t row, int col);

/* --- LISTEN ---------------------------------------------------------------- */

/* A connection of its own that listens. Notifications are hints, not messages: they are
 * lost while disconnected, so on_event(arg, NULL, "") after every (re)connect means
 * "look at everything again". Duplicate payloads within a transaction arrive once. */
typedef void pg_listen_cb(void *arg, const char *channel, const char *payload);
struct pg_listener;

/* `channels` ends with NULL and must outlive the listener; names are quoted by us. */
enum err_code pg_listener_new(struct loop *loop, const struct pg_pool_config *config,
			      const char *const *channels, pg_listen_cb *on_event, void *arg,
			      struct pg_listener **ret, struct err *err) MUST_USE;
void pg_listener_free(struct pg_listener *listener); /* NULL is allowed */

#endif

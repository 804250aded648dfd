/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the files of lib/pg share. Nobody else includes this.
 *
 *	pg_link.c     one libpq connection: connect without blocking, watch the socket
 *	pg_conn.c     a pipelined connection of a lane: prepare, send, match results
 *	pg_pool.c     lanes: choose a connection, wait for one, renew, count
 *	pg_segment.c  building segments, their end, callbacks
 *	pg_reply.c    reading results, translating errors
 *	pg_listen.c   LISTEN
 */
#ifndef PG_PG_INTERNAL_H
#define PG_PG_INTERNAL_H

#include <libpq-fe.h>
#include <sys/queue.h>

#include "base/arena.h"
#include "pg/pg.h"

/* --- link ------------------------------------------------------------------ */

/* Reports up(), then ready() for each event; down() at any time, once, after which the
 * link may be opened again. down() runs with the socket already closed. */
struct pg_link_ops {
	void (*up)(void *owner);
	void (*ready)(void *owner, unsigned ready);
	void (*down)(void *owner, const char *reason);
};

struct pg_link {
	struct loop *loop;
	const struct pg_link_ops *ops;
	void *owner;
	PGconn *pg; /* NULL while closed */
	struct loop_io *io;
	bool up;
	struct loop_timer deadline;
};

struct pg_link_params {
	const char *conninfo;
	const char *application_name;
	const char *options; /* complete "-c ..." text */
	int64_t timeout_ms;
};

void pg_link_init(struct pg_link *link, struct loop *loop, const struct pg_link_ops *ops,
		  void *owner);
/* Failure is reported by down(), possibly before this returns. */
void pg_link_open(struct pg_link *link, const struct pg_link_params *params);
void pg_link_want(struct pg_link *link, unsigned events);
void pg_link_close(struct pg_link *link); /* silent */
void pg_link_fail(struct pg_link *link, const char *reason); /* close, then down() */
/* libpq's error message as one line; valid until the next call in this thread. */
const char *pg_link_error(const struct pg_link *link);

/* ERR_INVALID unless conninfo parses; *ret_options is its own "options" or NULL, malloc'ed. */
enum err_code pg_conninfo_check(const char *conninfo, char **ret_options, struct err *err);

/* --- segments -------------------------------------------------------------- */

#define PG_SEGMENT_MAGIC 0x5e60e271u

enum pg_segment_state {
	PG_SEGMENT_FREE,
	PG_SEGMENT_BUILDING,
	PG_SEGMENT_WAITING,  /* in lane->waiting */
	PG_SEGMENT_ASSIGNED, /* in conn->outbox, to be sent at the end of the turn */
	PG_SEGMENT_SENT,     /* in conn->fifo */
	PG_SEGMENT_FAILING,  /* in pool->failing: refused; callback at the end of the turn */
	PG_SEGMENT_CALLBACK, /* callback running */
	PG_SEGMENT_KEPT,     /* answered, reply held for the owner */
};

enum pg_segment_kind {
	PG_SEGMENT_USER,
	PG_SEGMENT_PREPARE, /* all statements of the pool */
	PG_SEGMENT_PING,
};

struct pg_call {
	unsigned statement;
	int nparams;
	const char **values;
};

struct pg_segment {
	unsigned magic;
	enum pg_segment_state state;
	enum pg_segment_kind kind;
	enum pg_lane lane;
	struct pg_pool *pool;
	struct pg_conn *conn; /* ASSIGNED and SENT */
	TAILQ_ENTRY(pg_segment) link;

	struct arena arena;
	struct pg_call *calls;
	size_t call_count;
	size_t call_cap;
	size_t expect_count;  /* results before the SYNC: call_count, or of an internal one */
	enum err_code refuse; /* TOO_LARGE or MALFORMED found while building */

	pg_segment_cb *cb;
	void *cb_arg;
	bool keep;
	bool forgotten;
	bool tolerant; /* pg_segment_wait_any */
	bool counted;  /* in the lane's `unanswered` */
	struct task *task;
	int64_t submitted_us;

	/* answer so far */
	PGresult **results;
	size_t result_cap;
	size_t at;   /* statement whose result is expected; == expect_count: the SYNC */
	unsigned retries;
	bool stale_session; /* failed because of the connection's state: not the segment's fault */
	struct pg_reply reply;
};

TAILQ_HEAD(pg_segment_list, pg_segment);

struct pg_segment *pg_segment_internal(struct pg_conn *conn, enum pg_segment_kind kind,
				       size_t expect_count);
void pg_segment_clear_results(struct pg_segment *seg);
/* Call back and end it. It must be on no list. */
void pg_segment_answer(struct pg_segment *seg);
/* The same with this code, which did not come from the server. */
void pg_segment_answer_code(struct pg_segment *seg, enum err_code code, const char *message);
void pg_segment_recycle(struct pg_segment *seg);

void pg_segment_record_error(struct pg_segment *seg, const PGresult *res);

/* --- connections ----------------------------------------------------------- */

enum pg_conn_state {
	PG_CONN_DOWN,       /* waiting for its turn to connect */
	PG_CONN_CONNECTING,
	PG_CONN_PREPARING,
	PG_CONN_READY,
	PG_CONN_RETIRING,   /* answers what it has, then is replaced */
};

struct pg_conn {
	struct pg_pool *pool;
	enum pg_lane lane;
	unsigned index;
	enum pg_conn_state state;
	struct pg_link link;
	struct loop_timer retry;
	int64_t backoff_ms;
	struct pg_segment_list outbox;
	struct pg_segment_list fifo;
	size_t load;         /* segments in both lists */
	int64_t progress_us; /* last byte from the server, or start of waiting for one */
	int64_t retire_us;   /* 0 = never */
	bool want_write;
};

void pg_conn_init(struct pg_conn *conn, struct pg_pool *pool, enum pg_lane lane,
		  unsigned index);
void pg_conn_fini(struct pg_conn *conn);
void pg_conn_send(struct pg_conn *conn); /* outbox -> wire */
void pg_conn_retire(struct pg_conn *conn);
void pg_conn_tick(struct pg_conn *conn, int64_t now_us);

/* --- pool ------------------------------------------------------------------ */

#define PG_POOL_MAGIC 0x9001f00du

struct pg_lane_state {
	struct pg_conn *conns;
	unsigned conn_count;
	struct pg_segment_list waiting;
	int64_t lost_us; /* since when no connection is ready; 0 = one is */
	struct loop_timer grace;
	char *options;          /* session settings */
	char *application_name;
};

struct pg_pool {
	unsigned magic;
	struct loop *loop;
	struct pg_pool_config config; /* strings copied */
	struct pg_lane_state lane[PG_LANE_COUNT];
	struct pg_segment_list idle;
	struct pg_segment_list failing;
	struct loop_timer tick;
	bool flush_deferred;
	bool closing;
	uint64_t random;
	char last_error[256];
	struct pg_pool_stats stats;
};

extern const char *const pg_lane_names[PG_LANE_COUNT];

void pg_pool_submit(struct pg_segment *seg);
void pg_pool_withdraw(struct pg_segment *seg); /* WAITING or ASSIGNED: off its list */
void pg_pool_requeue(struct pg_segment *seg);  /* on no list: try once more, first in line */
void pg_pool_conn_ready(struct pg_conn *conn);
/* `was_ready`: it is one less. Empties the orphans. */
void pg_pool_conn_lost(struct pg_conn *conn, bool was_ready, struct pg_segment_list *orphans,
		       const char *reason);
/* Between low and high, for jitter only. */
int64_t pg_pool_jitter(struct pg_pool *pool, int64_t low, int64_t high);

#endif

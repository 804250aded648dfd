/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * One pipelined connection.
 *
 * libpq does not say which statement a result belongs to; `fifo` holds the segments in
 * the order sent, and the first one's `at` the statement whose result comes next (each
 * has exactly one) or, at the end, its SYNC. An error that arrives where the SYNC is due
 * belongs to the commit (deferred constraint, serialization).
 *
 * After the death of a backend no SYNC ever comes, so nothing here waits for one: down()
 * hands every segment back to the pool.
 */
#include <stdio.h>

#include "base/log.h"
#include "loop/stat.h"
#include "pg/pg_internal.h"

enum { HUNG_SLACK_MS = 5000 };

static struct pg_lane_stats *counters(struct pg_conn *conn)
{
	return &conn->pool->stats.lane[conn->lane];
}

/* --- sending --------------------------------------------------------------- */

static bool send_sync(PGconn *pg)
{
#ifdef LIBPQ_HAS_SEND_PIPELINE_SYNC
	return PQsendPipelineSync(pg) == 1; /* leaves the flush to us */
#else
	return PQpipelineSync(pg) == 1; /* writes at once: one system call a segment */
#endif
}

static bool send_prepare(struct pg_conn *conn)
{
	const struct pg_pool_config *config = &conn->pool->config;

	for (size_t i = 0; i < config->statement_count; i++) {
		const struct pg_statement *s = &config->statements[i];

		if (PQsendPrepare(conn->link.pg, s->name, s->sql, s->oids ? s->param_count : 0,
				  s->oids) != 1)
			return false;
	}
	return true;
}

static bool send_segment(struct pg_conn *conn, const struct pg_segment *seg)
{
	PGconn *pg = conn->link.pg;

	switch (seg->kind) {
	case PG_SEGMENT_PREPARE:
		if (!send_prepare(conn))
			return false;
		break;
	case PG_SEGMENT_PING:
		if (PQsendQueryParams(pg, "select 1", 0, NULL, NULL, NULL, NULL, 0) != 1)
			return false;
		break;
	case PG_SEGMENT_USER:
		for (size_t i = 0; i < seg->call_count; i++) {
			const struct pg_call *call = &seg->calls[i];
			const char *name = conn->pool->config.statements[call->statement].name;

			if (PQsendQueryPrepared(pg, name, call->nparams,
						(const char *const *)call->values, NULL, NULL,
						0) != 1)
				return false;
		}
		stat_add(&counters(conn)->statements, seg->call_count);
		break;
	}
	return send_sync(pg);
}

/* While output is left over both directions matter: the server may stop reading until
 * we have read. */
static bool flush(struct pg_conn *conn)
{
	int left = PQflush(conn->link.pg);

	if (left < 0) {
		pg_link_fail(&conn->link, pg_link_error(&conn->link));
		return false;
	}
	if ((left == 1) != conn->want_write) {
		conn->want_write = left == 1;
		pg_link_want(&conn->link, LOOP_READ | (left == 1 ? LOOP_WRITE : 0));
	}
	return true;
}

void pg_conn_send(struct pg_conn *conn)
{
	struct pg_segment *seg;

	if (TAILQ_EMPTY(&conn->outbox))
		return;
	while ((seg = TAILQ_FIRST(&conn->outbox)) != NULL) {
		if (!send_segment(conn, seg)) {
			/* Without its SYNC the server will roll it back: it counts as not sent. */
			pg_link_fail(&conn->link, pg_link_error(&conn->link));
			return;
		}
		TAILQ_REMOVE(&conn->outbox, seg, link);
		if (TAILQ_EMPTY(&conn->fifo))
			conn->progress_us = loop_now_us(conn->pool->loop);
		seg->state = PG_SEGMENT_SENT;
		TAILQ_INSERT_TAIL(&conn->fifo, seg, link);
	}
	(void)flush(conn);
}

static void send_internal(struct pg_conn *conn, enum pg_segment_kind kind, size_t expect)
{
	struct pg_segment *seg = pg_segment_internal(conn, kind, expect);

	seg->state = PG_SEGMENT_ASSIGNED;
	seg->conn = conn;
	conn->load++;
	TAILQ_INSERT_TAIL(&conn->outbox, seg, link);
	pg_conn_send(conn);
}

/* --- receiving ------------------------------------------------------------- */

static void become_ready(struct pg_conn *conn)
{
	struct pg_pool *pool = conn->pool;
	int64_t age = pool->config.max_age_ms;

	conn->state = PG_CONN_READY;
	conn->backoff_ms = pool->config.backoff_min_ms;
	conn->retire_us = 0;
	if (age > 0)
		conn->retire_us = loop_now_us(pool->loop) +
				  1000 * pg_pool_jitter(pool, age * 9 / 10, age * 11 / 10);
	stat_add(&counters(conn)->connects, 1);
	log_info("pg_ready", "lane=%s index=%u backend=%d", pg_lane_names[conn->lane],
		 conn->index, PQbackendPID(conn->link.pg));
	pg_pool_conn_ready(conn);
}

static void open_link(struct pg_conn *conn)
{
	struct pg_lane_state *lane = &conn->pool->lane[conn->lane];

	conn->state = PG_CONN_CONNECTING;
	pg_link_open(&conn->link, &(struct pg_link_params){
		.conninfo = conn->pool->config.conninfo,
		.application_name = lane->application_name,
		.options = lane->options,
		.timeout_ms = conn->pool->config.connect_timeout_ms,
	});
}

static void on_retry(void *arg)
{
	open_link(arg);
}

/* An idle retiring connection is replaced at once. */
static void replace(struct pg_conn *conn)
{
	struct pg_segment_list none;

	TAILQ_INIT(&none);
	pg_link_close(&conn->link);
	conn->state = PG_CONN_DOWN;
	conn->want_write = false;
	loop_timer_start(conn->pool->loop, &conn->retry, 0, on_retry, conn);
	pg_pool_conn_lost(conn, false, &none, "");
}

static void user_done(struct pg_conn *conn, struct pg_segment *seg)
{
	PGTransactionStatusType status = PQtransactionStatus(conn->link.pg);

	/* Hidden (ACTIVE) while more is in the pipeline; the statement table cannot hold
	 * transaction control, so this guards against what we did not think of. */
	if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR) {
		log_error("pg_left_transaction", "lane=%s index=%u", pg_lane_names[conn->lane],
			  conn->index);
		pg_conn_retire(conn);
	}
	if (seg->stale_session) {
		/* After a migration every session is stale, and a retry must not meet the next. */
		pg_pool_renew(conn->pool);
		if (seg->retries == 0 && !seg->forgotten) {
			pg_pool_requeue(seg);
			return;
		}
	}
	pg_segment_answer(seg);
}

/* False: the connection has gone. */
static bool on_sync(struct pg_conn *conn, struct pg_segment *seg)
{
	if (seg->at != seg->expect_count && seg->reply.code == ERR_OK) {
		pg_link_fail(&conn->link, "results do not match what was sent");
		return false;
	}
	TAILQ_REMOVE(&conn->fifo, seg, link);
	conn->load--;
	seg->conn = NULL;
	switch (seg->kind) {
	case PG_SEGMENT_USER:
		user_done(conn, seg);
		return true;
	case PG_SEGMENT_PING:
		pg_segment_recycle(seg);
		return true;
	case PG_SEGMENT_PREPARE:
		break;
	}
	if (seg->reply.code != ERR_OK) {
		char reason[256];
		size_t i = seg->reply.failed_index;

		snprintf(reason, sizeof(reason), "could not prepare %s: %.150s",
			 i < seg->expect_count ? conn->pool->config.statements[i].name : "-",
			 seg->reply.message);
		pg_segment_recycle(seg);
		pg_link_fail(&conn->link, reason);
		return false;
	}
	pg_segment_recycle(seg);
	become_ready(conn);
	return true;
}

/* Takes over res. False: the connection has gone. */
static bool on_result(struct pg_conn *conn, PGresult *res)
{
	struct pg_segment *seg = TAILQ_FIRST(&conn->fifo);

	switch (PQresultStatus(res)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_EMPTY_QUERY:
		if (seg->at >= seg->expect_count)
			break;
		if (seg->kind == PG_SEGMENT_USER && !seg->forgotten) {
			seg->results[seg->at] = res;
			res = NULL;
		}
		PQclear(res);
		seg->at++;
		return true;
	case PGRES_FATAL_ERROR:
		pg_segment_record_error(seg, res);
		PQclear(res);
		if (seg->at < seg->expect_count)
			seg->at++;
		return true;
	case PGRES_PIPELINE_ABORTED:
		PQclear(res);
		if (seg->at < seg->expect_count)
			seg->at++;
		return true;
	case PGRES_PIPELINE_SYNC:
		PQclear(res);
		return on_sync(conn, seg);
	case PGRES_NONFATAL_ERROR:
	case PGRES_BAD_RESPONSE:
	case PGRES_COPY_OUT:
	case PGRES_COPY_IN:
	case PGRES_COPY_BOTH:
	case PGRES_SINGLE_TUPLE:
		break;
	}
	PQclear(res);
	pg_link_fail(&conn->link, "unexpected answer of the server");
	return false;
}

/* NULL ends one statement, not the batch: more may be buffered, and then the socket never
 * becomes readable again. Two in a row mean that nothing is pending. False: gone. */
static bool take_results(struct pg_conn *conn)
{
	PGconn *pg = conn->link.pg;
	int nulls = 0;

	while (!TAILQ_EMPTY(&conn->fifo) && nulls < 2 && !PQisBusy(pg)) {
		PGresult *res = PQgetResult(pg);

		if (!res) {
			nulls++;
			continue;
		}
		nulls = 0;
		if (PQresultStatus(res) == PGRES_FATAL_ERROR && PQstatus(pg) == CONNECTION_BAD &&
		    !PQresultErrorField(res, PG_DIAG_SQLSTATE)) {
			/* libpq's own words about the dead socket, repeated without end */
			PQclear(res);
			break;
		}
		if (!on_result(conn, res))
			return false;
	}
	return true;
}

static void drain_notifies(PGconn *pg)
{
	PGnotify *n;

	while ((n = PQnotifies(pg)) != NULL)
		PQfreemem(n);
}

static void on_ready(void *owner, unsigned ready)
{
	struct pg_conn *conn = owner;
	bool alive = true;

	if (ready & LOOP_READ) {
		conn->progress_us = loop_now_us(conn->pool->loop);
		alive = PQconsumeInput(conn->link.pg) == 1;
		/* Also after a failure: whole answers may stand before the end of file. */
		if (!take_results(conn))
			return;
		if (TAILQ_EMPTY(&conn->fifo))
			(void)PQisBusy(conn->link.pg); /* parse what came unasked */
		drain_notifies(conn->link.pg);
	}
	if (!alive || PQstatus(conn->link.pg) != CONNECTION_OK) {
		pg_link_fail(&conn->link, pg_link_error(&conn->link));
		return;
	}
	if (conn->state == PG_CONN_RETIRING && conn->load == 0) {
		replace(conn);
		return;
	}
	(void)flush(conn);
}

/* --- life ------------------------------------------------------------------ */

static void on_up(void *owner)
{
	struct pg_conn *conn = owner;

	if (PQenterPipelineMode(conn->link.pg) != 1) {
		pg_link_fail(&conn->link, "could not enter pipeline mode");
		return;
	}
	conn->state = PG_CONN_PREPARING;
	conn->progress_us = loop_now_us(conn->pool->loop);
	send_internal(conn, PG_SEGMENT_PREPARE, conn->pool->config.statement_count);
}

static void on_down(void *owner, const char *reason)
{
	struct pg_conn *conn = owner;
	struct pg_pool *pool = conn->pool;
	bool was_ready = conn->state == PG_CONN_READY;
	bool was_up = was_ready || conn->state == PG_CONN_RETIRING;
	struct pg_segment_list orphans;
	int64_t pause;

	if (was_up) {
		stat_add(&counters(conn)->losses, 1);
		pause = pg_pool_jitter(pool, 0, pool->config.backoff_min_ms);
	} else {
		stat_add(&counters(conn)->connect_failures, 1);
		pause = pg_pool_jitter(pool, conn->backoff_ms * 3 / 4, conn->backoff_ms * 5 / 4);
		conn->backoff_ms *= 2;
		if (conn->backoff_ms > pool->config.backoff_max_ms)
			conn->backoff_ms = pool->config.backoff_max_ms;
	}
	log_warn(was_up ? "pg_lost" : "pg_connect_failed",
		 "lane=%s index=%u unanswered=%zu retry_ms=%lld reason=%s",
		 pg_lane_names[conn->lane], conn->index, conn->load, (long long)pause,
		 log_quote(reason));
	conn->state = PG_CONN_DOWN;
	conn->want_write = false;
	conn->load = 0;
	TAILQ_INIT(&orphans);
	TAILQ_CONCAT(&orphans, &conn->fifo, link);
	TAILQ_CONCAT(&orphans, &conn->outbox, link);
	loop_timer_start(pool->loop, &conn->retry, pause, on_retry, conn);
	pg_pool_conn_lost(conn, was_ready, &orphans, reason);
}

static const struct pg_link_ops link_ops = { on_up, on_ready, on_down };

void pg_conn_init(struct pg_conn *conn, struct pg_pool *pool, enum pg_lane lane,
		  unsigned index)
{
	*conn = (struct pg_conn){
		.pool = pool,
		.lane = lane,
		.index = index,
		.state = PG_CONN_DOWN,
		.backoff_ms = pool->config.backoff_min_ms,
	};
	TAILQ_INIT(&conn->outbox);
	TAILQ_INIT(&conn->fifo);
	conn->retry.name = "pg_retry";
	pg_link_init(&conn->link, pool->loop, &link_ops, conn);
	loop_timer_start(pool->loop, &conn->retry, 0, on_retry, conn);
}

void pg_conn_fini(struct pg_conn *conn)
{
	loop_timer_stop(&conn->retry);
	pg_link_close(&conn->link);
}

void pg_conn_retire(struct pg_conn *conn)
{
	if (conn->state != PG_CONN_READY)
		return;
	conn->state = PG_CONN_RETIRING;
	pg_pool_conn_lost(conn, true, NULL, "");
}

static bool is_hung(const struct pg_conn *conn, int64_t silent_ms)
{
	const struct pg_pool_config *config = &conn->pool->config;
	const struct pg_lane_config *lane = &config->lane[conn->lane];
	const struct pg_segment *head = TAILQ_FIRST(&conn->fifo);

	if (!head)
		return false;
	if (head->kind != PG_SEGMENT_USER)
		return silent_ms > config->connect_timeout_ms;
	if (lane->statement_timeout_ms == 0)
		return false;
	return silent_ms > lane->statement_timeout_ms + HUNG_SLACK_MS;
}

void pg_conn_tick(struct pg_conn *conn, int64_t now_us)
{
	const struct pg_pool_config *config = &conn->pool->config;
	int64_t silent_ms = (now_us - conn->progress_us) / 1000;

	if (conn->state < PG_CONN_PREPARING)
		return;
	/* The server's own time limits have passed: the peer or the path to it is dead. */
	if (is_hung(conn, silent_ms)) {
		pg_link_fail(&conn->link, "no answer within the time limit");
		return;
	}
	if (conn->state == PG_CONN_RETIRING && conn->load == 0) {
		replace(conn);
		return;
	}
	if (conn->state != PG_CONN_READY)
		return;
	if (conn->retire_us != 0 && now_us >= conn->retire_us) {
		pg_conn_retire(conn);
		return;
	}
	if (config->idle_check_ms > 0 && conn->load == 0 && silent_ms >= config->idle_check_ms)
		send_internal(conn, PG_SEGMENT_PING, 1);
}

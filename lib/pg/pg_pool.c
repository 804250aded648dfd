/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Lanes: which connection a segment takes, and what happens when there is none.
 *
 * Segments are given to connections at once but written at the end of the turn. Nothing
 * here calls back from within a caller's pg_ function: refusals go through `failing`,
 * which is worked off at the end of the turn too.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "loop/stat.h"
#include "pg/pg_internal.h"

const char *const pg_lane_names[PG_LANE_COUNT] = { "read", "write", "slow" };

enum { TICK_MS = 1000 };

int64_t pg_pool_jitter(struct pg_pool *pool, int64_t low, int64_t high)
{
	/* xorshift: spreads reconnects, guards nothing */
	pool->random ^= pool->random << 13;
	pool->random ^= pool->random >> 7;
	pool->random ^= pool->random << 17;
	if (high <= low)
		return low;
	return low + (int64_t)(pool->random % (uint64_t)(high - low + 1));
}

/* --- configuration --------------------------------------------------------- */

void pg_pool_config_init(struct pg_pool_config *config)
{
	*config = (struct pg_pool_config){
		.application_name = "pg_pool",
		.lane = {
			[PG_LANE_READ] = { 1, 10000, 3000, false },
			[PG_LANE_WRITE] = { 4, 10000, 3000, true },
			[PG_LANE_SLOW] = { 1, 60000, 3000, false },
		},
		.queue_limit = 512,
		.segment_bytes = 16 * 1024 * 1024,
		.connect_timeout_ms = 5000,
		.grace_ms = 2000,
		.backoff_min_ms = 100,
		.backoff_max_ms = 10000,
		.idle_check_ms = 30000,
		.max_age_ms = 3600 * 1000,
	};
}

/* First keyword of a statement, comments skipped. */
static struct sv first_word(const char *sql)
{
	const char *p = sql;
	size_t n = 0;

	for (;;) {
		while (isspace((unsigned char)*p))
			p++;
		if (p[0] == '-' && p[1] == '-') {
			p += strcspn(p, "\n");
		} else if (p[0] == '/' && p[1] == '*') {
			const char *end = strstr(p + 2, "*/");

			if (!end)
				break;
			p = end + 2;
		} else {
			break;
		}
	}
	while (isalpha((unsigned char)p[n]))
		n++;
	return (struct sv){ p, n };
}

/* A transaction left open would swallow the segments behind it: their SYNC would not
 * commit, and they would be reported as done. */
static enum err_code check_statements(const struct pg_pool_config *config, struct err *err)
{
	static const char *const refused[] = { "begin", "start", "commit", "end", "rollback",
					       "abort", "savepoint", "release", "prepare",
					       "copy", "discard", "deallocate" };

	for (size_t i = 0; i < config->statement_count; i++) {
		const struct pg_statement *s = &config->statements[i];
		struct sv word = first_word(s->sql);

		for (size_t k = 0; k < ARRAY_LEN(refused); k++) {
			if (word.n == strlen(refused[k]) &&
			    strncasecmp(word.p, refused[k], word.n) == 0)
				return err_set(err, ERR_INVALID, "statement",
					       "语句 %s 不得以 %s 开头", s->name, refused[k]);
		}
	}
	return ERR_OK;
}

static void lane_init(struct pg_pool *pool, enum pg_lane which, const char *own_options)
{
	const struct pg_lane_config *config = &pool->config.lane[which];
	struct pg_lane_state *lane = &pool->lane[which];
	struct str s = STR_INIT(4096);

	if (own_options)
		str_printf(&s, "%s ", own_options);
	if (pool->config.session_options)
		str_printf(&s, "%s ", pool->config.session_options);
	if (config->options)
		str_printf(&s, "%s ", config->options);
	str_printf(&s, "-c timezone=UTC -c DateStyle=ISO -c statement_timeout=%lld "
		       "-c lock_timeout=%lld -c idle_in_transaction_session_timeout=60000",
		   (long long)config->statement_timeout_ms, (long long)config->lock_timeout_ms);
	if (!config->writable)
		str_append_cstr(&s, " -c default_transaction_read_only=on");
	CHECK(!s.failed);
	lane->options = xstrdup(str_cstr(&s));
	pool->config.lane[which].options = NULL; /* the caller's */
	str_reset(&s);
	str_printf(&s, "%s %s", pool->config.application_name, pg_lane_names[which]);
	lane->application_name = xstrdup(str_cstr(&s));
	str_release(&s);

	TAILQ_INIT(&lane->waiting);
	lane->grace.name = "pg_grace";
	lane->conn_count = config->connections;
	lane->conns = xcalloc(config->connections ? config->connections : 1,
			      sizeof(*lane->conns));
}

static void lane_lost(struct pg_pool *pool, enum pg_lane which);
static void on_tick(void *arg);

enum err_code pg_pool_new(struct loop *loop, const struct pg_pool_config *config,
			  struct pg_pool **ret, struct err *err)
{
	struct pg_pool *pool;
	char *own_options = NULL;
	enum err_code code = pg_conninfo_check(config->conninfo, &own_options, err);

	if (code == ERR_OK)
		code = check_statements(config, err);
	if (code != ERR_OK) {
		free(own_options);
		return code;
	}
	pool = xcalloc(1, sizeof(*pool));
	pool->magic = PG_POOL_MAGIC;
	pool->loop = loop;
	pool->config = *config;
	pool->config.conninfo = xstrdup(config->conninfo);
	pool->config.application_name = xstrdup(config->application_name);
	pool->config.session_options =
		config->session_options ? xstrdup(config->session_options) : NULL;
	pool->random = (uint64_t)clock_mono_us() ^ (uint64_t)(uintptr_t)pool ^ 0x9e3779b9u;
	TAILQ_INIT(&pool->idle);
	TAILQ_INIT(&pool->failing);
	for (enum pg_lane which = 0; which < PG_LANE_COUNT; which++) {
		struct pg_lane_state *lane = &pool->lane[which];

		lane_init(pool, which, own_options);
		for (unsigned i = 0; i < lane->conn_count; i++)
			pg_conn_init(&lane->conns[i], pool, which, i);
		lane_lost(pool, which);
	}
	free(own_options);
	pool->tick.name = "pg_tick";
	loop_timer_start_periodic(loop, &pool->tick, TICK_MS, on_tick, pool);
	*ret = pool;
	return ERR_OK;
}

static void on_tick(void *arg)
{
	struct pg_pool *pool = arg;
	int64_t now = loop_now_us(pool->loop);

	for (enum pg_lane which = 0; which < PG_LANE_COUNT; which++) {
		for (unsigned i = 0; i < pool->lane[which].conn_count; i++)
			pg_conn_tick(&pool->lane[which].conns[i], now);
	}
}

/* --- end of turn ----------------------------------------------------------- */

static void answer_failing(struct pg_pool *pool)
{
	struct pg_segment_list mine;
	struct pg_segment *seg;

	TAILQ_INIT(&mine);
	TAILQ_CONCAT(&mine, &pool->failing, link);
	while ((seg = TAILQ_FIRST(&mine)) != NULL) {
		TAILQ_REMOVE(&mine, seg, link);
		pg_segment_answer(seg);
	}
}

static void end_of_turn(void *arg)
{
	struct pg_pool *pool = arg;

	pool->flush_deferred = false;
	if (pool->closing)
		return;
	answer_failing(pool);
	for (enum pg_lane which = 0; which < PG_LANE_COUNT; which++) {
		for (unsigned i = 0; i < pool->lane[which].conn_count; i++)
			pg_conn_send(&pool->lane[which].conns[i]);
	}
}

static void want_end_of_turn(struct pg_pool *pool)
{
	if (pool->flush_deferred)
		return;
	pool->flush_deferred = true;
	loop_defer(pool->loop, end_of_turn, pool);
}

/* --- choosing -------------------------------------------------------------- */

static struct pg_conn *least_loaded(struct pg_lane_state *lane)
{
	struct pg_conn *best = NULL;

	for (unsigned i = 0; i < lane->conn_count; i++) {
		struct pg_conn *conn = &lane->conns[i];

		if (conn->state == PG_CONN_READY && (!best || conn->load < best->load))
			best = conn;
	}
	return best;
}

static void assign(struct pg_segment *seg, struct pg_conn *conn)
{
	seg->state = PG_SEGMENT_ASSIGNED;
	seg->conn = conn;
	conn->load++;
	TAILQ_INSERT_TAIL(&conn->outbox, seg, link);
	want_end_of_turn(conn->pool);
}

static void fail_later(struct pg_segment *seg, enum err_code code, const char *message)
{
	seg->state = PG_SEGMENT_FAILING;
	seg->reply.code = code;
	snprintf(seg->reply.message, sizeof(seg->reply.message), "%s", message);
	TAILQ_INSERT_TAIL(&seg->pool->failing, seg, link);
	want_end_of_turn(seg->pool);
}

static bool in_grace(const struct pg_pool *pool, const struct pg_lane_state *lane)
{
	return loop_now_us(pool->loop) < lane->lost_us + pool->config.grace_ms * 1000;
}

void pg_pool_submit(struct pg_segment *seg)
{
	struct pg_pool *pool = seg->pool;
	struct pg_lane_state *lane = &pool->lane[seg->lane];
	struct pg_lane_stats *stats = &pool->stats.lane[seg->lane];
	struct pg_conn *conn = least_loaded(lane);

	if (seg->refuse != ERR_OK) {
		fail_later(seg, seg->refuse, "parameters refused");
	} else if (pool->closing || (!conn && !in_grace(pool, lane))) {
		stat_add(&stats->refused, 1);
		fail_later(seg, ERR_UNAVAILABLE, "no connection");
	} else if (stats->unanswered >= pool->config.queue_limit) {
		stat_add(&stats->refused, 1);
		fail_later(seg, ERR_BUSY, "queue is full");
	} else {
		seg->counted = true;
		stat_add(&stats->unanswered, 1);
		if (conn) {
			assign(seg, conn);
		} else {
			seg->state = PG_SEGMENT_WAITING;
			TAILQ_INSERT_TAIL(&lane->waiting, seg, link);
		}
	}
}

void pg_pool_withdraw(struct pg_segment *seg)
{
	struct pg_lane_stats *stats = &seg->pool->stats.lane[seg->lane];

	if (seg->state == PG_SEGMENT_WAITING) {
		TAILQ_REMOVE(&seg->pool->lane[seg->lane].waiting, seg, link);
	} else {
		TAILQ_REMOVE(&seg->conn->outbox, seg, link);
		seg->conn->load--;
	}
	if (seg->counted)
		stat_sub(&stats->unanswered, 1);
	seg->counted = false;
}

static void dispatch_waiting(struct pg_pool *pool, struct pg_lane_state *lane)
{
	struct pg_segment *seg;

	while ((seg = TAILQ_FIRST(&lane->waiting)) != NULL) {
		struct pg_conn *conn = least_loaded(lane);

		if (!conn)
			return;
		TAILQ_REMOVE(&lane->waiting, seg, link);
		assign(seg, conn);
	}
	(void)pool;
}

static void reset_answer(struct pg_segment *seg)
{
	pg_segment_clear_results(seg);
	seg->at = 0;
	seg->stale_session = false;
	memset(&seg->reply, 0, sizeof(seg->reply));
	seg->reply.segment = seg;
	seg->conn = NULL;
	seg->state = PG_SEGMENT_WAITING;
}

void pg_pool_requeue(struct pg_segment *seg)
{
	struct pg_pool *pool = seg->pool;
	struct pg_lane_state *lane = &pool->lane[seg->lane];

	reset_answer(seg);
	seg->retries++;
	stat_add(&pool->stats.lane[seg->lane].retried, 1);
	TAILQ_INSERT_HEAD(&lane->waiting, seg, link);
	dispatch_waiting(pool, lane);
}

/* --- connections come and go ----------------------------------------------- */

static void on_grace_over(void *arg)
{
	struct pg_lane_state *lane = arg;
	struct pg_segment *seg;

	/* Not answered from here: a callback might submit to this very list. */
	while ((seg = TAILQ_FIRST(&lane->waiting)) != NULL) {
		TAILQ_REMOVE(&lane->waiting, seg, link);
		fail_later(seg, ERR_UNAVAILABLE, "no connection");
	}
}

static void lane_lost(struct pg_pool *pool, enum pg_lane which)
{
	struct pg_lane_state *lane = &pool->lane[which];

	lane->lost_us = loop_now_us(pool->loop);
	loop_timer_start(pool->loop, &lane->grace, pool->config.grace_ms, on_grace_over, lane);
}

void pg_pool_conn_ready(struct pg_conn *conn)
{
	struct pg_pool *pool = conn->pool;
	struct pg_lane_state *lane = &pool->lane[conn->lane];

	stat_add(&pool->stats.lane[conn->lane].ready, 1);
	lane->lost_us = 0;
	loop_timer_stop(&lane->grace);
	pool->last_error[0] = '\0';
	dispatch_waiting(pool, lane);
}

/* A statement failed, so this transaction cannot have been committed. An error at the
 * commit itself says less: the server may fail between committing and saying so. */
static bool refused_by_server(const struct pg_segment *seg)
{
	return seg->reply.sqlstate[0] && seg->reply.failed_index < seg->call_count;
}

/* What can be sent again goes to the head of the line, in order; the rest stays. */
static void rescue(struct pg_pool *pool, struct pg_lane_state *lane,
		   const struct pg_lane_config *config, struct pg_segment_list *orphans)
{
	struct pg_segment_list again, lost;
	struct pg_segment *seg;

	TAILQ_INIT(&again);
	TAILQ_INIT(&lost);
	while ((seg = TAILQ_FIRST(orphans)) != NULL) {
		bool sent = seg->state == PG_SEGMENT_SENT;

		TAILQ_REMOVE(orphans, seg, link);
		if (seg->kind != PG_SEGMENT_USER) {
			pg_segment_recycle(seg);
		} else if (pool->closing || seg->forgotten ||
			   (sent && (config->writable || seg->retries > 0))) {
			seg->reply.outcome_unknown =
				sent && config->writable && !refused_by_server(seg);
			seg->state = PG_SEGMENT_SENT; /* forgetting now only sets a flag */
			TAILQ_INSERT_TAIL(&lost, seg, link);
		} else {
			if (sent) {
				seg->retries++;
				stat_add(&pool->stats.lane[seg->lane].retried, 1);
			}
			reset_answer(seg);
			TAILQ_INSERT_TAIL(&again, seg, link);
		}
	}
	TAILQ_CONCAT(&again, &lane->waiting, link);
	TAILQ_CONCAT(&lane->waiting, &again, link);
	TAILQ_CONCAT(orphans, &lost, link);
}

void pg_pool_conn_lost(struct pg_conn *conn, bool was_ready, struct pg_segment_list *orphans,
		       const char *reason)
{
	struct pg_pool *pool = conn->pool;
	struct pg_lane_state *lane = &pool->lane[conn->lane];
	const struct pg_lane_config *config = &pool->config.lane[conn->lane];
	struct pg_segment *seg;

	if (reason[0])
		snprintf(pool->last_error, sizeof(pool->last_error), "%s: %s",
			 pg_lane_names[conn->lane], reason);
	if (was_ready) {
		stat_sub(&pool->stats.lane[conn->lane].ready, 1);
		if (pool->stats.lane[conn->lane].ready == 0)
			lane_lost(pool, conn->lane);
	}
	if (!orphans)
		return;
	rescue(pool, lane, config, orphans);
	dispatch_waiting(pool, lane);
	if (!TAILQ_EMPTY(&lane->waiting) && !in_grace(pool, lane) && !pool->closing)
		on_grace_over(lane);
	/* Callbacks last: they may submit and forget, which touches only other lists. */
	while ((seg = TAILQ_FIRST(orphans)) != NULL) {
		TAILQ_REMOVE(orphans, seg, link);
		pg_segment_answer_code(seg, ERR_UNAVAILABLE, reason);
	}
}

/* --- looking, renewing, ending --------------------------------------------- */

bool pg_pool_is_ready(const struct pg_pool *pool)
{
	for (enum pg_lane which = 0; which < PG_LANE_COUNT; which++) {
		if (pool->lane[which].conn_count > 0 &&
		    stat_get(&pool->stats.lane[which].ready) == 0)
			return false;
	}
	return true;
}

const char *pg_pool_last_error(const struct pg_pool *pool)
{
	return pool->last_error;
}

void pg_pool_stats(const struct pg_pool *pool, struct pg_pool_stats *ret)
{
	stat_copy(ret, &pool->stats, sizeof(*ret));
}

void pg_pool_renew(struct pg_pool *pool)
{
	for (enum pg_lane which = 0; which < PG_LANE_COUNT; which++) {
		for (unsigned i = 0; i < pool->lane[which].conn_count; i++)
			pg_conn_retire(&pool->lane[which].conns[i]);
	}
}

static void free_pool(void *arg)
{
	struct pg_pool *pool = arg;
	struct pg_segment *seg;

	while ((seg = TAILQ_FIRST(&pool->idle)) != NULL) {
		TAILQ_REMOVE(&pool->idle, seg, link);
		arena_fini(&seg->arena);
		free(seg->calls);
		free(seg->results);
		seg->magic = 0;
		free(seg);
	}
	for (enum pg_lane which = 0; which < PG_LANE_COUNT; which++) {
		free(pool->lane[which].conns);
		free(pool->lane[which].options);
		free(pool->lane[which].application_name);
	}
	free((void *)(uintptr_t)pool->config.conninfo);
	free((void *)(uintptr_t)pool->config.application_name);
	free((void *)(uintptr_t)pool->config.session_options);
	pool->magic = 0;
	free(pool);
}

void pg_pool_free(struct pg_pool *pool)
{
	if (!pool)
		return;
	CHECK(pool->magic == PG_POOL_MAGIC && loop_is_owner(pool->loop) && !pool->closing);
	pool->closing = true;
	loop_timer_stop(&pool->tick);
	for (enum pg_lane which = 0; which < PG_LANE_COUNT; which++) {
		struct pg_lane_state *lane = &pool->lane[which];

		for (unsigned i = 0; i < lane->conn_count; i++) {
			struct pg_conn *conn = &lane->conns[i];
			struct pg_segment_list orphans;

			pg_conn_fini(conn);
			conn->state = PG_CONN_DOWN;
			TAILQ_INIT(&orphans);
			TAILQ_CONCAT(&orphans, &conn->fifo, link);
			TAILQ_CONCAT(&orphans, &conn->outbox, link);
			pg_pool_conn_lost(conn, false, &orphans, "pool is closing");
		}
		on_grace_over(lane);
		loop_timer_stop(&lane->grace);
	}
	while (!TAILQ_EMPTY(&pool->failing))
		answer_failing(pool);
	/* The flush deferred in this turn still looks at the pool. */
	loop_bury(pool->loop, free_pool, pool);
}

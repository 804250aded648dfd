/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Segments: building, and their end.
 *
 * A segment's memory belongs to the pool and is reused. Exactly one of these ends it:
 * pg_segment_forget() by its owner, or the return of its callback; while the callback
 * runs, forgetting only sets a flag.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "loop/stat.h"
#include "pg/pg_internal.h"

/* --- building -------------------------------------------------------------- */

static struct pg_segment *take(struct pg_pool *pool)
{
	struct pg_segment *seg = TAILQ_FIRST(&pool->idle);

	if (seg) {
		TAILQ_REMOVE(&pool->idle, seg, link);
	} else {
		seg = xcalloc(1, sizeof(*seg));
		seg->magic = PG_SEGMENT_MAGIC;
		seg->pool = pool;
		arena_init(&seg->arena, pool->config.segment_bytes);
	}
	CHECK(seg->state == PG_SEGMENT_FREE);
	seg->state = PG_SEGMENT_BUILDING;
	seg->conn = NULL;
	seg->call_count = 0;
	seg->expect_count = 0;
	seg->refuse = ERR_OK;
	seg->cb = NULL;
	seg->cb_arg = NULL;
	seg->keep = false;
	seg->forgotten = false;
	seg->tolerant = false;
	seg->counted = false;
	seg->stale_session = false;
	seg->task = NULL;
	seg->at = 0;
	seg->retries = 0;
	memset(&seg->reply, 0, sizeof(seg->reply));
	seg->reply.segment = seg;
	return seg;
}

struct pg_segment *pg_segment_new(struct pg_pool *pool, enum pg_lane lane)
{
	struct pg_segment *seg;

	CHECK(pool->magic == PG_POOL_MAGIC && loop_is_owner(pool->loop));
	CHECK(pool->lane[lane].conn_count > 0);
	seg = take(pool);
	seg->kind = PG_SEGMENT_USER;
	seg->lane = lane;
	return seg;
}

struct pg_segment *pg_segment_internal(struct pg_conn *conn, enum pg_segment_kind kind,
				       size_t expect_count)
{
	struct pg_segment *seg = take(conn->pool);

	seg->kind = kind;
	seg->lane = conn->lane;
	seg->expect_count = expect_count;
	return seg;
}

static struct pg_call *add_call(struct pg_segment *seg, unsigned statement, int nparams)
{
	const struct pg_pool_config *config = &seg->pool->config;
	struct pg_call *call;

	CHECK(seg->magic == PG_SEGMENT_MAGIC && seg->state == PG_SEGMENT_BUILDING);
	CHECK(statement < config->statement_count);
	CHECK(nparams == config->statements[statement].param_count);
	if (seg->call_count == seg->call_cap) {
		seg->call_cap = seg->call_cap ? seg->call_cap * 2 : 8;
		seg->calls = xrealloc(seg->calls, seg->call_cap * sizeof(*seg->calls));
	}
	call = &seg->calls[seg->call_count++];
	*call = (struct pg_call){ .statement = statement, .nparams = nparams };
	if (nparams > 0)
		call->values = arena_try_alloc(&seg->arena,
					       (size_t)nparams * sizeof(*call->values));
	if (nparams > 0 && !call->values)
		seg->refuse = ERR_TOO_LARGE;
	return call;
}

static const char *copy_text(struct pg_segment *seg, struct sv text)
{
	char *copy;

	if (!text.p)
		return NULL;
	/* The text format ends at NUL: what follows would be lost without a word. */
	if (memchr(text.p, '\0', text.n)) {
		seg->refuse = ERR_MALFORMED;
		return NULL;
	}
	copy = arena_try_alloc(&seg->arena, text.n + 1);
	if (!copy) {
		seg->refuse = ERR_TOO_LARGE;
		return NULL;
	}
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	return copy;
}

size_t pg_segment_add(struct pg_segment *seg, unsigned statement, int nparams,
		      const char *const *values)
{
	struct pg_call *call = add_call(seg, statement, nparams);

	for (int i = 0; i < nparams && seg->refuse == ERR_OK; i++)
		call->values[i] = copy_text(seg, sv_of(values[i]));
	return seg->call_count - 1;
}

static const char *value_text(struct pg_segment *seg, const struct pg_value *v)
{
	char buf[48];

	switch (v->kind) {
	case PG_VALUE_NULL:
		return NULL;
	case PG_VALUE_TEXT:
		return copy_text(seg, v->text);
	case PG_VALUE_BOOL:
		return v->i64 ? "t" : "f";
	case PG_VALUE_I64:
		snprintf(buf, sizeof(buf), "%" PRId64, v->i64);
		break;
	case PG_VALUE_DAY:
		if (v->i64 == DAY_NONE)
			return NULL;
		if (v->i64 == DAY_MAX)
			return "infinity";
		day_format((day_t)v->i64, buf);
		break;
	case PG_VALUE_INSTANT:
		if (v->i64 == INSTANT_NONE)
			return NULL;
		instant_format(v->i64, buf);
		break;
	}
	return copy_text(seg, sv_of(buf));
}

size_t pg_segment_add_values(struct pg_segment *seg, unsigned statement, int nparams,
			     const struct pg_value *values)
{
	struct pg_call *call = add_call(seg, statement, nparams);

	for (int i = 0; i < nparams && seg->refuse == ERR_OK; i++)
		call->values[i] = value_text(seg, &values[i]);
	return seg->call_count - 1;
}

/* --- submitting ------------------------------------------------------------ */

void pg_segment_submit(struct pg_segment *seg, pg_segment_cb *cb, void *arg)
{
	CHECK(seg->magic == PG_SEGMENT_MAGIC && seg->state == PG_SEGMENT_BUILDING);
	CHECK(seg->call_count > 0);
	seg->cb = cb;
	seg->cb_arg = arg;
	seg->expect_count = seg->call_count;
	if (seg->call_count > seg->result_cap) {
		seg->results = xrealloc(seg->results, seg->call_count * sizeof(*seg->results));
		seg->result_cap = seg->call_count;
	}
	memset(seg->results, 0, seg->call_count * sizeof(*seg->results));
	seg->submitted_us = loop_now_us(seg->pool->loop);
	pg_pool_submit(seg);
}

void pg_segment_keep(struct pg_segment *seg)
{
	CHECK(seg->state == PG_SEGMENT_CALLBACK);
	seg->keep = true;
}

const struct pg_reply *pg_segment_reply(const struct pg_segment *seg)
{
	if (seg->state != PG_SEGMENT_CALLBACK && seg->state != PG_SEGMENT_KEPT)
		return NULL;
	return &seg->reply;
}

static void forget(struct pg_segment *seg);

static void on_task_end(void *arg)
{
	struct pg_segment *seg = arg;

	seg->task = NULL;
	forget(seg);
}

static void on_task_reply(void *arg, const struct pg_reply *reply)
{
	struct pg_segment *seg = arg;
	struct task *t = seg->task;

	seg->keep = true;
	if (reply->code == ERR_OK || seg->tolerant) {
		task_resume(t);
		return;
	}
	(void)pg_reply_err(reply, task_err(t));
	task_resume_failed(t);
}

static enum step wait_for(struct pg_segment *seg, struct task *t, bool tolerant)
{
	seg->task = t;
	seg->tolerant = tolerant;
	task_on_end(t, on_task_end, seg);
	pg_segment_submit(seg, on_task_reply, seg);
	return STEP_WAIT;
}

enum step pg_segment_wait(struct pg_segment *seg, struct task *t)
{
	return wait_for(seg, t, false);
}

enum step pg_segment_wait_any(struct pg_segment *seg, struct task *t)
{
	return wait_for(seg, t, true);
}

/* --- the end --------------------------------------------------------------- */

void pg_segment_clear_results(struct pg_segment *seg)
{
	if (seg->kind != PG_SEGMENT_USER)
		return;
	for (size_t i = 0; i < seg->expect_count; i++) {
		PQclear(seg->results[i]);
		seg->results[i] = NULL;
	}
}

void pg_segment_recycle(struct pg_segment *seg)
{
	struct pg_pool *pool = seg->pool;

	pg_segment_clear_results(seg);
	seg->state = PG_SEGMENT_FREE;
	arena_reset(&seg->arena);
	TAILQ_INSERT_HEAD(&pool->idle, seg, link);
}

static void forget(struct pg_segment *seg)
{
	CHECK(seg->magic == PG_SEGMENT_MAGIC);
	switch (seg->state) {
	case PG_SEGMENT_FREE:
		BUG("segment forgotten after its end");
	case PG_SEGMENT_WAITING:
	case PG_SEGMENT_ASSIGNED:
		pg_pool_withdraw(seg);
		pg_segment_recycle(seg);
		break;
	case PG_SEGMENT_BUILDING:
	case PG_SEGMENT_KEPT:
		pg_segment_recycle(seg);
		break;
	case PG_SEGMENT_SENT:
		pg_segment_clear_results(seg);
		seg->forgotten = true;
		break;
	case PG_SEGMENT_FAILING:
	case PG_SEGMENT_CALLBACK:
		seg->forgotten = true;
		break;
	}
}

void pg_segment_forget(struct pg_segment *seg)
{
	if (!seg)
		return;
	CHECK(!seg->task); /* its task's end does that */
	forget(seg);
}

static void count_answer(struct pg_segment *seg)
{
	struct pg_lane_stats *stats = &seg->pool->stats.lane[seg->lane];
	int64_t waited = loop_now_us(seg->pool->loop) - seg->submitted_us;

	stat_add(&stats->segments, 1);
	if (seg->reply.code != ERR_OK)
		stat_add(&stats->failed, 1);
	stat_add(&stats->wait_us, (uint64_t)waited);
	stat_max(&stats->wait_max_us, (uint64_t)waited);
	if (seg->counted)
		stat_sub(&stats->unanswered, 1);
	seg->counted = false;
}

void pg_segment_answer(struct pg_segment *seg)
{
	CHECK(seg->kind == PG_SEGMENT_USER);
	count_answer(seg);
	seg->reply.count = seg->call_count;
	if (!seg->forgotten && seg->cb) {
		seg->state = PG_SEGMENT_CALLBACK;
		seg->cb(seg->cb_arg, &seg->reply);
		CHECK(seg->state == PG_SEGMENT_CALLBACK);
	}
	if (seg->keep && !seg->forgotten) {
		seg->state = PG_SEGMENT_KEPT;
		return;
	}
	pg_segment_recycle(seg);
}

void pg_segment_answer_code(struct pg_segment *seg, enum err_code code, const char *message)
{
	seg->reply.code = code;
	if (seg->reply.message[0] == '\0')
		snprintf(seg->reply.message, sizeof(seg->reply.message), "%s", message);
	pg_segment_answer(seg);
}

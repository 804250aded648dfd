/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the tests of lib/pg share: statements, a pool on the private cluster, callbacks
 * that note what they saw. Included once by each program.
 */
#ifndef TEST_PG_SUPPORT_H
#define TEST_PG_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libpq-fe.h>
#include <signal.h>

#include "base/clock.h"
#include "base/log.h"
#include "pg/pg.h"
#include "test_pg_cluster.h"

enum query {
	Q_ECHO,
	Q_TYPES,
	Q_INSERT,
	Q_COUNT,
	Q_FAIL,
	Q_CHILD,
	Q_BIG,
	Q_SLEEP,
	Q_SLEEP_INSERT,
	Q_STAR,
	Q_LOCK,
	Q_PID,
	Q_NULLS,
	Q_SETTINGS,
	QUERY_COUNT
};

static const struct pg_statement statements[QUERY_COUNT] = {
	[Q_ECHO] = { "echo", "select $1::bigint, $2::text", 2, NULL },
	[Q_TYPES] = { "types",
		      "select $1::bigint, $2::boolean, $3::date, $4::timestamptz, $5::text", 5,
		      NULL },
	[Q_INSERT] = { "insert", "insert into item (id, name) values ($1::bigint, $2::text)", 2,
		       NULL },
	[Q_COUNT] = { "count", "select count(*) from item where id between $1::bigint and $2::bigint",
		      2, NULL },
	[Q_FAIL] = { "fail", "select 1 / $1::int", 1, NULL },
	[Q_CHILD] = { "child", "insert into child (item_id) values ($1::bigint)", 1, NULL },
	[Q_BIG] = { "big", "select repeat('x', $1::int)", 1, NULL },
	[Q_SLEEP] = { "sleep", "select pg_sleep($1::float8)", 1, NULL },
	[Q_SLEEP_INSERT] = { "sleep_insert",
			     "insert into item (id, name) select $1::bigint, 'slow' "
			     "from pg_sleep($2::float8)", 2, NULL },
	[Q_STAR] = { "star", "select * from shape", 0, NULL },
	[Q_LOCK] = { "lock", "select id from item where id = $1::bigint for update", 1, NULL },
	[Q_PID] = { "pid", "select pg_backend_pid()", 0, NULL },
	[Q_NULLS] = { "nulls", "select null::bigint, null::boolean, null::date, "
			       "null::timestamptz, null::text, 'infinity'::date", 0, NULL },
	[Q_SETTINGS] = { "settings", "select current_setting('timezone'), "
			 "current_setting('transaction_read_only'), "
			 "current_setting('statement_timeout'), "
			 "current_setting('application_name'), current_setting('work_mem')", 0,
			 NULL },
};

static struct cluster cluster;

/* --- helpers --------------------------------------------------------------- */

/* An ordinary blocking connection, for setting the scene. */
static UNUSED void admin(const char *sql)
{
	PGconn *pg = PQconnectdb(cluster.conninfo);
	PGresult *res = PQexec(pg, sql);
	ExecStatusType status = PQresultStatus(res);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		fprintf(stderr, "%s: %s\n", sql, PQerrorMessage(pg));
	assert_true(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK);
	PQclear(res);
	PQfinish(pg);
}

struct fixture {
	struct loop *loop;
	struct pg_pool *pool;
};

static UNUSED void config_for_test(struct pg_pool_config *config)
{
	pg_pool_config_init(config);
	config->conninfo = cluster.conninfo;
	config->application_name = "test_pg";
	config->statements = statements;
	config->statement_count = QUERY_COUNT;
	config->lane[PG_LANE_WRITE].connections = 2;
	config->backoff_min_ms = 10;
	config->backoff_max_ms = 100;
}

static UNUSED bool wait_ready(struct fixture *f)
{
	for (int i = 0; i < 300 && !pg_pool_is_ready(f->pool); i++)
		loop_turn(f->loop, 20);
	return pg_pool_is_ready(f->pool);
}

static UNUSED void open_with(struct fixture *f, const struct pg_pool_config *config)
{
	f->loop = loop_new("test");
	assert_int_equal(pg_pool_new(f->loop, config, &f->pool, NULL), ERR_OK);
}

static UNUSED void open_pool(struct fixture *f)
{
	struct pg_pool_config config;

	config_for_test(&config);
	open_with(f, &config);
	assert_true(wait_ready(f));
}

static UNUSED void close_pool(struct fixture *f)
{
	pg_pool_free(f->pool);
	loop_free(f->loop);
}

/* What a callback saw. */
struct seen {
	int calls;
	enum err_code code;
	bool outcome_unknown;
	size_t failed_index;
	char sqlstate[6];
	char constraint[64];
	int64_t number;
	size_t length;
	int order;
};

static int order_counter;

static UNUSED void on_reply(void *arg, const struct pg_reply *reply)
{
	struct seen *s = arg;

	s->calls++;
	s->order = ++order_counter;
	s->code = reply->code;
	s->outcome_unknown = reply->outcome_unknown;
	s->failed_index = reply->failed_index;
	memcpy(s->sqlstate, reply->sqlstate, sizeof(s->sqlstate));
	memcpy(s->constraint, reply->constraint, sizeof(s->constraint));
	if (reply->code == ERR_OK && pg_rows(reply, 0) == 1) {
		s->length = pg_text(reply, 0, 0, 0).n;
		if (s->length > 0 && s->length < 19)
			(void)sv_to_i64(pg_text(reply, 0, 0, 0), &s->number);
	}
}

static UNUSED void wait_calls(struct fixture *f, const struct seen *seen, size_t count, int ms)
{
	int64_t end = clock_mono_us() + (int64_t)ms * 1000;
	size_t left = count;

	while (left > 0 && clock_mono_us() < end) {
		loop_turn(f->loop, 20);
		left = 0;
		for (size_t i = 0; i < count; i++)
			left += seen[i].calls == 0;
	}
	assert_int_equal(left, 0);
}

static UNUSED struct pg_segment *submit_i64(struct fixture *f, enum pg_lane lane, enum query q,
				     int64_t value, struct seen *seen)
{
	struct pg_segment *seg = pg_segment_new(f->pool, lane);

	switch (statements[q].param_count) {
	case 0:
		pg_segment_add0(seg, q);
		break;
	case 1:
		pg_segment_addv(seg, q, PG_I64(value));
		break;
	default:
		pg_segment_addv(seg, q, PG_I64(value), PG_CSTR("x"));
		break;
	}
	pg_segment_submit(seg, on_reply, seen);
	return seg;
}

static UNUSED int64_t count_items(struct fixture *f, int64_t low, int64_t high)
{
	struct pg_segment *seg = pg_segment_new(f->pool, PG_LANE_READ);
	struct seen seen = { 0 };

	pg_segment_addv(seg, Q_COUNT, PG_I64(low), PG_I64(high));
	pg_segment_submit(seg, on_reply, &seen);
	wait_calls(f, &seen, 1, 5000);
	assert_int_equal(seen.code, ERR_OK);
	return seen.number;
}

static UNUSED struct pg_lane_stats lane_stats(struct fixture *f, enum pg_lane lane)
{
	struct pg_pool_stats stats;

	pg_pool_stats(f->pool, &stats);
	return stats.lane[lane];
}

static UNUSED void kill_backends(const char *lane)
{
	char sql[300];

	snprintf(sql, sizeof(sql),
		 "select pg_terminate_backend(pid) from pg_stat_activity "
		 "where application_name = 'test_pg %s'", lane);
	admin(sql);
}

static UNUSED void turns(struct fixture *f, int ms)
{
	int64_t end = clock_mono_us() + (int64_t)ms * 1000;

	while (clock_mono_us() < end)
		loop_turn(f->loop, 10);
}

static UNUSED int group_setup(void **state UNUSED)
{
	if (!cluster_new(&cluster))
		return -1;
	admin("create table item (id bigint primary key, name text);"
	      "create table child (item_id bigint constraint child_item_fkey references item "
	      "deferrable initially deferred);"
	      "create table shape (a int, b int)");
	return 0;
}

static UNUSED int group_teardown(void **state UNUSED)
{
	cluster_free(&cluster);
	return 0;
}

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Pipelined pool against a real server: values, errors in statements and at the commit,
 * volume, sessions, configuration.
 */
#include "test_pg_support.h"

/* --- values ---------------------------------------------------------------- */

static void check_types(void *arg, const struct pg_reply *r)
{
	instant_t t = 0;
	day_t d = 0;

	assert_int_equal(r->code, ERR_OK);
	assert_true(day_from_ymd(2026, 11, 23, &d));
	assert_true(instant_parse(SV("2026-11-23T08:00:00.25+08:00"), &t));
	assert_int_equal(pg_i64(r, 0, 0, 0), -9007199254740993);
	assert_true(pg_bool(r, 0, 0, 1));
	assert_int_equal(pg_day(r, 0, 0, 2), d);
	assert_int_equal(pg_instant(r, 0, 0, 3), t);
	assert_string_equal(pg_cstr(r, 0, 0, 4), "商标'\"\\侵权");
	assert_int_equal(pg_columns(r, 0), 5);
	assert_int_equal(pg_i64_or(r, 1, 0, 0, 7), 7);
	assert_false(pg_bool(r, 1, 0, 1));
	assert_int_equal(pg_day(r, 1, 0, 2), DAY_NONE);
	assert_int_equal(pg_instant(r, 1, 0, 3), INSTANT_NONE);
	assert_null(pg_text(r, 1, 0, 4).p);
	assert_true(pg_is_null(r, 1, 0, 4));
	assert_int_equal(pg_day(r, 1, 0, 5), DAY_MAX);
	assert_string_equal(pg_cstr(r, 2, 0, 0), "UTC");
	assert_string_equal(pg_cstr(r, 2, 0, 1), "on");
	assert_string_equal(pg_cstr(r, 2, 0, 2), "10s");
	assert_string_equal(pg_cstr(r, 2, 0, 3), "test_pg read");
	assert_string_equal(pg_cstr(r, 2, 0, 4), "5MB");
	*(int *)arg = 1;
}

static void test_values_and_settings(void **state UNUSED)
{
	struct pg_pool_config config;
	struct fixture f;
	struct pg_segment *seg;
	char conninfo[500];
	instant_t t = 0;
	day_t d = 0;
	int done = 0;

	config_for_test(&config);
	snprintf(conninfo, sizeof(conninfo), "%s options='-c work_mem=5MB'", cluster.conninfo);
	config.conninfo = conninfo;
	open_with(&f, &config);
	assert_true(wait_ready(&f));
	assert_true(day_from_ymd(2026, 11, 23, &d));
	assert_true(instant_parse(SV("2026-11-23T08:00:00.25+08:00"), &t));
	seg = pg_segment_new(f.pool, PG_LANE_READ);
	assert_int_equal(pg_segment_addv(seg, Q_TYPES, PG_I64(-9007199254740993), PG_BOOL(true),
					 PG_DAY(d), PG_INSTANT(t), PG_TEXT(SV("商标'\"\\侵权"))),
			 0);
	assert_int_equal(pg_segment_add0(seg, Q_NULLS), 1);
	assert_int_equal(pg_segment_add0(seg, Q_SETTINGS), 2);
	pg_segment_submit(seg, check_types, &done);
	for (int i = 0; i < 100 && !done; i++)
		loop_turn(f.loop, 20);
	assert_int_equal(done, 1);
	close_pool(&f);
}

static void test_parameters_refused_here(void **state UNUSED)
{
	struct pg_pool_config config;
	struct fixture f;
	struct seen seen[2] = { 0 };
	struct pg_segment *seg;
	char *big = xcalloc(1, 70000);

	memset(big, 'x', 69999);
	config_for_test(&config);
	config.segment_bytes = 65536;
	open_with(&f, &config);
	seg = pg_segment_new(f.pool, PG_LANE_READ);
	pg_segment_addv(seg, Q_ECHO, PG_I64(1), PG_CSTR(big));
	pg_segment_submit(seg, on_reply, &seen[0]);
	seg = pg_segment_new(f.pool, PG_LANE_READ);
	pg_segment_addv(seg, Q_ECHO, PG_I64(1), PG_TEXT(((struct sv){ "a\0b", 3 })));
	pg_segment_submit(seg, on_reply, &seen[1]);
	assert_int_equal(seen[0].calls, 0); /* never from within submit */
	wait_calls(&f, seen, 2, 1000);
	assert_int_equal(seen[0].code, ERR_TOO_LARGE);
	assert_int_equal(seen[1].code, ERR_MALFORMED);
	free(big);
	close_pool(&f);
}

/* --- errors ---------------------------------------------------------------- */

static void test_error_stays_in_its_segment(void **state UNUSED)
{
	struct pg_pool_config config;
	struct fixture f;
	struct seen seen[3] = { 0 };
	struct pg_segment *seg;

	config_for_test(&config);
	config.lane[PG_LANE_WRITE].connections = 1; /* all three on one connection */
	open_with(&f, &config);
	assert_true(wait_ready(&f));
	submit_i64(&f, PG_LANE_WRITE, Q_INSERT, 100, &seen[0]);
	seg = pg_segment_new(f.pool, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_INSERT, PG_I64(101), PG_CSTR("rolled back"));
	pg_segment_addv(seg, Q_FAIL, PG_I64(0));
	pg_segment_addv(seg, Q_INSERT, PG_I64(102), PG_CSTR("never run"));
	pg_segment_submit(seg, on_reply, &seen[1]);
	submit_i64(&f, PG_LANE_WRITE, Q_INSERT, 103, &seen[2]);
	wait_calls(&f, seen, 3, 5000);
	assert_int_equal(seen[0].code, ERR_OK);
	assert_int_equal(seen[1].code, ERR_INVALID);
	assert_string_equal(seen[1].sqlstate, "22012");
	assert_int_equal(seen[1].failed_index, 1);
	assert_int_equal(seen[2].code, ERR_OK);
	assert_int_equal(count_items(&f, 100, 103), 2);
	assert_true(seen[0].order < seen[1].order && seen[1].order < seen[2].order);
	close_pool(&f);
}

static void test_constraint_names(void **state UNUSED)
{
	struct fixture f;
	struct seen seen[2] = { 0 };

	open_pool(&f);
	submit_i64(&f, PG_LANE_WRITE, Q_INSERT, 110, &seen[0]);
	wait_calls(&f, seen, 1, 5000);
	submit_i64(&f, PG_LANE_WRITE, Q_INSERT, 110, &seen[1]);
	wait_calls(&f, seen, 2, 5000);
	assert_int_equal(seen[0].code, ERR_OK);
	assert_int_equal(seen[1].code, ERR_CONFLICT);
	assert_string_equal(seen[1].constraint, "item_pkey");
	close_pool(&f);
}

/* Every statement answers well; the commit does not. */
static void test_deferred_constraint_fails_at_the_sync(void **state UNUSED)
{
	struct pg_pool_config config;
	struct fixture f;
	struct seen seen[2] = { 0 };
	struct pg_segment *seg;

	config_for_test(&config);
	config.lane[PG_LANE_WRITE].connections = 1;
	open_with(&f, &config);
	assert_true(wait_ready(&f));
	seg = pg_segment_new(f.pool, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_INSERT, PG_I64(120), PG_CSTR("x"));
	pg_segment_addv(seg, Q_CHILD, PG_I64(999999));
	pg_segment_submit(seg, on_reply, &seen[0]);
	submit_i64(&f, PG_LANE_WRITE, Q_INSERT, 121, &seen[1]);
	wait_calls(&f, seen, 2, 5000);
	assert_int_equal(seen[0].calls, 1);
	assert_int_equal(seen[0].code, ERR_CONFLICT);
	assert_string_equal(seen[0].sqlstate, "23503");
	assert_string_equal(seen[0].constraint, "child_item_fkey");
	assert_int_equal(seen[0].failed_index, 2); /* == count: at commit */
	assert_int_equal(seen[1].code, ERR_OK);
	assert_int_equal(count_items(&f, 120, 121), 1);
	close_pool(&f);
}

static void test_time_limits(void **state UNUSED)
{
	struct pg_pool_config config;
	struct fixture f;
	struct seen seen[3] = { 0 };
	PGconn *holder = PQconnectdb(cluster.conninfo);

	config_for_test(&config);
	config.lane[PG_LANE_READ].statement_timeout_ms = 100;
	config.lane[PG_LANE_WRITE].lock_timeout_ms = 100;
	open_with(&f, &config);
	assert_true(wait_ready(&f));
	submit_i64(&f, PG_LANE_READ, Q_SLEEP, 5, &seen[0]);
	wait_calls(&f, seen, 1, 5000);
	assert_int_equal(seen[0].code, ERR_TIMEOUT);
	submit_i64(&f, PG_LANE_WRITE, Q_INSERT, 130, &seen[1]);
	wait_calls(&f, seen, 2, 5000);
	PQclear(PQexec(holder, "begin; update item set name = 'held' where id = 130"));
	submit_i64(&f, PG_LANE_WRITE, Q_LOCK, 130, &seen[2]);
	wait_calls(&f, seen, 3, 5000);
	assert_int_equal(seen[2].code, ERR_CONFLICT);
	assert_string_equal(seen[2].sqlstate, "55P03");
	PQfinish(holder);
	close_pool(&f);
}

static void test_write_on_a_reading_lane_is_a_bug(void **state UNUSED)
{
	struct fixture f;
	struct seen seen = { 0 };

	open_pool(&f);
	submit_i64(&f, PG_LANE_READ, Q_INSERT, 140, &seen);
	wait_calls(&f, &seen, 1, 5000);
	assert_int_equal(seen.code, ERR_INTERNAL);
	assert_string_equal(seen.sqlstate, "25006");
	close_pool(&f);
}

/* --- volume ---------------------------------------------------------------- */

static void test_big_results_and_followers(void **state UNUSED)
{
	struct fixture f;
	struct seen seen[40] = { 0 };

	open_pool(&f);
	for (int i = 0; i < 40; i++)
		submit_i64(&f, PG_LANE_READ, i % 2 ? Q_PID : Q_BIG, 20000 + i * 30000, &seen[i]);
	wait_calls(&f, seen, 40, 10000);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(seen[i].code, ERR_OK);
		if (i % 2 == 0)
			assert_int_equal(seen[i].length, 20000 + i * 30000);
	}
	close_pool(&f);
}

static void test_many_segments_and_the_queue_limit(void **state UNUSED)
{
	enum { LIMIT = 512, TOTAL = 600 };
	static struct seen seen[TOTAL];
	struct fixture f;
	int busy = 0;

	memset(seen, 0, sizeof(seen));
	open_pool(&f);
	for (int i = 0; i < TOTAL; i++)
		submit_i64(&f, PG_LANE_READ, Q_ECHO, i, &seen[i]);
	assert_int_equal(lane_stats(&f, PG_LANE_READ).unanswered, LIMIT);
	wait_calls(&f, seen, TOTAL, 10000);
	for (int i = 0; i < TOTAL; i++) {
		assert_int_equal(seen[i].calls, 1);
		if (seen[i].code == ERR_BUSY) {
			busy++;
		} else {
			assert_int_equal(seen[i].code, ERR_OK);
			assert_int_equal(seen[i].number, i);
		}
	}
	assert_int_equal(busy, TOTAL - LIMIT);
	assert_int_equal(lane_stats(&f, PG_LANE_READ).unanswered, 0);
	/* The queue is free again. */
	memset(seen, 0, sizeof(seen));
	submit_i64(&f, PG_LANE_READ, Q_ECHO, 5, &seen[0]);
	wait_calls(&f, seen, 1, 5000);
	assert_int_equal(seen[0].code, ERR_OK);
	close_pool(&f);
}

static void test_parameters_larger_than_the_socket_buffer(void **state UNUSED)
{
	struct fixture f;
	struct seen seen[6] = { 0 };
	size_t n = 3 * 1024 * 1024;
	char *big = xcalloc(1, n + 1);

	memset(big, 'y', n);
	open_pool(&f);
	for (int i = 0; i < 6; i++) {
		struct pg_segment *seg = pg_segment_new(f.pool, PG_LANE_READ);

		pg_segment_addv(seg, Q_ECHO, PG_I64(i), PG_CSTR(big));
		pg_segment_submit(seg, on_reply, &seen[i]);
	}
	wait_calls(&f, seen, 6, 20000);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(seen[i].code, ERR_OK);
		assert_int_equal(seen[i].number, i);
	}
	free(big);
	close_pool(&f);
}

/* --- sessions and statements ----------------------------------------------- */

static void test_changed_table_is_prepared_again(void **state UNUSED)
{
	struct fixture f;
	struct seen seen[2] = { 0 };

	open_pool(&f);
	submit_i64(&f, PG_LANE_READ, Q_STAR, 0, &seen[0]);
	wait_calls(&f, seen, 1, 5000);
	assert_int_equal(seen[0].code, ERR_OK);
	admin("alter table shape add column extra text");
	submit_i64(&f, PG_LANE_READ, Q_STAR, 0, &seen[1]);
	wait_calls(&f, seen, 2, 5000);
	assert_int_equal(seen[1].code, ERR_OK);
	assert_int_equal(seen[1].calls, 1);
	assert_true(wait_ready(&f));
	close_pool(&f);
	admin("alter table shape drop column extra");
}

static void test_renew(void **state UNUSED)
{
	struct fixture f;
	struct seen seen[2] = { 0 };

	open_pool(&f);
	submit_i64(&f, PG_LANE_READ, Q_PID, 0, &seen[0]);
	wait_calls(&f, seen, 1, 5000);
	pg_pool_renew(f.pool);
	submit_i64(&f, PG_LANE_READ, Q_PID, 0, &seen[1]); /* waits for the new one */
	wait_calls(&f, seen, 2, 5000);
	assert_int_equal(seen[1].code, ERR_OK);
	assert_int_not_equal(seen[0].number, seen[1].number);
	assert_int_equal(lane_stats(&f, PG_LANE_READ).losses, 0);
	close_pool(&f);
}

static void test_idle_check(void **state UNUSED)
{
	struct pg_pool_config config;
	struct fixture f;
	struct seen seen = { 0 };

	config_for_test(&config);
	config.idle_check_ms = 1;
	open_with(&f, &config);
	assert_true(wait_ready(&f));
	turns(&f, 1300); /* at least one tick */
	assert_true(pg_pool_is_ready(f.pool));
	submit_i64(&f, PG_LANE_READ, Q_ECHO, 9, &seen);
	wait_calls(&f, &seen, 1, 5000);
	assert_int_equal(seen.number, 9);
	close_pool(&f);
}

static void test_configuration_errors(void **state UNUSED)
{
	static const struct pg_statement bad[] = {
		{ "tx", " -- note\n /* c */ BEGIN", 0, NULL },
	};
	static const struct pg_statement broken[] = {
		{ "fine", "select 1", 0, NULL },
		{ "broken", "select nothing from nowhere", 0, NULL },
	};
	struct pg_pool_config config;
	struct pg_pool *pool = NULL;
	struct fixture f;
	struct err err = ERR_INIT;

	config_for_test(&config);
	f.loop = loop_new("test");
	config.conninfo = "host=x =";
	assert_int_equal(pg_pool_new(f.loop, &config, &pool, &err), ERR_INVALID);
	config_for_test(&config);
	config.statements = bad;
	config.statement_count = 1;
	assert_int_equal(pg_pool_new(f.loop, &config, &pool, &err), ERR_INVALID);
	loop_free(f.loop);

	config.statements = broken;
	config.statement_count = 2;
	open_with(&f, &config);
	for (int i = 0; i < 100 && !pg_pool_last_error(f.pool)[0]; i++)
		loop_turn(f.loop, 20);
	assert_non_null(strstr(pg_pool_last_error(f.pool), "could not prepare broken"));
	assert_false(pg_pool_is_ready(f.pool));
	close_pool(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_and_settings),
		cmocka_unit_test(test_parameters_refused_here),
		cmocka_unit_test(test_error_stays_in_its_segment),
		cmocka_unit_test(test_constraint_names),
		cmocka_unit_test(test_deferred_constraint_fails_at_the_sync),
		cmocka_unit_test(test_time_limits),
		cmocka_unit_test(test_write_on_a_reading_lane_is_a_bug),
		cmocka_unit_test(test_big_results_and_followers),
		cmocka_unit_test(test_many_segments_and_the_queue_limit),
		cmocka_unit_test(test_parameters_larger_than_the_socket_buffer),
		cmocka_unit_test(test_changed_table_is_prepared_again),
		cmocka_unit_test(test_renew),
		cmocka_unit_test(test_idle_check),
		cmocka_unit_test(test_configuration_errors),
	};

	loop_process_init();
	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests_name("pg", tests, group_setup, group_teardown);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Pipelined pool when backends die, the server is away, or the owner of a segment leaves;
 * tasks that wait for segments; LISTEN.
 */
#include "test_pg_support.h"

/* --- death of a backend ---------------------------------------------------- */

static void test_reads_survive_one_death(void **state UNUSED)
{
	struct fixture f;
	struct seen seen[20] = { 0 };

	open_pool(&f);
	submit_i64(&f, PG_LANE_READ, Q_SLEEP, 1, &seen[0]);
	for (int i = 1; i < 20; i++)
		submit_i64(&f, PG_LANE_READ, Q_ECHO, i, &seen[i]);
	turns(&f, 100);
	kill_backends("read");
	wait_calls(&f, seen, 20, 5000);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(seen[i].calls, 1);
		assert_int_equal(seen[i].code, ERR_OK);
		assert_true(i < 2 || seen[i].number == i);
		assert_true(i == 0 || seen[i].order > seen[i - 1].order);
	}
	assert_int_equal(lane_stats(&f, PG_LANE_READ).retried, 20);
	assert_int_equal(lane_stats(&f, PG_LANE_READ).losses, 1);
	close_pool(&f);
}

static void test_reads_are_retried_only_once(void **state UNUSED)
{
	struct fixture f;
	struct seen seen[5] = { 0 };

	open_pool(&f);
	submit_i64(&f, PG_LANE_READ, Q_SLEEP, 3, &seen[0]);
	for (int i = 1; i < 5; i++)
		submit_i64(&f, PG_LANE_READ, Q_ECHO, i, &seen[i]);
	turns(&f, 100);
	kill_backends("read");
	turns(&f, 400);
	assert_int_equal(seen[0].calls, 0);
	kill_backends("read");
	wait_calls(&f, seen, 5, 5000);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(seen[i].calls, 1);
		assert_int_equal(seen[i].code, ERR_UNAVAILABLE);
		assert_false(seen[i].outcome_unknown);
	}
	assert_true(wait_ready(&f));
	close_pool(&f);
}

static void test_writes_fail_once_with_unknown_outcome(void **state UNUSED)
{
	struct pg_pool_config config;
	struct fixture f;
	struct seen seen[10] = { 0 };
	struct pg_segment *seg;

	config_for_test(&config);
	config.lane[PG_LANE_WRITE].connections = 1;
	open_with(&f, &config);
	assert_true(wait_ready(&f));
	seg = pg_segment_new(f.pool, PG_LANE_WRITE);
	pg_segment_add(seg, Q_SLEEP_INSERT, 2, (const char *const[]){ "200", "3" });
	pg_segment_submit(seg, on_reply, &seen[0]);
	for (int i = 1; i < 10; i++)
		submit_i64(&f, PG_LANE_WRITE, Q_INSERT, 200 + i, &seen[i]);
	turns(&f, 100);
	kill_backends("write");
	wait_calls(&f, seen, 10, 5000);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(seen[i].calls, 1);
		assert_int_equal(seen[i].code, ERR_UNAVAILABLE);
		/* The first one's statement was refused by the dying server: known. */
		assert_int_equal(seen[i].outcome_unknown, i > 0);
	}
	assert_string_equal(seen[0].sqlstate, "57P01");
	assert_int_equal(lane_stats(&f, PG_LANE_WRITE).retried, 0);
	assert_int_equal(lane_stats(&f, PG_LANE_WRITE).unanswered, 0);
	assert_true(wait_ready(&f));
	memset(seen, 0, sizeof(seen));
	submit_i64(&f, PG_LANE_WRITE, Q_INSERT, 220, &seen[0]);
	wait_calls(&f, seen, 1, 5000);
	assert_int_equal(seen[0].code, ERR_OK);
	assert_int_equal(count_items(&f, 200, 219), 0);
	close_pool(&f);
}

static void test_idle_death_is_noticed(void **state UNUSED)
{
	struct fixture f;

	open_pool(&f);
	kill_backends("slow");
	for (int i = 0; i < 100 && pg_pool_is_ready(f.pool); i++)
		loop_turn(f.loop, 20);
	assert_int_equal(lane_stats(&f, PG_LANE_SLOW).losses, 1);
	assert_true(wait_ready(&f));
	assert_int_equal(lane_stats(&f, PG_LANE_SLOW).connects, 2);
	close_pool(&f);
}

/* The peer is there but says nothing: only our own limits notice. */
static void test_hung_backend_is_given_up(void **state UNUSED)
{
	struct pg_pool_config config;
	struct fixture f;
	struct seen seen = { 0 };
	pid_t pid;

	config_for_test(&config);
	config.idle_check_ms = 1;
	config.connect_timeout_ms = 500;
	open_with(&f, &config);
	assert_true(wait_ready(&f));
	submit_i64(&f, PG_LANE_READ, Q_PID, 0, &seen);
	wait_calls(&f, &seen, 1, 5000);
	pid = (pid_t)seen.number;
	assert_true(pid > 1);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	for (int i = 0; i < 250 && lane_stats(&f, PG_LANE_READ).losses == 0; i++)
		loop_turn(f.loop, 20);
	kill(pid, SIGCONT);
	assert_int_equal(lane_stats(&f, PG_LANE_READ).losses, 1);
	assert_true(wait_ready(&f));
	close_pool(&f);
}

static void test_server_away_and_back(void **state UNUSED)
{
	struct pg_pool_config config;
	struct fixture f;
	struct seen seen[3] = { 0 };

	config_for_test(&config);
	config.grace_ms = 300;
	open_with(&f, &config);
	assert_true(wait_ready(&f));
	cluster_stop(&cluster, "immediate");
	turns(&f, 100);
	assert_false(pg_pool_is_ready(f.pool));
	submit_i64(&f, PG_LANE_READ, Q_ECHO, 1, &seen[0]); /* within the grace: waits */
	turns(&f, 20);
	assert_int_equal(seen[0].calls, 0);
	wait_calls(&f, seen, 1, 2000);
	assert_int_equal(seen[0].code, ERR_UNAVAILABLE);
	submit_i64(&f, PG_LANE_WRITE, Q_INSERT, 300, &seen[1]); /* now at once */
	loop_turn(f.loop, 0);
	assert_int_equal(seen[1].calls, 1);
	assert_int_equal(seen[1].code, ERR_UNAVAILABLE);
	assert_false(seen[1].outcome_unknown);
	assert_true(strlen(pg_pool_last_error(f.pool)) > 0);
	assert_true(cluster_start(&cluster));
	assert_true(wait_ready(&f));
	submit_i64(&f, PG_LANE_READ, Q_ECHO, 3, &seen[2]);
	wait_calls(&f, seen, 3, 5000);
	assert_int_equal(seen[2].code, ERR_OK);
	assert_int_equal(seen[0].calls + seen[1].calls, 2);
	close_pool(&f);
}

static void test_never_connected(void **state UNUSED)
{
	struct pg_pool_config config;
	struct fixture f;
	struct seen seen[2] = { 0 };

	config_for_test(&config);
	config.conninfo = "host=/nonexistent user=postgres dbname=postgres";
	config.grace_ms = 50;
	open_with(&f, &config);
	submit_i64(&f, PG_LANE_READ, Q_ECHO, 1, &seen[0]);
	wait_calls(&f, seen, 1, 1000);
	submit_i64(&f, PG_LANE_READ, Q_ECHO, 1, &seen[1]);
	loop_turn(f.loop, 0);
	assert_int_equal(seen[0].code, ERR_UNAVAILABLE);
	assert_int_equal(seen[1].code, ERR_UNAVAILABLE);
	assert_true(lane_stats(&f, PG_LANE_READ).connect_failures >= 1);
	assert_false(pg_pool_is_ready(f.pool));
	close_pool(&f);
}

/* A server that accepts and says nothing: the connect deadline is ours. */
static void test_connect_deadline(void **state UNUSED)
{
	struct pg_pool_config config;
	struct fixture f;
	PGconn *pg = PQconnectdb(cluster.conninfo);
	char conninfo[500];
	int64_t began;

	config_for_test(&config);
	config.connect_timeout_ms = 100;
	/* A stopped postmaster still has its socket in the backlog: connect works, silence. */
	snprintf(conninfo, sizeof(conninfo), "%s", cluster.conninfo);
	config.conninfo = conninfo;
	{
		char path[320];
		FILE *file;
		int pid = 0;

		snprintf(path, sizeof(path), "%s/postmaster.pid", cluster.data);
		file = fopen(path, "r");
		assert_non_null(file);
		assert_int_equal(fscanf(file, "%d", &pid), 1);
		fclose(file);
		assert_true(pid > 1);
		kill(pid, SIGSTOP);
		open_with(&f, &config);
		began = clock_mono_us();
		while (lane_stats(&f, PG_LANE_READ).connect_failures == 0 &&
		       clock_mono_us() - began < 3000000)
			loop_turn(f.loop, 20);
		kill(pid, SIGCONT);
	}
	assert_true(lane_stats(&f, PG_LANE_READ).connect_failures >= 1);
	assert_non_null(strstr(pg_pool_last_error(f.pool), "took too long"));
	assert_true(wait_ready(&f));
	PQfinish(pg);
	close_pool(&f);
}

/* --- owners that leave ----------------------------------------------------- */

static void test_forget_in_every_state(void **state UNUSED)
{
	struct fixture f;
	struct seen seen[5] = { 0 };
	struct pg_segment *seg;
	struct pg_pool_config config;

	config_for_test(&config);
	open_with(&f, &config);
	seg = submit_i64(&f, PG_LANE_READ, Q_ECHO, 1, &seen[0]); /* no connection yet: waits */
	pg_segment_forget(seg);
	assert_true(wait_ready(&f));
	pg_segment_forget(pg_segment_new(f.pool, PG_LANE_READ)); /* being built */
	seg = submit_i64(&f, PG_LANE_WRITE, Q_INSERT, 400, &seen[1]); /* not yet sent */
	pg_segment_forget(seg);
	seg = submit_i64(&f, PG_LANE_WRITE, Q_INSERT, 401, &seen[2]);
	loop_turn(f.loop, 0); /* sent */
	pg_segment_forget(seg);
	seg = submit_i64(&f, PG_LANE_READ, Q_BIG, 100000, &seen[3]);
	loop_turn(f.loop, 0);
	pg_segment_forget(seg);
	submit_i64(&f, PG_LANE_READ, Q_ECHO, 4, &seen[4]);
	wait_calls(&f, &seen[4], 1, 5000);
	turns(&f, 100);
	assert_int_equal(seen[4].number, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(seen[i].calls, 0);
	assert_int_equal(count_items(&f, 400, 400), 0);
	assert_int_equal(count_items(&f, 401, 401), 1);
	assert_int_equal(lane_stats(&f, PG_LANE_READ).unanswered, 0);
	assert_int_equal(lane_stats(&f, PG_LANE_WRITE).unanswered, 0);
	close_pool(&f);
}

static struct pg_segment *kept;

static void keep_it(void *arg, const struct pg_reply *reply)
{
	on_reply(arg, reply);
	pg_segment_keep(reply->segment);
	kept = reply->segment;
}

static void test_keep(void **state UNUSED)
{
	struct fixture f;
	struct seen seen = { 0 };
	struct pg_segment *seg;

	open_pool(&f);
	seg = pg_segment_new(f.pool, PG_LANE_READ);
	pg_segment_addv(seg, Q_ECHO, PG_I64(77), PG_CSTR("留"));
	pg_segment_submit(seg, keep_it, &seen);
	wait_calls(&f, &seen, 1, 5000);
	turns(&f, 20);
	assert_ptr_equal(kept, seg);
	assert_string_equal(pg_cstr(pg_segment_reply(seg), 0, 0, 1), "留");
	pg_segment_forget(seg);
	close_pool(&f);
}

static void test_free_answers_everything(void **state UNUSED)
{
	struct fixture f;
	struct seen seen[8] = { 0 };

	open_pool(&f);
	submit_i64(&f, PG_LANE_READ, Q_SLEEP, 5, &seen[0]);
	submit_i64(&f, PG_LANE_WRITE, Q_INSERT, 500, &seen[1]);
	loop_turn(f.loop, 0);
	for (int i = 2; i < 8; i++)
		submit_i64(&f, i % 2 ? PG_LANE_READ : PG_LANE_WRITE, Q_ECHO, i, &seen[i]);
	pg_pool_free(f.pool);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(seen[i].calls, 1);
		assert_int_equal(seen[i].code, ERR_UNAVAILABLE);
		assert_int_equal(seen[i].outcome_unknown, i == 1);
	}
	loop_free(f.loop);
}

/* --- tasks ----------------------------------------------------------------- */

struct work {
	struct fixture *f;
	struct pg_segment *seg;
	int64_t value;
	int ended;
	enum err_code code;
	struct err err;
	enum query query;
	bool tolerant;
	enum err_code seen_code;
};

static enum step work_load(struct task *t)
{
	struct work *w = task_ctx(t);

	w->seg = pg_segment_new(task_data(t), PG_LANE_READ);
	if (w->query == Q_ECHO)
		pg_segment_addv(w->seg, Q_ECHO, PG_I64(w->value), PG_NULL);
	else
		pg_segment_addv(w->seg, w->query, PG_I64(w->value));
	return w->tolerant ? pg_segment_wait_any(w->seg, t) : pg_segment_wait(w->seg, t);
}

static enum step work_use(struct task *t)
{
	struct work *w = task_ctx(t);
	const struct pg_reply *reply = pg_segment_reply(w->seg);

	w->seen_code = reply->code;
	if (reply->code == ERR_OK)
		w->value = pg_i64(reply, 0, 0, 0) * 2;
	return STEP_NEXT;
}

static const struct task_step work_steps[] = {
	{ "load", work_load }, { "use", work_use }, { "again", work_load }, { "use", work_use },
	TASK_STEPS_END,
};

static void work_done(struct task *t, enum err_code code, void *arg)
{
	struct work *w = arg;

	w->ended++;
	w->code = code;
	w->err = *task_err(t);
}

static void start_work(struct fixture *f, struct work *w, int64_t deadline_ms)
{
	struct task *t = task_new(f->loop, &(struct task_options){ .name = "work",
			.deadline_ms = deadline_ms, .data = f->pool });

	task_start(t, work_steps, w, work_done, w);
}

static void wait_ended(struct fixture *f, const struct work *w)
{
	for (int i = 0; i < 200 && !w->ended; i++)
		loop_turn(f->loop, 20);
	assert_int_equal(w->ended, 1);
}

static bool map_division(void *arg UNUSED, const struct pg_reply *reply, struct err *err)
{
	if (strcmp(reply->sqlstate, "22012") != 0)
		return false;
	err_set(err, ERR_LAW, "no-zero", "除数为零");
	return true;
}

static void test_task_steps(void **state UNUSED)
{
	struct pg_pool_config config;
	struct fixture f;
	struct work good = { .value = 5, .query = Q_ECHO };
	struct work bad = { .value = 0, .query = Q_FAIL };
	struct work tolerant = { .value = 0, .query = Q_FAIL, .tolerant = true };

	config_for_test(&config);
	config.map_error = map_division;
	open_with(&f, &config);
	assert_true(wait_ready(&f));
	start_work(&f, &good, 5000);
	start_work(&f, &bad, 5000);
	start_work(&f, &tolerant, 5000);
	wait_ended(&f, &good);
	wait_ended(&f, &bad);
	wait_ended(&f, &tolerant);
	assert_int_equal(good.code, ERR_OK);
	assert_int_equal(good.value, 20);
	assert_int_equal(bad.code, ERR_LAW);
	assert_string_equal(bad.err.rule, "no-zero");
	assert_string_equal(bad.err.message, "除数为零");
	assert_int_equal(tolerant.code, ERR_OK);
	assert_int_equal(tolerant.seen_code, ERR_INVALID);
	close_pool(&f);
}

static void test_task_deadline_and_late_answer(void **state UNUSED)
{
	struct fixture f;
	struct work slow = { .value = 1, .query = Q_SLEEP };
	struct work next = { .value = 3, .query = Q_ECHO };

	open_pool(&f);
	start_work(&f, &slow, 50);
	wait_ended(&f, &slow);
	assert_int_equal(slow.code, ERR_TIMEOUT);
	start_work(&f, &next, 5000); /* behind the sleeper, whose answer finds nobody */
	wait_ended(&f, &next);
	assert_int_equal(next.value, 12);
	assert_int_equal(slow.ended, 1);
	close_pool(&f);
}

static void test_cancel_all_with_answers_on_their_way(void **state UNUSED)
{
	struct fixture f;
	struct work w[10];

	open_pool(&f);
	for (int i = 0; i < 10; i++) {
		w[i] = (struct work){ .value = i, .query = Q_ECHO };
		start_work(&f, &w[i], 5000);
	}
	loop_turn(f.loop, 0);
	task_cancel_all(f.loop);
	for (int i = 0; i < 10; i++)
		assert_int_equal(w[i].ended, 1);
	close_pool(&f);
}

/* --- LISTEN ---------------------------------------------------------------- */

struct heard {
	int connects;
	int events;
	char payload[64];
};

static void on_event(void *arg, const char *channel, const char *payload)
{
	struct heard *h = arg;

	if (!channel) {
		h->connects++;
		return;
	}
	h->events++;
	snprintf(h->payload, sizeof(h->payload), "%s/%s", channel, payload);
}

static void test_listen(void **state UNUSED)
{
	static const char *const channels[] = { "matter", "Odd name", NULL };
	struct pg_pool_config config;
	struct fixture f = { .loop = loop_new("test") };
	struct pg_listener *listener = NULL;
	struct heard h = { 0 };

	config_for_test(&config);
	assert_int_equal(pg_listener_new(f.loop, &config, channels, on_event, &h, &listener, NULL),
			 ERR_OK);
	for (int i = 0; i < 200 && h.connects < 1; i++)
		loop_turn(f.loop, 20);
	assert_int_equal(h.connects, 1);
	admin("notify \"Odd name\", '42'");
	for (int i = 0; i < 200 && h.events < 1; i++)
		loop_turn(f.loop, 20);
	assert_string_equal(h.payload, "Odd name/42");
	kill_backends("listen");
	for (int i = 0; i < 200 && h.connects < 2; i++)
		loop_turn(f.loop, 20);
	assert_int_equal(h.connects, 2);
	admin("notify matter, '43'");
	for (int i = 0; i < 200 && h.events < 2; i++)
		loop_turn(f.loop, 20);
	assert_string_equal(h.payload, "matter/43");
	pg_listener_free(listener);
	loop_free(f.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_survive_one_death),
		cmocka_unit_test(test_reads_are_retried_only_once),
		cmocka_unit_test(test_writes_fail_once_with_unknown_outcome),
		cmocka_unit_test(test_idle_death_is_noticed),
		cmocka_unit_test(test_hung_backend_is_given_up),
		cmocka_unit_test(test_server_away_and_back),
		cmocka_unit_test(test_never_connected),
		cmocka_unit_test(test_connect_deadline),
		cmocka_unit_test(test_forget_in_every_state),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_free_answers_everything),
		cmocka_unit_test(test_task_steps),
		cmocka_unit_test(test_task_deadline_and_late_answer),
		cmocka_unit_test(test_cancel_all_with_answers_on_their_way),
		cmocka_unit_test(test_listen),
	};

	loop_process_init();
	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests_name("pg_faults", tests, group_setup, group_teardown);
}

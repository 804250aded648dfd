/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Loop: timers, deferred work, messages from other threads, watches, offload.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "loop/loop.h"
#include "loop/offload.h"

static char trace[256];

static void note(void *arg)
{
	size_t n = strlen(trace);

	snprintf(trace + n, sizeof(trace) - n, "%s", (const char *)arg);
}

static char A[] = "a", B[] = "b", C[] = "c", D[] = "d";

static struct loop *fresh(void)
{
	trace[0] = '\0';
	return loop_new("test");
}

/* --- timers ---------------------------------------------------------------- */

static void test_timers_fire_in_due_order(void **state UNUSED)
{
	struct loop *loop = fresh();
	struct loop_timer a = { 0 }, b = { 0 }, c = { 0 };
	int64_t began = clock_mono_us();

	loop_timer_start(loop, &c, 15, note, C);
	loop_timer_start(loop, &a, 1, note, A);
	loop_timer_start(loop, &b, 8, note, B);
	for (int i = 0; i < 50 && loop_timer_is_running(&c); i++)
		loop_turn(loop, 20);
	assert_string_equal(trace, "abc");
	assert_true(clock_mono_us() - began >= 15000);
	loop_free(loop);
}

static void test_timer_stop_and_move(void **state UNUSED)
{
	struct loop *loop = fresh();
	struct loop_timer t[20] = { 0 };
	char names[20][2];

	for (int i = 0; i < 20; i++) {
		snprintf(names[i], 2, "%c", 'a' + i);
		loop_timer_start(loop, &t[i], 1 + (i * 7) % 20, note, names[i]);
	}
	for (int i = 0; i < 20; i++) {
		if (i % 2)
			loop_timer_stop(&t[i]);
	}
	loop_timer_stop(&t[1]); /* stopped already */
	loop_timer_start(loop, &t[0], 25, note, names[0]);
	for (int i = 0; i < 100 && loop_timer_is_running(&t[0]); i++)
		loop_turn(loop, 5);
	/* Even ones by (i * 7) % 20: 6:2 12:4 18:6 4:8 10:10 16:12 2:14 8:16 14:18, then 0. */
	assert_string_equal(trace, "gmsekqcioa");
	loop_free(loop);
}

struct ticker {
	struct loop_timer t;
	int count;
};

static void tick(void *arg)
{
	struct ticker *k = arg;

	if (++k->count == 3)
		loop_timer_stop(&k->t);
}

static void test_periodic(void **state UNUSED)
{
	struct loop *loop = fresh();
	struct ticker k = { 0 };

	loop_timer_start_periodic(loop, &k.t, 2, tick, &k);
	for (int i = 0; i < 100 && loop_timer_is_running(&k.t); i++)
		loop_turn(loop, 5);
	assert_int_equal(k.count, 3);
	loop_free(loop);
}

struct again {
	struct loop *loop;
	struct loop_timer t;
	int count;
};

static void restart_now(void *arg)
{
	struct again *a = arg;

	if (++a->count < 100)
		loop_timer_start(a->loop, &a->t, 0, restart_now, a);
}

static void test_zero_timer_does_not_keep_the_turn(void **state UNUSED)
{
	struct loop *loop = fresh();
	struct again a = { .loop = loop };

	loop_timer_start(loop, &a.t, 0, restart_now, &a);
	loop_turn(loop, 0);
	assert_int_equal(a.count, 1);
	loop_timer_stop(&a.t);
	loop_free(loop);
}

/* --- deferred and buried --------------------------------------------------- */

struct nest {
	struct loop *loop;
};

static void defer_more(void *arg)
{
	struct nest *n = arg;

	note(A);
	loop_defer(n->loop, note, C);
	loop_bury(n->loop, note, D);
}

static void test_defer_order_and_nesting(void **state UNUSED)
{
	struct loop *loop = fresh();
	struct nest n = { loop };

	loop_defer(loop, defer_more, &n);
	loop_defer(loop, note, B);
	loop_turn(loop, 1000); /* must not wait */
	assert_string_equal(trace, "abd");
	loop_turn(loop, 1000);
	assert_string_equal(trace, "abdc");
	loop_free(loop);
}

static void test_free_runs_what_is_left(void **state UNUSED)
{
	struct loop *loop = fresh();
	struct nest n = { loop };

	loop_defer(loop, defer_more, &n);
	loop_post(loop, note, B);
	loop_free(loop);
	assert_string_equal(trace, "badc");
}

/* --- threads --------------------------------------------------------------- */

enum { POSTS = 2000 };

struct counter {
	struct loop *loop;
	int next;
	bool ordered;
};

struct message {
	struct counter *counter;
	int number;
};

static void receive(void *arg)
{
	struct message *m = arg;

	if (m->number != m->counter->next)
		m->counter->ordered = false;
	if (++m->counter->next == POSTS)
		loop_stop(m->counter->loop);
	free(m);
}

static void *poster(void *arg)
{
	struct counter *c = arg;

	for (int i = 0; i < POSTS; i++) {
		struct message *m = xmalloc(sizeof(*m));

		*m = (struct message){ c, i };
		loop_post(c->loop, receive, m);
	}
	return NULL;
}

static void test_posts_arrive_in_order(void **state UNUSED)
{
	struct loop *loop = fresh();
	struct counter c = { loop, 0, true };
	struct loop_stats stats;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, poster, &c), 0);
	loop_run(loop);
	pthread_join(thread, NULL);
	assert_int_equal(c.next, POSTS);
	assert_true(c.ordered);
	loop_stats(loop, &stats);
	assert_true(stats.posts >= POSTS);
	loop_free(loop);
}

/* --- descriptors ----------------------------------------------------------- */

struct pipe_end {
	struct loop_io *io;
	int fd;
	int reads;
};

static void on_ready(void *arg, unsigned ready)
{
	struct pipe_end *e = arg;
	char c;

	if (ready & LOOP_READ) {
		assert_int_equal(read(e->fd, &c, 1), 1);
		e->reads++;
		if (c == 'q') {
			loop_io_free(e->io);
			e->io = NULL;
		}
	}
}

static void test_io_watch(void **state UNUSED)
{
	struct loop *loop = fresh();
	struct pipe_end e = { 0 };
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	e.fd = fds[0];
	e.io = loop_io_new(loop, "pipe", fds[0], on_ready, &e);
	assert_int_equal(write(fds[1], "abq", 3), 3);
	loop_turn(loop, 1);
	assert_int_equal(e.reads, 0); /* nothing wanted yet */
	loop_io_want(e.io, LOOP_READ);
	for (int i = 0; i < 5 && e.io; i++)
		loop_turn(loop, 10);
	assert_int_equal(e.reads, 3);
	assert_null(e.io); /* freed within its own callback */
	close(fds[0]);
	close(fds[1]);
	loop_free(loop);
}

static int seen_signal;

static void on_signal(void *arg UNUSED, int signo)
{
	seen_signal = signo;
}

static void test_signals(void **state UNUSED)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, 0 };
	struct loop *loop = fresh();

	loop_on_signals(loop, signals, on_signal, NULL);
	kill(getpid(), SIGUSR2);
	for (int i = 0; i < 10 && !seen_signal; i++)
		loop_turn(loop, 10);
	assert_int_equal(seen_signal, SIGUSR2);
	loop_free(loop);
}

/* --- offload --------------------------------------------------------------- */

struct sum {
	struct loop *loop;
	int in, out;
	bool on_loop;
	int *left;
};

static void work(void *arg)
{
	struct sum *s = arg;

	usleep(1000);
	s->out = s->in * 2;
}

static void done(void *arg)
{
	struct sum *s = arg;

	s->on_loop = loop_is_owner(s->loop);
	--*s->left;
}

static void test_offload(void **state UNUSED)
{
	struct loop *loop = fresh();
	struct offload *pool = offload_new("kdf", 1, 4);
	struct sum sums[12] = { 0 };
	struct offload_stats stats;
	int left = 0, accepted = 0;

	for (int i = 0; i < 12; i++) {
		sums[i] = (struct sum){ .loop = loop, .in = i, .left = &left };
		if (offload_submit(pool, work, done, &sums[i], loop)) {
			left++;
			accepted++;
		}
	}
	assert_in_range(accepted, 4, 11); /* the queue holds 4 */
	for (int i = 0; i < 200 && left > 0; i++)
		loop_turn(loop, 10);
	assert_int_equal(left, 0);
	assert_true(sums[0].on_loop);
	assert_int_equal(sums[3].out, 6);
	offload_stats(pool, &stats);
	assert_int_equal(stats.refused, 12 - accepted);
	assert_int_equal(stats.done, accepted);

	/* Freeing finishes what was accepted; the answers come with loop_free at latest. */
	assert_true(offload_submit(pool, work, done, &sums[0], loop));
	left = 1;
	offload_free(pool);
	loop_free(loop);
	assert_int_equal(left, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timers_fire_in_due_order),
		cmocka_unit_test(test_timer_stop_and_move),
		cmocka_unit_test(test_periodic),
		cmocka_unit_test(test_zero_timer_does_not_keep_the_turn),
		cmocka_unit_test(test_defer_order_and_nesting),
		cmocka_unit_test(test_free_runs_what_is_left),
		cmocka_unit_test(test_posts_arrive_in_order),
		cmocka_unit_test(test_io_watch),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_offload),
	};

	loop_process_init();
	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}

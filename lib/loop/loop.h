/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Event loop: one per thread; threads share nothing.
 *
 * A loop owns one event_base (epoll with a change list), a timer heap, a list of work
 * for the end of the turn, a graveyard, and an inbox that other threads may write to.
 * One turn is, in this order:
 *
 *	wait for events -> their callbacks -> inbox -> due timers -> deferred -> graveyard
 *
 * "Deferred" is where work of many requests is sent in one go (pg), "graveyard" is
 * where objects die, so a callback may touch its arguments until it returns. A turn
 * longer than 50 ms is logged with the callback that took most of it.
 *
 * Thread rule: everything here belongs to the loop's own thread, except loop_post(),
 * loop_stop() and loop_stats(), which any thread may call. Before loop_run() the
 * creating thread counts as the owner.
 *
 * Start-up order of a process:
 *	loop_process_init();                  once, in main(), before any thread
 *	l = loop_new("worker-1");             one per thread
 *	... create servers and pools on l ...
 *	pthread_create(..., run, l) -> loop_run(l);
 *	loop_stop(l); pthread_join(); loop_adopt(l);
 *	... end tasks, free servers and pools ...
 *	loop_free(l);
 */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include "base/defs.h"
#include "base/err.h"

struct event_base;
struct loop;

typedef void loop_fn(void *arg);

/* --- life ------------------------------------------------------------------ */

/* Ignore SIGPIPE, send libevent's own log to ours, die loudly on its fatal errors. */
void loop_process_init(void);

/* Never fails: a process that cannot make an epoll descriptor aborts. `name` is copied
 * and used in log lines. */
struct loop *loop_new(const char *name);

/* Run until loop_stop(). The calling thread becomes the owner. */
void loop_run(struct loop *loop);

/* One turn, waiting at most `wait_ms` (0 = do not wait). For tests. */
void loop_turn(struct loop *loop, int64_t wait_ms);

/* Any thread: loop_run() returns after the turn in progress. */
void loop_stop(struct loop *loop);

/* Stopped loop, thread joined: the calling thread becomes the owner, so that it may
 * free servers and pools. */
void loop_adopt(struct loop *loop);

/* Stopped loop, thread joined. Runs what is left in the inbox, the deferred list and
 * the graveyard once more (so that ownership in flight is returned), then frees. Every
 * io must have been freed and every task ended. NULL is allowed. */
void loop_free(struct loop *loop);

const char *loop_name(const struct loop *loop);
bool loop_is_owner(const struct loop *loop); /* calling thread runs this loop */

/* For lib/http only: the base that evhttp needs. */
struct event_base *loop_event_base(struct loop *loop);

/* --- time ------------------------------------------------------------------ */

/* Monotonic microseconds, read once per turn: good for deadlines, not for measuring
 * work within a turn (clock_mono_us() does that). */
int64_t loop_now_us(struct loop *loop);

/* A timer lives in its owner's storage and must be stopped before that storage goes.
 * Zero-initialise it. Starting a running timer moves it. Time counts from the start of
 * the turn. Timers fire once per due moment, never before it, in due order; a periodic one that fell behind skips the missed
 * periods. The function may stop, restart or free its own timer. */
struct loop_timer {
	struct loop *loop; /* NULL while stopped */
	int64_t due_us;
	int64_t period_us; /* 0 = one shot */
	size_t slot;
	const char *name;
	loop_fn *fn;
	void *arg;
};

void loop_timer_start(struct loop *loop, struct loop_timer *t, int64_t ms, loop_fn *fn,
		      void *arg);
void loop_timer_start_periodic(struct loop *loop, struct loop_timer *t, int64_t ms,
			       loop_fn *fn, void *arg);
void loop_timer_stop(struct loop_timer *t); /* a stopped timer is fine */
static inline bool loop_timer_is_running(const struct loop_timer *t)
{
	return t->loop != NULL;
}

/* --- work ------------------------------------------------------------------ */

/* Any thread: run fn(arg) on the loop, in posting order per thread. What is posted to a
 * stopped loop runs in loop_free(). Posting to a freed loop is the poster's bug. */
void loop_post(struct loop *loop, loop_fn *fn, void *arg);

/* Run fn(arg) once at the end of this turn, in order. What is deferred from a deferred
 * function runs at the end of the next turn, which then does not wait. */
void loop_defer(struct loop *loop, loop_fn *fn, void *arg);

/* free_fn(p) after the deferred work of this turn. */
void loop_bury(struct loop *loop, loop_fn *free_fn, void *p);

/* --- descriptors ----------------------------------------------------------- */

#define LOOP_READ (1u << 0)
#define LOOP_WRITE (1u << 1)

typedef void loop_io_fn(void *arg, unsigned ready); /* LOOP_READ | LOOP_WRITE */

/* Watches fd, level-triggered, for nothing until loop_io_want(). Never closes fd; free
 * the watch BEFORE closing the descriptor, or epoll reports a recycled number. */
struct loop_io;
struct loop_io *loop_io_new(struct loop *loop, const char *name, int fd, loop_io_fn *fn,
			    void *arg);
void loop_io_want(struct loop_io *io, unsigned events); /* 0 = pause */
void loop_io_free(struct loop_io *io); /* also from its own callback; NULL is fine */

/* Deliver these signals (ended by 0) to fn as events of this loop. Blocks them in the
 * calling thread: call it in main() before other threads exist, they inherit the mask.
 * At most one set of signals per loop. */
typedef void loop_signal_fn(void *arg, int signo);
void loop_on_signals(struct loop *loop, const int *signals, loop_signal_fn *fn, void *arg);

/* --- watching the watcher -------------------------------------------------- */

/* A layer that gets callbacks straight from libevent (lib/http) names each one at its
 * start, so that the slow-turn log can say which it was. `what` is a constant. */
void loop_mark(struct loop *loop, const char *what);

struct loop_stats {
	uint64_t turns;
	uint64_t slow_turns;     /* longer than 50 ms */
	uint64_t longest_us;     /* longest turn so far, waiting not counted */
	uint64_t busy_us;        /* sum of turns, waiting not counted */
	uint64_t posts;          /* messages taken from the inbox */
	uint64_t timers_fired;
	uint64_t tasks_started;  /* task.h */
	uint64_t tasks_expired;  /* ended by their deadline */
	uint64_t tasks_running;
};

/* Any thread; figures are exact to within the turn in progress. */
void loop_stats(const struct loop *loop, struct loop_stats *ret);

#endif

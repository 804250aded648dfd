/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Timers: an intrusive binary heap ordered by due time.
 *
 * One libevent timer per loop bounds the wait; there is none per request. It is moved
 * only when the earliest due time becomes earlier, so a request that starts and stops its
 * deadline costs two heap operations and nothing in libevent.
 */
#include "loop/loop_internal.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/time.h>

#include "base/clock.h"
#include "loop/stat.h"

static void place(struct loop *loop, size_t slot, struct loop_timer *t)
{
	loop->heap[slot] = t;
	t->slot = slot;
}

static void sift_up(struct loop *loop, size_t slot)
{
	struct loop_timer *t = loop->heap[slot];

	while (slot > 0) {
		size_t parent = (slot - 1) / 2;

		if (loop->heap[parent]->due_us <= t->due_us)
			break;
		place(loop, slot, loop->heap[parent]);
		slot = parent;
	}
	place(loop, slot, t);
}

static void sift_down(struct loop *loop, size_t slot)
{
	struct loop_timer *t = loop->heap[slot];

	for (;;) {
		size_t child = slot * 2 + 1;

		if (child >= loop->heap_count)
			break;
		if (child + 1 < loop->heap_count &&
		    loop->heap[child + 1]->due_us < loop->heap[child]->due_us)
			child++;
		if (t->due_us <= loop->heap[child]->due_us)
			break;
		place(loop, slot, loop->heap[child]);
		slot = child;
	}
	place(loop, slot, t);
}

void loop_timer_stop(struct loop_timer *t)
{
	struct loop *loop = t->loop;
	struct loop_timer *last;
	size_t slot = t->slot;

	if (!loop)
		return;
	CHECK(slot < loop->heap_count && loop->heap[slot] == t);
	last = loop->heap[--loop->heap_count];
	t->loop = NULL;
	if (last == t)
		return;
	place(loop, slot, last);
	sift_up(loop, slot);
	sift_down(loop, last->slot);
}

static void start_at(struct loop *loop, struct loop_timer *t, int64_t due_us)
{
	if (loop->heap_count == loop->heap_cap) {
		loop->heap_cap = loop->heap_cap ? loop->heap_cap * 2 : 64;
		loop->heap = xrealloc(loop->heap, loop->heap_cap * sizeof(struct loop_timer *));
	}
	t->loop = loop;
	t->due_us = due_us;
	place(loop, loop->heap_count++, t);
	sift_up(loop, t->slot);
}

void loop_timer_start(struct loop *loop, struct loop_timer *t, int64_t ms, loop_fn *fn,
		      void *arg)
{
	CHECK(ms >= 0 && ms <= INT64_MAX / 2000);
	loop_timer_stop(t);
	t->fn = fn;
	t->arg = arg;
	t->period_us = 0;
	start_at(loop, t, loop_now_us(loop) + ms * 1000);
}

void loop_timer_start_periodic(struct loop *loop, struct loop_timer *t, int64_t ms,
			       loop_fn *fn, void *arg)
{
	CHECK(ms > 0);
	loop_timer_start(loop, t, ms, fn, arg);
	t->period_us = ms * 1000;
}

/* Make epoll wake up in time for the first timer. Waking too early is harmless. */
void loop_timer_arm(struct loop *loop)
{
	int64_t due, wait_us;
	struct timeval tv;

	if (loop->heap_count == 0)
		return;
	due = loop->heap[0]->due_us;
	if (loop->timer_armed_us != 0 && loop->timer_armed_us <= due)
		return;
	wait_us = due - clock_mono_us();
	if (wait_us < 0)
		wait_us = 0;
	tv.tv_sec = (time_t)(wait_us / 1000000);
	tv.tv_usec = (suseconds_t)(wait_us % 1000000);
	if (event_add(loop->timer_event, &tv) != 0)
		BUG("could not arm the timer");
	loop->timer_armed_us = due;
}

void loop_timer_run_due(struct loop *loop)
{
	int64_t now = loop_now_us(loop);
	/* A timer that restarts itself with 0 ms must not keep the turn from ending. */
	size_t budget = loop->heap_count;

	while (budget-- > 0 && loop->heap_count > 0 && loop->heap[0]->due_us <= now) {
		struct loop_timer *t = loop->heap[0];
		int64_t due = t->due_us;
		int64_t period = t->period_us;

		loop_timer_stop(t);
		if (period > 0) {
			int64_t missed = (now - due) / period;

			start_at(loop, t, due + (missed + 1) * period);
		}
		stat_add(&loop->stats.timers_fired, 1);
		loop_mark(loop, t->name ? t->name : "timer");
		t->fn(t->arg);
	}
}

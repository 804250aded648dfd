/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the files of lib/loop share. Nobody else includes this.
 */
#ifndef LOOP_LOOP_INTERNAL_H
#define LOOP_LOOP_INTERNAL_H

#include <pthread.h>

#include "loop/loop.h"

struct event;
struct task;

struct work {
	loop_fn *fn;
	void *arg;
};

struct work_list {
	struct work *items;
	size_t count;
	size_t cap;
};

void work_list_add(struct work_list *list, loop_fn *fn, void *arg);

#define LOOP_MAGIC 0x100b5afeu

struct loop {
	unsigned magic;
	char name[32];
	struct event_base *base;
	pthread_t owner;
	bool stop; /* atomic */

	/* time: `now_us` is good once the wait of this turn is over */
	int64_t now_us;
	bool now_stale;

	/* timers: binary heap by due_us; `timer_event` only limits how long epoll waits */
	struct loop_timer **heap;
	size_t heap_count;
	size_t heap_cap;
	struct event *timer_event;
	int64_t timer_armed_us; /* due time timer_event stands for, 0 = not armed */

	struct work_list deferred;
	struct work_list graveyard;
	struct work_list spare; /* array being run; swapped to keep its memory */

	/* inbox: the only part other threads write */
	pthread_mutex_t inbox_lock;
	struct work_list inbox;
	int inbox_fd;
	struct loop_io *inbox_io;

	int signal_fd;
	struct loop_io *signal_io;
	loop_signal_fn *signal_fn;
	void *signal_arg;

	/* watchdog */
	int64_t turn_began_us; /* 0 while waiting */
	int64_t mark_us;
	const char *mark_what;
	int64_t slowest_us;
	const char *slowest_what;
	int64_t slow_logged_us;

	/* tasks: every task ever made, linked so that refs stay readable */
	struct task *task_all;
	struct task *task_idle;

	struct loop_stats stats;
};

/* loop_timer.c */
void loop_timer_run_due(struct loop *loop);
void loop_timer_arm(struct loop *loop);

/* task.c */
void task_free_all(struct loop *loop);

#endif

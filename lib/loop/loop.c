/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The turn of a loop, its lists of work, and the inbox for other threads.
 *
 * Owns the event_base. No libevent locking is switched on: the only way in from another
 * thread is the inbox, a list under a mutex and an eventfd that the base watches.
 */
#include "loop/loop_internal.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "loop/stat.h"

enum {
	SLOW_TURN_US = 50 * 1000,
	SLOW_LOG_EVERY_US = 1000 * 1000,
	FINAL_ROUNDS = 16, /* loop_free: rounds of work that makes more work */
};

/* --- life ------------------------------------------------------------------ */

static void on_libevent_log(int severity, const char *message)
{
	if (severity >= EVENT_LOG_ERR)
		log_error("libevent", "message=%s", log_quote(message));
	else if (severity == EVENT_LOG_WARN)
		log_warn("libevent", "message=%s", log_quote(message));
	else
		log_debug("libevent", "message=%s", log_quote(message));
}

static void on_libevent_fatal(int code)
{
	BUG("libevent gave up, code %d", code);
}

void loop_process_init(void)
{
	signal(SIGPIPE, SIG_IGN);
	event_set_log_callback(on_libevent_log);
	event_set_fatal_callback(on_libevent_fatal);
}

static void on_inbox(void *arg, unsigned ready UNUSED)
{
	struct loop *loop = arg;
	uint64_t n;

	/* Only the wake-up; the messages are taken later in the turn. */
	if (read(loop->inbox_fd, &n, sizeof(n)) < 0 && errno != EAGAIN && errno != EINTR)
		BUG("could not read eventfd: %s", strerror(errno));
}

static void on_timer_event(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct loop *loop = arg;

	loop->timer_armed_us = 0;
}

struct loop *loop_new(const char *name)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));
	struct event_config *config = event_config_new();

	loop->magic = LOOP_MAGIC;
	snprintf(loop->name, sizeof(loop->name), "%s", name);
	CHECK(config);
	/* The change list folds the add/del pairs of one turn into nothing: with evhttp, which
	 * switches reading off and on for each request, it is worth half of the throughput.
	 * It must not see a dup()'ed descriptor closed before the deletion was applied. */
	if (event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST |
					  EVENT_BASE_FLAG_NOLOCK) != 0 ||
	    event_config_require_features(config, EV_FEATURE_O1) != 0)
		BUG("could not configure an event base");
	loop->base = event_base_new_with_config(config);
	event_config_free(config);
	if (!loop->base)
		BUG("could not make an event base: %s", strerror(errno));
	loop->timer_event = event_new(loop->base, -1, 0, on_timer_event, loop);
	CHECK(loop->timer_event);
	pthread_mutex_init(&loop->inbox_lock, NULL);
	loop->inbox_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (loop->inbox_fd < 0)
		BUG("could not make an eventfd: %s", strerror(errno));
	loop->inbox_io = loop_io_new(loop, "inbox", loop->inbox_fd, on_inbox, loop);
	loop_io_want(loop->inbox_io, LOOP_READ);
	loop->signal_fd = -1;
	loop->owner = pthread_self();
	loop->now_us = clock_mono_us();
	return loop;
}

const char *loop_name(const struct loop *loop)
{
	return loop->name;
}

bool loop_is_owner(const struct loop *loop)
{
	return pthread_equal(loop->owner, pthread_self());
}

struct event_base *loop_event_base(struct loop *loop)
{
	return loop->base;
}

/* --- work ------------------------------------------------------------------ */

void work_list_add(struct work_list *list, loop_fn *fn, void *arg)
{
	if (list->count == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 32;
		list->items = xrealloc(list->items, list->cap * sizeof(*list->items));
	}
	list->items[list->count++] = (struct work){ .fn = fn, .arg = arg };
}

/* Run what is in the list now; what that adds stays for the next turn. */
static void run_list(struct loop *loop, struct work_list *list, const char *what)
{
	struct work_list mine;

	if (list->count == 0)
		return;
	mine = *list;
	*list = loop->spare;
	loop->spare = (struct work_list){ 0 };
	for (size_t i = 0; i < mine.count; i++) {
		loop_mark(loop, what);
		mine.items[i].fn(mine.items[i].arg);
	}
	mine.count = 0;
	if (loop->spare.items)
		free(mine.items);
	else
		loop->spare = mine;
}

static void run_inbox(struct loop *loop)
{
	struct work_list mine;

	pthread_mutex_lock(&loop->inbox_lock);
	mine = loop->inbox;
	if (mine.count > 0)
		loop->inbox = (struct work_list){ 0 };
	pthread_mutex_unlock(&loop->inbox_lock);
	if (mine.count == 0)
		return;
	for (size_t i = 0; i < mine.count; i++) {
		loop_mark(loop, "post");
		mine.items[i].fn(mine.items[i].arg);
	}
	stat_add(&loop->stats.posts, mine.count);
	free(mine.items);
}

void loop_post(struct loop *loop, loop_fn *fn, void *arg)
{
	uint64_t one = 1;
	bool first;

	CHECK(loop->magic == LOOP_MAGIC);
	pthread_mutex_lock(&loop->inbox_lock);
	first = loop->inbox.count == 0;
	work_list_add(&loop->inbox, fn, arg);
	pthread_mutex_unlock(&loop->inbox_lock);
	/* EAGAIN: the counter is full, so a wake-up is on its way. */
	if (first && write(loop->inbox_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		BUG("could not write eventfd: %s", strerror(errno));
}

void loop_defer(struct loop *loop, loop_fn *fn, void *arg)
{
	work_list_add(&loop->deferred, fn, arg);
}

void loop_bury(struct loop *loop, loop_fn *free_fn, void *p)
{
	work_list_add(&loop->graveyard, free_fn, p);
}

/* --- the turn -------------------------------------------------------------- */

static void account_mark(struct loop *loop, int64_t now)
{
	int64_t took = now - loop->mark_us;

	if (loop->mark_what && took > loop->slowest_us) {
		loop->slowest_us = took;
		loop->slowest_what = loop->mark_what;
	}
}

void loop_mark(struct loop *loop, const char *what)
{
	int64_t now = clock_mono_us();

	if (loop->turn_began_us == 0) {
		loop->turn_began_us = now;
		loop->now_us = now;
		loop->now_stale = false;
	} else {
		account_mark(loop, now);
	}
	loop->mark_us = now;
	loop->mark_what = what;
}

int64_t loop_now_us(struct loop *loop)
{
	if (loop->now_stale) {
		loop->now_us = clock_mono_us();
		loop->now_stale = false;
	}
	return loop->now_us;
}

static void watchdog(struct loop *loop)
{
	int64_t now = clock_mono_us();
	int64_t took = now - loop->turn_began_us;

	account_mark(loop, now);
	stat_add(&loop->stats.turns, 1);
	stat_add(&loop->stats.busy_us, (uint64_t)took);
	stat_max(&loop->stats.longest_us, (uint64_t)took);
	if (took > SLOW_TURN_US) {
		stat_add(&loop->stats.slow_turns, 1);
		if (now - loop->slow_logged_us > SLOW_LOG_EVERY_US) {
			loop->slow_logged_us = now;
			log_warn("slow_turn", "loop=%s ms=%lld slowest=%s slowest_ms=%lld",
				 loop->name, (long long)(took / 1000),
				 loop->slowest_what ? loop->slowest_what : "-",
				 (long long)(loop->slowest_us / 1000));
		}
	}
	loop->turn_began_us = 0;
	loop->mark_what = NULL;
	loop->slowest_us = 0;
	loop->slowest_what = NULL;
}

static void one_turn(struct loop *loop, bool wait)
{
	int flags = EVLOOP_ONCE;

	CHECK(loop_is_owner(loop));
	if (!wait || loop->deferred.count > 0 || loop->graveyard.count > 0)
		flags |= EVLOOP_NONBLOCK;
	loop_timer_arm(loop);
	loop->now_stale = true;
	if (event_base_loop(loop->base, flags) < 0)
		BUG("event loop failed: %s", strerror(errno));
	loop_mark(loop, "turn");
	run_inbox(loop);
	loop_timer_run_due(loop);
	run_list(loop, &loop->deferred, "deferred");
	run_list(loop, &loop->graveyard, "graveyard");
	watchdog(loop);
}

void loop_run(struct loop *loop)
{
	CHECK(loop->magic == LOOP_MAGIC);
	loop->owner = pthread_self();
	while (!__atomic_load_n(&loop->stop, __ATOMIC_ACQUIRE))
		one_turn(loop, true);
}

static void nothing(void *arg UNUSED)
{
}

void loop_turn(struct loop *loop, int64_t wait_ms)
{
	struct loop_timer limit = { .name = "limit" };

	if (wait_ms > 0) {
		loop->now_stale = true;
		loop_timer_start(loop, &limit, wait_ms, nothing, NULL);
	}
	one_turn(loop, wait_ms > 0);
	loop_timer_stop(&limit);
}

void loop_stop(struct loop *loop)
{
	__atomic_store_n(&loop->stop, true, __ATOMIC_RELEASE);
	loop_post(loop, nothing, NULL);
}

void loop_adopt(struct loop *loop)
{
	CHECK(loop->magic == LOOP_MAGIC);
	loop->owner = pthread_self();
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	CHECK(loop->magic == LOOP_MAGIC);
	loop->owner = pthread_self();
	for (int i = 0; i < FINAL_ROUNDS; i++)
		one_turn(loop, false);
	CHECK(loop->deferred.count == 0 && loop->graveyard.count == 0);
	task_free_all(loop);
	loop_io_free(loop->signal_io);
	if (loop->signal_fd >= 0)
		close(loop->signal_fd);
	loop_io_free(loop->inbox_io);
	close(loop->inbox_fd);
	event_free(loop->timer_event);
	event_base_free(loop->base);
	pthread_mutex_destroy(&loop->inbox_lock);
	free(loop->inbox.items);
	free(loop->deferred.items);
	free(loop->graveyard.items);
	free(loop->spare.items);
	free(loop->heap);
	loop->magic = 0;
	free(loop);
}

void loop_stats(const struct loop *loop, struct loop_stats *ret)
{
	stat_copy(ret, &loop->stats, sizeof(*ret));
}

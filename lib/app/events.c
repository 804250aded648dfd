/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/events.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/log.h"
#include "gen/queries.h"
#include "loop/stat.h"

enum {
	LOOK_MS = 1000,
	LINGER_LOOKS = 60,       /* after the last one left: who comes back soon misses nothing */
	NEWS_MAX = 300,          /* acts told at once; more is "everything changed" */
	RING = 2048,
	SESSION_CHECK_US = 30 * 1000 * 1000,
	SESSIONS_AT_ONCE = 200,
	TICK_US = 15 * 1000 * 1000,
	UNITS_MAX = 4096,
};

struct news {
	uint64_t serial;
	int64_t matter, version, unit;
	char kind[16];
};

/* What one look found, for the listeners of one worker. */
struct parcel {
	struct events_worker *worker;
	uint64_t epoch;
	bool refresh;
	size_t count;
	struct news items[];
};

TAILQ_HEAD(listener_list, events_listener);

struct events_worker {
	struct events *events;
	struct app *app;
	struct listener_list listeners;
	size_t count;             /* atomic: the looker reads it */
	struct loop_timer timer;  /* sessions and ticks */
	struct pg_segment *checking;
	uint64_t checked_as_of;
};

struct events_listener {
	struct events_worker *worker;
	struct session *who;
	int64_t *units;
	size_t unit_count;
	struct events_ear ear;
	uint64_t epoch, heard;    /* of the last event that this listener has or was spared */
	int64_t checked_us, spoken_us;
	bool greeted, check_due;
	TAILQ_ENTRY(events_listener) link;
};

struct known {
	int64_t matter, version;
};

struct account_count {
	int64_t account;
	unsigned listeners;
};

struct events {
	struct events_worker workers[EVENTS_WORKERS_MAX];
	size_t worker_count;

	/* the looker, on the first worker */
	struct loop_timer timer;
	struct pg_segment *asking;
	instant_t mark;           /* INSTANT_NONE: not looking yet */
	struct known *known;      /* what the last look saw, by matter and version */
	size_t known_count;
	int idle_looks;

	/* under the lock: read by all workers */
	pthread_mutex_t lock;
	bool looking;
	uint64_t epoch, serial;   /* of the last one */
	struct news ring[RING];   /* serial % RING */
	uint64_t ring_from;       /* the oldest serial that is still there */
	struct account_count *accounts;
	size_t account_count, account_cap;

	struct events_stats stats; /* atomic */
};

/* ---- telling ---- */

static void speak(struct events_listener *l, const struct event *e)
{
	l->spoken_us = loop_now_us(l->worker->app->loop);
	l->ear.hear(l->ear.ctx, e);
}

static void speak_of(struct events_listener *l, enum event_kind kind, uint64_t epoch, uint64_t serial)
{
	const struct event e = { .kind = kind, .epoch = epoch, .serial = serial, .matter_kind = "" };

	if (kind == EVENT_REFRESH)
		__atomic_add_fetch(&l->worker->events->stats.refreshed, 1, __ATOMIC_RELAXED);
	speak(l, &e);
}

static int compare_unit(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool may_hear(const struct events_listener *l, const struct news *n)
{
	return bsearch(&n->unit, l->units, l->unit_count, sizeof(n->unit), compare_unit) != NULL;
}

static void tell(struct events_listener *l, uint64_t epoch, const struct news *n)
{
	if (n->serial <= l->heard)
		return;
	l->heard = n->serial;
	if (!may_hear(l, n))
		return;
	const struct event e = { .kind = EVENT_MATTER, .epoch = epoch, .serial = n->serial, .matter = n->matter,
				 .version = n->version, .unit = n->unit, .matter_kind = n->kind };
	__atomic_add_fetch(&l->worker->events->stats.told, 1, __ATOMIC_RELAXED);
	speak(l, &e);
}

/* ---- accounts: how many listeners each has ---- */

static bool account_enter(struct events *ev, int64_t account)
{
	struct account_count *free_place = NULL;
	bool ok = true;

	pthread_mutex_lock(&ev->lock);
	for (size_t i = 0; i < ev->account_count; i++) {
		struct account_count *a = &ev->accounts[i];
		if (a->account == account && a->listeners > 0) {
			ok = a->listeners < EVENTS_PER_ACCOUNT;
			a->listeners += ok;
			goto out;
		}
		if (a->listeners == 0)
			free_place = a;
	}
	if (!free_place && ev->account_count == ev->account_cap) {
		ev->account_cap = ev->account_cap ? ev->account_cap * 2 : 64;
		ev->accounts = xrealloc(ev->accounts, ev->account_cap * sizeof(*ev->accounts));
	}
	if (!free_place)
		free_place = &ev->accounts[ev->account_count++];
	*free_place = (struct account_count){ .account = account, .listeners = 1 };
out:
	pthread_mutex_unlock(&ev->lock);
	return ok;
}

static void account_leave(struct events *ev, int64_t account)
{
	pthread_mutex_lock(&ev->lock);
	for (size_t i = 0; i < ev->account_count; i++) {
		if (ev->accounts[i].account == account && ev->accounts[i].listeners > 0)
			ev->accounts[i].listeners--;
	}
	pthread_mutex_unlock(&ev->lock);
}

/* ---- listeners ---- */

/* From the array literal {1,2,3}, sorted. */
static void read_units(struct events_listener *l, const char *text)
{
	size_t n = 0, cap = 1;

	for (const char *p = text; *p; p++)
		cap += *p == ',';
	int64_t *units = xcalloc(cap, sizeof(*units));
	for (const char *p = text; *p && n < cap && n < UNITS_MAX;) {
		size_t digits = strspn(p, "0123456789");
		if (digits > 0 && sv_to_i64((struct sv){ p, digits }, &units[n]))
			n++;
		p += digits ? digits : 1;
	}
	qsort(units, n, sizeof(*units), compare_unit);
	free(l->units);
	l->units = units;
	l->unit_count = n;
}

static void listener_free(void *arg)
{
	struct events_listener *l = arg;

	free(l->units);
	free(l->who->units);
	free(l->who);
	free(l);
}

static void remove_listener(struct events_listener *l)
{
	struct events_worker *w = l->worker;

	TAILQ_REMOVE(&w->listeners, l, link);
	__atomic_sub_fetch(&w->count, 1, __ATOMIC_RELAXED);
	__atomic_sub_fetch(&w->events->stats.listeners, 1, __ATOMIC_RELAXED);
	account_leave(w->events, l->who->actor.account);
	if (TAILQ_EMPTY(&w->listeners))
		loop_timer_stop(&w->timer);
	loop_bury(w->app->loop, listener_free, l);
}

void events_leave(struct events_listener *l)
{
	remove_listener(l);
}

void events_dismiss(struct events_listener *l)
{
	struct events_ear ear = l->ear;

	speak_of(l, EVENT_BYE, 0, 0);
	remove_listener(l);
	ear.over(ear.ctx);
}

/* The events behind the last one that the listener heard which he may hear, copied. False: too many, or nobody knows. */
static bool find_missed(struct events_listener *l, struct news **ret, size_t *ret_count, uint64_t *ret_epoch,
			uint64_t *ret_serial)
{
	struct events *ev = l->worker->events;
	bool known;

	*ret = xcalloc(NEWS_MAX, sizeof(**ret));
	*ret_count = 0;
	pthread_mutex_lock(&ev->lock);
	*ret_epoch = ev->epoch;
	*ret_serial = ev->serial;
	known = l->epoch == 0 || (l->epoch == ev->epoch && l->heard + 1 >= ev->ring_from && l->heard <= ev->serial);
	for (uint64_t s = l->heard + 1; known && l->epoch == ev->epoch && s <= ev->serial; s++) {
		const struct news *n = &ev->ring[s % RING];
		if (!may_hear(l, n))
			continue;
		if (*ret_count == NEWS_MAX)
			known = false;
		else
			(*ret)[(*ret_count)++] = *n;
	}
	pthread_mutex_unlock(&ev->lock);
	return known;
}

/* Says hello, and what came since the listener was here last. The listener's worker only. */
static void greet(struct events_listener *l)
{
	struct news *missed;
	size_t count;
	uint64_t epoch, serial;
	bool known = find_missed(l, &missed, &count, &epoch, &serial);

	l->greeted = true;
	/* The id of hello must not hide what is told after it. */
	speak_of(l, EVENT_HELLO, epoch, known && count > 0 ? l->heard : serial);
	if (!known)
		speak_of(l, EVENT_REFRESH, epoch, serial);
	for (size_t i = 0; known && i < count; i++)
		tell(l, epoch, &missed[i]);
	l->epoch = epoch;
	l->heard = serial;
	free(missed);
}

static void greet_new(void *arg)
{
	struct events_worker *w = arg;
	struct events_listener *l, *next;

	pthread_mutex_lock(&w->events->lock);
	bool looking = w->events->looking;
	pthread_mutex_unlock(&w->events->lock);
	for (l = TAILQ_FIRST(&w->listeners); l && looking; l = next) {
		next = TAILQ_NEXT(l, link);
		if (!l->greeted)
			greet(l);
	}
}

/* "12-345" */
static void read_after(struct events_listener *l, struct sv after)
{
	const char *dash = after.n ? memchr(after.p, '-', after.n) : NULL;
	int64_t epoch = 0, serial = 0;

	if (!dash)
		return;
	size_t n = (size_t)(dash - after.p);
	if (!sv_to_i64((struct sv){ after.p, n }, &epoch) || !sv_to_i64((struct sv){ dash + 1, after.n - n - 1 }, &serial) ||
	    epoch <= 0 || serial < 0)
		epoch = 1; /* nobody's: whoever says such a thing has missed something */
	l->epoch = (uint64_t)epoch;
	l->heard = (uint64_t)serial;
}

static struct events_worker *worker_of(struct app *app)
{
	struct events *ev = app->events;

	for (size_t i = 0; i < ev->worker_count; i++) {
		if (ev->workers[i].app == app)
			return &ev->workers[i];
	}
	BUG("app without events");
}

static void on_second(void *arg);
static void start_looking(void *arg);

enum err_code events_listen(struct app *app, const struct session *who, struct sv after, const struct events_ear *ear,
			    struct events_listener **ret, struct err *err)
{
	struct events_worker *w = worker_of(app);

	if (!account_enter(w->events, who->actor.account))
		return err_set(err, ERR_LOCKED_OUT, "too-many-streams", "同一账号最多同时接收 %d 路实时更新，请关闭多余的页面",
			       EVENTS_PER_ACCOUNT);
	struct events_listener *l = xcalloc(1, sizeof(*l));
	*l = (struct events_listener){ .worker = w, .who = xmalloc(sizeof(*l->who)), .ear = *ear,
				       .checked_us = loop_now_us(app->loop), .spoken_us = loop_now_us(app->loop) };
	*l->who = *who;
	l->who->units = xstrdup(who->units);
	l->who->actor.name = l->who->account;
	read_units(l, who->units);
	read_after(l, after);
	if (TAILQ_EMPTY(&w->listeners))
		loop_timer_start_periodic(app->loop, &w->timer, LOOK_MS, on_second, w);
	TAILQ_INSERT_TAIL(&w->listeners, l, link);
	__atomic_add_fetch(&w->count, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&w->events->stats.listeners, 1, __ATOMIC_RELAXED);
	loop_defer(app->loop, greet_new, w);
	loop_post(w->events->workers[0].app->loop, start_looking, w->events);
	*ret = l;
	return ERR_OK;
}

/* ---- sessions: each worker looks after its own listeners ---- */

static void session_answered(struct events_worker *w, struct events_listener *l, const struct pg_reply *r)
{
	for (size_t i = 0; i < pg_rows(r, 0); i++) {
		if (!sv_eq_str(pg_text(r, 0, i, 0), l->who->digest))
			continue;
		l->who->as_of = w->checked_as_of;
		if (sv_eq_str(pg_text(r, 0, i, 1), l->who->units))
			return;
		/* Other units: what these saw before the listener has not heard of. */
		free(l->who->units);
		l->who->units = xstrdup(pg_text(r, 0, i, 1).p);
		read_units(l, l->who->units);
		speak_of(l, EVENT_REFRESH, l->epoch, l->heard);
		return;
	}
	events_dismiss(l);
}

static void sessions_checked(void *arg, const struct pg_reply *r)
{
	struct events_worker *w = arg;
	struct events_listener *l, *next;

	w->checking = NULL;
	for (l = TAILQ_FIRST(&w->listeners); l; l = next) {
		next = TAILQ_NEXT(l, link);
		if (!l->check_due)
			continue;
		l->check_due = false;
		if (r->code != ERR_OK)
			continue; /* asked again in a second */
		l->checked_us = loop_now_us(w->app->loop);
		session_answered(w, l, r);
	}
}

static bool wants_check(const struct events_worker *w, const struct events_listener *l)
{
	return !session_is_current(l->who, w->app->changes) ||
	       loop_now_us(w->app->loop) - l->checked_us >= SESSION_CHECK_US || l->who->expires_at <= clock_now();
}

static void check_sessions(struct events_worker *w)
{
	struct str digests = STR_INIT(SESSIONS_AT_ONCE * (TOKEN_DIGEST_HEX + 1) + 16);
	struct events_listener *l;
	size_t n = 0;

	if (w->checking)
		return;
	uint64_t as_of = session_changes_now(w->app->changes);
	str_append_char(&digests, '{');
	TAILQ_FOREACH(l, &w->listeners, link) {
		if (n == SESSIONS_AT_ONCE || !wants_check(w, l))
			continue;
		str_printf(&digests, "%s%s", n++ ? "," : "", l->who->digest);
		l->check_due = true;
	}
	str_append_char(&digests, '}');
	if (n > 0) {
		w->checked_as_of = as_of;
		w->checking = pg_segment_new(w->app->pool, PG_LANE_READ);
		pg_segment_addv(w->checking, Q_SESSIONS_LIVING, PG_TEXT(((struct sv){ digests.p, digests.len })),
				PG_I64(w->app->config.session_idle_s));
		pg_segment_submit(w->checking, sessions_checked, w);
	}
	str_release(&digests);
}

static void on_second(void *arg)
{
	struct events_worker *w = arg;
	struct events_listener *l, *next;
	int64_t now = loop_now_us(w->app->loop);

	check_sessions(w);
	for (l = TAILQ_FIRST(&w->listeners); l; l = next) {
		next = TAILQ_NEXT(l, link);
		if (now - l->spoken_us >= TICK_US)
			speak_of(l, EVENT_TICK, 0, 0);
	}
}

/* ---- the looker ---- */

static void deliver(void *arg)
{
	struct parcel *p = arg;
	struct events_listener *l, *next;

	for (l = TAILQ_FIRST(&p->worker->listeners); l; l = next) {
		next = TAILQ_NEXT(l, link);
		if (!l->greeted)
			continue; /* gets it from the ring */
		if (p->refresh && l->epoch != p->epoch) {
			l->epoch = p->epoch;
			l->heard = 0;
			speak_of(l, EVENT_REFRESH, p->epoch, 0);
		}
		for (size_t i = 0; i < p->count; i++)
			tell(l, p->epoch, &p->items[i]);
	}
	free(p);
}

static void send_parcels(struct events *ev, const struct news *items, size_t count, bool refresh)
{
	for (size_t i = 0; i < ev->worker_count; i++) {
		struct events_worker *w = &ev->workers[i];
		if (__atomic_load_n(&w->count, __ATOMIC_RELAXED) == 0)
			continue;
		struct parcel *p = xmalloc(sizeof(*p) + count * sizeof(*items));
		*p = (struct parcel){ .worker = w, .epoch = ev->epoch, .refresh = refresh, .count = count };
		if (count > 0)
			memcpy(p->items, items, count * sizeof(*items));
		loop_post(w->app->loop, deliver, p);
	}
}

static void new_epoch(struct events *ev)
{
	pthread_mutex_lock(&ev->lock);
	ev->epoch++;
	ev->serial = 0;
	ev->ring_from = 1;
	pthread_mutex_unlock(&ev->lock);
}

static int compare_known(const struct known *a, const struct known *b)
{
	if (a->matter != b->matter)
		return a->matter < b->matter ? -1 : 1;
	return (a->version > b->version) - (a->version < b->version);
}

/* The acts that the look before did not see; both are sorted. Of several on a matter only the last is told. */
static size_t find_news(const struct events *ev, const struct pg_reply *r, struct known *seen, struct news *ret)
{
	enum { MATTER, SEQ, UNIT, KIND };
	size_t n = 0, at = 0;

	for (size_t i = 0; i < pg_rows(r, 1); i++) {
		seen[i] = (struct known){ pg_i64(r, 1, i, MATTER), pg_i64(r, 1, i, SEQ) };
		while (at < ev->known_count && compare_known(&ev->known[at], &seen[i]) < 0)
			at++;
		if (at < ev->known_count && compare_known(&ev->known[at], &seen[i]) == 0)
			continue;
		if (n == 0 || ret[n - 1].matter != seen[i].matter)
			n++;
		ret[n - 1] = (struct news){ .matter = seen[i].matter, .version = seen[i].version, .unit = pg_i64(r, 1, i, UNIT) };
		snprintf(ret[n - 1].kind, sizeof(ret[n - 1].kind), "%s", pg_cstr(r, 1, i, KIND));
	}
	return n;
}

static void publish(struct events *ev, struct news *items, size_t n)
{
	pthread_mutex_lock(&ev->lock);
	for (size_t i = 0; i < n; i++) {
		items[i].serial = ++ev->serial;
		ev->ring[ev->serial % RING] = items[i];
	}
	if (ev->serial >= RING)
		ev->ring_from = ev->serial - RING + 1;
	pthread_mutex_unlock(&ev->lock);
	send_parcels(ev, items, n, false);
}

static void begin_looking(struct events *ev)
{
	new_epoch(ev);
	pthread_mutex_lock(&ev->lock);
	ev->looking = true;
	pthread_mutex_unlock(&ev->lock);
	for (size_t i = 0; i < ev->worker_count; i++)
		loop_post(ev->workers[i].app->loop, greet_new, &ev->workers[i]);
}

static void looked(void *arg, const struct pg_reply *r)
{
	struct events *ev = arg;

	ev->asking = NULL;
	if (r->code != ERR_OK)
		return; /* the mark stays: nothing is lost */
	instant_t mark = pg_instant(r, 0, 0, 0);
	if (ev->mark == INSTANT_NONE) {
		ev->mark = mark;
		begin_looking(ev);
		return;
	}
	size_t rows = pg_rows(r, 1);
	free(ev->known);
	ev->known = NULL;
	if (rows == NEWS_MAX) {
		ev->known_count = 0;
		new_epoch(ev);
		send_parcels(ev, NULL, 0, true);
	}
	ev->mark = mark > ev->mark ? mark : ev->mark;
}

/* Like looked(), when there is something to compare with. */
static void looked_again(void *arg, const struct pg_reply *r)
{
	struct events *ev = arg;
	size_t rows = r->code == ERR_OK ? pg_rows(r, 1) : 0;

	if (r->code != ERR_OK || rows == NEWS_MAX) {
		looked(ev, r);
		return;
	}
	struct known *seen = xcalloc(rows + 1, sizeof(*seen));
	struct news *items = xcalloc(rows + 1, sizeof(*items));
	size_t n = find_news(ev, r, seen, items);
	looked(ev, r);
	ev->known = seen;
	ev->known_count = rows;
	if (n > 0)
		publish(ev, items, n);
	free(items);
}

static size_t listener_count(const struct events *ev)
{
	return (size_t)__atomic_load_n(&ev->stats.listeners, __ATOMIC_RELAXED);
}

static void stop_looking(struct events *ev)
{
	loop_timer_stop(&ev->timer);
	pthread_mutex_lock(&ev->lock);
	ev->looking = false;
	pthread_mutex_unlock(&ev->lock);
	free(ev->known);
	ev->known = NULL;
	ev->known_count = 0;
	ev->mark = INSTANT_NONE;
}

static void look(void *arg)
{
	struct events *ev = arg;
	bool first = ev->mark == INSTANT_NONE;

	if (ev->asking)
		return;
	ev->idle_looks = listener_count(ev) > 0 ? 0 : ev->idle_looks + 1;
	if (ev->idle_looks > LINGER_LOOKS) {
		stop_looking(ev);
		return;
	}
	ev->asking = pg_segment_new(ev->workers[0].app->pool, PG_LANE_READ);
	pg_segment_add0(ev->asking, Q_NEWS_MARK);
	if (!first)
		pg_segment_addv(ev->asking, Q_NEWS_SINCE, PG_INSTANT(ev->mark), PG_I64(NEWS_MAX));
	pg_segment_submit(ev->asking, first ? looked : looked_again, ev);
}

static void start_looking(void *arg)
{
	struct events *ev = arg;

	ev->idle_looks = 0;
	if (loop_timer_is_running(&ev->timer) || ev->worker_count == 0)
		return;
	loop_timer_start_periodic(ev->workers[0].app->loop, &ev->timer, LOOK_MS, look, ev);
	look(ev);
}

/* ---- the process ---- */

struct events *events_new(void)
{
	struct events *ev = xcalloc(1, sizeof(*ev));
	uint32_t random = 0;

	/* Epochs of another daemon, or of this one before it was started again, are none of ours. */
	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		BUG("no random numbers");
	ev->epoch = ((uint64_t)random << 16) + 2;
	ev->ring_from = 1;
	ev->mark = INSTANT_NONE;
	ev->timer.name = "events";
	pthread_mutex_init(&ev->lock, NULL);
	return ev;
}

void events_attach(struct events *ev, struct app *app)
{
	CHECK(ev->worker_count < EVENTS_WORKERS_MAX);
	struct events_worker *w = &ev->workers[ev->worker_count++];

	w->events = ev;
	w->app = app;
	w->timer.name = "events_sessions";
	TAILQ_INIT(&w->listeners);
	app->events = ev;
}

void events_stop(struct events *ev)
{
	if (!ev)
		return;
	if (loop_timer_is_running(&ev->timer))
		loop_timer_stop(&ev->timer);
	if (ev->asking)
		pg_segment_forget(ev->asking);
	ev->asking = NULL;
}

void events_free(struct events *ev)
{
	if (!ev)
		return;
	free(ev->known);
	free(ev->accounts);
	pthread_mutex_destroy(&ev->lock);
	free(ev);
}

void events_stats(const struct events *ev, struct events_stats *ret)
{
	stat_copy(ret, &ev->stats, sizeof(*ret));
}

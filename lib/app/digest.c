/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * One round: ask, make organ by organ, then deliver one after another until nothing is due. */
#include "app/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "gen/queries.h"

enum { ITEMS_MAX = 200, OFFLOAD_QUEUE = 1, MINUTE_US = 60 * 1000000, PROBLEM_MAX = 600 };

struct digest_organ {
	int64_t account, id;
	const char *code, *name, *units, *digest;
};

struct digest {
	struct app *app;
	struct conf conf;
	int at_minute; /* of the day */
	struct offload *pool;
	bool stop;     /* atomic */
	/* the round under way */
	bool busy;
	day_t day;
	struct arena organs_arena, arena;
	struct digest_organ *organs;
	size_t organ_count, organ;
	struct warning_query query;
	size_t at, at_officers;
	struct digest_stats stats; /* atomic */
};

static void next_organ(void *arg);
static void take(struct digest *d);

static bool stopping(const struct digest *d)
{
	return __atomic_load_n(&d->stop, __ATOMIC_RELAXED);
}

static void count(uint64_t *stat)
{
	__atomic_add_fetch(stat, 1, __ATOMIC_RELAXED);
}

static void rest(struct digest *d)
{
	d->busy = false;
}

/* ---- deliver ---- */

static void job_free(struct digest_job *job)
{
	arena_fini(&job->arena);
	free(job);
}

static void noted(void *arg, const struct pg_reply *r)
{
	struct digest *d = arg;

	if (r->code != ERR_OK || stopping(d))
		rest(d); /* the lease ends, and it is tried again */
	else
		take(d);
}

static void say(struct digest *d, const struct digest_job *job)
{
	bool whole = (!job->to_file || job->filed) && (!job->to_post || job->posted);

	if (job->filed)
		count(&d->stats.filed);
	if (job->posted)
		count(&d->stats.posted);
	if (whole) {
		__atomic_store_n(&d->stats.last_s, clock_now() / 1000000, __ATOMIC_RELAXED);
		log_info("digest_delivered", "organ=%s id=%s attempts=%" PRId64, job->organ_code, job->id, job->attempts);
		return;
	}
	count(&d->stats.failed);
	log_warn("digest_failed", "organ=%s id=%s attempts=%" PRId64 " rule=%s reason=%s", job->organ_code, job->id,
		 job->attempts, job->err.rule, log_quote(job->err.message));
}

static void delivered(void *arg)
{
	struct digest_job *job = arg;
	struct digest *d = job->digest;
	uint32_t chance = 0;
	bool bad = job->err.code != ERR_OK;

	say(d, job);
	if (stopping(d)) { /* what was posted and not noted comes again with the same id */
		job_free(job);
		rest(d);
		return;
	}
	if (crypto_random(&chance, sizeof(chance)) != ERR_OK)
		chance = 0;
	char problem[PROBLEM_MAX];
	snprintf(problem, sizeof(problem), "%s: %s", job->err.rule, job->err.message);
	struct pg_segment *seg = pg_segment_new(d->app->pool, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_CALLER_SET, PG_I64(0), PG_CSTR(job->units));
	pg_segment_addv(seg, Q_DIGEST_DONE, PG_I64(job->organ), PG_DAY(job->day), PG_CSTR(job->lease), PG_BOOL(job->filed),
			PG_BOOL(job->posted), PG_CSTR(bad ? problem : NULL),
			PG_I64(bad ? digest_pause_s(&d->conf, job->attempts, chance) : 0));
	pg_segment_submit(seg, noted, d);
	job_free(job);
}

static void deliver(void *arg)
{
	digest_deliver(arg);
}

static void taken(void *arg, const struct pg_reply *r)
{
	enum { ORGAN, CODE, DAY, ID, BODY, READABLE, FILED, POSTED, ATTEMPTS, LEASE, UNITS };
	struct digest *d = arg;

	if (r->code != ERR_OK || stopping(d) || pg_rows(r, 0) == 0) {
		rest(d);
		return;
	}
	struct digest_job *job = xcalloc(1, sizeof(*job));
	struct arena *a = &job->arena;
	arena_init(a, 0);
	job->digest = d;
	job->organ = pg_i64(r, 0, 0, ORGAN);
	job->day = pg_day(r, 0, 0, DAY);
	job->organ_code = arena_strdup(a, pg_cstr(r, 0, 0, CODE));
	job->id = arena_strdup(a, pg_cstr(r, 0, 0, ID));
	job->body = arena_strdup(a, pg_cstr(r, 0, 0, BODY));
	job->readable = arena_strdup(a, pg_cstr(r, 0, 0, READABLE));
	job->lease = arena_strdup(a, pg_cstr(r, 0, 0, LEASE));
	job->units = arena_strdup(a, pg_cstr(r, 0, 0, UNITS));
	job->to_file = d->conf.digest.dir[0] && !pg_bool(r, 0, 0, FILED);
	job->to_post = d->conf.digest.url[0] && !pg_bool(r, 0, 0, POSTED);
	job->attempts = pg_i64(r, 0, 0, ATTEMPTS);
	job->conf = &d->conf;
	job->stop = &d->stop;
	job->err = (struct err)ERR_INIT;
	if (!offload_submit(d->pool, deliver, delivered, job, d->app->loop)) {
		job_free(job);
		rest(d);
	}
}

static void take(struct digest *d)
{
	struct pg_segment *seg = pg_segment_new(d->app->pool, PG_LANE_WRITE);

	pg_segment_addv(seg, Q_DIGEST_TAKE, PG_DAY(d->day), PG_BOOL(d->conf.digest.dir[0] != '\0'),
			PG_BOOL(d->conf.digest.url[0] != '\0'), PG_I64(d->conf.digest.lease_ms / 1000));
	pg_segment_submit(seg, taken, d);
}

/* ---- make ---- */

static void made(void *arg, const struct pg_reply *r)
{
	struct digest *d = arg;

	if (r->code == ERR_OK && pg_affected(r, 1) > 0) {
		count(&d->stats.made);
		log_info("digest_made", "organ=%s id=%s", d->organs[d->organ].code, d->organs[d->organ].digest);
	}
	if (r->code != ERR_OK || stopping(d)) {
		rest(d);
		return;
	}
	d->organ++;
	loop_defer(d->app->loop, next_organ, d);
}

static void warnings_came(void *arg, const struct pg_reply *r)
{
	struct digest *d = arg;
	const struct digest_organ *o = &d->organs[d->organ];
	struct warning_list list;
	struct warning_group *officers;
	size_t officer_count;
	struct sv json, text;

	if (r->code != ERR_OK || stopping(d)) {
		rest(d);
		return;
	}
	warning_take(r, d->at, &d->query, d->app->book, &d->arena, &list);
	warning_take_groups(r, d->at_officers, &d->arena, &officers, &officer_count);
	const struct digest_content content = {
		.id = o->digest, .organ_code = o->code, .organ_name = o->name, .day = d->day, .until = d->query.until,
		.days = d->app->config.warning_days, .list = &list, .officers = officers, .officer_count = officer_count,
	};
	digest_write(&content, &d->arena, &json, &text);
	struct pg_segment *seg = pg_segment_new(d->app->pool, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_CALLER_SET, PG_I64(o->account), PG_CSTR(o->units));
	pg_segment_addv(seg, Q_DIGEST_MADE, PG_I64(o->id), PG_DAY(d->day), PG_TEXT(json), PG_TEXT(text));
	pg_segment_submit(seg, made, d);
}

static void next_organ(void *arg)
{
	struct digest *d = arg;

	if (stopping(d)) {
		rest(d);
		return;
	}
	if (d->organ >= d->organ_count) {
		take(d);
		return;
	}
	const struct digest_organ *o = &d->organs[d->organ];
	arena_reset(&d->arena);
	d->query = (struct warning_query){
		.until = warning_until(&d->app->book->calendar, d->day, d->app->config.warning_days), .today = d->day,
		.limit = ITEMS_MAX, .by = WARNING_BY_UNIT,
	};
	struct pg_segment *seg = pg_segment_new(d->app->pool, PG_LANE_SLOW);
	pg_segment_addv(seg, Q_CALLER_SET, PG_I64(o->account), PG_CSTR(o->units));
	d->at = warning_ask(seg, &d->query);
	d->at_officers = pg_segment_addv(seg, Q_WARNING_GROUPS, PG_DAY(d->query.until), PG_DAY(d->day), PG_NULL, PG_NULL,
					 PG_CSTR("officer"));
	pg_segment_submit(seg, warnings_came, d);
}

/* ---- ask ---- */

static void asked(void *arg, const struct pg_reply *r)
{
	enum { ACCOUNT, DISPLAY_NAME, ORGAN, CODE, NAME, UNITS, ID };
	struct digest *d = arg;

	if (r->code != ERR_OK || stopping(d)) {
		rest(d);
		return;
	}
	arena_reset(&d->organs_arena);
	d->organ = 0;
	d->organ_count = pg_rows(r, 0);
	d->organs = arena_array(&d->organs_arena, struct digest_organ, d->organ_count + 1);
	for (size_t i = 0; i < d->organ_count; i++)
		d->organs[i] = (struct digest_organ){
			.account = pg_i64(r, 0, i, ACCOUNT), .id = pg_i64(r, 0, i, ORGAN),
			.code = arena_strdup(&d->organs_arena, pg_cstr(r, 0, i, CODE)),
			.name = arena_strdup(&d->organs_arena, pg_cstr(r, 0, i, NAME)),
			.units = arena_strdup(&d->organs_arena, pg_cstr(r, 0, i, UNITS)),
			.digest = arena_strdup(&d->organs_arena, pg_cstr(r, 0, i, ID)),
		};
	loop_defer(d->app->loop, next_organ, d);
}

/* A working day, and the time has come. What lies beyond the calendar is taken as it looks. */
static bool is_time(const struct digest *d, instant_t now)
{
	bool works = false, provisional = false;

	if (calendar_works(&d->app->book->calendar, d->day, &works, &provisional, NULL) != ERR_OK)
		return false;
	return works && (now - day_start(d->day)) / MINUTE_US >= d->at_minute;
}

void digest_look(struct digest *d)
{
	instant_t now = clock_now();

	if (d->busy || stopping(d) || !d->app->book)
		return;
	d->busy = true;
	d->day = instant_to_day(now);
	struct pg_segment *seg = pg_segment_new(d->app->pool, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_DIGEST_ASK, PG_DAY(d->day), PG_BOOL(is_time(d, now)));
	pg_segment_submit(seg, asked, d);
}

/* ---- life ---- */

struct digest *digest_new(struct app *app, const struct conf *conf)
{
	if (!conf->digest.dir[0] && !conf->digest.url[0])
		return NULL;
	struct digest *d = xcalloc(1, sizeof(*d));
	const char *at = conf->digest.at;
	d->app = app;
	d->conf = *conf;
	crypto_wipe(&d->conf.database.password, sizeof(d->conf.database.password));
	d->at_minute = ((at[0] - '0') * 10 + (at[1] - '0')) * 60 + (at[3] - '0') * 10 + (at[4] - '0');
	arena_init(&d->organs_arena, 0);
	arena_init(&d->arena, 0);
	d->pool = offload_new("digest", 1, OFFLOAD_QUEUE);
	return d;
}

void digest_stop(struct digest *d)
{
	if (!d)
		return;
	__atomic_store_n(&d->stop, true, __ATOMIC_RELAXED);
	offload_free(d->pool);
	d->pool = NULL;
}

void digest_free(struct digest *d)
{
	if (!d)
		return;
	arena_fini(&d->organs_arena);
	arena_fini(&d->arena);
	free(d);
}

void digest_stats(const struct digest *d, struct digest_stats *ret)
{
	*ret = (struct digest_stats){
		.made = __atomic_load_n(&d->stats.made, __ATOMIC_RELAXED), .filed = __atomic_load_n(&d->stats.filed, __ATOMIC_RELAXED),
		.posted = __atomic_load_n(&d->stats.posted, __ATOMIC_RELAXED),
		.failed = __atomic_load_n(&d->stats.failed, __ATOMIC_RELAXED),
		.last_s = __atomic_load_n(&d->stats.last_s, __ATOMIC_RELAXED),
	};
}

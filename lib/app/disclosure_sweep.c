/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The machine's stop: what is past its last day. Organ by organ, act by act, as app/exchange_sweep.c does it. The act
 * says that the page ended with its last day, whenever the sweep came: nobody could read it after that day. */
#include "app/disclosure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/act.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "gen/queries.h"

enum { STOP_ARENA = 32 << 20, STOP_DEADLINE_MS = 30000, PAGE = 100 };

struct stop {
	int64_t matter, version;
	day_t due, last;
};

struct stopper {
	int64_t organ;
	const struct session *session;
};

struct disclosure_sweep {
	struct app *app;
	struct arena organs_arena, arena; /* the second: of one page of one organ */
	struct stopper *organs;
	size_t organ_count, organ;
	struct stop *due;
	size_t due_count, next;
	int64_t after;
	size_t stopped, refused;
};

static void next_page(void *arg);
static void next_stop(struct disclosure_sweep *s);

static void sweep_free(struct disclosure_sweep *s)
{
	s->app->disclosure_sweep = NULL;
	if (s->stopped > 0 || s->refused > 0)
		log_info("disclosures_stopped", "stopped=%zu refused=%zu", s->stopped, s->refused);
	arena_fini(&s->arena);
	arena_fini(&s->organs_arena);
	free(s);
}

/* ---- one act ---- */

static const struct task_step stop_steps[] = { ACT_STEPS, TASK_STEPS_END };

static void stopped(struct task *t, enum err_code code, void *arg)
{
	struct disclosure_sweep *s = arg;

	if (code == ERR_UNAVAILABLE) { /* the next sweep goes on; perhaps the process ends */
		sweep_free(s);
		return;
	}
	s->stopped += code == ERR_OK;
	/* Stale: another daemon's sweep or a person was there first. */
	if (code != ERR_OK && code != ERR_STALE) {
		const struct act_call *a = task_ctx(t);
		s->refused++;
		log_warn("disclosure_stop_refused", "matter=%" PRId64 " rule=%s", a->matter, task_err(t)->rule);
	}
	next_stop(s);
}

/* The last moment of its last day, unless something was done to it later. */
static instant_t stopped_at(const struct stop *due)
{
	day_t on = due->last > due->due ? due->last : due->due;
	instant_t end = day_start(on + 1) - 1000000, now = clock_now();

	return end < now ? end : now;
}

static void do_stop(struct disclosure_sweep *s, const struct stop *due)
{
	struct task *t = task_new(s->app->loop, &(struct task_options){
		.name = "disclosure_stop", .deadline_ms = STOP_DEADLINE_MS, .arena_cap = STOP_ARENA });
	struct act_call *a = arena_new(task_arena(t), struct act_call);
	uint8_t digest[CRYPTO_SHA256_SIZE];

	*a = (struct act_call){
		.call = { .app = s->app, .book = s->app->book, .who = session_copy(task_arena(t), s->organs[s->organ].session),
			  .place = "sweep", .request_id = "", .action = "sweep" },
		.matter = due->matter, .kind = MATTER_DISCLOSURE, .act = SV("expire"), .version = due->version,
		.happened_at = stopped_at(due),
		.key = arena_printf(task_arena(t), "expire:%" PRId64 ":%" PRId64, due->matter, due->version),
	};
	crypto_sha256(a->key, strlen(a->key), digest);
	crypto_hex(digest, sizeof(digest), a->request_digest);
	task_start(t, stop_steps, a, stopped, s);
}

static void next_stop(struct disclosure_sweep *s)
{
	if (s->next < s->due_count) {
		do_stop(s, &s->due[s->next++]);
		return;
	}
	if (s->due_count < PAGE)
		s->organ++, s->after = 0;
	loop_defer(s->app->loop, next_page, s);
}

/* ---- organ by organ ---- */

static void page_came(void *arg, const struct pg_reply *r)
{
	enum { ID, VERSION, STOP_DUE, LAST_ON };
	struct disclosure_sweep *s = arg;

	if (r->code != ERR_OK) {
		sweep_free(s);
		return;
	}
	s->due_count = pg_rows(r, 1);
	s->due = arena_array(&s->arena, struct stop, s->due_count + 1);
	for (size_t i = 0; i < s->due_count; i++)
		s->due[i] = (struct stop){ .matter = pg_i64(r, 1, i, ID), .version = pg_i64(r, 1, i, VERSION),
					   .due = pg_day(r, 1, i, STOP_DUE), .last = pg_day(r, 1, i, LAST_ON) };
	s->next = 0;
	if (s->due_count > 0)
		s->after = s->due[s->due_count - 1].matter;
	next_stop(s);
}

static void next_page(void *arg)
{
	struct disclosure_sweep *s = arg;

	if (s->organ >= s->organ_count) {
		sweep_free(s);
		return;
	}
	arena_reset(&s->arena);
	const struct stopper *o = &s->organs[s->organ];
	struct pg_segment *seg = pg_segment_new(s->app->pool, PG_LANE_READ);
	pg_segment_addv(seg, Q_CALLER_SET, PG_I64(o->session->actor.account), PG_CSTR(o->session->units));
	pg_segment_addv(seg, Q_DISCLOSURE_STOP_DUE, PG_I64(o->organ), PG_DAY(instant_to_day(clock_now())), PG_I64(s->after),
			PG_I64(PAGE));
	pg_segment_submit(seg, page_came, s);
}

/* ---- the organs ---- */

static void put(char *to, size_t size, struct sv text)
{
	snprintf(to, size, "%.*s", SV_ARG(text));
}

static const struct session *read_session(struct arena *arena, const struct pg_reply *r, size_t i)
{
	enum { ACCOUNT, DISPLAY_NAME, ORGAN, ORGAN_NAME, UNITS };
	struct session *s = arena_new(arena, struct session);
	struct sv units = pg_text(r, 0, i, UNITS);

	snprintf(s->account, sizeof(s->account), "system.%" PRId64, pg_i64(r, 0, i, ORGAN));
	put(s->name, sizeof(s->name), pg_text(r, 0, i, DISPLAY_NAME));
	put(s->organ_name, sizeof(s->organ_name), pg_text(r, 0, i, ORGAN_NAME));
	put(s->unit_name, sizeof(s->unit_name), pg_text(r, 0, i, ORGAN_NAME));
	put(s->roles, sizeof(s->roles), SV("exchange"));
	s->units = arena_strndup(arena, units.p, units.n);
	s->own_roles = ROLE_EXCHANGE;
	s->actor = (struct actor){ .account = pg_i64(r, 0, i, ACCOUNT), .name = s->account, .roles = ROLE_EXCHANGE,
				   .unit = pg_i64(r, 0, i, ORGAN), .organ = pg_i64(r, 0, i, ORGAN),
				   .organ_name = s->organ_name };
	return s;
}

static void organs_came(void *arg, const struct pg_reply *r)
{
	struct disclosure_sweep *s = arg;

	if (r->code != ERR_OK) {
		sweep_free(s);
		return;
	}
	s->organ_count = pg_rows(r, 0);
	s->organs = arena_array(&s->organs_arena, struct stopper, s->organ_count + 1);
	for (size_t i = 0; i < s->organ_count; i++) {
		s->organs[i].session = read_session(&s->organs_arena, r, i);
		s->organs[i].organ = s->organs[i].session->actor.organ;
	}
	loop_defer(s->app->loop, next_page, s);
}

void disclosure_sweep_drop(struct app *app)
{
	if (app->disclosure_sweep)
		sweep_free(app->disclosure_sweep);
}

void disclosure_sweep(struct app *app)
{
	if (app->disclosure_sweep || !app->book)
		return;
	struct disclosure_sweep *s = xcalloc(1, sizeof(*s));
	s->app = app;
	arena_init(&s->arena, 0);
	arena_init(&s->organs_arena, 0);
	app->disclosure_sweep = s;
	/* It may make the account of an organ: a write. */
	struct pg_segment *seg = pg_segment_new(app->pool, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_DISCLOSURE_STOPPERS, PG_DAY(instant_to_day(clock_now())));
	pg_segment_submit(seg, organs_came, s);
}

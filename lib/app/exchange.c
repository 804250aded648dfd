/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The outbox's round: take due rows, deliver each, say what became of it, begin again while something moved. */
#include "app/exchange.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/exchange_internal.h"
#include "app/exchange_watch.h"
#include "app/handoff_make.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "gen/queries.h"

enum { DELIVERY_ARENA = 128 << 20, ORGANS_AGE_US = 60 * 1000000 };

/* ---- organs ---- */

const struct exchange_organ *exchange_find_organ(const struct exchange *x, int64_t organ_id)
{
	for (size_t i = 0; i < x->organ_count; i++) {
		if (x->organs[i].id == organ_id)
			return &x->organs[i];
	}
	return NULL;
}

/* Every unit that one of the organs sees: for the outbox, which belongs to all of them. */
static char *all_units(const struct exchange *x)
{
	struct str out = STR_INIT(1 << 20);

	str_append_char(&out, '{');
	for (size_t i = 0; i < x->organ_count; i++) {
		struct sv units = sv_of(x->organs[i].session->units);
		if (units.n > 2)
			str_printf(&out, "%s%.*s", out.len > 1 ? "," : "", (int)units.n - 2, units.p + 1);
	}
	str_append_char(&out, '}');
	return out.p;
}

static void organs_came(void *arg, const struct pg_reply *r)
{
	struct exchange *x = arg;

	x->asking = false;
	if (x->stopping)
		return;
	if (r->code == ERR_OK) {
		arena_reset(&x->organ_arena);
		free(x->units);
		x->organ_count = pg_rows(r, 0);
		x->organs = arena_array(&x->organ_arena, struct exchange_organ, x->organ_count + 1);
		for (size_t i = 0; i < x->organ_count; i++)
			exchange_organ_read(&x->organ_arena, r, 0, i, &x->organs[i]);
		x->units = all_units(x);
		x->organs_at_us = loop_now_us(x->app->loop);
	} else {
		log_warn("exchange_organs", "code=%s", err_slug(r->code));
	}
	x->running = false;
	if (r->code == ERR_OK) {
		exchange_watch_look(x);
		exchange_round(x);
	}
}

/* Old ones may be in use while deliveries are under way. */
static bool organs_old(const struct exchange *x)
{
	return x->in_flight == 0 && (!x->units || __atomic_load_n(&x->units_old, __ATOMIC_ACQUIRE) ||
				     loop_now_us(x->app->loop) - x->organs_at_us > ORGANS_AGE_US);
}

static void ask_organs(struct exchange *x)
{
	struct pg_segment *seg = pg_segment_new(x->app->pool, PG_LANE_READ);

	x->asking = true;
	__atomic_store_n(&x->units_old, false, __ATOMIC_RELEASE);
	pg_segment_add0(seg, Q_EXCHANGE_ACCOUNTS);
	pg_segment_submit(seg, organs_came, x);
}

struct pg_segment *exchange_segment(struct exchange *x, enum pg_lane lane)
{
	struct pg_segment *seg = pg_segment_new(x->app->pool, lane);

	pg_segment_addv(seg, Q_CALLER_SET, PG_I64(0), PG_CSTR(x->units ? x->units : "{}"));
	return seg;
}

/* ---- figures ---- */

static void counts_came(void *arg, const struct pg_reply *r)
{
	struct exchange *x = arg;

	if (r->code != ERR_OK || x->stopping)
		return;
	__atomic_store_n(&x->stats.waiting, (uint64_t)pg_i64(r, 1, 0, 0), __ATOMIC_RELAXED);
	__atomic_store_n(&x->stats.failed, (uint64_t)pg_i64(r, 1, 0, 1), __ATOMIC_RELAXED);
	__atomic_store_n(&x->stats.quarantine, (uint64_t)pg_i64(r, 1, 0, 2), __ATOMIC_RELAXED);
	/* The next row that waits for its hour: sooner than the next look. */
	if (!pg_is_null(r, 1, 0, 3) && x->enabled) {
		double seconds = strtod(pg_cstr(r, 1, 0, 3), NULL);
		int64_t ms = seconds > 0 ? (int64_t)(seconds * 1000) + 10 : 200;
		if (ms < x->config.poll_ms)
			loop_timer_start(x->app->loop, &x->soon, ms, exchange_look, x);
	}
}

static void count_rows(struct exchange *x)
{
	struct pg_segment *seg = exchange_segment(x, PG_LANE_READ);

	pg_segment_add0(seg, Q_EXCHANGE_COUNTS);
	pg_segment_submit(seg, counts_came, x);
}

/* ---- what became of a delivery ---- */

static void noted(void *arg, const struct pg_reply *r)
{
	struct exchange *x = arg;

	if (r->code != ERR_OK)
		log_error("outbox_note", "code=%s sqlstate=%s", err_slug(r->code), r->sqlstate);
	if (--x->in_flight == 0 && !x->stopping)
		exchange_round_over(x);
}

/* What waited behind it may go now. */
static void noted_apart(void *arg, const struct pg_reply *r)
{
	struct exchange *x = arg;

	if (r->code != ERR_OK)
		log_error("outbox_note", "code=%s sqlstate=%s", err_slug(r->code), r->sqlstate);
	exchange_round(x);
}

/* Doubling from retry_min to retry_max, 25 % to either side. */
static int64_t pause_ms(const struct exchange *x, int64_t tries)
{
	int64_t ms = x->config.retry_min_ms;
	uint16_t dice = 0;

	for (int64_t i = 1; i < tries && ms < x->config.retry_max_ms; i++)
		ms *= 2;
	if (ms > x->config.retry_max_ms)
		ms = x->config.retry_max_ms;
	if (crypto_random(&dice, sizeof(dice)) != ERR_OK)
		return ms;
	return ms * 3 / 4 + ms / 2 * dice / UINT16_MAX;
}

/* Ends the delivery: the row says what happened, and its memory goes. */
void exchange_delivered(struct delivery *d, enum delivery_end end, const char *why)
{
	struct exchange *x = d->x;
	struct pg_segment *seg;

	if (x->stopping) {
		if (!d->apart)
			x->in_flight--;
		delivery_free(d);
		return;
	}
	seg = exchange_segment(x, PG_LANE_WRITE);
	switch (end) {
	case DELIVERY_DONE:
		pg_segment_addv(seg, Q_OUTBOX_DONE, PG_I64(d->id));
		__atomic_add_fetch(&x->stats.delivered, 1, __ATOMIC_RELAXED);
		x->moved = x->moved || !d->apart;
		break;
	case DELIVERY_LATER:
		pg_segment_addv(seg, Q_OUTBOX_RETRY, PG_I64(d->id), PG_I64(pause_ms(x, d->tries)), PG_CSTR(why));
		__atomic_add_fetch(&x->stats.retried, 1, __ATOMIC_RELAXED);
		log_info("record_waits", "to=%s lane=%s n=%lld tries=%lld reason=%s", d->to, d->lane, (long long)d->n,
			 (long long)d->tries, log_quote(why));
		break;
	case DELIVERY_FAILED:
		pg_segment_addv(seg, Q_OUTBOX_FAIL, PG_I64(d->id), PG_CSTR(why));
		log_error("record_refused_by_peer", "to=%s lane=%s n=%lld reason=%s", d->to, d->lane, (long long)d->n,
			  log_quote(why));
		break;
	}
	pg_segment_submit(seg, d->apart ? noted_apart : noted, x);
	delivery_free(d);
}

void delivery_free(struct delivery *d)
{
	arena_fini(&d->arena);
	free(d);
}

/* ---- inside the hub ---- */

static void hub_taken(void *arg)
{
	struct delivery *d = arg;
	const struct inbox_result *last = &d->batch.results[d->batch.count - 1];
	char why[512];

	snprintf(why, sizeof(why), "%s：%s", last->err.rule, last->err.message);
	switch (last->outcome) {
	case INBOX_APPLIED:
	case INBOX_KNOWN:
		exchange_delivered(d, DELIVERY_DONE, "");
		return;
	case INBOX_REFUSED:
		exchange_delivered(d, DELIVERY_FAILED, why);
		return;
	case INBOX_LATER:
		exchange_delivered(d, DELIVERY_LATER, why);
		return;
	case INBOX_SKIPPED:
		exchange_delivered(d, DELIVERY_LATER, "尚未处理");
		return;
	}
}

static void deliver_to_hub(struct delivery *d)
{
	const struct exchange_organ *organ = exchange_find_organ(d->x, d->hub_organ);

	if (!organ) {
		d->x->organs_at_us = INT64_MIN / 2; /* it may be new: ask again */
		exchange_delivered(d, DELIVERY_LATER, "接收机关在本系统没有交换账号");
		return;
	}
	d->batch.app = d->x->app;
	d->batch.organ = organ;
	d->batch.source = arena_printf(&d->arena, "hub:%s", d->lane);
	d->batch.results = arena_array(&d->arena, struct inbox_result, d->batch.count);
	inbox_take(&d->batch, hub_taken, d);
}

static void deliver(struct delivery *d)
{
	if (d->way && strcmp(d->way, "hub") == 0)
		deliver_to_hub(d);
	else if (d->way && strcmp(d->way, "network") == 0)
		exchange_net_deliver(d);
	else
		exchange_delivered(d, DELIVERY_LATER, d->way ? "该机关不在线" : "机关名录中没有该机关，或已停用");
}

/* ---- what is delivered ---- */

static struct sv keep(struct delivery *d, struct sv text)
{
	return (struct sv){ text.p ? arena_strndup(&d->arena, text.p, text.n) : NULL, text.n };
}

static struct sv unhex(struct delivery *d, struct sv hex)
{
	struct sv bytes = { NULL, 0 };

	if (hex.p && !handoff_from_hex(&d->arena, hex, &bytes))
		BUG("hex from the database");
	return bytes;
}

/* Body, signatures and package of one row; columns from `body` on are body, cms, sm2; from `package` on name, plan,
 * texts, held. */
static void add_item(struct delivery *d, const struct pg_reply *r, size_t at, size_t row, int body, int package)
{
	struct inbox_item *item = &d->items[d->batch.count++];

	*item = (struct inbox_item){ .body = keep(d, pg_text(r, at, row, body)),
				     .cms = unhex(d, pg_text(r, at, row, body + 1)),
				     .sm2 = unhex(d, pg_text(r, at, row, body + 2)) };
	if (pg_is_null(r, at, row, package))
		return;
	d->packages[d->batch.package_count++] = (struct inbox_package){
		.name = keep(d, pg_text(r, at, row, package)), .plan = keep(d, pg_text(r, at, row, package + 1)),
		.texts = keep(d, pg_text(r, at, row, package + 2)), .held = pg_bool(r, at, row, package + 3),
	};
}

static void make_room(struct delivery *d, size_t count)
{
	d->items = arena_array(&d->arena, struct inbox_item, count);
	d->packages = arena_array(&d->arena, struct inbox_package, count);
	d->batch.items = d->items;
	d->batch.packages = d->packages;
}

static void history_came(void *arg, const struct pg_reply *r)
{
	struct delivery *d = arg;
	enum { BODY = 2, PACKAGE = 5 };
	struct inbox_item last = d->items[0];
	struct inbox_package package = d->packages[0];
	size_t packages = d->batch.package_count;

	if (r->code != ERR_OK) {
		exchange_delivered(d, DELIVERY_LATER, err_slug(r->code));
		return;
	}
	make_room(d, pg_rows(r, 1) + 1);
	d->batch.count = d->batch.package_count = 0;
	for (size_t i = 0; i < pg_rows(r, 1); i++)
		add_item(d, r, 1, i, BODY, PACKAGE);
	d->items[d->batch.count++] = last;
	if (packages)
		d->packages[d->batch.package_count++] = package;
	d->batch.whole_thread = true;
	deliver(d);
}

/* To somebody who joins late: all that was said before goes along. */
static void ask_history(struct delivery *d)
{
	struct pg_segment *seg = exchange_segment(d->x, PG_LANE_READ);

	pg_segment_addv(seg, Q_OUTBOX_HISTORY, PG_I64(d->matter), PG_CSTR(d->lane), PG_I64(d->n));
	pg_segment_submit(seg, history_came, d);
}

enum { ID, ORGAN_ID, MATTER_ID, LANE, N, TO, TRIES, HISTORY, BODY, CMS, SM2, WAY, URL, PIN, HUB_ORGAN, PACKAGE };

static void begin_delivery(struct exchange *x, const struct pg_reply *r, size_t row)
{
	struct delivery *d = xcalloc(1, sizeof(*d));

	arena_init(&d->arena, DELIVERY_ARENA);
	*d = (struct delivery){ .x = x, .arena = d->arena, .id = pg_i64(r, 1, row, ID), .organ = pg_i64(r, 1, row, ORGAN_ID),
				.matter = pg_i64(r, 1, row, MATTER_ID), .n = pg_i64(r, 1, row, N),
				.tries = pg_i64(r, 1, row, TRIES), .hub_organ = pg_i64_or(r, 1, row, HUB_ORGAN, 0) };
	d->lane = keep(d, pg_text(r, 1, row, LANE)).p;
	d->to = keep(d, pg_text(r, 1, row, TO)).p;
	d->way = keep(d, pg_text(r, 1, row, WAY)).p;
	d->url = keep(d, pg_text(r, 1, row, URL)).p;
	d->pin = keep(d, pg_text(r, 1, row, PIN)).p;
	make_room(d, 1);
	add_item(d, r, 1, row, BODY, PACKAGE);
	x->in_flight++;
	if (pg_bool(r, 1, row, HISTORY))
		ask_history(d);
	else
		deliver(d);
}

/* ---- the round ---- */

static void rows_came(void *arg, const struct pg_reply *r)
{
	struct exchange *x = arg;

	if (x->stopping)
		return;
	if (r->code != ERR_OK) {
		log_warn("outbox_take", "code=%s", err_slug(r->code));
		x->running = false;
		return;
	}
	x->moved = false;
	x->in_flight = 1; /* this function's own, so that the round does not end within it */
	for (size_t i = 0; i < pg_rows(r, 1); i++)
		begin_delivery(x, r, i);
	if (--x->in_flight == 0)
		exchange_round_over(x);
}

void exchange_round_over(struct exchange *x)
{
	bool again = x->moved || x->again;

	x->running = x->moved = x->again = false;
	if (again)
		exchange_round(x);
	else
		count_rows(x);
}

void exchange_round(struct exchange *x)
{
	struct pg_segment *seg;

	if (!x->enabled || x->stopping || !x->app->book)
		return;
	if (x->running) {
		x->again = true;
		return;
	}
	x->running = true;
	if (organs_old(x)) {
		if (!x->asking)
			ask_organs(x);
		return;
	}
	if (x->organ_count == 0) {
		x->running = x->again = false;
		return;
	}
	x->again = false;
	seg = exchange_segment(x, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_OUTBOX_TAKE, PG_I64(x->config.batch), PG_I64(x->config.lease_ms / 1000));
	pg_segment_submit(seg, rows_came, x);
}

void exchange_look(void *arg)
{
	struct exchange *x = arg;

	exchange_watch_look(x);
	exchange_round(x);
}

static void sweep(void *arg)
{
	struct exchange *x = arg;

	if (x->stopping || !x->app->book)
		return;
	exchange_sweep(x);
}

/* ---- life ---- */

struct exchange *exchange_new(struct app *app, const struct conf *conf)
{
	struct exchange *x = xcalloc(1, sizeof(*x));

	x->app = app;
	x->enabled = conf->exchange.enabled != 0;
	x->config = (struct exchange_config){
		.poll_ms = conf->exchange.poll_ms, .retry_min_ms = conf->exchange.retry_min_ms,
		.retry_max_ms = conf->exchange.retry_max_ms, .lease_ms = conf->exchange.lease_ms,
		.batch = conf->exchange.batch, .not_delivered_s = conf->exchange.not_delivered_ms / 1000,
		.not_retrieved_s = conf->exchange.not_retrieved_ms / 1000,
		.max_package = (uint64_t)conf->exchange.max_package_bytes,
	};
	snprintf(x->quarantine, sizeof(x->quarantine), "%s", conf->exchange.quarantine);
	for (size_t i = 0; i < EXCHANGE_END_KINDS; i++)
		x->stats.days_left[i] = INT64_MAX;
	x->watch = exchange_watch_new();
	arena_init(&x->organ_arena, 0);
	x->net = exchange_net_new(x, (unsigned)conf->exchange.network_threads);
	loop_timer_start_periodic(app->loop, &x->poll, x->config.poll_ms, exchange_look, x);
	if (x->enabled)
		loop_timer_start_periodic(app->loop, &x->sweeper, conf->exchange.sweep_ms, sweep, x);
	return x;
}

void exchange_stop(struct exchange *x)
{
	if (!x)
		return;
	__atomic_store_n(&x->stopping, true, __ATOMIC_RELAXED);
	loop_timer_stop(&x->poll);
	loop_timer_stop(&x->soon);
	loop_timer_stop(&x->sweeper);
	exchange_net_stop(x->net);
}

void exchange_free(struct exchange *x)
{
	if (!x)
		return;
	exchange_net_free(x->net);
	exchange_watch_free(x->watch);
	arena_fini(&x->organ_arena);
	free(x->units);
	free(x);
}

bool exchange_is_stopping(const struct exchange *x)
{
	return x && __atomic_load_n(&x->stopping, __ATOMIC_RELAXED);
}

static void nudged(void *arg)
{
	struct exchange *x = arg;

	__atomic_store_n(&x->nudged, false, __ATOMIC_RELEASE);
	exchange_round(x);
}

void exchange_nudge(struct exchange *x)
{
	if (!x || exchange_is_stopping(x) || __atomic_exchange_n(&x->nudged, true, __ATOMIC_ACQ_REL))
		return;
	loop_post(x->app->loop, nudged, x);
}

void exchange_nudge_restricted(struct exchange *x)
{
	if (x)
		__atomic_store_n(&x->units_old, true, __ATOMIC_RELEASE);
	exchange_nudge(x);
}

const char *exchange_quarantine_folder(const struct exchange *x)
{
	return x ? x->quarantine : "";
}

uint64_t exchange_max_package(const struct exchange *x)
{
	return x ? x->config.max_package : 0;
}

void exchange_count_taken(struct exchange *x)
{
	if (x)
		__atomic_add_fetch(&x->stats.taken, 1, __ATOMIC_RELAXED);
}

void exchange_count_refused(struct exchange *x)
{
	if (x)
		__atomic_add_fetch(&x->stats.refused, 1, __ATOMIC_RELAXED);
}

void exchange_stats(const struct exchange *x, struct exchange_stats *ret)
{
	const uint64_t *from = (const uint64_t *)(const void *)&x->stats;
	uint64_t *to = (uint64_t *)(void *)ret;

	*ret = (struct exchange_stats){ .waiting = 0 };
	for (size_t i = 0; i < EXCHANGE_END_KINDS; i++)
		ret->days_left[i] = INT64_MAX;
	for (size_t i = 0; x && i < sizeof(*ret) / sizeof(uint64_t); i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

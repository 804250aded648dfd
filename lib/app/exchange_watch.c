/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/exchange_watch.h"

#include <stdlib.h>
#include <string.h>

#include "app/exchange_internal.h"
#include "app/handoff_make.h"
#include "base/clock.h"
#include "base/log.h"
#include "gen/queries.h"

#define DAY_US (INT64_C(24) * 3600 * 1000000)

struct exchange_watch {
	struct arena arena, peer_arena;
	struct exchange_end *ends;
	size_t count;
	struct crypto_end *peers;
	size_t peer_count;
	uint64_t serial;       /* of the keys that `ends` comes from */
	day_t day, peers_on;   /* when each was made; DAY_NONE: again */
	bool asking, peers_known;
};

/* ---- what there is ---- */

const char *exchange_end_name(enum exchange_end_kind kind)
{
	static const char *const names[EXCHANGE_END_KINDS] = {
		[EXCHANGE_END_OWN] = "own",	[EXCHANGE_END_PEER] = "peer",
		[EXCHANGE_END_TRUSTED] = "trusted", [EXCHANGE_END_CA] = "ca",
		[EXCHANGE_END_LIST] = "list",
	};

	return names[kind];
}

static void add(struct exchange_end *all, size_t *n, enum exchange_end_kind kind, const struct crypto_end *e)
{
	all[(*n)++] = (struct exchange_end){ .kind = kind, .end = *e, .said_on = DAY_NONE };
}

static void add_own(struct exchange_end *all, size_t *n, const struct crypto_signer *s)
{
	struct crypto_end e;

	if (crypto_end_read(crypto_signer_pem(s), &e, NULL) == ERR_OK)
		add(all, n, EXCHANGE_END_OWN, &e);
	if (crypto_signer_has_sm2(s) && crypto_end_read(crypto_signer_sm2_pem(s), &e, NULL) == ERR_OK)
		add(all, n, EXCHANGE_END_OWN, &e);
}

/* Of an organ that signs here, or told already as a peer's. */
static bool is_told(const struct exchange_keys *keys, const struct exchange_end *all, size_t n, const struct crypto_end *e)
{
	if (e->kind == CRYPTO_END_ORGAN && e->code[0] && exchange_signer(keys, e->code))
		return true;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i].end.fingerprint, e->fingerprint) == 0)
			return true;
	}
	return false;
}

size_t exchange_ends(const struct exchange_keys *keys, const struct crypto_end *peers, size_t peer_count,
		     struct arena *a, struct exchange_end **ret)
{
	static const enum exchange_end_kind kinds[] = {
		[CRYPTO_END_ORGAN] = EXCHANGE_END_TRUSTED,
		[CRYPTO_END_CA] = EXCHANGE_END_CA,
		[CRYPTO_END_LIST] = EXCHANGE_END_LIST,
	};
	struct crypto_end *trusted;
	size_t trusted_count = crypto_trust_ends(exchange_trust(keys), a, &trusted), n = 0;
	struct exchange_end *all =
		arena_array(a, struct exchange_end, 2 * exchange_key_count(keys) + peer_count + trusted_count + 1);

	for (size_t i = 0; i < exchange_key_count(keys); i++)
		add_own(all, &n, exchange_key_at(keys, i));
	for (size_t i = 0; i < peer_count; i++) {
		if (!is_told(keys, all, n, &peers[i]))
			add(all, &n, EXCHANGE_END_PEER, &peers[i]);
	}
	for (size_t i = 0; i < trusted_count; i++) {
		if (!is_told(keys, all, n, &trusted[i]))
			add(all, &n, kinds[trusted[i].kind], &trusted[i]);
	}
	*ret = all;
	return n;
}

int exchange_end_due(struct exchange_end *e, instant_t now)
{
	int step = crypto_end_warning(e->end.at, now);
	day_t today = instant_to_day(now);
	bool again = e->said_on != DAY_NONE && e->said == step &&
		     (e->said_on == today || (step < 0 && e->kind == EXCHANGE_END_TRUSTED));

	if (step == 0 || again)
		return 0;
	e->said_on = today;
	e->said = step;
	return step;
}

/* ---- certificates of organs elsewhere ---- */

static void peers_came(void *arg, const struct pg_reply *r)
{
	enum { CODE, PIN, CMS };
	struct exchange *x = arg;
	struct exchange_watch *w = x->watch;

	w->asking = false;
	if (x->stopping)
		return;
	if (r->code != ERR_OK || !x->app->keys) {
		w->peers_on = DAY_NONE;
		return;
	}
	arena_reset(&w->peer_arena);
	w->peer_count = 0;
	w->peers = arena_array(&w->peer_arena, struct crypto_end, pg_rows(r, 1) + 1);
	for (size_t i = 0; i < pg_rows(r, 1); i++) {
		struct sv cms = { NULL, 0 };
		if (!pg_is_null(r, 1, i, CMS) && !handoff_from_hex(&w->peer_arena, pg_text(r, 1, i, CMS), &cms))
			BUG("hex from the database");
		if (crypto_end_of_peer(exchange_trust(x->app->keys), pg_cstr(r, 1, i, CODE), pg_cstr(r, 1, i, PIN), cms,
				       &w->peers[w->peer_count]))
			w->peer_count++;
	}
	w->peers_known = true;
	w->day = DAY_NONE;
}

static void ask_peers(struct exchange *x)
{
	struct pg_segment *seg = exchange_segment(x, PG_LANE_SLOW);

	x->watch->asking = true;
	pg_segment_add0(seg, Q_PEER_CERTIFICATES);
	pg_segment_submit(seg, peers_came, x);
}

/* ---- looking ---- */

static void say(const struct exchange_end *e, int step, int64_t days)
{
	const char *name = log_quote(e->end.name), *kind = exchange_end_name(e->kind), *code = e->end.code[0] ? e->end.code : "-";

	if (e->kind == EXCHANGE_END_LIST && step < 0)
		log_error("revocation_list_expired", "issuer=%s", name);
	else if (e->kind == EXCHANGE_END_LIST)
		log_warn("revocation_list_expires", "issuer=%s days=%lld within=%d", name, (long long)days, step);
	else if (step < 0)
		log_error("certificate_expired", "kind=%s organ=%s name=%s fingerprint=%s", kind, code, name, e->end.fingerprint);
	else
		log_warn("certificate_expires", "kind=%s organ=%s days=%lld within=%d name=%s fingerprint=%s", kind, code,
			 (long long)days, step, name, e->end.fingerprint);
}

/* Anew from the keys and the peers; what was said stays said. */
static void rebuild(struct exchange *x, day_t today)
{
	struct exchange_watch *w = x->watch;
	struct arena arena;
	struct exchange_end *ends;

	arena_init(&arena, 0);
	size_t n = exchange_ends(x->app->keys, w->peers, w->peer_count, &arena, &ends);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < w->count; k++) {
			if (strcmp(ends[i].end.fingerprint, w->ends[k].end.fingerprint) == 0) {
				ends[i].said_on = w->ends[k].said_on;
				ends[i].said = w->ends[k].said;
			}
		}
	}
	arena_fini(&w->arena);
	w->arena = arena;
	w->ends = ends;
	w->count = n;
	w->day = today;
}

void exchange_watch_look(struct exchange *x)
{
	struct exchange_watch *w = x->watch;
	instant_t now = clock_now();
	day_t today = instant_to_day(now);
	int64_t first[EXCHANGE_END_KINDS];

	if (x->stopping || !x->app->keys)
		return;
	uint64_t serial = exchange_keys_serial(x->app->keys);
	if (serial != w->serial)
		w->peers_on = w->day = DAY_NONE;
	w->serial = serial;
	if (x->enabled && x->units && !w->asking && w->peers_on != today) {
		w->peers_on = today;
		ask_peers(x);
	}
	if (w->day != today)
		rebuild(x, today);
	for (size_t k = 0; k < EXCHANGE_END_KINDS; k++)
		first[k] = INT64_MAX;
	for (size_t i = 0; i < w->count; i++) {
		struct exchange_end *e = &w->ends[i];
		int64_t left = e->end.at - now, days = left / DAY_US - (left % DAY_US < 0);
		/* Which of the trusted are peers comes from the database. */
		bool waits = e->kind == EXCHANGE_END_TRUSTED && x->enabled && !w->peers_known;
		int step = waits ? 0 : exchange_end_due(e, now);
		if (step != 0)
			say(e, step, days);
		if (days < first[e->kind])
			first[e->kind] = days;
	}
	for (size_t k = 0; k < EXCHANGE_END_KINDS; k++)
		__atomic_store_n(&x->stats.days_left[k], first[k], __ATOMIC_RELAXED);
}

struct exchange_watch *exchange_watch_new(void)
{
	struct exchange_watch *w = xcalloc(1, sizeof(*w));

	arena_init(&w->arena, 0);
	arena_init(&w->peer_arena, 0);
	w->day = w->peers_on = DAY_NONE;
	return w;
}

void exchange_watch_free(struct exchange_watch *w)
{
	if (!w)
		return;
	arena_fini(&w->arena);
	arena_fini(&w->peer_arena);
	free(w);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The session cache: a hash table with open addressing in sets of eight places. A full set forgets the
 * session that would be forgotten first anyway, so the table never grows and never needs to be swept. */
#include "app/session.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/session_store.h"
#include "base/arena.h"
#include "base/clock.h"
#include "crypto/crypto.h"

enum { WAYS = 8, SETS = SESSION_CACHE_MAX / WAYS };

struct session_cache {
	const struct session_changes *changes;
	struct session *places[SETS][WAYS];
};

/* ---- changes ---- */

uint64_t session_changes_now(const struct session_changes *c)
{
	return __atomic_load_n(&c->now, __ATOMIC_SEQ_CST);
}

void session_changed(struct session_changes *c, int64_t account)
{
	uint64_t n = __atomic_add_fetch(&c->now, 1, __ATOMIC_SEQ_CST);
	uint64_t *place = account ? &c->last[(uint64_t)account % SESSION_CHANGE_SLOTS] : &c->last_of_all;
	uint64_t was = __atomic_load_n(place, __ATOMIC_SEQ_CST);

	while (was < n && !__atomic_compare_exchange_n(place, &was, n, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		continue;
}

bool session_is_current(const struct session *s, const struct session_changes *c)
{
	uint64_t slot = (uint64_t)s->actor.account % SESSION_CHANGE_SLOTS;

	return __atomic_load_n(&c->last[slot], __ATOMIC_SEQ_CST) <= s->as_of &&
	       __atomic_load_n(&c->last_of_all, __ATOMIC_SEQ_CST) <= s->as_of;
}

/* ---- the cache ---- */

struct session_cache *session_cache_new(const struct session_changes *changes)
{
	struct session_cache *cache = xcalloc(1, sizeof(*cache));

	cache->changes = changes;
	return cache;
}

static void session_free(struct session *s)
{
	if (!s)
		return;
	free(s->units);
	crypto_wipe(s, sizeof(*s));
	free(s);
}

void session_cache_free(struct session_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < SETS; i++) {
		for (size_t j = 0; j < WAYS; j++)
			session_free(cache->places[i][j]);
	}
	free(cache);
}

/* The digest is uniformly distributed already. */
static struct session **set_of(struct session_cache *cache, const char *digest)
{
	unsigned hash = 0;

	for (size_t i = 0; i < 6; i++) {
		char c = digest[i];
		hash = hash * 16 + (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return cache->places[hash % SETS];
}

static struct session **find(struct session_cache *cache, const char *digest)
{
	struct session **set = set_of(cache, digest);

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i] && crypto_equal(set[i]->digest, digest, TOKEN_DIGEST_HEX))
			return &set[i];
	}
	return NULL;
}

const struct session *session_cache_get(struct session_cache *cache, const char *digest, int64_t now_us)
{
	struct session **place = find(cache, digest);

	if (!place)
		return NULL;
	if ((*place)->cached_until_us > now_us && session_is_current(*place, cache->changes))
		return *place;
	session_free(*place);
	*place = NULL;
	return NULL;
}

static struct session *session_dup(const struct session *from)
{
	struct session *s = xmalloc(sizeof(*s));

	*s = *from;
	s->units = xstrdup(from->units);
	s->actor.name = s->name;
	return s;
}

void session_cache_put(struct session_cache *cache, const struct session *session)
{
	struct session **set = set_of(cache, session->digest);
	struct session **place = find(cache, session->digest);

	for (size_t i = 0; i < WAYS && !place; i++) {
		if (!set[i])
			place = &set[i];
	}
	if (!place) {
		place = &set[0];
		for (size_t i = 1; i < WAYS; i++) {
			if (set[i]->cached_until_us < (*place)->cached_until_us)
				place = &set[i];
		}
	}
	struct session *old = *place;
	*place = session_dup(session);
	session_free(old);
}

void session_cache_drop(struct session_cache *cache, const char *digest)
{
	struct session **place = find(cache, digest);

	if (place) {
		session_free(*place);
		*place = NULL;
	}
}

struct session *session_copy(struct arena *arena, const struct session *from)
{
	struct session *s = arena_new(arena, struct session);

	*s = *from;
	s->units = arena_strdup(arena, from->units);
	s->actor.name = s->name;
	return s;
}

void session_digest(struct sv token, char ret[TOKEN_DIGEST_HEX])
{
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(token.p, token.n, digest);
	crypto_hex(digest, sizeof(digest), ret);
}

/* ---- from the database ---- */

static void put_text(char *to, size_t size, struct sv text)
{
	snprintf(to, size, "%.*s", SV_ARG(text));
}

/* "legal_reviewer:12,principal:7" */
static void read_delegations(struct actor *actor, uint32_t own, struct sv list)
{
	while (list.n > 0) {
		const char *comma = memchr(list.p, ',', list.n);
		struct sv item = { list.p, comma ? (size_t)(comma - list.p) : list.n };
		const char *colon = memchr(item.p, ':', item.n);
		uint32_t bit = 0;
		int64_t from = 0;

		list = comma ? (struct sv){ comma + 1, list.n - item.n - 1 } : (struct sv){ NULL, 0 };
		if (!colon || !role_by_code((struct sv){ item.p, (size_t)(colon - item.p) }, &bit) ||
		    !sv_to_i64((struct sv){ colon + 1, item.n - (size_t)(colon - item.p) - 1 }, &from))
			BUG("delegation \"%.*s\"", SV_ARG(item));
		if (own & bit)
			continue; /* his own office comes first */
		actor->delegated |= bit;
		for (int i = 0; i < ROLE_COUNT; i++) {
			if (bit == 1u << i && !actor->delegators[i])
				actor->delegators[i] = from;
		}
	}
}

enum { ACCOUNT_ID, ACCOUNT_NAME, DISPLAY_NAME, UNIT_ID, UNIT_NAME, ORGAN_ID, ORGAN_NAME, ROLES, EXPIRES_AT, UNITS,
       DELEGATED, SESSION_ID, TOTP };

struct session *session_read(struct arena *arena, const struct pg_reply *r, size_t index)
{
	struct session *s = arena_new(arena, struct session);
	struct sv units = pg_text(r, index, 0, UNITS);

	put_text(s->account, sizeof(s->account), pg_text(r, index, 0, ACCOUNT_NAME));
	put_text(s->name, sizeof(s->name), pg_text(r, index, 0, DISPLAY_NAME));
	put_text(s->unit_name, sizeof(s->unit_name), pg_text(r, index, 0, UNIT_NAME));
	put_text(s->organ_name, sizeof(s->organ_name), pg_text(r, index, 0, ORGAN_NAME));
	put_text(s->roles, sizeof(s->roles), pg_text(r, index, 0, ROLES));
	s->units = arena_strndup(arena, units.p, units.n);
	s->expires_at = pg_instant(r, index, 0, EXPIRES_AT);
	s->id = pg_i64(r, index, 0, SESSION_ID);
	s->totp = pg_bool(r, index, 0, TOTP);
	/* A role that this program does not know gives no right. */
	struct sv rest = sv_of(s->roles);
	while (rest.n > 0) {
		const char *comma = memchr(rest.p, ',', rest.n);
		size_t n = comma ? (size_t)(comma - rest.p) : rest.n;
		uint32_t bit = 0;
		if (role_by_code((struct sv){ rest.p, n }, &bit))
			s->own_roles |= bit;
		rest = comma ? (struct sv){ comma + 1, rest.n - n - 1 } : (struct sv){ NULL, 0 };
	}
	s->actor = (struct actor){ .account = pg_i64(r, index, 0, ACCOUNT_ID), .name = s->account,
				   .unit = pg_i64(r, index, 0, UNIT_ID), .organ = pg_i64(r, index, 0, ORGAN_ID) };
	if (!pg_is_null(r, index, 0, DELEGATED))
		read_delegations(&s->actor, s->own_roles, pg_text(r, index, 0, DELEGATED));
	s->actor.roles = s->own_roles | s->actor.delegated;
	return s;
}

void session_keep(struct app *app, struct session *session, uint64_t as_of)
{
	int64_t keep_us = app->config.session_cache_s * 1000000, left_us = session->expires_at - clock_now();

	session->as_of = as_of;
	session->cached_until_us = loop_now_us(app->loop) + (left_us < keep_us ? left_us : keep_us);
	session_cache_put(app->sessions, session);
}

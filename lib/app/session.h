/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Sessions: opaque tokens, stored hashed, looked up in the database and cached per worker for some seconds.
 *
 * The cache holds at most SESSION_CACHE_MAX sessions and forgets each after the configured time, so a revoked
 * session lives on for at most that long on other workers; the worker that closes it forgets at once. */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include "base/day.h"
#include "base/str.h"
#include "law/procedure.h"

enum { SESSION_CACHE_MAX = 4096, TOKEN_DIGEST_HEX = 65 };

struct session {
	char digest[TOKEN_DIGEST_HEX]; /* of the token, hex */
	struct actor actor;            /* actor.name points into this session */
	char account[64], name[128];
	char unit_name[192], organ_name[192];
	char roles[256];               /* own roles, comma-separated codes */
	char *units;                   /* visible units as an array literal: {1,2,3} */
	uint32_t own_roles;
	instant_t expires_at;
	int64_t cached_until_us;       /* monotonic */
};

struct session_cache;
struct session_cache *session_cache_new(void);
void session_cache_free(struct session_cache *cache);
/* Valid until the end of the loop turn; a task copies what it keeps (session_copy). */
const struct session *session_cache_get(struct session_cache *cache, const char *digest, int64_t now_us);
void session_cache_put(struct session_cache *cache, const struct session *session);
void session_cache_drop(struct session_cache *cache, const char *digest);
struct session *session_copy(struct arena *arena, const struct session *from);

/* Hex SHA-256 of a token. */
void session_digest(struct sv token, char ret[TOKEN_DIGEST_HEX]);

#endif

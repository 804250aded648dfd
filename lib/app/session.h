/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Sessions: opaque tokens, stored hashed, looked up in the database and cached per worker for some seconds.
 *
 * The cache holds at most SESSION_CACHE_MAX sessions and forgets each after the configured time. What ends or changes
 * sessions says so in the process's struct session_changes, and then no worker believes what it looked up before:
 * a revoked session stops at once everywhere in the process. Changes that another program made (another daemon,
 * ipcasectl) are seen within a second (session_watch.h). */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include "base/day.h"
#include "base/str.h"
#include "law/procedure.h"

enum { SESSION_CACHE_MAX = 4096, TOKEN_DIGEST_HEX = 65 };

/* Shared by all workers of the process; zeroed is empty. Any thread. */
enum { SESSION_CHANGE_SLOTS = 256 };
struct session_changes {
	uint64_t now;                        /* counts changes; atomic */
	uint64_t last[SESSION_CHANGE_SLOTS]; /* the last one of an account, by id; atomic */
	uint64_t last_of_all;                /* atomic */
};

/* To be read before the database is asked: what comes back is true as of then. */
uint64_t session_changes_now(const struct session_changes *c);
/* After the change was committed. 0: of any account. */
void session_changed(struct session_changes *c, int64_t account);

struct session {
	char digest[TOKEN_DIGEST_HEX]; /* of the token, hex */
	int64_t id;                    /* public name of the session */
	bool totp;                     /* the account has a second factor */
	uint64_t as_of;                /* session_changes_now() when it was looked up */
	struct actor actor;            /* actor.name points into this session */
	char account[64], name[128];
	char unit_name[192], organ_name[192];
	char roles[256];               /* own roles, comma-separated codes */
	char *units;                   /* visible units as an array literal: {1,2,3} */
	uint32_t own_roles;
	instant_t expires_at;
	int64_t cached_until_us;       /* monotonic */
};

/* False: something happened to its account; only the database knows what the session is worth now. Cheap: long
 * replies may ask it again and again. */
bool session_is_current(const struct session *s, const struct session_changes *c);

struct session_cache;
struct session_cache *session_cache_new(const struct session_changes *changes);
void session_cache_free(struct session_cache *cache);
/* Valid until the end of the loop turn; a task copies what it keeps (session_copy). */
const struct session *session_cache_get(struct session_cache *cache, const char *digest, int64_t now_us);
void session_cache_put(struct session_cache *cache, const struct session *session);
void session_cache_drop(struct session_cache *cache, const char *digest);
struct session *session_copy(struct arena *arena, const struct session *from);

/* Hex SHA-256 of a token. */
void session_digest(struct sv token, char ret[TOKEN_DIGEST_HEX]);

#endif

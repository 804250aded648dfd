/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * HTTP through libcurl, with the retry rule of the API.
 *
 * A request that did not get through (no connection, a connection that broke, 502, 503,
 * 504) is repeated after a pause, at most REMOTE_TRIES times in all. Every repetition
 * carries the same Idempotency-Key: the server performs it once, however often it arrives.
 *
 * Redirects are not followed: a token goes only to the server the user named.
 */
#ifndef IPCASE_REMOTE_H
#define IPCASE_REMOTE_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { REMOTE_TRIES = 5, REMOTE_REPLY_MAX = 64 << 20 };

struct remote;

struct remote_reply {
	long status;
	struct str body;
	FILE *file;    /* NULL, or where the body of a success goes instead */
	bool is_json;
	bool replayed; /* the server had already done this */
};

#define REMOTE_REPLY_INIT \
	{ \
		.status = 0, .body = STR_INIT(REMOTE_REPLY_MAX), .file = NULL \
	}

/* `server` is http(s)://host[:port][/prefix] or unix:/path. */
enum err_code remote_new(const char *server, const char *ca_file, long timeout_s,
			 struct remote **ret, struct err *err) MUST_USE;
void remote_free(struct remote *r);
void remote_set_token(struct remote *r, const char *token); /* NULL: none */
/* Announce retries on stderr. */
void remote_set_chatty(struct remote *r, bool chatty);

/* The body of a successful GET goes to `ret->file` when that is set, at its position (a regular file; each try begins
 * there anew); then the time limit is one of silence, not of the whole.
 *
 * ERR_OK for any complete HTTP answer that is not worth a retry; the last 502, 503 or 504
 * is an answer too. `body` may be NULL, `key` only for GET, PUT and DELETE. The body of a PUT is bytes, of a POST
 * JSON. */
enum err_code remote_call(struct remote *r, const char *method, const char *path,
			  const struct str *body, const char *key, struct remote_reply *ret,
			  struct err *err) MUST_USE;

/* "?name=value" or "&name=value", percent-encoded; nothing when value is NULL. */
void remote_query(struct str *path, const char *name, const char *value);
/* One path segment, percent-encoded. */
void remote_segment(struct str *path, const char *text);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Files of a browser application, held in memory.
 *
 * http_static_load() reads a folder once: every regular file whose path consists of plain names, with its
 * neighbours NAME.br and NAME.gz where they are smaller. Names that begin with a dot, symbolic links and anything
 * that is no file are left out, so a request can only name what was found then: each file is a route of its own.
 *
 * Replies: the smallest form that Accept-Encoding takes, ETag (a digest of those bytes), Vary, 304 for
 * If-None-Match, HEAD. Files below /assets/ have a digest in their name and may be kept for a year; all others are
 * asked for again each time. Every reply carries a strict Content-Security-Policy: scripts and styles from here
 * only, nothing inline.
 *
 * Thread rule: immutable once loaded; it outlives all servers. */
#ifndef HTTP_HTTP_STATIC_H
#define HTTP_HTTP_STATIC_H

#include "http/http.h"

enum { HTTP_STATIC_FILE_MAX = 16 << 20, HTTP_STATIC_TOTAL_MAX = 128 << 20, HTTP_STATIC_COUNT_MAX = 2000 };

struct http_static;

/* ERR_NOT_FOUND: no such folder, or no index.html in it. ERR_INVALID: too large. ERR_IO: something cannot be read. */
enum err_code http_static_load(const char *dir, struct http_static **ret, struct err *err) MUST_USE;
void http_static_free(struct http_static *set); /* NULL is allowed */
size_t http_static_count(const struct http_static *set);

/* The rows for http_router_new(), appended to `rows`, which has room for http_static_count() more. */
void http_static_routes(const struct http_static *set, struct http_route *rows);
/* Answers with index.html, whatever the request's path is. */
void http_static_reply_index(const struct http_static *set, struct http_request *req);

/* Pure, for tests: how much Accept-Encoding wants `coding`, in thousandths; 0: not at all. */
int http_accepts(struct sv accept, const char *coding);
/* Does If-None-Match name this tag? Compared weakly: a proxy that compresses marks tags as weak. */
bool http_etag_matches(struct sv if_none_match, const char *etag);

#endif

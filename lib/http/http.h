/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * HTTP/1.1 server: libevent's evhttp behind a validating shim, and a router.
 *
 *	http_listener (one bound socket per address, main thread)
 *	      | dup()
 *	http_server (one per loop) -> shim -> router -> handler(req, route)
 *	                                                   |  now, or later on the same loop
 *	                                  http_reply(req, status, type, body)   exactly once
 *
 * evhttp parses leniently and before anyone is authenticated. The shim refuses, with 400
 * and a closed connection, what can still be seen after parsing: two Content-Length or one
 * that is not digits, any Transfer-Encoding but "chunked", both together, a body on
 * GET/HEAD/DELETE/OPTIONS, a field name that is no token, control characters, a missing or
 * second Host, versions other than 1.0 and 1.1, a target that is not a clean origin-form
 * path. What has already been lost (bare LF, folded lines, NUL in a value, odd chunk sizes)
 * needs a strict proxy in front; on a network the daemon stands behind one and listens
 * on a Unix socket or loopback. Another address is refused without TLS.
 *
 * Limits, all per server (that is, per loop): connections, size of headers and body, time
 * from accept or last reply to the end of the next request, time to take a reply. The time
 * a handler may take is its own task's deadline: evhttp has none and does not notice a
 * client that left. Error replies are application/problem+json (RFC 9457), except the few
 * that evhttp sends by itself (headers or body above the limit, unknown method).
 *
 * Thread rule: owner loop only, except http_server_stats(). Listeners belong to main().
 *
 * Request memory: everything a request gives out (views, params, headers, body, arena)
 * lives until the end of the turn in which it was answered; body and header views only
 * until http_reply() is called.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "loop/loop.h"

struct ssl_ctx_st; /* OpenSSL's SSL_CTX, made by lib/crypto */
struct http_listener;
struct http_route;
struct http_router;
struct http_server;
struct http_request;

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_DELETE,
	HTTP_PATCH,
	HTTP_OPTIONS,
	HTTP_METHOD_COUNT
};

const char *http_method_name(enum http_method method);

/* --- listening socket (process) -------------------------------------------- */

/* Bind "127.0.0.1:8470", "[::1]:8470", "*:8470" or "unix:/run/x.sock" (mode 0660; a stale
 * socket file is replaced, a living one is not). With tls false any address other than
 * loopback and Unix is ERR_INVALID, rule "tls-required". ERR_IO: the system refused. */
enum err_code http_listen(const char *address, bool tls, struct http_listener **ret,
			  struct err *err) MUST_USE;
/* The address really bound (port 0 resolved), as http_listen takes it. */
const char *http_listener_address(const struct http_listener *listener);
/* Closes, and removes the socket file. Servers keep their own copies of the descriptor. */
void http_listener_free(struct http_listener *listener);

/* --- router ---------------------------------------------------------------- */

typedef void http_handler_fn(struct http_request *req, const struct http_route *route);

/* Patterns are segments; ":name" takes exactly one non-empty segment. A literal wins over
 * a parameter. HEAD is answered through GET; OPTIONS, unless routed, with 204 and Allow;
 * another method with 405 and Allow. */
struct http_route {
	enum http_method method;
	const char *pattern;      /* "/api/v1/cases/:id/acts" */
	http_handler_fn *handler;
	const void *data;         /* the application's: permission, steps, ... */
	size_t body_max;          /* bytes; 0 = a body is refused (413) */
	const char *doc;
};

/* `routes` must outlive the router. ERR_INVALID names the broken row: duplicate, bad
 * pattern, two parameter names at one place, no handler. Immutable, so threads may share it. */
enum err_code http_router_new(const struct http_route *routes, size_t count,
			      struct http_router **ret, struct err *err) MUST_USE;
void http_router_free(struct http_router *router);

/* --- server (one per loop) ------------------------------------------------- */

struct http_config {
	size_t max_headers;        /* bytes of request line and headers */
	size_t max_body;           /* largest body_max of any route */
	size_t max_reply;          /* a larger reply becomes 500 */
	size_t request_arena;      /* cap of http_arena() */
	unsigned max_connections;  /* at the cap no more is accepted */
	int64_t idle_timeout_ms;   /* no byte for this long */
	int64_t read_timeout_ms;   /* a request must be complete within idle + this */
	int64_t write_timeout_ms;  /* a reply must be taken within this */
	const char *const *host_names;      /* accepted Host names, ends with NULL; NULL = any */
	const char *const *trusted_proxies; /* addresses, or "unix"; ends with NULL */
	const char *problem_prefix;         /* of "type" in problem documents */
	const char *html_csp;               /* Content-Security-Policy of text/html */
	bool access_log;           /* one info line per request */
	void *data;                /* http_data(req): the application's context of this loop */
};

void http_config_init(struct http_config *config); /* defaults; `data` NULL */

/* Starts accepting when the loop runs. `tls` may be NULL; the server takes its own
 * reference. Strings and lists of the configuration must outlive the server. */
enum err_code http_server_new(struct loop *loop, const struct http_config *config,
			      const struct http_router *router, struct ssl_ctx_st *tls,
			      struct http_server **ret, struct err *err) MUST_USE;
/* Accept from this socket too (several listeners are fine). */
enum err_code http_server_add(struct http_server *server, struct http_listener *listener,
			      struct err *err) MUST_USE;
/* New connections use the new context; existing ones keep theirs. */
void http_server_set_tls(struct http_server *server, struct ssl_ctx_st *tls);

/* Graceful end: stop accepting at once; what is in hand, and the last request of each kept
 * connection, is answered with "Connection: close"; idle connections are closed after a
 * second. on_drained(arg) runs when nothing is left. The deadline is the caller's. Free the
 * http_listener before: the kernel queues connections until the last copy is closed. */
void http_server_drain(struct http_server *server, loop_fn *on_drained, void *arg);
/* From now on every new request gets 503 and a closed connection. */
void http_server_refuse(struct http_server *server);
/* Drops all connections. End the tasks first (task_cancel_all): a request still
 * unanswered is dropped here and must not be touched afterwards. NULL is allowed. */
void http_server_free(struct http_server *server);

#define HTTP_LATENCY_BUCKETS 14 /* upper bounds in http_latency_bounds_us[], last is the rest */
extern const uint64_t http_latency_bounds_us[HTTP_LATENCY_BUCKETS - 1];

struct http_stats {
	uint64_t connections;       /* open now */
	uint64_t accepted;
	uint64_t at_cap;            /* times the cap stopped accepting */
	uint64_t accept_errors;     /* EMFILE and friends */
	uint64_t cut_reading;       /* connections closed: request too slow */
	uint64_t cut_writing;       /* connections closed: reply not taken */
	uint64_t requests;
	uint64_t in_flight;         /* handed to a handler, not answered */
	uint64_t refused;           /* by the shim */
	uint64_t gone;              /* client had left before the reply */
	uint64_t bytes_in;          /* bodies */
	uint64_t bytes_out;         /* bodies */
	uint64_t status[6];         /* by class, [2] = 2xx */
	uint64_t latency[HTTP_LATENCY_BUCKETS]; /* request complete -> reply queued */
	uint64_t latency_sum_us;
};

void http_server_stats(const struct http_server *server, struct http_stats *ret); /* any thread */

/* --- request --------------------------------------------------------------- */

enum http_method http_request_method(const struct http_request *req); /* HEAD stays HEAD */
struct sv http_path(const struct http_request *req);  /* raw path, no query */
const struct http_route *http_request_route(const struct http_request *req);
const char *http_request_id(const struct http_request *req); /* ours, or a trusted proxy's */
/* Address of the client: the peer, or what a trusted proxy said in X-Forwarded-For. */
const char *http_peer(const struct http_request *req);
bool http_is_tls(const struct http_request *req);
struct ssl_st; /* OpenSSL's SSL */
/* The request's TLS connection, for the certificate that the client showed. NULL: none, or the client has left. */
const struct ssl_st *http_tls(const struct http_request *req);
int64_t http_started_us(const struct http_request *req); /* clock_mono_us() */

/* Path parameter, percent-decoded, valid UTF-8 without control characters or '/'. A name
 * that the route's pattern does not have is a bug (CHECK). */
struct sv http_param(const struct http_request *req, const char *name);

/* Query parameters, decoded ('+' is a blank), valid UTF-8 without NUL, in order. A name
 * given twice is refused before the handler runs. */
struct http_pair {
	struct sv name;
	struct sv value;
};
struct sv http_query(const struct http_request *req, const char *name); /* absent: .p NULL */
size_t http_query_count(const struct http_request *req);
const struct http_pair *http_query_at(const struct http_request *req, size_t i);

/* First field of that name (case-insensitive), blanks trimmed; absent: .p NULL. */
struct sv http_header(const struct http_request *req, const char *name);
/* How often it was sent. Security-relevant fields should be refused when != 1. */
size_t http_header_count(const struct http_request *req, const char *name);

struct sv http_body(const struct http_request *req); /* contiguous; empty when none */

struct arena *http_arena(struct http_request *req);
struct loop *http_loop(const struct http_request *req);
void *http_data(const struct http_request *req);
/* Adds account=... to the access log line; copied; no personal data. */
void http_log_account(struct http_request *req, struct sv account);

/* --- reply ----------------------------------------------------------------- */

/* Add a field before replying. ERR_INVALID (and a logged error) when name is no token or
 * the value has control characters: nothing is added then, and a missing Location or
 * WWW-Authenticate is a bug, so look. Content-Length, Date, Connection and
 * Transfer-Encoding are ours: asking for them is a bug (CHECK). */
enum err_code http_reply_header(struct http_request *req, const char *name,
				const char *value) MUST_USE;

/* Answer; copies the body. Once per request (CHECK); the request's views end here, the
 * request itself at the end of the turn. HEAD gets the length without the body; 204 and
 * 304 never have one. A client that has left is counted and forgotten. Cache-Control
 * (no-store), nosniff, Referrer-Policy and X-Request-Id are added unless set before. */
void http_reply(struct http_request *req, int status, const char *content_type,
		struct sv body);
/* The same without copying: takes the buffer, leaves *body empty. A builder that had
 * failed (over its maximum) becomes 500. */
void http_reply_str(struct http_request *req, int status, const char *content_type,
		    struct str *body);
void http_reply_empty(struct http_request *req, int status);

/* A body that is too large to hold: read a piece at a time on an offload pool, as the client takes it. read()
 * fills exactly n bytes and runs on a thread of the pool, one call at a time; false cuts the connection, so that a
 * client sees fewer bytes than it was promised. close() runs once on the loop, whatever happened, also later than
 * the server lives. Each piece must be taken within the write timeout. Memory: two pieces a reply. The struct is
 * copied; request, views and HEAD as with http_reply(). */
struct offload;
struct http_file {
	uint64_t size;
	bool (*read)(void *ctx, void *p, size_t n);
	void (*close)(void *ctx);
	void *ctx;
};
void http_reply_file(struct http_request *req, int status, const char *content_type,
		     const struct http_file *file, struct offload *pool);

/* A reply that goes on: the head at once, then pieces as they come (server-sent events), until its owner ends it or the client
 * leaves. Each piece is copied and sent whole; no more than `unsent_max` bytes wait for a client, and none longer than the write
 * timeout: a slower one is cut. Exactly one of these happens: the owner calls http_live_end(), or gone() is called. After either
 * the struct is no more. drain() is the server's wish to end; the owner says his last word and ends, then or soon. Callbacks run on
 * the loop, never from within http_reply_live() or http_live_send(). */
struct http_live;
struct http_live_owner {
	void (*gone)(void *ctx);
	void (*drain)(void *ctx);
	void *ctx;
};
/* Status 200. NULL: it was HEAD, or the client has left; that is answered, and no callback will come. */
struct http_live *http_reply_live(struct http_request *req, const char *content_type, size_t unsent_max,
				  const struct http_live_owner *owner);
void http_live_send(struct http_live *live, struct sv piece);
/* What was sent still goes out. */
void http_live_end(struct http_live *live);

/* Problem document from *err: {type, title, status, detail?, field?, rule?, article?,
 * request_id}; status from the code. Adds Retry-After to retryable ones and
 * WWW-Authenticate to 401. */
void http_reply_err(struct http_request *req, const struct err *err);

bool http_replied(const struct http_request *req);

/* --- decoding helpers, pure, also for tests and fuzzing --------------------- */

/* Percent-decode one path segment. ERR_MALFORMED: broken escape, invalid UTF-8, control
 * character, '/', "." or "..", or empty. */
enum err_code http_decode_segment(struct arena *a, struct sv raw, struct sv *ret) MUST_USE;
/* "a=1&b=%E4%B8%AD" -> pairs. A key without '=' has an empty value; "&&" is skipped.
 * ERR_MALFORMED: broken escape, invalid UTF-8, control character other than tab and line
 * ends in a value, empty or repeated name, more than 64 pairs. */
enum err_code http_decode_query(struct arena *a, struct sv raw, struct http_pair **ret,
				size_t *ret_count, struct err *err) MUST_USE;
/* Split and check an origin-form target; *ret_query excludes the '?'. */
enum err_code http_split_target(struct sv target, struct sv *ret_path, struct sv *ret_query,
				struct err *err) MUST_USE;
bool http_is_token(struct sv name);
bool http_is_field_value(struct sv value); /* no control characters but tab */
/* "host", "host:port", "[::1]:port": returns the name part, lower-case not applied. */
bool http_host_name(struct sv host, struct sv *ret_name);

struct http_match {
	const struct http_route *route;  /* NULL: no route */
	unsigned allowed;                /* bit mask of methods when only those are missing */
	size_t param_count;
	struct http_pair params[8];      /* name, decoded value */
};
/* Find the route of a raw path. ERR_NOT_FOUND, ERR_METHOD (allowed set) or ERR_MALFORMED. */
enum err_code http_router_match(const struct http_router *router, struct arena *a,
				enum http_method method, struct sv path,
				struct http_match *ret) MUST_USE;

#endif

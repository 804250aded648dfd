/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The HTTP API: the path of a request, the same for every route.
 *
 *   http -> handler -> task { authenticate, authenticated, accept, <use case>, reply } -> http
 *
 * A route is a row of the table in api_routes.c: address, who may, what it takes, the steps, and what comes
 * back. `accept` checks roles, Idempotency-Key, body and query against the row's fields, so a step finds only
 * input that has the right shape. The OpenAPI document is written from the same rows.
 *
 * A route's context is a use case's struct (it begins with a struct call). The task's data is the struct
 * api_request. Steps of lib/app know nothing of either.
 *
 * Thread rule: a struct api belongs to its loop; struct api_process is shared and read-only but for atomics. */
#ifndef API_API_H
#define API_API_H

#include "api/api_public_guard.h"
#include "app/app.h"
#include "app/diagnostics.h"
#include "http/http.h"
#include "json/json_reader.h"
#include "json/json_writer.h"

enum {
	API_FIELDS_MAX = 24,
	API_WORKERS_MAX = 64,
	API_REPLY_MAX = 16 << 20,
	API_KEY_MAX = 64, /* Idempotency-Key */
};

/* ---- fields of a request ---- */

enum api_type {
	API_TEXT,    /* string of 1..max characters (bytes limited too) */
	API_INT,     /* 0..max */
	API_BOOL,
	API_ID,      /* "123" (a number is fine too) */
	API_DAY,     /* "2026-11-23" */
	API_TIME,    /* RFC 3339, or a plain day: see api_time() */
	API_CHOICE,  /* one of `words`, separated by | */
	API_VERSION, /* like API_INT, but its absence is ERR_NEED_VERSION */
	API_OBJECT,  /* any object: the use case decodes it; `words` names its schema */
	API_ARRAY,   /* any array of at most max items */
};

struct api_field {
	const char *name;
	enum api_type type;
	bool in_query, required;
	int64_t max;
	const char *words;
	const char *doc;
};

struct api_value {
	bool set;
	struct sv text;
	int64_t num; /* INT, BOOL, ID, DAY, TIME, VERSION; index of the CHOICE */
	const struct json_value *json;
};

/* ---- routes ---- */

enum {
	API_ROUTE_OPEN = 1u << 0,   /* no session needed */
	API_ROUTE_NO_KEY = 1u << 1, /* a POST without Idempotency-Key */
	API_ROUTE_PLAIN = 1u << 2,  /* not a task: `handler` answers at once */
	API_ROUTE_SLOW = 1u << 3,   /* may take the time of the slow lane */
	API_ROUTE_BYTES = 1u << 4,  /* the body is bytes, not JSON: http_body() */
	API_ROUTE_FILE = 1u << 5,   /* the reply is a file of any type and size */
	API_ROUTE_SETUP = 1u << 8,  /* also for who must set up a second factor first */
	API_ROUTE_EVENTS = 1u << 7, /* the reply is a stream of server-sent events */
};

struct api_route {
	enum http_method method;
	const char *pattern;
	unsigned flags;
	uint32_t roles;              /* any of these; 0: every account */
	size_t body_max;
	size_t context;              /* size of the use case's struct */
	const struct task_step *steps;
	http_handler_fn *handler;    /* PLAIN only */
	const struct api_field *fields; /* ends with a NULL name; may be NULL */
	unsigned acts;               /* procedures (bits) whose acts the body is, for the document */
	const char *reply;           /* schema name, NULL: no content */
	int status;                  /* of success */
	const char *doc;
};

extern const struct api_route api_routes[];
extern const size_t api_route_count;

/* ---- one worker, one process ---- */

struct api_worker {
	struct loop *loop;
	struct pg_pool *pool;
	struct http_server *server;
};

/* What all workers share. */
struct api_process {
	struct api_worker workers[API_WORKERS_MAX];
	size_t worker_count;
	struct offload *offload;
	struct content_store *content;   /* NULL: no materials */
	struct offload *content_pool;
	const struct http_static *console; /* NULL: no browser console */
	struct session_changes session_changes;
	struct exchange *exchange;       /* NULL: not made yet */
	struct render *render;
	struct health health;
	instant_t started_at;
	bool draining; /* atomic */
};

struct api {
	struct app *app;
	struct api_process *process;
	int64_t request_timeout_ms, slow_timeout_ms;
	size_t max_body, max_import_body;
	struct api_public public;
};

/* Rows for http_router_new, one a route. `max_import_body` (of slow routes), `max_bytes` (of those that take bytes) and
 * `max_body` replace the limits in the table where those are larger. Freed with free(). */
struct http_route *api_http_routes(size_t max_body, size_t max_import_body, size_t max_bytes, size_t *ret_count);

/* ---- a request inside its steps ---- */

struct api_request {
	struct http_request *http;
	const struct api_route *route;
	struct api *api;
	bool by_cookie;             /* the session's token came in the cookie */
	struct arena body_arena;    /* the body's JSON: its cap stops what a peer can make us hold */
	const char *key;            /* Idempotency-Key or NULL */
	char digest[65];            /* hex SHA-256 of method, path and body */
	struct json_doc *doc;          /* the body, or NULL */
	const struct json_value *body; /* its root, or NULL */
	struct api_value values[API_FIELDS_MAX];
};

static inline struct api_request *api_request(const struct task *t)
{
	return task_data(t);
}

/* Value of a declared field; asking for another one is a bug. */
const struct api_value *api_value(const struct api_request *r, const char *name);
/* The id in the address. False, with ERR_NOT_FOUND in the task, when it is none. */
bool api_path_id(struct task *t, const char *name, int64_t *ret);
/* Like api_value, with defaults. */
int64_t api_limit(const struct api_request *r, int64_t fallback, int64_t max);

/* When something happened: an instant, or a day. A day means 12:00 local of that day, or now if that day is
 * today and noon has not come. */
bool api_time(struct sv text, instant_t now, instant_t *ret);

/* ---- replies ---- */

/* A JSON reply under construction. */
struct api_reply {
	struct str out;
	struct json_writer w;
};

void api_reply_begin(struct api_reply *reply);
/* Sends it with the route's status and ends the task. */
enum step api_reply_send(struct task *t, struct api_reply *reply);
/* JSON that exists already. */
enum step api_reply_text(struct task *t, struct sv json, bool replayed);
enum step api_reply_nothing(struct task *t);

/* ---- steps ---- */

enum step api_accept(struct task *t);

#define API_BEGIN \
	{ "authenticate", step_authenticate }, { "authenticated", step_authenticated }, { "accept", api_accept }
#define API_BEGIN_OPEN { "accept", api_accept }

/* ---- documents ---- */

/* The OpenAPI 3.0.3 document of everything above, and the same text, made once. */
void api_openapi_write(struct json_writer *w);
struct sv api_openapi(void);

#endif

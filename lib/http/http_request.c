/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Requests: from evhttp's callback through shim and router to the handler, and what a
 * handler can ask of one.
 *
 * Everything needed later is fetched at entry: when the client goes away evhttp may take
 * its connection object from the request while a handler waits for the database.
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/http_internal.h"
#include "loop/stat.h"

enum { REQUESTS_PER_CONNECTION = 10000 };

/* --- life ------------------------------------------------------------------ */

static struct http_request *request_new(struct http_server *s, struct evhttp_request *ev, int fd)
{
	struct http_request *req = s->idle;
	struct arena arena;

	if (req) {
		s->idle = req->next_idle;
		arena = req->arena;
	} else {
		req = xmalloc(sizeof(*req));
		arena_init(&arena, s->config.request_arena);
	}
	*req = (struct http_request){
		.magic = HTTP_REQUEST_MAGIC,
		.server = s,
		.ev = ev,
		.fd = fd,
		.arena = arena,
		.peer = "",
		.started_us = clock_mono_us(),
	};
	TAILQ_INSERT_TAIL(&s->live, req, link);
	return req;
}

static void recycle(void *arg)
{
	struct http_request *req = arg;
	struct http_server *s = req->server;

	arena_reset(&req->arena);
	req->magic = 0;
	req->next_idle = s->idle;
	s->idle = req;
}

void http_request_end(struct http_request *req)
{
	struct http_server *s = req->server;
	struct http_conn *conn = http_conn_find(s, req->fd);

	if (conn && conn->request == req)
		conn->request = NULL;
	TAILQ_REMOVE(&s->live, req, link);
	if (req->counted)
		stat_sub(&s->stats.in_flight, 1);
	loop_bury(s->loop, recycle, req);
}

/* The connection is being freed. A request that evhttp has already taken off it stays
 * ours to answer (which frees it); one still on it dies with it. */
void http_request_lost(struct http_request *req)
{
	struct http_conn *conn = http_conn_find(req->server, req->fd);

	if (conn && conn->request == req)
		conn->request = NULL;
	if (req->ev && evhttp_request_get_connection(req->ev))
		req->ev = NULL;
}

void http_request_free_idle(struct http_server *s)
{
	struct http_request *req = s->idle;

	while (req) {
		struct http_request *next = req->next_idle;

		arena_fini(&req->arena);
		free(req);
		req = next;
	}
	s->idle = NULL;
}

static void on_close(struct evhttp_connection *evcon, void *arg)
{
	struct http_server *s = arg;
	struct http_conn *conn = http_conn_find(s, http_evcon_fd(evcon));

	if (conn)
		http_conn_release(s, conn);
}

/* --- who asks -------------------------------------------------------------- */

static bool in_list(const char *const *list, const char *name)
{
	for (; list && *list; list++) {
		if (strcmp(*list, name) == 0)
			return true;
	}
	return false;
}

static bool is_address(const char *text)
{
	struct in6_addr buf;

	return inet_pton(AF_INET, text, &buf) == 1 || inet_pton(AF_INET6, text, &buf) == 1;
}

/* From the right, the first address that is not itself a trusted proxy. */
static const char *forwarded_for(struct http_request *req, struct sv list)
{
	const char *found = NULL;

	while (list.n > 0) {
		size_t at = list.n;
		char *one;

		while (at > 0 && list.p[at - 1] != ',')
			at--;
		one = arena_strndup(&req->arena, list.p + at, list.n - at);
		one = arena_strndup(&req->arena, sv_trim(sv_of(one)).p, sv_trim(sv_of(one)).n);
		if (!is_address(one))
			break;
		found = one;
		if (!in_list(req->server->config.trusted_proxies, one))
			break;
		list.n = at > 0 ? at - 1 : 0;
	}
	return found;
}

static struct sv last_header(const struct http_request *req, const char *name)
{
	struct sv found = { NULL, 0 };
	struct evkeyval *field;

	TAILQ_FOREACH(field, evhttp_request_get_input_headers(req->ev), next) {
		if (strcasecmp(field->key, name) == 0)
			found = sv_of(field->value);
	}
	return found;
}

static void find_peer(struct http_request *req, const struct http_conn *conn)
{
	struct http_server *s = req->server;
	const char *forwarded;
	struct sv id;

	if (conn && conn->local) {
		req->peer = "unix";
	} else {
		char *address = NULL;
		ev_uint16_t port;

		evhttp_connection_get_peer(evhttp_request_get_connection(req->ev), &address, &port);
		req->peer = arena_strdup(&req->arena, address ? address : "");
	}
	if (!in_list(s->config.trusted_proxies, req->peer))
		return;
	forwarded = forwarded_for(req, last_header(req, "X-Forwarded-For"));
	if (forwarded)
		req->peer = forwarded;
	if (sv_eq_str(last_header(req, "X-Forwarded-Proto"), "https"))
		req->tls = true;
	id = last_header(req, "X-Request-Id");
	if (id.n > 0 && id.n < sizeof(req->id) && http_is_token(id))
		snprintf(req->id, sizeof(req->id), "%.*s", SV_ARG(id));
}

/* --- dispatch -------------------------------------------------------------- */

static bool method_of(struct evhttp_request *ev, enum http_method *ret)
{
	static const struct {
		enum evhttp_cmd_type theirs;
		enum http_method ours;
	} table[] = {
		{ EVHTTP_REQ_GET, HTTP_GET },       { EVHTTP_REQ_HEAD, HTTP_HEAD },
		{ EVHTTP_REQ_POST, HTTP_POST },     { EVHTTP_REQ_PUT, HTTP_PUT },
		{ EVHTTP_REQ_DELETE, HTTP_DELETE }, { EVHTTP_REQ_PATCH, HTTP_PATCH },
		{ EVHTTP_REQ_OPTIONS, HTTP_OPTIONS },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (evhttp_request_get_command(ev) == table[i].theirs) {
			*ret = table[i].ours;
			return true;
		}
	}
	return false;
}

static void take_body(struct http_request *req)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req->ev);
	size_t n = evbuffer_get_length(in);

	if (n == 0) {
		req->body = (struct sv){ "", 0 };
		return;
	}
	req->body = (struct sv){ (const char *)evbuffer_pullup(in, -1), n };
	CHECK(req->body.p);
	stat_add(&req->server->stats.bytes_in, n);
}

/* Framing, target, query, route, body size: everything before the handler. */
static enum err_code prepare(struct http_request *req, struct err *err)
{
	struct http_server *s = req->server;
	const char *uri = evhttp_request_get_uri(req->ev);
	struct sv target, query;
	bool known = method_of(req->ev, &req->method); /* evhttp has answered others with 501 */
	enum err_code code = http_shim_check(req->ev, &s->config, err);

	if (code == ERR_OK && !known)
		code = err_set(err, ERR_METHOD, "http-method", "不支持此方法");
	if (code == ERR_OK) {
		target = sv_of(arena_strdup(&req->arena, uri ? uri : ""));
		code = http_split_target(target, &req->path, &query, err);
	}
	if (code != ERR_OK) {
		/* What follows on this connection cannot be trusted to be a request. evhttp
		 * echoes the version, and keeps CONNECT open whatever the reply says. */
		req->close = true;
		if (req->ev->major != 1 || req->ev->minor != 0) {
			req->ev->major = 1;
			req->ev->minor = 1;
		}
		req->ev->type = known ? req->ev->type : EVHTTP_REQ_GET;
		stat_add(&s->stats.refused, 1);
		return code;
	}
	take_body(req);
	code = http_router_match(s->router, &req->arena, req->method, req->path, &req->match);
	if (code == ERR_MALFORMED)
		return err_set(err, code, "http-path", "路径无法解析");
	if (code == ERR_NOT_FOUND)
		return err_set(err, code, "http-path", "没有此资源");
	if (code == ERR_METHOD)
		return err_set(err, code, "http-method", "此资源不支持该方法");
	if (req->body.n > req->match.route->body_max)
		return err_set(err, ERR_TOO_LARGE, "http-body", "请求体超过 %zu 字节",
			       req->match.route->body_max);
	return http_decode_query(&req->arena, query, &req->query, &req->query_count, err);
}

static void reply_allow(struct http_request *req, const struct err *err)
{
	struct str allow = STR_INIT(128);

	for (enum http_method m = 0; m < HTTP_METHOD_COUNT; m++) {
		if (req->match.allowed & (1u << m))
			str_printf(&allow, "%s%s", allow.len ? ", " : "", http_method_name(m));
	}
	/* A method of ours in a list of ours cannot be refused. */
	if (allow.len > 0)
		CHECK(http_reply_header(req, "Allow", str_cstr(&allow)) == ERR_OK);
	str_release(&allow);
	if (req->method == HTTP_OPTIONS && req->match.allowed)
		http_reply_empty(req, 204);
	else
		http_reply_err(req, err);
}

static struct http_conn *enter_conn(struct http_server *s, struct evhttp_connection *evcon,
				    struct http_request *req)
{
	struct http_conn *conn = http_conn_find(s, req->fd);

	if (!conn)
		return NULL;
	if (conn->requests++ == 0)
		evhttp_connection_set_closecb(evcon, on_close, s);
	if (conn->requests >= REQUESTS_PER_CONNECTION)
		req->close = true;
	conn->request = req;
	http_conn_set_state(s, conn, HTTP_CONN_HANDLING);
	return conn;
}

void http_on_request(struct evhttp_request *ev, void *arg)
{
	struct http_face *face = arg;
	struct http_server *s = face->server;
	struct evhttp_connection *evcon = evhttp_request_get_connection(ev);
	struct http_request *req = request_new(s, ev, http_evcon_fd(evcon));
	struct http_conn *conn = enter_conn(s, evcon, req);
	struct err err = ERR_INIT;
	enum err_code code;

	loop_mark(s->loop, "http_request");
	stat_add(&s->stats.requests, 1);
	req->tls = face->tls;
	snprintf(req->id, sizeof(req->id), "%08x%08x", s->id_prefix, s->id_next++);
	find_peer(req, conn);
	if (s->draining || s->refusing || http_wants_close(ev) || (conn && conn->doomed))
		req->close = true;
	if (s->refusing || (conn && conn->doomed)) {
		err_set(&err, ERR_UNAVAILABLE, "draining", "服务正在停止，请稍后重试");
		http_reply_err(req, &err);
		return;
	}
	code = prepare(req, &err);
	if (code == ERR_METHOD) {
		reply_allow(req, &err);
		return;
	}
	if (code != ERR_OK) {
		http_reply_err(req, &err);
		return;
	}
	req->counted = true;
	stat_add(&s->stats.in_flight, 1);
	req->match.route->handler(req, req->match.route);
}

/* --- asking ---------------------------------------------------------------- */

enum http_method http_request_method(const struct http_request *req)
{
	return req->method;
}

struct sv http_path(const struct http_request *req)
{
	return req->path;
}

const struct http_route *http_request_route(const struct http_request *req)
{
	return req->match.route;
}

const char *http_request_id(const struct http_request *req)
{
	return req->id;
}

const char *http_peer(const struct http_request *req)
{
	return req->peer;
}

bool http_is_tls(const struct http_request *req)
{
	return req->tls;
}

const struct ssl_st *http_tls(const struct http_request *req)
{
	struct evhttp_connection *evcon = req->ev ? evhttp_request_get_connection(req->ev) : NULL;
	struct bufferevent *bev = evcon ? evhttp_connection_get_bufferevent(evcon) : NULL;

	return bev && req->tls ? bufferevent_openssl_get_ssl(bev) : NULL;
}

int64_t http_started_us(const struct http_request *req)
{
	return req->started_us;
}

struct sv http_param(const struct http_request *req, const char *name)
{
	for (size_t i = 0; i < req->match.param_count; i++) {
		if (sv_eq_str(req->match.params[i].name, name))
			return req->match.params[i].value;
	}
	BUG("route %s has no parameter %s", req->match.route->pattern, name);
}

struct sv http_query(const struct http_request *req, const char *name)
{
	for (size_t i = 0; i < req->query_count; i++) {
		if (sv_eq_str(req->query[i].name, name))
			return req->query[i].value;
	}
	return (struct sv){ NULL, 0 };
}

size_t http_query_count(const struct http_request *req)
{
	return req->query_count;
}

const struct http_pair *http_query_at(const struct http_request *req, size_t i)
{
	CHECK(i < req->query_count);
	return &req->query[i];
}

struct sv http_header(const struct http_request *req, const char *name)
{
	const char *value;

	if (!req->ev || req->replied)
		return (struct sv){ NULL, 0 };
	value = evhttp_find_header(evhttp_request_get_input_headers(req->ev), name);
	return value ? sv_trim(sv_of(value)) : (struct sv){ NULL, 0 };
}

size_t http_header_count(const struct http_request *req, const char *name)
{
	struct evkeyval *field;
	size_t n = 0;

	if (!req->ev || req->replied)
		return 0;
	TAILQ_FOREACH(field, evhttp_request_get_input_headers(req->ev), next)
		n += strcasecmp(field->key, name) == 0;
	return n;
}

struct sv http_body(const struct http_request *req)
{
	/* The bytes are evhttp's; without its request they are gone. */
	return req->ev && !req->replied ? req->body : (struct sv){ "", 0 };
}

struct arena *http_arena(struct http_request *req)
{
	return &req->arena;
}

struct loop *http_loop(const struct http_request *req)
{
	return req->server->loop;
}

void *http_data(const struct http_request *req)
{
	return req->server->config.data;
}

void http_log_account(struct http_request *req, struct sv account)
{
	snprintf(req->account, sizeof(req->account), "%.*s", SV_ARG(account));
}

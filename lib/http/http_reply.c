/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Replies. evhttp writes whatever it is given: a body on HEAD, a reason phrase with line
 * ends, no Content-Length where one is needed. So the framing is made here.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/http_internal.h"
#include "loop/stat.h"

enum { PROBLEM_MAX = 8192 };

/* Constant phrases only: evhttp does not look for line ends in one. */
const char *http_phrase_of(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} phrases[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" },
		{ 301, "Moved Permanently" }, { 302, "Found" }, { 303, "See Other" },
		{ 304, "Not Modified" }, { 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" }, { 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" }, { 409, "Conflict" }, { 412, "Precondition Failed" },
		{ 413, "Content Too Large" }, { 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" }, { 428, "Precondition Required" },
		{ 429, "Too Many Requests" }, { 500, "Internal Server Error" },
		{ 501, "Not Implemented" }, { 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" }, { 507, "Insufficient Storage" },
	};

	for (size_t i = 0; i < ARRAY_LEN(phrases); i++) {
		if (phrases[i].status == status)
			return phrases[i].phrase;
	}
	return "Status";
}

/* --- fields ---------------------------------------------------------------- */

enum err_code http_reply_header(struct http_request *req, const char *name, const char *value)
{
	static const char *const ours[] = { "Content-Length", "Transfer-Encoding", "Connection",
					    "Date" };

	CHECK(req->magic == HTTP_REQUEST_MAGIC && !req->replied);
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		CHECK(strcasecmp(name, ours[i]) != 0);
	if (!http_is_token(sv_of(name)) || !http_is_field_value(sv_of(value))) {
		log_error("http_reply_header", "id=%s name=%s", req->id, log_quote(name));
		return ERR_INVALID;
	}
	if (!req->ev)
		return ERR_OK;
	if (evhttp_add_header(evhttp_request_get_output_headers(req->ev), name, value) != 0)
		return ERR_INVALID;
	return ERR_OK;
}

static void add(struct http_request *req, const char *name, const char *value)
{
	CHECK(evhttp_add_header(evhttp_request_get_output_headers(req->ev), name, value) == 0);
}

static void add_default(struct http_request *req, const char *name, const char *value)
{
	if (!evhttp_find_header(evhttp_request_get_output_headers(req->ev), name))
		add(req, name, value);
}

static void add_common_fields(struct http_request *req, const char *content_type)
{
	struct http_server *s = req->server;

	add(req, "Date", http_server_date(s));
	add_default(req, "X-Request-Id", req->id);
	add_default(req, "Cache-Control", "no-store");
	add_default(req, "X-Content-Type-Options", "nosniff");
	add_default(req, "Referrer-Policy", "no-referrer");
	if (content_type && strncmp(content_type, "text/html", 9) == 0) {
		add_default(req, "Content-Security-Policy", s->config.html_csp);
		add_default(req, "X-Frame-Options", "DENY");
	}
	if (req->tls)
		add_default(req, "Strict-Transport-Security", "max-age=31536000");
	if (s->draining)
		req->close = true;
	if (req->close)
		add(req, "Connection", "close");
}

void http_add_standard_fields(struct http_request *req, int status, const char *content_type,
			      uint64_t length)
{
	bool has_body = status != 204 && status != 304;

	if (has_body) {
		char number[24];

		snprintf(number, sizeof(number), "%llu", (unsigned long long)length);
		add(req, "Content-Length", number);
		if (content_type) {
			CHECK(http_is_field_value(sv_of(content_type)));
			add(req, "Content-Type", content_type);
		}
	}
	add_common_fields(req, content_type);
}

void http_add_endless_fields(struct http_request *req, const char *content_type)
{
	add(req, "Content-Type", content_type);
	add_common_fields(req, content_type);
}

/* --- counting -------------------------------------------------------------- */

void http_count_reply(struct http_request *req, int status, uint64_t bytes)
{
	struct http_stats *stats = &req->server->stats;
	uint64_t took = (uint64_t)(clock_mono_us() - req->started_us);
	size_t bucket = 0;

	while (bucket < HTTP_LATENCY_BUCKETS - 1 && took > http_latency_bounds_us[bucket])
		bucket++;
	stat_add(&stats->latency[bucket], 1);
	stat_add(&stats->latency_sum_us, took);
	stat_add(&stats->status[status >= 100 && status < 600 ? status / 100 : 0], 1);
	stat_add(&stats->bytes_out, bytes);
	if (!req->server->config.access_log)
		return;
	log_info("request", "id=%s peer=%s method=%s route=%s status=%d us=%llu bytes=%llu%s%s",
		 req->id, req->peer, http_method_name(req->method),
		 req->match.route ? req->match.route->pattern : "-", status,
		 (unsigned long long)took, (unsigned long long)bytes, req->account[0] ? " account=" : "",
		 req->account[0] ? log_quote(req->account) : "");
}

/* --- sending --------------------------------------------------------------- */

/* The whole reply has been written; the next request may come. */
void http_on_sent(struct evhttp_request *ev, void *arg)
{
	struct http_server *s = arg;
	struct evhttp_connection *evcon = evhttp_request_get_connection(ev);
	struct http_conn *conn = evcon ? http_conn_find(s, http_evcon_fd(evcon)) : NULL;

	if (conn)
		http_conn_set_state(s, conn, HTTP_CONN_READING);
}

static void hand_over(struct http_request *req, int status)
{
	struct evhttp_request *ev = req->ev;
	struct evhttp_connection *evcon = evhttp_request_get_connection(ev);
	struct http_conn *conn = http_conn_find(req->server, req->fd);
	struct bufferevent *bev = evcon ? evhttp_connection_get_bufferevent(evcon) : NULL;

	req->ev = NULL;
	if (!evcon) {
		stat_add(&req->server->stats.gone, 1);
		evhttp_send_reply(ev, status, http_phrase_of(status), NULL); /* frees it */
		return;
	}
	if (conn) {
		conn->request = NULL;
		http_conn_set_state(req->server, conn, HTTP_CONN_WRITING);
	}
	evhttp_request_set_on_complete_cb(ev, http_on_sent, req->server);
	evhttp_send_reply(ev, status, http_phrase_of(status), NULL);
	/* One chunk becomes one TLS record and one segment; head and body apart would be two. */
	if (bufferevent_openssl_get_ssl(bev))
		evbuffer_pullup(bufferevent_get_output(bev), -1);
}

static void free_reference(const void *data, size_t n UNUSED, void *extra UNUSED)
{
	free((void *)(uintptr_t)data);
}

/* `owned`: body.p is malloc'ed and becomes ours. */
static void send_reply(struct http_request *req, int status, const char *content_type,
		       struct sv body, bool owned)
{
	bool has_body = status != 204 && status != 304 && body.n > 0;

	CHECK(req->magic == HTTP_REQUEST_MAGIC && !req->replied);
	CHECK(loop_is_owner(req->server->loop));
	http_count_reply(req, status, body.n);
	if (req->ev) {
		struct evbuffer *out = evhttp_request_get_output_buffer(req->ev);

		http_add_standard_fields(req, status, content_type, body.n);
		/* HEAD: the length is told, the body is not sent. */
		if (has_body && req->method != HTTP_HEAD && owned) {
			CHECK(evbuffer_add_reference(out, body.p, body.n, free_reference,
						     NULL) == 0);
			owned = false;
		} else if (has_body && req->method != HTTP_HEAD) {
			CHECK(evbuffer_add(out, body.p, body.n) == 0);
		}
		hand_over(req, status);
	} else {
		stat_add(&req->server->stats.gone, 1);
	}
	if (owned)
		free((void *)(uintptr_t)body.p);
	req->replied = true;
	http_request_end(req);
}

static void reply_internal_error(struct http_request *req, const char *why)
{
	struct err err = ERR_INIT;

	log_error("http_reply", "id=%s reason=%s", req->id, why);
	err_set(&err, ERR_INTERNAL, "reply", "内部错误");
	http_reply_err(req, &err);
}

void http_reply(struct http_request *req, int status, const char *content_type, struct sv body)
{
	if (body.n > req->server->config.max_reply) {
		reply_internal_error(req, "reply too large");
		return;
	}
	send_reply(req, status, content_type, body, false);
}

void http_reply_str(struct http_request *req, int status, const char *content_type,
		    struct str *body)
{
	struct sv bytes = { body->p, body->len };

	if (body->failed || body->len > req->server->config.max_reply) {
		str_release(body);
		reply_internal_error(req, "reply too large");
		return;
	}
	str_init(body, body->max);
	send_reply(req, status, content_type, bytes, true);
}

void http_reply_head(struct http_request *req, int status, const char *content_type, uint64_t length)
{
	CHECK(req->magic == HTTP_REQUEST_MAGIC && !req->replied);
	http_count_reply(req, status, 0);
	if (req->ev) {
		http_add_standard_fields(req, status, content_type, length);
		hand_over(req, status);
	} else {
		stat_add(&req->server->stats.gone, 1);
	}
	req->replied = true;
	http_request_end(req);
}

static void keep_reference(const void *data UNUSED, size_t n UNUSED, void *extra UNUSED)
{
}

void http_reply_lasting(struct http_request *req, int status, const char *content_type, struct sv body)
{
	CHECK(req->magic == HTTP_REQUEST_MAGIC && !req->replied && loop_is_owner(req->server->loop));
	http_count_reply(req, status, body.n);
	if (req->ev) {
		http_add_standard_fields(req, status, content_type, body.n);
		if (body.n > 0 && req->method != HTTP_HEAD)
			CHECK(evbuffer_add_reference(evhttp_request_get_output_buffer(req->ev), body.p, body.n,
						     keep_reference, NULL) == 0);
		hand_over(req, status);
	} else {
		stat_add(&req->server->stats.gone, 1);
	}
	req->replied = true;
	http_request_end(req);
}

void http_reply_empty(struct http_request *req, int status)
{
	send_reply(req, status, NULL, (struct sv){ "", 0 }, false);
}

bool http_replied(const struct http_request *req)
{
	return req->replied;
}

/* --- problem documents ----------------------------------------------------- */

static void put_json(struct str *s, const char *text)
{
	str_append_char(s, '"');
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\')
			str_append_char(s, '\\');
		if (c < 0x20)
			str_printf(s, "\\u%04x", c);
		else
			str_append_char(s, *p);
	}
	str_append_char(s, '"');
}

static void put_member(struct str *s, const char *name, const char *value)
{
	if (!value[0])
		return;
	str_printf(s, ",\"%s\":", name);
	put_json(s, value);
}

void http_reply_err(struct http_request *req, const struct err *err)
{
	int status = err_http_status(err->code);
	struct str s = STR_INIT(PROBLEM_MAX);

	CHECK(err->code != ERR_OK);
	str_printf(&s, "{\"type\":\"%s%s\",\"title\":", req->server->config.problem_prefix,
		   err_slug(err->code));
	put_json(&s, err->message[0] ? err->message : err_meaning(err->code));
	str_printf(&s, ",\"status\":%d", status);
	put_member(&s, "detail", err->detail);
	put_member(&s, "field", err->field);
	put_member(&s, "rule", err->rule);
	put_member(&s, "article", err->article);
	put_member(&s, "request_id", req->id);
	str_append_char(&s, '}');
	CHECK(!s.failed);
	if (req->ev && err_retryable(err->code))
		add_default(req, "Retry-After", err->code == ERR_LOCKED_OUT ? "60" : "1");
	if (req->ev && status == 401)
		add_default(req, "WWW-Authenticate", "Bearer");
	http_reply_str(req, status, "application/problem+json", &s);
}

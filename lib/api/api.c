/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The path of a request: handler, task, end. */
#include "api/api.h"

#include "api/api_cookie.h"
#include "base/log.h"

enum { BODY_VALUES_FACTOR = 24, BODY_ARENA_BASE = 1 << 20 };

/* ---- routes for http ---- */

static void handle(struct http_request *req, const struct http_route *route);

struct http_route *api_http_routes(size_t max_body, size_t max_import_body, size_t max_bytes, size_t *ret_count)
{
	struct http_route *rows = xcalloc(api_route_count, sizeof(*rows));

	for (size_t i = 0; i < api_route_count; i++) {
		const struct api_route *r = &api_routes[i];
		size_t most = (r->flags & API_ROUTE_BYTES)  ? max_bytes
			      : (r->flags & API_ROUTE_SLOW) ? max_import_body
							    : max_body;
		rows[i] = (struct http_route){
			.method = r->method, .pattern = r->pattern, .data = r, .doc = r->doc,
			.handler = (r->flags & API_ROUTE_PLAIN) ? r->handler : handle,
			.body_max = r->body_max < most ? r->body_max : most,
		};
	}
	*ret_count = api_route_count;
	return rows;
}

/* ---- the end ---- */

/* Refused logins, rights and changes leave a line; a reader's typing error does not. */
static bool worth_a_line(const struct api_request *r, enum err_code code)
{
	int status = err_http_status(code);

	if (status < 400 || status >= 500)
		return false;
	if (code == ERR_UNAUTHENTICATED || code == ERR_FORBIDDEN || code == ERR_LOCKED_OUT)
		return true;
	return r->route->method != HTTP_GET;
}

static void ended(struct task *t, enum err_code code, void *arg)
{
	struct api_request *r = arg;
	struct call *call = task_ctx(t);
	const struct err *err = task_err(t);

	if (code != ERR_OK) {
		if (worth_a_line(r, code))
			app_audit(call, err_slug(code), err->rule);
		if (code == ERR_INTERNAL)
			log_error("request_failed", "request_id=%s step=%s rule=%s message=%s", call->request_id,
				  task_step_name(t), err->rule, log_quote(err->message));
		if (!http_replied(r->http))
			http_reply_err(r->http, err);
	}
	CHECK(http_replied(r->http));
	if (r->doc)
		json_free(r->doc); /* it may hold a password */
	arena_fini(&r->body_arena);
}

/* ---- the beginning ---- */

/* "Authorization: Bearer TOKEN", once. */
static struct sv bearer(const struct http_request *req)
{
	struct sv value = http_header(req, "Authorization");
	static const char scheme[] = "bearer ";
	size_t n = sizeof(scheme) - 1;

	if (http_header_count(req, "Authorization") != 1 || value.n <= n)
		return SV("");
	for (size_t i = 0; i < n; i++) {
		char c = value.p[i];
		if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != scheme[i])
			return SV("");
	}
	return sv_trim((struct sv){ value.p + n, value.n - n });
}

static void handle(struct http_request *req, const struct http_route *row)
{
	const struct api_route *route = row->data;
	struct api *api = http_data(req);
	struct arena *arena = http_arena(req);
	struct api_request *r = arena_new(arena, struct api_request);
	struct call *call = arena_alloc(arena, route->context);
	size_t body = http_body(req).n;

	if (!api->app->book) {
		struct err err = ERR_INIT;
		err_set(&err, ERR_UNAVAILABLE, "starting", "系统正在启动，请稍后再试");
		http_reply_err(req, &err);
		return;
	}
	r->http = req;
	r->route = route;
	r->api = api;
	arena_init(&r->body_arena, body * BODY_VALUES_FACTOR + BODY_ARENA_BASE);
	call->app = api->app;
	call->book = api->app->book;
	r->by_cookie = http_header_count(req, "Authorization") == 0;
	call->token = r->by_cookie ? api_cookie_token(req) : bearer(req);
	call->place = http_peer(req);
	call->request_id = http_request_id(req);
	call->action = arena_printf(arena, "%s %s", http_method_name(route->method), route->pattern);
	struct task *t = task_new(http_loop(req), &(struct task_options){
		.name = route->pattern,
		.deadline_ms = (route->flags & API_ROUTE_SLOW) ? api->slow_timeout_ms : api->request_timeout_ms,
		.arena = arena,
		.data = r,
	});
	task_start(t, route->steps, call, ended, r);
}

/* ---- replies ---- */

void api_reply_begin(struct api_reply *reply)
{
	str_init(&reply->out, API_REPLY_MAX);
	json_writer_init(&reply->w, &reply->out);
}

static void add_header(struct http_request *req, const char *name, const char *value)
{
	if (http_reply_header(req, name, value) != ERR_OK)
		BUG("header %s", name);
}

static void log_account(const struct task *t, struct http_request *req)
{
	const struct call *call = task_ctx(t);

	if (call->who)
		http_log_account(req, sv_of(call->who->account));
}

enum step api_reply_send(struct task *t, struct api_reply *reply)
{
	struct api_request *r = api_request(t);

	if (!json_writer_ok(&reply->w)) {
		str_release(&reply->out);
		return task_fail(t, ERR_TOO_LARGE, "reply-too-large", "答复过大，请缩小范围");
	}
	log_account(t, r->http);
	http_reply_str(r->http, r->route->status, "application/json", &reply->out);
	return STEP_DONE;
}

enum step api_reply_text(struct task *t, struct sv json, bool replayed)
{
	struct api_request *r = api_request(t);

	if (replayed)
		add_header(r->http, "Idempotent-Replay", "true");
	log_account(t, r->http);
	http_reply(r->http, r->route->status, "application/json", json);
	return STEP_DONE;
}

enum step api_reply_nothing(struct task *t)
{
	log_account(t, api_request(t)->http);
	http_reply_empty(api_request(t)->http, 204);
	return STEP_DONE;
}

/* ---- small decoders ---- */

bool api_path_id(struct task *t, const char *name, int64_t *ret)
{
	struct sv text = http_param(api_request(t)->http, name);

	if (text.n > 0 && text.p[0] >= '1' && text.p[0] <= '9' && sv_to_i64(text, ret))
		return true;
	task_fail(t, ERR_NOT_FOUND, "bad-id", "没有编号为“%.*s”的记录", (int)(text.n < 40 ? text.n : 40), text.p);
	return false;
}

int64_t api_limit(const struct api_request *r, int64_t fallback, int64_t max)
{
	const struct api_value *v = api_value(r, "limit");

	if (!v->set || v->num == 0)
		return fallback;
	return v->num < max ? v->num : max;
}

bool api_time(struct sv text, instant_t now, instant_t *ret)
{
	day_t day;

	if (!day_parse_iso(text, &day))
		return instant_parse(text, ret);
	*ret = day_at(day, 12, 0);
	if (day == instant_to_day(now) && *ret > now)
		*ret = now;
	return true;
}

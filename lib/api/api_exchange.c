/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "api/api_exchange.h"

#include "app/exchange_door.h"
#include "app/exchange_wire.h"
#include "base/clock.h"
#include "crypto/peer.h"
#include "json/json_writer.h"

enum {
	CALL_MS = 30 * 1000,
	INBOX_MS = 540 * 1000, /* keys of a reload are kept for longer */
	REPLY_MAX = 1 << 20,
	CONNECTIONS = 64,
	IDLE_MS = 60 * 1000,
	READ_MS = 60 * 1000,   /* one part */
};

struct door_request {
	struct door_call door; /* first */
	struct http_request *http;
	struct str out;
	struct json_writer w;
};

/* ---- what is asked ---- */

static bool number(struct sv text, int64_t *ret)
{
	return !text.p || sv_to_i64(text, ret);
}

static enum step decode(struct task *t)
{
	struct door_request *r = task_ctx(t);
	struct door_call *c = &r->door;
	struct http_request *http = r->http;

	if (crypto_peer_certificate(http_tls(http), &c->caller, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	http_log_account(http, sv_of(c->caller.code));
	c->to = http_query(http, "to");
	c->thread = http_query(http, "thread");
	c->lane = http_query(http, "lane");
	c->digest = http_query(http, "digest");
	c->parcel = http_query(http, "parcel");
	c->sha256 = http_query(http, "sha256");
	c->history = sv_eq(http_query(http, "history"), SV("true"));
	c->body = http_body(http);
	if (!number(http_query(http, "n"), &c->n) || !number(http_query(http, "size"), &c->size) ||
	    !number(http_query(http, "at"), &c->from))
		return task_fail(t, ERR_MALFORMED, "number", "参数不是数字");
	return STEP_NEXT;
}

static enum step decode_name(struct task *t)
{
	struct door_request *r = task_ctx(t);

	r->door.parcel = http_param(r->http, "name");
	return STEP_NEXT;
}

/* ---- replies ---- */

static struct json_writer *begin_reply(struct door_request *r)
{
	str_init(&r->out, REPLY_MAX);
	json_writer_init(&r->w, &r->out);
	json_obj_open(&r->w);
	return &r->w;
}

static enum step send_reply(struct door_request *r)
{
	json_obj_close(&r->w);
	CHECK(json_writer_ok(&r->w));
	http_reply_str(r->http, 200, "application/json", &r->out);
	return STEP_DONE;
}

static enum step reply_ping(struct task *t)
{
	struct door_request *r = task_ctx(t);
	struct json_writer *w = begin_reply(r);
	char now[40];

	instant_format(clock_now(), now);
	json_kv_str(w, "organ", r->door.caller.code);
	json_kv_str(w, "name", r->door.caller.name);
	json_kv_str(w, "time", now);
	return send_reply(r);
}

static enum step reply_known(struct task *t)
{
	struct door_request *r = task_ctx(t);

	json_kv_bool(begin_reply(r), "known", r->door.known);
	return send_reply(r);
}

static enum step reply_there(struct task *t)
{
	struct door_request *r = task_ctx(t);

	json_kv_i64(begin_reply(r), "there", (int64_t)r->door.there);
	return send_reply(r);
}

static void write_result(struct json_writer *w, const struct inbox_result *r)
{
	static const char *const outcomes[] = { "applied", "known", "refused", "later", "skipped" };

	json_obj_open(w);
	json_kv_str(w, "outcome", outcomes[r->outcome]);
	json_kv_str(w, "lane", r->lane);
	json_kv_i64(w, "n", r->n);
	json_kv_str(w, "digest", r->digest);
	if (r->err.code != ERR_OK) {
		json_kv_str(w, "rule", r->err.rule);
		json_kv_str(w, "message", r->err.message);
	}
	json_obj_close(w);
}

static enum step reply_taken(struct task *t)
{
	struct door_request *r = task_ctx(t);
	struct json_writer *w = begin_reply(r);

	json_key(w, "results");
	json_arr_open(w);
	for (size_t i = 0; i < r->door.count; i++)
		write_result(w, &r->door.results[i]);
	json_arr_close(w);
	return send_reply(r);
}

/* ---- routes ---- */

#define BEGIN { "decode", decode }, DOOR_STEPS

static const struct task_step steps_ping[] = { BEGIN, { "reply", reply_ping }, TASK_STEPS_END };
static const struct task_step steps_known[] = { BEGIN, DOOR_KNOWN_STEPS, { "reply", reply_known }, TASK_STEPS_END };
static const struct task_step steps_begin[] = {
	BEGIN, { "name", decode_name }, DOOR_BEGIN_STEPS, { "reply", reply_there }, TASK_STEPS_END
};
static const struct task_step steps_part[] = {
	BEGIN, { "name", decode_name }, DOOR_APPEND_STEPS, { "reply", reply_there }, TASK_STEPS_END
};
static const struct task_step steps_inbox[] = { BEGIN, DOOR_INBOX_STEPS, { "reply", reply_taken }, TASK_STEPS_END };

static void ended(struct task *t, enum err_code code, void *arg)
{
	if (code != ERR_OK && !http_replied(arg))
		http_reply_err(arg, task_err(t));
}

static void handle(struct http_request *req, const struct http_route *route)
{
	const struct exchange_door *door = http_data(req);
	struct task *t = task_new(http_loop(req), &(struct task_options){
		.name = "exchange_door", .deadline_ms = route->data == steps_inbox ? INBOX_MS : CALL_MS, .arena = http_arena(req) });
	struct door_request *r = arena_new(task_arena(t), struct door_request);

	r->http = req;
	r->door.call = (struct call){ .app = door->app, .place = http_peer(req), .request_id = http_request_id(req),
				      .action = "exchange" };
	task_start(t, route->data, r, ended, req);
}

#define ROUTE(m, p, s, size, d) \
	{ .method = HTTP_##m, .pattern = EXCHANGE_PATH p, .handler = handle, .data = s, .body_max = size, .doc = d }

const struct http_route exchange_routes[] = {
	ROUTE(GET, "/ping", steps_ping, 0, "试通"),
	ROUTE(GET, "/known", steps_known, 0, "这条记录是否已经收到"),
	ROUTE(POST, "/parcels/:name", steps_begin, 0, "开始或继续发送传输包"),
	ROUTE(PUT, "/parcels/:name", steps_part, EXCHANGE_PART, "传输包的一部分"),
	ROUTE(POST, "/inbox", steps_inbox, EXCHANGE_PART, "送达记录"),
};
const size_t exchange_route_count = ARRAY_LEN(exchange_routes);

void exchange_http_config(struct http_config *config, struct exchange_door *door)
{
	config->max_body = EXCHANGE_PART;
	config->max_connections = CONNECTIONS;
	config->idle_timeout_ms = IDLE_MS;
	config->read_timeout_ms = READ_MS;
	config->data = door;
}

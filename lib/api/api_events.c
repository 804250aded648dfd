/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * GET /events: live work as server-sent events (WHATWG HTML, 9.2). One stream is an events_listener and an http_live that
 * know each other through a struct stream; whichever ends first ends the other. */
#include "api/api_steps.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/events.h"
#include "base/clock.h"

enum { UNSENT_MAX = 64 * 1024, EVENT_TEXT_MAX = 1024 };

const struct api_field fields_events[] = {
	{ "after", API_TEXT, .in_query = true, .max = 64, .doc = "上一次收到的 id；同 Last-Event-ID" },
	{ .name = NULL },
};

struct stream {
	struct loop *loop;
	struct http_live *live;
	struct events_listener *listener;
};

/* ---- events as text ---- */

static void put_event(struct str *out, const struct event *e, const char *name, const char *data)
{
	if (e->epoch)
		str_printf(out, "id: %" PRIu64 "-%" PRIu64 "\n", e->epoch, e->serial);
	str_printf(out, "event: %s\ndata: %s\n\n", name, data);
}

static void put_matter(struct str *out, const struct event *e)
{
	CLEANUP(str_release) struct str data = STR_INIT(EVENT_TEXT_MAX);

	str_printf(&data, "{\"id\":\"%" PRId64 "\",\"kind\":\"%s\",\"unit\":\"%" PRId64 "\",\"version\":%" PRId64 "}", e->matter,
		   e->matter_kind, e->unit, e->version);
	put_event(out, e, "matter", str_cstr(&data));
}

static void put_hello(struct str *out, const struct event *e)
{
	char now[40], data[80];

	instant_format(clock_now(), now);
	snprintf(data, sizeof(data), "{\"at\":\"%s\"}", now);
	put_event(out, e, "hello", data);
}

static void put(struct str *out, const struct event *e)
{
	switch (e->kind) {
	case EVENT_HELLO:
		put_hello(out, e);
		return;
	case EVENT_MATTER:
		put_matter(out, e);
		return;
	case EVENT_REFRESH:
		put_event(out, e, "refresh", "{}");
		return;
	case EVENT_BYE:
		put_event(out, e, "bye", "{}");
		return;
	case EVENT_TICK:
		str_append_cstr(out, ": \n\n");
		return;
	}
}

/* ---- one stream ---- */

static void on_hear(void *ctx, const struct event *e)
{
	CLEANUP(str_release) struct str out = STR_INIT(EVENT_TEXT_MAX);
	struct stream *s = ctx;

	put(&out, e);
	http_live_send(s->live, (struct sv){ out.p, out.len });
}

static void on_over(void *ctx)
{
	struct stream *s = ctx;

	http_live_end(s->live);
	loop_bury(s->loop, free, s);
}

static void on_gone(void *ctx)
{
	struct stream *s = ctx;

	events_leave(s->listener);
	loop_bury(s->loop, free, s);
}

static void on_drain(void *ctx)
{
	struct stream *s = ctx;

	events_dismiss(s->listener);
}

static enum step open_stream(struct task *t)
{
	struct api_request *r = api_request(t);
	struct call *call = task_ctx(t);
	const struct api_value *after = api_value(r, "after");
	struct sv last = after->set ? after->text : http_header(r->http, "Last-Event-ID");
	struct stream *s = xcalloc(1, sizeof(*s));
	const struct events_ear ear = { on_hear, on_over, s };
	const struct http_live_owner owner = { on_gone, on_drain, s };

	s->loop = call->app->loop;
	if (__atomic_load_n(&r->api->process->draining, __ATOMIC_RELAXED)) {
		free(s);
		return task_fail(t, ERR_UNAVAILABLE, "draining", "服务正在停止，请稍后重试");
	}
	if (events_listen(call->app, call->who, last, &ear, &s->listener, task_err(t)) != ERR_OK) {
		free(s);
		return STEP_FAIL;
	}
	http_log_account(r->http, sv_of(call->who->account));
	/* What a proxy keeps until there is enough of it comes too late. */
	if (http_reply_header(r->http, "X-Accel-Buffering", "no") != ERR_OK)
		BUG("header");
	s->live = http_reply_live(r->http, "text/event-stream", UNSENT_MAX, &owner);
	if (!s->live) {
		events_leave(s->listener);
		loop_bury(s->loop, free, s);
	}
	return STEP_DONE;
}

const struct task_step steps_events[] = { API_BEGIN, { "open", open_stream }, TASK_STEPS_END };

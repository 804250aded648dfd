/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The program about itself: /, /livez, /readyz, /metrics, /api/v1/openapi.json. None of it needs a login, and
 * none of it tells anything about cases. */
#include "api/api_steps.h"

#include <inttypes.h>

#include "app/digest.h"
#include "app/exchange.h"
#include "base/clock.h"
#include "http/http_static.h"

#ifndef IPCASE_VERSION
#define IPCASE_VERSION "0"
#endif

enum { PAGE_MAX = 16 * 1024, METRICS_MAX = 1024 * 1024 };

/* ---- readiness ---- */

static bool is_draining(const struct api_process *p)
{
	return __atomic_load_n(&p->draining, __ATOMIC_RELAXED);
}

/* Why it is not ready; NULL: it is. */
static const char *not_ready(const struct api *api)
{
	if (is_draining(api->process))
		return "draining";
	if (!api->app->book)
		return "law";
	for (size_t i = 0; i < api->process->worker_count; i++) {
		if (!pg_pool_is_ready(api->process->workers[i].pool))
			return "database";
	}
	return NULL;
}

static void reply_json(struct http_request *req, int status, struct api_reply *reply)
{
	http_reply_str(req, status, "application/json", &reply->out);
}

void api_handle_livez(struct http_request *req, const struct http_route *route UNUSED)
{
	http_reply(req, 200, "application/json", SV("{\"live\":true}"));
}

void api_handle_readyz(struct http_request *req, const struct http_route *route UNUSED)
{
	const char *why = not_ready(http_data(req));
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_bool(&reply.w, "ready", why == NULL);
	if (why)
		json_kv_str(&reply.w, "waiting_for", why);
	json_obj_close(&reply.w);
	reply_json(req, why ? 503 : 200, &reply);
}

void api_handle_openapi(struct http_request *req, const struct http_route *route UNUSED)
{
	http_reply(req, 200, "application/json", api_openapi());
}

/* ---- the page for people who opened the address in a browser: the console, or what there is instead ---- */

void api_handle_home(struct http_request *req, const struct http_route *route UNUSED)
{
	const struct api *api = http_data(req);
	const char *why = not_ready(api);
	struct str out = STR_INIT(PAGE_MAX);
	char since[40];

	if (api->process->console) {
		http_static_reply_index(api->process->console, req);
		return;
	}
	instant_format(api->process->started_at, since);
	str_printf(&out,
		   "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
		   "<meta name=\"viewport\" content=\"width=device-width\"><title>知识产权案件办理系统</title></head>\n"
		   "<body><h1>知识产权案件办理系统</h1>\n<p>ipcase %s，%s。启动于 %.19s（北京时间）。</p>\n"
		   "<ul><li>公众：<a href=\"/public\">行政处罚信息公示</a></li>\n"
		   "<li>办案：使用命令行程序 <code>ipcase</code>，先执行 <code>ipcase login</code></li>\n"
		   "<li>接口说明：<a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>（OpenAPI 3.0.3）</li>\n"
		   "<li>状态：<a href=\"/livez\">/livez</a>、<a href=\"/readyz\">/readyz</a>、"
		   "<a href=\"/metrics\">/metrics</a></li></ul>\n</body></html>\n",
		   IPCASE_VERSION, why ? "尚未就绪" : "运行正常", since);
	if (http_reply_header(req, "Content-Security-Policy",
			      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'") != ERR_OK)
		BUG("content security policy");
	http_reply_str(req, 200, "text/html; charset=utf-8", &out);
}

/* ---- metrics ---- */

static void family(struct str *out, const char *name, const char *type, const char *help)
{
	str_printf(out, "# HELP ipcase_%s %s\n# TYPE ipcase_%s %s\n", name, help, name, type);
}

static void one(struct str *out, const char *name, const char *type, const char *help, uint64_t value)
{
	family(out, name, type, help);
	str_printf(out, "ipcase_%s %" PRIu64 "\n", name, value);
}

static void add_up(void *sum, const void *part, size_t size)
{
	uint64_t *to = sum;
	const uint64_t *from = part;

	for (size_t i = 0; i < size / sizeof(uint64_t); i++)
		to[i] += from[i];
}

static void latency(struct str *out, const struct http_stats *s)
{
	uint64_t so_far = 0;

	family(out, "http_request_duration_seconds", "histogram", "From complete request to queued reply");
	for (size_t i = 0; i + 1 < HTTP_LATENCY_BUCKETS; i++) {
		uint64_t us = http_latency_bounds_us[i];
		so_far += s->latency[i];
		str_printf(out,
			   "ipcase_http_request_duration_seconds_bucket{le=\"%" PRIu64 ".%06" PRIu64 "\"} %" PRIu64 "\n",
			   us / 1000000, us % 1000000, so_far);
	}
	so_far += s->latency[HTTP_LATENCY_BUCKETS - 1];
	str_printf(out,
		   "ipcase_http_request_duration_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n"
		   "ipcase_http_request_duration_seconds_sum %" PRIu64 ".%06" PRIu64 "\n"
		   "ipcase_http_request_duration_seconds_count %" PRIu64 "\n",
		   so_far, s->latency_sum_us / 1000000, s->latency_sum_us % 1000000, so_far);
}

static void http_metrics(struct str *out, const struct http_stats *s)
{
	one(out, "http_connections", "gauge", "Open connections", s->connections);
	one(out, "http_requests_in_flight", "gauge", "Requests being answered", s->in_flight);
	one(out, "http_accepted_total", "counter", "Connections accepted", s->accepted);
	one(out, "http_at_cap_total", "counter", "Times the connection limit stopped accepting", s->at_cap);
	one(out, "http_accept_errors_total", "counter", "Failed accepts", s->accept_errors);
	one(out, "http_cut_reading_total", "counter", "Connections cut: request too slow", s->cut_reading);
	one(out, "http_cut_writing_total", "counter", "Connections cut: reply not taken", s->cut_writing);
	one(out, "http_refused_total", "counter", "Requests that are no clean HTTP", s->refused);
	one(out, "http_gone_total", "counter", "Replies nobody waited for", s->gone);
	one(out, "http_body_bytes_in_total", "counter", "Bytes of request bodies", s->bytes_in);
	one(out, "http_body_bytes_out_total", "counter", "Bytes of reply bodies", s->bytes_out);
	family(out, "http_replies_total", "counter", "Replies by class of status");
	for (size_t i = 1; i < ARRAY_LEN(s->status); i++)
		str_printf(out, "ipcase_http_replies_total{class=\"%zuxx\"} %" PRIu64 "\n", i, s->status[i]);
	latency(out, s);
}

static void pg_metrics(struct str *out, const struct pg_pool_stats *s)
{
	static const char *const lanes[] = { "read", "write", "slow" };
	static const struct {
		const char *name, *type, *help;
		size_t offset;
	} rows[] = {
		{ "pg_connections", "gauge", "Ready connections", offsetof(struct pg_lane_stats, ready) },
		{ "pg_unanswered", "gauge", "Segments waiting", offsetof(struct pg_lane_stats, unanswered) },
		{ "pg_segments_total", "counter", "Segments answered", offsetof(struct pg_lane_stats, segments) },
		{ "pg_statements_total", "counter", "Statements sent", offsetof(struct pg_lane_stats, statements) },
		{ "pg_failed_total", "counter", "Segments answered with an error", offsetof(struct pg_lane_stats, failed) },
		{ "pg_refused_total", "counter", "Segments refused unsent", offsetof(struct pg_lane_stats, refused) },
		{ "pg_retried_total", "counter", "Segments sent again", offsetof(struct pg_lane_stats, retried) },
		{ "pg_connects_total", "counter", "Connections made", offsetof(struct pg_lane_stats, connects) },
		{ "pg_losses_total", "counter", "Connections lost", offsetof(struct pg_lane_stats, losses) },
		{ "pg_connect_failures_total", "counter", "Failed connects",
		  offsetof(struct pg_lane_stats, connect_failures) },
		{ "pg_wait_microseconds_total", "counter", "Sum of waiting", offsetof(struct pg_lane_stats, wait_us) },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		family(out, rows[i].name, rows[i].type, rows[i].help);
		for (size_t l = 0; l < PG_LANE_COUNT; l++) {
			const char *at = (const char *)&s->lane[l] + rows[i].offset;
			uint64_t value;
			memcpy(&value, at, sizeof(value));
			str_printf(out, "ipcase_%s{lane=\"%s\"} %" PRIu64 "\n", rows[i].name, lanes[l], value);
		}
	}
}

static void loop_metrics(struct str *out, const struct loop_stats *s)
{
	one(out, "loop_turns_total", "counter", "Turns of the event loops", s->turns);
	one(out, "loop_slow_turns_total", "counter", "Turns longer than 50 ms", s->slow_turns);
	one(out, "loop_busy_microseconds_total", "counter", "Time in turns", s->busy_us);
	one(out, "tasks_running", "gauge", "Tasks now", s->tasks_running);
	one(out, "tasks_started_total", "counter", "Tasks begun", s->tasks_started);
	one(out, "tasks_expired_total", "counter", "Tasks ended by their deadline", s->tasks_expired);
}

static void exchange_metrics(struct str *out, const struct exchange *x)
{
	struct exchange_stats s;

	exchange_stats(x, &s);
	one(out, "outbox_waiting", "gauge", "Records on their way to other organs", s.waiting);
	one(out, "outbox_failed", "gauge", "Records that another organ refused", s.failed);
	one(out, "quarantine", "gauge", "Different things refused at the inbox", s.quarantine);
	one(out, "records_delivered_total", "counter", "Records delivered to other organs", s.delivered);
	one(out, "records_retried_total", "counter", "Deliveries that must be tried again", s.retried);
	one(out, "records_taken_total", "counter", "Records of other organs that became acts", s.taken);
	one(out, "records_refused_total", "counter", "Records of other organs that were refused", s.refused);
	one(out, "silences_total", "counter", "Silences and passed terms that were recorded", s.silences);
	family(out, "certificate_days_left", "gauge",
	       "Days until the first one ends: own, peer, trusted and ca are certificates, list is a revocation list");
	for (size_t i = 0; i < EXCHANGE_END_KINDS; i++) {
		if (s.days_left[i] != INT64_MAX)
			str_printf(out, "ipcase_certificate_days_left{kind=\"%s\"} %" PRId64 "\n",
				   exchange_end_name((enum exchange_end_kind)i), s.days_left[i]);
	}
}

static void digest_metrics(struct str *out, const struct digest *d)
{
	struct digest_stats s;

	if (!d)
		return;
	digest_stats(d, &s);
	one(out, "digest_made_total", "counter", "Daily digests made", s.made);
	one(out, "digest_filed_total", "counter", "Daily digests written as files", s.filed);
	one(out, "digest_posted_total", "counter", "Daily digests that a receiver took", s.posted);
	one(out, "digest_failed_total", "counter", "Deliveries of digests that failed", s.failed);
	one(out, "digest_last_delivered_seconds", "gauge", "When one was delivered last, 0: not since the start",
	    (uint64_t)s.last_s);
}

void api_handle_metrics(struct http_request *req, const struct http_route *route UNUSED)
{
	const struct api *api = http_data(req);
	const struct api_process *p = api->process;
	struct str out = STR_INIT(METRICS_MAX);
	struct http_stats http = { .connections = 0 }, http_one;
	struct pg_pool_stats pg = { .lane = { { .ready = 0 } } }, pg_one;
	struct loop_stats loops = { .turns = 0 }, loop_one;
	struct offload_stats offload;

	for (size_t i = 0; i < p->worker_count; i++) {
		http_server_stats(p->workers[i].server, &http_one);
		add_up(&http, &http_one, sizeof(http));
		pg_pool_stats(p->workers[i].pool, &pg_one);
		add_up(&pg, &pg_one, sizeof(pg));
		loop_stats(p->workers[i].loop, &loop_one);
		add_up(&loops, &loop_one, sizeof(loops));
	}
	offload_stats(p->offload, &offload);
	family(&out, "build_info", "gauge", "Version of the program");
	str_printf(&out, "ipcase_build_info{version=\"%s\"} 1\n", IPCASE_VERSION);
	one(&out, "ready", "gauge", "1 when requests are answered", not_ready(api) == NULL);
	one(&out, "uptime_seconds", "gauge", "Since the start",
	    (uint64_t)((clock_now() - p->started_at) / 1000000));
	http_metrics(&out, &http);
	pg_metrics(&out, &pg);
	loop_metrics(&out, &loops);
	one(&out, "offload_done_total", "counter", "Password checks done", offload.done);
	one(&out, "offload_refused_total", "counter", "Password checks refused", offload.refused);
	one(&out, "offload_waiting", "gauge", "Password checks waiting", offload.waiting);
	exchange_metrics(&out, p->exchange);
	digest_metrics(&out, api->app->digest);
	http_reply_str(req, 200, "text/plain; version=0.0.4; charset=utf-8", &out);
}

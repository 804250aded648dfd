/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A small server on lib/http and lib/loop, for tests that speak to a raw socket.
 *
 *	http_probe [--threads N] [--max-body N] [--max-connections N] [--read-ms N]
 *	           [--idle-ms N] [--write-ms N] [--task-ms N] [--host NAME] [--trust ADDRESS]
 *	           [--tls CERT KEY] [--fd-limit N] [--static DIR] [--log] ADDRESS...
 *
 * With --static the files of DIR are served, and its index.html at /console.
 * Prints "listening ADDRESS" for each, then "ready". SIGTERM drains, then exits with 0.
 * With --tls every TCP address speaks TLS. Not for any other use.
 */
#include <inttypes.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/log.h"
#include "http/http_static.h"
#include "loop/offload.h"
#include "loop/task.h"

enum { WORKERS_MAX = 8, ADDRESSES_MAX = 4, DRAIN_LIMIT_MS = 8000 };

struct worker {
	struct loop *loop;
	struct http_server *server;
	pthread_t thread;
};

static struct {
	struct worker workers[WORKERS_MAX];
	size_t worker_count;
	struct http_listener *listeners[ADDRESSES_MAX];
	struct loop *main;
	struct loop_timer limit;
	size_t drained;
	int64_t task_ms;
	struct offload *pool; /* reads files */
	atomic_int files;     /* open */
	struct http_static *console;
	bool stopping;
} probe = { .worker_count = 1, .task_ms = 2000 };

/* --- handlers -------------------------------------------------------------- */

static void on_hello(struct http_request *req, const struct http_route *route UNUSED)
{
	http_reply(req, 200, "text/plain; charset=utf-8", SV("hello\n"));
}

static void on_html(struct http_request *req, const struct http_route *route UNUSED)
{
	http_reply(req, 200, "text/html; charset=utf-8", SV("<p>hello\n"));
}

static void on_echo(struct http_request *req, const struct http_route *route UNUSED)
{
	if (http_query(req, "status").p) {
		int64_t status = 200;

		(void)sv_to_i64(http_query(req, "status"), &status);
		http_reply(req, (int)status, "text/plain", http_body(req));
		return;
	}
	http_reply(req, 200, "application/octet-stream", http_body(req));
}

static void on_item(struct http_request *req, const struct http_route *route UNUSED)
{
	struct str s = STR_INIT(65536);

	str_printf(&s, "%s %.*s\n", http_method_name(http_request_method(req)),
		   SV_ARG(http_param(req, "id")));
	for (size_t i = 0; i < http_query_count(req); i++)
		str_printf(&s, "%.*s=%.*s\n", SV_ARG(http_query_at(req, i)->name),
			   SV_ARG(http_query_at(req, i)->value));
	http_reply_str(req, 200, "text/plain; charset=utf-8", &s);
}

static void on_peer(struct http_request *req, const struct http_route *route UNUSED)
{
	struct str s = STR_INIT(1024);

	str_printf(&s, "%s %s %s\n", http_peer(req), http_is_tls(req) ? "tls" : "plain",
		   http_request_id(req));
	http_reply_str(req, 200, "text/plain", &s);
}

static void on_big(struct http_request *req, const struct http_route *route UNUSED)
{
	struct str s = STR_INIT(64 * 1024 * 1024);
	int64_t n = 0;

	(void)sv_to_i64(http_query(req, "bytes"), &n);
	for (int64_t i = 0; i < n; i += 64)
		str_append_cstr(&s,
				"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n");
	http_reply_str(req, 200, "text/plain", &s);
}

/* A file of ?bytes=, whose reader fails at ?fail= and rests ?ms= before each piece. Every eight bytes of it name their place. */
struct made_file {
	int64_t at, fail, ms;
};

static bool made_read(void *ctx, void *p, size_t n)
{
	struct made_file *f = ctx;
	struct timespec rest = { .tv_sec = f->ms / 1000, .tv_nsec = (f->ms % 1000) * 1000000 };
	char *to = p;

	nanosleep(&rest, NULL);
	if (f->fail >= 0 && f->at + (int64_t)n > f->fail)
		return false;
	for (size_t i = 0; i < n; i++, f->at++) {
		static const char digits[] = "0123456789abcdef";

		to[i] = f->at % 8 == 7 ? '\n' : digits[f->at / 8 >> 4 * (6 - f->at % 8) & 15];
	}
	return true;
}

static void made_close(void *ctx)
{
	atomic_fetch_sub(&probe.files, 1);
	free(ctx);
}

static void on_file(struct http_request *req, const struct http_route *route UNUSED)
{
	struct made_file *f = xcalloc(1, sizeof(*f));
	int64_t n = 0;

	f->fail = -1;
	(void)sv_to_i64(http_query(req, "bytes"), &n);
	(void)sv_to_i64(http_query(req, "fail"), &f->fail);
	(void)sv_to_i64(http_query(req, "ms"), &f->ms);
	atomic_fetch_add(&probe.files, 1);
	CHECK(http_reply_header(req, "ETag", "\"made\"") == ERR_OK);
	http_reply_file(req, 200, "application/octet-stream",
			&(struct http_file){ .size = (uint64_t)n, .read = made_read, .close = made_close, .ctx = f },
			probe.pool);
}

static void on_inject(struct http_request *req, const struct http_route *route UNUSED)
{
	enum err_code a = http_reply_header(req, "Location", "/x\r\nSet-Cookie: evil=1");
	enum err_code b = http_reply_header(req, "Bad Name", "x");
	enum err_code c = http_reply_header(req, "X-Good", "yes");

	http_reply(req, a == ERR_INVALID && b == ERR_INVALID && c == ERR_OK ? 200 : 500,
		   "text/plain", SV("x\n"));
}

static void on_stats(struct http_request *req, const struct http_route *route UNUSED)
{
	struct http_stats sum = { 0 };
	struct str s = STR_INIT(4096);

	for (size_t i = 0; i < probe.worker_count; i++) {
		struct http_stats one;
		const uint64_t *from = (const uint64_t *)(const void *)&one;
		uint64_t *to = (uint64_t *)(void *)&sum;

		http_server_stats(probe.workers[i].server, &one);
		for (size_t k = 0; k < sizeof(sum) / sizeof(*to); k++)
			to[k] += from[k];
	}
	str_printf(&s,
		   "{\"connections\":%" PRIu64 ",\"accepted\":%" PRIu64 ",\"at_cap\":%" PRIu64
		   ",\"accept_errors\":%" PRIu64 ",\"cut_reading\":%" PRIu64 ",\"cut_writing\":%"
		   PRIu64 ",\"requests\":%" PRIu64 ",\"in_flight\":%" PRIu64 ",\"refused\":%" PRIu64
		   ",\"gone\":%" PRIu64 ",\"files\":%d}\n",
		   sum.connections, sum.accepted, sum.at_cap, sum.accept_errors, sum.cut_reading,
		   sum.cut_writing, sum.requests, sum.in_flight, sum.refused, sum.gone,
		   atomic_load(&probe.files));
	http_reply_str(req, 200, "application/json", &s);
}

/* Waits in a task: answers after ?ms=, or never without it. */
struct nap {
	struct http_request *req;
	struct loop_timer timer;
};

static void on_nap_over(void *arg)
{
	task_resume(arg);
}

static void nap_forget(void *arg)
{
	struct nap *nap = arg;

	loop_timer_stop(&nap->timer);
}

static enum step nap_sleep(struct task *t)
{
	struct nap *nap = task_ctx(t);
	int64_t ms;

	if (sv_to_i64(http_query(nap->req, "ms"), &ms) && ms >= 0) {
		loop_timer_start(task_loop(t), &nap->timer, ms, on_nap_over, t);
		task_on_end(t, nap_forget, nap);
	}
	return STEP_WAIT;
}

static enum step nap_reply(struct task *t)
{
	struct nap *nap = task_ctx(t);

	http_reply(nap->req, 200, "text/plain", SV("rested\n"));
	return STEP_DONE;
}

static void nap_end(struct task *t, enum err_code code, void *arg)
{
	if (code != ERR_OK && !http_replied(arg))
		http_reply_err(arg, task_err(t));
}

static void on_slow(struct http_request *req, const struct http_route *route UNUSED)
{
	static const struct task_step steps[] = { { "sleep", nap_sleep }, { "reply", nap_reply },
						  TASK_STEPS_END };
	struct task *t = task_new(http_loop(req), &(struct task_options){ .name = "nap",
			.deadline_ms = probe.task_ms, .arena = http_arena(req) });
	struct nap *nap = arena_new(task_arena(t), struct nap);

	nap->req = req;
	task_start(t, steps, nap, nap_end, req);
}

static void on_console(struct http_request *req, const struct http_route *route UNUSED)
{
	if (probe.console)
		http_static_reply_index(probe.console, req);
	else
		http_reply_empty(req, 404);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/console", on_console, NULL, 0, "" },
	{ HTTP_GET, "/", on_hello, NULL, 0, "" },
	{ HTTP_GET, "/hello", on_hello, NULL, 0, "" },
	{ HTTP_GET, "/html", on_html, NULL, 0, "" },
	{ HTTP_POST, "/echo", on_echo, NULL, 1024 * 1024, "" },
	{ HTTP_PUT, "/echo", on_echo, NULL, 1024, "" },
	{ HTTP_GET, "/items/:id", on_item, NULL, 0, "" },
	{ HTTP_DELETE, "/items/:id", on_item, NULL, 0, "" },
	{ HTTP_GET, "/peer", on_peer, NULL, 0, "" },
	{ HTTP_GET, "/big", on_big, NULL, 0, "" },
	{ HTTP_GET, "/file", on_file, NULL, 0, "" },
	{ HTTP_GET, "/slow", on_slow, NULL, 0, "" },
	{ HTTP_GET, "/inject", on_inject, NULL, 0, "" },
	{ HTTP_GET, "/stats", on_stats, NULL, 0, "" },
};

/* --- draining -------------------------------------------------------------- */

/* Once, by the last that is drained or by the deadline: a message that comes after it finds no loops any more. */
static void stop_all(void *arg UNUSED)
{
	if (probe.stopping)
		return;
	probe.stopping = true;
	for (size_t i = 0; i < probe.worker_count; i++)
		loop_stop(probe.workers[i].loop);
	loop_stop(probe.main);
}

static void one_drained(void *arg UNUSED)
{
	if (++probe.drained == probe.worker_count)
		stop_all(NULL);
}

static void on_drained(void *arg UNUSED)
{
	loop_post(probe.main, one_drained, NULL);
}

static void drain_worker(void *arg)
{
	struct worker *w = arg;

	http_server_drain(w->server, on_drained, w);
}

static void on_signal(void *arg UNUSED, int signo UNUSED)
{
	if (loop_timer_is_running(&probe.limit)) {
		stop_all(NULL); /* the second one: now */
		return;
	}
	/* Ours first, then each worker's copy: only then does the kernel refuse. */
	for (size_t i = 0; i < ADDRESSES_MAX; i++) {
		http_listener_free(probe.listeners[i]);
		probe.listeners[i] = NULL;
	}
	for (size_t i = 0; i < probe.worker_count; i++)
		loop_post(probe.workers[i].loop, drain_worker, &probe.workers[i]);
	loop_timer_start(probe.main, &probe.limit, DRAIN_LIMIT_MS, stop_all, NULL);
}

/* --- main ------------------------------------------------------------------ */

static void *run_worker(void *arg)
{
	struct worker *w = arg;

	loop_run(w->loop);
	return NULL;
}

static SSL_CTX *tls_context(const char *cert, const char *key)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	CHECK(ctx && SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1);
	CHECK(SSL_CTX_use_certificate_chain_file(ctx, cert) == 1);
	CHECK(SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1);
	return ctx;
}

struct arguments {
	struct http_config config;
	const char *hosts[3];
	const char *trusted[3];
	const char *addresses[ADDRESSES_MAX];
	size_t address_count;
	SSL_CTX *tls;
	const char *static_dir;
};

static int64_t number(const char *text)
{
	int64_t n = 0;

	CHECK(text && sv_to_i64(sv_of(text), &n));
	return n;
}

static void parse(int argc, char **argv, struct arguments *a)
{
	for (int i = 1; i < argc; i++) {
		const char *name = argv[i];

		if (name[0] != '-') {
			CHECK(a->address_count < ADDRESSES_MAX);
			a->addresses[a->address_count++] = name;
		} else if (strcmp(name, "--log") == 0) {
			log_set_level(LOG_INFO);
		} else if (strcmp(name, "--threads") == 0) {
			probe.worker_count = (size_t)number(argv[++i]);
		} else if (strcmp(name, "--max-body") == 0) {
			a->config.max_body = (size_t)number(argv[++i]);
		} else if (strcmp(name, "--max-connections") == 0) {
			a->config.max_connections = (unsigned)number(argv[++i]);
		} else if (strcmp(name, "--read-ms") == 0) {
			a->config.read_timeout_ms = number(argv[++i]);
		} else if (strcmp(name, "--idle-ms") == 0) {
			a->config.idle_timeout_ms = number(argv[++i]);
		} else if (strcmp(name, "--write-ms") == 0) {
			a->config.write_timeout_ms = number(argv[++i]);
		} else if (strcmp(name, "--task-ms") == 0) {
			probe.task_ms = number(argv[++i]);
		} else if (strcmp(name, "--host") == 0) {
			a->hosts[0] = argv[++i];
		} else if (strcmp(name, "--trust") == 0) {
			a->trusted[0] = argv[++i];
		} else if (strcmp(name, "--static") == 0) {
			a->static_dir = argv[++i];
		} else if (strcmp(name, "--tls") == 0 && i + 2 < argc) {
			a->tls = tls_context(argv[i + 1], argv[i + 2]);
			i += 2;
		} else if (strcmp(name, "--fd-limit") == 0) {
			struct rlimit limit = { 0, 0 };

			limit.rlim_cur = limit.rlim_max = (rlim_t)number(argv[++i]);
			CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
		} else {
			fprintf(stderr, "http_probe: unknown option %s\n", name);
			exit(2);
		}
	}
	CHECK(probe.worker_count >= 1 && probe.worker_count <= WORKERS_MAX);
}

static int open_listeners(struct arguments *a)
{
	for (size_t i = 0; i < a->address_count; i++) {
		bool tls = a->tls && strncmp(a->addresses[i], "unix:", 5) != 0;
		struct err err = ERR_INIT;

		if (http_listen(a->addresses[i], tls, &probe.listeners[i], &err) != ERR_OK) {
			fprintf(stderr, "http_probe: %s\n", err.message);
			return 1;
		}
		printf("listening %s\n", http_listener_address(probe.listeners[i]));
	}
	return 0;
}

static void start_workers(struct arguments *a, const struct http_router *router)
{
	for (size_t i = 0; i < probe.worker_count; i++) {
		struct worker *w = &probe.workers[i];
		char name[32];

		snprintf(name, sizeof(name), "worker-%zu", i);
		w->loop = loop_new(name);
		CHECK(http_server_new(w->loop, &a->config, router, a->tls, &w->server, NULL) ==
		      ERR_OK);
		for (size_t k = 0; k < a->address_count; k++)
			CHECK(http_server_add(w->server, probe.listeners[k], NULL) == ERR_OK);
	}
	for (size_t i = 0; i < probe.worker_count; i++)
		CHECK(pthread_create(&probe.workers[i].thread, NULL, run_worker,
				     &probe.workers[i]) == 0);
}

/* Ours, and behind them those of the files. */
static struct http_route *all_routes(const char *static_dir, size_t *ret_count)
{
	struct err err = ERR_INIT;
	struct http_route *rows;
	size_t more = 0;

	if (static_dir && http_static_load(static_dir, &probe.console, &err) != ERR_OK) {
		fprintf(stderr, "http_probe: %s\n", err.message);
		exit(1);
	}
	more = probe.console ? http_static_count(probe.console) : 0;
	rows = xcalloc(ARRAY_LEN(routes) + more, sizeof(*rows));
	memcpy(rows, routes, sizeof(routes));
	if (probe.console)
		http_static_routes(probe.console, rows + ARRAY_LEN(routes));
	*ret_count = ARRAY_LEN(routes) + more;
	return rows;
}

int main(int argc, char **argv)
{
	static const int signals[] = { SIGTERM, SIGINT, 0 };
	struct http_router *router = NULL;
	struct arguments a = { 0 };
	struct http_route *rows;
	size_t row_count;

	log_set_level(LOG_WARN);
	loop_process_init();
	http_config_init(&a.config);
	a.config.host_names = a.hosts;
	a.config.trusted_proxies = a.trusted;
	parse(argc, argv, &a);
	a.config.access_log = log_get_level() >= LOG_INFO;
	rows = all_routes(a.static_dir, &row_count);
	if (open_listeners(&a) != 0)
		return 1;
	CHECK(http_router_new(rows, row_count, &router, NULL) == ERR_OK);
	probe.main = loop_new("main");
	loop_on_signals(probe.main, signals, on_signal, NULL);
	probe.pool = offload_new("file", 2, 64);
	start_workers(&a, router);
	printf("ready\n");
	fflush(stdout);
	loop_run(probe.main);

	loop_timer_stop(&probe.limit);
	for (size_t i = 0; i < probe.worker_count; i++)
		pthread_join(probe.workers[i].thread, NULL);
	offload_free(probe.pool);
	for (size_t i = 0; i < probe.worker_count; i++) {
		struct worker *w = &probe.workers[i];

		loop_adopt(w->loop);
		task_cancel_all(w->loop);
		http_server_free(w->server);
		loop_free(w->loop);
	}
	loop_free(probe.main);
	http_router_free(router);
	free(rows);
	http_static_free(probe.console);
	SSL_CTX_free(a.tls);
	CHECK(atomic_load(&probe.files) == 0);
	return 0;
}

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "daemon.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/log.h"
#include "app/digest.h"
#include "app/disclosure.h"
#include "app/events.h"
#include "app/exchange.h"
#include "app/material.h"
#include "app/session_watch.h"
#include "app/render.h"
#include "console.h"
#include "crypto/crypto.h"
#include "door.h"
#include "worker.h"

enum {
	LAW_RETRY_MS = 1000,
	LAW_COMPLAIN_EVERY = 10,      /* retries */
	OLD_LAW_MS = 10 * 60 * 1000,  /* longer than any request */
	LAST_WORDS_MS = 200,          /* time for the last refusals to leave */
	SPARE_DESCRIPTORS = 128,
	SWEEP_MS = 60 * 60 * 1000,
};

struct old_law;

enum phase { PHASE_START, PHASE_RUN, PHASE_DRAIN, PHASE_STOP };

struct daemon {
	const char *path;
	struct conf conf;
	enum phase phase;
	struct loop *loop;
	struct pg_pool *pool;
	struct ssl_ctx_st *tls;
	struct http_listener *listener;
	struct http_router *router;
	struct http_route *routes;
	struct http_static *console; /* NULL: none */
	struct session_watch *session_watch;
	struct api_process process;
	struct worker workers[API_WORKERS_MAX];
	size_t worker_count, drained;
	struct exchange_keys *keys;
	struct exchange *exchange;
	struct digest *digest; /* NULL: none is configured */
	struct events *events;
	struct door door;
	struct law_shelf *shelf;
	struct old_law *old_law; /* books and keys that some request may still use */
	int law_tries;
	struct loop_timer law_timer, drain_timer, sweep_timer, stop_timer, digest_timer;
	/* a reload under way */
	bool reloading;
	struct conf next_conf;
	struct ssl_ctx_st *next_tls;
	struct exchange_keys *next_keys;
	struct ssl_ctx_st *next_door_tls;
};

/* ---- telling the workers ---- */

struct news {
	struct worker *worker;
	const struct law_book *book;
	const struct exchange_keys *keys;
	struct app_config config;
	struct ssl_ctx_st *tls; /* NULL: as before */
};

static void hear_news(void *arg)
{
	struct news *n = arg;

	n->worker->app->book = n->book;
	n->worker->app->keys = n->keys;
	n->worker->app->config = n->config;
	if (n->tls)
		http_server_set_tls(n->worker->server, n->tls);
	free(n);
}

static void tell_workers(struct daemon *d, struct ssl_ctx_st *tls)
{
	for (size_t i = 0; i < d->worker_count; i++) {
		struct news *n = xcalloc(1, sizeof(*n));
		*n = (struct news){ .worker = &d->workers[i], .book = &d->shelf->book, .keys = d->keys, .tls = tls };
		app_config_of(&d->conf, &n->config);
		loop_post(d->workers[i].loop, hear_news, n);
	}
}

struct door_news {
	struct door *door;
	struct ssl_ctx_st *tls;
};

static void door_hears(void *arg)
{
	struct door_news *n = arg;

	door_swap(n->door, n->tls);
	free(n);
}

/* Connections from now on are judged by the new keys, trust and revocation lists. */
static void tell_door(struct daemon *d)
{
	struct door_news *n = xcalloc(1, sizeof(*n));

	*n = (struct door_news){ .door = &d->door, .tls = d->next_door_tls };
	d->next_door_tls = NULL;
	loop_post(d->workers[0].loop, door_hears, n);
}

/* ---- the law ---- */

struct old_law {
	struct old_law *next;
	struct daemon *daemon;
	struct loop_timer timer;
	struct law_shelf *shelf;
	struct exchange_keys *keys;
};

static void forget_old_law(void *arg)
{
	struct old_law *old = arg;
	struct old_law **at = &old->daemon->old_law;

	while (*at != old)
		at = &(*at)->next;
	*at = old->next;
	loop_timer_stop(&old->timer);
	law_shelf_free(old->shelf);
	exchange_keys_free(old->keys);
	free(old);
}

/* Requests under way keep the book and the keys they began with. */
static void keep_old(struct daemon *d, struct law_shelf *shelf, struct exchange_keys *keys)
{
	struct old_law *old = xcalloc(1, sizeof(*old));

	old->next = d->old_law;
	old->daemon = d;
	old->shelf = shelf;
	old->keys = keys;
	d->old_law = old;
	loop_timer_start(d->loop, &old->timer, OLD_LAW_MS, forget_old_law, old);
}

static void replace_law(struct daemon *d, struct law_shelf *shelf)
{
	if (d->shelf)
		keep_old(d, d->shelf, NULL);
	d->shelf = shelf;
}

static void replace_keys(struct daemon *d)
{
	if (!d->next_keys)
		return;
	keep_old(d, NULL, d->keys);
	d->keys = d->next_keys;
	d->next_keys = NULL;
}

static void ask_law(void *arg);

/* ---- materials ---- */

static void worker_sweep(void *arg)
{
	struct daemon *d = arg;

	health_pulse(&d->process.health, PULSE_UPLOADS);
	material_sweep(d->workers[0].app, d->conf.store.upload_idle_ms);
}

static void on_sweep(void *arg)
{
	struct daemon *d = arg;

	loop_post(d->workers[0].loop, worker_sweep, d);
}

static void worker_stop_due(void *arg)
{
	struct daemon *d = arg;

	health_pulse(&d->process.health, PULSE_STOPS);
	disclosure_sweep(d->workers[0].app);
}

static void on_stop_due(void *arg)
{
	struct daemon *d = arg;

	loop_post(d->workers[0].loop, worker_stop_due, d);
}

static void worker_digest(void *arg)
{
	struct daemon *d = arg;

	health_pulse(&d->process.health, PULSE_DIGEST);
	digest_look(d->digest);
}

static void on_digest(void *arg)
{
	struct daemon *d = arg;

	loop_post(d->workers[0].loop, worker_digest, d);
}

/* Uploads that nobody goes on with: now and every hour. Disclosures past their last day. */
static void begin_sweeping(struct daemon *d)
{
	int64_t idle = d->conf.store.upload_idle_ms;

	on_stop_due(d);
	loop_timer_start_periodic(d->loop, &d->stop_timer, d->conf.disclosure.sweep_ms, on_stop_due, d);
	if (d->digest) {
		on_digest(d);
		loop_timer_start_periodic(d->loop, &d->digest_timer, d->conf.digest.poll_ms, on_digest, d);
	}
	if (!d->process.content)
		return;
	on_sweep(d);
	loop_timer_start_periodic(d->loop, &d->sweep_timer, idle < SWEEP_MS ? idle : SWEEP_MS, on_sweep, d);
}

static enum err_code open_store(struct daemon *d, struct err *err)
{
	enum err_code code;

	if (!d->conf.store.dir[0])
		return ERR_OK;
	if ((code = content_store_open(d->conf.store.dir, &d->process.content, err)) != ERR_OK)
		return code;
	d->process.content_pool = offload_new("store", (unsigned)d->conf.store.threads, (unsigned)d->conf.store.queue);
	return ERR_OK;
}

/* ---- the first law ---- */

static void first_law_came(void *arg, struct law_shelf *shelf, const struct err *err)
{
	struct daemon *d = arg;

	if (d->phase != PHASE_START) {
		law_shelf_free(shelf);
		return;
	}
	if (!shelf) {
		if (d->law_tries++ % LAW_COMPLAIN_EVERY == 0)
			log_warn("waiting_for_database", "reason=%s database=%s", log_quote(err->message),
				 log_quote(pg_pool_last_error(d->pool)));
		loop_timer_start(d->loop, &d->law_timer, LAW_RETRY_MS, ask_law, d);
		return;
	}
	replace_law(d, shelf);
	tell_workers(d, NULL);
	d->phase = PHASE_RUN;
	begin_sweeping(d);
	log_info("ready", "law_version=%d clocks=%zu calendar=%d-%d", shelf->book.version, shelf->book.clock_count,
		 shelf->book.calendar.first_year, shelf->book.calendar.last_year);
}

static void ask_law(void *arg)
{
	struct daemon *d = arg;

	law_load(d->pool, first_law_came, d);
}

/* ---- the law changed while running ---- */

static void changed_law_came(void *arg, struct law_shelf *shelf, const struct err *err)
{
	struct daemon *d = arg;

	if (!shelf || d->phase != PHASE_RUN) {
		if (!shelf)
			log_error("law_reload_failed", "reason=%s", log_quote(err->message));
		law_shelf_free(shelf);
		return;
	}
	replace_law(d, shelf);
	tell_workers(d, NULL);
	log_info("law_reloaded", "law_version=%d", shelf->book.version);
}

/* Somebody changed the holidays through this process. Other daemons read them at their next reload. */
static void on_law_changed(void *arg)
{
	struct daemon *d = arg;

	if (d->phase == PHASE_RUN)
		law_load(d->pool, changed_law_came, d);
}

/* ---- reload ---- */

static void reload_failed(struct daemon *d, const struct err *err)
{
	log_error("reload_failed", "reason=%s", log_quote(err->message));
	crypto_tls_free(d->next_tls);
	d->next_tls = NULL;
	crypto_tls_free(d->next_door_tls);
	d->next_door_tls = NULL;
	exchange_keys_free(d->next_keys);
	d->next_keys = NULL;
	d->reloading = false;
}

static void new_law_came(void *arg, struct law_shelf *shelf, const struct err *err)
{
	struct daemon *d = arg;

	if (!shelf || d->phase != PHASE_RUN) {
		law_shelf_free(shelf);
		reload_failed(d, err);
		return;
	}
	d->conf = d->next_conf;
	log_set_level((enum log_level)d->conf.log.level);
	replace_law(d, shelf);
	replace_keys(d);
	if (d->next_tls) {
		crypto_tls_free(d->tls);
		d->tls = d->next_tls;
		d->next_tls = NULL;
	}
	tell_workers(d, d->tls);
	tell_door(d);
	d->reloading = false;
	log_info("reloaded", "law_version=%d", shelf->book.version);
}

static enum err_code make_tls(const struct conf *conf, struct ssl_ctx_st **ret, struct err *err)
{
	*ret = NULL;
	if (!conf->http.tls_certificate[0])
		return ERR_OK;
	*ret = crypto_tls_server_ctx(conf->http.tls_certificate, conf->http.tls_key, conf->http.tls_client_ca, err);
	return *ret ? ERR_OK : err->code;
}

static void reload(struct daemon *d)
{
	struct err err = ERR_INIT;

	if (d->reloading || d->phase != PHASE_RUN) {
		log_warn("reload_refused", "reason=%s", d->reloading ? "another_is_under_way" : "not_running");
		return;
	}
	d->reloading = true;
	if (conf_load(d->path, &d->next_conf, &err) != ERR_OK || app_config_check(&d->next_conf, &err) != ERR_OK ||
	    conf_reload_compatible(&d->conf, &d->next_conf, &err) != ERR_OK ||
	    make_tls(&d->next_conf, &d->next_tls, &err) != ERR_OK ||
	    exchange_keys_load(d->next_conf.exchange.keys, &d->next_keys, &err) != ERR_OK ||
	    door_tls(&d->next_conf, d->next_keys, &d->next_door_tls, &err) != ERR_OK) {
		reload_failed(d, &err);
		return;
	}
	law_load(d->pool, new_law_came, d);
}

/* ---- the end ---- */

static void stop_now(void *arg)
{
	struct daemon *d = arg;

	d->phase = PHASE_STOP;
	loop_stop(d->loop);
}

static void worker_refuse(void *arg)
{
	struct worker *w = arg;

	http_server_refuse(w->server);
	task_cancel_all(w->loop);
}

static void refuse_door(void *arg)
{
	door_refuse(arg);
}

static void refuse_rest(void *arg)
{
	struct daemon *d = arg;

	log_warn("drain_cut", "workers_left=%zu", d->worker_count - d->drained);
	for (size_t i = 0; i < d->worker_count; i++)
		loop_post(d->workers[i].loop, worker_refuse, &d->workers[i]);
	loop_post(d->workers[0].loop, refuse_door, &d->door);
	loop_timer_start(d->loop, &d->drain_timer, LAST_WORDS_MS, stop_now, d);
}

struct drained {
	struct daemon *daemon;
	struct worker *worker;
};

static void one_drained(void *arg)
{
	struct daemon *d = arg;

	if (++d->drained == d->worker_count)
		stop_now(d);
}

static void on_drained(void *arg)
{
	struct drained *it = arg;

	loop_post(it->daemon->loop, one_drained, it->daemon);
	free(it);
}

static void drain_door(void *arg)
{
	struct drained *it = arg;

	if (it->worker == &it->daemon->workers[0])
		door_drain(&it->daemon->door, on_drained, it);
	else
		on_drained(it);
}

static void worker_drain(void *arg)
{
	struct drained *it = arg;

	http_server_drain(it->worker->server, drain_door, it);
}

static void drain(struct daemon *d)
{
	d->phase = PHASE_DRAIN;
	__atomic_store_n(&d->process.draining, true, __ATOMIC_RELAXED);
	loop_timer_stop(&d->law_timer);
	loop_timer_stop(&d->sweep_timer);
	loop_timer_stop(&d->stop_timer);
	loop_timer_stop(&d->digest_timer);
	log_info("draining", "timeout_ms=%lld", (long long)d->conf.run.drain_timeout_ms);
	for (size_t i = 0; i < d->worker_count; i++) {
		struct drained *it = xcalloc(1, sizeof(*it));
		*it = (struct drained){ .daemon = d, .worker = &d->workers[i] };
		loop_post(d->workers[i].loop, worker_drain, it);
	}
	loop_timer_start(d->loop, &d->drain_timer, d->conf.run.drain_timeout_ms, refuse_rest, d);
}

static void on_signal(void *arg, int signo)
{
	struct daemon *d = arg;

	if (signo == SIGHUP)
		reload(d);
	else if (d->phase < PHASE_DRAIN)
		drain(d);
	else
		refuse_rest(d);
}

/* ---- the beginning ---- */

static void raise_descriptors(const struct conf *conf)
{
	struct rlimit limit;
	rlim_t need = (rlim_t)conf->http.max_connections + SPARE_DESCRIPTORS;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < need)
		log_warn("few_descriptors", "have=%llu want=%llu", (unsigned long long)limit.rlim_cur,
			 (unsigned long long)need);
}

static enum err_code make_workers(struct daemon *d, struct err *err)
{
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < (size_t)d->conf.http.threads && code == ERR_OK; i++) {
		d->worker_count = i + 1;
		code = worker_init(&d->workers[i], i, &d->conf, d->router, d->listener, d->tls, &d->process, err);
	}
	d->process.worker_count = d->worker_count;
	if (code == ERR_OK)
		d->process.exchange = d->exchange = exchange_new(d->workers[0].app, &d->conf);
	if (code == ERR_OK)
		d->digest = digest_new(d->workers[0].app, &d->conf);
	d->events = events_new();
	for (size_t i = 0; i < d->worker_count && code == ERR_OK; i++)
		events_attach(d->events, d->workers[i].app);
	for (size_t i = 0; i < d->worker_count && code == ERR_OK; i++) {
		d->workers[i].app->exchange = d->exchange;
		d->workers[i].app->digest = d->digest;
		d->workers[i].app->law_changed = on_law_changed;
		d->workers[i].app->law_changed_arg = d;
		d->workers[i].app->law_loop = d->loop;
	}
	if (code == ERR_OK)
		code = door_open(&d->door, &d->conf, d->keys, d->workers[0].app, err);
	for (size_t i = 0; i < d->worker_count && code == ERR_OK; i++)
		code = worker_start(&d->workers[i], err);
	return code;
}

/* How often the jobs run that begin_sweeping() starts. */
static void health_plan(struct health *h, const struct conf *conf)
{
	int64_t idle = conf->store.upload_idle_ms;

	h->started_at = clock_now();
	h->pulse_every_ms[PULSE_STOPS] = conf->disclosure.sweep_ms;
	h->pulse_every_ms[PULSE_UPLOADS] = !conf->store.dir[0] ? 0 : idle < SWEEP_MS ? idle : SWEEP_MS;
	h->pulse_every_ms[PULSE_DIGEST] = conf->digest.dir[0] || conf->digest.url[0] ? conf->digest.poll_ms : 0;
}

static enum err_code make_all(struct daemon *d, struct err *err)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, 0 };
	struct pg_pool_config pool_config;
	size_t routes;
	enum err_code code;

	d->loop = loop_new("main");
	loop_on_signals(d->loop, signals, on_signal, d);
	d->process.started_at = clock_now();
	d->process.render = render_new();
	health_plan(&d->process.health, &d->conf);
	d->process.offload = offload_new("password", (unsigned)d->conf.run.offload_threads,
					 (unsigned)d->conf.run.offload_queue);
	/* libpq reads it from there; it stands in no connection string and no log. */
	if (d->conf.database.password[0])
		setenv("PGPASSWORD", d->conf.database.password, 1);
	if ((code = make_tls(&d->conf, &d->tls, err)) != ERR_OK || (code = open_store(d, err)) != ERR_OK ||
	    (code = exchange_keys_load(d->conf.exchange.keys, &d->keys, err)) != ERR_OK ||
	    (code = console_load(d->conf.http.console, &d->console, err)) != ERR_OK)
		return code;
	d->process.console = d->console;
	d->routes = api_http_routes((size_t)d->conf.http.max_body_bytes,
				    (size_t)d->conf.http.max_import_body_bytes, (size_t)d->conf.store.chunk_bytes,
				    &routes);
	d->routes = console_routes(d->console, d->routes, &routes);
	app_pool_config_small(&d->conf, &pool_config);
	if ((code = http_router_new(d->routes, routes, &d->router, err)) != ERR_OK ||
	    (code = http_listen(d->conf.http.listen, d->tls != NULL, &d->listener, err)) != ERR_OK ||
	    (code = pg_pool_new(d->loop, &pool_config, &d->pool, err)) != ERR_OK)
		return code;
	d->session_watch = session_watch_new(d->loop, d->pool, &d->process.session_changes);
	return make_workers(d, err);
}

/* Jobs of the offload pool end on the workers' loops, so it goes between their threads and their loops. */
static void unmake_all(struct daemon *d)
{
	for (size_t i = 0; i < d->worker_count; i++)
		worker_stop(&d->workers[i]);
	offload_free(d->process.offload);
	offload_free(d->process.content_pool);
	render_free(d->process.render);
	digest_stop(d->digest);
	if (d->exchange) {
		loop_adopt(d->workers[0].loop);
		events_stop(d->events);
		exchange_stop(d->exchange);
		task_cancel_all(d->workers[0].loop);
		door_close(&d->door);
	}
	for (size_t i = 0; i < d->worker_count; i++)
		worker_fini(&d->workers[i]);
	exchange_free(d->exchange);
	events_free(d->events);
	digest_free(d->digest);
	content_store_close(d->process.content);
	loop_timer_stop(&d->law_timer);
	loop_timer_stop(&d->sweep_timer);
	loop_timer_stop(&d->stop_timer);
	loop_timer_stop(&d->digest_timer);
	loop_timer_stop(&d->drain_timer);
	while (d->old_law)
		forget_old_law(d->old_law);
	session_watch_free(d->session_watch);
	pg_pool_free(d->pool);
	loop_free(d->loop);
	http_listener_free(d->listener);
	http_router_free(d->router);
	free(d->routes);
	http_static_free(d->console);
	crypto_tls_free(d->tls);
	crypto_tls_free(d->next_tls);
	crypto_tls_free(d->next_door_tls);
	law_shelf_free(d->shelf);
	exchange_keys_free(d->keys);
	exchange_keys_free(d->next_keys);
	crypto_wipe(&d->conf, sizeof(d->conf));
	free(d);
}

int daemon_run(const char *path, const struct conf *conf)
{
	struct daemon *d = xcalloc(1, sizeof(*d));
	struct err err = ERR_INIT;
	int code = EXIT_SUCCESS;

	d->path = path;
	d->conf = *conf;
	log_set_level((enum log_level)conf->log.level);
	raise_descriptors(conf);
	loop_process_init();
	if (make_all(d, &err) != ERR_OK) {
		log_error("start_failed", "reason=%s", log_quote(err.message));
		code = EXIT_FAILURE;
	} else {
		log_info("listening", "address=%s threads=%zu version=%s",
			 http_listener_address(d->listener), d->worker_count, IPCASE_VERSION);
		ask_law(d);
		loop_run(d->loop);
		log_info("stopped", "drained=%zu of=%zu", d->drained, d->worker_count);
	}
	unmake_all(d);
	return code;
}

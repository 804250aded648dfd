/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { REQUEST_ARENA = 256 << 20 };

/* "a, b" as a list that ends with NULL; NULL when it is empty. */
static const char **list_of(const char *text)
{
	struct sv rest = sv_of(text), item;
	const char **ret = NULL;
	size_t n = 0;

	while (conf_list_next(&rest, &item)) {
		ret = xrealloc(ret, (n + 2) * sizeof(*ret));
		ret[n++] = xstrndup(item.p, item.n);
		ret[n] = NULL;
	}
	return ret;
}

static void list_free(const char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free((char *)(uintptr_t)list[i]);
	free(list);
}

static void http_config(struct worker *w, const struct conf *conf, struct http_config *ret)
{
	int64_t body = conf->http.max_body_bytes, import_body = conf->http.max_import_body_bytes;

	w->host_names = list_of(conf->http.host_names);
	w->trusted_proxies = list_of(conf->http.trusted_proxies);
	http_config_init(ret);
	ret->max_headers = (size_t)conf->http.max_headers_bytes;
	ret->max_body = (size_t)(body > import_body ? body : import_body);
	if (conf->store.dir[0] && (size_t)conf->store.chunk_bytes > ret->max_body)
		ret->max_body = (size_t)conf->store.chunk_bytes;
	ret->max_reply = API_REPLY_MAX;
	/* What a peer can make us hold is bounded by its body (api.c); this catches our own mistakes. */
	ret->request_arena = REQUEST_ARENA;
	ret->max_connections = (unsigned)((conf->http.max_connections + conf->http.threads - 1) / conf->http.threads);
	ret->idle_timeout_ms = conf->http.idle_timeout_ms;
	ret->read_timeout_ms = conf->http.request_timeout_ms;
	ret->host_names = w->host_names;
	ret->trusted_proxies = w->trusted_proxies;
	ret->data = &w->api;
}

enum err_code worker_init(struct worker *w, size_t index, const struct conf *conf,
			  const struct http_router *router, struct http_listener *listener,
			  struct ssl_ctx_st *tls, struct api_process *process, struct err *err)
{
	struct pg_pool_config pool_config;
	struct http_config server_config;
	enum err_code code;
	char name[32];

	snprintf(name, sizeof(name), "worker-%zu", index + 1);
	w->loop = loop_new(name);
	app_pool_config(conf, &pool_config);
	if ((code = pg_pool_new(w->loop, &pool_config, &w->pool, err)) != ERR_OK)
		return code;
	w->app = app_new(w->loop, w->pool, process->offload, &process->session_changes, conf);
	w->app->content = process->content;
	w->app->content_pool = process->content_pool;
	w->app->render = process->render;
	w->app->health = &process->health;
	w->api = (struct api){
		.app = w->app, .process = process, .request_timeout_ms = conf->http.request_timeout_ms,
		.slow_timeout_ms = conf->database.slow_timeout_ms,
		.public = { .enabled = conf->public.enabled, .max_age_s = conf->public.max_age_ms / 1000,
			    .searches_per_minute = conf->public.searches },
	};
	http_config(w, conf, &server_config);
	code = http_server_new(w->loop, &server_config, router, tls, &w->server, err);
	if (code == ERR_OK)
		code = http_server_add(w->server, listener, err);
	process->workers[index] = (struct api_worker){ .loop = w->loop, .pool = w->pool, .server = w->server };
	return code;
}

static void *run(void *arg)
{
	struct worker *w = arg;

	loop_run(w->loop);
	return NULL;
}

enum err_code worker_start(struct worker *w, struct err *err)
{
	int failed = pthread_create(&w->thread, NULL, run, w);

	if (failed)
		return err_set(err, ERR_IO, "thread", "could not start a thread: %s", strerror(failed));
	w->running = true;
	return ERR_OK;
}

void worker_stop(struct worker *w)
{
	if (!w->running)
		return;
	loop_stop(w->loop);
	pthread_join(w->thread, NULL);
	w->running = false;
}

void worker_fini(struct worker *w)
{
	if (w->loop) {
		loop_adopt(w->loop);
		task_cancel_all(w->loop);
	}
	http_server_free(w->server);
	pg_pool_free(w->pool);
	loop_free(w->loop);
	app_free(w->app);
	list_free(w->host_names);
	list_free(w->trusted_proxies);
}

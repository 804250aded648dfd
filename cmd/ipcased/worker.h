/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A worker: one thread with its loop, database connections, application and HTTP server. Made and freed by the
 * main thread while its loop does not run; everything in between goes through worker_post(). */
#ifndef IPCASED_WORKER_H
#define IPCASED_WORKER_H

#include <pthread.h>

#include "api/api.h"
#include "app/boot.h"

struct worker {
	struct api api;
	struct loop *loop;
	struct pg_pool *pool;
	struct app *app;
	struct http_server *server;
	const char **host_names, **trusted_proxies;
	pthread_t thread;
	bool running;
};

enum err_code worker_init(struct worker *w, size_t index, const struct conf *conf,
			  const struct http_router *router, struct http_listener *listener,
			  struct ssl_ctx_st *tls, struct api_process *process, struct err *err) MUST_USE;
/* Starts the thread. */
enum err_code worker_start(struct worker *w, struct err *err) MUST_USE;
/* Stops the loop and waits for the thread; then nothing runs any more. */
void worker_stop(struct worker *w);
/* After worker_stop() and after the offload pool has gone. */
void worker_fini(struct worker *w);

#endif

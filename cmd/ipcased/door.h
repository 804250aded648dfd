/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The second listener, [exchange] listen: where other organs' daemons deliver (api/api_exchange.h). Its server runs on the
 * exchange's worker. Without that option everything here does nothing.
 *
 * Thread rule: the main thread, while that worker does not run; door_drain() and door_swap() on its loop. */
#ifndef IPCASED_DOOR_H
#define IPCASED_DOOR_H

#include "api/api_exchange.h"
#include "app/exchange.h"

struct door {
	struct exchange_door api;
	struct http_listener *listener;
	struct http_router *router;
	struct http_server *server;
};

enum err_code door_open(struct door *door, const struct conf *conf, const struct exchange_keys *keys, struct app *app,
			struct err *err) MUST_USE;
/* A context for these keys: of an open door, at a reload. ERR_OK and NULL when there is no door. Any thread. */
enum err_code door_tls(const struct conf *conf, const struct exchange_keys *keys, struct ssl_ctx_st **ret,
		       struct err *err) MUST_USE;
/* From now on new connections are judged by `tls`, which is taken over. NULL is allowed: nothing happens. */
void door_swap(struct door *door, struct ssl_ctx_st *tls);
/* As http_server_drain(); without a door on_drained runs at once. */
void door_drain(struct door *door, loop_fn *on_drained, void *arg);
void door_refuse(struct door *door);
/* After the worker's tasks have ended, before its loop goes. */
void door_close(struct door *door);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Making what use cases need from the configuration: pools, a worker's application, the law book. */
#ifndef APP_BOOT_H
#define APP_BOOT_H

#include "app/app.h"
#include "conf/conf.h"

/* Lanes, limits and statements from the configuration; the strings must outlive the pool's making. */
void app_pool_config(const struct conf *conf, struct pg_pool_config *ret);
/* One connection that only reads: for the main thread, which needs the law and nothing else. */
void app_pool_config_small(const struct conf *conf, struct pg_pool_config *ret);

/* A worker's application, without a law book yet. Takes nothing over; free it before pool and loop. */
struct app *app_new(struct loop *loop, struct pg_pool *pool, struct offload *offload, struct session_changes *changes,
		    const struct conf *conf);
void app_free(struct app *app);
/* Options whose words are the application's: ERR_INVALID names a role that there is none. */
enum err_code app_config_check(const struct conf *conf, struct err *err) MUST_USE;
/* What may change while running. */
void app_config_of(const struct conf *conf, struct app_config *ret);

/* A law book and its memory. */
struct law_shelf {
	struct arena arena;
	struct law_book book;
};
void law_shelf_free(struct law_shelf *shelf); /* NULL is allowed */

/* Reads the law from the database. on_done runs once, on the loop: with a shelf that now belongs to the
 * callee, or with NULL and the reason. */
typedef void law_loaded_fn(void *arg, struct law_shelf *shelf, const struct err *err);
void law_load(struct pg_pool *pool, law_loaded_fn *on_done, void *arg);

#endif

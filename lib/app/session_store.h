/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Sessions between the database and the cache: the inside of app.c and login.c. */
#ifndef APP_SESSION_STORE_H
#define APP_SESSION_STORE_H

#include "app/app.h"

/* The row of session_find at result `index`; everything but the digest. */
struct session *session_read(struct arena *arena, const struct pg_reply *reply, size_t index);
/* Into the worker's cache, for the configured time. `as_of`: session_changes_now() before the database was asked. */
void session_keep(struct app *app, struct session *session, uint64_t as_of);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Looks each second whether another program (a second daemon, ipcasectl) ended or changed sessions: the row of
 * session_epoch differs then. Says so in the process's session_changes. One a process. */
#ifndef APP_SESSION_WATCH_H
#define APP_SESSION_WATCH_H

#include "app/session.h"
#include "pg/pg.h"

enum { SESSION_WATCH_MS = 1000 };

struct session_watch;
/* On the pool's loop, with its write lane. */
struct session_watch *session_watch_new(struct loop *loop, struct pg_pool *pool, struct session_changes *changes);
/* Before the pool goes. NULL is allowed. */
void session_watch_free(struct session_watch *watch);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The process: main loop, workers, law book, signals.
 *
 *   START   workers answer /livez; everything else is 503 until the law has been read
 *   RUN     SIGHUP: new configuration, certificate and law, all or nothing
 *   DRAIN   SIGTERM or SIGINT: no new connections, requests under way are finished
 *   STOP    all done, or drain_timeout passed, or a second signal: what is left is refused
 */
#ifndef IPCASED_DAEMON_H
#define IPCASED_DAEMON_H

#include "conf/conf.h"

/* Runs until told to stop; the exit code of the process. `path` is read again on SIGHUP, may be NULL. */
int daemon_run(const char *path, const struct conf *conf);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the parts of `ipcasectl check` share. */
#ifndef IPCASECTL_CTL_CHECK_H
#define IPCASECTL_CTL_CHECK_H

#include "conf/conf.h"
#include "ctl.h"

struct report {
	int failed;
};

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_FAIL };

/* One line. */
void say(struct report *r, enum verdict verdict, const char *name, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* ctl_check_store.c: contents of materials; `contents`: read and hash them all. */
void check_store(struct report *r, PGconn *conn, const char *dir, bool contents);

/* ctl_check_exchange.c: organs' keys and certificates, records that are stuck. */
void check_exchange(struct report *r, PGconn *conn, const struct conf *conf);

/* ctl_check_digest.c: folder, key, deliveries of the daily digest. */
void check_digest(struct report *r, PGconn *conn, const struct conf *conf);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Organs elsewhere, for `ipcasectl peer list` and `ipcasectl check`: until when their certificates are good. */
#ifndef IPCASECTL_CTL_PEER_H
#define IPCASECTL_CTL_PEER_H

#include "base/arena.h"
#include "crypto/ends.h"
#include "ctl.h"

struct peer_end {
	const char *code, *pin; /* pin "": none */
	bool known;             /* else the certificate was not seen here yet */
	struct crypto_end end;
};

/* Hand-overs are behind row security: from now on in this transaction we look with the eyes of all exchange accounts. */
bool peer_see_all(PGconn *conn) MUST_USE;
/* Active organs on the ways network and disc, by code, after peer_see_all(). The certificate is looked for in DIR/trust (dir
 * "": nowhere) and in the newest record of each. False after saying why. */
bool peer_ends(PGconn *conn, const char *dir, struct arena *a, struct peer_end **ret, size_t *ret_count) MUST_USE;

#endif

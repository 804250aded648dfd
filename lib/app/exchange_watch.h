/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Watching what ends: our certificates, those of other organs, authorities and revocation lists. 30, 14 and 3 days
 * ahead the log says so, once a day; /metrics counts the days.
 *
 * The certificate of another organ is the one with its pin in the directory, found among the trusted or in the
 * organ's newest record here; of an organ that never said anything and whose certificate is not in trust/ nothing is
 * known.
 *
 * On the exchange's loop; exchange_ends() and exchange_end_due() are pure. */
#ifndef APP_EXCHANGE_WATCH_H
#define APP_EXCHANGE_WATCH_H

#include "app/exchange.h"
#include "base/arena.h"
#include "crypto/ends.h"

struct exchange_end {
	enum exchange_end_kind kind;
	struct crypto_end end;
	day_t said_on; /* DAY_NONE: not yet */
	int said;      /* the step of that day */
};

/* All of them in the arena: `peers` are the certificates of other organs as far as they are known. */
size_t exchange_ends(const struct exchange_keys *keys, const struct crypto_end *peers, size_t peer_count,
		     struct arena *a, struct exchange_end **ret);
/* What is to be said of it now, and takes it as said: 30, 14, 3 days ahead or -1 (over), each once a day; 0: nothing.
 * That a trusted organ's certificate has ended is said once only: it stays for what was signed with it. */
int exchange_end_due(struct exchange_end *e, instant_t now);

struct exchange_watch;
struct exchange_watch *exchange_watch_new(void);
void exchange_watch_free(struct exchange_watch *w); /* NULL allowed */
/* From time to time: looks, asks the database once a day, says what is due, sets the figures. */
void exchange_watch_look(struct exchange *x);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The public site's part of a worker: its configuration, and how much one address may ask.
 *
 * The guard is a small set-associative table of buckets: nothing is allocated, nothing has to be swept. A stranger with very
 * many addresses pushes others' buckets out and so only frees them; the front's own limit (docs/deploy/nginx.conf) counts
 * those. Each worker counts for itself. */
#ifndef API_API_PUBLIC_GUARD_H
#define API_API_PUBLIC_GUARD_H

#include "base/defs.h"

enum { PUBLIC_GUARD_SETS = 256, PUBLIC_GUARD_WAYS = 4 };

/* A bucket per address (IPv6: per /64), refilled steadily. All zero is an empty guard. Owner loop only. */
struct public_guard {
	struct public_bucket {
		uint64_t key;    /* of the address; 0: free */
		int64_t at_ms;   /* last use */
		int64_t level;   /* thousandths of a search taken and not refilled yet */
	} buckets[PUBLIC_GUARD_SETS][PUBLIC_GUARD_WAYS];
};

/* What requests cost, in thousandths of a search. */
enum { PUBLIC_COST_SEARCH = 1000, PUBLIC_COST_PAGE = 50, PUBLIC_COST_LEDGER = 5000 };

/* May this address have `cost` more now? `per_minute` 0: always; what is no IP address: always. False: *ret_wait_s seconds
 * from now it may. */
bool public_guard_allows(struct public_guard *g, const char *address, int64_t now_ms, int64_t per_minute, int64_t cost,
			 int64_t *ret_wait_s);

/* Of a worker (struct api). */
struct api_public {
	bool enabled;
	int64_t max_age_s;
	int64_t searches_per_minute; /* of one address, 0: no limit */
	struct public_guard guard;
};

#endif

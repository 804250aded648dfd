/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "api/api_public_guard.h"

#include <arpa/inet.h>
#include <string.h>

/* 0 when it is no IP address. */
static uint64_t key_of(const char *address)
{
	unsigned char bytes[16] = { 0 };
	size_t n = 4;
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	if (inet_pton(AF_INET, address, bytes) != 1) {
		if (inet_pton(AF_INET6, address, bytes) != 1)
			return 0;
		n = 8;
	}
	for (size_t i = 0; i < n; i++)
		h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
	return h | 1;
}

static struct public_bucket *find(struct public_guard *g, uint64_t key)
{
	struct public_bucket *set = g->buckets[(key >> 8) % PUBLIC_GUARD_SETS], *oldest = &set[0];

	for (size_t i = 0; i < PUBLIC_GUARD_WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].at_ms < oldest->at_ms)
			oldest = &set[i];
	}
	*oldest = (struct public_bucket){ .key = key };
	return oldest;
}

bool public_guard_allows(struct public_guard *g, const char *address, int64_t now_ms, int64_t per_minute, int64_t cost,
			 int64_t *ret_wait_s)
{
	uint64_t key = per_minute > 0 ? key_of(address) : 0;
	int64_t room = per_minute * 1000; /* a minute's worth at once */

	if (!key)
		return true;
	struct public_bucket *b = find(g, key);
	if (b->at_ms > 0 && now_ms > b->at_ms) {
		int64_t passed = now_ms - b->at_ms < 60000 ? now_ms - b->at_ms : 60000;
		int64_t refilled = passed * per_minute / 60;
		b->level = refilled < b->level ? b->level - refilled : 0;
	}
	b->at_ms = now_ms;
	if (b->level + cost <= room || b->level == 0) {
		b->level += cost;
		return true;
	}
	*ret_wait_s = (b->level + cost - room) * 60 / (per_minute * 1000) + 1;
	return false;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A bag that comes in: checked to the last byte, its contents put into the store while they are checked, and what is
 * left of it as a package for the inbox. */
#ifndef APP_BAG_TAKE_H
#define APP_BAG_TAKE_H

#include "app/inbox.h"
#include "package/bag.h"
#include "store/content.h"

/* Contents that are in the store now; their rows in table content are the caller's. */
struct bag_taken {
	struct crypto_sums *sums; /* freed with free() */
	size_t count, room;
};

/* The bag must have been signed by an organ that is trusted. With `store` NULL the contents are checked and not kept
 * (held false). What *ret points to is in the arena. Blocking: offload threads only. Refusals: those of package/bag.h,
 * crypto/sign.h and store/content.h. What was stored before a refusal stays in the store and in *taken. */
enum err_code bag_take(struct bag *b, struct content_store *store, const struct crypto_trust *trust, struct arena *arena,
		       struct inbox_package *ret, struct bag_taken *taken, struct err *err) MUST_USE;

#endif

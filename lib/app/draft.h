/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Drafts: what an account has typed and not sent, kept on the server so that a closed tab loses nothing. Only the account
 * itself sees them (row-level security). A draft changes against the version it was read in.
 *
 * Texts live as long as the task. */
#ifndef APP_DRAFT_H
#define APP_DRAFT_H

#include "app/app.h"
#include "json/json_reader.h"

enum { DRAFT_KEY_MAX = 80, DRAFT_TITLE_MAX = 200, DRAFT_BODY_MAX = 256 * 1024, DRAFTS_MAX = 200 };

struct draft_row {
	const char *key, *title;
	instant_t updated_at;
	int64_t version;
	struct sv body; /* JSON; of draft_get only */
};

struct draft_call {
	struct call call; /* first */
	/* in */
	struct sv key;
	struct sv title;
	int64_t version;               /* it is based on; 0: a new one */
	const struct json_value *body; /* an object */
	/* out */
	size_t count;
	struct draft_row row;          /* of draft_get; of draft_put its version and time */
	/* inside */
	size_t at;
};

/* [A-Za-z0-9._-]{1,80}: ERR_NOT_FOUND for what cannot be a key. */
enum step draft_key(struct task *t);
enum step draft_list(struct task *t);
enum step draft_listed(struct task *t);
void draft_at(const struct draft_call *d, size_t i, struct draft_row *ret);
enum step draft_get(struct task *t);
enum step draft_got(struct task *t);
/* ERR_STALE: somebody (another tab) changed it; ERR_INVALID: too large, too many. */
enum step draft_put(struct task *t);
enum step draft_stored(struct task *t);
/* One that is not there is fine. */
enum step draft_drop(struct task *t);

#endif

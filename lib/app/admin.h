/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Units, accounts, delegations (授权代审), campaigns (专项行动), number prefixes and holidays (app/places.h lists these two).
 *
 * Changes are functions in the database that check who asks (migration 0003), so these steps only carry input
 * there and the reply back. A change and its idempotency row are one statement. */
#ifndef APP_ADMIN_H
#define APP_ADMIN_H

#include "app/password.h"

enum { ADMIN_PAGE_MAX = 500 };

/* ---- lists ---- */

struct admin_list {
	struct call call; /* first */
	/* in */
	int64_t after, limit;
	/* out: rows of the segment's last result */
	const struct pg_reply *reply;
	size_t at, count;
	bool more;
};

enum step unit_list(struct task *t);
enum step account_list(struct task *t);
enum step delegation_list(struct task *t);
enum step campaign_list(struct task *t);
enum step admin_listed(struct task *t);

struct unit_row {
	int64_t id, parent_id, organ_id; /* parent_id 0: none */
	const char *code, *name, *kind, *parent, *region, *prefix;
	bool active;
};
struct account_row {
	int64_t id, unit_id;
	const char *account, *name, *unit;
	struct sv roles;
	bool active, totp;
	instant_t last_login; /* INSTANT_NONE: never */
};
struct delegation_row {
	int64_t id;
	const char *giver, *giver_name, *taker, *taker_name, *reason;
	struct sv roles;
	day_t starts_on, ends_on;
	instant_t ended_at;
};
struct campaign_row {
	const char *code, *name, *organiser, *aliases, *parent, *note;
	int64_t year; /* 0: not of one year */
	day_t starts_on, ends_on;
};

void admin_unit(const struct admin_list *l, size_t i, struct unit_row *ret);
void admin_account(const struct admin_list *l, size_t i, struct account_row *ret);
void admin_delegation(const struct admin_list *l, size_t i, struct delegation_row *ret);
void admin_campaign(const struct admin_list *l, size_t i, struct campaign_row *ret);

/* ---- changes ---- */

enum admin_change { ADMIN_ACCOUNT_CREATE, ADMIN_ACCOUNT_SET, ADMIN_DELEGATION_CREATE, ADMIN_DELEGATION_END,
		    ADMIN_CAMPAIGN_CREATE, ADMIN_UNIT_CREATE, ADMIN_UNIT_SET, ADMIN_NUMBER_SET, ADMIN_HOLIDAYS_SET };

/* Texts with .p NULL were not given. */
struct admin_call {
	struct call call; /* first */
	/* in */
	enum admin_change change;
	const char *key;
	const char *request_digest;
	int64_t id;                    /* account, delegation or unit to change; unit of a number series */
	const char *act;               /* of ADMIN_ACCOUNT_SET: lock, unlock, password, roles, unit, rename, reset_totp;
	                                * of ADMIN_UNIT_SET: rename, move, deactivate, activate */
	struct sv account, name;       /* account; campaign code and name */
	int64_t unit;                  /* 0: not given */
	const char *roles;             /* comma list, NULL: not given */
	struct sv password;
	struct sv giver, taker, reason;
	struct sv organiser, aliases, parent, note;
	int64_t year;                  /* of a campaign, of the holidays */
	day_t starts_on, ends_on;
	struct sv code, region;        /* of a new unit; .unit is its parent, .act its kind */
	struct sv paper, prefix;       /* of a number series; prefix .p NULL: it ends */
	struct sv days;                /* holidays: JSON [{"date","kind","name"}] */
	/* out */
	struct sv reply;
	bool replayed;
	/* inside */
	char hash[CRYPTO_PASSWORD_SIZE];
};

enum step admin_find(struct task *t);
enum step admin_hash(struct task *t);
enum step admin_store(struct task *t);
enum step admin_stored(struct task *t);

#define ADMIN_STEPS \
	{ "admin_find", admin_find }, { "admin_hash", admin_hash }, { "admin_store", admin_store }, \
	{ "admin_stored", admin_stored }

#endif

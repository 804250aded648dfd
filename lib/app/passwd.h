/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Changing one's own password: the old one once more, under the same limit as a login, then the new one. All other
 * sessions of the account end. */
#ifndef APP_PASSWD_H
#define APP_PASSWD_H

#include "app/password.h"

struct passwd_call {
	struct call call; /* first */
	/* in */
	struct sv old, fresh;
	/* inside */
	bool good;
	char hash[CRYPTO_PASSWORD_SIZE];
};

enum step passwd_attempt(struct task *t);
enum step passwd_check(struct task *t);
enum step passwd_hash(struct task *t);
enum step passwd_store(struct task *t);
enum step passwd_stored(struct task *t);

#define PASSWD_STEPS \
	{ "passwd_attempt", passwd_attempt }, { "passwd_check", passwd_check }, { "passwd_hash", passwd_hash }, \
	{ "passwd_store", passwd_store }, { "passwd_stored", passwd_stored }

#endif

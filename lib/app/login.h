/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Logging in and out.
 *
 * A login tries a password once: the try counts as failed before the password is looked at (auth_attempt), the
 * hash is checked on the offload pool, and a good one opens the session, which clears the count. An account
 * that does not exist takes as long as one that does. Failures count per account and place, so nobody can lock
 * somebody else out. */
#ifndef APP_LOGIN_H
#define APP_LOGIN_H

#include "app/app.h"
#include "crypto/crypto.h"

enum { LOGIN_ACCOUNT_MAX = 64, LOGIN_PASSWORD_MAX = 512 };

struct login_call {
	struct call call; /* first; `who` is set when the login has succeeded */
	/* in */
	struct sv account, password;
	/* out */
	char token[CRYPTO_TOKEN_SIZE];
	/* inside */
	char digest[TOKEN_DIGEST_HEX];
	int64_t account_id;
	bool good;
};

enum step login_attempt(struct task *t);
enum step login_verify(struct task *t);
enum step login_open(struct task *t);
enum step login_opened(struct task *t);

#define LOGIN_STEPS \
	{ "login_attempt", login_attempt }, { "login_verify", login_verify }, { "login_open", login_open }, \
	{ "login_opened", login_opened }

/* After authentication: ends the session of this call. The context is a plain struct call. */
enum step logout(struct task *t);

#endif

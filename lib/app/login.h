/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Logging in and out.
 *
 * A login tries a password once: the try counts as failed before the password is looked at (auth_attempt), the
 * hash is checked on the offload pool, and a good one opens the session, which clears the count. An account
 * that does not exist takes as long as one that does. Failures count per account and place, so nobody can lock
 * somebody else out.
 *
 * An account with a second factor needs a code as well. Without one the refusal says so, and the try does not count,
 * as the password was right; a wrong or used code counts like a wrong password. */
#ifndef APP_LOGIN_H
#define APP_LOGIN_H

#include "app/app.h"
#include "crypto/crypto.h"

enum { LOGIN_ACCOUNT_MAX = 64, LOGIN_PASSWORD_MAX = 512, LOGIN_CODE_MAX = 24, LOGIN_SECRET_HEX = 129 };

struct login_call {
	struct call call; /* first; `who` is set when the login has succeeded */
	/* in */
	struct sv account, password;
	struct sv code;    /* of the second factor; .p NULL: not given */
	const char *agent; /* the program that asks */
	/* out */
	char token[CRYPTO_TOKEN_SIZE];
	/* inside */
	char digest[TOKEN_DIGEST_HEX];
	int64_t account_id;
	char secret[LOGIN_SECRET_HEX]; /* of the second factor, hex; "": none */
	int64_t step;                  /* of the code, 0: none */
	bool good;
};

enum step login_attempt(struct task *t);
enum step login_verify(struct task *t);
enum step login_open(struct task *t);
enum step login_opened(struct task *t);

#define LOGIN_STEPS \
	{ "login_attempt", login_attempt }, { "login_verify", login_verify }, { "login_open", login_open }, \
	{ "login_opened", login_opened }

/* A try is taken back that was not judged, or was right so far. */
void login_forget_try(const struct call *call, struct sv account);

/* After authentication: ends the session of this call. The context is a plain struct call. */
enum step logout(struct task *t);
enum step logged_out(struct task *t);

#define LOGOUT_STEPS { "logout", logout }, { "logged_out", logged_out }

/* One's own sessions. */
struct session_row {
	int64_t id;
	instant_t created_at, seen_at, expires_at;
	struct sv place, agent; /* .p NULL: not known */
	bool current;
};

struct sessions_call {
	struct call call; /* first */
	/* in */
	int64_t id; /* to end; 0: all */
	/* out */
	size_t count;
	bool ended_own; /* the session of this call has ended */
};

enum step sessions_list(struct task *t);
enum step sessions_listed(struct task *t);
void sessions_row(const struct sessions_call *s, size_t i, struct session_row *ret);
/* ERR_NOT_FOUND when there is no such living session of the caller. */
enum step sessions_end(struct task *t);
enum step sessions_ended(struct task *t);

#endif

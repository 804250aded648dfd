/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The second factor of an account (动态口令): made, confirmed by a first code, taken away again.
 *
 *	totp_begin   password once more, then a new secret, shown this once     -> pending
 *	totp_confirm a code of that secret, within an hour                      -> on
 *	totp_remove  password and code                                          -> off
 *
 * An administrator may take it away as well (account act reset_totp). Passwords and codes are tried under the same
 * limit as a login. A code is good once: the step of the last one is kept and must be exceeded. */
#ifndef APP_TOTP_H
#define APP_TOTP_H

#include "app/login.h"
#include "crypto/totp.h"

struct totp_call {
	struct call call; /* first */
	/* in */
	struct sv password, code;
	/* out */
	instant_t since;  /* on since; 0: it is off */
	const char *text; /* of the secret, base32 */
	const char *uri;  /* otpauth: for authenticator programs */
	/* inside */
	char secret[LOGIN_SECRET_HEX];
	int64_t step;
	bool good;
};

/* The step of a code, 0: it is none of now. The secret in hex. */
int64_t totp_step(const char *secret_hex, struct sv code);
/* "code-wrong": UNAUTHENTICATED at the door, INVALID inside. */
enum step totp_refuse(struct task *t, enum err_code code);

enum step totp_ask(struct task *t);
enum step totp_asked(struct task *t);
#define TOTP_STATUS_STEPS \
	{ "totp_ask", totp_ask }, \
	{ \
		"totp_asked", totp_asked \
	}

/* The caller's password under the limit of logins. */
enum step totp_attempt(struct task *t);
enum step totp_verify(struct task *t);
enum step totp_make(struct task *t);
enum step totp_made(struct task *t);
#define TOTP_BEGIN_STEPS \
	{ "totp_attempt", totp_attempt }, { "totp_verify", totp_verify }, \
		{ "totp_make", totp_make }, \
	{ \
		"totp_made", totp_made \
	}

enum step totp_pending(struct task *t);
enum step totp_confirm(struct task *t);
enum step totp_changed(struct task *t);
#define TOTP_CONFIRM_STEPS \
	{ "totp_pending", totp_pending }, { "totp_confirm", totp_confirm }, \
	{ \
		"totp_changed", totp_changed \
	}

enum step totp_remove(struct task *t);
#define TOTP_REMOVE_STEPS \
	{ "totp_attempt", totp_attempt }, { "totp_verify", totp_verify }, \
		{ "totp_remove", totp_remove }, \
	{ \
		"totp_changed", totp_changed \
	}

#endif

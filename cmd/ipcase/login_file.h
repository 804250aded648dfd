/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The saved login: $XDG_CONFIG_HOME/ipcase/login or ~/.config/ipcase/login.
 *
 * It holds a session token, never a password. The file is the owner's alone (0600) and is
 * replaced whole; one that others could read or that is not a plain file is refused.
 */
#ifndef IPCASE_LOGIN_FILE_H
#define IPCASE_LOGIN_FILE_H

#include "base/arena.h"
#include "base/err.h"

struct login {
	const char *server;
	const char *account;
	const char *token;
	const char *expires_at; /* RFC 3339 as the server gave it */
};

/* ERR_NOT_FOUND when there is none (then *ret is unchanged). */
enum err_code login_file_load(struct arena *arena, struct login *ret, struct err *err) MUST_USE;
enum err_code login_file_save(struct arena *arena, const struct login *login,
			      struct err *err) MUST_USE;
/* No file is fine. */
enum err_code login_file_remove(struct arena *arena, struct err *err) MUST_USE;

#endif

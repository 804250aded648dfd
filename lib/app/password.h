/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Password work for steps: a tenth of a second and 32 MiB each, so it happens on the offload pool.
 *
 * The step returns what these return. STEP_WAIT: the result is in place when the following step runs; it is
 * not written when the task has ended meanwhile. STEP_FAIL, with ERR_BUSY: too many wait already. */
#ifndef APP_PASSWORD_H
#define APP_PASSWORD_H

#include "app/app.h"
#include "crypto/crypto.h"

enum { PASSWORD_MIN_CHARS = 8, PASSWORD_MAX_CHARS = 200 };

/* Does `typed` fit `stored`? NULL: there is no such account, which takes as long to find out. */
enum step password_check(struct task *t, const char *stored, struct sv typed, bool *ret_good);

/* A hash to store; "" when it could not be made. */
enum step password_hash(struct task *t, struct sv fresh, char ret_hash[CRYPTO_PASSWORD_SIZE]);

/* The rules of a new password; ERR_INVALID names `field`. */
enum err_code password_rules(struct sv fresh, struct sv account, const char *field, struct err *err) MUST_USE;

#endif

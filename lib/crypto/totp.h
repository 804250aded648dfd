/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * One-time codes: HOTP (RFC 4226) over time steps (TOTP, RFC 6238), with HMAC-SHA-1 as every authenticator program
 * has it, and the base32 (RFC 4648) in which people type a secret. Pure. */
#ifndef CRYPTO_TOTP_H
#define CRYPTO_TOTP_H

#include "base/arena.h"
#include "base/str.h"

enum { TOTP_DIGITS = 6, TOTP_STEP_S = 30, TOTP_SECRET_SIZE = 20, TOTP_WINDOW = 1 /* steps either side */ };

/* The code of a step, with `digits` (1..9) decimal digits. */
uint32_t totp_code(struct sv secret, uint64_t step, int digits);
/* The step whose code this is: the one of `unix_seconds` or one beside it; 0: none of them. `typed` is six digits, of
 * either width, blanks between them allowed. Takes as long for a wrong code as for a right one. */
int64_t totp_match(struct sv secret, struct sv typed, int64_t unix_seconds);

/* "JBSWY3DP", without padding. */
char *totp_base32(struct arena *arena, struct sv bytes);

#endif

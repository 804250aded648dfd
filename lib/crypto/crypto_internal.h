/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Internal to lib/crypto: base64url (RFC 4648 section 5, without padding).
 */
#ifndef CRYPTO_CRYPTO_INTERNAL_H
#define CRYPTO_CRYPTO_INTERNAL_H

#include "base/str.h"

/* Writes (n * 8 + 5) / 6 characters and NUL. */
void crypto_base64url(const uint8_t *p, size_t n, char *out);
/* Exactly n bytes; false on any other length or character. */
bool crypto_base64url_decode(struct sv text, uint8_t *out, size_t n);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "crypto/crypto.h"

#include <limits.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

void crypto_hmac_sha256(struct sv key, struct sv text, uint8_t out[CRYPTO_SHA256_SIZE])
{
	unsigned n = 0;

	CHECK(key.n <= INT_MAX);
	CHECK(HMAC(EVP_sha256(), key.n ? key.p : "", (int)key.n, (const unsigned char *)(text.n ? text.p : ""), text.n, out, &n) &&
	      n == CRYPTO_SHA256_SIZE);
}

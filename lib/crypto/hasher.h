/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Digests by name, for files that others made: BagIt manifests may use any of these. What we
 * make ourselves uses crypto/sign.h. MD5 and SHA-1 here detect accidents, not attackers.
 *
 * Thread rule: a hasher belongs to one thread at a time.
 */
#ifndef CRYPTO_HASHER_H
#define CRYPTO_HASHER_H

#include "base/str.h"

enum crypto_hash {
	CRYPTO_HASH_MD5,
	CRYPTO_HASH_SHA1,
	CRYPTO_HASH_SHA224,
	CRYPTO_HASH_SHA256,
	CRYPTO_HASH_SHA384,
	CRYPTO_HASH_SHA512,
	CRYPTO_HASH_COUNT
};

enum { CRYPTO_HASH_SIZE_MAX = 64 };

/* "md5", "sha1", "sha224", "sha256", "sha384", "sha512" */
const char *crypto_hash_name(enum crypto_hash hash);
bool crypto_hash_find(struct sv name, enum crypto_hash *ret);
size_t crypto_hash_size(enum crypto_hash hash);

struct crypto_hasher;
/* NULL when this machine's OpenSSL does not offer it (MD5 in a FIPS setting). */
struct crypto_hasher *crypto_hasher_new(enum crypto_hash hash) MUST_USE;
void crypto_hasher_update(struct crypto_hasher *h, const void *p, size_t n);
/* Writes crypto_hash_size() bytes and begins anew. */
void crypto_hasher_finish(struct crypto_hasher *h, uint8_t out[CRYPTO_HASH_SIZE_MAX]);
void crypto_hasher_free(struct crypto_hasher *h); /* NULL allowed */

#endif

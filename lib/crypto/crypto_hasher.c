/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Digests by name. */
#include "crypto/hasher.h"

#include <stdlib.h>

#include <openssl/evp.h>

struct crypto_hasher {
	EVP_MD_CTX *ctx;
	const EVP_MD *md;
};

static const struct {
	const char *name;
	size_t size;
	const EVP_MD *(*md)(void);
} hashes[CRYPTO_HASH_COUNT] = {
	[CRYPTO_HASH_MD5] = { "md5", 16, EVP_md5 },
	[CRYPTO_HASH_SHA1] = { "sha1", 20, EVP_sha1 },
	[CRYPTO_HASH_SHA224] = { "sha224", 28, EVP_sha224 },
	[CRYPTO_HASH_SHA256] = { "sha256", 32, EVP_sha256 },
	[CRYPTO_HASH_SHA384] = { "sha384", 48, EVP_sha384 },
	[CRYPTO_HASH_SHA512] = { "sha512", 64, EVP_sha512 },
};

const char *crypto_hash_name(enum crypto_hash hash)
{
	CHECK(hash < CRYPTO_HASH_COUNT);
	return hashes[hash].name;
}

bool crypto_hash_find(struct sv name, enum crypto_hash *ret)
{
	for (size_t i = 0; i < CRYPTO_HASH_COUNT; i++) {
		if (!sv_eq_str(name, hashes[i].name))
			continue;
		*ret = (enum crypto_hash)i;
		return true;
	}
	return false;
}

size_t crypto_hash_size(enum crypto_hash hash)
{
	CHECK(hash < CRYPTO_HASH_COUNT);
	return hashes[hash].size;
}

struct crypto_hasher *crypto_hasher_new(enum crypto_hash hash)
{
	CHECK(hash < CRYPTO_HASH_COUNT);
	struct crypto_hasher *h = xcalloc(1, sizeof(*h));
	h->md = hashes[hash].md();
	h->ctx = EVP_MD_CTX_new();
	CHECK(h->ctx);
	if (EVP_DigestInit_ex(h->ctx, h->md, NULL) == 1)
		return h;
	crypto_hasher_free(h);
	return NULL;
}

void crypto_hasher_update(struct crypto_hasher *h, const void *p, size_t n)
{
	CHECK(EVP_DigestUpdate(h->ctx, p, n) == 1);
}

void crypto_hasher_finish(struct crypto_hasher *h, uint8_t out[CRYPTO_HASH_SIZE_MAX])
{
	CHECK(EVP_DigestFinal_ex(h->ctx, out, NULL) == 1);
	CHECK(EVP_DigestInit_ex(h->ctx, h->md, NULL) == 1);
}

void crypto_hasher_free(struct crypto_hasher *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

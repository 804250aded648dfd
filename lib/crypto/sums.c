/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * SHA-256, SHA-512 and SM3 of one stream.
 *
 * Whatever the caller hands over is cut into slices that stay in the processor's cache while the three digests
 * read them one after the other. SM3 takes most of the time: OpenSSL has it in plain C. */
#include "crypto/sign.h"

#include <pthread.h>
#include <stdlib.h>

#include <openssl/evp.h>

enum { SLICE = 64 << 10, DIGESTS = 3 };

static const char *const names[DIGESTS] = { "SHA256", "SHA512", "SM3" };
static EVP_MD *algorithms[DIGESTS];

struct crypto_summer {
	EVP_MD_CTX *ctx[DIGESTS];
	uint64_t size;
};

static void fetch(void)
{
	for (size_t i = 0; i < DIGESTS; i++) {
		algorithms[i] = EVP_MD_fetch(NULL, names[i], NULL);
		CHECK(algorithms[i]);
	}
}

struct crypto_summer *crypto_summer_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct crypto_summer *s = xcalloc(1, sizeof(*s));

	CHECK(pthread_once(&once, fetch) == 0);
	for (size_t i = 0; i < DIGESTS; i++) {
		s->ctx[i] = EVP_MD_CTX_new();
		CHECK(s->ctx[i] && EVP_DigestInit_ex2(s->ctx[i], algorithms[i], NULL) == 1);
	}
	return s;
}

void crypto_summer_update(struct crypto_summer *s, const void *p, size_t n)
{
	const uint8_t *bytes = p;

	s->size += n;
	while (n) {
		size_t slice = n < SLICE ? n : SLICE;
		for (size_t i = 0; i < DIGESTS; i++)
			CHECK(EVP_DigestUpdate(s->ctx[i], bytes, slice) == 1);
		bytes += slice;
		n -= slice;
	}
}

void crypto_summer_finish(struct crypto_summer *s, struct crypto_sums *ret)
{
	uint8_t *const out[DIGESTS] = { ret->sha256, ret->sha512, ret->sm3 };

	for (size_t i = 0; i < DIGESTS; i++)
		CHECK(EVP_DigestFinal_ex(s->ctx[i], out[i], NULL) == 1);
	ret->size = s->size;
	crypto_summer_free(s);
}

void crypto_summer_free(struct crypto_summer *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < DIGESTS; i++)
		EVP_MD_CTX_free(s->ctx[i]);
	free(s);
}

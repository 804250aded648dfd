/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Digests, random bytes and small helpers over libcrypto. */
#include "crypto/crypto.h"

#include <pthread.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "crypto/crypto_internal.h"

/* Fetching an algorithm by name costs more than hashing a short text, so once. */
static EVP_MD *sha256;

static void fetch_sha256(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	CHECK(sha256);
}

static const EVP_MD *sha256_algorithm(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	CHECK(pthread_once(&once, fetch_sha256) == 0);
	return sha256;
}

void crypto_sha256(const void *p, size_t n, uint8_t out[CRYPTO_SHA256_SIZE])
{
	CHECK(EVP_Digest(p, n, out, NULL, sha256_algorithm(), NULL) == 1);
}

void crypto_hex(const void *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *bytes = p;
	for (size_t i = 0; i < n; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}

/* The digest is an EVP_MD_CTX under our own name. */
static EVP_MD_CTX *evp(struct crypto_digest *d)
{
	return (EVP_MD_CTX *)(void *)d;
}

struct crypto_digest *crypto_digest_new(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	CHECK(ctx && EVP_DigestInit_ex2(ctx, sha256_algorithm(), NULL) == 1);
	return (struct crypto_digest *)(void *)ctx;
}

void crypto_digest_update(struct crypto_digest *d, const void *p, size_t n)
{
	CHECK(EVP_DigestUpdate(evp(d), p, n) == 1);
}

void crypto_digest_finish(struct crypto_digest *d, uint8_t out[CRYPTO_SHA256_SIZE])
{
	CHECK(EVP_DigestFinal_ex(evp(d), out, NULL) == 1);
	EVP_MD_CTX_free(evp(d));
}

enum err_code crypto_random(void *p, size_t n)
{
	uint8_t *bytes = p;
	while (n) {
		int step = n > 4096 ? 4096 : (int)n;
		if (RAND_bytes(bytes, step) != 1) {
			ERR_clear_error();
			return ERR_INTERNAL;
		}
		bytes += step;
		n -= (size_t)step;
	}
	return ERR_OK;
}

void crypto_base64url(const uint8_t *p, size_t n, char *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint32_t bits = 0;
	unsigned count = 0;
	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | p[i];
		count += 8;
		for (; count >= 6; count -= 6)
			*out++ = digits[bits >> (count - 6) & 63];
	}
	if (count)
		*out++ = digits[bits << (6 - count) & 63];
	*out = '\0';
}

static int base64url_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

bool crypto_base64url_decode(struct sv text, uint8_t *out, size_t n)
{
	if (text.n != (n * 8 + 5) / 6)
		return false;
	uint32_t bits = 0;
	unsigned count = 0;
	for (size_t i = 0; i < text.n; i++) {
		int digit = base64url_digit(text.p[i]);
		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		count += 6;
		if (count >= 8) {
			count -= 8;
			*out++ = (uint8_t)(bits >> count);
		}
	}
	/* Spare bits that are not zero would give one value two spellings. */
	return (bits & ((1u << count) - 1)) == 0;
}

enum err_code crypto_token(char out[CRYPTO_TOKEN_SIZE])
{
	uint8_t bytes[32];
	enum err_code code = crypto_random(bytes, sizeof(bytes));
	if (code)
		return code;
	crypto_base64url(bytes, sizeof(bytes), out);
	crypto_wipe(bytes, sizeof(bytes));
	return ERR_OK;
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void crypto_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}

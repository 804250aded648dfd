/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Stored passwords: scrypt (RFC 7914). The cost stands in the stored text, so that it can
 * rise without making old passwords invalid. */
#include "crypto/crypto.h"

#include <stdio.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/crypto_internal.h"

enum {
	COST_N = 32768,
	COST_R = 8,
	COST_P = 1,
	SALT_SIZE = 16,
	HASH_SIZE = 32,
	HASH_TEXT_SIZE = 44,
	SALT_TEXT_SIZE = 23,
};

static const uint64_t memory_max = 256u << 20;

struct stored {
	uint64_t n, r, p;
	uint8_t salt[SALT_SIZE];
	uint8_t hash[HASH_SIZE];
};

static bool derive(struct sv password, const struct stored *s, uint8_t out[HASH_SIZE])
{
	/* Some slack over the 128 * N * r of the algorithm, as OpenSSL counts its blocks too. */
	bool ok = EVP_PBE_scrypt(password.n ? password.p : "", password.n, s->salt, SALT_SIZE, s->n,
				 s->r, s->p, memory_max + (1u << 20), out, HASH_SIZE) == 1;
	ERR_clear_error();
	return ok;
}

enum err_code crypto_password_hash(struct sv password, char out[CRYPTO_PASSWORD_SIZE])
{
	struct stored s = { .n = COST_N, .r = COST_R, .p = COST_P };
	enum err_code code = crypto_random(s.salt, sizeof(s.salt));
	if (code)
		return code;
	if (!derive(password, &s, s.hash))
		return ERR_INTERNAL;
	char salt[SALT_TEXT_SIZE], hash[HASH_TEXT_SIZE];
	crypto_base64url(s.salt, sizeof(s.salt), salt);
	crypto_base64url(s.hash, sizeof(s.hash), hash);
	snprintf(out, CRYPTO_PASSWORD_SIZE, "scrypt$%d$%d$%d$%s$%s", COST_N, COST_R, COST_P, salt,
		 hash);
	crypto_wipe(&s, sizeof(s));
	return ERR_OK;
}

/* The text before the next '$'; moves *rest behind it. */
static struct sv next_part(struct sv *rest)
{
	const char *end = rest->n ? memchr(rest->p, '$', rest->n) : NULL;
	size_t n = end ? (size_t)(end - rest->p) : rest->n;
	struct sv part = { rest->p, n };
	size_t used = end ? n + 1 : n;
	rest->p += used;
	rest->n -= used;
	return part;
}

static bool next_cost(struct sv *rest, uint64_t min, uint64_t max, uint64_t *ret)
{
	int64_t v;
	if (!sv_to_i64(next_part(rest), &v) || v < 0 || (uint64_t)v < min || (uint64_t)v > max)
		return false;
	*ret = (uint64_t)v;
	return true;
}

static bool parse_stored(const char *text, struct stored *s)
{
	struct sv rest = sv_of(text);
	if (!sv_eq_str(next_part(&rest), "scrypt") || !next_cost(&rest, 2, 1 << 20, &s->n) ||
	    !next_cost(&rest, 1, 64, &s->r) || !next_cost(&rest, 1, 16, &s->p))
		return false;
	if ((s->n & (s->n - 1)) != 0 || 128 * s->n * s->r > memory_max)
		return false;
	return crypto_base64url_decode(next_part(&rest), s->salt, SALT_SIZE) &&
	       crypto_base64url_decode(next_part(&rest), s->hash, HASH_SIZE) && rest.n == 0;
}

bool crypto_password_verify(const char *stored, struct sv password)
{
	struct stored s;
	uint8_t hash[HASH_SIZE];
	if (!stored || !parse_stored(stored, &s) || !derive(password, &s, hash))
		return false;
	bool equal = crypto_equal(hash, s.hash, HASH_SIZE);
	crypto_wipe(hash, sizeof(hash));
	return equal;
}

const char *crypto_password_decoy(void)
{
	/* Salt and hash of zeros: finding a password for it means inverting scrypt. */
	return "scrypt$32768$8$1$AAAAAAAAAAAAAAAAAAAAAA$"
	       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
}

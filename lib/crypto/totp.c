/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "crypto/totp.h"

#include <limits.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "crypto/crypto.h"

enum { SHA1_SIZE = 20 };

uint32_t totp_code(struct sv secret, uint64_t step, int digits)
{
	unsigned char counter[8], mac[SHA1_SIZE];
	uint32_t modulus = 1, value;
	unsigned n = 0, at;

	CHECK(digits >= 1 && digits <= 9 && secret.n > 0 && secret.n <= INT_MAX);
	for (int i = 7; i >= 0; i--, step >>= 8)
		counter[i] = (unsigned char)(step & 0xff);
	CHECK(HMAC(EVP_sha1(), secret.p, (int)secret.n, counter, sizeof(counter), mac, &n) &&
	      n == SHA1_SIZE);
	at = mac[SHA1_SIZE - 1] & 0xf;
	value = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
		(uint32_t)mac[at + 2] << 8 | mac[at + 3];
	for (int i = 0; i < digits; i++)
		modulus *= 10;
	return value % modulus;
}

/* Six digits, ASCII or full width; blanks do not count. */
static bool read_code(struct sv typed, uint32_t *ret)
{
	uint32_t value = 0;
	int digits = 0;

	for (size_t i = 0; i < typed.n; i++) {
		const unsigned char *p = (const unsigned char *)typed.p + i;
		unsigned digit;

		if (*p == ' ')
			continue;
		if (*p >= '0' && *p <= '9') {
			digit = *p - '0';
		} else if (typed.n - i >= 3 && p[0] == 0xef && p[1] == 0xbc && p[2] >= 0x90 &&
			   p[2] <= 0x99) {
			digit = p[2] - 0x90u;
			i += 2;
		} else {
			return false;
		}
		if (++digits > TOTP_DIGITS)
			return false;
		value = value * 10 + digit;
	}
	*ret = value;
	return digits == TOTP_DIGITS;
}

int64_t totp_match(struct sv secret, struct sv typed, int64_t unix_seconds)
{
	int64_t now = unix_seconds / TOTP_STEP_S, found = 0;
	uint32_t value;

	if (!read_code(typed, &value) || now <= TOTP_WINDOW)
		return 0;
	for (int64_t step = now - TOTP_WINDOW; step <= now + TOTP_WINDOW; step++) {
		uint32_t code = totp_code(secret, (uint64_t)step, TOTP_DIGITS);

		if (crypto_equal(&code, &value, sizeof(code)))
			found = step;
	}
	return found;
}

char *totp_base32(struct arena *arena, struct sv bytes)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	char *out = arena_alloc(arena, (bytes.n * 8 + 4) / 5 + 1);
	size_t n = 0;
	unsigned held = 0, bits = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		held = held << 8 | (unsigned char)bytes.p[i];
		for (bits += 8; bits >= 5; bits -= 5)
			out[n++] = letters[held >> (bits - 5) & 31];
		held &= (1u << bits) - 1;
	}
	if (bits > 0)
		out[n++] = letters[held << (5 - bits) & 31];
	out[n] = '\0';
	return out;
}

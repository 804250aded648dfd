/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Digests, random tokens, passwords and the TLS server context (OpenSSL 3).
 *
 * The only layer that calls libcrypto. Everything is safe from any thread. The password
 * functions take tens of milliseconds and 32 MiB each: call them on the offload pool only.
 */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include "base/err.h"
#include "base/str.h"

enum {
	CRYPTO_SHA256_SIZE = 32,
	CRYPTO_SHA256_HEX_SIZE = 65, /* with NUL */
	CRYPTO_TOKEN_SIZE = 44,      /* 32 bytes in base64url, with NUL */
	CRYPTO_PASSWORD_SIZE = 160,  /* room for a stored password hash */
};

/* --- digests ------------------------------------------------------------------ */

void crypto_sha256(const void *p, size_t n, uint8_t out[CRYPTO_SHA256_SIZE]);
/* Lower-case hexadecimal and NUL: out has room for 2 * n + 1 characters. */
void crypto_hex(const void *p, size_t n, char *out);

/* HMAC-SHA-256 (RFC 2104). */
void crypto_hmac_sha256(struct sv key, struct sv text, uint8_t out[CRYPTO_SHA256_SIZE]);

/* Incremental SHA-256. finish() writes the digest and frees. */
struct crypto_digest;
struct crypto_digest *crypto_digest_new(void);
void crypto_digest_update(struct crypto_digest *d, const void *p, size_t n);
void crypto_digest_finish(struct crypto_digest *d, uint8_t out[CRYPTO_SHA256_SIZE]);

/* --- random, compare, wipe ------------------------------------------------------ */

/* ERR_INTERNAL when the generator fails: then nothing in `p` may be used. */
enum err_code crypto_random(void *p, size_t n) MUST_USE;
/* An unguessable name: 32 random bytes in base64url and NUL. */
enum err_code crypto_token(char out[CRYPTO_TOKEN_SIZE]) MUST_USE;
/* Time depends on n only. */
bool crypto_equal(const void *a, const void *b, size_t n);
/* Zeros that the compiler may not leave out. */
void crypto_wipe(void *p, size_t n);

/* --- passwords -------------------------------------------------------------------- */

/* "scrypt$32768$8$1$salt$hash" (base64url), salt random. */
enum err_code crypto_password_hash(struct sv password, char out[CRYPTO_PASSWORD_SIZE]) MUST_USE;
/* False also when `stored` is not such a text or asks for more than 256 MiB. */
bool crypto_password_verify(const char *stored, struct sv password);
/* A well-formed stored hash that no password fits: verify against it when the account
 * does not exist, so that the answer takes as long as for a real one. */
const char *crypto_password_decoy(void);

/* --- TLS ---------------------------------------------------------------------------- */

struct ssl_ctx_st; /* OpenSSL's SSL_CTX */

/* Server context from PEM files: TLS 1.2 and later, forward secrecy and AEAD only, no
 * renegotiation. With `client_ca` (may be NULL or "") every client must show a certificate
 * signed by it. NULL on failure, with the reason in *err. Release with crypto_tls_free();
 * connections keep their own reference, so a reload may free the old one at once. */
struct ssl_ctx_st *crypto_tls_server_ctx(const char *certificate, const char *key,
					 const char *client_ca, struct err *err) MUST_USE;
void crypto_tls_free(struct ssl_ctx_st *ctx);

#endif

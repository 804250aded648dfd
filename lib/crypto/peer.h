/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * TLS between organs: both sides show the certificate with which they also sign, and believe whom they also believe
 * as signers. No host names and no public authorities: what counts is the organ's code in OU, the trust of
 * crypto/sign.h with its revocation lists, and on the calling side the pin.
 *
 *	caller  --server name CODE.ipcase.internal-->  a hub that answers for organ CODE with that organ's certificate
 *
 * TLS 1.3 only; nothing is resumed, so that each connection is judged anew.
 *
 * Threads: everything may be called from any thread; a struct crypto_peer belongs to one connection at a time. */
#ifndef CRYPTO_PEER_H
#define CRYPTO_PEER_H

#include "crypto/sign.h"

struct ssl_ctx_st; /* OpenSSL's SSL_CTX */
struct ssl_st;     /* OpenSSL's SSL */

#define CRYPTO_PEER_DOMAIN ".ipcase.internal"

/* Server context that answers as any of these organs (at least one) and demands a certificate of a trusted organ. Who
 * is refused is logged with the rule. `trust` must live until every handshake that began with this context has ended;
 * signers are not needed any more. Release with crypto_tls_free(). */
struct ssl_ctx_st *crypto_peer_server(const struct crypto_signer *const *signers, size_t count,
				      const struct crypto_trust *trust, struct err *err) MUST_USE;
/* The organ at the other end of an established connection. */
enum err_code crypto_peer_certificate(const struct ssl_st *ssl, struct crypto_certificate *ret,
				      struct err *err) MUST_USE;

/* Whom a caller wants to reach. Must live as long as the connections made with the context. */
struct crypto_peer {
	const char *code;                 /* the organ */
	const char *pin;                  /* SHA-256 of its certificate in hex; NULL: any that is trusted */
	const struct crypto_trust *trust;
	struct err refused;               /* out: why its certificate was not taken; ERR_OK: it was, or none came */
};
/* Prepares a client's context: shows the signer's certificate, takes only that organ's. False: out of memory. */
bool crypto_peer_client(struct ssl_ctx_st *ctx, const struct crypto_signer *signer, struct crypto_peer *peer) MUST_USE;

#endif

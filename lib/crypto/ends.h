/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * When things that are believed end: certificates of organs and authorities, revocation lists. To warn in time.
 *
 * What has been replaced does not count: of the certificates of one organ (one with SM2, one without), of the
 * certificates of one authority and of the lists of one issuer only the one that lasts longest.
 *
 * Any thread; nothing reads a clock. */
#ifndef CRYPTO_ENDS_H
#define CRYPTO_ENDS_H

#include "base/arena.h"
#include "crypto/sign.h"

enum crypto_end_kind { CRYPTO_END_ORGAN, CRYPTO_END_CA, CRYPTO_END_LIST };

struct crypto_end {
	enum crypto_end_kind kind;
	bool sm2;                    /* a certificate for SM2 */
	char code[CRYPTO_CODE_SIZE]; /* of the organ, else "" */
	char name[256];              /* of the organ or authority; of a list, its issuer's */
	char fingerprint[65];        /* SHA-256 of the DER, hex */
	instant_t at;
};

/* 30, 14 or 3 when it ends within that many days after `now`, 0 when it has longer, -1 when it has ended. */
int crypto_end_warning(instant_t at, instant_t now);
/* Everything in the trust that ends and counts, in the arena; *ret may be NULL when there is nothing. */
size_t crypto_trust_ends(const struct crypto_trust *t, struct arena *a, struct crypto_end **ret);
/* The first certificate of a PEM text. */
enum err_code crypto_end_read(struct sv pem, struct crypto_end *ret, struct err *err) MUST_USE;
/* The certificate of an organ elsewhere: the one with this pin (hex; NULL: the organ's latest) among the trusted
 * (`t` may be NULL), else the one in `cms`, its newest signature (empty: none), when it has the pin. False: it has
 * not been seen here. */
bool crypto_end_of_peer(const struct crypto_trust *t, const char *code, const char *pin, struct sv cms,
			struct crypto_end *ret);

#endif

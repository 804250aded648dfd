/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Digests of a stream, certificates of organs, signatures and their trust.
 *
 * An organ signs with a private key and a certificate (subject CN = the organ's name, OU = its code) that lie
 * in one folder: CODE.key (0600), CODE.pem and, where it has an SM2 key, CODE.sm2.key and CODE.sm2.pem. A
 * signature is a detached CMS in DER (SHA-256, certificate inside); beside it may stand an SM2 signature with
 * SM3 and the usual distinguishing id 1234567812345678.
 *
 * A verification names the instant `at` for which the certificate must have been good. It never reads a clock,
 * so an old record verifies years later as it did on its day. Whoever RECEIVES a record verifies it at the
 * time of receipt as well: the thief of a key writes any date that he likes.
 *
 * A refusal fills err->rule:
 *
 *   signature-wrong             not this data, not this certificate, or not a signature that we read
 *   certificate-expired         `at` is after the certificate (or its issuer) ended
 *   certificate-not-yet-valid   `at` is before it began
 *   certificate-revoked         a revocation list names it with a date <= `at`
 *   revocation-unknown          the issuer's newest revocation list had run out at `at`, or is not signed by it
 *   certificate-foreign         no path to a trusted certificate
 *   certificate-organ           no organ's code in OU, not the expected one, or no name in CN
 *   key-permissions             other users of the machine could read the private key
 *   key-missing                 no such file
 *   key-mismatch                key and certificate are no pair, or of a kind that we do not sign with
 *
 * Threads: every function may be called from any thread. One summer belongs to one thread at a time. A signer
 * never changes; a trust may be shared by threads once it has been filled.
 */
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include "base/day.h"
#include "base/err.h"
#include "base/str.h"

enum {
	CRYPTO_CODE_SIZE = 64,       /* an organ's code is [a-z0-9-]{1,60} */
	CRYPTO_PEM_MAX = 1 << 20,    /* largest certificate file */
	CRYPTO_CMS_MAX = 256 << 10,  /* largest signature that is read */
	CRYPTO_SIGNED_MAX = 64 << 20 /* largest text that is signed at once */
};

/* --- digests of a stream -------------------------------------------------------------- */

struct crypto_sums {
	uint8_t sha256[32], sha512[64], sm3[32];
	uint64_t size;
};

/* The three digests in one pass over the data. */
struct crypto_summer;
struct crypto_summer *crypto_summer_new(void);
void crypto_summer_update(struct crypto_summer *s, const void *p, size_t n);
void crypto_summer_finish(struct crypto_summer *s, struct crypto_sums *ret); /* and frees */
void crypto_summer_free(struct crypto_summer *s); /* without finishing; NULL allowed */

/* --- certificates -------------------------------------------------------------------------- */

struct crypto_certificate {
	char code[CRYPTO_CODE_SIZE]; /* OU, "" unless there is exactly one and it is an organ's code */
	char name[256];              /* CN in UTF-8, "" unless there is exactly one that fits */
	char fingerprint[65];        /* SHA-256 of the DER, hex */
	char serial[65];             /* hex, lower case */
	instant_t not_before, not_after; /* good from the first, no more at the second */
};

/* [a-z0-9-]{1,60} */
bool crypto_code_is_valid(struct sv code);
/* The first certificate of a PEM text; the rest is its chain and is not looked at. */
enum err_code crypto_certificate_read(struct sv pem, struct crypto_certificate *ret, struct err *err) MUST_USE;

/* --- signing ------------------------------------------------------------------------------ */

/* An organ's private key and certificate, and its SM2 pair when there is one. */
struct crypto_signer;
/* Reads FOLDER/CODE.key and so on (blocking file I/O). Refuses a key that others may read, a key that does not
 * fit the certificate, a certificate of another organ and one that is not valid now. An SM2 key that still
 * waits for its certificate is left aside. */
enum err_code crypto_signer_load(const char *folder, const char *code, struct crypto_signer **ret,
				 struct err *err) MUST_USE;
void crypto_signer_free(struct crypto_signer *s); /* wipes; NULL allowed */
const struct crypto_certificate *crypto_signer_certificate(const struct crypto_signer *s);
/* Certificate and chain as PEM, always written the same way. Lives as long as the signer. */
struct sv crypto_signer_pem(const struct crypto_signer *s);
bool crypto_signer_has_sm2(const struct crypto_signer *s);
struct sv crypto_signer_sm2_pem(const struct crypto_signer *s); /* empty without an SM2 pair */

/* Detached CMS in DER over the bytes as they are: SHA-256, certificate and chain inside and bound by the
 * signature (RFC 5035). Appends to *ret_der. */
enum err_code crypto_sign_cms(const struct crypto_signer *s, struct sv data, struct str *ret_der,
			      struct err *err) MUST_USE;
/* Appends the DER of (r, s) to *ret. ERR_NOT_FOUND, "key-missing", without an SM2 pair. */
enum err_code crypto_sign_sm2(const struct crypto_signer *s, struct sv data, struct str *ret,
			      struct err *err) MUST_USE;

/* --- trust ------------------------------------------------------------------------------------ */

/* What the administrator trusts: CA certificates, certificates of organs themselves (pinned: good enough
 * without their issuer, but never issuers of another organ's), and revocation lists.
 *
 * Where the trust holds no list of an issuer, its certificates are not checked for revocation. Where it holds
 * some, the newest must not have run out at `at`: an old list does not silently count as "not revoked". A
 * certificate stays good for instants before its revocation. */
struct crypto_trust;
/* Empty: every certificate is foreign. */
struct crypto_trust *crypto_trust_new(void);
/* Certificates and revocation lists, any number but at least one, in PEM. */
enum err_code crypto_trust_add_pem(struct crypto_trust *t, struct sv pem, struct err *err) MUST_USE;
/* Every *.pem in the folder (blocking file I/O). A file that cannot be read is an error; ERR_NOT_FOUND when
 * there is no such folder; an empty folder is none. */
enum err_code crypto_trust_add_folder(struct crypto_trust *t, const char *folder, struct err *err) MUST_USE;
void crypto_trust_free(struct crypto_trust *t); /* NULL allowed */

/* --- verifying ---------------------------------------------------------------------------------- */

/* Is `der` a signature of `data` by an organ whose certificate was good at `at`? *ret is the signer's
 * certificate, filled on success only. With trust NULL only the signature, the organ's code and the validity
 * are checked: then the certificate is what the signer says of himself. */
enum err_code crypto_verify_cms(struct sv data, struct sv der, const struct crypto_trust *trust, instant_t at,
				struct crypto_certificate *ret, struct err *err) MUST_USE;
/* The same for an SM2 signature and its certificate (chain allowed, the organ's first). */
enum err_code crypto_verify_sm2(struct sv data, struct sv signature, struct sv certificate_pem,
				const struct crypto_trust *trust, instant_t at, struct crypto_certificate *ret,
				struct err *err) MUST_USE;

#endif

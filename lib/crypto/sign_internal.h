/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Internal to lib/crypto: what signing, trust, verification and the making of keys share. */
#ifndef CRYPTO_SIGN_INTERNAL_H
#define CRYPTO_SIGN_INTERNAL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "crypto/keys.h"
#include "crypto/sign.h"

enum { CRYPTO_REASON_SIZE = 128, CRYPTO_PATH_SIZE = 4096 };

/* Every SM2 signature here, ours and a CA's, is made with this distinguishing id (GB/T 35276). */
#define CRYPTO_SM2_ID "1234567812345678"

/* The last reason of OpenSSL's queue; empties the queue, which the next caller must find so. */
const char *crypto_reason(char buf[CRYPTO_REASON_SIZE]);
/* OpenSSL gives the times of certificates in seconds. */
int64_t crypto_seconds(instant_t t);
instant_t crypto_instant(const ASN1_TIME *t); /* INSTANT_NONE when it is no time */

/* A read-only BIO over the text; NULL when it is larger than `max`. */
BIO *crypto_bio(struct sv text, size_t max);
/* For PEM readers: a key with a passphrase must fail, not ask on the terminal. */
int crypto_no_passphrase(char *buf, int size, int rwflag, void *arg);

/* A private key of ours: refuses one that others may read. */
enum err_code crypto_private_key_read(const char *path, EVP_PKEY **ret, struct err *err) MUST_USE;
EVP_PKEY *crypto_private_key_parse(struct sv pem); /* NULL: none; the caller looks into OpenSSL's queue */

/* All certificates of a PEM text, at least one; NULL when there is none or one is broken. */
STACK_OF(X509) *crypto_certificates_parse(struct sv pem);
void crypto_certificates_free(STACK_OF(X509) *certificates);
/* SM2 signatures of a CA verify only with the id set. */
void crypto_certificate_prepare(X509 *x);
bool crypto_certificate_fill(X509 *x, struct crypto_certificate *ret);
/* The subject's only OU and CN, "" where there is not exactly one that fits. */
void crypto_subject_read(const X509_NAME *subject, char code[CRYPTO_CODE_SIZE], char name[256]);
/* Organ's code and name present, `at` within the validity. */
enum err_code crypto_certificate_check(const struct crypto_certificate *c, instant_t at, struct err *err) MUST_USE;

/* "P-256", "P-384", "RSA", "SM2", or NULL for what we do not sign with. */
const char *crypto_algorithm_name(const EVP_PKEY *key);
bool crypto_sm2_verify(EVP_PKEY *key, struct sv data, struct sv signature);

/* Of the main pair; the signer's own. */
EVP_PKEY *crypto_signer_key(const struct crypto_signer *s);
const STACK_OF(X509) *crypto_signer_chain(const struct crypto_signer *s);

/* Path to a trusted certificate and revocation of everything on it. */
enum err_code crypto_trust_check(const struct crypto_trust *t, X509 *x, STACK_OF(X509) *untrusted, instant_t at,
				 struct err *err) MUST_USE;
/* Everything in it. */
const STACK_OF(X509) *crypto_trust_certificates(const struct crypto_trust *t);
const STACK_OF(X509_CRL) *crypto_trust_lists(const struct crypto_trust *t);
/* Signed by this key? SM2 as well. */
bool crypto_list_verify(X509_CRL *list, EVP_PKEY *key);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Making keys and certificates: what `ipcasectl key` is built on. Texts in, texts out; no files but a private
 * key's, whose permissions are part of the question.
 *
 * A private key leaves OpenSSL only as the PEM text that crypto_key_new() and crypto_ca_new() return: write it,
 * then crypto_wipe() it. Times are the caller's. Errors as in crypto/sign.h; what is not a certificate, a
 * request or a list has the rule "pem". Any thread.
 */
#ifndef CRYPTO_KEYS_H
#define CRYPTO_KEYS_H

#include "crypto/sign.h"

enum { CRYPTO_KEY_PEM_SIZE = 1024 };

enum crypto_algorithm { CRYPTO_ALGORITHM_P256, CRYPTO_ALGORITHM_ED25519, CRYPTO_ALGORITHM_SM2 };
/* "p256", "ed25519", "sm2" */
bool crypto_algorithm_parse(const char *name, enum crypto_algorithm *ret);

/* Who a certificate is for. */
struct crypto_subject {
	char code[CRYPTO_CODE_SIZE]; /* OU */
	char name[256];              /* CN, at most 64 characters */
	bool sm2;                    /* the key's kind; for requests read only */
};

struct crypto_validity {
	instant_t from, until;
};

/* A new key (PKCS#8) and its request (PKCS#10), which the key signs. Ed25519 is refused: OpenSSL 3.0 makes no
 * CMS with it. */
enum err_code crypto_key_new(enum crypto_algorithm algorithm, const struct crypto_subject *subject,
			     char ret_key[CRYPTO_KEY_PEM_SIZE], struct str *ret_request, struct err *err) MUST_USE;
/* A request whose signature is right and whose subject is an organ. */
enum err_code crypto_request_read(struct sv pem, struct crypto_subject *ret, struct err *err) MUST_USE;

/* A self-signed CA (P-256) that may issue organs' certificates, but no further CA's. */
enum err_code crypto_ca_new(const char *name, const struct crypto_validity *validity,
			    char ret_key[CRYPTO_KEY_PEM_SIZE], struct str *ret_pem, struct err *err) MUST_USE;

/* A CA's private key and certificate. */
struct crypto_ca;
enum err_code crypto_ca_load(const char *key_path, struct sv pem, instant_t now, struct crypto_ca **ret,
			     struct err *err) MUST_USE;
void crypto_ca_free(struct crypto_ca *ca); /* NULL allowed */
/* A signing certificate for the request. Ends with the CA at the latest. */
enum err_code crypto_ca_sign(const struct crypto_ca *ca, struct sv request, const struct crypto_validity *validity,
			     struct str *ret_pem, struct err *err) MUST_USE;
/* The list `old` (empty: none yet) with the certificate `pem` added, revoked since `since`; with `pem` empty only
 * made anew. A certificate that is in the list keeps its date. */
struct crypto_revocation {
	struct sv old, pem;
	instant_t since, now, next_update;
};
enum err_code crypto_ca_revoke(const struct crypto_ca *ca, const struct crypto_revocation *r, struct str *ret_list,
			       struct err *err) MUST_USE;

/* --- to show and check --------------------------------------------------------------------------- */

struct crypto_details {
	char issuer[256];      /* CN */
	const char *algorithm; /* "P-256", "P-384", "RSA", "SM2" or "?" */
	bool self_signed, ca;
};
/* More about the first certificate of the text. */
enum err_code crypto_certificate_details(struct sv pem, struct crypto_details *ret, struct err *err) MUST_USE;

struct crypto_list {
	char issuer[256];
	instant_t this_update, next_update; /* INSTANT_NONE: the list never runs out */
	int count;
};
enum err_code crypto_list_read(struct sv pem, struct crypto_list *ret, struct err *err) MUST_USE;

/* Does the private key in the file (refused when others may read it) belong to the certificate? With an empty
 * text only the file is checked. */
enum err_code crypto_key_check(const char *key_path, struct sv certificate_pem, struct err *err) MUST_USE;

/* Whole file; ERR_NOT_FOUND, "key-missing", when there is none. Larger than CRYPTO_PEM_MAX is refused. */
enum err_code crypto_pem_read(const char *path, struct str *ret, struct err *err) MUST_USE;

#endif

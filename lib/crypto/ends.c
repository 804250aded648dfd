/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "crypto/ends.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "crypto/crypto.h"
#include "crypto/sign_internal.h"
#include "crypto/signed_by.h"

int crypto_end_warning(instant_t at, instant_t now)
{
	static const int steps[] = { 3, 14, 30 };
	int64_t left = crypto_seconds(at) - crypto_seconds(now);

	if (left <= 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (left <= steps[i] * INT64_C(86400))
			return steps[i];
	}
	return 0;
}

static bool of_certificate(X509 *x, struct crypto_end *ret)
{
	struct crypto_certificate c;

	if (!crypto_certificate_fill(x, &c))
		return false;
	*ret = (struct crypto_end){ .kind = X509_check_ca(x) == 1 ? CRYPTO_END_CA : CRYPTO_END_ORGAN, .at = c.not_after };
	const char *algorithm = crypto_algorithm_name(X509_get0_pubkey(x));
	ret->sm2 = algorithm && strcmp(algorithm, "SM2") == 0;
	memcpy(ret->code, c.code, sizeof(ret->code));
	memcpy(ret->name, c.name, sizeof(ret->name));
	memcpy(ret->fingerprint, c.fingerprint, sizeof(ret->fingerprint));
	return true;
}

/* A list without a next one never runs out. */
static bool of_list(X509_CRL *list, struct crypto_end *ret)
{
	unsigned char *der = NULL;
	uint8_t sha256[CRYPTO_SHA256_SIZE];
	const ASN1_TIME *next = X509_CRL_get0_nextUpdate(list);
	int n = i2d_X509_CRL(list, &der);

	*ret = (struct crypto_end){ .kind = CRYPTO_END_LIST, .at = next ? crypto_instant(next) : INT64_MAX };
	crypto_subject_read(X509_CRL_get_issuer(list), ret->code, ret->name);
	if (n > 0) {
		crypto_sha256(der, (size_t)n, sha256);
		crypto_hex(sha256, sizeof(sha256), ret->fingerprint);
	}
	OPENSSL_free(der);
	return n > 0 && ret->at != INSTANT_NONE;
}

/* Speak both of the same thing? */
static bool is_same(const struct crypto_end *a, const struct crypto_end *b)
{
	return a->kind == b->kind && a->sm2 == b->sm2 && strcmp(a->code, b->code) == 0 &&
	       (a->code[0] || strcmp(a->name, b->name) == 0);
}

static bool is_replaced(const struct crypto_end *all, size_t n, size_t i)
{
	for (size_t k = 0; k < n; k++) {
		if (k != i && is_same(&all[k], &all[i]) && (all[k].at > all[i].at || (all[k].at == all[i].at && k < i)))
			return true;
	}
	return false;
}

size_t crypto_trust_ends(const struct crypto_trust *t, struct arena *a, struct crypto_end **ret)
{
	const STACK_OF(X509) *certificates = crypto_trust_certificates(t);
	const STACK_OF(X509_CRL) *lists = crypto_trust_lists(t);
	size_t room = (size_t)sk_X509_num(certificates) + (size_t)sk_X509_CRL_num(lists), n = 0, kept = 0;
	struct crypto_end *all = arena_array(a, struct crypto_end, room + 1);

	*ret = arena_array(a, struct crypto_end, room + 1);
	for (int i = 0; i < sk_X509_num(certificates); i++)
		n += of_certificate(sk_X509_value(certificates, i), &all[n]);
	for (int i = 0; i < sk_X509_CRL_num(lists); i++)
		n += of_list(sk_X509_CRL_value(lists, i), &all[n]);
	for (size_t i = 0; i < n; i++) {
		if (all[i].at != INT64_MAX && !is_replaced(all, n, i))
			(*ret)[kept++] = all[i];
	}
	ERR_clear_error();
	return kept;
}

enum err_code crypto_end_read(struct sv pem, struct crypto_end *ret, struct err *err)
{
	char reason[CRYPTO_REASON_SIZE];
	STACK_OF(X509) *chain = crypto_certificates_parse(pem);
	bool ok = chain && of_certificate(sk_X509_value(chain, 0), ret);

	crypto_certificates_free(chain);
	if (!ok)
		return err_set(err, ERR_INVALID, "pem", "不是可读的证书（PEM）：%s", crypto_reason(reason));
	ERR_clear_error();
	return ERR_OK;
}

/* With a pin that very certificate, else the organ's latest. */
static bool find_trusted(const struct crypto_trust *t, const char *code, const char *pin, struct crypto_end *ret)
{
	const STACK_OF(X509) *certificates = crypto_trust_certificates(t);
	struct crypto_end e;
	bool found = false;

	for (int i = 0; i < sk_X509_num(certificates); i++) {
		if (!of_certificate(sk_X509_value(certificates, i), &e))
			continue;
		bool fits = pin ? strcmp(e.fingerprint, pin) == 0
				: e.kind == CRYPTO_END_ORGAN && !e.sm2 && strcmp(e.code, code) == 0;
		if (fits && (!found || e.at > ret->at)) {
			*ret = e;
			found = true;
		}
	}
	ERR_clear_error();
	return found;
}

bool crypto_end_of_peer(const struct crypto_trust *t, const char *code, const char *pin, struct sv cms,
			struct crypto_end *ret)
{
	struct str pem = STR_INIT(CRYPTO_PEM_MAX);
	struct crypto_end e;

	if (t && find_trusted(t, code, pin, ret))
		return true;
	bool found = cms.n && crypto_signed_by(cms, &pem, NULL) == ERR_OK &&
		     crypto_end_read((struct sv){ pem.p, pem.len }, &e, NULL) == ERR_OK && strcmp(e.code, code) == 0 &&
		     (!pin || strcmp(e.fingerprint, pin) == 0);
	str_release(&pem);
	if (found)
		*ret = e;
	return found;
}

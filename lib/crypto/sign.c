/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * An organ's signer: its key files, CMS and SM2 signatures.
 *
 * The signed attributes hold the digests of the certificates that travel in the signature (RFC 5035), so that
 * not even a byte of them can be changed unnoticed where nobody knows the issuer. The signing time is that of
 * clock_now(); nothing is decided by it. */
#include "crypto/sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/cms.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#include "base/clock.h"
#include "crypto/sign_internal.h"

enum { SM2_SIGNATURE_MAX = 80, CHAIN_MAX = 5 };

struct pair {
	EVP_PKEY *key;
	STACK_OF(X509) *chain; /* the organ's certificate first */
	struct crypto_certificate certificate;
	struct str pem;
};

struct crypto_signer {
	struct pair main, sm2; /* .key NULL: no such pair */
};

/* --- loading -------------------------------------------------------------------------------- */

static void write_pem(const STACK_OF(X509) *chain, struct str *pem)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;

	CHECK(bio);
	for (int i = 0; i < sk_X509_num(chain); i++)
		CHECK(PEM_write_bio_X509(bio, sk_X509_value(chain, i)) == 1);
	long n = BIO_get_mem_data(bio, &p);
	str_append(pem, p, (size_t)n);
	BIO_free(bio);
}

static enum err_code fit(const struct pair *p, const char *code, bool sm2, const char *path, struct err *err)
{
	const char *algorithm = crypto_algorithm_name(p->key);

	if (!algorithm || (strcmp(algorithm, "SM2") == 0) != sm2) {
		err_set(err, ERR_INVALID, "key-mismatch", "“%s”的密钥种类不能用于%s签名", path, sm2 ? " SM2 " : " CMS ");
		err_detail(err, sm2 ? "这里只能用 SM2 密钥。" :
				      "用 P-256（推荐）、P-384 或 2048 位以上的 RSA。OpenSSL 3.0 的 CMS 不支持 Ed25519。");
		return ERR_INVALID;
	}
	if (X509_check_private_key(sk_X509_value(p->chain, 0), p->key) != 1) {
		ERR_clear_error();
		return err_set(err, ERR_INVALID, "key-mismatch", "私钥与证书“%s”不是一对", path);
	}
	if (strcmp(p->certificate.code, code) != 0)
		return err_set(err, ERR_INVALID, "certificate-organ", "证书“%s”是“%s”的，不是“%s”的", path,
			       p->certificate.code, code);
	return crypto_certificate_check(&p->certificate, clock_now(), err);
}

/* FOLDER/CODE<infix>.key and .pem. */
static enum err_code load_pair(struct pair *p, const char *folder, const char *code, bool sm2, struct err *err)
{
	char path[CRYPTO_PATH_SIZE], reason[CRYPTO_REASON_SIZE];
	const char *infix = sm2 ? ".sm2" : "";
	struct str pem = STR_INIT(CRYPTO_PEM_MAX);

	snprintf(path, sizeof(path), "%s/%s%s.key", folder, code, infix);
	enum err_code failed = crypto_private_key_read(path, &p->key, err);
	if (failed)
		return failed;
	snprintf(path, sizeof(path), "%s/%s%s.pem", folder, code, infix);
	failed = crypto_pem_read(path, &pem, err);
	if (!failed) {
		p->chain = crypto_certificates_parse((struct sv){ pem.p, pem.len });
		if (!p->chain || sk_X509_num(p->chain) > CHAIN_MAX ||
		    !crypto_certificate_fill(sk_X509_value(p->chain, 0), &p->certificate))
			failed = err_set(err, ERR_INVALID, "pem", "“%s”不是可用的证书：%s", path, crypto_reason(reason));
	}
	str_release(&pem);
	if (!failed)
		failed = fit(p, code, sm2, path, err);
	if (!failed) {
		str_init(&p->pem, 2 * CRYPTO_PEM_MAX);
		write_pem(p->chain, &p->pem);
		CHECK(!p->pem.failed);
	}
	return failed;
}

static void release_pair(struct pair *p)
{
	EVP_PKEY_free(p->key); /* OpenSSL wipes the secret */
	crypto_certificates_free(p->chain);
	str_release(&p->pem);
}

/* Also when it cannot be read: then loading it says why. */
static bool exists(const char *folder, const char *code, const char *suffix)
{
	char path[CRYPTO_PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s%s", folder, code, suffix);
	return access(path, F_OK) == 0;
}

enum err_code crypto_signer_load(const char *folder, const char *code, struct crypto_signer **ret, struct err *err)
{
	if (!crypto_code_is_valid(sv_of(code)) || strlen(folder) > CRYPTO_PATH_SIZE - 128)
		return err_set(err, ERR_INVALID, "certificate-organ", "“%s”不是机关代码（小写字母、数字和连字符，至多 60 个）",
			       code);
	struct crypto_signer *s = xcalloc(1, sizeof(*s));
	enum err_code failed = load_pair(&s->main, folder, code, false, err);

	if (!failed && exists(folder, code, ".sm2.pem"))
		failed = load_pair(&s->sm2, folder, code, true, err);
	if (failed) {
		crypto_signer_free(s);
		return failed;
	}
	*ret = s;
	return ERR_OK;
}

void crypto_signer_free(struct crypto_signer *s)
{
	if (!s)
		return;
	release_pair(&s->main);
	release_pair(&s->sm2);
	free(s);
}

const struct crypto_certificate *crypto_signer_certificate(const struct crypto_signer *s)
{
	return &s->main.certificate;
}

EVP_PKEY *crypto_signer_key(const struct crypto_signer *s)
{
	return s->main.key;
}

const STACK_OF(X509) *crypto_signer_chain(const struct crypto_signer *s)
{
	return s->main.chain;
}

struct sv crypto_signer_pem(const struct crypto_signer *s)
{
	return (struct sv){ s->main.pem.p, s->main.pem.len };
}

bool crypto_signer_has_sm2(const struct crypto_signer *s)
{
	return s->sm2.key != NULL;
}

struct sv crypto_signer_sm2_pem(const struct crypto_signer *s)
{
	return (struct sv){ s->sm2.pem.p, s->sm2.pem.len };
}

/* --- CMS --------------------------------------------------------------------------------------- */

static bool add_signing_time(CMS_SignerInfo *si)
{
	ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t)crypto_seconds(clock_now()));
	bool ok = t && CMS_signed_add1_attr_by_NID(si, NID_pkcs9_signingTime, ASN1_STRING_type(t), t, -1) == 1;

	ASN1_TIME_free(t);
	return ok;
}

static bool add_certificate_digests(CMS_SignerInfo *si, X509 *certificate, const STACK_OF(X509) *more)
{
	unsigned char *der = NULL;
	ESS_SIGNING_CERT_V2 *ids = OSSL_ESS_signing_cert_v2_new_init(EVP_sha256(), certificate, more, 1);
	int n = ids ? i2d_ESS_SIGNING_CERT_V2(ids, &der) : 0;
	bool ok = n > 0 && CMS_signed_add1_attr_by_NID(si, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE, der,
						       n) == 1;

	OPENSSL_free(der);
	ESS_SIGNING_CERT_V2_free(ids);
	return ok;
}

/* What travels besides the organ's certificate: its issuers, but not a root, which must be known anyway. */
static STACK_OF(X509) *travelling(const STACK_OF(X509) *chain)
{
	STACK_OF(X509) *list = sk_X509_new_null();

	CHECK(list);
	for (int i = 1; i < sk_X509_num(chain); i++) {
		X509 *x = sk_X509_value(chain, i);
		if (X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) != 0)
			CHECK(sk_X509_push(list, x) > 0);
	}
	return list;
}

static CMS_ContentInfo *make_cms(const struct pair *p, BIO *data)
{
	const unsigned flags = CMS_BINARY | CMS_DETACHED | CMS_NOSMIMECAP;
	STACK_OF(X509) *more = travelling(p->chain);
	X509 *certificate = sk_X509_value(p->chain, 0);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, more, NULL, flags | CMS_PARTIAL);
	CMS_SignerInfo *si = cms ? CMS_add1_signer(cms, certificate, p->key, EVP_sha256(), flags) : NULL;
	bool ok = si && add_signing_time(si) && add_certificate_digests(si, certificate, more) &&
		  CMS_final(cms, data, NULL, flags) == 1;

	sk_X509_free(more);
	if (ok)
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}

enum err_code crypto_sign_cms(const struct crypto_signer *s, struct sv data, struct str *ret_der, struct err *err)
{
	char reason[CRYPTO_REASON_SIZE];
	unsigned char *der = NULL;
	BIO *bio = crypto_bio(data, CRYPTO_SIGNED_MAX);

	if (!bio)
		return err_set(err, ERR_TOO_LARGE, "signature-wrong", "待签名的内容太大");
	CMS_ContentInfo *cms = make_cms(&s->main, bio);
	int n = cms ? i2d_CMS_ContentInfo(cms, &der) : 0;

	if (n > 0)
		str_append(ret_der, (const char *)der, (size_t)n);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(bio);
	if (n <= 0)
		return err_set(err, ERR_INTERNAL, "signature-wrong", "签名失败：%s", crypto_reason(reason));
	ERR_clear_error();
	return ret_der->failed ? err_set(err, ERR_TOO_LARGE, "signature-wrong", "签名放不下") : ERR_OK;
}

/* --- SM2 ----------------------------------------------------------------------------------------- */

static const OSSL_PARAM *sm2_id(OSSL_PARAM params[2])
{
	static char id[] = CRYPTO_SM2_ID;

	params[0] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_DIST_ID, id, sizeof(id) - 1);
	params[1] = OSSL_PARAM_construct_end();
	return params;
}

enum err_code crypto_sign_sm2(const struct crypto_signer *s, struct sv data, struct str *ret, struct err *err)
{
	char reason[CRYPTO_REASON_SIZE];
	unsigned char signature[SM2_SIGNATURE_MAX];
	size_t n = sizeof(signature);
	OSSL_PARAM params[2];

	if (!s->sm2.key)
		return err_set(err, ERR_NOT_FOUND, "key-missing", "本机关没有 SM2 密钥");
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestSignInit_ex(ctx, NULL, "SM3", NULL, NULL, s->sm2.key, sm2_id(params)) == 1 &&
		  EVP_DigestSign(ctx, signature, &n, (const unsigned char *)(data.p ? data.p : ""), data.n) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		return err_set(err, ERR_INTERNAL, "signature-wrong", "SM2 签名失败：%s", crypto_reason(reason));
	str_append(ret, (const char *)signature, n);
	return ret->failed ? err_set(err, ERR_TOO_LARGE, "signature-wrong", "签名放不下") : ERR_OK;
}

bool crypto_sm2_verify(EVP_PKEY *key, struct sv data, struct sv signature)
{
	OSSL_PARAM params[2];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestVerifyInit_ex(ctx, NULL, "SM3", NULL, NULL, key, sm2_id(params)) == 1 &&
		  EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n,
				   (const unsigned char *)(data.p ? data.p : ""), data.n) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

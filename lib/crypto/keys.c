/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * New keys, requests, a small CA, revocation lists. */
#include "crypto/keys.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "crypto/sign_internal.h"

enum { NAME_MAX_CHARS = 64 /* X.520, ub-common-name */, SERIAL_BITS = 127 };

struct crypto_ca {
	EVP_PKEY *key;
	X509 *x;
	struct crypto_certificate certificate;
};

static enum err_code openssl_failed(struct err *err, const char *what)
{
	char reason[CRYPTO_REASON_SIZE];

	return err_set(err, ERR_INTERNAL, "openssl", "%s失败：%s", what, crypto_reason(reason));
}

/* --- pieces ------------------------------------------------------------------------------------ */

bool crypto_algorithm_parse(const char *name, enum crypto_algorithm *ret)
{
	static const char *const names[] = {
		[CRYPTO_ALGORITHM_P256] = "p256",
		[CRYPTO_ALGORITHM_ED25519] = "ed25519",
		[CRYPTO_ALGORITHM_SM2] = "sm2",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(name, names[i]) != 0)
			continue;
		*ret = (enum crypto_algorithm)i;
		return true;
	}
	return false;
}

/* The text of a BIO; wiped with it when it is secure memory. */
static bool take_text(BIO *bio, struct str *ret)
{
	char *p = NULL;
	long n = BIO_get_mem_data(bio, &p);

	if (n <= 0)
		return false;
	str_append(ret, p, (size_t)n);
	return !ret->failed;
}

static bool write_key(const EVP_PKEY *key, char ret[CRYPTO_KEY_PEM_SIZE])
{
	char *p = NULL;
	BIO *bio = BIO_new(BIO_s_secmem());
	bool ok = bio && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1;
	long n = ok ? BIO_get_mem_data(bio, &p) : 0;

	ok = ok && n > 0 && n < CRYPTO_KEY_PEM_SIZE;
	if (ok) {
		memcpy(ret, p, (size_t)n);
		ret[n] = '\0';
	}
	BIO_free(bio);
	return ok;
}

static enum err_code set_subject(X509_NAME *name, const char *code, const char *cn, struct err *err)
{
	size_t chars = text_is_valid_utf8(sv_of(cn)) ? text_count_chars(sv_of(cn)) : 0;
	char read_code[CRYPTO_CODE_SIZE], read_name[256];

	if (code && !crypto_code_is_valid(sv_of(code)))
		return err_set(err, ERR_INVALID, "certificate-organ", "“%s”不是机关代码（小写字母、数字和连字符，至多 60 个）",
			       code);
	if (chars < 1 || chars > NAME_MAX_CHARS)
		return err_set(err, ERR_INVALID, "certificate-organ", "名称应为 1 至 %d 个字（UTF-8）", NAME_MAX_CHARS);
	if (X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0) != 1 ||
	    (code && X509_NAME_add_entry_by_NID(name, NID_organizationalUnitName, MBSTRING_UTF8,
						(const unsigned char *)code, -1, -1, 0) != 1))
		return openssl_failed(err, "写入证书主体");
	crypto_subject_read(name, read_code, read_name);
	if (strcmp(read_name, cn) != 0)
		return err_set(err, ERR_INVALID, "certificate-organ", "名称里有不能用的字符");
	return ERR_OK;
}

static bool set_times(X509 *x, const struct crypto_validity *v)
{
	return ASN1_TIME_set(X509_getm_notBefore(x), (time_t)crypto_seconds(v->from)) &&
	       ASN1_TIME_set(X509_getm_notAfter(x), (time_t)crypto_seconds(v->until));
}

static bool set_serial(X509 *x)
{
	BIGNUM *n = BN_new();
	bool ok = n && BN_rand(n, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
		  BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));

	BN_free(n);
	return ok;
}

static bool add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *ext = X509V3_EXT_nconf_nid(NULL, &ctx, nid, value);
	bool ok = ext && X509_add_ext(x, ext, -1) == 1;

	X509_EXTENSION_free(ext);
	return ok;
}

/* --- keys and requests ---------------------------------------------------------------------------- */

static bool sign_request(X509_REQ *request, EVP_PKEY *key, bool sm2)
{
	static char id[] = CRYPTO_SM2_ID;
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_DIST_ID, id, sizeof(id) - 1),
		OSSL_PARAM_construct_end(),
	};
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx &&
		  EVP_DigestSignInit_ex(ctx, NULL, sm2 ? "SM3" : "SHA256", NULL, NULL, key, sm2 ? params : NULL) == 1 &&
		  X509_REQ_sign_ctx(request, ctx) > 0;

	EVP_MD_CTX_free(ctx);
	return ok;
}

static enum err_code make_request(EVP_PKEY *key, const struct crypto_subject *subject, bool sm2, struct str *ret,
				  struct err *err)
{
	X509_REQ *request = X509_REQ_new();
	BIO *bio = BIO_new(BIO_s_mem());

	CHECK(request && bio);
	enum err_code code = set_subject(X509_REQ_get_subject_name(request), subject->code, subject->name, err);
	if (!code && (X509_REQ_set_version(request, X509_REQ_VERSION_1) != 1 || X509_REQ_set_pubkey(request, key) != 1 ||
		      !sign_request(request, key, sm2) || PEM_write_bio_X509_REQ(bio, request) != 1 ||
		      !take_text(bio, ret)))
		code = openssl_failed(err, "制作证书申请");
	BIO_free(bio);
	X509_REQ_free(request);
	return code;
}

enum err_code crypto_key_new(enum crypto_algorithm algorithm, const struct crypto_subject *subject,
			     char ret_key[CRYPTO_KEY_PEM_SIZE], struct str *ret_request, struct err *err)
{
	EVP_PKEY *key = NULL;
	bool sm2 = algorithm == CRYPTO_ALGORITHM_SM2;

	switch (algorithm) {
	case CRYPTO_ALGORITHM_P256: key = EVP_EC_gen("P-256"); break;
	case CRYPTO_ALGORITHM_SM2: key = EVP_PKEY_Q_keygen(NULL, NULL, "SM2"); break;
	case CRYPTO_ALGORITHM_ED25519:
		err_set(err, ERR_INVALID, "key-mismatch", "不能用 Ed25519：OpenSSL 3.0 不支持用它作 CMS 签名");
		err_detail(err, "请用 p256；它处处可用。");
		return ERR_INVALID;
	}
	if (!key)
		return openssl_failed(err, "生成密钥");
	enum err_code code = make_request(key, subject, sm2, ret_request, err);
	if (!code && !write_key(key, ret_key))
		code = openssl_failed(err, "写出密钥");
	EVP_PKEY_free(key);
	ERR_clear_error();
	return code;
}

static X509_REQ *parse_request(struct sv pem)
{
	BIO *bio = crypto_bio(pem, CRYPTO_PEM_MAX);
	X509_REQ *request = bio ? PEM_read_bio_X509_REQ(bio, NULL, crypto_no_passphrase, NULL) : NULL;

	BIO_free(bio);
	if (request && X509_REQ_get_signature_nid(request) == NID_SM2_with_SM3) {
		ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
		CHECK(id && ASN1_OCTET_STRING_set(id, (const unsigned char *)CRYPTO_SM2_ID, -1) == 1);
		X509_REQ_set0_distinguishing_id(request, id);
	}
	return request;
}

static enum err_code check_request(X509_REQ *request, struct crypto_subject *ret, struct err *err)
{
	char reason[CRYPTO_REASON_SIZE];

	if (!request)
		return err_set(err, ERR_INVALID, "pem", "不是可读的证书申请（PEM）：%s", crypto_reason(reason));
	EVP_PKEY *key = X509_REQ_get0_pubkey(request);
	if (!key || X509_REQ_verify(request, key) != 1) {
		ERR_clear_error();
		return err_set(err, ERR_INVALID, "signature-wrong", "证书申请的签名不对：申请被改动过，或申请人没有该私钥");
	}
	const char *algorithm = crypto_algorithm_name(key);
	if (!algorithm)
		return err_set(err, ERR_INVALID, "key-mismatch",
			       "证书申请的密钥种类不能用（应为 P-256、P-384、2048 位以上的 RSA 或 SM2）");
	crypto_subject_read(X509_REQ_get_subject_name(request), ret->code, ret->name);
	ret->sm2 = strcmp(algorithm, "SM2") == 0;
	if (!*ret->code || !*ret->name)
		return err_set(err, ERR_INVALID, "certificate-organ", "证书申请的主体应写明机关名称（CN）和机关代码（OU）");
	return ERR_OK;
}

enum err_code crypto_request_read(struct sv pem, struct crypto_subject *ret, struct err *err)
{
	X509_REQ *request = parse_request(pem);
	enum err_code code = check_request(request, ret, err);

	X509_REQ_free(request);
	ERR_clear_error();
	return code;
}

/* --- CA ---------------------------------------------------------------------------------------------- */

static bool write_certificate(X509 *x, struct str *ret)
{
	BIO *bio = BIO_new(BIO_s_mem());
	bool ok = bio && PEM_write_bio_X509(bio, x) == 1 && take_text(bio, ret);

	BIO_free(bio);
	return ok;
}

enum err_code crypto_ca_new(const char *name, const struct crypto_validity *validity, char ret_key[CRYPTO_KEY_PEM_SIZE],
			    struct str *ret_pem, struct err *err)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();

	CHECK(key && x);
	enum err_code code = set_subject(X509_get_subject_name(x), NULL, name, err);
	if (!code && (X509_set_version(x, X509_VERSION_3) != 1 || !set_serial(x) || !set_times(x, validity) ||
		      X509_set_issuer_name(x, X509_get_subject_name(x)) != 1 || X509_set_pubkey(x, key) != 1 ||
		      !add_extension(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
		      !add_extension(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") ||
		      !add_extension(x, x, NID_subject_key_identifier, "hash") ||
		      !add_extension(x, x, NID_authority_key_identifier, "keyid:always") ||
		      X509_sign(x, key, EVP_sha256()) <= 0 || !write_certificate(x, ret_pem) ||
		      !write_key(key, ret_key)))
		code = openssl_failed(err, "制作 CA 证书");
	X509_free(x);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return code;
}

enum err_code crypto_ca_load(const char *key_path, struct sv pem, instant_t now, struct crypto_ca **ret,
			     struct err *err)
{
	char reason[CRYPTO_REASON_SIZE];
	struct crypto_ca *ca = xcalloc(1, sizeof(*ca));
	STACK_OF(X509) *chain = crypto_certificates_parse(pem);
	enum err_code code = ERR_OK;

	ca->x = chain ? sk_X509_shift(chain) : NULL;
	crypto_certificates_free(chain);
	if (!ca->x || !crypto_certificate_fill(ca->x, &ca->certificate))
		code = err_set(err, ERR_INVALID, "pem", "不是可读的 CA 证书（PEM）：%s", crypto_reason(reason));
	if (!code)
		code = crypto_private_key_read(key_path, &ca->key, err);
	if (!code && X509_check_ca(ca->x) != 1)
		code = err_set(err, ERR_INVALID, "key-mismatch", "“%s”的证书不是 CA 证书", ca->certificate.name);
	if (!code && X509_check_private_key(ca->x, ca->key) != 1)
		code = err_set(err, ERR_INVALID, "key-mismatch", "CA 的私钥与证书不是一对");
	if (!code && (now < ca->certificate.not_before || now >= ca->certificate.not_after))
		code = err_set(err, ERR_INVALID, "certificate-expired", "CA 证书已到期或尚未生效");
	ERR_clear_error();
	if (code)
		crypto_ca_free(ca);
	else
		*ret = ca;
	return code;
}

void crypto_ca_free(struct crypto_ca *ca)
{
	if (!ca)
		return;
	EVP_PKEY_free(ca->key);
	X509_free(ca->x);
	free(ca);
}

/* No extended key usage: a signer's certificate must pass as signer with every tool, and as TLS client and
 * server between two daemons. */
static bool issue(const struct crypto_ca *ca, X509 *x, EVP_PKEY *key, const struct crypto_validity *validity)
{
	return X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) && set_times(x, validity) &&
	       X509_set_issuer_name(x, X509_get_subject_name(ca->x)) == 1 && X509_set_pubkey(x, key) == 1 &&
	       add_extension(x, ca->x, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(x, ca->x, NID_key_usage, "critical,digitalSignature,nonRepudiation") &&
	       add_extension(x, ca->x, NID_subject_key_identifier, "hash") &&
	       add_extension(x, ca->x, NID_authority_key_identifier, "keyid:always") &&
	       X509_sign(x, ca->key, EVP_sha256()) > 0;
}

enum err_code crypto_ca_sign(const struct crypto_ca *ca, struct sv request_pem, const struct crypto_validity *validity,
			     struct str *ret_pem, struct err *err)
{
	struct crypto_subject subject;
	struct crypto_validity v = *validity;
	X509_REQ *request = parse_request(request_pem);
	X509 *x = X509_new();
	enum err_code code = check_request(request, &subject, err);

	CHECK(x);
	if (v.until > ca->certificate.not_after)
		v.until = ca->certificate.not_after;
	if (v.from < ca->certificate.not_before)
		v.from = ca->certificate.not_before;
	if (!code)
		code = set_subject(X509_get_subject_name(x), subject.code, subject.name, err);
	if (!code && (!issue(ca, x, X509_REQ_get0_pubkey(request), &v) || !write_certificate(x, ret_pem)))
		code = openssl_failed(err, "签发证书");
	X509_free(x);
	X509_REQ_free(request);
	ERR_clear_error();
	return code;
}

/* --- revocation lists ------------------------------------------------------------------------------------- */

static X509_CRL *parse_list(struct sv pem)
{
	BIO *bio = crypto_bio(pem, CRYPTO_PEM_MAX);
	X509_CRL *list = bio ? PEM_read_bio_X509_CRL(bio, NULL, crypto_no_passphrase, NULL) : NULL;

	BIO_free(bio);
	return list;
}

static bool add_entry(X509_CRL *list, X509 *x, instant_t since)
{
	X509_REVOKED *found = NULL, *entry;
	ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t)crypto_seconds(since));
	bool ok = t != NULL;

	if (ok && X509_CRL_get0_by_serial(list, &found, X509_get0_serialNumber(x)) == 0) {
		entry = X509_REVOKED_new();
		ok = entry && X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(x)) == 1 &&
		     X509_REVOKED_set_revocationDate(entry, t) == 1 && X509_CRL_add0_revoked(list, entry) == 1;
		if (!ok)
			X509_REVOKED_free(entry);
	}
	ASN1_TIME_free(t);
	return ok;
}

/* The number after the old list's. */
static bool set_number(X509_CRL *list)
{
	ASN1_INTEGER *number = X509_CRL_get_ext_d2i(list, NID_crl_number, NULL, NULL);
	BIGNUM *n = number ? ASN1_INTEGER_to_BN(number, NULL) : BN_new();
	ASN1_INTEGER *next = n && BN_add_word(n, 1) == 1 ? BN_to_ASN1_INTEGER(n, NULL) : NULL;
	bool ok = next && X509_CRL_add1_ext_i2d(list, NID_crl_number, next, 0, X509V3_ADD_REPLACE) == 1;

	ASN1_INTEGER_free(number);
	ASN1_INTEGER_free(next);
	BN_free(n);
	return ok;
}

static bool set_issuer(const struct crypto_ca *ca, X509_CRL *list)
{
	X509V3_CTX ctx;

	if (X509_CRL_set_version(list, X509_CRL_VERSION_2) != 1 ||
	    X509_CRL_set_issuer_name(list, X509_get_subject_name(ca->x)) != 1)
		return false;
	if (X509_CRL_get_ext_by_NID(list, NID_authority_key_identifier, -1) >= 0)
		return true;
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, ca->x, NULL, NULL, list, 0);
	X509_EXTENSION *ext = X509V3_EXT_nconf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
	bool ok = ext && X509_CRL_add_ext(list, ext, -1) == 1;
	X509_EXTENSION_free(ext);
	return ok;
}

static bool finish_list(const struct crypto_ca *ca, X509_CRL *list, const struct crypto_revocation *r, struct str *ret)
{
	ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)crypto_seconds(r->now));
	ASN1_TIME *next = ASN1_TIME_set(NULL, (time_t)crypto_seconds(r->next_update));
	BIO *bio = BIO_new(BIO_s_mem());
	bool ok = now && next && bio && X509_CRL_set1_lastUpdate(list, now) == 1 &&
		  X509_CRL_set1_nextUpdate(list, next) == 1 && set_issuer(ca, list) && set_number(list) &&
		  X509_CRL_sort(list) == 1 && X509_CRL_sign(list, ca->key, EVP_sha256()) > 0 &&
		  PEM_write_bio_X509_CRL(bio, list) == 1 && take_text(bio, ret);

	ASN1_TIME_free(now);
	ASN1_TIME_free(next);
	BIO_free(bio);
	return ok;
}

enum err_code crypto_ca_revoke(const struct crypto_ca *ca, const struct crypto_revocation *r, struct str *ret_list,
			       struct err *err)
{
	enum err_code code = ERR_OK;
	X509_CRL *list = r->old.n ? parse_list(r->old) : X509_CRL_new();
	STACK_OF(X509) *chain = r->pem.n ? crypto_certificates_parse(r->pem) : NULL;
	X509 *x = chain ? sk_X509_value(chain, 0) : NULL;

	if (!list || (r->old.n && !crypto_list_verify(list, ca->key)))
		code = err_set(err, ERR_INVALID, "signature-wrong", "原吊销名单不能读取，或不是本 CA 签发的");
	else if (r->pem.n && !x)
		code = err_set(err, ERR_INVALID, "pem", "不是可读的证书（PEM）");
	else if (x && (X509_NAME_cmp(X509_get_issuer_name(x), X509_get_subject_name(ca->x)) != 0 ||
		       X509_verify(x, ca->key) != 1))
		code = err_set(err, ERR_INVALID, "certificate-foreign", "该证书不是本 CA 签发的");
	else if ((x && !add_entry(list, x, r->since)) || !finish_list(ca, list, r, ret_list))
		code = openssl_failed(err, "制作吊销名单");
	crypto_certificates_free(chain);
	X509_CRL_free(list);
	ERR_clear_error();
	return code;
}

/* --- to show and check ---------------------------------------------------------------------------------------- */

enum err_code crypto_certificate_details(struct sv pem, struct crypto_details *ret, struct err *err)
{
	char reason[CRYPTO_REASON_SIZE], code[CRYPTO_CODE_SIZE];
	STACK_OF(X509) *chain = crypto_certificates_parse(pem);

	if (!chain)
		return err_set(err, ERR_INVALID, "pem", "不是可读的证书（PEM）：%s", crypto_reason(reason));
	X509 *x = sk_X509_value(chain, 0);
	const char *algorithm = X509_get0_pubkey(x) ? crypto_algorithm_name(X509_get0_pubkey(x)) : NULL;

	crypto_subject_read(X509_get_issuer_name(x), code, ret->issuer);
	ret->algorithm = algorithm ? algorithm : "?";
	ret->self_signed = X509_self_signed(x, 1) == 1;
	ret->ca = X509_check_ca(x) == 1;
	crypto_certificates_free(chain);
	ERR_clear_error();
	return ERR_OK;
}

enum err_code crypto_list_read(struct sv pem, struct crypto_list *ret, struct err *err)
{
	char reason[CRYPTO_REASON_SIZE], code[CRYPTO_CODE_SIZE];
	X509_CRL *list = parse_list(pem);

	if (!list)
		return err_set(err, ERR_INVALID, "pem", "不是可读的吊销名单（PEM）：%s", crypto_reason(reason));
	crypto_subject_read(X509_CRL_get_issuer(list), code, ret->issuer);
	ret->this_update = crypto_instant(X509_CRL_get0_lastUpdate(list));
	ret->next_update = crypto_instant(X509_CRL_get0_nextUpdate(list));
	ret->count = X509_CRL_get_REVOKED(list) ? sk_X509_REVOKED_num(X509_CRL_get_REVOKED(list)) : 0;
	X509_CRL_free(list);
	ERR_clear_error();
	return ERR_OK;
}

enum err_code crypto_key_check(const char *key_path, struct sv certificate_pem, struct err *err)
{
	EVP_PKEY *key = NULL;
	enum err_code code = crypto_private_key_read(key_path, &key, err);

	if (!code && !crypto_algorithm_name(key))
		code = err_set(err, ERR_INVALID, "key-mismatch", "“%s”的密钥种类不能用来签名", key_path);
	if (!code && certificate_pem.n) {
		STACK_OF(X509) *chain = crypto_certificates_parse(certificate_pem);
		if (!chain || X509_check_private_key(sk_X509_value(chain, 0), key) != 1)
			code = err_set(err, ERR_INVALID, "key-mismatch", "私钥“%s”与证书不是一对", key_path);
		crypto_certificates_free(chain);
	}
	EVP_PKEY_free(key);
	ERR_clear_error();
	return code;
}

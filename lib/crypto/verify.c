/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Verification of CMS and SM2 signatures.
 *
 * What a signature does not cover must not be free to vary either: a file that was touched shall not pass. So
 * the DER is read strictly (one signer, no embedded content, nothing unsigned, canonical), and where the
 * signature names its certificates by digest, they must be these. */
#include "crypto/sign.h"

#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/x509v3.h>

#include "crypto/sign_internal.h"

enum { CERTIFICATES_MAX = 6, SECURITY_BITS_MIN = 112 };

static enum err_code wrong(struct err *err, const char *what)
{
	ERR_clear_error();
	return err_set(err, ERR_INVALID, "signature-wrong", "%s", what);
}

/* --- the outer form ----------------------------------------------------------------------------- */

/* DER still to be read. */
struct cursor {
	const unsigned char *p, *end;
};

/* The next element when it has this tag: its contents. */
static bool take(struct cursor *c, int tag, struct cursor *ret)
{
	const unsigned char *p = c->p;
	long length;
	int found, class;

	if (p >= c->end || ASN1_get_object(&p, &length, &found, &class, c->end - p) & 0x80 || found != tag)
		return false;
	c->p = p + length;
	*ret = (struct cursor){ p, p + length }; /* last: it may be the same one */
	return true;
}

static bool take_version_1(struct cursor *c)
{
	struct cursor number;

	return take(c, V_ASN1_INTEGER, &number) && number.end - number.p == 1 && *number.p == 1;
}

/* The fields that OpenSSL reads but neither checks nor shows: both versions are 1 (the signer is named by issuer
 * and serial number), and the one digest algorithm has the parameters NULL or none. */
static bool has_plain_fields(const unsigned char *der, size_t n)
{
	struct cursor c = { der, der + n }, part, algorithm, nothing;

	/* ContentInfo { signedData, [0] { SignedData { version, digestAlgorithms ... */
	if (!take(&c, V_ASN1_SEQUENCE, &c) || !take(&c, V_ASN1_OBJECT, &part) || !take(&c, 0, &c) ||
	    !take(&c, V_ASN1_SEQUENCE, &c) || !take_version_1(&c) || !take(&c, V_ASN1_SET, &part) ||
	    !take(&part, V_ASN1_SEQUENCE, &algorithm) || part.p != part.end || !take(&algorithm, V_ASN1_OBJECT, &part))
		return false;
	if (algorithm.p != algorithm.end && (!take(&algorithm, V_ASN1_NULL, &nothing) || nothing.p != nothing.end))
		return false;
	/* ... encapContentInfo, [0] certificates, signerInfos { { version ... */
	return take(&c, V_ASN1_SEQUENCE, &part) && take(&c, 0, &part) && take(&c, V_ASN1_SET, &part) &&
	       take(&part, V_ASN1_SEQUENCE, &part) && take_version_1(&part);
}

static CMS_ContentInfo *parse(struct sv der)
{
	const unsigned char *start = (const unsigned char *)der.p, *p = start;
	unsigned char *again = NULL;
	CMS_ContentInfo *cms = der.n && der.n <= CRYPTO_CMS_MAX ? d2i_CMS_ContentInfo(NULL, &p, (long)der.n) : NULL;

	if (!cms)
		return NULL;
	int n = i2d_CMS_ContentInfo(cms, &again);
	ASN1_OCTET_STRING **content = OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed ? CMS_get0_content(cms) : NULL;
	bool ok = p == start + der.n && n > 0 && (size_t)n == der.n && memcmp(again, start, der.n) == 0 && content &&
		  !*content && OBJ_obj2nid(CMS_get0_eContentType(cms)) == NID_pkcs7_data &&
		  has_plain_fields(start, der.n);
	OPENSSL_free(again);
	if (ok)
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}

/* --- the signer's part ---------------------------------------------------------------------------- */

static bool parameters_are_plain(const X509_ALGOR *algorithm)
{
	int type;

	X509_ALGOR_get0(NULL, &type, NULL, algorithm);
	return type == V_ASN1_UNDEF || type == V_ASN1_NULL;
}

/* The signer is named byte for byte as in the certificate: comparing names is more lenient. */
static bool names_signer(CMS_SignerInfo *si, X509 *signer)
{
	const unsigned char *said, *found;
	size_t said_n, found_n;
	X509_NAME *issuer = NULL;

	return CMS_SignerInfo_get0_signer_id(si, NULL, &issuer, NULL) == 1 && issuer &&
	       X509_NAME_get0_der(issuer, &said, &said_n) == 1 &&
	       X509_NAME_get0_der(X509_get_issuer_name(signer), &found, &found_n) == 1 && said_n == found_n &&
	       memcmp(said, found, found_n) == 0;
}

/* SHA-2 of 256 bits or more, and a signature algorithm that says the same. */
static bool algorithms_fit(CMS_SignerInfo *si, const EVP_PKEY *key)
{
	X509_ALGOR *digest, *signature;
	const ASN1_OBJECT *digest_id, *signature_id;
	int named_digest = NID_undef, named_key = NID_undef;

	CMS_SignerInfo_get0_algs(si, NULL, NULL, &digest, &signature);
	X509_ALGOR_get0(&digest_id, NULL, NULL, digest);
	X509_ALGOR_get0(&signature_id, NULL, NULL, signature);
	int nid = OBJ_obj2nid(digest_id), signature_nid = OBJ_obj2nid(signature_id);
	if ((nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512) || !parameters_are_plain(digest))
		return false;
	if (EVP_PKEY_is_a(key, "RSA")) {
		if (signature_nid == NID_rsassaPss)
			return true; /* OpenSSL compares its parameters */
		if (signature_nid == NID_rsaEncryption)
			return parameters_are_plain(signature);
	}
	return OBJ_find_sigid_algs(signature_nid, &named_digest, &named_key) == 1 && named_digest == nid &&
	       named_key == EVP_PKEY_get_base_id(key) && parameters_are_plain(signature);
}

static int find_issuer(STACK_OF(X509) *certificates, unsigned used, X509 *subject)
{
	for (int i = 0; i < sk_X509_num(certificates); i++) {
		X509 *x = sk_X509_value(certificates, i);
		if (!(used & 1u << i) && X509_check_issued(x, subject) == X509_V_OK &&
		    X509_verify(subject, X509_get0_pubkey(x)) == 1)
			return i;
	}
	return -1;
}

/* The signer's certificate and the issuers that travel with it: nothing else may. */
static bool is_one_path(X509 *signer, STACK_OF(X509) *certificates)
{
	int n = sk_X509_num(certificates), at;
	unsigned used = 0;

	for (at = 0; at < n; at++) {
		if (sk_X509_value(certificates, at) == signer)
			used |= 1u << at;
	}
	for (X509 *x = signer; (at = find_issuer(certificates, used, x)) >= 0; used |= 1u << at)
		x = sk_X509_value(certificates, at);
	ERR_clear_error();
	return used == (1u << n) - 1;
}

/* RFC 5035: where the signature names certificates by digest, these are they. */
static bool names_certificates(CMS_SignerInfo *si, X509 *signer, STACK_OF(X509) *certificates)
{
	int at = CMS_signed_get_attr_by_NID(si, NID_id_smime_aa_signingCertificateV2, -1);

	if (at < 0)
		return true;
	X509_ATTRIBUTE *attribute = CMS_signed_get_attr(si, at);
	const ASN1_TYPE *value = X509_ATTRIBUTE_count(attribute) == 1 ? X509_ATTRIBUTE_get0_type(attribute, 0) : NULL;
	if (!value || value->type != V_ASN1_SEQUENCE)
		return false;
	const unsigned char *p = value->value.sequence->data;
	ESS_SIGNING_CERT_V2 *ids = d2i_ESS_SIGNING_CERT_V2(NULL, &p, value->value.sequence->length);
	STACK_OF(X509) *path = sk_X509_new_null();
	CHECK(path && sk_X509_push(path, signer) > 0);
	for (int i = 0; i < sk_X509_num(certificates); i++) {
		if (sk_X509_value(certificates, i) != signer)
			CHECK(sk_X509_push(path, sk_X509_value(certificates, i)) > 0);
	}
	bool ok = ids && OSSL_ESS_check_signing_certs(NULL, ids, path, 1) == 1;
	sk_X509_free(path);
	ESS_SIGNING_CERT_V2_free(ids);
	return ok;
}

/* --- certificates of both kinds ----------------------------------------------------------------------- */

static enum err_code check_certificate(X509 *x, STACK_OF(X509) *others, const struct crypto_trust *trust, instant_t at,
				       struct crypto_certificate *ret, struct err *err)
{
	struct crypto_certificate c;

	if (!crypto_certificate_fill(x, &c))
		return wrong(err, "签名人的证书不能读取");
	enum err_code failed = crypto_certificate_check(&c, at, err);
	if (failed)
		return failed;
	/* UINT32_MAX: no such extension, any use. */
	if (!(X509_get_key_usage(x) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
		return err_set(err, ERR_INVALID, "certificate-foreign", "%s的证书不是签名证书", c.name);
	if (trust)
		failed = crypto_trust_check(trust, x, others, at, err);
	else if (X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0 && X509_self_signed(x, 1) != 1)
		failed = wrong(err, "签名人的证书已损坏");
	ERR_clear_error();
	if (!failed)
		*ret = c;
	return failed;
}

/* --- CMS ------------------------------------------------------------------------------------------------ */

/* Signed ones, among them that this is plain data (OpenSSL does not compare that); nothing unsigned. */
static bool has_attributes(CMS_SignerInfo *si)
{
	const ASN1_OBJECT *type = CMS_signed_get_attr_count(si) < 1 ?
					  NULL :
					  CMS_signed_get0_data_by_OBJ(si, OBJ_nid2obj(NID_pkcs9_contentType), -3,
								      V_ASN1_OBJECT);

	return type && OBJ_obj2nid(type) == NID_pkcs7_data && CMS_unsigned_get_attr_count(si) <= 0;
}

static enum err_code verify_signer(CMS_ContentInfo *cms, CMS_SignerInfo *si, STACK_OF(X509) *certificates, BIO *data,
				   X509 **ret, struct err *err)
{
	EVP_PKEY *key = NULL;
	X509 *signer = NULL;

	for (int i = 0; i < sk_X509_num(certificates); i++)
		crypto_certificate_prepare(sk_X509_value(certificates, i));
	if (!has_attributes(si))
		return wrong(err, "签名没有签名属性，或带有未受签名保护的属性");
	if (CMS_verify(cms, NULL, NULL, data, NULL, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) != 1) {
		bool missing = ERR_GET_REASON(ERR_peek_last_error()) == CMS_R_SIGNER_CERTIFICATE_NOT_FOUND;
		return wrong(err, missing ? "签名里没有签名人的证书" : "签名与内容不符");
	}
	CMS_SignerInfo_get0_algs(si, &key, &signer, NULL, NULL);
	const char *algorithm = crypto_algorithm_name(key);
	if (!algorithm || strcmp(algorithm, "SM2") == 0 || EVP_PKEY_get_security_bits(key) < SECURITY_BITS_MIN ||
	    !algorithms_fit(si, key))
		return wrong(err, "签名算法不被接受（应为 SHA-256 与 P-256、P-384 或 2048 位以上的 RSA）");
	if (!names_signer(si, signer) || !is_one_path(signer, certificates) ||
	    !names_certificates(si, signer, certificates))
		return wrong(err, "签名里的证书与签名不符，或有多余的证书");
	*ret = signer;
	return ERR_OK;
}

enum err_code crypto_verify_cms(struct sv data, struct sv der, const struct crypto_trust *trust, instant_t at,
				struct crypto_certificate *ret, struct err *err)
{
	X509 *signer = NULL;
	enum err_code failed;
	BIO *bio = crypto_bio(data, CRYPTO_SIGNED_MAX);
	CMS_ContentInfo *cms = parse(der);
	STACK_OF(CMS_SignerInfo) *signers = cms ? CMS_get0_SignerInfos(cms) : NULL;
	STACK_OF(X509) *certificates = cms ? CMS_get1_certs(cms) : NULL;
	STACK_OF(X509_CRL) *lists = cms ? CMS_get1_crls(cms) : NULL;

	if (!bio)
		failed = err_set(err, ERR_TOO_LARGE, "signature-wrong", "被签名的内容太大");
	else if (!cms)
		failed = wrong(err, "不是可读的签名（应为分离式 CMS，DER 编码）");
	else if (sk_CMS_SignerInfo_num(signers) != 1 || lists || sk_X509_num(certificates) > CERTIFICATES_MAX)
		failed = wrong(err, "签名应恰有一个签名人，且不带吊销名单");
	else
		failed = verify_signer(cms, sk_CMS_SignerInfo_value(signers, 0), certificates, bio, &signer, err);
	if (!failed)
		failed = check_certificate(signer, certificates, trust, at, ret, err);
	sk_X509_CRL_pop_free(lists, X509_CRL_free);
	crypto_certificates_free(certificates);
	CMS_ContentInfo_free(cms);
	BIO_free(bio);
	ERR_clear_error();
	return failed;
}

/* --- SM2 --------------------------------------------------------------------------------------------------- */

enum err_code crypto_verify_sm2(struct sv data, struct sv signature, struct sv certificate_pem,
				const struct crypto_trust *trust, instant_t at, struct crypto_certificate *ret,
				struct err *err)
{
	char reason[CRYPTO_REASON_SIZE];
	enum err_code failed;
	STACK_OF(X509) *chain = crypto_certificates_parse(certificate_pem);

	if (!chain)
		return err_set(err, ERR_INVALID, "signature-wrong", "SM2 签名的证书不能读取：%s", crypto_reason(reason));
	X509 *x = sk_X509_value(chain, 0);
	EVP_PKEY *key = X509_get0_pubkey(x);

	if (data.n > CRYPTO_SIGNED_MAX)
		failed = err_set(err, ERR_TOO_LARGE, "signature-wrong", "被签名的内容太大");
	else if (!key || !EVP_PKEY_is_a(key, "SM2"))
		failed = wrong(err, "SM2 签名的证书不是 SM2 证书");
	else if (!crypto_sm2_verify(key, data, signature))
		failed = wrong(err, "SM2 签名与内容不符");
	else
		failed = check_certificate(x, chain, trust, at, ret, err);
	crypto_certificates_free(chain);
	ERR_clear_error();
	return failed;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Which certificates are believed: paths to trusted ones, and revocation.
 *
 * OpenSSL builds and checks the path at the asked instant. Its own revocation check is not used: it calls a
 * certificate revoked whatever the date, while our records must stay good for the time before. So the lists
 * are looked through here, for every certificate of the path below the trusted one. */
#include "crypto/sign.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/sign_internal.h"

enum { DEPTH_MAX = 5, SECURITY_LEVEL = 2 /* 112 bits: no SHA-1, no RSA below 2048 */ };

struct crypto_trust {
	X509_STORE *store;
	STACK_OF(X509) *certificates;
	STACK_OF(X509_CRL) *lists;
};

struct crypto_trust *crypto_trust_new(void)
{
	struct crypto_trust *t = xcalloc(1, sizeof(*t));

	t->store = X509_STORE_new();
	t->certificates = sk_X509_new_null();
	t->lists = sk_X509_CRL_new_null();
	CHECK(t->store && t->certificates && t->lists);
	return t;
}

void crypto_trust_free(struct crypto_trust *t)
{
	if (!t)
		return;
	X509_STORE_free(t->store);
	crypto_certificates_free(t->certificates);
	sk_X509_CRL_pop_free(t->lists, X509_CRL_free);
	free(t);
}

const STACK_OF(X509) *crypto_trust_certificates(const struct crypto_trust *t)
{
	return t->certificates;
}

const STACK_OF(X509_CRL) *crypto_trust_lists(const struct crypto_trust *t)
{
	return t->lists;
}

/* --- filling ---------------------------------------------------------------------------------- */

static enum err_code add_certificate(struct crypto_trust *t, X509 *x, struct err *err)
{
	char reason[CRYPTO_REASON_SIZE];

	crypto_certificate_prepare(x);
	if (X509_STORE_add_cert(t->store, x) != 1)
		return err_set(err, ERR_INVALID, "pem", "不能采用该证书：%s", crypto_reason(reason));
	CHECK(X509_up_ref(x) == 1 && sk_X509_push(t->certificates, x) > 0);
	return ERR_OK;
}

/* A list that speaks of some reasons only, of other issuers' certificates, or of changes since another list,
 * would have to be understood as such: not supported. */
static bool is_plain_list(X509_CRL *list)
{
	bool plain = true;

	for (int i = 0; i < X509_CRL_get_ext_count(list); i++) {
		X509_EXTENSION *ext = X509_CRL_get_ext(list, i);
		int nid = OBJ_obj2nid(X509_EXTENSION_get_object(ext));
		if (nid == NID_delta_crl || (X509_EXTENSION_get_critical(ext) && nid != NID_issuing_distribution_point))
			plain = false;
	}
	ISSUING_DIST_POINT *point = X509_CRL_get_ext_d2i(list, NID_issuing_distribution_point, NULL, NULL);
	if (point && (point->onlysomereasons || point->indirectCRL > 0 || point->onlyattr > 0))
		plain = false;
	ISSUING_DIST_POINT_free(point);
	return plain;
}

static enum err_code add_list(struct crypto_trust *t, X509_CRL *list, struct err *err)
{
	if (!is_plain_list(list))
		return err_set(err, ERR_INVALID, "pem", "吊销名单是增量、间接或部分名单，不能采用");
	CHECK(X509_CRL_up_ref(list) == 1 && sk_X509_CRL_push(t->lists, list) > 0);
	return ERR_OK;
}

static enum err_code add_block(struct crypto_trust *t, const X509_INFO *block, struct err *err)
{
	if (block->x_pkey)
		return err_set(err, ERR_INVALID, "pem", "可信名单的文件里有私钥；私钥不应放在这里");
	enum err_code code = block->x509 ? add_certificate(t, block->x509, err) : ERR_OK;
	if (!code && block->crl)
		code = add_list(t, block->crl, err);
	return code;
}

enum err_code crypto_trust_add_pem(struct crypto_trust *t, struct sv pem, struct err *err)
{
	char reason[CRYPTO_REASON_SIZE];
	enum err_code code = ERR_OK;
	int found = 0;
	BIO *bio = crypto_bio(pem, CRYPTO_PEM_MAX);
	STACK_OF(X509_INFO) *blocks = bio ? PEM_X509_INFO_read_bio(bio, NULL, crypto_no_passphrase, NULL) : NULL;

	BIO_free(bio);
	for (int i = 0; blocks && !code && i < sk_X509_INFO_num(blocks); i++) {
		const X509_INFO *block = sk_X509_INFO_value(blocks, i);
		found += block->x509 || block->crl;
		code = add_block(t, block, err);
	}
	if (!code && !found)
		code = err_set(err, ERR_INVALID, "pem", "没有可读的证书或吊销名单（PEM）：%s", crypto_reason(reason));
	sk_X509_INFO_pop_free(blocks, X509_INFO_free);
	ERR_clear_error();
	return code;
}

static enum err_code add_file(struct crypto_trust *t, const char *folder, const char *name, struct err *err)
{
	char path[CRYPTO_PATH_SIZE];
	struct err inner = ERR_INIT;
	struct str pem = STR_INIT(CRYPTO_PEM_MAX);

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
		return err_set(err, ERR_IO, "pem", "路径太长：%s", folder);
	enum err_code code = crypto_pem_read(path, &pem, &inner);
	if (!code)
		code = crypto_trust_add_pem(t, (struct sv){ pem.p, pem.len }, &inner);
	str_release(&pem);
	/* A file that vanished between listing and reading is an error too, but not the folder's absence. */
	if (code == ERR_NOT_FOUND)
		code = ERR_IO;
	return code ? err_set(err, code, inner.rule, "%s：%s", path, inner.message) : ERR_OK;
}

enum err_code crypto_trust_add_folder(struct crypto_trust *t, const char *folder, struct err *err)
{
	enum err_code code = ERR_OK;
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "pem", "不能打开文件夹“%s”：%s", folder,
			       strerror(errno));
	while (!code && (entry = readdir(dir))) {
		size_t n = strlen(entry->d_name);
		if (*entry->d_name != '.' && n > 4 && strcmp(entry->d_name + n - 4, ".pem") == 0)
			code = add_file(t, folder, entry->d_name, err);
	}
	closedir(dir);
	return code;
}

/* --- paths -------------------------------------------------------------------------------------- */

static enum err_code refuse_path(X509_STORE_CTX *ctx, struct err *err)
{
	int reason = X509_STORE_CTX_get_error(ctx);
	X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	char code[CRYPTO_CODE_SIZE] = "", name[256] = "";

	if (x)
		crypto_subject_read(X509_get_subject_name(x), code, name);
	ERR_clear_error();
	if (reason == X509_V_ERR_CERT_HAS_EXPIRED)
		return err_set(err, ERR_INVALID, "certificate-expired", "签发机构“%s”的证书当时已到期", name);
	if (reason == X509_V_ERR_CERT_NOT_YET_VALID)
		return err_set(err, ERR_INVALID, "certificate-not-yet-valid", "签发机构“%s”的证书当时尚未生效", name);
	err_set(err, ERR_INVALID, "certificate-foreign", "“%s”的证书不是可信名单中的机构签发的（%s）", name,
		X509_verify_cert_error_string(reason));
	err_detail(err, "请与对方机关核对证书指纹，再把它的证书或其签发机构的证书放入可信名单。");
	return ERR_INVALID;
}

/* An issuer is a CA, expressly, and no organ: else whoever holds a trusted organ's key could speak for others. */
static bool is_issuer(X509 *x, const char *signer)
{
	char code[CRYPTO_CODE_SIZE], name[256];

	crypto_subject_read(X509_get_subject_name(x), code, name);
	return X509_check_ca(x) == 1 && (!*code || strcmp(code, signer) == 0);
}

/* --- revocation ------------------------------------------------------------------------------------ */

/* The part of a list that is signed: the first element of the outer sequence. */
static struct sv signed_part(const unsigned char *der, long n)
{
	const unsigned char *p = der, *start;
	long length;
	int tag, class;

	if (ASN1_get_object(&p, &length, &tag, &class, n) & 0x80)
		return (struct sv){ NULL, 0 };
	start = p;
	if (ASN1_get_object(&p, &length, &tag, &class, n - (p - der)) & 0x80)
		return (struct sv){ NULL, 0 };
	return (struct sv){ (const char *)start, (size_t)(p - start + length) };
}

bool crypto_list_verify(X509_CRL *list, EVP_PKEY *key)
{
	const ASN1_BIT_STRING *signature;
	unsigned char *der = NULL;
	bool ok;

	/* OpenSSL 3.0 has no way to set the SM2 id for a list. */
	if (X509_CRL_get_signature_nid(list) == NID_SM2_with_SM3) {
		int n = i2d_X509_CRL(list, &der);
		X509_CRL_get0_signature(list, &signature, NULL);
		ok = n > 0 && crypto_sm2_verify(key, signed_part(der, n),
						(struct sv){ (const char *)ASN1_STRING_get0_data(signature),
							     (size_t)ASN1_STRING_length(signature) });
		OPENSSL_free(der);
	} else {
		ok = X509_CRL_verify(list, key) == 1;
	}
	ERR_clear_error();
	return ok;
}

/* Signed by the issuer of the path; without one (a pinned certificate) by a trusted certificate of that name;
 * and where the trust knows none either, the list is believed as the administrator put it there. */
static bool is_genuine(const struct crypto_trust *t, X509_CRL *list, X509 *issuer)
{
	bool known = false;

	if (issuer)
		return crypto_list_verify(list, X509_get0_pubkey(issuer));
	for (int i = 0; i < sk_X509_num(t->certificates); i++) {
		X509 *x = sk_X509_value(t->certificates, i);
		if (X509_NAME_cmp(X509_get_subject_name(x), X509_CRL_get_issuer(list)) != 0)
			continue;
		known = true;
		if (crypto_list_verify(list, X509_get0_pubkey(x)))
			return true;
	}
	return !known;
}

/* When the list revokes the certificate: the date of the entry, or the earlier one since when its key was not
 * to be trusted. INSTANT_NONE: not in the list. */
static instant_t revoked_at(X509_CRL *list, X509 *x)
{
	X509_REVOKED *entry = NULL;

	if (X509_CRL_get0_by_cert(list, &entry, x) != 1)
		return INSTANT_NONE;
	instant_t at = crypto_instant(X509_REVOKED_get0_revocationDate(entry));
	ASN1_GENERALIZEDTIME *since = X509_REVOKED_get_ext_d2i(entry, NID_invalidity_date, NULL, NULL);
	instant_t earlier = since ? crypto_instant(since) : INSTANT_NONE;
	ASN1_GENERALIZEDTIME_free(since);
	if (at == INSTANT_NONE)
		return 0; /* no readable date: revoked as long as there have been dates */
	return earlier != INSTANT_NONE && earlier < at ? earlier : at;
}

static enum err_code check_revoked(const struct crypto_trust *t, X509 *x, X509 *issuer, instant_t at, struct err *err)
{
	int lists = 0, genuine = 0;
	instant_t until = INSTANT_NONE;
	char code[CRYPTO_CODE_SIZE], name[256], day[40];

	crypto_subject_read(X509_get_subject_name(x), code, name);
	for (int i = 0; i < sk_X509_CRL_num(t->lists); i++) {
		X509_CRL *list = sk_X509_CRL_value(t->lists, i);
		if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(x)) != 0)
			continue;
		lists++;
		if (!is_genuine(t, list, issuer))
			continue;
		genuine++;
		instant_t since = revoked_at(list, x);
		if (since != INSTANT_NONE && crypto_seconds(since) <= crypto_seconds(at)) {
			instant_format(since, day);
			return err_set(err, ERR_INVALID, "certificate-revoked", "“%s”的证书自 %s 起已被吊销", name, day);
		}
		const ASN1_TIME *next = X509_CRL_get0_nextUpdate(list);
		instant_t end = next ? crypto_instant(next) : INT64_MAX;
		until = end > until ? end : until;
	}
	if (lists && !genuine)
		return err_set(err, ERR_INVALID, "revocation-unknown", "“%s”的证书是否被吊销无法确认：吊销名单的签名不是其签发机构的",
			       name);
	if (lists && crypto_seconds(until) < crypto_seconds(at)) {
		instant_format(until, day);
		err_set(err, ERR_INVALID, "revocation-unknown", "“%s”的证书是否被吊销无法确认：吊销名单已于 %s 过期", name, day);
		err_detail(err, "请向签发机构取得最新的吊销名单，放入吊销名单文件夹。");
		return ERR_INVALID;
	}
	return ERR_OK;
}

/* --- both ---------------------------------------------------------------------------------------------- */

static enum err_code check_path(const struct crypto_trust *t, const STACK_OF(X509) *path, instant_t at, struct err *err)
{
	char code[CRYPTO_CODE_SIZE], name[256];
	enum err_code failed = ERR_OK;
	int n = sk_X509_num(path);

	crypto_subject_read(X509_get_subject_name(sk_X509_value(path, 0)), code, name);
	for (int i = 1; i < n; i++) {
		if (!is_issuer(sk_X509_value(path, i), code))
			return err_set(err, ERR_INVALID, "certificate-foreign", "“%s”的证书由一个无权签发证书的机关签发", name);
	}
	for (int i = 0; !failed && i < n; i++) {
		X509 *x = sk_X509_value(path, i), *issuer = i + 1 < n ? sk_X509_value(path, i + 1) : NULL;
		/* A root answers for itself: only removing it from the trust revokes it. */
		bool root = X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0;
		if (!root)
			failed = check_revoked(t, x, issuer, at, err);
	}
	return failed;
}

enum err_code crypto_trust_check(const struct crypto_trust *t, X509 *x, STACK_OF(X509) *untrusted, instant_t at,
				 struct err *err)
{
	enum err_code failed;
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	CHECK(ctx && X509_STORE_CTX_init(ctx, t->store, x, untrusted) == 1);
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	X509_VERIFY_PARAM_set_time(param, (time_t)crypto_seconds(at));
	X509_VERIFY_PARAM_set_depth(param, DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	CHECK(X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY) == 1);
	if (X509_verify_cert(ctx) == 1)
		failed = check_path(t, X509_STORE_CTX_get0_chain(ctx), at, err);
	else
		failed = refuse_path(ctx, err);
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return failed;
}

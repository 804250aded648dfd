/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Certificates and key files: reading, and what they say. */
#include "crypto/sign.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "crypto/sign_internal.h"

enum { KEY_FILE_MAX = 16 << 10, SECOND_US = 1000000 };

/* --- small things ------------------------------------------------------------------------- */

const char *crypto_reason(char buf[CRYPTO_REASON_SIZE])
{
	unsigned long number = ERR_peek_last_error();
	const char *reason = number ? ERR_reason_error_string(number) : NULL;

	snprintf(buf, CRYPTO_REASON_SIZE, "%s", reason ? reason : "unknown reason");
	ERR_clear_error();
	return buf;
}

int64_t crypto_seconds(instant_t t)
{
	return t / SECOND_US - (t % SECOND_US < 0);
}

instant_t crypto_instant(const ASN1_TIME *t)
{
	struct tm tm = { 0 };

	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return INSTANT_NONE;
	return (instant_t)timegm(&tm) * SECOND_US;
}

BIO *crypto_bio(struct sv text, size_t max)
{
	/* A BIO takes no NULL, not even with nothing behind it. */
	return text.n > max ? NULL : BIO_new_mem_buf(text.p ? text.p : "", (int)text.n);
}

int crypto_no_passphrase(char *buf, int size, int rwflag, void *arg)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)arg;
	return -1;
}

bool crypto_code_is_valid(struct sv code)
{
	if (code.n < 1 || code.n > 60)
		return false;
	for (size_t i = 0; i < code.n; i++) {
		char c = code.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return true;
}

/* --- files ------------------------------------------------------------------------------------ */

static enum err_code open_file(const char *path, int *ret_fd, struct stat *ret, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return err_set(err, ERR_NOT_FOUND, "key-missing", "没有文件“%s”", path);
	if (fd < 0 || fstat(fd, ret) != 0) {
		err_set(err, ERR_IO, "key-missing", "不能打开“%s”：%s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return ERR_IO;
	}
	if (!S_ISREG(ret->st_mode)) {
		close(fd);
		return err_set(err, ERR_INVALID, "key-missing", "“%s”不是普通文件", path);
	}
	*ret_fd = fd;
	return ERR_OK;
}

/* Reads to the end; -1 when there is more than fits or the system refuses. */
static ssize_t read_all(int fd, char *buf, size_t size)
{
	size_t n = 0;

	for (;;) {
		ssize_t got = read(fd, buf + n, size - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			return (ssize_t)n;
		n += (size_t)got;
		if (n == size) {
			errno = EFBIG;
			return -1;
		}
	}
}

enum err_code crypto_pem_read(const char *path, struct str *ret, struct err *err)
{
	struct stat st;
	int fd;
	enum err_code code = open_file(path, &fd, &st, err);

	if (code)
		return code;
	if (st.st_size > CRYPTO_PEM_MAX) {
		close(fd);
		return err_set(err, ERR_TOO_LARGE, "pem", "“%s”太大", path);
	}
	char *buf = xmalloc(CRYPTO_PEM_MAX + 1);
	ssize_t n = read_all(fd, buf, CRYPTO_PEM_MAX + 1);
	int reason = errno;
	close(fd);
	if (n >= 0)
		str_append(ret, buf, (size_t)n);
	free(buf);
	if (n < 0)
		return err_set(err, ERR_IO, "pem", "不能读取“%s”：%s", path, strerror(reason));
	return ERR_OK;
}

EVP_PKEY *crypto_private_key_parse(struct sv pem)
{
	BIO *bio = crypto_bio(pem, KEY_FILE_MAX);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, crypto_no_passphrase, NULL) : NULL;

	BIO_free(bio);
	return key;
}

enum err_code crypto_private_key_read(const char *path, EVP_PKEY **ret, struct err *err)
{
	char buf[KEY_FILE_MAX], reason[CRYPTO_REASON_SIZE];
	struct stat st;
	int fd;
	enum err_code code = open_file(path, &fd, &st, err);

	if (code)
		return code;
	bool foreign = geteuid() != 0 && st.st_uid != geteuid() && st.st_uid != 0;
	if (foreign || st.st_mode & (S_IRWXG | S_IRWXO)) {
		close(fd);
		err_set(err, ERR_INVALID, "key-permissions", "私钥文件“%s”%s", path,
			foreign ? "属于别的用户" : "的权限过宽，其他用户可以读写");
		err_detail(err, "私钥文件应属于运行本程序的用户，权限为 0600（chmod 600）。若他人可能已读到，应换新密钥并吊销旧证书。");
		return ERR_INVALID;
	}
	ssize_t n = read_all(fd, buf, sizeof(buf));
	close(fd);
	*ret = n > 0 ? crypto_private_key_parse((struct sv){ buf, (size_t)n }) : NULL;
	crypto_wipe(buf, sizeof(buf));
	if (!*ret)
		return err_set(err, ERR_INVALID, "key-mismatch", "“%s”不是可用的私钥（应为 PEM，不带口令）：%s", path,
			       crypto_reason(reason));
	ERR_clear_error();
	return ERR_OK;
}

/* --- certificates -------------------------------------------------------------------------------- */

void crypto_certificate_prepare(X509 *x)
{
	if (X509_get_signature_nid(x) != NID_SM2_with_SM3 || X509_get0_distinguishing_id(x))
		return;
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	CHECK(id && ASN1_OCTET_STRING_set(id, (const unsigned char *)CRYPTO_SM2_ID, sizeof(CRYPTO_SM2_ID) - 1) == 1);
	X509_set0_distinguishing_id(x, id);
}

void crypto_certificates_free(STACK_OF(X509) *certificates)
{
	sk_X509_pop_free(certificates, X509_free);
}

STACK_OF(X509) *crypto_certificates_parse(struct sv pem)
{
	BIO *bio = crypto_bio(pem, CRYPTO_PEM_MAX);
	STACK_OF(X509) *list = sk_X509_new_null();
	X509 *x;

	if (!bio || !list)
		goto fail;
	while ((x = PEM_read_bio_X509(bio, NULL, crypto_no_passphrase, NULL))) {
		crypto_certificate_prepare(x);
		CHECK(sk_X509_push(list, x) > 0);
	}
	unsigned long reason = ERR_peek_last_error();
	if (sk_X509_num(list) < 1 || ERR_GET_LIB(reason) != ERR_LIB_PEM || ERR_GET_REASON(reason) != PEM_R_NO_START_LINE)
		goto fail;
	ERR_clear_error();
	BIO_free(bio);
	return list;
fail:
	BIO_free(bio);
	crypto_certificates_free(list);
	return NULL;
}

/* Names are printed on terminals and papers: no control characters. */
static bool is_printable(const char *p, size_t n)
{
	if (!text_is_valid_utf8((struct sv){ p, n }))
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i], next = i + 1 < n ? (unsigned char)p[i + 1] : 0;
		if (c < 0x20 || c == 0x7f || (c == 0xc2 && next < 0xa0))
			return false;
	}
	return true;
}

static void read_entry(const X509_NAME *subject, int nid, char *out, size_t size)
{
	int at = X509_NAME_get_index_by_NID(subject, nid, -1);
	unsigned char *utf8 = NULL;

	*out = '\0';
	if (at < 0 || X509_NAME_get_index_by_NID(subject, nid, at) >= 0)
		return;
	int n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
	if (n > 0 && (size_t)n < size && is_printable((const char *)utf8, (size_t)n)) {
		memcpy(out, utf8, (size_t)n);
		out[n] = '\0';
	}
	OPENSSL_free(utf8);
	ERR_clear_error();
}

void crypto_subject_read(const X509_NAME *subject, char code[CRYPTO_CODE_SIZE], char name[256])
{
	read_entry(subject, NID_organizationalUnitName, code, CRYPTO_CODE_SIZE);
	if (!crypto_code_is_valid(sv_of(code)))
		*code = '\0';
	read_entry(subject, NID_commonName, name, 256);
}

bool crypto_certificate_fill(X509 *x, struct crypto_certificate *ret)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	memset(ret, 0, sizeof(*ret));
	crypto_subject_read(X509_get_subject_name(x), ret->code, ret->name);
	CHECK(X509_digest(x, EVP_sha256(), digest, &n) == 1 && n == 32);
	crypto_hex(digest, n, ret->fingerprint);
	int length = ASN1_STRING_length(serial);
	if (length < 1 || length > 32)
		return false;
	crypto_hex(ASN1_STRING_get0_data(serial), (size_t)length, ret->serial);
	ret->not_before = crypto_instant(X509_get0_notBefore(x));
	ret->not_after = crypto_instant(X509_get0_notAfter(x));
	return ret->not_before != INSTANT_NONE && ret->not_after != INSTANT_NONE;
}

enum err_code crypto_certificate_read(struct sv pem, struct crypto_certificate *ret, struct err *err)
{
	char reason[CRYPTO_REASON_SIZE];
	STACK_OF(X509) *list = crypto_certificates_parse(pem);
	struct crypto_certificate c;
	bool ok = list && crypto_certificate_fill(sk_X509_value(list, 0), &c);

	crypto_certificates_free(list);
	if (ok)
		*ret = c;
	else
		return err_set(err, ERR_INVALID, "pem", "不是可读的证书（PEM）：%s", crypto_reason(reason));
	return ERR_OK;
}

enum err_code crypto_certificate_check(const struct crypto_certificate *c, instant_t at, struct err *err)
{
	char limit[40], asked[40];
	int64_t seconds = crypto_seconds(at);

	if (!*c->code || !*c->name)
		return err_set(err, ERR_INVALID, "certificate-organ", "证书（序列号 %s）的主体没有写明%s", c->serial,
			       *c->code ? "机关名称（CN）" : "机关代码（OU）");
	instant_format(at, asked);
	if (seconds < crypto_seconds(c->not_before)) {
		instant_format(c->not_before, limit);
		return err_set(err, ERR_INVALID, "certificate-not-yet-valid", "%s的证书自 %s 起有效，在 %s 尚未生效", c->name,
			       limit, asked);
	}
	/* As OpenSSL does, so that every check draws the line at the same second. */
	if (seconds >= crypto_seconds(c->not_after)) {
		instant_format(c->not_after, limit);
		return err_set(err, ERR_INVALID, "certificate-expired", "%s的证书已于 %s 到期，在 %s 无效", c->name, limit,
			       asked);
	}
	return ERR_OK;
}

/* --- keys ------------------------------------------------------------------------------------------- */

const char *crypto_algorithm_name(const EVP_PKEY *key)
{
	char group[32] = "";

	if (EVP_PKEY_is_a(key, "SM2"))
		return "SM2";
	if (EVP_PKEY_is_a(key, "RSA"))
		return EVP_PKEY_get_bits(key) >= 2048 ? "RSA" : NULL;
	if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) != 1)
		return NULL;
	return strcmp(group, "prime256v1") == 0 ? "P-256" : strcmp(group, "secp384r1") == 0 ? "P-384" : NULL;
}

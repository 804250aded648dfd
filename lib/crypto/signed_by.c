/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "crypto/signed_by.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>

static X509 *find_signer(CMS_ContentInfo *cms, STACK_OF(X509) *all)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);

	if (!signers || sk_CMS_SignerInfo_num(signers) != 1)
		return NULL;
	for (int i = 0; all && i < sk_X509_num(all); i++) {
		X509 *x = sk_X509_value(all, i);
		if (CMS_SignerInfo_cert_cmp(sk_CMS_SignerInfo_value(signers, 0), x) == 0)
			return x;
	}
	return NULL;
}

static bool append_pem(X509 *x, struct str *ret)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	bool ok = bio && PEM_write_bio_X509(bio, x) == 1;

	if (ok) {
		long n = BIO_get_mem_data(bio, &text);
		str_append(ret, text, (size_t)n);
	}
	BIO_free(bio);
	return ok && !ret->failed;
}

enum err_code crypto_signed_by(struct sv der, struct str *ret_pem, struct err *err)
{
	const unsigned char *p = (const unsigned char *)der.p;
	CMS_ContentInfo *cms = der.n && der.n <= CRYPTO_CMS_MAX ? d2i_CMS_ContentInfo(NULL, &p, (long)der.n) : NULL;
	STACK_OF(X509) *all = cms ? CMS_get1_certs(cms) : NULL;
	X509 *signer = cms ? find_signer(cms, all) : NULL;
	bool ok = signer && append_pem(signer, ret_pem);

	sk_X509_pop_free(all, X509_free);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return ok ? ERR_OK : err_set(err, ERR_INVALID, "signature-wrong", "签名中没有签名机关的证书");
}

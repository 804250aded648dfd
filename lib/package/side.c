/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "package/side.h"

enum err_code side_verify(struct sv bytes, struct sv sm2, struct sv certificate, struct sv organ,
			  const struct crypto_trust *trust, instant_t at, struct err *err)
{
	struct crypto_certificate c;
	if (!sm2.p && !certificate.n)
		return ERR_OK;
	if (!sm2.p)
		return err_set(err, ERR_INVALID, "signature-missing",
			       "缺少国密签名（.sm2）：所签内容写明有它");
	if (!certificate.n)
		return err_set(err, ERR_INVALID, "signature-extra",
			       "多出国密签名（.sm2）：所签内容没有写明有它");
	enum err_code code = crypto_verify_sm2(bytes, sm2, certificate, trust, at, &c, err);
	if (!code && !sv_eq_str(organ, c.code))
		code = err_set(err, ERR_INVALID, "certificate-organ",
			       "国密签名证书属于“%s”，不是“%.*s”", c.code, SV_ARG(organ));
	return code;
}

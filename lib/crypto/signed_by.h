/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Whose certificate is inside a signature: to put it beside records that leave. */
#ifndef CRYPTO_SIGNED_BY_H
#define CRYPTO_SIGNED_BY_H

#include "crypto/sign.h"

/* Appends the signer's certificate as PEM. Verifies nothing. ERR_INVALID "signature-wrong" when `der` is no CMS with one
 * signer whose certificate is inside. Any thread. */
enum err_code crypto_signed_by(struct sv der, struct str *ret_pem, struct err *err) MUST_USE;

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Side signatures: the SM2 signature that may stand beside the CMS of a record, of thread.json and
 * of a bag.
 *
 * What the CMS signs says whether there is one and by which certificate: member `sm2` of a record
 * and of thread.json (the certificate whole, base64 of its DER, or null), the label
 * Side-Signature-Certificate in a bag's bag-info.txt (its SHA-256; absent: none). So a side
 * signature can neither be taken away nor put in nor made with another certificate, and whoever
 * believes the CMS need not ask again whose the SM2 certificate is.
 *
 * Pure, any thread.
 */
#ifndef PACKAGE_SIDE_H
#define PACKAGE_SIDE_H

#include "crypto/sign.h"

/* `certificate` is the named one in PEM (its chain may follow), empty when the text names none;
 * `sm2` is the signature, .p NULL when there is none. Good at `at`, of that organ; with trust NULL
 * the text's CMS vouches for the certificate.
 * ERR_INVALID: signature-missing, signature-extra, and the rules of crypto/sign.h. */
enum err_code side_verify(struct sv bytes, struct sv sm2, struct sv certificate, struct sv organ,
			  const struct crypto_trust *trust, instant_t at,
			  struct err *err) MUST_USE;

#endif

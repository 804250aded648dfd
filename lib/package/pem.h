/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Certificates in PEM, in the one way that packages hold them: blocks of CERTIFICATE one after the
 * other, lines of 64 characters, LF, nothing before, between or behind. So no byte of a
 * certificate file in a package is free to change. Pure, any thread.
 */
#ifndef PACKAGE_PEM_H
#define PACKAGE_PEM_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
	PEM_BLOCKS_MAX = 64,
	PEM_BARE_MAX = 16 << 10, /* bytes of a certificate inside another text */
};

struct pem_block {
	struct sv text;       /* the block with its two lines */
	char fingerprint[65]; /* SHA-256 of the DER, hex */
};

/* ERR_INVALID "certificate-form"; `what` names the file. At least one block. */
enum err_code pem_split(struct arena *a, struct sv text, const char *what, struct pem_block **ret,
			size_t *ret_count, struct err *err) MUST_USE;

/* A certificate as a text may carry it: the base64 of its DER, on one line.
 * pem_bare(): of the first block of `pem`; empty for an empty text. pem_from_bare(): false when it
 * is not canonical base64 or too long; what it encodes is not looked at. */
enum err_code pem_bare(struct arena *a, struct sv pem, const char *what, struct sv *ret,
		       struct err *err) MUST_USE;
bool pem_from_bare(struct arena *a, struct sv bare, struct pem_block *ret) MUST_USE;

#endif

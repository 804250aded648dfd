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

enum { PEM_BLOCKS_MAX = 64 };

struct pem_block {
	struct sv text;       /* the block with its two lines */
	char fingerprint[65]; /* SHA-256 of the DER, hex */
};

/* ERR_INVALID "certificate-form"; `what` names the file. At least one block. */
enum err_code pem_split(struct arena *a, struct sv text, const char *what, struct pem_block **ret,
			size_t *ret_count, struct err *err) MUST_USE;

#endif

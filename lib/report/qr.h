/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A QR code as rows of '0' and '1', for those who draw it themselves. Without the quiet zone of four modules. */
#ifndef REPORT_QR_H
#define REPORT_QR_H

#include "base/arena.h"

struct qr {
	size_t size;
	const char *const *rows; /* `size` of them, each of `size` characters */
};

/* False: the text is too long for a code. */
bool qr_make(struct arena *arena, const char *text, struct qr *ret);

#endif

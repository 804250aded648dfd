/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "report/qr.h"

#include <qrencode.h>
#include <string.h>

bool qr_make(struct arena *arena, const char *text, struct qr *ret)
{
	QRcode *code =
		QRcode_encodeData((int)strlen(text), (const unsigned char *)text, 0, QR_ECLEVEL_M);
	const char **rows;
	size_t size;

	if (!code)
		return false;
	size = (size_t)code->width;
	rows = arena_alloc(arena, size * sizeof(*rows));
	for (size_t y = 0; y < size; y++) {
		char *row = arena_alloc(arena, size + 1);

		for (size_t x = 0; x < size; x++)
			row[x] = (code->data[y * size + x] & 1) ? '1' : '0';
		row[size] = '\0';
		rows[y] = row;
	}
	QRcode_free(code);
	*ret = (struct qr){ .size = size, .rows = rows };
	return true;
}

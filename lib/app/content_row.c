/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/content_row.h"

#include "crypto/crypto.h"
#include "gen/queries.h"

void content_row_add(struct pg_segment *seg, const struct crypto_sums *sums)
{
	char sha256[2 * sizeof(sums->sha256) + 1], sha512[2 * sizeof(sums->sha512) + 1], sm3[2 * sizeof(sums->sm3) + 1];

	crypto_hex(sums->sha256, sizeof(sums->sha256), sha256);
	crypto_hex(sums->sha512, sizeof(sums->sha512), sha512);
	crypto_hex(sums->sm3, sizeof(sums->sm3), sm3);
	pg_segment_addv(seg, Q_CONTENT_ADD, PG_CSTR(sha256), PG_CSTR(sha512), PG_CSTR(sm3), PG_I64((int64_t)sums->size));
}

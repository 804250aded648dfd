/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The row of a stored content in table content. */
#ifndef APP_CONTENT_ROW_H
#define APP_CONTENT_ROW_H

#include "pg/pg.h"
#include "store/content.h"

/* Adds the statement to the segment; a content that has its row already keeps it. The sums are copied. */
void content_row_add(struct pg_segment *seg, const struct crypto_sums *sums);

#endif

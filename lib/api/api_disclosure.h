/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the files of the disclosure routes share: api_disclosure.c (requests), api_disclosure_json.c (how it is written). The
 * route table includes it for the sizes of contexts. */
#ifndef API_API_DISCLOSURE_H
#define API_API_DISCLOSURE_H

#include "api/api_steps.h"
#include "app/disclosure.h"

void api_write_disclosure_row(struct json_writer *w, const struct law_book *book, day_t today,
			      const struct disclosure_row *row);
void api_write_disclosure(struct json_writer *w, struct arena *arena, const struct disclosure_view *v);
void api_write_preview(struct json_writer *w, struct arena *arena, const struct disclosure_preview *p);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the two files of the OpenAPI document share. */
#ifndef API_API_OPENAPI_H
#define API_API_OPENAPI_H

#include "json/json_writer.h"

enum { OPENAPI_NAME_MAX = 160 };

/* Members of an open object: "$ref" to a schema, "type" with "format" (may be NULL), a string out of a|b|c. */
void openapi_ref(struct json_writer *w, const char *name);
void openapi_type(struct json_writer *w, const char *type, const char *format);
void openapi_words(struct json_writer *w, struct sv words);

/* Schemas, as members of an open object. */
void openapi_fields(struct json_writer *w);
void openapi_acts(struct json_writer *w);
/* References to the acts of these procedures (bits) that can be done on a matter, into an open array. */
void openapi_act_refs(struct json_writer *w, unsigned procedures);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Shapes of replies, for the OpenAPI document. A member's type is a word:
 *
 *   string integer boolean date instant id object any and with ? behind it: may be null
 *   @Name          another schema                      and with [] in front of it: a list of these
 *   Name|other     one of these words
 */
#ifndef API_API_SCHEMA_H
#define API_API_SCHEMA_H

#include "base/defs.h"

struct api_member {
	const char *name; /* NULL ends the list; "name?" is not always there */
	const char *type;
	const char *doc;
};

struct api_schema {
	const char *name;
	const struct api_member *members;
};

extern const struct api_schema api_schemas[];
extern const size_t api_schema_count;

#endif

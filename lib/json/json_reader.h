/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Strict JSON reader (RFC 8259) over cJSON.
 *
 * cJSON accepts much that is not JSON, cuts strings at \u0000 and keeps numbers as
 * doubles. So the text is checked first, byte by byte, and cJSON only builds the tree;
 * the tree is then copied into the caller's arena and freed. Refused are: invalid UTF-8,
 * NUL and raw control characters in strings, lone surrogates, numbers outside the
 * grammar or not finite, duplicate member names, anything after the value, more than
 * JSON_DEPTH_MAX levels and more than JSON_VALUES_MAX values.
 *
 * Ownership: document, values and texts live in the arena and need no release;
 * json_free() only wipes the texts, for documents that carry a secret. The input text is
 * not referred to after json_parse().
 *
 * All accessors take NULL and values of another type: they then answer "nothing" (NULL,
 * empty, 0, false). So json_string(json_get(root, "name")) is safe on any input.
 */
#ifndef JSON_JSON_READER_H
#define JSON_JSON_READER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define JSON_DEPTH_MAX 32
#define JSON_VALUES_MAX 1000000
#define JSON_NUMBER_MAX 60 /* characters of one number; cJSON reads at most 63 */

/* Integers beyond this lose exactness in the double of other programs. */
#define JSON_INT_MAX ((int64_t)1 << 53)

struct json_doc;
struct json_value;

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* ERR_MALFORMED names the byte (counted from 1) and the reason; ERR_TOO_LARGE when the
 * arena's cap or JSON_VALUES_MAX does not suffice. *ret is set only on success. */
enum err_code json_parse(struct arena *arena, struct sv text, struct json_doc **ret,
			 struct err *err) MUST_USE;
/* Overwrites all texts of the document with zeros: every view taken from it dies. */
void json_free(struct json_doc *doc);

const struct json_value *json_root(const struct json_doc *doc);

/* Type of the value; JSON_NULL for NULL, so "absent" and "null" read alike. */
enum json_type json_type(const struct json_value *v);
/* Chinese name of the type, for messages: 字符串, 数字 ... */
const char *json_type_zh(enum json_type type);

/* Member by exact, case-sensitive name; NULL when absent or not an object. */
const struct json_value *json_get(const struct json_value *object, const char *name);
/* Text of a string; NUL-terminated behind the view, contains no NUL. */
struct sv json_string(const struct json_value *v);
/* An integer written without fraction and exponent, within +-JSON_INT_MAX. */
bool json_to_i64(const struct json_value *v, int64_t *ret);
/* A number exactly as it was written, e.g. "20000.50"; NUL-terminated behind the view. */
struct sv json_number_text(const struct json_value *v);
/* True only for the literal true. */
bool json_is_true(const struct json_value *v);

/* Elements of an array, members of an object:
 *   for (v = json_first(list); v; v = json_next(v)) ... */
size_t json_count(const struct json_value *v);
const struct json_value *json_first(const struct json_value *v);
const struct json_value *json_next(const struct json_value *v);
/* Name of a member; empty for an array's element and for the root. */
struct sv json_name(const struct json_value *v);

#endif

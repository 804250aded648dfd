/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Canonical JSON: one value, one text, so that a digest and a signature are over bytes.
 *
 * Members sorted by the bytes of their names, no blanks, integers only (within +-2^53, no
 * -0), all texts in NFC, and no escapes but those that JSON demands: \" \\ \b \f \n \r \t, the
 * other characters below U+0020 as \u00xx with small letters. For such values it is what Python
 * writes with json.dumps(v, sort_keys=True, separators=(",", ":"), ensure_ascii=False).
 *
 * Everything here is pure and may be called from any thread.
 */
#ifndef PACKAGE_CANONICAL_H
#define PACKAGE_CANONICAL_H

#include "json/json_reader.h"

/* Appends the value; NULL is written as null. Texts are brought to NFC. ERR_INVALID,
 * "not-canonical", when a number is no integer in range, or two names are equal after NFC;
 * ERR_TOO_LARGE when `out` or the arena is full. */
enum err_code canonical_write(struct arena *a, const struct json_value *v, struct str *out,
			      struct err *err) MUST_USE;
/* The same for a JSON text in any layout. */
enum err_code canonical_text(struct arena *a, struct sv json, struct str *out,
			     struct err *err) MUST_USE;
/* Reads bytes that must be canonical already: ERR_INVALID, "not-canonical", when they are not,
 * "not-json" when they are no JSON at all. `what` names them in the message. */
enum err_code canonical_parse(struct arena *a, struct sv bytes, const char *what,
			      const struct json_value **ret, struct err *err) MUST_USE;

/* One string with its quotes, as it is: for writers who know their text to be NFC. */
void canonical_string(struct str *out, struct sv text);

#endif

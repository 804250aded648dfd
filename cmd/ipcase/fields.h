/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * `field=value` words to the "fields" object of an act.
 *
 * The type of a field comes from the server's list of next acts; where there is none (a new
 * clue or case) from the product's own list, lib/law/field.def. A field may be named by its
 * code (fine_fen), by the code without _fen (fine: then the value is in yuan), or by its
 * Chinese label (罚款金额).
 *
 *   fine=2万            money, in yuan          -> "fine_fen": 2000000
 *   fine_fen=2000000    money, in fen           -> "fine_fen": 2000000
 *   decided_on=2026年9月23日                     -> "decided_on": "2026-09-23"
 *   tags=电商领域、农资   a list; may be repeated   -> "tags": ["电商领域","农资"]
 *   party.name=某店  party2.name=另一店           -> "parties": [{"name":..},{"name":..}]
 *   note:='any JSON'    passed on as it is
 */
#ifndef IPCASE_FIELDS_H
#define IPCASE_FIELDS_H

#include "json/json_reader.h"
#include "json/json_writer.h"

/* Write the object made from `words`, on top of the members of `file` (may be NULL).
 * `table` is the "fields" array of a next act, or NULL. */
enum err_code fields_write(struct arena *arena, const char *const *words, size_t count,
			   const struct json_value *table, const struct json_value *file,
			   struct json_writer *w, struct err *err) MUST_USE;

/* Chinese label of a field or member of the API; the name itself when it has none. */
const char *field_label(struct arena *arena, struct sv name);
/* Chinese name of a field type of the API. */
const char *field_type_label(struct sv type);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * CSV columns to the fields of an import record.
 *
 * The mapping file has lines `column=field` or `column=field:type`; `column=` leaves a column
 * out; # and ; begin a comment. A column that the file does not name is taken when its title is
 * a field's name or one of its usual Chinese titles. A title that ends in (万元) gives amounts
 * in that unit.
 */
#ifndef IPCASE_IMPORT_MAP_H
#define IPCASE_IMPORT_MAP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum map_type { MAP_TEXT, MAP_INT, MAP_MONEY, MAP_MONEY_WAN, MAP_DATE, MAP_BOOL, MAP_LIST };

struct map_column {
	struct sv title;
	const char *field; /* NULL: not taken */
	enum map_type type;
};

struct import_map {
	struct map_column *columns;
	size_t count;
};

enum err_code import_map_open(struct import_map *map, struct arena *arena, struct sv mapping,
			      const struct sv *titles, size_t count, struct err *err) MUST_USE;
/* The object of a row. Fields that every record has are null when the row is silent. */
enum err_code import_map_row(const struct import_map *map, struct arena *arena,
			     const struct sv *cells, struct sv *ret_json, struct err *err) MUST_USE;

#endif

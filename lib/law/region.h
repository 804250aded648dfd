/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Regions (GB/T 2260 codes) and who stands above two organs.
 *
 * The tree comes from schema/law/regions.csv: each region names its parent; provinces have none, above them
 * is REGION_NATION. A code that the table does not know is placed by its digits (512022 -> 512000 -> 510000),
 * so that a missing row never stops a hand-over; a row is needed where the digits lie, as for the counties
 * of a municipality. Codes are six digits; what is not is of no level and has no superior.
 *
 * Pure; texts live as long as the book, or are static.
 */
#ifndef LAW_REGION_H
#define LAW_REGION_H

#include "base/defs.h"

struct region {
	const char *code, *zh;
	const char *parent; /* "" above a province */
};

struct region_tree {
	const struct region *regions;
	size_t count;
};

enum region_level { REGION_LEVEL_NONE, REGION_LEVEL_NATION, REGION_LEVEL_PROVINCE, REGION_LEVEL_PREFECTURE,
		    REGION_LEVEL_COUNTY };

#define REGION_NATION "000000"

enum { REGION_CODE_SIZE = 7 };

struct law_book;

/* How far below the nation a region is. A county under a municipality is a county. */
enum region_level region_level(const struct law_book *book, const char *code);
/* The region above; false for the nation and for what is no code. */
bool region_parent(const struct law_book *book, const char *code, char ret[REGION_CODE_SIZE]);
/* "乐至县"; "国家" for the nation; "" when the table does not know it. */
const char *region_zh(const struct law_book *book, const char *code);
/* The lowest region whose organs stand above those of both: strictly above, so that of 乐至 and 安岳 it is 资阳, of
 * 乐至 and 资阳 it is 四川, of 乐至 and 潼南 the nation. False when one is no code or is the nation itself. */
bool common_superior(const struct law_book *book, const char *a, const char *b, char ret[REGION_CODE_SIZE]);

#endif

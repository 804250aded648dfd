/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The region tree: parents by table, else by the digits of the code. */
#include "law/region.h"

#include <string.h>

#include "law/book.h"

enum { DEPTH_MAX = 8 }; /* far above four levels: a table that goes round in circles ends */

static bool is_code(const char *code)
{
	return code && strlen(code) == REGION_CODE_SIZE - 1 && strspn(code, "0123456789") == REGION_CODE_SIZE - 1;
}

static const struct region *find(const struct law_book *book, const char *code)
{
	for (size_t i = 0; i < book->regions.count; i++) {
		if (strcmp(book->regions.regions[i].code, code) == 0)
			return &book->regions.regions[i];
	}
	return NULL;
}

/* 512022 -> 512000 -> 510000 -> 000000 */
static void parent_by_digits(const char *code, char ret[REGION_CODE_SIZE])
{
	memcpy(ret, code, REGION_CODE_SIZE);
	if (strcmp(code + 4, "00") != 0)
		memcpy(ret + 4, "00", 2);
	else if (strcmp(code + 2, "0000") != 0)
		memcpy(ret + 2, "0000", 4);
	else
		memcpy(ret, REGION_NATION, REGION_CODE_SIZE);
}

bool region_parent(const struct law_book *book, const char *code, char ret[REGION_CODE_SIZE])
{
	if (!is_code(code) || strcmp(code, REGION_NATION) == 0)
		return false;
	const struct region *r = find(book, code);
	if (!r)
		parent_by_digits(code, ret);
	else
		memcpy(ret, is_code(r->parent) ? r->parent : REGION_NATION, REGION_CODE_SIZE);
	return true;
}

/* The region itself, then what is above it, up to the nation; 0 for what is no code. */
static size_t path_of(const struct law_book *book, const char *code, char ret[DEPTH_MAX][REGION_CODE_SIZE])
{
	size_t n = 0;

	if (!is_code(code))
		return 0;
	memcpy(ret[n++], code, REGION_CODE_SIZE);
	while (n < DEPTH_MAX && region_parent(book, ret[n - 1], ret[n]))
		n++;
	return n;
}

enum region_level region_level(const struct law_book *book, const char *code)
{
	char path[DEPTH_MAX][REGION_CODE_SIZE];
	size_t above = path_of(book, code, path);

	if (above == 0)
		return REGION_LEVEL_NONE;
	if (above == 1)
		return REGION_LEVEL_NATION;
	if (strcmp(code + 4, "00") != 0)
		return REGION_LEVEL_COUNTY;
	return above == 2 ? REGION_LEVEL_PROVINCE : REGION_LEVEL_PREFECTURE;
}

const char *region_zh(const struct law_book *book, const char *code)
{
	const struct region *r = is_code(code) ? find(book, code) : NULL;

	if (r)
		return r->zh;
	return is_code(code) && strcmp(code, REGION_NATION) == 0 ? "国家" : "";
}

bool common_superior(const struct law_book *book, const char *a, const char *b, char ret[REGION_CODE_SIZE])
{
	char above_a[DEPTH_MAX][REGION_CODE_SIZE], above_b[DEPTH_MAX][REGION_CODE_SIZE];
	size_t na = path_of(book, a, above_a), nb = path_of(book, b, above_b);

	for (size_t i = 1; i < na; i++) {
		for (size_t k = 1; k < nb; k++) {
			if (strcmp(above_a[i], above_b[k]) == 0) {
				memcpy(ret, above_a[i], REGION_CODE_SIZE);
				return true;
			}
		}
	}
	return false;
}

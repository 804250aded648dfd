/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Identifiers of parties and of papers.
 *
 * GB 32100-2015 unified social credit code (USCC), GB 11643-1999 citizen number. The checks say
 * which character is wrong, counted from 1 as people count. Callers pass text as typed;
 * normalising (upper case, half width, no blanks) is part of the check and returned.
 */
#ifndef LAW_IDENT_H
#define LAW_IDENT_H

#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"
#include "base/str.h"

/* *ret: 18 normalised characters in the arena. On failure err->message names the position, the
 * character found and, for a wrong check character, the one expected. Also checks the organisation
 * code inside (GB 11714, characters 9-17) and reports it as a warning through *ret_org_code_ok
 * (may be NULL): a real code may pass the outer check alone. */
enum err_code ident_uscc(struct arena *arena, struct sv typed, const char **ret,
			 bool *ret_org_code_ok, struct err *err) MUST_USE;

/* Birth date must exist and not lie after `today`. */
enum err_code ident_citizen(struct arena *arena, struct sv typed, day_t today, const char **ret,
			    struct err *err) MUST_USE;

/* Document number 文号, parsed leniently: any bracket kind, optional 第, blanks, full-width digits,
 * letters before the serial ("F-000003"), leading zeros, nested region brackets in the prefix.
 *   湘(岳)文综罚字〔2024〕045号 -> prefix 湘(岳)文综罚字, year 2024, letters "", serial 45
 * The folded key is what search and uniqueness use: folded prefix | year | letters+serial without
 * leading zeros; a number that does not parse folds as plain text (key without bars). */
struct docno {
	bool parsed;
	const char *prefix; /* as typed, trimmed */
	int year;
	const char *letters; /* "" or e.g. "F" */
	int64_t serial;
	const char *key;
};
/* Never fails; `typed` must be valid UTF-8. */
void ident_docno(struct arena *arena, struct sv typed, struct docno *ret);
/* Official form: <prefix>〔<year>〕<serial>号 (GB/T 9704: hexagonal brackets, no leading zeros). */
const char *ident_docno_format(struct arena *arena, const char *prefix, int year, int64_t serial);

#endif

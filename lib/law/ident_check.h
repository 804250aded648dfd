/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What is this number, is it right, and if not, which character is wrong? For the field beside which somebody types.
 *
 *      uscc        GB 32100-2015 统一社会信用代码     character set, digits of the region, check character; organisation code inside
 *      citizen     GB 11643-1999 身份证件号码         digits, birth date, check character
 *      patent      ZC 0006 专利号                     ZL, 8 or 12 digits, check character
 *      trademark   商标注册号                         digits, perhaps G before them: nothing to check
 *
 * Full width, blanks and small letters are fine. Suggestions change one character and make the whole right; there are none
 * for a citizen number, which is nobody's to guess. Pure. */
#ifndef LAW_IDENT_CHECK_H
#define LAW_IDENT_CHECK_H

#include "base/arena.h"
#include "base/day.h"
#include "base/str.h"

enum { IDENT_SUGGESTIONS_MAX = 5 };

struct ident_check {
	bool ok;
	const char *kind;    /* as above, or "unknown" */
	const char *normal;  /* as it is stored; NULL unless ok */
	int at;              /* the wrong character, from 1; 0: the whole */
	const char *found;   /* that character, or NULL */
	const char *message; /* NULL when ok */
	const char *suggestions[IDENT_SUGGESTIONS_MAX];
	size_t suggestion_count;
	const char *warning; /* right, but to be looked at again; or NULL */
};

void ident_check(struct arena *arena, struct sv typed, day_t today, struct ident_check *ret);

#endif

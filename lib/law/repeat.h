/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The repeat offender: how far back one looks, and what follows. For trademarks the law says five years (商标法 60(2)); for other
 * rights it names no time, and the program shows the same years as a notice. Figures: REPEAT_* of limits.csv. Pure. */
#ifndef LAW_REPEAT_H
#define LAW_REPEAT_H

#include "law/book.h"

struct repeat_rule {
	const char *zh;      /* in the arena */
	const char *article;
	int years;
	int times;           /* so many, the present one included, are a repetition */
	bool binding;        /* the law says so */
	day_t from, to;      /* earlier decisions of these days count, both inclusive */
};

/* `ip_type` may be NULL or "": the general rule. */
void repeat_rule_of(const struct law_book *book, const char *ip_type, day_t on, struct arena *arena, struct repeat_rule *ret);

#endif

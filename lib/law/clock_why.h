/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Why a clock falls due when it does, in plain Chinese, so that anyone can count it again with a paper calendar: from which
 * day, how long, by which article, which days do not count, what was added, where it rolled to, and whose it is.
 *
 * Pure; texts live in the arena. */
#ifndef LAW_CLOCK_WHY_H
#define LAW_CLOCK_WHY_H

#include "law/dossier.h"

enum { CLOCK_WHY_MAX = 24 };

/* One line each; returns the number (<= max). */
size_t clock_why(const struct law_book *book, const struct dossier *d, const struct clock_entry *c, struct arena *arena,
		 const char **ret, size_t max);

/* "2026年3月2日" */
const char *day_zh(struct arena *arena, day_t d);
/* "15个工作日", "90日", "24小时", "6个月", "2年" */
const char *length_zh(struct arena *arena, int length, enum period_unit unit);
/* The same of a rule, also of those without a length: "次年6月30日前". */
const char *period_zh(struct arena *arena, const struct clock_rule *rule);
/* Whose turn an owner code of clocks.csv names: 承办人, 听证主持人, 当事人, ... */
const char *clock_owner_zh(const char *owner);

#endif

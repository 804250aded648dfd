/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Values as officers write them, to what the API takes. Pure; exact, no floating point.
 */
#ifndef IPCASE_VALUES_H
#define IPCASE_VALUES_H

#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"
#include "base/str.h"

/* Yuan unless a word says 万元 or 亿元: 20000, 20,000.50, ¥20000, 2万, 1.5万元. */
enum err_code value_money(struct arena *arena, struct sv text, int64_t *ret_fen,
			  struct err *err) MUST_USE;
/* The same with a unit given elsewhere, e.g. by a column title: scale 1 or 10000 yuan. */
enum err_code value_money_scaled(struct arena *arena, struct sv text, int scale, int64_t *ret_fen,
				 struct err *err) MUST_USE;
/* All forms of day_parse_lenient, and 今天, 昨天, 前天. */
enum err_code value_day(struct arena *arena, struct sv text, day_t *ret, struct err *err) MUST_USE;
/* RFC 3339, or a day with an optional time of day in Beijing time: 2026-9-23 15:30,
 * 2026年9月23日15时30分. A day alone is its 00:00. 现在 is now. */
enum err_code value_instant(struct arena *arena, struct sv text, instant_t *ret,
			    struct err *err) MUST_USE;
/* 是/否, 有/无, true/false, 1/0. */
enum err_code value_bool(struct arena *arena, struct sv text, bool *ret, struct err *err) MUST_USE;
enum err_code value_integer(struct arena *arena, struct sv text, int64_t *ret,
			    struct err *err) MUST_USE;
/* Next piece of a list divided by 、 ， , ； or ;. False at the end; never an empty piece. */
bool value_list_next(struct sv *rest, struct sv *ret_piece);

/* "15000.00" for fen; "20000" when there is no fraction and `plain`. */
void value_format_fen(struct str *out, int64_t fen, bool plain);

#endif

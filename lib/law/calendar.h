/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Chinese working-day calendar (law 行政处罚法 85, 行政强制法 69: short periods are working days).
 *
 * Mon-Fri work and Sat-Sun do not, except the days listed by the State Council's yearly
 * notice: `holiday` rows do not work, `workday` rows (make-up days) do. The calendar covers
 * whole years. Past the covered years nothing is known: a question about such a day fails
 * with ERR_NOT_COVERED, unless the caller passes a `provisional` flag; then only weekends and
 * the fixed statutory days (1 Jan, 1-2 May, 1-3 Oct) count as free and the flag is raised.
 *
 * Pure: built once, then read-only and shareable between threads.
 */
#ifndef LAW_CALENDAR_H
#define LAW_CALENDAR_H

#include "base/csv.h"
#include "base/day.h"

struct calendar_day {
	day_t day;
	bool works;
	struct sv name;
};

struct calendar {
	struct calendar_day *days; /* sorted, unique */
	size_t day_count;
	int first_year, last_year; /* covered, inclusive; 0 when empty */
	day_t first_day, last_day; /* of those years */
	int *worked;               /* [d - first_day]: working days from first_day to d, both inclusive */
};

/* `rows` may be unsorted; they are copied into the arena (names are borrowed). Covered years are first..last year
 * of the rows; each year between must have rows. Doubles are an error. */
enum err_code calendar_init(struct calendar *cal, struct arena *arena,
			    const struct calendar_day *rows, size_t count,
			    struct err *err) MUST_USE;
/* From CSV text with columns date,kind,name. */
enum err_code calendar_from_csv(struct calendar *cal, struct arena *arena, struct sv text,
				struct err *err) MUST_USE;

/* For all below: `provisional` NULL means "fail past the covered years"; otherwise the flag is
 * only ever raised, so that one flag may collect several questions. A day outside 1900..2199
 * fails with ERR_INVALID. */
enum err_code calendar_works(const struct calendar *cal, day_t d, bool *ret, bool *provisional,
			     struct err *err) MUST_USE;
/* The n-th working day after `start` (n >= 0; 0 gives start itself). Start day not counted. */
enum err_code calendar_add(const struct calendar *cal, day_t start, int n, day_t *ret,
			   bool *provisional, struct err *err) MUST_USE;
/* The n-th working day before `start` (n >= 1), strictly before it. */
enum err_code calendar_sub(const struct calendar *cal, day_t start, int n, day_t *ret,
			   bool *provisional, struct err *err) MUST_USE;
/* `d` itself when it works, else the first working day after it. */
enum err_code calendar_roll(const struct calendar *cal, day_t d, day_t *ret, bool *provisional,
			    struct err *err) MUST_USE;
/* Last working day not after `d`: the target shown to officers. */
enum err_code calendar_roll_back(const struct calendar *cal, day_t d, day_t *ret, bool *provisional,
				 struct err *err) MUST_USE;
/* Working days D with from < D <= to; negative when to < from. */
enum err_code calendar_between(const struct calendar *cal, day_t from, day_t to, int *ret,
			       bool *provisional, struct err *err) MUST_USE;

#endif

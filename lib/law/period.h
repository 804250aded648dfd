/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Periods of law: when does a term that starts on a day end?
 *
 * The starting hour or day is not counted (SAMR order 2, art. 80). Hours run on instants and
 * never roll. Days and months roll forward off non-working days only where the rule says so;
 * coercive measures never roll. Working days cannot end on a free day. Months end on the same
 * day number or the month's last day (Civil Code 202).
 *
 * Excluded spans (suspension, hearing, announcement, testing, identification; art. 64): day D is
 * excluded when start < D <= end of any span. Overlapping spans count once, because a day is
 * either excluded or not: the period simply counts the days that are not. A span without an
 * end stops the clock: the due day is then unknown. A span that starts on or after the day the
 * count ends does not matter, not even while the lawful day still rolls over a holiday.
 *
 * Pure; never reads a clock.
 */
#ifndef LAW_PERIOD_H
#define LAW_PERIOD_H

#include "law/calendar.h"

enum period_unit {
	PERIOD_HOUR,
	PERIOD_DAY,     /* calendar days */
	PERIOD_WORKDAY, /* working days */
	PERIOD_MONTH,
	PERIOD_YEAR,
};

struct period {
	int length; /* may be negative for PERIOD_WORKDAY: "n working days before" */
	enum period_unit unit;
	bool rolls; /* forward off non-working days; meaningless for hours and working days */
};

struct day_span {
	day_t start;
	day_t end; /* DAY_MAX while open */
};

/* When stopped: both days DAY_NONE and `at` INSTANT_NONE. */
struct due {
	day_t strict; /* not rolled: what an officer should keep to */
	day_t lawful; /* rolled: the last lawful day */
	instant_t at; /* for hours the exact instant; else the end of the lawful day (its 24:00) */
	bool stopped; /* an open span covers the count: no due day yet */
	bool provisional;
};

/* Due day of a period that starts on `start`, with `extra` units of the same kind added by
 * extensions, and `spans` excluded. Always provisional-tolerant: ret->provisional tells.
 * ERR_INVALID: no start day, hours, spans on months or years, an extended lead time, a due day
 * after 2199. */
enum err_code period_due(const struct calendar *cal, struct period p, int extra, day_t start,
			 const struct day_span *spans, size_t span_count, struct due *ret,
			 struct err *err) MUST_USE;
/* Hours from an instant; fills all members of ret. */
enum err_code period_due_hours(int hours, instant_t start, struct due *ret,
			       struct err *err) MUST_USE;

/* Number of days in the union of the spans that lie in (after, until]. Open spans end at `until`. */
int day_span_union(const struct day_span *spans, size_t count, day_t after, day_t until);

/* "15wd", "90d", "24h", "6m", "2y", "-7wd"; false when it is none of these (the clock table also
 * has "jun30" and "daily", which are not lengths). `rolls` is left false: it comes from the table's
 * roll column. */
bool period_parse(struct sv text, struct period *ret);

/* "jun30", the default of clock D47: files are due in the archive by 30 June of the year after
 * the case was closed. False past 2199. */
bool period_june30(day_t closed_on, day_t *ret) MUST_USE;

#endif

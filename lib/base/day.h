/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Legal dates and instants.
 *
 * A legal date (day_t) is a calendar day in Asia/Shanghai, counted from 1970-01-01.
 * An instant (instant_t) is microseconds since the Unix epoch, UTC. China has kept
 * UTC+8 without summer time since 1992, so the conversion is a constant here and does
 * not depend on the machine's time zone or its tz database. Days before 1900 or after
 * 2199 are refused as typing errors.
 *
 * Pure functions; none of them reads a clock. clock_now() is in base/clock.h.
 */
#ifndef BASE_DAY_H
#define BASE_DAY_H

#include "base/defs.h"
#include "base/str.h"

typedef int32_t day_t;
typedef int64_t instant_t;

#define DAY_NONE INT32_MIN
#define DAY_MAX INT32_MAX /* "no end" */
#define INSTANT_NONE INT64_MIN

struct ymd {
	int year, month, day;
};

bool day_from_ymd(int year, int month, int day, day_t *ret); /* false: no such day */
struct ymd day_to_ymd(day_t d);
int day_weekday(day_t d); /* 1 = Monday ... 7 = Sunday */

/* Strict ISO "2026-11-23". */
bool day_parse_iso(struct sv text, day_t *ret);
/* As people write it: 20260923, 2026.9.23, 2026/9/23, 2026-9-23, 2026年9月23日, full width. */
bool day_parse_lenient(struct sv text, day_t *ret);
/* Writes "2026-11-23" and NUL; "" for DAY_NONE, DAY_MAX and years past 9999. */
void day_format(day_t d, char buf[11]);

/* RFC 3339 with an offset or Z; fraction up to six digits. */
bool instant_parse(struct sv text, instant_t *ret);
/* Writes "2026-11-23T16:00:00.000000+08:00" (fraction only when not zero) and NUL;
 * "" for INSTANT_NONE and years outside 1..9999. */
void instant_format(instant_t t, char buf[40]);
day_t instant_to_day(instant_t t); /* the day in Asia/Shanghai */
instant_t day_start(day_t d);      /* 00:00 in Asia/Shanghai; INSTANT_NONE for DAY_NONE */
instant_t day_at(day_t d, int hour, int minute); /* that local time */

/* Same day number `months` later, or the month's last day (Civil Code art. 202).
 * DAY_NONE and DAY_MAX stay as they are. */
day_t day_add_months(day_t d, int months);

#endif

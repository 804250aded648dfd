/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The only place that reads a clock. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/day.h"

instant_t clock_now(void);   /* wall clock, UTC microseconds */
int64_t clock_mono_us(void); /* monotonic microseconds, for intervals */
/* Shift clock_now() by this much: tests and demonstrations only. */
void clock_set_offset_us(int64_t offset_us);

#endif

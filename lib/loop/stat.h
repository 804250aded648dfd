/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Counters with one writer and any number of readers.
 *
 * The owner thread adds, other threads read: relaxed atomics, so no reader ever sees half
 * a number and the writer pays no lock. There is no order between two counters.
 */
#ifndef LOOP_STAT_H
#define LOOP_STAT_H

#include "base/defs.h"

static inline uint64_t stat_get(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static inline void stat_set(uint64_t *counter, uint64_t value)
{
	__atomic_store_n(counter, value, __ATOMIC_RELAXED);
}

static inline void stat_add(uint64_t *counter, uint64_t n)
{
	stat_set(counter, *counter + n);
}

static inline void stat_sub(uint64_t *counter, uint64_t n)
{
	CHECK(*counter >= n);
	stat_set(counter, *counter - n);
}

static inline void stat_max(uint64_t *counter, uint64_t value)
{
	if (value > *counter)
		stat_set(counter, value);
}

/* Copy a struct that consists of uint64_t counters only. */
static inline void stat_copy(void *to, const void *from, size_t size)
{
	uint64_t *t = (uint64_t *)to;
	const uint64_t *f = (const uint64_t *)from;

	CHECK(size % sizeof(uint64_t) == 0);
	for (size_t i = 0; i < size / sizeof(uint64_t); i++)
		t[i] = stat_get(&f[i]);
}

#endif

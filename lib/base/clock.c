/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Reading the clocks. */
#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t offset_us;

static int64_t read_us(clockid_t id)
{
	struct timespec ts;
	CHECK(clock_gettime(id, &ts) == 0);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

instant_t clock_now(void)
{
	return read_us(CLOCK_REALTIME) + atomic_load_explicit(&offset_us, memory_order_relaxed);
}

int64_t clock_mono_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

void clock_set_offset_us(int64_t us)
{
	atomic_store_explicit(&offset_us, us, memory_order_relaxed);
}

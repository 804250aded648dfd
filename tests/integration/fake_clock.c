/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * LD_PRELOAD for tests: the wall clock stands still at the instant (microseconds since 1970, a decimal number) in the file that
 * IPCASE_TEST_CLOCK names, until somebody writes another. Intervals (CLOCK_MONOTONIC) run on. The file is mapped, so
 * a change counts at once. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile char *text;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("IPCASE_TEST_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	void *p = mmap(NULL, 32, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	text = p == MAP_FAILED ? NULL : p;
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	long long us = 0;

	if (id != CLOCK_REALTIME || !text)
		return (int)syscall(SYS_clock_gettime, id, ts);
	for (int i = 0; i < 32 && text[i] >= '0' && text[i] <= '9'; i++)
		us = us * 10 + (text[i] - '0');
	ts->tv_sec = us / 1000000;
	ts->tv_nsec = us % 1000000 * 1000;
	return 0;
}

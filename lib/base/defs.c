/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Dying of a bug, and allocation that never returns NULL. */
#include "base/defs.h"

#include <execinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

void bug_at(const char *file, int line, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_error("bug", "at=%s:%d message=%s", file, line, log_quote(text));

	void *frames[64];
	int depth = backtrace(frames, (int)ARRAY_LEN(frames));
	backtrace_symbols_fd(frames, depth, STDERR_FILENO);
	abort();
}

static void *not_null(void *p, size_t size)
{
	if (!p)
		BUG("out of memory: %zu bytes", size);
	return p;
}

void *xmalloc(size_t size)
{
	CHECK(size > 0);
	return not_null(malloc(size), size);
}

void *xcalloc(size_t n, size_t size)
{
	CHECK(n > 0 && size > 0);
	/* calloc checks the product for overflow */
	return not_null(calloc(n, size), n * size);
}

void *xrealloc(void *p, size_t size)
{
	CHECK(size > 0);
	return not_null(realloc(p, size), size);
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *xstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = xmalloc(len + 1);
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Attributes, small macros and the two ways to die.
 *
 * CHECK() stays on in release builds: it states what the program relies on. A failed
 * CHECK is a bug, never a user's mistake; it logs file:line and aborts.
 */
#ifndef BASE_DEFS_H
#define BASE_DEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN __attribute__((noreturn))
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define UNUSED __attribute__((unused))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* Report a bug and abort. */
NORETURN void bug_at(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);

#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
#define CHECK(cond) \
	do { \
		if (!(cond)) \
			bug_at(__FILE__, __LINE__, "check failed: %s", #cond); \
	} while (0)

/* Allocation that aborts when memory is gone: for sizes we choose ourselves.
 * Sizes a peer chooses go through an arena with a cap. xfree is plain free(). */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);

#endif

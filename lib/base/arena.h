/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Arena: memory of one request or one job, released all at once.
 *
 * Everything decoded, loaded or computed for a request lives in its arena; nothing in
 * it is freed singly. The cap bounds what a peer can make us hold: past it,
 * arena_try_alloc() returns NULL and the request fails with ERR_TOO_LARGE, while
 * arena_alloc() aborts (use it only for sizes that we choose).
 *
 * Thread rule: an arena belongs to one thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>

#include "base/defs.h"

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t used_bytes;
	size_t cap_bytes; /* 0 = no cap */
};

#define ARENA_INIT(cap) \
	{ \
		.head = NULL, .used_bytes = 0, .cap_bytes = (cap) \
	}

void arena_init(struct arena *a, size_t cap_bytes);
void arena_fini(struct arena *a);
void arena_reset(struct arena *a); /* keeps one block for reuse */

/* Zeroed memory aligned for any type. Aborts past the cap. */
void *arena_alloc(struct arena *a, size_t size);
/* Same, but NULL past the cap. */
void *arena_try_alloc(struct arena *a, size_t size) MUST_USE;
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap);

/* Array of n items of `size` bytes: aborts when the product overflows. */
void *arena_alloc_array(struct arena *a, size_t n, size_t size);
/* For sizes a peer chooses: NULL past the cap. */
void *arena_try_alloc_array(struct arena *a, size_t n, size_t size) MUST_USE;
char *arena_try_strndup(struct arena *a, const char *s, size_t n) MUST_USE;

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc_array((a), (size_t)(n), sizeof(type)))
#define arena_try_array(a, type, n) ((type *)arena_try_alloc_array((a), (size_t)(n), sizeof(type)))

#endif

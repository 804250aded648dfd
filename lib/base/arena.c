/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Arena: a chain of blocks, the newest in front; allocation moves a mark in the first
 * block. Blocks double in size up to BLOCK_MAX; what is larger gets a block of its own
 * behind the first one, so that the room left in front is not lost.
 *
 * Free room is poisoned under AddressSanitizer, and a gap is left behind each piece, so
 * that an overrun inside a block is found too. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
enum { GAP = 0 };
#endif

enum {
	ALIGN = 16,
	BLOCK_FIRST = 4096,
	BLOCK_MAX = 65536,
};

struct arena_block {
	struct arena_block *next;
	size_t size; /* of data */
	size_t used;
	alignas(ALIGN) char data[];
};

void arena_init(struct arena *a, size_t cap_bytes)
{
	*a = (struct arena)ARENA_INIT(cap_bytes);
}

static void free_blocks(struct arena_block *b)
{
	while (b) {
		struct arena_block *next = b->next;
		ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
		free(b);
		b = next;
	}
}

void arena_fini(struct arena *a)
{
	free_blocks(a->head);
	a->head = NULL;
	a->used_bytes = 0;
}

void arena_reset(struct arena *a)
{
	if (!a->head)
		return;
	free_blocks(a->head->next);
	a->head->next = NULL;
	a->head->used = 0;
	ASAN_POISON_MEMORY_REGION(a->head->data, a->head->size);
	a->used_bytes = 0;
	/* One huge request must not pin its memory for the life of the arena. */
	if (a->head->size > BLOCK_MAX)
		arena_fini(a);
}

static struct arena_block *block_new(size_t size)
{
	struct arena_block *b = xmalloc(sizeof(*b) + size);
	b->next = NULL;
	b->size = size;
	b->used = 0;
	ASAN_POISON_MEMORY_REGION(b->data, size);
	return b;
}

/* The block that has room for `size` more bytes, made when there is none. */
static struct arena_block *block_for(struct arena *a, size_t size)
{
	struct arena_block *head = a->head;
	if (head && head->size - head->used >= size)
		return head;
	if (head && size > BLOCK_MAX / 4) {
		struct arena_block *own = block_new(size);
		own->next = head->next;
		head->next = own;
		return own;
	}
	size_t want = head ? head->size * 2 : BLOCK_FIRST;
	if (want > BLOCK_MAX)
		want = BLOCK_MAX;
	if (want < size)
		want = size;
	struct arena_block *b = block_new(want);
	b->next = head;
	a->head = b;
	return b;
}

/* SIZE_MAX when rounding up would overflow. */
static size_t rounded(size_t size)
{
	if (size == 0)
		size = 1; /* distinct, never NULL */
	if (size > SIZE_MAX / 2)
		return SIZE_MAX;
	return (size + ALIGN - 1) / ALIGN * ALIGN;
}

void *arena_try_alloc(struct arena *a, size_t size)
{
	size_t need = rounded(size);
	if (need == SIZE_MAX)
		return NULL;
	if (a->cap_bytes && (need > a->cap_bytes || a->used_bytes > a->cap_bytes - need))
		return NULL;
	struct arena_block *b = block_for(a, need + GAP);
	char *p = b->data + b->used;
	b->used += need + GAP;
	a->used_bytes += need;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	memset(p, 0, size);
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p = arena_try_alloc(a, size);
	if (!p)
		BUG("arena is full: %zu more bytes, cap %zu", size, a->cap_bytes);
	return p;
}

void *arena_try_alloc_array(struct arena *a, size_t n, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(n, size, &total))
		return NULL;
	return arena_try_alloc(a, total);
}

void *arena_alloc_array(struct arena *a, size_t n, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(n, size, &total))
		BUG("array size overflows: %zu items of %zu bytes", n, size);
	return arena_alloc(a, total);
}

char *arena_try_strndup(struct arena *a, const char *s, size_t n)
{
	size_t len = n ? strnlen(s, n) : 0;
	char *copy = arena_try_alloc(a, len + 1);
	if (copy && len)
		memcpy(copy, s, len);
	return copy;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_try_strndup(a, s, n);
	if (!copy)
		BUG("arena is full: a text of %zu bytes, cap %zu", n, a->cap_bytes);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	char small[256];
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(small, sizeof(small), fmt, ap);
	CHECK(n >= 0);
	size_t size = (size_t)n + 1;
	char *text = arena_alloc(a, size);
	if (size <= sizeof(small))
		memcpy(text, small, size);
	else
		vsnprintf(text, size, fmt, again);
	va_end(again);
	return text;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *text = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return text;
}

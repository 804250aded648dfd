/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Arena: alignment, zeroed memory, caps, reuse; and the abort past the cap. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"

static void test_pieces_are_aligned_zeroed_and_apart(void **state)
{
	struct arena a = ARENA_INIT(0);
	unsigned char *pieces[500];
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		size_t size = 1 + i * 37 % 900;
		pieces[i] = arena_alloc(&a, size);
		assert_int_equal((uintptr_t)pieces[i] % 16, 0);
		for (size_t k = 0; k < size; k++)
			assert_int_equal(pieces[i][k], 0);
		memset(pieces[i], (int)(i % 255) + 1, size);
	}
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		for (size_t k = 0; k < 1 + i * 37 % 900; k++)
			assert_int_equal(pieces[i][k], (int)(i % 255) + 1);
	arena_fini(&a);
}

static void test_cap(void **state)
{
	static const struct {
		size_t cap, size;
		bool fits;
	} rows[] = {
		{ 0, 1 << 20, true }, { 1024, 1024, true },     { 1024, 1025, false },
		{ 16, 0, true },      { 100, SIZE_MAX, false }, { 0, SIZE_MAX, false },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena a = ARENA_INIT(rows[i].cap);
		if ((arena_try_alloc(&a, rows[i].size) != NULL) != rows[i].fits)
			fail_msg("row %zu", i);
		arena_fini(&a);
	}
}

static void test_cap_counts_the_sum(void **state)
{
	struct arena a = ARENA_INIT(160);
	(void)state;
	for (int i = 0; i < 10; i++)
		assert_non_null(arena_try_alloc(&a, 10));
	assert_null(arena_try_alloc(&a, 1));
	arena_reset(&a);
	assert_int_equal(a.used_bytes, 0);
	assert_non_null(arena_try_alloc(&a, 160));
	arena_fini(&a);
}

static void test_array_overflow(void **state)
{
	struct arena a = ARENA_INIT(0);
	(void)state;
	assert_null(arena_try_array(&a, uint64_t, SIZE_MAX / 4));
	assert_non_null(arena_try_array(&a, uint64_t, 0));
	arena_fini(&a);
}

static void test_reset_gives_zeroed_memory_again(void **state)
{
	struct arena a = ARENA_INIT(0);
	(void)state;
	for (int round = 0; round < 3; round++) {
		unsigned char *small = arena_alloc(&a, 100), *large = arena_alloc(&a, 200000);
		for (size_t i = 0; i < 100; i++)
			assert_int_equal(small[i], 0);
		memset(small, 1, 100);
		memset(large, 1, 200000);
		arena_reset(&a);
	}
	arena_fini(&a);
	arena_fini(&a);
	arena_reset(&a);

	/* one huge piece does not stay behind */
	arena_init(&a, 0);
	arena_alloc(&a, 1 << 20);
	arena_reset(&a);
	assert_null(a.head);
}

static void test_heap_copies(void **state)
{
	char *all = xstrdup("云南"), *part = xstrndup("abcdef", 3);
	int *zeros = xcalloc(3, sizeof(*zeros));
	(void)state;
	assert_string_equal(all, "云南");
	assert_string_equal(part, "abc");
	assert_int_equal(zeros[2], 0);
	free(all);
	free(part);
	free(zeros);
}

static void test_text(void **state)
{
	struct arena a = ARENA_INIT(0);
	char long_text[1000];
	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_string_equal(arena_strdup(&a, "云南白药"), "云南白药");
	assert_string_equal(arena_strndup(&a, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(&a, "ab", 30), "ab");
	assert_string_equal(arena_strndup(&a, NULL, 0), "");
	assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	assert_string_equal(arena_printf(&a, "%s", long_text), long_text);
	arena_fini(&a);

	struct arena tiny = ARENA_INIT(32);
	assert_null(arena_try_strndup(&tiny, long_text, sizeof(long_text)));
	arena_fini(&tiny);
}

/* Runs fn in a child whose messages are thrown away; whether it aborted. */
static bool aborts(void (*fn)(void))
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		fn();
		_exit(0);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void alloc_past_cap(void)
{
	struct arena a = ARENA_INIT(64);
	arena_alloc(&a, 65);
}

static void alloc_overflowing_array(void)
{
	struct arena a = ARENA_INIT(0);
	(void)arena_array(&a, uint64_t, SIZE_MAX / 2);
}

static void printf_past_cap(void)
{
	struct arena a = ARENA_INIT(16);
	arena_printf(&a, "%s", "a text that is longer than the cap");
}

static void malloc_nothing(void)
{
	xmalloc(0);
}

static void test_bugs_abort(void **state)
{
	(void)state;
	assert_true(aborts(alloc_past_cap));
	assert_true(aborts(alloc_overflowing_array));
	assert_true(aborts(printf_past_cap));
	assert_true(aborts(malloc_nothing));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_are_aligned_zeroed_and_apart),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_cap_counts_the_sum),
		cmocka_unit_test(test_array_overflow),
		cmocka_unit_test(test_reset_gives_zeroed_memory_again),
		cmocka_unit_test(test_heap_copies),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_bugs_abort),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

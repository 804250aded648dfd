/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * String views and the bounded string. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/str.h"

static void test_to_i64(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} rows[] = {
		{ "0", true, 0 },
		{ "-0", true, 0 },
		{ "007", true, 7 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775809", false, 0 },
		{ "99999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "1.0", false, 0 },
		{ "0x10", false, 0 },
		{ "１", false, 0 },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t v = 0;
		bool ok = sv_to_i64(sv_of(rows[i].text), &v);
		if (ok != rows[i].ok || v != rows[i].value)
			fail_msg("\"%s\": %d, %lld", rows[i].text, ok, (long long)v);
	}
}

static void test_trim(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ "a", "a" },
		{ " \t\r\n a b \v\f", "a b" },
		{ "　乐清　", "乐清" },
		{ " 　 x 　 ", "x" },
		{ "　　", "" },
		{ "\xE3\x80", "\xE3\x80" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!sv_eq_str(sv_trim(sv_of(rows[i].text)), rows[i].want))
			fail_msg("row %zu", i);
}

static void test_compare(void **state)
{
	struct sv nothing = { NULL, 0 };
	(void)state;
	assert_true(sv_eq(nothing, SV("")));
	assert_true(sv_eq_str(nothing, NULL));
	assert_false(sv_eq_str(SV("a"), "ab"));
	assert_true(sv_starts_with(SV("abc"), SV("ab")));
	assert_true(sv_starts_with(SV("abc"), nothing));
	assert_false(sv_starts_with(SV("ab"), SV("abc")));
}

static void test_building(void **state)
{
	struct str s = STR_INIT(100000);
	char long_text[2000];
	(void)state;
	assert_string_equal(str_cstr(&s), "");
	str_append_cstr(&s, "a");
	str_append_sv(&s, SV("bc"));
	str_append_char(&s, '-');
	str_append_i64(&s, INT64_MIN);
	str_append_i64(&s, 0);
	str_append(&s, NULL, 0);
	str_printf(&s, "[%05d]", 42);
	assert_string_equal(str_cstr(&s), "abc--92233720368547758080[00042]");
	assert_int_equal(s.len, strlen(s.p));

	str_reset(&s);
	memset(long_text, 'y', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	str_printf(&s, "%s%s", long_text, "!");
	assert_int_equal(s.len, sizeof(long_text));
	assert_string_equal(s.p + s.len - 2, "y!");
	str_release(&s);
	assert_null(s.p);
	assert_int_equal(s.max, 100000);
}

static void test_maximum_is_hard(void **state)
{
	struct str s;
	(void)state;
	str_init(&s, 10);
	str_append_cstr(&s, "0123456789");
	assert_false(s.failed);
	str_append_char(&s, 'x');
	assert_true(s.failed);
	assert_string_equal(str_cstr(&s), "0123456789");
	str_reset(&s);
	assert_false(s.failed);
	str_append_cstr(&s, "12345678");
	str_append_cstr(&s, "too long");
	str_append_char(&s, 'x'); /* would fit, but the text has a hole already */
	str_printf(&s, "%d", 1);
	assert_true(s.failed);
	assert_string_equal(str_cstr(&s), "12345678");
	str_release(&s);

	str_init(&s, 0);
	str_append(&s, "", 0);
	assert_false(s.failed);
	str_append_char(&s, 'x');
	assert_true(s.failed);
	str_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_to_i64),          cmocka_unit_test(test_trim),
		cmocka_unit_test(test_compare),         cmocka_unit_test(test_building),
		cmocka_unit_test(test_maximum_is_hard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * One-time codes against the vectors of RFC 6238 and RFC 4226, what people type, and base32 (RFC 4648). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/totp.h"

#define SECRET SV("12345678901234567890")

/* RFC 6238, appendix B, SHA-1, eight digits. */
static void test_rfc6238(void **state)
{
	static const struct {
		int64_t unix_seconds;
		uint32_t code;
	} rows[] = {
		{ 59, 94287082 },         { 1111111109, 7081804 },  { 1111111111, 14050471 },
		{ 1234567890, 89005924 }, { 2000000000, 69279037 }, { 20000000000, 65353130 },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(totp_code(SECRET, (uint64_t)(rows[i].unix_seconds / TOTP_STEP_S),
					   8),
				 rows[i].code);
		/* The six digits that programs show are the last ones. */
		assert_int_equal(totp_code(SECRET, (uint64_t)(rows[i].unix_seconds / TOTP_STEP_S),
					   6),
				 rows[i].code % 1000000);
	}
}

/* RFC 4226, appendix D. */
static void test_rfc4226(void **state)
{
	static const uint32_t codes[] = { 755224, 287082, 359152, 969429, 338314,
					  254676, 287922, 162583, 399871, 520489 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		assert_int_equal(totp_code(SECRET, i, 6), codes[i]);
}

static int64_t match(const char *typed, int64_t unix_seconds)
{
	return totp_match(SECRET, sv_of(typed), unix_seconds);
}

static void test_window(void **state)
{
	const int64_t at = 1111111111, step = at / TOTP_STEP_S;
	char code[16];

	(void)state;
	for (int64_t off = -3; off <= 3; off++) {
		snprintf(code, sizeof(code), "%06u", totp_code(SECRET, (uint64_t)(step + off), 6));
		assert_int_equal(match(code, at), off >= -1 && off <= 1 ? step + off : 0);
	}
	/* Leading zeros: 07081804 -> 081804. */
	assert_int_equal(match("081804", 1111111109), 1111111109 / TOTP_STEP_S);
	assert_int_equal(match("81804", 1111111109), 0);
	assert_int_equal(match("755224", 0), 0); /* nothing is before the beginning */
}

static void test_typed(void **state)
{
	static const char *const good[] = { "050471",       "050 471",   " 050471 ",
					    "０５０４７１", "0５0４7１", "0 5 0 4 7 1" };
	static const char *const bad[] = { "",
					   " ",
					   "05047",
					   "0504711",
					   "050472",
					   "05047a",
					   "-50471",
					   "+50471",
					   "0x0471",
					   "050471\n",
					   "05047\xef\xbc",
					   "\xef\xbc\x9a"
					   "50471",
					   "050471０" };
	const int64_t at = 1111111111;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(match(good[i], at), at / TOTP_STEP_S);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(match(bad[i], at), 0);
}

static void test_base32(void **state)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
		{ "", "" },
		{ "f", "MY" },
		{ "fo", "MZXQ" },
		{ "foo", "MZXW6" },
		{ "foob", "MZXW6YQ" },
		{ "fooba", "MZXW6YTB" },
		{ "foobar", "MZXW6YTBOI" },
		{ "12345678901234567890", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" },
		{ "\xff\xff\xff\xff\xff", "77777777" },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(totp_base32(&arena, sv_of(rows[i].bytes)), rows[i].text);
	arena_fini(&arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc6238), cmocka_unit_test(test_rfc4226),
		cmocka_unit_test(test_window),  cmocka_unit_test(test_typed),
		cmocka_unit_test(test_base32),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

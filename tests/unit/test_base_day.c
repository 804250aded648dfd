/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Legal dates and instants: edges of the calendar, both readers, month arithmetic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/day.h"

static const char *iso(day_t d)
{
	static char text[11];
	day_format(d, text);
	return text;
}

static day_t day(const char *text)
{
	day_t d = DAY_NONE;
	if (!day_parse_iso(sv_of(text), &d))
		fail_msg("bad day %s", text);
	return d;
}

static void test_every_day_round_trips(void **state)
{
	day_t first, last;
	(void)state;
	assert_true(day_from_ymd(1900, 1, 1, &first));
	assert_true(day_from_ymd(2199, 12, 31, &last));
	int weekday = day_weekday(first);
	assert_int_equal(weekday, 1); /* a Monday */
	for (day_t d = first; d <= last; d++) {
		struct ymd t = day_to_ymd(d);
		day_t again;
		assert_true(day_from_ymd(t.year, t.month, t.day, &again));
		assert_int_equal(again, d);
		assert_int_equal(day_weekday(d), weekday);
		assert_int_equal(day(iso(d)), d);
		weekday = weekday % 7 + 1;
	}
	assert_int_equal(day("1970-01-01"), 0);
	assert_int_equal(day("2026-11-23"), 20780);
}

static void test_no_such_day(void **state)
{
	static const int rows[][3] = {
		{ 2025, 2, 29 },  { 2100, 2, 29 }, { 1900, 2, 29 }, { 2024, 4, 31 },
		{ 2024, 13, 1 },  { 2024, 0, 1 },  { 2024, 1, 0 },  { 2024, 1, 32 },
		{ 1899, 12, 31 }, { 2200, 1, 1 },  { 2024, -1, 1 }, { 2024, 1, -1 },
	};
	day_t d;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (day_from_ymd(rows[i][0], rows[i][1], rows[i][2], &d))
			fail_msg("row %zu", i);
	assert_true(day_from_ymd(2000, 2, 29, &d));
	assert_true(day_from_ymd(2024, 2, 29, &d));
}

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		bool strict, lenient; /* accepted by which reader; always as 2026-09-03 */
	} rows[] = {
		{ "2026-09-03", true, true },
		{ "20260903", false, true },
		{ "2026.9.3", false, true },
		{ "2026.09.03", false, true },
		{ "2026/9/3", false, true },
		{ "2026-9-3", false, true },
		{ "2026年9月3日", false, true },
		{ "2026年09月03日", false, true },
		{ "2026年9月3号", false, true },
		{ "2026年9月3", false, true },
		{ " 2026 年 9 月 3 日 ", false, true },
		{ "　2026-09-03　", false, true },
		{ "２０２６年９月３日", false, true },
		{ "２０２６．９．３", false, true },
		{ "２０２６／０９／０３", false, true },
		{ "２０２６－９－３", false, true },
		{ "２０２６０９０３", false, true },
		{ "", false, false },
		{ "2026", false, false },
		{ "2026-09", false, false },
		{ "2026-09-", false, false },
		{ "26-09-03", false, false },
		{ "2026-9-3x", false, false },
		{ "2026-09-03 00:00", false, false },
		{ "2026.9/3", false, false },
		{ "2026年9.3", false, false },
		{ "2026-9-3日", false, false },
		{ "2026903", false, false },
		{ "202609030", false, false },
		{ "2026-009-03", false, false },
		{ "2026--9-3", false, false },
		{ "2026-13-03", false, false },
		{ "2026-02-30", false, false },
		{ "20260230", false, false },
		{ "1899-09-03", false, false },
		{ "2200.1.1", false, false },
		{ "９月３日", false, false },
		{ "2026月9日3", false, false },
		{ "2026年9月3日日", false, false },
		{ "+2026-09-03", false, false },
		{ "二〇二六年九月三日", false, false },
		{ "2026\xE5\xB9", false, false },
		{ "2026年9月3日2026年9月3日", false, false },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		day_t strict = DAY_NONE, lenient = DAY_NONE;
		bool s = day_parse_iso(sv_of(rows[i].text), &strict);
		bool l = day_parse_lenient(sv_of(rows[i].text), &lenient);
		if (s != rows[i].strict || l != rows[i].lenient)
			fail_msg("\"%s\": strict %d, lenient %d", rows[i].text, s, l);
		assert_string_equal(iso(strict), s ? "2026-09-03" : "");
		assert_string_equal(iso(lenient), l ? "2026-09-03" : "");
	}
	day_t d = 5;
	assert_false(day_parse_iso((struct sv){ NULL, 0 }, &d));
	assert_false(day_parse_iso((struct sv){ "2026-09-03\0", 11 }, &d));
	assert_int_equal(d, 5); /* untouched */
}

static void test_format_of_no_day(void **state)
{
	char text[40];
	(void)state;
	assert_string_equal(iso(DAY_NONE), "");
	assert_string_equal(iso(DAY_MAX), "");
	instant_format(INSTANT_NONE, text);
	assert_string_equal(text, "");
	instant_format(INT64_MAX, text);
	assert_string_equal(text, "");
}

static void test_instant_parse(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} rows[] = {
		{ "2026-11-23T16:00:00+08:00", "2026-11-23T16:00:00+08:00" },
		{ "2026-11-23T16:00:00Z", "2026-11-24T00:00:00+08:00" },
		{ "2026-11-23t16:00:00z", "2026-11-24T00:00:00+08:00" },
		{ "2026-11-23T16:00:00.25-05:30", "2026-11-24T05:30:00.250000+08:00" },
		{ "2026-11-23T16:00:00.000001Z", "2026-11-24T00:00:00.000001+08:00" },
		{ "2026-11-23T16:00:00.0Z", "2026-11-24T00:00:00+08:00" },
		{ "1969-12-31T23:59:59.999999Z", "1970-01-01T07:59:59.999999+08:00" },
		{ "1900-01-01T00:00:00+08:00", "1900-01-01T00:00:00+08:00" },
		{ "2026-11-23T16:00:00-00:00", "2026-11-24T00:00:00+08:00" },
		{ "2026-11-23T16:00:00", NULL },
		{ "2026-11-23 16:00:00Z", NULL },
		{ "2026-11-23T24:00:00Z", NULL },
		{ "2026-11-23T16:60:00Z", NULL },
		{ "2026-11-23T16:00:60Z", NULL },
		{ "2026-11-23T16:00Z", NULL },
		{ "2026-11-23T16:00:00.Z", NULL },
		{ "2026-11-23T16:00:00.1234567Z", NULL },
		{ "2026-11-23T16:00:00+8:00", NULL },
		{ "2026-11-23T16:00:00+0800", NULL },
		{ "2026-11-23T16:00:00+24:00", NULL },
		{ "2026-11-23T16:00:00+08:60", NULL },
		{ "2026-11-23T16:00:00Zx", NULL },
		{ "2026-02-29T16:00:00Z", NULL },
		{ "1899-12-31T16:00:00Z", NULL },
		{ "", NULL },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		instant_t t = INSTANT_NONE;
		char text[40];
		bool ok = instant_parse(sv_of(rows[i].text), &t);
		instant_format(t, text);
		if (ok != (rows[i].want != NULL) || (ok && strcmp(text, rows[i].want) != 0))
			fail_msg("\"%s\" -> %d \"%s\"", rows[i].text, ok, text);
	}
}

static void test_day_of_instant(void **state)
{
	instant_t t;
	day_t d = day("2026-11-23");
	(void)state;
	assert_true(instant_parse(SV("2026-11-22T15:59:59.999999Z"), &t));
	assert_string_equal(iso(instant_to_day(t)), "2026-11-22");
	assert_string_equal(iso(instant_to_day(t + 1)), "2026-11-23");
	assert_int_equal(day_start(d), t + 1);
	assert_int_equal(instant_to_day(day_start(d) - 1), d - 1);
	assert_int_equal(day_at(d, 9, 30) - day_start(d), INT64_C(34200000000));
	assert_int_equal(instant_to_day(INSTANT_NONE), DAY_NONE);
	assert_int_equal(day_start(DAY_NONE), INSTANT_NONE);
	assert_int_equal(day_at(DAY_NONE, 0, 0), INSTANT_NONE);
	/* "no end" lies past every instant instead of overflowing */
	assert_int_equal(day_start(DAY_MAX), INT64_MAX);
	assert_int_equal(day_at(DAY_MAX, 23, 59), INT64_MAX);
	assert_true(instant_to_day(INT64_MAX) > d);
	assert_true(instant_to_day(INT64_MIN + 1) < 0);
}

static void test_add_months(void **state)
{
	static const struct {
		const char *from;
		int months;
		const char *want;
	} rows[] = {
		{ "2026-01-31", 1, "2026-02-28" },  { "2024-01-31", 1, "2024-02-29" },
		{ "2026-08-31", 1, "2026-09-30" },  { "2026-11-30", 3, "2027-02-28" },
		{ "2026-09-23", 3, "2026-12-23" },  { "2024-02-29", 12, "2025-02-28" },
		{ "2024-02-29", 48, "2028-02-29" }, { "2026-03-31", -1, "2026-02-28" },
		{ "2026-01-15", -1, "2025-12-15" }, { "2026-01-15", -13, "2024-12-15" },
		{ "2026-05-10", 0, "2026-05-10" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *got = iso(day_add_months(day(rows[i].from), rows[i].months));
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("%s %+d: %s", rows[i].from, rows[i].months, got);
	}
	assert_int_equal(day_add_months(DAY_NONE, 3), DAY_NONE);
	assert_int_equal(day_add_months(DAY_MAX, 3), DAY_MAX);
}

static void test_clock_offset(void **state)
{
	(void)state;
	instant_t before = clock_now();
	clock_set_offset_us(INT64_C(86400) * 1000000);
	instant_t after = clock_now();
	clock_set_offset_us(0);
	assert_true(after - before >= INT64_C(86400) * 1000000);
	assert_true(after - before < INT64_C(86460) * 1000000);
	int64_t mono = clock_mono_us();
	assert_true(clock_mono_us() >= mono);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_day_round_trips),
		cmocka_unit_test(test_no_such_day),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_format_of_no_day),
		cmocka_unit_test(test_instant_parse),
		cmocka_unit_test(test_day_of_instant),
		cmocka_unit_test(test_add_months),
		cmocka_unit_test(test_clock_offset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

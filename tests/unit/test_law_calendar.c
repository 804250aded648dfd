/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Working-day calendar: the official years as data, and the loud failure past them. */
#include "law_fixture.h"

#include "law/calendar.h"

static struct arena arena = ARENA_INIT(0);
static struct calendar cal;

static int setup(void **state)
{
	struct err err = ERR_INIT;
	(void)state;
	if (calendar_from_csv(&cal, &arena, law_read(&arena, "holidays.csv"), &err) != ERR_OK)
		fail_msg("%s", err.message);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static void test_official_years(void **state)
{
	static const struct {
		int year, working_days;
	} years[] = { { 2021, 250 }, { 2022, 249 }, { 2023, 249 },
		      { 2024, 251 }, { 2025, 248 }, { 2026, 248 } };
	(void)state;

	assert_int_equal(cal.first_year, 2021);
	assert_int_equal(cal.last_year, 2026);
	assert_int_equal(cal.day_count, 218);
	for (size_t i = 0; i < ARRAY_LEN(years); i++) {
		day_t first, last;
		int count = 0;
		assert_true(day_from_ymd(years[i].year, 1, 1, &first));
		assert_true(day_from_ymd(years[i].year, 12, 31, &last));
		for (day_t d = first; d <= last; d++) {
			bool works;
			assert_int_equal(calendar_works(&cal, d, &works, NULL, NULL), ERR_OK);
			count += works;
		}
		assert_int_equal(count, years[i].working_days);
	}
}

static void test_single_days(void **state)
{
	static const struct {
		const char *day;
		bool works;
	} cases[] = {
		{ "2026-11-23", true },  /* an ordinary Monday */
		{ "2026-11-21", false }, /* an ordinary Saturday */
		{ "2026-10-10", true },  /* a Saturday made up for */
		{ "2026-09-20", true },  /* a Sunday made up for */
		{ "2026-10-01", false }, /* a Thursday of the national holiday */
		{ "2023-01-03", true },  /* the block ended on the 2nd */
		{ "2022-12-31", false }, /* part of the next year's block */
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool works, provisional = false;
		assert_int_equal(calendar_works(&cal, law_day(cases[i].day), &works, &provisional,
						NULL),
				 ERR_OK);
		if (works != cases[i].works)
			fail_msg("%s", cases[i].day);
		assert_false(provisional);
	}
}

static void test_adding(void **state)
{
	day_t d;
	(void)state;
	assert_int_equal(calendar_add(&cal, law_day("2026-10-03"), 0, &d, NULL, NULL), ERR_OK);
	assert_int_equal(d, law_day("2026-10-03"));
	assert_int_equal(calendar_add(&cal, law_day("2026-09-30"), 3, &d, NULL, NULL), ERR_OK);
	assert_int_equal(d, law_day("2026-10-10"));
	assert_int_equal(calendar_sub(&cal, law_day("2026-10-08"), 1, &d, NULL, NULL), ERR_OK);
	assert_int_equal(d, law_day("2026-09-30"));
	/* A hearing on a Monday after a worked Sunday: the notice is due seven working days before. */
	assert_int_equal(calendar_sub(&cal, law_day("2026-09-21"), 7, &d, NULL, NULL), ERR_OK);
	assert_int_equal(d, law_day("2026-09-11"));
}

static void test_rolling(void **state)
{
	static const struct {
		const char *day, *forward, *back;
	} cases[] = {
		{ "2026-10-01", "2026-10-08", "2026-09-30" },
		{ "2026-09-19", "2026-09-20", "2026-09-18" },
		{ "2026-11-23", "2026-11-23", "2026-11-23" },
		{ "2026-09-25", "2026-09-28", "2026-09-24" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		day_t d;
		assert_int_equal(calendar_roll(&cal, law_day(cases[i].day), &d, NULL, NULL),
				 ERR_OK);
		assert_int_equal(d, law_day(cases[i].forward));
		assert_int_equal(calendar_roll_back(&cal, law_day(cases[i].day), &d, NULL, NULL),
				 ERR_OK);
		assert_int_equal(d, law_day(cases[i].back));
	}
}

static void test_between(void **state)
{
	int n;
	(void)state;
	assert_int_equal(calendar_between(&cal, law_day("2026-01-30"), law_day("2026-02-27"), &n,
					  NULL, NULL),
			 ERR_OK);
	assert_int_equal(n, 15);
	assert_int_equal(calendar_between(&cal, law_day("2026-02-27"), law_day("2026-01-30"), &n,
					  NULL, NULL),
			 ERR_OK);
	assert_int_equal(n, -15);
	assert_int_equal(calendar_between(&cal, law_day("2026-10-03"), law_day("2026-10-03"), &n,
					  NULL, NULL),
			 ERR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(calendar_between(&cal, law_day("2026-09-30"), law_day("2026-10-07"), &n,
					  NULL, NULL),
			 ERR_OK);
	assert_int_equal(n, 0);
}

static void test_past_the_covered_years(void **state)
{
	struct err err = ERR_INIT;
	bool works;
	day_t d;
	int n;
	(void)state;

	assert_int_equal(calendar_works(&cal, law_day("2027-01-04"), &works, NULL, &err),
			 ERR_NOT_COVERED);
	assert_non_null(strstr(err.message, "2027-01-04"));
	assert_non_null(strstr(err.message, "2026"));
	assert_string_equal(err.rule, "calendar-not-covered");
	assert_int_equal(calendar_works(&cal, law_day("2020-12-31"), &works, NULL, NULL),
			 ERR_NOT_COVERED);
	assert_int_equal(calendar_add(&cal, law_day("2026-12-25"), 5, &d, NULL, NULL),
			 ERR_NOT_COVERED);
	assert_int_equal(calendar_add(&cal, law_day("2026-12-25"), 4, &d, NULL, NULL), ERR_OK);
	assert_int_equal(calendar_sub(&cal, law_day("2021-01-05"), 2, &d, NULL, NULL),
			 ERR_NOT_COVERED);
	assert_int_equal(calendar_roll(&cal, law_day("2027-01-01"), &d, NULL, NULL),
			 ERR_NOT_COVERED);
	assert_int_equal(calendar_roll_back(&cal, law_day("2027-01-01"), &d, NULL, NULL),
			 ERR_NOT_COVERED);
	assert_int_equal(calendar_between(&cal, law_day("2026-12-30"), law_day("2027-01-01"), &n,
					  NULL, NULL),
			 ERR_NOT_COVERED);
}

static void test_provisional(void **state)
{
	static const char *const free_days[] = {
		"2027-01-01", "2027-05-01",
		"2027-05-02", "2027-10-01",
		"2027-10-02", "2027-10-03",
		"2028-05-01", /* a Monday */ "2027-01-02", /* a Saturday */
	};
	bool works, provisional = false;
	day_t d;
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(free_days); i++) {
		provisional = false;
		assert_int_equal(calendar_works(&cal, law_day(free_days[i]), &works, &provisional,
						NULL),
				 ERR_OK);
		assert_false(works);
		assert_true(provisional);
	}
	assert_int_equal(calendar_works(&cal, law_day("2027-10-04"), &works, &provisional, NULL),
			 ERR_OK);
	assert_true(works);

	provisional = false;
	assert_int_equal(calendar_add(&cal, law_day("2026-12-25"), 5, &d, &provisional, NULL),
			 ERR_OK);
	assert_int_equal(d, law_day("2027-01-04"));
	assert_true(provisional);
	/* One flag may collect several questions: a sure answer does not lower it. */
	assert_int_equal(calendar_add(&cal, law_day("2026-11-23"), 1, &d, &provisional, NULL),
			 ERR_OK);
	assert_true(provisional);
}

static void test_out_of_range(void **state)
{
	bool works, provisional = false;
	day_t d;
	int n;
	(void)state;
	assert_int_equal(calendar_works(&cal, DAY_NONE, &works, &provisional, NULL), ERR_INVALID);
	assert_int_equal(calendar_works(&cal, DAY_MAX, &works, &provisional, NULL), ERR_INVALID);
	assert_int_equal(calendar_add(&cal, DAY_MAX, 1, &d, &provisional, NULL), ERR_INVALID);
	assert_int_equal(calendar_add(&cal, DAY_NONE, 0, &d, &provisional, NULL), ERR_INVALID);
	assert_int_equal(calendar_sub(&cal, DAY_NONE, 1, &d, &provisional, NULL), ERR_INVALID);
	assert_int_equal(calendar_add(&cal, law_day("2199-12-31"), 1, &d, &provisional, NULL),
			 ERR_INVALID);
	assert_int_equal(calendar_between(&cal, DAY_NONE, 0, &n, &provisional, NULL), ERR_INVALID);
}

static void test_empty(void **state)
{
	struct calendar empty;
	struct err err = ERR_INIT;
	bool works, provisional = false;
	(void)state;
	assert_int_equal(calendar_init(&empty, &arena, NULL, 0, &err), ERR_OK);
	assert_int_equal(calendar_works(&empty, law_day("2026-11-23"), &works, NULL, &err),
			 ERR_NOT_COVERED);
	assert_int_equal(calendar_works(&empty, law_day("2026-11-23"), &works, &provisional, &err),
			 ERR_OK);
	assert_true(works && provisional);
}

static void test_bad_tables(void **state)
{
	static const struct {
		const char *text, *rule;
	} cases[] = {
		{ "date,kind,name\n2026-01-01,holiday,a\n2026-01-01,workday,b\n",
		  "calendar-double" },
		{ "date,kind,name\n2024-01-01,holiday,a\n2026-01-01,holiday,b\n", "calendar-gap" },
		{ "date,kind,name\n2026-02-29,holiday,a\n", "calendar-date" },
		{ "date,kind,name\n2026-01-01,free,a\n", "calendar-kind" },
		{ "date,name\n2026-01-01,a\n", "calendar-columns" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct calendar bad;
		struct err err = ERR_INIT;
		assert_int_not_equal(calendar_from_csv(&bad, &arena, sv_of(cases[i].text), &err),
				     ERR_OK);
		assert_string_equal(err.rule, cases[i].rule);
		assert_int_equal(bad.day_count, 0);
	}
	struct calendar unsorted;
	assert_int_equal(calendar_from_csv(&unsorted, &arena,
					   SV("date,kind,name\n2026-10-10,workday,b\n"
					      "2026-01-01,holiday,a\n"),
					   NULL),
			 ERR_OK);
	assert_true(sv_eq_str(unsorted.days[0].name, "a"));
}

/* The n-th working day after d is the day up to which n working days are counted. */
static void test_add_and_count_agree(void **state)
{
	unsigned seed = 20261123;
	day_t first = law_day("2021-01-04"), last = law_day("2026-06-30");
	(void)state;
	for (int i = 0; i < 2000; i++) {
		day_t start = first + (day_t)(rand_r(&seed) % (last - first));
		int n = 1 + rand_r(&seed) % 60;
		int counted;
		day_t end, back;
		assert_int_equal(calendar_add(&cal, start, n, &end, NULL, NULL), ERR_OK);
		assert_int_equal(calendar_between(&cal, start, end, &counted, NULL, NULL), ERR_OK);
		assert_int_equal(counted, n);
		assert_int_equal(calendar_between(&cal, start, end - 1, &counted, NULL, NULL),
				 ERR_OK);
		assert_int_equal(counted, n - 1);
		if (n > 1) {
			day_t first_of_n;
			assert_int_equal(calendar_add(&cal, start, 1, &first_of_n, NULL, NULL),
					 ERR_OK);
			assert_int_equal(calendar_sub(&cal, end, n - 1, &back, NULL, NULL), ERR_OK);
			assert_int_equal(back, first_of_n);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_official_years),
		cmocka_unit_test(test_single_days),
		cmocka_unit_test(test_adding),
		cmocka_unit_test(test_rolling),
		cmocka_unit_test(test_between),
		cmocka_unit_test(test_past_the_covered_years),
		cmocka_unit_test(test_provisional),
		cmocka_unit_test(test_out_of_range),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_bad_tables),
		cmocka_unit_test(test_add_and_count_agree),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Periods: hand-checked due days, excluded spans, and a naive recount of random periods. */
#include "law_fixture.h"

#include "law/period.h"

static struct arena arena = ARENA_INIT(0);
static struct calendar cal;

static struct period period(const char *text, bool rolls)
{
	struct period p;
	if (!period_parse(sv_of(text), &p))
		fail_msg("bad period %s", text);
	p.rolls = rolls;
	return p;
}

static void expect_day(day_t got, const char *want, const char *where)
{
	char text[11];
	if (got == law_day(want))
		return;
	if (got == DAY_NONE)
		fail_msg("%s: no day, expected %s", where, want);
	day_format(got, text);
	fail_msg("%s: %s, expected %s", where, text, want);
}

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

/* --- due days ---------------------------------------------------------------------------- */

struct vector {
	const char *start, *length;
	bool rolls;
	int extra;
	const char *strict, *lawful;
};

static void run_vector(const struct vector *v)
{
	struct due due;
	struct err err = ERR_INIT;
	char where[64];

	snprintf(where, sizeof(where), "%s + %s + %d", v->start, v->length, v->extra);
	if (period_due(&cal, period(v->length, v->rolls), v->extra, law_day(v->start), NULL, 0,
		       &due, &err) != ERR_OK)
		fail_msg("%s: %s", where, err.message);
	expect_day(due.strict, v->strict, where);
	expect_day(due.lawful, v->lawful, where);
	assert_false(due.stopped);
	assert_int_equal(due.at, day_start(due.lawful) + INT64_C(86400) * 1000000);
}

static void test_golden_vectors(void **state)
{
	static const struct vector vectors[] = {
		{ "2026-01-30", "15wd", false, 0, "2026-02-27", "2026-02-27" },
		{ "2026-01-30", "15wd", false, 15, "2026-03-19", "2026-03-19" },
		{ "2026-01-30", "30wd", false, 0, "2026-03-19", "2026-03-19" },
		{ "2026-09-24", "15wd", false, 0, "2026-10-22", "2026-10-22" },
		{ "2026-04-30", "5wd", false, 0, "2026-05-11", "2026-05-11" },
		{ "2026-02-13", "5wd", false, 0, "2026-02-27", "2026-02-27" },
		{ "2025-09-26", "7wd", false, 0, "2025-10-13", "2025-10-13" },
		{ "2024-09-30", "7wd", false, 0, "2024-10-15", "2024-10-15" },
		{ "2026-09-21", "20wd", false, 0, "2026-10-26", "2026-10-26" },
		{ "2025-01-24", "20wd", false, 0, "2025-02-27", "2025-02-27" },
		{ "2022-12-30", "20wd", false, 0, "2023-02-02", "2023-02-02" },
		{ "2026-11-23", "20wd", false, 0, "2026-12-21", "2026-12-21" },
		{ "2026-09-21", "7wd", false, 0, "2026-10-08", "2026-10-08" },
		{ "2026-09-30", "3wd", false, 0, "2026-10-10", "2026-10-10" },
		{ "2026-09-30", "10wd", false, 0, "2026-10-20", "2026-10-20" },
		{ "2026-09-18", "15wd", false, 0, "2026-10-15", "2026-10-15" },
		{ "2026-07-03", "90d", true, 0, "2026-10-01", "2026-10-08" },
		{ "2026-08-25", "90d", true, 0, "2026-11-23", "2026-11-23" },
		{ "2026-09-16", "15d", true, 0, "2026-10-01", "2026-10-08" },
		{ "2026-09-04", "15d", true, 0, "2026-09-19", "2026-09-20" },
		{ "2026-08-26", "30d", true, 0, "2026-09-25", "2026-09-28" },
		{ "2026-01-16", "30d", false, 0, "2026-02-15", "2026-02-15" },
		{ "2026-08-31", "6m", false, 0, "2027-02-28", "2027-02-28" },
		{ "2024-02-29", "12m", false, 0, "2025-02-28", "2025-02-28" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		run_vector(&vectors[i]);
}

static void test_more_due_days(void **state)
{
	static const struct vector vectors[] = {
		/* D10 with its extension: never rolls */
		{ "2026-01-16", "30d", false, 30, "2026-03-17", "2026-03-17" },
		/* D12: at once */
		{ "2026-10-02", "0d", false, 0, "2026-10-02", "2026-10-02" },
		{ "2026-10-02", "0wd", false, 0, "2026-10-02", "2026-10-02" },
		/* D17, D18: strictly before the hearing */
		{ "2026-09-21", "-7wd", false, 0, "2026-09-11", "2026-09-11" },
		{ "2026-10-08", "-3wd", false, 0, "2026-09-28", "2026-09-28" },
		/* enforcement: six months to sue, then three to apply; 2026-10-10 is worked */
		{ "2026-01-10", "6m", true, 0, "2026-07-10", "2026-07-10" },
		{ "2026-07-10", "3m", true, 0, "2026-10-10", "2026-10-10" },
		{ "2026-09-30", "3m", true, 0, "2026-12-30", "2026-12-30" },
		{ "2026-11-01", "30d", true, 0, "2026-12-01", "2026-12-01" },
		/* months roll too: D25 ending in the national holiday */
		{ "2026-04-03", "6m", true, 0, "2026-10-03", "2026-10-08" },
		/* three days inside a holiday: target inside it, lawful day after it */
		{ "2026-09-30", "3d", true, 0, "2026-10-03", "2026-10-08" },
		{ "2026-09-30", "3d", false, 0, "2026-10-03", "2026-10-03" },
		/* D37 publicity */
		{ "2025-12-25", "3m", false, 0, "2026-03-25", "2026-03-25" },
		{ "2026-01-31", "1y", false, 0, "2027-01-31", "2027-01-31" },
		{ "2024-02-29", "3y", false, 0, "2027-02-28", "2027-02-28" },
		/* D45: limitation, month ends and leap days */
		{ "2024-11-23", "2y", false, 0, "2026-11-23", "2026-11-23" },
		{ "2024-02-29", "2y", false, 0, "2026-02-28", "2026-02-28" },
		{ "2022-02-28", "2y", false, 0, "2024-02-28", "2024-02-28" },
		{ "2021-11-23", "5y", false, 0, "2026-11-23", "2026-11-23" },
		{ "2024-02-29", "5y", false, 0, "2029-02-28", "2029-02-28" },
		{ "2023-02-28", "5y", false, 0, "2028-02-28", "2028-02-28" },
		/* short months */
		{ "2026-01-31", "1m", false, 0, "2026-02-28", "2026-02-28" },
		{ "2024-01-31", "1m", false, 0, "2024-02-29", "2024-02-29" },
		{ "2026-11-30", "3m", false, 0, "2027-02-28", "2027-02-28" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		run_vector(&vectors[i]);
}

static void test_archive_day(void **state)
{
	static const struct {
		const char *closed, *due;
	} cases[] = {
		{ "2026-11-23", "2027-06-30" }, { "2026-01-01", "2027-06-30" },
		{ "2026-12-31", "2027-06-30" }, { "2026-06-30", "2027-06-30" },
		{ "2024-02-29", "2025-06-30" },
	};
	day_t d;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(period_june30(law_day(cases[i].closed), &d));
		expect_day(d, cases[i].due, cases[i].closed);
	}
	assert_false(period_june30(law_day("2199-01-01"), &d));
	assert_false(period_june30(DAY_NONE, &d));
	assert_false(period_june30(DAY_MAX, &d));
}

static void test_provisional(void **state)
{
	struct due due;
	(void)state;
	/* Calendar days that do not roll need no calendar. */
	assert_int_equal(period_due(&cal, period("6m", false), 0, law_day("2026-08-31"), NULL, 0,
				    &due, NULL),
			 ERR_OK);
	assert_false(due.provisional);
	assert_int_equal(period_due(&cal, period("3d", true), 0, law_day("2026-12-31"), NULL, 0,
				    &due, NULL),
			 ERR_OK);
	expect_day(due.strict, "2027-01-03", "Sunday");
	expect_day(due.lawful, "2027-01-04", "Monday");
	assert_true(due.provisional);
	assert_int_equal(period_due(&cal, period("20wd", false), 0, law_day("2026-12-10"), NULL, 0,
				    &due, NULL),
			 ERR_OK);
	assert_true(due.provisional);
	assert_int_equal(period_due(&cal, period("10wd", false), 0, law_day("2026-12-10"), NULL, 0,
				    &due, NULL),
			 ERR_OK);
	assert_false(due.provisional);
}

/* Loading the next year's notice makes the same answer final. */
static void test_next_year_loaded(void **state)
{
	static const char extra[] = "2027-01-01,holiday,元旦\n2027-01-02,holiday,元旦\n"
				    "2027-01-03,holiday,元旦\n";
	struct sv old = law_read(&arena, "holidays.csv");
	struct calendar next;
	struct due due;
	(void)state;
	char *text = arena_printf(&arena, "%.*s%s", SV_ARG(old), extra);
	assert_int_equal(calendar_from_csv(&next, &arena, sv_of(text), NULL), ERR_OK);
	assert_int_equal(period_due(&next, period("3d", true), 0, law_day("2026-12-31"), NULL, 0,
				    &due, NULL),
			 ERR_OK);
	expect_day(due.strict, "2027-01-03", "strict");
	expect_day(due.lawful, "2027-01-04", "lawful");
	assert_false(due.provisional);
}

/* --- hours -------------------------------------------------------------------------------- */

static void test_hours(void **state)
{
	struct due due;
	instant_t friday = day_at(law_day("2026-12-04"), 16, 0);
	(void)state;

	assert_int_equal(period_due_hours(24, friday, &due, NULL), ERR_OK);
	assert_int_equal(due.at, day_at(law_day("2026-12-05"), 16, 0)); /* a Saturday: no rolling */
	expect_day(due.strict, "2026-12-05", "strict");
	expect_day(due.lawful, "2026-12-05", "lawful");
	assert_false(due.stopped || due.provisional);

	assert_int_equal(period_due_hours(24, day_at(law_day("2026-09-30"), 23, 59), &due, NULL),
			 ERR_OK);
	assert_int_equal(due.at, day_at(law_day("2026-10-01"), 23, 59));
	assert_int_equal(period_due_hours(24, day_at(law_day("2026-12-31"), 8, 30), &due, NULL),
			 ERR_OK);
	assert_int_equal(due.at, day_at(law_day("2027-01-01"), 8, 30));
	/* 20:00 UTC is already the next day here. */
	assert_int_equal(period_due_hours(0, day_at(law_day("2026-12-05"), 4, 0), &due, NULL),
			 ERR_OK);
	expect_day(due.lawful, "2026-12-05", "zero hours");

	assert_int_equal(period_due_hours(24, INSTANT_NONE, &due, NULL), ERR_INVALID);
	assert_int_equal(period_due_hours(24, INT64_MAX, &due, NULL), ERR_INVALID);
	assert_int_equal(period_due_hours(-1, friday, &due, NULL), ERR_INVALID);
	assert_int_equal(period_due_hours(48, day_at(law_day("2199-12-31"), 0, 0), &due, NULL),
			 ERR_INVALID);
}

/* --- spans -------------------------------------------------------------------------------- */

struct span_case {
	const char *what, *length;
	bool rolls;
	const char *start;
	const char *spans[4][2];     /* a missing end is open */
	const char *strict, *lawful; /* NULL: stopped */
};

static size_t fill_spans(const struct span_case *c, struct day_span spans[4])
{
	size_t n = 0;
	while (n < 4 && c->spans[n][0]) {
		spans[n] = (struct day_span){ law_day(c->spans[n][0]), law_day(c->spans[n][1]) };
		n++;
	}
	return n;
}

static void test_spans(void **state)
{
	static const struct span_case cases[] = {
		{ "golden: overlapping",
		  "90d",
		  true,
		  "2026-03-02",
		  { { "2026-03-20", "2026-04-15" }, { "2026-04-10", "2026-04-24" } },
		  "2026-07-05",
		  "2026-07-06" },
		{ "golden: extended",
		  "120d",
		  true,
		  "2026-03-02",
		  { { "2026-03-20", "2026-04-15" }, { "2026-04-10", "2026-04-24" } },
		  "2026-08-04",
		  "2026-08-04" },
		{ "order of spans does not matter",
		  "90d",
		  true,
		  "2026-03-02",
		  { { "2026-04-10", "2026-04-24" }, { "2026-03-20", "2026-04-15" } },
		  "2026-07-05",
		  "2026-07-06" },
		{ "one inside the other",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-03-05", "2026-03-15" }, { "2026-03-07", "2026-03-09" } },
		  "2026-03-22",
		  "2026-03-22" },
		{ "the same twice",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-03-05", "2026-03-15" }, { "2026-03-05", "2026-03-15" } },
		  "2026-03-22",
		  "2026-03-22" },
		{ "touching: end of one is start of the next",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-03-05", "2026-03-10" }, { "2026-03-10", "2026-03-15" } },
		  "2026-03-22",
		  "2026-03-22" },
		{ "a day between two",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-03-05", "2026-03-10" }, { "2026-03-11", "2026-03-15" } },
		  "2026-03-21",
		  "2026-03-21" },
		{ "of no length",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-03-05", "2026-03-05" } },
		  "2026-03-12",
		  "2026-03-12" },
		{ "ends before it starts",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-03-09", "2026-03-05" } },
		  "2026-03-12",
		  "2026-03-12" },
		{ "wholly before the start",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-02-01", "2026-03-02" } },
		  "2026-03-12",
		  "2026-03-12" },
		{ "across the start",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-02-01", "2026-03-04" } },
		  "2026-03-14",
		  "2026-03-14" },
		{ "starts on the due day",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-03-12", "2026-03-20" } },
		  "2026-03-12",
		  "2026-03-12" },
		{ "starts the day before the due day",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-03-11", "2026-03-20" } },
		  "2026-03-21",
		  "2026-03-21" },
		{ "beyond the due day",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-04-11", "2026-04-20" } },
		  "2026-03-12",
		  "2026-03-12" },
		{ "beyond, but reached because of an earlier one",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-03-14", "2026-03-20" }, { "2026-03-03", "2026-03-08" } },
		  "2026-03-23",
		  "2026-03-23" },
		{ "open", "10d", false, "2026-03-02", { { "2026-03-05", NULL } }, NULL, NULL },
		{ "open from the start",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-03-02", NULL } },
		  NULL,
		  NULL },
		{ "open since before the start",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-01-02", NULL } },
		  NULL,
		  NULL },
		{ "open, one day too late to matter",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-03-12", NULL } },
		  "2026-03-12",
		  "2026-03-12" },
		{ "open on the last day",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-03-11", NULL } },
		  NULL,
		  NULL },
		{ "open, reached because of a closed one",
		  "10d",
		  false,
		  "2026-03-02",
		  { { "2026-03-03", "2026-03-08" }, { "2026-03-15", NULL } },
		  NULL,
		  NULL },
		{ "while the lawful day rolls",
		  "15d",
		  true,
		  "2026-09-16",
		  { { "2026-10-02", "2026-10-20" } },
		  "2026-10-01",
		  "2026-10-08" },
		{ "working days",
		  "15wd",
		  false,
		  "2026-01-30",
		  { { "2026-02-02", "2026-02-04" } },
		  "2026-03-02",
		  "2026-03-02" },
		{ "working days, free days excluded for nothing",
		  "15wd",
		  false,
		  "2026-01-30",
		  { { "2026-02-14", "2026-02-23" } },
		  "2026-02-27",
		  "2026-02-27" },
		{ "working days, open",
		  "15wd",
		  false,
		  "2026-01-30",
		  { { "2026-02-02", NULL } },
		  NULL,
		  NULL },
		{ "nothing left to count",
		  "0d",
		  false,
		  "2026-03-02",
		  { { "2026-01-01", NULL } },
		  "2026-03-02",
		  "2026-03-02" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct span_case *c = &cases[i];
		struct day_span spans[4];
		size_t n = fill_spans(c, spans);
		struct due due;
		struct err err = ERR_INIT;
		if (period_due(&cal, period(c->length, c->rolls), 0, law_day(c->start), spans, n,
			       &due, &err) != ERR_OK)
			fail_msg("%s: %s", c->what, err.message);
		if (c->strict) {
			if (due.stopped)
				fail_msg("%s: stopped", c->what);
			expect_day(due.strict, c->strict, c->what);
			expect_day(due.lawful, c->lawful, c->what);
		} else {
			if (!due.stopped)
				fail_msg("%s: not stopped", c->what);
			assert_int_equal(due.strict, DAY_NONE);
			assert_int_equal(due.lawful, DAY_NONE);
			assert_int_equal(due.at, INSTANT_NONE);
		}
	}
}

static void test_span_union(void **state)
{
	const struct day_span two[] = {
		{ law_day("2026-04-10"), law_day("2026-04-24") },
		{ law_day("2026-03-20"), law_day("2026-04-15") },
	};
	const struct day_span open[] = { { law_day("2026-03-20"), DAY_MAX } };
	(void)state;
	assert_int_equal(day_span_union(two, 2, law_day("2026-03-02"), law_day("2026-12-31")), 35);
	assert_int_equal(day_span_union(two, 2, law_day("2026-04-01"), law_day("2026-04-20")), 19);
	assert_int_equal(day_span_union(two, 2, law_day("2026-04-24"), law_day("2026-12-31")), 0);
	assert_int_equal(day_span_union(two, 2, law_day("2026-12-31"), law_day("2026-01-01")), 0);
	assert_int_equal(day_span_union(open, 1, law_day("2026-03-02"), law_day("2026-03-30")), 10);
	assert_int_equal(day_span_union(open, 1, law_day("2026-03-02"), law_day("2026-03-20")), 0);
	assert_int_equal(day_span_union(open, 1, DAY_NONE, DAY_MAX),
			 DAY_MAX - law_day("2026-03-20"));
	assert_int_equal(day_span_union(NULL, 0, law_day("2026-03-02"), law_day("2026-03-30")), 0);
}

/* --- refusals ----------------------------------------------------------------------------- */

static void test_refusals(void **state)
{
	const struct day_span span = { law_day("2026-03-20"), law_day("2026-03-25") };
	static const struct {
		const char *length;
		int extra;
		bool spans;
		const char *start; /* NULL: none */
	} cases[] = {
		{ "24h", 0, false, "2026-03-02" }, /* hours need an instant */
		{ "6m", 0, true, "2026-03-02" },   /* months cannot be suspended */
		{ "2y", 0, true, "2026-03-02" },
		{ "-7wd", 0, true, "2026-03-02" },
		{ "-7wd", 1, false, "2026-03-02" }, /* lead times are not extended */
		{ "15wd", -1, false, "2026-03-02" },
		{ "15wd", 100000, false, "2026-03-02" },
		{ "15wd", 0, false, NULL },
		{ "99999d", 0, false, "2026-03-02" },
		{ "99999wd", 0, false, "2026-03-02" },
		{ "99999m", 0, false, "2026-03-02" },
		{ "99999y", 99999, false, "2026-03-02" },
		{ "1d", 0, false, "2199-12-31" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct due due = { .strict = 7 };
		struct err err = ERR_INIT;
		day_t start = cases[i].start ? law_day(cases[i].start) : DAY_NONE;
		if (period_due(&cal, period(cases[i].length, true), cases[i].extra, start, &span,
			       cases[i].spans ? 1 : 0, &due, &err) != ERR_INVALID)
			fail_msg("case %zu: %s", i, cases[i].length);
		assert_true(err.message[0] != '\0');
		assert_int_equal(due.strict, 7); /* untouched on failure */
	}
}

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		int length;
		enum period_unit unit;
	} good[] = {
		{ "15wd", 15, PERIOD_WORKDAY }, { "90d", 90, PERIOD_DAY },
		{ "24h", 24, PERIOD_HOUR },     { "6m", 6, PERIOD_MONTH },
		{ "2y", 2, PERIOD_YEAR },       { "-7wd", -7, PERIOD_WORKDAY },
		{ "0d", 0, PERIOD_DAY },
	};
	static const char *const bad[] = {
		"",     "d",     "15",    "15 wd", " 15wd", "15wd ",   "15WD",
		"-7d",  "-0wd",  "--7wd", "+7wd",  "015d",  "100000d", "99999999999999999999d",
		"1.5d", "jun30", "daily", "1dd",   "-",
	};
	struct period p;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		p = (struct period){ .rolls = true };
		assert_true(period_parse(sv_of(good[i].text), &p));
		assert_int_equal(p.length, good[i].length);
		assert_int_equal(p.unit, good[i].unit);
		assert_false(p.rolls);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (period_parse(sv_of(bad[i]), &p))
			fail_msg("accepted \"%s\"", bad[i]);
	}
}

/* --- a naive recount ----------------------------------------------------------------------- */

enum { TABLE_DAYS = 2191 }; /* 2021-01-01 .. 2026-12-31 */

static bool working_table[TABLE_DAYS];

static void fill_working_table(day_t base)
{
	for (int i = 0; i < TABLE_DAYS; i++)
		working_table[i] = day_weekday(base + i) < 6;
	for (size_t i = 0; i < cal.day_count; i++)
		working_table[cal.days[i].day - base] = cal.days[i].works;
}

static day_t naive_due(const struct period *p, day_t base, day_t start,
		       const struct day_span *spans, size_t n)
{
	bool counts[TABLE_DAYS];
	for (int i = 0; i < TABLE_DAYS; i++)
		counts[i] = p->unit == PERIOD_DAY || working_table[i];
	for (size_t s = 0; s < n; s++) {
		for (int i = 0; i < TABLE_DAYS; i++)
			counts[i] = counts[i] &&
				    !(base + i > spans[s].start && base + i <= spans[s].end);
	}
	int left = p->length;
	for (int i = start - base + 1; i < TABLE_DAYS; i++) {
		if (counts[i] && --left == 0)
			return base + i;
	}
	return DAY_NONE;
}

static void test_against_naive_count(void **state)
{
	unsigned seed = 512022;
	day_t base = law_day("2021-01-01");
	(void)state;
	fill_working_table(base);

	for (int round = 0; round < 3000; round++) {
		struct period p = {
			.length = 1 + rand_r(&seed) % 120,
			.unit = rand_r(&seed) % 2 ? PERIOD_DAY : PERIOD_WORKDAY,
			.rolls = rand_r(&seed) % 2,
		};
		day_t start = base + rand_r(&seed) % 1500;
		struct day_span spans[5];
		size_t n = (size_t)rand_r(&seed) % 6;
		for (size_t i = 0; i < n; i++) {
			spans[i].start = start - 30 + rand_r(&seed) % 150;
			spans[i].end = spans[i].start - 2 + rand_r(&seed) % 40;
		}
		struct due due;
		assert_int_equal(period_due(&cal, p, 0, start, spans, n, &due, NULL), ERR_OK);
		day_t want = naive_due(&p, base, start, spans, n);
		if (due.strict != want || due.stopped)
			fail_msg("round %d: %d, expected %d", round, due.strict, want);
		while (p.rolls && p.unit == PERIOD_DAY && !working_table[want - base])
			want++;
		assert_int_equal(due.lawful, want);
		assert_false(due.provisional);

		/* The union tells by how much the spans moved a count of calendar days. */
		if (p.unit == PERIOD_DAY)
			assert_int_equal(due.strict - start - p.length,
					 day_span_union(spans, n, start, due.strict));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden_vectors),
		cmocka_unit_test(test_more_due_days),
		cmocka_unit_test(test_archive_day),
		cmocka_unit_test(test_provisional),
		cmocka_unit_test(test_next_year_loaded),
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_span_union),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_against_naive_count),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

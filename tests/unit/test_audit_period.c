/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Periods of the audit: codes, days, what may be counted when, and the ones before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/audit_period.h"

static day_t day(const char *iso)
{
	day_t d;
	if (!day_parse_iso(sv_of(iso), &d))
		fail_msg("bad day %s", iso);
	return d;
}

static const char *shown(const struct audit_span *s)
{
	static char text[192];
	char from[11], to[11];

	day_format(s->from, from);
	day_format(s->to, to);
	snprintf(text, sizeof(text), "%s %s %s", s->code, from, to);
	return text;
}

static void test_codes(void **state UNUSED)
{
	static const struct {
		const char *code;
		enum audit_period_kind kind;
		const char *shown, *name;
	} good[] = {
		{ "2026-10", AUDIT_MONTH, "2026-10 2026-10-01 2026-10-31", "2026年10月" },
		{ "2028-02", AUDIT_MONTH, "2028-02 2028-02-01 2028-02-29", "2028年2月" },
		{ "2026-Q1", AUDIT_QUARTER, "2026-Q1 2026-01-01 2026-03-31", "2026年第1季度" },
		{ "2026-Q4", AUDIT_QUARTER, "2026-Q4 2026-10-01 2026-12-31", "2026年第4季度" },
		{ "2026", AUDIT_YEAR, "2026 2026-01-01 2026-12-31", "2026年" },
		{ "2026-W41", AUDIT_WEEK, "2026-W41 2026-10-05 2026-10-11", "2026年第41周" },
		{ "2026-W01", AUDIT_WEEK, "2026-W01 2025-12-29 2026-01-04", "2026年第1周" },
		{ "2026-W53", AUDIT_WEEK, "2026-W53 2026-12-28 2027-01-03", "2026年第53周" },
		{ "2020-W53", AUDIT_WEEK, "2020-W53 2020-12-28 2021-01-03", "2020年第53周" },
	};
	static const char *const bad[] = { "", "2026-13", "2026-00", "2026-1", "2026-Q5", "2026-Q0", "2026-W00", "2025-W53",
					   "2026-W54", "2026-W1", "20261", "1800", "2026-10-01", "2026/10", "0000", "2026-q1" };
	struct audit_span s;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(audit_span_parse(sv_of(good[i].code), &s, NULL), ERR_OK);
		assert_int_equal(s.kind, good[i].kind);
		assert_string_equal(shown(&s), good[i].shown);
		assert_string_equal(s.name, good[i].name);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		err = (struct err)ERR_INIT;
		if (audit_span_parse(sv_of(bad[i]), &s, &err) != ERR_INVALID)
			fail_msg("%s was taken", bad[i]);
		assert_string_equal(err.rule, "period-form");
		assert_string_equal(err.field, "period");
	}
	assert_int_equal(audit_span_parse(SV("剑网2026"), &s, NULL), ERR_OK);
	assert_int_equal(s.kind, AUDIT_CAMPAIGN);
	assert_string_equal(s.code, "剑网2026");
}

static void test_every_week(void **state UNUSED)
{
	struct audit_span s, before;

	/* Each Monday of seventy years has one code, and the week before it is the one before it. */
	for (day_t monday = day("1990-01-01"); monday < day("2060-01-01"); monday += 7) {
		audit_span_before(&(struct audit_span){ .kind = AUDIT_WEEK, .from = monday + 7 }, 1, &before);
		assert_int_equal(before.from, monday);
		assert_int_equal(audit_span_parse(sv_of(before.code), &s, NULL), ERR_OK);
		assert_int_equal(s.from, monday);
		assert_int_equal(s.to, monday + 6);
	}
}

static void test_before(void **state UNUSED)
{
	struct audit_span s, b;

	assert_int_equal(audit_span_parse(SV("2026-02"), &s, NULL), ERR_OK);
	assert_int_equal(audit_span_trend(&s), 12);
	audit_span_before(&s, 1, &b);
	assert_string_equal(shown(&b), "2026-01 2026-01-01 2026-01-31");
	audit_span_before(&s, 12, &b);
	assert_string_equal(shown(&b), "2025-02 2025-02-01 2025-02-28");
	assert_int_equal(audit_span_parse(SV("2026-Q1"), &s, NULL), ERR_OK);
	audit_span_before(&s, 1, &b);
	assert_string_equal(shown(&b), "2025-Q4 2025-10-01 2025-12-31");
	assert_int_equal(audit_span_parse(SV("2026"), &s, NULL), ERR_OK);
	audit_span_before(&s, 5, &b);
	assert_string_equal(shown(&b), "2021 2021-01-01 2021-12-31");
	assert_int_equal(audit_span_parse(SV("X"), &s, NULL), ERR_OK);
	assert_int_equal(audit_span_trend(&s), 0);
}

static void test_closing(void **state UNUSED)
{
	struct audit_span s;
	struct err err = ERR_INIT;

	assert_int_equal(audit_span_parse(SV("2026-10"), &s, NULL), ERR_OK);
	assert_int_equal(audit_span_close(&s, day("2026-09-30"), true, &err), ERR_INVALID);
	assert_string_equal(err.rule, "period-future");
	assert_int_equal(audit_span_close(&s, day("2026-10-30"), false, &err), ERR_INVALID);
	assert_string_equal(err.rule, "period-open");
	assert_non_null(strstr(err.detail, "还缺1日"));
	assert_int_equal(audit_span_close(&s, day("2026-10-31"), false, &err), ERR_OK);
	assert_false(s.open);
	assert_int_equal(audit_span_close(&s, day("2026-10-30"), true, &err), ERR_OK);
	assert_true(s.open);
	assert_string_equal(shown(&s), "2026-10 2026-10-01 2026-10-30");
}

static void test_campaign(void **state UNUSED)
{
	struct audit_span s;
	struct err err = ERR_INIT;
	day_t today = day("2026-10-31");

	assert_int_equal(audit_span_parse(SV("CHUNLEI-2026"), &s, NULL), ERR_OK);
	assert_int_equal(audit_span_campaign(&s, "春雷行动2026", DAY_NONE, DAY_NONE, today, &err), ERR_INVALID);
	assert_string_equal(err.rule, "campaign-no-dates");
	assert_non_null(strstr(err.detail, "CHUNLEI-2026"));
	assert_int_equal(audit_span_campaign(&s, "春雷行动2026", day("2026-01-09"), DAY_NONE, today, &err), ERR_OK);
	assert_int_equal(audit_span_close(&s, today, false, &err), ERR_OK);
	assert_string_equal(shown(&s), "CHUNLEI-2026 2026-01-09 2026-10-31");
	assert_int_equal(audit_span_campaign(&s, "x", day("2026-01-09"), day("2026-12-31"), today, &err), ERR_OK);
	assert_int_equal(audit_span_close(&s, today, false, &err), ERR_OK);
	assert_string_equal(shown(&s), "CHUNLEI-2026 2026-01-09 2026-10-31");
	assert_true(s.open);
	assert_int_equal(audit_span_campaign(&s, "x", day("2027-01-09"), DAY_NONE, today, &err), ERR_OK);
	assert_int_equal(audit_span_close(&s, today, true, &err), ERR_INVALID);
	assert_string_equal(err.rule, "period-future");
}

static void test_kinds(void **state UNUSED)
{
	enum audit_period_kind kind;

	for (int i = 0; i < AUDIT_KIND_COUNT; i++) {
		assert_true(audit_kind_parse(sv_of(audit_kind_code((enum audit_period_kind)i)), &kind));
		assert_int_equal(kind, i);
	}
	assert_false(audit_kind_parse(SV("day"), &kind));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes), cmocka_unit_test(test_every_week), cmocka_unit_test(test_before),
		cmocka_unit_test(test_closing), cmocka_unit_test(test_campaign), cmocka_unit_test(test_kinds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

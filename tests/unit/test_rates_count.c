/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Rates: who belongs to which list on which dates, the sentences that say why not, and the percentages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/rates_count.h"

static day_t day(const char *iso)
{
	day_t d;
	if (!day_parse_iso(sv_of(iso), &d))
		fail_msg("bad day %s", iso);
	return d;
}

/* "filed=2026-01-05 closed=2026-03-02 performing_open": a case; "clue ..." a clue, "disclosure ..." a disclosure. */
static struct rate_row row_of(const char *spec)
{
	struct rate_row r = { .id = 1 };
	const struct {
		const char *name;
		day_t *at;
	} days[] = {
		{ "opened", &r.opened_on },	{ "clue_due", &r.clue_due },
		{ "clue_decided", &r.clue_decided }, { "filed", &r.filed },
		{ "decision_due", &r.decision_due }, { "decided", &r.decided },
		{ "perform_due", &r.perform_due }, { "ground", &r.ground },
		{ "ground_due", &r.ground_due }, { "closed", &r.closed },
		{ "suspended", &r.suspended },	{ "resumed", &r.resumed },
		{ "publish_due", &r.publish_due }, { "published", &r.published },
		{ "credit_due", &r.credit_due }, { "credit", &r.credit },
		{ "withdraw_due", &r.withdraw_due }, { "withdrawn", &r.withdrawn },
		{ "stop_due", &r.stop_due }, { "stopped", &r.stopped },
	};
	char word[64];
	int used;

	for (size_t i = 0; i < ARRAY_LEN(days); i++)
		*days[i].at = DAY_NONE;
	for (; sscanf(spec, " %63s%n", word, &used) == 1; spec += used) {
		char *value = strchr(word, '=');
		bool known = false;
		if (!value) {
			r.kind = strcmp(word, "clue") == 0 ? RATE_CLUE : strcmp(word, "disclosure") == 0 ? RATE_DISCLOSURE : r.kind;
			r.performing_open = r.performing_open || strcmp(word, "performing_open") == 0;
			continue;
		}
		*value++ = '\0';
		for (size_t i = 0; i < ARRAY_LEN(days); i++) {
			if (strcmp(word, days[i].name) == 0) {
				*days[i].at = day(value);
				known = true;
			}
		}
		if (!known)
			fail_msg("bad word %s", word);
	}
	return r;
}

/* The month that most rows below look at: March 2026, cut off on the last of April. */
static struct rate_period march(void)
{
	return (struct rate_period){ .from = day("2026-03-01"), .to = day("2026-03-31"),
				     .as_of = day("2026-04-30") };
}

static const struct {
	const char *what;
	enum rate_metric metric;
	const char *row;
	enum rate_side side;
	const char *why;
} sides[] = {
	/* M1: the three kinds of should_close */
	{ "closed in time", RATE_M1,
	  "filed=2026-01-05 decision_due=2026-04-07 decided=2026-02-10 ground=2026-02-27 ground_due=2026-03-20 "
	  "closed=2026-03-10", RATE_IN, "" },
	{ "closed late, yet by the cut-off", RATE_M1,
	  "filed=2026-01-05 decided=2026-02-10 ground=2026-02-27 ground_due=2026-03-20 closed=2026-04-30", RATE_IN, "" },
	{ "closed after the cut-off", RATE_M1,
	  "filed=2026-01-05 decided=2026-02-10 ground=2026-02-27 ground_due=2026-03-20 closed=2026-05-01", RATE_OUT,
	  "结案情形发生于2026-02-27，应于2026-03-20前办结结案手续，截至2026-04-30未结案" },
	{ "undecided and due", RATE_M1, "filed=2025-12-01 decision_due=2026-03-02", RATE_OUT,
	  "办案期限至2026-03-02，截至2026-04-30未作出处理决定" },
	{ "due on the first day", RATE_M1, "filed=2025-12-01 decision_due=2026-03-01", RATE_OUT,
	  "办案期限至2026-03-01，截至2026-04-30未作出处理决定" },
	{ "due on the last day", RATE_M1, "filed=2025-12-01 decision_due=2026-03-31", RATE_OUT,
	  "办案期限至2026-03-31，截至2026-04-30未作出处理决定" },
	{ "still inside its 90 days", RATE_M1, "filed=2026-03-20 decision_due=2026-06-18", RATE_OUTSIDE, "" },
	{ "due after the period, before the cut-off", RATE_M1, "filed=2026-01-05 decision_due=2026-04-07",
	  RATE_OUTSIDE, "" },
	{ "decided after the cut-off: as if undecided", RATE_M1,
	  "filed=2025-12-01 decision_due=2026-03-02 decided=2026-05-06 ground=2026-05-20 ground_due=2026-06-10",
	  RATE_OUT, "办案期限至2026-03-02，截至2026-04-30未作出处理决定" },
	{ "being paid, term ends in the period", RATE_M1,
	  "filed=2025-08-01 decision_due=2025-10-30 decided=2025-09-03 perform_due=2026-03-09", RATE_OUT,
	  "2025-09-03作出决定，履行、救济和申请强制执行期限至2026-03-09届满，截至2026-04-30未结案" },
	{ "being paid, term runs", RATE_M1,
	  "filed=2025-12-01 decision_due=2026-03-02 decided=2026-02-10 perform_due=2026-08-10", RATE_OUTSIDE, "" },
	{ "a remedy is pending", RATE_M1,
	  "filed=2025-08-01 decision_due=2025-10-30 decided=2025-09-03 perform_due=2026-03-09 performing_open",
	  RATE_OUTSIDE, "" },
	{ "overdue since before, still open", RATE_M1, "filed=2025-06-01 decision_due=2025-09-01", RATE_OUT,
	  "办案期限至2025-09-01，截至2026-04-30未作出处理决定" },
	{ "overdue since before, closed in the period", RATE_M1,
	  "filed=2025-06-01 decided=2025-08-01 ground=2026-01-05 ground_due=2026-01-26 closed=2026-03-02", RATE_IN, "" },
	{ "overdue since before, closed on the first day", RATE_M1,
	  "filed=2025-06-01 decided=2025-08-01 ground=2026-01-05 ground_due=2026-01-26 closed=2026-03-01", RATE_IN, "" },
	{ "overdue since before, closed the day before", RATE_M1,
	  "filed=2025-06-01 decided=2025-08-01 ground=2026-01-05 ground_due=2026-01-26 closed=2026-02-28", RATE_OUTSIDE, "" },
	{ "suspended on the cut-off", RATE_M1, "filed=2025-12-01 decision_due=2026-03-02 suspended=2026-02-01",
	  RATE_OUTSIDE, "" },
	{ "suspended on the very cut-off", RATE_M1, "filed=2025-12-01 decision_due=2026-03-02 suspended=2026-04-30",
	  RATE_OUTSIDE, "" },
	{ "resumed after the cut-off", RATE_M1,
	  "filed=2025-12-01 decision_due=2026-03-02 suspended=2026-02-01 resumed=2026-05-01", RATE_OUTSIDE, "" },
	{ "resumed on the cut-off", RATE_M1,
	  "filed=2025-12-01 decision_due=2026-03-02 suspended=2026-02-01 resumed=2026-04-30", RATE_OUT,
	  "办案期限至2026-03-02，截至2026-04-30未作出处理决定" },
	{ "suspended after the cut-off", RATE_M1, "filed=2025-12-01 decision_due=2026-03-02 suspended=2026-05-01",
	  RATE_OUT, "办案期限至2026-03-02，截至2026-04-30未作出处理决定" },
	{ "terminated while suspended", RATE_M1,
	  "filed=2025-12-01 suspended=2026-02-01 ground=2026-03-02 ground_due=2026-03-23 closed=2026-03-20", RATE_IN, "" },
	/* M2 */
	{ "decided in time", RATE_M2, "filed=2025-12-01 decision_due=2026-03-02 decided=2026-03-02", RATE_IN, "" },
	{ "decided early, due in the period", RATE_M2, "filed=2025-12-15 decision_due=2026-03-16 decided=2026-01-05",
	  RATE_IN, "" },
	{ "decided in the period, due later", RATE_M2, "filed=2026-02-15 decision_due=2026-05-18 decided=2026-03-05",
	  RATE_IN, "" },
	{ "decided one day late", RATE_M2, "filed=2025-12-01 decision_due=2026-03-02 decided=2026-03-03", RATE_OUT,
	  "办案期限至2026-03-02，2026-03-03作出处理决定，逾期1日" },
	{ "decided in the period, due long before", RATE_M2,
	  "filed=2025-06-01 decision_due=2025-09-01 decided=2026-03-05", RATE_OUT,
	  "办案期限至2025-09-01，2026-03-05作出处理决定，逾期185日" },
	{ "not decided", RATE_M2, "filed=2025-12-01 decision_due=2026-03-02", RATE_OUT,
	  "办案期限至2026-03-02，截至2026-04-30未作出处理决定" },
	{ "decided after the cut-off only", RATE_M2, "filed=2025-12-01 decision_due=2026-03-02 decided=2026-05-02",
	  RATE_OUT, "办案期限至2026-03-02，截至2026-04-30未作出处理决定" },
	{ "decided without a known term", RATE_M2, "filed=2025-12-01 decided=2026-03-05", RATE_OUT,
	  "2026-03-05作出处理决定，办案期限无法确定" },
	{ "suspended", RATE_M2, "filed=2025-12-01 decision_due=2026-03-02 suspended=2026-03-01", RATE_OUTSIDE, "" },
	{ "overdue for long, not decided", RATE_M2, "filed=2025-06-01 decision_due=2025-09-01", RATE_OUTSIDE, "" },
	/* M3 */
	{ "closed on the last of 15 working days", RATE_M3,
	  "ground=2026-03-02 ground_due=2026-03-23 closed=2026-03-23", RATE_IN, "" },
	{ "closed a day later", RATE_M3, "ground=2026-03-02 ground_due=2026-03-23 closed=2026-03-24", RATE_OUT,
	  "结案情形发生于2026-03-02，应于2026-03-23前结案，2026-03-24才结案" },
	{ "not closed", RATE_M3, "ground=2026-03-02 ground_due=2026-03-23", RATE_OUT,
	  "结案情形发生于2026-03-02，应于2026-03-23前结案，截至2026-04-30未结案" },
	{ "limit in another month", RATE_M3, "ground=2026-03-20 ground_due=2026-04-13", RATE_OUTSIDE, "" },
	/* M4 */
	{ "filed and closed", RATE_M4, "filed=2026-03-31 closed=2026-04-30", RATE_IN, "" },
	{ "filed, not closed", RATE_M4, "filed=2026-03-01", RATE_OUT, "2026-03-01立案，截至2026-04-30未结案" },
	{ "suspended counts all the same", RATE_M4, "filed=2026-03-01 suspended=2026-03-09", RATE_OUT,
	  "2026-03-01立案，截至2026-04-30未结案" },
	{ "filed before", RATE_M4, "filed=2026-02-28 closed=2026-03-09", RATE_OUTSIDE, "" },
	/* M5 */
	{ "carried over and closed", RATE_M5, "filed=2025-06-01 closed=2026-03-31", RATE_IN, "" },
	{ "carried over, closed after", RATE_M5, "filed=2025-06-01 closed=2026-04-01", RATE_OUT,
	  "2025-06-01立案，期初未结，2026-04-01结案，在统计期之后" },
	{ "new and open", RATE_M5, "filed=2026-03-09", RATE_OUT, "2026-03-09立案，截至2026-04-30未结案" },
	{ "closed before the period", RATE_M5, "filed=2025-06-01 closed=2026-02-28", RATE_OUTSIDE, "" },
	{ "filed after the period", RATE_M5, "filed=2026-04-01", RATE_OUTSIDE, "" },
	/* M6, M7 */
	{ "published on the last day", RATE_M6, "disclosure publish_due=2026-03-31 published=2026-03-31", RATE_IN, "" },
	{ "published late", RATE_M6, "disclosure publish_due=2026-03-30 published=2026-04-01", RATE_OUT,
	  "应于2026-03-30前公示，2026-04-01才公示" },
	{ "not published", RATE_M6, "disclosure publish_due=2026-03-30", RATE_OUT, "应于2026-03-30前公示，截至2026-04-30未公示" },
	{ "not publishable", RATE_M6, "decided=2026-03-02", RATE_OUTSIDE, "" },
	{ "M7: late is published", RATE_M7, "disclosure publish_due=2024-03-30 published=2026-04-30", RATE_IN, "" },
	{ "M7: after the cut-off", RATE_M7, "disclosure publish_due=2024-03-30 published=2026-05-01", RATE_OUT,
	  "应于2024-03-30前公示，截至2026-04-30未公示" },
	{ "M7: not due yet", RATE_M7, "disclosure publish_due=2026-05-01 published=2026-04-01", RATE_OUTSIDE, "" },
	/* M8, M9 */
	{ "reported in time", RATE_M8, "disclosure credit_due=2026-03-20 credit=2026-03-20", RATE_IN, "" },
	{ "reported late", RATE_M8, "disclosure credit_due=2026-03-20 credit=2026-03-23", RATE_OUT,
	  "应于2026-03-20前报送，2026-03-23才报送" },
	{ "never reported", RATE_M8, "disclosure credit_due=2026-03-20", RATE_OUT, "应于2026-03-20前报送，截至2026-04-30未报送" },
	{ "reported after the period", RATE_M8, "disclosure credit_due=2026-04-01", RATE_OUTSIDE, "" },
	{ "withdrawn in time", RATE_M9A, "disclosure withdraw_due=2026-03-06 withdrawn=2026-03-04", RATE_IN, "" },
	{ "withdrawn late", RATE_M9A, "disclosure withdraw_due=2026-03-06 withdrawn=2026-03-09", RATE_OUT,
	  "应于2026-03-06前撤回，2026-03-09才撤回" },
	{ "nothing to withdraw", RATE_M9A, "disclosure published=2026-03-06", RATE_OUTSIDE, "" },
	{ "stopped on its last day", RATE_M9B, "disclosure published=2025-12-10 stop_due=2026-03-10 stopped=2026-03-10", RATE_IN, "" },
	{ "stopped with the next day", RATE_M9B, "disclosure published=2025-12-10 stop_due=2026-03-10 stopped=2026-03-11", RATE_IN, "" },
	{ "stopped late", RATE_M9B, "disclosure published=2025-12-10 stop_due=2026-03-10 stopped=2026-03-12", RATE_OUT,
	  "公示期至2026-03-10届满，2026-03-12才停止公示" },
	{ "not stopped", RATE_M9B, "disclosure published=2025-12-10 stop_due=2026-03-10", RATE_OUT,
	  "公示期至2026-03-10届满，截至2026-04-30未停止公示" },
	{ "stopped early for another reason", RATE_M9B,
	  "disclosure published=2025-12-10 stop_due=2026-03-10 stopped=2026-02-10", RATE_OUTSIDE, "" },
	{ "withdrawn before", RATE_M9B, "disclosure published=2025-12-10 stop_due=2026-03-10 withdrawn=2026-02-10", RATE_OUTSIDE, "" },
	{ "still its last day", RATE_M9B, "disclosure published=2026-02-10 stop_due=2026-03-31", RATE_OUT,
	  "公示期至2026-03-31届满，截至2026-04-30未停止公示" },
	{ "never public", RATE_M9B, "disclosure stop_due=2026-03-10", RATE_OUTSIDE, "" },
	{ "a case is no disclosure", RATE_M6, "publish_due=2026-03-10", RATE_OUTSIDE, "" },
	/* M10 */
	{ "clue decided in time", RATE_M10, "clue clue_due=2026-03-20 clue_decided=2026-03-20", RATE_IN, "" },
	{ "clue decided late", RATE_M10, "clue clue_due=2026-03-20 clue_decided=2026-03-23", RATE_OUT,
	  "核查期限至2026-03-20，2026-03-23才决定是否立案" },
	{ "clue undecided", RATE_M10, "clue clue_due=2026-03-20", RATE_OUT,
	  "核查期限至2026-03-20，截至2026-04-30未决定是否立案" },
	{ "a clue is no case", RATE_M4, "clue filed=2026-03-09", RATE_OUTSIDE, "" },
	{ "a case is no clue", RATE_M10, "clue_due=2026-03-20", RATE_OUTSIDE, "" },
};

static void test_sides(void **state UNUSED)
{
	struct rate_period p = march();

	for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
		struct rate_row row = row_of(sides[i].row);
		enum rate_side side = rate_side(sides[i].metric, &row, &p);
		struct str why = STR_INIT(1024);

		if (side != sides[i].side)
			fail_msg("%s: side %d, not %d", sides[i].what, (int)side, (int)sides[i].side);
		if (side == RATE_OUT)
			rate_why(sides[i].metric, &row, &p, &why);
		if (strcmp(str_cstr(&why), sides[i].why) != 0)
			fail_msg("%s:\n  why  %s\n  not  %s", sides[i].what, str_cstr(&why), sides[i].why);
		str_release(&why);
	}
}

static void test_percent(void **state UNUSED)
{
	static const struct {
		int64_t num, den;
		const char *text;
	} cases[] = {
		{ 0, 0, "" }, { 0, 7, "0.00" }, { 7, 7, "100.00" }, { 197, 200, "98.50" }, { 1, 3, "33.33" },
		{ 2, 3, "66.66" }, { 99995, 100000, "99.99" }, { 99999999, 100000000, "99.99" }, { 1, 20000, "0.00" },
		{ 7, 8, "87.50" }, { 1, 1000000, "0.00" },
	};
	char text[24];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		rate_percent(cases[i].num, cases[i].den, text);
		assert_string_equal(text, cases[i].text);
	}
	for (int den = 1; den <= 400; den++) {
		for (int num = 0; num <= den; num++) {
			rate_percent(num, den, text);
			assert_int_equal(strcmp(text, "100.00") == 0, num == den);
		}
	}
}

/* Whatever the dates: nothing after the cut-off changes a list, and every exclusion has its reason. */
static void test_random_rows(void **state UNUSED)
{
	uint64_t seed = 20260301;
	day_t first = day("2025-10-01");

	for (int n = 0; n < 200000; n++) {
		struct rate_period p = march();
		struct rate_row row = row_of(""), seen;
		day_t *const all[] = { &row.clue_due, &row.clue_decided, &row.filed, &row.decision_due, &row.decided,
				       &row.perform_due, &row.ground, &row.ground_due, &row.closed,
				       &row.suspended, &row.resumed, &row.publish_due, &row.published, &row.credit_due,
				       &row.credit, &row.withdraw_due, &row.withdrawn, &row.stop_due, &row.stopped };
		day_t *const events[] = { &seen.clue_decided, &seen.filed, &seen.decided, &seen.ground, &seen.closed,
					  &seen.suspended, &seen.resumed, &seen.published, &seen.credit, &seen.withdrawn,
					  &seen.stopped };

		for (size_t i = 0; i < ARRAY_LEN(all); i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			if ((seed >> 60) > 4)
				*all[i] = first + (day_t)((seed >> 33) % 300);
		}
		row.kind = (enum rate_kind)((seed >> 40) % 3);
		row.performing_open = (seed >> 44) % 5 == 0;
		seen = row;
		for (size_t i = 0; i < ARRAY_LEN(events); i++) {
			if (*events[i] > p.as_of)
				*events[i] = DAY_NONE;
		}
		for (enum rate_metric m = 0; m < RATE_METRIC_COUNT; m++) {
			enum rate_side side = rate_side(m, &row, &p);
			struct str why = STR_INIT(1024);
			assert_int_equal(side, rate_side(m, &seen, &p));
			if (side == RATE_OUT) {
				rate_why(m, &row, &p, &why);
				assert_true(why.len > 0 && !why.failed);
				assert_in_range(rate_days_late(m, &row, &p), 0, 400);
			}
			str_release(&why);
		}
	}
}

static void test_days_late(void **state UNUSED)
{
	const struct rate_period p = march();
	struct rate_row row = row_of("filed=2026-01-05 decision_due=2026-03-20");

	assert_int_equal(rate_days_late(RATE_M1, &row, &p), 41);
	assert_int_equal(rate_days_late(RATE_M2, &row, &p), 41);
	assert_int_equal(rate_days_late(RATE_M5, &row, &p), 115);
	row.decided = day("2026-03-25");
	assert_int_equal(rate_days_late(RATE_M2, &row, &p), 5);
	row = row_of("disclosure publish_due=2026-03-20 published=2026-05-02");
	assert_int_equal(rate_days_late(RATE_M6, &row, &p), 41);
	row = row_of("clue clue_due=2026-03-20 clue_decided=2026-03-20");
	assert_int_equal(rate_days_late(RATE_M10, &row, &p), 0);
}

static void test_reading(void **state UNUSED)
{
	struct rate_row row = { .id = 7 };

	rate_row_read(SV("disclosure"), SV("20567,,-1,,,,,,,,,,20570,,,,,,,20571"), &row);
	assert_int_equal(row.kind, RATE_DISCLOSURE);
	assert_int_equal(row.opened_on, 20567);
	assert_int_equal(row.clue_due, DAY_NONE);
	assert_int_equal(row.clue_decided, -1);
	assert_int_equal(row.publish_due, 20570);
	assert_int_equal(row.stopped, 20571);
	assert_string_equal(rate_day_names[12], "publish_due_on");
	rate_row_read(SV("clue"), SV("1,,,,,,,,,,,,,,,,,,,"), &row);
	assert_int_equal(row.kind, RATE_CLUE);
	rate_row_read(SV("ordinary"), SV(",,,,,,,,,,,,,,,,,,,"), &row);
	assert_int_equal(row.kind, RATE_CASE);
	assert_int_equal(row.opened_on, DAY_NONE);
}

static void test_names(void **state UNUSED)
{
	for (enum rate_metric m = 0; m < RATE_METRIC_COUNT; m++) {
		const struct rate_metric_info *info = rate_metric_info(m);
		assert_int_equal(info->code[0], 'M');
		assert_non_null(strstr(info->formula, "÷"));
	}
	assert_string_equal(rate_metric_info(RATE_M1)->none, "无应结案件");
	assert_string_equal(rate_metric_info(RATE_M7)->none, "无应公示案件");
	assert_string_equal(rate_metric_info(RATE_M10)->none, "无应核查线索");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sides),
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_random_rows),
		cmocka_unit_test(test_days_late),
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The audit's document from rows: the same whatever their order, groups and earlier periods, and what a rate hides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/audit_tally.h"
#include "json/json_reader.h"

static day_t day(const char *iso)
{
	day_t d;
	if (!day_parse_iso(sv_of(iso), &d))
		fail_msg("bad day %s", iso);
	return d;
}

static int scratch(void)
{
	FILE *f = tmpfile();
	int fd = f ? dup(fileno(f)) : -1;
	if (f)
		fclose(f);
	assert_true(fd >= 0);
	return fd;
}

static enum err_code collect(void *arg, const void *bytes, size_t n, struct err *err UNUSED)
{
	str_append(arg, bytes, n);
	return ERR_OK;
}

static const struct tally_name units[] = { { 11, "BRIGADE", "大队", NULL }, { 12, "STATION", "所", NULL } };
static const struct tally_name officers[] = { { 1, "zhao", "赵", NULL }, { 2, "qian", "钱", NULL } };
static const struct tally_name campaigns[] = { { 0, "SPRING", "春雷", NULL }, { 0, "SPRING-IP", "护航", "SPRING" } };

static struct tally_setup setup_of(const char *period)
{
	struct tally_setup s = {
		.cut_off = day("2026-11-05"), .as_of = day_at(day("2026-11-05"), 9, 0), .organ_code = "BUREAU", .organ_name = "局",
		.whole = true, .units = { units, 2 }, .officers = { officers, 2 }, .campaigns = { campaigns, 2 },
	};

	assert_int_equal(audit_span_parse(sv_of(period), &s.span, NULL), ERR_OK);
	return s;
}

static struct tally_row row_of(int64_t id, const char *filed, int64_t value)
{
	struct tally_row r = { .row = { .id = id, .kind = RATE_CASE }, .active_until = DAY_MAX, .procedure = SV("ordinary"),
			       .number = SV("样〔2026〕1号"), .title = SV("样\"案"), .party = SV("甲店"), .ip_type = SV("商标"),
			       .campaigns = SV(""), .unit = 11, .officer = 1, .value_fen = value, .income_fen = TALLY_NO_SUM,
			       .fine_fen = TALLY_NO_SUM, .confiscated_fen = TALLY_NO_SUM };

	for (size_t i = 0; i < RATE_DAYS; i++)
		*rate_day_at(&r.row, i) = DAY_NONE;
	r.row.opened_on = r.row.filed = day(filed);
	r.row.decision_due = r.row.filed + 90;
	return r;
}

static struct sv document(const struct tally_setup *setup, const struct tally_row *rows, size_t n, bool backwards)
{
	static struct str out = STR_INIT(16 << 20);
	struct tally *t = tally_new(setup, scratch());

	str_reset(&out);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(tally_add(t, &rows[backwards ? n - 1 - i : i], NULL), ERR_OK);
	assert_int_equal(tally_count(t), n);
	assert_int_equal(tally_write(t, collect, &out, NULL), ERR_OK);
	tally_free(t);
	return (struct sv){ out.p, out.len };
}

static const struct json_value *parsed(struct arena *a, struct sv text)
{
	struct json_doc *doc;

	assert_int_equal(json_parse(a, text, &doc, NULL), ERR_OK);
	return json_root(doc);
}

static const struct json_value *metric(const struct json_value *root, const char *code)
{
	const struct json_value *m = json_first(json_get(root, "metrics"));

	while (m && !sv_eq_str(json_string(json_get(m, "code")), code))
		m = json_next(m);
	assert_non_null(m);
	return m;
}

static int64_t number(const struct json_value *object, const char *name)
{
	int64_t n = -1;

	assert_true(json_to_i64(json_get(object, name), &n));
	return n;
}

/* Rows in any order make the same bytes; a document is one JSON value whose rows stand on lines of their own. */
static void test_order(void **state UNUSED)
{
	struct arena a = ARENA_INIT(0);
	struct tally_setup s = setup_of("2026-10");
	struct tally_row rows[40];
	char *first;

	for (int i = 0; i < 40; i++) {
		rows[i] = row_of(1000 - i, i % 3 ? "2026-10-05" : "2026-07-05", 100000 + i);
		rows[i].unit = i % 2 ? 11 : 12;
		rows[i].officer = i % 5;
		rows[i].campaigns = i % 4 ? SV("SPRING\x1fSPRING-IP") : SV("");
		if (i % 7 == 0)
			rows[i].excluded = SV("已并案");
	}
	struct sv one = document(&s, rows, 40, false);
	first = arena_strndup(&a, one.p, one.n);
	size_t n = one.n;
	struct sv two = document(&s, rows, 40, true);
	assert_int_equal(two.n, n);
	assert_memory_equal(two.p, first, n);
	const struct json_value *root = parsed(&a, (struct sv){ first, n });
	assert_int_equal(number(metric(root, "M4"), "den"), 22);
	assert_int_equal(json_count(json_get(root, "cases")), 40);
	assert_null(strstr(first, "officer\":\"\""));
	assert_int_equal(number(json_get(json_get(root, "hidden"), "totals"), "excluded"), 6);
	/* every row is a line */
	size_t lines = 0;
	for (char *line = strtok(first, "\n"); line; line = strtok(NULL, "\n"))
		lines += strncmp(line, "{\"id\":", 6) == 0;
	assert_int_equal(lines, 40);
	arena_fini(&a);
}

static void test_trend_and_groups(void **state UNUSED)
{
	struct arena a = ARENA_INIT(0);
	struct tally_setup s = setup_of("2026-10");
	struct tally_row rows[] = { row_of(1, "2026-08-03", 1), row_of(2, "2026-09-03", 1), row_of(3, "2026-10-03", 1) };

	rows[1].row.closed = day("2026-09-20");
	rows[2].row.closed = day("2026-11-07"); /* behind the cut-off */
	const struct json_value *root = parsed(&a, document(&s, rows, 3, false)), *m4 = metric(root, "M4");
	const struct json_value *trend = json_get(m4, "trend"), *last = json_first(trend);
	assert_int_equal(json_count(trend), 2); /* nothing began before August */
	assert_true(sv_eq_str(json_string(json_get(last, "period")), "2026-08"));
	last = json_next(last);
	assert_int_equal(number(last, "num"), 1);
	assert_int_equal(number(last, "den"), 1);
	assert_int_equal(number(m4, "num"), 0);
	assert_int_equal(number(m4, "den"), 1);
	assert_int_equal(json_count(json_get(json_get(root, "by"), "unit")), 1);
	assert_int_equal(json_count(json_get(root, "sums")), 3);
	arena_fini(&a);
}

static void test_campaign(void **state UNUSED)
{
	static const char *const tags[] = { "SPRING", "SPRING-IP" };
	struct arena a = ARENA_INIT(0);
	struct tally_setup s = setup_of("SPRING");
	struct tally_row rows[] = { row_of(1, "2026-08-03", 1), row_of(2, "2026-09-03", 1), row_of(3, "2026-10-03", 1) };

	assert_int_equal(audit_span_campaign(&s.span, "春雷", day("2026-01-01"), DAY_NONE, s.cut_off, NULL), ERR_OK);
	s.tags = tags;
	s.tag_count = 2;
	rows[0].campaigns = SV("SPRING-IP");
	rows[2].campaigns = SV("OTHER\x1fSPRING");
	struct str out = STR_INIT(1 << 20);
	struct tally *t = tally_new(&s, scratch());
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(tally_add(t, &rows[i], NULL), ERR_OK);
	assert_int_equal(tally_count(t), 2);
	assert_int_equal(tally_write(t, collect, &out, NULL), ERR_OK);
	const struct json_value *root = parsed(&a, (struct sv){ out.p, out.len });
	assert_int_equal(number(metric(root, "M4"), "den"), 2);
	assert_int_equal(json_count(json_get(metric(root, "M4"), "trend")), 0);
	tally_free(t);
	str_release(&out);
	arena_fini(&a);
}

static const struct json_value *list_of(const struct json_value *root, const char *name)
{
	return json_first(json_get(json_get(root, "hidden"), name));
}

static void test_hidden(void **state UNUSED)
{
	struct arena a = ARENA_INIT(0);
	struct tally_setup s = setup_of("2026-10");
	struct tally_row rows[20];
	size_t n = 0;

	for (int month = 1; month <= 9; month++) {
		char filed[11];
		snprintf(filed, sizeof(filed), "2026-%02d-10", month);
		rows[n++] = row_of(month, filed, 2000000);
	}
	rows[n] = row_of(50, "2026-10-10", INT64_C(20000000000)); /* 万 taken for 亿 */
	rows[n++].campaigns = SV("SPRING-IP");
	rows[n] = row_of(51, "2026-10-11", 1000000);
	rows[n].income_fen = 2000000;
	rows[n++].campaigns = SV("SPRING");
	rows[n] = row_of(52, "2026-09-01", 1000000);
	rows[n++].row.suspended = day("2026-10-01");
	rows[n] = row_of(60, "2026-09-20", TALLY_NO_SUM);
	rows[n].row.kind = RATE_CLUE;
	rows[n].procedure = SV("clue");
	rows[n].row.filed = rows[n].row.decision_due = DAY_NONE;
	rows[n].row.clue_due = day("2026-10-12");
	rows[n + 1] = rows[n];
	rows[n + 1].row.id = 61;
	rows[n + 1].row.declined = true;
	rows[n + 1].row.clue_decided = day("2026-10-20");
	n += 2;
	const struct json_value *root = parsed(&a, document(&s, rows, n, true)), *hidden = json_get(root, "hidden");
	assert_true(sv_eq_str(json_string(json_get(list_of(root, "unfiled_late"), "id")), "60"));
	assert_int_equal(number(list_of(root, "unfiled_late"), "days"), 24);
	assert_true(sv_eq_str(json_string(json_get(list_of(root, "declined_late"), "id")), "61"));
	assert_int_equal(number(list_of(root, "declined_late"), "days"), 8);
	assert_true(sv_eq_str(json_string(json_get(list_of(root, "suspended"), "id")), "52"));
	const struct json_value *part = list_of(root, "component_gt_total");
	assert_true(sv_eq_str(json_string(json_get(part, "key")), "51"));
	part = json_next(part); /* the campaign below SPRING has more value than SPRING */
	assert_true(sv_eq_str(json_string(json_get(part, "key")), "SPRING-IP"));
	assert_int_equal(json_count(json_get(hidden, "component_gt_total")), 2);
	const struct json_value *jump = list_of(root, "jumps");
	assert_true(sv_eq_str(json_string(json_get(jump, "kind")), "total"));
	assert_true(number(jump, "ratio") >= 1000);
	bool of_case = false, of_unit = false;
	for (; jump; jump = json_next(jump)) {
		struct sv kind = json_string(json_get(jump, "kind"));
		of_unit = of_unit || sv_eq_str(kind, "unit");
		of_case = of_case || (sv_eq_str(kind, "case") && sv_eq_str(json_string(json_get(jump, "key")), "50"));
	}
	assert_true(of_case && of_unit);
	arena_fini(&a);
}

static void test_many_groups(void **state UNUSED)
{
	struct tally_setup s = setup_of("2026-10");
	struct tally *t = tally_new(&s, scratch());
	struct err err = ERR_INIT;
	enum err_code code = ERR_OK;
	char tag[16];

	for (int i = 0; code == ERR_OK && i < 5000; i++) {
		struct tally_row r = row_of(i + 1, "2026-10-05", 1);
		snprintf(tag, sizeof(tag), "C%d", i);
		r.campaigns = sv_of(tag);
		code = tally_add(t, &r, &err);
	}
	assert_int_equal(code, ERR_TOO_LARGE);
	assert_string_equal(err.rule, "too-many-groups");
	tally_free(t);
	tally_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order), cmocka_unit_test(test_trend_and_groups), cmocka_unit_test(test_campaign),
		cmocka_unit_test(test_hidden), cmocka_unit_test(test_many_groups),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

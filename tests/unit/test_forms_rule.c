/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Forms as data: every row of schema/law/report_*.csv is readable, mistakes are told, and what is shown is exact. */
#include "law_fixture.h"

#include "app/forms_rule.h"

enum { ROWS_MAX = 400 };

static struct arena arena = ARENA_INIT(0);

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static bool of_form(struct arena *a, const struct csv *csv, const char *code)
{
	return strcmp(law_cell(a, csv, "form"), code) == 0;
}

static size_t columns_of(const char *code, struct form_column_text *ret)
{
	struct csv csv;
	bool more = false;
	size_t n = 0;
	int64_t decimals = 0;

	assert_int_equal(csv_open(&csv, &arena, law_read(&arena, "report_columns.csv"), NULL), ERR_OK);
	while (csv_next(&csv, &more, NULL) == ERR_OK && more) {
		if (!of_form(&arena, &csv, code))
			continue;
		assert_true(sv_to_i64(csv_get(&csv, "decimals"), &decimals));
		ret[n++] = (struct form_column_text){
			.code = law_cell(&arena, &csv, "code"), .block = law_cell(&arena, &csv, "block"),
			.block_zh = law_cell(&arena, &csv, "block_zh"), .zh = law_cell(&arena, &csv, "name_zh"),
			.group = law_cell(&arena, &csv, "group_zh"), .unit = law_cell(&arena, &csv, "unit"),
			.source = law_cell(&arena, &csv, "source"), .measure = law_cell(&arena, &csv, "measure"),
			.by = law_cell(&arena, &csv, "by"), .filter = law_cell(&arena, &csv, "filter"),
			.rounding = law_cell(&arena, &csv, "rounding"), .total = law_cell(&arena, &csv, "total"),
			.over = law_cell(&arena, &csv, "over"), .not_rows = law_cell(&arena, &csv, "not_rows"),
			.note = law_cell(&arena, &csv, "note"), .decimals = decimals,
		};
	}
	return n;
}

static size_t rows_of(const char *code, struct form_row_text *ret)
{
	struct csv csv;
	bool more = false;
	size_t n = 0;

	assert_int_equal(csv_open(&csv, &arena, law_read(&arena, "report_rows.csv"), NULL), ERR_OK);
	while (csv_next(&csv, &more, NULL) == ERR_OK && more) {
		if (of_form(&arena, &csv, code))
			ret[n++] = (struct form_row_text){ law_cell(&arena, &csv, "code"), law_cell(&arena, &csv, "name_zh"),
							   law_cell(&arena, &csv, "kind"), law_cell(&arena, &csv, "filter") };
	}
	return n;
}

/* Each code of not_rows is a row of the form, and codes are not used twice. */
static void check_codes(const struct form *f)
{
	for (size_t i = 0; i < f->column_count; i++) {
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(f->columns[i].code, f->columns[k].code);
		for (size_t k = 0; k < f->columns[i].not_rows.count; k++) {
			bool found = false;
			for (size_t r = 0; r < f->row_count; r++)
				found = found || sv_eq_str(f->columns[i].not_rows.at[k], f->rows[r].code);
			assert_true(found);
		}
	}
}

static void test_every_form_of_the_tables(void **state)
{
	static struct form_column_text columns[ROWS_MAX];
	static struct form_row_text rows[ROWS_MAX];
	struct err err = ERR_INIT;
	struct form form;
	struct csv csv;
	bool more = false;
	int count = 0;
	(void)state;

	assert_int_equal(csv_open(&csv, &arena, law_read(&arena, "report_forms.csv"), NULL), ERR_OK);
	while (csv_next(&csv, &more, NULL) == ERR_OK && more) {
		struct form_text t = { law_cell(&arena, &csv, "code"), law_cell(&arena, &csv, "name_zh"),
				       law_cell(&arena, &csv, "basis_zh"), law_cell(&arena, &csv, "layout"),
				       law_cell(&arena, &csv, "periods"), law_cell(&arena, &csv, "filter"),
				       law_cell(&arena, &csv, "campaigns"), law_cell(&arena, &csv, "once"),
				       law_cell(&arena, &csv, "primary_rule"), law_cell(&arena, &csv, "due_zh"),
				       law_cell(&arena, &csv, "note") };
		size_t n = columns_of(t.code, columns), m = rows_of(t.code, rows);
		if (form_read(&arena, &t, columns, n, rows, m, &form, &err) != ERR_OK)
			fail_msg("%s: %s", t.code, err.message);
		assert_true(m == 0 || form.rows[form.row_count - 1].total); /* the total stands last */
		check_codes(&form);
		count++;
	}
	assert_true(count >= 7);
}

/* A form of one column; `filter` on it. */
static enum err_code one_column(const char *source, const char *measure, const char *by, const char *unit, const char *filter,
				int decimals, struct form *ret, struct err *err)
{
	static const struct form_text text = { .code = "t", .zh = "试", .layout = "table", .periods = "month", .once = "each",
					       .primary_rule = "deepest" };
	struct form_column_text *c = arena_new(&arena, struct form_column_text);

	*c = (struct form_column_text){ .code = "c", .block = "A", .zh = "栏", .unit = unit, .source = source, .measure = measure,
					.by = by, .filter = filter, .rounding = "half_up", .total = "shown", .decimals = decimals };
	return form_read(&arena, &text, c, 1, NULL, 0, ret, err);
}

static void test_mistakes_are_told(void **state)
{
	static const struct {
		const char *source, *measure, *by, *unit, *filter;
		int decimals;
	} bad[] = {
		{ "guess", "", "filed", "件", "", 0 },	     { "count", "", "", "件", "", 0 },
		{ "count", "", "opened", "件", "", 0 },	     { "count", "", "filed", "件", "", 2 },
		{ "sum", "", "filed", "万元", "", 2 },	     { "sum", "tax", "filed", "万元", "", 2 },
		{ "sum", "value", "filed", "美元", "", 2 },  { "sum", "value", "filed", "元", "", 5 },
		{ "count", "", "filed", "件", "colour=红", 0 }, { "count", "", "filed", "件", "tag", 0 },
		{ "count", "", "filed", "件", "tag>=3", 0 }, { "count", "", "filed", "件", "penalty=3", 0 },
		{ "count", "", "filed", "件", "penalty>=viel", 0 }, { "count", "", "filed", "件", "person_penalised=2", 0 },
		{ "count", "", "filed", "件", "tag=a;", 0 },
	};
	struct form form;
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = ERR_INIT;
		assert_int_equal(one_column(bad[i].source, bad[i].measure, bad[i].by, bad[i].unit, bad[i].filter, bad[i].decimals,
					    &form, &err), ERR_INTERNAL);
		assert_string_equal(err.rule, "report-form-data");
		assert_non_null(strstr(err.message, "t")); /* names the form */
	}
	struct err err = ERR_INIT;
	assert_int_equal(one_column("count", "", "filed", "件", "", 0, &form, &err), ERR_OK);
}

static bool counted(const char *filter, const struct form_case *c)
{
	struct form form;
	struct form_view v;
	struct err err = ERR_INIT;
	static const struct form_campaign tree[] = { { "CHUNLEI-2026", NULL }, { "CHILD", "CHUNLEI-2026" }, { "LOOP", "LOOP" } };

	if (one_column("count", "", "filed|closed", "件", filter, 0, &form, &err) != ERR_OK)
		fail_msg("%s: %s", filter, err.message);
	form_view(&form, &(struct form_tree){ tree, ARRAY_LEN(tree) }, c, &v);
	return form_counts(&form.columns[0], &v, law_day("2026-04-01"), law_day("2026-04-30"));
}

static void test_conditions(void **state)
{
	struct form_case c = { .ip_type = SV("商标"), .cause = SV("销售侵犯注册商标专用权的商品"), .tags = SV("电商领域\x1f农村市场"),
			       .campaigns = SV("CHILD\x1fLOOP"), .supervised = SV("") };
	(void)state;

	for (size_t i = 0; i < FORM_DAY_COUNT; i++)
		c.days[i] = DAY_NONE;
	for (size_t i = 0; i < FORM_SUM_COUNT; i++)
		c.sums[i] = FORM_NO_SUM;
	assert_false(counted("", &c)); /* nothing happened */
	c.days[FORM_DAY_closed] = law_day("2026-04-30");
	assert_true(counted("", &c));
	c.days[FORM_DAY_filed] = law_day("2026-03-31"); /* the first of the days counts, wherever it lies */
	assert_false(counted("", &c));
	c.days[FORM_DAY_filed] = law_day("2026-04-01");
	c.sums[FORM_SUM_penalty] = 1000000;
	static const struct {
		const char *filter;
		bool holds;
	} asked[] = {
		{ "ip_type=商标", true },	  { "ip_type=专利|商标", true },	 { "ip_type!=专利|商标", false },
		{ "cause=*侵犯*注册商标*", true }, { "cause=侵犯注册商标*", false }, { "cause=*商品", true },
		{ "tag=农村市场", true },	  { "tag=涉老|电商领域", true },	 { "tag=涉老", false },
		{ "tag!=涉老", true },		  { "tag!=电商领域", false },	 { "tag=", false },
		{ "supervised=", true },	  { "supervised=*", false },	 { "supervised=|省局督办", true },
		{ "campaign=CHUNLEI-*", true },	  { "campaign=CHILD", true },	 { "campaign=TIEQUAN-*", false },
		{ "campaign=", false },		  { "campaign=*", true },	 { "penalty>=1000000", true },
		{ "penalty>=1000001", false },	  { "penalty<1000000", false },	 { "penalty<1000001", true },
		{ "value>=0", false },		  { "value<1", false },		 { "person_penalised=0", true },
		{ "person_penalised=1", false },  { "ip_type=商标;tag=涉老", false }, { "ip_type=商标;tag=农村市场", true },
	};
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		if (counted(asked[i].filter, &c) != asked[i].holds)
			fail_msg("%s", asked[i].filter);
	}
	c.campaigns = c.tags = SV("");
	assert_true(counted("campaign=", &c));
	assert_true(counted("tag=", &c));
	assert_false(counted("tag=*", &c));
}

static const char *shown(const char *unit, int decimals, bool cut, int64_t fen)
{
	static char text[32];
	struct form form;
	struct err err = ERR_INIT;

	assert_int_equal(one_column("sum", "value", "filed", unit, "", decimals, &form, &err), ERR_OK);
	struct form_column col = form.columns[0];
	col.cut = cut;
	form_shown_text(&col, form_shown(&col, fen), text);
	return text;
}

static void test_amounts(void **state)
{
	(void)state;
	assert_string_equal(shown("万元", 2, false, 0), "0.00");
	assert_string_equal(shown("万元", 2, false, 4999), "0.00");
	assert_string_equal(shown("万元", 2, false, 5000), "0.01");
	assert_string_equal(shown("万元", 2, true, 9999), "0.00");
	assert_string_equal(shown("万元", 4, false, 50), "0.0001");
	assert_string_equal(shown("万元", 0, false, 1499999), "1");
	assert_string_equal(shown("万元", 0, false, 1500000), "2");
	assert_string_equal(shown("元", 2, false, 5), "0.05");
	assert_string_equal(shown("元", 0, false, 49), "0");
	assert_string_equal(shown("亿元", 4, false, INT64_C(19821700000000)), "1982.1700");
	assert_string_equal(shown("元", 4, false, INT64_MAX / 100), "922337203685477.5800");
	assert_string_equal(shown("万元", 4, true, INT64_MAX), "9223372036854.7758");
}

static void test_figures(void **state)
{
	static const struct {
		const char *text;
		int decimals;
		int64_t value; /* -1: refused */
	} asked[] = {
		{ "0", 0, 0 },	       { "12", 0, 120000 },   { "012", 0, 120000 },  { "1.5", 0, -1 },	     { "1.5", 1, 15000 },
		{ "1.50", 1, -1 },     { "0.0001", 4, 1 },    { ".5", 1, -1 },	     { "5.", 1, -1 },	     { "1.2.3", 3, -1 },
		{ "-1", 0, -1 },       { "+1", 0, -1 },	      { "1e3", 0, -1 },	     { " 1", 0, -1 },	     { "", 0, -1 },
		{ "十", 0, -1 },	       { "1000000000000", 0, INT64_C(10000000000000000) }, { "1000000000001", 0, -1 },
		{ "999999999999.9999", 4, INT64_C(9999999999999999) }, { "99999999999999999999", 0, -1 },
		{ "1000000000000.0001", 4, -1 },
	};
	struct form form;
	struct err err = ERR_INIT;
	(void)state;

	assert_int_equal(one_column("figure", "", "", "吨", "", 4, &form, &err), ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		struct form_column col = form.columns[0];
		int64_t value = -1;
		col.decimals = asked[i].decimals;
		bool ok = form_figure_parse(&col, sv_of(asked[i].text), &value);
		if (ok != (asked[i].value >= 0) || (ok && value != asked[i].value))
			fail_msg("%s: %lld", asked[i].text, (long long)value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_form_of_the_tables), cmocka_unit_test(test_mistakes_are_told),
		cmocka_unit_test(test_conditions), cmocka_unit_test(test_amounts), cmocka_unit_test(test_figures),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}

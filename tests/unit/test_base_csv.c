/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * CSV reader: what it accepts, and that every error names line and column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/csv.h"

static struct arena arena = ARENA_INIT(0);

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static void test_rows(void **state)
{
	static const struct {
		const char *text;
		const char *want; /* cells joined by '|', rows ended by '/' */
	} rows[] = {
		{ "a,b\n1,2\n3,4\n", "1|2/3|4/" },
		{ "a,b\n1,2", "1|2/" },
		{ "a,b\r\n1,2\r\n", "1|2/" },
		{ "\xEF\xBB\xBF"
		  "a,b\n1,2\n",
		  "1|2/" },
		{ "\n\r\na,b\n\n1,2\n\r\n\n3,4\n\n", "1|2/3|4/" },
		{ "a,b\n,\n", "|/" },
		{ "a,b\n\"1\",\"2\"\n", "1|2/" },
		{ "a,b\n\"1,1\",\"2\n2\"\n", "1,1|2\n2/" },
		{ "a,b\n\"say \"\"hi\"\"\",\"\"\"\"\n", "say \"hi\"|\"/" },
		{ "a,b\n\"\",\"\"\r\n", "|/" },
		{ "a,b\n 1 , 2 \n", " 1 | 2 /" },
		{ "案号,当事人\n乐市监〔2025〕1号,某某商行\n", "乐市监〔2025〕1号|某某商行/" },
		{ "a\n1\n\n2\n", "1/2/" },
		{ "a,b\n", "" },
		{ "a,b", "" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct csv csv;
		struct err err = ERR_INIT;
		struct str got = STR_INIT(1000);
		bool more;
		if (csv_open(&csv, &arena, sv_of(rows[i].text), &err))
			fail_msg("row %zu: %s", i, err.message);
		for (;;) {
			if (csv_next(&csv, &more, &err))
				fail_msg("row %zu: %s", i, err.message);
			if (!more)
				break;
			for (size_t k = 0; k < csv.column_count; k++) {
				str_append_cstr(&got, k ? "|" : "");
				str_append_sv(&got, csv.cells[k]);
			}
			str_append_char(&got, '/');
		}
		assert_string_equal(str_cstr(&got), rows[i].want);
		str_release(&got);
	}
}

static void test_errors(void **state)
{
	static const struct {
		const char *text, *place, *rule;
	} rows[] = {
		{ "", "标题行", "csv-empty" },
		{ "\n\r\n", "标题行", "csv-empty" },
		{ "a,b,a\n", "第1行第3列", "csv-column-twice" },
		{ "a,b\n1\n", "第2行第2列", "csv-cell-count" },
		{ "a,b\n1,2,3\n", "第2行第3列", "csv-cell-count" },
		{ "a,b\n\n\n1,2,3,4\n", "第4行第3列", "csv-cell-count" },
		{ "a,b\n1,x\"y\n", "第2行第2列", "csv-quote-stray" },
		{ "a,b\n1,\"x\"y\n", "第2行第2列", "csv-quote-end" },
		{ "a,b\n1, \"x\"\n", "第2行第2列", "csv-quote-stray" },
		{ "a,b\n\"1,2\n3,4\n", "第2行第1列", "csv-quote-open" },
		{ "a,b\n1,\"", "第2行第2列", "csv-quote-open" },
		{ "a,b\n\"x\ny\",\"z\"\n1,\"\"\"\n", "第4行第2列", "csv-quote-open" },
		{ "a,b\r1,2\r", "第1行第2列", "csv-return-stray" },
		{ "a,b\n\"1\"\r,2\n", "第2行第1列", "csv-quote-end" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct csv csv;
		struct err err = ERR_INIT;
		bool more = true;
		enum err_code code = csv_open(&csv, &arena, sv_of(rows[i].text), &err);
		while (!code && more)
			code = csv_next(&csv, &more, &err);
		if (code != ERR_INVALID || strcmp(err.rule, rows[i].rule) != 0 ||
		    !strstr(err.message, rows[i].place))
			fail_msg("row %zu: %d %s: %s", i, (int)code, err.rule, err.message);
	}
}

static void test_going_on_after_a_short_row(void **state)
{
	struct csv csv;
	bool more = false;
	(void)state;
	assert_int_equal(csv_open(&csv, &arena, SV("a,b\n1\n\"x\ny\",2\r\n3,\"4"), NULL), ERR_OK);
	assert_int_equal(csv_next(&csv, &more, NULL), ERR_INVALID);
	assert_int_equal(csv.line, 2);
	assert_true(sv_eq_str(csv.raw, "1"));
	assert_int_equal(csv_next(&csv, &more, NULL), ERR_OK);
	assert_true(more);
	assert_int_equal(csv.line, 3);
	assert_true(sv_eq_str(csv.raw, "\"x\ny\",2"));
	assert_int_equal(csv_next(&csv, &more, NULL), ERR_INVALID); /* open quote, line 5 */
	assert_int_equal(csv.line, 5);
	assert_int_equal(csv_next(&csv, &more, NULL), ERR_OK);
	assert_false(more);
	assert_int_equal(csv_next(&csv, &more, NULL), ERR_OK);
	assert_false(more);
}

static void test_columns(void **state)
{
	struct csv csv;
	bool more;
	(void)state;
	assert_int_equal(csv_open(&csv, &arena, SV(" date ,,kind,\n2026-01-01,x,y,z\n"), NULL),
			 ERR_OK);
	assert_int_equal(csv.column_count, 4);
	assert_int_equal(csv_column(&csv, "date"), 0);
	assert_int_equal(csv_column(&csv, "kind"), 2);
	assert_int_equal(csv_column(&csv, "Kind"), -1);
	assert_int_equal(csv_next(&csv, &more, NULL), ERR_OK);
	assert_true(sv_eq_str(csv_get(&csv, "kind"), "y"));
	assert_int_equal(csv_get(&csv, "none").n, 0);
}

static void test_limits(void **state)
{
	struct csv csv;
	struct arena tiny = ARENA_INIT(128);
	bool more;
	char wide[3000];
	(void)state;
	memset(wide, ',', sizeof(wide));
	assert_int_equal(csv_open(&csv, &arena, (struct sv){ wide, sizeof(wide) }, NULL),
			 ERR_TOO_LARGE);
	assert_int_equal(csv_open(&csv, &tiny, (struct sv){ wide, 100 }, NULL), ERR_TOO_LARGE);
	assert_int_equal(
		csv_open(&csv, &tiny,
			 SV("a\n\"a quoted \"\" cell that needs a copy of its own, longer than "
			    "all the memory that the arena may give out for this text\"\n"),
			 NULL),
		ERR_OK);
	assert_int_equal(csv_next(&csv, &more, NULL), ERR_TOO_LARGE);
	arena_fini(&tiny);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_going_on_after_a_short_row),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The region tree: levels, parents, and who stands above two organs. */
#include "law_setup.h"

static void test_level(void **state)
{
	(void)state;
	assert_int_equal(region_level(&book, "000000"), REGION_LEVEL_NATION);
	assert_int_equal(region_level(&book, "510000"), REGION_LEVEL_PROVINCE);
	assert_int_equal(region_level(&book, "500000"), REGION_LEVEL_PROVINCE);
	assert_int_equal(region_level(&book, "512000"), REGION_LEVEL_PREFECTURE);
	assert_int_equal(region_level(&book, "512022"), REGION_LEVEL_COUNTY);
	assert_int_equal(region_level(&book, "500152"), REGION_LEVEL_COUNTY); /* under a municipality */
	assert_int_equal(region_level(&book, "440105"), REGION_LEVEL_COUNTY); /* not in the table */
	assert_int_equal(region_level(&book, "440100"), REGION_LEVEL_PREFECTURE);
	assert_int_equal(region_level(&book, ""), REGION_LEVEL_NONE);
	assert_int_equal(region_level(&book, "5120"), REGION_LEVEL_NONE);
	assert_int_equal(region_level(&book, "51202x"), REGION_LEVEL_NONE);
	assert_int_equal(region_level(&book, NULL), REGION_LEVEL_NONE);
}

static void test_parent(void **state)
{
	char parent[REGION_CODE_SIZE];
	(void)state;

	assert_true(region_parent(&book, "512022", parent));
	assert_string_equal(parent, "512000");
	assert_true(region_parent(&book, "500152", parent));
	assert_string_equal(parent, "500000"); /* by the table, not by its digits */
	assert_true(region_parent(&book, "440105", parent));
	assert_string_equal(parent, "440100");
	assert_true(region_parent(&book, "510000", parent));
	assert_string_equal(parent, REGION_NATION);
	assert_false(region_parent(&book, REGION_NATION, parent));
	assert_false(region_parent(&book, "x", parent));
	assert_string_equal(region_zh(&book, "512022"), "乐至县");
	assert_string_equal(region_zh(&book, REGION_NATION), "国家");
	assert_string_equal(region_zh(&book, "440105"), "");
}

static void test_common_superior(void **state)
{
	static const struct {
		const char *a, *b, *above;
	} cases[] = {
		{ "512022", "512021", "512000" }, /* 乐至, 安岳: 资阳 */
		{ "512022", "510185", "510000" }, /* 乐至, 简阳: 四川, not 资阳 */
		{ "512022", "510121", "510000" }, /* 金堂 */
		{ "512022", "510903", "510000" }, /* 船山 */
		{ "512022", "500152", REGION_NATION }, /* 潼南 */
		{ "512022", "512000", "510000" }, /* a county and its own city: who stands above both */
		{ "512022", "512022", "512000" }, /* two departments of one county */
		{ "510000", "500000", REGION_NATION },
		{ "440105", "440106", "440100" }, /* unknown to the table */
		{ "440105", "512022", REGION_NATION },
	};
	char above[REGION_CODE_SIZE];
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (!common_superior(&book, cases[i].a, cases[i].b, above) || strcmp(above, cases[i].above) != 0)
			fail_msg("%s and %s: %s", cases[i].a, cases[i].b, above);
		assert_true(common_superior(&book, cases[i].b, cases[i].a, above));
		assert_string_equal(above, cases[i].above);
	}
	assert_false(common_superior(&book, "512022", "", above));
	assert_false(common_superior(&book, "512022", REGION_NATION, above));
}

/* A table that goes round in circles ends somewhere; a broken one is refused with its line; none at all is no error. */
static void test_tables(void **state)
{
	struct law_texts texts = { law_read(&arena, "holidays.csv"), law_read(&arena, "clocks.csv"),
				   law_read(&arena, "vocabulary.csv"), law_read(&arena, "thresholds.csv"),
				   law_read(&arena, "limits.csv"), SV("code,name_zh,parent\n110000,甲,110100\n110100,乙,110000\n") };
	struct law_book other;
	struct err err = ERR_INIT;
	char above[REGION_CODE_SIZE];
	(void)state;

	assert_int_equal(law_book_init(&other, &arena, &texts, NULL), ERR_OK);
	assert_true(common_superior(&other, "110000", "110100", above));
	texts.regions = SV("code,name_zh,parent\n,甲,\n");
	assert_int_equal(law_book_init(&other, &arena, &texts, &err), ERR_INVALID);
	assert_non_null(strstr(err.message, "regions.csv"));
	assert_non_null(strstr(err.message, "第2行"));
	texts.regions = (struct sv){ NULL, 0 };
	assert_int_equal(law_book_init(&other, &arena, &texts, NULL), ERR_OK);
	assert_true(common_superior(&other, "512022", "512021", above));
	assert_string_equal(above, "512000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_parent),
		cmocka_unit_test(test_common_superior),
		cmocka_unit_test(test_tables),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The error table and the record: cutting at character borders, aliasing, NULL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/text.h"

static void test_table(void **state)
{
	(void)state;
	for (int i = 0; i < ERR_COUNT; i++) {
		enum err_code code = (enum err_code)i;
		assert_true(err_slug(code)[0] != '\0' && err_meaning(code)[0] != '\0');
		assert_in_range(err_http_status(code), 200, 599);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(err_slug(code), err_slug((enum err_code)k));
	}
	assert_int_equal(ERR_OK, 0);
	assert_int_equal(err_http_status(ERR_STALE), 412);
	assert_true(err_retryable(ERR_BUSY));
	assert_false(err_retryable(ERR_LAW));
}

static void test_set_replaces_everything(void **state)
{
	struct err err = ERR_INIT;
	(void)state;
	assert_int_equal(err_set(&err, ERR_LAW, "old-rule", "old %d", 1), ERR_LAW);
	err_field(&err, "/fields/%s", "name");
	err_article(&err, "市场监督管理行政处罚程序规定第六十四条");
	err_detail(&err, "do %s", "that");
	assert_string_equal(err.field, "/fields/name");
	assert_string_equal(err.article, "市场监督管理行政处罚程序规定第六十四条");
	assert_string_equal(err.detail, "do that");
	assert_int_equal(err_set(&err, ERR_INVALID, NULL, "new"), ERR_INVALID);
	assert_int_equal(err.code, ERR_INVALID);
	assert_string_equal(err.message, "new");
	assert_string_equal(err.field, "");
	assert_string_equal(err.rule, "");
	assert_string_equal(err.article, "");
	assert_string_equal(err.detail, "");
}

static void test_arguments_may_come_from_the_record(void **state)
{
	struct err err = ERR_INIT;
	(void)state;
	err_set(&err, ERR_INVALID, "some-rule", "inner");
	err_set(&err, ERR_IO, err.rule, "outer: %s", err.message);
	assert_string_equal(err.message, "outer: inner");
	assert_string_equal(err.rule, "some-rule");
	err_field(&err, "a");
	err_field(&err, "list[3].%s", err.field);
	assert_string_equal(err.field, "list[3].a");
}

static void test_long_text_is_cut_between_characters(void **state)
{
	(void)state;
	for (size_t pad = 0; pad < 4; pad++) {
		struct err err = ERR_INIT;
		char text[1200];
		memset(text, 'a', pad);
		text[pad] = '\0';
		for (int i = 0; i < 200; i++)
			memcpy(text + pad + (size_t)i * 4, i % 2 ? "𠮷" : "案a", 5);
		err_set(&err, ERR_INVALID, text, "%s", text);
		err_article(&err, text);
		err_detail(&err, "%s", text);
		err_field(&err, "%s", text);
		const char *const cut[] = { err.message, err.rule, err.article, err.detail,
					    err.field };
		for (size_t i = 0; i < ARRAY_LEN(cut); i++) {
			assert_true(text_is_valid_utf8(sv_of(cut[i])));
			assert_memory_equal(cut[i], text, strlen(cut[i]));
		}
		assert_in_range(strlen(err.message), sizeof(err.message) - 4,
				sizeof(err.message) - 1);
		assert_in_range(strlen(err.rule), sizeof(err.rule) - 4, sizeof(err.rule) - 1);
	}
}

static void test_null_record(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, ERR_BUSY, "r", "%s", "x"), ERR_BUSY);
	err_field(NULL, "x");
	err_article(NULL, "x");
	err_detail(NULL, "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_set_replaces_everything),
		cmocka_unit_test(test_arguments_may_come_from_the_record),
		cmocka_unit_test(test_long_text_is_cut_between_characters),
		cmocka_unit_test(test_null_record),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

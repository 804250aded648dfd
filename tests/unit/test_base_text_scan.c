/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Folding with places, and what cannot be seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/text_scan.h"

static struct arena arena = ARENA_INIT(0);

static int teardown(void **state)
{
	(void)state;
	arena_reset(&arena);
	return 0;
}

/* The letters of the scan, one after the other, are the folded key. */
static void assert_same_as_fold(const char *text)
{
	struct text_scan scan;
	const char *key = text_fold(&arena, sv_of(text));
	size_t n = 0, chars = text_count_chars(sv_of(key));

	assert_true(text_scan(&arena, sv_of(text), &scan));
	for (size_t i = 0; i < scan.count; i++) {
		assert_true(scan.units[i].at < scan.units[i].end && scan.units[i].end <= scan.source.n);
		assert_true(i == 0 || scan.units[i].at >= scan.units[i - 1].at);
		n += scan.units[i].kind == TEXT_LETTER;
	}
	assert_int_equal(n, chars);
}

static void test_scan(void **state)
{
	struct text_scan scan;
	(void)state;

	assert_same_as_fold("乐市监处罚〔2025〕12号");
	assert_same_as_fold("Ａｂ　Ｃ－１２３");
	assert_same_as_fold("㈱ ① Ⅷ ﬁ");
	assert_same_as_fold("e\u0301te\u0301");
	assert_same_as_fold("张\u200B三\uFE0F");
	assert_same_as_fold("");

	assert_true(text_scan(&arena, SV("张　\u200B三"), &scan));
	assert_int_equal(scan.count, 4);
	assert_int_equal(scan.units[0].kind, TEXT_LETTER);
	assert_int_equal(scan.units[1].kind, TEXT_BLANK);
	assert_int_equal(scan.units[2].kind, TEXT_HIDDEN);
	assert_int_equal(scan.units[3].kind, TEXT_LETTER);
	assert_int_equal(scan.units[3].at, 9);
	assert_int_equal(scan.units[3].end, 12);

	assert_true(text_scan(&arena, SV("１a-\n，"), &scan));
	assert_int_equal(scan.units[0].c, '1');
	assert_int_equal(scan.units[2].kind, TEXT_DASH);
	assert_int_equal(scan.units[3].kind, TEXT_LINE);
	assert_int_equal(scan.units[4].kind, TEXT_POINT);

	/* A letter and its accents are one place. */
	assert_true(text_scan(&arena, SV("e\u0301x"), &scan));
	assert_int_equal(scan.count, 2);
	assert_int_equal(scan.units[0].end, 3);
	assert_false(text_scan(&arena, SV("\xff"), &scan));
	assert_false(text_scan(&arena, SV("a\0b"), &scan));
}

static void assert_visible(const char *text, const char *want)
{
	const char *seen = text_visible(&arena, sv_of(text));

	assert_non_null(seen);
	assert_string_equal(seen, want);
	assert_string_equal(text_visible(&arena, sv_of(seen)), want);
}

static void test_visible(void **state)
{
	(void)state;
	assert_visible("", "");
	assert_visible("依法公示。", "依法公示。");
	assert_visible("a\r\nb\rc\td\u2028e\xc2\x85""f", "a\nb\nc d\ne\nf");
	assert_visible("a\x01\x1f\x7f\xc2\x80z", "az");
	assert_visible("\u202E反\u202C\u2066x\u2069\u200E\u200F\u061C", "反x");
	assert_visible("零\u200B\u200C\u200D\u2060\uFEFF宽", "零宽");
	assert_visible("葛\U000E0101龍\uFE00", "葛龍");          /* variation selectors can carry bytes */
	assert_visible("x\U000E0041\U000E0042", "x");           /* tags */
	assert_visible("软\u00AD连\u034F\u115F\u3164\uFFA0字", "软连字");
	assert_visible("私\uE000\U000F0000\U0010FFFD", "私〓〓〓"); /* private use */
	assert_visible("\u0378", "〓");                         /* unassigned, two bytes */
	assert_visible("e\u0301", "\u00E9");
	assert_visible("e\u200B\u0301", "\u00E9"); /* what kept them apart is gone */
	assert_null(text_visible(&arena, SV("\xed\xa0\x80")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_scan, teardown),
		cmocka_unit_test_teardown(test_visible, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Unicode text: validity, normal form, folding for search, width, pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static struct arena arena = ARENA_INIT(0);

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static void test_validity(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		bool valid;
	} rows[] = {
		{ "", 0, true },
		{ "plain", 5, true },
		{ "案号〔2025〕", 16, true },
		{ "\xF0\xA0\xAE\xB7", 4, true }, /* 𠮷 */
		{ "\xF4\x8F\xBF\xBF", 4, true }, /* U+10FFFF */
		{ "\xEF\xBF\xBF", 3, true },     /* a noncharacter is still valid */
		{ "a\0b", 3, false },
		{ "\x80", 1, false },
		{ "\xC0\x80", 2, false }, /* overlong NUL */
		{ "\xC1\xBF", 2, false },
		{ "\xE0\x9F\xBF", 3, false }, /* overlong */
		{ "\xF0\x8F\xBF\xBF", 4, false },
		{ "\xED\xA0\x80", 3, false }, /* surrogate */
		{ "\xED\x9F\xBF", 3, true },
		{ "\xF4\x90\x80\x80", 4, false }, /* past U+10FFFF */
		{ "\xF8\x88\x80\x80\x80", 5, false },
		{ "\xE6\xA1", 2, false }, /* cut */
		{ "\xE6\xA1\x61", 3, false },
		{ "\xFF", 1, false },
		{ "\xB0\xB8\xBA\xC5", 4, false }, /* 案号 in GB18030 */
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (text_is_valid_utf8((struct sv){ rows[i].bytes, rows[i].n }) != rows[i].valid)
			fail_msg("row %zu", i);
}

static void test_nfc(void **state)
{
	(void)state;
	assert_string_equal(text_nfc(&arena, SV("案件 A1")), "案件 A1");
	assert_string_equal(text_nfc(&arena, SV("e\xCC\x81")), "é");
	assert_string_equal(text_nfc(&arena, SV("Ａ〔1〕")), "Ａ〔1〕"); /* width stays */
	assert_string_equal(text_nfc(&arena, SV("")), "");
	assert_null(text_nfc(&arena, SV("\xFF")));
	assert_null(text_nfc(&arena, (struct sv){ "a\0b", 3 }));
}

static void test_fold(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		/* the brackets people use in document numbers */
		{ "乐市监处罚〔2025〕12号", "乐市监处罚202512号" },
		{ "乐市监处罚[2025]12号", "乐市监处罚202512号" },
		{ "乐市监处罚【2025】12号", "乐市监处罚202512号" },
		{ "乐市监处罚（2025）12号", "乐市监处罚202512号" },
		{ "乐市监处罚(2025) 12 号", "乐市监处罚202512号" },
		{ "乐市监处罚［2025］１２号", "乐市监处罚202512号" },
		{ "乐市监处罚{2025}12号", "乐市监处罚202512号" },
		{ "乐市监处罚﹝2025﹞12号", "乐市监处罚202512号" },
		{ "乐市监处罚〈２０２５〉　12号", "乐市监处罚202512号" },
		{ "湘(岳)文综罚字〔2024〕045号", "湘岳文综罚字2024045号" },
		{ "湘（岳）文综罚字［2024］045号", "湘岳文综罚字2024045号" },
		/* letters, width, punctuation */
		{ "GUCCI®", "gucci" },
		{ "ＧＵＣＣＩ", "gucci" },
		{ "Lao-Gan_Ma", "laoganma" },
		{ "云南白药·牙膏", "云南白药牙膏" },
		{ "“茅台”、《五粮液》", "茅台五粮液" },
		{ "①㈱ⅷ", "1株viii" },
		{ "ﾌﾞﾗﾝﾄﾞ", "ブランド" },
		{ "Straße", "strasse" },
		{ "É e\xCC\x81", "éé" },
		{ "e-\xCC\x81", "é" }, /* composes once the hyphen is gone */
		{ "a\xE2\x80\x8B"
		  "b",
		  "ab" }, /* zero width space */
		{ "𠮷野家", "𠮷野家" },
		{ "々〇ー", "々〇ー" },
		{ "", "" },
		{ "！？…—", "" },
		{ "\t\n", "" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *key = text_fold(&arena, sv_of(rows[i].text));
		assert_non_null(key);
		if (strcmp(key, rows[i].want) != 0)
			fail_msg("\"%s\" -> \"%s\", not \"%s\"", rows[i].text, key, rows[i].want);
		assert_string_equal(text_fold(&arena, sv_of(key)), key);
	}
	assert_null(text_fold(&arena, SV("\xE6\xA1")));
}

static void test_full_arena(void **state)
{
	struct arena tiny = ARENA_INIT(16);
	const char *const *pairs = NULL;
	static const char text[] = "这一段文字比内存的上限长得多，因此放不下ａ";
	(void)state;
	assert_null(text_nfc(&tiny, sv_of(text)));
	assert_null(text_fold(&tiny, sv_of(text)));
	assert_null(text_fold(&tiny, SV("plain text longer than 16")));
	assert_null(text_halfwidth(&tiny, sv_of(text)));
	assert_int_equal(text_bigrams(&tiny, text, &pairs), 0);
	assert_null(pairs);
	arena_fini(&tiny);
}

static void test_width(void **state)
{
	static const struct {
		const char *text;
		size_t width, chars;
	} rows[] = {
		{ "", 0, 0 },         { "abc", 3, 3 },  { "案号", 4, 2 },
		{ "〔2025〕", 8, 6 }, { "ＡＢ", 4, 2 }, { "e\xCC\x81", 1, 2 },
		{ "𠮷", 2, 1 },       { "\t", 0, 1 },   { "\xFF", 1, 1 },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (text_width(sv_of(rows[i].text)) != rows[i].width ||
		    text_count_chars(sv_of(rows[i].text)) != rows[i].chars)
			fail_msg("row %zu: width %zu", i, text_width(sv_of(rows[i].text)));
}

static void test_halfwidth(void **state)
{
	(void)state;
	assert_string_equal(text_halfwidth(&arena, SV("（２０２５）Ａ～　ｂ案。")),
			    "(2025)A~ b案。");
	assert_string_equal(text_halfwidth(&arena, SV("〔1〕\xFF\xE6")), "〔1〕\xFF\xE6");
	assert_string_equal(text_halfwidth(&arena, SV("")), "");
}

static void test_bigrams(void **state)
{
	static const struct {
		const char *text;
		const char *want; /* joined by blanks, in byte order */
	} rows[] = {
		{ "云南白药", "云南 南白 白药" },
		{ "药", "药" },
		{ "", "" },
		{ "aaaa", "aa" },
		{ "abab", "ab ba" },
		{ "a药b", "a药 药b" },
		{ "𠮷野𠮷野", "野𠮷 𠮷野" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *const *pairs = NULL;
		struct str joined = STR_INIT(1000);
		size_t n = text_bigrams(&arena, rows[i].text, &pairs);
		assert_non_null(pairs);
		for (size_t k = 0; k < n; k++)
			str_printf(&joined, "%s%s", k ? " " : "", pairs[k]);
		assert_string_equal(str_cstr(&joined), rows[i].want);
		str_release(&joined);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_validity), cmocka_unit_test(test_nfc),
		cmocka_unit_test(test_fold),     cmocka_unit_test(test_full_arena),
		cmocka_unit_test(test_width),    cmocka_unit_test(test_halfwidth),
		cmocka_unit_test(test_bigrams),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}

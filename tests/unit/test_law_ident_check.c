/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Numbers as somebody types them: what they are, which character is wrong, what it should have been. The codes are made up
 * but for the sample of GB 32100 and that of GB 11643. */
#include "law_fixture.h"

#include "law/ident_check.h"
#include "law/repeat.h"

static struct arena arena;

static struct ident_check check(const char *typed)
{
	struct ident_check c;

	ident_check(&arena, sv_of(typed), law_day("2026-11-24"), &c);
	return c;
}

static void right(const char *typed, const char *kind, const char *normal)
{
	struct ident_check c = check(typed);

	if (!c.ok)
		fail_msg("%s: %s", typed, c.message);
	assert_string_equal(c.kind, kind);
	assert_string_equal(c.normal, normal);
	assert_null(c.message);
}

static struct ident_check wrong(const char *typed, const char *kind, int at, const char *found)
{
	struct ident_check c = check(typed);

	if (c.ok)
		fail_msg("%s is right", typed);
	assert_string_equal(c.kind, kind);
	if (c.at != at)
		fail_msg("%s: character %d, not %d (%s)", typed, c.at, at, c.message);
	if (found)
		assert_string_equal(c.found, found);
	else
		assert_null(c.found);
	assert_null(c.normal);
	assert_non_null(c.message);
	return c;
}

static bool suggests(const struct ident_check *c, const char *code)
{
	for (size_t i = 0; i < c->suggestion_count; i++) {
		if (strcmp(c->suggestions[i], code) == 0)
			return true;
	}
	return false;
}

static void test_what_is_right(void **state)
{
	(void)state;
	right("91350100M000100Y43", "uscc", "91350100M000100Y43");
	right(" 9135 0100 m000 100y 43 ", "uscc", "91350100M000100Y43");
	right("９１３５０１００Ｍ０００１００Ｙ４３", "uscc", "91350100M000100Y43");
	right("91350100\xc2\xa0M000100Y43", "uscc", "91350100M000100Y43");
	right("11010519491231002x", "citizen", "11010519491231002X");
	right("１１０１０５１９４９１２３１００２Ｘ", "citizen", "11010519491231002X");
	right("ZL 2011 20542158.3", "patent", "ZL201120542158.3");
	right("zl201120542158.3", "patent", "ZL201120542158.3");
	right("ZL2011205421583", "patent", "ZL201120542158.3");
	right("201120542158.3", "patent", "ZL201120542158.3");
	right("第1234567号", "trademark", "1234567");
	right("G1234567", "trademark", "G1234567");
	right("12345678A", "trademark", "12345678A");
}

static void test_a_letter_that_no_code_has(void **state)
{
	struct ident_check c = wrong("9135O100M000100Y43", "uscc", 5, "O");

	(void)state;
	assert_int_equal(c.suggestion_count, 1);
	assert_string_equal(c.suggestions[0], "91350100M000100Y43");
	c = wrong("91350100MOOO100Y43", "uscc", 10, "O"); /* three are too many to guess */
	assert_int_equal(c.suggestion_count, 0);
	wrong("9135010AM000100Y43", "uscc", 8, "A");
	wrong("91350100中000100Y43", "uscc", 9, "中");
}

static void test_a_check_that_does_not_fit(void **state)
{
	(void)state;
	/* A digit of the region: the organisation code inside is right, so it is one of the others. */
	struct ident_check c = wrong("91350200M000100Y43", "uscc", 18, "3");
	assert_true(suggests(&c, "91350100M000100Y43"));
	/* A character of the organisation code: both checks point at it. */
	c = check("91350100M000700Y43");
	assert_false(c.ok);
	assert_true(suggests(&c, "91350100M000100Y43"));
	/* The check character itself. */
	c = check("91350100M000100Y48");
	assert_true(suggests(&c, "91350100M000100Y43"));
	for (size_t i = 0; i < c.suggestion_count; i++)
		assert_true(check(c.suggestions[i]).ok);
}

static void test_every_single_mistake_is_found(void **state)
{
	static const char good[] = "91350100M000100Y43", set[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	int suggested = 0, tried = 0;

	(void)state;
	for (int i = 0; i < 18; i++) {
		for (const char *p = set; *p; p++) {
			char code[19];
			memcpy(code, good, sizeof(code));
			if (code[i] == *p)
				continue;
			code[i] = *p;
			struct ident_check c = check(code);
			assert_false(c.ok && !c.warning);
			tried++;
			suggested += suggests(&c, good);
			for (size_t k = 0; k < c.suggestion_count; k++)
				assert_true(check(c.suggestions[k]).ok);
		}
	}
	/* Each position has one repair; those of an organisation code that is right compete, and only five are shown. */
	if (suggested * 3 < tried)
		fail_msg("%d of %d were suggested", suggested, tried);
}

static void test_lengths(void **state)
{
	(void)state;
	wrong("91350100M000100Y4", "uscc", 0, NULL);
	wrong("91350100M000100Y433", "uscc", 0, NULL);
	wrong("1101051949123100", "citizen", 0, NULL);
}

static void test_citizen_numbers(void **state)
{
	struct ident_check c = wrong("110105194912310021", "citizen", 18, "1");

	(void)state;
	assert_int_equal(c.suggestion_count, 0); /* nobody's to guess */
	wrong("110105194913310021", "uscc", 18, "1"); /* no month 13: perhaps it was meant as a code */
	wrong("11010519990230002X", "citizen", 7, "1");
	c = wrong("1101051949123100O2", "uscc", 17, "O");
	/* Never the number itself in a message. */
	c = wrong("110105194912310029", "citizen", 18, "9");
	assert_null(strstr(c.message, "19491231"));
}

static void test_patents(void **state)
{
	struct ident_check c = wrong("ZL201120542158.4", "patent", 16, "4");

	(void)state;
	assert_true(suggests(&c, "ZL201120542158.3"));
	wrong("ZL20112054215.3", "patent", 0, NULL);
	wrong("ZL2011A0542158.3", "patent", 7, "A");
	right("ZL85100001.0", "patent", "ZL85100001.0");
}

static void test_what_is_none(void **state)
{
	static const char *const none[] = { "", " ", "/", "无", "不详", "abc", "123", "样县甲汽车配件经营部", "****", "\xff\xfe" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		struct ident_check c = check(none[i]);
		assert_false(c.ok);
		assert_string_equal(c.kind, "unknown");
		assert_non_null(c.message);
	}
}

static void test_any_bytes(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[40];
		size_t n = (seed >> 8) % (sizeof(text) - 1);
		for (size_t k = 0; k < n; k++) {
			seed = seed * 1103515245u + 12345u;
			text[k] = (seed >> 30) == 0 ? (char)(seed >> 16) : "0123456789ABXZL.OI"[(seed >> 16) % 18];
			if (text[k] == '\0')
				text[k] = '0';
		}
		text[n] = '\0';
		seed = seed * 1103515245u + 12345u;
		struct ident_check c = check(text);
		assert_true(c.ok == (c.normal != NULL));
		if (i % 500 == 0)
			arena_reset(&arena);
	}
}

/* ---- the repeat offender ---- */

static void test_repeat_rules(void **state)
{
	struct law_book book;
	struct law_texts texts = { .holidays = law_read(&arena, "holidays.csv"), .clocks = law_read(&arena, "clocks.csv"),
				   .vocabulary = law_read(&arena, "vocabulary.csv"),
				   .thresholds = law_read(&arena, "thresholds.csv"), .limits = law_read(&arena, "limits.csv"),
				   .regions = law_read(&arena, "regions.csv") };
	struct err err = ERR_INIT;
	struct repeat_rule r;

	(void)state;
	if (law_book_init(&book, &arena, &texts, &err) != ERR_OK)
		fail_msg("%s", err.message);
	repeat_rule_of(&book, "商标", law_day("2026-03-10"), &arena, &r);
	assert_int_equal(r.years, 5);
	assert_int_equal(r.times, 2);
	assert_true(r.binding);
	assert_string_equal(r.article, "商标法第六十条第二款");
	assert_int_equal(r.from, law_day("2021-03-10"));
	assert_int_equal(r.to, law_day("2026-03-10"));
	repeat_rule_of(&book, "商标", law_day("2027-01-01"), &arena, &r);
	assert_string_equal(r.article, "2026年修订商标法（条文号待定）");
	repeat_rule_of(&book, "专利", law_day("2028-02-29"), &arena, &r);
	assert_false(r.binding);
	assert_int_equal(r.from, law_day("2023-02-28"));
	repeat_rule_of(&book, NULL, law_day("2026-03-10"), &arena, &r);
	assert_false(r.binding);
}

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_right),
		cmocka_unit_test(test_a_letter_that_no_code_has),
		cmocka_unit_test(test_a_check_that_does_not_fit),
		cmocka_unit_test(test_every_single_mistake_is_found),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_citizen_numbers),
		cmocka_unit_test(test_patents),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_repeat_rules),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

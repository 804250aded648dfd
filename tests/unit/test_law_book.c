/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The law book: the shipped tables load, broken tables are refused with file and line, look-ups by
 * day, vocabularies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "law/book.h"
#include "law/field.h"

#ifndef LAW_DIR
#define LAW_DIR "schema/law"
#endif

static struct arena arena = ARENA_INIT(0);
static struct law_texts shipped;
static struct law_book book;

static struct sv read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	long n = ftell(f);
	assert_true(n > 0);
	rewind(f);
	char *p = arena_alloc(&arena, (size_t)n);
	assert_int_equal(fread(p, 1, (size_t)n, f), n);
	fclose(f);
	return (struct sv){ p, (size_t)n };
}

static day_t day(const char *iso)
{
	day_t d;
	if (!day_parse_iso(sv_of(iso), &d))
		fail_msg("bad day %s", iso);
	return d;
}

static int setup(void **state)
{
	struct err err = ERR_INIT;
	(void)state;
	shipped = (struct law_texts){
		.holidays = read_file(LAW_DIR "/holidays.csv"),
		.clocks = read_file(LAW_DIR "/clocks.csv"),
		.vocabulary = read_file(LAW_DIR "/vocabulary.csv"),
		.thresholds = read_file(LAW_DIR "/thresholds.csv"),
		.limits = read_file(LAW_DIR "/limits.csv"),
	};
	if (law_book_init(&book, &arena, &shipped, &err) != ERR_OK)
		fail_msg("%s", err.message);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static void test_shipped(void **state)
{
	(void)state;
	assert_true(book.clock_count >= 47);
	assert_true(book.thresholds.rule_count > 0);
	assert_true(book.calendar.day_count > 0);
	assert_int_equal(law_book_limit(&book, "AMBER_PERCENT", DAY_NONE), 50);
	assert_int_equal(law_book_limit(&book, "HEARING_ORGANISATION", DAY_MAX), 10000000);

	day_t on = day("2026-09-23");
	const struct clock_rule *r = law_book_clock(&book, "D11", on);
	assert_non_null(r);
	assert_int_equal(r->period.length, 90);
	assert_int_equal(r->period.unit, PERIOD_DAY);
	assert_true(r->period.rolls);
	assert_string_equal(r->owner, "officer");
	assert_int_equal(r->extension.length, 30);
	assert_int_equal(r->excluded, 1u << SPAN_SUSPENSION | 1u << SPAN_HEARING |
					      1u << SPAN_ANNOUNCEMENT | 1u << SPAN_TESTING |
					      1u << SPAN_IDENTIFICATION | 1u << SPAN_REFUND);
	assert_true(r->article[0] && r->trigger[0] && r->zh[0]);

	r = law_book_clock(&book, "D10", on);
	assert_false(r->period.rolls);
	assert_int_equal(r->excluded, 1u << SPAN_TESTING);
	r = law_book_clock(&book, "D17", on);
	assert_int_equal(r->period.length, -7);
	r = law_book_clock(&book, "D07", on);
	assert_int_equal(r->extension.length, 0); /* free */
	r = law_book_clock(&book, "D23", on);
	assert_true(r->daily && !r->archive_rule);
	r = law_book_clock(&book, "D47", on);
	assert_true(r->archive_rule && !r->daily);
	r = law_book_clock(&book, "D08", on);
	assert_int_equal(r->period.unit, PERIOD_HOUR);
}

static void test_rule_of_the_day(void **state)
{
	(void)state;
	/* announcement: 60 days until the amendment, then 30 */
	assert_int_equal(law_book_clock(&book, "D21", day("2022-10-31"))->period.length, 60);
	assert_int_equal(law_book_clock(&book, "D21", day("2022-11-01"))->period.length, 30);
	assert_int_equal(law_book_clock(&book, "D21", day("2199-12-31"))->period.length, 30);
	assert_null(law_book_clock(&book, "D21", day("2020-01-01")));
	assert_null(law_book_clock(&book, "D99", day("2026-01-01")));
	assert_null(law_book_clock(&book, "d21", day("2026-01-01")));
}

/* The book must not borrow from the texts. */
static void test_copies(void **state)
{
	(void)state;
	struct law_texts texts = shipped;
	struct sv *const to[] = { &texts.holidays, &texts.clocks, &texts.vocabulary,
				  &texts.thresholds, &texts.limits };
	const struct sv from[] = { shipped.holidays, shipped.clocks, shipped.vocabulary,
				   shipped.thresholds, shipped.limits };
	char *copies[5];
	for (size_t i = 0; i < 5; i++) {
		copies[i] = malloc(from[i].n);
		assert_non_null(copies[i]);
		memcpy(copies[i], from[i].p, from[i].n);
		*to[i] = (struct sv){ copies[i], from[i].n };
	}
	struct law_book other;
	assert_int_equal(law_book_init(&other, &arena, &texts, NULL), ERR_OK);
	for (size_t i = 0; i < 5; i++)
		free(copies[i]);
	assert_string_equal(law_book_clock(&other, "D01", day("2026-01-01"))->zh,
			    law_book_clock(&book, "D01", day("2026-01-01"))->zh);
	assert_int_equal(other.vocabulary.count, book.vocabulary.count);
	for (size_t i = 0; i < other.vocabulary.count; i++)
		assert_string_equal(other.vocabulary.words[i].value,
				    book.vocabulary.words[i].value);
	for (size_t i = 0; i < other.calendar.day_count; i++)
		assert_true(sv_eq(other.calendar.days[i].name, book.calendar.days[i].name));
}

#define CLOCK_HEAD \
	"id,name_zh,trigger_zh,length,roll,owner,excluded,extension,missed,article,valid_from,valid_to\n"

static void refuse_clocks(const char *text, const char *part)
{
	struct law_texts texts = shipped;
	struct law_book other = { .version = 99 };
	struct err err = ERR_INIT;
	texts.clocks = sv_of(text);
	if (law_book_init(&other, &arena, &texts, &err) != ERR_INVALID)
		fail_msg("accepted: %s", text);
	assert_int_equal(other.version, 99); /* untouched */
	if (strncmp(err.message, "clocks.csv：", strlen("clocks.csv：")) != 0 ||
	    !strstr(err.message, part))
		fail_msg("\"%s\" does not say \"%s\"", err.message, part);
}

static void test_bad_clocks(void **state)
{
	(void)state;
	static const struct {
		const char *rows, *part;
	} cases[] = {
		{ "", "0行" },
		{ "D1,n,t,15wd,-,officer,,,,a,,\nD2,n,t,5x,-,officer,,,,a,,\n",
		  "第3行：length“5x”不是期限" },
		{ "D1,n,t,,-,officer,,,,a,,\n", "第2行：length“”不是期限" },
		{ "D1,n,t,15wd,-,boss,,,,a,,\n", "第2行：owner“boss”" },
		{ "D1,n,t,15wd,-,,,,,a,,\n", "第2行：owner“”" },
		{ "D1,n,t,15d,-,officer,hearing;tea,,,a,,\n", "第2行：excluded“hearing;tea”" },
		{ "D1,n,t,15d,-,officer,hearing;,,,a,,\n", "分号" },
		{ "D1,n,t,15d,-,officer,;hearing,,,a,,\n", "未知" },
		{ "D1,n,t,2m,-,officer,hearing,,,a,,\n", "只有按日计算" },
		{ "D1,n,t,15d,Q,officer,,,,a,,\n", "roll“Q”应为" },
		{ "D1,n,t,15wd,R,officer,,,,a,,\n", "roll“R”只适用" },
		{ "D1,n,t,jun30,R,clerk,,,,a,,\n", "roll“R”只适用" },
		{ "D1,n,t,15wd,-,officer,,5d,,a,,\n", "extension“5d”与期限的单位不同" },
		{ "D1,n,t,15wd,-,officer,,0wd,,a,,\n", "extension“0wd”" },
		{ "D1,n,t,15wd,-,officer,,lots,,a,,\n", "extension“lots”" },
		{ ",n,t,15wd,-,officer,,,,a,,\n", "id“”不能为空" },
		{ "D1,,t,15wd,-,officer,,,,a,,\n", "name_zh“”不能为空" },
		{ "D1,n,t,15wd,-,officer,,,,,,\n", "article“”不能为空" },
		{ "D1,n,t,15wd,-,officer,,,,a,2021-13-01,\n", "valid_from“2021-13-01”不是日期" },
		{ "D1,n,t,15wd,-,officer,,,,a,2022-01-02,2022-01-01\n",
		  "valid_to“2022-01-01”早于" },
		{ "D1,n,t,15wd,-,officer,,,,a,,2022-01-01\nD1,n,t,15wd,-,officer,,,,a,2022-01-01,\n",
		  "第3行：id“D1”" },
		{ "D1,n,t,15wd,-,officer,,,,a,\n", "第2行第12列" },
		{ "D1,n\",t,15wd,-,officer,,,,a,,\n", "第2行第2列" },
		{ "D1,n,t,15wd,-,一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十,,,,a,,\n",
		  "九十一”不是已知" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		refuse_clocks(arena_printf(&arena, CLOCK_HEAD "%s", cases[i].rows), cases[i].part);
	refuse_clocks("id,name_zh\nD1,x\n", "缺少列“trigger_zh”");
	refuse_clocks("", "标题行");
	refuse_clocks("\xff", "UTF-8");
	refuse_clocks(CLOCK_HEAD "D1,\xc3,t,15wd,-,officer,,,,a,,\n", "UTF-8");
}

static void test_bad_others(void **state)
{
	(void)state;
	static const struct {
		const char *text, *part;
	} cases[] = {
		{ "list,value,sort\na,x,1\na,,2\n", "vocabulary.csv：第3行：value“”不能为空" },
		{ "list,value,sort\na,x,1\na,x,2\n", "第3行：value“x”在同一列表中重复" },
		{ "list,value,sort\na,x(1),1\nb,x（1）,1\na,x（1）,2\n", "第4行" },
		{ "list,value,sort\na,x,first\n", "第2行：sort“first”不是整数" },
		{ "list,value\na,x\n", "缺少列“sort”" },
	};
	struct law_book other;
	struct err err = ERR_INIT;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct law_texts texts = shipped;
		texts.vocabulary = sv_of(cases[i].text);
		assert_int_equal(law_book_init(&other, &arena, &texts, &err), ERR_INVALID);
		if (!strstr(err.message, cases[i].part))
			fail_msg("\"%s\" does not say \"%s\"", err.message, cases[i].part);
	}
	struct law_texts texts = shipped;
	texts.holidays = SV("date,kind\n");
	assert_int_not_equal(law_book_init(&other, &arena, &texts, &err), ERR_OK);
	assert_int_equal(strncmp(err.message, "holidays.csv：", strlen("holidays.csv：")), 0);
	texts = shipped;
	texts.thresholds = SV("rule_id\nx\n");
	assert_int_not_equal(law_book_init(&other, &arena, &texts, &err), ERR_OK);
	assert_int_equal(strncmp(err.message, "thresholds.csv：", strlen("thresholds.csv：")), 0);
	assert_int_not_equal(law_book_init(&other, &arena, &texts, NULL), ERR_OK);
}

/* A new figure is a new row; every day must have one. */
static void test_limits(void **state)
{
	static const char *const changes[][2] = {
		/* rows of HEARING_NATURAL, and what is said of them (NULL: accepted) */
		{ "HEARING_NATURAL,x,1000000,fen,a,K,,2026-12-31\nHEARING_NATURAL,x,2000000,fen,a,K,2027-01-01,\n", NULL },
		{ "HEARING_NATURAL,x,1000000,fen,a,K,,2026-12-31\nHEARING_NATURAL,x,2000000,fen,a,K,2027-01-02,\n",
		  "HEARING_NATURAL" },
		{ "HEARING_NATURAL,x,-1,fen,a,K,,\n", "value" },
		{ "HEARING_NATURAL,x,1000000,fen,a,K,2026-02-30,\n", "valid_from" },
		{ "", "HEARING_NATURAL" },
	};
	const char *rest = strstr(shipped.limits.p, "HEARING_ORGANISATION");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct law_texts texts = shipped;
		struct law_book other;
		struct err err = ERR_INIT;
		texts.limits = sv_of(arena_printf(&arena, "id,name_zh,value,unit,article,confidence,valid_from,valid_to\n%s%.*s",
						  changes[i][0],
						  (int)(shipped.limits.n - (size_t)(rest - shipped.limits.p)), rest));
		enum err_code code = law_book_init(&other, &arena, &texts, &err);
		assert_int_equal(code == ERR_OK, changes[i][1] == NULL);
		if (changes[i][1] && !strstr(err.message, changes[i][1]))
			fail_msg("\"%s\" does not say \"%s\"", err.message, changes[i][1]);
		if (code == ERR_OK) {
			assert_int_equal(law_book_limit(&other, "HEARING_NATURAL", day("2026-12-31")), 1000000);
			assert_int_equal(law_book_limit(&other, "HEARING_NATURAL", day("2027-01-01")), 2000000);
		}
	}
}

static void test_vocabulary(void **state)
{
	(void)state;
	struct law_texts texts = shipped;
	struct law_book other;
	texts.vocabulary = SV(
		"list,value,sort\n送达方式,机器人,20\n其他表,乙,2\n送达方式,信鸽,10\n其他表,甲,1\n"
		"送达方式,公告,5\n处理决定,不予行政处罚(轻微),5\n");
	assert_int_equal(law_book_init(&other, &arena, &texts, NULL), ERR_OK);
	const struct vocabulary *v = &other.vocabulary;

	/* grouped by list in the order of the file, sorted inside */
	static const char *const order[] = { "公告", "信鸽", "机器人",
					     "甲",   "乙",   "不予行政处罚(轻微)" };
	assert_int_equal(v->count, ARRAY_LEN(order));
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		assert_string_equal(v->words[i].value, order[i]);

	assert_true(vocabulary_has(NULL, "送达方式", SV("留置")));
	assert_false(vocabulary_has(NULL, "送达方式", SV("信鸽")));
	assert_true(vocabulary_has(v, "送达方式", SV("信鸽")));
	assert_true(vocabulary_has(v, "其他表", SV("甲")));
	assert_false(vocabulary_has(v, "其他表", SV("信鸽")));
	assert_false(vocabulary_has(v, "送达方式", SV("留")));
	assert_false(vocabulary_has(v, "没有的表", SV("留置")));
	assert_false(vocabulary_has(v, "送达方式", SV("")));

	/* core first, then what is new; a core word in another width is no new word */
	const char *words[16];
	assert_int_equal(vocabulary_list(v, "送达方式", words, 16), 9);
	assert_string_equal(words[0], "直接");
	assert_string_equal(words[6], "公告");
	assert_string_equal(words[7], "信鸽");
	assert_string_equal(words[8], "机器人");
	assert_int_equal(vocabulary_list(v, "送达方式", words, 3), 3);
	assert_int_equal(vocabulary_list(v, "送达方式", words, 0), 0);
	assert_int_equal(vocabulary_list(v, "处理决定", words, 16), 5);
	assert_int_equal(vocabulary_list(v, "没有的表", words, 16), 0);
	assert_string_equal(vocabulary_find(v, "处理决定", SV("不予行政处罚(轻微)")),
			    "不予行政处罚（轻微）");
	assert_string_equal(vocabulary_find(v, "处理决定", SV("不予行政处罚（轻微)")),
			    "不予行政处罚（轻微）");
	assert_null(vocabulary_find(v, "处理决定", SV("不予行政处罚")));
	assert_null(vocabulary_find(v, "处理决定", SV("不予行政处罚(轻微)x")));
	assert_null(vocabulary_find(v, "处理决定", SV("")));
}

/* Each core word once; lists not torn apart. */
static void test_core(void **state)
{
	(void)state;
	static const struct word core[] = {
#define WORD(word_list, word_value) { word_list, word_value },
#include "law/vocab_core.def"
#undef WORD
	};
	for (size_t i = 0; i < ARRAY_LEN(core); i++) {
		bool new_list = i > 0 && strcmp(core[i].list, core[i - 1].list) != 0;
		for (size_t k = 0; k < i; k++) {
			bool same = strcmp(core[k].list, core[i].list) == 0;
			if (same && (new_list || strcmp(core[k].value, core[i].value) == 0))
				fail_msg("%s %s", core[i].list, core[i].value);
		}
		assert_string_equal(vocabulary_find(NULL, core[i].list, sv_of(core[i].value)),
				    core[i].value);
	}
}

static void test_span_kinds(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SPAN_KIND_COUNT; i++) {
		enum span_kind kind;
		assert_true(span_kind_by_code(sv_of(span_kind_code((enum span_kind)i)), &kind));
		assert_int_equal(kind, i);
		assert_true(span_kind_zh(kind)[0] != '\0');
	}
	enum span_kind kind;
	assert_false(span_kind_by_code(SV("Testing"), &kind));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped),    cmocka_unit_test(test_rule_of_the_day),
		cmocka_unit_test(test_copies),     cmocka_unit_test(test_bad_clocks),
		cmocka_unit_test(test_bad_others), cmocka_unit_test(test_vocabulary),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_core),       cmocka_unit_test(test_span_kinds),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

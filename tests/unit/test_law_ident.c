/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Identifiers: published sample codes, and document numbers as they are really written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "law/ident.h"

static struct arena arena = ARENA_INIT(0);

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static day_t today(void)
{
	day_t d = DAY_NONE;
	assert_true(day_from_ymd(2026, 11, 23, &d));
	return d;
}

/* --- unified social credit code ------------------------------------------------------------- */

static void test_uscc_good(void **state)
{
	static const struct {
		const char *typed, *normal;
		bool org_code_ok;
	} cases[] = {
		{ "9144030071526726XG", "9144030071526726XG", true },
		{ "914403001922038216", "914403001922038216", true },
		{ "91110000802100433B", "91110000802100433B", true },
		{ "91330106673959654P", "91330106673959654P", true },
		/* made up: right outside, wrong inside */
		{ "91512022MA00000001", "91512022MA00000001", false },
		{ "9144030071526726xg", "9144030071526726XG", true },
		{ " 9144 0300 7152 6726 XG\n", "9144030071526726XG", true },
		{ "９１４４０３００７１５２６７２６ＸＧ", "9144030071526726XG", true },
		{ "　91440300　71526726xｇ　", "9144030071526726XG", true },
		{ "91440300\u00A071526726XG", "9144030071526726XG", true },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *normal = NULL;
		bool org_code_ok = !cases[i].org_code_ok;
		struct err err = ERR_INIT;
		if (ident_uscc(&arena, sv_of(cases[i].typed), &normal, &org_code_ok, &err) !=
		    ERR_OK)
			fail_msg("%s: %s", cases[i].typed, err.message);
		assert_string_equal(normal, cases[i].normal);
		assert_int_equal(org_code_ok, cases[i].org_code_ok);
		assert_int_equal(ident_uscc(&arena, sv_of(cases[i].typed), &normal, NULL, NULL),
				 ERR_OK);
	}
}

static void test_uscc_bad(void **state)
{
	static const struct {
		const char *typed, *rule, *says;
	} cases[] = {
		/* a sample number that is widely quoted and wrong */
		{ "91350211M000100Y43", "uscc-check", "第18位校验码“3”不符，应为“6”" },
		{ "9144030071526726XA", "uscc-check", "第18位校验码“A”不符，应为“G”" },
		{ "9144O30071526726XG", "uscc-character", "第5位“O”不是可用字符" },
		{ "I144030071526726XG", "uscc-character", "第1位“I”" },
		{ "91440300715267260Z", "uscc-character", "第18位“Z”" },
		{ "914403A071526726XG", "uscc-character", "第7位“A”应为数字" },
		{ "914403007152672中XG", "uscc-character", "第16位“中”" },
		{ "9144-030071526726X", "uscc-character", "第5位“-”" },
		{ "9144030071526726X", "uscc-length", "应为18位，实为17位" },
		{ "9144030071526726XG0", "uscc-length", "应为18位，实为19位" },
		{ "", "uscc-length", "实为0位" },
		{ "/", "uscc-length", "实为1位" },
		{ "\xff\xfe", "text-encoding", "UTF-8" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *normal = NULL;
		struct err err = ERR_INIT;
		assert_int_equal(ident_uscc(&arena, sv_of(cases[i].typed), &normal, NULL, &err),
				 ERR_INVALID);
		assert_string_equal(err.rule, cases[i].rule);
		if (!strstr(err.message, cases[i].says))
			fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].typed, err.message,
				 cases[i].says);
		assert_null(normal);
	}
}

/* Weights are powers of 3 modulo a prime, none of them 0: no single slip goes unseen. */
static void test_uscc_sees_every_single_slip(void **state)
{
	static const char good[] = "91110000802100433B";
	static const char charset[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	(void)state;
	for (size_t i = 0; i < 18; i++) {
		for (const char *c = charset; *c; c++) {
			char typed[19];
			const char *normal;
			memcpy(typed, good, sizeof(typed));
			if (typed[i] == *c)
				continue;
			typed[i] = *c;
			assert_int_equal(ident_uscc(&arena, sv_of(typed), &normal, NULL, NULL),
					 ERR_INVALID);
		}
	}
}

/* --- citizen number ------------------------------------------------------------------------- */

static void test_citizen_good(void **state)
{
	static const char *const cases[][2] = {
		{ "11010519491231002X", "11010519491231002X" },
		{ "440524188001010014", "440524188001010014" },
		{ "11010519491231002x", "11010519491231002X" },
		{ " 110105 19491231 002X ", "11010519491231002X" },
		{ "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *normal = NULL;
		struct err err = ERR_INIT;
		if (ident_citizen(&arena, sv_of(cases[i][0]), today(), &normal, &err) != ERR_OK)
			fail_msg("%s: %s", cases[i][0], err.message);
		assert_string_equal(normal, cases[i][1]);
	}
}

static void test_citizen_bad(void **state)
{
	static const struct {
		const char *typed, *rule, *says;
	} cases[] = {
		{ "110105194912310021", "citizen-check", "第18位校验码“1”不符，应为“X”" },
		{ "11010519491231003X", "citizen-check", "应为“8”" },
		{ "1101O519491231002X", "citizen-character", "第5位“O”应为数字" },
		{ "X1010519491231002X", "citizen-character", "第1位“X”应为数字" },
		{ "11010519491231002A", "citizen-character", "第18位“A”应为数字或者X" },
		{ "1101051949123100二X", "citizen-character", "第17位“二”" },
		{ "11010519491331002X", "citizen-birth", "第7至14位" },
		{ "11010519490229002X", "citizen-birth", "第7至14位" },
		{ "440524190002290014", "citizen-birth", "第7至14位" }, /* 1900: no leap year */
		{ "440524180002290014", "citizen-birth", "第7至14位" },
		{ "440524178001010014", "citizen-birth", "第7至14位" },
		{ "11010520261124002X", "citizen-birth", "晚于今天" },
		{ "11010520991231002X", "citizen-birth", "晚于今天" },
		{ "110105491231002", "citizen-length", "应为18位，实为15位" },
		{ "不详", "citizen-length", "实为2位" },
		{ "", "citizen-length", "实为0位" },
		{ "\xc3\x28", "text-encoding", "UTF-8" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *normal = NULL;
		struct err err = ERR_INIT;
		assert_int_equal(ident_citizen(&arena, sv_of(cases[i].typed), today(), &normal,
					       &err),
				 ERR_INVALID);
		if (strcmp(err.rule, cases[i].rule) != 0 || !strstr(err.message, cases[i].says))
			fail_msg("%s: %s \"%s\", expected %s \"%s\"", cases[i].typed, err.rule,
				 err.message, cases[i].rule, cases[i].says);
		assert_null(normal);
		/* Messages travel to logs: never the number itself, never the birth date. */
		assert_null(strstr(err.message, "1949"));
		assert_null(strstr(err.message, "110105"));
	}
}

static void test_citizen_born_today(void **state)
{
	/* 110105 20261123 002 and whatever check character the code asks for */
	char typed[] = "11010520261123002?";
	static const char checks[] = "10X98765432";
	const char *normal;
	int good = 0;
	(void)state;
	for (const char *c = checks; *c; c++) {
		typed[17] = *c;
		good += ident_citizen(&arena, sv_of(typed), today(), &normal, NULL) == ERR_OK;
	}
	assert_int_equal(good, 1);
	for (const char *c = checks; *c; c++) {
		typed[17] = *c;
		assert_int_equal(ident_citizen(&arena, sv_of(typed), today() - 1, &normal, NULL),
				 ERR_INVALID);
	}
}

/* --- document numbers ------------------------------------------------------------------------ */

static void test_docno_as_written(void **state)
{
	static const struct {
		const char *typed, *prefix;
		int year;
		const char *letters;
		int64_t serial;
		const char *key;
	} cases[] = {
		{ "渝涪陵市监处罚〔2024〕951号", "渝涪陵市监处罚", 2024, "", 951,
		  "渝涪陵市监处罚|2024|951" },
		{ "浏市监处罚〔2025〕439号", "浏市监处罚", 2025, "", 439, "浏市监处罚|2025|439" },
		{ "清市监处罚〔2023〕383号", "清市监处罚", 2023, "", 383, "清市监处罚|2023|383" },
		{ "津北辰市监处罚〔2025〕184号", "津北辰市监处罚", 2025, "", 184,
		  "津北辰市监处罚|2025|184" },
		{ "津辰市监处罚〔2023〕548号", "津辰市监处罚", 2023, "", 548,
		  "津辰市监处罚|2023|548" },
		{ "怀市监处罚〔2023〕302号", "怀市监处罚", 2023, "", 302, "怀市监处罚|2023|302" },
		{ "穗云市监处罚〔2026〕146号", "穗云市监处罚", 2026, "", 146,
		  "穗云市监处罚|2026|146" },
		{ "沙市监处字〔2021〕105号", "沙市监处字", 2021, "", 105, "沙市监处字|2021|105" },
		{ "(芷)市监处罚﹝2025﹞10号", "(芷)市监处罚", 2025, "", 10, "芷市监处罚|2025|10" },
		{ "粤市监广办罚﹝2024﹞011号", "粤市监广办罚", 2024, "", 11,
		  "粤市监广办罚|2024|11" },
		{ "国知处运字〔2026〕11号", "国知处运字", 2026, "", 11, "国知处运字|2026|11" },
		{ "固文综罚字〔2024〕F-000003号", "固文综罚字", 2024, "F", 3,
		  "固文综罚字|2024|f3" },
		{ "湘(岳)文综罚字〔2024〕045号", "湘(岳)文综罚字", 2024, "", 45,
		  "湘岳文综罚字|2024|45" },
		{ "来文综罚字〔2025〕1号", "来文综罚字", 2025, "", 1, "来文综罚字|2025|1" },
		{ "津北辰市监强制〔2025〕40号", "津北辰市监强制", 2025, "", 40,
		  "津北辰市监强制|2025|40" },
		{ "浏市监先登[2025]0000541号", "浏市监先登", 2025, "", 541, "浏市监先登|2025|541" },
		{ "沙市监告字〔2021〕105号", "沙市监告字", 2021, "", 105, "沙市监告字|2021|105" },
		{ "粤市监广办罚告〔2023〕011号", "粤市监广办罚告", 2023, "", 11,
		  "粤市监广办罚告|2023|11" },
		{ "国知处函运字〔2025〕84号", "国知处函运字", 2025, "", 84,
		  "国知处函运字|2025|84" },
		{ "津市监丽执案移【2025】43号", "津市监丽执案移", 2025, "", 43,
		  "津市监丽执案移|2025|43" },
		{ "乐市监罚〔2025〕12号", "乐市监罚", 2025, "", 12, "乐市监罚|2025|12" },
		{ "赤壁市监处罚〔2025〕179号", "赤壁市监处罚", 2025, "", 179,
		  "赤壁市监处罚|2025|179" },
		{ "(奉)市监案字(2016)181201530021号", "(奉)市监案字", 2016, "",
		  INT64_C(181201530021), "奉市监案字|2016|181201530021" },
		{ "乐市监﹝2026﹞第 7 号", "乐市监", 2026, "", 7, "乐市监|2026|7" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct docno no;
		ident_docno(&arena, sv_of(cases[i].typed), &no);
		if (!no.parsed)
			fail_msg("not parsed: %s (%s)", cases[i].typed, no.key);
		assert_string_equal(no.prefix, cases[i].prefix);
		assert_int_equal(no.year, cases[i].year);
		assert_string_equal(no.letters, cases[i].letters);
		assert_int_equal(no.serial, cases[i].serial);
		assert_string_equal(no.key, cases[i].key);
	}
}

static void test_docno_variants_meet(void **state)
{
	static const char *const variants[] = {
		"乐市监处罚〔2025〕12号",        "乐市监处罚[2025]12号",
		"乐市监处罚［2025］12号",        "乐市监处罚（2025）12号",
		"乐市监处罚(2025)12号",          "乐市监处罚【2025】12号",
		"乐市监处罚﹝2025﹞12号",        "乐市监处罚〔2025］12号",
		"乐市监处罚〔２０２５〕１２号",  "乐市监处罚〔2025〕012号",
		"乐市监处罚〔2025〕第12号",      "乐市监处罚〔2025〕 第 12 号",
		" 乐市监处罚 〔 2025 〕 12 号 ", "　乐市监处罚〔2025〕12号　",
		"乐市监处罚〔2025年〕12号",      "乐市监处罚〔2025〕12",
		"乐市监处罚〖2025〗00012号",     "乐市监处罚〔2025〕12號",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(variants); i++) {
		struct docno no;
		ident_docno(&arena, sv_of(variants[i]), &no);
		if (!no.parsed || strcmp(no.key, "乐市监处罚|2025|12") != 0)
			fail_msg("%s -> %s", variants[i], no.key);
		assert_string_equal(no.prefix, "乐市监处罚");
	}
	struct docno half, full;
	ident_docno(&arena, SV("固文综罚字〔2024〕F-000003号"), &half);
	ident_docno(&arena, SV("固文综罚字[2024]第ｆ－３号"), &full);
	assert_string_equal(half.key, full.key);
	assert_string_equal(full.letters, "F");
}

static void test_docno_unlike_ones_stay_apart(void **state)
{
	static const char *const texts[] = {
		"乐市监处罚〔2025〕12号", "乐市监处罚〔2024〕12号",  "乐市监处罚〔2025〕120号",
		"乐市监罚〔2025〕12号",   "乐市监处罚〔2025〕F12号", "乐市监处罚〔20251〕2号",
	};
	struct docno no[ARRAY_LEN(texts)];
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		ident_docno(&arena, sv_of(texts[i]), &no[i]);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(no[i].key, no[k].key);
	}
}

static void test_docno_that_does_not_parse(void **state)
{
	static const char *const texts[] = {
		"",
		"/",
		"无",
		"乐市监处罚2025年12号",
		"乐市监处罚〔2025〕",
		"乐市监处罚〔2025〕号",
		"乐市监处罚〔25〕12号",
		"乐市监处罚〔1899〕12号",
		"乐市监处罚〔2025〕十二号",
		"乐市监处罚〔2025〕12号之一",
		"乐市监处罚〔2025〕99999999999999999999号",
		"乐市监处罚〔2025〕ABCDEFGHIJKLMNOPQ1号",
		"乐市监处罚〔2025",
		"〔〕",
		"乐市监处罚〔2025〕-5号",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct docno no;
		ident_docno(&arena, sv_of(texts[i]), &no);
		if (no.parsed)
			fail_msg("parsed: %s -> %s", texts[i], no.key);
		assert_int_equal(no.year, 0);
		assert_int_equal(no.serial, 0);
		assert_string_equal(no.prefix, "");
		assert_string_equal(no.letters, "");
		assert_null(strchr(no.key, '|'));
	}
	/* A typed bar must not imitate the key of another number. */
	struct docno no;
	ident_docno(&arena, SV("乐市监处罚|2025|12"), &no);
	assert_false(no.parsed);
	assert_string_equal(no.key, "乐市监处罚202512");
}

static void test_docno_round_trip(void **state)
{
	struct docno no;
	(void)state;
	const char *text = ident_docno_format(&arena, "乐市监处罚", 2026, 7);
	assert_string_equal(text, "乐市监处罚〔2026〕7号");
	ident_docno(&arena, sv_of(text), &no);
	assert_true(no.parsed);
	assert_string_equal(no.prefix, "乐市监处罚");
	assert_int_equal(no.serial, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uscc_good),
		cmocka_unit_test(test_uscc_bad),
		cmocka_unit_test(test_uscc_sees_every_single_slip),
		cmocka_unit_test(test_citizen_good),
		cmocka_unit_test(test_citizen_bad),
		cmocka_unit_test(test_citizen_born_today),
		cmocka_unit_test(test_docno_as_written),
		cmocka_unit_test(test_docno_variants_meet),
		cmocka_unit_test(test_docno_unlike_ones_stay_apart),
		cmocka_unit_test(test_docno_that_does_not_parse),
		cmocka_unit_test(test_docno_round_trip),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}

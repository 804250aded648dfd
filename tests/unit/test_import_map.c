/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Published cases as facts: exact fen, nothing invented, errors by member; all rows of schema/demo. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/import_map.h"
#include "base/csv.h"
#include "base/text.h"

static struct arena arena = ARENA_INIT(0);
static struct import_map map;

static struct sv read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		fail_msg("cannot open %s: run from the repository's root", path);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	long n = ftell(f);
	rewind(f);
	char *p = arena_alloc(&arena, (size_t)n + 1);
	assert_int_equal(fread(p, 1, (size_t)n, f), n);
	fclose(f);
	return (struct sv){ p, (size_t)n };
}

static int setup(void **state UNUSED)
{
	struct import_campaign *list = arena_array(&arena, struct import_campaign, IMPORT_CAMPAIGNS_MAX);
	struct csv csv;
	bool more = false;

	assert_int_equal(csv_open(&csv, &arena, read_file("schema/law/campaigns.csv"), NULL), ERR_OK);
	while (csv_next(&csv, &more, NULL) == ERR_OK && more) {
		int64_t year = 0;
		assert_true(sv_to_i64(csv_get(&csv, "year"), &year));
		import_campaign_init(&arena, &list[map.campaign_count++], csv_get(&csv, "code"),
				     csv_get(&csv, "name_zh"), year, csv_get(&csv, "aliases"));
	}
	map.campaigns = list;
	assert_true(day_from_ymd(2026, 11, 23, &map.today));
	return 0;
}

static int teardown(void **state UNUSED)
{
	arena_fini(&arena);
	return 0;
}

static const struct json_value *parse(struct sv text)
{
	struct json_doc *doc;
	struct err err = ERR_INIT;
	if (json_parse(&arena, text, &doc, &err) != ERR_OK)
		fail_msg("%s: %.*s", err.message, SV_ARG(text));
	return json_root(doc);
}

static struct facts *mapped(const char *json)
{
	struct facts *facts = arena_new(&arena, struct facts);
	struct import_errors errors;

	if (!import_map_facts(&arena, &map, parse(sv_of(json)), facts, &errors))
		fail_msg("%s: %s: %s", json, errors.at[0].field, errors.at[0].message);
	return facts;
}

/* ---- amounts ---- */

static void test_fen(void **state UNUSED)
{
	static const struct {
		const char *yuan;
		int64_t fen; /* -1: refused */
	} cases[] = {
		{ "0", 0 }, { "0.00", 0 }, { "0e9", 0 }, { "1", 100 }, { "0.01", 1 }, { "20000.5", 2000050 },
		{ "20000.50", 2000050 }, { "10597.68", 1059768 }, { "136399.71", 13639971 }, { "377.4", 37740 },
		{ "1870838", 187083800 }, { "1870838.000", 187083800 }, { "1.169e8", 11690000000 },
		{ "1.169E+8", 11690000000 }, { "12345e-2", 12345 }, { "0.29", 29 }, { "1.005", -1 },
		{ "0.001", -1 }, { "-1", -1 }, { "1e-3", -1 }, { "10000000000000", INT64_C(1000000000000000) },
		{ "10000000000000.01", -1 }, { "1e99", -1 }, { "1e999", -1 }, { "99999999999999999999", -1 },
		{ "", -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t fen = -1;
		if (!import_fen_of(sv_of(cases[i].yuan), &fen))
			fen = -1;
		if (fen != cases[i].fen)
			fail_msg("%s yuan: %lld", cases[i].yuan, (long long)fen);
	}
	/* Every amount below a thousand yuan, as a program would write it. */
	for (int64_t fen = 0; fen < 100000; fen++) {
		char text[32];
		int64_t back;
		snprintf(text, sizeof(text), "%lld.%02d", (long long)(fen / 100), (int)(fen % 100));
		assert_true(import_fen_of(sv_of(text), &back));
		assert_int_equal(back, fen);
	}
}

static void test_amount_members(void **state UNUSED)
{
	struct facts *f = mapped("{\"id\":\"A-1\",\"goods_value\":10597.68,\"illegal_turnover\":120488.16,"
				 "\"illegal_income\":18242.07,\"fine\":5610000,\"confiscated_income\":0,"
				 "\"sales_amount\":null,\"purchase_amount\":96620}");

	assert_int_equal(fact_num(f, FIELD_GOODS_VALUE), 1059768);
	assert_int_equal(fact_num(f, FIELD_TURNOVER), 12048816);
	assert_int_equal(fact_num(f, FIELD_INCOME), 1824207);
	assert_int_equal(fact_num(f, FIELD_FINE), 561000000);
	assert_true(fact_has(f, FIELD_CONFISCATED_INCOME));
	assert_int_equal(fact_num(f, FIELD_CONFISCATED_INCOME), 0);
	assert_false(fact_has(f, FIELD_SALES));
	assert_int_equal(fact_num(f, FIELD_PURCHASE), 9662000);
}

/* ---- dates ---- */

static void test_dates(void **state UNUSED)
{
	struct facts *f = mapped("{\"id\":\"D-1\",\"discovery_date\":\"2024-07\",\"filed_date\":\"2024\","
				 "\"decision_date\":\"2024-12-27\",\"publish_date\":null,\"facts\":\"某店销售侵权商品。\"}");
	day_t day;

	assert_false(fact_has(f, FIELD_DISCOVERED_ON));
	assert_false(fact_has(f, FIELD_FILED_ON));
	assert_false(fact_has(f, FIELD_PUBLISHED_ON));
	assert_true(day_from_ymd(2024, 12, 27, &day));
	assert_int_equal(fact_day(f, FIELD_DECIDED_ON), day);
	assert_string_equal(fact_text(f, FIELD_FACTS_TEXT),
			    "某店销售侵权商品。\n【原文另载】发现线索或收到材料日期：2024-07；立案日期：2024。");
	f = mapped("{\"id\":\"D-2\",\"decision_date\":\"2023-04\"}");
	assert_string_equal(fact_text(f, FIELD_FACTS_TEXT), "【原文另载】决定日期：2023-04。");
}

/* ---- parties ---- */

static void test_parties(void **state UNUSED)
{
	static const struct {
		const char *json, *parties, *summary;
	} cases[] = {
		{ "{\"id\":\"P\",\"party_name\":\"芷江公坪**纸箱厂\",\"party_kind\":\"个体工商户\"}",
		  "[{\"name\":\"芷江公坪**纸箱厂\",\"kind\":\"个体工商户\"}]", "" },
		{ "{\"id\":\"P\",\"party_name\":\"甲店\",\"uscc\":\"92430181MA4PRHH5XA\"}",
		  "[{\"name\":\"甲店\",\"uscc\":\"92430181MA4PRHH5XA\"}]", "" },
		{ "{\"id\":\"P\",\"party_name\":\"甲店\",\"uscc\":\"92431228MACF50E4F\"}", "[{\"name\":\"甲店\"}]",
		  "【原文另载】统一社会信用代码（未通过校验）：92431228MACF50E4F。" },
		{ "{\"id\":\"P\",\"party_name\":\"甲店\",\"uscc\":\"92350427********7A\"}", "[{\"name\":\"甲店\"}]",
		  "【原文另载】统一社会信用代码（未通过校验）：92350427********7A。" },
		{ "{\"id\":\"P\",\"party_name\":\"李某、罗某某\",\"parties\":[\"李某\",\"罗某某\"],\"party_kind\":\"自然人\"}",
		  "[{\"name\":\"李某\",\"kind\":\"自然人\"},{\"name\":\"罗某某\",\"kind\":\"自然人\"}]", "" },
		{ "{\"id\":\"P\",\"parties\":[\"李某\",\"甲公司\"],\"party_kind\":\"自然人+企业\","
		  "\"uscc\":\"92430181MA4PRHH5XA\"}",
		  "[{\"name\":\"李某\"},{\"name\":\"甲公司\"}]",
		  "【原文另载】统一社会信用代码（当事人未写明）：92430181MA4PRHH5XA；当事人类型：自然人+企业。" },
		{ "{\"id\":\"P\",\"party_name\":null,\"party_kind\":\"多户(18户)\"}", "",
		  "【原文另载】当事人类型：多户(18户)。" },
		{ "{\"id\":\"P\",\"party_name\":\"******有限公司\",\"party_kind\":\"\"}", "[{\"name\":\"******有限公司\"}]", "" },
		{ "{\"id\":\"P\",\"party_name\":\"/\"}", "[{\"name\":\"/\"}]", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct facts *f = mapped(cases[i].json);
		assert_string_equal(fact_text(f, FIELD_PARTIES), cases[i].parties);
		assert_string_equal(fact_text(f, FIELD_FACTS_TEXT), cases[i].summary);
	}
}

/* ---- words ---- */

static void test_source(void **state UNUSED)
{
	static const char *const cases[][2] = {
		{ "监督检查", "监督检查" }, { "专项检查", "监督检查" }, { "突击检查", "监督检查" },
		{ "权利人联合检查", "监督检查" }, { "抽检不合格后处理委托", "监督检查" }, { "投诉", "投诉" },
		{ "权利人投诉", "投诉" }, { "农户投诉", "投诉" }, { "举报", "举报" }, { "匿名举报", "举报" },
		{ "投诉举报", "举报" }, { "政府网站举报转刑案", "举报" }, { "其他部门移送（市知识产权局）", "其他部门移送" },
		{ "检察机关移送（不起诉后行政处理）", "其他部门移送" }, { "外地协助调查函", "其他部门移送" },
		{ "上级交办", "上级交办" }, { "市局督办", "上级交办" }, { "网络动态监测", "其他" }, { "线索", "其他" },
		{ "在办案件中发现", "其他" }, { "其他", "其他" }, { "", "其他" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(import_source_of(sv_of(cases[i][0])), cases[i][1]);
	struct facts *f = mapped("{\"id\":\"S\",\"clue_source\":\"权利人投诉\"}");
	assert_string_equal(fact_text(f, FIELD_SOURCE), "投诉");
	assert_string_equal(fact_text(f, FIELD_SOURCE_DETAIL), "权利人投诉");
	f = mapped("{\"id\":\"S\",\"clue_source\":\"监督检查\"}");
	assert_false(fact_has(f, FIELD_SOURCE_DETAIL));
}

static void test_campaign(void **state UNUSED)
{
	static const struct {
		const char *published;
		int64_t year;
		const char *code;
	} cases[] = {
		{ "春雷行动2023", 2023, "CHUNLEI-2023" }, { "红盾春雷行动2018", 2018, "CHUNLEI-2018" },
		{ "铁拳2019", 2020, "TIEQUAN-2019" },	  { "铁拳", 2023, "TIEQUAN-2023" },
		{ "“铁拳”行动", 2022, "TIEQUAN-2022" },	  { "铁拳", 0, NULL },
		{ "铁拳", 1999, NULL },			  { "剑网2024", 2024, NULL },
		{ "TIEQUAN-2021", 0, "TIEQUAN-2021" },	  { "", 2023, NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *code = import_campaign_of(&arena, map.campaigns, map.campaign_count,
						      sv_of(cases[i].published), cases[i].year);
		if (cases[i].code ? !code || strcmp(code, cases[i].code) != 0 : code != NULL)
			fail_msg("%s in %lld: %s", cases[i].published, (long long)cases[i].year, code ? code : "none");
	}
	struct facts *f = mapped("{\"id\":\"C\",\"campaign\":\"剑网2024\",\"campaign_suggested\":\"蓝天行动\",\"year\":2024}");
	assert_string_equal(fact_text(f, FIELD_CAMPAIGNS), "[\"剑网2024\"]");
	f = mapped("{\"id\":\"C\",\"campaign\":null,\"campaign_suggested\":\"蓝天行动\",\"year\":2024}");
	assert_false(fact_has(f, FIELD_CAMPAIGNS));
}

static void test_lists(void **state UNUSED)
{
	struct facts *f = mapped("{\"id\":\"L\",\"right_no\":[\"第3333018号\",\"ZL201120542158.3\",\"第3333018号\"],"
				 "\"legal_basis\":[\"商标法第五十七条第(三)项\",\"商标法第六十条第二款\"],"
				 "\"outcome\":[\"罚款\",\"没收\"],\"goods\":\"白酒\",\"goods_qty\":\"309盒\","
				 "\"approx\":[\"goods_value\"]}");

	assert_string_equal(fact_text(f, FIELD_RIGHT_NO), "[\"第3333018号\",\"ZL201120542158.3\"]");
	assert_string_equal(fact_text(f, FIELD_BASIS), "商标法第五十七条第(三)项；商标法第六十条第二款");
	assert_string_equal(fact_text(f, FIELD_OUTCOMES_PUBLISHED), "[\"罚款\",\"没收\"]");
	assert_string_equal(fact_text(f, FIELD_GOODS), "白酒（309盒）");
	assert_string_equal(fact_text(f, FIELD_FACTS_TEXT), "【原文另载】原文为约数的金额：goods_value。");
	f = mapped("{\"id\":\"L\",\"legal_basis\":[],\"outcome\":[],\"unknown\":{\"a\":[1,2]}}");
	assert_false(fact_has(f, FIELD_BASIS));
	assert_false(fact_has(f, FIELD_OUTCOMES_PUBLISHED));
}

/* 不能计算 is a value of its own, not zero and not "not published". */
static void test_uncomputable(void **state UNUSED)
{
	struct facts *f = mapped("{\"id\":\"U\",\"illegal_income\":\"不能计算\",\"fine\":0}");

	assert_true(fact_has(f, FIELD_INCOME));
	assert_true(f->at[FIELD_INCOME].num == MONEY_UNCOMPUTABLE);
	assert_true(fact_has(f, FIELD_FINE) && f->at[FIELD_FINE].num == 0);
}

/* ---- errors ---- */

static void test_errors(void **state UNUSED)
{
	static const struct {
		const char *json, *field, *rule;
	} cases[] = {
		{ "[]", "", "field-type" },
		{ "{}", "id", "required" },
		{ "{\"id\":null}", "id", "required" },
		{ "{\"id\":7}", "id", "field-type" },
		{ "{\"id\":\" \"}", "id", "text-empty" },
		{ "{\"id\":\"x\",\"year\":\"2023\"}", "year", "field-type" },
		{ "{\"id\":\"x\",\"year\":23}", "year", "out-of-range" },
		{ "{\"id\":\"x\",\"year\":2023.5}", "year", "not-an-integer" },
		{ "{\"id\":\"x\",\"fine\":\"5000\"}", "fine", "field-type" },
		{ "{\"id\":\"x\",\"fine\":-5}", "fine", "money-format" },
		{ "{\"id\":\"x\",\"fine\":0.005}", "fine", "money-format" },
		{ "{\"id\":\"x\",\"ip_type\":\"版权\"}", "ip_type", "not-in-list" },
		{ "{\"id\":\"x\",\"ip_type\":3}", "ip_type", "field-type" },
		{ "{\"id\":\"x\",\"decision_date\":\"2023-02-30\"}", "decision_date", "date-impossible" },
		{ "{\"id\":\"x\",\"decision_date\":\"2023-13\"}", "decision_date", "date-format" },
		{ "{\"id\":\"x\",\"decision_date\":\"2023年2月\"}", "decision_date", "date-format" },
		{ "{\"id\":\"x\",\"decision_date\":20230203}", "decision_date", "field-type" },
		{ "{\"id\":\"x\",\"decision_date\":\"2026-11-24\"}", "decision_date", "in-the-future" },
		{ "{\"id\":\"x\",\"outcome\":\"罚款\"}", "outcome", "field-type" },
		{ "{\"id\":\"x\",\"outcome\":[\"罚款\",3]}", "outcome[1]", "field-type" },
		{ "{\"id\":\"x\",\"parties\":{}}", "parties", "field-type" },
		{ "{\"id\":\"x\",\"parties\":[\"甲\",null]}", "parties[1]", "field-type" },
		{ "{\"id\":\"x\",\"party_name\":[\"甲\"]}", "party_name", "field-type" },
		{ "{\"id\":\"x\",\"uscc\":1}", "uscc", "field-type" },
		{ "{\"id\":\"x\",\"agency\":false}", "agency", "field-type" },
		{ "{\"id\":\"x\",\"facts\":[]}", NULL, NULL },
		{ "{\"id\":\"x\",\"facts\":{}}", "facts", "field-type" },
		{ "{\"id\":\"x\",\"facts\":\"a\\u0001b\"}", "facts", "text-control" },
		{ "{\"id\":\"x\",\"campaign\":5}", "campaign", "field-type" },
		{ "{\"id\":\"x\",\"clue_source\":true}", "clue_source", "field-type" },
		{ "{\"id\":\"x\",\"region\":5}", "region", "field-type" },
		{ "{\"id\":\"x\",\"transferred_to_police\":\"yes\"}", "transferred_to_police", "field-type" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct facts *facts = arena_new(&arena, struct facts);
		struct import_errors errors;
		bool good = import_map_facts(&arena, &map, parse(sv_of(cases[i].json)), facts, &errors);
		if (good != (cases[i].field == NULL))
			fail_msg("%s: %s", cases[i].json, good ? "accepted" : errors.at[0].message);
		if (good)
			continue;
		if (errors.count != 1 || strcmp(errors.at[0].field, cases[i].field) != 0 ||
		    strcmp(errors.at[0].rule, cases[i].rule) != 0)
			fail_msg("%s: %zu errors, %s %s %s", cases[i].json, errors.count, errors.at[0].field,
				 errors.at[0].rule, errors.at[0].message);
		assert_true(errors.at[0].message[0] != '\0');
	}
}

static void test_many_errors(void **state UNUSED)
{
	struct facts *facts = arena_new(&arena, struct facts);
	struct import_errors errors;
	const char *json = "{\"id\":\"x\",\"year\":1,\"fine\":\"a\",\"ip_type\":\"b\",\"goods_value\":[],\"filed_date\":1,"
			   "\"agency\":1,\"goods\":1,\"facts\":1,\"region\":1,\"uscc\":1,\"campaign\":1,\"outcome\":1}";

	assert_false(import_map_facts(&arena, &map, parse(sv_of(json)), facts, &errors));
	assert_int_equal(errors.count, IMPORT_ERRORS_MAX);
}

static void test_key_length(void **state UNUSED)
{
	struct str json = STR_INIT(4096);
	struct err err = ERR_INIT;

	for (int n = 120; n <= 121; n++) {
		str_reset(&json);
		str_append_cstr(&json, "{\"id\":\"");
		for (int i = 0; i < n; i++)
			str_append_cstr(&json, "案");
		str_append_cstr(&json, "\"}");
		const char *key = import_map_key(&arena, parse(sv_of(str_cstr(&json))), &err);
		assert_int_equal(key != NULL, n == 120);
	}
	assert_string_equal(err.field, "id");
	str_release(&json);
}

/* A summary of full length leaves no room for the notes; a note that cannot be shown is left out. */
static void test_notes_never_fail(void **state UNUSED)
{
	struct str json = STR_INIT(64 * 1024);

	str_append_cstr(&json, "{\"id\":\"n\",\"filed_date\":\"2024\",\"facts\":\"");
	for (int i = 0; i < 8000; i++)
		str_append_cstr(&json, "字");
	str_append_cstr(&json, "\"}");
	struct facts *f = mapped(str_cstr(&json));
	assert_int_equal(text_count_chars(sv_of(fact_text(f, FIELD_FACTS_TEXT))), 8000);
	str_release(&json);
	f = mapped("{\"id\":\"n\",\"party_name\":\"甲\",\"uscc\":\"9\\u0007\",\"facts\":\"乙\"}");
	assert_string_equal(fact_text(f, FIELD_FACTS_TEXT), "乙");
}

/* ---- the demonstration data ---- */

static void test_demonstration_rows(void **state UNUSED)
{
	struct sv text = read_file("schema/demo/real-cases.jsonl");
	size_t rows = 0, campaigns = 0, codes = 0;

	while (text.n > 0) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;
		struct facts *facts = arena_new(&arena, struct facts);
		struct import_errors errors;
		const struct json_value *row = parse((struct sv){ text.p, n });

		if (!import_map_facts(&arena, &map, row, facts, &errors))
			fail_msg("row %zu: %s: %s", rows + 1, errors.at[0].field, errors.at[0].message);
		rows++;
		campaigns += fact_has(facts, FIELD_CAMPAIGNS);
		assert_int_equal(fact_has(facts, FIELD_CAMPAIGNS), json_type(json_get(row, "campaign")) == JSON_STRING);
		codes += strstr(fact_text(facts, FIELD_PARTIES), "\"uscc\"") != NULL;
		assert_int_equal(fact_has(facts, FIELD_DECIDED_ON), json_string(json_get(row, "decision_date")).n == 10);
		assert_int_equal(fact_has(facts, FIELD_DISCOVERED_ON),
				 json_string(json_get(row, "discovery_date")).n == 10);
		assert_int_equal(fact_has(facts, FIELD_FINE), json_type(json_get(row, "fine")) == JSON_NUMBER);
		text.p += n + (end ? 1 : 0);
		text.n -= n + (end ? 1 : 0);
	}
	assert_int_equal(rows, 79);
	assert_int_equal(campaigns, 14);
	assert_int_equal(codes, 6); /* two of the eight published are masked or too short */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fen),
		cmocka_unit_test(test_amount_members),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_parties),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_campaign),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_uncomputable),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_many_errors),
		cmocka_unit_test(test_key_length),
		cmocka_unit_test(test_notes_never_fail),
		cmocka_unit_test(test_demonstration_rows),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

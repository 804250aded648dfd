/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Fields: what the strict decoder takes and refuses, the stored form, lists and parties. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "law/book.h"
#include "law/field.h"

static struct arena arena = ARENA_INIT(0);
static day_t today;

static int setup(void **state)
{
	(void)state;
	return day_from_ymd(2026, 9, 23, &today) ? 0 : 1;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static const struct json_value *parse(const char *text)
{
	struct json_doc *doc;
	struct err err = ERR_INIT;
	if (json_parse(&arena, sv_of(text), &doc, &err) != ERR_OK)
		fail_msg("%s: %s", text, err.message);
	return json_root(doc);
}

static struct fact decode(enum field field, const char *json)
{
	struct fact fact;
	struct err err = ERR_INIT;
	if (field_decode(&arena, NULL, field, parse(json), today, &fact, &err) != ERR_OK)
		fail_msg("%s %s: %s", field_info(field)->name, json, err.message);
	assert_true(fact.set);
	return fact;
}

static struct err refused(enum field field, const char *json)
{
	struct fact fact = { .num = 77 };
	struct err err = ERR_INIT;
	enum err_code code = field_decode(&arena, NULL, field, parse(json), today, &fact, &err);
	if (code != ERR_INVALID)
		fail_msg("%s %s: code %d", field_info(field)->name, json, (int)code);
	assert_int_equal(err.code, ERR_INVALID);
	assert_int_equal(fact.num, 77);
	assert_false(fact.set);
	if (!strstr(err.message, "“"))
		fail_msg("no label: %s", err.message);
	return err;
}

static void says(struct err err, const char *field, const char *rule, const char *part)
{
	assert_string_equal(err.field, field);
	assert_string_equal(err.rule, rule);
	if (!strstr(err.message, part))
		fail_msg("\"%s\" does not say \"%s\"", err.message, part);
}

static char *repeat(const char *unit, size_t n)
{
	size_t len = strlen(unit);
	char *text = arena_alloc(&arena, n * len + 3);
	text[0] = '"';
	for (size_t i = 0; i < n; i++)
		memcpy(text + 1 + i * len, unit, len);
	text[1 + n * len] = '"';
	return text;
}

static void test_table(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FIELD_COUNT; i++) {
		const struct field_info *info = field_info((enum field)i);
		enum field found;
		const char *words[1];
		bool choice = info->type == FIELD_TYPE_CHOICE || info->type == FIELD_TYPE_CHOICES;
		assert_true(field_by_name(sv_of(info->name), &found));
		assert_int_equal(found, i);
		assert_true(info->zh[0] != '\0');
		assert_true(field_type_name(info->type)[0] != '\0');
		if (choice && vocabulary_list(NULL, info->list, words, 1) != 1)
			fail_msg("no words for %s of %s", info->list, info->name);
		if (!choice)
			assert_string_equal(info->list, "");
		if (info->type == FIELD_TYPE_TEXT || info->type == FIELD_TYPE_DOCNO ||
		    info->type == FIELD_TYPE_INT)
			assert_true(info->max > 0);
	}
	enum field none;
	assert_false(field_by_name(SV("Title"), &none));
	assert_false(field_by_name(SV(""), &none));
	assert_int_equal(field_info(FIELD_REPORTER)->flags, FIELD_FLAG_PROTECTED);
	assert_int_equal(field_info(FIELD_REASON)->flags, FIELD_FLAG_TRANSIENT);
}

static void test_text(void **state)
{
	(void)state;
	assert_string_equal(decode(FIELD_TITLE, "\" 　某公司销售侵权商品案\\n\"").text,
			    "某公司销售侵权商品案");
	/* e + combining acute becomes one character */
	assert_string_equal(decode(FIELD_TITLE, "\"cafe\\u0301\"").text, "caf\xC3\xA9");
	assert_string_equal(decode(FIELD_NOTE, "\"一\\n\\t二\"").text, "一\n\t二");
	assert_string_equal(decode(FIELD_DOC_NO, "\"乐市监处罚〔2025〕12号\"").text,
			    "乐市监处罚〔2025〕12号");
	/* the limit counts characters, not bytes */
	assert_int_equal(strlen(decode(FIELD_CAUSE, repeat("案", 200)).text), 600);
	says(refused(FIELD_CAUSE, repeat("案", 201)), "fields.cause", "text-too-long",
	     "最多200个字，现有201个字");
	says(refused(FIELD_CAUSE, "\"\""), "fields.cause", "text-empty", "“案由”不能为空");
	says(refused(FIELD_CAUSE, "\" \\n　\""), "fields.cause", "text-empty", "不能为空");
	says(refused(FIELD_CAUSE, "\"a\\rb\""), "fields.cause", "text-control", "控制字符");
	says(refused(FIELD_CAUSE, "\"a\\u0007b\""), "fields.cause", "text-control", "控制字符");
	says(refused(FIELD_CAUSE, "\"a\\u007fb\""), "fields.cause", "text-control", "控制字符");
	says(refused(FIELD_CAUSE, "\"a\\u0085b\""), "fields.cause", "text-control", "控制字符");
	says(refused(FIELD_CAUSE, "12"), "fields.cause", "field-type",
	     "“案由”应为文字，收到的是数字");
	refused(FIELD_CAUSE, "null");
	refused(FIELD_CAUSE, "[\"a\"]");
	refused(FIELD_CAUSE, "{}");
}

static void test_dates(void **state)
{
	(void)state;
	char iso[11];
	day_format((day_t)decode(FIELD_DISCOVERED_ON, "\"2024-02-29\"").num, iso);
	assert_string_equal(iso, "2024-02-29");
	decode(FIELD_DISCOVERED_ON, "\"1980-01-01\"");
	decode(FIELD_DISCOVERED_ON, "\"2030-01-01\""); /* the future is for guards */
	says(refused(FIELD_DISCOVERED_ON, "\"2026-02-29\""), "fields.discovered_on",
	     "date-impossible", "2026-02-29：没有这一天");
	says(refused(FIELD_DISCOVERED_ON, "\"1979-12-31\""), "fields.discovered_on",
	     "date-too-early", "1979-12-31");
	static const char *const wrong[] = {
		"\"2026-9-3\"",         "\"20260903\"", "\"2026年9月3日\"",   "\" 2026-09-03\"",
		"\"2026-09-03T00:00\"", "\"\"",         "\"２０２６-09-03\"",
	};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_string_equal(refused(FIELD_DISCOVERED_ON, wrong[i]).rule, "date-format");
	says(refused(FIELD_DISCOVERED_ON, "20260903"), "fields.discovered_on", "field-type",
	     "收到的是数字");
	refused(FIELD_DISCOVERED_ON, "null");
}

static void test_bool_and_int(void **state)
{
	(void)state;
	assert_int_equal(decode(FIELD_URGENT, "true").num, 1);
	assert_int_equal(decode(FIELD_URGENT, "false").num, 0);
	static const char *const no_bool[] = { "1", "0", "\"true\"", "\"是\"", "null", "[]" };
	for (size_t i = 0; i < ARRAY_LEN(no_bool); i++)
		assert_string_equal(refused(FIELD_URGENT, no_bool[i]).rule, "field-type");

	assert_int_equal(decode(FIELD_DAYS, "0").num, 0);
	assert_int_equal(decode(FIELD_DAYS, "3650").num, 3650);
	says(refused(FIELD_DAYS, "3651"), "fields.days", "out-of-range", "0至3650");
	says(refused(FIELD_DAYS, "-1"), "fields.days", "out-of-range", "-1");
	says(refused(FIELD_DAYS, "1.5"), "fields.days", "not-an-integer", "1.5");
	says(refused(FIELD_DAYS, "1e2"), "fields.days", "not-an-integer", "1e2");
	says(refused(FIELD_DAYS, "99999999999999999999"), "fields.days", "not-an-integer", "999");
	says(refused(FIELD_DAYS, "\"5\""), "fields.days", "field-type", "应为整数，收到的是字符串");
}

static void test_money(void **state)
{
	(void)state;
	assert_int_equal(decode(FIELD_FINE, "2000000").num, 2000000);
	assert_int_equal(decode(FIELD_FINE, "\"2000050\"").num, 2000050);
	assert_int_equal(decode(FIELD_FINE, "0").num, 0);
	assert_int_equal(decode(FIELD_FINE, "\"0\"").num, 0);
	assert_true(decode(FIELD_FINE, "1000000000000000").num == INT64_C(1000000000000000));
	assert_true(decode(FIELD_INCOME, "\"不能计算\"").num == MONEY_UNCOMPUTABLE);
	says(refused(FIELD_FINE, "1000000000000001"), "fields.fine_fen", "money-too-large",
	     "1000000000000001");
	static const char *const wrong[] = {
		"-1",   "\"-1\"", "1.5",     "\"1.5\"", "1e3",           "\"007\"",
		"\"\"", "\" 5\"", "\"5元\"", "\"２\"",  "\"不能计算 \"", "\"99999999999999999999\"",
		"-0",
	};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		says(refused(FIELD_FINE, wrong[i]), "fields.fine_fen", "money-format", "不能计算");
	assert_string_equal(refused(FIELD_FINE, "true").rule, "field-type");
	assert_string_equal(refused(FIELD_FINE, "null").rule, "field-type");
}

static void test_choices(void **state)
{
	(void)state;
	assert_string_equal(decode(FIELD_SOURCE, "\"投诉\"").text, "投诉");
	/* typed with other widths: kept in the spelling of the list */
	assert_string_equal(decode(FIELD_OUTCOME, "\"不予行政处罚(轻微)\"").text,
			    "不予行政处罚（轻微）");
	struct err err = refused(FIELD_SOURCE, "\"听说\"");
	says(err, "fields.source", "not-in-list", "没有“听说”这一项");
	says(err, "fields.source", "not-in-list",
	     "监督检查、投诉、举报、其他部门移送、上级交办、其他");
	assert_null(strstr(err.message, "等"));
	/* twelve words: ten are shown */
	says(refused(FIELD_OFFENCE, "\"TM\""), "fields.offence", "not-in-list", "COPY_SALE等");
	assert_string_equal(refused(FIELD_SOURCE, "1").rule, "field-type");
	assert_string_equal(refused(FIELD_SOURCE, "\"\"").rule, "text-empty");

	static const struct word extra[] = { { "案件来源", "网络监测" } };
	struct vocabulary words = { .words = extra, .count = 1 };
	struct fact fact;
	assert_int_equal(field_decode(&arena, &words, FIELD_SOURCE, parse("\"网络监测\""), today,
				      &fact, NULL),
			 ERR_OK);
	refused(FIELD_SOURCE, "\"网络监测\"");

	assert_string_equal(decode(FIELD_PENALTY_KINDS, "[\"罚款\", \"警告\"]").text,
			    "[\"罚款\",\"警告\"]");
	says(refused(FIELD_PENALTY_KINDS, "[\"罚款\",\"罚金\"]"), "fields.penalty_kinds[1]",
	     "not-in-list", "罚金");
	says(refused(FIELD_PENALTY_KINDS, "[\"罚款\",\"罚款\"]"), "fields.penalty_kinds[1]",
	     "list-double", "罚款");
	says(refused(FIELD_PENALTY_KINDS, "[]"), "fields.penalty_kinds", "list-empty", "至少");
	says(refused(FIELD_PENALTY_KINDS, "\"罚款\""), "fields.penalty_kinds", "field-type",
	     "应为列表");
	says(refused(FIELD_PENALTY_KINDS, "[1]"), "fields.penalty_kinds[0]", "field-type", "数字");
}

static void test_lists(void **state)
{
	(void)state;
	struct facts facts = { 0 };
	facts.at[FIELD_TAGS] =
		decode(FIELD_TAGS, "[\"a\\\"b\", \" 农,资 \", \"[x]\", \"线\\n下\\t\\\\\"]");
	assert_string_equal(fact_text(&facts, FIELD_TAGS),
			    "[\"a\\\"b\",\"农,资\",\"[x]\",\"线\\n下\\t\\\\\"]");
	assert_int_equal(fact_list_count(&facts, FIELD_TAGS), 4);
	assert_true(fact_list_has(&facts, FIELD_TAGS, "a\"b"));
	assert_true(fact_list_has(&facts, FIELD_TAGS, "农,资"));
	assert_true(fact_list_has(&facts, FIELD_TAGS, "线\n下\t\\"));
	assert_false(fact_list_has(&facts, FIELD_TAGS, "农"));
	assert_false(fact_list_has(&facts, FIELD_TAGS, "农,资x"));
	assert_false(fact_list_has(&facts, FIELD_TAGS, ""));
	assert_false(fact_list_has(&facts, FIELD_TAGS, ","));
	assert_false(fact_list_has(&facts, FIELD_CAMPAIGNS, "a"));
	assert_int_equal(fact_list_count(&facts, FIELD_CAMPAIGNS), 0);
	fact_set_text(&facts, FIELD_CAMPAIGNS, "[]");
	assert_int_equal(fact_list_count(&facts, FIELD_CAMPAIGNS), 0);

	says(refused(FIELD_CAMPAIGNS, "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]"),
	     "fields.campaigns", "list-too-long", "最多8项，现有9项");
	says(refused(FIELD_TAGS, "[\"a\",\" a\"]"), "fields.tags[1]", "list-double", "a");
	says(refused(FIELD_TAGS, "[\"a\",\"\"]"), "fields.tags[1]", "text-empty", "不能为空");
}

static void test_accounts_and_matters(void **state)
{
	(void)state;
	struct fact fact = decode(FIELD_OFFICER, "\"wang.li_2-x\"");
	assert_string_equal(fact.text, "wang.li_2-x");
	assert_int_equal(fact.num, 0);
	static const char *const names[] = { "\"\"", "\"Wang\"", "\"王\"", "\"a b\"", "\" a\"" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_string_equal(refused(FIELD_OFFICER, names[i]).rule, "account-name");
	decode(FIELD_OFFICER, repeat("a", 40));
	refused(FIELD_OFFICER, repeat("a", 41));
	assert_string_equal(refused(FIELD_OFFICER, "{\"id\":\"1\",\"name\":\"a\"}").rule,
			    "field-type");

	assert_true(decode(FIELD_TARGET, "\"9223372036854775807\"").num == INT64_MAX);
	static const char *const ids[] = { "\"0\"",   "\"-1\"", "\"01\"",
					   "\"1.0\"", "\"\"",   "\"9223372036854775808\"" };
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		assert_string_equal(refused(FIELD_TARGET, ids[i]).rule, "matter-id");
	assert_string_equal(refused(FIELD_TARGET, "12").rule, "field-type");
	assert_string_equal(refused(FIELD_CARRIED, "{}").rule, "not-from-outside");
}

static void test_parties(void **state)
{
	(void)state;
	struct facts facts = { 0 };
	struct party party;
	assert_int_equal(parties_count(&facts), 0);
	assert_false(parties_first(&arena, &facts, &party));

	facts.at[FIELD_PARTIES] = decode(
		FIELD_PARTIES,
		"[{\"phone\":\"0310-1234567\",\"name\":\" 某市,某公司[甲]{乙} \",\"uscc\":\"９１350100M000100Y43\","
		"\"kind\":\"企业\",\"address\":\"\\\"某\\\"路1号\"},"
		"{\"name\":\"某甲\",\"id_number\":\"11010519491231002x\"},"
		"{\"name\":\"某乙\",\"kind\":\"自然人（无照）\",\"role\":\"经营者\",\"representative\":\"无\"}]");
	assert_string_equal(
		fact_text(&facts, FIELD_PARTIES),
		"[{\"name\":\"某市,某公司[甲]{乙}\",\"kind\":\"企业\",\"uscc\":\"91350100M000100Y43\","
		"\"address\":\"\\\"某\\\"路1号\",\"phone\":\"0310-1234567\"},"
		"{\"name\":\"某甲\",\"id_number\":\"11010519491231002X\"},"
		"{\"name\":\"某乙\",\"kind\":\"自然人(无照)\",\"role\":\"经营者\",\"representative\":\"无\"}]");
	assert_int_equal(parties_count(&facts), 3);
	assert_int_equal(fact_list_count(&facts, FIELD_PARTIES), 3);
	assert_true(parties_first(&arena, &facts, &party));
	assert_string_equal(party.name, "某市,某公司[甲]{乙}");
	assert_string_equal(party.uscc, "91350100M000100Y43");
	assert_string_equal(party.id_number, "");
	assert_string_equal(party.address, "\"某\"路1号");
	assert_false(party.natural);

	struct party all[5];
	assert_int_equal(parties_list(&arena, &facts, all, 5), 3);
	assert_true(all[1].natural);
	assert_string_equal(all[1].id_number, "11010519491231002X");
	assert_string_equal(all[1].kind, "");
	assert_true(all[2].natural);
	assert_string_equal(all[2].role, "经营者");
	assert_int_equal(parties_list(&arena, &facts, all, 2), 2);
}

static void test_goods(void **state)
{
	struct facts facts = { 0 };
	struct goods_line lines[4];
	(void)state;

	facts.at[FIELD_GOODS_LIST] = decode(FIELD_GOODS_LIST,
		"[{\"quantity\":12,\"name\":\" 白酒 \",\"item\":\"1\",\"unit\":\"瓶\"},"
		"{\"item\":\"2\",\"name\":\"包装箱\",\"quantity\":3,\"handed\":2,\"reason\":\"破损\"}]");
	assert_string_equal(fact_text(&facts, FIELD_GOODS_LIST),
			    "[{\"item\":\"1\",\"name\":\"白酒\",\"unit\":\"瓶\",\"quantity\":12},"
			    "{\"item\":\"2\",\"name\":\"包装箱\",\"quantity\":3,\"handed\":2,\"reason\":\"破损\"}]");
	assert_int_equal(fact_list_count(&facts, FIELD_GOODS_LIST), 2);
	assert_int_equal(goods_lines(&arena, &facts, FIELD_GOODS_LIST, lines, 4), 2);
	assert_string_equal(lines[0].item, "1");
	assert_string_equal(lines[0].reason, "");
	assert_int_equal(lines[0].quantity, 12);
	assert_int_equal(lines[0].handed, GOODS_UNKNOWN);
	assert_int_equal(lines[1].handed, 2);
	assert_int_equal(goods_lines(&arena, &facts, FIELD_GOODS_LIST, lines, 1), 1);
	assert_int_equal(goods_lines(&arena, &facts, FIELD_GOODS_HANDED, lines, 4), 0);

	says(refused(FIELD_GOODS_LIST, "[{\"name\":\"a\",\"quantity\":1}]"), "fields.goods_list[0].item", "required", "必须填写");
	says(refused(FIELD_GOODS_LIST, "[{\"item\":\"1\",\"quantity\":1}]"), "fields.goods_list[0].name", "required", "必须填写");
	says(refused(FIELD_GOODS_LIST, "[{\"item\":\"1\",\"name\":\"a\"}]"), "fields.goods_list[0].quantity", "required", "必须填写");
	says(refused(FIELD_GOODS_LIST, "[{\"item\":\"1\",\"name\":\"a\",\"quantity\":\"1\"}]"), "fields.goods_list[0].quantity",
	     "field-type", "整数");
	says(refused(FIELD_GOODS_LIST, "[{\"item\":\"1\",\"name\":\"a\",\"quantity\":-1}]"), "fields.goods_list[0].quantity",
	     "out-of-range", "-1");
	says(refused(FIELD_GOODS_LIST, "[{\"item\":\"1\",\"name\":\"a\",\"quantity\":1,\"price\":2}]"), "fields.goods_list[0].price",
	     "unknown-field", "quantity");
	says(refused(FIELD_GOODS_LIST, "[{\"item\":\"1\",\"name\":\"a\",\"quantity\":1},{\"item\":\" 1\",\"name\":\"b\",\"quantity\":1}]"),
	     "fields.goods_list", "double-item", "重复");
	says(refused(FIELD_GOODS_LIST, "[]"), "fields.goods_list", "list-empty", "至少");
	says(refused(FIELD_GOODS_LIST, "[\"白酒\"]"), "fields.goods_list[0]", "field-type", "item");
}

static void test_parties_refused(void **state)
{
	(void)state;
	says(refused(FIELD_PARTIES,
		     "[{\"name\":\"a\"},{\"name\":\"b\",\"uscc\":\"91350100M000100Y44\"}]"),
	     "fields.parties[1].uscc", "uscc-check", "“");
	says(refused(FIELD_PARTIES, "[{\"name\":\"a\",\"id_number\":\"110105194912310021\"}]"),
	     "fields.parties[0].id_number", "citizen-check", "“");
	says(refused(FIELD_PARTIES, "[{\"kind\":\"企业\"}]"), "fields.parties[0].name", "required",
	     "必须填写");
	says(refused(FIELD_PARTIES, "[{\"name\":\"a\",\"Name\":\"b\"}]"), "fields.parties[0].Name",
	     "unknown-field", "没有“Name”这一字段");
	says(refused(FIELD_PARTIES, "[{\"name\":\"a\",\"kind\":\"公司\"}]"),
	     "fields.parties[0].kind", "not-in-list", "没有“公司”这一项");
	says(refused(FIELD_PARTIES, "[{\"name\":\"a\",\"phone\":13}]"), "fields.parties[0].phone",
	     "field-type", "“联系电话”应为文字");
	says(refused(FIELD_PARTIES, "[{\"name\":\"a\",\"uscc\":\"\"}]"), "fields.parties[0].uscc",
	     "text-empty", "不能为空");
	says(refused(FIELD_PARTIES, "[{\"name\":\"a\",\"uscc\":null}]"), "fields.parties[0].uscc",
	     "field-type", "空值");
	says(refused(FIELD_PARTIES, "[\"某公司\"]"), "fields.parties[0]", "field-type", "应为对象");
	says(refused(FIELD_PARTIES, "{\"name\":\"a\"}"), "fields.parties", "field-type",
	     "应为列表");
	says(refused(FIELD_PARTIES, "[]"), "fields.parties", "list-empty", "至少");

	struct str many = STR_INIT(10000);
	str_append_cstr(&many, "[{\"name\":\"a\"}");
	for (int i = 0; i < 50; i++)
		str_append_cstr(&many, ",{\"name\":\"a\"}");
	str_append_cstr(&many, "]");
	says(refused(FIELD_PARTIES, str_cstr(&many)), "fields.parties", "list-too-long", "51项");
	str_release(&many);

	/* an unknown key as long as a hostile client likes */
	char *key = repeat("长", 500);
	const char *json = arena_printf(&arena, "[{\"name\":\"a\",%s:1}]", key);
	assert_string_equal(refused(FIELD_PARTIES, json).rule, "unknown-field");
}

static void test_decode_object(void **state)
{
	(void)state;
	static const enum field allowed[] = { FIELD_REASON, FIELD_OFFICER };
	struct facts facts;
	struct err err = ERR_INIT;
	const struct json_value *v = parse("{\"officer\":\"a\",\"reason\":\"r\"}");
	memset(&facts, 0xAB, sizeof(facts));
	assert_int_equal(field_decode_object(&arena, NULL, v, allowed, 2, today, &facts, &err),
			 ERR_OK);
	assert_true(fact_is(&facts, FIELD_REASON, "r"));
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		assert_int_equal(facts.at[i].set, i == FIELD_REASON || i == FIELD_OFFICER);
	assert_int_equal(field_decode_object(&arena, NULL, parse("{}"), NULL, 0, today, &facts,
					     &err),
			 ERR_OK);

	/* a field of another act, and one that does not exist */
	static const char *const wrong[] = { "{\"reason\":\"r\",\"title\":\"t\"}",
					     "{\"titel\":\"t\"}" };
	static const char *const names[] = { "fields.title", "fields.titel" };
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(field_decode_object(&arena, NULL, parse(wrong[i]), allowed, 2,
						     today, &facts, &err),
				 ERR_INVALID);
		says(err, names[i], "unknown-field", "没有字段");
		assert_string_equal(err.detail, "可用的字段：reason、officer。");
	}
	assert_int_equal(field_decode_object(&arena, NULL, parse("[]"), allowed, 2, today, &facts,
					     &err),
			 ERR_INVALID);
	says(err, "fields", "field-type", "收到的是");
	assert_int_equal(field_decode_object(&arena, NULL, NULL, allowed, 2, today, &facts, NULL),
			 ERR_INVALID);
	/* error in a member, nothing told */
	assert_int_equal(field_decode_object(&arena, NULL, parse("{\"reason\":1}"), allowed, 2,
					     today, &facts, NULL),
			 ERR_INVALID);
}

static void test_setters(void **state)
{
	(void)state;
	struct facts f = { 0 };
	fact_set_num(&f, FIELD_DECIDED_ON, today);
	assert_int_equal(fact_day(&f, FIELD_DECIDED_ON), today);
	fact_set_num(&f, FIELD_DECIDED_ON, DAY_NONE);
	assert_false(fact_has(&f, FIELD_DECIDED_ON));
	fact_set_text(&f, FIELD_OFFICER, "a");
	fact_set_num(&f, FIELD_OFFICER, 12);
	assert_string_equal(fact_text(&f, FIELD_OFFICER), "a");
	assert_int_equal(fact_num(&f, FIELD_OFFICER), 12);
	fact_set_num(&f, FIELD_INCOME, MONEY_UNCOMPUTABLE);
	assert_int_equal(fact_money(&f, FIELD_INCOME), 0);
	fact_set_text(&f, FIELD_GROUND, "C1");
	assert_true(fact_is(&f, FIELD_GROUND, "C1"));
	fact_set_text(&f, FIELD_GROUND, NULL);
	assert_false(fact_is(&f, FIELD_GROUND, "C1"));
	assert_false(fact_is(&f, FIELD_GROUND, ""));
	fact_clear(&f, FIELD_INCOME);
	assert_false(fact_has(&f, FIELD_INCOME));
}

static const char *written(const struct facts *facts)
{
	CLEANUP(str_release) struct str out = STR_INIT(1 << 20);
	struct json_writer w;
	json_writer_init(&w, &out);
	facts_write(&w, facts);
	assert_true(json_writer_ok(&w));
	return arena_strndup(&arena, out.p, out.len);
}

static void test_stored_form(void **state)
{
	(void)state;
	struct facts f = { 0 }, again;
	assert_string_equal(written(&f), "{}");
	fact_set_text(&f, FIELD_SOURCE, "投诉");
	fact_set_num(&f, FIELD_DISCOVERED_ON, today);
	fact_set_num(&f, FIELD_SAFETY_HARM, 0);
	fact_set_text(&f, FIELD_TITLE, "a\"\n\\");
	fact_set_text(&f, FIELD_TAGS, "[\"x\",\"y\"]");
	fact_set_text(&f, FIELD_PARTIES, "[{\"name\":\"a\"}]");
	fact_set_num(&f, FIELD_OFFICER, 12);
	fact_set_text(&f, FIELD_OFFICER, "li");
	fact_set_num(&f, FIELD_TARGET, INT64_MAX);
	fact_set_num(&f, FIELD_DAYS, 30);
	fact_set_num(&f, FIELD_TURNOVER, 5);
	fact_set_num(&f, FIELD_INCOME, MONEY_UNCOMPUTABLE);
	fact_set_num(&f, FIELD_FINE, INT64_C(1000000000000000));
	fact_set_text(&f, FIELD_CARRIED, "{\"a\":[1,null]}");
	static const char expected[] =
		"{\"source\":\"投诉\",\"discovered_on\":\"2026-09-23\",\"safety_harm\":false,"
		"\"title\":\"a\\\"\\n\\\\\",\"tags\":[\"x\",\"y\"],\"parties\":[{\"name\":\"a\"}],"
		"\"officer\":{\"id\":\"12\",\"name\":\"li\"},\"target\":\"9223372036854775807\",\"days\":30,"
		"\"illegal_turnover_fen\":\"5\",\"illegal_income_fen\":\"不能计算\","
		"\"fine_fen\":\"1000000000000000\",\"carried\":{\"a\":[1,null]}}";
	assert_string_equal(written(&f), expected);
	assert_int_equal(facts_read(&arena, parse(expected), &again, NULL), ERR_OK);
	assert_string_equal(written(&again), expected);
	assert_int_equal(fact_num(&again, FIELD_OFFICER), 12);
	assert_string_equal(fact_text(&again, FIELD_OFFICER), "li");

	/* the decoder takes what the writer wrote, but for accounts and JSON */
	for (const struct json_value *v = json_first(parse(expected)); v; v = json_next(v)) {
		enum field field;
		struct fact fact;
		assert_true(field_by_name(json_name(v), &field));
		if (field == FIELD_OFFICER || field == FIELD_CARRIED)
			continue;
		assert_int_equal(field_decode(&arena, NULL, field, v, today, &fact, NULL), ERR_OK);
		assert_true(fact.num == f.at[field].num);
		if (f.at[field].text)
			assert_string_equal(fact.text, f.at[field].text);
	}
}

static void test_stored_wrong(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"[]",
		"null",
		"{\"nosuch\":1}",
		"{\"source\":1}",
		"{\"discovered_on\":\"2026-02-30\"}",
		"{\"discovered_on\":null}",
		"{\"safety_harm\":1}",
		"{\"fine_fen\":5}",
		"{\"fine_fen\":\"x\"}",
		"{\"officer\":\"li\"}",
		"{\"officer\":{\"id\":\"1\"}}",
		"{\"officer\":{\"id\":1,\"name\":\"x\"}}",
		"{\"officer\":{\"id\":\"1\",\"name\":\"x\",\"y\":1}}",
		"{\"officer\":{\"id\":\"1\",\"name\":null}}",
		"{\"tags\":\"x\"}",
		"{\"parties\":{}}",
		"{\"target\":5}",
		"{\"days\":\"5\"}",
		"{\"fine_fen\":\"-9223372036854775808\"}",
	};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct facts facts;
		struct err err = ERR_INIT;
		if (facts_read(&arena, parse(wrong[i]), &facts, &err) != ERR_INTERNAL)
			fail_msg("%s was read", wrong[i]);
		assert_int_equal(err.code, ERR_INTERNAL);
	}
}

/* Past the arena's cap every decoder and reader fails, none dies. */
static void test_small_arena(void **state)
{
	(void)state;
	const struct json_value *v =
		parse("{\"parties\":[{\"name\":\"某公司\",\"kind\":\"企业\"}],"
		      "\"tags\":[\"农资\",\"家电\"],\"title\":\"某某案\",\"source\":\"投诉\"}");
	static const enum field allowed[] = { FIELD_PARTIES, FIELD_TAGS, FIELD_TITLE,
					      FIELD_SOURCE };
	bool worked = false;
	for (size_t cap = 64; cap < 200000 && !worked; cap += 640) {
		struct arena small = ARENA_INIT(cap);
		struct facts facts;
		struct err err = ERR_INIT;
		enum err_code code =
			field_decode_object(&small, NULL, v, allowed, 4, today, &facts, &err);
		if (code == ERR_OK)
			code = facts_read(&small, parse(written(&facts)), &facts, &err);
		worked = code == ERR_OK;
		if (!worked && code != ERR_TOO_LARGE)
			fail_msg("cap %zu: %d %s", cap, (int)code, err.message);
		arena_fini(&small);
	}
	assert_true(worked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),         cmocka_unit_test(test_text),
		cmocka_unit_test(test_dates),         cmocka_unit_test(test_bool_and_int),
		cmocka_unit_test(test_money),         cmocka_unit_test(test_choices),
		cmocka_unit_test(test_lists),         cmocka_unit_test(test_accounts_and_matters),
		cmocka_unit_test(test_parties),       cmocka_unit_test(test_goods), cmocka_unit_test(test_parties_refused),
		cmocka_unit_test(test_decode_object), cmocka_unit_test(test_setters),
		cmocka_unit_test(test_stored_form),   cmocka_unit_test(test_stored_wrong),
		cmocka_unit_test(test_small_arena),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

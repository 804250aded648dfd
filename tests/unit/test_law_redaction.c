/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Cuts, the text rebuilt without them, what must be found, and the guard. Citizen numbers are the standard's sample,
 * or of a region that does not exist (00). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "law/redaction.h"
#include "law/redaction_internal.h"
#include "law_walk.h"

static struct arena arena = ARENA_INIT(0);

static int teardown(void **state)
{
	(void)state;
	arena_reset(&arena);
	return 0;
}

/* ---- cuts ---- */

static enum err_code read(const char *json, struct redaction_cuts *ret, struct err *err)
{
	*err = (struct err)ERR_INIT;
	return redaction_read(&arena, sv_of(json), ret, err);
}

static void test_classes(void **state)
{
	enum redaction_class c;
	(void)state;

	for (size_t i = 0; i < REDACTION_CLASS_COUNT; i++) {
		const struct redaction_info *info = redaction_info((enum redaction_class)i);
		assert_true(redaction_by_code(sv_of(info->code), &c) && (size_t)c == i);
		assert_true(redaction_by_code(sv_of(info->zh), &c) && (size_t)c == i);
		assert_true(info->mark[0] && info->article[0]);
	}
	assert_false(redaction_by_code(SV("whim"), &c));
	/* What screens offer is this very list. */
	struct law_book book;
	const char *words[32];
	walk_book(&book, &arena);
	assert_int_equal(vocabulary_list(&book.vocabulary, "公示删节理由", words, ARRAY_LEN(words)), REDACTION_CLASS_COUNT);
	for (size_t i = 0; i < REDACTION_CLASS_COUNT; i++)
		assert_string_equal(words[i], redaction_info((enum redaction_class)i)->zh);
	/* A mark that differs would tell who reported, and who is a minor. */
	assert_string_equal(redaction_info(REDACTION_REPORTER)->mark, redaction_info(REDACTION_NAME)->mark);
	assert_string_equal(redaction_info(REDACTION_MINOR)->mark, redaction_info(REDACTION_NAME)->mark);
}

static void test_read_and_write(void **state)
{
	struct redaction_cuts cuts;
	struct str out = STR_INIT(4096);
	struct json_writer w;
	struct err err;
	(void)state;

	assert_int_equal(read("", &cuts, &err), ERR_OK);
	assert_int_equal(cuts.count, 0);
	assert_int_equal(read("[]", &cuts, &err), ERR_OK);
	assert_int_equal(read("[{\"len\":3,\"at\":9,\"code\":\"自然人住址\"},{\"at\":0,\"len\":6,\"code\":\"name\",\"note\":\"证人\"}]",
			      &cuts, &err),
			 ERR_OK);
	assert_int_equal(cuts.count, 2);
	json_writer_init(&w, &out);
	redaction_write(&w, &cuts);
	assert_true(json_writer_ok(&w));
	assert_string_equal(str_cstr(&out), "[{\"at\":0,\"len\":6,\"code\":\"name\",\"note\":\"证人\"},"
					    "{\"at\":9,\"len\":3,\"code\":\"home_address\",\"note\":\"\"}]");
	str_release(&out);
}

static void test_read_refuses(void **state)
{
	static const struct {
		const char *json, *rule, *field;
	} bad[] = {
		{ "{}", "redaction-form", "fields.cuts" },
		{ "[1]", "redaction-form", "fields.cuts[0]" },
		{ "[{\"at\":-1,\"len\":1,\"code\":\"name\"}]", "redaction-form", "fields.cuts[0].at" },
		{ "[{\"at\":1.5,\"len\":1,\"code\":\"name\"}]", "redaction-form", "fields.cuts[0].at" },
		{ "[{\"at\":1,\"len\":0,\"code\":\"name\"}]", "redaction-form", "fields.cuts[0].len" },
		{ "[{\"at\":1,\"len\":1,\"code\":\"name\",\"note\":1}]", "redaction-form", "fields.cuts[0].note" },
		{ "[{\"at\":1,\"len\":1,\"code\":\"name\",\"by\":1}]", "redaction-form", "fields.cuts[0]" },
		{ "[{\"at\":1,\"len\":1,\"code\":\"name\"},{\"at\":2,\"len\":1,\"code\":\"whim\"}]", "redaction-code",
		  "fields.cuts[1].code" },
		{ "[{\"at\":1,\"len\":1}]", "redaction-code", "fields.cuts[0].code" },
	};
	struct redaction_cuts cuts;
	struct err err;
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(read(bad[i].json, &cuts, &err), ERR_INVALID);
		assert_string_equal(err.rule, bad[i].rule);
		assert_string_equal(err.field, bad[i].field);
	}
	assert_int_equal(read("[", &cuts, &err), ERR_MALFORMED);
}

/* ---- check and apply ---- */

static enum err_code check(const char *text, struct redaction_cut *items, size_t n, const struct redaction_items *six,
			   struct redaction_cuts *ret, struct err *err)
{
	*err = (struct err)ERR_INIT;
	*ret = (struct redaction_cuts){ items, n };
	return redaction_check(&arena, sv_of(text), ret, six, err);
}

static void assert_refused(const char *text, struct redaction_cut *items, size_t n, const char *rule)
{
	struct redaction_cuts cuts;
	struct err err;

	assert_int_equal(check(text, items, n, NULL, &cuts, &err), ERR_INVALID);
	assert_string_equal(err.rule, rule);
}

static void test_check_places(void **state)
{
	const char *text = "证人张三称：e\u0301x";
	struct redaction_cut one[2] = { { .at = 6, .len = 6, .why = REDACTION_NAME } };
	struct redaction_cuts cuts;
	struct err err;
	(void)state;

	assert_int_equal(check(text, one, 1, NULL, &cuts, &err), ERR_OK);
	assert_int_equal(check(text, one, 0, NULL, &cuts, &err), ERR_OK);
	assert_refused("", one, 0, "redaction-text");
	assert_refused("\xff", one, 0, "redaction-text");
	one[0].len = 1000;
	assert_refused(text, one, 1, "redaction-range");
	one[0] = (struct redaction_cut){ .at = SIZE_MAX - 2, .len = 6 };
	assert_refused(text, one, 1, "redaction-range");
	one[0] = (struct redaction_cut){ .at = 6, .len = 0 };
	assert_refused(text, one, 1, "redaction-range");
	one[0] = (struct redaction_cut){ .at = 7, .len = 5 };
	assert_refused(text, one, 1, "redaction-character");
	one[0] = (struct redaction_cut){ .at = 6, .len = 5 };
	assert_refused(text, one, 1, "redaction-character");
	one[0] = (struct redaction_cut){ .at = 18, .len = 1 }; /* e without its accent */
	assert_refused(text, one, 1, "redaction-character");
	one[0] = (struct redaction_cut){ .at = 9, .len = 3 };
	one[1] = (struct redaction_cut){ .at = 6, .len = 6 };
	assert_refused(text, one, 2, "redaction-overlap");
	one[0] = (struct redaction_cut){ .at = 0, .len = strlen(text) };
	assert_refused(text, one, 1, "redaction-all");
	/* Side by side is fine, in any order; they come back sorted. */
	one[0] = (struct redaction_cut){ .at = 9, .len = 3 };
	one[1] = (struct redaction_cut){ .at = 6, .len = 3 };
	assert_int_equal(check(text, one, 2, NULL, &cuts, &err), ERR_OK);
	assert_int_equal(cuts.items[0].at, 6);
}

static size_t place(const char *text, const char *part)
{
	const char *at = strstr(text, part);
	assert_non_null(at);
	return (size_t)(at - text);
}

static void test_check_items(void **state)
{
	static const char *const parties[] = { "乐至县某某副食店", NULL };
	const char *text = "样市监处罚〔2026〕12号\n当事人：乐至县某某副食店。经营者张三。当事人销售侵权商品，"
			   "罚款２０００元。\n样县市场监督管理局\n二〇二六年九月二十三日";
	struct redaction_items six = { .decision_no = "样市监处罚[2026]12号", .parties = parties, .penalty = "罚款2000元",
				       .violation = "销售侵权商品", .organ = "样县市场监督管理局" };
	const char *const removed[] = { "〔2026〕12号", "乐至县", "２０００", "侵权", "局", "九月" };
	struct redaction_cut cut = { .at = place(text, "张三"), .len = 6, .why = REDACTION_NAME };
	struct redaction_cuts cuts;
	struct err err;
	(void)state;

	assert_true(day_from_ymd(2026, 9, 23, &six.decided_on));
	assert_int_equal(check(text, &cut, 1, &six, &cuts, &err), ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(removed); i++) {
		cut = (struct redaction_cut){ .at = place(text, removed[i]), .len = strlen(removed[i]) };
		assert_int_equal(check(text, &cut, 1, &six, &cuts, &err), ERR_INVALID);
		assert_string_equal(err.rule, "redaction-item");
		assert_string_equal(err.field, "fields.cuts[0]");
	}
	/* What stands in a second place may go from the first; what stands nowhere is no matter. */
	six = (struct redaction_items){ .organ = "别处的机关", .penalty = "当事人", .decided_on = DAY_NONE };
	cut = (struct redaction_cut){ .at = place(text, "当事人"), .len = strlen("当事人") };
	assert_int_equal(check(text, &cut, 1, &six, &cuts, &err), ERR_OK);
}

static void test_apply(void **state)
{
	const char *text = "证人\u200B张三（电话13800000000）称：\u202E属实。";
	struct redaction_cut items[] = {
		{ .at = place(text, "13800000000"), .len = 11, .why = REDACTION_CONTACT },
		{ .at = place(text, "张三"), .len = 6, .why = REDACTION_NAME },
	};
	struct redaction_cuts cuts;
	struct err err;
	(void)state;

	assert_int_equal(check(text, items, 2, NULL, &cuts, &err), ERR_OK);
	const char *published = redaction_apply(&arena, sv_of(text), &cuts);
	assert_string_equal(published, "证人×××（电话×××）称：属实。");
	assert_string_equal(redaction_clean(&arena, sv_of(published)), published);
	/* The length of a mark says nothing about what was there. */
	text = "证人阿不都热合曼称：属实。";
	items[0] = (struct redaction_cut){ .at = 6, .len = 18, .why = REDACTION_NAME };
	assert_int_equal(check(text, items, 1, NULL, &cuts, &err), ERR_OK);
	assert_string_equal(redaction_apply(&arena, sv_of(text), &cuts), "证人×××称：属实。");
}

/* Whatever the cuts: no byte of what was cut is in what is published, and the rest is there in order. */
static void test_apply_at_random(void **state)
{
	enum { LETTERS = 400 };
	unsigned seed = 20260923;
	(void)state;

	for (int round = 0; round < 300; round++) {
		struct redaction_cut items[64];
		struct redaction_cuts cuts;
		struct str text = STR_INIT(1 << 16), want = STR_INIT(1 << 16);
		struct err err;
		size_t n = 0;
		bool cutting = false;
		for (int i = 0; i < LETTERS; i++) {
			bool flip = rand_r(&seed) % 8 == 0; /* a test may be repeatable */
			if (flip && cutting) {
				items[n - 1].len = text.len - items[n - 1].at;
				cutting = false;
			} else if (flip && n < ARRAY_LEN(items) && i < LETTERS - 1) {
				items[n++] = (struct redaction_cut){ .at = text.len, .why = (enum redaction_class)(
								     (unsigned)rand_r(&seed) % REDACTION_CLASS_COUNT) };
				str_append_cstr(&want, redaction_info(items[n - 1].why)->mark);
				cutting = true;
			}
			/* Secret characters are of another plane than the others. */
			const char *c = cutting ? "\U00020000" : rand_r(&seed) % 2 ? "字" : "b";
			str_append_cstr(&text, c);
			if (!cutting)
				str_append_cstr(&want, c);
		}
		if (cutting)
			items[n - 1].len = text.len - items[n - 1].at;
		assert_int_equal(check(str_cstr(&text), items, n, NULL, &cuts, &err), ERR_OK);
		const char *published = redaction_apply(&arena, sv_of(str_cstr(&text)), &cuts);
		assert_string_equal(published, str_cstr(&want));
		assert_null(strstr(published, "\U00020000"));
		str_release(&text);
		str_release(&want);
	}
}

/* ---- finding ---- */

/* The text with each find in brackets: [] certain, {} not. */
static const char *marked(const char *text, const struct redaction_known *known)
{
	struct redaction_finds finds;
	struct str out = STR_INIT(1 << 16);
	size_t at = 0;

	assert_true(redaction_find(&arena, sv_of(text), known, &finds));
	for (size_t i = 0; i < finds.count; i++) {
		const struct redaction_find *f = &finds.items[i];
		assert_true(f->cut.at >= at);
		str_append(&out, text + at, f->cut.at - at);
		str_append_char(&out, f->certain ? '[' : '{');
		str_append(&out, text + f->cut.at, f->cut.len);
		str_append_char(&out, f->certain ? ']' : '}');
		at = f->cut.at + f->cut.len;
	}
	str_append_cstr(&out, text + at);
	const char *ret = arena_strdup(&arena, str_cstr(&out));
	str_release(&out);
	return ret;
}

static void test_numbers(void **state)
{
	static const char *const cases[][2] = {
		/* GB 11643: the sample of the standard, and its forms */
		{ "号码11010519491231002X。", "号码[11010519491231002X]。" },
		{ "号码１１０１０５１９４９１２３１００２Ｘ。", "号码[１１０１０５１９４９１２３１００２Ｘ]。" },
		{ "号码110105 19491231 002x，", "号码[110105 19491231 002x]，" },
		{ "110105-19491231-002Х与", "[110105-19491231-002Х]与" }, /* a Cyrillic one */
		{ "11010519\n491231002×与", "[11010519\n491231002×]与" },
		{ "110105\u200B194912\u200B31002X", "[110105\u200B194912\u200B31002X]" },
		{ "（440524188001010014）", "（[440524188001010014]）" },
		{ "110105194912310021", "[110105194912310021]" }, /* the check digit is wrong: typed so */
		{ "身份证号：000000199001011234", "身份证号：[000000199001011234]" },
		{ "公民身份号码为110105491231002", "公民身份号码为[110105491231002]" },
		{ "110105491231002", "[110105491231002]" },
		{ "注册号110105491231002", "注册号110105491231002" },
		{ "110105199013310021", "110105199013310021" }, /* no such day */
		/* codes stay */
		{ "统一社会信用代码：91350100M000100Y43", "统一社会信用代码：91350100M000100Y43" },
		{ "样市监处罚〔2026〕12号", "样市监处罚〔2026〕12号" },
		{ "第12345678号商标，条码6901234567892", "第12345678号商标，条码6901234567892" },
		{ "罚款20000元，没收13800元", "罚款20000元，没收13800元" },
		{ "2026年9月23日至2026年10月8日", "2026年9月23日至2026年10月8日" },
		/* phones */
		{ "拨打13800000000联系", "拨打[13800000000]联系" },
		{ "１３８－０００００－０００，", "[１３８－０００００－０００]，" },
		{ "138 0000 0000", "[138 0000 0000]" },
		{ "+86 138-0000-0000", "+[86 138-0000-0000]" },
		{ "008613800000000", "[008613800000000]" },
		{ "罚款20000 138 0000 0000", "罚款20000 [138 0000 0000]" },
		{ "①3800000000。", "[①3800000000]。" },
		{ "序列号SN13800000000", "序列号SN{13800000000}" },
		{ "028-12345678", "[028-12345678]" },
		{ "(0832)1234567", "([0832)1234567]" },
		{ "02812345678", "{02812345678}" },
		{ "联系电话：02812345678", "联系电话：[02812345678]" },
		{ "电话：1234567", "电话：[1234567]" },
		{ "投诉电话12315", "投诉电话12315" },
		{ "客服400-123-4567", "客服{400-123-4567}" },
		/* cards and accounts: a number that passes Luhn */
		{ "卡6222020000000000000", "卡[6222020000000000000]" },
		{ "卡6222020000000000001", "卡6222020000000000001" },
		{ "账号：1234 5678 9012", "账号：[1234 5678 9012]" },
		{ "支付宝账号a13800000000", "支付宝账号a{13800000000}" },
		/* the rest */
		{ "邮箱abc.d-e@example.com.", "邮箱[abc.d-e@example.com]." },
		{ "ａｂｃ＠ｅｘａｍｐｌｅ．ｃｏｍ", "[ａｂｃ＠ｅｘａｍｐｌｅ．ｃｏｍ]" },
		{ "a @ example.com", "[a @ example.com]" },
		{ "抬头@某公司", "抬头@某公司" },
		{ "微信号：abc_de-1", "微信号：[abc_de-1]" },
		{ "微 信：wx12345", "微 信：[wx12345]" },
		{ "微信小程序和微信支付", "微信小程序和微信支付" },
		{ "QQ号12345678", "QQ号[12345678]" },
		{ "Q Q：1234 5678", "Q Q：[1234 5678]" },
		{ "护照号码：E12345678", "护照号码：[E12345678]" },
		{ "港澳居民来往内地通行证H12345678", "港澳居民来往内地通行证[H12345678]" },
		{ "型号E12345678", "型号{E12345678}" },
		{ "身份证110105********002X", "身份证[110105]********002X" },
		{ "身份证复印件1份", "身份证复印件1份" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(marked(cases[i][0], NULL), cases[i][1]);
}

static void test_addresses(void **state)
{
	struct redaction_known natural = { .natural = true };
	(void)state;

	assert_string_equal(marked("住址：样省样县天池镇南街12号2单元301室，联系", NULL),
			    "住址：[样省样县天池镇南街12号2单元301室]，联系");
	assert_string_equal(marked("家庭住址 样县天池镇 南街12号 联系电话无", NULL),
			    "家庭住址 [样县天池镇 南街12号] 联系电话无");
	assert_string_equal(marked("户籍地为样县石佛镇（原新街）三组8号。", NULL), "户籍地为[样县石佛镇（原新街）三组8号]。");
	assert_string_equal(marked("住址：不详。", NULL), "住址：不详。");
	/* 住所 is a home only where the punished is a natural person. */
	assert_string_equal(marked("住所：样县天池镇南街12号", NULL), "住所：样县天池镇南街12号");
	assert_string_equal(marked("住所（住址）：样县天池镇南街12号", NULL), "住所（住址）：样县天池镇南街12号");
	assert_string_equal(marked("住所（住址）：样县天池镇南街12号", &natural), "住所（住址）：[样县天池镇南街12号]");
	assert_string_equal(marked("经营场所：样县天池镇南街12号", &natural), "经营场所：样县天池镇南街12号");
}

/* ---- known ---- */

static struct facts *facts_of(const char *json)
{
	struct facts *facts = arena_new(&arena, struct facts);
	struct json_doc *doc;

	assert_int_equal(json_parse(&arena, sv_of(json), &doc, NULL), ERR_OK);
	assert_int_equal(facts_read(&arena, json_root(doc), facts, NULL), ERR_OK);
	return facts;
}

static void know_case(struct redaction_known *known)
{
	const struct facts *facts = facts_of(
		"{\"parties\":[{\"name\":\"乐至县李四副食店\",\"kind\":\"个体工商户\",\"uscc\":\"91350100M000100Y43\","
		"\"representative\":\"李四\",\"address\":\"样县天池镇南街12号\",\"phone\":\"13900000001\"},"
		"{\"name\":\"王五\",\"kind\":\"自然人\",\"role\":\"证人\",\"id_number\":\"11010519491231002X\","
		"\"address\":\"样省样县石佛镇新街3组8号\"}],"
		"\"reporter\":\"举报人：赵六先生、匿名\",\"reporter_contact\":\"电话 137 0000 0000；zhao-6@example.com\","
		"\"contact\":\"样县公安局 钱七 028-8765432\"}");

	*known = (struct redaction_known){ .natural = false };
	redaction_know_parties(known, &arena, facts);
	redaction_know_facts(known, &arena, facts);
	redaction_know(known, &arena, REDACTION_NAME, "孙八");
}

static void test_known(void **state)
{
	static const char *const cases[][2] = {
		{ "当事人乐至县李四副食店（经营者李四）", "当事人乐至县李四副食店（经营者李四）" },
		{ "地址样县天池镇南街12号，电话13900000001", "地址样县天池镇南街12号，电话[13900000001]" },
		{ "证人王五作证，王　五、王\u200B五称", "证人[王五]作证，[王　五]、[王\u200B五]称" },
		{ "住石佛镇新街3组8号", "住[石佛镇新街3组8号]" },
		{ "家在样县石佛镇新街３组８号附近", "家在[样县石佛镇新街３组８号]附近" },
		{ "号110105491231002", "号[110105491231002]" },
		{ "根据赵六举报，电话核实", "根据[赵六]举报，电话核实" },
		{ "赵 六先生1370000-0000来电", "[赵 六]先生[1370000-0000]来电" },
		{ "ZHAO-6＠EXAMPLE.COM", "[ZHAO-6＠EXAMPLE.COM]" },
		{ "样县公安局钱七，8765432", "样县公安局[钱七]，8765432" },
		{ "承办人孙八", "承办人[孙八]" },
		{ "匿名举报的先生", "匿名举报的先生" },
	};
	struct redaction_known known;
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		know_case(&known);
		assert_string_equal(marked(cases[i][0], &known), cases[i][1]);
	}
	/* Words of a field that name nobody are no secrets. */
	for (size_t i = 0; i < known.count; i++) {
		assert_string_not_equal(known.secrets[i].text, "匿名");
		assert_string_not_equal(known.secrets[i].text, "电话");
		assert_string_not_equal(known.secrets[i].text, "举报人");
	}
}

static void test_natural_person(void **state)
{
	const struct facts *facts = facts_of(
		"{\"parties\":[{\"name\":\"周九\",\"kind\":\"自然人\",\"id_number\":\"11010519491231002X\","
		"\"address\":\"样省样县石佛镇新街3组8号\",\"phone\":\"13900000001\"}],\"service_address\":\"样县城南路9号1栋\"}");
	struct redaction_known known = { .natural = false };
	(void)state;

	redaction_know_parties(&known, &arena, facts);
	redaction_know_facts(&known, &arena, facts);
	assert_true(known.natural);
	assert_string_equal(marked("当事人周九，住所：样县石佛镇新街3组8号，在样县城南路9号1栋收件，11010519491231002X", &known),
			    "当事人周九，住所：[样县石佛镇新街3组8号]，在[样县城南路9号1栋]收件，[11010519491231002X]");
}

static void test_latin(void **state)
{
	struct redaction_known known = { .natural = false };
	(void)state;

	redaction_know(&known, &arena, REDACTION_NAME, "Ping Li");
	redaction_know(&known, &arena, REDACTION_NAME, "Bo"); /* too short to be looked for */
	assert_string_equal(marked("ping-li, PING LI; shoppingli pinglist Bo", &known),
			    "[ping-li], [PING LI]; shoppingli pinglist Bo");
}

/* ---- proposal and guard ---- */

static void test_propose_and_guard(void **state)
{
	const char *text = "当事人：乐至县李四副食店，经营者李四，电话13900000001。\n经赵六举报，证人王五（身份证110105194912310"
			   "02X，住址：样省样县石佛镇新街3组8号）称属实。型号E12345678。";
	struct redaction_known known;
	struct redaction_cuts cuts, unsure;
	struct err err = ERR_INIT;
	(void)state;

	know_case(&known);
	assert_int_equal(redaction_guard(&arena, sv_of(text), &known, &err), ERR_LAW);
	assert_string_equal(err.rule, "redaction-residue");
	assert_non_null(strstr(err.message, "第1行"));
	assert_null(strstr(err.message, "13900000001"));
	assert_true(err.article[0]);

	assert_true(redaction_propose(&arena, sv_of(text), &known, &cuts, &unsure));
	assert_int_equal(unsure.count, 1);
	assert_int_equal(redaction_check(&arena, sv_of(text), &cuts, NULL, &err), ERR_OK);
	const char *published = redaction_apply(&arena, sv_of(text), &cuts);
	assert_string_equal(published, "当事人：乐至县李四副食店，经营者李四，电话×××。\n经×××举报，证人×××（身份证××××××，"
				       "住址：××××）称属实。型号E12345678。");
	assert_int_equal(redaction_guard(&arena, sv_of(published), &known, &err), ERR_OK);
	/* Hidden characters never pass, whatever they hide. */
	assert_int_equal(redaction_guard(&arena, SV("属\u200B实"), NULL, &err), ERR_INVALID);
	assert_int_equal(redaction_guard(&arena, SV("\xff"), NULL, &err), ERR_INVALID);
}

static void test_log(void **state)
{
	struct redaction_cut items[] = { { .at = 0, .len = 3, .why = REDACTION_NAME, .note = "" },
					 { .at = 9, .len = 3, .why = REDACTION_NAME, .note = "证人" } };
	struct redaction_cuts cuts = { items, 2 };
	struct redaction_log log = { .by = "信用癸", .on = DAY_NONE, .original_bytes = 30, .published_bytes = 42,
				     .original_sha256 = "aa", .published_sha256 = "bb" };
	struct str out = STR_INIT(4096);
	struct json_writer w;
	struct json_doc *doc;
	int64_t count;
	(void)state;

	assert_true(day_from_ymd(2026, 9, 23, &log.on));
	json_writer_init(&w, &out);
	redaction_log_write(&w, &log, &cuts);
	assert_true(json_writer_ok(&w));
	assert_int_equal(json_parse(&arena, (struct sv){ out.p, out.len }, &doc, NULL), ERR_OK);
	const struct json_value *class = json_first(json_get(json_root(doc), "classes"));
	assert_true(json_to_i64(json_get(class, "count"), &count));
	assert_int_equal(count, 2);
	assert_int_equal(json_count(json_get(json_root(doc), "cuts")), 2);
	assert_true(sv_eq_str(json_string(json_get(json_get(json_root(doc), "published"), "sha256")), "bb"));
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_classes, teardown),
		cmocka_unit_test_teardown(test_read_and_write, teardown),
		cmocka_unit_test_teardown(test_read_refuses, teardown),
		cmocka_unit_test_teardown(test_check_places, teardown),
		cmocka_unit_test_teardown(test_check_items, teardown),
		cmocka_unit_test_teardown(test_apply, teardown),
		cmocka_unit_test_teardown(test_apply_at_random, teardown),
		cmocka_unit_test_teardown(test_numbers, teardown),
		cmocka_unit_test_teardown(test_addresses, teardown),
		cmocka_unit_test_teardown(test_known, teardown),
		cmocka_unit_test_teardown(test_natural_person, teardown),
		cmocka_unit_test_teardown(test_latin, teardown),
		cmocka_unit_test_teardown(test_propose_and_guard, teardown),
		cmocka_unit_test_teardown(test_log, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

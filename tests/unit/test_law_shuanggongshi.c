/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * 双公示: 30 fields and what each lacks. The published real cases of schema/demo go through the check, too: what it finds
 * missing is compared with what the sources lack. */
#include "law_fixture.h"

#include "json/json_reader.h"
#include "law/book.h"
#include "law/shuanggongshi.h"

#include "law_setup.h"

#define USCC "91110000802100433B"
#define CITIZEN "11010519491231002X"

static struct sgs_book fields;

static int read_book(void **state)
{
	struct err err = ERR_INIT;

	setup(state);
	if (sgs_book_read(&fields, &arena, law_read(&arena, "shuanggongshi.csv"), law_read(&arena, "shuanggongshi_words.csv"), &err))
		fail_msg("%s", err.message);
	return 0;
}

static struct facts decision(const char *parties, const char *kinds)
{
	struct facts f = { .at = { { .set = false } } };

	fact_set_text(&f, FIELD_PARTIES, parties);
	fact_set_text(&f, FIELD_PENALTY_KINDS, kinds);
	fact_set_text(&f, FIELD_CAUSE, "销售侵犯注册商标专用权的商品");
	fact_set_text(&f, FIELD_BASIS, "商标法第六十条第二款");
	fact_set_text(&f, FIELD_DECISION_TEXT, "经查，甲公司销售侵权商品。");
	fact_set_text(&f, FIELD_DECISION_PAPER, "样市监处罚〔2026〕7号");
	fact_set_num(&f, FIELD_DECIDED_ON, law_day("2026-05-06"));
	fact_set_num(&f, FIELD_FINE, 1234567);
	return f;
}

static size_t rows_of(const struct facts *f, bool reviewed, bool full, struct sgs_row **ret)
{
	const struct sgs_source from = { .facts = f, .reviewed = reviewed, .organ = "样县市场监督管理局", .uscc = USCC,
					 .full_id = full, .today = law_day("2026-05-08") };

	return sgs_rows(&fields, &book, &from, &arena, ret);
}

static const char *value(const struct sgs_row *row, const char *code)
{
	for (size_t i = 0; i < SGS_FIELDS; i++) {
		if (strcmp(fields.fields[i].code, code) == 0)
			return row->values[i];
	}
	fail_msg("no field %s", code);
	return NULL;
}

static bool has_problem(const struct sgs_row *row, const char *code)
{
	for (size_t i = 0; i < row->problem_count; i++) {
		if (strcmp(fields.fields[row->problems[i].field].code, code) == 0)
			return true;
	}
	return false;
}

#define COMPANY "[{\"name\":\"甲公司\",\"kind\":\"企业\",\"uscc\":\"" USCC "\",\"representative\":\"李某\"}]"

static void test_whole(void **state)
{
	struct facts f = decision(COMPANY, "[\"罚款\"]");
	struct sgs_row *row;
	(void)state;

	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_int_equal(row->problem_count, 0);
	assert_string_equal(value(row, "CF_XDR_LB"), "法人及非法人组织");
	assert_string_equal(value(row, "CF_NR_FK"), "1.234567");
	assert_string_equal(value(row, "CF_JDRQ"), "2026/05/06");
	assert_string_equal(value(row, "CF_YXQ"), "2099/12/31");
	assert_string_equal(value(row, "CF_GSJZQ"), "2027/05/08"); /* general: a year from publication, today at the latest */
	fact_set_num(&f, FIELD_STOP_DUE, law_day("2027-06-01"));
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_string_equal(value(row, "CF_GSJZQ"), "2027/06/01");
}

static void test_wan(void **state)
{
	static const struct {
		int64_t fen;
		const char *want;
	} rows[] = { { 0, "0.000000" }, { 1, "0.000001" }, { 100, "0.000100" }, { 999999, "0.999999" }, { 1000000, "1.000000" },
		     { INT64_C(123456789012345), "123456789.012345" } };
	char buf[32];
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		sgs_wan(rows[i].fen, buf);
		assert_string_equal(buf, rows[i].want);
	}
}

static void test_kinds_and_conditions(void **state)
{
	struct facts f = decision(COMPANY, "[\"罚款\",\"没收违法所得\",\"没收非法财物\",\"吊销许可证件\",\"限制从业\"]");
	struct sgs_row *row;
	(void)state;

	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_true(has_problem(row, "CF_NR_ZKDX"));
	assert_true(has_problem(row, "CF_NR_WFFF"));
	assert_true(has_problem(row, "CF_CFLB")); /* together longer than 36 characters */
	f = decision(COMPANY, "[\"罚款\",\"吊销许可证件\"]");
	fact_set_text(&f, FIELD_LICENCE, "食品经营许可证JY15120220000001");
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_false(has_problem(row, "CF_NR_ZKDX"));
	assert_string_equal(value(row, "CF_NR_ZKDX"), "食品经营许可证JY15120220000001");
	f = decision(COMPANY, "[\"罚款\"]"); /* nothing was revoked */
	fact_set_text(&f, FIELD_LICENCE, "食品经营许可证JY15120220000001");
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_string_equal(value(row, "CF_NR_ZKDX"), "");
	f = decision(COMPANY, "[\"没收违法所得\",\"没收非法财物\"]");
	fact_set_num(&f, FIELD_CONFISCATED_INCOME, 100);
	fact_set_num(&f, FIELD_CONFISCATED_GOODS_VALUE, 1);
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_int_equal(row->problem_count, 0);
	assert_string_equal(value(row, "CF_CFLB"), "没收违法所得、没收非法财物");
	assert_string_equal(value(row, "CF_NR_WFFF"), "0.000101");
	assert_string_equal(value(row, "CF_NR_FK"), ""); /* no fine among the kinds */
	f = decision(COMPANY, "[]");
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_true(has_problem(row, "CF_CFLB"));
}

static void test_people(void **state)
{
	struct facts f = decision("[{\"name\":\"王某\",\"kind\":\"自然人\",\"id_number\":\"" CITIZEN "\"},"
				  "{\"name\":\"证人乙\",\"kind\":\"自然人\",\"role\":\"证人\"},"
				  "{\"name\":\"乙店\",\"kind\":\"个体工商户\",\"representative\":\"赵某\"}]",
				  "[\"罚款\"]");
	struct sgs_row *row;
	(void)state;

	assert_int_equal(rows_of(&f, true, false, &row), 2); /* the witness is not punished */
	assert_int_equal(row[0].problem_count + row[1].problem_count, 0);
	assert_string_equal(value(&row[0], "CF_XDR_ZJHM"), "11010519******002X");
	assert_string_equal(value(&row[0], "CF_XDR_ZJLX"), "身份证");
	assert_string_equal(value(&row[0], "CF_XDR_SHXYM"), "");
	assert_string_equal(value(&row[1], "CF_XDR_SHXYM"), "00000000000000000X");
	assert_non_null(strstr(value(&row[1], "BZ"), "2名"));
	assert_string_equal(value(&row[1], "CF_SY"), value(&row[0], "CF_SY"));
	assert_string_equal(value(&row[1], "CF_CFLB"), "罚款");
	assert_int_equal(rows_of(&f, false, false, &row), 2);
	assert_true(has_problem(&row[0], "CF_SY") && has_problem(&row[1], "CF_SY"));
	assert_int_equal(rows_of(&f, true, false, &row), 2);
	assert_int_equal(rows_of(&f, true, true, &row), 2);
	assert_string_equal(value(&row[0], "CF_XDR_ZJHM"), CITIZEN);

	f = decision("[{\"name\":\"王某\",\"kind\":\"自然人\",\"id_number\":\"110105194912310021\"}]", "[\"罚款\"]");
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_true(has_problem(row, "CF_XDR_ZJHM")); /* check character */
	f = decision("[{\"name\":\"王某\",\"kind\":\"自然人\"}]", "[\"罚款\"]");
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_true(has_problem(row, "CF_XDR_ZJHM") && has_problem(row, "CF_XDR_ZJLX"));
	f = decision("[]", "[\"罚款\"]");
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_true(has_problem(row, "CF_XDR_MC"));
}

/* What is not reviewed, or still holds a secret, does not leave. */
static void test_facts_text(void **state)
{
	struct facts f = decision(COMPANY, "[\"罚款\"]");
	struct sgs_row *row;
	(void)state;

	assert_int_equal(rows_of(&f, false, false, &row), 1);
	assert_true(has_problem(row, "CF_SY"));
	assert_string_equal(value(row, "CF_SY"), "");
	fact_set_text(&f, FIELD_DECISION_TEXT, "经查，李四电话13900000417，销售侵权商品。");
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_true(has_problem(row, "CF_SY"));
	assert_string_equal(value(row, "CF_SY"), "");
	fact_set_text(&f, FIELD_CUTS, "[{\"at\":21,\"len\":11,\"code\":\"contact\",\"note\":\"\"}]");
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_null(strstr(value(row, "CF_SY"), "13900000417"));
	fact_set_text(&f, FIELD_CUTS, "[{\"at\":9999,\"len\":9,\"code\":\"contact\",\"note\":\"\"}]");
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_true(has_problem(row, "CF_SY"));
}

/* The other free texts, too. */
static void test_other_texts(void **state)
{
	struct facts f = decision(COMPANY, "[\"罚款\",\"没收非法财物\"]");
	struct sgs_row *row;
	(void)state;

	fact_set_num(&f, FIELD_CONFISCATED_GOODS_VALUE, 100);
	fact_set_text(&f, FIELD_CONFISCATED_GOODS, "机油，由李四（13900000417）保管");
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_true(has_problem(row, "CF_NR"));
	assert_string_equal(value(row, "CF_NR"), "");
	fact_set_text(&f, FIELD_CONFISCATED_GOODS, "机油55桶");
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_int_equal(row->problem_count, 0);
}

static void test_lengths(void **state)
{
	struct facts f = decision(COMPANY, "[\"罚款\"]");
	struct str no = STR_INIT(4096);
	struct sgs_row *row;
	(void)state;

	for (int i = 0; i < 128; i++)
		str_append_cstr(&no, "号");
	fact_set_text(&f, FIELD_DECISION_PAPER, str_cstr(&no));
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_false(has_problem(row, "CF_WSH"));
	str_append_cstr(&no, "号");
	fact_set_text(&f, FIELD_DECISION_PAPER, str_cstr(&no));
	assert_int_equal(rows_of(&f, true, false, &row), 1);
	assert_true(has_problem(row, "CF_WSH"));
	str_release(&no);
}

static void test_data_that_does_not_fit(void **state)
{
	struct sgs_book other;
	struct err err = ERR_INIT;
	(void)state;

	assert_int_equal(sgs_book_read(&other, &arena, SV("no,code,name_zh,kind,length,need,with_no,words,note\n"
							  "1,CF_OTHER,x,text,,always,,,\n"),
				       SV("list,value,word\n"), &err),
			 ERR_INTERNAL);
	assert_int_equal(sgs_book_read(&other, &arena, SV("no,code,name_zh,kind,length,need,with_no,words,note\n"
							  "1,CF_XDR_MC,x,text,200,always,,,\n"),
				       SV("list,value,word\n"), &err),
			 ERR_INTERNAL);
}

/* ---- published cases ---- */

static int64_t fen_of(const struct json_value *v)
{
	struct sv text = json_number_text(v);

	return text.n ? (int64_t)(strtod(arena_strndup(&arena, text.p, text.n), NULL) * 100 + 0.5) : 0;
}

static void one_case(const struct json_value *c)
{
	struct sv name = json_string(json_get(c, "party_name")), kind = json_string(json_get(c, "party_kind"));
	struct sv uscc = json_string(json_get(c, "uscc")), no = json_string(json_get(c, "decision_no"));
	struct sv day = json_string(json_get(c, "decision_date"));
	int64_t fine = fen_of(json_get(c, "fine")), income = fen_of(json_get(c, "confiscated_income"));
	struct facts f = decision("[]", "[]");
	struct str party = STR_INIT(4096);
	struct json_writer w;
	struct sgs_row *row;
	day_t on;

	json_writer_init(&w, &party);
	json_arr_open(&w);
	json_obj_open(&w);
	json_kv_sv(&w, "name", name.p ? name : SV(""));
	json_kv_sv(&w, "kind", kind.p ? kind : SV(""));
	json_kv_sv(&w, "uscc", uscc.p ? uscc : SV(""));
	json_obj_close(&w);
	json_arr_close(&w);
	fact_set_text(&f, FIELD_PARTIES, str_cstr(&party));
	fact_set_text(&f, FIELD_PENALTY_KINDS, fine && income ? "[\"罚款\",\"没收违法所得\"]" : fine ? "[\"罚款\"]" : "[]");
	fact_set_num(&f, FIELD_FINE, fine);
	fact_set_num(&f, FIELD_CONFISCATED_INCOME, income);
	fact_set_text(&f, FIELD_DECISION_PAPER, no.n ? arena_strndup(&arena, no.p, no.n) : NULL);
	bool dated = day.n && day_parse_iso(day, &on); /* some papers give a month only */
	fact_set_num(&f, FIELD_DECIDED_ON, dated ? on : DAY_NONE);
	struct sv facts = json_string(json_get(c, "facts"));
	fact_set_text(&f, FIELD_DECISION_TEXT, arena_strndup(&arena, facts.p, facts.n));
	assert_int_equal(rows_of(&f, true, false, &row), 1);

	bool natural = sv_eq_str(kind, "自然人"), household = sv_eq_str(kind, "个体工商户");
	bool bad_code = uscc.n && !json_is_true(json_get(c, "uscc_valid"));
	assert_int_equal(has_problem(row, "CF_XDR_MC"), name.n == 0);
	assert_int_equal(has_problem(row, "CF_WSH"), no.n == 0);
	assert_int_equal(has_problem(row, "CF_JDRQ"), !dated);
	assert_int_equal(has_problem(row, "CF_CFLB"), !fine);
	assert_int_equal(has_problem(row, "CF_FRDB"), !natural);
	assert_int_equal(has_problem(row, "CF_XDR_SHXYM"), bad_code || (!natural && !household && !uscc.n));
	assert_int_equal(has_problem(row, "CF_XDR_ZJHM"), natural);
	assert_false(has_problem(row, "CF_WFXW") || has_problem(row, "CF_YJ") || has_problem(row, "CF_NR_FK"));
	if (fine == 2000000 && income == 1848150) {
		assert_string_equal(value(row, "CF_NR_FK"), "2.000000");
		assert_string_equal(value(row, "CF_NR_WFFF"), "1.848150");
	}
	str_release(&party);
}

static void test_real_cases(void **state)
{
	FILE *f = fopen("schema/demo/real-cases.jsonl", "rb");
	char *line = NULL;
	size_t room = 0, n = 0;
	ssize_t length;
	(void)state;

	assert_non_null(f);
	while ((length = getline(&line, &room, f)) > 0) {
		struct json_doc *doc = NULL;
		assert_int_equal(json_parse(&arena, (struct sv){ line, (size_t)length }, &doc, NULL), ERR_OK);
		one_case(json_root(doc));
		n++;
	}
	free(line);
	fclose(f);
	assert_int_equal(n, 79);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole), cmocka_unit_test(test_wan), cmocka_unit_test(test_kinds_and_conditions),
		cmocka_unit_test(test_people), cmocka_unit_test(test_facts_text), cmocka_unit_test(test_other_texts), cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_data_that_does_not_fit), cmocka_unit_test(test_real_cases),
	};

	return cmocka_run_group_tests(tests, read_book, teardown);
}

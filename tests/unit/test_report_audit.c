/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Reading an audit document: what percentages say, elements found whatever stands in their texts, and no text, however
 * mangled, does more than be refused. The files made from a document are tested in tests/integration/test_audit_files.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "report/audit_document.h"

static const char whole[] =
	"{\"v\":1,\"organ\":{\"code\":\"o\",\"name\":\"样县局\"},\"whole\":true,\"period\":{\"code\":\"2026-10\",\"kind\":\"month\","
	"\"name\":\"2026年10月\",\"from\":\"2026-10-01\",\"to\":\"2026-10-31\",\"open\":false},"
	"\"as_of\":\"2026-11-05T09:00:00+08:00\",\"cut_off\":\"2026-11-05\",\"rules\":{\"law\":null,\"metrics\":["
	"{\"code\":\"M1\",\"zh\":\"结案率\",\"formula\":\"f\",\"none\":\"无应结案件\"}]},"
	"\"metrics\":[{\"code\":\"M1\",\"zh\":\"结案率\",\"num\":1,\"den\":2,\"trend\":[{\"period\":\"2026-09\",\"num\":0,\"den\":0}]}],"
	"\"names\":{\"unit\":{\"u\":\"一所\"},\"officer\":{},\"campaign\":{\"c\":\"铁拳\"}},"
	"\"by\":{\"unit\":[{\"key\":\"u\",\"zh\":\"一所\",\"metrics\":{\"M1\":[1,2]}}],\"campaign\":[],\"ip_type\":[],\"officer\":[]},"
	"\"sums\":[],\"hidden\":{\"suspended\":[{\"id\":\"9\",\"title\":\"]}\",\"unit\":\"u\",\"why\":\"w\"}],\"incomplete\":"
	"{\"total\":72,\"items\":[]},\"totals\":{\"suspended\":5}},\"misses\":[\n"
	"{\"metric\":\"M1\",\"id\":\"8\",\"number\":\"\\\"misses\\\":[\",\"title\":\"a],\\\"cases\\\":[{\",\"unit\":\"u\",\"days\":3,"
	"\"why\":\"x\\\\\"},\n{\"metric\":\"M1\",\"id\":\"7\",\"unit\":\"v\",\"why\":\"y\"}\n],\"cases\":[\n"
	"{\"id\":\"7\",\"title\":\"t\",\"procedure\":\"ordinary\",\"unit\":\"u\",\"campaigns\":[\"c\",\"d\"],\"filed_on\":\"2026-10-02\","
	"\"value_fen\":5,\"sides\":{\"M1\":\"in\"}},\n{\"id\":\"8\",\"unit\":\"u\",\"sides\":{\"M1\":\"out\"}}\n]}\n";

static void test_parse(void **state UNUSED)
{
	struct audit_document doc;
	struct err err = ERR_INIT;

	if (audit_document_parse(&doc, sv_of(whole), &err) != ERR_OK)
		fail_msg("%s", err.message);
	assert_int_equal(doc.case_count, 2);
	assert_int_equal(doc.miss_count, 2);
	assert_string_equal(doc.organ, "样县局");
	assert_string_equal(doc.cases[0].unit->zh, "一所");
	assert_ptr_equal(doc.cases[0].unit, doc.cases[1].unit);
	assert_string_equal(doc.cases[0].campaigns[0]->zh, "铁拳");
	assert_string_equal(doc.cases[0].campaigns[1]->zh, "d");
	assert_int_equal(doc.cases[0].sums[AUDIT_VALUE], 5);
	assert_int_equal(doc.cases[0].sums[AUDIT_FINE], AUDIT_NO_SUM);
	assert_int_equal(doc.cases[0].dates[AUDIT_DATE_closed_on], DAY_NONE);
	assert_int_equal(doc.cases[1].side[0], AUDIT_OUT);
	assert_int_equal(audit_miss_of(&doc, 0, 8)->days, 3);
	assert_string_equal(audit_miss_of(&doc, 0, 8)->why, "x\\");
	assert_true(audit_miss_of(&doc, 0, 7)->days < 0);
	assert_null(audit_miss_of(&doc, 0, 6));
	assert_int_equal(doc.hidden[2].total, 5);
	assert_int_equal(doc.hidden[4].total, 72);
	assert_int_equal(doc.metrics[0].trend_count, 1);
	audit_document_close(&doc);
}

static void test_mangled(void **state UNUSED)
{
	static const char odd[] = "\"{}[],:\\0-x\n\x80";
	size_t n = sizeof(whole) - 1;
	struct audit_document doc;

	/* The last byte is the newline, without which it is still whole. */
	for (size_t cut = 0; cut < n - 1; cut++) {
		assert_int_not_equal(audit_document_parse(&doc, (struct sv){ whole, cut }, NULL), ERR_OK);
		audit_document_close(&doc);
	}
	char *text = xstrdup(whole);
	for (size_t at = 0; at < n; at += 3) {
		for (size_t i = 0; i < sizeof(odd) - 1; i++) {
			char was = text[at];
			text[at] = odd[i];
			struct err err = ERR_INIT;
			if (audit_document_parse(&doc, (struct sv){ text, n }, &err) != ERR_OK)
				assert_true(err.message[0] != '\0');
			audit_document_close(&doc);
			text[at] = was;
		}
	}
	free(text);
}

static void test_percent(void **state UNUSED)
{
	static const struct {
		int64_t num, den;
		const char *text;
	} rows[] = {
		{ 0, 0, "无" }, { 0, 7, "0.00%" }, { 7, 7, "100.00%" }, { 19999, 20000, "99.99%" }, { 2, 3, "66.66%" },
		{ 1, 100000, "0.00%" }, { ((int64_t)1 << 53) - 1, (int64_t)1 << 53, "99.99%" },
		{ (int64_t)1 << 53, (int64_t)1 << 53, "100.00%" },
	};
	char text[32];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct audit_figure f = { rows[i].num, rows[i].den };
		audit_percent(&f, "无", text, sizeof(text));
		assert_string_equal(text, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_mangled),
		cmocka_unit_test(test_percent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The printed receipt: what the QR code says, the same bytes for the same input, and what does not fit. That the page
 * can be read again from paper is tested in tests/integration/test_handoff_client.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "report/stub.h"

static const struct stub_input whole = {
	.title = "涉嫌犯罪案件移送书回执",
	.kind = "涉嫌犯罪案件移送公安机关",
	.number = "样市监移〔2026〕3号",
	.thread = "0b9a4c1e-7c55-4f3b-9a7b-1d2c3e4f5a6b",
	.sender = "样县市场监督管理局",
	.receiver = "样县公安局",
	.copies = "样县人民检察院",
	.subject = "某商行涉嫌销售假冒注册商标的商品案",
	.article = "行政执法机关移送涉嫌犯罪案件的规定第七条",
	.sent_on = 20780, /* 2026-11-23 */
	.package = "样市监移〔2026〕3号-07",
	.items = 23,
	.manifest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
};

static void test_qr_text(void **state UNUSED)
{
	struct str text = STR_INIT(1024);

	stub_qr_text(&whole, &text);
	assert_string_equal(str_cstr(&text), "{\"d\":\"9f86d081884c7d659a2feaa0c55ad015\",\"h\":\"样市监移〔2026〕3号\","
					     "\"n\":23,\"t\":\"0b9a4c1e-7c55-4f3b-9a7b-1d2c3e4f5a6b\"}");
	str_release(&text);
}

static void render(const struct stub_input *in, struct str *pdf)
{
	struct err err = ERR_INIT;

	if (stub_render(in, pdf, &err) != ERR_OK)
		fail_msg("%s: %s", err.rule, err.message);
	assert_true(pdf->len > 1000);
	assert_memory_equal(pdf->p, "%PDF-", 5);
}

static void test_same_input_same_bytes(void **state UNUSED)
{
	struct str one = STR_INIT(STUB_PDF_MAX), two = STR_INIT(STUB_PDF_MAX);
	struct stub_input other = whole;

	render(&whole, &one);
	render(&whole, &two);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.p, two.p, one.len);
	other.items = 24;
	str_reset(&two);
	render(&other, &two);
	assert_false(one.len == two.len && memcmp(one.p, two.p, one.len) == 0);
	str_release(&one);
	str_release(&two);
}

static void test_without_package_or_number(void **state UNUSED)
{
	struct stub_input bare = whole;
	struct str pdf = STR_INIT(STUB_PDF_MAX);

	bare.number = bare.copies = bare.package = bare.manifest = bare.article = "";
	bare.items = 0;
	bare.sent_on = DAY_NONE;
	render(&bare, &pdf);
	str_release(&pdf);
}

static char *long_text(size_t n)
{
	char *text = xcalloc(n + 1, 1);

	memset(text, 'x', n);
	return text;
}

static void test_too_long(void **state UNUSED)
{
	struct stub_input in = whole;
	struct str pdf = STR_INIT(STUB_PDF_MAX);
	struct err err = ERR_INIT;
	char *text = long_text(6000);

	in.subject = text;
	assert_int_equal(stub_render(&in, &pdf, &err), ERR_INTERNAL);
	assert_string_equal(err.rule, "too-long");
	in = whole;
	in.number = text;
	assert_int_equal(stub_render(&in, &pdf, &err), ERR_INTERNAL);
	assert_string_equal(err.rule, "too-long");
	assert_int_equal(pdf.len, 0);
	free(text);
	str_release(&pdf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_qr_text),
		cmocka_unit_test(test_same_input_same_bytes),
		cmocka_unit_test(test_without_package_or_number),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

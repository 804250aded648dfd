/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Canonical JSON and records: one value has one text, and nothing else is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/json_reader.h"
#include "package/canonical.h"
#include "package/record.h"

#define HEX64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define DIGEST "sha256:" HEX64

/* ---- canonical JSON ---- */

static void test_canonical_text(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: refused */
	} cases[] = {
		{ " { } ", "{}" },
		{ "[]", "[]" },
		{ "[ 1 , -2 ,0, true,false , null ]", "[1,-2,0,true,false,null]" },
		{ "{\"b\":1,\"a\":2,\"aa\":3,\"B\":4}", "{\"B\":4,\"a\":2,\"aa\":3,\"b\":1}" },
		/* code point order is byte order; U+FFFF before U+10000, unlike UTF-16 */
		{ "{\"\\ud800\\udc00\":1,\"\\uffff\":2,\"中\":3,\"\\u00e9\":4}",
		  "{\"\xc3\xa9\":4,\"中\":3,\"\xef\xbf\xbf\":2,\"\xf0\x90\x80\x80\":1}" },
		{ "\"\\u0041\\/\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\"",
		  "\"A/\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"" },
		{ "\"e\\u0301\"", "\"\xc3\xa9\"" }, /* NFC */
		{ "{\"e\\u0301\":1}", "{\"\xc3\xa9\":1}" },
		{ "{\"e\\u0301\":1,\"\\u00e9\":2}", NULL }, /* equal after NFC */
		{ "9007199254740992", "9007199254740992" },
		{ "9007199254740993", NULL },
		{ "-0", "0" },
		{ "1.0", NULL },
		{ "1e3", NULL },
		{ "{\"a\":1,\"a\":1}", NULL },
		{ "[1,]", NULL },
		{ "", NULL },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a = ARENA_INIT(1 << 20);
		struct str out = STR_INIT(1000);
		enum err_code code = canonical_text(&a, sv_of(cases[i].in), &out, NULL);
		if (cases[i].out) {
			assert_int_equal(code, ERR_OK);
			assert_string_equal(str_cstr(&out), cases[i].out);
		} else {
			assert_int_not_equal(code, ERR_OK);
		}
		str_release(&out);
		arena_fini(&a);
	}
}

static void test_canonical_parse(void **state)
{
	static const struct {
		const char *text, *rule; /* NULL: good */
	} cases[] = {
		{ "{\"a\":[1,\"中\"]}", NULL },
		{ "{\"a\":[1,\"中\"]}\n", "not-canonical" },
		{ " {}", "not-canonical" },
		{ "{\"a\": 1}", "not-canonical" },
		{ "{\"b\":1,\"a\":2}", "not-canonical" },
		{ "\"\\u4e2d\"", "not-canonical" },
		{ "\"\\u000A\"", "not-canonical" },
		{ "\"\\u001F\"", "not-canonical" },
		{ "\"\\/\"", "not-canonical" },
		{ "\"e\xcc\x81\"", "not-canonical" },
		{ "-0", "not-canonical" },
		{ "1.5", "not-canonical" },
		{ "1E2", "not-canonical" },
		{ "\"\xff\"", "not-json" },
		{ "{\"a\":1,\"a\":1}", "not-json" },
		{ "[1", "not-json" },
		{ "\xef\xbb\xbf{}", "not-json" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a = ARENA_INIT(1 << 20);
		struct err err = ERR_INIT;
		const struct json_value *root = NULL;
		enum err_code code =
			canonical_parse(&a, sv_of(cases[i].text), "x.json", &root, &err);
		assert_string_equal(err.rule, cases[i].rule ? cases[i].rule : "");
		assert_int_equal(code == ERR_OK, cases[i].rule == NULL);
		assert_int_equal(root != NULL, cases[i].rule == NULL);
		if (code)
			assert_non_null(strstr(err.message, "x.json"));
		arena_fini(&a);
	}
}

static void test_canonical_limits(void **state)
{
	struct arena a = ARENA_INIT(2000);
	struct str out = STR_INIT(3);
	struct err err = ERR_INIT;
	char deep[200];
	(void)state;
	assert_int_equal(canonical_text(&a, SV("[1,2]"), &out, &err), ERR_TOO_LARGE);
	arena_reset(&a);
	const struct json_value *root = NULL;
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	assert_int_not_equal(canonical_parse(&a, (struct sv){ deep, 200 }, "x", &root, &err),
			     ERR_OK);
	str_release(&out);
	arena_fini(&a);
}

/* ---- records ---- */

static struct record example(void)
{
	static const struct record_seen seen[] = {
		{ SV("512022-police"), 2, { { 1, 2, 3 } } },
		{ SV("512022-court"), 1, { { 4 } } },
	};
	static const struct sv to[] = { SV("512022-police"), SV("512022-court") };
	struct record r = {
		.thread = SV("7d1f0f5e-3a44-4c1b-9f57-2f0c5a6b8e01"),
		.channel = SV("c1"),
		.lane = SV("512022-market"),
		.n = 3,
		.has_prev = true,
		.seen = seen,
		.seen_count = 2,
		.kind = RECORD_partly_accepted,
		.act = SV("file_approve"),
		.state = SV("filed"),
		.side = SV("sender"),
		.organ = SV("乐至县市场监督管理局"),
		.actor = SV("cafe\xcc\x81"), /* not NFC */
		.number = SV("乐市监移〔2026〕3号"),
		.happened_at = 1700000000123456,
		.made_at = 1700000000000000,
		.to = to,
		.to_count = 2,
		.fields = SV("{ \"z\": [1, \"换\\n行\"], \"a\": null }"),
	};
	memset(r.prev.sha256, 0xab, sizeof(r.prev.sha256));
	return r;
}

static void test_record_write(void **state)
{
	static const char expected[] =
		"{\"act\":\"file_approve\",\"actor\":\"caf\xc3\xa9\",\"channel\":\"c1\","
		"\"fields\":{\"a\":null,\"z\":[1,\"换\\n行\"]},"
		"\"happened_at\":\"2023-11-15T06:13:20.123456+08:00\",\"kind\":\"partly-accepted\","
		"\"lane\":\"512022-market\",\"made_at\":\"2023-11-15T06:13:20.000000+08:00\",\"n\":3,"
		"\"number\":\"乐市监移〔2026〕3号\",\"organ\":\"乐至县市场监督管理局\",\"package\":null,"
		"\"prev\":\"sha256:"
		"abababababababababababababababababababababababababababababababab\","
		"\"registered\":null,"
		"\"seen\":{\"512022-court\":{\"digest\":\"sha256:"
		"0400000000000000000000000000000000000000000000000000000000000000\",\"n\":1},"
		"\"512022-police\":{\"digest\":\"sha256:"
		"0102030000000000000000000000000000000000000000000000000000000000\",\"n\":2}},"
		"\"side\":\"sender\",\"sm2\":null,\"state\":\"filed\","
		"\"thread\":\"7d1f0f5e-3a44-4c1b-9f57-2f0c5a6b8e01\","
		"\"to\":[\"512022-police\",\"512022-court\"],\"v\":1}";
	struct arena a = ARENA_INIT(1 << 20);
	struct str out = STR_INIT(RECORD_BYTES_MAX);
	struct record r = example(), again;
	(void)state;
	assert_int_equal(record_write(&a, &r, &out, NULL), ERR_OK);
	assert_string_equal(str_cstr(&out), expected);
	struct sv bytes = { out.p, out.len };
	assert_int_equal(record_parse(&a, bytes, "r", &again, NULL), ERR_OK);
	assert_int_equal(again.n, 3);
	assert_int_equal(again.kind, RECORD_partly_accepted);
	assert_int_equal(again.seen_count, 2);
	assert_true(sv_eq_str(again.seen[0].lane, "512022-court"));
	assert_int_equal(again.seen[1].n, 2);
	assert_int_equal(again.to_count, 2);
	assert_true(again.happened_at == r.happened_at && again.made_at == r.made_at);
	assert_true(sv_eq_str(again.fields, "{\"a\":null,\"z\":[1,\"换\\n行\"]}"));
	assert_int_equal(json_type(json_get(again.fields_value, "z")), JSON_ARRAY);
	assert_false(again.has_package || again.is_registered);
	/* What was read writes the same bytes. */
	struct str second = STR_INIT(RECORD_BYTES_MAX);
	assert_int_equal(record_write(&a, &again, &second, NULL), ERR_OK);
	assert_string_equal(str_cstr(&second), expected);
	struct record_digest d = record_digest(bytes), e = record_digest(SV("other"));
	assert_true(record_digest_eq(&d, &d));
	assert_false(record_digest_eq(&d, &e));
	str_release(&out);
	str_release(&second);
	arena_fini(&a);
}

static void test_record_parts(void **state)
{
	struct arena a = ARENA_INIT(1 << 20);
	struct str out = STR_INIT(RECORD_BYTES_MAX);
	struct record r = example(), again;
	(void)state;
	r.n = 1;
	r.has_prev = false;
	r.seen_count = 0;
	r.number = SV("");
	r.fields = SV("");
	r.has_package = true;
	r.package_name = SV("乐市监移〔2026〕3号-01");
	r.package_items = 23;
	r.package_manifest = record_digest(SV("m"));
	r.package_tagmanifest = record_digest(SV("t"));
	r.is_registered = true;
	r.registered_for = SV("512022-court");
	r.registered_medium = SV("纸质");
	r.has_scan = true;
	r.scan = record_digest(SV("s"));
	assert_int_equal(record_write(&a, &r, &out, NULL), ERR_OK);
	assert_int_equal(record_parse(&a, (struct sv){ out.p, out.len }, "r", &again, NULL),
			 ERR_OK);
	assert_true(again.has_package && again.is_registered && again.has_scan);
	assert_int_equal(again.package_items, 23);
	assert_true(sv_eq(again.package_name, r.package_name));
	assert_true(record_digest_eq(&again.package_manifest, &r.package_manifest));
	assert_true(record_digest_eq(&again.package_tagmanifest, &r.package_tagmanifest));
	assert_true(record_digest_eq(&again.scan, &r.scan));
	assert_true(sv_eq_str(again.registered_for, "512022-court"));
	assert_int_equal(again.number.n, 0);
	assert_true(sv_eq_str(again.fields, "{}"));
	assert_false(again.has_prev);
	str_release(&out);
	arena_fini(&a);
}

/* Base64 of any length comes back as PEM and is written as it was; only the first of a chain counts. */
static void test_record_sm2(void **state)
{
	static const size_t lengths[] = { 4, 60, 64, 68, 124, 128, 132, 764, 8192 };
	struct arena a = ARENA_INIT(1 << 20);
	struct err err = ERR_INIT;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct record r = example(), again;
		struct str out = STR_INIT(RECORD_BYTES_MAX), pem = STR_INIT(1 << 16);
		str_append_cstr(&pem, "-----BEGIN CERTIFICATE-----\n");
		for (size_t k = 0; k < lengths[i]; k++)
			str_printf(&pem, "%s%s", k == lengths[i] - 1 ? "=" : "A",
				   k % 64 == 63 || k == lengths[i] - 1 ? "\n" : "");
		str_append_cstr(&pem, "-----END CERTIFICATE-----\n");
		size_t one = pem.len;
		str_append_cstr(&pem, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
		r.sm2_certificate = (struct sv){ pem.p, pem.len };
		assert_int_equal(record_write(&a, &r, &out, NULL), ERR_OK);
		assert_int_equal(record_parse(&a, (struct sv){ out.p, out.len }, "r", &again, NULL), ERR_OK);
		assert_true(sv_eq(again.sm2_certificate, (struct sv){ pem.p, one }));
		r.sm2_certificate.n = one - 1;
		assert_int_equal(record_write(&a, &r, &out, &err), ERR_INVALID);
		assert_string_equal(err.rule, "certificate-form");
		str_release(&out);
		str_release(&pem);
	}
	arena_fini(&a);
}

static void test_record_write_refuses(void **state)
{
	struct arena a = ARENA_INIT(1 << 20);
	struct str out = STR_INIT(RECORD_BYTES_MAX);
	struct err err = ERR_INIT;
	struct record r = example();
	(void)state;
	r.fields = SV("[1]");
	assert_int_equal(record_write(&a, &r, &out, &err), ERR_INVALID);
	assert_string_equal(err.field, "fields");
	r.fields = SV("{\"a\":1},\"x\":{}"); /* cannot leave its place */
	assert_int_not_equal(record_write(&a, &r, &out, &err), ERR_OK);
	r = example();
	r.fields = SV("{\"x\":1.5}");
	assert_int_equal(record_write(&a, &r, &out, &err), ERR_INVALID);
	assert_string_equal(err.rule, "not-canonical");
	r = example();
	r.actor = SV("");
	assert_int_equal(record_write(&a, &r, &out, &err), ERR_INVALID);
	assert_string_equal(err.field, "actor");
	r = example();
	r.has_prev = false;
	assert_int_equal(record_write(&a, &r, &out, &err), ERR_INVALID);
	assert_string_equal(err.field, "prev");
	r = example();
	r.made_at = INSTANT_NONE;
	assert_int_equal(record_write(&a, &r, &out, &err), ERR_INVALID);
	assert_int_equal(out.len, 0);
	struct str small = STR_INIT(100);
	r = example();
	assert_int_equal(record_write(&a, &r, &small, &err), ERR_TOO_LARGE);
	str_release(&small);
	str_release(&out);
	arena_fini(&a);
}

/* `text` with the first `from` replaced. */
static char *replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	assert_non_null(at);
	size_t size = strlen(text) + strlen(to) + 1;
	char *out = xmalloc(size);
	snprintf(out, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return out;
}

static const struct {
	const char *from, *to, *rule;
} strict_cases[] = {
	{ "\"v\":1", "\"v\":2", "record-version" },
	{ "\"v\":1", "\"v\":\"1\"", "record-value" },
	{ ",\"v\":1", "", "record-member" },
	{ ",\"v\":1", ",\"v\":1,\"w\":1", "record-member" },
	{ "{\"act\"", "{\"a\":1,\"act\"", "record-member" },
	{ "\"act\":\"file\"", "\"act\":\"\"", "record-value" },
	{ "\"act\":\"file\"", "\"act\":\"fi le\"", "record-value" },
	{ "\"act\":\"file\"", "\"act\":null", "record-value" },
	{ "\"actor\":\"甲\"", "\"actor\":\"\"", "record-value" },
	{ "\"actor\":\"甲\"", "\"actor\":1", "record-value" },
	{ "\"channel\":\"c1\"", "\"channel\":\"c0\"", "record-value" },
	{ "\"channel\":\"c1\"", "\"channel\":\"c10\"", "record-value" },
	{ "\"fields\":{}", "\"fields\":[]", "record-value" },
	{ "\"fields\":{}", "\"fields\":null", "record-value" },
	{ "\"kind\":\"filed\"", "\"kind\":\"Filed\"", "record-value" },
	{ "\"kind\":\"filed\"", "\"kind\":\"not_filed\"", "record-value" },
	{ "\"lane\":\"p\"", "\"lane\":\"P\"", "record-value" },
	{ "\"lane\":\"p\"", "\"lane\":\"\"", "record-value" },
	{ "\"lane\":\"p\"", "\"lane\":\"m\"", "record-value" }, /* seen and to are others */
	{ "10:00:00.000000+08:00\",\"kind", "10:00:00+08:00\",\"kind", "record-value" },
	{ "10:00:00.000000+08:00\",\"kind", "10:00:00.000+08:00\",\"kind", "record-value" },
	{ "10:00:00.000000+08:00\",\"kind", "10:00:00.000000Z\",\"kind", "record-value" },
	{ "10:00:00.000000+08:00\",\"kind", "25:00:00.000000+08:00\",\"kind", "record-value" },
	{ "\"n\":2,\"number\"", "\"n\":0,\"number\"", "record-value" },
	{ "\"n\":2,\"number\"", "\"n\":1,\"number\"", "record-value" }, /* has prev */
	{ "\"n\":2,\"number\"", "\"n\":\"2\",\"number\"", "record-value" },
	{ "\"number\":null", "\"number\":\"\"", "record-value" },
	{ "\"number\":null", "\"number\":3", "record-value" },
	{ "\"package\":null", "\"package\":{}", "record-member" },
	{ "\"package\":null", "\"package\":[]", "record-value" },
	{ "\"package\":null",
	  "\"package\":{\"items\":-1,\"manifest\":\"" DIGEST
	  "\",\"name\":\"x\",\"tagmanifest\":\"" DIGEST "\"}",
	  "record-value" },
	{ "\"package\":null",
	  "\"package\":{\"items\":1,\"manifest\":\"" DIGEST
	  "\",\"name\":\"../x\",\"tagmanifest\":\"" DIGEST "\"}",
	  "record-value" },
	{ "\"package\":null",
	  "\"package\":{\"items\":1,\"manifest\":\"" HEX64
	  "\",\"name\":\"x\",\"tagmanifest\":\"" DIGEST "\"}",
	  "record-value" },
	{ "\"prev\":\"" DIGEST "\"", "\"prev\":null", "record-value" },
	{ "\"prev\":\"sha256:0", "\"prev\":\"sha256:A", "record-value" },
	{ "\"prev\":\"sha256:0", "\"prev\":\"sha512:0", "record-value" },
	{ "\"registered\":null", "\"registered\":{\"for\":\"m\",\"medium\":\"纸质\"}",
	  "record-member" },
	{ "\"registered\":null", "\"registered\":{\"for\":\"m\",\"medium\":\"\",\"scan\":null}",
	  "record-value" },
	{ "\"seen\":{\"m\":", "\"seen\":{\"M\":", "record-value" },
	{ "\"seen\":{\"m\":", "\"seen\":{\"p\":", "record-value" },
	{ "\"n\":1}}", "\"n\":0}}", "record-value" },
	{ "\"n\":1}}", "\"n\":1,\"o\":1}}", "record-member" },
	{ "\"sm2\":null,", "", "record-member" },
	{ "\"sm2\":null", "\"sm2\":\"\"", "record-value" },
	{ "\"sm2\":null", "\"sm2\":{}", "record-value" },
	{ "\"sm2\":null", "\"sm2\":\"AAA\"", "record-value" },
	{ "\"sm2\":null", "\"sm2\":\"AAB=\"", "record-value" }, /* spare bits */
	{ "\"sm2\":null", "\"sm2\":\"AAA=AAAA\"", "record-value" },
	{ "\"sm2\":null", "\"sm2\":\"AAA \"", "record-value" },
	{ "\"sm2\":null", "\"sm2\":\"" DIGEST "\"", "record-value" },
	{ "\"thread\":\"7d1f0f5e", "\"thread\":\"7D1f0f5e", "record-value" },
	{ "\"thread\":\"7d1f0f5e-", "\"thread\":\"7d1f0f5e0", "record-value" },
	{ "\"to\":[\"m\"]", "\"to\":[\"m\",\"m\"]", "record-value" },
	{ "\"to\":[\"m\"]", "\"to\":[\"p\"]", "record-value" },
	{ "\"to\":[\"m\"]", "\"to\":\"m\"", "record-value" },
	{ "\"to\":[\"m\"]", "\"to\": [\"m\"]", "not-canonical" },
	{ "\"actor\":\"甲\"", "\"actor\":\"\\u7532\"", "not-canonical" },
	{ "{\"act\"", "[\"act\"", "not-json" },
};

static const char strict_good[] =
	"{\"act\":\"file\",\"actor\":\"甲\",\"channel\":\"c1\",\"fields\":{},"
	"\"happened_at\":\"2026-11-23T10:00:00.000000+08:00\",\"kind\":\"filed\",\"lane\":\"p\","
	"\"made_at\":\"2026-11-23T10:00:01.000000+08:00\",\"n\":2,\"number\":null,"
	"\"organ\":\"乐至县公安局\",\"package\":null,\"prev\":\"" DIGEST "\",\"registered\":null,"
	"\"seen\":{\"m\":{\"digest\":\"" DIGEST "\",\"n\":1}},\"side\":\"receiver\","
	"\"sm2\":null,\"state\":\"filed\",\"thread\":\"7d1f0f5e-3a44-4c1b-9f57-2f0c5a6b8e01\","
	"\"to\":[\"m\"],\"v\":1}";

static void test_record_strict(void **state)
{
	struct arena a = ARENA_INIT(8 << 20);
	struct record r;
	(void)state;
	assert_int_equal(record_parse(&a, sv_of(strict_good), "good", &r, NULL), ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(strict_cases); i++) {
		struct err err = ERR_INIT;
		char *bad = replaced(strict_good, strict_cases[i].from, strict_cases[i].to);
		if (record_parse(&a, sv_of(bad), "坏记录", &r, &err) != ERR_INVALID ||
		    strcmp(err.rule, strict_cases[i].rule) != 0)
			fail_msg("%s: rule %s, expected %s", strict_cases[i].to, err.rule,
				 strict_cases[i].rule);
		assert_non_null(strstr(err.message, "坏记录"));
		free(bad);
	}
	arena_fini(&a);
}

static void test_instants(void **state)
{
	static const char *const bad[] = {
		"2026-11-23T10:00:00+08:00",         "2026-11-23 10:00:00.000000+08:00",
		"2026-11-23T10:00:00.0000000+08:00", "2026-11-23T02:00:00.000000Z",
		"2026-02-30T10:00:00.000000+08:00",  "",
	};
	char text[RECORD_INSTANT_SIZE];
	instant_t t = 0;
	(void)state;
	assert_true(record_instant_parse(SV("2026-11-23T10:00:00.000001+08:00"), &t));
	record_instant_format(t, text);
	assert_string_equal(text, "2026-11-23T10:00:00.000001+08:00");
	record_instant_format(t - 1, text);
	assert_string_equal(text, "2026-11-23T10:00:00.000000+08:00");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(record_instant_parse(sv_of(bad[i]), &t));
	assert_true(record_thread_is_valid(SV("7d1f0f5e-3a44-4c1b-9f57-2f0c5a6b8e01")));
	assert_false(record_thread_is_valid(SV("7d1f0f5e-3a44-4c1b-9f57-2f0c5a6b8e0")));
	assert_false(record_thread_is_valid(SV("7d1f0f5e_3a44-4c1b-9f57-2f0c5a6b8e01")));
}

static void test_kinds(void **state)
{
	(void)state;
	for (int i = 0; i < RECORD_KIND_COUNT; i++) {
		enum record_kind found = RECORD_KIND_COUNT;
		const char *name = record_kind_name((enum record_kind)i);
		assert_true(record_kind_find(sv_of(name), &found));
		assert_int_equal(found, i);
		assert_null(strchr(name, '_'));
		assert_true(record_kind_zh((enum record_kind)i)[0] != '\0');
	}
	enum record_kind kind;
	assert_false(record_kind_find(SV("partly"), &kind));
	assert_false(record_kind_find(SV(""), &kind));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canonical_text),
		cmocka_unit_test(test_canonical_parse),
		cmocka_unit_test(test_canonical_limits),
		cmocka_unit_test(test_record_write),
		cmocka_unit_test(test_record_parts),
		cmocka_unit_test(test_record_sm2),
		cmocka_unit_test(test_record_write_refuses),
		cmocka_unit_test(test_record_strict),
		cmocka_unit_test(test_instants),
		cmocka_unit_test(test_kinds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

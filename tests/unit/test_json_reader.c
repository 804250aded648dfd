/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * JSON reader: what it refuses that the library below accepts, exact numbers, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/json_reader.h"

static struct arena arena = ARENA_INIT(0);

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

/* Parses an exact copy, so that AddressSanitizer sees every read behind the text. */
static enum err_code parse_bytes(const char *p, size_t n, struct json_doc **ret, struct err *err)
{
	char *copy = malloc(n ? n : 1);
	assert_non_null(copy);
	memcpy(copy, p, n);
	enum err_code code = json_parse(&arena, (struct sv){ copy, n }, ret, err);
	free(copy);
	return code;
}

static const struct json_value *parse(const char *text)
{
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;
	if (parse_bytes(text, strlen(text), &doc, &err))
		fail_msg("%s: %s", text, err.message);
	return json_root(doc);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		const char *rule;
	} rows[] = {
		{ "", "json-truncated" },
		{ " ", "json-truncated" },
		{ "{", "json-truncated" },
		{ "[1,", "json-truncated" },
		{ "[1", "json-truncated" },
		{ "{\"a\"", "json-truncated" },
		{ "{\"a\":", "json-truncated" },
		{ "\"abc", "json-truncated" },
		{ "\"abc\\", "json-escape" },
		{ "{\"a\":1}x", "json-trailing" },
		{ "{} {}", "json-trailing" },
		{ "1 2", "json-trailing" },
		{ "nullx", "json-trailing" },
		{ "[1,]", "json-syntax" },
		{ "[,1]", "json-syntax" },
		{ "[1 2]", "json-syntax" },
		{ "{\"a\":1,}", "json-syntax" },
		{ "{a:1}", "json-syntax" },
		{ "{'a':1}", "json-syntax" },
		{ "{1:1}", "json-syntax" },
		{ "{\"a\" 1}", "json-syntax" },
		{ "[1}", "json-syntax" },
		{ "nul", "json-syntax" },
		{ "True", "json-syntax" },
		{ "NaN", "json-syntax" },
		{ "Infinity", "json-syntax" },
		{ "/* c */1", "json-syntax" },
		{ "\xEF\xBB\xBF{}", "json-syntax" },
		{ "01", "json-number" },
		{ "-01", "json-number" },
		{ "1.", "json-number" },
		{ "[.5]", "json-syntax" },
		{ "+1", "json-syntax" },
		{ "-", "json-number" },
		{ "-x", "json-number" },
		{ "1e", "json-number" },
		{ "1e+", "json-number" },
		{ "1.e5", "json-number" },
		{ "0x10", "json-trailing" },
		{ "1e999", "json-number-range" },
		{ "-1e999", "json-number-range" },
		{ "1234567890123456789012345678901234567890123456789012345678901",
		  "json-number-length" },
		{ "\"a\tb\"", "json-control" },
		{ "\"a\nb\"", "json-control" },
		{ "\"a\x01"
		  "b\"",
		  "json-control" },
		{ "{\"a\tb\":1}", "json-control" },
		{ "\"x\\u0000y\"", "json-nul" },
		{ "{\"x\\u0000y\":1}", "json-nul" },
		{ "\"\\ud800\"", "json-surrogate" },
		{ "\"\\udc00\"", "json-surrogate" },
		{ "\"\\ud800\\u0041\"", "json-surrogate" },
		{ "\"\\ud800\\ud800\"", "json-surrogate" },
		{ "\"\\ud83d\\", "json-surrogate" },
		{ "\"\\u12\"", "json-escape" },
		{ "\"\\u12g4\"", "json-escape" },
		{ "\"\\x41\"", "json-escape" },
		{ "\"\\'\"", "json-escape" },
		{ "\"\x80\"", "json-utf8" },
		{ "\"\xED\xA0\x80\"", "json-utf8" },
		{ "\"\xC0\x80\"", "json-utf8" },
		{ "\"\xB0\xB8\"", "json-utf8" },
		{ "{\"a\":1,\"a\":2}", "json-duplicate" },
		{ "{\"a\":1,\"\\u0061\":2}", "json-duplicate" },
		{ "{\"案\":1,\"\\u6848\":2}", "json-duplicate" },
		{ "{\"\":1,\"\":2}", "json-duplicate" },
		{ "[{\"x\":{\"a\":1,\"b\":2,\"a\":3}}]", "json-duplicate" },
		{ "{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,\"g\":0,\"h\":0,\"i\":0,\"j\":0,"
		  "\"k\":0,\"l\":0,\"m\":0,\"c\":0}",
		  "json-duplicate" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct json_doc *doc = NULL;
		struct err err = ERR_INIT;
		enum err_code code = parse_bytes(rows[i].text, strlen(rows[i].text), &doc, &err);
		if (code != ERR_MALFORMED || doc || strcmp(err.rule, rows[i].rule) != 0 ||
		    err.message[0] == '\0')
			fail_msg("%s: %d %s: %s", rows[i].text, (int)code, err.rule, err.message);
	}
	struct json_doc *doc = NULL;
	assert_int_equal(parse_bytes("\"a\0b\"", 5, &doc, NULL), ERR_MALFORMED);
	assert_int_equal(parse_bytes("{}\0", 3, &doc, NULL), ERR_MALFORMED);
	assert_int_equal(json_parse(&arena, (struct sv){ NULL, 0 }, &doc, NULL), ERR_MALFORMED);
}

static void test_message_names_the_place(void **state)
{
	struct json_doc *doc;
	struct err err = ERR_INIT;
	(void)state;
	assert_int_equal(parse_bytes("[1,x]", 5, &doc, &err), ERR_MALFORMED);
	assert_non_null(strstr(err.message, "第4字节"));
	assert_int_equal(parse_bytes("{\"案号\":1,\"案号\":2}", 23, &doc, &err), ERR_MALFORMED);
	assert_non_null(strstr(err.message, "案号"));
	assert_string_equal(err.field, "案号");
}

static void test_accepted(void **state)
{
	const struct json_value *root = parse(
		" {\"name\" : \"乐清\\u5e02\\n\\ud842\\udfb7\", \"A\":1, \"a\":-2,\r\n\t\"list\":[true,false,"
		"null,1.50,{}], \"empty\":[], \"\":\"\\\"\\\\\\/\\b\\f\\t\x7F\"} ");
	(void)state;
	assert_int_equal(json_type(root), JSON_OBJECT);
	assert_int_equal(json_count(root), 6);
	assert_true(sv_eq_str(json_string(json_get(root, "name")), "乐清市\n𠮷"));
	assert_true(sv_eq_str(json_string(json_get(root, "")), "\"\\/\b\f\t\x7F"));

	int64_t n = 0;
	assert_true(json_to_i64(json_get(root, "A"), &n)); /* names are case sensitive */
	assert_int_equal(n, 1);
	assert_true(json_to_i64(json_get(root, "a"), &n));
	assert_int_equal(n, -2);

	static const enum json_type types[] = { JSON_BOOL, JSON_BOOL, JSON_NULL, JSON_NUMBER,
						JSON_OBJECT };
	const struct json_value *list = json_get(root, "list"), *v = json_first(list);
	assert_int_equal(json_count(list), ARRAY_LEN(types));
	assert_true(json_is_true(v));
	assert_false(json_is_true(json_next(v)));
	for (size_t i = 0; i < ARRAY_LEN(types); i++, v = json_next(v)) {
		assert_int_equal(json_type(v), types[i]);
		assert_int_equal(json_name(v).n, 0);
	}
	assert_null(v);
	v = json_next(json_first(root));
	assert_true(sv_eq_str(json_name(v), "A"));
	assert_int_equal(json_type(json_get(root, "empty")), JSON_ARRAY);
	assert_null(json_first(json_get(root, "empty")));
	assert_true(sv_eq_str(json_string(parse("\"\"")), ""));
}

static void test_integers_are_exact(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} rows[] = {
		{ "0", true, 0 },
		{ "-0", true, 0 },
		{ "1234567890123460", true, INT64_C(1234567890123460) },
		{ "9007199254740991", true, INT64_C(9007199254740991) },
		{ "9007199254740992", true, INT64_C(9007199254740992) },
		{ "9007199254740993", false, 0 }, /* a double would make it ...992 */
		{ "-9007199254740992", true, INT64_C(-9007199254740992) },
		{ "-9007199254740993", false, 0 },
		{ "9223372036854775807", false, 0 },
		{ "99999999999999999999999999", false, 0 },
		{ "1.0", false, 0 },
		{ "1e3", false, 0 },
		{ "20000.50", false, 0 },
		{ "\"1\"", false, 0 },
		{ "true", false, 0 },
		{ "null", false, 0 },
		{ "[1]", false, 0 },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t n = 0;
		bool ok = json_to_i64(parse(rows[i].text), &n);
		if (ok != rows[i].ok || n != rows[i].value)
			fail_msg("%s: %d %lld", rows[i].text, ok, (long long)n);
	}
	/* Digits in strings and names are no tokens of numbers. */
	const struct json_value *root =
		parse("{\"1\":\"2\\\"3\",\"-4\":5,\"x\":[\"6\\\\\",7.250,true,-8e-1],\"9\":10}");
	int64_t n = 0;
	assert_true(json_to_i64(json_get(root, "-4"), &n) && n == 5);
	assert_true(json_to_i64(json_get(root, "9"), &n) && n == 10);
	const struct json_value *v = json_next(json_first(json_get(root, "x")));
	assert_true(sv_eq_str(json_number_text(v), "7.250"));
	assert_true(sv_eq_str(json_number_text(json_next(json_next(v))), "-8e-1"));
	assert_int_equal(json_number_text(root).n, 0);
}

static void test_accessors_take_anything(void **state)
{
	const struct json_value *number = parse("1");
	int64_t n = 7;
	(void)state;
	assert_int_equal(json_type(NULL), JSON_NULL);
	assert_null(json_get(NULL, "a"));
	assert_null(json_get(number, "a"));
	assert_null(json_get(parse("[1]"), ""));
	assert_null(json_get(parse("{\"b\":1}"), "a"));
	assert_int_equal(json_string(NULL).n, 0);
	assert_int_equal(json_string(number).n, 0);
	assert_false(json_to_i64(NULL, &n));
	assert_int_equal(n, 7);
	assert_false(json_is_true(number));
	assert_int_equal(json_count(number), 0);
	assert_null(json_first(number));
	assert_null(json_next(NULL));
	assert_null(json_root(NULL));
	assert_int_equal(json_name(NULL).n, 0);
	assert_string_equal(json_type_zh(JSON_STRING), "字符串");
	for (int type = JSON_NULL; type <= JSON_OBJECT; type++)
		assert_true(json_type_zh((enum json_type)type)[0] != '\0');
}

static void test_depth(void **state)
{
	char text[80];
	struct json_doc *doc;
	struct err err = ERR_INIT;
	(void)state;
	for (size_t depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		enum err_code code = parse_bytes(text, 2 * depth, &doc, &err);
		assert_int_equal(code, depth > JSON_DEPTH_MAX ? ERR_MALFORMED : ERR_OK);
	}
	assert_string_equal(err.rule, "json-depth");
	/* side by side is not deep */
	parse("[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],"
	      "[],[],[],[],[],[],[],{},{},{}]");
	static char many[100000];
	memset(many, '[', sizeof(many));
	assert_int_equal(parse_bytes(many, sizeof(many), &doc, &err), ERR_MALFORMED);
	assert_string_equal(err.rule, "json-depth");
}

static void test_arena_cap(void **state)
{
	/* 20 kB of text that would become 10000 values */
	static char text[20001];
	struct arena tiny = ARENA_INIT(64 * 1024);
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;
	(void)state;
	for (size_t i = 0; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, i ? ",0" : "[0", 2);
	text[sizeof(text) - 1] = ']';
	assert_int_equal(json_parse(&tiny, (struct sv){ text, sizeof(text) }, &doc, &err),
			 ERR_TOO_LARGE);
	assert_null(doc);
	assert_int_equal(json_parse(&tiny, SV("[0,0]"), &doc, &err), ERR_OK);
	arena_fini(&tiny);
	assert_int_equal(parse_bytes(text, sizeof(text), &doc, &err), ERR_OK);
	assert_int_equal(json_count(json_root(doc)), 10000);
}

static void test_many_members_stay_cheap(void **state)
{
	struct str text = STR_INIT(2 << 20);
	struct json_doc *doc;
	(void)state;
	for (int i = 0; i < 50000; i++)
		str_printf(&text, "%c\"k%d\":%d", i ? ',' : '{', i, i);
	str_append_char(&text, '}');
	assert_int_equal(json_parse(&arena, (struct sv){ text.p, text.len }, &doc, NULL), ERR_OK);
	int64_t n;
	assert_true(json_to_i64(json_get(json_root(doc), "k49999"), &n) && n == 49999);
	str_release(&text);
}

static void test_free_wipes(void **state)
{
	struct json_doc *doc;
	(void)state;
	assert_int_equal(parse_bytes("{\"password\":\"secret\"}", 21, &doc, NULL), ERR_OK);
	struct sv secret = json_string(json_get(json_root(doc), "password"));
	assert_true(sv_eq_str(secret, "secret"));
	json_free(doc);
	for (size_t i = 0; i < secret.n; i++)
		assert_int_equal(secret.p[i], 0);
	json_free(NULL);
}

/* Every prefix and every single changed byte: no crash, and what is accepted is whole. */
static void test_damaged_text(void **state)
{
	static const char text[] =
		"{\"version\":3,\"fields\":{\"name\":\"某某商行\\u0041\\ud842\\udfb7\",\"fine_fen\":\"2000050\","
		"\"n\":[-1,2.5e+3,true,null]}}";
	static const unsigned char bytes[] = { 0,   '"', '\\', '{', '}', '[', ']',  ',',
					       ':', '0', '-',  'e', 'u', ' ', 0x80, 0xFF };
	struct json_doc *doc;
	size_t n = sizeof(text) - 1;
	char copy[sizeof(text)];
	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_int_equal(parse_bytes(text, i, &doc, NULL), ERR_MALFORMED);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < sizeof(bytes); k++) {
			memcpy(copy, text, sizeof(text));
			copy[i] = (char)bytes[k];
			if (parse_bytes(copy, n, &doc, NULL) == ERR_OK)
				assert_int_equal(json_type(json_root(doc)), JSON_OBJECT);
		}
		arena_reset(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_message_names_the_place),
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_integers_are_exact),
		cmocka_unit_test(test_accessors_take_anything),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_arena_cap),
		cmocka_unit_test(test_many_members_stay_cheap),
		cmocka_unit_test(test_free_wipes),
		cmocka_unit_test(test_damaged_text),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}

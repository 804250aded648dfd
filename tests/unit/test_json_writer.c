/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * JSON writer: commas, escapes, limits, misuse; and round trips through the reader. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "json/json_reader.h"
#include "json/json_writer.h"

static void test_structure(void **state)
{
	struct str out = STR_INIT(10000);
	struct json_writer w;
	(void)state;
	json_writer_init(&w, &out);
	assert_false(json_writer_ok(&w)); /* nothing written yet */
	json_obj_open(&w);
	json_kv_id(&w, "id", INT64_MAX);
	json_kv_str(&w, "number", "乐市监〔2025〕1号");
	json_kv_str(&w, "none", NULL);
	json_kv_sv(&w, "empty", (struct sv){ NULL, 0 });
	json_kv_i64(&w, "version", -3);
	json_kv_bool(&w, "yes", true);
	json_kv_bool(&w, "no", false);
	json_kv_null(&w, "null");
	json_kv_day(&w, "on", 20780);
	json_kv_day(&w, "never", DAY_NONE);
	json_kv_day(&w, "forever", DAY_MAX);
	json_kv_instant(&w, "at", 0);
	json_kv_instant(&w, "not_at", INSTANT_NONE);
	json_kv_rawtext(&w, "raw", SV("{\"a\":1}"));
	json_key(&w, "items");
	json_arr_open(&w);
	json_arr_open(&w);
	json_arr_close(&w);
	json_obj_open(&w);
	json_obj_close(&w);
	json_i64(&w, 1);
	json_cstr(&w, "x");
	json_cstr(&w, NULL);
	json_null(&w);
	json_bool(&w, true);
	assert_false(json_writer_ok(&w)); /* still open */
	json_arr_close(&w);
	json_key_sv(&w, SV("last"));
	json_str(&w, SV("y"));
	json_obj_close(&w);
	assert_true(json_writer_ok(&w));
	assert_string_equal(
		str_cstr(&out),
		"{\"id\":\"9223372036854775807\",\"number\":\"乐市监〔2025〕1号\",\"none\":null,\"empty\":\"\","
		"\"version\":-3,\"yes\":true,\"no\":false,\"null\":null,\"on\":\"2026-11-23\","
		"\"never\":null,\"forever\":null,\"at\":\"1970-01-01T08:00:00+08:00\",\"not_at\":null,"
		"\"raw\":{\"a\":1},\"items\":[[],{},1,\"x\",null,null,true],\"last\":\"y\"}");
	str_release(&out);
}

static void test_escapes(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "\"\"" },
		{ "plain", "\"plain\"" },
		{ "\"", "\"\\\"\"" },
		{ "a\\b/c", "\"a\\\\b/c\"" },
		{ "\n\r\t", "\"\\n\\r\\t\"" },
		{ "\x01x\x1F\x7F\b", "\"\\u0001x\\u001f\\u007f\\u0008\"" },
		{ "案𠮷é", "\"案𠮷é\"" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str out = STR_INIT(1000);
		struct json_writer w;
		struct arena arena = ARENA_INIT(0);
		struct json_doc *doc;
		json_writer_init(&w, &out);
		json_cstr(&w, rows[i].text);
		assert_true(json_writer_ok(&w));
		assert_string_equal(str_cstr(&out), rows[i].want);
		assert_int_equal(json_parse(&arena, (struct sv){ out.p, out.len }, &doc, NULL),
				 ERR_OK);
		assert_true(sv_eq_str(json_string(json_root(doc)), rows[i].text));
		arena_fini(&arena);
		str_release(&out);
	}
}

static void test_write_value(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ " { \"b\" : [ 1 , 2.50 , -0 , 1E3 ] , \"a\" : { } } ",
		  "{\"b\":[1,2.50,0,1E3],\"a\":{}}" },
		{ "\"\\u6848\\/\\ud842\\udfb7\"", "\"案/𠮷\"" },
		{ "[true,false,null,[]]", "[true,false,null,[]]" },
		{ "9007199254740993", "9007199254740993" },
	};
	struct arena arena = ARENA_INIT(0);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str out = STR_INIT(1000);
		struct json_writer w;
		struct json_doc *doc;
		assert_int_equal(json_parse(&arena, sv_of(rows[i].text), &doc, NULL), ERR_OK);
		json_writer_init(&w, &out);
		json_obj_open(&w);
		json_kv_value(&w, "v", json_root(doc));
		json_kv_value(&w, "none", NULL);
		json_obj_close(&w);
		assert_true(json_writer_ok(&w));
		size_t n = strlen(rows[i].want);
		assert_memory_equal(out.p + 5, rows[i].want, n);
		assert_string_equal(out.p + 5 + n, ",\"none\":null}");
		str_release(&out);
	}
	arena_fini(&arena);
}

static void test_full_output(void **state)
{
	struct str out = STR_INIT(20);
	struct json_writer w;
	(void)state;
	json_writer_init(&w, &out);
	json_arr_open(&w);
	for (int i = 0; i < 100; i++)
		json_i64(&w, i);
	json_arr_close(&w);
	assert_false(json_writer_ok(&w));
	assert_true(out.len <= 20);
	str_release(&out);
}

static void test_deep(void **state)
{
	struct str out = STR_INIT(1000);
	struct json_writer w;
	(void)state;
	json_writer_init(&w, &out);
	for (int i = 0; i < 63; i++) {
		json_arr_open(&w);
		if (i % 2)
			json_i64(&w, i);
	}
	for (int i = 0; i < 63; i++)
		json_arr_close(&w);
	assert_true(json_writer_ok(&w));
	str_release(&out);
}

static void key_in_array(struct json_writer *w)
{
	json_arr_open(w);
	json_key(w, "k");
}

static void value_without_key(struct json_writer *w)
{
	json_obj_open(w);
	json_i64(w, 1);
}

static void two_keys(struct json_writer *w)
{
	json_obj_open(w);
	json_key(w, "a");
	json_key(w, "b");
}

static void key_without_value(struct json_writer *w)
{
	json_obj_open(w);
	json_key(w, "a");
	json_obj_close(w);
}

static void wrong_close(struct json_writer *w)
{
	json_obj_open(w);
	json_arr_close(w);
}

static void close_too_many(struct json_writer *w)
{
	json_arr_open(w);
	json_arr_close(w);
	json_arr_close(w);
}

static void two_roots(struct json_writer *w)
{
	json_i64(w, 1);
	json_i64(w, 2);
}

static void too_deep(struct json_writer *w)
{
	for (int i = 0; i < 64; i++)
		json_arr_open(w);
}

static void empty_raw_text(struct json_writer *w)
{
	json_rawtext(w, (struct sv){ NULL, 0 });
}

static void test_misuse_aborts(void **state)
{
	static void (*const misuses[])(struct json_writer *) = {
		key_in_array,   value_without_key, two_keys, key_without_value, wrong_close,
		close_too_many, two_roots,         too_deep, empty_raw_text,
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(misuses); i++) {
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			struct str out = STR_INIT(1000);
			struct json_writer w;
			signal(SIGABRT, SIG_DFL);
			if (!freopen("/dev/null", "w", stderr))
				_exit(2);
			json_writer_init(&w, &out);
			misuses[i](&w);
			_exit(0);
		}
		int status = 0;
		assert_int_equal(waitpid(child, &status, 0), child);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
			fail_msg("misuse %zu was accepted", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_structure),   cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_write_value), cmocka_unit_test(test_full_output),
		cmocka_unit_test(test_deep),        cmocka_unit_test(test_misuse_aborts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

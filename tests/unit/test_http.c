/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Pure parts of lib/http: targets, segments, queries, tokens, Host, router, listeners.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/http.h"

static struct sv bytes(const char *p, size_t n)
{
	return (struct sv){ p, n };
}

/* --- segments -------------------------------------------------------------- */

static void test_segment(void **state UNUSED)
{
	static const struct {
		const char *raw;
		const char *out; /* NULL: refused */
	} cases[] = {
		{ "abc", "abc" },
		{ "a+b", "a+b" }, /* '+' is a blank in queries only */
		{ "%E4%B9%90%e5%b8%82", "乐市" },
		{ "a%20b", "a b" },
		{ "%25", "%" },
		{ "...", "..." },
		{ "a%3Fb", "a?b" },
		{ "", NULL },
		{ ".", NULL },
		{ "..", NULL },
		{ "%2e%2E", NULL },
		{ "a%2Fb", NULL },
		{ "a%00b", NULL },
		{ "a%0d%0ab", NULL },
		{ "a%7Fb", NULL },
		{ "%", NULL },
		{ "%4", NULL },
		{ "%zz", NULL },
		{ "%4g", NULL },
		{ "%+1", NULL },
		{ "%ff", NULL },             /* not UTF-8 */
		{ "%c0%af", NULL },          /* overlong '/' */
		{ "%ed%a0%80", NULL },       /* surrogate */
	};
	struct arena a = ARENA_INIT(0);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sv out = { NULL, 0 };
		enum err_code code = http_decode_segment(&a, sv_of(cases[i].raw), &out);

		if (cases[i].out) {
			assert_int_equal(code, ERR_OK);
			assert_true(sv_eq_str(out, cases[i].out));
		} else {
			assert_int_equal(code, ERR_MALFORMED);
		}
	}
	arena_fini(&a);
}

/* --- queries --------------------------------------------------------------- */

/* "name=value;name=value" of what was decoded, or "!" */
static const char *decode(struct arena *a, struct sv raw)
{
	struct http_pair *pairs = NULL;
	size_t count = 0;
	struct str s = STR_INIT(4096);
	char *copy;

	if (http_decode_query(a, raw, &pairs, &count, NULL) != ERR_OK)
		return "!";
	for (size_t i = 0; i < count; i++)
		str_printf(&s, "%s%.*s=%.*s", i ? ";" : "", SV_ARG(pairs[i].name),
			   SV_ARG(pairs[i].value));
	copy = arena_strdup(a, str_cstr(&s));
	str_release(&s);
	return copy;
}

static void test_query(void **state UNUSED)
{
	static const struct {
		const char *raw;
		const char *out;
	} cases[] = {
		{ "", "" },
		{ "a=1", "a=1" },
		{ "a=1&b=2", "a=1;b=2" },
		{ "&&a=1&&", "a=1" },
		{ "a", "a=" },
		{ "a=", "a=" },
		{ "a=b=c", "a=b=c" },
		{ "a=x+y%2Bz", "a=x y+z" },
		{ "%E5%90%8D=%E4%B9%90", "名=乐" },
		{ "a=line%0Aend%09tab", "a=line\nend\ttab" },
		{ "a=%26%3D", "a=&=" },
		{ "=1", "!" },
		{ "a=1&a=2", "!" },
		{ "a=1&%61=2", "!" }, /* the same name in disguise */
		{ "a=%", "!" },
		{ "a=%2", "!" },
		{ "a=%00", "!" },
		{ "a=%1b", "!" },
		{ "a%0a=1", "!" },
		{ "a=%ff", "!" },
		{ "a=%c0%80", "!" },
		{ "a=%f4%90%80%80", "!" },
	};
	struct arena a = ARENA_INIT(0);
	struct str many = STR_INIT(8192);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(decode(&a, sv_of(cases[i].raw)), cases[i].out);
	assert_string_equal(decode(&a, bytes("a=1\0", 4)), "!");
	for (int i = 0; i < 65; i++)
		str_printf(&many, "k%d=1&", i);
	assert_string_equal(decode(&a, sv_of(str_cstr(&many))), "!");
	str_release(&many);
	arena_fini(&a);
}

static void test_query_names_the_field(void **state UNUSED)
{
	struct arena a = ARENA_INIT(0);
	struct http_pair *pairs;
	size_t count;
	struct err err = ERR_INIT;

	assert_int_equal(http_decode_query(&a, SV("limit=1&limit=2"), &pairs, &count, &err),
			 ERR_MALFORMED);
	assert_string_equal(err.field, "limit");
	arena_fini(&a);
}

/* Random bytes: never a crash, never NUL or invalid text let through. */
static void test_query_random(void **state UNUSED)
{
	static const char alphabet[] = "a=&%+0123456789abcdefABCDEF\xe4\xb9\x90\0\n.";
	uint32_t seed = 12345;

	for (int round = 0; round < 20000; round++) {
		struct arena a = ARENA_INIT(0);
		char raw[24];
		size_t n = 0;
		struct http_pair *pairs = NULL;
		size_t count = 0;

		for (; n < sizeof(raw); n++) {
			seed = seed * 1664525u + 1013904223u;
			if ((seed >> 27) == 0)
				break;
			raw[n] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		if (http_decode_query(&a, bytes(raw, n), &pairs, &count, NULL) == ERR_OK) {
			for (size_t i = 0; i < count; i++) {
				assert_null(memchr(pairs[i].value.p, 0, pairs[i].value.n));
				assert_true(pairs[i].name.n > 0);
			}
		}
		arena_fini(&a);
	}
}

/* --- targets, tokens, Host ------------------------------------------------- */

static void test_target(void **state UNUSED)
{
	static const char *const bad[] = { "", "*", "http://x/y", "x", "/a b", "/a#b", "/a\\b",
					   "/a\x7f", "/\xe4\xb9\x90", "/a\"b", "/<x>", "/a\tb" };
	struct sv path, query;
	char longer[9000];

	assert_int_equal(http_split_target(SV("/a/b?c=d?e"), &path, &query, NULL), ERR_OK);
	assert_true(sv_eq_str(path, "/a/b"));
	assert_true(sv_eq_str(query, "c=d?e"));
	assert_int_equal(http_split_target(SV("/"), &path, &query, NULL), ERR_OK);
	assert_int_equal(query.n, 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(http_split_target(sv_of(bad[i]), &path, &query, NULL),
				 ERR_MALFORMED);
	assert_int_equal(http_split_target(bytes("/a\0b", 4), &path, &query, NULL), ERR_MALFORMED);
	memset(longer, 'a', sizeof(longer));
	longer[0] = '/';
	assert_int_equal(http_split_target(bytes(longer, sizeof(longer)), &path, &query, NULL),
			 ERR_MALFORMED);
}

static void test_token_and_value(void **state UNUSED)
{
	assert_true(http_is_token(SV("X-Request-Id")));
	assert_true(http_is_token(SV("a!#$%&'*+-.^_`|~9")));
	assert_false(http_is_token(SV("")));
	assert_false(http_is_token(SV("Content-Length ")));
	assert_false(http_is_token(SV("a:b")));
	assert_false(http_is_token(SV("a\tb")));
	assert_false(http_is_token(SV("a(b")));
	assert_false(http_is_token(bytes("a\0b", 3)));
	assert_false(http_is_token(SV("\xe4\xb9\x90")));
	assert_true(http_is_field_value(SV("text/html; charset=utf-8")));
	assert_true(http_is_field_value(SV("a\tb")));
	assert_true(http_is_field_value(SV("")));
	assert_false(http_is_field_value(SV("a\r\nSet-Cookie: x")));
	assert_false(http_is_field_value(SV("a\nb")));
	assert_false(http_is_field_value(bytes("a\0b", 3)));
	assert_false(http_is_field_value(SV("a\x7f")));
}

static void test_host(void **state UNUSED)
{
	static const struct {
		const char *host;
		const char *name;
	} cases[] = {
		{ "localhost", "localhost" }, { "a.b-c:8470", "a.b-c" },
		{ "127.0.0.1:80", "127.0.0.1" }, { "[::1]", "[::1]" },
		{ "[::1]:8470", "[::1]" }, { "a:", "a" },
		{ "", NULL }, { ":80", NULL }, { "a b", NULL }, { "a/b", NULL }, { "a@b", NULL },
		{ "a:80x", NULL }, { "a:123456", NULL }, { "[::1", NULL }, { "[]", NULL },
		{ "[x]", NULL }, { "a,b", NULL }, { "\xe4\xb9\x90", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sv name = { NULL, 0 };

		assert_int_equal(http_host_name(sv_of(cases[i].host), &name),
				 cases[i].name != NULL);
		if (cases[i].name)
			assert_true(sv_eq_str(name, cases[i].name));
	}
}

/* --- router ---------------------------------------------------------------- */

static void handler(struct http_request *req UNUSED, const struct http_route *route UNUSED)
{
}

#define ROUTE(m, p) { .method = (m), .pattern = (p), .handler = handler, .doc = (p) }

static const struct http_route routes[] = {
	ROUTE(HTTP_GET, "/"),
	ROUTE(HTTP_GET, "/api/v1/cases"),
	ROUTE(HTTP_POST, "/api/v1/cases"),
	ROUTE(HTTP_GET, "/api/v1/cases/:id"),
	ROUTE(HTTP_GET, "/api/v1/cases/new"),
	ROUTE(HTTP_GET, "/api/v1/cases/:id/acts"),
	ROUTE(HTTP_POST, "/api/v1/cases/:id/acts"),
	ROUTE(HTTP_GET, "/api/v1/cases/:id/acts/:seq"),
	ROUTE(HTTP_DELETE, "/api/v1/sessions/current"),
};

static void test_router_match(void **state UNUSED)
{
	static const struct {
		enum http_method method;
		const char *path;
		enum err_code code;
		const char *pattern;
		const char *params;
	} cases[] = {
		{ HTTP_GET, "/", ERR_OK, "/", "" },
		{ HTTP_HEAD, "/", ERR_OK, "/", "" },
		{ HTTP_GET, "/api/v1/cases", ERR_OK, "/api/v1/cases", "" },
		{ HTTP_GET, "/api/v1/c%61ses", ERR_OK, "/api/v1/cases", "" },
		{ HTTP_GET, "/api/v1/cases/17", ERR_OK, "/api/v1/cases/:id", "id=17 " },
		{ HTTP_GET, "/api/v1/cases/new", ERR_OK, "/api/v1/cases/new", "" },
		/* The literal leads nowhere, so the parameter is tried. */
		{ HTTP_GET, "/api/v1/cases/new/acts", ERR_OK, "/api/v1/cases/:id/acts", "id=new " },
		{ HTTP_GET, "/api/v1/cases/%E4%B9%90/acts/3", ERR_OK,
		  "/api/v1/cases/:id/acts/:seq", "id=乐 seq=3 " },
		{ HTTP_PUT, "/api/v1/cases", ERR_METHOD, NULL, "" },
		{ HTTP_OPTIONS, "/api/v1/cases", ERR_METHOD, NULL, "" },
		{ HTTP_HEAD, "/api/v1/sessions/current", ERR_METHOD, NULL, "" },
		{ HTTP_GET, "/nothing", ERR_NOT_FOUND, NULL, "" },
		{ HTTP_GET, "/api/v1", ERR_NOT_FOUND, NULL, "" },
		{ HTTP_GET, "/api/v1/cases/", ERR_NOT_FOUND, NULL, "" },
		{ HTTP_GET, "//api/v1/cases", ERR_NOT_FOUND, NULL, "" },
		{ HTTP_GET, "/api/v1/cases/17/acts/3/x", ERR_NOT_FOUND, NULL, "" },
		{ HTTP_GET, "/API/v1/cases", ERR_NOT_FOUND, NULL, "" },
		{ HTTP_GET, "/api/v1/cases/../cases", ERR_MALFORMED, NULL, "" },
		{ HTTP_GET, "/api/v1/cases/%2e%2e", ERR_MALFORMED, NULL, "" },
		{ HTTP_GET, "/api/v1/cases/a%2Fb", ERR_MALFORMED, NULL, "" },
		{ HTTP_GET, "/api/v1/cases/a%00b", ERR_MALFORMED, NULL, "" },
		{ HTTP_GET, "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", ERR_NOT_FOUND, NULL, "" },
	};
	struct arena a = ARENA_INIT(0);
	struct http_router *router = NULL;

	assert_int_equal(http_router_new(routes, ARRAY_LEN(routes), &router, NULL), ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct http_match m;
		struct str params = STR_INIT(256);

		assert_int_equal(http_router_match(router, &a, cases[i].method,
						   sv_of(cases[i].path), &m), cases[i].code);
		if (cases[i].pattern)
			assert_string_equal(m.route->pattern, cases[i].pattern);
		else
			assert_null(m.route);
		for (size_t k = 0; k < m.param_count && m.route; k++)
			str_printf(&params, "%.*s=%.*s ", SV_ARG(m.params[k].name),
				   SV_ARG(m.params[k].value));
		assert_string_equal(str_cstr(&params), cases[i].params);
		str_release(&params);
	}
	http_router_free(router);
	arena_fini(&a);
}

static void test_router_allowed(void **state UNUSED)
{
	struct arena a = ARENA_INIT(0);
	struct http_router *router = NULL;
	struct http_match m;

	assert_int_equal(http_router_new(routes, ARRAY_LEN(routes), &router, NULL), ERR_OK);
	assert_int_equal(http_router_match(router, &a, HTTP_DELETE, SV("/api/v1/cases"), &m),
			 ERR_METHOD);
	assert_int_equal(m.allowed, (1u << HTTP_GET) | (1u << HTTP_HEAD) | (1u << HTTP_POST) |
			 (1u << HTTP_OPTIONS));
	http_router_free(router);
	arena_fini(&a);
}

static void test_router_refuses(void **state UNUSED)
{
	static const struct http_route bad[][2] = {
		{ ROUTE(HTTP_GET, "/a"), ROUTE(HTTP_GET, "/a") },
		{ ROUTE(HTTP_GET, "/a/:x"), ROUTE(HTTP_POST, "/a/:y") },
		{ ROUTE(HTTP_GET, "/a"), ROUTE(HTTP_GET, "b") },
		{ ROUTE(HTTP_GET, "/a"), ROUTE(HTTP_GET, "") },
		{ ROUTE(HTTP_GET, "/a"), ROUTE(HTTP_GET, "/a//b") },
		{ ROUTE(HTTP_GET, "/a"), ROUTE(HTTP_GET, "/a/") },
		{ ROUTE(HTTP_GET, "/a"), ROUTE(HTTP_GET, "/a/:") },
		{ ROUTE(HTTP_GET, "/a"), { .method = HTTP_GET, .pattern = "/b" } },
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct http_router *router = NULL;

		assert_int_equal(http_router_new(bad[i], 2, &router, NULL), ERR_INVALID);
		assert_null(router);
	}
}

/* --- listeners ------------------------------------------------------------- */

static void test_listen_needs_tls(void **state UNUSED)
{
	static const char *const open[] = { "0.0.0.0:0", "*:0", "[::]:0", "192.0.2.1:0",
					    "128.0.0.1:0" };
	static const char *const broken[] = { "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000",
					      "example.org:80", ":80", "unix:", "unix:relative",
					      "[::1:80", "127.0.0.1:-1" };
	struct http_listener *l = NULL;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(open); i++) {
		assert_int_equal(http_listen(open[i], false, &l, &err), ERR_INVALID);
		assert_string_equal(err.rule, "tls-required");
	}
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		assert_int_equal(http_listen(broken[i], true, &l, &err), ERR_INVALID);
		assert_string_equal(err.rule, "address");
	}
	assert_null(l);
}

static void test_listen_loopback(void **state UNUSED)
{
	struct http_listener *first = NULL, *second = NULL;

	assert_int_equal(http_listen("127.0.0.1:0", false, &first, NULL), ERR_OK);
	assert_true(strncmp(http_listener_address(first), "127.0.0.1:", 10) == 0);
	assert_int_equal(http_listen(http_listener_address(first), false, &second, NULL), ERR_IO);
	http_listener_free(first);
	http_listener_free(NULL);
}

static void test_listen_unix(void **state UNUSED)
{
	char dir[] = "/tmp/http-test-XXXXXX";
	char address[80], path[64];
	struct http_listener *l = NULL, *again = NULL;
	struct stat st;
	FILE *file;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/s", dir);
	snprintf(address, sizeof(address), "unix:%s", path);
	assert_int_equal(http_listen(address, false, &l, NULL), ERR_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_int_equal(http_listen(address, false, &again, NULL), ERR_IO); /* alive */
	http_listener_free(l);
	assert_int_not_equal(stat(path, &st), 0); /* removed */

	/* What a killed process leaves behind is replaced; another kind of file is not. */
	assert_int_equal(http_listen(address, false, &l, NULL), ERR_OK);
	{
		char moved[80];

		snprintf(moved, sizeof(moved), "%s.keep", path);
		assert_int_equal(rename(path, moved), 0);
		http_listener_free(l);
		assert_int_equal(rename(moved, path), 0);
	}
	assert_int_equal(http_listen(address, false, &l, NULL), ERR_OK);
	http_listener_free(l);
	file = fopen(path, "w");
	fclose(file);
	assert_int_equal(http_listen(address, false, &l, NULL), ERR_IO);
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_segment),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_query_names_the_field),
		cmocka_unit_test(test_query_random),
		cmocka_unit_test(test_target),
		cmocka_unit_test(test_token_and_value),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_router_match),
		cmocka_unit_test(test_router_allowed),
		cmocka_unit_test(test_router_refuses),
		cmocka_unit_test(test_listen_needs_tls),
		cmocka_unit_test(test_listen_loopback),
		cmocka_unit_test(test_listen_unix),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}

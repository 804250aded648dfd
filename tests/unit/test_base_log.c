/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The log: one line an event that a peer cannot forge. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/text.h"

static char captured[16384];
static int saved_stderr = -1, pipe_read = -1;

static void capture_start(void)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	saved_stderr = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	pipe_read = ends[0];
	assert_int_equal(fcntl(pipe_read, F_SETFL, O_NONBLOCK), 0);
}

static void capture_stop(void)
{
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	ssize_t n = read(pipe_read, captured, sizeof(captured) - 1);
	captured[n > 0 ? n : 0] = '\0';
	close(pipe_read);
}

static void test_line(void **state)
{
	(void)state;
	capture_start();
	log_info("http.request", "status=%d path=%s", 200, log_quote("/a b"));
	log_debug("hidden", "x=%d", 1);
	log_error("bare", "%s", "");
	capture_stop();
	char *second = strchr(captured, '\n');
	assert_non_null(second);
	*second++ = '\0';
	/* 2026-11-23T16:00:00[.000000]+08:00 info ... */
	assert_int_equal(captured[10], 'T');
	assert_non_null(strstr(captured, "+08:00 info http.request status=200 path=\"/a b\""));
	assert_non_null(strstr(second, " error bare\n"));
	assert_null(strstr(second, "hidden"));
}

static void test_unquoted_controls_cannot_forge_a_line(void **state)
{
	(void)state;
	capture_start();
	log_warn("event", "value=%s", "x\n2026 error forged\r\x1B[2J");
	capture_stop();
	assert_ptr_equal(strchr(captured, '\n'), captured + strlen(captured) - 1);
	assert_null(strchr(captured, '\x1B'));
}

static void test_long_line_is_cut(void **state)
{
	char text[9000];
	(void)state;
	for (size_t i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "案", 4);
	capture_start();
	log_warn("event", "value=%s", text);
	capture_stop();
	size_t n = strlen(captured);
	assert_in_range(n, 4000, 4096);
	assert_string_equal(captured + n - 4, "...\n");
	assert_true(text_is_valid_utf8(sv_of(captured)));
}

static void test_quote(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ NULL, "-" },
		{ "", "\"\"" },
		{ "plain/path:1", "plain/path:1" },
		{ "案件", "案件" },
		{ "a b", "\"a b\"" },
		{ "a=b", "\"a=b\"" },
		{ "say \"hi\"\\", "\"say \\\"hi\\\"\\\\\"" },
		{ "a\nb\x1B", "\"a\\x0ab\\x1b\"" },
		{ "\xFF", "\"\\xff\"" },
		{ "\xC2\x85", "\"\\xc2\\x85\"" },          /* C1 control */
		{ "\xE2\x80\xA8", "\"\\xe2\\x80\\xa8\"" }, /* line separator */
		{ "\x7F", "\"\\x7f\"" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(log_quote(rows[i].text), rows[i].want);
}

static void test_quote_keeps_eight_and_cuts(void **state)
{
	const char *first = log_quote("first");
	char text[5000];
	(void)state;
	for (int i = 0; i < 7; i++)
		log_quote("other");
	assert_string_equal(first, "first");
	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	const char *cut = log_quote(text);
	size_t n = strlen(cut);
	assert_true(n < 768);
	assert_string_equal(cut + n - 4, "...\"");
	memset(text, 'a', sizeof(text) - 1);
	assert_true(strlen(log_quote(text)) < 768);
}

static void test_levels(void **state)
{
	enum log_level level = LOG_ERROR;
	(void)state;
	assert_true(log_level_parse("debug", &level));
	assert_int_equal(level, LOG_DEBUG);
	assert_false(log_level_parse("Debug", &level));
	assert_false(log_level_parse("", &level));
	assert_int_equal(log_get_level(), LOG_INFO);
	log_set_level(LOG_ERROR);
	capture_start();
	log_warn("hidden", "x=%d", 1);
	log_error("shown", "x=%d", 1);
	capture_stop();
	log_set_level(LOG_INFO);
	assert_null(strstr(captured, "hidden"));
	assert_non_null(strstr(captured, "shown"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_unquoted_controls_cannot_forge_a_line),
		cmocka_unit_test(test_long_line_is_cut),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_quote_keeps_eight_and_cuts),
		cmocka_unit_test(test_levels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

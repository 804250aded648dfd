/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Configuration: values, all-or-nothing, errors with line and nearest name, environment,
 * secrets, reload, and that the generated example says the truth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "conf/conf.h"
#include "conf/conf_table.h"

static char folder[] = "/tmp/ipcase-test-conf-XXXXXX";
static char path[64], secret_path[64];

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/c.ini", folder);
	snprintf(secret_path, sizeof(secret_path), "%s/secret", folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	unlink(secret_path);
	rmdir(folder);
	return 0;
}

static void write_bytes(const char *to, const char *p, size_t n)
{
	FILE *f = fopen(to, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	fclose(f);
}

static enum err_code load(const char *text, struct conf *conf, struct err *err)
{
	write_bytes(path, text, strlen(text));
	return conf_load(path, conf, err);
}

static void test_defaults(void **state)
{
	struct conf conf, loaded;
	struct err err = ERR_INIT;
	(void)state;
	conf_defaults(&conf);
	assert_string_equal(conf.http.listen, "127.0.0.1:8470");
	assert_int_equal(conf.http.threads, 2);
	assert_int_equal(conf.http.max_body_bytes, 1 << 20);
	assert_int_equal(conf.http.max_import_body_bytes, 8 << 20);
	assert_int_equal(conf.http.max_headers_bytes, 32 << 10);
	assert_int_equal(conf.http.max_connections, 1024);
	assert_int_equal(conf.http.request_timeout_ms, 15000);
	assert_int_equal(conf.http.idle_timeout_ms, 65000);
	assert_string_equal(conf.http.tls_key, "");
	assert_int_equal(conf.database.read_connections, 1);
	assert_int_equal(conf.database.write_connections, 4);
	assert_int_equal(conf.database.queue_limit, 512);
	assert_int_equal(conf.database.lock_timeout_ms, 3000);
	assert_int_equal(conf.session.lifetime_ms, 12 * 3600 * 1000);
	assert_int_equal(conf.login.window_ms, 15 * 60 * 1000);
	assert_int_equal(conf.log.level, LOG_INFO);
	assert_int_equal(conf.run.offload_queue, 16);
	assert_int_equal(conf_load(NULL, &loaded, &err), ERR_OK);
	assert_memory_equal(&conf, &loaded, sizeof(conf));
	assert_int_equal(load("", &loaded, &err), ERR_OK);
	assert_memory_equal(&conf, &loaded, sizeof(conf));
}

static void test_file(void **state)
{
	struct conf conf;
	struct err err = ERR_INIT;
	(void)state;
	if (load("\xEF\xBB\xBF# comment\n; comment\n\n[http]   ; web\n"
		 "  listen = [::1]:9000 ; inline\n"
		 "threads=7\r\n"
		 "max_body = 64 KiB\nmax_headers=4096\nrequest_timeout = 1500ms\nidle_timeout= 2 min\n"
		 "host_names = a.example, ,b.example\ntrusted_proxies=unix, ::1\n"
		 "[database]\nurl = host=/run/postgresql dbname=x\n"
		 "[log]\nlevel = debug\n"
		 "[http]\nmax_connections = 9",
		 &conf, &err))
		fail_msg("%s", err.message);
	assert_string_equal(conf.http.listen, "[::1]:9000");
	assert_int_equal(conf.http.threads, 7);
	assert_int_equal(conf.http.max_body_bytes, 65536);
	assert_int_equal(conf.http.max_headers_bytes, 4096);
	assert_int_equal(conf.http.request_timeout_ms, 1500);
	assert_int_equal(conf.http.idle_timeout_ms, 120000);
	assert_int_equal(conf.http.max_connections, 9);
	assert_string_equal(conf.database.url, "host=/run/postgresql dbname=x");
	assert_int_equal(conf.log.level, LOG_DEBUG);

	struct sv rest = sv_of(conf.http.host_names), item;
	assert_true(conf_list_next(&rest, &item) && sv_eq_str(item, "a.example"));
	assert_true(conf_list_next(&rest, &item) && sv_eq_str(item, "b.example"));
	assert_false(conf_list_next(&rest, &item));
}

static void test_errors(void **state)
{
	static const struct {
		const char *text;
		const char *want; /* the message behind the path */
	} rows[] = {
		{ "[http]\nlistne = 1.2.3.4:5\n",
		  ":2: unknown key \"listne\" in [http]; did you mean \"listen\"?" },
		{ "[http]\n\n\nthread = 2\n",
		  ":4: unknown key \"thread\" in [http]; did you mean \"threads\"?" },
		{ "[session]\nidel = 2h\n",
		  ":2: unknown key \"idel\" in [session]; did you mean \"idle\"?" },
		{ "[database]\npasword_file = x\n",
		  ":2: unknown key \"pasword_file\" in [database]; did you mean \"password_file\"?" },
		{ "[http]\nfavourite_colour = red\n",
		  ":2: unknown key \"favourite_colour\" in [http]" },
		{ "[htpp]\n", ":1: unknown section [htpp]; did you mean [http]?" },
		{ "[zzzzzz]\nx = 1\n", ":1: unknown section [zzzzzz]" },
		{ "[]\n", ":1: unknown section []" },
		{ "[HTTP]\n", ":1: unknown section [HTTP]" },
		{ "threads = 2\n", ":1: key \"threads\" stands before any [section]" },
		{ "[http]\nthreads = 2\nlisten = 1.2.3.4:5\nthreads = 3\n",
		  ":4: key \"threads\" in [http] was already set on line 2" },
		{ "[http\nthreads = 2\n", ":1: section name without \"]\"" },
		{ "[http] threads = 2\n", ":1: unexpected text after [http]" },
		{ "[http]\nthreads\n", ":2: expected \"key = value\" or \"[section]\"" },
		{ "[http]\nthreads: 2\n", ":2: expected \"key = value\" or \"[section]\"" },
		{ "[http]\nthreads = 0\n",
		  ":2: value \"0\" of key \"threads\" in [http] must be a whole number from 1 to 64" },
		{ "[http]\nthreads = two\n",
		  ":2: value \"two\" of key \"threads\" in [http] must be a whole number from 1 to 64" },
		{ "[http]\nthreads =\n",
		  ":2: value \"\" of key \"threads\" in [http] must be a whole number from 1 to 64" },
		{ "[http]\nmax_body = 1 MB\n",
		  ":2: value \"1 MB\" of key \"max_body\" in [http] must be a size from 1 KiB to 64 MiB" },
		{ "[http]\nrequest_timeout = 15\n",
		  ":2: value \"15\" of key \"request_timeout\" in [http] must be a duration with unit "
		  "from 100 ms to 10 min" },
		{ "[http]\nrequest_timeout = 99999999999999999999s\n",
		  ":2: value \"99999999999999999999s\" of key \"request_timeout\" in [http] must be a "
		  "duration with unit from 100 ms to 10 min" },
		{ "[log]\nlevel = verbose\n",
		  ":2: value \"verbose\" of key \"level\" in [log] must be one of error, warn, info, debug" },
		{ "[http]\nlisten = localhost:80\n",
		  ":2: value \"localhost:80\" of key \"listen\" in [http] must be a numeric address:port, "
		  "[IPv6 address]:port or unix:/path" },
		{ "[database]\npassword = hunter2\n",
		  ":2: key \"password\" in [database] is secret: write it to a file and set "
		  "\"password_file\"" },
		{ "[database]\npassword_file = /nonexistent\n",
		  ":2: file \"/nonexistent\" of key \"password_file\" in [database] cannot be read: No such "
		  "file or directory" },
		{ "[database]\nurl = dbname=x password=y\n",
		  ":2: value \"dbname=x password=y\" of key \"url\" in [database] must not contain the "
		  "password: use password_file" },
	};
	struct conf before;
	(void)state;
	conf_defaults(&before);
	before.http.threads = 33;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct conf conf = before;
		struct err err = ERR_INIT;
		enum err_code code = load(rows[i].text, &conf, &err);
		size_t n = strlen(path);
		if (code != ERR_INVALID || strncmp(err.message, path, n) != 0 ||
		    strcmp(err.message + n, rows[i].want) != 0)
			fail_msg("row %zu: %d %s", i, (int)code, err.message);
		assert_memory_equal(&conf, &before, sizeof(conf)); /* untouched */
	}
}

static void test_hostile_files(void **state)
{
	struct conf conf;
	struct err err = ERR_INIT;
	struct str text = STR_INIT(1 << 20);
	(void)state;
	assert_int_equal(conf_load("/nonexistent.ini", &conf, &err), ERR_IO);
	assert_non_null(strstr(err.message, "/nonexistent.ini"));
	assert_int_equal(conf_load(folder, &conf, &err), ERR_IO);
	write_bytes(path, "[http]\nthreads = 2\0 3\n", 22);
	assert_int_equal(conf_load(path, &conf, &err), ERR_INVALID);
	assert_non_null(strstr(err.message, ":2: line contains a NUL byte"));

	/* a line of 1100 bytes is long for the library, but fine; 3000 bytes are not */
	str_append_cstr(&text, "[http]\nhost_names = ");
	for (int i = 0; i < 100; i++)
		str_append_cstr(&text, "a.example,");
	assert_int_equal(load(str_cstr(&text), &conf, &err), ERR_OK);
	assert_int_equal(strlen(conf.http.host_names), 1000);
	for (int i = 0; i < 20; i++)
		str_append_cstr(&text, "a.example,");
	assert_int_equal(load(str_cstr(&text), &conf, &err), ERR_INVALID);
	assert_non_null(strstr(err.message, "a.example,..."));
	assert_non_null(strstr(err.message, "must be at most 1023 bytes long"));
	for (int i = 0; i < 180; i++)
		str_append_cstr(&text, "a.example,");
	assert_int_equal(load(str_cstr(&text), &conf, &err), ERR_INVALID);
	assert_non_null(strstr(err.message, ":2: line is longer than"));

	str_reset(&text);
	while (text.len < 300 * 1024)
		str_append_cstr(&text, "# comment\n");
	assert_int_equal(load(str_cstr(&text), &conf, &err), ERR_TOO_LARGE);
	str_release(&text);
}

static void test_single_rules(void **state)
{
	static const struct {
		conf_check_fn check;
		const char *value;
		bool ok;
	} rows[] = {
		{ conf_check_listen, "0.0.0.0:0", true },
		{ conf_check_listen, "[::]:65535", true },
		{ conf_check_listen, "unix:/run/ipcase.sock", true },
		{ conf_check_listen, "", false },
		{ conf_check_listen, "8470", false },
		{ conf_check_listen, ":8470", false },
		{ conf_check_listen, "1.2.3.4", false },
		{ conf_check_listen, "1.2.3.4:", false },
		{ conf_check_listen, "1.2.3.4:65536", false },
		{ conf_check_listen, "1.2.3.4:-1", false },
		{ conf_check_listen, "1.2.3:80", false },
		{ conf_check_listen, "::1:80", false },
		{ conf_check_listen, "[1.2.3.4]:80", false },
		{ conf_check_listen, "unix:run/x", false },
		{ conf_check_listen, "unix:/", false },
		{ conf_check_proxies, "", true },
		{ conf_check_proxies, "127.0.0.1", true },
		{ conf_check_proxies, "127.0.0.1,::1 , unix,", true },
		{ conf_check_proxies, "proxy.example", false },
		{ conf_check_proxies, "10.0.0.0/8", false },
		{ conf_check_proxies, "10.0.0.0/", false },
		{ conf_check_proxies, "10.0.0.0/8/8", false },
		{ conf_check_url, "postgresql://user@host/db", true },
		{ conf_check_url, "postgresql://host:5432/db?application_name=a", true },
		{ conf_check_url, "dbname=password_store", true },
		{ conf_check_url, "dbname=x passfile=/p", true },
		{ conf_check_url, "", false },
		{ conf_check_url, "postgresql://user:pw@host/db", false },
		{ conf_check_url, "postgresql://host/db?password=x", false },
		{ conf_check_url, "password = x", false },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if ((rows[i].check(sv_of(rows[i].value)) == NULL) != rows[i].ok)
			fail_msg("row %zu: %s", i, rows[i].value);
}

static void test_tls_options_belong_together(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} rows[] = {
		{ "[http]\ntls_certificate = /c\n", false },
		{ "[http]\ntls_key = /k\n", false },
		{ "[http]\ntls_client_ca = /a\n", false },
		{ "[http]\ntls_certificate = /c\ntls_key = /k\n", true },
		{ "[http]\ntls_certificate = /c\ntls_key = /k\ntls_client_ca = /a\n", true },
		{ "[http]\ntls_certificate =\ntls_key =\n", true },
	};
	struct conf conf;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if ((load(rows[i].text, &conf, NULL) == ERR_OK) != rows[i].ok)
			fail_msg("row %zu", i);
}

static void test_environment(void **state)
{
	struct conf conf;
	struct err err = ERR_INIT;
	(void)state;
	setenv("IPCASE_HTTP_THREADS", "5", 1);
	assert_int_equal(load("[http]\nthreads = 3\nmax_connections = 4\n", &conf, &err), ERR_OK);
	assert_int_equal(conf.http.threads, 5);
	assert_int_equal(conf.http.max_connections, 4);
	setenv("IPCASE_HTTP_THREADS", "x", 1);
	assert_int_equal(conf_load(NULL, &conf, &err), ERR_INVALID);
	assert_string_equal(err.message,
			    "value \"x\" of environment variable IPCASE_HTTP_THREADS must be "
			    "a whole number from 1 to 64");
	unsetenv("IPCASE_HTTP_THREADS");
}

static void test_secrets(void **state)
{
	struct conf conf;
	struct err err = ERR_INIT;
	char text[200];
	(void)state;
	snprintf(text, sizeof(text), "[database]\npassword_file = %s\n", secret_path);
	write_bytes(secret_path, "from file\r\n", 11);
	if (load(text, &conf, &err))
		fail_msg("%s", err.message);
	assert_string_equal(conf.database.password, "from file");

	setenv("IPCASE_DATABASE_PASSWORD", "from environment", 1);
	assert_int_equal(load(text, &conf, &err), ERR_OK);
	assert_string_equal(conf.database.password, "from environment");
	unsetenv("IPCASE_DATABASE_PASSWORD");
	setenv("IPCASE_DATABASE_PASSWORD_FILE", secret_path, 1);
	assert_int_equal(conf_load(NULL, &conf, &err), ERR_OK);
	assert_string_equal(conf.database.password, "from file");
	unsetenv("IPCASE_DATABASE_PASSWORD_FILE");

	static const struct {
		const char *bytes;
		size_t n;
	} bad[] = { { "", 0 }, { "\n", 1 }, { "two\nlines\n", 10 }, { "nul\0", 4 } };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		write_bytes(secret_path, bad[i].bytes, bad[i].n);
		assert_int_equal(load(text, &conf, &err), ERR_INVALID);
	}
	char large[2000];
	memset(large, 's', sizeof(large));
	write_bytes(secret_path, large, sizeof(large));
	assert_int_equal(load(text, &conf, &err), ERR_INVALID);
	assert_null(strstr(err.message, "sss"));
}

static void test_reload(void **state)
{
	struct conf old, next;
	struct err err = ERR_INIT;
	(void)state;
	conf_defaults(&old);
	next = old;
	next.log.level = LOG_DEBUG;
	next.session.idle_ms = 1000;
	assert_int_equal(conf_reload_compatible(&old, &next, &err), ERR_OK);
	next.http.threads = 9;
	snprintf(next.http.listen, sizeof(next.http.listen), "127.0.0.1:1");
	assert_int_equal(conf_reload_compatible(&old, &next, &err), ERR_INVALID);
	assert_string_equal(err.message,
			    "changed options need a restart: http.listen, http.threads");
}

/* The example as text; with `uncommented`, each "#key = value" line loses its mark, except
 * the one that names a file. */
static char *example(bool uncommented)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	assert_non_null(f);
	conf_write_example(f);
	fclose(f);
	for (char *line = text; uncommented && *line; line += strcspn(line, "\n") + 1) {
		bool is_option = line[0] == '#' && line[1] >= 'a' && line[1] <= 'z';
		if (is_option && strncmp(line, "#password_file", 14) != 0)
			line[0] = ' ';
	}
	return text;
}

static void test_example_is_true(void **state)
{
	struct conf defaults, conf;
	struct err err = ERR_INIT;
	(void)state;
	conf_defaults(&defaults);
	for (int uncommented = 0; uncommented < 2; uncommented++) {
		char *text = example(uncommented);
		if (load(text, &conf, &err))
			fail_msg("%s", err.message);
		assert_memory_equal(&conf, &defaults, sizeof(conf));
		for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
			assert_true(strcspn(line, "\n") <= 100);
		for (size_t i = 0; i < conf_option_count; i++)
			assert_non_null(strstr(text, conf_options[i].key));
		free(text);
	}
}

static void test_table(void **state)
{
	char *text = NULL;
	size_t n = 0, at = 0;
	(void)state;
	FILE *f = open_memstream(&text, &n);
	assert_non_null(f);
	conf_write_markdown(f);
	fclose(f);
	for (size_t i = 0; i < conf_option_count; i++) {
		const struct conf_option *o = &conf_options[i];
		char env[CONF_ENV_SIZE];
		conf_env_name(o, env);
		assert_non_null(strstr(text, env));
		assert_non_null(strstr(text, o->help));
		/* sections come in the order of the section table, and each is known */
		while (at < conf_section_count && strcmp(conf_sections[at].name, o->section) != 0)
			at++;
		assert_true(at < conf_section_count);
		for (size_t k = 0; k < i; k++)
			assert_false(strcmp(conf_options[k].key, o->key) == 0 &&
				     strcmp(conf_options[k].section, o->section) == 0);
	}
	free(text);
}

static void test_bool_option(void **state)
{
	static const struct {
		const char *text;
		int want; /* -1: refused */
	} rows[] = { { "yes", 1 }, { "true", 1 }, { "on", 1 }, { "no", 0 },  { "false", 0 },
		     { "off", 0 }, { "1", -1 },   { "", -1 },  { "Yes", -1 } };
	const struct conf_option o = { .section = "s",
				       .key = "k",
				       .type = CONF_BOOL,
				       .offset = 0,
				       .size = sizeof(int64_t),
				       .help = "" };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct conf conf;
		char reason[CONF_RULE_SIZE] = "";
		int64_t v;
		bool ok = conf_set_value(&conf, &o, sv_of(rows[i].text), reason);
		memcpy(&v, &conf, sizeof(v));
		assert_int_equal(ok ? v : -1, rows[i].want);
		assert_string_equal(reason, ok ? "" : "must be yes or no");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_hostile_files),
		cmocka_unit_test(test_single_rules),
		cmocka_unit_test(test_tls_options_belong_together),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_example_is_true),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_bool_option),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Names in packages: safe ones made, dangerous ones refused, and what meets on other systems. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "package/name.h"
#include "package/pem.h"

static void test_safe(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "案件移送书.pdf", "案件移送书.pdf" },
		{ "乐市监移〔2026〕3号", "乐市监移〔2026〕3号" },
		{ "a/b\\c:d*e?f\"g<h>i|j%k", "a_b_c_d_e_f_g_h_i_j_k" },
		{ "../../etc/passwd", "_.._etc_passwd" },
		{ " . x . ", "x" },
		{ "\xe3\x80\x80全角空格\xe3\x80\x80", "全角空格" },
		{ "tab\there\n", "tab_here_" },
		{ "e\xcc\x81t\xc3\xa9", "\xc3\xa9t\xc3\xa9" },
		{ "a\xe2\x80\xaegpj.exe", "a_gpj.exe" }, /* right-to-left override */
		{ "zero\xe2\x80\x8bwidth", "zero_width" },
		{ "CON", "_CON" },
		{ "nul.txt", "_nul.txt" },
		{ "com10", "com10" },
		{ "", "x" },
		{ "...", "x" },
		{ ".pdf", "pdf" },
		{ "archive.tar.gz", "archive.tar.gz" },
	};
	struct arena a = ARENA_INIT(1 << 20);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *safe = name_safe(&a, sv_of(cases[i].in), "x");
		assert_string_equal(safe, cases[i].out);
		assert_int_equal(name_check(sv_of(safe), NAME_OURS, NULL), ERR_OK);
		assert_string_equal(name_safe(&a, sv_of(safe), "x"), safe);
	}
	assert_null(name_safe(&a, SV("\xff"), "x"));
	arena_fini(&a);
}

static void test_safe_long(void **state)
{
	struct arena a = ARENA_INIT(1 << 20);
	char text[1000] = "";
	(void)state;
	for (size_t i = 0; i + 3 < 900; i += 3)
		memcpy(text + i, "移", 4);
	memcpy(text + strlen(text), ".jpeg", 6);
	const char *safe = name_safe(&a, sv_of(text), "x");
	assert_true(strlen(safe) <= NAME_SEGMENT_MAX && strlen(safe) > NAME_SEGMENT_MAX - 3);
	assert_string_equal(safe + strlen(safe) - 5, ".jpeg");
	assert_int_equal(name_check(sv_of(safe), NAME_OURS, NULL), ERR_OK);
	assert_true(sv_eq_str(name_extension(SV("a/b.c/d")), ""));
	assert_true(sv_eq_str(name_extension(SV("a/.b")), ""));
	assert_true(sv_eq_str(name_extension(SV("a.JPG")), ".JPG"));
	assert_true(sv_eq_str(name_extension(SV("a.照片")), ""));
	arena_fini(&a);
}

static void test_check(void **state)
{
	static const struct {
		struct sv path;
		const char *any, *ours; /* rules, "" = accepted */
	} cases[] = {
		{ SV("data/10-docs/01-书.pdf"), "", "" },
		{ SV("/etc/passwd"), "path-absolute", "path-absolute" },
		{ SV("C:/x"), "path-drive", "path-drive" },
		{ SV("c:\\x"), "path-drive", "path-drive" },
		{ SV("a\\b"), "path-backslash", "path-backslash" },
		{ SV("\\\\server\\x"), "path-backslash", "path-backslash" },
		{ SV("../x"), "path-climbs", "path-climbs" },
		{ SV("a/../x"), "path-climbs", "path-climbs" },
		{ SV("a/.."), "path-climbs", "path-climbs" },
		{ SV("a/./x"), "path-dot", "path-dot" },
		{ SV("a//x"), "path-dot", "path-dot" },
		{ SV("a/"), "path-dot", "path-dot" },
		{ SV(""), "path-dot", "path-dot" },
		{ SV("a\0b"), "path-nul", "path-nul" },
		{ SV("a\nb"), "path-control", "path-control" },
		{ SV("a\x7f"), "path-control", "path-control" },
		{ SV("a\xc2\x85"), "path-control", "path-control" },
		{ SV("\xff\xfe"), "path-utf8", "path-utf8" },
		{ SV("\xed\xa0\x80"), "path-utf8", "path-utf8" },
		{ SV("~/x"), "path-shortcut", "path-shortcut" },
		{ SV("a/~x"), "", "" },
		{ SV("..x"), "", "path-edge" },
		{ SV("x./y"), "", "path-edge" },
		{ SV(" x"), "", "path-edge" },
		{ SV("x /y"), "", "path-edge" },
		{ SV("ab:c"), "", "path-character" },
		{ SV("a%b"), "", "path-character" },
		{ SV("a?b"), "", "path-character" },
		{ SV("e\xcc\x81"), "", "path-nfc" },
		{ SV("a\xe2\x80\xae"), "", "path-invisible" },
		{ SV("data/NUL.txt"), "", "path-reserved" },
		{ SV("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16"), "", "" },
		{ SV("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"), "path-too-deep",
		  "path-too-deep" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err any = ERR_INIT, ours = ERR_INIT;
		enum err_code first = name_check(cases[i].path, NAME_ANY, &any);
		enum err_code second = name_check(cases[i].path, NAME_OURS, &ours);
		if (strcmp(any.rule, cases[i].any) != 0 || strcmp(ours.rule, cases[i].ours) != 0)
			fail_msg("%.*s: %s, %s", SV_ARG(cases[i].path), any.rule, ours.rule);
		assert_int_equal(first == ERR_OK, cases[i].any[0] == '\0');
		assert_int_equal(second == ERR_OK, cases[i].ours[0] == '\0');
	}
	char text[NAME_PATH_MAX + 10];
	memset(text, 'a', sizeof(text));
	assert_int_equal(name_check((struct sv){ text, NAME_PATH_MAX }, NAME_ANY, NULL), ERR_OK);
	assert_int_equal(name_check((struct sv){ text, NAME_PATH_MAX + 1 }, NAME_ANY, NULL),
			 ERR_INVALID);
	assert_int_equal(name_check((struct sv){ text, NAME_SEGMENT_MAX }, NAME_OURS, NULL),
			 ERR_OK);
	assert_int_equal(name_check((struct sv){ text, NAME_SEGMENT_MAX + 1 }, NAME_OURS, NULL),
			 ERR_INVALID);
}

static void test_collisions(void **state)
{
	static const struct {
		struct name_entry list[4];
		const char *rule;
	} cases[] = {
		{ { { SV("a"), false }, { SV("b"), false } }, "" },
		{ { { SV("a"), false }, { SV("a"), false } }, "path-duplicate" },
		{ { { SV("a"), true }, { SV("a"), true } }, "path-duplicate" },
		{ { { SV("a"), true }, { SV("a/x"), false }, { SV("a/y"), false } }, "" },
		{ { { SV("a/x"), false },
		    { SV("a"), true },
		    { SV("a/y"), false },
		    { SV("a"), true } },
		  "path-duplicate" },
		{ { { SV("a"), false }, { SV("a"), true } }, "path-duplicate" },
		{ { { SV("a"), false }, { SV("a/x"), false } }, "path-duplicate" },
		{ { { SV("a"), false }, { SV("A"), false } }, "path-collision" },
		{ { { SV("Dir/x"), false }, { SV("dir/y"), false } }, "path-collision" },
		{ { { SV("\xc3\xa9"), false }, { SV("e\xcc\x81"), false } }, "path-collision" },
		{ { { SV("\xc3\x89"), false }, { SV("e\xcc\x81"), false } }, "path-collision" },
		{ { { SV("straße"), false }, { SV("STRASSE"), false } }, "path-collision" },
		{ { { SV("图1"), false }, { SV("图-1"), false } }, "" },
		{ { { SV("ａ"), false }, { SV("a"), false } },
		  "" }, /* full width is another name */
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a = ARENA_INIT(1 << 20);
		struct err err = ERR_INIT;
		size_t n = 0;
		while (n < 4 && cases[i].list[n].path.p)
			n++;
		enum err_code code = name_check_collisions(&a, cases[i].list, n, &err);
		assert_int_equal(code == ERR_OK, cases[i].rule[0] == '\0');
		assert_string_equal(err.rule, cases[i].rule);
		arena_fini(&a);
	}
}

static void test_show(void **state)
{
	char text[600];
	(void)state;
	assert_string_equal(NAME_SHOW(SV("a\nb\x1b[31m")), "a?b?[31m");
	assert_string_equal(NAME_SHOW(SV("\xff中")), "????");
	memset(text, 'x', sizeof(text));
	memcpy(text + 590, "末尾", 6);
	memcpy(text + 596, ".txt", 4);
	struct name_shown shown = name_show((struct sv){ text, sizeof(text) });
	assert_true(strlen(shown.text) < sizeof(shown.text));
	assert_non_null(strstr(shown.text, "末尾.txt"));
	assert_memory_equal(shown.text, "…", 3);
}

/* ---- PEM ---- */

/* "certificate": any bytes will do here. */
static const char pem[] = "-----BEGIN CERTIFICATE-----\n"
			  "MIIBMIIBMIIBMIIBMIIBMIIBMIIBMIIBMIIBMIIBMIIBMIIBMIIBMIIBMIIBMIIB\n"
			  "AAEC\n"
			  "-----END CERTIFICATE-----\n";

static void test_pem(void **state)
{
	struct arena a = ARENA_INIT(1 << 20);
	struct pem_block *blocks;
	size_t count = 0;
	char twice[2 * sizeof(pem)];
	(void)state;
	assert_int_equal(pem_split(&a, SV(pem), "x", &blocks, &count, NULL), ERR_OK);
	assert_int_equal(count, 1);
	assert_true(sv_eq(blocks[0].text, SV(pem)));
	assert_string_equal(blocks[0].fingerprint,
			    "d6ab5ca4cb07d347d3ed65d3cfeae6a43a9c4f3f5d7d5b0e58a3dbd426259fb9");
	snprintf(twice, sizeof(twice), "%s%s", pem, pem);
	assert_int_equal(pem_split(&a, sv_of(twice), "x", &blocks, &count, NULL), ERR_OK);
	assert_int_equal(count, 2);
	arena_fini(&a);
}

/* No byte of it may change without another certificate or a refusal. */
static void test_pem_every_byte(void **state)
{
	struct arena a = ARENA_INIT(64 << 20);
	struct pem_block *blocks;
	struct err err = ERR_INIT;
	size_t count = 0;
	char text[sizeof(pem)], fingerprint[65];
	(void)state;
	assert_int_equal(pem_split(&a, SV(pem), "x", &blocks, &count, NULL), ERR_OK);
	memcpy(fingerprint, blocks[0].fingerprint, sizeof(fingerprint));
	for (size_t i = 0; i + 1 < sizeof(pem); i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(text, pem, sizeof(pem));
			text[i] = (char)(text[i] ^ (1 << bit));
			struct sv changed = { text, sizeof(pem) - 1 };
			if (pem_split(&a, changed, "x", &blocks, &count, &err) == ERR_OK &&
			    strcmp(fingerprint, blocks[0].fingerprint) == 0)
				fail_msg("byte %zu, bit %u was not noticed", i, bit);
		}
		arena_reset(&a);
	}
	/* The literal's NUL is one byte too many, like any other. */
	assert_int_equal(pem_split(&a, (struct sv){ pem, sizeof(pem) }, "x", &blocks, &count, &err),
			 ERR_INVALID);
	assert_string_equal(err.rule, "certificate-form");
	assert_int_equal(pem_split(&a, SV(""), "x", &blocks, &count, &err), ERR_INVALID);
	assert_int_equal(pem_split(&a, (struct sv){ pem, 60 }, "x", &blocks, &count, &err),
			 ERR_INVALID);
	arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_safe),           cmocka_unit_test(test_safe_long),
		cmocka_unit_test(test_check),          cmocka_unit_test(test_collisions),
		cmocka_unit_test(test_show),           cmocka_unit_test(test_pem),
		cmocka_unit_test(test_pem_every_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Addresses of other organs: what the directory may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "peer/peer.h"

static void test_addresses(void **state UNUSED)
{
	static const char *const good[] = { "https://10.2.0.9:8471", "https://police.example", "https://police.example/",
					    "https://[fd00::9]:8471", "https://[::1]", "https://a-b.c:65535" };
	static const char *const bad[] = {
		"", "http://10.2.0.9", "https://", "https:///x", "https://a:0", "https://a:65536", "https://a:", "https://a:8471x",
		"https://a/exchange", "https://a?b", "https://a#b", "https://user@a", "https://a b", "https://[]", "https://[::1",
		"https://[::1]x", "https://a\nb", "HTTPS://a", "https://a:80:80", "file:///etc/passwd",
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(peer_url_is_valid(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(peer_url_is_valid(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_addresses) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

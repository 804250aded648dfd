/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The daily digest: what it says, byte for byte; pauses between tries; the signature (RFC 4231). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/digest.h"
#include "crypto/crypto.h"

static day_t day_of(const char *iso)
{
	day_t d = DAY_NONE;

	assert_true(day_parse_iso(sv_of(iso), &d));
	return d;
}

static void test_what_it_says(void **state)
{
	const struct warning_metric metrics[] = { { "D11", "M1", "x" }, { "D11", "M2", "y" } };
	struct warning_row rows[] = {
		{ .matter = 7, .kind = "case", .number = "样市监立〔2026〕7号", .title = "某某商标案", .unit = "执法大队", .officer = "承办甲",
		  .rule = "D11", .zh = "办案期限", .owner_zh = "承办人", .article = "第六十四条", .missed = "程序违法",
		  .due = day_of("2026-11-20"), .days_left = -2, .light = LIGHT_RED, .metrics = metrics, .metric_count = 2 },
		{ .matter = 8, .kind = "clue", .number = NULL, .title = "举报人金某某称", .unit = "城关所", .officer = "", .rule = "D01",
		  .zh = "线索核查", .owner_zh = "承办人", .article = "第十八条", .missed = "", .due = day_of("2026-11-25"), .days_left = 1,
		  .light = LIGHT_YELLOW },
	};
	struct warning_group units[] = { { "B", "执法大队", 1, 0, 0 }, { "S", "城关所", 0, 1, 0 } };
	struct warning_group officers[] = { { "a", "承办甲", 1, 0, 0 }, { "", "", 0, 1, 0 } };
	const struct warning_list list = { .rows = rows, .count = 2, .more = true, .groups = units, .group_count = 2, .overdue = 1,
					   .due = 1 };
	const struct digest_content content = { .id = "id", .organ_code = "O", .organ_name = "样县局", .day = day_of("2026-11-24"),
						.until = day_of("2026-12-01"), .days = 5, .list = &list, .officers = officers,
						.officer_count = 2 };
	struct arena arena = ARENA_INIT(0);
	struct sv json, text;
	(void)state;

	digest_write(&content, &arena, &json, &text);
	assert_string_equal(
		json.p,
		"{\"day\":\"2026-11-24\",\"days\":5,\"due\":1,\"id\":\"id\",\"items\":["
		"{\"article\":\"第六十四条\",\"days_left\":-2,\"due\":\"2026-11-20\",\"kind\":\"case\",\"matter\":\"7\",\"metrics\":[\"M1\",\"M2\"],"
		"\"number\":\"样市监立〔2026〕7号\",\"officer\":\"承办甲\",\"owner\":\"承办人\",\"rule\":\"D11\",\"unit\":\"执法大队\",\"what\":\"办案期限\"},"
		"{\"article\":\"第十八条\",\"days_left\":1,\"due\":\"2026-11-25\",\"kind\":\"clue\",\"matter\":\"8\",\"metrics\":[],\"number\":null,"
		"\"officer\":\"\",\"owner\":\"承办人\",\"rule\":\"D01\",\"unit\":\"城关所\",\"what\":\"线索核查\"}],\"more\":true,\"officers\":["
		"{\"due\":0,\"name\":\"承办甲\",\"overdue\":1},{\"due\":1,\"name\":\"\",\"overdue\":0}],"
		"\"organ\":{\"code\":\"O\",\"name\":\"样县局\"},\"overdue\":1,\"units\":["
		"{\"due\":0,\"name\":\"执法大队\",\"overdue\":1},{\"due\":1,\"name\":\"城关所\",\"overdue\":0}],\"until\":\"2026-12-01\",\"v\":1}");
	assert_non_null(strstr(text.p, "2026-11-20 已超期 2 个工作日　案件 样市监立〔2026〕7号　D11 办案期限　应由承办人办理　执法大队 承办甲　影响 M1 M2\n"));
	assert_non_null(strstr(text.p, "线索（编号 8）"));
	assert_non_null(strstr(text.p, "还有更多"));
	/* titles name parties, and more */
	assert_null(strstr(text.p, "金某某"));
	assert_null(strstr(json.p, "某某"));
	arena_fini(&arena);
}

static void test_pauses(void **state)
{
	struct conf conf = { .digest = { .retry_min_ms = 30000, .retry_max_ms = 1800000 } };
	(void)state;

	for (uint32_t chance = 0; chance < 100000; chance += 997) {
		int64_t first = digest_pause_s(&conf, 1, chance), third = digest_pause_s(&conf, 3, chance);
		assert_true(first >= 22 && first <= 38);   /* a quarter less or more */
		assert_true(third >= 90 && third <= 150);
		int64_t late = digest_pause_s(&conf, 1000000, chance);
		assert_true(late >= 1350 && late <= 2250);
		assert_true(digest_pause_s(&conf, 0, chance) > 0);
	}
	assert_int_not_equal(digest_pause_s(&conf, 5, 1), digest_pause_s(&conf, 5, 100001));
}

static void test_hmac(void **state)
{
	uint8_t mac[CRYPTO_SHA256_SIZE];
	char hex[CRYPTO_SHA256_HEX_SIZE];
	char key[131];
	(void)state;

	crypto_hmac_sha256(SV("Jefe"), SV("what do ya want for nothing?"), mac);
	crypto_hex(mac, sizeof(mac), hex);
	assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key)); /* longer than a block */
	crypto_hmac_sha256((struct sv){ key, sizeof(key) }, SV("Test Using Larger Than Block-Size Key - Hash Key First"), mac);
	crypto_hex(mac, sizeof(mac), hex);
	assert_string_equal(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_what_it_says), cmocka_unit_test(test_pauses),
					    cmocka_unit_test(test_hmac) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

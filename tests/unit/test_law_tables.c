/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The law tables as data: keys are unique, cells make sense, rows that name each other exist, and
 * a broken threshold table is refused with its line. */
#include "law_fixture.h"

#include "law/period.h"
#include "law/threshold.h"

static struct arena arena = ARENA_INIT(0);

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

/* --- clocks */

static bool is_one_of(struct sv text, const char *list)
{
	struct sv l = sv_of(list);
	while (l.n > 0) {
		const char *end = memchr(l.p, ' ', l.n);
		size_t n = end ? (size_t)(end - l.p) : l.n;
		if (sv_eq(text, (struct sv){ l.p, n }))
			return true;
		n += end ? 1 : 0;
		l.p += n;
		l.n -= n;
	}
	return false;
}

static void check_clock(const struct csv *csv)
{
	static const char owners[] = "officer unit_head legal_reviewer deputy_head principal credit_clerk party "
				     "police procuratorate court host clerk peer sender receiver third";
	static const char kinds[] = "suspension hearing announcement testing identification "
				    "refund deferral remedy";
	struct sv id = csv_get(csv, "id");
	struct sv length = csv_get(csv, "length");
	struct sv roll = csv_get(csv, "roll");
	struct sv extension = csv_get(csv, "extension");
	struct sv article = csv_get(csv, "article");
	struct sv rest = csv_get(csv, "excluded");
	struct period p = { .length = 0 };
	day_t from, to;

	if (!period_parse(length, &p) && !is_one_of(length, "jun30 daily"))
		fail_msg("%.*s: length", SV_ARG(id));
	if (!is_one_of(roll, "R N -"))
		fail_msg("%.*s: roll", SV_ARG(id));
	/* Working days cannot end on a free day, so the column says nothing for them. */
	if (p.length != 0 && (p.unit == PERIOD_WORKDAY) != sv_eq_str(roll, "-") &&
	    !sv_starts_with(id, SV("D45")))
		fail_msg("%.*s: roll does not fit the unit", SV_ARG(id));
	if (!is_one_of(csv_get(csv, "owner"), owners))
		fail_msg("%.*s: owner", SV_ARG(id));
	if (extension.n > 0 && !sv_eq_str(extension, "free") && !period_parse(extension, &p))
		fail_msg("%.*s: extension", SV_ARG(id));
	if (article.n == 0 || article.n >= sizeof(((struct err *)0)->article))
		fail_msg("%.*s: article", SV_ARG(id));
	while (rest.n > 0) {
		const char *end = memchr(rest.p, ';', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;
		if (!is_one_of((struct sv){ rest.p, n }, kinds))
			fail_msg("%.*s: excluded", SV_ARG(id));
		n += end ? 1 : 0;
		rest.p += n;
		rest.n -= n;
	}
	if (!day_parse_iso(csv_get(csv, "valid_from"), &from))
		fail_msg("%.*s: valid_from", SV_ARG(id));
	if (csv_get(csv, "valid_to").n > 0)
		assert_true(day_parse_iso(csv_get(csv, "valid_to"), &to) && to >= from);
	assert_true(sv_starts_with(id, csv_get(csv, "family")));
}

static void test_clock_table(void **state)
{
	struct csv csv;
	bool seen[48] = { false };
	size_t rows = 0, channels = 0;
	(void)state;

	assert_int_equal(csv_open(&csv, &arena, law_read(&arena, "clocks.csv"), NULL), ERR_OK);
	for (;;) {
		bool more;
		int64_t number;
		assert_int_equal(csv_next(&csv, &more, NULL), ERR_OK);
		if (!more)
			break;
		check_clock(&csv);
		struct sv family = csv_get(&csv, "family");
		if (family.p[0] == 'C') { /* of a hand-over: C1.10; C0: of all channels */
			assert_true(family.n >= 4 && family.p[1] >= '0' && family.p[1] <= '9' && family.p[2] == '.');
			channels |= 1u << (family.p[1] - '0');
			continue;
		}
		assert_true(sv_to_i64((struct sv){ family.p + 1, family.n - 1 }, &number));
		assert_true(number >= 1 && number <= 47);
		seen[number] = true;
		rows++;
	}
	for (int i = 1; i <= 47; i++) {
		if (!seen[i] && (i < 41 || i > 44)) /* D41-D44 went to C1.1, C1.2, C1.9 and C1.10 */
			fail_msg("D%02d is missing", i);
	}
	assert_int_equal(rows, 63);
	assert_true(channels & 1u << 1);
}

/* --- thresholds */

static void test_bad_tables(void **state)
{
	static const char head[] = "rule_id,law_art,interp_art,offence,q,metric,ge,agg_mult,"
				   "valid_from,valid_to\n";
	static const char *const bad[] = {
		",213,3,TM,-,gain,1,,2025-04-26,",
		"x,213,3,,-,gain,1,,2025-04-26,",
		"x,213,3,TM,,gain,1,,2025-04-26,",
		"x,213,3,TM,M3,gain,1,,2025-04-26,",
		"x,213,3,TM,M2|,gain,1,,2025-04-26,",
		"x,213,3,TM,(M2,gain,1,,2025-04-26,",
		"x,213,3,TM,M2),gain,1,,2025-04-26,",
		"x,213,3,TM,P2:,gain,1,,2025-04-26,",
		"x,213,3,TM,P2:215-213,gain,1,,2025-04-26,",
		"x,213,3,TM,(((((((((M2))))))))),gain,1,,2025-04-26,",
		"x,213,3,TM,-,profit,1,,2025-04-26,",
		"x,213,3,TM,-,gain,0,,2025-04-26,",
		"x,213,3,TM,-,gain,-1,,2025-04-26,",
		"x,213,3,TM,-,gain,1.5,,2025-04-26,",
		"x,213,3,TM,-,gain,92233720368547759,,2025-04-26,",
		"x,213,3,TM,-,gain,9223372036854775,11,2025-04-26,",
		"x,213,3,TM,-,gain,1,1,2025-04-26,",
		"x,213,3,TM,-,gain,1,x,2025-04-26,",
		"x,213,3,TM,-,gain,1,,,",
		"x,213,3,TM,-,gain,1,,2025-04-26,2025-04-25",
		"x,213,3,TM,-,gain,1,,2025-04-26,never",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct threshold_book b = { NULL, 0 };
		struct err err = ERR_INIT;
		char *text = arena_printf(&arena, "%s%s\n", head, bad[i]);
		if (threshold_from_csv(&b, &arena, sv_of(text), &err) != ERR_INVALID)
			fail_msg("accepted: %s", bad[i]);
		assert_non_null(strstr(err.message, "第2行"));
		assert_int_equal(b.rule_count, 0);
	}
	struct threshold_book b;
	assert_int_equal(threshold_from_csv(&b, &arena, SV("rule_id,ge\nx,1\n"), NULL),
			 ERR_INVALID);
	char *text = arena_printf(&arena,
				  "%sx,213,3,TM,(UNS|CMB)+M2|P2:219-219.1,sales,1,,"
				  "2025-04-26,2026-12-31\n",
				  head);
	assert_int_equal(threshold_from_csv(&b, &arena, sv_of(text), NULL), ERR_OK);
}

/* --- keys and references */

struct table {
	size_t count;
	const char *keys[512];
};

static bool has_key(const struct table *t, const char *key)
{
	for (size_t i = 0; i < t->count; i++) {
		if (strcmp(t->keys[i], key) == 0)
			return true;
	}
	return false;
}

/* Reads the key column(s) of a table; `second` (may be NULL) makes the pair the unique key. */
static void read_keys(const char *file, const char *first, const char *second, struct table *ret)
{
	struct csv csv;
	struct table pairs = { .count = 0 };
	struct err err = ERR_INIT;

	ret->count = 0;
	if (csv_open(&csv, &arena, law_read(&arena, file), &err) != ERR_OK)
		fail_msg("%s: %s", file, err.message);
	for (;;) {
		bool more;
		if (csv_next(&csv, &more, &err) != ERR_OK)
			fail_msg("%s: %s", file, err.message);
		if (!more)
			return;
		const char *key = law_cell(&arena, &csv, first);
		const char *pair =
			second ? arena_printf(&arena, "%s\t%s", key, law_cell(&arena, &csv, second))
			       : key;
		if (!*key || has_key(&pairs, pair))
			fail_msg("%s: key \"%s\" is empty or double", file, pair);
		assert_true(pairs.count < ARRAY_LEN(pairs.keys));
		pairs.keys[pairs.count++] = pair;
		ret->keys[ret->count++] = key;
	}
}

static void test_law_tables(void **state)
{
	struct table statutes, offences, causes, other;
	struct csv csv;
	(void)state;

	read_keys("statutes.csv", "code", "valid_from", &statutes);
	read_keys("thresholds.csv", "offence", "rule_id", &offences);
	read_keys("causes.csv", "code", "valid_from", &causes);
	read_keys("clocks.csv", "id", "valid_from", &other);
	read_keys("holidays.csv", "date", NULL, &other);
	read_keys("regions.csv", "code", NULL, &other);
	assert_true(has_key(&other, "512022"));
	read_keys("forms.csv", "no", NULL, &other);
	assert_int_equal(other.count, 56);
	read_keys("campaigns.csv", "code", NULL, &other);
	read_keys("vocabulary.csv", "list", "value", &other);
	assert_true(has_key(&other, "送达方式"));

	assert_int_equal(csv_open(&csv, &arena, law_read(&arena, "causes.csv"), NULL), ERR_OK);
	for (;;) {
		bool more;
		assert_int_equal(csv_next(&csv, &more, NULL), ERR_OK);
		if (!more)
			break;
		const char *offence = law_cell(&arena, &csv, "offence");
		assert_true(has_key(&statutes, law_cell(&arena, &csv, "statute_code")));
		if (*offence && !has_key(&offences, offence))
			fail_msg("%s: offence %s", law_cell(&arena, &csv, "code"), offence);
		day_t d;
		assert_true(day_parse_iso(csv_get(&csv, "valid_from"), &d));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock_table),
		cmocka_unit_test(test_bad_tables),
		cmocka_unit_test(test_law_tables),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}

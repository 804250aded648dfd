/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What ends and when it is said: our certificates, those of other organs, authorities and revocation lists. */
#include "sign_fixture.h"

#include "app/exchange_watch.h"
#include "crypto/ends.h"

#define COURT "512022-court"

/* ---- once a day and step ---- */

/* Every six hours from 40 days before to `after` days behind the end: how often each step was said. */
static void say_all(enum exchange_end_kind kind, int after, int counts[4])
{
	static const int steps[4] = { 30, 14, 3, -1 };
	const instant_t end = 20000 * DAY_US;
	struct exchange_end e = { .kind = kind, .end = { .at = end }, .said_on = DAY_NONE };
	day_t last_day = DAY_NONE;
	int last_step = 0;

	memset(counts, 0, 4 * sizeof(*counts));
	for (instant_t t = end - 40 * DAY_US; t < end + after * DAY_US; t += DAY_US / 4) {
		int step = exchange_end_due(&e, t);
		if (step == 0)
			continue;
		assert_int_equal(step, crypto_end_warning(end, t));
		assert_true(instant_to_day(t) != last_day || step != last_step);
		last_day = instant_to_day(t);
		last_step = step;
		for (int i = 0; i < 4; i++)
			counts[i] += steps[i] == step;
	}
}

static void test_due(void **state)
{
	int counts[4];
	(void)state;
	/* The end is at eight in the morning here: a step touches one day more than it has days. */
	say_all(EXCHANGE_END_PEER, 5, counts);
	assert_int_equal(counts[0], 17);
	assert_int_equal(counts[1], 12);
	assert_int_equal(counts[2], 4);
	assert_int_equal(counts[3], 6);
	say_all(EXCHANGE_END_LIST, 5, counts);
	assert_int_equal(counts[3], 6);
	/* One that stays for what was signed with it is not said for years. */
	say_all(EXCHANGE_END_TRUSTED, 50, counts);
	assert_int_equal(counts[2], 4);
	assert_int_equal(counts[3], 1);
}

/* ---- what is found ---- */

static struct str list_until(instant_t next)
{
	struct crypto_revocation r = { .since = now, .now = now, .next_update = next };
	struct str list = STR_INIT(1 << 16);
	struct err err = ERR_INIT;
	if (crypto_ca_revoke(ca, &r, &list, &err))
		fail_msg("%s", err.message);
	return list;
}

static const struct exchange_end *find(const struct exchange_end *ends, size_t n, enum exchange_end_kind kind, const char *code,
				       bool sm2)
{
	const struct exchange_end *found = NULL;
	for (size_t i = 0; i < n; i++) {
		if (ends[i].kind == kind && strcmp(ends[i].end.code, code) == 0 && ends[i].end.sm2 == sm2) {
			assert_null(found);
			found = &ends[i];
		}
	}
	return found;
}

static void expect_days(const struct exchange_end *e, int days)
{
	assert_non_null(e);
	int64_t left = e->end.at - now;
	assert_true(left > (days - 1) * DAY_US && left <= days * DAY_US);
}

static void put_court(const char *name, int until_day)
{
	make_organ(ca, COURT, "", -10, until_day);
	struct str pem = read_file(COURT ".pem");
	write_file(name, view(&pem), 0644);
	str_release(&pem);
}

static void test_ends(void **state)
{
	static const char *const files[] = { "trust/a-court.pem", "trust/b-court.pem", "trust/ca.pem", "crl/a.pem", "crl/b.pem" };
	struct arena a = ARENA_INIT(0);
	struct exchange_keys *keys;
	struct exchange_end *ends;
	struct crypto_end peer;
	struct err err = ERR_INIT;
	(void)state;
	assert_int_equal(mkdir(path_of("trust"), 0755), 0);
	assert_int_equal(mkdir(path_of("crl"), 0755), 0);
	put_court("trust/a-court.pem", 20); /* replaced by the next */
	put_court("trust/b-court.pem", 25);
	write_file("trust/ca.pem", view(&ca_pem), 0644);
	struct str old = list_until(now - DAY_US), list = list_until(now + 9 * DAY_US);
	write_file("crl/a.pem", view(&old), 0644);
	write_file("crl/b.pem", view(&list), 0644);
	make_organ(ca, COURT, "", -10, 12); /* with which it signs, and that nobody put into trust/ */
	struct str court = sign(COURT, content), pem = read_file(COURT ".pem");
	struct crypto_certificate c;
	assert_int_equal(crypto_certificate_read(view(&pem), &c, NULL), ERR_OK);
	remove_organ(COURT);
	if (exchange_keys_load(folder, &keys, &err))
		fail_msg("%s", err.message);

	size_t n = exchange_ends(keys, NULL, 0, &a, &ends);
	assert_int_equal(n, 6);
	expect_days(find(ends, n, EXCHANGE_END_OWN, MARKET, false), 1000);
	expect_days(find(ends, n, EXCHANGE_END_OWN, MARKET, true), 1000);
	expect_days(find(ends, n, EXCHANGE_END_OWN, POLICE, false), 1000);
	expect_days(find(ends, n, EXCHANGE_END_TRUSTED, COURT, false), 25);
	expect_days(find(ends, n, EXCHANGE_END_CA, "", false), 3000);
	expect_days(find(ends, n, EXCHANGE_END_LIST, "", false), 9);

	/* Of an organ elsewhere: by its pin, out of trust/ or out of what it signed. */
	const struct crypto_trust *trust = exchange_trust(keys);
	char pin[65];
	snprintf(pin, sizeof(pin), "%s", find(ends, n, EXCHANGE_END_TRUSTED, COURT, false)->end.fingerprint);
	struct sv none = { NULL, 0 };
	assert_true(crypto_end_of_peer(trust, COURT, pin, none, &peer));
	assert_string_equal(peer.fingerprint, pin);
	assert_true(crypto_end_of_peer(trust, COURT, NULL, none, &peer)); /* the latest */
	assert_string_equal(peer.fingerprint, pin);
	assert_false(crypto_end_of_peer(NULL, COURT, pin, none, &peer));
	assert_false(crypto_end_of_peer(NULL, COURT, pin, view(&court), &peer)); /* signs with another */
	assert_false(crypto_end_of_peer(NULL, MARKET, NULL, view(&court), &peer));
	assert_false(crypto_end_of_peer(NULL, COURT, NULL, content, &peer));
	assert_true(crypto_end_of_peer(trust, COURT, c.fingerprint, view(&court), &peer));
	assert_string_equal(peer.fingerprint, c.fingerprint);
	n = exchange_ends(keys, &peer, 1, &a, &ends);
	assert_int_equal(n, 7);
	expect_days(find(ends, n, EXCHANGE_END_PEER, COURT, false), 12);

	exchange_keys_free(keys);
	arena_fini(&a);
	str_release(&old);
	str_release(&list);
	str_release(&court);
	str_release(&pem);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		unlink(path_of(files[i]));
	rmdir(path_of("trust"));
	rmdir(path_of("crl"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_ends),
	};
	return cmocka_run_group_tests_name("exchange_watch", tests, fixture_setup, fixture_teardown);
}

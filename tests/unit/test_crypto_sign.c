/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Digests of streams, an organ's signer, signatures, trust and revocation. */
#include "sign_fixture.h"

#include <pthread.h>

#include <openssl/pem.h>

#include "crypto/crypto.h"
#include "crypto/ends.h"

/* --- digests ------------------------------------------------------------------------------ */

static void check_sums(const char *text, size_t n, size_t chunk, const char *const hex[3])
{
	struct crypto_sums sums;
	char out[129];
	struct crypto_summer *s = crypto_summer_new();

	for (size_t at = 0; at < n; at += chunk)
		crypto_summer_update(s, text + at, n - at < chunk ? n - at : chunk);
	crypto_summer_finish(s, &sums);
	assert_int_equal(sums.size, n);
	crypto_hex(sums.sha256, sizeof(sums.sha256), out);
	assert_string_equal(out, hex[0]);
	crypto_hex(sums.sha512, sizeof(sums.sha512), out);
	assert_string_equal(out, hex[1]);
	crypto_hex(sums.sm3, sizeof(sums.sm3), out);
	assert_string_equal(out, hex[2]);
}

static void test_sums(void **state)
{
	/* FIPS 180-4 examples; GB/T 32905-2016 appendix A. */
	static const struct {
		const char *text, *hex[3];
	} rows[] = {
		{ "",
		  { "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
		    "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
		    "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b" } },
		{ "abc",
		  { "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		    "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0" } },
		{ "abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd",
		  { "625b41490b883891943c5fa54ad45d7c900b9b6e91e159334e320b1f5215a209",
		    "f0b5438f3aff13de9b33130a87b2ea33b8610de70971377e8a1a8718e7dd7400"
		    "b7bfa98e1d1a65b9232e3efd76483dd88b0516b72d61c1054c08efa0861101c7",
		    "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732" } },
	};
	static const char *const million[] = {
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
		"e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
		"de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
		"c8aaf89429554029e231941a2acc0ad61ff2a5acd8fadd25847a3a732b3b02c3",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		check_sums(rows[i].text, strlen(rows[i].text), 1, rows[i].hex);
		check_sums(rows[i].text, strlen(rows[i].text), 1 << 20, rows[i].hex);
	}
	char *a = xmalloc(1000000);
	memset(a, 'a', 1000000);
	check_sums(a, 1000000, 1000000, million); /* over the slices */
	check_sums(a, 1000000, 65537, million);
	free(a);
	crypto_summer_free(crypto_summer_new());
	crypto_summer_free(NULL);
}

/* --- signatures ---------------------------------------------------------------------------- */

static void test_sign_and_verify(void **state)
{
	struct err err = ERR_INIT;
	struct crypto_certificate c;
	struct str der = sign(MARKET, content), empty = sign(MARKET, (struct sv){ NULL, 0 });
	struct crypto_trust *trust = trust_of(view(&ca_pem), (struct sv){ NULL, 0 });
	struct crypto_signer *s = load(MARKET);
	(void)state;

	assert_int_equal(crypto_verify_cms(content, view(&der), trust, now, &c, &err), ERR_OK);
	assert_string_equal(c.code, MARKET);
	assert_string_equal(c.name, "某县某局");
	assert_int_equal(strlen(c.fingerprint), 64);
	assert_int_equal(c.not_before, (now - 10 * DAY_US) / 1000000 * 1000000);
	assert_memory_equal(&c, crypto_signer_certificate(s), sizeof(c));
	expect(content, view(&der), NULL, now, NULL);
	expect(SV("x"), view(&der), trust, now, "signature-wrong");
	expect((struct sv){ NULL, 0 }, view(&der), trust, now, "signature-wrong");
	expect((struct sv){ NULL, 0 }, view(&empty), trust, now, NULL);
	expect(content, view(&empty), trust, now, "signature-wrong");

	/* The certificate comes back as PEM, the same however often. */
	struct crypto_certificate again;
	assert_int_equal(crypto_certificate_read(crypto_signer_pem(s), &again, &err), ERR_OK);
	assert_memory_equal(&c, &again, sizeof(c));
	struct str pem = read_file(MARKET ".pem");
	assert_true(sv_eq(view(&pem), crypto_signer_pem(s)));

	crypto_signer_free(s);
	crypto_signer_free(NULL);
	crypto_trust_free(trust);
	crypto_trust_free(NULL);
	str_release(&pem);
	str_release(&der);
	str_release(&empty);
}

static void test_validity(void **state)
{
	struct str der = sign(MARKET, content);
	struct crypto_trust *trust = trust_of(view(&ca_pem), (struct sv){ NULL, 0 });
	struct crypto_signer *s = load(MARKET);
	const struct crypto_certificate *c = crypto_signer_certificate(s);
	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct crypto_trust *t = i ? trust : NULL;
		expect(content, view(&der), t, c->not_before, NULL);
		expect(content, view(&der), t, c->not_before - 1, "certificate-not-yet-valid");
		expect(content, view(&der), t, c->not_after - 1, NULL);
		expect(content, view(&der), t, c->not_after, "certificate-expired");
		expect(content, view(&der), t, INSTANT_NONE, "certificate-not-yet-valid");
	}
	crypto_signer_free(s);
	crypto_trust_free(trust);
	str_release(&der);
}

static void test_warning(void **state)
{
	static const struct {
		int day, want;
	} rows[] = { { 1, 0 },	{ 69, 0 },  { 70, 30 }, { 85, 30 }, { 86, 14 },
		     { 96, 14 }, { 97, 3 }, { 99, 3 }, { 100, -1 } };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(crypto_end_warning(100 * DAY_US, rows[i].day * DAY_US), rows[i].want);
	assert_int_equal(crypto_end_warning(100 * DAY_US, 100 * DAY_US - 1), 3);
}

/* --- trust ------------------------------------------------------------------------------------------ */

static void test_trust(void **state)
{
	struct str der = sign(MARKET, content), market = read_file(MARKET ".pem"), police = read_file(POLICE ".pem");
	struct sv none = { NULL, 0 };
	struct crypto_trust *empty = crypto_trust_new(), *foreign = trust_of(view(&other_ca_pem), none);
	struct crypto_trust *pinned = trust_of(view(&market), none), *wrong_pin = trust_of(view(&police), none);
	struct crypto_trust *both = trust_of(view(&other_ca_pem), view(&ca_pem));
	(void)state;
	expect(content, view(&der), empty, now, "certificate-foreign");
	expect(content, view(&der), foreign, now, "certificate-foreign");
	expect(content, view(&der), wrong_pin, now, "certificate-foreign");
	expect(content, view(&der), pinned, now, NULL);
	expect(content, view(&der), both, now, NULL);
	expect(content, view(&der), pinned, now + 2000 * DAY_US, "certificate-expired");
	crypto_trust_free(empty);
	crypto_trust_free(foreign);
	crypto_trust_free(pinned);
	crypto_trust_free(wrong_pin);
	crypto_trust_free(both);
	str_release(&der);
	str_release(&market);
	str_release(&police);
}

static void test_trust_input(void **state)
{
	struct crypto_trust *t = crypto_trust_new();
	struct str key = read_file(MARKET ".key");
	static const char *const rows[] = {
		"", "rubbish", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\n", "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		assert_int_not_equal(crypto_trust_add_pem(t, sv_of(rows[i]), &err), ERR_OK);
		assert_string_equal(err.rule, "pem");
		assert_int_equal(ERR_peek_error(), 0);
	}
	struct err err = ERR_INIT;
	assert_int_equal(crypto_trust_add_pem(t, (struct sv){ NULL, 0 }, &err), ERR_INVALID);
	assert_int_equal(crypto_trust_add_pem(t, view(&key), &err), ERR_INVALID);
	assert_non_null(strstr(err.message, "私钥"));
	assert_null(strstr(err.message, "BEGIN"));
	assert_int_equal(crypto_trust_add_folder(t, "/nonexistent", &err), ERR_NOT_FOUND);

	/* A folder: every *.pem, and the name of the one that is wrong. */
	assert_int_equal(mkdir(path_of("trust"), 0700), 0);
	assert_int_equal(crypto_trust_add_folder(t, path_of("trust"), &err), ERR_OK);
	write_file("trust/README", SV("no PEM"), 0644);
	write_file("trust/ca.pem", view(&ca_pem), 0644);
	assert_int_equal(crypto_trust_add_folder(t, path_of("trust"), &err), ERR_OK);
	struct str der = sign(MARKET, content);
	expect(content, view(&der), t, now, NULL);
	write_file("trust/bad.pem", SV("no PEM"), 0644);
	assert_int_equal(crypto_trust_add_folder(t, path_of("trust"), &err), ERR_INVALID);
	assert_non_null(strstr(err.message, "bad.pem"));
	unlink(path_of("trust/bad.pem"));
	unlink(path_of("trust/ca.pem"));
	unlink(path_of("trust/README"));
	rmdir(path_of("trust"));
	crypto_trust_free(t);
	str_release(&der);
	str_release(&key);
}

static void test_issuer_expired(void **state)
{
	struct str pem = STR_INIT(1 << 16);
	struct crypto_ca *short_ca = make_ca("短命中心", &pem, -10, 10);
	(void)state;
	make_organ(short_ca, "short", "", -5, 1000);
	struct str der = sign("short", content);
	struct crypto_trust *t = trust_of(view(&pem), (struct sv){ NULL, 0 });
	expect(content, view(&der), t, now, NULL);
	/* crypto_ca_sign() ends the certificate with its issuer. */
	expect(content, view(&der), t, now + 11 * DAY_US, "certificate-expired");
	expect(content, view(&der), NULL, now + 11 * DAY_US, "certificate-expired");
	remove_organ("short");
	crypto_ca_free(short_ca);
	crypto_trust_free(t);
	str_release(&der);
	str_release(&pem);
}

/* --- revocation ------------------------------------------------------------------------------------------ */

static struct str list_of(const struct crypto_ca *by, const char *file, instant_t since, instant_t made, instant_t next)
{
	struct str pem = STR_INIT(1 << 20), list = STR_INIT(1 << 20);
	struct err err = ERR_INIT;

	if (file)
		pem = read_file(file);
	const struct crypto_revocation r = { { NULL, 0 }, view(&pem), since, made, next };
	if (crypto_ca_revoke(by, &r, &list, &err))
		fail_msg("%s", err.message);
	str_release(&pem);
	return list;
}

static void test_revocation(void **state)
{
	struct str der = sign(MARKET, content), police = sign(POLICE, content);
	struct str list = list_of(ca, MARKET ".pem", now - 5 * DAY_US, now, now + 100 * DAY_US);
	struct crypto_trust *t = trust_of(view(&ca_pem), view(&list));
	(void)state;
	expect(content, view(&der), t, now - 6 * DAY_US, NULL); /* before: stays good */
	expect(content, view(&der), t, now - 5 * DAY_US - 1000000, NULL);
	expect(content, view(&der), t, now - 5 * DAY_US, "certificate-revoked");
	expect(content, view(&der), t, now, "certificate-revoked");
	expect(content, view(&der), t, now + 200 * DAY_US, "certificate-revoked"); /* though the list ran out */
	expect(content, view(&der), NULL, now, NULL);
	/* Another certificate of the same issuer: good until the list runs out, then unknown. */
	expect(content, view(&police), t, now, NULL);
	expect(content, view(&police), t, now + 99 * DAY_US, NULL);
	expect(content, view(&police), t, now + 101 * DAY_US, "revocation-unknown");
	/* A newer list beside the old one makes it known again. */
	struct str newer = list_of(ca, NULL, now, now + 90 * DAY_US, now + 200 * DAY_US);
	assert_int_equal(crypto_trust_add_pem(t, view(&newer), NULL), ERR_OK);
	expect(content, view(&police), t, now + 101 * DAY_US, NULL);
	expect(content, view(&der), t, now + 101 * DAY_US, "certificate-revoked");
	crypto_trust_free(t);

	/* A pinned certificate can be revoked too: with its issuer at hand, and without. */
	struct str pin = read_file(MARKET ".pem");
	t = trust_of(view(&pin), view(&list));
	expect(content, view(&der), t, now - 6 * DAY_US, NULL);
	expect(content, view(&der), t, now, "certificate-revoked");
	crypto_trust_free(t);

	/* Somebody else's list under the issuer's name. */
	struct str twin_pem = STR_INIT(1 << 16);
	struct crypto_ca *twin = make_ca("某县电子印章中心", &twin_pem, -1000, 3000);
	struct str forged = list_of(twin, NULL, now, now, now + 100 * DAY_US);
	t = trust_of(view(&ca_pem), view(&forged));
	expect(content, view(&der), t, now, "revocation-unknown");
	assert_int_equal(crypto_trust_add_pem(t, view(&list), NULL), ERR_OK);
	expect(content, view(&police), t, now, NULL);
	expect(content, view(&der), t, now, "certificate-revoked");
	crypto_trust_free(t);
	/* Another issuer's list says nothing. */
	struct str other = list_of(other_ca, NULL, now, now, now + DAY_US);
	t = trust_of(view(&ca_pem), view(&other));
	expect(content, view(&der), t, now + 2 * DAY_US, NULL);
	crypto_trust_free(t);

	crypto_ca_free(twin);
	str_release(&twin_pem);
	str_release(&forged);
	str_release(&other);
	str_release(&newer);
	str_release(&pin);
	str_release(&list);
	str_release(&der);
	str_release(&police);
}

static void test_lists(void **state)
{
	struct str list = list_of(ca, MARKET ".pem", now - 5 * DAY_US, now, now + 10 * DAY_US);
	struct str pem = read_file(MARKET ".pem"), police = read_file(POLICE ".pem"), next = STR_INIT(1 << 20);
	struct crypto_list l;
	struct err err = ERR_INIT;
	(void)state;
	/* Twice the same certificate: one entry, the first date. */
	struct crypto_revocation r = { view(&list), view(&pem), now, now, now + 20 * DAY_US };
	assert_int_equal(crypto_ca_revoke(ca, &r, &next, &err), ERR_OK);
	assert_int_equal(crypto_list_read(view(&next), &l, &err), ERR_OK);
	assert_int_equal(l.count, 1);
	assert_string_equal(l.issuer, "某县电子印章中心");
	assert_int_equal(l.next_update / 1000000, (now + 20 * DAY_US) / 1000000);
	struct crypto_trust *t = trust_of(view(&ca_pem), view(&next));
	struct str der = sign(MARKET, content);
	expect(content, view(&der), t, now - 4 * DAY_US, "certificate-revoked");
	crypto_trust_free(t);
	/* A second one. */
	struct str third = STR_INIT(1 << 20);
	r.old = view(&next);
	r.pem = view(&police);
	assert_int_equal(crypto_ca_revoke(ca, &r, &third, &err), ERR_OK);
	assert_int_equal(crypto_list_read(view(&third), &l, &err), ERR_OK);
	assert_int_equal(l.count, 2);
	/* Not ours: the certificate, the old list. */
	str_reset(&third);
	r.old = (struct sv){ NULL, 0 };
	assert_int_equal(crypto_ca_revoke(other_ca, &r, &third, &err), ERR_INVALID);
	assert_string_equal(err.rule, "certificate-foreign");
	r.old = view(&next);
	r.pem = (struct sv){ NULL, 0 };
	assert_int_equal(crypto_ca_revoke(other_ca, &r, &third, &err), ERR_INVALID);
	assert_string_equal(err.rule, "signature-wrong");
	r.old = SV("rubbish");
	assert_int_equal(crypto_ca_revoke(ca, &r, &third, &err), ERR_INVALID);
	assert_int_equal(third.len, 0);
	assert_int_equal(crypto_list_read(SV("rubbish"), &l, &err), ERR_INVALID);
	assert_int_equal(ERR_peek_error(), 0);
	str_release(&der);
	str_release(&third);
	str_release(&next);
	str_release(&list);
	str_release(&pem);
	str_release(&police);
}

/* --- an organ's signer -------------------------------------------------------------------------------- */

static void expect_load(const char *code, enum err_code want, const char *rule)
{
	struct err err = ERR_INIT;
	struct crypto_signer *s = NULL;
	enum err_code got = crypto_signer_load(folder, code, &s, &err);

	if (got != want || (rule && strcmp(err.rule, rule) != 0) || (rule && s))
		fail_msg("%s: wanted %d %s, got %d %s: %s", code, want, rule ? rule : "", got, err.rule, err.message);
	assert_null(strstr(err.message, "BEGIN"));
	assert_int_equal(ERR_peek_error(), 0);
	crypto_signer_free(s);
}

static void test_signer_permissions(void **state)
{
	static const mode_t good[] = { 0600, 0400 }, bad[] = { 0644, 0640, 0604, 0660, 0610, 0601, 0777 };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(chmod(path_of(MARKET ".key"), good[i]), 0);
		expect_load(MARKET, ERR_OK, NULL);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(chmod(path_of(MARKET ".key"), bad[i]), 0);
		expect_load(MARKET, ERR_INVALID, "key-permissions");
	}
	assert_int_equal(chmod(path_of(MARKET ".key"), 0600), 0);
	assert_int_equal(chmod(path_of(MARKET ".sm2.key"), 0644), 0);
	expect_load(MARKET, ERR_INVALID, "key-permissions");
	assert_int_equal(chmod(path_of(MARKET ".sm2.key"), 0600), 0);
	expect_load(MARKET, ERR_OK, NULL);
}

static void test_signer_files(void **state)
{
	(void)state;
	expect_load("nobody", ERR_NOT_FOUND, "key-missing");
	expect_load("", ERR_INVALID, "certificate-organ");
	expect_load("../etc", ERR_INVALID, "certificate-organ");
	expect_load("Organ", ERR_INVALID, "certificate-organ");
	make_organ(ca, "one", "", -1, 10);
	make_organ(ca, "two", "", -1, 10);
	struct str one = read_file("one.pem"), two = read_file("two.pem"), key = read_file("two.key");
	expect_load("one", ERR_OK, NULL);
	write_file("one.pem", view(&two), 0644); /* another key's certificate */
	expect_load("one", ERR_INVALID, "key-mismatch");
	write_file("one.key", view(&key), 0600); /* a pair, but of another organ */
	expect_load("one", ERR_INVALID, "certificate-organ");
	write_file("one.key", SV("rubbish"), 0600);
	expect_load("one", ERR_INVALID, "key-mismatch");
	write_file("one.key", (struct sv){ "", 0 }, 0600);
	expect_load("one", ERR_INVALID, "key-mismatch");
	unlink(path_of("one.key"));
	expect_load("one", ERR_NOT_FOUND, "key-missing");
	assert_int_equal(mkdir(path_of("one.key"), 0700), 0);
	expect_load("one", ERR_INVALID, "key-missing");
	rmdir(path_of("one.key"));
	write_file("two.pem", SV("rubbish"), 0644);
	expect_load("two", ERR_INVALID, "pem");
	write_file("two.pem", view(&key), 0644); /* a key is no certificate */
	expect_load("two", ERR_INVALID, "pem");
	unlink(path_of("two.pem"));
	expect_load("two", ERR_NOT_FOUND, "key-missing");
	remove_organ("one");
	remove_organ("two");
	str_release(&one);
	str_release(&two);
	str_release(&key);
}

static void test_signer_validity(void **state)
{
	(void)state;
	make_organ(ca, "old", "", -100, -1);
	make_organ(ca, "new", "", 1, 100);
	expect_load("old", ERR_INVALID, "certificate-expired");
	expect_load("new", ERR_INVALID, "certificate-not-yet-valid");
	clock_set_offset_us(2 * DAY_US);
	expect_load("new", ERR_OK, NULL);
	clock_set_offset_us(-2 * DAY_US);
	expect_load("old", ERR_OK, NULL);
	clock_set_offset_us(0);
	remove_organ("old");
	remove_organ("new");
}

static void test_signer_sm2_pair(void **state)
{
	struct str out = STR_INIT(1 << 16);
	struct err err = ERR_INIT;
	struct crypto_signer *s = load(POLICE);
	(void)state;
	assert_false(crypto_signer_has_sm2(s));
	assert_int_equal(crypto_signer_sm2_pem(s).n, 0);
	assert_int_equal(crypto_sign_sm2(s, content, &out, &err), ERR_NOT_FOUND);
	assert_string_equal(err.rule, "key-missing");
	crypto_signer_free(s);

	/* A key that waits for its certificate does no harm; a certificate without its key does. */
	make_organ(ca, POLICE, ".sm2", -1, 10);
	struct str pem = read_file(POLICE ".sm2.pem"), key = read_file(POLICE ".sm2.key");
	unlink(path_of(POLICE ".sm2.pem"));
	s = load(POLICE);
	assert_false(crypto_signer_has_sm2(s));
	crypto_signer_free(s);
	write_file(POLICE ".sm2.pem", view(&pem), 0644);
	s = load(POLICE);
	assert_true(crypto_signer_has_sm2(s));
	crypto_signer_free(s);
	unlink(path_of(POLICE ".sm2.key"));
	expect_load(POLICE, ERR_NOT_FOUND, "key-missing");

	/* Each key in its place. */
	make_organ(ca, "swap", "", -1, 10);
	struct str p256_pem = read_file("swap.pem"), p256_key = read_file("swap.key");
	write_file("swap.sm2.pem", view(&p256_pem), 0644);
	write_file("swap.sm2.key", view(&p256_key), 0600);
	expect_load("swap", ERR_INVALID, "key-mismatch");
	write_file("swap.pem", view(&pem), 0644);
	write_file("swap.key", view(&key), 0600);
	expect_load("swap", ERR_INVALID, "key-mismatch");
	remove_organ("swap");
	unlink(path_of(POLICE ".sm2.pem"));
	str_release(&out);
	str_release(&pem);
	str_release(&key);
	str_release(&p256_pem);
	str_release(&p256_key);
}

/* --- keys and requests ------------------------------------------------------------------------------------ */

static void test_new_keys(void **state)
{
	char key[CRYPTO_KEY_PEM_SIZE];
	struct str request = STR_INIT(1 << 16);
	struct crypto_subject got;
	struct err err = ERR_INIT;
	enum crypto_algorithm algorithm;
	static const struct {
		const char *code, *name;
	} bad[] = { { "", "某局" }, { "Code", "某局" },	  { "a b", "某局" },	  { "code", "" },
		    { "code", "\x1b[31m" }, { "code", "\xff" }, { "code", "一二三四五六七八九十一二三四五六七八九十一二三四五六"
									  "七八九十一二三四五六七八九十一二三四五六七八九十一"
									  "二三四五六七八九十一二三四五" } };
	(void)state;
	for (int sm2 = 0; sm2 < 2; sm2++) {
		str_reset(&request);
		const struct crypto_subject s = { .code = "512022-court", .name = "某县人民法院" };
		assert_int_equal(crypto_key_new(sm2 ? CRYPTO_ALGORITHM_SM2 : CRYPTO_ALGORITHM_P256, &s, key, &request, &err),
				 ERR_OK);
		assert_memory_equal(key, "-----BEGIN PRIVATE KEY-----\n", 28);
		assert_int_equal(crypto_request_read(view(&request), &got, &err), ERR_OK);
		assert_string_equal(got.code, "512022-court");
		assert_string_equal(got.name, "某县人民法院");
		assert_int_equal(got.sm2, sm2);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct crypto_subject s = { 0 };
		snprintf(s.code, sizeof(s.code), "%s", bad[i].code);
		snprintf(s.name, sizeof(s.name), "%s", bad[i].name);
		if (crypto_key_new(CRYPTO_ALGORITHM_P256, &s, key, &request, &err) != ERR_INVALID)
			fail_msg("row %zu was accepted", i);
		assert_string_equal(err.rule, "certificate-organ");
	}
	const struct crypto_subject s = { .code = "x", .name = "y" };
	assert_int_equal(crypto_key_new(CRYPTO_ALGORITHM_ED25519, &s, key, &request, &err), ERR_INVALID);
	assert_string_equal(err.rule, "key-mismatch");
	assert_true(crypto_algorithm_parse("sm2", &algorithm) && algorithm == CRYPTO_ALGORITHM_SM2);
	assert_false(crypto_algorithm_parse("rsa", &algorithm));
	assert_int_equal(ERR_peek_error(), 0);
	str_release(&request);
}

/* Every byte of the request's DER changed: none may get a certificate for another key or name. */
static void test_request_tampering(void **state)
{
	char key[CRYPTO_KEY_PEM_SIZE];
	struct str request = STR_INIT(1 << 16), pem = STR_INIT(1 << 16);
	const struct crypto_subject subject = { .code = "512022-court", .name = "某县人民法院" };
	struct crypto_validity v = { now, now + DAY_US };
	struct err err = ERR_INIT;
	(void)state;
	assert_int_equal(crypto_key_new(CRYPTO_ALGORITHM_P256, &subject, key, &request, &err), ERR_OK);
	BIO *bio = BIO_new_mem_buf(request.p, (int)request.len);
	unsigned char *der = NULL;
	char *name = NULL, *header = NULL;
	long n;
	assert_int_equal(PEM_read_bio(bio, &name, &header, &der, &n), 1);
	BIO_free(bio);
	for (long i = 0; i < n; i++) {
		BIO *out = BIO_new(BIO_s_mem());
		char *text = NULL;
		der[i] ^= 1;
		assert_true(PEM_write_bio(out, name, "", der, n) > 0);
		der[i] ^= 1;
		long length = BIO_get_mem_data(out, &text);
		if (crypto_ca_sign(ca, (struct sv){ text, (size_t)length }, &v, &pem, &err) == ERR_OK)
			fail_msg("byte %ld changed and still signed", i);
		BIO_free(out);
	}
	assert_int_equal(pem.len, 0);
	assert_int_equal(crypto_ca_sign(ca, SV("rubbish"), &v, &pem, &err), ERR_INVALID);
	assert_string_equal(err.rule, "pem");
	OPENSSL_free(der);
	OPENSSL_free(name);
	OPENSSL_free(header);
	str_release(&request);
	str_release(&pem);
}

static void test_ca_files(void **state)
{
	char key[CRYPTO_KEY_PEM_SIZE];
	struct str pem = STR_INIT(1 << 16), organ = read_file(MARKET ".pem");
	struct crypto_validity v = { now - DAY_US, now + DAY_US };
	struct crypto_ca *got = NULL;
	struct crypto_details d;
	struct err err = ERR_INIT;
	(void)state;
	assert_int_equal(crypto_ca_new("中心", &v, key, &pem, &err), ERR_OK);
	write_file("k", sv_of(key), 0600);
	assert_int_equal(crypto_ca_load(path_of("k"), view(&ca_pem), now, &got, &err), ERR_INVALID);
	assert_string_equal(err.rule, "key-mismatch");
	assert_int_equal(crypto_ca_load(path_of("k"), view(&organ), now, &got, &err), ERR_INVALID);
	assert_string_equal(err.rule, "key-mismatch");
	assert_int_equal(crypto_ca_load(path_of("k"), view(&pem), now + 2 * DAY_US, &got, &err), ERR_INVALID);
	assert_string_equal(err.rule, "certificate-expired");
	assert_int_equal(crypto_ca_load(path_of("none"), view(&pem), now, &got, &err), ERR_NOT_FOUND);
	chmod(path_of("k"), 0640);
	assert_int_equal(crypto_ca_load(path_of("k"), view(&pem), now, &got, &err), ERR_INVALID);
	assert_string_equal(err.rule, "key-permissions");
	assert_null(got);
	unlink(path_of("k"));

	assert_int_equal(crypto_certificate_details(view(&pem), &d, &err), ERR_OK);
	assert_true(d.ca && d.self_signed);
	assert_int_equal(crypto_certificate_details(view(&organ), &d, &err), ERR_OK);
	assert_true(!d.ca && !d.self_signed);
	assert_string_equal(d.issuer, "某县电子印章中心");
	assert_string_equal(d.algorithm, "P-256");
	assert_int_equal(crypto_certificate_details(SV("x"), &d, &err), ERR_INVALID);
	struct crypto_certificate c;
	assert_int_equal(crypto_certificate_read(SV(""), &c, &err), ERR_INVALID);
	assert_int_equal(crypto_certificate_read(view(&pem), &c, &err), ERR_OK);
	assert_string_equal(c.code, "");
	assert_string_equal(c.name, "中心");
	str_release(&pem);
	str_release(&organ);
}

/* --- threads ------------------------------------------------------------------------------------------------------ */

struct shared {
	const struct crypto_signer *signer;
	const struct crypto_trust *trust;
	bool failed;
};

static void *worker(void *arg)
{
	struct shared *s = arg;
	for (int i = 0; i < 50; i++) {
		struct str der = STR_INIT(CRYPTO_CMS_MAX), sm2 = STR_INIT(200);
		struct crypto_certificate c;
		if (crypto_sign_cms(s->signer, content, &der, NULL) || crypto_sign_sm2(s->signer, content, &sm2, NULL) ||
		    crypto_verify_cms(content, view(&der), s->trust, now, &c, NULL) ||
		    crypto_verify_sm2(content, view(&sm2), crypto_signer_sm2_pem(s->signer), s->trust, now, &c, NULL))
			s->failed = true;
		str_release(&der);
		str_release(&sm2);
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct crypto_signer *signer = load(MARKET);
	struct str list = STR_INIT(1 << 16);
	const struct crypto_revocation r = { .since = now, .now = now, .next_update = now + DAY_US };
	(void)state;
	assert_int_equal(crypto_ca_revoke(ca, &r, &list, NULL), ERR_OK);
	struct crypto_trust *trust = trust_of(view(&ca_pem), view(&list));
	struct shared shared[4];
	pthread_t threads[4];
	for (int i = 0; i < 4; i++) {
		shared[i] = (struct shared){ signer, trust, false };
		assert_int_equal(pthread_create(&threads[i], NULL, worker, &shared[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_false(shared[i].failed);
	}
	crypto_signer_free(signer);
	crypto_trust_free(trust);
	str_release(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_sign_and_verify),
		cmocka_unit_test(test_validity),
		cmocka_unit_test(test_warning),
		cmocka_unit_test(test_trust),
		cmocka_unit_test(test_trust_input),
		cmocka_unit_test(test_issuer_expired),
		cmocka_unit_test(test_revocation),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_signer_permissions),
		cmocka_unit_test(test_signer_files),
		cmocka_unit_test(test_signer_validity),
		cmocka_unit_test(test_signer_sm2_pair),
		cmocka_unit_test(test_new_keys),
		cmocka_unit_test(test_request_tampering),
		cmocka_unit_test(test_ca_files),
		cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A temporary folder with a CA's certificates and two organs' keys, and what a verification says: for tests of
 * signatures. fixture_setup() and fixture_teardown() are the group's. */
#ifndef TESTS_SIGN_FIXTURE_H
#define TESTS_SIGN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/err.h>

#include "base/clock.h"
#include "crypto/keys.h"
#include "crypto/sign.h"

#define DAY_US (INT64_C(86400) * 1000000)
#define MARKET "512022-market"
#define POLICE "512022-police"

static char folder[] = "/tmp/ipcase-test-sign-XXXXXX";
static instant_t now;
static struct crypto_ca *ca, *other_ca;
static struct str ca_pem = STR_INIT(1 << 16), other_ca_pem = STR_INIT(1 << 16);
static const struct sv content = { "甲机关向乙机关移送。\n", sizeof("甲机关向乙机关移送。\n") - 1 };

static inline struct sv view(const struct str *s)
{
	return (struct sv){ s->p, s->len };
}

static inline const char *path_of(const char *name)
{
	static char path[256];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static inline void write_file(const char *name, struct sv text, mode_t mode)
{
	FILE *f = fopen(path_of(name), "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	fclose(f);
	assert_int_equal(chmod(path_of(name), mode), 0);
}

static inline struct str read_file(const char *name)
{
	struct str s = STR_INIT(1 << 20);
	assert_int_equal(crypto_pem_read(path_of(name), &s, NULL), ERR_OK);
	return s;
}

static inline struct crypto_ca *make_ca(const char *name, struct str *pem, int from_day, int until_day)
{
	char key[CRYPTO_KEY_PEM_SIZE];
	struct crypto_validity v = { now + from_day * DAY_US, now + until_day * DAY_US };
	struct crypto_ca *made = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(crypto_ca_new(name, &v, key, pem, &err), ERR_OK);
	write_file("ca.key", sv_of(key), 0600);
	if (crypto_ca_load(path_of("ca.key"), view(pem), now, &made, &err))
		fail_msg("%s", err.message);
	unlink(path_of("ca.key"));
	return made;
}

/* CODE<infix>.key and CODE<infix>.pem; infix ".sm2" makes an SM2 pair. */
static inline void make_organ(const struct crypto_ca *by, const char *code, const char *infix, int from_day, int until_day)
{
	char key[CRYPTO_KEY_PEM_SIZE], name[80];
	struct crypto_subject subject = { .name = "某县某局" };
	struct crypto_validity v = { now + from_day * DAY_US, now + until_day * DAY_US };
	struct str request = STR_INIT(1 << 16), pem = STR_INIT(1 << 16);
	struct err err = ERR_INIT;

	snprintf(subject.code, sizeof(subject.code), "%s", code);
	if (crypto_key_new(*infix ? CRYPTO_ALGORITHM_SM2 : CRYPTO_ALGORITHM_P256, &subject, key, &request, &err) ||
	    crypto_ca_sign(by, view(&request), &v, &pem, &err))
		fail_msg("%s", err.message);
	snprintf(name, sizeof(name), "%s%s.key", code, infix);
	write_file(name, sv_of(key), 0600);
	snprintf(name, sizeof(name), "%s%s.pem", code, infix);
	write_file(name, view(&pem), 0644);
	str_release(&request);
	str_release(&pem);
}

static inline void remove_organ(const char *code)
{
	static const char *const suffixes[] = { ".key", ".pem", ".sm2.key", ".sm2.pem" };
	char name[80];
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		snprintf(name, sizeof(name), "%s%s", code, suffixes[i]);
		unlink(path_of(name));
	}
}

static inline struct crypto_signer *load(const char *code)
{
	struct crypto_signer *s = NULL;
	struct err err = ERR_INIT;
	if (crypto_signer_load(folder, code, &s, &err))
		fail_msg("%s: %s", err.rule, err.message);
	return s;
}

static inline struct str sign(const char *code, struct sv data)
{
	struct str der = STR_INIT(CRYPTO_CMS_MAX);
	struct err err = ERR_INIT;
	struct crypto_signer *s = load(code);
	if (crypto_sign_cms(s, data, &der, &err))
		fail_msg("%s", err.message);
	crypto_signer_free(s);
	return der;
}

static inline struct crypto_trust *trust_of(struct sv first, struct sv second)
{
	struct crypto_trust *t = crypto_trust_new();
	struct err err = ERR_INIT;
	if (first.n && crypto_trust_add_pem(t, first, &err))
		fail_msg("%s", err.message);
	if (second.n && crypto_trust_add_pem(t, second, &err))
		fail_msg("%s", err.message);
	return t;
}

static inline int fixture_setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	now = clock_now();
	ca = make_ca("某县电子印章中心", &ca_pem, -1000, 3000);
	other_ca = make_ca("另一中心", &other_ca_pem, -1000, 3000);
	make_organ(ca, MARKET, "", -10, 1000);
	make_organ(ca, MARKET, ".sm2", -10, 1000);
	make_organ(ca, POLICE, "", -10, 1000);
	return 0;
}

static inline int fixture_teardown(void **state)
{
	(void)state;
	remove_organ(MARKET);
	remove_organ(POLICE);
	rmdir(folder);
	crypto_ca_free(ca);
	crypto_ca_free(other_ca);
	str_release(&ca_pem);
	str_release(&other_ca_pem);
	return 0;
}

/* --- what a verification says ------------------------------------------------------------------- */

static inline void expect(struct sv data, struct sv der, const struct crypto_trust *trust, instant_t at, const char *rule)
{
	struct err err = ERR_INIT;
	struct crypto_certificate c;
	enum err_code code = crypto_verify_cms(data, der, trust, at, &c, &err);

	assert_int_equal(ERR_peek_error(), 0);
	if (!rule && code)
		fail_msg("%s: %s", err.rule, err.message);
	if (rule && (!code || strcmp(err.rule, rule) != 0 || !*err.message))
		fail_msg("expected %s, got %s: %s", rule, code ? err.rule : "ok", err.message);
}

#endif

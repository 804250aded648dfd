/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Digests against published vectors, tokens, stored passwords, the TLS context. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "crypto/crypto.h"

static void test_sha256(void **state)
{
	static const struct {
		const char *text, *hex; /* FIPS 180-2 */
	} rows[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t digest[CRYPTO_SHA256_SIZE];
		char hex[CRYPTO_SHA256_HEX_SIZE];
		size_t n = strlen(rows[i].text);
		crypto_sha256(rows[i].text, n, digest);
		crypto_hex(digest, sizeof(digest), hex);
		assert_string_equal(hex, rows[i].hex);

		struct crypto_digest *d = crypto_digest_new();
		for (size_t k = 0; k < n; k++)
			crypto_digest_update(d, rows[i].text + k, 1);
		crypto_digest_finish(d, digest);
		crypto_hex(digest, sizeof(digest), hex);
		assert_string_equal(hex, rows[i].hex);
	}
}

static void test_random_and_tokens(void **state)
{
	char tokens[50][CRYPTO_TOKEN_SIZE];
	static uint8_t bytes[10000];
	size_t zeros = 0;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
		assert_int_equal(crypto_token(tokens[i]), ERR_OK);
		assert_int_equal(strlen(tokens[i]), CRYPTO_TOKEN_SIZE - 1);
		assert_int_equal(strspn(tokens[i],
					"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					"0123456789-_"),
				 CRYPTO_TOKEN_SIZE - 1);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(tokens[i], tokens[k]);
	}
	assert_int_equal(crypto_random(bytes, sizeof(bytes)), ERR_OK);
	for (size_t i = 0; i < sizeof(bytes); i++)
		zeros += bytes[i] == 0;
	assert_in_range(zeros, 1, 200); /* about 39 */
	assert_int_equal(crypto_random(bytes, 0), ERR_OK);
}

static void test_equal_and_wipe(void **state)
{
	char secret[] = "secret";
	(void)state;
	assert_true(crypto_equal("abc", "abd", 2));
	assert_false(crypto_equal("abc", "abd", 3));
	assert_true(crypto_equal("", "x", 0));
	crypto_wipe(secret, sizeof(secret));
	for (size_t i = 0; i < sizeof(secret); i++)
		assert_int_equal(secret[i], 0);
}

static void test_password(void **state)
{
	char first[CRYPTO_PASSWORD_SIZE], second[CRYPTO_PASSWORD_SIZE];
	struct sv password = SV("正确的口令 1");
	(void)state;
	assert_int_equal(crypto_password_hash(password, first), ERR_OK);
	assert_int_equal(crypto_password_hash(password, second), ERR_OK);
	assert_memory_equal(first, "scrypt$32768$8$1$", 17);
	assert_string_not_equal(first, second);
	assert_true(crypto_password_verify(first, password));
	assert_false(crypto_password_verify(first, SV("正确的口令 2")));
	assert_false(crypto_password_verify(first, (struct sv){ NULL, 0 }));
	assert_false(crypto_password_verify(crypto_password_decoy(), password));
}

static void test_scrypt_agrees_with_another_program(void **state)
{
	/* Computed with Python's hashlib.scrypt: salt "0123456789abcdef", n=1024, r=8, p=2. */
	static const char stored[] =
		"scrypt$1024$8$2$MDEyMzQ1Njc4OWFiY2RlZg$bEaCAiyRYDARuNXGlQE7Plyz-_JVlfoIQ0KBQ3KtPwI";
	(void)state;
	assert_true(crypto_password_verify(stored, SV("password")));
	assert_false(crypto_password_verify(stored, SV("Password")));
}

static void test_stored_text_is_checked(void **state)
{
	static const char *const rows[] = {
		"",
		"scrypt",
		"bcrypt$1024$8$2$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"scrypt$1023$8$2$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"scrypt$0$8$2$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"scrypt$-1024$8$2$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"scrypt$1048576$8$1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"scrypt$1024$0$2$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"scrypt$1024$8$99$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"scrypt$1024$8$2$MDEyMzQ1Njc4OWFiY2RlZ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"scrypt$1024$8$2$MDEyMzQ1Njc4OWFiY2RlZh$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"scrypt$1024$8$2$MDEyMzQ1Njc4OWFiY2Rl+g$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"scrypt$1024$8$2$MDEyMzQ1Njc4OWFiY2RlZg",
		"scrypt$1024$8$2$MDEyMzQ1Njc4OWFiY2RlZg$AAAA",
		"scrypt$1024$8$2$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA$x",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_false(crypto_password_verify(rows[i], SV("password")));
	assert_false(crypto_password_verify(NULL, SV("password")));
}

/* --- TLS ------------------------------------------------------------------------------ */

static char folder[] = "/tmp/ipcase-test-crypto-XXXXXX";
static char certificate[64], key[64], other_key[64], locked_key[64], rubbish[64];

static void write_key(const char *path, EVP_PKEY *pkey, const char *passphrase)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_PrivateKey(f, pkey, passphrase ? EVP_aes_128_cbc() : NULL, NULL,
					      0, NULL, (void *)(uintptr_t)passphrase),
			 1);
	fclose(f);
}

static void write_certificate(const char *path, EVP_PKEY *pkey)
{
	X509 *x = X509_new();
	assert_non_null(x);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x), 1), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_NAME *name = X509_get_subject_name(x);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1,
				   -1, 0);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, pkey);
	assert_true(X509_sign(x, pkey, EVP_sha256()) > 0);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, x), 1);
	fclose(f);
	X509_free(x);
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(certificate, sizeof(certificate), "%s/cert", folder);
	snprintf(key, sizeof(key), "%s/key", folder);
	snprintf(other_key, sizeof(other_key), "%s/other", folder);
	snprintf(locked_key, sizeof(locked_key), "%s/locked", folder);
	snprintf(rubbish, sizeof(rubbish), "%s/rubbish", folder);
	EVP_PKEY *one = EVP_EC_gen("P-256"), *two = EVP_EC_gen("P-256");
	write_key(key, one, NULL);
	write_key(locked_key, one, "passphrase");
	write_key(other_key, two, NULL);
	write_certificate(certificate, one);
	FILE *f = fopen(rubbish, "w");
	assert_non_null(f);
	fputs("no PEM\n", f);
	fclose(f);
	EVP_PKEY_free(one);
	EVP_PKEY_free(two);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(certificate);
	unlink(key);
	unlink(other_key);
	unlink(locked_key);
	unlink(rubbish);
	rmdir(folder);
	return 0;
}

static void test_tls_context(void **state)
{
	struct err err = ERR_INIT;
	(void)state;
	SSL_CTX *ctx = crypto_tls_server_ctx(certificate, key, NULL, &err);
	if (!ctx)
		fail_msg("%s", err.message);
	assert_int_equal(SSL_CTX_get_min_proto_version(ctx), TLS1_2_VERSION);
	assert_int_equal(SSL_CTX_get_verify_mode(ctx), SSL_VERIFY_NONE);
	assert_true(SSL_CTX_get_options(ctx) & SSL_OP_NO_RENEGOTIATION);
	crypto_tls_free(ctx);

	ctx = crypto_tls_server_ctx(certificate, key, certificate, &err);
	if (!ctx)
		fail_msg("%s", err.message);
	assert_int_equal(SSL_CTX_get_verify_mode(ctx),
			 SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
	crypto_tls_free(ctx);
	crypto_tls_free(NULL);
}

static void test_tls_failures_name_the_file(void **state)
{
	static const struct {
		const char *certificate, *key, *client_ca, *blamed;
	} rows[] = {
		{ "/nonexistent/cert", key, NULL, "/nonexistent/cert" },
		{ certificate, "/nonexistent/key", "", "/nonexistent/key" },
		{ certificate, other_key, NULL, other_key },
		{ certificate, locked_key, NULL, locked_key },
		{ rubbish, key, NULL, rubbish },
		{ certificate, rubbish, NULL, rubbish },
		{ certificate, key, rubbish, rubbish },
		{ certificate, key, "/nonexistent/ca", "/nonexistent/ca" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		assert_null(crypto_tls_server_ctx(rows[i].certificate, rows[i].key,
						  rows[i].client_ca, &err));
		if (err.code != ERR_INVALID || !strstr(err.message, rows[i].blamed))
			fail_msg("row %zu: %s", i, err.message);
		assert_int_equal(ERR_peek_error(), 0); /* nothing left for the next caller */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_random_and_tokens),
		cmocka_unit_test(test_equal_and_wipe),
		cmocka_unit_test(test_password),
		cmocka_unit_test(test_scrypt_agrees_with_another_program),
		cmocka_unit_test(test_stored_text_is_checked),
		cmocka_unit_test(test_tls_context),
		cmocka_unit_test(test_tls_failures_name_the_file),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

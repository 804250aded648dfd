/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Hostile signatures: changed bytes, odd forms, certificates that claim more than they may. */
#include "sign_fixture.h"

#include <openssl/cms.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

/* --- made with OpenSSL directly, as another organ's tool might ------------------------------ */

struct maker {
	EVP_PKEY *key;
	X509 *x;
};

static void add(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *ext = X509V3_EXT_nconf_nid(NULL, &ctx, nid, value);
	assert_non_null(ext);
	assert_int_equal(X509_add_ext(x, ext, -1), 1);
	X509_EXTENSION_free(ext);
}

struct odd {
	const char *cn, *ou, *ou2;
	const char *basic, *usage; /* NULL: no such extension */
	const char *algorithm;     /* "P-256" unless said: "SM2", "RSA", "P-224" */
	const EVP_MD *md;          /* of the certificate's signature, SHA-256 unless said */
};

static EVP_PKEY *new_key(const char *algorithm)
{
	if (!algorithm)
		return EVP_EC_gen("P-256");
	if (strcmp(algorithm, "RSA") == 0)
		return EVP_RSA_gen(2048);
	if (strcmp(algorithm, "RSA1024") == 0)
		return EVP_RSA_gen(1024);
	return strcmp(algorithm, "SM2") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "SM2") : EVP_EC_gen(algorithm);
}

static void sign_certificate(X509 *x, EVP_PKEY *key, const EVP_MD *md)
{
	char id[] = "1234567812345678";
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_DIST_ID, id, 16),
				      OSSL_PARAM_construct_end() };
	bool sm2 = EVP_PKEY_is_a(key, "SM2");
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, sm2 ? "SM3" : EVP_MD_get0_name(md), NULL, NULL, key,
					       sm2 ? params : NULL),
			 1);
	assert_true(X509_sign_ctx(x, ctx) > 0);
	EVP_MD_CTX_free(ctx);
}

static void name_entry(X509_NAME *name, int nid, const char *text)
{
	if (text)
		assert_int_equal(X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, (const unsigned char *)text, -1,
							    -1, 0),
				 1);
}

/* `by` NULL: self-signed. */
static struct maker make(const struct odd *o, const struct maker *by)
{
	struct maker m = { new_key(o->algorithm), X509_new() };
	static long serial = 1000;
	assert_non_null(m.key);
	assert_int_equal(X509_set_version(m.x, X509_VERSION_3), 1);
	ASN1_INTEGER_set(X509_get_serialNumber(m.x), serial++);
	ASN1_TIME_set(X509_getm_notBefore(m.x), now / 1000000 - 86400);
	ASN1_TIME_set(X509_getm_notAfter(m.x), now / 1000000 + 86400);
	X509_NAME *name = X509_get_subject_name(m.x);
	name_entry(name, NID_commonName, o->cn);
	name_entry(name, NID_organizationalUnitName, o->ou);
	name_entry(name, NID_organizationalUnitName, o->ou2);
	X509_set_issuer_name(m.x, by ? X509_get_subject_name(by->x) : name);
	X509_set_pubkey(m.x, m.key);
	add(m.x, by ? by->x : m.x, NID_subject_key_identifier, "hash");
	if (o->basic)
		add(m.x, by ? by->x : m.x, NID_basic_constraints, o->basic);
	if (o->usage)
		add(m.x, by ? by->x : m.x, NID_key_usage, o->usage);
	sign_certificate(m.x, by ? by->key : m.key, o->md ? o->md : EVP_sha256());
	return m;
}

static void drop(struct maker *m)
{
	EVP_PKEY_free(m->key);
	X509_free(m->x);
}

static struct str pem_of(X509 *first, X509 *second)
{
	struct str s = STR_INIT(1 << 16);
	char *p;
	BIO *bio = BIO_new(BIO_s_mem());
	assert_int_equal(PEM_write_bio_X509(bio, first), 1);
	if (second)
		assert_int_equal(PEM_write_bio_X509(bio, second), 1);
	long n = BIO_get_mem_data(bio, &p);
	str_append(&s, p, (size_t)n);
	BIO_free(bio);
	return s;
}

/* As `openssl cms -sign -binary` with these flags; takes the certificates from `more` too. */
static struct str cms_of(const struct maker *m, struct sv data, const EVP_MD *md, unsigned flags, X509 *more)
{
	struct str der = STR_INIT(1 << 20);
	unsigned char *p = NULL;
	BIO *bio = BIO_new_mem_buf(data.p, (int)data.n);
	STACK_OF(X509) *extra = sk_X509_new_null();
	if (more)
		sk_X509_push(extra, more);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, extra, NULL, flags | CMS_BINARY | CMS_PARTIAL);
	assert_non_null(cms);
	assert_non_null(CMS_add1_signer(cms, m->x, m->key, md, flags | CMS_BINARY));
	assert_int_equal(CMS_final(cms, bio, NULL, flags | CMS_BINARY), 1);
	int n = i2d_CMS_ContentInfo(cms, &p);
	str_append(&der, (const char *)p, (size_t)n);
	OPENSSL_free(p);
	sk_X509_free(extra);
	CMS_ContentInfo_free(cms);
	BIO_free(bio);
	return der;
}

/* Signs with the odd certificate and verifies against a trust of `anchor` (NULL: no trust). */
static void expect_odd(const struct maker *m, X509 *anchor, X509 *more, const char *rule)
{
	struct str der = cms_of(m, content, EVP_sha256(), CMS_DETACHED, more);
	struct str pem = anchor ? pem_of(anchor, NULL) : (struct str)STR_INIT(1);
	struct crypto_trust *t = anchor ? trust_of(view(&pem), (struct sv){ NULL, 0 }) : NULL;
	expect(content, view(&der), t, now, rule);
	crypto_trust_free(t);
	str_release(&pem);
	str_release(&der);
}

/* --- changed bytes ------------------------------------------------------------------------------ */

static void test_every_byte_counts(void **state)
{
	static const unsigned char flips[] = { 0x01, 0x02, 0x20, 0x80, 0xff };
	struct str der = sign(MARKET, content), pin = read_file(MARKET ".pem");
	struct crypto_trust *trusts[] = { NULL, trust_of(view(&pin), (struct sv){ NULL, 0 }) };
	struct crypto_certificate c;
	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(trusts); t++) {
		expect(content, view(&der), trusts[t], now, NULL);
		for (size_t i = 0; i < der.len; i++) {
			for (size_t k = 0; k < ARRAY_LEN(flips); k++) {
				der.p[i] = (char)((unsigned char)der.p[i] ^ flips[k]);
				if (crypto_verify_cms(content, view(&der), trusts[t], now, &c, NULL) == ERR_OK)
					fail_msg("byte %zu of %zu changed by %02x and still good", i, der.len, flips[k]);
				der.p[i] = (char)((unsigned char)der.p[i] ^ flips[k]);
			}
		}
	}
	/* Cut short anywhere, or with something behind. */
	for (size_t n = 0; n < der.len; n++)
		expect(content, (struct sv){ der.p, n }, NULL, now, "signature-wrong");
	str_append(&der, "", 1);
	expect(content, view(&der), NULL, now, "signature-wrong");
	/* Every byte of the content. */
	struct str text = STR_INIT(100);
	str_append_sv(&text, content);
	der.len--;
	for (size_t i = 0; i < text.len; i++) {
		text.p[i] ^= 1;
		expect(view(&text), view(&der), NULL, now, "signature-wrong");
		text.p[i] ^= 1;
	}
	expect(view(&text), view(&der), NULL, now, NULL);
	crypto_trust_free(trusts[1]);
	str_release(&text);
	str_release(&der);
	str_release(&pin);
}

/* --- other forms ------------------------------------------------------------------------------------ */

static void test_forms(void **state)
{
	const struct odd plain = { .cn = "某局", .ou = "odd" };
	struct maker m = make(&plain, NULL), other = make(&plain, NULL);
	static const struct {
		unsigned flags;
		const EVP_MD *(*md)(void);
		const char *rule;
	} rows[] = {
		{ CMS_DETACHED, EVP_sha256, NULL },
		{ CMS_DETACHED | CMS_NOSMIMECAP, EVP_sha512, NULL },
		{ CMS_DETACHED | CMS_CADES, EVP_sha384, NULL },
		{ CMS_DETACHED | CMS_USE_KEYID, EVP_sha256, "signature-wrong" }, /* the signer by key id */
		{ CMS_DETACHED, EVP_sha1, "signature-wrong" },
		{ CMS_DETACHED, EVP_sha224, "signature-wrong" },
		{ CMS_DETACHED | CMS_NOATTR, EVP_sha256, "signature-wrong" },
		{ CMS_DETACHED | CMS_NOCERTS, EVP_sha256, "signature-wrong" },
		{ 0, EVP_sha256, "signature-wrong" }, /* the content inside */
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str der = cms_of(&m, content, rows[i].md(), rows[i].flags, NULL);
		expect(content, view(&der), NULL, now, rows[i].rule);
		str_release(&der);
	}
	/* A certificate that has nothing to do with it. */
	struct str der = cms_of(&m, content, EVP_sha256(), CMS_DETACHED, other.x);
	expect(content, view(&der), NULL, now, "signature-wrong");
	str_release(&der);
	drop(&m);
	drop(&other);
}

/* A signature of something else than plain data, relabelled: OpenSSL alone accepts it. */
static void test_relabelled(void **state)
{
	static const char type[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06";
	struct maker m = make(&(struct odd){ .cn = "某局", .ou = "odd" }, NULL);
	BIO *bio = BIO_new_mem_buf(content.p, (int)content.n);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_DETACHED | CMS_PARTIAL);
	unsigned char *p = NULL;
	(void)state;
	assert_int_equal(CMS_set1_eContentType(cms, OBJ_nid2obj(NID_pkcs7_encrypted)), 1);
	assert_non_null(CMS_add1_signer(cms, m.x, m.key, EVP_sha256(), CMS_BINARY | CMS_DETACHED));
	assert_int_equal(CMS_final(cms, bio, NULL, CMS_BINARY | CMS_DETACHED), 1);
	size_t n = (size_t)i2d_CMS_ContentInfo(cms, &p);
	expect(content, (struct sv){ (char *)p, n }, NULL, now, "signature-wrong");
	unsigned char *at = memmem(p, n, type, sizeof(type) - 1);
	assert_non_null(at);
	at[sizeof(type) - 2] = 1;
	assert_memory_equal(p + 23, "\x02\x01\x03", 3);
	p[25] = 1;
	expect(content, (struct sv){ (char *)p, n }, NULL, now, "signature-wrong");
	OPENSSL_free(p);
	CMS_ContentInfo_free(cms);
	BIO_free(bio);
	drop(&m);
}

static void test_two_signers(void **state)
{
	const struct odd plain = { .cn = "某局", .ou = "odd" };
	struct maker one = make(&plain, NULL), two = make(&plain, NULL);
	const unsigned flags = CMS_BINARY | CMS_DETACHED;
	BIO *bio = BIO_new_mem_buf(content.p, (int)content.n);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags | CMS_PARTIAL);
	unsigned char *p = NULL;
	(void)state;
	assert_non_null(CMS_add1_signer(cms, one.x, one.key, EVP_sha256(), flags));
	assert_non_null(CMS_add1_signer(cms, two.x, two.key, EVP_sha256(), flags));
	assert_int_equal(CMS_final(cms, bio, NULL, flags), 1);
	int n = i2d_CMS_ContentInfo(cms, &p);
	expect(content, (struct sv){ (char *)p, (size_t)n }, NULL, now, "signature-wrong");
	OPENSSL_free(p);
	p = NULL;
	CMS_ContentInfo_free(cms);
	BIO_free(bio);

	/* Something that the signature does not cover. */
	struct str der = cms_of(&one, content, EVP_sha256(), CMS_DETACHED, NULL);
	const unsigned char *in = (const unsigned char *)der.p;
	cms = d2i_CMS_ContentInfo(NULL, &in, (long)der.len);
	CMS_SignerInfo *si = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
	assert_int_equal(CMS_unsigned_add1_attr_by_txt(si, "description", V_ASN1_UTF8STRING, "x", 1), 1);
	n = i2d_CMS_ContentInfo(cms, &p);
	expect(content, (struct sv){ (char *)p, (size_t)n }, NULL, now, "signature-wrong");
	OPENSSL_free(p);
	CMS_ContentInfo_free(cms);
	str_release(&der);
	drop(&one);
	drop(&two);
}

static void test_rubbish(void **state)
{
	struct str big = STR_INIT(CRYPTO_CMS_MAX + 1);
	(void)state;
	expect(content, (struct sv){ NULL, 0 }, NULL, now, "signature-wrong");
	expect(content, SV("rubbish"), NULL, now, "signature-wrong");
	expect(content, SV("\x30\x80\x00\x00"), NULL, now, "signature-wrong");
	expect(content, SV("\x30\x00"), NULL, now, "signature-wrong");
	/* ContentInfo of type data. */
	expect(content, SV("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x00"), NULL, now, "signature-wrong");
	/* SignedData without signers. */
	expect(content,
	       SV("\x30\x24\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x17\x30\x15\x02\x01\x01\x31\x00\x30\x0b"
		  "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\x31\x00\x05"),
	       NULL, now, "signature-wrong");
	for (size_t i = 0; i <= CRYPTO_CMS_MAX; i++)
		str_append_char(&big, '0');
	expect(content, view(&big), NULL, now, "signature-wrong");
	str_release(&big);
}

/* --- odd certificates ----------------------------------------------------------------------------------- */

static void test_subjects(void **state)
{
	static const struct odd rows[] = {
		{ .cn = "某局" },
		{ .ou = "code" },
		{ .cn = "某局", .ou = "Code" },
		{ .cn = "某局", .ou = "市场监督管理局" },
		{ .cn = "某局", .ou = "code", .ou2 = "police" },
		{ .cn = "某局\x1b[2J", .ou = "code" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct maker m = make(&rows[i], NULL);
		expect_odd(&m, m.x, NULL, "certificate-organ");
		expect_odd(&m, NULL, NULL, "certificate-organ");
		drop(&m);
	}
}

static void test_uses_and_algorithms(void **state)
{
	static const struct {
		struct odd odd;
		const char *rule;
	} rows[] = {
		{ { .cn = "某局", .ou = "a" }, NULL },
		{ { .cn = "某局", .ou = "a", .basic = "CA:FALSE" }, NULL },
		{ { .cn = "某局", .ou = "a", .basic = "critical,CA:TRUE" }, NULL }, /* as `openssl req -x509` makes it */
		{ { .cn = "某局", .ou = "a", .usage = "critical,digitalSignature" }, NULL },
		{ { .cn = "某局", .ou = "a", .usage = "critical,nonRepudiation" }, NULL },
		{ { .cn = "某局", .ou = "a", .usage = "critical,keyEncipherment,dataEncipherment" }, "certificate-foreign" },
		{ { .cn = "某局", .ou = "a", .usage = "critical,keyCertSign" }, "certificate-foreign" },
		{ { .cn = "某局", .ou = "a", .algorithm = "RSA" }, NULL },
		{ { .cn = "某局", .ou = "a", .algorithm = "P-384" }, NULL },
		{ { .cn = "某局", .ou = "a", .algorithm = "P-224" }, "signature-wrong" },
		{ { .cn = "某局", .ou = "a", .algorithm = "RSA1024" }, "signature-wrong" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct maker m = make(&rows[i].odd, NULL);
		expect_odd(&m, m.x, NULL, rows[i].rule);
		expect_odd(&m, NULL, NULL, rows[i].rule);
		drop(&m);
	}
}

static void test_paths(void **state)
{
	const struct odd root_is = { .cn = "根", .basic = "critical,CA:TRUE", .usage = "critical,keyCertSign,cRLSign" };
	const struct odd middle_is = { .cn = "中间", .basic = "critical,CA:TRUE", .usage = "critical,keyCertSign" };
	const struct odd organ_is = { .cn = "甲局", .ou = "organ-a", .basic = "CA:FALSE" };
	const struct odd forged_is = { .cn = "乙局", .ou = "organ-b", .basic = "CA:FALSE" };
	const struct odd bold_is = { .cn = "甲局", .ou = "organ-a", .basic = "critical,CA:TRUE" };
	const struct odd weak_is = { .cn = "丙局", .ou = "organ-c", .md = EVP_sha1() };
	const struct odd bare_is = { .cn = "甲局", .ou = "organ-a" };
	struct maker root = make(&root_is, NULL), middle = make(&middle_is, &root), organ = make(&organ_is, &middle);
	struct maker forged = make(&forged_is, &organ), bold = make(&bold_is, NULL), bold_forged = make(&forged_is, &bold);
	struct maker weak = make(&weak_is, &root), bare = make(&bare_is, NULL), bare_forged = make(&forged_is, &bare);
	(void)state;
	expect_odd(&organ, root.x, middle.x, NULL);
	expect_odd(&organ, middle.x, NULL, NULL);
	expect_odd(&organ, organ.x, NULL, NULL);
	expect_odd(&organ, organ.x, middle.x, NULL);
	expect_odd(&organ, root.x, NULL, "certificate-foreign"); /* who issued it? */
	expect_odd(&organ, NULL, middle.x, NULL);
	expect_odd(&weak, root.x, NULL, "certificate-foreign"); /* SHA-1 */
	/* A trusted organ issues a certificate in another's name: CA:FALSE, nothing said, CA:TRUE. */
	expect_odd(&forged, organ.x, NULL, "certificate-foreign");
	expect_odd(&forged, organ.x, organ.x, "certificate-foreign");
	expect_odd(&bare_forged, bare.x, NULL, "certificate-foreign");
	expect_odd(&bold_forged, bold.x, NULL, "certificate-foreign");
	expect_odd(&bold, bold.x, NULL, NULL);
	struct maker *all[] = { &root, &middle, &organ, &forged, &bold, &bold_forged, &weak, &bare, &bare_forged };
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		drop(all[i]);
}

/* A chain in CODE.pem travels with the signature and is bound by it. */
static void test_chain_travels(void **state)
{
	const struct odd root_is = { .cn = "根", .basic = "critical,CA:TRUE", .usage = "critical,keyCertSign" };
	const struct odd middle_is = { .cn = "中间", .basic = "critical,CA:TRUE", .usage = "critical,keyCertSign" };
	const struct odd organ_is = { .cn = "甲局", .ou = "organ-a" };
	struct maker root = make(&root_is, NULL), middle = make(&middle_is, &root), organ = make(&organ_is, &middle);
	struct str chain = pem_of(organ.x, middle.x), root_pem = pem_of(root.x, NULL);
	struct crypto_trust *t = trust_of(view(&root_pem), (struct sv){ NULL, 0 });
	struct crypto_certificate c;
	(void)state;
	str_append_sv(&chain, view(&root_pem));
	write_file("organ-a.pem", view(&chain), 0644);
	FILE *f = fopen(path_of("organ-a.key"), "w");
	assert_int_equal(PEM_write_PrivateKey(f, organ.key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(f);
	chmod(path_of("organ-a.key"), 0600);
	struct str der = sign("organ-a", content);
	expect(content, view(&der), t, now, NULL);
	expect(content, view(&der), NULL, now, NULL);
	for (size_t i = 0; i < der.len; i++) {
		der.p[i] ^= 1;
		if (crypto_verify_cms(content, view(&der), NULL, now, &c, NULL) == ERR_OK)
			fail_msg("byte %zu of %zu changed and still good", i, der.len);
		der.p[i] ^= 1;
	}
	remove_organ("organ-a");
	crypto_trust_free(t);
	str_release(&der);
	str_release(&chain);
	str_release(&root_pem);
	drop(&root);
	drop(&middle);
	drop(&organ);
}

/* --- SM2 ---------------------------------------------------------------------------------------------------- */

static void expect_sm2(struct sv data, struct sv signature, struct sv pem, const struct crypto_trust *t, instant_t at,
		       const char *rule)
{
	struct err err = ERR_INIT;
	struct crypto_certificate c;
	enum err_code code = crypto_verify_sm2(data, signature, pem, t, at, &c, &err);
	assert_int_equal(ERR_peek_error(), 0);
	if (rule ? !code || strcmp(err.rule, rule) != 0 : code != ERR_OK)
		fail_msg("expected %s, got %s: %s", rule ? rule : "ok", err.rule, err.message);
	if (!rule)
		assert_string_equal(c.code, MARKET);
}

static void test_sm2(void **state)
{
	struct str signature = STR_INIT(200), p256 = read_file(MARKET ".pem");
	struct crypto_signer *s = load(MARKET);
	struct crypto_trust *t = trust_of(view(&ca_pem), (struct sv){ NULL, 0 });
	struct crypto_trust *foreign = trust_of(view(&other_ca_pem), (struct sv){ NULL, 0 });
	struct sv pem = crypto_signer_sm2_pem(s);
	(void)state;
	assert_int_equal(crypto_sign_sm2(s, content, &signature, NULL), ERR_OK);
	assert_in_range(signature.len, 64, 72);
	expect_sm2(content, view(&signature), pem, t, now, NULL);
	expect_sm2(content, view(&signature), pem, NULL, now, NULL);
	expect_sm2(content, view(&signature), pem, foreign, now, "certificate-foreign");
	expect_sm2(content, view(&signature), pem, t, now - 20 * DAY_US, "certificate-not-yet-valid");
	expect_sm2(content, view(&signature), pem, t, now + 2000 * DAY_US, "certificate-expired");
	expect_sm2(SV("x"), view(&signature), pem, t, now, "signature-wrong");
	expect_sm2(content, view(&signature), view(&p256), t, now, "signature-wrong");
	expect_sm2(content, view(&signature), SV("rubbish"), t, now, "signature-wrong");
	expect_sm2(content, (struct sv){ NULL, 0 }, pem, t, now, "signature-wrong");
	for (size_t i = 0; i < signature.len; i++) {
		signature.p[i] ^= 1;
		expect_sm2(content, view(&signature), pem, t, now, "signature-wrong");
		signature.p[i] ^= 1;
		expect_sm2(content, (struct sv){ signature.p, i }, pem, t, now, "signature-wrong");
	}
	str_append(&signature, "", 1);
	expect_sm2(content, view(&signature), pem, t, now, "signature-wrong");
	crypto_signer_free(s);
	crypto_trust_free(t);
	crypto_trust_free(foreign);
	str_release(&signature);
	str_release(&p256);
}

/* A CA that signs with SM2 itself, and its list. */
static void test_sm2_authority(void **state)
{
	const struct odd root_is = { .cn = "国密根", .basic = "critical,CA:TRUE", .algorithm = "SM2" };
	const struct odd organ_is = { .cn = "某县某局", .ou = MARKET, .algorithm = "SM2" };
	struct maker root = make(&root_is, NULL), organ = make(&organ_is, &root);
	struct str pem = pem_of(organ.x, NULL), root_pem = pem_of(root.x, NULL), key = STR_INIT(1 << 12);
	struct str signature = STR_INIT(200), kept = read_file(MARKET ".sm2.pem"), kept_key = read_file(MARKET ".sm2.key");
	struct crypto_trust *t = trust_of(view(&root_pem), (struct sv){ NULL, 0 });
	(void)state;
	write_file(MARKET ".sm2.pem", view(&pem), 0644);
	FILE *f = fopen(path_of(MARKET ".sm2.key"), "w");
	assert_int_equal(PEM_write_PrivateKey(f, organ.key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(f);
	struct crypto_signer *s = load(MARKET);
	assert_int_equal(crypto_sign_sm2(s, content, &signature, NULL), ERR_OK);
	expect_sm2(content, view(&signature), view(&pem), t, now, NULL);

	X509_CRL *list = X509_CRL_new();
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_TIME *when = ASN1_TIME_set(NULL, now / 1000000), *end = ASN1_TIME_set(NULL, now / 1000000 + 86400);
	char id[] = "1234567812345678", *p;
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_DIST_ID, id, 16),
				      OSSL_PARAM_construct_end() };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	BIO *bio = BIO_new(BIO_s_mem());
	X509_CRL_set_issuer_name(list, X509_get_subject_name(root.x));
	X509_CRL_set_version(list, 1);
	X509_CRL_set1_lastUpdate(list, when);
	X509_CRL_set1_nextUpdate(list, end);
	X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(organ.x));
	X509_REVOKED_set_revocationDate(entry, when);
	X509_CRL_add0_revoked(list, entry);
	assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, "SM3", NULL, NULL, root.key, params), 1);
	assert_true(X509_CRL_sign_ctx(list, ctx) > 0);
	assert_int_equal(PEM_write_bio_X509_CRL(bio, list), 1);
	long n = BIO_get_mem_data(bio, &p);
	assert_int_equal(crypto_trust_add_pem(t, (struct sv){ p, (size_t)n }, NULL), ERR_OK);
	expect_sm2(content, view(&signature), view(&pem), t, now + 1000000, "certificate-revoked");
	expect_sm2(content, view(&signature), view(&pem), t, now - 1000000, NULL);
	EVP_MD_CTX_free(ctx);
	BIO_free(bio);
	X509_CRL_free(list);
	ASN1_TIME_free(when);
	ASN1_TIME_free(end);

	write_file(MARKET ".sm2.pem", view(&kept), 0644);
	write_file(MARKET ".sm2.key", view(&kept_key), 0600);
	crypto_signer_free(s);
	crypto_trust_free(t);
	str_release(&kept);
	str_release(&kept_key);
	str_release(&key);
	str_release(&pem);
	str_release(&root_pem);
	str_release(&signature);
	drop(&root);
	drop(&organ);
}

/* --- lists that say less than all ------------------------------------------------------------------------------ */

static void test_partial_lists(void **state)
{
	struct crypto_trust *t = crypto_trust_new();
	struct err err = ERR_INIT;
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct maker m = make(&(struct odd){ .cn = "根", .basic = "critical,CA:TRUE" }, NULL);
		X509_CRL *list = X509_CRL_new();
		ASN1_TIME *when = ASN1_TIME_set(NULL, now / 1000000);
		char *p;
		X509_CRL_set_version(list, 1);
		X509_CRL_set_issuer_name(list, X509_get_subject_name(m.x));
		X509_CRL_set1_lastUpdate(list, when);
		X509_EXTENSION *ext = i ? X509V3_EXT_nconf_nid(NULL, NULL, NID_issuing_distribution_point, "indirectCRL:TRUE") :
					  X509V3_EXT_nconf_nid(NULL, NULL, NID_delta_crl, "1");
		if (!ext) { /* OpenSSL cannot write it from text: by hand */
			ASN1_INTEGER *one = ASN1_INTEGER_new();
			ASN1_INTEGER_set(one, 1);
			assert_int_equal(X509_CRL_add1_ext_i2d(list, NID_delta_crl, one, 1, 0), 1);
			ASN1_INTEGER_free(one);
		} else {
			X509_CRL_add_ext(list, ext, -1);
		}
		X509_EXTENSION_free(ext);
		assert_true(X509_CRL_sign(list, m.key, EVP_sha256()) > 0);
		BIO *bio = BIO_new(BIO_s_mem());
		PEM_write_bio_X509_CRL(bio, list);
		long n = BIO_get_mem_data(bio, &p);
		assert_int_equal(crypto_trust_add_pem(t, (struct sv){ p, (size_t)n }, &err), ERR_INVALID);
		BIO_free(bio);
		ASN1_TIME_free(when);
		X509_CRL_free(list);
		drop(&m);
	}
	ERR_clear_error();
	crypto_trust_free(t);
}

/* --- a tool for tests/integration/test_keys.py ------------------------------------------------------------- */

static struct str file_of(const char *path, const char *suffix)
{
	char name[512];
	struct str s = STR_INIT(1 << 20);

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	if (crypto_pem_read(name, &s, NULL))
		exit(2);
	return s;
}

static void put_file(const char *path, const char *suffix, const struct str *text)
{
	char name[512];

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	FILE *f = fopen(name, "w");
	if (!f || fwrite(text->p, 1, text->len, f) != text->len || fclose(f) != 0)
		exit(2);
}

/* sign FOLDER CODE FILE: FILE.p7s, and FILE.sm2 when there is an SM2 pair. */
static enum err_code tool_sign(char **argv, struct err *err)
{
	struct crypto_signer *s = NULL;
	struct str data = file_of(argv[4], ""), out = STR_INIT(1 << 20), sm2 = STR_INIT(1 << 20);
	enum err_code code = crypto_signer_load(argv[2], argv[3], &s, err);

	if (!code)
		code = crypto_sign_cms(s, view(&data), &out, err);
	if (!code)
		put_file(argv[4], ".p7s", &out);
	if (!code && crypto_signer_has_sm2(s))
		code = crypto_sign_sm2(s, view(&data), &sm2, err);
	if (!code && sm2.len)
		put_file(argv[4], ".sm2", &sm2);
	crypto_signer_free(s);
	str_release(&data);
	str_release(&out);
	str_release(&sm2);
	return code;
}

/* verify FILE TRUST-FOLDER INSTANT: FILE.p7s; prints the organ's code. */
static enum err_code tool_verify(char **argv, struct err *err)
{
	struct crypto_trust *t = crypto_trust_new();
	struct crypto_certificate c;
	struct str data = file_of(argv[2], ""), der = file_of(argv[2], ".p7s");
	instant_t at;
	enum err_code code = crypto_trust_add_folder(t, argv[3], err);

	if (!instant_parse(sv_of(argv[4]), &at))
		exit(2);
	if (!code)
		code = crypto_verify_cms(view(&data), view(&der), t, at, &c, err);
	if (!code)
		puts(c.code);
	crypto_trust_free(t);
	str_release(&data);
	str_release(&der);
	return code;
}

static int tool(char **argv)
{
	struct err err = ERR_INIT;
	enum err_code code = strcmp(argv[1], "sign") == 0 ? tool_sign(argv, &err) : tool_verify(argv, &err);

	if (code)
		printf("%s %s\n", err.rule, err.message);
	return code ? 1 : 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte_counts), cmocka_unit_test(test_forms),
		cmocka_unit_test(test_relabelled),
		cmocka_unit_test(test_two_signers),	  cmocka_unit_test(test_rubbish),
		cmocka_unit_test(test_subjects),	  cmocka_unit_test(test_uses_and_algorithms),
		cmocka_unit_test(test_paths),		  cmocka_unit_test(test_chain_travels),
		cmocka_unit_test(test_sm2),		  cmocka_unit_test(test_sm2_authority),
		cmocka_unit_test(test_partial_lists),
	};
	if (argc == 5)
		return tool(argv);
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}

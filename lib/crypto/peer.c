/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "crypto/peer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/log.h"
#include "crypto/sign_internal.h"

/* What a server context answers with. */
struct answers {
	const struct crypto_trust *trust;
	size_t count;
	struct {
		char code[CRYPTO_CODE_SIZE];
		EVP_PKEY *key;
		STACK_OF(X509) *chain;
	} organs[];
};

/* ---- is this the organ ---- */

/* Trusted now, of an organ, and fit to sign with. */
static enum err_code judge(X509 *x, STACK_OF(X509) *others, const struct crypto_trust *trust,
			   struct crypto_certificate *ret, struct err *err)
{
	instant_t now = clock_now();

	crypto_certificate_prepare(x);
	for (int i = 0; i < sk_X509_num(others); i++)
		crypto_certificate_prepare(sk_X509_value(others, i));
	if (!crypto_certificate_fill(x, ret))
		return err_set(err, ERR_INVALID, "certificate-organ", "对方的证书不能读取");
	enum err_code code = crypto_certificate_check(ret, now, err);
	if (code == ERR_OK && !(X509_get_key_usage(x) & KU_DIGITAL_SIGNATURE))
		code = err_set(err, ERR_INVALID, "certificate-foreign", "%s的证书不是签名证书", ret->name);
	if (code == ERR_OK)
		code = crypto_trust_check(trust, x, others, now, err);
	ERR_clear_error();
	return code;
}

/* The alert that the other side gets. */
static int alert_of(const char *rule)
{
	static const struct {
		const char *rule;
		int reason;
	} reasons[] = {
		{ "certificate-expired", X509_V_ERR_CERT_HAS_EXPIRED },
		{ "certificate-not-yet-valid", X509_V_ERR_CERT_NOT_YET_VALID },
		{ "certificate-revoked", X509_V_ERR_CERT_REVOKED },
		{ "certificate-foreign", X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY },
	};

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (strcmp(reasons[i].rule, rule) == 0)
			return reasons[i].reason;
	}
	return X509_V_ERR_CERT_REJECTED;
}

static int refuse(X509_STORE_CTX *store, const char *rule)
{
	X509_STORE_CTX_set_error(store, alert_of(rule));
	return 0;
}

/* ---- server ---- */

static int client_shown(X509_STORE_CTX *store, void *arg)
{
	const struct answers *a = arg;
	struct crypto_certificate c = { .code = "" };
	struct err why = ERR_INIT;

	if (judge(X509_STORE_CTX_get0_cert(store), X509_STORE_CTX_get0_untrusted(store), a->trust, &c, &why) == ERR_OK) {
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	}
	log_warn("exchange_caller_refused", "organ=%s rule=%s fingerprint=%s reason=%s", c.code[0] ? c.code : "-", why.rule,
		 c.fingerprint[0] ? c.fingerprint : "-", log_quote(why.message));
	return refuse(store, why.rule);
}

/* "512022-police.ipcase.internal" is asked for by its code; without a name the first organ answers. */
static int choose(SSL *ssl, int *alert, void *arg)
{
	const struct answers *a = arg;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	size_t tail = strlen(CRYPTO_PEER_DOMAIN), n = name ? strlen(name) : 0;

	for (size_t i = 0; i < a->count; i++) {
		bool wanted = !name || (n == strlen(a->organs[i].code) + tail &&
					strncmp(name, a->organs[i].code, n - tail) == 0 &&
					strcmp(name + n - tail, CRYPTO_PEER_DOMAIN) == 0);
		if (!wanted)
			continue;
		STACK_OF(X509) *chain = a->organs[i].chain;
		if (SSL_use_certificate(ssl, sk_X509_value(chain, 0)) != 1 || SSL_use_PrivateKey(ssl, a->organs[i].key) != 1)
			break;
		SSL_clear_chain_certs(ssl);
		for (int k = 1; k < sk_X509_num(chain); k++)
			(void)!SSL_add1_chain_cert(ssl, sk_X509_value(chain, k));
		return SSL_TLSEXT_ERR_OK;
	}
	log_info("exchange_organ_unknown", "name=%s", name ? log_quote(name) : "-");
	*alert = SSL_AD_UNRECOGNIZED_NAME;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static void answers_free(void *parent UNUSED, void *p, CRYPTO_EX_DATA *data UNUSED, int index UNUSED, long argl UNUSED,
			 void *argp UNUSED)
{
	struct answers *a = p;

	for (size_t i = 0; a && i < a->count; i++) {
		EVP_PKEY_free(a->organs[i].key);
		crypto_certificates_free(a->organs[i].chain);
	}
	free(a);
}

/* The slot of a context in which its answers are kept, so that they go when it goes. */
static int slot_index;

static void make_slot(void)
{
	slot_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, answers_free);
	CHECK(slot_index >= 0);
}

static int slot(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	CHECK(pthread_once(&once, make_slot) == 0);
	return slot_index;
}

static STACK_OF(X509) *chain_copy(const STACK_OF(X509) *chain)
{
	STACK_OF(X509) *copy = X509_chain_up_ref((STACK_OF(X509) *)(uintptr_t)chain);

	CHECK(copy);
	return copy;
}

static struct answers *answers_new(const struct crypto_signer *const *signers, size_t count,
				   const struct crypto_trust *trust)
{
	struct answers *a = xcalloc(1, sizeof(*a) + count * sizeof(a->organs[0]));

	a->trust = trust;
	a->count = count;
	for (size_t i = 0; i < count; i++) {
		a->organs[i].key = crypto_signer_key(signers[i]);
		CHECK(EVP_PKEY_up_ref(a->organs[i].key) == 1);
		a->organs[i].chain = chain_copy(crypto_signer_chain(signers[i]));
		memcpy(a->organs[i].code, crypto_signer_certificate(signers[i])->code, CRYPTO_CODE_SIZE);
	}
	return a;
}

static bool set_common(SSL_CTX *ctx)
{
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1;
}

/* The certificate with which a context begins; a server exchanges it when a name is asked for. */
static bool show(SSL_CTX *ctx, EVP_PKEY *key, const STACK_OF(X509) *chain)
{
	if (SSL_CTX_use_certificate(ctx, sk_X509_value(chain, 0)) != 1 || SSL_CTX_use_PrivateKey(ctx, key) != 1)
		return false;
	for (int i = 1; i < sk_X509_num(chain); i++) {
		if (SSL_CTX_add1_chain_cert(ctx, sk_X509_value(chain, i)) != 1)
			return false;
	}
	return true;
}

struct ssl_ctx_st *crypto_peer_server(const struct crypto_signer *const *signers, size_t count,
				      const struct crypto_trust *trust, struct err *err)
{
	static const unsigned char session_context[] = "ipcase-exchange";
	char reason[CRYPTO_REASON_SIZE];

	if (count == 0) {
		err_set(err, ERR_INVALID, "key-missing", "没有任何机关的密钥，不能与其他机关联网");
		return NULL;
	}
	ERR_clear_error();
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	CHECK(ctx);
	struct answers *a = answers_new(signers, count, trust);
	CHECK(SSL_CTX_set_ex_data(ctx, slot(), a) == 1);
	if (!set_common(ctx) || !show(ctx, a->organs[0].key, a->organs[0].chain) || SSL_CTX_set_num_tickets(ctx, 0) != 1 ||
	    SSL_CTX_set_session_id_context(ctx, session_context, sizeof(session_context) - 1) != 1) {
		err_set(err, ERR_INVALID, "tls", "机关的证书不能用于联网：%s", crypto_reason(reason));
		SSL_CTX_free(ctx);
		return NULL;
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, client_shown, a);
	SSL_CTX_set_tlsext_servername_callback(ctx, choose);
	SSL_CTX_set_tlsext_servername_arg(ctx, a);
	return ctx;
}

enum err_code crypto_peer_certificate(const struct ssl_st *ssl, struct crypto_certificate *ret, struct err *err)
{
	X509 *x = ssl ? SSL_get0_peer_certificate(ssl) : NULL;

	if (!x || SSL_get_verify_result(ssl) != X509_V_OK || !crypto_certificate_fill(x, ret))
		return err_set(err, ERR_FORBIDDEN, "certificate-organ", "没有出示机关的证书");
	return ERR_OK;
}

/* ---- client ---- */

static int server_shown(X509_STORE_CTX *store, void *arg)
{
	struct crypto_peer *p = arg;
	struct crypto_certificate c = { .code = "" };
	struct err why = ERR_INIT;

	if (judge(X509_STORE_CTX_get0_cert(store), X509_STORE_CTX_get0_untrusted(store), p->trust, &c, &why) == ERR_OK) {
		if (strcmp(c.code, p->code) != 0)
			err_set(&why, ERR_INVALID, "certificate-organ", "对方出示的是 %s 的证书，应为 %s", c.code, p->code);
		else if (p->pin && strcmp(p->pin, c.fingerprint) != 0)
			err_set(&why, ERR_INVALID, "certificate-pin", "对方出示的不是机关 %s 登记的证书（SHA-256 %.16s…）",
				c.code, c.fingerprint);
	}
	p->refused = why;
	if (why.code != ERR_OK)
		return refuse(store, why.rule);
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}

bool crypto_peer_client(struct ssl_ctx_st *ctx, const struct crypto_signer *signer, struct crypto_peer *peer)
{
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, server_shown, peer);
	bool ok = set_common(ctx) && show(ctx, crypto_signer_key(signer), crypto_signer_chain(signer));
	ERR_clear_error();
	return ok;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The TLS server context. */
#include "crypto/crypto.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

/* TLS 1.2 suites: ephemeral key exchange and AEAD. TLS 1.3 has no others. */
static const char suites_tls12[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
static const unsigned char session_context[] = "ipcase";

/* Takes the oldest reason from OpenSSL's queue and empties the queue: an entry left there
 * would be taken for the next connection's error by whoever looks next in this thread. */
static void set_failure(struct err *err, const char *what, const char *file)
{
	unsigned long number = ERR_get_error();
	const char *reason = number ? ERR_reason_error_string(number) : NULL;
	ERR_clear_error();
	err_set(err, ERR_INVALID, "tls", "could not %s%s%s%s: %s", what, file ? " \"" : "",
		file ? file : "", file ? "\"" : "", reason ? reason : "unknown reason");
}

/* A key with a passphrase must fail, not ask on the terminal. */
static int no_passphrase(char *buf, int size, int rwflag, void *arg)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)arg;
	return -1;
}

static bool require_client_certificate(SSL_CTX *ctx, const char *client_ca, struct err *err)
{
	STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(client_ca);
	if (!names || SSL_CTX_load_verify_file(ctx, client_ca) != 1) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		set_failure(err, "load client CA", client_ca);
		return false;
	}
	SSL_CTX_set_client_CA_list(ctx, names);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return true;
}

static bool configure(SSL_CTX *ctx, const char *certificate, const char *key, const char *client_ca,
		      struct err *err)
{
	/* A missing close_notify is no news: HTTP/1.1 messages carry their length. */
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
					 SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, suites_tls12) != 1 ||
	    SSL_CTX_set_session_id_context(ctx, session_context, sizeof(session_context) - 1) !=
		    1) {
		set_failure(err, "set TLS parameters", NULL);
		return false;
	}
	if (SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1) {
		set_failure(err, "load certificate", certificate);
		return false;
	}
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1) {
		set_failure(err, "load key", key);
		return false;
	}
	if (client_ca && client_ca[0])
		return require_client_certificate(ctx, client_ca, err);
	return true;
}

struct ssl_ctx_st *crypto_tls_server_ctx(const char *certificate, const char *key,
					 const char *client_ca, struct err *err)
{
	ERR_clear_error();
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	if (!ctx) {
		set_failure(err, "make a TLS context", NULL);
		return NULL;
	}
	if (!configure(ctx, certificate, key, client_ca, err)) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

void crypto_tls_free(struct ssl_ctx_st *ctx)
{
	SSL_CTX_free(ctx);
}

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "peer/peer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <curl/curl.h>

#include "base/clock.h"

enum { HOST_SIZE = 256, URL_SIZE = 1024, PORT_DEFAULT = 443, SOCKET_ERRORS = 64 };

struct peer {
	CURL *curl;
	struct curl_slist *connect_to, *headers;
	char code[CRYPTO_CODE_SIZE], pin[65], host[HOST_SIZE];
	int port;
	struct crypto_peer expect;
	const struct crypto_signer *signer;
	const bool *stop;
	struct peer_reply *reply; /* of the call under way */
	char why[CURL_ERROR_SIZE];
};

/* ---- addresses ---- */

static bool is_host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* "https://name:8471", "https://10.1.2.3", "https://[fd00::1]:8471"; a slash at the end is let pass. */
static bool parse_url(const char *url, char host[HOST_SIZE], int *ret_port)
{
	static const char scheme[] = "https://";
	size_t n = 0;

	if (strncmp(url, scheme, sizeof(scheme) - 1) != 0)
		return false;
	const char *p = url + sizeof(scheme) - 1, *start = p;
	if (*p == '[') {
		n = strspn(p + 1, "0123456789abcdefABCDEF:.") + 2;
		if (n == 2 || p[n - 1] != ']')
			return false;
	} else {
		while (is_host_char(p[n]))
			n++;
	}
	if (n == 0 || n >= HOST_SIZE)
		return false;
	p += n;
	*ret_port = PORT_DEFAULT;
	if (*p == ':') {
		int64_t port = 0;
		size_t digits = strspn(++p, "0123456789");
		if (!sv_to_i64((struct sv){ p, digits }, &port) || port < 1 || port > 65535)
			return false;
		*ret_port = (int)port;
		p += digits;
	}
	if (*p == '/')
		p++;
	if (*p)
		return false;
	snprintf(host, HOST_SIZE, "%.*s", (int)n, start);
	return true;
}

bool peer_url_is_valid(const char *url)
{
	char host[HOST_SIZE];
	int port;

	return parse_url(url, host, &port);
}

/* ---- libcurl ---- */

static void start_curl(void)
{
	CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

static CURLcode prepare_tls(CURL *curl UNUSED, void *ctx, void *arg)
{
	struct peer *p = arg;

	return crypto_peer_client(ctx, p->signer, &p->expect) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

static size_t take_reply(char *from, size_t size, size_t n, void *arg)
{
	struct peer *p = arg;

	str_append(&p->reply->body, from, size * n);
	return p->reply->body.failed ? 0 : size * n;
}

static int watch(void *arg, curl_off_t a UNUSED, curl_off_t b UNUSED, curl_off_t c UNUSED, curl_off_t d UNUSED)
{
	const struct peer *p = arg;

	return p->stop && __atomic_load_n(p->stop, __ATOMIC_RELAXED);
}

/* The trust is ours alone (crypto/peer.h): libcurl loads no authorities and compares no host name. */
static bool set_options(struct peer *p)
{
	CURL *c = p->curl;
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_FOLLOWLOCATION, 0 }, { CURLOPT_MAXREDIRS, 0 }, { CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_SSL_VERIFYPEER, 0 }, { CURLOPT_SSL_VERIFYHOST, 0 }, { CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_3 },
		{ CURLOPT_SSL_SESSIONID_CACHE, 0 }, { CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
		{ CURLOPT_CONNECTTIMEOUT_MS, PEER_CONNECT_MS }, { CURLOPT_LOW_SPEED_LIMIT, 1 },
		{ CURLOPT_LOW_SPEED_TIME, PEER_STALL_S }, { CURLOPT_NOPROGRESS, 0 }, { CURLOPT_TCP_KEEPALIVE, 1 },
		{ CURLOPT_PATH_AS_IS, 1 },
	};
	bool ok = true;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		ok = ok && curl_easy_setopt(c, numbers[i].option, numbers[i].value) == CURLE_OK;
	return ok && curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK && curl_easy_setopt(c, CURLOPT_NOPROXY, "*") == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_CAINFO, NULL) == CURLE_OK && curl_easy_setopt(c, CURLOPT_CAPATH, NULL) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_SSL_CTX_FUNCTION, prepare_tls) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_SSL_CTX_DATA, p) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_reply) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEDATA, p) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, watch) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_XFERINFODATA, p) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_ERRORBUFFER, p->why) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_CONNECT_TO, p->connect_to) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HTTPHEADER, p->headers) == CURLE_OK;
}

enum err_code peer_open(const struct peer_target *target, struct peer **ret, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char to[HOST_SIZE + 32];
	struct peer *p = xcalloc(1, sizeof(*p));

	if (!parse_url(target->url, p->host, &p->port)) {
		free(p);
		return err_set(err, ERR_INVALID, "peer-url", "机关名录中的地址不是 https://主机[:端口]");
	}
	CHECK(pthread_once(&once, start_curl) == 0);
	snprintf(p->code, sizeof(p->code), "%s", target->code);
	snprintf(p->pin, sizeof(p->pin), "%s", target->pin ? target->pin : "");
	p->expect = (struct crypto_peer){ .code = p->code, .pin = target->pin ? p->pin : NULL, .trust = target->trust };
	p->signer = target->signer;
	p->stop = target->stop;
	snprintf(to, sizeof(to), "::%s:%d", p->host, p->port);
	p->connect_to = curl_slist_append(NULL, to);
	p->headers = curl_slist_append(NULL, "Expect:");
	p->headers = curl_slist_append(p->headers, "Content-Type: application/octet-stream");
	p->headers = curl_slist_append(p->headers, "Accept: application/json");
	p->curl = curl_easy_init();
	CHECK(p->connect_to && p->headers && p->curl);
	CHECK(set_options(p));
	*ret = p;
	return ERR_OK;
}

void peer_close(struct peer *p)
{
	if (!p)
		return;
	curl_easy_cleanup(p->curl);
	curl_slist_free_all(p->connect_to);
	curl_slist_free_all(p->headers);
	free(p);
}

void peer_reply_init(struct peer_reply *reply)
{
	reply->status = 0;
	str_init(&reply->body, PEER_REPLY_MAX);
}

void peer_reply_release(struct peer_reply *reply)
{
	str_release(&reply->body);
}

/* ---- one request ---- */

static enum err_code failed(struct peer *p, CURLcode code, struct err *err)
{
	const char *why = p->why[0] ? p->why : curl_easy_strerror(code);

	if (p->expect.refused.code != ERR_OK) {
		if (err)
			*err = p->expect.refused;
		return ERR_INVALID;
	}
	switch (code) {
	case CURLE_ABORTED_BY_CALLBACK:
		return err_set(err, ERR_UNAVAILABLE, "peer-stopped", "服务正在停止");
	case CURLE_OPERATION_TIMEDOUT:
		return err_set(err, ERR_UNAVAILABLE, "peer-slow", "对方没有在时限内应答（%s）", why);
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
		return err_set(err, ERR_UNAVAILABLE, "peer-unreachable", "连不上对方（%s）", why);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_PEER_FAILED_VERIFICATION:
		return err_set(err, ERR_UNAVAILABLE, "peer-tls", "与对方不能建立 TLS 连接（%s）", why);
	default:
		/* With TLS 1.3 the other side's refusal of our certificate arrives with the first read. */
		return err_set(err, ERR_UNAVAILABLE, strstr(why, "alert") ? "peer-tls" : "peer-broken",
			       strstr(why, "alert") ? "对方不接受本机关的证书（%s）" : "与对方的连接中断（%s）", why);
	}
}

enum err_code peer_call(struct peer *p, const char *method, const char *path, struct sv body, int64_t timeout_ms,
			struct peer_reply *reply, struct err *err)
{
	char url[URL_SIZE];
	long status = 0;
	bool has_body = body.p || strcmp(method, "GET") != 0;
	int n = snprintf(url, sizeof(url), "https://%s%s:%d%s", p->code, CRYPTO_PEER_DOMAIN, p->port, path);

	CHECK(n > 0 && (size_t)n < sizeof(url));
	p->reply = reply;
	p->why[0] = '\0';
	p->expect.refused = (struct err)ERR_INIT;
	reply->status = 0;
	str_reset(&reply->body);
	CHECK(curl_easy_setopt(p->curl, CURLOPT_URL, url) == CURLE_OK &&
	      curl_easy_setopt(p->curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms) == CURLE_OK);
	if (has_body)
		CHECK(curl_easy_setopt(p->curl, CURLOPT_POST, 1L) == CURLE_OK &&
		      curl_easy_setopt(p->curl, CURLOPT_POSTFIELDS, body.n ? body.p : "") == CURLE_OK &&
		      curl_easy_setopt(p->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n) == CURLE_OK);
	else
		CHECK(curl_easy_setopt(p->curl, CURLOPT_HTTPGET, 1L) == CURLE_OK);
	CHECK(curl_easy_setopt(p->curl, CURLOPT_CUSTOMREQUEST, has_body ? method : NULL) == CURLE_OK);
	CURLcode code = curl_easy_perform(p->curl);
	if (code != CURLE_OK)
		return failed(p, code, err);
	CHECK(curl_easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK);
	reply->status = (int)status;
	return ERR_OK;
}

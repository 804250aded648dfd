/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "peer/webhook.h"

#include <pthread.h>

#include <curl/curl.h>

enum { REPLY_MAX = 1 << 20, CONNECT_MS = 10000 };

struct posting {
	const struct webhook *hook;
	size_t got;
	char why[CURL_ERROR_SIZE];
};

static void start_curl(void)
{
	CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

static size_t forget(char *from UNUSED, size_t size, size_t n, void *arg)
{
	struct posting *p = arg;

	p->got += size * n;
	return p->got > REPLY_MAX ? 0 : size * n;
}

static int watch(void *arg, curl_off_t a UNUSED, curl_off_t b UNUSED, curl_off_t c UNUSED, curl_off_t d UNUSED)
{
	const struct posting *p = arg;

	return p->hook->stop && __atomic_load_n(p->hook->stop, __ATOMIC_RELAXED);
}

static bool set_options(CURL *c, struct posting *p, struct curl_slist *headers)
{
	const struct webhook *h = p->hook;
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_FOLLOWLOCATION, 0 }, { CURLOPT_NOSIGNAL, 1 }, { CURLOPT_SSL_VERIFYPEER, 1 }, { CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 }, { CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
		{ CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS }, { CURLOPT_NOPROGRESS, 0 }, { CURLOPT_POST, 1 },
		{ CURLOPT_TIMEOUT_MS, (long)h->timeout_ms },
	};
	bool ok = true;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		ok = ok && curl_easy_setopt(c, numbers[i].option, numbers[i].value) == CURLE_OK;
	if (h->ca && h->ca[0])
		ok = ok && curl_easy_setopt(c, CURLOPT_CAINFO, h->ca) == CURLE_OK && curl_easy_setopt(c, CURLOPT_CAPATH, NULL) == CURLE_OK;
	return ok && curl_easy_setopt(c, CURLOPT_URL, h->url) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https,http") == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK && curl_easy_setopt(c, CURLOPT_NOPROXY, "*") == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)h->body.n) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_POSTFIELDS, h->body.p) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, forget) == CURLE_OK && curl_easy_setopt(c, CURLOPT_WRITEDATA, p) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, watch) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_XFERINFODATA, p) == CURLE_OK && curl_easy_setopt(c, CURLOPT_ERRORBUFFER, p->why) == CURLE_OK;
}

static enum err_code failed(const struct posting *p, CURLcode code, struct err *err)
{
	const char *why = p->why[0] ? p->why : curl_easy_strerror(code);
	const char *rule = "webhook-broken";

	if (code == CURLE_ABORTED_BY_CALLBACK)
		rule = "webhook-stopped";
	else if (code == CURLE_OPERATION_TIMEDOUT)
		rule = "webhook-slow";
	else if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
		rule = "webhook-unreachable";
	else if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR || code == CURLE_SSL_CACERT_BADFILE)
		rule = "webhook-tls";
	return err_set(err, ERR_UNAVAILABLE, rule, "%s", why);
}

enum err_code webhook_post(const struct webhook *hook, int *ret_status, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct posting p = { .hook = hook };
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
	long status = 0;

	CHECK(pthread_once(&once, start_curl) == 0);
	CURL *c = curl_easy_init();
	CHECK(c);
	for (size_t i = 0; hook->headers[i]; i++)
		headers = curl_slist_append(headers, hook->headers[i]);
	CHECK(headers);
	CURLcode code = set_options(c, &p, headers) ? curl_easy_perform(c) : CURLE_BAD_FUNCTION_ARGUMENT;
	if (code == CURLE_OK)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	enum err_code ret = code == CURLE_OK ? ERR_OK : failed(&p, code, err);
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
	*ret_status = (int)status;
	return ret;
}

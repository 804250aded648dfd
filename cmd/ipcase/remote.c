/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * libcurl behind remote.h; the only file of the client that knows it. */
#include "remote.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define API_PREFIX "/api/v1"

enum {
	BACKOFF_FIRST_MS = 200, /* doubles with each try */
	RETRY_AFTER_MAX_S = 30, /* a longer wish of the server is not worth a person's time */
	CONNECT_TIMEOUT_S = 10,
	FILE_SILENCE_S = 300, /* a large package is gathered before its first byte comes */
};

struct remote {
	CURL *curl;
	char *base;  /* URL up to and without /api/v1 */
	char *token; /* "Authorization: Bearer ..." or NULL */
	bool chatty;
	long timeout_s;
	int sent; /* tries of the current request */
	char curl_error[CURL_ERROR_SIZE];
};

static bool is_loopback(const char *server)
{
	const char *host = strstr(server, "://");
	host = host ? host + 3 : server;
	return strncmp(host, "127.", 4) == 0 || strncmp(host, "localhost", 9) == 0 ||
	       strncmp(host, "[::1]", 5) == 0;
}

static enum err_code check_server(const char *server, struct err *err)
{
	bool http = strncasecmp(server, "http://", 7) == 0 && server[7];
	bool https = strncasecmp(server, "https://", 8) == 0 && server[8];
	bool socket_path = strncmp(server, "unix:/", 6) == 0;
	if (!http && !https && !socket_path)
		return err_set(err, ERR_INVALID, "usage",
			       "服务器地址“%s”不对，应以 http://、https:// 或 unix:/ 开头", server);
	/* A name and password in the address would end up in logs. */
	if (!socket_path && strchr(server, '@'))
		return err_set(err, ERR_INVALID, "usage", "服务器地址中不能写账号或密码");
	return ERR_OK;
}

/* libcurl itself repeats a request when a kept connection turns out dead: that counts, too. */
static int on_send(void *arg, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
	struct remote *r = arg;
	(void)remote_ip, (void)local_ip, (void)remote_port, (void)local_port;
	if (r->sent >= REMOTE_TRIES)
		return CURL_PREREQFUNC_ABORT;
	r->sent++;
	return CURL_PREREQFUNC_OK;
}

enum err_code remote_new(const char *server, const char *ca_file, long timeout_s,
			 struct remote **ret, struct err *err)
{
	enum err_code code = check_server(server, err);
	if (code)
		return code;
	CURL *curl = NULL;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		curl = curl_easy_init();
	if (!curl)
		return err_set(err, ERR_IO, "curl", "无法初始化网络库");
	struct remote *r = xcalloc(1, sizeof(*r));
	r->curl = curl;
	r->timeout_s = timeout_s;
	if (strncmp(server, "unix:", 5) == 0) {
		r->base = xstrdup("http://localhost");
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, server + 5);
	} else {
		r->base = xstrdup(server);
	}
	for (size_t n = strlen(r->base); n > 0 && r->base[n - 1] == '/'; n--)
		r->base[n - 1] = '\0';
	/* A proxy from the environment cannot reach this machine's loopback. */
	if (is_loopback(r->base))
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
	if (ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, timeout_s);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, on_send);
	curl_easy_setopt(curl, CURLOPT_PREREQDATA, r);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "ipcase");
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, r->curl_error);
	*ret = r;
	return ERR_OK;
}

void remote_set_token(struct remote *r, const char *token)
{
	if (r->token)
		explicit_bzero(r->token, strlen(r->token));
	free(r->token);
	r->token = NULL;
	if (!token)
		return;
	struct str line = STR_INIT(4096);
	str_printf(&line, "Authorization: Bearer %s", token);
	r->token = xstrdup(str_cstr(&line));
	explicit_bzero(line.p, line.len);
	str_release(&line);
}

void remote_free(struct remote *r)
{
	if (!r)
		return;
	remote_set_token(r, NULL);
	curl_easy_cleanup(r->curl);
	curl_global_cleanup();
	free(r->base);
	free(r);
}

void remote_set_chatty(struct remote *r, bool chatty)
{
	r->chatty = chatty;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct remote_reply *reply = arg;
	if (reply->file && reply->status >= 200 && reply->status < 300)
		return fwrite(data, size, count, reply->file) == count ? size * count : 0;
	str_append(&reply->body, data, size * count);
	return reply->body.failed ? 0 : size * count;
}

static bool header_is(struct sv line, const char *name, const char *value)
{
	size_t n = strlen(name);
	if (line.n <= n || strncasecmp(line.p, name, n) != 0 || line.p[n] != ':')
		return false;
	struct sv got = sv_trim((struct sv){ line.p + n + 1, line.n - n - 1 });
	return got.n >= strlen(value) && strncasecmp(got.p, value, strlen(value)) == 0;
}

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	struct remote_reply *reply = arg;
	size_t total = size * count;
	struct sv line = { data, total };
	while (line.n > 0 && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == '\n'))
		line.n--;
	int64_t status = 0;
	if (line.n >= 12 && strncmp(line.p, "HTTP/", 5) == 0 && memchr(line.p, ' ', line.n)) {
		const char *code = (const char *)memchr(line.p, ' ', line.n) + 1;
		if (code + 3 <= line.p + line.n && sv_to_i64((struct sv){ code, 3 }, &status))
			reply->status = (long)status;
	}
	if (header_is(line, "Content-Type", "application/json") ||
	    header_is(line, "Content-Type", "application/problem+json"))
		reply->is_json = true;
	if (header_is(line, "Idempotent-Replay", "true"))
		reply->replayed = true;
	return total;
}

static struct curl_slist *add_header(struct curl_slist *list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);
	CHECK(longer);
	return longer;
}

static void set_body(CURL *curl, const char *method, const struct str *body)
{
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, NULL);
	if (strcmp(method, "GET") == 0) {
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
		return;
	}
	if (strcmp(method, "POST") != 0 && !body) {
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
		return;
	}
	if (strcmp(method, "POST") != 0)
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(body ? body->len : 0));
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body ? str_cstr(body) : "");
}

/* Worth another try: the request may not have arrived, or its answer got lost. */
static bool is_transient(CURLcode code, long status)
{
	switch ((int)code) {
	case CURLE_OK:
		return status == 502 || status == 503 || status == 504;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SSL_CONNECT_ERROR:
		return true;
	default:
		return false;
	}
}

static void sleep_ms(int64_t ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	while (nanosleep(&left, &left) != 0)
		continue;
}

static void pause_before(struct remote *r, int tries_done, CURLcode code)
{
	curl_off_t wish_s = 0;
	if (code == CURLE_OK)
		curl_easy_getinfo(r->curl, CURLINFO_RETRY_AFTER, &wish_s);
	unsigned char dice = 0;
	if (getrandom(&dice, 1, 0) != 1)
		dice = 128;
	/* Up to a quarter more, so that many clients do not come back in step. */
	int64_t ms = (int64_t)BACKOFF_FIRST_MS << (tries_done - 1);
	ms += ms * dice / 1024;
	if (wish_s > RETRY_AFTER_MAX_S)
		wish_s = RETRY_AFTER_MAX_S;
	if (wish_s * 1000 > ms)
		ms = wish_s * 1000;
	if (r->chatty)
		fprintf(stderr, "服务器暂时无应答，%.1f 秒后重试（第 %d 次，共 %d 次）\n",
			(double)ms / 1000, tries_done + 1, REMOTE_TRIES);
	sleep_ms(ms);
}

static enum err_code describe_failure(const struct remote *r, CURLcode code,
				      const struct remote_reply *reply, struct err *err)
{
	if (code == CURLE_WRITE_ERROR && reply->file)
		return err_set(err, ERR_IO, "input-output", "无法写入文件：%s", strerror(errno));
	if (reply->body.failed)
		return err_set(err, ERR_IO, "reply-too-large", "服务器的答复超过 %d MiB",
			       REMOTE_REPLY_MAX >> 20);
	const char *why = r->curl_error[0] ? r->curl_error : curl_easy_strerror(code);
	if (code == CURLE_ABORTED_BY_CALLBACK) /* on_send: the tries are used up */
		why = "连接被断开";
	if (code == CURLE_OPERATION_TIMEDOUT)
		return err_set(err, ERR_TIMEOUT, "network", "服务器 %s 超时未答复（%s）", r->base,
			       why);
	return err_set(err, ERR_UNAVAILABLE, "network", "无法连接服务器 %s（%s）", r->base, why);
}

static CURLcode try_once(struct remote *r, struct remote_reply *ret, long file_start)
{
	int before = r->sent;
	/* What an earlier try left. */
	if (ret->file && (fseek(ret->file, file_start, SEEK_SET) != 0 || ftruncate(fileno(ret->file), file_start) != 0))
		return CURLE_WRITE_ERROR;
	str_reset(&ret->body);
	ret->body.failed = false;
	ret->status = 0;
	ret->is_json = ret->replayed = false;
	r->curl_error[0] = '\0';
	CURLcode code = curl_easy_perform(r->curl);
	curl_easy_getinfo(r->curl, CURLINFO_RESPONSE_CODE, &ret->status);
	if (r->sent == before) /* did not even connect */
		r->sent++;
	return code;
}

enum err_code remote_call(struct remote *r, const char *method, const char *path,
			  const struct str *body, const char *key, struct remote_reply *ret,
			  struct err *err)
{
	struct str line = STR_INIT(16384);
	str_printf(&line, "%s" API_PREFIX "%s", r->base, path);
	curl_easy_setopt(r->curl, CURLOPT_URL, str_cstr(&line));
	set_body(r->curl, method, body);
	curl_easy_setopt(r->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(r->curl, CURLOPT_WRITEDATA, ret);
	curl_easy_setopt(r->curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(r->curl, CURLOPT_HEADERDATA, ret);
	/* Expect: would cost a round trip or a second of waiting for each import batch. */
	struct curl_slist *headers = add_header(NULL, "Expect:");
	headers = add_header(headers, "Accept: application/json, application/problem+json");
	if (r->token)
		headers = add_header(headers, r->token);
	if (body && strcmp(method, "PUT") == 0)
		headers = add_header(headers, "Content-Type: application/octet-stream");
	else if (body)
		headers = add_header(headers, "Content-Type: application/json");
	if (key) {
		str_reset(&line);
		str_printf(&line, "Idempotency-Key: %s", key);
		headers = add_header(headers, str_cstr(&line));
	}
	curl_easy_setopt(r->curl, CURLOPT_HTTPHEADER, headers);

	CURLcode code = CURLE_OK;
	long file_start = ret->file ? ftell(ret->file) : 0;
	curl_easy_setopt(r->curl, CURLOPT_TIMEOUT, ret->file ? 0L : r->timeout_s);
	curl_easy_setopt(r->curl, CURLOPT_LOW_SPEED_LIMIT, ret->file ? 1L : 0L);
	curl_easy_setopt(r->curl, CURLOPT_LOW_SPEED_TIME,
			 r->timeout_s > FILE_SILENCE_S ? r->timeout_s : (long)FILE_SILENCE_S);
	r->sent = 0;
	for (;;) {
		code = try_once(r, ret, file_start);
		if (r->sent >= REMOTE_TRIES || !is_transient(code, ret->status))
			break;
		pause_before(r, r->sent, code);
	}
	enum err_code result = code == CURLE_OK ? ERR_OK : describe_failure(r, code, ret, err);
	curl_easy_setopt(r->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	str_release(&line);
	return result;
}

void remote_segment(struct str *path, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9') || strchr("-._~", *p);
		if (plain) {
			str_append_char(path, (char)*p);
			continue;
		}
		str_append_char(path, '%');
		str_append_char(path, hex[*p >> 4]);
		str_append_char(path, hex[*p & 15]);
	}
}

void remote_query(struct str *path, const char *name, const char *value)
{
	if (!value)
		return;
	str_append_char(path, strchr(str_cstr(path), '?') ? '&' : '?');
	str_append_cstr(path, name);
	str_append_char(path, '=');
	remote_segment(path, value);
}

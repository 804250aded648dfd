/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The shim: request framing that evhttp accepts and a strict server must not.
 *
 * Each rule here stands for a way in which evhttp and a proxy in front of it could
 * disagree about where a request ends (request smuggling) or whom it is for. Everything
 * refused closes the connection, so bytes that might be a hidden request are never parsed.
 */
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <strings.h>

#include "http/http_internal.h"

enum { HEADERS_MAX = 100, LENGTH_DIGITS_MAX = 18 };

static enum err_code refuse(struct err *err, const char *rule, const char *message)
{
	return err_set(err, ERR_MALFORMED, rule, "%s", message);
}

struct seen {
	size_t count;
	size_t lengths;
	size_t encodings;
	size_t hosts;
	const char *length;
	const char *encoding;
	const char *host;
};

static enum err_code check_fields(struct evhttp_request *ev, struct seen *seen, struct err *err)
{
	struct evkeyval *field;

	TAILQ_FOREACH(field, evhttp_request_get_input_headers(ev), next) {
		if (++seen->count > HEADERS_MAX)
			return refuse(err, "http-headers", "请求头字段过多");
		if (!http_is_token(sv_of(field->key)))
			return refuse(err, "http-field-name", "请求头字段名不合法");
		if (!http_is_field_value(sv_of(field->value)))
			return refuse(err, "http-field-value", "请求头字段值含有控制字符");
		if (strcasecmp(field->key, "Content-Length") == 0) {
			seen->lengths++;
			seen->length = field->value;
		} else if (strcasecmp(field->key, "Transfer-Encoding") == 0) {
			seen->encodings++;
			seen->encoding = field->value;
		} else if (strcasecmp(field->key, "Host") == 0) {
			seen->hosts++;
			seen->host = field->value;
		}
	}
	return ERR_OK;
}

static bool may_have_body(enum evhttp_cmd_type method)
{
	return method == EVHTTP_REQ_POST || method == EVHTTP_REQ_PUT ||
	       method == EVHTTP_REQ_PATCH;
}

static enum err_code check_framing(struct evhttp_request *ev, const struct seen *seen,
				   struct err *err)
{
	bool has_body = seen->encodings > 0;

	if (seen->lengths > 1)
		return refuse(err, "http-content-length", "Content-Length 重复");
	if (seen->encodings > 1)
		return refuse(err, "http-transfer-encoding", "Transfer-Encoding 重复");
	if (seen->lengths == 1) {
		size_t n = strspn(seen->length, "0123456789");

		if (n == 0 || n > LENGTH_DIGITS_MAX || seen->length[n] != '\0')
			return refuse(err, "http-content-length", "Content-Length 不是数字");
		if (strspn(seen->length, "0") != n)
			has_body = true;
	}
	if (seen->encodings == 1) {
		if (seen->lengths > 0)
			return refuse(err, "http-framing",
				      "不得同时使用 Content-Length 和 Transfer-Encoding");
		if (strcasecmp(seen->encoding, "chunked") != 0)
			return refuse(err, "http-transfer-encoding",
				      "Transfer-Encoding 只支持 chunked");
		if (ev->minor == 0)
			return refuse(err, "http-transfer-encoding",
				      "HTTP/1.0 不支持 Transfer-Encoding");
	}
	/* evhttp leaves the body of a HEAD in the stream, where it would be the next request. */
	if (has_body && !may_have_body(evhttp_request_get_command(ev)))
		return refuse(err, "http-body", "此方法不得带请求体");
	return ERR_OK;
}

static enum err_code check_host(struct evhttp_request *ev, const struct http_config *config,
				const struct seen *seen, struct err *err)
{
	struct sv name;

	if (seen->hosts > 1 || (seen->hosts == 0 && ev->minor >= 1))
		return refuse(err, "http-host", "必须恰有一个 Host");
	if (seen->hosts == 0)
		return ERR_OK;
	if (!http_host_name(sv_of(seen->host), &name))
		return refuse(err, "http-host", "Host 不合法");
	if (!config->host_names || !config->host_names[0])
		return ERR_OK;
	for (const char *const *h = config->host_names; *h; h++) {
		if (strlen(*h) == name.n && strncasecmp(*h, name.p, name.n) == 0)
			return ERR_OK;
	}
	return refuse(err, "http-host", "Host 不是本服务的名称");
}

enum err_code http_shim_check(struct evhttp_request *ev, const struct http_config *config,
			      struct err *err)
{
	struct seen seen = { 0 };
	enum err_code code;

	if (ev->major != 1 || (ev->minor != 0 && ev->minor != 1))
		return refuse(err, "http-version", "只支持 HTTP/1.0 和 HTTP/1.1");
	code = check_fields(ev, &seen, err);
	if (code == ERR_OK)
		code = check_framing(ev, &seen, err);
	if (code == ERR_OK)
		code = check_host(ev, config, &seen, err);
	return code;
}

/* evhttp compares the whole value, so "keep-alive, close" would stay open. */
bool http_wants_close(struct evhttp_request *ev)
{
	struct evkeyval *field;

	TAILQ_FOREACH(field, evhttp_request_get_input_headers(ev), next) {
		const char *p = field->value;

		if (strcasecmp(field->key, "Connection") != 0)
			continue;
		while (*p) {
			size_t n;

			p += strspn(p, ", \t");
			n = strcspn(p, ", \t");
			if (n == 5 && strncasecmp(p, "close", 5) == 0)
				return true;
			p += n;
		}
	}
	return false;
}

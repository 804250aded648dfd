/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Pure decoding of what a peer sends: targets, path segments, query strings, field names
 * and values, Host. Strict, because what is let through here reaches SQL and logs.
 */
#include "base/text.h"
#include "http/http_internal.h"

enum { TARGET_MAX = 8192, PAIRS_MAX = 64 };

bool http_is_token(struct sv name)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	if (name.n == 0)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			    (c >= 'A' && c <= 'Z');

		if (!word && (c == 0 || !memchr(marks, c, sizeof(marks) - 1)))
			return false;
	}
	return true;
}

bool http_is_field_value(struct sv value)
{
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

bool http_host_name(struct sv host, struct sv *ret_name)
{
	size_t name = 0;
	size_t at;

	if (host.n > 0 && host.p[0] == '[') {
		const char *end = memchr(host.p, ']', host.n);

		if (!end)
			return false;
		name = (size_t)(end - host.p) + 1;
		for (size_t i = 1; i + 1 < name; i++) {
			if (!strchr("0123456789abcdefABCDEF:.", host.p[i]) || host.p[i] == '\0')
				return false;
		}
		if (name < 4)
			return false;
	} else {
		while (name < host.n && host.p[name] != ':') {
			unsigned char c = (unsigned char)host.p[name];
			bool ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
				  (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';

			if (!ok)
				return false;
			name++;
		}
		if (name == 0)
			return false;
	}
	at = name;
	if (at < host.n) {
		if (host.p[at] != ':' || host.n - at > 6)
			return false;
		for (at++; at < host.n; at++) {
			if (host.p[at] < '0' || host.p[at] > '9')
				return false;
		}
	}
	*ret_name = (struct sv){ host.p, name };
	return true;
}

enum err_code http_split_target(struct sv target, struct sv *ret_path, struct sv *ret_query,
				struct err *err)
{
	const char *question;
	size_t path_n;

	if (target.n == 0 || target.p[0] != '/')
		return err_set(err, ERR_MALFORMED, "http-target", "请求目标必须以 / 开头");
	if (target.n > TARGET_MAX)
		return err_set(err, ERR_MALFORMED, "http-target", "请求目标过长");
	for (size_t i = 0; i < target.n; i++) {
		unsigned char c = (unsigned char)target.p[i];

		if (c <= 0x20 || c >= 0x7f || c == '#' || c == '\\' || c == '"' || c == '<' ||
		    c == '>')
			return err_set(err, ERR_MALFORMED, "http-target",
				       "请求目标含有非法字符");
	}
	question = memchr(target.p, '?', target.n);
	path_n = question ? (size_t)(question - target.p) : target.n;
	*ret_path = (struct sv){ target.p, path_n };
	*ret_query = question ? (struct sv){ question + 1, target.n - path_n - 1 }
			      : (struct sv){ target.p + target.n, 0 };
	return ERR_OK;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Percent-decode; false: broken escape, NUL, not UTF-8, no room. */
static bool unescape(struct arena *a, struct sv raw, bool plus_is_blank, struct sv *ret)
{
	char *out = arena_try_alloc(a, raw.n + 1);
	size_t n = 0;

	if (!out)
		return false;
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];

		if (c == '%') {
			int high, low;

			if (raw.n - i < 3)
				return false;
			high = hex_digit(raw.p[i + 1]);
			low = hex_digit(raw.p[i + 2]);
			if (high < 0 || low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus_is_blank) {
			c = ' ';
		}
		out[n++] = c;
	}
	out[n] = '\0';
	*ret = (struct sv){ out, n };
	return text_is_valid_utf8(*ret) && !memchr(out, '\0', n);
}

static bool has_control(struct sv text, bool allow_blanks)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == 0x7f)
			return true;
		if (c < 0x20 && !(allow_blanks && (c == '\t' || c == '\n' || c == '\r')))
			return true;
	}
	return false;
}

enum err_code http_decode_segment(struct arena *a, struct sv raw, struct sv *ret)
{
	struct sv out;

	if (raw.n == 0 || !unescape(a, raw, false, &out))
		return ERR_MALFORMED;
	if (has_control(out, false) || memchr(out.p, '/', out.n) || sv_eq_str(out, ".") ||
	    sv_eq_str(out, ".."))
		return ERR_MALFORMED;
	*ret = out;
	return ERR_OK;
}

static enum err_code decode_pair(struct arena *a, struct sv raw, struct http_pair *ret,
				 struct err *err)
{
	const char *equals = memchr(raw.p, '=', raw.n);
	size_t name_n = equals ? (size_t)(equals - raw.p) : raw.n;
	struct sv value = equals ? (struct sv){ equals + 1, raw.n - name_n - 1 }
				 : (struct sv){ raw.p + raw.n, 0 };

	if (!unescape(a, (struct sv){ raw.p, name_n }, true, &ret->name) || ret->name.n == 0 ||
	    has_control(ret->name, false))
		return err_set(err, ERR_MALFORMED, "http-query", "查询参数名无法解析");
	if (!unescape(a, value, true, &ret->value) || has_control(ret->value, true)) {
		enum err_code code = err_set(err, ERR_MALFORMED, "http-query",
					     "查询参数的值无法解析");

		err_field(err, "%.*s", SV_ARG(ret->name));
		return code;
	}
	return ERR_OK;
}

enum err_code http_decode_query(struct arena *a, struct sv raw, struct http_pair **ret,
				size_t *ret_count, struct err *err)
{
	struct http_pair *pairs = NULL;
	size_t count = 0;

	while (raw.n > 0) {
		const char *amp = memchr(raw.p, '&', raw.n);
		size_t n = amp ? (size_t)(amp - raw.p) : raw.n;
		struct sv part = { raw.p, n };

		raw.p += n + (amp ? 1 : 0);
		raw.n -= n + (amp ? 1 : 0);
		if (part.n == 0)
			continue;
		if (count == PAIRS_MAX)
			return err_set(err, ERR_MALFORMED, "http-query", "查询参数过多");
		if (!pairs)
			pairs = arena_array(a, struct http_pair, PAIRS_MAX);
		if (decode_pair(a, part, &pairs[count], err) != ERR_OK)
			return ERR_MALFORMED;
		for (size_t i = 0; i < count; i++) {
			if (!sv_eq(pairs[i].name, pairs[count].name))
				continue;
			err_set(err, ERR_MALFORMED, "http-query", "查询参数重复");
			err_field(err, "%.*s", SV_ARG(pairs[i].name));
			return ERR_MALFORMED;
		}
		count++;
	}
	*ret = pairs;
	*ret_count = count;
	return ERR_OK;
}

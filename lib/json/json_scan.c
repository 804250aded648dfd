/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The grammar of RFC 8259, byte by byte, building nothing. Recursion is bounded by
 * JSON_DEPTH_MAX. */
#include "json/json_scan.h"

#include "base/text.h"
#include "json/json_reader.h"

struct scan {
	const char *start, *p, *end;
	unsigned depth;
	size_t values;
	struct err *err;
};

static enum err_code fail(struct scan *s, const char *rule, const char *what)
{
	return err_set(s->err, ERR_MALFORMED, rule, "JSON有错误：第%zu字节%s",
		       (size_t)(s->p - s->start) + 1, what);
}

static enum err_code unexpected(struct scan *s, const char *wanted)
{
	if (s->p == s->end)
		return err_set(s->err, ERR_MALFORMED, "json-truncated", "JSON不完整，缺少%s",
			       wanted);
	return err_set(s->err, ERR_MALFORMED, "json-syntax", "JSON有错误：第%zu字节应为%s",
		       (size_t)(s->p - s->start) + 1, wanted);
}

static void skip_blanks(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void skip_digits(const char **p, const char *end)
{
	while (*p < end && is_digit(**p))
		(*p)++;
}

/* End of the number that begins at p, NULL when it breaks the grammar. */
static const char *number_end(const char *p, const char *end)
{
	if (p < end && *p == '-')
		p++;
	if (p == end || !is_digit(*p))
		return NULL;
	if (*p == '0')
		p++;
	else
		skip_digits(&p, end);
	if (p < end && is_digit(*p))
		return NULL; /* 01 */
	if (p < end && *p == '.') {
		p++;
		if (p == end || !is_digit(*p))
			return NULL;
		skip_digits(&p, end);
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		if (p == end || !is_digit(*p))
			return NULL;
		skip_digits(&p, end);
	}
	return p;
}

static enum err_code scan_number(struct scan *s)
{
	const char *after = number_end(s->p, s->end);
	if (!after)
		return fail(s, "json-number", "开始的数字格式不正确");
	if (after - s->p > JSON_NUMBER_MAX)
		return fail(s, "json-number-length", "开始的数字太长");
	s->p = after;
	return ERR_OK;
}

/* Four hexadecimal digits behind "\u", or -1. */
static int hex4(const char *p, const char *end)
{
	if (end - p < 4)
		return -1;
	int v = 0;
	for (int i = 0; i < 4; i++) {
		char c = p[i];
		int digit = is_digit(c)            ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;
		if (digit < 0)
			return -1;
		v = v * 16 + digit;
	}
	return v;
}

/* s->p is at the backslash. */
static enum err_code scan_escape(struct scan *s)
{
	if (s->end - s->p < 2)
		return fail(s, "json-escape", "的转义不完整");
	if (s->p[1] != 'u') {
		if (s->p[1] == '\0' || !strchr("\"\\/bfnrt", s->p[1]))
			return fail(s, "json-escape", "的转义不正确");
		s->p += 2;
		return ERR_OK;
	}
	int unit = hex4(s->p + 2, s->end);
	if (unit < 0)
		return fail(s, "json-escape", "的转义不正确");
	if (unit == 0)
		return fail(s, "json-nul", "的文字含有空字符（\\u0000）");
	bool high = unit >= 0xD800 && unit <= 0xDBFF, low = unit >= 0xDC00 && unit <= 0xDFFF;
	if (!high && !low) {
		s->p += 6;
		return ERR_OK;
	}
	int second = -1;
	if (high && s->end - s->p >= 12 && s->p[6] == '\\' && s->p[7] == 'u')
		second = hex4(s->p + 8, s->end);
	if (second < 0xDC00 || second > 0xDFFF)
		return fail(s, "json-surrogate", "的代理对不完整");
	s->p += 12;
	return ERR_OK;
}

static enum err_code scan_string(struct scan *s)
{
	s->p++;
	while (s->p < s->end && *s->p != '"') {
		if ((unsigned char)*s->p < 0x20)
			return fail(s, "json-control", "是控制字符，应写成转义");
		if (*s->p != '\\') {
			s->p++;
			continue;
		}
		enum err_code code = scan_escape(s);
		if (code)
			return code;
	}
	if (s->p == s->end)
		return unexpected(s, "结束的引号");
	s->p++;
	return ERR_OK;
}

static enum err_code scan_value(struct scan *s);

static enum err_code scan_member_name(struct scan *s)
{
	skip_blanks(s);
	if (s->p == s->end || *s->p != '"')
		return unexpected(s, "字段名");
	enum err_code code = scan_string(s);
	if (code)
		return code;
	skip_blanks(s);
	if (s->p == s->end || *s->p != ':')
		return unexpected(s, "冒号");
	s->p++;
	return ERR_OK;
}

/* Object or array; s->p is at the opening bracket. */
static enum err_code scan_container(struct scan *s, bool is_object)
{
	const char close = is_object ? '}' : ']';
	if (++s->depth > JSON_DEPTH_MAX)
		return fail(s, "json-depth", "的嵌套太深");
	s->p++;
	skip_blanks(s);
	if (s->p < s->end && *s->p == close) {
		s->p++;
		s->depth--;
		return ERR_OK;
	}
	for (;;) {
		enum err_code code = is_object ? scan_member_name(s) : ERR_OK;
		if (!code)
			code = scan_value(s);
		if (code)
			return code;
		skip_blanks(s);
		if (s->p == s->end || (*s->p != ',' && *s->p != close))
			return unexpected(s, is_object ? "逗号或“}”" : "逗号或“]”");
		if (*s->p++ == close)
			break;
	}
	s->depth--;
	return ERR_OK;
}

static bool scan_literal(struct scan *s, struct sv word)
{
	if (!sv_starts_with((struct sv){ s->p, (size_t)(s->end - s->p) }, word))
		return false;
	s->p += word.n;
	return true;
}

static enum err_code scan_value(struct scan *s)
{
	skip_blanks(s);
	s->values++;
	if (s->p == s->end)
		return unexpected(s, "值");
	switch (*s->p) {
	case '{':
		return scan_container(s, true);
	case '[':
		return scan_container(s, false);
	case '"':
		return scan_string(s);
	default:
		break;
	}
	if (*s->p == '-' || is_digit(*s->p))
		return scan_number(s);
	if (scan_literal(s, SV("true")) || scan_literal(s, SV("false")) ||
	    scan_literal(s, SV("null")))
		return ERR_OK;
	return unexpected(s, "值");
}

enum err_code json_scan_check(struct sv text, size_t *ret_values, struct err *err)
{
	if (!text_is_valid_utf8(text))
		return err_set(err, ERR_MALFORMED, "json-utf8", "JSON不是有效的UTF-8文本");
	struct scan s = { .start = text.p, .p = text.p, .end = text.p + text.n, .err = err };
	enum err_code code = scan_value(&s);
	if (code)
		return code;
	skip_blanks(&s);
	if (s.p != s.end)
		return fail(&s, "json-trailing", "是结束之后多余的内容");
	if (s.values > JSON_VALUES_MAX)
		return err_set(err, ERR_TOO_LARGE, "json-values", "JSON有%zu个值，最多%d个",
			       s.values, JSON_VALUES_MAX);
	*ret_values = s.values;
	return ERR_OK;
}

struct sv json_scan_next_number(struct sv *rest)
{
	const char *p = rest->p, *end = rest->p + rest->n;
	struct sv number = { NULL, 0 };
	while (p < end && *p != '-' && !is_digit(*p)) {
		/* Over strings: their digits are no tokens. */
		if (*p++ != '"')
			continue;
		while (p < end && *p != '"')
			p += *p == '\\' ? 2 : 1;
		p++;
	}
	if (p < end) {
		const char *after = number_end(p, end);
		CHECK(after);
		number = (struct sv){ p, (size_t)(after - p) };
		p = after;
	}
	*rest = (struct sv){ p, (size_t)(end - p) };
	return number;
}

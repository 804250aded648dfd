/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * String views and the bounded growable string. */
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

bool sv_eq(struct sv a, struct sv b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool sv_eq_str(struct sv a, const char *b)
{
	return sv_eq(a, sv_of(b));
}

bool sv_starts_with(struct sv a, struct sv prefix)
{
	return a.n >= prefix.n && sv_eq((struct sv){ a.p, prefix.n }, prefix);
}

static bool is_ascii_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static const struct sv ideographic_space = SV("\xe3\x80\x80"); /* U+3000 */

struct sv sv_trim(struct sv a)
{
	const size_t wide = ideographic_space.n;
	for (;;) {
		if (a.n && is_ascii_blank(a.p[0])) {
			a.p++;
			a.n--;
		} else if (sv_starts_with(a, ideographic_space)) {
			a.p += wide;
			a.n -= wide;
		} else {
			break;
		}
	}
	for (;;) {
		if (a.n && is_ascii_blank(a.p[a.n - 1]))
			a.n--;
		else if (a.n >= wide &&
			 sv_eq((struct sv){ a.p + a.n - wide, wide }, ideographic_space))
			a.n -= wide;
		else
			break;
	}
	return a;
}

bool sv_to_i64(struct sv a, int64_t *ret)
{
	size_t i = 0;
	bool negative = a.n && a.p[0] == '-';
	if (negative)
		i++;
	if (i == a.n)
		return false;
	/* Counts downwards, because INT64_MIN has no positive counterpart. */
	int64_t v = 0;
	for (; i < a.n; i++) {
		if (a.p[i] < '0' || a.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, a.p[i] - '0', &v))
			return false;
	}
	if (!negative && __builtin_sub_overflow((int64_t)0, v, &v))
		return false;
	*ret = v;
	return true;
}

void str_init(struct str *s, size_t max)
{
	*s = (struct str)STR_INIT(max);
}

void str_release(struct str *s)
{
	free(s->p);
	str_init(s, s->max);
}

void str_reset(struct str *s)
{
	s->len = 0;
	s->failed = false;
	if (s->p)
		s->p[0] = '\0';
}

/* Room for n more bytes and the NUL; false, and failed for good, past the maximum. */
static bool str_grow(struct str *s, size_t n)
{
	if (s->failed || n > s->max - s->len) {
		s->failed = true;
		return false;
	}
	size_t need = s->len + n + 1;
	if (need <= s->cap)
		return true;
	size_t cap = s->cap < 64 ? 64 : s->cap;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	if (cap > s->max)
		cap = s->max + 1; /* no overflow: need <= max + 1, and need did fit */
	s->p = xrealloc(s->p, cap);
	s->cap = cap;
	return true;
}

void str_append(struct str *s, const char *p, size_t n)
{
	if (!str_grow(s, n))
		return;
	if (n)
		memcpy(s->p + s->len, p, n);
	s->len += n;
	s->p[s->len] = '\0';
}

void str_append_sv(struct str *s, struct sv v)
{
	str_append(s, v.p, v.n);
}

void str_append_cstr(struct str *s, const char *c)
{
	str_append(s, c, strlen(c));
}

void str_append_char(struct str *s, char c)
{
	str_append(s, &c, 1);
}

void str_append_i64(struct str *s, int64_t v)
{
	char buf[20];
	size_t at = sizeof(buf);
	uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	do {
		buf[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left);
	if (v < 0)
		buf[--at] = '-';
	str_append(s, buf + at, sizeof(buf) - at);
}

void str_printf(struct str *s, const char *fmt, ...)
{
	char small[256];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	CHECK(n >= 0);
	if ((size_t)n < sizeof(small)) {
		str_append(s, small, (size_t)n);
		return;
	}
	if (!str_grow(s, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(s->p + s->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	s->len += (size_t)n;
}

const char *str_cstr(const struct str *s)
{
	return s->p ? s->p : "";
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The error table and the error record. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *slug;
	int http_status;
	bool retryable;
	const char *meaning;
} errors[ERR_COUNT] = {
#define ERR(name, slug, status, retry, text) [ERR_##name] = { slug, status, retry, text },
#include "base/err.def"
#undef ERR
};

const char *err_slug(enum err_code code)
{
	CHECK(code < ERR_COUNT);
	return errors[code].slug;
}

int err_http_status(enum err_code code)
{
	CHECK(code < ERR_COUNT);
	return errors[code].http_status;
}

bool err_retryable(enum err_code code)
{
	CHECK(code < ERR_COUNT);
	return errors[code].retryable;
}

const char *err_meaning(enum err_code code)
{
	CHECK(code < ERR_COUNT);
	return errors[code].meaning;
}

/* Ends the text before a UTF-8 sequence that the buffer's end cut in two. */
static void drop_cut_character(char *text, size_t len)
{
	size_t start = len;
	while (start > 0 && len - start < 4 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
		start--;
	if (start == 0)
		return;
	unsigned char lead = (unsigned char)text[start - 1];
	size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	if (len - (start - 1) < want)
		text[start - 1] = '\0';
}

/* The arguments may point into `out` itself: it is written last. */
static void format_into(char *out, size_t size, const char *fmt, va_list ap)
{
	char text[sizeof(((struct err *)NULL)->message)];
	CHECK(size <= sizeof(text));
	int n = vsnprintf(text, size, fmt, ap);
	CHECK(n >= 0);
	if ((size_t)n >= size)
		drop_cut_character(text, size - 1);
	memcpy(out, text, strlen(text) + 1);
}

static void copy_into(char *out, size_t size, const char *text)
{
	size_t n = text ? strlen(text) : 0;
	bool cut = n >= size;
	if (cut)
		n = size - 1;
	if (n)
		memmove(out, text, n);
	out[n] = '\0';
	if (cut)
		drop_cut_character(out, n);
}

enum err_code err_set(struct err *err, enum err_code code, const char *rule, const char *fmt, ...)
{
	if (!err)
		return code;
	/* Built aside, so that the arguments may come from *err. */
	struct err fresh = { .code = code };
	copy_into(fresh.rule, sizeof(fresh.rule), rule);
	va_list ap;
	va_start(ap, fmt);
	format_into(fresh.message, sizeof(fresh.message), fmt, ap);
	va_end(ap);
	*err = fresh;
	return code;
}

void err_field(struct err *err, const char *fmt, ...)
{
	if (!err)
		return;
	va_list ap;
	va_start(ap, fmt);
	format_into(err->field, sizeof(err->field), fmt, ap);
	va_end(ap);
}

void err_article(struct err *err, const char *article)
{
	if (err)
		copy_into(err->article, sizeof(err->article), article);
}

void err_detail(struct err *err, const char *fmt, ...)
{
	if (!err)
		return;
	va_list ap;
	va_start(ap, fmt);
	format_into(err->detail, sizeof(err->detail), fmt, ap);
	va_end(ap);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The log sink: standard error. A line is built on the stack and written at once; a line
 * that does not fit is cut and ends in "...". */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/day.h"

enum {
	LINE_SIZE = 4096,
	QUOTE_SIZE = 768,
	QUOTE_COUNT = 8,
};

static const char *const level_names[] = { "error", "warn", "info", "debug" };
static _Atomic int current_level = LOG_INFO;

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&current_level, (int)level, memory_order_relaxed);
}

enum log_level log_get_level(void)
{
	return (enum log_level)atomic_load_explicit(&current_level, memory_order_relaxed);
}

bool log_level_parse(const char *name, enum log_level *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*ret = (enum log_level)i;
			return true;
		}
	}
	return false;
}

/* The last defence against a forged line: a value that the caller forgot to quote. */
static void blunt_controls(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p; p++)
		if (*p < 0x20 || *p == 0x7F)
			*p = '?';
}

void log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	if (level > log_get_level())
		return;
	char line[LINE_SIZE], when[40];
	instant_format(clock_now(), when);
	int head = snprintf(line, sizeof(line), "%s %s %s ", when, level_names[level], event);
	if (head < 0 || (size_t)head > sizeof(line) - 8)
		return;

	size_t room = sizeof(line) - (size_t)head - 4; /* keeps "...\n" writable */
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(line + head, room, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	size_t len = strlen(line);
	blunt_controls(line);
	if (n == 0)
		len--; /* no blank at the end */
	if ((size_t)n >= room) {
		while (len > 0 && ((unsigned char)line[len - 1] & 0xC0) == 0x80)
			len--; /* a character cut in two, and its lead byte below */
		if (len > 0 && (unsigned char)line[len - 1] >= 0xC0)
			len--;
		memcpy(line + len, "...", 3);
		len += 3;
	}
	line[len++] = '\n';
	/* A log that cannot be written has nobody to tell. */
	ssize_t written = write(STDERR_FILENO, line, len);
	(void)written;
}

/* Length of the well-formed UTF-8 sequence at p that is no control character, else 0. */
static size_t printable_sequence(const unsigned char *p)
{
	if (p[0] >= 0x20 && p[0] < 0x7F)
		return 1;
	size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : p[0] >= 0xC2 ? 2 : 0;
	if (n == 0 || p[0] > 0xF4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	/* U+0080..U+009F are terminal controls; U+2028.. and bidi marks reorder a line. */
	bool c1 = p[0] == 0xC2 && p[1] < 0xA0;
	bool layout = p[0] == 0xE2 && p[1] == 0x80 && p[2] >= 0xA8 && p[2] <= 0xAE;
	return c1 || layout ? 0 : n;
}

static bool is_plain(const char *text)
{
	if (text[0] == '\0')
		return false;
	for (const unsigned char *p = (const unsigned char *)text; *p;) {
		size_t n = printable_sequence(p);
		if (n == 0 || *p == ' ' || *p == '"' || *p == '\\' || *p == '=')
			return false;
		p += n;
	}
	return true;
}

const char *log_quote(const char *text)
{
	static _Thread_local char ring[QUOTE_COUNT][QUOTE_SIZE];
	static _Thread_local unsigned next;
	char *out = ring[next++ % QUOTE_COUNT];
	if (!text)
		return "-";
	size_t len = strlen(text);
	if (len < QUOTE_SIZE && is_plain(text))
		return memcpy(out, text, len + 1);

	static const char hex[] = "0123456789abcdef";
	char *o = out;
	const char *limit = out + QUOTE_SIZE - 10; /* one escape, "...", quote, NUL */
	*o++ = '"';
	const unsigned char *p = (const unsigned char *)text;
	while (*p && o < limit) {
		size_t n = printable_sequence(p);
		if (n == 0) {
			o[0] = '\\';
			o[1] = 'x';
			o[2] = hex[*p >> 4];
			o[3] = hex[*p & 15];
			o += 4;
			p++;
			continue;
		}
		if (*p == '"' || *p == '\\')
			*o++ = '\\';
		memcpy(o, p, n);
		o += n;
		p += n;
	}
	memcpy(o, *p ? "...\"" : "\"", *p ? 5 : 2);
	return out;
}

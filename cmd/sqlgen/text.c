/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Text and files for sqlgen. */
#include "sqlgen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die_at(const char *path, int line, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: ", path, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void die(const char *fmt, ...)
{
	va_list ap;

	fputs("sqlgen: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void *grow(void *p, size_t size)
{
	void *q = realloc(p, size);

	if (!q)
		die("out of memory");
	return q;
}

char *copy_of(const char *p, size_t n)
{
	char *s = grow(NULL, n + 1);

	memcpy(s, p, n);
	s[n] = '\0';
	return s;
}

void text_add(struct text *t, const char *p, size_t n)
{
	if (t->len + n + 1 > t->cap) {
		t->cap = (t->len + n + 1) * 2;
		t->p = grow(t->p, t->cap);
	}
	memcpy(t->p + t->len, p, n);
	t->len += n;
	t->p[t->len] = '\0';
}

void text_add_cstr(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void text_addf(struct text *t, const char *fmt, ...)
{
	char buf[1024];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(buf))
		die("a line of generated text is too long");
	text_add(t, buf, (size_t)n);
}

void text_add_literal(struct text *t, const char *p, size_t n, const char *indent)
{
	text_add_cstr(t, "\"");
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == '\n') {
			text_add_cstr(t, "\\n");
			if (i + 1 < n)
				text_addf(t, "\"\n%s\"", indent);
		} else if (c == '"' || c == '\\') {
			text_addf(t, "\\%c", c);
		} else if (c < 0x20 || c == 0x7f) {
			text_addf(t, "\\%03o", c); /* always three digits: no run-on */
		} else {
			text_add(t, p + i, 1);
		}
	}
	text_add_cstr(t, "\"");
}

struct text file_read(const char *path)
{
	struct text t = { 0 };
	char buf[65536];
	size_t n;
	FILE *f = fopen(path, "rb");

	if (!f)
		die("could not open %s: %s", path, strerror(errno));
	text_add(&t, "", 0);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		text_add(&t, buf, n);
	if (ferror(f))
		die("could not read %s: %s", path, strerror(errno));
	fclose(f);
	if (memchr(t.p, '\0', t.len))
		die("%s: holds a NUL byte", path);
	return t;
}

void file_write(const char *path, const struct text *t)
{
	struct text tmp = { 0 };

	text_addf(&tmp, "%s.tmp", path);
	FILE *f = fopen(tmp.p, "wb");
	if (!f)
		die("could not create %s: %s", tmp.p, strerror(errno));
	bool ok = fwrite(t->p, 1, t->len, f) == t->len;
	if (fclose(f) != 0 || !ok || rename(tmp.p, path) != 0) {
		int saved = errno;
		remove(tmp.p);
		die("could not write %s: %s", path, strerror(saved));
	}
}

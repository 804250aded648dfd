/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Terminal facts and safe text. */
#include "term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

enum { WIDTH_MIN = 20, WIDTH_MAX = 1000 };

static const struct {
	const char *code, *word;
	enum style style;
} lights[] = {
	{ "green", "绿", STYLE_GREEN },
	{ "yellow", "黄", STYLE_YELLOW },
	{ "red", "红", STYLE_RED },
	{ "grey", "灰", STYLE_DIM },
};

static size_t find_width(const struct term *t)
{
	const char *columns = getenv("COLUMNS");
	int64_t n = 0;
	if (columns && sv_to_i64(sv_of(columns), &n) && n >= WIDTH_MIN && n <= WIDTH_MAX)
		return (size_t)n;
	struct winsize size = { 0 };
	if (!t->is_tty)
		return 0;
	if (ioctl(fileno(t->file), TIOCGWINSZ, &size) == 0 && size.ws_col >= WIDTH_MIN)
		return size.ws_col;
	return 80;
}

void term_init(struct term *t, FILE *file, const char *color)
{
	*t = (struct term){ .file = file, .is_tty = isatty(fileno(file)) == 1 };
	t->width = find_width(t);
	const char *none = getenv("NO_COLOR");
	const char *kind = getenv("TERM");
	t->color = t->is_tty && !(none && none[0]) && !(kind && strcmp(kind, "dumb") == 0);
	if (color && strcmp(color, "always") == 0)
		t->color = true;
	if (color && strcmp(color, "never") == 0)
		t->color = false;
}

const char *term_on(const struct term *t, enum style style)
{
	if (!t->color)
		return "";
	switch (style) {
	case STYLE_PLAIN:
		return "";
	case STYLE_BOLD:
		return "\033[1m";
	case STYLE_DIM:
		return "\033[90m";
	case STYLE_GREEN:
		return "\033[32m";
	case STYLE_YELLOW:
		return "\033[33m";
	case STYLE_RED:
		return "\033[1;31m";
	}
	BUG("style %d", (int)style);
}

const char *term_off(const struct term *t, enum style style)
{
	return t->color && style != STYLE_PLAIN ? "\033[0m" : "";
}

void term_print(const struct term *t, enum style style, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs(term_on(t, style), t->file);
	vfprintf(t->file, fmt, ap);
	fputs(term_off(t, style), t->file);
	va_end(ap);
}

/* C0 and C1 controls, and the marks that turn the direction of what follows. */
static bool is_unsafe(const unsigned char *p, size_t n)
{
	if (n == 1)
		return *p < 0x20 || *p == 0x7f;
	if (n == 2)
		return p[0] == 0xc2 && p[1] < 0xa0;
	if (n == 3 && p[0] == 0xe2 && p[1] == 0x80)
		return (p[2] >= 0xaa && p[2] <= 0xae) || p[2] == 0xa8 || p[2] == 0xa9;
	return n == 3 && p[0] == 0xe2 && p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9;
}

size_t term_char_bytes(struct sv text)
{
	unsigned char c = (unsigned char)text.p[0];
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	return n < text.n ? n : text.n;
}

struct sv term_clean(struct arena *arena, struct sv text)
{
	if (text.n == 0)
		return SV("");
	char *out = arena_alloc(arena, text.n + 1);
	size_t n = 0;
	while (text.n > 0) {
		size_t len = term_char_bytes(text);
		bool valid = text_is_valid_utf8((struct sv){ text.p, len });
		if (!valid)
			len = 1;
		if (is_unsafe((const unsigned char *)text.p, len))
			out[n++] = ' ';
		else if (!valid)
			out[n++] = '?';
		else {
			memcpy(out + n, text.p, len);
			n += len;
		}
		text.p += len;
		text.n -= len;
	}
	out[n] = '\0';
	return (struct sv){ out, n };
}

struct sv term_fit(struct sv text, size_t width)
{
	size_t used = 0;
	size_t n = 0;
	while (n < text.n) {
		struct sv rest = { text.p + n, text.n - n };
		rest.n = term_char_bytes(rest);
		size_t w = text_width(rest);
		if (used + w > width)
			break;
		used += w;
		n += rest.n;
	}
	return (struct sv){ text.p, n };
}

const char *light_word(struct sv light)
{
	for (size_t i = 0; i < ARRAY_LEN(lights); i++) {
		if (sv_eq_str(light, lights[i].code))
			return lights[i].word;
	}
	return "";
}

enum style light_style(struct sv light)
{
	for (size_t i = 0; i < ARRAY_LEN(lights); i++) {
		if (sv_eq_str(light, lights[i].code))
			return lights[i].style;
	}
	return STYLE_PLAIN;
}

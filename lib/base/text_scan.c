/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Scanning through utf8proc. ASCII and common ideographs without a mark behind them, nearly all of a Chinese
 * text, are their own folded form and do not get there. */
#include "base/text_scan.h"

#include <stdlib.h>

#include <utf8proc.h>

#include "base/text.h"

enum { CLUSTER_MAX = 64 }; /* marks behind one letter; more begin a cluster of their own */

/* Bytes of the character at p, which is known to be well formed. */
static size_t char_length(unsigned char first)
{
	return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static int32_t char_at(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	switch (char_length(u[0])) {
	case 1:
		return u[0];
	case 2:
		return (u[0] & 0x1F) << 6 | (u[1] & 0x3F);
	case 3:
		return (u[0] & 0x0F) << 12 | (u[1] & 0x3F) << 6 | (u[2] & 0x3F);
	default:
		return (u[0] & 0x07) << 18 | (u[1] & 0x3F) << 12 | (u[2] & 0x3F) << 6 | (u[3] & 0x3F);
	}
}

static bool is_mark(int32_t c)
{
	utf8proc_category_t category;

	if (c < 0x300)
		return false;
	category = utf8proc_category(c);
	return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
}

static bool is_hidden(int32_t c)
{
	return utf8proc_get_property(c)->ignorable;
}

static enum text_kind kind_of(int32_t c)
{
	if (c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029)
		return TEXT_LINE;
	if (c == '\t')
		return TEXT_BLANK;
	if (is_hidden(c))
		return TEXT_HIDDEN;
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_ZS:
		return TEXT_BLANK;
	case UTF8PROC_CATEGORY_PD:
	case UTF8PROC_CATEGORY_PC:
		return TEXT_DASH;
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
		return TEXT_HIDDEN;
	case UTF8PROC_CATEGORY_SM:
		return c == 0x2212 ? TEXT_DASH : TEXT_POINT;
	case UTF8PROC_CATEGORY_PS:
	case UTF8PROC_CATEGORY_PE:
	case UTF8PROC_CATEGORY_PI:
	case UTF8PROC_CATEGORY_PF:
	case UTF8PROC_CATEGORY_PO:
	case UTF8PROC_CATEGORY_SC:
	case UTF8PROC_CATEGORY_SK:
	case UTF8PROC_CATEGORY_SO:
		return TEXT_POINT;
	default:
		return TEXT_LETTER;
	}
}

/* ---- a list of units that grows in the arena ---- */

struct list {
	struct arena *arena;
	struct text_unit *items;
	size_t count, room;
};

static bool add(struct list *l, size_t at, size_t end, int32_t c, enum text_kind kind)
{
	if (l->count == l->room) {
		size_t room = l->room * 2;
		struct text_unit *more = arena_try_array(l->arena, struct text_unit, room);
		if (!more)
			return false;
		memcpy(more, l->items, l->count * sizeof(*more));
		l->items = more;
		l->room = room;
	}
	l->items[l->count++] = (struct text_unit){ (uint32_t)at, (uint32_t)end, c, kind };
	return true;
}

/* A cluster that is not its own folded form. */
static bool add_folded(struct list *l, struct sv text, size_t at, size_t end)
{
	static const utf8proc_option_t options =
		UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;
	utf8proc_uint8_t *mapped = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)text.p + at, (utf8proc_ssize_t)(end - at), &mapped,
					  options);
	bool ok = n >= 0;

	for (utf8proc_ssize_t i = 0; ok && i < n;) {
		int32_t c = char_at((const char *)mapped + i);
		ok = add(l, at, end, c, kind_of(c));
		i += (utf8proc_ssize_t)char_length(mapped[i]);
	}
	free(mapped);
	return ok;
}

static bool add_cluster(struct list *l, struct sv text, size_t at, size_t end)
{
	int32_t c = char_at(text.p + at);

	if (end - at == 1) {
		if (c >= 'A' && c <= 'Z')
			return add(l, at, end, c - 'A' + 'a', TEXT_LETTER);
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			return add(l, at, end, c, TEXT_LETTER);
		return add(l, at, end, c, kind_of(c));
	}
	if (end - at == 3 && c >= 0x4E00 && c <= 0x9FFF)
		return add(l, at, end, c, TEXT_LETTER);
	/* Folding takes hidden characters away; the scan shows them. */
	if (is_hidden(c) && end - at == char_length((unsigned char)text.p[at]))
		return add(l, at, end, c, TEXT_HIDDEN);
	return add_folded(l, text, at, end);
}

bool text_scan(struct arena *a, struct sv text, struct text_scan *ret)
{
	struct list l = { .arena = a, .room = text.n / 3 + 16 };

	if (text.n > INT32_MAX || !text_is_valid_utf8(text))
		return false;
	l.items = arena_try_array(a, struct text_unit, l.room);
	if (!l.items)
		return false;
	for (size_t i = 0; i < text.n;) {
		size_t end = i + char_length((unsigned char)text.p[i]);
		int marks = 0;
		/* Hidden marks (variation selectors) stand alone, so that they are seen as hidden. */
		while (end < text.n && (unsigned char)text.p[end] >= 0x80 && marks++ < CLUSTER_MAX) {
			int32_t c = char_at(text.p + end);
			if (!is_mark(c) || is_hidden(c))
				break;
			end += char_length((unsigned char)text.p[end]);
		}
		if (!add_cluster(&l, text, i, end))
			return false;
		i = end;
	}
	*ret = (struct text_scan){ text, l.items, l.count };
	return true;
}

/* ---- what can be seen ---- */

enum { GETA = 0x3013 }; /* 〓: a character stood here that cannot be shown */

/* What becomes of one code point: itself, another, or 0 for nothing. */
static int32_t visible(int32_t c)
{
	switch (kind_of(c)) {
	case TEXT_LINE:
		return '\n';
	case TEXT_HIDDEN:
		return 0;
	case TEXT_BLANK:
		return c == '\t' ? ' ' : c;
	default:
		break;
	}
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CS:
		return GETA;
	default:
		return c;
	}
}

static char *drop_hidden(struct arena *a, struct sv text)
{
	/* 〓 takes three bytes, and the shortest it may stand for is of two. */
	char *out = arena_try_alloc(a, text.n + text.n / 2 + 4);
	size_t len = 0;

	if (!out)
		return NULL;
	for (size_t i = 0; i < text.n;) {
		size_t n = char_length((unsigned char)text.p[i]);
		int32_t c = char_at(text.p + i), shown = visible(c);
		bool crlf = c == '\r' && i + 1 < text.n && text.p[i + 1] == '\n';
		if (shown == c) {
			memcpy(out + len, text.p + i, n);
			len += n;
		} else if (shown && !crlf) {
			len += (size_t)utf8proc_encode_char(shown, (utf8proc_uint8_t *)out + len);
		}
		i += n;
	}
	out[len] = '\0';
	return out;
}

char *text_visible(struct arena *a, struct sv text)
{
	char *composed = text_nfc(a, text);
	char *out = composed ? drop_hidden(a, sv_of(composed)) : NULL;

	/* Without what stood between them, a letter and its accent meet. */
	return out ? text_nfc(a, sv_of(out)) : NULL;
}

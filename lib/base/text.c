/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Unicode text through utf8proc, with short cuts for ASCII and the common ideographs,
 * which need no normalisation. utf8proc allocates with malloc; its results are copied
 * into the arena and freed here. */
#include "base/text.h"

#include <stdlib.h>

#include <utf8proc.h>

/* Length of the well-formed sequence at p (Unicode table 3-7), 0 when there is none. */
static size_t sequence_length(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xBF; /* bounds of the second byte */
	size_t n;
	if (p[0] < 0x80)
		return p[0] != 0;
	if (p[0] >= 0xC2 && p[0] <= 0xDF) {
		n = 2;
	} else if (p[0] >= 0xE0 && p[0] <= 0xEF) {
		n = 3;
		if (p[0] == 0xE0)
			low = 0xA0; /* shorter forms exist */
		if (p[0] == 0xED)
			high = 0x9F; /* surrogates */
	} else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
		n = 4;
		if (p[0] == 0xF0)
			low = 0x90;
		if (p[0] == 0xF4)
			high = 0x8F; /* past U+10FFFF */
	} else {
		return 0;
	}
	if (left < n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return n;
}

bool text_is_valid_utf8(struct sv text)
{
	const unsigned char *p = (const unsigned char *)text.p;
	for (size_t i = 0; i < text.n;) {
		size_t n = sequence_length(p + i, text.n - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

/* Code point of a sequence known to be well formed. */
static int32_t decode(const unsigned char *p, size_t n)
{
	switch (n) {
	case 1:
		return p[0];
	case 2:
		return (p[0] & 0x1F) << 6 | (p[1] & 0x3F);
	case 3:
		return (p[0] & 0x0F) << 12 | (p[1] & 0x3F) << 6 | (p[2] & 0x3F);
	default:
		return (p[0] & 0x07) << 18 | (p[1] & 0x3F) << 12 | (p[2] & 0x3F) << 6 |
		       (p[3] & 0x3F);
	}
}

static bool is_common_ideograph(int32_t c)
{
	return c >= 0x4E00 && c <= 0x9FFF;
}

static bool is_ascii_or_ideograph(struct sv text)
{
	const unsigned char *p = (const unsigned char *)text.p;
	for (size_t i = 0; i < text.n;) {
		size_t n = sequence_length(p + i, text.n - i);
		if (n == 0 || (n != 1 && !is_common_ideograph(decode(p + i, n))))
			return false;
		i += n;
	}
	return true;
}

/* utf8proc_map into memory of malloc; NULL when the text is refused. */
static utf8proc_uint8_t *map(struct sv text, utf8proc_option_t options)
{
	utf8proc_uint8_t *mapped = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)text.p,
					  (utf8proc_ssize_t)text.n, &mapped, options);
	return n < 0 ? NULL : mapped;
}

static char *into_arena(struct arena *a, utf8proc_uint8_t *mapped)
{
	if (!mapped)
		return NULL;
	char *copy = arena_try_strndup(a, (const char *)mapped, strlen((const char *)mapped));
	free(mapped);
	return copy;
}

char *text_nfc(struct arena *a, struct sv text)
{
	if (is_ascii_or_ideograph(text))
		return arena_try_strndup(a, text.p, text.n);
	if (!text_is_valid_utf8(text))
		return NULL;
	return into_arena(a, map(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE));
}

char *text_casefold(struct arena *a, struct sv text)
{
	if (!text_is_valid_utf8(text))
		return NULL;
	return into_arena(a, map(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD));
}

/* Letters, marks, numbers and characters not (or privately) assigned stay. */
static bool is_folded_away(utf8proc_category_t category)
{
	switch (category) {
	case UTF8PROC_CATEGORY_PC:
	case UTF8PROC_CATEGORY_PD:
	case UTF8PROC_CATEGORY_PS:
	case UTF8PROC_CATEGORY_PE:
	case UTF8PROC_CATEGORY_PI:
	case UTF8PROC_CATEGORY_PF:
	case UTF8PROC_CATEGORY_PO:
	case UTF8PROC_CATEGORY_SM:
	case UTF8PROC_CATEGORY_SC:
	case UTF8PROC_CATEGORY_SK:
	case UTF8PROC_CATEGORY_SO:
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
		return true;
	default:
		return false;
	}
}

/* Removes in place what search does not compare; returns whether anything went. */
static bool strip(char *text)
{
	const unsigned char *from = (const unsigned char *)text;
	char *to = text;
	size_t left = strlen(text);
	bool changed = false;
	while (left) {
		size_t n = sequence_length(from, left);
		if (is_folded_away(utf8proc_category(decode(from, n)))) {
			changed = true;
		} else {
			memmove(to, from, n);
			to += n;
		}
		from += n;
		left -= n;
	}
	*to = '\0';
	return changed;
}

/* Folding of text that holds only ASCII and common ideographs. */
static char *fold_plain(struct arena *a, struct sv text)
{
	char *out = arena_try_alloc(a, text.n + 1);
	if (!out)
		return NULL;
	size_t len = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((unsigned char)c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[len++] = c;
	}
	return out;
}

char *text_fold(struct arena *a, struct sv text)
{
	static const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPAT |
						 UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD |
						 UTF8PROC_IGNORE;
	if (is_ascii_or_ideograph(text))
		return fold_plain(a, text);
	if (!text_is_valid_utf8(text))
		return NULL;
	utf8proc_uint8_t *mapped = map(text, options);
	/* What was taken away may have kept a letter from the mark behind it, so the rest is
	 * composed anew; each round that goes on has made the text shorter. */
	while (mapped && strip((char *)mapped)) {
		utf8proc_uint8_t *again = map(sv_of((char *)mapped), options);
		free(mapped);
		mapped = again;
	}
	return into_arena(a, mapped);
}

size_t text_width(struct sv text)
{
	const unsigned char *p = (const unsigned char *)text.p;
	size_t width = 0;
	for (size_t i = 0; i < text.n;) {
		size_t n = sequence_length(p + i, text.n - i);
		if (n == 0) {
			width++; /* a terminal shows one replacement character */
			i++;
			continue;
		}
		width += (size_t)utf8proc_charwidth(decode(p + i, n));
		i += n;
	}
	return width;
}

size_t text_count_chars(struct sv text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.n; i++)
		count += ((unsigned char)text.p[i] & 0xC0) != 0x80;
	return count;
}

char *text_halfwidth(struct arena *a, struct sv text)
{
	char *out = arena_try_alloc(a, text.n + 1); /* never longer than the input */
	if (!out)
		return NULL;
	const unsigned char *p = (const unsigned char *)text.p;
	size_t len = 0;
	for (size_t i = 0; i < text.n;) {
		size_t n = sequence_length(p + i, text.n - i);
		int32_t c = n == 3 ? decode(p + i, n) : 0;
		if (c >= 0xFF01 && c <= 0xFF5E) {
			out[len++] = (char)(c - 0xFF01 + '!');
		} else if (c == 0x3000) {
			out[len++] = ' ';
		} else {
			n = n ? n : 1;
			memcpy(out + len, p + i, n);
			len += n;
		}
		i += n;
	}
	return out;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t text_bigrams(struct arena *a, const char *folded, const char *const **ret)
{
	const unsigned char *p = (const unsigned char *)folded;
	size_t len = strlen(folded), chars = text_count_chars(sv_of(folded));
	size_t count = chars > 1 ? chars - 1 : chars;
	const char **list = arena_try_array(a, const char *, count + 1);
	/* Each character stands in two pairs, and each pair has its NUL. */
	char *texts = arena_try_alloc(a, 2 * len + count + 1);
	*ret = NULL;
	if (!list || !texts)
		return 0;

	size_t filled = 0;
	for (size_t i = 0; i < len && filled < count;) {
		size_t first = sequence_length(p + i, len - i);
		CHECK(first > 0); /* folded text is valid */
		size_t second =
			i + first < len ? sequence_length(p + i + first, len - i - first) : 0;
		memcpy(texts, p + i, first + second);
		list[filled++] = texts;
		texts += first + second + 1;
		i += first;
	}
	qsort(list, filled, sizeof(*list), compare_texts);
	size_t unique = 0;
	for (size_t i = 0; i < filled; i++)
		if (unique == 0 || strcmp(list[unique - 1], list[i]) != 0)
			list[unique++] = list[i];
	*ret = list;
	return unique;
}

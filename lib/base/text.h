/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Unicode text: validity, NFC, search folding, display width (utf8proc).
 *
 * Folding is what search compares: NFKC, case folded, then all brackets, quotes,
 * punctuation, symbols and blanks removed, so that 乐市监处罚〔2025〕12号, 乐市监处罚[2025]12号 and
 * full-width variants meet. The letters, digits and ideographs that remain keep order.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"
#include "base/str.h"

bool text_is_valid_utf8(struct sv text); /* strict: no surrogates, no overlong, no NUL */
/* NFC copy in the arena; NULL when the input is not valid or the arena is full. */
char *text_nfc(struct arena *a, struct sv text) MUST_USE;
/* Folded search key in the arena; NULL only when the input is not valid or the arena is
 * full. Folding a folded key changes nothing. */
char *text_fold(struct arena *a, struct sv text) MUST_USE;
/* What a file system that ignores case compares: full case folding, then NFC. NULL when the
 * input is not valid or the arena is full. */
char *text_casefold(struct arena *a, struct sv text) MUST_USE;
/* Columns on a terminal: East Asian wide = 2, combining = 0. */
size_t text_width(struct sv text);
size_t text_count_chars(struct sv text); /* code points */
/* Full-width ASCII (U+FF01..FF5E) and U+3000 to ASCII; everything else as it is.
 * NULL when the arena is full. */
char *text_halfwidth(struct arena *a, struct sv text) MUST_USE;
/* Pairs of adjacent characters of folded text, for substring search in Chinese:
 * "云南白药" -> 云南, 南白, 白药; a text of one character gives itself. Unique, sorted.
 * Returns the number; *ret is an arena array of NUL-terminated strings, or NULL when the
 * arena is full (the number is then 0). */
size_t text_bigrams(struct arena *a, const char *folded, const char *const **ret);

#endif

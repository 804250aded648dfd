/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Text as a row of compared characters that remember where they came from, and text without what cannot be seen.
 *
 * A scan gives, for each character of the folded text (NFKC, case folded, as text_fold()), the bytes of the
 * source it was made of. Nothing is taken away: what folding would drop has a kind of its own, so one scan
 * serves to find a name whatever stands between its characters, and a number with blanks or hyphens in it.
 */
#ifndef BASE_TEXT_SCAN_H
#define BASE_TEXT_SCAN_H

#include "base/arena.h"
#include "base/str.h"

enum text_kind {
	TEXT_LETTER, /* letters, marks, ideographs, numbers: what a folded key keeps */
	TEXT_BLANK,  /* blanks and tabs */
	TEXT_LINE,   /* line ends */
	TEXT_DASH,   /* hyphens, dashes, minus, low line */
	TEXT_POINT,  /* other punctuation and symbols */
	TEXT_HIDDEN, /* control, zero-width, bidi and other characters that cannot be seen */
};

/* One character of the folded text. A letter and its accents are one source cluster; a cluster may give several
 * units (㈱ gives three), which then share its bytes. */
struct text_unit {
	uint32_t at, end; /* bytes of the source */
	int32_t c;        /* code point, folded */
	enum text_kind kind;
};

struct text_scan {
	struct sv source;
	const struct text_unit *units;
	size_t count;
};

/* False: not valid UTF-8, longer than 2^31 bytes, or the arena is full. */
bool text_scan(struct arena *a, struct sv text, struct text_scan *ret) MUST_USE;

/* What a reader may get: NFC; line ends as \n, tabs as a blank; control, zero-width and bidi characters, variation
 * selectors and other default ignorables are gone; private and unassigned code points become 〓 (U+3013). Doing it twice
 * changes nothing. NULL: not valid UTF-8, or the arena is full. */
char *text_visible(struct arena *a, struct sv text) MUST_USE;

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the output goes to: width, colour, and text made safe for a terminal.
 */
#ifndef IPCASE_TERM_H
#define IPCASE_TERM_H

#include <stdio.h>

#include "base/arena.h"
#include "base/str.h"

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_GREEN, STYLE_YELLOW, STYLE_RED };

struct term {
	FILE *file;
	bool is_tty;
	bool color;
	size_t width; /* columns; 0 = no limit (a pipe or a file) */
};

/* `color` is "auto", "always", "never" or NULL for auto. Auto: a terminal, no NO_COLOR,
 * TERM not "dumb". COLUMNS overrides the width. */
void term_init(struct term *t, FILE *file, const char *color);

const char *term_on(const struct term *t, enum style style);
const char *term_off(const struct term *t, enum style style);
/* printf in a style. */
void term_print(const struct term *t, enum style style, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Copy without control characters and direction overrides, which could rewrite the screen;
 * line breaks become blanks. Invalid UTF-8 becomes "?". */
struct sv term_clean(struct arena *arena, struct sv text);

/* Longest start of `text` that fits `width` columns. */
struct sv term_fit(struct sv text, size_t width);
/* Length in bytes of the UTF-8 character at the start of non-empty, valid text. */
size_t term_char_bytes(struct sv text);

/* A light code of the API (green, yellow, red, grey) as word and style. */
const char *light_word(struct sv light);
enum style light_style(struct sv light);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Growable byte string with a hard maximum, and a borrowed string view.
 *
 * struct str never grows past `max`: the append that would is dropped and `failed`
 * stays set, so a builder checks once, at the end. The buffer is always NUL-terminated.
 * struct sv borrows; it owns nothing and need not be NUL-terminated.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <string.h>

#include "base/defs.h"

struct sv {
	const char *p;
	size_t n;
};

#define SV(lit) ((struct sv){ (lit), sizeof(lit) - 1 })
#define SV_ARG(v) (int)(v).n, (v).p /* for "%.*s" */

static inline struct sv sv_of(const char *s)
{
	return (struct sv){ s, s ? strlen(s) : 0 };
}
bool sv_eq(struct sv a, struct sv b);
bool sv_eq_str(struct sv a, const char *b);
bool sv_starts_with(struct sv a, struct sv prefix);
struct sv sv_trim(struct sv a); /* ASCII blanks and U+3000 at both ends */
/* Decimal integer, whole view, optional minus; false on anything else or overflow. */
bool sv_to_i64(struct sv a, int64_t *ret);

struct str {
	char *p;
	size_t len;
	size_t cap;
	size_t max;
	bool failed;
};

#define STR_INIT(maximum) \
	{ \
		.p = NULL, .len = 0, .cap = 0, .max = (maximum), .failed = false \
	}

void str_init(struct str *s, size_t max);
void str_release(struct str *s);
void str_reset(struct str *s); /* empty, keeps memory */
void str_append(struct str *s, const char *p, size_t n);
void str_append_sv(struct str *s, struct sv v);
void str_append_cstr(struct str *s, const char *c);
void str_append_char(struct str *s, char c);
void str_append_i64(struct str *s, int64_t v);
void str_printf(struct str *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
const char *str_cstr(const struct str *s); /* "" when empty, never NULL */

#endif

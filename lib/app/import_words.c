/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What a publication writes as it likes, read exactly: amounts of yuan, names of campaigns. See import_map.h. */
#include "app/import_map.h"

#include "base/text.h"

enum { ALIASES_BYTES = 128 * 1024 };

static const int64_t FEN_MAX = INT64_C(1000000000000000);

/* ---- amounts ---- */

struct decimal {
	int64_t digits; /* without the point */
	int64_t scale;  /* value = digits * 10^scale */
};

static bool read_decimal(struct sv number, struct decimal *ret)
{
	bool point = false, any = false;
	size_t i = 0;

	*ret = (struct decimal){ 0 };
	for (; i < number.n && number.p[i] != 'e' && number.p[i] != 'E'; i++) {
		char c = number.p[i];
		if (c == '.') {
			point = true;
			continue;
		}
		if (c < '0' || c > '9' || ret->digits > INT64_MAX / 10 - 10)
			return false;
		ret->digits = ret->digits * 10 + (c - '0');
		ret->scale -= point;
		any = true;
	}
	if (i < number.n) {
		int64_t exponent;
		struct sv rest = { number.p + i + 1, number.n - i - 1 };
		if (rest.n > 0 && rest.p[0] == '+')
			rest = (struct sv){ rest.p + 1, rest.n - 1 };
		if (!sv_to_i64(rest, &exponent) || exponent > 99 || exponent < -99)
			return false;
		ret->scale += exponent;
	}
	return any;
}

bool import_fen_of(struct sv number, int64_t *ret)
{
	struct decimal d;

	if (!read_decimal(number, &d))
		return false;
	if (d.digits == 0) {
		*ret = 0;
		return true;
	}
	d.scale += 2;
	for (; d.scale < 0; d.scale++) {
		if (d.digits % 10 != 0)
			return false;
		d.digits /= 10;
	}
	for (; d.scale > 0; d.scale--) {
		if (d.digits > FEN_MAX / 10)
			return false;
		d.digits *= 10;
	}
	*ret = d.digits;
	return d.digits <= FEN_MAX;
}

/* ---- campaigns ---- */

static const char *folded(struct arena *arena, struct sv text)
{
	const char *key = text_fold(arena, text);

	return key ? key : "";
}

void import_campaign_init(struct arena *arena, struct import_campaign *c, struct sv code, struct sv name,
			  int64_t year, struct sv aliases)
{
	struct str bars = STR_INIT(ALIASES_BYTES);

	str_append_char(&bars, '|');
	while (aliases.n > 0) {
		const char *end = memchr(aliases.p, ';', aliases.n);
		size_t n = end ? (size_t)(end - aliases.p) : aliases.n;
		str_printf(&bars, "%s|", folded(arena, (struct sv){ aliases.p, n }));
		aliases.p += n + (end ? 1 : 0);
		aliases.n -= n + (end ? 1 : 0);
	}
	*c = (struct import_campaign){ .code = arena_strndup(arena, code.p, code.n),
				       .name_key = folded(arena, name),
				       .alias_keys = arena_strdup(arena, str_cstr(&bars)), .year = year };
	str_release(&bars);
}

const char *import_campaign_of(struct arena *arena, const struct import_campaign *list, size_t count,
			       struct sv published, int64_t year)
{
	const char *key = folded(arena, published), *only = NULL, *of_year = NULL;
	const char *barred = arena_printf(arena, "|%s|", key);
	size_t found = 0, found_of_year = 0;

	if (!key[0])
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(key, folded(arena, sv_of(list[i].code))) == 0)
			return list[i].code;
		if (strcmp(key, list[i].name_key) != 0 && !strstr(list[i].alias_keys, barred))
			continue;
		only = list[i].code;
		found++;
		if (list[i].year == year && year != 0) {
			of_year = list[i].code;
			found_of_year++;
		}
	}
	if (found == 1)
		return only;
	return found_of_year == 1 ? of_year : NULL;
}

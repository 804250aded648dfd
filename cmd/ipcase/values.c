/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Conversions of values.h. */
#include "values.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/text.h"

/* Integers up to here survive every JSON reader. */
#define FEN_MAX INT64_C(9007199254740991)

enum { MICROS_PER_SECOND = 1000000 };

static bool take_suffix(struct sv *text, const char *suffix)
{
	size_t n = strlen(suffix);
	if (text->n < n || memcmp(text->p + text->n - n, suffix, n) != 0)
		return false;
	text->n -= n;
	*text = sv_trim(*text);
	return true;
}

static bool take_prefix(struct sv *text, const char *prefix)
{
	if (!sv_starts_with(*text, sv_of(prefix)))
		return false;
	text->p += strlen(prefix);
	text->n -= strlen(prefix);
	*text = sv_trim(*text);
	return true;
}

/* Half-width, trimmed; empty view when the text is not valid UTF-8. */
static struct sv normal(struct arena *arena, struct sv text)
{
	if (!text_is_valid_utf8(text))
		return SV("");
	const char *half = text_halfwidth(arena, text);
	return sv_trim(sv_of(half ? half : ""));
}

static bool add_digit(int64_t *value, char digit)
{
	if (*value > (FEN_MAX - (digit - '0')) / 10)
		return false;
	*value = *value * 10 + (digit - '0');
	return true;
}

/* Digits, with commas only where thousands end. Returns the number of bytes read, 0 on error. */
static size_t read_whole(struct sv text, int64_t *ret)
{
	size_t i = 0;
	size_t since_comma = 0;
	bool commas = false;
	*ret = 0;
	for (; i < text.n && text.p[i] != '.'; i++) {
		if (text.p[i] == ',') {
			if (since_comma == 0 || since_comma > 3 || (commas && since_comma != 3))
				return 0;
			commas = true;
			since_comma = 0;
			continue;
		}
		if (text.p[i] < '0' || text.p[i] > '9' || !add_digit(ret, text.p[i]))
			return 0;
		since_comma++;
	}
	return commas && since_comma != 3 ? 0 : i;
}

/* A decimal number times 10^exponent; false when it is none or not exact. */
static bool scaled_decimal(struct sv text, int exponent, int64_t *ret)
{
	int64_t value = 0;
	size_t i = read_whole(text, &value);
	if (i == 0)
		return false;
	if (i < text.n && i + 1 == text.n) /* "20000." */
		return false;
	for (i++; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		if (exponent == 0 && text.p[i] != '0')
			return false; /* finer than a fen */
		if (exponent == 0)
			continue;
		if (!add_digit(&value, text.p[i]))
			return false;
		exponent--;
	}
	for (; exponent > 0; exponent--) {
		if (!add_digit(&value, '0'))
			return false;
	}
	*ret = value;
	return true;
}

enum err_code value_money_scaled(struct arena *arena, struct sv text, int scale, int64_t *ret_fen,
				 struct err *err)
{
	struct sv t = normal(arena, text);
	(void)take_prefix(&t, "人民币");
	if (!take_prefix(&t, "¥"))
		(void)take_prefix(&t, "￥");
	(void)take_suffix(&t, "整");
	bool named = take_suffix(&t, "元") || take_suffix(&t, "圆");
	int exponent = scale == 10000 && !named ? 6 : 2;
	if (take_suffix(&t, "万"))
		exponent = 6;
	else if (take_suffix(&t, "亿"))
		exponent = 10;
	if (scaled_decimal(t, exponent, ret_fen))
		return ERR_OK;
	return err_set(err, ERR_INVALID, "money",
		       "“%.*s”不是金额；请写成 20000、20000.50、2万 或 1.5万元，最小到分",
		       SV_ARG(text));
}

enum err_code value_money(struct arena *arena, struct sv text, int64_t *ret_fen, struct err *err)
{
	return value_money_scaled(arena, text, 1, ret_fen, err);
}

static bool day_word(struct sv text, day_t *ret)
{
	static const struct {
		const char *word;
		int back;
	} words[] = { { "今天", 0 }, { "今日", 0 }, { "昨天", 1 }, { "昨日", 1 }, { "前天", 2 } };
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (sv_eq_str(text, words[i].word)) {
			*ret = instant_to_day(clock_now()) - words[i].back;
			return true;
		}
	}
	return false;
}

enum err_code value_day(struct arena *arena, struct sv text, day_t *ret, struct err *err)
{
	struct sv t = normal(arena, text);
	if (day_word(t, ret) || day_parse_lenient(t, ret))
		return ERR_OK;
	return err_set(err, ERR_INVALID, "date",
		       "“%.*s”不是日期；请写成 2026-9-23、20260923、2026.9.23 或 2026年9月23日",
		       SV_ARG(text));
}

/* Up to two digits from the start of *rest. */
static bool take_number(struct sv *rest, int max, int *ret)
{
	size_t n = 0;
	int value = 0;
	while (n < rest->n && n < 2 && rest->p[n] >= '0' && rest->p[n] <= '9')
		value = value * 10 + (rest->p[n++] - '0');
	if (n == 0 || value > max)
		return false;
	rest->p += n;
	rest->n -= n;
	*ret = value;
	return true;
}

/* 15:30, 15:30:20, 15时30分, 15点, 15时. */
static bool time_of_day(struct sv rest, int *hour, int *minute, int *second)
{
	*hour = *minute = *second = 0;
	if (rest.n == 0)
		return true;
	if (!take_number(&rest, 23, hour))
		return false;
	if (take_prefix(&rest, "时") || take_prefix(&rest, "点")) {
		if (rest.n == 0)
			return true;
		return take_number(&rest, 59, minute) &&
		       (rest.n == 0 || (take_prefix(&rest, "分") && rest.n == 0));
	}
	if (!take_prefix(&rest, ":") || !take_number(&rest, 59, minute))
		return false;
	if (rest.n == 0)
		return true;
	return take_prefix(&rest, ":") && take_number(&rest, 59, second) && rest.n == 0;
}

/* Where the day ends and the time of day begins. */
static size_t day_length(struct sv text)
{
	for (size_t i = 0; i < text.n; i++) {
		struct sv rest = { text.p + i, text.n - i };
		if (sv_starts_with(rest, SV("日")) || sv_starts_with(rest, SV("天")))
			return i + strlen("日");
		if (text.p[i] == ' ' || text.p[i] == 'T')
			return i;
	}
	return text.n;
}

enum err_code value_instant(struct arena *arena, struct sv text, instant_t *ret, struct err *err)
{
	struct sv t = normal(arena, text);
	if (sv_eq_str(t, "现在")) {
		*ret = clock_now();
		return ERR_OK;
	}
	if (instant_parse(t, ret))
		return ERR_OK;
	size_t n = day_length(t);
	struct sv day_text = { t.p, n };
	struct sv rest = { t.p + n, t.n - n };
	(void)take_prefix(&rest, "T");
	rest = sv_trim(rest);
	day_t day = DAY_NONE;
	int hour = 0, minute = 0, second = 0;
	if ((day_word(day_text, &day) || day_parse_lenient(day_text, &day)) &&
	    time_of_day(rest, &hour, &minute, &second)) {
		*ret = day_at(day, hour, minute) + (instant_t)second * MICROS_PER_SECOND;
		return ERR_OK;
	}
	return err_set(
		err, ERR_INVALID, "time",
		"“%.*s”不是时间；请写成 2026-9-23 15:30 或 2026年9月23日15时30分（北京时间）",
		SV_ARG(text));
}

enum err_code value_bool(struct arena *arena, struct sv text, bool *ret, struct err *err)
{
	static const char *const yes[] = { "是", "有", "true", "1", "yes", "y" };
	static const char *const no[] = { "否", "无", "false", "0", "no", "n" };
	struct sv t = normal(arena, text);
	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (sv_eq_str(t, yes[i]) || sv_eq_str(t, no[i])) {
			*ret = sv_eq_str(t, yes[i]);
			return ERR_OK;
		}
	}
	return err_set(err, ERR_INVALID, "bool", "“%.*s”应写成 是 或 否", SV_ARG(text));
}

enum err_code value_integer(struct arena *arena, struct sv text, int64_t *ret, struct err *err)
{
	int64_t value = 0;
	if (sv_to_i64(normal(arena, text), &value) && value >= -FEN_MAX && value <= FEN_MAX) {
		*ret = value;
		return ERR_OK;
	}
	return err_set(err, ERR_INVALID, "integer", "“%.*s”不是整数", SV_ARG(text));
}

static size_t separator_at(struct sv text)
{
	static const char *const marks[] = { ",", ";", "、", "，", "；" };
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (sv_starts_with(text, sv_of(marks[i])))
			return strlen(marks[i]);
	}
	return 0;
}

bool value_list_next(struct sv *rest, struct sv *ret_piece)
{
	while (rest->n > 0) {
		size_t n = 0;
		size_t skip = 0;
		while (n < rest->n && !skip) {
			skip = separator_at((struct sv){ rest->p + n, rest->n - n });
			n += skip ? 0 : 1;
		}
		struct sv piece = sv_trim((struct sv){ rest->p, n });
		rest->p += n + skip;
		rest->n -= n + skip;
		if (piece.n > 0) {
			*ret_piece = piece;
			return true;
		}
	}
	return false;
}

void value_format_fen(struct str *out, int64_t fen, bool plain)
{
	int64_t rest = fen % 100;
	if (fen < 0) {
		str_append_char(out, '-');
		fen = -fen;
		rest = -rest;
	}
	str_printf(out, "%" PRId64, fen / 100);
	if (rest != 0 || !plain)
		str_printf(out, ".%02d", (int)rest);
}

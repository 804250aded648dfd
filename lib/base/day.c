/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Calendar arithmetic (proleptic Gregorian, days from 1970-01-01) and the two text forms.
 *
 * The conversion between days and year-month-day counts years from March, so that the
 * leap day is the last of its year, in eras of 400 years (146097 days). */
#include "base/day.h"

enum {
	YEAR_MIN = 1900,
	YEAR_MAX = 2199,
	ERA_DAYS = 146097,
	EPOCH_SHIFT = 719468, /* days from 0000-03-01 to 1970-01-01 */
};

static const int64_t us_per_second = 1000000;
static const int64_t us_per_day = 86400 * 1000000LL;
static const int64_t shanghai_us = 8 * 3600 * 1000000LL;

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap);
}

/* Any year; month and day must be valid. */
static int64_t days_of(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * ERA_DAYS + day_of_era - EPOCH_SHIFT;
}

bool day_from_ymd(int year, int month, int day, day_t *ret)
{
	if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12)
		return false;
	if (day < 1 || day > days_in_month(year, month))
		return false;
	*ret = (day_t)days_of(year, month, day);
	return true;
}

struct ymd day_to_ymd(day_t d)
{
	int64_t z = (int64_t)d + EPOCH_SHIFT;
	int64_t era = floor_div(z, ERA_DAYS);
	int64_t doe = z - era * ERA_DAYS;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);
	return (struct ymd){
		.year = (int)(yoe + era * 400 + (month <= 2)),
		.month = month,
		.day = (int)(doy - (153 * mp + 2) / 5 + 1),
	};
}

int day_weekday(day_t d)
{
	/* 1970-01-01 was a Thursday. */
	int64_t since_monday = (int64_t)d + 3;
	return (int)(since_monday - floor_div(since_monday, 7) * 7) + 1;
}

/* --- reading ---------------------------------------------------------------------- */

struct cursor {
	const char *p, *end;
};

static bool take_char(struct cursor *c, char want)
{
	if (c->p == c->end || *c->p != want)
		return false;
	c->p++;
	return true;
}

/* Between min and max digits. */
static bool take_digits(struct cursor *c, int min, int max, int *ret)
{
	int v = 0, count = 0;
	while (count < max && c->p < c->end && *c->p >= '0' && *c->p <= '9') {
		v = v * 10 + (*c->p++ - '0');
		count++;
	}
	if (count < min)
		return false;
	*ret = v;
	return true;
}

static bool take_iso(struct cursor *c, int *y, int *m, int *d)
{
	return take_digits(c, 4, 4, y) && take_char(c, '-') && take_digits(c, 2, 2, m) &&
	       take_char(c, '-') && take_digits(c, 2, 2, d);
}

bool day_parse_iso(struct sv text, day_t *ret)
{
	struct cursor c = { text.p, text.p + text.n };
	int y, m, d;
	return take_iso(&c, &y, &m, &d) && c.p == c.end && day_from_ymd(y, m, d, ret);
}

/* Maps what a person types to ASCII: full-width digits and separators to themselves, 年 and
 * 月 to 'Y' and 'M', 日 and 号 to 'D'. Blanks are dropped. False on any other character. */
static bool to_plain(struct sv text, char out[16])
{
	static const struct {
		const char *from;
		char to;
	} signs[] = {
		{ "年", 'Y' }, { "月", 'M' }, { "日", 'D' }, { "号", 'D' },
		{ "．", '.' }, { "／", '/' }, { "－", '-' },
	};
	static const struct sv wide_zero = SV("０"), wide_nine = SV("９"), wide_space = SV("　");
	size_t len = 0;
	for (size_t i = 0; i < text.n;) {
		struct sv rest = { text.p + i, text.n - i };
		char c = rest.p[0];
		size_t width = 3;
		char plain = '\0';
		if (c == ' ' || c == '\t' || sv_starts_with(rest, wide_space)) {
			i += c == ' ' || c == '\t' ? 1 : width;
			continue;
		}
		if ((c >= '0' && c <= '9') || c == '.' || c == '/' || c == '-') {
			plain = c;
			width = 1;
		} else if (rest.n >= 3 && memcmp(rest.p, wide_zero.p, 2) == 0 &&
			   rest.p[2] >= wide_zero.p[2] && rest.p[2] <= wide_nine.p[2]) {
			plain = (char)('0' + (rest.p[2] - wide_zero.p[2]));
		} else {
			for (size_t k = 0; k < ARRAY_LEN(signs); k++)
				if (sv_starts_with(rest, sv_of(signs[k].from)))
					plain = signs[k].to;
		}
		if (!plain || len == 15)
			return false;
		out[len++] = plain;
		i += width;
	}
	out[len] = '\0';
	return true;
}

bool day_parse_lenient(struct sv text, day_t *ret)
{
	char plain[16];
	if (!to_plain(sv_trim(text), plain))
		return false;
	struct cursor c = { plain, plain + strlen(plain) };
	int y, m, d;
	if (!take_digits(&c, 4, 4, &y) || c.p == c.end)
		return false;
	char sep = *c.p;
	if (sep >= '0' && sep <= '9') {
		if (!take_digits(&c, 2, 2, &m) || !take_digits(&c, 2, 2, &d))
			return false;
	} else {
		c.p++;
		if (sep == 'M' || sep == 'D' || !take_digits(&c, 1, 2, &m) ||
		    !take_char(&c, sep == 'Y' ? 'M' : sep) || !take_digits(&c, 1, 2, &d))
			return false;
		if (sep == 'Y')
			take_char(&c, 'D');
	}
	return c.p == c.end && day_from_ymd(y, m, d, ret);
}

/* ".25" -> 250000; absent -> 0. At most six digits: a seventh would be lost silently. */
static bool take_fraction(struct cursor *c, int *ret_us)
{
	*ret_us = 0;
	if (!take_char(c, '.'))
		return true;
	const char *start = c->p;
	int v;
	if (!take_digits(c, 1, 6, &v))
		return false;
	for (int64_t digits = c->p - start; digits < 6; digits++)
		v *= 10;
	*ret_us = v;
	return true;
}

static bool take_offset(struct cursor *c, int64_t *ret_us)
{
	*ret_us = 0;
	if (take_char(c, 'Z') || take_char(c, 'z'))
		return true;
	bool west = take_char(c, '-');
	int hour, minute;
	if (!west && !take_char(c, '+'))
		return false;
	if (!take_digits(c, 2, 2, &hour) || !take_char(c, ':') || !take_digits(c, 2, 2, &minute) ||
	    hour > 23 || minute > 59)
		return false;
	int64_t us = (hour * 60 + minute) * 60 * us_per_second;
	*ret_us = west ? -us : us;
	return true;
}

bool instant_parse(struct sv text, instant_t *ret)
{
	struct cursor c = { text.p, text.p + text.n };
	int y, m, d, hour, minute, second, us;
	int64_t offset_us;
	if (!take_iso(&c, &y, &m, &d) || !(take_char(&c, 'T') || take_char(&c, 't')) ||
	    !take_digits(&c, 2, 2, &hour) || !take_char(&c, ':') ||
	    !take_digits(&c, 2, 2, &minute) || !take_char(&c, ':') ||
	    !take_digits(&c, 2, 2, &second) || !take_fraction(&c, &us) ||
	    !take_offset(&c, &offset_us) || c.p != c.end)
		return false;
	day_t day;
	if (!day_from_ymd(y, m, d, &day) || hour > 23 || minute > 59 || second > 59)
		return false;
	int64_t seconds = (int64_t)day * 86400 + hour * 3600 + minute * 60 + second;
	*ret = seconds * us_per_second + us - offset_us;
	return true;
}

/* --- writing ---------------------------------------------------------------------- */

/* Exactly `width` digits; returns the place behind them. */
static char *put_digits(char *p, int width, int64_t v)
{
	for (int i = width - 1; i >= 0; i--) {
		p[i] = (char)('0' + v % 10);
		v /= 10;
	}
	return p + width;
}

void day_format(day_t d, char buf[11])
{
	struct ymd t = day_to_ymd(d);
	char *p = buf;
	if (t.year >= 1 && t.year <= 9999) {
		p = put_digits(p, 4, t.year);
		*p++ = '-';
		p = put_digits(p, 2, t.month);
		*p++ = '-';
		p = put_digits(p, 2, t.day);
	}
	*p = '\0';
}

void instant_format(instant_t t, char buf[40])
{
	day_t day = instant_to_day(t);
	day_format(day, buf);
	if (buf[0] == '\0')
		return;
	int64_t us = t - day_start(day);
	int64_t seconds = us / us_per_second;
	char *p = buf + 10;
	*p++ = 'T';
	p = put_digits(p, 2, seconds / 3600);
	*p++ = ':';
	p = put_digits(p, 2, seconds / 60 % 60);
	*p++ = ':';
	p = put_digits(p, 2, seconds % 60);
	if (us % us_per_second) {
		*p++ = '.';
		p = put_digits(p, 6, us % us_per_second);
	}
	memcpy(p, "+08:00", sizeof("+08:00"));
}

day_t instant_to_day(instant_t t)
{
	if (t == INSTANT_NONE)
		return DAY_NONE;
	/* The day count of any 64-bit instant fits day_t; only the shift could overflow. */
	if (t > INT64_MAX - shanghai_us)
		t = INT64_MAX - shanghai_us;
	return (day_t)floor_div(t + shanghai_us, us_per_day);
}

instant_t day_start(day_t d)
{
	int64_t us;
	if (d == DAY_NONE)
		return INSTANT_NONE;
	if (__builtin_mul_overflow((int64_t)d, us_per_day, &us) ||
	    __builtin_sub_overflow(us, shanghai_us, &us))
		return d > 0 ? INT64_MAX : INSTANT_NONE + 1;
	return us;
}

instant_t day_at(day_t d, int hour, int minute)
{
	CHECK(hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59);
	instant_t start = day_start(d), at;
	if (start == INSTANT_NONE)
		return INSTANT_NONE;
	if (__builtin_add_overflow(start, (hour * 60 + minute) * 60 * us_per_second, &at))
		return INT64_MAX;
	return at;
}

day_t day_add_months(day_t d, int months)
{
	if (d == DAY_NONE || d == DAY_MAX)
		return d;
	struct ymd t = day_to_ymd(d);
	int64_t month0 = (int64_t)t.year * 12 + (t.month - 1) + months;
	int64_t year = floor_div(month0, 12);
	int month = (int)(month0 - year * 12) + 1;
	int last = days_in_month((int)(year % 400), month);
	int64_t sum = days_of(year, month, t.day < last ? t.day : last);
	if (sum >= DAY_MAX)
		return DAY_MAX;
	return sum <= DAY_NONE ? DAY_NONE + 1 : (day_t)sum;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Periods of law: counting, day by day, the days that count.
 */
#include "law/period.h"

/* The longest term of law is a few years; anything beyond is a typing error, and the cap keeps
 * every sum below far from overflow. */
enum { MAX_LENGTH = 99999 };

static const instant_t MICROS_PER_HOUR = INT64_C(3600) * 1000 * 1000;

static enum err_code bad_period(struct err *err, const char *why)
{
	return err_set(err, ERR_INVALID, "period", "期限有误：%s", why);
}

static bool is_day(day_t d)
{
	day_t first, last;
	bool known = day_from_ymd(1900, 1, 1, &first) && day_from_ymd(2199, 12, 31, &last);
	CHECK(known);
	return d >= first && d <= last;
}

static bool is_excluded(day_t d, const struct day_span *spans, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (spans[i].start < d && d <= spans[i].end)
			return true;
	}
	return false;
}

/* True when every day from `d` on is excluded: then the count can never end. */
static bool is_stopped(day_t d, const struct day_span *spans, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (spans[i].end == DAY_MAX && spans[i].start < d)
			return true;
	}
	return false;
}

/* Days and working days, forward. *ret is DAY_NONE when an open span stops the count. */
static enum err_code count_days(const struct calendar *cal, enum period_unit unit, int total,
				day_t start, const struct day_span *spans, size_t span_count,
				day_t *ret, bool *provisional, struct err *err)
{
	day_t d = start;

	while (total > 0) {
		bool counts = true;
		d++;
		if (!is_day(d))
			return bad_period(err, "届满日超出2199年");
		if (is_stopped(d, spans, span_count)) {
			*ret = DAY_NONE;
			return ERR_OK;
		}
		if (is_excluded(d, spans, span_count))
			continue;
		if (unit == PERIOD_WORKDAY) {
			enum err_code code = calendar_works(cal, d, &counts, provisional, err);
			if (code != ERR_OK)
				return code;
		}
		total -= counts;
	}
	*ret = d;
	return ERR_OK;
}

/* The day on which `total` units from `start` end, before any rolling. */
static enum err_code strict_day(const struct calendar *cal, enum period_unit unit, int total,
				day_t start, const struct day_span *spans, size_t span_count,
				day_t *ret, bool *provisional, struct err *err)
{
	switch (unit) {
	case PERIOD_DAY:
	case PERIOD_WORKDAY:
		if (total >= 0)
			return count_days(cal, unit, total, start, spans, span_count, ret,
					  provisional, err);
		return calendar_sub(cal, start, -total, ret, provisional, err);
	case PERIOD_MONTH:
	case PERIOD_YEAR: {
		int months = unit == PERIOD_YEAR ? total * 12 : total;
		if (months > 300 * 12)
			return bad_period(err, "届满日超出2199年");
		day_t d = day_add_months(start, months);
		if (!is_day(d))
			return bad_period(err, "届满日超出2199年");
		*ret = d;
		return ERR_OK;
	}
	case PERIOD_HOUR:
		break;
	}
	return bad_period(err, "小时应从时刻起算");
}

enum err_code period_due(const struct calendar *cal, struct period p, int extra, day_t start,
			 const struct day_span *spans, size_t span_count, struct due *ret,
			 struct err *err)
{
	struct due due = { .strict = DAY_NONE, .lawful = DAY_NONE, .at = INSTANT_NONE };
	bool lead = p.length < 0;

	if (!is_day(start))
		return bad_period(err, "起算日缺失或者超出范围");
	if (p.length > MAX_LENGTH || p.length < -MAX_LENGTH || extra > MAX_LENGTH || extra < 0)
		return bad_period(err, "长度超出范围");
	if (lead && (p.unit != PERIOD_WORKDAY || extra != 0))
		return bad_period(err, "只有工作日可以倒数，且不能延长");
	if (span_count > 0 && (lead || (p.unit != PERIOD_DAY && p.unit != PERIOD_WORKDAY)))
		return bad_period(err, "只有按日计算的期限可以扣除时间");

	enum err_code code = strict_day(cal, p.unit, p.length + extra, start, spans, span_count,
					&due.strict, &due.provisional, err);
	if (code != ERR_OK)
		return code;
	if (due.strict == DAY_NONE) {
		due.stopped = true;
		*ret = due;
		return ERR_OK;
	}
	due.lawful = due.strict;
	if (p.rolls && p.unit != PERIOD_WORKDAY) {
		code = calendar_roll(cal, due.strict, &due.lawful, &due.provisional, err);
		if (code != ERR_OK)
			return code;
	}
	due.at = day_start(due.lawful + 1);
	*ret = due;
	return ERR_OK;
}

enum err_code period_due_hours(int hours, instant_t start, struct due *ret, struct err *err)
{
	if (start == INSTANT_NONE || !is_day(instant_to_day(start)))
		return bad_period(err, "起算时刻缺失或者超出范围");
	if (hours < 0 || hours > MAX_LENGTH)
		return bad_period(err, "长度超出范围");

	instant_t at = start + hours * MICROS_PER_HOUR;
	day_t day = instant_to_day(at);
	if (!is_day(day))
		return bad_period(err, "届满日超出2199年");
	*ret = (struct due){ .strict = day, .lawful = day, .at = at };
	return ERR_OK;
}

int day_span_union(const struct day_span *spans, size_t count, day_t after, day_t until)
{
	int64_t total = 0;
	day_t cur = after; /* all days up to here are dealt with */

	while (cur < until) {
		/* The span that excludes the earliest day after `cur`. */
		const struct day_span *next = NULL;
		for (size_t i = 0; i < count; i++) {
			const struct day_span *s = &spans[i];
			if (s->end <= cur || s->start >= until || s->end <= s->start)
				continue;
			if (!next || s->start < next->start)
				next = s;
		}
		if (!next)
			break;
		day_t from = next->start > cur ? next->start : cur;
		day_t to = next->end < until ? next->end : until;
		total += (int64_t)to - from;
		cur = to;
	}
	return total > INT32_MAX ? INT32_MAX : (int)total;
}

static bool unit_by_name(struct sv name, enum period_unit *ret)
{
	static const struct {
		const char *name;
		enum period_unit unit;
	} units[] = {
		{ "wd", PERIOD_WORKDAY }, { "d", PERIOD_DAY },  { "h", PERIOD_HOUR },
		{ "m", PERIOD_MONTH },    { "y", PERIOD_YEAR },
	};
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (sv_eq_str(name, units[i].name)) {
			*ret = units[i].unit;
			return true;
		}
	}
	return false;
}

bool period_parse(struct sv text, struct period *ret)
{
	struct period p = { .rolls = false };
	bool negative = text.n > 0 && text.p[0] == '-';
	size_t i = negative;
	size_t first = i;

	while (i < text.n && text.p[i] >= '0' && text.p[i] <= '9') {
		p.length = p.length * 10 + (text.p[i] - '0');
		if (p.length > MAX_LENGTH)
			return false;
		i++;
	}
	if (i == first || (text.p[first] == '0' && i - first > 1))
		return false;
	if (!unit_by_name((struct sv){ text.p + i, text.n - i }, &p.unit))
		return false;
	if (negative) {
		if (p.unit != PERIOD_WORKDAY || p.length == 0)
			return false;
		p.length = -p.length;
	}
	*ret = p;
	return true;
}

bool period_june30(day_t closed_on, day_t *ret)
{
	return is_day(closed_on) && day_from_ymd(day_to_ymd(closed_on).year + 1, 6, 30, ret);
}

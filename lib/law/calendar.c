/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Working-day calendar: a sorted array of exceptions to "Mon-Fri works".
 *
 * Periods walk day by day. The longest term counted in working days has some tens of days,
 * and a walk is the one algorithm whose result anyone can repeat with a paper calendar. How many
 * working days lie between two days is asked for each row of a queue, and what is years overdue
 * is years away: that question is answered from a table of sums, made once by walking.
 */
#include "law/calendar.h"

#include <stdlib.h>

/* The range of base/day.h: 1900-01-01 .. 2199-12-31. A walk stops there. */
enum { FIRST_DAY = -25567, LAST_DAY = 84005 };

static bool in_range(day_t d)
{
	return d >= FIRST_DAY && d <= LAST_DAY;
}

static enum err_code out_of_range(struct err *err)
{
	return err_set(err, ERR_INVALID, "day-out-of-range", "日期超出1900年至2199年的范围");
}

static int compare_days(const void *a, const void *b)
{
	const struct calendar_day *x = a, *y = b;
	return (x->day > y->day) - (x->day < y->day);
}

static enum err_code sum_up(struct calendar *cal, struct arena *arena, struct err *err)
{
	int *worked = arena_array(arena, int, cal->last_day - cal->first_day + 1);
	int sum = 0;

	for (day_t d = cal->first_day; d <= cal->last_day; d++) {
		bool works = false;
		enum err_code code = calendar_works(cal, d, &works, NULL, err);
		if (code != ERR_OK)
			return code;
		worked[d - cal->first_day] = sum += works;
	}
	cal->worked = worked;
	return ERR_OK;
}

enum err_code calendar_init(struct calendar *cal, struct arena *arena,
			    const struct calendar_day *rows, size_t count, struct err *err)
{
	*cal = (struct calendar){ 0 };
	if (count == 0)
		return ERR_OK;

	struct calendar_day *days = arena_array(arena, struct calendar_day, count);
	memcpy(days, rows, count * sizeof(*days));
	qsort(days, count, sizeof(*days), compare_days);

	for (size_t i = 0; i < count; i++) {
		char text[11];
		if (!in_range(days[i].day))
			return out_of_range(err);
		if (i == 0)
			continue;
		if (days[i].day == days[i - 1].day) {
			day_format(days[i].day, text);
			return err_set(err, ERR_INVALID, "calendar-double", "工作日历中%s重复",
				       text);
		}
		int year = day_to_ymd(days[i].day).year;
		int before = day_to_ymd(days[i - 1].day).year;
		if (year > before + 1)
			return err_set(err, ERR_INVALID, "calendar-gap", "工作日历缺少%d年",
				       before + 1);
	}
	cal->days = days;
	cal->day_count = count;
	cal->first_year = day_to_ymd(days[0].day).year;
	cal->last_year = day_to_ymd(days[count - 1].day).year;
	if (!day_from_ymd(cal->first_year, 1, 1, &cal->first_day) ||
	    !day_from_ymd(cal->last_year, 12, 31, &cal->last_day))
		return out_of_range(err);
	return sum_up(cal, arena, err);
}

static enum err_code read_row(const struct csv *csv, struct calendar_day *ret, struct err *err)
{
	struct sv date = csv_get(csv, "date");
	struct sv kind = csv_get(csv, "kind");

	if (!day_parse_iso(date, &ret->day))
		return err_set(err, ERR_INVALID, "calendar-date", "工作日历第%zu行日期“%.*s”不存在",
			       csv->line, SV_ARG(date));
	if (sv_eq_str(kind, "workday"))
		ret->works = true;
	else if (sv_eq_str(kind, "holiday"))
		ret->works = false;
	else
		return err_set(err, ERR_INVALID, "calendar-kind",
			       "工作日历第%zu行类别“%.*s”应为 holiday 或者 workday", csv->line,
			       SV_ARG(kind));
	ret->name = csv_get(csv, "name");
	return ERR_OK;
}

enum err_code calendar_from_csv(struct calendar *cal, struct arena *arena, struct sv text,
				struct err *err)
{
	struct csv csv;

	*cal = (struct calendar){ 0 };
	enum err_code code = csv_open(&csv, arena, text, err);
	if (code != ERR_OK)
		return code;
	if (csv_column(&csv, "date") < 0 || csv_column(&csv, "kind") < 0 ||
	    csv_column(&csv, "name") < 0)
		return err_set(err, ERR_INVALID, "calendar-columns",
			       "工作日历应有 date、kind、name 三列");

	size_t room = 1; /* rows never outnumber lines */
	for (size_t i = 0; i < text.n; i++)
		room += text.p[i] == '\n';
	struct calendar_day *rows = arena_array(arena, struct calendar_day, room);
	size_t count = 0;

	for (;;) {
		bool more;
		code = csv_next(&csv, &more, err);
		if (code != ERR_OK)
			return code;
		if (!more)
			break;
		CHECK(count < room);
		code = read_row(&csv, &rows[count], err);
		if (code != ERR_OK)
			return code;
		count++;
	}
	for (size_t i = 0; i < count; i++) /* cells may live in the reader: keep our own copy */
		rows[i].name = sv_of(arena_strndup(arena, rows[i].name.p, rows[i].name.n));
	return calendar_init(cal, arena, rows, count, err);
}

static const struct calendar_day *find_day(const struct calendar *cal, day_t d)
{
	struct calendar_day key = { .day = d };
	if (cal->day_count == 0)
		return NULL;
	return bsearch(&key, cal->days, cal->day_count, sizeof(key), compare_days);
}

/* Free every year by 全国年节及纪念日放假办法, whatever the yearly notice says. The festivals of
 * the lunar calendar and 清明 move, and make-up days are not known: a provisional day is a guess
 * of a few days either way. */
static bool is_fixed_holiday(struct ymd d)
{
	return (d.month == 1 && d.day == 1) || (d.month == 5 && d.day <= 2) ||
	       (d.month == 10 && d.day <= 3);
}

enum err_code calendar_works(const struct calendar *cal, day_t d, bool *ret, bool *provisional,
			     struct err *err)
{
	if (!in_range(d))
		return out_of_range(err);
	bool weekday = day_weekday(d) <= 5;

	if (cal->day_count > 0 && d >= cal->first_day && d <= cal->last_day) {
		const struct calendar_day *row = find_day(cal, d);
		*ret = row ? row->works : weekday;
		return ERR_OK;
	}
	if (!provisional) {
		char text[11];
		day_format(d, text);
		if (cal->day_count == 0)
			return err_set(err, ERR_NOT_COVERED, "calendar-not-covered",
				       "工作日历为空，无法判断%s是否工作日", text);
		return err_set(err, ERR_NOT_COVERED, "calendar-not-covered",
			       "%s超出工作日历（%d年至%d年）", text, cal->first_year,
			       cal->last_year);
	}
	*provisional = true;
	*ret = weekday && !is_fixed_holiday(day_to_ymd(d));
	return ERR_OK;
}

/* The n-th working day (n >= 1) from `start`, exclusive, in direction `step`. */
static enum err_code walk(const struct calendar *cal, day_t start, int n, int step, day_t *ret,
			  bool *provisional, struct err *err)
{
	if (!in_range(start))
		return out_of_range(err);
	for (day_t d = start + step;; d += step) {
		bool works = false;
		enum err_code code = calendar_works(cal, d, &works, provisional, err);
		if (code != ERR_OK)
			return code;
		if (works && --n == 0) {
			*ret = d;
			return ERR_OK;
		}
	}
}

enum err_code calendar_add(const struct calendar *cal, day_t start, int n, day_t *ret,
			   bool *provisional, struct err *err)
{
	CHECK(n >= 0);
	if (n > 0)
		return walk(cal, start, n, 1, ret, provisional, err);
	if (!in_range(start))
		return out_of_range(err);
	*ret = start;
	return ERR_OK;
}

enum err_code calendar_sub(const struct calendar *cal, day_t start, int n, day_t *ret,
			   bool *provisional, struct err *err)
{
	CHECK(n >= 1);
	return walk(cal, start, n, -1, ret, provisional, err);
}

static enum err_code roll(const struct calendar *cal, day_t d, int step, day_t *ret,
			  bool *provisional, struct err *err)
{
	bool works = false;
	enum err_code code = calendar_works(cal, d, &works, provisional, err);
	if (code != ERR_OK)
		return code;
	if (!works)
		return walk(cal, d, 1, step, ret, provisional, err);
	*ret = d;
	return ERR_OK;
}

enum err_code calendar_roll(const struct calendar *cal, day_t d, day_t *ret, bool *provisional,
			    struct err *err)
{
	return roll(cal, d, 1, ret, provisional, err);
}

enum err_code calendar_roll_back(const struct calendar *cal, day_t d, day_t *ret, bool *provisional,
				 struct err *err)
{
	return roll(cal, d, -1, ret, provisional, err);
}

enum err_code calendar_between(const struct calendar *cal, day_t from, day_t to, int *ret,
			       bool *provisional, struct err *err)
{
	day_t low = from < to ? from : to;
	day_t high = from < to ? to : from;
	int count = 0;

	if (!in_range(low) || !in_range(high))
		return out_of_range(err);
	for (day_t d = low + 1; d <= high; d++) {
		bool works = false;
		if (cal->day_count > 0 && d > cal->first_day && d <= cal->last_day) {
			/* all that is covered at once */
			day_t end = high < cal->last_day ? high : cal->last_day;
			count += cal->worked[end - cal->first_day] - cal->worked[d - 1 - cal->first_day];
			d = end;
			continue;
		}
		enum err_code code = calendar_works(cal, d, &works, provisional, err);
		if (code != ERR_OK)
			return code;
		count += works;
	}
	*ret = from <= to ? count : -count;
	return ERR_OK;
}

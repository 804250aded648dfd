/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/audit_period.h"

#include <inttypes.h>
#include <stdio.h>

enum { WEEK_DAYS = 7, TREND_YEARS = 5, FIRST_YEAR = 1950, LAST_YEAR = 2190 };

static const char *const kinds[AUDIT_KIND_COUNT] = {
	[AUDIT_WEEK] = "week", [AUDIT_MONTH] = "month", [AUDIT_QUARTER] = "quarter", [AUDIT_YEAR] = "year",
	[AUDIT_CAMPAIGN] = "campaign",
};

const char *audit_kind_code(enum audit_period_kind kind)
{
	CHECK(kind < AUDIT_KIND_COUNT);
	return kinds[kind];
}

bool audit_kind_parse(struct sv code, enum audit_period_kind *ret)
{
	for (size_t i = 0; i < AUDIT_KIND_COUNT; i++) {
		if (sv_eq_str(code, kinds[i])) {
			*ret = (enum audit_period_kind)i;
			return true;
		}
	}
	return false;
}

/* ---- days of a period ---- */

static day_t first_of(int year, int month)
{
	day_t day;

	CHECK(day_from_ymd(year, month, 1, &day));
	return day;
}

static day_t monday_of(day_t d)
{
	return d - (day_weekday(d) - 1);
}

/* The week with 4 January is the first. */
static day_t first_week(int year)
{
	return monday_of(first_of(year, 1) + 3);
}

static void set_month(struct audit_span *s, int year, int month)
{
	s->kind = AUDIT_MONTH;
	s->from = first_of(year, month);
	s->to = day_add_months(s->from, 1) - 1;
	snprintf(s->code, sizeof(s->code), "%04d-%02d", year, month);
	snprintf(s->name, sizeof(s->name), "%d年%d月", year, month);
}

static void set_quarter(struct audit_span *s, int year, int quarter)
{
	s->kind = AUDIT_QUARTER;
	s->from = first_of(year, 3 * quarter - 2);
	s->to = day_add_months(s->from, 3) - 1;
	snprintf(s->code, sizeof(s->code), "%04d-Q%d", year, quarter);
	snprintf(s->name, sizeof(s->name), "%d年第%d季度", year, quarter);
}

static void set_year(struct audit_span *s, int year)
{
	s->kind = AUDIT_YEAR;
	s->from = first_of(year, 1);
	s->to = first_of(year + 1, 1) - 1;
	snprintf(s->code, sizeof(s->code), "%04d", year);
	snprintf(s->name, sizeof(s->name), "%d年", year);
}

/* The week that begins on that Monday; it belongs to the year of its Thursday. */
static void set_week(struct audit_span *s, day_t monday)
{
	int year = day_to_ymd(monday + 3).year;
	int week = (monday - first_week(year)) / WEEK_DAYS + 1;

	s->kind = AUDIT_WEEK;
	s->from = monday;
	s->to = monday + WEEK_DAYS - 1;
	snprintf(s->code, sizeof(s->code), "%04d-W%02d", year, week);
	snprintf(s->name, sizeof(s->name), "%d年第%d周", year, week);
}

/* ---- reading ---- */

static enum err_code refuse(struct err *err, const char *rule, const char *message)
{
	err_set(err, ERR_INVALID, rule, "%s", message);
	err_field(err, "period");
	return ERR_INVALID;
}

/* Exactly n digits at `at`. */
static bool digits(struct sv text, size_t at, size_t n, int *ret)
{
	*ret = 0;
	for (size_t i = at; i < at + n; i++) {
		if (i >= text.n || text.p[i] < '0' || text.p[i] > '9')
			return false;
		*ret = *ret * 10 + (text.p[i] - '0');
	}
	return true;
}

static bool read_calendar(struct sv code, struct audit_span *s)
{
	int year, n;

	if (!digits(code, 0, 4, &year) || year < FIRST_YEAR || year > LAST_YEAR)
		return false;
	if (code.n == 4) {
		set_year(s, year);
		return true;
	}
	if (code.n == 7 && code.p[4] == '-' && digits(code, 5, 2, &n) && n >= 1 && n <= 12) {
		set_month(s, year, n);
		return true;
	}
	if (code.n == 7 && code.p[4] == '-' && code.p[5] == 'Q' && digits(code, 6, 1, &n) && n >= 1 && n <= 4) {
		set_quarter(s, year, n);
		return true;
	}
	if (code.n == 8 && code.p[4] == '-' && code.p[5] == 'W' && digits(code, 6, 2, &n) && n >= 1) {
		set_week(s, first_week(year) + WEEK_DAYS * (n - 1));
		return day_to_ymd(s->from + 3).year == year; /* no week 53 in most years */
	}
	return false;
}

enum err_code audit_span_parse(struct sv code, struct audit_span *ret, struct err *err)
{
	*ret = (struct audit_span){ .from = DAY_NONE, .to = DAY_NONE };
	if (code.n == 0 || code.n >= sizeof(ret->code))
		return refuse(err, "period-form", "应写明统计期，如 2026-10、2026-W41、2026-Q3、2026，或者专项行动代码");
	if (code.p[0] >= '0' && code.p[0] <= '9') {
		if (read_calendar(code, ret))
			return ERR_OK;
		return refuse(err, "period-form", "没有这样的统计期：应为 2026-10、2026-W41、2026-Q3、2026，或者专项行动代码");
	}
	ret->kind = AUDIT_CAMPAIGN;
	memcpy(ret->code, code.p, code.n);
	ret->code[code.n] = '\0';
	return ERR_OK;
}

enum err_code audit_span_campaign(struct audit_span *span, const char *name, day_t starts, day_t ends, day_t cut_off,
				  struct err *err)
{
	CHECK(span->kind == AUDIT_CAMPAIGN);
	snprintf(span->name, sizeof(span->name), "%s", name);
	if (starts == DAY_NONE) {
		refuse(err, "campaign-no-dates", "这一专项行动没有登记起始日期，不能统计");
		err_detail(err, "请系统管理员补录%s（%s）的起始日期，或者改按月、季、年统计。", span->name, span->code);
		return ERR_INVALID;
	}
	span->from = starts;
	span->to = ends == DAY_NONE ? cut_off > starts ? cut_off : starts : ends;
	return ERR_OK;
}

enum err_code audit_span_close(struct audit_span *span, day_t cut_off, bool asked, struct err *err)
{
	char day[11];

	day_format(span->from, day);
	if (span->from > cut_off) {
		refuse(err, "period-future", "统计期还没有开始，不能统计");
		err_detail(err, "%s自%s起。", span->name, day);
		return ERR_INVALID;
	}
	if (span->to <= cut_off)
		return ERR_OK;
	if (!asked && span->kind != AUDIT_CAMPAIGN) {
		day_format(span->to, day);
		refuse(err, "period-open", "统计期还没有结束，不能整期统计");
		err_detail(err, "%s到%s才结束，还缺%" PRId32 "日。要看截至某时的数字，请写明 as_of（--as-of）。", span->name, day,
			   span->to - cut_off);
		return ERR_INVALID;
	}
	span->open = true;
	span->to = cut_off;
	return ERR_OK;
}

/* ---- earlier ones ---- */

int audit_span_trend(const struct audit_span *span)
{
	static const int counts[AUDIT_KIND_COUNT] = {
		[AUDIT_WEEK] = AUDIT_TREND_PERIODS, [AUDIT_MONTH] = AUDIT_TREND_PERIODS,
		[AUDIT_QUARTER] = AUDIT_TREND_PERIODS, [AUDIT_YEAR] = TREND_YEARS, [AUDIT_CAMPAIGN] = 0,
	};

	return counts[span->kind];
}

void audit_span_before(const struct audit_span *span, int n, struct audit_span *ret)
{
	struct ymd first = day_to_ymd(span->from);

	*ret = (struct audit_span){ .from = DAY_NONE, .to = DAY_NONE };
	switch (span->kind) {
	case AUDIT_WEEK:
		set_week(ret, span->from - WEEK_DAYS * n);
		return;
	case AUDIT_MONTH:
		first = day_to_ymd(day_add_months(span->from, -n));
		set_month(ret, first.year, first.month);
		return;
	case AUDIT_QUARTER:
		first = day_to_ymd(day_add_months(span->from, -3 * n));
		set_quarter(ret, first.year, (first.month + 2) / 3);
		return;
	case AUDIT_YEAR:
		set_year(ret, first.year - n);
		return;
	case AUDIT_CAMPAIGN:
	case AUDIT_KIND_COUNT:
		break;
	}
	BUG("no period before %s", span->code);
}

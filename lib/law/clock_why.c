/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The explanation follows period.c step by step: the same start, the same days left out, the same roll. */
#include "law/clock_why.h"

#include <stdarg.h>
#include <stdlib.h>

enum { NAMES_MAX = 400 };

struct lines {
	struct arena *arena;
	const char **at;
	size_t count, max;
};

static void say(struct lines *l, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void say(struct lines *l, const char *fmt, ...)
{
	va_list ap;

	if (l->count == l->max)
		return;
	va_start(ap, fmt);
	l->at[l->count++] = arena_vprintf(l->arena, fmt, ap);
	va_end(ap);
}

/* ---- words ---- */

const char *day_zh(struct arena *arena, day_t d)
{
	struct ymd y = day_to_ymd(d);

	return arena_printf(arena, "%d年%d月%d日", y.year, y.month, y.day);
}

/* Without the year when it is that of `beside`. */
static const char *short_day_zh(struct arena *arena, day_t d, day_t beside)
{
	struct ymd y = day_to_ymd(d);

	return y.year == day_to_ymd(beside).year ? arena_printf(arena, "%d月%d日", y.month, y.day) : day_zh(arena, d);
}

static const char *instant_zh(struct arena *arena, instant_t at)
{
	int64_t minutes = (at - day_start(instant_to_day(at))) / INT64_C(60000000);

	return arena_printf(arena, "%s %02d:%02d", day_zh(arena, instant_to_day(at)), (int)(minutes / 60), (int)(minutes % 60));
}

const char *length_zh(struct arena *arena, int length, enum period_unit unit)
{
	static const char *const units[] = { [PERIOD_HOUR] = "小时", [PERIOD_DAY] = "日", [PERIOD_WORKDAY] = "个工作日",
					     [PERIOD_MONTH] = "个月", [PERIOD_YEAR] = "年" };

	return arena_printf(arena, "%d%s", length < 0 ? -length : length, units[unit]);
}

const char *period_zh(struct arena *arena, const struct clock_rule *rule)
{
	if (rule->archive_rule)
		return "次年6月30日前";
	if (rule->daily)
		return "逐日计算";
	if (rule->period.length == 0)
		return "立即";
	return length_zh(arena, rule->period.length, rule->period.unit);
}

const char *clock_owner_zh(const char *owner)
{
	static const struct {
		const char *code, *zh;
	} others[] = { { "host", "听证主持人" }, { "party", "当事人" },	 { "peer", "对方机关" },
		       { "sender", "移送方" },	 { "receiver", "接收方" }, { "third", "监督或者审判机关" } };
	uint32_t bit;

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (strcmp(owner, others[i].code) == 0)
			return others[i].zh;
	}
	return role_by_code(sv_of(owner), &bit) ? role_zh(bit) : owner;
}

/* ---- which days do not count ---- */

static int compare_day(const void *a, const void *b)
{
	const struct calendar_day *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

static const struct calendar_day *listed(const struct calendar *cal, day_t d)
{
	struct calendar_day key = { .day = d };

	return cal->day_count ? bsearch(&key, cal->days, cal->day_count, sizeof(key), compare_day) : NULL;
}

/* Is the day inside a span that this rule leaves out? */
static bool left_out(const struct clock_rule *rule, const struct dossier *d, day_t day)
{
	for (int i = 0; i < d->span_count; i++) {
		const struct span_entry *s = &d->spans[i];
		if ((rule->excluded & (1u << s->kind)) && s->days.start < day && day <= s->days.end)
			return true;
	}
	return false;
}

static void append_run(struct str *out, struct arena *arena, const struct calendar_day *from, day_t to, day_t beside)
{
	str_printf(out, "%s%.*s（%s", out->len ? "、" : "", SV_ARG(from->name), short_day_zh(arena, from->day, beside));
	if (to != from->day)
		str_printf(out, "至%s", short_day_zh(arena, to, from->day));
	str_append_cstr(out, "）");
}

/* Holidays with their names, weekends as a number, make-up days that count: of a period in working days. */
static void say_free_days(struct lines *l, const struct law_book *book, const struct dossier *d,
			  const struct clock_rule *rule, day_t from, day_t to)
{
	CLEANUP(str_release) struct str holidays = STR_INIT(4096), work = STR_INIT(2048);
	const struct calendar_day *first = NULL;
	day_t last = DAY_NONE;
	int weekends = 0;

	for (day_t day = from + 1; day <= to && day - from <= NAMES_MAX; day++) {
		const struct calendar_day *row = listed(&book->calendar, day);
		bool counts = !left_out(rule, d, day);
		bool holiday = counts && row && !row->works && row->name.n > 0;

		if (first && (!holiday || !sv_eq(first->name, row->name))) {
			append_run(&holidays, l->arena, first, last, from);
			first = NULL;
		}
		if (holiday) {
			first = first ? first : row;
			last = day;
		} else if (counts && row && row->works) {
			str_printf(&work, "%s%s", work.len ? "、" : "", short_day_zh(l->arena, day, from));
		} else if (counts && day_weekday(day) > 5) {
			weekends++;
		}
	}
	if (first)
		append_run(&holidays, l->arena, first, last, from);
	if (holidays.len || weekends)
		say(l, "不计入：%s%s%s", str_cstr(&holidays), holidays.len && weekends ? "、" : "",
		    weekends ? arena_printf(l->arena, "周末%d日", weekends) : "");
	if (work.len)
		say(l, "调休上班，计入：%s", str_cstr(&work));
}

static void say_spans(struct lines *l, const struct dossier *d, const struct clock_rule *rule,
		      const struct clock_entry *c)
{
	day_t until = c->due.stopped ? DAY_MAX : c->due.strict;

	for (int i = 0; i < d->span_count; i++) {
		const struct span_entry *s = &d->spans[i];
		if (!(rule->excluded & (1u << s->kind)) || s->days.start >= until || s->days.end <= c->start_on)
			continue;
		day_t from = s->days.start > c->start_on ? s->days.start : c->start_on;
		if (s->days.end == DAY_MAX)
			say(l, "%s自%s起尚未结束，期限停止计算", span_kind_zh(s->kind), day_zh(l->arena, s->days.start));
		else if (s->days.end > from)
			say(l, "扣除%s：%s的次日至%s，共%d日", span_kind_zh(s->kind), day_zh(l->arena, from),
			    short_day_zh(l->arena, s->days.end, from), s->days.end - from);
	}
}

/* ---- the whole ---- */

static void say_start(struct lines *l, const struct clock_rule *rule, const struct clock_entry *c)
{
	if (rule->period.unit == PERIOD_HOUR && !rule->daily && !rule->archive_rule && c->start_at != INSTANT_NONE)
		say(l, "起算：%s，%s", instant_zh(l->arena, c->start_at), rule->trigger);
	else if (rule->period.length < 0)
		say(l, "以%s为准：%s，向前倒数，当日不计入", day_zh(l->arena, c->start_on), rule->trigger);
	else
		say(l, "起算：%s，%s；当日不计入", day_zh(l->arena, c->start_on), rule->trigger);
}

static void say_end(struct lines *l, const struct law_book *book, const struct clock_rule *rule,
		    const struct clock_entry *c)
{
	if (c->due.stopped)
		return;
	if (rule->period.unit == PERIOD_HOUR && !rule->daily && !rule->archive_rule && c->due.at != INSTANT_NONE) {
		say(l, "届满：%s；以小时计，不因休息日顺延", instant_zh(l->arena, c->due.at));
		return;
	}
	if (c->due.strict != c->due.lawful) {
		const struct calendar_day *row = listed(&book->calendar, c->due.strict);
		struct sv name = row && row->name.n ? row->name : SV("周末");
		say(l, "%s是休息日（%.*s），顺延到下一个工作日", day_zh(l->arena, c->due.strict), SV_ARG(name));
	} else if ((rule->period.unit == PERIOD_DAY || rule->period.unit == PERIOD_MONTH || rule->period.unit == PERIOD_YEAR) &&
		   !rule->period.rolls && !rule->archive_rule && !rule->daily) {
		say(l, "届满日遇休息日不顺延");
	}
	say(l, "届满日：%s", day_zh(l->arena, c->due.lawful));
	if (c->due.provisional)
		say(l, "届满日超出已公布的放假安排，暂按周末和固定节日推算，公布以后会重算");
}

static void say_state(struct lines *l, const struct clock_entry *c)
{
	if (c->state == CLOCK_MET)
		say(l, "已于%s办理%s", day_zh(l->arena, c->met_on), c->late ? "，超过期限" : "，没有超期");
	else if (c->state == CLOCK_CANCELLED)
		say(l, "自%s起不再计算", day_zh(l->arena, c->met_on));
}

size_t clock_why(const struct law_book *book, const struct dossier *d, const struct clock_entry *c, struct arena *arena,
		 const char **ret, size_t max)
{
	const struct clock_rule *rule = law_book_clock(book, c->rule, c->start_on);
	struct lines l = { .arena = arena, .at = ret, .max = max };

	if (!rule)
		return 0;
	say_start(&l, rule, c);
	say(&l, "期限：%s；依据：%s", period_zh(arena, rule), rule->article);
	if (c->extra > 0)
		say(&l, "已延长%s", length_zh(arena, c->extra, rule->period.unit));
	say_spans(&l, d, rule, c);
	if (rule->period.unit == PERIOD_WORKDAY && !c->due.stopped) {
		bool lead = rule->period.length < 0;
		say_free_days(&l, book, d, rule, lead ? c->due.lawful - 1 : c->start_on, lead ? c->start_on - 1 : c->due.lawful);
	}
	say_end(&l, book, rule, c);
	say_state(&l, c);
	say(&l, "由%s负责", clock_owner_zh(rule->owner));
	if (rule->missed[0])
		say(&l, "逾期的后果：%s", rule->missed);
	return l.count;
}

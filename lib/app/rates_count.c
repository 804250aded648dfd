/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/rates_count.h"

#include <inttypes.h>
#include <stdio.h>

static const struct rate_metric_info infos[RATE_METRIC_COUNT] = {
	[RATE_M1] = { "M1", "结案率（应结口径）",
		      "截至日前已结案数 ÷ 期内应结案件数与期初逾期未结案件数之和", "无应结案件" },
	[RATE_M2] = { "M2", "按期办结率",
		      "在办案期限内作出处理决定数 ÷ 办案期限在期内届满或者期内作出决定的案件数", "无应结案件" },
	[RATE_M3] = { "M3", "结案手续及时率",
		      "结案情形发生后15个工作日内结案数 ÷ 该15个工作日在期内届满的案件数", "无应结案件" },
	[RATE_M4] = { "M4", "结案率（立案口径）", "期内立案且截至日前已结案数 ÷ 期内立案数", "无应结案件" },
	[RATE_M5] = { "M5", "结案率（含结转）", "期内结案数 ÷ 期初未结案件数与期内立案数之和", "无应结案件" },
	[RATE_M6] = { "M6", "依法公示率（按期）",
		      "按期公示数 ÷ 公示期限在期内届满的应公示处罚决定数", "无应公示案件" },
	[RATE_M7] = { "M7", "公示率（累计）",
		      "截至日前已公示数 ÷ 公示期限在截至日前届满的应公示处罚决定数（不论年度）", "无应公示案件" },
	[RATE_M8] = { "M8", "双公示及时率",
		      "7个工作日内报送数 ÷ 报送期限在期内届满的处罚决定数", "无应报送信息" },
	[RATE_M9A] = { "M9a", "撤回及时率",
		       "3个工作日内撤回数 ÷ 撤回期限在期内届满的应撤回公示信息数", "无应撤回信息" },
	[RATE_M9B] = { "M9b", "到期停止率",
		       "公示期届满时停止公示数 ÷ 公示期在期内届满的公示信息数", "无应停止公示信息" },
	[RATE_M10] = { "M10", "线索按期核查率",
		       "在核查期限内作出是否立案决定数 ÷ 核查期限在期内届满的线索数", "无应核查线索" },
};

const struct rate_metric_info *rate_metric_info(enum rate_metric m)
{
	CHECK(m < RATE_METRIC_COUNT);
	return &infos[m];
}

/* ---- rows ---- */

const char *const rate_day_names[RATE_DAYS] = {
	"opened_on", "clue_due_on", "clue_decided_on", "filed_on", "decision_due_on", "decided_on", "perform_due_on",
	"ground_on", "ground_due_on", "closed_on", "suspended_on", "resumed_on", "publish_due_on", "published_on",
	"credit_due_on", "credit_on", "withdraw_due_on", "withdrawn_on", "stop_due_on", "stopped_on",
};

day_t *rate_day_at(struct rate_row *row, size_t i)
{
	day_t *const days[RATE_DAYS] = {
		&row->opened_on, &row->clue_due, &row->clue_decided, &row->filed, &row->decision_due,
		&row->decided, &row->perform_due, &row->ground, &row->ground_due, &row->closed, &row->suspended,
		&row->resumed, &row->publish_due, &row->published, &row->credit_due, &row->credit,
		&row->withdraw_due, &row->withdrawn, &row->stop_due, &row->stopped,
	};

	CHECK(i < RATE_DAYS);
	return days[i];
}

void rate_row_read(struct sv procedure, struct sv days, struct rate_row *row)
{
	const char *at = days.p, *end = days.p + days.n;

	row->kind = sv_eq_str(procedure, "clue") ? RATE_CLUE
		    : sv_eq_str(procedure, "disclosure") ? RATE_DISCLOSURE : RATE_CASE;
	for (size_t i = 0; i < RATE_DAYS; i++) {
		const char *start = at;
		day_t day = 0;
		bool minus = at < end && *at == '-';

		for (at += minus; at < end && *at >= '0' && *at <= '9'; at++)
			day = day * 10 + (*at - '0');
		*rate_day_at(row, i) = at == start ? DAY_NONE : minus ? -day : day;
		CHECK(i + 1 == RATE_DAYS ? at == end : at < end && *at == ',');
		at++;
	}
}

/* ---- days ---- */

/* Did it happen by that day? Unknown has not happened. */
static bool by(day_t event, day_t limit)
{
	return event != DAY_NONE && event <= limit;
}

static bool within(day_t event, const struct rate_period *p)
{
	return event != DAY_NONE && event >= p->from && event <= p->to;
}

static bool open_at_start(const struct rate_row *row, const struct rate_period *p)
{
	return row->closed == DAY_NONE || row->closed >= p->from;
}

static enum rate_side side(bool counts, bool good)
{
	if (!counts)
		return RATE_OUTSIDE;
	return good ? RATE_IN : RATE_OUT;
}

/* ---- the metrics ---- */

bool rate_suspended(const struct rate_row *row, const struct rate_period *p)
{
	return by(row->suspended, p->as_of) && !by(row->resumed, p->as_of) && !by(row->ground, p->as_of) &&
	       !by(row->closed, p->as_of);
}

day_t rate_should_close(const struct rate_row *row, day_t as_of)
{
	if (by(row->ground, as_of))
		return row->ground_due;
	if (!by(row->decided, as_of))
		return row->decision_due;
	return row->performing_open ? DAY_NONE : row->perform_due;
}

static enum rate_side m1(const struct rate_row *row, const struct rate_period *p)
{
	day_t due = rate_should_close(row, p->as_of);
	bool carried = due != DAY_NONE && due < p->from && open_at_start(row, p);

	return side(!rate_suspended(row, p) && (within(due, p) || carried), by(row->closed, p->as_of));
}

static enum rate_side m2(const struct rate_row *row, const struct rate_period *p)
{
	bool decided = by(row->decided, p->as_of);
	bool counts = within(row->decision_due, p) || (decided && within(row->decided, p));

	if (!decided && rate_suspended(row, p))
		return RATE_OUTSIDE;
	return side(counts, decided && row->decision_due != DAY_NONE && row->decided <= row->decision_due);
}

static enum rate_side m5(const struct rate_row *row, const struct rate_period *p)
{
	bool carried = row->filed != DAY_NONE && row->filed < p->from && open_at_start(row, p);

	return side(carried || within(row->filed, p), within(row->closed, p));
}

/* One that came to its end before, by withdrawal, repair or otherwise, was not due to stop. */
static enum rate_side m9b(const struct rate_row *row, const struct rate_period *p)
{
	bool stopped = by(row->stopped, p->as_of);
	bool before = by(row->withdrawn, row->stop_due) || (stopped && row->stopped < row->stop_due);

	if (!within(row->stop_due, p) || before || !by(row->published, row->stop_due))
		return RATE_OUTSIDE;
	/* On its last day it may still be public. */
	return side(stopped || row->stop_due < p->as_of, stopped && row->stopped <= row->stop_due + 1);
}

static bool counts_in(enum rate_metric m, enum rate_kind kind)
{
	if (m == RATE_M10)
		return kind == RATE_CLUE;
	return m >= RATE_M6 ? kind == RATE_DISCLOSURE : kind == RATE_CASE;
}

enum rate_side rate_side(enum rate_metric m, const struct rate_row *row, const struct rate_period *p)
{
	if (!counts_in(m, row->kind))
		return RATE_OUTSIDE;
	switch (m) {
	case RATE_M1:
		return m1(row, p);
	case RATE_M2:
		return m2(row, p);
	case RATE_M3:
		return side(by(row->ground, p->as_of) && within(row->ground_due, p), by(row->closed, row->ground_due));
	case RATE_M4:
		return side(within(row->filed, p), by(row->closed, p->as_of));
	case RATE_M5:
		return m5(row, p);
	case RATE_M6:
		return side(within(row->publish_due, p), by(row->published, row->publish_due));
	case RATE_M7:
		return side(by(row->publish_due, p->as_of), by(row->published, p->as_of));
	case RATE_M8:
		return side(within(row->credit_due, p), by(row->credit, row->credit_due));
	case RATE_M9A:
		return side(within(row->withdraw_due, p), by(row->withdrawn, row->withdraw_due));
	case RATE_M9B:
		return m9b(row, p);
	case RATE_M10:
		return side(within(row->clue_due, p), by(row->clue_decided, row->clue_due));
	case RATE_METRIC_COUNT:
		break;
	}
	BUG("metric %d", (int)m);
}

/* ---- why ---- */

static void add_day(struct str *out, const char *before, day_t day, const char *behind)
{
	char text[11];

	day_format(day, text);
	str_printf(out, "%s%s%s", before, text, behind);
}

/* "，2026-04-02才结案", or "，截至2026-03-31未结案". */
static void add_outcome(struct str *out, const char *what, day_t done, day_t as_of, bool late_counts)
{
	if (late_counts && by(done, as_of)) {
		add_day(out, "，", done, "才");
		str_append_cstr(out, what);
		return;
	}
	add_day(out, "，截至", as_of, "未");
	str_append_cstr(out, what);
}

static void why_m1(const struct rate_row *row, const struct rate_period *p, struct str *out)
{
	if (by(row->ground, p->as_of)) {
		add_day(out, "结案情形发生于", row->ground, "，");
		add_day(out, "应于", row->ground_due, "前办结结案手续");
		add_outcome(out, "结案", row->closed, p->as_of, false);
	} else if (!by(row->decided, p->as_of)) {
		add_day(out, "办案期限至", row->decision_due, "");
		add_outcome(out, "作出处理决定", row->decided, p->as_of, false);
	} else {
		add_day(out, "", row->decided, "作出决定，");
		add_day(out, "履行、救济和申请强制执行期限至", row->perform_due, "届满");
		add_outcome(out, "结案", row->closed, p->as_of, false);
	}
}

static void why_m2(const struct rate_row *row, const struct rate_period *p, struct str *out)
{
	if (row->decision_due == DAY_NONE) {
		add_day(out, "", row->decided, "作出处理决定，办案期限无法确定");
		return;
	}
	add_day(out, "办案期限至", row->decision_due, "");
	if (by(row->decided, p->as_of)) {
		add_day(out, "，", row->decided, "作出处理决定，");
		str_printf(out, "逾期%" PRId32 "日", row->decided - row->decision_due);
	} else {
		add_outcome(out, "作出处理决定", row->decided, p->as_of, false);
	}
}

static void why_m5(const struct rate_row *row, const struct rate_period *p, struct str *out)
{
	add_day(out, "", row->filed, row->filed < p->from ? "立案，期初未结" : "立案");
	if (by(row->closed, p->as_of)) {
		add_day(out, "，", row->closed, "结案，在统计期之后");
		return;
	}
	add_outcome(out, "结案", row->closed, p->as_of, false);
}

void rate_why(enum rate_metric m, const struct rate_row *row, const struct rate_period *p, struct str *out)
{
	switch (m) {
	case RATE_M1:
		why_m1(row, p, out);
		return;
	case RATE_M2:
		why_m2(row, p, out);
		return;
	case RATE_M3:
		add_day(out, "结案情形发生于", row->ground, "，");
		add_day(out, "应于", row->ground_due, "前结案");
		add_outcome(out, "结案", row->closed, p->as_of, true);
		return;
	case RATE_M4:
		add_day(out, "", row->filed, "立案");
		add_outcome(out, "结案", row->closed, p->as_of, false);
		return;
	case RATE_M5:
		why_m5(row, p, out);
		return;
	case RATE_M6:
	case RATE_M7:
		add_day(out, "应于", row->publish_due, "前公示");
		add_outcome(out, "公示", row->published, p->as_of, m == RATE_M6);
		return;
	case RATE_M8:
		add_day(out, "应于", row->credit_due, "前报送");
		add_outcome(out, "报送", row->credit, p->as_of, true);
		return;
	case RATE_M9A:
		add_day(out, "应于", row->withdraw_due, "前撤回");
		add_outcome(out, "撤回", row->withdrawn, p->as_of, true);
		return;
	case RATE_M9B:
		add_day(out, "公示期至", row->stop_due, "届满");
		add_outcome(out, "停止公示", row->stopped, p->as_of, true);
		return;
	case RATE_M10:
		add_day(out, "核查期限至", row->clue_due, "");
		add_outcome(out, "决定是否立案", row->clue_decided, p->as_of, true);
		return;
	case RATE_METRIC_COUNT:
		break;
	}
	BUG("metric %d", (int)m);
}

/* The day on which it was due, and the day on which it was done. */
static void due_and_done(enum rate_metric m, const struct rate_row *row, day_t as_of, day_t *due, day_t *done)
{
	const struct { day_t due, done; } days[RATE_METRIC_COUNT] = {
		[RATE_M1] = { rate_should_close(row, as_of), row->closed },
		[RATE_M2] = { row->decision_due, row->decided }, [RATE_M3] = { row->ground_due, row->closed },
		[RATE_M4] = { row->filed, row->closed }, [RATE_M5] = { row->filed, row->closed },
		[RATE_M6] = { row->publish_due, row->published }, [RATE_M7] = { row->publish_due, row->published },
		[RATE_M8] = { row->credit_due, row->credit }, [RATE_M9A] = { row->withdraw_due, row->withdrawn },
		[RATE_M9B] = { row->stop_due, row->stopped }, [RATE_M10] = { row->clue_due, row->clue_decided },
	};

	CHECK(m < RATE_METRIC_COUNT);
	*due = days[m].due;
	*done = days[m].done;
}

int32_t rate_days_late(enum rate_metric m, const struct rate_row *row, const struct rate_period *p)
{
	day_t due, done;

	due_and_done(m, row, p->as_of, &due, &done);
	if (due == DAY_NONE)
		return 0;
	if (!by(done, p->as_of))
		done = p->as_of;
	return done > due ? done - due : 0;
}

/* ---- figures ---- */

void rate_percent(int64_t num, int64_t den, char ret[24])
{
	CHECK(num >= 0 && num <= den);
	ret[0] = '\0';
	if (den == 0)
		return;
	int64_t hundredths = num * 10000 / den;
	snprintf(ret, 24, "%" PRId64 ".%02d", hundredths / 100, (int)(hundredths % 100));
}

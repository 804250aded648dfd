/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What an act will do. What its row says is told in general; an approval, whose fields are known, is carried out on a copy of
 * the dossier, and what differs afterwards is told with its days. */
#include "law/next.h"

#include <stdarg.h>

#include "law/clock_why.h"
#include "law/disclosure.h"
#include "law/row.h"

struct lines {
	const struct law_book *book;
	const struct dossier *d;
	day_t today;
	struct arena *arena;
	const char *before; /* put before each line: "批准后：" */
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
	const char *text = arena_printf(l->arena, "%s%s", l->before, arena_vprintf(l->arena, fmt, ap));
	va_end(ap);
	for (size_t i = 0; i < l->count; i++) {
		if (strcmp(l->at[i], text) == 0)
			return; /* two effects, one line */
	}
	l->at[l->count++] = text;
}

/* "分管局领导或者局长" */
static const char *roles_zh(struct arena *arena, uint32_t mask)
{
	const char *ret = "";

	for (int i = 0; i < ROLE_COUNT; i++) {
		if (mask & (1u << i))
			ret = arena_printf(arena, "%s%s%s", ret, ret[0] ? "或者" : "", role_zh(1u << i));
	}
	return ret;
}

/* ---- what the row says ---- */

static void say_states(struct lines *l, state_set to)
{
	const char *names = "";
	int n = 0;

	for (enum state s = STATE_NONE + 1; s < STATE_COUNT; s++) {
		if (!(to & STATE_BIT(s)))
			continue;
		names = arena_printf(l->arena, "%s%s“%s”", names, n ? "或者" : "", state_info(s)->zh);
		n++;
	}
	if (n == 0)
		say(l, "状态不变");
	else
		say(l, "状态变为%s%s", names, n > 1 ? "，视办理的内容而定" : "");
}

static const struct clock_rule *rule_of(const struct lines *l, const char *clock)
{
	return law_book_clock(l->book, clock, l->today);
}

static bool runs(const struct lines *l, const char *clock)
{
	const struct clock_entry *c = dossier_clock_const(l->d, clock, 0);

	return c && c->state == CLOCK_RUNNING;
}

static void say_clock(struct lines *l, const struct effect *e)
{
	const struct clock_rule *r = rule_of(l, e->clock);

	if (!r)
		return;
	switch (e->kind) {
	case EFFECT_START:
	case EFFECT_RESTART:
		say(l, "开始计算“%s”：%s%s", r->zh, period_zh(l->arena, r), e->when == WHEN_ALWAYS ? "" : "（符合条件时）");
		return;
	case EFFECT_MEET:
		if (runs(l, e->clock))
			say(l, "“%s”的期限办结", r->zh);
		return;
	case EFFECT_CANCEL:
		if (runs(l, e->clock))
			say(l, "“%s”的期限不再计算", r->zh);
		return;
	case EFFECT_EXTEND:
		if (!runs(l, e->clock))
			return;
		if (r->extension.length)
			say(l, "“%s”的期限延长%s", r->zh, length_zh(l->arena, r->extension.length, r->extension.unit));
		else
			say(l, "“%s”的期限按批准的天数延长", r->zh);
		return;
	default:
		return;
	}
}

/* What a call does that people ask about; others change facts only. */
static void say_call(struct lines *l, const struct effect *e)
{
	static const struct {
		enum err_code (*call)(struct application *app, struct err *err);
		const char *zh;
	} calls[] = {
		{ effect_take_measure, "开始计算措施的期限：登记保存七个工作日，查封扣押三十日；未经批准的，二十四小时内补办批准" },
		{ effect_confirm_measure, "补批的期限办结；不批准的，应当立即解除" },
		{ effect_extend_measure, "查封扣押的期限按批准的天数延长" },
		{ effect_end_measure, "这项措施的期限办结" },
		{ effect_served, "开始计算缴款、行政复议和行政诉讼的期限" },
		{ effect_paid, "计入已缴金额，缴清的，缴款期限办结" },
		{ effect_deferred, "缴款期限改到批准的日期" },
		{ effect_measures_moved, "线索的措施和期限移到所立案件" },
		{ effect_advisory, "按登记的金额重新判断涉罪提示" },
	};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		if (calls[i].call == e->call)
			say(l, "%s", calls[i].zh);
	}
}

static void say_effects(struct lines *l, const struct effect *e)
{
	for (; e && e->kind != EFFECT_END; e++) {
		switch (e->kind) {
		case EFFECT_START:
		case EFFECT_RESTART:
		case EFFECT_MEET:
		case EFFECT_CANCEL:
		case EFFECT_EXTEND:
			say_clock(l, e);
			break;
		case EFFECT_SPAN_OPEN:
			say(l, "%s期间开始，不计入期限", span_kind_zh(e->span));
			break;
		case EFFECT_SPAN_CLOSE:
			if (dossier_span_open(l->d, e->span))
				say(l, "%s期间结束，期限继续计算", span_kind_zh(e->span));
			break;
		case EFFECT_GROUND:
			say(l, "发生结案情形，开始计算“%s”的期限", rule_of(l, "D31") ? rule_of(l, "D31")->zh : "结案");
			break;
		case EFFECT_CALL:
			say_call(l, e);
			break;
		case EFFECT_SET_DAY:
		case EFFECT_SET_TEXT:
		case EFFECT_SET_DUE:
		case EFFECT_CLEAR:
		case EFFECT_END:
			break;
		}
	}
}

static bool opens_case(const struct lines *l, const struct act_row *row)
{
	return l->d->procedure == PROCEDURE_CLUE && row->to == STATE_CLUE_FILED;
}

/* What else comes of it: numbers, other matters, other organs. */
static void say_beyond(struct lines *l, const struct act_row *row)
{
	if (opens_case(l, row))
		say(l, "同时产生案件，开始计算办案期限");
	if (l->d->kind == MATTER_CASE && disclosure_is_spawned(row, row->approve_by ? STAGE_APPROVE : STAGE_DO))
		say(l, "同时产生公示事项，应当在规定的期限内公示");
	if (row->paper)
		say(l, "取得文号");
	if (row->receipt && row->sides)
		say(l, "作成签名的记录，告知参加移送的其他机关");
}

static void say_row(struct lines *l, const struct act_row *row)
{
	say_states(l, procedure_leads(row, l->d->version ? l->d->state : STATE_NONE));
	say_effects(l, row->effects);
	say_beyond(l, row);
}

/* ---- what an approval does, carried out on a copy ---- */

static const char *clock_zh(const struct lines *l, const struct clock_entry *c)
{
	const struct clock_rule *r = law_book_clock(l->book, c->rule, c->start_on);

	return r ? r->zh : c->rule;
}

static void say_clock_change(struct lines *l, const struct clock_entry *was, const struct clock_entry *is)
{
	const char *zh = clock_zh(l, is);

	if (was->state == CLOCK_RUNNING && is->state == CLOCK_MET)
		say(l, "“%s”的期限办结%s", zh, is->late ? "，已经超期" : "");
	else if (was->state == CLOCK_RUNNING && is->state == CLOCK_CANCELLED)
		say(l, "“%s”的期限不再计算", zh);
	else if (is->state == CLOCK_RUNNING && is->due.stopped && !was->due.stopped)
		say(l, "“%s”的期限停止计算", zh);
	else if (is->state == CLOCK_RUNNING && !is->due.stopped && (was->due.stopped || is->due.lawful != was->due.lawful))
		say(l, "“%s”的期限改为%s届满", zh, day_zh(l->arena, is->due.lawful));
}

static void say_differences(struct lines *l, const struct dossier *after)
{
	const struct dossier *d = l->d;

	if (after->state != d->state)
		say(l, "状态由“%s”变为“%s”", state_info(d->state)->zh, state_info(after->state)->zh);
	else
		say(l, "状态不变");
	for (int i = 0; i < d->clock_count; i++)
		say_clock_change(l, &d->clocks[i], &after->clocks[i]);
	for (int i = d->clock_count; i < after->clock_count; i++) {
		const struct clock_entry *c = &after->clocks[i];
		if (c->state == CLOCK_RUNNING && !c->due.stopped)
			say(l, "开始计算“%s”，%s届满", clock_zh(l, c), day_zh(l->arena, c->due.lawful));
		else if (c->state == CLOCK_RUNNING)
			say(l, "产生“%s”的期限，暂不计算", clock_zh(l, c));
	}
	for (int i = 0; i < after->span_count; i++) {
		bool was_open = i < d->span_count && d->spans[i].days.end == DAY_MAX;
		bool is_open = after->spans[i].days.end == DAY_MAX;
		if (i >= d->span_count)
			say(l, "%s期间开始，不计入期限", span_kind_zh(after->spans[i].kind));
		else if (was_open && !is_open)
			say(l, "%s期间结束", span_kind_zh(after->spans[i].kind));
	}
	if (fact_has(&after->facts, FIELD_OUTCOME) && !fact_is(&d->facts, FIELD_OUTCOME, fact_text(&after->facts, FIELD_OUTCOME)))
		say(l, "处理结果：%s", fact_text(&after->facts, FIELD_OUTCOME));
}

static void say_approval(struct lines *l, const struct actor *actor, instant_t now, const struct next_act *next)
{
	const struct act_record record = { .act = next->row->code, .stage = STAGE_APPROVE, .actor = actor->account,
					   .actor_name = actor->name, .happened_at = now, .request = next->request };
	struct dossier *after = arena_new(l->arena, struct dossier);

	*after = *l->d;
	if (procedure_apply(l->book, after, procedure_get(l->d->procedure), &record, l->arena, NULL) != ERR_OK) {
		say_row(l, next->row);
		return;
	}
	say_differences(l, after);
	say_beyond(l, next->row);
}

/* ---- the stages ---- */

size_t next_effects(const struct law_book *book, const struct dossier *d, const struct actor *actor, instant_t now,
		    struct arena *arena, const struct next_act *next, const char **ret, size_t max)
{
	struct lines l = { .book = book, .d = d, .today = instant_to_day(now), .arena = arena, .before = "", .at = ret,
			   .max = max };
	const struct act_row *row = next->row;

	switch (next->stage) {
	case STAGE_DO:
		say_row(&l, row);
		break;
	case STAGE_REQUEST:
		if (row->endorse_by)
			say(&l, "提交后先由%s审核，再由%s审批", roles_zh(arena, row->endorse_by), roles_zh(arena, row->approve_by));
		else
			say(&l, "提交后等待%s审批", roles_zh(arena, row->approve_by));
		say_effects(&l, row->on_request);
		l.before = "批准后：";
		say_row(&l, row);
		break;
	case STAGE_ENDORSE:
		say(&l, "转%s审批", roles_zh(arena, row->approve_by));
		break;
	case STAGE_APPROVE:
		say_approval(&l, actor, now, next);
		break;
	case STAGE_RETURN:
		say(&l, "申请退回给申请人");
		if (row->on_return)
			say_effects(&l, row->on_return);
		break;
	}
	return l.count;
}

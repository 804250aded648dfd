/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/overview.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/rates_count.h"
#include "app/unit_names.h"
#include "base/clock.h"
#include "gen/queries.h"
#include "json/json_writer.h"

enum { SETTLE_MS = 25, SETTLE_TRIES = 400, OUT_MAX_BYTES = 8 << 20, LINK_MAX_BYTES = 4096, CLOCK_SKEW_US = 5 * 1000 * 1000 };

/* ---- what is asked ---- */

static enum step refuse(struct task *t, const char *field, const char *rule, const char *message)
{
	task_fail(t, ERR_INVALID, rule, "%s", message);
	err_field(task_err(t), "%s", field);
	return STEP_FAIL;
}

static void ask_ended(void *arg)
{
	struct overview_ask *a = arg;

	loop_timer_stop(&a->timer);
	pg_segment_forget(a->flight);
	a->flight = NULL;
}

static enum step begin(struct task *t, struct call *call, struct overview_ask *a)
{
	struct pg_segment *seg = app_segment(call, PG_LANE_READ);

	a->call = call;
	a->task = t;
	task_on_end(t, ask_ended, a);
	pg_segment_addv(seg, Q_OVERVIEW_SCOPE, PG_TEXT(a->unit), PG_TEXT(a->campaign));
	return pg_segment_wait(seg, t);
}

static day_t first_of_month(day_t day)
{
	struct ymd d = day_to_ymd(day);
	day_t first = DAY_NONE;

	CHECK(day_from_ymd(d.year, d.month, 1, &first));
	return first;
}

/* The month after that of `day`: its first day. */
static day_t next_month(day_t day)
{
	return first_of_month(first_of_month(day) + 31);
}

static enum step decide_time(struct task *t, struct overview_ask *a, instant_t now)
{
	if (a->as_of_day != DAY_NONE)
		a->as_of = a->as_of_day == instant_to_day(now) ? now : day_start(a->as_of_day + 1) - 1;
	/* Clocks of clients go a little fast. */
	if (a->as_of == INSTANT_NONE || (a->as_of > now && a->as_of - now <= CLOCK_SKEW_US))
		a->as_of = now;
	if (a->as_of > now)
		return refuse(t, "as_of", "as-of-future", "截至时间不能晚于现在");
	a->cut_off = instant_to_day(a->as_of);
	if (a->from != DAY_NONE && a->from > a->cut_off)
		return refuse(t, "from", "period-future", "统计期间还没有开始");
	if (a->from == DAY_NONE)
		a->from = first_of_month(a->to == DAY_NONE || a->to > a->cut_off ? a->cut_off : a->to);
	if (a->to == DAY_NONE)
		a->to = a->cut_off;
	if (a->to < a->from)
		return refuse(t, "to", "period", "统计期间的结束日期不能早于起始日期");
	/* A month that still runs is counted up to the cut-off; the reply says so. */
	if (a->to > a->cut_off)
		a->to = a->cut_off;
	day_t month = a->from;
	for (int i = 0; i < OVERVIEW_MONTHS_MAX && month <= a->to; i++)
		month = next_month(month);
	return month <= a->to ? refuse(t, "from", "period-long", "统计期间最长五年") : STEP_NEXT;
}

static void on_settled(void *arg, const struct pg_reply *r);

static void ask_settled(void *arg)
{
	struct overview_ask *a = arg;

	a->flight = app_segment(a->call, PG_LANE_READ);
	a->call->seg = NULL; /* not tied to the task: it ends with its callback */
	pg_segment_addv(a->flight, Q_AUDIT_SETTLED, PG_INSTANT(a->as_of));
	pg_segment_submit(a->flight, on_settled, a);
}

static void on_settled(void *arg, const struct pg_reply *r)
{
	struct overview_ask *a = arg;

	a->flight = NULL;
	if (r->code != ERR_OK) {
		pg_reply_err(r, task_err(a->task));
		task_resume_failed(a->task);
	} else if (pg_bool(r, 1, 0, 0)) {
		task_resume(a->task);
	} else if (++a->tries == SETTLE_TRIES) {
		err_set(task_err(a->task), ERR_BUSY, "not-settled", "还有未完成的写入，请稍后再试");
		task_resume_failed(a->task);
	} else {
		loop_timer_start(a->call->app->loop, &a->timer, SETTLE_MS, ask_settled, a);
	}
}

static enum step settle(struct task *t, struct overview_ask *a)
{
	const struct pg_reply *r = pg_segment_reply(a->call->seg);
	enum step step;

	a->unit_id = pg_i64_or(r, 1, 0, 1, 0);
	if (a->unit.p && !a->unit_id)
		return refuse(t, "unit", "no-such-unit", "没有这一单位，或者您无权查看");
	if (a->campaign.p && pg_is_null(r, 1, 0, 3))
		return refuse(t, "campaign", "no-such-campaign", "没有这一专项行动");
	a->campaign_code = a->campaign.p ? arena_strdup(task_arena(t), pg_cstr(r, 1, 0, 3)) : NULL;
	a->unit_name = a->unit.p ? arena_strdup(task_arena(t), pg_cstr(r, 1, 0, 2)) : NULL;
	if ((step = decide_time(t, a, pg_instant(r, 1, 0, 0))) != STEP_NEXT)
		return step;
	ask_settled(a);
	return STEP_WAIT;
}

#define ASK_VALUES(a) \
	PG_DAY((a)->from), PG_DAY((a)->to), PG_DAY((a)->cut_off), PG_INSTANT((a)->as_of), \
		(a)->unit_id ? PG_I64((a)->unit_id) : PG_NULL, PG_CSTR((a)->campaign_code)

/* ---- GET /overview ---- */

static void release(void *arg)
{
	str_release(arg);
}

enum step overview_begin(struct task *t)
{
	struct overview_call *c = task_ctx(t);

	c->out = (struct str)STR_INIT(OUT_MAX_BYTES);
	task_on_end(t, release, &c->out);
	return begin(t, &c->call, &c->ask);
}

enum step overview_settle(struct task *t)
{
	struct overview_call *c = task_ctx(t);

	return settle(t, &c->ask);
}

enum step overview_count(struct task *t)
{
	struct overview_call *c = task_ctx(t);
	const struct overview_ask *a = &c->ask;
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_SLOW);

	pg_segment_add0(seg, Q_RATES_PLAIN);
	c->at_counts = pg_segment_addv(seg, Q_OVERVIEW_COUNTS, ASK_VALUES(a));
	c->at_names = pg_segment_addv(seg, Q_OVERVIEW_NAMES, PG_INSTANT(a->as_of), a->unit_id ? PG_I64(a->unit_id) : PG_NULL);
	return pg_segment_wait(seg, t);
}

/* A line of figures: all, of a unit, of a campaign, of a month. */
struct figures {
	const char *key, *name;
	int64_t filed, closed, penalised, penalty_fen, handoffs, published, unpublished, overdue;
};

struct grouping {
	struct figures *at;
	size_t count;
};

static struct figures *figures_of(struct grouping *g, struct sv key)
{
	for (size_t i = 0; i < g->count; i++) {
		if (sv_eq_str(key, g->at[i].key))
			return &g->at[i];
	}
	return NULL;
}

static void add_cell(struct figures *f, struct sv cell, int64_t matters, int64_t fen)
{
	const struct {
		const char *cell;
		int64_t *at;
	} places[] = { { "filed", &f->filed },	       { "closed", &f->closed },     { "penalty", &f->penalised },
		       { "handoffs", &f->handoffs },   { "published", &f->published }, { "unpublished", &f->unpublished },
		       { "overdue", &f->overdue } };

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		if (sv_eq_str(cell, places[i].cell))
			*places[i].at += matters;
	}
	f->penalty_fen += fen;
}

/* Rows of this grouping; those that always stand there come first from `names`. */
static void read_grouping(struct overview_call *c, struct arena *arena, const struct pg_reply *r, const char *grouping,
			  struct grouping *ret)
{
	enum { GROUPING, KEY, CELL, MATTERS, FEN, NAME = CELL, ALWAYS };
	size_t counts = pg_rows(r, c->at_counts), names = pg_rows(r, c->at_names);

	ret->at = arena_array(arena, struct figures, counts + names + OVERVIEW_MONTHS_MAX + 1);
	for (day_t m = first_of_month(c->ask.from); strcmp(grouping, "month") == 0 && m <= c->ask.to; m = next_month(m)) {
		struct ymd d = day_to_ymd(m);
		ret->at[ret->count++].key = arena_printf(arena, "%04d-%02d", d.year, d.month);
	}
	for (size_t i = 0; i < names; i++) {
		if (sv_eq_str(pg_text(r, c->at_names, i, GROUPING), grouping) && pg_bool(r, c->at_names, i, ALWAYS))
			ret->at[ret->count++].key = pg_cstr(r, c->at_names, i, KEY);
	}
	for (size_t i = 0; i < counts; i++) {
		if (!sv_eq_str(pg_text(r, c->at_counts, i, GROUPING), grouping))
			continue;
		struct figures *f = figures_of(ret, pg_text(r, c->at_counts, i, KEY));
		if (!f) {
			f = &ret->at[ret->count++];
			f->key = pg_cstr(r, c->at_counts, i, KEY);
		}
		add_cell(f, pg_text(r, c->at_counts, i, CELL), pg_i64(r, c->at_counts, i, MATTERS), pg_i64(r, c->at_counts, i, FEN));
	}
	for (size_t i = 0; i < names; i++) {
		struct figures *f = sv_eq_str(pg_text(r, c->at_names, i, GROUPING), grouping)
					    ? figures_of(ret, pg_text(r, c->at_names, i, KEY)) : NULL;
		if (f)
			f->name = pg_cstr(r, c->at_names, i, NAME);
	}
}

static const char *name_of(struct arena *arena, const char *grouping, const struct figures *f)
{
	if (f->name)
		return f->name;
	if (!f->key[0])
		return "未标注专项行动";
	if (strcmp(grouping, "month") == 0) /* 2026-10 */
		return arena_printf(arena, "%.4s年%s月", f->key, f->key + 5 + (f->key[5] == '0'));
	return f->key;
}

static int by_key(const void *a, const void *b)
{
	const char *x = ((const struct figures *)a)->key, *y = ((const struct figures *)b)->key;

	if ((x[0] == '\0') != (y[0] == '\0'))
		return x[0] == '\0' ? 1 : -1; /* what is not filled in stands last */
	size_t n = strlen(x), m = strlen(y);
	bool numbers = strspn(x, "0123456789") == n && strspn(y, "0123456789") == m;

	return numbers && n != m ? (n < m ? -1 : 1) : strcmp(x, y);
}

/* ---- the reply ---- */

static void append_escaped(struct str *out, const char *text)
{
	for (; *text; text++) {
		unsigned char ch = (unsigned char)*text;
		if ((ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || strchr("-_.~", ch))
			str_append_char(out, (char)ch);
		else
			str_printf(out, "%%%02X", ch);
	}
}

/* The list behind a number. `cell` NULL: the caller of the API adds it. */
static const char *link_to(struct arena *arena, const struct overview_ask *a, const char *cell, const char *by, const char *key)
{
	struct str out = STR_INIT(LINK_MAX_BYTES);
	char from[11], to[11], as_of[40];

	day_format(a->from, from);
	day_format(a->to, to);
	instant_format(a->as_of, as_of);
	str_printf(&out, "/api/v1/overview/cases?from=%s&to=%s&as_of=", from, to);
	append_escaped(&out, as_of);
	if (a->unit_id)
		str_printf(&out, "&unit=%" PRId64, a->unit_id);
	if (a->campaign_code) {
		str_append_cstr(&out, "&campaign=");
		append_escaped(&out, a->campaign_code);
	}
	if (by)
		str_printf(&out, "&by=%s", by);
	if (by && key[0]) {
		str_append_cstr(&out, "&key=");
		append_escaped(&out, key);
	}
	if (cell)
		str_printf(&out, "&cell=%s", cell);
	const char *ret = arena_strndup(arena, str_cstr(&out), out.len);
	str_release(&out);
	return ret;
}

struct card {
	const char *code, *zh, *unit, *note, *cell;
	int64_t value, cases;
	const char *text;
};

static void write_card(struct json_writer *j, struct arena *arena, const struct overview_ask *a, const struct card *card)
{
	json_obj_open(j);
	json_kv_str(j, "code", card->code);
	json_kv_str(j, "zh", card->zh);
	json_key(j, "value");
	if (card->value >= 0)
		json_i64(j, card->value);
	else
		json_null(j);
	json_kv_str(j, "unit", card->unit);
	json_kv_str(j, "text", card->text);
	json_kv_str(j, "note", card->note);
	json_kv_i64(j, "cases", card->cases);
	json_kv_str(j, "href", link_to(arena, a, card->cell, NULL, NULL));
}

static const char *wan_text(struct arena *arena, int64_t fen)
{
	/* ten thousand yuan with two decimals, rounded half up as in the report forms */
	int64_t hundredths = (fen + 5000) / 10000;

	return arena_printf(arena, "%" PRId64 ".%02d万元", hundredths / 100, (int)(hundredths % 100));
}

static void write_cards(struct json_writer *j, struct arena *arena, const struct overview_ask *a, const struct figures *f)
{
	char percent[24];
	int64_t publishable = f->published + f->unpublished;
	struct card cards[] = {
		{ "filed", "立案", "件", "期内立案（简易程序按决定日）", "filed", f->filed, f->filed, NULL },
		{ "closed", "结案", "件", "期内结案，与同期立案不是同一批案件", "closed", f->closed, f->closed, NULL },
		{ "penalty", "罚没", "分", "期内作出决定的罚款、没收违法所得和没收物品价值", "penalty", f->penalty_fen, f->penalised,
		  wan_text(arena, f->penalty_fen) },
		{ "handoffs", "移送", "件", "期内首次移送公安机关或者检察机关的案件", "handoffs", f->handoffs, f->handoffs, NULL },
		{ "published", "公示率", "万分之", rate_metric_info(RATE_M6)->formula, "publishable",
		  publishable ? f->published * 10000 / publishable : -1, publishable, rate_metric_info(RATE_M6)->none },
		{ "overdue", "超期", "件", "截至日有法定期限已经届满而没有办理的线索、案件和公示", "overdue", f->overdue, f->overdue, NULL },
	};

	rate_percent(f->published, publishable, percent);
	json_key(j, "cards");
	json_arr_open(j);
	for (size_t i = 0; i < ARRAY_LEN(cards); i++) {
		bool rate = strcmp(cards[i].code, "published") == 0;
		if (!cards[i].text)
			cards[i].text = arena_printf(arena, "%" PRId64 "件", cards[i].value);
		if (rate && publishable)
			cards[i].text = arena_printf(arena, "%s%%", percent);
		write_card(j, arena, a, &cards[i]);
		if (rate) {
			json_kv_i64(j, "numerator", f->published);
			json_kv_i64(j, "denominator", publishable);
		}
		json_obj_close(j);
	}
	json_arr_close(j);
}

static void write_row(struct json_writer *j, struct arena *arena, const struct overview_ask *a, const char *grouping,
		      const struct figures *f)
{
	int64_t publishable = f->published + f->unpublished;
	char percent[24];

	rate_percent(f->published, publishable, percent);
	json_obj_open(j);
	json_kv_str(j, "id", f->key);
	json_kv_str(j, "name", name_of(arena, grouping, f));
	json_kv_i64(j, "filed", f->filed);
	json_kv_i64(j, "closed", f->closed);
	json_kv_i64(j, "penalty_fen", f->penalty_fen);
	json_kv_i64(j, "penalised", f->penalised);
	json_kv_i64(j, "handoffs", f->handoffs);
	json_kv_i64(j, "published", f->published);
	json_kv_i64(j, "publishable", publishable);
	json_kv_str(j, "published_rate", publishable ? percent : NULL);
	json_kv_i64(j, "overdue", f->overdue);
	json_kv_str(j, "href", link_to(arena, a, NULL, grouping, f->key));
	json_obj_close(j);
}

static void write_head(struct json_writer *j, const struct overview_ask *a)
{
	json_kv_day(j, "from", a->from);
	json_kv_day(j, "to", a->to);
	json_kv_instant(j, "as_of", a->as_of);
	json_kv_day(j, "cut_off", a->cut_off);
	json_kv_str(j, "campaign", a->campaign_code);
	json_key(j, "unit");
	if (a->unit_id) {
		json_obj_open(j);
		json_kv_id(j, "id", a->unit_id);
		json_kv_str(j, "name", a->unit_name);
		json_obj_close(j);
	} else {
		json_null(j);
	}
}

enum step overview_reply(struct task *t)
{
	static const char *const groupings[] = { "unit", "campaign", "month" };
	struct overview_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	struct grouping all = { NULL, 0 };
	struct figures none = { .key = "" };
	struct json_writer j;

	json_writer_init(&j, &c->out);
	json_obj_open(&j);
	write_head(&j, &c->ask);
	read_grouping(c, task_arena(t), r, "all", &all);
	write_cards(&j, task_arena(t), &c->ask, all.count ? &all.at[0] : &none);
	json_key(&j, "by");
	json_obj_open(&j);
	for (size_t i = 0; i < ARRAY_LEN(groupings); i++) {
		struct grouping g = { NULL, 0 };
		read_grouping(c, task_arena(t), r, groupings[i], &g);
		if (g.count > 1)
			qsort(g.at, g.count, sizeof(g.at[0]), by_key);
		json_key(&j, groupings[i]);
		json_arr_open(&j);
		for (size_t k = 0; k < g.count; k++)
			write_row(&j, task_arena(t), &c->ask, groupings[i], &g.at[k]);
		json_arr_close(&j);
	}
	json_obj_close(&j);
	json_obj_close(&j);
	if (!json_writer_ok(&j))
		return task_fail(t, ERR_TOO_LARGE, "reply-too-large", "结果过大，请缩短统计期间");
	c->reply = (struct sv){ c->out.p, c->out.len };
	return STEP_NEXT;
}

/* ---- GET /overview/cases ---- */

enum step overview_cases_begin(struct task *t)
{
	struct overview_cases_call *c = task_ctx(t);

	c->q.after_id = INT64_MAX;
	if (c->q.cursor.n > 0 && (!sv_to_i64(c->q.cursor, &c->q.after_id) || c->q.after_id <= 0))
		return refuse(t, "after", "cursor", "翻页位置无效，请从第一页重新查看");
	if (c->key.n > 0 && !c->by)
		return refuse(t, "key", "key", "给出 key 的同时须用 by 说明是哪一种分组");
	return begin(t, &c->q.call, &c->ask);
}

enum step overview_cases_settle(struct task *t)
{
	struct overview_cases_call *c = task_ctx(t);

	return settle(t, &c->ask);
}

enum step overview_cases_load(struct task *t)
{
	static const char *const cells[] = { "{filed}", "{closed}", "{penalty}", "{handoffs}", "{published}", "{unpublished}",
					     "{published,unpublished}", "{overdue}" };
	struct overview_cases_call *c = task_ctx(t);
	const struct overview_ask *a = &c->ask;
	struct pg_segment *seg = app_segment(&c->q.call, PG_LANE_SLOW);

	c->q.today = instant_to_day(clock_now());
	pg_segment_add0(seg, Q_RATES_PLAIN);
	c->q.first_part = pg_segment_addv(seg, Q_OVERVIEW_CASES, ASK_VALUES(a), PG_CSTR(cells[c->cell]), PG_CSTR(c->by),
					  PG_TEXT(c->key), PG_I64(c->q.after_id), PG_I64(c->q.limit + 1));
	c->q.part_count = 1;
	c->q.newest_first = true;
	c->q.at_units = unit_names_ask(c->q.call.app, seg);
	return pg_segment_wait(seg, t);
}

enum step overview_cases_read(struct task *t)
{
	struct overview_cases_call *c = task_ctx(t);
	struct queue_call *q = &c->q;
	const struct pg_reply *r = pg_segment_reply(q->call.seg);
	size_t at = q->first_part, n = pg_rows(r, at);

	unit_names_take(q->call.app, r, q->at_units);
	q->count = n > (size_t)q->limit ? (size_t)q->limit : n;
	q->rows = arena_array(task_arena(t), struct queue_row, q->count + 1);
	for (size_t i = 0; i < q->count; i++)
		queue_row_read(r, at, i, &q->rows[i]);
	if (n > q->count)
		q->next = arena_printf(task_arena(t), "%" PRId64, q->rows[q->count - 1].id);
	return STEP_NEXT;
}

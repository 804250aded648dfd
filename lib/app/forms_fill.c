/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Filling a form: the steps, and the counting of a page of cases. */
#include "app/forms_internal.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	PAGE_ROWS = 4000, /* counted in one turn of the loop: some 10 ms */
	PAGE_RESULT = 2,  /* behind the caller's context and the planner's settings */
	SETTLE_MS = 25, SETTLE_TRIES = 400,
	OUT_MAX_BYTES = 15 << 20,
};

static enum step refuse(struct task *t, enum err_code code, const char *field, const char *rule, const char *message)
{
	task_fail(t, code, rule, "%s", message);
	err_field(task_err(t), "%s", field);
	return STEP_FAIL;
}

/* ---- begin ---- */

static void on_end(void *arg)
{
	struct form_work *w = arg;

	loop_timer_stop(&w->timer);
	pg_segment_forget(w->flight);
	w->flight = NULL;
	str_release(&w->out);
	arena_fini(&w->arena);
}

enum step form_begin(struct task *t)
{
	struct form_fill_call *c = task_ctx(t);
	struct form_work *w = arena_new(task_arena(t), struct form_work);
	struct pg_value k = PG_INSTANT(c->as_of);
	struct pg_segment *seg;

	*w = (struct form_work){ .call = c, .task = t, .arena = ARENA_INIT(0), .out = STR_INIT(OUT_MAX_BYTES) };
	c->work = w;
	task_on_end(t, on_end, w);
	if (audit_span_parse(c->period, &w->span, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	seg = app_segment(&c->call, PG_LANE_READ);
	w->at_organs = pg_segment_addv(seg, Q_AUDIT_ORGANS, k);
	w->at_now = pg_segment_add0(seg, Q_AUDIT_NOW);
	w->at_campaign = pg_segment_addv(seg, Q_AUDIT_CAMPAIGN, PG_CSTR(w->span.code), k);
	w->at_head = pg_segment_addv(seg, Q_FORM_HEAD, PG_TEXT(c->code));
	w->at_columns = pg_segment_addv(seg, Q_FORM_COLUMNS, PG_TEXT(c->code));
	w->at_rows = pg_segment_addv(seg, Q_FORM_ROWS, PG_TEXT(c->code));
	return pg_segment_wait(seg, t);
}

/* ---- decide ---- */

/* The organ that was named; else the caller's own; else the only one he sees. */
static enum step choose_organ(struct task *t, struct form_work *w, const struct pg_reply *r)
{
	const struct form_fill_call *c = w->call;
	size_t n = pg_rows(r, w->at_organs), chosen = n;

	for (size_t i = 0; i < n; i++) {
		bool named = c->organ.p && sv_eq(c->organ, pg_text(r, w->at_organs, i, 1));
		bool own = !c->organ.p && pg_i64(r, w->at_organs, i, 0) == c->call.who->actor.organ;
		if (named || own)
			chosen = i;
	}
	if (chosen == n && !c->organ.p && n == 1)
		chosen = 0;
	if (chosen == n)
		return refuse(t, ERR_INVALID, "organ", "organ",
			      n == 0	     ? "没有您可以统计的机关"
			      : c->organ.p ? "没有这一机关，或者您无权查看"
					   : "请写明统计哪个机关（organ）");
	w->organ_id = pg_i64(r, w->at_organs, chosen, 0);
	w->organ_code = pg_cstr(r, w->at_organs, chosen, 1);
	w->organ_name = pg_cstr(r, w->at_organs, chosen, 2);
	w->whole = pg_bool(r, w->at_organs, chosen, 3);
	return STEP_NEXT;
}

/* Row and column as a number each, from 1: "R3C5". */
static bool read_place(struct sv text, size_t *row, size_t *column)
{
	size_t *const parts[] = { row, column };
	static const char letters[] = { 'R', 'C' };
	size_t at = 0;

	for (size_t i = 0; i < 2; i++) {
		size_t digits = 0;
		if (at == text.n || text.p[at++] != letters[i])
			return false;
		for (*parts[i] = 0; at < text.n && text.p[at] >= '0' && text.p[at] <= '9' && digits < 3; at++, digits++)
			*parts[i] = *parts[i] * 10 + (size_t)(text.p[at] - '0');
		if (digits == 0 || *parts[i] == 0)
			return false;
	}
	return at == text.n;
}

/* The n-th column of the block that the last column stands in; SIZE_MAX: none. */
static size_t main_column(const struct form *f, size_t n)
{
	const char *block = f->columns[f->column_count - 1].block;

	for (size_t i = 0; i < f->column_count; i++) {
		if (strcmp(f->columns[i].block, block) == 0 && --n == 0)
			return i;
	}
	return SIZE_MAX;
}

static size_t column_by_code(const struct form *f, struct sv code)
{
	size_t i = 0;

	while (i < f->column_count && !sv_eq_str(code, f->columns[i].code))
		i++;
	return i < f->column_count ? i : SIZE_MAX;
}

/* "R3C5" of the block of cases, "gi.filed" by the codes of row and column, "staff" of a single row, or "outside". */
static bool read_cell(const struct form *f, struct sv text, struct form_cell *ret)
{
	size_t row, column, dot = 0;

	*ret = (struct form_cell){ .asked = true, .outside = sv_eq_str(text, "outside"), .row = f->row_count - 1 };
	if (ret->outside)
		return true;
	if (read_place(text, &row, &column)) {
		ret->row = row - 1;
		ret->column = main_column(f, column);
		return row <= f->row_count && ret->column != SIZE_MAX;
	}
	while (dot < text.n && text.p[dot] != '.')
		dot++;
	if (dot == text.n) {
		ret->column = column_by_code(f, text);
		return ret->column != SIZE_MAX;
	}
	ret->column = column_by_code(f, (struct sv){ text.p + dot + 1, text.n - dot - 1 });
	for (ret->row = 0; ret->row < f->row_count; ret->row++) {
		if (sv_eq((struct sv){ text.p, dot }, sv_of(f->rows[ret->row].code)))
			return ret->column != SIZE_MAX;
	}
	return false;
}

static enum step decide_period(struct task *t, struct form_work *w, const struct pg_reply *r)
{
	struct form_fill_call *c = w->call;
	instant_t now = pg_instant(r, w->at_now, 0, 0);
	bool asked = c->as_of != INSTANT_NONE;

	w->as_of = asked ? c->as_of : now;
	if (w->as_of > now)
		return refuse(t, ERR_INVALID, "as_of", "as-of-future", "截至时间不能晚于现在");
	day_t cut_off = instant_to_day(w->as_of);
	if (w->span.kind == AUDIT_CAMPAIGN) {
		if (pg_rows(r, w->at_campaign) == 0)
			return refuse(t, ERR_NOT_FOUND, "period", "no-such-campaign", "没有这一统计期或者专项行动");
		if (audit_span_campaign(&w->span, pg_cstr(r, w->at_campaign, 0, 0), pg_day(r, w->at_campaign, 0, 1),
					pg_day(r, w->at_campaign, 0, 2), cut_off, task_err(t)) != ERR_OK)
			return STEP_FAIL;
	}
	/* A form may be looked at while its period runs: it says so. */
	return audit_span_close(&w->span, cut_off, true, task_err(t)) == ERR_OK ? STEP_NEXT : STEP_FAIL;
}

/* ---- settle ---- */

static void on_settled(void *arg, const struct pg_reply *r);

static void ask_settled(void *arg)
{
	struct form_work *w = arg;

	w->flight = app_segment(&w->call->call, PG_LANE_READ);
	w->call->call.seg = NULL; /* not tied to the task: it ends with its callback */
	pg_segment_addv(w->flight, Q_AUDIT_SETTLED, PG_INSTANT(w->as_of));
	pg_segment_submit(w->flight, on_settled, w);
}

static void on_settled(void *arg, const struct pg_reply *r)
{
	struct form_work *w = arg;

	w->flight = NULL;
	if (r->code != ERR_OK) {
		pg_reply_err(r, task_err(w->task));
		task_resume_failed(w->task);
	} else if (pg_bool(r, 1, 0, 0)) {
		task_resume(w->task);
	} else if (++w->settle_tries == SETTLE_TRIES) {
		err_set(task_err(w->task), ERR_BUSY, "not-settled", "还有未完成的写入，请稍后再试");
		task_resume_failed(w->task);
	} else {
		loop_timer_start(w->call->call.app->loop, &w->timer, SETTLE_MS, ask_settled, w);
	}
}

enum step form_decide(struct task *t)
{
	struct form_fill_call *c = task_ctx(t);
	struct form_work *w = c->work;
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	enum step step;

	if (pg_rows(r, w->at_head) == 0) /* before what is wrong with the period */
		return forms_read(&w->arena, r, w->at_head, w->at_columns, w->at_rows, c->code, &w->span, &w->form,
				  task_err(t)) == ERR_OK ? STEP_NEXT : STEP_FAIL;
	if ((step = choose_organ(t, w, r)) != STEP_NEXT || (step = decide_period(t, w, r)) != STEP_NEXT)
		return step;
	if (forms_read(&w->arena, r, w->at_head, w->at_columns, w->at_rows, c->code, &w->span, &w->form, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	if (c->cell.p && !read_cell(&w->form, c->cell, &w->cell)) {
		refuse(t, ERR_NOT_FOUND, "cell", "no-such-cell", "这一报表没有这一格");
		err_detail(task_err(t), "第3行第5栏写作 R3C5，也可以写“行代码.栏代码”或者栏代码；未列入各行的案件写 outside。");
		return STEP_FAIL;
	}
	ask_settled(w);
	return STEP_WAIT;
}

/* ---- names, entries ---- */

enum step form_names(struct task *t)
{
	struct form_fill_call *c = task_ctx(t);
	struct form_work *w = c->work;
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_SLOW);
	struct pg_value organ = PG_I64(w->organ_id), k = PG_INSTANT(w->as_of);

	w->at_units = pg_segment_addv(seg, Q_AUDIT_UNITS, organ, k);
	w->at_tree = pg_segment_addv(seg, Q_AUDIT_CAMPAIGNS, k);
	w->at_reporters = pg_segment_addv(seg, Q_FORM_REPORTERS, organ, k);
	w->at_entries = pg_segment_addv(seg, Q_FORM_ENTRIES, organ, PG_TEXT(c->code), PG_CSTR(w->span.code),
					PG_DAY(w->span.from), PG_DAY(w->span.to), k, PG_NULL);
	return pg_segment_wait(seg, t);
}

static size_t unit_index(const struct form_work *w, int64_t id)
{
	size_t i = 0;

	while (i < w->unit_count && w->units[i].id != id)
		i++;
	return i;
}

static void read_units(struct form_work *w, const struct pg_reply *r)
{
	w->unit_count = pg_rows(r, w->at_units);
	w->units = arena_array(&w->arena, struct form_unit, w->unit_count + 1);
	for (size_t i = 0; i < w->unit_count; i++)
		w->units[i] = (struct form_unit){ .id = pg_i64(r, w->at_units, i, 0), .code = pg_cstr(r, w->at_units, i, 1),
						  .zh = pg_cstr(r, w->at_units, i, 2), .at = INSTANT_NONE };
	for (size_t i = 0; i < pg_rows(r, w->at_reporters); i++) {
		size_t unit = unit_index(w, pg_i64(r, w->at_reporters, i, 0));
		if (unit < w->unit_count)
			w->units[unit].reports = w->unit_id == 0 || w->units[unit].id == w->unit_id;
	}
}

static void read_entries(struct form_work *w, const struct pg_reply *r)
{
	size_t n = pg_rows(r, w->at_entries);

	w->entries = arena_array(&w->arena, struct form_entry, n + 1);
	for (size_t i = 0; i < n; i++) {
		size_t unit = unit_index(w, pg_i64(r, w->at_entries, i, 0));
		size_t column = column_by_code(&w->form, pg_text(r, w->at_entries, i, 1));
		if (unit == w->unit_count || column == SIZE_MAX || (w->unit_id && w->units[unit].id != w->unit_id) ||
		    w->form.columns[column].source != FORM_SOURCE_FIGURE)
			continue;
		struct form_entry *e = &w->entries[w->entry_count++];
		*e = (struct form_entry){
			.unit = unit, .column = column, .period = pg_cstr(r, w->at_entries, i, 2),
			.from = pg_day(r, w->at_entries, i, 3), .to = pg_day(r, w->at_entries, i, 4),
			.value = pg_i64(r, w->at_entries, i, 5), .by = pg_cstr(r, w->at_entries, i, 6),
			.at = pg_instant(r, w->at_entries, i, 7), .revision = pg_i64(r, w->at_entries, i, 8),
		};
		e->exact = strcmp(e->period, w->span.code) == 0;
	}
}

static void read_tree(struct form_work *w, const struct pg_reply *r)
{
	size_t n = pg_rows(r, w->at_tree);
	struct form_campaign *tree = arena_array(&w->arena, struct form_campaign, n + 1);

	for (size_t i = 0; i < n; i++)
		tree[i] = (struct form_campaign){ pg_cstr(r, w->at_tree, i, 0), pg_cstr(r, w->at_tree, i, 2) };
	w->tree = (struct form_tree){ tree, n };
}

/* ---- pages ---- */

/* "20454,,20500": numbers, empty where unknown. */
static void read_numbers(struct sv text, size_t count, int64_t none, int64_t *ret)
{
	for (size_t i = 0; i < count; i++) {
		size_t n = 0;
		while (n < text.n && text.p[n] != ',')
			n++;
		if (n == 0 || !sv_to_i64((struct sv){ text.p, n }, &ret[i]))
			ret[i] = none;
		n += n < text.n;
		text.p += n;
		text.n -= n;
	}
}

static void list_case(struct form_work *w, const struct form_case *c, const struct pg_reply *r, size_t row, size_t column)
{
	const struct form_column *col = &w->form.columns[column];
	enum { NUMBER = 14, TITLE = 15 };

	w->listed_total++;
	if (w->listed_count == FORM_LIST_MAX)
		return;
	if (!w->listed)
		w->listed = arena_array(&w->arena, struct form_listed, FORM_LIST_MAX);
	const char *number = pg_cstr(r, PAGE_RESULT, row, NUMBER);
	w->listed[w->listed_count++] = (struct form_listed){
		.id = c->id, .unit = c->unit, .adds = form_adds(col, &(struct form_view){ .c = c }),
		.number = number ? arena_strdup(&w->arena, number) : NULL,
		.title = arena_strdup(&w->arena, pg_cstr(r, PAGE_RESULT, row, TITLE)),
		.known = col->source != FORM_SOURCE_SUM || c->sums[col->sum] != FORM_NO_SUM,
	};
}

/* Whether anything of a case falls into the period in this form: a case that does but has no row must not vanish. */
static void count_case(struct form_work *w, const struct form_case *c, const struct pg_reply *r, size_t at)
{
	const struct form *f = &w->form;
	const struct audit_span *s = &w->span;
	struct form_view v;
	bool any = false;

	form_view(f, &w->tree, c, &v);
	if (!form_takes(f, &v, s->kind == AUDIT_CAMPAIGN ? s->code : NULL))
		return;
	int row = form_row_of(f, &v);
	for (size_t k = 0; k < f->column_count; k++) {
		const struct form_column *col = &f->columns[k];
		if (col->source == FORM_SOURCE_FIGURE || !form_counts(col, &v, s->from, s->to))
			continue;
		if (row >= 0) {
			int64_t *cell = &w->exact[row][k];
			w->overflow = w->overflow || __builtin_add_overflow(*cell, form_adds(col, &v), cell);
			w->unknown[k] += col->source == FORM_SOURCE_SUM && col->sum == FORM_SUM_value &&
					 c->sums[col->sum] == FORM_NO_SUM;
			if (w->cell.asked && !w->cell.outside && w->cell.column == k &&
			    (w->cell.row == (size_t)row || f->rows[w->cell.row].total))
				list_case(w, c, r, at, k);
		} else if (!any && w->cell.outside) {
			list_case(w, c, r, at, k);
		}
		any = true;
	}
	w->outside += any && row < 0;
}

static bool happened_inside(const struct form_case *c, const struct audit_span *s)
{
	for (size_t i = 0; i < FORM_DAY_COUNT; i++) {
		if (c->days[i] != DAY_NONE && c->days[i] >= s->from && c->days[i] <= s->to)
			return true;
	}
	return false;
}

static void count_page(struct form_work *w, const struct pg_reply *r)
{
	enum { ID, UNIT, PROCEDURE, EXCLUDED, IP_TYPE, CAUSE, OUTCOME, SUPERVISED, CAMPAIGNS, TAGS, PRIMARY, PERSON, DAYS, SUMS, NUMBER, TITLE,
	       LAST_ON };

	for (size_t i = 0; i < pg_rows(r, PAGE_RESULT); i++) {
		int64_t days[FORM_DAY_COUNT];
		struct form_case c = {
			.id = pg_i64(r, PAGE_RESULT, i, ID), .unit = pg_i64(r, PAGE_RESULT, i, UNIT),
			.procedure = pg_text(r, PAGE_RESULT, i, PROCEDURE), .ip_type = pg_text(r, PAGE_RESULT, i, IP_TYPE),
			.cause = pg_text(r, PAGE_RESULT, i, CAUSE), .outcome = pg_text(r, PAGE_RESULT, i, OUTCOME),
			.supervised = pg_text(r, PAGE_RESULT, i, SUPERVISED),
			.campaigns = pg_text(r, PAGE_RESULT, i, CAMPAIGNS), .tags = pg_text(r, PAGE_RESULT, i, TAGS),
			.primary = pg_text(r, PAGE_RESULT, i, PRIMARY),
			.person_penalised = pg_bool(r, PAGE_RESULT, i, PERSON),
		};
		w->after_id = c.id;
		w->after_on = pg_day(r, PAGE_RESULT, i, LAST_ON);
		read_numbers(pg_text(r, PAGE_RESULT, i, DAYS), FORM_DAY_COUNT, DAY_NONE, days);
		for (size_t k = 0; k < FORM_DAY_COUNT; k++)
			c.days[k] = (day_t)days[k];
		read_numbers(pg_text(r, PAGE_RESULT, i, SUMS), FORM_SUM_COUNT, FORM_NO_SUM, c.sums);
		if (!pg_is_null(r, PAGE_RESULT, i, EXCLUDED))
			w->excluded += happened_inside(&c, &w->span);
		else
			count_case(w, &c, r, i);
	}
}

static void send_page(struct form_work *w);

static void on_page(void *arg, const struct pg_reply *r)
{
	struct form_work *w = arg;

	w->flight = NULL;
	if (r->code != ERR_OK) {
		pg_reply_err(r, task_err(w->task));
		task_resume_failed(w->task);
		return;
	}
	count_page(w, r);
	if (pg_rows(r, PAGE_RESULT) == PAGE_ROWS)
		send_page(w);
	else
		task_resume(w->task);
}

static void send_page(struct form_work *w)
{
	w->flight = app_segment(&w->call->call, PG_LANE_SLOW);
	w->call->call.seg = NULL;
	pg_segment_add0(w->flight, Q_RATES_PLAN);
	pg_segment_addv(w->flight, Q_FORM_CASES, PG_I64(w->organ_id), PG_DAY(w->after_on), PG_I64(w->after_id),
			PG_DAY(w->span.to), PG_INSTANT(w->as_of), w->unit_id ? PG_I64(w->unit_id) : PG_NULL,
			PG_I64(PAGE_ROWS));
	pg_segment_submit(w->flight, on_page, w);
}

enum step form_count(struct task *t)
{
	struct form_fill_call *c = task_ctx(t);
	struct form_work *w = c->work;
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	if (c->unit.p) {
		size_t unit = forms_unit(r, w->at_units, c->unit);
		if (unit == SIZE_MAX)
			return refuse(t, ERR_INVALID, "unit", "no-such-unit", "没有这一单位，或者您无权查看");
		w->unit_id = pg_i64(r, w->at_units, unit, 0);
	}
	read_units(w, r);
	read_tree(w, r);
	read_entries(w, r);
	forms_choose_entries(w);
	w->after_on = w->span.from - 1;
	w->after_id = INT64_MAX;
	send_page(w);
	return STEP_WAIT;
}

static int by_id(const void *a, const void *b)
{
	int64_t x = ((const struct form_listed *)a)->id, y = ((const struct form_listed *)b)->id;

	return x < y ? -1 : x > y;
}

enum step form_reply(struct task *t)
{
	struct form_fill_call *c = task_ctx(t);
	struct form_work *w = c->work;

	if (w->listed_count > 1) /* pages come by day */
		qsort(w->listed, w->listed_count, sizeof(w->listed[0]), by_id);
	if (w->overflow)
		return task_fail(t, ERR_TOO_LARGE, "amount-too-large", "金额过大，无法合计");
	forms_write(w);
	if (w->out.failed)
		return task_fail(t, ERR_TOO_LARGE, "too-many-rows", "内容过多，请缩小统计期或者按单位统计");
	c->reply = (struct sv){ w->out.p, w->out.len };
	return STEP_NEXT;
}

enum step form_render(struct task *t)
{
	struct form_file_call *c = task_ctx(t);

	c->name = arena_printf(task_arena(t), "%.*s-%s", SV_ARG(c->fill.code), c->fill.work->span.code);
	return render_start(t, &(struct render_input){ .kind = RENDER_FORM_XLSX, .text = c->fill.reply }, &c->file);
}

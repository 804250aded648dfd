/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Activity figures of a unit: entering them, and who entered what when. */
#include "app/forms_internal.h"

#include <inttypes.h>
#include <stdio.h>

#include "json/json_writer.h"

enum { OUT_MAX_BYTES = 4 << 20, FIGURES_MAX_BYTES = 64 << 10 };

static void release(void *arg)
{
	str_release(arg);
}

static enum step refuse(struct task *t, enum err_code code, const char *field, const char *rule, const char *message)
{
	task_fail(t, code, rule, "%s", message);
	err_field(task_err(t), "%s", field);
	return STEP_FAIL;
}

/* ---- entering ---- */

enum step form_enter_load(struct task *t)
{
	struct form_enter_call *c = task_ctx(t);
	struct pg_segment *seg;

	c->out = (struct str)STR_INIT(FIGURES_MAX_BYTES);
	task_on_end(t, release, &c->out);
	if (audit_span_parse(c->period, &c->span, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	seg = app_segment(&c->call, PG_LANE_READ);
	c->at_key = pg_segment_addv(seg, Q_IDEMPOTENCY_FIND, PG_I64(c->call.who->actor.account), PG_CSTR(c->key));
	c->at_now = pg_segment_add0(seg, Q_AUDIT_NOW);
	c->at_campaign = pg_segment_addv(seg, Q_AUDIT_CAMPAIGN, PG_CSTR(c->span.code), PG_NULL);
	c->at_head = pg_segment_addv(seg, Q_FORM_HEAD, PG_TEXT(c->code));
	c->at_columns = pg_segment_addv(seg, Q_FORM_COLUMNS, PG_TEXT(c->code));
	c->at_units = pg_segment_add0(seg, Q_FORM_UNITS);
	return pg_segment_wait(seg, t);
}

static enum step period(struct task *t, struct form_enter_call *c, const struct pg_reply *r)
{
	day_t today = instant_to_day(pg_instant(r, c->at_now, 0, 0));

	if (c->span.kind == AUDIT_CAMPAIGN) {
		if (pg_rows(r, c->at_campaign) == 0)
			return refuse(t, ERR_NOT_FOUND, "period", "no-such-campaign", "没有这一统计期或者专项行动");
		if (audit_span_campaign(&c->span, pg_cstr(r, c->at_campaign, 0, 0), pg_day(r, c->at_campaign, 0, 1),
					pg_day(r, c->at_campaign, 0, 2), today, task_err(t)) != ERR_OK)
			return STEP_FAIL;
	}
	day_t end = c->span.to;
	if (audit_span_close(&c->span, today, true, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	if (c->span.kind != AUDIT_CAMPAIGN)
		c->span.to = end; /* what is entered early is for the whole week, month ... */
	return STEP_NEXT;
}

static const struct form_column *figure_column(const struct form *f, struct sv code)
{
	for (size_t i = 0; i < f->column_count; i++) {
		if (sv_eq_str(code, f->columns[i].code) && f->columns[i].source == FORM_SOURCE_FIGURE)
			return &f->columns[i];
	}
	return NULL;
}

static enum step bad_value(struct task *t, const struct form_column *col)
{
	refuse(t, ERR_INVALID, "figures", "figure-value", "应为不小于零的数");
	err_field(task_err(t), "figures.%s", col->code);
	err_detail(task_err(t), col->decimals ? "%s（%s）最多%d位小数。" : "%s（%s）应为整数。", col->zh, col->unit, col->decimals);
	return STEP_FAIL;
}

static enum step figures(struct task *t, struct form_enter_call *c)
{
	struct json_writer w;

	if (json_count(c->figures) == 0)
		return refuse(t, ERR_INVALID, "figures", "figures-missing", "没有写任何数字");
	json_writer_init(&w, &c->out);
	json_arr_open(&w);
	for (const struct json_value *v = json_first(c->figures); v; v = json_next(v)) {
		const struct form_column *col = figure_column(&c->form, json_name(v));
		struct sv text = json_string(v);
		int64_t value;
		char number[24];
		if (!col) {
			refuse(t, ERR_INVALID, "figures", "no-such-figure", "这一报表没有这一项填报数字");
			err_field(task_err(t), "figures.%.*s", (int)(json_name(v).n < 60 ? json_name(v).n : 60), json_name(v).p);
			return STEP_FAIL;
		}
		if (json_type(v) == JSON_NUMBER && json_to_i64(v, &value)) {
			snprintf(number, sizeof(number), "%" PRId64, value);
			text = sv_of(number);
		}
		if (!form_figure_parse(col, text, &value))
			return bad_value(t, col);
		json_obj_open(&w);
		json_kv_str(&w, "figure", col->code);
		json_kv_i64(&w, "value", value);
		json_obj_close(&w);
	}
	json_arr_close(&w);
	return json_writer_ok(&w) ? STEP_NEXT : task_fail(t, ERR_TOO_LARGE, "too-many-figures", "数字过多");
}

enum step form_enter_store(struct task *t)
{
	struct form_enter_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	enum step step;

	if (pg_rows(r, c->at_key) > 0) {
		if (!sv_eq_str(pg_text(r, c->at_key, 0, 0), c->request_digest))
			return task_fail(t, ERR_KEY_REUSED, "idempotency-key-reused", "此 Idempotency-Key 已用于内容不同的请求");
		c->reply = pg_text(r, c->at_key, 0, 2);
		c->replayed = true;
		return STEP_NEXT;
	}
	if (pg_rows(r, c->at_head) > 0 && (step = period(t, c, r)) != STEP_NEXT)
		return step;
	if (forms_read(task_arena(t), r, c->at_head, c->at_columns, 0, c->code, &c->span, &c->form, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	size_t unit = forms_unit(r, c->at_units, c->unit);
	if (unit == SIZE_MAX)
		return refuse(t, ERR_INVALID, "unit", "no-such-unit", "没有这一单位，或者您无权填报");
	if ((step = figures(t, c)) != STEP_NEXT)
		return step;
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_FORM_ENTER, PG_I64(c->call.who->actor.account), PG_CSTR(c->key), PG_CSTR(c->request_digest),
			PG_I64(pg_i64(r, c->at_units, unit, 0)), PG_TEXT(c->code), PG_CSTR(c->span.code),
			PG_DAY(c->span.from), PG_DAY(c->span.to), PG_TEXT(((struct sv){ c->out.p, c->out.len })),
			PG_TEXT(c->note));
	return pg_segment_wait(seg, t);
}

enum step form_entered(struct task *t)
{
	struct form_enter_call *c = task_ctx(t);

	if (!c->replayed)
		c->reply = pg_text(pg_segment_reply(c->call.seg), 1, 0, 0);
	return STEP_NEXT;
}

/* ---- what was entered ---- */

enum step form_history_load(struct task *t)
{
	struct form_history_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	c->out = (struct str)STR_INIT(OUT_MAX_BYTES);
	task_on_end(t, release, &c->out);
	c->at_head = pg_segment_addv(seg, Q_FORM_HEAD, PG_TEXT(c->code));
	c->at_units = pg_segment_add0(seg, Q_FORM_UNITS);
	return pg_segment_wait(seg, t);
}

enum step form_history_read(struct task *t)
{
	struct form_history_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	size_t unit = c->unit.p ? forms_unit(r, c->at_units, c->unit) : SIZE_MAX;

	if (pg_rows(r, c->at_head) == 0)
		return refuse(t, ERR_NOT_FOUND, "code", "no-such-form", "没有这一报表");
	if (c->unit.p && unit == SIZE_MAX)
		return refuse(t, ERR_INVALID, "unit", "no-such-unit", "没有这一单位，或者您无权查看");
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);
	pg_segment_addv(seg, Q_FORM_HISTORY, PG_TEXT(c->code), PG_TEXT(c->period),
			c->unit.p ? PG_I64(pg_i64(r, c->at_units, unit, 0)) : PG_NULL, PG_I64(FORM_HISTORY_MAX));
	return pg_segment_wait(seg, t);
}

/* Ten thousandths without idle zeros: 12, 0.5. */
static void value_text(int64_t value, char ret[32])
{
	int n = snprintf(ret, 32, "%" PRId64 ".%04" PRId64, value / FORM_FIGURE_SCALE, value % FORM_FIGURE_SCALE);

	while (ret[n - 1] == '0')
		ret[--n] = '\0';
	if (ret[n - 1] == '.')
		ret[n - 1] = '\0';
}

enum step form_history_reply(struct task *t)
{
	enum { ID, UNIT, UNIT_NAME, FIGURE, PERIOD, VALUE, REPLACES, NOTE, ACCOUNT, NAME, AT };
	struct form_history_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	struct json_writer w;
	char text[32];

	json_writer_init(&w, &c->out);
	json_obj_open(&w);
	json_key(&w, "items");
	json_arr_open(&w);
	for (size_t i = 0; i < pg_rows(r, 1); i++) {
		value_text(pg_i64(r, 1, i, VALUE), text);
		json_obj_open(&w);
		json_kv_id(&w, "id", pg_i64(r, 1, i, ID));
		json_kv_str(&w, "unit", pg_cstr(r, 1, i, UNIT));
		json_kv_str(&w, "unit_name", pg_cstr(r, 1, i, UNIT_NAME));
		json_kv_str(&w, "figure", pg_cstr(r, 1, i, FIGURE));
		json_kv_str(&w, "period", pg_cstr(r, 1, i, PERIOD));
		json_kv_str(&w, "value", text);
		if (pg_is_null(r, 1, i, REPLACES))
			json_kv_null(&w, "replaces");
		else
			json_kv_id(&w, "replaces", pg_i64(r, 1, i, REPLACES));
		json_kv_str(&w, "note", pg_cstr(r, 1, i, NOTE));
		json_kv_str(&w, "account", pg_cstr(r, 1, i, ACCOUNT));
		json_kv_str(&w, "by", pg_cstr(r, 1, i, NAME));
		json_kv_instant(&w, "at", pg_instant(r, 1, i, AT));
		json_obj_close(&w);
	}
	json_arr_close(&w);
	json_obj_close(&w);
	if (!json_writer_ok(&w))
		return task_fail(t, ERR_TOO_LARGE, "too-many-rows", "记录过多，请指明统计期或者单位");
	c->reply = (struct sv){ c->out.p, c->out.len };
	return STEP_NEXT;
}

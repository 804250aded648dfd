/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Forms out of their tables: the version that a period needs. And the lists of forms. */
#include "app/forms_internal.h"

#include <inttypes.h>

#include "json/json_writer.h"

enum { REPLY_MAX_BYTES = 8 << 20 };

/* ---- versions ---- */

static bool valid_on(const struct pg_reply *r, size_t at, size_t row, int from_col, day_t on)
{
	day_t from = pg_day(r, at, row, from_col), to = pg_day(r, at, row, from_col + 1);

	return from <= on && (to == DAY_NONE || on <= to);
}

static enum err_code no_version(const struct pg_reply *r, size_t at, struct sv code, day_t on, struct err *err)
{
	char day[11], from[11], to[11];
	size_t last = pg_rows(r, at) - 1;

	day_format(on, day);
	day_format(pg_day(r, at, 0, 11), from);
	day_format(pg_day(r, at, last, 12), to);
	err_set(err, ERR_INVALID, "form-not-valid", "报表 %.*s 在 %s 不使用", SV_ARG(code), day);
	err_field(err, "period");
	err_detail(err, "这一报表自%s起%s%s使用。", from, to[0] ? "至" : "", to);
	return ERR_INVALID;
}

static enum err_code read_definition(struct arena *arena, const struct pg_reply *r, size_t at_head, size_t head,
				     size_t at_columns, size_t at_rows, day_t on, struct form *ret, struct err *err)
{
	struct form_text text = {
		pg_cstr(r, at_head, head, 0), pg_cstr(r, at_head, head, 1), pg_cstr(r, at_head, head, 2),
		pg_cstr(r, at_head, head, 3), pg_cstr(r, at_head, head, 4), pg_cstr(r, at_head, head, 5),
		pg_cstr(r, at_head, head, 6), pg_cstr(r, at_head, head, 7), pg_cstr(r, at_head, head, 8),
		pg_cstr(r, at_head, head, 9), pg_cstr(r, at_head, head, 10),
	};
	size_t columns = 0, rows = 0, n = pg_rows(r, at_columns), m = at_rows ? pg_rows(r, at_rows) : 0;
	struct form_column_text *c = arena_array(arena, struct form_column_text, n + 1);
	struct form_row_text *l = arena_array(arena, struct form_row_text, m + 1);

	for (size_t i = 0; i < n; i++) {
		if (!valid_on(r, at_columns, i, 16, on))
			continue;
		c[columns++] = (struct form_column_text){
			.code = pg_cstr(r, at_columns, i, 0), .block = pg_cstr(r, at_columns, i, 1),
			.block_zh = pg_cstr(r, at_columns, i, 2), .zh = pg_cstr(r, at_columns, i, 3),
			.group = pg_cstr(r, at_columns, i, 4), .unit = pg_cstr(r, at_columns, i, 5),
			.source = pg_cstr(r, at_columns, i, 6), .measure = pg_cstr(r, at_columns, i, 7),
			.by = pg_cstr(r, at_columns, i, 8), .filter = pg_cstr(r, at_columns, i, 9),
			.decimals = pg_i64(r, at_columns, i, 10), .rounding = pg_cstr(r, at_columns, i, 11),
			.total = pg_cstr(r, at_columns, i, 12), .over = pg_cstr(r, at_columns, i, 13),
			.not_rows = pg_cstr(r, at_columns, i, 14), .note = pg_cstr(r, at_columns, i, 15),
		};
	}
	for (size_t i = 0; i < m; i++) {
		if (valid_on(r, at_rows, i, 4, on))
			l[rows++] = (struct form_row_text){ pg_cstr(r, at_rows, i, 0), pg_cstr(r, at_rows, i, 1),
							    pg_cstr(r, at_rows, i, 2), pg_cstr(r, at_rows, i, 3) };
	}
	return form_read(arena, &text, c, columns, l, rows, ret, err);
}

enum err_code forms_read(struct arena *arena, const struct pg_reply *r, size_t at_head, size_t at_columns, size_t at_rows,
			 struct sv code, const struct audit_span *span, struct form *ret, struct err *err)
{
	static const char *const kinds[AUDIT_KIND_COUNT] = { "周", "月", "季", "年", "专项行动" };
	size_t n = pg_rows(r, at_head), chosen = n;
	enum err_code got;

	if (n == 0) {
		err_set(err, ERR_NOT_FOUND, "no-such-form", "没有报表“%.*s”", (int)(code.n < 60 ? code.n : 60), code.p);
		err_detail(err, "报表代码见 ipcase forms list。");
		return ERR_NOT_FOUND;
	}
	for (size_t i = 0; i < n; i++) {
		if (valid_on(r, at_head, i, 11, span->to))
			chosen = i;
	}
	if (chosen == n)
		return no_version(r, at_head, code, span->to, err);
	got = read_definition(arena, r, at_head, chosen, at_columns, at_rows, span->to, ret, err);
	if (got == ERR_OK && !(ret->kinds >> span->kind & 1)) {
		got = err_set(err, ERR_INVALID, "form-period", "%s不按%s填报", ret->zh, kinds[span->kind]);
		err_field(err, "period");
	}
	return got;
}

size_t forms_unit(const struct pg_reply *r, size_t at, struct sv wanted)
{
	int64_t id = 0;
	bool number = sv_to_i64(wanted, &id);

	for (size_t i = 0; i < pg_rows(r, at); i++) {
		if (sv_eq(wanted, pg_text(r, at, i, 1)) || (number && pg_i64(r, at, i, 0) == id))
			return i;
	}
	return SIZE_MAX;
}

bool forms_block_has_rows(const struct form *f, size_t column)
{
	for (size_t i = 0; i < f->column_count; i++) {
		if (strcmp(f->columns[i].block, f->columns[column].block) == 0 && f->columns[i].source != FORM_SOURCE_FIGURE)
			return true;
	}
	return false;
}

/* ---- the list ---- */

static void release(void *arg)
{
	str_release(arg);
}

enum step form_list(struct task *t)
{
	struct form_list_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	c->out = (struct str)STR_INIT(REPLY_MAX_BYTES);
	task_on_end(t, release, &c->out);
	pg_segment_add0(seg, Q_FORM_LIST);
	pg_segment_add0(seg, Q_FORM_FIGURES);
	return pg_segment_wait(seg, t);
}

/* A version of a form has the figures that are valid on its first day, or begin within it. */
static bool figure_of(const struct pg_reply *r, size_t form, size_t figure)
{
	day_t from = pg_day(r, 1, form, 6), to = pg_day(r, 1, form, 7);
	day_t begins = pg_day(r, 2, figure, 5), ends = pg_day(r, 2, figure, 6);

	return sv_eq(pg_text(r, 1, form, 0), pg_text(r, 2, figure, 0)) && (ends == DAY_NONE || ends >= from) &&
	       (to == DAY_NONE || begins <= to);
}

static void write_figure(struct json_writer *w, const struct pg_reply *r, size_t i)
{
	json_obj_open(w);
	json_kv_str(w, "code", pg_cstr(r, 2, i, 1));
	json_kv_str(w, "name", pg_cstr(r, 2, i, 2));
	json_kv_str(w, "unit", pg_cstr(r, 2, i, 3));
	json_kv_i64(w, "decimals", pg_i64(r, 2, i, 4));
	json_kv_str(w, "note", pg_cstr(r, 2, i, 7));
	json_obj_close(w);
}

enum step form_listed(struct task *t)
{
	struct form_list_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	static const char *const keys[] = { "code", "name", "basis", "layout", "periods", "due" };
	struct json_writer w;

	json_writer_init(&w, &c->out);
	json_obj_open(&w);
	json_key(&w, "items");
	json_arr_open(&w);
	for (size_t i = 0; i < pg_rows(r, 1); i++) {
		json_obj_open(&w);
		for (size_t k = 0; k < ARRAY_LEN(keys); k++)
			json_kv_str(&w, keys[k], pg_cstr(r, 1, i, (int)k));
		json_kv_day(&w, "valid_from", pg_day(r, 1, i, 6));
		json_kv_day(&w, "valid_to", pg_day(r, 1, i, 7));
		json_kv_str(&w, "note", pg_cstr(r, 1, i, 8));
		json_key(&w, "figures");
		json_arr_open(&w);
		for (size_t k = 0; k < pg_rows(r, 2); k++) {
			if (figure_of(r, i, k))
				write_figure(&w, r, k);
		}
		json_arr_close(&w);
		json_obj_close(&w);
	}
	json_arr_close(&w);
	json_obj_close(&w);
	if (!json_writer_ok(&w))
		return task_fail(t, ERR_TOO_LARGE, "too-many-rows", "报表过多");
	c->reply = (struct sv){ c->out.p, c->out.len };
	return STEP_NEXT;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A filled form as JSON (docs/forms.md), and which entries make its activity figures. */
#include "app/forms_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "json/json_writer.h"

/* ---- entries ---- */

static int64_t days_of(const struct form_entry *e)
{
	return e->to - e->from + 1;
}

/* By unit and column; then the one for just this period, the longest, the earliest. */
static int by_place(const void *a, const void *b)
{
	const struct form_entry *x = a, *y = b;

	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	if (x->exact != y->exact)
		return x->exact ? -1 : 1;
	if (days_of(x) != days_of(y))
		return days_of(x) > days_of(y) ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return strcmp(x->period, y->period);
}

static bool overlaps_used(const struct form_entry *first, const struct form_entry *e)
{
	for (; first < e; first++) {
		if (first->used && first->from <= e->to && e->from <= first->to)
			return true;
	}
	return false;
}

/* Of a stock only the latest counts; of a flow all that do not overlap. */
static void choose(struct form_work *w, struct form_entry *first, struct form_entry *end)
{
	const struct form_column *col = &w->form.columns[first->column];
	struct form_unit *unit = &w->units[first->unit];
	struct form_entry *best = first;
	int64_t covered = 0;

	for (struct form_entry *e = first; e < end; e++) {
		if (!first->exact && e->to > best->to)
			best = e;
		e->used = !col->last && !(first->exact && e != first) && !overlaps_used(first, e);
	}
	if (col->last)
		best->used = true;
	for (struct form_entry *e = first; e < end; e++) {
		if (!e->used)
			continue;
		covered += days_of(e);
		int64_t *cell = &w->exact[w->form.row_count - 1][e->column];
		w->overflow = w->overflow || __builtin_add_overflow(*cell, e->value, cell);
		unit->reported = true;
		if (unit->at == INSTANT_NONE || e->at > unit->at) {
			unit->at = e->at;
			unit->by = e->by;
		}
	}
	if (!first->exact && !col->last && covered < w->span.to - w->span.from + 1)
		unit->complete = false;
}

void forms_choose_entries(struct form_work *w)
{
	size_t figures = 0;

	for (size_t i = 0; i < w->form.column_count; i++)
		figures += w->form.columns[i].source == FORM_SOURCE_FIGURE;
	qsort(w->entries, w->entry_count, sizeof(w->entries[0]), by_place);
	for (size_t i = 0; i < w->unit_count; i++)
		w->units[i].complete = true;
	size_t *have = arena_array(&w->arena, size_t, w->unit_count + 1);
	for (size_t i = 0, end; i < w->entry_count; i = end) {
		for (end = i + 1; end < w->entry_count && w->entries[end].unit == w->entries[i].unit &&
				  w->entries[end].column == w->entries[i].column; end++)
			;
		have[w->entries[i].unit]++;
		choose(w, &w->entries[i], &w->entries[end]);
	}
	for (size_t i = 0; i < w->unit_count; i++)
		w->units[i].complete = w->units[i].complete && have[i] == figures;
}

/* ---- cells ---- */

/* Activity figures belong to no row: they stand in the last one, which is the total's place. */
int64_t forms_cell_exact(const struct form_work *w, size_t row, size_t column)
{
	int64_t sum = 0;

	if (w->form.columns[column].source == FORM_SOURCE_FIGURE || !w->form.rows[row].total)
		return w->exact[row][column];
	for (size_t i = 0; i < w->form.row_count; i++)
		sum += w->form.rows[i].total ? 0 : w->exact[i][column];
	return sum;
}

static bool figure_entered(const struct form_work *w, size_t column)
{
	for (size_t i = 0; i < w->entry_count; i++) {
		if (w->entries[i].used && w->entries[i].column == column)
			return true;
	}
	return false;
}

/* "" where the cell does not apply, or nobody entered the figure. */
static void cell_text(const struct form_work *w, size_t row, size_t column, char ret[32])
{
	const struct form_column *col = &w->form.columns[column];
	const struct form_row *line = &w->form.rows[row];
	int64_t exact = forms_cell_exact(w, row, column), shown = 0;

	ret[0] = '\0';
	if (form_blank(col, line, exact))
		return;
	if (col->source == FORM_SOURCE_FIGURE && (row + 1 < w->form.row_count || !figure_entered(w, column)))
		return;
	if (line->total && !col->exact_total && col->source != FORM_SOURCE_FIGURE) {
		for (size_t i = 0; i < w->form.row_count; i++)
			shown += w->form.rows[i].total ? 0 : form_shown(col, w->exact[i][column]);
	} else {
		shown = form_shown(col, exact);
	}
	form_shown_text(col, shown, ret);
}

/* ---- JSON ---- */


static void write_head(const struct form_work *w, struct json_writer *j)
{
	const struct form *f = &w->form;
	const struct audit_span *s = &w->span;

	json_kv_i64(j, "v", 1);
	json_key(j, "form");
	json_obj_open(j);
	json_kv_str(j, "code", f->code);
	json_kv_str(j, "name", f->zh);
	json_kv_str(j, "basis", f->basis);
	json_kv_str(j, "layout", f->list ? "list" : "table");
	json_kv_str(j, "due", f->due);
	json_kv_str(j, "note", f->note);
	json_obj_close(j);
	json_key(j, "organ");
	json_obj_open(j);
	json_kv_str(j, "code", w->organ_code);
	json_kv_str(j, "name", w->organ_name);
	json_obj_close(j);
	for (size_t i = 0; i < w->unit_count && w->unit_id; i++) {
		if (w->units[i].id != w->unit_id)
			continue;
		json_key(j, "unit");
		json_obj_open(j);
		json_kv_str(j, "code", w->units[i].code);
		json_kv_str(j, "name", w->units[i].zh);
		json_obj_close(j);
	}
	json_kv_bool(j, "whole", w->whole && !w->unit_id);
	json_key(j, "period");
	json_obj_open(j);
	json_kv_str(j, "code", s->code);
	json_kv_str(j, "kind", audit_kind_code(s->kind));
	json_kv_str(j, "name", s->name);
	json_kv_day(j, "from", s->from);
	json_kv_day(j, "to", s->to);
	json_kv_bool(j, "open", s->open);
	json_obj_close(j);
	json_kv_instant(j, "as_of", w->as_of);
}

static void write_column(struct json_writer *j, const struct form_column *col)
{
	json_obj_open(j);
	json_kv_str(j, "code", col->code);
	json_kv_str(j, "name", col->zh);
	json_kv_str(j, "group", col->group);
	json_kv_str(j, "unit", col->unit);
	json_kv_i64(j, "decimals", col->decimals);
	json_kv_bool(j, "figure", col->source == FORM_SOURCE_FIGURE);
	json_kv_str(j, "note", col->note);
	json_obj_close(j);
}

static void write_line(const struct form_work *w, struct json_writer *j, size_t first, size_t row, bool single)
{
	const struct form *f = &w->form;
	char text[32];

	json_obj_open(j);
	json_kv_str(j, "code", single ? "total" : f->rows[row].code);
	json_kv_str(j, "name", single ? "" : f->rows[row].zh);
	json_kv_bool(j, "total", single || f->rows[row].total);
	json_key(j, "cells");
	json_arr_open(j);
	for (size_t k = first; k < f->column_count; k++) {
		if (strcmp(f->columns[k].block, f->columns[first].block) != 0)
			continue;
		cell_text(w, row, k, text);
		json_cstr(j, text);
	}
	json_arr_close(j);
	json_obj_close(j);
}

static bool block_begins(const struct form *f, size_t column)
{
	for (size_t i = 0; i < column; i++) {
		if (strcmp(f->columns[i].block, f->columns[column].block) == 0)
			return false;
	}
	return true;
}

static void write_block(const struct form_work *w, struct json_writer *j, size_t first)
{
	const struct form *f = &w->form;
	bool single = f->plain || !forms_block_has_rows(f, first);

	json_obj_open(j);
	json_kv_str(j, "code", f->columns[first].block);
	json_kv_str(j, "name", f->columns[first].block_zh);
	json_key(j, "columns");
	json_arr_open(j);
	for (size_t k = first; k < f->column_count; k++) {
		if (strcmp(f->columns[k].block, f->columns[first].block) == 0)
			write_column(j, &f->columns[k]);
	}
	json_arr_close(j);
	json_key(j, "rows");
	json_arr_open(j);
	if (single)
		write_line(w, j, first, f->row_count - 1, true);
	for (size_t i = 0; i < f->row_count && !single; i++)
		write_line(w, j, first, i, false);
	json_arr_close(j);
	json_obj_close(j);
}

static void write_beside(const struct form_work *w, struct json_writer *j)
{
	json_key(j, "beside");
	json_obj_open(j);
	json_kv_i64(j, "outside", w->outside);
	json_kv_i64(j, "excluded", w->excluded);
	json_key(j, "unknown");
	json_arr_open(j);
	for (size_t k = 0; k < w->form.column_count; k++) {
		if (w->unknown[k] == 0)
			continue;
		json_obj_open(j);
		json_kv_str(j, "column", w->form.columns[k].code);
		json_kv_str(j, "name", w->form.columns[k].zh);
		json_kv_i64(j, "cases", w->unknown[k]);
		json_obj_close(j);
	}
	json_arr_close(j);
	json_obj_close(j);
}

static void write_reporting(const struct form_work *w, struct json_writer *j, bool reported)
{
	json_key(j, reported ? "reported" : "silent");
	json_arr_open(j);
	for (size_t i = 0; i < w->unit_count; i++) {
		const struct form_unit *u = &w->units[i];
		if (u->reported != reported || (!reported && !u->reports))
			continue;
		json_obj_open(j);
		json_kv_str(j, "unit", u->code);
		json_kv_str(j, "name", u->zh);
		if (reported) {
			json_kv_bool(j, "complete", u->complete);
			json_kv_str(j, "by", u->by);
			json_kv_instant(j, "at", u->at);
		}
		json_obj_close(j);
	}
	json_arr_close(j);
}

static void write_document(const struct form_work *w, struct json_writer *j)
{
	const struct form *f = &w->form;
	bool figures = false;

	json_key(j, "blocks");
	json_arr_open(j);
	for (size_t k = 0; k < f->column_count; k++) {
		figures = figures || f->columns[k].source == FORM_SOURCE_FIGURE;
		if (block_begins(f, k))
			write_block(w, j, k);
	}
	json_arr_close(j);
	write_beside(w, j);
	if (figures) {
		write_reporting(w, j, true);
		write_reporting(w, j, false);
	}
}

/* ---- one cell ---- */

static const struct form_unit *unit_of(const struct form_work *w, int64_t id)
{
	for (size_t i = 0; i < w->unit_count; i++) {
		if (w->units[i].id == id)
			return &w->units[i];
	}
	return NULL;
}

static void write_cell_head(const struct form_work *w, struct json_writer *j)
{
	const struct form_column *col = &w->form.columns[w->cell.column];
	const struct form_row *row = &w->form.rows[w->cell.row];
	char text[32];

	json_key(j, "cell");
	json_obj_open(j);
	if (w->cell.outside) {
		json_kv_str(j, "row", "outside");
		json_kv_str(j, "row_name", "未列入各行");
	} else {
		cell_text(w, w->cell.row, w->cell.column, text);
		json_kv_str(j, "row", row->code);
		json_kv_str(j, "row_name", row->zh);
		json_kv_str(j, "column", col->code);
		json_kv_str(j, "column_name", col->zh);
		json_kv_str(j, "unit", col->unit);
		json_kv_str(j, "text", text);
	}
	json_obj_close(j);
}

static void write_cases(const struct form_work *w, struct json_writer *j)
{
	bool sum = !w->cell.outside && w->form.columns[w->cell.column].source == FORM_SOURCE_SUM;
	bool money = sum && w->form.columns[w->cell.column].sum != FORM_SUM_dens;

	json_key(j, "cases");
	json_arr_open(j);
	for (size_t i = 0; i < w->listed_count; i++) {
		const struct form_listed *l = &w->listed[i];
		const struct form_unit *u = unit_of(w, l->unit);
		json_obj_open(j);
		json_kv_id(j, "id", l->id);
		json_kv_str(j, "number", l->number);
		json_kv_str(j, "title", l->title);
		json_kv_str(j, "unit", u ? u->code : "");
		json_kv_str(j, "unit_name", u ? u->zh : "");
		if (sum && l->known)
			json_kv_i64(j, money ? "amount_fen" : "amount", l->adds);
		else if (sum)
			json_kv_null(j, money ? "amount_fen" : "amount");
		json_obj_close(j);
	}
	json_arr_close(j);
}

static void write_used(const struct form_work *w, struct json_writer *j)
{
	const struct form_column *col = &w->form.columns[w->cell.column];
	char text[32];

	json_key(j, "entries");
	json_arr_open(j);
	for (size_t i = 0; i < w->entry_count; i++) {
		const struct form_entry *e = &w->entries[i];
		if (!e->used || e->column != w->cell.column)
			continue;
		form_shown_text(col, form_shown(col, e->value), text);
		json_obj_open(j);
		json_kv_str(j, "unit", w->units[e->unit].code);
		json_kv_str(j, "unit_name", w->units[e->unit].zh);
		json_kv_str(j, "period", e->period);
		json_kv_str(j, "value", text);
		json_kv_str(j, "by", e->by);
		json_kv_instant(j, "at", e->at);
		json_kv_i64(j, "revision", e->revision);
		json_obj_close(j);
	}
	json_arr_close(j);
}

void forms_write(struct form_work *w)
{
	struct json_writer j;
	bool figure = w->cell.asked && !w->cell.outside && w->form.columns[w->cell.column].source == FORM_SOURCE_FIGURE;

	json_writer_init(&j, &w->out);
	json_obj_open(&j);
	write_head(w, &j);
	if (!w->cell.asked) {
		write_document(w, &j);
	} else {
		write_cell_head(w, &j);
		json_kv_i64(&j, "total", w->listed_total);
		json_kv_bool(&j, "truncated", w->listed_total > (int64_t)w->listed_count);
		if (figure)
			write_used(w, &j);
		else
			write_cases(w, &j);
	}
	json_obj_close(&j);
	w->out.failed = w->out.failed || !json_writer_ok(&j);
}

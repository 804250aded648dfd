/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "report/form_document.h"

#include <inttypes.h>

enum { NOTE_MAX_BYTES = 1 << 16 };

struct reader {
	struct arena *arena;
	struct err *err;
	bool bad;
};

static const char *text_of(struct reader *r, const struct json_value *v)
{
	struct sv text = json_string(v);

	return text.n ? arena_strndup(r->arena, text.p, text.n) : "";
}

static const char *member(struct reader *r, const struct json_value *object, const char *name)
{
	return text_of(r, json_get(object, name));
}

static day_t member_day(struct reader *r, const struct json_value *object, const char *name)
{
	day_t day = DAY_NONE;

	if (!day_parse_iso(json_string(json_get(object, name)), &day))
		r->bad = true;
	return day;
}

static int64_t member_number(const struct json_value *object, const char *name)
{
	const struct json_value *v = json_get(object, name);
	int64_t n = 0;

	return v && json_to_i64(v, &n) ? n : 0;
}

static const char *const *cells(struct reader *r, const struct json_value *list, size_t expected)
{
	const char **made = arena_array(r->arena, const char *, expected + 1);
	size_t n = 0;

	for (const struct json_value *v = json_first(list); v; v = json_next(v)) {
		if (n == expected)
			break;
		made[n++] = text_of(r, v);
	}
	r->bad = r->bad || n != expected || json_count(list) != expected;
	return made;
}

static void block(struct reader *r, const struct json_value *v, struct form_document_block *ret)
{
	const struct json_value *columns = json_get(v, "columns"), *rows = json_get(v, "rows");
	struct form_document_column *c = arena_array(r->arena, struct form_document_column, json_count(columns) + 1);
	struct form_document_row *l = arena_array(r->arena, struct form_document_row, json_count(rows) + 1);

	*ret = (struct form_document_block){ .code = member(r, v, "code"), .zh = member(r, v, "name"), .columns = c, .rows = l };
	for (const struct json_value *k = json_first(columns); k; k = json_next(k))
		c[ret->column_count++] = (struct form_document_column){
			member(r, k, "code"), member(r, k, "name"), member(r, k, "group"), member(r, k, "unit"),
			(int)member_number(k, "decimals"),
		};
	for (const struct json_value *k = json_first(rows); k; k = json_next(k))
		l[ret->row_count++] = (struct form_document_row){
			member(r, k, "code"), member(r, k, "name"), json_is_true(json_get(k, "total")),
			cells(r, json_get(k, "cells"), ret->column_count),
		};
	r->bad = r->bad || ret->column_count == 0 || ret->row_count == 0;
}

static void units(struct reader *r, const struct json_value *root, struct form_document *d)
{
	const struct json_value *silent = json_get(root, "silent"), *reported = json_get(root, "reported");
	const char **s = arena_array(r->arena, const char *, json_count(silent) + 1);
	const char **p = arena_array(r->arena, const char *, json_count(reported) + 1);

	for (const struct json_value *v = json_first(silent); v; v = json_next(v))
		s[d->silent_count++] = member(r, v, "name");
	for (const struct json_value *v = json_first(reported); v; v = json_next(v)) {
		if (!json_is_true(json_get(v, "complete")))
			p[d->partial_count++] = member(r, v, "name");
	}
	d->silent = s;
	d->partial = p;
}

static void beside(struct reader *r, const struct json_value *v, struct form_document *d)
{
	struct str out = STR_INIT(NOTE_MAX_BYTES);

	d->outside = member_number(v, "outside");
	d->excluded = member_number(v, "excluded");
	for (const struct json_value *u = json_first(json_get(v, "unknown")); u; u = json_next(u))
		str_printf(&out, "%s%s%" PRId64 "件", out.len ? "、" : "", member(r, u, "name"), member_number(u, "cases"));
	d->unknown = arena_strndup(r->arena, str_cstr(&out), out.len);
	str_release(&out);
}

enum err_code form_document_read(struct arena *arena, const struct json_value *root, struct form_document *ret, struct err *err)
{
	struct reader r = { .arena = arena, .err = err };
	const struct json_value *form = json_get(root, "form"), *period = json_get(root, "period");
	const struct json_value *blocks = json_get(root, "blocks");
	struct form_document_block *b = arena_array(arena, struct form_document_block, json_count(blocks) + 1);

	if (member_number(root, "v") != 1 || json_count(blocks) == 0)
		return err_set(err, ERR_INVALID, "form-document", "这不是第一版的报表文件");
	*ret = (struct form_document){
		.code = member(&r, form, "code"), .zh = member(&r, form, "name"), .basis = member(&r, form, "basis"),
		.due = member(&r, form, "due"), .note = member(&r, form, "note"),
		.organ = member(&r, json_get(root, "organ"), "name"), .unit = member(&r, json_get(root, "unit"), "name"),
		.period = member(&r, period, "name"), .period_code = member(&r, period, "code"),
		.list = sv_eq_str(json_string(json_get(form, "layout")), "list"),
		.whole = json_is_true(json_get(root, "whole")), .open = json_is_true(json_get(period, "open")),
		.from = member_day(&r, period, "from"), .to = member_day(&r, period, "to"), .blocks = b,
	};
	if (!instant_parse(json_string(json_get(root, "as_of")), &ret->as_of))
		r.bad = true;
	for (const struct json_value *v = json_first(blocks); v; v = json_next(v))
		block(&r, v, &b[ret->block_count++]);
	units(&r, root, ret);
	beside(&r, json_get(root, "beside"), ret);
	return r.bad ? err_set(err, ERR_INVALID, "form-document", "报表文件不完整") : ERR_OK;
}

static const char *day_text(struct arena *arena, day_t day)
{
	struct ymd d = day_to_ymd(day);

	return arena_printf(arena, "%d年%d月%d日", d.year, d.month, d.day);
}

const char *form_document_head(struct arena *arena, const struct form_document *d)
{
	return arena_printf(arena, "报送单位：%s%s　　统计时间：%s至%s　　报送时间：%s", d->organ, d->unit, day_text(arena, d->from),
			    day_text(arena, d->to), day_text(arena, instant_to_day(d->as_of)));
}

static const char *joined(struct arena *arena, const char *before, const char *const *names, size_t count)
{
	struct str out = STR_INIT(NOTE_MAX_BYTES);

	str_append_cstr(&out, before);
	for (size_t i = 0; i < count; i++)
		str_printf(&out, "%s%s", i ? "、" : "", names[i]);
	const char *text = arena_strndup(arena, str_cstr(&out), out.len);
	str_release(&out);
	return text;
}

size_t form_document_notes(struct arena *arena, const struct form_document *d, const char *ret[FORM_NOTES_MAX])
{
	size_t n = 0;

	if (d->open)
		ret[n++] = "统计期还没有结束，以上是截至统计时间末日的数字。";
	if (!d->whole && !d->unit[0])
		ret[n++] = "只统计了部分单位。";
	if (d->silent_count)
		ret[n++] = joined(arena, "未填报的单位：", d->silent, d->silent_count);
	if (d->partial_count)
		ret[n++] = joined(arena, "填报不全的单位：", d->partial, d->partial_count);
	if (d->outside)
		ret[n++] = arena_printf(arena, "另有案件 %" PRId64 " 件不属于表中任何一行。", d->outside);
	if (d->unknown[0])
		ret[n++] = arena_printf(arena, "金额尚未登记、按零计的：%s。", d->unknown);
	if (d->note[0])
		ret[n++] = arena_printf(arena, "口径：%s。", d->note);
	if (d->basis[0])
		ret[n++] = arena_printf(arena, "依据：%s。%s%s", d->basis, d->due, d->due[0] ? "。" : "");
	return n;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Replies as text, see view.h. */
#include "view.h"

#include "fields.h"
#include "values.h"

enum { TEXT_MAX = 1 << 20, NARROW = 110 };

static struct sv kept(struct arena *arena, struct str *text)
{
	struct sv copy = { arena_strndup(arena, str_cstr(text), text->len), text->len };
	str_release(text);
	return copy;
}

static struct sv view_object(struct arena *arena, const struct json_value *v)
{
	static const char *const names[] = { "zh", "name", "title", "number", "account", "id" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct json_value *m = json_get(v, names[i]);
		if (json_type(m) == JSON_STRING && json_string(m).n > 0)
			return json_string(m);
	}
	struct str out = STR_INIT(TEXT_MAX);
	struct json_writer w;
	json_writer_init(&w, &out);
	json_write_value(&w, v);
	return kept(arena, &out);
}

struct sv view_text(struct arena *arena, const struct json_value *v)
{
	struct str out = STR_INIT(TEXT_MAX);
	switch (json_type(v)) {
	case JSON_NULL:
		return SV("");
	case JSON_BOOL:
		return json_is_true(v) ? SV("是") : SV("否");
	case JSON_NUMBER:
		return json_number_text(v);
	case JSON_STRING:
		return json_string(v);
	case JSON_OBJECT:
		return view_object(arena, v);
	case JSON_ARRAY:
		for (const struct json_value *i = json_first(v); i; i = json_next(i)) {
			if (out.len > 0)
				str_append_cstr(&out, "、");
			str_append_sv(&out, view_text(arena, i));
		}
		return kept(arena, &out);
	}
	BUG("json type %d", (int)json_type(v));
}

struct sv view_role(struct arena *arena, const struct json_value *v)
{
#define ROLE(id, code, zh) { code, zh },
	static const struct {
		const char *code, *zh;
	} roles[] = {
#include "law/role.def"
		{ "party", "当事人" },       { "host", "听证主持人" },
		{ "peer", "对方机关" },      { "sender", "移送方" },
		{ "receiver", "接收方" },    { "third", "监督或审判机关" },
		{ "organ", "本机关" },
	};
#undef ROLE
	struct sv text = view_text(arena, v);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		if (sv_eq_str(text, roles[i].code))
			return sv_of(roles[i].zh);
	}
	return text;
}

const char *view_stage(struct sv stage)
{
	static const struct {
		const char *stage, *zh;
	} words[] = { { "request", "申请" },
		      { "endorse", "审核" },
		      { "approve", "批准" },
		      { "return", "退回" } };
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (sv_eq_str(stage, words[i].stage))
			return words[i].zh;
	}
	return "";
}

struct sv view_member(struct arena *arena, const struct json_value *object, const char *name)
{
	return view_text(arena, json_get(object, name));
}

struct sv view_number(struct arena *arena, const struct json_value *v)
{
	return json_type(v) == JSON_NULL ? SV("") : view_text(arena, v);
}

struct sv view_time(struct arena *arena, const struct json_value *v)
{
	instant_t at = INSTANT_NONE;
	char buf[40];
	struct sv text = view_text(arena, v);
	if (!instant_parse(text, &at))
		return text;
	instant_format(at, buf);
	char *copy = arena_strndup(arena, buf, strlen("2026-11-23T16:00"));
	copy[strlen("2026-11-23")] = ' ';
	return sv_of(copy);
}

struct sv view_named(struct arena *arena, struct sv name, const struct json_value *v)
{
	int64_t fen = 0;
	bool money = name.n > 4 && memcmp(name.p + name.n - 4, "_fen", 4) == 0;
	if (!money || (!json_to_i64(v, &fen) && !sv_to_i64(json_string(v), &fen)))
		return view_time(arena, v);
	struct str out = STR_INIT(64);
	value_format_fen(&out, fen, false);
	str_append_cstr(&out, "元");
	return kept(arena, &out);
}

void view_line(struct client *c, const char *label, struct sv text)
{
	if (text.n == 0)
		return;
	print_wrapped(&c->out, STYLE_PLAIN, arena_printf(&c->arena, "%s: ", label),
		      term_clean(&c->arena, text));
}

void view_matters(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "灯", COLUMN_FIXED, false },   { "剩余", COLUMN_FIXED, true },
		{ "到期", COLUMN_FIXED, false }, { "编号", COLUMN_FIXED, true },
		{ "文号", COLUMN_WRAP, false },  { "名称", COLUMN_CUT, false },
		{ "当事人", COLUMN_CUT, false }, { "状态", COLUMN_FIXED, false },
		{ "待办人", COLUMN_CUT, false }, { "承办人", COLUMN_CUT, false },
	};
	struct arena *a = &c->arena;
	const struct json_value *items = json_get(root, "items");
	/* A case is named after its party: on a narrow screen the column says nothing new. */
	bool narrow = c->out.width > 0 && c->out.width < NARROW;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	for (const struct json_value *v = json_first(items); v; v = json_next(v)) {
		table_light(t, json_string(json_get(v, "light")));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(v, "days_left")));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(v, "due")));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "id"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "number"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "title"));
		table_cell(t, STYLE_PLAIN, narrow ? SV("") : view_member(a, v, "party"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "state_zh"));
		table_cell(t, STYLE_PLAIN, view_role(a, json_get(v, "turn")));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "officer"));
	}
	table_print(t, &c->out);
	struct sv next = view_member(a, root, "next");
	printf("%s %zu 件%s\n", next.n > 0 ? "本页" : "共", table_rows(t),
	       table_rows(t) > 0 ? "（剩余按工作日计）" : "");
	if (next.n > 0)
		printf("还有更多，继续查看: 加 --after %.*s\n", SV_ARG(term_clean(a, next)));
}

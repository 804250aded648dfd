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

struct sv view_word(const struct code_word *words, size_t count, struct sv code)
{
	for (size_t i = 0; i < count; i++) {
		if (sv_eq_str(code, words[i].code))
			return sv_of(words[i].zh);
	}
	return code;
}

struct sv view_role(struct arena *arena, const struct json_value *v)
{
#define ROLE(id, code, zh) { code, zh },
	static const struct code_word roles[] = {
#include "law/role.def"
		{ "party", "当事人" },       { "host", "听证主持人" },
		{ "peer", "对方机关" },      { "sender", "移送方" },
		{ "receiver", "接收方" },    { "third", "监督或审判机关" },
		{ "organ", "本机关" },
	};
#undef ROLE
	return view_word(roles, ARRAY_LEN(roles), view_text(arena, v));
}

struct sv view_unit_kind(struct sv kind)
{
	static const struct code_word kinds[] = {
		{ "government", "人民政府" },   { "bureau", "市场监管局" },   { "brigade", "执法大队" },
		{ "station", "市场监管所" },    { "section", "内设机构" },    { "department", "其他行政机关" },
		{ "police", "公安机关" },       { "procuratorate", "检察机关" }, { "court", "人民法院" },
		{ "mediation", "调解组织" },    { "supervision", "监察机关" }, { "township", "乡镇、街道" },
		{ "restricted", "限定阅看" },
	};
	return view_word(kinds, ARRAY_LEN(kinds), kind);
}

const char *view_stage(struct sv stage)
{
	static const struct code_word words[] = { { "request", "申请" },
					     { "endorse", "审核" },
					     { "approve", "批准" },
					     { "return", "退回" },
					     { "do", "" } };
	struct sv zh = view_word(words, ARRAY_LEN(words), stage);
	return zh.p == stage.p ? "" : zh.p;
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

struct sv view_code(struct arena *arena, struct sv name, struct sv text)
{
	static const struct code_word offences[] = {
		{ "TM_GOODS", "假冒注册商标罪（商品）" },
		{ "TM_SERVICE", "假冒注册商标罪（服务）" },
		{ "TM_GOODS_SERVICE", "假冒注册商标罪（商品和服务）" },
		{ "TM_SALE", "销售假冒注册商标的商品罪" },
		{ "TM_LABEL", "非法制造注册商标标识罪" },
		{ "TM_LABEL_SALE", "销售非法制造的注册商标标识罪" },
		{ "PATENT_FAKE", "假冒专利罪" },
		{ "COPYRIGHT", "侵犯著作权罪" },
		{ "COPYRIGHT_NET", "侵犯著作权罪（信息网络传播）" },
		{ "COPY_SALE", "销售侵权复制品罪" },
		{ "TRADE_SECRET", "侵犯商业秘密罪" },
		{ "TRADE_SECRET_FOREIGN", "为境外窃取、刺探、收买、非法提供商业秘密罪" },
	};
	static const struct code_word levels[] = { { "RED", "红" }, { "AMBER", "黄" }, { "GREY", "灰" } };
	if (sv_eq_str(name, "advisory"))
		return view_word(levels, ARRAY_LEN(levels), text);
	if (!sv_eq_str(name, "offence"))
		return text;
	struct sv zh = view_word(offences, ARRAY_LEN(offences), text);
	return zh.p == text.p ? text : sv_of(arena_printf(arena, "%.*s %.*s", SV_ARG(text), SV_ARG(zh)));
}

struct sv view_named(struct arena *arena, struct sv name, const struct json_value *v)
{
	int64_t fen = 0;
	bool money = name.n > 4 && memcmp(name.p + name.n - 4, "_fen", 4) == 0;
	if (!money || (!json_to_i64(v, &fen) && !sv_to_i64(json_string(v), &fen)))
		return view_code(arena, name, view_time(arena, v));
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

void view_end(struct client *c, const struct json_value *root, const struct table *t, const char *what)
{
	struct sv next = term_clean(&c->arena, view_member(&c->arena, root, "next"));
	printf("%s %zu %s\n", next.n > 0 ? "本页" : "共", table_rows(t), what);
	if (next.n > 0)
		printf("还有更多，继续查看: 加 --after %.*s\n", SV_ARG(next));
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
	view_end(c, root, t, table_rows(t) > 0 ? "件（剩余按工作日计）" : "件");
}

enum exit_code view_get(struct client *c, const char *path, view_print_fn *print)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	enum exit_code code = c->logged_in ? CLI_OK : client_need_login(c);
	if (!code)
		code = client_get(c, path, &reply);
	if (code)
		return code;
	if (c->json)
		client_print_json(&reply);
	else
		print(c, reply.root);
	return CLI_OK;
}

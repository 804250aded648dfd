/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * warning: what is overdue, what falls due within some working days, and what a miss would do. */
#include "client.h"
#include "commands.h"
#include "view.h"

enum { PATH_MAX_BYTES = 8192, DAYS_MAX = 250 };

static struct sv codes_of(struct arena *a, const struct json_value *metrics)
{
	struct str out = STR_INIT(1024);
	for (const struct json_value *m = json_first(metrics); m; m = json_next(m))
		str_printf(&out, "%s%.*s", out.len ? " " : "", SV_ARG(view_member(a, m, "code")));
	char *text = arena_strndup(a, str_cstr(&out), out.len);
	str_release(&out);
	return sv_of(text);
}

static void print_groups(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "单位或承办人", COLUMN_WRAP, false }, { "超期", COLUMN_FIXED, true },
		{ "将到期", COLUMN_FIXED, true },	{ "最早到期", COLUMN_FIXED, false },
	};
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	for (const struct json_value *g = json_first(json_get(root, "groups")); g; g = json_next(g)) {
		struct sv name = view_member(a, g, "zh");
		table_cell(t, STYLE_PLAIN, name.n ? name : SV("（未指定承办人）"));
		table_cell(t, STYLE_RED, view_number(a, json_get(g, "overdue")));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(g, "due")));
		table_cell(t, STYLE_PLAIN, view_member(a, g, "first"));
	}
	if (table_rows(t) > 0)
		table_print(t, &c->out);
}

static void print_rows(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "灯", COLUMN_FIXED, false },	 { "剩余", COLUMN_FIXED, true },  { "到期", COLUMN_FIXED, false },
		{ "编号", COLUMN_FIXED, true },	 { "文号", COLUMN_WRAP, false },  { "名称", COLUMN_CUT, false },
		{ "期限", COLUMN_WRAP, false },	 { "应由", COLUMN_FIXED, false }, { "承办人", COLUMN_CUT, false },
		{ "单位", COLUMN_CUT, false },	 { "影响", COLUMN_FIXED, false }, { "依据", COLUMN_WRAP, false },
	};
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	for (const struct json_value *v = json_first(json_get(root, "items")); v; v = json_next(v)) {
		table_light(t, json_string(json_get(v, "light")));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(v, "days_left")));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "due"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "matter"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "number"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "title"));
		table_cell_cstr(t, STYLE_PLAIN, arena_printf(a, "%.*s %.*s", SV_ARG(view_member(a, v, "rule")),
							     SV_ARG(view_member(a, v, "zh"))));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "owner_zh"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "officer"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "unit"));
		table_cell(t, STYLE_BOLD, codes_of(a, json_get(v, "metrics")));
		table_cell(t, STYLE_DIM, view_member(a, v, "article"));
	}
	if (table_rows(t) > 0)
		table_print(t, &c->out);
	view_end(c, root, t, "项期限（剩余按工作日计，负数为已超期）");
}

static void print_warnings(struct client *c, const struct json_value *root)
{
	struct arena *a = &c->arena;
	printf("%.*s：已超期 %.*s 项；%.*s个工作日内（至 %.*s）到期 %.*s 项\n", SV_ARG(view_member(a, root, "today")),
	       SV_ARG(view_number(a, json_get(root, "overdue"))), SV_ARG(view_number(a, json_get(root, "days"))),
	       SV_ARG(view_member(a, root, "until")), SV_ARG(view_number(a, json_get(root, "due"))));
	print_groups(c, root);
	putchar('\n');
	print_rows(c, root);
}

enum exit_code cmd_warning(struct client *c, const struct args *args)
{
	struct err err = ERR_INIT;
	struct str path = STR_INIT(PATH_MAX_BYTES);
	int64_t number = 0;
	if (args_number(args, "days", 0, DAYS_MAX, 5, &number, &err) || args_number(args, "limit", 1, 200, 50, &number, &err))
		return client_fail(c, &err);
	str_append_cstr(&path, "/warnings");
	remote_query(&path, "days", args_option(args, "days"));
	remote_query(&path, "by", args_option(args, "by"));
	remote_query(&path, "unit", args_option(args, "unit"));
	remote_query(&path, "limit", args_option(args, "limit"));
	remote_query(&path, "after", args_option(args, "after"));
	const char *copy = arena_strdup(&c->arena, str_cstr(&path));
	str_release(&path);
	return view_get(c, copy, print_warnings);
}

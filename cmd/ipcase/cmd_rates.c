/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * rates: the metrics with numerator and denominator, and the cases behind them. */
#include "client.h"
#include "commands.h"
#include "values.h"
#include "view.h"

enum { PATH_MAX_BYTES = 8192 };

static void metric_rows(struct arena *a, struct table *t, struct sv group,
			const struct json_value *metrics)
{
	for (const struct json_value *m = json_first(metrics); m; m = json_next(m)) {
		table_cell(t, STYLE_PLAIN, group);
		table_cell(t, STYLE_PLAIN, json_name(m));
		table_cell(t, STYLE_PLAIN, view_member(a, m, "zh"));
		table_cell(t, STYLE_BOLD, view_member(a, m, "text"));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(m, "numerator")));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(m, "denominator")));
	}
}

static void case_rows(struct arena *a, struct table *t, struct sv metric, const char *side,
		      enum style style, const struct json_value *list)
{
	for (const struct json_value *v = json_first(list); v; v = json_next(v)) {
		table_cell(t, STYLE_PLAIN, metric);
		table_cell_cstr(t, style, side);
		table_cell(t, STYLE_PLAIN, view_member(a, v, "id"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "number"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "why"));
	}
}

static void print_lists(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "指标", COLUMN_FIXED, false }, { "归类", COLUMN_FIXED, false },
		{ "编号", COLUMN_FIXED, true },  { "文号", COLUMN_WRAP, false },
		{ "原因", COLUMN_WRAP, false },
	};
	static const struct {
		const char *name, *zh;
	} beside[] = { { "incomplete", "资料不全" },
		       { "suspended", "中止" },
		       { "excluded", "不计入" } };
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	const struct json_value *m = json_first(json_get(root, "metrics"));
	for (; m; m = json_next(m)) {
		case_rows(a, t, json_name(m), "计入", STYLE_GREEN, json_get(m, "in"));
		case_rows(a, t, json_name(m), "未计入", STYLE_RED, json_get(m, "out"));
	}
	for (size_t i = 0; i < ARRAY_LEN(beside); i++)
		case_rows(a, t, SV("另列"), beside[i].zh, STYLE_DIM,
			  json_get(json_get(root, "beside"), beside[i].name));
	if (table_rows(t) > 0) {
		putchar('\n');
		table_print(t, &c->out);
	}
}

static void print_rates(struct client *c, const struct json_value *root, bool lists)
{
	static const struct column columns[] = {
		{ "分组", COLUMN_WRAP, false }, { "指标", COLUMN_FIXED, false },
		{ "名称", COLUMN_WRAP, false }, { "比率", COLUMN_FIXED, true },
		{ "分子", COLUMN_FIXED, true }, { "分母", COLUMN_FIXED, true },
	};
	struct arena *a = &c->arena;
	struct sv from = term_clean(a, view_member(a, root, "from"));
	struct sv to = term_clean(a, view_member(a, root, "to"));
	struct sv as_of = term_clean(a, view_time(a, json_get(root, "as_of")));
	printf("%.*s 至 %.*s", SV_ARG(from), SV_ARG(to));
	printf(as_of.n > 0 ? "，截至 %.*s\n" : "%.*s\n", SV_ARG(as_of));
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	metric_rows(a, t, SV(""), json_get(root, "metrics"));
	const struct json_value *g = json_first(json_get(root, "groups"));
	for (; g; g = json_next(g)) {
		struct sv name = view_member(a, g, "zh");
		metric_rows(a, t, name.n > 0 ? name : view_member(a, g, "key"),
			    json_get(g, "metrics"));
	}
	table_print(t, &c->out);
	if (lists)
		print_lists(c, root);
}

/* A day option in any form, as ISO in the query. */
static enum exit_code add_day(struct client *c, struct str *path, const char *option,
			      const char *name)
{
	const char *text = args_option(c->args, option);
	struct err err = ERR_INIT;
	day_t day = DAY_NONE;
	char buf[11];
	if (!text)
		return CLI_OK;
	if (value_day(&c->arena, sv_of(text), &day, &err)) {
		err_field(&err, "%s", name);
		return client_fail(c, &err);
	}
	day_format(day, buf);
	remote_query(path, name, buf);
	return CLI_OK;
}

static enum exit_code add_instant(struct client *c, struct str *path, const char *option,
				  const char *name)
{
	const char *text = args_option(c->args, option);
	struct err err = ERR_INIT;
	instant_t at = INSTANT_NONE;
	char buf[40];
	if (!text)
		return CLI_OK;
	if (value_instant(&c->arena, sv_of(text), &at, &err)) {
		err_field(&err, "%s", name);
		return client_fail(c, &err);
	}
	instant_format(at, buf);
	remote_query(path, name, buf);
	return CLI_OK;
}

enum exit_code cmd_rates(struct client *c, const struct args *args)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str path = STR_INIT(PATH_MAX_BYTES);
	bool lists = args_has(args, "lists");
	if (!args_has(args, "from") || !args_has(args, "to"))
		return client_problem(c, CLI_USAGE, "usage", "请用 --from 和 --to 给出统计期间");
	str_append_cstr(&path, "/rates");
	enum exit_code code = add_day(c, &path, "from", "from");
	if (!code)
		code = add_day(c, &path, "to", "to");
	if (!code)
		code = add_day(c, &path, "as-of", "as_of");
	if (!code)
		code = add_instant(c, &path, "known-at", "known_at");
	remote_query(&path, "by", args_option(args, "by"));
	remote_query(&path, "lists", lists ? "1" : NULL);
	if (!code)
		code = client_need_login(c);
	if (!code)
		code = client_get(c, str_cstr(&path), &reply);
	str_release(&path);
	if (code)
		return code;
	if (c->json)
		client_print_json(&reply);
	else
		print_rates(c, reply.root, lists);
	return CLI_OK;
}

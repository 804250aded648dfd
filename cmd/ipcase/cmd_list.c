/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Lists: queue, search, clue list, case list, campaigns, units. */
#include "client.h"
#include "commands.h"
#include "view.h"

enum { PATH_MAX_BYTES = 8192 };

static enum exit_code check_limit(struct client *c, const struct args *args)
{
	struct err err = ERR_INIT;
	int64_t limit = 0;
	if (args_number(args, "limit", 1, 200, 50, &limit, &err))
		return client_fail(c, &err);
	return CLI_OK;
}

static enum exit_code list_matters(struct client *c, const struct args *args, struct str *path)
{
	enum exit_code code = check_limit(c, args);
	remote_query(path, "limit", args_option(args, "limit"));
	remote_query(path, "after", args_option(args, "after"));
	if (!code)
		code = view_get(c, str_cstr(path), view_matters);
	str_release(path);
	return code;
}

enum exit_code cmd_queue(struct client *c, const struct args *args)
{
	static const struct {
		const char *word, *view;
	} views[] = { { "mine", "mine" },   { "我的", "mine" },       { "unit", "unit" },
		      { "本单位", "unit" }, { "waiting", "waiting" }, { "等待", "waiting" },
		      { "week", "week" },   { "本周", "week" } };
	const char *word = args->word_count > 0 ? args->words[0] : "mine";
	const char *view = NULL;
	for (size_t i = 0; i < ARRAY_LEN(views); i++) {
		if (strcmp(word, views[i].word) == 0)
			view = views[i].view;
	}
	if (!view)
		return client_problem(c, CLI_USAGE, "usage",
				      "没有“%s”这个视图，可用 mine（我的）、unit（本单位）、"
				      "waiting（等待）、week（本周）",
				      word);
	struct str path = STR_INIT(PATH_MAX_BYTES);
	str_append_cstr(&path, "/queue");
	remote_query(&path, "view", view);
	remote_query(&path, "kind", args_option(args, "kind"));
	return list_matters(c, args, &path);
}

static enum exit_code search(struct client *c, const struct args *args, const char *kind)
{
	struct str path = STR_INIT(PATH_MAX_BYTES);
	str_append_cstr(&path, "/matters");
	remote_query(&path, "party", args_option(args, "party"));
	remote_query(&path, "number", args_option(args, "number"));
	remote_query(&path, "text", args_option(args, "text"));
	remote_query(&path, "campaign", args_option(args, "campaign"));
	remote_query(&path, "kind", kind);
	return list_matters(c, args, &path);
}

enum exit_code cmd_search(struct client *c, const struct args *args)
{
	if (!args_has(args, "party") && !args_has(args, "number") && !args_has(args, "text") &&
	    !args_has(args, "campaign"))
		return client_problem(c, CLI_USAGE, "usage",
				      "请给出查找条件: --party、--number、--text 或 --campaign");
	return search(c, args, args_option(args, "kind"));
}

enum exit_code cmd_clue_list(struct client *c, const struct args *args)
{
	return search(c, args, "clue");
}

enum exit_code cmd_case_list(struct client *c, const struct args *args)
{
	return search(c, args, "case");
}

/* The items of a plain list; columns that no item fills do not show. */
static void print_items(struct client *c, const struct json_value *root, const struct column *columns,
			const char *const *names, size_t count)
{
	struct table *t = table_new(&c->arena, columns, count);
	for (const struct json_value *v = json_first(json_get(root, "items")); v; v = json_next(v)) {
		for (size_t i = 0; i < count; i++) {
			struct sv text = view_time(&c->arena, json_get(v, names[i]));
			table_cell(t, STYLE_PLAIN, strcmp(names[i], "kind") == 0 ? view_unit_kind(text) : text);
		}
	}
	table_print(t, &c->out);
	printf("共 %zu 项\n", table_rows(t));
}

static void print_campaigns(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "编号", COLUMN_FIXED, true },     { "年度", COLUMN_FIXED, false },
		{ "专项行动", COLUMN_WRAP, false }, { "别名", COLUMN_CUT, false },
		{ "组织单位", COLUMN_CUT, false },  { "开始", COLUMN_FIXED, false },
		{ "结束", COLUMN_FIXED, false },
	};
	static const char *const names[] = { "id",   "year",      "name",   "aliases",
					     "unit", "starts_on", "ends_on" };
	print_items(c, root, columns, names, ARRAY_LEN(names));
}

enum exit_code cmd_campaigns(struct client *c, const struct args *args UNUSED)
{
	return view_get(c, "/campaigns", print_campaigns);
}

static void print_units(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "编号", COLUMN_FIXED, true },  { "单位", COLUMN_WRAP, false },
		{ "类型", COLUMN_FIXED, false }, { "上级", COLUMN_CUT, false },
		{ "区划", COLUMN_FIXED, false }, { "文号前缀", COLUMN_CUT, false },
	};
	static const char *const names[] = { "id", "name", "kind", "parent", "region", "prefix" };
	print_items(c, root, columns, names, ARRAY_LEN(names));
}

enum exit_code cmd_units(struct client *c, const struct args *args UNUSED)
{
	return view_get(c, "/units", print_units);
}

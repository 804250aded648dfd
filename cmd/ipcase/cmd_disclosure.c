/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Disclosures: the due list, new ones, acts, what would be published. A disclosure is a matter of kind disclosure, so
 * show, next, timeline and clocks are those of every matter (matter.h). */
#include "disclosure.h"

#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "matter.h"
#include "values.h"
#include "view.h"

enum { PATH_MAX_BYTES = 8192, CUTS_MAX_BYTES = 256 * 1024, PART_MAX_BYTES = 1 << 20 };

/* ---- list ---- */

static void print_list(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "灯", COLUMN_FIXED, false },   { "剩余", COLUMN_FIXED, true },    { "到期", COLUMN_FIXED, false },
		{ "编号", COLUMN_FIXED, true },  { "决定书文号", COLUMN_WRAP, false }, { "当事人", COLUMN_CUT, false },
		{ "类别", COLUMN_FIXED, false }, { "状态", COLUMN_FIXED, false },   { "待办", COLUMN_CUT, false },
		{ "公示", COLUMN_FIXED, false }, { "期满", COLUMN_FIXED, false },   { "单位", COLUMN_CUT, false },
	};
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	for (const struct json_value *v = json_first(json_get(root, "items")); v; v = json_next(v)) {
		table_light(t, json_string(json_get(v, "light")));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(v, "days_left")));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(v, "due")));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "id"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "number"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "party"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "class"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "state_zh"));
		table_cell(t, STYLE_PLAIN, view_role(a, json_get(v, "turn")));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(v, "published_on")));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(v, "stop_due")));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "unit"));
	}
	table_print(t, &c->out);
	view_end(c, root, t, table_rows(t) > 0 ? "件（剩余按工作日计）" : "件");
}

enum exit_code cmd_disclosure_list(struct client *c, const struct args *args)
{
	struct err err = ERR_INIT;
	struct str path = STR_INIT(PATH_MAX_BYTES);
	const char *due = args_option(args, "due");
	int64_t limit = 0;
	day_t day = DAY_NONE;
	char text[11] = "";
	if (args_number(args, "limit", 1, 200, 50, &limit, &err))
		return client_fail(c, &err);
	if (due && !day_parse_lenient(sv_of(due), &day))
		return client_problem(c, CLI_USAGE, "usage", "--due 应是日期，如 2026-9-23，不是“%s”", due);
	if (due)
		day_format(day, text);
	str_append_cstr(&path, "/disclosures");
	remote_query(&path, "state", args_option(args, "state"));
	remote_query(&path, "unit", args_option(args, "unit"));
	remote_query(&path, "due", due ? text : NULL);
	remote_query(&path, "open", args_has(args, "all") || args_has(args, "state") ? NULL : "true");
	remote_query(&path, "limit", args_option(args, "limit"));
	remote_query(&path, "after", args_option(args, "after"));
	const char *copy = arena_strdup(&c->arena, str_cstr(&path));
	str_release(&path);
	return view_get(c, copy, print_list);
}

/* ---- new ---- */

/* A decision of another province that was pushed to us, or one that a reviewing organ changed. */
enum exit_code cmd_disclosure_new(struct client *c, const struct args *args)
{
	static const struct code_word kinds[] = { { "receive", "外省推送" }, { "register", "变更后的决定" } };
	const char *kind = NULL;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(args->words[0], kinds[i].code) == 0 || strcmp(args->words[0], kinds[i].zh) == 0)
			kind = kinds[i].code;
	}
	if (!kind)
		return client_problem(c, CLI_USAGE, "usage",
				      "应写明 receive（外省推送）或 register（变更后的决定），不是“%s”", args->words[0]);
	const struct matter_new disclosure = { .path = "/disclosures",
					       .members = { { "act", kind } },
					       .what = kind == kinds[0].code ? "接收外省推送" : "登记变更后的决定",
					       .words = args->words + 1,
					       .word_count = args->word_count - 1 };
	return matter_create(c, args, &disclosure);
}

/* ---- acts ---- */

/* The cuts of a preview as the field cuts takes them. */
static bool write_cuts(struct json_writer *w, const struct json_value *list)
{
	static const char *const members[] = { "at", "len", "code", "note" };
	bool any = false;
	for (const struct json_value *v = json_first(list); v; v = json_next(v)) {
		json_obj_open(w);
		for (size_t i = 0; i < ARRAY_LEN(members); i++) {
			json_key(w, members[i]);
			json_write_value(w, json_get(v, members[i]));
		}
		json_obj_close(w);
		any = true;
	}
	return any;
}

/* What is cut already, and what the program says must be cut besides. */
static enum exit_code proposed_cuts(struct client *c, const char *id, const char **ret)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str text = STR_INIT(CUTS_MAX_BYTES);
	struct json_writer w;
	enum exit_code code = client_get(c, arena_printf(&c->arena, "/disclosures/%s/preview", id), &reply);
	if (code)
		return code;
	json_writer_init(&w, &text);
	json_arr_open(&w);
	write_cuts(&w, json_get(reply.root, "cuts"));
	write_cuts(&w, json_get(reply.root, "proposed"));
	json_arr_close(&w);
	bool ok = json_writer_ok(&w);
	if (ok)
		*ret = arena_strdup(&c->arena, str_cstr(&text));
	str_release(&text);
	return ok ? CLI_OK : client_problem(c, CLI_OTHER, "too-large", "删节过多");
}

static enum exit_code cuts_file(struct client *c, const char *path, const char **ret)
{
	struct err err = ERR_INIT;
	struct json_doc *doc = NULL;
	struct sv text;
	if (client_read_file(&c->arena, path, CUTS_MAX_BYTES, &text, &err) || json_parse(&c->arena, text, &doc, &err))
		return client_fail(c, &err);
	if (json_type(json_root(doc)) != JSON_ARRAY)
		return client_problem(c, CLI_INVALID, "malformed",
				      "%s 应是一个 JSON 数组: [{\"at\":12,\"len\":9,\"code\":\"name\"}]", path);
	*ret = text.p;
	return CLI_OK;
}

/* --cuts FILE or --propose stand for the field cuts. */
enum exit_code cmd_disclosure_do(struct client *c, const struct args *args)
{
	const char *file = args_option(args, "cuts"), *cuts = NULL, *id = NULL;
	enum exit_code code = CLI_OK;
	if (file && args_has(args, "propose"))
		return client_problem(c, CLI_USAGE, "usage", "--cuts 和 --propose 只能用一个");
	if (file)
		code = cuts_file(c, file, &cuts);
	if (!code && args_has(args, "propose")) {
		code = client_need_login(c);
		if (!code)
			code = client_resolve(c, "disclosure", args->words[0], true, &id);
		if (!code)
			code = proposed_cuts(c, id, &cuts);
	}
	if (code)
		return code;
	const char *more[] = { cuts ? arena_printf(&c->arena, "cuts=%s", cuts) : NULL };
	return matter_do(c, args, more, cuts ? 1 : 0);
}

/* ---- preview ---- */

static void print_summary(struct client *c, const struct json_value *root)
{
	static const struct code_word items[] = { { "decision_no", "决定书文号" },      { "party", "当事人" },
					     { "violation", "违法行为类型" }, { "penalty", "行政处罚内容" },
					     { "organ", "作出决定机关" },     { "decided_on", "决定日期" } };
	const struct json_value *s = json_get(root, "summary");
	term_print(&c->out, STYLE_BOLD, "公示摘要");
	putchar('\n');
	for (size_t i = 0; i < ARRAY_LEN(items); i++) {
		struct sv text = view_member(&c->arena, s, items[i].code);
		print_wrapped(&c->out, STYLE_PLAIN, arena_printf(&c->arena, "  %s: ", items[i].zh),
			      term_clean(&c->arena, text.n > 0 ? text : SV("（缺）")));
	}
	struct sv missing = view_member(&c->arena, root, "missing");
	if (missing.n > 0) {
		term_print(&c->out, STYLE_RED, "  缺少%.*s，不能公示", SV_ARG(term_clean(&c->arena, missing)));
		putchar('\n');
	}
}

static void print_cuts(struct client *c, const char *title, const struct json_value *list)
{
	static const struct column columns[] = {
		{ "位置", COLUMN_FIXED, true },  { "字节", COLUMN_FIXED, true },  { "代码", COLUMN_FIXED, false },
		{ "理由", COLUMN_FIXED, false }, { "原文", COLUMN_WRAP, false }, { "备注", COLUMN_CUT, false },
	};
	struct arena *a = &c->arena;
	if (json_count(list) == 0)
		return;
	term_print(&c->out, STYLE_BOLD, "%s", title);
	putchar('\n');
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	for (const struct json_value *v = json_first(list); v; v = json_next(v)) {
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(v, "at")));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(v, "len")));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "code"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "zh"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "text"));
		table_cell(t, STYLE_DIM, view_member(a, v, "note"));
	}
	table_print(t, &c->out);
}

static void print_preview(struct client *c, const struct json_value *root)
{
	static const struct code_word sources[] = { { "given", "所给的删节" }, { "stored", "已登记的删节" }, { "proposed", "程序建议的删节" } };
	struct arena *a = &c->arena;
	const struct json_value *residue = json_get(root, "residue");
	struct sv source = view_word(sources, ARRAY_LEN(sources), view_member(a, root, "source"));
	print_summary(c, root);
	term_print(&c->out, STYLE_BOLD, "公示文本（%.*s）", SV_ARG(source));
	putchar('\n');
	print_wrapped(&c->out, STYLE_PLAIN, "  ", term_clean(a, view_member(a, root, "text")));
	print_cuts(c, "删节", json_get(root, "cuts"));
	print_cuts(c, "还必须删去", json_get(root, "proposed"));
	print_cuts(c, "请判断是否删去", json_get(root, "unsure"));
	if (json_type(residue) == JSON_OBJECT) {
		term_print(&c->out, STYLE_RED, "不能这样公示: %.*s", SV_ARG(term_clean(a, view_member(a, residue, "message"))));
		putchar('\n');
	}
}

enum exit_code cmd_disclosure_preview(struct client *c, const struct args *args)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	const char *file = args_option(args, "cuts"), *cuts = NULL, *id = NULL;
	struct str body = STR_INIT(CUTS_MAX_BYTES + 64);
	enum exit_code code = file ? cuts_file(c, file, &cuts) : CLI_OK;
	if (!code)
		code = client_need_login(c);
	if (!code)
		code = client_resolve(c, "disclosure", args->words[0], false, &id);
	if (code)
		return code;
	const char *path = arena_printf(&c->arena, "/disclosures/%s/preview", id);
	if (!cuts)
		return view_get(c, path, print_preview);
	str_printf(&body, "{\"cuts\":%s}", cuts);
	code = client_post(c, path, &body, NULL, &reply);
	str_release(&body);
	if (code)
		return code;
	if (c->json)
		client_print_json(&reply);
	else
		print_preview(c, reply.root);
	return CLI_OK;
}

/* ---- show ---- */

static void print_periods(struct client *c, const struct json_value *list)
{
	static const struct column columns[] = {
		{ "版本", COLUMN_FIXED, true },  { "公示页", COLUMN_FIXED, true },  { "自", COLUMN_FIXED, false },
		{ "至", COLUMN_FIXED, false },   { "期满", COLUMN_FIXED, false },   { "现在", COLUMN_FIXED, false },
		{ "结束原因", COLUMN_WRAP, false },
	};
	struct arena *a = &c->arena;
	if (json_count(list) == 0)
		return;
	term_print(&c->out, STYLE_BOLD, "何时对外公开");
	putchar('\n');
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	for (const struct json_value *v = json_first(list); v; v = json_next(v)) {
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(v, "version")));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "page"));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(v, "from_at")));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(v, "until_at")));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(v, "stop_due")));
		table_cell_cstr(t, STYLE_PLAIN, json_is_true(json_get(v, "now")) ? "可见" : "不可见");
		table_cell(t, STYLE_PLAIN, view_member(a, v, "why"));
	}
	table_print(t, &c->out);
}

void disclosure_print(struct client *c, const struct json_value *matter)
{
	static const struct code_word days[] = { { "publish_due", "应公示期限" },	 { "published_on", "公示日期" },
					    { "pushed_on", "推送外省日期" }, { "credit_due", "信用中国报送期限" },
					    { "credit_on", "报送日期" },	 { "withdraw_due", "应撤回期限" },
					    { "withdrawn_on", "撤回日期" },  { "stop_due", "公示期满日" },
					    { "stopped_on", "停止公示日期" } };
	struct arena *a = &c->arena;
	const struct json_value *p = json_get(matter, "publication"), *class = json_get(p, "class");
	struct sv name = term_clean(a, view_member(a, class, "name")), why = term_clean(a, view_member(a, class, "why"));
	term_print(&c->out, STYLE_BOLD, "公示");
	putchar('\n');
	view_line(c, "对外", json_is_true(json_get(p, "public")) ? SV("现在可见") : SV("现在不可见"));
	view_line(c, "类别", sv_of(arena_printf(a, "%.*s（%.*s）", SV_ARG(name.n > 0 ? name : SV("不公示")), SV_ARG(why))));
	for (size_t i = 0; i < ARRAY_LEN(days); i++)
		view_line(c, days[i].zh, view_time(a, json_get(p, days[i].code)));
	if (json_is_true(json_get(class, "repairable")))
		view_line(c, "可申请提前停止", view_time(a, json_get(class, "repair_from")));
	print_summary(c, p);
	print_periods(c, json_get(p, "periods"));
	if (json_is_true(json_get(p, "sealed")))
		puts("决定书原文和删节只供承办人员、审核和审批人员、信用监管和督查人员查阅");
}

void disclosure_print_linked(struct client *c, const char *id)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct arena *a = &c->arena;
	const struct json_value *due = NULL;
	if (client_get(c, arena_printf(a, "/disclosures/%s", id), &reply)) {
		c->problem = (struct problem){ .title = NULL };
		view_line(c, "公示事项", sv_of(arena_printf(a, "%s（暂时无法读取）", id)));
		return;
	}
	for (const struct json_value *v = json_first(json_get(reply.root, "clocks")); v; v = json_next(v)) {
		bool sooner = !due || strcmp(json_string(json_get(v, "due")).p ? json_string(json_get(v, "due")).p : "",
					     json_string(json_get(due, "due")).p) < 0;
		if (sv_eq_str(json_string(json_get(v, "state")), "running") && json_type(json_get(v, "due")) == JSON_STRING &&
		    sooner)
			due = v;
	}
	struct sv state = term_clean(a, view_member(a, reply.root, "state_zh"));
	view_line(c, "公示事项", sv_of(arena_printf(a, "%s，%.*s", id, SV_ARG(state))));
	struct sv turn = term_clean(a, view_role(a, json_get(reply.root, "turn")));
	if (due) {
		struct sv zh = term_clean(a, view_member(a, due, "zh"));
		view_line(c, "公示的期限", sv_of(arena_printf(a, "%.*s %.*s", SV_ARG(zh),
							      SV_ARG(view_time(a, json_get(due, "due"))))));
	}
	if (turn.n > 0)
		view_line(c, "公示的下一步", sv_of(arena_printf(a, "待%.*s办理，见 ipcase disclosure next %s", SV_ARG(turn), id)));
}

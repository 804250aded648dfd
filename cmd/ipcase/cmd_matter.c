/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Reading one clue, case or hand-over: show, next, timeline, clocks. */
#include "commands.h"
#include "disclosure.h"
#include "fields.h"
#include "matter.h"
#include "view.h"

enum { PATH_MAX_BYTES = 8192, TIMELINE_PAGE = 200 };

const char *matter_kind(struct client *c, const struct args *args)
{
	const char *name = args->command->name;
	return arena_strndup(&c->arena, name, strcspn(name, " "));
}

/* GET /clues/ID/rest, /cases/ID/rest or /handoffs/ID/rest. */
static enum exit_code show(struct client *c, const struct args *args, const char *rest, view_print_fn *print)
{
	const char *kind = matter_kind(c, args), *id = NULL;
	enum exit_code code = client_need_login(c);
	if (!code)
		code = client_resolve(c, kind, args->words[0], false, &id);
	return code ? code : view_get(c, arena_printf(&c->arena, "/%ss/%s%s", kind, id, rest), print);
}

/* `both`: the due day that no holiday moves, too. */
static void clock_rows(struct arena *a, struct table *t, const struct json_value *items, bool both)
{
	for (const struct json_value *v = json_first(items); v; v = json_next(v)) {
		static const struct code_word states[] = { { "running", "计时中" }, { "stopped", "已停止" },
						      { "met", "已完成" },     { "late", "已超期" },
						      { "lapsed", "已自动解除" }, { "cancelled", "已取消" } };
		table_light(t, json_string(json_get(v, "light")));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "rule"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "zh"));
		const struct json_value *due = json_get(v, both && json_get(v, "due_at") ? "due_at" : "due");
		table_cell(t, STYLE_PLAIN, both ? view_time(a, json_get(v, "strict_due")) : SV(""));
		table_cell(t, STYLE_PLAIN, view_time(a, due));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(v, "days_left")));
		table_cell(t, STYLE_PLAIN, view_role(a, json_get(v, "owner")));
		table_cell(t, STYLE_PLAIN, view_word(states, ARRAY_LEN(states), view_member(a, v, "state")));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "article"));
	}
}

static void print_clocks(struct client *c, const struct json_value *items, bool both)
{
	static const struct column columns[] = {
		{ "灯", COLUMN_FIXED, false },       { "规则", COLUMN_FIXED, false },
		{ "期限", COLUMN_WRAP, false },      { "不顺延到期", COLUMN_FIXED, false },
		{ "到期", COLUMN_FIXED, false },     { "剩余", COLUMN_FIXED, true },
		{ "责任方", COLUMN_CUT, false },     { "情况", COLUMN_FIXED, false },
		{ "依据", COLUMN_WRAP, false },
	};
	struct table *t = table_new(&c->arena, columns, ARRAY_LEN(columns));
	clock_rows(&c->arena, t, items, both);
	table_print(t, &c->out);
	if (table_rows(t) == 0)
		puts("没有期限");
}

static void print_clock_list(struct client *c, const struct json_value *root)
{
	print_clocks(c, json_get(root, "items"), false);
}

static void print_clock_list_both(struct client *c, const struct json_value *root)
{
	print_clocks(c, json_get(root, "items"), true);
}

enum exit_code cmd_matter_clocks(struct client *c, const struct args *args)
{
	bool handoff = strcmp(matter_kind(c, args), "handoff") == 0;
	return show(c, args, "/clocks", handoff ? print_clock_list_both : print_clock_list);
}

/* ---- show ---- */

/* One line per item of an array of objects: its members in their order. */
static void print_objects(struct client *c, const char *title, const struct json_value *list)
{
	struct arena *a = &c->arena;
	if (json_count(list) == 0)
		return;
	term_print(&c->out, STYLE_BOLD, "%s", title);
	putchar('\n');
	int64_t n = 0;
	for (const struct json_value *v = json_first(list); v; v = json_next(v)) {
		struct str line = STR_INIT(1 << 16);
		for (const struct json_value *m = json_first(v); m; m = json_next(m)) {
			struct sv text = view_named(a, json_name(m), m);
			if (text.n == 0)
				continue;
			str_append_cstr(&line, line.len > 0 ? "；" : "");
			str_append_cstr(&line, field_label(a, json_name(m)));
			str_append_cstr(&line, " ");
			str_append_sv(&line, text);
		}
		if (json_type(v) != JSON_OBJECT)
			str_append_sv(&line, view_text(a, v));
		print_wrapped(&c->out, STYLE_PLAIN, arena_printf(a, "  %lld. ", (long long)++n),
			      term_clean(a, (struct sv){ str_cstr(&line), line.len }));
		str_release(&line);
	}
}

/* What is asked for, by whom, and who decides; then what the request says. */
static void print_requests(struct client *c, const struct json_value *list)
{
	struct arena *a = &c->arena;
	if (json_count(list) == 0)
		return;
	term_print(&c->out, STYLE_BOLD, "待审批的申请");
	putchar('\n');
	for (const struct json_value *v = json_first(list); v; v = json_next(v)) {
		struct sv act = term_clean(a, view_member(a, v, "act_zh")), by = term_clean(a, view_member(a, v, "by"));
		struct sv on = view_time(a, json_get(v, "on")), waits = view_member(a, v, "waits_for_zh");
		bool endorsed = sv_eq_str(json_string(json_get(v, "status")), "endorsed");
		print_wrapped(&c->out, STYLE_PLAIN,
			      arena_printf(a, "  request=%.*s  ", SV_ARG(view_number(a, json_get(v, "request")))),
			      sv_of(arena_printf(a, "%.*s，%.*s %.*s 申请%s，待%.*s%s", SV_ARG(act), SV_ARG(by), SV_ARG(on),
						 endorsed ? "，已审核" : "", SV_ARG(waits), endorsed ? "批准" : "办理")));
		for (const struct json_value *m = json_first(json_get(v, "fields")); m; m = json_next(m)) {
			struct sv text = view_named(a, json_name(m), m), label = sv_of(field_label(a, json_name(m)));
			if (text.n > 0)
				print_wrapped(&c->out, STYLE_PLAIN, arena_printf(a, "     %.*s: ", SV_ARG(term_clean(a, label))),
					      term_clean(a, text));
		}
	}
}

/* The clue a case came from, the case a clue became, the case that is handed over or disclosed, the hand-over of a case,
 * its disclosure with what comes next. `from_case`: the matter belongs to a case that was there before. */
static void print_links(struct client *c, const struct json_value *list, bool from_case)
{
	for (const struct json_value *v = json_first(list); v; v = json_next(v)) {
		struct sv rel = json_string(json_get(v, "rel"));
		if (sv_eq_str(rel, "disclosure")) {
			disclosure_print_linked(c, client_member(c, v, "id"));
			continue;
		}
		const char *label = sv_eq_str(rel, "clue")      ? "来源线索"
				    : sv_eq_str(rel, "handoff") ? "移送"
				    : from_case                 ? "本机关案件"
								: "所立案件";
		view_line(c, label, view_member(&c->arena, v, "id"));
	}
}

/* Facts that the head of a matter says in words. */
static bool said_in_head(struct sv name)
{
	static const char *const names[] = { "parties",  "case",      "clue",      "handoff",  "side",      "connected", "own_role",
					     "disclosure_matter", "cuts",
					     "thread",   "peer",      "peer_name", "copy_to",
					     "handoff_no", "own_organ", "receiver",  "receiver_name" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (sv_eq_str(name, names[i]))
			return true;
	}
	return false;
}

static void print_members(struct client *c, const char *title, const struct json_value *object)
{
	struct arena *a = &c->arena;
	bool any = false;
	for (const struct json_value *m = json_first(object); m; m = json_next(m)) {
		struct sv text = view_named(a, json_name(m), m);
		if (text.n == 0 || said_in_head(json_name(m)))
			continue;
		if (!any) {
			term_print(&c->out, STYLE_BOLD, "%s", title);
			putchar('\n');
		}
		any = true;
		const char *label = field_label(a, json_name(m));
		print_wrapped(&c->out, STYLE_PLAIN,
			      arena_printf(a, "  %.*s: ", SV_ARG(term_clean(a, sv_of(label)))),
			      term_clean(a, text));
	}
}

static void print_matter(struct client *c, const struct json_value *m)
{
	struct arena *a = &c->arena;
	struct sv title = term_clean(a, view_member(a, m, "title"));
	bool handoff = json_type(json_get(m, "handoff")) == JSON_OBJECT;
	bool disclosure = json_type(json_get(m, "publication")) == JSON_OBJECT;
	term_print(&c->out, STYLE_BOLD, "%.*s", SV_ARG(title));
	putchar('\n');
	view_line(c, "编号", view_member(a, m, "id"));
	view_line(c, "文号", view_member(a, m, "number"));
	if (handoff)
		handoff_print_head(c, m);
	view_line(c, "状态", view_member(a, m, "state_zh"));
	view_line(c, "待办人", view_role(a, json_get(m, "turn")));
	view_line(c, "单位", view_member(a, m, "unit"));
	view_line(c, "承办人", view_member(a, m, "officer"));
	view_line(c, "协办人", view_member(a, m, "co_officer"));
	view_line(c, "开始日期", view_time(a, json_get(m, "opened_on")));
	view_line(c, "结束日期", view_time(a, json_get(m, "closed_on")));
	view_line(c, "版本", view_number(a, json_get(m, "version")));
	print_objects(c, "当事人", json_get(m, "parties"));
	print_objects(c, "措施", json_get(m, "measures"));
	print_requests(c, json_get(m, "requests"));
	print_members(c, "事实", json_get(m, "facts"));
	if (disclosure)
		disclosure_print(c, m);
	print_links(c, json_get(m, "links"), handoff || disclosure);
	const struct json_value *clock_list = json_get(m, "clocks");
	if (json_count(clock_list) > 0) {
		term_print(&c->out, STYLE_BOLD, "期限");
		putchar('\n');
		print_clocks(c, clock_list, handoff);
	}
}

enum exit_code cmd_matter_show(struct client *c, const struct args *args)
{
	return show(c, args, "", print_matter);
}

/* ---- next ---- */

static void print_field(struct client *c, const struct json_value *field)
{
	struct arena *a = &c->arena;
	struct str line = STR_INIT(1 << 16);
	struct sv type = view_member(a, field, "type");
	struct sv zh = view_member(a, field, "zh");
	struct sv name = view_member(a, field, "name");
	str_printf(&line, "%.*s  %s%.*s", SV_ARG(zh),
		   json_is_true(json_get(field, "required")) ? "必填 " : "",
		   SV_ARG(sv_of(field_type_label(type))));
	const struct json_value *v = json_first(json_get(field, "choices"));
	for (const char *before = ": "; v; v = json_next(v), before = " / ")
		str_printf(&line, "%s%.*s", before, SV_ARG(view_code(a, name, view_text(a, v))));
	print_wrapped(&c->out, STYLE_PLAIN,
		      arena_printf(a, "     %.*s  ", SV_ARG(term_clean(a, name))),
		      term_clean(a, (struct sv){ str_cstr(&line), line.len }));
	str_release(&line);
}

/* "立案（申请）" unless the name says so already. */
static const char *act_title(struct arena *a, const struct json_value *act)
{
	struct sv zh = term_clean(a, view_member(a, act, "act_zh"));
	const char *stage = view_stage(json_string(json_get(act, "stage")));
	const char *name = arena_strndup(a, zh.p, zh.n);
	if (!stage[0] || strstr(name, stage))
		return name;
	return arena_printf(a, "%s（%s）", name, stage);
}

static void print_blocked(struct client *c, const struct json_value *act)
{
	struct arena *a = &c->arena;
	const struct json_value *blocked = json_get(act, "blocked");
	struct sv code = term_clean(a, view_member(a, act, "act"));
	struct sv article = view_member(a, blocked, "article");
	term_print(&c->out, STYLE_DIM, " —  %s  %.*s", act_title(a, act), SV_ARG(code));
	putchar('\n');
	struct str line = STR_INIT(1 << 14);
	str_append_sv(&line, view_member(a, blocked, "message"));
	if (article.n > 0)
		str_printf(&line, "（%.*s）", SV_ARG(article));
	print_wrapped(&c->out, STYLE_DIM,
		      "     暂不可办: ", term_clean(a, (struct sv){ str_cstr(&line), line.len }));
	str_release(&line);
}

static void print_next(struct client *c, const struct json_value *root)
{
	struct arena *a = &c->arena;
	const struct json_value *acts = json_get(root, "acts");
	int64_t n = 0;
	for (const struct json_value *v = json_first(acts); v; v = json_next(v)) {
		if (json_type(json_get(v, "blocked")) == JSON_OBJECT)
			continue;
		printf("%2lld. ", (long long)++n);
		term_print(&c->out, STYLE_BOLD, "%s", act_title(a, v));
		if (json_is_true(json_get(v, "registers")))
			fputs("（登记对方答复）", stdout);
		printf("  %.*s", SV_ARG(term_clean(a, view_member(a, v, "act"))));
		struct sv request = view_number(a, json_get(v, "request"));
		if (request.n > 0)
			printf("  request=%.*s", SV_ARG(request));
		struct sv article = term_clean(a, view_member(a, v, "article"));
		if (article.n > 0)
			printf("  %.*s", SV_ARG(article));
		putchar('\n');
		const struct json_value *f = json_first(json_get(v, "fields"));
		for (; f; f = json_next(f))
			print_field(c, f);
	}
	if (n == 0)
		puts("现在没有可办的事项");
	for (const struct json_value *v = json_first(acts); v; v = json_next(v)) {
		if (json_type(json_get(v, "blocked")) == JSON_OBJECT)
			print_blocked(c, v);
	}
}

enum exit_code cmd_matter_next(struct client *c, const struct args *args)
{
	return show(c, args, "/next", print_next);
}

/* ---- timeline ---- */

static void timeline_rows(struct arena *a, struct table *t, const struct json_value *items)
{
	for (const struct json_value *v = json_first(items); v; v = json_next(v)) {
		struct sv actor = view_member(a, v, "actor");
		struct sv behalf = view_member(a, v, "on_behalf_of");
		if (behalf.n > 0)
			actor = sv_of(
				arena_printf(a, "%.*s（代%.*s）", SV_ARG(actor), SV_ARG(behalf)));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(v, "seq")));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(v, "happened_at")));
		table_cell_cstr(t, STYLE_PLAIN, act_title(a, v));
		table_cell(t, STYLE_PLAIN, actor);
		table_cell(t, STYLE_PLAIN, view_member(a, v, "unit"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "number"));
		table_cell(t, STYLE_DIM, view_time(a, json_get(v, "recorded_at")));
	}
}

enum exit_code cmd_matter_timeline(struct client *c, const struct args *args)
{
	/* One line per act: what does not fit is cut. */
	static const struct column columns[] = {
		{ "序号", COLUMN_FIXED, true },      { "发生时间", COLUMN_FIXED, false },
		{ "事项", COLUMN_CUT, false },       { "办理人", COLUMN_CUT, false },
		{ "单位", COLUMN_CUT, false },       { "文号", COLUMN_CUT, false },
		{ "登记时间", COLUMN_FIXED, false },
	};
	const char *after = args_option(args, "after"), *kind = matter_kind(c, args);
	struct table *t = table_new(&c->arena, columns, ARRAY_LEN(columns));
	const char *id = NULL;
	int64_t limit = 0;
	struct err err = ERR_INIT;
	if (args_number(args, "limit", 1, 200, TIMELINE_PAGE, &limit, &err))
		return client_fail(c, &err);
	enum exit_code code = client_need_login(c);
	if (!code)
		code = client_resolve(c, kind, args->words[0], false, &id);
	bool more = !code;
	while (more) {
		/* Rows are copied into the table; the page itself can go. */
		CLEANUP(reply_release) struct reply page = REPLY_INIT;
		struct str path = STR_INIT(PATH_MAX_BYTES);
		str_printf(&path, "/%ss/%s/acts?limit=%lld", kind, id, (long long)limit);
		remote_query(&path, "after", after);
		code = client_get(c, str_cstr(&path), &page);
		str_release(&path);
		if (code)
			return code;
		if (c->json) {
			client_print_json(&page);
			return CLI_OK;
		}
		timeline_rows(&c->arena, t, json_get(page.root, "items"));
		struct sv next_page = view_number(&c->arena, json_get(page.root, "next"));
		more = next_page.n > 0 && !(after && sv_eq_str(next_page, after));
		after = arena_strndup(&c->arena, next_page.p, next_page.n);
	}
	if (code)
		return code;
	table_print(t, &c->out);
	printf("共 %zu 项\n", table_rows(t));
	return CLI_OK;
}

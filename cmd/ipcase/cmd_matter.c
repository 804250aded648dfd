/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Reading one clue, case or hand-over: show, next, timeline, clocks. */
#include "commands.h"
#include "fields.h"
#include "matter.h"
#include "view.h"

enum { PATH_MAX_BYTES = 8192, TIMELINE_PAGE = 200 };

/* GET /clues/ID/rest, /cases/ID/rest or /handoffs/ID/rest. */
static enum exit_code fetch(struct client *c, const struct args *args, const char *kind,
			    const char *rest, struct reply *ret)
{
	const char *id = NULL;
	enum exit_code code = client_need_login(c);
	if (!code)
		code = client_resolve(c, kind, args->words[0], false, &id);
	if (code)
		return code;
	return client_get(c, arena_printf(&c->arena, "/%ss/%s%s", kind, id, rest), ret);
}

/* `both`: the due day that no holiday moves, too. */
static void clock_rows(struct arena *a, struct table *t, const struct json_value *items, bool both)
{
	for (const struct json_value *v = json_first(items); v; v = json_next(v)) {
		static const struct {
			const char *state, *zh;
		} states[] = { { "running", "计时中" }, { "stopped", "已停止" },
			       { "met", "已完成" },     { "late", "已超期" },
			       { "lapsed", "已自动解除" },  { "cancelled", "已取消" } };
		struct sv state = view_member(a, v, "state");
		for (size_t i = 0; i < ARRAY_LEN(states); i++) {
			if (sv_eq_str(state, states[i].state))
				state = sv_of(states[i].zh);
		}
		table_light(t, json_string(json_get(v, "light")));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "rule"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "zh"));
		const struct json_value *due = json_get(v, both && json_get(v, "due_at") ? "due_at" : "due");
		table_cell(t, STYLE_PLAIN, both ? view_time(a, json_get(v, "strict_due")) : SV(""));
		table_cell(t, STYLE_PLAIN, view_time(a, due));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(v, "days_left")));
		table_cell(t, STYLE_PLAIN, view_role(a, json_get(v, "owner")));
		table_cell(t, STYLE_PLAIN, state);
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

enum exit_code matter_clocks(struct client *c, const struct args *args, const char *kind)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	enum exit_code code = fetch(c, args, kind, "/clocks", &reply);
	if (code)
		return code;
	if (c->json)
		client_print_json(&reply);
	else
		print_clocks(c, json_get(reply.root, "items"), strcmp(kind, "handoff") == 0);
	return CLI_OK;
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

/* The clue a case came from, the case a clue became, the case that is handed over, the hand-over of a case. */
static void print_links(struct client *c, const struct json_value *list, bool handoff)
{
	for (const struct json_value *v = json_first(list); v; v = json_next(v)) {
		struct sv rel = json_string(json_get(v, "rel"));
		const char *label = sv_eq_str(rel, "clue")      ? "来源线索"
				    : sv_eq_str(rel, "handoff") ? "移送"
				    : handoff                   ? "本机关案件"
								: "所立案件";
		view_line(c, label, view_member(&c->arena, v, "id"));
	}
}

/* Facts that the head of a matter says in words. */
static bool said_in_head(struct sv name)
{
	static const char *const names[] = { "parties",  "case",      "clue",      "handoff",  "side",      "connected", "own_role",
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
	print_objects(c, "待审批的申请", json_get(m, "requests"));
	print_members(c, "事实", json_get(m, "facts"));
	if (!handoff)
		print_members(c, "公示", json_get(m, "disclosure"));
	print_links(c, json_get(m, "links"), handoff);
	const struct json_value *clock_list = json_get(m, "clocks");
	if (json_count(clock_list) > 0) {
		term_print(&c->out, STYLE_BOLD, "期限");
		putchar('\n');
		print_clocks(c, clock_list, handoff);
	}
}

enum exit_code matter_show(struct client *c, const struct args *args, const char *kind)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	enum exit_code code = fetch(c, args, kind, "", &reply);
	if (code)
		return code;
	if (c->json)
		client_print_json(&reply);
	else
		print_matter(c, reply.root);
	return CLI_OK;
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
		str_printf(&line, "%s%.*s", before, SV_ARG(view_text(a, v)));
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

enum exit_code matter_next(struct client *c, const struct args *args, const char *kind)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	enum exit_code code = fetch(c, args, kind, "/next", &reply);
	if (code)
		return code;
	if (c->json)
		client_print_json(&reply);
	else
		print_next(c, reply.root);
	return CLI_OK;
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

enum exit_code matter_timeline(struct client *c, const struct args *args, const char *kind)
{
	/* One line per act: what does not fit is cut. */
	static const struct column columns[] = {
		{ "序号", COLUMN_FIXED, true },      { "发生时间", COLUMN_FIXED, false },
		{ "事项", COLUMN_CUT, false },       { "办理人", COLUMN_CUT, false },
		{ "单位", COLUMN_CUT, false },       { "文号", COLUMN_CUT, false },
		{ "登记时间", COLUMN_FIXED, false },
	};
	const char *after = args_option(args, "after");
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

enum exit_code cmd_clue_show(struct client *c, const struct args *args)
{
	return matter_show(c, args, "clue");
}

enum exit_code cmd_clue_next(struct client *c, const struct args *args)
{
	return matter_next(c, args, "clue");
}

enum exit_code cmd_clue_timeline(struct client *c, const struct args *args)
{
	return matter_timeline(c, args, "clue");
}

enum exit_code cmd_clue_clocks(struct client *c, const struct args *args)
{
	return matter_clocks(c, args, "clue");
}

enum exit_code cmd_case_show(struct client *c, const struct args *args)
{
	return matter_show(c, args, "case");
}

enum exit_code cmd_case_next(struct client *c, const struct args *args)
{
	return matter_next(c, args, "case");
}

enum exit_code cmd_case_timeline(struct client *c, const struct args *args)
{
	return matter_timeline(c, args, "case");
}

enum exit_code cmd_case_clocks(struct client *c, const struct args *args)
{
	return matter_clocks(c, args, "case");
}

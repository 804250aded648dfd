/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * forms: report forms, filled for a period, looked into, and the figures that units enter. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "report/form_report.h"
#include "values.h"
#include "view.h"

enum { PATH_MAX_BYTES = 8192, BODY_MAX = 64 << 10, DOCUMENT_MAX_BYTES = 16 << 20 };

/* ---- list ---- */

/* "week;month" as 周、月. */
static const char *periods(struct arena *a, struct sv kinds)
{
	static const struct code_word words[] = { { "week", "周" }, { "month", "月" }, { "quarter", "季" }, { "year", "年" },
						  { "campaign", "专项行动" } };
	struct str out = STR_INIT(1024);
	struct sv kind;

	while (value_list_next(&kinds, &kind))
		str_printf(&out, "%s%.*s", out.len ? "、" : "", SV_ARG(view_word(words, ARRAY_LEN(words), kind)));
	const char *text = arena_strndup(a, str_cstr(&out), out.len);
	str_release(&out);
	return text;
}

static void print_list(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "代码", COLUMN_FIXED, false },   { "名称", COLUMN_WRAP, false }, { "统计期", COLUMN_WRAP, false },
		{ "使用", COLUMN_FIXED, false }, { "单位填报的数字", COLUMN_WRAP, false },
	};
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));

	for (const struct json_value *f = json_first(json_get(root, "items")); f; f = json_next(f)) {
		struct str figures = STR_INIT(BODY_MAX);
		for (const struct json_value *g = json_first(json_get(f, "figures")); g; g = json_next(g))
			str_printf(&figures, "%s%.*s=%.*s（%.*s）", figures.len ? "、" : "", SV_ARG(view_member(a, g, "code")),
				   SV_ARG(view_member(a, g, "name")), SV_ARG(view_member(a, g, "unit")));
		table_cell(t, STYLE_BOLD, view_member(a, f, "code"));
		table_cell(t, STYLE_PLAIN, view_member(a, f, "name"));
		table_cell_cstr(t, STYLE_PLAIN, periods(a, view_member(a, f, "periods")));
		table_cell_cstr(t, STYLE_PLAIN, arena_printf(a, "%.*s 至 %.*s", SV_ARG(view_member(a, f, "valid_from")),
							     SV_ARG(json_string(json_get(f, "valid_to")).n
									    ? view_member(a, f, "valid_to")
									    : SV("现在"))));
		table_cell_cstr(t, STYLE_DIM, str_cstr(&figures));
		str_release(&figures);
	}
	table_print(t, &c->out);
}

enum exit_code cmd_forms_list(struct client *c, const struct args *args UNUSED)
{
	return view_get(c, "/forms", print_list);
}

/* ---- fill ---- */

static void print_block_list(struct client *c, const struct form_document_block *b)
{
	static const struct column columns[] = { { "指标", COLUMN_WRAP, false }, { "单位", COLUMN_FIXED, false },
						 { "数值", COLUMN_FIXED, true }, { "代码", COLUMN_FIXED, false } };
	struct table *t = table_new(&c->arena, columns, ARRAY_LEN(columns));

	for (size_t k = 0; k < b->column_count; k++) {
		table_cell_cstr(t, STYLE_PLAIN, b->columns[k].zh);
		table_cell_cstr(t, STYLE_PLAIN, b->columns[k].unit);
		table_cell_cstr(t, STYLE_BOLD, b->rows[b->row_count - 1].cells[k]);
		table_cell_cstr(t, STYLE_DIM, b->columns[k].code);
	}
	table_print(t, &c->out);
}

static void print_block_table(struct client *c, const struct form_document_block *b)
{
	struct column *columns = arena_array(&c->arena, struct column, b->column_count + 1);
	struct table *t;

	columns[0] = (struct column){ "案件类别", COLUMN_WRAP, false };
	for (size_t k = 0; k < b->column_count; k++)
		columns[k + 1] = (struct column){ arena_printf(&c->arena, "%s（%s）", b->columns[k].zh, b->columns[k].unit),
						  COLUMN_WRAP, true };
	t = table_new(&c->arena, columns, b->column_count + 1);
	for (size_t i = 0; i < b->row_count; i++) {
		enum style style = b->rows[i].total ? STYLE_BOLD : STYLE_PLAIN;
		table_cell_cstr(t, style, b->rows[i].zh);
		for (size_t k = 0; k < b->column_count; k++)
			table_cell_cstr(t, style, b->rows[i].cells[k][0] ? b->rows[i].cells[k] : "-");
	}
	table_print(t, &c->out);
}

static void print_form(struct client *c, const struct form_document *d)
{
	const char *notes[FORM_NOTES_MAX];
	size_t n = form_document_notes(&c->arena, d, notes);

	term_print(&c->out, STYLE_BOLD, "%s%s\n", d->period, d->zh);
	printf("%s\n", form_document_head(&c->arena, d));
	for (size_t i = 0; i < d->block_count; i++) {
		const struct form_document_block *b = &d->blocks[i];
		if (b->zh[0])
			printf("\n%s\n", b->zh);
		if (d->list || b->row_count == 1)
			print_block_list(c, b);
		else
			print_block_table(c, b);
	}
	putchar('\n');
	for (size_t i = 0; i < n; i++)
		print_wrapped(&c->out, STYLE_PLAIN, "", sv_of(notes[i]));
}

static void print_cell(struct client *c, const struct json_value *root)
{
	static const struct column cases[] = { { "编号", COLUMN_FIXED, true },  { "文号", COLUMN_WRAP, false },
					       { "名称", COLUMN_WRAP, false }, { "单位", COLUMN_WRAP, false },
					       { "计入金额", COLUMN_FIXED, true } };
	static const struct column entries[] = { { "单位", COLUMN_WRAP, false },   { "统计期", COLUMN_FIXED, false },
						 { "数值", COLUMN_FIXED, true },   { "填报人", COLUMN_WRAP, false },
						 { "填报时间", COLUMN_FIXED, false } };
	struct arena *a = &c->arena;
	const struct json_value *cell = json_get(root, "cell"), *list = json_get(root, "entries");
	struct table *t = list ? table_new(a, entries, ARRAY_LEN(entries)) : table_new(a, cases, ARRAY_LEN(cases));

	printf("%.*s %.*s：%.*s %.*s\n", SV_ARG(view_member(a, cell, "row_name")), SV_ARG(view_member(a, cell, "column_name")),
	       SV_ARG(view_member(a, cell, "text")), SV_ARG(view_member(a, cell, "unit")));
	for (const struct json_value *v = json_first(list); v; v = json_next(v)) {
		table_cell(t, STYLE_PLAIN, view_member(a, v, "unit_name"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "period"));
		table_cell(t, STYLE_BOLD, view_member(a, v, "value"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "by"));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(v, "at")));
	}
	for (const struct json_value *v = json_first(json_get(root, "cases")); v; v = json_next(v)) {
		const struct json_value *fen = json_get(v, "amount_fen");
		table_cell(t, STYLE_PLAIN, view_member(a, v, "id"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "number"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "title"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "unit_name"));
		table_cell(t, STYLE_PLAIN, fen ? view_named(a, SV("amount_fen"), fen) : view_member(a, v, "amount"));
	}
	if (table_rows(t) > 0)
		table_print(t, &c->out);
	if (!list)
		printf("共 %.*s 件%s\n", SV_ARG(view_number(a, json_get(root, "total"))),
		       json_is_true(json_get(root, "truncated")) ? "，只列出前一部分" : "");
}

static enum exit_code io_problem(struct client *c, const char *path)
{
	return client_problem(c, CLI_OTHER, "input-output", "无法写入 %s：%s", path, strerror(errno));
}

/* The document as it came, whole or not at all. */
static enum exit_code save_json(struct client *c, const struct str *text, const char *path)
{
	char *temporary = arena_printf(&c->arena, "%s.XXXXXX", path);
	int fd = mkstemp(temporary);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file)
		return io_problem(c, path);
	bool ok = fwrite(text->p, 1, text->len, file) == text->len && fflush(file) == 0 && fsync(fd) == 0;
	ok = fclose(file) == 0 && ok;
	if (ok && rename(temporary, path) == 0)
		return CLI_OK;
	enum exit_code code = io_problem(c, path);
	(void)unlink(temporary);
	return code;
}

static enum exit_code save(struct client *c, const struct form_document *d, const struct str *text)
{
	const char *folder = args_option(c->args, "out");
	struct err err = ERR_INIT;
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return client_problem(c, CLI_OTHER, "input-output", "无法建立文件夹 %s：%s", folder, strerror(errno));
	const char *base = arena_printf(&c->arena, "%s/%s-%s", folder, d->code, d->period_code);
	const char *json = arena_printf(&c->arena, "%s.json", base), *xlsx = arena_printf(&c->arena, "%s.xlsx", base);
	enum exit_code code = save_json(c, text, json);
	if (!code && report_form_xlsx(d, xlsx, &err) != ERR_OK)
		code = client_fail(c, &err);
	if (!code && !c->json) {
		printf("已写出 %.*s\n", SV_ARG(term_clean(&c->arena, sv_of(json))));
		printf("已写出 %.*s\n", SV_ARG(term_clean(&c->arena, sv_of(xlsx))));
	}
	return code;
}

static enum exit_code add_instant(struct client *c, struct str *path)
{
	const char *text = args_option(c->args, "as-of");
	struct err err = ERR_INIT;
	instant_t at = INSTANT_NONE;
	char buf[40];
	if (!text)
		return CLI_OK;
	if (value_instant(&c->arena, sv_of(text), &at, &err)) {
		err_field(&err, "as_of");
		return client_fail(c, &err);
	}
	instant_format(at, buf);
	remote_query(path, "as_of", buf);
	return CLI_OK;
}

enum exit_code cmd_forms_fill(struct client *c, const struct args *args)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str path = STR_INIT(PATH_MAX_BYTES);
	struct form_document doc;
	struct err err = ERR_INIT;
	const char *cell = args_option(args, "cell");
	if (cell && args_has(args, "out"))
		return client_problem(c, CLI_USAGE, "usage", "--cell 和 --out 不能同时使用");
	str_append_cstr(&path, "/forms/");
	remote_segment(&path, args->words[0]);
	if (cell) {
		str_append_cstr(&path, "/cells/");
		remote_segment(&path, cell);
	}
	remote_query(&path, "period", args->words[1]);
	remote_query(&path, "unit", args_option(args, "unit"));
	remote_query(&path, "organ", args_option(args, "organ"));
	enum exit_code code = add_instant(c, &path);
	if (!code)
		code = client_need_login(c);
	if (!code)
		code = client_get(c, str_cstr(&path), &reply);
	str_release(&path);
	if (code)
		return code;
	if (!cell && form_document_read(&c->arena, reply.root, &doc, &err) != ERR_OK)
		return client_fail(c, &err);
	if (args_has(args, "out") && (code = save(c, &doc, &reply.http.body)) != CLI_OK)
		return code;
	if (c->json)
		client_print_json(&reply);
	else if (cell)
		print_cell(c, reply.root);
	else if (!args_has(args, "out"))
		print_form(c, &doc);
	return CLI_OK;
}

/* ---- render ---- */

/* The server is not asked: whoever has the document can make the workbook. */
enum exit_code cmd_forms_render(struct client *c, const struct args *args)
{
	const char *folder = args_option(args, "out");
	struct form_document doc;
	struct json_doc *json;
	struct err err = ERR_INIT;
	struct sv text;
	if (!folder)
		return client_problem(c, CLI_USAGE, "usage", "请用 --out 给出文件夹");
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return client_problem(c, CLI_OTHER, "input-output", "无法建立文件夹 %s：%s", folder, strerror(errno));
	if (client_read_file(&c->arena, args->words[0], DOCUMENT_MAX_BYTES, &text, &err) != ERR_OK ||
	    json_parse(&c->arena, text, &json, &err) != ERR_OK ||
	    form_document_read(&c->arena, json_root(json), &doc, &err) != ERR_OK ||
	    report_form_xlsx(&doc, arena_printf(&c->arena, "%s/form.xlsx", folder), &err) != ERR_OK)
		return client_fail(c, &err);
	if (!c->json)
		printf("已写出 %.*s/form.xlsx\n", SV_ARG(term_clean(&c->arena, sv_of(folder))));
	return CLI_OK;
}

/* ---- enter ---- */

static enum exit_code figure(struct client *c, struct json_writer *w, const char *word)
{
	const char *equals = strchr(word, '=');
	if (!equals || equals == word || !equals[1])
		return client_problem(c, CLI_USAGE, "usage", "应写作 代码=数字，不是“%s”", word);
	json_key(w, arena_strndup(&c->arena, word, (size_t)(equals - word)));
	json_cstr(w, equals + 1);
	return CLI_OK;
}

static void print_history(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "编号", COLUMN_FIXED, true }, { "单位", COLUMN_WRAP, false },	  { "统计期", COLUMN_FIXED, false },
		{ "项目", COLUMN_FIXED, false }, { "数值", COLUMN_FIXED, true },	  { "取代", COLUMN_FIXED, true },
		{ "填报人", COLUMN_WRAP, false }, { "填报时间", COLUMN_FIXED, false }, { "说明", COLUMN_WRAP, false },
	};
	static const char *const names[] = { "id", "unit_name", "period", "figure", "value", "replaces", "by" };
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));

	for (const struct json_value *v = json_first(json_get(root, "items")); v; v = json_next(v)) {
		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			table_cell(t, STYLE_PLAIN, view_member(a, v, names[i]));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(v, "at")));
		table_cell(t, STYLE_DIM, view_member(a, v, "note"));
	}
	if (table_rows(t) > 0)
		table_print(t, &c->out);
	else
		puts("还没有填报过");
}

enum exit_code cmd_forms_enter(struct client *c, const struct args *args)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str path = STR_INIT(PATH_MAX_BYTES), body = STR_INIT(BODY_MAX);
	struct json_writer w;
	enum exit_code code = CLI_OK;

	json_writer_init(&w, &body);
	json_obj_open(&w);
	json_kv_str(&w, "period", args->words[1]);
	json_kv_str(&w, "unit", args->words[2]);
	json_key(&w, "figures");
	json_obj_open(&w);
	for (size_t i = 3; i < args->word_count && !code; i++)
		code = figure(c, &w, args->words[i]);
	json_obj_close(&w);
	if (args_has(args, "note"))
		json_kv_str(&w, "note", args_option(args, "note"));
	json_obj_close(&w);
	str_append_cstr(&path, "/forms/");
	remote_segment(&path, args->words[0]);
	str_append_cstr(&path, "/entries");
	if (!code)
		code = client_need_login(c);
	if (!code)
		code = client_post(c, str_cstr(&path), &body, "enter", &reply);
	if (!code && c->json)
		client_print_json(&reply);
	else if (!code)
		printf("已记录 %zu 项\n", json_count(json_get(reply.root, "items")));
	str_release(&path);
	str_release(&body);
	return code;
}

enum exit_code cmd_forms_entries(struct client *c, const struct args *args)
{
	struct str path = STR_INIT(PATH_MAX_BYTES);

	str_append_cstr(&path, "/forms/");
	remote_segment(&path, args->words[0]);
	str_append_cstr(&path, "/entries");
	remote_query(&path, "period", args->word_count > 1 ? args->words[1] : NULL);
	remote_query(&path, "unit", args_option(args, "unit"));
	enum exit_code code = view_get(c, str_cstr(&path), print_history);
	str_release(&path);
	return code;
}

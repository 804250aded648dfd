/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * audit: a period counted as of an instant, its files, and what was submitted.
 *
 * The server computes the document; the client waits for it, fetches it and makes the other files from it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#include "audit_files.h"
#include "commands.h"
#include "values.h"
#include "view.h"

enum { PATH_MAX_BYTES = 8192, WAIT_FIRST_MS = 50, WAIT_MOST_MS = 500, JSON_MAX = 64 << 20 };

/* ---- a run ---- */

/* RFC 3339 of --as-of in any form; NULL when it was not given. What lies in the future is the server's to refuse. */
static enum exit_code as_of(struct client *c, const char **ret)
{
	const char *text = args_option(c->args, "as-of");
	struct err err = ERR_INIT;
	instant_t at = INSTANT_NONE;
	char buf[40];
	*ret = NULL;
	if (!text)
		return CLI_OK;
	/* A day means all of it, today means as far as it has gone. */
	day_t day;
	if (value_day(&c->arena, sv_of(text), &day, &err) == ERR_OK) {
		at = day == instant_to_day(clock_now()) ? clock_now() : day_start(day + 1) - 1;
		instant_format(at, buf);
		*ret = arena_strdup(&c->arena, buf);
		return CLI_OK;
	}
	err = (struct err)ERR_INIT;
	if (value_instant(&c->arena, sv_of(text), &at, &err)) {
		err_field(&err, "as_of");
		return client_fail(c, &err);
	}
	instant_format(at, buf);
	*ret = arena_strdup(&c->arena, buf);
	return CLI_OK;
}

static enum exit_code begin(struct client *c, const char *period, const char **ret_id)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str body = STR_INIT(PATH_MAX_BYTES);
	struct json_writer w;
	const char *at;
	enum exit_code code = as_of(c, &at);
	if (code)
		return code;
	json_writer_init(&w, &body);
	json_obj_open(&w);
	json_kv_str(&w, "period", period);
	if (at)
		json_kv_str(&w, "as_of", at);
	if (args_option(c->args, "organ"))
		json_kv_str(&w, "organ", args_option(c->args, "organ"));
	json_obj_close(&w);
	code = client_post(c, "/audits", &body, "run", &reply);
	str_release(&body);
	if (code)
		return code;
	*ret_id = client_member(c, reply.root, "id");
	return CLI_OK;
}

static void pause_ms(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}

/* The run as it is when it is over. The reply stays for the caller. */
static enum exit_code wait_for(struct client *c, const char *id, struct reply *ret)
{
	const char *path = arena_printf(&c->arena, "/audits/%s", id);
	long pause = WAIT_FIRST_MS;
	for (;;) {
		enum exit_code code = client_get(c, path, ret);
		if (code)
			return code;
		struct sv state = json_string(json_get(ret->root, "state"));
		if (sv_eq_str(state, "done"))
			return CLI_OK;
		if (sv_eq_str(state, "failed")) {
			const char *why = client_member(c, ret->root, "problem");
			return client_problem(c, CLI_OTHER, "audit-failed", "%s", why ? why : "统计没有完成");
		}
		reply_release(ret);
		*ret = (struct reply)REPLY_INIT;
		pause_ms(pause);
		pause = pause * 2 < WAIT_MOST_MS ? pause * 2 : WAIT_MOST_MS;
	}
}

static enum exit_code io_problem(struct client *c, const char *path)
{
	return client_problem(c, CLI_OTHER, "input-output", "无法写入 %s：%s", path, strerror(errno));
}

/* The document under its name, whole or not at all. */
static enum exit_code fetch(struct client *c, const char *run, const char *path)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	char *temporary = arena_printf(&c->arena, "%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");
	if (!file)
		return io_problem(c, path);
	enum exit_code code = client_download(c, arena_printf(&c->arena, "/audits/%s/files/json", run), file, &reply);
	bool ok = code == CLI_OK && fflush(file) == 0 && fsync(fd) == 0;
	ok = fclose(file) == 0 && ok;
	if (ok && rename(temporary, path) == 0)
		return CLI_OK;
	if (code == CLI_OK)
		code = io_problem(c, path);
	(void)unlink(temporary);
	return code;
}

/* ---- what is printed ---- */

static void figure_rows(struct arena *a, struct table *t, const struct json_value *metrics)
{
	for (const struct json_value *m = json_first(metrics); m; m = json_next(m)) {
		const struct json_value *last = NULL;
		for (const struct json_value *p = json_first(json_get(m, "trend")); p; p = json_next(p))
			last = p;
		table_cell(t, STYLE_PLAIN, view_member(a, m, "code"));
		table_cell(t, STYLE_PLAIN, view_member(a, m, "zh"));
		table_cell(t, STYLE_BOLD, view_member(a, m, "text"));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(m, "num")));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(m, "den")));
		table_cell(t, STYLE_DIM, last ? view_member(a, last, "percent") : SV(""));
	}
}

static void hidden_lines(struct client *c, const struct json_value *hidden)
{
	static const struct {
		const char *name, *zh;
	} totals[] = { { "declined_late", "逾期才决定不予立案的线索" }, { "unfiled_late", "逾期未决定的线索" },
		       { "suspended", "中止的案件" }, { "excluded", "不计入的" }, { "component_gt_total", "部分大于整体" } };
	struct arena *a = &c->arena;
	for (size_t i = 0; i < ARRAY_LEN(totals); i++) {
		struct sv n = view_number(a, json_get(json_get(hidden, "totals"), totals[i].name));
		if (!sv_eq_str(n, "0"))
			printf("%s: %.*s\n", totals[i].zh, SV_ARG(n));
	}
	struct sv incomplete = view_number(a, json_get(json_get(hidden, "incomplete"), "total"));
	if (!sv_eq_str(incomplete, "0"))
		printf("补录而日期不全的: %.*s\n", SV_ARG(incomplete));
	for (const struct json_value *u = json_first(json_get(hidden, "silent_units")); u; u = json_next(u))
		printf("期内没有任何记录: %.*s\n", SV_ARG(term_clean(a, view_member(a, u, "zh"))));
	for (const struct json_value *j = json_first(json_get(hidden, "jumps")); j; j = json_next(j))
		printf("数字突变: %.*s %.*s %.*s\n", SV_ARG(term_clean(a, view_member(a, j, "zh"))),
		       SV_ARG(view_member(a, j, "what")), SV_ARG(term_clean(a, view_member(a, j, "why"))));
}

/* Without its lists: the first line of the document, closed. */
static const struct json_value *read_head(struct client *c, const char *path)
{
	FILE *file = fopen(path, "r");
	struct json_doc *doc = NULL;
	char *line = NULL;
	size_t room = 0;
	ssize_t n = file ? getline(&line, &room, file) : -1;
	struct str text = STR_INIT(JSON_MAX);
	while (n > 0 && (line[n - 1] == '\n'))
		n--;
	if (n > 0) {
		str_append(&text, line, (size_t)n);
		if (line[n - 1] == '[')
			str_append_cstr(&text, "]}");
		char *kept = arena_try_strndup(&c->arena, text.p, text.len);
		if (!kept || json_parse(&c->arena, (struct sv){ kept, text.len }, &doc, NULL) != ERR_OK)
			doc = NULL;
	}
	str_release(&text);
	free(line);
	if (file)
		fclose(file);
	return doc ? json_root(doc) : NULL;
}

static void print_head(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "指标", COLUMN_FIXED, false }, { "名称", COLUMN_WRAP, false }, { "比率", COLUMN_FIXED, true },
		{ "分子", COLUMN_FIXED, true },	 { "分母", COLUMN_FIXED, true }, { "上期%", COLUMN_FIXED, true },
	};
	struct arena *a = &c->arena;
	const struct json_value *period = json_get(root, "period");
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	printf("%.*s %.*s（%.*s 至 %.*s），截至 %.*s\n", SV_ARG(term_clean(a, view_member(a, json_get(root, "organ"), "name"))),
	       SV_ARG(term_clean(a, view_member(a, period, "name"))), SV_ARG(view_member(a, period, "from")),
	       SV_ARG(view_member(a, period, "to")), SV_ARG(view_time(a, json_get(root, "as_of"))));
	figure_rows(a, t, json_get(root, "metrics"));
	table_print(t, &c->out);
	hidden_lines(c, json_get(root, "hidden"));
}

/* The whole document; it is JSON of its own and goes out as it came. */
static enum exit_code print_file(struct client *c, const char *path)
{
	FILE *file = fopen(path, "r");
	char piece[65536];
	size_t n;
	if (!file)
		return io_problem(c, path);
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		fwrite(piece, 1, n, stdout);
	fclose(file);
	return CLI_OK;
}

/* A folder of our own when the user named none. */
static enum exit_code prepare_folder(struct client *c, const char **ret, bool *ret_own)
{
	const char *folder = args_option(c->args, "out");
	*ret_own = folder == NULL;
	if (folder) {
		*ret = folder;
		if (mkdir(folder, 0700) != 0 && errno != EEXIST)
			return client_problem(c, CLI_OTHER, "input-output", "无法建立文件夹 %s：%s", folder, strerror(errno));
		return CLI_OK;
	}
	const char *tmp = getenv("TMPDIR");
	char *made = arena_printf(&c->arena, "%s/ipcase-audit-XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
	if (!mkdtemp(made))
		return io_problem(c, made);
	*ret = made;
	return CLI_OK;
}

/* The document of a run: into the folder with its files, and onto the screen. */
static enum exit_code deliver(struct client *c, const char *run)
{
	const char *folder = NULL;
	bool own = false;
	enum exit_code code = prepare_folder(c, &folder, &own);
	if (code)
		return code;
	const char *path = arena_printf(&c->arena, "%s/audit.json", folder);
	code = fetch(c, run, path);
	if (!code && !own)
		code = audit_files(c, path, folder, NULL);
	if (!code && c->json) {
		code = print_file(c, path);
	} else if (!code) {
		const struct json_value *head = read_head(c, path);
		if (head)
			print_head(c, head);
		else
			code = client_problem(c, CLI_OTHER, "malformed", "服务器给出的 audit.json 读不出来");
	}
	if (own) {
		(void)unlink(path);
		(void)rmdir(folder);
	} else if (!code && !c->json) {
		struct sv shown = term_clean(&c->arena, sv_of(folder));
		printf("已写出 %.*s/audit.json\n", SV_ARG(shown));
		for (const char *const *name = audit_file_names; *name; name++)
			printf("已写出 %.*s/%s\n", SV_ARG(shown), *name);
	}
	return code;
}

enum exit_code cmd_audit(struct client *c, const struct args *args)
{
	CLEANUP(reply_release) struct reply run = REPLY_INIT;
	const char *id = NULL;
	enum exit_code code = client_need_login(c);
	if (!code)
		code = begin(c, args->words[0], &id);
	if (!code)
		code = wait_for(c, id, &run);
	return code ? code : deliver(c, id);
}

/* ---- snapshots ---- */

static void snapshot_rows(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "编号", COLUMN_FIXED, true },	 { "统计期", COLUMN_FIXED, false }, { "第几次", COLUMN_FIXED, true },
		{ "截至", COLUMN_FIXED, false }, { "报送人", COLUMN_WRAP, false },  { "报送时间", COLUMN_FIXED, false },
		{ "摘要", COLUMN_WRAP, false },
	};
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	const struct json_value *list = json_get(root, "items");
	for (const struct json_value *s = list ? json_first(list) : root; s; s = list ? json_next(s) : NULL) {
		table_cell(t, STYLE_PLAIN, view_member(a, s, "id"));
		table_cell(t, STYLE_PLAIN, view_member(a, s, "period"));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(s, "n")));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(s, "as_of")));
		table_cell(t, STYLE_PLAIN, view_member(a, json_get(s, "made_by"), "name"));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(s, "made_at")));
		table_cell(t, STYLE_DIM, view_member(a, s, "sha256"));
	}
	if (table_rows(t) > 0)
		table_print(t, &c->out);
	else
		puts("还没有报送过");
}

/* Counts the period and submits what came out. */
enum exit_code cmd_audit_submit(struct client *c, const struct args *args)
{
	CLEANUP(reply_release) struct reply run = REPLY_INIT, made = REPLY_INIT, shown = REPLY_INIT;
	const char *id = NULL;
	enum exit_code code = client_need_login(c);
	if (!code)
		code = begin(c, args->words[0], &id);
	if (!code)
		code = wait_for(c, id, &run);
	if (code)
		return code;
	code = client_post(c, arena_printf(&c->arena, "/audits/%s/submit", id), NULL, "submit", &made);
	if (!code)
		code = client_get(c, arena_printf(&c->arena, "/snapshots/%s", client_member(c, made.root, "id")), &shown);
	if (code)
		return code;
	if (args_has(args, "out") && (code = deliver(c, id)) != CLI_OK)
		return code;
	if (c->json && !args_has(args, "out"))
		client_print_json(&shown);
	else if (!c->json)
		snapshot_rows(c, shown.root);
	return CLI_OK;
}

enum exit_code cmd_audit_list(struct client *c, const struct args *args)
{
	struct str path = STR_INIT(PATH_MAX_BYTES);
	str_append_cstr(&path, "/snapshots");
	remote_query(&path, "period", args->word_count > 0 ? args->words[0] : NULL);
	enum exit_code code = view_get(c, str_cstr(&path), snapshot_rows);
	str_release(&path);
	return code;
}

/* The document of a snapshot, and its files. */
enum exit_code cmd_audit_show(struct client *c, const struct args *args)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str path = STR_INIT(PATH_MAX_BYTES);
	enum exit_code code = client_need_login(c);
	str_append_cstr(&path, "/snapshots/");
	remote_segment(&path, args->words[0]);
	if (!code)
		code = client_get(c, str_cstr(&path), &reply);
	str_release(&path);
	return code ? code : deliver(c, client_member(c, reply.root, "audit"));
}

/* ---- what changed ---- */

static struct sv list_of(struct arena *a, const struct json_value *lists)
{
	struct str out = STR_INIT(4096);
	for (const struct json_value *m = json_first(lists); m; m = json_next(m)) {
		struct sv was = view_member(a, m, "was"), is = view_member(a, m, "is");
		const char *words[2];
		for (int i = 0; i < 2; i++) {
			struct sv side = i == 0 ? was : is;
			words[i] = sv_eq_str(side, "in") ? "计入" : sv_eq_str(side, "out") ? "未计入" : "不在其中";
		}
		str_printf(&out, "%s%.*s %s→%s", out.len ? "；" : "", SV_ARG(view_member(a, m, "metric")), words[0], words[1]);
	}
	char *text = arena_strndup(a, str_cstr(&out), out.len);
	str_release(&out);
	return sv_of(text);
}

static struct sv why_of(struct arena *a, const struct json_value *change)
{
	struct str out = STR_INIT(1 << 16);
	for (const struct json_value *w = json_first(json_get(change, "why")); w; w = json_next(w))
		str_printf(&out, "%s%.*s %.*s（%.*s）", out.len ? "；" : "", SV_ARG(view_time(a, json_get(w, "recorded_at"))),
			   SV_ARG(view_member(a, w, "zh")), SV_ARG(view_member(a, w, "by")));
	for (const struct json_value *f = json_first(json_get(change, "fields")); f && out.len == 0; f = json_next(f))
		str_append_cstr(&out, "其间没有办理记录：名称或者截止日的变化");
	if (out.len == 0)
		str_append_cstr(&out, "截止日不同");
	char *text = arena_strndup(a, str_cstr(&out), out.len);
	str_release(&out);
	return sv_of(text);
}

static void print_diff(struct client *c, const struct json_value *root)
{
	static const struct column figures[] = { { "指标", COLUMN_FIXED, false }, { "名称", COLUMN_WRAP, false },
						 { "原来", COLUMN_FIXED, true },  { "现在", COLUMN_FIXED, true } };
	static const struct column changes[] = { { "编号", COLUMN_FIXED, true }, { "文号", COLUMN_WRAP, false },
						 { "变化", COLUMN_WRAP, false }, { "原因", COLUMN_WRAP, false } };
	struct arena *a = &c->arena;
	struct table *t = table_new(a, figures, ARRAY_LEN(figures));
	for (const struct json_value *m = json_first(json_get(root, "metrics")); m; m = json_next(m)) {
		table_cell(t, STYLE_PLAIN, view_member(a, m, "code"));
		table_cell(t, STYLE_PLAIN, view_member(a, m, "zh"));
		for (int i = 0; i < 2; i++) {
			const struct json_value *pair = json_get(m, i == 0 ? "before" : "after");
			const struct json_value *num = json_first(pair);
			table_cell_cstr(t, STYLE_PLAIN, arena_printf(a, "%.*s/%.*s", SV_ARG(view_number(a, num)),
								     SV_ARG(view_number(a, json_next(num)))));
		}
	}
	table_print(t, &c->out);
	t = table_new(a, changes, ARRAY_LEN(changes));
	for (const struct json_value *v = json_first(json_get(root, "changes")); v; v = json_next(v)) {
		struct sv lists = list_of(a, json_get(v, "lists"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "id"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "number"));
		table_cell(t, STYLE_PLAIN, lists.n ? lists : SV("数字不变，登记内容不同"));
		table_cell(t, STYLE_PLAIN, why_of(a, v));
	}
	putchar('\n');
	if (table_rows(t) > 0)
		table_print(t, &c->out);
	printf("共%.*s件有变化\n", SV_ARG(view_number(a, json_get(root, "total"))));
}

enum exit_code cmd_audit_diff(struct client *c, const struct args *args)
{
	struct str path = STR_INIT(PATH_MAX_BYTES);
	str_append_cstr(&path, "/snapshots/");
	remote_segment(&path, args->words[0]);
	str_append_cstr(&path, "/diff/");
	remote_segment(&path, args->words[1]);
	enum exit_code code = view_get(c, str_cstr(&path), print_diff);
	str_release(&path);
	return code;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * export shuanggongshi: decisions for the credit platform (双公示).
 *
 *	--from --to [--new] [--check] [--out FILE]   checks, writes what passed, and registers the file as a batch
 *	--reported BATCH [--on DAY]          the platform took it: credit_report on each of its disclosures
 *	--list, --again                      batches; what has to be reported again
 *
 * A decision with any problem is left out as a whole, with all its parties, and listed. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "crypto/crypto.h"
#include "report/shuanggongshi.h"

#include "client.h"
#include "commands.h"
#include "values.h"
#include "view.h"

enum { PATH_MAX_BYTES = 8192, BODY_MAX = 1 << 20, PAGE = 10, COLUMNS_MAX = 64, FILE_BUFFER = 1 << 16 };

struct bad {
	const char *id, *number, *party, *code, *zh, *what;
};

struct taken {
	const char *id, *version;
};

struct export {
	struct client *c;
	const char *from, *to, *out, *format; /* days as ISO */
	struct credit_column columns[COLUMNS_MAX];
	struct credit_sheet sheet;
	const char **cells;
	size_t cell_count, cell_room;
	struct taken *taken;
	size_t taken_count, taken_room;
	struct bad *bad;
	size_t bad_count, bad_room;
	size_t decisions, left_out;
	bool only_new;
	/* of the file */
	int64_t size;
	char sha256[CRYPTO_SHA256_HEX_SIZE];
	const char *batch, *batch_no; /* NULL: not registered */
};

#define GROW(list, count, room) \
	do { \
		if ((count) == (room)) { \
			(room) = (room) ? 2 * (room) : 256; \
			(list) = xrealloc((list), (room) * sizeof(*(list))); \
		} \
	} while (0)

static const char *text_of(struct export *x, struct sv text)
{
	return arena_strndup(&x->c->arena, text.p ? text.p : "", text.n);
}

static const char *member(struct export *x, const struct json_value *v, const char *name)
{
	return text_of(x, view_member(&x->c->arena, v, name));
}

/* ---- what the server says ---- */

static void read_columns(struct export *x, const struct json_value *fields)
{
	size_t n = 0;
	for (const struct json_value *f = json_first(fields); f && n < COLUMNS_MAX; f = json_next(f), n++) {
		struct sv kind = json_string(json_get(f, "kind"));
		x->columns[n] = (struct credit_column){
			.code = member(x, f, "code"), .zh = member(x, f, "zh"),
			.kind = sv_eq_str(kind, "date") ? CREDIT_DATE : sv_eq_str(kind, "amount") ? CREDIT_AMOUNT : CREDIT_TEXT };
	}
	x->sheet.columns = x->columns;
	x->sheet.column_count = n;
}

static bool read_problems(struct export *x, const struct json_value *decision, const struct json_value *row)
{
	bool any = false;
	for (const struct json_value *p = json_first(json_get(row, "problems")); p; p = json_next(p)) {
		GROW(x->bad, x->bad_count, x->bad_room);
		x->bad[x->bad_count++] = (struct bad){
			.id = member(x, decision, "id"), .number = member(x, decision, "number"),
			.party = text_of(x, json_string(json_first(json_get(row, "values")))), .code = member(x, p, "field"),
			.zh = member(x, p, "zh"), .what = member(x, p, "what") };
		any = true;
	}
	return any;
}

static void read_decision(struct export *x, const struct json_value *decision)
{
	const struct json_value *rows = json_get(decision, "rows");
	bool bad = false;
	if (x->only_new && json_string(json_get(decision, "reported_on")).n > 0)
		return;
	x->decisions++;
	for (const struct json_value *row = json_first(rows); row; row = json_next(row))
		bad = read_problems(x, decision, row) || bad;
	if (bad) {
		x->left_out++;
		return;
	}
	GROW(x->taken, x->taken_count, x->taken_room);
	x->taken[x->taken_count++] = (struct taken){
		.id = member(x, decision, "id"), .version = text_of(x, view_number(&x->c->arena, json_get(decision, "version"))) };
	for (const struct json_value *row = json_first(rows); row; row = json_next(row)) {
		const struct json_value *v = json_first(json_get(row, "values"));
		for (size_t i = 0; i < x->sheet.column_count; i++, v = json_next(v)) {
			GROW(x->cells, x->cell_count, x->cell_room);
			x->cells[x->cell_count++] = text_of(x, json_string(v));
		}
		x->sheet.row_count++;
	}
}

static enum exit_code read_all(struct export *x)
{
	const char *after = NULL;
	do {
		CLEANUP(reply_release) struct reply reply = REPLY_INIT;
		struct str path = STR_INIT(PATH_MAX_BYTES);
		str_printf(&path, "/shuanggongshi?limit=%d", PAGE);
		remote_query(&path, "from", x->from);
		remote_query(&path, "to", x->to);
		remote_query(&path, "after", after);
		enum exit_code code = client_get(x->c, str_cstr(&path), &reply);
		str_release(&path);
		if (code)
			return code;
		if (!after)
			read_columns(x, json_get(reply.root, "fields"));
		for (const struct json_value *v = json_first(json_get(reply.root, "items")); v; v = json_next(v))
			read_decision(x, v);
		const char *next = client_member(x->c, reply.root, "next");
		if (next && after && strcmp(next, after) == 0)
			return client_problem(x->c, CLI_OTHER, "bad-reply", "服务器的分页没有前进");
		after = next;
	} while (after);
	x->sheet.cells = x->cells;
	return CLI_OK;
}

/* ---- the file ---- */

static enum exit_code digest_file(struct export *x)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char buffer[FILE_BUFFER];
	size_t n;
	FILE *file = fopen(x->out, "rb");
	if (!file)
		return client_problem(x->c, CLI_OTHER, "input-output", "打不开 %s：%s", x->out, strerror(errno));
	struct crypto_digest *d = crypto_digest_new();
	while ((n = fread(buffer, 1, sizeof(buffer), file)) > 0) {
		crypto_digest_update(d, buffer, n);
		x->size += (int64_t)n;
	}
	fclose(file);
	crypto_digest_finish(d, digest);
	crypto_hex(digest, sizeof(digest), x->sha256);
	return CLI_OK;
}

static enum exit_code write_file(struct export *x)
{
	struct err err = ERR_INIT;
	enum err_code code = strcmp(x->format, "csv") == 0 ? report_credit_csv(&x->sheet, x->out, &err)
							    : report_credit_xlsx(&x->sheet, x->out, &err);
	return code ? client_fail(x->c, &err) : digest_file(x);
}

/* Who may only read makes the file all the same; it is no batch then. */
static enum exit_code register_file(struct export *x)
{
	CLEANUP(reply_release) struct reply made = REPLY_INIT, shown = REPLY_INIT;
	struct str body = STR_INIT(BODY_MAX);
	struct json_writer w;
	json_writer_init(&w, &body);
	json_obj_open(&w);
	json_kv_str(&w, "from", x->from);
	json_kv_str(&w, "to", x->to);
	json_kv_str(&w, "format", x->format);
	json_kv_i64(&w, "lines", (int64_t)x->sheet.row_count);
	json_kv_i64(&w, "size", x->size);
	json_kv_str(&w, "sha256", x->sha256);
	json_key(&w, "items");
	json_arr_open(&w);
	for (size_t i = 0; i < x->taken_count; i++) {
		json_obj_open(&w);
		json_kv_str(&w, "id", x->taken[i].id);
		json_kv_rawtext(&w, "version", sv_of(x->taken[i].version));
		json_obj_close(&w);
	}
	json_arr_close(&w);
	json_obj_close(&w);
	enum exit_code code = client_post(x->c, "/shuanggongshi/batches", &body, "batch", &made);
	str_release(&body);
	if (code == CLI_DENIED && made.http.status == 403) {
		x->c->problem = (struct problem){ .title = NULL };
		return CLI_OK;
	}
	if (code)
		return code;
	x->batch = client_member(x->c, made.root, "id");
	code = client_get(x->c, arena_printf(&x->c->arena, "/shuanggongshi/batches/%s?limit=1", x->batch), &shown);
	if (!code)
		x->batch_no = client_member(x->c, shown.root, "no");
	return code;
}

/* ---- what came of it ---- */

static void print_json(const struct export *x)
{
	struct str out = STR_INIT(64 << 20);
	struct json_writer w;
	json_writer_init(&w, &out);
	json_obj_open(&w);
	json_kv_i64(&w, "decisions", (int64_t)x->decisions);
	json_kv_i64(&w, "left_out", (int64_t)x->left_out);
	json_kv_i64(&w, "lines", (int64_t)x->sheet.row_count);
	json_key(&w, "problems");
	json_arr_open(&w);
	for (size_t i = 0; i < x->bad_count; i++) {
		const struct bad *b = &x->bad[i];
		json_obj_open(&w);
		json_kv_str(&w, "id", b->id);
		json_kv_str(&w, "number", b->number);
		json_kv_str(&w, "party", b->party);
		json_kv_str(&w, "field", b->code);
		json_kv_str(&w, "zh", b->zh);
		json_kv_str(&w, "what", b->what);
		json_obj_close(&w);
	}
	json_arr_close(&w);
	if (x->sha256[0]) {
		json_kv_str(&w, "file", x->out);
		json_kv_i64(&w, "size", x->size);
		json_kv_str(&w, "sha256", x->sha256);
		json_kv_str(&w, "batch", x->batch_no);
	}
	json_obj_close(&w);
	puts(str_cstr(&out));
	str_release(&out);
}

static void print_problems(struct export *x)
{
	static const struct column columns[] = {
		{ "编号", COLUMN_FIXED, true },	 { "决定书文号", COLUMN_WRAP, false }, { "当事人", COLUMN_CUT, false },
		{ "字段", COLUMN_FIXED, false }, { "名称", COLUMN_WRAP, false },       { "问题", COLUMN_WRAP, false },
	};
	struct table *t = table_new(&x->c->arena, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < x->bad_count; i++) {
		const struct bad *b = &x->bad[i];
		table_cell_cstr(t, STYLE_PLAIN, b->id);
		table_cell_cstr(t, STYLE_PLAIN, b->number);
		table_cell_cstr(t, STYLE_PLAIN, b->party);
		table_cell_cstr(t, STYLE_PLAIN, b->code);
		table_cell_cstr(t, STYLE_PLAIN, b->zh);
		table_cell_cstr(t, STYLE_RED, b->what);
	}
	if (table_rows(t) > 0)
		table_print(t, &x->c->out);
	printf("应报送的决定 %zu 件，合格 %zu 件，不合格 %zu 件\n", x->decisions, x->taken_count, x->left_out);
	if (x->sha256[0])
		printf("已写出 %s：%zu 行，SHA-256 %s\n", x->out, x->sheet.row_count, x->sha256);
	if (x->batch_no)
		printf("批次 %s；平台接收以后登记: ipcase export shuanggongshi --reported %s\n", x->batch_no, x->batch_no);
	else if (x->sha256[0])
		puts("没有登记为批次：只有信用监管股和局领导可以报送");
}

static enum exit_code run_export(struct export *x)
{
	enum exit_code code = client_need_login(x->c);
	if (!code)
		code = read_all(x);
	if (!code && x->out && x->taken_count > 0)
		code = write_file(x);
	if (!code && x->out && x->taken_count > 0)
		code = register_file(x);
	if (code)
		return code;
	if (x->c->json)
		print_json(x);
	else
		print_problems(x);
	return x->left_out > 0 ? CLI_PARTIAL : CLI_OK;
}

static enum exit_code day_option(struct client *c, const char *name, day_t *ret, const char **ret_iso)
{
	const char *text = args_option(c->args, name);
	struct err err = ERR_INIT;
	char buf[11];
	if (!text)
		return client_problem(c, CLI_USAGE, "usage", "请用 --from 和 --to 给出决定日期的范围");
	if (value_day(&c->arena, sv_of(text), ret, &err)) {
		err_field(&err, "%s", name);
		return client_fail(c, &err);
	}
	day_format(*ret, buf);
	*ret_iso = arena_strdup(&c->arena, buf);
	return CLI_OK;
}

static enum exit_code cmd_make(struct client *c)
{
	struct export x = { .c = c, .only_new = args_has(c->args, "new"), .out = args_has(c->args, "check") ? NULL : args_option(c->args, "out") };
	day_t from = DAY_NONE;
	const char *dot = x.out ? strrchr(x.out, '.') : NULL;
	enum exit_code code = day_option(c, "from", &from, &x.from);
	if (!code)
		code = day_option(c, "to", &x.sheet.to, &x.to);
	if (code)
		return code;
	if (x.out && (!dot || (strcmp(dot, ".csv") != 0 && strcmp(dot, ".xlsx") != 0)))
		return client_problem(c, CLI_USAGE, "usage", "--out 的文件名应以 .csv 或者 .xlsx 结尾");
	x.format = dot ? dot + 1 : NULL;
	code = run_export(&x);
	free(x.cells);
	free(x.taken);
	free(x.bad);
	return code;
}

/* ---- reported ---- */

/* By number (20261124-1) or id. */
static enum exit_code find_batch(struct client *c, const char *word, const char **ret)
{
	const char *after = NULL;
	*ret = word;
	if (!strchr(word, '-'))
		return CLI_OK;
	do {
		CLEANUP(reply_release) struct reply reply = REPLY_INIT;
		struct str path = STR_INIT(PATH_MAX_BYTES);
		str_append_cstr(&path, "/shuanggongshi/batches?limit=200");
		remote_query(&path, "after", after);
		enum exit_code code = client_get(c, str_cstr(&path), &reply);
		str_release(&path);
		if (code)
			return code;
		for (const struct json_value *v = json_first(json_get(reply.root, "items")); v; v = json_next(v)) {
			if (sv_eq_str(json_string(json_get(v, "no")), word)) {
				*ret = client_member(c, v, "id");
				return CLI_OK;
			}
		}
		after = client_member(c, reply.root, "next");
	} while (after);
	return client_problem(c, CLI_NOT_FOUND, "not-found", "没有批次 %s", word);
}

static enum exit_code report_one(struct client *c, const char *id, struct sv version, const char *no, const char *sha256,
				 const char *on)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str body = STR_INIT(BODY_MAX);
	struct json_writer w;
	json_writer_init(&w, &body);
	json_obj_open(&w);
	json_kv_str(&w, "act", "credit_report");
	json_kv_rawtext(&w, "version", version);
	if (on)
		json_kv_str(&w, "happened_at", on);
	json_key(&w, "fields");
	json_obj_open(&w);
	json_kv_str(&w, "credit_batch", no);
	json_kv_str(&w, "credit_digest", sha256);
	json_obj_close(&w);
	json_obj_close(&w);
	enum exit_code code = client_post(c, arena_printf(&c->arena, "/disclosures/%s/acts", id), &body,
					  arena_printf(&c->arena, "r%s", id), &reply);
	str_release(&body);
	return code;
}

struct marking {
	const char *batch, *no, *sha256, *on;
	size_t done, before, failed;
};

static enum exit_code mark_page(struct client *c, struct marking *m, const char **after)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str path = STR_INIT(PATH_MAX_BYTES);
	str_append_cstr(&path, "/shuanggongshi/batches/");
	remote_segment(&path, m->batch);
	str_append_cstr(&path, "?limit=200");
	if (*after)
		str_printf(&path, "&after=%s", *after);
	enum exit_code code = client_get(c, str_cstr(&path), &reply);
	str_release(&path);
	if (code)
		return code;
	m->no = client_member(c, reply.root, "no");
	m->sha256 = client_member(c, reply.root, "sha256");
	for (const struct json_value *v = json_first(json_get(reply.root, "items")); v; v = json_next(v)) {
		const char *id = client_member(c, v, "id");
		if (json_string(json_get(v, "reported_on")).n > 0) {
			m->before++;
			continue;
		}
		code = report_one(c, id, view_number(&c->arena, json_get(v, "version")), m->no, m->sha256, m->on);
		if (code == CLI_DENIED || code == CLI_UNAVAILABLE)
			return code; /* the rest would fare no better */
		if (code) {
			m->failed++;
			fprintf(stderr, "编号 %s：%s\n", id, c->problem.title ? c->problem.title : "未能登记");
			c->problem = (struct problem){ .title = NULL };
		} else {
			m->done++;
		}
	}
	*after = client_member(c, reply.root, "next");
	return CLI_OK;
}

static enum exit_code cmd_reported(struct client *c)
{
	struct marking m = { .done = 0 };
	const char *after = NULL;
	day_t day = DAY_NONE;
	enum exit_code code = args_has(c->args, "on") ? day_option(c, "on", &day, &m.on) : CLI_OK;
	if (!code)
		code = client_need_login(c);
	if (!code)
		code = find_batch(c, args_option(c->args, "reported"), &m.batch);
	do {
		if (!code)
			code = mark_page(c, &m, &after);
	} while (!code && after);
	if (code)
		return code;
	if (c->json)
		printf("{\"batch\":\"%s\",\"reported\":%zu,\"before\":%zu,\"failed\":%zu}\n", m.no, m.done, m.before, m.failed);
	else
		printf("批次 %s：登记报送 %zu 件，此前已登记 %zu 件，未能登记 %zu 件\n", m.no, m.done, m.before, m.failed);
	return m.failed ? CLI_PARTIAL : CLI_OK;
}

/* ---- lists ---- */

static void print_batches(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "批次", COLUMN_FIXED, false }, { "决定日期", COLUMN_FIXED, false }, { "件数", COLUMN_FIXED, true },
		{ "行数", COLUMN_FIXED, true },	 { "已报送", COLUMN_FIXED, true },    { "报送日期", COLUMN_FIXED, false },
		{ "生成", COLUMN_FIXED, false }, { "经办", COLUMN_CUT, false },	      { "SHA-256", COLUMN_WRAP, false },
	};
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	for (const struct json_value *v = json_first(json_get(root, "items")); v; v = json_next(v)) {
		table_cell(t, STYLE_PLAIN, view_member(a, v, "no"));
		table_cell_cstr(t, STYLE_PLAIN, arena_printf(a, "%.*s至%.*s", SV_ARG(view_member(a, v, "from")),
							     SV_ARG(view_member(a, v, "to"))));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(v, "decisions")));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(v, "lines")));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(v, "reported")));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "first_on"));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(v, "made_at")));
		table_cell(t, STYLE_PLAIN, view_member(a, json_get(v, "made_by"), "name"));
		table_cell(t, STYLE_DIM, view_member(a, v, "sha256"));
	}
	if (table_rows(t) > 0)
		table_print(t, &c->out);
	view_end(c, root, t, "批");
}

static void print_again(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "编号", COLUMN_FIXED, true },	   { "决定书文号", COLUMN_WRAP, false }, { "名称", COLUMN_CUT, false },
		{ "现状", COLUMN_FIXED, false },   { "变化", COLUMN_FIXED, false },	 { "变化日期", COLUMN_FIXED, false },
		{ "首次报送", COLUMN_FIXED, false },
	};
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	for (const struct json_value *v = json_first(json_get(root, "items")); v; v = json_next(v)) {
		table_cell(t, STYLE_PLAIN, view_member(a, v, "id"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "number"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "title"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "state_zh"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "act_zh"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "changed_on"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "reported_on"));
	}
	if (table_rows(t) > 0)
		table_print(t, &c->out);
	view_end(c, root, t, "件应当重新报送");
}

enum exit_code cmd_shuanggongshi(struct client *c, const struct args *args)
{
	struct str path = STR_INIT(PATH_MAX_BYTES);
	bool again = args_has(args, "again");
	if (args_has(args, "reported"))
		return cmd_reported(c);
	if (!again && !args_has(args, "list"))
		return cmd_make(c);
	str_append_cstr(&path, again ? "/shuanggongshi/again" : "/shuanggongshi/batches");
	remote_query(&path, "after", args_option(args, "after"));
	const char *copy = arena_strdup(&c->arena, str_cstr(&path));
	str_release(&path);
	return view_get(c, copy, again ? print_again : print_batches);
}

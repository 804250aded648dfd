/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * import: rows of a file to the server, in batches.
 *
 * No row stops another. One that cannot be read here is reported without being sent; a batch
 * that the server refuses as a whole is halved until the row at fault stands alone. Only when
 * nobody can go on (no session, no server) does the import end early; running it again is safe,
 * because the server knows the rows it has.
 *
 * Keys: the command's key with a running number, so that with the same --idempotency-key the
 * same file gives the same requests. */
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"

#include "client.h"
#include "commands.h"
#include "import_source.h"
#include "view.h"

enum {
	BATCH_ROWS = 50,
	BATCH_BYTES = 2 << 20, /* the server takes 8 MiB; originals and rows are sent twice over */
	IMPORT_FILE_MAX = 256 << 20,
	BAR_WIDTH = 30,
};

struct row_error {
	struct row_error *next;
	size_t line;
	size_t order; /* of arrival, for errors of one row */
	const char *field, *rule, *message;
};

struct import {
	struct client *c;
	struct source source;
	const char *id; /* of the server's import */
	bool dry_run;
	bool show_bar;
	size_t total, read, added, unchanged, failed;
	unsigned posts;
	struct row_error *errors; /* newest first */
	struct arena batch_arena;
	struct source_row batch[BATCH_ROWS];
	size_t batch_count, batch_bytes;
};

static void add_error(struct import *im, size_t line, const char *field, const char *rule,
		      const char *message)
{
	struct arena *a = &im->c->arena;
	struct row_error *e = arena_new(a, struct row_error);
	e->line = line;
	e->order = im->errors ? im->errors->order + 1 : 0;
	e->field = field && field[0] ? arena_strdup(a, field) : NULL;
	e->rule = rule && rule[0] ? arena_strdup(a, rule) : NULL;
	e->message = arena_strdup(a, message && message[0] ? message : "导入失败");
	e->next = im->errors;
	im->errors = e;
}

static void fail_row(struct import *im, size_t line, const char *field, const char *rule,
		     const char *message)
{
	im->failed++;
	add_error(im, line, field, rule, message);
}

static void draw_bar(const struct import *im)
{
	if (!im->show_bar || im->total == 0)
		return;
	size_t full = im->read * BAR_WIDTH / im->total;
	fputs("\r导入 [", stderr);
	for (size_t i = 0; i < BAR_WIDTH; i++)
		fputc(i < full ? '#' : '-', stderr);
	fprintf(stderr, "] %zu/%zu", im->read, im->total);
	fflush(stderr);
}

static void erase_bar(const struct import *im)
{
	if (im->show_bar)
		fputs("\r\033[K", stderr);
}

static enum exit_code post(struct import *im, const char *path, const struct str *body,
			   struct reply *ret)
{
	char suffix[16];
	snprintf(suffix, sizeof(suffix), "%u", ++im->posts);
	return client_post(im->c, path, body, suffix, ret);
}

/* ---- a batch ---- */

static void write_batch(const struct import *im, size_t from, size_t to, struct str *body)
{
	struct json_writer w;
	json_writer_init(&w, body);
	json_obj_open(&w);
	if (im->dry_run)
		json_kv_bool(&w, "dry_run", true);
	json_key(&w, "rows");
	json_arr_open(&w);
	for (size_t i = from; i < to; i++) {
		json_obj_open(&w);
		json_kv_i64(&w, "line", (int64_t)im->batch[i].line);
		json_kv_sv(&w, "original", im->batch[i].original);
		json_kv_rawtext(&w, "row", im->batch[i].json);
		json_obj_close(&w);
	}
	json_arr_close(&w);
	json_obj_close(&w);
}

static const struct json_value *result_of(const struct json_value *results, size_t line)
{
	for (const struct json_value *v = json_first(results); v; v = json_next(v)) {
		int64_t n = 0;
		if (json_to_i64(json_get(v, "line"), &n) && n == (int64_t)line)
			return v;
	}
	return NULL;
}

static void take_result(struct import *im, size_t line, const struct json_value *result)
{
	struct sv outcome = json_string(json_get(result, "outcome"));
	if (sv_eq_str(outcome, "new")) {
		im->added++;
		return;
	}
	if (sv_eq_str(outcome, "unchanged")) {
		im->unchanged++;
		return;
	}
	im->failed++;
	const struct json_value *e = json_first(json_get(result, "errors"));
	if (!e)
		add_error(im, line, NULL, NULL, result ? NULL : "服务器没有答复这一行");
	for (; e; e = json_next(e))
		add_error(im, line, json_string(json_get(e, "field")).p,
			  json_string(json_get(e, "rule")).p,
			  json_string(json_get(e, "message")).p);
}

/* The server refused the content, not us. */
static bool concerns_rows(const struct client *c)
{
	return c->problem.code == CLI_INVALID || c->problem.code == CLI_REFUSED ||
	       (c->problem.code == CLI_OTHER && c->problem.status == 500);
}

static enum exit_code send_rows(struct import *im, size_t from, size_t to)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str body = STR_INIT(CLIENT_BODY_MAX);
	struct client *c = im->c;
	if (from == to)
		return CLI_OK;
	write_batch(im, from, to, &body);
	enum exit_code code =
		post(im, arena_printf(&im->batch_arena, "/imports/%s/rows", im->id), &body, &reply);
	str_release(&body);
	if (code == CLI_OK) {
		const struct json_value *results = json_get(reply.root, "results");
		for (size_t i = from; i < to; i++)
			take_result(im, im->batch[i].line, result_of(results, im->batch[i].line));
		return CLI_OK;
	}
	if (!concerns_rows(c))
		return code;
	if (to - from == 1) {
		fail_row(im, im->batch[from].line, c->problem.field, c->problem.rule,
			 c->problem.title);
		c->problem = (struct problem){ .title = NULL };
		return CLI_OK;
	}
	size_t middle = from + (to - from) / 2;
	code = send_rows(im, from, middle);
	return code ? code : send_rows(im, middle, to);
}

static enum exit_code flush_batch(struct import *im)
{
	enum exit_code code = send_rows(im, 0, im->batch_count);
	im->batch_count = im->batch_bytes = 0;
	arena_reset(&im->batch_arena);
	draw_bar(im);
	return code;
}

/* ---- the whole file ---- */

static enum exit_code send_all(struct import *im)
{
	struct source_row row;
	enum exit_code code = CLI_OK;
	while (!code && source_next(&im->source, &im->batch_arena, &row)) {
		im->read++;
		if (row.json.n == 0) {
			fail_row(im, row.line, row.err.field, row.err.rule, row.err.message);
			continue;
		}
		im->batch[im->batch_count++] = row;
		im->batch_bytes += row.original.n + row.json.n;
		if (im->batch_count == BATCH_ROWS || im->batch_bytes >= BATCH_BYTES)
			code = flush_batch(im);
	}
	return code ? code : flush_batch(im);
}

static size_t count_rows(struct import *im)
{
	size_t count = 0;
	struct source_row row;
	while (source_next(&im->source, &im->batch_arena, &row)) {
		if (++count % BATCH_ROWS == 0)
			arena_reset(&im->batch_arena);
	}
	arena_reset(&im->batch_arena);
	source_rewind(&im->source);
	return count;
}

static enum exit_code open_import(struct import *im, const char *path)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str body = STR_INIT(CLIENT_BODY_MAX);
	struct json_writer w;
	const char *slash = strrchr(path, '/');
	struct sv name = sv_of(strcmp(path, "-") == 0 ? "标准输入" : slash ? slash + 1 : path);
	json_writer_init(&w, &body);
	json_obj_open(&w);
	json_kv_sv(&w, "name", text_is_valid_utf8(name) ? name : SV("导入文件"));
	json_kv_str(&w, "format", im->source.format == SOURCE_CSV ? "csv" : "jsonl");
	json_kv_i64(&w, "total", (int64_t)im->total);
	json_obj_close(&w);
	enum exit_code code = post(im, "/imports", &body, &reply);
	str_release(&body);
	if (code)
		return code;
	struct sv id = view_number(&im->c->arena, json_get(reply.root, "id"));
	if (id.n == 0)
		return client_problem(im->c, CLI_OTHER, "bad-reply", "服务器的答复中没有导入编号");
	struct str segment = STR_INIT(512);
	remote_segment(&segment, arena_strndup(&im->c->arena, id.p, id.n));
	im->id = arena_strdup(&im->c->arena, str_cstr(&segment));
	str_release(&segment);
	return CLI_OK;
}

static enum exit_code option_word(struct client *c, const char *option, const char *const *words,
				  size_t count, size_t *ret)
{
	const char *value = args_option(c->args, option);
	*ret = 0;
	if (!value)
		return CLI_OK;
	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(value, words[i]) == 0) {
			*ret = i;
			return CLI_OK;
		}
	}
	return client_problem(c, CLI_USAGE, "usage", "--%s 不能是“%s”，请看 ipcase help import",
			      option, value);
}

static enum exit_code open_source(struct import *im, const char *path)
{
	static const char *const formats[] = { "auto", "jsonl", "csv" };
	static const char *const encodings[] = { "auto", "utf-8", "gb18030" };
	struct client *c = im->c;
	const char *mapping_path = args_option(c->args, "mapping");
	struct str mapping = STR_INIT(CLIENT_FILE_MAX);
	struct err err = ERR_INIT;
	struct sv data = SV("");
	struct sv text = SV("");
	size_t format = 0, encoding = 0;
	enum exit_code bad = option_word(c, "format", formats, ARRAY_LEN(formats), &format);
	if (!bad)
		bad = option_word(c, "encoding", encodings, ARRAY_LEN(encodings), &encoding);
	if (bad)
		return bad;
	enum err_code code = client_read_file(&c->arena, path, IMPORT_FILE_MAX, &data, &err);
	if (!code && mapping_path)
		code = client_read_file(&c->arena, mapping_path, CLIENT_FILE_MAX, &text, &err);
	if (!code && mapping_path) {
		struct source_line *lines = NULL;
		size_t count = 0;
		enum source_encoding found;
		source_decode(&c->arena, text, SOURCE_ENCODING_AUTO, &lines, &count, &found);
		for (size_t i = 0; i < count; i++) {
			str_append_sv(&mapping, lines[i].damaged ? SV("") : lines[i].text);
			str_append_char(&mapping, '\n');
		}
		text = sv_of(arena_strdup(&c->arena, str_cstr(&mapping)));
	}
	str_release(&mapping);
	if (!code)
		code = source_open(&im->source, &c->arena, data, text, (enum source_format)format,
				   (enum source_encoding)encoding, &err);
	return code ? client_fail(c, &err) : CLI_OK;
}

/* ---- the report ---- */

static int by_line(const void *a, const void *b)
{
	const struct row_error *const *x = a;
	const struct row_error *const *y = b;
	if ((*x)->line != (*y)->line)
		return (*x)->line < (*y)->line ? -1 : 1;
	return (*x)->order < (*y)->order ? -1 : 1;
}

/* Errors by line, those of one row in the order they came. */
static size_t sorted_errors(struct import *im, const struct row_error ***ret)
{
	size_t count = 0;
	for (const struct row_error *e = im->errors; e; e = e->next)
		count++;
	const struct row_error **list =
		arena_array(&im->c->arena, const struct row_error *, count + 1);
	size_t i = 0;
	for (const struct row_error *e = im->errors; e; e = e->next)
		list[i++] = e;
	if (count > 1)
		qsort(list, count, sizeof(*list), by_line);
	*ret = list;
	return count;
}

static void kv_if(struct json_writer *w, const char *key, const char *text)
{
	if (text)
		json_kv_str(w, key, text);
}

static void print_report_json(struct import *im)
{
	const struct row_error **errors = NULL;
	size_t count = sorted_errors(im, &errors);
	struct str out = STR_INIT(CLIENT_BODY_MAX);
	struct json_writer w;
	json_writer_init(&w, &out);
	json_obj_open(&w);
	json_kv_i64(&w, "read", (int64_t)im->read);
	json_kv_i64(&w, "new", (int64_t)im->added);
	json_kv_i64(&w, "unchanged", (int64_t)im->unchanged);
	json_kv_i64(&w, "failed", (int64_t)im->failed);
	json_key(&w, "errors");
	json_arr_open(&w);
	/* A file of nothing but errors must still give valid JSON: leave room for the rest. */
	for (size_t i = 0; i < count && out.len < CLIENT_BODY_MAX - (1 << 20); i++) {
		json_obj_open(&w);
		json_kv_i64(&w, "line", (int64_t)errors[i]->line);
		kv_if(&w, "field", errors[i]->field);
		kv_if(&w, "rule", errors[i]->rule);
		json_kv_str(&w, "message", errors[i]->message);
		json_obj_close(&w);
	}
	json_arr_close(&w);
	json_obj_close(&w);
	puts(str_cstr(&out));
	str_release(&out);
}

static void print_report(struct import *im)
{
	const struct row_error **errors = NULL;
	struct arena *a = &im->c->arena;
	size_t count = sorted_errors(im, &errors);
	for (size_t i = 0; i < count; i++) {
		struct sv message = term_clean(a, sv_of(errors[i]->message));
		struct sv field = term_clean(a, sv_of(errors[i]->field ? errors[i]->field : ""));
		fprintf(stderr, "第%zu行%s%.*s: %.*s\n", errors[i]->line, field.n > 0 ? " " : "",
			SV_ARG(field), SV_ARG(message));
	}
	fflush(stderr);
	printf("%s: 读取 %zu 行，新增 %zu，未变 %zu，失败 %zu\n",
	       im->dry_run ? "试导入完成（未保存）" : "导入完成", im->read, im->added,
	       im->unchanged, im->failed);
}

static enum exit_code run(struct import *im, const char *path)
{
	enum exit_code code = client_need_login(im->c);
	if (!code)
		code = open_source(im, path);
	if (code)
		return code;
	im->total = count_rows(im);
	code = im->total > 0 ? open_import(im, path) : CLI_OK;
	if (code)
		return code;
	draw_bar(im);
	code = send_all(im);
	erase_bar(im);
	if (code) {
		/* What was done so far is worth knowing; main() prints why it ended. */
		fprintf(stderr,
			"导入中断: 共 %zu 行，已处理 %zu 行（新增 %zu，未变 %zu，失败 %zu）；"
			"可以重新执行，已导入的行不会重复\n",
			im->total, im->added + im->unchanged + im->failed, im->added, im->unchanged,
			im->failed);
		return code;
	}
	if (im->c->json)
		print_report_json(im);
	else
		print_report(im);
	return im->failed > 0 ? CLI_PARTIAL : CLI_OK;
}

enum exit_code cmd_import(struct client *c, const struct args *args)
{
	struct import *im = xcalloc(1, sizeof(*im));
	im->c = c;
	im->dry_run = args_has(args, "dry-run");
	im->show_bar = isatty(STDERR_FILENO) == 1 && !c->json;
	enum exit_code code = run(im, args->words[0]);
	arena_fini(&im->batch_arena);
	free(im);
	return code;
}

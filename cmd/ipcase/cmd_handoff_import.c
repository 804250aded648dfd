/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * import: an export of another organ (folder or ZIP) to the server of ours, which takes what it does not have yet.
 *
 * A folder is sent as the ZIP that it would be. Both go in parts, so size does not matter. When the server has
 * all records already and nothing is wrong with the export, nothing is sent at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "crypto/crypto.h"
#include "handoff.h"
#include "package/bag.h"
#include "package/thread.h"
#include "package/verify.h"
#include "view.h"

enum { PART_MAX = 64 << 20, JSON_MAX = 1 << 14 };

/* ---- what is to be sent ---- */

struct source {
	struct arena *arena;
	const char *path;
	struct tree *tree;
	bool is_zip;
	struct thread_list list; /* no records: could not be read here */
	/* of a folder: */
	struct bag_plan plan;
	struct crypto_digest *digest;
	size_t at;
	/* sending: */
	struct client *client;
	const char *id;
	uint64_t size, sent;
	struct str part;
	size_t part_size;
	enum exit_code code;
};

static bool want_list(void *arg UNUSED, const struct tree_entry *e)
{
	const char *slash = strrchr(e->path, '/');
	return strcmp(slash ? slash + 1 : e->path, "thread.json") == 0;
}

/* thread.json at the top, or in the one folder there. */
static const struct tree_entry *find_list(const struct tree *tree)
{
	for (size_t i = 0; i < tree_count(tree); i++) {
		const struct tree_entry *e = tree_at(tree, i);
		const char *slash = strchr(e->path, '/');
		const char *name = slash ? slash + 1 : e->path;
		if (!e->is_folder && strcmp(name, "thread.json") == 0)
			return e;
	}
	return NULL;
}

/* `export --zip` leaves one ZIP and a page in a folder: then the ZIP is meant. */
static const char *zip_inside(const struct source *s)
{
	const char *found = NULL;
	for (size_t i = 0; i < tree_count(s->tree); i++) {
		const struct tree_entry *e = tree_at(s->tree, i);
		if (e->is_folder || strchr(e->path, '/') || e->path_len < 5 ||
		    strcmp(e->path + e->path_len - 4, ".zip") != 0)
			continue;
		if (found)
			return NULL;
		found = arena_printf(s->arena, "%s/%s", s->path, e->path);
	}
	return found;
}

/* A ZIP is sent whatever it is: the server says what is wrong with it and keeps it. */
static void peek(struct source *s)
{
	const struct tree_entry *e = s->tree ? find_list(s->tree) : NULL;
	if (!e || tree_load(s->tree, NULL, want_list, NULL) || thread_list_parse(s->arena, e->bytes, &s->list, NULL))
		s->list = (struct thread_list){ .record_count = 0 };
}

static enum err_code open_source(struct source *s, struct err *err)
{
	struct stat st;
	if (stat(s->path, &st) != 0)
		return err_set(err, ERR_INVALID, "usage", "无法打开 %s：%s", s->path, strerror(errno));
	s->is_zip = S_ISREG(st.st_mode);
	enum err_code code = tree_open(s->path, NULL, &s->tree, err);
	if (code && !s->is_zip)
		return code;
	if (!code && !s->is_zip && !find_list(s->tree)) {
		const char *zip = zip_inside(s);
		if (!zip)
			return err_set(err, ERR_INVALID, "thread-list", "%s 不是移送的导出：没有 thread.json", s->path);
		tree_close(s->tree);
		s->tree = NULL;
		s->path = zip;
		return open_source(s, err);
	}
	peek(s);
	return ERR_OK;
}

/* ---- is it all there already? ---- */

static bool has_record(const struct json_value *records, const struct thread_row *row)
{
	char digest[RECORD_DIGEST_SIZE];
	record_digest_format(&row->digest, digest);
	for (const struct json_value *v = json_first(records); v; v = json_next(v)) {
		int64_t n = 0;
		if (sv_eq(json_string(json_get(v, "lane")), row->lane) && json_to_i64(json_get(v, "n"), &n) &&
		    n == row->n && sv_eq_str(json_string(json_get(v, "digest")), digest))
			return true;
	}
	return false;
}

/* ID of our copy of the thread, NULL: none yet. */
static enum exit_code find_copy(struct source *s, const char **ret_id)
{
	struct client *c = s->client;
	const char *thread = arena_strndup(s->arena, s->list.thread.p, s->list.thread.n);
	enum exit_code code = client_resolve(c, "handoff", thread, true, ret_id);
	if (code != CLI_NOT_FOUND && code != CLI_INVALID)
		return code;
	/* Several: an account that sees more than one organ. The server knows whose inbox it is. */
	c->problem = (struct problem){ .title = NULL };
	*ret_id = NULL;
	return CLI_OK;
}

/* An export that was altered goes to the server all the same: it says what is wrong, and keeps it. */
static bool holds(const struct source *s)
{
	const struct verify_options options = { .trust = NULL };
	struct verdict v;
	bool good = package_verify(s->path, &options, &v) == ERR_OK;
	verdict_release(&v);
	return good;
}

static enum exit_code all_known(struct source *s, struct reply *thread, bool *ret)
{
	const char *id = NULL;
	*ret = false;
	if (s->list.record_count == 0)
		return CLI_OK;
	enum exit_code code = find_copy(s, &id);
	if (code || !id)
		return code;
	code = client_get(s->client, arena_printf(s->arena, "/handoffs/%s/thread", id), thread);
	*ret = !code;
	for (size_t i = 0; *ret && i < s->list.record_count; i++)
		*ret = has_record(json_get(thread->root, "records"), &s->list.records[i]);
	*ret = *ret && holds(s);
	return code;
}

/* ---- a folder as a ZIP ---- */

/* stub.pdf is for people, and not part of what is signed. */
static bool want_file(void *arg UNUSED, const struct tree_entry *e)
{
	return !e->is_folder && strcmp(e->path, "stub.pdf") != 0;
}

static enum err_code begin_sum(void *arg, const struct tree_entry *e, struct err *err UNUSED)
{
	struct source *s = arg;
	s->plan.files[s->at] = (struct bag_file){ .path = { e->path, e->path_len }, .size = e->size };
	s->digest = crypto_digest_new();
	return ERR_OK;
}

static enum err_code sum_data(void *arg, const void *p, size_t n, struct err *err UNUSED)
{
	struct source *s = arg;
	crypto_digest_update(s->digest, p, n);
	return ERR_OK;
}

static enum err_code end_sum(void *arg, const struct tree_entry *e UNUSED, struct err *err UNUSED)
{
	struct source *s = arg;
	crypto_digest_finish(s->digest, s->plan.files[s->at++].sha256);
	s->digest = NULL;
	return ERR_OK;
}

/* The writer of bags writes any list of files whose digests are known. */
static enum err_code plan_folder(struct source *s, struct err *err)
{
	const struct tree_reader reader = { .arg = s, .want = want_file, .begin = begin_sum, .data = sum_data,
					    .end = end_sum };
	s->plan.name = "handoff";
	s->plan.files = arena_array(s->arena, struct bag_file, tree_count(s->tree) + 1);
	enum err_code code = tree_stream(s->tree, &reader, err);
	if (s->digest)
		crypto_digest_finish(s->digest, s->plan.files[s->at].sha256);
	s->plan.count = s->at;
	return code;
}

static enum err_code open_file(void *arg, const struct bag_file *f, int *ret_fd, struct err *err)
{
	struct source *s = arg;
	const struct tree_entry *e = tree_find(s->tree, f->path);
	CHECK(e);
	return tree_open_file(s->tree, e, ret_fd, err);
}

static enum err_code count_bytes(void *arg, const void *p UNUSED, size_t n, struct err *err UNUSED)
{
	struct source *s = arg;
	s->size += n;
	return ERR_OK;
}

/* ---- sending ---- */

static enum exit_code open_upload(struct source *s)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str body = STR_INIT(JSON_MAX);
	struct json_writer w;
	int64_t part = 0;
	json_writer_init(&w, &body);
	json_obj_open(&w);
	json_kv_i64(&w, "size", (int64_t)s->size);
	json_obj_close(&w);
	enum exit_code code = client_post(s->client, "/handoffs/inbox/uploads", &body, "upload", &reply);
	str_release(&body);
	if (code)
		return code;
	s->id = client_member(s->client, reply.root, "id");
	if (!s->id || s->id[strspn(s->id, "0123456789abcdef")] || !json_to_i64(json_get(reply.root, "part_size"), &part) ||
	    part < 1 || part > PART_MAX)
		return client_problem(s->client, CLI_OTHER, "bad-reply", "服务器的答复中没有上传编号");
	s->part_size = (size_t)part;
	str_init(&s->part, s->part_size);
	return CLI_OK;
}

static enum exit_code send_part(struct source *s)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	if (s->part.len == 0)
		return CLI_OK;
	enum exit_code code = client_put(s->client,
					 arena_printf(s->arena, "/handoffs/inbox/uploads/%s?at=%llu", s->id,
						      (unsigned long long)s->sent),
					 &s->part, &reply);
	s->sent += s->part.len;
	str_reset(&s->part);
	return code;
}

static enum err_code send_bytes(void *arg, const void *p, size_t n, struct err *err)
{
	struct source *s = arg;
	const char *at = p;
	while (n > 0 && !s->code) {
		size_t room = s->part_size - s->part.len, take = n < room ? n : room;
		str_append(&s->part, at, take);
		at += take;
		n -= take;
		if (s->part.len == s->part_size)
			s->code = send_part(s);
	}
	/* The problem is described already; this only stops the writer. */
	return s->code ? err_set(err, ERR_IO, "upload", "上传中断") : ERR_OK;
}

static enum err_code read_zip(struct source *s, struct err *err)
{
	static char buffer[1 << 18];
	FILE *f = fopen(s->path, "rbe");
	enum err_code code = f ? ERR_OK : err_set(err, ERR_IO, "input-output", "无法打开 %s：%s", s->path, strerror(errno));
	size_t n;
	while (!code && (n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		code = send_bytes(s, buffer, n, err);
	if (!code && ferror(f))
		code = err_set(err, ERR_IO, "input-output", "无法读取 %s：%s", s->path, strerror(errno));
	if (f)
		fclose(f);
	return code;
}

static enum err_code measure(struct source *s, struct err *err)
{
	const struct bag_source from = { .arg = s, .open = open_file };
	const struct bag_output counter = { .arg = s, .write = count_bytes };
	struct stat st;
	if (s->is_zip) {
		if (stat(s->path, &st) != 0)
			return err_set(err, ERR_IO, "input-output", "无法读取 %s：%s", s->path, strerror(errno));
		s->size = (uint64_t)st.st_size;
		return ERR_OK;
	}
	enum err_code code = plan_folder(s, err);
	return code ? code : bag_write_zip(&s->plan, &from, &counter, err);
}

static enum exit_code send_all(struct source *s)
{
	const struct bag_source from = { .arg = s, .open = open_file };
	const struct bag_output sender = { .arg = s, .write = send_bytes };
	struct err err = ERR_INIT;
	if (measure(s, &err))
		return client_fail(s->client, &err);
	enum exit_code code = open_upload(s);
	if (code)
		return code;
	enum err_code written = s->is_zip ? read_zip(s, &err) : bag_write_zip(&s->plan, &from, &sender, &err);
	if (s->code)
		return s->code;
	return written ? client_fail(s->client, &err) : send_part(s);
}

static enum exit_code hand_in(struct source *s, struct reply *reply)
{
	struct str body = STR_INIT(JSON_MAX);
	struct json_writer w;
	json_writer_init(&w, &body);
	json_obj_open(&w);
	json_kv_str(&w, "upload", s->id);
	json_obj_close(&w);
	enum exit_code code = client_post(s->client, "/handoffs/inbox", &body, "inbox", reply);
	str_release(&body);
	/* Refused as a whole: the rule is what the manual explains. */
	if (code == CLI_INVALID && s->client->problem.rule && !s->client->problem.detail)
		s->client->problem.detail = arena_printf(s->arena, "整套被拒绝（规则 %s），什么也没有改动；可用 ipcase handoff quarantine 查看",
							 s->client->problem.rule);
	return code;
}

/* ---- telling ---- */

static struct sv outcome_zh(struct sv outcome)
{
	static const struct code_word words[] = { { "new", "新增" }, { "known", "已有" }, { "refused", "拒绝" },
					     { "later", "稍后再试" }, { "skipped", "未处理" } };
	return view_word(words, ARRAY_LEN(words), outcome);
}

struct tally {
	size_t added, known, refused;
};

static void count_results(const struct json_value *results, struct tally *t)
{
	for (const struct json_value *v = json_first(results); v; v = json_next(v)) {
		struct sv outcome = json_string(json_get(v, "outcome"));
		t->added += sv_eq_str(outcome, "new");
		t->known += sv_eq_str(outcome, "known");
		t->refused += !sv_eq_str(outcome, "new") && !sv_eq_str(outcome, "known");
	}
}

static void print_results(struct client *c, const struct json_value *results)
{
	static const struct column columns[] = {
		{ "结果", COLUMN_FIXED, false }, { "记录", COLUMN_FIXED, false }, { "机关", COLUMN_CUT, false },
		{ "序号", COLUMN_FIXED, true },  { "摘要", COLUMN_FIXED, false }, { "移送", COLUMN_FIXED, true },
		{ "规则", COLUMN_FIXED, false }, { "原因", COLUMN_WRAP, false },
	};
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	for (const struct json_value *v = json_first(results); v; v = json_next(v)) {
		struct sv outcome = json_string(json_get(v, "outcome"));
		bool bad = !sv_eq_str(outcome, "new") && !sv_eq_str(outcome, "known");
		table_cell(t, bad ? STYLE_RED : STYLE_PLAIN, outcome_zh(outcome));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "kind_zh"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "lane"));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(v, "n")));
		table_cell(t, STYLE_PLAIN, handoff_short_digest(json_string(json_get(v, "digest"))));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "matter"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "rule"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "message"));
	}
	table_print(t, &c->out);
}

static void print_known(struct client *c, const struct source *s)
{
	if (!c->json) {
		printf("导入完成: 新增 0，已有 %zu，拒绝 0\n", s->list.record_count);
		return;
	}
	struct str out = STR_INIT(CLIENT_FILE_MAX);
	struct json_writer w;
	json_writer_init(&w, &out);
	json_obj_open(&w);
	json_kv_sv(&w, "thread", s->list.thread);
	json_key(&w, "results");
	json_arr_open(&w);
	for (size_t i = 0; i < s->list.record_count; i++) {
		char digest[RECORD_DIGEST_SIZE];
		record_digest_format(&s->list.records[i].digest, digest);
		json_obj_open(&w);
		json_kv_str(&w, "outcome", "known");
		json_kv_sv(&w, "lane", s->list.records[i].lane);
		json_kv_i64(&w, "n", s->list.records[i].n);
		json_kv_str(&w, "digest", digest);
		json_obj_close(&w);
	}
	json_arr_close(&w);
	json_obj_close(&w);
	puts(str_cstr(&out));
	str_release(&out);
}

static enum exit_code report(struct client *c, const struct reply *reply)
{
	const struct json_value *results = json_get(reply->root, "results");
	struct tally t = { .added = 0 };
	count_results(results, &t);
	if (c->json) {
		client_print_json(reply);
	} else {
		print_results(c, results);
		printf("导入完成: 新增 %zu，已有 %zu，拒绝 %zu\n", t.added, t.known, t.refused);
		if (t.refused > 0)
			puts("被拒绝的原样留在隔离区，可用 ipcase handoff quarantine 查看");
	}
	return t.refused > 0 ? CLI_PARTIAL : CLI_OK;
}

enum exit_code cmd_handoff_import(struct client *c, const struct args *args)
{
	CLEANUP(reply_release) struct reply thread = REPLY_INIT;
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct source s = { .arena = &c->arena, .client = c, .path = args->words[0] };
	struct err err = ERR_INIT;
	bool known = false;
	enum exit_code code = client_need_login(c);
	if (!code && open_source(&s, &err))
		code = client_fail(c, &err);
	if (!code)
		code = all_known(&s, &thread, &known);
	if (!code && known) {
		print_known(c, &s);
	} else if (!code) {
		code = send_all(&s);
		if (!code)
			code = hand_in(&s, &reply);
		if (!code)
			code = report(c, &reply);
	}
	tree_close(s.tree);
	str_release(&s.part);
	return code;
}

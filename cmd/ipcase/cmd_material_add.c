/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * material add: an upload is found again without any note of ours: the key under which it is opened is made of what it is
 * (matter, name, kind, size, digest). The same command after a crash opens the same upload, asks which chunks are missing
 * and sends those; after it was finished it says which material it became. */
#include "commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "material_file.h"
#include "target.h"
#include "values.h"
#include "view.h"

enum {
	PATH_BYTES = 8192,
	BODY_BYTES = 64 << 10,
	BAR_WIDTH = 30,
	CHUNK_BYTES_MAX = 64 << 20,
	ROUNDS = 5, /* of "send what is missing, then finish" */
};

/* ---- progress ---- */

struct bar {
	bool shown;
	const char *what, *name;
	uint64_t done, total;
	int full; /* parts drawn */
};

static void bar_draw(struct bar *b)
{
	int full = b->total ? (int)(b->done * BAR_WIDTH / b->total) : BAR_WIDTH;

	if (!b->shown || full == b->full)
		return;
	b->full = full;
	fprintf(stderr, "\r%s [", b->what);
	for (int i = 0; i < BAR_WIDTH; i++)
		fputc(i < full ? '#' : '-', stderr);
	fprintf(stderr, "] %3d%% %s", (int)(b->total ? b->done * 100 / b->total : 100), b->name);
	fflush(stderr);
}

static void bar_begin(struct bar *b, const char *what, uint64_t total)
{
	b->what = what;
	b->total = total;
	b->done = 0;
	b->full = -1;
	bar_draw(b);
}

static void bar_add(void *arg, uint64_t n)
{
	struct bar *b = arg;

	b->done += n;
	bar_draw(b);
}

static void bar_erase(const struct bar *b)
{
	if (b->shown)
		fputs("\r\033[K", stderr);
}

/* ---- one file ---- */

struct adding {
	struct client *c;
	struct target target;
	struct material_file source;
	const char *kind, *title, *origin;
	instant_t happened_at; /* INSTANT_NONE: now */
	struct bar bar;
	const char *upload;    /* id */
	uint64_t chunk, chunks;
	const char *added;     /* JSON of the material */
	int64_t number;
	bool again;            /* it was there already */
};

/* What an upload is, as a key: forty hex digits leave room for the suffixes. */
static void make_key(struct adding *a)
{
	struct str text = STR_INIT(PATH_BYTES);
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char hex[CRYPTO_SHA256_HEX_SIZE];

	str_printf(&text, "ipcase material\n%s\n%s\n%s\n%s\n%" PRIu64 "\n%s\n", a->target.kind, a->target.id,
		   a->source.name, a->kind, a->source.size, a->source.sha256);
	crypto_sha256(text.p, text.len, digest);
	str_release(&text);
	crypto_hex(digest, sizeof(digest), hex);
	snprintf(a->c->key, sizeof(a->c->key), "%.40s", hex);
}

static enum exit_code bad_reply(struct client *c)
{
	return client_problem(c, CLI_OTHER, "bad-reply", "服务器的答复不完整");
}

static enum exit_code open_upload(struct adding *a)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str body = STR_INIT(BODY_BYTES);
	struct json_writer w;
	int64_t chunk = 0, chunks = 0;

	json_writer_init(&w, &body);
	json_obj_open(&w);
	json_kv_str(&w, "name", a->source.name);
	json_kv_str(&w, "kind", a->kind);
	json_kv_i64(&w, "size", (int64_t)a->source.size);
	json_kv_str(&w, "sha256", a->source.sha256);
	json_obj_close(&w);
	enum exit_code code = client_post(a->c, target_path(a->c, &a->target, "/uploads"), &body, "open", &reply);
	str_release(&body);
	if (code)
		return code;
	a->upload = client_member(a->c, reply.root, "id");
	if (!a->upload || !json_to_i64(json_get(reply.root, "chunk_size"), &chunk) || chunk < 1 ||
	    chunk > CHUNK_BYTES_MAX || !json_to_i64(json_get(reply.root, "chunks"), &chunks))
		return bad_reply(a->c);
	a->chunk = (uint64_t)chunk;
	a->chunks = (uint64_t)chunks;
	return CLI_OK;
}

static const char *upload_path(struct adding *a, const char *rest)
{
	struct str path = STR_INIT(PATH_BYTES);

	str_append_cstr(&path, "/uploads/");
	remote_segment(&path, a->upload);
	str_append_cstr(&path, rest);
	const char *ret = arena_strdup(&a->c->arena, str_cstr(&path));
	str_release(&path);
	return ret;
}

static enum exit_code send_chunk(struct adding *a, uint64_t n, char *piece)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	uint64_t at = n * a->chunk, left = a->source.size - at;
	size_t size = left < a->chunk ? (size_t)left : (size_t)a->chunk;
	char rest[48];
	ssize_t got = material_read_at(a->source.fd, piece, size, at);

	if (got < 0)
		return material_read_failed(a->c, a->source.path);
	if ((size_t)got != size)
		return client_problem(a->c, CLI_INVALID, "invalid-input", "上传期间 %s 变短了，请重新上传", a->source.path);
	snprintf(rest, sizeof(rest), "/chunks/%" PRIu64, n);
	struct str bytes = { .p = piece, .len = size, .cap = size, .max = size };
	enum exit_code code = client_put(a->c, upload_path(a, rest), &bytes, &reply);
	bar_add(&a->bar, size);
	return code;
}

static enum exit_code send_range(struct adding *a, const struct json_value *range, char *piece)
{
	int64_t first = 0, last = -1;
	enum exit_code code = CLI_OK;

	if (!json_to_i64(json_get(range, "first"), &first) || !json_to_i64(json_get(range, "last"), &last) || first < 0 ||
	    last < first || (uint64_t)last >= a->chunks)
		return bad_reply(a->c);
	for (int64_t n = first; n <= last && !code; n++)
		code = send_chunk(a, (uint64_t)n, piece);
	return code;
}

/* Sends what is missing. *ret_number: the material it already became, else 0. */
static enum exit_code send_missing(struct adding *a, int64_t *ret_number)
{
	char *piece = xmalloc((size_t)a->chunk);
	enum exit_code code = CLI_OK;
	bool more = true;

	*ret_number = 0;
	bar_begin(&a->bar, "上传", a->source.size);
	while (more && !code) {
		CLEANUP(reply_release) struct reply reply = REPLY_INIT;
		int64_t there = 0;

		code = client_get(a->c, upload_path(a, ""), &reply);
		if (code)
			break;
		if (json_is_true(json_get(reply.root, "finished"))) {
			json_to_i64(json_get(reply.root, "number"), ret_number);
			break;
		}
		json_to_i64(json_get(reply.root, "there"), &there);
		a->bar.done = (uint64_t)there * a->chunk < a->source.size ? (uint64_t)there * a->chunk : a->source.size;
		bar_draw(&a->bar);
		const struct json_value *range = json_first(json_get(reply.root, "missing"));
		for (; range && !code; range = json_next(range))
			code = send_range(a, range, piece);
		more = json_is_true(json_get(reply.root, "more_missing"));
	}
	free(piece);
	return code;
}

static enum exit_code matter_version(struct adding *a, int64_t *ret)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	enum exit_code code = client_get(a->c, target_path(a->c, &a->target, ""), &reply);

	if (!code && !json_to_i64(json_get(reply.root, "version"), ret))
		return bad_reply(a->c);
	return code;
}

static void kv_if(struct json_writer *w, const char *key, const char *text)
{
	if (text)
		json_kv_str(w, key, text);
}

/* Keeps the material as text: it outlives the reply. */
static void keep_material(struct adding *a, const struct json_value *material)
{
	struct str out = STR_INIT(BODY_BYTES);
	struct json_writer w;

	json_writer_init(&w, &out);
	json_write_value(&w, material);
	a->added = arena_strdup(&a->c->arena, str_cstr(&out));
	str_release(&out);
	json_to_i64(json_get(material, "number"), &a->number);
}

static enum exit_code finish_upload(struct adding *a)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str body = STR_INIT(BODY_BYTES);
	struct json_writer w;
	int64_t version = 0;
	enum exit_code code = matter_version(a, &version);

	if (code)
		return code;
	json_writer_init(&w, &body);
	json_obj_open(&w);
	json_kv_i64(&w, "version", version);
	json_kv_str(&w, "sha256", a->source.sha256);
	if (a->happened_at != INSTANT_NONE)
		json_kv_instant(&w, "happened_at", a->happened_at);
	json_key(&w, "fields");
	json_obj_open(&w);
	kv_if(&w, "material_title", a->title);
	kv_if(&w, "origin", a->origin);
	json_obj_close(&w);
	json_obj_close(&w);
	code = client_post(a->c, upload_path(a, "/finish"), &body, "finish", &reply);
	str_release(&body);
	if (!code)
		keep_material(a, json_get(reply.root, "material"));
	return code;
}

/* The material that it became when it was finished before. */
static enum exit_code fetch_material(struct adding *a, int64_t number)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	enum exit_code code = client_get(a->c, target_path(a->c, &a->target, "/materials"), &reply);

	if (code)
		return code;
	const struct json_value *m = json_first(json_get(reply.root, "items"));
	for (; m; m = json_next(m)) {
		int64_t n = 0;
		struct sv kind = json_string(json_get(json_get(m, "matter"), "kind"));
		if (json_to_i64(json_get(m, "number"), &n) && n == number && sv_eq_str(kind, a->target.kind)) {
			keep_material(a, m);
			a->again = true;
			return CLI_OK;
		}
	}
	return bad_reply(a->c);
}

static bool problem_is(const struct client *c, const char *rule)
{
	return c->problem.rule && strcmp(c->problem.rule, rule) == 0;
}

/* Somebody else acted on the matter meanwhile, or a chunk went bad on the server's disk: once more. */
static bool worth_another_round(const struct client *c, enum exit_code code)
{
	return code == CLI_STALE || problem_is(c, "chunk-damaged") || problem_is(c, "upload-incomplete");
}

static enum exit_code upload_rounds(struct adding *a)
{
	enum exit_code code = CLI_OK;

	for (int round = 0; round < ROUNDS; round++) {
		int64_t number = 0;
		a->c->problem = (struct problem){ .title = NULL };
		code = send_missing(a, &number);
		if (!code && number)
			return fetch_material(a, number);
		if (!code)
			code = finish_upload(a);
		if (!code || !worth_another_round(a->c, code))
			break;
	}
	return code;
}

static enum exit_code upload_file(struct adding *a)
{
	struct client *c = a->c;
	char random_key[sizeof(c->key)];
	bool own_key = args_has(c->args, "idempotency-key") || args_has(c->args, "again");

	bar_begin(&a->bar, "校验", a->source.size);
	enum exit_code code = material_hash(c, a->source.fd, a->source.path, bar_add, &a->bar, a->source.sha256);
	if (code)
		return code;
	memcpy(random_key, c->key, sizeof(random_key));
	if (!own_key)
		make_key(a);
	code = open_upload(a);
	if (!code)
		code = upload_rounds(a);
	/* That upload was given up or swept long ago: a new one under a key of its own. */
	if (code == CLI_NOT_FOUND && problem_is(c, "no-such-upload") && !own_key) {
		memcpy(c->key, random_key, sizeof(random_key));
		c->problem = (struct problem){ .title = NULL };
		code = open_upload(a);
		if (!code)
			code = upload_rounds(a);
	}
	memcpy(c->key, random_key, sizeof(random_key));
	return code;
}

static void print_added(struct adding *a)
{
	struct arena *arena = &a->c->arena;
	struct json_doc *doc;

	if (json_parse(arena, sv_of(a->added), &doc, NULL) != ERR_OK)
		return;
	const struct json_value *m = json_root(doc);
	printf("%s %s: 材料 %" PRId64 "，%.*s 字节，SHA-256 %.*s\n", a->again ? "此前已登记" : "已登记",
	       arena_strndup(arena, term_clean(arena, sv_of(a->source.name)).p,
			     term_clean(arena, sv_of(a->source.name)).n),
	       a->number, SV_ARG(view_number(arena, json_get(m, "size"))), SV_ARG(view_member(arena, m, "sha256")));
}

static enum exit_code read_options(struct client *c, const struct args *args, struct adding *ret)
{
	const char *at = args_option(args, "at");
	struct err err = ERR_INIT;

	ret->kind = args_option(args, "kind") ? args_option(args, "kind") : "书证";
	ret->title = args_option(args, "title");
	ret->origin = args_option(args, "origin");
	ret->happened_at = INSTANT_NONE;
	if (at && value_instant(&c->arena, sv_of(at), &ret->happened_at, &err)) {
		err_field(&err, "at");
		return client_fail(c, &err);
	}
	if (args_has(args, "idempotency-key") && args->word_count > 2)
		return client_problem(c, CLI_USAGE, "usage", "--idempotency-key 只能用于一个文件");
	return CLI_OK;
}

enum exit_code cmd_material_add(struct client *c, const struct args *args)
{
	struct adding base = { .c = c };
	struct str list = STR_INIT(CLIENT_BODY_MAX);
	enum exit_code code = client_need_login(c);

	if (!code)
		code = read_options(c, args, &base);
	if (!code)
		code = target_find(c, args->words[0], &base.target);
	for (size_t i = 1; i < args->word_count && !code; i++) {
		struct adding a = base;

		code = material_open(c, args->words[i], &a.source);
		a.bar = (struct bar){ .shown = isatty(STDERR_FILENO) == 1 && !c->json, .name = a.source.name };
		if (!code)
			code = upload_file(&a);
		bar_erase(&a.bar);
		if (a.source.fd >= 0)
			close(a.source.fd);
		if (!code && !c->json)
			print_added(&a);
		if (!code)
			str_printf(&list, "%s%s", list.len ? "," : "", a.added);
	}
	if (code && c->problem.code == CLI_UNAVAILABLE)
		c->problem.detail = "再次执行同一命令，从中断的地方继续";
	if (!code && c->json)
		printf("{\"items\":[%s]}\n", str_cstr(&list));
	str_release(&list);
	return code;
}

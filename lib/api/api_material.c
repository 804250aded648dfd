/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Materials: POST /{clues|cases|handoffs}/{id}/uploads, PUT /uploads/{id}/chunks/{n}, GET and DELETE /uploads/{id},
 * POST /uploads/{id}/finish, GET /{...}/{id}/materials, GET /{...}/{id}/materials/{n}/content, GET /{...}/{id}/items. */
#include "api/api_steps.h"
#include "app/material.h"

#include <stdio.h>

enum { HEX_SHA256 = 64, BASE64_SHA256 = 44 };

const struct api_field fields_upload_open[] = {
	{ "name", API_TEXT, .required = true, .max = 200, .doc = "文件名" },
	{ "kind", API_TEXT, .required = true, .max = 40, .doc = "材料种类" },
	{ "size", API_INT, .required = true, .max = INT64_C(1) << 50, .doc = "字节数" },
	{ "media_type", API_TEXT, .max = 100, .doc = "媒体类型，如 application/pdf；不写则按文件名" },
	{ "sha256", API_TEXT, .max = HEX_SHA256, .doc = "文件的 SHA-256，小写十六进制；收齐后核对" },
	{ .name = NULL },
};
const struct api_field fields_upload_finish[] = {
	{ "version", API_VERSION, .required = true, .max = INT32_MAX, .doc = "依据的版本号" },
	{ "happened_at", API_TIME, .max = 40, .doc = "办理时间；只写日期指当日 12:00；不写指现在" },
	{ "sha256", API_TEXT, .max = HEX_SHA256, .doc = "文件的 SHA-256，小写十六进制；不符则不登记" },
	{ "fields", API_OBJECT, .words = "fields.ordinary.material_add", .doc = "材料名称、来源" },
	{ .name = NULL },
};

static struct sv text_or_none(const struct api_request *r, const char *name)
{
	const struct api_value *v = api_value(r, name);

	return v->set ? v->text : (struct sv){ NULL, 0 };
}

/* ---- opening an upload ---- */

static enum step decode_open(struct task *t, enum matter_kind kind)
{
	struct upload_open_call *c = task_ctx(t);
	const struct api_request *r = api_request(t);

	c->kind = kind;
	c->name = api_value(r, "name")->text;
	c->material_kind = api_value(r, "kind")->text;
	c->size = api_value(r, "size")->num;
	c->media_type = text_or_none(r, "media_type");
	c->sha256 = text_or_none(r, "sha256");
	c->key = r->key;
	memcpy(c->request_digest, r->digest, sizeof(c->request_digest));
	return api_path_id(t, "id", &c->matter) ? STEP_NEXT : STEP_FAIL;
}

static enum step decode_clue_open(struct task *t)
{
	return decode_open(t, MATTER_CLUE);
}

static enum step decode_case_open(struct task *t)
{
	return decode_open(t, MATTER_CASE);
}

static enum step decode_handoff_open(struct task *t)
{
	return decode_open(t, MATTER_HANDOFF);
}

static enum step reply_open(struct task *t)
{
	const struct upload_open_call *c = task_ctx(t);

	return api_reply_text(t, c->reply, c->replayed);
}

/* ---- one upload ---- */

static void take_id(struct task *t, char ret[CONTENT_UPLOAD_ID_SIZE])
{
	struct sv id = http_param(api_request(t)->http, "id");

	snprintf(ret, CONTENT_UPLOAD_ID_SIZE, "%.*s", (int)(id.n < CONTENT_UPLOAD_ID_SIZE ? id.n : 0), id.p);
}

static enum step decode_upload(struct task *t)
{
	struct upload_call *c = task_ctx(t);

	take_id(t, c->id);
	return STEP_NEXT;
}

static bool from_hex(struct sv text, uint8_t ret[32])
{
	static const char digits[] = "0123456789abcdef";

	if (text.n != HEX_SHA256)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i] >= 'A' && text.p[i] <= 'F' ? (char)(text.p[i] | 0x20) : text.p[i];
		const char *at = c ? strchr(digits, c) : NULL;
		if (!at)
			return false;
		ret[i / 2] = (uint8_t)(ret[i / 2] << 4 | (at - digits));
	}
	return true;
}

/* 32 bytes are 43 digits and one sign of filling; the last digit has two bits too many, which must be 0. */
static bool from_base64(struct sv text, uint8_t ret[32])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	int have = 0;
	size_t n = 0;

	if (text.n != BASE64_SHA256 || text.p[BASE64_SHA256 - 1] != '=')
		return false;
	for (size_t i = 0; i + 1 < text.n; i++) {
		const char *at = text.p[i] ? strchr(digits, text.p[i]) : NULL;
		if (!at)
			return false;
		bits = bits << 6 | (uint32_t)(at - digits);
		have += 6;
		if (have >= 8) {
			have -= 8;
			ret[n++] = (uint8_t)(bits >> have);
		}
	}
	return n == 32 && (bits & 3) == 0;
}

/* The sha-256 of "sha-256=:...:, sha-512=:...:" (RFC 9530); .p NULL: it names none. */
static struct sv digest_of_field(struct sv value)
{
	static const char name[] = "sha-256=:";
	const size_t n = sizeof(name) - 1;

	while (value.n > 0) {
		const char *comma = memchr(value.p, ',', value.n);
		struct sv item = sv_trim((struct sv){ value.p, comma ? (size_t)(comma - value.p) : value.n });

		if (item.n > n && strncasecmp(item.p, name, n) == 0 && item.p[item.n - 1] == ':')
			return (struct sv){ item.p + n, item.n - n - 1 };
		value = comma ? (struct sv){ comma + 1, value.n - (size_t)(comma + 1 - value.p) } : SV("");
	}
	return (struct sv){ NULL, 0 };
}

static enum step decode_digest(struct task *t, struct upload_call *c)
{
	const struct http_request *http = api_request(t)->http;
	struct sv hex = http_header(http, "X-Chunk-SHA256"), field = http_header(http, "Content-Digest");
	struct sv base64 = digest_of_field(field);

	if (http_header_count(http, "X-Chunk-SHA256") > 1 || http_header_count(http, "Content-Digest") > 1 ||
	    (hex.p && !from_hex(hex, c->want)) || (!hex.p && base64.p && !from_base64(base64, c->want)))
		return task_fail(t, ERR_MALFORMED, "digest", "X-Chunk-SHA256 或 Content-Digest 无法读取");
	c->announced = hex.p || base64.p;
	return STEP_NEXT;
}

static enum step decode_chunk(struct task *t)
{
	struct upload_call *c = task_ctx(t);
	const struct api_request *r = api_request(t);
	struct sv n = http_param(r->http, "n");

	take_id(t, c->id);
	if (n.n == 0 || n.n > 18 || n.p[0] < '0' || n.p[0] > '9' || !sv_to_i64(n, &c->n))
		return task_fail(t, ERR_NOT_FOUND, "bad-chunk", "块的序号应为 0 起的整数");
	c->bytes = http_body(r->http);
	return decode_digest(t, c);
}

static void write_digest(struct json_writer *w, const char *key, const uint8_t sha256[32])
{
	static const char digits[] = "0123456789abcdef";
	char hex[HEX_SHA256 + 1];

	for (size_t i = 0; i < 32; i++) {
		hex[2 * i] = digits[sha256[i] >> 4];
		hex[2 * i + 1] = digits[sha256[i] & 15];
	}
	hex[HEX_SHA256] = '\0';
	json_kv_str(w, key, hex);
}

static enum step reply_chunk(struct task *t)
{
	const struct upload_call *c = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_i64(&reply.w, "chunk", c->n);
	json_kv_i64(&reply.w, "size", (int64_t)content_upload_length(&c->upload, (uint64_t)c->n));
	write_digest(&reply.w, "sha256", c->chunk.sha256);
	json_kv_bool(&reply.w, "again", c->chunk.again);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

static void write_matter(struct json_writer *w, enum matter_kind kind, int64_t id)
{
	json_key(w, "matter");
	json_obj_open(w);
	json_kv_str(w, "kind", matter_kind_code(kind));
	json_kv_id(w, "id", id);
	json_obj_close(w);
}

static enum step reply_upload(struct task *t)
{
	const struct upload_call *c = task_ctx(t);
	struct api_reply reply;
	struct json_writer *w = &reply.w;

	api_reply_begin(&reply);
	json_obj_open(w);
	json_kv_str(w, "id", c->id);
	write_matter(w, c->kind, c->matter);
	json_kv_str(w, "name", c->name);
	json_kv_str(w, "kind", c->material_kind);
	json_kv_str(w, "media_type", c->media_type);
	json_kv_str(w, "sha256", c->sha256);
	json_kv_i64(w, "size", (int64_t)c->upload.size);
	json_kv_i64(w, "chunk_size", (int64_t)c->upload.chunk);
	json_kv_i64(w, "chunks", (int64_t)content_upload_count(&c->upload));
	json_kv_i64(w, "there", (int64_t)c->missing.there);
	json_key(w, "missing");
	json_arr_open(w);
	for (size_t i = 0; i < c->missing.count; i++) {
		json_obj_open(w);
		json_kv_i64(w, "first", (int64_t)c->missing.ranges[i].first);
		json_kv_i64(w, "last", (int64_t)c->missing.ranges[i].last);
		json_obj_close(w);
	}
	json_arr_close(w);
	json_kv_bool(w, "more_missing", c->missing.more);
	json_kv_bool(w, "finished", c->finished_seq != 0);
	if (c->number)
		json_kv_i64(w, "number", c->number);
	else
		json_kv_null(w, "number");
	json_obj_close(w);
	return api_reply_send(t, &reply);
}

static enum step reply_dropped(struct task *t)
{
	return api_reply_nothing(t);
}

/* ---- what a matter has ---- */

static void write_material(struct json_writer *w, struct arena *arena, const struct material *m)
{
	json_obj_open(w);
	json_kv_i64(w, "number", m->number);
	write_matter(w, m->kind, m->matter);
	json_kv_i64(w, "seq", m->seq);
	json_kv_str(w, "name", m->name);
	json_kv_str(w, "title", m->title);
	json_kv_str(w, "kind", m->material_kind);
	json_kv_str(w, "media_type", m->media_type);
	json_kv_i64(w, "size", m->size);
	json_kv_str(w, "sha256", m->sha256);
	json_kv_str(w, "sha512", m->sha512);
	json_kv_str(w, "sm3", m->sm3);
	json_kv_str(w, "origin", m->origin);
	api_write_person(w, "by", m->account, m->person);
	json_kv_instant(w, "happened_at", m->happened_at);
	json_kv_instant(w, "recorded_at", m->recorded_at);
	json_kv_str(w, "status", m->void_seq ? "void" : "valid");
	json_kv_str(w, "void_reason", m->void_reason);
	json_kv_bool(w, "restricted", m->hidden);
	json_kv_str(w, "href", arena_printf(arena, "/api/v1/%ss/%lld/materials/%lld/content", matter_kind_code(m->kind),
					    (long long)m->matter, (long long)m->number));
	json_obj_close(w);
}

static enum step decode_list(struct task *t, enum matter_kind kind)
{
	struct matter_view *v = task_ctx(t);

	v->kind = kind;
	return api_path_id(t, "id", &v->id) ? STEP_NEXT : STEP_FAIL;
}

static enum step decode_clue(struct task *t)
{
	return decode_list(t, MATTER_CLUE);
}

static enum step decode_case(struct task *t)
{
	return decode_list(t, MATTER_CASE);
}

static enum step decode_handoff(struct task *t)
{
	return decode_list(t, MATTER_HANDOFF);
}

static enum step reply_materials(struct task *t)
{
	const struct material_list_call *c = task_ctx(t);
	struct api_reply reply;
	struct material m;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_key(&reply.w, "items");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < c->count; i++) {
		material_at(c, i, &m);
		write_material(&reply.w, task_arena(t), &m);
	}
	json_arr_close(&reply.w);
	json_kv_i64(&reply.w, "bytes", c->bytes);
	json_kv_i64(&reply.w, "max_bytes", c->view.call.app->config.max_case);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

/* ---- one content ---- */

static enum step decode_number(struct task *t)
{
	struct material_read_call *c = task_ctx(t);

	return api_path_id(t, "n", &c->number) ? STEP_NEXT : STEP_FAIL;
}

static void add_header(struct http_request *req, const char *name, const char *value)
{
	if (http_reply_header(req, name, value) != ERR_OK)
		BUG("header %s", name);
}

/* RFC 6266: a name that any client reads, nothing of it left unescaped. */
static void add_disposition(struct task *t, const char *name)
{
	static const char hex[] = "0123456789ABCDEF";
	struct str value = STR_INIT(1024);

	str_append_cstr(&value, "attachment; filename*=UTF-8''");
	for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
			     strchr("-._~", *p);
		if (plain) {
			str_append_char(&value, (char)*p);
			continue;
		}
		str_append_char(&value, '%');
		str_append_char(&value, hex[*p >> 4]);
		str_append_char(&value, hex[*p & 15]);
	}
	if (!value.failed)
		add_header(api_request(t)->http, "Content-Disposition", str_cstr(&value));
	str_release(&value);
}

/* The client has these bytes already: they never change. */
static bool is_known(struct task *t, const char *etag)
{
	struct sv list = http_header(api_request(t)->http, "If-None-Match");

	return sv_eq_str(list, "*") || (list.p && memmem(list.p, list.n, etag, strlen(etag)) != NULL);
}

static enum step look_only(struct task *t)
{
	struct material_read_call *c = task_ctx(t);
	const char *etag = arena_printf(task_arena(t), "\"%s\"", c->material.sha256);

	c->unopened = is_known(t, etag) || http_request_method(api_request(t)->http) == HTTP_HEAD;
	return STEP_NEXT;
}

static void unused_close(void *ctx UNUSED)
{
}

static enum step reply_content(struct task *t)
{
	struct material_read_call *c = task_ctx(t);
	struct http_request *http = api_request(t)->http;
	const char *etag = arena_printf(task_arena(t), "\"%s\"", c->material.sha256);
	struct http_file file = { .size = (uint64_t)c->material.size, .read = material_reader_read,
				  .close = material_reader_close, .ctx = c->reader };

	http_log_account(http, sv_of(c->view.call.who->account));
	add_header(http, "ETag", etag);
	add_header(http, "Cache-Control", "private, no-cache");
	if (is_known(t, etag)) {
		http_reply_empty(http, 304);
		return STEP_DONE;
	}
	add_disposition(t, c->material.name);
	/* Evidence may be hostile: nothing in it runs in a browser that shows it all the same. */
	add_header(http, "Content-Security-Policy", "default-src 'none'; sandbox");
	if (!c->reader) /* HEAD */
		file.close = unused_close;
	c->reader = NULL;
	http_reply_file(http, 200, c->material.media_type, &file, c->view.call.app->content_pool);
	return STEP_DONE;
}

/* ---- finishing ---- */

static enum step decode_finish(struct task *t)
{
	struct upload_finish_call *c = task_ctx(t);
	const struct api_request *r = api_request(t);
	const struct api_value *when = api_value(r, "happened_at"), *fields = api_value(r, "fields");

	take_id(t, c->id);
	c->act.version = api_value(r, "version")->num;
	c->act.happened_at = when->set ? when->num : INSTANT_NONE;
	c->act.fields = fields->set ? fields->json : NULL;
	c->act.key = r->key;
	memcpy(c->act.request_digest, r->digest, sizeof(c->act.request_digest));
	c->sha256 = text_or_none(r, "sha256");
	return STEP_NEXT;
}

static enum step reply_finish(struct task *t)
{
	struct upload_finish_call *c = task_ctx(t);
	struct api_reply reply;
	struct json_doc *doc;

	if (json_parse(task_arena(t), c->act.reply, &doc, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	if (c->act.replayed)
		add_header(api_request(t)->http, "Idempotent-Replay", "true");
	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	for (const struct json_value *m = json_first(json_root(doc)); m; m = json_next(m)) {
		json_key_sv(&reply.w, json_name(m));
		json_write_value(&reply.w, m);
	}
	json_key(&reply.w, "material");
	write_material(&reply.w, task_arena(t), &c->material);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

/* ---- goods ---- */

static void write_chain(struct json_writer *w, const struct item_list_call *c, const struct item *item)
{
	struct item_act a;
	size_t at = 0;

	json_key(w, "chain");
	json_arr_open(w);
	while (item_chain(c, item, &at, &a)) {
		json_obj_open(w);
		write_matter(w, a.kind, a.matter);
		json_kv_i64(w, "seq", a.seq);
		json_kv_sv(w, "act", a.act);
		json_kv_str(w, "act_zh", view_act_zh(c->view.dossier->procedure, a.act.p));
		api_write_person(w, "by", a.account, a.person);
		json_kv_instant(w, "happened_at", a.happened_at);
		json_kv_instant(w, "recorded_at", a.recorded_at);
		json_kv_rawtext(w, "fields", a.payload);
		json_obj_close(w);
	}
	json_arr_close(w);
}

static enum step reply_items(struct task *t)
{
	const struct item_list_call *c = task_ctx(t);
	const struct dossier *d = c->view.dossier;
	struct api_reply reply;
	struct json_writer *w = &reply.w;

	api_reply_begin(&reply);
	json_obj_open(w);
	json_key(w, "items");
	json_arr_open(w);
	for (int i = 0; i < d->item_count; i++) {
		const struct item *item = &d->items[i];

		json_obj_open(w);
		json_kv_i64(w, "item", item->seq);
		json_kv_str(w, "name", item->name);
		json_kv_str(w, "quantity", item->quantity);
		json_kv_str(w, "status", item_status_code(item->status));
		json_kv_str(w, "custodian", item->custodian);
		json_kv_str(w, "place", item->place);
		json_kv_str(w, "seal", item->seal);
		json_kv_instant(w, "since", item->since);
		write_chain(w, c, item);
		json_obj_close(w);
	}
	json_arr_close(w);
	json_obj_close(w);
	return api_reply_send(t, &reply);
}

/* ---- steps ---- */

#define OPEN_STEPS(name, decode) \
	const struct task_step name[] = { \
		API_BEGIN, { "decode", decode }, UPLOAD_OPEN_STEPS, { "reply", reply_open }, TASK_STEPS_END \
	}
#define LIST_STEPS(name, decode) \
	const struct task_step name[] = { \
		API_BEGIN, { "decode", decode }, MATERIAL_LIST_STEPS, { "reply", reply_materials }, TASK_STEPS_END \
	}
#define CONTENT_STEPS(name, decode) \
	const struct task_step name[] = { \
		API_BEGIN, { "decode", decode }, { "number", decode_number }, VIEW_STEPS, \
		{ "material_find", material_find }, { "material_found", material_found }, { "look", look_only }, \
		{ "material_open", material_open }, { "reply", reply_content }, TASK_STEPS_END \
	}
#define ITEMS_STEPS(name, decode) \
	const struct task_step name[] = { \
		API_BEGIN, { "decode", decode }, ITEM_LIST_STEPS, { "reply", reply_items }, TASK_STEPS_END \
	}

OPEN_STEPS(steps_clue_upload, decode_clue_open);
OPEN_STEPS(steps_case_upload, decode_case_open);
OPEN_STEPS(steps_handoff_upload, decode_handoff_open);
LIST_STEPS(steps_clue_materials, decode_clue);
LIST_STEPS(steps_case_materials, decode_case);
LIST_STEPS(steps_handoff_materials, decode_handoff);
CONTENT_STEPS(steps_clue_material, decode_clue);
CONTENT_STEPS(steps_case_material, decode_case);
CONTENT_STEPS(steps_handoff_material, decode_handoff);
ITEMS_STEPS(steps_clue_items, decode_clue);
ITEMS_STEPS(steps_case_items, decode_case);

const struct task_step steps_upload_chunk[] = {
	API_BEGIN, { "decode", decode_chunk }, UPLOAD_CHUNK_STEPS, { "reply", reply_chunk }, TASK_STEPS_END
};
const struct task_step steps_upload_show[] = {
	API_BEGIN, { "decode", decode_upload }, UPLOAD_SHOW_STEPS, { "reply", reply_upload }, TASK_STEPS_END
};
const struct task_step steps_upload_drop[] = {
	API_BEGIN, { "decode", decode_upload }, UPLOAD_DROP_STEPS, { "reply", reply_dropped }, TASK_STEPS_END
};
const struct task_step steps_upload_finish[] = {
	API_BEGIN, { "decode", decode_finish }, UPLOAD_FINISH_STEPS, { "reply", reply_finish }, TASK_STEPS_END
};

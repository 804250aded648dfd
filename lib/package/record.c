/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Records. Writing builds the text and then reads it back strictly, so that nothing can be
 * written that would not be accepted. */
#include "package/record.h"

#include <stdio.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "crypto/sign.h"
#include "json/json_reader.h"
#include "json/json_writer.h"
#include "package/canonical.h"
#include "package/name.h"
#include "package/pem.h"

#define DIGEST_PREFIX "sha256:"

static const struct {
	const char *name, *zh;
} kinds[RECORD_KIND_COUNT] = {
#define X(id, name, zh) [RECORD_##id] = { name, zh },
	RECORD_KINDS(X)
#undef X
};

const char *record_kind_name(enum record_kind kind)
{
	CHECK(kind < RECORD_KIND_COUNT);
	return kinds[kind].name;
}

const char *record_kind_zh(enum record_kind kind)
{
	CHECK(kind < RECORD_KIND_COUNT);
	return kinds[kind].zh;
}

bool record_kind_find(struct sv name, enum record_kind *ret)
{
	for (size_t i = 0; i < RECORD_KIND_COUNT; i++) {
		if (!sv_eq_str(name, kinds[i].name))
			continue;
		*ret = (enum record_kind)i;
		return true;
	}
	return false;
}

/* ---- small forms ---- */

struct record_digest record_digest(struct sv bytes)
{
	struct record_digest d;
	crypto_sha256(bytes.p, bytes.n, d.sha256);
	return d;
}

bool record_digest_eq(const struct record_digest *a, const struct record_digest *b)
{
	return memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
}

void record_digest_format(const struct record_digest *d, char out[RECORD_DIGEST_SIZE])
{
	memcpy(out, DIGEST_PREFIX, sizeof(DIGEST_PREFIX));
	crypto_hex(d->sha256, sizeof(d->sha256), out + strlen(DIGEST_PREFIX));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool record_digest_parse(struct sv text, struct record_digest *ret)
{
	struct record_digest d;
	const struct sv prefix = SV(DIGEST_PREFIX);
	if (text.n != prefix.n + 2 * sizeof(d.sha256) || !sv_starts_with(text, prefix))
		return false;
	for (size_t i = 0; i < sizeof(d.sha256); i++) {
		int high = hex_digit(text.p[prefix.n + 2 * i]);
		int low = hex_digit(text.p[prefix.n + 2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		d.sha256[i] = (uint8_t)(high << 4 | low);
	}
	*ret = d;
	return true;
}

void record_instant_format(instant_t t, char out[RECORD_INSTANT_SIZE])
{
	char text[RECORD_INSTANT_SIZE];
	size_t seconds = strlen("2026-11-23T10:00:00");
	instant_format(t, text);
	if (!text[0] || text[seconds] == '.')
		snprintf(out, RECORD_INSTANT_SIZE, "%s", text);
	else
		snprintf(out, RECORD_INSTANT_SIZE, "%.*s.000000+08:00", (int)seconds, text);
}

bool record_instant_parse(struct sv text, instant_t *ret)
{
	char again[RECORD_INSTANT_SIZE];
	instant_t t;
	if (!instant_parse(text, &t))
		return false;
	record_instant_format(t, again);
	if (!sv_eq_str(text, again))
		return false;
	*ret = t;
	return true;
}

bool record_thread_is_valid(struct sv text)
{
	if (text.n != 36)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
		if (hyphen ? text.p[i] != '-' : hex_digit(text.p[i]) < 0)
			return false;
	}
	return true;
}

static bool is_code(struct sv text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_' || c == '-'))
			return false;
	}
	return text.n >= 1 && text.n <= 64;
}

static bool is_channel(struct sv text)
{
	return text.n == 2 && text.p[0] == 'c' && text.p[1] >= '1' && text.p[1] <= '9';
}

/* ---- writing ---- */

static void put_digest(struct json_writer *w, const char *key, bool has,
		       const struct record_digest *d)
{
	char text[RECORD_DIGEST_SIZE];
	record_digest_format(d, text);
	json_kv_str(w, key, has ? text : NULL);
}

static void put_instant(struct json_writer *w, const char *key, instant_t t)
{
	char text[RECORD_INSTANT_SIZE];
	record_instant_format(t, text);
	json_kv_str(w, key, text);
}

static void put_package(struct json_writer *w, const struct record *r)
{
	json_key(w, "package");
	if (!r->has_package) {
		json_null(w);
		return;
	}
	json_obj_open(w);
	json_kv_i64(w, "items", r->package_items);
	put_digest(w, "manifest", true, &r->package_manifest);
	json_kv_sv(w, "name", r->package_name);
	put_digest(w, "tagmanifest", true, &r->package_tagmanifest);
	json_obj_close(w);
}

static void put_registered(struct json_writer *w, const struct record *r)
{
	json_key(w, "registered");
	if (!r->is_registered) {
		json_null(w);
		return;
	}
	json_obj_open(w);
	json_kv_sv(w, "for", r->registered_for);
	json_kv_sv(w, "medium", r->registered_medium);
	put_digest(w, "scan", r->has_scan, &r->scan);
	json_obj_close(w);
}

static void put_seen_and_to(struct json_writer *w, const struct record *r)
{
	json_key(w, "seen");
	json_obj_open(w);
	for (size_t i = 0; i < r->seen_count; i++) {
		json_key_sv(w, r->seen[i].lane);
		json_obj_open(w);
		put_digest(w, "digest", true, &r->seen[i].digest);
		json_kv_i64(w, "n", r->seen[i].n);
		json_obj_close(w);
	}
	json_obj_close(w);
	json_key(w, "to");
	json_arr_open(w);
	for (size_t i = 0; i < r->to_count; i++)
		json_str(w, r->to[i]);
	json_arr_close(w);
}

/* In any order and layout; canonical_text() does the rest. */
static void put_record(struct str *draft, const struct record *r, struct sv sm2)
{
	struct json_writer w;
	json_writer_init(&w, draft);
	json_obj_open(&w);
	json_kv_sv(&w, "act", r->act);
	json_kv_sv(&w, "actor", r->actor);
	json_kv_sv(&w, "channel", r->channel);
	json_kv_rawtext(&w, "fields", r->fields.n ? r->fields : SV("{}"));
	put_instant(&w, "happened_at", r->happened_at);
	json_kv_str(&w, "kind", record_kind_name(r->kind));
	json_kv_sv(&w, "lane", r->lane);
	put_instant(&w, "made_at", r->made_at);
	json_kv_i64(&w, "n", r->n);
	if (r->number.n)
		json_kv_sv(&w, "number", r->number);
	else
		json_kv_null(&w, "number");
	json_kv_sv(&w, "organ", r->organ);
	put_package(&w, r);
	put_digest(&w, "prev", r->has_prev, &r->prev);
	put_registered(&w, r);
	put_seen_and_to(&w, r);
	json_kv_sv(&w, "side", r->side);
	if (sm2.n)
		json_kv_sv(&w, "sm2", sm2);
	else
		json_kv_null(&w, "sm2");
	json_kv_sv(&w, "state", r->state);
	json_kv_sv(&w, "thread", r->thread);
	json_kv_i64(&w, "v", 1);
	json_obj_close(&w);
}

enum err_code record_write(struct arena *a, const struct record *r, struct str *out,
			   struct err *err)
{
	struct str draft = STR_INIT(RECORD_BYTES_MAX), text = STR_INIT(RECORD_BYTES_MAX);
	struct record again;
	struct sv sm2;
	enum err_code code = pem_bare(a, r->sm2_certificate, "记录的国密证书", &sm2, err);
	if (!code)
		put_record(&draft, r, sm2);
	if (!code && draft.failed)
		code = err_set(err, ERR_TOO_LARGE, "too-large", "记录过大");
	if (!code)
		code = canonical_text(a, (struct sv){ str_cstr(&draft), draft.len }, &text, err);
	if (!code)
		code = record_parse(a, (struct sv){ str_cstr(&text), text.len }, "记录", &again,
				    err);
	if (!code)
		str_append(out, str_cstr(&text), text.len);
	if (!code && out->failed)
		code = err_set(err, ERR_TOO_LARGE, "too-large", "记录过大");
	str_release(&draft);
	str_release(&text);
	return code;
}

/* ---- reading ---- */

struct reading {
	struct arena *arena;
	const char *what;
	struct err *err;
	enum err_code code; /* of the first refusal */
};

static void refuse(struct reading *rd, const char *member, const char *why)
{
	if (rd->code)
		return;
	rd->code =
		err_set(rd->err, ERR_INVALID, "record-value", "%s 的 %s %s", rd->what, member, why);
	err_field(rd->err, "%s", member);
}

/* Exactly these members; `names` is sorted and ends with NULL. Null for "not an object". */
static bool check_members(struct reading *rd, const struct json_value *object, const char *where,
			  const char *const *names)
{
	if (rd->code)
		return false;
	const struct json_value *v = json_first(object);
	if (json_type(object) != JSON_OBJECT)
		refuse(rd, where, "不是对象");
	for (size_t i = 0; !rd->code; i++) {
		if (!names[i] && !v)
			return true;
		struct sv name = json_name(v);
		int order = !v ? -1 : !names[i] ? 1 : strcmp(names[i], name.p);
		if (order < 0)
			rd->code = err_set(rd->err, ERR_INVALID, "record-member",
					   "%s 的 %s 缺少 %s", rd->what, where, names[i]);
		else if (order > 0)
			rd->code =
				err_set(rd->err, ERR_INVALID, "record-member",
					"%s 的 %s 有不认识的 %s", rd->what, where, NAME_SHOW(name));
		v = json_next(v);
	}
	return false;
}

static struct sv get_text(struct reading *rd, const struct json_value *o, const char *member)
{
	const struct json_value *v = json_get(o, member);
	struct sv text = json_string(v);
	if (json_type(v) != JSON_STRING || text.n == 0 || text.n > RECORD_TEXT_MAX)
		refuse(rd, member, "不是 1 到 600 个字节的文字");
	return text;
}

static struct sv get_code(struct reading *rd, const struct json_value *o, const char *member)
{
	struct sv text = json_string(json_get(o, member));
	if (!is_code(text))
		refuse(rd, member, "不是代码");
	return text;
}

static struct sv get_organ(struct reading *rd, const struct json_value *o, const char *member)
{
	struct sv text = json_string(json_get(o, member));
	if (!crypto_code_is_valid(text))
		refuse(rd, member, "不是机关代码");
	return text;
}

static int64_t get_count(struct reading *rd, const struct json_value *o, const char *member,
			 int64_t min)
{
	int64_t n = 0;
	if (!json_to_i64(json_get(o, member), &n) || n < min)
		refuse(rd, member, "不是序号或数目");
	return n;
}

static instant_t get_instant(struct reading *rd, const struct json_value *o, const char *member)
{
	instant_t t = INSTANT_NONE;
	if (!record_instant_parse(json_string(json_get(o, member)), &t))
		refuse(rd, member, "不是规定写法的时间");
	return t;
}

/* False for null. */
static bool get_digest(struct reading *rd, const struct json_value *o, const char *member,
		       bool may_be_null, struct record_digest *ret)
{
	const struct json_value *v = json_get(o, member);
	if (may_be_null && json_type(v) == JSON_NULL)
		return false;
	if (!record_digest_parse(json_string(v), ret))
		refuse(rd, member, "不是 sha256 摘要");
	return true;
}

static void get_package(struct reading *rd, const struct json_value *root, struct record *r)
{
	static const char *const names[] = { "items", "manifest", "name", "tagmanifest", NULL };
	const struct json_value *v = json_get(root, "package");
	r->has_package = json_type(v) != JSON_NULL;
	if (!r->has_package || !check_members(rd, v, "package", names))
		return;
	r->package_items = get_count(rd, v, "items", 0);
	get_digest(rd, v, "manifest", false, &r->package_manifest);
	get_digest(rd, v, "tagmanifest", false, &r->package_tagmanifest);
	r->package_name = json_string(json_get(v, "name"));
	if (memchr(r->package_name.n ? r->package_name.p : "", '/', r->package_name.n) ||
	    name_check(r->package_name, NAME_OURS, NULL))
		refuse(rd, "package.name", "不是包的名称");
}

static void get_registered(struct reading *rd, const struct json_value *root, struct record *r)
{
	static const char *const names[] = { "for", "medium", "scan", NULL };
	const struct json_value *v = json_get(root, "registered");
	r->is_registered = json_type(v) != JSON_NULL;
	if (!r->is_registered || !check_members(rd, v, "registered", names))
		return;
	r->registered_for = get_organ(rd, v, "for");
	r->registered_medium = get_text(rd, v, "medium");
	r->has_scan = get_digest(rd, v, "scan", true, &r->scan);
}

static void get_seen(struct reading *rd, const struct json_value *root, struct record *r)
{
	static const char *const names[] = { "digest", "n", NULL };
	const struct json_value *v = json_get(root, "seen");
	size_t count = json_count(v);
	if (json_type(v) != JSON_OBJECT || count > RECORD_LANES_MAX) {
		refuse(rd, "seen", "不是机关代码到记录的对象");
		return;
	}
	struct record_seen *seen = arena_array(rd->arena, struct record_seen, count + 1);
	for (v = json_first(v); v && !rd->code; v = json_next(v)) {
		struct record_seen *s = &seen[r->seen_count];
		s->lane = json_name(v);
		if (!crypto_code_is_valid(s->lane) || sv_eq(s->lane, r->lane))
			refuse(rd, "seen", "的成员不是另一个机关的代码");
		if (!check_members(rd, v, "seen", names))
			return;
		s->n = get_count(rd, v, "n", 1);
		get_digest(rd, v, "digest", false, &s->digest);
		r->seen_count++;
	}
	r->seen = seen;
}

static void get_to(struct reading *rd, const struct json_value *root, struct record *r)
{
	const struct json_value *v = json_get(root, "to");
	size_t count = json_count(v);
	if (json_type(v) != JSON_ARRAY || count > RECORD_LANES_MAX) {
		refuse(rd, "to", "不是机关代码的数组");
		return;
	}
	struct sv *to = arena_array(rd->arena, struct sv, count + 1);
	for (v = json_first(v); v; v = json_next(v)) {
		struct sv code = json_string(v);
		if (!crypto_code_is_valid(code) || sv_eq(code, r->lane))
			refuse(rd, "to", "的成员不是另一个机关的代码");
		for (size_t i = 0; i < r->to_count; i++) {
			if (sv_eq(to[i], code))
				refuse(rd, "to", "有重复的机关");
		}
		to[r->to_count++] = code;
	}
	r->to = to;
}

static void get_sm2(struct reading *rd, const struct json_value *root, struct record *r)
{
	const struct json_value *v = json_get(root, "sm2");
	struct pem_block block;
	if (json_type(v) == JSON_NULL)
		return;
	if (pem_from_bare(rd->arena, json_string(v), &block))
		r->sm2_certificate = block.text;
	else
		refuse(rd, "sm2", "不是证书的 base64");
}

static void get_rest(struct reading *rd, const struct json_value *root, struct record *r)
{
	r->act = get_code(rd, root, "act");
	r->state = get_code(rd, root, "state");
	r->side = get_code(rd, root, "side");
	r->actor = get_text(rd, root, "actor");
	r->organ = get_text(rd, root, "organ");
	if (json_type(json_get(root, "number")) != JSON_NULL)
		r->number = get_text(rd, root, "number");
	r->channel = json_string(json_get(root, "channel"));
	if (!is_channel(r->channel))
		refuse(rd, "channel", "不是 c1 到 c9");
	r->thread = json_string(json_get(root, "thread"));
	if (!record_thread_is_valid(r->thread))
		refuse(rd, "thread", "不是小写的 UUID");
	if (!record_kind_find(json_string(json_get(root, "kind")), &r->kind))
		refuse(rd, "kind", "不是已知的种类");
	r->happened_at = get_instant(rd, root, "happened_at");
	r->made_at = get_instant(rd, root, "made_at");
	r->n = get_count(rd, root, "n", 1);
	r->has_prev = get_digest(rd, root, "prev", true, &r->prev);
	if (r->has_prev != (r->n > 1))
		refuse(rd, "prev",
		       r->has_prev ? "应为 null：这是第一条" : "不应为 null：这不是第一条");
	if (json_type(json_get(root, "fields")) != JSON_OBJECT)
		refuse(rd, "fields", "不是对象");
}

/* The canonical text of the fields, found again inside the record's own bytes. */
static void keep_fields(struct reading *rd, const struct json_value *root, struct record *r)
{
	struct str text = STR_INIT(RECORD_BYTES_MAX);
	r->fields_value = json_get(root, "fields");
	enum err_code code = canonical_write(rd->arena, r->fields_value, &text, rd->err);
	char *copy = code ? NULL : arena_try_strndup(rd->arena, str_cstr(&text), text.len);
	if (!copy)
		rd->code = err_set(rd->err, ERR_TOO_LARGE, "too-large", "%s 过大", rd->what);
	else
		r->fields = (struct sv){ copy, text.len };
	str_release(&text);
}

enum err_code record_parse(struct arena *a, struct sv bytes, const char *what, struct record *ret,
			   struct err *err)
{
	static const char *const names[] = {
		"act",     "actor", "channel", "fields", "happened_at", "kind", "lane",
		"made_at", "n",     "number",  "organ",  "package",     "prev", "registered",
		"seen",    "side",  "sm2",     "state",  "thread",      "to",   "v",
		NULL,
	};
	struct reading rd = { a, what, err, ERR_OK };
	struct record r = { .number = { NULL, 0 } };
	const struct json_value *root = NULL;
	int64_t version = 0;
	if (bytes.n > RECORD_BYTES_MAX)
		return err_set(err, ERR_TOO_LARGE, "too-large", "%s 过大", what);
	enum err_code code = canonical_parse(a, bytes, what, &root, err);
	if (code)
		return code;
	if (json_to_i64(json_get(root, "v"), &version) && version != 1)
		return err_set(err, ERR_INVALID, "record-version", "%s 的版本 %lld 不支持", what,
			       (long long)version);
	if (!check_members(&rd, root, "记录", names))
		return rd.code;
	if (version != 1)
		refuse(&rd, "v", "不是 1");
	r.lane = get_organ(&rd, root, "lane");
	get_rest(&rd, root, &r);
	get_seen(&rd, root, &r);
	get_to(&rd, root, &r);
	get_package(&rd, root, &r);
	get_registered(&rd, root, &r);
	get_sm2(&rd, root, &r);
	if (!rd.code)
		keep_fields(&rd, root, &r);
	if (!rd.code)
		*ret = r;
	return rd.code;
}

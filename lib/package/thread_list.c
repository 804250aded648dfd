/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * thread.json: the signed list of an export. */
#include "json/json_reader.h"
#include "json/json_writer.h"
#include "package/canonical.h"
#include "package/name.h"
#include "package/pem.h"
#include "package/thread.h"
#include "package/tree.h"

const char *thread_record_file(struct arena *a, size_t place, const struct record *r)
{
	return arena_printf(a, "records/%04zu-%.*s-%s.json", place, SV_ARG(r->lane),
			    record_kind_name(r->kind));
}

static void put_digest(struct json_writer *w, const char *key, const struct record_digest *d)
{
	char text[RECORD_DIGEST_SIZE];
	record_digest_format(d, text);
	json_kv_str(w, key, text);
}

static void put_list(struct str *draft, const struct thread_list *list, struct sv sm2)
{
	struct json_writer w;
	json_writer_init(&w, draft);
	json_obj_open(&w);
	json_kv_i64(&w, "v", 1);
	json_kv_sv(&w, "thread", list->thread);
	json_kv_sv(&w, "channel", list->channel);
	if (list->handoff_no.n)
		json_kv_sv(&w, "handoff_no", list->handoff_no);
	else
		json_kv_null(&w, "handoff_no");
	json_kv_sv(&w, "exporter", list->exporter);
	if (sm2.n)
		json_kv_sv(&w, "sm2", sm2);
	else
		json_kv_null(&w, "sm2");
	json_key(&w, "records");
	json_arr_open(&w);
	for (size_t i = 0; i < list->record_count; i++) {
		json_obj_open(&w);
		json_kv_sv(&w, "file", list->records[i].file);
		json_kv_sv(&w, "lane", list->records[i].lane);
		json_kv_i64(&w, "n", list->records[i].n);
		put_digest(&w, "digest", &list->records[i].digest);
		json_obj_close(&w);
	}
	json_arr_close(&w);
	json_key(&w, "bags");
	json_arr_open(&w);
	for (size_t i = 0; i < list->bag_count; i++) {
		json_obj_open(&w);
		json_kv_sv(&w, "name", list->bags[i].name);
		put_digest(&w, "tagmanifest", &list->bags[i].tagmanifest);
		json_obj_close(&w);
	}
	json_arr_close(&w);
	json_obj_close(&w);
}

enum err_code thread_list_write(struct arena *a, const struct thread_list *list, struct str *out,
				struct err *err)
{
	struct str draft = STR_INIT(THREAD_BYTES_MAX), text = STR_INIT(THREAD_BYTES_MAX);
	struct thread_list again;
	struct sv sm2;
	enum err_code code =
		pem_bare(a, list->sm2_certificate, "thread.json 的国密证书", &sm2, err);
	if (!code)
		put_list(&draft, list, sm2);
	if (!code && draft.failed)
		code = err_set(err, ERR_TOO_LARGE, "too-large", "thread.json 过大");
	if (!code)
		code = canonical_text(a, (struct sv){ str_cstr(&draft), draft.len }, &text, err);
	if (!code)
		code = thread_list_parse(a, (struct sv){ str_cstr(&text), text.len }, &again, err);
	if (!code)
		str_append(out, str_cstr(&text), text.len);
	if (!code && out->failed)
		code = err_set(err, ERR_TOO_LARGE, "too-large", "thread.json 过大");
	str_release(&draft);
	str_release(&text);
	return code;
}

static enum err_code wrong(struct err *err, const char *member, const char *why)
{
	enum err_code code =
		err_set(err, ERR_INVALID, "thread-list", "thread.json 的 %s %s", member, why);
	err_field(err, "%s", member);
	return code;
}

/* Exactly these members, sorted. */
static bool has_members(const struct json_value *object, const char *const *names, size_t count)
{
	const struct json_value *v = json_first(object);
	for (size_t i = 0; i < count; i++, v = json_next(v)) {
		if (!v || !sv_eq_str(json_name(v), names[i]))
			return false;
	}
	return json_type(object) == JSON_OBJECT && !v;
}

static enum err_code parse_rows(struct arena *a, const struct json_value *v,
				struct thread_list *list, struct err *err)
{
	static const char *const names[] = { "digest", "file", "lane", "n" };
	size_t count = json_count(v);
	if (json_type(v) != JSON_ARRAY || count > THREAD_RECORDS_MAX)
		return wrong(err, "records", "不是记录的数组");
	struct thread_row *rows = arena_try_array(a, struct thread_row, count + 1);
	if (!rows)
		return err_set(err, ERR_TOO_LARGE, "too-large", "thread.json 过大");
	for (v = json_first(v); v; v = json_next(v)) {
		struct thread_row *row = &rows[list->record_count++];
		row->file = json_string(json_get(v, "file"));
		row->lane = json_string(json_get(v, "lane"));
		if (!has_members(v, names, ARRAY_LEN(names)) || !crypto_code_is_valid(row->lane) ||
		    !json_to_i64(json_get(v, "n"), &row->n) || row->n < 1 ||
		    !record_digest_parse(json_string(json_get(v, "digest")), &row->digest) ||
		    !sv_starts_with(row->file, SV("records/")) ||
		    name_check(row->file, NAME_OURS, NULL))
			return wrong(err, "records", "有一行不对");
	}
	list->records = rows;
	return ERR_OK;
}

static enum err_code parse_bags(struct arena *a, const struct json_value *v,
				struct thread_list *list, struct err *err)
{
	static const char *const names[] = { "name", "tagmanifest" };
	size_t count = json_count(v);
	if (json_type(v) != JSON_ARRAY || count > THREAD_BAGS_MAX)
		return wrong(err, "bags", "不是移送包的数组");
	struct thread_bag *bags = arena_try_array(a, struct thread_bag, count + 1);
	if (!bags)
		return err_set(err, ERR_TOO_LARGE, "too-large", "thread.json 过大");
	for (v = json_first(v); v; v = json_next(v)) {
		struct thread_bag *bag = &bags[list->bag_count++];
		bag->name = json_string(json_get(v, "name"));
		if (!has_members(v, names, ARRAY_LEN(names)) ||
		    name_check(bag->name, NAME_OURS, NULL) ||
		    memchr(bag->name.p, '/', bag->name.n) ||
		    !record_digest_parse(json_string(json_get(v, "tagmanifest")),
					 &bag->tagmanifest))
			return wrong(err, "bags", "有一行不对");
		for (const struct thread_bag *b = bags; b < bag; b++) {
			if (sv_eq(b->name, bag->name))
				return wrong(err, "bags", "有两行同名");
		}
	}
	list->bags = bags;
	return ERR_OK;
}

enum err_code thread_list_parse(struct arena *a, struct sv bytes, struct thread_list *ret,
				struct err *err)
{
	static const char *const names[] = { "bags",    "channel", "exporter", "handoff_no",
					     "records", "sm2",     "thread",   "v" };
	const struct json_value *root = NULL;
	struct pem_block block = { .text = { NULL, 0 } };
	struct thread_list list = { .thread = { NULL, 0 } };
	int64_t version = 0;
	if (bytes.n > THREAD_BYTES_MAX)
		return err_set(err, ERR_TOO_LARGE, "too-large", "thread.json 过大");
	enum err_code code = canonical_parse(a, bytes, "thread.json", &root, err);
	if (code)
		return code;
	if (json_to_i64(json_get(root, "v"), &version) && version != 1)
		return err_set(err, ERR_INVALID, RULE_NOT_SUPPORTED,
			       "thread.json 的版本 %lld 不支持", (long long)version);
	if (version != 1 || !has_members(root, names, ARRAY_LEN(names)))
		return wrong(err, "成员", "不全或有不认识的");
	list.thread = json_string(json_get(root, "thread"));
	list.channel = json_string(json_get(root, "channel"));
	list.exporter = json_string(json_get(root, "exporter"));
	list.handoff_no = json_string(json_get(root, "handoff_no"));
	if (!record_thread_is_valid(list.thread))
		return wrong(err, "thread", "不是小写的 UUID");
	if (list.channel.n != 2 || list.channel.p[0] != 'c' || list.channel.p[1] < '1' ||
	    list.channel.p[1] > '9')
		return wrong(err, "channel", "不是 c1 到 c9");
	if (!crypto_code_is_valid(list.exporter))
		return wrong(err, "exporter", "不是机关代码");
	if (json_type(json_get(root, "handoff_no")) != JSON_NULL &&
	    (list.handoff_no.n == 0 || list.handoff_no.n > RECORD_TEXT_MAX))
		return wrong(err, "handoff_no", "不是文号");
	if (json_type(json_get(root, "sm2")) != JSON_NULL &&
	    !pem_from_bare(a, json_string(json_get(root, "sm2")), &block))
		return wrong(err, "sm2", "不是证书的 base64");
	list.sm2_certificate = block.text;
	code = parse_rows(a, json_get(root, "records"), &list, err);
	if (!code)
		code = parse_bags(a, json_get(root, "bags"), &list, err);
	if (!code)
		*ret = list;
	return code;
}

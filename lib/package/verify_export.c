/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Records, alone or in a folder, and whole exports. */
#include <stdlib.h>

#include "json/json_reader.h"
#include "package/thread.h"
#include "package/verify_internal.h"

struct exporting {
	struct verifying *v;
	struct thread_list list;
	struct record *records; /* those that could be read */
	bool *readable;
	bool *claimed; /* by index in the tree: belongs to the export */
	struct thread_check *chain;
};

/* ---- files ---- */

static bool is_small(void *arg, const struct tree_entry *e)
{
	const struct verifying *v = arg;
	size_t n = strlen(v->prefix);
	if (strncmp(e->path, v->prefix, n) != 0)
		return false;
	struct sv path = sv_of(e->path + n);
	return sv_starts_with(path, SV("thread.json")) || sv_starts_with(path, SV("records/")) ||
	       sv_starts_with(path, SV("certificates/"));
}

static void claim(struct exporting *x, const char *path)
{
	const struct tree_entry *e = verify_find(x->v, path);
	if (e)
		x->claimed[e - tree_at(x->v->tree, 0)] = true;
}

static void claim_signed(struct exporting *x, const char *path)
{
	claim(x, path);
	claim(x, arena_printf(x->v->arena, "%s.p7s", path));
	claim(x, arena_printf(x->v->arena, "%s.sm2", path));
}

static void claim_below(struct exporting *x, const char *folder)
{
	const char *path = verify_path(x->v, "%s", folder);
	size_t n = strlen(path);
	for (size_t i = tree_lower_bound(x->v->tree, sv_of(path)); i < tree_count(x->v->tree);
	     i++) {
		if (strncmp(tree_at(x->v->tree, i)->path, path, n) != 0)
			break;
		x->claimed[i] = true;
	}
}

static void refuse(struct verifying *v, const char *what, const char *file, const char *rule,
		   const char *why)
{
	struct err err = ERR_INIT;
	err_set(&err, ERR_INVALID, rule, "%s", why);
	verify_refuse(v, what, file, &err);
}

/* A folder must lead to something that belongs here. */
static bool is_used_folder(const struct exporting *x, const struct tree_entry *e)
{
	const char *below = arena_printf(x->v->arena, "%s/", e->path);
	size_t n = strlen(below);
	for (size_t i = tree_lower_bound(x->v->tree, sv_of(below)); i < tree_count(x->v->tree);
	     i++) {
		const struct tree_entry *inner = tree_at(x->v->tree, i);
		if (strncmp(inner->path, below, n) != 0)
			return false;
		if (!inner->is_folder)
			return true;
	}
	return false;
}

static void refuse_unclaimed(struct exporting *x)
{
	size_t extra = 0;
	enum { LINES_MAX = 20 };
	for (size_t i = 0; i < tree_count(x->v->tree); i++) {
		const struct tree_entry *e = tree_at(x->v->tree, i);
		if (x->claimed[i] || (e->is_folder && is_used_folder(x, e)))
			continue;
		if (extra++ < LINES_MAX)
			refuse(x->v, "导出", e->path, "export-extra", "多余：thread.json 没有列它");
	}
	if (extra > LINES_MAX)
		verify_line(x->v, VERDICT_NOTE, "导出：共有 %zu 个多余的文件", extra);
}

/* ---- records ---- */

static void good_record(struct verifying *v, const char *title, const struct record *r,
			const struct crypto_certificate *c, bool sm2)
{
	char when[40];
	instant_format(r->made_at, when);
	verify_line(v, VERDICT_GOOD, "%s：%s，%.*s 第 %lld 条，%s，%s签名有效%s", title,
		    record_kind_zh(r->kind), SV_ARG(r->lane), (long long)r->n, when, c->name,
		    sm2 ? "，国密签名有效" : "");
}

static struct verify_signed signed_record(const struct record *r, struct sv bytes, struct sv cms,
					  struct sv sm2, const char *base)
{
	return (struct verify_signed){ bytes, cms, sm2, base, r->lane, r->sm2_certificate };
}

/* Bytes, signatures and place; `path` is below the prefix. */
static enum err_code check_record(struct exporting *x, const char *path, struct record *ret,
				  struct crypto_certificate *ret_c, struct err *err)
{
	struct verifying *v = x->v;
	struct sv bytes = verify_text(v, path);
	struct sv cms = verify_text(v, arena_printf(v->arena, "%s.p7s", path));
	struct sv sm2 = verify_text(v, arena_printf(v->arena, "%s.sm2", path));
	if (!bytes.p)
		return err_set(err, ERR_INVALID, "export-missing", "缺少");
	enum err_code code = record_parse(v->arena, bytes, path, ret, err);
	if (!code) {
		struct verify_signed s = signed_record(ret, bytes, cms, sm2, path);
		code = verify_signatures(v, &s, ret->made_at, false, ret_c, err);
	}
	struct record_digest digest = record_digest(bytes);
	if (!code)
		code = thread_check_record(x->chain, ret, &digest, err);
	return code;
}

static enum err_code check_row(struct exporting *x, size_t i, const char *path, struct err *err)
{
	const struct thread_row *row = &x->list.records[i];
	const struct record *r = &x->records[i];
	const char *name = thread_record_file(x->v->arena, i + 1, r);
	struct record_digest digest = record_digest(verify_text(x->v, path));
	if (!record_digest_eq(&digest, &row->digest) || !sv_eq(row->lane, r->lane) ||
	    row->n != r->n)
		return err_set(err, ERR_INVALID, "thread-list", "与 thread.json 所列的不一致");
	if (!sv_eq(r->thread, x->list.thread) || !sv_eq(r->channel, x->list.channel))
		return err_set(err, ERR_INVALID, "thread-other", "属于另一件移送");
	if (!sv_eq_str(row->file, name))
		return err_set(err, ERR_INVALID, "record-file", "文件名与内容不符，应为 %s", name);
	return ERR_OK;
}

static void check_records(struct exporting *x)
{
	size_t good = 0;
	for (size_t i = 0; i < x->list.record_count; i++) {
		struct verifying *v = x->v;
		struct err err = ERR_INIT;
		struct crypto_certificate c;
		struct sv file = x->list.records[i].file;
		const char *path = arena_strndup(v->arena, file.p, file.n);
		const char *title = arena_printf(v->arena, "记录 %04zu", i + 1);
		claim_signed(x, path);
		enum err_code code = check_record(x, path, &x->records[i], &c, &err);
		x->readable[i] = !code;
		if (!code)
			code = check_row(x, i, path, &err);
		if (code) {
			verify_refuse(v, title, path, &err);
			continue;
		}
		good++;
		good_record(v, title, &x->records[i], &c,
			    verify_text(v, arena_printf(v->arena, "%s.sm2", path)).p != NULL);
	}
	if (good == x->list.record_count)
		verify_line(x->v, VERDICT_GOOD,
			    "记录链：%zu 条记录、%zu 个机关，编号连续，摘要衔接，所见一致", good,
			    thread_check_lanes(x->chain));
}

/* ---- thread.json ---- */

static void check_list_signature(struct exporting *x)
{
	struct verifying *v = x->v;
	struct err err = ERR_INIT;
	struct crypto_certificate c;
	instant_t last = INSTANT_NONE;
	for (size_t i = 0; i < x->list.record_count; i++) {
		if (x->readable[i] && x->records[i].made_at > last)
			last = x->records[i].made_at;
	}
	struct verify_signed s = {
		verify_text(v, "thread.json"),     verify_text(v, "thread.json.p7s"),
		verify_text(v, "thread.json.sm2"), "thread.json",
		x->list.exporter,                  x->list.sm2_certificate,
	};
	if (last == INSTANT_NONE)
		refuse(v, "thread.json 签名", "", "signature-wrong",
		       "没有一条可读的记录，无法核对");
	else if (verify_signatures(v, &s, last, true, &c, &err))
		verify_refuse(v, "thread.json 签名", "", &err);
	else
		verify_line(v, VERDICT_GOOD, "thread.json 签名：导出机关%s（%s）签名有效%s", c.name,
			    c.code, s.sm2.p ? "，国密签名有效" : "");
}

/* ---- bags ---- */

static enum err_code open_bag(struct exporting *x, struct sv name, struct bag **ret,
			      struct err *err)
{
	struct verifying *v = x->v;
	const char *folder = arena_printf(v->arena, "bags/%.*s/", SV_ARG(name));
	const char *file = arena_printf(v->arena, "bags/%.*s.zip", SV_ARG(name));
	const char *inner = verify_path(v, "%s", folder);
	size_t i = tree_lower_bound(v->tree, sv_of(inner));
	bool has_folder = i < tree_count(v->tree) &&
			  strncmp(tree_at(v->tree, i)->path, inner, strlen(inner)) == 0;
	const struct tree_entry *zip = verify_find(v, file);
	struct tree *t = NULL;
	int fd = -1;
	claim_below(x, folder);
	claim(x, file);
	if (!has_folder && (!zip || zip->is_folder))
		return err_set(err, ERR_INVALID, "export-missing", "缺少");
	if (has_folder && zip)
		return err_set(err, ERR_INVALID, "export-extra", "既有文件夹又有 ZIP");
	if (has_folder)
		return bag_open_in(v->tree, inner, 0, ret, err);
	enum err_code code = tree_open_file(v->tree, zip, &fd, err);
	if (!code)
		code = tree_open_zip(fd, v->options.limits, &t, err);
	return code ? code : bag_open_tree(t, 0, ret, err);
}

static enum err_code check_user(const struct bag *bag, const struct record *r, struct err *err)
{
	const struct json_value *m = bag_manifest(bag);
	struct record_digest manifest = bag_manifest_digest(bag);
	struct record_digest tagmanifest = bag_tagmanifest_digest(bag);
	struct sv sender = json_string(json_get(json_get(m, "sender"), "code"));
	const char *why = NULL;
	if (!record_digest_eq(&tagmanifest, &r->package_tagmanifest))
		why = "tagmanifest-sha256.txt 的摘要";
	else if (!record_digest_eq(&manifest, &r->package_manifest))
		why = "manifest.json 的摘要";
	else if ((int64_t)bag_items(bag) != r->package_items)
		why = "件数";
	else if (!sv_eq(json_string(json_get(m, "thread")), r->thread) ||
		 !sv_eq(json_string(json_get(m, "channel")), r->channel))
		why = "所属移送";
	else if (!sv_eq(sender, r->lane))
		why = "移送机关";
	if (!why)
		return ERR_OK;
	return err_set(err, ERR_INVALID, "package-other", "%s与 %.*s 第 %lld 条记录所写的不一致",
		       why, SV_ARG(r->lane), (long long)r->n);
}

/* Against thread.json and every record that names it. */
static enum err_code check_users(struct exporting *x, const struct thread_bag *row,
				 const struct bag *bag, struct err *err)
{
	struct record_digest tagmanifest = bag_tagmanifest_digest(bag);
	enum err_code code = ERR_OK;
	size_t users = 0;
	if (!sv_eq_str(row->name, bag_own_name(bag)))
		return err_set(err, ERR_INVALID, "package-other", "名称与包内写的 %s 不一致",
			       bag_own_name(bag));
	if (!record_digest_eq(&tagmanifest, &row->tagmanifest))
		return err_set(err, ERR_INVALID, "package-other", "与 thread.json 所列的不一致");
	for (size_t i = 0; i < x->list.record_count && !code; i++) {
		const struct record *r = &x->records[i];
		if (!x->readable[i] || !r->has_package || !sv_eq(r->package_name, row->name))
			continue;
		users++;
		code = check_user(bag, r, err);
	}
	if (!code && users == 0)
		code = err_set(err, ERR_INVALID, "package-unused", "没有记录提到它");
	return code;
}

static void check_bags(struct exporting *x)
{
	struct verifying *v = x->v;
	for (size_t i = 0; i < x->list.bag_count; i++) {
		const struct thread_bag *row = &x->list.bags[i];
		const char *title = arena_printf(v->arena, "移送包 %.*s", SV_ARG(row->name));
		struct err err = ERR_INIT;
		struct bag *bag = NULL;
		if (open_bag(x, row->name, &bag, &err)) {
			verify_refuse(v, title, "", &err);
			continue;
		}
		if (check_users(x, row, bag, &err))
			verify_refuse(v, title, "", &err);
		else
			verify_line(v, VERDICT_GOOD, "%s：与记录和 thread.json 所写的一致", title);
		verify_bag(v, bag, arena_printf(v->arena, "%s 的", title));
	}
	for (size_t i = 0; i < x->list.record_count; i++) {
		const struct record *r = &x->records[i];
		bool listed = !x->readable[i] || !r->has_package;
		for (size_t k = 0; k < x->list.bag_count && !listed; k++)
			listed = sv_eq(x->list.bags[k].name, r->package_name);
		if (!listed)
			refuse(v, arena_printf(v->arena, "移送包 %.*s", SV_ARG(r->package_name)),
			       "", "export-missing", "缺少：有记录提到它，导出中没有");
	}
}

/* ---- the whole ---- */

static enum err_code read_list(struct exporting *x, struct err *err)
{
	struct verifying *v = x->v;
	enum err_code code = tree_load(v->tree, v, is_small, err);
	if (code)
		return code;
	struct sv bytes = verify_text(v, "thread.json");
	if (!bytes.p)
		return err_set(err, ERR_INVALID, "export-missing", "缺少 thread.json");
	code = thread_list_parse(v->arena, bytes, &x->list, err);
	if (!code && x->list.record_count == 0)
		code = err_set(err, ERR_INVALID, "thread-list", "thread.json 没有列任何记录");
	return code;
}

void verify_export(struct verifying *v)
{
	struct exporting x = { .v = v };
	struct err err = ERR_INIT;
	if (read_list(&x, &err)) {
		verify_refuse(v, "导出", "", &err);
		return;
	}
	verify_line(v, VERDICT_GOOD, "thread.json：移送 %.*s，%zu 条记录，%zu 个移送包",
		    SV_ARG(x.list.handoff_no.n ? x.list.handoff_no : x.list.thread),
		    x.list.record_count, x.list.bag_count);
	x.records = arena_array(v->arena, struct record, x.list.record_count);
	x.readable = arena_array(v->arena, bool, x.list.record_count);
	x.claimed = arena_array(v->arena, bool, tree_count(v->tree) + 1);
	x.chain = thread_check_new();
	claim_signed(&x, "thread.json");
	claim_below(&x, "certificates/");
	claim(&x, "stub.pdf");
	verify_load_certificates(v, v->tree, verify_path(v, "certificates/"));
	if (!v->has_certificates)
		refuse(v, "证书", "", "export-missing", "缺少文件夹 certificates");
	check_records(&x);
	check_list_signature(&x);
	check_bags(&x);
	verify_unused_certificates(v);
	refuse_unclaimed(&x);
	if (verify_find(v, "stub.pdf"))
		verify_line(v, VERDICT_NOTE, "stub.pdf 是打印用的回执联，没有签名，不在核对之列");
	thread_check_free(x.chain);
}

/* ---- records without a list ---- */

static bool is_record_part(void *arg, const struct tree_entry *e)
{
	static const char *const suffixes[] = { ".json", ".json.p7s", ".json.sm2" };
	(void)arg;
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		size_t n = strlen(suffixes[i]);
		if (e->path_len > n && strcmp(e->path + e->path_len - n, suffixes[i]) == 0)
			return !strchr(e->path, '/');
	}
	return false;
}

/* By the number in front, then by name. */
static int compare_files(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	size_t m = strspn(x, "0123456789"), n = strspn(y, "0123456789");
	return m != n ? (m > n) - (m < n) : strcmp(x, y);
}

void verify_records(struct verifying *v)
{
	struct exporting x = { .v = v };
	struct err err = ERR_INIT;
	size_t n = tree_count(v->tree), count = 0, before = v->verdict->wrong;
	const char **files = arena_array(v->arena, const char *, n + 1);
	if (tree_load(v->tree, v, is_record_part, &err)) {
		verify_refuse(v, "记录", "", &err);
		return;
	}
	x.chain = thread_check_new();
	x.claimed = arena_array(v->arena, bool, n + 1);
	for (size_t i = 0; i < n; i++) {
		const struct tree_entry *e = tree_at(v->tree, i);
		const char *dot = strrchr(e->path, '.');
		if (!e->is_folder && dot && strcmp(dot, ".json") == 0 && !strchr(e->path, '/'))
			files[count++] = e->path;
	}
	qsort(files, count, sizeof(*files), compare_files);
	for (size_t i = 0; i < count; i++) {
		struct record r;
		struct crypto_certificate c;
		const char *title = arena_printf(v->arena, "记录 %04zu", i + 1);
		claim_signed(&x, files[i]);
		enum err_code code = check_record(&x, files[i], &r, &c, &err);
		if (!code) {
			const char *name = thread_record_file(v->arena, i + 1, &r);
			if (strcmp(name + strlen("records/"), files[i]) != 0)
				code = err_set(&err, ERR_INVALID, "record-file",
					       "文件名与内容不符，应为 %s",
					       name + strlen("records/"));
		}
		if (code)
			verify_refuse(v, title, files[i], &err);
		else
			good_record(v, title, &r, &c,
				    verify_text(v, arena_printf(v->arena, "%s.sm2", files[i])).p !=
					    NULL);
	}
	refuse_unclaimed(&x);
	if (v->verdict->wrong == before)
		verify_line(v, VERDICT_GOOD,
			    "记录链：%zu 条记录、%zu 个机关，编号连续，摘要衔接，所见一致", count,
			    thread_check_lanes(x.chain));
	verify_line(v, VERDICT_NOTE,
		    "没有 thread.json：最后一条之后是否还有记录，不能证明；"
		    "记录提到的移送包没有核对");
	thread_check_free(x.chain);
}

/* "0001-<lane>-<kind>.json": then it must be this record's. */
static bool name_fits(struct verifying *v, const char *name, const struct record *r)
{
	size_t digits = strspn(name, "0123456789");
	if (digits < 4 || name[digits] != '-')
		return true;
	const char *tail =
		arena_printf(v->arena, "-%.*s-%s.json", SV_ARG(r->lane), record_kind_name(r->kind));
	return strcmp(name + digits, tail) == 0;
}

void verify_record_alone(struct verifying *v, const char *name, struct sv bytes, struct sv cms,
			 struct sv sm2)
{
	struct record r;
	struct crypto_certificate c;
	struct err err = ERR_INIT;
	enum err_code code = record_parse(v->arena, bytes, name, &r, &err);
	if (!code && !name_fits(v, name, &r))
		code = err_set(&err, ERR_INVALID, "record-file", "文件名与内容不符");
	if (!code) {
		struct verify_signed s = signed_record(&r, bytes, cms, sm2, name);
		code = verify_signatures(v, &s, r.made_at, false, &c, &err);
	}
	if (code) {
		verify_refuse(v, "记录", name, &err);
		return;
	}
	good_record(v, "记录", &r, &c, sm2.p != NULL);
	verify_line(v, VERDICT_NOTE, "证书 SHA-256 指纹 %s", c.fingerprint);
	verify_line(v, VERDICT_NOTE, "只核对了这一条记录；它之前之后的记录%s没有核对",
		    r.has_package ? "和它提到的移送包" : "");
}

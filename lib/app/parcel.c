/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/parcel.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/handoff_make.h"
#include "crypto/crypto.h"
#include "json/json_reader.h"
#include "package/name.h"
#include "package/thread.h"

enum { PARCEL_ARENA = 256 << 20, ENTRIES_MAX = 100000, SMALL_FILE_MAX = 32 << 20, FILES_A_RECORD = 3, FILES_A_LIST = 2 };

/* ---- sending ---- */

struct packing {
	struct arena *arena;
	const struct parcel_input *in;
	struct bag_plan *plan;
	const struct record *last;
	struct err *err;
	size_t room;
};

static struct bag_file *new_file(struct packing *p)
{
	if (p->plan->count == p->room) {
		size_t room = p->room * 2 + 256;
		struct bag_file *files = arena_array(p->arena, struct bag_file, room);
		if (p->room)
			memcpy(files, p->plan->files, p->room * sizeof(*files));
		p->plan->files = files;
		p->room = room;
	}
	return &p->plan->files[p->plan->count++];
}

static void add_bytes(struct packing *p, const char *path, struct sv bytes)
{
	struct bag_file *f = new_file(p);

	*f = (struct bag_file){ .path = sv_of(path), .size = bytes.n, .bytes = bytes };
	crypto_sha256(bytes.p, bytes.n, f->sha256);
}

static enum err_code add_record(struct packing *p, size_t i)
{
	const struct inbox_item *item = &p->in->items[i];
	struct record *r = arena_new(p->arena, struct record);
	enum err_code code = record_parse(p->arena, item->body, "记录", r, p->err);

	if (code != ERR_OK)
		return code;
	const char *path = thread_record_file(p->arena, i + 1, r);
	add_bytes(p, path, item->body);
	add_bytes(p, arena_printf(p->arena, "%s.p7s", path), item->cms);
	if (item->sm2.p)
		add_bytes(p, arena_printf(p->arena, "%s.sm2", path), item->sm2);
	p->last = r;
	return ERR_OK;
}

/* A third gets the lists only: whoever the package's manifest names for copies, and who joins late without being the one
 * that the hand-over is sent on to. */
static bool is_for_third(struct packing *p, struct sv manifest)
{
	struct json_doc *doc;

	if (p->in->whole_thread)
		return !sv_eq_str(json_string(json_get(p->last->fields_value, field_info(FIELD_PEER_NEXT)->name)), p->in->to);
	if (json_parse(p->arena, manifest, &doc, NULL) != ERR_OK)
		return true;
	for (const struct json_value *v = json_first(json_get(json_root(doc), "copies")); v; v = json_next(v)) {
		if (sv_eq_str(json_string(json_get(v, "code")), p->in->to))
			return true;
	}
	return false;
}

static enum err_code add_package(struct packing *p, const struct inbox_package *package)
{
	struct bag_plan plan;
	const struct handoff_texts *texts;
	struct sv manifest = { NULL, 0 };
	enum err_code code = bag_plan_restore(p->arena, package->plan, &plan, p->err);

	if (code == ERR_OK)
		code = handoff_texts_read(p->arena, package->texts, &texts, p->err);
	if (code != ERR_OK)
		return code;
	for (size_t i = 0; i < plan.count; i++) {
		plan.files[i].bytes = handoff_texts_find(texts, plan.files[i].sha256);
		if (sv_eq_str(plan.files[i].path, "data/manifest.json"))
			manifest = plan.files[i].bytes;
	}
	if (!package->held || is_for_third(p, manifest)) {
		add_bytes(p, arena_printf(p->arena, "lists/%s/plan.json", plan.name), package->plan);
		add_bytes(p, arena_printf(p->arena, "lists/%s/texts.json", plan.name), package->texts);
		return ERR_OK;
	}
	for (size_t i = 0; i < plan.count; i++) {
		struct bag_file *f = new_file(p);
		*f = plan.files[i];
		f->path = sv_of(arena_printf(p->arena, "bags/%s/%.*s", plan.name, SV_ARG(plan.files[i].path)));
	}
	return ERR_OK;
}

static int compare_paths(const void *a, const void *b)
{
	return name_compare(((const struct bag_file *)a)->path, ((const struct bag_file *)b)->path);
}

enum err_code parcel_plan(struct arena *arena, const struct parcel_input *in, struct bag_plan *ret, struct err *err)
{
	struct packing p = { .arena = arena, .in = in, .plan = ret, .err = err };
	enum err_code code = ERR_OK;

	*ret = (struct bag_plan){ .name = "" };
	for (size_t i = 0; i < in->count && code == ERR_OK; i++)
		code = add_record(&p, i);
	for (size_t i = 0; i < in->package_count && code == ERR_OK; i++)
		code = add_package(&p, &in->packages[i]);
	if (code != ERR_OK)
		return code;
	ret->name = arena_strndup(arena, p.last->thread.p, p.last->thread.n);
	qsort(ret->files, ret->count, sizeof(*ret->files), compare_paths);
	for (size_t i = 0; i < ret->count; i++)
		ret->total_bytes += ret->files[i].size;
	return ERR_OK;
}

void parcel_name(const struct bag_plan *plan, char ret[PARCEL_NAME_SIZE])
{
	struct crypto_digest *d = crypto_digest_new();
	uint8_t sha256[CRYPTO_SHA256_SIZE];

	crypto_digest_update(d, plan->name, strlen(plan->name) + 1);
	for (size_t i = 0; i < plan->count; i++) {
		const struct bag_file *f = &plan->files[i];
		crypto_digest_update(d, f->path.p, f->path.n);
		crypto_digest_update(d, "", 1);
		crypto_digest_update(d, f->sha256, sizeof(f->sha256));
	}
	crypto_digest_finish(d, sha256);
	crypto_hex(sha256, (PARCEL_NAME_SIZE - 1) / 2, ret);
}

static enum err_code open_content(void *arg, const struct bag_file *f, int *ret_fd, struct err *err)
{
	struct content_store *store = arg;
	char name[CONTENT_NAME_SIZE];
	uint64_t size;

	if (!store)
		return err_set(err, ERR_UNAVAILABLE, "store-off", "本系统没有配置材料库");
	crypto_hex(f->sha256, sizeof(f->sha256), name);
	return content_read(store, name, ret_fd, &size, err);
}

enum err_code parcel_write(const struct bag_plan *plan, struct content_store *store, const struct bag_output *output,
			   struct err *err)
{
	const struct bag_source source = { store, open_content };

	return bag_write_zip(plan, &source, output, err);
}

/* ---- receiving ---- */

struct unpacking {
	struct parcel *p;
	const struct parcel_options *options;
	struct err *err;
};

static enum err_code bad_form(struct err *err, const char *what, const char *path)
{
	err_set(err, ERR_INVALID, "parcel-form", "%s“%s”", what, NAME_SHOW(sv_of(path)));
	err_field(err, "%s", NAME_SHOW(sv_of(path)));
	return ERR_INVALID;
}

static const char *below(const struct parcel *p, const struct tree_entry *e)
{
	return e->path_len > p->prefix ? e->path + p->prefix : "";
}

static bool has_suffix(const char *path, const char *suffix)
{
	size_t n = strlen(path), k = strlen(suffix);

	return n > k && strcmp(path + n - k, suffix) == 0;
}

static bool is_small(void *arg, const struct tree_entry *e)
{
	const struct parcel *p = arg;

	return !e->is_folder && strncmp(below(p, e), "bags/", 5) != 0;
}

/* One folder at the top, and nothing in it that does not belong there. */
static enum err_code check_form(struct unpacking *u)
{
	struct parcel *p = u->p;
	const char *top = tree_count(p->tree) ? tree_at(p->tree, 0)->path : "";

	p->prefix = strcspn(top, "/") + 1;
	if (!record_thread_is_valid((struct sv){ top, p->prefix - 1 }))
		return bad_form(u->err, "不是移送的传输包：", top);
	for (size_t i = 0; i < tree_count(p->tree); i++) {
		const struct tree_entry *e = tree_at(p->tree, i);
		const char *path = below(p, e);
		if (strncmp(e->path, top, p->prefix - 1) != 0 || (e->path_len >= p->prefix && e->path[p->prefix - 1] != '/'))
			return bad_form(u->err, "传输包顶层有多余的内容", e->path);
		bool known = e->is_folder || strncmp(path, "bags/", 5) == 0 ||
			     (strncmp(path, "records/", 8) == 0 && (has_suffix(path, ".json") || has_suffix(path, ".json.p7s") ||
								    has_suffix(path, ".json.sm2"))) ||
			     (strncmp(path, "lists/", 6) == 0 && (has_suffix(path, "/plan.json") || has_suffix(path, "/texts.json")));
		if (!known)
			return bad_form(u->err, "传输包中有不认识的文件", e->path);
	}
	return ERR_OK;
}

static const char *prefix_of(struct parcel *p)
{
	return arena_printf(&p->arena, "%.*s/", (int)p->prefix - 1, tree_at(p->tree, 0)->path);
}

static struct sv text_of(struct parcel *p, const char *path)
{
	const struct tree_entry *e = tree_find(p->tree, sv_of(arena_printf(&p->arena, "%s%s", prefix_of(p), path)));

	return e && !e->is_folder ? e->bytes : (struct sv){ NULL, 0 };
}

static enum err_code read_items(struct unpacking *u)
{
	struct parcel *p = u->p;
	size_t n = tree_count(p->tree);

	p->items = arena_array(&p->arena, struct inbox_item, n + 1);
	for (size_t i = 0; i < n; i++) {
		const struct tree_entry *e = tree_at(p->tree, i);
		const char *path = below(p, e);
		if (e->is_folder || strncmp(path, "records/", 8) != 0 || !has_suffix(path, ".json"))
			continue;
		struct inbox_item *item = &p->items[p->count++];
		item->body = e->bytes;
		item->cms = text_of(p, arena_printf(&p->arena, "%s.p7s", path));
		item->sm2 = text_of(p, arena_printf(&p->arena, "%s.sm2", path));
		if (!item->cms.p)
			return bad_form(u->err, "记录没有签名", e->path);
	}
	if (p->count == 0)
		return bad_form(u->err, "传输包中没有记录", "");
	return p->count <= HANDOFF_THREAD_MAX ? ERR_OK : bad_form(u->err, "传输包中的记录过多", "");
}

static void set_refused(struct unpacking *u, struct inbox_package *package, const struct err *why)
{
	struct err *copy = arena_new(&u->p->arena, struct err);

	*copy = *why;
	package->refused = copy;
}

/* Is it we who cannot, or is it wrong? */
static bool is_our_trouble(enum err_code code)
{
	return code == ERR_NO_SPACE || code == ERR_IO || code == ERR_UNAVAILABLE || code == ERR_INTERNAL;
}

static enum err_code read_bag(struct unpacking *u, const struct record *r, const char *folder, struct inbox_package *ret,
			      struct err *why)
{
	struct parcel *p = u->p;
	struct bag *b = NULL;
	enum err_code code = bag_open_in(p->tree, folder, 0, &b, why);

	if (code == ERR_OK) {
		struct record_digest tagmanifest = bag_tagmanifest_digest(b), manifest = bag_manifest_digest(b);
		if (!record_digest_eq(&tagmanifest, &r->package_tagmanifest) ||
		    !record_digest_eq(&manifest, &r->package_manifest) || !sv_eq_str(r->package_name, bag_own_name(b)))
			code = err_set(why, ERR_INVALID, "package-mismatch", "移送包的名称或摘要与记录不符");
	}
	if (code == ERR_OK)
		code = bag_take(b, u->options->store, u->options->trust, &p->arena, ret, &p->taken, why);
	bag_close(b);
	return code;
}

/* The package that a record names, as it came: whole, its lists, or not at all. */
static enum err_code read_package(struct unpacking *u, const struct inbox_item *item)
{
	struct parcel *p = u->p;
	struct record r;
	struct crypto_certificate signer;
	struct err why = ERR_INIT;
	enum err_code code;

	/* What is wrong with a record is said by the inbox. */
	if (record_parse(&p->arena, item->body, "记录", &r, NULL) != ERR_OK || !r.has_package)
		return ERR_OK;
	const char *name = arena_strndup(&p->arena, r.package_name.p, r.package_name.n);
	const char *folder = arena_printf(&p->arena, "%sbags/%s/", prefix_of(p), name);
	size_t at = tree_lower_bound(p->tree, sv_of(folder));
	struct inbox_package *package = &p->packages[p->package_count++];
	*package = (struct inbox_package){ .name = sv_of(name) };
	if (at == tree_count(p->tree) || strncmp(tree_at(p->tree, at)->path, folder, strlen(folder)) != 0) {
		package->plan = text_of(p, arena_printf(&p->arena, "lists/%s/plan.json", name));
		package->texts = text_of(p, arena_printf(&p->arena, "lists/%s/texts.json", name));
		if (!package->plan.p || !package->texts.p)
			p->package_count--; /* then the inbox misses it */
		return ERR_OK;
	}
	if ((code = record_verify(item->body, &r, item->cms, item->sm2, u->options->trust, &signer, &why)) == ERR_OK)
		code = read_bag(u, &r, folder, package, &why);
	if (code == ERR_OK)
		return ERR_OK;
	if (!is_our_trouble(code)) {
		set_refused(u, package, &why);
		return ERR_OK;
	}
	if (u->err)
		*u->err = why;
	return code;
}

static enum err_code read_all(struct unpacking *u, int fd)
{
	struct parcel *p = u->p;
	const struct package_limits limits = { .total_bytes = u->options->max_bytes, .entries = ENTRIES_MAX, .ratio = 100,
					       .file_bytes = SMALL_FILE_MAX };
	enum err_code code;

	if ((code = tree_open_zip(fd, &limits, &p->tree, u->err)) != ERR_OK || (code = check_form(u)) != ERR_OK ||
	    (code = tree_load(p->tree, p, is_small, u->err)) != ERR_OK || (code = read_items(u)) != ERR_OK)
		return code;
	p->packages = arena_array(&p->arena, struct inbox_package, p->count + 1);
	for (size_t i = 0; i < p->count && code == ERR_OK; i++)
		code = read_package(u, &p->items[i]);
	return code;
}

enum err_code parcel_read(int fd, const struct parcel_options *options, struct parcel **ret, struct err *err)
{
	struct parcel *p = xcalloc(1, sizeof(*p));
	struct unpacking u = { .p = p, .options = options, .err = err };

	arena_init(&p->arena, PARCEL_ARENA);
	*ret = p;
	return read_all(&u, fd);
}

void parcel_free(struct parcel *p)
{
	if (!p)
		return;
	tree_close(p->tree);
	free(p->taken.sums);
	arena_fini(&p->arena);
	free(p);
}

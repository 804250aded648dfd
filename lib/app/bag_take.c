/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/bag_take.h"

#include <stdlib.h>

#include "app/handoff_make.h"
#include "crypto/crypto.h"
#include "package/name.h"

enum { TEXT_MAX = 32 << 20 };

struct taking {
	const struct bag *bag;
	struct bag_plan plan;
	struct content_put *put;
	struct content_store *store;
	struct arena *arena;
	struct bag_taken *taken;
	bool keeping;    /* the file being read is kept with the package, not in the store */
	struct str text;
};

static struct bag_file *add_file(struct taking *t, const char *path, uint64_t size)
{
	struct bag_file *f = &t->plan.files[t->plan.count++];

	*f = (struct bag_file){ .path = sv_of(arena_strdup(t->arena, path)), .size = size };
	t->plan.total_bytes += size;
	return f;
}

static struct sv keep(struct taking *t, struct sv bytes)
{
	char *copy = arena_alloc(t->arena, bytes.n + 1);

	memcpy(copy, bytes.p, bytes.n);
	return (struct sv){ copy, bytes.n };
}

/* Tag files, signatures and data/manifest.json were read when the bag was opened. */
static void add_texts(struct taking *t)
{
	for (size_t i = 0; i < bag_count(t->bag); i++) {
		const char *path = bag_at(t->bag, i).path;
		struct sv text = bag_text(t->bag, path);
		if (!text.p)
			continue;
		struct bag_file *f = add_file(t, path, text.n);
		f->bytes = keep(t, text);
		crypto_sha256(text.p, text.n, f->sha256);
	}
}

static enum err_code begin_file(void *arg, const struct bag_content *c, struct err *err)
{
	struct taking *t = arg;

	t->keeping = strcmp(c->path, "data/30-goods/goods.json") == 0;
	str_reset(&t->text);
	if (t->keeping || !t->store || bag_text(t->bag, c->path).p)
		return ERR_OK;
	return content_put_new_summed(t->store, &t->put, err); /* bag_check() hashes */
}

static enum err_code file_data(void *arg, const void *p, size_t n, struct err *err)
{
	struct taking *t = arg;

	if (t->keeping)
		str_append(&t->text, p, n);
	return t->put ? content_put_write(t->put, p, n, err) : ERR_OK;
}

static enum err_code end_file(void *arg, const struct bag_content *c, const struct crypto_sums *sums, struct err *err)
{
	struct taking *t = arg;
	struct bag_taken *all = t->taken;
	struct content_put *put = t->put;

	t->put = NULL;
	if (bag_text(t->bag, c->path).p)
		return ERR_OK;
	struct bag_file *f = add_file(t, c->path, c->size);
	memcpy(f->sha256, sums->sha256, sizeof(f->sha256));
	if (t->keeping && t->text.failed)
		return err_set(err, ERR_TOO_LARGE, "package-too-large", "移送包的物品清单过大");
	if (t->keeping)
		f->bytes = keep(t, (struct sv){ str_cstr(&t->text), t->text.len });
	if (!put)
		return ERR_OK;
	if (all->count == all->room) {
		all->room = all->room * 2 + 64;
		all->sums = xrealloc(all->sums, all->room * sizeof(struct crypto_sums));
	}
	all->sums[all->count] = *sums;
	enum err_code code = content_put_finish_summed(put, sums, err);
	all->count += code == ERR_OK;
	return code;
}

static int compare_files(const void *a, const void *b)
{
	return name_compare(((const struct bag_file *)a)->path, ((const struct bag_file *)b)->path);
}

enum err_code bag_take(struct bag *b, struct content_store *store, const struct crypto_trust *trust, struct arena *arena,
		       struct inbox_package *ret, struct bag_taken *taken, struct err *err)
{
	struct taking t = { .bag = b, .store = store, .arena = arena, .taken = taken, .text = STR_INIT(TEXT_MAX) };
	const struct bag_sink sink = { .arg = &t, .begin = begin_file, .data = file_data, .end = end_file };
	struct crypto_certificate signer;
	struct change_package kept;
	enum err_code code = bag_verify_signature(b, trust, INSTANT_NONE, &signer, err);

	if (code != ERR_OK)
		return code;
	t.plan = (struct bag_plan){ .name = arena_strdup(arena, bag_own_name(b)), .manifest = bag_manifest_digest(b),
				    .tagmanifest = bag_tagmanifest_digest(b), .items = bag_items(b),
				    .files = arena_array(arena, struct bag_file, bag_count(b) + 1) };
	add_texts(&t);
	code = bag_check(b, &sink, err);
	content_put_free(t.put);
	str_release(&t.text);
	if (code != ERR_OK)
		return code;
	qsort(t.plan.files, t.plan.count, sizeof(*t.plan.files), compare_files);
	if ((code = handoff_package_keep(arena, &t.plan, &kept, err)) != ERR_OK)
		return code;
	*ret = (struct inbox_package){ .name = sv_of(t.plan.name), .plan = kept.plan, .texts = kept.texts, .held = store != NULL };
	return ERR_OK;
}

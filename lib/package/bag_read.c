/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Reading a bag: which files it has, whether the manifests say the same, and every byte.
 *
 * The manifests themselves are compared with the tag manifests when the bag is opened, from the
 * very bytes that are then believed. */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/crypto.h"
#include "package/bag_internal.h"
#include "package/name.h"

enum { ARENA_CAP = 256 << 20 };

static int compare_entry(const void *key, const void *element)
{
	const struct bag_entry *e = element;
	return name_compare(*(const struct sv *)key, sv_of(e->path));
}

struct bag_entry *bag_find(const struct bag *b, struct sv path)
{
	if (b->count == 0)
		return NULL;
	return bsearch(&path, b->entries, b->count, sizeof(*b->entries), compare_entry);
}

struct sv bag_bytes(const struct bag *b, const char *path)
{
	const struct bag_entry *e = bag_find(b, sv_of(path));
	return e ? e->file->bytes : (struct sv){ NULL, 0 };
}

enum err_code bag_refuse(struct err *err, const char *rule, struct sv path, const char *why)
{
	enum err_code code = err_set(err, ERR_INVALID, rule, "“%s”%s", NAME_SHOW(path), why);
	err_field(err, "%s", NAME_SHOW(path));
	return code;
}

/* ---- opening ---- */

/* Files that are small in every honest bag, and that we must understand. */
static bool is_text(void *arg, const struct tree_entry *e)
{
	const struct bag *b = arg;
	const char *path = e->path + b->prefix_len;
	static const char *const names[] = { BAG_DECLARATION, BAG_INFO, "fetch.txt" };
	static const char *const own[] = { BAG_SM3SUMS, BAG_CONTENTS,   BAG_GOODS, BAG_CMS,
					   BAG_SM2,     BAG_SIGNER_SM2, BAG_SIGNER };
	if (strncmp(e->path, b->prefix, b->prefix_len) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(path, names[i]) == 0)
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(own) && !(b->flags & BAG_GENERAL); i++) {
		if (strcmp(path, own[i]) == 0)
			return true;
	}
	return !strchr(path, '/') && (strncmp(path, "manifest-", strlen("manifest-")) == 0 ||
				      strncmp(path, "tagmanifest-", strlen("tagmanifest-")) == 0);
}

static void collect(struct bag *b)
{
	size_t first = tree_lower_bound(b->tree, (struct sv){ b->prefix, b->prefix_len });
	size_t room = 0;
	for (size_t i = first; i < tree_count(b->tree); i++) {
		const struct tree_entry *e = tree_at(b->tree, i);
		if (strncmp(e->path, b->prefix, b->prefix_len) != 0)
			break;
		if (e->is_folder)
			continue;
		if (b->count == room) {
			room = room ? 2 * room : 64;
			b->entries = xrealloc(b->entries, room * sizeof(*b->entries));
		}
		const char *path = e->path + b->prefix_len;
		bool is_payload = strncmp(path, "data/", strlen("data/")) == 0;
		b->entries[b->count++] =
			(struct bag_entry){ .file = e, .path = path, .is_payload = is_payload };
		if (is_payload) {
			b->payload_bytes += e->size;
			b->payload_count++;
		}
	}
}

static enum err_code check_data_folder(struct bag *b, struct err *err)
{
	const char *data = arena_printf(&b->arena, "%sdata", b->prefix);
	const struct tree_entry *e = tree_find(b->tree, sv_of(data));
	if (b->payload_count > 0 || (e && e->is_folder))
		return ERR_OK;
	return bag_refuse(err, "bag-missing", SV("data"), "缺少：没有内容文件夹");
}

static enum err_code check_complete(const struct bag *b, struct err *err)
{
	bool strict = strcmp(b->version, "0.97") != 0;
	for (size_t i = 0; i < b->count; i++) {
		const struct bag_entry *e = &b->entries[i];
		if (!e->is_payload)
			continue;
		if (!e->listed)
			return bag_refuse(err, "bag-extra", sv_of(e->path), "多余：清单没有列它");
		for (unsigned h = 0; h < CRYPTO_HASH_COUNT && strict; h++) {
			if ((b->payload_hashes & 1u << h) && !e->expected[h])
				return bag_refuse(err, "bag-extra", sv_of(e->path),
						  "没有列在每一份清单中");
		}
	}
	return ERR_OK;
}

static enum err_code altered(struct err *err, struct sv path, const char *algorithm)
{
	char why[64];
	snprintf(why, sizeof(why), "被改动：与清单的 %s 校验值不符", algorithm);
	return bag_refuse(err, "bag-altered", path, why);
}

/* The tag files that were read into memory. */
static enum err_code check_texts(struct bag *b, struct err *err)
{
	for (size_t i = 0; i < b->count; i++) {
		struct bag_entry *e = &b->entries[i];
		for (unsigned h = 0; h < CRYPTO_HASH_COUNT; h++) {
			uint8_t digest[CRYPTO_HASH_SIZE_MAX];
			if (e->is_payload || !e->expected[h] || !e->file->bytes.p)
				continue;
			struct crypto_hasher *hasher = crypto_hasher_new((enum crypto_hash)h);
			if (!hasher)
				return bag_refuse(err, RULE_NOT_SUPPORTED, sv_of(e->path),
						  "的校验算法在本机不可用，不支持");
			crypto_hasher_update(hasher, e->file->bytes.p, e->file->bytes.n);
			crypto_hasher_finish(hasher, digest);
			crypto_hasher_free(hasher);
			if (memcmp(digest, e->expected[h], crypto_hash_size((enum crypto_hash)h)) !=
			    0)
				return altered(err, sv_of(e->path),
					       crypto_hash_name((enum crypto_hash)h));
		}
		e->checked = !e->is_payload && e->file->bytes.p;
	}
	return ERR_OK;
}

static enum err_code read_bag(struct bag *b, struct err *err)
{
	enum err_code code = tree_load(b->tree, b, is_text, err);
	if (code)
		return code;
	collect(b);
	code = bag_read_declaration(b, err);
	if (!code)
		code = bag_read_fetch(b, err);
	if (!code)
		code = bag_read_manifests(b, err);
	if (!code)
		code = check_data_folder(b, err);
	if (!code)
		code = check_complete(b, err);
	if (!code)
		code = check_texts(b, err);
	if (!code)
		code = bag_read_info(b, err);
	if (!code && !(b->flags & BAG_GENERAL))
		code = bag_check_form(b, err);
	return code;
}

static enum err_code open_taken(struct tree *t, bool owns, const char *prefix, unsigned flags,
				struct bag **ret, struct err *err)
{
	struct bag *b = xcalloc(1, sizeof(*b));
	arena_init(&b->arena, ARENA_CAP);
	b->tree = t;
	b->owns_tree = owns;
	b->flags = flags;
	b->prefix = arena_strdup(&b->arena, prefix);
	b->prefix_len = strlen(prefix);
	enum err_code code = read_bag(b, err);
	if (code)
		bag_close(b);
	else
		*ret = b;
	return code;
}

enum err_code bag_open_in(struct tree *t, const char *prefix, unsigned flags, struct bag **ret,
			  struct err *err)
{
	return open_taken(t, false, prefix, flags, ret, err);
}

/* "name/" when everything lies below one folder. */
static enum err_code find_root(const struct tree *t, char prefix[NAME_PATH_MAX + 2],
			       struct err *err)
{
	struct sv root = SV("");
	for (size_t i = 0; i < tree_count(t); i++) {
		const struct tree_entry *e = tree_at(t, i);
		const char *slash = strchr(e->path, '/');
		struct sv top = { e->path, slash ? (size_t)(slash - e->path) : e->path_len };
		if (!slash && !e->is_folder)
			return bag_refuse(err, "bag-root", sv_of(e->path),
					  "不在包的文件夹之内：ZIP 中应只有一个文件夹");
		if (root.n && !sv_eq(root, top))
			return bag_refuse(err, "bag-root", top,
					  "是第二个文件夹：ZIP 中应只有一个文件夹");
		root = top;
	}
	if (!root.n)
		return bag_refuse(err, "bag-root", SV("ZIP"), "是空的");
	snprintf(prefix, NAME_PATH_MAX + 2, "%.*s/", SV_ARG(root));
	return ERR_OK;
}

enum err_code bag_open(const char *path, unsigned flags, const struct package_limits *limits,
		       struct bag **ret, struct err *err)
{
	struct tree *t = NULL;
	enum err_code code = tree_open(path, limits, &t, err);
	return code ? code : bag_open_tree(t, flags, ret, err);
}

enum err_code bag_open_tree(struct tree *t, unsigned flags, struct bag **ret, struct err *err)
{
	char prefix[NAME_PATH_MAX + 2] = "";
	enum err_code code = tree_is_zip(t) ? find_root(t, prefix, err) : ERR_OK;
	if (!code)
		return open_taken(t, true, prefix, flags, ret, err);
	tree_close(t);
	return code;
}

void bag_close(struct bag *b)
{
	if (!b)
		return;
	if (b->owns_tree)
		tree_close(b->tree);
	free(b->entries);
	arena_fini(&b->arena);
	free(b);
}

const char *bag_version(const struct bag *b)
{
	return b->version;
}

size_t bag_count(const struct bag *b)
{
	return b->count;
}

static struct bag_content content_of(const struct bag_entry *e)
{
	return (struct bag_content){ e->path, e->file->size, e->is_payload };
}

struct bag_content bag_at(const struct bag *b, size_t i)
{
	CHECK(i < b->count);
	return content_of(&b->entries[i]);
}

uint64_t bag_payload_bytes(const struct bag *b)
{
	return b->payload_bytes;
}

struct sv bag_text(const struct bag *b, const char *path)
{
	return bag_bytes(b, path);
}

/* ---- every byte ---- */

struct checking {
	struct bag *bag;
	const struct bag_sink *sink;
	const struct bag_entry *entry;
	struct crypto_summer *summer;
	struct crypto_hasher *hashers[CRYPTO_HASH_COUNT]; /* of what the summer does not do */
	enum err_code first;                              /* of the files that were wrong */
	struct err first_err;
};

static bool check_want(void *arg, const struct tree_entry *file)
{
	struct checking *c = arg;
	if (strncmp(file->path, c->bag->prefix, c->bag->prefix_len) != 0)
		return false;
	const struct bag_entry *e = bag_find(c->bag, sv_of(file->path + c->bag->prefix_len));
	c->entry = e;
	return e && !e->checked;
}

/* The summer gives these anyway. */
static const uint8_t *summed(const struct crypto_sums *sums, unsigned hash)
{
	if (hash == CRYPTO_HASH_SHA256)
		return sums->sha256;
	return hash == CRYPTO_HASH_SHA512 ? sums->sha512 : NULL;
}

static enum err_code check_begin(void *arg, const struct tree_entry *file, struct err *err)
{
	struct checking *c = arg;
	struct bag_content content = content_of(c->entry);
	static const struct crypto_sums none;
	(void)file;
	c->summer = crypto_summer_new();
	for (unsigned h = 0; h < CRYPTO_HASH_COUNT; h++) {
		if (!c->entry->expected[h] || summed(&none, h))
			continue;
		if (!c->hashers[h])
			c->hashers[h] = crypto_hasher_new((enum crypto_hash)h);
		if (!c->hashers[h])
			return bag_refuse(err, RULE_NOT_SUPPORTED, sv_of(c->entry->path),
					  "的校验算法在本机不可用，不支持");
	}
	return c->sink->begin ? c->sink->begin(c->sink->arg, &content, err) : ERR_OK;
}

static enum err_code check_data(void *arg, const void *p, size_t n, struct err *err)
{
	struct checking *c = arg;
	crypto_summer_update(c->summer, p, n);
	for (unsigned h = 0; h < CRYPTO_HASH_COUNT; h++) {
		if (c->entry->expected[h] && c->hashers[h])
			crypto_hasher_update(c->hashers[h], p, n);
	}
	return c->sink->data ? c->sink->data(c->sink->arg, p, n, err) : ERR_OK;
}

static enum err_code compare(struct checking *c, const struct crypto_sums *sums, struct err *err)
{
	const struct bag_entry *e = c->entry;
	enum err_code code = ERR_OK;
	for (unsigned h = 0; h < CRYPTO_HASH_COUNT; h++) {
		uint8_t digest[CRYPTO_HASH_SIZE_MAX];
		const uint8_t *found = summed(sums, h);
		enum crypto_hash hash = (enum crypto_hash)h;
		if (!e->expected[h])
			continue;
		if (!found) {
			crypto_hasher_finish(c->hashers[h], digest);
			found = digest;
		}
		if (!code && memcmp(found, e->expected[h], crypto_hash_size(hash)) != 0)
			code = altered(err, sv_of(e->path), crypto_hash_name(hash));
	}
	if (!code && e->sm3 && memcmp(sums->sm3, e->sm3, sizeof(sums->sm3)) != 0)
		code = altered(err, sv_of(e->path), "sm3");
	return code;
}

static enum err_code check_end(void *arg, const struct tree_entry *file, struct err *err)
{
	struct checking *c = arg;
	struct bag_content content = content_of(c->entry);
	struct crypto_sums sums;
	struct err cause = ERR_INIT;
	(void)file;
	crypto_summer_finish(c->summer, &sums);
	c->summer = NULL;
	enum err_code code = compare(c, &sums, &cause);
	if (!code)
		return c->sink->end ? c->sink->end(c->sink->arg, &content, &sums, err) : ERR_OK;
	if (!c->first) {
		c->first = code;
		c->first_err = cause;
	}
	if (c->sink->wrong) {
		c->sink->wrong(c->sink->arg, &content, &cause);
		return ERR_OK;
	}
	if (err)
		*err = cause;
	return code;
}

enum err_code bag_check(struct bag *b, const struct bag_sink *sink, struct err *err)
{
	static const struct bag_sink nobody;
	struct checking c = { .bag = b, .sink = sink ? sink : &nobody };
	struct tree_reader reader = { &c, check_want, check_begin, check_data, check_end };
	enum err_code code = tree_stream(b->tree, &reader, err);
	crypto_summer_free(c.summer);
	for (size_t h = 0; h < CRYPTO_HASH_COUNT; h++)
		crypto_hasher_free(c.hashers[h]);
	if (!code && c.first) {
		code = c.first;
		if (err)
			*err = c.first_err;
	}
	return code;
}

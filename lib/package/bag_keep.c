/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A plan that is ready: signed, kept as a list, and taken up again. */
#include <stdlib.h>

#include "crypto/crypto.h"
#include "json/json_reader.h"
#include "package/bag_planning.h"
#include "package/canonical.h"
#include "package/name.h"
#include "package/pem.h"

enum err_code bag_wrong_input(struct err *err, const char *member, const char *why)
{
	enum err_code code = err_set(err, ERR_INVALID, "bag-input", "移送包的 %s %s", member, why);
	err_field(err, "%s", member);
	return code;
}

void bag_put_hex(struct json_writer *w, const char *key, const uint8_t *p, size_t n)
{
	char text[2 * 64 + 1];
	CHECK(n <= 64);
	crypto_hex(p, n, text);
	json_kv_str(w, key, text);
}

struct sv bag_keep(struct arena *a, struct sv text)
{
	char *copy = arena_alloc(a, text.n + 1);
	if (text.n)
		memcpy(copy, text.p, text.n);
	return (struct sv){ copy, text.n };
}

enum err_code bag_side(struct arena *a, struct sv pem, const char **ret, struct err *err)
{
	struct pem_block *blocks;
	size_t count;
	*ret = NULL;
	enum err_code code = pem.n ? pem_split(a, pem, BAG_SIGNER_SM2, &blocks, &count, err) : ERR_OK;
	if (!code && pem.n)
		*ret = arena_printf(a, "sha256:%s", blocks[0].fingerprint);
	return code;
}

static int compare_files(const void *a, const void *b)
{
	const struct bag_file *x = a, *y = b;
	return name_compare(x->path, y->path);
}

enum err_code bag_settle(struct arena *a, struct bag_plan *plan, struct err *err)
{
	struct name_entry *names = arena_array(a, struct name_entry, plan->count + 1);
	bool has_manifest = false, has_tagmanifest = false;
	qsort(plan->files, plan->count, sizeof(*plan->files), compare_files);
	plan->payload_bytes = plan->total_bytes = 0;
	for (size_t i = 0; i < plan->count; i++) {
		const struct bag_file *f = &plan->files[i];
		names[i] = (struct name_entry){ f->path, false };
		plan->total_bytes += f->size;
		if (sv_starts_with(f->path, SV("data/")))
			plan->payload_bytes += f->size;
		if (sv_eq_str(f->path, BAG_CONTENTS)) {
			memcpy(plan->manifest.sha256, f->sha256, sizeof(f->sha256));
			has_manifest = true;
		} else if (sv_eq_str(f->path, BAG_TAGMANIFEST256)) {
			memcpy(plan->tagmanifest.sha256, f->sha256, sizeof(f->sha256));
			has_tagmanifest = true;
		}
	}
	if (!has_manifest || !has_tagmanifest)
		return bag_wrong_input(err, "files", "不完整");
	return name_check_collisions(a, names, plan->count, err);
}

/* ---- signing ---- */

static void append_file(struct arena *a, struct bag_plan *plan, const char *path, struct sv bytes)
{
	struct bag_file *f = &plan->files[plan->count++];
	*f = (struct bag_file){ .path = sv_of(path), .size = bytes.n, .bytes = bag_keep(a, bytes) };
	crypto_sha256(bytes.p, bytes.n, f->sha256);
}

/* What bag-info.txt says of a side signature is what the signer will make. */
static enum err_code check_side(struct arena *a, struct sv info, const struct crypto_signer *signer,
				struct err *err)
{
	const char *side;
	enum err_code code = bag_side(a, crypto_signer_sm2_pem(signer), &side, err);
	const char *line = side ? arena_printf(a, "\n" BAG_SIDE_LABEL ": %s\n", side)
				: "\n" BAG_SIDE_LABEL ":";
	bool found = info.n && memmem(info.p, info.n, line, strlen(line));
	if (!code && found != (side != NULL))
		code = bag_wrong_input(err, "sm2_certificate", "不是签名机关的国密证书");
	return code;
}

enum err_code bag_sign(struct arena *a, struct bag_plan *plan, const struct crypto_signer *signer,
		       struct err *err)
{
	struct str cms = STR_INIT(CRYPTO_CMS_MAX), sm2 = STR_INIT(CRYPTO_CMS_MAX);
	struct bag_plan signed_plan = *plan;
	struct pem_block *blocks = NULL;
	size_t block_count = 0;
	struct sv text = SV(""), info = SV("");
	for (size_t i = 0; i < plan->count; i++) {
		if (sv_eq_str(plan->files[i].path, BAG_TAGMANIFEST256))
			text = plan->files[i].bytes;
		if (sv_eq_str(plan->files[i].path, BAG_INFO))
			info = plan->files[i].bytes;
		if (sv_starts_with(plan->files[i].path, SV("signatures/")))
			return bag_wrong_input(err, "signatures", "已经有了");
	}
	if (!text.n)
		return bag_wrong_input(err, BAG_TAGMANIFEST256, "不在计划中");
	/* The first certificate only: its chain is inside the CMS, where the signature binds it. */
	enum err_code code =
		pem_split(a, crypto_signer_pem(signer), BAG_SIGNER, &blocks, &block_count, err);
	if (!code)
		code = check_side(a, info, signer, err);
	if (!code)
		code = crypto_sign_cms(signer, text, &cms, err);
	if (!code && crypto_signer_has_sm2(signer))
		code = crypto_sign_sm2(signer, text, &sm2, err);
	if (!code) {
		signed_plan.files = arena_array(a, struct bag_file, plan->count + 4);
		memcpy(signed_plan.files, plan->files, plan->count * sizeof(*plan->files));
		append_file(a, &signed_plan, BAG_CMS, (struct sv){ str_cstr(&cms), cms.len });
		append_file(a, &signed_plan, BAG_SIGNER, blocks[0].text);
		if (crypto_signer_has_sm2(signer)) {
			append_file(a, &signed_plan, BAG_SM2,
				    (struct sv){ str_cstr(&sm2), sm2.len });
			append_file(a, &signed_plan, BAG_SIGNER_SM2, crypto_signer_sm2_pem(signer));
		}
		code = bag_settle(a, &signed_plan, err);
	}
	if (!code)
		*plan = signed_plan;
	str_release(&cms);
	str_release(&sm2);
	return code;
}

/* ---- keeping ---- */

enum err_code bag_plan_list(struct arena *a, const struct bag_plan *plan, struct str *out,
			    struct err *err)
{
	struct str draft = STR_INIT(BAG_TEXT_MAX);
	struct json_writer w;
	json_writer_init(&w, &draft);
	json_obj_open(&w);
	json_key(&w, "files");
	json_arr_open(&w);
	for (size_t i = 0; i < plan->count; i++) {
		json_obj_open(&w);
		json_kv_sv(&w, "path", plan->files[i].path);
		bag_put_hex(&w, "sha256", plan->files[i].sha256, sizeof(plan->files[i].sha256));
		json_kv_i64(&w, "size", (int64_t)plan->files[i].size);
		json_obj_close(&w);
	}
	json_arr_close(&w);
	json_kv_i64(&w, "items", (int64_t)plan->items);
	json_kv_str(&w, "name", plan->name);
	json_kv_i64(&w, "v", 1);
	json_obj_close(&w);
	enum err_code code = ERR_OK;
	if (draft.failed)
		code = err_set(err, ERR_TOO_LARGE, "too-large", "移送包的文件清单过大");
	if (!code)
		code = canonical_text(a, (struct sv){ str_cstr(&draft), draft.len }, out, err);
	str_release(&draft);
	return code;
}

static bool parse_sha256(struct arena *a, struct sv hex, uint8_t ret[32])
{
	struct record_digest d;
	if (hex.n != 64 ||
	    !record_digest_parse(sv_of(arena_printf(a, "sha256:%.*s", SV_ARG(hex))), &d))
		return false;
	memcpy(ret, d.sha256, sizeof(d.sha256));
	return true;
}

enum err_code bag_plan_restore(struct arena *a, struct sv list, struct bag_plan *ret,
			       struct err *err)
{
	const struct json_value *root = NULL;
	enum err_code code = canonical_parse(a, list, "移送包的文件清单", &root, err);
	if (code)
		return code;
	const struct json_value *v = json_get(root, "files");
	struct sv name = json_string(json_get(root, "name"));
	struct bag_plan plan = { .name = arena_strndup(a, name.p, name.n) };
	int64_t version = 0, items = 0, size = 0;
	if (!json_to_i64(json_get(root, "v"), &version) || version != 1 ||
	    !json_to_i64(json_get(root, "items"), &items) || items < 0 ||
	    name_check(name, NAME_OURS, NULL) || memchr(name.p, '/', name.n))
		return bag_wrong_input(err, "list", "不是文件清单");
	plan.items = (size_t)items;
	plan.files = arena_array(a, struct bag_file, json_count(v) + 1);
	for (v = json_first(v); v; v = json_next(v)) {
		struct bag_file *f = &plan.files[plan.count++];
		f->path = json_string(json_get(v, "path"));
		if (!json_to_i64(json_get(v, "size"), &size) || size < 0 ||
		    !parse_sha256(a, json_string(json_get(v, "sha256")), f->sha256))
			return bag_wrong_input(err, "list", "不是文件清单");
		f->size = (uint64_t)size;
		code = name_check(f->path, NAME_OURS, err);
		if (code)
			return code;
	}
	code = bag_settle(a, &plan, err);
	if (!code)
		*ret = plan;
	return code;
}

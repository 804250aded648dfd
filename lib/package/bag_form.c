/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Our own form of a bag, on top of valid BagIt: nothing in it that is not listed and signed, and
 * only one way to write each text. And its signature. */
#include <stdio.h>

#include "crypto/crypto.h"
#include "json/json_reader.h"
#include "package/bag_internal.h"
#include "package/canonical.h"
#include "package/name.h"
#include "package/pem.h"
#include "package/side.h"

enum { TEXT_MAX = 64 << 20 };

static enum err_code wrong_form(struct err *err, const char *path, const char *why)
{
	return bag_refuse(err, "bag-form", sv_of(path), why);
}

/* ---- which files ---- */

static const char *const listed_tags[] = { BAG_INFO,        BAG_DECLARATION, BAG_MANIFEST256,
					   BAG_MANIFEST512, BAG_SM3SUMS,     BAG_README,
					   BAG_VERIFIER };

static bool is_listed_tag(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(listed_tags); i++) {
		if (strcmp(path, listed_tags[i]) == 0)
			return true;
	}
	return false;
}

static bool is_unlisted_tag(const char *path)
{
	static const char *const names[] = {
		BAG_TAGMANIFEST256, BAG_TAGMANIFEST512, BAG_CMS, BAG_SM2, BAG_SIGNER, BAG_SIGNER_SM2
	};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(path, names[i]) == 0)
			return true;
	}
	return false;
}

static enum err_code check_files(const struct bag *b, struct err *err)
{
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < b->count && !code; i++) {
		const struct bag_entry *e = &b->entries[i];
		code = name_check(sv_of(e->path), NAME_OURS, err);
		if (!code && !e->is_payload && !is_listed_tag(e->path) && !is_unlisted_tag(e->path))
			code = bag_refuse(err, "bag-extra", sv_of(e->path), "多余：不属于移送包");
	}
	for (size_t i = 0; i < ARRAY_LEN(listed_tags) && !code; i++) {
		if (!bag_find(b, sv_of(listed_tags[i])))
			code = bag_refuse(err, "bag-missing", sv_of(listed_tags[i]), "缺少");
	}
	return code;
}

/* No folder without a file below it. */
static enum err_code check_folders(struct bag *b, struct err *err)
{
	size_t first = tree_lower_bound(b->tree, (struct sv){ b->prefix, b->prefix_len });
	for (size_t i = first; i < tree_count(b->tree); i++) {
		const struct tree_entry *e = tree_at(b->tree, i);
		if (strncmp(e->path, b->prefix, b->prefix_len) != 0)
			break;
		if (!e->is_folder)
			continue;
		const char *below = arena_printf(&b->arena, "%s/", e->path);
		size_t next = tree_lower_bound(b->tree, sv_of(below));
		if (next == tree_count(b->tree) ||
		    strncmp(tree_at(b->tree, next)->path, below, strlen(below)) != 0)
			return bag_refuse(err, "bag-extra", sv_of(e->path + b->prefix_len),
					  "多余：是空文件夹");
	}
	return ERR_OK;
}

/* ---- one way to write the manifests ---- */

static void append_line(struct str *text, const uint8_t *digest, size_t size, const char *path)
{
	char hex[2 * CRYPTO_HASH_SIZE_MAX + 1];
	crypto_hex(digest, size, hex);
	str_append_cstr(text, hex);
	str_append_cstr(text, "  ");
	str_append_cstr(text, path);
	str_append_char(text, '\n');
}

/* `hash` < 0: SM3. */
static enum err_code check_manifest(const struct bag *b, const char *name, bool is_payload,
				    int hash, struct err *err)
{
	struct str text = STR_INIT(TEXT_MAX);
	struct sv found = bag_bytes(b, name);
	if (!found.p)
		return bag_refuse(err, "bag-missing", sv_of(name), "缺少");
	for (size_t i = 0; i < b->count; i++) {
		const struct bag_entry *e = &b->entries[i];
		const uint8_t *digest = hash < 0 ? e->sm3 : e->expected[hash];
		bool belongs =
			is_payload ? e->is_payload : !e->is_payload && is_listed_tag(e->path);
		if (belongs && digest)
			append_line(&text, digest,
				    hash < 0 ? 32 : crypto_hash_size((enum crypto_hash)hash),
				    e->path);
		else if (belongs) {
			str_release(&text);
			return bag_refuse(err, "bag-extra", sv_of(e->path), "没有列在每一份清单中");
		}
	}
	bool same = sv_eq(found, (struct sv){ str_cstr(&text), text.len });
	str_release(&text);
	return same ? ERR_OK
		    : wrong_form(err, name, "不是规定的写法（按文件名排列，小写，两个空格）");
}

static enum err_code check_manifests(struct bag *b, struct err *err)
{
	const unsigned both = 1u << CRYPTO_HASH_SHA256 | 1u << CRYPTO_HASH_SHA512;
	if (b->payload_hashes != both || b->tag_hashes != both)
		return wrong_form(err, "manifest-*.txt", "应恰好有 SHA-256 和 SHA-512 两套清单");
	enum err_code code = bag_read_sm3sums(b, err);
	if (!code)
		code = check_manifest(b, BAG_SM3SUMS, true, -1, err);
	if (!code)
		code = check_manifest(b, BAG_MANIFEST256, true, CRYPTO_HASH_SHA256, err);
	if (!code)
		code = check_manifest(b, BAG_MANIFEST512, true, CRYPTO_HASH_SHA512, err);
	if (!code)
		code = check_manifest(b, BAG_TAGMANIFEST256, false, CRYPTO_HASH_SHA256, err);
	if (!code)
		code = check_manifest(b, BAG_TAGMANIFEST512, false, CRYPTO_HASH_SHA512, err);
	return code;
}

/* ---- manifest.json ---- */

static enum err_code wrong_content(struct err *err, const char *what, const char *why)
{
	enum err_code code =
		err_set(err, ERR_INVALID, "bag-content", "%s 的 %s %s", BAG_CONTENTS, what, why);
	err_field(err, "%s", what);
	return code;
}

static enum err_code check_header(struct bag *b, struct err *err)
{
	static const struct {
		const char *name;
		enum json_type type;
		bool may_be_null;
	} members[] = {
		{ "addressee", JSON_OBJECT, false },
		{ "amounts", JSON_ARRAY, false },
		{ "basis", JSON_STRING, true },
		{ "case_name", JSON_STRING, true },
		{ "case_no", JSON_STRING, true },
		{ "channel", JSON_STRING, false },
		{ "copies", JSON_ARRAY, false },
		{ "documents", JSON_ARRAY, false },
		{ "evidence", JSON_ARRAY, false },
		{ "goods", JSON_ARRAY, false },
		{ "handoff_no", JSON_STRING, true },
		{ "law_version", JSON_NUMBER, false },
		{ "made_on", JSON_STRING, false },
		{ "measures", JSON_ARRAY, false },
		{ "media", JSON_ARRAY, false },
		{ "offences", JSON_ARRAY, false },
		{ "prior_penalties", JSON_ARRAY, false },
		{ "rule_ids", JSON_ARRAY, false },
		{ "sender", JSON_OBJECT, false },
		{ "seq", JSON_NUMBER, false },
		{ "suspects", JSON_ARRAY, false },
		{ "thread", JSON_STRING, false },
		{ "v", JSON_NUMBER, false },
	};
	const struct json_value *v = json_first(b->manifest);
	int64_t version = 0;
	if (json_to_i64(json_get(b->manifest, "v"), &version) && version != 1)
		return err_set(err, ERR_INVALID, RULE_NOT_SUPPORTED, "%s 的版本不支持",
			       BAG_CONTENTS);
	if (version != 1)
		return wrong_content(err, "v", "不是 1");
	/* The members come sorted, like the table. */
	for (size_t i = 0; i < ARRAY_LEN(members); i++, v = json_next(v)) {
		if (!v || !sv_eq_str(json_name(v), members[i].name))
			return wrong_content(err, members[i].name, "缺少，或者之前有不认识的成员");
		if (json_type(v) != members[i].type &&
		    !(members[i].may_be_null && json_type(v) == JSON_NULL))
			return wrong_content(err, members[i].name, "的类型不对");
	}
	return v ? wrong_content(err, NAME_SHOW(json_name(v)), "不认识") : ERR_OK;
}

static enum err_code check_values(struct bag *b, struct err *err)
{
	const struct json_value *m = b->manifest;
	int64_t seq = 0;
	struct sv thread = json_string(json_get(m, "thread"));
	struct sv sender = json_string(json_get(json_get(m, "sender"), "code"));
	struct sv addressee = json_string(json_get(json_get(m, "addressee"), "code"));
	if (!json_to_i64(json_get(m, "seq"), &seq) || seq < 1 || seq > BAG_SEQ_MAX)
		return wrong_content(err, "seq", "不在 1 到 99 之间");
	if (!record_thread_is_valid(thread))
		return wrong_content(err, "thread", "不是小写的 UUID");
	if (!day_parse_iso(json_string(json_get(m, "made_on")), &b->made_on))
		return wrong_content(err, "made_on", "不是日期");
	if (!crypto_code_is_valid(sender))
		return wrong_content(err, "sender", "没有机关代码");
	if (!crypto_code_is_valid(addressee))
		return wrong_content(err, "addressee", "没有机关代码");
	b->own_name =
		bag_name(&b->arena, json_string(json_get(m, "handoff_no")), thread, (unsigned)seq);
	return ERR_OK;
}

static bool same_hex(const uint8_t *digest, size_t size, struct sv hex)
{
	char text[2 * CRYPTO_HASH_SIZE_MAX + 1];
	if (!digest)
		return false;
	crypto_hex(digest, size, text);
	return sv_eq_str(hex, text);
}

/* Each row a file of the payload below its folder, with that file's size and sums. */
static enum err_code check_rows(struct bag *b, const char *list, const char *folder, bool *seen,
				struct err *err)
{
	const struct json_value *row = json_first(json_get(b->manifest, list));
	for (; row; row = json_next(row)) {
		struct sv path = json_string(json_get(row, "path"));
		const char *whole = arena_printf(&b->arena, "data/%.*s", SV_ARG(path));
		const struct bag_entry *e = bag_find(b, sv_of(whole));
		int64_t size = -1;
		if (!e || !sv_starts_with(path, sv_of(folder)))
			return bag_refuse(err, "bag-content", sv_of(whole),
					  "列在 manifest.json 中，包内却没有");
		if (seen[e - b->entries])
			return bag_refuse(err, "bag-content", sv_of(whole),
					  "在 manifest.json 中列了两次");
		seen[e - b->entries] = true;
		if (!json_to_i64(json_get(row, "size"), &size) || size < 0 ||
		    (uint64_t)size != e->file->size ||
		    !same_hex(e->expected[CRYPTO_HASH_SHA256], 32,
			      json_string(json_get(row, "sha256"))) ||
		    !same_hex(e->sm3, 32, json_string(json_get(row, "sm3"))))
			return bag_refuse(err, "bag-content", sv_of(whole),
					  "的大小或校验值与 manifest.json 不符");
		if (!json_string(json_get(row, "title")).n ||
		    !json_string(json_get(row, "type")).n || !json_string(json_get(row, "mime")).n)
			return bag_refuse(err, "bag-content", sv_of(whole),
					  "在 manifest.json 中没有名称、种类或格式");
		b->items++;
	}
	return ERR_OK;
}

static enum err_code check_goods(struct bag *b, struct err *err)
{
	struct str text = STR_INIT(TEXT_MAX);
	struct sv found = bag_bytes(b, BAG_GOODS);
	const struct json_value *goods = json_get(b->manifest, "goods");
	enum err_code code = canonical_write(&b->arena, goods, &text, err);
	if (!code && (!found.p || !sv_eq(found, (struct sv){ str_cstr(&text), text.len })))
		code = bag_refuse(err, "bag-content", SV(BAG_GOODS),
				  "缺少，或与 manifest.json 不一致");
	str_release(&text);
	b->items += json_count(goods);
	return code;
}

static enum err_code check_lists(struct bag *b, struct err *err)
{
	bool *seen = arena_try_array(&b->arena, bool, b->count + 1);
	if (!seen)
		return err_set(err, ERR_TOO_LARGE, "too-large", "移送包的文件过多");
	enum err_code code = check_rows(b, "documents", "10-docs/", seen, err);
	if (!code)
		code = check_rows(b, "evidence", "20-evidence/", seen, err);
	if (!code)
		code = check_rows(b, "media", "40-av/", seen, err);
	if (!code)
		code = check_goods(b, err);
	for (size_t i = 0; i < b->count && !code; i++) {
		const char *path = b->entries[i].path;
		if (b->entries[i].is_payload && !seen[i] && strcmp(path, BAG_CONTENTS) != 0 &&
		    strcmp(path, BAG_GOODS) != 0)
			code = bag_refuse(err, "bag-content", sv_of(path),
					  "没有列在 manifest.json 中");
	}
	return code;
}

static enum err_code check_info(const struct bag *b, struct err *err)
{
	struct sv value = SV("");
	struct sv number = json_string(json_get(b->manifest, "handoff_no"));
	char day[11];
	day_format(b->made_on, day);
	if (number.n == 0)
		number = json_string(json_get(b->manifest, "thread"));
	if (!bag_info_value(b, "External-Identifier", &value) || !sv_eq(value, number))
		return wrong_form(err, BAG_INFO,
				  "的 External-Identifier 不是 manifest.json 的文号");
	if (!bag_info_value(b, "Bagging-Date", &value) || !sv_eq_str(value, day))
		return wrong_form(err, BAG_INFO, "的 Bagging-Date 不是 manifest.json 的 made_on");
	if (!bag_info_value(b, "Payload-Oxum", &value))
		return wrong_form(err, BAG_INFO, "没有 Payload-Oxum");
	return ERR_OK;
}

/* The ZIP as a whole: only where the bag is all of it. */
static enum err_code check_zip(const struct bag *b, struct err *err)
{
	const char *slash = strchr(b->prefix, '/');
	if (!tree_is_zip(b->tree) || !b->owns_tree)
		return ERR_OK;
	if (!slash ||
	    !sv_eq_str((struct sv){ b->prefix, (size_t)(slash - b->prefix) }, b->own_name))
		return bag_refuse(err, "bag-root", sv_of(b->prefix), "不是包的名称");
	if (tree_is_plain(b->tree))
		return ERR_OK;
	err_set(err, ERR_INVALID, "bag-zip",
		"ZIP 不是移送包规定的写法（不压缩、按文件名排列、时间为 1980-01-01）");
	err_detail(err, "如果是用其他工具重新打包的，请解开后核对文件夹。");
	return ERR_INVALID;
}

enum err_code bag_check_form(struct bag *b, struct err *err)
{
	struct sv text = bag_bytes(b, BAG_CONTENTS);
	if (!text.p || !bag_bytes(b, BAG_TAGMANIFEST256).p)
		return wrong_form(err, BAG_CONTENTS, "或签名所用的清单缺少：不是本系统的移送包");
	if (!sv_eq_str(bag_bytes(b, BAG_DECLARATION), BAG_DECLARATION_TEXT))
		return wrong_form(err, BAG_DECLARATION, "不是规定的写法");
	enum err_code code = check_files(b, err);
	if (!code)
		code = check_folders(b, err);
	if (!code)
		code = check_manifests(b, err);
	if (!code)
		code = canonical_parse(&b->arena, text, BAG_CONTENTS, &b->manifest, err);
	if (!code)
		code = check_header(b, err);
	if (!code)
		code = check_values(b, err);
	if (!code)
		code = check_lists(b, err);
	if (!code)
		code = check_info(b, err);
	if (!code)
		code = check_zip(b, err);
	return code;
}

/* ---- what records say of it ---- */

const char *bag_own_name(const struct bag *b)
{
	CHECK(b->own_name);
	return b->own_name;
}

const struct json_value *bag_manifest(const struct bag *b)
{
	CHECK(b->manifest);
	return b->manifest;
}

struct record_digest bag_manifest_digest(const struct bag *b)
{
	return record_digest(bag_bytes(b, BAG_CONTENTS));
}

struct record_digest bag_tagmanifest_digest(const struct bag *b)
{
	return record_digest(bag_bytes(b, BAG_TAGMANIFEST256));
}

size_t bag_items(const struct bag *b)
{
	return b->items;
}

/* ---- signature ---- */

/* The first certificate of the file, which must be the only one unless `chain`. */
static enum err_code first_block(const struct bag *b, const char *path, bool chain, struct arena *a,
				 struct pem_block *ret, struct err *err)
{
	struct pem_block *blocks;
	size_t count;
	struct sv text = bag_bytes(b, path);
	if (!text.p)
		return bag_refuse(err, "signature-missing", sv_of(path), "缺少");
	enum err_code code = pem_split(a, text, path, &blocks, &count, err);
	if (!code && count > 1 && !chain)
		code = bag_refuse(err, "signature-certificate", sv_of(path), "应只有一个证书");
	if (!code)
		*ret = blocks[0];
	return code;
}

/* Some instant of the day on which the certificate was good; else the day's start, which then
 * says why not. */
static instant_t instant_on(day_t day, const struct crypto_certificate *c)
{
	instant_t at = day_start(day), last = day_start(day + 1) - 1;
	return c->not_before > at && c->not_before <= last ? c->not_before : at;
}

static enum err_code check_signer(const struct bag *b, const struct crypto_certificate *c,
				  const struct pem_block *block, const char *path, struct err *err)
{
	struct sv sender = json_string(json_get(json_get(b->manifest, "sender"), "code"));
	if (strcmp(c->fingerprint, block->fingerprint) != 0)
		return bag_refuse(err, "signature-certificate", sv_of(path), "不是签名所用的证书");
	if (sv_eq_str(sender, c->code))
		return ERR_OK;
	return err_set(err, ERR_INVALID, "certificate-organ",
		       "签名证书属于“%s”，移送机关却是“%.*s”", c->code, SV_ARG(sender));
}

static enum err_code check_sm2(const struct bag *b, const struct crypto_trust *trust, instant_t at,
			       struct arena *a, struct err *err)
{
	struct crypto_certificate c;
	struct pem_block block;
	struct sv signature = bag_bytes(b, BAG_SM2), pem = bag_bytes(b, BAG_SIGNER_SM2), stated;
	struct sv sender = json_string(json_get(json_get(b->manifest, "sender"), "code"));
	if (!bag_info_value(b, BAG_SIDE_LABEL, &stated)) {
		if (!signature.p && !pem.p)
			return ERR_OK;
		return bag_refuse(err, "signature-extra", sv_of(signature.p ? BAG_SM2 : BAG_SIGNER_SM2),
				  "多余：bag-info.txt 没有写明有国密签名");
	}
	enum err_code code = first_block(b, BAG_SIGNER_SM2, true, a, &block, err);
	if (!code && !sv_eq_str(stated, arena_printf(a, "sha256:%s", block.fingerprint)))
		code = bag_refuse(err, "signature-certificate", SV(BAG_SIGNER_SM2),
				  "不是 bag-info.txt 写明的证书");
	if (!code)
		code = crypto_certificate_read(pem, &c, err);
	if (!code && at == INSTANT_NONE)
		at = instant_on(b->made_on, &c);
	if (!code)
		code = side_verify(bag_bytes(b, BAG_TAGMANIFEST256), signature, pem, sender, trust,
				   at, err);
	return code;
}

enum err_code bag_verify_signature(const struct bag *b, const struct crypto_trust *trust,
				   instant_t at, struct crypto_certificate *ret, struct err *err)
{
	struct arena a = ARENA_INIT(0);
	struct crypto_certificate c;
	struct pem_block block;
	struct sv signature = bag_bytes(b, BAG_CMS);
	instant_t when = at;
	enum err_code code = ERR_OK;
	CHECK(b->manifest);
	if (!signature.p)
		code = bag_refuse(err, "signature-missing", SV(BAG_CMS), "缺少：移送包没有签名");
	if (!code)
		code = first_block(b, BAG_SIGNER, false, &a, &block, err);
	if (!code)
		code = crypto_certificate_read(block.text, &c, err);
	if (!code && at == INSTANT_NONE)
		when = instant_on(b->made_on, &c);
	if (!code)
		code = crypto_verify_cms(bag_bytes(b, BAG_TAGMANIFEST256), signature, trust, when,
					 &c, err);
	if (!code)
		code = check_signer(b, &c, &block, BAG_SIGNER, err);
	if (!code)
		code = check_sm2(b, trust, at, &a, err);
	if (!code)
		*ret = c;
	arena_fini(&a);
	return code;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Packages of hand-overs: a bag planned from the digests of materials, kept as two JSON texts.
 *
 *   plan    bag_plan_list(): paths, sums and sizes of all files
 *   texts   {"<SHA-256 in hex>": "text" | {"hex": "..."}}: the small files that no content store has */
#include "app/handoff_make.h"

#include <stdlib.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "json/json_reader.h"
#include "json/json_writer.h"
#include "package/name.h"

enum { TEXTS_MAX_BYTES = 8 << 20, HEADER_MAX_BYTES = 1 << 20, MEASURES_SHOWN_MAX = DOSSIER_MAX_MEASURES, COPIES_MAX = 16 };

/* Tells who reported: never leaves the organ. */
#define PROTECTED_KIND "举报投诉材料"

/* ---- what is attached ---- */

static enum err_code refuse_material(struct err *err, const char *rule, const char *message, const char *what)
{
	enum err_code code = err_set(err, ERR_INVALID, rule, "随附材料“%s”%s", what, message);

	err_field(err, "fields.%s", field_info(FIELD_ATTACH)->name);
	return code;
}

static bool parse_number(struct sv text, bool linked, bool *ret_of_case, int64_t *ret)
{
	static const struct {
		const char *prefix;
		bool of_case;
	} prefixes[] = { { "case:", true }, { "handoff:", false } };

	*ret_of_case = linked;
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		struct sv prefix = sv_of(prefixes[i].prefix);
		if (!sv_starts_with(text, prefix))
			continue;
		*ret_of_case = prefixes[i].of_case;
		text = (struct sv){ text.p + prefix.n, text.n - prefix.n };
	}
	return sv_to_i64(text, ret) && *ret > 0;
}

static size_t find_material(const struct handoff_scene *s, bool of_case, int64_t number)
{
	for (size_t i = 0; i < s->material_count; i++) {
		if (s->materials[i].of_case == of_case && s->materials[i].number == number)
			return i;
	}
	return SIZE_MAX;
}

enum err_code handoff_attached(const struct handoff_scene *s, struct arena *arena, const struct facts *fields,
			       const size_t **ret, size_t *ret_count, struct err *err)
{
	const char **items;
	size_t n = handoff_list_items(arena, fields, FIELD_ATTACH, &items);
	size_t *found = arena_array(arena, size_t, n + 1);

	for (size_t i = 0; i < n; i++) {
		bool of_case;
		int64_t number;
		if (!parse_number(sv_of(items[i]), handoff_linked(s, fields)->id != 0, &of_case, &number))
			return refuse_material(err, "material-number", "不是材料序号", items[i]);
		found[i] = find_material(s, of_case, number);
		if (found[i] == SIZE_MAX)
			return refuse_material(err, "no-such-material", of_case ? "不在关联案件中" : "不在本移送中", items[i]);
		if (s->materials[found[i]].voided)
			return refuse_material(err, "material-void", "已作废", items[i]);
		if (strcmp(s->materials[found[i]].kind, PROTECTED_KIND) == 0)
			return refuse_material(err, "protected-material", "载有举报人信息，不得随附；请上传隐去举报人的副本", items[i]);
		for (size_t j = 0; j < i; j++) {
			if (found[j] == found[i])
				return refuse_material(err, "material-twice", "重复", items[i]);
		}
	}
	*ret = found;
	*ret_count = n;
	return ERR_OK;
}

/* ---- the header: data/manifest.json ---- */

static struct sv written(struct arena *arena, struct str *out)
{
	struct sv ret = { arena_strndup(arena, str_cstr(out), out->len), out->len };

	str_release(out);
	return ret;
}

/* One fact as the only item of a list; [] when it is not set. */
static struct sv list_of_text(struct arena *arena, const char *text)
{
	struct str out = STR_INIT(HEADER_MAX_BYTES);
	struct json_writer w;

	json_writer_init(&w, &out);
	json_arr_open(&w);
	if (text[0])
		json_cstr(&w, text);
	json_arr_close(&w);
	return written(arena, &out);
}

static struct sv list_of_rules(struct arena *arena, const char *rules)
{
	struct str out = STR_INIT(HEADER_MAX_BYTES);
	struct json_writer w;

	json_writer_init(&w, &out);
	json_arr_open(&w);
	while (*rules) {
		size_t n = strcspn(rules, ",; ");
		if (n)
			json_str(&w, (struct sv){ rules, n });
		rules += n + (rules[n] != '\0');
	}
	json_arr_close(&w);
	return written(arena, &out);
}

static struct sv amounts_of(struct arena *arena, const struct facts *f)
{
	static const enum field metrics[] = { FIELD_CRIM_GAIN, FIELD_CRIM_TURNOVER, FIELD_CRIM_SALES, FIELD_CRIM_UNSOLD,
					      FIELD_CRIM_LOSS, FIELD_GOODS_VALUE, FIELD_TURNOVER, FIELD_SALES, FIELD_INCOME };
	struct str out = STR_INIT(HEADER_MAX_BYTES);
	struct json_writer w;

	json_writer_init(&w, &out);
	json_arr_open(&w);
	for (size_t i = 0; i < ARRAY_LEN(metrics); i++) {
		if (!fact_has(f, metrics[i]))
			continue;
		json_obj_open(&w);
		json_kv_str(&w, "metric", field_info(metrics[i])->name);
		json_kv_null(&w, "step");
		if (fact_num(f, metrics[i]) == MONEY_UNCOMPUTABLE)
			json_kv_str(&w, "value_fen", MONEY_UNCOMPUTABLE_WORD);
		else
			json_kv_i64(&w, "value_fen", fact_num(f, metrics[i]));
		json_obj_close(&w);
	}
	json_arr_close(&w);
	return written(arena, &out);
}

/* Coercive measures in force, with the day they end. */
static struct sv measures_of(struct arena *arena, const struct dossier *linked)
{
	static const char *const rules[] = { "D42", "D41" };
	struct str out = STR_INIT(HEADER_MAX_BYTES);
	struct json_writer w;

	json_writer_init(&w, &out);
	json_arr_open(&w);
	for (int i = 0; linked && i < linked->measure_count; i++) {
		const struct measure *m = &linked->measures[i];
		const struct clock_entry *clock = NULL;
		if (m->status != MEASURE_TAKEN)
			continue;
		for (size_t k = 0; k < ARRAY_LEN(rules) && !clock; k++)
			clock = dossier_clock_const(linked, rules[k], m->seq);
		json_obj_open(&w);
		json_kv_day(&w, "ends_on", clock && clock->state == CLOCK_RUNNING && !clock->due.stopped ? clock->due.lawful
													 : DAY_NONE);
		json_kv_str(&w, "goods", m->goods);
		json_kv_str(&w, "kind", m->kind);
		json_kv_day(&w, "taken_on", instant_to_day(m->taken_at));
		json_obj_close(&w);
	}
	json_arr_close(&w);
	return written(arena, &out);
}

static struct sv priors_of(struct arena *arena, const struct facts *f)
{
	struct str out = STR_INIT(HEADER_MAX_BYTES);
	struct json_writer w;

	json_writer_init(&w, &out);
	json_arr_open(&w);
	if (fact_has(f, FIELD_PRIOR_ON)) {
		json_obj_open(&w);
		json_kv_str(&w, "note", field_info(FIELD_PRIOR_ON)->zh);
		json_kv_day(&w, "on", fact_day(f, FIELD_PRIOR_ON));
		json_obj_close(&w);
	}
	if (fact_has(f, FIELD_PENALTY_MADE)) {
		json_obj_open(&w);
		json_kv_str(&w, "note", fact_text(f, FIELD_PENALTY_MADE));
		json_kv_day(&w, "on", fact_day(f, FIELD_PENALTY_MADE_ON));
		json_obj_close(&w);
	}
	json_arr_close(&w);
	return written(arena, &out);
}

/* What the hand-over says counts; what it does not say its case does. */
static const struct facts *either(const struct facts *own, const struct dossier *linked, enum field f)
{
	return fact_has(own, f) || !linked ? own : &linked->facts;
}

static const char *text_in(const struct facts *own, const struct dossier *linked, enum field f)
{
	return fact_text(either(own, linked, f), f);
}

static void fill_header(const struct handoff_scene *s, struct arena *arena, const struct facts *f, struct bag_input *b)
{
	const struct handoff_linked *about = handoff_linked(s, f);
	const struct dossier *linked = about->dossier;
	struct facts *amounts = arena_new(arena, struct facts);

	if (linked)
		*amounts = linked->facts;
	for (enum field i = 0; i < FIELD_COUNT; i++) {
		if (f->at[i].set)
			amounts->at[i] = f->at[i];
	}
	b->case_no = sv_of(about->number ? about->number : "");
	b->case_name = sv_of(about->title ? about->title : "");
	b->basis = sv_of(fact_text(f, FIELD_TRANSFER_BASIS));
	b->suspects = sv_of(text_in(f, linked, FIELD_PARTIES));
	b->offences = list_of_text(arena, text_in(f, linked, FIELD_OFFENCE));
	b->rule_ids = list_of_rules(arena, text_in(f, linked, FIELD_ADVISORY_RULES));
	b->amounts = amounts_of(arena, amounts);
	b->measures = measures_of(arena, linked);
	b->prior_penalties = priors_of(arena, amounts);
	b->goods = sv_of(fact_text(f, FIELD_GOODS_LIST));
}

static void fill_organs(const struct handoff_scene *s, struct arena *arena, const struct handoff_bag_input *in,
			struct bag_input *b)
{
	const struct facts *f = &in->d->facts;
	const struct handoff_organ *own = handoff_own(s), *to = handoff_organ(s, in->addressee);
	struct bag_organ *copies = arena_array(arena, struct bag_organ, COPIES_MAX);
	const char **codes;
	size_t n = handoff_list_items(arena, f, FIELD_COPY_TO, &codes);

	b->sender = (struct bag_organ){ .code = sv_of(own->organ.code), .name = sv_of(own->organ.name),
					.contact = sv_of(fact_text(f, FIELD_CONTACT)) };
	b->addressee = (struct bag_organ){ .code = sv_of(in->addressee),
					   .name = sv_of(to ? to->organ.name : fact_text(f, FIELD_PEER_NAME)) };
	for (size_t i = 0; i < n && b->copy_count < COPIES_MAX; i++) {
		const struct handoff_organ *o = handoff_organ(s, codes[i]);
		if (strcmp(codes[i], own->organ.code) != 0)
			copies[b->copy_count++] = (struct bag_organ){ .code = sv_of(codes[i]),
								      .name = sv_of(o ? o->organ.name : codes[i]) };
	}
	b->copies = copies;
}

/* ---- the files ---- */

static bool is_av(const struct handoff_material *m)
{
	return strcmp(m->kind, "视听资料") == 0 || strncmp(m->media_type, "audio/", 6) == 0 ||
	       strncmp(m->media_type, "video/", 6) == 0;
}

/* Papers made in the procedure; everything else proves something. */
static bool is_paper(const struct handoff_material *m)
{
	return strcmp(m->kind, "执法文书") == 0 || strcmp(m->kind, "送达回证") == 0;
}

static void fill_files(const struct handoff_scene *s, struct arena *arena, const struct handoff_bag_input *in,
		       struct bag_input *b)
{
	struct bag_item *documents = arena_array(arena, struct bag_item, in->attached_count + 1);
	struct bag_item *evidence = arena_array(arena, struct bag_item, in->attached_count + 1);
	struct bag_item *media = arena_array(arena, struct bag_item, in->attached_count + 1);

	for (size_t i = 0; i < in->attached_count; i++) {
		const struct handoff_material *m = &s->materials[in->attached[i]];
		struct sv name = sv_of(m->name), title = m->title[0] ? sv_of(m->title) : name;
		struct bag_item item = { .title = title, .type = sv_of(m->kind), .mime = sv_of(m->media_type),
					 .sums = m->sums };
		if (is_paper(m)) {
			struct sv stem = { title.p, title.n - (m->title[0] ? 0 : name_extension(name).n) };
			item.path = bag_document_path(arena, (unsigned)b->document_count + 1, stem, name);
			documents[b->document_count++] = item;
		} else if (is_av(m)) {
			item.path = bag_media_path(arena, (unsigned)b->media_count + 1, name);
			item.item = (int64_t)b->media_count + 1;
			media[b->media_count++] = item;
		} else {
			item.path = bag_evidence_path(arena, (unsigned)b->evidence_count + 1, name);
			item.item = (int64_t)b->evidence_count + 1;
			evidence[b->evidence_count++] = item;
		}
	}
	b->documents = documents;
	b->evidence = evidence;
	b->media = media;
}

/* ---- kept as text ---- */

static void write_text(struct json_writer *w, const char *key, struct sv bytes)
{
	static const char digits[] = "0123456789abcdef";
	struct str hex = STR_INIT(TEXTS_MAX_BYTES);

	if (text_is_valid_utf8(bytes) && !memchr(bytes.p, '\0', bytes.n)) {
		json_kv_sv(w, key, bytes);
		return;
	}
	for (size_t i = 0; i < bytes.n; i++) {
		str_append_char(&hex, digits[(uint8_t)bytes.p[i] >> 4]);
		str_append_char(&hex, digits[(uint8_t)bytes.p[i] & 15]);
	}
	json_key(w, key);
	json_obj_open(w);
	json_kv_sv(w, "hex", (struct sv){ str_cstr(&hex), hex.len });
	json_obj_close(w);
	str_release(&hex);
}

static bool told_before(const struct bag_plan *p, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (p->files[i].bytes.p && memcmp(p->files[i].sha256, p->files[at].sha256, 32) == 0)
			return true;
	}
	return false;
}

static enum err_code keep_texts(struct arena *arena, const struct bag_plan *p, struct sv *ret, struct err *err)
{
	struct str out = STR_INIT(TEXTS_MAX_BYTES);
	struct json_writer w;
	char hex[CRYPTO_SHA256_HEX_SIZE];

	json_writer_init(&w, &out);
	json_obj_open(&w);
	for (size_t i = 0; i < p->count; i++) {
		if (!p->files[i].bytes.p || told_before(p, i))
			continue;
		crypto_hex(p->files[i].sha256, 32, hex);
		write_text(&w, hex, p->files[i].bytes);
	}
	json_obj_close(&w);
	bool ok = json_writer_ok(&w);
	*ret = written(arena, &out);
	return ok ? ERR_OK : err_set(err, ERR_TOO_LARGE, "package-too-large", "移送包的清单过大，请减少随附材料");
}

enum err_code handoff_package_keep(struct arena *arena, const struct bag_plan *plan, struct change_package *ret,
				   struct err *err)
{
	struct str list = STR_INIT(TEXTS_MAX_BYTES);
	enum err_code code = bag_plan_list(arena, plan, &list, err);

	*ret = (struct change_package){ .name = plan->name, .manifest = plan->manifest.sha256,
					.tagmanifest = plan->tagmanifest.sha256, .items = (int64_t)plan->items,
					.bytes = (int64_t)plan->total_bytes, .held = true };
	ret->plan = written(arena, &list);
	return code == ERR_OK ? keep_texts(arena, plan, &ret->texts, err) : code;
}

enum err_code handoff_bag_make(const struct handoff_scene *s, struct arena *arena, const struct handoff_bag_input *in,
			       struct handoff_bag *ret, struct err *err)
{
	struct bag_input b = {
		.thread = sv_of(fact_text(&in->d->facts, FIELD_THREAD)), .handoff_no = sv_of(in->handoff_no),
		.channel = sv_of(procedure_code(in->d->procedure)), .seq = (unsigned)s->packages_sent + 1,
		.law_version = s->book->version, .made_on = in->made_on, .readme = s->readme, .verifier = s->verifier,
		.sm2_certificate = crypto_signer_sm2_pem(s->signer),
	};
	enum err_code code;

	if (s->packages_sent >= 99)
		return err_set(err, ERR_TOO_LARGE, "too-many-packages", "一次移送最多发出99个移送包");
	fill_organs(s, arena, in, &b);
	fill_header(s, arena, &in->d->facts, &b);
	fill_files(s, arena, in, &b);
	if ((code = bag_plan(arena, &b, &ret->plan, err)) != ERR_OK ||
	    (code = bag_sign(arena, &ret->plan, s->signer, err)) != ERR_OK)
		return code;
	return handoff_package_keep(arena, &ret->plan, &ret->stored, err);
}

/* ---- taken up again ---- */

struct handoff_text {
	uint8_t sha256[32];
	struct sv bytes;
};

struct handoff_texts {
	struct handoff_text *at;
	size_t count;
};

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct sv handoff_bytes(struct arena *arena, const struct str *from)
{
	char *copy = arena_alloc(arena, from->len + 1);

	if (from->len)
		memcpy(copy, from->p, from->len);
	return (struct sv){ copy, from->len };
}

bool handoff_from_hex(struct arena *arena, struct sv hex, struct sv *ret)
{
	char *out = arena_try_alloc(arena, hex.n / 2 + 1);

	if (!out || hex.n % 2)
		return false;
	for (size_t i = 0; i < hex.n / 2; i++) {
		int high = nibble(hex.p[2 * i]), low = nibble(hex.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (char)(high << 4 | low);
	}
	*ret = (struct sv){ out, hex.n / 2 };
	return true;
}

static enum err_code broken(struct err *err, const char *what)
{
	return err_set(err, ERR_INVALID, "package-mismatch", "移送包的%s不相符", what);
}

enum err_code handoff_texts_read(struct arena *arena, struct sv texts, const struct handoff_texts **ret,
				 struct err *err)
{
	struct handoff_texts *t = arena_new(arena, struct handoff_texts);
	struct json_doc *doc;
	char hex[CRYPTO_SHA256_HEX_SIZE];

	if (json_parse(arena, texts, &doc, err) != ERR_OK)
		return broken(err, "文件内容");
	t->at = arena_array(arena, struct handoff_text, json_count(json_root(doc)) + 1);
	for (const struct json_value *v = json_first(json_root(doc)); v; v = json_next(v)) {
		struct handoff_text *one = &t->at[t->count++];
		one->bytes = json_string(v);
		if (json_type(v) == JSON_OBJECT && !handoff_from_hex(arena, json_string(json_get(v, "hex")), &one->bytes))
			return broken(err, "文件内容");
		crypto_sha256(one->bytes.p, one->bytes.n, one->sha256);
		crypto_hex(one->sha256, 32, hex);
		if (!sv_eq_str(json_name(v), hex))
			return broken(err, "文件内容与校验值");
	}
	*ret = t;
	return ERR_OK;
}

struct sv handoff_texts_find(const struct handoff_texts *t, const uint8_t sha256[32])
{
	for (size_t i = 0; i < t->count; i++) {
		if (memcmp(t->at[i].sha256, sha256, 32) == 0)
			return t->at[i].bytes;
	}
	return (struct sv){ NULL, 0 };
}

/* ---- from another organ of this hub ---- */

static const struct bag_file *file_of(const struct bag_plan *p, struct sv path)
{
	for (size_t i = 0; i < p->count; i++) {
		if (sv_eq(p->files[i].path, path))
			return &p->files[i];
	}
	return NULL;
}

static struct sv text_at(const struct bag_plan *p, const struct handoff_texts *t, const char *path)
{
	const struct bag_file *f = file_of(p, sv_of(path));

	return f ? handoff_texts_find(t, f->sha256) : (struct sv){ NULL, 0 };
}

/* "<64 hex>  <path>" a line, each of a file in the plan with that sum; how many. */
static enum err_code check_lines(struct arena *arena, const struct bag_plan *p, struct sv text, size_t *ret,
				 struct err *err)
{
	for (*ret = 0; text.n > 0; ++*ret) {
		const char *end = memchr(text.p, '\n', text.n);
		struct sv line = { text.p, end ? (size_t)(end - text.p) : text.n }, sum;
		if (!end || line.n < 67 || memcmp(line.p + 64, "  ", 2) != 0 ||
		    !handoff_from_hex(arena, (struct sv){ line.p, 64 }, &sum))
			return broken(err, "校验清单");
		const struct bag_file *f = file_of(p, (struct sv){ line.p + 66, line.n - 66 });
		if (!f || memcmp(f->sha256, sum.p, 32) != 0)
			return broken(err, "校验清单与文件");
		text.p += line.n + 1;
		text.n -= line.n + 1;
	}
	return ERR_OK;
}

static enum err_code check_manifests(struct arena *arena, const struct bag_plan *p, const struct handoff_texts *t,
				     struct err *err)
{
	size_t payload = 0, tags = 0, listed;
	enum err_code code;

	for (size_t i = 0; i < p->count; i++) {
		struct sv path = p->files[i].path;
		if (sv_starts_with(path, SV("data/")))
			payload++;
		else if (!sv_starts_with(path, SV("tagmanifest-")) && !sv_starts_with(path, SV("signatures/")))
			tags++;
		else
			continue;
	}
	code = check_lines(arena, p, text_at(p, t, "tagmanifest-sha256.txt"), &listed, err);
	if (code == ERR_OK && listed != tags)
		code = broken(err, "标签文件清单");
	if (code == ERR_OK)
		code = check_lines(arena, p, text_at(p, t, "manifest-sha256.txt"), &listed, err);
	if (code == ERR_OK && listed != payload)
		code = broken(err, "材料清单");
	return code;
}

enum err_code handoff_package_check(struct arena *arena, struct sv plan, struct sv texts, const struct record *record,
				    const struct crypto_trust *trust, instant_t at, struct change_package *ret,
				    struct err *err)
{
	struct bag_plan *p = arena_new(arena, struct bag_plan);
	struct crypto_certificate certificate;
	const struct handoff_texts *t;
	enum err_code code;

	if ((code = bag_plan_restore(arena, plan, p, err)) != ERR_OK ||
	    (code = handoff_texts_read(arena, texts, &t, err)) != ERR_OK)
		return code;
	if (!sv_eq_str(record->package_name, p->name) || !record_digest_eq(&record->package_manifest, &p->manifest) ||
	    !record_digest_eq(&record->package_tagmanifest, &p->tagmanifest) || record->package_items != (int64_t)p->items)
		return broken(err, "名称、摘要或件数与记录");
	if ((code = check_manifests(arena, p, t, err)) != ERR_OK)
		return code;
	code = crypto_verify_cms(text_at(p, t, "tagmanifest-sha256.txt"), text_at(p, t, "signatures/tagmanifest-sha256.p7s"),
				 trust, at, &certificate, err);
	if (code == ERR_OK && !sv_eq_str(record->lane, certificate.code))
		code = err_set(err, ERR_INVALID, "certificate-organ", "移送包的签名机关与发送机关不符");
	*ret = (struct change_package){
		.lane = arena_strndup(arena, record->lane.p, record->lane.n), .n = record->n, .name = p->name, .plan = plan,
		.texts = texts, .manifest = p->manifest.sha256, .tagmanifest = p->tagmanifest.sha256,
		.items = (int64_t)p->items, .bytes = (int64_t)p->total_bytes,
	};
	return code;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Planning a bag: all its small files, from sums that are already known. */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "package/bag_planning.h"
#include "package/canonical.h"
#include "package/name.h"

/* ---- names ---- */

const char *bag_name(struct arena *a, struct sv handoff_no, struct sv thread, unsigned seq)
{
	/* Room for "-99" in a segment. */
	const char *number = handoff_no.n ? name_safe(a, handoff_no, "handoff") : NULL;
	struct sv stem = number ? sv_of(number) : thread;
	size_t max = NAME_SEGMENT_MAX - 3;
	if (stem.n > max) {
		while (max > 0 && ((unsigned char)stem.p[max] & 0xC0) == 0x80)
			max--;
		stem.n = max;
	}
	return arena_printf(a, "%.*s-%02u", SV_ARG(stem), seq);
}

struct sv bag_document_path(struct arena *a, unsigned number, struct sv title, struct sv name)
{
	struct sv extension = name_extension(name);
	const char *whole =
		arena_printf(a, "%02u-%.*s%.*s", number, SV_ARG(title), SV_ARG(extension));
	const char *safe = name_safe(a, sv_of(whole), "document");
	if (!safe)
		safe = arena_printf(a, "%02u-document%.*s", number, SV_ARG(extension));
	return sv_of(arena_printf(a, "10-docs/%s", safe));
}

static struct sv numbered_path(struct arena *a, const char *folder, unsigned number, struct sv name)
{
	const char *safe = name_safe(a, name, "file");
	return sv_of(arena_printf(a, "%s/%02u/%s", folder, number, safe ? safe : "file"));
}

struct sv bag_evidence_path(struct arena *a, unsigned number, struct sv name)
{
	return numbered_path(a, "20-evidence", number, name);
}

struct sv bag_media_path(struct arena *a, unsigned number, struct sv name)
{
	return numbered_path(a, "40-av", number, name);
}

/* ---- files ---- */

static struct crypto_sums sums_of(struct sv bytes)
{
	struct crypto_sums sums;
	struct crypto_summer *summer = crypto_summer_new();
	crypto_summer_update(summer, bytes.p, bytes.n);
	crypto_summer_finish(summer, &sums);
	return sums;
}

static void add(struct planned_list *list, struct sv path, struct sv bytes)
{
	list->files[list->count++] =
		(struct planned){ .path = path, .sums = sums_of(bytes), .bytes = bytes };
}

static int compare_planned(const void *a, const void *b)
{
	const struct planned *x = a, *y = b;
	return name_compare(x->path, y->path);
}

static void sort(struct planned_list *list)
{
	if (list->count)
		qsort(list->files, list->count, sizeof(*list->files), compare_planned);
}

static struct sv below_data(struct arena *a, struct sv path)
{
	/* NFC, because the manifest would bring it there anyway. */
	const char *nfc = text_nfc(a, path);
	return nfc ? sv_of(arena_printf(a, "data/%s", nfc)) : path;
}

static enum err_code check_item(struct planning *pl, const struct planned *p, const char *folder,
				bool is_document)
{
	enum err_code code = name_check(p->path, NAME_OURS, pl->err);
	if (!code && !sv_starts_with(p->path, sv_of(folder)))
		code = err_set(pl->err, ERR_INVALID, "bag-input", "“%s”不在 %s 下",
			       NAME_SHOW(p->path), folder);
	if (!code && (p->item->title.n == 0 || p->item->type.n == 0 || p->item->mime.n == 0))
		code = err_set(pl->err, ERR_INVALID, "bag-input", "“%s”没有名称、种类或格式",
			       NAME_SHOW(p->path));
	if (!code && p->sums.size > INT64_MAX / 2)
		code = err_set(pl->err, ERR_INVALID, "bag-input", "“%s”的大小不对",
			       NAME_SHOW(p->path));
	if (!code && !is_document)
		code = bag_check_json(pl, "custody", p->item->custody, false, NULL);
	if (code && pl->err && !pl->err->field[0])
		err_field(pl->err, "%s", NAME_SHOW(p->path));
	return code;
}

static enum err_code take_list(struct planning *pl, const struct bag_item *items, size_t count,
			       const char *folder, struct planned_list *ret)
{
	enum err_code code = ERR_OK;
	bool is_document = ret == &pl->documents;
	if (count > BAG_ITEMS_MAX)
		return bag_wrong_input(pl->err, folder, "过多");
	ret->files = arena_array(pl->arena, struct planned, count + 1);
	for (size_t i = 0; i < count && !code; i++) {
		const struct bag_item *item = &items[i];
		struct planned *p = &ret->files[ret->count++];
		*p = (struct planned){ below_data(pl->arena, item->path), item->sums, item->bytes,
				       item };
		if (item->bytes.p)
			p->sums = sums_of(item->bytes);
		code = check_item(pl, p, folder, is_document);
		if (!code && ret == &pl->evidence && item->item < 1)
			code = bag_wrong_input(pl->err, "evidence.item", "不是从 1 起的编号");
		pl->payload_bytes += p->sums.size;
	}
	sort(ret);
	return code;
}

static void join(struct planned_list *to, const struct planned_list *from)
{
	if (from->count)
		memcpy(to->files + to->count, from->files, from->count * sizeof(*from->files));
	to->count += from->count;
}

static enum err_code plan_payload(struct planning *pl)
{
	const struct bag_input *in = pl->in;
	struct sv text = SV("");
	enum err_code code = bag_check_header(pl);
	if (!code)
		code = take_list(pl, in->documents, in->document_count, "data/10-docs/",
				 &pl->documents);
	if (!code)
		code = take_list(pl, in->evidence, in->evidence_count, "data/20-evidence/",
				 &pl->evidence);
	if (!code)
		code = take_list(pl, in->media, in->media_count, "data/40-av/", &pl->media);
	if (!code)
		code = bag_make_manifest(pl, &text);
	if (code)
		return code;
	size_t total = pl->documents.count + pl->evidence.count + pl->media.count + 2;
	pl->payload.files = arena_array(pl->arena, struct planned, total);
	join(&pl->payload, &pl->documents);
	join(&pl->payload, &pl->evidence);
	join(&pl->payload, &pl->media);
	add(&pl->payload, SV(BAG_CONTENTS), text);
	pl->payload_bytes += text.n;
	struct str goods = STR_INIT(BAG_TEXT_MAX);
	code = canonical_text(pl->arena, in->goods.n ? in->goods : SV("[]"), &goods, pl->err);
	text = (struct sv){ arena_strndup(pl->arena, str_cstr(&goods), goods.len), goods.len };
	str_release(&goods);
	add(&pl->payload, SV(BAG_GOODS), text);
	pl->payload_bytes += text.n;
	sort(&pl->payload);
	return code;
}

/* ---- tag files ---- */

enum sum { SUM_SHA256, SUM_SHA512, SUM_SM3 };

static enum err_code sums_text(struct planning *pl, const struct planned_list *list, enum sum sum,
			       struct sv *ret)
{
	struct str text = STR_INIT(BAG_TEXT_MAX);
	for (size_t i = 0; i < list->count; i++) {
		const struct crypto_sums *s = &list->files[i].sums;
		char hex[2 * 64 + 1];
		if (sum == SUM_SHA256)
			crypto_hex(s->sha256, sizeof(s->sha256), hex);
		else if (sum == SUM_SHA512)
			crypto_hex(s->sha512, sizeof(s->sha512), hex);
		else
			crypto_hex(s->sm3, sizeof(s->sm3), hex);
		str_append_cstr(&text, hex);
		str_append_cstr(&text, "  ");
		str_append_sv(&text, list->files[i].path);
		str_append_char(&text, '\n');
	}
	enum err_code code = ERR_OK;
	if (text.failed)
		code = err_set(pl->err, ERR_TOO_LARGE, "too-large", "移送包的文件清单过大");
	else
		*ret = (struct sv){ arena_strndup(pl->arena, str_cstr(&text), text.len), text.len };
	str_release(&text);
	return code;
}

/* One line of bag-info.txt; what could start another line becomes a blank. */
static void info_line(struct str *text, const char *label, struct sv value)
{
	str_append_cstr(text, label);
	str_append_cstr(text, ": ");
	for (size_t i = 0; i < value.n; i++)
		str_append_char(text, (unsigned char)value.p[i] < 0x20 ? ' ' : value.p[i]);
	str_append_char(text, '\n');
}

static struct sv info_text(struct planning *pl)
{
	const struct bag_input *in = pl->in;
	struct str text = STR_INIT(BAG_TEXT_MAX);
	char day[11];
	day_format(in->made_on, day);
	const char *sender = text_nfc(pl->arena, in->sender.name);
	const char *number = text_nfc(pl->arena, in->handoff_no);
	info_line(&text, "Source-Organization", sender ? sv_of(sender) : in->sender.code);
	info_line(&text, "External-Description", SV("知识产权案件移送包"));
	info_line(&text, "External-Identifier", number && number[0] ? sv_of(number) : in->thread);
	info_line(&text, "Internal-Sender-Identifier", in->thread);
	info_line(&text, "Bagging-Date", sv_of(day));
	if (pl->side)
		info_line(&text, BAG_SIDE_LABEL, sv_of(pl->side));
	str_printf(&text, "Payload-Oxum: %llu.%zu\n", (unsigned long long)pl->payload_bytes,
		   pl->payload.count);
	struct sv copy = { arena_strndup(pl->arena, str_cstr(&text), text.len), text.len };
	str_release(&text);
	return copy;
}

static enum err_code plan_tags(struct planning *pl)
{
	struct planned_list listed = { arena_array(pl->arena, struct planned, 16), 0 };
	struct sv sha256, sha512, sm3;
	enum err_code code = sums_text(pl, &pl->payload, SUM_SHA256, &sha256);
	if (!code)
		code = sums_text(pl, &pl->payload, SUM_SHA512, &sha512);
	if (!code)
		code = sums_text(pl, &pl->payload, SUM_SM3, &sm3);
	if (code)
		return code;
	add(&listed, SV(BAG_DECLARATION), SV(BAG_DECLARATION_TEXT));
	add(&listed, SV(BAG_INFO), info_text(pl));
	add(&listed, SV(BAG_MANIFEST256), sha256);
	add(&listed, SV(BAG_MANIFEST512), sha512);
	add(&listed, SV(BAG_SM3SUMS), sm3);
	add(&listed, SV(BAG_README), pl->in->readme);
	add(&listed, SV(BAG_VERIFIER), pl->in->verifier);
	sort(&listed);
	code = sums_text(pl, &listed, SUM_SHA256, &sha256);
	if (!code)
		code = sums_text(pl, &listed, SUM_SHA512, &sha512);
	if (code)
		return code;
	add(&listed, SV(BAG_TAGMANIFEST256), sha256);
	add(&listed, SV(BAG_TAGMANIFEST512), sha512);
	pl->tags = listed;
	return ERR_OK;
}

/* ---- the plan ---- */

static void take_files(struct bag_plan *plan, const struct planned_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct planned *p = &list->files[i];
		struct bag_file *f = &plan->files[plan->count++];
		*f = (struct bag_file){ .path = p->path, .size = p->sums.size, .bytes = p->bytes };
		memcpy(f->sha256, p->sums.sha256, sizeof(f->sha256));
	}
}

enum err_code bag_plan(struct arena *a, const struct bag_input *in, struct bag_plan *ret,
		       struct err *err)
{
	struct bag_plan plan = { .name = bag_name(a, in->handoff_no, in->thread, in->seq) };
	struct planning pl = { .arena = a, .in = in, .err = err };
	enum err_code code = bag_side(a, in->sm2_certificate, &pl.side, err);
	if (!code)
		code = plan_payload(&pl);
	if (!code)
		code = plan_tags(&pl);
	if (code)
		return code;
	plan.files = arena_array(a, struct bag_file, pl.payload.count + pl.tags.count);
	plan.items = pl.documents.count + pl.evidence.count + pl.media.count + pl.goods_count;
	take_files(&plan, &pl.payload);
	take_files(&plan, &pl.tags);
	/* The plan outlives the input. */
	for (size_t i = 0; i < plan.count; i++) {
		if (plan.files[i].bytes.p)
			plan.files[i].bytes = bag_keep(a, plan.files[i].bytes);
	}
	code = bag_settle(a, &plan, err);
	if (!code)
		*ret = plan;
	return code;
}

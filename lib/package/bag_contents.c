/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * data/manifest.json of a bag that is being planned, and the check of what goes into it. */
#include <stdlib.h>

#include "json/json_reader.h"
#include "package/bag_planning.h"
#include "package/canonical.h"
#include "package/name.h"

static void put_or_null(struct json_writer *w, const char *key, struct sv text)
{
	if (text.n)
		json_kv_sv(w, key, text);
	else
		json_kv_null(w, key);
}

static void put_if(struct json_writer *w, const char *key, struct sv text)
{
	if (text.n)
		json_kv_sv(w, key, text);
}

static void put_organ(struct json_writer *w, const struct bag_organ *o, bool is_sender)
{
	json_obj_open(w);
	json_kv_sv(w, "code", o->code);
	json_kv_sv(w, "name", o->name);
	if (is_sender) {
		put_if(w, "uscc", o->uscc);
		put_if(w, "level", o->level);
		put_if(w, "contact", o->contact);
	}
	json_obj_close(w);
}

static void put_item(struct json_writer *w, const struct planned *p, bool is_document)
{
	const struct bag_item *item = p->item;
	json_obj_open(w);
	json_kv_sv(w, "path",
		   (struct sv){ p->path.p + strlen("data/"), p->path.n - strlen("data/") });
	json_kv_sv(w, "title", item->title);
	json_kv_sv(w, "type", item->type);
	put_or_null(w, "doc_no", item->doc_no);
	if (item->pages > 0)
		json_kv_i64(w, "pages", item->pages);
	put_if(w, "copy", item->copy);
	json_kv_i64(w, "size", (int64_t)p->sums.size);
	bag_put_hex(w, "sha256", p->sums.sha256, sizeof(p->sums.sha256));
	bag_put_hex(w, "sm3", p->sums.sm3, sizeof(p->sums.sm3));
	json_kv_sv(w, "mime", item->mime);
	if (!is_document && item->item > 0)
		json_kv_i64(w, "item", item->item);
	if (!is_document && item->custody.n)
		json_kv_rawtext(w, "custody", item->custody);
	json_obj_close(w);
}

static void put_list(struct json_writer *w, const char *key, const struct planned_list *list,
		     bool is_document)
{
	json_key(w, key);
	json_arr_open(w);
	for (size_t i = 0; i < list->count; i++)
		put_item(w, &list->files[i], is_document);
	json_arr_close(w);
}

static int compare_organs(const void *a, const void *b)
{
	const struct bag_organ *x = a, *y = b;
	int order = name_compare(x->code, y->code);
	return order ? order : name_compare(x->name, y->name);
}

static void put_copies(struct json_writer *w, const struct planning *pl)
{
	size_t n = pl->in->copy_count;
	struct bag_organ *sorted = arena_array(pl->arena, struct bag_organ, n + 1);
	if (n)
		memcpy(sorted, pl->in->copies, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_organs);
	json_key(w, "copies");
	json_arr_open(w);
	for (size_t i = 0; i < n; i++)
		put_organ(w, &sorted[i], false);
	json_arr_close(w);
}

static void put_raw(struct json_writer *w, const char *key, struct sv array)
{
	json_kv_rawtext(w, key, array.n ? array : SV("[]"));
}

static void put_manifest(struct str *draft, const struct planning *pl)
{
	const struct bag_input *in = pl->in;
	struct json_writer w;
	json_writer_init(&w, draft);
	json_obj_open(&w);
	json_kv_i64(&w, "v", 1);
	json_kv_sv(&w, "thread", in->thread);
	put_or_null(&w, "handoff_no", in->handoff_no);
	json_kv_sv(&w, "channel", in->channel);
	json_kv_i64(&w, "seq", in->seq);
	json_key(&w, "sender");
	put_organ(&w, &in->sender, true);
	json_key(&w, "addressee");
	put_organ(&w, &in->addressee, false);
	put_copies(&w, pl);
	put_or_null(&w, "case_no", in->case_no);
	put_or_null(&w, "case_name", in->case_name);
	put_or_null(&w, "basis", in->basis);
	put_raw(&w, "suspects", in->suspects);
	put_raw(&w, "offences", in->offences);
	put_raw(&w, "rule_ids", in->rule_ids);
	put_raw(&w, "amounts", in->amounts);
	put_raw(&w, "measures", in->measures);
	put_raw(&w, "prior_penalties", in->prior_penalties);
	json_kv_i64(&w, "law_version", in->law_version);
	json_kv_day(&w, "made_on", in->made_on);
	put_list(&w, "documents", &pl->documents, true);
	put_list(&w, "evidence", &pl->evidence, false);
	put_raw(&w, "goods", in->goods);
	put_list(&w, "media", &pl->media, false);
	json_obj_close(&w);
}

/* A reporter's identity must not leave by mistake. */
static enum err_code check_protected(const struct json_value *v, struct err *err)
{
	for (v = json_first(v); v; v = json_next(v)) {
		if (sv_starts_with(json_name(v), SV("reporter"))) {
			enum err_code code =
				err_set(err, ERR_INVALID, "protected-field",
					"%.*s 涉及举报人，不得放入移送包", SV_ARG(json_name(v)));
			err_field(err, "%.*s", SV_ARG(json_name(v)));
			return code;
		}
		enum err_code code = check_protected(v, err);
		if (code)
			return code;
	}
	return ERR_OK;
}

enum err_code bag_check_json(struct planning *pl, const char *member, struct sv text, bool is_array,
			     size_t *ret_count)
{
	struct json_doc *doc = NULL;
	if (text.n == 0)
		return ERR_OK;
	if (json_parse(pl->arena, text, &doc, NULL) ||
	    (is_array && json_type(json_root(doc)) != JSON_ARRAY))
		return bag_wrong_input(pl->err, member, is_array ? "不是 JSON 数组" : "不是 JSON");
	if (ret_count)
		*ret_count = json_count(json_root(doc));
	return check_protected(json_root(doc), pl->err);
}

/* As it must stand behind a label of bag-info.txt. */
static bool is_one_line(struct sv text)
{
	for (size_t i = 0; i < text.n; i++) {
		if ((unsigned char)text.p[i] < 0x20)
			return false;
	}
	return text.n == 0 || (text.p[0] != ' ' && text.p[text.n - 1] != ' ');
}

enum err_code bag_check_header(struct planning *pl)
{
	const struct bag_input *in = pl->in;
	const struct {
		const char *member;
		struct sv text;
	} arrays[] = {
		{ "suspects", in->suspects }, { "offences", in->offences },
		{ "rule_ids", in->rule_ids }, { "amounts", in->amounts },
		{ "measures", in->measures }, { "prior_penalties", in->prior_penalties },
	};
	enum err_code code = bag_check_json(pl, "goods", in->goods, true, &pl->goods_count);
	for (size_t i = 0; i < ARRAY_LEN(arrays) && !code; i++)
		code = bag_check_json(pl, arrays[i].member, arrays[i].text, true, NULL);
	if (code)
		return code;
	if (!record_thread_is_valid(in->thread))
		return bag_wrong_input(pl->err, "thread", "不是小写的 UUID");
	if (in->channel.n != 2 || in->channel.p[0] != 'c' || in->channel.p[1] < '1' ||
	    in->channel.p[1] > '9')
		return bag_wrong_input(pl->err, "channel", "不是 c1 到 c9");
	if (!is_one_line(in->handoff_no))
		return bag_wrong_input(pl->err, "handoff_no", "含有控制字符，或首尾有空格");
	if (in->seq < 1 || in->seq > BAG_SEQ_MAX)
		return bag_wrong_input(pl->err, "seq", "不在 1 到 99 之间");
	if (!crypto_code_is_valid(in->sender.code) || !in->sender.name.n)
		return bag_wrong_input(pl->err, "sender", "没有机关代码或名称");
	if (!crypto_code_is_valid(in->addressee.code) || !in->addressee.name.n)
		return bag_wrong_input(pl->err, "addressee", "没有机关代码或名称");
	if (in->made_on == DAY_NONE || in->made_on == DAY_MAX)
		return bag_wrong_input(pl->err, "made_on", "没有日期");
	if (in->readme.n == 0 || in->verifier.n == 0)
		return bag_wrong_input(pl->err, "readme", "或 verifier 是空的");
	return ERR_OK;
}

enum err_code bag_make_manifest(struct planning *pl, struct sv *ret)
{
	struct str draft = STR_INIT(BAG_TEXT_MAX), text = STR_INIT(BAG_TEXT_MAX);
	put_manifest(&draft, pl);
	enum err_code code = ERR_OK;
	if (draft.failed)
		code = err_set(pl->err, ERR_TOO_LARGE, "too-large", "移送包的 manifest.json 过大");
	if (!code)
		code = canonical_text(pl->arena, (struct sv){ str_cstr(&draft), draft.len }, &text,
				      pl->err);
	if (!code)
		*ret = (struct sv){ arena_strndup(pl->arena, str_cstr(&text), text.len), text.len };
	str_release(&draft);
	str_release(&text);
	return code;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Cuts: their form, whether they fit the text, and the text without them. */
#include "law/redaction.h"

#include <stdlib.h>

#include "base/text.h"
#include "law/redaction_internal.h"

static const struct redaction_info classes[REDACTION_CLASS_COUNT] = {
#define REDACTION(name, code_, zh_, mark_, keep_, article_) \
	[REDACTION_##name] = { .code = code_, .zh = zh_, .mark = mark_, .keep = keep_, .article = article_ },
#include "law/redaction.def"
#undef REDACTION
};

const struct redaction_info *redaction_info(enum redaction_class why)
{
	CHECK((unsigned)why < REDACTION_CLASS_COUNT);
	return &classes[why];
}

bool redaction_by_code(struct sv code, enum redaction_class *ret)
{
	for (size_t i = 0; i < REDACTION_CLASS_COUNT; i++) {
		if (sv_eq_str(code, classes[i].code) || sv_eq_str(code, classes[i].zh)) {
			*ret = (enum redaction_class)i;
			return true;
		}
	}
	return false;
}

/* ---- the field ---- */

static enum err_code refuse_form(struct err *err, size_t i, const char *member, const char *why)
{
	err_set(err, ERR_INVALID, "redaction-form", "第%zu处删节：%s", i + 1, why);
	err_field(err, "fields.cuts[%zu]%s%s", i, member[0] ? "." : "", member);
	return ERR_INVALID;
}

static enum err_code read_cut(const struct json_value *v, size_t i, struct redaction_cut *ret, struct err *err)
{
	static const char *const members[] = { "at", "len", "code", "note" };
	const struct json_value *note = json_get(v, "note");
	int64_t at, len;

	if (json_type(v) != JSON_OBJECT)
		return refuse_form(err, i, "", "须为对象");
	for (const struct json_value *m = json_first(v); m; m = json_next(m)) {
		bool known = false;
		for (size_t k = 0; k < ARRAY_LEN(members); k++)
			known = known || sv_eq_str(json_name(m), members[k]);
		if (!known)
			return refuse_form(err, i, "", "只有 at、len、code、note 四项");
	}
	if (!json_to_i64(json_get(v, "at"), &at) || at < 0 || at > REDACTION_TEXT_MAX)
		return refuse_form(err, i, "at", "at 须为从 0 起的字节位置");
	if (!json_to_i64(json_get(v, "len"), &len) || len <= 0 || len > REDACTION_TEXT_MAX)
		return refuse_form(err, i, "len", "len 须为大于 0 的字节数");
	if (note && json_type(note) != JSON_STRING && json_type(note) != JSON_NULL)
		return refuse_form(err, i, "note", "说明须为文字");
	if (text_count_chars(json_string(note)) > REDACTION_NOTE_MAX)
		return refuse_form(err, i, "note", "说明过长");
	*ret = (struct redaction_cut){ .at = (size_t)at, .len = (size_t)len, .note = note ? json_string(note).p : "" };
	if (!ret->note)
		ret->note = "";
	if (!redaction_by_code(json_string(json_get(v, "code")), &ret->why)) {
		err_set(err, ERR_INVALID, "redaction-code", "第%zu处删节的理由不在公示删节理由之列", i + 1);
		err_field(err, "fields.cuts[%zu].code", i);
		return ERR_INVALID;
	}
	return ERR_OK;
}

enum err_code redaction_read(struct arena *arena, struct sv json, struct redaction_cuts *ret, struct err *err)
{
	struct json_doc *doc;
	enum err_code code;
	size_t n = 0;

	*ret = (struct redaction_cuts){ .items = NULL };
	if (sv_trim(json).n == 0)
		return ERR_OK;
	code = json_parse(arena, json, &doc, err);
	if (code != ERR_OK) {
		err_field(err, "fields.cuts");
		return code;
	}
	const struct json_value *list = json_root(doc);
	if (json_type(list) != JSON_ARRAY || json_count(list) > REDACTION_CUTS_MAX) {
		err_set(err, ERR_INVALID, "redaction-form", "删节须为至多%d处的数组", REDACTION_CUTS_MAX);
		err_field(err, "fields.cuts");
		return ERR_INVALID;
	}
	struct redaction_cut *cuts = arena_array(arena, struct redaction_cut, json_count(list) + 1);
	for (const struct json_value *v = json_first(list); v; v = json_next(v), n++) {
		code = read_cut(v, n, &cuts[n], err);
		if (code != ERR_OK)
			return code;
	}
	*ret = (struct redaction_cuts){ cuts, n };
	return ERR_OK;
}

static int by_place(const void *a, const void *b)
{
	const struct redaction_cut *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->len < y->len ? -1 : x->len > y->len;
}

static void write_cut(struct json_writer *w, const struct redaction_cut *cut)
{
	json_obj_open(w);
	json_kv_i64(w, "at", (int64_t)cut->at);
	json_kv_i64(w, "len", (int64_t)cut->len);
	json_kv_str(w, "code", redaction_info(cut->why)->code);
	json_kv_str(w, "note", cut->note ? cut->note : "");
	json_obj_close(w);
}

/* Which of the cuts comes behind (at, len), in the order of places; for writing without sorting a copy. */
static const struct redaction_cut *next_in_order(const struct redaction_cuts *cuts, const struct redaction_cut *last)
{
	const struct redaction_cut *best = NULL;

	for (size_t i = 0; i < cuts->count; i++) {
		const struct redaction_cut *c = &cuts->items[i];
		if (last && (by_place(c, last) < 0 || (by_place(c, last) == 0 && c <= last)))
			continue;
		if (!best || by_place(c, best) < 0)
			best = c;
	}
	return best;
}

void redaction_write(struct json_writer *w, const struct redaction_cuts *cuts)
{
	json_arr_open(w);
	for (const struct redaction_cut *c = next_in_order(cuts, NULL); c; c = next_in_order(cuts, c))
		write_cut(w, c);
	json_arr_close(w);
}

/* ---- do the cuts fit the text? ---- */

static enum err_code refuse(struct err *err, size_t i, const char *rule, const char *what)
{
	err_set(err, ERR_INVALID, rule, "第%zu处删节%s", i + 1, what);
	err_field(err, "fields.cuts[%zu]", i);
	return ERR_INVALID;
}

/* Does a character begin at this byte (or the text end)? Units are in order, several may share a cluster. */
static bool is_border(const struct text_scan *scan, size_t at, size_t *from)
{
	size_t i = *from;

	if (at == scan->source.n)
		return true;
	while (i < scan->count && scan->units[i].at < at)
		i++;
	*from = i;
	return i < scan->count && scan->units[i].at == at;
}

static enum err_code check_places(const struct text_scan *scan, const struct redaction_cuts *cuts, struct err *err)
{
	size_t unit = 0, removed = 0, end = 0;

	for (size_t i = 0; i < cuts->count; i++) {
		const struct redaction_cut *c = &cuts->items[i];
		if (c->len == 0 || c->at > scan->source.n || c->len > scan->source.n - c->at)
			return refuse(err, i, "redaction-range", "超出决定书正文");
		if (i > 0 && c->at < end)
			return refuse(err, i, "redaction-overlap", "与前一处重叠");
		end = c->at + c->len;
		if (!is_border(scan, c->at, &unit) || !is_border(scan, end, &unit))
			return refuse(err, i, "redaction-character", "没有落在字与字之间");
		removed += c->len;
	}
	/* Blank lines around the cuts are no text either. */
	for (size_t i = 0, cut = 0; removed > 0 && i < scan->count; i++) {
		const struct text_unit *u = &scan->units[i];
		while (cut < cuts->count && cuts->items[cut].at + cuts->items[cut].len <= u->at)
			cut++;
		if ((cut == cuts->count || u->at < cuts->items[cut].at) && u->kind == TEXT_LETTER)
			return ERR_OK;
	}
	if (removed == 0)
		return ERR_OK;
	err_set(err, ERR_INVALID, "redaction-all", "删节后没有剩下任何内容");
	err_detail(err, "整份决定不宜公开的，应按不予公开办理，并说明理由。");
	err_field(err, "fields.cuts");
	return ERR_INVALID;
}

/* ---- the six items ---- */

struct item_check {
	struct arena *arena;
	const struct redaction_key *original, *published;
	const struct redaction_cuts *cuts;
	const struct text_scan *scan;
	struct err *err;
	bool full;
};

/* The first cut that takes a part of this occurrence. */
static size_t cut_of(const struct item_check *c, size_t at, size_t n)
{
	size_t from = c->scan->units[c->original->unit[at]].at, to = c->scan->units[c->original->unit[at + n - 1]].end;

	for (size_t i = 0; i < c->cuts->count; i++) {
		if (c->cuts->items[i].at < to && c->cuts->items[i].at + c->cuts->items[i].len > from)
			return i;
	}
	return 0;
}

/* Stands in the approved text, and nowhere in what is left. */
static bool is_removed(struct item_check *c, const char *text, size_t *ret_cut)
{
	struct redaction_key key;
	size_t at;

	if (!text || !text[0])
		return false;
	if (!redaction_key_of(c->arena, sv_of(text), &key)) {
		c->full = true;
		return false;
	}
	at = redaction_key_find(c->original, 0, &key);
	if (at == SIZE_MAX || redaction_key_find(c->published, 0, &key) != SIZE_MAX)
		return false;
	*ret_cut = cut_of(c, at, key.n);
	return true;
}

static enum err_code check_item(struct item_check *c, const char *text, const char *zh)
{
	size_t cut;

	if (is_removed(c, text, &cut)) {
		err_set(c->err, ERR_INVALID, "redaction-item", "第%zu处删节去掉了摘要中的%s", cut + 1, zh);
		err_article(c->err, "市场监督管理行政处罚信息公示规定第四条");
		err_field(c->err, "fields.cuts[%zu]", cut);
		return ERR_INVALID;
	}
	return c->full ? err_set(c->err, ERR_TOO_LARGE, "redaction-text", "决定书正文过长") : ERR_OK;
}

/* 二〇二六年九月二十三日: digits of the year one by one, month and day as they are said. */
static const char *date_in_words(struct arena *arena, struct ymd d)
{
	static const char *const digits[] = { "〇", "一", "二", "三", "四", "五", "六", "七", "八", "九" };
	const char *parts[2];
	int numbers[2] = { d.month, d.day };

	for (int i = 0; i < 2; i++) {
		int tens = numbers[i] / 10, ones = numbers[i] % 10;
		parts[i] = arena_printf(arena, "%s%s%s", tens > 1 ? digits[tens] : "", tens ? "十" : "",
					ones ? digits[ones] : "");
	}
	return arena_printf(arena, "%s%s%s%s年%s月%s日", digits[d.year / 1000], digits[d.year / 100 % 10],
			    digits[d.year / 10 % 10], digits[d.year % 10], parts[0], parts[1]);
}

/* One of the forms is enough, whichever it was. */
static enum err_code check_date(struct item_check *c, day_t day)
{
	struct ymd d = day_to_ymd(day);
	const char *forms[] = {
		arena_printf(c->arena, "%d年%d月%d日", d.year, d.month, d.day),
		date_in_words(c->arena, d),
		arena_printf(c->arena, "%04d-%02d-%02d", d.year, d.month, d.day),
	};
	enum err_code code = ERR_OK;
	struct redaction_key key;

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (!redaction_key_of(c->arena, sv_of(forms[i]), &key) ||
		    redaction_key_find(c->published, 0, &key) != SIZE_MAX)
			return ERR_OK;
	}
	for (size_t i = 0; i < ARRAY_LEN(forms) && code == ERR_OK; i++)
		code = check_item(c, forms[i], "决定日期");
	return code;
}

static enum err_code check_items(struct arena *arena, const struct text_scan *scan, const struct redaction_cuts *cuts,
				 const struct redaction_items *items, struct err *err)
{
	struct redaction_key original, left;
	const char *published = redaction_apply(arena, scan->source, cuts);
	struct item_check c = { .arena = arena, .original = &original, .published = &left, .cuts = cuts, .scan = scan,
				.err = err };
	enum err_code code;

	if (!published || !redaction_key(arena, scan, &original) || !redaction_key_of(arena, sv_of(published), &left))
		return err_set(err, ERR_TOO_LARGE, "redaction-text", "决定书正文过长");
	code = check_item(&c, items->decision_no, "决定书文号");
	for (size_t i = 0; code == ERR_OK && items->parties && items->parties[i]; i++)
		code = check_item(&c, items->parties[i], "当事人名称");
	if (code == ERR_OK)
		code = check_item(&c, items->violation, "违法行为类型");
	if (code == ERR_OK)
		code = check_item(&c, items->penalty, "行政处罚内容");
	if (code == ERR_OK)
		code = check_item(&c, items->organ, "作出机关名称");
	if (code == ERR_OK && items->decided_on != DAY_NONE)
		code = check_date(&c, items->decided_on);
	return code;
}

enum err_code redaction_check(struct arena *arena, struct sv original, struct redaction_cuts *cuts,
			      const struct redaction_items *items, struct err *err)
{
	struct text_scan scan;
	enum err_code code;

	if (original.n == 0 || original.n > REDACTION_TEXT_MAX || !text_scan(arena, original, &scan))
		return err_set(err, ERR_INVALID, "redaction-text", "决定书正文为空、过长或者不是有效的UTF-8文字");
	struct redaction_cut *sorted = arena_array(arena, struct redaction_cut, cuts->count + 1);
	if (cuts->count > 0)
		memcpy(sorted, cuts->items, cuts->count * sizeof(*sorted));
	qsort(sorted, cuts->count, sizeof(*sorted), by_place);
	cuts->items = sorted;
	code = check_places(&scan, cuts, err);
	if (code == ERR_OK && items && cuts->count > 0)
		code = check_items(arena, &scan, cuts, items, err);
	return code;
}

/* ---- the published text ---- */

const char *redaction_clean(struct arena *arena, struct sv text)
{
	return text_visible(arena, text);
}

/* Bytes of the first `chars` characters. */
static size_t kept_bytes(struct sv text, int chars)
{
	size_t n = 0;

	for (; chars > 0 && n < text.n; chars--) {
		n++;
		while (n < text.n && ((unsigned char)text.p[n] & 0xC0) == 0x80)
			n++;
	}
	return n;
}

const char *redaction_apply(struct arena *arena, struct sv original, const struct redaction_cuts *cuts)
{
	struct str out = STR_INIT((size_t)REDACTION_TEXT_MAX * 4);
	const char *published = NULL;
	size_t at = 0;

	for (size_t i = 0; i < cuts->count; i++) {
		const struct redaction_cut *c = &cuts->items[i];
		const struct redaction_info *info = redaction_info(c->why);
		struct sv cut = { original.p + c->at, c->len };
		CHECK(c->at >= at && c->at + c->len <= original.n);
		str_append(&out, original.p + at, c->at - at);
		str_append(&out, cut.p, kept_bytes(cut, info->keep));
		str_append_cstr(&out, info->mark);
		at = c->at + c->len;
	}
	str_append(&out, original.p + at, original.n - at);
	if (!out.failed)
		published = redaction_clean(arena, (struct sv){ str_cstr(&out), out.len });
	str_release(&out);
	return published;
}

/* ---- the log ---- */

static void write_version(struct json_writer *w, const char *name, size_t bytes, const char *sha256)
{
	json_key(w, name);
	json_obj_open(w);
	json_kv_i64(w, "bytes", (int64_t)bytes);
	json_kv_str(w, "sha256", sha256);
	json_obj_close(w);
}

void redaction_log_write(struct json_writer *w, const struct redaction_log *log, const struct redaction_cuts *cuts)
{
	int64_t counts[REDACTION_CLASS_COUNT] = { 0 };

	for (size_t i = 0; i < cuts->count; i++)
		counts[cuts->items[i].why]++;
	json_obj_open(w);
	json_kv_str(w, "by", log->by);
	json_kv_day(w, "on", log->on);
	write_version(w, "original", log->original_bytes, log->original_sha256);
	write_version(w, "published", log->published_bytes, log->published_sha256);
	json_key(w, "classes");
	json_arr_open(w);
	for (size_t i = 0; i < REDACTION_CLASS_COUNT; i++) {
		if (counts[i] == 0)
			continue;
		json_obj_open(w);
		json_kv_str(w, "code", classes[i].code);
		json_kv_str(w, "zh", classes[i].zh);
		json_kv_i64(w, "count", counts[i]);
		json_kv_str(w, "article", classes[i].article);
		json_obj_close(w);
	}
	json_arr_close(w);
	json_key(w, "cuts");
	redaction_write(w, cuts);
	json_obj_close(w);
}

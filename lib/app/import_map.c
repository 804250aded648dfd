/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/import_map.h"

#include <stdio.h>

#include "base/text.h"
#include "json/json_writer.h"
#include "law/ident.h"

enum {
	YEAR_MIN = 1980,
	TEXT_BYTES = 128 * 1024,
	WORDS_SHOWN = 24,
	SHOWN_BYTES = 60, /* of a value in a message */
};

struct mapper {
	struct arena *arena;
	const struct import_map *map;
	const struct json_value *object;
	struct facts *facts;
	struct import_errors *errors;
	struct str notes; /* what is real but fits no field: "名称：文字；..." */
};

/* ---- errors ---- */

void import_error_add(struct import_errors *errors, struct arena *arena, const struct err *err)
{
	const char *field = err->field;

	if (strncmp(field, "fields.", 7) == 0)
		field += 7;
	if (errors->count == IMPORT_ERRORS_MAX)
		return;
	errors->at[errors->count++] = (struct import_error){ .field = arena_strdup(arena, field),
							     .rule = arena_strdup(arena, err->rule),
							     .message = arena_strdup(arena, err->message) };
}

static void add_error(struct mapper *m, const char *member, const char *rule, const char *message)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_INVALID, rule, "%s", message);
	err_field(&err, "%s", member);
	import_error_add(m->errors, m->arena, &err);
}

/* A value for a message, cut at a character. */
static const char *show(struct mapper *m, struct sv text)
{
	size_t n = text.n;

	if (n > SHOWN_BYTES) {
		for (n = SHOWN_BYTES; n > 0 && ((unsigned char)text.p[n] & 0xC0) == 0x80;)
			n--;
	}
	return arena_printf(m->arena, "%.*s%s", (int)n, text.p, n < text.n ? "…" : "");
}

static void wrong_type(struct mapper *m, const char *member, const char *expected, const struct json_value *v)
{
	add_error(m, member, "field-type",
		  arena_printf(m->arena, "“%s”应为%s，收到的是%s", member, expected, json_type_zh(json_type(v))));
}

/* What a field's own decoder refuses, under the member's name. */
static void decoder_error(struct mapper *m, const char *member, const struct err *err)
{
	struct err named = *err;

	err_field(&named, "%s", member);
	import_error_add(m->errors, m->arena, &named);
}

/* ---- members ---- */

static bool blank(struct sv text)
{
	return sv_trim(text).n == 0;
}

/* NULL when it was not published: absent, null, "" or []. */
static const struct json_value *member(const struct mapper *m, const char *name)
{
	const struct json_value *v = json_get(m->object, name);
	enum json_type type = json_type(v);

	if (type == JSON_NULL || (type == JSON_STRING && blank(json_string(v))) ||
	    (type == JSON_ARRAY && json_count(v) == 0))
		return NULL;
	return v;
}

static void decode(struct mapper *m, const char *name, const struct json_value *v, enum field field)
{
	struct err err = ERR_INIT;

	if (field_decode(m->arena, m->map->words, field, v, m->map->today, &m->facts->at[field], &err) != ERR_OK)
		decoder_error(m, name, &err);
}

/* A value that we made ourselves, through the field's decoder all the same. */
static void decode_made(struct mapper *m, const char *name, const struct str *json, enum field field)
{
	struct json_doc *doc;
	struct err err = ERR_INIT;

	if (json->failed || json_parse(m->arena, (struct sv){ json->p, json->len }, &doc, &err) != ERR_OK) {
		add_error(m, name, "too-large", arena_printf(m->arena, "“%s”内容太大", name));
		return;
	}
	decode(m, name, json_root(doc), field);
}

static void decode_made_text(struct mapper *m, const char *name, struct sv text, enum field field)
{
	struct str json = STR_INIT(TEXT_BYTES * 2);
	struct json_writer w;

	json_writer_init(&w, &json);
	json_str(&w, text);
	decode_made(m, name, &json, field);
	str_release(&json);
}

static void note(struct mapper *m, const char *what, struct sv text)
{
	str_printf(&m->notes, "%s%s：%.*s", m->notes.len ? "；" : "", what, SV_ARG(text));
}

static void map_text(struct mapper *m, const char *name, enum field field)
{
	const struct json_value *v = member(m, name);

	if (v)
		decode(m, name, v, field);
}

static void check_text(struct mapper *m, const char *name)
{
	const struct json_value *v = member(m, name);

	if (v && json_type(v) != JSON_STRING)
		wrong_type(m, name, "文字", v);
}

/* ---- dates ---- */

/* "2024" or "2024-07": a real statement, but no date. */
static bool shortened_date(struct sv text)
{
	if (text.n != 4 && text.n != 7)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		bool digit = text.p[i] >= '0' && text.p[i] <= '9';
		if (i == 4 ? text.p[i] != '-' : !digit)
			return false;
	}
	int month = text.n == 7 ? (text.p[5] - '0') * 10 + text.p[6] - '0' : 1;
	return month >= 1 && month <= 12;
}

static void map_date(struct mapper *m, const char *name, enum field field)
{
	const struct json_value *v = member(m, name);
	size_t errors = m->errors->count;

	if (!v)
		return;
	if (json_type(v) == JSON_STRING && shortened_date(json_string(v))) {
		note(m, field_info(field)->zh, json_string(v));
		return;
	}
	decode(m, name, v, field);
	if (m->errors->count == errors && fact_has(m->facts, field) && fact_day(m->facts, field) > m->map->today) {
		fact_clear(m->facts, field);
		add_error(m, name, "in-the-future",
			  arena_printf(m->arena, "“%s”不能晚于今天", field_info(field)->zh));
	}
}

/* ---- amounts ---- */

static void map_money(struct mapper *m, const char *name, enum field field)
{
	const struct json_value *v = member(m, name);
	int64_t fen;

	if (!v)
		return;
	if (sv_eq_str(json_string(v), MONEY_UNCOMPUTABLE_WORD)) { /* a value, and never zero */
		fact_set_num(m->facts, field, MONEY_UNCOMPUTABLE);
		return;
	}
	if (json_type(v) != JSON_NUMBER) {
		wrong_type(m, name, "以元为单位的数字或“" MONEY_UNCOMPUTABLE_WORD "”", v);
		return;
	}
	if (import_fen_of(json_number_text(v), &fen)) {
		fact_set_num(m->facts, field, fen);
		return;
	}
	add_error(m, name, "money-format",
		  arena_printf(m->arena, "“%s”应为以元为单位、最多两位小数、不超过十万亿的数，收到的是%s",
			       field_info(field)->zh, json_number_text(v).p));
}

/* ---- lists ---- */

static bool check_list(struct mapper *m, const char *name, const struct json_value *v)
{
	size_t i = 0;

	if (json_type(v) != JSON_ARRAY) {
		wrong_type(m, name, "列表", v);
		return false;
	}
	for (const struct json_value *item = json_first(v); item; item = json_next(item), i++) {
		if (json_type(item) == JSON_STRING && !blank(json_string(item)))
			continue;
		wrong_type(m, arena_printf(m->arena, "%s[%zu]", name, i), "不为空的文字", item);
		return false;
	}
	return true;
}

/* Each text once: a publication may repeat itself, a list fact may not. */
static void map_list(struct mapper *m, const char *name, enum field field)
{
	const struct json_value *v = member(m, name);
	struct str json = STR_INIT(TEXT_BYTES * 2);
	struct json_writer w;

	if (!v || !check_list(m, name, v))
		return;
	json_writer_init(&w, &json);
	json_arr_open(&w);
	for (const struct json_value *item = json_first(v); item; item = json_next(item)) {
		bool again = false;
		for (const struct json_value *e = json_first(v); e != item && !again; e = json_next(e))
			again = sv_eq(sv_trim(json_string(e)), sv_trim(json_string(item)));
		if (!again)
			json_str(&w, json_string(item));
	}
	json_arr_close(&w);
	decode_made(m, name, &json, field);
	str_release(&json);
}

static void map_basis(struct mapper *m)
{
	const struct json_value *v = member(m, "legal_basis");
	struct str text = STR_INIT(TEXT_BYTES);

	if (!v || !check_list(m, "legal_basis", v))
		return;
	for (const struct json_value *item = json_first(v); item; item = json_next(item))
		str_printf(&text, "%s%.*s", text.len ? "；" : "", SV_ARG(sv_trim(json_string(item))));
	decode_made_text(m, "legal_basis", (struct sv){ text.p, text.len }, FIELD_BASIS);
	str_release(&text);
}

/* ---- source ---- */

static bool has(struct sv text, const char *word)
{
	return text.n > 0 && memmem(text.p, text.n, word, strlen(word)) != NULL;
}

/* First match wins. 投诉举报 is one channel: what concerns enforcement in it is the 举报. */
static const struct {
	const char *word, *source;
} sources[] = {
	{ "移送", "其他部门移送" },	{ "协助调查", "其他部门移送" }, { "协查", "其他部门移送" },
	{ "交办", "上级交办" },	{ "督办", "上级交办" },		{ "指定管辖", "上级交办" },
	{ "举报", "举报" },		{ "投诉", "投诉" },		{ "网络监测", "其他" },
	{ "检查", "监督检查" },	{ "抽检", "监督检查" },		{ "抽查", "监督检查" },
	{ "双随机", "监督检查" },
};

const char *import_source_of(struct sv published)
{
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		if (has(published, sources[i].word))
			return sources[i].source;
	}
	return "其他";
}

static void map_source(struct mapper *m)
{
	const struct json_value *v = member(m, "clue_source");
	const char *source;

	if (!v)
		return;
	if (json_type(v) != JSON_STRING) {
		wrong_type(m, "clue_source", "文字", v);
		return;
	}
	source = import_source_of(json_string(v));
	decode_made_text(m, "clue_source", sv_of(source), FIELD_SOURCE);
	if (!sv_eq_str(sv_trim(json_string(v)), source))
		decode(m, "clue_source", v, FIELD_SOURCE_DETAIL);
}

/* ---- campaign ---- */

static void map_campaign(struct mapper *m)
{
	const struct json_value *v = member(m, "campaign");
	struct str json = STR_INIT(TEXT_BYTES);
	struct json_writer w;
	const char *code;

	if (!v)
		return;
	if (json_type(v) != JSON_STRING) {
		wrong_type(m, "campaign", "文字", v);
		return;
	}
	code = import_campaign_of(m->arena, m->map->campaigns, m->map->campaign_count, json_string(v),
				  fact_num(m->facts, FIELD_YEAR));
	json_writer_init(&w, &json);
	json_arr_open(&w);
	json_str(&w, code ? sv_of(code) : json_string(v));
	json_arr_close(&w);
	decode_made(m, "campaign", &json, FIELD_CAMPAIGNS);
	str_release(&json);
}

/* ---- parties ---- */

/* A code that passes its check, for the only party; else a note and NULL. */
static const char *party_code(struct mapper *m, size_t parties)
{
	const struct json_value *v = member(m, "uscc");
	const char *code;

	if (!v)
		return NULL;
	if (json_type(v) != JSON_STRING) {
		wrong_type(m, "uscc", "文字", v);
		return NULL;
	}
	if (ident_uscc(m->arena, json_string(v), &code, NULL, NULL) != ERR_OK) {
		note(m, "统一社会信用代码（未通过校验）", json_string(v));
		return NULL;
	}
	if (parties != 1) {
		note(m, "统一社会信用代码（当事人未写明）", json_string(v));
		return NULL;
	}
	return code;
}

/* One word of the list says what all parties are; anything else ("企业+自然人", "多户(18户)") is kept as text. */
static const char *party_kind(struct mapper *m, size_t parties)
{
	const struct json_value *v = member(m, "party_kind");
	const char *kind;

	if (!v)
		return NULL;
	if (json_type(v) != JSON_STRING) {
		wrong_type(m, "party_kind", "文字", v);
		return NULL;
	}
	kind = vocabulary_find(m->map->words, "当事人类型", json_string(v));
	if (!kind || parties == 0) {
		note(m, "当事人类型", json_string(v));
		return NULL;
	}
	return kind;
}

static void write_party(struct json_writer *w, struct sv name, const char *kind, const char *code)
{
	json_obj_open(w);
	json_kv_sv(w, "name", name);
	if (kind)
		json_kv_str(w, "kind", kind);
	if (code)
		json_kv_str(w, "uscc", code);
	json_obj_close(w);
}

/* parties[] where it was published, for party_name then only joins the same names. */
static void map_parties(struct mapper *m)
{
	const struct json_value *list = member(m, "parties"), *name = member(m, "party_name");
	size_t n = list ? json_count(list) : name ? 1 : 0;
	struct str json = STR_INIT(TEXT_BYTES);
	struct json_writer w;

	check_text(m, "party_name");
	if (list && !check_list(m, "parties", list))
		return;
	const char *code = party_code(m, n), *kind = party_kind(m, n);
	if (n == 0 || (!list && json_type(name) != JSON_STRING))
		return;
	json_writer_init(&w, &json);
	json_arr_open(&w);
	if (!list)
		write_party(&w, json_string(name), kind, code);
	for (const struct json_value *v = json_first(list); v; v = json_next(v))
		write_party(&w, json_string(v), kind, code);
	json_arr_close(&w);
	decode_made(m, list ? "parties" : "party_name", &json, FIELD_PARTIES);
	str_release(&json);
}

/* ---- the rest ---- */

static void map_ip_type(struct mapper *m)
{
	const struct json_value *v = member(m, "ip_type");
	const char *words[WORDS_SHOWN];
	struct str list = STR_INIT(TEXT_BYTES);

	if (!v)
		return;
	if (json_type(v) != JSON_STRING) {
		wrong_type(m, "ip_type", "文字", v);
		return;
	}
	if (vocabulary_find(m->map->words, "知识产权类型", json_string(v))) {
		decode(m, "ip_type", v, FIELD_IP_TYPE);
		return;
	}
	size_t n = vocabulary_list(m->map->words, "知识产权类型", words, ARRAY_LEN(words));
	for (size_t i = 0; i < n; i++)
		str_printf(&list, "%s%s", i ? "、" : "", words[i]);
	add_error(m, "ip_type", "not-in-list",
		  arena_printf(m->arena, "没有“%s”这一知识产权类型，可选：%s", show(m, json_string(v)),
			       str_cstr(&list)));
	str_release(&list);
}

static void map_year(struct mapper *m)
{
	const struct json_value *v = member(m, "year");
	int64_t year = YEAR_MIN;

	if (v && json_to_i64(v, &year) && year < YEAR_MIN)
		add_error(m, "year", "out-of-range",
			  arena_printf(m->arena, "“年度”不能早于%d，收到的是%lld", YEAR_MIN, (long long)year));
	else if (v)
		decode(m, "year", v, FIELD_YEAR);
}

static void map_goods(struct mapper *m)
{
	const struct json_value *goods = member(m, "goods"), *quantity = member(m, "goods_qty");
	struct sv amount = json_type(quantity) == JSON_NUMBER ? json_number_text(quantity) : json_string(quantity);

	if (!goods || json_type(goods) != JSON_STRING || amount.n == 0) {
		if (goods)
			decode(m, "goods", goods, FIELD_GOODS);
		if (amount.n > 0)
			note(m, "数量", amount);
		return;
	}
	decode_made_text(m, "goods",
			 sv_of(arena_printf(m->arena, "%.*s（%.*s）", SV_ARG(sv_trim(json_string(goods))),
					    SV_ARG(sv_trim(amount)))),
			 FIELD_GOODS);
}

/* Amounts published as "about" or "more than" are no exact figures: say so. */
static void map_approx(struct mapper *m)
{
	const struct json_value *v = member(m, "approx");
	struct str names = STR_INIT(TEXT_BYTES);

	if (!v || !check_list(m, "approx", v))
		return;
	for (const struct json_value *item = json_first(v); item; item = json_next(item))
		str_printf(&names, "%s%.*s", names.len ? "、" : "", SV_ARG(json_string(item)));
	note(m, "原文为约数的金额", (struct sv){ names.p, names.len });
	str_release(&names);
}

/* The summary, and behind it what had no field. The notes are a convenience (the original has everything), so
 * they never make a row fail: too long or not printable, they are left out. */
static void map_summary(struct mapper *m)
{
	const struct json_value *v = member(m, "facts");
	struct sv own = sv_trim(json_string(v));
	struct import_errors *errors = m->errors, tried = { .count = 0 };
	struct str text = STR_INIT(TEXT_BYTES);

	if (v && json_type(v) != JSON_STRING) {
		wrong_type(m, "facts", "文字", v);
		return;
	}
	if (m->notes.len > 0 && !m->notes.failed) {
		str_printf(&text, "%.*s%s【原文另载】%s。", SV_ARG(own), own.n ? "\n" : "", str_cstr(&m->notes));
		m->errors = &tried;
		decode_made_text(m, "facts", (struct sv){ text.p, text.len }, FIELD_FACTS_TEXT);
		m->errors = errors;
	}
	if (own.n > 0 && !fact_has(m->facts, FIELD_FACTS_TEXT))
		decode(m, "facts", v, FIELD_FACTS_TEXT);
	str_release(&text);
}

/* ---- the whole object ---- */

static const struct {
	const char *name;
	enum field field;
} dates[] = {
	{ "discovery_date", FIELD_DISCOVERED_ON }, { "filed_date", FIELD_FILED_ON },
	{ "decision_date", FIELD_DECIDED_ON },	   { "closed_date", FIELD_CLOSED_ON },
	{ "publish_date", FIELD_PUBLISHED_ON },
}, amounts[] = {
	{ "goods_value", FIELD_GOODS_VALUE },	   { "illegal_turnover", FIELD_TURNOVER },
	{ "illegal_income", FIELD_INCOME },	   { "sales_amount", FIELD_SALES },
	{ "purchase_amount", FIELD_PURCHASE },	   { "fine", FIELD_FINE },
	{ "confiscated_income", FIELD_CONFISCATED_INCOME },
}, texts[] = {
	{ "agency", FIELD_AGENCY },		   { "ip_subtype", FIELD_CAUSE },
	{ "decision_no", FIELD_DECISION_NO_PUBLISHED }, { "confiscation", FIELD_CONFISCATED_GOODS },
}, lists[] = {
	{ "right_no", FIELD_RIGHT_NO },		   { "outcome", FIELD_OUTCOMES_PUBLISHED },
};

static void map_police(struct mapper *m)
{
	const struct json_value *v = member(m, "transferred_to_police");

	if (v && json_type(v) != JSON_BOOL)
		wrong_type(m, "transferred_to_police", "true或者false", v);
}

const char *import_map_key(struct arena *arena, const struct json_value *object, struct err *ret_err)
{
	const struct json_value *v = json_get(object, "id");
	struct fact fact;

	if (json_type(object) != JSON_OBJECT) {
		err_set(ret_err, ERR_INVALID, "field-type", "一行应为一个对象，收到的是%s",
			json_type_zh(json_type(object)));
		return NULL;
	}
	if (json_type(v) == JSON_NULL) {
		err_set(ret_err, ERR_INVALID, "required", "缺少“id”，不能识别是哪一个案件");
	} else if (field_decode(arena, NULL, FIELD_ORIGINAL_KEY, v, 0, &fact, ret_err) == ERR_OK) {
		return fact.text;
	}
	err_field(ret_err, "id");
	return NULL;
}

bool import_map_facts(struct arena *arena, const struct import_map *map, const struct json_value *object,
		      struct facts *ret, struct import_errors *errors)
{
	struct mapper m = { .arena = arena, .map = map, .object = object, .facts = ret, .errors = errors,
			    .notes = STR_INIT(TEXT_BYTES) };
	struct err err = ERR_INIT;

	*ret = (struct facts){ .at = { { .set = false } } };
	*errors = (struct import_errors){ .count = 0 };
	const char *key = import_map_key(arena, object, &err);
	if (!key) {
		import_error_add(errors, arena, &err);
		return false;
	}
	fact_set_text(ret, FIELD_ORIGINAL_KEY, key);
	map_year(&m);
	map_campaign(&m);
	map_source(&m);
	map_ip_type(&m);
	map_parties(&m);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		map_text(&m, texts[i].name, texts[i].field);
	for (size_t i = 0; i < ARRAY_LEN(dates); i++)
		map_date(&m, dates[i].name, dates[i].field);
	for (size_t i = 0; i < ARRAY_LEN(amounts); i++)
		map_money(&m, amounts[i].name, amounts[i].field);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		map_list(&m, lists[i].name, lists[i].field);
	map_basis(&m);
	map_goods(&m);
	map_approx(&m);
	check_text(&m, "region");
	map_police(&m);
	map_summary(&m);
	str_release(&m.notes);
	return errors->count == 0;
}

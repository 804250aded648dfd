/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Decoding of fields that come from outside. Strict: a value is either exactly what the field takes
 * or refused with the field's name, what is expected and what came. */
#include "law/field.h"

#include <stdio.h>

#include "base/text.h"
#include "law/book.h"
#include "law/ident.h"

enum {
	ITEM_CHARS = 300, /* one text of a list */
	ITEMS_MAX = 200,  /* when the table names no limit */
	ACCOUNT_NAME_MAX = 40,
	CHOICES_SHOWN = 10,
	SHOWN_BYTES = 60, /* of a value in a message */
	OUTPUT_MAX = 1 << 20,
};

static const int64_t MONEY_MAX_FEN = INT64_C(1000000000000000);

struct decoder {
	struct arena *arena;
	const struct vocabulary *words;
	day_t today;
	struct err *err;
	const char *name; /* behind "fields." */
	const char *zh;
};

/* --- messages ------------------------------------------------------------------------------ */

static enum err_code refuse(const struct decoder *d, const char *rule, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

static enum err_code refuse(const struct decoder *d, const char *rule, const char *fmt, ...)
{
	/* Larger than any message: err_set cuts at a character, vsnprintf would not. */
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(d->err, ERR_INVALID, rule, "“%s”%s", d->zh, text);
	err_field(d->err, "fields.%s", d->name);
	return ERR_INVALID;
}

static enum err_code no_memory(const struct decoder *d)
{
	err_set(d->err, ERR_TOO_LARGE, "memory", "“%s”内容太大", d->zh);
	err_field(d->err, "fields.%s", d->name);
	return ERR_TOO_LARGE;
}

struct shown {
	char text[SHOWN_BYTES + 4];
};

/* A value for a message, cut at a character. */
static struct shown show(struct sv value)
{
	struct shown s = { "" };
	size_t n = value.n;

	if (n > SHOWN_BYTES) {
		n = SHOWN_BYTES;
		while (n > 0 && ((unsigned char)value.p[n] & 0xC0) == 0x80)
			n--;
	}
	if (n > 0)
		memcpy(s.text, value.p, n);
	if (n < value.n)
		memcpy(s.text + n, "…", sizeof("…"));
	return s;
}

static enum err_code wrong_type(const struct decoder *d, const struct json_value *v,
				const char *expected)
{
	return refuse(d, "field-type", "应为%s，收到的是%s", expected, json_type_zh(json_type(v)));
}

/* --- texts --------------------------------------------------------------------------------- */

/* C0 but for line feed and tab, DEL, C1 (U+0080..009F). */
static bool has_control(const char *text)
{
	const unsigned char *u = (const unsigned char *)text;

	for (; *u; u++) {
		if ((*u < 0x20 && *u != '\n' && *u != '\t') || *u == 0x7F ||
		    (u[0] == 0xC2 && u[1] >= 0x80 && u[1] <= 0x9F))
			return true;
	}
	return false;
}

static enum err_code decode_text(const struct decoder *d, const struct json_value *v, int64_t max,
				 const char **ret)
{
	if (json_type(v) != JSON_STRING)
		return wrong_type(d, v, "文字");
	char *text = text_nfc(d->arena, json_string(v));
	if (!text)
		return no_memory(d);
	if (has_control(text))
		return refuse(d, "text-control", "含有控制字符（只可以有换行和制表符）");
	struct sv trimmed = sv_trim(sv_of(text));
	if (trimmed.n == 0)
		return refuse(d, "text-empty", "不能为空");
	size_t chars = text_count_chars(trimmed);
	if (max > 0 && chars > (size_t)max)
		return refuse(d, "text-too-long", "最多%lld个字，现有%zu个字", (long long)max,
			      chars);
	size_t start = (size_t)(trimmed.p - text);
	text[start + trimmed.n] = '\0';
	*ret = text + start;
	return ERR_OK;
}

static enum err_code not_in_list(const struct decoder *d, const char *list, const char *word)
{
	const char *words[CHOICES_SHOWN + 1];
	size_t count = vocabulary_list(d->words, list, words, ARRAY_LEN(words));
	char choices[CHOICES_SHOWN * (sizeof(struct shown) + 4)] = "";
	size_t len = 0;

	for (size_t i = 0; i < count && i < CHOICES_SHOWN; i++) {
		int n = snprintf(choices + len, sizeof(choices) - len, "%s%s", i ? "、" : "",
				 show(sv_of(words[i])).text);
		len += (size_t)n;
	}
	return refuse(d, "not-in-list", "没有“%s”这一项，可选：%s%s", show(sv_of(word)).text,
		      choices, count > CHOICES_SHOWN ? "等" : "");
}

static enum err_code decode_choice(const struct decoder *d, const struct json_value *v,
				   const char *list, const char **ret)
{
	const char *typed;
	enum err_code code = decode_text(d, v, 0, &typed);
	if (code != ERR_OK)
		return code;
	const char *word = vocabulary_find(d->words, list, sv_of(typed));
	if (!word)
		return not_in_list(d, list, typed);
	/* Copied, so that facts never borrow from a law book that may be replaced. */
	*ret = arena_try_strndup(d->arena, word, strlen(word));
	return *ret ? ERR_OK : no_memory(d);
}

static enum err_code decode_account(const struct decoder *d, const struct json_value *v,
				    const char **ret)
{
	if (json_type(v) != JSON_STRING)
		return wrong_type(d, v, "账号名");
	struct sv name = json_string(v);
	bool ok = name.n > 0 && name.n <= ACCOUNT_NAME_MAX;
	for (size_t i = 0; i < name.n && ok; i++) {
		char c = name.p[i];
		ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
		     c == '-';
	}
	if (!ok)
		return refuse(d, "account-name",
			      "应为账号名（小写字母、数字、“_”“.”“-”，最多%d个），收到的是“%s”",
			      ACCOUNT_NAME_MAX, show(name).text);
	*ret = arena_try_strndup(d->arena, name.p, name.n);
	return *ret ? ERR_OK : no_memory(d);
}

/* --- numbers and dates --------------------------------------------------------------------- */

static day_t first_day(void)
{
	day_t d;
	bool known = day_from_ymd(1980, 1, 1, &d);
	CHECK(known);
	return d;
}

static bool is_iso_shape(struct sv text)
{
	static const char shape[] = "0000-00-00";

	if (text.n != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		bool digit = text.p[i] >= '0' && text.p[i] <= '9';
		if (shape[i] == '0' ? !digit : text.p[i] != '-')
			return false;
	}
	return true;
}

static enum err_code decode_date(const struct decoder *d, const struct json_value *v, int64_t *ret)
{
	if (json_type(v) != JSON_STRING)
		return wrong_type(d, v, "日期（如2026-09-23）");
	struct sv text = json_string(v);
	day_t day;
	if (!is_iso_shape(text))
		return refuse(d, "date-format", "应为年-月-日（如2026-09-23），收到的是“%s”",
			      show(text).text);
	if (!day_parse_iso(text, &day))
		return refuse(d, "date-impossible", "不能是%.*s：没有这一天", SV_ARG(text));
	if (day < first_day())
		return refuse(d, "date-too-early", "不能早于1980-01-01，收到的是%.*s",
			      SV_ARG(text));
	*ret = day;
	return ERR_OK;
}

static enum err_code decode_instant(const struct decoder *d, const struct json_value *v,
				    int64_t *ret)
{
	static const char expected[] = "带时区的时刻（如2026-09-23T09:30:00+08:00）";

	if (json_type(v) != JSON_STRING)
		return wrong_type(d, v, expected);
	instant_t at;
	if (!instant_parse(json_string(v), &at))
		return refuse(d, "instant-format", "应为%s，收到的是“%s”", expected,
			      show(json_string(v)).text);
	if (instant_to_day(at) < first_day())
		return refuse(d, "date-too-early", "不能早于1980年");
	*ret = at;
	return ERR_OK;
}

static enum err_code decode_bool(const struct decoder *d, const struct json_value *v, int64_t *ret)
{
	if (json_type(v) != JSON_BOOL)
		return wrong_type(d, v, "true或者false");
	*ret = json_is_true(v);
	return ERR_OK;
}

static enum err_code decode_int(const struct decoder *d, const struct json_value *v, int64_t max,
				int64_t *ret)
{
	int64_t n;

	if (json_type(v) != JSON_NUMBER)
		return wrong_type(d, v, "整数");
	if (!json_to_i64(v, &n))
		return refuse(d, "not-an-integer", "应为整数，收到的是%s",
			      show(json_number_text(v)).text);
	if (n < 0 || n > max)
		return refuse(d, "out-of-range", "应在0至%lld之间，收到的是%lld", (long long)max,
			      (long long)n);
	*ret = n;
	return ERR_OK;
}

/* Digits only and no leading zero: one spelling for each number. */
static bool plain_number(struct sv text, int64_t *ret)
{
	if (text.n == 0 || text.p[0] < '0' || text.p[0] > '9')
		return false;
	return (text.n == 1 || text.p[0] != '0') && sv_to_i64(text, ret);
}

static enum err_code decode_money(const struct decoder *d, const struct json_value *v, int64_t *ret)
{
	static const char expected[] = "以分为单位的整数，或者“" MONEY_UNCOMPUTABLE_WORD "”";
	enum json_type type = json_type(v);
	struct sv text = type == JSON_STRING ? json_string(v) : json_number_text(v);
	int64_t fen;

	if (type != JSON_STRING && type != JSON_NUMBER)
		return wrong_type(d, v, expected);
	if (type == JSON_STRING && sv_eq_str(text, MONEY_UNCOMPUTABLE_WORD)) {
		*ret = MONEY_UNCOMPUTABLE;
		return ERR_OK;
	}
	if (!plain_number(text, &fen))
		return refuse(d, "money-format", "应为%s，收到的是“%s”", expected, show(text).text);
	if (fen > MONEY_MAX_FEN)
		return refuse(d, "money-too-large", "不能超过十万亿元，收到的是%lld分",
			      (long long)fen);
	*ret = fen;
	return ERR_OK;
}

static enum err_code decode_matter(const struct decoder *d, const struct json_value *v,
				   int64_t *ret)
{
	static const char expected[] = "案件或线索的id（数字组成的字符串）";

	if (json_type(v) != JSON_STRING)
		return wrong_type(d, v, expected);
	if (!plain_number(json_string(v), ret) || *ret == 0)
		return refuse(d, "matter-id", "应为%s，收到的是“%s”", expected,
			      show(json_string(v)).text);
	return ERR_OK;
}

/* --- lists --------------------------------------------------------------------------------- */

static enum err_code check_count(const struct decoder *d, const struct json_value *v, int64_t max)
{
	if (json_type(v) != JSON_ARRAY)
		return wrong_type(d, v, "列表");
	if (max <= 0)
		max = ITEMS_MAX;
	if (json_count(v) == 0)
		return refuse(d, "list-empty", "至少要有一项");
	if (json_count(v) > (size_t)max)
		return refuse(d, "list-too-long", "最多%lld项，现有%zu项", (long long)max,
			      json_count(v));
	return ERR_OK;
}

static enum err_code keep_output(const struct decoder *d, const struct json_writer *w,
				 const char **ret)
{
	*ret = json_writer_ok(w) ? arena_try_strndup(d->arena, w->out->p, w->out->len) : NULL;
	return *ret ? ERR_OK : no_memory(d);
}

/* CHOICES when `list` is a vocabulary, else LIST. */
static enum err_code decode_list(const struct decoder *d, const struct json_value *v, int64_t max,
				 const char *list, const char **ret)
{
	enum err_code code = check_count(d, v, max);
	if (code != ERR_OK)
		return code;

	size_t count = 0;
	const char **items = arena_try_array(d->arena, const char *, json_count(v));
	if (!items)
		return no_memory(d);
	CLEANUP(str_release) struct str out = STR_INIT(OUTPUT_MAX);
	struct json_writer w;
	json_writer_init(&w, &out);
	json_arr_open(&w);
	for (v = json_first(v); v; v = json_next(v)) {
		char name[64];
		struct decoder item = *d;
		snprintf(name, sizeof(name), "%s[%zu]", d->name, count);
		item.name = name;
		code = list[0] ? decode_choice(&item, v, list, &items[count])
			       : decode_text(&item, v, ITEM_CHARS, &items[count]);
		if (code != ERR_OK)
			return code;
		for (size_t k = 0; k < count; k++)
			if (strcmp(items[k], items[count]) == 0)
				return refuse(&item, "list-double", "重复了“%s”",
					      show(sv_of(items[count])).text);
		json_cstr(&w, items[count++]);
	}
	json_arr_close(&w);
	return keep_output(d, &w, ret);
}

/* --- parties and goods --------------------------------------------------------------------- */

enum member_kind { MEMBER_TEXT, MEMBER_PARTY_KIND, MEMBER_USCC, MEMBER_ID, MEMBER_INT };

struct member {
	const char *name;
	const char *zh;
	enum member_kind kind;
	int64_t max;
	bool required;
};

/* What one object of a list is made of, in the order in which it is stored. */
struct object_type {
	const char *example;
	const struct member *members;
	size_t count;
};

static const struct member party_members[] = {
	{ "name", "当事人名称", MEMBER_TEXT, 300, true },
	{ "kind", "当事人类型", MEMBER_PARTY_KIND, 0, false },
	{ "role", "当事人地位", MEMBER_TEXT, 60, false },
	{ "uscc", "统一社会信用代码", MEMBER_USCC, 60, false },
	{ "id_number", "身份证件号码", MEMBER_ID, 60, false },
	{ "representative", "法定代表人（负责人、经营者）", MEMBER_TEXT, 200, false },
	{ "address", "住所（住址）", MEMBER_TEXT, 500, false },
	{ "phone", "联系电话", MEMBER_TEXT, 60, false },
};

/* The columns of the goods list (涉案物品清单) and of the hand-over sheet. */
static const struct member goods_members[] = {
	{ "item", "序号", MEMBER_TEXT, 20, true },
	{ "name", "物品名称", MEMBER_TEXT, 200, true },
	{ "brand", "品牌（商标）", MEMBER_TEXT, 100, false },
	{ "spec", "型号规格", MEMBER_TEXT, 200, false },
	{ "unit", "单位", MEMBER_TEXT, 60, false },
	{ "quantity", "数量", MEMBER_INT, 1000000000, true },
	{ "handed", "实际移交数量", MEMBER_INT, 1000000000, false },
	{ "reason", "差异原因", MEMBER_TEXT, 300, false },
	{ "condition", "特征和状况", MEMBER_TEXT, 300, false },
	{ "value_fen", "价值", MEMBER_INT, INT64_C(1000000000000000), false },
	{ "measure_no", "强制措施文书号", MEMBER_TEXT, 120, false },
	{ "place", "存放地点", MEMBER_TEXT, 300, false },
	{ "custodian", "保管人", MEMBER_TEXT, 200, false },
	{ "seal_no", "封签号", MEMBER_TEXT, 120, false },
};

static const struct object_type party_type = { "对象（含name等）", party_members, ARRAY_LEN(party_members) };
static const struct object_type goods_type = { "对象（含item、name、quantity等）", goods_members,
					       ARRAY_LEN(goods_members) };

size_t field_columns(enum field_type type, struct field_column *ret, size_t max)
{
	static const char *const types[] = { [MEMBER_TEXT] = "text", [MEMBER_PARTY_KIND] = "choice", [MEMBER_USCC] = "uscc",
					     [MEMBER_ID] = "citizen", [MEMBER_INT] = "int" };
	const struct object_type *object = type == FIELD_TYPE_PARTIES ? &party_type
					   : type == FIELD_TYPE_GOODS ? &goods_type : NULL;
	size_t n = 0;

	for (; object && n < object->count && n < max; n++) {
		const struct member *m = &object->members[n];
		bool money = strcmp(m->name, "value_fen") == 0;
		ret[n] = (struct field_column){ .name = m->name, .zh = m->zh, .type = money ? "money" : types[m->kind],
						.list = m->kind == MEMBER_PARTY_KIND ? "当事人类型" : "", .max = m->max,
						.required = m->required };
	}
	return n;
}

static enum err_code decode_member(const struct decoder *d, const struct member *m, const struct json_value *v,
				   struct json_writer *w)
{
	const char *text = NULL;
	int64_t number;
	enum err_code code;

	if (m->kind == MEMBER_INT) {
		code = decode_int(d, v, m->max, &number);
		if (code == ERR_OK)
			json_kv_i64(w, m->name, number);
		return code;
	}
	code = m->kind == MEMBER_PARTY_KIND ? decode_choice(d, v, "当事人类型", &text)
					    : decode_text(d, v, m->max, &text);
	if (code != ERR_OK)
		return code;
	if (m->kind == MEMBER_USCC)
		code = ident_uscc(d->arena, sv_of(text), &text, NULL, d->err);
	else if (m->kind == MEMBER_ID)
		code = ident_citizen(d->arena, sv_of(text), d->today, &text, d->err);
	if (code != ERR_OK)
		err_field(d->err, "fields.%s", d->name);
	else
		json_kv_str(w, m->name, text);
	return code;
}

static enum err_code check_keys(const struct decoder *d, const struct object_type *type,
				const struct json_value *object)
{
	if (json_type(object) != JSON_OBJECT)
		return wrong_type(d, object, type->example);
	for (const struct json_value *v = json_first(object); v; v = json_next(v)) {
		bool known = false;
		for (size_t i = 0; i < type->count && !known; i++)
			known = sv_eq_str(json_name(v), type->members[i].name);
		if (known)
			continue;
		char name[128];
		CLEANUP(str_release) struct str names = STR_INIT(1024);
		struct decoder member = *d;
		snprintf(name, sizeof(name), "%s.%s", d->name, show(json_name(v)).text);
		member.name = name;
		for (size_t i = 0; i < type->count; i++)
			str_printf(&names, "%s%s", i ? "、" : "", type->members[i].name);
		return refuse(&member, "unknown-field", "没有“%s”这一字段，可用：%s", show(json_name(v)).text,
			      str_cstr(&names));
	}
	return ERR_OK;
}

static enum err_code decode_object(const struct decoder *d, const struct object_type *type,
				   const struct json_value *object, struct json_writer *w)
{
	enum err_code code = check_keys(d, type, object);

	if (code != ERR_OK)
		return code;
	json_obj_open(w);
	for (size_t i = 0; i < type->count; i++) {
		const struct member *m = &type->members[i];
		const struct json_value *v = json_get(object, m->name);
		char name[96];
		struct decoder member = *d;
		snprintf(name, sizeof(name), "%s.%s", d->name, m->name);
		member.name = name;
		member.zh = m->zh;
		if (!v && m->required)
			return refuse(&member, "required", "必须填写");
		if (!v)
			continue;
		code = decode_member(&member, m, v, w);
		if (code != ERR_OK)
			return code;
	}
	json_obj_close(w);
	return ERR_OK;
}

static enum err_code decode_objects(const struct decoder *d, const struct object_type *type,
				    const struct json_value *v, int64_t max, const char **ret)
{
	enum err_code code = check_count(d, v, max);
	if (code != ERR_OK)
		return code;

	CLEANUP(str_release) struct str out = STR_INIT(OUTPUT_MAX);
	struct json_writer w;
	size_t i = 0;
	json_writer_init(&w, &out);
	json_arr_open(&w);
	for (v = json_first(v); v; v = json_next(v), i++) {
		char name[64];
		struct decoder object = *d;
		snprintf(name, sizeof(name), "%s[%zu]", d->name, i);
		object.name = name;
		code = decode_object(&object, type, v, &w);
		if (code != ERR_OK)
			return code;
	}
	json_arr_close(&w);
	return keep_output(d, &w, ret);
}

/* The number of a line names it in every later paper: it must be the only one. */
static enum err_code check_items(const struct decoder *d, const struct json_value *list)
{
	for (const struct json_value *a = json_first(list); a; a = json_next(a)) {
		for (const struct json_value *b = json_next(a); b; b = json_next(b)) {
			if (sv_eq(sv_trim(json_string(json_get(a, "item"))), sv_trim(json_string(json_get(b, "item")))))
				return refuse(d, "double-item", "序号“%s”重复",
					      show(json_string(json_get(a, "item"))).text);
		}
	}
	return ERR_OK;
}

static enum err_code decode_goods(const struct decoder *d, const struct json_value *v, int64_t max, const char **ret)
{
	enum err_code code = decode_objects(d, &goods_type, v, max, ret);

	return code == ERR_OK ? check_items(d, v) : code;
}

/* --- fields -------------------------------------------------------------------------------- */

static enum err_code decode_value(const struct decoder *d, const struct field_info *info,
				  const struct json_value *v, struct fact *ret)
{
	switch (info->type) {
	case FIELD_TYPE_TEXT:
	case FIELD_TYPE_DOCNO:
		return decode_text(d, v, info->max, &ret->text);
	case FIELD_TYPE_DATE:
		return decode_date(d, v, &ret->num);
	case FIELD_TYPE_INSTANT:
		return decode_instant(d, v, &ret->num);
	case FIELD_TYPE_BOOL:
		return decode_bool(d, v, &ret->num);
	case FIELD_TYPE_INT:
		return decode_int(d, v, info->max, &ret->num);
	case FIELD_TYPE_MONEY:
		return decode_money(d, v, &ret->num);
	case FIELD_TYPE_CHOICE:
		return decode_choice(d, v, info->list, &ret->text);
	case FIELD_TYPE_CHOICES:
	case FIELD_TYPE_LIST:
		return decode_list(d, v, info->max, info->list, &ret->text);
	case FIELD_TYPE_ACCOUNT:
		return decode_account(d, v, &ret->text);
	case FIELD_TYPE_MATTER:
		return decode_matter(d, v, &ret->num);
	case FIELD_TYPE_PARTIES:
		return decode_objects(d, &party_type, v, info->max, &ret->text);
	case FIELD_TYPE_GOODS:
		return decode_goods(d, v, info->max, &ret->text);
	case FIELD_TYPE_JSON:
		break;
	}
	return refuse(d, "not-from-outside", "由系统生成，不能填写");
}

enum err_code field_decode(struct arena *arena, const struct vocabulary *words, enum field field,
			   const struct json_value *value, day_t today, struct fact *ret,
			   struct err *err)
{
	const struct field_info *info = field_info(field);
	struct decoder d = {
		.arena = arena,
		.words = words,
		.today = today,
		.err = err,
		.name = info->name,
		.zh = info->zh,
	};
	struct fact fact = { .set = true };
	enum err_code code = decode_value(&d, info, value, &fact);

	if (code == ERR_OK)
		*ret = fact;
	return code;
}

enum { ACT_FIELDS_MAX = 40 };

static enum err_code not_taken(struct sv name, const enum field *allowed, size_t count,
			       struct err *err)
{
	struct str names = STR_INIT(sizeof(((struct err *)NULL)->detail) * 4);

	for (size_t i = 0; i < count; i++)
		if (allowed[i] < FIELD_COUNT)
			str_printf(&names, "%s%s", names.len ? "、" : "",
				   field_info(allowed[i])->name);
	err_set(err, ERR_INVALID, "unknown-field", "此步骤没有字段“%s”", show(name).text);
	err_field(err, "fields.%s", show(name).text);
	if (count > ACT_FIELDS_MAX) /* the caller does not know the act yet */
		err_detail(err, "这一步骤有哪些字段，见可办事项（next）。");
	else
		err_detail(err, "可用的字段：%s。", names.len ? str_cstr(&names) : "无");
	str_release(&names);
	return ERR_INVALID;
}

enum err_code field_decode_object(struct arena *arena, const struct vocabulary *words,
				  const struct json_value *object, const enum field *allowed,
				  size_t count, day_t today, struct facts *ret, struct err *err)
{
	struct facts facts = { .at = { { .set = false } } };

	if (json_type(object) != JSON_OBJECT) {
		err_set(err, ERR_INVALID, "field-type", "fields应为对象，收到的是%s",
			json_type_zh(json_type(object)));
		err_field(err, "fields");
		return ERR_INVALID;
	}
	for (const struct json_value *v = json_first(object); v; v = json_next(v)) {
		enum field field;
		bool taken = false;
		if (field_by_name(json_name(v), &field))
			for (size_t i = 0; i < count && !taken; i++)
				taken = allowed[i] == field;
		if (!taken)
			return not_taken(json_name(v), allowed, count, err);
		enum err_code code =
			field_decode(arena, words, field, v, today, &facts.at[field], err);
		if (code != ERR_OK)
			return code;
	}
	*ret = facts;
	return ERR_OK;
}

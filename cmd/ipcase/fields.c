/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Words to typed JSON, see fields.h. */
#include "fields.h"

#include "base/text.h"
#include "values.h"

enum { FIELD_MAX_BYTES = 4 << 20 };

enum kind {
	KIND_TEXT,
	KIND_DATE,
	KIND_INSTANT,
	KIND_BOOL,
	KIND_INT,
	KIND_MONEY,
	KIND_CHOICE,
	KIND_CHOICES,
	KIND_LIST,
	KIND_ACCOUNT,
	KIND_MATTER,
	KIND_DOCNO,
	KIND_PARTIES,
	KIND_GOODS,
	KIND_JSON,
};

/* Names of the types in the API, in the order of enum kind. */
static const struct {
	const char *name, *zh;
} kinds[] = {
	{ "text", "文字" },      { "date", "日期" },    { "instant", "时间" },
	{ "bool", "是/否" },     { "int", "整数" },     { "money", "金额" },
	{ "choice", "选一" },    { "choices", "选多" }, { "list", "多项" },
	{ "account", "账号" },   { "matter", "编号" },  { "docno", "文号" },
	{ "parties", "当事人" }, { "goods", "物品清单" }, { "json", "JSON" },
};

/* The product's own field list: the same file that the server is made from. */
#define FIELD_TYPE(type) KIND_##type
#define FIELD(id, json, label, type, list, max, flags) { json, label, FIELD_TYPE(type) },
static const struct {
	const char *name, *zh;
	enum kind kind;
} known_fields[] = {
#include "law/field.def"
};
#undef FIELD

struct field {
	const char *name; /* as sent */
	enum kind kind;
	bool in_yuan;                     /* named without its _fen */
	const struct json_value *choices; /* or NULL */
};

/* One member of the object under construction. */
struct entry {
	struct entry *next;
	struct field field;
	const char *json;       /* a single value */
	struct item *items;     /* or the items of a list */
	struct object *objects; /* or of parties */
};

struct item {
	struct item *next;
	const char *json;
};

struct object {
	struct object *next;
	int64_t number;       /* 1 for party, 2 for party2 */
	struct item *members; /* "\"name\":\"value\"" */
};

struct build {
	struct arena *arena;
	const struct json_value *table;
	struct entry *entries;
	struct err *err;
};

static bool name_fits(struct sv word, struct sv name, struct sv zh, bool *ret_in_yuan)
{
	*ret_in_yuan = false;
	if (sv_eq(word, name))
		return true;
	bool fen = name.n > 4 && memcmp(name.p + name.n - 4, "_fen", 4) == 0;
	/* The label says 罚款金额, not how it is stored: people mean yuan. */
	*ret_in_yuan = fen;
	if (sv_eq(word, zh))
		return true;
	return fen && sv_eq(word, (struct sv){ name.p, name.n - 4 });
}

static enum kind kind_of_type(struct sv type, struct sv name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (sv_eq_str(type, kinds[i].name))
			return (enum kind)i;
	}
	bool fen = name.n > 4 && memcmp(name.p + name.n - 4, "_fen", 4) == 0;
	return fen ? KIND_MONEY : KIND_TEXT;
}

/* Exact names first: goods=... must not become goods_fen. */
static bool find_in_table(const struct build *b, struct sv word, bool exact, struct field *ret)
{
	const struct json_value *v;
	for (v = json_first(b->table); v; v = json_next(v)) {
		struct sv name = json_string(json_get(v, "name"));
		bool in_yuan = false;
		if (!name_fits(word, name, json_string(json_get(v, "zh")), &in_yuan))
			continue;
		if (exact && !sv_eq(word, name))
			continue;
		*ret = (struct field){ .name = name.p,
				       .kind = kind_of_type(json_string(json_get(v, "type")), name),
				       .in_yuan = in_yuan,
				       .choices = json_get(v, "choices") };
		return true;
	}
	return false;
}

static bool find_known(struct sv word, bool exact, struct field *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(known_fields); i++) {
		struct sv name = sv_of(known_fields[i].name);
		bool in_yuan = false;
		if (!name_fits(word, name, sv_of(known_fields[i].zh), &in_yuan))
			continue;
		if (exact && !sv_eq(word, name))
			continue;
		*ret = (struct field){ .name = name.p,
				       .kind = known_fields[i].kind,
				       .in_yuan = in_yuan };
		return true;
	}
	return false;
}

static struct field find_field(const struct build *b, struct sv word)
{
	struct field field;
	if (find_in_table(b, word, true, &field) || find_known(word, true, &field) ||
	    find_in_table(b, word, false, &field) || find_known(word, false, &field))
		return field;
	/* Unknown here: the server decides, and names the field if it refuses. */
	return (struct field){ .name = arena_strndup(b->arena, word.p, word.n),
			       .kind = kind_of_type(SV(""), word) };
}

static const char *json_text(struct arena *arena, struct sv text)
{
	struct str out = STR_INIT(text.n * 6 + 16);
	struct json_writer w;
	json_writer_init(&w, &out);
	json_str(&w, text);
	const char *copy = arena_strndup(arena, out.p, out.len);
	str_release(&out);
	return copy;
}

static enum err_code money_json(const struct build *b, const struct field *field, struct sv text,
				const char **ret)
{
	int64_t fen = 0;
	struct sv t = sv_trim(text);
	if (sv_eq_str(t, "不能计算") || sv_eq_str(t, "无法计算")) {
		*ret = "\"不能计算\"";
		return ERR_OK;
	}
	enum err_code code = field->in_yuan ? value_money(b->arena, text, &fen, b->err)
					    : value_integer(b->arena, text, &fen, b->err);
	if (!code && fen < 0)
		code = err_set(b->err, ERR_INVALID, "money", "金额不能是负数");
	if (code && !field->in_yuan)
		err_detail(b->err, "%s 以分为单位；以元为单位请去掉名称末尾的 _fen", field->name);
	if (!code)
		*ret = arena_printf(b->arena, "%lld", (long long)fen);
	return code;
}

/* The value of the choice that was named by its value or by its Chinese word. */
static struct sv choice_value(const struct field *field, struct sv text)
{
	const struct json_value *v;
	for (v = json_first(field->choices); v; v = json_next(v)) {
		struct sv value = json_string(json_get(v, "value"));
		if (sv_eq(text, value) || sv_eq(text, json_string(json_get(v, "zh"))))
			return value;
	}
	return text; /* the server lists what is possible */
}

static enum err_code single_json(const struct build *b, const struct field *field, struct sv text,
				 const char **ret)
{
	enum err_code code = ERR_OK;
	char buf[40];
	day_t day = DAY_NONE;
	instant_t at = INSTANT_NONE;
	int64_t number = 0;
	bool yes = false;
	switch (field->kind) {
	case KIND_DATE:
		code = value_day(b->arena, text, &day, b->err);
		if (!code)
			day_format(day, buf);
		break;
	case KIND_INSTANT:
		code = value_instant(b->arena, text, &at, b->err);
		if (!code)
			instant_format(at, buf);
		break;
	case KIND_BOOL:
		code = value_bool(b->arena, text, &yes, b->err);
		*ret = yes ? "true" : "false";
		return code;
	case KIND_INT:
		code = value_integer(b->arena, text, &number, b->err);
		*ret = arena_printf(b->arena, "%lld", (long long)number);
		return code;
	case KIND_MONEY:
		return money_json(b, field, text, ret);
	case KIND_CHOICE:
	case KIND_CHOICES:
		*ret = json_text(b->arena, choice_value(field, sv_trim(text)));
		return ERR_OK;
	case KIND_TEXT:
	case KIND_LIST:
	case KIND_ACCOUNT:
	case KIND_MATTER:
	case KIND_DOCNO:
	case KIND_PARTIES:
	case KIND_GOODS:
	case KIND_JSON:
		*ret = json_text(b->arena, text);
		return ERR_OK;
	}
	if (!code)
		*ret = json_text(b->arena, sv_of(buf));
	return code;
}

static struct entry *entry_of(struct build *b, struct field field, bool *ret_fresh)
{
	struct entry **at = &b->entries;
	*ret_fresh = false;
	for (; *at; at = &(*at)->next) {
		if (strcmp((*at)->field.name, field.name) == 0)
			return *at;
	}
	*at = arena_new(b->arena, struct entry);
	(*at)->field = field;
	*ret_fresh = true;
	return *at;
}

static void append_item(struct arena *arena, struct item **list, const char *json)
{
	while (*list)
		list = &(*list)->next;
	*list = arena_new(arena, struct item);
	(*list)->json = json;
}

static enum err_code add_value(struct build *b, struct sv name, struct sv text, bool raw)
{
	struct field field = find_field(b, name);
	bool fresh = false;
	struct entry *entry = entry_of(b, field, &fresh);
	bool many = field.kind == KIND_LIST || field.kind == KIND_CHOICES;
	if (!fresh && (raw || !many || entry->json))
		return err_set(b->err, ERR_INVALID, "usage", "字段 %s 写了两次", field.name);
	if (raw) {
		struct json_doc *doc = NULL;
		enum err_code code = json_parse(b->arena, text, &doc, b->err);
		entry->json = arena_strndup(b->arena, text.p, text.n);
		return code;
	}
	if (!many)
		return single_json(b, &field, text, &entry->json);
	struct sv piece = { NULL, 0 };
	while (value_list_next(&text, &piece)) {
		const char *json = NULL;
		enum err_code code = single_json(b, &field, piece, &json);
		if (code)
			return code;
		append_item(b->arena, &entry->items, json);
	}
	return ERR_OK;
}

/* The members of goods that count something are numbers. */
static const char *member_json(struct build *b, enum kind kind, struct sv member, struct sv text)
{
	static const char *const numbers[] = { "quantity", "handed", "value_fen" };
	int64_t number;

	for (size_t i = 0; kind == KIND_GOODS && i < ARRAY_LEN(numbers); i++) {
		if (sv_eq_str(member, numbers[i]) && sv_to_i64(text, &number))
			return arena_printf(b->arena, "%lld", (long long)number);
	}
	return json_text(b->arena, text);
}

/* party.name=..., party2.name=...: member of the first or second object of "parties"; goods_list.item=... likewise. */
static enum err_code add_member(struct build *b, struct sv name, struct sv text)
{
	const char *dot = memchr(name.p, '.', name.n);
	struct sv list = { name.p, (size_t)(dot - name.p) };
	struct sv member = { dot + 1, name.n - list.n - 1 };
	size_t digits = 0;
	while (digits < list.n && list.p[list.n - 1 - digits] >= '0' &&
	       list.p[list.n - 1 - digits] <= '9')
		digits++;
	int64_t number = 1;
	struct sv number_text = { list.p + list.n - digits, digits };
	list.n -= digits;
	if ((digits > 0 && (!sv_to_i64(number_text, &number) || number < 1 || number > 999)) ||
	    list.n == 0 || member.n == 0 || memchr(member.p, '.', member.n))
		return err_set(b->err, ERR_INVALID, "usage",
			       "“%.*s”写法不对，请写成 party.name=… 或 party2.name=…",
			       SV_ARG(name));
	if (sv_eq_str(list, "party") || sv_eq_str(list, "当事人"))
		list = SV("parties");
	bool fresh = false;
	struct entry *entry = entry_of(b, find_field(b, list), &fresh);
	if (entry->json || entry->items)
		return err_set(b->err, ERR_INVALID, "usage", "字段 %.*s 写了两次", SV_ARG(list));
	struct object **at = &entry->objects;
	while (*at && (*at)->number < number)
		at = &(*at)->next;
	if (!*at || (*at)->number != number) {
		struct object *object = arena_new(b->arena, struct object);
		object->number = number;
		object->next = *at;
		*at = object;
	}
	const char *key = json_text(b->arena, member);
	for (const struct item *m = (*at)->members; m; m = m->next) {
		if (strncmp(m->json, key, strlen(key)) == 0)
			return err_set(b->err, ERR_INVALID, "usage", "字段 %.*s 写了两次",
				       SV_ARG(name));
	}
	append_item(b->arena, &(*at)->members,
		    arena_printf(b->arena, "%s:%s", key, member_json(b, entry->field.kind, member, text)));
	return ERR_OK;
}

static enum err_code add_word(struct build *b, const char *word)
{
	const char *equals = strchr(word, '=');
	if (!equals || equals == word)
		return err_set(b->err, ERR_INVALID, "usage", "“%s”应写成 字段=值", word);
	if (!text_is_valid_utf8(sv_of(word)))
		return err_set(b->err, ERR_INVALID, "utf-8", "参数不是 UTF-8 文字");
	bool raw = equals - word > 1 && equals[-1] == ':';
	struct sv name = sv_trim((struct sv){ word, (size_t)(equals - word) - (raw ? 1 : 0) });
	struct sv text = sv_of(equals + 1);
	bool member = !raw && memchr(name.p, '.', name.n);
	enum err_code code = member ? add_member(b, name, text) : add_value(b, name, text, raw);
	if (code && b->err && !b->err->field[0] && strcmp(b->err->rule, "usage") != 0)
		err_field(b->err, "%.*s", SV_ARG(name));
	return code;
}

static void write_items(struct json_writer *w, const struct item *items, char open, char close)
{
	struct str out = STR_INIT(FIELD_MAX_BYTES);
	str_append_char(&out, open);
	for (const struct item *i = items; i; i = i->next) {
		str_append_cstr(&out, i->json);
		if (i->next)
			str_append_char(&out, ',');
	}
	str_append_char(&out, close);
	json_rawtext(w, (struct sv){ out.p, out.len });
	str_release(&out);
}

static void write_entry(struct json_writer *w, const struct entry *entry)
{
	json_key(w, entry->field.name);
	if (entry->json) {
		json_rawtext(w, sv_of(entry->json));
	} else if (entry->objects) {
		json_arr_open(w);
		for (const struct object *o = entry->objects; o; o = o->next)
			write_items(w, o->members, '{', '}');
		json_arr_close(w);
	} else {
		write_items(w, entry->items, '[', ']');
	}
}

enum err_code fields_write(struct arena *arena, const char *const *words, size_t count,
			   const struct json_value *table, const struct json_value *file,
			   struct json_writer *w, struct err *err)
{
	struct err local = ERR_INIT;
	struct build b = { .arena = arena, .table = table, .err = err ? err : &local };
	for (size_t i = 0; i < count; i++) {
		enum err_code code = add_word(&b, words[i]);
		if (code)
			return code;
	}
	json_obj_open(w);
	for (const struct json_value *v = json_first(file); v; v = json_next(v)) {
		bool replaced = false;
		for (const struct entry *e = b.entries; e; e = e->next)
			replaced = replaced || sv_eq_str(json_name(v), e->field.name);
		if (replaced)
			continue;
		json_key_sv(w, json_name(v));
		json_write_value(w, v);
	}
	for (const struct entry *e = b.entries; e; e = e->next)
		write_entry(w, e);
	json_obj_close(w);
	return ERR_OK;
}

/* Members of the API's replies that are not fields of acts. */
static const struct {
	const char *name, *zh;
} other_labels[] = {
	{ "name", "名称" },
	{ "kind", "类型" },
	{ "role", "身份" },
	{ "uscc", "统一社会信用代码" },
	{ "id_number", "身份证件号码" },
	{ "representative", "法定代表人(负责人、经营者)" },
	{ "address", "住所(住址)" },
	{ "phone", "联系电话" },
	{ "procedure", "程序" },
	{ "state", "状态" },
	{ "opened_on", "开始日期" },
	{ "due", "到期" },
	{ "number", "文号" },
	{ "goods", "物品" },
};

const char *field_label(struct arena *arena, struct sv name)
{
	for (size_t i = 0; i < ARRAY_LEN(known_fields); i++) {
		if (sv_eq_str(name, known_fields[i].name))
			return known_fields[i].zh;
	}
	for (size_t i = 0; i < ARRAY_LEN(other_labels); i++) {
		if (sv_eq_str(name, other_labels[i].name))
			return other_labels[i].zh;
	}
	return arena_strndup(arena, name.p, name.n);
}

const char *field_type_label(struct sv type)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (sv_eq_str(type, kinds[i].name))
			return kinds[i].zh;
	}
	return "";
}

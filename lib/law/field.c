/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The table of fields, and fact sets: access, stored form, parties. What comes from outside is
 * decoded in field_decode.c. */
#include "law/field.h"

/* --- the table ----------------------------------------------------------------------------- */

#define TRANSIENT FIELD_FLAG_TRANSIENT
#define PROTECTED FIELD_FLAG_PROTECTED
#define ENGINE FIELD_FLAG_ENGINE
static const struct field_info infos[FIELD_COUNT] = {
#define FIELD(id, json_name, label, field_type, vocabulary, most, flag_bits) \
	[FIELD_##id] = { \
		.name = json_name, \
		.zh = label, \
		.type = FIELD_TYPE_##field_type, \
		.list = vocabulary, \
		.max = most, \
		.flags = flag_bits, \
	},
#include "law/field.def"
#undef FIELD
};
#undef TRANSIENT
#undef PROTECTED
#undef ENGINE

const struct field_info *field_info(enum field f)
{
	CHECK(f < FIELD_COUNT);
	return &infos[f];
}

const char *field_type_name(enum field_type t)
{
	switch (t) {
	case FIELD_TYPE_TEXT:
		return "text";
	case FIELD_TYPE_DATE:
		return "date";
	case FIELD_TYPE_INSTANT:
		return "instant";
	case FIELD_TYPE_BOOL:
		return "bool";
	case FIELD_TYPE_INT:
		return "int";
	case FIELD_TYPE_MONEY:
		return "money";
	case FIELD_TYPE_CHOICE:
		return "choice";
	case FIELD_TYPE_CHOICES:
		return "choices";
	case FIELD_TYPE_LIST:
		return "list";
	case FIELD_TYPE_ACCOUNT:
		return "account";
	case FIELD_TYPE_MATTER:
		return "matter";
	case FIELD_TYPE_DOCNO:
		return "docno";
	case FIELD_TYPE_PARTIES:
		return "parties";
	case FIELD_TYPE_GOODS:
		return "goods";
	case FIELD_TYPE_JSON:
		return "json";
	}
	BUG("unknown field type %d", (int)t);
}

/* Stored facts come in the order of the fields, so looking from the one after the last finds the next at once. */
static bool field_from(enum field start, struct sv name, enum field *ret)
{
	for (unsigned i = 0; i < FIELD_COUNT; i++) {
		enum field f = (enum field)((start + i) % FIELD_COUNT);
		if (sv_eq_str(name, infos[f].name)) {
			*ret = f;
			return true;
		}
	}
	return false;
}

bool field_by_name(struct sv name, enum field *ret)
{
	return field_from(0, name, ret);
}

/* --- facts --------------------------------------------------------------------------------- */

static bool has_num(enum field_type t)
{
	return t == FIELD_TYPE_DATE || t == FIELD_TYPE_INSTANT || t == FIELD_TYPE_BOOL ||
	       t == FIELD_TYPE_INT || t == FIELD_TYPE_MONEY || t == FIELD_TYPE_ACCOUNT ||
	       t == FIELD_TYPE_MATTER;
}

void fact_set_num(struct facts *f, enum field field, int64_t num)
{
	const struct field_info *info = field_info(field);
	CHECK(has_num(info->type));
	if ((info->type == FIELD_TYPE_DATE && (num == DAY_NONE || num == DAY_MAX)) ||
	    (info->type == FIELD_TYPE_INSTANT && num == INSTANT_NONE)) {
		fact_clear(f, field);
		return;
	}
	f->at[field].set = true;
	f->at[field].num = num;
}

void fact_set_text(struct facts *f, enum field field, const char *text)
{
	const struct field_info *info = field_info(field);
	CHECK(!has_num(info->type) || info->type == FIELD_TYPE_ACCOUNT);
	if (!text) {
		fact_clear(f, field);
		return;
	}
	f->at[field].set = true;
	f->at[field].text = text;
}

void fact_clear(struct facts *f, enum field field)
{
	CHECK(field < FIELD_COUNT);
	f->at[field] = (struct fact){ .set = false };
}

bool fact_is(const struct facts *f, enum field field, const char *text)
{
	return fact_has(f, field) && strcmp(fact_text(f, field), text) == 0;
}

/* Position behind the string that begins at the quote p[0]. */
static const char *skip_string(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? p + 1 : p;
}

/* Does the JSON string at the quote p[0] hold this text? Lists are our own canonical JSON of texts
 * without control characters, so that only four escapes occur. */
static bool string_is(const char *p, const char *text)
{
	for (p++; *p && *p != '"'; p++, text++) {
		char c = *p;
		if (c == '\\') {
			c = *++p;
			if (c == 'n')
				c = '\n';
			else if (c == 't')
				c = '\t';
		}
		if (*text != c)
			return false;
	}
	return *text == '\0';
}

bool fact_list_has(const struct facts *f, enum field field, const char *word)
{
	const char *p = fact_text(f, field);

	while (*p) {
		if (*p != '"') {
			p++;
			continue;
		}
		if (string_is(p, word))
			return true;
		p = skip_string(p);
	}
	return false;
}

size_t fact_list_count(const struct facts *f, enum field field)
{
	const char *p = fact_text(f, field);
	size_t commas = 0;
	int depth = 0;

	if (p[0] != '[' || p[1] == ']')
		return 0;
	while (*p) {
		if (*p == '"') {
			p = skip_string(p);
			continue;
		}
		if (*p == '[' || *p == '{')
			depth++;
		else if (*p == ']' || *p == '}')
			depth--;
		else if (*p == ',' && depth == 1)
			commas++;
		p++;
	}
	return commas + 1;
}

/* --- stored form --------------------------------------------------------------------------- */

static void write_account(struct json_writer *w, const struct fact *fact)
{
	json_obj_open(w);
	json_kv_id(w, "id", fact->num);
	json_kv_str(w, "name", fact->text ? fact->text : "");
	json_obj_close(w);
}

static void write_money(struct json_writer *w, const char *name, int64_t fen)
{
	if (fen == MONEY_UNCOMPUTABLE)
		json_kv_str(w, name, MONEY_UNCOMPUTABLE_WORD);
	else
		json_kv_id(w, name, fen);
}

void field_write_as(struct json_writer *w, const char *key, enum field field, const struct fact *fact)
{
	const struct field_info *info = field_info(field);

	CHECK(fact->set);
	switch (info->type) {
	case FIELD_TYPE_TEXT:
	case FIELD_TYPE_CHOICE:
	case FIELD_TYPE_DOCNO:
		json_kv_str(w, key, fact->text ? fact->text : "");
		break;
	case FIELD_TYPE_DATE:
		json_kv_day(w, key, (day_t)fact->num);
		break;
	case FIELD_TYPE_INSTANT:
		json_kv_instant(w, key, fact->num);
		break;
	case FIELD_TYPE_BOOL:
		json_kv_bool(w, key, fact->num != 0);
		break;
	case FIELD_TYPE_INT:
		json_kv_i64(w, key, fact->num);
		break;
	case FIELD_TYPE_MONEY:
		write_money(w, key, fact->num);
		break;
	case FIELD_TYPE_MATTER:
		json_kv_id(w, key, fact->num);
		break;
	case FIELD_TYPE_ACCOUNT:
		json_key(w, key);
		write_account(w, fact);
		break;
	case FIELD_TYPE_CHOICES:
	case FIELD_TYPE_LIST:
	case FIELD_TYPE_PARTIES:
	case FIELD_TYPE_GOODS:
		json_kv_rawtext(w, key, sv_of(fact->text ? fact->text : "[]"));
		break;
	case FIELD_TYPE_JSON:
		json_kv_rawtext(w, key, sv_of(fact->text ? fact->text : "null"));
		break;
	}
}

void field_write(struct json_writer *w, enum field field, const struct fact *fact)
{
	field_write_as(w, field_info(field)->name, field, fact);
}

void facts_write(struct json_writer *w, const struct facts *facts)
{
	json_obj_open(w);
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (facts->at[i].set)
			field_write(w, (enum field)i, &facts->at[i]);
	json_obj_close(w);
}

enum { STORED_TEXT_MAX = 1 << 20 };

static enum err_code stored_wrong(struct err *err, struct sv name)
{
	enum err_code code = err_set(err, ERR_INTERNAL, "stored-facts",
				     "已存储的字段“%.*s”无法读出", SV_ARG(name));
	err_field(err, "%.*s", SV_ARG(name));
	return code;
}

static enum err_code read_string(struct arena *arena, const struct json_value *v, struct fact *ret,
				 struct err *err)
{
	struct sv text = json_string(v);
	ret->text = arena_try_strndup(arena, text.p, text.n);
	if (!ret->text)
		return err_set(err, ERR_TOO_LARGE, "memory", "内容太大");
	return ERR_OK;
}

static enum err_code read_canonical(struct arena *arena, const struct json_value *v,
				    struct fact *ret, struct err *err)
{
	CLEANUP(str_release) struct str text = STR_INIT(STORED_TEXT_MAX);
	struct json_writer w;

	json_writer_init(&w, &text);
	json_write_value(&w, v);
	ret->text = json_writer_ok(&w) ? arena_try_strndup(arena, text.p, text.len) : NULL;
	if (!ret->text)
		return err_set(err, ERR_TOO_LARGE, "memory", "内容太大");
	return ERR_OK;
}

/* The number in a fact that has one; false when the value is not what field_write writes. */
static bool read_num(enum field_type type, const struct json_value *v, int64_t *ret)
{
	struct sv text = json_string(v);
	day_t day;

	switch (type) {
	case FIELD_TYPE_DATE:
		if (!day_parse_iso(text, &day))
			return false;
		*ret = day;
		return true;
	case FIELD_TYPE_INSTANT:
		return instant_parse(text, ret);
	case FIELD_TYPE_BOOL:
		*ret = json_is_true(v);
		return json_type(v) == JSON_BOOL;
	case FIELD_TYPE_INT:
		return json_to_i64(v, ret);
	case FIELD_TYPE_MONEY:
		if (sv_eq_str(text, MONEY_UNCOMPUTABLE_WORD)) {
			*ret = MONEY_UNCOMPUTABLE;
			return true;
		}
		return sv_to_i64(text, ret) && *ret != MONEY_UNCOMPUTABLE;
	case FIELD_TYPE_MATTER:
		return sv_to_i64(text, ret);
	case FIELD_TYPE_ACCOUNT:
		return json_type(v) == JSON_OBJECT && json_count(v) == 2 &&
		       json_type(json_get(v, "name")) == JSON_STRING &&
		       sv_to_i64(json_string(json_get(v, "id")), ret);
	case FIELD_TYPE_TEXT:
	case FIELD_TYPE_CHOICE:
	case FIELD_TYPE_CHOICES:
	case FIELD_TYPE_LIST:
	case FIELD_TYPE_DOCNO:
	case FIELD_TYPE_PARTIES:
	case FIELD_TYPE_GOODS:
	case FIELD_TYPE_JSON:
		break;
	}
	return false;
}

static enum err_code read_fact(struct arena *arena, enum field field, const struct json_value *v,
			       struct fact *ret, struct err *err)
{
	enum field_type type = field_info(field)->type;

	*ret = (struct fact){ .set = true };
	if (has_num(type)) {
		if (!read_num(type, v, &ret->num))
			return stored_wrong(err, json_name(v));
		if (type != FIELD_TYPE_ACCOUNT)
			return ERR_OK;
		return read_string(arena, json_get(v, "name"), ret, err);
	}
	if (type == FIELD_TYPE_JSON)
		return read_canonical(arena, v, ret, err);
	if (type == FIELD_TYPE_CHOICES || type == FIELD_TYPE_LIST || type == FIELD_TYPE_PARTIES ||
	    type == FIELD_TYPE_GOODS) {
		if (json_type(v) != JSON_ARRAY)
			return stored_wrong(err, json_name(v));
		return read_canonical(arena, v, ret, err);
	}
	if (json_type(v) != JSON_STRING)
		return stored_wrong(err, json_name(v));
	return read_string(arena, v, ret, err);
}

enum err_code facts_read(struct arena *arena, const struct json_value *object, struct facts *ret,
			 struct err *err)
{
	struct facts facts = { .at = { { .set = false } } };
	enum field field = 0;

	if (json_type(object) != JSON_OBJECT)
		return err_set(err, ERR_INTERNAL, "stored-facts", "已存储的字段不是JSON对象");
	for (const struct json_value *v = json_first(object); v; v = json_next(v)) {
		if (!field_from(field, json_name(v), &field))
			return stored_wrong(err, json_name(v));
		enum err_code code = read_fact(arena, field, v, &facts.at[field], err);
		if (code != ERR_OK)
			return code;
	}
	*ret = facts;
	return ERR_OK;
}

/* --- parties ------------------------------------------------------------------------------- */

size_t parties_count(const struct facts *facts)
{
	return fact_list_count(facts, FIELD_PARTIES);
}

/* The document of the parties lives in the arena, so that its texts may be handed out. */
static const char *party_text(const struct json_value *party, const char *name)
{
	struct sv text = json_string(json_get(party, name));
	return text.n ? text.p : "";
}

static void read_party(const struct json_value *v, struct party *ret)
{
	*ret = (struct party){
		.name = party_text(v, "name"),
		.kind = party_text(v, "kind"),
		.role = party_text(v, "role"),
		.uscc = party_text(v, "uscc"),
		.id_number = party_text(v, "id_number"),
		.representative = party_text(v, "representative"),
		.address = party_text(v, "address"),
		.phone = party_text(v, "phone"),
	};
	if (ret->kind[0])
		ret->natural =
			strcmp(ret->kind, "自然人(无照)") == 0 || strcmp(ret->kind, "自然人") == 0;
	else
		ret->natural = ret->id_number[0] && !ret->uscc[0];
}

size_t parties_list(struct arena *arena, const struct facts *facts, struct party *ret, size_t max)
{
	struct json_doc *doc;
	size_t n = 0;

	if (!fact_has(facts, FIELD_PARTIES) || max == 0)
		return 0;
	if (json_parse(arena, sv_of(fact_text(facts, FIELD_PARTIES)), &doc, NULL) != ERR_OK)
		return 0;
	const struct json_value *v = json_first(json_root(doc));
	for (; v && n < max; v = json_next(v))
		read_party(v, &ret[n++]);
	return n;
}

bool parties_first(struct arena *arena, const struct facts *facts, struct party *ret)
{
	return parties_list(arena, facts, ret, 1) == 1;
}

/* --- goods --------------------------------------------------------------------------------- */

static int64_t goods_number(const struct json_value *line, const char *name)
{
	int64_t n;

	return json_get(line, name) && json_to_i64(json_get(line, name), &n) ? n : GOODS_UNKNOWN;
}

size_t goods_lines(struct arena *arena, const struct facts *facts, enum field field, struct goods_line *ret,
		   size_t max)
{
	struct json_doc *doc;
	size_t n = 0;

	if (!fact_has(facts, field) || json_parse(arena, sv_of(fact_text(facts, field)), &doc, NULL) != ERR_OK)
		return 0;
	for (const struct json_value *v = json_first(json_root(doc)); v && n < max; v = json_next(v)) {
		ret[n++] = (struct goods_line){
			.item = party_text(v, "item"), .name = party_text(v, "name"), .unit = party_text(v, "unit"),
			.reason = party_text(v, "reason"), .quantity = goods_number(v, "quantity"),
			.handed = goods_number(v, "handed"),
		};
	}
	return n;
}

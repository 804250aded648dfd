/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * From checked text through cJSON into arena values.
 *
 * cJSON's tree is only an intermediate: it comes from malloc (its hooks are global to the
 * process, so they cannot serve an arena) and would have to be freed on every path. All
 * memory of the result is taken from the arena before cJSON runs, so the arena's cap also
 * bounds what cJSON may allocate. Numbers are taken from the text, in the order in which
 * the tree has them, because cJSON keeps only a double. */
#include "json/json_reader.h"

#include <math.h>
#include <stdlib.h>

#include <cJSON.h>

#include "json/json_scan.h"

struct json_value {
	enum json_type type;
	bool is_true;
	size_t count;             /* of children */
	struct sv name;           /* as a member */
	struct sv text;           /* string, or number as written */
	struct json_value *first; /* child */
	struct json_value *next;  /* sibling */
};

struct json_doc {
	struct json_value *values; /* in the order of the text; the first is the root */
	char *chars;               /* all texts, each with NUL */
	size_t chars_size;
};

/* Many members are compared by sorting: a peer must not buy quadratic time. */
enum { SORT_FROM = 12 };

struct build {
	struct arena *arena;
	struct json_doc *doc;
	size_t values_used;
	size_t chars_used;
	struct sv numbers; /* the input behind the last number */
	struct err *err;
};

/* A string is never longer than its source with two quotes, a number has a delimiter or
 * the spare byte behind it: so the text's size + 1 suffices for all NULs. */
static struct sv keep_text(struct build *b, struct sv text)
{
	CHECK(b->chars_used + text.n < b->doc->chars_size);
	char *copy = b->doc->chars + b->chars_used;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	b->chars_used += text.n + 1;
	return (struct sv){ copy, text.n };
}

static int compare_names(const void *a, const void *b)
{
	const struct json_value *x = *(const struct json_value *const *)a;
	const struct json_value *y = *(const struct json_value *const *)b;
	return strcmp(x->name.p, y->name.p);
}

static enum err_code duplicate(struct build *b, struct sv name)
{
	enum err_code code = err_set(b->err, ERR_MALFORMED, "json-duplicate",
				     "JSON有错误：字段“%.*s”重复", SV_ARG(name));
	err_field(b->err, "%.*s", SV_ARG(name));
	return code;
}

static enum err_code check_names(struct build *b, const struct json_value *object)
{
	if (object->count < SORT_FROM) {
		for (const struct json_value *v = object->first; v; v = v->next)
			for (const struct json_value *u = object->first; u != v; u = u->next)
				if (sv_eq(u->name, v->name))
					return duplicate(b, v->name);
		return ERR_OK;
	}
	const struct json_value **sorted =
		arena_try_array(b->arena, const struct json_value *, object->count);
	if (!sorted)
		return err_set(b->err, ERR_TOO_LARGE, "json-memory", "JSON太大");
	size_t n = 0;
	for (const struct json_value *v = object->first; v; v = v->next)
		sorted[n++] = v;
	qsort(sorted, n, sizeof(*sorted), compare_names);
	for (size_t i = 1; i < n; i++)
		if (sv_eq(sorted[i - 1]->name, sorted[i]->name))
			return duplicate(b, sorted[i]->name);
	return ERR_OK;
}

static enum err_code build_value(struct build *b, const cJSON *item, struct json_value **ret);

static enum err_code build_children(struct build *b, const cJSON *item, struct json_value *parent)
{
	struct json_value **link = &parent->first;
	for (const cJSON *child = item->child; child; child = child->next) {
		struct json_value *v;
		struct sv name = { NULL, 0 };
		if (parent->type == JSON_OBJECT)
			name = keep_text(b, sv_of(child->string));
		enum err_code code = build_value(b, child, &v);
		if (code)
			return code;
		v->name = name;
		*link = v;
		link = &v->next;
		parent->count++;
	}
	return parent->type == JSON_OBJECT ? check_names(b, parent) : ERR_OK;
}

/* Recursion is bounded: json_scan_check() has seen the depth. */
static enum err_code build_value(struct build *b, const cJSON *item, struct json_value **ret)
{
	struct json_value *v = &b->doc->values[b->values_used++];
	*ret = v;
	switch (item->type & 0xFF) {
	case cJSON_NULL:
		v->type = JSON_NULL;
		return ERR_OK;
	case cJSON_True:
	case cJSON_False:
		v->type = JSON_BOOL;
		v->is_true = (item->type & 0xFF) == cJSON_True;
		return ERR_OK;
	case cJSON_Number:
		v->type = JSON_NUMBER;
		v->text = keep_text(b, json_scan_next_number(&b->numbers));
		if (!isfinite(item->valuedouble))
			return err_set(b->err, ERR_MALFORMED, "json-number-range",
				       "JSON有错误：数字%.*s太大", SV_ARG(v->text));
		return ERR_OK;
	case cJSON_String:
		v->type = JSON_STRING;
		v->text = keep_text(b, sv_of(item->valuestring));
		return ERR_OK;
	case cJSON_Array:
	case cJSON_Object:
		v->type = (item->type & 0xFF) == cJSON_Array ? JSON_ARRAY : JSON_OBJECT;
		return build_children(b, item, v);
	default:
		BUG("cJSON type %d", item->type);
	}
}

static struct json_doc *doc_new(struct arena *arena, size_t values, size_t text_size)
{
	struct json_doc *doc = arena_try_alloc(arena, sizeof(*doc));
	if (!doc)
		return NULL;
	doc->values = arena_try_array(arena, struct json_value, values);
	doc->chars_size = text_size + 1;
	doc->chars = arena_try_alloc(arena, doc->chars_size);
	return doc->values && doc->chars ? doc : NULL;
}

enum err_code json_parse(struct arena *arena, struct sv text, struct json_doc **ret,
			 struct err *err)
{
	size_t values;
	enum err_code code = json_scan_check(text, &values, err);
	if (code)
		return code;
	struct json_doc *doc = doc_new(arena, values, text.n);
	if (!doc)
		return err_set(err, ERR_TOO_LARGE, "json-memory", "JSON太大");

	cJSON *tree = cJSON_ParseWithLengthOpts(text.p, text.n, NULL, 0);
	if (!tree) /* the text is right, so only memory can have failed */
		return err_set(err, ERR_TOO_LARGE, "json-memory", "JSON太大");
	struct build b = { .arena = arena, .doc = doc, .numbers = text, .err = err };
	struct json_value *root;
	code = build_value(&b, tree, &root);
	cJSON_Delete(tree);
	if (code)
		return code;
	CHECK(b.values_used == values);
	*ret = doc;
	return ERR_OK;
}

void json_free(struct json_doc *doc)
{
	if (doc)
		explicit_bzero(doc->chars, doc->chars_size);
}

const struct json_value *json_root(const struct json_doc *doc)
{
	return doc ? doc->values : NULL;
}

enum json_type json_type(const struct json_value *v)
{
	return v ? v->type : JSON_NULL;
}

const char *json_type_zh(enum json_type type)
{
	switch (type) {
	case JSON_NULL:
		return "空值";
	case JSON_BOOL:
		return "真假值";
	case JSON_NUMBER:
		return "数字";
	case JSON_STRING:
		return "字符串";
	case JSON_ARRAY:
		return "数组";
	case JSON_OBJECT:
		return "对象";
	}
	BUG("json type %d", (int)type);
}

const struct json_value *json_get(const struct json_value *object, const char *name)
{
	if (json_type(object) != JSON_OBJECT)
		return NULL;
	for (const struct json_value *v = object->first; v; v = v->next)
		if (sv_eq_str(v->name, name))
			return v;
	return NULL;
}

struct sv json_string(const struct json_value *v)
{
	return json_type(v) == JSON_STRING ? v->text : (struct sv){ NULL, 0 };
}

struct sv json_number_text(const struct json_value *v)
{
	return json_type(v) == JSON_NUMBER ? v->text : (struct sv){ NULL, 0 };
}

bool json_to_i64(const struct json_value *v, int64_t *ret)
{
	int64_t n;
	/* sv_to_i64 refuses fraction and exponent; the empty text of other types too. */
	if (!sv_to_i64(json_number_text(v), &n) || n > JSON_INT_MAX || n < -JSON_INT_MAX)
		return false;
	*ret = n;
	return true;
}

bool json_is_true(const struct json_value *v)
{
	return json_type(v) == JSON_BOOL && v->is_true;
}

size_t json_count(const struct json_value *v)
{
	return v ? v->count : 0;
}

const struct json_value *json_first(const struct json_value *v)
{
	return v ? v->first : NULL;
}

const struct json_value *json_next(const struct json_value *v)
{
	return v ? v->next : NULL;
}

struct sv json_name(const struct json_value *v)
{
	return v ? v->name : (struct sv){ NULL, 0 };
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Canonical JSON. The strict reader writes what it read once more and compares: there is
 * only one place that knows what canonical means. */
#include "package/canonical.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

struct member {
	struct sv name;
	const struct json_value *value;
};

void canonical_string(struct str *out, struct sv text)
{
	size_t from = 0;
	str_append_char(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		static const char named[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
		unsigned char c = (unsigned char)text.p[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		str_append(out, text.p + from, i - from);
		from = i + 1;
		const char *at = c ? strchr(named, c) : NULL;
		if (at)
			str_printf(out, "\\%c", letters[at - named]);
		else
			str_printf(out, "\\u%04x", c);
	}
	if (text.n > from)
		str_append(out, text.p + from, text.n - from);
	str_append_char(out, '"');
}

static enum err_code full(struct err *err)
{
	return err_set(err, ERR_TOO_LARGE, "too-large", "JSON 文本过大");
}

static enum err_code nfc(struct arena *a, struct sv *text, struct err *err)
{
	const char *copy = text_nfc(a, *text);
	if (!copy)
		return full(err);
	*text = sv_of(copy);
	return ERR_OK;
}

static enum err_code write_number(const struct json_value *v, struct str *out, struct err *err)
{
	int64_t number;
	if (!json_to_i64(v, &number))
		return err_set(err, ERR_INVALID, "not-canonical", "数字 %.*s 不是整数或超出范围",
			       SV_ARG(json_number_text(v)));
	str_append_i64(out, number);
	return ERR_OK;
}

static enum err_code write_array(struct arena *a, const struct json_value *v, struct str *out,
				 struct err *err)
{
	const char *comma = "";
	str_append_char(out, '[');
	for (v = json_first(v); v; v = json_next(v)) {
		str_append_cstr(out, comma);
		comma = ",";
		enum err_code code = canonical_write(a, v, out, err);
		if (code)
			return code;
	}
	str_append_char(out, ']');
	return ERR_OK;
}

static int compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
	int order = n ? memcmp(x->name.p, y->name.p, n) : 0;
	if (order == 0)
		order = (x->name.n > y->name.n) - (x->name.n < y->name.n);
	return order;
}

static enum err_code write_object(struct arena *a, const struct json_value *v, struct str *out,
				  struct err *err)
{
	size_t count = 0;
	struct member *members = arena_try_array(a, struct member, json_count(v) + 1);
	if (!members)
		return full(err);
	for (v = json_first(v); v; v = json_next(v)) {
		struct member *m = &members[count++];
		*m = (struct member){ json_name(v), v };
		enum err_code code = nfc(a, &m->name, err);
		if (code)
			return code;
	}
	qsort(members, count, sizeof(*members), compare_members);
	str_append_char(out, '{');
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && sv_eq(members[i].name, members[i - 1].name))
			return err_set(err, ERR_INVALID, "not-canonical", "成员“%.*s”重复",
				       SV_ARG(members[i].name));
		if (i > 0)
			str_append_char(out, ',');
		canonical_string(out, members[i].name);
		str_append_char(out, ':');
		enum err_code code = canonical_write(a, members[i].value, out, err);
		if (code)
			return code;
	}
	str_append_char(out, '}');
	return ERR_OK;
}

enum err_code canonical_write(struct arena *a, const struct json_value *v, struct str *out,
			      struct err *err)
{
	enum err_code code = ERR_OK;
	struct sv text;
	switch (json_type(v)) {
	case JSON_NULL:
		str_append_cstr(out, "null");
		break;
	case JSON_BOOL:
		str_append_cstr(out, json_is_true(v) ? "true" : "false");
		break;
	case JSON_NUMBER:
		code = write_number(v, out, err);
		break;
	case JSON_STRING:
		text = json_string(v);
		code = nfc(a, &text, err);
		if (!code)
			canonical_string(out, text);
		break;
	case JSON_ARRAY:
		code = write_array(a, v, out, err);
		break;
	case JSON_OBJECT:
		code = write_object(a, v, out, err);
		break;
	}
	if (!code && out->failed)
		code = full(err);
	return code;
}

enum err_code canonical_text(struct arena *a, struct sv json, struct str *out, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code code = json_parse(a, json, &doc, err);
	if (!code)
		code = canonical_write(a, json_root(doc), out, err);
	return code;
}

/* The first byte that differs, counted from 1. */
static size_t first_difference(struct sv a, struct sv b)
{
	size_t i = 0;
	while (i < a.n && i < b.n && a.p[i] == b.p[i])
		i++;
	return i + 1;
}

enum err_code canonical_parse(struct arena *a, struct sv bytes, const char *what,
			      const struct json_value **ret, struct err *err)
{
	struct str again = STR_INIT(bytes.n + 1);
	struct json_doc *doc = NULL;
	struct err cause = ERR_INIT;
	enum err_code code = json_parse(a, bytes, &doc, &cause);
	if (code == ERR_TOO_LARGE)
		return err_set(err, code, "too-large", "%s 过大", what);
	if (code)
		return err_set(err, ERR_INVALID, "not-json", "%s 不是 JSON：%s", what,
			       cause.message);
	code = canonical_write(a, json_root(doc), &again, &cause);
	struct sv rewritten = { str_cstr(&again), again.len };
	/* `again` holds one byte more than was read: running over it means longer. */
	if (code == ERR_TOO_LARGE && !again.failed)
		code = err_set(err, code, "too-large", "%s 过大", what);
	else if (code == ERR_INVALID)
		code = err_set(err, code, "not-canonical", "%s 不是规范的 JSON：%s", what,
			       cause.message);
	else if (code || !sv_eq(rewritten, bytes))
		code = err_set(err, ERR_INVALID, "not-canonical",
			       "%s 不是规范的 JSON：第 %zu 个字节起与规范写法不同", what,
			       first_difference(rewritten, bytes));
	else
		*ret = json_root(doc);
	str_release(&again);
	return code;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Streaming JSON output. The state is two bit sets, one bit a level. */
#include "json/json_writer.h"

#include "json/json_reader.h"

enum { LEVELS = 63 };

static uint64_t level_bit(const struct json_writer *w)
{
	return UINT64_C(1) << w->depth;
}

static bool in_object(const struct json_writer *w)
{
	return (w->is_object & level_bit(w)) != 0;
}

void json_writer_init(struct json_writer *w, struct str *out)
{
	*w = (struct json_writer){ .out = out };
}

bool json_writer_ok(const struct json_writer *w)
{
	return w->depth == 0 && (w->has_items & 1) && !w->out->failed;
}

/* The comma before an item; at the root, only one value is allowed. */
static void begin_item(struct json_writer *w)
{
	if (w->has_items & level_bit(w)) {
		CHECK(w->depth > 0);
		str_append_char(w->out, ',');
	}
	w->has_items |= level_bit(w);
}

static void begin_value(struct json_writer *w)
{
	if (!in_object(w)) {
		begin_item(w);
		return;
	}
	CHECK(w->have_key);
	w->have_key = false;
}

static void open_level(struct json_writer *w, bool is_object)
{
	begin_value(w);
	CHECK(w->depth < LEVELS);
	w->depth++;
	w->has_items &= ~level_bit(w);
	if (is_object)
		w->is_object |= level_bit(w);
	else
		w->is_object &= ~level_bit(w);
	str_append_char(w->out, is_object ? '{' : '[');
}

static void close_level(struct json_writer *w, bool is_object)
{
	CHECK(w->depth > 0 && in_object(w) == is_object && !w->have_key);
	w->depth--;
	str_append_char(w->out, is_object ? '}' : ']');
}

void json_obj_open(struct json_writer *w)
{
	open_level(w, true);
}

void json_obj_close(struct json_writer *w)
{
	close_level(w, true);
}

void json_arr_open(struct json_writer *w)
{
	open_level(w, false);
}

void json_arr_close(struct json_writer *w)
{
	close_level(w, false);
}

static bool must_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c == 0x7F;
}

static void put_escape(struct str *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char text[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
	switch (c) {
	case '"':
	case '\\':
		text[1] = (char)c;
		break;
	case '\n':
		text[1] = 'n';
		break;
	case '\r':
		text[1] = 'r';
		break;
	case '\t':
		text[1] = 't';
		break;
	default:
		str_append(out, text, sizeof(text));
		return;
	}
	str_append(out, text, 2);
}

static void put_quoted(struct str *out, struct sv text)
{
	str_append_char(out, '"');
	size_t start = 0;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (!must_escape(c))
			continue;
		str_append(out, text.p + start, i - start);
		put_escape(out, c);
		start = i + 1;
	}
	str_append(out, text.p + start, text.n - start);
	str_append_char(out, '"');
}

void json_key_sv(struct json_writer *w, struct sv key)
{
	CHECK(in_object(w) && !w->have_key);
	begin_item(w);
	put_quoted(w->out, key);
	str_append_char(w->out, ':');
	w->have_key = true;
}

void json_key(struct json_writer *w, const char *key)
{
	json_key_sv(w, sv_of(key));
}

void json_str(struct json_writer *w, struct sv text)
{
	begin_value(w);
	put_quoted(w->out, text);
}

void json_cstr(struct json_writer *w, const char *text)
{
	if (text)
		json_str(w, sv_of(text));
	else
		json_null(w);
}

void json_i64(struct json_writer *w, int64_t value)
{
	begin_value(w);
	str_append_i64(w->out, value);
}

void json_bool(struct json_writer *w, bool value)
{
	json_rawtext(w, value ? SV("true") : SV("false"));
}

void json_null(struct json_writer *w)
{
	json_rawtext(w, SV("null"));
}

void json_rawtext(struct json_writer *w, struct sv json)
{
	CHECK(json.n > 0);
	begin_value(w);
	str_append_sv(w->out, json);
}

static void write_children(struct json_writer *w, const struct json_value *v, bool is_object)
{
	open_level(w, is_object);
	for (const struct json_value *child = json_first(v); child; child = json_next(child)) {
		if (is_object)
			json_key_sv(w, json_name(child));
		json_write_value(w, child);
	}
	close_level(w, is_object);
}

void json_write_value(struct json_writer *w, const struct json_value *v)
{
	int64_t n;
	switch (json_type(v)) {
	case JSON_NULL:
		json_null(w);
		return;
	case JSON_BOOL:
		json_bool(w, json_is_true(v));
		return;
	case JSON_NUMBER:
		if (json_to_i64(v, &n))
			json_i64(w, n);
		else
			json_rawtext(w, json_number_text(v));
		return;
	case JSON_STRING:
		json_str(w, json_string(v));
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		write_children(w, v, json_type(v) == JSON_OBJECT);
		return;
	}
}

void json_kv_str(struct json_writer *w, const char *key, const char *text)
{
	json_key(w, key);
	json_cstr(w, text);
}

void json_kv_sv(struct json_writer *w, const char *key, struct sv text)
{
	json_key(w, key);
	json_str(w, text);
}

void json_kv_i64(struct json_writer *w, const char *key, int64_t value)
{
	json_key(w, key);
	json_i64(w, value);
}

void json_kv_bool(struct json_writer *w, const char *key, bool value)
{
	json_key(w, key);
	json_bool(w, value);
}

void json_kv_null(struct json_writer *w, const char *key)
{
	json_key(w, key);
	json_null(w);
}

void json_kv_id(struct json_writer *w, const char *key, int64_t id)
{
	json_key(w, key);
	begin_value(w);
	str_append_char(w->out, '"');
	str_append_i64(w->out, id);
	str_append_char(w->out, '"');
}

void json_kv_day(struct json_writer *w, const char *key, day_t d)
{
	char text[11];
	day_format(d, text);
	json_kv_str(w, key, text[0] ? text : NULL);
}

void json_kv_instant(struct json_writer *w, const char *key, instant_t t)
{
	char text[40];
	instant_format(t, text);
	json_kv_str(w, key, text[0] ? text : NULL);
}

void json_kv_rawtext(struct json_writer *w, const char *key, struct sv json)
{
	json_key(w, key);
	json_rawtext(w, json);
}

void json_kv_value(struct json_writer *w, const char *key, const struct json_value *v)
{
	json_key(w, key);
	json_write_value(w, v);
}

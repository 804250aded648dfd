/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Streaming JSON writer into a struct str.
 *
 * The writer sets commas and colons; the caller opens and closes. A wrong order (a value
 * in an object without a key, a close that does not match) is a bug and stops the program.
 * Text must be valid UTF-8; it is escaped as RFC 8259 demands and otherwise passed through.
 * When the str reaches its maximum the output stops there: check json_writer_ok() once,
 * at the end.
 *
 *   struct json_writer w;
 *   json_writer_init(&w, &out);
 *   json_obj_open(&w);
 *   json_kv_id(&w, "id", matter->id);
 *   json_key(&w, "items");
 *   json_arr_open(&w);
 *   ...
 *   json_arr_close(&w);
 *   json_obj_close(&w);
 */
#ifndef JSON_JSON_WRITER_H
#define JSON_JSON_WRITER_H

#include "base/day.h"
#include "base/str.h"

struct json_value;

struct json_writer {
	struct str *out;
	unsigned depth;     /* open objects and arrays, at most 63 */
	uint64_t is_object; /* bit n: level n is an object */
	uint64_t has_items; /* bit n: level n has an item; bit 0: the root value is written */
	bool have_key;      /* a key waits for its value */
};

void json_writer_init(struct json_writer *w, struct str *out);
/* The one root value is complete and nothing was dropped. */
bool json_writer_ok(const struct json_writer *w);

void json_obj_open(struct json_writer *w);
void json_obj_close(struct json_writer *w);
void json_arr_open(struct json_writer *w);
void json_arr_close(struct json_writer *w);
void json_key(struct json_writer *w, const char *key);
void json_key_sv(struct json_writer *w, struct sv key);

void json_str(struct json_writer *w, struct sv text);
void json_cstr(struct json_writer *w, const char *text); /* NULL gives null */
void json_i64(struct json_writer *w, int64_t value);
void json_bool(struct json_writer *w, bool value);
void json_null(struct json_writer *w);
/* `json` must be one complete JSON value, e.g. a jsonb column from the database. */
void json_rawtext(struct json_writer *w, struct sv json);
/* A value that was read: compact, members in their order, integers printed plainly,
 * other numbers as they were written. NULL gives null. */
void json_write_value(struct json_writer *w, const struct json_value *v);

/* Key and value in one call. */
void json_kv_str(struct json_writer *w, const char *key, const char *text); /* NULL gives null */
void json_kv_sv(struct json_writer *w, const char *key, struct sv text);
void json_kv_i64(struct json_writer *w, const char *key, int64_t value);
void json_kv_bool(struct json_writer *w, const char *key, bool value);
void json_kv_null(struct json_writer *w, const char *key);
void json_kv_id(struct json_writer *w, const char *key, int64_t id); /* "123" */
void json_kv_day(struct json_writer *w, const char *key, day_t d);   /* null: DAY_NONE, DAY_MAX */
void json_kv_instant(struct json_writer *w, const char *key, instant_t t); /* null: INSTANT_NONE */
void json_kv_rawtext(struct json_writer *w, const char *key, struct sv json);
void json_kv_value(struct json_writer *w, const char *key, const struct json_value *v);

#endif

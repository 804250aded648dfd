/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Fields: the typed inputs of acts and the facts of a matter (field.def), with the strict
 * decoder and the canonical writer.
 *
 * A fact set is a plain array indexed by enum field; texts point into an arena. Money is fen;
 * MONEY_UNCOMPUTABLE stands for 不能计算, which is a value and never zero.
 */
#ifndef LAW_FIELD_H
#define LAW_FIELD_H

#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"
#include "base/str.h"
#include "json/json_reader.h"
#include "json/json_writer.h"

enum field {
#define FIELD(name, json, zh, type, list, max, flags) FIELD_##name,
#include "law/field.def"
#undef FIELD
	FIELD_COUNT,
	FIELD_NONE = FIELD_COUNT
};

enum field_type {
	FIELD_TYPE_TEXT,
	FIELD_TYPE_DATE,
	FIELD_TYPE_INSTANT,
	FIELD_TYPE_BOOL,
	FIELD_TYPE_INT,
	FIELD_TYPE_MONEY,
	FIELD_TYPE_CHOICE,  /* one word of a vocabulary */
	FIELD_TYPE_CHOICES, /* several */
	FIELD_TYPE_LIST,    /* list of texts */
	FIELD_TYPE_ACCOUNT, /* account name; num is its id once resolved */
	FIELD_TYPE_MATTER,  /* id of another matter */
	FIELD_TYPE_DOCNO,
	FIELD_TYPE_PARTIES, /* array of party objects */
	FIELD_TYPE_GOODS,   /* array of goods: one line each of a list of things */
	FIELD_TYPE_JSON,    /* made by the engine only */
};

/* ENGINE: filled in by the program, never taken from a request. */
enum { FIELD_FLAG_TRANSIENT = 1, FIELD_FLAG_PROTECTED = 2, FIELD_FLAG_ENGINE = 4 };

#define MONEY_UNCOMPUTABLE INT64_MIN
#define MONEY_UNCOMPUTABLE_WORD "不能计算"

struct field_info {
	const char *name;
	const char *zh;
	enum field_type type;
	const char *list; /* vocabulary of CHOICE and CHOICES */
	int64_t max;      /* longest text, largest integer, most list items */
	unsigned flags;
};

struct fact {
	bool set;
	int64_t num;      /* DATE, INSTANT, BOOL, INT, MONEY, ACCOUNT, MATTER */
	const char *text; /* TEXT, CHOICE, DOCNO, ACCOUNT name; canonical JSON for lists and parties */
};

struct facts {
	struct fact at[FIELD_COUNT];
};

struct vocabulary; /* book.h */

const struct field_info *field_info(enum field f);
const char *field_type_name(enum field_type t);
bool field_by_name(struct sv name, enum field *ret);

static inline bool fact_has(const struct facts *f, enum field field)
{
	return f->at[field].set;
}
static inline day_t fact_day(const struct facts *f, enum field field)
{
	return f->at[field].set ? (day_t)f->at[field].num : DAY_NONE;
}
static inline int64_t fact_num(const struct facts *f, enum field field)
{
	return f->at[field].set ? f->at[field].num : 0;
}
static inline bool fact_true(const struct facts *f, enum field field)
{
	return f->at[field].set && f->at[field].num != 0;
}
static inline const char *fact_text(const struct facts *f, enum field field)
{
	return f->at[field].set && f->at[field].text ? f->at[field].text : "";
}
/* Money known and positive? Uncomputable counts as not known. */
static inline int64_t fact_money(const struct facts *f, enum field field)
{
	return f->at[field].set && f->at[field].num != MONEY_UNCOMPUTABLE ? f->at[field].num : 0;
}
/* An unknown day (DAY_NONE, DAY_MAX) clears a DATE. An ACCOUNT has both an id and a name: either
 * setter leaves the other part as it is. */
void fact_set_num(struct facts *f, enum field field, int64_t num);
/* The text is borrowed; lists and parties take canonical JSON. NULL clears. */
void fact_set_text(struct facts *f, enum field field, const char *text);
void fact_clear(struct facts *f, enum field field);
bool fact_is(const struct facts *f, enum field field, const char *text);
/* Does a CHOICES or LIST fact hold this word? */
bool fact_list_has(const struct facts *f, enum field field, const char *word);
/* Items of a CHOICES, LIST, PARTIES or GOODS fact; 0 when it is not set. */
size_t fact_list_count(const struct facts *f, enum field field);

/* ---- parties ---- */

/* Members that were not given are "". */
struct party {
	const char *name;
	const char *kind; /* 当事人类型 */
	const char *role;
	const char *uscc;
	const char *id_number;
	const char *representative;
	const char *address;
	const char *phone;
	bool natural; /* a natural person: by kind, or by having a citizen number only */
};

size_t parties_count(const struct facts *facts);
/* The first `max` parties of the matter; returns how many were stored. Texts live in the arena. */
size_t parties_list(struct arena *arena, const struct facts *facts, struct party *ret, size_t max);
/* The first party; false when there is none. */
bool parties_first(struct arena *arena, const struct facts *facts, struct party *ret);

/* ---- goods ---- */

/* One line of a goods list. Texts that were not given are "", numbers GOODS_UNKNOWN. */
struct goods_line {
	const char *item;    /* its number in the list, unique there */
	const char *name;
	const char *unit;
	const char *reason;  /* why handed and quantity differ */
	int64_t quantity;    /* as listed */
	int64_t handed;      /* as handed over */
};

enum { GOODS_UNKNOWN = -1 };

/* The lines of a GOODS fact, in the order given; returns how many were stored. Texts live in the arena. */
size_t goods_lines(struct arena *arena, const struct facts *facts, enum field field, struct goods_line *ret,
		   size_t max);

/* A column of a table (parties or goods), as a form shows it. */
struct field_column {
	const char *name, *zh;
	const char *type; /* text, int, money, choice, uscc, citizen */
	const char *list; /* vocabulary of a choice, else "" */
	int64_t max;      /* 0: none */
	bool required;
};
enum { FIELD_COLUMNS_MAX = 24 };
/* The columns of PARTIES and GOODS; 0 for other types. */
size_t field_columns(enum field_type type, struct field_column *ret, size_t max);

/* Decode one JSON value that came from outside. Errors are ERR_INVALID with field "fields.<name>",
 * inside parties "fields.parties[1].uscc". Text is stored in NFC and trimmed, a choice in the
 * spelling of its list. `today` bounds the birth date in a citizen number; whether a date may lie in
 * the future is for the guards. An account has a name but no id yet: the caller resolves it. Fields
 * of type JSON are never accepted. */
enum err_code field_decode(struct arena *arena, const struct vocabulary *words, enum field field,
			   const struct json_value *value, day_t today, struct fact *ret,
			   struct err *err) MUST_USE;
/* Decode an object whose keys must all be among `allowed` (count n). Whether required fields are
 * present is not checked. */
enum err_code field_decode_object(struct arena *arena, const struct vocabulary *words,
				  const struct json_value *object, const enum field *allowed,
				  size_t count, day_t today, struct facts *ret,
				  struct err *err) MUST_USE;
/* Key and value, in the form that facts_read reads back. It is also what field_decode takes, but for
 * accounts, which are stored as {"id":"12","name":"x"}, and for JSON. The fact must be set. */
void field_write(struct json_writer *w, enum field field, const struct fact *fact);
/* The same under another key. */
void field_write_as(struct json_writer *w, const char *key, enum field field, const struct fact *fact);
/* All set facts as one object, in the order of field.def. */
void facts_write(struct json_writer *w, const struct facts *facts);
/* Inverse of facts_write for our own stored text: does not check vocabularies. Anything that
 * facts_write cannot have written is ERR_INTERNAL. Texts are copied into the arena. */
enum err_code facts_read(struct arena *arena, const struct json_value *object, struct facts *ret,
			 struct err *err) MUST_USE;

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The OpenAPI 3.0.3 document: routes and their fields, schemas of replies, and one schema an act of every
 * procedure, all from the tables the program runs on. */
#include "api/api.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/api_schema.h"
#include "law/procedure.h"

#ifndef IPCASE_VERSION
#define IPCASE_VERSION "0"
#endif

enum { DOCUMENT_MAX = 4 << 20, NAME_MAX_BYTES = 160 };

static void kv_ref(struct json_writer *w, struct sv name)
{
	char ref[NAME_MAX_BYTES];

	snprintf(ref, sizeof(ref), "#/components/schemas/%.*s", SV_ARG(name));
	json_kv_str(w, "$ref", ref);
}

static void kv_ref_cstr(struct json_writer *w, const char *name)
{
	kv_ref(w, sv_of(name));
}

static void write_words(struct json_writer *w, struct sv words)
{
	json_kv_str(w, "type", "string");
	json_key(w, "enum");
	json_arr_open(w);
	while (words.n > 0) {
		const char *bar = memchr(words.p, '|', words.n);
		size_t n = bar ? (size_t)(bar - words.p) : words.n;
		json_str(w, (struct sv){ words.p, n });
		words = bar ? (struct sv){ bar + 1, words.n - n - 1 } : (struct sv){ NULL, 0 };
	}
	json_arr_close(w);
}

static void kv_type(struct json_writer *w, const char *type, const char *format)
{
	json_kv_str(w, "type", type);
	if (format)
		json_kv_str(w, "format", format);
}

/* ---- replies: the words of api_schema.h ---- */

static void write_type(struct json_writer *w, struct sv type, const char *doc)
{
	static const struct {
		const char *word, *type, *format;
	} plain[] = { { "string", "string", NULL },	{ "integer", "integer", "int64" },
		      { "boolean", "boolean", NULL },	{ "date", "string", "date" },
		      { "instant", "string", "date-time" }, { "object", "object", NULL } };
	bool nullable = type.n > 0 && type.p[type.n - 1] == '?';

	type.n -= nullable;
	json_obj_open(w);
	if (sv_starts_with(type, SV("[]"))) {
		json_kv_str(w, "type", "array");
		json_key(w, "items");
		write_type(w, (struct sv){ type.p + 2, type.n - 2 }, NULL);
	} else if (type.p[0] == '@') {
		struct sv name = { type.p + 1, type.n - 1 };
		/* A reference allows nothing beside it. */
		if (nullable || doc) {
			json_key(w, "allOf");
			json_arr_open(w);
			json_obj_open(w);
			kv_ref(w, name);
			json_obj_close(w);
			json_arr_close(w);
		} else {
			kv_ref(w, name);
		}
	} else if (memchr(type.p, '|', type.n)) {
		write_words(w, type);
	} else if (sv_eq_str(type, "id")) {
		kv_type(w, "string", NULL);
		json_kv_str(w, "pattern", "^[0-9]+$");
	} else {
		for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
			if (sv_eq_str(type, plain[i].word))
				kv_type(w, plain[i].type, plain[i].format);
		}
	}
	if (nullable)
		json_kv_bool(w, "nullable", true);
	if (doc)
		json_kv_str(w, "description", doc);
	json_obj_close(w);
}

static struct sv member_name(const struct api_member *m, bool *ret_always)
{
	struct sv name = sv_of(m->name);

	*ret_always = name.p[name.n - 1] != '?';
	name.n -= !*ret_always;
	return name;
}

static void write_schema(struct json_writer *w, const struct api_schema *s)
{
	bool always;

	json_key(w, s->name);
	json_obj_open(w);
	json_kv_str(w, "type", "object");
	json_key(w, "properties");
	json_obj_open(w);
	for (const struct api_member *m = s->members; m->name; m++) {
		json_key_sv(w, member_name(m, &always));
		write_type(w, sv_of(m->type), m->doc);
	}
	json_obj_close(w);
	json_key(w, "required");
	json_arr_open(w);
	for (const struct api_member *m = s->members; m->name; m++) {
		struct sv name = member_name(m, &always);
		if (always)
			json_str(w, name);
	}
	json_arr_close(w);
	json_obj_close(w);
}

/* ---- fields of acts ---- */

static void write_list_of_text(struct json_writer *w, int64_t max)
{
	json_kv_str(w, "type", "array");
	json_key(w, "items");
	json_obj_open(w);
	json_kv_str(w, "type", "string");
	json_obj_close(w);
	if (max > 0)
		json_kv_i64(w, "maxItems", max);
}

/* Fen: an integer, decimal digits, or the word for "cannot be computed". */
static void write_money(struct json_writer *w)
{
	json_key(w, "oneOf");
	json_arr_open(w);
	json_obj_open(w);
	kv_type(w, "integer", "int64");
	json_kv_i64(w, "minimum", 0);
	json_obj_close(w);
	json_obj_open(w);
	kv_type(w, "string", NULL);
	json_kv_str(w, "pattern", "^([0-9]+|" MONEY_UNCOMPUTABLE_WORD ")$");
	json_obj_close(w);
	json_arr_close(w);
}

static void write_field_type(struct json_writer *w, const struct field_info *info)
{
	switch (info->type) {
	case FIELD_TYPE_TEXT:
	case FIELD_TYPE_DOCNO:
		kv_type(w, "string", NULL);
		if (info->max > 0)
			json_kv_i64(w, "maxLength", info->max);
		return;
	case FIELD_TYPE_DATE:
		kv_type(w, "string", "date");
		return;
	case FIELD_TYPE_INSTANT:
		kv_type(w, "string", "date-time");
		return;
	case FIELD_TYPE_BOOL:
		kv_type(w, "boolean", NULL);
		return;
	case FIELD_TYPE_INT:
		kv_type(w, "integer", "int64");
		if (info->max > 0)
			json_kv_i64(w, "maximum", info->max);
		return;
	case FIELD_TYPE_MONEY:
		write_money(w);
		return;
	case FIELD_TYPE_CHOICE:
	case FIELD_TYPE_ACCOUNT:
	case FIELD_TYPE_MATTER:
		kv_type(w, "string", NULL);
		return;
	case FIELD_TYPE_CHOICES:
	case FIELD_TYPE_LIST:
		write_list_of_text(w, info->max);
		return;
	case FIELD_TYPE_PARTIES:
		json_kv_str(w, "type", "array");
		json_key(w, "items");
		json_obj_open(w);
		kv_ref_cstr(w, "Party");
		json_obj_close(w);
		json_kv_i64(w, "maxItems", info->max);
		return;
	case FIELD_TYPE_JSON:
		kv_type(w, "object", NULL);
		return;
	}
}

static void write_fields(struct json_writer *w)
{
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		const struct field_info *info = field_info(f);
		char name[NAME_MAX_BYTES];

		if (info->type == FIELD_TYPE_JSON)
			continue;
		snprintf(name, sizeof(name), "field.%s", info->name);
		json_key(w, name);
		json_obj_open(w);
		json_kv_str(w, "title", info->zh);
		write_field_type(w, info);
		json_kv_str(w, "x-type", field_type_name(info->type));
		if (info->list[0])
			json_kv_str(w, "x-vocabulary", info->list);
		json_obj_close(w);
	}
}

/* ---- acts ---- */

static bool has_stage(const struct act_row *row, enum stage stage)
{
	switch (stage) {
	case STAGE_DO:
		return row->approve_by == 0;
	case STAGE_ENDORSE:
		return row->endorse_by != 0;
	case STAGE_REQUEST:
	case STAGE_APPROVE:
	case STAGE_RETURN:
		return row->approve_by != 0;
	}
	return false;
}

static void field_property(struct json_writer *w, enum field field)
{
	char name[NAME_MAX_BYTES];

	snprintf(name, sizeof(name), "field.%s", field_info(field)->name);
	json_key(w, field_info(field)->name);
	json_obj_open(w);
	kv_ref_cstr(w, name);
	json_obj_close(w);
}

/* The object of an act's fields. */
static void write_act_fields(struct json_writer *w, const struct act_row *row, enum stage stage)
{
	const struct field_use *uses = procedure_fields(row, stage);
	size_t required = 0;

	json_obj_open(w);
	json_kv_str(w, "type", "object");
	json_kv_bool(w, "additionalProperties", false);
	json_key(w, "properties");
	json_obj_open(w);
	if (stage >= STAGE_ENDORSE)
		field_property(w, FIELD_REQUEST);
	for (const struct field_use *u = uses; u->field != FIELD_NONE; u++) {
		required += u->required;
		if (field_info(u->field)->type != FIELD_TYPE_JSON)
			field_property(w, u->field);
	}
	json_obj_close(w);
	if (required > 0) {
		json_key(w, "required");
		json_arr_open(w);
		for (const struct field_use *u = uses; u->field != FIELD_NONE; u++) {
			if (u->required)
				json_cstr(w, field_info(u->field)->name);
		}
		json_arr_close(w);
	}
	json_obj_close(w);
}

static void act_name(char *buf, size_t size, const char *what, const struct procedure *p, const struct act_row *row,
		     enum stage stage)
{
	snprintf(buf, size, "%s.%s.%s%s", what, p->code, row->code, stage_suffix(stage));
}

static void write_act(struct json_writer *w, const struct procedure *p, const struct act_row *row, enum stage stage)
{
	char name[NAME_MAX_BYTES], code[NAME_MAX_BYTES];

	act_name(name, sizeof(name), "fields", p, row, stage);
	json_key(w, name);
	write_act_fields(w, row, stage);
	snprintf(code, sizeof(code), "%s%s", row->code, stage_suffix(stage));
	char act[NAME_MAX_BYTES];
	act_name(act, sizeof(act), "act", p, row, stage);
	json_key(w, act);
	json_obj_open(w);
	json_kv_str(w, "type", "object");
	json_kv_str(w, "title", row->zh);
	if (row->article)
		json_kv_str(w, "description", row->article);
	json_kv_bool(w, "additionalProperties", false);
	json_key(w, "properties");
	json_obj_open(w);
	json_key(w, "act");
	json_obj_open(w);
	write_words(w, sv_of(code));
	json_obj_close(w);
	json_key(w, "version");
	json_obj_open(w);
	kv_type(w, "integer", "int64");
	json_obj_close(w);
	json_key(w, "happened_at");
	json_obj_open(w);
	kv_type(w, "string", NULL);
	json_obj_close(w);
	json_key(w, "fields");
	json_obj_open(w);
	kv_ref_cstr(w, name);
	json_obj_close(w);
	json_obj_close(w);
	json_key(w, "required");
	json_arr_open(w);
	json_cstr(w, "act");
	json_cstr(w, "version");
	json_arr_close(w);
	json_obj_close(w);
}

typedef void act_fn(struct json_writer *w, const struct procedure *p, const struct act_row *row, enum stage stage);

/* Every act of these procedures (bits) with each of its stages. */
static void each_act(struct json_writer *w, unsigned procedures, act_fn *fn)
{
	for (unsigned i = 0; i < PROCEDURE_COUNT; i++) {
		const struct procedure *p = procedure_get((enum matter_procedure)i);
		for (size_t j = 0; (procedures & (1u << i)) && j < p->row_count; j++) {
			for (enum stage s = STAGE_DO; s <= STAGE_RETURN; s++) {
				if (has_stage(&p->rows[j], s))
					fn(w, p, &p->rows[j], s);
			}
		}
	}
}

static void write_act_ref(struct json_writer *w, const struct procedure *p, const struct act_row *row,
			  enum stage stage)
{
	char name[NAME_MAX_BYTES];

	if (row->from == 0)
		return; /* creates a matter: not an act on one */
	act_name(name, sizeof(name), "act", p, row, stage);
	json_obj_open(w);
	kv_ref_cstr(w, name);
	json_obj_close(w);
}

/* ---- routes ---- */

static void write_request_type(struct json_writer *w, const struct api_field *f)
{
	json_obj_open(w);
	switch (f->type) {
	case API_TEXT:
		kv_type(w, "string", NULL);
		json_kv_i64(w, "minLength", 1);
		json_kv_i64(w, "maxLength", f->max);
		break;
	case API_INT:
	case API_VERSION:
		kv_type(w, "integer", "int64");
		json_kv_i64(w, "minimum", 0);
		json_kv_i64(w, "maximum", f->max);
		break;
	case API_BOOL:
		kv_type(w, "boolean", NULL);
		break;
	case API_ID:
		kv_type(w, "string", NULL);
		json_kv_str(w, "pattern", "^[0-9]+$");
		break;
	case API_DAY:
		kv_type(w, "string", "date");
		break;
	case API_TIME:
		kv_type(w, "string", NULL);
		json_kv_str(w, "x-format", "date or date-time");
		break;
	case API_CHOICE:
		write_words(w, sv_of(f->words));
		break;
	case API_OBJECT:
		if (f->words)
			kv_ref_cstr(w, f->words);
		else
			kv_type(w, "object", NULL);
		break;
	case API_ARRAY:
		json_kv_str(w, "type", "array");
		json_key(w, "items");
		json_obj_open(w);
		json_obj_close(w);
		json_kv_i64(w, "maxItems", f->max);
		break;
	}
	if (f->doc && !(f->type == API_OBJECT && f->words))
		json_kv_str(w, "description", f->doc);
	json_obj_close(w);
}

static void write_parameter(struct json_writer *w, struct sv name, const char *in, bool required,
			    const struct api_field *f)
{
	json_obj_open(w);
	json_kv_sv(w, "name", name);
	json_kv_str(w, "in", in);
	json_kv_bool(w, "required", required);
	json_key(w, "schema");
	if (f) {
		write_request_type(w, f);
	} else {
		json_obj_open(w);
		kv_type(w, "string", NULL);
		json_obj_close(w);
	}
	json_obj_close(w);
}

static bool needs_key(const struct api_route *r)
{
	return r->method == HTTP_POST && !(r->flags & API_ROUTE_NO_KEY);
}

static void write_parameters(struct json_writer *w, const struct api_route *r)
{
	json_key(w, "parameters");
	json_arr_open(w);
	for (const char *p = strchr(r->pattern, ':'); p; p = strchr(p + 1, ':'))
		write_parameter(w, (struct sv){ p + 1, strcspn(p + 1, "/") }, "path", true, NULL);
	if (needs_key(r)) {
		static const struct api_field key = { "Idempotency-Key", API_TEXT, .max = API_KEY_MAX,
						      .doc = "字母、数字、_ 和 -；相同的请求用相同的值" };
		write_parameter(w, SV("Idempotency-Key"), "header", true, &key);
	}
	for (const struct api_field *f = r->fields; f && f->name; f++) {
		if (f->in_query)
			write_parameter(w, sv_of(f->name), "query", f->required, f);
	}
	json_arr_close(w);
}

static bool has_body(const struct api_route *r)
{
	for (const struct api_field *f = r->fields; f && f->name; f++) {
		if (!f->in_query)
			return true;
	}
	return false;
}

static void write_plain_body(struct json_writer *w, const struct api_route *r)
{
	bool any = false;

	json_kv_str(w, "type", "object");
	json_kv_bool(w, "additionalProperties", false);
	json_key(w, "properties");
	json_obj_open(w);
	for (const struct api_field *f = r->fields; f->name; f++) {
		any = any || (!f->in_query && f->required);
		if (f->in_query)
			continue;
		json_key(w, f->name);
		write_request_type(w, f);
	}
	json_obj_close(w);
	if (!any)
		return;
	json_key(w, "required");
	json_arr_open(w);
	for (const struct api_field *f = r->fields; f->name; f++) {
		if (!f->in_query && f->required)
			json_cstr(w, f->name);
	}
	json_arr_close(w);
}

static void write_content(struct json_writer *w, const char *type)
{
	json_key(w, "content");
	json_obj_open(w);
	json_key(w, type);
	json_obj_open(w);
	json_key(w, "schema");
	json_obj_open(w);
}

static void close_content(struct json_writer *w)
{
	json_obj_close(w);
	json_obj_close(w);
	json_obj_close(w);
}

static void write_body(struct json_writer *w, const struct api_route *r)
{
	json_key(w, "requestBody");
	json_obj_open(w);
	json_kv_bool(w, "required", true);
	write_content(w, "application/json");
	if (r->acts) {
		json_key(w, "oneOf");
		json_arr_open(w);
		each_act(w, r->acts, write_act_ref);
		json_arr_close(w);
	} else {
		write_plain_body(w, r);
	}
	close_content(w);
	json_obj_close(w);
}

static void write_responses(struct json_writer *w, const struct api_route *r)
{
	char status[16];

	json_key(w, "responses");
	json_obj_open(w);
	snprintf(status, sizeof(status), "%d", r->status);
	json_key(w, status);
	json_obj_open(w);
	json_kv_str(w, "description", r->doc);
	if (r->reply) {
		write_content(w, "application/json");
		kv_ref_cstr(w, r->reply);
		close_content(w);
	}
	json_obj_close(w);
	json_key(w, "default");
	json_obj_open(w);
	json_kv_str(w, "description", "未办成，及其原因");
	write_content(w, "application/problem+json");
	kv_ref_cstr(w, "Problem");
	close_content(w);
	json_obj_close(w);
	json_obj_close(w);
}

/* "get_cases_id_next" */
static void write_operation_id(struct json_writer *w, const struct api_route *r)
{
	struct str id = STR_INIT(NAME_MAX_BYTES);
	const char *p = r->pattern;

	if (strncmp(p, "/api/v1", 7) == 0)
		p += 7;
	for (const char *m = http_method_name(r->method); *m; m++)
		str_append_char(&id, (char)(*m | 0x20));
	for (; *p; p++) {
		if (*p == '/' && p[1])
			str_append_char(&id, '_');
		else if (*p != ':' && *p != '/')
			str_append_char(&id, *p == '.' ? '_' : *p);
	}
	json_kv_str(w, "operationId", str_cstr(&id));
	str_release(&id);
}

static void write_route(struct json_writer *w, const struct api_route *r)
{
	char method[16];
	size_t n = 0;

	for (const char *m = http_method_name(r->method); *m && n + 1 < sizeof(method); m++)
		method[n++] = (char)(*m | 0x20);
	method[n] = '\0';
	json_key(w, method);
	json_obj_open(w);
	write_operation_id(w, r);
	json_kv_str(w, "summary", r->doc);
	if (r->roles) {
		json_key(w, "x-roles");
		json_arr_open(w);
		for (int i = 0; i < ROLE_COUNT; i++) {
			if (r->roles & (1u << i))
				json_cstr(w, role_code(1u << i));
		}
		json_arr_close(w);
	}
	if (r->flags & API_ROUTE_OPEN) {
		json_key(w, "security");
		json_arr_open(w);
		json_arr_close(w);
	}
	write_parameters(w, r);
	if (has_body(r))
		write_body(w, r);
	write_responses(w, r);
	json_obj_close(w);
}

/* "/cases/:id" to "/cases/{id}" */
static void write_path_key(struct json_writer *w, const char *pattern)
{
	struct str path = STR_INIT(NAME_MAX_BYTES);

	for (const char *p = pattern; *p; p++) {
		if (*p != ':') {
			str_append_char(&path, *p);
			continue;
		}
		size_t n = strcspn(p + 1, "/");
		str_printf(&path, "{%.*s}", (int)n, p + 1);
		p += n;
	}
	json_key(w, str_cstr(&path));
	str_release(&path);
}

static bool seen_before(size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (strcmp(api_routes[j].pattern, api_routes[i].pattern) == 0)
			return true;
	}
	return false;
}

static void write_paths(struct json_writer *w)
{
	json_key(w, "paths");
	json_obj_open(w);
	for (size_t i = 0; i < api_route_count; i++) {
		if (seen_before(i))
			continue;
		write_path_key(w, api_routes[i].pattern);
		json_obj_open(w);
		for (size_t j = i; j < api_route_count; j++) {
			if (strcmp(api_routes[j].pattern, api_routes[i].pattern) == 0)
				write_route(w, &api_routes[j]);
		}
		json_obj_close(w);
	}
	json_obj_close(w);
}

static void write_security(struct json_writer *w)
{
	json_key(w, "securitySchemes");
	json_obj_open(w);
	json_key(w, "session");
	json_obj_open(w);
	json_kv_str(w, "type", "http");
	json_kv_str(w, "scheme", "bearer");
	json_kv_str(w, "description", "POST /sessions 得到的 token");
	json_obj_close(w);
	json_obj_close(w);
}

void api_openapi_write(struct json_writer *w)
{
	json_obj_open(w);
	json_kv_str(w, "openapi", "3.0.3");
	json_key(w, "info");
	json_obj_open(w);
	json_kv_str(w, "title", "ipcase");
	json_kv_str(w, "description", "知识产权案件办理：线索、案件、期限、待办、统计");
	json_kv_str(w, "version", IPCASE_VERSION);
	json_key(w, "license");
	json_obj_open(w);
	json_kv_str(w, "name", "MulanPSL-2.0");
	json_obj_close(w);
	json_obj_close(w);
	json_key(w, "security");
	json_arr_open(w);
	json_obj_open(w);
	json_key(w, "session");
	json_arr_open(w);
	json_arr_close(w);
	json_obj_close(w);
	json_arr_close(w);
	write_paths(w);
	json_key(w, "components");
	json_obj_open(w);
	write_security(w);
	json_key(w, "schemas");
	json_obj_open(w);
	for (size_t i = 0; i < api_schema_count; i++)
		write_schema(w, &api_schemas[i]);
	write_fields(w);
	each_act(w, UINT32_MAX, write_act);
	json_obj_close(w);
	json_obj_close(w);
	json_obj_close(w);
}

/* ---- made once ---- */

static pthread_once_t made_once = PTHREAD_ONCE_INIT;
static struct str made;

static void make(void)
{
	struct json_writer w;

	str_init(&made, DOCUMENT_MAX);
	json_writer_init(&w, &made);
	api_openapi_write(&w);
	CHECK(json_writer_ok(&w));
}

struct sv api_openapi(void)
{
	pthread_once(&made_once, make);
	return (struct sv){ made.p, made.len };
}

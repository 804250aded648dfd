/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The OpenAPI 3.0.3 document: routes and their fields, schemas of replies; fields and acts of the procedures are in
 * api_openapi_acts.c. All from the tables the program runs on. */
#include "api/api.h"

#include <pthread.h>
#include <stdio.h>

#include "api/api_openapi.h"
#include "api/api_schema.h"

#ifndef IPCASE_VERSION
#define IPCASE_VERSION "0"
#endif

enum { DOCUMENT_MAX = 4 << 20 };

static void kv_ref(struct json_writer *w, struct sv name)
{
	char ref[OPENAPI_NAME_MAX];

	snprintf(ref, sizeof(ref), "#/components/schemas/%.*s", SV_ARG(name));
	json_kv_str(w, "$ref", ref);
}

void openapi_ref(struct json_writer *w, const char *name)
{
	kv_ref(w, sv_of(name));
}

void openapi_words(struct json_writer *w, struct sv words)
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

void openapi_type(struct json_writer *w, const char *type, const char *format)
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
		openapi_words(w, type);
	} else if (sv_eq_str(type, "id")) {
		openapi_type(w, "string", NULL);
		json_kv_str(w, "pattern", "^[0-9]+$");
	} else {
		for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
			if (sv_eq_str(type, plain[i].word))
				openapi_type(w, plain[i].type, plain[i].format);
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

/* ---- routes ---- */

static void write_request_type(struct json_writer *w, const struct api_field *f)
{
	json_obj_open(w);
	switch (f->type) {
	case API_TEXT:
		openapi_type(w, "string", NULL);
		json_kv_i64(w, "minLength", 1);
		json_kv_i64(w, "maxLength", f->max);
		break;
	case API_INT:
	case API_VERSION:
		openapi_type(w, "integer", "int64");
		json_kv_i64(w, "minimum", 0);
		json_kv_i64(w, "maximum", f->max);
		break;
	case API_BOOL:
		openapi_type(w, "boolean", NULL);
		break;
	case API_ID:
		openapi_type(w, "string", NULL);
		json_kv_str(w, "pattern", "^[0-9]+$");
		break;
	case API_DAY:
		openapi_type(w, "string", "date");
		break;
	case API_TIME:
		openapi_type(w, "string", NULL);
		json_kv_str(w, "x-format", "date or date-time");
		break;
	case API_CHOICE:
		openapi_words(w, sv_of(f->words));
		break;
	case API_OBJECT:
		if (f->words)
			openapi_ref(w, f->words);
		else
			openapi_type(w, "object", NULL);
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
		openapi_type(w, "string", NULL);
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
	return (r->flags & API_ROUTE_BYTES) != 0;
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
	write_content(w, (r->flags & API_ROUTE_BYTES) ? "application/octet-stream" : "application/json");
	if (r->flags & API_ROUTE_BYTES) {
		openapi_type(w, "string", "binary");
	} else if (r->acts) {
		json_key(w, "oneOf");
		json_arr_open(w);
		openapi_act_refs(w, r->acts);
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
	if (r->reply || (r->flags & (API_ROUTE_FILE | API_ROUTE_EVENTS))) {
		write_content(w, (r->flags & API_ROUTE_FILE)	 ? "*/*"
				 : (r->flags & API_ROUTE_EVENTS) ? "text/event-stream"
								 : "application/json");
		if (r->flags & (API_ROUTE_FILE | API_ROUTE_EVENTS))
			openapi_type(w, "string", (r->flags & API_ROUTE_FILE) ? "binary" : NULL);
		else
			openapi_ref(w, r->reply);
		close_content(w);
	}
	json_obj_close(w);
	json_key(w, "default");
	json_obj_open(w);
	json_kv_str(w, "description", "未办成，及其原因");
	write_content(w, "application/problem+json");
	openapi_ref(w, "Problem");
	close_content(w);
	json_obj_close(w);
	json_obj_close(w);
}

/* "get_cases_id_next" */
static void write_operation_id(struct json_writer *w, const struct api_route *r)
{
	struct str id = STR_INIT(OPENAPI_NAME_MAX);
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
	struct str path = STR_INIT(OPENAPI_NAME_MAX);

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
	json_key(w, "cookie");
	json_obj_open(w);
	json_kv_str(w, "type", "apiKey");
	json_kv_str(w, "in", "cookie");
	json_kv_str(w, "name", "ipcase_session");
	json_kv_str(w, "description", "浏览器：POST /sessions 时 cookie 为 true；GET 以外的请求须带 X-IPCase: console");
	json_obj_close(w);
	json_obj_close(w);
}

/* Either of them will do. */
static void write_security_use(struct json_writer *w, const char *scheme)
{
	json_obj_open(w);
	json_key(w, scheme);
	json_arr_open(w);
	json_arr_close(w);
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
	write_security_use(w, "session");
	write_security_use(w, "cookie");
	json_arr_close(w);
	write_paths(w);
	json_key(w, "components");
	json_obj_open(w);
	write_security(w);
	json_key(w, "schemas");
	json_obj_open(w);
	for (size_t i = 0; i < api_schema_count; i++)
		write_schema(w, &api_schemas[i]);
	openapi_fields(w);
	openapi_acts(w);
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

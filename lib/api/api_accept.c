/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Is this request what the route takes? Roles, Idempotency-Key, query and body, strictly: an unknown name, a wrong
 * type or a missing value is refused with the field's name. */
#include "api/api.h"

#include <stdio.h>

#include "api/api_cookie.h"
#include "base/clock.h"
#include "base/text.h"
#include "crypto/crypto.h"

static enum err_code refuse(struct err *err, const char *field, const char *rule, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

static enum err_code refuse(struct err *err, const char *field, const char *rule, const char *fmt, ...)
{
	char message[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	err_set(err, ERR_INVALID, rule, "%s", message);
	err_field(err, "%s", field);
	return ERR_INVALID;
}

/* ---- one value ---- */

/* Position of the word in "mine|unit|week", or -1. */
static int word_index(const char *words, struct sv word)
{
	for (int i = 0; *words; i++) {
		size_t n = strcspn(words, "|");
		if (sv_eq((struct sv){ words, n }, word))
			return i;
		words += n + (words[n] == '|');
	}
	return -1;
}

static enum err_code from_text(const struct api_field *f, struct sv text, struct api_value *ret, struct err *err)
{
	day_t day;
	int index;

	ret->text = text;
	switch (f->type) {
	case API_TEXT:
		if (text.n == 0 || text_count_chars(text) > (size_t)f->max)
			return refuse(err, f->name, "length", "%s 须为 1 到 %lld 个字", f->name, (long long)f->max);
		return ERR_OK;
	case API_INT:
	case API_VERSION:
		if (!sv_to_i64(text, &ret->num) || ret->num < 0 || ret->num > f->max)
			return refuse(err, f->name, "range", "%s 须为 0 到 %lld 的整数", f->name, (long long)f->max);
		return ERR_OK;
	case API_ID:
		if (!sv_to_i64(text, &ret->num) || ret->num < 0)
			return refuse(err, f->name, "id", "%s 不是有效编号", f->name);
		return ERR_OK;
	case API_BOOL:
		ret->num = sv_eq_str(text, "1") || sv_eq_str(text, "true");
		if (!ret->num && !sv_eq_str(text, "0") && !sv_eq_str(text, "false"))
			return refuse(err, f->name, "type", "%s 须为 true 或 false", f->name);
		return ERR_OK;
	case API_DAY:
		if (!day_parse_iso(text, &day))
			return refuse(err, f->name, "date", "%s 须写成 2026-09-23 的形式", f->name);
		ret->num = day;
		return ERR_OK;
	case API_TIME:
		if (!api_time(text, clock_now(), &ret->num))
			return refuse(err, f->name, "time", "%s 须为日期（2026-09-23）或带时区的时间", f->name);
		return ERR_OK;
	case API_CHOICE:
		index = word_index(f->words, text);
		if (index < 0)
			return refuse(err, f->name, "choice", "%s 只能是 %s 之一", f->name, f->words);
		ret->num = index;
		return ERR_OK;
	case API_OBJECT:
	case API_ARRAY:
		break;
	}
	return refuse(err, f->name, "type", "%s 的类型不对", f->name);
}

static enum err_code wrong_type(const struct api_field *f, const struct json_value *v, struct err *err)
{
	static const char *const names[] = {
		[API_TEXT] = "字符串", [API_INT] = "整数", [API_BOOL] = "true 或 false", [API_ID] = "编号字符串",
		[API_DAY] = "日期字符串", [API_TIME] = "日期或时间字符串", [API_CHOICE] = "字符串",
		[API_VERSION] = "整数", [API_OBJECT] = "对象", [API_ARRAY] = "数组",
	};

	return refuse(err, f->name, "type", "%s 须为%s，不是%s", f->name, names[f->type],
		      json_type_zh(json_type(v)));
}

static enum err_code from_json(const struct api_field *f, const struct json_value *v, struct api_value *ret,
			       struct err *err)
{
	enum json_type type = json_type(v);

	ret->set = true;
	ret->json = v;
	switch (f->type) {
	case API_INT:
	case API_VERSION:
		if (type != JSON_NUMBER)
			return wrong_type(f, v, err);
		return from_text(f, json_number_text(v), ret, err);
	case API_BOOL:
		ret->num = json_is_true(v);
		return type == JSON_BOOL ? ERR_OK : wrong_type(f, v, err);
	case API_ID:
		if (type == JSON_NUMBER)
			return from_text(f, json_number_text(v), ret, err);
		break;
	case API_OBJECT:
		return type == JSON_OBJECT ? ERR_OK : wrong_type(f, v, err);
	case API_ARRAY:
		if (type != JSON_ARRAY)
			return wrong_type(f, v, err);
		if (json_count(v) > (size_t)f->max)
			return refuse(err, f->name, "count", "%s 最多 %lld 项", f->name, (long long)f->max);
		return ERR_OK;
	case API_TEXT:
	case API_DAY:
	case API_TIME:
	case API_CHOICE:
		break;
	}
	if (type != JSON_STRING)
		return wrong_type(f, v, err);
	return from_text(f, json_string(v), ret, err);
}

/* ---- the whole ---- */

static const struct api_field *find_field(const struct api_route *route, struct sv name, bool in_query,
					  size_t *ret_index)
{
	for (size_t i = 0; route->fields && route->fields[i].name; i++) {
		if (route->fields[i].in_query == in_query && sv_eq_str(name, route->fields[i].name)) {
			*ret_index = i;
			return &route->fields[i];
		}
	}
	return NULL;
}

static enum err_code read_query(struct api_request *r, struct err *err)
{
	for (size_t i = 0; i < http_query_count(r->http); i++) {
		const struct http_pair *pair = http_query_at(r->http, i);
		size_t index;
		const struct api_field *f = find_field(r->route, pair->name, true, &index);
		char name[48];

		if (!f) {
			snprintf(name, sizeof(name), "%.*s", SV_ARG(pair->name));
			return refuse(err, text_is_valid_utf8(sv_of(name)) ? name : "", "unknown-parameter",
				      "没有这个查询参数");
		}
		r->values[index].set = true;
		if (from_text(f, pair->value, &r->values[index], err) != ERR_OK)
			return ERR_INVALID;
	}
	return ERR_OK;
}

static bool has_body_fields(const struct api_route *route)
{
	for (size_t i = 0; route->fields && route->fields[i].name; i++) {
		if (!route->fields[i].in_query)
			return true;
	}
	return false;
}

static enum err_code read_body(struct api_request *r, struct err *err)
{
	struct sv body = http_body(r->http);
	enum err_code code;

	if (r->route->flags & API_ROUTE_BYTES)
		return ERR_OK;
	if (!has_body_fields(r->route)) {
		if (body.n == 0)
			return ERR_OK;
		return err_set(err, ERR_MALFORMED, "no-body", "此请求不接受内容");
	}
	code = json_parse(&r->body_arena, body, &r->doc, err);
	if (code != ERR_OK)
		return code;
	if (json_type(json_root(r->doc)) != JSON_OBJECT)
		return err_set(err, ERR_MALFORMED, "not-an-object", "请求内容须为 JSON 对象");
	r->body = json_root(r->doc);
	for (const struct json_value *v = json_first(r->body); v; v = json_next(v)) {
		size_t index;
		const struct api_field *f = find_field(r->route, json_name(v), false, &index);
		if (!f) {
			code = err_set(err, ERR_INVALID, "unknown-field", "没有这个字段");
			err_field(err, "%.*s", SV_ARG(json_name(v)));
			return code;
		}
		/* null is the same as absent. */
		if (json_type(v) == JSON_NULL)
			continue;
		if ((code = from_json(f, v, &r->values[index], err)) != ERR_OK)
			return code;
	}
	return ERR_OK;
}

static enum err_code check_present(const struct api_request *r, struct err *err)
{
	for (size_t i = 0; r->route->fields && r->route->fields[i].name; i++) {
		const struct api_field *f = &r->route->fields[i];
		if (!f->required || r->values[i].set)
			continue;
		if (f->type != API_VERSION)
			return refuse(err, f->name, "required", "缺少 %s", f->name);
		err_set(err, ERR_NEED_VERSION, "version-required", "缺少 version：请注明依据的版本号");
		err_field(err, "%s", f->name);
		return ERR_NEED_VERSION;
	}
	return ERR_OK;
}

/* ---- idempotency ---- */

static enum err_code read_key(struct api_request *r, struct arena *arena, struct err *err)
{
	struct sv key = http_header(r->http, "Idempotency-Key");
	bool good = key.n > 0 && key.n <= API_KEY_MAX && http_header_count(r->http, "Idempotency-Key") == 1;

	for (size_t i = 0; i < key.n && good; i++) {
		char c = key.p[i];
		good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
		       c == '-';
	}
	if (!good)
		return err_set(err, ERR_NEED_KEY, "idempotency-key-required",
			       "缺少 Idempotency-Key，或者不是 1 到 64 个字母、数字、_ 和 -");
	r->key = arena_strndup(arena, key.p, key.n);
	return ERR_OK;
}

static void digest_request(struct api_request *r)
{
	struct crypto_digest *d = crypto_digest_new();
	uint8_t out[CRYPTO_SHA256_SIZE];
	const char *method = http_method_name(r->route->method);
	struct sv path = http_path(r->http), body = http_body(r->http);

	crypto_digest_update(d, method, strlen(method));
	crypto_digest_update(d, "\n", 1);
	crypto_digest_update(d, path.p, path.n);
	crypto_digest_update(d, "\n", 1);
	crypto_digest_update(d, body.p, body.n);
	crypto_digest_finish(d, out);
	crypto_hex(out, sizeof(out), r->digest);
}

/* ---- the step ---- */

static const char *role_names(struct arena *arena, uint32_t roles)
{
	const char *ret = "";

	for (int i = 0; i < ROLE_COUNT; i++) {
		if (roles & (1u << i))
			ret = arena_printf(arena, "%s%s%s", ret, ret[0] ? "、" : "", role_zh(1u << i));
	}
	return ret;
}

enum step api_accept(struct task *t)
{
	struct api_request *r = api_request(t);
	const struct call *call = task_ctx(t);
	struct err *err = task_err(t);
	bool changes = r->route->method != HTTP_GET;

	if (r->by_cookie && call->who && api_cookie_check(r->http, changes, err) != ERR_OK)
		return STEP_FAIL;
	if (call->who && !call->who->totp && (call->who->actor.roles & call->app->config.totp_roles) &&
	    !(r->route->flags & API_ROUTE_SETUP))
		return task_fail(t, ERR_FORBIDDEN, "totp-required", "请先启用动态口令，再办理业务");
	if (r->route->roles && !(call->who->actor.roles & r->route->roles))
		return task_fail(t, ERR_FORBIDDEN, "role", "只有%s可以办理",
				 role_names(task_arena(t), r->route->roles));
	if (r->route->method == HTTP_POST && !(r->route->flags & API_ROUTE_NO_KEY)) {
		if (read_key(r, task_arena(t), err) != ERR_OK)
			return STEP_FAIL;
		digest_request(r);
	}
	if (read_query(r, err) != ERR_OK || read_body(r, err) != ERR_OK || check_present(r, err) != ERR_OK)
		return STEP_FAIL;
	return STEP_NEXT;
}

const struct api_value *api_value(const struct api_request *r, const char *name)
{
	for (size_t i = 0; r->route->fields && r->route->fields[i].name; i++) {
		if (strcmp(r->route->fields[i].name, name) == 0)
			return &r->values[i];
	}
	BUG("route %s has no field %s", r->route->pattern, name);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What went wrong, as an exit code, as lines for people and as a problem document. */
#include "client.h"

#define PROBLEM_PREFIX "urn:ipcase:problem:"

enum exit_code exit_code_of_status(long status, const char *slug)
{
	switch (status) {
	case 400:
	case 413:
	case 422:
		return CLI_INVALID;
	case 401:
	case 403:
	case 429:
		return CLI_DENIED;
	case 404:
		return CLI_NOT_FOUND;
	case 409: /* a concurrent change won: no rule was broken */
		return slug && strcmp(slug, "conflict") == 0 ? CLI_STALE : CLI_REFUSED;
	case 412:
	case 428:
		return CLI_STALE;
	case 502:
	case 503:
	case 504:
	case 507:
		return CLI_UNAVAILABLE;
	default:
		return CLI_OTHER;
	}
}

enum exit_code exit_code_of_err(const struct err *err)
{
	if (strcmp(err->rule, "usage") == 0)
		return CLI_USAGE;
	return exit_code_of_status(err_http_status(err->code), err_slug(err->code));
}

static const char *keep(struct client *c, const char *text)
{
	return text && text[0] ? arena_strdup(&c->arena, text) : NULL;
}

enum exit_code client_fail(struct client *c, const struct err *err)
{
	bool usage = strcmp(err->rule, "usage") == 0;
	c->problem = (struct problem){
		.code = exit_code_of_err(err),
		.title = keep(c, err->message[0] ? err->message : err_meaning(err->code)),
		.detail = keep(c, err->detail),
		.field = keep(c, err->field),
		.rule = keep(c, usage ? "" : err->rule),
		.article = keep(c, err->article),
		.slug = usage ? "usage" : err_slug(err->code),
	};
	return c->problem.code;
}

enum exit_code client_problem(struct client *c, enum exit_code code, const char *slug,
			      const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	c->problem = (struct problem){
		.code = code,
		.slug = slug,
		.title = arena_vprintf(&c->arena, fmt, ap),
	};
	va_end(ap);
	return code;
}

enum exit_code client_fail_reply(struct client *c, const struct reply *reply)
{
	const struct json_value *root = reply->root;
	const char *type = client_member(c, root, "type");
	struct problem *p = &c->problem;
	*p = (struct problem){ .status = reply->http.status };
	if (type && strncmp(type, PROBLEM_PREFIX, strlen(PROBLEM_PREFIX)) == 0)
		p->slug = type + strlen(PROBLEM_PREFIX);
	p->code = exit_code_of_status(p->status, p->slug);
	p->title = client_member(c, root, "title");
	p->detail = client_member(c, root, "detail");
	p->field = client_member(c, root, "field");
	p->rule = client_member(c, root, "rule");
	p->article = client_member(c, root, "article");
	p->request_id = client_member(c, root, "request_id");
	if (json_type(root) == JSON_OBJECT && p->title) {
		const struct str *body = &reply->http.body;
		p->document =
			(struct sv){ arena_strndup(&c->arena, body->p, body->len), body->len };
	} else {
		p->title =
			p->code == CLI_UNAVAILABLE
				? "服务器暂时无法服务，请稍后重试"
				: arena_printf(&c->arena, "服务器答复异常（HTTP %ld）", p->status);
	}
	if (p->status == 401 && c->logged_in && !c->one_shot)
		p->detail = "登录已失效，请执行 ipcase login 重新登录";
	return p->code;
}

static void print_one_line(struct sv json)
{
	/* Line breaks in JSON are only blanks between tokens. */
	json = sv_trim(json);
	for (size_t i = 0; i < json.n; i++)
		putchar(json.p[i] == '\n' || json.p[i] == '\r' ? ' ' : json.p[i]);
	putchar('\n');
}

static void kv_if(struct json_writer *w, const char *key, const char *text)
{
	if (text)
		json_kv_str(w, key, text);
}

static void print_problem_document(struct client *c)
{
	const struct problem *p = &c->problem;
	if (p->document.n > 0) {
		print_one_line(p->document);
		return;
	}
	struct str out = STR_INIT(1 << 16);
	struct json_writer w;
	json_writer_init(&w, &out);
	json_obj_open(&w);
	json_kv_str(&w, "type",
		    arena_printf(&c->arena, PROBLEM_PREFIX "%s", p->slug ? p->slug : "client"));
	json_kv_str(&w, "title", p->title);
	if (p->status > 0)
		json_kv_i64(&w, "status", p->status);
	kv_if(&w, "detail", p->detail);
	kv_if(&w, "field", p->field);
	kv_if(&w, "rule", p->rule);
	kv_if(&w, "article", p->article);
	json_obj_close(&w);
	print_one_line((struct sv){ out.p, out.len });
	str_release(&out);
}

static void print_part(struct client *c, const struct term *term, const char *label,
		       const char *text)
{
	if (text)
		fprintf(term->file, "%s: %.*s\n", label,
			SV_ARG(term_clean(&c->arena, sv_of(text))));
}

void client_print_problem(struct client *c)
{
	const struct problem *p = &c->problem;
	if (!p->title)
		return;
	struct term term;
	term_init(&term, stderr, c->args ? args_option(c->args, "color") : NULL);
	fflush(stdout);
	term_print(&term, STYLE_RED, "错误");
	fprintf(stderr, ": %.*s\n", SV_ARG(term_clean(&c->arena, sv_of(p->title))));
	print_part(c, &term, "依据", p->article);
	print_part(c, &term, "字段", p->field);
	if (!p->detail || strcmp(p->detail, p->title) != 0)
		print_part(c, &term, "说明", p->detail);
	print_part(c, &term, "请求编号", p->request_id);
	if (c->json)
		print_problem_document(c);
}

void client_print_json(const struct reply *reply)
{
	const struct str *body = &reply->http.body;
	print_one_line(body->len > 0 ? (struct sv){ body->p, body->len } : SV("{}"));
}

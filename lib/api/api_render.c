/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "api/api_render.h"

enum { NAME_BYTES = 1024 };

/* RFC 8187: any name, nothing of it left unescaped. */
static const char *disposition(struct arena *arena, const char *name)
{
	static const char hex[] = "0123456789ABCDEF";
	struct str value = STR_INIT(NAME_BYTES);

	str_append_cstr(&value, "attachment; filename*=UTF-8''");
	for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("-._~", *p);
		if (plain) {
			str_append_char(&value, (char)*p);
			continue;
		}
		str_append_char(&value, '%');
		str_append_char(&value, hex[*p >> 4]);
		str_append_char(&value, hex[*p & 15]);
	}
	const char *ret = value.failed ? "attachment" : arena_strdup(arena, str_cstr(&value));
	str_release(&value);
	return ret;
}

static void add_header(struct http_request *req, const char *name, const char *value)
{
	if (http_reply_header(req, name, value) != ERR_OK)
		BUG("header %s", name);
}

void api_file_headers(struct task *t, const char *base, const char *suffix)
{
	struct http_request *http = api_request(t)->http;
	const struct call *call = task_ctx(t);

	http_log_account(http, sv_of(call->who->account));
	add_header(http, "Cache-Control", "private, no-cache");
	add_header(http, "Content-Disposition", disposition(task_arena(t), arena_printf(task_arena(t), "%s.%s", base, suffix)));
}

enum step api_reply_render(struct task *t, struct render_file **made, enum render_kind kind, const char *base)
{
	const struct call *call = task_ctx(t);
	struct http_file file = { .size = render_file_size(*made), .read = render_file_read, .close = render_file_close,
				  .ctx = *made };

	api_file_headers(t, base, render_suffix(kind));
	*made = NULL;
	http_reply_file(api_request(t)->http, 200, render_media_type(kind), &file, call->app->content_pool);
	return STEP_DONE;
}

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/peer_names.h"

#include "gen/queries.h"
#include "json/json_reader.h"

enum { CODE_MAX = 60, CODES_BYTES = 4096 };

/* Codes are [a-z0-9-], so nothing needs quoting; others name nobody. */
static bool is_code(struct sv code)
{
	for (size_t i = 0; i < code.n; i++) {
		char c = code.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return code.n > 0 && code.n <= CODE_MAX;
}

enum step peer_names_load(struct task *t, const char *list)
{
	struct call *call = task_ctx(t);
	struct str codes = STR_INIT(CODES_BYTES);
	struct json_doc *doc;

	str_append_char(&codes, '{');
	if (json_parse(task_arena(t), sv_of(list), &doc, NULL) == ERR_OK) {
		for (const struct json_value *v = json_first(json_root(doc)); v; v = json_next(v)) {
			struct sv code = json_string(v);
			if (is_code(code))
				str_printf(&codes, "%s%.*s", codes.len > 1 ? "," : "", SV_ARG(code));
		}
	}
	str_append_char(&codes, '}');
	call->seg = app_segment(call, PG_LANE_READ);
	pg_segment_addv(call->seg, Q_PEER_NAMES, PG_TEXT(((struct sv){ codes.p, codes.len })));
	str_release(&codes);
	return pg_segment_wait(call->seg, t);
}

void peer_names_read(struct task *t, struct peer_names *ret)
{
	const struct call *call = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(call->seg);
	size_t n = pg_rows(r, 1);

	ret->codes = arena_array(task_arena(t), const char *, n + 1);
	ret->names = arena_array(task_arena(t), const char *, n + 1);
	for (ret->count = 0; ret->count < n; ret->count++) {
		ret->codes[ret->count] = pg_cstr(r, 1, ret->count, 0);
		ret->names[ret->count] = pg_cstr(r, 1, ret->count, 1);
	}
}

const char *peer_name_of(const struct peer_names *names, const char *code)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->codes[i], code) == 0)
			return names->names[i];
	}
	return code;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The signed conversation of a hand-over, checked here: each record's signature, and that none is missing, doubled,
 * altered or moved. What the server says about itself is not asked. */
#include <stdio.h>

#include "commands.h"
#include "handoff.h"
#include "package/thread.h"
#include "view.h"

enum { SIGNATURE_MAX = 1 << 20 };

struct checked {
	struct record record;
	const struct json_value *row;
	bool parsed, signature_good, chain_good;
	const char *trouble; /* NULL: none */
	const char *rule;
};

/* ---- base64 ---- */

static int digit(char ch)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = ch ? strchr(digits, ch) : NULL;
	return at ? (int)(at - digits) : -1;
}

bool handoff_base64(struct arena *arena, struct sv text, struct sv *ret)
{
	size_t n = 0, bits = 0;
	uint32_t value = 0;
	while (text.n > 0 && text.p[text.n - 1] == '=')
		text.n--;
	if (text.n > SIGNATURE_MAX)
		return false;
	char *out = arena_alloc(arena, text.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		int d = digit(text.p[i]);
		if (d < 0)
			return false;
		value = value << 6 | (uint32_t)d;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(value >> bits & 255);
		}
	}
	*ret = (struct sv){ out, n };
	return true;
}

/* ---- trust ---- */

enum exit_code handoff_trust(struct client *c, const struct args *args, struct crypto_trust **ret)
{
	struct err err = ERR_INIT;
	*ret = NULL;
	for (size_t i = 0; i < args->option_count; i++) {
		const struct given_option *option = &args->options[i];
		struct sv pem;
		if (strcmp(option->spec->name, "trust") != 0)
			continue;
		if (!*ret)
			*ret = crypto_trust_new();
		if (client_read_file(&c->arena, option->value, CRYPTO_PEM_MAX, &pem, &err))
			return client_fail(c, &err);
		if (crypto_trust_add_pem(*ret, pem, &err))
			return client_problem(c, CLI_USAGE, "usage", "可信证书文件 %s 不能采用：%s", option->value,
					      err.message);
	}
	return CLI_OK;
}

/* ---- checking ---- */

static void note(struct checked *k, struct arena *a, const struct err *err)
{
	if (k->trouble)
		return;
	k->trouble = arena_strdup(a, err->message);
	k->rule = arena_strdup(a, err->rule);
}

static void check(struct arena *a, struct thread_check *tc, const struct crypto_trust *trust, struct checked *k)
{
	struct sv body = json_string(json_get(k->row, "body")), cms, sm2 = { NULL, 0 };
	const struct json_value *side = json_get(k->row, "sm2");
	struct record_digest digest = record_digest(body), said;
	struct crypto_certificate certificate;
	struct err err = ERR_INIT;
	if (record_parse(a, body, "记录", &k->record, &err)) {
		note(k, a, &err);
		return;
	}
	k->parsed = true;
	if (!record_digest_parse(json_string(json_get(k->row, "digest")), &said) || !record_digest_eq(&digest, &said)) {
		err_set(&err, ERR_INVALID, "digest", "摘要与内容不符");
		note(k, a, &err);
	}
	if (!handoff_base64(a, json_string(json_get(k->row, "cms")), &cms) ||
	    (json_type(side) == JSON_STRING && !handoff_base64(a, json_string(side), &sm2))) {
		err_set(&err, ERR_INVALID, "signature-wrong", "签名不是 base64");
		note(k, a, &err);
	} else if (record_verify(body, &k->record, cms, sm2, trust, &certificate, &err)) {
		note(k, a, &err);
	} else {
		k->signature_good = true;
	}
	if (thread_check_record(tc, &k->record, &digest, &err))
		note(k, a, &err);
	else
		k->chain_good = true;
}

static size_t check_all(struct arena *a, const struct json_value *records, const struct crypto_trust *trust,
			struct checked **ret, size_t *ret_wrong)
{
	struct thread_check *tc = thread_check_new();
	size_t n = 0;
	*ret = arena_array(a, struct checked, json_count(records) + 1);
	*ret_wrong = 0;
	for (const struct json_value *v = json_first(records); v; v = json_next(v)) {
		struct checked *k = &(*ret)[n++];
		k->row = v;
		check(a, tc, trust, k);
		*ret_wrong += k->trouble != NULL;
	}
	thread_check_free(tc);
	return n;
}

/* ---- showing ---- */

static const char *mark(const struct checked *k, bool good)
{
	return !k->parsed ? "—" : good ? "通过" : "不符";
}

static void print_records(struct client *c, const struct checked *list, size_t count)
{
	static const struct column columns[] = {
		{ "次序", COLUMN_FIXED, true },  { "记录", COLUMN_FIXED, false }, { "机关", COLUMN_CUT, false },
		{ "办理人", COLUMN_CUT, false }, { "时间", COLUMN_FIXED, false }, { "文号", COLUMN_CUT, false },
		{ "摘要", COLUMN_FIXED, false }, { "签名", COLUMN_FIXED, false }, { "次序核对", COLUMN_FIXED, false },
	};
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < count; i++) {
		const struct checked *k = &list[i];
		const struct record *r = &k->record;
		struct sv kind = view_member(a, k->row, "kind_zh");
		char at[40] = "";
		if (k->parsed)
			instant_format(r->happened_at, at);
		if (k->parsed && r->is_registered)
			kind = sv_of(arena_printf(a, "%.*s（%.*s登记）", SV_ARG(kind), SV_ARG(r->registered_medium)));
		table_cell(t, STYLE_PLAIN, view_member(a, k->row, "ordinal"));
		table_cell(t, STYLE_PLAIN, kind);
		table_cell(t, STYLE_PLAIN, k->parsed ? r->organ : view_member(a, k->row, "lane"));
		table_cell(t, STYLE_PLAIN, k->parsed ? r->actor : SV(""));
		table_cell_cstr(t, STYLE_PLAIN, at[0] ? arena_printf(a, "%.10s %.5s", at, at + 11) : "");
		table_cell(t, STYLE_PLAIN, k->parsed ? r->number : SV(""));
		table_cell(t, STYLE_PLAIN, handoff_short_digest(json_string(json_get(k->row, "digest"))));
		table_cell_cstr(t, k->signature_good ? STYLE_PLAIN : STYLE_RED, mark(k, k->signature_good));
		table_cell_cstr(t, k->chain_good ? STYLE_PLAIN : STYLE_RED, mark(k, k->chain_good));
	}
	table_print(t, &c->out);
	for (size_t i = 0; i < count; i++) {
		if (list[i].trouble)
			print_wrapped(&c->out, STYLE_RED, arena_printf(a, "第 %zu 份: ", i + 1),
				      term_clean(a, sv_of(list[i].trouble)));
	}
}

static void print_packages(struct client *c, const struct json_value *packages)
{
	struct arena *a = &c->arena;
	for (const struct json_value *v = json_first(packages); v; v = json_next(v)) {
		struct sv name = term_clean(a, view_member(a, v, "name"));
		struct sv manifest = handoff_short_digest(json_string(json_get(v, "manifest")));
		print_wrapped(&c->out, STYLE_PLAIN, "材料包: ",
			      sv_of(arena_printf(a, "%.*s，%.*s 项，%.*s 字节，清单摘要 %.*s%s", SV_ARG(name),
						 SV_ARG(view_member(a, v, "items")), SV_ARG(view_member(a, v, "bytes")),
						 SV_ARG(manifest),
						 json_is_true(json_get(v, "held")) ? "" : "（只有清单）")));
	}
}

/* What has not reached the others yet. */
static void print_outgoing(struct client *c, const struct json_value *outbox)
{
	struct arena *a = &c->arena;
	for (const struct json_value *v = json_first(outbox); v; v = json_next(v)) {
		struct sv to = term_clean(a, view_member(a, v, "to_name"));
		struct sv error = term_clean(a, view_member(a, v, "error"));
		if (json_type(json_get(v, "done_at")) == JSON_STRING)
			continue;
		const char *why = error.n > 0 ? arena_printf(a, "：%.*s", SV_ARG(error)) : "";
		print_wrapped(&c->out, STYLE_YELLOW, "尚未送达: ",
			      sv_of(arena_printf(a, "第 %.*s 份 → %.*s（已试 %.*s 次%s）",
						 SV_ARG(view_member(a, v, "n")), SV_ARG(to),
						 SV_ARG(view_member(a, v, "tries")), why)));
	}
}

static void print_thread(struct client *c, const struct json_value *root, const struct checked *list, size_t count,
			 size_t wrong, bool trusted)
{
	struct arena *a = &c->arena;
	view_line(c, "种类", view_member(a, root, "channel_zh"));
	view_line(c, "移送文号", view_member(a, root, "number"));
	view_line(c, "移送标识", view_member(a, root, "thread"));
	print_records(c, list, count);
	print_packages(c, json_get(root, "packages"));
	print_outgoing(c, json_get(root, "outbox"));
	if (wrong > 0) {
		term_print(&c->out, STYLE_RED, "结论：%zu 份记录中有 %zu 份不符", count, wrong);
		putchar('\n');
		return;
	}
	if (count == 0) {
		puts("还没有往来记录");
		return;
	}
	printf("结论：%zu 份记录的签名和次序全部相符\n", count);
	if (!trusted)
		puts("说明：签名与记录内证书一致；证书本身未与可信名单核对（用 --trust 证书文件）");
}

static void print_json(const struct json_value *root, const struct checked *list, size_t count, size_t wrong, bool trusted)
{
	struct str out = STR_INIT(CLIENT_BODY_MAX);
	struct json_writer w;
	json_writer_init(&w, &out);
	json_obj_open(&w);
	for (const struct json_value *m = json_first(root); m; m = json_next(m)) {
		if (sv_eq_str(json_name(m), "records"))
			continue;
		json_key_sv(&w, json_name(m));
		json_write_value(&w, m);
	}
	json_key(&w, "records");
	json_arr_open(&w);
	for (size_t i = 0; i < count; i++) {
		json_obj_open(&w);
		for (const struct json_value *m = json_first(list[i].row); m; m = json_next(m)) {
			json_key_sv(&w, json_name(m));
			json_write_value(&w, m);
		}
		json_kv_bool(&w, "signature_good", list[i].signature_good);
		json_kv_bool(&w, "chain_good", list[i].chain_good);
		json_kv_str(&w, "rule", list[i].rule);
		json_kv_str(&w, "message", list[i].trouble);
		json_obj_close(&w);
	}
	json_arr_close(&w);
	json_kv_bool(&w, "trusted", trusted);
	json_kv_bool(&w, "holds", wrong == 0);
	json_obj_close(&w);
	puts(str_cstr(&out));
	str_release(&out);
}

enum exit_code cmd_handoff_thread(struct client *c, const struct args *args)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct crypto_trust *trust = NULL;
	struct checked *list = NULL;
	const char *id = NULL;
	size_t wrong = 0;
	enum exit_code code = handoff_trust(c, args, &trust);
	if (!code)
		code = client_need_login(c);
	if (!code)
		code = client_resolve(c, "handoff", args->words[0], false, &id);
	if (!code)
		code = client_get(c, arena_printf(&c->arena, "/handoffs/%s/thread", id), &reply);
	if (!code) {
		size_t count = check_all(&c->arena, json_get(reply.root, "records"), trust, &list, &wrong);
		if (c->json)
			print_json(reply.root, list, count, wrong, trust != NULL);
		else
			print_thread(c, reply.root, list, count, wrong, trust != NULL);
		/* Said above; main() has nothing to add. */
		code = wrong > 0 ? CLI_UNPROVEN : CLI_OK;
	}
	crypto_trust_free(trust);
	return code;
}

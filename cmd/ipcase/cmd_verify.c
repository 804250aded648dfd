/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * verify: the verdict on a package or an export, from its bytes alone. Needs no server, account,
 * configuration or network, so it never calls client_init(). */
#include "commands.h"
#include "handoff.h"

#include "base/text.h"
#include "package/verify.h"

enum { JSON_MAX = 64 << 20 };

static enum style style_of(enum verdict_mark mark)
{
	switch (mark) {
	case VERDICT_GOOD:
		return STYLE_GREEN;
	case VERDICT_WRONG:
		return STYLE_RED;
	case VERDICT_UNSUPPORTED:
		return STYLE_YELLOW;
	case VERDICT_NOTE:
	case VERDICT_MARK_COUNT:
		break;
	}
	return STYLE_DIM;
}

static void print_lines(struct client *c, const struct verdict *v)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct verdict_line *line = &v->lines[i];
		struct sv text = term_clean(&c->arena, sv_of(line->text));
		term_print(&c->out, style_of(line->mark), "【%s】", verdict_mark_zh(line->mark));
		printf("%.*s\n", SV_ARG(text));
	}
	struct sv conclusion = term_clean(&c->arena, sv_of(v->conclusion));
	term_print(&c->out, v->holds ? STYLE_GREEN : STYLE_RED, "结论：%.*s", SV_ARG(conclusion));
	putchar('\n');
}

/* What came from the package may be cut in the middle of a character. */
static struct sv json_safe(struct client *c, const char *text)
{
	struct sv v = sv_of(text);
	return text_is_valid_utf8(v) ? v : term_clean(&c->arena, v);
}

static enum exit_code print_json(struct client *c, const struct verdict *v)
{
	struct str out = STR_INIT(JSON_MAX);
	struct json_writer w;
	json_writer_init(&w, &out);
	json_obj_open(&w);
	json_kv_bool(&w, "ok", v->holds);
	json_kv_bool(&w, "trust", v->trusted);
	json_key(&w, "checks");
	json_arr_open(&w);
	for (size_t i = 0; i < v->count; i++) {
		const struct verdict_line *line = &v->lines[i];
		json_obj_open(&w);
		json_kv_str(&w, "mark", verdict_mark_zh(line->mark));
		json_kv_str(&w, "rule", line->rule);
		json_kv_sv(&w, "file", json_safe(c, line->file));
		json_kv_sv(&w, "text", json_safe(c, line->text));
		json_obj_close(&w);
	}
	json_arr_close(&w);
	json_kv_str(&w, "verdict", v->conclusion);
	json_obj_close(&w);
	bool good = json_writer_ok(&w);
	if (good)
		puts(str_cstr(&out));
	str_release(&out);
	return good ? CLI_OK : client_problem(c, CLI_OTHER, "too-large", "核对结果过长");
}

enum exit_code cmd_verify(struct client *c, const struct args *args)
{
	struct verify_options options = { .bagit_only = args_has(args, "bagit") };
	struct crypto_trust *trust = NULL;
	struct verdict verdict;
	c->args = args;
	c->json = args_has(args, "json");
	term_init(&c->out, stdout, args_option(args, "color"));
	enum exit_code code = handoff_trust(c, args, &trust);
	if (code) {
		crypto_trust_free(trust);
		return code;
	}
	options.trust = trust;
	bool holds = package_verify(args->words[0], &options, &verdict) == ERR_OK;
	if (c->json)
		code = print_json(c, &verdict);
	else
		print_lines(c, &verdict);
	verdict_release(&verdict);
	crypto_trust_free(trust);
	return code ? code : holds ? CLI_OK : CLI_UNPROVEN;
}

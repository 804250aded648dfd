/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Hand-overs: list, new, do, organs, quarantine. A hand-over is a matter of kind handoff, so show, next, timeline and
 * clocks are those of cmd_matter.c; what is its own are the organs that take part. The signed
 * conversation and discs are in cmd_handoff_thread.c, cmd_handoff_export.c and cmd_handoff_import.c. */
#include "handoff.h"

#include <stdio.h>
#include <strings.h>

#include "commands.h"
#include "law/procedure.h"
#include "matter.h"
#include "values.h"
#include "view.h"

enum { PATH_MAX_BYTES = 8192 };

/* ---- words ---- */

static struct sv side_zh(struct sv side)
{
	static const struct code_word sides[] = { { "sender", "移送方" }, { "receiver", "接收方" }, { "third", "抄送或监督机关" } };
	return view_word(sides, ARRAY_LEN(sides), side);
}

/* c1, C1, or the channel's Chinese name. */
static const char *channel_code(const char *word)
{
	for (enum matter_procedure i = 0; i < PROCEDURE_COUNT; i++) {
		const struct procedure *p = procedure_get(i);
		if (procedure_kind(i) == MATTER_HANDOFF && (strcasecmp(word, p->code) == 0 || strcmp(word, p->zh) == 0))
			return p->code;
	}
	return NULL;
}

void handoff_print_channels(void)
{
	puts("移送种类:");
	for (enum matter_procedure i = 0; i < PROCEDURE_COUNT; i++) {
		if (procedure_kind(i) == MATTER_HANDOFF)
			printf("  %-4s  %s\n", procedure_get(i)->code, procedure_get(i)->zh);
	}
}

static enum exit_code need_channel(struct client *c, const char *word, const char **ret)
{
	*ret = channel_code(word);
	if (*ret)
		return CLI_OK;
	return client_problem(c, CLI_USAGE, "usage", "没有“%s”这种移送，可用 ipcase help channels 查看", word);
}

/* ---- names of organs ---- */

#define CODE_CHARS "abcdefghijklmnopqrstuvwxyz0123456789-"

static bool is_organ_code(struct sv text)
{
	const char *p = text.p;
	while (p < text.p + text.n && strchr(CODE_CHARS, *p))
		p++;
	return p == text.p + text.n;
}

/* peer=乐至县公安局 means peer=512022-police; the directory knows both. */
static bool names_organs(const char *word)
{
	static const char *const fields[] = { "peer=",     "copy_to=",  "peer_next=",
					      "对方机关=", "抄送机关=", "转送的机关=" };
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		size_t n = strlen(fields[i]);
		if (strncmp(word, fields[i], n) == 0)
			return word[n + strspn(word + n, CODE_CHARS ",;")] != '\0';
	}
	return false;
}

static enum exit_code organ_codes(struct client *c, const struct json_value *peers, const char **word)
{
	const char *equals = strchr(*word, '=');
	struct sv rest = sv_of(equals + 1), piece;
	const char *ret = arena_strndup(&c->arena, *word, (size_t)(equals - *word) + 1);
	const char *comma = "";
	while (value_list_next(&rest, &piece)) {
		struct sv code = piece;
		for (const struct json_value *v = json_first(peers); v; v = json_next(v)) {
			if (sv_eq(json_string(json_get(v, "name")), piece))
				code = json_string(json_get(v, "code"));
		}
		if (code.p == piece.p && !is_organ_code(piece))
			return client_problem(c, CLI_INVALID, "invalid-input",
					      "没有名称为“%.*s”的机关，可用 ipcase handoff organs 查看", SV_ARG(piece));
		ret = arena_printf(&c->arena, "%s%s%.*s", ret, comma, SV_ARG(code));
		comma = "、";
	}
	*word = ret;
	return CLI_OK;
}

/* The words with names of organs made codes. */
static enum exit_code resolve_organs(struct client *c, const char **words, size_t count)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	bool any = false;
	for (size_t i = 0; i < count; i++)
		any = any || names_organs(words[i]);
	if (!any)
		return CLI_OK;
	enum exit_code code = client_need_login(c);
	if (!code)
		code = client_get(c, "/peers", &reply);
	for (size_t i = 0; !code && i < count; i++) {
		if (names_organs(words[i]))
			code = organ_codes(c, json_get(reply.root, "items"), &words[i]);
	}
	return code;
}

/* ---- list ---- */

static enum exit_code side_option(struct client *c, const struct args *args, const char **ret)
{
	static const struct code_word words[] = { { "out", "发出" }, { "in", "收到" }, { "all", "全部" } };
	const char *given = args_option(args, "side");
	*ret = NULL;
	for (size_t i = 0; given && i < ARRAY_LEN(words); i++) {
		if (strcmp(given, words[i].code) == 0 || strcmp(given, words[i].zh) == 0)
			*ret = words[i].code;
	}
	if (given && !*ret)
		return client_problem(c, CLI_USAGE, "usage", "--side 应是 out（发出）、in（收到）或 all（全部）");
	return CLI_OK;
}

static enum exit_code list_path(struct client *c, const struct args *args, struct str *path)
{
	const char *side = NULL, *channel = args_option(args, "channel"), *peer = args_option(args, "peer");
	struct err err = ERR_INIT;
	int64_t limit = 0;
	enum exit_code code = side_option(c, args, &side);
	if (!code && channel)
		code = need_channel(c, channel, &channel);
	peer = peer ? arena_printf(&c->arena, "peer=%s", peer) : NULL;
	if (!code && peer)
		code = resolve_organs(c, &peer, 1);
	if (code)
		return code;
	if (args_number(args, "limit", 1, 200, 50, &limit, &err))
		return client_fail(c, &err);
	str_append_cstr(path, "/handoffs");
	remote_query(path, "side", side);
	remote_query(path, "channel", channel);
	remote_query(path, "state", args_option(args, "state"));
	remote_query(path, "peer", peer ? peer + strlen("peer=") : NULL);
	remote_query(path, "open", args_has(args, "all") ? NULL : "true");
	remote_query(path, "limit", args_option(args, "limit"));
	remote_query(path, "after", args_option(args, "after"));
	return CLI_OK;
}

static void print_list(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "灯", COLUMN_FIXED, false },   { "剩余", COLUMN_FIXED, true },
		{ "到期", COLUMN_FIXED, false }, { "编号", COLUMN_FIXED, true },
		{ "文号", COLUMN_WRAP, false },  { "种类", COLUMN_FIXED, false },
		{ "名称", COLUMN_CUT, false },   { "地位", COLUMN_FIXED, false },
		{ "对方机关", COLUMN_CUT, false }, { "状态", COLUMN_FIXED, false },
		{ "待办", COLUMN_CUT, false },
	};
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	for (const struct json_value *v = json_first(json_get(root, "items")); v; v = json_next(v)) {
		table_light(t, json_string(json_get(v, "light")));
		table_cell(t, STYLE_PLAIN, view_number(a, json_get(v, "days_left")));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(v, "due")));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "id"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "number"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "channel"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "title"));
		table_cell(t, STYLE_PLAIN, side_zh(json_string(json_get(v, "side"))));
		table_cell(t, STYLE_PLAIN, view_member(a, json_get(v, "peer"), "name"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "state_zh"));
		table_cell(t, STYLE_PLAIN, view_role(a, json_get(v, "turn")));
	}
	table_print(t, &c->out);
	view_end(c, root, t, table_rows(t) > 0 ? "件（剩余按工作日计）" : "件");
}

enum exit_code cmd_handoff_list(struct client *c, const struct args *args)
{
	struct str path = STR_INIT(PATH_MAX_BYTES);
	enum exit_code code = list_path(c, args, &path);
	if (!code)
		code = view_get(c, str_cstr(&path), print_list);
	str_release(&path);
	return code;
}

/* ---- organs ---- */

/* How records travel. */
static const struct code_word ways[] = { { "hub", "本系统" }, { "network", "网络" }, { "disc", "光盘" }, { "paper", "纸质" } };

static void print_organs(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "代码", COLUMN_FIXED, false }, { "机关", COLUMN_WRAP, false }, { "类型", COLUMN_FIXED, false },
		{ "区划", COLUMN_FIXED, false }, { "怎样送达", COLUMN_FIXED, false },
	};
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	for (const struct json_value *v = json_first(json_get(root, "items")); v; v = json_next(v)) {
		bool own = json_is_true(json_get(v, "own"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "code"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "name"));
		table_cell(t, STYLE_PLAIN, view_unit_kind(view_member(a, v, "kind")));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "region"));
		table_cell(t, STYLE_PLAIN,
			   own ? SV("本机关") : view_word(ways, ARRAY_LEN(ways), json_string(json_get(v, "way"))));
	}
	table_print(t, &c->out);
	printf("共 %zu 个\n", table_rows(t));
}

enum exit_code cmd_handoff_organs(struct client *c, const struct args *args UNUSED)
{
	return view_get(c, "/peers", print_organs);
}

/* ---- new ---- */

/* CHANNEL field=value ...; --case takes a number as well. */
enum exit_code cmd_handoff_new(struct client *c, const struct args *args)
{
	const char *channel = NULL, *id = NULL, *of_case = args_option(args, "case");
	bool received = args_has(args, "received");
	size_t count = args->word_count - 1;
	enum exit_code code = need_channel(c, args->words[0], &channel);
	if (!code)
		code = client_need_login(c);
	if (!code && of_case)
		code = client_resolve(c, "case", of_case, true, &id);
	if (code)
		return code;
	const char **words = arena_array(&c->arena, const char *, count + 2);
	for (size_t i = 0; i < count; i++)
		words[i] = args->words[i + 1];
	if (id)
		words[count++] = arena_printf(&c->arena, "case=%s", id);
	code = resolve_organs(c, words, count);
	const struct matter_new handoff = { .path = "/handoffs",
					    .members = { { "channel", channel },
							 { received ? "act" : NULL, "arrive" } },
					    .what = received ? "来件登记" : "开始移送",
					    .words = words,
					    .word_count = count };
	return code ? code : matter_create(c, args, &handoff);
}

/* ---- one ---- */

static void print_party(struct client *c, const struct json_value *party)
{
	struct arena *a = &c->arena;
	struct sv name = term_clean(a, view_member(a, party, "name"));
	struct sv code = term_clean(a, view_member(a, party, "code"));
	const char *how = json_is_true(json_get(party, "own"))         ? "（本机关）"
			  : json_is_true(json_get(party, "connected")) ? "（在线答复）"
								       : "（纸质答复，由本机关登记）";
	struct sv side = side_zh(view_member(a, party, "side"));
	view_line(c, arena_strndup(a, side.p, side.n), sv_of(arena_printf(a, "%.*s %.*s%s", SV_ARG(name), SV_ARG(code), how)));
}

void handoff_print_head(struct client *c, const struct json_value *matter)
{
	struct arena *a = &c->arena;
	const struct json_value *h = json_get(matter, "handoff");
	struct sv channel = term_clean(a, view_member(a, h, "channel"));
	struct sv zh = term_clean(a, view_member(a, h, "channel_zh"));
	view_line(c, "种类", sv_of(arena_printf(a, "%.*s（%.*s）", SV_ARG(zh), SV_ARG(channel))));
	if (!sv_eq(view_member(a, h, "number"), view_member(a, matter, "number")))
		view_line(c, "移送文号", view_member(a, h, "number"));
	view_line(c, "移送标识", view_member(a, h, "thread"));
	for (const struct json_value *v = json_first(json_get(h, "parties")); v; v = json_next(v))
		print_party(c, v);
	view_line(c, "送出时间", view_time(a, json_get(h, "sent_at")));
}

/* --attach 1,2 is short for attach=1、2. */
enum exit_code cmd_handoff_do(struct client *c, const struct args *args)
{
	const char *attach = args_option(args, "attach");
	const char *more[] = { attach ? arena_printf(&c->arena, "attach=%s", attach) : NULL };
	enum exit_code code = resolve_organs(c, args->words + 2, args->word_count - 2);
	return code ? code : matter_do(c, args, more, attach ? 1 : 0);
}

/* ---- quarantine ---- */

/* "disc:officer": by whose hand; "network:512022-police": from whom. */
static struct sv source_zh(struct arena *a, struct sv source)
{
	const char *colon = memchr(source.p, ':', source.n);
	if (!colon)
		return source;
	struct sv way = { source.p, (size_t)(colon - source.p) };
	return sv_of(arena_printf(a, "%.*s（%.*s）", SV_ARG(view_word(ways, ARRAY_LEN(ways), way)),
				  (int)(source.n - way.n - 1), colon + 1));
}

static void print_quarantine(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "编号", COLUMN_FIXED, true },  { "时间", COLUMN_FIXED, false },
		{ "来源", COLUMN_CUT, false },   { "规则", COLUMN_FIXED, false },
		{ "原因", COLUMN_WRAP, false },  { "摘要", COLUMN_FIXED, false },
	};
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));
	for (const struct json_value *v = json_first(json_get(root, "items")); v; v = json_next(v)) {
		table_cell(t, STYLE_PLAIN, view_member(a, v, "id"));
		table_cell(t, STYLE_PLAIN, view_time(a, json_get(v, "at")));
		table_cell(t, STYLE_PLAIN, source_zh(a, view_member(a, v, "source")));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "rule"));
		table_cell(t, STYLE_PLAIN, view_member(a, v, "message"));
		table_cell(t, STYLE_PLAIN, handoff_short_digest(json_string(json_get(v, "digest"))));
	}
	table_print(t, &c->out);
	view_end(c, root, t, "件被拒绝的来件");
}

enum exit_code cmd_handoff_quarantine(struct client *c, const struct args *args)
{
	struct str path = STR_INIT(PATH_MAX_BYTES);
	str_append_cstr(&path, "/quarantine");
	remote_query(&path, "limit", args_option(args, "limit"));
	remote_query(&path, "after", args_option(args, "after"));
	enum exit_code code = view_get(c, str_cstr(&path), print_quarantine);
	str_release(&path);
	return code;
}

struct sv handoff_short_digest(struct sv digest)
{
	enum { SHORT = 12 };
	if (sv_starts_with(digest, SV("sha256:")))
		digest = (struct sv){ digest.p + 7, digest.n - 7 };
	return (struct sv){ digest.p, digest.n < SHORT ? digest.n : SHORT };
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Acts: clue new, case new, clue do, case do, and what hand-overs share of it.
 *
 * `do` reads the list of next acts first: it gives the version the change is based on and
 * the types of the act's fields. Whether the act is possible is the server's decision. */
#include "commands.h"
#include "fields.h"
#include "matter.h"
#include "values.h"
#include "view.h"

enum { DO_TRIES = 4 };

struct new_act {
	const char *act;                /* NULL for a new matter */
	const struct matter_new *new;   /* of a new one */
	int64_t version;                /* with act */
	const struct json_value *table; /* fields of the act */
	const char *const *words;
	size_t word_count;
};

static enum exit_code read_fields_file(struct client *c, const struct args *args,
				       const struct json_value **ret)
{
	const char *path = args_option(args, "file");
	struct err err = ERR_INIT;
	struct sv text;
	struct json_doc *doc = NULL;
	*ret = NULL;
	if (!path)
		return CLI_OK;
	enum err_code code = client_read_file(&c->arena, path, CLIENT_FILE_MAX, &text, &err);
	if (!code)
		code = json_parse(&c->arena, text, &doc, &err);
	if (code)
		return client_fail(c, &err);
	*ret = json_root(doc);
	if (json_type(*ret) != JSON_OBJECT)
		return client_problem(c, CLI_INVALID, "malformed", "%s 应是一个 JSON 对象", path);
	return CLI_OK;
}

static enum exit_code write_body(struct client *c, const struct args *args,
				 const struct new_act *act, struct str *body)
{
	struct err err = ERR_INIT;
	const struct json_value *file = NULL;
	const char *at = args_option(args, "at");
	instant_t happened = INSTANT_NONE;
	struct json_writer w;
	enum exit_code code = read_fields_file(c, args, &file);
	if (code)
		return code;
	if (at && value_instant(&c->arena, sv_of(at), &happened, &err)) {
		err_field(&err, "at");
		return client_fail(c, &err);
	}
	json_writer_init(&w, body);
	json_obj_open(&w);
	if (act->act) {
		json_kv_str(&w, "act", act->act);
		json_kv_i64(&w, "version", act->version);
	}
	for (size_t i = 0; act->new && i < ARRAY_LEN(act->new->members); i++) {
		if (act->new->members[i].key)
			json_kv_str(&w, act->new->members[i].key, act->new->members[i].value);
	}
	if (at)
		json_kv_instant(&w, "happened_at", happened);
	json_key(&w, "fields");
	if (fields_write(&c->arena, act->words, act->word_count, act->table, file, &w, &err))
		return client_fail(c, &err);
	json_obj_close(&w);
	return CLI_OK;
}

static void print_done(struct client *c, const char *what, const struct json_value *root)
{
	struct arena *a = &c->arena;
	const struct json_value *matter = json_get(root, "matter");
	const struct json_value *act = json_get(root, "act");
	term_print(&c->out, STYLE_GREEN, "已办理");
	const char *stage = view_stage(json_string(json_get(act, "stage")));
	bool said = !stage[0] || strstr(what, stage);
	printf(": %s%s%s%s（序号 %.*s）\n", what, said ? "" : "（", said ? "" : stage, said ? "" : "）",
	       SV_ARG(view_number(a, json_get(act, "seq"))));
	view_line(c, "编号", view_member(a, matter, "id"));
	view_line(c, "文号", view_member(a, json_get(act, "number") ? act : matter, "number"));
	view_line(c, "状态", view_member(a, matter, "state_zh"));
	const struct json_value *v;
	/* An act of a hand-over is told to the case that it belongs to, one of a case to its disclosure; only a decision
	 * opens one. */
	bool handoff = sv_eq_str(json_string(json_get(matter, "kind")), "handoff");
	bool decided = sv_eq_str(json_string(json_get(act, "act")), "decide_penalty");
	for (v = json_first(json_get(root, "spawned")); v; v = json_next(v)) {
		struct sv kind = view_member(a, v, "kind");
		const char *word = sv_eq_str(kind, "case")      ? "案件"
				   : sv_eq_str(kind, "clue")    ? "线索"
				   : sv_eq_str(kind, "handoff") ? "移送"
								: "公示事项";
		bool told = handoff || (sv_eq_str(kind, "disclosure") && !decided);
		printf("%s%s: 编号 %.*s", told ? "同时登记于" : "新建", word, SV_ARG(term_clean(a, view_member(a, v, "id"))));
		struct sv number = term_clean(a, view_member(a, v, "number"));
		printf(number.n > 0 ? "，文号 %.*s\n" : "%.*s\n", SV_ARG(number));
	}
}

static enum exit_code perform(struct client *c, const struct args *args, const char *path,
			      const struct new_act *act, const char *what)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str body = STR_INIT(CLIENT_BODY_MAX);
	enum exit_code code = write_body(c, args, act, &body);
	if (!code)
		code = client_post(c, path, &body, NULL, &reply);
	str_release(&body);
	/* The repeated request must be the same one, and the version will have moved on. */
	if (code == CLI_UNAVAILABLE && act->act)
		c->problem.detail = arena_printf(
			&c->arena,
			"结果可能不明；再次执行时事项写 %s，并加上 --version %lld --idempotency-key %s，"
			"不会重复办理",
			act->act, (long long)act->version, c->key);
	if (code)
		return code;
	if (c->json)
		client_print_json(&reply);
	else
		print_done(c, what, reply.root);
	return CLI_OK;
}

enum exit_code matter_create(struct client *c, const struct args *args, const struct matter_new *n)
{
	struct new_act act = { .new = n, .words = n->words, .word_count = n->word_count };
	enum exit_code code = client_need_login(c);
	return code ? code : perform(c, args, n->path, &act, n->what);
}

enum exit_code cmd_clue_new(struct client *c, const struct args *args)
{
	const struct matter_new clue = { .path = "/clues",
					 .what = "案源登记",
					 .words = args->words,
					 .word_count = args->word_count };
	return matter_create(c, args, &clue);
}

enum exit_code cmd_case_new(struct client *c, const struct args *args)
{
	const struct matter_new summary = { .path = "/cases",
					    .members = { { "procedure", "summary" } },
					    .what = "简易程序决定",
					    .words = args->words,
					    .word_count = args->word_count };
	return matter_create(c, args, &summary);
}

/* The request=N among the words, or 0. */
static int64_t request_word(const char *const *words, size_t count)
{
	int64_t n = 0;
	for (size_t i = 0; i < count; i++) {
		if (strncmp(words[i], "request=", 8) == 0 && sv_to_i64(sv_of(words[i] + 8), &n))
			return n;
	}
	return 0;
}

/* The row of the next acts that the user means: by code, by code with stage, by name. */
static const struct json_value *find_act(struct client *c, const struct json_value *acts,
					 const char *word, int64_t request)
{
	const struct json_value *found = NULL;
	for (const struct json_value *v = json_first(acts); v; v = json_next(v)) {
		struct sv code = json_string(json_get(v, "act"));
		struct sv stage = json_string(json_get(v, "stage"));
		int64_t n = 0;
		const char *staged =
			arena_printf(&c->arena, "%.*s_%.*s", SV_ARG(code), SV_ARG(stage));
		if (!sv_eq_str(code, word) && strcmp(staged, word) != 0 &&
		    !sv_eq_str(json_string(json_get(v, "act_zh")), word))
			continue;
		if (!found)
			found = v;
		if (request > 0 && json_to_i64(json_get(v, "request"), &n) && n == request)
			return v;
	}
	return found;
}

/* Several stages of an act can share its Chinese name. */
static bool name_is_ambiguous(const struct json_value *acts, const struct json_value *found,
			      const char *word)
{
	for (const struct json_value *v = json_first(acts); v; v = json_next(v)) {
		if (sv_eq_str(json_string(json_get(v, "act_zh")), word) &&
		    !sv_eq(json_string(json_get(v, "act")), json_string(json_get(found, "act"))))
			return true;
	}
	return false;
}

static bool is_code(const char *word)
{
	return word[0] && word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static enum exit_code find_version(struct client *c, const struct args *args,
				   const struct json_value *root, int64_t *ret)
{
	struct err err = ERR_INIT;
	int64_t current = 0;
	bool known = json_to_i64(json_get(root, "version"), &current);
	if (!args_has(args, "version") && !known)
		return client_problem(c, CLI_OTHER, "bad-reply", "服务器的答复中没有版本号");
	if (args_number(args, "version", 0, INT32_MAX, current, ret, &err))
		return client_fail(c, &err);
	return CLI_OK;
}

/* The words behind ID and ACT, and `more`. */
static void gather_words(struct client *c, const struct args *args, const char *const *more, size_t more_count,
			 struct new_act *act)
{
	size_t given = args->word_count - 2;
	const char **words = arena_array(&c->arena, const char *, given + more_count + 1);
	for (size_t i = 0; i < given; i++)
		words[i] = args->words[2 + i];
	for (size_t i = 0; i < more_count; i++)
		words[given + i] = more[i];
	act->words = words;
	act->word_count = given + more_count;
}

static enum exit_code do_once(struct client *c, const struct args *args, const char *const *more, size_t more_count)
{
	CLEANUP(reply_release) struct reply next = REPLY_INIT;
	const char *kind = matter_kind(c, args);
	const char *word = args->words[1];
	const char *id = NULL;
	enum exit_code code = client_need_login(c);
	if (!code)
		code = client_resolve(c, kind, args->words[0], true, &id);
	if (code)
		return code;
	const char *path = arena_printf(&c->arena, "/%ss/%s", kind, id);
	code = client_get(c, arena_printf(&c->arena, "%s/next", path), &next);
	if (code)
		return code;
	struct new_act act = { .act = word };
	gather_words(c, args, more, more_count, &act);
	const struct json_value *acts = json_get(next.root, "acts");
	const struct json_value *row =
		find_act(c, acts, word, request_word(act.words, act.word_count));
	const char *what = word;
	if (!row && !is_code(word))
		return client_problem(c, CLI_INVALID, "invalid-input",
				      "现在没有“%s”这个事项，可用 ipcase %s next %s 查看", word,
				      kind, args->words[0]);
	if (row && !is_code(word) && name_is_ambiguous(acts, row, word))
		return client_problem(c, CLI_INVALID, "ambiguous",
				      "“%s”有几个环节，请用事项代码，可用 ipcase %s next %s 查看",
				      word, kind, args->words[0]);
	if (row) {
		struct sv sent = json_string(json_get(row, "act"));
		struct sv zh = view_member(&c->arena, row, "act_zh");
		/* A row that matched only with its stage appended wants it appended. */
		if (sv_eq_str(sent, word) || !is_code(word))
			act.act = sent.p;
		what = zh.n > 0 ? term_clean(&c->arena, zh).p : word;
		act.table = json_get(row, "fields");
	}
	code = find_version(c, args, next.root, &act.version);
	if (code)
		return code;
	return perform(c, args, arena_printf(&c->arena, "%s/acts", path), &act, what);
}

/* A machine's act (a receipt, a stop) may come between reading the version and acting on it. Who gave no version acts on
 * what is there now, so it is read again. */
enum exit_code matter_do(struct client *c, const struct args *args, const char *const *more, size_t more_count)
{
	enum exit_code code;
	int tries = 0;

	do {
		c->problem = (struct problem){ .code = CLI_OK };
		code = do_once(c, args, more, more_count);
	} while (code == CLI_STALE && c->problem.status == 412 && !args_has(args, "version") && ++tries < DO_TRIES);
	return code;
}

enum exit_code cmd_matter_do(struct client *c, const struct args *args)
{
	return matter_do(c, args, NULL, 0);
}

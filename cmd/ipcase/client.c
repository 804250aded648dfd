/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Settings, login and requests of one run, see client.h. */
#include "client.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

enum { TIMEOUT_DEFAULT_S = 30, TIMEOUT_MAX_S = 600, PASSWORD_MAX = 4096, PATH_MAX_BYTES = 8192 };

void reply_release(struct reply *reply)
{
	str_release(&reply->http.body);
	arena_fini(&reply->arena);
	*reply = (struct reply)REPLY_INIT;
}

const char *client_member(struct client *c, const struct json_value *object, const char *name)
{
	struct sv text = json_string(json_get(object, name));
	return text.n > 0 ? arena_strndup(&c->arena, text.p, text.n) : NULL;
}

/* ---- set-up ---- */

static const char *setting(const struct args *args, const char *option, const char *variable)
{
	const char *value = args_option(args, option);
	if (!value)
		value = getenv(variable);
	return value && value[0] ? value : NULL;
}

static enum err_code random_key(char key[CLIENT_KEY_MAX + 1], struct err *err)
{
	unsigned char bytes[16];
	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return err_set(err, ERR_IO, "random", "系统无法给出随机数");
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(key + 2 * i, 3, "%02x", bytes[i]);
	return ERR_OK;
}

static enum err_code make_key(struct client *c, struct err *err)
{
	const char *given = args_option(c->args, "idempotency-key");
	if (given) {
		size_t n = strspn(given, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789_-");
		if (n == 0 || given[n] || n > CLIENT_KEY_MAX)
			return err_set(err, ERR_INVALID, "usage",
				       "--idempotency-key 只能由 1 到 %d 个字母、数字、_ 和 - 组成",
				       CLIENT_KEY_MAX);
		memcpy(c->key, given, n + 1);
		return ERR_OK;
	}
	return random_key(c->key, err);
}

enum exit_code client_init(struct client *c, const struct args *args)
{
	struct err err = ERR_INIT;
	const char *color = args_option(args, "color");
	int64_t timeout_s = TIMEOUT_DEFAULT_S;
	c->args = args;
	c->json = args_has(args, "json");
	term_init(&c->out, stdout, color);
	if (color && strcmp(color, "auto") != 0 && strcmp(color, "always") != 0 &&
	    strcmp(color, "never") != 0)
		return client_problem(c, CLI_USAGE, "usage", "--color 应是 auto、always 或 never");
	c->account = setting(args, "account", "IPCASE_ACCOUNT");
	c->server = setting(args, "server", "IPCASE_SERVER");
	/* A login that cannot be read matters only once a session is needed. */
	if (!c->server && login_file_load(&c->arena, &c->login, NULL) == ERR_OK)
		c->server = c->login.server;
	if (!c->server)
		c->server = CLIENT_DEFAULT_SERVER;
	size_t n = strlen(c->server);
	while (n > 0 && c->server[n - 1] == '/')
		n--;
	c->server = arena_strndup(&c->arena, c->server, n);
	enum err_code code =
		args_number(args, "timeout", 1, TIMEOUT_MAX_S, TIMEOUT_DEFAULT_S, &timeout_s, &err);
	if (!code)
		code = make_key(c, &err);
	if (!code)
		code = remote_new(c->server, setting(args, "ca-file", "IPCASE_CA_FILE"),
				  (long)timeout_s, &c->remote, &err);
	if (code)
		return client_fail(c, &err);
	remote_set_chatty(c->remote, isatty(STDERR_FILENO) == 1);
	return CLI_OK;
}

void client_fini(struct client *c)
{
	if (c->one_shot && c->logged_in) {
		/* Nobody else knows this token; do not leave it valid for hours. */
		struct remote_reply reply = REMOTE_REPLY_INIT;
		(void)!remote_call(c->remote, "DELETE", "/sessions/current", NULL, NULL, &reply,
				   NULL);
		str_release(&reply.body);
	}
	remote_free(c->remote);
	c->remote = NULL;
	arena_fini(&c->arena);
}

/* ---- requests ---- */

static enum exit_code finish(struct client *c, struct reply *ret)
{
	struct err err = ERR_INIT;
	struct json_doc *doc = NULL;
	struct sv body = { ret->http.body.p, ret->http.body.len };
	bool ok = ret->http.status >= 200 && ret->http.status < 300;
	if (body.n > 0 && ret->http.is_json && json_parse(&ret->arena, body, &doc, &err) == ERR_OK)
		ret->root = json_root(doc);
	if (!ok)
		return client_fail_reply(c, ret);
	if (body.n > 0 && !ret->root)
		return client_problem(c, CLI_OTHER, "bad-reply",
				      "服务器的答复不是 JSON，请核对服务器地址 %s", c->server);
	if (ret->http.replayed && !c->json)
		fputs("提示: 该请求此前已办理，以下是当时的结果\n", stderr);
	return CLI_OK;
}

/* A saved login that the server no longer knows, and a password that needs no prompt. */
static bool log_in_again(struct client *c)
{
	char *password = NULL;
	if (!c->logged_in || c->one_shot || client_password(c, &password) || !password)
		return false;
	c->one_shot = true;
	bool ok = client_log_in(c, c->login.account, password, NULL) == CLI_OK;
	explicit_bzero(password, strlen(password));
	return ok;
}

static enum exit_code call(struct client *c, const char *method, const char *path,
			   const struct str *body, const char *key, struct reply *ret)
{
	struct err err = ERR_INIT;
	if (body && body->failed)
		return client_problem(c, CLI_INVALID, "too-large", "要提交的内容过大");
	enum err_code code = remote_call(c->remote, method, path, body, key, &ret->http, &err);
	/* Refused before anything was done: the same key serves for the second attempt. */
	if (!code && ret->http.status == 401 && log_in_again(c))
		code = remote_call(c->remote, method, path, body, key, &ret->http, &err);
	return code ? client_fail(c, &err) : finish(c, ret);
}

enum exit_code client_get(struct client *c, const char *path, struct reply *ret)
{
	return call(c, "GET", path, NULL, NULL, ret);
}

enum exit_code client_download(struct client *c, const char *path, FILE *file, struct reply *ret)
{
	ret->http.file = file;
	return call(c, "GET", path, NULL, NULL, ret);
}

enum exit_code client_put(struct client *c, const char *path, const struct str *bytes, struct reply *ret)
{
	return call(c, "PUT", path, bytes, NULL, ret);
}

enum exit_code client_delete(struct client *c, const char *path, struct reply *ret)
{
	return call(c, "DELETE", path, NULL, NULL, ret);
}

enum exit_code client_post(struct client *c, const char *path, const struct str *body,
			   const char *suffix, struct reply *ret)
{
	const char *key = c->key;
	if (suffix)
		key = arena_printf(&c->arena, "%s-%s", c->key, suffix);
	enum exit_code code = call(c, "POST", path, body, key, ret);
	/* Five tries failed and the first may have arrived: the key makes asking again safe. */
	if (code == CLI_UNAVAILABLE && !c->problem.detail)
		c->problem.detail = arena_printf(
			&c->arena,
			"结果可能不明；再次执行时加上 --idempotency-key %s，不会重复办理", c->key);
	return code;
}

/* ---- login ---- */

enum exit_code client_password(struct client *c, char **ret)
{
	const char *path = args_option(c->args, "password-file");
	const char *given = getenv("IPCASE_PASSWORD");
	struct err err = ERR_INIT;
	*ret = NULL;
	if (path) {
		struct sv text;
		if (client_read_file(&c->arena, path, PASSWORD_MAX, &text, &err))
			return client_fail(c, &err);
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;
		while (n > 0 && text.p[n - 1] == '\r')
			n--;
		*ret = arena_strndup(&c->arena, text.p, n);
		if (n == 0)
			return client_problem(c, CLI_USAGE, "usage", "密码文件 %s 的首行是空的",
					      path);
	} else if (given && given[0]) {
		*ret = arena_strdup(&c->arena, given);
	}
	return CLI_OK;
}

enum exit_code client_log_in(struct client *c, const char *account, const char *password, const char *code_text)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	struct str body = STR_INIT(CLIENT_FILE_MAX);
	struct json_writer w;
	if (!text_is_valid_utf8(sv_of(account)) || !text_is_valid_utf8(sv_of(password)) ||
	    !text_is_valid_utf8(sv_of(code_text ? code_text : "")))
		return client_problem(c, CLI_INVALID, "utf-8", "账号、密码或动态口令不是 UTF-8 文字");
	/* Never the key that the user carried over: its answer would be a session long closed. */
	char key[CLIENT_KEY_MAX + 1];
	struct err err = ERR_INIT;
	if (random_key(key, &err))
		return client_fail(c, &err);
	json_writer_init(&w, &body);
	json_obj_open(&w);
	json_kv_str(&w, "account", account);
	json_kv_str(&w, "password", password);
	if (code_text)
		json_kv_str(&w, "code", code_text);
	json_obj_close(&w);
	enum exit_code code = call(c, "POST", "/sessions", &body, key, &reply);
	explicit_bzero(body.p, body.len);
	str_release(&body);
	if (code)
		return code;
	const char *token = client_member(c, reply.root, "token");
	/* It becomes a header line. */
	if (!token || token[strcspn(token, "\r\n ")])
		return client_problem(c, CLI_OTHER, "bad-reply", "服务器的登录答复中没有令牌");
	c->login = (struct login){
		.server = c->server,
		.account = arena_strdup(&c->arena, account),
		.token = token,
		.expires_at = client_member(c, reply.root, "expires_at"),
	};
	remote_set_token(c->remote, token);
	c->logged_in = true;
	return CLI_OK;
}

static bool saved_login_fits(const struct client *c, const struct login *login)
{
	instant_t expires = INSTANT_NONE;
	/* The token belongs to one server; it is never shown to another. */
	if (strcmp(login->server, c->server) != 0)
		return false;
	if (c->account && strcmp(login->account, c->account) != 0)
		return false;
	return !login->expires_at || !instant_parse(sv_of(login->expires_at), &expires) ||
	       expires > clock_now();
}

enum exit_code client_need_login(struct client *c)
{
	struct err err = ERR_INIT;
	struct login login = { 0 };
	char *password = NULL;
	enum err_code load = login_file_load(&c->arena, &login, &err);
	if (load == ERR_OK && saved_login_fits(c, &login)) {
		c->login = login;
		c->logged_in = true;
		remote_set_token(c->remote, login.token);
		return CLI_OK;
	}
	enum exit_code code = client_password(c, &password);
	if (code)
		return code;
	if (c->account && password) {
		c->one_shot = true;
		code = client_log_in(c, c->account, password, NULL);
		explicit_bzero(password, strlen(password));
		return code;
	}
	if (load && load != ERR_NOT_FOUND)
		return client_problem(c, CLI_DENIED, "unauthenticated", "%s", err.message);
	return client_problem(
		c, CLI_DENIED, "unauthenticated",
		load ? "尚未登录，请先执行 ipcase login"
		     : "没有适用于该服务器和账号的登录，或登录已过期，请先执行 ipcase login");
}

/* ---- resolving what the user named ---- */

static bool all_digits(const char *word)
{
	return word[0] && word[strspn(word, "0123456789")] == '\0';
}

static const char *folded(struct client *c, struct sv text)
{
	const char *key = text_is_valid_utf8(text) ? text_fold(&c->arena, text) : NULL;
	return key ? key : "";
}

/* The row whose number (or, of a hand-over, thread) is the word. */
static const struct json_value *pick_row(struct client *c, const struct json_value *items,
					 const char *word, size_t *ret_exact)
{
	const struct json_value *found = NULL;
	const char *key = folded(c, sv_of(word));
	*ret_exact = 0;
	for (const struct json_value *v = json_first(items); v; v = json_next(v)) {
		if (strcmp(folded(c, json_string(json_get(v, "number"))), key) != 0 &&
		    !sv_eq_str(json_string(json_get(v, "thread")), word))
			continue;
		found = v;
		(*ret_exact)++;
	}
	return found;
}

enum exit_code client_resolve(struct client *c, const char *kind, const char *word, bool exactly,
			      const char **ret_id)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	size_t exact = 0;
	if (all_digits(word)) {
		*ret_id = word;
		return CLI_OK;
	}
	bool handoff = kind && strcmp(kind, "handoff") == 0, disclosure = kind && strcmp(kind, "disclosure") == 0;
	struct str path = STR_INIT(PATH_MAX_BYTES);
	str_append_cstr(&path, handoff ? "/handoffs" : disclosure ? "/disclosures" : "/matters");
	remote_query(&path, "number", word);
	remote_query(&path, "kind", handoff || disclosure ? NULL : kind);
	enum exit_code code = client_get(c, str_cstr(&path), &reply);
	str_release(&path);
	if (code)
		return code;
	const struct json_value *items = json_get(reply.root, "items");
	const struct json_value *row = pick_row(c, items, word, &exact);
	if (!row && !exactly && json_count(items) == 1)
		row = json_first(items);
	if (!row && json_count(items) == 0)
		return client_problem(c, CLI_NOT_FOUND, "not-found", "没有文号为“%s”的%s", word,
				      handoff ? "移送" : disclosure ? "公示事项" : "案件或线索");
	if (!row || exact > 1)
		return client_problem(c, CLI_INVALID, "ambiguous",
				      "“%s”不是完整文号或不唯一（相近的有 %zu 件），请改用编号，"
				      "可用 ipcase %s 查看",
				      word, exact > 1 ? exact : json_count(items),
				      handoff ? "handoff list --all" : disclosure ? "disclosure list --all" : "search --number");
	*ret_id = client_member(c, row, "id");
	if (!*ret_id)
		return client_problem(c, CLI_OTHER, "bad-reply", "服务器的答复中没有编号");
	return CLI_OK;
}

/* ---- files ---- */

enum err_code client_read_file(struct arena *arena, const char *path, size_t max, struct sv *ret,
			       struct err *err)
{
	bool from_stdin = strcmp(path, "-") == 0;
	FILE *file = from_stdin ? stdin : fopen(path, "rbe");
	if (!file)
		return err_set(err, ERR_INVALID, "usage", "无法打开文件 %s：%s", path,
			       strerror(errno));
	struct str text = STR_INIT(max);
	char buf[16384];
	size_t n = 0;
	while ((n = fread(buf, 1, sizeof(buf), file)) > 0 && !text.failed)
		str_append(&text, buf, n);
	enum err_code code = ERR_OK;
	if (ferror(file))
		code = err_set(err, ERR_INVALID, "usage", "无法读取文件 %s：%s", path,
			       strerror(errno));
	else if (text.failed)
		code = err_set(err, ERR_TOO_LARGE, "file-size", "文件 %s 超过 %zu 字节", path, max);
	else /* not arena_strndup(): any file may hold NUL bytes */
		*ret = (struct sv){ memcpy(arena_alloc(arena, text.len + 1), str_cstr(&text),
					   text.len),
				    text.len };
	explicit_bzero(buf, sizeof(buf)); /* it may have been a password */
	if (text.p)
		explicit_bzero(text.p, text.len);
	str_release(&text);
	if (!from_stdin)
		fclose(file);
	return code;
}

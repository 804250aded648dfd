/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * login, logout, whoami.
 *
 * A password is asked for on the terminal itself, without echo; whatever ends the prompt,
 * the terminal gets its echo back. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "client.h"
#include "commands.h"
#include "view.h"

enum { ANSWER_MAX = 1024 };

static volatile sig_atomic_t caught_signal;

static void on_signal(int number)
{
	caught_signal = number;
}

static const int prompt_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

/* One line from the terminal into buf; false at end of input or on a signal. */
static bool read_line(int tty, char *buf, size_t size)
{
	size_t n = 0;
	while (n + 1 < size) {
		ssize_t got = read(tty, buf + n, 1);
		if (got < 0 && errno == EINTR && !caught_signal)
			continue;
		if (got <= 0)
			return false;
		if (buf[n] == '\n' || buf[n] == '\r')
			break;
		n++;
	}
	buf[n] = '\0';
	return true;
}

static void write_text(int tty, const char *text)
{
	(void)!write(tty, text, strlen(text));
}

/* Ask on the terminal. False when there is none, or the user gave up. */
static bool ask(const char *prompt, bool hidden, char *buf, size_t size)
{
	int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (tty < 0)
		return false;
	struct termios before;
	struct sigaction action = { .sa_handler = on_signal };
	struct sigaction saved[ARRAY_LEN(prompt_signals)];
	bool changed = false;
	bool ok = false;
	caught_signal = 0;
	/* No SA_RESTART: the read must come back, so that the echo is restored first. */
	for (size_t i = 0; i < ARRAY_LEN(prompt_signals); i++)
		sigaction(prompt_signals[i], &action, &saved[i]);
	if (hidden && tcgetattr(tty, &before) == 0) {
		struct termios quiet = before;
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
		quiet.c_lflag |= ICANON;
		changed = tcsetattr(tty, TCSAFLUSH, &quiet) == 0;
	}
	/* Better no answer than a password on the screen. */
	if (!hidden || changed) {
		write_text(tty, prompt);
		ok = read_line(tty, buf, size);
	}
	if (changed) {
		tcsetattr(tty, TCSAFLUSH, &before);
		write_text(tty, "\n");
	}
	for (size_t i = 0; i < ARRAY_LEN(prompt_signals); i++)
		sigaction(prompt_signals[i], &saved[i], NULL);
	close(tty);
	if (caught_signal)
		raise((int)caught_signal);
	return ok;
}

static enum exit_code ask_account(struct client *c)
{
	char buf[ANSWER_MAX];
	if (c->account)
		return CLI_OK;
	if (!ask("账号: ", false, buf, sizeof(buf)) || !buf[0])
		return client_problem(c, CLI_USAGE, "usage",
				      "未给出账号，请用 --account 或 IPCASE_ACCOUNT");
	c->account = arena_strdup(&c->arena, buf);
	return CLI_OK;
}

static enum exit_code ask_password(struct client *c, char **ret)
{
	char buf[ANSWER_MAX];
	enum exit_code code = client_password(c, ret);
	if (code || *ret)
		return code;
	bool ok = ask(arena_printf(&c->arena, "%s 的密码: ", c->account), true, buf, sizeof(buf));
	if (ok && buf[0])
		*ret = arena_strdup(&c->arena, buf);
	explicit_bzero(buf, sizeof(buf));
	if (!*ret)
		return client_problem(
			c, CLI_USAGE, "usage",
			"未给出密码，请用 --password-file、IPCASE_PASSWORD 或在终端上输入");
	return CLI_OK;
}

static bool is_plain_http_abroad(const char *server)
{
	return strncmp(server, "http://", 7) == 0 && strncmp(server + 7, "127.", 4) != 0 &&
	       strncmp(server + 7, "localhost", 9) != 0 && strncmp(server + 7, "[::1]", 5) != 0;
}

/* The second factor is asked for when the server wants one. */
static enum exit_code log_in(struct client *c, const char *password)
{
	const char *given = args_option(c->args, "code");
	char typed[ANSWER_MAX];
	enum exit_code code = client_log_in(c, c->account, password, given);
	if (!code || given || !c->problem.rule || strcmp(c->problem.rule, "code-needed") != 0)
		return code;
	if (!ask("动态口令: ", false, typed, sizeof(typed)) || !typed[0]) {
		c->problem.detail = "这个账号启用了动态口令，请用 --code 给出，或在终端上输入。";
		return code;
	}
	c->problem = (struct problem){ .title = NULL };
	return client_log_in(c, c->account, password, typed);
}

enum exit_code cmd_login(struct client *c, const struct args *args)
{
	(void)args;
	char *password = NULL;
	struct err err = ERR_INIT;
	enum exit_code code = ask_account(c);
	if (!code && is_plain_http_abroad(c->server))
		fputs("警告: 服务器地址不是 https，密码将以明文在网络上传送\n", stderr);
	if (!code)
		code = ask_password(c, &password);
	if (code)
		return code;
	code = log_in(c, password);
	explicit_bzero(password, strlen(password));
	if (code)
		return code;
	if (login_file_save(&c->arena, &c->login, &err)) {
		c->one_shot = true; /* nobody will use this session */
		return client_fail(c, &err);
	}
	struct arena *a = &c->arena;
	CLEANUP(reply_release) struct reply me = REPLY_INIT;
	code = client_get(c, "/me", &me);
	if (code)
		return code;
	if (c->json) {
		client_print_json(&me);
		return CLI_OK;
	}
	printf("已登录: %.*s", SV_ARG(term_clean(a, view_member(a, me.root, "name"))));
	printf("（%.*s）\n", SV_ARG(term_clean(a, view_member(a, me.root, "unit"))));
	return CLI_OK;
}

enum exit_code cmd_logout(struct client *c, const struct args *args)
{
	(void)args;
	struct err err = ERR_INIT;
	struct login login = { 0 };
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	enum err_code load = login_file_load(&c->arena, &login, NULL);
	enum exit_code code = CLI_OK;
	if (load == ERR_OK && strcmp(login.server, c->server) != 0)
		return client_problem(
			c, CLI_USAGE, "usage",
			"保存的登录属于 %s，请用 --server 指明或不要另设 IPCASE_SERVER",
			login.server);
	if (load == ERR_OK) {
		remote_set_token(c->remote, login.token);
		code = client_delete(c, "/sessions/current", &reply);
		if (code == CLI_DENIED) /* the session has ended already */
			code = CLI_OK;
	}
	/* Also when the server is away: the next user of this machine must not find it. */
	if (login_file_remove(&c->arena, &err))
		return client_fail(c, &err);
	if (code)
		return code;
	if (c->json)
		puts("{}");
	else
		puts(load == ERR_OK ? "已退出登录" : "本来就没有登录");
	return CLI_OK;
}

enum exit_code cmd_whoami(struct client *c, const struct args *args)
{
	(void)args;
	CLEANUP(reply_release) struct reply me = REPLY_INIT;
	enum exit_code code = client_need_login(c);
	if (!code)
		code = client_get(c, "/me", &me);
	if (code)
		return code;
	if (c->json) {
		client_print_json(&me);
		return CLI_OK;
	}
	struct arena *a = &c->arena;
	view_line(c, "姓名", view_member(a, me.root, "name"));
	view_line(c, "账号", view_member(a, me.root, "account"));
	view_line(c, "单位", view_member(a, me.root, "unit"));
	view_line(c, "机关", view_member(a, me.root, "organ"));
	struct str roles = STR_INIT(4096);
	const struct json_value *v;
	for (v = json_first(json_get(me.root, "roles")); v; v = json_next(v)) {
		if (roles.len > 0)
			str_append_cstr(&roles, "、");
		str_append_sv(&roles, view_role(a, v));
	}
	view_line(c, "角色", (struct sv){ str_cstr(&roles), roles.len });
	str_release(&roles);
	view_line(c, "服务器", sv_of(c->server));
	return CLI_OK;
}

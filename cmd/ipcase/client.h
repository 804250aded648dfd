/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * One run of the client: settings, login, requests, and the one problem it ends with.
 *
 * A command returns an exit code. When that is not CLI_OK it has described the problem in
 * client->problem; main() prints it once: on stderr for people and, with --json, as a
 * problem document on stdout for programs.
 */
#ifndef IPCASE_CLIENT_H
#define IPCASE_CLIENT_H

#include "json/json_reader.h"
#include "json/json_writer.h"

#include "args.h"
#include "login_file.h"
#include "remote.h"
#include "term.h"

/* Bounds of what the client builds or keeps. */
enum {
	CLIENT_BODY_MAX = 24 << 20, /* an import batch with its originals, escaped */
	CLIENT_FILE_MAX = 16 << 20, /* fields.json, mapping, password file */
	CLIENT_KEY_MAX = 48,        /* leaves room for a suffix within the 64 of the API */
};

#define CLIENT_DEFAULT_SERVER "http://127.0.0.1:8470"

struct problem {
	enum exit_code code;
	const char *title; /* NULL: nothing to print */
	const char *detail, *field, *rule, *article, *request_id;
	const char *slug;   /* last part of the type URI */
	long status;        /* HTTP status, 0 when the server was not reached */
	struct sv document; /* the server's problem document, or empty */
};

struct client {
	struct arena arena;
	const struct args *args;
	struct term out; /* stdout */
	const char *server;
	const char *account; /* NULL: whoever the saved login belongs to */
	bool json;
	struct remote *remote;
	struct login login;
	bool logged_in;
	bool one_shot; /* logged in for this command only */
	char key[CLIENT_KEY_MAX + 1];
	struct problem problem;
};

/* An answer and all that was made from it. */
struct reply {
	struct arena arena;
	struct remote_reply http;
	const struct json_value *root; /* NULL when there is no body */
};

#define REPLY_INIT \
	{ \
		.arena = ARENA_INIT(0), .http = REMOTE_REPLY_INIT, .root = NULL \
	}

void reply_release(struct reply *reply);

enum exit_code client_init(struct client *c, const struct args *args);
void client_fini(struct client *c);

/* Make sure there is a session: the saved login or, when account and password are given
 * without a prompt, a session for this command. */
enum exit_code client_need_login(struct client *c);
/* POST /sessions; fills c->login and sets the token. The password is not kept. `code`: of the second factor, or NULL;
 * where one is needed the problem's rule is "code-needed". */
enum exit_code client_log_in(struct client *c, const char *account, const char *password, const char *code);
/* Password from --password-file or the environment; NULL in *ret when neither is given. */
enum exit_code client_password(struct client *c, char **ret);

/* Requests under /api/v1, as the session. `suffix` makes the keys of a command that posts
 * several times differ; NULL for the only one. The caller releases *ret in any case. */
enum exit_code client_get(struct client *c, const char *path, struct reply *ret);
/* A GET whose body goes to a file, see remote.h; ret->root only when it was refused. */
enum exit_code client_download(struct client *c, const char *path, FILE *file, struct reply *ret);
enum exit_code client_post(struct client *c, const char *path, const struct str *body,
			   const char *suffix, struct reply *ret);
/* Bytes. What it puts is put once, however often it arrives. */
enum exit_code client_put(struct client *c, const char *path, const struct str *bytes, struct reply *ret);
enum exit_code client_delete(struct client *c, const char *path, struct reply *ret);

/* Describe a problem of our own; returns the exit code. */
enum exit_code client_fail(struct client *c, const struct err *err);
enum exit_code client_problem(struct client *c, enum exit_code code, const char *slug,
			      const char *fmt, ...) PRINTF_LIKE(4, 5);
/* The problem of an answer that is not a success. */
enum exit_code client_fail_reply(struct client *c, const struct reply *reply);
void client_print_problem(struct client *c);

/* A text member that outlives the reply; NULL when absent or empty. */
const char *client_member(struct client *c, const struct json_value *object, const char *name);

/* The server's JSON on one line. */
void client_print_json(const struct reply *reply);

enum exit_code exit_code_of_status(long status, const char *slug);
enum exit_code exit_code_of_err(const struct err *err);

/* An id or a 文号 of the command line to an id; kind "clue", "case", "handoff" or NULL for a
 * clue or case; a hand-over also by its thread. The start of a
 * number will do when it fits one matter only, unless `exactly`. */
enum exit_code client_resolve(struct client *c, const char *kind, const char *word, bool exactly,
			      const char **ret_id);

/* Whole file as text; "-" is stdin. */
enum err_code client_read_file(struct arena *arena, const char *path, size_t max, struct sv *ret,
			       struct err *err) MUST_USE;

#endif

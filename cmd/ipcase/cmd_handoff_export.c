/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * export: everything of a hand-over as a folder for a disc, with the printed receipt beside it, read back and
 * verified before it appears under its name. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "handoff.h"
#include "package/name.h"
#include "package/verify.h"
#include "report/stub.h"
#include "view.h"

/* ---- files ---- */

static enum exit_code failed(struct client *c, const char *path)
{
	return client_problem(c, CLI_OTHER, "input-output", "无法写入 %s：%s", path, strerror(errno));
}

static bool write_all(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;
	while (n > 0) {
		ssize_t done = write(fd, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

enum exit_code handoff_write_file(struct client *c, const char *path, const void *bytes, size_t n)
{
	char *temporary = arena_printf(&c->arena, "%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return failed(c, path);
	bool ok = write_all(fd, bytes, n) && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	ok = ok && rename(temporary, path) == 0;
	if (ok)
		return CLI_OK;
	enum exit_code code = failed(c, path);
	(void)unlink(temporary);
	return code;
}

/* ---- unpacking ---- */

struct unpacking {
	struct arena *arena;
	const char *folder;
	bool has_top; /* the ZIP has one folder at its top: it becomes the one that the user named */
	int fd;
};

static enum err_code io_error(struct err *err, const char *path)
{
	return err_set(err, ERR_IO, "input-output", "无法写入 %s：%s", path, strerror(errno));
}

static bool want_all(void *arg UNUSED, const struct tree_entry *e UNUSED)
{
	return true;
}

/* Makes the folders above `path`, which lies below `folder`. */
static bool make_above(struct arena *a, const char *folder, const char *path)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		if (mkdir(arena_printf(a, "%s/%.*s", folder, (int)(slash - path), path), 0700) != 0 && errno != EEXIST)
			return false;
	}
	return true;
}

static const char *target(const struct unpacking *u, const struct tree_entry *e)
{
	const char *slash = strchr(e->path, '/');
	return u->has_top && slash ? slash + 1 : e->path;
}

static enum err_code begin_file(void *arg, const struct tree_entry *e, struct err *err)
{
	struct unpacking *u = arg;
	const char *path = arena_printf(u->arena, "%s/%s", u->folder, target(u, e));
	if (make_above(u->arena, u->folder, target(u, e)))
		u->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return u->fd < 0 ? io_error(err, path) : ERR_OK;
}

static enum err_code file_data(void *arg, const void *p, size_t n, struct err *err)
{
	struct unpacking *u = arg;
	return write_all(u->fd, p, n) ? ERR_OK : io_error(err, u->folder);
}

static enum err_code end_file(void *arg, const struct tree_entry *e UNUSED, struct err *err)
{
	struct unpacking *u = arg;
	bool ok = fsync(u->fd) == 0;
	ok = close(u->fd) == 0 && ok;
	u->fd = -1;
	return ok ? ERR_OK : io_error(err, u->folder);
}

static enum exit_code unpack(struct client *c, const char *zip, const char *folder)
{
	struct unpacking u = { .arena = &c->arena, .folder = folder, .fd = -1 };
	const struct tree_reader reader = { .arg = &u, .want = want_all, .begin = begin_file, .data = file_data,
					    .end = end_file };
	struct err err = ERR_INIT;
	struct tree *tree = NULL;
	enum err_code code = tree_open(zip, NULL, &tree, &err);
	if (!code) {
		u.has_top = !tree_find(tree, SV("thread.json"));
		code = tree_stream(tree, &reader, &err);
	}
	if (u.fd >= 0)
		close(u.fd);
	tree_close(tree);
	return code ? client_fail(c, &err) : CLI_OK;
}

/* ---- the new folder ---- */

static void remove_tree(struct arena *a, const char *path)
{
	struct tree *tree = NULL;
	/* What we wrote ourselves: regular files and folders, listed in the order of their paths. */
	if (tree_open(path, NULL, &tree, NULL) == ERR_OK) {
		for (size_t i = tree_count(tree); i > 0; i--)
			(void)remove(arena_printf(a, "%s/%s", path, tree_at(tree, i - 1)->path));
		tree_close(tree);
	}
	(void)rmdir(path);
}

static enum exit_code check_target(struct client *c, const char *dir)
{
	struct stat st;
	if (lstat(dir, &st) != 0)
		return errno == ENOENT ? CLI_OK : failed(c, dir);
	/* rmdir() takes an empty folder only; rename() then makes it anew. */
	if (!S_ISDIR(st.st_mode) || rmdir(dir) != 0)
		return client_problem(c, CLI_USAGE, "usage", "%s 已经存在；请写一个新的文件夹，或者空文件夹", dir);
	return CLI_OK;
}

static const char *zip_name(struct client *c, const struct json_value *matter)
{
	struct sv number = json_string(json_get(json_get(matter, "handoff"), "number"));
	struct sv thread = json_string(json_get(json_get(matter, "handoff"), "thread"));
	const char *name = name_safe(&c->arena, number.n > 0 ? number : thread, "handoff");
	return arena_printf(&c->arena, "%s.zip", name ? name : "handoff");
}

static enum exit_code download(struct client *c, const char *id, const char *path)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	FILE *file = fopen(path, "wbxe");
	if (!file)
		return failed(c, path);
	enum exit_code code = client_download(c, arena_printf(&c->arena, "/handoffs/%s/export", id), file, &reply);
	bool ok = fflush(file) == 0 && fsync(fileno(file)) == 0;
	ok = fclose(file) == 0 && ok;
	return code || ok ? code : failed(c, path);
}

struct exported {
	const char *folder, *zip, *stub; /* zip NULL: unpacked; stub NULL: nothing was sent yet */
};

/* The receipt, where there is something to receive: a letter that came on paper has no record of being sent. */
static enum exit_code add_stub(struct client *c, const char *id, struct exported *e)
{
	struct str pdf = STR_INIT(STUB_PDF_MAX);
	enum exit_code code = handoff_stub_pdf(c, id, &pdf);
	if (!code) {
		e->stub = arena_printf(&c->arena, "%s/stub.pdf", e->folder);
		code = handoff_write_file(c, e->stub, pdf.p, pdf.len);
	} else if (code == CLI_REFUSED) {
		c->problem = (struct problem){ .title = NULL };
		code = CLI_OK;
	}
	str_release(&pdf);
	return code;
}

/* Everything into the folder: the export, unpacked or not, and the receipt. */
static enum exit_code fetch(struct client *c, const char *id, bool as_zip, struct exported *e)
{
	CLEANUP(reply_release) struct reply matter = REPLY_INIT;
	struct arena *a = &c->arena;
	enum exit_code code = client_get(c, arena_printf(a, "/handoffs/%s", id), &matter);
	if (code)
		return code;
	const char *zip = arena_printf(a, "%s/%s", e->folder, zip_name(c, matter.root));
	code = download(c, id, zip);
	if (!code && as_zip)
		e->zip = zip;
	else if (!code)
		code = unpack(c, zip, e->folder);
	if (!code && !as_zip && unlink(zip) != 0)
		code = failed(c, zip);
	if (!code)
		code = add_stub(c, id, e);
	return code;
}

/* ---- the verdict ---- */

static void print_verdict(struct client *c, const struct verdict *v)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct verdict_line *line = &v->lines[i];
		if (line->mark != VERDICT_GOOD)
			print_wrapped(&c->out, line->mark == VERDICT_WRONG ? STYLE_RED : STYLE_PLAIN,
				      arena_printf(&c->arena, "%s: ", verdict_mark_zh(line->mark)),
				      term_clean(&c->arena, sv_of(line->text)));
	}
	print_wrapped(&c->out, STYLE_PLAIN, "核对: ", term_clean(&c->arena, sv_of(v->conclusion)));
}

static void print_json(const char *dir, const char *stub, const char *zip, const struct verdict *v)
{
	struct str out = STR_INIT(CLIENT_FILE_MAX);
	struct json_writer w;
	json_writer_init(&w, &out);
	json_obj_open(&w);
	json_kv_str(&w, "folder", dir);
	json_kv_str(&w, "zip", zip);
	json_kv_str(&w, "stub", stub);
	json_kv_bool(&w, "holds", v->holds);
	json_kv_bool(&w, "trusted", v->trusted);
	json_kv_str(&w, "conclusion", v->conclusion);
	json_obj_close(&w);
	puts(str_cstr(&out));
	str_release(&out);
}

/* The path in the folder's final place. */
static const char *moved(struct arena *a, const struct exported *e, const char *path, const char *dir)
{
	return path ? arena_printf(a, "%s%s", dir, path + strlen(e->folder)) : NULL;
}

static enum exit_code publish(struct client *c, const struct exported *e, const char *dir,
			      const struct crypto_trust *trust)
{
	const struct verify_options options = { .trust = trust };
	const char *stub = moved(&c->arena, e, e->stub, dir), *zip = moved(&c->arena, e, e->zip, dir);
	struct verdict v = { .count = 0 };
	enum exit_code code = check_target(c, dir);
	if (!code && rename(e->folder, dir) != 0)
		code = client_problem(c, CLI_OTHER, "input-output", "无法写成 %s：%s；请写到其中一个新的文件夹", dir,
				      strerror(errno));
	if (code)
		return code;
	/* Read back from where it now lies. */
	enum err_code good = package_verify(zip ? zip : dir, &options, &v);
	if (c->json) {
		print_json(dir, stub, zip, &v);
	} else {
		printf("已导出到 %.*s\n", SV_ARG(term_clean(&c->arena, sv_of(zip ? zip : dir))));
		print_verdict(c, &v);
		if (stub)
			printf("回执: %.*s\n", SV_ARG(term_clean(&c->arena, sv_of(stub))));
	}
	verdict_release(&v);
	return good == ERR_OK ? CLI_OK : CLI_UNPROVEN;
}

enum exit_code cmd_handoff_export(struct client *c, const struct args *args)
{
	const char *id = NULL, *dir = args->words[1];
	struct crypto_trust *trust = NULL;
	size_t n = strlen(dir);
	while (n > 1 && dir[n - 1] == '/')
		n--;
	dir = arena_strndup(&c->arena, dir, n);
	char *temporary = arena_printf(&c->arena, "%s.XXXXXX", dir);
	enum exit_code code = handoff_trust(c, args, &trust);
	if (!code)
		code = client_need_login(c);
	if (!code)
		code = client_resolve(c, "handoff", args->words[0], true, &id);
	if (!code)
		code = check_target(c, dir);
	if (!code && !mkdtemp(temporary))
		code = failed(c, dir);
	else if (!code) {
		struct exported e = { .folder = temporary };
		code = fetch(c, id, args_has(args, "zip"), &e);
		if (!code)
			code = publish(c, &e, dir, trust);
		remove_tree(&c->arena, temporary); /* gone already when it went well */
	}
	crypto_trust_free(trust);
	return code;
}

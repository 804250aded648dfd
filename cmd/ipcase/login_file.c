/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Reading and safe writing of the saved login. */
#include "login_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

enum { LOGIN_FILE_MAX = 8192 };

static const char *folder_path(struct arena *arena, struct err *err)
{
	const char *xdg = getenv("XDG_CONFIG_HOME");
	if (xdg && xdg[0] == '/') /* the specification wants relative ones ignored */
		return arena_printf(arena, "%s/ipcase", xdg);
	const char *home = getenv("HOME");
	if (home && home[0] == '/')
		return arena_printf(arena, "%s/.config/ipcase", home);
	err_set(err, ERR_IO, "login-file", "不知道登录信息存放在哪里：环境变量 HOME 未设置");
	return NULL;
}

static enum err_code io_error(struct err *err, const char *what, const char *path)
{
	return err_set(err, ERR_IO, "login-file", "%s %s：%s", what, path, strerror(errno));
}

/* Parents as mkdir -p, readable by the owner only. */
static void make_folders(struct arena *arena, const char *path)
{
	char *copy = arena_strdup(arena, path);
	for (char *p = copy + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		(void)mkdir(copy, 0700);
		*p = '/';
	}
	(void)mkdir(copy, 0700); /* opening it reports what went wrong */
}

static enum err_code open_folder(struct arena *arena, bool create, int *ret_fd, struct err *err)
{
	const char *path = folder_path(arena, err);
	if (!path)
		return ERR_IO;
	if (create)
		make_folders(arena, path);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(err, ERR_NOT_FOUND, "login-file", "没有保存的登录");
	if (fd < 0)
		return io_error(err, "无法打开目录", path);
	struct stat st;
	/* Whoever may rename files in there could plant a login. */
	if (fstat(fd, &st) != 0 || st.st_uid != geteuid() || (st.st_mode & 022)) {
		close(fd);
		return err_set(err, ERR_IO, "login-file",
			       "目录 %s 不属于本人或他人可写，请执行 chmod 700", path);
	}
	*ret_fd = fd;
	return ERR_OK;
}

static enum err_code read_all(int fd, char *buf, size_t max, size_t *ret_n, struct err *err)
{
	size_t n = 0;
	for (;;) {
		ssize_t got = read(fd, buf + n, max - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return io_error(err, "无法读取", "登录文件");
		n += (size_t)got;
		if (got == 0 || n == max)
			break;
	}
	*ret_n = n;
	return ERR_OK;
}

static void parse(struct arena *arena, struct sv text, struct login *ret)
{
	const struct {
		const char *key;
		const char **to;
	} keys[] = { { "server=", &ret->server },
		     { "account=", &ret->account },
		     { "token=", &ret->token },
		     { "expires_at=", &ret->expires_at } };
	while (text.n > 0) {
		const char *end = memchr(text.p, '\n', text.n);
		struct sv line = { text.p, end ? (size_t)(end - text.p) : text.n };
		size_t skip = line.n + (end ? 1 : 0);
		text.p += skip;
		text.n -= skip;
		for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
			size_t n = strlen(keys[i].key);
			if (sv_starts_with(line, sv_of(keys[i].key)))
				*keys[i].to = arena_strndup(arena, line.p + n, line.n - n);
		}
	}
}

enum err_code login_file_load(struct arena *arena, struct login *ret, struct err *err)
{
	int folder = -1;
	int fd = -1;
	enum err_code code = open_folder(arena, false, &folder, err);
	if (code)
		return code;
	fd = openat(folder, "login", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		code = errno == ENOENT ? err_set(err, ERR_NOT_FOUND, "login-file", "没有保存的登录")
				       : io_error(err, "无法打开", "登录文件");
		goto out;
	}
	struct stat st;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 077)) {
		code = err_set(
			err, ERR_IO, "login-file",
			"登录文件权限过宽或不属于本人，已拒绝使用；请执行 ipcase login 重新登录");
		goto out;
	}
	char *buf = arena_alloc(arena, LOGIN_FILE_MAX);
	size_t n = 0;
	code = read_all(fd, buf, LOGIN_FILE_MAX, &n, err);
	if (code)
		goto out;
	struct login login = { 0 };
	parse(arena, (struct sv){ buf, n }, &login);
	if (login.server && login.account && login.token)
		*ret = login;
	else
		code = err_set(err, ERR_NOT_FOUND, "login-file", "登录文件内容不完整");
out:
	if (fd >= 0)
		close(fd);
	close(folder);
	return code;
}

static bool one_line(const char *text)
{
	return text && !strpbrk(text, "\r\n");
}

static enum err_code write_new(int folder, const char *name, const struct str *text,
			       struct err *err)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return io_error(err, "无法创建", "登录文件");
	enum err_code code = ERR_OK;
	size_t done = 0;
	while (!code && done < text->len) {
		ssize_t n = write(fd, text->p + done, text->len - done);
		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno != EINTR)
			code = io_error(err, "无法写入", "登录文件");
	}
	if (!code && fsync(fd) != 0)
		code = io_error(err, "无法写入", "登录文件");
	if (close(fd) != 0 && !code)
		code = io_error(err, "无法写入", "登录文件");
	return code;
}

enum err_code login_file_save(struct arena *arena, const struct login *login, struct err *err)
{
	if (!one_line(login->server) || !one_line(login->account) || !one_line(login->token))
		return err_set(err, ERR_INVALID, "login-file", "登录信息不完整，无法保存");
	int folder = -1;
	enum err_code code = open_folder(arena, true, &folder, err);
	if (code)
		return code;
	const char *name = arena_printf(arena, "login.%ld.new", (long)getpid());
	struct str text = STR_INIT(LOGIN_FILE_MAX);
	str_printf(&text, "server=%s\naccount=%s\ntoken=%s\nexpires_at=%s\n", login->server,
		   login->account, login->token,
		   one_line(login->expires_at) ? login->expires_at : "");
	(void)unlinkat(folder, name, 0); /* left by an earlier process of this number */
	code = text.failed ? err_set(err, ERR_INVALID, "login-file", "登录信息过长，无法保存")
			   : write_new(folder, name, &text, err);
	if (!code && renameat(folder, name, folder, "login") != 0)
		code = io_error(err, "无法保存", "登录文件");
	if (code)
		(void)unlinkat(folder, name, 0);
	explicit_bzero(text.p, text.len);
	str_release(&text);
	close(folder);
	return code;
}

enum err_code login_file_remove(struct arena *arena, struct err *err)
{
	int folder = -1;
	enum err_code code = open_folder(arena, false, &folder, err);
	if (code == ERR_NOT_FOUND)
		return ERR_OK;
	if (code)
		return code;
	if (unlinkat(folder, "login", 0) != 0 && errno != ENOENT)
		code = io_error(err, "无法删除", "登录文件");
	close(folder);
	return code;
}

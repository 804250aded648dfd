/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A folder as a tree. No link is ever followed below the folder that was named. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "package/name.h"
#include "package/tree_internal.h"

static enum err_code io_error(struct err *err, const char *what, const char *path)
{
	return err_set(err, ERR_IO, "read", "无法%s %s：%s", what, NAME_SHOW(sv_of(path)),
		       strerror(errno));
}

static enum err_code refuse_kind(struct err *err, const char *path, const struct stat *st)
{
	const struct name_shown name = name_show(sv_of(path));
	const char *shown = name.text;
	if (S_ISLNK(st->st_mode))
		return err_set(err, ERR_INVALID, "entry-symlink", "%s 是符号链接", shown);
	if (S_ISREG(st->st_mode))
		return err_set(err, ERR_INVALID, "entry-hardlink", "%s 是硬链接，另有 %llu 个名称",
			       shown, (unsigned long long)st->st_nlink - 1);
	return err_set(err, ERR_INVALID, "entry-special", "%s 是设备、管道或其他特殊文件", shown);
}

static bool is_ordinary(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_nlink == 1;
}

static enum err_code walk(struct tree *t, int dir_fd, struct str *path, struct err *err);

static enum err_code enter(struct tree *t, int dir_fd, const char *name, struct str *path,
			   struct err *err)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return io_error(err, "打开", path->p);
	return walk(t, fd, path, err);
}

static enum err_code visit(struct tree *t, int dir_fd, const char *name, struct str *path,
			   struct err *err)
{
	struct stat st;
	struct tree_entry *entry;
	struct sv shown = { str_cstr(path), path->len };
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return io_error(err, "查看", shown.p);
	bool is_folder = S_ISDIR(st.st_mode);
	if (!is_folder && !is_ordinary(&st))
		return refuse_kind(err, shown.p, &st);
	/* Checks the depth too, so that the walk ends. */
	enum err_code code =
		tree_add(t, shown, is_folder ? 0 : (uint64_t)st.st_size, is_folder, &entry, err);
	if (!code && is_folder)
		code = enter(t, dir_fd, name, path, err);
	return code;
}

/* Takes dir_fd over. */
static enum err_code walk(struct tree *t, int dir_fd, struct str *path, struct err *err)
{
	enum err_code code = ERR_OK;
	size_t len = path->len;
	DIR *dir = fdopendir(dir_fd);
	if (!dir) {
		code = io_error(err, "读取", str_cstr(path));
		close(dir_fd);
		return code;
	}
	while (!code) {
		errno = 0;
		const struct dirent *d = readdir(dir);
		if (!d && errno)
			code = io_error(err, "读取", str_cstr(path));
		if (!d)
			break;
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		path->len = len;
		if (len)
			str_append_char(path, '/');
		str_append_cstr(path, d->d_name);
		code = visit(t, dirfd(dir), d->d_name, path, err);
	}
	path->len = len;
	if (path->p)
		path->p[len] = '\0';
	closedir(dir);
	return code;
}

enum err_code tree_walk_folder(struct tree *t, struct err *err)
{
	/* One name more than the longest path, which tree_add() then refuses. */
	struct str path = STR_INIT(NAME_PATH_MAX + 1 + NAME_MAX + 1);
	int fd = dup(t->fd);
	if (fd < 0)
		return io_error(err, "打开", "文件夹");
	enum err_code code = walk(t, fd, &path, err);
	str_release(&path);
	return code;
}

/* Opens a file segment by segment. */
static int open_below(int root, const char *path)
{
	int fd = dup(root);
	while (fd >= 0) {
		const char *slash = strchr(path, '/');
		char name[NAME_MAX + 1];
		size_t n = slash ? (size_t)(slash - path) : strlen(path);
		if (n > NAME_MAX) {
			close(fd);
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(name, path, n);
		name[n] = '\0';
		int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
		int next = openat(fd, name, slash ? flags | O_DIRECTORY : flags);
		close(fd);
		fd = next;
		if (!slash)
			break;
		path = slash + 1;
	}
	return fd;
}

static enum err_code changed(struct err *err, const struct tree_entry *e)
{
	return err_set(err, ERR_INVALID, "entry-changed", "%s 在读取期间变了",
		       NAME_SHOW(sv_of(e->path)));
}

static enum err_code read_all(struct tree *t, int fd, const struct tree_entry *e,
			      const struct tree_reader *reader, struct err *err)
{
	uint64_t left = e->size;
	for (;;) {
		ssize_t got = read(fd, t->buffer, TREE_BUFFER);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return io_error(err, "读取", e->path);
		if ((uint64_t)got > left || (got == 0 && left > 0))
			return changed(err, e);
		if (got == 0)
			return ERR_OK;
		left -= (uint64_t)got;
		enum err_code code = reader->data(reader->arg, t->buffer, (size_t)got, err);
		if (code)
			return code;
	}
}

enum err_code tree_open_in_folder(struct tree *t, const struct tree_entry *e, int *ret_fd,
				  struct err *err)
{
	struct stat st;
	enum err_code code = ERR_OK;
	int fd = open_below(t->fd, e->path);
	if (fd < 0)
		return errno == ELOOP || errno == ENOTDIR ? changed(err, e)
							  : io_error(err, "打开", e->path);
	if (fstat(fd, &st) != 0)
		code = io_error(err, "查看", e->path);
	else if (!is_ordinary(&st))
		code = refuse_kind(err, e->path, &st);
	else if ((uint64_t)st.st_size != e->size)
		code = changed(err, e);
	if (code)
		close(fd);
	else
		*ret_fd = fd;
	return code;
}

static enum err_code stream_one(struct tree *t, const struct tree_entry *e,
				const struct tree_reader *reader, struct err *err)
{
	int fd = -1;
	enum err_code code = tree_open_in_folder(t, e, &fd, err);
	if (code)
		return code;
	if (reader->begin)
		code = reader->begin(reader->arg, e, err);
	if (!code)
		code = read_all(t, fd, e, reader, err);
	if (!code && reader->end)
		code = reader->end(reader->arg, e, err);
	close(fd);
	return code;
}

enum err_code tree_stream_folder(struct tree *t, const struct tree_reader *reader, struct err *err)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct tree_entry *e = &t->entries[i];
		if (e->is_folder || !reader->want(reader->arg, e))
			continue;
		enum err_code code = stream_one(t, e, reader, err);
		if (code)
			return code;
	}
	return ERR_OK;
}

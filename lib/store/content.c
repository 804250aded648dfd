/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Whole contents: storing, reading, walking. */
#include "store/content.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "store/content_internal.h"

enum { FOLDER_MODE = 0700, WRITING_MODE = 0600, CONTENT_MODE = 0400, FOLDER_NAME = 2 };

struct content_put {
	struct content_store *store;
	int fd;
	char name[40];
	struct crypto_summer *summer; /* NULL: the caller hashes */
};

/* ---- small parts ---- */

enum err_code content_io_error(struct err *err, const char *what)
{
	int error = errno;

	log_error("storage_failed", "step=%s reason=%s", what, log_quote(strerror(error)));
	if (error == ENOSPC || error == EDQUOT)
		return err_set(err, ERR_NO_SPACE, "storage-full", "材料存储空间已满，内容没有保存，请联系系统管理员");
	return err_set(err, ERR_IO, "storage-failed", "材料存储出错（%s），内容没有保存", what);
}

bool content_write_all(int fd, const void *p, size_t n, off_t at)
{
	const char *bytes = p;

	while (n > 0) {
		ssize_t done = pwrite(fd, bytes, n, at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done == 0)
			errno = EIO;
		if (done <= 0)
			return false;
		bytes += done;
		at += done;
		n -= (size_t)done;
	}
	return true;
}

ssize_t content_read_all(int fd, void *p, size_t n, off_t at)
{
	size_t got = 0;

	while (got < n) {
		ssize_t more = pread(fd, (char *)p + got, n - got, at + (off_t)got);
		if (more < 0 && errno == EINTR)
			continue;
		if (more < 0)
			return -1;
		if (more == 0)
			break;
		got += (size_t)more;
	}
	return (ssize_t)got;
}

static bool is_hex(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f')))
			return false;
	}
	return true;
}

bool content_name_is_valid(struct sv name)
{
	return name.n == CONTENT_NAME_SIZE - 1 && is_hex(name.p, name.n);
}

void content_tmp_name(struct content_store *s, char ret[40])
{
	uint64_t serial = __atomic_add_fetch(&s->serial, 1, __ATOMIC_RELAXED);

	snprintf(ret, 40, "%ld-%" PRIx64, (long)getpid(), serial);
}

/* "ab/cdef..." */
static void path_of(const char *sha256, char ret[CONTENT_NAME_SIZE + 1])
{
	snprintf(ret, CONTENT_NAME_SIZE + 1, "%.2s/%s", sha256, sha256 + FOLDER_NAME);
}

/* ---- the directory ---- */

static int open_folder(int root, const char *name)
{
	bool made = mkdirat(root, name, FOLDER_MODE) == 0;

	if (!made && errno != EEXIST)
		return -1;
	int fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && made && fsync(root) != 0) {
		int error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* Can files be made here, and linked? Some file systems cannot. */
static bool try_out(struct content_store *s)
{
	char one[40], two[40];

	content_tmp_name(s, one);
	content_tmp_name(s, two);
	int fd = openat(s->tmp, one, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, WRITING_MODE);
	if (fd < 0)
		return false;
	bool ok = fsync(fd) == 0 && linkat(s->tmp, one, s->tmp, two, 0) == 0;
	int error = errno;
	close(fd);
	unlinkat(s->tmp, one, 0);
	unlinkat(s->tmp, two, 0);
	errno = error;
	return ok;
}

static struct content_store *store_new(const char *dir)
{
	struct content_store *s = xcalloc(1, sizeof(*s));

	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->idle, NULL);
	s->tmp = s->uploads = -1;
	s->serial = (uint64_t)clock_now(); /* what an earlier process with this number left keeps its name */
	s->root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return s;
}

static enum err_code useless(struct content_store *s, const char *dir, const char *step, struct err *err)
{
	enum err_code code = err_set(err, ERR_IO, "storage-failed", "材料存储目录 %s 不能使用（%s：%s）", dir, step,
				     strerror(errno));

	content_store_close(s);
	return code;
}

enum err_code content_store_look(const char *dir, struct content_store **ret, struct err *err)
{
	struct content_store *s = store_new(dir);

	if (s->root < 0)
		return useless(s, dir, "open", err);
	*ret = s;
	return ERR_OK;
}

enum err_code content_store_open(const char *dir, struct content_store **ret, struct err *err)
{
	struct content_store *s = store_new(dir);
	const char *step = "open";

	if (s->root >= 0) {
		step = "mkdir";
		s->tmp = open_folder(s->root, "tmp");
	}
	if (s->tmp >= 0)
		s->uploads = open_folder(s->root, "uploads");
	if (s->uploads >= 0) {
		step = "create";
		if (try_out(s)) {
			*ret = s;
			return ERR_OK;
		}
	}
	return useless(s, dir, step, err);
}

void content_store_close(struct content_store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < FOLLOWERS_MAX; i++)
		crypto_summer_free(s->followers[i].summer);
	if (s->uploads >= 0)
		close(s->uploads);
	if (s->tmp >= 0)
		close(s->tmp);
	if (s->root >= 0)
		close(s->root);
	pthread_cond_destroy(&s->idle);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

uint64_t content_store_room(struct content_store *s)
{
	struct statvfs v;

	if (fstatvfs(s->root, &v) != 0)
		return 0;
	return (uint64_t)v.f_bavail * v.f_frsize;
}

/* ---- storing ---- */

enum err_code content_adopt(struct content_store *s, int dir, const char *from, bool keep,
			    const struct crypto_sums *sums, struct err *err)
{
	char sha256[CONTENT_NAME_SIZE], folder[FOLDER_NAME + 1], name[40];
	enum err_code code = ERR_OK;

	crypto_hex(sums->sha256, sizeof(sums->sha256), sha256);
	snprintf(folder, sizeof(folder), "%.2s", sha256);
	content_tmp_name(s, name);
	int fd = open_folder(s->root, folder);
	if (fd < 0)
		return content_io_error(err, "mkdir");
	if (fchmodat(dir, from, CONTENT_MODE, 0) != 0)
		code = content_io_error(err, "chmod");
	else if (keep && linkat(dir, from, s->tmp, name, 0) != 0)
		code = content_io_error(err, "link");
	else if (renameat(keep ? s->tmp : dir, keep ? name : from, fd, sha256 + FOLDER_NAME) != 0)
		code = content_io_error(err, "rename");
	else if (fsync(fd) != 0)
		code = content_io_error(err, "fsync");
	/* Renaming a link to what it already is changes nothing and leaves both names. */
	if (keep)
		unlinkat(s->tmp, name, 0);
	close(fd);
	return code;
}

enum err_code content_put_new_summed(struct content_store *s, struct content_put **ret, struct err *err)
{
	struct content_put *p = xcalloc(1, sizeof(*p));

	p->store = s;
	content_tmp_name(s, p->name);
	p->fd = openat(s->tmp, p->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, WRITING_MODE);
	if (p->fd < 0) {
		enum err_code code = content_io_error(err, "create");
		free(p);
		return code;
	}
	*ret = p;
	return ERR_OK;
}

enum err_code content_put_new(struct content_store *s, struct content_put **ret, struct err *err)
{
	enum err_code code = content_put_new_summed(s, ret, err);

	if (code == ERR_OK)
		(*ret)->summer = crypto_summer_new();
	return code;
}

enum err_code content_put_write(struct content_put *p, const void *bytes, size_t n, struct err *err)
{
	const char *at = bytes;

	if (p->summer)
		crypto_summer_update(p->summer, bytes, n);
	while (n > 0) {
		ssize_t done = write(p->fd, at, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return content_io_error(err, "write");
		at += done;
		n -= (size_t)done;
	}
	return ERR_OK;
}

enum err_code content_put_finish(struct content_put *p, struct crypto_sums *ret, struct err *err)
{
	crypto_summer_finish(p->summer, ret);
	p->summer = NULL;
	return content_put_finish_summed(p, ret, err);
}

enum err_code content_put_finish_summed(struct content_put *p, const struct crypto_sums *sums, struct err *err)
{
	enum err_code code = ERR_OK;

	if (fsync(p->fd) != 0)
		code = content_io_error(err, "fsync");
	else
		code = content_adopt(p->store, p->store->tmp, p->name, false, sums, err);
	content_put_free(p);
	return code;
}

void content_put_free(struct content_put *p)
{
	if (!p)
		return;
	crypto_summer_free(p->summer);
	close(p->fd);
	unlinkat(p->store->tmp, p->name, 0); /* not there any more when it was adopted */
	free(p);
}

/* ---- reading ---- */

enum err_code content_read(struct content_store *s, const char *sha256, int *ret_fd, uint64_t *ret_size,
			   struct err *err)
{
	char path[CONTENT_NAME_SIZE + 1];
	struct stat st;

	if (!content_name_is_valid(sv_of(sha256)))
		return err_set(err, ERR_NOT_FOUND, "content-missing", "没有这一内容");
	path_of(sha256, path);
	int fd = openat(s->root, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
		return content_io_error(err, "open");
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		log_error("content_missing", "sha256=%s", sha256);
		return err_set(err, ERR_NOT_FOUND, "content-missing", "材料的内容不在存储目录中，请联系系统管理员");
	}
	*ret_fd = fd;
	*ret_size = (uint64_t)st.st_size;
	return ERR_OK;
}

static enum err_code altered(const char *sha256, struct err *err)
{
	log_error("content_altered", "sha256=%s", sha256);
	return err_set(err, ERR_IO, "content-altered", "材料的内容与登记的摘要不符，已不可用，请联系系统管理员");
}

enum err_code content_verify(struct content_store *s, const struct crypto_sums *want, struct err *err)
{
	char sha256[CONTENT_NAME_SIZE];
	struct crypto_sums got;
	uint64_t size;
	ssize_t n;
	off_t at = 0;
	int fd;

	crypto_hex(want->sha256, sizeof(want->sha256), sha256);
	enum err_code code = content_read(s, sha256, &fd, &size, err);
	if (code != ERR_OK)
		return code;
	struct crypto_summer *summer = crypto_summer_new();
	char *piece = xmalloc(CONTENT_PIECE);
	while ((n = content_read_all(fd, piece, CONTENT_PIECE, at)) > 0) {
		crypto_summer_update(summer, piece, (size_t)n);
		at += n;
	}
	if (n < 0)
		code = content_io_error(err, "read");
	free(piece);
	close(fd);
	crypto_summer_finish(summer, &got);
	if (code == ERR_OK && (got.size != want->size || memcmp(got.sha256, want->sha256, sizeof(got.sha256)) != 0 ||
			       memcmp(got.sha512, want->sha512, sizeof(got.sha512)) != 0 ||
			       memcmp(got.sm3, want->sm3, sizeof(got.sm3)) != 0))
		code = altered(sha256, err);
	return code;
}

/* ---- walking ---- */

struct walk {
	int root;
	content_walk_fn *fn;
	void *arg;
	bool stopped;
};

static void report(struct walk *w, int dir, const char *folder, const char *name)
{
	char path[600];
	struct content_file file = { .path = path };
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return; /* gone meanwhile */
	snprintf(path, sizeof(path), "%s%s%s", folder, folder[0] ? "/" : "", name);
	file.size = (uint64_t)st.st_size;
	file.changed_at = (instant_t)st.st_ctim.tv_sec * 1000000 + st.st_ctim.tv_nsec / 1000;
	if (S_ISREG(st.st_mode) && strlen(folder) == FOLDER_NAME)
		snprintf(file.sha256, sizeof(file.sha256), "%s%s", folder, name);
	if (!content_name_is_valid(sv_of(file.sha256)) || strlen(name) != CONTENT_NAME_SIZE - 1 - FOLDER_NAME)
		file.sha256[0] = '\0';
	w->stopped = !w->fn(w->arg, &file);
}

/* Calls `each` for every entry but . and .. */
static enum err_code list(struct walk *w, int parent, const char *folder,
			  enum err_code (*each)(struct walk *w, int dir, const char *folder, const char *name,
						struct err *err),
			  struct err *err)
{
	int fd = openat(parent, folder[0] ? folder : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	enum err_code code = ERR_OK;

	if (!d) {
		code = content_io_error(err, "list");
		if (fd >= 0)
			close(fd);
		return code;
	}
	for (struct dirent *e; code == ERR_OK && !w->stopped && (e = readdir(d)) != NULL;) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			code = each(w, fd, folder, e->d_name, err);
	}
	closedir(d);
	return code;
}

static enum err_code each_content(struct walk *w, int dir, const char *folder, const char *name,
				  struct err *err UNUSED)
{
	report(w, dir, folder, name);
	return ERR_OK;
}

static enum err_code each_folder(struct walk *w, int dir, const char *folder UNUSED, const char *name,
				 struct err *err)
{
	struct stat st;

	if (strcmp(name, "tmp") == 0 || strcmp(name, "uploads") == 0 || strcmp(name, "lost+found") == 0)
		return ERR_OK;
	bool ours = strlen(name) == FOLDER_NAME && is_hex(name, FOLDER_NAME) &&
		    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
	if (ours)
		return list(w, dir, name, each_content, err);
	report(w, dir, "", name);
	return ERR_OK;
}

enum err_code content_walk(struct content_store *s, content_walk_fn *fn, void *arg, struct err *err)
{
	struct walk w = { .root = s->root, .fn = fn, .arg = arg };

	return list(&w, s->root, "", each_folder, err);
}


void content_sweep_tmp(struct content_store *s, instant_t before)
{
	int fd = openat(s->root, "tmp", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct stat st;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		bool dots = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
		if (dots || fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		    (instant_t)st.st_ctim.tv_sec * 1000000 >= before)
			continue;
		if (S_ISDIR(st.st_mode))
			content_remove_folder(fd, e->d_name);
		else
			unlinkat(fd, e->d_name, 0);
	}
	closedir(d);
}

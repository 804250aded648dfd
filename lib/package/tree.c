/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Trees: opening, the sorted list, small files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "package/name.h"
#include "package/tree_internal.h"

const struct package_limits package_limits_default = {
	.total_bytes = UINT64_C(256) << 30,
	.entries = 20000,
	.ratio = 100,
	.file_bytes = 32 << 20,
};

/* The list itself: every path with its folded copies. */
enum { ARENA_CAP = 256 << 20 };

bool tree_pread(int fd, void *p, size_t n, uint64_t at)
{
	char *to = p;
	while (n > 0) {
		ssize_t got = pread(fd, to, n, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			errno = got < 0 ? errno : 0;
			return false;
		}
		to += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return true;
}

enum err_code tree_add(struct tree *t, struct sv path, uint64_t size, bool is_folder,
		       struct tree_entry **ret, struct err *err)
{
	enum err_code code = name_check(path, NAME_ANY, err);
	if (code)
		return code;
	if (t->count >= t->limits.entries)
		return err_set(err, ERR_TOO_LARGE, "limit-entries", "文件多于 %zu 个",
			       t->limits.entries);
	if (size > t->limits.total_bytes || t->total_bytes > t->limits.total_bytes - size)
		return err_set(err, ERR_TOO_LARGE, "limit-bytes",
			       "文件合计超过 %llu 字节，到“%s”为止",
			       (unsigned long long)t->limits.total_bytes, NAME_SHOW(path));
	t->total_bytes += size;
	char *copy = arena_try_strndup(&t->arena, path.p, path.n);
	if (!copy)
		return err_set(err, ERR_TOO_LARGE, "limit-entries", "文件名合计过长");
	if (t->count == t->room) {
		t->room = t->room ? 2 * t->room : 64;
		t->entries = xrealloc(t->entries, t->room * sizeof(*t->entries));
	}
	t->entries[t->count] = (struct tree_entry){
		.path = copy, .path_len = path.n, .size = size, .is_folder = is_folder
	};
	*ret = &t->entries[t->count++];
	return ERR_OK;
}

static struct sv path_of(const struct tree_entry *e)
{
	return (struct sv){ e->path, e->path_len };
}

static int compare_entries(const void *a, const void *b)
{
	return name_compare(path_of(a), path_of(b));
}

static int compare_offsets(const void *a, const void *b)
{
	const struct tree_entry *x = *(struct tree_entry *const *)a;
	const struct tree_entry *y = *(struct tree_entry *const *)b;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Sorts the list and refuses names that would meet. */
static enum err_code finish(struct tree *t, struct err *err)
{
	struct arena scratch = ARENA_INIT(ARENA_CAP);
	struct name_entry *names = arena_try_array(&scratch, struct name_entry, t->count + 1);
	enum err_code code = ERR_OK;
	if (!names)
		code = err_set(err, ERR_TOO_LARGE, "limit-entries", "文件过多");
	for (size_t i = 0; i < t->count && !code; i++)
		names[i] = (struct name_entry){ path_of(&t->entries[i]), t->entries[i].is_folder };
	if (!code)
		code = name_check_collisions(&scratch, names, t->count, err);
	arena_fini(&scratch);
	if (code)
		return code;
	if (t->count)
		qsort(t->entries, t->count, sizeof(*t->entries), compare_entries);
	t->by_offset = xcalloc(t->count + 1, sizeof(struct tree_entry *));
	for (size_t i = 0; i < t->count; i++)
		t->by_offset[i] = &t->entries[i];
	qsort(t->by_offset, t->count, sizeof(struct tree_entry *), compare_offsets);
	return ERR_OK;
}

static enum err_code open_taken(int fd, bool is_zip, const struct package_limits *limits,
				struct tree **ret, struct err *err)
{
	struct tree *t = xcalloc(1, sizeof(*t));
	arena_init(&t->arena, ARENA_CAP);
	t->limits = limits ? *limits : package_limits_default;
	t->fd = fd;
	t->is_zip = is_zip;
	t->buffer = xmalloc(TREE_BUFFER);
	enum err_code code = is_zip ? tree_audit_zip(t, err) : tree_walk_folder(t, err);
	if (!code)
		code = finish(t, err);
	if (code)
		tree_close(t);
	else
		*ret = t;
	return code;
}

enum err_code tree_open_zip(int fd, const struct package_limits *limits, struct tree **ret,
			    struct err *err)
{
	return open_taken(fd, true, limits, ret, err);
}

enum err_code tree_open(const char *path, const struct package_limits *limits, struct tree **ret,
			struct err *err)
{
	struct stat st;
	/* O_NONBLOCK: opening a pipe must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "open",
			       "无法打开 %s：%s", NAME_SHOW(sv_of(path)), strerror(errno));
	if (fstat(fd, &st) == 0 && (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)))
		return open_taken(fd, S_ISREG(st.st_mode), limits, ret, err);
	close(fd);
	return err_set(err, ERR_INVALID, "entry-special", "%s 既不是文件夹也不是文件",
		       NAME_SHOW(sv_of(path)));
}

void tree_close(struct tree *t)
{
	if (!t)
		return;
	if (t->fd >= 0)
		close(t->fd);
	free(t->by_offset);
	free(t->entries);
	free(t->buffer);
	arena_fini(&t->arena);
	free(t);
}

bool tree_is_zip(const struct tree *t)
{
	return t->is_zip;
}

bool tree_is_plain(const struct tree *t)
{
	return t->plain;
}

size_t tree_count(const struct tree *t)
{
	return t->count;
}

const struct tree_entry *tree_at(const struct tree *t, size_t i)
{
	CHECK(i < t->count);
	return &t->entries[i];
}

size_t tree_lower_bound(const struct tree *t, struct sv path)
{
	size_t low = 0, high = t->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (name_compare(path_of(&t->entries[middle]), path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct tree_entry *tree_find(const struct tree *t, struct sv path)
{
	size_t i = tree_lower_bound(t, path);
	if (i == t->count || name_compare(path_of(&t->entries[i]), path) != 0)
		return NULL;
	return &t->entries[i];
}

enum err_code tree_stream(struct tree *t, const struct tree_reader *reader, struct err *err)
{
	return t->is_zip ? tree_stream_zip(t, reader, err) : tree_stream_folder(t, reader, err);
}

/* ---- one file by itself ---- */

struct unpacking {
	const struct tree_entry *wanted;
	int fd;
};

static bool unpack_want(void *arg, const struct tree_entry *e)
{
	const struct unpacking *u = arg;
	return e == u->wanted;
}

static enum err_code unpack_data(void *arg, const void *p, size_t n, struct err *err)
{
	const struct unpacking *u = arg;
	const char *from = p;
	while (n > 0) {
		ssize_t put = write(u->fd, from, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return err_set(err, ERR_IO, "write", "无法写临时文件：%s", strerror(errno));
		from += put;
		n -= (size_t)put;
	}
	return ERR_OK;
}

static int temporary_file(void)
{
	const char *folder = getenv("TMPDIR");
	char path[4096];
	if (!folder || !folder[0])
		folder = "/tmp";
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* Not every file system has files without a name. */
	if ((size_t)snprintf(path, sizeof(path), "%s/ipcase-XXXXXX", folder) >= sizeof(path))
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

enum err_code tree_open_file(struct tree *t, const struct tree_entry *e, int *ret_fd,
			     struct err *err)
{
	struct unpacking u = { e, -1 };
	struct tree_reader reader = { .arg = &u, .want = unpack_want, .data = unpack_data };
	if (!t->is_zip)
		return tree_open_in_folder(t, e, ret_fd, err);
	u.fd = temporary_file();
	if (u.fd < 0)
		return err_set(err, ERR_IO, "write", "无法建立临时文件：%s", strerror(errno));
	enum err_code code = tree_stream(t, &reader, err);
	if (!code && lseek(u.fd, 0, SEEK_SET) != 0)
		code = err_set(err, ERR_IO, "read", "无法读取临时文件：%s", strerror(errno));
	if (code)
		close(u.fd);
	else
		*ret_fd = u.fd;
	return code;
}

/* ---- small files ---- */

struct loading {
	struct tree *tree;
	void *arg;
	bool (*want)(void *arg, const struct tree_entry *e);
	char *to;
	size_t len;
};

static bool load_want(void *arg, const struct tree_entry *e)
{
	struct loading *l = arg;
	return !e->is_folder && !e->bytes.p && l->want(l->arg, e);
}

static enum err_code load_begin(void *arg, const struct tree_entry *e, struct err *err)
{
	struct loading *l = arg;
	l->len = 0;
	l->to = NULL;
	if (e->size <= l->tree->limits.file_bytes)
		l->to = arena_try_alloc(&l->tree->arena, (size_t)e->size + 1);
	if (!l->to)
		return err_set(err, ERR_TOO_LARGE, "limit-file", "%s 过大（%llu 字节）",
			       NAME_SHOW(path_of(e)), (unsigned long long)e->size);
	return ERR_OK;
}

static enum err_code load_data(void *arg, const void *p, size_t n, struct err *err)
{
	struct loading *l = arg;
	(void)err;
	memcpy(l->to + l->len, p, n); /* the stream never gives more than the entry's size */
	l->len += n;
	return ERR_OK;
}

static enum err_code load_end(void *arg, const struct tree_entry *e, struct err *err)
{
	struct loading *l = arg;
	(void)err;
	l->tree->entries[e - l->tree->entries].bytes = (struct sv){ l->to, l->len };
	return ERR_OK;
}

enum err_code tree_load(struct tree *t, void *arg,
			bool (*want)(void *arg, const struct tree_entry *e), struct err *err)
{
	struct loading l = { .tree = t, .arg = arg, .want = want };
	struct tree_reader reader = { &l, load_want, load_begin, load_data, load_end };
	return tree_stream(t, &reader, err);
}

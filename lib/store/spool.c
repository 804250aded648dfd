/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * See spool.h. The name of a file that comes in tells all there is to know of it: in-ID-ACCOUNT-SIZE. */
#include "store/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "store/content_internal.h"

enum { NAME_SIZE = 128, FILE_MODE = 0600 };

enum err_code spool_file(struct content_store *s, int *ret_fd, struct err *err)
{
	int fd = openat(s->tmp, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, FILE_MODE);

	if (fd < 0)
		return content_io_error(err, "tmp");
	*ret_fd = fd;
	return ERR_OK;
}

enum err_code spool_folder(struct content_store *s, char ret_name[40], int *ret_fd, struct err *err)
{
	content_tmp_name(s, ret_name);
	if (mkdirat(s->tmp, ret_name, 0700) != 0)
		return content_io_error(err, "tmp");
	*ret_fd = openat(s->tmp, ret_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*ret_fd >= 0)
		return ERR_OK;
	enum err_code code = content_io_error(err, "tmp");
	spool_folder_remove(s, ret_name);
	return code;
}

void spool_folder_remove(struct content_store *s, const char *name)
{
	content_remove_folder(s->tmp, name);
}

static bool id_is_valid(struct sv id)
{
	for (size_t i = 0; i < id.n; i++) {
		if (!((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'f')))
			return false;
	}
	return id.n == SPOOL_ID_SIZE - 1;
}

enum err_code spool_make(struct content_store *s, int64_t account, uint64_t size, char ret_id[SPOOL_ID_SIZE],
			 struct err *err)
{
	uint8_t random[(SPOOL_ID_SIZE - 1) / 2];
	char name[NAME_SIZE];

	if (size > content_store_room(s))
		return err_set(err, ERR_NO_SPACE, "storage-full", "材料库空间不足，放不下 %llu 字节",
			       (unsigned long long)size);
	if (crypto_random(random, sizeof(random)) != ERR_OK)
		return err_set(err, ERR_INTERNAL, "random", "系统无法给出随机数");
	crypto_hex(random, sizeof(random), ret_id);
	snprintf(name, sizeof(name), "in-%s-%lld-%llu", ret_id, (long long)account, (unsigned long long)size);
	int fd = openat(s->tmp, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return content_io_error(err, "tmp");
	close(fd);
	return ERR_OK;
}

/* Looks for the file of this id and account; its size is in its name. */
static bool find(struct content_store *s, int64_t account, struct sv id, char name[NAME_SIZE], uint64_t *ret_size)
{
	char start[NAME_SIZE];
	bool found = false;

	if (!id_is_valid(id))
		return false;
	snprintf(start, sizeof(start), "in-%.*s-%lld-", SV_ARG(id), (long long)account);
	int fd = openat(s->tmp, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	if (!folder) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	for (struct dirent *e; !found && (e = readdir(folder));) {
		int64_t size = 0;
		size_t n = strlen(start);
		if (strncmp(e->d_name, start, n) != 0 || strlen(e->d_name) >= NAME_SIZE ||
		    !sv_to_i64(sv_of(e->d_name + n), &size) || size <= 0)
			continue;
		memcpy(name, e->d_name, strlen(e->d_name) + 1);
		*ret_size = (uint64_t)size;
		found = true;
	}
	closedir(folder);
	return found;
}

static enum err_code open_found(struct content_store *s, int64_t account, struct sv id, int *ret_fd,
				uint64_t *ret_size, uint64_t *ret_there, struct err *err)
{
	char name[NAME_SIZE];
	struct stat st;

	if (!find(s, account, id, name, ret_size))
		return err_set(err, ERR_NOT_FOUND, "no-such-upload", "没有这次上传，或者已经过期，请重新上传");
	int fd = openat(s->tmp, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		enum err_code code = content_io_error(err, "tmp");
		if (fd >= 0)
			close(fd);
		return code;
	}
	*ret_there = (uint64_t)st.st_size;
	*ret_fd = fd;
	return ERR_OK;
}

enum err_code spool_resume(struct content_store *s, int64_t account, struct sv id, uint64_t size, uint64_t *ret_there,
			   struct err *err)
{
	char name[NAME_SIZE];
	uint64_t was = 0;
	int fd = -1;

	if (!id_is_valid(id) || size == 0)
		return err_set(err, ERR_INVALID, "part-range", "上传的标识或大小不对");
	if (!find(s, account, id, name, &was)) {
		if (size > content_store_room(s))
			return err_set(err, ERR_NO_SPACE, "storage-full", "材料库空间不足，放不下 %llu 字节",
				       (unsigned long long)size);
		snprintf(name, sizeof(name), "in-%.*s-%lld-%llu", SV_ARG(id), (long long)account, (unsigned long long)size);
		fd = openat(s->tmp, name, O_WRONLY | O_CREAT | O_CLOEXEC, FILE_MODE);
		if (fd < 0)
			return content_io_error(err, "tmp");
		close(fd);
		was = size;
	}
	if (was != size)
		return err_set(err, ERR_INVALID, "part-range", "此前申报的是 %llu 字节", (unsigned long long)was);
	enum err_code code = open_found(s, account, id, &fd, &was, ret_there, err);
	if (code == ERR_OK)
		close(fd);
	return code;
}

enum err_code spool_append(struct content_store *s, int64_t account, struct sv id, uint64_t at, struct sv bytes,
			   uint64_t *ret_there, struct err *err)
{
	uint64_t size = 0;
	int fd = -1;
	enum err_code code = open_found(s, account, id, &fd, &size, ret_there, err);

	if (code != ERR_OK)
		return code;
	if (at > size || bytes.n > size - at)
		code = err_set(err, ERR_INVALID, "part-range", "超出了申报的 %llu 字节", (unsigned long long)size);
	else if (at + bytes.n <= *ret_there)
		code = ERR_OK; /* sent once more */
	else if (at > *ret_there)
		code = err_set(err, ERR_WRONG_STATE, "part-order", "已有 %llu 字节，请从那里继续",
			       (unsigned long long)*ret_there);
	else if (!content_write_all(fd, bytes.p, bytes.n, (off_t)at))
		code = content_io_error(err, "tmp");
	else
		*ret_there = at + bytes.n;
	close(fd);
	return code;
}

enum err_code spool_path(struct content_store *s, int64_t account, struct sv id, char ret[SPOOL_PATH_SIZE],
			 struct err *err)
{
	uint64_t size = 0, there = 0;
	char link[64];
	int fd = -1;
	enum err_code code = open_found(s, account, id, &fd, &size, &there, err);

	if (code != ERR_OK)
		return code;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, ret, SPOOL_PATH_SIZE - 1);
	if (there != size)
		code = err_set(err, ERR_WRONG_STATE, "upload-incomplete", "上传尚未完成：%llu 字节中有 %llu 字节",
			       (unsigned long long)size, (unsigned long long)there);
	else if (n <= 0 || n >= SPOOL_PATH_SIZE - 1)
		code = content_io_error(err, "tmp");
	else
		ret[n] = '\0';
	close(fd);
	return code;
}

void spool_remove(struct content_store *s, int64_t account, struct sv id)
{
	char name[NAME_SIZE];
	uint64_t size;

	if (find(s, account, id, name, &size))
		unlinkat(s->tmp, name, 0);
}

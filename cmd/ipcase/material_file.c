/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Files that become materials, see material_file.h. */
#include "material_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { READ_BYTES = 1 << 20, NAME_BYTES = 200 /* of the server */ };

enum exit_code material_read_failed(struct client *c, const char *path)
{
	return client_problem(c, CLI_USAGE, "usage", "无法读取 %s：%s", path, strerror(errno));
}

const char *material_clean_name(struct client *c, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = arena_strdup(&c->arena, slash ? slash + 1 : path);
	size_t n = strlen(name);

	for (char *p = name; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f || strchr("\\:*?\"<>|", *p))
			*p = '_';
	}
	if (n > 0 && (name[0] == '.' || name[0] == ' '))
		name[0] = '_';
	if (n > 0 && (name[n - 1] == '.' || name[n - 1] == ' '))
		name[n - 1] = '_';
	return name;
}

enum exit_code material_open(struct client *c, const char *path, struct material_file *ret)
{
	struct stat st;

	*ret = (struct material_file){ .path = path, .name = material_clean_name(c, path), .fd = open(path, O_RDONLY | O_CLOEXEC) };
	if (ret->fd < 0 || fstat(ret->fd, &st) != 0)
		return material_read_failed(c, path);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return client_problem(c, CLI_USAGE, "usage", S_ISREG(st.st_mode) ? "%s 是空文件" : "%s 不是普通文件", path);
	if (!ret->name[0] || strlen(ret->name) > NAME_BYTES || !text_is_valid_utf8(sv_of(ret->name)))
		return client_problem(c, CLI_INVALID, "invalid-input", "文件名须为 1 到 %d 字节的 UTF-8 文字：%s", NAME_BYTES,
				      path);
	ret->size = (uint64_t)st.st_size;
	return CLI_OK;
}

ssize_t material_read_at(int fd, char *p, size_t n, uint64_t at)
{
	size_t got = 0;

	while (got < n) {
		ssize_t more = pread(fd, p + got, n - got, (off_t)(at + got));
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

enum exit_code material_hash(struct client *c, int fd, const char *path, material_seen_fn *seen, void *arg,
			     char ret[CRYPTO_SHA256_HEX_SIZE])
{
	struct crypto_digest *d = crypto_digest_new();
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char *piece = xmalloc(READ_BYTES);
	uint64_t at = 0;
	ssize_t n;

	while ((n = material_read_at(fd, piece, READ_BYTES, at)) > 0) {
		crypto_digest_update(d, piece, (size_t)n);
		at += (uint64_t)n;
		if (seen)
			seen(arg, (uint64_t)n);
	}
	free(piece);
	crypto_digest_finish(d, digest);
	crypto_hex(digest, sizeof(digest), ret);
	return n < 0 ? material_read_failed(c, path) : CLI_OK;
}

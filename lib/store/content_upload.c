/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Uploads: a file with holes and a journal beside it.
 *
 * The journal has one record of fixed size for each chunk, zeros until it is there. A chunk is written to its place,
 * synced, and only then entered, and the entry synced: what the journal names is on the disk. A lock on the
 * record's bytes, which holds between threads and processes and ends with its holder, makes that one step. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/crypto.h"
#include "store/content_internal.h"

enum { FOLDER_MODE = 0700, FILE_MODE = 0600, CHECK_SIZE = 16, RECORDS_AT_ONCE = 1024 };

/* A torn or foreign record fails its check and counts as absent. */
struct record {
	uint64_t n; /* plus one, so that a record of zeros is none */
	uint8_t magic[8];
	uint8_t sha256[32];
	uint8_t check[CHECK_SIZE];
};
_Static_assert(sizeof(struct record) == 64, "a record lies within one sector");

static const uint8_t magic[8] = { 'i', 'p', 'c', 'h', 'u', 'n', 'k', '1' };

/* ---- geometry ---- */

bool content_upload_id_is_valid(struct sv id)
{
	if (id.n != CONTENT_UPLOAD_ID_SIZE - 1)
		return false;
	for (size_t i = 0; i < id.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		bool hex = (id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'f');
		if (dash ? id.p[i] != '-' : !hex)
			return false;
	}
	return true;
}

uint64_t content_upload_count(const struct content_upload *u)
{
	return (u->size + u->chunk - 1) / u->chunk;
}

uint64_t content_upload_length(const struct content_upload *u, uint64_t n)
{
	if (n >= content_upload_count(u))
		return 0;
	uint64_t left = u->size - n * u->chunk;
	return left < u->chunk ? left : u->chunk;
}

/* ---- the journal ---- */

static void check_of(const struct record *r, uint8_t ret[CHECK_SIZE])
{
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(r, offsetof(struct record, check), digest);
	memcpy(ret, digest, CHECK_SIZE);
}

static bool record_holds(const struct record *r, uint64_t n)
{
	uint8_t check[CHECK_SIZE];

	if (r->n != n + 1 || memcmp(r->magic, magic, sizeof(magic)) != 0)
		return false;
	check_of(r, check);
	return memcmp(r->check, check, CHECK_SIZE) == 0;
}

static off_t place_of(uint64_t n)
{
	return (off_t)(n * sizeof(struct record));
}

bool content_journal_read(int journal, uint64_t n, uint8_t ret_sha256[32])
{
	struct record r;

	if (content_read_all(journal, &r, sizeof(r), place_of(n)) != (ssize_t)sizeof(r) || !record_holds(&r, n))
		return false;
	memcpy(ret_sha256, r.sha256, sizeof(r.sha256));
	return true;
}

static bool journal_enter(int journal, uint64_t n, const uint8_t sha256[32])
{
	struct record r = { .n = n + 1 };

	memcpy(r.magic, magic, sizeof(magic));
	memcpy(r.sha256, sha256, sizeof(r.sha256));
	check_of(&r, r.check);
	return content_write_all(journal, &r, sizeof(r), place_of(n)) && fdatasync(journal) == 0;
}

bool content_journal_clear(int journal, uint64_t n)
{
	struct record none = { .n = 0 };

	return content_write_all(journal, &none, sizeof(none), place_of(n)) && fdatasync(journal) == 0;
}

/* Held until the descriptor is closed. */
static bool lock_record(int journal, uint64_t n)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = place_of(n),
			      .l_len = sizeof(struct record) };

	while (fcntl(journal, F_OFD_SETLKW, &lock) != 0) {
		if (errno != EINTR)
			return false;
	}
	return true;
}

/* ---- the place ---- */

static void close_all(int folder, int data, int journal)
{
	if (folder >= 0)
		close(folder);
	if (data >= 0)
		close(data);
	if (journal >= 0)
		close(journal);
}

/* Zeros, not a hole: entering a chunk then overwrites and needs no new block. */
static bool fill_journal(int journal, uint64_t count)
{
	const size_t most = RECORDS_AT_ONCE * sizeof(struct record);
	char *zeros = xcalloc(1, most);
	bool ok = true;

	for (uint64_t at = 0, end = count * sizeof(struct record); ok && at < end; at += most) {
		uint64_t n = end - at < most ? end - at : most;
		ok = content_write_all(journal, zeros, n, (off_t)at);
	}
	free(zeros);
	return ok && fsync(journal) == 0;
}

static bool fill_place(int folder, const struct content_upload *u)
{
	int data = openat(folder, "data", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	int journal = data < 0 ? -1 : openat(folder, "journal", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	bool ok = journal >= 0 && ftruncate(data, (off_t)u->size) == 0 && fsync(data) == 0 &&
		  fill_journal(journal, content_upload_count(u)) && fsync(folder) == 0;
	int error = errno;

	close_all(-1, data, journal);
	errno = error;
	return ok;
}

void content_remove_folder(int parent, const char *name)
{
	int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (folder < 0)
		return;
	unlinkat(folder, "journal", 0); /* first: without it nothing is there */
	unlinkat(folder, "data", 0);
	DIR *d = fdopendir(folder);
	for (struct dirent *e; d && (e = readdir(d)) != NULL;) /* of spool_folder() */
		unlinkat(folder, e->d_name, 0);
	if (d)
		closedir(d);
	else
		close(folder);
	unlinkat(parent, name, AT_REMOVEDIR);
}

/* Made aside and renamed, so that an upload's place is whole or not there. */
enum err_code content_upload_make(struct content_store *s, const struct content_upload *u, struct err *err)
{
	enum err_code code = ERR_OK;
	char name[40];

	CHECK(u->size > 0 && u->chunk > 0 && content_upload_id_is_valid(sv_of(u->id)));
	if (faccessat(s->uploads, u->id, F_OK, 0) == 0)
		return ERR_OK;
	content_tmp_name(s, name);
	if (mkdirat(s->tmp, name, FOLDER_MODE) != 0)
		return content_io_error(err, "mkdir");
	int folder = openat(s->tmp, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0 || !fill_place(folder, u))
		code = content_io_error(err, "create");
	else if (renameat(s->tmp, name, s->uploads, u->id) != 0 && errno != EEXIST && errno != ENOTEMPTY)
		code = content_io_error(err, "rename");
	else if (fsync(s->uploads) != 0)
		code = content_io_error(err, "fsync");
	close_all(folder, -1, -1);
	content_remove_folder(s->tmp, name); /* not there any more when it was renamed */
	return code;
}

enum err_code content_upload_open(struct content_store *s, const struct content_upload *u, int flags,
				  int *ret_data, int *ret_journal, struct err *err)
{
	int folder = openat(s->uploads, u->id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int data = -1, journal = -1;
	enum err_code code = ERR_OK;
	int error = 0;

	if (folder >= 0 && ret_data)
		error = (data = openat(folder, "data", flags | O_NOFOLLOW | O_CLOEXEC)) < 0 ? errno : 0;
	if (folder >= 0 && error == 0 && ret_journal)
		error = (journal = openat(folder, "journal", O_RDWR | O_NOFOLLOW | O_CLOEXEC)) < 0 ? errno : 0;
	if (folder < 0)
		error = errno;
	close_all(folder, -1, -1);
	if (error == ENOENT)
		code = err_set(err, ERR_NOT_FOUND, "no-such-upload", "没有这次上传，或者已经结束、过期");
	else if (error != 0) {
		errno = error;
		code = content_io_error(err, "open");
	}
	if (code != ERR_OK) {
		close_all(-1, data, journal);
		return code;
	}
	if (ret_data)
		*ret_data = data;
	if (ret_journal)
		*ret_journal = journal;
	return ERR_OK;
}

void content_upload_remove(struct content_store *s, const char *id)
{
	if (!content_upload_id_is_valid(sv_of(id)))
		return;
	content_follow_forget(s, id);
	content_remove_folder(s->uploads, id);
}

/* ---- chunks ---- */

static enum err_code check_chunk(const struct content_upload *u, uint64_t n, size_t size, struct err *err)
{
	uint64_t count = content_upload_count(u), length = content_upload_length(u, n);
	enum err_code code;

	if (n >= count) {
		code = err_set(err, ERR_INVALID, "chunk-range", "这次上传共 %" PRIu64 " 块（0 到 %" PRIu64 "），没有第 %" PRIu64 " 块",
			       count, count - 1, n);
		err_field(err, "n");
		return code;
	}
	if (size == length)
		return ERR_OK;
	return err_set(err, ERR_INVALID, "chunk-size", "第 %" PRIu64 " 块应为 %" PRIu64 " 字节，收到 %zu 字节", n, length, size);
}

/* Under the record's lock. */
static enum err_code store_chunk(struct content_store *s, const struct content_upload *u, uint64_t n, int journal,
				 struct sv bytes, struct content_chunk *ret, struct err *err)
{
	uint8_t there[32];
	int data;

	if (content_journal_read(journal, n, there)) {
		ret->again = true;
		if (memcmp(there, ret->sha256, sizeof(there)) == 0)
			return ERR_OK;
		return err_set(err, ERR_WRONG_STATE, "chunk-differs", "第 %" PRIu64 " 块已经收到，内容与这次的不同", n);
	}
	enum err_code code = content_upload_open(s, u, O_WRONLY, &data, NULL, err);
	if (code != ERR_OK)
		return code;
	if (!content_write_all(data, bytes.p, bytes.n, (off_t)(n * u->chunk)) || fdatasync(data) != 0)
		code = content_io_error(err, "write");
	else if (!journal_enter(journal, n, ret->sha256))
		code = content_io_error(err, "journal");
	close(data);
	return code;
}

enum err_code content_upload_write(struct content_store *s, const struct content_upload *u, uint64_t n,
				   struct sv bytes, const uint8_t *want, struct content_chunk *ret,
				   struct err *err)
{
	enum err_code code = check_chunk(u, n, bytes.n, err);
	int journal;

	if (code != ERR_OK)
		return code;
	ret->again = false;
	crypto_sha256(bytes.p, bytes.n, ret->sha256);
	if (want && memcmp(want, ret->sha256, sizeof(ret->sha256)) != 0)
		return err_set(err, ERR_INVALID, "digest-mismatch", "第 %" PRIu64 " 块的内容与所附摘要不符，请重新发送", n);
	code = content_upload_open(s, u, 0, NULL, &journal, err);
	if (code != ERR_OK)
		return code;
	if (!lock_record(journal, n))
		code = content_io_error(err, "lock");
	else
		code = store_chunk(s, u, n, journal, bytes, ret, err);
	close(journal);
	return code;
}

static void add_missing(struct content_missing *m, uint64_t n)
{
	if (m->count > 0 && m->ranges[m->count - 1].last + 1 == n && !m->more) {
		m->ranges[m->count - 1].last = n;
		return;
	}
	if (m->count == CONTENT_RANGES_MAX) {
		m->more = true;
		return;
	}
	m->ranges[m->count].first = m->ranges[m->count].last = n;
	m->count++;
}

enum err_code content_upload_missing(struct content_store *s, const struct content_upload *u,
				     struct content_missing *ret, struct err *err)
{
	uint64_t count = content_upload_count(u);
	int journal;
	enum err_code code = content_upload_open(s, u, 0, NULL, &journal, err);

	if (code != ERR_OK)
		return code;
	*ret = (struct content_missing){ .count = 0 };
	struct record *records = xcalloc(RECORDS_AT_ONCE, sizeof(*records));
	for (uint64_t from = 0; from < count; from += RECORDS_AT_ONCE) {
		uint64_t n = count - from < RECORDS_AT_ONCE ? count - from : RECORDS_AT_ONCE;
		memset(records, 0, RECORDS_AT_ONCE * sizeof(*records));
		if (content_read_all(journal, records, n * sizeof(*records), place_of(from)) < 0) {
			code = content_io_error(err, "read");
			break;
		}
		for (uint64_t i = 0; i < n; i++) {
			if (record_holds(&records[i], from + i))
				ret->there++;
			else
				add_missing(ret, from + i);
		}
	}
	free(records);
	close(journal);
	return code;
}

/* ---- the end ---- */

enum err_code content_upload_publish(struct content_store *s, const struct content_upload *u,
				     const struct crypto_sums *sums, struct err *err)
{
	int folder = openat(s->uploads, u->id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (folder < 0 && errno == ENOENT)
		return err_set(err, ERR_NOT_FOUND, "no-such-upload", "没有这次上传，或者已经结束、过期");
	if (folder < 0)
		return content_io_error(err, "open");
	enum err_code code = content_adopt(s, folder, "data", true, sums, err);
	close(folder);
	return code;
}

enum err_code content_upload_walk(struct content_store *s, content_upload_walk_fn *fn, void *arg,
				  struct err *err)
{
	int fd = openat(s->root, "uploads", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct stat st;

	if (!d) {
		enum err_code code = content_io_error(err, "list");
		if (fd >= 0)
			close(fd);
		return code;
	}
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		char path[CONTENT_UPLOAD_ID_SIZE + sizeof("/journal")];
		instant_t touched = 0;

		if (!content_upload_id_is_valid(sv_of(e->d_name)))
			continue;
		snprintf(path, sizeof(path), "%.36s/journal", e->d_name);
		if (fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
			touched = (instant_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000;
		if (!fn(arg, e->d_name, touched))
			break;
	}
	closedir(d);
	return ERR_OK;
}

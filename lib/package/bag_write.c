/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Writing a planned bag as a stream of ZIP. Every byte is hashed on its way out: a bag that does
 * not have the sums of its own manifests must not leave. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "crypto/crypto.h"
#include "package/bag_internal.h"
#include "package/name.h"

enum { COPY_BUFFER = 1 << 18 };

/* ---- ZIP ---- */

struct zip {
	struct archive *archive;
	struct archive_entry *entry;
	const struct bag_output *output;
	struct err *err;
	enum err_code code; /* of the output */
};

/* Never fails for libarchive, which leaks memory after a failure (3.6): what went wrong is in
 * z->code, and nothing goes out any more. */
static la_ssize_t zip_output(struct archive *a, void *arg, const void *p, size_t n)
{
	struct zip *z = arg;
	(void)a;
	if (!z->code)
		z->code = z->output->write(z->output->arg, p, n, z->err);
	return (la_ssize_t)n;
}

/* Of a call of libarchive: what the output said, else what libarchive says. */
static enum err_code zip_result(struct zip *z, bool good, struct err *err)
{
	const char *why = archive_error_string(z->archive);
	if (good || z->code)
		return z->code;
	return err_set(err, ERR_INTERNAL, "zip", "无法生成 ZIP：%s", why ? why : "原因不明");
}

static enum err_code zip_take(struct zip *z, const void *p, size_t n, struct err *err)
{
	const char *from = p;
	while (n > 0) {
		la_ssize_t put = archive_write_data(z->archive, from, n);
		enum err_code code = zip_result(z, put > 0, err);
		if (code)
			return code;
		from += put;
		n -= (size_t)put;
	}
	return ERR_OK;
}

/* ---- one file ---- */

static enum err_code altered(struct err *err, const struct bag_file *f)
{
	enum err_code code = err_set(err, ERR_IO, "content-altered",
				     "“%s”保存的内容与登记的校验值不符", NAME_SHOW(f->path));
	err_field(err, "%s", NAME_SHOW(f->path));
	return code;
}

static enum err_code copy_fd(const struct bag_file *f, int fd, struct zip *z, struct err *err)
{
	char *buffer = xmalloc(COPY_BUFFER);
	struct crypto_digest *digest = crypto_digest_new();
	uint8_t sha256[CRYPTO_SHA256_SIZE];
	uint64_t left = f->size;
	enum err_code code = ERR_OK;
	while (!code) {
		ssize_t got = read(fd, buffer, COPY_BUFFER);
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			break;
		if (got < 0)
			code = err_set(err, ERR_IO, "read", "无法读取“%s”：%s", NAME_SHOW(f->path),
				       strerror(errno));
		else if ((uint64_t)got > left)
			code = altered(err, f);
		if (code)
			break;
		left -= (uint64_t)got;
		crypto_digest_update(digest, buffer, (size_t)got);
		code = zip_take(z, buffer, (size_t)got, err);
	}
	crypto_digest_finish(digest, sha256);
	free(buffer);
	if (!code && (left > 0 || memcmp(sha256, f->sha256, sizeof(sha256)) != 0))
		code = altered(err, f);
	return code;
}

static enum err_code copy_file(const struct bag_file *f, const struct bag_source *source,
			       struct zip *z, struct err *err)
{
	uint8_t sha256[CRYPTO_SHA256_SIZE];
	int fd = -1;
	if (f->bytes.p) {
		crypto_sha256(f->bytes.p, f->bytes.n, sha256);
		if (f->bytes.n != f->size || memcmp(sha256, f->sha256, sizeof(sha256)) != 0)
			return altered(err, f);
		return zip_take(z, f->bytes.p, f->bytes.n, err);
	}
	CHECK(source && source->open);
	enum err_code code = source->open(source->arg, f, &fd, err);
	if (code)
		return code;
	code = copy_fd(f, fd, z, err);
	close(fd);
	return code;
}

/* ---- all ---- */

/* The time stays unset: libarchive then writes 1980-01-01 00:00:00 whatever the time zone, where
 * a time that is set would pass through localtime(). */
static enum err_code zip_header(struct zip *z, const char *path, bool is_folder, uint64_t size,
				struct err *err)
{
	archive_entry_clear(z->entry);
	archive_entry_set_pathname_utf8(z->entry, path);
	archive_entry_set_filetype(z->entry, is_folder ? AE_IFDIR : AE_IFREG);
	archive_entry_set_perm(z->entry, is_folder ? 0755 : 0644);
	archive_entry_set_size(z->entry, (la_int64_t)size);
	return zip_result(z, archive_write_header(z->archive, z->entry) == ARCHIVE_OK, err);
}

static enum err_code zip_all(struct zip *z, const struct bag_plan *plan,
			     const struct bag_source *source, struct err *err)
{
	char path[NAME_SEGMENT_MAX + NAME_PATH_MAX + 2];
	snprintf(path, sizeof(path), "%s/", plan->name);
	enum err_code code = zip_header(z, path, true, 0, err);
	for (size_t i = 0; i < plan->count && !code; i++) {
		const struct bag_file *f = &plan->files[i];
		snprintf(path, sizeof(path), "%s/%.*s", plan->name, SV_ARG(f->path));
		code = zip_header(z, path, false, f->size, err);
		if (!code)
			code = copy_file(f, source, z, err);
		if (!code)
			code = zip_result(z, archive_write_finish_entry(z->archive) == ARCHIVE_OK,
					  err);
	}
	if (!code)
		code = zip_result(z, archive_write_close(z->archive) == ARCHIVE_OK, err);
	return code;
}

enum err_code bag_write_zip(const struct bag_plan *plan, const struct bag_source *source,
			    const struct bag_output *output, struct err *err)
{
	struct zip z = { .output = output, .err = err };
	z.archive = archive_write_new();
	z.entry = archive_entry_new();
	CHECK(z.archive && z.entry);
	/* Block size 0: nothing is padded, and large writes pass straight through. */
	bool ready = archive_write_set_format_zip(z.archive) == ARCHIVE_OK &&
		     archive_write_set_options(z.archive,
					       "zip:compression=store,zip:hdrcharset=UTF-8") ==
			     ARCHIVE_OK &&
		     archive_write_set_bytes_per_block(z.archive, 0) == ARCHIVE_OK &&
		     archive_write_open2(z.archive, &z, NULL, zip_output, NULL, NULL) == ARCHIVE_OK;
	enum err_code code = zip_result(&z, ready, err);
	if (!code)
		code = zip_all(&z, plan, source, err);
	/* Freeing closes, which would write a directory over what is not whole. */
	z.code = code;
	archive_entry_free(z.entry);
	archive_write_free(z.archive);
	return code;
}

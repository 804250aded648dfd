/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The contents of a ZIP whose structure has been checked, unpacked by libarchive.
 *
 * libarchive gives the entries in the order of their bytes, which is by_offset. Its names are
 * not used: they pass through the locale. The sizes must agree, and it checks each CRC. */
#include <errno.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "package/name.h"
#include "package/tree_internal.h"

static enum err_code damaged(struct archive *a, const struct tree_entry *e, struct err *err)
{
	const char *why = archive_error_string(a);
	return err_set(err, ERR_INVALID, "zip-damaged", "ZIP 中的“%s”无法解开：%s",
		       NAME_SHOW(sv_of(e->path)), why ? why : "内容已损坏");
}

static enum err_code read_data(struct tree *t, struct archive *a, const struct tree_entry *e,
			       const struct tree_reader *reader, struct err *err)
{
	uint64_t left = e->size;
	for (;;) {
		la_ssize_t got = archive_read_data(a, t->buffer, TREE_BUFFER);
		if (got == ARCHIVE_RETRY)
			continue;
		if (got < 0 || (uint64_t)got > left || (got == 0 && left > 0))
			return damaged(a, e, err);
		if (got == 0)
			return ERR_OK;
		left -= (uint64_t)got;
		enum err_code code = reader->data(reader->arg, t->buffer, (size_t)got, err);
		if (code)
			return code;
	}
}

static enum err_code stream_one(struct tree *t, struct archive *a, const struct tree_entry *e,
				const struct tree_reader *reader, struct err *err)
{
	enum err_code code = ERR_OK;
	if (reader->begin)
		code = reader->begin(reader->arg, e, err);
	if (!code)
		code = read_data(t, a, e, reader, err);
	if (!code && reader->end)
		code = reader->end(reader->arg, e, err);
	return code;
}

static enum err_code stream_all(struct tree *t, struct archive *a, const struct tree_reader *reader,
				struct err *err)
{
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < t->count && !code; i++) {
		const struct tree_entry *e = t->by_offset[i];
		struct archive_entry *entry;
		int got = archive_read_next_header(a, &entry);
		/* ARCHIVE_WARN: the name does not fit the locale, which is no matter here. */
		if ((got != ARCHIVE_OK && got != ARCHIVE_WARN) ||
		    (!e->is_folder && (!archive_entry_size_is_set(entry) ||
				       (uint64_t)archive_entry_size(entry) != e->size)))
			return damaged(a, e, err);
		if (!e->is_folder && reader->want(reader->arg, e))
			code = stream_one(t, a, e, reader, err);
	}
	return code;
}

enum err_code tree_stream_zip(struct tree *t, const struct tree_reader *reader, struct err *err)
{
	enum err_code code = ERR_OK;
	if (lseek(t->fd, 0, SEEK_SET) != 0)
		return err_set(err, ERR_IO, "read", "无法读取 ZIP 文件：%s", strerror(errno));
	struct archive *a = archive_read_new();
	CHECK(a);
	if (t->count > 0 && (archive_read_support_format_zip_seekable(a) != ARCHIVE_OK ||
			     archive_read_open_fd(a, t->fd, TREE_BUFFER) != ARCHIVE_OK))
		code = err_set(err, ERR_INVALID, "zip-damaged", "ZIP 文件无法解开：%s",
			       archive_error_string(a) ? archive_error_string(a) : "结构不对");
	if (!code)
		code = stream_all(t, a, reader, err);
	archive_read_free(a);
	return code;
}

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "report/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"

enum { PATH_BYTES = 4096 };

static enum err_code failed(struct err *err, const char *path)
{
	return err_set(err, ERR_INTERNAL, "file-failed", "不能写入 %s：%s", path, strerror(errno));
}

enum err_code output_begin(struct output *out, const char *path, bool want_file, struct err *err)
{
	struct str part = STR_INIT(PATH_BYTES);

	*out = (struct output){ .path = xstrdup(path) };
	str_printf(&part, "%s.XXXXXX", path);
	bool too_long = part.failed;
	if (!too_long)
		out->part = xstrdup(str_cstr(&part));
	str_release(&part);
	errno = ENAMETOOLONG;
	/* mkostemp makes it 0600: case files are nobody else's business. */
	int fd = too_long ? -1 : mkostemp(out->part, O_CLOEXEC);
	if (fd < 0) {
		enum err_code code = failed(err, path);
		free(out->part);
		free(out->path);
		*out = (struct output){ .file = NULL };
		return code;
	}
	if (!want_file) {
		close(fd);
		return ERR_OK;
	}
	out->file = fdopen(fd, "wb");
	CHECK(out->file);
	return ERR_OK;
}

/* Bytes that are not on the disk may be gone after a power cut, while the name stays. */
static bool sync_part(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

enum err_code output_end(struct output *out, enum err_code code, struct err *err)
{
	if (out->file) {
		bool bad = ferror(out->file) != 0;
		if (fclose(out->file) != 0 || bad)
			code = code ? code : failed(err, out->path);
	}
	if (code == ERR_OK && (!sync_part(out->part) || rename(out->part, out->path) != 0))
		code = failed(err, out->path);
	if (code != ERR_OK)
		unlink(out->part);
	free(out->path);
	free(out->part);
	*out = (struct output){ .file = NULL };
	return code;
}

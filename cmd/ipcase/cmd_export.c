/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * export --original: the imported rows as they stood in their files, one after another.
 *
 * A named file appears complete or not at all: pages go to a temporary file beside it, which
 * is renamed at the end. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "commands.h"
#include "view.h"

enum { PATH_MAX_BYTES = 8192, PAGE = 200 };

static enum exit_code write_failed(struct client *c, const char *path)
{
	return client_problem(c, CLI_OTHER, "input-output", "无法写入 %s：%s",
			      path ? path : "标准输出", strerror(errno));
}

static enum exit_code write_pages(struct client *c, FILE *out, const char *path, size_t *ret_count)
{
	const char *after = NULL;
	for (bool more = true; more;) {
		CLEANUP(reply_release) struct reply page = REPLY_INIT;
		struct str url = STR_INIT(PATH_MAX_BYTES);
		str_printf(&url, "/imports/originals?limit=%d", PAGE);
		remote_query(&url, "after", after);
		enum exit_code code = client_get(c, str_cstr(&url), &page);
		str_release(&url);
		if (code)
			return code;
		const struct json_value *v = json_first(json_get(page.root, "items"));
		for (; v; v = json_next(v)) {
			struct sv original = json_string(json_get(v, "original"));
			if (fwrite(original.p ? original.p : "", 1, original.n, out) !=
				    original.n ||
			    fputc('\n', out) == EOF)
				return write_failed(c, path);
			(*ret_count)++;
		}
		struct sv next = view_number(&c->arena, json_get(page.root, "next"));
		more = next.n > 0;
		if (more && after && sv_eq_str(next, after))
			return client_problem(c, CLI_OTHER, "bad-reply", "服务器的分页没有前进");
		after = arena_strndup(&c->arena, next.p ? next.p : "", next.n);
	}
	return CLI_OK;
}

static enum exit_code export_to_file(struct client *c, const char *path, size_t *ret_count)
{
	char *temporary = arena_printf(&c->arena, "%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return write_failed(c, path);
	FILE *out = fdopen(fd, "wb");
	CHECK(out);
	/* mkostemp made it 0600: case files are nobody else's business. */
	enum exit_code code = write_pages(c, out, path, ret_count);
	if (!code && (fflush(out) != 0 || fsync(fd) != 0))
		code = write_failed(c, path);
	if (fclose(out) != 0 && !code)
		code = write_failed(c, path);
	if (!code && rename(temporary, path) != 0)
		code = write_failed(c, path);
	if (code)
		(void)unlink(temporary);
	return code;
}

enum exit_code cmd_export(struct client *c, const struct args *args)
{
	size_t count = 0;
	const char *path = args->word_count > 0 ? args->words[0] : NULL;
	if (!args_has(args, "original"))
		return client_problem(c, CLI_USAGE, "usage",
				      "请写明导出内容: ipcase export --original [文件]");
	enum exit_code code = client_need_login(c);
	if (code)
		return code;
	if (!path || strcmp(path, "-") == 0)
		return write_pages(c, stdout, NULL, &count);
	code = export_to_file(c, path, &count);
	if (code)
		return code;
	if (c->json)
		printf("{\"written\":%zu}\n", count);
	else
		fprintf(stderr, "已导出 %zu 行到 %s\n", count, path);
	return CLI_OK;
}

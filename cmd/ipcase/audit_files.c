/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * audit render: the files of an audit from its audit.json. The server is not asked, so whoever has the document can make
 * them, years later, and compare. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "audit_files.h"
#include "commands.h"
#include "report/report.h"

static const struct {
	const char *name;
	enum err_code (*make)(const struct audit_document *doc, const char *path, struct err *err);
} kinds[] = {
	{ "audit.csv", report_audit_csv },
	{ "audit.xlsx", report_audit_xlsx },
	{ "audit.pdf", report_audit_pdf },
};

const char *const audit_file_names[] = { "audit.csv", "audit.xlsx", "audit.pdf", NULL };

bool audit_file_is(const char *name, const char *only)
{
	return !only || strcmp(strchr(name, '.') + 1, only) == 0;
}

enum exit_code audit_files(struct client *c, const char *path, const char *folder, const char *only)
{
	struct err err = ERR_INIT;
	struct audit_document doc;
	enum err_code code = audit_document_open(&doc, path, &err);
	for (size_t i = 0; code == ERR_OK && i < ARRAY_LEN(kinds); i++) {
		if (!audit_file_is(kinds[i].name, only))
			continue;
		code = kinds[i].make(&doc, arena_printf(&c->arena, "%s/%s", folder, kinds[i].name), &err);
	}
	audit_document_close(&doc);
	return code ? client_fail(c, &err) : CLI_OK;
}

enum exit_code cmd_audit_render(struct client *c, const struct args *args)
{
	const char *folder = args_option(args, "out"), *only = args_option(args, "only");
	bool known = false;
	for (const char *const *name = audit_file_names; *name; name++)
		known = known || audit_file_is(*name, only);
	if (!known)
		return client_problem(c, CLI_USAGE, "usage", "--only 只能是 csv、xlsx、pdf 之一");
	if (!folder)
		return client_problem(c, CLI_USAGE, "usage", "请用 --out 给出文件夹");
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return client_problem(c, CLI_OTHER, "input-output", "无法建立文件夹 %s：%s", folder, strerror(errno));
	enum exit_code code = audit_files(c, args->words[0], folder, only);
	if (code)
		return code;
	if (c->json) {
		struct str out = STR_INIT(1 << 14);
		struct json_writer w;
		json_writer_init(&w, &out);
		json_obj_open(&w);
		json_key(&w, "written");
		json_arr_open(&w);
		for (const char *const *name = audit_file_names; *name; name++) {
			if (audit_file_is(*name, only))
				json_cstr(&w, arena_printf(&c->arena, "%s/%s", folder, *name));
		}
		json_arr_close(&w);
		json_obj_close(&w);
		puts(str_cstr(&out));
		str_release(&out);
	} else {
		for (const char *const *name = audit_file_names; *name; name++) {
			if (audit_file_is(*name, only))
				printf("已写出 %.*s/%s\n", SV_ARG(term_clean(&c->arena, sv_of(folder))), *name);
		}
	}
	return CLI_OK;
}

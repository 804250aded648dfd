/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Materials: list and get. What is got is saved only when it has the digest that was registered. */
#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "material_file.h"
#include "target.h"
#include "view.h"

enum { PATH_BYTES = 8192 };

/* ---- list ---- */

static void print_materials(struct client *c, const struct json_value *root)
{
	static const struct column columns[] = {
		{ "序号", COLUMN_FIXED, true }, { "所属", COLUMN_FIXED, false },  { "名称", COLUMN_WRAP, false },
		{ "种类", COLUMN_FIXED, false }, { "字节", COLUMN_FIXED, true },  { "登记人", COLUMN_FIXED, false },
		{ "时间", COLUMN_FIXED, false }, { "状态", COLUMN_FIXED, false }, { "SHA-256", COLUMN_CUT, false },
	};
	struct arena *a = &c->arena;
	struct table *t = table_new(a, columns, ARRAY_LEN(columns));

	for (const struct json_value *m = json_first(json_get(root, "items")); m; m = json_next(m)) {
		struct sv kind = json_string(json_get(json_get(m, "matter"), "kind"));
		struct sv title = view_member(a, m, "title"), name = view_member(a, m, "name");
		bool void_ = sv_eq_str(json_string(json_get(m, "status")), "void");
		enum style style = void_ ? STYLE_DIM : STYLE_PLAIN;

		table_cell(t, style, view_number(a, json_get(m, "number")));
		table_cell_cstr(t, style, sv_eq_str(kind, "clue") ? "线索" : sv_eq_str(kind, "case") ? "案件" : "移送");
		table_cell_cstr(t, style, title.n ? arena_printf(a, "%.*s（%.*s）", SV_ARG(title), SV_ARG(name))
						  : arena_strndup(a, name.p, name.n));
		table_cell(t, style, view_member(a, m, "kind"));
		table_cell(t, style, view_number(a, json_get(m, "size")));
		table_cell(t, style, view_member(a, m, "by"));
		table_cell(t, style, view_time(a, json_get(m, "happened_at")));
		table_cell_cstr(t, style, void_ ? "已作废"
					  : json_is_true(json_get(m, "restricted")) ? "限查阅" : "");
		table_cell(t, style, view_member(a, m, "sha256"));
	}
	if (table_rows(t) == 0)
		puts("没有材料");
	else
		table_print(t, &c->out);
}

enum exit_code cmd_material_list(struct client *c, const struct args *args)
{
	struct target target;
	enum exit_code code = client_need_login(c);

	if (!code)
		code = target_find(c, args->words[0], &target);
	return code ? code : view_get(c, target_path(c, &target, "/materials"), print_materials);
}

/* ---- get ---- */

static enum exit_code find_material(struct client *c, const struct target *target, const char *word, struct reply *reply,
				    const struct json_value **ret)
{
	enum exit_code code = client_get(c, target_path(c, target, "/materials"), reply);

	*ret = NULL;
	if (code)
		return code;
	const struct json_value *m = json_first(json_get(reply->root, "items"));
	for (; m; m = json_next(m)) {
		struct sv kind = json_string(json_get(json_get(m, "matter"), "kind"));
		if (sv_eq_str(view_number(&c->arena, json_get(m, "number")), word) && sv_eq_str(kind, target->kind)) {
			*ret = m;
			return CLI_OK;
		}
	}
	return client_problem(c, CLI_NOT_FOUND, "not-found", "没有序号为 %s 的材料，请看 ipcase material list", word);
}

static enum exit_code write_failed(struct client *c, const char *path)
{
	return client_problem(c, CLI_OTHER, "input-output", "无法写入 %s：%s", path, strerror(errno));
}

/* A folder means: the material's own name in it. */
static const char *place_of(struct client *c, const char *path, struct sv name)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return arena_printf(&c->arena, "%s/%s", path,
				    material_clean_name(c, arena_strndup(&c->arena, name.p, name.n)));
	return path;
}

static enum exit_code fetch_to(struct client *c, const char *url, const char *temporary, int fd, const char *want)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	char got[CRYPTO_SHA256_HEX_SIZE];
	FILE *out = fdopen(fd, "w+b");

	CHECK(out);
	enum exit_code code = client_download(c, url, out, &reply);
	if (!code && (fflush(out) != 0 || fsync(fd) != 0))
		code = write_failed(c, temporary);
	if (!code)
		code = material_hash(c, fd, temporary, NULL, NULL, got);
	if (!code && strcmp(got, want) != 0)
		code = client_problem(c, CLI_OTHER, "content-altered", "收到的内容与登记的 SHA-256 不符，没有保存");
	if (fclose(out) != 0 && !code)
		code = write_failed(c, temporary);
	return code;
}

/* Complete and right, or not at all. */
static enum exit_code download(struct client *c, const char *url, const char *path, const char *sha256)
{
	char *temporary = arena_printf(&c->arena, "%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);

	if (fd < 0)
		return write_failed(c, path);
	enum exit_code code = fetch_to(c, url, temporary, fd, sha256);
	if (!code && rename(temporary, path) != 0)
		code = write_failed(c, path);
	if (code)
		(void)unlink(temporary);
	return code;
}

enum exit_code cmd_material_get(struct client *c, const struct args *args)
{
	CLEANUP(reply_release) struct reply reply = REPLY_INIT;
	const struct json_value *m = NULL;
	struct target target;
	enum exit_code code = client_need_login(c);

	if (!code)
		code = target_find(c, args->words[0], &target);
	if (!code)
		code = find_material(c, &target, args->words[1], &reply, &m);
	if (code)
		return code;
	struct sv number = view_number(&c->arena, json_get(m, "number"));
	const char *url = target_path(c, &target, arena_printf(&c->arena, "/materials/%.*s/content", SV_ARG(number)));
	const char *path = place_of(c, args->words[2], json_string(json_get(m, "name")));
	struct sv sha256 = json_string(json_get(m, "sha256"));
	code = download(c, url, path, arena_strndup(&c->arena, sha256.p, sha256.n));
	if (code)
		return code;
	if (c->json) {
		struct str out = STR_INIT(PATH_BYTES);
		struct json_writer w;

		json_writer_init(&w, &out);
		json_obj_open(&w);
		json_kv_str(&w, "file", path);
		json_kv_sv(&w, "sha256", sha256);
		json_kv_value(&w, "size", json_get(m, "size"));
		json_obj_close(&w);
		puts(str_cstr(&out));
		str_release(&out);
	} else {
		fprintf(stderr, "已保存到 %s，SHA-256 相符\n", path);
	}
	return CLI_OK;
}

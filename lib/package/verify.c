/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The verdict: what the path is, and the lines. */
#include "package/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "package/name.h"
#include "package/record.h"
#include "package/verify_internal.h"

const char *verdict_mark_zh(enum verdict_mark mark)
{
	static const char *const names[VERDICT_MARK_COUNT] = {
		[VERDICT_GOOD] = "通过",
		[VERDICT_WRONG] = "不符",
		[VERDICT_NOTE] = "说明",
		[VERDICT_UNSUPPORTED] = "不支持",
	};
	CHECK(mark < VERDICT_MARK_COUNT);
	return names[mark];
}

void verdict_release(struct verdict *v)
{
	free(v->lines);
	arena_fini(&v->arena);
	*v = (struct verdict){ .count = 0 };
}

/* ---- lines ---- */

static struct verdict_line *add_line(struct verifying *v, enum verdict_mark mark)
{
	struct verdict *d = v->verdict;
	if (d->count == d->room) {
		d->room = d->room ? 2 * d->room : 32;
		d->lines = xrealloc(d->lines, d->room * sizeof(*d->lines));
	}
	d->wrong += mark == VERDICT_WRONG;
	d->unsupported += mark == VERDICT_UNSUPPORTED;
	struct verdict_line *line = &d->lines[d->count++];
	*line = (struct verdict_line){ .mark = mark, .rule = "", .file = "", .text = "" };
	return line;
}

void verify_line(struct verifying *v, enum verdict_mark mark, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	add_line(v, mark)->text = arena_vprintf(v->arena, fmt, ap);
	va_end(ap);
}

void verify_refuse(struct verifying *v, const char *what, const char *file, const struct err *err)
{
	bool unsupported = strcmp(err->rule, RULE_NOT_SUPPORTED) == 0 ||
			   strcmp(err->rule, "record-version") == 0;
	struct verdict_line *line = add_line(v, unsupported ? VERDICT_UNSUPPORTED : VERDICT_WRONG);
	const char *about = file && file[0] ? file : err->field;
	line->rule = arena_strdup(v->arena, err->rule);
	line->file = arena_strdup(v->arena, about);
	/* Name the file unless the sentence does. */
	const char *shown = file && file[0] && !strstr(err->message, file) ? file : NULL;
	line->text = arena_printf(v->arena, "%s%s%s：%s%s%s", what, shown ? " " : "",
				  shown ? NAME_SHOW(sv_of(shown)) : "", err->message,
				  err->detail[0] ? "。" : "", err->detail);
	if (!v->first)
		v->first = err->code ? err->code : ERR_INVALID;
}

/* ---- the tree below the prefix ---- */

const char *verify_path(struct verifying *v, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *path = arena_vprintf(v->arena, fmt, ap);
	va_end(ap);
	return arena_printf(v->arena, "%s%s", v->prefix, path);
}

const struct tree_entry *verify_find(const struct verifying *v, const char *path)
{
	const char *whole = arena_printf(v->arena, "%s%s", v->prefix, path);
	return tree_find(v->tree, sv_of(whole));
}

struct sv verify_text(const struct verifying *v, const char *path)
{
	const struct tree_entry *e = verify_find(v, path);
	return e ? e->bytes : (struct sv){ NULL, 0 };
}

/* ---- what it is ---- */

static bool has_below(const struct verifying *v, const char *start)
{
	const char *path = arena_printf(v->arena, "%s%s", v->prefix, start);
	size_t i = tree_lower_bound(v->tree, sv_of(path));
	return i < tree_count(v->tree) &&
	       strncmp(tree_at(v->tree, i)->path, path, strlen(path)) == 0;
}

static bool is_bag(const struct verifying *v)
{
	return verify_find(v, "bagit.txt") || verify_find(v, "manifest-sha256.txt") ||
	       (v->options.bagit_only && !has_below(v, "thread.json"));
}

static bool is_export(const struct verifying *v)
{
	return verify_find(v, "thread.json") || has_below(v, "thread.json.") ||
	       has_below(v, "records/") || has_below(v, "bags/");
}

static bool is_records(const struct verifying *v)
{
	for (size_t i = 0; i < tree_count(v->tree); i++) {
		const struct tree_entry *e = tree_at(v->tree, i);
		const char *dot = strrchr(e->path, '.');
		if (!e->is_folder && dot && strcmp(dot, ".json") == 0)
			return true;
	}
	return false;
}

/* The one folder that a ZIP's files share, as a prefix; "" when there is none. */
static const char *common_folder(struct verifying *v)
{
	const struct tree *t = v->tree;
	const char *slash = tree_count(t) ? strchr(tree_at(t, tree_count(t) - 1)->path, '/') : NULL;
	if (!tree_is_zip(t) || !slash)
		return "";
	const char *last = tree_at(t, tree_count(t) - 1)->path;
	const char *prefix = arena_strndup(v->arena, last, (size_t)(slash - last) + 1);
	size_t n = strlen(prefix);
	for (size_t i = 0; i < tree_count(t); i++) {
		const struct tree_entry *e = tree_at(t, i);
		bool is_root = e->is_folder && e->path_len == n - 1;
		if (strncmp(e->path, prefix, is_root ? n - 1 : n) != 0)
			return "";
	}
	return prefix;
}

static void verify_one_bag(struct verifying *v)
{
	struct err err = ERR_INIT;
	struct bag *bag = NULL;
	unsigned flags = v->options.bagit_only ? BAG_GENERAL : 0;
	struct tree *t = v->tree;
	v->tree = NULL; /* the bag takes it over */
	if (bag_open_tree(t, flags, &bag, &err)) {
		if (strcmp(err.rule, "bag-form") == 0)
			err_detail(&err, "只想按 BagIt 核对完整性时，用 --bagit。");
		verify_refuse(v, v->options.bagit_only ? "BagIt 包结构" : "移送包结构", "", &err);
		return;
	}
	verify_bag(v, bag, v->options.bagit_only ? "BagIt 包" : "移送包");
}

static bool is_certificate_file(void *arg, const struct tree_entry *e)
{
	const char *dot = strrchr(e->path, '.');
	(void)arg;
	return !strchr(e->path, '/') && dot && strcmp(dot, ".pem") == 0 && e->size < CRYPTO_PEM_MAX;
}

/* The folder certificates/ beside a folder of records or above a record's. */
static void load_certificates_at(struct verifying *v, const char *path)
{
	struct tree *t = NULL;
	struct stat st;
	struct err err = ERR_INIT;
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return;
	if (tree_open(path, v->options.limits, &t, &err) ||
	    tree_load(t, NULL, is_certificate_file, &err)) {
		verify_refuse(v, "证书", "certificates", &err);
	} else {
		verify_load_certificates(v, t, "");
		v->beside = t; /* their texts live in it */
		t = NULL;
	}
	tree_close(t);
}

static void verify_tree(struct verifying *v, const char *path)
{
	v->prefix = common_folder(v);
	if (is_bag(v)) {
		verify_one_bag(v);
	} else if (is_export(v)) {
		verify_export(v);
	} else if (!tree_is_zip(v->tree) && is_records(v)) {
		char real[PATH_MAX];
		const char *slash = realpath(path, real) ? strrchr(real, '/') : NULL;
		if (slash && strcmp(slash, "/records") == 0)
			load_certificates_at(v, arena_printf(v->arena, "%.*s/certificates",
							     (int)(slash - real), real));
		verify_records(v);
	} else {
		struct err err = ERR_INIT;
		err_set(&err, ERR_INVALID, "not-recognized",
			"不是移送包、整套导出、记录文件夹或单个记录");
		verify_refuse(v, "读取", "", &err);
	}
}

/* ---- one record ---- */

static enum err_code read_file(struct verifying *v, const char *path, struct sv *ret,
			       struct err *err)
{
	struct stat st;
	char *buffer = NULL;
	size_t got = 0;
	ssize_t n = 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	*ret = (struct sv){ NULL, 0 };
	if (fd < 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "open",
			       "无法打开 %s：%s", NAME_SHOW(sv_of(path)), strerror(errno));
	enum err_code code = ERR_OK;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		code = err_set(err, ERR_INVALID, "entry-special", "%s 不是普通文件",
			       NAME_SHOW(sv_of(path)));
	else if (st.st_size > RECORD_BYTES_MAX)
		code = err_set(err, ERR_TOO_LARGE, "limit-file", "%s 过大", NAME_SHOW(sv_of(path)));
	if (!code)
		buffer = arena_alloc(v->arena, RECORD_BYTES_MAX + 1);
	while (!code && got <= RECORD_BYTES_MAX && n > 0) {
		n = read(fd, buffer + got, RECORD_BYTES_MAX + 1 - got);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			code = err_set(err, ERR_IO, "read", "无法读取 %s：%s",
				       NAME_SHOW(sv_of(path)), strerror(errno));
		else
			got += (size_t)n;
	}
	close(fd);
	if (!code)
		*ret = (struct sv){ buffer, got };
	return code;
}

static void verify_file(struct verifying *v, const char *path)
{
	struct err err = ERR_INIT;
	struct sv bytes, cms, sm2;
	char real[PATH_MAX];
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	enum err_code code = read_file(v, path, &bytes, &err);
	if (!code) {
		code = read_file(v, arena_printf(v->arena, "%s.p7s", path), &cms, &err);
		if (code == ERR_NOT_FOUND)
			code = ERR_OK;
	}
	if (!code) {
		code = read_file(v, arena_printf(v->arena, "%s.sm2", path), &sm2, &err);
		if (code == ERR_NOT_FOUND)
			code = ERR_OK;
	}
	if (code) {
		verify_refuse(v, "读取", name, &err);
		return;
	}
	if (realpath(path, real)) {
		/* DIR/records/FILE.json: DIR/certificates */
		const char *last = strrchr(real, '/');
		const char *folder = last ? memrchr(real, '/', (size_t)(last - real)) : NULL;
		if (folder)
			load_certificates_at(v, arena_printf(v->arena, "%.*s/certificates",
							     (int)(folder - real), real));
	}
	verify_record_alone(v, name, bytes, cms, sm2);
}

static bool is_record_file(const char *path)
{
	struct stat st;
	size_t n = strlen(path);
	return n > 5 && strcmp(path + n - 5, ".json") == 0 && stat(path, &st) == 0 &&
	       S_ISREG(st.st_mode);
}

/* ---- the whole ---- */

static void conclude(struct verifying *v)
{
	struct verdict *d = v->verdict;
	bool any = false;
	for (size_t i = 0; i < d->count; i++)
		any = any || d->lines[i].mark == VERDICT_GOOD;
	d->holds = any && d->wrong == 0 && d->unsupported == 0;
	if (!d->holds && d->wrong == 0 && d->unsupported > 0)
		d->conclusion = "不支持，无法核对；这不表示内容已损坏。";
	else if (!d->holds)
		d->conclusion =
			arena_printf(&d->arena, "不符。%zu 项没有通过，不能采信。", d->wrong);
	else if (v->options.bagit_only)
		d->conclusion = "BagIt 包完整。只按 BagIt 核对，没有核对来源。";
	else if (d->trusted)
		d->conclusion = "全部相符。签名有效，证书在可信名单之内。";
	else
		d->conclusion = "全部相符。签名与包内证书一致；证书本身未与可信名单核对。";
}

enum err_code package_verify(const char *path, const struct verify_options *options,
			     struct verdict *ret)
{
	struct err err = ERR_INIT;
	*ret = (struct verdict){ .trusted = options->trust != NULL };
	struct verifying v = {
		.verdict = ret, .arena = &ret->arena, .options = *options, .prefix = ""
	};
	if (is_record_file(path))
		verify_file(&v, path);
	else if (tree_open(path, options->limits, &v.tree, &err))
		verify_refuse(&v, "读取", "", &err);
	else
		verify_tree(&v, path);
	crypto_trust_free(v.ca);
	tree_close(v.tree);
	tree_close(v.beside);
	conclude(&v);
	if (ret->holds)
		return ERR_OK;
	return v.first ? v.first : ERR_INVALID;
}

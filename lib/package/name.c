/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Safe names and the check of paths. */
#include "package/name.h"

#include <stdlib.h>
#include <strings.h>

#include "base/text.h"

/* Names that Windows gives to devices, with any extension. */
static const char *const reserved[] = {
	"con",  "prn",  "aux",  "nul",  "com1", "com2", "com3", "com4", "com5", "com6", "com7",
	"com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
};

/* Next character of valid UTF-8; moves *text behind it. */
static uint32_t next_char(struct sv *text)
{
	const unsigned char *p = (const unsigned char *)text->p;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	uint32_t c = n == 1 ? p[0] : (uint32_t)(p[0] & (0x7F >> n));
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3F);
	text->p += n;
	text->n -= n;
	return c;
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

/* Characters without a shape, which make two names look alike or turn a name around. */
static bool is_invisible(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = {
		{ 0xAD, 0xAD },       { 0x61C, 0x61C },   { 0x115F, 0x1160 }, { 0x180B, 0x180F },
		{ 0x200B, 0x200F },   { 0x2028, 0x202E }, { 0x2060, 0x206F }, { 0x3164, 0x3164 },
		{ 0xFE00, 0xFE0F },   { 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 }, { 0xFFF0, 0xFFFB },
		{ 0xE0000, 0xE0FFF },
	};
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	}
	return false;
}

static bool is_forbidden(uint32_t c)
{
	return c < 0x80 && c && strchr("\\/:*?\"<>|%", (int)c);
}

static bool is_reserved(struct sv segment)
{
	size_t n = 0;
	while (n < segment.n && segment.p[n] != '.')
		n++;
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
		if (strlen(reserved[i]) == n && strncasecmp(reserved[i], segment.p, n) == 0)
			return true;
	}
	return false;
}

struct sv name_extension(struct sv name)
{
	size_t dot = name.n;
	while (dot > 0 && name.p[dot - 1] != '.' && name.p[dot - 1] != '/')
		dot--;
	if (dot < 2 || name.p[dot - 1] != '.' || name.p[dot - 2] == '/')
		return SV("");
	struct sv extension = { name.p + dot - 1, name.n - dot + 1 };
	for (size_t i = 1; i < extension.n; i++) {
		char c = extension.p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
			return SV("");
	}
	return extension.n > 1 && extension.n <= 12 ? extension : SV("");
}

static bool is_edge(char c)
{
	return c == '.' || c == ' ';
}

static struct sv trim_edges(struct sv text)
{
	for (;;) {
		struct sv inner = sv_trim(text);
		while (inner.n && is_edge(inner.p[0])) {
			inner.p++;
			inner.n--;
		}
		while (inner.n && is_edge(inner.p[inner.n - 1]))
			inner.n--;
		if (inner.n == text.n)
			return inner;
		text = inner;
	}
}

/* The longest start of at most max bytes that ends with a whole character. */
static struct sv cut(struct sv text, size_t max)
{
	if (text.n <= max)
		return text;
	while (max > 0 && ((unsigned char)text.p[max] & 0xC0) == 0x80)
		max--;
	return (struct sv){ text.p, max };
}

char *name_safe(struct arena *a, struct sv text, const char *fallback)
{
	const char *whole = text_nfc(a, text);
	char *out = whole ? arena_try_alloc(a, strlen(whole) + 1) : NULL;
	size_t len = 0;
	if (!out)
		return NULL;
	for (struct sv left = sv_of(whole); left.n > 0;) {
		const char *from = left.p;
		uint32_t c = next_char(&left);
		if (is_control(c) || is_invisible(c) || is_forbidden(c)) {
			out[len++] = '_';
		} else {
			memcpy(out + len, from, (size_t)(left.p - from));
			len += (size_t)(left.p - from);
		}
	}
	struct sv name = trim_edges((struct sv){ out, len });
	struct sv extension = name_extension(name);
	struct sv stem = { name.p, name.n - extension.n };
	const char *mark = is_reserved(name) ? "_" : "";
	stem = trim_edges(cut(stem, NAME_SEGMENT_MAX - extension.n - strlen(mark)));
	if (stem.n == 0)
		return arena_printf(a, "%s%.*s", fallback, SV_ARG(extension));
	/* Cutting may have taken a mark from its letter; the stem before it is NFC all the same. */
	return arena_printf(a, "%s%.*s%.*s", mark, SV_ARG(stem), SV_ARG(extension));
}

int name_compare(struct sv a, struct sv b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;
	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static enum err_code refuse(struct err *err, const char *rule, struct sv path, const char *why)
{
	return err_set(err, ERR_INVALID, rule, "文件名“%s”%s", NAME_SHOW(path), why);
}

static enum err_code check_whole(struct sv path, struct err *err)
{
	if (memchr(path.p ? path.p : "", 0, path.n))
		return refuse(err, "path-nul", path, "含有空字符");
	if (path.n == 0)
		return refuse(err, "path-dot", path, "是空的");
	if (!text_is_valid_utf8(path))
		return refuse(err, "path-utf8", path, "不是 UTF-8 编码");
	if (path.p[0] == '/')
		return refuse(err, "path-absolute", path, "是绝对路径");
	if (path.p[0] == '~')
		return refuse(err, "path-shortcut", path, "以 ~ 开头，可能指向别处");
	if (path.n >= 2 && path.p[1] == ':' && ((path.p[0] | 0x20) >= 'a') &&
	    ((path.p[0] | 0x20) <= 'z'))
		return refuse(err, "path-drive", path, "带有盘符");
	if (memchr(path.p, '\\', path.n))
		return refuse(err, "path-backslash", path, "含有反斜杠");
	if (path.n > NAME_PATH_MAX)
		return refuse(err, "path-too-long", path, "过长");
	return ERR_OK;
}

static enum err_code check_segment(struct sv path, struct sv segment, enum name_rules rules,
				   struct err *err)
{
	if (sv_eq_str(segment, ".."))
		return refuse(err, "path-climbs", path, "含有 ..，会离开所在文件夹");
	if (segment.n == 0 || sv_eq_str(segment, "."))
		return refuse(err, "path-dot", path, "含有空的一级或 .");
	for (struct sv left = segment; left.n > 0;) {
		uint32_t c = next_char(&left);
		if (is_control(c))
			return refuse(err, "path-control", path, "含有控制字符");
		if (rules == NAME_OURS && is_invisible(c))
			return refuse(err, "path-invisible", path, "含有不可见的字符");
		if (rules == NAME_OURS && is_forbidden(c))
			return refuse(err, "path-character", path, "含有 \\ : * ? \" < > | % 之一");
	}
	if (rules != NAME_OURS)
		return ERR_OK;
	if (is_edge(segment.p[0]) || is_edge(segment.p[segment.n - 1]))
		return refuse(err, "path-edge", path, "有一级以点或空格开头或结尾");
	if (segment.n > NAME_SEGMENT_MAX)
		return refuse(err, "path-too-long", path, "有一级过长");
	if (is_reserved(segment))
		return refuse(err, "path-reserved", path, "是操作系统保留的名称");
	return ERR_OK;
}

static enum err_code check_nfc(struct sv path, struct err *err)
{
	struct arena a = ARENA_INIT(0);
	const char *nfc = text_nfc(&a, path);
	bool same = nfc && sv_eq_str(path, nfc);
	arena_fini(&a);
	return same ? ERR_OK : refuse(err, "path-nfc", path, "不是 NFC 规范形式");
}

enum err_code name_check(struct sv path, enum name_rules rules, struct err *err)
{
	enum err_code code = check_whole(path, err);
	struct sv left = path;
	size_t depth = 0;
	while (!code) {
		const char *slash = memchr(left.p, '/', left.n);
		struct sv segment = { left.p, slash ? (size_t)(slash - left.p) : left.n };
		code = check_segment(path, segment, rules, err);
		if (!code && ++depth > NAME_DEPTH_MAX)
			code = refuse(err, "path-too-deep", path, "层级过多");
		if (!slash)
			break;
		left.p = slash + 1;
		left.n -= segment.n + 1;
	}
	if (!code && rules == NAME_OURS)
		code = check_nfc(path, err);
	return code;
}

/* ---- collisions ---- */

struct key {
	const char *folded;
	struct sv path;
	bool is_folder;
	bool listed; /* not only implied by a path below it */
};

static int compare_keys(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = strcmp(x->folded, y->folded);
	return order ? order : name_compare(x->path, y->path);
}

static enum err_code make_key(struct arena *a, struct key *key, struct sv path, bool is_folder,
			      bool listed, struct err *err)
{
	*key = (struct key){ text_casefold(a, path), path, is_folder, listed };
	return key->folded ? ERR_OK : err_set(err, ERR_TOO_LARGE, "too-large", "文件过多");
}

static enum err_code compare_neighbours(const struct key *x, const struct key *y, struct err *err)
{
	if (strcmp(x->folded, y->folded) != 0)
		return ERR_OK;
	if (!sv_eq(x->path, y->path))
		return err_set(err, ERR_INVALID, "path-collision",
			       "“%s”与“%s”只有大小写或编码形式不同", NAME_SHOW(x->path),
			       NAME_SHOW(y->path));
	if (x->is_folder && y->is_folder && !(x->listed && y->listed))
		return ERR_OK;
	return refuse(err, "path-duplicate", x->path,
		      x->is_folder == y->is_folder ? "出现两次" : "既是文件又是文件夹");
}

static size_t count_slashes(struct sv path)
{
	size_t n = 0;
	for (size_t i = 0; i < path.n; i++)
		n += path.p[i] == '/';
	return n;
}

static enum err_code check_sorted(struct key *keys, size_t used, struct err *err)
{
	enum err_code code = ERR_OK;
	size_t kept = 0;
	qsort(keys, used, sizeof(*keys), compare_keys);
	for (size_t i = 1; i < used && !code; i++) {
		/* Implied many times: remember one, so that the listed one meets all. */
		code = compare_neighbours(&keys[kept], &keys[i], err);
		if (code || !sv_eq(keys[kept].path, keys[i].path))
			kept = i;
		else
			keys[kept].listed = keys[kept].listed || keys[i].listed;
	}
	return code;
}

enum err_code name_check_collisions(struct arena *a, const struct name_entry *entries, size_t count,
				    struct err *err)
{
	size_t total = 0, used = 0;
	for (size_t i = 0; i < count; i++)
		total += 1 + count_slashes(entries[i].path);
	struct key *keys = arena_try_array(a, struct key, total + 1);
	if (!keys)
		return err_set(err, ERR_TOO_LARGE, "too-large", "文件过多");
	for (size_t i = 0; i < count; i++) {
		struct sv path = entries[i].path;
		enum err_code code =
			make_key(a, &keys[used++], path, entries[i].is_folder, true, err);
		for (size_t n = path.n; n > 0 && !code; n--) {
			if (path.p[n - 1] == '/')
				code = make_key(a, &keys[used++], (struct sv){ path.p, n - 1 },
						true, false, err);
		}
		if (code)
			return code;
	}
	return check_sorted(keys, used, err);
}

struct name_shown name_show(struct sv text)
{
	struct name_shown shown = { "" };
	const size_t max = sizeof(shown.text) - 1, head = 3; /* of "…" */
	size_t len = 0;
	if (text.n > max) {
		size_t drop = text.n - (max - head);
		while (drop < text.n && ((unsigned char)text.p[drop] & 0xC0) == 0x80)
			drop++;
		memcpy(shown.text, "…", head);
		len = head;
		text.p += drop;
		text.n -= drop;
	}
	bool valid = text_is_valid_utf8(text);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool bad = c < 0x20 || c == 0x7F || (!valid && c >= 0x80);
		shown.text[len++] = bad ? '?' : (char)c;
	}
	shown.text[len] = '\0';
	return shown;
}

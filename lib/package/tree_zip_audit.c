/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The structure of a ZIP (APPNOTE 6.3), before anything is unpacked.
 *
 * Two programs that read one ZIP may see different files when the directory at the end and the
 * headers before the data differ, when entries overlap or hide in gaps, or when a name has two
 * encodings. So every byte of the file must belong to exactly one thing, and both tables must
 * agree. */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "package/name.h"
#include "package/tree_internal.h"

enum {
	LOCAL_SIZE = 30,
	CENTRAL_SIZE = 46,
	END_SIZE = 22,
	LOCATOR_SIZE = 20,
	END64_SIZE = 56,
	COMMENT_MAX = 65535,
	DIRECTORY_MAX = 64 << 20, /* bytes of the central directory */

	SIG_LOCAL = 0x04034b50,
	SIG_CENTRAL = 0x02014b50,
	SIG_END = 0x06054b50,
	SIG_END64 = 0x06064b50,
	SIG_LOCATOR = 0x07064b50,
	SIG_DESCRIPTOR = 0x08074b50,

	FLAG_ENCRYPTED = 1 << 0,
	FLAG_DEFLATE_LEVEL = 3 << 1,
	FLAG_DESCRIPTOR = 1 << 3,
	FLAG_UTF8 = 1 << 11,
	FLAGS_KNOWN = FLAG_DEFLATE_LEVEL | FLAG_DESCRIPTOR | FLAG_UTF8,

	METHOD_STORED = 0,
	METHOD_DEFLATED = 8,

	EXTRA_ZIP64 = 0x0001,
	EXTRA_PKWARE_UNIX = 0x000d, /* may hold the target of a link */
	EXTRA_TIMES = 0x5455,
	EXTRA_UNICODE_PATH = 0x7075,
	EXTRA_OWNER = 0x7875,

	HOST_UNIX = 3,
	VERSION_ZIP64 = 45,
	DOS_DAY_1980 = 0x21,
};

#define NO32 UINT32_C(0xFFFFFFFF)

/* What local header and directory entry both say. */
struct header {
	uint16_t version, flags, method, time, date;
	uint32_t crc;
	uint64_t packed, size;
	struct sv name, extra;
};

struct central {
	struct header h;
	uint16_t made_by, disk, internal;
	uint32_t external;
	uint64_t offset;
	bool far; /* the offset is in the ZIP64 field */
};

struct audit {
	struct tree *tree;
	struct err *err;
	uint64_t file_size;
	uint64_t directory_at, directory_size, directory_end, count;
	uint64_t next;        /* where the next local header must be */
	struct central *list; /* in the directory's order, later by offset */
	char *directory;
	size_t listed;
};

static uint16_t get16(const char *p)
{
	uint16_t v;
	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static uint32_t get32(const char *p)
{
	uint32_t v;
	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static uint64_t get64(const char *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static enum err_code wrong(struct audit *a, const char *rule, const char *why)
{
	return err_set(a->err, ERR_INVALID, rule, "ZIP 文件%s", why);
}

static enum err_code wrong_entry(struct audit *a, const char *rule, struct sv name, const char *why)
{
	return err_set(a->err, ERR_INVALID, rule, "ZIP 中的“%s”%s", NAME_SHOW(name), why);
}

static enum err_code unsupported(struct audit *a, struct sv name, const char *why)
{
	return wrong_entry(a, RULE_NOT_SUPPORTED, name, why);
}

static enum err_code read_at(struct audit *a, void *p, size_t n, uint64_t at)
{
	if (at > a->file_size || n > a->file_size - at)
		return wrong(a, "zip-structure", "不完整");
	if (tree_pread(a->tree->fd, p, n, at))
		return ERR_OK;
	return err_set(a->err, ERR_IO, "read", "无法读取 ZIP 文件：%s",
		       errno ? strerror(errno) : "文件变短了");
}

/* ---- the end ---- */

/* Why there is no end record where it belongs. */
static enum err_code explain_end(struct audit *a)
{
	size_t n = a->file_size < COMMENT_MAX + END_SIZE ? (size_t)a->file_size
							 : COMMENT_MAX + END_SIZE;
	char *tail = xmalloc(n + 1);
	enum err_code code = read_at(a, tail, n, a->file_size - n);
	bool found = false;
	for (size_t i = 0; !code && i + END_SIZE <= n; i++)
		found = found || get32(tail + i) == SIG_END;
	free(tail);
	if (code)
		return code;
	return found ? wrong(a, "zip-trailing", "的目录之后还有内容（注释或附加数据）")
		     : wrong(a, "zip-structure", "没有目录：不是 ZIP，或者不完整");
}

static enum err_code read_end64(struct audit *a, uint64_t locator_at)
{
	char end[END64_SIZE], locator[LOCATOR_SIZE];
	enum err_code code = read_at(a, locator, sizeof(locator), locator_at);
	if (code)
		return code;
	uint64_t at = get64(locator + 8);
	if (locator_at < END64_SIZE || at != locator_at - END64_SIZE || get32(locator + 4) != 0 ||
	    get32(locator + 16) > 1)
		return wrong(a, "zip-structure", "的 ZIP64 目录位置不对");
	code = read_at(a, end, sizeof(end), at);
	if (code)
		return code;
	if (get32(end) != SIG_END64 || get64(end + 4) != END64_SIZE - 12 || get32(end + 16) != 0 ||
	    get32(end + 20) != 0 || get64(end + 24) != get64(end + 32))
		return wrong(a, "zip-structure", "的 ZIP64 目录不对");
	/* Versions: free to differ from ours, but not nonsense that nobody looks at. */
	if ((get16(end + 12) & 0xFF) > 63 || get16(end + 14) > 63)
		return wrong(a, "zip-structure", "的 ZIP64 目录不对");
	a->count = get64(end + 32);
	a->directory_size = get64(end + 40);
	a->directory_at = get64(end + 48);
	a->directory_end = at;
	return ERR_OK;
}

static bool fits16(uint16_t small, uint64_t value)
{
	return small == 0xFFFF || small == value;
}

static bool fits32(uint32_t small, uint64_t value)
{
	return small == NO32 || small == value;
}

static enum err_code read_end(struct audit *a)
{
	char end[END_SIZE], locator[4];
	if (a->file_size < END_SIZE)
		return wrong(a, "zip-structure", "过短：不是 ZIP，或者不完整");
	uint64_t at = a->file_size - END_SIZE;
	enum err_code code = read_at(a, end, sizeof(end), at);
	if (code)
		return code;
	if (get32(end) != SIG_END || get16(end + 20) != 0)
		return explain_end(a);
	if (get16(end + 4) != 0 || get16(end + 6) != 0 || get16(end + 8) != get16(end + 10))
		return wrong(a, RULE_NOT_SUPPORTED, "分成几卷，不支持");
	a->count = get16(end + 10);
	a->directory_size = get32(end + 12);
	a->directory_at = get32(end + 16);
	a->directory_end = at;
	bool has64 = false;
	if (at >= LOCATOR_SIZE) {
		code = read_at(a, locator, sizeof(locator), at - LOCATOR_SIZE);
		has64 = !code && get32(locator) == SIG_LOCATOR;
	}
	if (!code && has64)
		code = read_end64(a, at - LOCATOR_SIZE);
	if (code)
		return code;
	if (!fits16(get16(end + 10), a->count) || !fits32(get32(end + 12), a->directory_size) ||
	    !fits32(get32(end + 16), a->directory_at))
		return wrong(a, "zip-structure", "的两份目录位置不一致");
	if (a->directory_at > a->directory_end ||
	    a->directory_size != a->directory_end - a->directory_at)
		return wrong(a, "zip-structure", "的目录与结尾之间有多余内容，或者目录不完整");
	if (a->count > a->tree->limits.entries || a->directory_size > DIRECTORY_MAX)
		return err_set(a->err, ERR_TOO_LARGE, "limit-entries", "ZIP 中的文件多于 %zu 个",
			       a->tree->limits.entries);
	return ERR_OK;
}

/* ---- extra fields ---- */

/* The data of the extra field `id`; .p NULL when there is none. False: malformed. */
static bool find_extra(struct sv extra, uint16_t id, struct sv *ret)
{
	*ret = (struct sv){ NULL, 0 };
	while (extra.n > 0) {
		if (extra.n < 4 || extra.n - 4 < get16(extra.p + 2))
			return false;
		size_t n = get16(extra.p + 2);
		if (get16(extra.p) == id) {
			if (ret->p)
				return false; /* twice */
			*ret = (struct sv){ extra.p + 4, n };
		}
		extra.p += 4 + n;
		extra.n -= 4 + n;
	}
	return true;
}

static bool take64(struct sv *from, uint64_t *value)
{
	if (from->n < 8)
		return false;
	*value = get64(from->p);
	from->p += 8;
	from->n -= 8;
	return true;
}

/* Values of 32 bits that stand in the ZIP64 field instead, in this order. */
static bool widen(struct header *h, uint64_t *offset)
{
	struct sv wide;
	if (!find_extra(h->extra, EXTRA_ZIP64, &wide))
		return false;
	if (h->size == NO32 && !take64(&wide, &h->size))
		return false;
	if (h->packed == NO32 && !take64(&wide, &h->packed))
		return false;
	if (offset && *offset == NO32 && !take64(&wide, offset))
		return false;
	return wide.n == 0;
}

static bool same_extra_but_zip64(struct sv a, struct sv b)
{
	for (;;) {
		while (a.n >= 4 && get16(a.p) == EXTRA_ZIP64) {
			size_t n = 4u + get16(a.p + 2);
			a = (struct sv){ a.p + n, a.n - n };
		}
		while (b.n >= 4 && get16(b.p) == EXTRA_ZIP64) {
			size_t n = 4u + get16(b.p + 2);
			b = (struct sv){ b.p + n, b.n - n };
		}
		if (a.n == 0 || b.n == 0)
			return a.n == b.n;
		size_t n = 4u + get16(a.p + 2);
		if (n > b.n || memcmp(a.p, b.p, n) != 0)
			return false;
		a = (struct sv){ a.p + n, a.n - n };
		b = (struct sv){ b.p + n, b.n - n };
	}
}

/* No times, and nobody as owner: what our writer puts, or nothing. */
static bool is_plain_extra(struct sv extra)
{
	static const char times[] = { 0 };
	static const char owner[] = { 1, 4, 0, 0, 0, 0, 4, 0, 0, 0, 0 };
	while (extra.n >= 4) {
		uint16_t id = get16(extra.p);
		struct sv data = { extra.p + 4, get16(extra.p + 2) };
		bool known = id == EXTRA_ZIP64 ||
			     (id == EXTRA_TIMES && data.n == sizeof(times) && data.p[0] == 0) ||
			     (id == EXTRA_OWNER && data.n == sizeof(owner) &&
			      memcmp(data.p, owner, sizeof(owner)) == 0);
		if (!known)
			return false;
		extra.p += 4 + data.n;
		extra.n -= 4 + data.n;
	}
	return true;
}

/* ---- entries ---- */

static enum err_code check_kind(struct audit *a, const struct central *c)
{
	struct sv name = c->h.name, found;
	unsigned kind = c->external >> 16 & 0170000;
	bool is_folder = name.n > 0 && name.p[name.n - 1] == '/';
	if (kind == 0120000)
		return wrong_entry(a, "entry-symlink", name, "是符号链接");
	if (kind != 0 && kind != (is_folder ? 0040000u : 0100000u))
		return wrong_entry(a, "entry-special", name, "既不是文件也不是文件夹");
	if (c->h.flags & FLAG_ENCRYPTED)
		return unsupported(a, name, "是加密的，不支持");
	if (c->h.flags & ~FLAGS_KNOWN)
		return unsupported(a, name, "用了不支持的 ZIP 功能");
	if (c->h.method != METHOD_STORED && c->h.method != METHOD_DEFLATED)
		return unsupported(a, name, "的压缩方法不支持");
	if (is_folder && (c->h.size != 0 || c->h.method != METHOD_STORED))
		return wrong_entry(a, "zip-structure", name, "是文件夹却有内容");
	if (c->h.method == METHOD_STORED && c->h.size != c->h.packed)
		return wrong_entry(a, "zip-structure", name, "的两个大小不一致");
	for (size_t i = 0; i < name.n; i++) {
		if ((unsigned char)name.p[i] >= 0x80 && !(c->h.flags & FLAG_UTF8))
			return unsupported(a, name, "的名称没有标明是 UTF-8，不支持");
	}
	if (!find_extra(c->h.extra, EXTRA_UNICODE_PATH, &found) || found.p)
		return wrong_entry(a, "zip-structure", name, "有第二个名称");
	if (!find_extra(c->h.extra, EXTRA_PKWARE_UNIX, &found) || found.p)
		return wrong_entry(a, "entry-hardlink", name, "可能是链接");
	return ERR_OK;
}

static bool is_plain(const struct central *c, const struct header *local)
{
	bool is_folder = c->h.name.p[c->h.name.n - 1] == '/';
	uint32_t external = (is_folder ? UINT32_C(0040755) : UINT32_C(0100644)) << 16;
	/* Some writers also set the folder's bit of DOS. */
	bool mode = c->external == external || (is_folder && c->external == (external | 0x10));
	return mode && c->h.method == METHOD_STORED && c->h.time == 0 &&
	       c->h.date == DOS_DAY_1980 && c->internal == 0 &&
	       c->made_by == (HOST_UNIX << 8 | local->version) &&
	       (local->version == 10 || local->version == 20 || local->version == 45) &&
	       !(c->h.flags & FLAG_DEFLATE_LEVEL) && is_plain_extra(c->h.extra) &&
	       same_extra_but_zip64(local->extra, c->h.extra);
}

static enum err_code read_central(struct audit *a, const char **at, const char *end,
				  struct central *c)
{
	const char *p = *at;
	if (end - p < CENTRAL_SIZE || get32(p) != SIG_CENTRAL)
		return wrong(a, "zip-structure", "的目录不对");
	size_t name = get16(p + 28), extra = get16(p + 30), comment = get16(p + 32);
	if ((size_t)(end - p) - CENTRAL_SIZE < name + extra + comment)
		return wrong(a, "zip-structure", "的目录不完整");
	*c = (struct central){
		.h = { .version = get16(p + 6),
		       .flags = get16(p + 8),
		       .method = get16(p + 10),
		       .time = get16(p + 12),
		       .date = get16(p + 14),
		       .crc = get32(p + 16),
		       .packed = get32(p + 20),
		       .size = get32(p + 24),
		       .name = { p + CENTRAL_SIZE, name },
		       .extra = { p + CENTRAL_SIZE + name, extra } },
		.made_by = get16(p + 4),
		.disk = get16(p + 34),
		.internal = get16(p + 36),
		.external = get32(p + 38),
		.offset = get32(p + 42),
	};
	*at = p + CENTRAL_SIZE + name + extra + comment;
	c->far = c->offset == NO32;
	if (comment)
		return wrong_entry(a, "zip-trailing", c->h.name, "带有注释");
	if (!widen(&c->h, &c->offset) || c->disk != 0)
		return wrong_entry(a, "zip-structure", c->h.name, "的目录项不对");
	return check_kind(a, c);
}

static enum err_code read_directory(struct audit *a)
{
	a->directory = xmalloc((size_t)a->directory_size + 1);
	enum err_code code = read_at(a, a->directory, (size_t)a->directory_size, a->directory_at);
	if (code)
		return code;
	const char *p = a->directory, *end = p + a->directory_size;
	a->list = xcalloc((size_t)a->count + 1, sizeof(*a->list));
	for (; a->listed < a->count && !code; a->listed++)
		code = read_central(a, &p, end, &a->list[a->listed]);
	if (!code && p != end)
		code = wrong(a, "zip-structure", "的目录比声明的长");
	return code;
}

/* ---- local headers ---- */

/* Sizes and checksum behind the data, in one of four forms; `room` bytes are there for it. */
static enum err_code check_descriptor(struct audit *a, const struct central *c, uint64_t at,
				      uint64_t room)
{
	char bytes[24];
	const char *p = bytes;
	bool wide = room == 20 || room == 24, has_sig = room == 16 || room == 24;
	if (room != 12 && room != 16 && !wide)
		return wrong_entry(a, "zip-gap", c->h.name,
				   "之后有不属于任何文件的内容，或与下一个重叠");
	enum err_code code = read_at(a, bytes, (size_t)room, at);
	if (code)
		return code;
	bool same = true;
	if (has_sig) {
		same = get32(p) == SIG_DESCRIPTOR;
		p += 4;
	}
	same = same && get32(p) == c->h.crc;
	p += 4;
	same = same && (wide ? get64(p) : get32(p)) == c->h.packed;
	p += wide ? 8 : 4;
	same = same && (wide ? get64(p) : get32(p)) == c->h.size;
	return same ? ERR_OK : wrong_entry(a, "zip-mismatch", c->h.name, "的数据说明与目录不一致");
}

static bool same_header(const struct header *local, const struct central *c)
{
	const struct header *central = &c->h;
	/* Where only the directory needs ZIP64, only the directory asks for its version. */
	bool version =
		local->version == central->version ||
		(c->far && central->version == VERSION_ZIP64 && local->version < VERSION_ZIP64);
	/* With a descriptor the local header may leave them open. */
	bool open = central->flags & FLAG_DESCRIPTOR;
	return version && local->flags == central->flags && local->method == central->method &&
	       local->time == central->time && local->date == central->date &&
	       sv_eq(local->name, central->name) &&
	       (local->crc == central->crc || (open && local->crc == 0)) &&
	       (local->packed == central->packed || (open && local->packed == 0)) &&
	       (local->size == central->size || (open && local->size == 0));
}

/* Everything from the local header to `limit`, where the next one begins. */
static enum err_code check_local(struct audit *a, const struct central *c, uint64_t limit,
				 bool *plain)
{
	char fixed[LOCAL_SIZE];
	struct sv name = c->h.name;
	if (c->offset != a->next)
		return c->offset > a->next
			       ? wrong_entry(a, "zip-gap", name, "之前有不属于任何文件的内容")
			       : wrong_entry(a, "zip-overlap", name, "与另一个文件重叠");
	enum err_code code = read_at(a, fixed, sizeof(fixed), c->offset);
	if (code)
		return code;
	if (get32(fixed) != SIG_LOCAL)
		return wrong_entry(a, "zip-mismatch", name, "没有文件头");
	size_t name_len = get16(fixed + 26), extra_len = get16(fixed + 28);
	char *rest = xmalloc(name_len + extra_len + 1);
	uint64_t data_at = c->offset + LOCAL_SIZE + name_len + extra_len;
	code = read_at(a, rest, name_len + extra_len, c->offset + LOCAL_SIZE);
	struct header h = { .version = get16(fixed + 4),
			    .flags = get16(fixed + 6),
			    .method = get16(fixed + 8),
			    .time = get16(fixed + 10),
			    .date = get16(fixed + 12),
			    .crc = get32(fixed + 14),
			    .packed = get32(fixed + 18),
			    .size = get32(fixed + 22),
			    .name = { rest, name_len },
			    .extra = { rest + name_len, extra_len } };
	struct sv found;
	if (!code && (!widen(&h, NULL) || !same_header(&h, c) ||
		      !find_extra(h.extra, EXTRA_UNICODE_PATH, &found) || found.p))
		code = wrong_entry(a, "zip-mismatch", name, "的文件头与目录不一致");
	*plain = !code && is_plain(c, &h);
	free(rest);
	if (code)
		return code;
	if (data_at > limit || c->h.packed > limit - data_at)
		return wrong_entry(a, "zip-overlap", name, "与另一个文件重叠");
	uint64_t data_end = data_at + c->h.packed;
	a->next = limit;
	if (c->h.flags & FLAG_DESCRIPTOR)
		return check_descriptor(a, c, data_end, limit - data_end);
	return data_end == limit ? ERR_OK
				 : wrong_entry(a, "zip-gap", name, "之后有不属于任何文件的内容");
}

static int compare_centrals(const void *a, const void *b)
{
	const struct central *x = a, *y = b;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Our writer's order: the root folder, then files by the bytes of their names. */
static bool in_plain_order(const struct audit *a)
{
	for (size_t i = 0; i < a->listed; i++) {
		struct sv name = a->list[i].h.name;
		bool is_folder = name.p[name.n - 1] == '/';
		if (is_folder != (i == 0))
			return false;
		if (i > 0 && (name_compare(a->list[i - 1].h.name, name) >= 0 ||
			      a->list[i - 1].offset >= a->list[i].offset))
			return false;
	}
	return a->listed > 0;
}

static enum err_code check_ratio(struct audit *a)
{
	uint64_t budget, slack = 1 << 20;
	if (__builtin_mul_overflow(a->file_size, (uint64_t)a->tree->limits.ratio, &budget))
		budget = UINT64_MAX - slack;
	if (a->tree->total_bytes <= budget + slack)
		return ERR_OK;
	return err_set(a->err, ERR_TOO_LARGE, "limit-ratio",
		       "ZIP 解开后超过自身的 %u 倍，可能是压缩炸弹", a->tree->limits.ratio);
}

static enum err_code check_entries(struct audit *a)
{
	enum err_code code = ERR_OK;
	struct tree *t = a->tree;
	for (size_t i = 0; i < a->listed && !code; i++) {
		const struct central *c = &a->list[i];
		struct sv name = c->h.name;
		bool is_folder = name.n > 0 && name.p[name.n - 1] == '/';
		struct tree_entry *e;
		if (is_folder)
			name.n--;
		code = tree_add(t, name, c->h.size, is_folder, &e, a->err);
		if (!code)
			e->offset = c->offset;
	}
	if (!code)
		code = check_ratio(a);
	if (code)
		return code;
	t->plain = in_plain_order(a);
	if (a->listed)
		qsort(a->list, a->listed, sizeof(*a->list), compare_centrals);
	for (size_t i = 0; i < a->listed && !code; i++) {
		bool plain = false;
		uint64_t limit = i + 1 < a->listed ? a->list[i + 1].offset : a->directory_at;
		code = check_local(a, &a->list[i], limit, &plain);
		t->plain = t->plain && plain;
	}
	if (!code && a->next != a->directory_at)
		code = wrong(a, "zip-gap", "的目录之前有不属于任何文件的内容");
	return code;
}

enum err_code tree_audit_zip(struct tree *t, struct err *err)
{
	struct stat st;
	struct audit a = { .tree = t, .err = err };
	if (fstat(t->fd, &st) != 0)
		return err_set(err, ERR_IO, "read", "无法查看 ZIP 文件：%s", strerror(errno));
	a.file_size = (uint64_t)st.st_size;
	enum err_code code = read_end(&a);
	if (!code)
		code = read_directory(&a);
	if (!code)
		code = check_entries(&a);
	free(a.list);
	free(a.directory);
	return code;
}

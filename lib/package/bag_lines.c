/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The text files of a bag: bagit.txt, bag-info.txt, fetch.txt, manifests (RFC 8493 section 2). */
#include <stdio.h>
#include <strings.h>

#include "base/text.h"
#include "package/bag_internal.h"
#include "package/name.h"

enum { SM3_SIZE = 32 };

/* Takes the next line without its LF, CR or CRLF. False at the end. */
static bool next_line(struct sv *text, struct sv *line)
{
	if (text->n == 0)
		return false;
	size_t n = 0;
	while (n < text->n && text->p[n] != '\n' && text->p[n] != '\r')
		n++;
	*line = (struct sv){ text->p, n };
	if (n < text->n && text->p[n] == '\r' && n + 1 < text->n && text->p[n + 1] == '\n')
		n++;
	if (n < text->n)
		n++;
	text->p += n;
	text->n -= n;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct sv trim_blanks(struct sv text)
{
	while (text.n && is_blank(text.p[0])) {
		text.p++;
		text.n--;
	}
	while (text.n && is_blank(text.p[text.n - 1]))
		text.n--;
	return text;
}

static bool is_digits(struct sv text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	}
	return text.n > 0 && text.n < 19;
}

/* ---- bagit.txt ---- */

static bool is_version(struct sv text)
{
	const char *dot = text.n ? memchr(text.p, '.', text.n) : NULL;
	if (!dot)
		return false;
	struct sv major = { text.p, (size_t)(dot - text.p) };
	struct sv minor = { dot + 1, text.n - major.n - 1 };
	return is_digits(major) && is_digits(minor);
}

enum err_code bag_read_declaration(struct bag *b, struct err *err)
{
	const struct sv version_label = SV("BagIt-Version: ");
	const struct sv encoding_label = SV("Tag-File-Character-Encoding: ");
	struct sv text = bag_bytes(b, BAG_DECLARATION), first, second, rest;
	if (!text.p)
		return bag_refuse(err, "bag-declaration", SV(BAG_DECLARATION),
				  "缺少：不是 BagIt 包，或者不完整");
	if (!next_line(&text, &first) || !next_line(&text, &second) || next_line(&text, &rest) ||
	    !sv_starts_with(first, version_label) || !sv_starts_with(second, encoding_label))
		return bag_refuse(err, "bag-declaration", SV(BAG_DECLARATION),
				  "不是规定的两行（版本和编码）");
	first = (struct sv){ first.p + version_label.n, first.n - version_label.n };
	second = (struct sv){ second.p + encoding_label.n, second.n - encoding_label.n };
	if (!is_version(first) || second.n == 0)
		return bag_refuse(err, "bag-declaration", SV(BAG_DECLARATION),
				  "的版本或编码写法不对");
	b->version = sv_eq_str(first, "1.0") ? "1.0" : sv_eq_str(first, "0.97") ? "0.97" : NULL;
	if (!b->version)
		return err_set(err, ERR_INVALID, RULE_NOT_SUPPORTED,
			       "BagIt 版本 %s 不支持（支持 1.0 和 0.97）", NAME_SHOW(first));
	if (second.n != strlen("UTF-8") || strncasecmp(second.p, "UTF-8", second.n) != 0)
		return err_set(err, ERR_INVALID, RULE_NOT_SUPPORTED,
			       "标签文件的编码 %s 不支持（支持 UTF-8）", NAME_SHOW(second));
	return ERR_OK;
}

/* ---- bag-info.txt, fetch.txt ---- */

static enum err_code check_oxum(const struct bag *b, struct sv value, struct err *err)
{
	char mine[64];
	const char *dot = value.n ? memchr(value.p, '.', value.n) : NULL;
	struct sv octets = { value.p, dot ? (size_t)(dot - value.p) : 0 };
	struct sv streams = { dot ? dot + 1 : NULL, dot ? value.n - octets.n - 1 : 0 };
	int64_t bytes = 0, files = 0;
	if (!is_digits(octets) || !is_digits(streams) || !sv_to_i64(octets, &bytes) ||
	    !sv_to_i64(streams, &files))
		return bag_refuse(err, "bag-info", SV(BAG_INFO), "的 Payload-Oxum 写法不对");
	if ((uint64_t)bytes == b->payload_bytes && (uint64_t)files == b->payload_count)
		return ERR_OK;
	snprintf(mine, sizeof(mine), "%llu.%zu", (unsigned long long)b->payload_bytes,
		 b->payload_count);
	return err_set(err, ERR_INVALID, "bag-oxum",
		       "内容的字节数和文件数是 %s，与 bag-info.txt 的 Payload-Oxum %s 不符", mine,
		       NAME_SHOW(value));
}

bool bag_info_value(const struct bag *b, const char *label, struct sv *ret)
{
	struct sv text = bag_bytes(b, BAG_INFO), line;
	size_t found = 0;
	while (next_line(&text, &line)) {
		const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
		struct sv name = { line.p, colon ? (size_t)(colon - line.p) : 0 };
		name = trim_blanks(name);
		if (!colon || is_blank(line.p[0]) || name.n != strlen(label) ||
		    strncasecmp(name.p, label, name.n) != 0)
			continue;
		*ret = trim_blanks((struct sv){ colon + 1, line.n - (size_t)(colon - line.p) - 1 });
		found++;
	}
	return found == 1;
}

enum err_code bag_read_info(struct bag *b, struct err *err)
{
	struct sv text = bag_bytes(b, BAG_INFO), line, value = SV("");
	bool any = false;
	if (!text.p)
		return ERR_OK;
	if (!text_is_valid_utf8(text))
		return bag_refuse(err, "bag-info", SV(BAG_INFO), "不是 UTF-8 编码");
	for (struct sv rest = text; next_line(&rest, &line);) {
		/* A line that begins with a blank continues the value before it. */
		bool continues = line.n && is_blank(line.p[0]);
		bool empty = trim_blanks(line).n == 0;
		const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
		if (!empty && (continues ? !any : !colon || colon == line.p))
			return bag_refuse(err, "bag-info", SV(BAG_INFO), "有一行不是“名称: 值”");
		any = true;
	}
	if (bag_info_value(b, "Payload-Oxum", &value))
		return check_oxum(b, value, err);
	if (value.n)
		return bag_refuse(err, "bag-info", SV(BAG_INFO), "有两个 Payload-Oxum");
	return ERR_OK;
}

enum err_code bag_read_fetch(struct bag *b, struct err *err)
{
	struct sv text = bag_bytes(b, "fetch.txt"), line;
	bool any = false;
	while (text.p && next_line(&text, &line)) {
		/* URL, size, path: nothing is fetched, but a path that climbs is an attack. */
		struct sv path = trim_blanks(line);
		any = any || path.n > 0;
		for (int word = 0; word < 2 && path.n > 0; word++) {
			while (path.n && !is_blank(path.p[0])) {
				path.p++;
				path.n--;
			}
			path = trim_blanks(path);
		}
		enum err_code code = path.n ? name_check(path, NAME_ANY, err) : ERR_OK;
		if (code)
			return code;
	}
	if (!any)
		return ERR_OK;
	return err_set(err, ERR_INVALID, RULE_NOT_SUPPORTED,
		       "fetch.txt 要求另外下载文件，不支持：请让对方提供完整的包");
}

/* ---- manifests ---- */

struct manifest {
	struct bag *bag;
	struct err *err;
	struct sv name; /* of the file */
	bool is_payload;
	int hash; /* enum crypto_hash, or -1 for SM3 */
	size_t size;
};

static enum err_code wrong_line(struct manifest *m, struct sv line, const char *why)
{
	return err_set(m->err, ERR_INVALID, "bag-manifest", "%s 的一行%s：%s", NAME_SHOW(m->name),
		       why, NAME_SHOW(line));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_hex(struct sv text, size_t size, uint8_t *out)
{
	if (text.n != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(text.p[2 * i]), low = hex_digit(text.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* %0A and %0D, and in BagIt 1.0 also %25; any other % stands for itself. */
static struct sv decode_path(struct bag *b, struct sv path)
{
	char *out = arena_alloc(&b->arena, path.n + 1);
	size_t len = 0;
	for (size_t i = 0; i < path.n; i++) {
		int code = -1;
		if (path.p[i] == '%' && i + 2 < path.n && hex_digit(path.p[i + 1]) >= 0 &&
		    hex_digit(path.p[i + 2]) >= 0)
			code = hex_digit(path.p[i + 1]) << 4 | hex_digit(path.p[i + 2]);
		bool escaped = code == '\n' || code == '\r' ||
			       (code == '%' && strcmp(b->version, "1.0") == 0);
		out[len++] = escaped ? (char)code : path.p[i];
		i += escaped ? 2 : 0;
	}
	return (struct sv){ out, len };
}

/* What older tools wrote before the path: md5sum's mark of a binary file, "./". */
static struct sv without_marks(const struct manifest *m, struct sv path)
{
	if (strcmp(m->bag->version, "0.97") != 0)
		return path;
	if (path.n && path.p[0] == '*')
		path = (struct sv){ path.p + 1, path.n - 1 };
	if (sv_starts_with(path, SV("./")))
		path = (struct sv){ path.p + 2, path.n - 2 };
	return path;
}

static enum err_code list_file(struct manifest *m, struct sv path, const uint8_t *digest)
{
	struct bag_entry *e = bag_find(m->bag, path);
	if (!e)
		return bag_refuse(m->err, "bag-missing", path, "缺少：清单列有这个文件");
	const uint8_t **slot = m->hash < 0 ? &e->sm3 : &e->expected[m->hash];
	/* BagIt 1.0 forbids it; before that it was only odd. */
	if (*slot && (strcmp(m->bag->version, "0.97") != 0 || memcmp(*slot, digest, m->size) != 0))
		return bag_refuse(m->err, "bag-duplicate", path, "在一份清单中列了两次");
	*slot = digest;
	e->listed = true;
	return ERR_OK;
}

static enum err_code read_line(struct manifest *m, struct sv line)
{
	size_t n = 0;
	while (n < line.n && !is_blank(line.p[n]))
		n++;
	struct sv hex = { line.p, n };
	while (n < line.n && is_blank(line.p[n]))
		n++;
	struct sv path = { line.p + n, line.n - n };
	uint8_t *digest = arena_try_alloc(&m->bag->arena, m->size);
	if (!digest)
		return err_set(m->err, ERR_TOO_LARGE, "too-large", "移送包的清单过大");
	if (n == hex.n || path.n == 0 || !parse_hex(hex, m->size, digest))
		return wrong_line(m, line, "不是“校验值 文件名”");
	path = without_marks(m, decode_path(m->bag, path));
	enum err_code code = name_check(path, NAME_ANY, m->err);
	if (code)
		return code;
	bool in_data = sv_starts_with(path, SV("data/"));
	if (in_data != m->is_payload)
		return wrong_line(m, line,
				  m->is_payload ? "列了 data 以外的文件" : "列了 data 内的文件");
	if (!m->is_payload && sv_starts_with(path, SV("tagmanifest-")))
		return wrong_line(m, line, "列了标签文件的清单");
	return list_file(m, path, digest);
}

static enum err_code read_manifest(struct manifest *m, struct sv text)
{
	struct sv line;
	enum err_code code = ERR_OK;
	if (!text_is_valid_utf8(text))
		return bag_refuse(m->err, "bag-manifest", m->name, "不是 UTF-8 编码");
	while (!code && next_line(&text, &line)) {
		if (trim_blanks(line).n > 0)
			code = read_line(m, line);
	}
	return code;
}

/* "manifest-" ALGORITHM ".txt"; empty when the name is of another form. */
static struct sv algorithm_of(struct sv name, struct sv prefix)
{
	const struct sv suffix = SV(".txt");
	if (!sv_starts_with(name, prefix) || name.n <= prefix.n + suffix.n ||
	    memchr(name.p, '/', name.n) ||
	    memcmp(name.p + name.n - suffix.n, suffix.p, suffix.n) != 0)
		return SV("");
	return (struct sv){ name.p + prefix.n, name.n - prefix.n - suffix.n };
}

static enum err_code read_manifests_of(struct bag *b, const char *prefix, bool is_payload,
				       unsigned *hashes, struct err *err)
{
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < b->count && !code; i++) {
		struct manifest m = { .bag = b,
				      .err = err,
				      .name = sv_of(b->entries[i].path),
				      .is_payload = is_payload };
		struct sv algorithm = algorithm_of(m.name, sv_of(prefix));
		enum crypto_hash hash;
		if (algorithm.n == 0)
			continue;
		if (!crypto_hash_find(algorithm, &hash))
			return bag_refuse(err, RULE_NOT_SUPPORTED, m.name, "的校验算法不支持");
		m.hash = (int)hash;
		m.size = crypto_hash_size(hash);
		code = read_manifest(&m, b->entries[i].file->bytes);
		*hashes |= 1u << hash;
	}
	return code;
}

enum err_code bag_read_manifests(struct bag *b, struct err *err)
{
	enum err_code code = read_manifests_of(b, "manifest-", true, &b->payload_hashes, err);
	if (!code && !b->payload_hashes)
		code = bag_refuse(err, "bag-missing", SV("manifest-*.txt"), "缺少：没有内容清单");
	if (!code)
		code = read_manifests_of(b, "tagmanifest-", false, &b->tag_hashes, err);
	return code;
}

enum err_code bag_read_sm3sums(struct bag *b, struct err *err)
{
	struct manifest m = { .bag = b,
			      .err = err,
			      .name = SV(BAG_SM3SUMS),
			      .is_payload = true,
			      .hash = -1,
			      .size = SM3_SIZE };
	struct sv text = bag_bytes(b, BAG_SM3SUMS);
	if (!text.p)
		return bag_refuse(err, "bag-form", m.name, "缺少");
	return read_manifest(&m, text);
}

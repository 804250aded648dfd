/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "http/http_static.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/crypto.h"
#include "http/http_internal.h"

enum { DEPTH_MAX = 4, ETAG_SIZE = 35, ETAG_BYTES = 16 };

enum form { PLAIN, GZIP, BROTLI, FORM_COUNT };
static const char *const codings[FORM_COUNT] = { "identity", "gzip", "br" };
static const char *const endings[FORM_COUNT] = { "", ".gz", ".br" };

struct body {
	char *p; /* NULL: the file has no such form */
	size_t n;
	char etag[ETAG_SIZE];
};

struct file {
	char *path; /* "/assets/index-1a2b3c.js" */
	const char *type;
	struct body forms[FORM_COUNT];
};

struct http_static {
	struct file *files;
	size_t count, cap;
	size_t index; /* of index.html */
	size_t bytes;
};

static const struct {
	const char *name, *value;
} fields[] = {
	{ "Content-Security-Policy",
	  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
	  "connect-src 'self'; manifest-src 'self'; frame-src 'self' blob:; base-uri 'none'; form-action 'none'; "
	  "frame-ancestors 'none'" },
	{ "Referrer-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Permissions-Policy",
	  "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()" },
	{ "Vary", "Accept-Encoding" },
};

/* ---- loading ---- */

static const char *type_of(const char *path)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
		{ "html", "text/html; charset=utf-8" },
		{ "js", "text/javascript; charset=utf-8" },
		{ "mjs", "text/javascript; charset=utf-8" },
		{ "css", "text/css; charset=utf-8" },
		{ "json", "application/json" },
		{ "map", "application/json" },
		{ "webmanifest", "application/manifest+json" },
		{ "svg", "image/svg+xml" },
		{ "png", "image/png" },
		{ "jpg", "image/jpeg" },
		{ "webp", "image/webp" },
		{ "ico", "image/x-icon" },
		{ "woff2", "font/woff2" },
		{ "woff", "font/woff" },
		{ "wasm", "application/wasm" },
		{ "txt", "text/plain; charset=utf-8" },
	};
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < ARRAY_LEN(types); i++) {
		if (strcmp(dot + 1, types[i].ending) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}

static bool is_plain_name(const char *name)
{
	if (name[0] == '.' || name[0] == '\0')
		return false;
	for (const char *p = name; *p; p++) {
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		      (*p >= '0' && *p <= '9') || *p == '.' || *p == '_' || *p == '-'))
			return false;
	}
	return true;
}

static enum err_code cannot_read(struct err *err, const char *path)
{
	return err_set(err, ERR_IO, "console", "could not read %s: %s", path, strerror(errno));
}

/* A regular file, whole. ERR_NOT_FOUND: something else. */
static enum err_code read_file(int dir, const char *name, const char *path, struct body *ret,
			       struct err *err)
{
	struct stat st;
	size_t done = 0;
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return errno == ELOOP || errno == ENXIO ? ERR_NOT_FOUND : cannot_read(err, path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return ERR_NOT_FOUND;
	}
	if (st.st_size > HTTP_STATIC_FILE_MAX) {
		close(fd);
		return err_set(err, ERR_INVALID, "console", "%s is too large", path);
	}
	ret->n = (size_t)st.st_size;
	ret->p = xmalloc(ret->n + 1);
	while (done < ret->n) {
		ssize_t got = read(fd, ret->p + done, ret->n - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			errno = got == 0 ? ESTALE : errno; /* it became shorter */
			close(fd);
			free(ret->p);
			ret->p = NULL;
			return cannot_read(err, path);
		}
		done += (size_t)got;
	}
	close(fd);
	return ERR_OK;
}

static void name_bytes(struct body *b)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(b->p, b->n, digest);
	b->etag[0] = '"';
	crypto_hex(digest, ETAG_BYTES, b->etag + 1);
	b->etag[ETAG_SIZE - 2] = '"';
	b->etag[ETAG_SIZE - 1] = '\0';
}

static enum err_code add_file(struct http_static *set, int dir, const char *name, const char *path,
			      struct err *err)
{
	struct body b = { .p = NULL };
	enum err_code code = read_file(dir, name, path, &b, err);

	if (code == ERR_NOT_FOUND) {
		log_warn("console_file_left_out", "path=%s", log_quote(path));
		return ERR_OK;
	}
	if (code != ERR_OK)
		return code;
	name_bytes(&b);
	if (set->count == set->cap) {
		set->cap = set->cap ? set->cap * 2 : 64;
		set->files = xrealloc(set->files, set->cap * sizeof(*set->files));
	}
	set->files[set->count++] =
		(struct file){ .path = xstrdup(path), .type = type_of(path), .forms = { b } };
	set->bytes += b.n;
	if (set->count > HTTP_STATIC_COUNT_MAX || set->bytes > HTTP_STATIC_TOTAL_MAX)
		return err_set(err, ERR_INVALID, "console",
			       "too many files, or too large together");
	return ERR_OK;
}

static enum err_code read_folder(struct http_static *set, int fd, const char *prefix, int depth,
				 struct err *err);

static enum err_code add_entry(struct http_static *set, int dir, const char *name,
			       const char *prefix, int depth, struct err *err)
{
	char path[512];
	struct stat st;
	int fd;

	if (!is_plain_name(name))
		return ERR_OK;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", prefix, name) >= sizeof(path))
		return err_set(err, ERR_INVALID, "console", "%s/%s is too long a name", prefix,
			       name);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return cannot_read(err, path);
	if (!S_ISDIR(st.st_mode))
		return add_file(set, dir, name, path, err);
	if (depth == DEPTH_MAX)
		return err_set(err, ERR_INVALID, "console", "%s lies too deep", path);
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? cannot_read(err, path) : read_folder(set, fd, path, depth + 1, err);
}

/* Takes the descriptor. */
static enum err_code read_folder(struct http_static *set, int fd, const char *prefix, int depth,
				 struct err *err)
{
	DIR *dir = fdopendir(fd);
	enum err_code code = ERR_OK;
	struct dirent *entry;

	if (!dir) {
		close(fd);
		return cannot_read(err, prefix[0] ? prefix : "/");
	}
	while (code == ERR_OK && (entry = readdir(dir)))
		code = add_entry(set, fd, entry->d_name, prefix, depth, err);
	closedir(dir);
	return code;
}

static struct file *find(const struct http_static *set, const char *path)
{
	for (size_t i = 0; i < set->count; i++) {
		if (strcmp(set->files[i].path, path) == 0)
			return &set->files[i];
	}
	return NULL;
}

static void release_file(struct file *f)
{
	for (int i = 0; i < FORM_COUNT; i++)
		free(f->forms[i].p);
	free(f->path);
}

/* "/x.js.br" becomes a form of "/x.js" if it is smaller; it is no file of its own either way. */
static void join_forms(struct http_static *set)
{
	size_t kept = 0;

	for (size_t i = 0; i < set->count; i++) {
		struct file *f = &set->files[i];

		for (int form = GZIP; form < FORM_COUNT; form++) {
			size_t n = strlen(f->path), end = strlen(endings[form]);
			char *base;
			struct file *of;

			if (!f->path || n <= end || strcmp(f->path + n - end, endings[form]) != 0)
				continue;
			base = xstrndup(f->path, n - end);
			of = find(set, base);
			free(base);
			if (of && f->forms[PLAIN].n < of->forms[PLAIN].n) {
				of->forms[form] = f->forms[PLAIN];
				f->forms[PLAIN].p = NULL;
			}
			f->type = of ? NULL : f->type; /* no file of its own */
		}
	}
	for (size_t i = 0; i < set->count; i++) {
		if (set->files[i].type)
			set->files[kept++] = set->files[i];
		else
			release_file(&set->files[i]);
	}
	set->count = kept;
}

enum err_code http_static_load(const char *dir, struct http_static **ret, struct err *err)
{
	struct http_static *set = xcalloc(1, sizeof(*set));
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct file *index;
	enum err_code code;

	*ret = NULL;
	if (fd < 0)
		code = err_set(err, ERR_NOT_FOUND, "console", "could not open %s: %s", dir,
			       strerror(errno));
	else
		code = read_folder(set, fd, "", 0, err);
	if (code == ERR_OK) {
		join_forms(set);
		index = find(set, "/index.html");
		if (index)
			set->index = (size_t)(index - set->files);
		else
			code = err_set(err, ERR_NOT_FOUND, "console", "%s has no index.html", dir);
	}
	if (code != ERR_OK) {
		http_static_free(set);
		return code;
	}
	*ret = set;
	return ERR_OK;
}

void http_static_free(struct http_static *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++)
		release_file(&set->files[i]);
	free(set->files);
	free(set);
}

size_t http_static_count(const struct http_static *set)
{
	return set->count;
}

/* ---- what the request wants ---- */

/* The next item of a comma list, trimmed; false at the end. */
static bool next_item(struct sv *rest, struct sv *ret)
{
	while (rest->n > 0) {
		const char *comma = memchr(rest->p, ',', rest->n);
		size_t n = comma ? (size_t)(comma - rest->p) : rest->n;

		*ret = sv_trim((struct sv){ rest->p, n });
		*rest = comma ? (struct sv){ comma + 1, rest->n - n - 1 } : (struct sv){ NULL, 0 };
		if (ret->n > 0)
			return true;
	}
	return false;
}

/* "q=0.25" -> 250; a weight that is none: 0. */
static int weight(struct sv q)
{
	int value = 0, unit = 1000;

	if (q.n < 3 || (q.p[0] | 32) != 'q' || q.p[1] != '=' || (q.p[2] != '0' && q.p[2] != '1'))
		return 0;
	value = (q.p[2] - '0') * 1000;
	for (size_t i = 4; q.n > 3 && q.p[3] == '.' && i < q.n; i++) {
		if (q.p[i] < '0' || q.p[i] > '9' || unit == 1)
			return 0;
		unit /= 10;
		value += (q.p[i] - '0') * unit;
	}
	return value <= 1000 ? value : 1000;
}

static bool same_word(struct sv a, const char *b)
{
	return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

int http_accepts(struct sv accept, const char *coding)
{
	int other = strcmp(coding, "identity") == 0 ? 1 : 0;
	struct sv item;

	while (next_item(&accept, &item)) {
		const char *semicolon = memchr(item.p, ';', item.n);
		size_t n = semicolon ? (size_t)(semicolon - item.p) : item.n;
		struct sv name = sv_trim((struct sv){ item.p, n });
		int q = semicolon ? weight(sv_trim((struct sv){ semicolon + 1, item.n - n - 1 }))
				  : 1000;

		if (same_word(name, coding))
			return q;
		if (same_word(name, "*"))
			other = q;
	}
	return other;
}

bool http_etag_matches(struct sv if_none_match, const char *etag)
{
	struct sv item;

	if (sv_eq_str(if_none_match, "*"))
		return true;
	while (next_item(&if_none_match, &item)) {
		if (sv_starts_with(item, SV("W/")))
			item = (struct sv){ item.p + 2, item.n - 2 };
		if (sv_eq_str(item, etag))
			return true;
	}
	return false;
}

/* The form that is wanted most, the smallest of equals; the plain one when nothing else is. */
static enum form choose(const struct file *f, struct sv accept)
{
	enum form best = PLAIN;
	int best_q = http_accepts(accept, codings[PLAIN]);

	for (enum form form = GZIP; form < FORM_COUNT; form++) {
		int q = f->forms[form].p ? http_accepts(accept, codings[form]) : 0;

		if (q > best_q || (q > 0 && q == best_q && f->forms[form].n < f->forms[best].n)) {
			best = form;
			best_q = q;
		}
	}
	return best;
}

/* ---- replying ---- */

static void add(struct http_request *req, const char *name, const char *value)
{
	/* Fields of ours cannot be refused. */
	CHECK(http_reply_header(req, name, value) == ERR_OK);
}

static void reply_file(struct http_request *req, const struct file *f)
{
	enum form form = choose(f, http_header(req, "Accept-Encoding"));
	const struct body *b = &f->forms[form];
	bool hashed = strncmp(f->path, "/assets/", 8) == 0;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		add(req, fields[i].name, fields[i].value);
	add(req, "Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
	add(req, "ETag", b->etag);
	if (http_etag_matches(http_header(req, "If-None-Match"), b->etag)) {
		http_reply_empty(req, 304);
		return;
	}
	if (form != PLAIN)
		add(req, "Content-Encoding", codings[form]);
	http_reply_lasting(req, 200, f->type, (struct sv){ b->p, b->n });
}

static void on_file(struct http_request *req, const struct http_route *route)
{
	reply_file(req, route->data);
}

void http_static_routes(const struct http_static *set, struct http_route *rows)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct file *f = &set->files[i];

		rows[i] = (struct http_route){
			.method = HTTP_GET, .pattern = f->path, .handler = on_file, .data = f
		};
	}
}

void http_static_reply_index(const struct http_static *set, struct http_request *req)
{
	reply_file(req, &set->files[set->index]);
}

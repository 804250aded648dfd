/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Loading: defaults, then the file through libinih, then the environment, into a struct
 * beside the caller's, which is copied only when all is right.
 *
 * libinih is compiled without line numbers for its handler and stays silent about empty
 * unknown sections; it also joins indented lines. So it reads through our own line
 * reader, which counts lines, checks section lines and takes the indentation away. */
#include "conf/conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <ini.h>

#include "conf/conf_table.h"

enum {
	LINE_MAX_BYTES = 2048,
	FILE_MAX_BYTES = 256 * 1024,
	NAME_MAX_BYTES = 64,
	SHOWN_MAX_BYTES = 80, /* of a wrong value, in its message */
	OPTIONS_MAX = 128,
};

static const struct sv file_suffix = { "_file", 5 };

struct load {
	const char *path;
	struct conf conf;
	struct sv rest; /* of the file */
	unsigned line;  /* the one libinih works on */
	unsigned set_on[OPTIONS_MAX];
	bool failed;
	enum err_code code;
	struct err *err;
};

/* --- nearest name -------------------------------------------------------------------- */

/* Levenshtein distance; SIZE_MAX for names too long to be meant. */
static size_t edit_distance(struct sv a, struct sv b)
{
	size_t row[NAME_MAX_BYTES + 1];
	if (a.n > NAME_MAX_BYTES || b.n > NAME_MAX_BYTES)
		return SIZE_MAX;
	for (size_t k = 0; k <= b.n; k++)
		row[k] = k;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t k = 1; k <= b.n; k++) {
			size_t best = diagonal + (a.p[i - 1] != b.p[k - 1]);
			if (row[k] + 1 < best)
				best = row[k] + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			diagonal = row[k];
			row[k] = best;
		}
	}
	return row[b.n];
}

struct nearest {
	struct sv wanted;
	char name[NAME_MAX_BYTES + 1]; /* "" when nothing is near */
	size_t distance;
};

static void nearest_init(struct nearest *n, struct sv wanted)
{
	/* One typing error in a short name, a few in a long one. */
	*n = (struct nearest){ .wanted = wanted, .distance = wanted.n / 3 + 2 };
}

static void nearest_offer(struct nearest *n, const char *name)
{
	size_t d = edit_distance(n->wanted, sv_of(name));
	if (d >= n->distance)
		return;
	n->distance = d;
	snprintf(n->name, sizeof(n->name), "%s", name);
}

/* --- errors -------------------------------------------------------------------------- */

static void fail_at_line(struct load *l, const char *rule, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void fail_at_line(struct load *l, const char *rule, const char *fmt, ...)
{
	char text[sizeof(l->err->message)];
	va_list ap;
	if (l->failed)
		return; /* the first error counts */
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	l->failed = true;
	l->code = err_set(l->err, ERR_INVALID, rule, "%s:%u: %s", l->path, l->line, text);
}

/* A wrong value for its message, so that a long one does not push the reason out. */
static const char *shown(const char *value, char out[SHOWN_MAX_BYTES + 4])
{
	size_t n = strlen(value);
	bool cut = n > SHOWN_MAX_BYTES;
	if (cut)
		for (n = SHOWN_MAX_BYTES; n > 0 && ((unsigned char)value[n] & 0xC0) == 0x80;)
			n--;
	snprintf(out, SHOWN_MAX_BYTES + 4, "%.*s%s", (int)n, value, cut ? "..." : "");
	return out;
}

static void unknown_section(struct load *l, struct sv name)
{
	struct nearest n;
	nearest_init(&n, name);
	for (size_t i = 0; i < conf_section_count; i++)
		nearest_offer(&n, conf_sections[i].name);
	if (n.name[0])
		fail_at_line(l, "config-section", "unknown section [%.*s]; did you mean [%s]?",
			     SV_ARG(name), n.name);
	else
		fail_at_line(l, "config-section", "unknown section [%.*s]", SV_ARG(name));
}

/* The name under which the file may set an option. */
static void file_key(const struct conf_option *o, char out[NAME_MAX_BYTES + 1])
{
	snprintf(out, NAME_MAX_BYTES + 1, "%s%s", o->key,
		 o->flags & CONF_SECRET ? file_suffix.p : "");
}

static void unknown_key(struct load *l, const char *section, const char *key)
{
	char name[NAME_MAX_BYTES + 1];
	struct nearest n;
	nearest_init(&n, sv_of(key));
	for (size_t i = 0; i < conf_option_count; i++) {
		if (strcmp(conf_options[i].section, section) != 0)
			continue;
		file_key(&conf_options[i], name);
		nearest_offer(&n, name);
	}
	if (n.name[0])
		fail_at_line(l, "config-key", "unknown key \"%s\" in [%s]; did you mean \"%s\"?",
			     key, section, n.name);
	else
		fail_at_line(l, "config-key", "unknown key \"%s\" in [%s]", key, section);
}

/* --- values -------------------------------------------------------------------------- */

/* A secret's file: its text without the last line end. */
static bool read_secret(struct conf *conf, const struct conf_option *o, const char *path,
			char reason[CONF_RULE_SIZE])
{
	char text[CONF_TEXT_SIZE];
	FILE *f = fopen(path, "re");
	if (!f) {
		snprintf(reason, CONF_RULE_SIZE, "cannot be read: %s", strerror(errno));
		return false;
	}
	size_t n = fread(text, 1, sizeof(text), f);
	bool broken = ferror(f) != 0;
	fclose(f);
	if (n && text[n - 1] == '\n')
		n--;
	if (n && text[n - 1] == '\r')
		n--;
	bool ok = false;
	if (broken)
		snprintf(reason, CONF_RULE_SIZE, "cannot be read");
	else if (n == 0)
		snprintf(reason, CONF_RULE_SIZE, "is empty");
	else if (memchr(text, '\0', n) || memchr(text, '\n', n))
		snprintf(reason, CONF_RULE_SIZE, "must hold one line of text");
	else
		ok = conf_set_value(conf, o, (struct sv){ text, n }, reason);
	explicit_bzero(text, sizeof(text));
	return ok;
}

/* Finds the option a file's key sets; *ret_by_file for `<secret>_file`. */
static const struct conf_option *find_option(const char *section, const char *key,
					     bool *ret_by_file)
{
	for (size_t i = 0; i < conf_option_count; i++) {
		const struct conf_option *o = &conf_options[i];
		size_t n = strlen(o->key);
		if (strcmp(o->section, section) != 0 || strncmp(o->key, key, n) != 0)
			continue;
		*ret_by_file = (o->flags & CONF_SECRET) && strcmp(key + n, file_suffix.p) == 0;
		if (key[n] == '\0' || *ret_by_file)
			return o;
	}
	return NULL;
}

/* Handler of libinih. */
static int on_value(void *user, const char *section, const char *key, const char *value)
{
	struct load *l = user;
	if (l->failed)
		return 0;
	if (section[0] == '\0') {
		fail_at_line(l, "config-section", "key \"%s\" stands before any [section]", key);
		return 0;
	}
	bool by_file;
	const struct conf_option *o = find_option(section, key, &by_file);
	if (!o) {
		unknown_key(l, section, key);
		return 0;
	}
	unsigned *set_on = &l->set_on[o - conf_options];
	if (*set_on) {
		fail_at_line(l, "config-twice", "key \"%s\" in [%s] was already set on line %u",
			     key, section, *set_on);
		return 0;
	}
	*set_on = l->line;
	char reason[CONF_RULE_SIZE], part[SHOWN_MAX_BYTES + 4];
	if ((o->flags & CONF_SECRET) && !by_file)
		fail_at_line(l, "config-secret",
			     "key \"%s\" in [%s] is secret: write it to a file and set \"%s_file\"",
			     key, section, key);
	else if (by_file && !read_secret(&l->conf, o, value, reason))
		fail_at_line(l, "config-secret", "file \"%s\" of key \"%s\" in [%s] %s",
			     shown(value, part), key, section, reason);
	else if (!by_file && !conf_set_value(&l->conf, o, sv_of(value), reason))
		fail_at_line(l, "config-value", "value \"%s\" of key \"%s\" in [%s] %s",
			     shown(value, part), key, section, reason);
	return !l->failed;
}

/* --- the file ------------------------------------------------------------------------ */

static bool is_comment(struct sv text)
{
	return text.n && (text.p[0] == '#' || text.p[0] == ';');
}

/* `text` begins with '['. libinih would ignore what follows the bracket. */
static void check_section_line(struct load *l, struct sv text)
{
	const char *end = memchr(text.p, ']', text.n);
	if (!end) {
		fail_at_line(l, "config-syntax", "section name without \"]\"");
		return;
	}
	struct sv name = { text.p + 1, (size_t)(end - text.p) - 1 };
	struct sv after = sv_trim((struct sv){ end + 1, text.n - name.n - 2 });
	if (after.n && !is_comment(after)) {
		fail_at_line(l, "config-syntax", "unexpected text after [%.*s]", SV_ARG(name));
		return;
	}
	for (size_t i = 0; i < conf_section_count; i++)
		if (sv_eq_str(name, conf_sections[i].name))
			return;
	unknown_section(l, name);
}

/* Reader of libinih, like fgets. */
static char *next_line(char *buf, int size, void *stream)
{
	struct load *l = stream;
	if (l->rest.n == 0 || l->failed)
		return NULL;
	const char *end = memchr(l->rest.p, '\n', l->rest.n);
	size_t n = end ? (size_t)(end - l->rest.p) : l->rest.n;
	struct sv text = sv_trim((struct sv){ l->rest.p, n });
	size_t used = end ? n + 1 : n;
	l->rest.p += used;
	l->rest.n -= used;
	l->line++;

	if (text.n + 2 > (size_t)size)
		fail_at_line(l, "config-syntax", "line is longer than %d bytes", size - 2);
	else if (text.n && memchr(text.p, '\0', text.n))
		fail_at_line(l, "config-syntax", "line contains a NUL byte");
	else if (text.n && text.p[0] == '[')
		check_section_line(l, text);
	else if (text.n && !is_comment(text) && !memchr(text.p, '=', text.n))
		fail_at_line(l, "config-syntax", "expected \"key = value\" or \"[section]\"");
	if (l->failed)
		return NULL;
	memcpy(buf, text.p, text.n);
	buf[text.n] = '\n';
	buf[text.n + 1] = '\0';
	return buf;
}

static enum err_code read_file(const char *path, struct str *text, struct err *err)
{
	char chunk[4096];
	size_t n;
	FILE *f = fopen(path, "re");
	if (!f)
		return err_set(err, ERR_IO, "config-file", "could not open \"%s\": %s", path,
			       strerror(errno));
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		str_append(text, chunk, n);
	bool broken = ferror(f) != 0;
	int cause = errno;
	fclose(f);
	if (broken)
		return err_set(err, ERR_IO, "config-file", "could not read \"%s\": %s", path,
			       strerror(cause));
	if (text->failed)
		return err_set(err, ERR_TOO_LARGE, "config-file", "\"%s\" is larger than %d bytes",
			       path, FILE_MAX_BYTES);
	return ERR_OK;
}

static enum err_code load_file(struct load *l)
{
	CLEANUP(str_release) struct str text = STR_INIT(FILE_MAX_BYTES);
	enum err_code code = read_file(l->path, &text, l->err);
	if (code)
		return code;
	l->rest = (struct sv){ str_cstr(&text), text.len };
	if (sv_starts_with(l->rest, SV("\xEF\xBB\xBF"))) {
		l->rest.p += 3;
		l->rest.n -= 3;
	}
	/* Its default line buffer has 200 bytes. */
	ini_use_stack = false;
	ini_max_line = LINE_MAX_BYTES;
	ini_initial_alloc = LINE_MAX_BYTES;
	int broken_line = ini_parse_stream(next_line, l, on_value, l);
	if (broken_line == -2)
		return err_set(l->err, ERR_IO, "config-file", "out of memory");
	if (l->failed)
		return l->code;
	if (broken_line != 0)
		return err_set(l->err, ERR_INVALID, "config-syntax",
			       "%s:%d: expected \"key = value\" or \"[section]\"", l->path,
			       broken_line);
	return ERR_OK;
}

/* --- environment and rules between options --------------------------------------------- */

static enum err_code load_variable(struct load *l, const struct conf_option *o)
{
	char name[CONF_ENV_SIZE], reason[CONF_RULE_SIZE], part[SHOWN_MAX_BYTES + 4];
	conf_env_name(o, name);
	const char *value = getenv(name);
	bool secret = o->flags & CONF_SECRET;
	if (value && !conf_set_value(&l->conf, o, sv_of(value), reason)) {
		if (secret)
			return err_set(l->err, ERR_INVALID, "config-value",
				       "environment variable %s %s", name, reason);
		return err_set(l->err, ERR_INVALID, "config-value",
			       "value \"%s\" of environment variable %s %s", shown(value, part),
			       name, reason);
	}
	if (value || !secret)
		return ERR_OK;
	char file_name[CONF_ENV_SIZE + 8];
	snprintf(file_name, sizeof(file_name), "%s_FILE", name);
	const char *path = getenv(file_name);
	if (path && !read_secret(&l->conf, o, path, reason))
		return err_set(l->err, ERR_INVALID, "config-secret",
			       "file \"%s\" of environment variable %s %s", path, file_name,
			       reason);
	return ERR_OK;
}

static enum err_code check_together(const struct conf *conf, struct err *err)
{
	bool certificate = conf->http.tls_certificate[0], key = conf->http.tls_key[0];
	if (certificate != key)
		return err_set(err, ERR_INVALID, "config-tls",
			       "[http] tls_certificate and tls_key must be set together");
	if (conf->http.tls_client_ca[0] && !certificate)
		return err_set(err, ERR_INVALID, "config-tls",
			       "[http] tls_client_ca needs tls_certificate and tls_key");
	if (conf->digest.url[0] && !conf->digest.key[0])
		return err_set(err, ERR_INVALID, "config-digest", "[digest] url needs key");
	if (conf->digest.lease_ms <= conf->digest.timeout_ms)
		return err_set(err, ERR_INVALID, "config-digest", "[digest] lease must be longer than timeout");
	return ERR_OK;
}

void conf_defaults(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	for (size_t i = 0; i < conf_option_count; i++) {
		const struct conf_option *o = &conf_options[i];
		char reason[CONF_RULE_SIZE];
		if (!conf_set_value(conf, o, sv_of(o->default_text), reason))
			BUG("default of option %s.%s %s", o->section, o->key, reason);
	}
}

enum err_code conf_load(const char *path, struct conf *conf, struct err *err)
{
	struct load l = { .path = path, .err = err };
	CHECK(conf_option_count <= OPTIONS_MAX);
	conf_defaults(&l.conf);
	enum err_code code = path ? load_file(&l) : ERR_OK;
	for (size_t i = 0; i < conf_option_count && !code; i++)
		code = load_variable(&l, &conf_options[i]);
	if (!code)
		code = check_together(&l.conf, err);
	if (!code)
		*conf = l.conf;
	explicit_bzero(&l.conf, sizeof(l.conf));
	return code;
}

enum err_code conf_reload_compatible(const struct conf *old, const struct conf *next,
				     struct err *err)
{
	CLEANUP(str_release) struct str names = STR_INIT(300);
	size_t count = 0;
	for (size_t i = 0; i < conf_option_count; i++) {
		const struct conf_option *o = &conf_options[i];
		if ((o->flags & CONF_RELOADABLE) || conf_same_value(old, next, o))
			continue;
		str_printf(&names, "%s%s.%s", count ? ", " : "", o->section, o->key);
		count++;
	}
	if (count == 0)
		return ERR_OK;
	enum err_code code =
		err_set(err, ERR_INVALID, "config-restart", "changed options need a restart: %s%s",
			str_cstr(&names), names.failed ? ", ..." : "");
	err_detail(err, "The running configuration stays in force. Undo the change or restart.");
	return code;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Reader of schema/queries and writer of the statement table.
 *
 *   -- name: case_get  :one
 *   -- in:   case_id bigint, note text
 *   -- out:  id bigint, due_on date?
 *   -- Any other comment is prose.
 *   SELECT ... WHERE id = $1::bigint;
 *
 * Cardinality is one of :one (exactly one row), :optional (none or one), :many, :exec (no
 * rows). A list may go on over several `in:` lines, or on the next comment line after a
 * comma; `?` after an item means that it may be null, a remark may follow in brackets, an
 * `out:` item may leave its type away, `none` says that there is nothing to list, and
 * `out: as NAME` that the columns are those of another statement. The statement ends at the first
 * semicolon outside quotes and comments. Comments are dropped from the text that is sent to
 * the server. The parameters must be $1..$n, each used, as many as `in:` lists. */
#include "sqlgen.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME_MAX_LEN = 60, /* PostgreSQL cuts identifiers at 63 */
	PARAM_MAX = 64,
};

struct reader {
	const char *path;
	const char *p;
	int line;
	struct statement now; /* being collected; name NULL between statements */
	struct text in, out;
	struct text *continued; /* list that the next comment line continues, or NULL */
	struct statements *all;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

static const char *trim_end(const char *p, const char *end)
{
	while (end > p && isspace((unsigned char)end[-1]))
		end--;
	return end;
}

/* --- header comments --------------------------------------------------------------- */

static void begin_statement(struct reader *r, const char *p, const char *end)
{
	static const char *const kinds[] = { ":one", ":optional", ":many", ":exec" };
	const char *q = p;

	if (r->now.name)
		die_at(r->path, r->line, "statement \"%s\" of line %d has no SQL", r->now.name,
		       r->now.line);
	while (q < end &&
	       (islower((unsigned char)*q) || *q == '_' || (q > p && isdigit((unsigned char)*q))))
		q++;
	if (q == p || (q < end && *q != ' ' && *q != '\t') || q - p > NAME_MAX_LEN)
		die_at(r->path, r->line,
		       "\"%.*s\" is no statement name: lower-case letters, digits and _, at most %d",
		       (int)(end - p), p, NAME_MAX_LEN);
	r->now = (struct statement){ .name = copy_of(p, (size_t)(q - p)),
				     .path = r->path,
				     .line = r->line };
	r->in = r->out = (struct text){ 0 };
	r->continued = NULL;
	for (size_t i = 0; i < r->all->count; i++) {
		const struct statement *other = &r->all->items[i];
		if (strcmp(other->name, r->now.name) == 0)
			die_at(r->path, r->line, "statement \"%s\" is already at %s:%d",
			       r->now.name, other->path, other->line);
	}
	p = skip_blanks(q, end);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if ((size_t)(end - p) == strlen(kinds[i]) &&
		    strncmp(p, kinds[i], (size_t)(end - p)) == 0)
			return;
	}
	die_at(r->path, r->line,
	       "after the name comes :one, :optional, :many or :exec, not \"%.*s\"", (int)(end - p),
	       p);
}

static void add_to_list(struct reader *r, struct text *list, const char *p, const char *end)
{
	if (list->len && list->p[list->len - 1] != ',')
		text_add_cstr(list, ",");
	if (list->len)
		text_add_cstr(list, " ");
	text_add(list, p, (size_t)(end - p));
	r->continued = end > p && end[-1] == ',' ? list : NULL;
}

/* `p` is behind the two dashes; returns the end of the line. */
static const char *comment_line(struct reader *r, const char *p)
{
	const char *eol = p + strcspn(p, "\n");
	const char *end = trim_end(p, eol);

	p = skip_blanks(p, end);
	if (strncmp(p, "name:", 5) == 0) {
		begin_statement(r, skip_blanks(p + 5, end), end);
	} else if (r->now.name && strncmp(p, "in:", 3) == 0) {
		add_to_list(r, &r->in, skip_blanks(p + 3, end), end);
	} else if (r->now.name && strncmp(p, "out:", 4) == 0) {
		add_to_list(r, &r->out, skip_blanks(p + 4, end), end);
	} else if (r->now.name && r->continued) {
		add_to_list(r, r->continued, p, end);
	}
	return eol;
}

/* --- the statement ------------------------------------------------------------------ */

static const char *block_comment(struct reader *r, const char *p)
{
	int depth = 0, start = r->line;

	do {
		if (p[0] == '/' && p[1] == '*') {
			depth++;
			p += 2;
		} else if (p[0] == '*' && p[1] == '/') {
			depth--;
			p += 2;
		} else if (*p == '\0') {
			die_at(r->path, start, "comment without end");
		} else {
			r->line += *p == '\n';
			p++;
		}
	} while (depth > 0);
	return p;
}

/* `p` at the opening quote; returns behind the closing one. */
static const char *quoted(struct reader *r, const char *p, bool backslash)
{
	const char quote = *p++;
	int start = r->line;

	for (; *p; p++) {
		r->line += *p == '\n';
		if (backslash && *p == '\\' && p[1])
			p++;
		else if (*p == quote && p[1] == quote)
			p++;
		else if (*p == quote)
			return p + 1;
	}
	die_at(r->path, start, "quote without end");
}

/* `p` at a '$' that opens a dollar quote, else NULL; returns behind the closing tag. */
static const char *dollar_quoted(struct reader *r, const char *p)
{
	const char *q = p + 1;

	if (isdigit((unsigned char)*q))
		return NULL;
	while (is_word(*q))
		q++;
	if (*q != '$')
		return NULL;
	size_t tag_len = (size_t)(q + 1 - p);
	char *tag = copy_of(p, tag_len);
	const char *close = strstr(q + 1, tag);
	if (!close)
		die_at(r->path, r->line, "dollar quote %s without end", tag);
	for (; q < close; q++)
		r->line += *q == '\n';
	free(tag);
	return close + tag_len;
}

/* Number of items of the `in:` list; each needs a type. */
static int count_in(struct reader *r)
{
	const struct text *list = &r->in;
	const char *p = list->p ? list->p : "";
	int count = 0, depth = 0, words = 0;

	if (list->len == 0 || (strncmp(p, "none", 4) == 0 && !is_word(p[4])))
		return 0;
	for (;; p++) {
		if (*p == '(') {
			depth++;
		} else if (*p == ')') {
			depth--;
		} else if (*p == '\0' || (*p == ',' && depth == 0)) {
			if (words < 2)
				die_at(r->path, r->now.line,
				       "statement \"%s\": item %d of `in:` is not \"name type\"",
				       r->now.name, count + 1);
			count++;
			words = 0;
			if (*p == '\0')
				return count;
		} else if (!isspace((unsigned char)*p) &&
			   (p == list->p || isspace((unsigned char)p[-1]) || p[-1] == ',')) {
			words++;
		}
	}
}

static void end_statement(struct reader *r, struct text *sql, const bool *used, int highest)
{
	struct statement *s = &r->now;
	int listed = count_in(r);
	const char *end = trim_end(sql->p, sql->p + sql->len);

	for (int i = 1; i <= highest; i++) {
		if (!used[i])
			die_at(r->path, s->line, "statement \"%s\" uses $%d but not $%d", s->name,
			       highest, i);
	}
	if (listed != highest)
		die_at(r->path, s->line, "statement \"%s\" uses %d parameters, `in:` lists %d",
		       s->name, highest, listed);
	s->param_count = highest;
	s->in = copy_of(r->in.p ? r->in.p : "", r->in.len);
	s->out = copy_of(r->out.p ? r->out.p : "", r->out.len);
	s->sql = copy_of(sql->p, (size_t)(end - sql->p));
	r->all->items = grow(r->all->items, (r->all->count + 1) * sizeof(*s));
	r->all->items[r->all->count++] = *s;
	*s = (struct statement){ 0 };
}

static const char *parameter(struct reader *r, const char *p, bool *used, int *highest)
{
	char *end;
	long n = strtol(p + 1, &end, 10);

	if (n < 1 || n > PARAM_MAX)
		die_at(r->path, r->line, "parameter $%ld is not in $1..$%d", n, PARAM_MAX);
	used[n] = true;
	if (n > *highest)
		*highest = (int)n;
	return end;
}

/* Drops a line comment with the blanks before it; a line of nothing else goes whole. */
static void drop_line_comment(struct text *sql)
{
	while (sql->len && (sql->p[sql->len - 1] == ' ' || sql->p[sql->len - 1] == '\t'))
		sql->len--;
	if (sql->len && sql->p[sql->len - 1] == '\n')
		sql->len--;
}

/* `p` at the first character of the SQL; returns behind the semicolon. */
static const char *statement_body(struct reader *r, const char *p)
{
	struct text sql = { 0 };
	bool used[PARAM_MAX + 1] = { false };
	int highest = 0;
	const char *next;

	for (const char *start = p; *p != ';'; p = next) {
		char before = p > start ? p[-1] : ' ';

		if (*p == '\0')
			die_at(r->path, r->now.line, "statement \"%s\" has no ;", r->now.name);
		if (p[0] == '-' && p[1] == '-') {
			if (strncmp(skip_blanks(p + 2, p + 2 + strcspn(p + 2, "\n")), "name:", 5) ==
			    0)
				die_at(r->path, r->line, "statement \"%s\" of line %d has no ;",
				       r->now.name, r->now.line);
			next = p + strcspn(p, "\n");
			drop_line_comment(&sql);
			continue;
		}
		if (p[0] == '/' && p[1] == '*') {
			next = block_comment(r, p);
			text_add_cstr(&sql, " ");
			continue;
		}
		next = p + 1;
		if (*p == '\'' || *p == '"') {
			bool escapes = (before == 'E' || before == 'e') &&
				       (p - start < 2 || !is_word(p[-2]));
			next = quoted(r, p, *p == '\'' && escapes);
		} else if (*p == '$' && !is_word(before)) {
			next = dollar_quoted(r, p);
			if (!next && isdigit((unsigned char)p[1]))
				next = parameter(r, p, used, &highest);
			else if (!next)
				next = p + 1;
		} else if (*p == '\n') {
			r->line++;
		}
		text_add(&sql, p, (size_t)(next - p));
	}
	end_statement(r, &sql, used, highest);
	return p + 1;
}

void queries_parse(struct statements *all, const char *path)
{
	struct text text = file_read(path);
	struct reader r = { .path = path, .line = 1, .all = all };
	const char *p = text.p;

	while (*p) {
		if (p[0] == '-' && p[1] == '-') {
			p = comment_line(&r, p + 2);
		} else if (p[0] == '/' && p[1] == '*') {
			p = block_comment(&r, p);
		} else if (isspace((unsigned char)*p)) {
			r.line += *p == '\n';
			p++;
		} else if (!r.now.name) {
			die_at(path, r.line, "SQL without a `-- name:` line above it");
		} else {
			p = statement_body(&r, p);
		}
	}
	if (r.now.name)
		die_at(path, r.now.line, "statement \"%s\" has no SQL", r.now.name);
}

/* --- writing -------------------------------------------------------------------------- */

static void write_header(const struct statements *all, const char *base)
{
	struct text t = { 0 };
	struct text path = { 0 };

	text_add_cstr(&t, "/* Made by sqlgen from schema/queries. Do not edit. */\n"
			  "#ifndef GEN_QUERIES_H\n"
			  "#define GEN_QUERIES_H\n\n"
			  "enum query_id {\n");
	for (size_t i = 0; i < all->count; i++) {
		text_add_cstr(&t, "\tQ_");
		for (const char *c = all->items[i].name; *c; c++)
			text_addf(&t, "%c", toupper((unsigned char)*c));
		text_addf(&t, ", /* %d in, %s:%d */\n", all->items[i].param_count,
			  all->items[i].path, all->items[i].line);
	}
	text_add_cstr(
		&t,
		"\tQUERY_COUNT\n"
		"};\n\n"
		"struct query {\n"
		"\tconst char *name; /* also the prepared statement's name */\n"
		"\tconst char *sql;\n"
		"\tint param_count;\n"
		"};\n"
		"extern const struct query queries[QUERY_COUNT];\n\n"
		"/* What the statement's comment promises; `ipcasectl check-sql` proves it. */\n"
		"struct query_source {\n"
		"\tconst char *in;\n"
		"\tconst char *out;\n"
		"\tconst char *file;\n"
		"\tint line;\n"
		"};\n"
		"extern const struct query_source query_sources[QUERY_COUNT];\n\n"
		"#endif\n");
	text_addf(&path, "%s.h", base);
	file_write(path.p, &t);
}

static void write_source(const struct statements *all, const char *base)
{
	const char *slash = strrchr(base, '/');
	struct text t = { 0 };
	struct text path = { 0 };

	text_addf(&t,
		  "/* Made by sqlgen from schema/queries. Do not edit. */\n"
		  "#include \"%s.h\"\n\n"
		  "const struct query queries[QUERY_COUNT] = {\n",
		  slash ? slash + 1 : base);
	for (size_t i = 0; i < all->count; i++) {
		const struct statement *s = &all->items[i];
		text_addf(&t, "\t{ \"%s\",\n\t  ", s->name);
		text_add_literal(&t, s->sql, strlen(s->sql), "\t  ");
		text_addf(&t, ",\n\t  %d },\n", s->param_count);
	}
	text_add_cstr(&t, "};\n\nconst struct query_source query_sources[QUERY_COUNT] = {\n");
	for (size_t i = 0; i < all->count; i++) {
		const struct statement *s = &all->items[i];
		text_add_cstr(&t, "\t{ ");
		text_add_literal(&t, s->in, strlen(s->in), "\t  ");
		text_add_cstr(&t, ",\n\t  ");
		text_add_literal(&t, s->out, strlen(s->out), "\t  ");
		text_addf(&t, ",\n\t  \"%s\", %d },\n", s->path, s->line);
	}
	text_add_cstr(&t, "};\n");
	text_addf(&path, "%s.c", base);
	file_write(path.p, &t);
}

void queries_write(const struct statements *all, const char *base)
{
	write_header(all, base);
	write_source(all, base);
}

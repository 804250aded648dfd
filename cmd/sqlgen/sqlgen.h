/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * sqlgen: turns schema/ into C. A build tool, built first; it uses libc only.
 *
 *   queries.c  schema/queries/x.sql          -> enum query_id, queries[], query_sources[]
 *   embed.c    schema/{migrations,law}/...   -> schema_files[]
 *   text.c     growable text, whole files in and out, dying with file:line
 *
 * One thread; memory is never freed: the process ends after one job.
 */
#ifndef SQLGEN_SQLGEN_H
#define SQLGEN_SQLGEN_H

#include <stdbool.h>
#include <stddef.h>

/* --- text.c --------------------------------------------------------------------- */

struct text {
	char *p; /* NUL-terminated once anything was appended */
	size_t len, cap;
};

void text_add(struct text *t, const char *p, size_t n);
void text_add_cstr(struct text *t, const char *s);
void text_addf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A C string literal with its quotes, broken after each line of the text. */
void text_add_literal(struct text *t, const char *p, size_t n, const char *indent);

/* The whole file, refused when it holds a NUL byte. */
struct text file_read(const char *path);
/* Through a temporary file, so that a failure leaves no half-written source behind. */
void file_write(const char *path, const struct text *t);
char *copy_of(const char *p, size_t n);
void *grow(void *p, size_t size);

/* Both print and exit 1. */
__attribute__((noreturn, format(printf, 3, 4))) void die_at(const char *path, int line,
							    const char *fmt, ...);
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...);

/* --- queries.c ------------------------------------------------------------------- */

struct statement {
	char *name; /* case_get */
	char *in;   /* "id bigint, note text", or "" */
	char *out;
	char *sql; /* without comments, without the semicolon */
	int param_count;
	const char *path;
	int line;
};

struct statements {
	struct statement *items;
	size_t count;
};

/* Appends the statements of one file; dies on the first mistake. */
void queries_parse(struct statements *all, const char *path);
/* Writes base.h and base.c. */
void queries_write(const struct statements *all, const char *base);

/* --- embed.c ---------------------------------------------------------------------- */

/* Writes base.h and base.c holding the files: dir is the last folder of each path. */
void embed_write(const char *base, char *const *paths, int count);

#endif

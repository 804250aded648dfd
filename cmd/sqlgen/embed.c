/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Migrations and legal tables as C arrays, so that the binaries need no files beside them. */
#include "sqlgen.h"

#include <string.h>

static void write_header(const char *base)
{
	struct text t = { 0 };
	struct text path = { 0 };

	text_add_cstr(
		&t,
		"/* Made by sqlgen from schema/. Do not edit. */\n"
		"#ifndef GEN_SCHEMA_FILES_H\n"
		"#define GEN_SCHEMA_FILES_H\n\n"
		"#include <stddef.h>\n\n"
		"/* One file under schema/: {\"migrations\", \"0001_base.sql\", text, size}. */\n"
		"struct schema_file {\n"
		"\tconst char *dir;\n"
		"\tconst char *name;\n"
		"\tconst char *text;\n"
		"\tsize_t size;\n"
		"};\n\n"
		"/* Sorted by dir, then name; an entry of NULLs ends the array. */\n"
		"extern const struct schema_file schema_files[];\n"
		"extern const size_t schema_file_count;\n\n"
		"#endif\n");
	text_addf(&path, "%s.h", base);
	file_write(path.p, &t);
}

static const char *last_slash(const char *s, const char *end)
{
	while (end > s && end[-1] != '/')
		end--;
	return end;
}

static void write_entry(struct text *t, const char *path)
{
	const char *name = last_slash(path, path + strlen(path));
	struct text text = file_read(path);

	if (name == path)
		die("%s: a file to embed needs a folder in its path", path);
	const char *dir = last_slash(path, name - 1);
	text_addf(t, "\t{ \"%.*s\", \"%s\",\n\t  ", (int)(name - 1 - dir), dir, name);
	text_add_literal(t, text.p, text.len, "\t  ");
	text_addf(t, ",\n\t  %zu },\n", text.len);
}

void embed_write(const char *base, char *const *paths, int count)
{
	const char *stem = last_slash(base, base + strlen(base));
	struct text t = { 0 };
	struct text path = { 0 };

	write_header(base);
	text_addf(&t,
		  "/* Made by sqlgen from schema/. Do not edit. */\n"
		  "#include \"%s.h\"\n\n"
		  "const struct schema_file schema_files[] = {\n",
		  stem);
	for (int i = 0; i < count; i++)
		write_entry(&t, paths[i]);
	text_addf(&t,
		  "\t{ NULL, NULL, NULL, 0 },\n"
		  "};\n"
		  "const size_t schema_file_count = %d;\n",
		  count);
	text_addf(&path, "%s.c", base);
	file_write(path.p, &t);
}

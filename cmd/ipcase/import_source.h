/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Rows of an import file: JSON lines or CSV, in UTF-8 or GB18030.
 *
 * The file is decoded line by line, so that one damaged line spoils only itself. A row that
 * cannot be read is returned with its reason; the rows after it are read all the same.
 *
 *   file -> lines (decoded) -> records (CSV: a quoted cell may span lines) -> rows (JSON)
 *
 * `original` is the row as it stands in the file, without its line end, as UTF-8.
 */
#ifndef IPCASE_IMPORT_SOURCE_H
#define IPCASE_IMPORT_SOURCE_H

#include "base/arena.h"
#include "base/csv.h"
#include "base/err.h"

#include "import_map.h"

enum source_format { SOURCE_AUTO, SOURCE_JSONL, SOURCE_CSV };
enum source_encoding { SOURCE_ENCODING_AUTO, SOURCE_UTF8, SOURCE_GB18030 };

struct source_line {
	struct sv text;
	bool damaged; /* not valid in the encoding */
};

struct source {
	struct arena *arena; /* holds the decoded text */
	enum source_format format;
	enum source_encoding encoding;
	struct source_line *lines;
	size_t line_count;
	size_t at;        /* next line, 0-based */
	size_t first_row; /* line after the CSV header */
	struct csv csv;
	struct import_map map;
};

struct source_row {
	size_t line; /* 1-based, of the row's first line */
	struct sv original;
	struct sv json; /* the row as an object; empty when it failed */
	struct err err; /* why it failed */
};

/* `mapping` is the text of a mapping file, or empty. `data` must outlive the source. */
enum err_code source_open(struct source *s, struct arena *arena, struct sv data, struct sv mapping,
			  enum source_format format, enum source_encoding encoding,
			  struct err *err) MUST_USE;
/* False at the end. What a row needs beyond the source is made in `row_arena`. */
bool source_next(struct source *s, struct arena *row_arena, struct source_row *ret);
void source_rewind(struct source *s);

/* `data` as UTF-8 lines. */
void source_decode(struct arena *arena, struct sv data, enum source_encoding encoding,
		   struct source_line **ret_lines, size_t *ret_count,
		   enum source_encoding *ret_encoding);

#endif

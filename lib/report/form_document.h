/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A filled report form (docs/forms.md) as structs, for the renderers. Nothing is computed here: cells are the texts of the
 * document. A document of another version or shape is refused (ERR_INVALID "form-document").
 *
 * Ownership: texts live in the arena that was given, "" where there is none, never NULL. */
#ifndef REPORT_FORM_DOCUMENT_H
#define REPORT_FORM_DOCUMENT_H

#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"
#include "json/json_reader.h"

struct form_document_column {
	const char *code, *zh, *group, *unit;
	int decimals;
};
struct form_document_row {
	const char *code, *zh;
	bool total;
	const char *const *cells; /* one for each column; "": empty */
};
struct form_document_block {
	const char *code, *zh;
	const struct form_document_column *columns;
	size_t column_count;
	const struct form_document_row *rows;
	size_t row_count;
};
struct form_document {
	const char *code, *zh, *basis, *due, *note, *organ, *unit; /* unit "": the whole organ */
	const char *period, *period_code;
	bool list, whole, open;
	day_t from, to;
	instant_t as_of;
	const struct form_document_block *blocks;
	size_t block_count;
	const char *const *silent, *const *partial; /* units that entered nothing; not for all days */
	size_t silent_count, partial_count;
	int64_t outside, excluded;
	const char *unknown; /* columns with cases whose amount is not known, as a sentence; "" */
};

enum err_code form_document_read(struct arena *arena, const struct json_value *root, struct form_document *ret,
				 struct err *err) MUST_USE;

/* 报送单位 统计时间 报送时间, as the forms have it under their title. */
const char *form_document_head(struct arena *arena, const struct form_document *d);
/* What a reader must know beside the cells, one sentence each; returns how many (at most FORM_NOTES_MAX). */
enum { FORM_NOTES_MAX = 8 };
size_t form_document_notes(struct arena *arena, const struct form_document *d, const char *ret[FORM_NOTES_MAX]);

#endif

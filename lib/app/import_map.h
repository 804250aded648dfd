/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A published case object, as facts of a back-entered matter. Pure.
 *
 * The rule is to add nothing: what the publication leaves open stays open. null, "" and an absent member
 * are "not published". A date shortened to month or year is no date; a code that fails its check, or that
 * cannot be given to one of several parties, is no code. Such pieces are real all the same, so they are
 * kept as text: one bracketed line behind the summary. Amounts are yuan and become fen by decimal
 * arithmetic on the digits as written. Members that are not known here are accepted; the original that is
 * stored with the matter has them. A value of the wrong type is an error of the row. */
#ifndef APP_IMPORT_MAP_H
#define APP_IMPORT_MAP_H

#include "law/book.h"
#include "law/field.h"

enum { IMPORT_ERRORS_MAX = 10, IMPORT_CAMPAIGNS_MAX = 512 };

/* One row of law_campaigns; texts folded (text_fold), aliases between bars: "|铁拳|铁拳2023|". */
struct import_campaign {
	const char *code;
	const char *name_key;
	const char *alias_keys;
	int64_t year;
};

/* `aliases` as in the table: separated by ";". */
void import_campaign_init(struct arena *arena, struct import_campaign *c, struct sv code, struct sv name,
			  int64_t year, struct sv aliases);
/* The code of the campaign that is called this; of several of the same name the one of `year`. NULL when
 * none is, or when that does not decide. */
const char *import_campaign_of(struct arena *arena, const struct import_campaign *list, size_t count,
			       struct sv published, int64_t year);

struct import_map {
	const struct vocabulary *words;
	const struct import_campaign *campaigns;
	size_t campaign_count;
	day_t today;
};

struct import_error {
	const char *field;   /* member of the published object, e.g. "fine", "parties[1]" */
	const char *rule;
	const char *message;
};

struct import_errors {
	struct import_error at[IMPORT_ERRORS_MAX];
	size_t count;        /* further errors of the row are not kept */
};

void import_error_add(struct import_errors *errors, struct arena *arena, const struct err *err);

/* The key alone: a text of 1..120 characters, in NFC, trimmed. NULL: *ret_err says why not. */
const char *import_map_key(struct arena *arena, const struct json_value *object, struct err *ret_err);

/* All facts; false when there is at least one error. Facts point into the arena. */
bool import_map_facts(struct arena *arena, const struct import_map *map, const struct json_value *object,
		      struct facts *ret, struct import_errors *errors);

/* Exposed for tests. One of the six official sources for what a publication calls its source; never NULL. */
const char *import_source_of(struct sv published);
/* Exact fen of a JSON number of yuan; false when it is negative, finer than a fen or too large. */
bool import_fen_of(struct sv number, int64_t *ret);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * 双公示: what the credit platform wants to know of a penalty decision, 30 fields CF_* (发改办财金〔2018〕424号, standard of
 * 2018), and what of it is missing or wrong.
 *
 * The fields (number, code, length, when required, words) are rows of schema/law/shuanggongshi.csv, our words and the
 * standard's of shuanggongshi_words.csv; where each value comes from is here. One decision gives one row for each party
 * that is punished. A row with a problem must not be reported.
 *
 * The illegal facts are the decision's text without what was cut from it for publication, and never before the secrecy
 * review is through. Citizen numbers are masked (the six digits of the birth day within its century) unless the
 * configuration says otherwise; they are checked before.
 *
 * Pure: no clock, no I/O; texts live in the arena given or with the facts. */
#ifndef LAW_SHUANGGONGSHI_H
#define LAW_SHUANGGONGSHI_H

#include "law/disclosure.h"

enum { SGS_FIELDS = 30 };

enum sgs_kind { SGS_TEXT, SGS_DATE, SGS_AMOUNT, SGS_USCC, SGS_ID, SGS_KIND_COUNT };
enum sgs_need { SGS_OPTIONAL, SGS_ALWAYS, SGS_ORGANISATION, SGS_NATURAL, SGS_FINE, SGS_CONFISCATION, SGS_LICENCE, SGS_WITH,
		SGS_NEED_COUNT };

struct sgs_field {
	const char *code, *zh;
	enum sgs_kind kind;
	int64_t length;     /* most characters; 0: no limit */
	enum sgs_need need;
	int with;           /* index of the field it goes with, SGS_WITH only */
	const char *words;  /* list, "": any text */
};

struct sgs_word {
	const char *list, *value, *word;
};

struct sgs_book {
	struct sgs_field fields[SGS_FIELDS]; /* by number - 1 */
	const struct sgs_word *words;
	size_t word_count;
};

/* From the two CSV texts. ERR_INTERNAL, naming the row: the data do not have the 30 fields that this program fills. */
enum err_code sgs_book_read(struct sgs_book *ret, struct arena *arena, struct sv fields, struct sv words,
			    struct err *err) MUST_USE;
const char *sgs_kind_code(enum sgs_kind kind); /* "text", "date" ... */

struct sgs_problem {
	int field;         /* index, -1: the decision as a whole */
	const char *what;  /* Chinese, without the value */
};

struct sgs_row {
	const char *values[SGS_FIELDS]; /* "" when empty; days as 2026/11/24, amounts in 万元 with six decimals */
	struct sgs_problem *problems;
	size_t problem_count;
};

struct sgs_source {
	const struct facts *facts;  /* of the disclosure */
	const char *number;         /* of the decision, NULL: the fact */
	bool reviewed;              /* the secrecy review is through */
	const char *organ, *uscc;   /* ours; uscc NULL: not known */
	bool full_id;
	day_t today;
};

/* One row for each punished party, at least one. Returns how many. */
size_t sgs_rows(const struct sgs_book *book, const struct law_book *law, const struct sgs_source *from, struct arena *arena,
		struct sgs_row **ret);

/* "2.000000" for 2000000 fen: 万元 by whole numbers. */
void sgs_wan(int64_t fen, char buf[32]);

#endif

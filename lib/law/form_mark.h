/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the report forms (报表) count of a case: derived from its dossier alone, stored as a row of form_mark whenever it
 * changes, and so re-derivable from the ledger. Number, title, party, officer and unit are added by whoever writes the row.
 *
 * Which case belongs into which row and column of which form is not said here: that is data (schema/law/report_*.csv, read by
 * lib/app/forms_rule.h). This is what those rules may ask.
 *
 * Only cases have one; clues, hand-overs and disclosures have none. A clue about an official (C9) is restricted and leaves no
 * trace in its case, so it cannot be counted here: those transfers are entered as an activity figure.
 *
 * Texts are borrowed from the dossier; "" where there is none. Pure, any thread. */
#ifndef LAW_FORM_MARK_H
#define LAW_FORM_MARK_H

#include "law/dossier.h"

enum { FORM_NO_SUM = -1 }; /* not known; 不能计算 is not known either */

/* Days that a form can count by. */
#define FORM_DAYS(X) \
	X(filed) /* 立案; of the summary procedure the day of its decision */ \
	X(decided) \
	X(closed) \
	X(police) /* first sent to the police, C1 */ \
	X(procuratorate)
enum form_day {
#define X(name) FORM_DAY_##name,
	FORM_DAYS(X)
#undef X
	FORM_DAY_COUNT
};
/* Sums that a form can add up, in fen; but for dens, a number. */
#define FORM_SUMS(X) \
	X(value) /* 案值: what was illegally traded, else the goods' value */ \
	X(penalty) /* 罚没款: fine and what was confiscated */ \
	X(recovered) /* 挽回经济损失 */ \
	X(recovered_foreign) /* of it, of enterprises with foreign investment */ \
	X(dens) /* 窝点 */
enum form_sum {
#define X(name) FORM_SUM_##name,
	FORM_SUMS(X)
#undef X
	FORM_SUM_COUNT
};

struct form_mark {
	const char *excluded;  /* why it counts nowhere, or NULL */
	const char *ip_type, *cause, *outcome;
	const char *campaigns, *tags; /* canonical JSON lists, "[]" when there are none */
	const char *primary;   /* 主要专项行动 chosen by the officer, one of the campaigns; NULL: the form's rule chooses */
	const char *supervised; /* 督办级别 */
	bool person_penalised; /* 处罚到人 */
	day_t days[FORM_DAY_COUNT]; /* DAY_NONE: has not happened */
	int64_t sums[FORM_SUM_COUNT];
	day_t first_on, last_on; /* of the days; DAY_NONE when there is none */
};

const char *form_day_name(enum form_day day); /* "filed" */
const char *form_sum_name(enum form_sum sum); /* "value" */
bool form_day_parse(struct sv name, enum form_day *ret);
bool form_sum_parse(struct sv name, enum form_sum *ret);

/* Has a matter of this kind a form mark? */
static inline bool form_mark_has(const struct dossier *d)
{
	return d->kind == MATTER_CASE;
}
void form_mark_of(const struct dossier *d, struct form_mark *ret);
bool form_mark_same(const struct form_mark *a, const struct form_mark *b);

#endif

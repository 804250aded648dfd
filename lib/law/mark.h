/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The dates of a matter that the rates M1-M10 count: derived from the dossier alone, stored as a row of
 * rate_mark whenever they change, and so re-derivable from the ledger. Beside the dates it has the sums that an audit
 * compares; title, party, officer, campaigns and kind of right are added by whoever writes the row.
 *
 * Due days are the lawful ones. should_close (rates, section 7.2 of the rule base) is computed by the query
 * from ground_due_on, decision_due_on and perform_due_on, because it depends on the cut-off day. */
#ifndef LAW_MARK_H
#define LAW_MARK_H

#include "law/dossier.h"

enum { MARK_NO_SUM = -1 };

struct rate_mark {
	const char *excluded;    /* why it counts nowhere, or NULL */
	day_t opened_on;
	day_t clue_due_on, clue_decided_on;
	day_t filed_on, decision_due_on, decided_on;
	day_t perform_due_on;    /* last day of payment, deferral, remedies and the court's window */
	bool performing_open;    /* that day is not fixed yet: a remedy is pending, or the court has the file */
	day_t ground_on, ground_due_on, closed_on;
	day_t suspended_on, resumed_on; /* the last suspension */
	/* Of a disclosure; for another province `published_on` is the push, which is our part of it. */
	day_t publish_due_on, published_on;
	day_t credit_due_on, credit_on;
	day_t withdraw_due_on, withdrawn_on; /* due: DAY_NONE while nothing has to be withdrawn */
	day_t stop_due_on, stopped_on;
	bool declined;           /* a clue that ended without a case */
	int64_t case_id;         /* of a disclosure: its case; 0 none */
	int64_t value_fen, income_fen, fine_fen, confiscated_fen; /* MARK_NO_SUM: not known */
	day_t active_until;      /* last day any of this can matter; DAY_MAX while open */
};

void rate_mark_of(const struct dossier *d, struct rate_mark *ret);
bool rate_mark_same(const struct rate_mark *a, const struct rate_mark *b);

/* What a queue row shows: the running clock that falls due first, of those somebody still watches. */
struct next_due {
	day_t on;          /* DAY_MAX: none */
	const char *rule;  /* "" */
};
void next_due_of(const struct dossier *d, struct next_due *ret);

enum light { LIGHT_GREY, LIGHT_GREEN, LIGHT_YELLOW, LIGHT_RED };
/* Light of a due day as seen on `today`: red when past, yellow within `warn` working days. */
enum light light_of(const struct calendar *cal, day_t due, day_t today, int *ret_days_left);
const char *light_code(enum light l);
/* The last day on which something due is yellow, seen on `today`. */
enum err_code light_yellow_until(const struct calendar *cal, day_t today, day_t *ret, struct err *err) MUST_USE;

#endif

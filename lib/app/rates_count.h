/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the rates count: pure rules over the dates of one matter (a row of rate_mark).
 *
 * Period [from, to], cut-off as_of >= to; all local days, inclusive. A date later than the cut-off has not
 * happened yet. A matter belongs to the denominator of a metric or not, and if it does, to its numerator or
 * not; in the second case there is a sentence that says why, with its dates.
 *
 *   M1  closed by the cut-off                 / should_close in the period, and older ones open at its start
 *   M2  decided by decision_due               / decision_due or decision in the period
 *   M3  closed by ground_due                  / ground_due in the period (15 working days from the ground)
 *   M4  of these, closed by the cut-off       / filed in the period
 *   M5  closed in the period                  / open at its start, and filed in it
 *   M6  published by publish_due              / publish_due in the period
 *   M7  published by the cut-off              / publish_due by the cut-off, all years
 *   M8  reported by credit_due                / credit_due in the period (7 working days from the decision)
 *   M9a withdrawn by withdraw_due             / withdraw_due in the period (3 working days)
 *   M9b stopped when the term ended           / stop_due in the period, not withdrawn or stopped for another reason before
 *   M10 clue decided by clue_due              / clue_due in the period
 *
 * M6 to M9 count disclosures, each of which belongs to one decision. stop_due is the last day on which it may be public, so
 * it was stopped on time when it ended on that day or with the beginning of the next.
 *
 * should_close (the day on which a case ought to be closed, or to move on at least):
 *   a closing ground by the cut-off           ground_due
 *   no decision by the cut-off                decision_due
 *   decided and being performed               the last day of payment, deferral, remedies and the court's
 *                                             window: the case is due on that day itself; none while a
 *                                             remedy or the court is still open
 * A case suspended on the cut-off is not due: it is in neither list of M1, nor of M2 while undecided. It
 * still counts in M4 and M5, which ask only what was filed and what was closed.
 *
 * What the cut-off cannot undo: due days are the present ones. A term extended after the cut-off has its new
 * day; to see the old one, ask with known_at. */
#ifndef APP_RATES_COUNT_H
#define APP_RATES_COUNT_H

#include "base/day.h"
#include "base/str.h"

enum rate_metric {
	RATE_M1, RATE_M2, RATE_M3, RATE_M4, RATE_M5, RATE_M6, RATE_M7, RATE_M8, RATE_M9A, RATE_M9B, RATE_M10,
	RATE_METRIC_COUNT
};

struct rate_metric_info {
	const char *code;    /* "M1" */
	const char *zh;
	const char *formula; /* shown beside the figure */
	const char *none;    /* what stands there when the denominator is 0 */
};
const struct rate_metric_info *rate_metric_info(enum rate_metric m);

struct rate_period {
	day_t from, to, as_of;
};

enum rate_kind { RATE_CASE, RATE_CLUE, RATE_DISCLOSURE };

/* Unknown days are DAY_NONE. Only rows that count: ordinary cases, clues and disclosures, not excluded. */
struct rate_row {
	int64_t id;
	enum rate_kind kind;
	bool performing_open;
	bool declined; /* a clue that ended without a case */
	day_t opened_on, clue_due, clue_decided, filed, decision_due, decided, perform_due, ground, ground_due,
		closed, suspended, resumed, publish_due, published, credit_due, credit, withdraw_due, withdrawn,
		stop_due, stopped;
};

enum { RATE_DAYS = 20 };
/* The days of a row in the order above, with the names of their columns and of the document's members. */
extern const char *const rate_day_names[RATE_DAYS];
day_t *rate_day_at(struct rate_row *row, size_t i);
/* From the view rate_row: procedure, and "20567,,20570,...": days since 1970-01-01, empty where unknown. Our own query's
 * text, so anything else is a bug. */
void rate_row_read(struct sv procedure, struct sv days, struct rate_row *row);

enum rate_side { RATE_OUTSIDE, RATE_IN, RATE_OUT }; /* OUT: in the denominator only */

enum rate_side rate_side(enum rate_metric m, const struct rate_row *row, const struct rate_period *p);
/* Only for RATE_OUT: why it is not in the numerator. */
void rate_why(enum rate_metric m, const struct rate_row *row, const struct rate_period *p, struct str *ret);

/* Only for RATE_OUT: days behind the day on which it was due, up to when it was done or to the cut-off; M4 and M5: since
 * the filing. Never negative. */
int32_t rate_days_late(enum rate_metric m, const struct rate_row *row, const struct rate_period *p);

bool rate_suspended(const struct rate_row *row, const struct rate_period *p);
/* DAY_NONE: not due (yet). Whether the case is suspended is not asked here. */
day_t rate_should_close(const struct rate_row *row, day_t as_of);

/* "98.50": cut, not rounded, after two decimals, so that 100.00 means all. "" when den is 0. */
void rate_percent(int64_t num, int64_t den, char ret[24]);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * When may a court be asked to enforce a decision that nobody contested and nobody performed, and until when?
 *
 * W0 is the day the remedies are over: six months after service, or fifteen days after the party received the decision on
 * its reconsideration, whichever is later (行政诉讼法 45, 46). A deferral or an instalment plan that ends later takes its
 * place (行政处罚法 72, 程序规定 76). From W0 three months run (行政强制法 53), and not before ten working days after the
 * dunning was served (行政强制法 54).
 *
 * The party's periods end on their lawful day, so that nobody applies while a suit is still possible; our own three months
 * have both days: the strict one counts from the unrolled W0 and is not rolled, the lawful one is the last on which the
 * court must still accept.
 *
 * Pure. Lengths come from the book: D24, D25, C6.2b, D28, D27, each as in force on the day its period starts. */
#ifndef LAW_ENFORCEMENT_H
#define LAW_ENFORCEMENT_H

#include "law/book.h"

struct enforcement_facts {
	day_t served;          /* decision served; required */
	day_t review_received; /* the party received the decision on its reconsideration; DAY_NONE: none was asked for */
	day_t deferred_until;  /* last day of deferral or instalments; DAY_NONE: none */
	day_t dunned;          /* dunning served; DAY_NONE: not yet */
};

struct enforcement_window {
	struct due over;  /* W0 */
	struct due dun;   /* end of the ten working days; lawful DAY_NONE: not dunned */
	day_t first;      /* earliest day to apply; DAY_NONE: not dunned */
	struct due last;  /* last day to apply */
};

/* ERR_INVALID when a day is missing, out of range, or no rule is in force on it. */
enum err_code enforcement_window(const struct law_book *book, const struct enforcement_facts *facts,
				 struct enforcement_window *ret, struct err *err) MUST_USE;

#endif

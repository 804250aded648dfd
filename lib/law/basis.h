/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The legal basis of a hand-over to the police, as its letter names it.
 *
 * Substance follows the law of the day the act ended, procedure that of the day of the step (从旧兼从轻 is for the reviewer).
 * The trademark law is renumbered on 2027-01-01: until then its article 61 sends a suspected crime on, from then on its
 * article 75. Where the two days lie on both sides the line names both and asks for a review.
 *
 * Pure; the text lives in the arena. */
#ifndef LAW_BASIS_H
#define LAW_BASIS_H

#include "base/arena.h"
#include "base/day.h"

/* `basis`: a word of 移送依据, "" when it is not settled. `ip_type`: a word of 知识产权类型. `act_on` DAY_NONE: as step_on. */
const char *transfer_legal_basis(struct arena *arena, const char *basis, const char *ip_type, day_t act_on, day_t step_on);

#endif

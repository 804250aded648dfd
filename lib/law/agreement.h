/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Does the text of a mediation agreement bear confirmation by a court?
 *
 * A court does not confirm an agreement that decides who owns an intellectual property right or whether it is valid
 * (民事诉讼法司法解释 355(5)), nor one whose content is not clear (358): an obligation to pay names amount, deadline and
 * payee, and an agreement obliges somebody to something. This finds the clauses and the gaps by their words. It errs on
 * the side of asking: a finding is to be looked at by a person, silence is no opinion of law.
 *
 * Pure; the text is UTF-8 as typed (any width of digits and brackets, blanks anywhere). */
#ifndef LAW_AGREEMENT_H
#define LAW_AGREEMENT_H

#include "base/arena.h"
#include "base/str.h"

enum agreement_fault {
	AGREEMENT_OWNERSHIP,     /* decides whose the right is */
	AGREEMENT_VALIDITY,      /* decides whether the right is valid */
	AGREEMENT_NO_OBLIGATION, /* neither payment nor a concrete act */
	AGREEMENT_NO_AMOUNT,
	AGREEMENT_NO_DEADLINE,
	AGREEMENT_NO_PAYEE,
	AGREEMENT_FAULT_COUNT
};

struct agreement_finding {
	enum agreement_fault fault;
	struct sv clause; /* the clause, widths and blanks normalised, in the arena; empty for what is missing */
};

enum { AGREEMENT_FINDINGS_MAX = 16 };

/* The first `max` findings, clauses in the order of the text and then what is missing; returns how many were stored. */
size_t agreement_check(struct arena *arena, struct sv text, struct agreement_finding *ret, size_t max);
const char *agreement_fault_code(enum agreement_fault fault);
const char *agreement_fault_zh(enum agreement_fault fault);
/* No wording of the rest can mend it: the clause must go. */
bool agreement_fault_bars(enum agreement_fault fault);

#endif

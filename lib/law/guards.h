/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The inside of the guards: what a predicate sees. guards.c holds those about people, periods and measures
 * and the engine that asks them; guards_decision.c those from review to closing, guards_disclosure.c those of publication. */
#ifndef LAW_GUARDS_H
#define LAW_GUARDS_H

#include "law/apply.h"

struct guard_ctx {
	const struct law_book *book;
	const struct dossier *d;
	const struct act_input *in;
	const struct facts *payload;
	const struct facts *merged;
	day_t day;
	struct err *err; /* for err_detail */
};

typedef bool guard_fn(const struct guard_ctx *g);

#define GUARD(name, needs, rule, article, message) bool guard_check_##name(const struct guard_ctx *g);
#include "law/guard.def"
#undef GUARD

/* Before the running clock falls due; a stopped clock has not fallen due. Explains the day in err's detail. */
bool guard_before_due(const struct guard_ctx *g, const char *rule, int ref);
/* Is the kind of penalty named exactly when `given`? */
bool guard_kind_matches(const struct facts *f, const char *kind, bool given);

#endif

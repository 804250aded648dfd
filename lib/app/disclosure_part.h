/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Disclosure's part of an act (app/act.h): the disclosure that an approved penalty opens, what a disclosure learns of its
 * case, and what an act on a disclosure loads besides. A plain act costs nothing of this: whether a case tells its
 * disclosure is known after the fold, and only then is the disclosure loaded, in a segment of its own. */
#ifndef APP_DISCLOSURE_PART_H
#define APP_DISCLOSURE_PART_H

#include "app/act.h"
#include "app/disclosure_make.h"

enum { DISCLOSURE_CHANGES_MORE = 1 }; /* beside the act: the disclosure's */

struct disclosure_part {
	/* of an act on a disclosure */
	bool guards;
	size_t at_sources, at_acts, at_officers;
	size_t at_case; /* named when it begins */
	/* of an act that a disclosure learns of */
	struct change *changes;
	size_t count, cause;
};

/* Does this act open a disclosure? Judged by its code: nothing is loaded yet. */
bool disclosure_part_spawns(const struct act_call *a);
/* Of an act on a disclosure: statements for the load segment. */
void disclosure_part_load(struct act_call *a, struct task *t, struct pg_segment *seg);
/* Before the check: what the program fills in. */
enum err_code disclosure_part_prepare(struct act_call *a, struct task *t, const struct pg_reply *r,
				      const struct dossier *before, struct act_input *in) MUST_USE;
/* After the fold: nothing that must not be public is in what becomes public. */
enum err_code disclosure_part_guard(struct act_call *a, struct task *t, const struct pg_reply *r,
				    const struct change *c) MUST_USE;
/* Must one of these changes be told? Then the disclosure is asked for, and the step waits: true. */
bool disclosure_part_asks(struct act_call *a, struct task *t, struct change *changes, size_t count);
/* The reply is there: the disclosure's act behind the others, for which there is room. */
enum err_code disclosure_part_tell(struct act_call *a, struct task *t) MUST_USE;

/* What is known of a decision, from rows of disclosure_sources, disclosure_source_acts and disclosure_officers. */
void disclosure_sources_read(struct arena *arena, const struct pg_reply *r, size_t at_sources, size_t at_acts,
			     size_t at_officers, struct redaction_known *known);

#endif

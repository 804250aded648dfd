/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What an act on a case does to the disclosure of its decision, and what an act on a disclosure needs beside the matter.
 *
 *	disclosure_spawn()     a penalty was decided: the disclosure that begins with it
 *	disclosure_tell()      anything else happened to the case: what the disclosure learns of it
 *	disclosure_fill()      before procedure_check(): what the program fills in (the decision's number, digests)
 *	disclosure_know()      what must not be public of one decision, from everything that is on file about it
 *	disclosure_guard()     after the fold: nothing of that is in what the act makes public
 *
 * Pure: no clock, no database. Whoever acts (lib/app/act.c over the daemon's connections, `ipcasectl demo` over a blocking
 * one) loads the dossiers. All memory is the arena's. */
#ifndef APP_DISCLOSURE_MAKE_H
#define APP_DISCLOSURE_MAKE_H

#include "law/disclosure.h"
#include "law/redaction.h"
#include "store/change.h"

/* The disclosure of a case's latest decision, as it is stored. */
struct disclosure_linked {
	int64_t id, organ, unit;
	const struct dossier *dossier;
};

/* `cause` is the approval, folded, with FIELD_DISCLOSURE_MATTER = id among its fields. */
enum err_code disclosure_spawn(const struct law_book *book, struct arena *arena, const struct change *cause, int64_t id,
			       struct change *ret, struct err *err) MUST_USE;

/* Is there a disclosure that has to learn of this change of a case? Its id, else 0. */
int64_t disclosure_told_by(const struct change *c);
/* ret->act is NULL when the law finds nothing to tell after all. `organ_name`: our organ's. */
enum err_code disclosure_tell(const struct law_book *book, struct arena *arena, const struct change *cause,
			      const struct disclosure_linked *linked, const char *organ_name, struct change *ret,
			      struct err *err) MUST_USE;

/* `number`: the number that the matter goes by, NULL: none. Fields that the row does not take stay as they are. */
enum err_code disclosure_fill(struct arena *arena, const struct dossier *before, const char *number, struct act_input *in,
			      struct err *err) MUST_USE;
/* May this act make something public, or end it? Then what is known of the decision must be loaded for disclosure_guard().
 * Judged by the row alone. */
bool disclosure_moves(const struct act_row *row);

/* Adds what one dossier of the decision's case, clue or hand-overs says. */
void disclosure_know(struct redaction_known *known, struct arena *arena, const struct dossier *d);
/* What one act says, whose fields the dossier need not keep: payload as it is stored. */
void disclosure_know_act(struct redaction_known *known, struct arena *arena, struct sv payload);
/* Somebody of the organ, who is no matter of the public's. */
void disclosure_know_officer(struct redaction_known *known, struct arena *arena, const char *name);

/* ERR_LAW "redaction-residue", "disclosure-incomplete"; ERR_INVALID when cuts do not fit. */
enum err_code disclosure_guard(struct arena *arena, const struct dossier *before, const struct dossier *after,
			       const char *organ_name, const struct redaction_known *known, struct err *err) MUST_USE;

/* Hex SHA-256 of a text. */
const char *disclosure_digest(struct arena *arena, const char *text);

#endif

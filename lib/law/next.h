/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What an actor may do next, told to people: which rules bind each act and whether they hold now, what the act will
 * do, and what its fields hold already or could hold. The list itself is procedure_next() (procedure.h); all of this only
 * asks the engine and changes nothing.
 *
 *      next.c          the list, the first act of a new matter, the rules
 *      next_effect.c   what the act will do
 *      next_value.c    what its fields hold, and what the program would put there
 *
 * Texts live in the arena or are constants. */
#ifndef LAW_NEXT_H
#define LAW_NEXT_H

#include "law/procedure.h"

enum { NEXT_CHECKS_MAX = 24, NEXT_EFFECTS_MAX = 40, NEXT_CHOICES_MAX = 100 };

/* The first act of a matter that does not exist yet. `blank` is an empty dossier with the procedure and the facts that are
 * known beforehand. ERR_INVALID: no such beginning; ERR_FORBIDDEN: not with these roles. */
enum err_code next_create(const struct law_book *book, const struct dossier *blank, struct sv act, const struct actor *actor,
			  instant_t now, struct arena *arena, struct next_act *ret, struct err *err) MUST_USE;
/* The request that the act answers; NULL: none. */
const struct request *next_request(const struct dossier *d, const struct next_act *next);

/* ---- rules ---- */

struct next_check {
	const char *rule, *zh, *article;
	enum { CHECK_UNKNOWN, CHECK_HOLDS, CHECK_FAILS } is; /* unknown: only the act's fields will tell */
	const char *message;                                 /* why it fails, or NULL */
};
/* Every rule that binds the act, in the order in which the engine asks; returns the number (<= max). */
size_t next_checks(const struct law_book *book, const struct dossier *d, const struct actor *actor, instant_t now,
		   struct arena *arena, const struct next_act *next, struct next_check *ret, size_t max);

/* ---- effects ---- */

/* Lines in plain Chinese: the next state, periods that begin, end, grow or stop, the number it takes. An approval is carried
 * out on a copy, so its days are exact; what depends on fields that nobody filled in yet is said in general. */
size_t next_effects(const struct law_book *book, const struct dossier *d, const struct actor *actor, instant_t now,
		    struct arena *arena, const struct next_act *next, const char **ret, size_t max);

/* ---- fields ---- */

/* What the field holds now (the matter's fact, or the request's), else what the program proposes. False: nothing. */
bool next_value(const struct law_book *book, const struct dossier *d, const struct next_act *next, day_t today,
		enum field field, struct arena *arena, struct fact *ret);
/* Things of the matter that the field can name (its measures, goods, clocks, requests). */
struct next_choice {
	const char *value, *zh, *note; /* note may be NULL */
};
size_t next_choices(const struct law_book *book, const struct dossier *d, const struct next_act *next, enum field field,
		    struct arena *arena, struct next_choice *ret, size_t max);
/* How to fill it in, or NULL. */
const char *next_hint(const struct next_act *next, enum field field);
/* The program fills it in by itself; a person needs it only in rare cases. */
bool next_is_automatic(enum field field);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What may be done next with a matter, or to begin one, with all that a form needs to ask for it: accounts that may be named,
 * campaigns, causes, organs (one segment with the matter itself), and what lib/law/next.h tells of each act.
 *
 * Nothing here is on the path of an act. Texts live as long as the task. */
#ifndef APP_NEXT_H
#define APP_NEXT_H

#include "app/view.h"
#include "law/next.h"

struct next_call {
	struct matter_view view; /* first; .id and .kind, or for a matter that does not exist yet: */
	/* in */
	enum matter_procedure procedure;
	struct sv act;           /* with which it begins */
	int64_t from;            /* the clue or case that it comes from; 0: none */
	/* out */
	struct next_act *acts;
	size_t count;
	instant_t now;
	/* inside */
	size_t at_accounts, at_campaigns, at_causes, at_peers;
};

/* Next acts of an existing matter: view.dossier and acts. */
enum step next_load(struct task *t);
enum step next_read(struct task *t);
#define NEXT_STEPS { "next_load", next_load }, { "view_read", view_read }, { "next_read", next_read }

/* The first act of a new one: view.dossier is empty but for what it takes from `from`. */
enum step next_new_load(struct task *t);
enum step next_new_read(struct task *t);
#define NEXT_NEW_STEPS { "next_new_load", next_new_load }, { "next_new_read", next_new_read }

/* Our officer enters the answer of an organ that is not connected. */
bool next_registers(const struct next_call *n, const struct next_act *next);

/* May the reader see what the field holds? */
bool next_value_of(const struct next_call *n, const struct next_act *next, enum field field, struct arena *arena,
		   struct fact *ret);

/* Accounts that may be named in the field: i counts from 0; false when there are no more. */
struct next_account {
	const char *account, *name, *unit;
};
bool next_account_at(const struct next_call *n, enum field field, size_t *i, struct next_account *ret);
/* Name of the account with this id; NULL: not one of the organ's. */
const char *next_account_name(const struct next_call *n, int64_t id);

/* What the field could hold; returns the number (<= max). */
size_t next_suggestions(const struct next_call *n, const struct next_act *next, enum field field, struct arena *arena,
			struct next_choice *ret, size_t max);

#endif

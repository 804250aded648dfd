/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Parties of earlier matters: who is it that somebody is typing, and has he been penalised before?
 *
 * Only matters that the caller sees. Whole identity numbers are for who works or decides that matter (as in view.h), and for who
 * typed the number himself. Texts live as long as the task. */
#ifndef APP_PARTY_H
#define APP_PARTY_H

#include "app/app.h"
#include "law/repeat.h"

enum { PARTIES_DEFAULT = 8, PARTIES_SHOWN_MAX = 20 };

/* ---- suggestions ---- */

struct known_party {
	const char *name, *kind, *uscc, *id_number, *address, *representative, *phone; /* NULL: not known */
	const char *reason;      /* why it is listed */
	size_t matters;
	/* the latest of them */
	int64_t last_id;
	const char *last_kind, *last_number, *last_title;
	day_t last_on;
};

struct party_call {
	struct call call; /* first */
	/* in: one of them, or both */
	struct sv name, id_number; /* .n 0: not given */
	int64_t limit;
	/* out: best first */
	struct known_party *items;
	size_t count;
	/* inside */
	const char *name_key, *code;
	size_t at_code, at_name;
};

enum step party_suggest(struct task *t);
enum step party_suggested(struct task *t);

/* ---- history ---- */

struct past_decision {
	int64_t id, fine_fen;   /* fine -1: none */
	const char *number, *title, *outcome, *cause; /* number may be NULL */
	day_t decided_on;
};

struct party_history_call {
	struct call call; /* first */
	/* in */
	struct sv name, id_number, ip_type;
	day_t on;               /* DAY_NONE: today */
	/* out */
	struct repeat_rule rule;
	bool repeat;            /* with the present one it is a repetition */
	struct past_decision *items;
	size_t count;
	/* inside */
	size_t at;
};

enum step party_history(struct task *t);
enum step party_history_read(struct task *t);

#endif

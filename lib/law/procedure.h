/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Procedures as tables: the law that the engine runs.
 *
 * One row per act: from which states, to which state, who may, which guards it must pass, which fields
 * it takes, what it does to clocks, spans and facts, which form and number it produces, and the article
 * it rests on. The engine (decide.c), the list of next acts, the API's field tables, the client's forms
 * and docs/procedures.md all read these rows and nothing else, so they cannot disagree. A change of
 * procedure is a change of a row.
 *
 * Approval is one mechanism, not an act of its own: a row with `approve_by` is done in stages. The officer
 * requests it (CODE_request), optionally the unit's head endorses it (CODE_endorse), the leader approves
 * (CODE_approve) or returns it (CODE_return). Its effects happen on approval, with the requested payload.
 *
 *      row "extend", approve_by = leaders
 *      extend_request --> [open request] --> extend_approve --> effects
 *                                        \-> extend_return      (no effect)
 */
#ifndef LAW_PROCEDURE_H
#define LAW_PROCEDURE_H

#include "law/dossier.h"

/* The parts an organ can have in a hand-over; FIELD_SIDE of a copy says which one is its own. */
enum side { SIDE_SENDER = 1, SIDE_RECEIVER = 2, SIDE_THIRD = 4 };

enum stage { STAGE_DO, STAGE_REQUEST, STAGE_ENDORSE, STAGE_APPROVE, STAGE_RETURN };

/* ---- guards ---- */
enum guard {
	GUARD_END,
#define GUARD(name, needs, rule, article, message) GUARD_##name,
#include "law/guard.def"
#undef GUARD
	GUARD_COUNT
};

/* What one must know to tell whether a guard refuses, beside the matter, the actor and the day. The list of next acts
 * (procedure_next) judges beforehand what it can; so a guard is bound to the stage where that is known. */
enum guard_needs {
	NEEDS_MATTER,   /* nothing more */
	NEEDS_ASKER,    /* nothing more; it binds who does or requests the act, not who approves it */
	NEEDS_FIELDS,   /* the fields of the act */
	NEEDS_ENDORSER, /* the fields that the endorser adds */
	NEEDS_OPINION,  /* the opinion with which a request is returned */
	/* a field that names one of the matter's: without one that fits there is nothing to do */
	NEEDS_MEASURE,  /* FIELD_MEASURE */
	NEEDS_ITEM,     /* FIELD_ITEM */
	NEEDS_CLOCK,    /* FIELD_CLOCK_RULE */
};

/* ---- effects ---- */
enum effect_kind {
	EFFECT_END,
	EFFECT_START,         /* start clock `clock` on `base` */
	EFFECT_MEET,          /* the clock's duty is done on the act's day */
	EFFECT_CANCEL,
	EFFECT_EXTEND,        /* clock gains the rule's extension, or FIELD_DAYS when given */
	EFFECT_RESTART,       /* cancel and start again */
	EFFECT_SPAN_OPEN,     /* excluded span begins on the act's day */
	EFFECT_SPAN_CLOSE,
	EFFECT_SET_DAY,       /* fact `field` := the act's day */
	EFFECT_SET_TEXT,      /* fact `field` := `text` */
	EFFECT_SET_DUE,       /* fact `field` := lawful due day of `clock` */
	EFFECT_CLEAR,
	EFFECT_GROUND,        /* closing ground `text` arises on the act's day; starts D31 */
	EFFECT_CALL,          /* `call`: what a table cannot say; `text` is its name */
};

/* When an effect applies; evaluated on the facts after the act's fields were merged. */
enum condition {
	WHEN_ALWAYS,
#define CONDITION(name) WHEN_##name,
#include "law/condition.def"
#undef CONDITION
	WHEN_COUNT
};

struct application; /* apply.c: the dossier being changed and the act that changes it */

struct effect {
	enum effect_kind kind;
	const char *clock;
	enum field base;   /* day the clock starts on; FIELD_NONE: the act's day */
	enum span_kind span;
	enum field field;
	const char *text;
	enum condition when;
	enum err_code (*call)(struct application *app, struct err *err);
	state_set to;      /* EFFECT_CALL: states that `call` may lead to, a bit each */
	state_set in;      /* and those in which it may; 0: any */
};

struct field_use {
	enum field field; /* FIELD_NONE ends the list */
	bool required;
};

/* Which numbered paper the act issues (文种代字); NULL: none. */
struct act_row {
	const char *code;
	const char *zh;
	state_set from;            /* bit per state; 0: creates the matter */
	enum state to;             /* STATE_NONE: stays, or an effect decides: procedure_targets() */
	uint32_t by;               /* roles that do or request it */
	uint32_t endorse_by;       /* 0: no endorsement */
	uint32_t approve_by;       /* 0: done at once */
	const enum guard *guards;  /* checked when done or requested, and again on approval */
	const struct field_use *fields;
	const struct field_use *endorse_fields; /* what the endorser adds */
	const struct effect *effects;
	const struct effect *on_request; /* at the request already, e.g. the leader's own clock */
	const struct effect *on_return;
	const char *paper;         /* 文种代字 of the number it takes, NULL: none */
	const char *form;          /* number of the model paper */
	const char *article;
	/* Hand-overs only. Each organ that takes part keeps a copy of the matter; see enum side. */
	uint32_t sides;            /* whose act it is, SIDE_ bits; 0: each copy's own, never told */
	const char *receipt;       /* kind of the signed record that tells the other copies; NULL: an inner act */
	state_set crosses;         /* states in which another organ's record may still arrive, having crossed with one of
				    * ours: its fields and calls count, its state and clocks do not. See procedure_arrived. */
	const char *tells;         /* what the linked case learns in the same transaction; NULL: nothing */
	const char *tells_on_return; /* and when the request is returned */
};

/* Does the row only cross with what led to this state? */
static inline bool row_crosses(const struct act_row *row, enum state s)
{
	return (row->crosses & ~row->from & STATE_BIT(s)) != 0;
}

struct procedure {
	enum matter_procedure id;
	const char *code, *zh;
	const struct act_row *rows;
	size_t row_count;
};

extern const struct procedure procedure_clue;
extern const struct procedure procedure_ordinary;
extern const struct procedure procedure_summary;
extern const struct procedure procedure_back_entry;
extern const struct procedure procedure_c1;
extern const struct procedure procedure_c2;
extern const struct procedure procedure_c3;
extern const struct procedure procedure_c4;
extern const struct procedure procedure_c5;
extern const struct procedure procedure_c6;
extern const struct procedure procedure_c7;
extern const struct procedure procedure_c8;
extern const struct procedure procedure_c9;
extern const struct procedure procedure_disclosure;

const struct procedure *procedure_get(enum matter_procedure p);
/* "file_approve" -> row file, STAGE_APPROVE. Rows without approval have the plain code only. */
const struct act_row *procedure_find(const struct procedure *p, struct sv act, enum stage *ret_stage);
const char *stage_suffix(enum stage s); /* "", "_request", ... */
const char *stage_code(enum stage s);
bool stage_by_code(struct sv code, enum stage *ret);

/* ---- deciding ---- */
struct actor {
	int64_t account;
	const char *name;
	uint32_t roles;        /* roles held, delegated ones included */
	int64_t unit;
	int64_t organ;
	const char *organ_name; /* NULL: not known */
	int64_t on_behalf_of;  /* delegating account whose role is used, 0: own */
	uint32_t delegated;    /* the part of `roles` that comes from a delegation */
	int64_t delegators[ROLE_COUNT]; /* per role bit index, who delegated it */
};

/* A matter named by a field of type MATTER, resolved by the caller. */
struct target {
	int64_t id;
	enum matter_kind kind;
	enum state state;
	int64_t organ;
};

/* An organ named by a field, resolved by the caller from the directory of organs. */
struct organ {
	int64_t id;            /* unit.id on this hub, 0: elsewhere */
	const char *code, *name;
	const char *kind;      /* unit.kind: bureau, police, procuratorate, court, department, ... */
	const char *region;    /* GB/T 2260 code, six digits */
	bool connected;        /* answers itself, on this hub or by network; else on paper or disc */
};

struct act_input {
	const struct act_row *row;
	enum stage stage;
	int64_t matter;         /* id of the matter, 0 when it is being created */
	struct facts fields;
	struct actor actor;
	instant_t happened_at;
	instant_t now;          /* for "not in the future"; never used by the fold */
	bool back_entry;        /* 补录 */
	const struct target *target;
	/* hand-overs: the actor's organ; that of FIELD_PEER_NEXT, else of FIELD_PEER, of the act or the copy; NULL: unknown */
	const struct organ *own, *peer;
	/* those of FIELD_COPY_TO that the directory knows; NULL: it was not asked */
	const struct organ *const *copies;
	size_t copy_count;
};

/* What the ledger keeps of an act; the fold needs nothing else. */
struct act_record {
	const char *act;      /* row code */
	enum stage stage;
	int64_t actor;
	const char *actor_name;
	instant_t happened_at;
	struct facts fields;
	int request;          /* request this act endorses, approves or returns; 0 none */
};

/* May the actor do this act now? Checks role, state, fields, guards; ERR_OK means yes. */
enum err_code procedure_check(const struct law_book *book, const struct dossier *before,
			      const struct act_input *input, struct arena *arena,
			      struct act_record *ret, struct err *err) MUST_USE;

/* Fold one act into the dossier. Deterministic: the same ledger and book give the same dossier. Fails
 * only on a record that no check would have let in, or when the dossier is full. */
enum err_code procedure_apply(const struct law_book *book, struct dossier *d,
			      const struct procedure *p, const struct act_record *act,
			      struct arena *arena, struct err *err) MUST_USE;

/* Due days of all running clocks, from this book's rules, their extensions and spans. The fold does it with every act; on its own it tells what a changed calendar
 * would change. */
enum err_code procedure_recompute(const struct law_book *book, struct dossier *d, struct err *err) MUST_USE;

/* One possible next act of the actor. */
struct next_act {
	const struct act_row *row;
	enum stage stage;
	int request;       /* for endorse, approve, return */
	bool blocked;
	struct err why;    /* when blocked by law */
};
/* Acts whose state and role fit, blocked ones included; returns the number (<= max). */
size_t procedure_next(const struct law_book *book, const struct dossier *d, const struct actor *actor,
		      instant_t now, struct arena *arena, struct next_act *ret, size_t max);

/* Hand-overs: does our officer register this act of another organ, which answers on paper? The act then also takes
 * FIELD_REGISTERED_MEDIUM (required) and FIELD_REGISTERED_SCAN. */
bool procedure_registers(const struct dossier *d, const struct act_row *row);
/* Hand-overs: is this act a record that another organ made? The exchange applies it as it came: who may and what the law
 * asks was judged where it was made, and a copy that refused it would stay behind for ever. What the exchange does of
 * its own (delivered, silence) are rows that name ROLE_EXCHANGE in `by`. */
bool procedure_arrived(const struct dossier *d, const struct act_input *input);
/* What the linked case learns from this stage of the row, NULL: nothing; `before`: the hand-over as it was. */
const char *procedure_tells(const struct dossier *before, const struct act_row *row, enum stage stage);
/* The act "handoff_event" of the linked matter, checked: `linked` is its dossier, `handoff` the hand-over's after `cause`.
 * ret->act is NULL when the linked matter's procedure learns nothing from hand-overs. ERR_LAW when the case cannot take the
 * news, as a second hand-over to the police while one is open: then the cause must not be written either. */
enum err_code procedure_handoff_event(const struct law_book *book, const struct dossier *linked,
				      const struct dossier *handoff, int64_t handoff_id, const char *event,
				      const struct act_record *cause, struct arena *arena,
				      struct act_record *ret, struct err *err) MUST_USE;
/* What the first act of a hand-over can take from the case it comes from: facts of `from` for the fields of `row` that
 * are not set yet, and the goods that the bureau holds as the list of goods. Texts live in the arena or with `from`. */
void procedure_prefill(const struct act_row *row, const struct dossier *from, struct arena *arena, struct facts *fields);
/* The states that the row can lead to, a bit each; 0: the matter stays where it is. */
state_set procedure_targets(const struct act_row *row);
/* Those it can lead to from this state (STATE_NONE: when it creates the matter). */
state_set procedure_leads(const struct act_row *row, enum state from);
/* The fields a stage takes: the row's for do and request, the endorser's, or opinion. */
const struct field_use *procedure_fields(const struct act_row *row, enum stage stage);

/* The first act ("filed") of the case that an approved filing opens: facts from the clue after the approval,
 * measures and spans as they ran before it. */
enum err_code procedure_spawn_case(const struct dossier *before, const struct dossier *after,
				   int64_t clue_id, const struct act_record *approval,
				   struct arena *arena, struct act_record *ret, struct err *err) MUST_USE;

enum guard_needs guard_needs(enum guard g);
const char *guard_rule(enum guard g);
const char *guard_article(enum guard g);
const char *guard_message(enum guard g);
const char *guard_want(enum guard g); /* the same as a requirement, to be ticked */
const char *condition_name(enum condition c);

/* Shown as derived facts: added fine of 3 % a day, never more than the fine (行政处罚法 72). */
int64_t added_fine_fen(const struct law_book *book, const struct dossier *d, day_t on);

#endif

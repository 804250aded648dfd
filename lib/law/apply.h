/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The inside of the fold, shared by apply.c (what a table says) and effects.c (what it cannot). */
#ifndef LAW_APPLY_H
#define LAW_APPLY_H

#include "law/procedure.h"

/* One act being folded into a dossier. */
struct application {
	const struct law_book *book;
	struct dossier *d;
	const struct procedure *p;
	const struct act_row *row;
	const struct act_record *act;
	struct facts fields;      /* the act's payload, with the request's when approved */
	enum state state_before;
	bool crossed;             /* the state is one that the row only crosses with: see act_row.crosses */
	day_t day;                /* the act's day */
	struct arena *arena;
};

enum err_code apply_start(struct application *app, const char *rule, int ref, day_t start_on,
			  instant_t start_at, struct err *err) MUST_USE;
/* Meet, cancel or lapse the running clock of this rule and ref; nothing when none runs. */
void apply_end_clock(struct application *app, const char *rule, int ref, enum clock_state how);
enum err_code apply_span_open(struct application *app, enum span_kind kind, day_t start, day_t end,
			      struct err *err) MUST_USE;
void apply_span_close(struct application *app, enum span_kind kind);
enum err_code apply_ground(struct application *app, const char *ground, struct err *err) MUST_USE;
void apply_state(struct application *app, enum state to);
/* The case is investigated and decided anew: the old decision and all that hung on it fall away, D11 starts again. */
enum err_code apply_anew(struct application *app, struct err *err) MUST_USE;
/* The case leaves the investigation: its clocks are cancelled, its excluded spans end today. */
void apply_investigation_over(struct application *app);

/* Is a hand-over to the police open (C1)? Then there is no new fine, and the case does not end but by the hand-over. */
bool transfer_pending(const struct facts *f);
/* Did it come back, so that the bureau must go on? */
bool transfer_returned(const struct facts *f);

/* Facts about the decision that guards and effects share. */
bool penalty_only(const struct facts *f, enum field kinds, const char *word);
int64_t money_ordered(const struct facts *f);   /* fine + confiscated income, fen */
bool legal_review_needed(const struct facts *f);
/* The KIND_NATURAL or KIND_ORGANISATION figure of limits.csv that fits the party. */
int64_t limit_for_party(const struct law_book *book, const char *kind, const struct facts *f, day_t on);
/* 行政处罚法 63 for the noticed penalty */
bool hearing_threshold(const struct law_book *book, const struct facts *f, day_t on);
/* Facts of the dossier with the act's fields over them. */
void facts_merge(struct facts *into, const struct facts *fields, bool with_transient);

/* effects_item.c: the clue's goods for the case that its filing opens. */
enum err_code items_carried(const struct dossier *clue, struct arena *arena, struct facts *ret, struct err *err) MUST_USE;

/* effects_handoff.c: the rule's new period has not lapsed; what we owe after a silence ends when it does */
void handoff_not_silent(struct application *app, const char *rule);
/* On our copy the part of an organ is ours when it is our side; the bureau's own roles share one part. `owner`: of a clock. */
bool handoff_is_ours(const struct dossier *d, const char *owner);
void handoff_duties_lapse(struct application *app);

/* effects_channels.c: the channels C2 to C9 */
bool channel_condition(const struct application *app, enum condition when);
bool channel_verifies(const struct facts *f); /* the paper is verified, filed or not, and decided */
bool channel_advises(const struct facts *f);  /* it is advice: answered as it is */
bool channel_assists(const struct facts *f);  /* an assistance letter, not a question or an invitation */
struct enforcement_facts channel_enforcement(const struct facts *f);
/* effects_events.c: what a linked clue or case learns from them */
enum err_code effect_channel_event(struct application *app, struct err *err);

/* guards.c */
enum err_code guard_refuses(enum guard g, struct err *err) MUST_USE;
/* A guard is asked at the stages where what it needs is known, or binds. */
bool guard_applies(enum guard g, enum stage stage);
/* One guard alone, whatever the stage. */
enum err_code guard_check(enum guard g, const struct law_book *book, const struct dossier *before,
			  const struct act_input *input, const struct facts *payload, const struct facts *merged,
			  struct err *err) MUST_USE;
enum err_code guards_check(const struct law_book *book, const struct dossier *before,
			   const struct act_input *input, const struct facts *payload,
			   const struct facts *merged, struct err *err) MUST_USE;

#endif

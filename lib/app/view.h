/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Reading one matter: its dossier with who may see what, its clocks, its next acts, its timeline.
 *
 * Views of texts (title, number, payload ...) point into the reply of the segment and live as long as the
 * task. */
#ifndef APP_VIEW_H
#define APP_VIEW_H

#include "app/app.h"
#include "law/mark.h"

enum { ACTS_PAGE_MAX = 200, NEXT_ACTS_MAX = 200 };

struct matter_view {
	struct call call; /* first */
	/* in */
	int64_t id;
	bool any_kind;          /* the address did not say */
	enum matter_kind kind;
	bool with_acts;         /* also a page of the timeline */
	int64_t after, limit;
	/* out */
	struct dossier *dossier;
	int64_t organ, unit;
	struct sv title, number, unit_name;
	const char *officer, *officer_name, *co_officer, *co_officer_name; /* NULL: none */
	day_t closed_on, today;
	bool incomplete;
	bool full;              /* sees protected fields and whole identity numbers */
	bool sealed;            /* of a disclosure: the approved text, its cuts and their reasons are not for this reader */
	size_t act_count;       /* rows of the timeline */
	bool more_acts;
	/* inside */
	size_t at_matter, at_acts;
};

/* What view_load asks, for who asks more in the same segment. */
void view_ask(struct matter_view *v, struct pg_segment *seg);
enum step view_load(struct task *t);
enum step view_read(struct task *t);

#define VIEW_STEPS { "view_load", view_load }, { "view_read", view_read }

/* One row of the timeline. */
struct act_view {
	int64_t seq, request;   /* request 0: none */
	struct sv act, stage, payload, digest, number;
	const char *account, *name, *behalf, *behalf_name, *unit;
	instant_t happened_at, recorded_at;
	bool back_entry;
};
void view_act(const struct matter_view *v, size_t i, struct act_view *ret);

/* A clock as people read it today. */
struct clock_view {
	const struct clock_entry *entry;
	const char *zh, *owner, *article;
	const char *state;      /* running, stopped, met, late, lapsed, cancelled */
	const char *stopped_by; /* span kind, or NULL */
	enum light light;
	int days_left;          /* working days; 0 unless running */
	bool by_hours;          /* entry->due.at is what counts */
};
void clock_view_of(const struct law_book *book, const struct dossier *d, const struct clock_entry *c, day_t today,
		   struct clock_view *ret);

/* Who must answer a request now: bit of one role, ROLE_NONE when it is answered. */
uint32_t view_waits_for(const struct dossier *d, const struct request *r);
const char *view_kind_zh(enum matter_kind k); /* 线索, 案件, 移送, 公示事项 */
/* Chinese name of an act of the matter's procedure; its code when there is none. */
const char *view_act_zh(enum matter_procedure p, const char *act);

/* "1101************2X": the first four and the last two characters stay. */
const char *view_mask_number(struct arena *arena, const char *number);

/* Only the kind of a matter; 404 like view_load. */
enum step kind_load(struct task *t);
enum step kind_read(struct task *t);

#endif

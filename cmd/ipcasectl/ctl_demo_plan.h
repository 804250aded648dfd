/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What is to happen in the demonstration, act by act. All stories are planned first and then lived together in the order
 * of time, so that papers are numbered as they would have been.
 *
 * Every step goes through the same engine as a real act, under the right account. It happened in the past and is
 * recorded now, and the ledger says so: happened_at and recorded_at differ. */
#ifndef IPCASECTL_CTL_DEMO_PLAN_H
#define IPCASECTL_CTL_DEMO_PLAN_H

#include "ctl_engine.h"

struct plan_step {
	instant_t at;
	size_t story, order;
	const char *who;    /* account */
	const char *act;    /* "@" before it: on the disclosure of the decision */
	const char *fields; /* JSON object */
};

struct plan_story {
	const char *key;          /* idempotency key of the first act */
	enum matter_procedure procedure;
	int64_t matter, disclosure;
	bool begun;
};

enum { PLAN_ACTORS_MAX = 32 };

struct plan {
	struct engine *e;
	struct arena keep;         /* fields, keys, actors */
	day_t today;
	struct plan_step *steps;   /* malloc'ed */
	size_t step_count, step_room;
	struct plan_story *stories; /* malloc'ed */
	size_t story_count, story_room;
	bool skip;                 /* the story being planned is there already */
	size_t known;
	const char *names[PLAN_ACTORS_MAX];
	struct actor actors[PLAN_ACTORS_MAX];
	size_t actor_count;
};

void plan_init(struct plan *p, struct engine *e);
void plan_fini(struct plan *p);

/* Begins a story, which the following steps belong to. One whose key is in the ledger already takes none. */
void plan_story(struct plan *p, const char *key, enum matter_procedure procedure);
/* Steps of today or later have not happened. `act` and `fields` must live until the plan has run. */
void plan_step(struct plan *p, const char *who, const char *act, day_t day, int hour, const char *fields);
/* All of it in one transaction. False after saying what was refused. */
bool plan_run(struct plan *p) MUST_USE;

/* `n` working days after the day (which need not be one); n < 0: before. n == 0: the day itself or the next working day. */
day_t plan_workday(const struct plan *p, day_t day, int n);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "ctl_demo_plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

void plan_init(struct plan *p, struct engine *e)
{
	*p = (struct plan){ .e = e, .keep = ARENA_INIT(0), .today = instant_to_day(clock_now()) };
}

void plan_fini(struct plan *p)
{
	free(p->steps);
	free(p->stories);
	arena_fini(&p->keep);
}

day_t plan_workday(const struct plan *p, day_t day, int n)
{
	const struct calendar *cal = &p->e->book.calendar;
	day_t ret = day;
	bool provisional = false;
	enum err_code code = n > 0    ? calendar_add(cal, day, n, &ret, &provisional, NULL)
			     : n == 0 ? calendar_roll(cal, day, &ret, &provisional, NULL)
				      : calendar_sub(cal, day, -n, &ret, &provisional, NULL);

	CHECK(code == ERR_OK);
	return ret;
}

/* ---- planning ---- */

static bool known(struct plan *p, const char *key)
{
	const char *values[] = { key };
	char *found = ctl_query_text(p->e->conn, "SELECT 1 FROM idempotency WHERE key = $1", 1, values);
	bool yes = !found || *found;

	free(found);
	return yes;
}

void plan_story(struct plan *p, const char *key, enum matter_procedure procedure)
{
	p->skip = known(p, key);
	p->known += p->skip;
	if (p->story_count == p->story_room) {
		p->story_room = p->story_room ? 2 * p->story_room : 64;
		p->stories = xrealloc(p->stories, p->story_room * sizeof(*p->stories));
	}
	p->stories[p->story_count++] = (struct plan_story){ .key = key, .procedure = procedure };
}

void plan_step(struct plan *p, const char *who, const char *act, day_t day, int hour, const char *fields)
{
	if (p->skip || day >= p->today)
		return;
	if (p->step_count == p->step_room) {
		p->step_room = p->step_room ? 2 * p->step_room : 1024;
		p->steps = xrealloc(p->steps, p->step_room * sizeof(*p->steps));
	}
	p->steps[p->step_count] = (struct plan_step){ .at = day_at(day, hour, 0), .story = p->story_count - 1,
						      .order = p->step_count, .who = who, .act = act, .fields = fields };
	p->step_count++;
}

/* ---- living ---- */

static const struct actor *actor(struct plan *p, const char *name)
{
	for (size_t i = 0; i < p->actor_count; i++) {
		if (strcmp(p->names[i], name) == 0)
			return &p->actors[i];
	}
	CHECK(p->actor_count < PLAN_ACTORS_MAX);
	struct actor *a = &p->actors[p->actor_count];
	p->names[p->actor_count] = name;
	return engine_actor(p->e, &p->keep, name, a) ? (p->actor_count++, a) : NULL;
}

static int in_time(const void *a, const void *b)
{
	const struct plan_step *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static bool live(struct plan *p, const struct plan_step *s)
{
	struct plan_story *story = &p->stories[s->story];
	bool public = s->act[0] == '@';
	struct engine_act act = { .actor = actor(p, s->who), .matter = public ? story->disclosure : story->matter,
				  .procedure = story->procedure, .act = s->act + public, .fields = s->fields,
				  .happened_at = s->at, .key = story->begun ? NULL : story->key };

	if (!act.actor)
		return false;
	if (!engine_do(p->e, &act)) {
		char day[11];
		day_format(instant_to_day(s->at), day);
		ctl_error("%s, %s on %s: %s (%s) %s", story->key, s->act, day, act.err.message, act.err.rule, act.err.detail);
		return false;
	}
	story->begun = true;
	if (!public)
		story->matter = act.spawned ? act.spawned : act.id;
	if (story->procedure == PROCEDURE_DISCLOSURE)
		story->disclosure = act.id;
	else if (act.disclosed)
		story->disclosure = act.disclosed;
	return true;
}

bool plan_run(struct plan *p)
{
	bool ok = ctl_exec(p->e->conn, "BEGIN");

	if (p->step_count > 0)
		qsort(p->steps, p->step_count, sizeof(*p->steps), in_time);
	for (size_t i = 0; ok && i < p->step_count; i++)
		ok = live(p, &p->steps[i]);
	ok = ok && ctl_exec(p->e->conn, "COMMIT");
	if (!ok)
		ctl_rollback(p->e->conn);
	return ok;
}

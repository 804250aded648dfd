/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * One hand-over and the copies of all organs that take part, as the exchange keeps them: each act with a receipt becomes a
 * record of its maker's lane; the others apply it as the exchange's account, in any order that respects what its maker had
 * seen. A copy that joins late gets the whole thread. A failure fails the running test. */
#ifndef TESTS_LAW_THREAD_H
#define TESTS_LAW_THREAD_H

#include "law_walk.h"

enum { THREAD_MAX_COPIES = 5, THREAD_MAX_RECORDS = 200 };

struct thread_copy {
	struct organ organ;
	uint32_t side;
	struct walk *w;
	size_t seen[THREAD_MAX_COPIES]; /* records of each lane that this copy has */
};

struct thread_record {
	const char *act;
	struct facts fields;
	instant_t happened_at;
	size_t lane, n;
	size_t seen[THREAD_MAX_COPIES];
};

struct thread {
	struct arena *arena;
	const struct law_book *book;
	enum matter_procedure procedure;
	struct thread_copy copies[THREAD_MAX_COPIES];
	size_t count;
	struct thread_record records[THREAD_MAX_RECORDS];
	size_t record_count;
	uint64_t random; /* order of delivery */
	day_t arrives;   /* records reach the others on that day; 0: on the day on which they are made */
};

static inline struct thread *thread_new(struct arena *arena, const struct law_book *book, enum matter_procedure procedure)
{
	struct thread *t = arena_new(arena, struct thread);

	t->arena = arena;
	t->book = book;
	t->procedure = procedure;
	t->random = 1;
	return t;
}

/* Another organ; returns its number. `kind` as unit.kind: bureau, police, ... */
static inline size_t thread_add(struct thread *t, const char *code, const char *kind, const char *region, uint32_t side)
{
	struct thread_copy *c = &t->copies[t->count];

	assert_true(t->count < THREAD_MAX_COPIES);
	*c = (struct thread_copy){ .organ = { .id = (int64_t)t->count + 1, .code = code, .name = code, .kind = kind,
					      .region = region, .connected = true },
				   .side = side, .w = walk_new(t->arena, t->book, t->procedure) };
	c->w->own = &c->organ;
	return t->count++;
}

static inline struct walk *thread_walk(struct thread *t, size_t copy)
{
	return t->copies[copy].w;
}

/* An officer's act on one copy; a record when the row tells the others. */
static inline enum err_code thread_try(struct thread *t, size_t copy, const char *who, const char *act, const char *when,
				       const char *fields)
{
	struct thread_copy *c = &t->copies[copy];
	enum stage stage;
	enum err_code code = walk_try(c->w, who, act, when, fields);
	const struct act_row *row = procedure_find(procedure_get(t->procedure), sv_of(act), &stage);

	if (code != ERR_OK || !row->receipt)
		return code;
	struct thread_record *r = &t->records[t->record_count++];
	assert_true(t->record_count < THREAD_MAX_RECORDS);
	*r = (struct thread_record){ .act = row->code, .fields = c->w->last.fields, .happened_at = c->w->last.happened_at,
				     .lane = copy };
	memcpy(r->seen, c->seen, sizeof(r->seen));
	r->n = ++c->seen[copy];
	return ERR_OK;
}

static inline void thread_do(struct thread *t, size_t copy, const char *who, const char *act, const char *when, const char *fields)
{
	struct walk *w = t->copies[copy].w;
	const char *before = state_info(w->d->state)->code;

	if (thread_try(t, copy, who, act, when, fields) != ERR_OK)
		fail_msg("%s %s by %s of %s in state %s: %s (%s) %s %s", when, act, who, t->copies[copy].organ.code, before,
			 w->err.message, w->err.rule, w->err.field, w->err.detail);
}

/* Refused by this rule, which names this article (NULL: any). */
static inline void thread_refuse(struct thread *t, size_t copy, const char *who, const char *act, const char *when,
				 const char *fields, const char *rule, const char *article)
{
	struct walk *w = t->copies[copy].w;

	if (thread_try(t, copy, who, act, when, fields) == ERR_OK)
		fail_msg("%s %s by %s was done, %s was expected", when, act, who, rule);
	if (strcmp(w->err.rule, rule) != 0)
		fail_msg("%s %s by %s: refused by %s (%s), not by %s", when, act, who, w->err.rule, w->err.message, rule);
	if (article && !strstr(w->err.article, article))
		fail_msg("%s %s: %s names %s, not %s", when, act, rule, w->err.article, article);
}

static inline bool thread_is_due(const struct thread *t, size_t copy, const struct thread_record *r)
{
	const struct thread_copy *c = &t->copies[copy];

	if (r->lane == copy || r->n != c->seen[r->lane] + 1)
		return false;
	for (size_t i = 0; i < t->count; i++) {
		if (i != copy && c->seen[i] < r->seen[i])
			return false;
	}
	return true;
}

static inline void thread_apply(struct thread *t, size_t copy, const struct thread_record *r)
{
	struct thread_copy *c = &t->copies[copy];
	struct act_input in = { .matter = c->w->row_count ? c->w->id : 0, .actor = walk_actor("exchange"), .fields = r->fields,
				.happened_at = r->happened_at, .now = walk_time("2030-12-31"), .own = &c->organ };
	const char *act = r->act;
	struct act_record record;

	if (c->w->d->version == 0) { /* the copy is made */
		act = "arrive";
		fact_set_num(&in.fields, FIELD_SIDE, c->side);
		fact_set_text(&in.fields, FIELD_PEER, t->copies[r->lane].organ.code);
		fact_set_text(&in.fields, FIELD_PEER_NAME, t->copies[r->lane].organ.name);
		fact_set_num(&in.fields, FIELD_CONNECTED, SIDE_SENDER | SIDE_RECEIVER | SIDE_THIRD);
	}
	if (t->arrives > instant_to_day(r->happened_at))
		fact_set_num(&in.fields, FIELD_ARRIVED_ON, t->arrives);
	in.row = procedure_find(procedure_get(t->procedure), sv_of(act), &in.stage);
	c->w->err = (struct err)ERR_INIT;
	enum err_code code = procedure_check(t->book, c->w->d, &in, t->arena, &record, &c->w->err);
	if (code == ERR_OK)
		code = walk_fold(c->w, &record);
	if (code != ERR_OK)
		fail_msg("record %s of %s on the copy of %s in state %s: %s (%s)", r->act, t->copies[r->lane].organ.code,
			 c->organ.code, state_info(c->w->d->state)->code, c->w->err.message, c->w->err.rule);
	c->seen[r->lane]++;
}

static inline size_t thread_below(struct thread *t, size_t n)
{
	t->random = t->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (size_t)(t->random >> 33) % n;
}

/* Bring every record to every copy, in some order that may have happened. */
static inline void thread_settle(struct thread *t)
{
	for (;;) {
		struct { size_t copy, record; } due[THREAD_MAX_RECORDS * THREAD_MAX_COPIES];
		size_t n = 0;
		for (size_t c = 0; c < t->count; c++) {
			for (size_t r = 0; r < t->record_count; r++) {
				if (thread_is_due(t, c, &t->records[r])) {
					due[n].copy = c;
					due[n++].record = r;
				}
			}
		}
		if (n == 0)
			return;
		size_t pick = thread_below(t, n);
		thread_apply(t, due[pick].copy, &t->records[due[pick].record]);
	}
}

/* Every copy has come to this state. */
static inline void thread_state(struct thread *t, enum state state)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->copies[i].w->d->version > 0 && t->copies[i].w->d->state != state)
			fail_msg("the copy of %s is in state %s, not %s", t->copies[i].organ.code,
				 state_info(t->copies[i].w->d->state)->code, state_info(state)->code);
	}
}

/* An act, told to all, and where it leads to. */
static inline void thread_step(struct thread *t, size_t copy, const char *who, const char *act, const char *when,
			       const char *fields, enum state to)
{
	thread_do(t, copy, who, act, when, fields);
	thread_settle(t);
	thread_state(t, to);
}

/* All copies agree, and each ledger folds into its dossier. */
static inline void thread_converged(struct thread *t)
{
	thread_settle(t);

	for (size_t i = 1; i < t->count; i++) {
		if (t->copies[i].w->d->version > 0 && t->copies[i].w->d->state != t->copies[0].w->d->state)
			fail_msg("%s: %s, %s: %s", t->copies[0].organ.code, state_info(t->copies[0].w->d->state)->code,
				 t->copies[i].organ.code, state_info(t->copies[i].w->d->state)->code);
	}
	for (size_t i = 0; i < t->count; i++) {
		if (t->copies[i].w->row_count)
			walk_replay(t->copies[i].w);
	}
}

#endif

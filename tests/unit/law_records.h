/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The rows that all channels share (HANDOFF_RECORD_ROWS, HANDOFF_SILENCE_ROW), on any thread: delivered and retrieved, or not;
 * reminded, silent, escalated, and who may not. A failure fails the running test. */
#ifndef TESTS_LAW_RECORDS_H
#define TESTS_LAW_RECORDS_H

#include "law_thread.h"

/* `asker` of the sending copy waits for `debtor` of the other; clock `rule` runs until `last` and is late on `after`. */
static inline void thread_records(struct thread *t, size_t sender, const char *asker, size_t receiver, const char *debtor,
				  const char *rule, const char *last, const char *after)
{
	const char *clock = arena_printf(t->arena, "{\"clock_rule\":\"%s\"}", rule);
	const char *letter = arena_printf(t->arena, "{\"clock_rule\":\"%s\",\"reason\":\"逾期\"}", rule);
	enum state state = thread_walk(t, sender)->d->state;

	thread_refuse(t, receiver, debtor, "not_delivered", last, "{}", "missing-role", NULL);
	thread_do(t, sender, "exchange", "not_delivered", last, "{}");
	thread_do(t, sender, "exchange", "not_retrieved", last, "{}");
	thread_do(t, receiver, "exchange", "delivered", last, "{}");
	thread_do(t, receiver, debtor, "retrieved", last, "{}");
	thread_refuse(t, sender, asker, "remind", last, "{\"clock_rule\":\"D99\"}", "clock-not-running", NULL);
	thread_refuse(t, receiver, debtor, "remind", last, clock, "own-clock", NULL);
	thread_do(t, sender, asker, "remind", last, clock);
	thread_refuse(t, sender, asker, "escalate", last, letter, "clock-not-expired", NULL);
	thread_refuse(t, sender, "exchange", "silence", last, clock, "clock-not-expired", NULL);
	thread_do(t, sender, "exchange", "silence", after, clock);
	thread_refuse(t, sender, "exchange", "silence", after, clock, "silence-recorded", NULL);
	walk_clock(thread_walk(t, sender), "C0.1", 0, "running", NULL); /* to remind */
	thread_do(t, sender, asker, "escalate", after, letter);
	walk_clock(thread_walk(t, sender), "C0.1", 0, "met", NULL);
	thread_settle(t);
	assert_true(fact_list_has(&thread_walk(t, receiver)->d->facts, FIELD_SILENT, rule));
	assert_true(fact_has(&thread_walk(t, sender)->d->facts, FIELD_RETRIEVED_ON));
	walk_clock(thread_walk(t, sender), rule, 0, "running", NULL);
	thread_state(t, state); /* silence bars nobody */
}

#endif

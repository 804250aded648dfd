/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Hand-overs that we send: our copy and the other organ's. */
#ifndef TESTS_LAW_PAIR_H
#define TESTS_LAW_PAIR_H

#include "law_records.h"
#include "law_setup.h"

enum { US, THEM, ABOVE };

/* Two organs that know each other from the directory. */
static struct thread *pair(enum matter_procedure procedure, const char *code, const char *kind, const char *region)
{
	struct thread *t = thread_new(&arena, &book, procedure);

	thread_add(t, "512022-market", "bureau", "512022", SIDE_SENDER);
	thread_add(t, code, kind, region, SIDE_RECEIVER);
	thread_walk(t, US)->peer = &t->copies[THEM].organ;
	thread_walk(t, THEM)->peer = &t->copies[US].organ;
	return t;
}

static const char *fact(struct thread *t, size_t copy, enum field field)
{
	return fact_text(&thread_walk(t, copy)->d->facts, field);
}

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What every program of walks begins with: the memory, the law book that is shipped, cmocka's group fixtures.
 * Included after the other helpers, whose parameters have the same names. */
#ifndef TESTS_LAW_SETUP_H
#define TESTS_LAW_SETUP_H

#include "law_walk.h"

static struct arena arena = ARENA_INIT(0);
static struct law_book book;

static int setup(void **state)
{
	(void)state;
	walk_book(&book, &arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the law tests share: the tables under schema/law and days written as text. A failure here
 * fails the running test. */
#ifndef TESTS_LAW_FIXTURE_H
#define TESTS_LAW_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/csv.h"
#include "base/day.h"

/* Tests run from the repository's root. */
#ifndef LAW_DIR
#define LAW_DIR "schema/law"
#endif

static inline struct sv law_read(struct arena *arena, const char *file)
{
	FILE *f = fopen(arena_printf(arena, "%s/%s", LAW_DIR, file), "rb");
	if (!f)
		fail_msg("cannot open %s/%s: run from the repository's root", LAW_DIR, file);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	long n = ftell(f);
	assert_true(n > 0);
	rewind(f);
	char *p = arena_alloc(arena, (size_t)n);
	assert_int_equal(fread(p, 1, (size_t)n, f), n);
	fclose(f);
	return (struct sv){ p, (size_t)n };
}

/* NULL is "no end". */
static inline day_t law_day(const char *iso)
{
	day_t d = DAY_MAX;
	if (iso && !day_parse_iso(sv_of(iso), &d))
		fail_msg("bad day %s", iso);
	return d;
}

static inline const char *law_cell(struct arena *arena, const struct csv *csv, const char *column)
{
	struct sv text = csv_get(csv, column);
	return arena_strndup(arena, text.p, text.n);
}

#endif

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/unit_names.h"

#include <stdlib.h>

#include "gen/queries.h"

enum { KEEP_US = 60 * 1000 * 1000 };

struct unit_names {
	struct arena arena;
	int64_t *ids; /* ascending */
	const char **names;
	size_t count;
	int64_t until_us;
};

size_t unit_names_ask(struct app *app, struct pg_segment *seg)
{
	if (app->unit_names && app->unit_names->until_us > loop_now_us(app->loop))
		return 0;
	return pg_segment_add0(seg, Q_UNIT_NAMES);
}

void unit_names_free(struct app *app)
{
	if (!app->unit_names)
		return;
	arena_fini(&app->unit_names->arena);
	free(app->unit_names);
	app->unit_names = NULL;
}

void unit_names_take(struct app *app, const struct pg_reply *r, size_t at)
{
	if (at == 0)
		return;
	unit_names_free(app);
	struct unit_names *u = xcalloc(1, sizeof(*u));
	arena_init(&u->arena, 0);
	u->count = pg_rows(r, at);
	u->ids = arena_array(&u->arena, int64_t, u->count + 1);
	u->names = arena_array(&u->arena, const char *, u->count + 1);
	for (size_t i = 0; i < u->count; i++) {
		u->ids[i] = pg_i64(r, at, i, 0);
		u->names[i] = arena_strdup(&u->arena, pg_cstr(r, at, i, 1));
	}
	u->until_us = loop_now_us(app->loop) + KEEP_US;
	app->unit_names = u;
}

const char *unit_name(struct app *app, int64_t unit)
{
	struct unit_names *u = app->unit_names;
	size_t from = 0, to = u ? u->count : 0;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (u->ids[middle] == unit)
			return u->names[middle];
		if (u->ids[middle] < unit)
			from = middle + 1;
		else
			to = middle;
	}
	if (u)
		u->until_us = 0; /* a new one: asked for with the next page */
	return "";
}

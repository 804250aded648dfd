/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Names of units for lists: few, asked for on every page, and hardly ever changed. Each worker keeps them for a minute, so that a
 * page carries the unit's id only. Names are no secret of the organ that bears them.
 *
 * Thread rule: the app's loop. A name is good until the end of the turn. */
#ifndef APP_UNIT_NAMES_H
#define APP_UNIT_NAMES_H

#include "app/app.h"

struct unit_names;

/* Adds the question to a segment when it is time to ask again; returns the index of its result, 0: not asked. */
size_t unit_names_ask(struct app *app, struct pg_segment *seg);
/* What came of it; at 0: nothing. */
void unit_names_take(struct app *app, const struct pg_reply *reply, size_t at);
/* "": not known (yet). */
const char *unit_name(struct app *app, int64_t unit);
void unit_names_free(struct app *app);

#endif

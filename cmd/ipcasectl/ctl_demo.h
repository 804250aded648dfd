/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The demonstration, in parts: organisation and accounts, published cases, live matters. Each part leaves
 * alone what is there already. */
#ifndef IPCASECTL_CTL_DEMO_H
#define IPCASECTL_CTL_DEMO_H

#include "ctl_demo_plan.h"

/* Units, number series, accounts; passwords of new accounts into the file. */
bool demo_organisation(PGconn *conn, const char *accounts_file) MUST_USE;
/* Published cases, one JSON object a line, as back entries. */
bool demo_import(struct engine *e, const char *name, struct sv lines) MUST_USE;
/* Plans clues and cases whose clocks are green, yellow, red and stopped today. */
void demo_matters(struct plan *p);
/* Plans what the county did in the last fourteen months. */
void demo_year(struct plan *p);

#endif

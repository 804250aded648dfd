/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What is refused at the door of an organ: a row with its digest and the rule, and the bytes as a file where
 * [exchange] quarantine names a folder. Reading it: struct quarantine_call in app/handoff.h. */
#ifndef APP_QUARANTINE_H
#define APP_QUARANTINE_H

#include "app/app.h"

struct exchange_organ; /* exchange.h */

/* Keeps a record (body and signature are copied). Nobody waits for it. */
void quarantine_keep(struct app *app, const struct exchange_organ *organ, const char *source, struct sv body,
		     struct sv cms, const struct err *why);
/* Only the row, for something that lies in the folder already (`path` may be NULL). */
void quarantine_note(struct app *app, const struct exchange_organ *organ, const char *source,
		     const uint8_t digest[32], const char *path, const struct err *why);

#endif

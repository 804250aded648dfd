/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Arguments that say which matter: "case:15", "clue:12", "handoff:7", or a paper's number behind the colon. */
#ifndef IPCASE_TARGET_H
#define IPCASE_TARGET_H

#include "client.h"

struct target {
	const char *kind, *id; /* "case", "15" */
};

enum exit_code target_find(struct client *c, const char *word, struct target *ret) MUST_USE;
/* "/cases/15" and what follows; lives as long as the client. */
const char *target_path(struct client *c, const struct target *t, const char *rest);

#endif

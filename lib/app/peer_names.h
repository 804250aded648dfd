/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Names of organs by code, for those of which a hand-over tells the code only. */
#ifndef APP_PEER_NAMES_H
#define APP_PEER_NAMES_H

#include "app/app.h"

/* Texts live as long as the task. */
struct peer_names {
	const char **codes, **names;
	size_t count;
};

/* Asks for the names of the organs in a JSON list of codes ("" is empty); then peer_names_read(). */
enum step peer_names_load(struct task *t, const char *list);
void peer_names_read(struct task *t, struct peer_names *ret);
/* The name; the code itself when it is not in the directory. */
const char *peer_name_of(const struct peer_names *names, const char *code);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What all kinds of matters share: acting on one. The commands that serve every kind (cmd_matter_show ...) know it by the
 * first word of their name in the table of main.c: "case show".
 */
#ifndef IPCASE_MATTER_H
#define IPCASE_MATTER_H

#include "client.h"

/* "clue", "case", "handoff": of the command. Its resources are below "/clues", "/cases" ... */
const char *matter_kind(struct client *c, const struct args *args);

/* An act that creates a matter. */
struct matter_new {
	const char *path;        /* "/handoffs" */
	struct {
		const char *key, *value; /* members beside "fields", such as "channel":"c1"; NULL: none */
	} members[2];
	const char *what;        /* said when it is done */
	const char *const *words; /* field=value */
	size_t word_count;
};
enum exit_code matter_create(struct client *c, const struct args *args, const struct matter_new *n);

/* Words: ID ACT field=value ...; `more` are further field=value words (NULL: none). */
enum exit_code matter_do(struct client *c, const struct args *args, const char *const *more, size_t more_count);

/* cmd_handoff.c: the part of `show` that only a hand-over has. */
void handoff_print_head(struct client *c, const struct json_value *matter);

#endif

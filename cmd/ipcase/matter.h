/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What all kinds of matters share: reading one and acting on it. `kind` is "clue", "case" or "handoff"; the
 * first word of the command is its id or number.
 */
#ifndef IPCASE_MATTER_H
#define IPCASE_MATTER_H

#include "client.h"

enum exit_code matter_show(struct client *c, const struct args *args, const char *kind);
enum exit_code matter_next(struct client *c, const struct args *args, const char *kind);
enum exit_code matter_timeline(struct client *c, const struct args *args, const char *kind);
enum exit_code matter_clocks(struct client *c, const struct args *args, const char *kind);

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
enum exit_code matter_do(struct client *c, const struct args *args, const char *kind, const char *const *more,
			 size_t more_count);

/* cmd_handoff.c: the part of `show` that only a hand-over has. */
void handoff_print_head(struct client *c, const struct json_value *matter);

#endif

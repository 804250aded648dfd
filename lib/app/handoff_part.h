/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The hand-over's part of an act (app/act.h): what act_load() asks for besides, and the scene that is made of it for
 * handoff_make.h. Only for acts of kind MATTER_HANDOFF; a plain act knows nothing of it. */
#ifndef APP_HANDOFF_PART_H
#define APP_HANDOFF_PART_H

#include "app/act.h"
#include "app/handoff_make.h"

struct handoff_part {
	const struct handoff_arrival *arrival; /* set before the steps: a record of another organ becomes an act */
	struct handoff_scene scene;
	bool sends; /* rows of the outbox were written */
	bool restricted;
	size_t at_organs, at_heads, at_linked, at_numbers, at_materials, at_packages, at_restricted;
};

/* Adds statements to the load segment; makes a->handoff unless the inbox did. */
enum err_code handoff_part_load(struct act_call *a, struct task *t, struct pg_segment *seg) MUST_USE;
/* The scene from the replies, and handoff_prepare(). c->organ and c->unit are those of the matter; a restricted
 * hand-over moves to its own unit. */
enum err_code handoff_part_prepare(struct act_call *a, struct task *t, const struct pg_reply *r, struct change *c,
				   struct act_input *in) MUST_USE;
/* How many changes may come beside the act's own. */
size_t handoff_part_room(const struct act_call *a);
/* handoff_conclude() over that scene. */
enum err_code handoff_part_conclude(struct act_call *a, struct task *t, const struct act_input *in,
				    struct change *changes, size_t *count) MUST_USE;
/* Stored: the exchange may look. */
void handoff_part_stored(struct act_call *a);

#endif

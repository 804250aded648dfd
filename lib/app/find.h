/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Beside the queue pages: how long each queue is, and the jump box that takes whatever somebody has in hand.
 *
 * find fills the rows of a struct queue_call from .wanted: by id, by number, by unified code, by the beginning of a party's name
 * or of a number; what fits exactly comes first. */
#ifndef APP_FIND_H
#define APP_FIND_H

#include "app/queue.h"

enum { COUNT_MAX = 1000, FIND_MAX = 20 };

struct count_call {
	struct call call; /* first */
	/* out: each at most COUNT_MAX */
	int64_t mine, unit, waiting, week, approve, overdue;
	/* inside */
	size_t at_own, at_turns, at_approve, at_units;
};

enum step count_load(struct task *t);
enum step count_read(struct task *t);

enum step find_load(struct task *t);
enum step find_read(struct task *t);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Earlier decisions of the organ on the same cause: what was ordered then, for the approval desk. Only cases that the caller
 * sees. */
#ifndef APP_SIMILAR_H
#define APP_SIMILAR_H

#include "app/app.h"

struct similar_row {
	int64_t id, fine_fen;     /* fine -1: none */
	const char *number, *title, *outcome, *discretion; /* number may be NULL */
	day_t decided_on;
};

struct similar_call {
	struct call call; /* first */
	int64_t id;
	size_t count;
	/* inside */
	size_t at_kind, at;
};

enum step similar_load(struct task *t);
enum step similar_read(struct task *t); /* ERR_NOT_FOUND: no such case, or not visible */
void similar_at(const struct similar_call *c, size_t i, struct similar_row *ret);

#endif

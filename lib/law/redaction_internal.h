/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the files of redaction share; nobody else includes this. */
#ifndef LAW_REDACTION_INTERNAL_H
#define LAW_REDACTION_INTERNAL_H

#include "base/text_scan.h"
#include "law/redaction.h"

/* A text as search compares it: the letters and numbers of a scan, and for each the unit it is. */
struct redaction_key {
	const int32_t *c;
	const uint32_t *unit; /* index into the scan; NULL where nobody asks for places */
	size_t n;
};

bool redaction_key(struct arena *arena, const struct text_scan *scan, struct redaction_key *ret) MUST_USE;
/* The key of a text alone; n is 0 when there is nothing to compare. False: not valid, or the arena is full. */
bool redaction_key_of(struct arena *arena, struct sv text, struct redaction_key *ret) MUST_USE;
/* First place >= from where `what` stands in `in`; SIZE_MAX: nowhere, or `what` is empty. */
size_t redaction_key_find(const struct redaction_key *in, size_t from, const struct redaction_key *what);

/* Places of a find under construction. */
struct redaction_hits {
	struct arena *arena;
	struct redaction_find *items;
	size_t count, room;
	bool failed;
};

void redaction_hit(struct redaction_hits *hits, size_t at, size_t end, enum redaction_class why, bool certain,
		   const char *how);

/* redaction_number.c: everything with digits in it, and what stands behind a label. */
void redaction_find_numbers(struct redaction_hits *hits, const struct text_scan *scan);
void redaction_find_labelled(struct redaction_hits *hits, const struct text_scan *scan, bool natural);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the files of the hand-over routes share: api_handoff.c (lists, one hand-over, acts), api_handoff_file.c
 * (downloads, what comes in), api_handoff_json.c (how it is written). The
 * route table includes it for the sizes of contexts. */
#ifndef API_API_HANDOFF_H
#define API_API_HANDOFF_H

#include "api/api_steps.h"
#include "app/handoff.h"
#include "app/inbox.h"
#include "app/peer_names.h"

/* ---- contexts of routes ---- */

struct handoff_get {
	struct handoff_view view; /* first */
	struct peer_names names;
};

struct handoff_download {
	struct handoff_stream_call stream; /* first */
	const char *name;
	struct job *job;
};

struct handoff_upload {
	struct call call; /* first */
	struct job *job;
};

struct handoff_inbox {
	struct inbox_call inbox; /* first */
	struct job *job, *dropped;
};

/* ---- writing ---- */

const char *api_side_code(unsigned side); /* "sender"; NULL when it is no side */

void api_write_handoff_row(struct json_writer *w, const struct law_book *book, day_t today,
			   const struct handoff_row *row);
void api_write_handoff(struct json_writer *w, struct arena *arena, const struct handoff_view *v,
		       const struct peer_names *names);
void api_write_thread(struct json_writer *w, const struct handoff_thread_call *c);
void api_write_inbox(struct json_writer *w, const struct inbox_call *c);
void api_write_quarantine_row(struct json_writer *w, const struct quarantine_row *q);
void api_write_peer_row(struct json_writer *w, const struct peer_row *p);

#endif

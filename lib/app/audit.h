/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The audit: a run counts a period as of an instant and leaves a document (docs/audit.md); a snapshot is a run that was
 * submitted and never changes.
 *
 * A run is a job of its own on the loop of the request that began it. It waits until everything is written that counts as known
 * at its instant, reads pages of rate_row on PG_LANE_SLOW, counts them on the content pool (audit_tally.h), and stores
 * the document as a content. Rights: what the caller's units let him see; only a run over all units of the
 * organ can be submitted, by a leader or an auditor.
 *
 * Refusals: those of audit_period.h, and "organ" (ERR_INVALID), "as-of-future", "before-first-act" (ERR_INVALID),
 * "no-such-campaign", "no-such-audit", "no-such-snapshot" (ERR_NOT_FOUND), "not-finished", "not-whole", "period-open"
 * (ERR_WRONG_STATE), "other-period" (ERR_INVALID), "store-missing" (ERR_WRONG_STATE). */
#ifndef APP_AUDIT_H
#define APP_AUDIT_H

#include "app/app.h"
#include "app/audit_period.h"
#include "app/material.h"
#include "app/render.h"

/* POST /audits */
struct audit_open_call {
	struct call call;   /* first */
	/* in */
	struct sv period, organ; /* organ .p NULL: the only one there is */
	instant_t as_of;         /* INSTANT_NONE: now */
	const char *key;
	char request_digest[65];
	/* out */
	struct sv reply;         /* JSON {"id","period","state"} */
	bool replayed;
	/* inside */
	struct audit_span span;
	instant_t now;
	bool asked;
	int64_t organ_id;
	const char *organ_code, *organ_name;
	bool whole;
	size_t at_idempotency, at_organs, at_now, at_campaign;
};
enum step audit_load(struct task *t);
enum step audit_decide(struct task *t);
enum step audit_known(struct task *t);
enum step audit_started(struct task *t);
#define AUDIT_OPEN_STEPS \
	{ "audit_load", audit_load }, { "audit_decide", audit_decide }, { "audit_known", audit_known }, \
	{ "audit_started", audit_started }

/* A run as stored. Texts live as long as the task. */
struct audit_run {
	int64_t id, rows, size, snapshot; /* snapshot 0: none */
	int64_t same_id;                  /* a snapshot of the same organ, period and instant; 0: none */
	bool same;                        /* and the same bytes */
	const char *organ, *period, *name, *kind, *state, *problem, *sha256;
	day_t from, to;
	bool open, whole;
	instant_t as_of;
};

/* GET /audits: the caller's own, newest first */
enum { AUDIT_LIST_DEFAULT = 50, AUDIT_LIST_MAX = 200 };
struct audit_list_call {
	struct call call; /* first */
	int64_t limit;    /* in */
	size_t count;     /* out */
};
enum step audit_list(struct task *t);
enum step audit_listed(struct task *t);
void audit_list_at(const struct audit_list_call *c, size_t i, struct audit_run *ret);
#define AUDIT_LIST_STEPS { "audit_list", audit_list }, { "audit_listed", audit_listed }

/* GET /audits/:id, and the files of a run or a snapshot: the document, or one that is made of it (app/render.h). */
struct audit_file_call {
	struct material_read_call read; /* first; .material and .reader out */
	int64_t id;                     /* in */
	enum render_kind kind;          /* in, of a made one */
	struct render_file *file;       /* out, of a made one: take it (set NULL) or it goes with the task */
	struct audit_run run;           /* out; of a snapshot: sha256, size and period only */
};
struct audit_show_call {
	struct call call; /* first */
	int64_t id;       /* in */
	struct audit_run run;
};
enum step audit_show(struct task *t);  /* of struct audit_show_call */
enum step audit_shown(struct task *t);
#define AUDIT_SHOW_STEPS { "audit_show", audit_show }, { "audit_shown", audit_shown }
enum step audit_file_find(struct task *t); /* of struct audit_file_call */
enum step audit_file_found(struct task *t);
#define AUDIT_FILE_STEPS \
	{ "audit_file_find", audit_file_find }, { "audit_file_found", audit_file_found }, { "material_open", material_open }
enum step audit_file_render(struct task *t);
#define AUDIT_RENDER_STEPS \
	{ "audit_file_find", audit_file_find }, { "audit_file_found", audit_file_found }, { "audit_file_render", audit_file_render }

/* A submitted one. */
struct audit_snapshot {
	int64_t id, n, run, size;
	const char *organ, *period, *name, *kind, *made_by, *made_by_name, *sha256;
	day_t from, to;
	instant_t as_of, made_at;
};

/* POST /audits/:id/submit */
struct audit_submit_call {
	struct call call; /* first */
	int64_t id;       /* in: of the run */
	const char *key;
	char request_digest[65];
	/* out */
	struct sv reply;
	bool replayed;
	struct audit_run run;
	size_t at_run, at_idempotency;
};
enum step audit_submit_load(struct task *t);
enum step audit_submit(struct task *t);
enum step audit_submitted(struct task *t);
#define AUDIT_SUBMIT_STEPS \
	{ "audit_submit_load", audit_submit_load }, { "audit_submit", audit_submit }, { "audit_submitted", audit_submitted }

/* GET /snapshots, GET /snapshots/:id */
enum { SNAPSHOTS_MAX = 500 };
struct snapshot_list_call {
	struct call call;  /* first */
	struct sv period;  /* in; .p NULL: any */
	int64_t id;        /* in; 0: any */
	size_t count;      /* out */
};
enum step snapshot_list(struct task *t);
enum step snapshot_listed(struct task *t);
void snapshot_at(const struct snapshot_list_call *c, size_t i, struct audit_snapshot *ret);
#define SNAPSHOT_LIST_STEPS { "snapshot_list", snapshot_list }, { "snapshot_listed", snapshot_listed }

/* The same files of a snapshot. */
enum step snapshot_file_find(struct task *t); /* of struct audit_file_call */
enum step snapshot_file_found(struct task *t);
#define SNAPSHOT_FILE_STEPS \
	{ "snapshot_file_find", snapshot_file_find }, { "snapshot_file_found", snapshot_file_found }, \
	{ "material_open", material_open }
#define SNAPSHOT_RENDER_STEPS \
	{ "snapshot_file_find", snapshot_file_find }, { "snapshot_file_found", snapshot_file_found }, \
	{ "audit_file_render", audit_file_render }

/* GET /snapshots/:id/verify: are the stored bytes what was submitted? */
struct snapshot_verify_call {
	struct call call; /* first */
	int64_t id;       /* in */
	/* out */
	struct audit_snapshot snapshot;
	char sha256[65];  /* of what is there now; "": it cannot be read */
	int64_t size;
	bool equal;
	const char *message;
	instant_t checked_at;
};
enum step snapshot_verify_find(struct task *t);
enum step snapshot_verify_hash(struct task *t);
enum step snapshot_verify_done(struct task *t);
#define SNAPSHOT_VERIFY_STEPS \
	{ "snapshot_verify_find", snapshot_verify_find }, { "snapshot_verify_hash", snapshot_verify_hash }, \
	{ "snapshot_verify_done", snapshot_verify_done }

/* GET /snapshots/:id/diff/:other: what changed from the one to the other, and why (audit_diff.c). */
struct audit_diff;
struct snapshot_diff_call {
	struct call call;  /* first */
	int64_t a, b;      /* in */
	struct sv reply;   /* out: JSON, until the task ends */
	/* inside */
	struct audit_snapshot before, after;
	struct audit_diff *diff;
	size_t at_a, at_b;
};
enum step snapshot_diff_load(struct task *t);
enum step snapshot_diff_compare(struct task *t);
enum step snapshot_diff_acts(struct task *t);
enum step snapshot_diff_reply(struct task *t);
#define SNAPSHOT_DIFF_STEPS \
	{ "snapshot_diff_load", snapshot_diff_load }, { "snapshot_diff_compare", snapshot_diff_compare }, \
	{ "snapshot_diff_acts", snapshot_diff_acts }, { "snapshot_diff_reply", snapshot_diff_reply }

/* ---- inside lib/app ---- */

/* Begins the job of a run. `who` is copied. Nobody waits for it. */
void audit_job_start(struct app *app, const struct session *who, const struct audit_open_call *c, int64_t run);
/* A row of snapshot_list. */
void audit_snapshot_row(const struct pg_reply *r, size_t at, size_t row, struct audit_snapshot *ret);

#endif

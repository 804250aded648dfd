/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Hand-overs (移送) as the API uses them.
 *
 * A hand-over is a matter of kind MATTER_HANDOFF; each organ that takes part has its own copy. It is opened and
 * worked like every other matter, with struct act_call and ACT_STEPS (app/act.h):
 *
 *   open   .kind = MATTER_HANDOFF, .matter = 0, .procedure = the channel, .act = "open"; registering one that came
 *          on paper: .act = "arrive"
 *   act    .kind = MATTER_HANDOFF, .matter = id, .act, .version, .fields
 *
 * What act.c does for it beside a plain act is in app/handoff_part.h. Whose copy it is follows from the account:
 * row-level security shows each organ its own. Reading its dossier, next acts, timeline and clocks goes through
 * app/view.h with .kind = MATTER_HANDOFF, or through struct handoff_view below.
 *
 * All steps stand behind step_authenticate and step_authenticated. Texts and rows that a call gives out live as
 * long as its task; streams belong to whoever takes them. */
#ifndef APP_HANDOFF_H
#define APP_HANDOFF_H

#include "app/view.h"

/* ---- GET /handoffs ---- */

enum { HANDOFF_PAGE_DEFAULT = 50, HANDOFF_PAGE_MAX = 200 };

struct handoff_row {
	int64_t id, version, case_id;  /* case_id 0: none */
	const char *channel, *thread;
	unsigned side;                 /* SIDE_ bit of this organ's part */
	const char *number;            /* hand-over number, NULL: not yet */
	const char *title, *party, *turn, *officer, *rule;
	const char *peer, *peer_name;  /* main counterpart: code and name */
	enum state state;
	bool open;
	day_t due;                     /* DAY_MAX: none */
	instant_t sent_at;             /* INSTANT_NONE: not yet */
};

struct handoff_list_call {
	struct call call; /* first */
	/* in; what is 0, NULL or "" does not filter */
	unsigned side;         /* SIDE_ bits */
	const char *channel;   /* "c1" */
	const char *state;     /* code of a state */
	const char *peer;      /* organ code */
	struct sv number;      /* hand-over number as typed, lenient about brackets and blanks; or the thread */
	int64_t case_id;
	bool only_open, only_closed;
	int64_t before;        /* cursor: id of the last row of the page before; 0 for the first */
	int64_t limit;         /* 1..HANDOFF_PAGE_MAX; 0: default */
	/* out, newest first */
	struct handoff_row *rows;
	size_t count;
	int64_t next;          /* `before` of the next page, 0: none */
	day_t today;
};

enum step handoff_list(struct task *t);
enum step handoff_listed(struct task *t);

#define HANDOFF_LIST_STEPS { "handoff_list", handoff_list }, { "handoff_listed", handoff_listed }

/* ---- GET /handoffs/:id (and /next, /acts, /clocks) ---- */

struct handoff_view {
	struct matter_view view; /* first; set .id, .kind = MATTER_HANDOFF and what view.h asks for */
	/* out */
	struct handoff_row row;
	const char *own, *own_name;    /* our organ */
	int64_t waiting, failed;       /* records on their way out, and those that could not be delivered */
	size_t at; /* inside */
};

enum step handoff_view_load(struct task *t);
enum step handoff_view_read(struct task *t);

#define HANDOFF_VIEW_STEPS \
	{ "handoff_view_load", handoff_view_load }, { "handoff_view_read", handoff_view_read }

/* ---- GET /handoffs/:id/thread ---- */

struct handoff_record_row {
	int64_t ordinal;           /* place in this copy's thread, from 1 */
	const char *lane;          /* organ code of its maker */
	int64_t n, seq;            /* number in the lane; the act of this copy it belongs to */
	const char *kind;
	const char *digest;        /* "sha256:..." of the body */
	struct sv body;            /* canonical JSON, exactly the signed bytes */
	struct sv cms, sm2;        /* base64; sm2 .p NULL: none */
	instant_t stored_at;
};

struct handoff_package_row {
	int64_t seq;               /* its record's ordinal: /handoffs/:id/packages/:seq/content */
	const char *name;          /* of the bag */
	const char *lane;
	const char *manifest, *tagmanifest; /* "sha256:..." */
	int64_t items, bytes;
	bool held;                 /* its bytes are here; a third gets the lists only */
};

struct handoff_outbox_row {
	const char *to, *to_name, *lane, *way; /* way: hub, network, disc */
	int64_t n, tries;
	instant_t made_at, next_at, done_at; /* INSTANT_NONE: never (again), not yet */
	const char *error;         /* last one, NULL: none */
};

struct handoff_thread_call {
	struct call call; /* first */
	int64_t id;
	/* out */
	const char *thread, *channel, *number; /* number NULL: none */
	const char *own;
	struct handoff_record_row *records;   /* in the order of this copy's ledger */
	struct handoff_package_row *packages;
	struct handoff_outbox_row *outbox;
	size_t record_count, package_count, outbox_count;
	size_t at; /* inside */
};

enum step handoff_thread(struct task *t);
enum step handoff_thread_read(struct task *t);

#define HANDOFF_THREAD_STEPS { "handoff_thread", handoff_thread }, { "handoff_thread_read", handoff_thread_read }

/* ---- streams: GET /handoffs/:id/packages/:seq/content, GET /handoffs/:id/export ---- */

/* What is to be written. It owns everything that it needs and belongs to no task, so it may move to another
 * thread. */
struct handoff_stream;

/* Takes the next bytes; ERR_OK or the reason to stop. */
typedef enum err_code handoff_write_fn(void *arg, const void *p, size_t n, struct err *err);
/* Writes the whole ZIP with flat memory. Blocking: on an offload thread only, once. Contents are hashed again while
 * they are read; when one does not fit ("content-altered", "content-missing"), writing stops there: the peer must
 * then see a broken reply, never a complete one. */
enum err_code handoff_stream_write(struct handoff_stream *s, handoff_write_fn *write, void *arg,
				   struct err *err) MUST_USE;
int64_t handoff_stream_size(const struct handoff_stream *s);     /* exact length, -1: not known beforehand */
const char *handoff_stream_name(const struct handoff_stream *s); /* a file name: "乐市监移〔2026〕3号-01.zip" */
void handoff_stream_free(struct handoff_stream *s); /* NULL is allowed */

struct handoff_stream_call {
	struct call call; /* first */
	int64_t id;
	int64_t seq;      /* package: its record's ordinal; export: 0 */
	/* out: freed with the task unless taken (take it: set NULL) */
	struct handoff_stream *stream;
	/* inside */
	struct act_call *retrieval; /* first download by a receiver's liaison: the record `retrieved` */
	size_t at;
};

/* What FIELD_ATTACH of an act names: "3" or "case:3" is the linked case's material 3, "handoff:3" the hand-over's own;
 * without a linked case a plain number is the hand-over's. */

/* A download by a receiver or third that has not downloaded before makes the record `retrieved`. Refusals:
 * ERR_NOT_FOUND; ERR_FORBIDDEN "package-not-held" (a third has the lists only). */
enum step handoff_package(struct task *t);
enum step handoff_package_read(struct task *t);
enum step handoff_package_retrieved(struct task *t);
enum step handoff_export(struct task *t);
enum step handoff_export_read(struct task *t);

#define HANDOFF_PACKAGE_STEPS \
	{ "handoff_package", handoff_package }, { "handoff_package_read", handoff_package_read }, \
	{ "handoff_package_retrieved", handoff_package_retrieved }
#define HANDOFF_EXPORT_STEPS { "handoff_export", handoff_export }, { "handoff_export_read", handoff_export_read }

/* ---- GET /peers: the directory of organs ---- */

struct peer_row {
	const char *code, *name, *kind, *region, *way; /* region may be NULL */
	bool active, own;
};

struct peer_list_call {
	struct call call; /* first */
	struct peer_row *rows;
	size_t count;
};

enum step peer_list(struct task *t);
enum step peer_listed(struct task *t);

#define PEER_LIST_STEPS { "peer_list", peer_list }, { "peer_listed", peer_listed }

/* ---- GET /quarantine: what was refused at the door; for administrators, and each organ its own ---- */

struct quarantine_row {
	int64_t id, times;                 /* times: how often the same was offered */
	instant_t at, last_at;
	const char *organ;                 /* code of the organ whose inbox refused it */
	const char *source, *digest, *rule, *message, *file; /* file NULL: not kept */
};

struct quarantine_call {
	struct call call; /* first */
	int64_t before, limit; /* cursor and size of a page, as in handoff_list_call */
	struct quarantine_row *rows;
	size_t count;
	int64_t next;
};

enum step quarantine_list(struct task *t);
enum step quarantine_listed(struct task *t);

#define QUARANTINE_STEPS { "quarantine_list", quarantine_list }, { "quarantine_listed", quarantine_listed }

#endif

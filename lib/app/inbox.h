/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The inbox of an organ: records of other organs come in, by whatever way, and become acts of its own copy.
 *
 * The same bytes arrive inside the hub, by network and by disc. What is offered are records in the order of the
 * sender's ledger, and the packages they name. For each record, in a transaction of its own:
 *
 *   known already (same lane, number and digest)        nothing happens, the answer is "known"
 *   right                                               the act is done as the organ's exchange account, the record
 *                                                       stored as it came; the first one opens the copy
 *   anything else                                       refused with the rule below; nothing changes; the record is
 *                                                       kept in quarantine (row and file), and an audit line written
 *
 * Rules of refusal (err->rule): record-malformed, record-addressee (we are not among `to`), record-sender (the lane
 * has no part in this hand-over, or not the part whose act it is), record-fork (this number with other content),
 * record-gap (a number is missing), record-ahead (it has seen what has not come yet), record-thread (no such
 * hand-over, and not the record that begins one), record-state (what it says does not follow from our copy),
 * record-in-the-future, package-missing, package-mismatch, peer-unknown, certificate-pin, and those of
 * crypto/sign.h and, for a whole thread at once, package/thread.h; legal refusals keep the engine's own rule.
 *
 * Refusals that time may cure (ERR_UNAVAILABLE, ERR_BUSY, ERR_TIMEOUT, ERR_CONFLICT, ERR_STALE, and record-ahead) are
 * `later`: they go into no quarantine and the sender tries again. */
#ifndef APP_INBOX_H
#define APP_INBOX_H

#include "app/app.h"

struct exchange_organ; /* exchange.h */

/* A record as it came. Views must live until the batch is done. */
struct inbox_item {
	struct sv body, cms, sm2;  /* raw bytes; sm2 .p NULL: none */
};

/* A package as it is stored (app/handoff_make.h); its contents are in the store where `held`. The inbox checks that its
 * parts fit each other, the record and the sender's signature. */
struct inbox_package {
	struct sv name, plan, texts;
	bool held;
	struct err *refused; /* why it cannot be used: then a record that names it is refused so. NULL: it can */
};

enum inbox_outcome { INBOX_APPLIED, INBOX_KNOWN, INBOX_REFUSED, INBOX_LATER, INBOX_SKIPPED };

struct inbox_result {
	enum inbox_outcome outcome; /* SKIPPED: behind a refusal in the same batch */
	char lane[64], kind[40], thread[40]; /* "" when it could not be read */
	int64_t n;
	int64_t matter;             /* our copy, 0: none */
	char digest[72];            /* "sha256:..." */
	struct err err;             /* of REFUSED and LATER */
};

struct inbox_batch {
	struct app *app;
	const struct exchange_organ *organ; /* whose inbox */
	const char *source;                 /* for quarantine: "hub:512022-police", "network:...", "disc:officer" */
	const struct inbox_item *items;
	size_t count;
	const struct inbox_package *packages;
	size_t package_count;
	bool whole_thread;                  /* to somebody who joins late: the last item with all that went before */
	/* out */
	struct inbox_result *results;       /* count of them, by the caller's choice in the same memory */
};

typedef void inbox_done_fn(void *arg);
/* Takes the items one after another on the app's loop; on_done(arg) runs once, never from within this call.
 * `batch` and everything in it stays where it is until then. */
void inbox_take(struct inbox_batch *batch, inbox_done_fn *on_done, void *arg);

/* ---- POST /handoffs/inbox: an export from a disc ---- */

struct inbox_call {
	struct call call; /* first */
	/* in */
	const char *path;         /* a ZIP or a folder on this machine: a finished upload */
	/* out: in the order of the export; refused ones do not make the request fail */
	const char *thread;
	struct inbox_result *results;
	size_t count;
	struct inbox_work *work; /* inside */
};

/* Fails as a whole, with the exact rule and a row in quarantine, when the export does not verify: then nothing
 * has changed. Its rules beside those above: export-form, export-record, and those of package/bag.h, package/tree.h,
 * package/record.h and package/thread.h. */
enum step inbox_open(struct task *t);
enum step inbox_opened(struct task *t);
enum step inbox_verified(struct task *t);
enum step inbox_begin(struct task *t);
enum step inbox_rest(struct task *t);
enum step inbox_answer(struct task *t);

#define INBOX_STEPS \
	{ "inbox_open", inbox_open }, { "inbox_opened", inbox_opened }, { "inbox_verified", inbox_verified }, \
	{ "inbox_begin", inbox_begin }, { "inbox_rest", inbox_rest }, { "inbox_answer", inbox_answer }

#endif

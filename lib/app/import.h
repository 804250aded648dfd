/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Importing published cases: each row becomes a matter of its own by the act `back_entry` (补录), with the
 * row's text kept verbatim beside it.
 *
 * A row is known by its key (the published object's `id`, within the organ) and by the digest of its
 * original. The same key and digest again changes nothing; the same key with another text is an error of
 * that row and never overwrites. No row stops another. Rows are stored one transaction each, in the order
 * given, so that the originals come out in the order of the file; the job's counter `new` moves in the
 * row's own transaction, the other counters in the last one.
 *
 * All steps stand behind step_authenticate and step_authenticated. Replies live until the task ends: the
 * caller's next step sends them. */
#ifndef APP_IMPORT_H
#define APP_IMPORT_H

#include "app/app.h"
#include "json/json_reader.h"

enum {
	IMPORT_ROWS_MAX = 100,            /* rows of one request */
	IMPORT_ORIGINAL_MAX = 256 * 1024, /* bytes of one original */
	IMPORT_PAGE_MAX = 500,            /* originals of one page */
};

/* ---- POST /imports ---- */

struct import_open_call {
	struct call call;             /* first */
	const struct json_value *body; /* {"name","format","total"} */
	const char *key;              /* Idempotency-Key */
	char request_digest[65];
	/* out */
	struct sv reply;              /* {"id"} ; status 201 */
	bool replayed;
};

enum step import_open(struct task *t);
enum step import_opened(struct task *t);
enum step import_open_settled(struct task *t);

#define IMPORT_OPEN_STEPS \
	{ "import_open", import_open }, { "import_opened", import_opened }, \
	{ "import_open_settled", import_open_settled }

/* ---- POST /imports/{id}/rows ---- */

struct import_work; /* import.c */

struct import_rows_call {
	struct call call;             /* first */
	int64_t job;
	const struct json_value *body; /* {"rows":[{"line","original","row"?}],"dry_run"?}; stays until the end */
	const char *key;              /* Idempotency-Key; unused by a dry run, which stores nothing */
	char request_digest[65];
	/* out */
	struct sv reply;              /* {"results":[...]} ; status 200 */
	bool replayed;
	/* inside */
	struct import_work *work;
};

enum step import_rows_read(struct task *t);
enum step import_rows_known(struct task *t);
enum step import_rows_store(struct task *t);
enum step import_rows_count(struct task *t);
enum step import_rows_settle(struct task *t);

#define IMPORT_ROWS_STEPS \
	{ "import_rows_read", import_rows_read }, { "import_rows_known", import_rows_known }, \
	{ "import_rows_store", import_rows_store }, { "import_rows_count", import_rows_count }, \
	{ "import_rows_settle", import_rows_settle }

/* ---- GET /imports/{id} ---- */

struct import_show_call {
	struct call call;             /* first */
	int64_t job;
	struct sv reply;              /* {"id","name","total","read","new","unchanged","failed","state"} */
};

enum step import_show(struct task *t);
enum step import_shown(struct task *t);

#define IMPORT_SHOW_STEPS { "import_show", import_show }, { "import_shown", import_shown }

/* ---- GET /imports/originals ---- */

struct import_page_call {
	struct call call;             /* first */
	int64_t after;                /* cursor of the page before, 0 for the first */
	int64_t limit;                /* 1..IMPORT_PAGE_MAX; a page may be shorter: it also ends by its size */
	struct sv reply;              /* {"items":[{"key","original"}],"next":"123"|null} */
};

enum step import_page(struct task *t);
enum step import_paged(struct task *t);

#define IMPORT_PAGE_STEPS { "import_page", import_page }, { "import_paged", import_paged }

#endif

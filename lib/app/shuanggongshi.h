/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * 双公示 as the API uses it: the rows of decisions and what each lacks (law/shuanggongshi.h), the files that were made
 * (batches: these bytes, these decisions), and what has to be reported again.
 *
 * That a decision was reported, and when, says the act `credit_report` of its disclosure, which carries number and digest
 * of the batch; nothing here repeats it.
 *
 * All steps stand behind step_authenticate and step_authenticated. Texts and rows live as long as the task. */
#ifndef APP_SHUANGGONGSHI_H
#define APP_SHUANGGONGSHI_H

#include "app/app.h"
#include "law/shuanggongshi.h"

/* A text of 20 KB takes some 5 ms to be looked through, on the loop: pages are short. */
enum { SGS_PAGE_DEFAULT = 10, SGS_PAGE_MAX = 20, SGS_IDS_MAX = 20000 };

/* ---- GET /shuanggongshi ---- */

struct sgs_item {
	int64_t id, version; /* of the disclosure */
	const char *number;  /* of the decision, "" */
	day_t decided_on, reported_on; /* first reported; DAY_NONE: not yet */
	enum state state;
	struct sgs_row *rows;
	size_t row_count;
};

struct sgs_page_call {
	struct call call; /* first */
	/* in: decisions of these days, both inclusive */
	day_t from, to;
	struct sv cursor;
	int64_t limit;
	/* out */
	struct sgs_book book;
	struct sgs_item *items;
	size_t count;
	const char *next; /* NULL: no more */
	/* inside */
	size_t at_rules, at_page;
};

/* ERR_INVALID "period", "cursor". */
enum step sgs_page_load(struct task *t);
enum step sgs_page_read(struct task *t);

#define SGS_PAGE_STEPS { "sgs_page_load", sgs_page_load }, { "sgs_page_read", sgs_page_read }

/* ---- POST /shuanggongshi/batches ---- */

struct sgs_batch_call {
	struct call call; /* first */
	/* in */
	day_t from, to;
	const char *format; /* "csv", "xlsx" */
	int64_t lines, size;
	struct sv sha256;   /* hex */
	const struct json_value *items; /* [{"id":"12","version":7}, ...] */
	/* out */
	int64_t id;
};

/* ERR_INVALID for what is malformed; ERR_NOT_FOUND "disclosure" when a decision is none of the caller's, or they are not of
 * one organ. The same bytes are the same batch. */
enum step sgs_batch_make(struct task *t);
enum step sgs_batch_made(struct task *t);

#define SGS_BATCH_STEPS { "sgs_batch_make", sgs_batch_make }, { "sgs_batch_made", sgs_batch_made }

/* ---- GET /shuanggongshi/batches, .../:id, /shuanggongshi/again ---- */

struct sgs_batch {
	int64_t id, lines, size, decisions, reported;
	const char *no, *organ, *format, *sha256, *made_by, *made_by_name;
	day_t from, to, first_on, last_on; /* reported on; DAY_NONE: not yet */
	instant_t made_at;
};

/* Of a batch, or to be reported again. */
struct sgs_entry {
	int64_t id, exported_version, version;
	const char *number, *title, *act; /* act: code of what changed it, NULL in a batch */
	enum state state;
	day_t reported_on, changed_on;
};

struct sgs_list_call {
	struct call call; /* first */
	/* in */
	int64_t id;    /* one batch with its entries; 0: the list */
	bool again;    /* instead: what has to be reported again */
	int64_t after; /* 0: from the beginning */
	int64_t limit;
	/* out */
	struct sgs_batch *batches;
	size_t batch_count;
	struct sgs_entry *entries;
	size_t entry_count;
	int64_t next; /* 0: no more */
	/* inside */
	size_t at_batches, at_entries;
};

/* ERR_NOT_FOUND when there is no such batch for the caller. */
enum step sgs_list_load(struct task *t);
enum step sgs_list_read(struct task *t);

#define SGS_LIST_STEPS { "sgs_list_load", sgs_list_load }, { "sgs_list_read", sgs_list_read }

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Reading what is public: lists, searches, one page, the ledger. Nobody is logged in; no caller is set, so beside the functions of
 * migration 0011, which look at the window of each record, the daemon's role sees nothing in these segments.
 *
 * The clock is the daemon's: `at` goes into every statement. Failures of the database do not fail the task (the site
 * answers with a page of its own): look at `code`.
 *
 * Thread rule: as struct call. */
#ifndef APP_PUBLIC_H
#define APP_PUBLIC_H

#include "app/app.h"

enum { PUBLIC_PAGE = 20, PUBLIC_LEDGER_PAGE = 5000, PUBLIC_QUERY_MAX = 100 };

enum public_by { PUBLIC_BY_AUTO, PUBLIC_BY_PARTY, PUBLIC_BY_CODE, PUBLIC_BY_NUMBER };

struct public_row {
	int64_t id;
	const char *organ, *decision_no, *party;
	day_t decided_on, published_on;
};

enum public_state { PUBLIC_NEVER, PUBLIC_NOW, PUBLIC_MOVED, PUBLIC_ENDED };

struct public_call {
	struct call call; /* first */
	/* in */
	instant_t at;         /* set by the first step */
	struct sv query;      /* as typed; "" for the newest */
	enum public_by by;
	int64_t before;       /* 0: from the newest on */
	int64_t page;         /* of public_page_load() */
	day_t from, until;    /* of the ledger; DAY_NONE */
	int64_t after;
	/* out */
	enum err_code code;   /* of the database */
	const char *said;     /* why nothing was looked for: the text of the query is no query */
	struct public_row *rows;
	size_t count;
	int64_t next;         /* `before` of the next page, 0: none */
	enum public_state state;
	const struct pg_reply *reply; /* NULL when nothing was asked */
};

/* Two steps each: ask, and read what came. public_list_load() decides what a query means: 18 letters and digits are a
 * code, what reads as a number (or has a bracket or 号) is one, everything else is a party. */
enum step public_list_load(struct task *t);
enum step public_list_read(struct task *t);
enum step public_page_load(struct task *t);
enum step public_page_read(struct task *t);
enum step public_ledger_load(struct task *t);
enum step public_ledger_read(struct task *t);

/* Columns of the reply that public_page_read() leaves for PUBLIC_NOW, PUBLIC_MOVED and PUBLIC_ENDED (statement 0, row 0), and
 * of the rows of the ledger. */
enum { PUBLIC_STATE, PUBLIC_SUCCESSOR, PUBLIC_WHY, PUBLIC_ENDED_ON, PUBLIC_VERSION, PUBLIC_FROM_AT, PUBLIC_PUBLISHED_ON,
       PUBLIC_STOP_DUE, PUBLIC_CLASS, PUBLIC_SUMMARY, PUBLIC_BODY, PUBLIC_DIGEST, PUBLIC_PERSON };
enum { LEDGER_ID, LEDGER_STATE, LEDGER_ORGAN, LEDGER_DECISION_NO, LEDGER_PARTY, LEDGER_USCC, LEDGER_DECIDED_ON,
       LEDGER_PUBLISHED_ON, LEDGER_STOP_DUE, LEDGER_FROM_AT, LEDGER_ENDED_AT, LEDGER_DIGEST, LEDGER_COLUMNS };

#endif

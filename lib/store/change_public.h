/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A disclosure's part of a change: its row for lists, and what the act makes public or ends. Derived from the dossiers
 * before and after the act and from nothing else, so that rebuild can say the same (schema/migrations/0010_disclosure.sql).
 *
 *	not public -> public      a row of public_record begins
 *	public -> not public      it ends, with why
 *	public -> public          when anything that people read changed, one ends and the next version begins
 *
 * Pure; texts live in the arena. */
#ifndef STORE_CHANGE_PUBLIC_H
#define STORE_CHANGE_PUBLIC_H

#include "law/disclosure.h"
#include "store/change.h"

/* Row of table disclosure. */
struct disclosure_columns {
	int64_t case_id; /* 0: none */
	const char *class, *state;
	bool open;
	day_t next_on;   /* DAY_MAX: none */
	day_t decided_on, publish_due_on, published_on, pushed_on, credit_due_on, credit_on, withdraw_due_on, withdrawn_on,
		stop_due_on, stopped_on;
};
void disclosure_columns_of(const struct dossier *d, struct disclosure_columns *ret);

/* Row of table public_record, without its number, version and times. */
struct public_columns {
	const char *organ_name, *decision_no, *decision_no_key;
	const char *party, *party_key;
	const char *uscc;     /* NULL: none */
	const char *class;
	day_t decided_on, published_on, stop_due;
	struct sv summary;    /* JSON: the six items */
	const char *body;     /* the published text */
	uint8_t digest[32];   /* SHA-256 of it */
};

/* What everybody may read after this dossier. `organ_name`: of the organ whose decision it is, unless the dossier names another.
 * ERR_LAW "disclosure-incomplete" names the first thing that is missing; ERR_INVALID when the cuts do not fit the text. */
enum err_code public_columns_of(struct arena *arena, const struct dossier *d, const char *organ_name,
				struct public_columns *ret, struct err *err) MUST_USE;
bool public_columns_same(const struct public_columns *a, const struct public_columns *b);

struct change_public {
	bool begins, ends;
	const char *why;              /* of the end: 更正, 撤回, 停止 or 屏蔽, then "：" and the reason if there is one */
	struct public_columns columns; /* when it begins */
};

/* What the act between these two does to what is public. */
enum err_code change_public_of(struct arena *arena, const struct dossier *before, const struct dossier *after,
			       const char *organ_name, struct change_public *ret, struct err *err) MUST_USE;

/* The member "disclosure" of a change's document. */
enum err_code change_write_disclosure(struct json_writer *w, struct arena *arena, const struct change *c,
				      struct err *err) MUST_USE;

#endif

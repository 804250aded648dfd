/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The inside of made-up lives: one matter being lived (ctl_lives.c), its hearing, decision and what follows
 * (ctl_lives_decision.c), and what the decision makes public (ctl_lives_disclosure.c). */
#ifndef IPCASECTL_CTL_LIFE_H
#define IPCASECTL_CTL_LIFE_H

#include "ctl_lives.h"

#include "crypto/crypto.h"
#include "law/disclosure.h"
#include "law/form_mark.h"

enum { RECORDED_AFTER_US = 180 * 1000000, MARKS_MAX = 64 };

/* What the disclosure of a case will need, gathered while the case is lived. */
struct disclosing {
	int64_t id;
	struct dossier decided;    /* the case after the approval */
	struct act_record approval;
	const char *number;        /* of the decision */
	day_t served_on, performed_on, overturned_on;
};

/* One matter being lived. */
struct life {
	struct lives *l;
	struct lives_batch *batch;
	const struct lives_bureau *bureau;
	const struct lives_unit *unit;
	const struct procedure *p;
	struct rows_matter m;
	struct dossier d, before;  /* `before`: of the last act, kept when it files a case and for disclosures */
	struct act_record last;
	int64_t spawned;           /* id of the case that an approved filing opens */
	uint64_t random;
	bool over;                 /* the next act would lie after `until` */
	bool failed;
	bool checked;
	uint8_t digest[CRYPTO_SHA256_SIZE];
	const char *number;        /* of the matter: its first act's */
	instant_t first_at, last_at;
	struct cells marks[MARKS_MAX], parties[4];
	size_t mark_count;
	struct rate_mark mark;
	struct cells forms[MARKS_MAX]; /* of form_mark */
	size_t form_count;
	struct form_mark form;
	const char *form_texts;
	const char *mark_texts;    /* officer, campaigns, kind of right, title and party as the last mark had them */
	struct disclosing *disclosing; /* NULL: nothing was decided, or there is no id left */
	struct cells page;         /* row of public_record that has not ended */
	int page_n;                /* versions so far */
	bool page_open;
};

int life_below(struct life *f, int n);
bool life_percent(struct life *f, int n);
void life_put(struct life *f, enum rows_table t, const struct cells *row);
void life_refuse(struct life *f, const char *act, const struct err *err);
void life_fold(struct life *f, const struct act_row *row, const struct act_record *r, const struct actor *who);
void life_act(struct life *f, const struct actor *who, const char *code, day_t day, int hour, const struct facts *fields);
day_t life_workday(const struct life *f, day_t day);
/* Two stages on one day, three on two. `named`: the endorser names the officers. */
void life_approved(struct life *f, const struct actor *by, const char *code, day_t day, const struct facts *fields);
void life_stages(struct life *f, const char *code, day_t day, const struct facts *fields, bool named);
void life_finish(struct life *f);

/* From the notice to the day of the decision, with a hearing in between. */
day_t life_hearing(struct life *f, day_t day);
/* Decision, service, payment or the court, closing. */
void life_decision(struct life *f, day_t day, int64_t fine);

/* A penalty is about to be decided: takes an id for its disclosure. */
void disclosing_begin(struct life *f);
/* An act of the case was stored. */
void disclosing_saw(struct life *f, const struct rows_act *act);
/* Before each act of a disclosure is folded. */
void disclosure_before(struct life *f);
/* The life of the disclosure, after that of its case. */
void disclosure_live(struct life *f);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Report forms (报表): list, fill as of an instant, look into a cell, enter activity figures.
 *
 * A form is filled for an organ (or one of its units) and a period of audit_period.h, from the cases as known at an instant K
 * and the entries made by K. As with the audit, K fixes the cut-off day and the same K gives the same bytes; without one K
 * is now, and the steps wait until everything is written that counts as known by then. Memory is a page and the cells,
 * whatever the number of cases. Rights: what the caller's units let him see, and the document says when that is not all.
 *
 * Which entries make a figure of a unit: one for just this period; else those of shorter periods inside it that do not
 * overlap, the longest first. A stock (`last`) is the latest of them. A unit that entered nothing is named.
 *
 * Refusals: those of audit_period.h, and "no-such-form", "no-such-campaign", "no-such-cell" (ERR_NOT_FOUND); "form-not-valid" (no
 * version of the form for the period's last day), "form-period" (not made for such a period), "organ", "no-such-unit",
 * "as-of-future", "no-such-figure", "figure-value", "figures-missing" (ERR_INVALID); "not-settled" (ERR_BUSY).
 *
 * Replies are JSON that lives until the task ends. Owner loop only. */
#ifndef APP_FORMS_H
#define APP_FORMS_H

#include "app/app.h"
#include "app/forms_rule.h"
#include "app/render.h"
#include "json/json_reader.h"

enum { FORM_LIST_MAX = 5000, FORM_HISTORY_MAX = 2000 }; /* cases of a cell; entries of a history */

/* GET /forms */
struct form_list_call {
	struct call call; /* first */
	struct sv reply;  /* out */
	struct str out;
};
enum step form_list(struct task *t);
enum step form_listed(struct task *t);
#define FORM_LIST_STEPS { "form_list", form_list }, { "form_listed", form_listed }

/* GET /forms/:code, GET /forms/:code/cells/:cell */
struct form_work;
struct form_fill_call {
	struct call call; /* first */
	/* in; .p NULL: not given */
	struct sv code, period, organ, unit, cell; /* unit: code or id */
	instant_t as_of;                           /* INSTANT_NONE: now */
	/* out */
	struct sv reply;
	struct form_work *work;
};
enum step form_begin(struct task *t);
enum step form_decide(struct task *t);
enum step form_names(struct task *t);
enum step form_count(struct task *t);
enum step form_reply(struct task *t);
#define FORM_FILL_STEPS \
	{ "form_begin", form_begin }, { "form_decide", form_decide }, { "form_names", form_names }, \
	{ "form_count", form_count }, { "form_reply", form_reply }

/* GET /forms/:code/files/xlsx */
struct form_file_call {
	struct form_fill_call fill; /* first */
	struct render_file *file;   /* out: take it (set NULL) or it goes with the task */
	const char *name;           /* ip-enforcement-2026-10 */
};
enum step form_render(struct task *t);
#define FORM_FILE_STEPS FORM_FILL_STEPS, { "form_render", form_render }

/* POST /forms/:code/entries */
struct form_enter_call {
	struct call call; /* first */
	/* in */
	struct sv code, period, unit, note; /* note .p NULL: none */
	const struct json_value *figures;   /* {"staff":"12"} */
	const char *key;
	char request_digest[65];
	/* out */
	struct sv reply;
	bool replayed;
	/* inside */
	struct form form;
	struct audit_span span;
	struct str out;
	size_t at_key, at_now, at_campaign, at_head, at_columns, at_units;
};
enum step form_enter_load(struct task *t);
enum step form_enter_store(struct task *t);
enum step form_entered(struct task *t);
#define FORM_ENTER_STEPS \
	{ "form_enter_load", form_enter_load }, { "form_enter_store", form_enter_store }, { "form_entered", form_entered }

/* GET /forms/:code/entries */
struct form_history_call {
	struct call call; /* first */
	struct sv code, period, unit; /* in; .p NULL: any */
	struct sv reply;              /* out */
	struct str out;
	size_t at_head, at_units;
};
enum step form_history_load(struct task *t);
enum step form_history_read(struct task *t);
enum step form_history_reply(struct task *t);
#define FORM_HISTORY_STEPS \
	{ "form_history_load", form_history_load }, { "form_history_read", form_history_read }, \
	{ "form_history_reply", form_history_reply }

#endif

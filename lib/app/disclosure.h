/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Disclosures (行政处罚信息公示) as the API uses them.
 *
 * A disclosure is a matter of kind MATTER_DISCLOSURE: it is worked like every other one, with struct act_call and ACT_STEPS
 * (app/act.h). What acts do beside is in app/disclosure_part.h; what must stop by itself, below. Reading its dossier, next
 * acts, timeline and clocks goes through app/view.h, or through struct disclosure_view.
 *
 * Two things are not for everybody who sees the matter: the approved text (the sealed original) and the cuts with their
 * notes. They are for the officers of the case, whoever reviews or approves, the credit clerk and the auditors of the organ;
 * matter_view.sealed says that a reader is none of these.
 *
 * All steps stand behind step_authenticate and step_authenticated. Texts and rows live as long as the task. */
#ifndef APP_DISCLOSURE_H
#define APP_DISCLOSURE_H

#include "app/view.h"
#include "law/disclosure.h"
#include "law/redaction.h"

/* ---- GET /disclosures ---- */

enum { DISCLOSURE_PAGE_DEFAULT = 50, DISCLOSURE_PAGE_MAX = 200 };

struct disclosure_row {
	int64_t id, version, case_id; /* case_id 0: a decision of another province */
	const char *number;           /* of the decision, NULL: none */
	const char *title, *party, *class, *turn, *officer, *unit, *rule;
	enum state state;
	bool open;
	day_t due;                    /* what falls due first; DAY_MAX: nothing */
	day_t publish_due, published; /* published here, or pushed; DAY_NONE: not yet */
	day_t stop_due, decided;
};

struct disclosure_list_call {
	struct call call; /* first */
	/* in; what is 0, NULL or "" does not filter */
	const char *state;     /* code */
	int64_t unit;
	day_t until;           /* due by this day; DAY_NONE: any */
	bool only_open, only_closed;
	struct sv number;      /* of the decision, lenient about brackets and blanks: then nothing else filters */
	int64_t case_id;       /* the same */
	struct sv cursor;      /* `next` of the page before */
	int64_t limit;         /* 0: default */
	/* out, in the order of what falls due first */
	struct disclosure_row *rows;
	size_t count;
	const char *next;      /* NULL: no more */
	day_t today;
	size_t at; /* inside */
};

/* ERR_INVALID "cursor". */
enum step disclosure_list(struct task *t);
enum step disclosure_listed(struct task *t);

#define DISCLOSURE_LIST_STEPS { "disclosure_list", disclosure_list }, { "disclosure_listed", disclosure_listed }

/* ---- GET /disclosures/:id ---- */

/* A version that was, or is, public. */
struct public_period {
	int64_t id, n;               /* id: the number of its page */
	instant_t from_at, until_at; /* until_at INSTANT_NONE: until stop_due */
	const char *why;             /* NULL: not ended */
	day_t published_on, stop_due;
	const char *digest;          /* hex SHA-256 of body */
	struct sv body;
};

struct disclosure_view {
	struct matter_view view; /* first; set .id, .kind = MATTER_DISCLOSURE */
	/* out */
	int64_t case_id;         /* 0: none */
	const char *case_number, *case_title; /* NULL: none */
	enum state case_state;
	const char *organ_name;  /* our organ, whose decision it is unless it came from elsewhere */
	bool public_now;         /* may anybody read it at this moment? */
	bool has_window;
	struct disclosure_window window; /* of the day it was published, or of today */
	struct disclosure_summary summary;
	struct public_period *periods;
	size_t period_count;
	/* inside */
	size_t at_show, at_periods;
};

enum step disclosure_view_load(struct task *t);
enum step disclosure_view_read(struct task *t);

#define DISCLOSURE_VIEW_STEPS \
	{ "disclosure_view_load", disclosure_view_load }, { "disclosure_view_read", disclosure_view_read }

/* ---- GET and POST /disclosures/:id/preview ---- */

struct disclosure_preview {
	struct disclosure_view base; /* first */
	/* in: cuts to try instead of the stored ones, as text of the field CUTS; .p NULL: the stored ones, and where there
	 * are none yet, those that the program proposes */
	struct sv cuts_given;
	/* out */
	const char *source;          /* given, stored, proposed */
	struct sv original;
	struct redaction_cuts cuts, proposed, unsure; /* proposed: certain, and not within cuts */
	const char *text;            /* what would be published */
	const char *original_digest, *digest; /* hex */
	struct err residue;          /* .code ERR_OK: nothing is left that must not be public */
	const char *missing;         /* item of the summary that is missing, NULL: complete */
	/* inside */
	size_t at_sources, at_acts, at_officers;
};

/* ERR_FORBIDDEN "sealed"; ERR_WRONG_STATE "no-decision-text"; ERR_INVALID for cuts that do not fit. */
enum step disclosure_preview_load(struct task *t);
enum step disclosure_preview_read(struct task *t);

#define DISCLOSURE_PREVIEW_STEPS \
	{ "disclosure_preview_load", disclosure_preview_load }, { "disclosure_preview_read", disclosure_preview_read }

/* ---- the sweep ---- */

/* What is past its last day is stopped by the organ's system account, act by act. May be called at any time and in several
 * daemons at once: each stop has a key of its own and the version it is based on. Nobody sees a page longer because a sweep
 * is late: public reads look at the last day themselves. Does nothing while one is under way on this app. */
void disclosure_sweep(struct app *app);
/* With the app, when its loop has ended. */
void disclosure_sweep_drop(struct app *app);

#endif

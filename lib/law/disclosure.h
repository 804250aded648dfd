/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The law of disclosure 行政处罚信息公示 (SAMR order 45, credit repair: order 107), beside its procedure in
 * procedure_disclosure.c: what a matter of this kind begins with, what the case tells it, its class, its period and the six
 * items of its summary. All of it is computed, nothing of it is typed.
 *
 *	case: decide_penalty approved  --procedure_spawn_disclosure()-->  disclosure: opened
 *	case: any later act            --disclosure_case_event()------->  disclosure: case_event
 *
 * One disclosure per decision of the ordinary procedure; facts of the decision are copied into it with the first act, the
 * text of the decision as well (the sealed original: DECISION_TEXT), and stay as they were decided. The case keeps the link
 * FIELD_DISCLOSURE_MATTER. Foreign decisions that another province pushes to us begin with the act "receive", decisions
 * that a reviewing organ changed with "register".
 *
 * States, and what is public in them:
 *	not_required                                 never public
 *	received, preparing, secrecy_review, ready   not public yet
 *	published, repair, to_withdraw               public while PUBLISHED_FROM is set (of a pushed one it is not)
 *	pushed, exempt                               not public here
 *	shielded                                     was public, hidden during a bankruptcy reorganisation
 *	disclosure_withdrawn, stopped                no longer public: WITHDRAWN_ON + WITHDRAW_REASON, STOPPED_ON + STOP_REASON
 *
 * Which rule counts on which day is data: limits.csv (PUBLISH_*, REPAIR_*), clocks.csv (D32 to D40, D46).
 *
 * Pure, as all of law: no clock, no I/O; texts live in the arena given or with the facts they come from. */
#ifndef LAW_DISCLOSURE_H
#define LAW_DISCLOSURE_H

#include "law/procedure.h"

/* In the order of their strictness: of several that apply the last one counts (order 107 art. 6). */
enum disclosure_class {
	DISCLOSURE_CLASS_NONE,     /* nothing to publish: a warning only */
	DISCLOSURE_CLASS_MINOR,    /* 轻微 */
	DISCLOSURE_CLASS_GENERAL,  /* 一般 */
	DISCLOSURE_CLASS_SEVERE_A, /* 严重a: food, drugs, devices, cosmetics, special equipment, key products */
	DISCLOSURE_CLASS_SEVERE_D, /* 严重d: on the list of seriously untrustworthy */
	DISCLOSURE_CLASS_SEVERE_B, /* 严重b: business restricted or suspended, persons barred */
	DISCLOSURE_CLASS_SEVERE_C, /* 严重c: lowered, revoked, closed down: never repaired */
	DISCLOSURE_CLASS_COUNT
};

/* "轻微", "一般", "严重a" ...; "" for NONE. This is what FIELD_PUBLISH_CLASS holds. */
const char *disclosure_class_zh(enum disclosure_class c);
bool disclosure_class_by_zh(const char *zh, enum disclosure_class *ret);

/* Class of a decision under the rules in force on `on`; facts of the case or of the disclosure. */
enum disclosure_class disclosure_class(const struct law_book *book, const struct facts *f, day_t on);

/* How long, when published on `published_on`. Where the rules say that what is public comes under a new version when that
 * enters into force (limit PUBLISH_TRANSITION), class and days are those of the last version that still finds it public. */
struct disclosure_window {
	enum disclosure_class class;
	const char *clock;    /* the row of clocks.csv that gave the length: "D37a", "D37b", "D37c" */
	bool plain;           /* stop_due is just that length; false: a restriction or a transition moved it */
	day_t stop_due;       /* last day on which it is public */
	bool repairable;      /* may end early on application */
	day_t repair_from;    /* first day on which an application may be accepted, DAY_NONE: not repairable */
	day_t rule_from;      /* first day of the version of the rules that counts */
};
/* False when nothing is to be published, or no rule is in force on that day. */
bool disclosure_window(const struct law_book *book, const struct facts *f, day_t published_on,
		       struct disclosure_window *ret) MUST_USE;

/* Must a decision of this case be published at all? (order 45 art. 2) */
bool disclosure_required(const struct facts *f);
/* Is it public on our site now? Withdrawing ones still are. The window's last day is FIELD_STOP_DUE. */
bool disclosure_is_public(const struct dossier *d);

/* Is FIELD_REMEDY_RESULT one that the decision does not survive? */
bool disclosure_overturns(const struct facts *f);

/* ---- spawn and events ---- */

/* The first act ("opened") of the disclosure of a decision that was just approved: `after` is the case after the approval,
 * whose id is case_id. The number of the decision is not in it unless the officer typed it: it is allocated in the same
 * transaction; whoever makes "prepare" and "publish" gives it in FIELD_DECISION_PAPER where the dossier has none.
 * `text_digest`: SHA-256 in hex of fact DECISION_TEXT (the law has no cryptography).
 * Put FIELD_DISCLOSURE_MATTER = the new id into the approval's fields, as FIELD_CASE when a case is filed. */
enum err_code procedure_spawn_disclosure(const struct dossier *after, int64_t case_id, const char *text_digest,
					 const struct act_record *approval, struct arena *arena,
					 struct act_record *ret, struct err *err) MUST_USE;

/* Does this act open a disclosure? decide_penalty at its approval. */
bool disclosure_is_spawned(const struct act_row *row, enum stage stage);

/* What the case tells its disclosure, by what changed with one act; `cause` is that act. ret->act is NULL when there is
 * nothing to tell (almost always), else it is the act "case_event", to be applied to `disclosure` in the same transaction:
 *	overturned   the decision was changed, revoked, held unlawful, or is to be made anew: withdraw within 3 working days
 *	parties      the parties were corrected
 *	served       the decision was served, or its service announced: now it may be published
 *	performed    the closing ground "performed" arose, or the case was closed
 * Several at once are one event, the first of these; its fields tell the rest. Load the disclosure when the case has
 * FIELD_DISCLOSURE_MATTER and this says so: */
bool disclosure_case_tells(const struct dossier *before, const struct dossier *after);
enum err_code disclosure_case_event(const struct dossier *before, const struct dossier *after,
				    const struct dossier *disclosure, const struct act_record *cause,
				    struct act_record *ret, struct err *err) MUST_USE;

/* ---- summary ---- */

/* The six items placed before the text (order 45 art. 4(3)). What is missing is "" or DAY_NONE. Never an address, a phone, a
 * citizen number or an officer. */
struct disclosure_summary {
	const char *decision_no;   /* 决定书文号 */
	const char *party;         /* 当事人基本情况: names, codes, legal representatives, one party per line */
	const char *violation;     /* 违法行为类型 */
	const char *penalty;       /* 行政处罚内容 */
	const char *organ;         /* 作出行政处罚决定机关名称 */
	day_t decided_on;          /* 决定日期 */
	const char *const *names;  /* names of the parties, ends with NULL */
	const char *uscc;          /* of the first party, "" */
};
/* `organ_name`: our organ's; a received decision names its own (FIELD_AGENCY). `decision_no`: used where the dossier has
 * none; may be NULL. */
void disclosure_summary(struct arena *arena, const struct facts *f, const char *organ_name, const char *decision_no,
			struct disclosure_summary *ret);
/* Chinese name of the first item that is missing, NULL: complete. */
const char *disclosure_summary_missing(const struct disclosure_summary *s);
/* One object: {"decision_no","party","violation","penalty","organ","decided_on"}. */
void disclosure_summary_write(struct json_writer *w, const struct disclosure_summary *s);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Redaction of a penalty decision for publication (市场监督管理行政处罚信息公示规定 art. 5-7).
 *
 *	approved text --cuts--> published text          cuts are stored, the approved text is never changed
 *	                  |            |
 *	       redaction_check()  redaction_residue()   both must pass before anything is public
 *
 * A cut is a place in the approved text, counted in UTF-8 BYTES of that text, with the reason for it. The published
 * text is REBUILT from what lies between the cuts: nothing is covered over, no removed byte is kept anywhere in
 * it, and what cannot be seen (control, zero-width, bidi characters, variation selectors) does not pass.
 *
 * The usual way of a disclosure, all of it pure (no clock, no I/O, memory in the caller's arena):
 *
 *	redaction_know_parties(&known, arena, facts); ...       what must not be public, and what stays
 *	redaction_propose(arena, text, &known, &cuts)           what the program found; a person adds and takes away
 *	redaction_write(w, &cuts)                               the field CUTS of the disclosure
 *	   ...
 *	redaction_read(arena, CUTS, &cuts, err)
 *	redaction_check(arena, text, &cuts, &items, err)
 *	redaction_apply(arena, text, &cuts, &published)
 *	redaction_guard(arena, published, &known, err)          refuses, naming what is left and where
 *
 * The same guard must be asked for EVERY text that becomes public: the six items of the summary too.
 *
 * Messages name classes and places, never the text itself: they reach logs and screens of other people.
 */
#ifndef LAW_REDACTION_H
#define LAW_REDACTION_H

#include "law/field.h"

enum { REDACTION_TEXT_MAX = 1 << 20, REDACTION_CUTS_MAX = 1000, REDACTION_NOTE_MAX = 200 };

/* ---- reasons ---- */

enum redaction_class {
#define REDACTION(name, code, zh, mark, keep, article) REDACTION_##name,
#include "law/redaction.def"
#undef REDACTION
	REDACTION_CLASS_COUNT
};

struct redaction_info {
	const char *code;    /* "home_address" */
	const char *zh;      /* 自然人住址 */
	const char *mark;    /* what stands in its place */
	int keep;            /* leading characters of the cut that stay, as a surname */
	const char *article; /* why */
};

const struct redaction_info *redaction_info(enum redaction_class why);
/* By code or by Chinese name. */
bool redaction_by_code(struct sv code, enum redaction_class *ret);

/* ---- cuts ---- */

struct redaction_cut {
	size_t at, len; /* bytes of the approved text; len > 0 */
	enum redaction_class why;
	const char *note; /* the officer's, never public; "" */
};

/* In the order of their places once redaction_check() or redaction_propose() has seen them. */
struct redaction_cuts {
	const struct redaction_cut *items;
	size_t count;
};

/* The field CUTS: [{"at":12,"len":9,"code":"name","note":"..."}, ...]; note may be missing, code may be the Chinese
 * name. ERR_INVALID, field "fields.cuts[3].code" and the like. Empty text is no cuts. Order is not checked here. */
enum err_code redaction_read(struct arena *arena, struct sv json, struct redaction_cuts *ret,
			     struct err *err) MUST_USE;
/* Canonical: ordered by place, all four members, codes; the same cuts give the same bytes. */
void redaction_write(struct json_writer *w, const struct redaction_cuts *cuts);

/* The six items of the summary (art. 4): what a cut must leave. NULL or "" (DAY_NONE): not known, not looked for.
 * An item that stands nowhere in the approved text is no matter of the cuts. */
struct redaction_items {
	const char *decision_no;
	const char *const *parties; /* names of the punished, in the arena or static; ends with NULL; may be NULL */
	const char *violation;      /* 违法行为类型 */
	const char *penalty;        /* 行政处罚内容 */
	const char *organ;          /* 作出机关名称 */
	day_t decided_on;           /* looked for as 2026年9月23日, 二〇二六年九月二十三日 and 2026-09-23 */
};

/* Are these cuts of this text? Sorts them by place (`cuts->items` is replaced by a sorted copy). ERR_INVALID, rule
 *   redaction-text      the text is no valid UTF-8, is empty, or longer than REDACTION_TEXT_MAX
 *   redaction-range     a cut reaches past the end, or is empty
 *   redaction-character a cut begins or ends inside a character (or between a letter and its accent)
 *   redaction-overlap   two cuts share a byte
 *   redaction-item      with these cuts an item of the summary no longer stands anywhere in the text
 *   redaction-all       nothing would be left: publish nothing instead (不予公开)
 * Field "fields.cuts[i]", i counted in the order of places. `items` may be NULL. */
enum err_code redaction_check(struct arena *arena, struct sv original, struct redaction_cuts *cuts,
			      const struct redaction_items *items, struct err *err) MUST_USE;

/* The published text, rebuilt: NFC, line ends \n, marks in place of the cuts; characters that cannot be seen are
 * gone, private and unassigned ones become 〓. `cuts` must have passed redaction_check() with this very text
 * (a bug otherwise). NULL: the arena is full. */
const char *redaction_apply(struct arena *arena, struct sv original, const struct redaction_cuts *cuts) MUST_USE;
/* The same cleaning without cuts, for the items of the summary and for reasons of withdrawal. NULL: invalid UTF-8 or
 * the arena is full. */
const char *redaction_clean(struct arena *arena, struct sv text) MUST_USE;

/* ---- what must not be public ---- */

struct redaction_secret {
	enum redaction_class why;
	const char *text; /* at least two characters; compared folded: width, case, blanks and punctuation do not matter */
};

/* Begin with { .natural = false } (all zero); grow with the functions below; all memory is the arena's. */
struct redaction_known {
	const struct redaction_secret *secrets;
	size_t count, room;
	/* Texts that stay wherever they stand, also with a secret inside: names of the punished and of organisations,
	 * their business addresses and codes, names of organs. */
	const char *const *keep;
	size_t keep_count, keep_room;
	/* The punished is a natural person: what follows 住所 is then a home. */
	bool natural;
};

/* One person's data as it was typed. Lists ("张某、李某 13800000000") are taken apart: numbers become contacts, the rest
 * is of the class given. Words that name nobody (匿名, 不详, 无) are passed over. NULL and "" are fine. */
void redaction_know(struct redaction_known *known, struct arena *arena, enum redaction_class why, const char *text);
void redaction_keep(struct redaction_known *known, struct arena *arena, const char *text);
/* Parties of a matter: the names, codes, representatives and organisations' addresses stay; citizen numbers, phones and
 * natural persons' addresses must not be public. A party whose role names a third person (第三人, 证人, 举报人, 代理人 ...)
 * and who is a natural person must not be named. */
void redaction_know_parties(struct redaction_known *known, struct arena *arena, const struct facts *facts);
/* Is this one of the parties somebody who is not punished (by the role typed: 证人, 第三人, 举报人 ...)? Such are not named in a
 * summary. *ret_why (may be NULL): the class of his name. */
bool redaction_third_person(const struct party *party, enum redaction_class *ret_why);
/* Everything else in the facts of the case, of its clue and hand-overs, or in the fields of one act: reporter,
 * contacts, holders, custodians, receivers, mediators, officials, names and titles of files. Which field is what is a
 * table in redaction_known.c. Names of accounts (officers) are the caller's: redaction_know(.., REDACTION_NAME, name). */
void redaction_know_facts(struct redaction_known *known, struct arena *arena, const struct facts *facts);

/* ---- finding ---- */

struct redaction_find {
	struct redaction_cut cut; /* place in the text that was searched; note: how it was found */
	bool certain;             /* false: looks like one; a person must judge */
};

struct redaction_finds {
	const struct redaction_find *items;
	size_t count;
};

/* Everything that must, or may have to, be cut, in the order of places, without overlaps:
 * known secrets; citizen numbers of 18 and 15 digits (full width, blanks and hyphens between); passports, permits;
 * phones; e-mail; bank cards and accounts; WeChat and QQ; home addresses behind their labels. Organisations' names and
 * codes, decision numbers, amounts and dates are none of it. `known` may be NULL. False: the text is not valid, too long,
 * or the arena is full. */
bool redaction_find(struct arena *arena, struct sv text, const struct redaction_known *known,
		    struct redaction_finds *ret) MUST_USE;
/* The certain ones, as cuts (at most REDACTION_CUTS_MAX); *ret_unsure (may be NULL) gets the others. */
bool redaction_propose(struct arena *arena, struct sv original, const struct redaction_known *known,
		       struct redaction_cuts *ret, struct redaction_cuts *ret_unsure) MUST_USE;
/* The final guard over a text that is about to be public. ERR_LAW, rule "redaction-residue", with article; the message
 * says how many there are, and class, line and character of the first. ERR_INVALID when the text is not valid
 * or holds what redaction_clean() removes. */
enum err_code redaction_guard(struct arena *arena, struct sv published, const struct redaction_known *known,
			      struct err *err) MUST_USE;

/* ---- the log ---- */

/* Who removed what class when, and the digests of both versions: one object,
 *   {"by":..,"on":"2026-09-23","original":{"bytes","sha256"},"published":{"bytes","sha256"},
 *    "classes":[{"code","zh","count","article"}],"cuts":[{"at","len","code","note"}]}
 * Digests are hex, made by the caller (the law has no cryptography). */
struct redaction_log {
	const char *by;
	day_t on;
	size_t original_bytes, published_bytes;
	const char *original_sha256, *published_sha256;
};
void redaction_log_write(struct json_writer *w, const struct redaction_log *log, const struct redaction_cuts *cuts);

#endif

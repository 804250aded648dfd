/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The papers that must go with a hand-over, channel by channel (310号令第六条 and its kin): a checklist for who prepares one
 * and for who receives it. Advice, not a guard: what is a paper is told from its name, and a person decides.
 *
 * Pure, any thread. */
#ifndef LAW_HANDOFF_PAPERS_H
#define LAW_HANDOFF_PAPERS_H

#include "law/dossier.h"

/* When a paper is required. */
enum paper_need {
	PAPER_ALWAYS,
	PAPER_IF_GOODS,    /* there are goods of the case */
	PAPER_IF_OPINION,  /* there is an expert's opinion or a test report among the materials */
	PAPER_IF_MEASURES, /* goods were sealed up, seized or registered */
	PAPER_IF_PENALTY,  /* a penalty was made already */
	PAPER_OPTIONAL,
};

struct handoff_paper {
	enum matter_procedure channel;
	const char *code, *zh;
	enum paper_need need;
	const char *words;   /* one of these in its title makes a material this paper; separated by | */
	const char *kind;    /* or this kind of material; NULL: none */
	const char *article;
};

/* Those of a channel, in the order of the law; NULL and 0 when it has none. */
const struct handoff_paper *handoff_papers(enum matter_procedure channel, size_t *ret_count);

/* What is known besides the hand-over's own dossier. */
struct handoff_papers_known {
	const struct dossier *d;      /* the hand-over */
	const struct dossier *linked; /* the case; NULL: not visible or none */
	bool opinion;                 /* among the materials */
};
/* Is it required here? *ret_why: a sentence when that depends on the case, else NULL. */
bool handoff_paper_is_required(const struct handoff_paper *p, const struct handoff_papers_known *k, const char **ret_why);
/* Is a material of this title (or file name) and kind that paper? */
bool handoff_paper_fits(const struct handoff_paper *p, struct sv title, struct sv kind);

#endif

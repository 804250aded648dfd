/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What went with a hand-over: the difference between two submissions, and the checklist of required papers
 * (law/handoff_papers.h). Both are read from the lists that the packages carry, so an organ that only gets copies sees
 * them, too.
 *
 * Difference: files with the same digest are the same whatever their place; of the others those of the same title have
 * changed. Fields are what the package says about the case (data/manifest.json).
 *
 * Checklist: a paper is present when a package has it; before the first package, when it is among the materials that could be
 * attached. `material` is what FIELD_ATTACH of the next act would be, for the organ that sends.
 *
 * Refusals: ERR_NOT_FOUND "no-such-matter", "no-such-package". Texts live as long as the task. */
#ifndef APP_HANDOFF_REVIEW_H
#define APP_HANDOFF_REVIEW_H

#include "app/handoff.h"
#include "json/json_reader.h"
#include "law/handoff_papers.h"

/* A file as the package's list has it. */
struct package_item {
	struct sv path, title, kind, sha256;
	int64_t size;
	bool taken; /* inside */
};
struct package_contents {
	const struct json_value *header; /* data/manifest.json */
	struct package_item *items;
	size_t count;
};

/* GET /handoffs/:id/packages/:seq/diff/:other */
struct package_pair {
	const struct package_item *old, *is; /* NULL: there is none */
};
struct package_field {
	const char *name, *zh;
	const struct json_value *old, *is;
};
enum { PACKAGE_FIELDS_MAX = 32 };
struct package_diff_call {
	struct call call; /* first */
	int64_t id, a, b; /* in: places of the records in the thread; the earlier is taken as the old one */
	/* out */
	struct package_pair *added, *removed, *changed, *same;
	size_t added_count, removed_count, changed_count, same_count;
	struct package_field fields[PACKAGE_FIELDS_MAX];
	size_t field_count;
	/* inside */
	size_t at_show, at_a, at_b;
};
enum step package_diff_load(struct task *t);
enum step package_diff_compare(struct task *t);
#define PACKAGE_DIFF_STEPS \
	{ "package_diff_load", package_diff_load }, { "package_diff_compare", package_diff_compare }

/* GET /handoffs/:id/checklist */
struct checklist_paper {
	const struct handoff_paper *paper;
	bool required, present;
	const char *why;           /* NULL: none */
	const char *material;      /* "case:3"; NULL: not among the materials here */
	const char *material_name; /* of that, or as the package has it */
};
struct checklist_call {
	struct matter_view view; /* first; .id in, .kind MATTER_HANDOFF */
	/* out */
	struct checklist_paper *papers;
	size_t count, missing;
	/* inside */
	int64_t case_id;
	bool sender, any_package;
	struct package_item *sent;
	size_t sent_count;
	size_t at_show, at_materials, at_packages, at_case;
};
enum step checklist_ask(struct task *t);
enum step checklist_more(struct task *t);
enum step checklist_judge(struct task *t);
#define CHECKLIST_STEPS \
	VIEW_STEPS, { "checklist_ask", checklist_ask }, { "checklist_more", checklist_more }, \
	{ "checklist_judge", checklist_judge }

#endif

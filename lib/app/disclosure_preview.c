/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What would be published: the approved text rebuilt with the cuts, what else must be cut, and what a person must judge.
 * Nothing is changed by looking. */
#include "app/disclosure_part.h"

#include "app/disclosure.h"
#include "gen/queries.h"

enum step disclosure_preview_load(struct task *t)
{
	struct disclosure_preview *p = task_ctx(t);
	struct matter_view *v = &p->base.view;
	struct pg_segment *seg = app_segment(&v->call, PG_LANE_READ);

	v->call.matter = v->id;
	v->at_matter = pg_segment_addv(seg, Q_MATTER_VIEW, PG_I64(v->id));
	p->base.at_show = pg_segment_addv(seg, Q_DISCLOSURE_SHOW, PG_I64(v->id));
	p->base.at_periods = pg_segment_addv(seg, Q_PUBLIC_PERIODS, PG_I64(v->id));
	p->at_sources = pg_segment_addv(seg, Q_DISCLOSURE_SOURCES, PG_I64(v->id));
	p->at_acts = pg_segment_addv(seg, Q_DISCLOSURE_SOURCE_ACTS, PG_I64(v->id));
	p->at_officers = pg_segment_addv(seg, Q_DISCLOSURE_OFFICERS, PG_I64(v->id));
	return pg_segment_wait(seg, t);
}

static bool within(const struct redaction_cuts *cuts, const struct redaction_cut *what)
{
	for (size_t i = 0; i < cuts->count; i++) {
		const struct redaction_cut *c = &cuts->items[i];
		if (c->at <= what->at && what->at + what->len <= c->at + c->len)
			return true;
	}
	return false;
}

/* Those that the cuts do not take care of already. */
static void leave_out(struct arena *arena, struct redaction_cuts *list, const struct redaction_cuts *cuts)
{
	struct redaction_cut *kept = arena_array(arena, struct redaction_cut, list->count + 1);
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (!within(cuts, &list->items[i]))
			kept[n++] = list->items[i];
	}
	*list = (struct redaction_cuts){ .items = kept, .count = n };
}

static enum err_code choose_cuts(struct disclosure_preview *p, struct arena *arena, struct err *err)
{
	const struct facts *f = &p->base.view.dossier->facts;
	bool stored = fact_has(f, FIELD_CUTS);

	p->source = p->cuts_given.p ? "given" : stored ? "stored" : "proposed";
	if (!p->cuts_given.p && !stored) {
		p->cuts = p->proposed;
		return ERR_OK;
	}
	return redaction_read(arena, p->cuts_given.p ? p->cuts_given : sv_of(fact_text(f, FIELD_CUTS)), &p->cuts, err);
}

/* The first text of what would be public that says too much. */
static void find_residue(struct disclosure_preview *p, struct arena *arena, const struct redaction_known *known)
{
	const struct disclosure_summary *s = &p->base.summary;
	const char *texts[] = { p->text, s->party, s->violation, s->penalty, s->organ };

	for (size_t i = 0; i < ARRAY_LEN(texts) && p->residue.code == ERR_OK; i++) {
		const char *text = texts[i] && texts[i][0] ? redaction_clean(arena, sv_of(texts[i])) : NULL;
		if (text && redaction_guard(arena, sv_of(text), known, &p->residue) != ERR_OK)
			err_detail(&p->residue, "在%s中", i == 0 ? "公示文本" : "公示摘要");
	}
}

static enum step judge(struct task *t, struct disclosure_preview *p, const struct redaction_known *known)
{
	struct arena *arena = task_arena(t);
	const struct disclosure_summary *s = &p->base.summary;
	const struct redaction_items items = { .decision_no = s->decision_no, .parties = s->names, .violation = s->violation,
					       .penalty = s->penalty, .organ = s->organ, .decided_on = s->decided_on };

	if (!redaction_propose(arena, p->original, known, &p->proposed, &p->unsure))
		return task_fail(t, ERR_INVALID, "redaction-text", "决定书文本不是有效的文字，或者过长");
	if (choose_cuts(p, arena, task_err(t)) != ERR_OK ||
	    redaction_check(arena, p->original, &p->cuts, &items, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	leave_out(arena, &p->proposed, &p->cuts);
	leave_out(arena, &p->unsure, &p->cuts);
	p->text = redaction_apply(arena, p->original, &p->cuts);
	if (!p->text)
		return task_fail(t, ERR_TOO_LARGE, "disclosure-text", "决定书文本过长");
	p->original_digest = disclosure_digest(arena, p->original.p);
	p->digest = disclosure_digest(arena, p->text);
	p->missing = disclosure_summary_missing(s);
	find_residue(p, arena, known);
	return STEP_NEXT;
}

enum step disclosure_preview_read(struct task *t)
{
	struct disclosure_preview *p = task_ctx(t);
	struct redaction_known known = { .natural = false };
	enum step next = disclosure_view_read(t);

	if (next != STEP_NEXT)
		return next;
	if (p->base.view.sealed)
		return task_fail(t, ERR_FORBIDDEN, "sealed", "决定书原文只供承办人员、审核和审批人员、信用监管和督查人员查阅");
	p->original = sv_of(fact_text(&p->base.view.dossier->facts, FIELD_DECISION_TEXT));
	if (p->original.n == 0)
		return task_fail(t, ERR_WRONG_STATE, "no-decision-text", "没有决定书文本，不能预览");
	disclosure_know(&known, task_arena(t), p->base.view.dossier);
	disclosure_sources_read(task_arena(t), pg_segment_reply(p->base.view.call.seg), p->at_sources, p->at_acts,
				p->at_officers, &known);
	return judge(t, p, &known);
}

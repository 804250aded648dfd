/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/disclosure_part.h"

#include "gen/queries.h"

bool disclosure_part_spawns(const struct act_call *a)
{
	enum stage stage;

	if (a->kind != MATTER_CASE || !a->matter)
		return false;
	const struct act_row *row = procedure_find(&procedure_ordinary, a->act, &stage);
	return row && disclosure_is_spawned(row, stage);
}

/* ---- acts on a disclosure ---- */

void disclosure_part_load(struct act_call *a, struct task *t, struct pg_segment *seg)
{
	enum stage stage;
	const struct act_row *row = procedure_find(&procedure_disclosure, a->act, &stage);

	a->disclosure = arena_new(task_arena(t), struct disclosure_part);
	if (!a->matter && fact_has(&a->input, FIELD_CASE))
		a->disclosure->at_case = pg_segment_addv(seg, Q_MATTER_TARGET, PG_I64(fact_num(&a->input, FIELD_CASE)));
	if (!row || !disclosure_moves(row) || (stage != STAGE_DO && stage != STAGE_APPROVE))
		return;
	a->disclosure->guards = true;
	a->disclosure->at_sources = pg_segment_addv(seg, Q_DISCLOSURE_SOURCES, PG_I64(a->matter));
	a->disclosure->at_acts = pg_segment_addv(seg, Q_DISCLOSURE_SOURCE_ACTS, PG_I64(a->matter));
	a->disclosure->at_officers = pg_segment_addv(seg, Q_DISCLOSURE_OFFICERS, PG_I64(a->matter));
}

enum err_code disclosure_part_prepare(struct act_call *a, struct task *t, const struct pg_reply *r,
				      const struct dossier *before, struct act_input *in)
{
	enum { ID, KIND, STATE, ORGAN };
	const size_t at = a->disclosure ? a->disclosure->at_case : 0;

	/* A decision that is entered by hand belongs to a case of this organ that its clerk sees. */
	if (at && (pg_rows(r, at) == 0 || !sv_eq_str(pg_text(r, at, 0, KIND), "case") ||
		   pg_i64(r, at, 0, ORGAN) != a->call.who->actor.organ)) {
		enum err_code code = err_set(task_err(t), ERR_INVALID, "no-such-case", "没有这一案件，或者您无权查看");
		err_field(task_err(t), "fields.%s", field_info(FIELD_CASE)->name);
		return code;
	}
	const char *number = a->matter && !pg_is_null(r, a->at_matter, 0, 7) ? pg_cstr(r, a->at_matter, 0, 7) : NULL;

	if (!in->actor.organ_name)
		in->actor.organ_name = a->call.who->organ_name; /* the fifth item of the summary */
	return disclosure_fill(task_arena(t), before, number, in, task_err(t));
}

void disclosure_sources_read(struct arena *arena, const struct pg_reply *r, size_t at_sources, size_t at_acts,
			     size_t at_officers, struct redaction_known *known)
{
	for (size_t i = 0; i < pg_rows(r, at_sources); i++) {
		struct dossier *d = arena_new(arena, struct dossier);
		if (dossier_read(arena, pg_text(r, at_sources, i, 2), d, NULL) == ERR_OK)
			disclosure_know(known, arena, d);
	}
	for (size_t i = 0; i < pg_rows(r, at_acts); i++)
		disclosure_know_act(known, arena, pg_text(r, at_acts, i, 0));
	for (size_t i = 0; i < pg_rows(r, at_officers); i++)
		disclosure_know_officer(known, arena, pg_cstr(r, at_officers, i, 0));
}

enum err_code disclosure_part_guard(struct act_call *a, struct task *t, const struct pg_reply *r, const struct change *c)
{
	const struct disclosure_part *p = a->disclosure;
	struct arena *arena = task_arena(t);
	struct redaction_known known = { .natural = false };

	if (!p->guards)
		return ERR_OK;
	disclosure_know(&known, arena, c->after);
	disclosure_sources_read(arena, r, p->at_sources, p->at_acts, p->at_officers, &known);
	return disclosure_guard(arena, c->before, c->after, a->call.who->organ_name, &known, task_err(t));
}

/* ---- what a disclosure learns of its case ---- */

/* The step that made them ends: who acts must live until they are written. */
static void keep_actors(struct arena *arena, struct change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct actor *kept = arena_new(arena, struct actor);
		*kept = *changes[i].actor;
		changes[i].actor = kept;
	}
}

bool disclosure_part_asks(struct act_call *a, struct task *t, struct change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t id = disclosure_told_by(&changes[i]);
		if (!id)
			continue;
		if (!a->disclosure)
			a->disclosure = arena_new(task_arena(t), struct disclosure_part);
		keep_actors(task_arena(t), changes, count);
		a->disclosure->changes = changes;
		a->disclosure->count = count;
		a->disclosure->cause = i;
		a->call.seg = app_segment(&a->call, PG_LANE_READ);
		pg_segment_addv(a->call.seg, Q_MATTER_LOAD, PG_I64(id));
		return true;
	}
	return false;
}

enum err_code disclosure_part_tell(struct act_call *a, struct task *t)
{
	enum { ID, KIND, PROCEDURE, ORGAN, UNIT, STATE, VERSION, NUMBER, TITLE, BODY };
	const struct pg_reply *r = pg_segment_reply(a->call.seg);
	struct disclosure_part *p = a->disclosure;
	struct arena *arena = task_arena(t);
	struct dossier *d = arena_new(arena, struct dossier);
	struct change told;
	enum err_code code;

	if (pg_rows(r, 1) == 0)
		return err_set(task_err(t), ERR_FORBIDDEN, "linked-disclosure-hidden", "您无权办理与本案关联的公示事项");
	if ((code = dossier_read(arena, pg_text(r, 1, 0, BODY), d, task_err(t))) != ERR_OK)
		return code;
	const struct disclosure_linked linked = { .id = pg_i64(r, 1, 0, ID), .organ = pg_i64(r, 1, 0, ORGAN),
						  .unit = pg_i64(r, 1, 0, UNIT), .dossier = d };
	code = disclosure_tell(a->call.book, arena, &p->changes[p->cause], &linked, a->call.who->organ_name, &told,
			       task_err(t));
	if (code == ERR_OK && told.act)
		p->changes[p->count++] = told;
	return code;
}

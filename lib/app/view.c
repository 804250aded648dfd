/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/view.h"

#include "base/clock.h"
#include "gen/queries.h"

/* ---- load ---- */

void view_ask(struct matter_view *v, struct pg_segment *seg)
{
	v->call.matter = v->id;
	v->at_matter = pg_segment_addv(seg, Q_MATTER_VIEW, PG_I64(v->id));
	if (v->with_acts)
		v->at_acts = pg_segment_addv(seg, Q_ACT_LIST, PG_I64(v->id), PG_I64(v->after),
					     PG_I64(v->limit + 1));
}

enum step view_load(struct task *t)
{
	struct matter_view *v = task_ctx(t);
	struct pg_segment *seg = app_segment(&v->call, PG_LANE_READ);

	view_ask(v, seg);
	return pg_segment_wait(seg, t);
}

enum { ID, KIND, PROCEDURE, ORGAN_ID, UNIT_ID, UNIT_NAME, VERSION, NUMBER, TITLE, BODY, OFFICER, OFFICER_NAME,
       CO_OFFICER, CO_OFFICER_NAME, CLOSED_ON, INCOMPLETE };

const char *view_kind_zh(enum matter_kind k)
{
	static const char *const words[] = { [MATTER_CLUE] = "线索", [MATTER_CASE] = "案件", [MATTER_HANDOFF] = "移送",
					     [MATTER_DISCLOSURE] = "公示事项" };
	return words[k];
}

static enum step not_there(struct task *t, const struct matter_view *v)
{
	const char *what = v->any_kind ? "线索、案件、移送或公示事项" : view_kind_zh(v->kind);

	return task_fail(t, ERR_NOT_FOUND, "no-such-matter", "没有这一%s，或者您无权查看", what);
}

enum step view_read(struct task *t)
{
	static const uint32_t trusted = ROLE_UNIT_HEAD | ROLES_LEADER | ROLE_LEGAL_REVIEWER;
	struct matter_view *v = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(v->call.seg);
	const size_t at = v->at_matter;

	if (pg_rows(r, at) == 0 ||
	    (!v->any_kind && !sv_eq_str(pg_text(r, at, 0, KIND), matter_kind_code(v->kind))))
		return not_there(t, v);
	v->dossier = arena_new(task_arena(t), struct dossier);
	if (dossier_read(task_arena(t), pg_text(r, at, 0, BODY), v->dossier, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	v->kind = v->dossier->kind;
	v->organ = pg_i64(r, at, 0, ORGAN_ID);
	v->unit = pg_i64(r, at, 0, UNIT_ID);
	v->unit_name = pg_text(r, at, 0, UNIT_NAME);
	v->number = pg_text(r, at, 0, NUMBER);
	v->title = pg_text(r, at, 0, TITLE);
	v->officer = pg_cstr(r, at, 0, OFFICER);
	v->officer_name = pg_cstr(r, at, 0, OFFICER_NAME);
	v->co_officer = pg_cstr(r, at, 0, CO_OFFICER);
	v->co_officer_name = pg_cstr(r, at, 0, CO_OFFICER_NAME);
	v->closed_on = pg_day(r, at, 0, CLOSED_ON);
	v->incomplete = pg_bool(r, at, 0, INCOMPLETE);
	v->today = instant_to_day(clock_now());
	v->full = dossier_is_officer(v->dossier, v->call.who->actor.account) ||
		  (v->call.who->actor.roles & trusted) != 0;
	v->sealed = v->kind == MATTER_DISCLOSURE && !v->full &&
		    (v->call.who->actor.roles & (ROLE_CREDIT_CLERK | ROLE_AUDITOR)) == 0;
	if (v->with_acts) {
		v->act_count = pg_rows(r, v->at_acts);
		v->more_acts = v->act_count > (size_t)v->limit;
		v->act_count -= v->more_acts;
	}
	return STEP_NEXT;
}

enum step kind_load(struct task *t)
{
	struct matter_view *v = task_ctx(t);
	struct pg_segment *seg = app_segment(&v->call, PG_LANE_READ);

	v->any_kind = true;
	v->at_matter = pg_segment_addv(seg, Q_MATTER_KIND, PG_I64(v->id));
	return pg_segment_wait(seg, t);
}

enum step kind_read(struct task *t)
{
	struct matter_view *v = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(v->call.seg);

	if (pg_rows(r, v->at_matter) == 0)
		return not_there(t, v);
	for (v->kind = MATTER_CLUE; v->kind < MATTER_DISCLOSURE; v->kind++) {
		if (sv_eq_str(pg_text(r, v->at_matter, 0, 0), matter_kind_code(v->kind)))
			break;
	}
	return STEP_NEXT;
}

void view_act(const struct matter_view *v, size_t i, struct act_view *ret)
{
	enum { SEQ, ACT, STAGE, REQUEST, ACCOUNT, NAME, BEHALF, BEHALF_NAME, UNIT, HAPPENED_AT, RECORDED_AT,
	       ACT_NUMBER, BACK_ENTRY, PAYLOAD, DIGEST };
	const struct pg_reply *r = pg_segment_reply(v->call.seg);
	const size_t at = v->at_acts;

	*ret = (struct act_view){
		.seq = pg_i64(r, at, i, SEQ), .request = pg_i64_or(r, at, i, REQUEST, 0),
		.act = pg_text(r, at, i, ACT), .stage = pg_text(r, at, i, STAGE),
		.payload = pg_text(r, at, i, PAYLOAD), .digest = pg_text(r, at, i, DIGEST),
		.number = pg_text(r, at, i, ACT_NUMBER), .account = pg_cstr(r, at, i, ACCOUNT),
		.name = pg_cstr(r, at, i, NAME), .behalf = pg_cstr(r, at, i, BEHALF),
		.behalf_name = pg_cstr(r, at, i, BEHALF_NAME), .unit = pg_cstr(r, at, i, UNIT),
		.happened_at = pg_instant(r, at, i, HAPPENED_AT), .recorded_at = pg_instant(r, at, i, RECORDED_AT),
		.back_entry = pg_bool(r, at, i, BACK_ENTRY),
	};
}

/* ---- clocks ---- */

/* The open span that stops this rule's clock. */
static const char *stopped_by(const struct clock_rule *rule, const struct dossier *d)
{
	for (int i = 0; i < d->span_count; i++) {
		const struct span_entry *s = &d->spans[i];
		if (s->days.end == DAY_MAX && (!rule || (rule->excluded & (1u << s->kind))))
			return span_kind_code(s->kind);
	}
	return NULL;
}

static const char *state_of(const struct clock_entry *c)
{
	switch (c->state) {
	case CLOCK_RUNNING:
		return c->due.stopped ? "stopped" : "running";
	case CLOCK_MET:
		return c->late ? "late" : "met";
	case CLOCK_CANCELLED:
		return "cancelled";
	}
	BUG("clock state %d", (int)c->state);
}

void clock_view_of(const struct law_book *book, const struct dossier *d, const struct clock_entry *c, day_t today,
		   struct clock_view *ret)
{
	const struct clock_rule *rule = law_book_clock(book, c->rule, c->start_on);

	*ret = (struct clock_view){ .entry = c, .zh = rule ? rule->zh : c->rule, .owner = rule ? rule->owner : "",
				    .article = rule ? rule->article : "", .state = state_of(c), .light = LIGHT_GREY,
				    .by_hours = rule && rule->period.unit == PERIOD_HOUR && !rule->daily };
	if (c->state != CLOCK_RUNNING)
		return;
	/* Time alone ends such a measure; the ledger has no act for it. */
	if (rule && rule->lapses && !c->due.stopped && today > c->due.lawful)
		ret->state = "lapsed";
	if (c->due.stopped)
		ret->stopped_by = stopped_by(rule, d);
	else
		ret->light = light_of(&book->calendar, c->due.lawful, today, &ret->days_left);
}

/* ---- words ---- */

static const struct act_row *row_of(enum matter_procedure p, const char *act)
{
	const struct procedure *procedure = procedure_get(p);

	for (size_t i = 0; i < procedure->row_count; i++) {
		if (strcmp(procedure->rows[i].code, act) == 0)
			return &procedure->rows[i];
	}
	return NULL;
}

const char *view_act_zh(enum matter_procedure p, const char *act)
{
	const struct act_row *row = row_of(p, act);

	return row ? row->zh : act;
}

uint32_t view_waits_for(const struct dossier *d, const struct request *r)
{
	const struct act_row *row = row_of(d->procedure, r->act);
	uint32_t mask;

	if (!row || (r->status != REQUEST_OPEN && r->status != REQUEST_ENDORSED))
		return ROLE_NONE;
	mask = r->status == REQUEST_OPEN && row->endorse_by ? row->endorse_by : row->approve_by;
	return mask & -mask;
}

const char *view_mask_number(struct arena *arena, const char *number)
{
	enum { HEAD = 4, TAIL = 2 };
	size_t n = strlen(number);
	char *ret = arena_strdup(arena, number);

	for (size_t i = 0; i < n; i++) {
		if (n <= HEAD + TAIL || (i >= HEAD && i + TAIL < n) || (unsigned char)ret[i] >= 0x80)
			ret[i] = '*';
	}
	return ret;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Made-up disclosures: each decided penalty is prepared, reviewed, reported, published and stopped, most in time; a few are
 * pushed to another province, exempt, corrected or withdrawn. */
#include "ctl_life.h"

#include "app/disclosure_make.h"
#include "store/change_public.h"

void disclosing_begin(struct life *f)
{
	if (f->l->next_id >= f->l->end_id)
		return;
	f->disclosing = arena_new(&f->l->arena, struct disclosing);
	*f->disclosing = (struct disclosing){ .id = f->l->next_id++, .served_on = DAY_NONE, .performed_on = DAY_NONE,
					    .overturned_on = DAY_NONE };
}

void disclosing_saw(struct life *f, const struct rows_act *act)
{
	struct disclosing *g = f->disclosing;

	if (act->record->stage == STAGE_APPROVE && strcmp(act->record->act, "decide_penalty") == 0) {
		g->decided = f->d;
		g->approval = *act->record;
		g->number = act->number;
	} else if (strcmp(act->record->act, "serve") == 0) {
		g->served_on = instant_to_day(act->record->happened_at);
	} else if (strcmp(act->record->act, "performed") == 0) {
		g->performed_on = instant_to_day(act->record->happened_at);
	} else if (strcmp(act->record->act, "remedy_ended") == 0) {
		g->overturned_on = instant_to_day(act->record->happened_at);
	}
}

/* ---- what becomes public ---- */

void disclosure_before(struct life *f)
{
	f->before = f->d;
}

/* After an act of the disclosure: as change_write_disclosure() has it. */
static void publish(struct life *f)
{
	struct change_public p;
	struct err err = ERR_INIT;
	instant_t at = f->last.happened_at + RECORDED_AFTER_US;

	if (f->failed || f->over)
		return;
	if (change_public_of(&f->l->arena, &f->before, &f->d, f->bureau->name, &p, &err) != ERR_OK) {
		life_refuse(f, "publish", &err);
		return;
	}
	if (p.ends && f->page_open) {
		rows_public_end(&f->m, at, p.why, &f->page);
		life_put(f, ROWS_PUBLIC, &f->page);
		f->page_open = false;
	}
	if (p.begins) {
		rows_public(&f->m, &p.columns, ++f->page_n, at, &f->page);
		f->page_open = true;
	}
}

/* ---- its life ---- */

static struct act_record event(struct life *f, const char *what, day_t day, int hour)
{
	struct act_record r = { .act = "case_event", .stage = STAGE_DO, .actor = f->unit->officer.account,
				.actor_name = f->unit->officer.name, .happened_at = day_at(day, hour, 30) };

	fact_set_text(&r.fields, FIELD_DISCLOSURE_EVENT, what);
	return r;
}

/* What the case tells, at that time. */
static void hear(struct life *f, const struct act_record *r)
{
	enum stage stage;

	if (f->failed || f->over || instant_to_day(r->happened_at) > f->l->until)
		return;
	life_fold(f, procedure_find(f->p, SV("case_event"), &stage), r, &f->unit->officer);
	publish(f);
}

static void told(struct life *f, const char *what, enum field field, day_t day, int hour)
{
	struct act_record r = event(f, what, day, hour);

	fact_set_num(&r.fields, field, day);
	hear(f, &r);
}

/* Another organ annulled the decision: withdrawn, one in ten too late. */
static void overturned(struct life *f, day_t day)
{
	struct act_record r = event(f, "决定不再有效", day, 10);
	struct facts why = { 0 };

	fact_set_text(&r.fields, FIELD_WITHDRAW_REASON, "行政处罚决定被撤销");
	fact_set_text(&r.fields, FIELD_REMEDY_RESULT, "撤销");
	hear(f, &r);
	fact_set_text(&why, FIELD_WITHDRAW_REASON, "行政复议决定撤销原处罚决定");
	life_act(f, &f->bureau->credit, "withdraw", life_workday(f, day + (life_percent(f, 90) ? 1 : 9)), 15, &why);
	publish(f);
}

static void opened(struct life *f)
{
	const struct disclosing *g = f->disclosing;
	struct act_record *r = arena_new(&f->l->arena, struct act_record);
	const struct actor who = f->bureau->deputy;
	const char *text = fact_text(&g->decided.facts, FIELD_DECISION_TEXT);
	int64_t case_id = f->m.id;
	struct err err = ERR_INIT;
	enum stage stage;

	if (procedure_spawn_disclosure(&g->decided, case_id, disclosure_digest(&f->l->arena, text), &g->approval,
				       &f->l->arena, r, &err) != ERR_OK) {
		life_refuse(f, "opened", &err);
		return;
	}
	f->p = &procedure_disclosure;
	memset(&f->d, 0, sizeof(f->d));
	f->d.procedure = PROCEDURE_DISCLOSURE;
	f->over = false;
	f->mark_count = 0;
	f->number = g->number;
	f->m.id = g->id;
	f->disclosing = NULL;
	f->page_n = 0;
	f->page_open = false;
	life_fold(f, procedure_find(f->p, SV("opened"), &stage), r, &who);
}

/* The day the machine stops it: the last public one, late in the evening. */
static void expire(struct life *f)
{
	day_t due = fact_day(&f->d.facts, FIELD_STOP_DUE);

	if (!disclosure_is_public(&f->d) || due > f->l->until)
		return;
	life_act(f, &f->bureau->credit, "expire", due, 23, NULL);
	publish(f);
}

/* As the day passes on which the case was performed. */
static void performed_by(struct life *f, struct disclosing *g, day_t day)
{
	if (g->performed_on == DAY_NONE || g->performed_on > day)
		return;
	day_t last = instant_to_day(f->last.happened_at);
	told(f, "履行完毕", FIELD_PERFORMED_ON, g->performed_on > last ? g->performed_on : last, 15);
	g->performed_on = DAY_NONE;
}

/* Prepared, reviewed and reported; false: it is not to be published here. */
static bool prepared(struct life *f, struct disclosing *g, day_t day)
{
	struct facts prepare = { 0 }, review = { 0 }, exempt = { 0 };
	bool late = life_percent(f, 4);

	fact_set_text(&prepare, FIELD_DECISION_PAPER, g->number);
	life_act(f, &f->unit->officer, "prepare", day, 10, &prepare);
	if (life_percent(f, 1)) {
		fact_set_text(&exempt, FIELD_PUBLISH_EXEMPTION, "商业秘密");
		fact_set_text(&exempt, FIELD_REASON, "通篇涉及技术信息");
		life_act(f, &f->bureau->credit, "exempt_request", day, 11, &exempt);
		life_act(f, &f->bureau->deputy, "exempt_approve", day, 14, NULL);
		performed_by(f, g, f->l->until);
		return false;
	}
	fact_set_num(&review, FIELD_SECRECY_REVIEWED, 1);
	life_act(f, &f->unit->head, "review_pass", day, 11, &review);
	if (!late)
		life_act(f, &f->bureau->credit, "credit_report", day, 14, NULL);
	performed_by(f, g, day);
	if (late) {
		day = life_workday(f, day + 8);
		performed_by(f, g, day - 1);
		life_act(f, &f->bureau->credit, "credit_report", day, 9, NULL);
		performed_by(f, g, day);
	}
	return true;
}

static void pushed(struct life *f, struct disclosing *g, day_t day)
{
	struct facts where = { 0 }, answer = { 0 };

	fact_set_text(&where, FIELD_ORGAN_TO, "外省市场监督管理局");
	life_act(f, &f->bureau->credit, "push", day, 11, &where);
	performed_by(f, g, day);
	day = life_workday(f, day + 10);
	performed_by(f, g, day - 1);
	fact_set_text(&answer, FIELD_RECEIVER_ANSWER, "已公示");
	life_act(f, &f->bureau->credit, "push_answer", day, 11, &answer);
	performed_by(f, g, f->l->until);
	if (g->overturned_on != DAY_NONE)
		overturned(f, g->overturned_on);
}

static void corrected(struct life *f, struct disclosing *g, day_t day)
{
	struct facts why = { 0 };

	performed_by(f, g, day - 1);
	fact_set_text(&why, FIELD_REASON, "案由表述不准确");
	fact_set_text(&why, FIELD_CAUSE, "销售侵犯注册商标专用权的商品");
	life_act(f, &f->unit->officer, "correct_request", day, 9, &why);
	life_act(f, &f->unit->head, "correct_approve", day, 11, NULL);
	publish(f);
}

static void shown(struct life *f, struct disclosing *g, day_t day)
{
	struct facts how = { 0 };

	fact_set_text(&how, FIELD_PUBLISH_PLACE, "国家企业信用信息公示系统");
	life_act(f, &f->bureau->credit, "publish", day, 11, &how);
	publish(f);
	performed_by(f, g, day);
	if (g->overturned_on != DAY_NONE && disclosure_is_public(&f->d)) {
		overturned(f, g->overturned_on);
		return;
	}
	if (life_percent(f, 2))
		corrected(f, g, life_workday(f, day + 10 + life_below(f, 30)));
	performed_by(f, g, disclosure_is_public(&f->d) ? fact_day(&f->d.facts, FIELD_STOP_DUE) : day);
	expire(f);
	performed_by(f, g, f->l->until);
}

void disclosure_live(struct life *f)
{
	struct disclosing g = *f->disclosing;

	if (!fact_has(&g.decided.facts, FIELD_DISCLOSURE_MATTER)) { /* nothing was decided after all */
		CHECK(f->l->next_id == g.id + 1);
		f->l->next_id--;
		return;
	}
	opened(f);
	day_t decided = fact_day(&g.decided.facts, FIELD_DECIDED_ON), day = g.served_on;
	if (day == DAY_NONE) {
		life_finish(f);
		return;
	}
	told(f, "决定已送达", FIELD_SERVED_ON, day, 9);
	day = life_workday(f, (day > decided + 3 ? day : decided + 3) + 1);
	performed_by(f, &g, day - 1);
	if (prepared(f, &g, day)) {
		/* An annulled one was published long before. */
		bool late = g.overturned_on == DAY_NONE && life_percent(f, 5);
		day = life_workday(f, instant_to_day(f->last.happened_at) + (late ? 30 : 1 + life_below(f, 9)));
		performed_by(f, &g, day - 1);
		if (fact_true(&f->d.facts, FIELD_OTHER_PROVINCE))
			pushed(f, &g, day);
		else
			shown(f, &g, day);
	}
	if (f->page_open)
		life_put(f, ROWS_PUBLIC, &f->page);
	life_finish(f);
}

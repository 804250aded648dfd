/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The fold: one act into the dossier, by what its row's table says. Deterministic and total for records
 * that procedure_check() let in; never looks at a clock or at who is asking. */
#include <stdio.h>

#include "law/apply.h"

#include "json/json_reader.h"
#include "json/json_writer.h"
#include "law/disclosure.h"

enum { PAYLOAD_MAX_BYTES = 256 * 1024 };

void facts_merge(struct facts *into, const struct facts *fields, bool with_transient)
{
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (!fields->at[f].set)
			continue;
		if (!with_transient && (field_info(f)->flags & FIELD_FLAG_TRANSIENT))
			continue;
		into->at[f] = fields->at[f];
	}
}

/* ---- clocks ---- */

static enum err_code full(struct err *err, const char *what)
{
	return err_set(err, ERR_TOO_LARGE, "dossier-full", "本案的%s数量已达上限", what);
}

/* Spans that are still open count until `open_end` (DAY_MAX: they stop the clock). */
static enum err_code clock_compute(const struct law_book *book, const struct dossier *d,
				   struct clock_entry *c, day_t open_end, struct err *err)
{
	const struct clock_rule *rule = law_book_clock(book, c->rule, c->start_on);
	struct day_span spans[DOSSIER_MAX_SPANS];
	size_t n = 0;

	if (!rule)
		return err_set(err, ERR_INVALID, "no-rule-in-force", "期限规则 %s 在该日期尚未施行，请核对日期", c->rule);
	if (rule->archive_rule) { /* 30 June of the next year */
		if (!day_from_ymd(day_to_ymd(c->start_on).year + 1, 6, 30, &c->due.strict))
			return err_set(err, ERR_INVALID, "date-out-of-range", "日期超出范围");
		c->due.lawful = c->due.strict;
		c->due.at = day_start(c->due.lawful + 1);
		return ERR_OK;
	}
	if (rule->period.unit == PERIOD_HOUR)
		return period_due_hours(rule->period.length, c->start_at, &c->due, err);
	for (int i = 0; i < d->span_count; i++) {
		if (!(rule->excluded & (1u << d->spans[i].kind)))
			continue;
		spans[n] = d->spans[i].days;
		if (spans[n].end == DAY_MAX)
			spans[n].end = open_end;
		n++;
	}
	return period_due(&book->calendar, rule->period, c->extra, c->start_on, spans, n, &c->due, err);
}

enum err_code procedure_recompute(const struct law_book *book, struct dossier *d, struct err *err)
{
	for (int i = 0; i < d->clock_count; i++) {
		if (d->clocks[i].state != CLOCK_RUNNING)
			continue;
		enum err_code code = clock_compute(book, d, &d->clocks[i], DAY_MAX, err);
		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

/* What another organ made obliges us from the day on which it reached us: the law says "on receipt" (收到), and a disc
 * may travel for days. Periods of others run from what they did. */
static day_t on_receipt(const struct application *app, const char *rule, day_t start_on)
{
	const struct clock_rule *r = law_book_clock(app->book, rule, start_on);
	bool ours = app->d->kind != MATTER_HANDOFF || (r && handoff_is_ours(app->d, r->owner));
	day_t arrived = fact_day(&app->fields, FIELD_ARRIVED_ON);

	return ours && arrived != DAY_NONE && arrived > start_on ? arrived : start_on;
}

enum err_code apply_start(struct application *app, const char *rule, int ref, day_t start_on,
			  instant_t start_at, struct err *err)
{
	struct dossier *d = app->d;

	if (start_on == DAY_NONE)
		return ERR_OK;
	start_on = on_receipt(app, rule, start_on);
	if (d->clock_count == DOSSIER_MAX_CLOCKS)
		return full(err, "期限");
	if (d->kind == MATTER_HANDOFF)
		handoff_not_silent(app, rule); /* a new period has not lapsed */
	d->clocks[d->clock_count++] = (struct clock_entry){
		.rule = rule, .ref = ref, .state = CLOCK_RUNNING, .start_on = start_on,
		.start_at = start_at, .met_on = DAY_NONE,
	};
	return clock_compute(app->book, d, &d->clocks[d->clock_count - 1], DAY_MAX, err);
}

static struct clock_entry *running(struct dossier *d, const char *rule, int ref)
{
	for (int i = d->clock_count - 1; i >= 0; i--) {
		struct clock_entry *c = &d->clocks[i];
		if (c->state == CLOCK_RUNNING && c->ref == ref && strcmp(c->rule, rule) == 0)
			return c;
	}
	return NULL;
}

void apply_end_clock(struct application *app, const char *rule, int ref, enum clock_state how)
{
	struct clock_entry *c = running(app->d, rule, ref);

	if (!c)
		return;
	c->state = how;
	c->met_on = app->day;
	/* Done while the clock stood still: the rates need the due day it would have had. */
	if (how == CLOCK_MET && c->due.stopped &&
	    clock_compute(app->book, app->d, c, app->day, NULL) != ERR_OK)
		return;
	if (how == CLOCK_MET && !c->due.stopped) /* due.at is exact for hours */
		c->late = app->day > c->due.lawful || app->act->happened_at > c->due.at;
}

enum err_code apply_span_open(struct application *app, enum span_kind kind, day_t start, day_t end,
			      struct err *err)
{
	struct dossier *d = app->d;

	if (d->span_count == DOSSIER_MAX_SPANS)
		return full(err, "不计入期间");
	d->spans[d->span_count++] = (struct span_entry){ .kind = kind, .days = { start, end } };
	return ERR_OK;
}

void apply_span_close(struct application *app, enum span_kind kind)
{
	struct dossier *d = app->d;

	for (int i = d->span_count - 1; i >= 0; i--) {
		if (d->spans[i].kind == kind && d->spans[i].days.end == DAY_MAX) {
			d->spans[i].days.end = app->day;
			return;
		}
	}
}

static void cancel_clocks(struct application *app, const char *const *rules, size_t count)
{
	for (size_t i = 0; i < count; i++)
		apply_end_clock(app, rules[i], 0, CLOCK_CANCELLED);
}

/* Open remedies go on whatever the case does; every other span belongs to the investigation. */
static void close_spans(struct application *app)
{
	for (enum span_kind kind = 0; kind < SPAN_KIND_COUNT; kind++) {
		if (kind != SPAN_REMEDY)
			apply_span_close(app, kind);
	}
}

void apply_investigation_over(struct application *app)
{
	static const char *const rules[] = { "D05", "D06", "D12", "D13", "D14", "D15", "D16", "D19",
					     "C1.0", "C1.0a" };

	cancel_clocks(app, rules, ARRAY_LEN(rules));
	close_spans(app);
}

/* What still ran has lost its object. */
static void everything_over(struct application *app)
{
	for (int i = 0; i < app->d->clock_count; i++) {
		struct clock_entry *c = &app->d->clocks[i];
		if (c->state == CLOCK_RUNNING)
			apply_end_clock(app, c->rule, c->ref, CLOCK_CANCELLED);
	}
	close_spans(app);
}

void apply_state(struct application *app, enum state to)
{
	app->d->state = to;
	app->d->state_since = app->day;
}

/* A closing ground (order 2 art. 77) arose: 15 working days to close. */
enum err_code apply_ground(struct application *app, const char *ground, struct err *err)
{
	static const char *const rules[] = { "D11", "D20", "D21", "D22", "D27", "D28" };

	apply_investigation_over(app);
	cancel_clocks(app, rules, ARRAY_LEN(rules));
	fact_set_text(&app->d->facts, FIELD_GROUND, ground);
	fact_set_num(&app->d->facts, FIELD_GROUND_ON, app->day);
	apply_state(app, STATE_CLOSING);
	return apply_start(app, "D31", 0, app->day, app->act->happened_at, err);
}

/* ---- conditions and effects ---- */

/* What decides the limitation is told by this act, for the first time or anew. */
static bool limitation_told(const struct application *app)
{
	return fact_has(&app->fields, FIELD_ACT_ENDED_ON) || fact_has(&app->fields, FIELD_SAFETY_HARM);
}

static bool condition_holds(const struct application *app, enum condition when)
{
	const struct facts *f = &app->d->facts;

	switch (when) {
	case WHEN_ALWAYS:
		return true;
	case WHEN_COMPLAINT:
		return fact_is(f, FIELD_SOURCE, "投诉");
	case WHEN_LIMIT_TOLD:
		return limitation_told(app);
	case WHEN_LIMIT_TWO_YEARS:
		return limitation_told(app) && fact_has(f, FIELD_ACT_ENDED_ON) && !fact_true(f, FIELD_SAFETY_HARM);
	case WHEN_LIMIT_FIVE_YEARS:
		return limitation_told(app) && fact_has(f, FIELD_ACT_ENDED_ON) && fact_true(f, FIELD_SAFETY_HARM);
	case WHEN_PUBLISHABLE:
		return disclosure_required(f);
	case WHEN_PUBLISHABLE_HERE:
		return disclosure_required(f) && !fact_true(f, FIELD_OTHER_PROVINCE);
	case WHEN_PUBLISHABLE_AWAY:
		return disclosure_required(f) && fact_true(f, FIELD_OTHER_PROVINCE);
	case WHEN_REVIEW_REMEDY:
		return fact_is(f, FIELD_REMEDY_KIND, "行政复议");
	case WHEN_GRANTED:
		return fact_true(&app->fields, FIELD_GRANTED);
	case WHEN_UNSERVED:
		return app->d->state == STATE_UNSERVED;
	case WHEN_CASH:
		return fact_true(f, FIELD_CASH_ON_SPOT);
	case WHEN_TERM_OPEN:
	case WHEN_TO_VERIFY:
	case WHEN_RESUMED_TERM_OPEN:
	case WHEN_RESUMED_TERM_PRINTED:
	case WHEN_RESUMED_VERIFYING:
	case WHEN_ADVICE:
	case WHEN_ADVICE_TERM_OPEN:
	case WHEN_DESIGNATED_RECEIVER:
	case WHEN_URGENT:
	case WHEN_CONFIRMATION:
	case WHEN_ASSIST_MARKET:
	case WHEN_CONSULTATION:
		return channel_condition(app, when);
	case WHEN_COUNT:
		break;
	}
	BUG("condition %d", (int)when);
}

static enum err_code effect_start(struct application *app, const struct effect *e, struct err *err)
{
	day_t on = app->day;

	if (e->base != FIELD_NONE) {
		on = fact_day(&app->fields, e->base);
		if (on == DAY_NONE)
			on = fact_day(&app->d->facts, e->base);
	}
	return apply_start(app, e->clock, 0, on, app->act->happened_at, err);
}

static enum err_code effect_extend(struct application *app, const struct effect *e, struct err *err)
{
	struct clock_entry *c = running(app->d, e->clock, 0);

	if (!c)
		return ERR_OK;
	const struct clock_rule *rule = law_book_clock(app->book, c->rule, c->start_on);
	int64_t units = fact_has(&app->fields, FIELD_DAYS) ? fact_num(&app->fields, FIELD_DAYS)
							   : (rule ? rule->extension.length : 0);
	if (units <= 0 || units > 3650)
		return err_set(err, ERR_INVALID, "extension-length", "延长期限须为正数");
	c->extra += (int)units;
	return ERR_OK;
}

static enum err_code effect_run(struct application *app, const struct effect *e, struct err *err)
{
	struct facts *facts = &app->d->facts;
	struct clock_entry *c;

	switch (e->kind) {
	case EFFECT_START:
		return effect_start(app, e, err);
	case EFFECT_RESTART:
		apply_end_clock(app, e->clock, 0, CLOCK_CANCELLED);
		return effect_start(app, e, err);
	case EFFECT_MEET:
		apply_end_clock(app, e->clock, 0, CLOCK_MET);
		return ERR_OK;
	case EFFECT_CANCEL:
		apply_end_clock(app, e->clock, 0, CLOCK_CANCELLED);
		return ERR_OK;
	case EFFECT_EXTEND:
		return effect_extend(app, e, err);
	case EFFECT_SPAN_OPEN:
		return apply_span_open(app, e->span, app->day, DAY_MAX, err);
	case EFFECT_SPAN_CLOSE:
		apply_span_close(app, e->span);
		return ERR_OK;
	case EFFECT_SET_DAY:
		fact_set_num(facts, e->field, app->day);
		return ERR_OK;
	case EFFECT_SET_TEXT:
		fact_set_text(facts, e->field, e->text);
		return ERR_OK;
	case EFFECT_SET_DUE:
		c = dossier_clock(app->d, e->clock, 0);
		if (c)
			fact_set_num(facts, e->field, c->due.lawful);
		return ERR_OK;
	case EFFECT_CLEAR:
		fact_clear(facts, e->field);
		return ERR_OK;
	case EFFECT_GROUND:
		return apply_ground(app, e->text, err);
	case EFFECT_CALL:
		return e->call(app, err);
	case EFFECT_END:
		break;
	}
	BUG("effect %d", (int)e->kind);
}

static enum err_code effects_run(struct application *app, const struct effect *e, struct err *err)
{
	for (; e && e->kind != EFFECT_END; e++) {
		if (!condition_holds(app, e->when) || (app->crossed && e->kind != EFFECT_CALL))
			continue;
		enum err_code code = effect_run(app, e, err);
		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

static enum err_code carry_out(struct application *app, struct err *err)
{
	app->state_before = app->d->state;
	app->crossed = row_crosses(app->row, app->d->state);
	facts_merge(&app->d->facts, &app->fields, false);
	if (app->row->to != STATE_NONE && !app->crossed)
		apply_state(app, app->row->to);
	enum err_code code = effects_run(app, app->row->effects, err);
	if (app->row->to == STATE_WITHDRAWN || app->row->to == STATE_MERGED ||
	    app->row->to == STATE_CLUE_MERGED || app->row->to == STATE_CLUE_TRANSFERRED)
		everything_over(app);
	return code;
}

/* ---- requests ---- */

static enum err_code payload_text(struct application *app, const struct facts *fields, const char **ret,
				  struct err *err)
{
	struct str out = STR_INIT(PAYLOAD_MAX_BYTES);
	struct json_writer w;

	json_writer_init(&w, &out);
	facts_write(&w, fields);
	bool ok = json_writer_ok(&w);
	*ret = ok ? arena_strndup(app->arena, out.p, out.len) : NULL;
	str_release(&out);
	return ok ? ERR_OK : err_set(err, ERR_TOO_LARGE, "payload-too-large", "内容过长");
}

static enum err_code payload_facts(struct application *app, const char *payload, struct facts *ret,
				   struct err *err)
{
	struct json_doc *doc;
	enum err_code code = json_parse(app->arena, sv_of(payload), &doc, err);

	return code == ERR_OK ? facts_read(app->arena, json_root(doc), ret, err) : code;
}

static struct request *request_of(struct application *app)
{
	for (int i = 0; i < app->d->request_count; i++) {
		if (app->d->requests[i].seq == app->act->request)
			return &app->d->requests[i];
	}
	return NULL;
}

static enum err_code request_open(struct application *app, struct err *err)
{
	struct dossier *d = app->d;

	if (d->request_count == DOSSIER_MAX_REQUESTS)
		return full(err, "申请");
	struct request *r = &d->requests[d->request_count++];
	*r = (struct request){
		.seq = d->request_count, .act = app->row->code, .by_account = app->act->actor,
		.by_name = app->act->actor_name, .on = app->day, .status = REQUEST_OPEN,
	};
	enum err_code code = payload_text(app, &app->act->fields, &r->payload, err);
	return code == ERR_OK ? effects_run(app, app->row->on_request, err) : code;
}

/* The endorser's fields join the request, so that the approver signs the whole. */
static enum err_code request_endorse(struct application *app, struct request *r, struct err *err)
{
	struct facts all = { 0 };
	enum err_code code = payload_facts(app, r->payload, &all, err);

	if (code != ERR_OK)
		return code;
	facts_merge(&all, &app->act->fields, true);
	fact_clear(&all, FIELD_OPINION);
	r->status = REQUEST_ENDORSED;
	return payload_text(app, &all, &r->payload, err);
}

static enum err_code request_approve(struct application *app, struct request *r, struct err *err)
{
	struct facts all = { 0 };
	enum err_code code = payload_facts(app, r->payload, &all, err);

	if (code != ERR_OK)
		return code;
	facts_merge(&all, &app->act->fields, true);
	app->fields = all;
	r->status = REQUEST_GRANTED;
	return carry_out(app, err);
}

/* Requests that the new state no longer knows have lost their object. */
static void requests_lapse(struct application *app)
{
	struct dossier *d = app->d;

	for (int i = 0; i < d->request_count; i++) {
		struct request *r = &d->requests[i];
		enum stage stage;
		char code[64];

		if (r->status != REQUEST_OPEN && r->status != REQUEST_ENDORSED)
			continue;
		snprintf(code, sizeof(code), "%s_request", r->act);
		const struct act_row *row = procedure_find(app->p, sv_of(code), &stage);
		if (row && (row->from & STATE_BIT(d->state)))
			continue;
		r->status = REQUEST_RETURNED;
		for (const struct effect *e = row ? row->on_request : NULL; e && e->kind != EFFECT_END; e++) {
			if (e->kind == EFFECT_START || e->kind == EFFECT_RESTART)
				apply_end_clock(app, e->clock, 0, CLOCK_CANCELLED);
		}
	}
}

static enum err_code run_stage(struct application *app, struct err *err)
{
	struct request *r = NULL;

	if (app->act->stage == STAGE_ENDORSE || app->act->stage == STAGE_APPROVE ||
	    app->act->stage == STAGE_RETURN) {
		r = request_of(app);
		if (!r)
			return err_set(err, ERR_INVALID, "no-such-request", "没有序号为 %d 的申请",
				       app->act->request);
	}
	switch (app->act->stage) {
	case STAGE_DO:
		return carry_out(app, err);
	case STAGE_REQUEST:
		return request_open(app, err);
	case STAGE_ENDORSE:
		return request_endorse(app, r, err);
	case STAGE_APPROVE:
		return request_approve(app, r, err);
	case STAGE_RETURN:
		r->status = REQUEST_RETURNED;
		return effects_run(app, app->row->on_return, err);
	}
	BUG("stage %d", (int)app->act->stage);
}

static void open_dossier(struct application *app)
{
	struct dossier *d = app->d;

	d->kind = procedure_kind(app->p->id);
	d->procedure = app->p->id;
	d->opened_on = app->day;
}

enum err_code procedure_apply(const struct law_book *book, struct dossier *d, const struct procedure *p,
			      const struct act_record *act, struct arena *arena, struct err *err)
{
	struct application app = {
		.book = book, .d = d, .p = p, .act = act, .fields = act->fields,
		.day = instant_to_day(act->happened_at), .arena = arena,
	};
	char code[64];
	enum stage stage;

	snprintf(code, sizeof(code), "%s%s", act->act, stage_suffix(act->stage));
	app.row = procedure_find(p, sv_of(code), &stage);
	if (!app.row)
		return err_set(err, ERR_INVALID, "unknown-act", "没有“%s”这一步骤", code);
	if (d->version == 0)
		open_dossier(&app);
	d->version++;
	if (d->version == 1 || app.day > d->last_on)
		d->last_on = app.day;
	enum err_code result = run_stage(&app, err);
	if (result != ERR_OK)
		return result;
	requests_lapse(&app);
	handoff_duties_lapse(&app);
	return procedure_recompute(book, d, err);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Effects that a table row cannot say: measures and their own clocks, the advisory, what a decision
 * orders, how service starts the party's periods. */
#include <stdio.h>

#include "law/apply.h"
#include "law/row.h"

#include "json/json_reader.h"
#include "json/json_writer.h"

enum { CARRIED_MAX_BYTES = 20000 };

enum err_code effect_parties(struct application *app, struct err *err)
{
	struct party first;

	(void)err;
	if (parties_first(app->arena, &app->d->facts, &first))
		fact_set_num(&app->d->facts, FIELD_PARTY_NATURAL, first.natural);
	return ERR_OK;
}

/* ---- measures ---- */

static bool is_registration(const char *kind)
{
	return strcmp(kind, "先行登记保存") == 0;
}

static struct measure *measure_of(struct application *app)
{
	return dossier_measure(app->d, (int)fact_num(&app->fields, FIELD_MEASURE));
}

/* Only a ledger that no check let in names a measure that is not there. */
static enum err_code no_measure(struct application *app, struct err *err)
{
	return err_set(err, ERR_INVALID, "no-such-measure", "没有序号为 %lld 的措施",
		       (long long)fact_num(&app->fields, FIELD_MEASURE));
}

static enum err_code add_measure(struct application *app, const struct measure *m, int extra, struct err *err)
{
	struct dossier *d = app->d;
	day_t on = instant_to_day(m->taken_at);
	enum err_code code = ERR_OK;

	if (d->measure_count == DOSSIER_MAX_MEASURES)
		return err_set(err, ERR_TOO_LARGE, "dossier-full", "本案的措施数量已达上限");
	struct measure *added = &d->measures[d->measure_count++];
	*added = *m;
	added->seq = d->measure_count;
	if (!added->confirmed)
		code = apply_start(app, "D08", added->seq, on, m->taken_at, err);
	if (code == ERR_OK)
		code = apply_start(app, is_registration(m->kind) ? "D09" : "D10", added->seq, on, m->taken_at, err);
	if (code == ERR_OK)
		d->clocks[d->clock_count - 1].extra = extra;
	return code;
}

/* An approved authorisation of this kind that nothing was taken on yet. */
static struct request *authorisation_for(struct dossier *d, const char *kind)
{
	char quoted[64];

	snprintf(quoted, sizeof(quoted), "\"measure_kind\":\"%s\"", kind);
	for (int i = 0; i < d->request_count; i++) {
		struct request *r = &d->requests[i];
		if (r->status == REQUEST_GRANTED && !r->used && strcmp(r->act, "measure_authorise") == 0 &&
		    strstr(r->payload, quoted))
			return r;
	}
	return NULL;
}

enum err_code effect_take_measure(struct application *app, struct err *err)
{
	const char *kind = fact_text(&app->fields, FIELD_MEASURE_KIND);
	struct request *authorisation = authorisation_for(app->d, kind);
	struct measure m = {
		.kind = kind, .goods = fact_text(&app->fields, FIELD_MEASURE_GOODS),
		.urgent = authorisation == NULL, .confirmed = authorisation != NULL,
		.taken_at = app->act->happened_at, .status = MEASURE_TAKEN, .ended_on = DAY_NONE,
	};

	if (authorisation)
		authorisation->used = true;
	return add_measure(app, &m, 0, err);
}

enum err_code effect_confirm_measure(struct application *app, struct err *err)
{
	struct measure *m = measure_of(app);

	if (!m)
		return no_measure(app, err);
	m->confirmed = true;
	m->refused = !fact_true(&app->fields, FIELD_GRANTED);
	apply_end_clock(app, "D08", m->seq, CLOCK_MET);
	return ERR_OK;
}

enum err_code effect_extend_measure(struct application *app, struct err *err)
{
	struct measure *m = measure_of(app);

	if (!m)
		return no_measure(app, err);
	struct clock_entry *c = dossier_clock(app->d, "D10", m->seq);
	m->extended = true;
	if (c)
		c->extra += (int)fact_num(&app->fields, FIELD_DAYS);
	return ERR_OK;
}

enum err_code effect_end_measure(struct application *app, struct err *err)
{
	struct measure *m = measure_of(app);

	if (!m)
		return no_measure(app, err);
	m->status = fact_has(&app->fields, FIELD_DISPOSITION) ? MEASURE_DISPOSED : MEASURE_LIFTED;
	m->ended_on = app->day;
	apply_end_clock(app, is_registration(m->kind) ? "D09" : "D10", m->seq, CLOCK_MET);
	apply_end_clock(app, "D08", m->seq, CLOCK_CANCELLED);
	return ERR_OK;
}

/* The clue's measures go on in the case that was filed: same days, same clocks. */
enum err_code effect_measures_moved(struct application *app, struct err *err)
{
	struct dossier *d = app->d;

	(void)err;
	for (int i = 0; i < d->measure_count; i++) {
		struct measure *m = &d->measures[i];
		if (m->status != MEASURE_TAKEN)
			continue;
		m->status = MEASURE_MOVED;
		m->ended_on = app->day;
		apply_end_clock(app, "D08", m->seq, CLOCK_CANCELLED);
		apply_end_clock(app, "D09", m->seq, CLOCK_CANCELLED);
		apply_end_clock(app, "D10", m->seq, CLOCK_CANCELLED);
	}
	for (int i = 0; i < d->span_count; i++) {
		if (d->spans[i].days.end == DAY_MAX)
			d->spans[i].days.end = app->day;
	}
	return ERR_OK;
}

/* With the suspected crime the goods go to the police, or stay with us in their name: our measures end (行政强制法 21). */
enum err_code effect_measures_handed_over(struct application *app, struct err *err)
{
	struct dossier *d = app->d;

	(void)err;
	for (int i = 0; i < d->measure_count; i++) {
		struct measure *m = &d->measures[i];
		if (m->status != MEASURE_TAKEN)
			continue;
		m->status = MEASURE_MOVED;
		m->ended_on = app->day;
		apply_end_clock(app, "D08", m->seq, CLOCK_CANCELLED);
		apply_end_clock(app, is_registration(m->kind) ? "D09" : "D10", m->seq, CLOCK_MET);
	}
	return ERR_OK;
}

static void carried_write(struct json_writer *w, const struct dossier *clue)
{
	json_obj_open(w);
	json_key(w, "measures");
	json_arr_open(w);
	for (int i = 0; i < clue->measure_count; i++) {
		const struct measure *m = &clue->measures[i];
		const struct clock_entry *c = dossier_clock_const(clue, "D10", m->seq);

		if (m->status != MEASURE_TAKEN)
			continue;
		json_obj_open(w);
		json_kv_str(w, "kind", m->kind);
		json_kv_str(w, "goods", m->goods);
		json_kv_bool(w, "urgent", m->urgent);
		json_kv_bool(w, "confirmed", m->confirmed);
		json_kv_bool(w, "refused", m->refused);
		json_kv_bool(w, "extended", m->extended);
		json_kv_instant(w, "taken_at", m->taken_at);
		json_kv_i64(w, "extra", c ? c->extra : 0);
		json_obj_close(w);
	}
	json_arr_close(w);
	json_key(w, "spans");
	json_arr_open(w);
	for (int i = 0; i < clue->span_count; i++) {
		const struct span_entry *s = &clue->spans[i];
		json_obj_open(w);
		json_kv_str(w, "kind", span_kind_code(s->kind));
		json_kv_day(w, "start", s->days.start);
		json_kv_day(w, "end", s->days.end);
		json_obj_close(w);
	}
	json_arr_close(w);
	json_obj_close(w);
}

static enum err_code carry_spans(struct application *app, const struct json_value *spans, struct err *err)
{
	for (const struct json_value *v = json_first(spans); v; v = json_next(v)) {
		enum span_kind kind;
		day_t start, end = DAY_MAX;

		if (!span_kind_by_code(json_string(json_get(v, "kind")), &kind) ||
		    !day_parse_iso(json_string(json_get(v, "start")), &start))
			return err_set(err, ERR_INTERNAL, "carried", "随案移转的期间无法读取");
		if (json_type(json_get(v, "end")) == JSON_STRING &&
		    !day_parse_iso(json_string(json_get(v, "end")), &end))
			return err_set(err, ERR_INTERNAL, "carried", "随案移转的期间无法读取");
		enum err_code code = apply_span_open(app, kind, start, end, err);
		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

enum err_code effect_carry_measures(struct application *app, struct err *err)
{
	struct json_doc *doc;
	enum err_code code;

	if (!fact_has(&app->fields, FIELD_CARRIED))
		return ERR_OK;
	code = json_parse(app->arena, sv_of(fact_text(&app->fields, FIELD_CARRIED)), &doc, err);
	if (code == ERR_OK)
		code = carry_spans(app, json_get(json_root(doc), "spans"), err);
	for (const struct json_value *v = code == ERR_OK ? json_first(json_get(json_root(doc), "measures")) : NULL;
	     v && code == ERR_OK; v = json_next(v)) {
		int64_t extra = 0;
		struct measure m = { .status = MEASURE_TAKEN, .ended_on = DAY_NONE };

		m.kind = arena_strndup(app->arena, json_string(json_get(v, "kind")).p, json_string(json_get(v, "kind")).n);
		m.goods = arena_strndup(app->arena, json_string(json_get(v, "goods")).p, json_string(json_get(v, "goods")).n);
		m.urgent = json_is_true(json_get(v, "urgent"));
		m.confirmed = json_is_true(json_get(v, "confirmed"));
		m.refused = json_is_true(json_get(v, "refused"));
		m.extended = json_is_true(json_get(v, "extended"));
		if (!instant_parse(json_string(json_get(v, "taken_at")), &m.taken_at) ||
		    !json_to_i64(json_get(v, "extra"), &extra))
			return err_set(err, ERR_INTERNAL, "carried", "随案移转的措施无法读取");
		code = add_measure(app, &m, (int)extra, err);
	}
	return code;
}

/* ---- suspension ---- */

enum err_code effect_suspend(struct application *app, struct err *err)
{
	(void)err;
	fact_set_num(&app->d->facts, FIELD_STATE_BEFORE, app->state_before);
	return ERR_OK;
}

enum err_code effect_resume(struct application *app, struct err *err)
{
	enum state before = (enum state)fact_num(&app->d->facts, FIELD_STATE_BEFORE);

	(void)err;
	fact_clear(&app->d->facts, FIELD_STATE_BEFORE);
	apply_state(app, before == STATE_NONE ? STATE_INVESTIGATING : before);
	return ERR_OK;
}

enum err_code effect_count_extension(struct application *app, struct err *err)
{
	(void)err;
	fact_set_num(&app->d->facts, FIELD_EXTENSIONS, fact_num(&app->d->facts, FIELD_EXTENSIONS) + 1);
	return ERR_OK;
}

/* ---- review, notice, decision ---- */

bool penalty_only(const struct facts *f, enum field kinds, const char *word)
{
	return fact_list_count(f, kinds) == 1 && fact_list_has(f, kinds, word);
}

int64_t money_ordered(const struct facts *f)
{
	return fact_money(f, FIELD_FINE) + fact_money(f, FIELD_CONFISCATED_INCOME);
}

bool legal_review_needed(const struct facts *f)
{
	return fact_true(f, FIELD_MAJOR) || fact_has(f, FIELD_HEARING_HELD_ON);
}

int64_t limit_for_party(const struct law_book *book, const char *kind, const struct facts *f, day_t on)
{
	char id[64];

	snprintf(id, sizeof(id), "%s_%s", kind, fact_true(f, FIELD_PARTY_NATURAL) ? "NATURAL" : "ORGANISATION");
	return law_book_limit(book, id, on);
}

bool hearing_threshold(const struct law_book *book, const struct facts *f, day_t on)
{
	static const char *const heavy[] = { "降低资质等级", "吊销许可证件", "责令停产停业", "责令关闭", "限制从业" };
	int64_t line = limit_for_party(book, "HEARING", f, on);

	for (size_t i = 0; i < ARRAY_LEN(heavy); i++) {
		if (fact_list_has(f, FIELD_NOTICE_KINDS, heavy[i]))
			return true;
	}
	return fact_money(f, FIELD_NOTICE_FINE) >= line || fact_money(f, FIELD_NOTICE_CONFISCATE) >= line;
}

/* Where a passed review leads: to the notice, or, when the party was already heard, to the decision. */
enum err_code effect_review_passed(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;
	bool penalty = fact_is(f, FIELD_PROPOSED_OUTCOME, "给予行政处罚");

	(void)err;
	fact_set_num(f, FIELD_REVIEW_PASSED_ON, app->day);
	if (fact_is(f, FIELD_REVIEW_KIND, "法制审核"))
		fact_set_num(f, FIELD_LEGAL_REVIEWED_ON, app->day);
	if (penalty && !fact_has(f, FIELD_NOTICED_ON))
		apply_state(app, STATE_NOTIFYING);
	else if (penalty && legal_review_needed(f))
		apply_state(app, STATE_DISCUSSING);
	else
		apply_state(app, STATE_DECIDING);
	return ERR_OK;
}

enum err_code effect_decided(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	(void)err;
	fact_set_num(f, FIELD_DECIDED_ON, app->day);
	apply_investigation_over(app);
	return ERR_OK;
}

/* ---- service, payment, remedies ---- */

/* An announcement excludes its 30 days from the decision period (art. 64); it ends by itself. */
enum err_code effect_announced(struct application *app, struct err *err)
{
	struct clock_entry *c = dossier_clock(app->d, "D21", 0);

	return apply_span_open(app, SPAN_ANNOUNCEMENT, app->day, c ? c->due.strict : app->day + 30, err);
}

/* Everything a served decision starts: payment, remedies, the court's window. By announcement the paper
 * counts as served when the 30 days are over. */
enum err_code effect_served(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;
	day_t served = app->day;
	struct clock_entry *c;
	enum err_code code;

	if (fact_is(&app->fields, FIELD_SERVICE_METHOD, "公告")) {
		c = dossier_clock(app->d, "D21", 0);
		if (c)
			served = c->due.lawful;
		apply_end_clock(app, "D21", 0, CLOCK_MET);
	}
	fact_set_num(f, FIELD_SERVED_ON, served);
	apply_end_clock(app, "D20", 0, CLOCK_MET);
	if ((code = apply_start(app, "D24", 0, served, app->act->happened_at, err)) != ERR_OK ||
	    (code = apply_start(app, "D25", 0, served, app->act->happened_at, err)) != ERR_OK)
		return code;
	fact_set_num(f, FIELD_REMEDY_OVER_ON, dossier_clock(app->d, "D25", 0)->due.strict);
	if (fact_true(f, FIELD_CASH_ON_SPOT))
		fact_set_num(f, FIELD_PAID, money_ordered(f));
	if (money_ordered(f) > fact_num(f, FIELD_PAID)) {
		if ((code = apply_start(app, "D22", 0, served, app->act->happened_at, err)) != ERR_OK ||
		    (code = apply_start(app, "D28", 0, fact_day(f, FIELD_REMEDY_OVER_ON),
					app->act->happened_at, err)) != ERR_OK)
			return code;
		fact_set_num(f, FIELD_PAY_DUE, dossier_clock(app->d, "D22", 0)->due.lawful);
		return ERR_OK;
	}
	/* Nothing to perform but what service itself performs: a warning, a public censure, cash paid. */
	if (penalty_only(f, FIELD_PENALTY_KINDS, "警告") || penalty_only(f, FIELD_PENALTY_KINDS, "通报批评") ||
	    fact_true(f, FIELD_CASH_ON_SPOT))
		return apply_ground(app, "C1", err);
	return ERR_OK;
}

enum err_code effect_paid(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	(void)err;
	fact_set_num(f, FIELD_PAID, fact_num(f, FIELD_PAID) + fact_money(&app->fields, FIELD_AMOUNT));
	if (fact_num(f, FIELD_PAID) >= money_ordered(f))
		apply_end_clock(app, "D22", 0, CLOCK_MET);
	return ERR_OK;
}

/* Payment may wait until the new day, and the court's three months run from it (order 2 art. 76), but
 * never before the remedies are over: earlier nobody may apply. */
enum err_code effect_deferred(struct application *app, struct err *err)
{
	day_t until = fact_day(&app->fields, FIELD_DEFERRED_UNTIL);
	day_t remedies = fact_day(&app->d->facts, FIELD_REMEDY_OVER_ON);
	struct clock_entry *c = dossier_clock(app->d, "D22", 0);

	if (c && c->state == CLOCK_RUNNING)
		c->extra += until - c->due.strict;
	fact_set_num(&app->d->facts, FIELD_PAY_DUE, until);
	apply_end_clock(app, "D28", 0, CLOCK_CANCELLED);
	return apply_start(app, "D28", 0, until > remedies ? until : remedies, app->act->happened_at, err);
}

enum err_code effect_remedy_filed(struct application *app, struct err *err)
{
	(void)err;
	fact_clear(&app->d->facts, FIELD_REMEDY_RESULT);
	apply_end_clock(app, fact_is(&app->fields, FIELD_REMEDY_KIND, "行政复议") ? "D24" : "D25", 0,
			CLOCK_CANCELLED);
	return ERR_OK;
}

/* The decision is to be made anew: the old one and all that hung on it fall away. Its disclosure learns it
 * (disclosure_case_event). */
enum err_code apply_anew(struct application *app, struct err *err)
{
	static const char *const rules[] = { "D20", "D21", "D22", "D24", "D25", "D27", "D28", "D31", "D47" };
	static const enum field gone[] = { FIELD_SERVED_ON, FIELD_PAY_DUE, FIELD_DEFERRED_UNTIL,
					   FIELD_ADDED_FINE, FIELD_REMEDY_OVER_ON, FIELD_DUNNED_ON,
					   FIELD_COURT_APPLIED_ON, FIELD_GROUND, FIELD_GROUND_ON, FIELD_CLOSED_ON };
	struct facts *f = &app->d->facts;

	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		apply_end_clock(app, rules[i], 0, CLOCK_CANCELLED);
	for (enum field x = FIELD_OUTCOME; x <= FIELD_DECISION_TEXT; x++)
		fact_clear(f, x);
	for (enum field x = FIELD_PROPOSED_OUTCOME; x <= FIELD_DISCUSSED_ON; x++)
		fact_clear(f, x);
	for (size_t i = 0; i < ARRAY_LEN(gone); i++)
		fact_clear(f, gone[i]);
	apply_state(app, STATE_INVESTIGATING);
	return apply_start(app, "D11", 0, app->day, app->act->happened_at, err);
}

/* After a review decision the suit may follow within 15 days; the court's window moves with it
 * (行政诉讼法 45). */
enum err_code effect_remedy_ended(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;
	const char *result = fact_text(&app->fields, FIELD_REMEDY_RESULT);
	bool review = fact_is(f, FIELD_REMEDY_KIND, "行政复议");

	if (strcmp(result, "责令重作") == 0)
		return apply_anew(app, err);
	if (app->d->state != STATE_PERFORMING && app->d->state != STATE_ENFORCING)
		return ERR_OK;
	if (strcmp(result, "撤销") == 0 || strcmp(result, "确认违法") == 0) {
		apply_end_clock(app, "D22", 0, CLOCK_CANCELLED);
		apply_end_clock(app, "D28", 0, CLOCK_CANCELLED);
		return apply_ground(app, "C5", err);
	}
	fact_set_num(f, FIELD_REMEDY_OVER_ON, review ? app->day + 15 : app->day);
	if (dossier_clock(app->d, "D28", 0)) {
		apply_end_clock(app, "D28", 0, CLOCK_CANCELLED);
		return apply_start(app, "D28", 0, fact_day(f, FIELD_REMEDY_OVER_ON), app->act->happened_at, err);
	}
	return ERR_OK;
}

/* ---- the case that an approved filing opens ---- */

enum err_code procedure_spawn_case(const struct dossier *before, const struct dossier *after,
				   int64_t clue_id, const struct act_record *approval, struct arena *arena,
				   struct act_record *ret, struct err *err)
{
	static const enum field copied[] = {
		FIELD_SOURCE, FIELD_SOURCE_DETAIL, FIELD_DISCOVERED_ON, FIELD_ACT_ENDED_ON, FIELD_IP_TYPE,
		FIELD_CAUSE, FIELD_TITLE, FIELD_FACTS_TEXT, FIELD_PLACE, FIELD_PARTIES, FIELD_CAMPAIGNS,
		FIELD_PRIMARY_CAMPAIGN, FIELD_SUPERVISED, FIELD_TAGS, FIELD_RIGHT_HOLDER, FIELD_RIGHT_NO, FIELD_GOODS, FIELD_OFFICER, FIELD_CO_OFFICER, FIELD_CAME_FROM,
		FIELD_CRIMINAL_FINE,
	};
	struct str carried = STR_INIT(CARRIED_MAX_BYTES);
	struct json_writer w;

	*ret = (struct act_record){ .act = "filed", .stage = STAGE_DO, .actor = approval->actor,
				    .actor_name = approval->actor_name, .happened_at = approval->happened_at };
	for (size_t i = 0; i < ARRAY_LEN(copied); i++)
		ret->fields.at[copied[i]] = after->facts.at[copied[i]];
	fact_set_num(&ret->fields, FIELD_CLUE, clue_id);
	json_writer_init(&w, &carried);
	carried_write(&w, before);
	bool ok = json_writer_ok(&w);
	if (ok)
		fact_set_text(&ret->fields, FIELD_CARRIED, arena_strndup(arena, carried.p, carried.len));
	str_release(&carried);
	return ok ? items_carried(before, arena, &ret->fields, err)
		  : err_set(err, ERR_TOO_LARGE, "dossier-full", "随案移转的措施过多");
}

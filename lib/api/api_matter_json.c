/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A matter as JSON: the dossier with what the reader may see. Protected fields (who reported) and whole identity
 * numbers are for those who work or decide the case. */
#include "api/api_steps.h"

#include "app/view.h"
#include "law/clock_why.h"

void api_write_person(struct json_writer *w, const char *key, const char *account, const char *name)
{
	json_key(w, key);
	if (!account) {
		json_null(w);
		return;
	}
	json_obj_open(w);
	json_kv_str(w, "account", account);
	json_kv_str(w, "name", name);
	json_obj_close(w);
}

/* ---- what others may not read ---- */

static bool is_protected(struct sv name)
{
	enum field field;

	return field_by_name(name, &field) && (field_info(field)->flags & FIELD_FLAG_PROTECTED);
}

/* The approved text of a decision that is published, and what is cut from it. */
static bool is_sealed(enum field f)
{
	return f == FIELD_DECISION_TEXT || f == FIELD_CUTS;
}

static bool is_sealed_name(struct sv name)
{
	enum field field;

	return field_by_name(name, &field) && is_sealed(field);
}

/* An array of party objects, numbers masked. */
static void write_masked_parties(struct json_writer *w, struct arena *arena, const struct json_value *list)
{
	json_arr_open(w);
	for (const struct json_value *p = json_first(list); p; p = json_next(p)) {
		json_obj_open(w);
		for (const struct json_value *m = json_first(p); m; m = json_next(m)) {
			json_key_sv(w, json_name(m));
			if (sv_eq_str(json_name(m), "id_number"))
				json_cstr(w, view_mask_number(arena, json_string(m).p));
			else
				json_write_value(w, m);
		}
		json_obj_close(w);
	}
	json_arr_close(w);
}

/* Facts as they were stored; for those without the right, what they may see of them. False: something is
 * missing, so the text no longer fits its digest. */
static bool write_payload(struct json_writer *w, struct arena *arena, struct sv payload, const struct matter_view *v)
{
	struct json_doc *doc;
	bool whole = true, full = v->full;

	if (full || payload.n == 0 || json_parse(arena, payload, &doc, NULL) != ERR_OK) {
		json_rawtext(w, full && payload.n > 0 ? payload : SV("{}"));
		return full;
	}
	json_obj_open(w);
	for (const struct json_value *m = json_first(json_root(doc)); m; m = json_next(m)) {
		if (is_protected(json_name(m)) || (v->sealed && is_sealed_name(json_name(m)))) {
			whole = false;
			continue;
		}
		json_key_sv(w, json_name(m));
		if (sv_eq_str(json_name(m), "parties")) {
			whole = false;
			write_masked_parties(w, arena, m);
		} else {
			json_write_value(w, m);
		}
	}
	json_obj_close(w);
	return whole;
}

/* ---- parts of a matter ---- */

static void write_facts(struct json_writer *w, const struct matter_view *v)
{
	json_key(w, "facts");
	json_obj_open(w);
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (!v->dossier->facts.at[f].set || f == FIELD_PARTIES || f == FIELD_STATE_BEFORE ||
		    (v->sealed && is_sealed(f)))
			continue;
		if (v->full || !(field_info(f)->flags & FIELD_FLAG_PROTECTED))
			field_write(w, f, &v->dossier->facts.at[f]);
	}
	json_obj_close(w);
}

static void write_parties(struct json_writer *w, struct arena *arena, const struct matter_view *v)
{
	const char *text = fact_text(&v->dossier->facts, FIELD_PARTIES);
	struct json_doc *doc;

	json_key(w, "parties");
	if (!text[0])
		json_rawtext(w, SV("[]"));
	else if (v->full)
		json_rawtext(w, sv_of(text));
	else if (json_parse(arena, sv_of(text), &doc, NULL) == ERR_OK)
		write_masked_parties(w, arena, json_root(doc));
	else
		json_rawtext(w, SV("[]"));
}

static const char *measure_status_code(enum measure_status s)
{
	static const char *const codes[] = { [MEASURE_TAKEN] = "taken", [MEASURE_LIFTED] = "lifted",
					     [MEASURE_DISPOSED] = "disposed", [MEASURE_MOVED] = "moved" };
	return codes[s];
}

static void write_measures(struct json_writer *w, const struct dossier *d)
{
	json_key(w, "measures");
	json_arr_open(w);
	for (int i = 0; i < d->measure_count; i++) {
		const struct measure *m = &d->measures[i];
		json_obj_open(w);
		json_kv_i64(w, "measure", m->seq);
		json_kv_str(w, "kind", m->kind);
		json_kv_str(w, "goods", m->goods);
		json_kv_str(w, "status", measure_status_code(m->status));
		json_kv_instant(w, "taken_at", m->taken_at);
		json_kv_bool(w, "urgent", m->urgent);
		json_kv_bool(w, "confirmed", m->confirmed);
		json_kv_bool(w, "refused", m->refused);
		json_kv_bool(w, "extended", m->extended);
		json_kv_day(w, "ended_on", m->ended_on);
		json_obj_close(w);
	}
	json_arr_close(w);
}

static void write_requests(struct json_writer *w, struct arena *arena, const struct matter_view *v)
{
	const struct dossier *d = v->dossier;

	json_key(w, "requests");
	json_arr_open(w);
	for (int i = 0; i < d->request_count; i++) {
		const struct request *r = &d->requests[i];
		uint32_t waits_for = view_waits_for(d, r);
		if (!waits_for)
			continue; /* answered: the timeline tells */
		json_obj_open(w);
		json_kv_i64(w, "request", r->seq);
		json_kv_str(w, "act", r->act);
		json_kv_str(w, "act_zh", view_act_zh(d->procedure, r->act));
		json_kv_str(w, "by", r->by_name);
		json_kv_day(w, "on", r->on);
		json_kv_str(w, "status", r->status == REQUEST_OPEN ? "open" : "endorsed");
		json_kv_str(w, "waits_for", role_code(waits_for));
		json_kv_str(w, "waits_for_zh", role_zh(waits_for));
		json_key(w, "fields");
		write_payload(w, arena, r->payload ? sv_of(r->payload) : SV("{}"), v);
		json_obj_close(w);
	}
	json_arr_close(w);
}

static void write_why(struct json_writer *w, struct arena *arena, const struct matter_view *v, const struct clock_entry *c)
{
	const char *lines[CLOCK_WHY_MAX];
	size_t n = clock_why(v->call.book, v->dossier, c, arena, lines, CLOCK_WHY_MAX);

	json_key(w, "why");
	json_arr_open(w);
	for (size_t i = 0; i < n; i++)
		json_cstr(w, lines[i]);
	json_arr_close(w);
}

static void write_clock(struct json_writer *w, struct arena *arena, const struct matter_view *v, const struct clock_view *c)
{
	const struct clock_entry *e = c->entry;

	json_obj_open(w);
	json_kv_str(w, "rule", e->rule);
	json_kv_str(w, "zh", c->zh);
	json_kv_str(w, "owner", c->owner);
	if (e->ref)
		json_kv_i64(w, "ref", e->ref);
	json_kv_str(w, "state", c->state);
	json_kv_str(w, "light", light_code(c->light));
	json_kv_day(w, "start", e->start_on);
	json_kv_day(w, "due", e->due.stopped ? DAY_NONE : e->due.lawful);
	if (c->by_hours && !e->due.stopped)
		json_kv_instant(w, "due_at", e->due.at);
	json_kv_day(w, "strict_due", e->due.stopped ? DAY_NONE : e->due.strict);
	if (c->light == LIGHT_GREY)
		json_kv_null(w, "days_left");
	else
		json_kv_i64(w, "days_left", c->days_left);
	if (e->extra)
		json_kv_i64(w, "extended", e->extra);
	json_kv_bool(w, "provisional", e->due.provisional);
	if (e->met_on != DAY_NONE)
		json_kv_day(w, "met_on", e->met_on);
	json_kv_str(w, "article", c->article);
	if (c->stopped_by)
		json_kv_str(w, "stopped_by", c->stopped_by);
	write_why(w, arena, v, e);
	json_obj_close(w);
}

void api_write_clocks(struct json_writer *w, struct arena *arena, const struct matter_view *v)
{
	json_arr_open(w);
	for (int i = 0; i < v->dossier->clock_count; i++) {
		struct clock_view c;
		clock_view_of(v->call.book, v->dossier, &v->dossier->clocks[i], v->today, &c);
		write_clock(w, arena, v, &c);
	}
	json_arr_close(w);
}

static void write_link(struct json_writer *w, const struct dossier *d, const char *rel, enum field field)
{
	if (!fact_has(&d->facts, field))
		return;
	json_obj_open(w);
	json_kv_str(w, "rel", rel);
	json_kv_id(w, "id", fact_num(&d->facts, field));
	json_obj_close(w);
}

/* Money that follows from the dossier and today. */
static void write_derived(struct json_writer *w, const struct matter_view *v)
{
	json_key(w, "derived");
	json_obj_open(w);
	json_kv_id(w, "added_fine_fen", added_fine_fen(v->call.book, v->dossier, v->today));
	json_kv_day(w, "on", v->today);
	json_obj_close(w);
}

void api_write_matter(struct json_writer *w, struct arena *arena, const struct matter_view *v)
{
	json_obj_open(w);
	api_write_matter_members(w, arena, v);
	json_obj_close(w);
}

void api_write_matter_members(struct json_writer *w, struct arena *arena, const struct matter_view *v)
{
	const struct dossier *d = v->dossier;
	uint32_t turn = dossier_turn(d);

	json_kv_id(w, "id", v->id);
	json_kv_str(w, "kind", matter_kind_code(d->kind));
	json_kv_str(w, "procedure", procedure_code(d->procedure));
	json_kv_str(w, "state", state_info(d->state)->code);
	json_kv_str(w, "state_zh", state_info(d->state)->zh);
	json_kv_day(w, "state_since", d->state_since);
	json_kv_i64(w, "version", d->version);
	json_key(w, "number");
	if (v->number.p)
		json_str(w, v->number);
	else
		json_null(w);
	json_kv_sv(w, "title", v->title);
	json_key(w, "unit");
	json_obj_open(w);
	json_kv_id(w, "id", v->unit);
	json_kv_sv(w, "name", v->unit_name);
	json_obj_close(w);
	api_write_person(w, "officer", v->officer, v->officer_name);
	api_write_person(w, "co_officer", v->co_officer, v->co_officer_name);
	json_kv_day(w, "opened_on", d->opened_on);
	json_kv_day(w, "closed_on", v->closed_on);
	json_kv_str(w, "turn", turn ? role_code(turn) : "");
	json_kv_bool(w, "incomplete", v->incomplete);
	json_kv_bool(w, "full", v->full);
	write_facts(w, v);
	write_parties(w, arena, v);
	write_measures(w, d);
	write_requests(w, arena, v);
	json_key(w, "clocks");
	api_write_clocks(w, arena, v);
	write_derived(w, v);
	json_key(w, "links");
	json_arr_open(w);
	write_link(w, d, "clue", FIELD_CLUE);
	write_link(w, d, "case", FIELD_CASE);
	write_link(w, d, "handoff", FIELD_HANDOFF);
	write_link(w, d, "disclosure", FIELD_DISCLOSURE_MATTER);
	json_arr_close(w);
}

/* ---- timeline ---- */

static void write_act(struct json_writer *w, struct arena *arena, const struct matter_view *v, size_t i)
{
	struct act_view a;

	view_act(v, i, &a);
	json_obj_open(w);
	json_kv_i64(w, "seq", a.seq);
	json_kv_sv(w, "act", a.act);
	json_kv_sv(w, "stage", a.stage);
	json_kv_str(w, "act_zh", view_act_zh(v->dossier->procedure, a.act.p));
	if (a.request)
		json_kv_i64(w, "request", a.request);
	api_write_person(w, "actor", a.account, a.name);
	if (a.behalf)
		api_write_person(w, "on_behalf_of", a.behalf, a.behalf_name);
	json_kv_str(w, "unit", a.unit);
	json_kv_instant(w, "happened_at", a.happened_at);
	json_kv_instant(w, "recorded_at", a.recorded_at);
	if (a.number.p)
		json_kv_sv(w, "number", a.number);
	if (a.back_entry)
		json_kv_bool(w, "back_entry", true);
	json_key(w, "payload");
	if (!write_payload(w, arena, a.payload, v))
		json_kv_bool(w, "redacted", true);
	json_kv_sv(w, "digest", a.digest);
	json_obj_close(w);
}

void api_write_acts(struct json_writer *w, struct arena *arena, const struct matter_view *v)
{
	struct act_view last;

	json_obj_open(w);
	json_key(w, "items");
	json_arr_open(w);
	for (size_t i = 0; i < v->act_count; i++)
		write_act(w, arena, v, i);
	json_arr_close(w);
	if (v->more_acts) {
		view_act(v, v->act_count - 1, &last);
		json_kv_i64(w, "next", last.seq);
	} else {
		json_kv_null(w, "next");
	}
	json_obj_close(w);
}

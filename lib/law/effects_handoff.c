/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Effects of hand-overs. What a record carries must have the same effect on every copy, whatever crossed with it on the
 * way: each effect reads only facts that all copies share, and sums up (earliest day, longest list) where two organs may
 * write at once. */
#include "law/apply.h"
#include "law/row.h"

#include "json/json_reader.h"
#include "json/json_writer.h"

enum { LIST_MAX_BYTES = 16 * 1024 };

/* ---- a copy is made ---- */

enum err_code effect_copy_open(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	(void)err;
	fact_set_num(f, FIELD_SIDE, SIDE_SENDER);
	if (!fact_has(f, FIELD_CONNECTED))
		fact_set_num(f, FIELD_CONNECTED, SIDE_SENDER);
	if (!fact_has(f, FIELD_OWN_ROLE))
		fact_set_text(f, FIELD_OWN_ROLE, role_code(ROLE_OFFICER));
	fact_set_text(f, FIELD_RECEIVER, fact_text(f, FIELD_PEER));
	if (fact_has(f, FIELD_PEER_NAME))
		fact_set_text(f, FIELD_RECEIVER_NAME, fact_text(f, FIELD_PEER_NAME));
	return ERR_OK;
}

enum err_code effect_copy_arrive(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	(void)err;
	if (!fact_has(f, FIELD_SIDE))
		fact_set_num(f, FIELD_SIDE, SIDE_RECEIVER);
	if (!fact_has(f, FIELD_CONNECTED))
		fact_set_num(f, FIELD_CONNECTED, fact_num(f, FIELD_SIDE));
	if (fact_num(f, FIELD_SIDE) == SIDE_RECEIVER && !fact_has(f, FIELD_RECEIVER) && fact_has(f, FIELD_OWN_ORGAN))
		fact_set_text(f, FIELD_RECEIVER, fact_text(f, FIELD_OWN_ORGAN));
	return ERR_OK;
}

/* ---- records that change no state ---- */

static void earliest(struct application *app, enum field field)
{
	struct facts *f = &app->d->facts;

	if (!fact_has(f, field) || app->day < fact_day(f, field))
		fact_set_num(f, field, app->day);
}

enum err_code effect_delivered(struct application *app, struct err *err)
{
	(void)err;
	earliest(app, FIELD_DELIVERED_ON);
	return ERR_OK;
}

enum err_code effect_retrieved(struct application *app, struct err *err)
{
	(void)err;
	earliest(app, FIELD_RETRIEVED_ON);
	return ERR_OK;
}

/* The list with (or without) this word, sorted bytewise, without doubles. */
static const char *list_set(struct application *app, enum field field, const char *word, bool with)
{
	CLEANUP(str_release) struct str out = STR_INIT(LIST_MAX_BYTES);
	const struct facts *f = &app->d->facts;
	struct json_doc *doc = NULL;
	struct json_writer w;
	bool written = !with || fact_list_has(f, field, word);

	json_writer_init(&w, &out);
	json_arr_open(&w);
	if (fact_has(f, field) && json_parse(app->arena, sv_of(fact_text(f, field)), &doc, NULL) == ERR_OK) {
		for (const struct json_value *v = json_first(json_root(doc)); v; v = json_next(v)) {
			struct sv item = json_string(v);
			const char *text = arena_strndup(app->arena, item.p, item.n);
			if (!with && strcmp(word, text) == 0)
				continue;
			if (!written && strcmp(word, text) < 0) {
				json_cstr(&w, word);
				written = true;
			}
			json_cstr(&w, text);
		}
	}
	if (!written)
		json_cstr(&w, word);
	json_arr_close(&w);
	return json_writer_ok(&w) ? arena_strndup(app->arena, out.p, out.len) : NULL;
}

/* ---- silence, and what it makes us do ---- */

/* What the sender owes when another organ lets its period pass: a reminder, then a letter to the organ that supervises it. Clocks
 * of his copy only, for the lists; the records that keep them are on all copies. */
#define REMIND "C0.1"
#define LETTER "C0.2"

static bool owes(const struct application *app)
{
	return fact_num(&app->d->facts, FIELD_SIDE) == SIDE_SENDER;
}

static bool is_silent(const struct application *app)
{
	return fact_list_has(&app->d->facts, FIELD_SILENT, fact_text(&app->fields, FIELD_CLOCK_RULE));
}

enum err_code effect_silence(struct application *app, struct err *err)
{
	const char *rules = list_set(app, FIELD_SILENT, fact_text(&app->fields, FIELD_CLOCK_RULE), true);

	if (!rules)
		return err_set(err, ERR_TOO_LARGE, "dossier-full", "逾期记录过多");
	fact_set_text(&app->d->facts, FIELD_SILENT, rules);
	if (!owes(app))
		return ERR_OK;
	apply_end_clock(app, REMIND, 0, CLOCK_CANCELLED);
	return apply_start(app, REMIND, 0, app->day, app->act->happened_at, err);
}

enum err_code effect_remind(struct application *app, struct err *err)
{
	const struct clock_entry *letter = dossier_clock_const(app->d, LETTER, 0);

	if (!owes(app) || !is_silent(app))
		return ERR_OK;
	apply_end_clock(app, REMIND, 0, CLOCK_MET);
	if (letter && letter->state == CLOCK_RUNNING)
		return ERR_OK;
	return apply_start(app, LETTER, 0, app->day, app->act->happened_at, err);
}

enum err_code effect_escalate(struct application *app, struct err *err)
{
	(void)err;
	if (is_silent(app)) {
		apply_end_clock(app, REMIND, 0, CLOCK_MET);
		apply_end_clock(app, LETTER, 0, CLOCK_MET);
	}
	return ERR_OK;
}

void handoff_not_silent(struct application *app, const char *rule)
{
	struct facts *f = &app->d->facts;

	if (!fact_list_has(f, FIELD_SILENT, rule))
		return;
	if (fact_list_count(f, FIELD_SILENT) == 1)
		fact_clear(f, FIELD_SILENT);
	else
		fact_set_text(f, FIELD_SILENT, list_set(app, FIELD_SILENT, rule, false));
}

/* The answer came, or nobody waits for it any more. */
void handoff_duties_lapse(struct application *app)
{
	const struct dossier *d = app->d;

	if (d->kind != MATTER_HANDOFF || !owes(app))
		return;
	for (int i = 0; i < d->clock_count; i++) {
		if (d->clocks[i].state == CLOCK_RUNNING && fact_list_has(&d->facts, FIELD_SILENT, d->clocks[i].rule))
			return;
	}
	apply_end_clock(app, REMIND, 0, CLOCK_CANCELLED);
	apply_end_clock(app, LETTER, 0, CLOCK_CANCELLED);
}

/* ---- another organ takes over, and the end ---- */

enum err_code effect_forwarded(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;
	const char *next = fact_text(&app->fields, FIELD_PEER_NEXT);
	const char *name = fact_text(&app->fields, FIELD_PEER_NEXT_NAME);

	(void)err;
	fact_set_text(f, FIELD_RECEIVER, next);
	fact_set_text(f, FIELD_RECEIVER_NAME, name[0] ? name : next);
	if (fact_num(f, FIELD_SIDE) == SIDE_SENDER) {
		fact_set_text(f, FIELD_PEER, next);
		fact_set_text(f, FIELD_PEER_NAME, name[0] ? name : next);
	} else if (fact_num(f, FIELD_SIDE) == SIDE_RECEIVER && fact_has(f, FIELD_OWN_ORGAN) &&
		   !fact_is(f, FIELD_OWN_ORGAN, next)) {
		fact_set_num(f, FIELD_SIDE, 0); /* no longer ours: the copy only follows */
	}
	return ERR_OK;
}

enum err_code effect_handoff_over(struct application *app, struct err *err)
{
	(void)err;
	for (int i = 0; i < app->d->clock_count && !app->crossed; i++) {
		struct clock_entry *c = &app->d->clocks[i];
		if (c->state == CLOCK_RUNNING)
			apply_end_clock(app, c->rule, c->ref, CLOCK_CANCELLED);
	}
	return ERR_OK;
}

/* ---- what the linked case learns ---- */

/* How the hand-over to the police stands, in the case's own words: fact TRANSFER_STATE. */
static const struct {
	const char *event, *words;
	bool pending, returned;
} transfer_words[] = {
	{ "opened", "拟移送", true, false },	  { "approved", "已批准", true, false },
	{ "refused", "局长不批准", false, false }, { "dropped", "不移送", false, false },
	{ "sent", "已移送公安", true, false },	  { "filed", "公安已立案", true, false },
	{ "not-filed", "公安不予立案", true, false }, { "handed-over", "已移交公安", true, false },
	{ "returned", "公安退回", false, true },  { "withdrawn", "公安撤案", false, true },
	{ "nonpros", "不起诉", false, true },	  { "judged", "已判决", true, false },
	{ "closed", "移送办结", false, false },
};

bool transfer_pending(const struct facts *f)
{
	for (size_t i = 0; i < ARRAY_LEN(transfer_words); i++) {
		if (fact_is(f, FIELD_TRANSFER_STATE, transfer_words[i].words))
			return transfer_words[i].pending;
	}
	return false;
}

bool transfer_returned(const struct facts *f)
{
	for (size_t i = 0; i < ARRAY_LEN(transfer_words); i++) {
		if (fact_is(f, FIELD_TRANSFER_STATE, transfer_words[i].words))
			return transfer_words[i].returned;
	}
	return false;
}

/* Is the case over, or waiting, because of a hand-over? What is still being performed goes on first. */
static bool waits_for_handoff(const struct dossier *d)
{
	return d->state == STATE_CLOSING || d->state == STATE_CLOSED || d->state == STATE_ARCHIVED ||
	       d->state == STATE_SUSPENDED;
}

/* Taken up again: investigated and decided anew, with a period of its own (行政处罚法 27; 310号令 10). */
enum err_code effect_reopen(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	apply_end_clock(app, "D11", 0, CLOCK_CANCELLED);
	apply_end_clock(app, "C1.17", 0, CLOCK_CANCELLED);
	apply_span_close(app, SPAN_SUSPENSION);
	fact_clear(f, FIELD_STATE_BEFORE);
	fact_clear(f, FIELD_EXTENSIONS);
	fact_set_num(f, FIELD_REOPENED_FROM, fact_num(f, FIELD_HANDOFF));
	fact_set_num(f, FIELD_REOPENED_ON, app->day);
	return apply_anew(app, err);
}

/* Goods that went to the police, or that we now keep for them, are no longer seized by us. */
static enum err_code transfer_told(struct application *app, const char *event, struct err *err)
{
	struct facts *f = &app->d->facts;

	for (size_t i = 0; i < ARRAY_LEN(transfer_words); i++) {
		if (strcmp(transfer_words[i].event, event) == 0)
			fact_set_text(f, FIELD_TRANSFER_STATE, transfer_words[i].words);
	}
	if (strcmp(event, "opened") == 0) {
		fact_set_text(f, FIELD_ADVISORY_SETTLED, "移送");
		apply_end_clock(app, "C1.0", 0, CLOCK_MET);
		apply_end_clock(app, "C1.0a", 0, CLOCK_MET);
	} else if (strcmp(event, "refused") == 0 || strcmp(event, "dropped") == 0) {
		fact_set_text(f, FIELD_ADVISORY_SETTLED, "局长决定不移送");
	} else if (strcmp(event, "sent") == 0) {
		if (app->d->kind == MATTER_CASE && !fact_has(f, FIELD_POLICE_ON))
			fact_set_num(f, FIELD_POLICE_ON, app->day); /* for the forms: the first time */
		apply_end_clock(app, "C1.17", 0, CLOCK_CANCELLED);
		return apply_start(app, "C1.17", 0, app->day, app->act->happened_at, err);
	} else if (strcmp(event, "handed-over") == 0) {
		return effect_measures_handed_over(app, err);
	} else if (!transfer_pending(f)) {
		apply_end_clock(app, "C1.17", 0, CLOCK_CANCELLED);
	}
	return ERR_OK;
}

/* "returned" from the police, or "reopened" by what another organ sent back to us. */
enum err_code effect_handoff_event(struct application *app, struct err *err)
{
	const char *event = fact_text(&app->fields, FIELD_HANDOFF_EVENT);
	enum err_code code = ERR_OK;

	if (fact_is(&app->fields, FIELD_CHANNEL, "c1"))
		code = transfer_told(app, event, err);
	else
		code = effect_channel_event(app, err);
	if (code != ERR_OK)
		return code;
	if ((strcmp(event, "returned") == 0 || strcmp(event, "reopened") == 0) && waits_for_handoff(app->d))
		return effect_reopen(app, err);
	return ERR_OK;
}

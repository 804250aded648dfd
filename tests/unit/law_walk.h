/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Walks through procedures as people do: acts by name of the account, day and JSON fields. Each act goes
 * through procedure_check and procedure_apply as in the daemon; after each one the stored form is read and
 * written again, and the ledger that grows beside it can be replayed. A failure fails the running test. */
#ifndef TESTS_LAW_WALK_H
#define TESTS_LAW_WALK_H

#include "law_fixture.h"

#include "law/apply.h"
#include "law/disclosure.h"
#include "law/mark.h"
#include "law/procedure.h"

enum { WALK_MAX_ACTS = 400 };

struct walk_account {
	int64_t id;
	const char *name;
	uint32_t roles;
};

static const struct walk_account walk_accounts[] = {
	{ 1, "officer", ROLE_OFFICER },
	{ 2, "co_officer", ROLE_CO_OFFICER },
	{ 3, "clerk", ROLE_CLERK },
	{ 4, "unit_head", ROLE_UNIT_HEAD },
	{ 5, "legal_reviewer", ROLE_LEGAL_REVIEWER },
	{ 6, "deputy_head", ROLE_DEPUTY_HEAD },
	{ 7, "principal", ROLE_PRINCIPAL },
	{ 8, "credit_clerk", ROLE_CREDIT_CLERK },
	{ 9, "officer2", ROLE_OFFICER },
	{ 10, "many_hats", ROLE_OFFICER | ROLE_LEGAL_REVIEWER | ROLE_DEPUTY_HEAD },
	{ 11, "police", ROLE_POLICE },
	{ 12, "procuratorate", ROLE_PROCURATORATE },
	{ 13, "court", ROLE_COURT },
	{ 14, "exchange", ROLE_EXCHANGE },
};

/* One row of the ledger as it is stored: the payload is text. */
struct walk_row {
	struct act_record record;
	const char *payload;
};

struct walk {
	struct arena *arena;
	const struct law_book *book;
	struct dossier *d;
	int64_t id;
	const struct target *target; /* what a field of type MATTER names */
	const struct organ *own, *peer; /* hand-overs: what the directory of organs knows */
	struct walk_row rows[WALK_MAX_ACTS];
	size_t row_count;
	struct err err;
	/* Clue as it was before and after the last act, and that act, to spawn the case from. */
	struct dossier *before;
	struct act_record last;
};

/* How often each guard let pass and refused, over all walks of the program. */
static unsigned walk_passed[GUARD_COUNT], walk_refused[GUARD_COUNT];

static inline void walk_book(struct law_book *book, struct arena *arena)
{
	struct law_texts texts = { law_read(arena, "holidays.csv"), law_read(arena, "clocks.csv"),
				   law_read(arena, "vocabulary.csv"), law_read(arena, "thresholds.csv"),
				   law_read(arena, "limits.csv"), law_read(arena, "regions.csv") };
	struct err err = ERR_INIT;

	if (law_book_init(book, arena, &texts, &err) != ERR_OK)
		fail_msg("law book: %s", err.message);
}

static inline struct walk *walk_new(struct arena *arena, const struct law_book *book,
				    enum matter_procedure procedure)
{
	struct walk *w = arena_new(arena, struct walk);

	w->arena = arena;
	w->book = book;
	w->id = 1001;
	w->d = arena_new(arena, struct dossier);
	w->d->procedure = procedure;
	return w;
}

static inline const struct walk_account *walk_account(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(walk_accounts); i++) {
		if (strcmp(walk_accounts[i].name, name) == 0)
			return &walk_accounts[i];
	}
	fail_msg("no account %s", name);
	return NULL;
}

static inline struct actor walk_actor(const char *name)
{
	const struct walk_account *a = walk_account(name);

	return (struct actor){ .account = a->id, .name = a->name, .roles = a->roles, .unit = 11, .organ = 10 };
}

/* "2026-03-05" is ten o'clock, "2026-03-05 14:30" that minute; Shanghai time. */
static inline instant_t walk_time(const char *text)
{
	char iso[40];
	instant_t at;

	snprintf(iso, sizeof(iso), "%.10sT%s:00+08:00", text, strlen(text) > 10 ? text + 11 : "10:00");
	if (!instant_parse(sv_of(iso), &at))
		fail_msg("bad time %s", text);
	return at;
}

static inline const char *walk_text(struct arena *arena, const struct facts *f)
{
	struct str out = STR_INIT(1 << 20);
	struct json_writer w;

	json_writer_init(&w, &out);
	facts_write(&w, f);
	assert_true(json_writer_ok(&w));
	const char *text = arena_strndup(arena, out.p, out.len);
	str_release(&out);
	return text;
}

static inline const char *walk_dossier_text(struct arena *arena, const struct dossier *d)
{
	struct str out = STR_INIT(1 << 20);
	struct json_writer w;

	json_writer_init(&w, &out);
	dossier_write(&w, d);
	assert_true(json_writer_ok(&w));
	const char *text = arena_strndup(arena, out.p, out.len);
	str_release(&out);
	return text;
}

/* Reading the stored form and writing it again gives the same bytes. */
static inline void walk_assert_stable(struct arena *arena, const struct dossier *d)
{
	struct dossier *again = arena_new(arena, struct dossier);
	const char *text = walk_dossier_text(arena, d);
	struct err err = ERR_INIT;

	if (dossier_read(arena, sv_of(text), again, &err) != ERR_OK)
		fail_msg("stored dossier: %s\n%s", err.message, text);
	assert_string_equal(walk_dossier_text(arena, again), text);
}

static inline void walk_fields(struct walk *w, const char *json, day_t today, struct facts *ret)
{
	enum field allowed[FIELD_COUNT];
	size_t n = 0;
	struct json_doc *doc;
	struct err err = ERR_INIT;

	*ret = (struct facts){ 0 };
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (field_info(f)->type != FIELD_TYPE_JSON)
			allowed[n++] = f;
	}
	if (json_parse(w->arena, sv_of(json ? json : "{}"), &doc, &err) != ERR_OK ||
	    field_decode_object(w->arena, &w->book->vocabulary, json_root(doc), allowed, n, today, ret, &err) != ERR_OK)
		fail_msg("fields %s: %s (%s)", json, err.message, err.field);
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (field_info(f)->type == FIELD_TYPE_ACCOUNT && fact_has(ret, f))
			fact_set_num(ret, f, walk_account(fact_text(ret, f))->id);
	}
}

static inline void walk_count_guards(const struct act_row *row, enum err_code code, const struct err *err)
{
	for (enum guard g = GUARD_END + 1; code == ERR_LAW && g < GUARD_COUNT; g++)
		walk_refused[g] += strcmp(err->message, guard_message(g)) == 0;
	for (const enum guard *g = row->guards; code == ERR_OK && g && *g != GUARD_END; g++)
		walk_passed[*g]++;
}

/* Rows that were done, over all walks of the program. */
enum { WALK_MAX_ROWS = 128 };
static bool walk_rows_done[PROCEDURE_COUNT][WALK_MAX_ROWS];

/* Fold one record into the walk's dossier and keep its ledger row. */
static inline enum err_code walk_fold(struct walk *w, const struct act_record *record)
{
	struct dossier *after = arena_new(w->arena, struct dossier);

	*after = *w->d;
	enum err_code code = procedure_apply(w->book, after, procedure_get(w->d->procedure), record, w->arena, &w->err);
	if (code != ERR_OK)
		return code;
	assert_true(w->row_count < WALK_MAX_ACTS);
	w->rows[w->row_count++] = (struct walk_row){ *record, walk_text(w->arena, &record->fields) };
	w->before = w->d;
	w->d = after;
	w->last = *record;
	walk_assert_stable(w->arena, after);
	const struct procedure *p = procedure_get(after->procedure);
	assert_true(p->row_count <= WALK_MAX_ROWS);
	for (size_t k = 0; k < p->row_count; k++)
		walk_rows_done[after->procedure][k] |= strcmp(p->rows[k].code, record->act) == 0;
	return ERR_OK;
}

static inline enum err_code walk_try(struct walk *w, const char *who, const char *act, const char *when,
				     const char *fields)
{
	struct act_input in = { .matter = w->row_count ? w->id : 0, .actor = walk_actor(who),
				.happened_at = walk_time(when), .now = walk_time("2030-12-31"),
				.target = w->target, .own = w->own, .peer = w->peer };
	struct act_record record;

	w->err = (struct err)ERR_INIT;
	in.row = procedure_find(procedure_get(w->d->procedure), sv_of(act), &in.stage);
	if (!in.row)
		fail_msg("no act %s", act);
	walk_fields(w, fields, instant_to_day(in.happened_at), &in.fields);
	enum err_code code = procedure_check(w->book, w->d, &in, w->arena, &record, &w->err);
	walk_count_guards(in.row, code, &w->err);
	if (code == ERR_OK && disclosure_is_spawned(in.row, in.stage))
		fact_set_num(&record.fields, FIELD_DISCLOSURE_MATTER, w->id + 1000);
	return code == ERR_OK ? walk_fold(w, &record) : code;
}

/* The act must be done. */
static inline void walk_do(struct walk *w, const char *who, const char *act, const char *when, const char *fields)
{
	if (walk_try(w, who, act, when, fields) != ERR_OK)
		fail_msg("%s %s by %s in state %s: %s (%s) %s %s", when, act, who, state_info(w->d->state)->code,
			 w->err.message, w->err.rule, w->err.field, w->err.detail);
}

/* The act must be refused by this rule. */
static inline void walk_refuse(struct walk *w, const char *who, const char *act, const char *when,
			       const char *fields, const char *rule)
{
	if (walk_try(w, who, act, when, fields) == ERR_OK)
		fail_msg("%s %s by %s was done, %s was expected", when, act, who, rule);
	if (strcmp(w->err.rule, rule) != 0)
		fail_msg("%s %s by %s: refused by %s (%s), not by %s", when, act, who, w->err.rule, w->err.message, rule);
}

/* request and approve on one day */
static inline void walk_approved(struct walk *w, const char *who, const char *approver, const char *act,
				 const char *when, const char *fields)
{
	walk_do(w, who, arena_printf(w->arena, "%s_request", act), when, fields);
	walk_do(w, approver, arena_printf(w->arena, "%s_approve", act), when, "{}");
}

/* The case that the approved filing of this clue opens. */
static inline struct walk *walk_spawn(struct walk *clue)
{
	struct walk *w = walk_new(clue->arena, clue->book, PROCEDURE_ORDINARY);
	struct act_record filed;

	w->id = clue->id + 1;
	if (procedure_spawn_case(clue->before, clue->d, clue->id, &clue->last, w->arena, &filed, &w->err) != ERR_OK ||
	    walk_fold(w, &filed) != ERR_OK)
		fail_msg("filing: %s", w->err.message);
	return w;
}

/* The disclosure that the approved decision of this case opens. */
static inline struct walk *walk_disclose(struct walk *of_case)
{
	static const char *const digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
	struct walk *w = walk_new(of_case->arena, of_case->book, PROCEDURE_DISCLOSURE);
	struct act_record opened;

	w->id = fact_num(&of_case->d->facts, FIELD_DISCLOSURE_MATTER);
	if (procedure_spawn_disclosure(of_case->d, of_case->id, digest, &of_case->last, w->arena, &opened, &w->err) != ERR_OK ||
	    walk_fold(w, &opened) != ERR_OK)
		fail_msg("disclosure: %s", w->err.message);
	return w;
}

/* The disclosure learns what the last act of the case changed; false: nothing that matters to it. */
static inline bool walk_told(const struct walk *of_case, struct walk *w)
{
	struct act_record told;

	if (disclosure_case_event(of_case->before, of_case->d, w->d, &of_case->last, &told, &w->err) != ERR_OK)
		fail_msg("case event: %s", w->err.message);
	if (told.act && walk_fold(w, &told) != ERR_OK)
		fail_msg("case event: %s", w->err.message);
	return told.act != NULL;
}

/* The linked case learns of a hand-over (channel `procedure`, may be NULL: no hand-over's facts). */
static inline enum err_code walk_event_try(struct walk *w, const struct dossier *handoff, const char *event, const char *when)
{
	const struct act_record cause = { .act = "x", .actor = 14, .actor_name = "exchange", .happened_at = walk_time(when) };
	struct act_record told;

	w->err = (struct err)ERR_INIT;
	enum err_code code = procedure_handoff_event(w->book, w->d, handoff, 501, event, &cause, w->arena, &told, &w->err);
	enum stage stage;
	const struct act_row *row = procedure_find(procedure_get(w->d->procedure), SV("handoff_event"), &stage);
	if (row)
		walk_count_guards(row, code, &w->err);
	return code == ERR_OK && told.act ? walk_fold(w, &told) : code;
}

static inline void walk_event(struct walk *w, const struct dossier *handoff, const char *event, const char *when)
{
	if (walk_event_try(w, handoff, event, when) != ERR_OK)
		fail_msg("event %s: %s", event, w->err.message);
}

/* The ledger, payloads read back from text, folds into the same bytes. */
static inline void walk_replay(const struct walk *w)
{
	struct dossier *d = arena_new(w->arena, struct dossier);
	struct err err = ERR_INIT;

	for (size_t i = 0; i < w->row_count; i++) {
		struct act_record record = w->rows[i].record;
		struct json_doc *doc;
		record.fields = (struct facts){ 0 };
		if (json_parse(w->arena, sv_of(w->rows[i].payload), &doc, &err) != ERR_OK ||
		    facts_read(w->arena, json_root(doc), &record.fields, &err) != ERR_OK ||
		    procedure_apply(w->book, d, procedure_get(w->d->procedure), &record, w->arena, &err) != ERR_OK)
			fail_msg("replay of act %zu (%s): %s", i + 1, record.act, err.message);
	}
	assert_string_equal(walk_dossier_text(w->arena, d), walk_dossier_text(w->arena, w->d));
}

/* ---- expectations ---- */

/* Each row of the procedure was done, and each of its guards let pass and refused. */
static inline void walk_all_done(enum matter_procedure procedure)
{
	const struct procedure *p = procedure_get(procedure);
	int missing = 0;

	for (size_t k = 0; k < p->row_count; k++) {
		if (strncmp(p->rows[k].code, "material_", 9) == 0)
			continue; /* the same everywhere: test_law_item.c */
		if (!walk_rows_done[procedure][k]) {
			print_error("%s.%s was never done\n", p->code, p->rows[k].code);
			missing++;
		}
		for (const enum guard *g = p->rows[k].guards; g && *g != GUARD_END; g++) {
			if (walk_passed[*g] > 0 && walk_refused[*g] > 0)
				continue;
			print_error("%s.%s: guard %s passed %u times and refused %u times\n", p->code, p->rows[k].code,
				    guard_rule(*g), walk_passed[*g], walk_refused[*g]);
			missing++;
		}
	}
	assert_int_equal(missing, 0);
}

static inline const char *walk_day(struct arena *arena, day_t d)
{
	char text[11];

	day_format(d, text);
	return arena_strdup(arena, text);
}

/* State and lawful due day of the latest clock of a rule. `state` is running, stopped, met, late or
 * cancelled. */
static inline void walk_clock(const struct walk *w, const char *rule, int ref, const char *state, const char *due)
{
	static const char *const codes[] = { "running", "met", "cancelled" };
	const struct clock_entry *c = dossier_clock_const(w->d, rule, ref);

	if (!c)
		fail_msg("there is no clock %s", rule);
	const char *found = c->state == CLOCK_RUNNING && c->due.stopped ? "stopped"
			    : c->state == CLOCK_MET && c->late	     ? "late"
								     : codes[c->state];
	if (strcmp(found, state) != 0)
		fail_msg("clock %s is %s, not %s (due %s)", rule, found, state, walk_day(w->arena, c->due.lawful));
	if (due && strcmp(walk_day(w->arena, c->due.lawful), due) != 0)
		fail_msg("clock %s is due %s, not %s", rule, walk_day(w->arena, c->due.lawful), due);
}

static inline void walk_state(const struct walk *w, enum state state)
{
	assert_string_equal(state_info(w->d->state)->code, state_info(state)->code);
}

static inline void walk_fact_day(const struct walk *w, enum field field, const char *day)
{
	assert_string_equal(walk_day(w->arena, fact_day(&w->d->facts, field)), day);
}

#endif

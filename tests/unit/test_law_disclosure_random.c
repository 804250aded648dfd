/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Random walks through disclosures: whatever people, the case and the calendar do, what is public has been reviewed by
 * somebody else, has a last day that is watched, and stands. */
#include "law_disclosure.h"

#include "law/row.h"

enum { WALKS = 120, STEPS = 120 };

static uint64_t random_state;

static int below(int n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int)((random_state >> 33) % (uint64_t)n);
}

static void random_fact(struct facts *f, enum field field, day_t today)
{
	static const char *const parties[] = { "[{\"name\":\"甲公司\",\"kind\":\"企业\"}]", "[{\"name\":\"张某\",\"kind\":\"自然人\"}]" };
	const struct field_info *info = field_info(field);
	const char *words[40];
	size_t n;

	switch (info->type) {
	case FIELD_TYPE_TEXT:
	case FIELD_TYPE_DOCNO:
		fact_set_text(f, field, field == FIELD_CUTS ? "[]" : arena_printf(&arena, "文字%d", below(100)));
		break;
	case FIELD_TYPE_DATE:
		fact_set_num(f, field, today - 200 + below(400));
		break;
	case FIELD_TYPE_BOOL:
		fact_set_num(f, field, field == FIELD_SENSITIVE || field == FIELD_MINOR ? below(8) == 0 : below(4) > 0);
		break;
	case FIELD_TYPE_INT:
	case FIELD_TYPE_MONEY:
		fact_set_num(f, field, 1 + below(3));
		break;
	case FIELD_TYPE_CHOICE:
		n = vocabulary_list(&book.vocabulary, info->list, words, ARRAY_LEN(words));
		fact_set_text(f, field, words[below((int)n)]);
		break;
	case FIELD_TYPE_CHOICES:
	case FIELD_TYPE_LIST:
		fact_set_text(f, field, "[\"材料\"]");
		break;
	case FIELD_TYPE_PARTIES:
		fact_set_text(f, field, parties[below(2)]);
		break;
	case FIELD_TYPE_INSTANT:
	case FIELD_TYPE_ACCOUNT:
	case FIELD_TYPE_MATTER:
	case FIELD_TYPE_GOODS:
	case FIELD_TYPE_JSON:
		break;
	}
}

static void random_fields(struct facts *f, const struct act_row *row, enum stage stage, day_t today)
{
	*f = (struct facts){ 0 };
	for (const struct field_use *u = procedure_fields(row, stage); u->field != FIELD_NONE; u++) {
		if (u->required ? below(30) > 0 : below(4) == 0)
			random_fact(f, u->field, today);
	}
}

/* The case says something: "case_event" is nobody's act. */
static enum err_code random_event(struct walk *w, instant_t at)
{
	static const char *const events[] = { "更正当事人", "决定已送达", "履行完毕", "决定不再有效" };
	int k = below(60);
	struct act_record record = { .act = "case_event", .actor = 1, .actor_name = "officer", .happened_at = at };

	fact_set_text(&record.fields, FIELD_DISCLOSURE_EVENT, events[k < 58 ? k % 3 : 3]);
	if (k < 58 && k % 3 == 0)
		random_fact(&record.fields, FIELD_PARTIES, instant_to_day(at));
	if (k < 58 && k % 3 == 2)
		fact_set_num(&record.fields, FIELD_PERFORMED_ON, instant_to_day(at));
	if (k >= 58)
		fact_set_text(&record.fields, FIELD_WITHDRAW_REASON, "行政处罚决定已被撤销");
	return walk_fold(w, &record);
}

static enum err_code random_act(struct walk *w, instant_t at)
{
	const struct procedure *p = procedure_get(PROCEDURE_DISCLOSURE);
	const struct act_row *row = &p->rows[below((int)p->row_count)];
	enum stage stage = (enum stage)below(STAGE_RETURN + 1);
	const struct walk_account *who = &walk_accounts[below(ARRAY_LEN(walk_accounts))];
	struct act_record record;

	if (below(400) == 0)
		return random_event(w, at);
	/* Ends are rare, or nothing would ever get far; asking the same again and again is dull. */
	if (row->from == 0 || !row->by || (strcmp(row->code, "overturn") == 0 && below(300)) ||
	    ((procedure_targets(row) & (S(EXEMPT) | S(DISCLOSURE_WITHDRAWN) | S(STOPPED))) && below(12)) ||
	    (procedure_targets(row) == 0 && below(3)))
		return ERR_NOT_FOUND;
	if ((stage == STAGE_DO) != (row->approve_by == 0) || stage == STAGE_ENDORSE)
		return ERR_NOT_FOUND;
	struct act_input in = { .row = row, .stage = stage, .matter = w->id, .actor = walk_actor(who->name),
				.happened_at = at, .now = at };
	random_fields(&in.fields, row, stage, instant_to_day(at));
	w->err = (struct err)ERR_INIT;
	enum err_code code = procedure_check(&book, w->d, &in, &arena, &record, &w->err);
	if (code == ERR_OK && (code = walk_fold(w, &record)) != ERR_OK)
		fail_msg("%s passed the check and not the fold: %s", row->code, w->err.message);
	return code;
}

static int running(const struct dossier *d, const char *prefix, day_t *ret_due)
{
	int n = 0;

	for (int i = 0; i < d->clock_count; i++) {
		if (d->clocks[i].state != CLOCK_RUNNING || strncmp(d->clocks[i].rule, prefix, strlen(prefix)) != 0)
			continue;
		n++;
		*ret_due = d->clocks[i].due.lawful;
	}
	return n;
}

static void check_public(const struct dossier *d, const char *act)
{
	static const enum field needed[] = { FIELD_PUBLISHED_ON, FIELD_PUBLISHED_FROM, FIELD_PUBLISH_CLASS, FIELD_STOP_DUE,
					     FIELD_PUBLISH_VERSION, FIELD_SECRECY_REVIEWED_ON };
	day_t due = DAY_NONE;

	for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
		if (!fact_has(&d->facts, needed[i]))
			fail_msg("%s: public without %s", act, field_info(needed[i])->name);
	}
	if (fact_num(&d->facts, FIELD_PREPARED_BY) == fact_num(&d->facts, FIELD_SECRECY_REVIEWER))
		fail_msg("%s: prepared and reviewed by one person", act);
	if (running(d, "D37", &due) != 1 || due != fact_day(&d->facts, FIELD_STOP_DUE))
		fail_msg("%s: nothing watches the last day", act);
	if (d->state != STATE_TO_WITHDRAW && fact_has(&d->facts, FIELD_OVERTURNED_ON))
		fail_msg("%s: public, and the decision does not stand", act);
	if (fact_day(&d->facts, FIELD_STOP_DUE) < fact_day(&d->facts, FIELD_PUBLISHED_FROM))
		fail_msg("%s: over before it began", act);
}

static void check_invariants(const struct walk *w)
{
	const struct dossier *d = w->d;
	const state_set over = S(NOT_REQUIRED) | S(EXEMPT) | S(DISCLOSURE_WITHDRAWN) | S(STOPPED);
	day_t due;

	if (disclosure_is_public(d))
		check_public(d, w->last.act);
	if ((STATE_BIT(d->state) & over) && (running(d, "D32", &due) || running(d, "D33", &due) || running(d, "D34", &due) ||
	    running(d, "D35", &due) || running(d, "D37", &due) || running(d, "D38", &due) || running(d, "D39", &due) ||
	    running(d, "D40", &due)))
		fail_msg("%s in %s: a clock runs on", w->last.act, state_info(d->state)->code);
	if (d->state == STATE_TO_WITHDRAW && running(d, "D35", &due) != 1)
		fail_msg("%s: to be withdrawn, and no clock", w->last.act);
	if (d->state == STATE_PUSHED && (fact_has(&d->facts, FIELD_PUBLISHED_FROM) || fact_has(&d->facts, FIELD_STOP_DUE)))
		fail_msg("%s: pushed and published", w->last.act);
	if ((STATE_BIT(d->state) & S_UNPUBLISHED) && fact_has(&d->facts, FIELD_OVERTURNED_ON))
		fail_msg("%s: the decision does not stand and is to be published", w->last.act);
}

static void test_random_walks(void **state)
{
	static const char *const kinds[] = { GENERAL_FINE, MINOR_FINE, FIELD_A, SUSPENDED_B ",\"restriction_until\":\"2026-12-01\"",
					     CLOSED_C, GENERAL_FINE ",\"other_province\":true" };
	unsigned reached[STATE_COUNT] = { 0 }, done = 0;
	(void)state;

	for (int k = 0; k < WALKS; k++) {
		random_state = (uint64_t)k + 1;
		struct walk *w = registered("2026-01-05", "2026-01-05", arena_printf(&arena, ",%s", kinds[k % 6]));
		instant_t at = walk_time("2026-01-05 12:00");
		for (int i = 0; i < STEPS * 100 && w->row_count < STEPS && w->d->state != STATE_NOT_REQUIRED; i++) {
			at += (instant_t)below(3) * 3600 * 1000000 * (below(60) == 0 ? 500 : 1);
			if (random_act(w, at) != ERR_OK)
				continue;
			done++;
			reached[w->d->state]++;
			check_invariants(w);
		}
		walk_replay(w);
		arena_reset(&arena);
		walk_book(&book, &arena);
	}
	for (enum state s = STATE_NOT_REQUIRED; s <= STATE_STOPPED; s++) {
		if (s != STATE_RECEIVED && reached[s] == 0)
			fail_msg("%u acts never reached %s", done, state_info(s)->code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_random_walks) };

	return cmocka_run_group_tests(tests, setup, teardown);
}

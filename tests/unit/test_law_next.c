/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What is told of the next acts: every guard has its requirement, an act is blocked exactly when one of its rules fails, each act
 * of each procedure says what it does, and asking changes nothing. */
#include "law_stages.h"
#include "law_setup.h"

#include "law/clock_why.h"
#include "law/next.h"

enum { ACTS_MAX = 300 };

static void test_every_guard_is_a_requirement_too(void **state)
{
	(void)state;
	for (enum guard g = GUARD_END + 1; g < GUARD_COUNT; g++) {
		if (!guard_want(g))
			fail_msg("no requirement for guard %s (%s)", guard_rule(g), guard_message(g));
	}
}

/* All that can be told of one act, for one account. */
static void tell(const struct dossier *d, const struct actor *actor, instant_t now, const struct next_act *next, bool listed)
{
	struct next_check checks[NEXT_CHECKS_MAX];
	const char *lines[NEXT_EFFECTS_MAX];
	size_t n = next_checks(&book, d, actor, now, &arena, next, checks, NEXT_CHECKS_MAX);
	size_t m = next_effects(&book, d, actor, now, &arena, next, lines, NEXT_EFFECTS_MAX);
	bool fails = false;

	for (size_t i = 0; i < n; i++) {
		assert_non_null(checks[i].zh);
		assert_non_null(checks[i].rule);
		assert_true((checks[i].is == CHECK_FAILS) == (checks[i].message != NULL));
		fails = fails || checks[i].is == CHECK_FAILS;
	}
	if (listed && fails != next->blocked)
		fail_msg("%s%s: %s by %s, but the rules say otherwise", next->row->code, stage_suffix(next->stage),
			 next->blocked ? "blocked" : "not blocked", next->blocked ? next->why.rule : "anything");
	if (m == 0)
		fail_msg("%s%s: nothing is said of it", next->row->code, stage_suffix(next->stage));
	for (size_t i = 0; i < m; i++) {
		assert_true(lines[i][0] != '\0');
		assert_null(strstr(lines[i], "(null)"));
	}
	for (const struct field_use *u = procedure_fields(next->row, next->stage); u->field != FIELD_NONE; u++) {
		struct fact value;
		struct next_choice choices[NEXT_CHOICES_MAX];
		if (next_value(&book, d, next, instant_to_day(now), u->field, &arena, &value))
			assert_true(value.set);
		next_choices(&book, d, next, u->field, &arena, choices, NEXT_CHOICES_MAX);
		next_hint(next, u->field);
	}
}

/* Everything that each account may do now. */
static size_t tell_all(struct walk *w, const char *when)
{
	static struct next_act acts[ACTS_MAX];
	const char *before = walk_dossier_text(&arena, w->d);
	instant_t now = walk_time(when);
	size_t told = 0;

	for (size_t a = 0; a < ARRAY_LEN(walk_accounts); a++) {
		struct actor actor = walk_actor(walk_accounts[a].name);
		size_t n = procedure_next(&book, w->d, &actor, now, &arena, acts, ACTS_MAX);
		for (size_t i = 0; i < n; i++)
			tell(w->d, &actor, now, &acts[i], true);
		told += n;
	}
	for (int i = 0; i < w->d->clock_count; i++) {
		const char *why[CLOCK_WHY_MAX];
		size_t n = clock_why(&book, w->d, &w->d->clocks[i], &arena, why, CLOCK_WHY_MAX);
		if (n < 3)
			fail_msg("clock %s: %zu lines", w->d->clocks[i].rule, n);
	}
	assert_string_equal(walk_dossier_text(&arena, w->d), before);
	return told;
}

static void test_on_the_way_of_a_case(void **state)
{
	struct walk *w = walk_clue_registered(&arena, &book, "2026-03-02", "2026-03-02", "," PARTY);

	(void)state;
	assert_true(tell_all(w, "2026-03-03") > 20);
	walk_do(w, "unit_head", "assign", "2026-03-03", "{" OFFICERS "}");
	walk_do(w, "officer", "measure_take", "2026-03-03 15:00",
		"{\"measure_kind\":\"扣押\",\"measure_goods\":\"白酒12瓶\",\"urgent\":true}");
	tell_all(w, "2026-03-03 16:00");
	walk_do(w, "officer", "file_request", "2026-03-10", "{\"cause\":\"假冒专利\",\"reason\":\"有证据\"}");
	tell_all(w, "2026-03-10 11:00");
	walk_do(w, "unit_head", "file_endorse", "2026-03-10 12:00", "{" OFFICERS "}");
	tell_all(w, "2026-03-10 13:00");
	w = walk_case_noticed(&arena, &book, "2026-03-10", "2026-04-02");
	tell_all(w, "2026-04-03");
	tell_all(w, "2026-04-20");
	w = walk_case_decided(&arena, &book, "2026-03-10", "2026-04-02", "2026-04-15");
	tell_all(w, "2026-04-16");
	walk_do(w, "officer", "serve", "2026-04-16", "{\"service_method\":\"直接\"}");
	tell_all(w, "2026-04-17");
	tell_all(w, "2026-12-31");
}

/* Each act of each procedure in each state that it is possible in, with and without a request: whatever the facts are. */
static void test_each_row_says_what_it_does(void **state)
{
	size_t told = 0;

	(void)state;
	for (enum matter_procedure p = 0; p < PROCEDURE_COUNT; p++) {
		const struct procedure *procedure = procedure_get(p);
		for (size_t i = 0; procedure && i < procedure->row_count; i++) {
			const struct act_row *row = &procedure->rows[i];
			for (enum state s = STATE_NONE + 1; s < STATE_COUNT; s++) {
				if (!(row->from & STATE_BIT(s)))
					continue;
				struct dossier *d = arena_new(&arena, struct dossier);
				struct actor actor = walk_actor("many_hats");
				d->procedure = p;
				d->kind = procedure_kind(p);
				d->state = s;
				d->version = 3;
				d->opened_on = d->last_on = d->state_since = law_day("2026-03-02");
				d->requests[d->request_count++] = (struct request){ .seq = 1, .act = row->code, .by_account = 1,
					.by_name = "officer", .on = d->opened_on, .status = REQUEST_OPEN, .payload = "{}" };
				for (enum stage stage = STAGE_DO; stage <= STAGE_RETURN; stage++) {
					if ((stage == STAGE_DO) != (row->approve_by == 0) ||
					    (stage == STAGE_ENDORSE && !row->endorse_by))
						continue;
					struct next_act next = { .row = row, .stage = stage,
								 .request = stage >= STAGE_ENDORSE ? 1 : 0 };
					tell(d, &actor, walk_time("2026-05-06"), &next, false);
					told++;
				}
			}
			arena_reset(&arena);
			walk_book(&book, &arena);
		}
	}
	assert_true(told > 500);
}

static void test_how_matters_begin(void **state)
{
	struct dossier *blank = arena_new(&arena, struct dossier);
	struct actor officer = walk_actor("officer"), police = walk_actor("police");
	struct next_act next;
	struct err err = ERR_INIT;

	(void)state;
	blank->procedure = PROCEDURE_CLUE;
	blank->kind = MATTER_CLUE;
	assert_int_equal(next_create(&book, blank, SV("register"), &officer, walk_time("2026-05-06"), &arena, &next, &err), ERR_OK);
	assert_string_equal(next.row->code, "register");
	tell(blank, &officer, walk_time("2026-05-06"), &next, true);
	assert_int_equal(next_create(&book, blank, SV("verify"), &officer, walk_time("2026-05-06"), &arena, &next, &err), ERR_INVALID);
	assert_int_equal(next_create(&book, blank, SV("nothing"), &officer, walk_time("2026-05-06"), &arena, &next, &err), ERR_INVALID);
	assert_int_equal(next_create(&book, blank, SV("register"), &police, walk_time("2026-05-06"), &arena, &next, &err),
			 ERR_FORBIDDEN);
	for (enum matter_procedure p = PROCEDURE_C1; p <= PROCEDURE_C9; p++) {
		blank->procedure = p;
		blank->kind = MATTER_HANDOFF;
		if (next_create(&book, blank, SV("open"), &officer, walk_time("2026-05-06"), &arena, &next, &err) == ERR_OK)
			tell(blank, &officer, walk_time("2026-05-06"), &next, true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_guard_is_a_requirement_too),
		cmocka_unit_test(test_on_the_way_of_a_case),
		cmocka_unit_test(test_each_row_says_what_it_does),
		cmocka_unit_test(test_how_matters_begin),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

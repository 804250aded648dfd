/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The procedure tables as data (every state and act is a row or a refusal, no state is lost, no row names
 * what does not exist), and random walks through them. */
#include "law_setup.h"

static state_set bit(enum state s)
{
	return STATE_BIT(s);
}

static const uint32_t all_roles = (UINT32_C(1) << ROLE_COUNT) - 1;

/* ---- the tables ---- */

static void check_row(const struct procedure *p, const struct act_row *row)
{
	const struct clock_rule *rule;
	day_t today = instant_to_day(walk_time("2026-11-23"));

	assert_true(row->zh && row->zh[0] && row->article && row->article[0]);
	if (strlen(row->article) >= sizeof(((struct err *)0)->article))
		fail_msg("%s.%s: the article does not fit an error", p->code, row->code);
	if (row->by == 0 && strcmp(row->code, "filed") != 0 && strcmp(row->code, "handoff_event") != 0 &&
	    strcmp(row->code, "opened") != 0 && strcmp(row->code, "case_event") != 0)
		fail_msg("%s.%s: nobody may do it", p->code, row->code);
	assert_true(!row->endorse_by || row->approve_by);
	assert_true(!row->on_request || row->approve_by);
	for (const struct field_use *u = row->fields; u && u->field != FIELD_NONE; u++) {
		enum field_type type = field_info(u->field)->type;
		assert_true(type != FIELD_TYPE_JSON || !u->required);
		/* Another organ knows neither our accounts nor our matters. */
		if (row->receipt && (type == FIELD_TYPE_ACCOUNT || type == FIELD_TYPE_MATTER))
			fail_msg("%s.%s: %s cannot be told", p->code, row->code, field_info(u->field)->name);
	}
	assert_true(!row->receipt || row->sides);
	assert_true(!row->crosses || row->receipt);
	assert_true(!row->approve_by || !row->receipt); /* a record is one act */
	const struct effect *const lists[] = { row->effects, row->on_request, row->on_return };
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		for (const struct effect *e = lists[i]; e && e->kind != EFFECT_END; e++) {
			rule = e->clock ? law_book_clock(&book, e->clock, today) : NULL;
			if (e->clock && !rule)
				fail_msg("%s.%s: no clock %s", p->code, row->code, e->clock);
			if (e->kind == EFFECT_GROUND && !vocabulary_has(NULL, "结案情形", sv_of(e->text)))
				fail_msg("%s.%s: no closing ground %s", p->code, row->code, e->text);
		}
	}
}

/* A field named twice would be a key twice in the OpenAPI document, and an input twice in a form. */
static void check_fields(const struct procedure *p, const struct act_row *row)
{
	for (enum stage s = STAGE_DO; s <= STAGE_RETURN; s++) {
		bool seen[FIELD_COUNT] = { false };
		for (const struct field_use *u = procedure_fields(row, s); u && u->field != FIELD_NONE; u++) {
			if (seen[u->field])
				fail_msg("%s.%s: %s twice", p->code, row->code, field_info(u->field)->name);
			seen[u->field] = true;
		}
	}
}

/* Each code, with each stage it has, finds its own row and no other. */
static void check_codes(const struct procedure *p, const struct act_row *row)
{
	for (enum stage s = STAGE_DO; s <= STAGE_RETURN; s++) {
		enum stage found = STAGE_DO;
		const char *code = arena_printf(&arena, "%s%s", row->code, stage_suffix(s));
		const struct act_row *other = procedure_find(p, sv_of(code), &found);
		bool expected = s == STAGE_DO ? !row->approve_by : s == STAGE_ENDORSE ? row->endorse_by != 0
									     : row->approve_by != 0;
		if (expected && (other != row || found != s))
			fail_msg("%s.%s is ambiguous", p->code, code);
		if (!expected && other == row)
			fail_msg("%s.%s should not be there", p->code, code);
		assert_true(stage_by_code(sv_of(stage_code(s)), &found) && found == s);
	}
}

static void test_rows(void **state)
{
	(void)state;
	for (enum matter_procedure i = 0; i < PROCEDURE_COUNT; i++) {
		const struct procedure *p = procedure_get(i);
		assert_int_equal(p->id, i);
		assert_string_equal(p->code, procedure_code(i));
		for (size_t k = 0; k < p->row_count; k++) {
			check_row(p, &p->rows[k]);
			check_codes(p, &p->rows[k]);
			check_fields(p, &p->rows[k]);
		}
	}
}

/* ---- states ---- */

/* States of a procedure that its rows name. */
static state_set states_of(const struct procedure *p)
{
	state_set all = 0;

	for (size_t k = 0; k < p->row_count; k++)
		all |= p->rows[k].from | procedure_targets(&p->rows[k]);
	return all;
}

static void test_totality(void **state)
{
	struct dossier *d = arena_new(&arena, struct dossier);
	(void)state;

	for (enum matter_procedure i = 0; i < PROCEDURE_COUNT; i++) {
		const struct procedure *p = procedure_get(i);
		for (enum state s = STATE_NONE; s < STATE_COUNT; s++) {
			*d = (struct dossier){ .procedure = i, .state = s, .version = s == STATE_NONE ? 0 : 1 };
			fact_set_num(&d->facts, FIELD_SIDE, SIDE_SENDER | SIDE_RECEIVER | SIDE_THIRD);
			fact_set_num(&d->facts, FIELD_CONNECTED, SIDE_SENDER | SIDE_RECEIVER | SIDE_THIRD);
			for (size_t k = 0; k < p->row_count; k++) {
				struct act_record record;
				struct err err = ERR_INIT;
				struct act_input in = { .row = &p->rows[k], .actor = walk_actor("officer"),
							.stage = p->rows[k].approve_by ? STAGE_REQUEST : STAGE_DO,
							.happened_at = walk_time("2026-03-02"),
							.now = walk_time("2026-03-02") };
				in.actor.roles = all_roles;
				if (!p->rows[k].by)
					continue;
				state_set from = p->rows[k].from;
				if (procedure_arrived(d, &in))
					from |= p->rows[k].crosses;
				bool known = s == STATE_NONE ? from == 0 : (from & bit(s)) != 0;
				enum err_code code = procedure_check(&book, d, &in, &arena, &record, &err);
				if (known == (code == ERR_WRONG_STATE))
					fail_msg("%s.%s in %s: %s", p->code, p->rows[k].code, state_info(s)->code, err.message);
				if (code != ERR_OK)
					assert_true(err.rule[0] && err.message[0]);
			}
		}
	}
}

static void test_reachability(void **state)
{
	state_set reached_anywhere = 0;
	(void)state;

	for (enum matter_procedure i = 0; i < PROCEDURE_COUNT; i++) {
		const struct procedure *p = procedure_get(i);
		state_set reached = 0, before = 1;
		while (reached != before) {
			before = reached;
			for (size_t k = 0; k < p->row_count; k++) {
				const struct act_row *row = &p->rows[k];
				if (row->from == 0 || (row->from & reached))
					reached |= procedure_targets(row);
			}
		}
		for (enum state s = STATE_NONE + 1; s < STATE_COUNT; s++) {
			if ((states_of(p) & bit(s)) && !(reached & bit(s)))
				fail_msg("%s: %s cannot be reached", p->code, state_info(s)->code);
		}
		reached_anywhere |= reached;
	}
	for (enum state s = STATE_NONE + 1; s < STATE_COUNT; s++) {
		if (!(reached_anywhere & bit(s)))
			fail_msg("no procedure reaches %s", state_info(s)->code);
	}
}

/* The side that has a part in a hand-over. */
static uint32_t side_of_part(uint32_t role)
{
	return role == ROLE_SENDER ? SIDE_SENDER : role == ROLE_RECEIVER ? SIDE_RECEIVER : role == ROLE_THIRD ? SIDE_THIRD : 0;
}

/* Whoever's turn it is finds an act; every open state can be left; a state that is not open is an end, or
 * leads to one like it. */
static void test_no_dead_ends(void **state)
{
	(void)state;
	for (enum matter_procedure i = 0; i < PROCEDURE_COUNT; i++) {
		const struct procedure *p = procedure_get(i);
		for (enum state s = STATE_NONE + 1; s < STATE_COUNT; s++) {
			const struct state_info *info = state_info(s);
			state_set out = 0;
			uint32_t who = 0;
			for (size_t k = 0; k < p->row_count; k++) {
				if (!(p->rows[k].from & bit(s)))
					continue;
				out |= procedure_targets(&p->rows[k]) & ~bit(s);
				who |= p->rows[k].by;
				if (p->rows[k].on_request) /* the request itself led here */
					who |= p->rows[k].approve_by;
				if (p->rows[k].sides & side_of_part(info->turn))
					who |= info->turn;
			}
			if (!(states_of(p) & bit(s)) || !info->open)
				continue;
			if (!out)
				fail_msg("%s: no way out of %s", p->code, info->code);
			if (info->turn != ROLE_PARTY && info->turn != ROLE_COURT && !(who & info->turn))
				fail_msg("%s: it is the turn of %s in %s, who can do nothing", p->code,
					 role_code(info->turn), info->code);
		}
	}
}

static void test_guards_used(void **state)
{
	bool used[GUARD_COUNT] = { false };
	bool conditions[WHEN_COUNT] = { true };
	bool opened[SPAN_KIND_COUNT] = { false }, closed[SPAN_KIND_COUNT] = { false };
	(void)state;

	for (enum matter_procedure i = 0; i < PROCEDURE_COUNT; i++) {
		const struct procedure *p = procedure_get(i);
		for (size_t k = 0; k < p->row_count; k++) {
			for (const enum guard *g = p->rows[k].guards; g && *g != GUARD_END; g++)
				used[*g] = true;
			for (const struct effect *e = p->rows[k].effects; e && e->kind != EFFECT_END; e++) {
				conditions[e->when] = true;
				if (e->kind == EFFECT_SPAN_OPEN)
					opened[e->span] = true;
				if (e->kind == EFFECT_SPAN_CLOSE)
					closed[e->span] = true;
			}
		}
	}
	for (enum guard g = GUARD_END + 1; g < GUARD_COUNT; g++) {
		if (!used[g])
			fail_msg("no row asks guard %s (%s)", guard_rule(g), guard_message(g));
		assert_true(guard_article(g)[0]);
	}
	for (enum condition c = 0; c < WHEN_COUNT; c++) {
		if (!conditions[c])
			fail_msg("no effect asks %s", condition_name(c));
	}
	for (enum span_kind s = 0; s < SPAN_KIND_COUNT; s++) {
		if (opened[s] && !closed[s])
			fail_msg("nothing ends span %s", span_kind_code(s));
	}
}

static void test_refusals(void **state)
{
	struct walk *w = walk_new(&arena, &book, PROCEDURE_CLUE);
	(void)state;

	walk_refuse(w, "clerk", "register", "2026-03-02", "{\"source\":\"举报\"}", "required");
	assert_string_equal(w->err.field, "fields.discovered_on");
	walk_refuse(w, "clerk", "register", "2026-03-02",
		    "{\"source\":\"举报\",\"discovered_on\":\"2026-03-02\",\"ip_type\":\"商标\",\"summary\":\"x\",\"days\":3}",
		    "unknown-field");
	assert_string_equal(w->err.field, "fields.days");
	walk_refuse(w, "clerk", "register", "2031-01-01",
		    "{\"source\":\"举报\",\"discovered_on\":\"2026-03-02\",\"ip_type\":\"商标\",\"summary\":\"x\"}",
		    "in-the-future");
	walk_refuse(w, "clerk", "register", "2026-03-02",
		    "{\"source\":\"举报\",\"discovered_on\":\"2031-03-02\",\"ip_type\":\"商标\",\"summary\":\"x\"}",
		    "in-the-future");
	walk_refuse(w, "credit_clerk", "register", "2026-03-02", "{}", "missing-role");
	walk_do(w, "clerk", "register", "2026-03-02",
		"{\"source\":\"举报\",\"discovered_on\":\"2026-03-02\",\"ip_type\":\"商标\",\"summary\":\"x\"}");
	walk_refuse(w, "clerk", "register", "2026-03-02",
		    "{\"source\":\"举报\",\"discovered_on\":\"2026-03-02\",\"ip_type\":\"商标\",\"summary\":\"x\"}",
		    "wrong-state");
	walk_refuse(w, "officer", "verify", "2026-03-01", "{\"note\":\"x\"}", "before-previous-step");
	/* Two open requests of one kind must be told apart. */
	walk_do(w, "officer", "extend_request", "2026-03-02", "{\"reason\":\"x\"}");
	walk_do(w, "officer", "extend_request", "2026-03-02", "{\"reason\":\"y\"}");
	walk_refuse(w, "deputy_head", "extend_approve", "2026-03-03", "{}", "which-request");
	walk_refuse(w, "deputy_head", "extend_approve", "2026-03-03", "{\"request\":3}", "no-open-request");
	walk_do(w, "deputy_head", "extend_return", "2026-03-03", "{\"request\":1,\"opinion\":\"重复\"}");
	walk_do(w, "deputy_head", "extend_approve", "2026-03-03", "{}");
	walk_replay(w);
}

/* ---- random walks ---- */

static uint64_t random_state;

static int below(int n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int)((random_state >> 33) % (uint64_t)n);
}

static const char *random_words(const char *list, int max)
{
	const char *words[40];
	struct str out = STR_INIT(4096);
	struct json_writer w;
	size_t n = list[0] ? vocabulary_list(&book.vocabulary, list, words, ARRAY_LEN(words)) : 0;

	json_writer_init(&w, &out);
	json_arr_open(&w);
	for (int i = 0, count = 1 + below(max); i < count; i++)
		json_cstr(&w, n ? words[below((int)n)] : arena_printf(&arena, "项%d", i));
	json_arr_close(&w);
	const char *text = arena_strndup(&arena, out.p, out.len);
	str_release(&out);
	return text;
}

static void random_fact(struct facts *f, enum field field, day_t today)
{
	const struct field_info *info = field_info(field);
	/* Mostly the same two, or nothing would ever get far. */
	const struct walk_account *account = &walk_accounts[below(4) ? field == FIELD_CO_OFFICER
								      : below(ARRAY_LEN(walk_accounts))];
	const char *words[40];
	size_t n;

	switch (info->type) {
	case FIELD_TYPE_TEXT:
	case FIELD_TYPE_DOCNO:
		fact_set_text(f, field, arena_printf(&arena, "文字%d", below(100)));
		break;
	case FIELD_TYPE_DATE:
		fact_set_num(f, field, today - 20 + below(60));
		break;
	case FIELD_TYPE_INSTANT:
		fact_set_num(f, field, day_at(today, 9, 0));
		break;
	case FIELD_TYPE_BOOL:
		fact_set_num(f, field, below(3) > 0);
		break;
	case FIELD_TYPE_INT:
		fact_set_num(f, field, 1 + below(3));
		break;
	case FIELD_TYPE_MONEY:
		fact_set_num(f, field, below(20) == 0 ? MONEY_UNCOMPUTABLE : 100 * (int64_t)below(20000));
		break;
	case FIELD_TYPE_CHOICE:
		n = vocabulary_list(&book.vocabulary, info->list, words, ARRAY_LEN(words));
		fact_set_text(f, field, words[below(2) ? 0 : below((int)n)]);
		break;
	case FIELD_TYPE_CHOICES:
	case FIELD_TYPE_LIST:
		fact_set_text(f, field, random_words(info->list, 4));
		break;
	case FIELD_TYPE_ACCOUNT:
		fact_set_num(f, field, account->id);
		fact_set_text(f, field, account->name);
		break;
	case FIELD_TYPE_MATTER:
		fact_set_num(f, field, 77);
		break;
	case FIELD_TYPE_PARTIES:
		fact_set_text(f, field, below(2) ? "[{\"name\":\"甲公司\",\"kind\":\"企业\"}]"
						 : "[{\"name\":\"张某\",\"kind\":\"自然人\"},{\"name\":\"乙店\"}]");
		break;
	case FIELD_TYPE_GOODS:
		fact_set_text(f, field, "[{\"item\":\"1\",\"name\":\"白酒\",\"quantity\":12,\"handed\":12}]");
		break;
	case FIELD_TYPE_JSON:
		break;
	}
}

/* Amounts and kinds of penalty that fit each other now and then. */
static void sensible_penalty(struct facts *f)
{
	if (!fact_has(f, FIELD_PENALTY_KINDS) || below(3) == 0)
		return;
	fact_set_text(f, FIELD_PENALTY_KINDS, "[\"罚款\"]");
	fact_set_num(f, FIELD_FINE, 10000);
	fact_clear(f, FIELD_CONFISCATED_INCOME);
	fact_clear(f, FIELD_CONFISCATED_GOODS);
	if (fact_has(f, FIELD_CO_OFFICER)) {
		fact_set_num(f, FIELD_CO_OFFICER, 2);
		fact_set_text(f, FIELD_CO_OFFICER, "co_officer");
	}
}

static void random_fields(struct facts *f, const struct act_row *row, enum stage stage, day_t today)
{
	*f = (struct facts){ 0 };
	for (const struct field_use *u = procedure_fields(row, stage); u->field != FIELD_NONE; u++) {
		if (u->required ? below(50) > 0 : below(3) == 0)
			random_fact(f, u->field, today);
	}
	sensible_penalty(f);
}

struct tally {
	unsigned done, refused, reached[STATE_COUNT];
};

static enum err_code random_act(struct walk *w, const struct act_row *row, enum stage stage, int request,
				const struct walk_account *who, instant_t at)
{
	struct act_input in = { .row = row, .stage = stage, .matter = w->id, .actor = walk_actor(who->name),
				.happened_at = at, .now = at + 3600000000, .target = w->target };
	struct act_record record;

	random_fields(&in.fields, row, stage, instant_to_day(at));
	if (request && below(2))
		fact_set_num(&in.fields, FIELD_REQUEST, request);
	w->err = (struct err)ERR_INIT;
	enum err_code code = procedure_check(&book, w->d, &in, &arena, &record, &w->err);
	return code == ERR_OK ? walk_fold(w, &record) : code;
}

/* Early ends are rare, or nothing would ever get far. */
static bool ends(const struct act_row *row)
{
	state_set to = procedure_targets(row);

	for (enum state s = STATE_NONE + 1; s < STATE_COUNT; s++) {
		if ((to & bit(s)) && (state_info(s)->open || s == STATE_CLUE_FILED || s == STATE_CLOSED) &&
		    strcmp(row->code, "terminate") != 0)
			return false;
	}
	return to != 0;
}

/* One matter, until it has ended or has had enough acts. */
static struct walk *random_start(enum matter_procedure procedure)
{
	struct walk *w = walk_new(&arena, &book, procedure);

	if (procedure != PROCEDURE_ORDINARY)
		return w;
	w = walk_new(&arena, &book, PROCEDURE_CLUE);
	walk_do(w, "officer", "register", "2026-01-05",
		"{\"source\":\"举报\",\"discovered_on\":\"2026-01-05\",\"ip_type\":\"商标\",\"summary\":\"x\"}");
	walk_do(w, "officer", "file_request", "2026-01-05", "{\"cause\":\"x\",\"reason\":\"x\"}");
	walk_do(w, "unit_head", "file_endorse", "2026-01-05", "{\"officer\":\"officer\",\"co_officer\":\"co_officer\"}");
	walk_do(w, "principal", "file_approve", "2026-01-05", "{}");
	return walk_spawn(w);
}

static void random_walk(enum matter_procedure procedure, struct tally *t, unsigned budget)
{
	static const struct target target = { .id = 77, .kind = MATTER_CASE, .state = STATE_INVESTIGATING, .organ = 10 };
	struct walk *w = random_start(procedure);
	instant_t at = walk_time("2026-01-06") + (instant_t)below(2000) * 3600000000;

	w->target = &target;
	for (unsigned i = 0; i < budget && w->row_count < WALK_MAX_ACTS - 1; i++) {
		const struct walk_account *who = &walk_accounts[below(ARRAY_LEN(walk_accounts))];
		struct actor actor = walk_actor(who->name);
		const struct procedure *p = procedure_get(w->d->procedure);
		struct next_act next[64] = { { .row = &p->rows[below((int)p->row_count)],
					       .stage = (enum stage)below(5) } };
		size_t n = 1;

		if (w->row_count == 0)
			next[0] = (struct next_act){ .row = &p->rows[0] };
		else if (below(20) > 0) /* else any act at all */
			n = procedure_next(&book, w->d, &actor, at, &arena, next, ARRAY_LEN(next));
		assert_true(n <= ARRAY_LEN(next));
		at += (instant_t)below(24) * 3600000000;
		const struct next_act *act = n ? &next[below((int)n)] : NULL;
		/* Steps that lead on are drawn more often. */
		for (int k = 0; act && k < 6 && !procedure_targets(act->row); k++)
			act = &next[below((int)n)];
		if (!act || ((ends(act->row) || strcmp(act->row->code, "rework") == 0) && below(20)) ||
		    (act->blocked && below(8)))
			continue;
		if (random_act(w, act->row, act->stage, act->request, who, at) == ERR_OK) {
			t->done++;
			t->reached[w->d->state]++;
		} else {
			t->refused++;
			assert_true(w->err.rule[0] && w->err.message[0]);
		}
		if (w->d->state == STATE_CLUE_FILED && w->last.stage == STAGE_APPROVE) {
			walk_replay(w);
			w = walk_spawn(w);
			w->target = &target;
		}
	}
	walk_replay(w);
	arena_reset(&arena);
	walk_book(&book, &arena);
}

static void test_random_walks(void **state)
{
	struct tally t = { 0 };
	(void)state;

	random_state = 20261123;
	for (int i = 0; t.done < 6000; i++) {
		assert_true(i < 1000);
		random_walk((enum matter_procedure)(i % 3), &t, 260);
	}
	/* Far enough to mean something. */
	unsigned states = 0;
	for (enum state s = 0; s < STATE_COUNT; s++)
		states += t.reached[s] > 0;
	if (states < 12 || t.refused < 100)
		fail_msg("%u states reached, %u acts refused", states, t.refused);
}

/* What procedure_next shows as free to do is refused only for what was filled in. */
static void test_next_agrees(void **state)
{
	static const char *const for_input[] = { "required", "unknown-field", "in-the-future", "before-previous-step",
						 "which-request" };
	struct walk *w = walk_new(&arena, &book, PROCEDURE_CLUE);
	struct next_act next[64];
	struct actor actor = walk_actor("officer");
	(void)state;

	walk_do(w, "officer", "register", "2026-03-02",
		"{\"source\":\"举报\",\"discovered_on\":\"2026-03-02\",\"ip_type\":\"商标\",\"summary\":\"x\"}");
	size_t n = procedure_next(&book, w->d, &actor, walk_time("2026-03-03"), &arena, next, ARRAY_LEN(next));
	assert_true(n > 5);
	for (size_t i = 0; i < n; i++) {
		struct act_input in = { .row = next[i].row, .stage = next[i].stage, .matter = w->id, .actor = actor,
					.happened_at = walk_time("2026-03-03"), .now = walk_time("2026-03-03") };
		struct act_record record;
		struct err err = ERR_INIT;
		enum err_code code = procedure_check(&book, w->d, &in, &arena, &record, &err);
		bool input = code == ERR_OK;
		for (size_t k = 0; k < ARRAY_LEN(for_input); k++)
			input = input || strcmp(err.rule, for_input[k]) == 0;
		if (!next[i].blocked && !input)
			fail_msg("%s: %s", next[i].row->code, err.message);
		if (next[i].blocked)
			assert_true(code != ERR_OK && next[i].why.rule[0]);
	}
	/* The extension is blocked once the clue is overdue, and says why. */
	n = procedure_next(&book, w->d, &actor, walk_time("2026-04-03"), &arena, next, ARRAY_LEN(next));
	for (size_t i = 0; i < n; i++) {
		if (strcmp(next[i].row->code, "extend") != 0)
			continue;
		assert_true(next[i].blocked);
		assert_string_equal(next[i].why.rule, "extension-after-due");
	}
}

/* What procedure_next says of this act: the rule against it, "" when it is free to do, NULL when it is not listed. */
static const char *next_rule(const struct walk *w, const char *who, const char *act, const char *when)
{
	struct next_act *next = arena_array(&arena, struct next_act, 64);
	struct actor actor = walk_actor(who);
	size_t n = procedure_next(&book, w->d, &actor, walk_time(when), &arena, next, 64);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(next[i].row->code, act) == 0)
			return next[i].blocked ? next[i].why.rule : "";
	}
	return NULL;
}

/* An act that names one of the matter's measures, goods or clocks is free to do when one of them fits. */
static void test_next_names_things(void **state)
{
	struct walk *w = walk_new(&arena, &book, PROCEDURE_CLUE);
	(void)state;

	walk_do(w, "officer", "register", "2026-03-02",
		"{\"source\":\"举报\",\"discovered_on\":\"2026-03-02\",\"ip_type\":\"商标\",\"summary\":\"x\","
		"\"officer\":\"officer\",\"co_officer\":\"co_officer\"}");
	assert_string_equal(next_rule(w, "officer", "measure_lift", "2026-03-03"), "measure-not-in-force");
	assert_string_equal(next_rule(w, "officer", "item_seal", "2026-03-03"), "no-such-item");
	walk_do(w, "officer", "measure_take", "2026-03-03 09:00",
		"{\"measure_kind\":\"先行登记保存\",\"measure_goods\":\"12瓶\",\"urgent\":true}");
	assert_string_equal(next_rule(w, "officer", "measure_dispose", "2026-03-03 10:00"), "");
	assert_string_equal(next_rule(w, "officer", "measure_lift", "2026-03-03 10:00"), "not-a-seizure");
	assert_string_equal(next_rule(w, "deputy_head", "measure_confirm", "2026-03-03 10:00"), "");
	walk_do(w, "deputy_head", "measure_confirm", "2026-03-03 11:00", "{\"measure\":1,\"granted\":true}");
	assert_string_equal(next_rule(w, "deputy_head", "measure_confirm", "2026-03-03 12:00"), "measure-already-confirmed");
	walk_do(w, "officer", "item_add", "2026-03-03 12:00",
		"{\"item_name\":\"白酒\",\"item_kind\":\"涉案物品\",\"quantity\":\"12\",\"item_place\":\"现场\",\"custodian\":\"甲\"}");
	assert_string_equal(next_rule(w, "officer", "item_seal", "2026-03-03 13:00"), "");
	assert_string_equal(next_rule(w, "officer", "item_seal", "2026-03-03 11:00"), "custody-order");
	walk_do(w, "officer", "item_return", "2026-03-03 14:00",
		"{\"item\":1,\"item_receiver\":\"乙\",\"reason\":\"与本案无关\"}");
	assert_string_equal(next_rule(w, "officer", "item_seal", "2026-03-04"), "item-not-held");
	arena_reset(&arena);
	walk_book(&book, &arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),	      cmocka_unit_test(test_totality),
		cmocka_unit_test(test_reachability),  cmocka_unit_test(test_no_dead_ends),
		cmocka_unit_test(test_guards_used),   cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_random_walks),  cmocka_unit_test(test_next_agrees),
		cmocka_unit_test(test_next_names_things),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

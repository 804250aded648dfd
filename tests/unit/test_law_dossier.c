/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The dossier: stored form byte for byte, questions, turns; and the names of roles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "law/dossier.h"
#include "law/procedure.h"

static struct arena arena = ARENA_INIT(0);

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

/* --- a random dossier ------------------------------------------------------------------ */

static uint64_t random_state = 20260923;

static uint64_t random_bits(void)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return random_state >> 33;
}

static int below(int n)
{
	return (int)(random_bits() % (uint64_t)n);
}

static bool coin(void)
{
	return below(2) == 1;
}

static const char *random_text(void)
{
	static const char *const parts[] = {
		"市监", "a", "\"", "\\", "\n", "\t", "〔2026〕", "，", "𠮷",
		"/",    "é", "{",  "}",  "[",  "]",  ":",        " ",
	};
	struct str text = STR_INIT(4096);
	for (int i = below(12) + 1; i > 0; i--)
		str_append_cstr(&text, parts[below((int)ARRAY_LEN(parts))]);
	const char *copy = arena_strndup(&arena, text.p, text.len);
	str_release(&text);
	return copy;
}

static day_t random_day(void)
{
	return below(20) == 0 ? DAY_NONE : below(40000) - 2000;
}

static instant_t random_instant(void)
{
	if (below(10) == 0)
		return INSTANT_NONE;
	instant_t second = (instant_t)below(2000000000);
	return second * 1000000 + (coin() ? below(1000000) : 0);
}

static const char *random_list(void)
{
	struct str text = STR_INIT(65536);
	struct json_writer w;
	json_writer_init(&w, &text);
	json_arr_open(&w);
	for (int i = below(5); i > 0; i--)
		json_cstr(&w, random_text());
	json_arr_close(&w);
	const char *copy = arena_strndup(&arena, text.p, text.len);
	str_release(&text);
	return copy;
}

static const char *random_parties(void)
{
	struct str text = STR_INIT(65536);
	struct json_writer w;
	json_writer_init(&w, &text);
	json_arr_open(&w);
	for (int i = below(4); i > 0; i--) {
		json_obj_open(&w);
		json_kv_str(&w, "name", random_text());
		if (coin())
			json_kv_str(&w, "address", random_text());
		json_obj_close(&w);
	}
	json_arr_close(&w);
	const char *copy = arena_strndup(&arena, text.p, text.len);
	str_release(&text);
	return copy;
}

static void random_fact(struct facts *f, enum field field)
{
	switch (field_info(field)->type) {
	case FIELD_TYPE_TEXT:
	case FIELD_TYPE_CHOICE:
	case FIELD_TYPE_DOCNO:
		fact_set_text(f, field, random_text());
		break;
	case FIELD_TYPE_DATE:
		fact_set_num(f, field, random_day());
		break;
	case FIELD_TYPE_INSTANT:
		fact_set_num(f, field, random_instant());
		break;
	case FIELD_TYPE_BOOL:
		fact_set_num(f, field, below(2));
		break;
	case FIELD_TYPE_INT:
	case FIELD_TYPE_MATTER:
		fact_set_num(f, field, below(1000000));
		break;
	case FIELD_TYPE_MONEY:
		fact_set_num(f, field, below(5) == 0 ? MONEY_UNCOMPUTABLE : (int64_t)random_bits());
		break;
	case FIELD_TYPE_ACCOUNT:
		fact_set_num(f, field, below(1000));
		fact_set_text(f, field, "li.si");
		break;
	case FIELD_TYPE_CHOICES:
	case FIELD_TYPE_LIST:
		fact_set_text(f, field, random_list());
		break;
	case FIELD_TYPE_PARTIES:
		fact_set_text(f, field, random_parties());
		break;
	case FIELD_TYPE_GOODS:
		fact_set_text(f, field, "[{\"item\":\"1\",\"name\":\"白酒\",\"quantity\":12}]");
		break;
	case FIELD_TYPE_JSON:
		fact_set_text(f, field, "{\"a\":[1,-2,true,null,1.50]}");
		break;
	}
}

static void random_facts(struct facts *f, int one_in)
{
	memset(f, 0, sizeof(*f));
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (below(one_in) == 0)
			random_fact(f, (enum field)i);
}

static const char *facts_text(const struct facts *f)
{
	struct str text = STR_INIT(1 << 20);
	struct json_writer w;
	json_writer_init(&w, &text);
	facts_write(&w, f);
	assert_true(json_writer_ok(&w));
	const char *copy = arena_strndup(&arena, text.p, text.len);
	str_release(&text);
	return copy;
}

static void random_clock(struct clock_entry *c)
{
	*c = (struct clock_entry){
		.rule = arena_printf(&arena, "D%02d", below(47) + 1),
		.ref = below(5),
		.state = (enum clock_state)below(CLOCK_CANCELLED + 1),
		.start_on = random_day(),
		.start_at = random_instant(),
		.extra = below(60),
		.due = { .strict = random_day(),
			 .lawful = random_day(),
			 .at = random_instant(),
			 .stopped = coin(),
			 .provisional = coin() },
		.met_on = random_day(),
		.late = coin(),
	};
}

static void random_request(struct request *r, int seq)
{
	struct facts fields;
	random_facts(&fields, 20);
	*r = (struct request){
		.seq = seq,
		.act = coin() ? "extend" : "close",
		.by_account = (int64_t)random_bits(),
		.by_name = random_text(),
		.on = random_day(),
		.status = (enum request_status)below(REQUEST_RETURNED + 1),
		.payload = below(8) == 0 ? NULL : facts_text(&fields),
		.used = coin(),
	};
}

/* `full`: every array filled to the brim. */
static void random_dossier(struct dossier *d, bool full)
{
	memset(d, 0, sizeof(*d));
	d->kind = (enum matter_kind)below(2);
	d->procedure = (enum matter_procedure)below(PROCEDURE_COUNT);
	d->state = (enum state)below(STATE_COUNT);
	d->state_since = random_day();
	d->version = below(1000);
	d->opened_on = random_day();
	d->last_on = random_day();
	random_facts(&d->facts, full ? 1 : 3);
	d->clock_count = full ? DOSSIER_MAX_CLOCKS : below(12);
	d->span_count = full ? DOSSIER_MAX_SPANS : below(6);
	d->measure_count = full ? DOSSIER_MAX_MEASURES : below(5);
	d->request_count = full ? DOSSIER_MAX_REQUESTS : below(8);
	for (int i = 0; i < d->clock_count; i++)
		random_clock(&d->clocks[i]);
	for (int i = 0; i < d->span_count; i++)
		d->spans[i] = (struct span_entry){
			.kind = (enum span_kind)below(SPAN_KIND_COUNT),
			.days = { random_day(), coin() ? DAY_MAX : random_day() },
		};
	for (int i = 0; i < d->measure_count; i++)
		d->measures[i] = (struct measure){
			.seq = i + 1,
			.kind = coin() ? "查封" : "扣押",
			.goods = coin() ? random_text() : NULL,
			.urgent = coin(),
			.confirmed = coin(),
			.refused = coin(),
			.extended = coin(),
			.taken_at = random_instant(),
			.status = (enum measure_status)below(MEASURE_MOVED + 1),
			.ended_on = random_day(),
		};
	for (int i = 0; i < d->request_count; i++)
		random_request(&d->requests[i], i + 1);
}

/* --- stored form ------------------------------------------------------------------------- */

static const char *written(const struct dossier *d)
{
	struct str text = STR_INIT(8 << 20);
	struct json_writer w;
	json_writer_init(&w, &text);
	dossier_write(&w, d);
	assert_true(json_writer_ok(&w));
	const char *copy = arena_strndup(&arena, text.p, text.len);
	str_release(&text);
	return copy;
}

static void check_same(const struct dossier *a, const struct dossier *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->procedure, b->procedure);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->last_on, b->last_on);
	assert_int_equal(a->clock_count, b->clock_count);
	for (int i = 0; i < a->clock_count; i++) {
		assert_string_equal(a->clocks[i].rule, b->clocks[i].rule);
		assert_true(a->clocks[i].start_at == b->clocks[i].start_at);
		assert_true(a->clocks[i].due.at == b->clocks[i].due.at);
		assert_int_equal(a->clocks[i].due.lawful, b->clocks[i].due.lawful);
		assert_int_equal(a->clocks[i].met_on, b->clocks[i].met_on);
	}
	for (int i = 0; i < a->span_count; i++)
		assert_int_equal(a->spans[i].days.end, b->spans[i].days.end);
	for (int i = 0; i < a->request_count; i++) {
		assert_true(a->requests[i].by_account == b->requests[i].by_account);
		assert_int_equal(a->requests[i].payload == NULL, b->requests[i].payload == NULL);
		if (a->requests[i].payload)
			assert_string_equal(a->requests[i].payload, b->requests[i].payload);
	}
	for (unsigned i = 0; i < FIELD_COUNT; i++) {
		assert_int_equal(a->facts.at[i].set, b->facts.at[i].set);
		assert_true(a->facts.at[i].num == b->facts.at[i].num);
		if (a->facts.at[i].text)
			assert_string_equal(a->facts.at[i].text, b->facts.at[i].text);
	}
}

static void test_round_trip(void **state)
{
	(void)state;
	static struct dossier d, again;
	for (int i = 0; i < 300; i++) {
		struct err err = ERR_INIT;
		random_dossier(&d, i == 0);
		const char *first = written(&d);
		/* an exact copy, freed before the texts are used */
		size_t n = strlen(first);
		char *copy = malloc(n);
		assert_non_null(copy);
		memcpy(copy, first, n);
		if (dossier_read(&arena, (struct sv){ copy, n }, &again, &err) != ERR_OK)
			fail_msg("round %d: %s: %s", i, err.message, first);
		free(copy);
		check_same(&d, &again);
		assert_string_equal(written(&again), first);
		arena_reset(&arena);
	}
}

static void test_exact_form(void **state)
{
	(void)state;
	static struct dossier d;
	memset(&d, 0, sizeof(d));
	assert_true(day_from_ymd(2026, 9, 23, &d.opened_on));
	d.kind = MATTER_CASE;
	d.procedure = PROCEDURE_ORDINARY;
	d.state = STATE_INVESTIGATING;
	d.state_since = d.last_on = d.opened_on;
	d.version = 2;
	fact_set_text(&d.facts, FIELD_TITLE, "某案");
	d.spans[0] = (struct span_entry){ SPAN_TESTING, { d.opened_on, DAY_MAX } };
	d.span_count = 1;
	d.clocks[0] = (struct clock_entry){
		.rule = "D11",
		.start_on = d.opened_on,
		.start_at = INSTANT_NONE,
		.met_on = DAY_NONE,
		.due = { .strict = DAY_NONE,
			 .lawful = DAY_NONE,
			 .at = INSTANT_NONE,
			 .stopped = true },
	};
	d.clock_count = 1;
	assert_string_equal(
		written(&d),
		"{\"kind\":\"case\",\"procedure\":\"ordinary\",\"state\":\"investigating\","
		"\"state_since\":\"2026-09-23\",\"version\":2,\"opened_on\":\"2026-09-23\","
		"\"last_on\":\"2026-09-23\",\"facts\":{\"title\":\"某案\"},"
		"\"clocks\":[{\"rule\":\"D11\",\"ref\":0,\"state\":\"running\",\"start_on\":\"2026-09-23\","
		"\"start_at\":null,\"extra\":0,\"strict\":null,\"lawful\":null,\"at\":null,\"stopped\":true,"
		"\"provisional\":false,\"met_on\":null,\"late\":false}],"
		"\"spans\":[{\"kind\":\"testing\",\"start\":\"2026-09-23\",\"end\":\"open\"}],"
		"\"measures\":[],\"requests\":[]}");
}

/* Text with `from` replaced by `to` once. */
static const char *edited(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	if (!at)
		fail_msg("no %s in %s", from, text);
	return arena_printf(&arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void test_broken_text(void **state)
{
	(void)state;
	static struct dossier d, out;
	memset(&d, 0, sizeof(d));
	d.state = STATE_VERIFYING;
	d.clocks[0].rule = "D01";
	d.clock_count = 1;
	d.spans[0].days.end = DAY_MAX;
	d.span_count = 1;
	d.measures[0].kind = "查封";
	d.measure_count = 1;
	d.requests[0] = (struct request){ .act = "file", .payload = "{}" };
	d.request_count = 1;
	const char *good = written(&d);
	assert_int_equal(dossier_read(&arena, sv_of(good), &out, NULL), ERR_OK);

	static const char *const edits[][2] = {
		{ "\"kind\":\"clue\"", "\"kind\":\"cat\"" },
		{ "\"procedure\":\"clue\"", "\"procedure\":\"x\"" },
		{ "\"state\":\"verifying\"", "\"state\":\"\"" },
		{ "\"state\":\"verifying\"", "\"state\":null" },
		{ "\"version\":0", "\"version\":-1" },
		{ "\"version\":0", "\"version\":\"0\"" },
		{ "\"version\":0", "\"version\":3000000000" },
		{ "\"version\":0,", "" },
		{ "\"version\":0", "\"version\":0,\"more\":1" },
		{ "\"facts\":{}", "\"facts\":[]" },
		{ "\"facts\":{}", "\"facts\":{\"x\":1}" },
		{ "\"rule\":\"D01\"", "\"rule\":null" },
		{ "\"state\":\"running\"", "\"state\":\"idle\"" },
		{ "\"extra\":0", "\"extra\":0.5" },
		{ "\"late\":false", "\"late\":0" },
		{ "\"late\":false", "\"late\":false,\"x\":0" },
		{ "\"end\":\"open\"", "\"end\":\"never\"" },
		{ "\"kind\":\"suspension\"", "\"kind\":\"tea\"" },
		{ "\"goods\":null", "\"goods\":7" },
		{ "\"status\":\"taken\"", "\"status\":\"lost\"" },
		{ "\"by_account\":\"0\"", "\"by_account\":0" },
		{ "\"act\":\"file\"", "\"act\":null" },
		{ "\"used\":false", "\"used\":null" },
		{ "\"measures\":[{", "\"measures\":[1,{" },
		{ "\"start_at\":\"1970", "\"start_at\":\"x1970" },
		{ "\"spans\":[{", "\"spans\":{\"a\":{" },
	};
	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		struct err err = ERR_INIT;
		const char *bad = edited(good, edits[i][0], edits[i][1]);
		if (dossier_read(&arena, sv_of(bad), &out, &err) != ERR_INTERNAL)
			fail_msg("read with %s", edits[i][1]);
		assert_int_equal(err.code, ERR_INTERNAL);
	}
	assert_int_equal(dossier_read(&arena, SV(""), &out, NULL), ERR_INTERNAL);
	assert_int_equal(dossier_read(&arena, SV("[]"), &out, NULL), ERR_INTERNAL);
	/* cut anywhere: refused, never read past the end */
	for (size_t n = 0; n < strlen(good); n += 7) {
		char *copy = malloc(n + 1);
		assert_non_null(copy);
		memcpy(copy, good, n);
		assert_int_equal(dossier_read(&arena, (struct sv){ copy, n }, &out, NULL),
				 ERR_INTERNAL);
		free(copy);
	}

	/* more entries than fit */
	struct str many = STR_INIT(1 << 20);
	str_append_cstr(&many, "\"spans\":[");
	for (int i = 0; i < DOSSIER_MAX_SPANS; i++)
		str_append_cstr(&many, "{\"kind\":\"hearing\",\"start\":null,\"end\":null},");
	const char *bad = edited(good, "\"spans\":[", str_cstr(&many));
	assert_int_equal(dossier_read(&arena, sv_of(bad), &out, NULL), ERR_INTERNAL);
	str_release(&many);
}

static void test_small_arena(void **state)
{
	(void)state;
	static struct dossier d, out;
	random_dossier(&d, false);
	const char *text = written(&d);
	bool worked = false;
	for (size_t cap = 1000; cap < 2000000 && !worked; cap += 3700) {
		struct arena small = ARENA_INIT(cap);
		enum err_code code = dossier_read(&small, sv_of(text), &out, NULL);
		assert_true(code == ERR_OK || code == ERR_TOO_LARGE);
		worked = code == ERR_OK;
		arena_fini(&small);
	}
	assert_true(worked);
}

/* --- questions --------------------------------------------------------------------------- */

static void test_questions(void **state)
{
	(void)state;
	static struct dossier d;
	memset(&d, 0, sizeof(d));
	assert_null(dossier_clock(&d, "D10", 1));
	d.clocks[0] = (struct clock_entry){ .rule = "D10", .ref = 1 };
	d.clocks[1] = (struct clock_entry){ .rule = "D10", .ref = 2 };
	d.clocks[2] = (struct clock_entry){ .rule = "D10", .ref = 1, .extra = 5 };
	d.clocks[3] = (struct clock_entry){ .rule = "D11", .ref = 0 };
	d.clock_count = 4;
	assert_ptr_equal(dossier_clock(&d, "D10", 1), &d.clocks[2]); /* the latest */
	assert_ptr_equal(dossier_clock(&d, "D10", 2), &d.clocks[1]);
	assert_ptr_equal(dossier_clock_const(&d, "D11", 0), &d.clocks[3]);
	assert_null(dossier_clock(&d, "D11", 1));

	d.spans[0] = (struct span_entry){ SPAN_TESTING, { 10, 20 } };
	d.spans[1] = (struct span_entry){ SPAN_REFUND, { 10, DAY_MAX } };
	d.span_count = 2;
	assert_false(dossier_span_open(&d, SPAN_TESTING));
	assert_true(dossier_span_open(&d, SPAN_REFUND));

	d.measures[0] = (struct measure){ .seq = 1, .status = MEASURE_LIFTED };
	d.measures[1] = (struct measure){ .seq = 2, .status = MEASURE_TAKEN };
	d.measures[2] = (struct measure){ .seq = 3, .status = MEASURE_MOVED };
	d.measure_count = 3;
	assert_int_equal(dossier_open_measures(&d), 1);
	assert_ptr_equal(dossier_measure(&d, 3), &d.measures[2]);
	assert_null(dossier_measure(&d, 0));
	assert_null(dossier_measure(&d, 4));

	assert_false(dossier_is_officer(&d, 0));
	fact_set_num(&d.facts, FIELD_OFFICER, 7);
	fact_set_num(&d.facts, FIELD_CO_OFFICER, 8);
	assert_true(dossier_is_officer(&d, 7));
	assert_true(dossier_is_officer(&d, 8));
	assert_false(dossier_is_officer(&d, 9));
	assert_false(dossier_is_officer(&d, 0));
}

static void add_request(struct dossier *d, const char *act, enum request_status status)
{
	d->requests[d->request_count] = (struct request){
		.seq = d->request_count + 1,
		.act = act,
		.status = status,
	};
	d->request_count++;
}

static void test_turn(void **state)
{
	(void)state;
	static struct dossier d;
	memset(&d, 0, sizeof(d));
	d.state = STATE_VERIFYING;
	d.procedure = PROCEDURE_CLUE;
	assert_int_equal(dossier_turn(&d), ROLE_OFFICER);
	assert_null(dossier_open_request(&d, NULL));

	/* granted and returned requests wait for nobody */
	add_request(&d, "extend", REQUEST_GRANTED);
	add_request(&d, "file", REQUEST_RETURNED);
	assert_int_equal(dossier_turn(&d), ROLE_OFFICER);

	add_request(&d, "file", REQUEST_OPEN);
	assert_int_equal(dossier_turn(&d), ROLE_UNIT_HEAD);
	assert_ptr_equal(dossier_open_request(&d, "file"), &d.requests[2]);
	assert_null(dossier_open_request(&d, "extend"));
	d.requests[2].status = REQUEST_ENDORSED;
	assert_int_equal(dossier_turn(&d), ROLE_DEPUTY_HEAD);
	assert_ptr_equal(dossier_open_request(&d, "file"), &d.requests[2]);

	/* the oldest open one decides */
	d.requests[0].status = REQUEST_OPEN; /* extend: no endorsement */
	assert_int_equal(dossier_turn(&d), ROLE_DEPUTY_HEAD);
	d.requests[2].status = REQUEST_OPEN;
	assert_int_equal(dossier_turn(&d), ROLE_DEPUTY_HEAD);
	d.requests[0].status = REQUEST_GRANTED;
	assert_int_equal(dossier_turn(&d), ROLE_UNIT_HEAD);

	memset(&d, 0, sizeof(d));
	d.state = STATE_INVESTIGATING;
	d.procedure = PROCEDURE_ORDINARY;
	add_request(&d, "advisory_override", REQUEST_OPEN);
	assert_int_equal(dossier_turn(&d), ROLE_PRINCIPAL);
	d.requests[0].act = "no_such_act";
	assert_int_equal(dossier_turn(&d), ROLE_OFFICER);
	d.request_count = 0;
	d.state = STATE_PERFORMING;
	assert_int_equal(dossier_turn(&d), ROLE_PARTY);
	d.state = STATE_CLOSED;
	assert_int_equal(dossier_turn(&d), ROLE_NONE);
}

/* --- names ------------------------------------------------------------------------------- */

static void test_names(void **state)
{
	(void)state;
	enum state s;
	enum matter_procedure p;
	for (unsigned i = STATE_NONE + 1; i < STATE_COUNT; i++) {
		const struct state_info *info = state_info((enum state)i);
		assert_true(info->zh[0] != '\0');
		assert_true(state_by_code(sv_of(info->code), &s));
		assert_int_equal(s, i);
	}
	assert_string_equal(state_info(STATE_NONE)->code, "none");
	assert_false(state_by_code(SV("none"), &s));
	assert_false(state_info(STATE_CLOSED)->open);
	for (unsigned i = 0; i < PROCEDURE_COUNT; i++) {
		assert_true(procedure_by_code(sv_of(procedure_code((enum matter_procedure)i)), &p));
		assert_int_equal(p, i);
	}
	assert_false(procedure_by_code(SV("x"), &p));
	assert_string_equal(procedure_code(PROCEDURE_BACK_ENTRY), "back_entry");
	assert_string_equal(matter_kind_code(MATTER_CLUE), "clue");
	assert_string_equal(matter_kind_code(MATTER_CASE), "case");
}

static void test_roles(void **state)
{
	(void)state;
	uint32_t bit;
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		assert_true(role_by_code(sv_of(role_code(UINT32_C(1) << i)), &bit));
		assert_int_equal(bit, UINT32_C(1) << i);
		assert_true(role_zh(bit)[0] != '\0');
	}
	assert_string_equal(role_code(ROLE_NONE), "");
	assert_string_equal(role_zh(ROLE_NONE), "");
	assert_string_equal(role_code(ROLE_PARTY), "party");
	assert_string_equal(role_zh(ROLE_PARTY), "当事人");
	assert_false(role_by_code(SV("party"), &bit)); /* no account has it */
	assert_false(role_by_code(SV(""), &bit));

	assert_true(role_parse_list(SV("officer, clerk,officer"), &bit));
	assert_int_equal(bit, ROLE_OFFICER | ROLE_CLERK);
	assert_true(role_parse_list(SV(""), &bit));
	assert_int_equal(bit, ROLE_NONE);
	static const char *const wrong[] = { ",",        "officer,",
					     ",officer", "officer,,clerk",
					     "Officer",  "officer clerk" };
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		if (role_parse_list(sv_of(wrong[i]), &bit))
			fail_msg("accepted \"%s\"", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_exact_form),
		cmocka_unit_test(test_broken_text), cmocka_unit_test(test_small_arena),
		cmocka_unit_test(test_questions),   cmocka_unit_test(test_turn),
		cmocka_unit_test(test_names),       cmocka_unit_test(test_roles),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}

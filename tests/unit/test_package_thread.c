/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Threads: what is dropped, doubled, moved or swapped is found; and the list of an export. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "package/thread.h"

#define THREAD "7d1f0f5e-3a44-4c1b-9f57-2f0c5a6b8e01"

enum { STORY = 7 };

struct made {
	struct record r;
	struct record_digest digest;
	struct record_seen seen[2];
};

static struct record_digest digest_of(const char *text)
{
	return record_digest(sv_of(text));
}

/* m1 p1(m1) p2(m1) m2(p2) p3(m2) c1(m2 p3) m3(p3 c1) */
static void tell(struct made story[STORY])
{
	static const struct {
		const char *lane, *seen[2];
		int64_t n, seen_n[2];
	} plan[STORY] = {
		{ "m", { NULL, NULL }, 1, { 0, 0 } }, { "p", { "m", NULL }, 1, { 1, 0 } },
		{ "p", { "m", NULL }, 2, { 1, 0 } },  { "m", { "p", NULL }, 2, { 2, 0 } },
		{ "p", { "m", NULL }, 3, { 2, 0 } },  { "c", { "m", "p" }, 1, { 2, 3 } },
		{ "m", { "p", "c" }, 3, { 3, 1 } },
	};
	for (size_t i = 0; i < STORY; i++) {
		char name[32];
		snprintf(name, sizeof(name), "%s%d", plan[i].lane, (int)plan[i].n);
		story[i] = (struct made){ .digest = digest_of(name) };
		struct record *r = &story[i].r;
		*r = (struct record){ .thread = SV(THREAD),
				      .channel = SV("c1"),
				      .lane = sv_of(plan[i].lane),
				      .n = plan[i].n,
				      .has_prev = plan[i].n > 1,
				      .kind = RECORD_answered };
		snprintf(name, sizeof(name), "%s%d", plan[i].lane, (int)plan[i].n - 1);
		r->prev = digest_of(name);
		for (size_t k = 0; k < 2 && plan[i].seen[k]; k++) {
			snprintf(name, sizeof(name), "%s%d", plan[i].seen[k],
				 (int)plan[i].seen_n[k]);
			story[i].seen[r->seen_count++] =
				(struct record_seen){ sv_of(plan[i].seen[k]), plan[i].seen_n[k],
						      digest_of(name) };
		}
		r->seen = story[i].seen;
	}
}

/* The rule that stops the records in this order, "" when none does. */
static const char *run(const struct made *story, const size_t *order, size_t count, struct err *err)
{
	struct thread_check *tc = thread_check_new();
	*err = (struct err)ERR_INIT;
	for (size_t i = 0; i < count; i++) {
		const struct made *m = &story[order[i]];
		if (thread_check_record(tc, &m->r, &m->digest, err))
			break;
	}
	thread_check_free(tc);
	return err->rule;
}

static void test_chain_good(void **state)
{
	static const size_t order[STORY] = { 0, 1, 2, 3, 4, 5, 6 };
	struct made story[STORY];
	struct err err;
	(void)state;
	tell(story);
	assert_string_equal(run(story, order, STORY, &err), "");
	struct thread_check *tc = thread_check_new();
	for (size_t i = 0; i < STORY; i++)
		assert_int_equal(thread_check_record(tc, &story[i].r, &story[i].digest, &err), ERR_OK);
	assert_int_equal(thread_check_lanes(tc), 3);
	/* One more of somebody new, on top of what was known. */
	struct made next = { .digest = digest_of("x1") };
	next.r = (struct record){
		.thread = SV(THREAD), .channel = SV("c1"), .lane = SV("x"), .n = 1
	};
	next.seen[0] = (struct record_seen){ SV("m"), 3, digest_of("m3") };
	next.r.seen = next.seen;
	next.r.seen_count = 1;
	assert_int_equal(thread_check_record(tc, &next.r, &next.digest, &err), ERR_OK);
	thread_check_free(tc);
}

static void test_chain_changes(void **state)
{
	static const struct {
		size_t order[STORY + 1], count;
		const char *rule;
	} cases[] = {
		{ { 1, 2, 3, 4, 5, 6 }, 6, "seen-unknown" }, /* first dropped */
		{ { 0, 2, 3, 4, 5, 6 }, 6, "chain-gap" },    /* one of a lane dropped */
		{ { 0, 1, 3, 4, 5, 6 }, 6, "seen-unknown" }, /* dropped, but seen by another */
		{ { 0, 1, 2, 3, 5, 6 }, 6, "seen-unknown" }, /* last of a lane, but seen */
		{ { 0, 1, 1, 2, 3, 4, 5, 6 }, 8, "chain-double" },
		{ { 0, 1, 2, 3, 4, 5, 6, 0 }, 8, "chain-double" },
		{ { 0, 2, 1, 3, 4, 5, 6 }, 7, "chain-gap" },    /* moved in its lane */
		{ { 0, 1, 3, 2, 4, 5, 6 }, 7, "seen-unknown" }, /* moved before what it saw */
		{ { 0, 1, 2, 3, 4, 6, 5 }, 7, "seen-unknown" },
	};
	struct made story[STORY];
	struct err err;
	(void)state;
	tell(story);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(run(story, cases[i].order, cases[i].count, &err),
				    cases[i].rule);
}

static void test_chain_contents(void **state)
{
	static const size_t order[STORY] = { 0, 1, 2, 3, 4, 5, 6 };
	struct made story[STORY];
	struct err err;
	(void)state;
	tell(story);
	story[4].r.prev = digest_of("other");
	assert_string_equal(run(story, order, STORY, &err), "chain-prev");
	assert_non_null(strstr(err.message, "p"));
	tell(story);
	story[4].seen[0].digest = digest_of("other");
	assert_string_equal(run(story, order, STORY, &err), "seen-other");
	tell(story);
	story[4].seen[0].n = 1; /* less than ... it had seen m1 before: that is no step back */
	story[4].seen[0].digest = digest_of("m1");
	assert_string_equal(run(story, order, STORY, &err), "");
	tell(story);
	story[6].seen[0].n = 1;
	story[6].seen[0].digest = digest_of("p1"); /* m2 had seen p2 */
	assert_string_equal(run(story, order, STORY, &err), "seen-back");
	tell(story);
	story[3].r.thread = SV("7d1f0f5e-3a44-4c1b-9f57-2f0c5a6b8e02");
	assert_string_equal(run(story, order, STORY, &err), "thread-other");
	tell(story);
	story[3].r.channel = SV("c2");
	assert_string_equal(run(story, order, STORY, &err), "thread-other");
	/* Another record in a place that is taken. */
	static const size_t forked[] = { 0, 1, 2, 3 };
	tell(story);
	story[3].r.n = 1;
	story[3].r.has_prev = false;
	assert_string_equal(run(story, forked, 4, &err), "chain-forked");
}

static void test_refused_leaves_no_trace(void **state)
{
	struct made story[STORY];
	struct err err;
	struct thread_check *tc = thread_check_new();
	(void)state;
	tell(story);
	assert_int_equal(thread_check_record(tc, &story[1].r, &story[1].digest, &err), ERR_INVALID);
	assert_int_equal(thread_check_lanes(tc), 0);
	for (size_t i = 0; i < STORY; i++)
		assert_int_equal(thread_check_record(tc, &story[i].r, &story[i].digest, &err),
				 ERR_OK);
	thread_check_free(tc);
	thread_check_free(NULL);
}

/* ---- thread.json ---- */

static void test_list(void **state)
{
	struct arena a = ARENA_INIT(1 << 20);
	struct str out = STR_INIT(THREAD_BYTES_MAX);
	struct thread_row rows[2] = {
		{ SV("records/0001-m-submitted.json"), SV("m"), 1, digest_of("m1") },
		{ SV("records/0002-p-delivered.json"), SV("p"), 1, digest_of("p1") },
	};
	struct thread_bag bags[1] = { { SV("乐市监移〔2026〕3号-01"), digest_of("t") } };
	struct thread_list list = { .thread = SV(THREAD), .channel = SV("c1"), .handoff_no = SV("乐市监移〔2026〕3号"),
				    .exporter = SV("m"), .records = rows, .record_count = 2, .bags = bags, .bag_count = 1 };
	struct thread_list again;
	struct err err = ERR_INIT;
	struct record r = { .lane = SV("p"), .kind = RECORD_not_filed };
	(void)state;
	assert_string_equal(thread_record_file(&a, 12, &r), "records/0012-p-not-filed.json");
	assert_int_equal(thread_list_write(&a, &list, &out, NULL), ERR_OK);
	struct sv bytes = { out.p, out.len };
	assert_int_equal(thread_list_parse(&a, bytes, &again, NULL), ERR_OK);
	assert_int_equal(again.record_count, 2);
	assert_true(sv_eq(again.records[1].file, rows[1].file) && again.records[1].n == 1);
	assert_true(record_digest_eq(&again.bags[0].tagmanifest, &bags[0].tagmanifest));
	assert_true(sv_eq(again.handoff_no, list.handoff_no));
	list.handoff_no = SV("");
	str_reset(&out);
	assert_int_equal(thread_list_write(&a, &list, &out, NULL), ERR_OK);
	assert_non_null(strstr(out.p, "\"handoff_no\":null"));
	rows[0].file = SV("records/../0001.json");
	assert_int_equal(thread_list_write(&a, &list, &out, &err), ERR_INVALID);
	assert_string_equal(err.rule, "thread-list");
	rows[0].file = SV("0001.json");
	assert_int_equal(thread_list_write(&a, &list, &out, &err), ERR_INVALID);
	rows[0].file = SV("records/0001-m-submitted.json");
	bags[0].name = SV("a/b");
	assert_int_equal(thread_list_write(&a, &list, &out, &err), ERR_INVALID);
	bags[0].name = SV("a");
	list.exporter = SV("M");
	assert_int_equal(thread_list_write(&a, &list, &out, &err), ERR_INVALID);
	str_release(&out);
	arena_fini(&a);
}

static void test_list_strict(void **state)
{
	static const char *const bad[] = {
		"{\"bags\":[],\"channel\":\"c1\",\"exporter\":\"m\",\"handoff_no\":null,\"records\":[],"
		"\"sm2\":null,\"thread\":\"" THREAD "\",\"v\":2}",
		"{\"bags\":[],\"channel\":\"c1\",\"exporter\":\"m\",\"handoff_no\":null,\"records\":[],"
		"\"sm2\":null,\"thread\":\"" THREAD "\"}",
		"{\"bags\":[],\"channel\":\"c1\",\"exporter\":\"m\",\"handoff_no\":\"\",\"records\":[],"
		"\"sm2\":null,\"thread\":\"" THREAD "\",\"v\":1}",
		"{\"bags\":{},\"channel\":\"c1\",\"exporter\":\"m\",\"handoff_no\":null,\"records\":[],"
		"\"sm2\":null,\"thread\":\"" THREAD "\",\"v\":1}",
		"{\"bags\":[],\"channel\":\"c1\",\"exporter\":\"m\",\"extra\":1,\"handoff_no\":null,"
		"\"records\":[],\"thread\":\"" THREAD "\",\"v\":1}",
		"{\"bags\":[],\"channel\":\"c1\",\"exporter\":\"m\",\"handoff_no\":null,\"records\":[{}],"
		"\"sm2\":null,\"thread\":\"" THREAD "\",\"v\":1}",
		"{\"bags\":[],\"channel\":\"c1\",\"exporter\":\"m\",\"handoff_no\":null,\"records\":[],"
		"\"thread\":\"" THREAD "\",\"v\":1}",
		"{\"bags\":[],\"channel\":\"c1\",\"exporter\":\"m\",\"handoff_no\":null,\"records\":[],"
		"\"sm2\":\"AAB=\",\"thread\":\"" THREAD "\",\"v\":1}",
		"[]",
	};
	static const char good[] =
		"{\"bags\":[],\"channel\":\"c1\",\"exporter\":\"m\",\"handoff_no\":null,\"records\":[],"
		"\"sm2\":null,\"thread\":\"" THREAD "\",\"v\":1}";
	struct arena a = ARENA_INIT(1 << 20);
	struct thread_list list;
	(void)state;
	assert_int_equal(thread_list_parse(&a, SV(good), &list, NULL), ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(thread_list_parse(&a, sv_of(bad[i]), &list, NULL), ERR_INVALID);
	arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain_good),
		cmocka_unit_test(test_chain_changes),
		cmocka_unit_test(test_chain_contents),
		cmocka_unit_test(test_refused_leaves_no_trace),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_list_strict),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

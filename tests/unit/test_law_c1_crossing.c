/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Channel C1: what crosses on the way. Two or three organs act before they hear of each other; whatever the order in which
 * the news arrives, all copies come to the same state. */
#include "law_c1.h"

/* ---- what crosses ---- */

struct say {
	size_t copy;
	const char *who, *act, *when, *fields;
};

/* All say what they say before they hear of the others; then the news arrives in every order that chance finds. */
static void cross(struct thread *(*begin)(void), const struct say *said, size_t n, enum state to)
{
	for (uint64_t seed = 1; seed <= 24; seed++) {
		struct thread *t = begin();
		t->random = seed * 977;
		for (size_t i = 0; i < n; i++)
			thread_do(t, said[i].copy, said[i].who, said[i].act, said[i].when, said[i].fields);
		thread_settle(t);
		thread_state(t, to);
		finish(t);
	}
}

#define CROSS(begin, to, ...) \
	do { \
		const struct say said[] = { __VA_ARGS__ }; \
		cross(begin, said, ARRAY_LEN(said), to); \
	} while (0)

#define FILE_IT "{\"filed_no\":\"立1\",\"paper_on\":\"2026-11-05\"}"
#define NOT_FILE "{\"paper_no\":\"不立1\",\"paper_on\":\"2026-11-05\",\"reason\":\"x\"}"
#define LAPSED { MARKET, "exchange", "silence", "2026-11-14", "{\"clock_rule\":\"C1.6b\"}" }
#define SUPERVISE { MARKET, "officer", "supervise", "2026-11-15", "{\"reason\":\"逾期\"}" }

static void test_crossing_review(void **state)
{
	(void)state;
	CROSS(accepted, STATE_C1_FILED, LAPSED, { POLICE, "police", "file", "2026-11-14", FILE_IT });
	CROSS(accepted, STATE_C1_NOT_FILED, LAPSED, { POLICE, "police", "not_file", "2026-11-14", NOT_FILE });
	CROSS(accepted, STATE_C1_DEFICIENT, LAPSED, { POLICE, "police", "deficient", "2026-11-14", "{\"deficiencies\":[\"x\"]}" });
	CROSS(accepted, STATE_C1_ACCEPTED, LAPSED,
	      { POLICE, "police", "extend_review", "2026-11-14", "{\"extension\":\"30日\",\"reason\":\"x\"}" });
	CROSS(accepted, STATE_C1_SUPP_REQ, LAPSED, { POLICE, "police", "ask_supplement", "2026-11-14", "{\"deficiencies\":[\"x\"]}" });
	/* we go to the procuratorate while they decide: a filing wins, anything else is for the procuratorate to judge */
	CROSS(accepted, STATE_C1_FILED, LAPSED, SUPERVISE, { POLICE, "police", "file", "2026-11-15", FILE_IT });
	CROSS(accepted, STATE_C1_SUPERV, LAPSED, SUPERVISE, { POLICE, "police", "not_file", "2026-11-15", NOT_FILE });
	CROSS(accepted, STATE_C1_SUPERV, LAPSED, SUPERVISE,
	      { POLICE, "police", "deficient", "2026-11-15", "{\"deficiencies\":[\"x\"]}" });
	CROSS(accepted, STATE_C1_SUPERV, LAPSED, SUPERVISE,
	      { POLICE, "police", "return_not_police", "2026-11-15", "{\"reason\":\"x\"}" });
	CROSS(accepted, STATE_C1_SUPERV, LAPSED, SUPERVISE,
	      { POLICE, "police", "extend_review", "2026-11-15", "{\"extension\":\"60日\",\"reason\":\"x\"}" });
	/* refused at the door, taken at the window */
	CROSS(sent, STATE_C1_ACCEPTED, { MARKET, "officer", "refuse_receipt", "2026-11-04", "{\"reason\":\"x\"}" },
	      { POLICE, "police", "accept", "2026-11-04", "{\"police_receipt\":\"1\"}" });
	CROSS(sent, STATE_C1_ACCEPTED, { MARKET, "officer", "refuse_receipt", "2026-11-04", "{\"reason\":\"x\"}" },
	      { MARKET, "officer", "resubmit", "2026-11-05", "{\"note\":\"x\"}" },
	      { POLICE, "police", "accept", "2026-11-04", "{\"police_receipt\":\"1\"}" });
	CROSS(sent, STATE_C1_SUPERV, { MARKET, "officer", "refuse_receipt", "2026-11-04", "{\"reason\":\"x\"}" },
	      { MARKET, "officer", "supervise", "2026-11-05", "{\"reason\":\"x\"}" },
	      { POLICE, "police", "accept", "2026-11-04", "{\"police_receipt\":\"1\"}" });
	CROSS(sent, STATE_C1_FILED, { MARKET, "officer", "refuse_receipt", "2026-11-04", "{\"reason\":\"x\"}" },
	      { MARKET, "officer", "supervise", "2026-11-05", "{\"reason\":\"x\"}" },
	      { POLICE, "police", "accept", "2026-11-04", "{\"police_receipt\":\"1\"}" },
	      { POLICE, "police", "file", "2026-11-05", FILE_IT });
	CROSS(sent, STATE_C1_DEFICIENT, { MARKET, "officer", "refuse_receipt", "2026-11-04", "{\"reason\":\"x\"}" },
	      { POLICE, "police", "accept", "2026-11-04", "{\"police_receipt\":\"1\"}" },
	      { POLICE, "police", "deficient", "2026-11-04", "{\"deficiencies\":[\"x\"]}" });
}

static struct thread *reconsidered(void)
{
	struct thread *t = not_filed();

	thread_step(t, MARKET, "officer", "reconsider", "2026-11-09", "{\"reason\":\"x\"}", STATE_C1_RECON);
	return t;
}

/* The answer to our request comes while we complain that it does not come. */
static void test_crossing_reconsideration(void **state)
{
	(void)state;
	CROSS(reconsidered, STATE_C1_SUPERV, { MARKET, "officer", "supervise", "2026-11-13", "{\"reason\":\"x\"}" },
	      { POLICE, "police", "uphold", "2026-11-13", "{\"paper_no\":\"复1\",\"reason\":\"x\"}" });
	CROSS(reconsidered, STATE_C1_FILED, { MARKET, "officer", "supervise", "2026-11-13", "{\"reason\":\"x\"}" },
	      { POLICE, "police", "file", "2026-11-13", FILE_IT });
}

static struct thread *supervised(void)
{
	struct thread *t = not_filed();

	thread_step(t, MARKET, "officer", "supervise", "2026-11-09", "{\"reason\":\"应当立案\"}", STATE_C1_SUPERV);
	return t;
}

static struct thread *demanded(void)
{
	struct thread *t = supervised();

	thread_step(t, PROCURATORATE, "procuratorate", "demand_reasons", "2026-11-10", "{\"paper_no\":\"检1\"}", STATE_C1_SUPERV_EXPL);
	return t;
}

static struct thread *explained(void)
{
	struct thread *t = demanded();

	thread_step(t, POLICE, "police", "explain", "2026-11-11", "{\"reason\":\"x\"}", STATE_C1_SUPERV_EXPL);
	return t;
}

static struct thread *tried(void)
{
	struct thread *t = filed();

	thread_step(t, POLICE, "police", "prosecute", "2026-11-20", "{}", STATE_C1_PROSECUTION);
	return t;
}

static struct thread *final(void)
{
	struct thread *t = tried();

	thread_step(t, PROCURATORATE, "procuratorate", "indict", "2026-11-27", "{}", STATE_C1_TRIAL);
	thread_step(t, PROCURATORATE, "procuratorate", "judge", "2026-12-10", "{\"court_case_no\":\"刑初9\",\"note\":\"x\"}", STATE_C1_JUDGED);
	thread_step(t, PROCURATORATE, "procuratorate", "take_effect", "2026-12-22", "{\"effective_on\":\"2026-12-21\"}", STATE_C1_FINAL);
	thread_do(t, MARKET, "officer", "tell_party", "2026-12-22", "{\"service_method\":\"直接\"}");
	return t;
}

static void test_crossing_supervision(void **state)
{
	static const char *const order = "{\"paper_no\":\"检2\"}";
	static const char *const valid = "{\"paper_on\":\"2026-11-12\",\"reason\":\"x\"}";
	(void)state;

	CROSS(supervised, STATE_C1_FILED, { PROCURATORATE, "procuratorate", "demand_reasons", "2026-11-10", "{\"paper_no\":\"检1\"}" },
	      { POLICE, "police", "file", "2026-11-10", FILE_IT });
	CROSS(demanded, STATE_C1_FILED, { PROCURATORATE, "procuratorate", "order_filing", "2026-11-19", order },
	      { POLICE, "police", "file", "2026-11-19", FILE_IT });
	CROSS(demanded, STATE_C1_SUPERV_ORDER, { PROCURATORATE, "procuratorate", "order_filing", "2026-11-19", order },
	      { POLICE, "police", "explain", "2026-11-19", "{\"reason\":\"x\"}" });
	CROSS(explained, STATE_C1_FILED, { PROCURATORATE, "procuratorate", "reasons_valid", "2026-11-12", valid },
	      { POLICE, "police", "file", "2026-11-12", FILE_IT });
	CROSS(explained, STATE_C1_RETURNED, { PROCURATORATE, "procuratorate", "reasons_valid", "2026-11-12", valid },
	      { MARKET, "officer", "copy_penalty", "2026-11-12", "{\"penalties_made\":\"x\"}" });
}

#define HAND_OVER { MARKET, "officer", "hand_over", "2026-11-20", HANDED_ALL }

static void test_crossing_goods(void **state)
{
	(void)state;
	CROSS(filed, STATE_C1_HANDED_OVER, HAND_OVER,
	      { POLICE, "police", "custody", "2026-11-20", "{\"goods_custody\":[\"1\",\"2\"],\"reason\":\"x\"}" });
	CROSS(filed, STATE_C1_CUSTODY,
	      { MARKET, "officer", "hand_over", "2026-11-20",
		"{\"goods_handed\":[{\"item\":\"1\",\"name\":\"白酒\",\"quantity\":12,\"handed\":12},"
		"{\"item\":\"2\",\"name\":\"包装箱\",\"quantity\":3,\"handed\":1,\"reason\":\"分批\"}],\"note\":\"x\"}" },
	      { POLICE, "police", "custody", "2026-11-20", "{\"goods_custody\":[\"2\"],\"reason\":\"x\"}" });
	CROSS(filed, STATE_C1_WITHDRAWN, HAND_OVER, { POLICE, "police", "withdraw", "2026-11-20", "{\"paper_no\":\"撤1\",\"reason\":\"x\"}" });
	CROSS(filed, STATE_C1_PROSECUTION, HAND_OVER, { POLICE, "police", "prosecute", "2026-11-20", "{}" });
	CROSS(tried, STATE_C1_NONPROS, HAND_OVER,
	      { PROCURATORATE, "procuratorate", "not_prosecute", "2026-11-21", "{\"paper_no\":\"不诉1\",\"reason\":\"x\"}" },
	      { POLICE, "police", "custody", "2026-11-21", "{\"goods_custody\":[\"1\"],\"reason\":\"x\"}" });
	CROSS(final, STATE_C1_CLOSED, { MARKET, "officer", "close", "2026-12-23", "{\"note\":\"x\"}" },
	      { PROCURATORATE, "court", "order_property", "2026-12-23", "{\"paper_no\":\"通1\",\"note\":\"x\"}" });

	/* the order that crossed with our closing still asks for its slip */
	struct thread *t = final();
	thread_do(t, MARKET, "officer", "close", "2026-12-23", "{\"note\":\"x\"}");
	thread_do(t, PROCURATORATE, "court", "order_property", "2026-12-23", "{\"paper_no\":\"通1\",\"note\":\"x\"}");
	thread_settle(t);
	walk_clock(thread_walk(t, MARKET), "C1.19", 0, "running", NULL);
	walk_clock(thread_walk(t, PROCURATORATE), "C1.19", 0, "running", NULL);
	thread_step(t, MARKET, "officer", "return_slip", "2027-01-05", "{\"note\":\"x\"}", STATE_C1_CLOSED);
	finish(t);
}

/* A lapse that was noted while another police organ took over counts for the old one only. */
static void test_crossing_forward(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 24; seed++) {
		struct thread *t = accepted();
		t->random = seed;
		thread_add(t, "510185-police", "police", "510185", SIDE_RECEIVER);
		thread_walk(t, POLICE)->peer = &t->copies[POLICE2].organ;
		thread_do(t, MARKET, "exchange", "silence", "2026-11-14", "{\"clock_rule\":\"C1.6b\"}");
		thread_do(t, POLICE, "police", "forward", "2026-11-14", "{\"peer_next\":\"510185-police\",\"reason\":\"x\"}");
		/* the new organ hears of the forwarding first, and accepts */
		while (thread_walk(t, POLICE2)->d->state != STATE_C1_FORWARDED) {
			for (size_t r = 0; r < t->record_count; r++) {
				if (thread_is_due(t, POLICE2, &t->records[r]) && strcmp(t->records[r].act, "silence") != 0)
					thread_apply(t, POLICE2, &t->records[r]);
			}
		}
		thread_do(t, POLICE2, "police", "accept", "2026-11-16", "{\"police_receipt\":\"2\"}");
		thread_settle(t);
		thread_state(t, STATE_C1_ACCEPTED);
		finish(t);
	}
}

/* ---- whatever may cross ---- */

/* Everything anybody may say from the letter on. */
static const struct say anything[] = {
	{ POLICE, "police", "accept", NULL, "{\"police_receipt\":\"1\"}" },
	{ MARKET, "officer", "refuse_receipt", NULL, "{\"reason\":\"x\"}" },
	{ MARKET, "officer", "resubmit", NULL, "{\"note\":\"x\"}" },
	{ POLICE, "police", "deficient", NULL, "{\"deficiencies\":[\"x\"]}" },
	{ MARKET, "officer", "supplement", NULL, "{\"note\":\"x\"}" },
	{ POLICE, "police", "ask_supplement", NULL, "{\"deficiencies\":[\"x\"]}" },
	{ MARKET, "officer", "answer_supplement", NULL, "{\"note\":\"x\"}" },
	{ POLICE, "police", "extend_review", NULL, "{\"extension\":\"30日\",\"reason\":\"x\"}" },
	{ POLICE, "police", "extend_review", NULL, "{\"extension\":\"60日\",\"reason\":\"x\"}" },
	{ MARKET, "exchange", "silence", NULL, "{\"clock_rule\":\"C1.6\"}" },
	{ MARKET, "exchange", "silence", NULL, "{\"clock_rule\":\"C1.6b\"}" },
	{ MARKET, "exchange", "silence", NULL, "{\"clock_rule\":\"C1.6c\"}" },
	{ MARKET, "exchange", "silence", NULL, "{\"clock_rule\":\"C1.6d\"}" },
	{ MARKET, "exchange", "silence", NULL, "{\"clock_rule\":\"C1.11\"}" },
	{ MARKET, "exchange", "silence", NULL, "{\"clock_rule\":\"C1.13\"}" },
	{ MARKET, "officer", "remind", NULL, "{\"clock_rule\":\"C1.6\"}" },
	{ MARKET, "officer", "escalate", NULL, "{\"clock_rule\":\"C1.6b\",\"reason\":\"x\"}" },
	{ POLICE, "police", "return_not_police", NULL, "{\"reason\":\"x\"}" },
	{ POLICE, "police", "not_file", NULL, "{\"paper_no\":\"1\",\"paper_on\":\"2026-11-03\",\"reason\":\"x\"}" },
	{ POLICE, "police", "file", NULL, "{\"filed_no\":\"1\",\"paper_on\":\"2026-11-03\"}" },
	{ MARKET, "officer", "reconsider", NULL, "{\"reason\":\"x\"}" },
	{ POLICE, "police", "uphold", NULL, "{\"paper_no\":\"1\",\"reason\":\"x\"}" },
	{ MARKET, "officer", "accept_refusal", NULL, "{\"reason\":\"x\"}" },
	{ MARKET, "officer", "supervise", NULL, "{\"reason\":\"x\"}" },
	{ PROCURATORATE, "procuratorate", "demand_reasons", NULL, "{\"paper_no\":\"1\"}" },
	{ POLICE, "police", "explain", NULL, "{\"reason\":\"x\"}" },
	{ PROCURATORATE, "procuratorate", "order_filing", NULL, "{\"paper_no\":\"1\"}" },
	{ PROCURATORATE, "procuratorate", "reasons_valid", NULL, "{\"paper_on\":\"2026-11-03\",\"reason\":\"x\"}" },
	{ MARKET, "officer", "hand_over", NULL, HANDED_ALL },
	{ POLICE, "police", "custody", NULL, "{\"goods_custody\":[\"2\"],\"reason\":\"x\"}" },
	{ POLICE, "police", "sign_goods", NULL, "{\"note\":\"x\"}" },
	{ POLICE, "police", "withdraw", NULL, "{\"paper_no\":\"1\",\"reason\":\"x\"}" },
	{ POLICE, "police", "prosecute", NULL, "{}" },
	{ PROCURATORATE, "procuratorate", "not_prosecute", NULL, "{\"paper_no\":\"1\",\"reason\":\"x\"}" },
	{ PROCURATORATE, "procuratorate", "indict", NULL, "{}" },
	{ PROCURATORATE, "procuratorate", "judge", NULL, "{\"court_case_no\":\"1\",\"note\":\"x\"}" },
	{ PROCURATORATE, "procuratorate", "take_effect", NULL, "{\"effective_on\":\"2026-11-03\"}" },
	{ PROCURATORATE, "court", "order_property", NULL, "{\"paper_no\":\"1\",\"note\":\"x\"}" },
	{ MARKET, "officer", "return_slip", NULL, "{\"note\":\"x\"}" },
	{ MARKET, "officer", "tell_party", NULL, "{\"service_method\":\"直接\"}" },
	{ MARKET, "officer", "close", NULL, "{\"note\":\"x\"}" },
	{ POLICE, "exchange", "delivered", NULL, "{}" },
	{ PROCURATORATE, "exchange", "retrieved", NULL, "{}" },
};

/* Some record comes in, if any waits. */
static void deliver_one(struct thread *t)
{
	size_t start = thread_below(t, t->record_count * t->count);

	for (size_t i = 0; i < t->record_count * t->count; i++) {
		size_t k = (start + i) % (t->record_count * t->count);
		if (thread_is_due(t, k % t->count, &t->records[k / t->count])) {
			thread_apply(t, k % t->count, &t->records[k / t->count]);
			return;
		}
	}
}

/* Ends are rare, or nothing would ever get far. */
static bool is_rare(const char *act)
{
	static const char *const rare[] = { "return_not_police", "accept_refusal", "withdraw", "not_prosecute", "reasons_valid" };

	for (size_t i = 0; i < ARRAY_LEN(rare); i++) {
		if (strcmp(rare[i], act) == 0)
			return true;
	}
	return false;
}

static unsigned reached[STATE_COUNT], said_count;

static void random_thread(uint64_t seed)
{
	struct thread *t = sent();
	instant_t at = walk_time("2026-11-04");

	t->random = seed;
	for (int i = 0; i < 160 && t->record_count < THREAD_MAX_RECORDS - 2; i++) {
		const struct say *s = &anything[thread_below(t, ARRAY_LEN(anything))];
		char when[32];
		if (is_rare(s->act) && thread_below(t, 6) > 0)
			continue;
		at += (instant_t)thread_below(t, 16) * 3600 * 1000000;
		day_format(instant_to_day(at), when);
		bool done_it = thread_try(t, s->copy, s->who, s->act, when, s->fields) == ERR_OK;
		said_count += done_it;
		reached[thread_walk(t, s->copy)->d->state]++;
		for (size_t n = thread_below(t, 3); n > 0; n--)
			deliver_one(t);
	}
	thread_converged(t);
}

static void test_random(void **state)
{
	unsigned states = 0;
	(void)state;

	for (uint64_t seed = 1; seed <= 100; seed++) {
		random_thread(seed * 104729);
		arena_reset(&arena);
		walk_book(&book, &arena);
	}
	for (enum state s = 0; s < STATE_COUNT; s++)
		states += reached[s] > 0;
	if (states < 20 || said_count < 1200)
		fail_msg("%u states, %u acts", states, said_count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crossing_review),
		cmocka_unit_test(test_crossing_reconsideration),
		cmocka_unit_test(test_crossing_supervision),
		cmocka_unit_test(test_crossing_goods),
		cmocka_unit_test(test_crossing_forward),
		cmocka_unit_test(test_random),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

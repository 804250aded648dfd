/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * C6, enforcement by a court: the window with its vectors around the holidays, acceptance, review, enforcement, what crosses,
 * and what the case learns. */
#include "law_stages.h"
#include "law_pair.h"

#include "law/enforcement.h"

/* ---- the calculation sheet ---- */

#define YEAR_2027 \
	"2027-01-01,holiday,元旦\n2027-01-02,holiday,元旦\n2027-01-03,holiday,元旦\n2027-02-05,holiday,春节\n" \
	"2027-02-06,holiday,春节\n2027-02-07,holiday,春节\n2027-02-08,holiday,春节\n2027-02-09,holiday,春节\n" \
	"2027-02-10,holiday,春节\n2027-02-11,holiday,春节\n2027-02-12,holiday,春节\n2027-02-20,workday,春节\n"

/* The law book with a calendar for 2027, as the notice of a year brings it. */
static void book_with_2027(struct law_book *ret)
{
	struct sv holidays = law_read(&arena, "holidays.csv");
	struct law_texts texts = { sv_of(arena_printf(&arena, "%.*s%s", SV_ARG(holidays), YEAR_2027)), law_read(&arena, "clocks.csv"),
				   law_read(&arena, "vocabulary.csv"), law_read(&arena, "thresholds.csv"),
				   law_read(&arena, "limits.csv"), law_read(&arena, "regions.csv") };
	struct err err = ERR_INIT;

	if (law_book_init(ret, &arena, &texts, &err) != ERR_OK)
		fail_msg("law book: %s", err.message);
}

static day_t day_or_none(const char *text)
{
	return text ? law_day(text) : DAY_NONE;
}

static void test_court_vectors(void **state)
{
	static const struct {
		const char *served, *review, *deferred, *dunned;
		const char *over, *over_lawful, *first, *last, *last_lawful;
	} vectors[] = {
		/* rule base, test 11 */
		{ "2026-01-10", NULL, NULL, NULL, "2026-07-10", "2026-07-10", NULL, "2026-10-10", "2026-10-10" },
		{ "2026-01-10", NULL, "2026-09-30", NULL, "2026-07-10", "2026-07-10", NULL, "2026-12-30", "2026-12-30" },
		/* the suit may still be brought on 8 October: nobody applies on the 4th */
		{ "2026-04-03", NULL, NULL, "2026-10-08", "2026-10-03", "2026-10-08", "2026-10-22", "2027-01-03", "2027-01-08" },
		/* W0 on a working day, the three months end on National Day */
		{ "2026-01-01", NULL, NULL, NULL, "2026-07-01", "2026-07-01", NULL, "2026-10-01", "2026-10-08" },
		/* the make-up day counts: Saturday 10 October works */
		{ "2026-01-10", NULL, NULL, "2026-09-28", "2026-07-10", "2026-07-10", "2026-10-17", "2026-10-10", "2026-10-10" },
		/* Spring Festival 2026: dunned before it, ten working days with two make-up days */
		{ "2025-06-01", NULL, NULL, "2026-02-12", "2025-12-01", "2025-12-01", "2026-03-05", "2026-03-01", "2026-03-02" },
		/* the end of the window in Spring Festival 2027 */
		{ "2026-05-08", NULL, NULL, NULL, "2026-11-08", "2026-11-09", NULL, "2027-02-08", "2027-02-15" },
		/* month ends: 31 August and 30 November have no same day six and three months on */
		{ "2026-08-31", NULL, NULL, NULL, "2027-02-28", "2027-03-01", NULL, "2027-05-28", "2027-06-01" },
		{ "2026-05-30", NULL, NULL, NULL, "2026-11-30", "2026-11-30", NULL, "2027-02-28", "2027-03-01" },
		{ "2026-05-31", NULL, NULL, NULL, "2026-11-30", "2026-11-30", NULL, "2027-02-28", "2027-03-01" },
		/* a reconsideration: fifteen days from the decision on it, when that is later */
		{ "2026-01-10", "2026-06-20", NULL, NULL, "2026-07-10", "2026-07-10", NULL, "2026-10-10", "2026-10-10" },
		{ "2026-01-10", "2026-07-20", NULL, NULL, "2026-08-04", "2026-08-04", NULL, "2026-11-04", "2026-11-04" },
		{ "2026-01-10", "2026-09-20", NULL, NULL, "2026-10-05", "2026-10-08", NULL, "2027-01-05", "2027-01-08" },
		/* a deferral that ends before W0 changes nothing */
		{ "2026-01-10", NULL, "2026-06-30", "2026-05-06", "2026-07-10", "2026-07-10", "2026-07-11", "2026-10-10", "2026-10-10" },
		{ "2026-01-10", NULL, "2026-08-31", "2026-05-06", "2026-07-10", "2026-07-10", "2026-09-01", "2026-11-30", "2026-11-30" },
	};
	struct law_book with_2027;
	struct enforcement_window w;
	struct err err = ERR_INIT;
	(void)state;

	book_with_2027(&with_2027);
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct enforcement_facts f = { law_day(vectors[i].served), day_or_none(vectors[i].review),
					       day_or_none(vectors[i].deferred), day_or_none(vectors[i].dunned) };
		if (enforcement_window(&with_2027, &f, &w, &err) != ERR_OK)
			fail_msg("vector %zu: %s", i, err.message);
		const day_t found[] = { w.over.strict, w.over.lawful, w.first, w.last.strict, w.last.lawful };
		const char *const wanted[] = { vectors[i].over, vectors[i].over_lawful, vectors[i].first, vectors[i].last,
					       vectors[i].last_lawful };
		for (size_t k = 0; k < ARRAY_LEN(found); k++) {
			if (found[k] != day_or_none(wanted[k]))
				fail_msg("vector %zu (%s), column %zu: %s, not %s", i, vectors[i].served, k, walk_day(&arena, found[k]),
					 wanted[k] ? wanted[k] : "none");
		}
	}
	/* Past the covered years a day is provisional; without service there is nothing to count. */
	struct enforcement_facts f = { law_day("2026-05-08"), DAY_NONE, DAY_NONE, DAY_NONE };
	assert_int_equal(enforcement_window(&book, &f, &w, &err), ERR_OK);
	assert_true(w.last.provisional);
	f.served = DAY_NONE;
	assert_int_equal(enforcement_window(&book, &f, &w, &err), ERR_INVALID);
	f.served = law_day("2010-01-01");
	assert_int_equal(enforcement_window(&book, &f, &w, &err), ERR_INVALID);
	assert_string_equal(err.rule, "no-rule-in-force");
}

/* ---- the hand-over ---- */

#define C6_OPEN(more) \
	"{\"peer\":\"512022-court\",\"title\":\"甲公司行政处罚强制执行\",\"served_on\":\"2026-01-10\",\"unpaid_fen\":2000000," \
	"\"case\":\"78\"" more "}"

static struct thread *enforcement(void)
{
	return pair(PROCEDURE_C6, "512022-court", "court", "512022");
}

/* Up to the application: served 10 January, W0 10 July, dunned 13 July, ten working days to 27 July. */
static struct thread *applied(void)
{
	struct thread *t = enforcement();

	thread_do(t, US, "officer", "open", "2026-07-13", C6_OPEN(""));
	thread_do(t, US, "officer", "dun", "2026-07-13", "{\"service_method\":\"直接\"}");
	thread_do(t, US, "officer", "approve_request", "2026-07-28", "{\"reason\":\"催告期满仍未履行\"}");
	thread_do(t, US, "deputy_head", "approve_approve", "2026-07-28", "{}");
	thread_step(t, US, "officer", "submit", "2026-07-29", "{}", STATE_HANDOFF_SENT);
	return t;
}

static void test_court_window(void **state)
{
	static const struct target closed = { .id = 78, .kind = MATTER_CASE, .state = STATE_CLOSED, .organ = 10 };
	static const struct target due = { .id = 78, .kind = MATTER_CASE, .state = STATE_PERFORMING, .organ = 10 };
	struct thread *t = enforcement();
	struct walk *w = thread_walk(t, US);
	(void)state;

	w->target = &closed;
	thread_refuse(t, US, "officer", "open", "2026-07-13", C6_OPEN(""), "case-not-performing", "第五十三条");
	w->target = &due;
	thread_refuse(t, US, "officer", "open", "2026-07-13",
		      "{\"peer\":\"512022-market\",\"title\":\"x\",\"served_on\":\"2026-01-10\",\"unpaid_fen\":1}", "transfer-to-self", NULL);
	thread_refuse(t, US, "officer", "open", "2026-07-10", C6_OPEN(""), "remedies-running", "第四十六条");
	assert_non_null(strstr(w->err.detail, "2026-07-10"));
	thread_refuse(t, US, "officer", "open", "2026-07-11", C6_OPEN(",\"review_received_on\":\"2026-07-01\""), "remedies-running", "第四十五条");
	thread_refuse(t, US, "officer", "open", "2026-08-11", C6_OPEN(",\"deferred_until\":\"2026-09-30\""), "remedies-running", NULL);
	thread_do(t, US, "officer", "open", "2026-07-11", C6_OPEN(""));
	walk_state(w, STATE_ELIGIBLE);
	walk_fact_day(w, FIELD_REMEDY_OVER_ON, "2026-07-10");
	walk_fact_day(w, FIELD_COURT_UNTIL, "2026-10-10");
	walk_fact_day(w, FIELD_COURT_UNTIL_STRICT, "2026-10-10");
	thread_refuse(t, US, "officer", "approve_request", "2026-07-13", "{\"reason\":\"x\"}", "wrong-state", NULL);
	thread_do(t, US, "officer", "dun", "2026-07-13", "{\"service_method\":\"直接\"}");
	walk_state(w, STATE_DUNNED);
	walk_fact_day(w, FIELD_COURT_FROM, "2026-07-28");
	thread_refuse(t, US, "officer2", "statement", "2026-07-15", "{\"statement\":\"x\"}", "not-an-officer-of-the-case", NULL);
	thread_do(t, US, "officer", "statement", "2026-07-15", "{\"statement\":\"请求减免\"}");
	thread_refuse(t, US, "officer", "approve_request", "2026-07-27", "{\"reason\":\"x\"}", "dun-running", "第五十四条");
	thread_do(t, US, "officer", "approve_request", "2026-07-28", "{\"reason\":\"x\"}");
	thread_do(t, US, "deputy_head", "approve_approve", "2026-07-28", "{}");
	/* Deferred meanwhile: counted anew, approved anew. */
	thread_refuse(t, US, "officer", "recalculate", "2026-07-29",
		      "{\"served_on\":\"2026-01-10\",\"dunned_on\":\"2026-07-13\",\"deferred_until\":\"2026-09-30\",\"note\":\"准予延期\"}",
		      "remedies-running", "第五十三条");
	thread_do(t, US, "officer", "recalculate", "2026-10-08",
		  "{\"served_on\":\"2026-01-10\",\"dunned_on\":\"2026-07-13\",\"deferred_until\":\"2026-09-30\",\"note\":\"准予延期\"}");
	walk_state(w, STATE_DUNNED);
	walk_fact_day(w, FIELD_COURT_UNTIL, "2026-12-30");
	thread_refuse(t, US, "exchange", "time_barred", "2026-12-30", "{}", "court-window-open", "第五十三条");
	thread_refuse(t, US, "officer", "approve_request", "2026-12-31", "{\"reason\":\"x\"}", "court-window-over", "第五十三条");
	thread_do(t, US, "exchange", "time_barred", "2026-12-31", "{}");
	assert_string_equal(role_code(dossier_turn(w->d)), "principal");
	thread_refuse(t, US, "officer", "bar_note", "2026-12-31", "{\"reason\":\"x\"}", "missing-role", NULL);
	thread_do(t, US, "principal", "late_application", "2026-12-31", "{\"late_reason\":\"地震期间不能申请\"}");
	thread_do(t, US, "officer", "approve_request", "2026-12-31", "{\"reason\":\"x\"}");
	thread_do(t, US, "deputy_head", "approve_approve", "2026-12-31", "{}");
	thread_step(t, US, "officer", "submit", "2026-12-31", "{}", STATE_HANDOFF_SENT);
	assert_string_equal(fact(t, THEM, FIELD_LATE_REASON), "地震期间不能申请");
	thread_converged(t);

	t = enforcement();
	w = thread_walk(t, US);
	thread_do(t, US, "officer", "open", "2026-07-13", C6_OPEN(",\"dunned_on\":\"2026-06-01\""));
	walk_state(w, STATE_DUNNED); /* the case was dunned before */
	walk_fact_day(w, FIELD_COURT_FROM, "2026-07-11");
	thread_do(t, US, "officer", "time_barred", "2026-10-12", "{}");
	thread_do(t, US, "principal", "bar_note", "2026-10-13", "{\"reason\":\"承办人疏忽，已批评教育\"}");
	walk_state(w, STATE_HANDOFF_CLOSED);
	t = enforcement();
	thread_do(t, US, "officer", "open", "2026-07-13", C6_OPEN(""));
	thread_do(t, US, "officer", "give_up_request", "2026-07-14", "{\"reason\":\"当事人已注销且无财产\"}");
	thread_do(t, US, "deputy_head", "give_up_return", "2026-07-15", "{\"opinion\":\"先催告\"}");
	thread_do(t, US, "officer", "paid", "2026-07-20", "{\"note\":\"已缴清\"}");
	thread_state(t, STATE_PAID);
	t = enforcement();
	thread_do(t, US, "officer", "open", "2026-07-13", C6_OPEN(""));
	thread_do(t, US, "officer", "give_up_request", "2026-07-14", "{\"reason\":\"当事人已注销且无财产\"}");
	thread_do(t, US, "deputy_head", "give_up_approve", "2026-07-15", "{}");
	thread_state(t, STATE_HANDOFF_CLOSED);

	/* What the case knows is taken over. */
	struct walk *from = walk_case_decided(&arena, &book, "2025-12-15", "2025-12-20", "2026-01-05");
	struct facts fields = { 0 };
	enum stage stage;
	walk_do(from, "officer", "serve", "2026-01-10", "{\"service_method\":\"直接\"}");
	walk_do(from, "clerk", "pay", "2026-02-02", "{\"amount_fen\":500000,\"receipt\":\"1\"}");
	procedure_prefill(procedure_find(&procedure_c6, SV("open"), &stage), from->d, &arena, &fields);
	assert_int_equal(fact_num(&fields, FIELD_UNPAID), 1500000);
	assert_int_equal(fact_day(&fields, FIELD_SERVED_ON), law_day("2026-01-10"));
	assert_true(fact_has(&fields, FIELD_PARTIES));
}

static void test_court_acceptance(void **state)
{
	struct thread *t = applied();
	struct walk *w = thread_walk(t, US);
	(void)state;

	walk_clock(w, "C6.5", 0, "running", "2026-08-05");
	walk_clock(thread_walk(t, THEM), "C6.5", 0, "running", "2026-08-05");
	assert_string_equal(role_code(dossier_turn(thread_walk(t, THEM)->d)), "court");
	thread_step(t, THEM, "court", "defective", "2026-08-03", "{\"reason\":\"缺少送达回证\",\"term_on\":\"2026-08-10\"}", STATE_HANDOFF_DEFICIENT);
	walk_clock(w, "C6.5", 0, "cancelled", NULL);
	walk_clock(w, "C6.5b", 0, "running", "2026-08-10");
	thread_refuse(t, US, "exchange", "silence", "2026-08-11", "{\"clock_rule\":\"C6.5b\"}", "own-clock", NULL);
	thread_step(t, US, "officer", "supplement", "2026-08-06", "{\"note\":\"补送达回证\"}", STATE_HANDOFF_SENT);
	walk_clock(thread_walk(t, THEM), "C6.5", 0, "running", "2026-08-13");
	thread_records(t, US, "officer", THEM, "court", "C6.5", "2026-08-13", "2026-08-14");
	thread_step(t, THEM, "court", "accept", "2026-08-14", "{\"court_case_no\":\"（2026）川2022行审12号\"}", STATE_HANDOFF_ACCEPTED);
	walk_clock(w, "C6.5", 0, "late", NULL);
	walk_clock(w, "C6.6", 0, "running", "2026-08-25");
	thread_do(t, THEM, "court", "examine", "2026-08-20", "{\"reason\":\"明显缺乏法律依据的疑点，听取双方意见\"}");
	thread_settle(t);
	walk_clock(w, "C6.6", 0, "cancelled", NULL);
	walk_clock(w, "C6.6b", 0, "running", "2026-09-14"); /* thirty days end on a Sunday */
	thread_step(t, THEM, "court", "allow", "2026-09-01", "{\"paper_no\":\"（2026）川2022行审12号\",\"urgent\":true}", STATE_ALLOWED);
	walk_clock(w, "C6.6b", 0, "met", NULL);
	walk_clock(w, "C6.9", 0, "running", "2026-09-08");
	thread_step(t, THEM, "court", "enforce", "2026-09-07", "{\"court_case_no\":\"（2026）川2022执88号\"}", STATE_COURT_ENFORCING);
	walk_clock(w, "C6.9", 0, "met", NULL);
	thread_step(t, THEM, "court", "enforced", "2026-11-02", "{\"enforced_fen\":2000000}", STATE_DONE);
	thread_refuse(t, US, "officer", "withdraw", "2026-11-03", "{\"reason\":\"x\"}", "handoff-over", "第五十三条");
	thread_converged(t);

	static const struct {
		const char *act, *fields;
		enum state to;
	} ends[] = {
		{ "no_assets", "{\"paper_no\":\"（2026）川2022执88号之一\",\"enforced_fen\":500000}", STATE_NO_ASSETS },
		{ "settled", "{\"note\":\"分三期履行\"}", STATE_SETTLED },
	};
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		t = applied();
		thread_step(t, THEM, "court", "accept", "2026-08-03", "{\"court_case_no\":\"x\"}", STATE_HANDOFF_ACCEPTED);
		thread_step(t, THEM, "court", "allow", "2026-08-05", "{\"paper_no\":\"x\"}", STATE_ALLOWED);
		thread_step(t, THEM, "court", "enforce", "2026-08-07", "{\"court_case_no\":\"y\"}", STATE_COURT_ENFORCING);
		thread_step(t, THEM, "court", ends[i].act, "2026-10-20", ends[i].fields, ends[i].to);
		thread_converged(t);
	}
}

/* Refused or denied: fifteen days to the higher court, which has fifteen or thirty. */
static void test_court_review(void **state)
{
	struct thread *t = applied();
	(void)state;

	thread_step(t, THEM, "court", "refuse", "2026-09-22", "{\"reason\":\"不属本院管辖\"}", STATE_COURT_REFUSED);
	/* Fifteen days end on 7 October, in the holidays: the 8th is the last. */
	walk_clock(thread_walk(t, US), "C6.7", 0, "running", "2026-10-08");
	assert_string_equal(walk_day(&arena, dossier_clock_const(thread_walk(t, US)->d, "C6.7", 0)->due.strict), "2026-10-07");
	thread_refuse(t, US, "officer", "review_request", "2026-10-09", "{\"reason\":\"x\"}", "court-review-late", "第五十六条");
	thread_step(t, US, "officer", "review_request", "2026-10-08", "{\"reason\":\"属该院管辖\"}", STATE_COURT_REVIEW);
	walk_clock(thread_walk(t, THEM), "C6.8", 0, "running", "2026-10-23");
	thread_refuse(t, THEM, "court", "review_allow", "2026-10-20", "{\"paper_no\":\"x\"}", "ruling-kind", "第五十八条");
	thread_step(t, THEM, "court", "review_accept", "2026-10-20", "{\"paper_no\":\"（2026）川20行审复1号\"}", STATE_HANDOFF_ACCEPTED);
	walk_clock(thread_walk(t, US), "C6.8", 0, "met", NULL);
	walk_clock(thread_walk(t, US), "C6.6", 0, "running", "2026-10-29");
	thread_step(t, THEM, "court", "deny", "2026-10-28", "{\"reason\":\"明显缺乏事实根据\"}", STATE_COURT_DENIED);
	thread_step(t, US, "officer", "review_request", "2026-11-02", "{\"reason\":\"事实清楚\"}", STATE_COURT_REVIEW);
	walk_clock(thread_walk(t, US), "C6.8b", 0, "running", "2026-12-02");
	thread_refuse(t, THEM, "court", "review_accept", "2026-11-20", "{\"paper_no\":\"x\"}", "ruling-kind", "第五十六条");
	thread_step(t, THEM, "court", "review_allow", "2026-11-20", "{\"paper_no\":\"x\"}", STATE_ALLOWED);
	thread_converged(t);

	t = applied();
	thread_step(t, THEM, "court", "accept", "2026-08-03", "{\"court_case_no\":\"x\"}", STATE_HANDOFF_ACCEPTED);
	thread_step(t, THEM, "court", "deny", "2026-08-05", "{\"reason\":\"x\"}", STATE_COURT_DENIED);
	thread_step(t, US, "officer", "review_request", "2026-08-10", "{\"reason\":\"x\"}", STATE_COURT_REVIEW);
	thread_step(t, THEM, "court", "review_uphold", "2026-08-25", "{\"paper_no\":\"x\"}", STATE_NOT_ENFORCED);
	thread_converged(t);
	t = applied();
	thread_step(t, THEM, "court", "refuse", "2026-08-03", "{\"reason\":\"x\"}", STATE_COURT_REFUSED);
	thread_step(t, US, "officer", "refusal_accepted", "2026-08-05", "{\"reason\":\"裁定正确\"}", STATE_NOT_ENFORCED);
	thread_converged(t);
}

static void test_court_crossing(void **state)
{
	static const struct {
		const char *act, *fields;
	} theirs[] = {
		{ "accept", "{\"court_case_no\":\"x\"}" }, { "examine", "{\"reason\":\"x\"}" }, { "allow", "{\"paper_no\":\"x\"}" },
		{ "enforce", "{\"court_case_no\":\"x\"}" }, { "enforced", "{\"enforced_fen\":1}" },
	};
	(void)state;

	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct thread *t = applied();
		t->random = seed * 104729;
		size_t when = thread_below(t, 6);
		for (size_t i = 0; i < ARRAY_LEN(theirs); i++) {
			if (i == when)
				thread_try(t, US, "officer", "withdraw", "2026-08-20", "{\"reason\":\"当事人已缴清\"}");
			thread_try(t, THEM, "court", theirs[i].act, "2026-08-20", theirs[i].fields);
			if (thread_below(t, 2))
				thread_settle(t);
		}
		thread_converged(t);
	}
}

/* The case: same facts, same clocks and rates as by its own rows, which are shut meanwhile. */
static struct walk *performing(void)
{
	struct walk *w = walk_case_decided(&arena, &book, "2025-12-15", "2025-12-20", "2026-01-05");

	walk_do(w, "officer", "serve", "2026-01-10", "{\"service_method\":\"直接\"}");
	walk_state(w, STATE_PERFORMING);
	return w;
}

static void test_court_events(void **state)
{
	struct dossier *h = arena_new(&arena, struct dossier);
	struct walk *w = performing();
	struct rate_mark m;
	(void)state;

	h->procedure = PROCEDURE_C6;
	fact_set_text(&h->facts, FIELD_PEER_NAME, "乐至县人民法院");
	fact_set_text(&h->facts, FIELD_COURT_CASE_NO, "（2026）川2022行审12号");
	walk_event(w, h, "opened", "2026-07-13");
	walk_refuse(w, "officer", "dun", "2026-07-13", "{\"service_method\":\"直接\"}", "court-handoff-open");
	assert_non_null(strstr(w->err.article, "第五十三条"));
	walk_event(w, h, "dunned", "2026-07-13");
	walk_clock(w, "D27", 0, "running", "2026-07-27");
	walk_refuse(w, "officer", "court_apply_request", "2026-07-28", "{\"organ_to\":\"法院\"}", "court-handoff-open");
	walk_event(w, h, "court-applied", "2026-07-29");
	walk_state(w, STATE_ENFORCING);
	walk_clock(w, "D28", 0, "met", "2026-10-10");
	walk_clock(w, "D27", 0, "late", NULL);
	walk_fact_day(w, FIELD_COURT_APPLIED_ON, "2026-07-29");
	rate_mark_of(w->d, &m);
	assert_true(m.performing_open);
	walk_event(w, h, "court-accepted", "2026-08-14");
	assert_string_equal(fact_text(&w->d->facts, FIELD_COURT_CASE_NO), "（2026）川2022行审12号");
	walk_refuse(w, "officer", "court_ended", "2026-08-20", "{\"court_case_no\":\"x\"}", "court-handoff-open");
	walk_event(w, h, "court-refused", "2026-08-25");
	walk_state(w, STATE_PERFORMING);
	walk_event(w, h, "court-applied", "2026-08-28"); /* to the higher court */
	walk_state(w, STATE_ENFORCING);
	walk_fact_day(w, FIELD_COURT_APPLIED_ON, "2026-07-29");
	/* Part of the money leaves the case with the officer, all of it closes. */
	fact_set_num(&h->facts, FIELD_ENFORCED, 500000);
	walk_event(w, h, "court-done", "2026-11-02");
	walk_state(w, STATE_ENFORCING);
	walk_do(w, "clerk", "pay", "2026-11-03", "{\"amount_fen\":1500000,\"receipt\":\"1\"}");
	walk_do(w, "officer", "performed", "2026-11-03", "{\"performance\":\"强制执行\"}");
	walk_state(w, STATE_CLOSING);
	walk_replay(w);

	w = performing();
	fact_set_num(&h->facts, FIELD_ENFORCED, 2000000);
	walk_event(w, h, "opened", "2026-07-13");
	walk_event(w, h, "court-applied", "2026-07-29");
	walk_event(w, h, "court-done", "2026-11-02");
	walk_state(w, STATE_CLOSING);
	assert_string_equal(fact_text(&w->d->facts, FIELD_GROUND), "C1");
	assert_int_equal(fact_num(&w->d->facts, FIELD_PAID), 2000000);
	rate_mark_of(w->d, &m);
	assert_int_equal(m.ground_on, instant_to_day(walk_time("2026-11-02")));
	walk_replay(w);

	static const struct {
		const char *event, *ground;
		enum state to;
	} ends[] = {
		{ "court-ended", "C2", STATE_CLOSING },	     { "court-settled", "", STATE_PERFORMING },
		{ "court-dropped", "", STATE_PERFORMING },   { "court-time-barred", "", STATE_PERFORMING },
	};
	fact_clear(&h->facts, FIELD_ENFORCED);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		w = performing();
		walk_event(w, h, "opened", "2026-07-13");
		walk_event(w, h, "court-applied", "2026-07-29");
		if (i < 2)
			fact_set_num(&h->facts, FIELD_ENFORCED, 500000);
		walk_event(w, h, ends[i].event, "2026-09-01");
		fact_clear(&h->facts, FIELD_ENFORCED);
		walk_state(w, ends[i].to);
		assert_int_equal(fact_num(&w->d->facts, FIELD_PAID), i < 2 ? 500000 : 0);
		assert_string_equal(fact_text(&w->d->facts, FIELD_GROUND), ends[i].ground);
		assert_false(fact_true(&w->d->facts, FIELD_COURT_HANDOFF));
		walk_replay(w);
	}
	/* Without a hand-over the case's own rows lead to the court as before. */
	w = performing();
	walk_do(w, "officer", "dun", "2026-07-13", "{\"service_method\":\"直接\"}");
	walk_approved(w, "officer", "deputy_head", "court_apply", "2026-07-28", "{\"organ_to\":\"乐至县人民法院\"}");
	walk_state(w, STATE_ENFORCING);
}

/* Runs last: nothing of the tables was left out, and each guard was asked both ways. */
static void test_all_done(void **state)
{
	(void)state;
	walk_all_done(PROCEDURE_C6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_court_vectors),	 cmocka_unit_test(test_court_window),
		cmocka_unit_test(test_court_acceptance), cmocka_unit_test(test_court_review),
		cmocka_unit_test(test_court_crossing),	 cmocka_unit_test(test_court_events),
		cmocka_unit_test(test_all_done),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

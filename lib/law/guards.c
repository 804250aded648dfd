/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The guards: one small predicate per rule of guard.def. Each sees the dossier before the act, the act's
 * payload (with the request's when it is being approved) and the facts as they would be after it. */
#include <stdio.h>

#include "law/apply.h"

#include "json/json_reader.h"

struct guard_ctx {
	const struct law_book *book;
	const struct dossier *d;
	const struct act_input *in;
	const struct facts *payload;
	const struct facts *merged;
	day_t day;
	struct err *err; /* for err_detail */
};

typedef bool guard_fn(const struct guard_ctx *g);

/* ---- people ---- */

static bool check_CASE_OFFICER(const struct guard_ctx *g)
{
	/* A clue that nobody was assigned to may be taken by any officer of the unit. */
	if (!fact_has(&g->d->facts, FIELD_OFFICER))
		return true;
	return dossier_is_officer(g->d, g->in->actor.account);
}

static bool two_officers(const struct facts *f)
{
	return fact_has(f, FIELD_OFFICER) && fact_has(f, FIELD_CO_OFFICER) &&
	       fact_num(f, FIELD_OFFICER) != fact_num(f, FIELD_CO_OFFICER);
}

static bool check_TWO_OFFICERS(const struct guard_ctx *g)
{
	return two_officers(g->merged);
}

static bool check_OFFICERS_NAMED(const struct guard_ctx *g)
{
	return two_officers(g->merged);
}

static bool check_APPROVER_NOT_OFFICER(const struct guard_ctx *g)
{
	return !dossier_is_officer(g->d, g->in->actor.account);
}

static bool check_REVIEWER_NOT_OFFICER(const struct guard_ctx *g)
{
	return !dossier_is_officer(g->d, g->in->actor.account);
}

static bool check_HOST_NOT_OFFICER(const struct guard_ctx *g)
{
	return !dossier_is_officer(g->d, fact_num(g->payload, FIELD_HEARING_HOST));
}

/* ---- periods ---- */

/* Before the running clock falls due; a stopped clock has not fallen due. */
static bool before_due(const struct guard_ctx *g, const char *rule, int ref)
{
	const struct clock_entry *c = dossier_clock_const(g->d, rule, ref);

	if (!c || c->due.stopped)
		return true;
	char due[11];
	day_format(c->due.lawful, due);
	err_detail(g->err, "期限届满日为 %s。", due);
	return g->day <= c->due.lawful;
}

static bool check_CLUE_NOT_EXTENDED(const struct guard_ctx *g)
{
	const struct clock_entry *c = dossier_clock_const(g->d, "D01", 0);

	return !c || c->extra == 0;
}

static bool check_CLUE_BEFORE_DUE(const struct guard_ctx *g)
{
	return before_due(g, "D01", 0);
}

static bool check_CASE_NOT_EXTENDED(const struct guard_ctx *g)
{
	return fact_num(&g->d->facts, FIELD_EXTENSIONS) == 0;
}

static bool check_CASE_EXTENDED_ONCE(const struct guard_ctx *g)
{
	return fact_num(&g->d->facts, FIELD_EXTENSIONS) > 0;
}

static bool check_CASE_BEFORE_DUE(const struct guard_ctx *g)
{
	return before_due(g, "D11", 0);
}

static bool check_REVIEW_BEFORE_DUE(const struct guard_ctx *g)
{
	return before_due(g, "D13", 0);
}

static bool days_at_most(const struct guard_ctx *g, int64_t most)
{
	return !fact_has(g->payload, FIELD_DAYS) ||
	       (fact_num(g->payload, FIELD_DAYS) > 0 && fact_num(g->payload, FIELD_DAYS) <= most);
}

static bool check_CASE_EXTENSION_DAYS(const struct guard_ctx *g)
{
	return days_at_most(g, 30);
}

static bool check_DISCUSSION_RECORDED(const struct guard_ctx *g)
{
	return fact_list_count(g->payload, FIELD_MEMBERS) >= 3 && fact_num(g->payload, FIELD_DAYS) > 0;
}

/* ---- measures ---- */

static const struct measure *payload_measure(const struct guard_ctx *g)
{
	int64_t seq = fact_num(g->payload, FIELD_MEASURE);

	for (int i = 0; i < g->d->measure_count; i++) {
		if (g->d->measures[i].seq == seq)
			return &g->d->measures[i];
	}
	return NULL;
}

static bool check_MEASURE_AUTHORISED(const struct guard_ctx *g)
{
	char quoted[64];

	if (fact_true(g->payload, FIELD_URGENT))
		return true;
	snprintf(quoted, sizeof(quoted), "\"measure_kind\":\"%s\"", fact_text(g->payload, FIELD_MEASURE_KIND));
	for (int i = 0; i < g->d->request_count; i++) {
		const struct request *r = &g->d->requests[i];
		if (r->status == REQUEST_GRANTED && !r->used && strcmp(r->act, "measure_authorise") == 0 &&
		    strstr(r->payload, quoted))
			return true;
	}
	return false;
}

static bool check_MEASURE_OPEN(const struct guard_ctx *g)
{
	const struct measure *m = payload_measure(g);

	return m && m->status == MEASURE_TAKEN;
}

static bool check_MEASURE_UNCONFIRMED(const struct guard_ctx *g)
{
	const struct measure *m = payload_measure(g);

	return m && !m->confirmed;
}

static bool measure_is_registration(const struct guard_ctx *g)
{
	const struct measure *m = payload_measure(g);

	return m && strcmp(m->kind, "先行登记保存") == 0;
}

static bool check_MEASURE_IS_SEIZURE(const struct guard_ctx *g)
{
	return !measure_is_registration(g);
}

static bool check_MEASURE_IS_REGISTRATION(const struct guard_ctx *g)
{
	return measure_is_registration(g);
}

static bool check_MEASURE_BEFORE_DUE(const struct guard_ctx *g)
{
	return before_due(g, "D10", (int)fact_num(g->payload, FIELD_MEASURE));
}

static bool check_MEASURE_NOT_EXTENDED(const struct guard_ctx *g)
{
	const struct measure *m = payload_measure(g);

	return m && !m->extended;
}

static bool check_MEASURE_EXTENSION_DAYS(const struct guard_ctx *g)
{
	return days_at_most(g, 30);
}

static bool check_MEASURES_RESOLVED(const struct guard_ctx *g)
{
	int open = dossier_open_measures(g->d);

	if (open > 0)
		err_detail(g->err, "还有 %d 项措施未解除或处理。", open);
	return open == 0;
}

/* ---- spans ---- */

static bool check_NO_TESTING_OPEN(const struct guard_ctx *g)
{
	return !dossier_span_open(g->d, SPAN_TESTING);
}

static bool check_TESTING_OPEN(const struct guard_ctx *g)
{
	return dossier_span_open(g->d, SPAN_TESTING);
}

static bool check_NO_IDENTIFICATION_OPEN(const struct guard_ctx *g)
{
	return !dossier_span_open(g->d, SPAN_IDENTIFICATION);
}

static bool check_IDENTIFICATION_OPEN(const struct guard_ctx *g)
{
	return dossier_span_open(g->d, SPAN_IDENTIFICATION);
}

static bool check_NO_REFUND_OPEN(const struct guard_ctx *g)
{
	return !dossier_span_open(g->d, SPAN_REFUND);
}

static bool check_REFUND_OPEN(const struct guard_ctx *g)
{
	return dossier_span_open(g->d, SPAN_REFUND);
}

static bool check_NO_SPAN_OPEN(const struct guard_ctx *g)
{
	return !dossier_span_open(g->d, SPAN_TESTING) && !dossier_span_open(g->d, SPAN_IDENTIFICATION) &&
	       !dossier_span_open(g->d, SPAN_REFUND);
}

/* ---- review, notice, hearing ---- */

static bool check_REVIEW_KIND(const struct guard_ctx *g)
{
	return !legal_review_needed(g->merged) || fact_is(g->merged, FIELD_REVIEW_KIND, "法制审核");
}

static bool check_PROPOSES_PENALTY(const struct guard_ctx *g)
{
	return fact_is(&g->d->facts, FIELD_PROPOSED_OUTCOME, "给予行政处罚");
}

static bool check_HEARING_RIGHT_TOLD(const struct guard_ctx *g)
{
	return fact_true(g->payload, FIELD_HEARING_RIGHT) || !hearing_threshold(g->merged);
}

static bool check_HEARING_RIGHT(const struct guard_ctx *g)
{
	return fact_true(&g->d->facts, FIELD_HEARING_RIGHT);
}

static bool check_WITHIN_NOTICE_PERIOD(const struct guard_ctx *g)
{
	return g->day <= fact_day(&g->d->facts, FIELD_NOTICE_DUE);
}

/* The n-th working day before the event must be strictly before it, and not before the act. */
static bool lead_kept(const struct guard_ctx *g, day_t event, int days)
{
	day_t latest;
	bool provisional = false;

	if (event == DAY_NONE ||
	    calendar_sub(&g->book->calendar, event, days, &latest, &provisional, NULL) != ERR_OK)
		return false;
	return g->day <= latest;
}

static bool check_HEARING_NOTICE_LEAD(const struct guard_ctx *g)
{
	return lead_kept(g, fact_day(g->payload, FIELD_HEARING_ON), 7);
}

static bool check_HEARING_ANNOUNCE_LEAD(const struct guard_ctx *g)
{
	return lead_kept(g, fact_day(&g->d->facts, FIELD_HEARING_ON), 3);
}

static bool check_HEARING_HOSTED(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_HEARING_HOST);
}

static bool check_HEARING_NOTIFIED(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_HEARING_NOTICED_ON) &&
	       g->day >= fact_day(&g->d->facts, FIELD_HEARING_ON);
}

static bool check_HEARING_HELD(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_HEARING_HELD_ON);
}

static bool check_HEARING_NOT_HELD(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_HEARING_HELD_ON);
}

static bool check_STATEMENT_GIVEN(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_STATEMENT_ON);
}

static bool check_DISCUSSION_MEMBERS(const struct guard_ctx *g)
{
	return fact_list_count(g->payload, FIELD_MEMBERS) >= 3;
}

/* ---- decision ---- */

static bool check_NOTICE_PERIOD_OVER(const struct guard_ctx *g)
{
	const struct facts *f = &g->d->facts;

	if (!fact_has(f, FIELD_NOTICED_ON))
		return false;
	/* A hearing on an earlier notice does not shorten the period of this one. */
	if (fact_true(f, FIELD_WAIVED) ||
	    fact_day(f, FIELD_HEARING_HELD_ON) >= fact_day(f, FIELD_NOTICED_ON))
		return true;
	char due[11];
	day_format(fact_day(f, FIELD_NOTICE_DUE), due);
	err_detail(g->err, "陈述申辩期至 %s 届满，次日起方可作出决定。", due);
	return g->day > fact_day(f, FIELD_NOTICE_DUE);
}

static bool check_REVIEW_PASSED(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_REVIEW_PASSED_ON);
}

static bool check_LEGAL_REVIEW_PASSED(const struct guard_ctx *g)
{
	return !legal_review_needed(g->merged) || fact_has(&g->d->facts, FIELD_LEGAL_REVIEWED_ON);
}

static bool check_DISCUSSED(const struct guard_ctx *g)
{
	return !legal_review_needed(g->merged) || fact_has(&g->d->facts, FIELD_DISCUSSED_ON);
}

static bool check_STATEMENT_REVIEWED(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_STATEMENT_ON) ||
	       fact_has(&g->d->facts, FIELD_STATEMENT_REVIEWED_ON);
}

/* The kinds of penalty that the notice did not name; a warning or a censure is never the harsher one. */
static bool new_kind(const struct facts *f)
{
	static const char *const heavier[] = {
		"罚款", "没收违法所得", "没收非法财物", "暂扣许可证件", "降低资质等级", "吊销许可证件",
		"限制开展生产经营活动", "责令停产停业", "责令关闭", "限制从业", "行政拘留", "其他",
	};

	for (size_t i = 0; i < ARRAY_LEN(heavier); i++) {
		if (fact_list_has(f, FIELD_PENALTY_KINDS, heavier[i]) &&
		    !fact_list_has(f, FIELD_NOTICE_KINDS, heavier[i]))
			return true;
	}
	return false;
}

/* What was not in the notice cannot be in the decision. */
static bool check_NOT_HARSHER(const struct guard_ctx *g)
{
	const struct facts *f = g->merged;

	if (fact_money(f, FIELD_FINE) > fact_money(f, FIELD_NOTICE_FINE)) {
		err_detail(g->err, "罚款高于告知书所载金额，须重新告知。");
		return false;
	}
	if (new_kind(f)) {
		err_detail(g->err, "处罚种类未在告知书中载明，须重新告知。");
		return false;
	}
	return fact_money(f, FIELD_CONFISCATED_INCOME) + fact_money(f, FIELD_CONFISCATED_GOODS_VALUE) <=
	       fact_money(f, FIELD_NOTICE_CONFISCATE) ||
	       !fact_has(f, FIELD_NOTICE_CONFISCATE);
}

static bool kind_matches(const struct facts *f, const char *kind, bool given)
{
	return fact_list_has(f, FIELD_PENALTY_KINDS, kind) == given;
}

static bool check_OUTCOME_PENALTY(const struct guard_ctx *g)
{
	const struct facts *f = g->payload;

	return fact_list_count(f, FIELD_PENALTY_KINDS) > 0 &&
	       kind_matches(f, "罚款", fact_money(f, FIELD_FINE) > 0) &&
	       kind_matches(f, "没收违法所得", fact_money(f, FIELD_CONFISCATED_INCOME) > 0) &&
	       kind_matches(f, "没收非法财物", fact_has(f, FIELD_CONFISCATED_GOODS));
}

static bool check_ADVISORY_SETTLED(const struct guard_ctx *g)
{
	const struct facts *f = &g->d->facts;

	return (!fact_is(f, FIELD_ADVISORY_LEVEL, "RED") && !fact_is(f, FIELD_ADVISORY_LEVEL, "AMBER")) ||
	       fact_has(f, FIELD_ADVISORY_SETTLED);
}

static bool check_ADVISORY_RAISED(const struct guard_ctx *g)
{
	return fact_is(&g->d->facts, FIELD_ADVISORY_LEVEL, "RED") ||
	       fact_is(&g->d->facts, FIELD_ADVISORY_LEVEL, "AMBER");
}

/* 行政处罚法 36: the act must have been discovered within two (five) years of its end. */
static bool check_WITHIN_LIMITATION(const struct guard_ctx *g)
{
	day_t ended = fact_day(g->merged, FIELD_ACT_ENDED_ON);
	day_t found = fact_day(g->merged, FIELD_DISCOVERED_ON);
	int years = fact_true(g->merged, FIELD_SAFETY_HARM) ? 5 : 2;

	return ended == DAY_NONE || found == DAY_NONE || found <= day_add_months(ended, 12 * years);
}

/* ---- criminal transfer ---- */

static bool transfer_is(const struct guard_ctx *g, const char *state)
{
	return fact_is(&g->d->facts, FIELD_TRANSFER_STATE, state);
}

static bool transfer_pending(const struct guard_ctx *g)
{
	return dossier_open_request(g->d, "criminal_transfer") || transfer_is(g, "已批准") ||
	       transfer_is(g, "已移送公安") || transfer_is(g, "公安已立案");
}

static bool check_NO_CRIMINAL_TRANSFER(const struct guard_ctx *g)
{
	return !transfer_pending(g);
}

static bool check_CRIMINAL_TRANSFER_NONE(const struct guard_ctx *g)
{
	/* On approval the request being approved is the one that is open. */
	return g->in->stage == STAGE_APPROVE || !transfer_pending(g);
}

static bool check_CRIMINAL_TRANSFER_APPROVED(const struct guard_ctx *g)
{
	return transfer_is(g, "已批准");
}

static bool check_CRIMINAL_TRANSFER_SENT(const struct guard_ctx *g)
{
	return transfer_is(g, "已移送公安") || transfer_is(g, "公安已立案");
}

static bool check_CRIMINAL_FILED(const struct guard_ctx *g)
{
	return transfer_is(g, "公安已立案");
}

/* ---- service, payment, enforcement ---- */

static bool check_NO_PENALTY(const struct guard_ctx *g)
{
	return fact_is(&g->d->facts, FIELD_GROUND, "C4a") || fact_is(&g->d->facts, FIELD_GROUND, "C4b");
}

static bool check_CONSENT_ELECTRONIC(const struct guard_ctx *g)
{
	return !fact_is(g->payload, FIELD_SERVICE_METHOD, "电子") ||
	       fact_true(&g->d->facts, FIELD_ELECTRONIC_CONSENT);
}

static bool check_ANNOUNCEMENT_OVER(const struct guard_ctx *g)
{
	const struct clock_entry *c = dossier_clock_const(g->d, "D21", 0);

	if (!fact_is(g->payload, FIELD_SERVICE_METHOD, "公告"))
		return true;
	return c && c->state == CLOCK_RUNNING && g->day >= c->due.lawful;
}

static bool check_SERVED_AFTER_DECISION(const struct guard_ctx *g)
{
	return g->day >= fact_day(&g->d->facts, FIELD_DECIDED_ON);
}

static int64_t total_due(const struct dossier *d)
{
	return money_ordered(&d->facts) + fact_money(&d->facts, FIELD_ADDED_FINE);
}

static bool check_PAID_IN_FULL(const struct guard_ctx *g)
{
	int64_t left = total_due(g->d) - fact_num(&g->d->facts, FIELD_PAID);

	if (left > 0)
		err_detail(g->err, "尚欠 %lld.%02lld 元。", (long long)(left / 100), (long long)(left % 100));
	return left <= 0;
}

static bool check_MONEY_ORDERED(const struct guard_ctx *g)
{
	return money_ordered(&g->d->facts) > 0;
}

static bool check_NOT_OVERPAID(const struct guard_ctx *g)
{
	int64_t amount = fact_money(g->payload, FIELD_AMOUNT);

	return amount > 0 && amount <= total_due(g->d) - fact_num(&g->d->facts, FIELD_PAID);
}

static bool check_ADDED_FINE_CAP(const struct guard_ctx *g)
{
	return fact_money(g->payload, FIELD_ADDED_FINE) <= added_fine_fen(g->d, g->day);
}

static bool check_PAYMENT_OVERDUE(const struct guard_ctx *g)
{
	day_t due = fact_day(&g->d->facts, FIELD_PAY_DUE);

	return due != DAY_NONE && g->day > due && fact_num(&g->d->facts, FIELD_PAID) < total_due(g->d);
}

static bool check_DUN_EXPIRED(const struct guard_ctx *g)
{
	const struct clock_entry *c = dossier_clock_const(g->d, "D27", 0);

	return c && c->state != CLOCK_CANCELLED && g->day > c->due.lawful;
}

static bool check_REMEDIES_OVER(const struct guard_ctx *g)
{
	day_t over = fact_day(&g->d->facts, FIELD_REMEDY_OVER_ON);

	return over != DAY_NONE && g->day > over;
}

static bool check_COURT_WINDOW(const struct guard_ctx *g)
{
	return before_due(g, "D28", 0);
}

static bool check_NO_REMEDY_OPEN(const struct guard_ctx *g)
{
	return !dossier_span_open(g->d, SPAN_REMEDY);
}

static bool check_REMEDY_OPEN(const struct guard_ctx *g)
{
	return dossier_span_open(g->d, SPAN_REMEDY);
}

static bool check_DEFER_LATER(const struct guard_ctx *g)
{
	return fact_day(g->payload, FIELD_DEFERRED_UNTIL) > fact_day(&g->d->facts, FIELD_PAY_DUE);
}

/* ---- closing, publication ---- */

static bool check_GROUND_EXISTS(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_GROUND);
}

static bool check_PUBLISHABLE(const struct guard_ctx *g)
{
	return penalty_publishable(g->d);
}

static bool check_NOT_PUBLISHED(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_PUBLISHED_ON) || fact_has(&g->d->facts, FIELD_WITHDRAWN_ON);
}

static bool check_PUBLISHED(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_PUBLISHED_ON) && !fact_has(&g->d->facts, FIELD_WITHDRAWN_ON);
}

static bool check_SECRECY_REVIEWED(const struct guard_ctx *g)
{
	return fact_true(g->payload, FIELD_SECRECY_REVIEWED);
}

static bool check_OTHER_PROVINCE(const struct guard_ctx *g)
{
	return fact_true(&g->d->facts, FIELD_OTHER_PROVINCE);
}

/* ---- summary procedure, clue ---- */

static bool check_SUMMARY_LIMIT(const struct guard_ctx *g)
{
	const struct facts *f = g->merged;
	int64_t line = fact_true(f, FIELD_PARTY_NATURAL) ? 20000 : 300000; /* 200 and 3 000 yuan, in fen */
	size_t kinds = fact_list_count(f, FIELD_PENALTY_KINDS);
	size_t allowed = (size_t)fact_list_has(f, FIELD_PENALTY_KINDS, "警告") +
			 (size_t)fact_list_has(f, FIELD_PENALTY_KINDS, "罚款");

	return kinds > 0 && kinds == allowed && fact_money(f, FIELD_FINE) <= line &&
	       kind_matches(f, "罚款", fact_money(f, FIELD_FINE) > 0);
}

static bool check_CASH_TAKEN(const struct guard_ctx *g)
{
	return fact_true(&g->d->facts, FIELD_CASH_ON_SPOT);
}

static bool check_TARGET_CLUE(const struct guard_ctx *g)
{
	const struct target *t = g->in->target;

	return t && t->kind == MATTER_CLUE && t->state == STATE_VERIFYING && t->organ == g->in->actor.organ &&
	       t->id != g->in->matter;
}

static bool check_TARGET_CASE(const struct guard_ctx *g)
{
	const struct target *t = g->in->target;

	return t && t->kind == MATTER_CASE && t->organ == g->in->actor.organ && t->id != g->in->matter &&
	       t->state >= STATE_INVESTIGATING && t->state <= STATE_DECIDING;
}

static bool check_DIFFERENT_COUNTERPART(const struct guard_ctx *g)
{
	const char *ours = g->in->actor.organ_name;

	return !ours || !fact_is(g->payload, FIELD_ORGAN_TO, ours);
}

static bool check_COMPLAINT(const struct guard_ctx *g)
{
	return fact_is(&g->d->facts, FIELD_SOURCE, "投诉");
}

static bool check_NO_OPEN_REQUEST(const struct guard_ctx *g)
{
	return dossier_open_request(g->d, g->in->row->code) == NULL;
}

/* ---- the table ---- */

static guard_fn *const checks[GUARD_COUNT] = {
#define GUARD(name, rule, article, message) [GUARD_##name] = check_##name,
#include "law/guard.def"
#undef GUARD
};

static bool is_officer(const struct facts *f, int64_t account)
{
	return account != 0 &&
	       (fact_num(f, FIELD_OFFICER) == account || fact_num(f, FIELD_CO_OFFICER) == account);
}

/* Guards about the person who asks do not bind the person who approves, and officers are named only
 * on the way to approval. */
static bool guard_applies(enum guard guard, enum stage stage)
{
	switch (stage) {
	case STAGE_DO:
	case STAGE_REQUEST:
		return guard != GUARD_OFFICERS_NAMED;
	case STAGE_ENDORSE:
		return guard == GUARD_OFFICERS_NAMED;
	case STAGE_APPROVE:
		return guard != GUARD_CASE_OFFICER && guard != GUARD_REVIEWER_NOT_OFFICER &&
		       guard != GUARD_NO_OPEN_REQUEST;
	case STAGE_RETURN:
		return false;
	}
	return false;
}

static enum err_code refuse(enum guard guard, struct err *err)
{
	char detail[sizeof(err->detail)] = "";

	if (err)
		memcpy(detail, err->detail, sizeof(detail));
	enum err_code code = err_set(err, ERR_LAW, guard_rule(guard), "%s", guard_message(guard));
	err_article(err, guard_article(guard));
	if (detail[0])
		err_detail(err, "%s", detail);
	return code;
}

enum err_code guards_check(const struct law_book *book, const struct dossier *before,
			   const struct act_input *input, const struct facts *payload,
			   const struct facts *merged, struct err *err)
{
	struct guard_ctx g = { .book = book, .d = before, .in = input, .payload = payload, .merged = merged,
			       .day = instant_to_day(input->happened_at), .err = err };

	if (input->stage == STAGE_ENDORSE || input->stage == STAGE_APPROVE) {
		/* Nor may the request make its approver an officer of the case. */
		if (dossier_is_officer(before, input->actor.account) ||
		    is_officer(merged, input->actor.account))
			return refuse(GUARD_APPROVER_NOT_OFFICER, err);
	}
	for (const enum guard *guard = input->row->guards; guard && *guard != GUARD_END; guard++) {
		if (!guard_applies(*guard, input->stage))
			continue;
		if (err)
			err->detail[0] = '\0';
		if (!checks[*guard](&g))
			return refuse(*guard, err);
	}
	if (err)
		err->detail[0] = '\0';
	return ERR_OK;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Guards from the review to the closing of the case: one small predicate per rule of guard.def. */
#include "law/guards.h"

/* ---- review, notice, hearing ---- */

bool guard_check_REVIEW_KIND(const struct guard_ctx *g)
{
	return !legal_review_needed(g->merged) || fact_is(g->merged, FIELD_REVIEW_KIND, "法制审核");
}

bool guard_check_PROPOSES_PENALTY(const struct guard_ctx *g)
{
	return fact_is(&g->d->facts, FIELD_PROPOSED_OUTCOME, "给予行政处罚");
}

bool guard_check_HEARING_RIGHT_TOLD(const struct guard_ctx *g)
{
	return fact_true(g->payload, FIELD_HEARING_RIGHT) || !hearing_threshold(g->book, g->merged, g->day);
}

bool guard_check_HEARING_RIGHT(const struct guard_ctx *g)
{
	return fact_true(&g->d->facts, FIELD_HEARING_RIGHT);
}

bool guard_check_WITHIN_NOTICE_PERIOD(const struct guard_ctx *g)
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

bool guard_check_HEARING_NOTICE_LEAD(const struct guard_ctx *g)
{
	return lead_kept(g, fact_day(g->payload, FIELD_HEARING_ON), 7);
}

bool guard_check_HEARING_ANNOUNCE_LEAD(const struct guard_ctx *g)
{
	return lead_kept(g, fact_day(&g->d->facts, FIELD_HEARING_ON), 3);
}

bool guard_check_HEARING_HOSTED(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_HEARING_HOST);
}

bool guard_check_HEARING_NOTIFIED(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_HEARING_NOTICED_ON) &&
	       g->day >= fact_day(&g->d->facts, FIELD_HEARING_ON);
}

bool guard_check_HEARING_HELD(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_HEARING_HELD_ON);
}

bool guard_check_HEARING_NOT_HELD(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_HEARING_HELD_ON);
}

bool guard_check_STATEMENT_GIVEN(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_STATEMENT_ON);
}

bool guard_check_DISCUSSION_MEMBERS(const struct guard_ctx *g)
{
	return (int64_t)fact_list_count(g->payload, FIELD_MEMBERS) >= law_book_limit(g->book, "DISCUSSION_MEMBERS", g->day);
}

/* ---- decision ---- */

bool guard_check_NOTICE_PERIOD_OVER(const struct guard_ctx *g)
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

bool guard_check_REVIEW_PASSED(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_REVIEW_PASSED_ON);
}

bool guard_check_LEGAL_REVIEW_PASSED(const struct guard_ctx *g)
{
	return !legal_review_needed(g->merged) || fact_has(&g->d->facts, FIELD_LEGAL_REVIEWED_ON);
}

bool guard_check_DISCUSSED(const struct guard_ctx *g)
{
	return !legal_review_needed(g->merged) || fact_has(&g->d->facts, FIELD_DISCUSSED_ON);
}

bool guard_check_STATEMENT_REVIEWED(const struct guard_ctx *g)
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
bool guard_check_NOT_HARSHER(const struct guard_ctx *g)
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

bool guard_kind_matches(const struct facts *f, const char *kind, bool given)
{
	return fact_list_has(f, FIELD_PENALTY_KINDS, kind) == given;
}

bool guard_check_OUTCOME_PENALTY(const struct guard_ctx *g)
{
	const struct facts *f = g->payload;

	return fact_list_count(f, FIELD_PENALTY_KINDS) > 0 &&
	       guard_kind_matches(f, "罚款", fact_money(f, FIELD_FINE) > 0) &&
	       guard_kind_matches(f, "没收违法所得", fact_money(f, FIELD_CONFISCATED_INCOME) > 0) &&
	       guard_kind_matches(f, "没收非法财物", fact_has(f, FIELD_CONFISCATED_GOODS));
}

bool guard_check_ADVISORY_SETTLED(const struct guard_ctx *g)
{
	const struct facts *f = &g->d->facts;

	if (!fact_is(f, FIELD_ADVISORY_LEVEL, "RED") && !fact_is(f, FIELD_ADVISORY_LEVEL, "AMBER"))
		return true;
	/* To say "transfer" is not yet to transfer. */
	if (fact_is(f, FIELD_ADVISORY_SETTLED, "移送"))
		return fact_has(f, FIELD_TRANSFER_STATE);
	return fact_has(f, FIELD_ADVISORY_SETTLED);
}

/* What the officer records settles an AMBER; against a RED only the principal decides. */
bool guard_check_ADVISORY_OVERRIDE(const struct guard_ctx *g)
{
	return fact_is(g->payload, FIELD_TRANSFER_CHOICE, "移送") || !fact_is(&g->d->facts, FIELD_ADVISORY_LEVEL, "RED");
}

bool guard_check_ADVISORY_RAISED(const struct guard_ctx *g)
{
	return fact_is(&g->d->facts, FIELD_ADVISORY_LEVEL, "RED") ||
	       fact_is(&g->d->facts, FIELD_ADVISORY_LEVEL, "AMBER");
}

/* 行政处罚法 36: the act must have been discovered within two (five) years of its end. */
bool guard_check_WITHIN_LIMITATION(const struct guard_ctx *g)
{
	day_t ended = fact_day(g->merged, FIELD_ACT_ENDED_ON);
	day_t found = fact_day(g->merged, FIELD_DISCOVERED_ON);
	int years = fact_true(g->merged, FIELD_SAFETY_HARM) ? 5 : 2;

	return ended == DAY_NONE || found == DAY_NONE || found <= day_add_months(ended, 12 * years);
}

/* ---- criminal transfer ---- */

bool guard_check_NO_CRIMINAL_TRANSFER(const struct guard_ctx *g)
{
	return !transfer_pending(&g->d->facts);
}

/* 310号令 11(2), 公通字〔2016〕16号 6: what stops the harm may go on; money waits for the court. */
bool guard_check_TRANSFER_NO_FINE(const struct guard_ctx *g)
{
	static const char *const allowed[] = { "责令停产停业", "暂扣许可证件", "吊销许可证件" };
	size_t known = 0;

	if (!transfer_pending(&g->d->facts))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		known += fact_list_has(g->payload, FIELD_PENALTY_KINDS, allowed[i]);
	return known > 0 && known == fact_list_count(g->payload, FIELD_PENALTY_KINDS);
}

bool guard_check_TRANSFER_SIGNED(const struct guard_ctx *g)
{
	return g->in->stage != STAGE_APPROVE || !transfer_pending(&g->d->facts) ||
	       (g->in->actor.roles & ROLE_PRINCIPAL);
}

bool guard_check_NO_FINE_AFTER_FINE(const struct guard_ctx *g)
{
	return fact_money(&g->d->facts, FIELD_CRIMINAL_FINE) == 0 || fact_money(g->payload, FIELD_FINE) == 0;
}

bool guard_check_NO_OPEN_HANDOFF(const struct guard_ctx *g)
{
	return !transfer_pending(&g->d->facts);
}

bool guard_check_CLOSED_BY_HANDOFF(const struct guard_ctx *g)
{
	return !transfer_pending(&g->d->facts) || fact_is(&g->d->facts, FIELD_GROUND, "C4d");
}

bool guard_check_TRANSFER_RETURNED(const struct guard_ctx *g)
{
	return transfer_returned(&g->d->facts);
}

/* One at a time: asked when a hand-over to the police is opened. */
bool guard_check_CRIMINAL_TRANSFER_NONE(const struct guard_ctx *g)
{
	bool opens = fact_is(g->payload, FIELD_CHANNEL, "c1") && fact_is(g->payload, FIELD_HANDOFF_EVENT, "opened");

	return !opens || !transfer_pending(&g->d->facts);
}

bool guard_check_CRIMINAL_TRANSFER_SENT(const struct guard_ctx *g)
{
	const struct facts *f = &g->d->facts;

	return transfer_pending(f) && !fact_is(f, FIELD_TRANSFER_STATE, "拟移送") &&
	       !fact_is(f, FIELD_TRANSFER_STATE, "已批准");
}

/* ---- service, payment, enforcement ---- */

bool guard_check_NO_PENALTY(const struct guard_ctx *g)
{
	return fact_is(&g->d->facts, FIELD_GROUND, "C4a") || fact_is(&g->d->facts, FIELD_GROUND, "C4b");
}

bool guard_check_CONSENT_ELECTRONIC(const struct guard_ctx *g)
{
	return !fact_is(g->payload, FIELD_SERVICE_METHOD, "电子") ||
	       fact_true(&g->d->facts, FIELD_ELECTRONIC_CONSENT);
}

bool guard_check_ANNOUNCEMENT_OVER(const struct guard_ctx *g)
{
	const struct clock_entry *c = dossier_clock_const(g->d, "D21", 0);

	if (!fact_is(g->payload, FIELD_SERVICE_METHOD, "公告"))
		return true;
	return c && c->state == CLOCK_RUNNING && g->day >= c->due.lawful;
}

bool guard_check_SERVED_AFTER_DECISION(const struct guard_ctx *g)
{
	return g->day >= fact_day(&g->d->facts, FIELD_DECIDED_ON);
}

static int64_t total_due(const struct dossier *d)
{
	return money_ordered(&d->facts) + fact_money(&d->facts, FIELD_ADDED_FINE);
}

bool guard_check_PAID_IN_FULL(const struct guard_ctx *g)
{
	int64_t left = total_due(g->d) - fact_num(&g->d->facts, FIELD_PAID);

	if (left > 0)
		err_detail(g->err, "尚欠 %lld.%02lld 元。", (long long)(left / 100), (long long)(left % 100));
	return left <= 0;
}

bool guard_check_MONEY_ORDERED(const struct guard_ctx *g)
{
	return money_ordered(&g->d->facts) > 0;
}

bool guard_check_NOT_OVERPAID(const struct guard_ctx *g)
{
	int64_t amount = fact_money(g->payload, FIELD_AMOUNT);

	return amount > 0 && amount <= total_due(g->d) - fact_num(&g->d->facts, FIELD_PAID);
}

bool guard_check_ADDED_FINE_CAP(const struct guard_ctx *g)
{
	return fact_money(g->payload, FIELD_ADDED_FINE) <= added_fine_fen(g->book, g->d, g->day);
}

bool guard_check_PAYMENT_OVERDUE(const struct guard_ctx *g)
{
	day_t due = fact_day(&g->d->facts, FIELD_PAY_DUE);

	return due != DAY_NONE && g->day > due && fact_num(&g->d->facts, FIELD_PAID) < total_due(g->d);
}

bool guard_check_DUN_EXPIRED(const struct guard_ctx *g)
{
	const struct clock_entry *c = dossier_clock_const(g->d, "D27", 0);

	return c && c->state != CLOCK_CANCELLED && g->day > c->due.lawful;
}

/* The party may still sue on the working day to which its last day rolls. */
bool guard_check_REMEDIES_OVER(const struct guard_ctx *g)
{
	day_t over = fact_day(&g->d->facts, FIELD_REMEDY_OVER_ON);
	bool provisional = false;

	return over != DAY_NONE && calendar_roll(&g->book->calendar, over, &over, &provisional, NULL) == ERR_OK &&
	       g->day > over;
}

bool guard_check_COURT_WINDOW(const struct guard_ctx *g)
{
	return guard_before_due(g, "D28", 0);
}

bool guard_check_NO_REMEDY_OPEN(const struct guard_ctx *g)
{
	return !dossier_span_open(g->d, SPAN_REMEDY);
}

bool guard_check_REMEDY_OPEN(const struct guard_ctx *g)
{
	return dossier_span_open(g->d, SPAN_REMEDY);
}

bool guard_check_DEFER_LATER(const struct guard_ctx *g)
{
	return fact_day(g->payload, FIELD_DEFERRED_UNTIL) > fact_day(&g->d->facts, FIELD_PAY_DUE);
}

/* ---- closing ---- */

bool guard_check_GROUND_EXISTS(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_GROUND);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Guards of a disclosure: one small predicate per rule of guard.def. */
#include <stdio.h>

#include "law/disclosure.h"
#include "law/guards.h"
#include "law/redaction.h"

enum { PARTIES_MAX = 50 };

/* ---- before it is public ---- */

bool guard_check_REVIEWER_NOT_DRAFTER(const struct guard_ctx *g)
{
	return g->in->actor.account != fact_num(&g->d->facts, FIELD_PREPARED_BY);
}

bool guard_check_NOT_SENSITIVE(const struct guard_ctx *g)
{
	return !fact_true(&g->d->facts, FIELD_SENSITIVE);
}

bool guard_check_SECRECY_REVIEWED(const struct guard_ctx *g)
{
	return fact_true(g->payload, FIELD_SECRECY_REVIEWED);
}

/* What would be public with the cuts as they are after the act. */
static enum err_code rebuild(const struct guard_ctx *g, struct arena *arena, struct disclosure_summary *summary,
			     const char **ret_text, struct err *why)
{
	struct sv original = sv_of(fact_text(g->merged, FIELD_DECISION_TEXT));
	struct redaction_cuts cuts;
	enum err_code code;

	disclosure_summary(arena, g->merged, g->in->actor.organ_name, NULL, summary);
	const struct redaction_items items = {
		.decision_no = summary->decision_no, .parties = summary->names, .violation = summary->violation,
		.penalty = summary->penalty, .organ = summary->organ, .decided_on = summary->decided_on,
	};
	if ((code = redaction_read(arena, sv_of(fact_text(g->merged, FIELD_CUTS)), &cuts, why)) != ERR_OK ||
	    (code = redaction_check(arena, original, &cuts, &items, why)) != ERR_OK)
		return code;
	*ret_text = redaction_apply(arena, original, &cuts);
	return *ret_text ? ERR_OK : err_set(why, ERR_TOO_LARGE, "redaction-text", "决定书文本过长");
}

bool guard_check_CUTS_VALID(const struct guard_ctx *g)
{
	struct arena arena = ARENA_INIT(0);
	struct disclosure_summary summary;
	struct err why = ERR_INIT;
	const char *text;
	bool valid = rebuild(g, &arena, &summary, &text, &why) == ERR_OK;

	arena_fini(&arena);
	if (!valid)
		err_detail(g->err, "%s", why.message);
	return valid;
}

/* Nothing that the matter itself knows to be private is left, in the text or in the summary. */
static enum err_code clean(const struct guard_ctx *g, struct arena *arena, struct err *why)
{
	struct redaction_known known = { .natural = false };
	struct disclosure_summary s;
	const char *text;
	enum err_code code = rebuild(g, arena, &s, &text, why);

	if (code != ERR_OK)
		return code;
	redaction_know_parties(&known, arena, g->merged);
	redaction_know_facts(&known, arena, g->merged);
	const char *const texts[] = { text, s.party, s.violation, s.penalty };
	for (size_t i = 0; code == ERR_OK && i < ARRAY_LEN(texts); i++) {
		const char *shown = i > 0 ? redaction_clean(arena, sv_of(texts[i])) : texts[i];
		code = shown ? redaction_guard(arena, sv_of(shown), &known, why)
			     : err_set(why, ERR_INVALID, "redaction-text", "摘要含有无法显示的字符");
	}
	return code;
}

bool guard_check_TEXT_CLEAN(const struct guard_ctx *g)
{
	struct arena arena = ARENA_INIT(0);
	struct err why = ERR_INIT;
	bool good = clean(g, &arena, &why) == ERR_OK;

	arena_fini(&arena);
	if (!good)
		err_detail(g->err, "%s", why.message);
	return good;
}

bool guard_check_SUMMARY_COMPLETE(const struct guard_ctx *g)
{
	struct arena arena = ARENA_INIT(0);
	struct disclosure_summary s;

	/* The organ is the actor's own where nobody looked up its name. */
	disclosure_summary(&arena, g->merged, g->in->actor.organ_name ? g->in->actor.organ_name : "本机关", NULL, &s);
	const char *missing = disclosure_summary_missing(&s);
	arena_fini(&arena);
	if (missing)
		err_detail(g->err, "缺少“%s”。", missing);
	return !missing;
}

/* Order 45 art. 8: with service the party is told in writing that it will be published. Another organ's decision was
 * served there. */
bool guard_check_PARTY_TOLD(const struct guard_ctx *g)
{
	const struct facts *f = &g->d->facts;
	day_t told = fact_day(f, FIELD_SERVED_ON), announced = fact_day(f, FIELD_ANNOUNCED_ON);

	if (fact_has(f, FIELD_AGENCY) || law_book_limit(g->book, "PUBLISH_AFTER_SERVICE", g->day) == 0)
		return true;
	/* An announcement of the notice, before the decision, tells nothing of it. */
	if (told == DAY_NONE && announced != DAY_NONE && announced >= fact_day(f, FIELD_DECIDED_ON))
		told = announced;
	return told != DAY_NONE && told <= g->day;
}

/* Years of the birth date in a citizen number of 18 or 15 digits. */
static bool born_on(const char *id, day_t *ret)
{
	size_t n = strlen(id), at = 6, digits = n == 15 ? 6 : 8;
	char iso[11];

	if (n != 15 && n != 18)
		return false;
	for (size_t i = 0; i < digits; i++) {
		if (id[at + i] < '0' || id[at + i] > '9')
			return false;
	}
	if (n == 15)
		snprintf(iso, sizeof(iso), "19%.2s-%.2s-%.2s", id + at, id + at + 2, id + at + 4);
	else
		snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2s", id + at, id + at + 4, id + at + 6);
	return day_parse_iso(sv_of(iso), ret);
}

bool guard_check_NOT_MINOR(const struct guard_ctx *g)
{
	struct arena arena = ARENA_INIT(0);
	int months = 12 * (int)law_book_limit(g->book, "ADULT_YEARS", g->day);
	day_t decided = fact_day(g->merged, FIELD_DECIDED_ON), born;
	bool minor = fact_true(g->merged, FIELD_MINOR);
	struct party *parties = arena_array(&arena, struct party, PARTIES_MAX);
	size_t n = parties_list(&arena, g->merged, parties, PARTIES_MAX);

	for (size_t i = 0; i < n && !minor; i++)
		minor = parties[i].natural && born_on(parties[i].id_number, &born) &&
			day_add_months(born, months) > decided;
	arena_fini(&arena);
	return !minor;
}

bool guard_check_SAME_PROVINCE(const struct guard_ctx *g)
{
	return !fact_true(&g->d->facts, FIELD_OTHER_PROVINCE) || fact_has(&g->d->facts, FIELD_AGENCY);
}

bool guard_check_OTHER_PROVINCE(const struct guard_ctx *g)
{
	return fact_true(&g->d->facts, FIELD_OTHER_PROVINCE);
}

bool guard_check_OWN_DECISION(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_AGENCY);
}

bool guard_check_DECIDED_BEFORE(const struct guard_ctx *g)
{
	return fact_day(g->payload, FIELD_DECIDED_ON) <= g->day && fact_day(g->payload, FIELD_SERVED_ON) <= g->day;
}

bool guard_check_PUBLISHABLE(const struct guard_ctx *g)
{
	return disclosure_required(g->payload);
}

/* ---- what overturns it ---- */

bool guard_check_OVERTURNING(const struct guard_ctx *g)
{
	return disclosure_overturns(g->payload);
}

/* Withdrawn because of an error only, the duty to publish goes on. */
bool guard_check_DECISION_STANDS(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_OVERTURNED_ON);
}

/* ---- the end of the period ---- */

bool guard_check_STOP_DAY(const struct guard_ctx *g)
{
	day_t due = fact_day(&g->d->facts, FIELD_STOP_DUE);
	char text[11];

	if (due == DAY_NONE)
		return false;
	day_format(due, text);
	err_detail(g->err, "公示期满日为 %s。", text);
	return g->day >= due;
}

/* Other ends have acts of their own. */
bool guard_check_STOP_GROUNDED(const struct guard_ctx *g)
{
	const struct clock_entry *c = dossier_clock_const(g->d, "D40c", 0);

	if (fact_is(g->payload, FIELD_STOP_REASON, "其他部门修复"))
		return c && c->state == CLOCK_RUNNING;
	if (fact_is(g->payload, FIELD_STOP_REASON, "破产重整"))
		return g->d->state == STATE_SHIELDED;
	return fact_is(g->payload, FIELD_STOP_REASON, "当事人注销");
}

bool guard_check_SHIELD_REQUESTED(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_SHIELD_REQUESTED_ON);
}

/* ---- credit repair ---- */

/* For another province the period runs there; ours counts from the push. */
static bool window_of(const struct guard_ctx *g, struct disclosure_window *w)
{
	const struct facts *f = g->merged;
	day_t from = fact_day(f, FIELD_PUBLISHED_FROM);

	if (from == DAY_NONE)
		from = fact_has(f, FIELD_RECEIVER_PUBLISHED_ON) ? fact_day(f, FIELD_RECEIVER_PUBLISHED_ON)
								  : fact_day(f, FIELD_PUSHED_ON);
	return disclosure_window(g->book, f, from, w);
}

bool guard_check_REPAIR_NOT_REVOKED(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_REPAIR_REVOKED_ON);
}

bool guard_check_REPAIR_NEEDED(const struct guard_ctx *g)
{
	struct disclosure_window w;

	return window_of(g, &w) && w.class != DISCLOSURE_CLASS_MINOR;
}

bool guard_check_REPAIR_ALLOWED(const struct guard_ctx *g)
{
	struct disclosure_window w;

	return window_of(g, &w) && w.repairable;
}

bool guard_check_REPAIR_MONTHS(const struct guard_ctx *g)
{
	struct disclosure_window w;
	char text[11];

	if (!window_of(g, &w) || !w.repairable)
		return false;
	day_format(w.repair_from, text);
	err_detail(g->err, "自 %s 起可以受理。", text);
	return g->day >= w.repair_from;
}

bool guard_check_RESTRICTION_OVER(const struct guard_ctx *g)
{
	struct disclosure_window w;
	day_t until = fact_day(g->merged, FIELD_RESTRICTION_UNTIL);

	if (until != DAY_NONE)
		return g->day > until;
	err_detail(g->err, "决定的限制期限届满日尚未登记。");
	return window_of(g, &w) && w.class != DISCLOSURE_CLASS_SEVERE_B;
}

bool guard_check_MISSING_ONCE(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_REPAIR_MISSING);
}

bool guard_check_MISSING_LISTED(const struct guard_ctx *g)
{
	const struct clock_entry *c = dossier_clock_const(g->d, "D38", 0);

	return fact_has(&g->d->facts, FIELD_REPAIR_MISSING) && c && c->state != CLOCK_RUNNING;
}

bool guard_check_REPAIR_NOT_ACCEPTED(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_REPAIR_ACCEPTED_ON);
}

bool guard_check_REPAIR_ACCEPTED(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_REPAIR_ACCEPTED_ON);
}

bool guard_check_REPAIR_UNDECIDED(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_REPAIR_DECIDED_ON);
}

bool guard_check_REPAIR_NOT_EXTENDED(const struct guard_ctx *g)
{
	return !fact_true(&g->d->facts, FIELD_REPAIR_EXTENDED);
}

bool guard_check_REPAIR_BEFORE_DUE(const struct guard_ctx *g)
{
	return guard_before_due(g, "D39", 0);
}

bool guard_check_REPAIR_PERFORMED(const struct guard_ctx *g)
{
	day_t on = fact_day(g->merged, FIELD_PERFORMED_ON);

	return on != DAY_NONE && on <= g->day;
}

bool guard_check_REPAIR_CORRECTED(const struct guard_ctx *g)
{
	return fact_true(g->payload, FIELD_CORRECTED);
}

bool guard_check_REPAIR_NOT_AGAIN(const struct guard_ctx *g)
{
	return fact_true(g->payload, FIELD_NOT_AGAIN);
}

bool guard_check_REPAIR_GRANTED(const struct guard_ctx *g)
{
	return fact_is(&g->d->facts, FIELD_REPAIR_RESULT, "准予");
}

bool guard_check_REPAIR_DONE(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_REPAIR_DONE_ON);
}

/* ---- the list of the seriously untrustworthy ---- */

bool guard_check_NOT_LISTED(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_LISTED_ON);
}

bool guard_check_LISTED(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_LISTED_ON);
}

bool guard_check_LIST_NOT_PUBLISHED(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_LIST_PUBLISHED_ON);
}

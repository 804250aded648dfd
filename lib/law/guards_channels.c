/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Guards of the channels C2 to C9. What an organ must have prepared before it tells is asked where it is told, never of
 * a paper that our officer registers for another organ. The linked clue or case is judged by act_input.target, where the
 * caller resolved it: the matter that the act's own field names, else the one that the hand-over is linked to. */
#include "law/agreement.h"
#include "law/enforcement.h"
#include "law/guards.h"

/* ---- helpers ---- */

/* Another organ's act on paper: its own preparation is its own affair. */
static bool others_paper(const struct guard_ctx *g)
{
	return procedure_registers(g->d, g->in->row);
}

/* The matter that this field names, when the caller resolved it. */
static const struct target *linked(const struct guard_ctx *g, enum field field)
{
	const struct target *t = g->in->target;

	return t && fact_has(g->merged, field) && t->id == fact_num(g->merged, field) ? t : NULL;
}

static bool is_undecided(const struct target *t)
{
	return t->kind == MATTER_CASE && t->state >= STATE_INVESTIGATING && t->state <= STATE_DECIDING;
}

static bool own_matter(const struct guard_ctx *g, const struct target *t)
{
	return t->organ == g->in->actor.organ;
}

static bool kind_is(const struct guard_ctx *g, const char *kind)
{
	return fact_is(&g->d->facts, FIELD_ASSIST_KIND, kind);
}

static void explain_day(const struct guard_ctx *g, const char *what, day_t day)
{
	char text[11];

	day_format(day, text);
	err_detail(g->err, "%s%s。", what, text);
}

/* ---- C2: who has jurisdiction ---- */

bool guard_check_MARKET_MATCHES(const struct guard_ctx *g)
{
	const struct organ *peer = g->in->peer;

	return !peer || !peer->kind || fact_true(g->merged, FIELD_MARKET) == (strcmp(peer->kind, "bureau") == 0);
}

bool guard_check_SOURCE_TRANSFERABLE(const struct guard_ctx *g)
{
	const struct target *clue = linked(g, FIELD_CLUE), *found = linked(g, FIELD_CASE);

	if (clue && (clue->kind != MATTER_CLUE || clue->state != STATE_VERIFYING || !own_matter(g, clue)))
		return false;
	return !found || (is_undecided(found) && own_matter(g, found));
}

bool guard_check_OTHER_DEPARTMENT(const struct guard_ctx *g)
{
	return !fact_true(&g->d->facts, FIELD_MARKET);
}

bool guard_check_MARKET_ONLY(const struct guard_ctx *g)
{
	return fact_true(&g->d->facts, FIELD_MARKET);
}

bool guard_check_NOT_DESIGNATED(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_DESIGNATED);
}

bool guard_check_IN_DISPUTE(const struct guard_ctx *g)
{
	return g->d->state == STATE_DISPUTED;
}

/* The region of an organ as the directory knows it, else the digits with which its code begins; "" when there are none. */
static void organ_region(const struct organ *known, const char *code, char ret[REGION_CODE_SIZE])
{
	size_t n = REGION_CODE_SIZE - 1;

	ret[0] = '\0';
	if (known && strcmp(known->code, code) == 0 && known->region && strlen(known->region) == n)
		memcpy(ret, known->region, n + 1);
	else if (strspn(code, "0123456789") == n) {
		memcpy(ret, code, n);
		ret[n] = '\0';
	}
}

/* Is one of the copies that the directory knows a market organ of this region? */
static bool copies_region(const struct act_input *in, const char *region)
{
	for (size_t i = 0; i < in->copy_count; i++) {
		const struct organ *o = in->copies[i];
		if (o->kind && strcmp(o->kind, "bureau") == 0 && o->region && strcmp(o->region, region) == 0)
			return true;
	}
	return false;
}

/* Does the list of organs name one of this region? Codes without a region are let pass. */
static bool names_region(const struct facts *f, const char *region)
{
	const char *list = fact_text(f, FIELD_COPY_TO);
	bool unknown = false;

	for (const char *at = strchr(list, '"'); at; at = strchr(at + 1, '"')) {
		size_t digits = strspn(at + 1, "0123456789");
		if (digits == REGION_CODE_SIZE - 1 && strncmp(at + 1, region, digits) == 0)
			return true;
		unknown = unknown || (at[1] >= 'a' && at[1] <= 'z');
		at = strchr(at + 1, '"'); /* the end of this one */
		if (!at)
			break;
	}
	return unknown;
}

bool guard_check_SUPERIOR_COMMON(const struct guard_ctx *g)
{
	const struct facts *f = &g->d->facts;
	const char *own_code = g->in->own ? g->in->own->code : fact_text(f, FIELD_OWN_ORGAN);
	char own[REGION_CODE_SIZE], peer[REGION_CODE_SIZE], region[REGION_CODE_SIZE];

	organ_region(g->in->own, own_code, own);
	organ_region(g->in->peer, fact_text(f, FIELD_PEER), peer);
	if (!common_superior(g->book, own, peer, region) ||
	    (g->in->copies ? copies_region(g->in, region) : names_region(g->payload, region)))
		return true;
	err_detail(g->err, "双方共同的上一级在%s（%s）。", region_zh(g->book, region), region);
	return false;
}

bool guard_check_DESIGNATED_NEXT(const struct guard_ctx *g)
{
	return !fact_is(g->payload, FIELD_DESIGNATED, "其他机关") || fact_has(g->payload, FIELD_DESIGNATED_NAME);
}

/* ---- what comes in ---- */

bool guard_check_ITEMS_EQUAL(const struct guard_ctx *g)
{
	int64_t listed = fact_num(g->merged, FIELD_ITEMS_LISTED);
	int64_t received = fact_num(g->payload, FIELD_ITEMS_RECEIVED);

	err_detail(g->err, "清单%lld件，实收%lld件。", (long long)listed, (long long)received);
	return listed == received;
}

bool guard_check_ITEMS_EQUAL_OR_TOLD(const struct guard_ctx *g)
{
	return fact_has(g->payload, FIELD_DIFFERENCES) || guard_check_ITEMS_EQUAL(g);
}

/* Goods that came with the matter lost the measure they were under. */
bool guard_check_GOODS_SETTLED(const struct guard_ctx *g)
{
	return others_paper(g) || fact_num(g->merged, FIELD_ITEMS_RECEIVED) == 0 ||
	       (fact_has(g->merged, FIELD_GOODS_HANDLING) &&
		!fact_is(g->merged, FIELD_GOODS_HANDLING, "没有随案物品"));
}

bool guard_check_KIND_VERIFIES(const struct guard_ctx *g)
{
	return channel_verifies(&g->d->facts);
}

bool guard_check_LINK_GIVEN(const struct guard_ctx *g)
{
	return fact_has(g->payload, FIELD_CLUE) || fact_has(g->payload, FIELD_CASE);
}

bool guard_check_LINK_STATE(const struct guard_ctx *g)
{
	const struct target *clue = linked(g, FIELD_CLUE), *found = linked(g, FIELD_CASE);

	if (clue && (clue->kind != MATTER_CLUE || !own_matter(g, clue) ||
		     (clue->state != STATE_VERIFYING && clue->state != STATE_CLUE_FILED)))
		return false;
	return !found || (is_undecided(found) && own_matter(g, found));
}

bool guard_check_REOPENS_CASE(const struct guard_ctx *g)
{
	const struct target *t = linked(g, FIELD_CASE);

	return !t || (t->kind == MATTER_CASE && own_matter(g, t));
}

bool guard_check_RESULT_UNLINKED(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_LINKED_ON);
}

bool guard_check_RESULT_NAMED(const struct guard_ctx *g)
{
	return !fact_is(g->merged, FIELD_COURT_KIND, "诉讼结果") || fact_has(g->merged, FIELD_REMEDY_RESULT);
}

static bool never_extended(const struct guard_ctx *g, const char *rule)
{
	const struct clock_entry *c = dossier_clock_const(g->d, rule, 0);

	return !c || c->extra == 0;
}

bool guard_check_VERIFY_NOT_EXTENDED(const struct guard_ctx *g)
{
	return never_extended(g, "C2.1");
}

bool guard_check_VERIFY_BEFORE_DUE(const struct guard_ctx *g)
{
	return guard_before_due(g, "C2.1", 0);
}

bool guard_check_EXTENSION_APPROVED(const struct guard_ctx *g)
{
	return others_paper(g) || fact_has(&g->d->facts, FIELD_EXTENSION_ON);
}

bool guard_check_LINKED_CASE(const struct guard_ctx *g)
{
	const struct target *t = linked(g, FIELD_CASE);

	if (others_paper(g))
		return true;
	return fact_has(&g->d->facts, FIELD_CASE) && (!t || (t->kind == MATTER_CASE && t->state != STATE_WITHDRAWN));
}

bool guard_check_LINKED_DECLINED(const struct guard_ctx *g)
{
	const struct target *t = linked(g, FIELD_CLUE);

	if (others_paper(g))
		return true;
	return fact_has(&g->d->facts, FIELD_CLUE) && (!t || (t->kind == MATTER_CLUE && t->state == STATE_DECLINED));
}

bool guard_check_LINKED_DECIDED(const struct guard_ctx *g)
{
	const struct target *t = linked(g, FIELD_CASE);

	return fact_has(&g->d->facts, FIELD_CASE) && (!t || (t->kind == MATTER_CASE && t->state > STATE_DECIDING));
}

/* Our own copy knows more than was told: filed is not decided. */
bool guard_check_RESULT_KNOWN(const struct guard_ctx *g)
{
	const struct facts *f = &g->d->facts;

	if (others_paper(g))
		return true;
	switch (g->d->state) {
	case STATE_HANDOFF_ACCEPTED:
		return channel_advises(f);
	case STATE_MUST_TRANSFER:
		return g->d->procedure != PROCEDURE_C4 || fact_has(f, FIELD_HANDOFF);
	case STATE_LITIGATION_RESULT:
		return fact_has(f, FIELD_LINKED_ON);
	case STATE_HANDOFF_FILED:
	case STATE_INTERIM_REPLIED:
		return false;
	default:
		return true;
	}
}

bool guard_check_HANDOFF_LASTS(const struct guard_ctx *g)
{
	return others_paper(g) || state_info(g->d->state)->open;
}

/* ---- our own term ---- */

bool guard_check_TERM_PASSED(const struct guard_ctx *g)
{
	static const char *const rules[] = { "C4.1", "C4.1b", "C5.1", "C5.1b" };

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		const struct clock_entry *c = dossier_clock_const(g->d, rules[i], 0);
		if (c && c->state == CLOCK_RUNNING && g->in->happened_at >= c->due.at)
			return true;
	}
	return false;
}

bool guard_check_TERM_WARNED(const struct guard_ctx *g)
{
	return fact_has(&g->d->facts, FIELD_WARNED_ON);
}

/* ---- C6 ---- */

bool guard_check_CASE_PERFORMING(const struct guard_ctx *g)
{
	const struct target *t = linked(g, FIELD_CASE);

	return !t || (t->kind == MATTER_CASE && t->state == STATE_PERFORMING && own_matter(g, t));
}

bool guard_check_COURT_ELIGIBLE(const struct guard_ctx *g)
{
	struct enforcement_facts days = channel_enforcement(g->merged);
	struct enforcement_window w;

	if (enforcement_window(g->book, &days, &w, NULL) != ERR_OK) {
		err_detail(g->err, "请核对决定书送达日期等日期。");
		return false;
	}
	day_t over = days.deferred_until > w.over.lawful ? days.deferred_until : w.over.lawful;
	explain_day(g, "期限届满日为 ", over);
	return g->day > over;
}

bool guard_check_COURT_DUNNED(const struct guard_ctx *g)
{
	day_t from = fact_day(&g->d->facts, FIELD_COURT_FROM);

	if (from == DAY_NONE)
		return false;
	explain_day(g, "可以申请之日为 ", from);
	return g->day >= from;
}

bool guard_check_COURT_IN_TIME(const struct guard_ctx *g)
{
	explain_day(g, "申请期限届满日为 ", fact_day(&g->d->facts, FIELD_COURT_UNTIL));
	return g->day <= fact_day(&g->d->facts, FIELD_COURT_UNTIL) || fact_has(g->merged, FIELD_LATE_REASON);
}

bool guard_check_COURT_WINDOW_PAST(const struct guard_ctx *g)
{
	explain_day(g, "申请期限届满日为 ", fact_day(&g->d->facts, FIELD_COURT_UNTIL));
	return g->day > fact_day(&g->d->facts, FIELD_COURT_UNTIL);
}

bool guard_check_COURT_REVIEW_IN_TIME(const struct guard_ctx *g)
{
	return guard_before_due(g, "C6.7", 0);
}

bool guard_check_RULING_REFUSED(const struct guard_ctx *g)
{
	return fact_is(&g->d->facts, FIELD_COURT_RULING, "不予受理");
}

bool guard_check_RULING_DENIED(const struct guard_ctx *g)
{
	return fact_is(&g->d->facts, FIELD_COURT_RULING, "不准予执行");
}

/* On the case: one way to the court at a time. */
bool guard_check_NO_COURT_HANDOFF(const struct guard_ctx *g)
{
	return !fact_true(&g->d->facts, FIELD_COURT_HANDOFF);
}

/* ---- C7 ---- */

bool guard_check_AGREED_NOT_LATER(const struct guard_ctx *g)
{
	return fact_day(g->payload, FIELD_AGREED_ON) <= g->day;
}

bool guard_check_AGREEMENT_CONFIRMABLE(const struct guard_ctx *g)
{
	struct arena arena = ARENA_INIT(0);
	struct agreement_finding found[AGREEMENT_FINDINGS_MAX];
	size_t n = agreement_check(&arena, sv_of(fact_text(g->merged, FIELD_AGREEMENT)), found, ARRAY_LEN(found));
	bool ok = true;

	for (size_t i = 0; i < n && ok; i++) {
		ok = !agreement_fault_bars(found[i].fault);
		if (!ok)
			err_detail(g->err, "%s：%.*s。", agreement_fault_zh(found[i].fault),
				   (int)(found[i].clause.n < 240 ? found[i].clause.n : 240), found[i].clause.p);
	}
	arena_fini(&arena);
	return ok;
}

bool guard_check_BOTH_AGREE(const struct guard_ctx *g)
{
	return others_paper(g) || fact_true(g->payload, FIELD_BOTH_AGREE);
}

bool guard_check_CONFIRMATION_IN_TIME(const struct guard_ctx *g)
{
	return guard_before_due(g, "C7.1", 0);
}

bool guard_check_CONFIRMATION_NOT_EXTENDED(const struct guard_ctx *g)
{
	return never_extended(g, "C7.3");
}

bool guard_check_MEDIATION_BEFORE_DUE(const struct guard_ctx *g)
{
	return guard_before_due(g, "C7.4", 0);
}

/* ---- C8 ---- */

/* Only our own letters pass through our leaders. */
bool guard_check_ASSISTANCE_APPROVED(const struct guard_ctx *g)
{
	return others_paper(g) || !fact_is(&g->d->facts, FIELD_OWN_ROLE, role_code(ROLE_OFFICER)) ||
	       !channel_assists(&g->d->facts) || g->d->state == STATE_HANDOFF_APPROVED;
}

bool guard_check_ASSISTANCE(const struct guard_ctx *g)
{
	return channel_assists(&g->d->facts);
}

bool guard_check_ASSISTANCE_BEFORE_DUE(const struct guard_ctx *g)
{
	return guard_before_due(g, "D07", 0);
}

bool guard_check_INVITED(const struct guard_ctx *g)
{
	return kind_is(g, "提前介入");
}

bool guard_check_NOT_INVITED(const struct guard_ctx *g)
{
	return !kind_is(g, "提前介入");
}

/* ---- C9 ---- */

static bool is_principal(const struct guard_ctx *g)
{
	return (g->in->actor.roles & ~g->in->actor.delegated & ROLE_PRINCIPAL) != 0;
}

/* On the finder's copy: the principal himself and the officer he named, whoever's act it is. */
bool guard_check_RESTRICTED(const struct guard_ctx *g)
{
	const struct facts *f = &g->d->facts;

	if (fact_num(f, FIELD_SIDE) != SIDE_SENDER || (g->in->actor.roles & ROLE_EXCHANGE))
		return true;
	return is_principal(g) || (fact_has(f, FIELD_OFFICER) && fact_num(f, FIELD_OFFICER) == g->in->actor.account);
}

bool guard_check_PRINCIPAL_HIMSELF(const struct guard_ctx *g)
{
	return is_principal(g);
}

/* ---- the linked matter ---- */

/* What a market organ sent us is not sent on: neither by the clue's and the case's own rows nor by opening a C2. The
 * superior's designation is another matter: it ends the hand-over. */
bool guard_check_NO_ONWARD_TRANSFER(const struct guard_ctx *g)
{
	bool asks = !fact_has(g->payload, FIELD_HANDOFF_EVENT) ||
		    (fact_is(g->payload, FIELD_HANDOFF_EVENT, "opened") && fact_is(g->payload, FIELD_CHANNEL, "c2"));

	return !asks || !fact_has(&g->d->facts, FIELD_CAME_FROM);
}

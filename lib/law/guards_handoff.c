/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Guards of hand-overs. Those about organs ask the directory's entry in act_input and let pass what it does not
 * know: an organ outside the directory is reached on paper, and its clerk knows where the letter went. */
#include "law/guards.h"

#include "base/text.h"

enum { REFUSAL_MIN_CHARS = 20 };

/* ---- all channels ---- */

bool guard_check_REFUSAL_REASONED(const struct guard_ctx *g)
{
	return text_count_chars(sv_trim(sv_of(fact_text(g->payload, FIELD_OPINION)))) >= REFUSAL_MIN_CHARS;
}

static const struct clock_entry *named_clock(const struct guard_ctx *g)
{
	const struct clock_entry *c = dossier_clock_const(g->d, fact_text(g->payload, FIELD_CLOCK_RULE), 0);

	return c && c->state == CLOCK_RUNNING && !c->due.stopped ? c : NULL;
}

bool guard_check_CLOCK_RUNS(const struct guard_ctx *g)
{
	return named_clock(g) != NULL;
}

/* Another organ is late only after the lawful day, never after the strict one. */
bool guard_check_CLOCK_EXPIRED(const struct guard_ctx *g)
{
	const struct clock_entry *c = named_clock(g);
	char due[11];

	if (!c)
		return false;
	day_format(c->due.lawful, due);
	err_detail(g->err, "期限至 %s。", due);
	return g->in->happened_at >= c->due.at;
}

bool guard_check_SILENCE_ONCE(const struct guard_ctx *g)
{
	return !fact_list_has(&g->d->facts, FIELD_SILENT, fact_text(g->payload, FIELD_CLOCK_RULE));
}

bool handoff_is_ours(const struct dossier *d, const char *owner)
{
	static const char *const bureau[] = { "officer", "clerk", "unit_head", "legal_reviewer", "deputy_head",
					      "principal", "host", "credit_clerk" };
	const struct facts *f = &d->facts;
	int64_t side = fact_num(f, FIELD_SIDE);

	if (strcmp(owner, "sender") == 0)
		return side == SIDE_SENDER;
	if (strcmp(owner, "receiver") == 0)
		return side == SIDE_RECEIVER;
	if (strcmp(owner, "third") == 0)
		return side == SIDE_THIRD;
	for (size_t i = 0; i < ARRAY_LEN(bureau); i++) {
		if (strcmp(owner, bureau[i]) == 0)
			return fact_is(f, FIELD_OWN_ROLE, role_code(ROLE_OFFICER));
	}
	return fact_is(f, FIELD_OWN_ROLE, owner);
}

bool guard_check_CLOCK_THEIRS(const struct guard_ctx *g)
{
	const struct clock_entry *c = named_clock(g);
	const struct clock_rule *rule = c ? law_book_clock(g->book, c->rule, c->start_on) : NULL;

	return !rule || !handoff_is_ours(g->d, rule->owner);
}

bool guard_check_PAPER_NOT_LATER(const struct guard_ctx *g)
{
	return fact_day(g->payload, FIELD_PAPER_ON) <= g->day;
}

bool guard_check_PEER_OTHER(const struct guard_ctx *g)
{
	const char *next = fact_has(g->payload, FIELD_PEER_NEXT) ? fact_text(g->payload, FIELD_PEER_NEXT)
								 : fact_text(g->payload, FIELD_PEER);
	const char *own = g->in->own ? g->in->own->code : fact_text(g->merged, FIELD_OWN_ORGAN);

	if (fact_has(g->payload, FIELD_PEER_NEXT) && fact_is(&g->d->facts, FIELD_RECEIVER, next))
		return false;
	return strcmp(next, own) != 0;
}

/* ---- C1 ---- */

static bool is_police(const struct organ *o)
{
	return o->kind && strcmp(o->kind, "police") == 0;
}

/* What the directory does not say is not held against it. */
static bool has_region(const struct organ *o)
{
	return o && o->region && o->region[0];
}

bool guard_check_C1_SAME_LEVEL(const struct guard_ctx *g)
{
	const struct organ *own = g->in->own, *peer = g->in->peer;

	if (!peer)
		return true;
	if (!is_police(peer)) {
		err_detail(g->err, "%s不是公安机关。", peer->name);
		return false;
	}
	if (!has_region(own) || !has_region(peer) || strcmp(own->region, peer->region) == 0)
		return true;
	err_detail(g->err, "%s不是%s的公安机关。", peer->name, region_zh(g->book, own->region));
	return false;
}

bool guard_check_C1_NEXT_POLICE(const struct guard_ctx *g)
{
	return !g->in->peer || is_police(g->in->peer);
}

bool guard_check_C1_SUPERVISABLE(const struct guard_ctx *g)
{
	static const enum state late[] = { STATE_C1_REFUSED_RECEIPT, STATE_C1_OVERDUE, STATE_C1_NOT_FILED,
					   STATE_C1_RECON_UPHELD };

	const struct clock_entry *c = dossier_clock_const(g->d, "C1.11", 0);

	for (size_t i = 0; i < ARRAY_LEN(late); i++) {
		if (g->d->state == late[i])
			return true;
	}
	/* Nor need we wait for ever for the answer to our request for reconsideration. */
	return g->d->state == STATE_C1_RECON && c && c->state == CLOCK_RUNNING && g->in->happened_at >= c->due.at;
}

bool guard_check_C1_NOT_RETURNED(const struct guard_ctx *g)
{
	return g->d->state != STATE_C1_RETURNED;
}

bool guard_check_C1_RECON_IN_TIME(const struct guard_ctx *g)
{
	return guard_before_due(g, "C1.10", 0);
}

bool guard_check_C1_EXPLANATION_OVER(const struct guard_ctx *g)
{
	const struct clock_entry *c = dossier_clock_const(g->d, "C1.13", 0);

	return g->d->state == STATE_C1_SUPERV || fact_has(&g->d->facts, FIELD_EXPLAINED_ON) || !c ||
	       g->in->happened_at >= c->due.at;
}

enum { GOODS_MAX = 500 };

static const struct goods_line *line_of(const struct goods_line *lines, size_t n, const char *item)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(lines[i].item, item) == 0)
			return &lines[i];
	}
	return NULL;
}

/* Equal, or a reason. What was never listed needs one as well. */
static bool line_agrees(const struct goods_line *line, const struct goods_line *listed)
{
	bool equal = listed && line->quantity == listed->quantity && line->handed == line->quantity;

	return line->handed != GOODS_UNKNOWN && (equal || sv_trim(sv_of(line->reason)).n > 0);
}

bool guard_check_C1_GOODS_RECONCILED(const struct guard_ctx *g)
{
	struct arena arena = ARENA_INIT(0);
	struct goods_line *listed = arena_array(&arena, struct goods_line, GOODS_MAX);
	struct goods_line *handed = arena_array(&arena, struct goods_line, GOODS_MAX);
	size_t listed_count = goods_lines(&arena, &g->d->facts, FIELD_GOODS_LIST, listed, GOODS_MAX);
	size_t handed_count = goods_lines(&arena, g->payload, FIELD_GOODS_HANDED, handed, GOODS_MAX);
	bool agrees = true;

	for (size_t i = 0; agrees && i < listed_count; i++) {
		agrees = line_of(handed, handed_count, listed[i].item) != NULL;
		if (!agrees)
			err_detail(g->err, "缺少第 %s 项%s。", listed[i].item, listed[i].name);
	}
	for (size_t i = 0; agrees && i < handed_count; i++) {
		agrees = line_agrees(&handed[i], line_of(listed, listed_count, handed[i].item));
		if (!agrees)
			err_detail(g->err, "第 %s 项%s数量不一致，没有写明原因。", handed[i].item, handed[i].name);
	}
	arena_fini(&arena);
	return agrees;
}

bool guard_check_C1_GOODS_LISTED(const struct guard_ctx *g)
{
	struct arena arena = ARENA_INIT(0);
	struct goods_line *listed = arena_array(&arena, struct goods_line, GOODS_MAX);
	size_t count = goods_lines(&arena, &g->d->facts, FIELD_GOODS_LIST, listed, GOODS_MAX);
	size_t known = 0;

	for (size_t i = 0; i < count; i++)
		known += fact_list_has(g->payload, FIELD_GOODS_CUSTODY, listed[i].item);
	arena_fini(&arena);
	return known == fact_list_count(g->payload, FIELD_GOODS_CUSTODY);
}

bool guard_check_C1_PARTY_TOLD(const struct guard_ctx *g)
{
	return !fact_has(&g->d->facts, FIELD_GOODS_LIST) || fact_has(&g->d->facts, FIELD_PARTY_TOLD_ON);
}

static bool slip_awaited(const struct guard_ctx *g)
{
	const struct clock_entry *c = dossier_clock_const(g->d, "C1.19", 0);

	return c && c->state == CLOCK_RUNNING;
}

bool guard_check_C1_PROPERTY_ORDERED(const struct guard_ctx *g)
{
	return slip_awaited(g);
}

bool guard_check_C1_SLIP_RETURNED(const struct guard_ctx *g)
{
	return !slip_awaited(g);
}

bool guard_check_C1_EFFECTIVE_DAY(const struct guard_ctx *g)
{
	return fact_day(g->payload, FIELD_EFFECTIVE_ON) <= g->day;
}

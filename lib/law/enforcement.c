/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The calculation sheet of an application for enforcement. */
#include "law/enforcement.h"

static enum err_code run(const struct law_book *book, const char *id, day_t start, struct due *ret, struct err *err)
{
	const struct clock_rule *rule = law_book_clock(book, id, start);

	if (!rule)
		return err_set(err, ERR_INVALID, "no-rule-in-force", "期限规则 %s 在该日期尚未施行，请核对日期", id);
	return period_due(&book->calendar, rule->period, 0, start, NULL, 0, ret, err);
}

static void take_later(struct due *into, const struct due *other)
{
	if (other->strict > into->strict)
		into->strict = other->strict;
	if (other->lawful > into->lawful) {
		into->lawful = other->lawful;
		into->at = other->at;
	}
	into->provisional |= other->provisional;
}

/* Both remedies of the party, the later one. */
static enum err_code remedies(const struct law_book *book, const struct enforcement_facts *facts, struct due *ret,
			      struct err *err)
{
	struct due other;
	enum err_code code = run(book, "D25", facts->served, ret, err);

	if (code == ERR_OK)
		code = run(book, "D24", facts->served, &other, err);
	if (code != ERR_OK)
		return code;
	take_later(ret, &other);
	if (facts->review_received == DAY_NONE)
		return ERR_OK;
	code = run(book, "C6.2b", facts->review_received, &other, err);
	if (code == ERR_OK)
		take_later(ret, &other);
	return code;
}

/* Three months from the strict and from the lawful end of what went before. */
static enum err_code three_months(const struct law_book *book, struct enforcement_window *w, day_t deferred,
				  struct err *err)
{
	day_t strict = deferred > w->over.strict ? deferred : w->over.strict;
	day_t lawful = deferred > w->over.lawful ? deferred : w->over.lawful;
	struct due from_strict;
	enum err_code code = run(book, "D28", strict, &from_strict, err);

	if (code == ERR_OK)
		code = run(book, "D28", lawful, &w->last, err);
	if (code != ERR_OK)
		return code;
	w->last.strict = from_strict.strict;
	w->last.provisional |= w->over.provisional;
	return ERR_OK;
}

enum err_code enforcement_window(const struct law_book *book, const struct enforcement_facts *facts,
				 struct enforcement_window *ret, struct err *err)
{
	struct enforcement_window w = { .dun = { DAY_NONE, DAY_NONE, INSTANT_NONE, false, false }, .first = DAY_NONE };
	enum err_code code = remedies(book, facts, &w.over, err);

	if (code == ERR_OK)
		code = three_months(book, &w, facts->deferred_until, err);
	if (code == ERR_OK && facts->dunned != DAY_NONE)
		code = run(book, "D27", facts->dunned, &w.dun, err);
	if (code != ERR_OK)
		return code;
	if (facts->dunned != DAY_NONE) {
		day_t before = w.over.lawful > facts->deferred_until ? w.over.lawful : facts->deferred_until;
		w.first = (w.dun.lawful > before ? w.dun.lawful : before) + 1;
	}
	*ret = w;
	return ERR_OK;
}

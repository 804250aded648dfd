/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/repeat.h"

void repeat_rule_of(const struct law_book *book, const char *ip_type, day_t on, struct arena *arena, struct repeat_rule *ret)
{
	bool trademark = ip_type && strcmp(ip_type, "商标") == 0;
	const char *id = trademark ? "REPEAT_YEARS_TRADEMARK" : "REPEAT_YEARS_OTHER";

	*ret = (struct repeat_rule){ .years = (int)law_book_limit(book, id, on), .times = (int)law_book_limit(book, "REPEAT_TIMES", on),
				     .article = law_book_limit_article(book, id, on), .binding = trademark, .to = on };
	ret->from = day_add_months(on, -12 * ret->years);
	ret->zh = trademark ? arena_printf(arena, "%d年内实施%d次以上商标侵权行为的，应当从重处罚；自前一次行政处罚之日起算",
					   ret->years, ret->times)
			    : arena_printf(arena, "%d年内又因同类违法行为被查处的，裁量时应当考虑；法律没有规定固定的年数", ret->years);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The legal basis of a hand-over to the police. */
#include "law/basis.h"

#include <string.h>

#include "base/defs.h"

/* The special statute's article on suspected crimes, by the days it was in force; in order of time. */
static const struct {
	const char *ip_type, *article;
	int year, month, day; /* in force from */
} special[] = {
	{ "商标", "商标法（2019年修正）第六十一条", 2019, 11, 1 },
	{ "商标", "商标法（2026年修订）第七十五条", 2027, 1, 1 },
};

static const char *article_on(const char *ip_type, day_t on)
{
	const char *found = NULL;

	for (size_t i = 0; i < ARRAY_LEN(special); i++) {
		day_t from;
		if (strcmp(special[i].ip_type, ip_type) == 0 &&
		    day_from_ymd(special[i].year, special[i].month, special[i].day, &from) && from <= on)
			found = special[i].article;
	}
	return found;
}

const char *transfer_legal_basis(struct arena *arena, const char *basis, const char *ip_type, day_t act_on, day_t step_on)
{
	bool suspicion = strcmp(basis, "合理嫌疑") == 0;
	const char *general = arena_printf(arena, "行政处罚法第二十七条第一款；行政执法机关移送涉嫌犯罪案件的规定第三条%s",
					   basis[0] == '\0' ? "" : suspicion ? "第二款" : "第一款");
	const char *then = article_on(ip_type, act_on == DAY_NONE ? step_on : act_on);
	const char *now = article_on(ip_type, step_on);

	if (!now)
		return general;
	if (!then || strcmp(then, now) == 0)
		return arena_printf(arena, "%s；%s", general, now);
	return arena_printf(arena, "%s；行为适用%s，移送程序适用%s（跨新旧法，须经审核确认）", general, then, now);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The last fourteen months of a small county, as a table: about seven clues and five cases a month over three units, most of
 * them as they should be, and each thing that goes wrong in practice at least once. The station of 石佛 reports nothing
 * from the sixth month ago until this one. Months are counted back from the present, so the same picture shows whenever
 * it is loaded. */
#include "ctl_demo.h"
#include "ctl_demo_story.h"

#define B TEAM_BRIGADE
#define C TEAM_BRIGADE_2
#define T TEAM_TIANCHI
#define S TEAM_SHIFO

static const struct story stories[] = {
	{ 14, 0, B, TM_LIQUOR, UNPAID },      { 14, 1, T, TM_OIL, PLAIN },
	{ 14, 2, S, GI_MARK, PLAIN },	      { 14, 3, C, TM_CLOTHES, DECLINED },
	{ 14, 4, B, PT_SOLD, PLAIN },	      { 14, 5, T, TM_LIQUOR, REPAIRED },

	{ 13, 0, B, TM_OIL, PLAIN },	      { 13, 1, C, PT_EXPIRED, MINOR },
	{ 13, 2, T, TM_LIQUOR, DECIDED_LATE },{ 13, 3, S, TM_OIL, DECLINED },
	{ 13, 4, B, CONFUSION, PLAIN },	      { 13, 5, S, TM_LIQUOR, PLAIN },

	{ 12, 0, B, TM_AGENT, PLAIN },	      { 12, 1, T, TM_FALSE, CREDIT_LATE },
	{ 12, 2, C, TM_CLOTHES, PLAIN },      { 12, 3, S, GI_LOGO, PLAIN },
	{ 12, 4, B, COPYRIGHT, TRANSFERRED }, { 12, 5, T, TM_OIL, PLAIN },
	{ 12, 6, C, TM_LIQUOR, MINOR_LATE },

	{ 11, 0, B, TM_BAD_FAITH, PLAIN },    { 11, 1, T, TM_LIQUOR, CLOSED_VERY_LATE },
	{ 11, 2, S, TM_LIQUOR, PLAIN },	      { 11, 3, C, TM_OIL, PUBLISHED_LATE },
	{ 11, 4, B, SECRET, EXEMPTED },	      { 11, 5, T, PT_EXPIRED, DECLINED },
	{ 11, 6, B, TM_CLOTHES, PLAIN },

	{ 10, 0, C, TM_LIQUOR, PLAIN },	      { 10, 1, B, TM_LIQUOR, OVERTURNED },
	{ 10, 2, T, TM_OIL, PLAIN },	      { 10, 3, S, TM_FALSE, WARNED },
	{ 10, 4, C, TM_AGENT, PLAIN },	      { 10, 5, B, TM_LABELS, EXTENDED },
	{ 10, 6, T, GI_LOGO, DECLINED },

	{ 9, 0, B, TM_OIL, PLAIN },	      { 9, 1, T, TM_LIQUOR, REDACTED },
	{ 9, 2, S, TM_LIQUOR, PLAIN },	      { 9, 3, C, PT_SOLD, MINOR },
	{ 9, 4, B, VARIETY, TRANSFERRED },    { 9, 5, T, TM_CLOTHES, DECIDED_LATE },

	{ 8, 0, C, TM_CLOTHES, PLAIN },	      { 8, 1, B, CONFUSION, PUSHED },
	{ 8, 2, T, TM_OIL, OVERTURNED_LATE }, { 8, 3, S, TM_OIL, NO_PENALTY },
	{ 8, 4, B, TM_LIQUOR, PLAIN },	      { 8, 5, C, OLYMPIC, DECLINED_LATE },
	{ 8, 6, T, GI_MARK, PLAIN },

	{ 7, 0, B, TM_LABELS, HEARD },	      { 7, 1, T, TM_LIQUOR, CORRECTED },
	{ 7, 2, C, PT_EXPIRED, MINOR },	      { 7, 3, S, TM_OIL, DECLINED },
	{ 7, 4, B, TM_OIL, FILED_LATE },      { 7, 5, T, TM_FALSE, PLAIN },

	{ 6, 0, C, TM_LIQUOR, PLAIN },	      { 6, 1, B, SECRET, SUSPENDED },
	{ 6, 2, T, OLYMPIC, MINOR_LATE },     { 6, 3, C, TM_OIL, PUBLISHED_LATE },
	{ 6, 4, B, TM_CLOTHES, PLAIN },	      { 6, 5, T, TM_LIQUOR, STALLED },

	{ 5, 0, B, TM_OIL, RESUMED },	      { 5, 1, T, PT_SOLD, PLAIN },
	{ 5, 2, C, TM_LIQUOR, CREDIT_LATE },  { 5, 3, B, LAYOUT, TRANSFERRED },
	{ 5, 4, T, TM_CLOTHES, PLAIN },	      { 5, 5, C, GI_LOGO, PLAIN },
	{ 5, 6, B, TM_LIQUOR, TERMINATED },

	{ 4, 0, T, TM_LIQUOR, DECIDED_LATE }, { 4, 1, B, TM_AGENT, PLAIN },
	{ 4, 2, C, TM_OIL, CLOSED_LATE },     { 4, 3, T, TM_FALSE, DECLINED },
	{ 4, 4, B, PT_EXPIRED, PLAIN },	      { 4, 5, C, CONFUSION, PLAIN },

	{ 3, 0, B, TM_LIQUOR, UNPUBLISHED },  { 3, 1, T, TM_OIL, PLAIN },
	{ 3, 2, C, GI_MARK, PLAIN },	      { 3, 3, B, TM_CLOTHES, DECLINED_LATE },
	{ 3, 4, T, TM_LIQUOR, PLAIN },	      { 3, 5, C, TM_LABELS, PLAIN },
	{ 3, 6, B, TM_OIL, PLAIN },

	{ 2, 0, B, OLYMPIC, PLAIN },	      { 2, 1, T, PT_SOLD, PLAIN },
	{ 2, 2, C, TM_LIQUOR, FORGOTTEN },    { 2, 3, B, TM_OIL, PLAIN },
	{ 2, 4, T, TM_CLOTHES, SUSPENDED },   { 2, 5, C, TM_LIQUOR, DECLINED },

	{ 1, 0, T, TM_LIQUOR, VALUE_SLIP },   { 1, 1, B, TM_OIL, PLAIN },
	{ 1, 2, C, GI_LOGO, INCOME_SLIP },    { 1, 3, B, COPYRIGHT, TRANSFERRED },
	{ 1, 4, T, TM_CLOTHES, PLAIN },	      { 1, 5, C, PT_EXPIRED, DECLINED },

	{ 0, 0, B, TM_LIQUOR, PLAIN },	      { 0, 1, S, TM_OIL, PLAIN },
	{ 0, 2, T, GI_MARK, PLAIN },	      { 0, 3, C, TM_OIL, DECLINED },
	{ 0, 4, S, TM_LIQUOR, PLAIN },
};

void demo_year(struct plan *p)
{
	for (size_t i = 0; i < ARRAY_LEN(stories); i++)
		story_plan(p, &stories[i], 101 + (int)i);
	story_received(p, 6);
	story_received(p, 2);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * One story of the demonstration's last fourteen months: from a clue to the archive, with what went wrong on the way.
 * Days are counted in working days from the day of discovery; most stories keep every term. */
#ifndef IPCASECTL_CTL_DEMO_STORY_H
#define IPCASECTL_CTL_DEMO_STORY_H

#include "ctl_demo_plan.h"

enum story_team { TEAM_BRIGADE, TEAM_BRIGADE_2, TEAM_TIANCHI, TEAM_SHIFO, TEAM_COUNT };

/* TM_: trademarks, PT_: patents, GI_: geographical indications. */
enum story_subject {
	TM_LIQUOR, TM_OIL, TM_CLOTHES, TM_LABELS, TM_FALSE, TM_AGENT, TM_BAD_FAITH, PT_EXPIRED, PT_SOLD, GI_LOGO, GI_MARK,
	OLYMPIC, SECRET, CONFUSION, COPYRIGHT, VARIETY, LAYOUT, SUBJECT_COUNT
};

/* What is special about it; the first: nothing, all in time. */
enum story_twist {
	PLAIN,
	/* the clue */
	DECLINED, DECLINED_LATE, TRANSFERRED, FILED_LATE, FORGOTTEN,
	/* the case */
	DECIDED_LATE, EXTENDED, STALLED, SUSPENDED, RESUMED, TERMINATED, NO_PENALTY, WARNED, HEARD, UNPAID, CLOSED_LATE,
	CLOSED_VERY_LATE,
	VALUE_SLIP,      /* 亿 for 万 */
	INCOME_SLIP,     /* a part larger than the whole */
	/* the disclosure */
	CREDIT_LATE, PUBLISHED_LATE, UNPUBLISHED, PUSHED, EXEMPTED, REDACTED, CORRECTED, REPAIRED, MINOR, MINOR_LATE, OVERTURNED,
	OVERTURNED_LATE,
};

struct story {
	int months;  /* calendar months ago */
	int nth;     /* in its month; begins on working day 1 + 3 * nth of it */
	enum story_team team;
	enum story_subject subject;
	enum story_twist twist;
};

/* `serial` tells stories apart: names and amounts follow from it. */
void story_plan(struct plan *p, const struct story *s, int serial);
/* A decision of another province, pushed to us so many months ago. */
void story_received(struct plan *p, int months);

#endif

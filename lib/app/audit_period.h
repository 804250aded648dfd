/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Periods of the audit: week, month, quarter, year, and a campaign to date. Pure.
 *
 *	2026-10       month          2026-W41  week, Monday to Sunday (ISO 8601)
 *	2026-Q3       quarter        2026      year
 *	TIEQUAN-2026  a campaign: whatever does not begin with a digit; its days are the caller's to find
 *
 * Refusals (ERR_INVALID, field "period"): "period-form", "period-future" (it has not begun by the cut-off day),
 * "period-open" (it has not ended), "campaign-no-dates". */
#ifndef APP_AUDIT_PERIOD_H
#define APP_AUDIT_PERIOD_H

#include "base/day.h"
#include "base/err.h"
#include "base/str.h"

enum audit_period_kind { AUDIT_WEEK, AUDIT_MONTH, AUDIT_QUARTER, AUDIT_YEAR, AUDIT_CAMPAIGN, AUDIT_KIND_COUNT };

enum { AUDIT_CODE_SIZE = 129, AUDIT_TREND_PERIODS = 12 };

struct audit_span {
	enum audit_period_kind kind;
	char code[AUDIT_CODE_SIZE];
	char name[256];  /* 2026年10月; of a campaign its own name */
	day_t from, to;  /* of a campaign DAY_NONE until audit_span_campaign() */
	bool open;       /* it had not ended on the cut-off day, which is then `to` */
};

const char *audit_kind_code(enum audit_period_kind kind); /* "week" ... "campaign" */
bool audit_kind_parse(struct sv code, enum audit_period_kind *ret);

enum err_code audit_span_parse(struct sv code, struct audit_span *ret, struct err *err) MUST_USE;
/* The days of a campaign; DAY_NONE where the tables have none. Without an end it lasts to the cut-off day. */
enum err_code audit_span_campaign(struct audit_span *span, const char *name, day_t starts, day_t ends, day_t cut_off,
				  struct err *err) MUST_USE;
/* Can it be counted on that day? `asked`: somebody named the day, and so may look into a period that still runs. */
enum err_code audit_span_close(struct audit_span *span, day_t cut_off, bool asked, struct err *err) MUST_USE;

/* How many earlier periods stand beside it; the n-th before it (1: the last one before). */
int audit_span_trend(const struct audit_span *span);
void audit_span_before(const struct audit_span *span, int n, struct audit_span *ret);

#endif

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Criminal-threshold advisory (法释〔2025〕5号; Criminal Law 213-219-1).
 *
 * Rules are data (schema/law/thresholds.csv). Metrics are three-valued: known, unknown, or not
 * applicable; unknown never counts as zero. The advisory does not bind the officer: RED asks for a
 * transfer report, AMBER for a recorded decision, GREY for another look when evidence changes.
 * AMBER percentages are not law but data (struct threshold_policy).
 *
 * An offence is also judged by the rules of the wider one it contains: TM_GOODS_SERVICE by those
 * of TM_GOODS (metric gain = gain from goods), TM_LABEL_SALE by TM_LABEL, COPYRIGHT_NET by
 * COPYRIGHT. An offence that the table does not know is GREY.
 */
#ifndef LAW_THRESHOLD_H
#define LAW_THRESHOLD_H

#include "base/csv.h"
#include "base/day.h"

enum metric {
	METRIC_GAIN,
	METRIC_TURNOVER,
	METRIC_SALES,
	METRIC_UNSOLD_VALUE,
	METRIC_LABEL_COUNT,
	METRIC_LABEL_UNSOLD_COUNT,
	METRIC_LABEL_SOLD_COUNT,
	METRIC_DIRECT_LOSS,
	METRIC_LOSS,
	METRIC_COPIES,
	METRIC_COPIES_UNSOLD,
	METRIC_WORKS_ONLINE,
	METRIC_DOWNLOADS,
	METRIC_CLICKS,
	METRIC_MEMBERS,
	METRIC_GAIN_SERVICE,
	METRIC_HOLDER_BANKRUPT,
	METRIC_ACT,
	METRIC_COUNT
};

enum metric_state { METRIC_UNKNOWN = 0, METRIC_KNOWN, METRIC_NOT_APPLICABLE };

struct metric_value {
	enum metric_state state;
	int64_t value; /* money in fen, counts as they are, flags 0/1 */
};

/* A past penalty or conviction of the same party. It counts when
 * penalty_on <= act_on <= penalty_on + 2 years; an unknown day never makes RED, only AMBER. */
struct prior_penalty {
	const char *conduct; /* article of the Criminal Law: "213".."219.1", "216" */
	day_t penalty_on;    /* DAY_NONE = unknown */
};

struct threshold_case {
	const char *offence; /* TM_GOODS, TM_SALE, ... */
	struct metric_value metrics[METRIC_COUNT];
	int source_groups; /* marks or patents of different sources; 0 = unknown */
	day_t act_on;      /* DAY_NONE = unknown */
	const struct prior_penalty *priors;
	size_t prior_count;
	bool suspicion; /* any of the qualitative grounds of art. 3(2), recorded by an officer */
};

struct threshold_rule; /* opaque rows of the table */
struct threshold_book {
	const struct threshold_rule *rules;
	size_t rule_count;
};
struct threshold_policy {
	int amber_percent;        /* 50; 0 switches it off */
	int amber_unsold_percent; /* 33; for stock of which nothing, or nobody knows what, was sold */
};

enum advisory_level { ADVISORY_GREY, ADVISORY_AMBER, ADVISORY_RED };
enum { THRESHOLD_MAX_HITS = 32 };

struct advisory {
	enum advisory_level level;
	bool aggravated;                      /* a hit rule reaches its second tier */
	const char *hits[THRESHOLD_MAX_HITS]; /* rule ids met */
	size_t hit_count;
	const char *near[THRESHOLD_MAX_HITS]; /* rule ids past the amber percentage */
	size_t near_count;
	enum metric
		missing[METRIC_COUNT]; /* metrics that rules of this offence need and are unknown */
	size_t missing_count;
};

/* CSV columns: rule_id,law_art,interp_art,offence,q,metric,ge,agg_mult,valid_from,valid_to; `ge` in
 * yuan for money metrics. */
enum err_code threshold_from_csv(struct threshold_book *book, struct arena *arena, struct sv text,
				 struct err *err) MUST_USE;
/* Pure; `on` selects the rules in force. The ids in *ret live as long as the book. */
void threshold_advise(const struct threshold_book *book, struct threshold_policy policy,
		      const struct threshold_case *c, day_t on, struct advisory *ret);
const char *metric_name(enum metric m);
bool metric_by_name(struct sv name, enum metric *ret);

#endif

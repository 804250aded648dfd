/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Criminal-threshold advisory: every rule of the table just below and at its line, the worked
 * examples, and what is unknown. */
#include "law_fixture.h"

#include "law/threshold.h"

static struct arena arena = ARENA_INIT(0);
static struct threshold_book book;
static const struct threshold_policy policy = { .amber_percent = 50, .amber_unsold_percent = 33 };

static int setup(void **state)
{
	struct err err = ERR_INIT;
	(void)state;
	if (threshold_from_csv(&book, &arena, law_read(&arena, "thresholds.csv"), &err) != ERR_OK)
		fail_msg("%s", err.message);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

/* --- building cases -------------------------------------------------------------------------- */

static int64_t yuan(int64_t n)
{
	return n * 100;
}

/* A case about which everything is known to be beside the point. */
static struct threshold_case plain_case(const char *offence)
{
	struct threshold_case c = { .offence = offence, .source_groups = 1 };
	c.act_on = law_day("2026-06-01");
	for (size_t i = 0; i < METRIC_COUNT; i++)
		c.metrics[i].state = METRIC_NOT_APPLICABLE;
	return c;
}

static void know(struct threshold_case *c, enum metric m, int64_t value)
{
	c->metrics[m] = (struct metric_value){ METRIC_KNOWN, value };
}

static struct advisory advise(const struct threshold_case *c)
{
	struct advisory a;
	threshold_advise(&book, policy, c, law_day("2026-11-23"), &a);
	return a;
}

static bool lists(const char *const *ids, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(ids[i], id) == 0)
			return true;
	}
	return false;
}

static bool hits(const struct advisory *a, const char *id)
{
	return lists(a->hits, a->hit_count, id);
}

static bool misses(const struct advisory *a, enum metric m)
{
	for (size_t i = 0; i < a->missing_count; i++) {
		if (a->missing[i] == m)
			return true;
	}
	return false;
}

/* --- every rule at its line ------------------------------------------------------------------- */

struct row {
	const char *id, *offence, *q, *metric;
	int64_t line;  /* fen or count */
	int64_t times; /* 0: no numeric second tier */
};

struct variant {
	bool marks, prior, nothing_sold;
};

static void set_metric(struct threshold_case *c, const struct row *row, struct variant v,
		       int64_t value)
{
	static const struct {
		const char *metric;
		enum metric first, second; /* the sum; `first` is what was sold, or gained */
	} sums[] = {
		{ "gain_goods_plus_service", METRIC_GAIN, METRIC_GAIN_SERVICE },
		{ "sales_plus_unsold", METRIC_SALES, METRIC_UNSOLD_VALUE },
		{ "unsold_or_combined_value", METRIC_SALES, METRIC_UNSOLD_VALUE },
		{ "label_unsold_or_combined", METRIC_LABEL_SOLD_COUNT, METRIC_LABEL_UNSOLD_COUNT },
		{ "unsold_or_combined_copies", METRIC_COPIES, METRIC_COPIES_UNSOLD },
		{ "unsold_value", METRIC_SALES, METRIC_UNSOLD_VALUE },
	};
	for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
		if (strcmp(row->metric, sums[i].metric) != 0)
			continue;
		int64_t first = v.nothing_sold ? 0 : 1;
		know(c, sums[i].first, first);
		know(c, sums[i].second, value - first);
		return;
	}
	enum metric m;
	if (!metric_by_name(sv_of(row->metric), &m))
		fail_msg("%s: unknown metric %s", row->id, row->metric);
	know(c, m, value);
}

static struct advisory judge(const struct row *row, struct variant v, int64_t value)
{
	struct threshold_case c = plain_case(row->offence);
	struct prior_penalty prior = { .conduct = "216", .penalty_on = law_day("2025-01-10") };
	const char *range = strstr(row->q, "P2:");

	if (range) {
		char *conduct = arena_strndup(&arena, range + 3, 3);
		prior.conduct = conduct;
	}
	if (v.marks)
		c.source_groups = 2;
	if (v.prior) {
		c.priors = &prior;
		c.prior_count = 1;
	}
	set_metric(&c, row, v, value);
	return advise(&c);
}

static void check_rule(const struct row *row, struct variant v)
{
	struct advisory below = judge(row, v, row->line - 1);
	struct advisory at = judge(row, v, row->line);

	if (hits(&below, row->id))
		fail_msg("%s fires below its line", row->id);
	if (!hits(&at, row->id) || at.level != ADVISORY_RED)
		fail_msg("%s does not fire at its line", row->id);
	if (row->times == 0)
		return;
	below = judge(row, v, row->line * row->times - 1);
	at = judge(row, v, row->line * row->times);
	if (below.aggravated || !hits(&below, row->id))
		fail_msg("%s is aggravated too early", row->id);
	if (!at.aggravated || !hits(&at, row->id))
		fail_msg("%s is not aggravated at its second line", row->id);
}

static void check_variants(const struct row *row)
{
	bool m2 = strstr(row->q, "M2"), p2 = strstr(row->q, "P2:");
	bool uns = strstr(row->q, "UNS"), cmb = strstr(row->q, "CMB");

	for (int stock = 0; stock < 2; stock++) {
		struct variant v = { .nothing_sold = stock == 0 };
		if ((uns || cmb) && !(stock == 0 ? uns : cmb))
			continue;
		if (m2)
			check_rule(row, (struct variant){ true, false, v.nothing_sold });
		if (p2)
			check_rule(row, (struct variant){ false, true, v.nothing_sold });
		if (!m2 && !p2)
			check_rule(row, v);
		if (m2 || p2) { /* without what it asks for, it is silent whatever the amount */
			struct advisory a = judge(row, v, row->line * 100);
			if (hits(&a, row->id))
				fail_msg("%s fires without %s", row->id, row->q);
		}
		if (uns != cmb) { /* the other kind of stock */
			struct variant other = { m2, p2 && !m2, !v.nothing_sold };
			struct advisory a = judge(row, other, row->line * 100);
			if (hits(&a, row->id))
				fail_msg("%s fires on the wrong stock", row->id);
		}
	}
}

static bool is_money(const char *metric)
{
	static const char *const counts[] = {
		"label_count",     "label_unsold_or_combined",
		"copies",          "unsold_or_combined_copies",
		"works_online",    "downloads",
		"clicks",          "members",
		"holder_bankrupt", "act",
	};
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		if (strcmp(metric, counts[i]) == 0)
			return false;
	}
	return true;
}

static void test_every_rule_at_its_line(void **state)
{
	struct csv csv;
	size_t checked = 0;
	(void)state;

	assert_int_equal(csv_open(&csv, &arena, law_read(&arena, "thresholds.csv"), NULL), ERR_OK);
	for (;;) {
		bool more;
		assert_int_equal(csv_next(&csv, &more, NULL), ERR_OK);
		if (!more)
			break;
		struct row row = {
			.id = law_cell(&arena, &csv, "rule_id"),
			.offence = law_cell(&arena, &csv, "offence"),
			.q = law_cell(&arena, &csv, "q"),
			.metric = law_cell(&arena, &csv, "metric"),
		};
		assert_true(sv_to_i64(csv_get(&csv, "ge"), &row.line));
		if (!sv_to_i64(csv_get(&csv, "agg_mult"), &row.times))
			row.times = 0;
		checked++;
		if (strcmp(row.metric, "two_items_half") == 0)
			continue; /* has its own test */
		if (is_money(row.metric))
			row.line *= 100;
		check_variants(&row);
	}
	assert_int_equal(checked, 61);
	assert_int_equal(book.rule_count, 61);
}

/* --- worked examples -------------------------------------------------------------------------- */

static void test_sale_with_unsold_stock(void **state)
{
	struct threshold_case c = plain_case("TM_SALE");
	struct prior_penalty prior = { .conduct = "214", .penalty_on = DAY_NONE };
	(void)state;

	know(&c, METRIC_SALES, yuan(20000));
	know(&c, METRIC_UNSOLD_VALUE, yuan(120000));
	struct advisory a = advise(&c);
	assert_int_equal(a.level, ADVISORY_AMBER);
	assert_int_equal(a.hit_count, 0);
	assert_true(lists(a.near, a.near_count, "214-3c"));

	c.priors = &prior;
	c.prior_count = 1;
	prior.penalty_on = day_add_months(c.act_on, -18);
	a = advise(&c);
	assert_int_equal(a.level, ADVISORY_RED);
	assert_true(hits(&a, "214-3d"));
	assert_false(a.aggravated);

	prior.penalty_on = day_add_months(c.act_on, -25);
	a = advise(&c);
	assert_int_equal(a.level, ADVISORY_AMBER);
	assert_int_equal(a.hit_count, 0);
}

static void test_two_marks_of_one_source(void **state)
{
	struct threshold_case c = plain_case("TM_GOODS");
	(void)state;
	know(&c, METRIC_TURNOVER, yuan(40000));
	know(&c, METRIC_GAIN, yuan(25000));
	for (c.source_groups = 0; c.source_groups <= 1; c.source_groups++) {
		struct advisory a = advise(&c);
		assert_int_equal(a.level, ADVISORY_AMBER);
		assert_int_equal(a.hit_count, 0);
	}
	c.source_groups = 2;
	struct advisory a = advise(&c);
	assert_int_equal(a.hit_count, 2);
	assert_true(hits(&a, "213G-2a") && hits(&a, "213G-2b"));
}

static void test_net_gain(void **state)
{
	/* Receipts 45 000 less purchase 20 000: the criminal gain is the difference. */
	struct threshold_case c = plain_case("TM_SALE");
	(void)state;
	know(&c, METRIC_GAIN, yuan(25000));
	know(&c, METRIC_SALES, yuan(45000));
	struct advisory a = advise(&c);
	assert_int_equal(a.hit_count, 0);
	assert_int_equal(a.level, ADVISORY_AMBER);
	know(&c, METRIC_GAIN, yuan(-100)); /* sold at a loss */
	know(&c, METRIC_SALES, yuan(100));
	assert_int_equal(advise(&c).level, ADVISORY_GREY);
}

static void test_two_items_by_half(void **state)
{
	struct prior_penalty prior = { .conduct = "218", .penalty_on = law_day("2025-06-01") };
	struct threshold_case c = plain_case("COPYRIGHT");
	(void)state;

	know(&c, METRIC_COPIES, 260);
	know(&c, METRIC_TURNOVER, yuan(26000));
	struct advisory a = advise(&c);
	assert_int_equal(a.hit_count, 1);
	assert_true(hits(&a, "217-5"));
	assert_false(a.aggravated);

	know(&c, METRIC_COPIES, 250);
	know(&c, METRIC_TURNOVER, yuan(25000));
	a = advise(&c);
	assert_true(hits(&a, "217-5"));
	know(&c, METRIC_COPIES, 249);
	a = advise(&c);
	assert_int_equal(a.hit_count, 0);
	assert_int_equal(a.level, ADVISORY_AMBER);
	know(&c, METRIC_COPIES, 250);
	know(&c, METRIC_TURNOVER, yuan(25000) - 1);
	assert_int_equal(advise(&c).hit_count, 0);

	/* Gain is no item of its own, and one metric is not counted for two items. */
	c = plain_case("COPYRIGHT");
	know(&c, METRIC_GAIN, yuan(15000));
	know(&c, METRIC_TURNOVER, yuan(26000));
	assert_int_equal(advise(&c).hit_count, 0);
	c.priors = &prior;
	c.prior_count = 1;
	know(&c, METRIC_GAIN, yuan(9999));
	assert_int_equal(advise(&c).hit_count, 0);
	know(&c, METRIC_GAIN, yuan(10000)); /* item 2 by gain, item 1 by turnover */
	a = advise(&c);
	assert_true(hits(&a, "217-5"));

	/* Two figures of item 4 are one item. */
	c = plain_case("COPYRIGHT_NET");
	know(&c, METRIC_DOWNLOADS, 6000);
	know(&c, METRIC_CLICKS, 60000);
	assert_int_equal(advise(&c).hit_count, 0);
	know(&c, METRIC_COPIES, 250);
	a = advise(&c);
	assert_true(hits(&a, "217-5"));
	/* Five times each of two items, not less. */
	know(&c, METRIC_DOWNLOADS, 5000 * 10 - 1);
	know(&c, METRIC_CLICKS, 0);
	know(&c, METRIC_COPIES, 250 * 10);
	assert_false(advise(&c).aggravated);
	know(&c, METRIC_DOWNLOADS, 5000 * 10);
	assert_true(advise(&c).aggravated);
}

static void test_trade_secret(void **state)
{
	struct prior_penalty prior = { .conduct = "219-1", .penalty_on = law_day("2025-06-01") };
	struct threshold_case c = plain_case("TRADE_SECRET");
	(void)state;

	know(&c, METRIC_LOSS, yuan(150000));
	assert_int_equal(advise(&c).level, ADVISORY_AMBER);
	c.priors = &prior;
	c.prior_count = 1;
	struct advisory a = advise(&c);
	assert_true(hits(&a, "219-3a"));
	assert_false(a.aggravated);
	know(&c, METRIC_LOSS, yuan(1000000) - 1);
	assert_false(advise(&c).aggravated);
	know(&c, METRIC_LOSS, yuan(1000000));
	assert_true(advise(&c).aggravated);

	c = plain_case("TRADE_SECRET");
	know(&c, METRIC_HOLDER_BANKRUPT, 0);
	assert_int_equal(advise(&c).level, ADVISORY_GREY);
	know(&c, METRIC_HOLDER_BANKRUPT, 1);
	a = advise(&c);
	assert_true(hits(&a, "219-9"));
	assert_true(a.aggravated);

	c = plain_case("TRADE_SECRET_FOREIGN");
	know(&c, METRIC_ACT, 1);
	a = advise(&c);
	assert_int_equal(a.level, ADVISORY_RED);
	assert_false(a.aggravated);
	know(&c, METRIC_GAIN, yuan(300000));
	assert_true(advise(&c).aggravated);
}

/* A narrower offence is also judged by the wider one's lines. */
static void test_wider_offences(void **state)
{
	struct threshold_case c = plain_case("TM_GOODS_SERVICE");
	struct advisory a;
	(void)state;

	know(&c, METRIC_GAIN, yuan(30000)); /* goods alone */
	know(&c, METRIC_GAIN_SERVICE, 0);
	a = advise(&c);
	assert_true(hits(&a, "213G-1a"));
	know(&c, METRIC_GAIN, yuan(29000));
	know(&c, METRIC_GAIN_SERVICE, yuan(21000));
	a = advise(&c);
	assert_int_equal(a.hit_count, 1);
	assert_true(hits(&a, "213X-1"));

	c = plain_case("TM_LABEL_SALE");
	know(&c, METRIC_LABEL_COUNT, 10000);
	a = advise(&c);
	assert_true(hits(&a, "215-1a"));

	c = plain_case("COPYRIGHT_NET");
	know(&c, METRIC_TURNOVER, yuan(50000));
	a = advise(&c);
	assert_true(hits(&a, "217-1"));
	/* ... and not the other way round. */
	c = plain_case("TM_LABEL");
	know(&c, METRIC_LABEL_UNSOLD_COUNT, 1000000);
	know(&c, METRIC_LABEL_SOLD_COUNT, 0);
	assert_int_equal(advise(&c).level, ADVISORY_GREY);
}

/* Sold above the first line, below the second: the sum can still reach the second tier. */
static void test_combined_between_the_tiers(void **state)
{
	struct threshold_case c = plain_case("TM_SALE");
	(void)state;
	know(&c, METRIC_SALES, yuan(200000));
	know(&c, METRIC_UNSOLD_VALUE, yuan(1300000) - 1);
	struct advisory a = advise(&c);
	assert_true(hits(&a, "214-1"));
	assert_false(hits(&a, "214-3c"));
	assert_false(a.aggravated);
	know(&c, METRIC_UNSOLD_VALUE, yuan(1300000));
	a = advise(&c);
	assert_true(hits(&a, "214-1"));
	assert_true(hits(&a, "214-3c"));
	assert_true(a.aggravated);

	/* Sold at the line is the sales rule's affair; one fen less is the sum's. */
	know(&c, METRIC_SALES, yuan(50000));
	know(&c, METRIC_UNSOLD_VALUE, yuan(110000));
	a = advise(&c);
	assert_int_equal(a.hit_count, 1);
	assert_true(hits(&a, "214-1"));
	know(&c, METRIC_SALES, yuan(50000) - 1);
	a = advise(&c);
	assert_int_equal(a.hit_count, 1);
	assert_true(hits(&a, "214-3c"));
}

/* --- amber, unknown, limits ------------------------------------------------------------------- */

static void test_amber_percentages(void **state)
{
	struct threshold_case c = plain_case("TM_GOODS");
	(void)state;
	know(&c, METRIC_TURNOVER, yuan(25000) - 1);
	assert_int_equal(advise(&c).level, ADVISORY_GREY);
	know(&c, METRIC_TURNOVER, yuan(25000));
	assert_int_equal(advise(&c).level, ADVISORY_AMBER);

	c = plain_case("TM_SALE");
	know(&c, METRIC_SALES, 0);
	know(&c, METRIC_UNSOLD_VALUE, yuan(49500) - 1);
	assert_int_equal(advise(&c).level, ADVISORY_GREY);
	know(&c, METRIC_UNSOLD_VALUE, yuan(49500));
	assert_int_equal(advise(&c).level, ADVISORY_AMBER);
	/* Something sold: the general percentage of the combined line. */
	know(&c, METRIC_SALES, yuan(1));
	assert_int_equal(advise(&c).level, ADVISORY_GREY);
	know(&c, METRIC_UNSOLD_VALUE, yuan(74999));
	assert_int_equal(advise(&c).level, ADVISORY_AMBER);

	struct threshold_policy off = { 0, 0 };
	struct advisory a;
	threshold_advise(&book, off, &c, law_day("2026-11-23"), &a);
	assert_int_equal(a.level, ADVISORY_GREY);
}

static void test_unknown_is_not_zero(void **state)
{
	struct threshold_case c = { .offence = "TM_SALE", .act_on = DAY_NONE };
	(void)state;

	struct advisory a = advise(&c);
	assert_int_equal(a.level, ADVISORY_GREY);
	assert_int_equal(a.missing_count, 3);
	assert_true(misses(&a, METRIC_GAIN) && misses(&a, METRIC_SALES) &&
		    misses(&a, METRIC_UNSOLD_VALUE));

	/* Stock above the line, sales unknown: no rule fires, but it is no GREY case either. */
	know(&c, METRIC_UNSOLD_VALUE, yuan(500000));
	a = advise(&c);
	assert_int_equal(a.hit_count, 0);
	assert_int_equal(a.level, ADVISORY_AMBER);
	assert_true(misses(&a, METRIC_SALES));
	know(&c, METRIC_UNSOLD_VALUE, yuan(49499));
	assert_int_equal(advise(&c).level, ADVISORY_GREY);

	/* Nothing sold, or selling does not come into it: then the same stock is enough. */
	know(&c, METRIC_UNSOLD_VALUE, yuan(150000));
	c.metrics[METRIC_SALES].state = METRIC_NOT_APPLICABLE;
	a = advise(&c);
	assert_true(hits(&a, "214-3a"));
	assert_int_equal(a.missing_count, 1);

	/* A known sum needs both parts. */
	know(&c, METRIC_SALES, yuan(40000));
	c.metrics[METRIC_UNSOLD_VALUE].state = METRIC_UNKNOWN;
	a = advise(&c);
	assert_int_equal(a.hit_count, 0);
	assert_int_equal(a.level, ADVISORY_AMBER); /* 80 % of the sales line */
	/* A rule that is met stays met whatever else is unknown. */
	know(&c, METRIC_SALES, yuan(50000));
	a = advise(&c);
	assert_int_equal(a.level, ADVISORY_RED);
	assert_true(misses(&a, METRIC_UNSOLD_VALUE));
}

static void test_suspicion_and_priors(void **state)
{
	struct prior_penalty priors[] = { { .conduct = "213", .penalty_on = DAY_NONE } };
	struct threshold_case c = plain_case("TM_SALE");
	(void)state;

	assert_int_equal(advise(&c).level, ADVISORY_GREY);
	c.suspicion = true;
	assert_int_equal(advise(&c).level, ADVISORY_AMBER);
	c.suspicion = false;

	c.priors = priors;
	c.prior_count = 1;
	assert_int_equal(advise(&c).level, ADVISORY_AMBER); /* when it was is not known */
	priors[0].penalty_on = law_day("2025-06-01");
	assert_int_equal(advise(&c).level, ADVISORY_AMBER);
	priors[0].penalty_on = law_day("2024-05-31");
	assert_int_equal(advise(&c).level, ADVISORY_GREY);
	c.act_on = DAY_NONE;
	assert_int_equal(advise(&c).level, ADVISORY_AMBER);
	priors[0].conduct = "217"; /* another class */
	assert_int_equal(advise(&c).level, ADVISORY_GREY);
	priors[0].conduct = "57"; /* an article of the Trademark Law: similar marks */
	assert_int_equal(advise(&c).level, ADVISORY_GREY);
	priors[0].conduct = NULL;
	assert_int_equal(advise(&c).level, ADVISORY_GREY);

	/* An unknown act day never makes RED. */
	priors[0] = (struct prior_penalty){ "213", law_day("2025-06-01") };
	know(&c, METRIC_SALES, yuan(40000));
	assert_int_equal(advise(&c).level, ADVISORY_AMBER);
}

static void test_two_years(void **state)
{
	static const struct {
		const char *penalty, *act;
		bool counts;
	} cases[] = {
		{ "2024-06-01", "2026-06-01", true }, { "2024-06-01", "2026-06-02", false },
		{ "2024-02-29", "2026-02-28", true }, { "2024-02-29", "2026-03-01", false },
		{ "2026-06-01", "2026-06-01", true }, { "2026-06-02", "2026-06-01", false },
		{ "2025-06-01", "2026-06-01", true },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct prior_penalty prior = { "215", law_day(cases[i].penalty) };
		struct threshold_case c = plain_case("TM_GOODS");
		c.act_on = law_day(cases[i].act);
		c.priors = &prior;
		c.prior_count = 1;
		know(&c, METRIC_TURNOVER, yuan(30000));
		struct advisory a = advise(&c);
		if (hits(&a, "213G-3b") != cases[i].counts)
			fail_msg("penalty %s, act %s", cases[i].penalty, cases[i].act);
	}
}

static void test_classes_of_priors(void **state)
{
	static const struct {
		const char *offence, *conduct;
		bool counts;
	} cases[] = {
		{ "TM_GOODS", "213", true },        { "TM_GOODS", "215", true },
		{ "TM_GOODS", "216", false },       { "TM_GOODS", "212", false },
		{ "TM_GOODS", "213x", false },      { "TM_GOODS", "", false },
		{ "PATENT_FAKE", "216", true },     { "PATENT_FAKE", "215", false },
		{ "COPYRIGHT", "218", true },       { "COPYRIGHT", "219", false },
		{ "TRADE_SECRET", "219", true },    { "TRADE_SECRET", "219.1", true },
		{ "TRADE_SECRET", "219.2", false },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct prior_penalty prior = { cases[i].conduct, law_day("2025-06-01") };
		struct threshold_case c = plain_case(cases[i].offence);
		c.priors = &prior;
		c.prior_count = 1;
		bool amber = advise(&c).level == ADVISORY_AMBER;
		if (amber != cases[i].counts)
			fail_msg("%s after %s", cases[i].offence, cases[i].conduct);
	}
}

static void test_rules_in_force(void **state)
{
	struct threshold_case c = plain_case("TM_GOODS");
	struct advisory a;
	(void)state;
	know(&c, METRIC_TURNOVER, yuan(50000));
	threshold_advise(&book, policy, &c, law_day("2025-04-25"), &a);
	assert_int_equal(a.level, ADVISORY_GREY);
	threshold_advise(&book, policy, &c, law_day("2025-04-26"), &a);
	assert_int_equal(a.level, ADVISORY_RED);
	c.offence = "NO_SUCH_OFFENCE";
	assert_int_equal(advise(&c).level, ADVISORY_GREY);
}

static void test_extreme_values(void **state)
{
	struct threshold_case c = plain_case("TM_SALE");
	(void)state;
	know(&c, METRIC_SALES, 1);
	know(&c, METRIC_UNSOLD_VALUE, INT64_MAX);
	know(&c, METRIC_GAIN, INT64_MIN);
	struct advisory a = advise(&c);
	assert_true(a.aggravated);
	assert_true(hits(&a, "214-3c"));
	know(&c, METRIC_SALES, INT64_MAX);
	a = advise(&c);
	assert_true(a.aggravated);
	know(&c, METRIC_SALES, INT64_MIN);
	know(&c, METRIC_UNSOLD_VALUE, INT64_MIN);
	assert_int_equal(advise(&c).level, ADVISORY_GREY);
}

static void test_metric_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < METRIC_COUNT; i++) {
		enum metric m;
		assert_true(metric_by_name(sv_of(metric_name((enum metric)i)), &m));
		assert_int_equal(m, i);
	}
	enum metric m;
	assert_string_equal(metric_name(METRIC_ACT), "act");
	assert_string_equal(metric_name(METRIC_GAIN_SERVICE), "gain_service");
	assert_string_equal(metric_name(METRIC_LABEL_SOLD_COUNT), "label_sold_count");
	assert_false(metric_by_name(SV("two_items_half"), &m));
	assert_false(metric_by_name(SV(""), &m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_rule_at_its_line),
		cmocka_unit_test(test_sale_with_unsold_stock),
		cmocka_unit_test(test_two_marks_of_one_source),
		cmocka_unit_test(test_net_gain),
		cmocka_unit_test(test_two_items_by_half),
		cmocka_unit_test(test_trade_secret),
		cmocka_unit_test(test_wider_offences),
		cmocka_unit_test(test_combined_between_the_tiers),
		cmocka_unit_test(test_amber_percentages),
		cmocka_unit_test(test_unknown_is_not_zero),
		cmocka_unit_test(test_suspicion_and_priors),
		cmocka_unit_test(test_two_years),
		cmocka_unit_test(test_classes_of_priors),
		cmocka_unit_test(test_rules_in_force),
		cmocka_unit_test(test_extreme_values),
		cmocka_unit_test(test_metric_names),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

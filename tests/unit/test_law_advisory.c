/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The advisory as a case meets it: each rule of schema/law/thresholds.csv through the fields of act "amounts", met at its
 * line, not met just below it, and never met by what is unknown. */
#include "law_stages.h"
#include "law_setup.h"

/* The amounts of one trial, as JSON members. */
struct amounts {
	struct str json;
};

static void put(struct amounts *a, const char *name, int64_t value)
{
	str_printf(&a->json, "%s\"%s\":%lld", a->json.len ? "," : "{", name, (long long)value);
}

static void put_text(struct amounts *a, const char *name, const char *text)
{
	str_printf(&a->json, "%s\"%s\":\"%s\"", a->json.len ? "," : "{", name, text);
}

/* Which two fields make the metric up; what counts as sold, if the rule asks. Money is in fen. */
struct parts {
	const char *metric;
	const char *first, *second; /* second NULL: one field */
	const char *sold;           /* NULL: the rule does not ask what was sold */
	bool money;
};

static const struct parts metrics[] = {
	{ "gain", "criminal_gain_fen", NULL, NULL, true },
	{ "turnover", "criminal_turnover_fen", NULL, NULL, true },
	{ "sales", "criminal_sales_fen", NULL, NULL, true },
	{ "unsold_value", "criminal_unsold_fen", NULL, "criminal_sales_fen", true },
	{ "label_count", "label_count", NULL, NULL, false },
	{ "direct_loss", "direct_loss_fen", NULL, NULL, true },
	{ "loss", "loss_fen", NULL, NULL, true },
	{ "copies", "copies", NULL, NULL, false },
	{ "works_online", "works_online", NULL, NULL, false },
	{ "downloads", "downloads", NULL, NULL, false },
	{ "clicks", "clicks", NULL, NULL, false },
	{ "members", "members_registered", NULL, NULL, false },
	{ "gain_goods_plus_service", "criminal_gain_fen", "criminal_gain_service_fen", NULL, true },
	{ "sales_plus_unsold", "criminal_unsold_fen", NULL, "criminal_sales_fen", true },
	{ "unsold_or_combined_value", "criminal_unsold_fen", NULL, "criminal_sales_fen", true },
	{ "label_unsold_or_combined", "labels_unsold", NULL, "labels_sold", false },
	{ "unsold_or_combined_copies", "copies_unsold", NULL, "copies", false },
};

/* Fills in what the rule's qualifier asks for, and the metric at `value`; DAY of the act: 2026-03-02. */
static void trial(struct amounts *a, const char *offence, const char *q, const struct parts *p, int64_t value)
{
	put_text(a, "offence", offence);
	if (strstr(q, "M2"))
		put(a, "source_groups", 2);
	else if (strstr(q, "P2"))
		put_text(a, "prior_penalty_on", "2025-03-02");
	if (p->sold && strstr(q, "CMB") && !strstr(q, "UNS")) { /* a little was sold, the rest lies there */
		put(a, p->sold, 100);
		value -= 100;
	} else if (p->sold) {
		put(a, p->sold, 0);
	}
	if (p->second) {
		put(a, p->second, value / 3);
		value -= value / 3;
	}
	put(a, p->first, value);
	str_append_char(&a->json, '}');
}

static bool hits(const struct facts *f, const char *rule)
{
	struct sv rest = sv_of(fact_text(f, FIELD_ADVISORY_RULES));

	while (rest.n > 0) {
		const char *comma = memchr(rest.p, ',', rest.n);
		size_t n = comma ? (size_t)(comma - rest.p) : rest.n;
		if (sv_eq_str((struct sv){ rest.p, n }, rule))
			return true;
		rest.p += n + (comma != NULL);
		rest.n -= n + (comma != NULL);
	}
	return false;
}

/* A fresh case with these amounts; does the rule speak? */
static bool asks(const struct dossier *filed, const char *json, const char *rule)
{
	struct walk *w = walk_new(&arena, &book, PROCEDURE_ORDINARY);

	*w->d = *filed;
	w->row_count = 1; /* it exists */
	walk_do(w, "officer", "amounts", "2026-03-03", json);
	bool hit = hits(&w->d->facts, rule);
	if (hit)
		assert_string_equal(fact_text(&w->d->facts, FIELD_ADVISORY_LEVEL), "RED");
	return hit;
}

static bool with_amount(const struct dossier *filed, const char *offence, const char *q, const struct parts *p, int64_t value,
			const char *rule)
{
	struct amounts a = { .json = STR_INIT(4096) };

	trial(&a, offence, q, p, value);
	bool hit = asks(filed, str_cstr(&a.json), rule);
	str_release(&a.json);
	return hit;
}

/* Everything the rule wants but the amount itself. */
static bool without_amount(const struct dossier *filed, const char *offence, const char *rule)
{
	return asks(filed,
		    arena_printf(&arena, "{\"offence\":\"%s\",\"source_groups\":2,\"prior_penalty_on\":\"2025-03-02\"}", offence),
		    rule);
}

static const struct parts *parts_of(const char *metric)
{
	for (size_t i = 0; i < ARRAY_LEN(metrics); i++) {
		if (strcmp(metrics[i].metric, metric) == 0)
			return &metrics[i];
	}
	return NULL;
}

static void check_rule(const struct dossier *filed, const struct csv *csv)
{
	const char *rule = law_cell(&arena, csv, "rule_id"), *offence = law_cell(&arena, csv, "offence");
	const char *q = law_cell(&arena, csv, "q"), *metric = law_cell(&arena, csv, "metric");
	const struct parts *p = parts_of(metric);
	int64_t line;

	assert_true(sv_to_i64(csv_get(csv, "ge"), &line));
	if (strcmp(metric, "act") == 0) { /* the act itself: nothing to be below */
		assert_true(asks(filed, "{\"offence\":\"TRADE_SECRET_FOREIGN\"}", rule));
		return;
	}
	if (strcmp(metric, "holder_bankrupt") == 0) {
		assert_true(asks(filed, "{\"offence\":\"TRADE_SECRET\",\"holder_bankrupt\":true}", rule));
		assert_false(asks(filed, "{\"offence\":\"TRADE_SECRET\",\"holder_bankrupt\":false}", rule));
		assert_false(without_amount(filed, offence, rule));
		return;
	}
	if (strcmp(metric, "two_items_half") == 0) {
		assert_true(asks(filed, "{\"offence\":\"COPYRIGHT\",\"copies\":250,\"criminal_turnover_fen\":2500000}", rule));
		assert_false(asks(filed, "{\"offence\":\"COPYRIGHT\",\"copies\":249,\"criminal_turnover_fen\":2500000}", rule));
		assert_false(asks(filed, "{\"offence\":\"COPYRIGHT\",\"criminal_turnover_fen\":2500000}", rule));
		return;
	}
	if (!p)
		fail_msg("%s: no field for metric %s", rule, metric);
	line *= p->money ? 100 : 1;
	if (!with_amount(filed, offence, q, p, line, rule))
		fail_msg("%s is not met at its line", rule);
	if (with_amount(filed, offence, q, p, line - 1, rule))
		fail_msg("%s is met below its line", rule);
	if (without_amount(filed, offence, rule))
		fail_msg("%s is met by what is unknown", rule);
}

static void test_every_rule(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	struct csv csv;
	size_t rules = 0;
	(void)state;

	assert_int_equal(csv_open(&csv, &arena, law_read(&arena, "thresholds.csv"), NULL), ERR_OK);
	for (;; rules++) {
		bool more;
		assert_int_equal(csv_next(&csv, &more, NULL), ERR_OK);
		if (!more)
			break;
		check_rule(w->d, &csv);
	}
	assert_int_equal(rules, book.thresholds.rule_count);
}

/* 解释 7: prints that cannot be used apart are counted by their carrier. */
static void test_labels(void **state)
{
	struct walk *w = walk_case_filed(&arena, &book, "2026-03-02", NULL);
	(void)state;

	walk_do(w, "officer", "amounts", "2026-03-03", "{\"offence\":\"TM_LABEL\",\"label_prints\":12000,\"label_carriers\":3000}");
	assert_int_equal(fact_num(&w->d->facts, FIELD_CRIM_LABELS), 3000);
	assert_string_equal(fact_text(&w->d->facts, FIELD_ADVISORY_LEVEL), "GREY");
	walk_do(w, "officer", "amounts", "2026-03-04", "{\"label_prints\":12000,\"labels_separable\":true}");
	assert_int_equal(fact_num(&w->d->facts, FIELD_CRIM_LABELS), 12000);
	assert_string_equal(fact_text(&w->d->facts, FIELD_ADVISORY_LEVEL), "RED");
	walk_replay(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_rule),
		cmocka_unit_test(test_labels),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The criminal-threshold advisory as facts and duties of a case. RED is a duty to report (C1.0), AMBER one to record a
 * decision (C1.0a); both end when a hand-over to the police is opened, when the officer settles an AMBER or when the
 * principal overrides. New amounts ask the question anew. */
#include "law/apply.h"
#include "law/row.h"

static void metric_from(struct threshold_case *c, enum metric m, const struct facts *f, enum field field)
{
	if (fact_has(f, field) && f->at[field].num != MONEY_UNCOMPUTABLE)
		c->metrics[m] = (struct metric_value){ METRIC_KNOWN, f->at[field].num };
}

/* Article of the Criminal Law whose conduct the offence repeats. */
static const char *offence_conduct(const char *offence)
{
	static const struct {
		const char *offence, *article;
	} table[] = {
		{ "TM_GOODS", "213" }, { "TM_SERVICE", "213" }, { "TM_GOODS_SERVICE", "213" },
		{ "TM_SALE", "214" }, { "TM_LABEL", "215" }, { "TM_LABEL_SALE", "215" },
		{ "PATENT_FAKE", "216" }, { "COPYRIGHT", "217" }, { "COPYRIGHT_NET", "217" },
		{ "COPY_SALE", "218" }, { "TRADE_SECRET", "219" }, { "TRADE_SECRET_FOREIGN", "219.1" },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (strcmp(table[i].offence, offence) == 0)
			return table[i].article;
	}
	return "";
}

/* The field that holds each metric. */
static const enum field metric_fields[METRIC_COUNT] = {
	[METRIC_GAIN] = FIELD_CRIM_GAIN, [METRIC_TURNOVER] = FIELD_CRIM_TURNOVER,
	[METRIC_SALES] = FIELD_CRIM_SALES, [METRIC_UNSOLD_VALUE] = FIELD_CRIM_UNSOLD,
	[METRIC_LABEL_COUNT] = FIELD_CRIM_LABELS, [METRIC_LABEL_UNSOLD_COUNT] = FIELD_CRIM_LABELS_UNSOLD,
	[METRIC_LABEL_SOLD_COUNT] = FIELD_CRIM_LABELS_SOLD, [METRIC_DIRECT_LOSS] = FIELD_CRIM_DIRECT_LOSS,
	[METRIC_LOSS] = FIELD_CRIM_LOSS, [METRIC_COPIES] = FIELD_CRIM_COPIES,
	[METRIC_COPIES_UNSOLD] = FIELD_CRIM_COPIES_UNSOLD, [METRIC_WORKS_ONLINE] = FIELD_CRIM_WORKS,
	[METRIC_DOWNLOADS] = FIELD_CRIM_DOWNLOADS, [METRIC_CLICKS] = FIELD_CRIM_CLICKS,
	[METRIC_MEMBERS] = FIELD_CRIM_MEMBERS, [METRIC_GAIN_SERVICE] = FIELD_CRIM_GAIN_SERVICE,
	[METRIC_HOLDER_BANKRUPT] = FIELD_CRIM_BANKRUPT, [METRIC_ACT] = FIELD_NONE,
};

/* 法释〔2025〕5号 7: a piece is a complete label; several prints on one carrier that cannot be used apart are one. */
static void count_labels(struct facts *f)
{
	if (fact_true(f, FIELD_LABELS_SEPARABLE)) {
		if (fact_has(f, FIELD_LABEL_PRINTS))
			fact_set_num(f, FIELD_CRIM_LABELS, fact_num(f, FIELD_LABEL_PRINTS));
	} else if (fact_has(f, FIELD_LABEL_CARRIERS)) {
		fact_set_num(f, FIELD_CRIM_LABELS, fact_num(f, FIELD_LABEL_CARRIERS));
	}
}

/* Not yet handed over and not yet decided: somebody has to do something. */
static enum err_code set_duty(struct application *app, enum advisory_level level, struct err *err)
{
	const char *const wanted = level == ADVISORY_RED ? "C1.0" : level == ADVISORY_AMBER ? "C1.0a" : NULL;
	const char *const other = level == ADVISORY_RED ? "C1.0a" : "C1.0";
	const struct clock_entry *c = wanted ? dossier_clock_const(app->d, wanted, 0) : NULL;

	apply_end_clock(app, other, 0, CLOCK_CANCELLED);
	if (!wanted)
		apply_end_clock(app, "C1.0a", 0, CLOCK_CANCELLED);
	if (!wanted || (c && c->state == CLOCK_RUNNING) || transfer_pending(&app->d->facts))
		return ERR_OK;
	return apply_start(app, wanted, 0, app->day, app->act->happened_at, err);
}

static void note_rules(struct application *app, const struct advisory *advice)
{
	CLEANUP(str_release) struct str rules = STR_INIT(400);

	for (size_t i = 0; i < advice->hit_count; i++)
		str_printf(&rules, "%s%s", i ? "," : "", advice->hits[i]);
	for (size_t i = 0; i < advice->near_count; i++)
		str_printf(&rules, "%s~%s", rules.len ? "," : "", advice->near[i]);
	fact_set_text(&app->d->facts, FIELD_ADVISORY_RULES, arena_strdup(app->arena, str_cstr(&rules)));
}

enum err_code effect_advisory(struct application *app, struct err *err)
{
	static const char *const words[] = { "GREY", "AMBER", "RED" };
	struct facts *f = &app->d->facts;
	struct threshold_case c = { .offence = fact_text(f, FIELD_OFFENCE), .act_on = DAY_NONE };
	struct prior_penalty prior;
	struct threshold_policy policy;
	struct advisory advice;

	if (fact_has(&app->fields, FIELD_LABEL_PRINTS) || fact_has(&app->fields, FIELD_LABEL_CARRIERS))
		count_labels(f);
	if (!fact_has(f, FIELD_OFFENCE))
		return ERR_OK;
	for (enum metric m = 0; m < METRIC_COUNT; m++) {
		if (metric_fields[m] != FIELD_NONE)
			metric_from(&c, m, f, metric_fields[m]);
	}
	/* Criminal Law 219-1 has no line: the act itself is the offence. */
	if (fact_is(f, FIELD_OFFENCE, "TRADE_SECRET_FOREIGN"))
		c.metrics[METRIC_ACT] = (struct metric_value){ METRIC_KNOWN, 1 };
	c.source_groups = (int)fact_num(f, FIELD_SOURCE_GROUPS);
	c.suspicion = fact_true(f, FIELD_SUSPICION);
	c.act_on = fact_has(f, FIELD_ACT_ENDED_ON) ? fact_day(f, FIELD_ACT_ENDED_ON)
						    : fact_day(f, FIELD_DISCOVERED_ON);
	if (fact_has(f, FIELD_PRIOR_ON)) {
		prior = (struct prior_penalty){ offence_conduct(c.offence), fact_day(f, FIELD_PRIOR_ON) };
		c.priors = &prior;
		c.prior_count = 1;
	}
	policy.amber_percent = (int)law_book_limit(app->book, "AMBER_PERCENT", app->day);
	policy.amber_unsold_percent = (int)law_book_limit(app->book, "AMBER_UNSOLD_PERCENT", app->day);
	threshold_advise(&app->book->thresholds, policy, &c, app->day, &advice);
	note_rules(app, &advice);
	fact_set_text(f, FIELD_ADVISORY_LEVEL, words[advice.level]);
	if (!transfer_pending(f))
		fact_clear(f, FIELD_ADVISORY_SETTLED); /* new amounts ask the question anew */
	return set_duty(app, advice.level, err);
}

static void settled(struct application *app, const char *how)
{
	fact_set_text(&app->d->facts, FIELD_ADVISORY_SETTLED, how);
	apply_end_clock(app, "C1.0", 0, CLOCK_MET);
	apply_end_clock(app, "C1.0a", 0, CLOCK_MET);
}

/* "移送" is settled only by the hand-over itself: the duty to report takes its place. */
enum err_code effect_settle_advisory(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	if (!fact_is(&app->fields, FIELD_TRANSFER_CHOICE, "移送")) {
		settled(app, "不移送");
		return ERR_OK;
	}
	fact_set_text(f, FIELD_ADVISORY_SETTLED, "移送");
	apply_end_clock(app, "C1.0a", 0, CLOCK_MET);
	return transfer_pending(f) ? ERR_OK : set_duty(app, ADVISORY_RED, err);
}

enum err_code effect_override_advisory(struct application *app, struct err *err)
{
	(void)err;
	settled(app, "局长决定不移送");
	return ERR_OK;
}

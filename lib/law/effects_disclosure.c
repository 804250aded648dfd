/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Effects of a disclosure that a table row cannot say: where it begins, how long it is public, how it ends, what credit
 * repair does to it, what the case tells it. */
#include "law/apply.h"
#include "law/disclosure.h"
#include "law/row.h"

/* ---- shared ---- */

static void cancel(struct application *app, const char *const *rules, size_t count)
{
	for (size_t i = 0; i < count; i++)
		apply_end_clock(app, rules[i], 0, CLOCK_CANCELLED);
}

/* What had to be done so that it becomes public; D36 is a duty of its own. */
static void publication_over(struct application *app)
{
	static const char *const rules[] = { "D32", "D33", "D34" };

	cancel(app, rules, ARRAY_LEN(rules));
}

static void period_over(struct application *app)
{
	static const char *const rules[] = { "D37a", "D37b", "D37c", "D37e" };

	cancel(app, rules, ARRAY_LEN(rules));
}

static void repair_over(struct application *app)
{
	static const char *const rules[] = { "D38", "D39", "D40", "D40b", "D40c" };

	cancel(app, rules, ARRAY_LEN(rules));
}

/* With the decision falls what was to be published because of it elsewhere. */
static void duties_over(struct application *app)
{
	static const char *const rules[] = { "D36", "D46", "D46b" };

	cancel(app, rules, ARRAY_LEN(rules));
}

static enum err_code no_rule(struct err *err)
{
	return err_set(err, ERR_INVALID, "no-rule-in-force", "该日期没有可以适用的公示期限规则，请核对日期");
}

static void set_class(struct application *app, day_t on)
{
	enum disclosure_class c = disclosure_class(app->book, &app->d->facts, on);

	if (c == DISCLOSURE_CLASS_NONE)
		fact_clear(&app->d->facts, FIELD_PUBLISH_CLASS);
	else
		fact_set_text(&app->d->facts, FIELD_PUBLISH_CLASS, disclosure_class_zh(c));
}

/* Class, last day and the clock that watches it, counted from FIELD_PUBLISHED_FROM. */
static enum err_code count_period(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;
	day_t from = fact_day(f, FIELD_PUBLISHED_FROM);
	struct disclosure_window w;

	if (!disclosure_window(app->book, f, from, &w))
		return no_rule(err);
	period_over(app);
	fact_set_text(f, FIELD_PUBLISH_CLASS, disclosure_class_zh(w.class));
	fact_set_num(f, FIELD_STOP_DUE, w.stop_due);
	fact_set_num(f, FIELD_REPAIR_FROM, w.repair_from); /* DAY_NONE clears */
	return apply_start(app, w.plain ? w.clock : "D37e", 0, w.plain ? from : w.stop_due, app->act->happened_at, err);
}

static void next_version(struct application *app)
{
	fact_set_num(&app->d->facts, FIELD_PUBLISH_VERSION, fact_num(&app->d->facts, FIELD_PUBLISH_VERSION) + 1);
}

/* ---- the beginning ---- */

enum err_code effect_disclosure_opened(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;
	bool required = disclosure_required(f);

	(void)err;
	if (!required)
		fact_set_text(f, FIELD_NOT_REQUIRED_REASON, "仅受到警告的行政处罚信息不予公示");
	set_class(app, app->day);
	if (app->d->state != STATE_RECEIVED)
		apply_state(app, required ? STATE_PREPARING : STATE_NOT_REQUIRED);
	return ERR_OK;
}

/* Where the party is registered decides who publishes, and within what time. */
static enum err_code choose_duty(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;
	bool away = fact_true(f, FIELD_OTHER_PROVINCE);
	const char *right = away ? "D33" : "D32", *wrong = away ? "D32" : "D33";
	const struct clock_entry *old = dossier_clock(app->d, wrong, 0);
	enum err_code code;

	if (!old || old->state != CLOCK_RUNNING)
		return ERR_OK;
	day_t from = old->start_on;
	apply_end_clock(app, wrong, 0, CLOCK_CANCELLED);
	if ((code = apply_start(app, right, 0, from, app->act->happened_at, err)) == ERR_OK)
		fact_set_num(f, FIELD_PUBLISH_DUE, dossier_clock(app->d, right, 0)->due.lawful);
	return code;
}

enum err_code effect_disclosure_prepared(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	fact_set_num(f, FIELD_PREPARED_BY, app->act->actor);
	fact_set_text(f, FIELD_PREPARED_BY, app->act->actor_name);
	fact_set_num(f, FIELD_PREPARED_ON, app->day);
	fact_clear(f, FIELD_SECRECY_REVIEWER);
	fact_clear(f, FIELD_SECRECY_REVIEWED_ON);
	set_class(app, app->day);
	return choose_duty(app, err);
}

enum err_code effect_secrecy_reviewed(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	(void)err;
	fact_set_num(f, FIELD_SECRECY_REVIEWER, app->act->actor);
	fact_set_text(f, FIELD_SECRECY_REVIEWER, app->act->actor_name);
	fact_set_num(f, FIELD_SECRECY_REVIEWED_ON, app->day);
	return ERR_OK;
}

enum err_code effect_secrecy_returned(struct application *app, struct err *err)
{
	(void)err;
	apply_state(app, fact_has(&app->d->facts, FIELD_AGENCY) ? STATE_RECEIVED : STATE_PREPARING);
	return ERR_OK;
}

enum err_code effect_exempted(struct application *app, struct err *err)
{
	(void)err;
	publication_over(app);
	apply_end_clock(app, "D36", 0, CLOCK_CANCELLED);
	fact_set_text(&app->d->facts, FIELD_EXEMPT_APPROVER, app->act->actor_name);
	fact_set_text(&app->d->facts, FIELD_DISCLOSURE, "不予公开");
	return ERR_OK;
}

/* The duty to publish begins again with the day on which the exemption ended. */
enum err_code effect_exemption_ended(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;
	bool received = fact_has(f, FIELD_AGENCY);
	const char *rule = received ? "D34" : fact_true(f, FIELD_OTHER_PROVINCE) ? "D33" : "D32";
	enum err_code code = apply_start(app, rule, 0, app->day, app->act->happened_at, err);

	if (code != ERR_OK)
		return code;
	fact_set_num(f, FIELD_PUBLISH_DUE, dossier_clock(app->d, rule, 0)->due.lawful);
	fact_clear(f, FIELD_PUBLISH_EXEMPTION);
	fact_clear(f, FIELD_EXEMPT_APPROVER);
	fact_clear(f, FIELD_DISCLOSURE);
	return effect_secrecy_returned(app, err);
}

/* ---- public ---- */

/* PUBLISHED_ON stays the first day: that is the duty. */
enum err_code effect_published(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;
	day_t due = fact_day(f, FIELD_PUBLISH_DUE);

	if (!fact_has(f, FIELD_PUBLISHED_ON)) {
		fact_set_num(f, FIELD_PUBLISHED_ON, app->day);
		fact_set_text(f, FIELD_DISCLOSURE, due != DAY_NONE && app->day > due ? "逾期公示" : "已公示");
	}
	apply_end_clock(app, "D32", 0, CLOCK_MET);
	apply_end_clock(app, "D34", 0, CLOCK_MET);
	fact_clear(f, FIELD_WITHDRAWN_ON);
	fact_clear(f, FIELD_WITHDRAW_REASON);
	fact_set_num(f, FIELD_PUBLISHED_FROM, app->day);
	next_version(app);
	return count_period(app, err);
}

enum err_code effect_pushed(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	if (!fact_has(f, FIELD_PUSHED_ON))
		fact_set_num(f, FIELD_PUSHED_ON, app->day);
	fact_clear(f, FIELD_WITHDRAWN_ON);
	fact_clear(f, FIELD_WITHDRAW_REASON);
	fact_set_text(f, FIELD_DISCLOSURE, "已推送外省");
	apply_end_clock(app, "D33", 0, CLOCK_MET);
	apply_end_clock(app, "D34b", 0, CLOCK_CANCELLED);
	return apply_start(app, "D34b", 0, app->day, app->act->happened_at, err);
}

/* The first report is the one that counts. */
enum err_code effect_credit_reported(struct application *app, struct err *err)
{
	(void)err;
	if (!fact_has(&app->d->facts, FIELD_CREDIT_ON))
		fact_set_num(&app->d->facts, FIELD_CREDIT_ON, app->day);
	apply_end_clock(app, "D36", 0, CLOCK_MET);
	return ERR_OK;
}

/* A new version of what is public; what was corrected may change the class. */
enum err_code effect_corrected(struct application *app, struct err *err)
{
	fact_set_num(&app->d->facts, FIELD_CORRECTED_ON, app->day);
	next_version(app);
	return count_period(app, err);
}

/* On the list of the seriously untrustworthy, or off it: another class. */
enum err_code effect_listed(struct application *app, struct err *err)
{
	state_set now = STATE_BIT(app->d->state);

	if (now & (S_ON_SITE | S(SHIELDED) | S(TO_WITHDRAW)) && fact_has(&app->d->facts, FIELD_PUBLISHED_FROM))
		return count_period(app, err);
	if (now & (S_UNPUBLISHED | S(PUSHED)))
		set_class(app, app->day);
	return ERR_OK;
}

enum err_code effect_delisted(struct application *app, struct err *err)
{
	static const enum field gone[] = { FIELD_LISTED_ON, FIELD_LIST_CONSENT, FIELD_LIST_DUE, FIELD_LIST_PUBLISHED_ON };

	for (size_t i = 0; i < ARRAY_LEN(gone); i++)
		fact_clear(&app->d->facts, gone[i]);
	apply_end_clock(app, "D46", 0, CLOCK_CANCELLED);
	apply_end_clock(app, "D46b", 0, CLOCK_CANCELLED);
	return effect_listed(app, err);
}

/* ---- the end ---- */

enum err_code effect_withdrawn(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	(void)err;
	fact_set_num(f, FIELD_WITHDRAWN_ON, app->day);
	apply_end_clock(app, "D35", 0, CLOCK_MET);
	period_over(app);
	repair_over(app);
	apply_end_clock(app, "D34b", 0, CLOCK_CANCELLED);
	fact_clear(f, FIELD_PUBLISHED_FROM);
	fact_clear(f, FIELD_STOP_DUE);
	fact_clear(f, FIELD_REPAIR_FROM);
	fact_set_text(f, FIELD_DISCLOSURE, "已撤回");
	return ERR_OK;
}

/* Does the act say that the decision does not stand? The case's event is many things. */
static bool overturns(const struct application *app)
{
	return !fact_has(&app->fields, FIELD_DISCLOSURE_EVENT) || fact_is(&app->fields, FIELD_DISCLOSURE_EVENT, "决定不再有效");
}

/* In every state: it is never published again. */
enum err_code effect_overturned_noted(struct application *app, struct err *err)
{
	(void)err;
	if (overturns(app) && !fact_has(&app->d->facts, FIELD_OVERTURNED_ON))
		fact_set_num(&app->d->facts, FIELD_OVERTURNED_ON, app->day);
	return ERR_OK;
}

/* What is not public yet never will be. */
enum err_code effect_overturned_before(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	(void)err;
	if (!overturns(app) || !(STATE_BIT(app->state_before) & S_UNPUBLISHED))
		return ERR_OK;
	publication_over(app);
	duties_over(app);
	fact_set_text(f, FIELD_NOT_REQUIRED_REASON, fact_text(f, FIELD_WITHDRAW_REASON));
	fact_clear(f, FIELD_WITHDRAW_REASON);
	apply_state(app, STATE_NOT_REQUIRED);
	return ERR_OK;
}

/* What is public, here or in the other province, is withdrawn within three working days. */
enum err_code effect_overturned(struct application *app, struct err *err)
{
	enum err_code code;

	if (!overturns(app) || !(STATE_BIT(app->state_before) & (S_ON_SITE | S(PUSHED))))
		return ERR_OK;
	repair_over(app);
	duties_over(app);
	if ((code = apply_start(app, "D35", 0, app->day, app->act->happened_at, err)) != ERR_OK)
		return code;
	fact_set_num(&app->d->facts, FIELD_WITHDRAW_DUE, dossier_clock(app->d, "D35", 0)->due.lawful);
	apply_state(app, STATE_TO_WITHDRAW);
	return ERR_OK;
}

/* What is hidden nobody sees any more. */
enum err_code effect_overturned_hidden(struct application *app, struct err *err)
{
	if (!overturns(app) || app->state_before != STATE_SHIELDED)
		return ERR_OK;
	fact_set_num(&app->d->facts, FIELD_WITHDRAW_DUE, app->day);
	duties_over(app);
	apply_state(app, STATE_DISCLOSURE_WITHDRAWN);
	return effect_withdrawn(app, err);
}

static void stopped(struct application *app, const char *reason)
{
	struct facts *f = &app->d->facts;
	static const char *const ended[] = { "D37a", "D37b", "D37c", "D37e", "D40", "D40c" };

	for (size_t i = 0; i < ARRAY_LEN(ended); i++)
		apply_end_clock(app, ended[i], 0, CLOCK_MET);
	repair_over(app);
	apply_end_clock(app, "D34b", 0, CLOCK_CANCELLED);
	if (app->state_before == STATE_TO_WITHDRAW) { /* its period ended first */
		apply_end_clock(app, "D35", 0, CLOCK_MET);
		fact_set_num(f, FIELD_WITHDRAWN_ON, app->day);
	}
	fact_set_num(f, FIELD_STOPPED_ON, app->day);
	fact_set_text(f, FIELD_STOP_REASON, reason);
	fact_set_text(f, FIELD_DISCLOSURE, "已停止公示");
}

enum err_code effect_expired(struct application *app, struct err *err)
{
	(void)err;
	stopped(app, "公示期满");
	return ERR_OK;
}

/* Early: STOP_DUE no longer is the day on which it must stop, it is that day now. */
enum err_code effect_stopped(struct application *app, struct err *err)
{
	(void)err;
	stopped(app, fact_text(&app->fields, FIELD_STOP_REASON));
	fact_clear(&app->d->facts, FIELD_STOP_DUE);
	return ERR_OK;
}

/* ---- credit repair ---- */

enum err_code effect_repair_requested(struct application *app, struct err *err)
{
	static const enum field gone[] = { FIELD_REPAIR_MISSING, FIELD_REPAIR_ACCEPTED_ON, FIELD_REPAIR_EXTENDED,
					   FIELD_REPAIR_RESULT, FIELD_REPAIR_DECIDED_ON, FIELD_CORRECTED, FIELD_NOT_AGAIN };
	struct facts *f = &app->d->facts;

	(void)err;
	for (size_t i = 0; i < ARRAY_LEN(gone); i++)
		fact_clear(f, gone[i]);
	return ERR_OK;
}

enum err_code effect_repair_extended(struct application *app, struct err *err)
{
	(void)err;
	fact_set_num(&app->d->facts, FIELD_REPAIR_EXTENDED, 1);
	return ERR_OK;
}

/* Not accepted, refused, taken back: public as before. */
enum err_code effect_repair_back(struct application *app, struct err *err)
{
	(void)err;
	apply_end_clock(app, "D38", 0, CLOCK_CANCELLED);
	apply_end_clock(app, "D39", 0, CLOCK_CANCELLED);
	apply_state(app, fact_has(&app->d->facts, FIELD_PUBLISHED_FROM) ? STATE_PUBLISHED : STATE_PUSHED);
	return ERR_OK;
}

enum err_code effect_repair_done(struct application *app, struct err *err)
{
	(void)err;
	fact_set_num(&app->d->facts, FIELD_REPAIR_DONE_ON, app->day);
	stopped(app, "信用修复");
	fact_clear(&app->d->facts, FIELD_STOP_DUE);
	return ERR_OK;
}

/* Obtained by fraud: public again, the period begins anew and does not end early (order 107 art. 23). */
enum err_code effect_repair_revoked(struct application *app, struct err *err)
{
	static const enum field gone[] = { FIELD_STOPPED_ON, FIELD_STOP_REASON, FIELD_REPAIR_RESULT, FIELD_REPAIR_DONE_ON };
	struct facts *f = &app->d->facts;
	bool here = fact_has(f, FIELD_PUBLISHED_FROM);

	for (size_t i = 0; i < ARRAY_LEN(gone); i++)
		fact_clear(f, gone[i]);
	fact_set_num(f, FIELD_REPAIR_REVOKED_ON, app->day);
	fact_set_text(f, FIELD_DISCLOSURE, here ? "恢复公示" : "已推送外省");
	apply_state(app, here ? STATE_PUBLISHED : STATE_PUSHED);
	if (!here)
		return ERR_OK;
	fact_set_num(f, FIELD_PUBLISHED_FROM, app->day);
	next_version(app);
	return count_period(app, err);
}

/* The reorganisation failed: what was hidden is public again, for what is left of its period. */
enum err_code effect_unshielded(struct application *app, struct err *err)
{
	(void)err;
	fact_clear(&app->d->facts, FIELD_SHIELDED_ON);
	fact_clear(&app->d->facts, FIELD_SHIELD_REQUESTED_ON);
	next_version(app);
	return ERR_OK;
}

/* ---- what the case tells ---- */

enum err_code effect_case_event(struct application *app, struct err *err)
{
	enum err_code code;

	if (!fact_has(&app->fields, FIELD_PARTIES))
		return ERR_OK;
	code = effect_parties(app, err);
	return code == ERR_OK && disclosure_is_public(app->d) ? effect_corrected(app, err) : code;
}

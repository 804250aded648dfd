/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Effects of the channels C2 to C9 that their tables cannot say. See the rule at the top of effects_handoff.c: an effect that
 * a record carries is the same on every copy. What the linked clue or case learns is in effects_events.c. */
#include "law/agreement.h"
#include "law/apply.h"
#include "law/enforcement.h"
#include "law/row_channels.h"

#include "json/json_writer.h"

enum { LIST_MAX_BYTES = 16 * 1024, CLAUSE_MAX_BYTES = 300, LIST_ITEMS_MAX = 16 };

/* ---- what was told ---- */

/* What the records of the receiver told so far: only ever more, so that it is the same whatever came between. */
enum progress {
	PROGRESS_RECEIVED = 1, PROGRESS_FILED = 2, PROGRESS_NOT_FILED = 4, PROGRESS_ANSWERED = 8, PROGRESS_REFUSED = 16,
	PROGRESS_DISPUTED = 32, PROGRESS_INTERIM = 64,
};

enum err_code effect_progress(struct application *app, struct err *err)
{
	static const struct {
		const char *receipt;
		int bit;
	} told[] = {
		{ "accepted", PROGRESS_RECEIVED }, { "partly-accepted", PROGRESS_RECEIVED }, { "filed", PROGRESS_FILED },
		{ "not-filed", PROGRESS_NOT_FILED }, { "answered", PROGRESS_ANSWERED }, { "refused", PROGRESS_REFUSED },
		{ "informed", PROGRESS_DISPUTED },
	};
	struct facts *f = &app->d->facts;

	(void)err;
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		if (strcmp(told[i].receipt, app->row->receipt) == 0)
			fact_set_num(f, FIELD_PROGRESS, fact_num(f, FIELD_PROGRESS) | told[i].bit);
	}
	return ERR_OK;
}

/* Where a paper that was received waits, by its kind. */
static enum state received_state(const struct facts *f)
{
	if (fact_is(f, FIELD_OPINION_KIND, "检察意见（应当移送）"))
		return STATE_MUST_TRANSFER;
	if (fact_is(f, FIELD_COURT_KIND, "诉讼结果"))
		return STATE_LITIGATION_RESULT;
	return STATE_HANDOFF_ACCEPTED;
}

enum err_code effect_received(struct application *app, struct err *err)
{
	enum err_code code = effect_progress(app, err);

	if (code == ERR_OK && !app->crossed)
		apply_state(app, received_state(&app->d->facts));
	return code;
}

enum err_code effect_resumed(struct application *app, struct err *err)
{
	int64_t told = fact_num(&app->d->facts, FIELD_PROGRESS);
	enum state to = STATE_HANDOFF_SENT;

	(void)err;
	if (told & PROGRESS_ANSWERED)
		to = STATE_HANDOFF_CLOSED;
	else if (told & PROGRESS_REFUSED)
		to = STATE_REFERRED_BACK;
	else if (told & PROGRESS_NOT_FILED)
		to = STATE_HANDOFF_NOT_FILED;
	else if (told & PROGRESS_FILED)
		to = told & PROGRESS_INTERIM ? STATE_INTERIM_REPLIED : STATE_HANDOFF_FILED;
	else if (told & PROGRESS_RECEIVED)
		to = received_state(&app->d->facts);
	if (!app->crossed)
		apply_state(app, to);
	return ERR_OK;
}

/* After the filing; before it the matter goes on being verified. */
enum err_code effect_interim(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;

	(void)err;
	if (fact_num(f, FIELD_PROGRESS) & PROGRESS_FILED)
		fact_set_num(f, FIELD_PROGRESS, fact_num(f, FIELD_PROGRESS) | PROGRESS_INTERIM);
	if (!app->crossed && app->d->state == STATE_HANDOFF_FILED)
		apply_state(app, STATE_INTERIM_REPLIED);
	return ERR_OK;
}

bool channel_condition(const struct application *app, enum condition when)
{
	const struct facts *f = &app->d->facts;
	enum state state = app->d->state;
	bool wants_answer = state != STATE_HANDOFF_SENT && state_info(state)->open;

	switch (when) {
	case WHEN_TERM_OPEN:
		return !fact_has(f, FIELD_TERM_ON);
	case WHEN_TO_VERIFY:
		return channel_verifies(f);
	case WHEN_RESUMED_TERM_OPEN:
		return wants_answer && !fact_has(&app->fields, FIELD_TERM_ON);
	case WHEN_RESUMED_TERM_PRINTED:
		return wants_answer && fact_has(&app->fields, FIELD_TERM_ON);
	case WHEN_RESUMED_VERIFYING:
		return state == STATE_HANDOFF_ACCEPTED && channel_verifies(f);
	case WHEN_ADVICE:
		return fact_is(f, FIELD_COURT_KIND, "司法建议");
	case WHEN_ADVICE_TERM_OPEN:
		return fact_is(f, FIELD_COURT_KIND, "司法建议") && !fact_has(f, FIELD_TERM_ON);
	case WHEN_DESIGNATED_RECEIVER:
		return fact_is(f, FIELD_DESIGNATED, "接收机关");
	case WHEN_URGENT:
		return fact_true(&app->fields, FIELD_URGENT);
	case WHEN_CONFIRMATION:
		return !fact_is(f, FIELD_MEDIATION_KIND, "委派调解");
	case WHEN_ASSIST_MARKET:
		return fact_true(f, FIELD_MARKET) && channel_assists(f);
	case WHEN_CONSULTATION:
		return fact_is(f, FIELD_ASSIST_KIND, "案件咨询");
	default:
		BUG("condition %d is not of a channel", (int)when);
	}
}

/* Papers that ask for a penalty or bring facts; not advice, not the result of a suit, not "you must transfer". */
bool channel_verifies(const struct facts *f)
{
	if (fact_has(f, FIELD_OPINION_KIND))
		return fact_is(f, FIELD_OPINION_KIND, "检察意见（给予处罚）");
	if (fact_has(f, FIELD_COURT_KIND))
		return !fact_is(f, FIELD_COURT_KIND, "司法建议") && !fact_is(f, FIELD_COURT_KIND, "诉讼结果");
	return true;
}

bool channel_advises(const struct facts *f)
{
	return fact_is(f, FIELD_OPINION_KIND, "检察建议") || fact_is(f, FIELD_COURT_KIND, "司法建议");
}

bool channel_assists(const struct facts *f)
{
	return fact_is(f, FIELD_ASSIST_KIND, "协助调查") || fact_is(f, FIELD_ASSIST_KIND, "协助扣押");
}

/* ---- C2: the common superior ---- */

enum err_code effect_designated(struct application *app, struct err *err)
{
	const struct facts *f = &app->d->facts;

	if (app->crossed)
		return ERR_OK;
	if (fact_is(f, FIELD_DESIGNATED, "接收机关")) {
		apply_state(app, STATE_HANDOFF_ACCEPTED);
		return ERR_OK;
	}
	apply_state(app, fact_is(f, FIELD_DESIGNATED, "移送机关") ? STATE_HANDOFF_RETURNED : STATE_HANDOFF_FORWARDED);
	apply_end_clock(app, "C2.3", 0, CLOCK_MET); /* before the rest is cancelled */
	return effect_handoff_over(app, err);
}

/* ---- C6: the window, and which review runs ---- */

struct enforcement_facts channel_enforcement(const struct facts *f)
{
	return (struct enforcement_facts){
		.served = fact_day(f, FIELD_SERVED_ON), .review_received = fact_day(f, FIELD_REVIEW_RECEIVED_ON),
		.deferred_until = fact_day(f, FIELD_DEFERRED_UNTIL), .dunned = fact_day(f, FIELD_DUNNED_ON),
	};
}

enum err_code effect_enforcement(struct application *app, struct err *err)
{
	struct facts *f = &app->d->facts;
	struct enforcement_facts days = channel_enforcement(f);
	struct enforcement_window w;
	enum err_code code = enforcement_window(app->book, &days, &w, err);

	if (code != ERR_OK)
		return code;
	fact_set_num(f, FIELD_REMEDY_OVER_ON, w.over.lawful);
	fact_set_num(f, FIELD_COURT_FROM, w.first);
	fact_set_num(f, FIELD_COURT_UNTIL, w.last.lawful);
	fact_set_num(f, FIELD_COURT_UNTIL_STRICT, w.last.strict);
	if (app->row->to == STATE_NONE)
		apply_state(app, days.dunned == DAY_NONE ? STATE_ELIGIBLE : STATE_DUNNED);
	return ERR_OK;
}

/* The court examines with a hearing of both: thirty days from acceptance. Or a higher court reviews: the period depends on
 * which ruling is reviewed. */
enum err_code effect_court_review(struct application *app, struct err *err)
{
	const struct clock_entry *c = dossier_clock(app->d, "C6.6", 0);
	bool refused = fact_is(&app->d->facts, FIELD_COURT_RULING, "不予受理");

	if (app->crossed)
		return ERR_OK;
	if (app->d->state == STATE_COURT_REVIEW)
		return apply_start(app, refused ? "C6.8" : "C6.8b", 0, app->day, app->act->happened_at, err);
	if (!c || c->state != CLOCK_RUNNING)
		return ERR_OK;
	day_t accepted = c->start_on;
	apply_end_clock(app, "C6.6", 0, CLOCK_CANCELLED);
	return apply_start(app, "C6.6b", 0, accepted, app->act->happened_at, err);
}

/* ---- C7: the agreement ---- */

static void write_fault(struct json_writer *w, struct arena *arena, const struct agreement_finding *found)
{
	size_t n = found->clause.n < CLAUSE_MAX_BYTES ? found->clause.n : CLAUSE_MAX_BYTES;

	while (n > 0 && n < found->clause.n && ((unsigned char)found->clause.p[n] & 0xC0) == 0x80)
		n--;
	if (n == 0)
		json_cstr(w, agreement_fault_zh(found->fault));
	else
		json_cstr(w, arena_printf(arena, "%s：%.*s", agreement_fault_zh(found->fault), (int)n, found->clause.p));
}

enum err_code effect_agreement(struct application *app, struct err *err)
{
	CLEANUP(str_release) struct str out = STR_INIT(LIST_MAX_BYTES);
	struct agreement_finding found[LIST_ITEMS_MAX];
	struct facts *f = &app->d->facts;
	struct json_writer w;
	size_t n = agreement_check(app->arena, sv_of(fact_text(f, FIELD_AGREEMENT)), found, ARRAY_LEN(found));

	fact_clear(f, FIELD_CLEAR_REASON);
	fact_clear(f, FIELD_AGREEMENT_FAULTS);
	apply_state(app, n ? STATE_AGREEMENT_FAULTY : STATE_AGREED);
	if (n == 0)
		return ERR_OK;
	json_writer_init(&w, &out);
	json_arr_open(&w);
	for (size_t i = 0; i < n; i++)
		write_fault(&w, app->arena, &found[i]);
	json_arr_close(&w);
	if (!json_writer_ok(&w))
		return err_set(err, ERR_TOO_LARGE, "dossier-full", "调解协议审查提示过多");
	fact_set_text(f, FIELD_AGREEMENT_FAULTS, arena_strndup(app->arena, out.p, out.len));
	return ERR_OK;
}

/* One reminder answers all that are due, or the next one when it comes early. */
enum err_code effect_reminded(struct application *app, struct err *err)
{
	static const char *const rules[] = { "C7.1a", "C7.1b", "C7.1c" };
	bool met = false;

	(void)err;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		const struct clock_entry *c = dossier_clock(app->d, rules[i], 0);
		if (!c || c->state != CLOCK_RUNNING || (met && c->due.lawful > app->day))
			continue;
		apply_end_clock(app, rules[i], 0, CLOCK_MET);
		met = true;
	}
	return ERR_OK;
}

enum err_code effect_arrive_c7(struct application *app, struct err *err)
{
	(void)err;
	apply_state(app, fact_is(&app->d->facts, FIELD_MEDIATION_KIND, "委派调解") ? STATE_ASSIGNMENT_SENT
										     : STATE_HANDOFF_SENT);
	return ERR_OK;
}

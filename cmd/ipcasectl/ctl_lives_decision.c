/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Made-up lives from the notice on: hearing, decision, service, payment, review by another organ, the court, closing. */
#include "ctl_life.h"

static void text(struct facts *f, enum field field, const char *value)
{
	fact_set_text(f, field, value);
}

day_t life_hearing(struct life *f, day_t day)
{
	const struct lives_bureau *b = f->bureau;
	struct facts note = { 0 }, host = { 0 }, notify = { 0 }, opinion = { 0 }, discussed = { 0 };

	text(&note, FIELD_NOTE, "当事人请求从轻");
	day = life_workday(f, day + 1);
	life_act(f, &f->unit->officer, "hearing_request", day, 10, &note);
	fact_set_num(&host, FIELD_HEARING_HOST, b->reviewer.account);
	text(&host, FIELD_HEARING_HOST, b->reviewer.name);
	day = life_workday(f, day + 1);
	life_act(f, &b->deputy, "hearing_host", day, 10, &host);
	/* Seven working days between the two, also across the longest holidays. */
	day_t held = life_workday(f, day + 24 + life_below(f, 5));
	fact_set_num(&notify, FIELD_HEARING_ON, held);
	fact_set_num(&notify, FIELD_HEARING_PUBLIC, 1);
	life_act(f, &b->reviewer, "hearing_notify", day, 15, &notify);
	life_act(f, &b->reviewer, "hearing_announce", day, 16, NULL);
	life_act(f, &b->reviewer, "hearing_hold", held, 10, &note);
	day = life_workday(f, held + 1 + life_below(f, 5));
	life_act(f, &b->deputy, "hearing_report", day, 10, &note);
	text(&opinion, FIELD_OPINION, "同意");
	day = life_workday(f, day + 1 + life_below(f, 6));
	life_act(f, &b->reviewer, "review_pass", day, 15, &opinion);
	text(&discussed, FIELD_MEMBERS, "[\"局长\",\"分管局领导\",\"法制审核员\"]");
	text(&discussed, FIELD_OPINION, "同意");
	day = life_workday(f, day + 1 + life_below(f, 4));
	life_act(f, &b->deputy, "discuss", day, 8, &discussed);
	return day;
}

static void close_case(struct life *f, day_t day)
{
	struct facts note = { 0 }, archive = { 0 };

	text(&note, FIELD_NOTE, "已执行完毕");
	day = life_workday(f, day + 2 + life_below(f, life_percent(f, 5) ? 40 : 15));
	life_stages(f, "close", day, &note, false);
	text(&archive, FIELD_ARCHIVE_NO, arena_printf(&f->l->arena, "%d%04d", day_to_ymd(day).year, life_below(f, 10000)));
	text(&archive, FIELD_KEEP, "永久");
	life_act(f, &f->unit->clerk, "archive", life_workday(f, day + 30 + life_below(f, 90)), 10, &archive);
}

static void paid(struct life *f, day_t day, int64_t fine, const char *how)
{
	struct facts pay = { 0 }, done = { 0 };

	fact_set_num(&pay, FIELD_AMOUNT, fine);
	text(&pay, FIELD_RECEIPT, arena_printf(&f->l->arena, "票%08d", life_below(f, 100000000)));
	life_act(f, &f->unit->clerk, "pay", day, 10, &pay);
	text(&done, FIELD_PERFORMANCE, how);
	life_act(f, &f->unit->officer, "performed", day, 15, &done);
	close_case(f, day);
}

/* Nobody pays: dunned when the remedies are over, then the court, which gets the money from half of them. */
static void enforced(struct life *f, day_t served, int64_t fine)
{
	struct facts dun = { 0 }, apply = { 0 }, accepted = { 0 };
	day_t day = life_workday(f, day_add_months(served, 6) + 12);

	text(&dun, FIELD_SERVICE_METHOD, "直接");
	life_act(f, &f->unit->officer, "dun", day, 10, &dun);
	day = life_workday(f, day + 27);
	text(&apply, FIELD_ORGAN_TO, "县人民法院");
	life_approved(f, &f->bureau->deputy, "court_apply", day, &apply);
	day = life_workday(f, day + 5 + life_below(f, 6));
	text(&accepted, FIELD_COURT_CASE_NO, arena_printf(&f->l->arena, "行审%d号", life_below(f, 10000)));
	life_act(f, &f->unit->officer, "court_accepted", day, 10, &accepted);
	if (life_percent(f, 50))
		paid(f, life_workday(f, day + 30 + life_below(f, 60)), fine, "强制执行");
}

/* Another organ reviews the decision and annuls it. */
static void annulled(struct life *f, day_t served)
{
	struct facts filed = { 0 }, answer = { 0 }, ended = { 0 };
	day_t day = life_workday(f, served + 20 + life_below(f, 20));

	text(&filed, FIELD_REMEDY_KIND, "行政复议");
	life_act(f, &f->unit->officer, "remedy_filed", day, 10, &filed);
	text(&answer, FIELD_NOTE, "已提交答复书和证据");
	life_act(f, &f->bureau->reviewer, "remedy_answer", life_workday(f, day + 5), 10, &answer);
	day = life_workday(f, day + 30 + life_below(f, 25));
	text(&ended, FIELD_REMEDY_RESULT, "撤销");
	life_act(f, &f->bureau->reviewer, "remedy_ended", day, 10, &ended);
	close_case(f, day);
}

void life_decision(struct life *f, day_t day, int64_t fine)
{
	struct facts decision = { 0 }, serve = { 0 };

	text(&decision, FIELD_PENALTY_KINDS, "[\"罚款\"]");
	fact_set_num(&decision, FIELD_FINE, fine);
	text(&decision, FIELD_DISCRETION, life_percent(f, 30) ? "从轻" : "一般");
	text(&decision, FIELD_DECISION_TEXT, "当事人的行为构成侵权，事实清楚。");
	text(&decision, FIELD_BASIS, "商标法第六十条第二款");
	if (life_percent(f, 3))
		fact_set_num(&decision, FIELD_OTHER_PROVINCE, 1);
	disclosing_begin(f);
	life_approved(f, &f->bureau->deputy, "decide_penalty", day, &decision);
	text(&serve, FIELD_SERVICE_METHOD, life_percent(f, 80) ? "直接" : "留置");
	day = life_workday(f, day + 1 + life_below(f, 5));
	life_act(f, &f->unit->officer, "serve", day, 9, &serve);
	int fate = life_below(f, 100);
	if (fate < 2) /* neither pays nor is anything done about it */
		return;
	if (fate < 5)
		enforced(f, day, fine);
	else if (fate < 7)
		annulled(f, day);
	else
		paid(f, life_workday(f, day + 1 + life_below(f, 14)), fine, "自动履行");
}

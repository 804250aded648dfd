/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "ctl_life.h"

#include <stdio.h>
#include <stdlib.h>

#include "crypto/crypto.h"
#include "store/change.h"

/* ---- chance ---- */

static uint64_t draw(struct life *f)
{
	/* splitmix64 */
	uint64_t z = (f->random += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

int life_below(struct life *f, int n)
{
	return (int)(draw(f) % (uint64_t)n);
}

bool life_percent(struct life *f, int n)
{
	return life_below(f, 100) < n;
}

#define ONE_OF(f, list) ((list)[life_below((f), (int)ARRAY_LEN(list))])

/* ---- rows ---- */

static void copy_row(struct str *out, const struct cells *row, int n)
{
	for (int i = 0; i < n; i++) {
		if (i)
			str_append_char(out, '\t');
		if (!row->at[i]) {
			str_append_cstr(out, "\\N");
			continue;
		}
		const char *from = row->at[i];
		for (const char *c = from;; c++) {
			if (*c && *c != '\\' && *c != '\t' && *c != '\n' && *c != '\r')
				continue;
			str_append(out, from, (size_t)(c - from));
			if (!*c)
				break;
			str_append_char(out, '\\');
			str_append_char(out, *c == '\t' ? 't' : *c == '\n' ? 'n' : *c == '\r' ? 'r' : '\\');
			from = c + 1;
		}
	}
}

void life_put(struct life *f, enum rows_table t, const struct cells *row)
{
	copy_row(&f->batch->table[t], row, rows_column_count(t));
	str_append_char(&f->batch->table[t], '\n');
}

struct lives_counter *lives_counter(struct lives *l, const char *prefix, int year)
{
	uint32_t hash = (uint32_t)year;

	for (const char *c = prefix; *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT32_C(16777619); /* FNV-1a */
	for (uint32_t i = hash % LIVES_SLOTS;; i = (i + 1) % LIVES_SLOTS) {
		if (l->slots[i] == 0) {
			CHECK(l->counter_count < LIVES_COUNTERS_MAX);
			l->counters[l->counter_count] = (struct lives_counter){ arena_strdup(&l->keep, prefix), year, 0 };
			l->slots[i] = (uint32_t)++l->counter_count;
		}
		struct lives_counter *c = &l->counters[l->slots[i] - 1];
		if (c->year == year && strcmp(c->prefix, prefix) == 0)
			return c;
	}
}

/* The number that the act takes, with its row of document; NULL: none. */
static const char *take_number(struct life *f, const struct act_row *row, const struct act_record *r, int seq)
{
	struct arena *a = &f->l->arena;
	const char *paper = change_paper(row, r);
	day_t day = instant_to_day(r->happened_at);
	char text[11], prefix[128];

	if (!paper)
		return NULL;
	snprintf(prefix, sizeof(prefix), "%s%s%s", f->bureau->prefix,
		 strncmp(paper, "市监", strlen("市监")) == 0 ? "" : "市监", paper);
	struct lives_counter *c = lives_counter(f->l, prefix, day_to_ymd(day).year);
	c->last++;
	const char *number = arena_printf(a, "%s〔%d〕%lld号", prefix, c->year, (long long)c->last);
	day_format(day, text);
	struct cells cells = { .at = { arena_printf(a, "%lld", (long long)f->m.id), arena_printf(a, "%d", seq),
				       arena_printf(a, "%lld", (long long)f->m.organ),
				       arena_printf(a, "%lld", (long long)f->m.unit), paper, number,
				       arena_printf(a, "%s|%d|%lld", prefix, c->year, (long long)c->last), text } };
	life_put(f, ROWS_DOCUMENT, &cells);
	return number;
}

/* As change_moves_form(), without a dossier from before. */
static void form(struct life *f, int seq, instant_t recorded_at, const char *texts)
{
	struct form_mark now;

	form_mark_of(&f->d, &now);
	if (!form_mark_has(&f->d) ||
	    (f->form_count > 0 && form_mark_same(&now, &f->form) && strcmp(texts, f->form_texts) == 0))
		return;
	CHECK(f->form_count < MARKS_MAX);
	rows_form(&f->m, &f->d, seq, recorded_at, f->number, &f->forms[f->form_count++]);
	if (f->form_count > 1)
		f->forms[f->form_count - 2].at[3] = f->forms[f->form_count - 1].at[2];
	f->form = now;
	f->form_texts = texts;
}

/* As change_moves_mark(), without a dossier from before. */
static void mark(struct life *f, int seq, instant_t recorded_at)
{
	struct rate_mark now;
	const struct facts *facts = &f->d.facts;
	const char *texts = arena_printf(&f->l->arena, "%lld|%s|%s|%s|%s|%s", (long long)fact_num(facts, FIELD_OFFICER),
					 fact_text(facts, FIELD_OFFICER), fact_text(facts, FIELD_CAMPAIGNS),
					 fact_text(facts, FIELD_IP_TYPE), change_title(&f->l->arena, &f->d),
					 change_party(&f->l->arena, &f->d));

	form(f, seq, recorded_at, texts);
	rate_mark_of(&f->d, &now);
	if (f->mark_count > 0 && rate_mark_same(&now, &f->mark) && strcmp(texts, f->mark_texts) == 0)
		return;
	CHECK(f->mark_count < MARKS_MAX);
	rows_mark(&f->m, &f->d, seq, recorded_at, f->number, &f->marks[f->mark_count++]);
	if (f->mark_count > 1)
		f->marks[f->mark_count - 2].at[3] = f->marks[f->mark_count - 1].at[2];
	f->mark = now;
	f->mark_texts = texts;
}

/* All projections of the finished life. */
void life_finish(struct life *f)
{
	struct cells row;
	char created[40], updated[40];

	if (f->d.version == 0)
		return;
	rows_matter(&f->m, &f->d, f->number, &row);
	copy_row(&f->batch->table[ROWS_MATTER], &row, rows_column_count(ROWS_MATTER));
	instant_format(f->first_at, created);
	instant_format(f->last_at, updated);
	str_printf(&f->batch->table[ROWS_MATTER], "\t%s\t%s\n", created, updated);
	rows_dossier(&f->m, &f->d, &row);
	life_put(f, ROWS_DOSSIER, &row);
	rows_text(&f->m, &f->d, &row);
	life_put(f, ROWS_TEXT, &row);
	for (int i = 0; i < f->d.clock_count; i++) {
		rows_clock(&f->m, &f->d, i, &row);
		life_put(f, ROWS_CLOCK, &row);
	}
	size_t n = rows_parties(&f->m, &f->d, f->parties, ARRAY_LEN(f->parties));
	for (size_t i = 0; i < n; i++)
		life_put(f, ROWS_PARTY, &f->parties[i]);
	for (size_t i = 0; i < f->mark_count; i++)
		life_put(f, ROWS_MARK, &f->marks[i]);
	for (size_t i = 0; i < f->form_count; i++)
		life_put(f, ROWS_FORM, &f->forms[i]);
	f->form_count = 0;
	if (f->d.kind == MATTER_DISCLOSURE) {
		rows_disclosure(&f->m, &f->d, f->number, &row);
		life_put(f, ROWS_DISCLOSURE, &row);
	}
	f->batch->matters++;
}

/* ---- one act ---- */

void life_refuse(struct life *f, const char *act, const struct err *err)
{
	ctl_error("made-up matter %lld: %s in state %s: %s (%s) %s", (long long)f->m.id, act,
		  state_info(f->d.state)->code, err->message, err->rule, err->detail);
	f->failed = true;
}

static void store_act(struct life *f, const struct act_row *row, const struct act_record *r, const struct actor *who)
{
	struct rows_act act = { .record = r, .seq = f->d.version, .actor_unit = who->unit,
				.recorded_at = r->happened_at + RECORDED_AFTER_US,
				.back_entry = f->d.procedure == PROCEDURE_BACK_ENTRY,
				.law_version = f->l->book->version,
				.payload = rows_facts_text(&f->l->arena, &r->fields) };
	struct cells cells;

	act.number = take_number(f, row, r, act.seq);
	rows_digest(&f->m, &act, act.seq == 1 ? NULL : f->digest, f->digest);
	rows_act(&f->m, &act, f->digest, &cells);
	life_put(f, ROWS_ACT, &cells);
	if (act.seq == 1) {
		if (!f->number) /* a disclosure goes by the number of its decision */
			f->number = act.number;
		f->first_at = act.recorded_at;
	}
	if (f->disclosing)
		disclosing_saw(f, &act);
	mark(f, act.seq, act.recorded_at);
	f->last_at = act.recorded_at;
	f->batch->acts++;
}

void life_fold(struct life *f, const struct act_row *row, const struct act_record *r, const struct actor *who)
{
	struct err err = ERR_INIT;

	if (strcmp(row->code, "file") == 0 && r->stage == STAGE_APPROVE)
		f->before = f->d;
	if (f->p == &procedure_disclosure)
		disclosure_before(f);
	if (procedure_apply(f->l->book, &f->d, f->p, r, &f->l->arena, &err) != ERR_OK) {
		life_refuse(f, r->act, &err);
		return;
	}
	f->last = *r;
	store_act(f, row, r, who);
}

/* The act, unless the life is over by then. `fields` may be NULL. */
void life_act(struct life *f, const struct actor *who, const char *code, day_t day, int hour,
		const struct facts *fields)
{
	static const struct facts none;
	struct act_input in = { .actor = *who, .happened_at = day_at(day, hour, life_below(f, 60)),
				.fields = fields ? *fields : none };
	struct act_record record;
	struct err err = ERR_INIT;

	if (f->over || f->failed)
		return;
	if (day > f->l->until) {
		f->over = true;
		return;
	}
	in.matter = f->d.version ? f->m.id : 0;
	in.now = in.happened_at;
	in.row = procedure_find(f->p, sv_of(code), &in.stage);
	CHECK(in.row);
	if (f->checked) {
		if (procedure_check(f->l->book, &f->d, &in, &f->l->arena, &record, &err) != ERR_OK) {
			life_refuse(f, code, &err);
			return;
		}
	} else {
		/* Only one request of a kind is ever open here. */
		const struct request *r = dossier_open_request(&f->d, in.row->code);
		record = (struct act_record){ .act = in.row->code, .stage = in.stage, .actor = who->account,
					      .actor_name = who->name, .happened_at = in.happened_at,
					      .fields = in.fields,
					      .request = in.stage == STAGE_REQUEST ? f->d.request_count + 1
							 : r && in.stage > STAGE_REQUEST ? r->seq : 0 };
	}
	if (strcmp(code, "file_approve") == 0)
		fact_set_num(&record.fields, FIELD_CASE, f->spawned);
	if (f->disclosing && strcmp(code, "decide_penalty_approve") == 0)
		fact_set_num(&record.fields, FIELD_DISCLOSURE_MATTER, f->disclosing->id);
	life_fold(f, in.row, &record, who);
}

void life_approved(struct life *f, const struct actor *by, const char *code, day_t day, const struct facts *fields)
{
	char stage[64];

	snprintf(stage, sizeof(stage), "%s_request", code);
	life_act(f, &f->unit->officer, stage, day, 9, fields);
	snprintf(stage, sizeof(stage), "%s_approve", code);
	life_act(f, by, stage, day, 16, NULL);
}

/* ---- what is told ---- */

day_t life_workday(const struct life *f, day_t day)
{
	day_t ret = day;
	bool provisional = false;

	CHECK(calendar_roll(&f->l->book->calendar, day, &ret, &provisional, NULL) == ERR_OK);
	return ret;
}

static void text(struct facts *f, enum field field, const char *value)
{
	fact_set_text(f, field, value);
}

static void officers(struct life *f, struct facts *facts)
{
	fact_set_num(facts, FIELD_OFFICER, f->unit->officer.account);
	text(facts, FIELD_OFFICER, f->unit->officer.name);
	fact_set_num(facts, FIELD_CO_OFFICER, f->unit->co_officer.account);
	text(facts, FIELD_CO_OFFICER, f->unit->co_officer.name);
}

static const char *const goods[] = { "白酒", "机油", "运动鞋", "洗衣液", "手机壳", "香烟", "调味品", "轮胎", "玩具", "化肥",
				     "种子", "灯具", "水泵", "茶叶", "箱包", "电线" };

static const char *const causes[][2] = {
	{ "商标", "销售侵犯注册商标专用权的商品" }, { "商标", "使用与他人注册商标相同的商标" },
	{ "商标", "销售侵犯注册商标专用权的商品" }, { "专利", "假冒专利" },
	{ "地理标志", "擅自使用地理标志专用标志" }, { "商业秘密", "侵犯商业秘密" },
	{ "特殊标志", "擅自使用奥林匹克标志" },
};

static const char *party(struct life *f)
{
	static const char *const first[] = { "鑫", "宏", "金", "瑞", "德", "祥", "泰", "兴", "福", "华", "盛", "永", "嘉", "和",
					     "顺", "达", "川", "蜀", "民", "新" };
	static const char *const kinds[][2] = { { "商贸有限公司", "企业" }, { "烟酒店", "个体工商户" },
						{ "百货经营部", "个体工商户" }, { "汽车配件店", "个体工商户" },
						{ "电子商务有限公司", "企业" }, { "农资专业合作社", "农民专业合作社" },
						{ "服装店", "个体工商户" }, { "科技有限公司", "企业" } };
	const char *const *kind = ONE_OF(f, kinds);

	return arena_printf(&f->l->arena, "[{\"name\":\"%s%s%s%d号%s\",\"kind\":\"%s\"}]", ONE_OF(f, first),
			    ONE_OF(f, first), ONE_OF(f, first), life_below(f, 900) + 100, kind[0], kind[1]);
}

/* Cause, kind of right, party, goods: what the first act of any matter tells. */
static void subject(struct life *f, struct facts *facts)
{
	const char *const *cause = ONE_OF(f, causes);
	const char *what = ONE_OF(f, goods);

	text(facts, FIELD_IP_TYPE, cause[0]);
	text(facts, FIELD_CAUSE, cause[1]);
	text(facts, FIELD_PARTIES, party(f));
	text(facts, FIELD_GOODS, arena_printf(&f->l->arena, "%s%d件", what, life_below(f, 400) + 1));
	text(facts, FIELD_FACTS_TEXT, arena_printf(&f->l->arena, "涉嫌%s，涉及%s，第%d号线索。", cause[1], what,
						   life_below(f, 100000)));
}

/* The year's drives, and now and then one that is rare. */
static void drive(struct life *f, struct facts *facts, day_t day)
{
	static const char *const drives[][2] = { { "CHUNLEI-2022", "TIEQUAN-2022" }, { "CHUNLEI-2023", "TIEQUAN-2023" },
						 { "TIEQUAN-2024", "SHOUHU-2024" }, { "TIEQUAN-2025", "LANTIAN-2025" },
						 { "CHUNLEI-2026", "TIEQUAN-2026" } };
	int year = day_to_ymd(day).year - 2022;

	if (year >= 0 && year < (int)ARRAY_LEN(drives) && life_percent(f, 45))
		text(facts, FIELD_CAMPAIGNS, arena_printf(&f->l->arena, "[\"%s\"]", drives[year][life_percent(f, 65)]));
	else if (life_percent(f, 1))
		text(facts, FIELD_CAMPAIGNS, "[\"TIEQUAN-2019\"]");
}

/* ---- the lives ---- */

static void summary(struct life *f, day_t day)
{
	struct facts facts = { 0 };
	int64_t fine = (1 + life_below(f, 20)) * (int64_t)10000;

	subject(f, &facts);
	fact_clear(&facts, FIELD_GOODS);
	fact_clear(&facts, FIELD_FACTS_TEXT);
	officers(f, &facts);
	fact_clear(&facts, FIELD_OFFICER);
	text(&facts, FIELD_SOURCE, "监督检查");
	text(&facts, FIELD_PENALTY_KINDS, "[\"罚款\"]");
	fact_set_num(&facts, FIELD_FINE, fine);
	text(&facts, FIELD_DECISION_TEXT, "当场查获侵权商品，情节轻微。");
	text(&facts, FIELD_BASIS, "商标法第六十条第二款");
	/* procedure_check names whoever decides as the officer. */
	if (!f->checked) {
		fact_set_num(&facts, FIELD_OFFICER, f->unit->officer.account);
		text(&facts, FIELD_OFFICER, f->unit->officer.name);
	}
	life_act(f, &f->unit->officer, "summary_decide", day, 10, &facts);
	life_act(f, &f->unit->officer, "papers", life_workday(f, day + 1 + life_below(f, 4)), 10, NULL);
	struct facts pay = { 0 };
	fact_set_num(&pay, FIELD_AMOUNT, fine);
	text(&pay, FIELD_RECEIPT, arena_printf(&f->l->arena, "票%08d", life_below(f, 100000000)));
	day = life_workday(f, day + 3 + life_below(f, 14));
	life_act(f, &f->unit->clerk, "pay", day, 11, &pay);
	struct facts done = { 0 };
	text(&done, FIELD_PERFORMANCE, "自动履行");
	life_act(f, &f->unit->officer, "performed", day, 15, &done);
	struct facts note = { 0 };
	text(&note, FIELD_NOTE, "已缴清");
	day = life_workday(f, day + 2 + life_below(f, 9));
	life_act(f, &f->unit->officer, "close_request", day, 9, &note);
	life_act(f, &f->unit->head, "close_approve", day, 15, NULL);
	struct facts archive = { 0 };
	text(&archive, FIELD_ARCHIVE_NO, arena_printf(&f->l->arena, "%d%04d", day_to_ymd(day).year, life_below(f, 10000)));
	text(&archive, FIELD_KEEP, "30年");
	life_act(f, &f->unit->clerk, "archive", life_workday(f, day + 20 + life_below(f, 60)), 10, &archive);
}

static void back_entry(struct life *f, day_t day)
{
	struct facts facts = { 0 };

	subject(f, &facts);
	text(&facts, FIELD_ORIGINAL_KEY, arena_printf(&f->l->arena, "旧档-%lld", (long long)f->m.id));
	fact_set_num(&facts, FIELD_YEAR, day_to_ymd(day).year - 3);
	text(&facts, FIELD_AGENCY, "原工商行政管理局");
	fact_set_num(&facts, FIELD_FINE, (1 + life_below(f, 50)) * (int64_t)100000);
	life_act(f, &f->unit->clerk, "back_entry", day, 10, &facts);
}

/* Seizure, identification; returns the day it went on. */
static day_t look_closer(struct life *f, day_t day)
{
	if (life_percent(f, 35)) {
		struct facts take = { 0 }, confirm = { 0 };
		text(&take, FIELD_MEASURE_KIND, life_percent(f, 70) ? "扣押" : "先行登记保存");
		text(&take, FIELD_MEASURE_GOODS, arena_printf(&f->l->arena, "%s%d件", ONE_OF(f, goods), life_below(f, 200) + 1));
		fact_set_num(&take, FIELD_URGENT, 1);
		life_act(f, &f->unit->officer, "measure_take", day, 10, &take);
		fact_set_num(&confirm, FIELD_MEASURE, 1);
		fact_set_num(&confirm, FIELD_GRANTED, 1);
		life_act(f, &f->bureau->deputy, "measure_confirm", day, 17, &confirm);
	}
	if (life_percent(f, 30)) {
		struct facts holder = { 0 }, result = { 0 };
		text(&holder, FIELD_RIGHT_HOLDER, "某某股份有限公司");
		life_act(f, &f->unit->officer, "identification_start", life_workday(f, day + 1), 9, &holder);
		day = life_workday(f, day + 3 + life_below(f, 8));
		text(&result, FIELD_NOTE, "经辨认非权利人产品");
		life_act(f, &f->unit->officer, "identification_end", day, 16, &result);
	}
	return day;
}

static void lift_measures(struct life *f, day_t day)
{
	for (int i = 0; i < f->d.measure_count; i++) {
		struct facts lift = { 0 };
		if (f->d.measures[i].status != MEASURE_TAKEN)
			continue;
		fact_set_num(&lift, FIELD_MEASURE, f->d.measures[i].seq);
		bool registered = strcmp(f->d.measures[i].kind, "先行登记保存") == 0;
		if (registered)
			text(&lift, FIELD_DISPOSITION, "解除登记保存");
		else
			text(&lift, FIELD_LIFT_GROUND, "已作出处理决定不再需要");
		life_act(f, &f->unit->officer, registered ? "measure_dispose" : "measure_lift", day, 14, &lift);
	}
}

/* Three stages on two days. `named`: the endorser names the officers. */
void life_stages(struct life *f, const char *code, day_t day, const struct facts *fields, bool named)
{
	char stage[64];
	struct facts people = { 0 };

	snprintf(stage, sizeof(stage), "%s_request", code);
	life_act(f, &f->unit->officer, stage, day, 9, fields);
	snprintf(stage, sizeof(stage), "%s_endorse", code);
	if (named)
		officers(f, &people);
	life_act(f, &f->unit->head, stage, day, 11, &people);
	snprintf(stage, sizeof(stage), "%s_approve", code);
	life_act(f, &f->bureau->deputy, stage, life_workday(f, day + life_below(f, 2)), 16, NULL);
}

/* A clue; true when it was filed, so that a case follows. */
static bool clue(struct life *f, day_t day, bool may_file)
{
	static const char *const sources[] = { "举报", "监督检查", "其他部门移送", "上级交办", "举报" };
	struct facts facts = { 0 }, people = { 0 }, found = { 0 };

	subject(f, &facts);
	text(&facts, FIELD_SOURCE, ONE_OF(f, sources));
	fact_set_num(&facts, FIELD_DISCOVERED_ON, day);
	drive(f, &facts, day);
	life_act(f, &f->unit->clerk, "register", day, 9, &facts);
	if (life_percent(f, 4))
		return false; /* nobody looks at it */
	day = life_workday(f, day + life_below(f, 4));
	officers(f, &people);
	life_act(f, &f->unit->head, "assign", day, 10, &people);
	day = life_workday(f, day + 1 + life_below(f, 5));
	text(&found, FIELD_NOTE, "现场核查情况见笔录");
	life_act(f, &f->unit->officer, "verify", day, 8, &found);
	int fate = life_below(f, 100);
	struct facts end = { 0 };
	text(&end, FIELD_REASON, "经核查");
	if (may_file && fate < 66) {
		day = look_closer(f, day);
		text(&end, FIELD_CAUSE, fact_text(&facts, FIELD_CAUSE));
		life_stages(f, "file", life_workday(f, day + life_below(f, 6)), &end, true);
		return f->d.state == STATE_CLUE_FILED;
	}
	if (fate < 90) {
		text(&end, FIELD_DECLINE_GROUND, life_percent(f, 50) ? "违法事实不成立" : "轻微并及时改正");
		life_stages(f, "decline", life_workday(f, day + 2 + life_below(f, 8)), &end, false);
	} else {
		text(&end, FIELD_ORGAN_TO, "有管辖权的市场监督管理局");
		life_approved(f, &f->bureau->deputy, "transfer", life_workday(f, day + 2 + life_below(f, 8)), &end);
	}
	return false;
}

/* From the filing to the notice; the day of the notice. */
static day_t investigate(struct life *f, day_t day, int64_t fine)
{
	struct facts note = { 0 }, report = { 0 }, opinion = { 0 }, notice = { 0 };

	text(&note, FIELD_RECORD_KIND, "询问笔录");
	text(&note, FIELD_NOTE, "询问当事人，核对进销票据");
	day = life_workday(f, day + 3 + life_below(f, 20));
	life_act(f, &f->unit->officer, "record", day, 10, &note);
	if (life_percent(f, 5)) {
		struct facts why = { 0 };
		text(&why, FIELD_SUSPEND_GROUND, "当事人下落不明");
		text(&why, FIELD_REASON, "无法联系当事人");
		life_approved(f, &f->bureau->deputy, "suspend", life_workday(f, day + 3), &why);
		if (life_percent(f, 40)) {
			f->over = true; /* for good */
			return day;
		}
		day = life_workday(f, day + 20 + life_below(f, 60));
		struct facts back = { 0 };
		fact_set_num(&back, FIELD_CAUSE_ENDED_ON, day);
		life_act(f, &f->unit->officer, "resume", day, 10, &back);
	}
	lift_measures(f, life_workday(f, day + 2));
	day = life_workday(f, day + 5 + life_below(f, life_percent(f, 4) ? 120 : 35));
	text(&report, FIELD_PROPOSED_OUTCOME, "给予行政处罚");
	bool heard = life_percent(f, 2); /* the party will ask for a hearing */
	text(&report, FIELD_REVIEW_KIND, heard ? "法制审核" : "案件审核");
	text(&report, FIELD_NOTE, "事实清楚，证据确凿");
	life_act(f, &f->unit->officer, "report", day, 16, &report);
	day = life_workday(f, day + 2 + life_below(f, 8));
	text(&opinion, FIELD_OPINION, "同意");
	life_act(f, &f->bureau->reviewer, "review_pass", day, 16, &opinion);
	day = life_workday(f, day + 1 + life_below(f, 4));
	text(&notice, FIELD_NOTICE_KINDS, "[\"罚款\"]");
	fact_set_num(&notice, FIELD_NOTICE_FINE, fine);
	fact_set_num(&notice, FIELD_HEARING_RIGHT, heard);
	text(&notice, FIELD_SERVICE_METHOD, "直接");
	life_act(f, &f->unit->officer, "notice_serve", day, 10, &notice);
	return day;
}

static void case_life(struct life *f, day_t day)
{
	int64_t fine = (2 + life_below(f, 60)) * (int64_t)50000;

	day = investigate(f, day, fine);
	if (f->over || f->failed)
		return;
	if (fact_true(&f->d.facts, FIELD_HEARING_RIGHT))
		day = life_hearing(f, day);
	else
		day = life_workday(f, fact_day(&f->d.facts, FIELD_NOTICE_DUE) + 1 + life_below(f, 6));
	life_decision(f, day, fine);
}

/* ---- driving ---- */

static void begin(struct life *f, enum matter_procedure procedure)
{
	f->p = procedure_get(procedure);
	memset(&f->d, 0, sizeof(f->d));
	f->d.procedure = procedure;
	f->over = false;
	f->mark_count = 0;
	f->number = NULL;
	f->m.id = f->l->next_id++;
	f->disclosing = NULL;
}

/* The case begins with the act that the filing makes by itself. */
static void begin_case(struct life *f)
{
	struct dossier *after = arena_new(&f->l->arena, struct dossier);
	struct act_record filed;
	struct err err = ERR_INIT;
	enum stage stage;
	const struct actor who = f->bureau->deputy;
	int64_t clue_id = f->m.id;

	*after = f->d;
	if (procedure_spawn_case(&f->before, after, clue_id, &f->last, &f->l->arena, &filed, &err) != ERR_OK) {
		life_refuse(f, "filed", &err);
		return;
	}
	begin(f, PROCEDURE_ORDINARY);
	life_fold(f, procedure_find(f->p, SV("filed"), &stage), &filed, &who);
}

static void live(struct life *f)
{
	struct lives *l = f->l;
	day_t day = life_workday(f, l->from + life_below(f, l->until - l->from + 1));
	int kind = life_below(f, 100);

	if (day > l->until)
		day = l->until;
	f->bureau = &l->bureaus[draw(f) % l->bureau_count];
	f->unit = &f->bureau->units[draw(f) % f->bureau->unit_count];
	f->m = (struct rows_matter){ .arena = &l->arena, .book = l->book, .organ = f->bureau->id, .unit = f->unit->id };
	f->failed = false;
	if (kind < 8) {
		begin(f, PROCEDURE_SUMMARY);
		summary(f, day);
		life_finish(f);
		return;
	}
	if (kind < 10) {
		begin(f, PROCEDURE_BACK_ENTRY);
		back_entry(f, day);
		life_finish(f);
		return;
	}
	begin(f, PROCEDURE_CLUE);
	f->spawned = l->next_id;
	bool filed = clue(f, day, l->next_id < l->end_id);
	life_finish(f);
	if (!filed || f->failed)
		return;
	begin_case(f);
	case_life(f, instant_to_day(f->last.happened_at));
	life_finish(f);
	if (f->disclosing && !f->failed)
		disclosure_live(f);
}

void lives_init(struct lives *l)
{
	memset(l, 0, sizeof(*l));
	arena_init(&l->keep, 0);
	arena_init(&l->arena, 0);
	l->life = xcalloc(1, sizeof(*l->life));
}

void lives_fini(struct lives *l)
{
	arena_fini(&l->keep);
	arena_fini(&l->arena);
	free(l->life);
}

bool lives_make(struct lives *l, struct lives_batch *batch, int64_t want)
{
	while (batch->matters < want && l->next_id < l->end_id) {
		struct life *f = l->life;
		arena_reset(&l->arena);
		f->l = l;
		f->batch = batch;
		f->random = l->seed * UINT64_C(0x9E3779B97F4A7C15) + l->next_life++;
		f->checked = l->checked-- > 0;
		live(f);
		if (f->failed)
			return false;
	}
	return true;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the fields of an act hold already, and what the program would put there. A proposal is what the law or the matter's own
 * facts give; whoever does the act may write something else. */
#include "law/next.h"

#include "json/json_reader.h"
#include "law/apply.h"
#include "law/clock_why.h"

/* ---- present values ---- */

static bool requested(const struct dossier *d, const struct next_act *next, enum field field, struct arena *arena,
		      struct fact *ret)
{
	const struct request *r = next_request(d, next);
	struct facts *asked = arena_new(arena, struct facts);
	struct json_doc *doc;

	if (!r || json_parse(arena, sv_of(r->payload), &doc, NULL) != ERR_OK ||
	    facts_read(arena, json_root(doc), asked, NULL) != ERR_OK || !asked->at[field].set)
		return false;
	*ret = asked->at[field];
	return true;
}

/* ---- proposals ---- */

static bool give_num(struct fact *ret, int64_t num)
{
	*ret = (struct fact){ .set = true, .num = num };
	return true;
}

static bool give_text(struct fact *ret, const char *text)
{
	*ret = (struct fact){ .set = true, .text = text };
	return text[0] != '\0';
}

static bool copy(const struct facts *f, enum field from, struct fact *ret)
{
	*ret = f->at[from];
	return f->at[from].set;
}

/* The name of a case: 当事人 + 涉嫌 + 违法行为 + 案. */
static bool propose_title(const struct facts *f, struct arena *arena, struct fact *ret)
{
	const char *cause = fact_text(f, FIELD_CAUSE);
	struct party first;

	if (!cause[0] || !parties_first(arena, f, &first))
		return false;
	return give_text(ret, arena_printf(arena, "%s涉嫌%s案", first.name, cause));
}

/* The one measure that is in force; with several somebody must choose. */
static bool propose_measure(const struct dossier *d, struct fact *ret)
{
	int64_t only = 0;

	for (int i = 0; i < d->measure_count; i++) {
		if (d->measures[i].status != MEASURE_TAKEN)
			continue;
		if (only)
			return false;
		only = d->measures[i].seq;
	}
	return only && give_num(ret, only);
}

static bool propose_days(const struct law_book *book, const struct next_act *next, day_t today, struct fact *ret)
{
	if (strcmp(next->row->code, "extend") == 0)
		return give_num(ret, law_book_limit(book, "CASE_EXTENSION", today));
	if (strcmp(next->row->code, "measure_extend") == 0)
		return give_num(ret, law_book_limit(book, "MEASURE_EXTENSION", today));
	return false;
}

static bool propose(const struct law_book *book, const struct dossier *d, const struct next_act *next, day_t today,
		    enum field field, struct arena *arena, struct fact *ret)
{
	const struct facts *f = &d->facts;

	switch ((int)field) {
	case FIELD_TITLE:
		return propose_title(f, arena, ret);
	case FIELD_MEASURE:
		return propose_measure(d, ret);
	case FIELD_DAYS:
		return propose_days(book, next, today, ret);
	case FIELD_REQUEST:
		return next->request && give_num(ret, next->request);
	case FIELD_PENALTY_KINDS:
		return copy(f, FIELD_NOTICE_KINDS, ret);
	case FIELD_FINE:
		return copy(f, FIELD_NOTICE_FINE, ret);
	case FIELD_REVIEW_KIND:
		return legal_review_needed(f) && give_text(ret, "法制审核");
	case FIELD_AMOUNT:
		return money_ordered(f) > fact_num(f, FIELD_PAID) && give_num(ret, money_ordered(f) - fact_num(f, FIELD_PAID));
	case FIELD_ADDED_FINE:
		return added_fine_fen(book, d, today) > 0 && give_num(ret, added_fine_fen(book, d, today));
	case FIELD_DISCOVERED_ON:
	case FIELD_PAPER_ON:
		return give_num(ret, today);
	default:
		return false;
	}
}

bool next_value(const struct law_book *book, const struct dossier *d, const struct next_act *next, day_t today,
		enum field field, struct arena *arena, struct fact *ret)
{
	if (next->stage == STAGE_ENDORSE && requested(d, next, field, arena, ret))
		return true;
	if (!(field_info(field)->flags & FIELD_FLAG_TRANSIENT) && d->facts.at[field].set) {
		*ret = d->facts.at[field];
		return true;
	}
	return propose(book, d, next, today, field, arena, ret);
}

/* ---- things to name ---- */

struct choices {
	struct arena *arena;
	struct next_choice *at;
	size_t count, max;
};

static void add(struct choices *c, const char *value, const char *zh, const char *note)
{
	if (c->count < c->max)
		c->at[c->count++] = (struct next_choice){ .value = value, .zh = zh, .note = note };
}

static void add_measures(struct choices *c, const struct dossier *d)
{
	for (int i = 0; i < d->measure_count; i++) {
		const struct measure *m = &d->measures[i];
		if (m->status == MEASURE_TAKEN)
			add(c, arena_printf(c->arena, "%d", m->seq), arena_printf(c->arena, "%s：%s", m->kind, m->goods),
			    arena_printf(c->arena, "%s采取", day_zh(c->arena, instant_to_day(m->taken_at))));
	}
}

static void add_items(struct choices *c, const struct dossier *d)
{
	for (int i = 0; i < d->item_count; i++) {
		const struct item *m = &d->items[i];
		if (m->status == ITEM_HELD)
			add(c, arena_printf(c->arena, "%d", m->seq), arena_printf(c->arena, "%s %s", m->name, m->quantity),
			    arena_printf(c->arena, "%s保管，%s", m->custodian, m->place));
	}
}

static void add_clocks(struct choices *c, const struct law_book *book, const struct dossier *d)
{
	for (int i = 0; i < d->clock_count; i++) {
		const struct clock_entry *e = &d->clocks[i];
		const struct clock_rule *r = law_book_clock(book, e->rule, e->start_on);
		if (e->state == CLOCK_RUNNING && r)
			add(c, e->rule, r->zh, e->due.stopped ? NULL : arena_printf(c->arena, "%s届满，由%s负责",
				day_zh(c->arena, e->due.lawful), clock_owner_zh(r->owner)));
	}
}

static void add_requests(struct choices *c, const struct dossier *d, const struct next_act *next)
{
	const struct request *r = next_request(d, next);

	if (r)
		add(c, arena_printf(c->arena, "%d", r->seq), next->row->zh,
		    arena_printf(c->arena, "%s申请，%s", r->by_name, day_zh(c->arena, r->on)));
}

size_t next_choices(const struct law_book *book, const struct dossier *d, const struct next_act *next, enum field field,
		    struct arena *arena, struct next_choice *ret, size_t max)
{
	struct choices c = { .arena = arena, .at = ret, .max = max };

	switch ((int)field) {
	case FIELD_MEASURE:
		add_measures(&c, d);
		break;
	case FIELD_ITEM:
		add_items(&c, d);
		break;
	case FIELD_CLOCK_RULE:
		add_clocks(&c, book, d);
		break;
	case FIELD_REQUEST:
		add_requests(&c, d, next);
		break;
	default:
		break;
	}
	return c.count;
}

/* ---- how to fill it in ---- */

const char *next_hint(const struct next_act *next, enum field field)
{
	static const struct {
		enum field field;
		const char *zh;
	} hints[] = {
		{ FIELD_DISCOVERED_ON, "核查期限自这一天的次日起算" },
		{ FIELD_ACT_ENDED_ON, "违法行为连续或者继续的，填终了之日；追责时效自这一天起算" },
		{ FIELD_SAFETY_HARM, "选是的，追责时效为五年，否则为两年" },
		{ FIELD_TITLE, "当事人＋涉嫌＋违法行为＋案" },
		{ FIELD_FACTS_TEXT, "何人、何时、何地、何事，有何材料" },
		{ FIELD_REPORTER, "只有本案办案人员和审批人可见" },
		{ FIELD_REPORTER_CONTACT, "只有本案办案人员和审批人可见" },
		{ FIELD_RIGHT_NO, "商标注册号、专利号等，每个一项" },
		{ FIELD_CAMPAIGNS, "一案可以属于几个专项行动" },
		{ FIELD_PRIMARY_CAMPAIGN, "统计时只计一次的，计入这一个" },
		{ FIELD_CO_OFFICER, "办案人员不得少于两人，不能与承办人相同" },
		{ FIELD_URGENT, "当场采取的，须在二十四小时内补办批准" },
		{ FIELD_NOTICE_FINE, "没有罚款的不填" },
		{ FIELD_HEARING_RIGHT, "拟罚没达到听证标准的，必须告知" },
		{ FIELD_WAIVED, "须有当事人的书面表示" },
		{ FIELD_FINE, "不得重于告知的数额" },
		{ FIELD_ELECTRONIC_CONSENT, "电子送达须有当事人签署的送达地址确认书" },
		{ FIELD_SERVICE_METHOD, "留置、邮寄、公告送达的，须有相应的凭证" },
		{ FIELD_RECEIPT, "缴款书或者银行回单的编号" },
		{ FIELD_ATTACH, "材料的序号" },
		{ FIELD_CUTS, "由公示预览整理，不手工填写" },
		{ FIELD_OPINION, "退回的，写明理由" },
	};

	if (field == FIELD_DOC_NO)
		return next->row->paper ? "不填的由系统按顺序编号" : "本机关自编的文号";
	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		if (hints[i].field == field)
			return hints[i].zh;
	}
	return NULL;
}

bool next_is_automatic(enum field field)
{
	static const enum field automatic[] = { FIELD_PEER_NAME, FIELD_CONNECTED, FIELD_THREAD, FIELD_OWN_ORGAN,
						FIELD_OWN_ROLE, FIELD_RECEIVER, FIELD_RECEIVER_NAME, FIELD_SIDE,
						FIELD_HANDOFF_NO, FIELD_PEER_NEXT_NAME, FIELD_REQUEST };

	for (size_t i = 0; i < ARRAY_LEN(automatic); i++) {
		if (automatic[i] == field)
			return true;
	}
	return false;
}

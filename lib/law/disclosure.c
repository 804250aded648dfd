/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What is computed of a disclosure: class and period by the rules of a day, the six items, the first act, and what a
 * changed case means for it. */
#include "law/disclosure.h"

#include "law/apply.h"
#include "law/redaction.h"

#include "json/json_reader.h"

enum { PARTIES_MAX = 50, ITEM_MAX_BYTES = 16 * 1024 };

/* ---- class ---- */

static const char *const class_names[DISCLOSURE_CLASS_COUNT] = {
	[DISCLOSURE_CLASS_NONE] = "",		  [DISCLOSURE_CLASS_MINOR] = "轻微",
	[DISCLOSURE_CLASS_GENERAL] = "一般",	  [DISCLOSURE_CLASS_SEVERE_A] = "严重a",
	[DISCLOSURE_CLASS_SEVERE_D] = "严重d",	  [DISCLOSURE_CLASS_SEVERE_B] = "严重b",
	[DISCLOSURE_CLASS_SEVERE_C] = "严重c",
};

/* The row of clocks.csv with its length, the row of limits.csv with the months before an application. */
static const struct {
	const char *clock, *months;
} class_rules[DISCLOSURE_CLASS_COUNT] = {
	[DISCLOSURE_CLASS_MINOR] = { "D37a", "REPAIR_MONTHS_MINOR" },
	[DISCLOSURE_CLASS_GENERAL] = { "D37b", "REPAIR_MONTHS_GENERAL" },
	[DISCLOSURE_CLASS_SEVERE_A] = { "D37c", "REPAIR_MONTHS_A" },
	[DISCLOSURE_CLASS_SEVERE_D] = { "D37c", "REPAIR_MONTHS_D" },
	[DISCLOSURE_CLASS_SEVERE_B] = { "D37c", "REPAIR_MONTHS_B" },
	[DISCLOSURE_CLASS_SEVERE_C] = { "D37c", "REPAIR_MONTHS_C" },
};

/* Kinds of penalty whose class is a row of limits.csv. */
static const struct {
	const char *kind, *limit;
} class_of_kinds[] = {
	{ "限制开展生产经营活动", "PUBLISH_CLASS_RESTRICTED" }, { "责令停产停业", "PUBLISH_CLASS_SUSPENDED" },
	{ "限制从业", "PUBLISH_CLASS_BARRED" },		 { "降低资质等级", "PUBLISH_CLASS_LOWERED" },
	{ "吊销许可证件", "PUBLISH_CLASS_REVOKED" },	 { "责令关闭", "PUBLISH_CLASS_CLOSED" },
};

const char *disclosure_class_zh(enum disclosure_class c)
{
	CHECK(c < DISCLOSURE_CLASS_COUNT);
	return class_names[c];
}

bool disclosure_class_by_zh(const char *zh, enum disclosure_class *ret)
{
	for (enum disclosure_class c = DISCLOSURE_CLASS_MINOR; c < DISCLOSURE_CLASS_COUNT; c++) {
		if (strcmp(zh, class_names[c]) == 0) {
			*ret = c;
			return true;
		}
	}
	return false;
}

bool disclosure_required(const struct facts *f)
{
	return fact_list_count(f, FIELD_PENALTY_KINDS) > 0 && !penalty_only(f, FIELD_PENALTY_KINDS, "警告");
}

static enum disclosure_class stricter(enum disclosure_class c, const struct law_book *book, const char *limit, day_t on)
{
	int64_t other = law_book_limit(book, limit, on);

	return other > (int64_t)c && other < DISCLOSURE_CLASS_COUNT ? (enum disclosure_class)other : c;
}

/* Only a public censure, or only a fine of a lower amount: of the lenient tier and below the line. */
static bool is_minor(const struct law_book *book, const struct facts *f, day_t on)
{
	bool lenient = fact_is(f, FIELD_DISCRETION, "从轻") || fact_is(f, FIELD_DISCRETION, "减轻");

	return penalty_only(f, FIELD_PENALTY_KINDS, "通报批评") ||
	       (penalty_only(f, FIELD_PENALTY_KINDS, "罚款") && lenient &&
		fact_money(f, FIELD_FINE) <= limit_for_party(book, "PUBLISH_MINOR", f, on));
}

enum disclosure_class disclosure_class(const struct law_book *book, const struct facts *f, day_t on)
{
	enum disclosure_class c = DISCLOSURE_CLASS_GENERAL;

	if (!disclosure_required(f))
		return DISCLOSURE_CLASS_NONE;
	if (is_minor(book, f, on))
		c = DISCLOSURE_CLASS_MINOR;
	else if (fact_true(f, FIELD_SERIOUS_FIELD))
		c = stricter(c, book, "PUBLISH_CLASS_FIELD", on);
	for (size_t i = 0; i < ARRAY_LEN(class_of_kinds); i++) {
		if (fact_list_has(f, FIELD_PENALTY_KINDS, class_of_kinds[i].kind))
			c = stricter(c, book, class_of_kinds[i].limit, on);
	}
	return fact_has(f, FIELD_LISTED_ON) ? stricter(c, book, "PUBLISH_CLASS_LISTED", on) : c;
}

/* ---- period ---- */

/* Under the rules of the day `on`; false when there are none. *ret_until: last day of these rules. */
static bool window_on(const struct law_book *book, const struct facts *f, day_t base, day_t on,
		      struct disclosure_window *ret, day_t *ret_until)
{
	enum disclosure_class c = disclosure_class(book, f, on);
	day_t restricted = fact_day(f, FIELD_RESTRICTION_UNTIL);
	struct due due;

	if (c == DISCLOSURE_CLASS_NONE)
		return false;
	const struct clock_rule *rule = law_book_clock(book, class_rules[c].clock, on);
	if (!rule || period_due(&book->calendar, rule->period, 0, base, NULL, 0, &due, NULL) != ERR_OK)
		return false;
	int64_t months = law_book_limit(book, class_rules[c].months, on);
	*ret = (struct disclosure_window){
		.class = c, .clock = class_rules[c].clock, .plain = true, .stop_due = due.strict,
		.repairable = months > 0 && !fact_has(f, FIELD_REPAIR_REVOKED_ON), .repair_from = DAY_NONE,
		.rule_from = rule->valid_from,
	};
	if (ret->repairable)
		ret->repair_from = day_add_months(base, (int)months);
	if (restricted != DAY_NONE && restricted > ret->stop_due) {
		ret->stop_due = restricted;
		ret->plain = false;
	}
	if (ret->repairable && restricted != DAY_NONE && restricted >= ret->repair_from)
		ret->repair_from = restricted + 1;
	*ret_until = rule->valid_to;
	return true;
}

bool disclosure_window(const struct law_book *book, const struct facts *f, day_t published_on,
		       struct disclosure_window *ret)
{
	day_t on = published_on, base = published_on, until;

	if (published_on == DAY_NONE)
		return false;
	if (law_book_limit(book, "PUBLISH_PERIOD_START", on) == 1 && fact_has(f, FIELD_DECIDED_ON))
		base = fact_day(f, FIELD_DECIDED_ON);
	for (;;) {
		if (!window_on(book, f, base, on, ret, &until))
			return false;
		if (ret->stop_due < on) /* shorter under the new rules, which end nothing before they are in force */
			ret->stop_due = on;
		ret->plain = ret->plain && on == published_on && base == published_on;
		if (until == DAY_MAX || ret->stop_due <= until || law_book_limit(book, "PUBLISH_TRANSITION", on) == 0)
			return true;
		on = until + 1;
	}
}

bool disclosure_is_public(const struct dossier *d)
{
	return d->procedure == PROCEDURE_DISCLOSURE && fact_has(&d->facts, FIELD_PUBLISHED_FROM) &&
	       (d->state == STATE_PUBLISHED || d->state == STATE_REPAIR || d->state == STATE_TO_WITHDRAW);
}

/* ---- the first act ---- */

bool disclosure_is_spawned(const struct act_row *row, enum stage stage)
{
	return stage == STAGE_APPROVE && strcmp(row->code, "decide_penalty") == 0;
}

enum err_code procedure_spawn_disclosure(const struct dossier *after, int64_t case_id, const char *text_digest,
					 const struct act_record *approval, struct arena *arena,
					 struct act_record *ret, struct err *err)
{
	static const enum field copied[] = {
		FIELD_IP_TYPE, FIELD_CAUSE, FIELD_TITLE, FIELD_CAMPAIGNS, FIELD_TAGS, FIELD_PARTIES, FIELD_OFFICER,
		FIELD_CO_OFFICER, FIELD_DECIDED_ON, FIELD_PENALTY_KINDS, FIELD_FINE, FIELD_CONFISCATED_INCOME,
		FIELD_CONFISCATED_GOODS, FIELD_CONFISCATED_GOODS_VALUE, FIELD_LICENCE, FIELD_DISCRETION, FIELD_BASIS,
		FIELD_DECISION_TEXT, FIELD_OTHER_PROVINCE, FIELD_SERIOUS_FIELD, FIELD_RESTRICTION_UNTIL,
	};
	struct json_doc *doc;

	if (!fact_has(&after->facts, FIELD_DECIDED_ON))
		return err_set(err, ERR_INTERNAL, "no-decision", "案件没有可以公示的决定");
	*ret = (struct act_record){ .act = "opened", .stage = STAGE_DO, .actor = approval->actor,
				    .actor_name = approval->actor_name, .happened_at = approval->happened_at };
	for (size_t i = 0; i < ARRAY_LEN(copied); i++)
		ret->fields.at[copied[i]] = after->facts.at[copied[i]];
	fact_set_num(&ret->fields, FIELD_CASE, case_id);
	fact_set_text(&ret->fields, FIELD_TEXT_DIGEST, text_digest);
	/* The number that the officer brought with the request. */
	for (int i = 0; i < after->request_count; i++) {
		const struct request *r = &after->requests[i];
		if (r->seq != approval->request || json_parse(arena, sv_of(r->payload), &doc, NULL) != ERR_OK)
			continue;
		struct sv number = json_string(json_get(json_root(doc), field_info(FIELD_DOC_NO)->name));
		if (number.n > 0)
			fact_set_text(&ret->fields, FIELD_DECISION_PAPER, arena_strndup(arena, number.p, number.n));
	}
	return ERR_OK;
}

/* ---- what the case tells ---- */

static const struct {
	const char *result, *reason;
} overturned_by[] = {
	{ "变更", "行政处罚决定已被变更" },
	{ "撤销", "行政处罚决定已被撤销" },
	{ "确认违法", "行政处罚决定已被确认违法" },
	{ "责令重作", "行政处罚决定已被撤销，责令重新作出" },
};

static const char *overturned_reason(const struct facts *f)
{
	for (size_t i = 0; i < ARRAY_LEN(overturned_by); i++) {
		if (fact_is(f, FIELD_REMEDY_RESULT, overturned_by[i].result))
			return overturned_by[i].reason;
	}
	return NULL;
}

bool disclosure_overturns(const struct facts *f)
{
	return overturned_reason(f) != NULL;
}

static bool same(const struct facts *a, const struct facts *b, enum field field)
{
	if (!fact_has(a, field) || !fact_has(b, field))
		return fact_has(a, field) == fact_has(b, field);
	return fact_num(a, field) == fact_num(b, field) && strcmp(fact_text(a, field), fact_text(b, field)) == 0;
}

/* Why the decision is no longer what was decided; NULL: it stands. */
static const char *falls(const struct facts *before, const struct facts *after)
{
	if (!same(before, after, FIELD_REMEDY_RESULT) && overturned_reason(after))
		return overturned_reason(after);
	return fact_has(after, FIELD_DECIDED_ON) ? NULL : "案件恢复办理，原行政处罚决定不再有效";
}

static bool newly(const struct facts *before, const struct facts *after, enum field field)
{
	return fact_has(after, field) && !same(before, after, field);
}

static bool performed(const struct facts *before, const struct facts *after)
{
	return fact_is(after, FIELD_GROUND, "C1") && newly(before, after, FIELD_GROUND);
}

bool disclosure_case_tells(const struct dossier *before, const struct dossier *after)
{
	const struct facts *b = &before->facts, *a = &after->facts;

	if (!fact_has(b, FIELD_DISCLOSURE_MATTER) || !fact_has(b, FIELD_DECIDED_ON))
		return false;
	return falls(b, a) || newly(b, a, FIELD_PARTIES) || newly(b, a, FIELD_SERVED_ON) ||
	       newly(b, a, FIELD_ANNOUNCED_ON) || performed(b, a);
}

enum err_code disclosure_case_event(const struct dossier *before, const struct dossier *after,
				    const struct dossier *disclosure, const struct act_record *cause,
				    struct act_record *ret, struct err *err)
{
	static const enum field told[] = { FIELD_PARTIES, FIELD_SERVED_ON, FIELD_ANNOUNCED_ON };
	const struct facts *b = &before->facts, *a = &after->facts;
	const char *event;

	*ret = (struct act_record){ .act = NULL };
	if (!disclosure_case_tells(before, after))
		return ERR_OK;
	if (disclosure->procedure != PROCEDURE_DISCLOSURE || disclosure->version == 0)
		return err_set(err, ERR_INTERNAL, "not-a-disclosure", "案件关联的不是公示事项");
	*ret = (struct act_record){ .act = "case_event", .stage = STAGE_DO, .actor = cause->actor,
				    .actor_name = cause->actor_name, .happened_at = cause->happened_at };
	const char *why = falls(b, a);
	event = why ? "决定不再有效" : newly(b, a, FIELD_PARTIES) ? "更正当事人"
				     : performed(b, a) && !newly(b, a, FIELD_SERVED_ON) ? "履行完毕" : "决定已送达";
	fact_set_text(&ret->fields, FIELD_DISCLOSURE_EVENT, event);
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		if (newly(b, a, told[i]))
			ret->fields.at[told[i]] = a->at[told[i]];
	}
	if (performed(b, a))
		fact_set_num(&ret->fields, FIELD_PERFORMED_ON, fact_day(a, FIELD_GROUND_ON));
	if (why) {
		fact_set_text(&ret->fields, FIELD_WITHDRAW_REASON, why);
		if (overturned_reason(a))
			ret->fields.at[FIELD_REMEDY_RESULT] = a->at[FIELD_REMEDY_RESULT];
	}
	return ERR_OK;
}

/* ---- summary ---- */

static const char *taken(struct arena *arena, struct str *s)
{
	const char *text = s->failed ? "" : arena_strndup(arena, s->p ? s->p : "", s->len);

	str_release(s);
	return text;
}

/* Of an organisation its code and who represents it; of a natural person the name alone. */
static const char *parties_text(struct arena *arena, const struct party *parties, size_t n)
{
	struct str out = STR_INIT(ITEM_MAX_BYTES);

	for (size_t i = 0; i < n; i++) {
		const struct party *p = &parties[i];
		str_printf(&out, "%s%s", i ? "\n" : "", p->name);
		if (!p->natural && p->uscc[0])
			str_printf(&out, "，统一社会信用代码：%s", p->uscc);
		if (!p->natural && p->representative[0])
			str_printf(&out, "，法定代表人（负责人、经营者）：%s", p->representative);
	}
	return taken(arena, &out);
}

static void add_money(struct str *out, const char *kind, int64_t fen)
{
	str_append_cstr(out, kind);
	if (fen > 0 && fen % 100)
		str_printf(out, "%lld.%02lld元", (long long)(fen / 100), (long long)(fen % 100));
	else if (fen > 0)
		str_printf(out, "%lld元", (long long)(fen / 100));
}

static const char *penalty_text(struct arena *arena, const struct facts *f)
{
	static const struct {
		const char *kind;
		enum field money, text;
	} figures[] = {
		{ "罚款", FIELD_FINE, FIELD_NONE },
		{ "没收违法所得", FIELD_CONFISCATED_INCOME, FIELD_NONE },
		{ "没收非法财物", FIELD_NONE, FIELD_CONFISCATED_GOODS },
	};
	struct str out = STR_INIT(ITEM_MAX_BYTES);
	struct json_doc *doc;

	if (!fact_has(f, FIELD_PENALTY_KINDS) ||
	    json_parse(arena, sv_of(fact_text(f, FIELD_PENALTY_KINDS)), &doc, NULL) != ERR_OK)
		return "";
	for (const struct json_value *v = json_first(json_root(doc)); v; v = json_next(v)) {
		struct sv kind = json_string(v);
		const char *word = arena_strndup(arena, kind.p, kind.n);
		size_t i = 0;

		while (i < ARRAY_LEN(figures) && strcmp(word, figures[i].kind) != 0)
			i++;
		if (out.len > 0)
			str_append_cstr(&out, "；");
		add_money(&out, word, i < ARRAY_LEN(figures) && figures[i].money != FIELD_NONE
					      ? fact_money(f, figures[i].money) : 0);
		if (i < ARRAY_LEN(figures) && figures[i].text != FIELD_NONE && fact_has(f, figures[i].text))
			str_printf(&out, "：%s", fact_text(f, figures[i].text));
	}
	return taken(arena, &out);
}

void disclosure_summary(struct arena *arena, const struct facts *f, const char *organ_name, const char *decision_no,
			struct disclosure_summary *ret)
{
	struct party *parties = arena_array(arena, struct party, PARTIES_MAX);
	size_t listed = parties_list(arena, f, parties, PARTIES_MAX), n = 0;
	const char **names = arena_array(arena, const char *, listed + 1);

	for (size_t i = 0; i < listed; i++) { /* those who are punished */
		if (redaction_third_person(&parties[i], NULL))
			continue;
		parties[n] = parties[i];
		names[n] = parties[n].name;
		n++;
	}
	names[n] = NULL;
	*ret = (struct disclosure_summary){
		.decision_no = fact_has(f, FIELD_DECISION_PAPER) ? fact_text(f, FIELD_DECISION_PAPER)
								  : decision_no ? decision_no : "",
		.party = parties_text(arena, parties, n),
		.violation = fact_text(f, FIELD_CAUSE),
		.penalty = penalty_text(arena, f),
		.organ = fact_has(f, FIELD_AGENCY) ? fact_text(f, FIELD_AGENCY) : organ_name ? organ_name : "",
		.decided_on = fact_day(f, FIELD_DECIDED_ON),
		.names = names, .uscc = n > 0 && !parties[0].natural ? parties[0].uscc : "",
	};
}

const char *disclosure_summary_missing(const struct disclosure_summary *s)
{
	const struct {
		const char *zh;
		bool there;
	} items[] = {
		{ "行政处罚决定书文号", s->decision_no[0] },	{ "行政处罚当事人基本情况", s->party[0] },
		{ "违法行为类型", s->violation[0] },		{ "行政处罚内容", s->penalty[0] },
		{ "作出行政处罚决定机关名称", s->organ[0] },	{ "作出行政处罚决定日期", s->decided_on != DAY_NONE },
	};

	for (size_t i = 0; i < ARRAY_LEN(items); i++) {
		if (!items[i].there)
			return items[i].zh;
	}
	return NULL;
}

void disclosure_summary_write(struct json_writer *w, const struct disclosure_summary *s)
{
	json_obj_open(w);
	json_kv_str(w, "decision_no", s->decision_no);
	json_kv_str(w, "party", s->party);
	json_kv_str(w, "violation", s->violation);
	json_kv_str(w, "penalty", s->penalty);
	json_kv_str(w, "organ", s->organ);
	json_kv_day(w, "decided_on", s->decided_on);
	json_obj_close(w);
}

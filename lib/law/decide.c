/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * May this actor do this act now? Only checks; the fold is in apply.c, what may be done next in next.c. */
#include "law/apply.h"

#include "json/json_reader.h"
#include "law/basis.h"
#include "law/decide.h"

/* ---- who ---- */

static uint32_t stage_roles(const struct act_row *row, enum stage stage)
{
	switch (stage) {
	case STAGE_DO:
	case STAGE_REQUEST:
		return row->by;
	case STAGE_ENDORSE:
		return row->endorse_by;
	case STAGE_APPROVE:
		return row->approve_by;
	case STAGE_RETURN:
		return row->approve_by | row->endorse_by;
	}
	return 0;
}

/* An act of another organ: what the exchange brings is that organ's own word. What it said on paper, our officers enter,
 * unless it is connected and can say so itself. */
bool procedure_registers(const struct dossier *d, const struct act_row *row)
{
	uint32_t mine = (uint32_t)fact_num(&d->facts, FIELD_SIDE);
	uint32_t connected = (uint32_t)fact_num(&d->facts, FIELD_CONNECTED);

	return d->version > 0 && row->sides != 0 && !(row->sides & mine) && row->receipt && (row->sides & ~connected) != 0;
}

static bool others_act(const struct dossier *d, const struct act_row *row)
{
	return d->version > 0 && row->sides != 0 && !(row->sides & (uint32_t)fact_num(&d->facts, FIELD_SIDE));
}

bool procedure_arrived(const struct dossier *d, const struct act_input *in)
{
	return d->version > 0 && in->row->receipt && (in->actor.roles & ROLE_EXCHANGE) &&
	       (others_act(d, in->row) || !(in->row->by & ROLE_EXCHANGE));
}

enum err_code decide_role(const struct dossier *d, const struct act_input *in, struct err *err)
{
	uint32_t wanted = stage_roles(in->row, in->stage);

	if (procedure_arrived(d, in))
		return ERR_OK;
	if (others_act(d, in->row)) {
		wanted = 0;
		if (procedure_registers(d, in->row))
			wanted = ROLES_OFFICERS | ROLE_CLERK;
		else
			return err_set(err, ERR_FORBIDDEN, "other-organ", "“%s”由对方机关在线办理，本机关不能代为登记",
				       in->row->zh);
	}
	if (wanted & in->actor.roles)
		return ERR_OK;
	enum err_code code = err_set(err, ERR_FORBIDDEN, "missing-role", "您的角色不能办理“%s”", in->row->zh);
	err_article(err, in->row->article);
	return code;
}

/* ---- when ---- */

static enum err_code check_state(const struct dossier *d, const struct act_input *in, struct err *err)
{
	state_set from = in->row->from;

	/* A letter crosses with ours as a record does. */
	if (procedure_arrived(d, in) || procedure_registers(d, in->row))
		from |= in->row->crosses;
	if (d->version == 0 ? in->row->from == 0 : (from & STATE_BIT(d->state)) != 0)
		return ERR_OK;
	enum err_code code = err_set(err, ERR_WRONG_STATE, "wrong-state", "当前状态“%s”不能办理“%s”",
				     d->version ? state_info(d->state)->zh : "新建", in->row->zh);
	err_article(err, in->row->article);
	return code;
}

/* Acts that presuppose a decision, publication above all. */
static bool follows_decision(const struct act_row *row)
{
	const state_set before = STATE_BIT(STATE_UNSERVED) - 1;

	return row->from != 0 && (row->from & before) == 0;
}

static enum err_code check_day(const struct dossier *d, const struct act_input *in,
			       const struct request *request, struct err *err)
{
	day_t day = instant_to_day(in->happened_at);
	day_t earliest = DAY_NONE;
	char text[11];

	if (in->happened_at > in->now) {
		enum err_code code = err_set(err, ERR_INVALID, "in-the-future", "办理时间不能晚于现在");
		err_field(err, "happened_at");
		return code;
	}
	if (procedure_arrived(d, in))
		return ERR_OK;
	if (d->version > 0 && procedure_registers(d, in->row)) {
		earliest = d->opened_on; /* what it answers may have been done meanwhile */
	} else if (d->version > 0) {
		earliest = d->kind == MATTER_CLUE ? fact_day(&d->facts, FIELD_DISCOVERED_ON) : d->opened_on;
		if (procedure_targets(in->row) && (in->stage == STAGE_DO || in->stage == STAGE_APPROVE))
			earliest = d->state_since;
		else if (follows_decision(in->row) && fact_day(&d->facts, FIELD_DECIDED_ON) > earliest)
			earliest = fact_day(&d->facts, FIELD_DECIDED_ON);
		if (request && request->on > earliest)
			earliest = request->on;
	}
	if (earliest == DAY_NONE || day >= earliest)
		return ERR_OK;
	day_format(earliest, text);
	enum err_code code = err_set(err, ERR_INVALID, "before-previous-step",
				     "办理日期不能早于上一步骤的日期 %s", text);
	err_field(err, "happened_at");
	return code;
}

/* Dates that state a fact of the past cannot lie in the future. */
static enum err_code check_past_dates(const struct act_input *in, struct err *err)
{
	static const enum field past[] = { FIELD_DISCOVERED_ON, FIELD_ACT_ENDED_ON, FIELD_CAUSE_ENDED_ON,
					   FIELD_PRIOR_ON };
	day_t today = instant_to_day(in->now);

	for (size_t i = 0; i < ARRAY_LEN(past); i++) {
		if (fact_has(&in->fields, past[i]) && fact_day(&in->fields, past[i]) > today) {
			enum err_code code = err_set(err, ERR_INVALID, "in-the-future", "“%s”不能晚于今天",
						     field_info(past[i])->zh);
			err_field(err, "fields.%s", field_info(past[i])->name);
			return code;
		}
	}
	return ERR_OK;
}

/* ---- what ---- */

static enum err_code check_fields(const struct dossier *d, const struct act_input *in, struct err *err)
{
	const struct field_use *uses = procedure_fields(in->row, in->stage);
	bool paper = procedure_registers(d, in->row) && !(in->actor.roles & ROLE_EXCHANGE);
	bool told = paper || procedure_arrived(d, in); /* registered by them or by us */

	for (enum field f = 0; f < FIELD_COUNT; f++) {
		bool known = (f == FIELD_REQUEST && in->stage >= STAGE_ENDORSE) ||
			     (told && (f == FIELD_REGISTERED_MEDIUM || f == FIELD_REGISTERED_SCAN)) ||
			     (f == FIELD_ARRIVED_ON && (in->actor.roles & ROLE_EXCHANGE));
		for (const struct field_use *u = uses; !known && u->field != FIELD_NONE; u++)
			known = u->field == f;
		if (in->fields.at[f].set && !known) {
			enum err_code code = err_set(err, ERR_INVALID, "unknown-field", "步骤“%s”没有“%s”这一项",
						     in->row->zh, field_info(f)->zh);
			err_field(err, "fields.%s", field_info(f)->name);
			return code;
		}
	}
	for (const struct field_use *u = uses; u->field != FIELD_NONE; u++) {
		if (u->required && !in->fields.at[u->field].set) {
			enum err_code code = err_set(err, ERR_INVALID, "required", "缺少必填项“%s”",
						     field_info(u->field)->zh);
			err_field(err, "fields.%s", field_info(u->field)->name);
			err_article(err, in->row->article);
			return code;
		}
	}
	if (paper && !in->fields.at[FIELD_REGISTERED_MEDIUM].set) {
		enum err_code code = err_set(err, ERR_INVALID, "required", "登记对方答复须写明“%s”",
					     field_info(FIELD_REGISTERED_MEDIUM)->zh);
		err_field(err, "fields.%s", field_info(FIELD_REGISTERED_MEDIUM)->name);
		return code;
	}
	return ERR_OK;
}

bool decide_waits(const struct request *r, const struct act_row *row, enum stage stage)
{
	if (strcmp(r->act, row->code) != 0)
		return false;
	switch (stage) {
	case STAGE_ENDORSE:
		return r->status == REQUEST_OPEN;
	case STAGE_APPROVE:
		return r->status == (row->endorse_by ? REQUEST_ENDORSED : REQUEST_OPEN);
	case STAGE_RETURN:
		return r->status == REQUEST_OPEN || r->status == REQUEST_ENDORSED;
	case STAGE_DO:
	case STAGE_REQUEST:
		break;
	}
	return false;
}

/* The request that this stage answers: the one named, or the only one that waits. */
static enum err_code find_request(const struct dossier *d, const struct act_input *in,
				  const struct request **ret, struct err *err)
{
	const struct request *found = NULL;
	int waiting = 0;

	for (int i = 0; i < d->request_count; i++) {
		const struct request *r = &d->requests[i];
		if (!decide_waits(r, in->row, in->stage))
			continue;
		if (fact_has(&in->fields, FIELD_REQUEST) && fact_num(&in->fields, FIELD_REQUEST) != r->seq)
			continue;
		found = r;
		waiting++;
	}
	if (waiting == 1) {
		*ret = found;
		return ERR_OK;
	}
	enum err_code code;
	if (waiting == 0)
		code = err_set(err, ERR_WRONG_STATE, "no-open-request", "没有等待处理的“%s”申请", in->row->zh);
	else
		code = err_set(err, ERR_INVALID, "which-request", "有 %d 件“%s”申请等待处理，请写明申请序号", waiting,
			       in->row->zh);
	err_field(err, "fields.request");
	return code;
}

enum err_code decide_gather(const struct dossier *d, const struct act_input *in, const struct request *request,
			    struct arena *arena, struct facts *payload, struct facts *merged, struct err *err)
{
	struct json_doc *doc;

	*payload = in->fields;
	if (request) {
		struct facts asked = { 0 };
		enum err_code code = json_parse(arena, sv_of(request->payload), &doc, err);
		if (code == ERR_OK)
			code = facts_read(arena, json_root(doc), &asked, err);
		if (code != ERR_OK)
			return code;
		facts_merge(&asked, &in->fields, true);
		*payload = asked;
	}
	*merged = d->facts;
	facts_merge(merged, payload, false);
	if (fact_has(payload, FIELD_PARTIES)) {
		struct party first;
		if (parties_first(arena, payload, &first))
			fact_set_num(merged, FIELD_PARTY_NATURAL, first.natural);
	}
	return ERR_OK;
}

/* Whoever registers a clue or decides on the spot works it, unless somebody else is named. */
static void default_officer(const struct dossier *before, const struct act_input *in, struct facts *fields)
{
	if (before->version > 0 || fact_has(fields, FIELD_OFFICER) || fact_has(fields, FIELD_ORIGINAL_KEY) ||
	    !(in->actor.roles & ROLES_OFFICERS & in->row->by))
		return;
	fields->at[FIELD_OFFICER] = (struct fact){ .set = true, .num = in->actor.account,
						   .text = in->actor.name };
}

/* The record of a hand-over must carry all that the other copy needs: what the act's fields leave open is taken from
 * what was prepared. */
static void default_prepared(const struct dossier *before, struct act_input *in, struct arena *arena)
{
	struct facts *f = &in->fields;
	bool basis = false;

	if (!in->row->receipt || strcmp(in->row->receipt, "submitted") != 0 || procedure_arrived(before, in))
		return;
	for (const struct field_use *u = in->row->fields; u && u->field != FIELD_NONE; u++) {
		if (!f->at[u->field].set && !(field_info(u->field)->flags & FIELD_FLAG_TRANSIENT))
			f->at[u->field] = before->facts.at[u->field];
		basis = basis || u->field == FIELD_LEGAL_BASIS;
	}
	if (basis && !fact_has(f, FIELD_LEGAL_BASIS))
		fact_set_text(f, FIELD_LEGAL_BASIS,
			      transfer_legal_basis(arena, fact_text(f, FIELD_TRANSFER_BASIS), fact_text(f, FIELD_IP_TYPE),
						   fact_day(f, FIELD_ACT_ENDED_ON), instant_to_day(in->happened_at)));
}

static const char *own_role(const struct act_input *in)
{
	static const struct {
		const char *kind;
		uint32_t role;
	} kinds[] = { { "police", ROLE_POLICE }, { "procuratorate", ROLE_PROCURATORATE }, { "court", ROLE_COURT } };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (in->own && in->own->kind ? strcmp(in->own->kind, kinds[i].kind) == 0
					     : (in->actor.roles & kinds[i].role) != 0)
			return role_code(kinds[i].role);
	}
	return role_code(ROLE_OFFICER);
}

static void default_text(struct facts *fields, enum field field, const char *text)
{
	if (text && text[0] && !fact_has(fields, field))
		fact_set_text(fields, field, text);
}

/* What the directory of organs knows goes into the act, so that the fold needs no directory. */
static void default_organs(const struct dossier *before, const struct act_input *in, struct facts *fields)
{
	const struct organ *own = in->own, *peer = in->peer;
	int64_t connected = fact_num(&before->facts, FIELD_CONNECTED);

	if (procedure_arrived(before, in))
		return;
	if (before->version == 0 && fact_has(fields, FIELD_PEER)) {
		/* A clerk who registers a letter need not say that we receive it. */
		int64_t side = fact_has(fields, FIELD_SIDE)		  ? fact_num(fields, FIELD_SIDE)
			       : (in->row->sides & SIDE_SENDER) == 0 ? SIDE_RECEIVER : SIDE_SENDER;
		bool receives = (side & (SIDE_RECEIVER | SIDE_THIRD)) != 0;
		int64_t theirs = receives ? SIDE_SENDER : SIDE_RECEIVER;
		default_text(fields, FIELD_OWN_ORGAN, own ? own->code : NULL);
		default_text(fields, FIELD_OWN_ROLE, own_role(in));
		default_text(fields, FIELD_PEER_NAME, peer ? peer->name : NULL);
		if (!fact_has(fields, FIELD_CONNECTED))
			fact_set_num(fields, FIELD_CONNECTED, side |
				     (peer && peer->connected ? theirs : 0));
	}
	if (fact_has(fields, FIELD_PEER_NEXT)) {
		default_text(fields, FIELD_PEER_NEXT_NAME, peer ? peer->name : NULL);
		if (!fact_has(fields, FIELD_CONNECTED))
			fact_set_num(fields, FIELD_CONNECTED, peer && peer->connected ? connected | SIDE_RECEIVER
										      : connected & ~SIDE_RECEIVER);
	}
}

enum err_code procedure_check(const struct law_book *book, const struct dossier *before,
			      const struct act_input *input, struct arena *arena, struct act_record *ret,
			      struct err *err)
{
	struct act_input in = *input;
	const struct request *request = NULL;
	struct facts payload, merged;
	enum err_code code;

	default_prepared(before, &in, arena);
	if ((code = decide_role(before, &in, err)) != ERR_OK || (code = check_state(before, &in, err)) != ERR_OK ||
	    (code = check_fields(before, &in, err)) != ERR_OK || (code = check_past_dates(&in, err)) != ERR_OK)
		return code;
	if (in.stage >= STAGE_ENDORSE && (code = find_request(before, &in, &request, err)) != ERR_OK)
		return code;
	if ((code = check_day(before, &in, request, err)) != ERR_OK)
		return code;
	if (request && in.stage != STAGE_RETURN && request->by_account == in.actor.account)
		return guard_refuses(GUARD_APPROVER_NOT_OFFICER, err);
	default_officer(before, &in, &in.fields);
	default_organs(before, &in, &in.fields);
	if ((code = decide_gather(before, &in, request, arena, &payload, &merged, err)) != ERR_OK ||
	    (code = guards_check(book, before, &in, &payload, &merged, err)) != ERR_OK)
		return code;
	*ret = (struct act_record){
		.act = in.row->code, .stage = in.stage, .actor = in.actor.account, .actor_name = in.actor.name,
		.happened_at = in.happened_at, .fields = in.fields,
		.request = request ? request->seq : in.stage == STAGE_REQUEST ? before->request_count + 1 : 0,
	};
	fact_clear(&ret->fields, FIELD_REQUEST);
	return ERR_OK;
}

/* ---- added fine ---- */

/* 3 % (limits.csv) of the unpaid fine a day from the day after the payment's last day, never more than the fine;
 * days of reconsideration and suit do not count (行政处罚法 72, 73). */
int64_t added_fine_fen(const struct law_book *book, const struct dossier *d, day_t on)
{
	int64_t fine = fact_money(&d->facts, FIELD_FINE);
	int64_t paid = fact_num(&d->facts, FIELD_PAID);
	day_t due = fact_day(&d->facts, FIELD_PAY_DUE);
	struct day_span remedies[DOSSIER_MAX_SPANS];
	size_t n = 0;

	if (due == DAY_NONE || on <= due || paid >= money_ordered(&d->facts))
		return 0;
	for (int i = 0; i < d->span_count; i++) {
		if (d->spans[i].kind == SPAN_REMEDY)
			remedies[n++] = d->spans[i].days;
	}
	int64_t days = on - due - day_span_union(remedies, n, due, on);
	int64_t unpaid = fine < money_ordered(&d->facts) - paid ? fine : money_ordered(&d->facts) - paid;
	int64_t percent = days * law_book_limit(book, "ADDED_FINE_PERCENT", on);
	return percent < 100 ? unpaid * percent / 100 : unpaid;
}

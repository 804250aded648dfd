/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Between a hand-over and the case it comes from: what the hand-over takes along, and the act by which the case learns how
 * it went. */
#include "law/apply.h"

#include "json/json_writer.h"

enum { GOODS_MAX_BYTES = 256 * 1024 };

/* "55 桶": what is counted and in what; a text without a number is one of its kind. */
static void write_quantity(struct json_writer *w, const char *quantity)
{
	struct sv text = sv_trim(sv_of(quantity ? quantity : ""));
	size_t digits = 0;
	int64_t n = 1;

	while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
		digits++;
	bool whole = digits > 0 && digits < 10 && (digits == text.n || text.p[digits] != '.') &&
		     sv_to_i64((struct sv){ text.p, digits }, &n);
	struct sv unit = whole ? sv_trim((struct sv){ text.p + digits, text.n - digits }) : text;
	if (unit.n > 0)
		json_kv_sv(w, "unit", unit);
	json_kv_i64(w, "quantity", whole ? n : 1);
}

static void write_text(struct json_writer *w, const char *name, const char *text)
{
	if (text && text[0])
		json_kv_str(w, name, text);
}

static void prefill_goods(const struct dossier *from, struct arena *arena, struct facts *fields)
{
	CLEANUP(str_release) struct str out = STR_INIT(GOODS_MAX_BYTES);
	struct json_writer w;
	size_t n = 0;

	json_writer_init(&w, &out);
	json_arr_open(&w);
	for (int i = 0; i < from->item_count; i++) {
		const struct item *item = &from->items[i];
		if (item->status != ITEM_HELD)
			continue;
		json_obj_open(&w);
		json_kv_str(&w, "item", arena_printf(arena, "%d", item->seq));
		json_kv_str(&w, "name", item->name);
		write_quantity(&w, item->quantity);
		write_text(&w, "place", item->place);
		write_text(&w, "custodian", item->custodian);
		write_text(&w, "seal_no", item->seal);
		json_obj_close(&w);
		n++;
	}
	json_arr_close(&w);
	if (n > 0 && json_writer_ok(&w))
		fact_set_text(fields, FIELD_GOODS_LIST, arena_strndup(arena, out.p, out.len));
}

void procedure_prefill(const struct act_row *row, const struct dossier *from, struct arena *arena, struct facts *fields)
{
	/* Facts of a copy, not of what it is about. */
	static const enum field own[] = {
		FIELD_SIDE, FIELD_CONNECTED, FIELD_OWN_ROLE, FIELD_OWN_ORGAN, FIELD_THREAD, FIELD_PEER,
		FIELD_PEER_NAME, FIELD_COPY_TO, FIELD_CASE, FIELD_HANDOFF, FIELD_HANDOFF_NO, FIELD_RECEIVER,
		FIELD_RECEIVER_NAME, FIELD_OFFICER, FIELD_CO_OFFICER,
	};

	for (const struct field_use *u = row->fields; u && u->field != FIELD_NONE; u++) {
		bool taken = !fields->at[u->field].set && !(field_info(u->field)->flags & FIELD_FLAG_TRANSIENT);
		for (size_t i = 0; i < ARRAY_LEN(own) && taken; i++)
			taken = own[i] != u->field;
		if (taken)
			fields->at[u->field] = from->facts.at[u->field];
		if (taken && u->field == FIELD_GOODS_LIST && !fact_has(fields, FIELD_GOODS_LIST))
			prefill_goods(from, arena, fields);
		if (taken && u->field == FIELD_UNPAID && money_ordered(&from->facts) > 0)
			fact_set_num(fields, FIELD_UNPAID, money_ordered(&from->facts) + fact_money(&from->facts, FIELD_ADDED_FINE) -
				     fact_num(&from->facts, FIELD_PAID));
	}
}

enum err_code procedure_handoff_event(const struct law_book *book, const struct dossier *linked,
				      const struct dossier *handoff, int64_t handoff_id, const char *event,
				      const struct act_record *cause, struct arena *arena,
				      struct act_record *ret, struct err *err)
{
	static const enum field told[] = { FIELD_PEER_NAME, FIELD_HANDOFF_NO, FIELD_CRIMINAL_FINE };
	static const struct {
		enum matter_procedure channel;
		enum field field;
	} told_of_channels[] = {
		{ PROCEDURE_C2, FIELD_MARKET },		 { PROCEDURE_C5, FIELD_REMEDY_RESULT },
		{ PROCEDURE_C6, FIELD_COURT_CASE_NO }, { PROCEDURE_C6, FIELD_ENFORCED },
	};
	const struct procedure *p = procedure_get(linked->procedure);
	struct act_input in = { .happened_at = cause->happened_at, .now = cause->happened_at };

	(void)arena;
	*ret = (struct act_record){ .act = NULL };
	in.row = procedure_find(p, SV("handoff_event"), &in.stage);
	if (!in.row)
		return ERR_OK;
	fact_set_num(&in.fields, FIELD_HANDOFF, handoff_id);
	fact_set_text(&in.fields, FIELD_HANDOFF_EVENT, event);
	fact_set_text(&in.fields, FIELD_CHANNEL, procedure_code(handoff->procedure));
	fact_set_text(&in.fields, FIELD_HANDOFF_STATE, state_info(handoff->state)->code);
	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		in.fields.at[told[i]] = handoff->facts.at[told[i]];
	in.fields.at[FIELD_ARRIVED_ON] = cause->fields.at[FIELD_ARRIVED_ON];
	for (size_t i = 0; i < ARRAY_LEN(told_of_channels); i++) {
		if (told_of_channels[i].channel == handoff->procedure)
			in.fields.at[told_of_channels[i].field] = handoff->facts.at[told_of_channels[i].field];
	}
	if (!(in.row->from & STATE_BIT(linked->state)))
		return err_set(err, ERR_WRONG_STATE, "wrong-state", "案件状态为“%s”，不能登记移送进展",
			       state_info(linked->state)->zh);
	struct facts merged = linked->facts;
	facts_merge(&merged, &in.fields, false);
	enum err_code code = guards_check(book, linked, &in, &in.fields, &merged, err);
	if (code != ERR_OK)
		return code;
	*ret = (struct act_record){ .act = in.row->code, .stage = STAGE_DO, .actor = cause->actor,
				    .actor_name = cause->actor_name, .happened_at = cause->happened_at,
				    .fields = in.fields };
	return ERR_OK;
}

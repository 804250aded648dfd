/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Disclosures as JSON: rows of the due list, one with its class, its six items and what was public when, the preview. */
#include "api/api_disclosure.h"

/* ---- the list ---- */

void api_write_disclosure_row(struct json_writer *w, const struct law_book *book, day_t today,
			      const struct disclosure_row *row)
{
	int days_left = 0;
	enum light light = light_of(&book->calendar, row->due, today, &days_left);

	json_obj_open(w);
	json_kv_id(w, "id", row->id);
	json_kv_str(w, "number", row->number);
	json_kv_str(w, "title", row->title);
	json_kv_str(w, "party", row->party);
	json_kv_str(w, "class", row->class[0] ? row->class : NULL);
	json_kv_str(w, "state", state_info(row->state)->code);
	json_kv_str(w, "state_zh", state_info(row->state)->zh);
	json_kv_bool(w, "open", row->open);
	json_kv_str(w, "turn", row->turn);
	json_kv_str(w, "officer", row->officer);
	json_kv_str(w, "unit", row->unit);
	json_kv_day(w, "due", row->due == DAY_MAX ? DAY_NONE : row->due);
	json_kv_str(w, "rule", row->rule[0] ? row->rule : NULL);
	json_kv_str(w, "light", light_code(light));
	if (light == LIGHT_GREY)
		json_kv_null(w, "days_left");
	else
		json_kv_i64(w, "days_left", days_left);
	json_kv_day(w, "decided_on", row->decided);
	json_kv_day(w, "publish_due", row->publish_due);
	json_kv_day(w, "published_on", row->published);
	json_kv_day(w, "stop_due", row->stop_due);
	if (row->case_id)
		json_kv_id(w, "case", row->case_id);
	json_kv_i64(w, "version", row->version);
	json_obj_close(w);
}

/* ---- one ---- */

/* Why it is of this class, in words; the law's own reasons, from the same facts. */
static const char *class_why(struct arena *arena, const struct facts *f, enum disclosure_class c)
{
	switch (c) {
	case DISCLOSURE_CLASS_NONE:
		return "仅给予警告，不公示";
	case DISCLOSURE_CLASS_MINOR:
		if (fact_list_has(f, FIELD_PENALTY_KINDS, "通报批评"))
			return "仅给予通报批评";
		return arena_printf(arena, "仅给予较低数额罚款（%s，罚款%lld元）", fact_text(f, FIELD_DISCRETION),
				    (long long)(fact_num(f, FIELD_FINE) / 100));
	case DISCLOSURE_CLASS_GENERAL:
		return "不属于轻微和严重的情形";
	case DISCLOSURE_CLASS_SEVERE_A:
		return "属于食品、药品、医疗器械、化妆品、特种设备、重点工业产品领域，且不属于轻微";
	case DISCLOSURE_CLASS_SEVERE_B:
		return "限制开展生产经营活动、责令停产停业或者限制从业";
	case DISCLOSURE_CLASS_SEVERE_C:
		return "降低资质等级、吊销许可证件或者责令关闭";
	case DISCLOSURE_CLASS_SEVERE_D:
		return "列入严重违法失信名单";
	case DISCLOSURE_CLASS_COUNT:
		break;
	}
	return "";
}

static void write_class(struct json_writer *w, struct arena *arena, const struct disclosure_view *v)
{
	const struct facts *f = &v->view.dossier->facts;
	enum disclosure_class c = v->has_window ? v->window.class : DISCLOSURE_CLASS_NONE;
	const char *word = disclosure_class_zh(c);

	json_key(w, "class");
	json_obj_open(w);
	json_kv_str(w, "name", word[0] ? word : NULL);
	json_kv_str(w, "why", class_why(arena, f, c));
	json_kv_day(w, "rules_from", v->has_window ? v->window.rule_from : DAY_NONE);
	json_kv_bool(w, "repairable", v->has_window && v->window.repairable);
	json_kv_day(w, "repair_from", v->has_window && v->window.repairable ? v->window.repair_from : DAY_NONE);
	json_obj_close(w);
}

static void write_case(struct json_writer *w, const struct disclosure_view *v)
{
	json_key(w, "case");
	if (!v->case_id || !v->case_title) {
		json_null(w);
		return;
	}
	json_obj_open(w);
	json_kv_id(w, "id", v->case_id);
	json_kv_str(w, "number", v->case_number);
	json_kv_str(w, "title", v->case_title);
	json_kv_str(w, "state", state_info(v->case_state)->code);
	json_kv_str(w, "state_zh", state_info(v->case_state)->zh);
	json_obj_close(w);
}

static void write_period(struct json_writer *w, const struct public_period *p, day_t today)
{
	json_obj_open(w);
	json_kv_id(w, "page", p->id);
	json_kv_i64(w, "version", p->n);
	json_kv_instant(w, "from_at", p->from_at);
	json_kv_instant(w, "until_at", p->until_at);
	json_kv_str(w, "why", p->why);
	json_kv_day(w, "published_on", p->published_on);
	json_kv_day(w, "stop_due", p->stop_due);
	json_kv_bool(w, "now", p->until_at == INSTANT_NONE && today <= p->stop_due);
	json_kv_str(w, "digest", p->digest);
	json_obj_close(w);
}

static void write_summary(struct json_writer *w, const struct disclosure_summary *s)
{
	const char *missing = disclosure_summary_missing(s);

	json_key(w, "summary");
	disclosure_summary_write(w, s);
	json_kv_str(w, "missing", missing);
}

void api_write_disclosure(struct json_writer *w, struct arena *arena, const struct disclosure_view *v)
{
	static const struct {
		const char *name;
		enum field field;
	} days[] = { { "publish_due", FIELD_PUBLISH_DUE },   { "published_on", FIELD_PUBLISHED_ON },
		     { "pushed_on", FIELD_PUSHED_ON },	     { "credit_due", FIELD_CREDIT_DUE },
		     { "credit_on", FIELD_CREDIT_ON },	     { "withdraw_due", FIELD_WITHDRAW_DUE },
		     { "withdrawn_on", FIELD_WITHDRAWN_ON }, { "stop_due", FIELD_STOP_DUE },
		     { "stopped_on", FIELD_STOPPED_ON } };

	json_obj_open(w);
	api_write_matter_members(w, arena, &v->view);
	json_key(w, "publication");
	json_obj_open(w);
	json_kv_bool(w, "public", v->public_now);
	write_class(w, arena, v);
	for (size_t i = 0; i < ARRAY_LEN(days); i++)
		json_kv_day(w, days[i].name, fact_day(&v->view.dossier->facts, days[i].field));
	write_summary(w, &v->summary);
	json_key(w, "periods");
	json_arr_open(w);
	for (size_t i = 0; i < v->period_count; i++)
		write_period(w, &v->periods[i], v->view.today);
	json_arr_close(w);
	write_case(w, v);
	json_kv_bool(w, "sealed", v->view.sealed);
	json_obj_close(w);
	json_obj_close(w);
}

/* ---- the preview ---- */

static void write_cuts(struct json_writer *w, const char *key, const struct disclosure_preview *p,
		       const struct redaction_cuts *cuts)
{
	json_key(w, key);
	json_arr_open(w);
	for (size_t i = 0; i < cuts->count; i++) {
		const struct redaction_cut *c = &cuts->items[i];
		const struct redaction_info *info = redaction_info(c->why);
		json_obj_open(w);
		json_kv_i64(w, "at", (int64_t)c->at);
		json_kv_i64(w, "len", (int64_t)c->len);
		json_kv_str(w, "code", info->code);
		json_kv_str(w, "zh", info->zh);
		json_kv_str(w, "article", info->article);
		json_kv_str(w, "note", c->note ? c->note : "");
		json_kv_sv(w, "text", (struct sv){ p->original.p + c->at, c->len });
		json_obj_close(w);
	}
	json_arr_close(w);
}

void api_write_preview(struct json_writer *w, struct arena *arena, const struct disclosure_preview *p)
{
	(void)arena;
	json_obj_open(w);
	json_kv_i64(w, "version", p->base.view.dossier->version);
	json_kv_str(w, "source", p->source);
	json_kv_str(w, "text", p->text);
	json_kv_str(w, "digest", p->digest);
	json_kv_sv(w, "original", p->original);
	json_kv_str(w, "original_digest", p->original_digest);
	write_cuts(w, "cuts", p, &p->cuts);
	write_cuts(w, "proposed", p, &p->proposed);
	write_cuts(w, "unsure", p, &p->unsure);
	json_key(w, "residue");
	if (p->residue.code == ERR_OK) {
		json_null(w);
	} else {
		json_obj_open(w);
		json_kv_str(w, "rule", p->residue.rule);
		json_kv_str(w, "message", p->residue.message);
		json_kv_str(w, "article", p->residue.article);
		json_kv_str(w, "detail", p->residue.detail);
		json_obj_close(w);
	}
	write_summary(w, &p->base.summary);
	json_obj_close(w);
}

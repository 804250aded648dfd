/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "store/change.h"

#include <stdlib.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "json/json_reader.h"
#include "json/json_writer.h"
#include "law/ident.h"
#include "store/change_form.h"
#include "store/change_public.h"

enum { DOC_MAX_BYTES = 2 * 1024 * 1024, BODY_MAX_BYTES = 512 * 1024, SEARCH_MAX_BYTES = 64 * 1024,
       PARTIES_MAX = 50 };

/* A row of a covering index must fit a third of a page (2704 bytes), and these two, a number of up to 480 and an
 * officer's name stand in it together. 900 bytes are the longest title in Chinese. The dossier keeps all of it. */
enum { TITLE_MAX_BYTES = 900, PARTY_MAX_BYTES = 600 };

/* ---- derived texts ---- */

/* Cut before a character, with an ellipsis, when it is longer. */
static const char *within(struct arena *arena, const char *text, size_t max)
{
	static const char ellipsis[] = "…";
	size_t n = strlen(text);

	if (n <= max)
		return text;
	n = max - strlen(ellipsis);
	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return arena_printf(arena, "%.*s%s", (int)n, text, ellipsis);
}

const char *change_party(struct arena *arena, const struct dossier *d)
{
	struct party parties[PARTIES_MAX];
	size_t n = parties_list(arena, &d->facts, parties, PARTIES_MAX);

	if (n == 0)
		return "";
	if (n == 1)
		return within(arena, parties[0].name, PARTY_MAX_BYTES);
	return arena_printf(arena, "%s等%zu方", within(arena, parties[0].name, PARTY_MAX_BYTES - 16), n);
}

/* 当事人 + 违法行为 + 案; 涉嫌 stands before the decision only. */
const char *change_title(struct arena *arena, const struct dossier *d)
{
	const struct facts *f = &d->facts;
	const char *party = change_party(arena, d);

	if (fact_has(f, FIELD_TITLE))
		return within(arena, fact_text(f, FIELD_TITLE), TITLE_MAX_BYTES);
	const char *cause = fact_has(f, FIELD_CAUSE) ? fact_text(f, FIELD_CAUSE) : fact_text(f, FIELD_IP_TYPE);
	bool decided = fact_has(f, FIELD_DECIDED_ON) || d->procedure == PROCEDURE_BACK_ENTRY;
	const char *title = arena_printf(arena, "%s%s%s%s", party[0] ? party : "（当事人待查）",
					 decided ? "" : "涉嫌", cause, d->kind == MATTER_CLUE ? "线索" : "案");
	return within(arena, title, TITLE_MAX_BYTES);
}

const char *change_search_text(struct arena *arena, const struct dossier *d)
{
	static const enum field searched[] = { FIELD_CAUSE, FIELD_FACTS_TEXT, FIELD_GOODS, FIELD_PLACE,
					       FIELD_RIGHT_HOLDER, FIELD_RIGHT_NO, FIELD_AGENCY,
					       FIELD_DECISION_NO_PUBLISHED, FIELD_ORIGINAL_KEY };
	struct str all = STR_INIT(SEARCH_MAX_BYTES);
	struct party parties[PARTIES_MAX];
	size_t n = parties_list(arena, &d->facts, parties, PARTIES_MAX);

	str_append_cstr(&all, change_title(arena, d));
	for (size_t i = 0; i < n; i++)
		str_printf(&all, " %s %s", parties[i].name, parties[i].uscc ? parties[i].uscc : "");
	for (size_t i = 0; i < ARRAY_LEN(searched); i++)
		str_printf(&all, " %s", fact_text(&d->facts, searched[i]));
	const char *folded = text_fold(arena, sv_of(str_cstr(&all)));
	str_release(&all);
	return folded ? folded : "";
}

const char *clock_state_code(const struct clock_entry *c)
{
	switch (c->state) {
	case CLOCK_RUNNING:
		return c->due.stopped ? "stopped" : "running";
	case CLOCK_MET:
		return "met";
	case CLOCK_CANCELLED:
		return "cancelled";
	}
	return "running";
}

/* ---- the parts of the document ---- */

static void write_list(struct json_writer *w, const char *key, const struct facts *f, enum field field)
{
	json_key(w, key);
	json_rawtext(w, fact_has(f, field) ? sv_of(fact_text(f, field)) : SV("[]"));
}

static void write_account(struct json_writer *w, const char *key, const struct facts *f, enum field field)
{
	if (fact_has(f, field))
		json_kv_i64(w, key, fact_num(f, field));
	else
		json_kv_null(w, key);
}

/* "infinity" for DAY_MAX, which JSON dates cannot say. */
static void write_day_or_infinity(struct json_writer *w, const char *key, day_t d)
{
	if (d == DAY_MAX)
		json_kv_str(w, key, "infinity");
	else
		json_kv_day(w, key, d);
}

static void write_matter(struct json_writer *w, struct arena *arena, const struct change *c)
{
	const struct dossier *d = c->after;
	struct next_due next;

	next_due_of(d, &next);
	json_key(w, "matter");
	json_obj_open(w);
	json_kv_i64(w, "id", c->id);
	json_kv_str(w, "kind", matter_kind_code(d->kind));
	json_kv_str(w, "procedure", procedure_code(d->procedure));
	json_kv_i64(w, "organ_id", c->organ);
	json_kv_i64(w, "unit_id", c->unit);
	json_kv_str(w, "state", state_info(d->state)->code);
	json_kv_i64(w, "version", d->version);
	json_kv_str(w, "title", change_title(arena, d));
	json_kv_str(w, "party", change_party(arena, d));
	json_kv_str(w, "ip_type", fact_text(&d->facts, FIELD_IP_TYPE));
	write_account(w, "officer_id", &d->facts, FIELD_OFFICER);
	json_kv_str(w, "officer_name", fact_text(&d->facts, FIELD_OFFICER));
	write_account(w, "co_officer_id", &d->facts, FIELD_CO_OFFICER);
	write_list(w, "campaigns", &d->facts, FIELD_CAMPAIGNS);
	json_kv_str(w, "turn", role_code(dossier_turn(d)));
	json_kv_bool(w, "open", state_info(d->state)->open);
	json_kv_bool(w, "incomplete", d->procedure == PROCEDURE_BACK_ENTRY);
	json_kv_day(w, "opened_on", d->opened_on);
	json_kv_day(w, "closed_on", fact_day(&d->facts, FIELD_CLOSED_ON));
	write_day_or_infinity(w, "next_due_on", next.on);
	json_kv_str(w, "next_rule", next.rule);
	json_obj_close(w);
}

static void write_clock(struct json_writer *w, const struct law_book *book, int idx, const struct clock_entry *c)
{
	const struct clock_rule *rule = law_book_clock(book, c->rule, c->start_on);
	bool hours = rule && rule->period.unit == PERIOD_HOUR && !rule->archive_rule;

	json_obj_open(w);
	json_kv_i64(w, "idx", idx);
	json_kv_str(w, "rule", c->rule);
	json_kv_i64(w, "ref", c->ref);
	json_kv_str(w, "state", clock_state_code(c));
	json_kv_str(w, "owner", rule ? rule->owner : "");
	json_kv_day(w, "start_on", c->start_on);
	json_kv_day(w, "strict_on", c->due.stopped ? DAY_NONE : c->due.strict);
	json_kv_day(w, "due_on", c->due.stopped ? DAY_NONE : c->due.lawful);
	json_kv_instant(w, "due_at", hours ? c->due.at : INSTANT_NONE);
	json_kv_bool(w, "provisional", c->due.provisional);
	json_kv_day(w, "met_on", c->met_on);
	json_kv_bool(w, "late", c->late);
	json_obj_close(w);
}

static bool clock_same(const struct clock_entry *a, const struct clock_entry *b)
{
	return a->state == b->state && a->start_on == b->start_on && a->due.strict == b->due.strict &&
	       a->due.lawful == b->due.lawful && a->due.stopped == b->due.stopped &&
	       a->due.provisional == b->due.provisional && a->met_on == b->met_on && a->late == b->late;
}

/* Only the clocks that this act changed. */
static void write_clocks(struct json_writer *w, const struct law_book *book, const struct change *c)
{
	bool any = false;

	for (int i = 0; i < c->after->clock_count; i++) {
		if (i < c->before->clock_count && clock_same(&c->before->clocks[i], &c->after->clocks[i]))
			continue;
		if (!any) {
			json_key(w, "clocks");
			json_arr_open(w);
			any = true;
		}
		write_clock(w, book, i, &c->after->clocks[i]);
	}
	if (any)
		json_arr_close(w);
}

static bool fact_same(const struct dossier *a, const struct dossier *b, enum field field)
{
	/* Two accounts may have the same name: the id counts. */
	return fact_has(&a->facts, field) == fact_has(&b->facts, field) &&
	       fact_num(&a->facts, field) == fact_num(&b->facts, field) &&
	       strcmp(fact_text(&a->facts, field), fact_text(&b->facts, field)) == 0;
}

/* NULL for what was not given, so that the indexes leave it out. */
static const char *given(const char *text)
{
	return text && text[0] ? text : NULL;
}

static void write_parties(struct json_writer *w, struct arena *arena, const struct dossier *d)
{
	struct party parties[PARTIES_MAX];
	size_t n = parties_list(arena, &d->facts, parties, PARTIES_MAX);

	json_key(w, "parties");
	json_arr_open(w);
	for (size_t i = 0; i < n; i++) {
		const struct party *p = &parties[i];
		const char *key = text_fold(arena, sv_of(p->name));

		json_obj_open(w);
		json_kv_i64(w, "idx", (int64_t)i);
		json_kv_str(w, "name", p->name);
		json_kv_str(w, "name_key", key ? key : "");
		json_kv_str(w, "kind", given(p->kind));
		json_kv_str(w, "role", given(p->role));
		json_kv_str(w, "uscc", given(p->uscc));
		json_kv_str(w, "id_number", given(p->id_number));
		json_kv_str(w, "representative", given(p->representative));
		json_kv_str(w, "address", given(p->address));
		json_kv_str(w, "phone", given(p->phone));
		json_obj_close(w);
	}
	json_arr_close(w);
}

static void write_search(struct json_writer *w, struct arena *arena, const struct change *c)
{
	const char *now = change_search_text(arena, c->after);
	const char *const *grams;

	if (c->before->version > 0 && strcmp(now, change_search_text(arena, c->before)) == 0)
		return;
	size_t n = text_bigrams(arena, now, &grams);
	json_key(w, "text");
	json_obj_open(w);
	json_kv_str(w, "folded", now);
	json_key(w, "grams");
	json_arr_open(w);
	for (size_t i = 0; i < n; i++)
		json_cstr(w, grams[i]);
	json_arr_close(w);
	json_obj_close(w);
}

/* Title and party, as the row of rate_mark carries them. */
static bool names_moved(const struct dossier *before, const struct dossier *after)
{
	struct arena arena = ARENA_INIT(0);
	bool moved = strcmp(change_title(&arena, before), change_title(&arena, after)) != 0 ||
		     strcmp(change_party(&arena, before), change_party(&arena, after)) != 0;

	arena_fini(&arena);
	return moved;
}

bool change_moves_mark(const struct dossier *before, const struct dossier *after)
{
	struct rate_mark now, then;

	if (before->version == 0)
		return true;
	rate_mark_of(after, &now);
	rate_mark_of(before, &then);
	return !rate_mark_same(&now, &then) || !fact_same(before, after, FIELD_OFFICER) ||
	       !fact_same(before, after, FIELD_CAMPAIGNS) || !fact_same(before, after, FIELD_IP_TYPE) ||
	       names_moved(before, after);
}

bool change_names_moved(const struct dossier *before, const struct dossier *after)
{
	return !fact_same(before, after, FIELD_OFFICER) || names_moved(before, after);
}

static void write_sum(struct json_writer *w, const char *key, int64_t fen)
{
	if (fen == MARK_NO_SUM)
		json_kv_null(w, key);
	else
		json_kv_i64(w, key, fen);
}

static void write_mark_disclosure(struct json_writer *w, const struct rate_mark *m)
{
	json_kv_day(w, "publish_due_on", m->publish_due_on);
	json_kv_day(w, "published_on", m->published_on);
	json_kv_day(w, "credit_due_on", m->credit_due_on);
	json_kv_day(w, "credit_on", m->credit_on);
	json_kv_day(w, "withdraw_due_on", m->withdraw_due_on);
	json_kv_day(w, "withdrawn_on", m->withdrawn_on);
	json_kv_day(w, "stop_due_on", m->stop_due_on);
	json_kv_day(w, "stopped_on", m->stopped_on);
	if (m->case_id)
		json_kv_i64(w, "case_id", m->case_id);
}

/* Title, party and the officer's name are in the matter beside it. */
static void write_mark(struct json_writer *w, const struct change *c)
{
	const struct dossier *d = c->after;
	struct rate_mark now;

	if (!change_moves_mark(c->before, d))
		return;
	rate_mark_of(d, &now);
	json_key(w, "mark");
	json_obj_open(w);
	json_kv_str(w, "kind", matter_kind_code(d->kind));
	json_kv_str(w, "procedure", procedure_code(d->procedure));
	json_kv_str(w, "ip_type", fact_text(&d->facts, FIELD_IP_TYPE));
	write_account(w, "officer_id", &d->facts, FIELD_OFFICER);
	write_list(w, "campaigns", &d->facts, FIELD_CAMPAIGNS);
	json_kv_str(w, "excluded", now.excluded);
	json_kv_day(w, "opened_on", now.opened_on);
	json_kv_day(w, "clue_due_on", now.clue_due_on);
	json_kv_day(w, "clue_decided_on", now.clue_decided_on);
	json_kv_day(w, "filed_on", now.filed_on);
	json_kv_day(w, "decision_due_on", now.decision_due_on);
	json_kv_day(w, "decided_on", now.decided_on);
	json_kv_day(w, "perform_due_on", now.perform_due_on);
	json_kv_bool(w, "performing_open", now.performing_open);
	json_kv_day(w, "ground_on", now.ground_on);
	json_kv_day(w, "ground_due_on", now.ground_due_on);
	json_kv_day(w, "closed_on", now.closed_on);
	json_kv_day(w, "suspended_on", now.suspended_on);
	json_kv_day(w, "resumed_on", now.resumed_on);
	write_mark_disclosure(w, &now);
	json_kv_bool(w, "declined", now.declined);
	write_sum(w, "value_fen", now.value_fen);
	write_sum(w, "income_fen", now.income_fen);
	write_sum(w, "fine_fen", now.fine_fen);
	write_sum(w, "confiscated_fen", now.confiscated_fen);
	write_day_or_infinity(w, "active_until", now.active_until);
	json_obj_close(w);
}

/* ---- the ledger row ---- */

const char *change_paper(const struct act_row *row, const struct act_record *a)
{
	if (!row->paper || (a->stage != STAGE_DO && a->stage != STAGE_APPROVE))
		return NULL;
	if (strcmp(row->paper, CHANGE_PAPER_MEASURE) == 0)
		return fact_is(&a->fields, FIELD_MEASURE_KIND, "先行登记保存") ? "市监先登" : "市监强制";
	return row->paper;
}

/* A number that the officer brought: given with the act itself, or with the request now approved. */
static const char *typed_number(struct arena *arena, const struct change *c)
{
	struct json_doc *doc;

	if (fact_has(&c->act->fields, FIELD_DOC_NO))
		return fact_text(&c->act->fields, FIELD_DOC_NO);
	for (int i = 0; c->act->stage == STAGE_APPROVE && i < c->after->request_count; i++) {
		const struct request *r = &c->after->requests[i];
		if (r->seq != c->act->request || json_parse(arena, sv_of(r->payload), &doc, NULL) != ERR_OK)
			continue;
		const struct json_value *v = json_get(json_root(doc), field_info(FIELD_DOC_NO)->name);
		return v ? json_string(v).p : NULL;
	}
	return NULL;
}

static enum err_code write_json_text(struct json_writer *w, const char *key,
				     void (*write)(struct json_writer *, const void *), const void *what,
				     struct err *err)
{
	struct str out = STR_INIT(BODY_MAX_BYTES);
	struct json_writer inner;

	json_writer_init(&inner, &out);
	write(&inner, what);
	bool ok = json_writer_ok(&inner);
	if (ok)
		json_kv_sv(w, key, (struct sv){ out.p, out.len });
	else
		json_kv_null(w, key);
	str_release(&out);
	return ok ? ERR_OK : err_set(err, ERR_TOO_LARGE, "dossier-full", "案件内容过多，无法保存");
}

static void write_facts_cb(struct json_writer *w, const void *what)
{
	facts_write(w, what);
}

static void write_dossier_cb(struct json_writer *w, const void *what)
{
	dossier_write(w, what);
}

static enum err_code write_act(struct json_writer *w, struct arena *arena, const struct law_book *book,
			       const struct change *c, struct err *err)
{
	const struct act_record *a = c->act;
	bool foreign = c->handoff && c->handoff->foreign;
	const char *typed = foreign ? NULL : typed_number(arena, c), *paper = foreign ? NULL : change_paper(c->row, a);
	enum err_code code;

	json_key(w, "act");
	json_obj_open(w);
	json_kv_str(w, "act", a->act);
	json_kv_str(w, "stage", stage_code(a->stage));
	if (a->request)
		json_kv_i64(w, "request", a->request);
	json_kv_i64(w, "actor_id", a->actor);
	json_kv_str(w, "actor_name", a->actor_name);
	if (c->actor->on_behalf_of)
		json_kv_i64(w, "on_behalf_of", c->actor->on_behalf_of);
	json_kv_i64(w, "actor_unit", c->actor->unit);
	json_kv_instant(w, "happened_at", a->happened_at);
	json_kv_bool(w, "back_entry", c->back_entry);
	json_kv_i64(w, "law_version", book->version);
	if (paper)
		json_kv_str(w, "paper", paper);
	if (typed && paper) {
		struct docno no;
		ident_docno(arena, sv_of(typed), &no);
		json_kv_str(w, "doc_no", typed);
		json_kv_str(w, "doc_no_key", no.key);
	}
	code = write_json_text(w, "payload", write_facts_cb, &a->fields, err);
	json_obj_close(w);
	return code;
}

/* ---- hand-overs ---- */

void handoff_copy_of(const struct dossier *d, struct handoff_copy *ret)
{
	const struct facts *f = &d->facts;

	*ret = (struct handoff_copy){
		.thread = fact_text(f, FIELD_THREAD), .channel = procedure_code(d->procedure),
		.peer_code = fact_text(f, FIELD_PEER), .peer_name = fact_text(f, FIELD_PEER_NAME),
		.side = fact_num(f, FIELD_SIDE), .case_id = fact_num(f, FIELD_CASE),
	};
}

static void write_hex(struct json_writer *w, const char *key, const void *p, size_t n)
{
	if (!p) {
		json_kv_null(w, key);
		return;
	}
	char *hex = xmalloc(2 * n + 1);
	crypto_hex(p, n, hex);
	json_kv_str(w, key, hex);
	free(hex);
}

static void write_record(struct json_writer *w, const struct change_record *r)
{
	json_obj_open(w);
	json_kv_str(w, "lane", r->lane);
	json_kv_i64(w, "n", r->n);
	json_kv_str(w, "kind", r->kind);
	json_kv_sv(w, "body", r->body);
	write_hex(w, "digest", r->digest, 32);
	write_hex(w, "cms", r->cms.p, r->cms.n);
	write_hex(w, "sm2", r->sm2.p, r->sm2.n);
	json_obj_close(w);
}

static void write_package(struct json_writer *w, const struct change_package *p)
{
	json_obj_open(w);
	json_kv_str(w, "lane", p->lane);
	json_kv_i64(w, "n", p->n);
	json_kv_str(w, "name", p->name);
	json_kv_sv(w, "plan", p->plan);
	json_kv_sv(w, "texts", p->texts);
	write_hex(w, "manifest", p->manifest, 32);
	write_hex(w, "tagmanifest", p->tagmanifest, 32);
	json_kv_i64(w, "items", p->items);
	json_kv_i64(w, "bytes", p->bytes);
	json_kv_bool(w, "held", p->held);
	json_obj_close(w);
}

static void write_outbox(struct json_writer *w, const struct change_outbox *o)
{
	json_obj_open(w);
	json_kv_str(w, "lane", o->lane);
	json_kv_i64(w, "n", o->n);
	json_kv_str(w, "to", o->to);
	json_kv_bool(w, "history", o->history);
	json_kv_bool(w, "by_hand", o->by_hand);
	json_obj_close(w);
}

static void write_copy(struct json_writer *w, const struct change *c)
{
	struct handoff_copy copy;

	handoff_copy_of(c->after, &copy);
	json_key(w, "copy");
	json_obj_open(w);
	json_kv_str(w, "thread", copy.thread);
	json_kv_str(w, "channel", copy.channel);
	json_kv_i64(w, "side", copy.side);
	if (copy.case_id)
		json_kv_i64(w, "case_id", copy.case_id);
	json_kv_str(w, "peer_code", copy.peer_code);
	json_kv_str(w, "peer_name", copy.peer_name);
	json_kv_instant(w, "sent_at", c->handoff->sent_at);
	json_obj_close(w);
}

static void write_handoff(struct json_writer *w, const struct change *c)
{
	const struct change_handoff *h = c->handoff;

	json_key(w, "handoff");
	json_obj_open(w);
	if (h->expect_number)
		json_kv_str(w, "expect_number", h->expect_number);
	if (h->number)
		json_kv_str(w, "number", h->number);
	write_copy(w, c);
	json_key(w, "records");
	json_arr_open(w);
	for (size_t i = 0; i < h->record_count; i++)
		write_record(w, &h->records[i]);
	json_arr_close(w);
	json_key(w, "packages");
	json_arr_open(w);
	for (size_t i = 0; i < h->package_count; i++)
		write_package(w, &h->packages[i]);
	json_arr_close(w);
	json_key(w, "outbox");
	json_arr_open(w);
	for (size_t i = 0; i < h->outbox_count; i++)
		write_outbox(w, &h->outbox[i]);
	json_arr_close(w);
	if (h->seen_by) {
		json_key(w, "acknowledged");
		json_obj_open(w);
		json_kv_str(w, "to", h->seen_by);
		json_kv_str(w, "lane", h->seen_lane);
		json_kv_i64(w, "n", h->seen_n);
		json_obj_close(w);
	}
	if (h->reader)
		json_kv_i64(w, "reader", h->reader);
	json_obj_close(w);
}

/* ---- one change ---- */

static bool names_matter(const struct change *c)
{
	return c->before->version == 0; /* the first act's number is the matter's: 案源号, 立案号, 决定书文号 */
}

static enum err_code write_change(struct json_writer *w, struct arena *arena, const struct law_book *book,
				  const struct change *c, struct err *err)
{
	enum err_code code;

	json_obj_open(w);
	json_kv_i64(w, "expect", c->before->version);
	json_kv_bool(w, "names_matter", names_matter(c));
	json_kv_str(w, "state_zh", state_info(c->after->state)->zh);
	write_matter(w, arena, c);
	code = write_act(w, arena, book, c, err);
	if (code == ERR_OK)
		code = write_json_text(w, "dossier", write_dossier_cb, c->after, err);
	write_clocks(w, book, c);
	if (c->before->version == 0 || !fact_same(c->before, c->after, FIELD_PARTIES))
		write_parties(w, arena, c->after);
	write_search(w, arena, c);
	write_mark(w, c);
	if (change_moves_form(c->before, c->after))
		change_write_form(w, c);
	if (c->handoff)
		write_handoff(w, c);
	if (code == ERR_OK && c->after->kind == MATTER_DISCLOSURE)
		code = change_write_disclosure(w, arena, c, err);
	json_obj_close(w);
	return code;
}

enum err_code change_encode(struct arena *arena, const struct law_book *book, const struct change_doc *doc,
			    struct sv *ret, struct err *err)
{
	struct str out = STR_INIT(DOC_MAX_BYTES);
	struct json_writer w;
	enum err_code code = ERR_OK;

	json_writer_init(&w, &out);
	json_obj_open(&w);
	json_kv_i64(&w, "account", doc->account);
	json_kv_str(&w, "key", doc->key);
	json_kv_str(&w, "digest", doc->request_digest);
	if (doc->original.p) {
		json_key(&w, "original");
		json_obj_open(&w);
		json_kv_i64(&w, "organ_id", doc->changes[0].organ);
		json_kv_i64(&w, "unit_id", doc->changes[0].unit);
		json_kv_str(&w, "key", doc->original_key);
		json_kv_str(&w, "digest", doc->original_digest);
		json_kv_sv(&w, "text", doc->original);
		json_obj_close(&w);
	}
	json_key(&w, "matters");
	json_arr_open(&w);
	for (size_t i = 0; i < doc->count && code == ERR_OK; i++)
		code = write_change(&w, arena, book, &doc->changes[i], err);
	json_arr_close(&w);
	json_obj_close(&w);
	if (code == ERR_OK && !json_writer_ok(&w))
		code = err_set(err, ERR_TOO_LARGE, "document-too-large", "内容过多，无法保存");
	if (code == ERR_OK) {
		char *copy = arena_try_strndup(arena, out.p, out.len);
		*ret = (struct sv){ copy, out.len };
		if (!copy)
			code = err_set(err, ERR_TOO_LARGE, "document-too-large", "内容过多，无法保存");
	}
	str_release(&out);
	return code;
}

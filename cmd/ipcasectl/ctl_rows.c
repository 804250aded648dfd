/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "ctl_rows.h"

#include <stdio.h>
#include <strings.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "law/ident.h"
#include "store/change_form.h"

enum { TEXT_MAX = 4 << 20, PARTIES_MAX = 50 };

const struct rows_info rows_info[ROWS_TABLE_COUNT] = {
	[ROWS_MATTER] = { "matter",
		{ "id", "kind", "procedure", "organ_id", "unit_id", "state", "version", "number", "title", "party",
		  "ip_type", "officer_id", "officer_name", "co_officer_id", "campaigns", "turn", "open", "incomplete",
		  "opened_on", "closed_on", "next_due_on", "next_rule" }, 1, 0 },
	[ROWS_DOSSIER] = { "dossier", { "matter_id", "organ_id", "unit_id", "body" }, 1, 0 },
	[ROWS_ACT] = { "act",
		{ "matter_id", "seq", "organ_id", "unit_id", "act", "stage", "request", "actor_id", "actor_name",
		  "on_behalf_of", "actor_unit", "happened_at", "recorded_at", "number", "back_entry", "law_version",
		  "payload", "digest" }, 2, 1u << 11 | 1u << 12 },
	[ROWS_DOCUMENT] = { "document",
		{ "matter_id", "seq", "organ_id", "unit_id", "paper", "number", "number_key", "issued_on" }, 2, 0 },
	[ROWS_CLOCK] = { "clock",
		{ "matter_id", "idx", "organ_id", "unit_id", "rule", "ref", "state", "owner", "start_on", "strict_on",
		  "due_on", "due_at", "provisional", "met_on", "late" }, 2, 1u << 11 },
	[ROWS_PARTY] = { "party",
		{ "matter_id", "idx", "organ_id", "unit_id", "name", "name_key", "kind", "role", "uscc", "id_number",
		  "representative", "address", "phone" }, 2, 0 },
	[ROWS_TEXT] = { "matter_text", { "matter_id", "organ_id", "unit_id", "folded", "grams" }, 1, 0 },
	[ROWS_MARK] = { "rate_mark",
		{ "matter_id", "seq", "known_from", "known_until", "organ_id", "unit_id", "kind", "procedure",
		  "ip_type", "officer_id", "campaigns", "excluded", "opened_on", "clue_due_on", "clue_decided_on",
		  "filed_on", "decision_due_on", "decided_on", "perform_due_on", "performing_open", "ground_on",
		  "ground_due_on", "closed_on", "suspended_on", "resumed_on", "publish_due_on", "published_on",
		  "credit_due_on", "credit_on", "withdraw_due_on", "withdrawn_on", "stop_due_on", "stopped_on", "declined",
		  "number", "title", "party", "officer_name", "case_id", "value_fen", "income_fen", "fine_fen",
		  "confiscated_fen", "active_until" }, 2, 1u << 2 | 1u << 3 },
	[ROWS_FORM] = { "form_mark",
		{ "matter_id", "seq", "known_from", "known_until", "organ_id", "unit_id", "procedure", "excluded", "ip_type",
		  "cause", "outcome", "campaigns", "primary_campaign", "tags", "supervised", "person_penalised", "filed_on",
		  "decided_on", "closed_on", "police_on", "procuratorate_on", "value_fen", "penalty_fen", "recovered_fen",
		  "recovered_foreign_fen", "dens", "number", "title", "party", "officer_name", "first_on", "last_on" },
		2, 1u << 2 | 1u << 3 },
	[ROWS_HANDOFF] = { "handoff",
		{ "matter_id", "organ_id", "unit_id", "thread", "channel", "side", "case_id", "peer_code", "peer_name",
		  "sent_at" }, 1, 1u << 9 },
	[ROWS_DISCLOSURE] = { "disclosure",
		{ "matter_id", "organ_id", "unit_id", "case_id", "decision_no", "decision_no_key", "decided_on", "class",
		  "state", "open", "next_on", "publish_due_on", "published_on", "pushed_on", "credit_due_on", "credit_on",
		  "withdraw_due_on", "withdrawn_on", "stop_due_on", "stopped_on" }, 1, 0 },
	[ROWS_PUBLIC] = { "public_record",
		{ "matter_id", "n", "from_at", "until_at", "until_why", "organ_name", "decision_no", "decision_no_key", "party",
		  "party_key", "uscc", "decided_on", "published_on", "class", "stop_due", "summary", "body", "digest" },
		2, 1u << 2 | 1u << 3 },
	[ROWS_RECORD] = { "record", { "matter_id", "ordinal", "lane", "n", "seq", "kind", "body", "digest" }, 2, 0 },
};

int rows_column_count(enum rows_table t)
{
	int n = 0;

	while (rows_info[t].columns[n])
		n++;
	return n;
}

/* ---- cells ---- */

static const char *cell_i64(struct arena *a, int64_t v)
{
	return arena_printf(a, "%lld", (long long)v);
}

static const char *cell_id(struct arena *a, int64_t v)
{
	return v ? cell_i64(a, v) : NULL;
}

static const char *cell_bool(bool v)
{
	return v ? "t" : "f";
}

static const char *cell_day(struct arena *a, day_t d)
{
	char text[11];

	if (d == DAY_NONE)
		return NULL;
	if (d == DAY_MAX)
		return "infinity";
	day_format(d, text);
	return arena_strdup(a, text);
}

static const char *cell_instant(struct arena *a, instant_t t)
{
	char text[40];

	if (t == INSTANT_NONE)
		return NULL;
	instant_format(t, text);
	return arena_strdup(a, text);
}

/* As array_out does it: quoted only where it must be. */
static void add_element(struct str *out, const char *text)
{
	bool quote = !*text || strcasecmp(text, "null") == 0 || strpbrk(text, "\"\\{}, \t\n\r\v\f");

	if (out->len > 1)
		str_append_char(out, ',');
	if (quote)
		str_append_char(out, '"');
	for (const char *c = text; *c; c++) {
		if (*c == '"' || *c == '\\')
			str_append_char(out, '\\');
		str_append_char(out, *c);
	}
	if (quote)
		str_append_char(out, '"');
}

static const char *end_array(struct arena *a, struct str *out)
{
	str_append_char(out, '}');
	const char *text = arena_strndup(a, out->p, out->len);
	CHECK(!out->failed);
	str_release(out);
	return text;
}

static const char *cell_list(struct arena *a, const struct facts *f, enum field field)
{
	struct str out = STR_INIT(TEXT_MAX);
	struct json_doc *doc;

	str_append_char(&out, '{');
	if (fact_has(f, field) && json_parse(a, sv_of(fact_text(f, field)), &doc, NULL) == ERR_OK) {
		const struct json_value *v = json_first(json_root(doc));
		for (; v; v = json_next(v))
			add_element(&out, json_string(v).p);
	}
	return end_array(a, &out);
}

static const char *cell_account(struct arena *a, const struct facts *f, enum field field)
{
	return fact_has(f, field) ? cell_i64(a, fact_num(f, field)) : NULL;
}

static const char *given(const char *text)
{
	return text && text[0] ? text : NULL;
}

/* ---- canonical texts ---- */

static const char *written(struct arena *arena, struct str *out, const struct json_writer *w)
{
	CHECK(json_writer_ok(w));
	const char *text = arena_strndup(arena, out->p, out->len);
	str_release(out);
	return text;
}

const char *rows_facts_text(struct arena *arena, const struct facts *f)
{
	struct str out = STR_INIT(TEXT_MAX);
	struct json_writer w;

	json_writer_init(&w, &out);
	facts_write(&w, f);
	return written(arena, &out, &w);
}

const char *rows_dossier_text(struct arena *arena, const struct dossier *d)
{
	struct str out = STR_INIT(TEXT_MAX);
	struct json_writer w;

	json_writer_init(&w, &out);
	dossier_write(&w, d);
	return written(arena, &out, &w);
}

/* ---- rows ---- */

#define PUT(...) \
	do { \
		const char *const cells_[] = { __VA_ARGS__ }; \
		memcpy(ret->at, cells_, sizeof(cells_)); \
	} while (0)

void rows_matter(const struct rows_matter *m, const struct dossier *d, const char *number, struct cells *ret)
{
	struct arena *a = m->arena;
	const struct facts *f = &d->facts;
	struct next_due next;

	next_due_of(d, &next);
	PUT(cell_i64(a, m->id), matter_kind_code(d->kind), procedure_code(d->procedure), cell_i64(a, m->organ),
	    cell_i64(a, m->unit), state_info(d->state)->code, cell_i64(a, d->version), number, change_title(a, d),
	    change_party(a, d), fact_text(f, FIELD_IP_TYPE), cell_account(a, f, FIELD_OFFICER),
	    fact_text(f, FIELD_OFFICER), cell_account(a, f, FIELD_CO_OFFICER), cell_list(a, f, FIELD_CAMPAIGNS),
	    role_code(dossier_turn(d)), cell_bool(state_info(d->state)->open),
	    cell_bool(d->procedure == PROCEDURE_BACK_ENTRY), cell_day(a, d->opened_on),
	    cell_day(a, fact_day(f, FIELD_CLOSED_ON)), cell_day(a, next.on), next.rule);
}

void rows_dossier(const struct rows_matter *m, const struct dossier *d, struct cells *ret)
{
	PUT(cell_i64(m->arena, m->id), cell_i64(m->arena, m->organ), cell_i64(m->arena, m->unit),
	    rows_dossier_text(m->arena, d));
}

void rows_act(const struct rows_matter *m, const struct rows_act *act, const uint8_t digest[32], struct cells *ret)
{
	struct arena *a = m->arena;
	const struct act_record *r = act->record;
	char hex[CRYPTO_SHA256_HEX_SIZE];

	crypto_hex(digest, CRYPTO_SHA256_SIZE, hex);
	PUT(cell_i64(a, m->id), cell_i64(a, act->seq), cell_i64(a, m->organ), cell_i64(a, m->unit), r->act,
	    stage_code(r->stage), cell_id(a, r->request), cell_i64(a, r->actor), r->actor_name,
	    cell_id(a, act->on_behalf_of), cell_i64(a, act->actor_unit), cell_instant(a, r->happened_at),
	    cell_instant(a, act->recorded_at), act->number, cell_bool(act->back_entry),
	    cell_i64(a, act->law_version), act->payload, arena_printf(a, "\\x%s", hex));
}

void rows_clock(const struct rows_matter *m, const struct dossier *d, int idx, struct cells *ret)
{
	struct arena *a = m->arena;
	const struct clock_entry *c = &d->clocks[idx];
	const struct clock_rule *rule = law_book_clock(m->book, c->rule, c->start_on);
	bool hours = rule && rule->period.unit == PERIOD_HOUR && !rule->archive_rule;

	PUT(cell_i64(a, m->id), cell_i64(a, idx), cell_i64(a, m->organ), cell_i64(a, m->unit), c->rule,
	    cell_i64(a, c->ref), clock_state_code(c), rule ? rule->owner : "", cell_day(a, c->start_on),
	    c->due.stopped ? NULL : cell_day(a, c->due.strict), c->due.stopped ? NULL : cell_day(a, c->due.lawful),
	    hours ? cell_instant(a, c->due.at) : NULL, cell_bool(c->due.provisional), cell_day(a, c->met_on),
	    cell_bool(c->late));
}

size_t rows_parties(const struct rows_matter *m, const struct dossier *d, struct cells *rows, size_t max)
{
	struct arena *a = m->arena;
	struct party parties[PARTIES_MAX];
	size_t n = parties_list(a, &d->facts, parties, max < PARTIES_MAX ? max : PARTIES_MAX);

	for (size_t i = 0; i < n; i++) {
		const struct party *p = &parties[i];
		const char *key = text_fold(a, sv_of(p->name));
		struct cells *ret = &rows[i];
		PUT(cell_i64(a, m->id), cell_i64(a, (int64_t)i), cell_i64(a, m->organ), cell_i64(a, m->unit), p->name,
		    key ? key : "", given(p->kind), given(p->role), given(p->uscc), given(p->id_number),
		    given(p->representative), given(p->address), given(p->phone));
	}
	return n;
}

void rows_text(const struct rows_matter *m, const struct dossier *d, struct cells *ret)
{
	struct arena *a = m->arena;
	const char *folded = change_search_text(a, d);
	const char *const *grams;
	struct str out = STR_INIT(TEXT_MAX);
	size_t n = text_bigrams(a, folded, &grams);

	str_append_char(&out, '{');
	for (size_t i = 0; i < n; i++)
		add_element(&out, grams[i]);
	PUT(cell_i64(a, m->id), cell_i64(a, m->organ), cell_i64(a, m->unit), folded, end_array(a, &out));
}

static const char *cell_sum(struct arena *a, int64_t fen)
{
	return fen == MARK_NO_SUM ? NULL : cell_i64(a, fen);
}

void rows_mark(const struct rows_matter *m, const struct dossier *d, int seq, instant_t from, const char *number,
	       struct cells *ret)
{
	struct arena *a = m->arena;
	const struct facts *f = &d->facts;
	struct rate_mark k;

	rate_mark_of(d, &k);
	if (d->kind == MATTER_HANDOFF)
		number = NULL;
	PUT(cell_i64(a, m->id), cell_i64(a, seq), cell_instant(a, from),
	    "infinity", cell_i64(a, m->organ), cell_i64(a, m->unit),
	    matter_kind_code(d->kind), procedure_code(d->procedure), fact_text(f, FIELD_IP_TYPE),
	    cell_account(a, f, FIELD_OFFICER), cell_list(a, f, FIELD_CAMPAIGNS), k.excluded, cell_day(a, k.opened_on),
	    cell_day(a, k.clue_due_on), cell_day(a, k.clue_decided_on), cell_day(a, k.filed_on),
	    cell_day(a, k.decision_due_on), cell_day(a, k.decided_on), cell_day(a, k.perform_due_on),
	    cell_bool(k.performing_open), cell_day(a, k.ground_on), cell_day(a, k.ground_due_on),
	    cell_day(a, k.closed_on), cell_day(a, k.suspended_on), cell_day(a, k.resumed_on),
	    cell_day(a, k.publish_due_on), cell_day(a, k.published_on), cell_day(a, k.credit_due_on),
	    cell_day(a, k.credit_on), cell_day(a, k.withdraw_due_on), cell_day(a, k.withdrawn_on),
	    cell_day(a, k.stop_due_on), cell_day(a, k.stopped_on), cell_bool(k.declined), number,
	    change_title(a, d), change_party(a, d), fact_text(f, FIELD_OFFICER), cell_id(a, k.case_id),
	    cell_sum(a, k.value_fen), cell_sum(a, k.income_fen), cell_sum(a, k.fine_fen), cell_sum(a, k.confiscated_fen),
	    cell_day(a, k.active_until));
}

void rows_form(const struct rows_matter *m, const struct dossier *d, int seq, instant_t from, const char *number,
	       struct cells *ret)
{
	struct arena *a = m->arena;
	const struct facts *f = &d->facts;
	struct form_mark k;

	form_mark_of(d, &k);
	PUT(cell_i64(a, m->id), cell_i64(a, seq), cell_instant(a, from), "infinity", cell_i64(a, m->organ),
	    cell_i64(a, m->unit), procedure_code(d->procedure), k.excluded, k.ip_type, k.cause, k.outcome,
	    cell_list(a, f, FIELD_CAMPAIGNS), k.primary, cell_list(a, f, FIELD_TAGS), k.supervised,
	    cell_bool(k.person_penalised), cell_day(a, k.days[FORM_DAY_filed]), cell_day(a, k.days[FORM_DAY_decided]),
	    cell_day(a, k.days[FORM_DAY_closed]), cell_day(a, k.days[FORM_DAY_police]),
	    cell_day(a, k.days[FORM_DAY_procuratorate]), cell_sum(a, k.sums[FORM_SUM_value]),
	    cell_sum(a, k.sums[FORM_SUM_penalty]), cell_sum(a, k.sums[FORM_SUM_recovered]),
	    cell_sum(a, k.sums[FORM_SUM_recovered_foreign]), cell_sum(a, k.sums[FORM_SUM_dens]), number,
	    change_title(a, d), change_party(a, d), fact_text(f, FIELD_OFFICER), cell_day(a, k.first_on),
	    cell_day(a, k.last_on));
}

void rows_handoff(const struct rows_matter *m, const struct dossier *d, instant_t sent_at, struct cells *ret)
{
	struct arena *a = m->arena;
	struct handoff_copy copy;

	handoff_copy_of(d, &copy);
	PUT(cell_i64(a, m->id), cell_i64(a, m->organ), cell_i64(a, m->unit), copy.thread, copy.channel,
	    cell_i64(a, copy.side), cell_id(a, copy.case_id), copy.peer_code, copy.peer_name, cell_instant(a, sent_at));
}

void rows_disclosure(const struct rows_matter *m, const struct dossier *d, const char *number, struct cells *ret)
{
	struct arena *a = m->arena;
	struct disclosure_columns k;
	struct docno no = { .key = NULL };

	disclosure_columns_of(d, &k);
	if (number)
		ident_docno(a, sv_of(number), &no);
	PUT(cell_i64(a, m->id), cell_i64(a, m->organ), cell_i64(a, m->unit), cell_id(a, k.case_id), number, no.key,
	    cell_day(a, k.decided_on), k.class, k.state, cell_bool(k.open), cell_day(a, k.next_on),
	    cell_day(a, k.publish_due_on), cell_day(a, k.published_on), cell_day(a, k.pushed_on),
	    cell_day(a, k.credit_due_on), cell_day(a, k.credit_on), cell_day(a, k.withdraw_due_on),
	    cell_day(a, k.withdrawn_on), cell_day(a, k.stop_due_on), cell_day(a, k.stopped_on));
}

void rows_public(const struct rows_matter *m, const struct public_columns *p, int n, instant_t from, struct cells *ret)
{
	struct arena *a = m->arena;
	char hex[CRYPTO_SHA256_HEX_SIZE];

	crypto_hex(p->digest, sizeof(p->digest), hex);
	PUT(cell_i64(a, m->id), cell_i64(a, n), cell_instant(a, from), NULL, NULL, p->organ_name, p->decision_no,
	    p->decision_no_key, p->party, p->party_key, p->uscc, cell_day(a, p->decided_on), cell_day(a, p->published_on),
	    p->class, cell_day(a, p->stop_due), p->summary.p, p->body, arena_printf(a, "\\x%s", hex));
}

void rows_public_end(const struct rows_matter *m, instant_t until, const char *why, struct cells *ret)
{
	ret->at[3] = cell_instant(m->arena, until);
	ret->at[4] = why;
}

/* ---- the chain ---- */

void rows_digest(const struct rows_matter *m, const struct rows_act *a, const uint8_t *prev, uint8_t ret[32])
{
	const struct act_record *r = a->record;
	char hex[CRYPTO_SHA256_HEX_SIZE] = "", head[1024];
	struct crypto_digest *d = crypto_digest_new();

	if (prev)
		crypto_hex(prev, CRYPTO_SHA256_SIZE, hex);
	int n = snprintf(head, sizeof(head), "%s\n%lld\n%d\n%s\n%s\n%d\n%lld\n%lld\n%lld\n%lld\n%lld\n", hex,
			 (long long)m->id, a->seq, r->act, stage_code(r->stage), r->request, (long long)r->actor,
			 (long long)a->on_behalf_of, (long long)a->actor_unit, (long long)r->happened_at,
			 (long long)a->recorded_at);
	CHECK(n > 0 && (size_t)n < sizeof(head));
	crypto_digest_update(d, head, (size_t)n);
	if (a->number)
		crypto_digest_update(d, a->number, strlen(a->number));
	n = snprintf(head, sizeof(head), "\n%d\n%d\n", a->back_entry, a->law_version);
	crypto_digest_update(d, head, (size_t)n);
	crypto_digest_update(d, a->payload, strlen(a->payload));
	crypto_digest_finish(d, ret);
}

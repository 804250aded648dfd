/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Hand-overs as JSON: rows of the list, the organs that take part, the signed conversation, what was refused. */
#include "api/api_handoff.h"

#include "package/record.h"

const char *api_side_code(unsigned side)
{
	switch (side) {
	case SIDE_SENDER:
		return "sender";
	case SIDE_RECEIVER:
		return "receiver";
	case SIDE_THIRD:
		return "third";
	default:
		return NULL;
	}
}

/* "sha256:0123..." as it stands; "" when there is none. */
static void kv_text(struct json_writer *w, const char *key, const char *text)
{
	json_kv_str(w, key, text && text[0] ? text : NULL);
}

static const char *channel_zh(const char *channel)
{
	enum matter_procedure p;

	return procedure_by_code(sv_of(channel), &p) ? procedure_get(p)->zh : channel;
}

/* ---- the list ---- */

static void write_peer(struct json_writer *w, const struct handoff_row *row)
{
	json_key(w, "peer");
	json_obj_open(w);
	json_kv_str(w, "code", row->peer);
	json_kv_str(w, "name", row->peer_name);
	json_obj_close(w);
}

void api_write_handoff_row(struct json_writer *w, const struct law_book *book, day_t today,
			   const struct handoff_row *row)
{
	int days_left = 0;
	enum light light = light_of(&book->calendar, row->due, today, &days_left);

	json_obj_open(w);
	json_kv_id(w, "id", row->id);
	json_kv_str(w, "channel", row->channel);
	json_kv_str(w, "channel_zh", channel_zh(row->channel));
	json_kv_str(w, "thread", row->thread);
	kv_text(w, "number", row->number);
	json_kv_str(w, "title", row->title);
	json_kv_str(w, "party", row->party);
	json_kv_str(w, "side", api_side_code(row->side));
	write_peer(w, row);
	json_kv_str(w, "state", state_info(row->state)->code);
	json_kv_str(w, "state_zh", state_info(row->state)->zh);
	json_kv_bool(w, "open", row->open);
	json_kv_str(w, "turn", row->turn);
	json_kv_str(w, "officer", row->officer);
	json_kv_day(w, "due", row->due);
	kv_text(w, "rule", row->rule);
	json_kv_str(w, "light", light_code(light));
	if (light == LIGHT_GREY)
		json_kv_null(w, "days_left");
	else
		json_kv_i64(w, "days_left", days_left);
	json_kv_instant(w, "sent_at", row->sent_at);
	if (row->case_id)
		json_kv_id(w, "case", row->case_id);
	json_kv_i64(w, "version", row->version);
	json_obj_close(w);
}

/* ---- one: who takes part ---- */

struct party_row {
	unsigned side;
	const char *code, *name;
	bool own;
};

static void write_party(struct json_writer *w, const struct party_row *p, unsigned connected)
{
	json_obj_open(w);
	json_kv_str(w, "side", api_side_code(p->side));
	json_kv_str(w, "code", p->code);
	json_kv_str(w, "name", p->name);
	json_kv_bool(w, "own", p->own);
	json_kv_bool(w, "connected", p->own || (connected & p->side) != 0);
	json_obj_close(w);
}

/* The receiver as the copy knows it: it may have changed when the hand-over was sent on. */
static struct party_row receiver_of(const struct handoff_view *v)
{
	const struct facts *f = &v->view.dossier->facts;
	const char *code = fact_text(f, FIELD_RECEIVER), *name = fact_text(f, FIELD_RECEIVER_NAME);

	if (code[0])
		return (struct party_row){ SIDE_RECEIVER, code, name[0] ? name : code, false };
	return (struct party_row){ SIDE_RECEIVER, v->row.peer, v->row.peer_name, false };
}

static void write_parties(struct json_writer *w, struct arena *arena, const struct handoff_view *v,
			  const struct peer_names *names)
{
	const struct facts *f = &v->view.dossier->facts;
	unsigned connected = (unsigned)fact_num(f, FIELD_CONNECTED), own = v->row.side;
	const char *copies = fact_text(f, FIELD_COPY_TO);
	struct party_row receiver = receiver_of(v);
	struct json_doc *doc;

	json_key(w, "parties");
	json_arr_open(w);
	write_party(w, &(struct party_row){ own, v->own, v->own_name, true }, connected);
	if (own != SIDE_SENDER)
		write_party(w, &(struct party_row){ SIDE_SENDER, v->row.peer, v->row.peer_name, false }, connected);
	if (own != SIDE_RECEIVER && (own == SIDE_SENDER || strcmp(receiver.code, v->row.peer) != 0))
		write_party(w, &receiver, connected);
	if (copies[0] && json_parse(arena, sv_of(copies), &doc, NULL) == ERR_OK) {
		for (const struct json_value *c = json_first(json_root(doc)); c; c = json_next(c)) {
			const char *code = json_string(c).p;
			struct party_row third = { SIDE_THIRD, code, peer_name_of(names, code), false };
			if (strcmp(code, v->own) != 0 && strcmp(code, receiver.code) != 0)
				write_party(w, &third, connected);
		}
	}
	json_arr_close(w);
}

void api_write_handoff(struct json_writer *w, struct arena *arena, const struct handoff_view *v,
		       const struct peer_names *names)
{
	json_obj_open(w);
	api_write_matter_members(w, arena, &v->view);
	json_key(w, "handoff");
	json_obj_open(w);
	json_kv_str(w, "thread", v->row.thread);
	json_kv_str(w, "channel", v->row.channel);
	json_kv_str(w, "channel_zh", channel_zh(v->row.channel));
	kv_text(w, "number", v->row.number);
	json_kv_str(w, "side", api_side_code(v->row.side));
	json_kv_instant(w, "sent_at", v->row.sent_at);
	write_parties(w, arena, v, names);
	json_kv_i64(w, "waiting", v->waiting);
	json_kv_i64(w, "failed", v->failed);
	json_obj_close(w);
	json_obj_close(w);
}

/* ---- the conversation ---- */

static void write_kind(struct json_writer *w, const char *kind)
{
	enum record_kind k;

	kv_text(w, "kind", kind);
	json_kv_str(w, "kind_zh", record_kind_find(sv_of(kind), &k) ? record_kind_zh(k) : kind);
}

static void write_record(struct json_writer *w, const struct handoff_record_row *r)
{
	json_obj_open(w);
	json_kv_i64(w, "ordinal", r->ordinal);
	json_kv_str(w, "lane", r->lane);
	json_kv_i64(w, "n", r->n);
	json_kv_i64(w, "seq", r->seq);
	write_kind(w, r->kind);
	json_kv_str(w, "digest", r->digest);
	json_kv_sv(w, "body", r->body);
	json_kv_sv(w, "cms", r->cms);
	if (r->sm2.p)
		json_kv_sv(w, "sm2", r->sm2);
	else
		json_kv_null(w, "sm2");
	json_kv_instant(w, "stored_at", r->stored_at);
	json_obj_close(w);
}

static void write_package(struct json_writer *w, const struct handoff_package_row *p)
{
	json_obj_open(w);
	json_kv_i64(w, "seq", p->seq);
	json_kv_str(w, "name", p->name);
	json_kv_str(w, "lane", p->lane);
	json_kv_str(w, "manifest", p->manifest);
	json_kv_str(w, "tagmanifest", p->tagmanifest);
	json_kv_i64(w, "items", p->items);
	json_kv_i64(w, "bytes", p->bytes);
	json_kv_bool(w, "held", p->held);
	json_obj_close(w);
}

static void write_outgoing(struct json_writer *w, const struct handoff_outbox_row *o)
{
	json_obj_open(w);
	json_kv_str(w, "lane", o->lane);
	json_kv_i64(w, "n", o->n);
	json_kv_str(w, "to", o->to);
	json_kv_str(w, "to_name", o->to_name);
	json_kv_str(w, "way", o->way);
	json_kv_i64(w, "tries", o->tries);
	json_kv_instant(w, "made_at", o->made_at);
	json_kv_instant(w, "next_at", o->next_at);
	json_kv_instant(w, "done_at", o->done_at);
	json_kv_str(w, "error", o->error);
	json_obj_close(w);
}

void api_write_thread(struct json_writer *w, const struct handoff_thread_call *c)
{
	json_obj_open(w);
	json_kv_str(w, "thread", c->thread);
	json_kv_str(w, "channel", c->channel);
	json_kv_str(w, "channel_zh", channel_zh(c->channel));
	kv_text(w, "number", c->number);
	json_kv_str(w, "own", c->own);
	json_key(w, "records");
	json_arr_open(w);
	for (size_t i = 0; i < c->record_count; i++)
		write_record(w, &c->records[i]);
	json_arr_close(w);
	json_key(w, "packages");
	json_arr_open(w);
	for (size_t i = 0; i < c->package_count; i++)
		write_package(w, &c->packages[i]);
	json_arr_close(w);
	json_key(w, "outbox");
	json_arr_open(w);
	for (size_t i = 0; i < c->outbox_count; i++)
		write_outgoing(w, &c->outbox[i]);
	json_arr_close(w);
	json_obj_close(w);
}

/* ---- what came ---- */

static const char *outcome_code(enum inbox_outcome outcome)
{
	static const char *const codes[] = { [INBOX_APPLIED] = "new", [INBOX_KNOWN] = "known",
					     [INBOX_REFUSED] = "refused", [INBOX_LATER] = "later",
					     [INBOX_SKIPPED] = "skipped" };
	return codes[outcome];
}

static void write_result(struct json_writer *w, const struct inbox_result *r)
{
	json_obj_open(w);
	json_kv_str(w, "outcome", outcome_code(r->outcome));
	kv_text(w, "lane", r->lane);
	json_kv_i64(w, "n", r->n);
	write_kind(w, r->kind);
	kv_text(w, "digest", r->digest);
	if (r->matter)
		json_kv_id(w, "matter", r->matter);
	if (r->outcome == INBOX_REFUSED || r->outcome == INBOX_LATER) {
		json_kv_str(w, "rule", r->err.rule);
		json_kv_str(w, "message", r->err.message);
	}
	json_obj_close(w);
}

void api_write_inbox(struct json_writer *w, const struct inbox_call *c)
{
	json_obj_open(w);
	kv_text(w, "thread", c->thread);
	json_key(w, "results");
	json_arr_open(w);
	for (size_t i = 0; i < c->count; i++)
		write_result(w, &c->results[i]);
	json_arr_close(w);
	json_obj_close(w);
}

void api_write_quarantine_row(struct json_writer *w, const struct quarantine_row *q)
{
	json_obj_open(w);
	json_kv_id(w, "id", q->id);
	json_kv_instant(w, "at", q->at);
	json_kv_instant(w, "last_at", q->last_at);
	json_kv_i64(w, "times", q->times);
	json_kv_str(w, "organ", q->organ);
	json_kv_str(w, "source", q->source);
	json_kv_str(w, "digest", q->digest);
	json_kv_str(w, "rule", q->rule);
	json_kv_str(w, "message", q->message);
	json_kv_str(w, "file", q->file);
	json_obj_close(w);
}

void api_write_peer_row(struct json_writer *w, const struct peer_row *p)
{
	json_obj_open(w);
	json_kv_str(w, "code", p->code);
	json_kv_str(w, "name", p->name);
	json_kv_str(w, "kind", p->kind);
	json_kv_str(w, "region", p->region);
	json_kv_str(w, "way", p->way);
	json_kv_bool(w, "active", p->active);
	json_kv_bool(w, "own", p->own);
	json_obj_close(w);
}

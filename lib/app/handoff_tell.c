/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * After the fold: the records that tell it, and what else belongs into the same transaction. */
#include "app/handoff_make.h"

#include "json/json_writer.h"

enum { FIELDS_MAX_BYTES = RECORD_BYTES_MAX - 65536, ORGANS_MAX = RECORD_LANES_MAX };

/* Heads move while records are added. */
struct telling {
	const struct handoff_scene *s;
	struct arena *arena;
	const struct handoff_organ *own;
	struct handoff_head heads[RECORD_LANES_MAX + 1];
	size_t head_count;
};

static struct handoff_head *head_of(struct telling *t, const char *lane)
{
	for (size_t i = 0; i < t->head_count; i++) {
		if (strcmp(t->heads[i].lane, lane) == 0)
			return &t->heads[i];
	}
	return NULL;
}

static enum err_code move_head(struct telling *t, const char *lane, int64_t n, const uint8_t digest[32], struct err *err)
{
	struct handoff_head *h = head_of(t, lane);

	if (!h && t->head_count == ARRAY_LEN(t->heads))
		return err_set(err, ERR_TOO_LARGE, "too-many-organs", "参与移送的机关过多");
	if (!h)
		h = &t->heads[t->head_count++];
	*h = (struct handoff_head){ .lane = lane, .n = n };
	memcpy(h->digest.sha256, digest, sizeof(h->digest.sha256));
	return ERR_OK;
}

/* ---- who takes part ---- */

struct organs {
	const char *codes[ORGANS_MAX];
	size_t count;
};

static void add_organ(struct organs *o, const char *code, const char *own)
{
	if (!code[0] || strcmp(code, own) == 0)
		return;
	for (size_t i = 0; i < o->count; i++) {
		if (strcmp(o->codes[i], code) == 0)
			return;
	}
	if (o->count < ARRAY_LEN(o->codes))
		o->codes[o->count++] = code;
}

static const char *sender_of(const struct telling *t, const struct facts *f)
{
	return fact_num(f, FIELD_SIDE) == SIDE_SENDER ? t->own->organ.code : fact_text(f, FIELD_PEER);
}

/* Everybody but ourselves: addressee first, then whoever gets copies, then whoever has spoken before. */
static void find_organs(const struct telling *t, const struct facts *f, struct organs *ret)
{
	const char *own = t->own->organ.code;
	const char **copies;
	size_t n = handoff_list_items(t->arena, f, FIELD_COPY_TO, &copies);

	ret->count = 0;
	add_organ(ret, fact_text(f, FIELD_RECEIVER), own);
	add_organ(ret, sender_of(t, f), own);
	for (size_t i = 0; i < n; i++)
		add_organ(ret, copies[i], own);
	for (size_t i = 0; i < t->head_count; i++)
		add_organ(ret, t->heads[i].lane, own);
}

static const char *side_code(unsigned side)
{
	return side == SIDE_SENDER ? "sender" : side == SIDE_THIRD ? "third" : "receiver";
}

/* ---- the record ---- */

/* What was asked for counts with what the approver added. */
static enum err_code told_fields(struct telling *t, const struct change *c, struct facts *ret, struct err *err)
{
	*ret = (struct facts){ 0 };
	for (int i = 0; c->act->stage == STAGE_APPROVE && i < c->before->request_count; i++) {
		const struct request *r = &c->before->requests[i];
		struct json_doc *doc;
		if (r->seq != c->act->request)
			continue;
		enum err_code code = json_parse(t->arena, sv_of(r->payload), &doc, err);
		if (code == ERR_OK)
			code = facts_read(t->arena, json_root(doc), ret, err);
		if (code != ERR_OK)
			return code;
	}
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (c->act->fields.at[f].set)
			ret->at[f] = c->act->fields.at[f];
	}
	return ERR_OK;
}

static enum err_code write_fields(struct telling *t, const struct facts *fields, struct sv *ret, struct err *err)
{
	struct str out = STR_INIT(FIELDS_MAX_BYTES);
	struct json_writer w;

	json_writer_init(&w, &out);
	json_obj_open(&w);
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (fields->at[f].set && handoff_is_told(f))
			field_write(&w, f, &fields->at[f]);
	}
	json_obj_close(&w);
	bool ok = json_writer_ok(&w);
	*ret = (struct sv){ arena_strndup(t->arena, ok ? out.p : "", ok ? out.len : 0), out.len };
	str_release(&out);
	return ok ? ERR_OK : err_set(err, ERR_TOO_LARGE, "record-too-large", "办理内容过多，无法形成移送记录");
}

/* The organ whose paper we register: the one with that part; of several thirds the one whose liaisons do this act. */
static const char *registered_for(struct telling *t, const struct change *c)
{
	const struct facts *f = &c->before->facts;
	uint32_t theirs = c->row->sides & ~(uint32_t)fact_num(f, FIELD_SIDE);
	const char **copies;
	size_t n = handoff_list_items(t->arena, f, FIELD_COPY_TO, &copies);
	uint32_t role;

	if (theirs & SIDE_RECEIVER)
		return fact_text(f, FIELD_RECEIVER);
	if (theirs & SIDE_SENDER)
		return fact_text(f, FIELD_PEER);
	for (size_t i = 0; i < n; i++) {
		const struct handoff_organ *o = handoff_organ(t->s, copies[i]);
		if (o && role_by_code(sv_of(o->organ.kind), &role) && (role & c->row->by))
			return copies[i];
	}
	return n > 0 ? copies[0] : "";
}

static unsigned registered_side(const struct change *c)
{
	uint32_t theirs = c->row->sides & ~(uint32_t)fact_num(&c->before->facts, FIELD_SIDE);

	return theirs & SIDE_RECEIVER ? SIDE_RECEIVER : theirs & SIDE_SENDER ? SIDE_SENDER : SIDE_THIRD;
}

static enum err_code fill_registered(struct telling *t, const struct change *c, const struct facts *fields,
				     struct record *r, struct err *err)
{
	const char *organ = registered_for(t, c);

	r->is_registered = true;
	r->registered_for = sv_of(organ);
	r->registered_medium = sv_of(fact_text(fields, FIELD_REGISTERED_MEDIUM));
	r->side = sv_of(side_code(registered_side(c)));
	if (!organ[0])
		return err_set(err, ERR_WRONG_STATE, "organ-unknown", "不能确定答复来自哪个机关，请先在移送中写明抄送机关");
	if (!fact_has(fields, FIELD_REGISTERED_SCAN))
		return ERR_OK;
	for (size_t i = 0; i < t->s->material_count; i++) {
		const struct handoff_material *m = &t->s->materials[i];
		if (m->of_case || m->voided || m->number != fact_num(fields, FIELD_REGISTERED_SCAN))
			continue;
		r->has_scan = true;
		memcpy(r->scan.sha256, m->sums.sha256, sizeof(r->scan.sha256));
		return ERR_OK;
	}
	enum err_code code = err_set(err, ERR_INVALID, "no-such-material", "本移送没有序号为 %lld 的材料",
				     (long long)fact_num(fields, FIELD_REGISTERED_SCAN));
	err_field(err, "fields.%s", field_info(FIELD_REGISTERED_SCAN)->name);
	return code;
}

/* Typed, or what the series gives next; a hand-over that is sent keeps the number it has. */
static const char *number_of(const struct telling *t, const struct change *c, const struct facts *fields, bool foreign,
			     const char **ret_expect)
{
	const char *paper = foreign ? NULL : change_paper(c->row, c->act);

	*ret_expect = NULL;
	if (fact_has(fields, FIELD_DOC_NO))
		return fact_text(fields, FIELD_DOC_NO);
	for (size_t i = 0; paper && i < t->s->number_count; i++) {
		if (strcmp(t->s->numbers[i].paper, paper) == 0)
			return *ret_expect = t->s->numbers[i].number;
	}
	return strcmp(c->row->receipt, "submitted") == 0 ? t->s->number : NULL;
}

static struct record_seen *seen_of(struct telling *t, size_t *ret_count)
{
	struct record_seen *seen = arena_array(t->arena, struct record_seen, t->head_count + 1);
	size_t n = 0;

	for (size_t i = 0; i < t->head_count; i++) {
		const struct handoff_head *h = &t->heads[i];
		if (strcmp(h->lane, t->own->organ.code) != 0)
			seen[n++] = (struct record_seen){ .lane = sv_of(h->lane), .n = h->n, .digest = h->digest };
	}
	*ret_count = n;
	return seen;
}

static enum err_code sign(struct telling *t, struct sv body, struct change_record *ret, struct err *err)
{
	struct str cms = STR_INIT(CRYPTO_CMS_MAX), sm2 = STR_INIT(1024);
	enum err_code code = crypto_sign_cms(t->s->signer, body, &cms, err);

	if (code == ERR_OK && crypto_signer_has_sm2(t->s->signer))
		code = crypto_sign_sm2(t->s->signer, body, &sm2, err);
	if (code == ERR_OK) {
		ret->cms = handoff_bytes(t->arena, &cms);
		if (sm2.len)
			ret->sm2 = handoff_bytes(t->arena, &sm2);
	}
	str_release(&cms);
	str_release(&sm2);
	return code;
}

static enum err_code seal(struct telling *t, const struct record *r, struct change_record *ret, struct err *err)
{
	struct str out = STR_INIT(RECORD_BYTES_MAX);
	enum err_code code = record_write(t->arena, r, &out, err);

	*ret = (struct change_record){ .lane = t->own->organ.code, .kind = record_kind_name(r->kind), .n = r->n };
	if (code == ERR_OK) {
		struct record_digest *digest = arena_new(t->arena, struct record_digest);
		ret->body = (struct sv){ arena_strndup(t->arena, out.p, out.len), out.len };
		*digest = record_digest(ret->body);
		ret->digest = digest->sha256;
		code = sign(t, ret->body, ret, err);
	}
	str_release(&out);
	return code == ERR_OK ? move_head(t, ret->lane, ret->n, ret->digest, err) : code;
}

/* ---- where it goes ---- */

static bool is_among(const struct organs *o, const char *code)
{
	for (size_t i = 0; i < o->count; i++) {
		if (strcmp(o->codes[i], code) == 0)
			return true;
	}
	return false;
}

/* How a record travels to that organ; false: on paper, nothing does. */
static bool travels(const struct telling *t, const char *code, bool *ret_by_hand)
{
	const struct handoff_organ *o = handoff_organ(t->s, code);

	*ret_by_hand = o && strcmp(o->way, "disc") == 0;
	return o && o->active && (*ret_by_hand || o->organ.connected);
}

/* Whoever has said nothing yet may have nothing yet: he gets all that was said so far. */
static void address(struct telling *t, const struct organs *to, const struct change_record *r, struct change_handoff *h)
{
	struct change_outbox *rows = arena_array(t->arena, struct change_outbox, to->count + 1);
	bool begun = t->head_count > 1 || r->n > 1; /* our own head is this record's */
	bool by_hand;

	for (size_t i = 0; i < to->count; i++) {
		if (travels(t, to->codes[i], &by_hand))
			rows[h->outbox_count++] = (struct change_outbox){
				.lane = r->lane, .to = to->codes[i], .n = r->n, .by_hand = by_hand,
				.history = begun && !head_of(t, to->codes[i]),
			};
	}
	h->outbox = rows;
}

/* A record of another organ brings somebody in. What we said while it was on its way went past him. */
static void greet(struct telling *t, const struct change *c, const struct record *r, struct change_handoff *h)
{
	const struct handoff_head *own = head_of(t, t->own->organ.code);
	struct organs before, after;
	int64_t seen = 0;
	bool by_hand;

	for (size_t i = 0; i < r->seen_count; i++) {
		if (sv_eq_str(r->seen[i].lane, t->own->organ.code))
			seen = r->seen[i].n;
	}
	if (c->before->version == 0 || !own || own->n <= seen)
		return;
	find_organs(t, &c->before->facts, &before);
	find_organs(t, &c->after->facts, &after);
	struct change_outbox *rows = arena_array(t->arena, struct change_outbox, after.count * (size_t)(own->n - seen));
	for (size_t i = 0; i < after.count; i++) {
		if (is_among(&before, after.codes[i]) || !travels(t, after.codes[i], &by_hand))
			continue;
		for (int64_t n = seen + 1; n <= own->n; n++)
			rows[h->outbox_count++] = (struct change_outbox){ .lane = own->lane, .to = after.codes[i], .n = n,
									  .by_hand = by_hand, .history = true };
	}
	h->outbox = rows;
}

static enum err_code attach(struct telling *t, const struct change *c, const struct facts *fields, const char *number,
			    struct record *r, struct change_handoff *h, struct err *err)
{
	struct handoff_bag *bag = arena_new(t->arena, struct handoff_bag);
	struct handoff_bag_input in = {
		.d = c->after, .handoff_no = number ? number : t->s->number ? t->s->number : "",
		.made_on = instant_to_day(t->s->now), /* when it was signed: an act may be registered days later */
	};
	struct organs to;
	enum err_code code = handoff_attached(t->s, t->arena, fields, &in.attached, &in.attached_count, err);

	if (code != ERR_OK || in.attached_count == 0)
		return code;
	find_organs(t, &c->after->facts, &to);
	in.addressee = to.count > 0 ? to.codes[0] : "";
	code = handoff_bag_make(t->s, t->arena, &in, bag, err);
	if (code != ERR_OK)
		return code;
	r->has_package = true;
	r->package_name = sv_of(bag->plan.name);
	r->package_manifest = bag->plan.manifest;
	r->package_tagmanifest = bag->plan.tagmanifest;
	r->package_items = (int64_t)bag->plan.items;
	bag->stored.lane = t->own->organ.code;
	bag->stored.n = r->n;
	h->packages = &bag->stored;
	h->package_count = 1;
	return ERR_OK;
}

/* The record of an act of our own, into h; in: the change is folded already. */
static enum err_code tell(struct telling *t, const struct change *c, const struct act_input *in, struct change_handoff *h,
			  struct err *err)
{
	const struct handoff_head *head = head_of(t, t->own->organ.code);
	bool registers = procedure_registers(c->before, c->row) && !(in->actor.roles & ROLE_EXCHANGE);
	struct record r = {
		.thread = sv_of(fact_text(&c->after->facts, FIELD_THREAD)), .channel = sv_of(procedure_code(c->after->procedure)),
		.lane = sv_of(t->own->organ.code), .n = head ? head->n + 1 : 1, .has_prev = head != NULL,
		.act = sv_of(c->row->code), .state = sv_of(state_info(c->after->state)->code),
		.side = sv_of(side_code((unsigned)fact_num(&c->after->facts, FIELD_SIDE))),
		.organ = sv_of(t->own->organ.name), .actor = sv_of(c->act->actor_name), .happened_at = c->act->happened_at,
		.made_at = t->s->now,
	};
	struct change_record *made = arena_new(t->arena, struct change_record);
	struct facts *fields = arena_new(t->arena, struct facts);
	struct organs to;
	struct sv codes[ORGANS_MAX];
	const char *number, *expect;
	enum err_code code;

	if (!t->s->signer)
		return err_set(err, ERR_WRONG_STATE, "exchange-no-key", "本机关（%s）没有配置签名密钥，不能向其他机关发送",
			       t->own->organ.code);
	if (!record_kind_find(sv_of(c->row->receipt), &r.kind))
		BUG("receipt %s", c->row->receipt);
	if (head)
		r.prev = head->digest;
	r.sm2_certificate = crypto_signer_sm2_pem(t->s->signer);
	if ((code = told_fields(t, c, fields, err)) != ERR_OK ||
	    (code = write_fields(t, fields, &r.fields, err)) != ERR_OK ||
	    (registers && (code = fill_registered(t, c, fields, &r, err)) != ERR_OK))
		return code;
	h->foreign = registers;
	number = number_of(t, c, fields, registers, &expect);
	h->expect_number = expect;
	r.number = sv_of(number ? number : "");
	if ((code = attach(t, c, fields, number, &r, h, err)) != ERR_OK)
		return code;
	if (r.kind == RECORD_submitted) {
		h->number = number;
		h->sent_at = r.made_at;
	}
	r.seen = seen_of(t, &r.seen_count);
	find_organs(t, &c->after->facts, &to);
	for (size_t i = 0; i < to.count; i++)
		codes[i] = sv_of(to.codes[i]);
	r.to = codes;
	r.to_count = to.count;
	if ((code = seal(t, &r, made, err)) != ERR_OK)
		return code;
	h->records = made;
	h->record_count = 1;
	address(t, &to, made, h);
	return ERR_OK;
}

/* ---- records that arrived ---- */

static enum err_code keep(struct telling *t, const struct change *c, const struct handoff_arrived *it,
			  struct change_handoff *h, struct err *err)
{
	struct change_record *stored = arena_new(t->arena, struct change_record);

	greet(t, c, it->record, h);
	*stored = it->stored;
	h->records = stored;
	h->record_count = 1;
	h->foreign = true;
	h->sent_at = INSTANT_NONE;
	for (size_t i = 0; i < it->record->seen_count; i++) {
		if (!sv_eq_str(it->record->seen[i].lane, t->own->organ.code))
			continue;
		h->seen_by = it->stored.lane;
		h->seen_lane = t->own->organ.code;
		h->seen_n = it->record->seen[i].n;
	}
	return move_head(t, stored->lane, stored->n, stored->digest, err);
}

static void begin_copy(struct telling *t, const struct change *c, struct change_handoff *h)
{
	const struct record *r = t->s->arrival->first.record;

	if (c->before->version > 0)
		return;
	if (r->number.n)
		h->number = arena_strndup(t->arena, r->number.p, r->number.n);
	h->sent_at = r->made_at;
}

static enum err_code decode(struct telling *t, const struct record *r, struct facts *ret, struct err *err)
{
	enum field allowed[FIELD_COUNT];
	size_t n = 0;

	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (handoff_is_told(f))
			allowed[n++] = f;
	}
	return field_decode_object(t->arena, &t->s->book->vocabulary, r->fields_value, allowed, n,
				   instant_to_day(t->s->now), ret, err);
}

/* One further record of the thread, behind changes[*count - 1]. */
static enum err_code follow(struct telling *t, const struct act_input *in, const struct handoff_arrived *it,
			    struct change *changes, size_t *count, struct err *err)
{
	const struct change *last = &changes[*count - 1];
	const struct procedure *p = procedure_get(last->after->procedure);
	struct act_input next = { .matter = last->id, .actor = in->actor, .happened_at = it->record->happened_at,
				  .now = in->now, .own = in->own };
	struct dossier *after = arena_new(t->arena, struct dossier);
	struct act_record *rec = arena_new(t->arena, struct act_record);
	struct change_handoff *h = arena_new(t->arena, struct change_handoff);
	enum err_code code = decode(t, it->record, &next.fields, err);

	next.row = procedure_find(p, it->record->act, &next.stage);
	if (code == ERR_OK && !next.row)
		code = err_set(err, ERR_INVALID, "record-malformed", "记录的步骤 %.*s 不存在", SV_ARG(it->record->act));
	if (code == ERR_OK)
		code = handoff_prepare_record(t->s, t->arena, it->record, last->after, &next, err);
	if (code == ERR_OK)
		code = procedure_check(t->s->book, last->after, &next, t->arena, rec, err);
	if (code != ERR_OK)
		return code;
	*after = *last->after;
	code = procedure_apply(t->s->book, after, p, rec, t->arena, err);
	changes[*count] = (struct change){ .id = last->id, .organ = last->organ, .unit = last->unit, .before = last->after,
					   .after = after, .row = next.row, .act = rec, .actor = &in->actor, .handoff = h };
	++*count;
	return code == ERR_OK ? keep(t, &changes[*count - 1], it, h, err) : code;
}

static enum err_code take_in(struct telling *t, const struct act_input *in, struct change *changes, size_t *count,
			     struct change_handoff *h, struct err *err)
{
	const struct handoff_arrival *a = t->s->arrival;
	enum err_code code = keep(t, &changes[0], &a->first, h, err);

	begin_copy(t, &changes[0], h);
	for (size_t i = 0; i < a->rest_count && code == ERR_OK; i++)
		code = follow(t, in, &a->rest[i], changes, count, err);
	if (code == ERR_OK && a->package_count > 0) {
		struct change_handoff *last = arena_new(t->arena, struct change_handoff);
		*last = *changes[*count - 1].handoff;
		last->packages = a->packages;
		last->package_count = a->package_count;
		changes[*count - 1].handoff = last;
	}
	return code;
}

/* The receipt `delivered`, by the same account in the same transaction. */
static enum err_code receive(struct telling *t, const struct act_input *in, struct change *changes, size_t *count,
			     struct err *err)
{
	const struct dossier *before = changes[*count - 1].after;
	struct change *c = &changes[*count];
	struct dossier *after = arena_new(t->arena, struct dossier);
	struct act_record *rec = arena_new(t->arena, struct act_record);
	struct change_handoff *h = arena_new(t->arena, struct change_handoff);
	const struct procedure *p = procedure_get(before->procedure);
	struct act_input receipt = { .matter = changes[0].id, .actor = in->actor, .happened_at = t->s->now,
				     .now = t->s->now, .own = in->own };
	struct err ignored = ERR_INIT;

	receipt.row = procedure_find(p, SV("delivered"), &receipt.stage);
	if (!receipt.row || !(receipt.row->sides & (uint32_t)fact_num(&before->facts, FIELD_SIDE)) ||
	    procedure_check(t->s->book, before, &receipt, t->arena, rec, &ignored) != ERR_OK)
		return ERR_OK; /* no receipt for this: nothing is lost by that */
	*after = *before;
	enum err_code code = procedure_apply(t->s->book, after, p, rec, t->arena, err);
	*c = (struct change){ .id = changes[0].id, .organ = changes[0].organ, .unit = changes[0].unit, .before = before,
			      .after = after, .row = receipt.row, .act = rec, .actor = &in->actor, .handoff = h };
	h->sent_at = INSTANT_NONE;
	if (code == ERR_OK)
		code = tell(t, c, &receipt, h, err);
	*count += code == ERR_OK;
	return code;
}

/* ---- the linked case or clue ---- */

static enum err_code tell_linked(struct telling *t, const struct act_input *in, struct change *changes, size_t *count,
			       struct err *err)
{
	const struct handoff_scene *s = t->s;
	const struct change *cause = &changes[0];
	const struct handoff_linked *l = handoff_linked(s, &cause->act->fields);
	const char *event = procedure_tells(cause->before, cause->row, cause->act->stage);
	struct change *c = &changes[*count];
	struct act_record *rec = arena_new(t->arena, struct act_record);
	struct dossier *after = arena_new(t->arena, struct dossier);
	enum stage stage;
	enum err_code code;

	if (!event || !l->id)
		return ERR_OK;
	if (!l->dossier || l->target.organ != cause->organ)
		return err_set(err, ERR_FORBIDDEN, "linked-case-hidden", "您无权办理与本移送关联的案件或线索");
	code = procedure_handoff_event(s->book, l->dossier, cause->after, cause->id, event, cause->act, t->arena, rec, err);
	if (code != ERR_OK || !rec->act)
		return code;
	*after = *l->dossier;
	const struct procedure *p = procedure_get(after->procedure);
	code = procedure_apply(s->book, after, p, rec, t->arena, err);
	*c = (struct change){ .id = l->id, .organ = l->target.organ, .unit = l->unit, .before = l->dossier, .after = after,
			      .act = rec, .actor = &in->actor };
	c->row = procedure_find(p, sv_of(rec->act), &stage);
	*count += code == ERR_OK;
	return code;
}

/* ---- all of it ---- */

static bool is_told(const struct change *c)
{
	return c->row->receipt && (c->act->stage == STAGE_DO || c->act->stage == STAGE_APPROVE);
}

enum err_code handoff_conclude(const struct handoff_scene *s, struct arena *arena, const struct act_input *in,
			       struct change *changes, size_t *count, struct err *err)
{
	struct telling *t = arena_new(arena, struct telling);
	struct change *c = &changes[0];
	struct change_handoff *h = arena_new(arena, struct change_handoff);
	enum err_code code = ERR_OK;

	*t = (struct telling){ .s = s, .arena = arena, .own = handoff_own(s) };
	for (size_t i = 0; i < s->head_count && code == ERR_OK; i++)
		code = move_head(t, s->heads[i].lane, s->heads[i].n, s->heads[i].digest.sha256, err);
	h->sent_at = INSTANT_NONE;
	c->handoff = h;
	if (handoff_is_restricted(c->after) && fact_has(&c->act->fields, FIELD_OFFICER))
		h->reader = fact_num(&c->act->fields, FIELD_OFFICER);
	if (code == ERR_OK && s->arrival)
		code = take_in(t, in, changes, count, h, err);
	else if (code == ERR_OK && is_told(c))
		code = tell(t, c, in, h, err);
	if (code == ERR_OK && s->arrival && (c->before->version == 0 || s->arrival->package_count > 0))
		code = receive(t, in, changes, count, err);
	return code == ERR_OK ? tell_linked(t, in, changes, count, err) : code;
}

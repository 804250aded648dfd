/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/handoff_make.h"

#include <stdarg.h>
#include <stdio.h>

#include "crypto/crypto.h"
#include "json/json_reader.h"

/* ---- organs ---- */

const struct handoff_organ *handoff_own(const struct handoff_scene *s)
{
	for (size_t i = 0; i < s->organ_count; i++) {
		if (s->organs[i].own)
			return &s->organs[i];
	}
	return NULL;
}

const struct handoff_organ *handoff_organ(const struct handoff_scene *s, const char *code)
{
	for (size_t i = 0; i < s->organ_count; i++) {
		if (strcmp(s->organs[i].organ.code, code) == 0)
			return &s->organs[i];
	}
	return NULL;
}

const struct handoff_linked *handoff_linked(const struct handoff_scene *s, const struct facts *fields)
{
	bool clue = s->of_case.id == 0 || (fact_has(fields, FIELD_CLUE) && !fact_has(fields, FIELD_CASE));

	return clue ? &s->of_clue : &s->of_case;
}

static bool is_connected(const struct handoff_scene *s, const char *code)
{
	const struct handoff_organ *o = handoff_organ(s, code);

	return o && o->active && o->organ.connected;
}

size_t handoff_list_items(struct arena *arena, const struct facts *f, enum field field, const char ***ret)
{
	size_t n = 0, count = fact_list_count(f, field);
	struct json_doc *doc;

	*ret = arena_array(arena, const char *, count + 1);
	if (count == 0 || json_parse(arena, sv_of(fact_text(f, field)), &doc, NULL) != ERR_OK)
		return 0;
	for (const struct json_value *v = json_first(json_root(doc)); v; v = json_next(v)) {
		struct sv item = json_string(v);
		(*ret)[n++] = arena_strndup(arena, item.p ? item.p : "", item.n);
	}
	return n;
}

static void add_code(struct str *out, struct sv code)
{
	if (crypto_code_is_valid(code))
		str_printf(out, "%s%.*s", out->len > 1 ? "," : "", SV_ARG(code));
}

const char *handoff_codes(struct arena *arena, const struct facts *fields, const struct record *record)
{
	struct str out = STR_INIT(16 * 1024);
	const char **copies;
	size_t n = handoff_list_items(arena, fields, FIELD_COPY_TO, &copies);

	str_append_char(&out, '{');
	add_code(&out, sv_of(fact_text(fields, FIELD_PEER)));
	add_code(&out, sv_of(fact_text(fields, FIELD_PEER_NEXT)));
	add_code(&out, sv_of(fact_text(fields, FIELD_RECEIVER)));
	for (size_t i = 0; i < n; i++)
		add_code(&out, sv_of(copies[i]));
	if (record)
		add_code(&out, record->lane);
	for (size_t i = 0; record && i < record->to_count; i++)
		add_code(&out, record->to[i]);
	str_append_char(&out, '}');
	const char *ret = arena_strndup(arena, out.p, out.len);
	str_release(&out);
	return ret;
}

enum err_code handoff_thread_new(char ret[HANDOFF_THREAD_SIZE])
{
	uint8_t b[16];
	char hex[33];

	if (crypto_random(b, sizeof(b)) != ERR_OK)
		return ERR_INTERNAL;
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	crypto_hex(b, sizeof(b), hex);
	snprintf(ret, HANDOFF_THREAD_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
	return ERR_OK;
}

/* Clues about officials: on the sender's copy only the principal and one named officer know of them. */
bool handoff_is_restricted(const struct dossier *d)
{
	return d->procedure == PROCEDURE_C9 && fact_num(&d->facts, FIELD_SIDE) == SIDE_SENDER;
}

/* ---- what is told ---- */

/* Of our copy alone: where it stands and what the directory said. */
static bool is_private(enum field f)
{
	static const enum field fields[] = {
		FIELD_SIDE, FIELD_CONNECTED, FIELD_OWN_ORGAN, FIELD_OWN_ROLE, FIELD_THREAD, FIELD_ATTACH, FIELD_REQUEST,
		FIELD_OPINION, FIELD_REGISTERED_MEDIUM, FIELD_REGISTERED_SCAN, FIELD_ARRIVED_ON, FIELD_SILENT,
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (fields[i] == f)
			return true;
	}
	return false;
}

bool handoff_is_told(enum field f)
{
	const struct field_info *info = field_info(f);

	return info->type != FIELD_TYPE_ACCOUNT && info->type != FIELD_TYPE_MATTER && info->type != FIELD_TYPE_JSON &&
	       !(info->flags & FIELD_FLAG_PROTECTED) && !is_private(f);
}

static bool row_takes(const struct act_input *in, enum field f)
{
	const struct field_use *u = procedure_fields(in->row, in->stage);

	for (; u && u->field != FIELD_NONE; u++) {
		if (u->field == f)
			return true;
	}
	return false;
}

static void offer_text(struct act_input *in, enum field f, const char *text)
{
	if (row_takes(in, f) && text && text[0])
		fact_set_text(&in->fields, f, text);
}

static void offer_num(struct act_input *in, enum field f, int64_t num)
{
	if (row_takes(in, f))
		fact_set_num(&in->fields, f, num);
}

/* ---- before the check: acts of our own ---- */

static enum err_code refuse_field(struct err *err, enum field f, const char *rule, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
static enum err_code refuse_field(struct err *err, enum field f, const char *rule, const char *fmt, ...)
{
	char message[sizeof(((struct err *)NULL)->message)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	enum err_code code = err_set(err, ERR_INVALID, rule, "%s", message);
	err_field(err, "fields.%s", field_info(f)->name);
	return code;
}

/* An organ outside the directory is reached on paper: its name must then be given. */
static enum err_code check_organ(const struct handoff_scene *s, const struct act_input *in, enum field f, const char *code,
				 struct err *err)
{
	const struct handoff_organ *o = handoff_organ(s, code);

	if (!crypto_code_is_valid(sv_of(code)))
		return refuse_field(err, f, "organ-code", "“%s”不是机关代码：只能由 1 到 60 个小写字母、数字和短横组成", code);
	if (o && o->own)
		return refuse_field(err, f, "transfer-to-self", "接收机关不能是本机关（%s）", code);
	if (o && !o->active)
		return refuse_field(err, f, "organ-inactive", "机关 %s 已停用", code);
	if (!o && f == FIELD_PEER && !fact_has(&in->fields, FIELD_PEER_NAME))
		return refuse_field(err, f, "unknown-organ", "机关名录中没有 %s；名录以外的机关须写明名称", code);
	if (!o && f != FIELD_PEER)
		return refuse_field(err, f, "unknown-organ", "机关名录中没有 %s", code);
	return ERR_OK;
}

static enum err_code check_copies(const struct handoff_scene *s, struct arena *arena, struct act_input *in,
				  const char *addressee, struct err *err)
{
	const char **copies;
	size_t n = handoff_list_items(arena, &in->fields, FIELD_COPY_TO, &copies);
	const struct organ **organs = arena_array(arena, const struct organ *, n + 1);

	in->copies = organs;
	in->copy_count = 0;

	for (size_t i = 0; i < n; i++) {
		enum err_code code = check_organ(s, in, FIELD_COPY_TO, copies[i], err);
		if (code != ERR_OK)
			return code;
		if (strcmp(copies[i], addressee) == 0)
			return refuse_field(err, FIELD_COPY_TO, "copy-to-addressee", "%s 已是接收机关，无需抄送", addressee);
		for (size_t j = 0; j < i; j++) {
			if (strcmp(copies[i], copies[j]) == 0)
				return refuse_field(err, FIELD_COPY_TO, "copy-twice", "抄送机关 %s 重复", copies[i]);
		}
		const struct handoff_organ *o = handoff_organ(s, copies[i]);
		if (o)
			organs[in->copy_count++] = &o->organ;
	}
	return ERR_OK;
}

/* Bits of the sides that answer by themselves, beside our own. */
static int64_t thirds_connected(const struct handoff_scene *s, struct arena *arena, const struct facts *fields)
{
	const char **copies;
	size_t n = handoff_list_items(arena, fields, FIELD_COPY_TO, &copies);

	for (size_t i = 0; i < n; i++) {
		if (!is_connected(s, copies[i]))
			return 0;
	}
	return n > 0 ? SIDE_THIRD : 0;
}

/* The program's own fields are not for callers to fill. */
static enum err_code check_own_fields(const struct act_input *in, struct err *err)
{
	static const enum field ours[] = { FIELD_CONNECTED, FIELD_OWN_ORGAN, FIELD_OWN_ROLE, FIELD_THREAD, FIELD_RECEIVER,
					   FIELD_RECEIVER_NAME, FIELD_PEER_NEXT_NAME };

	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		if (fact_has(&in->fields, ours[i]))
			return refuse_field(err, ours[i], "filled-by-system", "“%s”由系统填写", field_info(ours[i])->zh);
	}
	if (fact_has(&in->fields, FIELD_SIDE) && fact_num(&in->fields, FIELD_SIDE) != SIDE_RECEIVER &&
	    fact_num(&in->fields, FIELD_SIDE) != SIDE_THIRD)
		return refuse_field(err, FIELD_SIDE, "side", "“%s”只能是 2（接收方）或 4（第三方）", field_info(FIELD_SIDE)->zh);
	return ERR_OK;
}

static enum err_code prepare_peer(const struct handoff_scene *s, struct act_input *in, struct err *err)
{
	static const enum field fields[] = { FIELD_PEER, FIELD_PEER_NEXT };

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const char *code = fact_text(&in->fields, fields[i]);
		if (!fact_has(&in->fields, fields[i]))
			continue;
		enum err_code failed = check_organ(s, in, fields[i], code, err);
		if (failed != ERR_OK)
			return failed;
		const struct handoff_organ *o = handoff_organ(s, code);
		in->peer = o ? &o->organ : NULL;
		if (o && fields[i] == FIELD_PEER)
			offer_text(in, FIELD_PEER_NAME, o->organ.name);
	}
	return ERR_OK;
}

static enum err_code check_next(const struct handoff_scene *s, const struct dossier *before, const struct act_input *in,
				struct err *err)
{
	const char *next = fact_text(&in->fields, FIELD_PEER_NEXT);
	bool takes_part = fact_is(&before->facts, FIELD_PEER, next) || fact_is(&before->facts, FIELD_RECEIVER, next) ||
			  fact_list_has(&before->facts, FIELD_COPY_TO, next);

	if (!fact_has(&in->fields, FIELD_PEER_NEXT))
		return ERR_OK;
	for (size_t i = 0; i < s->head_count; i++)
		takes_part = takes_part || strcmp(s->heads[i].lane, next) == 0;
	return takes_part ? refuse_field(err, FIELD_PEER_NEXT, "organ-takes-part", "机关 %s 已参与本次移送", next) : ERR_OK;
}

/* A link leads to a matter of ours that the caller may see. */
static enum err_code check_link(const struct act_input *in, enum field field, const struct handoff_linked *l,
				enum matter_kind kind, struct err *err)
{
	if (!fact_has(&in->fields, field) ||
	    (l->dossier && l->target.kind == kind && l->target.organ == in->actor.organ))
		return ERR_OK;
	return refuse_field(err, field, "no-such-matter", "没有编号为 %lld 的%s，或者您无权办理",
			    (long long)fact_num(&in->fields, field), kind == MATTER_CLUE ? "线索" : "案件");
}

static bool judges_clue(const struct act_row *row)
{
	for (const enum guard *g = row->guards; g && *g != GUARD_END; g++) {
		if (*g == GUARD_LINKED_DECLINED)
			return true;
	}
	return false;
}

/* The linked matter as it is now, for the guards. */
static enum err_code prepare_links(const struct handoff_scene *s, struct act_input *in, struct err *err)
{
	const struct handoff_linked *l = handoff_linked(s, &in->fields);
	enum err_code code;

	if ((code = check_link(in, FIELD_CASE, &s->of_case, MATTER_CASE, err)) != ERR_OK ||
	    (code = check_link(in, FIELD_CLUE, &s->of_clue, MATTER_CLUE, err)) != ERR_OK)
		return code;
	if (judges_clue(in->row) && s->of_clue.id)
		l = &s->of_clue;
	if (l->dossier)
		in->target = &l->target;
	return ERR_OK;
}

static enum err_code prepare_own(const struct handoff_scene *s, struct arena *arena, const struct dossier *before,
				 struct act_input *in, struct err *err)
{
	const char *addressee = fact_has(&in->fields, FIELD_PEER) ? fact_text(&in->fields, FIELD_PEER)
								  : fact_text(&before->facts, FIELD_RECEIVER);
	enum err_code code;

	if ((code = check_own_fields(in, err)) != ERR_OK || (code = prepare_peer(s, in, err)) != ERR_OK ||
	    (code = check_next(s, before, in, err)) != ERR_OK ||
	    (code = check_copies(s, arena, in, addressee, err)) != ERR_OK ||
	    (code = prepare_links(s, in, err)) != ERR_OK)
		return code;
	if (before->version > 0) {
		const struct handoff_organ *peer = handoff_organ(s, fact_text(&before->facts, FIELD_PEER));
		if (!in->peer && peer)
			in->peer = &peer->organ;
		return ERR_OK;
	}
	offer_text(in, FIELD_THREAD, s->thread);
	if (in->row->sides == SIDE_SENDER && fact_has(&in->fields, FIELD_PEER)) {
		bool theirs = is_connected(s, fact_text(&in->fields, FIELD_PEER));
		offer_num(in, FIELD_CONNECTED,
			  SIDE_SENDER | (theirs ? SIDE_RECEIVER : 0) | thirds_connected(s, arena, &in->fields));
	} else { /* came on paper: whoever sent it does not answer by himself */
		int64_t side = fact_has(&in->fields, FIELD_SIDE) ? fact_num(&in->fields, FIELD_SIDE) : SIDE_RECEIVER;
		offer_num(in, FIELD_SIDE, side);
		offer_num(in, FIELD_CONNECTED, side);
		if (side == SIDE_RECEIVER) {
			offer_text(in, FIELD_RECEIVER, in->own->code);
			offer_text(in, FIELD_RECEIVER_NAME, in->own->name);
		}
	}
	const struct handoff_linked *about = handoff_linked(s, &in->fields);
	if (about->dossier)
		procedure_prefill(in->row, about->dossier, arena, &in->fields);
	return ERR_OK;
}

/* ---- before the check: records of others ---- */

static const char *own_role(const struct organ *own)
{
	static const char *const partners[] = { "police", "procuratorate", "court" };

	for (size_t i = 0; i < ARRAY_LEN(partners); i++) {
		if (strcmp(own->kind, partners[i]) == 0)
			return partners[i];
	}
	return role_code(ROLE_OFFICER);
}

static const char *text_of(struct arena *arena, struct sv v)
{
	return arena_strndup(arena, v.p ? v.p : "", v.n);
}

/* Whom it is sent on to receives; whoever is only named among the copies does not. */
unsigned handoff_arrival_side(const struct handoff_arrival *a, const char *own, const struct facts *first)
{
	if (a->rest_count == 0)
		return fact_list_has(first, FIELD_COPY_TO, own) ? SIDE_THIRD : SIDE_RECEIVER;
	if (fact_is(first, FIELD_RECEIVER, own))
		return SIDE_RECEIVER;
	for (size_t i = 0; i < a->rest_count; i++) {
		const struct json_value *fields = a->rest[i].record->fields_value;
		if (sv_eq_str(json_string(json_get(fields, field_info(FIELD_PEER_NEXT)->name)), own))
			return SIDE_RECEIVER;
	}
	return SIDE_THIRD;
}

/* The copy begins with what the sender told. What the row does not take stays in the record. */
static void prepare_copy(const struct handoff_scene *s, struct arena *arena, struct act_input *in)
{
	const struct record *r = s->arrival->first.record;
	const char *lane = text_of(arena, r->lane);
	const struct handoff_organ *sender = handoff_organ(s, lane);
	int64_t side = handoff_arrival_side(s->arrival, in->own->code, &in->fields);
	int64_t connected = side | thirds_connected(s, arena, &in->fields) | (is_connected(s, lane) ? SIDE_SENDER : 0);

	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (in->fields.at[f].set && !row_takes(in, f))
			fact_clear(&in->fields, f);
	}
	if (side == SIDE_THIRD && is_connected(s, fact_text(&in->fields, FIELD_RECEIVER)))
		connected |= SIDE_RECEIVER;
	if (side == SIDE_RECEIVER && !fact_has(&in->fields, FIELD_RECEIVER)) {
		offer_text(in, FIELD_RECEIVER, in->own->code);
		offer_text(in, FIELD_RECEIVER_NAME, in->own->name);
	}
	offer_num(in, FIELD_SIDE, side);
	offer_num(in, FIELD_CONNECTED, connected);
	offer_text(in, FIELD_OWN_ORGAN, in->own->code);
	offer_text(in, FIELD_OWN_ROLE, own_role(in->own));
	offer_text(in, FIELD_THREAD, text_of(arena, r->thread));
	offer_text(in, FIELD_PEER, lane);
	offer_text(in, FIELD_PEER_NAME, sender ? sender->organ.name : text_of(arena, r->organ));
	if (r->number.n)
		offer_text(in, FIELD_HANDOFF_NO, text_of(arena, r->number));
	in->peer = sender ? &sender->organ : NULL;
}

/* The part that an organ has in this hand-over; 0: none. */
static unsigned side_of(const struct dossier *d, const char *code)
{
	const struct facts *f = &d->facts;

	if (fact_num(f, FIELD_SIDE) != SIDE_SENDER && fact_is(f, FIELD_PEER, code))
		return SIDE_SENDER;
	if (fact_is(f, FIELD_RECEIVER, code))
		return SIDE_RECEIVER;
	return fact_list_has(f, FIELD_COPY_TO, code) ? SIDE_THIRD : 0;
}

static unsigned side_by_code(struct sv code)
{
	return sv_eq_str(code, "sender") ? SIDE_SENDER : sv_eq_str(code, "receiver") ? SIDE_RECEIVER
							 : sv_eq_str(code, "third")    ? SIDE_THIRD : 0;
}

/* Is it the act of the organ that says so? What was registered from paper is the act of the one it was registered for. */
static enum err_code check_maker(const struct record *r, struct arena *arena, const struct dossier *before,
				 const struct act_input *in, struct err *err)
{
	const char *lane = text_of(arena, r->lane);
	unsigned maker = side_of(before, r->is_registered ? text_of(arena, r->registered_for) : lane);

	if (in->stage != STAGE_DO || !in->row->receipt || strcmp(in->row->receipt, record_kind_name(r->kind)) != 0)
		return err_set(err, ERR_INVALID, "record-malformed", "记录的种类与步骤不符");
	if (!side_of(before, lane))
		return err_set(err, ERR_INVALID, "record-sender", "机关 %s 没有参与这一移送", lane);
	if (!maker || !(maker & in->row->sides) || maker != side_by_code(r->side))
		return err_set(err, ERR_INVALID, "record-sender", "“%s”不是机关 %s 的步骤", in->row->zh, lane);
	return ERR_OK;
}

/* Only the sender begins a hand-over, and only with those whom he names. */
static enum err_code check_first(const struct handoff_scene *s, const struct act_input *in, struct err *err)
{
	const struct record *r = s->arrival->first.record;

	if (r->kind != RECORD_submitted || side_by_code(r->side) != SIDE_SENDER || r->is_registered)
		return err_set(err, ERR_INVALID, "record-sender", "移送须由移送机关自己的移送记录开始");
	if (s->arrival->rest_count > 0 || fact_list_has(&in->fields, FIELD_COPY_TO, in->own->code) ||
	    !fact_has(&in->fields, FIELD_RECEIVER) || fact_is(&in->fields, FIELD_RECEIVER, in->own->code))
		return ERR_OK;
	return err_set(err, ERR_INVALID, "record-addressee", "本机关不是接收机关，也不是抄送机关");
}

/* `r` is about to become the act `in` of a copy that is there. */
enum err_code handoff_prepare_record(const struct handoff_scene *s, struct arena *arena, const struct record *r,
				     const struct dossier *before, struct act_input *in, struct err *err)
{
	enum err_code code = before->version == 0 ? check_first(s, in, err) : check_maker(r, arena, before, in, err);

	if (code != ERR_OK)
		return code;
	if (before->version == 0)
		prepare_copy(s, arena, in);
	if (instant_to_day(in->now) > instant_to_day(in->happened_at))
		fact_set_num(&in->fields, FIELD_ARRIVED_ON, instant_to_day(in->now));
	if (before->version == 0)
		return ERR_OK;
	if (r->is_registered)
		fact_set_text(&in->fields, FIELD_REGISTERED_MEDIUM, text_of(arena, r->registered_medium));
	if (fact_has(&in->fields, FIELD_PEER_NEXT)) {
		const struct handoff_organ *o = handoff_organ(s, fact_text(&in->fields, FIELD_PEER_NEXT));
		int64_t connected = fact_num(&before->facts, FIELD_CONNECTED) & ~(int64_t)SIDE_RECEIVER;
		in->peer = o ? &o->organ : NULL;
		offer_num(in, FIELD_CONNECTED,
			  connected | (is_connected(s, fact_text(&in->fields, FIELD_PEER_NEXT)) ? SIDE_RECEIVER : 0));
	}
	return ERR_OK;
}

enum err_code handoff_prepare(const struct handoff_scene *s, struct arena *arena, const struct dossier *before,
			      struct act_input *in, struct err *err)
{
	const struct handoff_organ *own = handoff_own(s);

	if (!own)
		return err_set(err, ERR_WRONG_STATE, "organ-not-listed", "本机关不在机关名录中，不能办理移送");
	in->own = &own->organ;
	if (!s->arrival)
		return prepare_own(s, arena, before, in, err);
	return handoff_prepare_record(s, arena, s->arrival->first.record, before, in, err);
}

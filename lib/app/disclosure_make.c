/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/disclosure_make.h"

#include "crypto/crypto.h"
#include "store/change_public.h"

enum { SOURCES_TEXT_MAX = 1 << 20 };

const char *disclosure_digest(struct arena *arena, const char *text)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char hex[CRYPTO_SHA256_HEX_SIZE];

	crypto_sha256(text, strlen(text), digest);
	crypto_hex(digest, sizeof(digest), hex);
	return arena_strdup(arena, hex);
}

/* ---- what the case does ---- */

enum err_code disclosure_spawn(const struct law_book *book, struct arena *arena, const struct change *cause, int64_t id,
			       struct change *ret, struct err *err)
{
	struct dossier *none = arena_new(arena, struct dossier), *opened = arena_new(arena, struct dossier);
	struct act_record *act = arena_new(arena, struct act_record);
	const char *text = fact_text(&cause->after->facts, FIELD_DECISION_TEXT);
	enum err_code code = procedure_spawn_disclosure(cause->after, cause->id, disclosure_digest(arena, text), cause->act,
							arena, act, err);
	enum stage stage;

	*ret = *cause;
	ret->id = id;
	ret->before = none;
	ret->after = opened;
	ret->act = act;
	ret->handoff = NULL;
	ret->row = code == ERR_OK ? procedure_find(&procedure_disclosure, sv_of(act->act), &stage) : NULL;
	return code == ERR_OK ? procedure_apply(book, opened, &procedure_disclosure, act, arena, err) : code;
}

int64_t disclosure_told_by(const struct change *c)
{
	const struct facts *f = &c->after->facts;

	if (c->after->kind != MATTER_CASE || c->before->version == 0 || !fact_has(f, FIELD_DISCLOSURE_MATTER) ||
	    fact_num(f, FIELD_DISCLOSURE_MATTER) != fact_num(&c->before->facts, FIELD_DISCLOSURE_MATTER))
		return 0;
	return disclosure_case_tells(c->before, c->after) ? fact_num(f, FIELD_DISCLOSURE_MATTER) : 0;
}

enum err_code disclosure_tell(const struct law_book *book, struct arena *arena, const struct change *cause,
			      const struct disclosure_linked *linked, const char *organ_name, struct change *ret,
			      struct err *err)
{
	struct redaction_known known = { .natural = false };
	struct dossier *after = arena_new(arena, struct dossier);
	struct act_record *act = arena_new(arena, struct act_record);
	enum err_code code = disclosure_case_event(cause->before, cause->after, linked->dossier, cause->act, act, err);
	enum stage stage;

	*ret = (struct change){ .id = linked->id, .organ = linked->organ, .unit = linked->unit, .before = linked->dossier,
				.after = after, .actor = cause->actor, .organ_name = organ_name };
	if (code != ERR_OK || !act->act)
		return code;
	ret->act = act;
	ret->row = procedure_find(&procedure_disclosure, sv_of(act->act), &stage);
	*after = *linked->dossier;
	code = procedure_apply(book, after, &procedure_disclosure, act, arena, err);
	if (code != ERR_OK)
		return code;
	disclosure_know(&known, arena, after);
	disclosure_know(&known, arena, cause->after);
	return disclosure_guard(arena, linked->dossier, after, organ_name, &known, err);
}

/* ---- what the program fills in ---- */

static bool row_takes(const struct act_input *in, enum field field)
{
	for (const struct field_use *u = procedure_fields(in->row, in->stage); u->field != FIELD_NONE; u++) {
		if (u->field == field)
			return true;
	}
	return false;
}

/* A fact as the act will leave it. */
static const char *text_after(const struct dossier *before, const struct act_input *in, enum field field)
{
	return fact_has(&in->fields, field) ? fact_text(&in->fields, field) : fact_text(&before->facts, field);
}

static enum err_code fill_digest(struct arena *arena, const struct dossier *before, struct act_input *in, struct err *err)
{
	struct sv original = sv_of(text_after(before, in, FIELD_DECISION_TEXT));
	struct redaction_cuts cuts;
	enum err_code code = redaction_read(arena, sv_of(text_after(before, in, FIELD_CUTS)), &cuts, err);

	if (code == ERR_OK)
		code = redaction_check(arena, original, &cuts, NULL, err);
	if (code != ERR_OK)
		return code;
	const char *text = redaction_apply(arena, original, &cuts);
	if (!text)
		return err_set(err, ERR_TOO_LARGE, "disclosure-text", "决定书文本过长");
	fact_set_text(&in->fields, FIELD_PUBLISH_TEXT_DIGEST, disclosure_digest(arena, text));
	return ERR_OK;
}

enum err_code disclosure_fill(struct arena *arena, const struct dossier *before, const char *number, struct act_input *in,
			      struct err *err)
{
	if (number && number[0] && row_takes(in, FIELD_DECISION_PAPER) &&
	    !text_after(before, in, FIELD_DECISION_PAPER)[0])
		fact_set_text(&in->fields, FIELD_DECISION_PAPER, number);
	if (row_takes(in, FIELD_TEXT_DIGEST) && fact_has(&in->fields, FIELD_DECISION_TEXT))
		fact_set_text(&in->fields, FIELD_TEXT_DIGEST,
			      disclosure_digest(arena, fact_text(&in->fields, FIELD_DECISION_TEXT)));
	if (row_takes(in, FIELD_PUBLISH_TEXT_DIGEST) && text_after(before, in, FIELD_DECISION_TEXT)[0])
		return fill_digest(arena, before, in, err);
	return ERR_OK;
}

/* ---- what must not be public ---- */

bool disclosure_moves(const struct act_row *row)
{
	const state_set shown = STATE_BIT(STATE_PUBLISHED) | STATE_BIT(STATE_REPAIR) |
				STATE_BIT(STATE_TO_WITHDRAW);

	return (row->from & shown) != 0 || (procedure_targets(row) & shown) != 0;
}

void disclosure_know(struct redaction_known *known, struct arena *arena, const struct dossier *d)
{
	redaction_know_parties(known, arena, &d->facts);
	redaction_know_facts(known, arena, &d->facts);
	for (int i = 0; i < d->request_count; i++)
		disclosure_know_act(known, arena, sv_of(d->requests[i].payload));
}

void disclosure_know_act(struct redaction_known *known, struct arena *arena, struct sv payload)
{
	struct facts *facts = arena_new(arena, struct facts);
	struct json_doc *doc;

	if (payload.n == 0 || payload.n > SOURCES_TEXT_MAX || json_parse(arena, payload, &doc, NULL) != ERR_OK ||
	    facts_read(arena, json_root(doc), facts, NULL) != ERR_OK)
		return;
	redaction_know_parties(known, arena, facts);
	redaction_know_facts(known, arena, facts);
}

void disclosure_know_officer(struct redaction_known *known, struct arena *arena, const char *name)
{
	redaction_know(known, arena, REDACTION_NAME, name);
}

static enum err_code guard_text(struct arena *arena, const char *text, const struct redaction_known *known,
				const char *what, struct err *err)
{
	enum err_code code = text[0] ? redaction_guard(arena, sv_of(text), known, err) : ERR_OK;

	if (code != ERR_OK && err)
		err_detail(err, "在%s中", what);
	return code;
}

/* Each string of the six items; labels are ours. */
static enum err_code guard_summary(struct arena *arena, struct sv summary, const struct redaction_known *known,
				   struct err *err)
{
	struct json_doc *doc;
	enum err_code code = json_parse(arena, summary, &doc, err);

	if (code != ERR_OK)
		return code;
	for (const struct json_value *m = json_first(json_root(doc)); m && code == ERR_OK; m = json_next(m)) {
		if (json_type(m) == JSON_STRING)
			code = guard_text(arena, json_string(m).p, known, "公示摘要", err);
	}
	return code;
}

enum err_code disclosure_guard(struct arena *arena, const struct dossier *before, const struct dossier *after,
			       const char *organ_name, const struct redaction_known *known, struct err *err)
{
	struct change_public p;
	enum err_code code = change_public_of(arena, before, after, organ_name, &p, err);

	if (code == ERR_OK && p.begins && (code = guard_text(arena, p.columns.body, known, "公示文本", err)) == ERR_OK)
		code = guard_summary(arena, p.columns.summary, known, err);
	if (code == ERR_OK && p.ends)
		code = guard_text(arena, p.why, known, "理由", err);
	return code;
}

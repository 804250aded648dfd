/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Do an act: load what the decision needs in one segment, decide (pure), store in one segment. */
#include "app/act.h"

#include "app/disclosure_part.h"
#include "app/handoff_part.h"
#include "app/view.h"
#include "base/clock.h"
#include "crypto/crypto.h"
#include "json/json_writer.h"
#include "gen/queries.h"
#include "store/change.h"

enum { NAMES_MAX = 8, DOSSIER_ARENA_SLACK = 0 };

/* ---- load ---- */

static const enum field account_fields[] = { FIELD_OFFICER, FIELD_CO_OFFICER, FIELD_REVIEWER, FIELD_HEARING_HOST };

/* Every field but the engine's own; whether the act takes it is decided with its row. A record of another organ has
 * only what may travel. */
static size_t open_fields(const struct act_call *a, enum field ret[FIELD_COUNT])
{
	bool arrived = a->handoff && a->handoff->arrival;
	size_t n = 0;

	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (field_info(f)->type != FIELD_TYPE_JSON && !(field_info(f)->flags & FIELD_FLAG_ENGINE) &&
		    (!arrived || handoff_is_told(f)))
			ret[n++] = f;
	}
	return n;
}

static enum err_code decode_fields(struct act_call *a, struct task *t)
{
	enum field allowed[FIELD_COUNT];
	size_t n = open_fields(a, allowed);

	if (!a->fields)
		return ERR_OK;
	return field_decode_object(task_arena(t), &a->call.book->vocabulary, a->fields, allowed, n,
				   instant_to_day(clock_now()), &a->input, task_err(t));
}

/* {officer_zhang,officer_li}: names are [a-z0-9_.-], so nothing needs quoting. */
static const char *account_names(struct act_call *a, struct task *t)
{
	struct str out = STR_INIT(1024);
	const char *ret = NULL;

	str_append_char(&out, '{');
	for (size_t i = 0; i < ARRAY_LEN(account_fields); i++) {
		if (fact_has(&a->input, account_fields[i]))
			str_printf(&out, "%s%s", out.len > 1 ? "," : "", fact_text(&a->input, account_fields[i]));
	}
	str_append_char(&out, '}');
	if (out.len > 2)
		ret = arena_strndup(task_arena(t), out.p, out.len);
	str_release(&out);
	return ret;
}

enum step act_load(struct task *t)
{
	struct act_call *a = task_ctx(t);
	/* New ids come from a sequence, which a read-only session may not touch. */
	enum pg_lane lane = a->matter ? PG_LANE_READ : PG_LANE_WRITE;
	bool spawns = sv_eq_str(a->act, "file_approve") || disclosure_part_spawns(a);
	const char *names;

	if (a->happened_at == INSTANT_NONE)
		a->happened_at = clock_now();
	if (decode_fields(a, t) != ERR_OK)
		return STEP_FAIL;
	if (fact_has(&a->input, FIELD_TARGET) || spawns)
		lane = PG_LANE_WRITE;
	a->call.matter = a->matter;
	struct pg_segment *seg = app_segment(&a->call, lane);
	if (a->matter)
		a->at_matter = pg_segment_addv(seg, Q_MATTER_LOAD, PG_I64(a->matter));
	else
		a->at_id = pg_segment_add0(seg, Q_MATTER_ID_NEXT);
	/* Behind the matter: each statement sees what was committed before it began, so whoever sees the matter as an
	 * earlier try of this request left it sees that try's key too. */
	if (a->key)
		a->at_idempotency = pg_segment_addv(seg, Q_IDEMPOTENCY_FIND, PG_I64(a->call.who->actor.account),
						    PG_CSTR(a->key));
	if ((names = account_names(a, t)))
		a->at_accounts = pg_segment_addv(seg, Q_ACCOUNTS_BY_NAME, PG_CSTR(names));
	if (fact_has(&a->input, FIELD_TARGET))
		a->at_target = pg_segment_addv(seg, Q_MATTER_TARGET, PG_I64(fact_num(&a->input, FIELD_TARGET)));
	if (spawns)
		a->at_spawn = pg_segment_add0(seg, Q_MATTER_ID_NEXT);
	a->call.seg = seg;
	if (a->kind == MATTER_DISCLOSURE)
		disclosure_part_load(a, t, seg);
	if (a->kind == MATTER_HANDOFF && handoff_part_load(a, t, seg) != ERR_OK)
		return STEP_FAIL;
	return pg_segment_wait(seg, t);
}

/* ---- decide ---- */

/* An earlier request with this key: the same one gets its reply again, another one is refused. */
static enum step replay(struct act_call *a, struct task *t, const struct pg_reply *r, size_t at)
{
	if (!sv_eq_str(pg_text(r, at, 0, 0), a->request_digest))
		return task_fail(t, ERR_KEY_REUSED, "idempotency-key-reused",
				 "此 Idempotency-Key 已用于内容不同的请求");
	a->reply = pg_text(r, at, 0, 2);
	a->replayed = true;
	return STEP_NEXT;
}

bool act_may_hold(enum field field, uint32_t roles)
{
	return field == FIELD_HEARING_HOST || field == FIELD_REVIEWER || (roles & ROLES_OFFICERS) != 0;
}

/* Names become ids; only active accounts of the same organ, and officers for officers' places. */
static enum err_code resolve_accounts(struct act_call *a, struct task *t, const struct pg_reply *r)
{
	for (size_t i = 0; i < ARRAY_LEN(account_fields); i++) {
		enum field f = account_fields[i];
		bool found = false;

		if (!fact_has(&a->input, f))
			continue;
		for (size_t row = 0; row < pg_rows(r, a->at_accounts); row++) {
			uint32_t roles = 0;
			if (!sv_eq_str(pg_text(r, a->at_accounts, row, 1), fact_text(&a->input, f)))
				continue;
			role_parse_list(pg_text(r, a->at_accounts, row, 5), &roles);
			found = pg_bool(r, a->at_accounts, row, 6) && act_may_hold(f, roles) &&
				pg_i64(r, a->at_accounts, row, 4) == a->call.who->actor.organ;
			fact_set_num(&a->input, f, pg_i64(r, a->at_accounts, row, 0));
			if (found) { /* papers and lists show the person, not the account */
				a->input.at[f].text = pg_cstr(r, a->at_accounts, row, 2);
				break;
			}
		}
		if (!found) {
			enum err_code code = err_set(task_err(t), ERR_INVALID, "unknown-account",
						     "没有可任“%s”的账号 %s", field_info(f)->zh,
						     fact_text(&a->input, f));
			err_field(task_err(t), "fields.%s", field_info(f)->name);
			return code;
		}
	}
	return ERR_OK;
}

static enum err_code read_before(struct act_call *a, struct task *t, const struct pg_reply *r,
				 struct dossier *before, int64_t *ret_organ, int64_t *ret_unit)
{
	struct err *err = task_err(t);

	if (!a->matter) {
		a->created = pg_i64(r, a->at_id, 0, 0);
		before->procedure = a->procedure;
		*ret_organ = a->call.who->actor.organ;
		*ret_unit = a->call.who->actor.unit;
		return ERR_OK;
	}
	if (pg_rows(r, a->at_matter) == 0 ||
	    !sv_eq_str(pg_text(r, a->at_matter, 0, 1), matter_kind_code(a->kind)))
		return err_set(err, ERR_NOT_FOUND, "no-such-matter", "没有这一%s，或者您无权查看", view_kind_zh(a->kind));
	*ret_organ = pg_i64(r, a->at_matter, 0, 3);
	*ret_unit = pg_i64(r, a->at_matter, 0, 4);
	return dossier_read(task_arena(t), pg_text(r, a->at_matter, 0, 9), before, err);
}

/* The role that the act uses may be a delegated one: then it is done for the delegating leader. */
static void mark_delegation(struct act_input *in)
{
	uint32_t wanted = in->stage == STAGE_APPROVE ? in->row->approve_by
			  : in->stage == STAGE_ENDORSE ? in->row->endorse_by
			  : in->stage == STAGE_RETURN ? (in->row->approve_by | in->row->endorse_by) : in->row->by;
	uint32_t own = in->actor.roles & ~in->actor.delegated;

	if (own & wanted)
		return;
	for (int i = 0; i < ROLE_COUNT; i++) {
		if ((in->actor.delegated & wanted & (1u << i)) && in->actor.delegators[i]) {
			in->actor.on_behalf_of = in->actor.delegators[i];
			return;
		}
	}
}

static enum err_code check_version(struct act_call *a, const struct dossier *before, struct err *err)
{
	if (!a->matter || a->version == before->version)
		return ERR_OK;
	enum err_code code = err_set(err, ERR_STALE, "stale-version", "案件已有新的办理记录（版本 %d），请刷新后再办",
				     before->version);
	err_field(err, "version");
	return code;
}

static enum err_code find_row(struct act_call *a, const struct dossier *before, struct act_input *in,
			      struct err *err)
{
	in->row = procedure_find(procedure_get(before->procedure), a->act, &in->stage);
	if (in->row)
		return ERR_OK;
	enum err_code code = err_set(err, ERR_INVALID, "unknown-act", "“%s”没有步骤 %.*s",
				     procedure_get(before->procedure)->zh, SV_ARG(a->act));
	err_field(err, "act");
	return code;
}

static enum err_code encode(struct act_call *a, struct task *t, struct change *changes, size_t n)
{
	struct change_doc doc = {
		.account = a->call.who->actor.account, .key = a->key, .request_digest = a->request_digest,
		.changes = changes, .count = n, .original = a->original, .original_key = a->original_key,
	};
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char hex[CRYPTO_SHA256_HEX_SIZE];
	struct sv text;

	if (a->original.p) {
		crypto_sha256(a->original.p, a->original.n, digest);
		crypto_hex(digest, sizeof(digest), hex);
		doc.original_digest = hex;
	}
	enum err_code code = change_encode(task_arena(t), a->call.book, &doc, &text, task_err(t));
	a->doc = text.p;
	return code;
}

/* An approved filing opens the case, an approved penalty its disclosure, in the same transaction. */
static enum err_code spawn(struct act_call *a, struct task *t, const struct pg_reply *r,
			   const struct change *clue, struct change *ret)
{
	struct arena *arena = task_arena(t);
	struct dossier *none = arena_new(arena, struct dossier), *opened = arena_new(arena, struct dossier);
	struct act_record *filed = arena_new(arena, struct act_record);
	enum err_code code;
	enum stage stage;

	if (a->kind == MATTER_CASE)
		return disclosure_spawn(a->call.book, arena, clue, pg_i64(r, a->at_spawn, 0, 0), ret, task_err(t));
	*ret = *clue;
	ret->id = pg_i64(r, a->at_spawn, 0, 0);
	ret->before = none;
	ret->after = opened;
	ret->act = filed;
	ret->row = procedure_find(&procedure_ordinary, SV("filed"), &stage);
	code = procedure_spawn_case(clue->before, clue->after, clue->id, clue->act, arena, filed, task_err(t));
	return code == ERR_OK ? procedure_apply(a->call.book, opened, &procedure_ordinary, filed, arena, task_err(t))
			      : code;
}

enum step act_decide(struct task *t)
{
	struct act_call *a = task_ctx(t);
	struct arena *arena = task_arena(t);
	const struct pg_reply *r = pg_segment_reply(a->call.seg);
	struct dossier *before = arena_new(arena, struct dossier), *after = arena_new(arena, struct dossier);
	struct act_record *record = arena_new(arena, struct act_record);
	struct act_input in = { .matter = a->matter, .actor = a->call.who->actor, .happened_at = a->happened_at,
				.now = clock_now(), .back_entry = a->back_entry };
	struct target target;
	struct change *changes = arena_array(arena, struct change, 2 + DISCLOSURE_CHANGES_MORE +
								      (a->handoff ? handoff_part_room(a) : 0));
	size_t n = 1;

	if (a->key && pg_rows(r, a->at_idempotency) > 0)
		return replay(a, t, r, a->at_idempotency);
	struct change *c = &changes[0];
	*c = (struct change){ .id = a->matter, .before = before, .after = after, .act = record, .actor = &in.actor,
			      .back_entry = a->back_entry, .organ_name = a->call.who->organ_name };
	if (read_before(a, t, r, before, &c->organ, &c->unit) != ERR_OK ||
	    find_row(a, before, &in, task_err(t)) != ERR_OK || check_version(a, before, task_err(t)) != ERR_OK ||
	    (a->at_accounts && resolve_accounts(a, t, r) != ERR_OK))
		return STEP_FAIL;
	if (!a->matter)
		c->id = a->created;
	if (a->at_target && pg_rows(r, a->at_target) > 0) {
		target = (struct target){ .id = pg_i64(r, a->at_target, 0, 0), .organ = pg_i64(r, a->at_target, 0, 3) };
		target.kind = sv_eq_str(pg_text(r, a->at_target, 0, 1), "clue") ? MATTER_CLUE : MATTER_CASE;
		if (state_by_code(pg_text(r, a->at_target, 0, 2), &target.state))
			in.target = &target;
	}
	in.fields = a->input;
	c->row = in.row;
	mark_delegation(&in);
	if (a->handoff && handoff_part_prepare(a, t, r, c, &in) != ERR_OK)
		return STEP_FAIL;
	if (a->kind == MATTER_DISCLOSURE && disclosure_part_prepare(a, t, r, before, &in) != ERR_OK)
		return STEP_FAIL;
	if (procedure_check(a->call.book, before, &in, arena, record, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	if (a->at_spawn)
		fact_set_num(&record->fields, a->kind == MATTER_CASE ? FIELD_DISCLOSURE_MATTER : FIELD_CASE,
			     pg_i64(r, a->at_spawn, 0, 0));
	*after = *before;
	if (procedure_apply(a->call.book, after, procedure_get(before->procedure), record, arena, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	if (a->at_spawn && spawn(a, t, r, c, &changes[n++]) != ERR_OK)
		return STEP_FAIL;
	if (a->kind == MATTER_DISCLOSURE && disclosure_part_guard(a, t, r, c) != ERR_OK)
		return STEP_FAIL;
	if (a->handoff && handoff_part_conclude(a, t, &in, changes, &n) != ERR_OK)
		return STEP_FAIL;
	if (disclosure_part_asks(a, t, changes, n))
		return pg_segment_wait(a->call.seg, t);
	return task_check(t, encode(a, t, changes, n));
}

/* The disclosure that act_decide() asked for learns of what happened. */
enum step act_tell(struct task *t)
{
	struct act_call *a = task_ctx(t);

	if (!a->disclosure || !a->disclosure->changes)
		return STEP_NEXT;
	if (disclosure_part_tell(a, t) != ERR_OK)
		return STEP_FAIL;
	return task_check(t, encode(a, t, a->disclosure->changes, a->disclosure->count));
}

/* ---- store ---- */

enum step act_store(struct task *t)
{
	struct act_call *a = task_ctx(t);

	if (a->replayed || a->dry_run)
		return STEP_NEXT;
	a->call.seg = app_segment(&a->call, PG_LANE_WRITE);
	pg_segment_addv(a->call.seg, Q_ACT_RECORD, PG_CSTR(a->doc));
	if (a->also)
		a->also(a, a->call.seg);
	return pg_segment_wait_any(a->call.seg, t);
}

/* An earlier try of this very request may have won: its connection died, the database went on with it. It left
 * the key, and a matter newer than the one we read. */
static bool may_be_own(const struct pg_reply *r)
{
	return strcmp(r->constraint, "idempotency_pkey") == 0 || strcmp(r->constraint, "matter_version_stale") == 0 ||
	       strcmp(r->constraint, "act_pkey") == 0;
}

/* The reply; or, when a request with the same key won the race, look for what it replied. */
enum step act_settle(struct task *t)
{
	struct act_call *a = task_ctx(t);

	if (a->replayed || a->dry_run)
		return STEP_NEXT;
	const struct pg_reply *r = pg_segment_reply(a->call.seg);
	if (r->code == ERR_OK) {
		a->reply = pg_text(r, 1, 0, 0);
		if (a->handoff)
			handoff_part_stored(a);
		return STEP_NEXT;
	}
	pg_reply_err(r, task_err(t));
	if (!a->key || !may_be_own(r))
		return STEP_FAIL;
	a->call.seg = app_segment(&a->call, PG_LANE_READ);
	a->at_idempotency = pg_segment_addv(a->call.seg, Q_IDEMPOTENCY_FIND,
					    PG_I64(a->call.who->actor.account), PG_CSTR(a->key));
	return pg_segment_wait(a->call.seg, t);
}

enum step act_settled(struct task *t)
{
	struct act_call *a = task_ctx(t);

	if (a->reply.p || a->dry_run)
		return STEP_NEXT;
	const struct pg_reply *r = pg_segment_reply(a->call.seg);
	if (pg_rows(r, a->at_idempotency) == 0)
		return STEP_FAIL; /* as act_settle() found it */
	*task_err(t) = (struct err)ERR_INIT;
	return replay(a, t, r, a->at_idempotency);
}

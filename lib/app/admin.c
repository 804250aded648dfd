/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/admin.h"

#include "gen/queries.h"

/* ---- lists ---- */

static enum step list(struct task *t, struct pg_segment *seg, size_t at)
{
	struct admin_list *l = task_ctx(t);

	l->at = at;
	return pg_segment_wait(seg, t);
}

enum step unit_list(struct task *t)
{
	struct admin_list *l = task_ctx(t);
	struct pg_segment *seg = app_segment(&l->call, PG_LANE_READ);

	return list(t, seg, pg_segment_addv(seg, Q_UNIT_LIST, PG_I64(l->after), PG_I64(l->limit + 1)));
}

enum step account_list(struct task *t)
{
	struct admin_list *l = task_ctx(t);
	struct pg_segment *seg = app_segment(&l->call, PG_LANE_READ);

	return list(t, seg, pg_segment_addv(seg, Q_ACCOUNT_LIST, PG_I64(l->after), PG_I64(l->limit + 1)));
}

/* Newest first: `after` is then the last id of the page before. */
enum step delegation_list(struct task *t)
{
	struct admin_list *l = task_ctx(t);
	const struct actor *me = &l->call.who->actor;
	struct pg_segment *seg = app_segment(&l->call, PG_LANE_READ);

	return list(t, seg, pg_segment_addv(seg, Q_DELEGATION_LIST, PG_I64(me->account),
					    PG_BOOL((l->call.who->own_roles & ROLE_ADMIN) != 0),
					    PG_I64(l->after ? l->after : INT64_MAX), PG_I64(l->limit + 1)));
}

enum step campaign_list(struct task *t)
{
	struct admin_list *l = task_ctx(t);
	struct pg_segment *seg = app_segment(&l->call, PG_LANE_READ);

	l->limit = INT32_MAX;
	return list(t, seg, pg_segment_add0(seg, Q_CAMPAIGN_LIST));
}

enum step admin_listed(struct task *t)
{
	struct admin_list *l = task_ctx(t);

	l->reply = pg_segment_reply(l->call.seg);
	l->count = pg_rows(l->reply, l->at);
	l->more = l->count > (size_t)l->limit;
	l->count -= l->more;
	return STEP_NEXT;
}

void admin_unit(const struct admin_list *l, size_t i, struct unit_row *ret)
{
	const struct pg_reply *r = l->reply;

	*ret = (struct unit_row){
		.id = pg_i64(r, l->at, i, 0), .code = pg_cstr(r, l->at, i, 1), .name = pg_cstr(r, l->at, i, 2),
		.kind = pg_cstr(r, l->at, i, 3), .parent_id = pg_i64_or(r, l->at, i, 4, 0),
		.parent = pg_cstr(r, l->at, i, 5), .organ_id = pg_i64(r, l->at, i, 6),
		.region = pg_cstr(r, l->at, i, 7), .prefix = pg_cstr(r, l->at, i, 8),
		.active = pg_bool(r, l->at, i, 9),
	};
}

void admin_account(const struct admin_list *l, size_t i, struct account_row *ret)
{
	const struct pg_reply *r = l->reply;

	*ret = (struct account_row){
		.id = pg_i64(r, l->at, i, 0), .account = pg_cstr(r, l->at, i, 1), .name = pg_cstr(r, l->at, i, 2),
		.unit_id = pg_i64(r, l->at, i, 3), .unit = pg_cstr(r, l->at, i, 4),
		.roles = pg_text(r, l->at, i, 5), .active = pg_bool(r, l->at, i, 6),
		.last_login = pg_instant(r, l->at, i, 7), .totp = pg_bool(r, l->at, i, 8),
	};
}

void admin_delegation(const struct admin_list *l, size_t i, struct delegation_row *ret)
{
	const struct pg_reply *r = l->reply;

	*ret = (struct delegation_row){
		.id = pg_i64(r, l->at, i, 0), .giver = pg_cstr(r, l->at, i, 1),
		.giver_name = pg_cstr(r, l->at, i, 2), .taker = pg_cstr(r, l->at, i, 3),
		.taker_name = pg_cstr(r, l->at, i, 4), .roles = pg_text(r, l->at, i, 5),
		.starts_on = pg_day(r, l->at, i, 6), .ends_on = pg_day(r, l->at, i, 7),
		.reason = pg_cstr(r, l->at, i, 8), .ended_at = pg_instant(r, l->at, i, 9),
	};
}

void admin_campaign(const struct admin_list *l, size_t i, struct campaign_row *ret)
{
	const struct pg_reply *r = l->reply;

	*ret = (struct campaign_row){
		.code = pg_cstr(r, l->at, i, 0), .name = pg_cstr(r, l->at, i, 1),
		.year = pg_i64_or(r, l->at, i, 2, 0), .organiser = pg_cstr(r, l->at, i, 3),
		.aliases = pg_cstr(r, l->at, i, 4), .starts_on = pg_day(r, l->at, i, 5),
		.ends_on = pg_day(r, l->at, i, 6), .parent = pg_cstr(r, l->at, i, 7),
		.note = pg_cstr(r, l->at, i, 8),
	};
}

/* ---- changes ---- */

enum step admin_find(struct task *t)
{
	struct admin_call *a = task_ctx(t);
	struct pg_segment *seg = app_segment(&a->call, PG_LANE_READ);

	pg_segment_addv(seg, Q_IDEMPOTENCY_FIND, PG_I64(a->call.who->actor.account), PG_CSTR(a->key));
	return pg_segment_wait(seg, t);
}

enum step admin_hash(struct task *t)
{
	struct admin_call *a = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(a->call.seg);

	if (pg_rows(r, 1) > 0) {
		if (!sv_eq_str(pg_text(r, 1, 0, 0), a->request_digest))
			return task_fail(t, ERR_KEY_REUSED, "idempotency-key-reused",
					 "此 Idempotency-Key 已用于内容不同的请求");
		a->reply = pg_text(r, 1, 0, 2);
		a->replayed = true;
		return STEP_NEXT;
	}
	if (!a->password.p)
		return STEP_NEXT;
	if (password_rules(a->password, a->account, "password", task_err(t)) != ERR_OK)
		return STEP_FAIL;
	return password_hash(t, a->password, a->hash);
}

static void add_change(struct admin_call *a, struct pg_segment *seg)
{
	const struct pg_value me = PG_I64(a->call.who->actor.account), key = PG_CSTR(a->key);
	const struct pg_value digest = PG_CSTR(a->request_digest), place = PG_CSTR(a->call.place);
	const struct pg_value request = PG_CSTR(a->call.request_id);
	const struct pg_value hash = a->hash[0] ? PG_CSTR(a->hash) : PG_NULL;
	const struct pg_value unit = a->unit ? PG_I64(a->unit) : PG_NULL;

	switch (a->change) {
	case ADMIN_ACCOUNT_CREATE:
		pg_segment_addv(seg, Q_ACCOUNT_CREATE, me, key, digest, PG_TEXT(a->account), PG_TEXT(a->name), unit,
				PG_CSTR(a->roles), hash, place, request);
		return;
	case ADMIN_ACCOUNT_SET:
		pg_segment_addv(seg, Q_ACCOUNT_SET, me, key, digest, PG_I64(a->id), PG_CSTR(a->act),
				PG_TEXT(a->name), unit, PG_CSTR(a->roles), hash, place, request);
		return;
	case ADMIN_DELEGATION_CREATE:
		pg_segment_addv(seg, Q_DELEGATION_CREATE, me, key, digest, PG_TEXT(a->giver), PG_TEXT(a->taker),
				PG_CSTR(a->roles), PG_DAY(a->starts_on), PG_DAY(a->ends_on), PG_TEXT(a->reason),
				place, request);
		return;
	case ADMIN_DELEGATION_END:
		pg_segment_addv(seg, Q_DELEGATION_END, me, key, digest, PG_I64(a->id), place, request);
		return;
	case ADMIN_UNIT_CREATE:
		pg_segment_addv(seg, Q_UNIT_CREATE, me, key, digest, PG_TEXT(a->code), PG_TEXT(a->name), PG_CSTR(a->act), unit,
				PG_TEXT(a->region), place, request);
		return;
	case ADMIN_UNIT_SET:
		pg_segment_addv(seg, Q_UNIT_SET, me, key, digest, PG_I64(a->id), PG_CSTR(a->act), PG_TEXT(a->name), unit, place,
				request);
		return;
	case ADMIN_NUMBER_SET:
		pg_segment_addv(seg, Q_NUMBER_SERIES_SET, me, key, digest, PG_I64(a->id), PG_TEXT(a->paper), PG_TEXT(a->prefix),
				place, request);
		return;
	case ADMIN_HOLIDAYS_SET:
		pg_segment_addv(seg, Q_HOLIDAYS_SET, me, key, digest, PG_I64(a->year), PG_TEXT(a->days), place, request);
		return;
	case ADMIN_CAMPAIGN_CREATE:
		pg_segment_addv(seg, Q_CAMPAIGN_CREATE, me, key, digest, PG_TEXT(a->account), PG_TEXT(a->name),
				a->year ? PG_I64(a->year) : PG_NULL, PG_TEXT(a->organiser), PG_TEXT(a->aliases),
				PG_DAY(a->starts_on), PG_DAY(a->ends_on), PG_TEXT(a->parent), PG_TEXT(a->note),
				place, request);
		return;
	}
}

enum step admin_store(struct task *t)
{
	struct admin_call *a = task_ctx(t);

	if (a->replayed)
		return STEP_NEXT;
	if (a->password.p && !a->hash[0])
		return task_fail(t, ERR_INTERNAL, "password-hash", "系统无法处理密码");
	struct pg_segment *seg = app_segment(&a->call, PG_LANE_WRITE);
	add_change(a, seg);
	return pg_segment_wait(seg, t);
}

enum step admin_stored(struct task *t)
{
	struct admin_call *a = task_ctx(t);

	if (!a->replayed) {
		a->reply = pg_text(pg_segment_reply(a->call.seg), 1, 0, 0);
		/* Locked, moved, delegated: what workers know of sessions is not true any more. */
		session_changed(a->call.app->changes, a->change == ADMIN_ACCOUNT_SET ? a->id : 0);
		if (a->change == ADMIN_HOLIDAYS_SET)
			app_law_changed(a->call.app);
	}
	return STEP_NEXT;
}

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/passwd.h"

#include "gen/queries.h"

enum step passwd_attempt(struct task *t)
{
	struct passwd_call *p = task_ctx(t);
	const struct app_config *config = &p->call.app->config;

	if (password_rules(p->fresh, sv_of(p->call.who->account), "new", task_err(t)) != ERR_OK)
		return STEP_FAIL;
	p->call.seg = pg_segment_new(p->call.app->pool, PG_LANE_WRITE);
	pg_segment_addv(p->call.seg, Q_AUTH_ATTEMPT, PG_CSTR(p->call.who->account), PG_CSTR(p->call.place),
			PG_I64(config->login_window_s), PG_I64(config->login_max_failures));
	return pg_segment_wait(p->call.seg, t);
}

enum step passwd_check(struct task *t)
{
	struct passwd_call *p = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(p->call.seg);

	if (!pg_bool(r, 0, 0, 0))
		return task_fail(t, ERR_LOCKED_OUT, "too-many-attempts", "密码错误次数过多，请稍后再试");
	return password_check(t, pg_cstr(r, 0, 0, 2), p->old, &p->good);
}

enum step passwd_hash(struct task *t)
{
	struct passwd_call *p = task_ctx(t);

	if (p->good)
		return password_hash(t, p->fresh, p->hash);
	task_fail(t, ERR_INVALID, "wrong-password", "原密码不正确");
	err_field(task_err(t), "old");
	return STEP_FAIL;
}

enum step passwd_store(struct task *t)
{
	struct passwd_call *p = task_ctx(t);

	if (!p->hash[0])
		return task_fail(t, ERR_INTERNAL, "password-hash", "系统无法处理密码");
	struct pg_segment *seg = app_segment(&p->call, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_ACCOUNT_PASSWORD, PG_CSTR(p->hash), PG_CSTR(p->call.who->digest),
			PG_CSTR(p->call.place), PG_CSTR(p->call.request_id));
	return pg_segment_wait(seg, t);
}

/* All others end at once, on every worker. */
enum step passwd_stored(struct task *t)
{
	const struct passwd_call *p = task_ctx(t);

	session_changed(p->call.app->changes, p->call.who->actor.account);
	return STEP_NEXT;
}

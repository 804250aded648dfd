/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/login.h"

#include "app/password.h"
#include "app/session_store.h"
#include "gen/queries.h"

enum step login_attempt(struct task *t)
{
	struct login_call *l = task_ctx(t);
	const struct app_config *config = &l->call.app->config;

	l->call.seg = pg_segment_new(l->call.app->pool, PG_LANE_WRITE);
	pg_segment_addv(l->call.seg, Q_AUTH_ATTEMPT, PG_TEXT(l->account), PG_CSTR(l->call.place),
			PG_I64(config->login_window_s), PG_I64(config->login_max_failures));
	return pg_segment_wait(l->call.seg, t);
}

/* The server could not even look at the password: that try does not count. */
static void forget_try(const struct login_call *l)
{
	struct pg_segment *seg = pg_segment_new(l->call.app->pool, PG_LANE_WRITE);

	pg_segment_addv(seg, Q_AUTH_FORGET, PG_TEXT(l->account), PG_CSTR(l->call.place));
	pg_segment_submit(seg, NULL, NULL);
}

enum step login_verify(struct task *t)
{
	struct login_call *l = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(l->call.seg);

	if (!pg_bool(r, 0, 0, 0)) {
		task_fail(t, ERR_LOCKED_OUT, "too-many-attempts", "登录失败次数过多，请稍后再试");
		err_detail(task_err(t), "同一账号在同一地点连续失败 %d 次后，须等待 %d 分钟。",
			   l->call.app->config.login_max_failures, l->call.app->config.login_window_s / 60);
		return STEP_FAIL;
	}
	l->account_id = pg_i64_or(r, 0, 0, 1, 0);
	enum step next = password_check(t, pg_cstr(r, 0, 0, 2), l->password, &l->good);
	if (next == STEP_FAIL)
		forget_try(l);
	return next;
}

enum step login_open(struct task *t)
{
	struct login_call *l = task_ctx(t);
	const struct app_config *config = &l->call.app->config;

	if (!l->good)
		return task_fail(t, ERR_UNAUTHENTICATED, "login", "账号或密码不正确");
	if (crypto_token(l->token) != ERR_OK)
		return task_fail(t, ERR_INTERNAL, "random", "系统无法生成登录令牌");
	session_digest(sv_of(l->token), l->digest);
	l->call.seg = pg_segment_new(l->call.app->pool, PG_LANE_WRITE);
	pg_segment_addv(l->call.seg, Q_SESSION_OPEN, PG_I64(l->account_id), PG_CSTR(l->digest),
			PG_CSTR(l->call.place), PG_TEXT(l->account), PG_I64(config->session_lifetime_s));
	pg_segment_addv(l->call.seg, Q_SESSION_FIND, PG_CSTR(l->digest), PG_I64(config->session_idle_s));
	return pg_segment_wait(l->call.seg, t);
}

enum step login_opened(struct task *t)
{
	struct login_call *l = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(l->call.seg);

	if (pg_rows(r, 1) == 0) /* locked in this very moment */
		return task_fail(t, ERR_UNAUTHENTICATED, "login", "账号或密码不正确");
	struct session *s = session_read(task_arena(t), r, 1);
	memcpy(s->digest, l->digest, sizeof(s->digest));
	session_keep(l->call.app, s);
	l->call.who = s;
	app_audit(&l->call, "ok", NULL);
	return STEP_NEXT;
}

enum step logout(struct task *t)
{
	struct call *call = task_ctx(t);

	session_cache_drop(call->app->sessions, call->who->digest);
	call->seg = pg_segment_new(call->app->pool, PG_LANE_WRITE);
	pg_segment_addv(call->seg, Q_SESSION_CLOSE, PG_CSTR(call->who->digest));
	return pg_segment_wait(call->seg, t);
}

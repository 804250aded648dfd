/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/login.h"

#include <stdio.h>

#include "app/password.h"
#include "app/session_store.h"
#include "app/totp.h"
#include "base/clock.h"
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

void login_forget_try(const struct call *call, struct sv account)
{
	struct pg_segment *seg = pg_segment_new(call->app->pool, PG_LANE_WRITE);

	pg_segment_addv(seg, Q_AUTH_FORGET, PG_TEXT(account), PG_CSTR(call->place));
	pg_segment_submit(seg, NULL, NULL);
}

enum step login_verify(struct task *t)
{
	struct login_call *l = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(l->call.seg);

	if (!pg_bool(r, 0, 0, 0)) {
		task_fail(t, ERR_LOCKED_OUT, "too-many-attempts", "登录失败次数过多，请稍后再试");
		err_detail(task_err(t), "同一账号在同一地点连续失败 %d 次后，须等待 %d 分钟。",
			   l->call.app->config.login_max_failures,
			   l->call.app->config.login_window_s / 60);
		return STEP_FAIL;
	}
	l->account_id = l->call.named = pg_i64_or(r, 0, 0, 1, 0);
	if (!pg_is_null(r, 0, 0, 3))
		snprintf(l->secret, sizeof(l->secret), "%s", pg_cstr(r, 0, 0, 3));
	enum step next = password_check(t, pg_cstr(r, 0, 0, 2), l->password, &l->good);
	if (next == STEP_FAIL)
		login_forget_try(&l->call, l->account);
	return next;
}

/* The second factor, where the account has one. */
static enum step check_code(struct task *t, struct login_call *l)
{
	if (!l->secret[0])
		return STEP_NEXT;
	if (!l->code.p) {
		login_forget_try(&l->call, l->account);
		return task_fail(t, ERR_UNAUTHENTICATED, "code-needed", "请输入动态口令");
	}
	l->step = totp_step(l->secret, l->code);
	crypto_wipe(l->secret, sizeof(l->secret));
	return l->step ? STEP_NEXT : totp_refuse(t, ERR_UNAUTHENTICATED);
}

enum step login_open(struct task *t)
{
	struct login_call *l = task_ctx(t);
	const struct app_config *config = &l->call.app->config;

	if (!l->good)
		return task_fail(t, ERR_UNAUTHENTICATED, "login", "账号或密码不正确");
	if (check_code(t, l) == STEP_FAIL)
		return STEP_FAIL;
	if (crypto_token(l->token) != ERR_OK)
		return task_fail(t, ERR_INTERNAL, "random", "系统无法生成登录令牌");
	session_digest(sv_of(l->token), l->digest);
	l->call.as_of = session_changes_now(l->call.app->changes);
	l->call.seg = pg_segment_new(l->call.app->pool, PG_LANE_WRITE);
	pg_segment_addv(l->call.seg, Q_SESSION_OPEN, PG_I64(l->account_id), PG_CSTR(l->digest),
			PG_CSTR(l->call.place), PG_TEXT(l->account),
			PG_I64(config->session_lifetime_s), PG_CSTR(l->agent),
			l->step ? PG_I64(l->step) : PG_NULL);
	pg_segment_addv(l->call.seg, Q_SESSION_FIND, PG_CSTR(l->digest),
			PG_I64(config->session_idle_s));
	return pg_segment_wait(l->call.seg, t);
}

enum step login_opened(struct task *t)
{
	struct login_call *l = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(l->call.seg);

	if (pg_is_null(r, 0, 0, 0)) /* used before, also in this very moment */
		return totp_refuse(t, ERR_UNAUTHENTICATED);
	if (pg_rows(r, 1) == 0) /* locked in this very moment */
		return task_fail(t, ERR_UNAUTHENTICATED, "login", "账号或密码不正确");
	struct session *s = session_read(task_arena(t), r, 1);
	memcpy(s->digest, l->digest, sizeof(s->digest));
	session_keep(l->call.app, s, l->call.as_of);
	l->call.who = s;
	app_audit(&l->call, "ok", NULL);
	return STEP_NEXT;
}

enum step logout(struct task *t)
{
	struct call *call = task_ctx(t);

	call->seg = pg_segment_new(call->app->pool, PG_LANE_WRITE);
	pg_segment_addv(call->seg, Q_SESSION_CLOSE, PG_CSTR(call->who->digest));
	return pg_segment_wait(call->seg, t);
}

enum step logged_out(struct task *t)
{
	const struct call *call = task_ctx(t);

	session_changed(call->app->changes, call->who->actor.account);
	return STEP_NEXT;
}

/* ---- one's own sessions ---- */

enum step sessions_list(struct task *t)
{
	struct sessions_call *s = task_ctx(t);
	struct pg_segment *seg = app_segment(&s->call, PG_LANE_READ);

	pg_segment_addv(seg, Q_SESSION_MINE, PG_I64(s->call.app->config.session_idle_s));
	return pg_segment_wait(seg, t);
}

enum step sessions_listed(struct task *t)
{
	struct sessions_call *s = task_ctx(t);

	s->count = pg_rows(pg_segment_reply(s->call.seg), 1);
	return STEP_NEXT;
}

void sessions_row(const struct sessions_call *s, size_t i, struct session_row *ret)
{
	const struct pg_reply *r = pg_segment_reply(s->call.seg);

	*ret = (struct session_row){
		.id = pg_i64(r, 1, i, 0),
		.created_at = pg_instant(r, 1, i, 1),
		.seen_at = pg_instant(r, 1, i, 2),
		.expires_at = pg_instant(r, 1, i, 3),
		.place = pg_text(r, 1, i, 4),
		.agent = pg_text(r, 1, i, 5),
	};
	ret->current = ret->id == s->call.who->id;
}

enum step sessions_end(struct task *t)
{
	struct sessions_call *s = task_ctx(t);
	struct pg_segment *seg = app_segment(&s->call, PG_LANE_WRITE);

	pg_segment_addv(seg, Q_SESSION_END, s->id ? PG_I64(s->id) : PG_NULL);
	return pg_segment_wait(seg, t);
}

enum step sessions_ended(struct task *t)
{
	struct sessions_call *s = task_ctx(t);

	if (pg_i64(pg_segment_reply(s->call.seg), 1, 0, 0) == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-session", "没有这次登录，或已经失效");
	session_changed(s->call.app->changes, s->call.who->actor.account);
	s->ended_own = s->id == 0 || s->id == s->call.who->id;
	app_audit(&s->call, "ok", NULL);
	return STEP_NEXT;
}

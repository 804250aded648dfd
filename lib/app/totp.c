/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/totp.h"

#include <stdio.h>

#include "app/password.h"
#include "base/clock.h"
#include "gen/queries.h"

enum { SECRET_MAX = (LOGIN_SECRET_HEX - 1) / 2 };

static unsigned nibble(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

int64_t totp_step(const char *secret_hex, struct sv code)
{
	char secret[SECRET_MAX];
	size_t n = strlen(secret_hex) / 2;
	int64_t step;

	CHECK(n > 0 && n <= sizeof(secret));
	for (size_t i = 0; i < n; i++)
		secret[i] = (char)(nibble(secret_hex[2 * i]) << 4 | nibble(secret_hex[2 * i + 1]));
	step = totp_match((struct sv){ secret, n }, code, clock_now() / 1000000);
	crypto_wipe(secret, sizeof(secret));
	return step;
}

enum step totp_refuse(struct task *t, enum err_code code)
{
	task_fail(t, code, "code-wrong", "动态口令不正确，或已经用过");
	err_detail(task_err(t),
		   "口令每 30 秒更换一次，每个只能用一次。反复不对的，请核对手机的时间。");
	err_field(task_err(t), "code");
	return STEP_FAIL;
}

/* ---- is it on? ---- */

enum step totp_ask(struct task *t)
{
	struct totp_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	pg_segment_addv(seg, Q_TOTP_STATUS, PG_I64(c->call.who->actor.account));
	return pg_segment_wait(seg, t);
}

enum step totp_asked(struct task *t)
{
	struct totp_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	if (pg_rows(r, 1) > 0 && !pg_is_null(r, 1, 0, 0))
		c->since = pg_instant(r, 1, 0, 0);
	return STEP_NEXT;
}

/* ---- the password once more ---- */

enum step totp_attempt(struct task *t)
{
	struct totp_call *c = task_ctx(t);
	const struct app_config *config = &c->call.app->config;

	c->call.seg = pg_segment_new(c->call.app->pool, PG_LANE_WRITE);
	pg_segment_addv(c->call.seg, Q_AUTH_ATTEMPT, PG_CSTR(c->call.who->account),
			PG_CSTR(c->call.place), PG_I64(config->login_window_s),
			PG_I64(config->login_max_failures));
	return pg_segment_wait(c->call.seg, t);
}

enum step totp_verify(struct task *t)
{
	struct totp_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	enum step next;

	if (!pg_bool(r, 0, 0, 0))
		return task_fail(t, ERR_LOCKED_OUT, "too-many-attempts",
				 "密码或动态口令错误次数过多，请稍后再试");
	if (!pg_is_null(r, 0, 0, 3))
		snprintf(c->secret, sizeof(c->secret), "%s", pg_cstr(r, 0, 0, 3));
	next = password_check(t, pg_cstr(r, 0, 0, 2), c->password, &c->good);
	if (next == STEP_FAIL)
		login_forget_try(&c->call, sv_of(c->call.who->account));
	return next;
}

static enum step wrong_password(struct task *t)
{
	task_fail(t, ERR_INVALID, "wrong-password", "密码不正确");
	err_field(task_err(t), "password");
	return STEP_FAIL;
}

/* ---- a new secret ---- */

enum step totp_make(struct task *t)
{
	struct totp_call *c = task_ctx(t);
	struct arena *arena = task_arena(t);
	const char *account = c->call.who->account;
	uint8_t secret[TOTP_SECRET_SIZE];
	struct pg_segment *seg;

	if (!c->good)
		return wrong_password(t);
	login_forget_try(&c->call, sv_of(account));
	if (c->secret[0])
		return task_fail(t, ERR_WRONG_STATE, "totp-on",
				 "动态口令已经启用；更换手机的，请先停用再启用");
	if (crypto_random(secret, sizeof(secret)) != ERR_OK)
		return task_fail(t, ERR_INTERNAL, "random", "系统无法生成密钥");
	crypto_hex(secret, sizeof(secret), c->secret);
	c->text = totp_base32(arena, (struct sv){ (const char *)secret, sizeof(secret) });
	/* Names of accounts are letters, digits and .-_ only. The issuer: 案件办理. */
	c->uri = arena_printf(
		arena,
		"otpauth://totp/ipcase:%s?secret=%s&issuer=ipcase&algorithm=SHA1&digits=%d&period=%d",
		account, c->text, TOTP_DIGITS, TOTP_STEP_S);
	crypto_wipe(secret, sizeof(secret));
	seg = app_segment(&c->call, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_TOTP_BEGIN, PG_CSTR(c->secret));
	return pg_segment_wait(seg, t);
}

enum step totp_made(struct task *t)
{
	struct totp_call *c = task_ctx(t);

	crypto_wipe(c->secret, sizeof(c->secret));
	if (!pg_bool(pg_segment_reply(c->call.seg), 1, 0, 0)) /* in this very moment */
		return task_fail(t, ERR_WRONG_STATE, "totp-on", "动态口令已经启用");
	app_audit(&c->call, "ok", NULL);
	return STEP_NEXT;
}

/* ---- its first code ---- */

enum step totp_pending(struct task *t)
{
	struct totp_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	pg_segment_add0(seg, Q_TOTP_PENDING);
	return pg_segment_wait(seg, t);
}

static enum step nothing_pending(struct task *t)
{
	return task_fail(t, ERR_WRONG_STATE, "totp-not-begun",
			 "没有待确认的动态口令，或已超过一小时，请重新启用");
}

enum step totp_confirm(struct task *t)
{
	struct totp_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	struct pg_segment *seg;

	if (pg_is_null(r, 1, 0, 0))
		return nothing_pending(t);
	snprintf(c->secret, sizeof(c->secret), "%s", pg_cstr(r, 1, 0, 0));
	c->step = totp_step(c->secret, c->code);
	if (!c->step)
		return totp_refuse(t, ERR_INVALID);
	seg = app_segment(&c->call, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_TOTP_CONFIRM, PG_CSTR(c->secret), PG_I64(c->step),
			PG_CSTR(c->call.place), PG_CSTR(c->call.request_id));
	return pg_segment_wait(seg, t);
}

enum step totp_changed(struct task *t)
{
	struct totp_call *c = task_ctx(t);

	crypto_wipe(c->secret, sizeof(c->secret));
	if (!pg_bool(pg_segment_reply(c->call.seg), 1, 0, 0))
		return c->password.p ? totp_refuse(t, ERR_INVALID) : nothing_pending(t);
	session_changed(c->call.app->changes, c->call.who->actor.account);
	if (c->password.p)
		login_forget_try(&c->call, sv_of(c->call.who->account));
	return STEP_NEXT;
}

/* ---- taking it away ---- */

enum step totp_remove(struct task *t)
{
	struct totp_call *c = task_ctx(t);
	struct pg_segment *seg;

	if (!c->good)
		return wrong_password(t);
	if (!c->secret[0]) {
		login_forget_try(&c->call, sv_of(c->call.who->account));
		return task_fail(t, ERR_WRONG_STATE, "totp-off", "没有启用动态口令");
	}
	c->step = totp_step(c->secret, c->code);
	if (!c->step)
		return totp_refuse(t, ERR_INVALID);
	seg = app_segment(&c->call, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_TOTP_REMOVE, PG_I64(c->step), PG_CSTR(c->call.place),
			PG_CSTR(c->call.request_id));
	return pg_segment_wait(seg, t);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Sessions and who I am. */
#include "api/api_cookie.h"
#include "api/api_steps.h"
#include "app/login.h"
#include "app/passwd.h"

static void write_place(struct json_writer *w, const char *key, int64_t id, const char *name)
{
	json_key(w, key);
	json_obj_open(w);
	json_kv_id(w, "id", id);
	json_kv_str(w, "name", name);
	json_obj_close(w);
}

void api_write_roles(struct json_writer *w, const char *key, struct sv roles)
{
	json_key(w, key);
	json_arr_open(w);
	while (roles.n > 0) {
		const char *comma = memchr(roles.p, ',', roles.n);
		size_t n = comma ? (size_t)(comma - roles.p) : roles.n;
		json_str(w, (struct sv){ roles.p, n });
		roles = comma ? (struct sv){ comma + 1, roles.n - n - 1 } : (struct sv){ NULL, 0 };
	}
	json_arr_close(w);
}

static void write_me(struct json_writer *w, const struct call *call)
{
	const struct session *s = call->who;

	json_obj_open(w);
	json_kv_id(w, "id", s->actor.account);
	json_kv_str(w, "account", s->account);
	json_kv_str(w, "name", s->name);
	api_write_roles(w, "roles", sv_of(s->roles));
	json_key(w, "delegated");
	json_arr_open(w);
	for (int i = 0; i < ROLE_COUNT; i++) {
		if (s->actor.delegated & (1u << i))
			json_cstr(w, role_code(1u << i));
	}
	json_arr_close(w);
	write_place(w, "unit", s->actor.unit, s->unit_name);
	write_place(w, "organ", s->actor.organ, s->organ_name);
	json_kv_instant(w, "expires_at", s->expires_at);
	json_kv_bool(w, "totp", s->totp);
	json_kv_bool(w, "totp_required", (s->actor.roles & call->app->config.totp_roles) != 0);
	json_kv_id(w, "session", s->id);
	json_obj_close(w);
}

/* ---- POST /sessions ---- */

const struct api_field fields_session_open[] = {
	{ "account", API_TEXT, .required = true, .max = LOGIN_ACCOUNT_MAX, .doc = "账号" },
	{ "password", API_TEXT, .required = true, .max = LOGIN_PASSWORD_MAX, .doc = "密码" },
	{ "code", API_TEXT, .max = LOGIN_CODE_MAX, .doc = "动态口令，启用了的才需要" },
	{ "cookie", API_BOOL, .doc = "浏览器用：登录保存在 Cookie 里，不返回令牌；须带 X-IPCase: console" },
	{ .name = NULL },
};

enum { AGENT_MAX = 200 };

/* What a program says about itself, as far as it can be shown. */
static const char *agent_of(struct arena *arena, struct sv text)
{
	char *ret = arena_strndup(arena, text.n ? text.p : "", text.n < AGENT_MAX ? text.n : AGENT_MAX);

	for (char *p = ret; *p; p++) {
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
	}
	return ret;
}

static enum step decode_login(struct task *t)
{
	struct api_request *r = api_request(t);
	struct login_call *l = task_ctx(t);

	l->account = api_value(r, "account")->text;
	l->password = api_value(r, "password")->text;
	l->code = api_value(r, "code")->text;
	l->agent = agent_of(task_arena(t), http_header(r->http, "User-Agent"));
	/* Else another site could log its visitor in here, as somebody that it knows. */
	if (api_value(r, "cookie")->num && api_cookie_check(r->http, true, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	return STEP_NEXT;
}

static enum step reply_login(struct task *t)
{
	const struct login_call *l = task_ctx(t);
	bool cookie = api_value(api_request(t), "cookie")->num != 0;
	struct api_reply reply;

	if (cookie)
		api_cookie_send(api_request(t)->http, l->token);
	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_str(&reply.w, "token", cookie ? NULL : l->token);
	json_kv_instant(&reply.w, "expires_at", l->call.who->expires_at);
	json_key(&reply.w, "account");
	write_me(&reply.w, &l->call);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

const struct task_step steps_session_open[] = {
	API_BEGIN_OPEN, { "decode", decode_login }, LOGIN_STEPS, { "reply", reply_login }, TASK_STEPS_END
};

/* ---- DELETE /sessions/current, GET /me ---- */

static enum step reply_ended(struct task *t)
{
	if (api_request(t)->by_cookie)
		api_cookie_send(api_request(t)->http, NULL);
	return api_reply_nothing(t);
}

const struct task_step steps_session_close[] = { API_BEGIN, LOGOUT_STEPS, { "reply", reply_ended }, TASK_STEPS_END };

static enum step reply_me(struct task *t)
{
	const struct call *call = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	write_me(&reply.w, call);
	return api_reply_send(t, &reply);
}

const struct task_step steps_me[] = { API_BEGIN, { "reply", reply_me }, TASK_STEPS_END };

/* ---- one's own sessions ---- */

static enum step reply_sessions(struct task *t)
{
	const struct sessions_call *s = task_ctx(t);
	struct session_row row;
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_key(&reply.w, "items");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < s->count; i++) {
		sessions_row(s, i, &row);
		json_obj_open(&reply.w);
		json_kv_id(&reply.w, "id", row.id);
		json_kv_instant(&reply.w, "created_at", row.created_at);
		json_kv_instant(&reply.w, "seen_at", row.seen_at);
		json_kv_instant(&reply.w, "expires_at", row.expires_at);
		json_kv_sv(&reply.w, "from", row.place);
		json_kv_sv(&reply.w, "agent", row.agent);
		json_kv_bool(&reply.w, "current", row.current);
		json_obj_close(&reply.w);
	}
	json_arr_close(&reply.w);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

static enum step decode_session(struct task *t)
{
	struct sessions_call *s = task_ctx(t);

	return api_path_id(t, "id", &s->id) ? STEP_NEXT : STEP_FAIL;
}

static enum step reply_sessions_ended(struct task *t)
{
	const struct sessions_call *s = task_ctx(t);

	return s->ended_own ? reply_ended(t) : api_reply_nothing(t);
}

const struct task_step steps_sessions[] = {
	API_BEGIN, { "list", sessions_list }, { "listed", sessions_listed }, { "reply", reply_sessions }, TASK_STEPS_END
};
const struct task_step steps_session_end[] = {
	API_BEGIN, { "decode", decode_session }, { "end", sessions_end }, { "ended", sessions_ended },
	{ "reply", reply_sessions_ended }, TASK_STEPS_END
};
const struct task_step steps_sessions_end[] = {
	API_BEGIN, { "end", sessions_end }, { "ended", sessions_ended }, { "reply", reply_sessions_ended },
	TASK_STEPS_END
};

/* ---- POST /me/password ---- */

const struct api_field fields_passwd[] = {
	{ "old", API_TEXT, .required = true, .max = LOGIN_PASSWORD_MAX, .doc = "现在的密码" },
	{ "new", API_TEXT, .required = true, .max = PASSWORD_MAX_CHARS, .doc = "新密码，至少 8 个字符" },
	{ .name = NULL },
};

static enum step decode_passwd(struct task *t)
{
	struct passwd_call *p = task_ctx(t);

	p->old = api_value(api_request(t), "old")->text;
	p->fresh = api_value(api_request(t), "new")->text;
	return STEP_NEXT;
}

const struct task_step steps_passwd[] = {
	API_BEGIN, { "decode", decode_passwd }, PASSWD_STEPS, { "reply", api_reply_nothing }, TASK_STEPS_END
};

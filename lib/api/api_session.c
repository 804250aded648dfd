/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Sessions and who I am. */
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

static void write_me(struct json_writer *w, const struct session *s)
{
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
	json_obj_close(w);
}

/* ---- POST /sessions ---- */

const struct api_field fields_session_open[] = {
	{ "account", API_TEXT, .required = true, .max = LOGIN_ACCOUNT_MAX, .doc = "账号" },
	{ "password", API_TEXT, .required = true, .max = LOGIN_PASSWORD_MAX, .doc = "密码" },
	{ .name = NULL },
};

static enum step decode_login(struct task *t)
{
	struct login_call *l = task_ctx(t);

	l->account = api_value(api_request(t), "account")->text;
	l->password = api_value(api_request(t), "password")->text;
	return STEP_NEXT;
}

static enum step reply_login(struct task *t)
{
	const struct login_call *l = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_str(&reply.w, "token", l->token);
	json_kv_instant(&reply.w, "expires_at", l->call.who->expires_at);
	json_key(&reply.w, "account");
	write_me(&reply.w, l->call.who);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

const struct task_step steps_session_open[] = {
	API_BEGIN_OPEN, { "decode", decode_login }, LOGIN_STEPS, { "reply", reply_login }, TASK_STEPS_END
};

/* ---- DELETE /sessions/current, GET /me ---- */

const struct task_step steps_session_close[] = {
	API_BEGIN, { "logout", logout }, { "reply", api_reply_nothing }, TASK_STEPS_END
};

static enum step reply_me(struct task *t)
{
	const struct call *call = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	write_me(&reply.w, call->who);
	return api_reply_send(t, &reply);
}

const struct task_step steps_me[] = { API_BEGIN, { "reply", reply_me }, TASK_STEPS_END };

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

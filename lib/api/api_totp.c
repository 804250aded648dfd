/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The second factor of one's own account. */
#include "api/api_steps.h"
#include "app/totp.h"
#include "report/qr.h"

static enum step reply_status(struct task *t)
{
	const struct totp_call *c = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_bool(&reply.w, "enabled", c->since != 0);
	json_kv_instant(&reply.w, "since", c->since ? c->since : INSTANT_NONE);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

const struct task_step steps_totp[] = {
	API_BEGIN, TOTP_STATUS_STEPS, { "reply", reply_status }, TASK_STEPS_END
};

const struct api_field fields_totp_begin[] = {
	{ "password", API_TEXT, .required = true, .max = LOGIN_PASSWORD_MAX, .doc = "密码" },
	{ .name = NULL },
};
const struct api_field fields_totp_confirm[] = {
	{ "code", API_TEXT, .required = true, .max = LOGIN_CODE_MAX, .doc = "动态口令" },
	{ .name = NULL },
};
const struct api_field fields_totp_remove[] = {
	{ "password", API_TEXT, .required = true, .max = LOGIN_PASSWORD_MAX, .doc = "密码" },
	{ "code", API_TEXT, .required = true, .max = LOGIN_CODE_MAX, .doc = "动态口令" },
	{ .name = NULL },
};

static enum step decode_password(struct task *t)
{
	struct totp_call *c = task_ctx(t);

	c->password = api_value(api_request(t), "password")->text;
	return STEP_NEXT;
}

static enum step decode_code(struct task *t)
{
	struct totp_call *c = task_ctx(t);

	c->code = api_value(api_request(t), "code")->text;
	return STEP_NEXT;
}

static enum step reply_begun(struct task *t)
{
	const struct totp_call *c = task_ctx(t);
	struct api_reply reply;
	struct qr qr;

	if (!qr_make(task_arena(t), c->uri, &qr))
		return task_fail(t, ERR_INTERNAL, "qr", "系统无法生成二维码");
	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_str(&reply.w, "secret", c->text);
	json_kv_str(&reply.w, "uri", c->uri);
	json_key(&reply.w, "qr");
	json_obj_open(&reply.w);
	json_kv_i64(&reply.w, "size", (int64_t)qr.size);
	json_key(&reply.w, "rows");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < qr.size; i++)
		json_cstr(&reply.w, qr.rows[i]);
	json_arr_close(&reply.w);
	json_obj_close(&reply.w);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

const struct task_step steps_totp_begin[] = { API_BEGIN,
					      { "decode", decode_password },
					      TOTP_BEGIN_STEPS,
					      { "reply", reply_begun },
					      TASK_STEPS_END };
const struct task_step steps_totp_confirm[] = { API_BEGIN,
						{ "decode", decode_code },
						TOTP_CONFIRM_STEPS,
						{ "reply", api_reply_nothing },
						TASK_STEPS_END };
const struct task_step steps_totp_remove[] = {
	API_BEGIN,         { "decode", decode_password },  { "decode_code", decode_code },
	TOTP_REMOVE_STEPS, { "reply", api_reply_nothing }, TASK_STEPS_END
};

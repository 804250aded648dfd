/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * GET /diagnostics. */
#include "api/api_steps.h"
#include "app/diagnostics.h"

#ifndef IPCASE_VERSION
#define IPCASE_VERSION "0"
#endif

static void write_part(struct json_writer *w, const struct diagnostic_part *p)
{
	json_obj_open(w);
	json_kv_str(w, "part", p->part);
	json_kv_str(w, "zh", p->zh);
	json_kv_str(w, "state", health_state_code(p->state));
	json_kv_str(w, "message", p->message);
	json_kv_instant(w, "at", p->at);
	json_kv_instant(w, "next_run", p->next_run);
	json_obj_close(w);
}

static void write_certificate(struct json_writer *w, const struct diagnostic_certificate *c)
{
	bool known = c->until != INSTANT_NONE;

	json_obj_open(w);
	json_kv_str(w, "whose", c->whose);
	json_kv_str(w, "subject", c->subject);
	json_kv_day(w, "until", known ? instant_to_day(c->until) : DAY_NONE);
	json_key(w, "days_left");
	if (known)
		json_i64(w, c->days_left);
	else
		json_null(w);
	json_kv_str(w, "state", health_state_code(c->state));
	json_obj_close(w);
}

static enum step reply_diagnostics(struct task *t)
{
	const struct diagnostics_call *c = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_str(&reply.w, "state", health_state_code(c->worst));
	json_key(&reply.w, "parts");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < c->part_count; i++)
		write_part(&reply.w, &c->parts[i]);
	json_arr_close(&reply.w);
	json_key(&reply.w, "certificates");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < c->certificate_count; i++)
		write_certificate(&reply.w, &c->certificates[i]);
	json_arr_close(&reply.w);
	json_kv_str(&reply.w, "version", IPCASE_VERSION);
	json_kv_instant(&reply.w, "started_at", c->call.app->health->started_at);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

const struct task_step steps_diagnostics[] = {
	API_BEGIN, DIAGNOSTICS_STEPS, { "reply", reply_diagnostics }, TASK_STEPS_END
};

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * GET /me/drafts, GET, PUT and DELETE /me/drafts/{key}. */
#include "api/api_steps.h"
#include "app/draft.h"

const struct api_field fields_draft_put[] = {
	{ "title", API_TEXT, .required = true, .max = DRAFT_TITLE_MAX, .doc = "草稿的标题，给本人看" },
	{ "version", API_VERSION, .required = true, .max = INT32_MAX, .doc = "依据的版本号；新的写 0" },
	{ "body", API_OBJECT, .required = true, .doc = "内容，不超过 256 KiB" },
	{ .name = NULL },
};

static enum step decode_key(struct task *t)
{
	struct draft_call *d = task_ctx(t);

	d->key = http_param(api_request(t)->http, "key");
	return STEP_NEXT;
}

static enum step decode_put(struct task *t)
{
	const struct api_request *r = api_request(t);
	struct draft_call *d = task_ctx(t);

	d->title = api_value(r, "title")->text;
	d->version = api_value(r, "version")->num;
	d->body = api_value(r, "body")->json;
	return STEP_NEXT;
}

static void write_row(struct json_writer *w, const struct draft_row *row)
{
	json_kv_str(w, "key", row->key);
	json_kv_str(w, "title", row->title);
	json_kv_instant(w, "updated_at", row->updated_at);
	json_kv_i64(w, "version", row->version);
}

static enum step reply_list(struct task *t)
{
	const struct draft_call *d = task_ctx(t);
	struct api_reply reply;
	struct draft_row row;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_key(&reply.w, "items");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < d->count; i++) {
		draft_at(d, i, &row);
		json_obj_open(&reply.w);
		write_row(&reply.w, &row);
		json_obj_close(&reply.w);
	}
	json_arr_close(&reply.w);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

static enum step reply_get(struct task *t)
{
	const struct draft_call *d = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	write_row(&reply.w, &d->row);
	json_kv_rawtext(&reply.w, "body", d->row.body);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

static enum step reply_put(struct task *t)
{
	const struct draft_call *d = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_i64(&reply.w, "version", d->row.version);
	json_kv_instant(&reply.w, "updated_at", d->row.updated_at);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

#define KEY_STEPS API_BEGIN, { "decode", decode_key }, { "draft_key", draft_key }

const struct task_step steps_drafts[] = {
	API_BEGIN, { "draft_list", draft_list }, { "draft_listed", draft_listed }, { "reply", reply_list }, TASK_STEPS_END
};
const struct task_step steps_draft_get[] = {
	KEY_STEPS, { "draft_get", draft_get }, { "draft_got", draft_got }, { "reply", reply_get }, TASK_STEPS_END
};
const struct task_step steps_draft_put[] = {
	KEY_STEPS, { "put", decode_put }, { "draft_put", draft_put }, { "draft_stored", draft_stored },
	{ "reply", reply_put }, TASK_STEPS_END
};
const struct task_step steps_draft_drop[] = {
	KEY_STEPS, { "draft_drop", draft_drop }, { "reply", api_reply_nothing }, TASK_STEPS_END
};

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The audit: POST and GET /audits, GET /audits/{id}, GET /audits/{id}/files/..., POST /audits/{id}/submit, GET /snapshots,
 * GET /snapshots/{id}, its files, GET /snapshots/{id}/verify, GET /snapshots/{id}/diff/{other}. */
#include "api/api_render.h"
#include "app/audit.h"

#include <stdio.h>

const struct api_field fields_audit_open[] = {
	{ "period", API_TEXT, .required = true, .max = 128,
	  .doc = "统计期：2026-10、2026-W41、2026-Q3、2026，或者专项行动代码（自其开始至截至日）" },
	{ "as_of", API_TIME, .max = 40, .doc = "截至的时刻：按当时已录入的内容计算；不写指现在" },
	{ "organ", API_TEXT, .max = 60, .doc = "机关代码；只能看到一个机关的不必写" },
	{ .name = NULL },
};
const struct api_field fields_audits[] = {
	{ "limit", API_INT, .in_query = true, .max = 1000, .doc = "最多几次，默认 50，最多 200" },
	{ .name = NULL },
};
const struct api_field fields_snapshots[] = {
	{ "period", API_TEXT, .in_query = true, .max = 128, .doc = "只列这一统计期" },
	{ .name = NULL },
};

/* ---- runs ---- */

static enum step decode_open(struct task *t)
{
	struct audit_open_call *c = task_ctx(t);
	const struct api_request *r = api_request(t);
	const struct api_value *as_of = api_value(r, "as_of"), *organ = api_value(r, "organ");

	c->period = api_value(r, "period")->text;
	c->as_of = as_of->set ? as_of->num : INSTANT_NONE;
	c->organ = organ->set ? organ->text : (struct sv){ NULL, 0 };
	c->key = r->key;
	memcpy(c->request_digest, r->digest, sizeof(c->request_digest));
	return STEP_NEXT;
}

static enum step reply_open(struct task *t)
{
	const struct audit_open_call *c = task_ctx(t);

	return api_reply_text(t, c->reply, c->replayed);
}

static enum step decode_show(struct task *t)
{
	struct audit_show_call *c = task_ctx(t);

	return api_path_id(t, "id", &c->id) ? STEP_NEXT : STEP_FAIL;
}

static void write_run(struct json_writer *w, const struct audit_run *run)
{
	json_obj_open(w);
	json_kv_id(w, "id", run->id);
	json_kv_str(w, "organ", run->organ);
	json_kv_str(w, "period", run->period);
	json_kv_str(w, "name", run->name);
	json_kv_str(w, "kind", run->kind);
	json_kv_day(w, "from", run->from);
	json_kv_day(w, "to", run->to);
	json_kv_bool(w, "open", run->open);
	json_kv_instant(w, "as_of", run->as_of);
	json_kv_bool(w, "whole", run->whole);
	json_kv_str(w, "state", run->state);
	json_kv_i64(w, "rows", run->rows);
	json_kv_str(w, "problem", run->problem);
	json_kv_str(w, "sha256", run->sha256);
	json_kv_i64(w, "size", run->size);
	if (run->snapshot)
		json_kv_id(w, "snapshot", run->snapshot);
	else
		json_kv_null(w, "snapshot");
	json_key(w, "verifies");
	if (run->same_id) {
		json_obj_open(w);
		json_kv_id(w, "snapshot", run->same_id);
		json_kv_bool(w, "equal", run->same);
		json_obj_close(w);
	} else {
		json_null(w);
	}
	json_obj_close(w);
}

static enum step reply_show(struct task *t)
{
	const struct audit_show_call *c = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	write_run(&reply.w, &c->run);
	return api_reply_send(t, &reply);
}

static enum step decode_list(struct task *t)
{
	struct audit_list_call *c = task_ctx(t);

	c->limit = api_limit(api_request(t), AUDIT_LIST_DEFAULT, AUDIT_LIST_MAX);
	return STEP_NEXT;
}

static enum step reply_list(struct task *t)
{
	const struct audit_list_call *c = task_ctx(t);
	struct audit_run run;
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_key(&reply.w, "items");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < c->count; i++) {
		audit_list_at(c, i, &run);
		write_run(&reply.w, &run);
	}
	json_arr_close(&reply.w);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

static enum step decode_file(struct task *t)
{
	struct audit_file_call *c = task_ctx(t);

	return api_path_id(t, "id", &c->id) ? STEP_NEXT : STEP_FAIL;
}

static void add_header(struct http_request *req, const char *name, const char *value)
{
	if (http_reply_header(req, name, value) != ERR_OK)
		BUG("header %s", name);
}

static enum step look_only(struct task *t)
{
	struct audit_file_call *c = task_ctx(t);

	c->read.unopened = http_request_method(api_request(t)->http) == HTTP_HEAD;
	return STEP_NEXT;
}

static void unused_close(void *ctx UNUSED)
{
}

static enum step reply_file(struct task *t)
{
	struct audit_file_call *c = task_ctx(t);
	struct http_request *http = api_request(t)->http;
	struct http_file file = { .size = (uint64_t)c->run.size, .read = material_reader_read,
				  .close = material_reader_close, .ctx = c->read.reader };

	api_file_headers(t, "audit", "json");
	add_header(http, "ETag", arena_printf(task_arena(t), "\"%s\"", c->run.sha256));
	if (!c->read.reader) /* HEAD */
		file.close = unused_close;
	c->read.reader = NULL;
	http_reply_file(http, 200, "application/json", &file, c->read.view.call.app->content_pool);
	return STEP_DONE;
}

/* ---- made files ---- */

static enum step decode_made(struct task *t, enum render_kind kind)
{
	struct audit_file_call *c = task_ctx(t);

	c->kind = kind;
	return decode_file(t);
}

static enum step decode_csv(struct task *t)
{
	return decode_made(t, RENDER_AUDIT_CSV);
}

static enum step decode_xlsx(struct task *t)
{
	return decode_made(t, RENDER_AUDIT_XLSX);
}

static enum step decode_pdf(struct task *t)
{
	return decode_made(t, RENDER_AUDIT_PDF);
}

static enum step reply_made(struct task *t)
{
	struct audit_file_call *c = task_ctx(t);

	return api_reply_render(t, &c->file, c->kind, arena_printf(task_arena(t), "audit-%s", c->run.period));
}

/* ---- snapshots ---- */

static enum step decode_submit(struct task *t)
{
	struct audit_submit_call *c = task_ctx(t);

	c->key = api_request(t)->key;
	memcpy(c->request_digest, api_request(t)->digest, sizeof(c->request_digest));
	return api_path_id(t, "id", &c->id) ? STEP_NEXT : STEP_FAIL;
}

static enum step reply_submit(struct task *t)
{
	const struct audit_submit_call *c = task_ctx(t);

	return api_reply_text(t, c->reply, c->replayed);
}

static enum step decode_snapshots(struct task *t)
{
	struct snapshot_list_call *c = task_ctx(t);
	const struct api_value *period = api_value(api_request(t), "period");

	c->period = period->set ? period->text : (struct sv){ NULL, 0 };
	return STEP_NEXT;
}

static enum step decode_snapshot(struct task *t)
{
	struct snapshot_list_call *c = task_ctx(t);

	c->period = (struct sv){ NULL, 0 };
	return api_path_id(t, "id", &c->id) ? STEP_NEXT : STEP_FAIL;
}

static void write_snapshot(struct json_writer *w, const struct audit_snapshot *s)
{
	json_obj_open(w);
	json_kv_id(w, "id", s->id);
	json_kv_str(w, "organ", s->organ);
	json_kv_str(w, "period", s->period);
	json_kv_i64(w, "n", s->n);
	json_kv_str(w, "name", s->name);
	json_kv_str(w, "kind", s->kind);
	json_kv_day(w, "from", s->from);
	json_kv_day(w, "to", s->to);
	json_kv_instant(w, "as_of", s->as_of);
	api_write_person(w, "made_by", s->made_by, s->made_by_name);
	json_kv_instant(w, "made_at", s->made_at);
	json_kv_id(w, "audit", s->run);
	json_kv_str(w, "sha256", s->sha256);
	json_kv_i64(w, "size", s->size);
	json_obj_close(w);
}

static enum step reply_snapshots(struct task *t)
{
	const struct snapshot_list_call *c = task_ctx(t);
	struct audit_snapshot s;
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_key(&reply.w, "items");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < c->count; i++) {
		snapshot_at(c, i, &s);
		write_snapshot(&reply.w, &s);
	}
	json_arr_close(&reply.w);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

static enum step reply_snapshot(struct task *t)
{
	const struct snapshot_list_call *c = task_ctx(t);
	struct audit_snapshot s;
	struct api_reply reply;

	api_reply_begin(&reply);
	snapshot_at(c, 0, &s);
	write_snapshot(&reply.w, &s);
	return api_reply_send(t, &reply);
}

static enum step decode_verify(struct task *t)
{
	struct snapshot_verify_call *c = task_ctx(t);

	return api_path_id(t, "id", &c->id) ? STEP_NEXT : STEP_FAIL;
}

static enum step reply_verify(struct task *t)
{
	const struct snapshot_verify_call *c = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_id(&reply.w, "id", c->snapshot.id);
	json_kv_str(&reply.w, "sha256", c->snapshot.sha256);
	json_kv_str(&reply.w, "recomputed", c->sha256[0] ? c->sha256 : NULL);
	json_kv_i64(&reply.w, "size", c->size);
	json_kv_bool(&reply.w, "equal", c->equal);
	json_kv_instant(&reply.w, "checked_at", c->checked_at);
	json_kv_str(&reply.w, "message", c->message);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

static enum step decode_diff(struct task *t)
{
	struct snapshot_diff_call *c = task_ctx(t);

	return api_path_id(t, "id", &c->a) && api_path_id(t, "other", &c->b) ? STEP_NEXT : STEP_FAIL;
}

static enum step reply_diff(struct task *t)
{
	const struct snapshot_diff_call *c = task_ctx(t);

	return api_reply_text(t, c->reply, false);
}

const struct task_step steps_audit_open[] = {
	API_BEGIN, { "decode", decode_open }, AUDIT_OPEN_STEPS, { "reply", reply_open }, TASK_STEPS_END
};
const struct task_step steps_audit_show[] = {
	API_BEGIN, { "decode", decode_show }, AUDIT_SHOW_STEPS, { "reply", reply_show }, TASK_STEPS_END
};
const struct task_step steps_audit_json[] = {
	API_BEGIN, { "decode", decode_file }, { "look", look_only }, AUDIT_FILE_STEPS, { "reply", reply_file }, TASK_STEPS_END
};
const struct task_step steps_audit_list[] = {
	API_BEGIN, { "decode", decode_list }, AUDIT_LIST_STEPS, { "reply", reply_list }, TASK_STEPS_END
};

#define MADE_STEPS(kind) \
	const struct task_step steps_audit_##kind[] = { \
		API_BEGIN, { "decode", decode_##kind }, AUDIT_RENDER_STEPS, { "reply", reply_made }, TASK_STEPS_END \
	}; \
	const struct task_step steps_snapshot_##kind[] = { \
		API_BEGIN, { "decode", decode_##kind }, SNAPSHOT_RENDER_STEPS, { "reply", reply_made }, TASK_STEPS_END \
	}
MADE_STEPS(csv);
MADE_STEPS(xlsx);
MADE_STEPS(pdf);

const struct task_step steps_snapshot_json[] = {
	API_BEGIN, { "decode", decode_file }, { "look", look_only }, SNAPSHOT_FILE_STEPS, { "reply", reply_file }, TASK_STEPS_END
};
const struct task_step steps_snapshot_verify[] = {
	API_BEGIN, { "decode", decode_verify }, SNAPSHOT_VERIFY_STEPS, { "reply", reply_verify }, TASK_STEPS_END
};
const struct task_step steps_audit_submit[] = {
	API_BEGIN, { "decode", decode_submit }, AUDIT_SUBMIT_STEPS, { "reply", reply_submit }, TASK_STEPS_END
};
const struct task_step steps_snapshot_list[] = {
	API_BEGIN, { "decode", decode_snapshots }, SNAPSHOT_LIST_STEPS, { "reply", reply_snapshots }, TASK_STEPS_END
};
const struct task_step steps_snapshot_show[] = {
	API_BEGIN, { "decode", decode_snapshot }, SNAPSHOT_LIST_STEPS, { "reply", reply_snapshot }, TASK_STEPS_END
};
const struct task_step steps_snapshot_diff[] = {
	API_BEGIN, { "decode", decode_diff }, SNAPSHOT_DIFF_STEPS, { "reply", reply_diff }, TASK_STEPS_END
};

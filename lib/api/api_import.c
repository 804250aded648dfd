/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Imports: POST /imports, POST /imports/{id}/rows, GET /imports/{id}, GET /imports/originals. */
#include "api/api_steps.h"
#include "app/import.h"

const struct api_field fields_import_open[] = {
	{ "name", API_TEXT, .required = true, .max = 200, .doc = "文件名" },
	{ "format", API_TEXT, .required = true, .max = 40, .doc = "文件格式" },
	{ "total", API_INT, .required = true, .max = 10000000, .doc = "总行数" },
	{ .name = NULL },
};
const struct api_field fields_import_rows[] = {
	{ "rows", API_ARRAY, .required = true, .max = IMPORT_ROWS_MAX,
	  .doc = "每行 {\"line\",\"original\",\"row\"?}；original 是原文，逐字保存" },
	{ "dry_run", API_BOOL, .doc = "true：只检查，不保存" },
	{ .name = NULL },
};
const struct api_field fields_import_page[] = {
	{ "after", API_ID, .in_query = true, .doc = "上一页的 next" },
	{ "limit", API_INT, .in_query = true, .max = 1000, .doc = "每页条数，最多 500" },
	{ .name = NULL },
};

static enum step decode_open(struct task *t)
{
	struct import_open_call *c = task_ctx(t);

	c->body = api_request(t)->body;
	c->key = api_request(t)->key;
	memcpy(c->request_digest, api_request(t)->digest, sizeof(c->request_digest));
	return STEP_NEXT;
}

static enum step reply_open(struct task *t)
{
	const struct import_open_call *c = task_ctx(t);

	return api_reply_text(t, c->reply, c->replayed);
}

static enum step decode_rows(struct task *t)
{
	struct import_rows_call *c = task_ctx(t);

	c->body = api_request(t)->body;
	c->key = api_request(t)->key;
	memcpy(c->request_digest, api_request(t)->digest, sizeof(c->request_digest));
	return api_path_id(t, "id", &c->job) ? STEP_NEXT : STEP_FAIL;
}

static enum step reply_rows(struct task *t)
{
	const struct import_rows_call *c = task_ctx(t);

	return api_reply_text(t, c->reply, c->replayed);
}

static enum step decode_show(struct task *t)
{
	struct import_show_call *c = task_ctx(t);

	return api_path_id(t, "id", &c->job) ? STEP_NEXT : STEP_FAIL;
}

static enum step reply_show(struct task *t)
{
	const struct import_show_call *c = task_ctx(t);

	return api_reply_text(t, c->reply, false);
}

static enum step decode_page(struct task *t)
{
	struct import_page_call *c = task_ctx(t);

	c->after = api_value(api_request(t), "after")->num;
	c->limit = api_limit(api_request(t), IMPORT_PAGE_MAX, IMPORT_PAGE_MAX);
	return STEP_NEXT;
}

static enum step reply_page(struct task *t)
{
	const struct import_page_call *c = task_ctx(t);

	return api_reply_text(t, c->reply, false);
}

const struct task_step steps_import_open[] = {
	API_BEGIN, { "decode", decode_open }, IMPORT_OPEN_STEPS, { "reply", reply_open }, TASK_STEPS_END
};
const struct task_step steps_import_rows[] = {
	API_BEGIN, { "decode", decode_rows }, IMPORT_ROWS_STEPS, { "reply", reply_rows }, TASK_STEPS_END
};
const struct task_step steps_import_show[] = {
	API_BEGIN, { "decode", decode_show }, IMPORT_SHOW_STEPS, { "reply", reply_show }, TASK_STEPS_END
};
const struct task_step steps_import_page[] = {
	API_BEGIN, { "decode", decode_page }, IMPORT_PAGE_STEPS, { "reply", reply_page }, TASK_STEPS_END
};

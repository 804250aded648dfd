/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * GET /shuanggongshi, GET and POST /shuanggongshi/batches, GET /shuanggongshi/batches/{id}, GET /shuanggongshi/again. */
#include "api/api_steps.h"
#include "app/shuanggongshi.h"

const struct api_field fields_sgs[] = {
	{ "from", API_DAY, .in_query = true, .required = true, .doc = "决定日期，第一天" },
	{ "to", API_DAY, .in_query = true, .required = true, .doc = "决定日期，最后一天（含）" },
	{ "after", API_TEXT, .in_query = true, .max = 64, .doc = "上一页的 next" },
	{ "limit", API_INT, .in_query = true, .max = 1000, .doc = "每页件数，默认 10，最多 20" },
	{ .name = NULL },
};
const struct api_field fields_sgs_batch[] = {
	{ "from", API_DAY, .required = true, .doc = "决定日期，第一天" },
	{ "to", API_DAY, .required = true, .doc = "决定日期，最后一天（含）" },
	{ "format", API_CHOICE, .required = true, .words = "csv|xlsx", .doc = "文件格式" },
	{ "lines", API_INT, .required = true, .max = 1000000, .doc = "文件中的行数，不含表头" },
	{ "size", API_INT, .required = true, .max = INT64_C(1) << 40, .doc = "文件的字节数" },
	{ "sha256", API_TEXT, .required = true, .max = 64, .doc = "文件的 SHA-256，小写十六进制" },
	{ "items", API_ARRAY, .required = true, .max = SGS_IDS_MAX, .doc = "文件中的公示事项：{id, version}" },
	{ .name = NULL },
};
const struct api_field fields_sgs_list[] = {
	{ "after", API_ID, .in_query = true, .doc = "上一页的 next" },
	{ "limit", API_INT, .in_query = true, .max = 1000, .doc = "每页条数，默认 50，最多 200" },
	{ .name = NULL },
};

/* ---- rows of decisions ---- */

static enum step decode_page(struct task *t)
{
	struct sgs_page_call *c = task_ctx(t);
	const struct api_request *r = api_request(t);
	const struct api_value *after = api_value(r, "after");

	c->from = (day_t)api_value(r, "from")->num;
	c->to = (day_t)api_value(r, "to")->num;
	c->cursor = after->set ? after->text : SV("");
	c->limit = api_limit(r, SGS_PAGE_DEFAULT, SGS_PAGE_MAX);
	return STEP_NEXT;
}

static void write_fields(struct json_writer *w, const struct sgs_book *book)
{
	json_key(w, "fields");
	json_arr_open(w);
	for (size_t i = 0; i < SGS_FIELDS; i++) {
		json_obj_open(w);
		json_kv_str(w, "code", book->fields[i].code);
		json_kv_str(w, "zh", book->fields[i].zh);
		json_kv_str(w, "kind", sgs_kind_code(book->fields[i].kind));
		json_obj_close(w);
	}
	json_arr_close(w);
}

static void write_row(struct json_writer *w, const struct sgs_book *book, const struct sgs_row *row)
{
	json_obj_open(w);
	json_key(w, "values");
	json_arr_open(w);
	for (size_t i = 0; i < SGS_FIELDS; i++)
		json_cstr(w, row->values[i]);
	json_arr_close(w);
	json_key(w, "problems");
	json_arr_open(w);
	for (size_t i = 0; i < row->problem_count; i++) {
		const struct sgs_problem *p = &row->problems[i];
		json_obj_open(w);
		json_kv_str(w, "field", p->field >= 0 ? book->fields[p->field].code : NULL);
		json_kv_str(w, "zh", p->field >= 0 ? book->fields[p->field].zh : NULL);
		json_kv_str(w, "what", p->what);
		json_obj_close(w);
	}
	json_arr_close(w);
	json_obj_close(w);
}

static enum step reply_page(struct task *t)
{
	const struct sgs_page_call *c = task_ctx(t);
	struct api_reply reply;
	struct json_writer *w = &reply.w;

	api_reply_begin(&reply);
	json_obj_open(w);
	write_fields(w, &c->book);
	json_key(w, "items");
	json_arr_open(w);
	for (size_t i = 0; i < c->count; i++) {
		const struct sgs_item *item = &c->items[i];
		json_obj_open(w);
		json_kv_id(w, "id", item->id);
		json_kv_i64(w, "version", item->version);
		json_kv_str(w, "number", item->number);
		json_kv_day(w, "decided_on", item->decided_on);
		json_kv_day(w, "reported_on", item->reported_on);
		json_kv_str(w, "state", state_info(item->state)->code);
		json_kv_str(w, "state_zh", state_info(item->state)->zh);
		json_key(w, "rows");
		json_arr_open(w);
		for (size_t k = 0; k < item->row_count; k++)
			write_row(w, &c->book, &item->rows[k]);
		json_arr_close(w);
		json_obj_close(w);
	}
	json_arr_close(w);
	json_kv_str(w, "next", c->next);
	json_obj_close(w);
	return api_reply_send(t, &reply);
}

/* ---- batches ---- */

static enum step decode_batch(struct task *t)
{
	static const char *const formats[] = { "csv", "xlsx" };
	struct sgs_batch_call *c = task_ctx(t);
	const struct api_request *r = api_request(t);

	c->from = (day_t)api_value(r, "from")->num;
	c->to = (day_t)api_value(r, "to")->num;
	c->format = formats[api_value(r, "format")->num];
	c->lines = api_value(r, "lines")->num;
	c->size = api_value(r, "size")->num;
	c->sha256 = api_value(r, "sha256")->text;
	c->items = api_value(r, "items")->json;
	return STEP_NEXT;
}

static enum step reply_batch(struct task *t)
{
	const struct sgs_batch_call *c = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_id(&reply.w, "id", c->id);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

static enum step decode_list(struct task *t)
{
	struct sgs_list_call *c = task_ctx(t);
	const struct api_value *after = api_value(api_request(t), "after");

	c->after = after->set ? after->num : 0;
	c->limit = api_limit(api_request(t), 50, 200);
	return STEP_NEXT;
}

static enum step decode_again(struct task *t)
{
	struct sgs_list_call *c = task_ctx(t);

	c->again = true;
	return decode_list(t);
}

static enum step decode_show(struct task *t)
{
	struct sgs_list_call *c = task_ctx(t);

	return api_path_id(t, "id", &c->id) ? decode_list(t) : STEP_FAIL;
}

static void write_batch_members(struct json_writer *w, const struct sgs_batch *b)
{
	json_kv_id(w, "id", b->id);
	json_kv_str(w, "no", b->no);
	json_kv_str(w, "organ", b->organ);
	json_kv_day(w, "from", b->from);
	json_kv_day(w, "to", b->to);
	json_kv_str(w, "format", b->format);
	json_kv_i64(w, "lines", b->lines);
	json_kv_i64(w, "size", b->size);
	json_kv_str(w, "sha256", b->sha256);
	api_write_person(w, "made_by", b->made_by, b->made_by_name);
	json_kv_instant(w, "made_at", b->made_at);
	json_kv_i64(w, "decisions", b->decisions);
	json_kv_i64(w, "reported", b->reported);
	json_kv_day(w, "first_on", b->first_on);
	json_kv_day(w, "last_on", b->last_on);
}

static const char *zh_of_act(const char *code)
{
	const struct procedure *p = procedure_get(PROCEDURE_DISCLOSURE);

	for (size_t i = 0; i < p->row_count; i++) {
		if (strcmp(p->rows[i].code, code) == 0)
			return p->rows[i].zh;
	}
	return code;
}

static void write_entry(struct json_writer *w, const struct sgs_entry *e, bool again)
{
	json_obj_open(w);
	json_kv_id(w, "id", e->id);
	json_kv_str(w, "number", e->number);
	json_kv_str(w, "title", e->title);
	json_kv_str(w, "state", state_info(e->state)->code);
	json_kv_str(w, "state_zh", state_info(e->state)->zh);
	json_kv_day(w, "reported_on", e->reported_on);
	if (again) {
		json_kv_str(w, "act", e->act);
		json_kv_str(w, "act_zh", zh_of_act(e->act));
		json_kv_day(w, "changed_on", e->changed_on);
	} else {
		json_kv_i64(w, "exported_version", e->exported_version);
		json_kv_i64(w, "version", e->version);
	}
	json_obj_close(w);
}

static void write_next(struct json_writer *w, int64_t next)
{
	if (next)
		json_kv_id(w, "next", next);
	else
		json_kv_null(w, "next");
}

static enum step reply_list(struct task *t)
{
	const struct sgs_list_call *c = task_ctx(t);
	struct api_reply reply;
	struct json_writer *w = &reply.w;

	api_reply_begin(&reply);
	json_obj_open(w);
	if (c->id)
		write_batch_members(w, &c->batches[0]);
	json_key(w, "items");
	json_arr_open(w);
	for (size_t i = 0; i < c->batch_count && !c->id; i++) {
		json_obj_open(w);
		write_batch_members(w, &c->batches[i]);
		json_obj_close(w);
	}
	for (size_t i = 0; i < c->entry_count; i++)
		write_entry(w, &c->entries[i], c->again);
	json_arr_close(w);
	write_next(w, c->next);
	json_obj_close(w);
	return api_reply_send(t, &reply);
}

const struct task_step steps_sgs[] = {
	API_BEGIN, { "decode", decode_page }, SGS_PAGE_STEPS, { "reply", reply_page }, TASK_STEPS_END
};
const struct task_step steps_sgs_batch[] = {
	API_BEGIN, { "decode", decode_batch }, SGS_BATCH_STEPS, { "reply", reply_batch }, TASK_STEPS_END
};
const struct task_step steps_sgs_batches[] = {
	API_BEGIN, { "decode", decode_list }, SGS_LIST_STEPS, { "reply", reply_list }, TASK_STEPS_END
};
const struct task_step steps_sgs_batch_show[] = {
	API_BEGIN, { "decode", decode_show }, SGS_LIST_STEPS, { "reply", reply_list }, TASK_STEPS_END
};
const struct task_step steps_sgs_again[] = {
	API_BEGIN, { "decode", decode_again }, SGS_LIST_STEPS, { "reply", reply_list }, TASK_STEPS_END
};

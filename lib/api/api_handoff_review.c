/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * GET /handoffs/{id}/packages/{seq}/diff/{other}, GET /handoffs/{id}/checklist. */
#include "api/api_steps.h"
#include "app/handoff_review.h"

/* ---- the difference of two packages ---- */

static enum step decode_diff(struct task *t)
{
	struct package_diff_call *c = task_ctx(t);

	return api_path_id(t, "id", &c->id) && api_path_id(t, "seq", &c->a) && api_path_id(t, "other", &c->b) ? STEP_NEXT
														: STEP_FAIL;
}

static void write_item(struct json_writer *w, const struct package_item *item)
{
	json_obj_open(w);
	json_kv_sv(w, "path", item->path);
	json_kv_sv(w, "name", item->title);
	json_kv_sv(w, "kind", item->kind);
	json_kv_i64(w, "size", item->size);
	json_kv_sv(w, "sha256", item->sha256);
	json_obj_close(w);
}

static void write_items(struct json_writer *w, const char *key, const struct package_pair *pairs, size_t count)
{
	json_key(w, key);
	json_arr_open(w);
	for (size_t i = 0; i < count; i++)
		write_item(w, pairs[i].is ? pairs[i].is : pairs[i].old);
	json_arr_close(w);
}

static void write_changed(struct json_writer *w, const struct package_diff_call *c)
{
	json_key(w, "changed");
	json_arr_open(w);
	for (size_t i = 0; i < c->changed_count; i++) {
		json_obj_open(w);
		json_kv_sv(w, "path", c->changed[i].is->path);
		json_kv_sv(w, "name", c->changed[i].is->title);
		json_key(w, "old");
		write_item(w, c->changed[i].old);
		json_key(w, "new");
		write_item(w, c->changed[i].is);
		json_obj_close(w);
	}
	json_arr_close(w);
}

static void write_value(struct json_writer *w, const struct json_value *v)
{
	switch (json_type(v)) {
	case JSON_NULL:
		json_null(w);
		return;
	case JSON_BOOL:
		json_bool(w, json_is_true(v));
		return;
	case JSON_NUMBER:
		json_rawtext(w, json_number_text(v));
		return;
	case JSON_STRING:
		json_str(w, json_string(v));
		return;
	case JSON_ARRAY:
		json_arr_open(w);
		for (v = json_first(v); v; v = json_next(v))
			write_value(w, v);
		json_arr_close(w);
		return;
	case JSON_OBJECT:
		json_obj_open(w);
		for (v = json_first(v); v; v = json_next(v)) {
			json_key_sv(w, json_name(v));
			write_value(w, v);
		}
		json_obj_close(w);
		return;
	}
}

static enum step reply_diff(struct task *t)
{
	const struct package_diff_call *c = task_ctx(t);
	struct api_reply reply;
	struct json_writer *w = &reply.w;

	api_reply_begin(&reply);
	json_obj_open(w);
	json_kv_i64(w, "from", c->a);
	json_kv_i64(w, "to", c->b);
	write_items(w, "added", c->added, c->added_count);
	write_items(w, "removed", c->removed, c->removed_count);
	write_changed(w, c);
	write_items(w, "same", c->same, c->same_count);
	json_key(w, "fields");
	json_arr_open(w);
	for (size_t i = 0; i < c->field_count; i++) {
		json_obj_open(w);
		json_kv_str(w, "name", c->fields[i].name);
		json_kv_str(w, "zh", c->fields[i].zh);
		json_key(w, "old");
		write_value(w, c->fields[i].old);
		json_key(w, "new");
		write_value(w, c->fields[i].is);
		json_obj_close(w);
	}
	json_arr_close(w);
	json_obj_close(w);
	return api_reply_send(t, &reply);
}

/* ---- the checklist ---- */

static enum step decode_checklist(struct task *t)
{
	struct checklist_call *c = task_ctx(t);

	c->view.kind = MATTER_HANDOFF;
	return api_path_id(t, "id", &c->view.id) ? STEP_NEXT : STEP_FAIL;
}

static enum step reply_checklist(struct task *t)
{
	const struct checklist_call *c = task_ctx(t);
	struct api_reply reply;
	struct json_writer *w = &reply.w;

	api_reply_begin(&reply);
	json_obj_open(w);
	json_key(w, "papers");
	json_arr_open(w);
	for (size_t i = 0; i < c->count; i++) {
		const struct checklist_paper *p = &c->papers[i];
		json_obj_open(w);
		json_kv_str(w, "code", p->paper->code);
		json_kv_str(w, "zh", p->paper->zh);
		json_kv_bool(w, "required", p->required);
		json_kv_str(w, "article", p->paper->article);
		json_kv_bool(w, "present", p->present);
		json_kv_str(w, "material", p->material);
		json_kv_str(w, "material_name", p->material_name);
		json_kv_str(w, "why", p->why);
		json_obj_close(w);
	}
	json_arr_close(w);
	json_kv_i64(w, "missing", (int64_t)c->missing);
	json_obj_close(w);
	return api_reply_send(t, &reply);
}

const struct task_step steps_package_diff[] = {
	API_BEGIN, { "decode", decode_diff }, PACKAGE_DIFF_STEPS, { "reply", reply_diff }, TASK_STEPS_END
};
const struct task_step steps_checklist[] = {
	API_BEGIN, { "decode", decode_checklist }, CHECKLIST_STEPS, { "reply", reply_checklist }, TASK_STEPS_END
};

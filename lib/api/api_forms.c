/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Report forms: GET /forms, GET /forms/{code}, GET /forms/{code}/cells/{cell}, POST and GET /forms/{code}/entries. */
#include "api/api_render.h"
#include "app/forms.h"

const struct api_field fields_form_fill[] = {
	{ "period", API_TEXT, .in_query = true, .required = true, .max = 128,
	  .doc = "统计期：2026-10、2026-W41、2026-Q3、2026，或者专项行动代码（自其开始至截至日）" },
	{ "as_of", API_TIME, .in_query = true, .max = 40, .doc = "截至的时刻：按当时已录入的内容计算；不写指现在" },
	{ "unit", API_TEXT, .in_query = true, .max = 60, .doc = "只统计这一单位：编号或代码" },
	{ "organ", API_TEXT, .in_query = true, .max = 60, .doc = "机关代码；只能看到一个机关的不必写" },
	{ .name = NULL },
};
const struct api_field fields_form_enter[] = {
	{ "period", API_TEXT, .required = true, .max = 128, .doc = "统计期" },
	{ "unit", API_TEXT, .required = true, .max = 60, .doc = "填报单位：编号或代码" },
	{ "figures", API_OBJECT, .required = true, .doc = "各项数字，以栏代码为名，如 {\"staff\":\"12\"}" },
	{ "note", API_TEXT, .max = 500, .doc = "说明，更正时写明原因" },
	{ .name = NULL },
};
const struct api_field fields_form_history[] = {
	{ "period", API_TEXT, .in_query = true, .max = 128, .doc = "只看这一统计期" },
	{ "unit", API_TEXT, .in_query = true, .max = 60, .doc = "只看这一单位" },
	{ .name = NULL },
};

static struct sv given(const struct task *t, const char *name)
{
	const struct api_value *v = api_value(api_request(t), name);

	return v->set ? v->text : (struct sv){ NULL, 0 };
}

static enum step reply_list(struct task *t)
{
	return api_reply_text(t, ((const struct form_list_call *)task_ctx(t))->reply, false);
}

static enum step decode_fill(struct task *t)
{
	struct form_fill_call *c = task_ctx(t);
	const struct api_value *as_of = api_value(api_request(t), "as_of");

	c->code = http_param(api_request(t)->http, "code");
	c->period = given(t, "period");
	c->unit = given(t, "unit");
	c->organ = given(t, "organ");
	c->as_of = as_of->set ? as_of->num : INSTANT_NONE;
	c->cell = (struct sv){ NULL, 0 };
	return STEP_NEXT;
}

static enum step decode_cell(struct task *t)
{
	struct form_fill_call *c = task_ctx(t);
	enum step step = decode_fill(t);

	c->cell = http_param(api_request(t)->http, "cell");
	return step;
}

static enum step reply_fill(struct task *t)
{
	return api_reply_text(t, ((const struct form_fill_call *)task_ctx(t))->reply, false);
}

static enum step decode_enter(struct task *t)
{
	struct form_enter_call *c = task_ctx(t);
	const struct api_request *r = api_request(t);

	c->code = http_param(r->http, "code");
	c->period = given(t, "period");
	c->unit = given(t, "unit");
	c->note = given(t, "note");
	c->figures = api_value(r, "figures")->json;
	c->key = r->key;
	memcpy(c->request_digest, r->digest, sizeof(c->request_digest));
	return STEP_NEXT;
}

static enum step reply_enter(struct task *t)
{
	const struct form_enter_call *c = task_ctx(t);

	return api_reply_text(t, c->reply, c->replayed);
}

static enum step decode_history(struct task *t)
{
	struct form_history_call *c = task_ctx(t);

	c->code = http_param(api_request(t)->http, "code");
	c->period = given(t, "period");
	c->unit = given(t, "unit");
	return STEP_NEXT;
}

static enum step reply_history(struct task *t)
{
	return api_reply_text(t, ((const struct form_history_call *)task_ctx(t))->reply, false);
}

const struct task_step steps_form_list[] = {
	API_BEGIN, FORM_LIST_STEPS, { "reply", reply_list }, TASK_STEPS_END
};
const struct task_step steps_form_fill[] = {
	API_BEGIN, { "decode", decode_fill }, FORM_FILL_STEPS, { "reply", reply_fill }, TASK_STEPS_END
};
static enum step reply_xlsx(struct task *t)
{
	struct form_file_call *c = task_ctx(t);

	return api_reply_render(t, &c->file, RENDER_FORM_XLSX, c->name);
}

const struct task_step steps_form_xlsx[] = {
	API_BEGIN, { "decode", decode_fill }, FORM_FILE_STEPS, { "reply", reply_xlsx }, TASK_STEPS_END
};
const struct task_step steps_form_cell[] = {
	API_BEGIN, { "decode", decode_cell }, FORM_FILL_STEPS, { "reply", reply_fill }, TASK_STEPS_END
};
const struct task_step steps_form_enter[] = {
	API_BEGIN, { "decode", decode_enter }, FORM_ENTER_STEPS, { "reply", reply_enter }, TASK_STEPS_END
};
const struct task_step steps_form_history[] = {
	API_BEGIN, { "decode", decode_history }, FORM_HISTORY_STEPS, { "reply", reply_history }, TASK_STEPS_END
};

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Changes: POST /clues, POST /cases, POST /handoffs, POST /disclosures, and POST .../{id}/acts of each. */
#include "api/api_steps.h"
#include "app/act.h"

#define WHEN_FIELD \
	{ "happened_at", API_TIME, .max = 40, .doc = "办理时间；只写日期指当日 12:00；不写指现在" }
#define FIELDS_FIELD(schema) { "fields", API_OBJECT, .words = schema, .doc = "办理内容" }

const struct api_field fields_clue_create[] = { WHEN_FIELD, FIELDS_FIELD("fields.clue.register"), { .name = NULL } };

const struct api_field fields_case_create[] = {
	{ "procedure", API_CHOICE, .required = true, .words = "summary", .doc = "简易程序；普通程序案件由线索立案产生" },
	WHEN_FIELD, FIELDS_FIELD("fields.summary.summary_decide"), { .name = NULL },
};

const struct api_field fields_handoff_create[] = {
	{ "channel", API_CHOICE, .required = true, .words = API_CHANNELS, .doc = "移送种类" },
	{ "act", API_CHOICE, .words = "open|arrive|assign_open",
	  .doc = "open 开始移送（缺省）；arrive 登记对方以纸质移送来的；assign_open 法院委派调解（c7，法院账号的缺省）" },
	WHEN_FIELD, FIELDS_FIELD(NULL), { .name = NULL },
};

const struct api_field fields_disclosure_create[] = {
	{ "act", API_CHOICE, .required = true, .words = "receive|register",
	  .doc = "receive 接收外省推送的决定；register 登记变更后的决定" },
	WHEN_FIELD, FIELDS_FIELD(NULL), { .name = NULL },
};

const struct api_field fields_act[] = {
	{ "act", API_TEXT, .required = true, .max = 64, .doc = "步骤代码，带环节后缀，如 file_request" },
	{ "version", API_VERSION, .required = true, .max = INT32_MAX, .doc = "依据的版本号" },
	WHEN_FIELD, FIELDS_FIELD(NULL), { .name = NULL },
};

static void decode_common(struct task *t)
{
	const struct api_request *r = api_request(t);
	const struct api_value *when = api_value(r, "happened_at"), *fields = api_value(r, "fields");
	struct act_call *a = task_ctx(t);

	a->happened_at = when->set ? when->num : INSTANT_NONE;
	a->fields = fields->set ? fields->json : NULL;
	a->key = r->key;
	memcpy(a->request_digest, r->digest, sizeof(a->request_digest));
}

static enum step decode_clue(struct task *t)
{
	struct act_call *a = task_ctx(t);

	decode_common(t);
	a->kind = MATTER_CLUE;
	a->procedure = PROCEDURE_CLUE;
	a->act = SV("register");
	return STEP_NEXT;
}

static enum step decode_case(struct task *t)
{
	struct act_call *a = task_ctx(t);

	decode_common(t);
	a->kind = MATTER_CASE;
	a->procedure = PROCEDURE_SUMMARY;
	a->act = SV("summary_decide");
	return STEP_NEXT;
}

/* With which act a hand-over begins; a court that begins a C7 assigns a mediation. */
static struct sv handoff_begin(const struct act_call *a, const struct api_value *act)
{
	static const char *const codes[] = { "open", "arrive", "assign_open" };

	if (act->set)
		return sv_of(codes[act->num]);
	return a->procedure == PROCEDURE_C7 && (a->call.who->actor.roles & ROLE_COURT) ? SV("assign_open") : SV("open");
}

static enum step decode_handoff(struct task *t)
{
	struct act_call *a = task_ctx(t);
	const struct api_request *r = api_request(t);

	decode_common(t);
	a->kind = MATTER_HANDOFF;
	if (!procedure_by_code(api_value(r, "channel")->text, &a->procedure))
		return task_fail(t, ERR_INVALID, "channel", "没有这种移送");
	a->act = handoff_begin(a, api_value(r, "act"));
	return STEP_NEXT;
}

static enum step decode_disclosure(struct task *t)
{
	static const char *const codes[] = { "receive", "register" };
	struct act_call *a = task_ctx(t);

	decode_common(t);
	a->kind = MATTER_DISCLOSURE;
	a->procedure = PROCEDURE_DISCLOSURE;
	a->act = sv_of(codes[api_value(api_request(t), "act")->num]);
	return STEP_NEXT;
}

static enum step decode_act(struct task *t, enum matter_kind kind)
{
	struct act_call *a = task_ctx(t);

	if (!api_path_id(t, "id", &a->matter))
		return STEP_FAIL;
	decode_common(t);
	a->kind = kind;
	a->act = api_value(api_request(t), "act")->text;
	a->version = api_value(api_request(t), "version")->num;
	return STEP_NEXT;
}

static enum step decode_clue_act(struct task *t)
{
	return decode_act(t, MATTER_CLUE);
}

static enum step decode_case_act(struct task *t)
{
	return decode_act(t, MATTER_CASE);
}

static enum step decode_handoff_act(struct task *t)
{
	return decode_act(t, MATTER_HANDOFF);
}

static enum step decode_disclosure_act(struct task *t)
{
	return decode_act(t, MATTER_DISCLOSURE);
}

static enum step reply_act(struct task *t)
{
	const struct act_call *a = task_ctx(t);
	const char *where;

	if (!a->matter && !a->replayed) {
		where = arena_printf(task_arena(t), "/api/v1/%ss/%lld", matter_kind_code(a->kind),
				     (long long)a->created);
		if (http_reply_header(api_request(t)->http, "Location", where) != ERR_OK)
			BUG("Location %s", where);
	}
	return api_reply_text(t, a->reply, a->replayed);
}

const struct task_step steps_clue_create[] = {
	API_BEGIN, { "decode", decode_clue }, ACT_STEPS, { "reply", reply_act }, TASK_STEPS_END
};
const struct task_step steps_case_create[] = {
	API_BEGIN, { "decode", decode_case }, ACT_STEPS, { "reply", reply_act }, TASK_STEPS_END
};
const struct task_step steps_handoff_create[] = {
	API_BEGIN, { "decode", decode_handoff }, ACT_STEPS, { "reply", reply_act }, TASK_STEPS_END
};
const struct task_step steps_disclosure_create[] = {
	API_BEGIN, { "decode", decode_disclosure }, ACT_STEPS, { "reply", reply_act }, TASK_STEPS_END
};
const struct task_step steps_disclosure_act[] = {
	API_BEGIN, { "decode", decode_disclosure_act }, ACT_STEPS, { "reply", reply_act }, TASK_STEPS_END
};
const struct task_step steps_handoff_act[] = {
	API_BEGIN, { "decode", decode_handoff_act }, ACT_STEPS, { "reply", reply_act }, TASK_STEPS_END
};
const struct task_step steps_clue_act[] = {
	API_BEGIN, { "decode", decode_clue_act }, ACT_STEPS, { "reply", reply_act }, TASK_STEPS_END
};
const struct task_step steps_case_act[] = {
	API_BEGIN, { "decode", decode_case_act }, ACT_STEPS, { "reply", reply_act }, TASK_STEPS_END
};

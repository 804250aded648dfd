/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Units, accounts, delegations, campaigns. */
#include "api/api_steps.h"
#include "app/admin.h"

/* ---- lists ---- */

const struct api_field fields_page[] = {
	{ "after", API_ID, .in_query = true, .doc = "上一页的 next" },
	{ "limit", API_INT, .in_query = true, .max = 1000, .doc = "每页条数，默认和最多 500" },
	{ .name = NULL },
};

static enum step decode_page(struct task *t)
{
	struct admin_list *l = task_ctx(t);

	l->after = api_value(api_request(t), "after")->num;
	l->limit = api_limit(api_request(t), ADMIN_PAGE_MAX, ADMIN_PAGE_MAX);
	return STEP_NEXT;
}

static void write_unit(struct json_writer *w, const struct admin_list *l, size_t i, int64_t *ret_id)
{
	struct unit_row u;

	admin_unit(l, i, &u);
	*ret_id = u.id;
	json_kv_id(w, "id", u.id);
	json_kv_str(w, "code", u.code);
	json_kv_str(w, "name", u.name);
	json_kv_str(w, "kind", u.kind);
	if (u.parent_id)
		json_kv_id(w, "parent_id", u.parent_id);
	json_kv_str(w, "parent", u.parent);
	json_kv_id(w, "organ_id", u.organ_id);
	json_kv_str(w, "region", u.region);
	json_kv_str(w, "prefix", u.prefix);
	json_kv_bool(w, "active", u.active);
}

static void write_roles_zh(struct json_writer *w, struct sv roles)
{
	json_key(w, "roles_zh");
	json_arr_open(w);
	while (roles.n > 0) {
		const char *comma = memchr(roles.p, ',', roles.n);
		size_t n = comma ? (size_t)(comma - roles.p) : roles.n;
		uint32_t bit;
		if (role_by_code((struct sv){ roles.p, n }, &bit))
			json_cstr(w, role_zh(bit));
		roles = comma ? (struct sv){ comma + 1, roles.n - n - 1 } : (struct sv){ NULL, 0 };
	}
	json_arr_close(w);
}

static void write_account(struct json_writer *w, const struct admin_list *l, size_t i, int64_t *ret_id)
{
	struct account_row a;

	admin_account(l, i, &a);
	*ret_id = a.id;
	json_kv_id(w, "id", a.id);
	json_kv_str(w, "account", a.account);
	json_kv_str(w, "name", a.name);
	json_key(w, "unit");
	json_obj_open(w);
	json_kv_id(w, "id", a.unit_id);
	json_kv_str(w, "name", a.unit);
	json_obj_close(w);
	api_write_roles(w, "roles", a.roles);
	write_roles_zh(w, a.roles);
	json_kv_bool(w, "active", a.active);
	json_kv_bool(w, "locked", !a.active);
	json_kv_instant(w, "last_login", a.last_login);
	json_kv_bool(w, "totp", a.totp);
}

static void write_delegation(struct json_writer *w, const struct admin_list *l, size_t i, int64_t *ret_id)
{
	struct delegation_row d;

	admin_delegation(l, i, &d);
	*ret_id = d.id;
	json_kv_id(w, "id", d.id);
	api_write_person(w, "from", d.giver, d.giver_name);
	api_write_person(w, "to", d.taker, d.taker_name);
	api_write_roles(w, "roles", d.roles);
	json_kv_day(w, "starts_on", d.starts_on);
	json_kv_day(w, "ends_on", d.ends_on);
	json_kv_str(w, "reason", d.reason);
	json_kv_instant(w, "ended_at", d.ended_at);
}

static void write_campaign(struct json_writer *w, const struct admin_list *l, size_t i, int64_t *ret_id)
{
	struct campaign_row c;

	admin_campaign(l, i, &c);
	*ret_id = 0;
	json_kv_str(w, "id", c.code);
	json_kv_str(w, "name", c.name);
	json_key(w, "year");
	if (c.year)
		json_i64(w, c.year);
	else
		json_null(w);
	json_kv_str(w, "unit", c.organiser);
	json_kv_str(w, "aliases", c.aliases);
	json_kv_day(w, "starts_on", c.starts_on);
	json_kv_day(w, "ends_on", c.ends_on);
	json_kv_str(w, "parent", c.parent);
	json_kv_str(w, "note", c.note);
}

typedef void write_item_fn(struct json_writer *w, const struct admin_list *l, size_t i, int64_t *ret_id);

static enum step reply_list(struct task *t, write_item_fn *write_item)
{
	const struct admin_list *l = task_ctx(t);
	struct api_reply reply;
	int64_t last = 0;

	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_key(&reply.w, "items");
	json_arr_open(&reply.w);
	for (size_t i = 0; i < l->count; i++) {
		json_obj_open(&reply.w);
		write_item(&reply.w, l, i, &last);
		json_obj_close(&reply.w);
	}
	json_arr_close(&reply.w);
	if (l->more)
		json_kv_id(&reply.w, "next", last);
	else
		json_kv_null(&reply.w, "next");
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

static enum step reply_units(struct task *t)
{
	return reply_list(t, write_unit);
}

static enum step reply_accounts(struct task *t)
{
	return reply_list(t, write_account);
}

static enum step reply_delegations(struct task *t)
{
	return reply_list(t, write_delegation);
}

static enum step reply_campaigns(struct task *t)
{
	return reply_list(t, write_campaign);
}

const struct task_step steps_unit_list[] = {
	API_BEGIN, { "decode", decode_page }, { "load", unit_list }, { "listed", admin_listed },
	{ "reply", reply_units }, TASK_STEPS_END
};
const struct task_step steps_account_list[] = {
	API_BEGIN, { "decode", decode_page }, { "load", account_list }, { "listed", admin_listed },
	{ "reply", reply_accounts }, TASK_STEPS_END
};
const struct task_step steps_delegation_list[] = {
	API_BEGIN, { "decode", decode_page }, { "load", delegation_list }, { "listed", admin_listed },
	{ "reply", reply_delegations }, TASK_STEPS_END
};
const struct task_step steps_campaign_list[] = {
	API_BEGIN, { "load", campaign_list }, { "listed", admin_listed }, { "reply", reply_campaigns },
	TASK_STEPS_END
};

/* ---- changes ---- */

static void decode_common(struct task *t, enum admin_change change)
{
	struct admin_call *a = task_ctx(t);

	a->change = change;
	a->key = api_request(t)->key;
	a->request_digest = api_request(t)->digest;
	a->starts_on = a->ends_on = DAY_NONE;
}

static struct sv text_or_none(const struct api_request *r, const char *name)
{
	const struct api_value *v = api_value(r, name);

	return v->set ? v->text : (struct sv){ NULL, 0 };
}

static day_t day_or_none(const struct api_request *r, const char *name)
{
	const struct api_value *v = api_value(r, name);

	return v->set ? (day_t)v->num : DAY_NONE;
}

/* ["officer","unit_head"] to "officer,unit_head"; NULL when not given. */
static enum err_code decode_roles(struct task *t, const char **ret)
{
	const struct api_value *v = api_value(api_request(t), "roles");
	const char *list = "";

	*ret = NULL;
	if (!v->set)
		return ERR_OK;
	for (const struct json_value *i = json_first(v->json); i; i = json_next(i)) {
		uint32_t bit;
		if (!role_by_code(json_string(i), &bit)) {
			enum err_code code = err_set(task_err(t), ERR_INVALID, "roles", "没有这种角色：%.*s",
						     (int)(json_string(i).n < 40 ? json_string(i).n : 40),
						     json_string(i).p ? json_string(i).p : "");
			err_field(task_err(t), "roles");
			return code;
		}
		list = arena_printf(task_arena(t), "%s%s%s", list, list[0] ? "," : "", role_code(bit));
	}
	*ret = list;
	return ERR_OK;
}

static enum step missing(struct task *t, const char *field)
{
	task_fail(t, ERR_INVALID, "required", "缺少 %s", field);
	err_field(task_err(t), "%s", field);
	return STEP_FAIL;
}

#define ROLES_FIELD { "roles", API_ARRAY, .max = ROLE_COUNT, .doc = "角色代码" }

const struct api_field fields_account_create[] = {
	{ "account", API_TEXT, .required = true, .max = 40, .doc = "账号：小写字母、数字、点、下划线、短横" },
	{ "name", API_TEXT, .required = true, .max = 60, .doc = "姓名" },
	{ "unit", API_ID, .required = true, .doc = "单位编号" },
	{ "roles", API_ARRAY, .required = true, .max = ROLE_COUNT, .doc = "角色代码" },
	{ "password", API_TEXT, .required = true, .max = PASSWORD_MAX_CHARS, .doc = "初始密码，至少 8 个字符" },
	{ .name = NULL },
};

static enum step decode_account_create(struct task *t)
{
	const struct api_request *r = api_request(t);
	struct admin_call *a = task_ctx(t);

	decode_common(t, ADMIN_ACCOUNT_CREATE);
	a->account = text_or_none(r, "account");
	a->name = text_or_none(r, "name");
	a->unit = api_value(r, "unit")->num;
	a->password = text_or_none(r, "password");
	return task_check(t, decode_roles(t, &a->roles));
}

#define ACCOUNT_ACTS "lock|unlock|password|roles|unit|rename|reset_totp"

const struct api_field fields_account_act[] = {
	{ "act", API_CHOICE, .required = true, .words = ACCOUNT_ACTS, .doc = "锁定、解锁、重设密码、改角色、调单位、改姓名、重置动态口令" },
	{ "password", API_TEXT, .max = PASSWORD_MAX_CHARS, .doc = "act 为 password 时必填" },
	ROLES_FIELD,
	{ "unit", API_ID, .doc = "act 为 unit 时必填" },
	{ "name", API_TEXT, .max = 60, .doc = "act 为 rename 时必填" },
	{ .name = NULL },
};

/* Each act takes its own field and no other. */
static enum step decode_account_act(struct task *t)
{
	static const struct {
		const char *act, *field;
	} acts[] = { { "lock", NULL }, { "unlock", NULL }, { "password", "password" }, { "roles", "roles" },
		     { "unit", "unit" }, { "rename", "name" }, { "reset_totp", NULL } };
	static const char *const fields[] = { "password", "roles", "unit", "name" };
	const struct api_request *r = api_request(t);
	struct admin_call *a = task_ctx(t);
	int64_t which = api_value(r, "act")->num;

	decode_common(t, ADMIN_ACCOUNT_SET);
	if (!api_path_id(t, "id", &a->id))
		return STEP_FAIL;
	a->act = acts[which].act;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		bool wanted = acts[which].field && strcmp(acts[which].field, fields[i]) == 0;
		bool given = api_value(r, fields[i])->set;
		if (wanted && !given)
			return missing(t, fields[i]);
		if (given && !wanted) {
			task_fail(t, ERR_INVALID, "unknown-field", "办理 %s 时不接受这个字段", a->act);
			err_field(task_err(t), "%s", fields[i]);
			return STEP_FAIL;
		}
	}
	a->name = text_or_none(r, "name");
	a->unit = api_value(r, "unit")->num;
	a->password = text_or_none(r, "password");
	return task_check(t, decode_roles(t, &a->roles));
}

const struct api_field fields_delegation_create[] = {
	{ "from", API_TEXT, .max = 40, .doc = "授权人账号；不写指本人，只有系统管理员可以替他人办理" },
	{ "to", API_TEXT, .required = true, .max = 40, .doc = "受权人账号，须在同一机关" },
	{ "roles", API_ARRAY, .required = true, .max = ROLE_COUNT, .doc = "授权的审批角色" },
	{ "starts_on", API_DAY, .required = true, .doc = "开始日期" },
	{ "ends_on", API_DAY, .required = true, .doc = "结束日期（含）" },
	{ "reason", API_TEXT, .required = true, .max = 200, .doc = "理由" },
	{ .name = NULL },
};

static enum step decode_delegation_create(struct task *t)
{
	const struct api_request *r = api_request(t);
	struct admin_call *a = task_ctx(t);

	decode_common(t, ADMIN_DELEGATION_CREATE);
	a->giver = text_or_none(r, "from");
	a->taker = text_or_none(r, "to");
	a->reason = text_or_none(r, "reason");
	a->starts_on = day_or_none(r, "starts_on");
	a->ends_on = day_or_none(r, "ends_on");
	return task_check(t, decode_roles(t, &a->roles));
}

static enum step decode_delegation_end(struct task *t)
{
	struct admin_call *a = task_ctx(t);

	decode_common(t, ADMIN_DELEGATION_END);
	return api_path_id(t, "id", &a->id) ? STEP_NEXT : STEP_FAIL;
}

const struct api_field fields_campaign_create[] = {
	{ "code", API_TEXT, .required = true, .max = 60, .doc = "代码" },
	{ "name", API_TEXT, .required = true, .max = 120, .doc = "名称" },
	{ "year", API_INT, .max = 2199, .doc = "年度" },
	{ "unit", API_TEXT, .max = 120, .doc = "组织单位" },
	{ "aliases", API_TEXT, .max = 300, .doc = "别名，以分号隔开" },
	{ "starts_on", API_DAY, .doc = "开始日期" },
	{ "ends_on", API_DAY, .doc = "结束日期" },
	{ "parent", API_TEXT, .max = 60, .doc = "所属行动的代码" },
	{ "note", API_TEXT, .max = 500, .doc = "说明" },
	{ .name = NULL },
};

static enum step decode_campaign_create(struct task *t)
{
	const struct api_request *r = api_request(t);
	struct admin_call *a = task_ctx(t);

	decode_common(t, ADMIN_CAMPAIGN_CREATE);
	a->account = text_or_none(r, "code");
	a->name = text_or_none(r, "name");
	a->year = api_value(r, "year")->num;
	a->organiser = text_or_none(r, "unit");
	a->aliases = text_or_none(r, "aliases");
	a->starts_on = day_or_none(r, "starts_on");
	a->ends_on = day_or_none(r, "ends_on");
	a->parent = text_or_none(r, "parent");
	a->note = text_or_none(r, "note");
	return STEP_NEXT;
}

static enum step reply_change(struct task *t)
{
	const struct admin_call *a = task_ctx(t);

	return api_reply_text(t, a->reply, a->replayed);
}

#define CHANGE_STEPS(name, decode) \
	const struct task_step name[] = { \
		API_BEGIN, { "decode", decode }, ADMIN_STEPS, { "reply", reply_change }, TASK_STEPS_END \
	}

CHANGE_STEPS(steps_account_create, decode_account_create);
CHANGE_STEPS(steps_account_act, decode_account_act);
CHANGE_STEPS(steps_delegation_create, decode_delegation_create);
CHANGE_STEPS(steps_delegation_end, decode_delegation_end);
CHANGE_STEPS(steps_campaign_create, decode_campaign_create);

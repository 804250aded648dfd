/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What every use case shares: who calls, the caller's context in the database, the audit line, and the
 * translation of the schema's refusals. */
#include "app/app.h"

#include "app/session_store.h"
#include "base/log.h"
#include "gen/queries.h"

/* Lines of callers that nobody knows: a flood of them must not fill the disk. */
enum { STRANGER_LINES = 20, STRANGER_PERIOD_US = 1000000 };

/* ---- who calls ---- */

static enum step refuse_caller(struct task *t)
{
	return task_fail(t, ERR_UNAUTHENTICATED, "session", "未登录，或登录已失效");
}

enum step step_authenticate(struct task *t)
{
	struct call *call = task_ctx(t);
	char digest[TOKEN_DIGEST_HEX];
	const struct session *cached;

	if (call->token.n == 0)
		return refuse_caller(t);
	session_digest(call->token, digest);
	cached = session_cache_get(call->app->sessions, digest, loop_now_us(call->app->loop));
	if (cached) {
		call->who = session_copy(task_arena(t), cached);
		return STEP_NEXT;
	}
	call->as_of = session_changes_now(call->app->changes);
	/* The write lane: finding a session marks it as seen. */
	call->seg = pg_segment_new(call->app->pool, PG_LANE_WRITE);
	pg_segment_addv(call->seg, Q_SESSION_FIND, PG_CSTR(digest), PG_I64(call->app->config.session_idle_s));
	return pg_segment_wait(call->seg, t);
}

enum step step_authenticated(struct task *t)
{
	struct call *call = task_ctx(t);
	const struct pg_reply *r;
	struct session *found;

	if (call->who)
		return STEP_NEXT;
	r = pg_segment_reply(call->seg);
	if (pg_rows(r, 0) == 0)
		return refuse_caller(t);
	found = session_read(task_arena(t), r, 0);
	session_digest(call->token, found->digest);
	session_keep(call->app, found, call->as_of);
	call->who = found;
	return STEP_NEXT;
}

struct pg_segment *app_segment(struct call *call, enum pg_lane lane)
{
	CHECK(call->who);
	call->seg = pg_segment_new(call->app->pool, lane);
	pg_segment_addv(call->seg, Q_CALLER_SET, PG_I64(call->who->actor.account), PG_CSTR(call->who->units));
	return call->seg;
}

/* ---- audit ---- */

static void audit_written(void *arg UNUSED, const struct pg_reply *reply)
{
	if (reply->code != ERR_OK)
		log_error("audit_lost", "code=%s sqlstate=%s", err_slug(reply->code), reply->sqlstate);
}

static bool stranger_may_write(int64_t now_us)
{
	static _Thread_local int64_t period_began_us;
	static _Thread_local int lines;

	if (now_us - period_began_us >= STRANGER_PERIOD_US) {
		if (lines > STRANGER_LINES)
			log_warn("audit_flood", "lines_dropped=%d", lines - STRANGER_LINES);
		period_began_us = now_us;
		lines = 0;
	}
	return ++lines <= STRANGER_LINES;
}

void app_audit(struct call *call, const char *outcome, const char *rule)
{
	struct pg_segment *seg;

	if (!call->who && !stranger_may_write(loop_now_us(call->app->loop)))
		return;
	seg = pg_segment_new(call->app->pool, PG_LANE_WRITE);
	int64_t account = call->who ? call->who->actor.account : call->named;
	pg_segment_addv(seg, Q_AUDIT_ADD, account ? PG_I64(account) : PG_NULL,
			PG_CSTR(call->place), PG_CSTR(call->request_id), PG_CSTR(call->action), PG_CSTR(outcome),
			rule && rule[0] ? PG_CSTR(rule) : PG_NULL, call->matter ? PG_I64(call->matter) : PG_NULL);
	pg_segment_submit(seg, audit_written, NULL);
}

void app_law_changed(struct app *app)
{
	if (app->law_changed)
		loop_post(app->law_loop, app->law_changed, app->law_changed_arg);
}

/* ---- refusals of the schema ---- */

static const struct {
	const char *constraint;
	enum err_code code;
	const char *field, *rule, *article, *message;
} refusals[] = {
	{ "matter_version_stale", ERR_STALE, "version", "stale-version", "", "案件已有新的办理记录，请刷新后再办" },
	{ "act_pkey", ERR_STALE, "version", "stale-version", "", "案件已有新的办理记录，请刷新后再办" },
	{ "idempotency_pkey", ERR_CONFLICT, "", "idempotency-race", "", "相同请求正在处理，请重试" },
	{ "document_number_key", ERR_INVALID, "fields.doc_no", "number-used", "", "该文号在本机关已经使用" },
	{ "act_approver_not_requester", ERR_LAW, "", "approver-is-requester",
	  "市场监督管理行政处罚程序规定第六十条", "不得审批自己提出的申请" },
	{ "act_approver_not_officer", ERR_LAW, "", "approver-is-officer",
	  "市场监督管理行政处罚程序规定第四十九条、第五十二条", "办案人员不得审核、审批自己承办的案件" },
	{ "act_not_in_future_check", ERR_INVALID, "happened_at", "not-in-future", "", "办理时间不得晚于现在" },
	{ "act_insert_only", ERR_FORBIDDEN, "", "ledger-insert-only", "", "办理记录只能增加，不能修改或删除" },
	{ "matter_two_officers_check", ERR_LAW, "fields.co_officer", "two-officers", "行政处罚法第四十二条",
	  "承办人与协办人不能是同一人" },
	{ "import_original_pkey", ERR_CONFLICT, "", "import-race", "", "相同原始编号的记录正在导入，请重试" },
	{ "account_name_key", ERR_INVALID, "name", "account-exists", "", "已有同名账号" },
	{ "account_name_check", ERR_INVALID, "name", "account-name", "",
	  "账号只能由 1 到 40 个小写字母、数字、点、下划线和短横组成" },
	{ "account_roles_check", ERR_INVALID, "roles", "roles", "", "角色不存在，或没有给出角色" },
	{ "account_unit_fkey", ERR_INVALID, "unit", "no-such-unit", "", "没有这个单位，或单位已停用" },
	{ "account_missing", ERR_NOT_FOUND, "", "no-such-account", "", "没有这个账号，或账号已停用" },
	{ "account_self", ERR_WRONG_STATE, "", "account-self", "", "不能锁定自己，也不能取消自己的管理员角色" },
	{ "account_totp_self", ERR_WRONG_STATE, "", "account-self", "",
	  "不能重置自己的动态口令，请在自己的设置中停用，或请其他管理员办理" },
	{ "account_admin_only", ERR_FORBIDDEN, "", "admin-only", "", "只有系统管理员可以办理" },
	{ "unit_code_key", ERR_INVALID, "code", "unit-exists", "", "已有同代码的单位" },
	{ "unit_code_form", ERR_INVALID, "code", "unit-code", "", "代码只能由字母、数字和短横组成，最多 60 个字符" },
	{ "unit_region_form", ERR_INVALID, "region", "unit-region", "", "行政区划代码是六位数字" },
	{ "unit_parent", ERR_INVALID, "parent", "no-such-unit", "", "没有这个上级单位，或单位已停用；大队、所、股须写明上级单位" },
	{ "unit_name_used", ERR_INVALID, "name", "unit-name-used", "", "已有同名的单位" },
	{ "unit_missing", ERR_NOT_FOUND, "", "no-such-unit", "", "没有这个单位" },
	{ "unit_move_organ", ERR_INVALID, "parent", "unit-move-organ", "", "案件属于机关，单位不能移到别的机关" },
	{ "unit_move_below", ERR_INVALID, "parent", "unit-move-below", "", "单位不能移到自己或者自己的下级之下" },
	{ "unit_parent_inactive", ERR_WRONG_STATE, "", "unit-parent-inactive", "", "上级单位已停用，请先启用上级单位" },
	{ "unit_has_accounts", ERR_WRONG_STATE, "", "unit-has-accounts", "", "单位还有未锁定的账号，请先调走或者锁定" },
	{ "unit_has_units", ERR_WRONG_STATE, "", "unit-has-units", "", "单位还有下级单位在用，请先停用或者移走" },
	{ "unit_has_matters", ERR_WRONG_STATE, "", "unit-has-matters", "", "单位还有未办结的线索、案件、移送或者公示，不能停用" },
	{ "number_series_missing", ERR_NOT_FOUND, "", "no-such-series", "", "这个单位没有这种文书的文号字头" },
	{ "number_prefix_form", ERR_INVALID, "prefix", "number-prefix", "", "字头不含括号、空格，不以数字结尾，例如 样市监处罚" },
	{ "number_prefix_organ", ERR_INVALID, "prefix", "number-prefix-organ", "", "别的机关已在使用这个字头" },
	{ "holiday_twice", ERR_INVALID, "days", "holiday-twice", "", "同一天出现两次" },
	{ "holiday_year", ERR_INVALID, "days", "holiday-year", "", "有的日期不在这一年" },
	{ "holiday_past", ERR_INVALID, "days", "holiday-past", "", "今天和以前的安排已经用于计算期限，不能更改；请照原样列出" },
	{ "delegation_period_check", ERR_INVALID, "ends_on", "period", "", "结束日期不能早于开始日期" },
	{ "delegation_past", ERR_INVALID, "ends_on", "period", "", "结束日期不能早于今天" },
	{ "delegation_length", ERR_INVALID, "ends_on", "period-too-long", "", "一次授权最长一年" },
	{ "delegation_self_check", ERR_INVALID, "to", "delegation-self", "", "不能授权给自己" },
	{ "delegation_roles_check", ERR_INVALID, "roles", "delegation-roles", "",
	  "只能授权审批角色，并且必须是授权人自己的角色" },
	{ "delegation_organ", ERR_INVALID, "to", "delegation-organ", "", "只能授权给本机关的账号" },
	{ "delegation_missing", ERR_NOT_FOUND, "", "no-such-delegation", "", "没有这项授权，或授权已经结束" },
	{ "delegation_not_yours", ERR_FORBIDDEN, "", "delegation-not-yours", "",
	  "只有授权人本人或系统管理员可以办理" },
	{ "upload_finished", ERR_WRONG_STATE, "", "upload-finished", "", "这次上传已经完成，或者已经取消" },
	{ "handoff_number_moved", ERR_CONFLICT, "", "number-moved", "", "拟用的文号刚被其他文书使用，请重试" },
	{ "record_pkey", ERR_STALE, "version", "stale-version", "", "移送已有新的记录，请刷新后再办" },
	{ "record_gap", ERR_STALE, "version", "stale-version", "", "移送已有新的记录，请刷新后再办" },
	{ "record_ordinal_key", ERR_STALE, "version", "stale-version", "", "移送已有新的记录，请刷新后再办" },
	{ "handoff_thread_key", ERR_CONFLICT, "", "thread-exists", "", "本机关已有这一移送" },
	{ "record_insert_only", ERR_FORBIDDEN, "", "ledger-insert-only", "", "移送记录只能增加，不能修改或删除" },
	{ "draft_version_stale", ERR_STALE, "version", "stale-version", "", "这份草稿已在别处修改，请比较以后再保存" },
	{ "draft_limit", ERR_INVALID, "key", "draft-limit", "", "草稿已有 200 份，请先删去不用的" },
	{ "law_campaigns_pkey", ERR_INVALID, "code", "campaign-exists", "", "已有同代码的专项行动" },
};

bool app_map_error(void *arg UNUSED, const struct pg_reply *reply, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		if (strcmp(reply->constraint, refusals[i].constraint) != 0)
			continue;
		err_set(err, refusals[i].code, refusals[i].rule, "%s", refusals[i].message);
		if (refusals[i].field[0])
			err_field(err, "%s", refusals[i].field);
		if (refusals[i].article[0])
			err_article(err, refusals[i].article);
		return true;
	}
	return false;
}

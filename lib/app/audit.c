/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The audit's requests: begin a run, look at it, submit it, list what was submitted. */
#include "app/audit.h"

#include <inttypes.h>
#include <stdio.h>

#include "gen/queries.h"

enum { CLOCK_SKEW_US = 5 * 1000 * 1000 };

static enum step refuse(struct task *t, enum err_code code, const char *field, const char *rule, const char *message)
{
	task_fail(t, code, rule, "%s", message);
	if (field[0])
		err_field(task_err(t), "%s", field);
	return STEP_FAIL;
}

static enum step replay(struct task *t, const struct pg_reply *r, size_t at, const char *digest, struct sv *ret)
{
	if (!sv_eq_str(pg_text(r, at, 0, 0), digest))
		return task_fail(t, ERR_KEY_REUSED, "idempotency-key-reused", "此 Idempotency-Key 已用于内容不同的请求");
	*ret = pg_text(r, at, 0, 2);
	return STEP_NEXT;
}

/* ---- POST /audits ---- */

enum step audit_load(struct task *t)
{
	struct audit_open_call *c = task_ctx(t);
	struct pg_value k = PG_INSTANT(c->as_of);
	struct pg_segment *seg;

	if (!c->call.app->content)
		return task_fail(t, ERR_WRONG_STATE, "store-missing", "系统没有配置材料存储目录，不能生成统计文件，请联系系统管理员");
	if (audit_span_parse(c->period, &c->span, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	c->asked = c->as_of != INSTANT_NONE;
	seg = app_segment(&c->call, PG_LANE_READ);
	c->at_idempotency = pg_segment_addv(seg, Q_IDEMPOTENCY_FIND, PG_I64(c->call.who->actor.account), PG_CSTR(c->key));
	c->at_organs = pg_segment_addv(seg, Q_AUDIT_ORGANS, k);
	c->at_now = pg_segment_add0(seg, Q_AUDIT_NOW);
	c->at_campaign = pg_segment_addv(seg, Q_AUDIT_CAMPAIGN, PG_CSTR(c->span.code), k);
	return pg_segment_wait(seg, t);
}

static enum step refuse_organ(struct task *t, const struct audit_open_call *c, const struct pg_reply *r)
{
	size_t n = pg_rows(r, c->at_organs);
	struct str codes = STR_INIT(256);

	refuse(t, ERR_INVALID, "organ", "organ",
	       n == 0 ? "没有您可以统计的机关" : c->organ.p ? "没有这一机关，或者您无权查看" : "请写明统计哪个机关（organ）");
	for (size_t i = 0; i < n; i++)
		str_printf(&codes, "%s%s", i > 0 ? "、" : "", pg_cstr(r, c->at_organs, i, 1));
	if (n > 0)
		err_detail(task_err(t), "可以统计的机关：%s。", str_cstr(&codes));
	str_release(&codes);
	return STEP_FAIL;
}

/* The organ that was named; else the caller's own; else the only one he sees. */
static enum step choose_organ(struct task *t, struct audit_open_call *c, const struct pg_reply *r)
{
	size_t n = pg_rows(r, c->at_organs), chosen = n;

	for (size_t i = 0; i < n; i++) {
		bool named = c->organ.p && sv_eq(c->organ, pg_text(r, c->at_organs, i, 1));
		bool own = !c->organ.p && pg_i64(r, c->at_organs, i, 0) == c->call.who->actor.organ;
		if (named || own)
			chosen = i;
	}
	if (chosen == n && !c->organ.p && n == 1)
		chosen = 0;
	if (chosen == n)
		return refuse_organ(t, c, r);
	c->organ_id = pg_i64(r, c->at_organs, chosen, 0);
	c->organ_code = pg_cstr(r, c->at_organs, chosen, 1);
	c->organ_name = pg_cstr(r, c->at_organs, chosen, 2);
	c->whole = pg_bool(r, c->at_organs, chosen, 3);
	return STEP_NEXT;
}

enum step audit_decide(struct task *t)
{
	struct audit_open_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	enum step step;

	if (pg_rows(r, c->at_idempotency) > 0) {
		c->replayed = true;
		return replay(t, r, c->at_idempotency, c->request_digest, &c->reply);
	}
	if ((step = choose_organ(t, c, r)) != STEP_NEXT)
		return step;
	c->now = pg_instant(r, c->at_now, 0, 0);
	/* Clocks of clients go a little fast. */
	if (!c->asked || (c->as_of > c->now && c->as_of - c->now <= CLOCK_SKEW_US))
		c->as_of = c->now;
	if (c->as_of > c->now)
		return refuse(t, ERR_INVALID, "as_of", "as-of-future", "截至时间不能晚于现在");
	day_t cut_off = instant_to_day(c->as_of);
	if (c->span.kind == AUDIT_CAMPAIGN) {
		if (pg_rows(r, c->at_campaign) == 0)
			return refuse(t, ERR_NOT_FOUND, "period", "no-such-campaign", "没有这一统计期或者专项行动");
		if (audit_span_campaign(&c->span, pg_cstr(r, c->at_campaign, 0, 0), pg_day(r, c->at_campaign, 0, 1),
					pg_day(r, c->at_campaign, 0, 2), cut_off, task_err(t)) != ERR_OK)
			return STEP_FAIL;
	}
	if (audit_span_close(&c->span, cut_off, c->asked, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_SLOW);
	pg_segment_addv(seg, Q_AUDIT_KNOWN, PG_I64(c->organ_id), PG_INSTANT(c->as_of));
	return pg_segment_wait(seg, t);
}

enum step audit_known(struct task *t)
{
	struct audit_open_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	const struct audit_span *s = &c->span;
	char first[40];

	if (c->replayed)
		return STEP_NEXT;
	if (!pg_bool(r, 1, 0, 0)) {
		instant_format(pg_instant(r, 1, 0, 1), first);
		refuse(t, ERR_INVALID, "as_of", "before-first-act", "截至时间之前还没有任何记录");
		err_detail(task_err(t), first[0] ? "%s的第一条记录在%s。" : "%s还没有任何记录。%s", c->organ_name, first);
		return STEP_FAIL;
	}
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_AUDIT_OPEN, PG_I64(c->organ_id), PG_I64(c->call.who->actor.account), PG_BOOL(c->whole),
			PG_CSTR(s->code), PG_CSTR(audit_kind_code(s->kind)), PG_CSTR(s->name), PG_DAY(s->from),
			PG_DAY(s->to), PG_BOOL(s->open), PG_INSTANT(c->as_of), PG_CSTR(c->key),
			PG_CSTR(c->request_digest));
	return pg_segment_wait(seg, t);
}

enum step audit_started(struct task *t)
{
	struct audit_open_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	if (c->replayed)
		return STEP_NEXT;
	c->reply = pg_text(r, 1, 0, 1);
	audit_job_start(c->call.app, c->call.who, c, pg_i64(r, 1, 0, 0));
	return STEP_NEXT;
}

/* ---- one run ---- */

static void read_run(const struct pg_reply *r, size_t at, size_t row, struct audit_run *ret)
{
	enum { ID, ORGAN, PERIOD, NAME, KIND, FROM, TO, OPEN, AS_OF, STATE, ROWS, PROBLEM, SHA256, SIZE, WHOLE, SNAPSHOT, SAME_ID,
	       SAME };

	*ret = (struct audit_run){
		.id = pg_i64(r, at, row, ID), .organ = pg_cstr(r, at, row, ORGAN), .period = pg_cstr(r, at, row, PERIOD),
		.name = pg_cstr(r, at, row, NAME), .kind = pg_cstr(r, at, row, KIND), .from = pg_day(r, at, row, FROM),
		.to = pg_day(r, at, row, TO), .open = pg_bool(r, at, row, OPEN), .as_of = pg_instant(r, at, row, AS_OF),
		.state = pg_cstr(r, at, row, STATE), .rows = pg_i64(r, at, row, ROWS), .problem = pg_cstr(r, at, row, PROBLEM),
		.sha256 = pg_cstr(r, at, row, SHA256), .size = pg_i64_or(r, at, row, SIZE, 0),
		.whole = pg_bool(r, at, row, WHOLE), .snapshot = pg_i64_or(r, at, row, SNAPSHOT, 0),
		.same_id = pg_i64_or(r, at, row, SAME_ID, 0),
		.same = !pg_is_null(r, at, row, SAME) && pg_bool(r, at, row, SAME),
	};
}

static enum step find_run(struct task *t, struct call *call, int64_t id)
{
	struct pg_segment *seg = app_segment(call, PG_LANE_READ);

	pg_segment_addv(seg, Q_AUDIT_SHOW, PG_I64(id));
	return pg_segment_wait(seg, t);
}

static enum step found_run(struct task *t, const struct call *call, int64_t id, struct audit_run *ret)
{
	const struct pg_reply *r = pg_segment_reply(call->seg);

	if (pg_rows(r, 1) == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-audit", "没有编号为 %" PRId64 " 的统计，或者您无权查看", id);
	read_run(r, 1, 0, ret);
	return STEP_NEXT;
}

enum step audit_show(struct task *t)
{
	struct audit_show_call *c = task_ctx(t);

	return find_run(t, &c->call, c->id);
}

enum step audit_shown(struct task *t)
{
	struct audit_show_call *c = task_ctx(t);

	return found_run(t, &c->call, c->id, &c->run);
}

enum step audit_file_find(struct task *t)
{
	struct audit_file_call *c = task_ctx(t);

	return find_run(t, &c->read.view.call, c->id);
}

enum step audit_file_found(struct task *t)
{
	struct audit_file_call *c = task_ctx(t);
	enum step step = found_run(t, &c->read.view.call, c->id, &c->run);

	if (step != STEP_NEXT)
		return step;
	if (strcmp(c->run.state, "done") != 0)
		return task_fail(t, ERR_WRONG_STATE, "not-finished", "统计尚未完成，没有文件");
	c->read.material = (struct material){ .sha256 = c->run.sha256, .size = c->run.size };
	return STEP_NEXT;
}

enum step audit_file_render(struct task *t)
{
	struct audit_file_call *c = task_ctx(t);

	return render_start(t, &(struct render_input){ .kind = c->kind, .sha256 = c->run.sha256 }, &c->file);
}

/* ---- the caller's own ---- */

enum step audit_list(struct task *t)
{
	struct audit_list_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	pg_segment_addv(seg, Q_AUDIT_LIST, PG_I64(c->call.who->actor.account), PG_I64(c->limit));
	return pg_segment_wait(seg, t);
}

enum step audit_listed(struct task *t)
{
	struct audit_list_call *c = task_ctx(t);

	c->count = pg_rows(pg_segment_reply(c->call.seg), 1);
	return STEP_NEXT;
}

void audit_list_at(const struct audit_list_call *c, size_t i, struct audit_run *ret)
{
	read_run(pg_segment_reply(c->call.seg), 1, i, ret);
}

/* ---- submitting ---- */

enum step audit_submit_load(struct task *t)
{
	struct audit_submit_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	c->at_run = pg_segment_addv(seg, Q_AUDIT_SHOW, PG_I64(c->id));
	c->at_idempotency = pg_segment_addv(seg, Q_IDEMPOTENCY_FIND, PG_I64(c->call.who->actor.account), PG_CSTR(c->key));
	return pg_segment_wait(seg, t);
}

enum step audit_submit(struct task *t)
{
	struct audit_submit_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	if (pg_rows(r, c->at_idempotency) > 0) {
		c->replayed = true;
		return replay(t, r, c->at_idempotency, c->request_digest, &c->reply);
	}
	if (pg_rows(r, c->at_run) == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-audit", "没有编号为 %" PRId64 " 的统计，或者您无权查看", c->id);
	read_run(r, c->at_run, 0, &c->run);
	if (strcmp(c->run.state, "done") != 0)
		return task_fail(t, ERR_WRONG_STATE, "not-finished", "统计尚未完成，不能报送");
	if (!c->run.whole)
		return task_fail(t, ERR_WRONG_STATE, "not-whole", "只统计了部分单位，不能作为全机关的数字报送");
	if (c->run.open && strcmp(c->run.kind, "campaign") != 0)
		return task_fail(t, ERR_WRONG_STATE, "period-open", "统计期还没有结束，不能报送");
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_SNAPSHOT_MAKE, PG_I64(c->id), PG_I64(c->call.who->actor.account), PG_CSTR(c->key),
			PG_CSTR(c->key ? c->request_digest : NULL));
	return pg_segment_wait(seg, t);
}

enum step audit_submitted(struct task *t)
{
	struct audit_submit_call *c = task_ctx(t);

	if (c->replayed)
		return STEP_NEXT;
	c->reply = pg_text(pg_segment_reply(c->call.seg), 1, 0, 1);
	if (!c->reply.p)
		return task_fail(t, ERR_WRONG_STATE, "not-finished", "统计尚未完成，不能报送");
	return STEP_NEXT;
}

/* ---- what was submitted ---- */

enum step snapshot_list(struct task *t)
{
	struct snapshot_list_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	pg_segment_addv(seg, Q_SNAPSHOT_LIST, PG_TEXT(c->period), c->id ? PG_I64(c->id) : PG_NULL, PG_I64(SNAPSHOTS_MAX));
	return pg_segment_wait(seg, t);
}

enum step snapshot_listed(struct task *t)
{
	struct snapshot_list_call *c = task_ctx(t);

	c->count = pg_rows(pg_segment_reply(c->call.seg), 1);
	if (c->id && c->count == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-snapshot", "没有编号为 %" PRId64 " 的报送，或者您无权查看", c->id);
	return STEP_NEXT;
}

void audit_snapshot_row(const struct pg_reply *r, size_t at, size_t row, struct audit_snapshot *ret)
{
	enum { ID, ORGAN, PERIOD, N, NAME, FROM, TO, AS_OF, MADE_BY, MADE_BY_NAME, MADE_AT, RUN, SHA256, SIZE, KIND };

	*ret = (struct audit_snapshot){
		.id = pg_i64(r, at, row, ID), .organ = pg_cstr(r, at, row, ORGAN), .period = pg_cstr(r, at, row, PERIOD),
		.n = pg_i64(r, at, row, N), .name = pg_cstr(r, at, row, NAME), .from = pg_day(r, at, row, FROM),
		.to = pg_day(r, at, row, TO), .as_of = pg_instant(r, at, row, AS_OF), .made_by = pg_cstr(r, at, row, MADE_BY),
		.made_by_name = pg_cstr(r, at, row, MADE_BY_NAME), .made_at = pg_instant(r, at, row, MADE_AT),
		.run = pg_i64(r, at, row, RUN), .sha256 = pg_cstr(r, at, row, SHA256), .size = pg_i64(r, at, row, SIZE),
		.kind = pg_cstr(r, at, row, KIND),
	};
}

void snapshot_at(const struct snapshot_list_call *c, size_t i, struct audit_snapshot *ret)
{
	audit_snapshot_row(pg_segment_reply(c->call.seg), 1, i, ret);
}

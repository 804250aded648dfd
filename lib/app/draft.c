/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/draft.h"

#include "gen/queries.h"

enum { KEY, TITLE, UPDATED_AT, VERSION, BODY };

enum step draft_key(struct task *t)
{
	const struct draft_call *d = task_ctx(t);
	bool good = d->key.n > 0 && d->key.n <= DRAFT_KEY_MAX;

	for (size_t i = 0; good && i < d->key.n; i++) {
		char c = d->key.p[i];
		good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
		       c == '-';
	}
	if (good)
		return STEP_NEXT;
	return task_fail(t, ERR_NOT_FOUND, "draft-key", "草稿的名称只能由 1 到 %d 个字母、数字、点、下划线和短横组成",
			 DRAFT_KEY_MAX);
}

/* ---- read ---- */

enum step draft_list(struct task *t)
{
	struct draft_call *d = task_ctx(t);
	struct pg_segment *seg = app_segment(&d->call, PG_LANE_READ);

	d->at = pg_segment_addv(seg, Q_DRAFT_LIST, PG_I64(d->call.who->actor.account));
	return pg_segment_wait(seg, t);
}

enum step draft_listed(struct task *t)
{
	struct draft_call *d = task_ctx(t);

	d->count = pg_rows(pg_segment_reply(d->call.seg), d->at);
	return STEP_NEXT;
}

void draft_at(const struct draft_call *d, size_t i, struct draft_row *ret)
{
	const struct pg_reply *r = pg_segment_reply(d->call.seg);

	*ret = (struct draft_row){ .key = pg_cstr(r, d->at, i, KEY), .title = pg_cstr(r, d->at, i, TITLE),
				   .updated_at = pg_instant(r, d->at, i, UPDATED_AT), .version = pg_i64(r, d->at, i, VERSION) };
}

enum step draft_get(struct task *t)
{
	struct draft_call *d = task_ctx(t);
	struct pg_segment *seg = app_segment(&d->call, PG_LANE_READ);

	d->at = pg_segment_addv(seg, Q_DRAFT_GET, PG_I64(d->call.who->actor.account), PG_TEXT(d->key));
	return pg_segment_wait(seg, t);
}

enum step draft_got(struct task *t)
{
	struct draft_call *d = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(d->call.seg);

	if (pg_rows(r, d->at) == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-draft", "没有这份草稿");
	draft_at(d, 0, &d->row);
	d->row.body = pg_text(r, d->at, 0, BODY);
	return STEP_NEXT;
}

/* ---- write ---- */

enum step draft_put(struct task *t)
{
	struct draft_call *d = task_ctx(t);
	struct str body = STR_INIT(DRAFT_BODY_MAX);
	struct json_writer w;

	json_writer_init(&w, &body);
	json_write_value(&w, d->body);
	if (!json_writer_ok(&w)) {
		str_release(&body);
		task_fail(t, ERR_INVALID, "draft-too-large", "草稿最大 256 KiB，请把长的内容存成材料");
		err_field(task_err(t), "body");
		return STEP_FAIL;
	}
	struct pg_segment *seg = app_segment(&d->call, PG_LANE_WRITE);
	d->at = pg_segment_addv(seg, Q_DRAFT_PUT, PG_TEXT(d->key), PG_TEXT(d->title), PG_I64(d->version),
				PG_TEXT(((struct sv){ body.p, body.len })));
	str_release(&body); /* copied */
	return pg_segment_wait(seg, t);
}

enum step draft_stored(struct task *t)
{
	struct draft_call *d = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(d->call.seg);

	d->row = (struct draft_row){ .version = pg_i64(r, d->at, 0, 0), .updated_at = pg_instant(r, d->at, 0, 1) };
	return STEP_NEXT;
}

enum step draft_drop(struct task *t)
{
	struct draft_call *d = task_ctx(t);
	struct pg_segment *seg = app_segment(&d->call, PG_LANE_WRITE);

	pg_segment_addv(seg, Q_DRAFT_DROP, PG_I64(d->call.who->actor.account), PG_TEXT(d->key));
	return pg_segment_wait(seg, t);
}

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/similar.h"

#include "gen/queries.h"

enum step similar_load(struct task *t)
{
	struct similar_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	c->call.matter = c->id;
	c->at_kind = pg_segment_addv(seg, Q_MATTER_KIND, PG_I64(c->id));
	c->at = pg_segment_addv(seg, Q_SIMILAR_CASES, PG_I64(c->id));
	return pg_segment_wait(seg, t);
}

enum step similar_read(struct task *t)
{
	struct similar_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	if (pg_rows(r, c->at_kind) == 0 || !sv_eq_str(pg_text(r, c->at_kind, 0, 0), "case"))
		return task_fail(t, ERR_NOT_FOUND, "no-such-matter", "没有这一案件，或者您无权查看");
	c->count = pg_rows(r, c->at);
	return STEP_NEXT;
}

void similar_at(const struct similar_call *c, size_t i, struct similar_row *ret)
{
	enum { ID, NUMBER, TITLE, DECIDED_ON, OUTCOME, FINE, DISCRETION };
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	*ret = (struct similar_row){
		.id = pg_i64(r, c->at, i, ID), .number = pg_cstr(r, c->at, i, NUMBER), .title = pg_cstr(r, c->at, i, TITLE),
		.decided_on = pg_day(r, c->at, i, DECIDED_ON), .outcome = pg_cstr(r, c->at, i, OUTCOME),
		.fine_fen = pg_i64_or(r, c->at, i, FINE, -1), .discretion = pg_cstr(r, c->at, i, DISCRETION),
	};
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Reading disclosures: the due list, one of them. */
#include "app/disclosure.h"

#include <inttypes.h>

#include "base/clock.h"
#include "gen/queries.h"
#include "law/ident.h"

enum { CURSOR_MAX = 64, FOUND_MAX = 50 };

/* ---- the list ---- */

/* "2026-05-15.123"; "-.123" behind the last day. */
static bool read_cursor(struct sv cursor, day_t *ret_due, int64_t *ret_id)
{
	const char *dot = cursor.n <= CURSOR_MAX ? memchr(cursor.p, '.', cursor.n) : NULL;
	struct sv due;

	if (!dot)
		return false;
	due = (struct sv){ cursor.p, (size_t)(dot - cursor.p) };
	*ret_due = DAY_MAX;
	return (sv_eq_str(due, "-") || day_parse_iso(due, ret_due)) &&
	       sv_to_i64((struct sv){ dot + 1, cursor.n - due.n - 1 }, ret_id) && *ret_id > 0;
}

static const char *write_cursor(struct arena *arena, const struct disclosure_row *last)
{
	char day[11] = "-";

	if (last->due != DAY_MAX)
		day_format(last->due, day);
	return arena_printf(arena, "%s.%" PRId64, day, last->id);
}

/* A day as PostgreSQL reads it: infinity has no number of its own in a request. */
static struct pg_value day_value(struct arena *arena, day_t day)
{
	char text[11];

	if (day == DAY_MAX)
		return PG_CSTR("infinity");
	day_format(day, text);
	return PG_CSTR(arena_strdup(arena, text));
}

static void find(struct disclosure_list_call *c, struct arena *arena, struct pg_segment *seg)
{
	struct docno no;

	c->limit = FOUND_MAX;
	if (c->number.n > 0) {
		ident_docno(arena, c->number, &no);
		c->at = pg_segment_addv(seg, Q_DISCLOSURE_FIND_NUMBER, PG_CSTR(no.key), PG_I64(FOUND_MAX));
	} else {
		c->at = pg_segment_addv(seg, Q_DISCLOSURE_FIND_CASE, PG_I64(c->case_id), PG_I64(FOUND_MAX));
	}
}

enum step disclosure_list(struct task *t)
{
	struct disclosure_list_call *c = task_ctx(t);
	struct arena *arena = task_arena(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);
	day_t due = 0; /* 1970-01-01: before everything */
	int64_t id = 0;

	c->today = instant_to_day(clock_now());
	if (c->limit <= 0)
		c->limit = DISCLOSURE_PAGE_DEFAULT;
	if (c->limit > DISCLOSURE_PAGE_MAX)
		c->limit = DISCLOSURE_PAGE_MAX;
	if (c->cursor.n > 0 && !read_cursor(c->cursor, &due, &id)) {
		pg_segment_forget(seg);
		enum step step = task_fail(t, ERR_INVALID, "cursor", "翻页位置无效");
		err_field(task_err(t), "after");
		return step;
	}
	struct pg_value after = day_value(arena, due);
	struct pg_value until = day_value(arena, c->until == DAY_NONE ? DAY_MAX : c->until);
	struct pg_value unit = c->unit ? PG_I64(c->unit) : PG_NULL;
	struct pg_value open = c->only_open || c->only_closed ? PG_BOOL(c->only_open) : PG_NULL;
	if (c->number.n > 0 || c->case_id)
		find(c, arena, seg);
	else if (c->call.who->own_roles & ROLE_AUDITOR) /* row-level security says of which organs */
		c->at = pg_segment_addv(seg, Q_DISCLOSURE_LIST_ALL, after, PG_I64(id), until, PG_CSTR(c->state), unit,
					PG_I64(c->limit + 1), open);
	else if (c->only_open)
		c->at = pg_segment_addv(seg, Q_DISCLOSURE_DUE, after, PG_I64(id), until, PG_CSTR(c->state), unit,
					PG_I64(c->limit + 1), PG_I64(c->call.who->actor.organ));
	else
		c->at = pg_segment_addv(seg, Q_DISCLOSURE_LIST, after, PG_I64(id), until, PG_CSTR(c->state), unit,
					PG_I64(c->limit + 1), PG_I64(c->call.who->actor.organ), open);
	return pg_segment_wait(seg, t);
}

static void read_row(const struct pg_reply *r, size_t at, size_t i, struct disclosure_row *ret)
{
	enum { ID, VERSION, CASE_ID, NUMBER, TITLE, PARTY, CLASS, STATE, OPEN, TURN, OFFICER, UNIT, NEXT_ON, NEXT_RULE,
	       PUBLISH_DUE, PUBLISHED, STOP_DUE, DECIDED };

	*ret = (struct disclosure_row){
		.id = pg_i64(r, at, i, ID), .version = pg_i64(r, at, i, VERSION), .case_id = pg_i64_or(r, at, i, CASE_ID, 0),
		.number = pg_cstr(r, at, i, NUMBER), .title = pg_cstr(r, at, i, TITLE), .party = pg_cstr(r, at, i, PARTY),
		.class = pg_cstr(r, at, i, CLASS), .turn = pg_cstr(r, at, i, TURN), .officer = pg_cstr(r, at, i, OFFICER),
		.unit = pg_cstr(r, at, i, UNIT), .rule = pg_cstr(r, at, i, NEXT_RULE), .open = pg_bool(r, at, i, OPEN),
		.due = pg_day(r, at, i, NEXT_ON), .publish_due = pg_day(r, at, i, PUBLISH_DUE),
		.published = pg_day(r, at, i, PUBLISHED), .stop_due = pg_day(r, at, i, STOP_DUE),
		.decided = pg_day(r, at, i, DECIDED),
	};
	(void)state_by_code(pg_text(r, at, i, STATE), &ret->state);
}

enum step disclosure_listed(struct task *t)
{
	struct disclosure_list_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	size_t n = pg_rows(r, c->at);

	c->count = n > (size_t)c->limit ? (size_t)c->limit : n;
	c->rows = arena_array(task_arena(t), struct disclosure_row, c->count + 1);
	for (size_t i = 0; i < c->count; i++)
		read_row(r, c->at, i, &c->rows[i]);
	c->next = n > c->count ? write_cursor(task_arena(t), &c->rows[c->count - 1]) : NULL;
	return STEP_NEXT;
}

/* ---- one ---- */

enum step disclosure_view_load(struct task *t)
{
	struct disclosure_view *v = task_ctx(t);
	struct pg_segment *seg = app_segment(&v->view.call, PG_LANE_READ);

	v->view.call.matter = v->view.id;
	v->view.at_matter = pg_segment_addv(seg, Q_MATTER_VIEW, PG_I64(v->view.id));
	v->at_show = pg_segment_addv(seg, Q_DISCLOSURE_SHOW, PG_I64(v->view.id));
	v->at_periods = pg_segment_addv(seg, Q_PUBLIC_PERIODS, PG_I64(v->view.id));
	return pg_segment_wait(seg, t);
}

static void read_periods(struct disclosure_view *v, struct arena *arena, const struct pg_reply *r)
{
	enum { ID, N, FROM_AT, UNTIL_AT, WHY, PUBLISHED_ON, STOP_DUE, SUMMARY, BODY, DIGEST };
	const size_t at = v->at_periods;

	v->period_count = pg_rows(r, at);
	v->periods = arena_array(arena, struct public_period, v->period_count + 1);
	for (size_t i = 0; i < v->period_count; i++) {
		struct public_period *p = &v->periods[i];
		*p = (struct public_period){
			.id = pg_i64(r, at, i, ID), .n = pg_i64(r, at, i, N), .from_at = pg_instant(r, at, i, FROM_AT),
			.until_at = pg_instant(r, at, i, UNTIL_AT), .why = pg_cstr(r, at, i, WHY),
			.published_on = pg_day(r, at, i, PUBLISHED_ON), .stop_due = pg_day(r, at, i, STOP_DUE),
			.digest = pg_cstr(r, at, i, DIGEST), .body = pg_text(r, at, i, BODY),
		};
		if (p->until_at == INSTANT_NONE && v->view.today <= p->stop_due)
			v->public_now = true;
	}
}

enum step disclosure_view_read(struct task *t)
{
	enum { CASE_ID, CASE_NUMBER, CASE_TITLE, CASE_STATE, ORGAN_NAME };
	struct disclosure_view *v = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(v->view.call.seg);
	enum step next = view_read(t);

	if (next != STEP_NEXT)
		return next;
	if (pg_rows(r, v->at_show) == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-matter", "没有这一公示事项，或者您无权查看");
	const struct facts *f = &v->view.dossier->facts;
	v->case_id = pg_i64_or(r, v->at_show, 0, CASE_ID, 0);
	v->case_number = pg_cstr(r, v->at_show, 0, CASE_NUMBER);
	v->case_title = pg_cstr(r, v->at_show, 0, CASE_TITLE);
	if (!pg_is_null(r, v->at_show, 0, CASE_STATE))
		(void)state_by_code(pg_text(r, v->at_show, 0, CASE_STATE), &v->case_state);
	read_periods(v, task_arena(t), r);
	day_t on = fact_has(f, FIELD_PUBLISHED_FROM)   ? fact_day(f, FIELD_PUBLISHED_FROM)
		   : fact_has(f, FIELD_PUBLISHED_ON) ? fact_day(f, FIELD_PUBLISHED_ON)
							: v->view.today;
	v->has_window = disclosure_window(v->view.call.book, f, on, &v->window);
	v->organ_name = pg_cstr(r, v->at_show, 0, ORGAN_NAME);
	disclosure_summary(task_arena(t), f, v->organ_name, v->view.number.p, &v->summary);
	return STEP_NEXT;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Reading hand-overs: lists, one of them, its thread; the directory of organs; the quarantine. */
#include "app/handoff.h"

#include "base/clock.h"
#include "gen/queries.h"
#include "law/ident.h"

/* ---- lists ---- */

static int64_t page_size(int64_t asked)
{
	if (asked <= 0)
		return HANDOFF_PAGE_DEFAULT;
	return asked < HANDOFF_PAGE_MAX ? asked : HANDOFF_PAGE_MAX;
}

static struct pg_value optional(const char *text)
{
	return PG_CSTR(text && text[0] ? text : NULL);
}

/* As our numbers are written: 乐市监移〔2026〕3号. */
static const char *official_number(struct arena *arena, struct sv typed)
{
	struct docno no;

	if (typed.n == 0)
		return NULL;
	ident_docno(arena, typed, &no);
	if (!no.parsed || no.letters[0])
		return arena_strndup(arena, typed.p, typed.n);
	return ident_docno_format(arena, no.prefix, no.year, no.serial);
}

enum step handoff_list(struct task *t)
{
	struct handoff_list_call *c = task_ctx(t);
	const struct actor *me = &c->call.who->actor;
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);
	bool everywhere = (c->call.who->own_roles & ROLE_AUDITOR) != 0; /* row-level security says of which organs */

	c->limit = page_size(c->limit);
	c->today = instant_to_day(clock_now());
	pg_segment_addv(seg, Q_HANDOFF_LIST, PG_I64(me->organ), PG_I64(c->before > 0 ? c->before : INT64_MAX),
			PG_I64(c->limit + 1), c->side ? PG_I64(c->side) : PG_NULL, optional(c->channel), optional(c->state),
			optional(c->peer), PG_CSTR(official_number(task_arena(t), c->number)),
			c->case_id ? PG_I64(c->case_id) : PG_NULL,
			c->only_open || c->only_closed ? PG_BOOL(c->only_open) : PG_NULL, PG_BOOL(everywhere));
	return pg_segment_wait(seg, t);
}

enum { ID, VERSION, CASE_ID, CHANNEL, THREAD, SIDE, NUMBER, TITLE, PARTY, TURN, OFFICER, RULE, PEER, PEER_NAME, STATE,
       OPEN, DUE, SENT_AT, OWN, OWN_NAME, WAITING, FAILED };

static void read_row(const struct pg_reply *r, size_t at, size_t i, struct handoff_row *ret)
{
	*ret = (struct handoff_row){
		.id = pg_i64(r, at, i, ID), .version = pg_i64(r, at, i, VERSION),
		.case_id = pg_i64_or(r, at, i, CASE_ID, 0), .channel = pg_cstr(r, at, i, CHANNEL),
		.thread = pg_cstr(r, at, i, THREAD), .side = (unsigned)pg_i64(r, at, i, SIDE),
		.number = pg_cstr(r, at, i, NUMBER), .title = pg_cstr(r, at, i, TITLE), .party = pg_cstr(r, at, i, PARTY),
		.turn = pg_cstr(r, at, i, TURN), .officer = pg_cstr(r, at, i, OFFICER), .rule = pg_cstr(r, at, i, RULE),
		.peer = pg_cstr(r, at, i, PEER), .peer_name = pg_cstr(r, at, i, PEER_NAME),
		.open = pg_bool(r, at, i, OPEN), .due = pg_day(r, at, i, DUE), .sent_at = pg_instant(r, at, i, SENT_AT),
	};
	(void)state_by_code(pg_text(r, at, i, STATE), &ret->state);
}

enum step handoff_listed(struct task *t)
{
	struct handoff_list_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	size_t n = pg_rows(r, 1);

	c->count = n > (size_t)c->limit ? (size_t)c->limit : n;
	c->rows = arena_array(task_arena(t), struct handoff_row, c->count + 1);
	for (size_t i = 0; i < c->count; i++)
		read_row(r, 1, i, &c->rows[i]);
	c->next = n > c->count ? c->rows[c->count - 1].id : 0;
	return STEP_NEXT;
}

/* ---- one ---- */

enum step handoff_view_load(struct task *t)
{
	struct handoff_view *v = task_ctx(t);
	struct pg_segment *seg = app_segment(&v->view.call, PG_LANE_READ);

	v->view.call.matter = v->view.id;
	v->view.at_matter = pg_segment_addv(seg, Q_MATTER_VIEW, PG_I64(v->view.id));
	if (v->view.with_acts)
		v->view.at_acts = pg_segment_addv(seg, Q_ACT_LIST, PG_I64(v->view.id), PG_I64(v->view.after),
						  PG_I64(v->view.limit + 1));
	v->at = pg_segment_addv(seg, Q_HANDOFF_SHOW, PG_I64(v->view.id));
	return pg_segment_wait(seg, t);
}

enum step handoff_view_read(struct task *t)
{
	struct handoff_view *v = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(v->view.call.seg);
	enum step next = view_read(t);

	if (next != STEP_NEXT)
		return next;
	if (pg_rows(r, v->at) == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-matter", "没有这一移送，或者您无权查看");
	read_row(r, v->at, 0, &v->row);
	v->own = pg_cstr(r, v->at, 0, OWN);
	v->own_name = pg_cstr(r, v->at, 0, OWN_NAME);
	v->waiting = pg_i64(r, v->at, 0, WAITING);
	v->failed = pg_i64(r, v->at, 0, FAILED);
	return STEP_NEXT;
}

/* ---- the thread ---- */

enum step handoff_thread(struct task *t)
{
	struct handoff_thread_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	c->call.matter = c->id;
	c->at = pg_segment_addv(seg, Q_HANDOFF_SHOW, PG_I64(c->id));
	pg_segment_addv(seg, Q_RECORD_LIST, PG_I64(c->id));
	pg_segment_addv(seg, Q_PACKAGE_LIST, PG_I64(c->id));
	pg_segment_addv(seg, Q_OUTBOX_LIST, PG_I64(c->id));
	return pg_segment_wait(seg, t);
}

static void read_records(struct handoff_thread_call *c, struct arena *arena, const struct pg_reply *r, size_t at)
{
	enum { ORDINAL, LANE, N, SEQ, KIND, DIGEST, BODY, CMS, SM2, STORED_AT };

	c->record_count = pg_rows(r, at);
	c->records = arena_array(arena, struct handoff_record_row, c->record_count + 1);
	for (size_t i = 0; i < c->record_count; i++)
		c->records[i] = (struct handoff_record_row){
			.ordinal = pg_i64(r, at, i, ORDINAL), .lane = pg_cstr(r, at, i, LANE), .n = pg_i64(r, at, i, N),
			.seq = pg_i64(r, at, i, SEQ), .kind = pg_cstr(r, at, i, KIND), .digest = pg_cstr(r, at, i, DIGEST),
			.body = pg_text(r, at, i, BODY), .cms = pg_text(r, at, i, CMS), .sm2 = pg_text(r, at, i, SM2),
			.stored_at = pg_instant(r, at, i, STORED_AT),
		};
}

static void read_packages(struct handoff_thread_call *c, struct arena *arena, const struct pg_reply *r, size_t at)
{
	enum { SEQ, NAME, LANE, MANIFEST, TAGMANIFEST, ITEMS, BYTES, HELD };

	c->package_count = pg_rows(r, at);
	c->packages = arena_array(arena, struct handoff_package_row, c->package_count + 1);
	for (size_t i = 0; i < c->package_count; i++)
		c->packages[i] = (struct handoff_package_row){
			.seq = pg_i64(r, at, i, SEQ), .name = pg_cstr(r, at, i, NAME), .lane = pg_cstr(r, at, i, LANE),
			.manifest = pg_cstr(r, at, i, MANIFEST), .tagmanifest = pg_cstr(r, at, i, TAGMANIFEST),
			.items = pg_i64(r, at, i, ITEMS), .bytes = pg_i64(r, at, i, BYTES), .held = pg_bool(r, at, i, HELD),
		};
}

static void read_outbox(struct handoff_thread_call *c, struct arena *arena, const struct pg_reply *r, size_t at)
{
	enum { TO, TO_NAME, WAY, LANE, N, TRIES, MADE_AT, NEXT_AT, DONE_AT, ERROR };

	c->outbox_count = pg_rows(r, at);
	c->outbox = arena_array(arena, struct handoff_outbox_row, c->outbox_count + 1);
	for (size_t i = 0; i < c->outbox_count; i++)
		c->outbox[i] = (struct handoff_outbox_row){
			.to = pg_cstr(r, at, i, TO), .way = pg_is_null(r, at, i, WAY) ? "" : pg_cstr(r, at, i, WAY),
			.to_name = pg_cstr(r, at, i, pg_is_null(r, at, i, TO_NAME) ? TO : TO_NAME),
			.lane = pg_cstr(r, at, i, LANE), .n = pg_i64(r, at, i, N), .tries = pg_i64(r, at, i, TRIES),
			.made_at = pg_instant(r, at, i, MADE_AT), .next_at = pg_instant(r, at, i, NEXT_AT),
			.done_at = pg_instant(r, at, i, DONE_AT), .error = pg_cstr(r, at, i, ERROR),
		};
}

enum step handoff_thread_read(struct task *t)
{
	struct handoff_thread_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	if (pg_rows(r, c->at) == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-matter", "没有这一移送，或者您无权查看");
	c->thread = pg_cstr(r, c->at, 0, THREAD);
	c->channel = pg_cstr(r, c->at, 0, CHANNEL);
	c->number = pg_cstr(r, c->at, 0, NUMBER);
	c->own = pg_is_null(r, c->at, 0, OWN) ? "" : pg_cstr(r, c->at, 0, OWN);
	read_records(c, task_arena(t), r, c->at + 1);
	read_packages(c, task_arena(t), r, c->at + 2);
	read_outbox(c, task_arena(t), r, c->at + 3);
	return STEP_NEXT;
}

/* ---- the directory ---- */

enum step peer_list(struct task *t)
{
	struct peer_list_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	pg_segment_addv(seg, Q_PEER_LIST, PG_I64(c->call.who->actor.organ));
	return pg_segment_wait(seg, t);
}

enum step peer_listed(struct task *t)
{
	enum { CODE, NAME, KIND, REGION, WAY, ACTIVE, IS_OWN };
	struct peer_list_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	c->count = pg_rows(r, 1);
	c->rows = arena_array(task_arena(t), struct peer_row, c->count + 1);
	for (size_t i = 0; i < c->count; i++)
		c->rows[i] = (struct peer_row){
			.code = pg_cstr(r, 1, i, CODE), .name = pg_cstr(r, 1, i, NAME), .kind = pg_cstr(r, 1, i, KIND),
			.region = pg_cstr(r, 1, i, REGION), .way = pg_cstr(r, 1, i, WAY), .active = pg_bool(r, 1, i, ACTIVE),
			.own = pg_bool(r, 1, i, IS_OWN),
		};
	return STEP_NEXT;
}

/* ---- the quarantine ---- */

enum step quarantine_list(struct task *t)
{
	struct quarantine_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	c->limit = page_size(c->limit);
	pg_segment_addv(seg, Q_QUARANTINE_LIST, PG_I64(c->before > 0 ? c->before : INT64_MAX), PG_I64(c->limit + 1));
	return pg_segment_wait(seg, t);
}

enum step quarantine_listed(struct task *t)
{
	enum { Q_ID, TIMES, AT, LAST_AT, ORGAN, SOURCE, DIGEST, BROKEN_RULE, MESSAGE, PATH };
	struct quarantine_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	size_t n = pg_rows(r, 1);

	c->count = n > (size_t)c->limit ? (size_t)c->limit : n;
	c->rows = arena_array(task_arena(t), struct quarantine_row, c->count + 1);
	for (size_t i = 0; i < c->count; i++)
		c->rows[i] = (struct quarantine_row){
			.id = pg_i64(r, 1, i, Q_ID), .times = pg_i64(r, 1, i, TIMES), .at = pg_instant(r, 1, i, AT),
			.last_at = pg_instant(r, 1, i, LAST_AT),
			.organ = pg_is_null(r, 1, i, ORGAN) ? "" : pg_cstr(r, 1, i, ORGAN),
			.source = pg_cstr(r, 1, i, SOURCE), .digest = pg_cstr(r, 1, i, DIGEST),
			.rule = pg_cstr(r, 1, i, BROKEN_RULE), .message = pg_cstr(r, 1, i, MESSAGE), .file = pg_cstr(r, 1, i, PATH),
		};
	c->next = n > c->count ? c->rows[c->count - 1].id : 0;
	return STEP_NEXT;
}

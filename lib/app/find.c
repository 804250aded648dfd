/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/find.h"

#include "app/unit_names.h"
#include "base/clock.h"
#include "base/text.h"
#include "gen/queries.h"
#include "law/ident.h"

enum { KEY_MAX = 600, PARTY_MIN_CHARS = 2 };

/* Sorts after every text that begins with what stands before it. */
#define LAST_CHARACTER "\xf4\x8f\xbf\xbf"

/* ---- how many ---- */

/* {unit_head,principal}: codes need no quoting. */
static const char *turns_of(struct arena *arena, uint32_t roles)
{
	const char *ret = "{";

	for (int i = 0; i < ROLE_COUNT; i++) {
		if (roles & (1u << i))
			ret = arena_printf(arena, "%s%s%s", ret, ret[1] ? "," : "", role_code(1u << i));
	}
	return arena_printf(arena, "%s}", ret);
}

enum step count_load(struct task *t)
{
	struct count_call *c = task_ctx(t);
	const struct actor *me = &c->call.who->actor;
	day_t today = instant_to_day(clock_now());
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);
	uint32_t others = me->roles & ~(uint32_t)ROLES_OFFICERS;

	c->at_own = pg_segment_addv(seg, Q_COUNT_OWN, PG_I64(me->account), PG_DAY(today));
	c->at_turns = pg_segment_addv(seg, Q_COUNT_TURNS, PG_I64(me->organ), PG_CSTR(turns_of(task_arena(t), others)));
	c->at_approve = pg_segment_addv(seg, Q_COUNT_TURNS, PG_I64(me->organ),
					PG_CSTR(turns_of(task_arena(t), queue_approving(me->roles))));
	c->at_units = pg_segment_addv(seg, Q_COUNT_UNITS, PG_CSTR(c->call.who->units), PG_DAY(today),
				      PG_DAY(today + 7 - day_weekday(today)));
	return pg_segment_wait(seg, t);
}

static int64_t at_most(int64_t n)
{
	return n < COUNT_MAX ? n : COUNT_MAX;
}

enum step count_read(struct task *t)
{
	struct count_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	c->mine = at_most(pg_i64(r, c->at_own, 0, 0) + pg_i64(r, c->at_turns, 0, 0));
	c->waiting = at_most(pg_i64(r, c->at_own, 0, 1));
	c->approve = at_most(pg_i64(r, c->at_approve, 0, 0));
	c->unit = at_most(pg_i64(r, c->at_units, 0, 0));
	c->week = at_most(pg_i64(r, c->at_units, 0, 1));
	c->overdue = at_most(pg_i64(r, c->at_units, 0, 2));
	return STEP_NEXT;
}

/* ---- jump ---- */

static void add_by_key(struct queue_call *q, struct pg_segment *seg, unsigned statement, const char *from, const char *upto)
{
	pg_segment_addv(seg, statement, PG_CSTR(from), PG_CSTR(upto), PG_I64(0), PG_NULL, PG_I64(FIND_MAX));
	q->part_count++;
}

/* The beginning of a number, with or without its year: keys are prefix|year|serial. */
static void add_number(struct queue_call *q, struct arena *arena, struct pg_segment *seg, const char *key)
{
	struct docno no;
	size_t n = strlen(key);

	ident_docno(arena, q->wanted, &no);
	if (no.parsed) {
		add_by_key(q, seg, Q_SEARCH_NUMBER, no.key, arena_printf(arena, "%s\x01", no.key));
		return;
	}
	if (n > 4 && strspn(key + n - 4, "0123456789") == 4 && (key[n - 4] == '1' || key[n - 4] == '2') &&
	    !(key[n - 5] >= '0' && key[n - 5] <= '9'))
		key = arena_printf(arena, "%.*s|%s|", (int)(n - 4), key, key + n - 4);
	add_by_key(q, seg, Q_SEARCH_NUMBER, key, arena_printf(arena, "%s" LAST_CHARACTER, key));
}

static void add_code(struct queue_call *q, struct arena *arena, struct pg_segment *seg)
{
	const char *uscc;

	if (ident_uscc(arena, q->wanted, &uscc, NULL, NULL) != ERR_OK)
		return;
	pg_segment_addv(seg, Q_SEARCH_USCC, PG_CSTR(uscc), PG_I64(INT64_MAX), PG_NULL, PG_I64(FIND_MAX));
	q->part_count++;
}

enum step find_load(struct task *t)
{
	struct queue_call *q = task_ctx(t);
	struct arena *arena = task_arena(t);
	const char *key = text_fold(arena, q->wanted);
	struct sv digits = sv_trim(sv_of(key ? key : ""));
	int64_t id;

	q->today = instant_to_day(clock_now());
	q->limit = FIND_MAX;
	q->is_search = true;
	if (!key || !key[0] || strlen(key) > KEY_MAX) {
		task_fail(t, ERR_INVALID, "search-text", "请给出文号、统一社会信用代码、当事人名称或者编号");
		err_field(task_err(t), "q");
		return STEP_FAIL;
	}
	struct pg_segment *seg = app_segment(&q->call, PG_LANE_READ);
	q->first_part = 1;
	/* In the order in which the rows are shown. */
	if (sv_to_i64(digits, &id) && id > 0) {
		pg_segment_addv(seg, Q_FIND_ID, PG_I64(id));
		q->part_count++;
	}
	add_code(q, arena, seg);
	add_number(q, arena, seg, key);
	if (text_count_chars(sv_of(key)) >= PARTY_MIN_CHARS)
		add_by_key(q, seg, Q_SEARCH_PARTY, key, arena_printf(arena, "%s" LAST_CHARACTER, key));
	q->at_units = unit_names_ask(q->call.app, seg);
	return pg_segment_wait(seg, t);
}

static bool listed(const struct queue_call *q, int64_t id)
{
	for (size_t i = 0; i < q->count; i++) {
		if (q->rows[i].id == id)
			return true;
	}
	return false;
}

enum step find_read(struct task *t)
{
	struct queue_call *q = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(q->call.seg);

	unit_names_take(q->call.app, r, q->at_units);
	q->rows = arena_array(task_arena(t), struct queue_row, FIND_MAX);
	for (size_t p = q->first_part; p < q->first_part + q->part_count; p++) {
		for (size_t i = 0; i < pg_rows(r, p) && q->count < FIND_MAX; i++) {
			struct queue_row row;
			queue_row_read(r, p, i, &row);
			if (!listed(q, row.id))
				q->rows[q->count++] = row;
		}
	}
	return STEP_NEXT;
}

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/warning.h"

#include <inttypes.h>

#include "base/clock.h"
#include "gen/queries.h"

enum { CURSOR_MAX = 64, AHEAD_FALLBACK = 2 };

/* Who sees what his unit or organ has, beside those who work cases. */
#define WIDE (ROLE_CLERK | ROLE_UNIT_HEAD | ROLE_LEGAL_REVIEWER | ROLES_LEADER | ROLE_CREDIT_CLERK | ROLE_AUDITOR | ROLES_PARTNERS | \
	      ROLE_EXCHANGE)

day_t warning_until(const struct calendar *cal, day_t today, int64_t days)
{
	bool provisional = false;
	day_t ret = DAY_NONE;

	if (calendar_add(cal, today, (int)days, &ret, &provisional, NULL) != ERR_OK)
		ret = today + (day_t)days * AHEAD_FALLBACK;
	return ret;
}

/* ---- asking ---- */

size_t warning_ask(struct pg_segment *seg, const struct warning_query *q)
{
	struct pg_value unit = q->unit ? PG_I64(q->unit) : PG_NULL, account = q->account ? PG_I64(q->account) : PG_NULL;
	size_t at = pg_segment_add0(seg, Q_WARNING_METRICS);

	if (q->account)
		pg_segment_addv(seg, Q_WARNING_OWN, PG_DAY(q->until), PG_DAY(q->after_due), PG_I64(q->after_id),
				PG_I64(q->after_idx), PG_I64(q->account), PG_I64(q->limit + 1));
	else
		pg_segment_addv(seg, Q_WARNING_LIST, PG_DAY(q->until), PG_DAY(q->after_due), PG_I64(q->after_id),
				PG_I64(q->after_idx), unit, PG_I64(q->limit + 1));
	pg_segment_addv(seg, Q_WARNING_GROUPS, PG_DAY(q->until), PG_DAY(q->today), unit, account,
			PG_CSTR(q->by == WARNING_BY_OFFICER ? "officer" : "unit"));
	return at;
}

/* "2026-05-15.123.4" */
static bool read_cursor(struct sv cursor, struct warning_query *q)
{
	const char *dot = cursor.n <= CURSOR_MAX ? memchr(cursor.p, '.', cursor.n) : NULL;

	if (!dot || !day_parse_iso((struct sv){ cursor.p, (size_t)(dot - cursor.p) }, &q->after_due))
		return false;
	struct sv rest = { dot + 1, cursor.n - (size_t)(dot + 1 - cursor.p) };
	const char *next = memchr(rest.p, '.', rest.n);
	return next && sv_to_i64((struct sv){ rest.p, (size_t)(next - rest.p) }, &q->after_id) &&
	       sv_to_i64((struct sv){ next + 1, rest.n - (size_t)(next + 1 - rest.p) }, &q->after_idx) && q->after_idx >= 0 &&
	       q->after_idx <= INT32_MAX;
}

static void query_of(const struct warning_call *c, struct warning_query *ret)
{
	const struct actor *me = &c->call.who->actor;

	*ret = (struct warning_query){ .until = c->until, .today = c->today, .after_idx = 0, .unit = c->unit, .by = c->by,
				       .limit = c->limit, .account = me->roles & WIDE ? 0 : me->account };
}

enum step warning_load(struct task *t)
{
	struct warning_call *c = task_ctx(t);
	struct warning_query q;

	if (c->days < 0)
		c->days = c->call.app->config.warning_days;
	if (c->limit <= 0 || c->limit > WARNING_PAGE_MAX)
		c->limit = c->limit <= 0 ? WARNING_PAGE_DEFAULT : WARNING_PAGE_MAX;
	c->today = instant_to_day(clock_now());
	c->until = warning_until(&c->call.book->calendar, c->today, c->days);
	query_of(c, &q);
	if (c->cursor.n > 0 && !read_cursor(c->cursor, &q)) {
		enum step step = task_fail(t, ERR_INVALID, "cursor", "翻页位置无效");
		err_field(task_err(t), "after");
		return step;
	}
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_SLOW);
	c->at = warning_ask(seg, &q);
	return pg_segment_wait(seg, t);
}

/* ---- what came ---- */

static const char *zh_of_owner(const char *owner)
{
	static const struct {
		const char *code, *zh;
	} others[] = { { "host", "听证主持人" }, { "sender", "移送机关（本机关）" }, { "receiver", "接收机关（本机关）" },
		       { "third", "其他机关（本机关）" } };

	for (uint32_t bit = 1; bit <= ROLE_PEER; bit <<= 1) {
		if (strcmp(role_code(bit), owner) == 0)
			return role_zh(bit);
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (strcmp(others[i].code, owner) == 0)
			return others[i].zh;
	}
	return owner;
}

static void find_metrics(const struct warning_list *list, struct warning_row *row)
{
	for (size_t i = 0; i < list->metric_count; i++) {
		if (strcmp(list->metrics[i].rule, row->rule) != 0)
			continue;
		if (row->metric_count++ == 0)
			row->metrics = &list->metrics[i];
	}
}

static void read_row(const struct pg_reply *r, size_t at, size_t i, const struct law_book *book, day_t today,
		     const struct warning_list *list, struct warning_row *ret)
{
	enum { MATTER, IDX, RULE, OWNER, DUE_ON, DUE_AT, KIND, NUMBER, TITLE, STATE, UNIT, OFFICER, STRICT_ON };
	const struct clock_rule *rule = law_book_clock(book, pg_cstr(r, at, i, RULE), today);

	*ret = (struct warning_row){
		.matter = pg_i64(r, at, i, MATTER), .idx = pg_i64(r, at, i, IDX), .kind = pg_cstr(r, at, i, KIND),
		.number = pg_cstr(r, at, i, NUMBER), .title = pg_cstr(r, at, i, TITLE), .unit = pg_cstr(r, at, i, UNIT),
		.officer = pg_cstr(r, at, i, OFFICER), .rule = pg_cstr(r, at, i, RULE), .owner = pg_cstr(r, at, i, OWNER),
		.due = pg_day(r, at, i, DUE_ON), .strict = pg_day(r, at, i, STRICT_ON), .due_at = pg_instant(r, at, i, DUE_AT), .zh = rule ? rule->zh : "",
		.article = rule ? rule->article : "", .missed = rule ? rule->missed : "",
	};
	(void)state_by_code(pg_text(r, at, i, STATE), &ret->state);
	ret->owner_zh = zh_of_owner(ret->owner);
	ret->light = light_of(&book->calendar, ret->due, today, &ret->days_left);
	find_metrics(list, ret);
}

void warning_take_groups(const struct pg_reply *r, size_t at, struct arena *arena, struct warning_group **ret, size_t *ret_count)
{
	enum { KEY, ZH, OVERDUE, DUE, FIRST };
	size_t n = pg_rows(r, at);

	*ret_count = n;
	*ret = arena_array(arena, struct warning_group, n + 1);
	for (size_t i = 0; i < n; i++)
		(*ret)[i] = (struct warning_group){ .key = pg_cstr(r, at, i, KEY), .zh = pg_cstr(r, at, i, ZH),
						    .overdue = pg_i64(r, at, i, OVERDUE), .due = pg_i64(r, at, i, DUE),
						    .first = pg_day(r, at, i, FIRST) };
}

void warning_take(const struct pg_reply *r, size_t at, const struct warning_query *q, const struct law_book *book,
		  struct arena *arena, struct warning_list *ret)
{
	enum { RULE, METRIC, WHY };
	size_t n = pg_rows(r, at + 1);

	*ret = (struct warning_list){ .metric_count = pg_rows(r, at), .more = n > (size_t)q->limit };
	ret->metrics = arena_array(arena, struct warning_metric, ret->metric_count + 1);
	for (size_t i = 0; i < ret->metric_count; i++)
		ret->metrics[i] = (struct warning_metric){ .rule = pg_cstr(r, at, i, RULE), .code = pg_cstr(r, at, i, METRIC),
							   .why = pg_cstr(r, at, i, WHY) };
	ret->count = ret->more ? (size_t)q->limit : n;
	ret->rows = arena_array(arena, struct warning_row, ret->count + 1);
	for (size_t i = 0; i < ret->count; i++)
		read_row(r, at + 1, i, book, q->today, ret, &ret->rows[i]);
	warning_take_groups(r, at + 2, arena, &ret->groups, &ret->group_count);
	for (size_t i = 0; i < ret->group_count; i++) {
		ret->overdue += ret->groups[i].overdue;
		ret->due += ret->groups[i].due;
	}
}

enum step warning_read(struct task *t)
{
	struct warning_call *c = task_ctx(t);
	struct warning_query q;
	char day[11];

	query_of(c, &q);
	warning_take(pg_segment_reply(c->call.seg), c->at, &q, c->call.book, task_arena(t), &c->list);
	if (c->list.more) {
		const struct warning_row *last = &c->list.rows[c->list.count - 1];
		day_format(last->due, day);
		c->next = arena_printf(task_arena(t), "%s.%" PRId64 ".%" PRId64, day, last->matter, last->idx);
	}
	return STEP_NEXT;
}

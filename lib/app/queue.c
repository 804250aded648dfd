/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/queue.h"

#include <inttypes.h>

#include "app/unit_names.h"
#include "base/clock.h"
#include "base/text.h"
#include "gen/queries.h"
#include "law/ident.h"
#include "law/mark.h"

enum { CURSOR_MAX = 1024, KEY_MAX = 600, TEXT_MIN_CHARS = 2, TEXT_MAX_CHARS = 60 };

/* Sorts after every text that begins with what stands before it. */
#define LAST_CHARACTER "\xf4\x8f\xbf\xbf"

/* ---- cursors: base64url of "TAG:DAY:ID:KEY" ---- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static const char *base64url(struct arena *arena, struct sv in)
{
	char *out = arena_alloc(arena, in.n / 3 * 4 + 5), *p = out;

	for (size_t i = 0; i < in.n; i += 3) {
		size_t left = in.n - i < 3 ? in.n - i : 3;
		uint32_t v = 0;
		for (size_t j = 0; j < 3; j++)
			v = v << 8 | (j < left ? (unsigned char)in.p[i + j] : 0u);
		for (size_t j = 0; j <= left; j++)
			*p++ = alphabet[v >> (18 - 6 * j) & 63];
	}
	*p = '\0';
	return out;
}

static bool from_base64url(struct arena *arena, struct sv in, struct sv *ret)
{
	char *out = arena_alloc(arena, in.n + 1);
	uint32_t v = 0;
	size_t n = 0, bits = 0;

	for (size_t i = 0; i < in.n; i++) {
		const char *at = memchr(alphabet, in.p[i], sizeof(alphabet) - 1);
		if (!at)
			return false;
		v = v << 6 | (uint32_t)(at - alphabet);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(v >> bits & 255);
		}
	}
	*ret = (struct sv){ out, n };
	return text_is_valid_utf8(*ret);
}

/* Cursors of different lists must not be mixed up. */
static char tag_of(const struct queue_call *q)
{
	return q->is_search ? "APNTC"[q->by] : "muwka"[q->view];
}

static bool next_part(struct sv *rest, struct sv *ret)
{
	const char *colon = memchr(rest->p, ':', rest->n);

	if (!colon)
		return false;
	*ret = (struct sv){ rest->p, (size_t)(colon - rest->p) };
	*rest = (struct sv){ colon + 1, rest->n - ret->n - 1 };
	return true;
}

static bool read_cursor(struct arena *arena, struct queue_call *q)
{
	struct sv rest, part;
	int64_t day = 0;

	if (q->cursor.n > CURSOR_MAX || !from_base64url(arena, q->cursor, &rest) || !next_part(&rest, &part) ||
	    part.n != 1 || part.p[0] != tag_of(q) || !next_part(&rest, &part) || !sv_to_i64(part, &day) ||
	    !next_part(&rest, &part) || !sv_to_i64(part, &q->after_id) || rest.n > KEY_MAX)
		return false;
	if (day < INT32_MIN || day > INT32_MAX)
		return false;
	q->after_due = (day_t)day;
	q->after_key = arena_strndup(arena, rest.p, rest.n);
	return true;
}

static const char *write_cursor(struct arena *arena, const struct queue_call *q, const struct queue_row *last)
{
	const char *plain = arena_printf(arena, "%c:%" PRId32 ":%" PRId64 ":%s", tag_of(q), last->due, last->id,
					 last->key ? last->key : "");

	return base64url(arena, sv_of(plain));
}

/* ---- what to ask: the queue ---- */

static void add_turns(struct queue_call *q, struct pg_segment *seg, uint32_t roles, day_t until)
{
	const struct actor *me = &q->call.who->actor;

	for (uint32_t bit = 1; bit <= ROLE_PEER && q->part_count < QUEUE_PARTS_MAX; bit <<= 1) {
		if (!(roles & bit))
			continue;
		pg_segment_addv(seg, Q_QUEUE_TURN, PG_I64(me->organ), PG_CSTR(role_code(bit)), PG_DAY(q->after_due),
				PG_I64(q->after_id), PG_CSTR(q->kind), PG_DAY(until), PG_I64(q->limit + 1),
				PG_CSTR(q->state));
		q->part_count++;
	}
}

/* Visible units from the array literal {1,2,3}; false when there are more than a segment should ask for. */
bool queue_units(const struct session *who, int64_t *ret, size_t max, size_t *ret_count)
{
	struct sv rest = sv_of(who->units);

	*ret_count = 0;
	if (rest.n < 2)
		return true;
	rest = (struct sv){ rest.p + 1, rest.n - 2 };
	while (rest.n > 0) {
		const char *comma = memchr(rest.p, ',', rest.n);
		size_t n = comma ? (size_t)(comma - rest.p) : rest.n;
		if (*ret_count == max)
			return false;
		if (!sv_to_i64((struct sv){ rest.p, n }, &ret[*ret_count]))
			BUG("units %s", who->units);
		++*ret_count;
		rest = comma ? (struct sv){ comma + 1, rest.n - n - 1 } : (struct sv){ NULL, 0 };
	}
	return true;
}

static void add_units(struct queue_call *q, struct pg_segment *seg, day_t until)
{
	int64_t units[QUEUE_PARTS_MAX];
	size_t n;

	if (!queue_units(q->call.who, units, QUEUE_PARTS_MAX, &n)) {
		/* A very large organ: whoever sees all of it asks by whose turn it is. */
		add_turns(q, seg, UINT32_MAX, until);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		pg_segment_addv(seg, Q_QUEUE_UNIT, PG_I64(units[i]), PG_DAY(q->after_due), PG_I64(q->after_id),
				PG_CSTR(q->kind), PG_DAY(until), PG_I64(q->limit + 1), PG_CSTR(q->state));
		q->part_count++;
	}
}

/* The matters he works, as first officer or as co-officer; two indexes, merged afterwards. */
static void add_own(struct queue_call *q, struct pg_segment *seg, unsigned as_officer, unsigned as_co_officer)
{
	const unsigned statements[] = { as_officer, as_co_officer };
	const struct actor *me = &q->call.who->actor;

	for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
		pg_segment_addv(seg, statements[i], PG_I64(me->account), PG_DAY(q->after_due),
				PG_I64(q->after_id), PG_CSTR(q->kind), PG_DAY(q->today), PG_I64(q->limit + 1),
				PG_CSTR(q->state));
		q->part_count++;
	}
}

static void add_mine(struct queue_call *q, struct pg_segment *seg)
{
	const struct actor *me = &q->call.who->actor;

	add_own(q, seg, Q_QUEUE_OFFICER, Q_QUEUE_CO_OFFICER);
	add_turns(q, seg, me->roles & ~(uint32_t)ROLES_OFFICERS, q->until);
}

/* What any leader may approve has the turn of the lower one; the head of the bureau is a leader as well. */
uint32_t queue_approving(uint32_t roles)
{
	uint32_t mine = roles & (ROLE_UNIT_HEAD | ROLE_LEGAL_REVIEWER | ROLES_LEADER);

	return mine & ROLE_PRINCIPAL ? mine | ROLE_DEPUTY_HEAD : mine;
}

static void add_queue(struct queue_call *q, struct pg_segment *seg)
{
	switch (q->view) {
	case QUEUE_MINE:
		add_mine(q, seg);
		return;
	case QUEUE_UNIT:
		add_units(q, seg, q->until);
		return;
	case QUEUE_WAITING:
		add_own(q, seg, Q_QUEUE_WAITING, Q_QUEUE_CO_WAITING);
		return;
	case QUEUE_WEEK:
		add_units(q, seg, q->until);
		return;
	case QUEUE_APPROVE:
		add_turns(q, seg, queue_approving(q->call.who->actor.roles), q->until);
		return;
	}
}

/* ---- what to ask: search ---- */

static enum err_code bad_text(struct task *t, const char *field, const char *rule, const char *message)
{
	enum err_code code = err_set(task_err(t), ERR_INVALID, rule, "%s", message);

	err_field(task_err(t), "%s", field);
	return code;
}

static void add_key_search(struct queue_call *q, struct pg_segment *seg, unsigned statement, const char *from,
			   const char *upto)
{
	q->by_key = true;
	if (q->cursor.n > 0)
		from = q->after_key;
	pg_segment_addv(seg, statement, PG_CSTR(from), PG_CSTR(upto), PG_I64(q->cursor.n > 0 ? q->after_id : 0),
			PG_CSTR(q->kind), PG_I64(q->limit + 1));
	q->part_count++;
}

static bool looks_like_uscc(const char *text)
{
	return strlen(text) == 18 &&
	       text[strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

static enum err_code add_party(struct queue_call *q, struct task *t, struct pg_segment *seg)
{
	struct arena *a = task_arena(t);
	const char *key = text_fold(a, q->wanted);
	const char *uscc;

	if (!key || !key[0] || strlen(key) > KEY_MAX)
		return bad_text(t, "party", "search-text", "请给出要查找的当事人名称");
	if (!looks_like_uscc(key)) {
		add_key_search(q, seg, Q_SEARCH_PARTY, key, arena_printf(a, "%s" LAST_CHARACTER, key));
		return ERR_OK;
	}
	if (ident_uscc(a, q->wanted, &uscc, NULL, task_err(t)) != ERR_OK) {
		err_field(task_err(t), "party");
		return ERR_INVALID;
	}
	q->newest_first = true;
	pg_segment_addv(seg, Q_SEARCH_USCC, PG_CSTR(uscc), PG_I64(q->after_id), PG_CSTR(q->kind),
			PG_I64(q->limit + 1));
	q->part_count++;
	return ERR_OK;
}

/* A whole number has one key. The beginning of one is a prefix, perhaps with a year: keys are
 * prefix|year|serial. */
static enum err_code add_number(struct queue_call *q, struct task *t, struct pg_segment *seg)
{
	struct arena *a = task_arena(t);
	struct docno no;
	const char *key;
	size_t n;

	ident_docno(a, q->wanted, &no);
	if (no.parsed) {
		add_key_search(q, seg, Q_SEARCH_NUMBER, no.key, arena_printf(a, "%s\x01", no.key));
		return ERR_OK;
	}
	key = text_fold(a, q->wanted);
	n = key ? strlen(key) : 0;
	if (n == 0 || n > KEY_MAX)
		return bad_text(t, "number", "search-text", "请给出要查找的文号");
	if (n > 4 && strspn(key + n - 4, "0123456789") == 4 && (key[n - 4] == '1' || key[n - 4] == '2') &&
	    !(key[n - 5] >= '0' && key[n - 5] <= '9'))
		key = arena_printf(a, "%.*s|%s|", (int)(n - 4), key, key + n - 4);
	add_key_search(q, seg, Q_SEARCH_NUMBER, key, arena_printf(a, "%s" LAST_CHARACTER, key));
	return ERR_OK;
}

static enum err_code add_text(struct queue_call *q, struct task *t, struct pg_segment *seg)
{
	struct arena *a = task_arena(t);
	const char *folded = text_fold(a, q->wanted);
	size_t chars = folded ? text_count_chars(sv_of(folded)) : 0;
	const char *const *grams;
	struct str list = STR_INIT(8192);

	if (chars < TEXT_MIN_CHARS || chars > TEXT_MAX_CHARS)
		return bad_text(t, "text", "search-text", "全文查找须给出 2 到 60 个字");
	/* Folded text has no quotes, commas, braces or backslashes: nothing needs escaping but emptiness. */
	size_t n = text_bigrams(a, folded, &grams);
	str_append_char(&list, '{');
	for (size_t i = 0; i < n; i++)
		str_printf(&list, "%s\"%s\"", i ? "," : "", grams[i]);
	str_append_char(&list, '}');
	q->newest_first = true;
	pg_segment_addv(seg, Q_SEARCH_TEXT, PG_TEXT(((struct sv){ list.p, list.len })), PG_CSTR(folded),
			PG_I64(q->after_id), PG_CSTR(q->kind), PG_I64(q->limit + 1));
	q->part_count++;
	str_release(&list);
	return ERR_OK;
}

static void add_all(struct queue_call *q, struct pg_segment *seg)
{
	static const char *const kinds[] = { "clue", "case", "handoff" };
	int64_t units[QUEUE_PARTS_MAX / ARRAY_LEN(kinds)];
	size_t n;

	q->newest_first = true;
	if (!queue_units(q->call.who, units, ARRAY_LEN(units), &n)) {
		pg_segment_addv(seg, Q_SEARCH_ALL, PG_CSTR(q->kind), PG_I64(q->after_id), PG_I64(q->limit + 1));
		q->part_count++;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
			if (q->kind && strcmp(q->kind, kinds[k]) != 0)
				continue;
			pg_segment_addv(seg, Q_SEARCH_UNIT, PG_I64(units[i]), PG_CSTR(kinds[k]), PG_I64(q->after_id),
					PG_I64(q->limit + 1));
			q->part_count++;
		}
	}
}

static enum err_code add_search(struct queue_call *q, struct task *t, struct pg_segment *seg)
{
	switch (q->by) {
	case SEARCH_ALL:
		add_all(q, seg);
		return ERR_OK;
	case SEARCH_PARTY:
		return add_party(q, t, seg);
	case SEARCH_NUMBER:
		return add_number(q, t, seg);
	case SEARCH_TEXT:
		return add_text(q, t, seg);
	case SEARCH_CAMPAIGN:
		q->newest_first = true;
		pg_segment_addv(seg, Q_SEARCH_CAMPAIGN, PG_TEXT(q->wanted), PG_I64(q->after_id), PG_CSTR(q->kind),
				PG_I64(q->limit + 1));
		q->part_count++;
		return ERR_OK;
	}
	BUG("search %d", (int)q->by);
}

/* A queue is in the order of due days: a light is a stretch of it. */
static enum err_code set_stretch(struct queue_call *q, struct task *t)
{
	day_t yellow;

	q->until = q->view == QUEUE_WEEK ? q->today + 7 - day_weekday(q->today) : DAY_MAX;
	if (q->light == QUEUE_RED && q->until >= q->today)
		q->until = q->today - 1;
	if (q->light != QUEUE_AMBER)
		return ERR_OK;
	enum err_code code = light_yellow_until(&q->call.book->calendar, q->today, &yellow, task_err(t));
	if (code != ERR_OK)
		return code;
	q->until = yellow < q->until ? yellow : q->until;
	if (q->cursor.n == 0) {
		q->after_due = q->today - 1;
		q->after_id = INT64_MAX;
	}
	return ERR_OK;
}

enum step queue_load(struct task *t)
{
	struct queue_call *q = task_ctx(t);
	bool slow = q->is_search && (q->by == SEARCH_TEXT || q->by == SEARCH_CAMPAIGN);
	struct pg_segment *seg;

	q->today = instant_to_day(clock_now());
	/* Before the first row: any real due day is later than this. */
	day_from_ymd(1900, 1, 1, &q->after_due);
	q->after_id = q->is_search ? INT64_MAX : 0;
	if (q->cursor.n > 0 && !read_cursor(task_arena(t), q)) {
		bad_text(t, "after", "cursor", "翻页位置无效，请从第一页重新查看");
		return STEP_FAIL;
	}
	q->until = DAY_MAX;
	if (!q->is_search && set_stretch(q, t) != ERR_OK)
		return STEP_FAIL;
	seg = app_segment(&q->call, slow ? PG_LANE_SLOW : PG_LANE_READ);
	q->first_part = 1;
	if (!q->is_search)
		add_queue(q, seg);
	else if (add_search(q, t, seg) != ERR_OK) {
		pg_segment_forget(seg);
		return STEP_FAIL;
	}
	q->at_units = unit_names_ask(q->call.app, seg);
	return pg_segment_wait(seg, t);
}

/* ---- what came ---- */

enum { ID, KIND, NUMBER, TITLE, PARTY, STATE, TURN, OFFICER, DUE, RULE, VERSION, UNIT, KEY };

void queue_row_read(const struct pg_reply *r, size_t at, size_t i, struct queue_row *row)
{

	*row = (struct queue_row){
		.id = pg_i64(r, at, i, ID), .kind = pg_cstr(r, at, i, KIND), .number = pg_cstr(r, at, i, NUMBER),
		.title = pg_cstr(r, at, i, TITLE), .party = pg_cstr(r, at, i, PARTY), .turn = pg_cstr(r, at, i, TURN),
		.officer = pg_cstr(r, at, i, OFFICER), .due = pg_day(r, at, i, DUE), .rule = pg_cstr(r, at, i, RULE),
		.version = pg_i64(r, at, i, VERSION), .unit = pg_i64(r, at, i, UNIT),
	};
	if (!state_by_code(pg_text(r, at, i, STATE), &row->state))
		row->state = STATE_NONE;
}

static void read_row(const struct queue_call *q, const struct pg_reply *r, size_t at, size_t i, struct queue_row *row)
{
	queue_row_read(r, at, i, row);
	row->key = q->by_key ? pg_cstr(r, at, i, KEY) : NULL;
}

/* Does row a come before row b? Searches by key have one part only. */
static bool comes_before(const struct queue_call *q, const struct queue_row *a, const struct queue_row *b)
{
	if (q->newest_first)
		return a->id > b->id;
	return a->due != b->due ? a->due < b->due : a->id < b->id;
}

/* The same matter by two roles, or by two of its parties. */
static bool listed(const struct queue_call *q, const struct queue_row *row)
{
	for (size_t i = q->by_key ? 0 : q->count - (q->count > 0); i < q->count; i++) {
		if (q->rows[i].id == row->id)
			return true;
	}
	return false;
}

enum step queue_read(struct task *t)
{
	struct queue_call *q = task_ctx(t);
	struct arena *a = task_arena(t);
	const struct pg_reply *r = pg_segment_reply(q->call.seg);
	size_t *taken = arena_array(a, size_t, q->part_count + 1);
	struct queue_row *heads = arena_array(a, struct queue_row, q->part_count + 1);
	struct queue_row last = { .id = 0 };
	bool more = false;

	unit_names_take(q->call.app, r, q->at_units);
	q->rows = arena_array(a, struct queue_row, q->limit + 1);
	for (size_t p = 0; p < q->part_count; p++) {
		if (pg_rows(r, q->first_part + p) > 0)
			read_row(q, r, q->first_part + p, 0, &heads[p]);
	}
	while (!more) {
		size_t best = q->part_count;
		for (size_t p = 0; p < q->part_count; p++) {
			if (taken[p] < pg_rows(r, q->first_part + p) &&
			    (best == q->part_count || comes_before(q, &heads[p], &heads[best])))
				best = p;
		}
		if (best == q->part_count || (!q->is_search && heads[best].due > q->until))
			break;
		more = q->count == (size_t)q->limit;
		if (more)
			break;
		if (!listed(q, &heads[best]))
			q->rows[q->count++] = heads[best];
		last = heads[best];
		if (++taken[best] < pg_rows(r, q->first_part + best))
			read_row(q, r, q->first_part + best, taken[best], &heads[best]);
		else if (taken[best] > (size_t)q->limit) {
			/* This part may go on, and doubles have used up its surplus. */
			more = true;
			break;
		}
	}
	if (more)
		q->next = write_cursor(a, q, &last);
	return STEP_NEXT;
}

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/public.h"

#include "base/clock.h"
#include "base/text.h"
#include "gen/queries.h"
#include "law/ident.h"

enum { KEY_MAX = 600, GRAMS_MAX = 8192, PARTY_MIN_CHARS = 2 };

/* Sorts after every text that begins with what stands before it. */
#define LAST_CHARACTER "\xf4\x8f\xbf\xbf"

static struct pg_segment *ask(struct public_call *c, enum pg_lane lane)
{
	return c->call.seg = pg_segment_new(c->call.app->pool, lane);
}

static int64_t below(const struct public_call *c)
{
	return c->before > 0 ? c->before : INT64_MAX;
}

/* ---- what a query means ---- */

static bool looks_like_code(const char *key)
{
	size_t letters = 0;

	for (const char *p = key; *p; p++, letters++) {
		if (!((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z')))
			return false;
	}
	return letters == 18;
}

static bool contains(struct sv text, const char *part)
{
	size_t n = strlen(part);

	for (size_t i = 0; i + n <= text.n; i++) {
		if (memcmp(text.p + i, part, n) == 0)
			return true;
	}
	return false;
}

static enum public_by meaning(const struct public_call *c, const char *key, const struct docno *no)
{
	static const char *const signs[] = {
		"〔", "〕", "[", "]", "【", "】", "罚字", "处罚", "号"
	};

	if (c->by != PUBLIC_BY_AUTO)
		return c->by;
	if (looks_like_code(key))
		return PUBLIC_BY_CODE;
	if (no->parsed)
		return PUBLIC_BY_NUMBER;
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		if (contains(c->query, signs[i]) && key[strcspn(key, "0123456789")])
			return PUBLIC_BY_NUMBER;
	}
	return PUBLIC_BY_PARTY;
}

static void add_code(struct public_call *c, struct task *t, const char *key)
{
	char *code = arena_strdup(task_arena(t), key);

	for (char *p = code; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	pg_segment_addv(ask(c, PG_LANE_READ), Q_PUBLIC_SEARCH_CODE, PG_CSTR(code),
			PG_INSTANT(c->at), PG_I64(below(c)), PG_I64(PUBLIC_PAGE + 1));
}

/* A whole number has one key. The beginning of one is a prefix, perhaps with a year: keys are prefix|year|serial. */
static void add_number(struct public_call *c, struct task *t, const char *key,
		       const struct docno *no)
{
	struct arena *a = task_arena(t);
	const char *from = no->parsed ? no->key : key, *upto;
	size_t n = strlen(from);

	if (!no->parsed && n > 4 && strspn(key + n - 4, "0123456789") == 4 &&
	    (key[n - 4] == '1' || key[n - 4] == '2') && !(key[n - 5] >= '0' && key[n - 5] <= '9'))
		from = arena_printf(a, "%.*s|%s|", (int)(n - 4), key, key + n - 4);
	upto = no->parsed ? arena_printf(a, "%s\x01", from)
			  : arena_printf(a, "%s" LAST_CHARACTER, from);
	pg_segment_addv(ask(c, PG_LANE_READ), Q_PUBLIC_SEARCH_NUMBER, PG_CSTR(from), PG_CSTR(upto),
			PG_INSTANT(c->at), PG_I64(below(c)), PG_I64(PUBLIC_PAGE + 1));
}

static void add_party(struct public_call *c, struct task *t, const char *key)
{
	struct str list = STR_INIT(GRAMS_MAX);
	const char *const *grams;
	size_t n = text_bigrams(task_arena(t), key, &grams);

	/* Folded text has no quotes, commas, braces or backslashes: nothing needs escaping but emptiness. */
	str_append_char(&list, '{');
	for (size_t i = 0; i < n; i++)
		str_printf(&list, "%s\"%s\"", i ? "," : "", grams[i]);
	str_append_char(&list, '}');
	struct pg_segment *seg = ask(c, PG_LANE_READ);
	pg_segment_addv(seg, Q_PUBLIC_SEARCH_PARTY, PG_TEXT(((struct sv){ list.p, list.len })),
			PG_CSTR(key), PG_INSTANT(c->at), PG_I64(below(c)), PG_I64(PUBLIC_PAGE + 1));
	str_release(&list);
}

/* False, with the reason in `said`: there is nothing to ask. */
static bool add_search(struct public_call *c, struct task *t)
{
	const char *key = text_fold(task_arena(t), c->query);
	struct docno no;

	if (!key || strlen(key) > KEY_MAX || text_count_chars(c->query) > PUBLIC_QUERY_MAX) {
		c->said = "查找内容过长，请写得短一些。";
		return false;
	}
	ident_docno(task_arena(t), c->query, &no);
	c->by = meaning(c, key, &no);
	switch (c->by) {
	case PUBLIC_BY_AUTO:
	case PUBLIC_BY_PARTY:
		if (text_count_chars(sv_of(key)) < PARTY_MIN_CHARS) {
			c->said = "请至少写出当事人名称中连续的两个字。";
			return false;
		}
		add_party(c, t, key);
		return true;
	case PUBLIC_BY_CODE:
		if (!looks_like_code(key)) {
			c->said = "统一社会信用代码应为18位数字和字母。";
			return false;
		}
		add_code(c, t, key);
		return true;
	case PUBLIC_BY_NUMBER:
		if (!key[0]) {
			c->said = "请写出决定书文号，或者文号的开头。";
			return false;
		}
		add_number(c, t, key, &no);
		return true;
	}
	return false;
}

/* ---- lists ---- */

enum step public_list_load(struct task *t)
{
	struct public_call *c = task_ctx(t);

	c->at = clock_now();
	c->query = sv_trim(c->query);
	if (c->query.n == 0)
		pg_segment_addv(ask(c, PG_LANE_READ), Q_PUBLIC_LIST, PG_INSTANT(c->at),
				PG_I64(below(c)), PG_I64(PUBLIC_PAGE + 1));
	else if (!add_search(c, t))
		return STEP_NEXT;
	return pg_segment_wait_any(c->call.seg, t);
}

enum step public_list_read(struct task *t)
{
	enum { ID, ORGAN, DECISION_NO, PARTY, DECIDED_ON, PUBLISHED_ON };
	struct public_call *c = task_ctx(t);

	if (c->said)
		return STEP_NEXT;
	const struct pg_reply *r = c->reply = pg_segment_reply(c->call.seg);
	c->code = r->code;
	if (r->code != ERR_OK)
		return STEP_NEXT;
	size_t n = pg_rows(r, 0);
	c->rows = arena_array(task_arena(t), struct public_row, n + 1);
	c->count = n > PUBLIC_PAGE ? PUBLIC_PAGE : n;
	for (size_t i = 0; i < c->count; i++) {
		c->rows[i] = (struct public_row){
			.id = pg_i64(r, 0, i, ID),
			.organ = pg_cstr(r, 0, i, ORGAN),
			.decision_no = pg_cstr(r, 0, i, DECISION_NO),
			.party = pg_cstr(r, 0, i, PARTY),
			.decided_on = pg_day(r, 0, i, DECIDED_ON),
			.published_on = pg_day(r, 0, i, PUBLISHED_ON),
		};
	}
	c->next = n > PUBLIC_PAGE ? c->rows[c->count - 1].id : 0;
	return STEP_NEXT;
}

/* ---- one page ---- */

enum step public_page_load(struct task *t)
{
	struct public_call *c = task_ctx(t);

	c->at = clock_now();
	pg_segment_addv(ask(c, PG_LANE_READ), Q_PUBLIC_PAGE, PG_I64(c->page), PG_INSTANT(c->at));
	return pg_segment_wait_any(c->call.seg, t);
}

enum step public_page_read(struct task *t)
{
	static const struct {
		const char *word;
		enum public_state state;
	} states[] = { { "public", PUBLIC_NOW },
		       { "moved", PUBLIC_MOVED },
		       { "ended", PUBLIC_ENDED } };
	struct public_call *c = task_ctx(t);
	const struct pg_reply *r = c->reply = pg_segment_reply(c->call.seg);

	c->code = r->code;
	c->state = PUBLIC_NEVER;
	if (r->code != ERR_OK || pg_rows(r, 0) == 0)
		return STEP_NEXT;
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		if (sv_eq_str(pg_text(r, 0, 0, PUBLIC_STATE), states[i].word))
			c->state = states[i].state;
	}
	return STEP_NEXT;
}

/* ---- the ledger ---- */

enum step public_ledger_load(struct task *t)
{
	struct public_call *c = task_ctx(t);

	c->at = clock_now();
	/* Some ten milliseconds: nobody's short reads wait behind it. */
	pg_segment_addv(ask(c, PG_LANE_SLOW), Q_PUBLIC_LEDGER, PG_INSTANT(c->at), PG_DAY(c->from),
			PG_DAY(c->until), PG_I64(c->after), PG_I64(PUBLIC_LEDGER_PAGE + 1));
	return pg_segment_wait_any(c->call.seg, t);
}

enum step public_ledger_read(struct task *t)
{
	struct public_call *c = task_ctx(t);
	const struct pg_reply *r = c->reply = pg_segment_reply(c->call.seg);

	c->code = r->code;
	if (r->code != ERR_OK)
		return STEP_NEXT;
	c->count = pg_rows(r, 0);
	if (c->count > PUBLIC_LEDGER_PAGE) {
		c->count = PUBLIC_LEDGER_PAGE;
		c->next = pg_i64(r, 0, c->count - 1, LEDGER_ID);
	}
	return STEP_NEXT;
}

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/party.h"

#include "app/view.h"
#include "base/clock.h"
#include "base/text.h"
#include "gen/queries.h"

enum { CANDIDATES = 300, GROUPS_MAX = 200, NAME_MIN_CHARS = 2, NAME_MAX_CHARS = 300, SIMILAR_PERCENT = 60 };

/* Sorts after every text that begins with what stands before it. */
#define LAST_CHARACTER "\xf4\x8f\xbf\xbf"

static enum step bad(struct task *t, const char *field, const char *rule, const char *message)
{
	task_fail(t, ERR_INVALID, rule, "%s", message);
	err_field(task_err(t), "%s", field);
	return STEP_FAIL;
}

/* A code as it is stored: half width, capital letters, no blanks. NULL: none was given. */
static const char *code_of(struct arena *arena, struct sv typed)
{
	char *s = typed.n ? text_halfwidth(arena, typed) : NULL;
	char *out = s;

	for (const char *p = s; p && *p; p++) {
		if (*p != ' ' && *p != '\t')
			*out++ = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	}
	if (out)
		*out = '\0';
	return s && s[0] ? s : NULL;
}

/* The first `chars` characters. */
static const char *beginning(struct arena *arena, const char *text, size_t chars)
{
	const char *p = text;

	for (size_t i = 0; i < chars && *p; i++) {
		for (p++; ((unsigned char)*p & 0xC0) == 0x80; p++)
			continue;
	}
	return arena_strndup(arena, text, (size_t)(p - text));
}

/* ---- suggestions: ask ---- */

enum step party_suggest(struct task *t)
{
	struct party_call *c = task_ctx(t);
	struct arena *arena = task_arena(t);
	int64_t me = c->call.who->actor.account;
	size_t chars = text_count_chars(c->name);

	c->code = code_of(arena, c->id_number);
	c->name_key = c->name.n ? text_fold(arena, c->name) : NULL;
	if (!c->code && !c->name_key)
		return bad(t, "name", "party-needed", "请给出当事人的名称，或者统一社会信用代码、身份证件号码");
	if (c->name_key && (chars < NAME_MIN_CHARS || chars > NAME_MAX_CHARS || !c->name_key[0]))
		return bad(t, "name", "search-text", "名称须为 2 到 300 个字");
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);
	if (c->code)
		c->at_code = pg_segment_addv(seg, Q_PARTY_BY_CODE, PG_CSTR(c->code), PG_CSTR(c->code), PG_I64(me));
	if (c->name_key) {
		/* Half of the name finds those that are nearly the same as well. */
		size_t half = text_count_chars(sv_of(c->name_key)) / 2;
		const char *from = beginning(arena, c->name_key, half < NAME_MIN_CHARS ? NAME_MIN_CHARS : half);
		c->at_name = pg_segment_addv(seg, Q_PARTY_BY_NAME, PG_CSTR(from), PG_CSTR(arena_printf(arena, "%s" LAST_CHARACTER, from)),
					     PG_I64(me), PG_I64(CANDIDATES));
	}
	return pg_segment_wait(seg, t);
}

/* ---- suggestions: rank ---- */

struct group {
	struct known_party party;
	const char *key, *name_key;
	int score;
	int64_t newest;
};

enum { M_ID, M_KIND, M_NUMBER, M_TITLE, M_ON, NAME, PARTY_KIND, USCC, ID_NUMBER, REPRESENTATIVE, ADDRESS, PHONE, NAME_KEY, MINE };

/* How much of the pairs of characters two names share, in percent. */
static int likeness(struct arena *arena, const char *a, const char *b)
{
	const char *const *x, *const *y;
	size_t n = text_bigrams(arena, a, &x), m = text_bigrams(arena, b, &y), same = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < m; k++) {
			if (strcmp(x[i], y[k]) == 0) {
				same++;
				break;
			}
		}
	}
	return n + m ? (int)(200 * same / (n + m)) : 0;
}

/* Why this party is listed; 0: it is not. */
static int judge(const struct party_call *c, struct arena *arena, const char *uscc, const char *id_number, const char *name_key,
		 const char **ret_reason)
{
	if (c->code && uscc && strcmp(uscc, c->code) == 0) {
		*ret_reason = "统一社会信用代码相同";
		return 1000;
	}
	if (c->code && id_number && strcmp(id_number, c->code) == 0) {
		*ret_reason = "身份证件号码相同";
		return 1000;
	}
	if (!c->name_key)
		return 0;
	if (strcmp(name_key, c->name_key) == 0) {
		*ret_reason = "名称相同";
		return 900;
	}
	if (strncmp(name_key, c->name_key, strlen(c->name_key)) == 0) {
		*ret_reason = "名称开头相同";
		return 800;
	}
	int percent = likeness(arena, name_key, c->name_key);
	*ret_reason = "名称相近";
	return percent >= SIMILAR_PERCENT ? percent : 0;
}

static const char *or_null(const struct pg_reply *r, size_t at, size_t i, int col)
{
	return pg_is_null(r, at, i, col) || pg_text(r, at, i, col).n == 0 ? NULL : pg_cstr(r, at, i, col);
}

/* What is not known from the latest matter may be known from an earlier one. */
static void fill(const char **to, const char *from)
{
	if (!*to)
		*to = from;
}

static void read_row(const struct party_call *c, struct arena *arena, const struct pg_reply *r, size_t at, size_t i,
		     struct group *g, bool newer)
{
	static const uint32_t trusted = ROLE_UNIT_HEAD | ROLES_LEADER | ROLE_LEGAL_REVIEWER;
	const char *number = or_null(r, at, i, ID_NUMBER);
	bool full = pg_bool(r, at, i, MINE) || (c->call.who->actor.roles & trusted) ||
		    (c->code && number && strcmp(number, c->code) == 0);
	struct known_party *p = &g->party;

	if (newer) {
		p->name = pg_cstr(r, at, i, NAME);
		p->last_id = pg_i64(r, at, i, M_ID);
		p->last_kind = pg_cstr(r, at, i, M_KIND);
		p->last_number = or_null(r, at, i, M_NUMBER);
		p->last_title = pg_cstr(r, at, i, M_TITLE);
		p->last_on = pg_day(r, at, i, M_ON);
		g->newest = p->last_id;
	}
	fill(&p->kind, or_null(r, at, i, PARTY_KIND));
	fill(&p->uscc, or_null(r, at, i, USCC));
	fill(&p->id_number, number && !full ? view_mask_number(arena, number) : number);
	fill(&p->representative, or_null(r, at, i, REPRESENTATIVE));
	fill(&p->address, or_null(r, at, i, ADDRESS));
	fill(&p->phone, or_null(r, at, i, PHONE));
}

static struct group *find_group(struct group *groups, size_t *count, const char *key)
{
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(groups[i].key, key) == 0)
			return &groups[i];
	}
	if (*count == GROUPS_MAX)
		return NULL;
	groups[*count].key = key;
	return &groups[(*count)++];
}

/* A matter counts once for a party, found by code or by name. */
struct seen {
	struct {
		const struct group *group;
		int64_t matter;
	} at[CANDIDATES + 200];
	size_t count;
};

static bool is_seen(struct seen *seen, const struct group *g, int64_t matter)
{
	for (size_t i = 0; i < seen->count; i++) {
		if (seen->at[i].group == g && seen->at[i].matter == matter)
			return true;
	}
	if (seen->count == ARRAY_LEN(seen->at))
		return true;
	seen->at[seen->count].group = g;
	seen->at[seen->count++].matter = matter;
	return false;
}

/* Rows of one statement into groups: one party each, by code, else by name. */
static void take_rows(struct party_call *c, struct arena *arena, size_t at, struct group *groups, size_t *count,
		      struct seen *seen)
{
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	for (size_t i = 0; i < pg_rows(r, at); i++) {
		const char *uscc = or_null(r, at, i, USCC), *number = or_null(r, at, i, ID_NUMBER);
		const char *name_key = pg_cstr(r, at, i, NAME_KEY), *reason;
		int score = judge(c, arena, uscc, number, name_key, &reason);
		const char *key = uscc ? uscc : number ? number : name_key;
		struct group *g = score > 0 ? find_group(groups, count, key) : NULL;
		int64_t id = pg_i64(r, at, i, M_ID);

		if (!g || is_seen(seen, g, id))
			continue;
		read_row(c, arena, r, at, i, g, g->party.matters == 0 || id > g->newest);
		g->party.matters++;
		if (score > g->score) {
			g->score = score;
			g->party.reason = reason;
		}
	}
}

static bool before(const struct group *a, const struct group *b)
{
	return a->score != b->score ? a->score > b->score : a->newest > b->newest;
}

enum step party_suggested(struct task *t)
{
	struct party_call *c = task_ctx(t);
	struct arena *arena = task_arena(t);
	struct group *groups = arena_array(arena, struct group, GROUPS_MAX);
	struct seen *seen = arena_new(arena, struct seen);
	size_t count = 0;

	if (c->at_code)
		take_rows(c, arena, c->at_code, groups, &count, seen);
	if (c->at_name)
		take_rows(c, arena, c->at_name, groups, &count, seen);
	c->items = arena_array(arena, struct known_party, c->limit);
	for (; c->count < (size_t)c->limit && c->count < count; c->count++) {
		struct group *best = &groups[c->count];
		for (size_t i = c->count + 1; i < count; i++) {
			if (before(&groups[i], best))
				best = &groups[i];
		}
		struct group taken = *best;
		*best = groups[c->count];
		groups[c->count] = taken;
		c->items[c->count] = taken.party;
	}
	return STEP_NEXT;
}

/* ---- history ---- */

enum step party_history(struct task *t)
{
	struct party_history_call *c = task_ctx(t);
	struct arena *arena = task_arena(t);
	const char *code = code_of(arena, c->id_number);
	const char *name_key = c->name.n ? text_fold(arena, c->name) : NULL;
	const char *ip_type = c->ip_type.n ? arena_strndup(arena, c->ip_type.p, c->ip_type.n) : NULL;

	if (!code && (!name_key || !name_key[0]))
		return bad(t, "name", "party-needed", "请给出当事人的名称，或者统一社会信用代码、身份证件号码");
	if (c->on == DAY_NONE)
		c->on = instant_to_day(clock_now());
	repeat_rule_of(c->call.book, ip_type, c->on, arena, &c->rule);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);
	c->at = pg_segment_addv(seg, Q_PARTY_HISTORY, PG_CSTR(code), PG_CSTR(code), PG_CSTR(name_key), PG_CSTR(ip_type),
				PG_DAY(c->rule.from), PG_DAY(c->rule.to));
	return pg_segment_wait(seg, t);
}

enum step party_history_read(struct task *t)
{
	enum { ID, NUMBER, TITLE, DECIDED_ON, OUTCOME, FINE, CAUSE };
	struct party_history_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	int penalised = 0;

	c->count = pg_rows(r, c->at);
	c->items = arena_array(task_arena(t), struct past_decision, c->count + 1);
	for (size_t i = 0; i < c->count; i++) {
		c->items[i] = (struct past_decision){
			.id = pg_i64(r, c->at, i, ID), .number = or_null(r, c->at, i, NUMBER), .title = pg_cstr(r, c->at, i, TITLE),
			.decided_on = pg_day(r, c->at, i, DECIDED_ON), .outcome = pg_cstr(r, c->at, i, OUTCOME),
			.fine_fen = pg_i64_or(r, c->at, i, FINE, -1), .cause = pg_cstr(r, c->at, i, CAUSE),
		};
		penalised += strcmp(c->items[i].outcome, "给予行政处罚") == 0;
	}
	c->repeat = penalised + 1 >= c->rule.times;
	return STEP_NEXT;
}

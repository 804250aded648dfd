/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/audit_tally.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/audit_tally_internal.h"

enum { BUFFER_BYTES = 1 << 20, WHY_MAX_BYTES = 512 };

/* ---- the spool ---- */

static enum err_code spool_write(struct tally *t, struct err *err)
{
	size_t done = 0;

	if (t->buffer.failed)
		return err_set(err, ERR_TOO_LARGE, "audit-line", "一条清单过长");
	while (done < t->buffer.len) {
		ssize_t n = write(t->spool, t->buffer.p + done, t->buffer.len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(err, errno == ENOSPC ? ERR_NO_SPACE : ERR_IO,
				       errno == ENOSPC ? "storage-full" : "storage-failed", "不能写入临时文件");
		done += (size_t)n;
	}
	str_reset(&t->buffer);
	return ERR_OK;
}

/* The line that was just written goes to the spool, and its place is noted. */
static enum err_code keep_line(struct tally *t, enum tally_section section, uint32_t first, int64_t id, struct err *err)
{
	struct tally_entries *e = &t->entries[section];

	if (t->line.failed)
		return err_set(err, ERR_TOO_LARGE, "audit-line", "一条清单过长");
	if (e->count == e->room) {
		e->room = e->room ? e->room + e->room / 2 : 256;
		e->at = xrealloc(e->at, e->room * sizeof(e->at[0]));
	}
	e->at[e->count++] = (struct tally_entry){ .id = id, .at = t->spooled, .n = (uint32_t)t->line.len, .first = first };
	t->spooled += t->line.len;
	str_append(&t->buffer, t->line.p, t->line.len);
	return t->buffer.len >= BUFFER_BYTES ? spool_write(t, err) : ERR_OK;
}

/* ---- names and groups ---- */

const struct tally_name *tally_find(const struct tally_names *names, int64_t id)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (names->at[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < names->count && names->at[low].id == id ? &names->at[low] : NULL;
}

const struct tally_name *tally_find_code(const struct tally_names *names, struct sv code)
{
	for (size_t i = 0; i < names->count; i++) {
		if (sv_eq_str(code, names->at[i].code))
			return &names->at[i];
	}
	return NULL;
}

static const char *code_of(const struct tally_names *names, int64_t id)
{
	const struct tally_name *n = id ? tally_find(names, id) : NULL;

	return n ? n->code : "";
}

struct tally_group *tally_group(struct tally *t, enum tally_by by, struct sv key)
{
	struct tally_groups *groups = &t->by[by];
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < key.n; i++)
		hash = (hash ^ (unsigned char)key.p[i]) * 16777619u;
	struct tally_group **place = &groups->bucket[hash % TALLY_BUCKETS];
	for (struct tally_group *g = *place; g; g = g->next) {
		if (sv_eq_str(key, g->key))
			return g;
	}
	if (groups->count == TALLY_GROUPS_MAX)
		return NULL;
	struct tally_group *g = arena_new(&t->arena, struct tally_group);
	*g = (struct tally_group){ .next = *place, .key = arena_strndup(&t->arena, key.n ? key.p : "", key.n) };
	g->zh = g->key;
	g->sums = arena_array(&t->arena, struct tally_sums, t->period_count);
	memset(g->sums, 0, t->period_count * sizeof(g->sums[0]));
	*place = g;
	groups->count++;
	return g;
}

/* ---- the end of the spool ---- */

enum err_code tally_flush(struct tally *t, struct err *err)
{
	return spool_write(t, err);
}

/* ---- making one ---- */

day_t tally_first_day(const struct audit_span *span)
{
	int n = audit_span_trend(span);
	struct audit_span first = *span;

	if (n > 0)
		audit_span_before(span, n, &first);
	return first.from;
}

/* Earlier periods are cut off as many days after their end as this one. */
static void set_periods(struct tally *t)
{
	const struct tally_setup *s = &t->setup;
	day_t behind = s->cut_off - s->span.to;

	t->spans[0] = s->span;
	t->period_count = 1 + (size_t)audit_span_trend(&s->span);
	for (size_t i = 0; i < t->period_count; i++) {
		if (i > 0)
			audit_span_before(&s->span, (int)i, &t->spans[i]);
		t->periods[i] = (struct rate_period){ .from = t->spans[i].from, .to = t->spans[i].to,
						      .as_of = t->spans[i].to + behind };
	}
}

struct tally *tally_new(const struct tally_setup *setup, int spool)
{
	struct tally *t = xcalloc(1, sizeof(*t));

	t->setup = *setup;
	t->spool = spool;
	t->first_opened = DAY_MAX;
	t->arena = (struct arena)ARENA_INIT(0);
	str_init(&t->buffer, 2 * BUFFER_BYTES + TALLY_LINE_MAX);
	str_init(&t->line, TALLY_LINE_MAX);
	set_periods(t);
	return t;
}

void tally_free(struct tally *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < TALLY_SECTION_COUNT; i++)
		free(t->entries[i].at);
	str_release(&t->buffer);
	str_release(&t->line);
	arena_fini(&t->arena);
	if (t->spool >= 0)
		close(t->spool);
	free(t);
}

int64_t tally_count(const struct tally *t)
{
	return t->rows;
}

/* ---- lines ---- */

/* "a\x1fb": the next one; false behind the last one. The empty text is one empty tag. */
static bool next_tag(struct sv *rest, bool *done, struct sv *ret)
{
	size_t n = 0;

	if (*done)
		return false;
	while (n < rest->n && rest->p[n] != '\x1f')
		n++;
	*ret = (struct sv){ rest->p, n };
	*done = n == rest->n;
	rest->p += *done ? n : n + 1;
	rest->n -= *done ? n : n + 1;
	return true;
}

static void begin_line(struct tally *t, struct json_writer *j)
{
	str_reset(&t->line);
	json_writer_init(j, &t->line);
	json_obj_open(j);
}

static void put_text(struct json_writer *j, const char *key, struct sv text)
{
	if (text.n > 0)
		json_kv_sv(j, key, text);
}

static void put_who(const struct tally *t, struct json_writer *j, const struct tally_row *r)
{
	const char *officer = code_of(&t->setup.officers, r->officer);

	json_kv_str(j, "unit", code_of(&t->setup.units, r->unit));
	if (officer[0])
		json_kv_str(j, "officer", officer);
}

static void put_sum(struct json_writer *j, const char *key, int64_t fen)
{
	if (fen != TALLY_NO_SUM)
		json_kv_i64(j, key, fen);
}

static void put_dates(struct json_writer *j, const struct tally_row *r)
{
	struct rate_row row = r->row;

	for (size_t i = 0; i < RATE_DAYS; i++) {
		if (*rate_day_at(&row, i) != DAY_NONE)
			json_kv_day(j, rate_day_names[i], *rate_day_at(&row, i));
	}
	if (row.performing_open)
		json_kv_bool(j, "performing_open", true);
	if (row.declined)
		json_kv_bool(j, "declined", true);
	put_sum(j, "value_fen", r->value_fen);
	put_sum(j, "income_fen", r->income_fen);
	put_sum(j, "fine_fen", r->fine_fen);
	put_sum(j, "confiscated_fen", r->confiscated_fen);
}

static enum err_code keep_case(struct tally *t, const struct tally_row *r, const enum rate_side *side, struct err *err)
{
	struct json_writer j;
	struct sv rest = r->campaigns, tag;
	bool done = rest.n == 0;

	begin_line(t, &j);
	json_kv_id(&j, "id", r->row.id);
	put_text(&j, "number", r->number);
	json_kv_sv(&j, "title", r->title);
	put_text(&j, "party", r->party);
	json_kv_sv(&j, "procedure", r->procedure);
	put_who(t, &j, r);
	put_text(&j, "ip_type", r->ip_type);
	if (!done) {
		json_key(&j, "campaigns");
		json_arr_open(&j);
		while (next_tag(&rest, &done, &tag))
			json_str(&j, tag);
		json_arr_close(&j);
	}
	if (r->case_id)
		json_kv_id(&j, "case", r->case_id);
	put_text(&j, "excluded", r->excluded);
	put_dates(&j, r);
	if (side) {
		json_key(&j, "sides");
		json_obj_open(&j);
		for (enum rate_metric m = 0; m < RATE_METRIC_COUNT; m++) {
			if (side[m] != RATE_OUTSIDE)
				json_kv_str(&j, rate_metric_info(m)->code, side[m] == RATE_IN ? "in" : "out");
		}
		json_obj_close(&j);
	}
	json_obj_close(&j);
	return keep_line(t, TALLY_CASES, 0, r->row.id, err);
}

/* An ITEM: a miss (with its metric), or something hidden. */
static enum err_code keep_item(struct tally *t, enum tally_section section, const struct tally_row *r, int metric,
			       int32_t days, const char *why, struct err *err)
{
	struct json_writer j;

	begin_line(t, &j);
	if (section == TALLY_MISSES)
		json_kv_str(&j, "metric", rate_metric_info((enum rate_metric)metric)->code);
	json_kv_id(&j, "id", r->row.id);
	put_text(&j, "number", r->number);
	json_kv_sv(&j, "title", r->title);
	put_who(t, &j, r);
	if (days >= 0)
		json_kv_i64(&j, "days", days);
	json_kv_str(&j, "why", why);
	json_obj_close(&j);
	return keep_line(t, section, section == TALLY_MISSES ? (uint32_t)metric : 0, r->row.id, err);
}

static enum err_code keep_component(struct tally *t, const struct tally_row *r, struct err *err)
{
	struct json_writer j;

	begin_line(t, &j);
	json_kv_str(&j, "kind", "case");
	json_kv_id(&j, "key", r->row.id);
	json_kv_sv(&j, "zh", r->number.n ? r->number : r->title);
	json_kv_str(&j, "component", "违法所得");
	json_kv_str(&j, "total", "案值");
	json_kv_i64(&j, "component_value", r->income_fen);
	json_kv_i64(&j, "total_value", r->value_fen);
	json_kv_str(&j, "why", "违法所得大于案值，请核对单位和数字");
	json_obj_close(&j);
	return keep_line(t, TALLY_COMPONENT, 0, r->row.id, err);
}

/* ---- counting ---- */

static bool within(day_t day, const struct rate_period *p)
{
	return day != DAY_NONE && day >= p->from && day <= p->to;
}

static void add_sums(struct tally_sums *s, const struct tally_row *r, const struct rate_period *p)
{
	if (within(r->row.filed, p)) {
		s->filed++;
		s->value_fen += r->value_fen > 0 ? r->value_fen : 0;
	}
	if (within(r->row.decided, p)) {
		s->decided++;
		s->fine_fen += r->fine_fen > 0 ? r->fine_fen : 0;
		s->confiscated_fen += r->confiscated_fen > 0 ? r->confiscated_fen : 0;
	}
}

static bool is_tagged(const struct tally *t, struct sv campaigns)
{
	struct sv tag;
	bool done = false;

	if (t->setup.span.kind != AUDIT_CAMPAIGN)
		return true;
	while (next_tag(&campaigns, &done, &tag)) {
		for (size_t i = 0; i < t->setup.tag_count; i++) {
			if (sv_eq_str(tag, t->setup.tags[i]))
				return true;
		}
	}
	return false;
}

static bool add_to_group(struct tally *t, enum tally_by by, struct sv key, const struct tally_row *r,
			 const enum rate_side *side)
{
	struct tally_group *g = tally_group(t, by, key);

	if (!g)
		return false;
	for (enum rate_metric m = 0; side && m < RATE_METRIC_COUNT; m++) {
		g->figure[m].den += side[m] != RATE_OUTSIDE;
		g->figure[m].num += side[m] == RATE_IN;
	}
	for (size_t i = 0; r->row.kind == RATE_CASE && i < t->period_count; i++)
		add_sums(&g->sums[i], r, &t->periods[i]);
	return true;
}

static enum err_code add_to_groups(struct tally *t, const struct tally_row *r, const enum rate_side *side, struct err *err)
{
	struct sv rest = r->campaigns, tag;
	bool done = false;
	bool ok = add_to_group(t, TALLY_UNIT, sv_of(code_of(&t->setup.units, r->unit)), r, side);

	if (side) {
		ok = add_to_group(t, TALLY_IP_TYPE, r->ip_type, r, side) && ok;
		ok = add_to_group(t, TALLY_OFFICER, sv_of(code_of(&t->setup.officers, r->officer)), r, side) && ok;
		while (ok && next_tag(&rest, &done, &tag))
			ok = add_to_group(t, TALLY_CAMPAIGN, tag, r, side);
	}
	return ok ? ERR_OK : err_set(err, ERR_TOO_LARGE, "too-many-groups", "分组超过 %d 个", TALLY_GROUPS_MAX);
}

/* The largest ones, the same whatever the order in which they come. */
static void add_top(struct tally *t, const struct tally_row *r)
{
	size_t at = t->top_count;

	while (at > 0 && (t->top[at - 1].value_fen < r->value_fen ||
			  (t->top[at - 1].value_fen == r->value_fen && t->top[at - 1].id > r->row.id)))
		at--;
	if (at == TALLY_TOP)
		return;
	if (t->top_count < TALLY_TOP)
		t->top_count++;
	memmove(&t->top[at + 1], &t->top[at], (t->top_count - 1 - at) * sizeof(t->top[0]));
	t->top[at] = (struct tally_top){ .id = r->row.id, .value_fen = r->value_fen,
					 .number = arena_strndup(&t->arena, r->number.p ? r->number.p : "", r->number.n),
					 .title = arena_strndup(&t->arena, r->title.p ? r->title.p : "", r->title.n) };
}

static enum err_code keep_misses(struct tally *t, const struct tally_row *r, const enum rate_side *side, struct err *err)
{
	const struct rate_period *p = &t->periods[0];
	struct str why = STR_INIT(WHY_MAX_BYTES);
	enum err_code code = ERR_OK;

	for (enum rate_metric m = 0; code == ERR_OK && m < RATE_METRIC_COUNT; m++) {
		if (side[m] != RATE_OUT)
			continue;
		int32_t days = rate_days_late(m, &r->row, p);
		str_reset(&why);
		rate_why(m, &r->row, p, &why);
		code = keep_item(t, TALLY_MISSES, r, (int)m, days, str_cstr(&why), err);
		if (code == ERR_OK && m == RATE_M10 && (r->row.declined || r->row.clue_decided == DAY_NONE ||
							r->row.clue_decided > p->as_of)) {
			bool declined = r->row.declined && r->row.clue_decided != DAY_NONE && r->row.clue_decided <= p->as_of;
			code = keep_item(t, declined ? TALLY_DECLINED : TALLY_UNFILED, r, 0, days, str_cstr(&why), err);
		}
	}
	str_release(&why);
	return code;
}

static enum err_code keep_hidden(struct tally *t, const struct tally_row *r, struct err *err)
{
	const struct rate_period *p = &t->periods[0];
	char since[11], why[64];

	if (r->row.kind != RATE_CASE)
		return ERR_OK;
	if (r->value_fen > 0 && r->income_fen > r->value_fen && keep_component(t, r, err) != ERR_OK)
		return err->code;
	if (r->value_fen > 0 && within(r->row.filed, p))
		add_top(t, r);
	if (!rate_suspended(&r->row, p))
		return ERR_OK;
	day_format(r->row.suspended, since);
	snprintf(why, sizeof(why), "%s起中止", since);
	return keep_item(t, TALLY_SUSPENDED, r, 0, p->as_of - r->row.suspended, why, err);
}

/* Who stands in a line has a name in the document. */
static void know_names(struct tally *t, const struct tally_row *r)
{
	struct sv rest = r->campaigns, tag;
	bool done = rest.n == 0;

	(void)tally_group(t, TALLY_UNIT, sv_of(code_of(&t->setup.units, r->unit)));
	(void)tally_group(t, TALLY_OFFICER, sv_of(code_of(&t->setup.officers, r->officer)));
	while (next_tag(&rest, &done, &tag))
		(void)tally_group(t, TALLY_CAMPAIGN, tag);
}

static enum err_code add_excluded(struct tally *t, const struct tally_row *r, struct err *err)
{
	char why[256];

	if (r->row.opened_on > t->periods[0].to || r->active_until < t->periods[0].from)
		return ERR_OK;
	know_names(t, r);
	snprintf(why, sizeof(why), "%.*s", SV_ARG(r->excluded));
	enum err_code code = keep_item(t, TALLY_EXCLUDED, r, 0, -1, why, err);
	return code == ERR_OK ? keep_case(t, r, NULL, err) : code;
}

/* Periods that the row cannot touch are passed over; M7 looks back without end. */
static bool touches(const struct tally_row *r, const struct rate_period *p)
{
	return r->row.kind == RATE_DISCLOSURE || (r->active_until >= p->from && r->row.opened_on <= p->to);
}

enum err_code tally_add(struct tally *t, const struct tally_row *r, struct err *err)
{
	enum rate_side side[RATE_METRIC_COUNT];
	bool any = false;
	struct err local = ERR_INIT;
	enum err_code code;

	err = err ? err : &local;
	if (!is_tagged(t, r->campaigns))
		return ERR_OK;
	t->rows++;
	if (r->row.opened_on < t->first_opened)
		t->first_opened = r->row.opened_on;
	if (r->excluded.p)
		return add_excluded(t, r, err);
	for (size_t i = t->period_count; i-- > 0;) {
		const struct rate_period *p = &t->periods[i];
		if (!touches(r, p) && i > 0)
			continue;
		for (enum rate_metric m = 0; m < RATE_METRIC_COUNT; m++) {
			side[m] = rate_side(m, &r->row, p);
			t->figure[i][m].den += side[m] != RATE_OUTSIDE;
			t->figure[i][m].num += side[m] == RATE_IN;
			any = any || (i == 0 && side[m] != RATE_OUTSIDE);
		}
		if (r->row.kind == RATE_CASE)
			add_sums(&t->sums[i], r, p);
	}
	/* For the sums of units earlier periods count too. */
	if (any || r->row.kind == RATE_CASE) {
		if ((code = add_to_groups(t, r, any ? side : NULL, err)) != ERR_OK)
			return code;
	}
	if (!any)
		return ERR_OK;
	if ((code = keep_case(t, r, side, err)) != ERR_OK || (code = keep_misses(t, r, side, err)) != ERR_OK)
		return code;
	return keep_hidden(t, r, err);
}

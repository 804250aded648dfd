/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The rates of a period: pages of candidate rows are counted as they come, so that memory holds one page, the
 * capped lists and the groups, whatever the number of matters. */
#include "app/rates.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/rates_count.h"
#include "base/clock.h"
#include "json/json_writer.h"
#include "gen/queries.h"

enum {
	PAGE_ROWS = 4000,  /* a page is counted in one turn of the loop: some 10 ms */
	PAGE_RESULT = 2,   /* behind the caller's context and the planner's settings */
	GROUPS_MAX = 4096,
	GROUP_BUCKETS = 1024,
	REPLY_MAX_BYTES = 15 * 1024 * 1024, /* below the API's limit of a reply */
	WHY_MAX_BYTES = 512,
};

/* Later than any row's known_from, earlier than infinity: "what is known now". */
static const char KNOWN_NOW[] = "9999-01-01T00:00:00Z";

struct figure {
	int64_t num, den;
};

/* What stands in one list, capped; the counts are complete. */
struct listed {
	struct rate_row row;
	const char *number, *title; /* as known then */
	const char *excluded;
};
struct list {
	struct listed *at;
	size_t count;
	int64_t total;
};

struct group {
	struct group *next; /* in its bucket */
	const char *key, *zh;
	struct figure figure[RATE_METRIC_COUNT];
};

struct rates_work {
	struct rates_call *call;
	struct task *task;
	struct pg_segment *flight;
	struct arena arena;
	struct str reply;
	struct rate_period period;
	int64_t *organs;
	size_t organ_count, organ;  /* the organ whose pages are being read */
	int64_t after_id;           /* the last row counted, in the order of the pages */
	char after_until[16], after_opened[16];
	struct figure figure[RATE_METRIC_COUNT];
	struct list in[RATE_METRIC_COUNT], out[RATE_METRIC_COUNT], suspended, excluded;
	struct group *bucket[GROUP_BUCKETS];
	struct group **groups; /* sorted, for the reply */
	size_t group_count;
	bool too_many_groups;
	const struct pg_reply *rest;
	size_t at_m7, at_m7_groups, at_m7_out, at_m7_in, at_incomplete, at_group_names;
};

static const char *const groupings[] = {
	[RATES_BY_NONE] = "", [RATES_BY_CAMPAIGN] = "campaign", [RATES_BY_UNIT] = "unit",
	[RATES_BY_IP_TYPE] = "ip_type", [RATES_BY_OFFICER] = "officer",
};

bool rates_by_parse(struct sv text, enum rates_by *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(groupings); i++) {
		if (sv_eq_str(text, groupings[i])) {
			*ret = (enum rates_by)i;
			return true;
		}
	}
	return false;
}

/* ---- counting ---- */

static struct group *group_of(struct rates_work *w, struct sv key)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < key.n; i++)
		hash = (hash ^ (unsigned char)key.p[i]) * 16777619u;
	struct group **place = &w->bucket[hash % GROUP_BUCKETS];
	for (struct group *g = *place; g; g = g->next) {
		if (sv_eq_str(key, g->key))
			return g;
	}
	if (w->group_count == GROUPS_MAX) {
		w->too_many_groups = true;
		return NULL;
	}
	struct group *g = arena_new(&w->arena, struct group);
	g->key = arena_strndup(&w->arena, key.p ? key.p : "", key.n);
	g->next = *place;
	*place = g;
	w->group_count++;
	return g;
}

static const char *keep(struct rates_work *w, const char *text)
{
	return text ? arena_strdup(&w->arena, text) : NULL;
}

static void list_add(struct rates_work *w, struct list *list, const struct listed *item)
{
	list->total++;
	if (w->call->no_lists || list->count == RATES_LIST_MAX)
		return;
	if (!list->at)
		list->at = arena_array(&w->arena, struct listed, RATES_LIST_MAX);
	struct listed *l = &list->at[list->count++];
	*l = *item;
	l->number = keep(w, item->number);
	l->title = keep(w, item->title);
	l->excluded = keep(w, item->excluded);
}

static void figure_add(struct figure *f, enum rate_side side)
{
	f->den += side != RATE_OUTSIDE;
	f->num += side == RATE_IN;
}

/* "a\x1fb": the next key; false behind the last one. The empty text is one empty key. */
static bool next_key(struct sv *rest, bool *done, struct sv *ret)
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

static void count_row(struct rates_work *w, const struct listed *item, struct sv keys)
{
	const struct rate_row *row = &item->row;
	enum rate_side side[RATE_METRIC_COUNT];
	struct sv key;
	bool any = false, done = w->call->by == RATES_BY_NONE;

	for (enum rate_metric m = 0; m < RATE_METRIC_COUNT; m++) {
		side[m] = m == RATE_M7 ? RATE_OUTSIDE : rate_side(m, row, &w->period);
		figure_add(&w->figure[m], side[m]);
		any = any || side[m] != RATE_OUTSIDE;
		if (side[m] == RATE_IN)
			list_add(w, &w->in[m], item);
		else if (side[m] == RATE_OUT)
			list_add(w, &w->out[m], item);
	}
	if (row->kind == RATE_CASE && rate_suspended(row, &w->period))
		list_add(w, &w->suspended, item);
	while (any && next_key(&keys, &done, &key)) {
		struct group *g = group_of(w, key);
		for (enum rate_metric m = 0; g && m < RATE_METRIC_COUNT; m++)
			figure_add(&g->figure[m], side[m]);
	}
}

static void count_page(struct rates_work *w, const struct pg_reply *r)
{
	size_t rows = pg_rows(r, PAGE_RESULT);

	for (size_t i = 0; i < rows; i++) {
		struct listed item = { .row = { .id = pg_i64(r, PAGE_RESULT, i, 0),
						.performing_open = pg_bool(r, PAGE_RESULT, i, 2) },
				       .excluded = pg_cstr(r, PAGE_RESULT, i, 3), .number = pg_cstr(r, PAGE_RESULT, i, 7),
				       .title = pg_cstr(r, PAGE_RESULT, i, 8) };

		rate_row_read(pg_text(r, PAGE_RESULT, i, 1), pg_text(r, PAGE_RESULT, i, 5), &item.row);
		if (!item.excluded)
			count_row(w, &item, pg_text(r, PAGE_RESULT, i, 4));
		else
			list_add(w, &w->excluded, &item);
		if (i + 1 == rows) {
			w->after_id = item.row.id;
			snprintf(w->after_until, sizeof(w->after_until), "%s", pg_cstr(r, PAGE_RESULT, i, 6));
			day_format(item.row.opened_on, w->after_opened);
		}
	}
}

/* ---- reading ---- */

static void on_end(void *arg)
{
	struct rates_work *w = arg;

	pg_segment_forget(w->flight);
	w->flight = NULL;
	str_release(&w->reply);
	arena_fini(&w->arena);
}

static void send_page(struct rates_work *w);

/* The first page of the next organ; false behind the last one. */
static bool next_organ(struct rates_work *w)
{
	if (w->organ == w->organ_count)
		return false;
	w->after_id = 0;
	day_format(w->period.from, w->after_until);
	snprintf(w->after_opened, sizeof(w->after_opened), "-infinity");
	send_page(w);
	return true;
}

static void on_page(void *arg, const struct pg_reply *r)
{
	struct rates_work *w = arg;

	w->flight = NULL;
	if (r->code != ERR_OK) {
		pg_reply_err(r, task_err(w->task));
		task_resume_failed(w->task);
		return;
	}
	count_page(w, r);
	if (w->too_many_groups) {
		err_set(task_err(w->task), ERR_TOO_LARGE, "too-many-groups", "分组超过 %d 个", GROUPS_MAX);
		task_resume_failed(w->task);
		return;
	}
	if (pg_rows(r, PAGE_RESULT) == PAGE_ROWS) {
		send_page(w);
		return;
	}
	w->organ++;
	if (!next_organ(w))
		task_resume(w->task);
}

static void send_page(struct rates_work *w)
{
	struct rates_call *c = w->call;

	w->flight = app_segment(&c->call, PG_LANE_SLOW);
	c->call.seg = NULL; /* not tied to the task: it ends with its callback */
	pg_segment_add0(w->flight, Q_RATES_PLAN);
	if (c->known_at == INSTANT_NONE)
		pg_segment_addv(w->flight, Q_RATES_ROWS, PG_I64(w->organs[w->organ]), PG_CSTR(w->after_until),
				PG_CSTR(w->after_opened), PG_I64(w->after_id), PG_DAY(c->to), PG_I64(PAGE_ROWS),
				PG_CSTR(groupings[c->by]));
	else
		pg_segment_addv(w->flight, Q_RATES_ROWS_KNOWN, PG_DAY(c->from), PG_DAY(c->to),
				PG_I64(w->after_id), PG_I64(PAGE_ROWS), PG_INSTANT(c->known_at),
				PG_CSTR(groupings[c->by]));
	pg_segment_submit(w->flight, on_page, w);
}

static enum step refuse(struct task *t, const char *field, const char *rule, const char *message)
{
	task_fail(t, ERR_INVALID, rule, "%s", message);
	err_field(task_err(t), "%s", field);
	return STEP_FAIL;
}

enum step rates_begin(struct task *t)
{
	struct rates_call *c = task_ctx(t);

	if (c->from == DAY_NONE)
		return refuse(t, "from", "required", "缺少统计期间的起始日期");
	if (c->to == DAY_NONE)
		return refuse(t, "to", "required", "缺少统计期间的结束日期");
	if (c->to < c->from)
		return refuse(t, "to", "period", "统计期间的结束日期不能早于起始日期");
	if (c->as_of == DAY_NONE) {
		c->as_of = instant_to_day(clock_now());
		/* A month or year that still runs is counted up to today; the reply says so in "to". */
		if (c->to > c->as_of && c->from <= c->as_of)
			c->to = c->as_of;
	}
	if (c->as_of < c->to)
		return refuse(t, "as_of", "cut-off", "截至日期不能早于统计期间的结束日期");
	struct rates_work *w = arena_new(task_arena(t), struct rates_work);
	*w = (struct rates_work){ .call = c, .task = t, .arena = ARENA_INIT(0),
				  .reply = STR_INIT(REPLY_MAX_BYTES),
				  .period = { .from = c->from, .to = c->to, .as_of = c->as_of } };
	c->work = w;
	task_on_end(t, on_end, w);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_SLOW);
	pg_segment_add0(seg, Q_RATES_ORGANS);
	return pg_segment_wait(seg, t);
}

enum step rates_rows(struct task *t)
{
	struct rates_call *c = task_ctx(t);
	struct rates_work *w = c->work;
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	w->organ_count = pg_rows(r, 1);
	w->organs = arena_array(&w->arena, int64_t, w->organ_count + 1);
	for (size_t i = 0; i < w->organ_count; i++)
		w->organs[i] = pg_i64(r, 1, i, 0);
	if (c->known_at != INSTANT_NONE && w->organ_count > 1)
		w->organ_count = 1; /* that statement looks at all organs at once */
	return next_organ(w) ? STEP_WAIT : STEP_NEXT;
}

/* ---- the order of lists, and M7 ---- */

static int compare_listed(const void *a, const void *b)
{
	int64_t x = ((const struct listed *)a)->row.id, y = ((const struct listed *)b)->row.id;

	return x < y ? -1 : x > y;
}

/* Pages come in the order of their index; people read lists by number. */
static void sort_list(struct list *list)
{
	if (list->count > 1)
		qsort(list->at, list->count, sizeof(list->at[0]), compare_listed);
}

static void sort_lists(struct rates_work *w)
{
	for (enum rate_metric m = 0; m < RATE_METRIC_COUNT; m++) {
		sort_list(&w->in[m]);
		sort_list(&w->out[m]);
	}
	sort_list(&w->suspended);
	sort_list(&w->excluded);
}

enum step rates_rest(struct task *t)
{
	struct rates_call *c = task_ctx(t);
	struct rates_work *w = c->work;
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_SLOW);
	struct pg_value known = c->known_at == INSTANT_NONE ? PG_CSTR(KNOWN_NOW) : PG_INSTANT(c->known_at);
	int64_t most = c->no_lists ? 0 : RATES_LIST_MAX;

	sort_lists(w);
	pg_segment_add0(seg, Q_RATES_PLAIN);
	w->at_m7 = pg_segment_addv(seg, Q_RATES_M7, PG_DAY(c->as_of), known);
	/* One row at least, for the total it carries. */
	w->at_incomplete = pg_segment_addv(seg, Q_RATES_INCOMPLETE, known, PG_I64(most > 0 ? most : 1));
	if (c->by != RATES_BY_NONE) {
		w->at_m7_groups = pg_segment_addv(seg, Q_RATES_M7_GROUPS, PG_DAY(c->as_of), known,
						  PG_CSTR(groupings[c->by]));
		w->at_group_names = pg_segment_addv(seg, Q_RATES_GROUP_NAMES, PG_CSTR(groupings[c->by]));
	}
	if (!c->no_lists) {
		if (c->known_at == INSTANT_NONE)
			w->at_m7_out = pg_segment_addv(seg, Q_RATES_M7_OUT, PG_DAY(c->as_of), PG_I64(most));
		else
			w->at_m7_out = pg_segment_addv(seg, Q_RATES_M7_OUT_KNOWN, PG_DAY(c->as_of), PG_I64(most), known);
		w->at_m7_in = pg_segment_addv(seg, Q_RATES_M7_IN, PG_DAY(c->as_of), known, PG_I64(most));
	}
	return pg_segment_wait(seg, t);
}

/* ---- groups ---- */

static const char *group_zh(struct rates_work *w, const struct group *g)
{
	static const char *const none[] = {
		[RATES_BY_NONE] = "", [RATES_BY_CAMPAIGN] = "未标注专项行动", [RATES_BY_UNIT] = "未指定单位",
		[RATES_BY_IP_TYPE] = "未填写类型", [RATES_BY_OFFICER] = "未指定承办人",
	};

	if (!g->key[0])
		return none[w->call->by];
	for (size_t i = 0; i < pg_rows(w->rest, w->at_group_names); i++) {
		if (sv_eq_str(pg_text(w->rest, w->at_group_names, i, 0), g->key)) {
			const char *zh = pg_cstr(w->rest, w->at_group_names, i, 1);
			return zh ? zh : g->key;
		}
	}
	return g->key;
}

static int compare_groups(const void *a, const void *b)
{
	const struct group *x = *(struct group *const *)a, *y = *(struct group *const *)b;
	int names = strcmp(x->zh, y->zh);

	if ((x->key[0] == '\0') != (y->key[0] == '\0'))
		return x->key[0] == '\0' ? 1 : -1; /* what is not filled in stands last */
	return names ? names : strcmp(x->key, y->key);
}

static void finish_groups(struct rates_work *w)
{
	size_t n = 0;

	for (size_t i = 0; i < pg_rows(w->rest, w->at_m7_groups); i++) {
		struct group *g = group_of(w, pg_text(w->rest, w->at_m7_groups, i, 0));
		if (!g)
			return;
		g->figure[RATE_M7] = (struct figure){ .den = pg_i64(w->rest, w->at_m7_groups, i, 1),
						      .num = pg_i64(w->rest, w->at_m7_groups, i, 2) };
	}
	w->groups = arena_array(&w->arena, struct group *, w->group_count + 1);
	for (size_t i = 0; i < GROUP_BUCKETS; i++) {
		for (struct group *g = w->bucket[i]; g; g = g->next) {
			g->zh = group_zh(w, g);
			w->groups[n++] = g;
		}
	}
	qsort(w->groups, n, sizeof(w->groups[0]), compare_groups);
}

/* ---- the reply ---- */

static void write_item(struct json_writer *j, int64_t id, const char *number, const char *title, const char *why)
{
	json_obj_open(j);
	json_kv_id(j, "id", id);
	json_kv_str(j, "number", number);
	json_kv_str(j, "title", title ? title : "");
	if (why)
		json_kv_str(j, "why", why);
	json_obj_close(j);
}

static void write_listed(struct json_writer *j, const struct listed *l, const char *why)
{
	write_item(j, l->row.id, l->number, l->title, why);
}

static void write_m7_list(struct rates_work *w, struct json_writer *j, bool in)
{
	size_t at = in ? w->at_m7_in : w->at_m7_out;
	struct str why = STR_INIT(WHY_MAX_BYTES);

	for (size_t i = 0; !w->call->no_lists && i < pg_rows(w->rest, at); i++) {
		struct rate_row row = { .id = pg_i64(w->rest, at, i, 0), .published = DAY_NONE };

		str_reset(&why);
		if (!in) {
			row.publish_due = pg_day(w->rest, at, i, 3);
			row.published = pg_day(w->rest, at, i, 4);
			rate_why(RATE_M7, &row, &w->period, &why);
		}
		write_item(j, row.id, pg_cstr(w->rest, at, i, 1), pg_cstr(w->rest, at, i, 2),
			   in ? NULL : str_cstr(&why));
	}
	str_release(&why);
}

static void write_list(struct rates_work *w, struct json_writer *j, enum rate_metric m, const char *key, bool in)
{
	const struct list *list = in ? &w->in[m] : &w->out[m];
	struct str why = STR_INIT(WHY_MAX_BYTES);

	json_key(j, key);
	json_arr_open(j);
	if (m == RATE_M7)
		write_m7_list(w, j, in);
	for (size_t i = 0; i < list->count; i++) {
		str_reset(&why);
		if (!in)
			rate_why(m, &list->at[i].row, &w->period, &why);
		write_listed(j, &list->at[i], in ? NULL : str_cstr(&why));
	}
	json_arr_close(j);
	str_release(&why);
}

static void write_figure(struct json_writer *j, enum rate_metric m, const struct figure *f)
{
	const struct rate_metric_info *info = rate_metric_info(m);
	char percent[24], text[32];

	rate_percent(f->num, f->den, percent);
	snprintf(text, sizeof(text), "%s%%", percent);
	json_kv_str(j, "zh", info->zh);
	json_kv_str(j, "formula", info->formula);
	json_kv_i64(j, "numerator", f->num);
	json_kv_i64(j, "denominator", f->den);
	json_kv_str(j, "percent", f->den ? percent : NULL);
	json_kv_str(j, "text", f->den ? text : info->none);
}

static void write_metrics(struct rates_work *w, struct json_writer *j)
{
	json_key(j, "metrics");
	json_obj_open(j);
	for (enum rate_metric m = 0; m < RATE_METRIC_COUNT; m++) {
		const struct figure *f = &w->figure[m];

		json_key(j, rate_metric_info(m)->code);
		json_obj_open(j);
		write_figure(j, m, f);
		write_list(w, j, m, "in", true);
		write_list(w, j, m, "out", false);
		json_kv_bool(j, "truncated", !w->call->no_lists && (f->num > RATES_LIST_MAX ||
								   f->den - f->num > RATES_LIST_MAX));
		json_obj_close(j);
	}
	json_obj_close(j);
}

static void write_groups(struct rates_work *w, struct json_writer *j)
{
	json_kv_str(j, "by", groupings[w->call->by]);
	json_key(j, "groups");
	json_arr_open(j);
	for (size_t i = 0; i < w->group_count; i++) {
		const struct group *g = w->groups[i];

		json_obj_open(j);
		json_kv_str(j, "key", g->key);
		json_kv_str(j, "zh", g->zh);
		json_key(j, "metrics");
		json_obj_open(j);
		for (enum rate_metric m = 0; m < RATE_METRIC_COUNT; m++) {
			json_key(j, rate_metric_info(m)->code);
			json_obj_open(j);
			write_figure(j, m, &g->figure[m]);
			json_obj_close(j);
		}
		json_obj_close(j);
		json_obj_close(j);
	}
	json_arr_close(j);
}

static void write_beside(struct rates_work *w, struct json_writer *j)
{
	size_t incomplete = pg_rows(w->rest, w->at_incomplete);
	int64_t total = incomplete ? pg_i64(w->rest, w->at_incomplete, 0, 3) : 0;

	json_key(j, "beside");
	json_obj_open(j);
	json_key(j, "incomplete");
	json_arr_open(j);
	for (size_t i = 0; !w->call->no_lists && i < incomplete; i++)
		write_item(j, pg_i64(w->rest, w->at_incomplete, i, 0), pg_cstr(w->rest, w->at_incomplete, i, 1),
			   pg_cstr(w->rest, w->at_incomplete, i, 2), "补录，资料不全");
	json_arr_close(j);
	json_key(j, "suspended");
	json_arr_open(j);
	for (size_t i = 0; i < w->suspended.count; i++) {
		char since[11], why[64];
		day_format(w->suspended.at[i].row.suspended, since);
		snprintf(why, sizeof(why), "%s起中止", since);
		write_listed(j, &w->suspended.at[i], why);
	}
	json_arr_close(j);
	json_key(j, "excluded");
	json_arr_open(j);
	for (size_t i = 0; i < w->excluded.count; i++)
		write_listed(j, &w->excluded.at[i], w->excluded.at[i].excluded);
	json_arr_close(j);
	json_key(j, "totals");
	json_obj_open(j);
	json_kv_i64(j, "incomplete", total);
	json_kv_i64(j, "suspended", w->suspended.total);
	json_kv_i64(j, "excluded", w->excluded.total);
	json_obj_close(j);
	json_kv_bool(j, "truncated", !w->call->no_lists && (total > RATES_LIST_MAX ||
							   w->suspended.total > RATES_LIST_MAX ||
							   w->excluded.total > RATES_LIST_MAX));
	json_obj_close(j);
}

enum step rates_reply(struct task *t)
{
	struct rates_call *c = task_ctx(t);
	struct rates_work *w = c->work;
	struct json_writer j;

	w->rest = pg_segment_reply(c->call.seg);
	w->figure[RATE_M7] = (struct figure){ .den = pg_i64(w->rest, w->at_m7, 0, 0),
					      .num = pg_i64(w->rest, w->at_m7, 0, 1) };
	if (c->by != RATES_BY_NONE)
		finish_groups(w);
	if (w->too_many_groups)
		return task_fail(t, ERR_TOO_LARGE, "too-many-groups", "分组超过 %d 个", GROUPS_MAX);
	json_writer_init(&j, &w->reply);
	json_obj_open(&j);
	json_kv_day(&j, "from", c->from);
	json_kv_day(&j, "to", c->to);
	json_kv_day(&j, "as_of", c->as_of);
	if (c->known_at != INSTANT_NONE)
		json_kv_instant(&j, "known_at", c->known_at);
	write_metrics(w, &j);
	if (c->by != RATES_BY_NONE)
		write_groups(w, &j);
	write_beside(w, &j);
	json_obj_close(&j);
	if (!json_writer_ok(&j))
		return task_fail(t, ERR_TOO_LARGE, "reply-too-large", "结果过大，请缩短统计期间或者不要名单");
	c->reply = (struct sv){ w->reply.p, w->reply.len };
	return STEP_NEXT;
}

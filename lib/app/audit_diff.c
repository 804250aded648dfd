/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What changed between two snapshots of a period: the figures, each matter that entered, left or changed its side in a
 * list, or whose row says something else, and the acts recorded between the two instants that did it.
 *
 * Both documents are read line by line on the pool (their cases stand in the order of ids, one a line), so memory holds the
 * changes alone: at most CHANGES_MAX, the total is complete. */
#include "app/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/material_job.h"
#include "app/rates_count.h"
#include "app/view.h"
#include "gen/queries.h"
#include "json/json_reader.h"
#include "json/json_writer.h"

enum { CHANGES_MAX = 2000, ACTS_MAX = 20000, CHANGE_BYTES = 64 << 10, LINE_ARENA = 4 << 20, REPLY_MAX_BYTES = 15 << 20,
       IDS_MAX_BYTES = 64 << 10 };

struct change_item {
	int64_t id;
	const char *text;    /* members of the reply's object but for "why" */
	bool moved;          /* its side in a list */
};

struct audit_diff {
	struct arena arena;
	struct change_item *items;
	size_t count;
	int64_t total, moved;
	int64_t num[2][RATE_METRIC_COUNT], den[2][RATE_METRIC_COUNT];
	size_t at_acts;
	struct str reply;
};

static void diff_free(void *arg)
{
	struct audit_diff *d = arg;

	if (!d)
		return;
	arena_fini(&d->arena);
	str_release(&d->reply);
	free(d);
}

/* ---- load ---- */

enum step snapshot_diff_load(struct task *t)
{
	struct snapshot_diff_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	c->at_a = pg_segment_addv(seg, Q_SNAPSHOT_LIST, PG_NULL, PG_I64(c->a), PG_I64(1));
	c->at_b = pg_segment_addv(seg, Q_SNAPSHOT_LIST, PG_NULL, PG_I64(c->b), PG_I64(1));
	return pg_segment_wait(seg, t);
}

/* ---- one document, line by line ---- */

struct source {
	FILE *file;
	char *line;
	size_t room;
	struct sv row;         /* "" behind the last one */
	int64_t id;
};

static bool ends_with(struct sv text, const char *end)
{
	size_t n = strlen(end);

	return text.n >= n && memcmp(text.p + text.n - n, end, n) == 0;
}

static struct sv next_line(struct source *s)
{
	ssize_t n = getline(&s->line, &s->room, s->file);

	if (n > 0 && s->line[n - 1] == '\n')
		n--;
	return (struct sv){ s->line, n > 0 ? (size_t)n : 0 };
}

/* {"id":"15",... */
static bool next_row(struct source *s)
{
	static const char begin[] = "{\"id\":\"";
	struct sv line = next_line(s);
	size_t at = sizeof(begin) - 1, end = at;

	s->row = (struct sv){ "", 0 };
	s->id = INT64_MAX;
	if (ends_with(line, ","))
		line.n--;
	if (line.n < at || memcmp(line.p, begin, at) != 0)
		return false;
	while (end < line.n && line.p[end] != '"')
		end++;
	if (!sv_to_i64((struct sv){ line.p + at, end - at }, &s->id))
		return false;
	s->row = line;
	return true;
}

/* The first line up to its first list, with the lists closed: an object of its own. */
static enum err_code read_head(struct source *s, struct arena *arena, int64_t *num, int64_t *den, struct err *err)
{
	struct sv line = next_line(s);
	struct str text = STR_INIT(LINE_ARENA);
	struct json_doc *doc;
	enum err_code code = ERR_OK;

	str_append(&text, line.p, line.n);
	if (ends_with(line, "["))
		str_append_cstr(&text, "]}");
	if (json_parse(arena, (struct sv){ str_cstr(&text), text.len }, &doc, err) != ERR_OK)
		code = err_set(err, ERR_INTERNAL, "audit-document", "报送的文件读不出来");
	const struct json_value *m = code == ERR_OK ? json_first(json_get(json_root(doc), "metrics")) : NULL;
	for (size_t i = 0; m && i < RATE_METRIC_COUNT; m = json_next(m), i++) {
		(void)json_to_i64(json_get(m, "num"), &num[i]);
		(void)json_to_i64(json_get(m, "den"), &den[i]);
	}
	while (code == ERR_OK && line.n > 0 && !ends_with(line, "\"cases\":["))
		line = next_line(s);
	str_release(&text);
	return code;
}

static enum err_code open_source(struct source *s, struct content_store *store, const char *sha256, struct err *err)
{
	uint64_t size;
	int fd;
	enum err_code code = content_read(store, sha256, &fd, &size, err);

	if (code != ERR_OK)
		return code;
	s->file = fdopen(fd, "r");
	if (s->file)
		return ERR_OK;
	close(fd);
	return err_set(err, ERR_IO, "storage-failed", "报送的文件打不开");
}

static void close_source(struct source *s)
{
	if (s->file)
		fclose(s->file);
	free(s->line);
}

/* ---- comparing ---- */

struct diff_job {
	struct material_job job;
	struct audit_diff *diff;
	char sha256[2][CONTENT_NAME_SIZE];
};

static const struct json_value *parse_row(struct arena *arena, struct sv row)
{
	struct json_doc *doc;

	if (row.n == 0 || json_parse(arena, row, &doc, NULL) != ERR_OK)
		return NULL;
	return json_root(doc);
}

static void put_side(struct json_writer *w, const char *key, const struct json_value *v)
{
	if (json_type(v) == JSON_STRING)
		json_kv_sv(w, key, json_string(v));
	else
		json_kv_null(w, key);
}

/* Lists that it entered, left, or in which it changed its side. */
static bool put_lists(struct json_writer *w, const struct json_value *was, const struct json_value *is)
{
	bool moved = false;

	json_key(w, "lists");
	json_arr_open(w);
	for (enum rate_metric m = 0; m < RATE_METRIC_COUNT; m++) {
		const char *metric = rate_metric_info(m)->code;
		const struct json_value *a = json_get(json_get(was, "sides"), metric), *b = json_get(json_get(is, "sides"), metric);
		if (sv_eq(json_string(a), json_string(b)))
			continue;
		moved = true;
		json_obj_open(w);
		json_kv_str(w, "metric", metric);
		put_side(w, "was", a);
		put_side(w, "is", b);
		json_obj_close(w);
	}
	json_arr_close(w);
	return moved;
}

static void put_member(struct json_writer *w, const struct json_value *a, const struct json_value *b, struct sv name)
{
	json_obj_open(w);
	json_kv_sv(w, "name", name);
	json_key(w, "was");
	json_write_value(w, a);
	json_key(w, "is");
	json_write_value(w, b);
	json_obj_close(w);
}

static bool same_value(const struct json_value *a, const struct json_value *b)
{
	struct str x = STR_INIT(CHANGE_BYTES), y = STR_INIT(CHANGE_BYTES);
	struct json_writer w;

	json_writer_init(&w, &x);
	json_write_value(&w, a);
	json_writer_init(&w, &y);
	json_write_value(&w, b);
	bool same = x.len == y.len && memcmp(str_cstr(&x), str_cstr(&y), x.len) == 0;
	str_release(&x);
	str_release(&y);
	return same;
}

/* What else the row says now: dates, title, party, unit. */
static void put_fields(struct json_writer *w, const struct json_value *was, const struct json_value *is)
{
	json_key(w, "fields");
	json_arr_open(w);
	for (const struct json_value *a = json_first(was); a && is; a = json_next(a)) {
		struct sv name = json_name(a);
		const struct json_value *b = json_get(is, name.p);
		if (!sv_eq_str(name, "sides") && !same_value(a, b))
			put_member(w, a, b, name);
	}
	for (const struct json_value *b = json_first(is); b && was; b = json_next(b)) {
		struct sv name = json_name(b);
		if (!sv_eq_str(name, "sides") && json_type(json_get(was, name.p)) == JSON_NULL)
			put_member(w, NULL, b, name);
	}
	json_arr_close(w);
}

static void put_name(struct json_writer *w, const struct json_value *row, const char *name)
{
	struct sv text = json_string(json_get(row, name));

	if (text.n > 0)
		json_kv_sv(w, name, text);
}

static enum err_code add_change(struct audit_diff *d, int64_t id, struct sv was_row, struct sv is_row, struct err *err)
{
	struct arena scratch = ARENA_INIT(LINE_ARENA);
	struct str out = STR_INIT(CHANGE_BYTES);
	const struct json_value *was = parse_row(&scratch, was_row), *is = parse_row(&scratch, is_row);
	const struct json_value *row = is ? is : was;
	struct json_writer w;
	bool moved = false;

	json_writer_init(&w, &out);
	json_obj_open(&w);
	json_kv_id(&w, "id", id);
	put_name(&w, row, "number");
	put_name(&w, row, "title");
	put_name(&w, row, "unit");
	json_kv_str(&w, "what", !was ? "entered" : !is ? "left" : "changed");
	moved = put_lists(&w, was, is);
	put_fields(&w, was, is);
	json_obj_close(&w);
	bool ok = json_writer_ok(&w);
	d->total++;
	d->moved += moved;
	if (ok && d->count < CHANGES_MAX)
		d->items[d->count++] = (struct change_item){ .id = id, .moved = moved,
							     .text = arena_strndup(&d->arena, out.p, out.len - 1) };
	str_release(&out);
	arena_fini(&scratch);
	return ok ? ERR_OK : err_set(err, ERR_TOO_LARGE, "audit-line", "一条清单过长");
}

static void compare_work(void *arg)
{
	struct diff_job *j = arg;
	struct audit_diff *d = j->diff;
	struct source s[2] = { 0 };
	struct err *err = &j->job.err;
	enum err_code code = ERR_OK;

	for (int i = 0; code == ERR_OK && i < 2; i++) {
		code = open_source(&s[i], j->job.store, j->sha256[i], err);
		if (code == ERR_OK)
			code = read_head(&s[i], &d->arena, d->num[i], d->den[i], err);
		if (code == ERR_OK)
			next_row(&s[i]);
	}
	while (code == ERR_OK && (s[0].row.n > 0 || s[1].row.n > 0)) {
		bool first = s[0].id <= s[1].id, second = s[1].id <= s[0].id;
		struct sv was = first ? s[0].row : SV(""), is = second ? s[1].row : SV("");

		if (!first || !second || !sv_eq(was, is))
			code = add_change(d, first ? s[0].id : s[1].id, was, is, err);
		if (first)
			next_row(&s[0]);
		if (second)
			next_row(&s[1]);
	}
	close_source(&s[0]);
	close_source(&s[1]);
	j->job.code = code;
}

static void compare_keep(void *arg, struct task *t)
{
	struct diff_job *j = arg;
	struct snapshot_diff_call *c = task_ctx(t);

	c->diff = j->diff;
	j->diff = NULL;
	task_on_end(t, diff_free, c->diff);
}

static void compare_release(void *arg)
{
	struct diff_job *j = arg;

	diff_free(j->diff);
	free(j);
}

enum step snapshot_diff_compare(struct task *t)
{
	struct snapshot_diff_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	for (int i = 0; i < 2; i++) {
		size_t at = i == 0 ? c->at_a : c->at_b;
		if (pg_rows(r, at) == 0)
			return task_fail(t, ERR_NOT_FOUND, "no-such-snapshot", "没有编号为 %" PRId64 " 的报送，或者您无权查看",
					 i == 0 ? c->a : c->b);
		audit_snapshot_row(r, at, 0, i == 0 ? &c->before : &c->after);
	}
	if (strcmp(c->before.period, c->after.period) != 0 || strcmp(c->before.organ, c->after.organ) != 0)
		return task_fail(t, ERR_INVALID, "other-period", "只能比较同一机关同一统计期的两次报送");
	struct diff_job *j = material_job_new(t, sizeof(*j));
	if (!j)
		return STEP_FAIL;
	j->diff = xcalloc(1, sizeof(*j->diff));
	j->diff->arena = (struct arena)ARENA_INIT(0);
	str_init(&j->diff->reply, REPLY_MAX_BYTES);
	j->diff->items = arena_array(&j->diff->arena, struct change_item, CHANGES_MAX);
	snprintf(j->sha256[0], sizeof(j->sha256[0]), "%s", c->before.sha256);
	snprintf(j->sha256[1], sizeof(j->sha256[1]), "%s", c->after.sha256);
	j->job.work = compare_work;
	j->job.keep = compare_keep;
	j->job.release = compare_release;
	return material_job_start(t, j);
}

/* ---- why ---- */

enum step snapshot_diff_acts(struct task *t)
{
	struct snapshot_diff_call *c = task_ctx(t);
	struct str ids = STR_INIT(IDS_MAX_BYTES);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_SLOW);

	str_append_char(&ids, '{');
	for (size_t i = 0; i < c->diff->count; i++) {
		if (i > 0)
			str_append_char(&ids, ',');
		str_append_i64(&ids, c->diff->items[i].id);
	}
	str_append_char(&ids, '}');
	CHECK(!ids.failed);
	c->diff->at_acts = pg_segment_addv(seg, Q_SNAPSHOT_ACTS, PG_CSTR(str_cstr(&ids)), PG_INSTANT(c->before.as_of),
					   PG_INSTANT(c->after.as_of), PG_I64(ACTS_MAX));
	str_release(&ids);
	return pg_segment_wait(seg, t);
}

static const char *act_zh(struct sv procedure, const char *act)
{
	enum matter_procedure p;

	return procedure_by_code(procedure, &p) ? view_act_zh(p, act) : NULL;
}

static void write_acts(struct json_writer *w, const struct pg_reply *r, size_t at, int64_t id, size_t *next)
{
	enum { MATTER, SEQ, ACT, STAGE, ACTOR, RECORDED_AT, HAPPENED_AT, PROCEDURE };

	json_key(w, "why");
	json_arr_open(w);
	while (*next < pg_rows(r, at) && pg_i64(r, at, *next, MATTER) < id)
		++*next;
	for (; *next < pg_rows(r, at) && pg_i64(r, at, *next, MATTER) == id; ++*next) {
		struct sv act = pg_text(r, at, *next, ACT);
		json_obj_open(w);
		json_kv_i64(w, "seq", pg_i64(r, at, *next, SEQ));
		json_kv_sv(w, "act", act);
		json_kv_str(w, "zh", act_zh(pg_text(r, at, *next, PROCEDURE), act.p));
		json_kv_sv(w, "stage", pg_text(r, at, *next, STAGE));
		json_kv_sv(w, "by", pg_text(r, at, *next, ACTOR));
		json_kv_instant(w, "recorded_at", pg_instant(r, at, *next, RECORDED_AT));
		json_kv_instant(w, "happened_at", pg_instant(r, at, *next, HAPPENED_AT));
		json_obj_close(w);
	}
	json_arr_close(w);
}

static void write_end(struct json_writer *w, const char *key, const struct audit_snapshot *s)
{
	json_key(w, key);
	json_obj_open(w);
	json_kv_id(w, "id", s->id);
	json_kv_i64(w, "n", s->n);
	json_kv_instant(w, "as_of", s->as_of);
	json_kv_str(w, "sha256", s->sha256);
	json_obj_close(w);
}

static void write_pair(struct json_writer *w, const char *key, int64_t num, int64_t den)
{
	json_key(w, key);
	json_arr_open(w);
	json_i64(w, num);
	json_i64(w, den);
	json_arr_close(w);
}

static void write_figures(struct json_writer *w, const struct audit_diff *d)
{
	json_key(w, "metrics");
	json_arr_open(w);
	for (enum rate_metric m = 0; m < RATE_METRIC_COUNT; m++) {
		json_obj_open(w);
		json_kv_str(w, "code", rate_metric_info(m)->code);
		json_kv_str(w, "zh", rate_metric_info(m)->zh);
		write_pair(w, "before", d->num[0][m], d->den[0][m]);
		write_pair(w, "after", d->num[1][m], d->den[1][m]);
		json_obj_close(w);
	}
	json_arr_close(w);
}

enum step snapshot_diff_reply(struct task *t)
{
	struct snapshot_diff_call *c = task_ctx(t);
	struct audit_diff *d = c->diff;
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	struct json_writer w;
	size_t next = 0;

	json_writer_init(&w, &d->reply);
	json_obj_open(&w);
	json_kv_str(&w, "organ", c->before.organ);
	json_kv_str(&w, "period", c->before.period);
	json_kv_str(&w, "name", c->before.name);
	write_end(&w, "before", &c->before);
	write_end(&w, "after", &c->after);
	write_figures(&w, d);
	json_key(&w, "changes");
	json_arr_open(&w);
	for (size_t i = 0; i < d->count; i++) {
		struct str one = STR_INIT(4 << 20);
		struct json_writer inner;
		/* The object that the pool wrote lacks its last member and its end. */
		json_writer_init(&inner, &one);
		json_obj_open(&inner);
		write_acts(&inner, r, d->at_acts, d->items[i].id, &next);
		json_obj_close(&inner);
		struct str whole = STR_INIT(8 << 20);
		str_append_cstr(&whole, d->items[i].text);
		str_append_char(&whole, ',');
		str_append(&whole, one.p + 1, one.len - 1);
		json_rawtext(&w, (struct sv){ str_cstr(&whole), whole.len });
		str_release(&one);
		str_release(&whole);
	}
	json_arr_close(&w);
	json_kv_i64(&w, "total", d->total);
	json_kv_i64(&w, "moved", d->moved);
	json_kv_bool(&w, "truncated", d->total > (int64_t)d->count);
	json_obj_close(&w);
	if (!json_writer_ok(&w))
		return task_fail(t, ERR_TOO_LARGE, "reply-too-large", "变化过多，无法一次列出");
	c->reply = (struct sv){ d->reply.p, d->reply.len };
	return STEP_NEXT;
}

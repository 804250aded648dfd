/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/shuanggongshi.h"

#include <inttypes.h>
#include <limits.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "gen/queries.h"

enum { CURSOR_MAX = 64, LIST_DEFAULT = 50, LIST_MAX = 200, HEX_DIGITS = 64 };

/* ---- the rows of decisions ---- */

/* "2026-05-15.123" */
static bool read_cursor(struct sv cursor, day_t *ret_on, int64_t *ret_id)
{
	const char *dot = cursor.n <= CURSOR_MAX ? memchr(cursor.p, '.', cursor.n) : NULL;

	if (!dot)
		return false;
	size_t n = (size_t)(dot - cursor.p);
	return day_parse_iso((struct sv){ cursor.p, n }, ret_on) && sv_to_i64((struct sv){ dot + 1, cursor.n - n - 1 }, ret_id) &&
	       *ret_id > 0;
}

static enum step refuse(struct task *t, const char *rule, const char *field, const char *message)
{
	enum step step = task_fail(t, ERR_INVALID, rule, "%s", message);

	err_field(task_err(t), "%s", field);
	return step;
}

enum step sgs_page_load(struct task *t)
{
	struct sgs_page_call *c = task_ctx(t);
	day_t on = c->from;
	int64_t id = 0;

	if (c->from > c->to)
		return refuse(t, "period", "to", "最后一天不能早于第一天");
	if (c->cursor.n > 0 && !read_cursor(c->cursor, &on, &id))
		return refuse(t, "cursor", "after", "翻页位置无效");
	if (c->limit <= 0 || c->limit > SGS_PAGE_MAX)
		c->limit = c->limit <= 0 ? SGS_PAGE_DEFAULT : SGS_PAGE_MAX;
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_SLOW);
	c->at_rules = pg_segment_add0(seg, Q_SHUANGGONGSHI_RULES);
	c->at_page = pg_segment_addv(seg, Q_SHUANGGONGSHI_PAGE, PG_DAY(c->from), PG_DAY(c->to), PG_DAY(on), PG_I64(id),
				     PG_I64(c->limit + 1));
	return pg_segment_wait(seg, t);
}

static bool is_reviewed(enum state s)
{
	return s == STATE_READY || s == STATE_PUBLISHED || s == STATE_PUSHED || s == STATE_REPAIR;
}

/* False: not a decision of ours. */
static enum err_code read_item(struct sgs_page_call *c, struct arena *arena, struct dossier *d, size_t i, bool *ret_ours,
			       struct err *err)
{
	enum { ID, VERSION, DECIDED_ON, NUMBER, STATE, ORGAN, ORGAN_USCC, DOSSIER, CREDIT_ON };
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	struct sgs_item *item = &c->items[c->count];
	const char *number = pg_cstr(r, c->at_page, i, NUMBER);
	enum err_code code = dossier_read(arena, pg_text(r, c->at_page, i, DOSSIER), d, err);

	if (code != ERR_OK)
		return code;
	*ret_ours = !fact_has(&d->facts, FIELD_AGENCY);
	if (!*ret_ours)
		return ERR_OK;
	*item = (struct sgs_item){ .id = pg_i64(r, c->at_page, i, ID), .version = pg_i64(r, c->at_page, i, VERSION),
				   .decided_on = pg_day(r, c->at_page, i, DECIDED_ON), .number = number ? number : "",
				   .reported_on = pg_day(r, c->at_page, i, CREDIT_ON), .state = d->state };
	const struct sgs_source from = {
		.facts = &d->facts, .number = number, .reviewed = is_reviewed(d->state),
		.organ = pg_cstr(r, c->at_page, i, ORGAN), .uscc = pg_cstr(r, c->at_page, i, ORGAN_USCC),
		.full_id = c->call.app->config.sgs_full_ids, .today = instant_to_day(clock_now()),
	};
	item->row_count = sgs_rows(&c->book, c->call.book, &from, arena, &item->rows);
	return ERR_OK;
}

enum step sgs_page_read(struct task *t)
{
	enum { FIELDS, WORDS };
	struct sgs_page_call *c = task_ctx(t);
	struct arena *arena = task_arena(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	struct dossier *d = arena_new(arena, struct dossier);
	size_t n = pg_rows(r, c->at_page), shown = n > (size_t)c->limit ? (size_t)c->limit : n;
	char day[11];

	if (sgs_book_read(&c->book, arena, pg_text(r, c->at_rules, 0, FIELDS), pg_text(r, c->at_rules, 0, WORDS), task_err(t)) !=
	    ERR_OK)
		return STEP_FAIL;
	c->items = arena_array(arena, struct sgs_item, shown + 1);
	for (size_t i = 0; i < shown; i++) {
		bool ours = false;
		if (read_item(c, arena, d, i, &ours, task_err(t)) != ERR_OK)
			return STEP_FAIL;
		c->count += ours;
	}
	if (n > shown) {
		day_format(pg_day(r, c->at_page, shown - 1, 2), day);
		c->next = arena_printf(arena, "%s.%" PRId64, day, pg_i64(r, c->at_page, shown - 1, 0));
	}
	return STEP_NEXT;
}

/* ---- batches ---- */

static bool is_digest(struct sv text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (!strchr("0123456789abcdef", text.p[i]) || !text.p[i])
			return false;
	}
	return text.n == HEX_DIGITS;
}

/* Both as array literals: {1,2,3}. */
static bool read_ids(struct arena *arena, const struct json_value *items, const char **ret_ids, const char **ret_versions)
{
	struct str ids = STR_INIT(SGS_IDS_MAX * 21 + 3), versions = STR_INIT(SGS_IDS_MAX * 12 + 3);
	bool ok = json_count(items) > 0 && json_count(items) <= SGS_IDS_MAX;

	str_append_char(&ids, '{');
	str_append_char(&versions, '{');
	for (const struct json_value *v = json_first(items); v && ok; v = json_next(v)) {
		int64_t id = 0, version = 0;
		ok = sv_to_i64(json_string(json_get(v, "id")), &id) && id > 0 && json_to_i64(json_get(v, "version"), &version) &&
		     version > 0 && version <= INT_MAX;
		str_printf(&ids, "%s%" PRId64, ids.len > 1 ? "," : "", id);
		str_printf(&versions, "%s%" PRId64, versions.len > 1 ? "," : "", version);
	}
	str_append_char(&ids, '}');
	str_append_char(&versions, '}');
	*ret_ids = arena_strdup(arena, str_cstr(&ids));
	*ret_versions = arena_strdup(arena, str_cstr(&versions));
	str_release(&ids);
	str_release(&versions);
	return ok;
}

enum step sgs_batch_make(struct task *t)
{
	struct sgs_batch_call *c = task_ctx(t);
	const char *ids, *versions;

	if (c->from > c->to)
		return refuse(t, "period", "to", "最后一天不能早于第一天");
	if (!is_digest(c->sha256))
		return refuse(t, "sha256", "sha256", "应是文件的 SHA-256，64 位小写十六进制");
	if (!read_ids(task_arena(t), c->items, &ids, &versions))
		return refuse(t, "items", "items", "应是公示事项的编号和版本，不能为空");
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_CREDIT_BATCH_MAKE, PG_DAY(c->from), PG_DAY(c->to), PG_CSTR(c->format), PG_I64(c->lines),
			PG_I64(c->size), PG_TEXT(c->sha256), PG_CSTR(ids), PG_CSTR(versions));
	return pg_segment_wait(seg, t);
}

enum step sgs_batch_made(struct task *t)
{
	struct sgs_batch_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	c->id = pg_i64_or(r, 1, 0, 0, 0);
	if (!c->id) {
		task_fail(t, ERR_NOT_FOUND, "disclosure", "其中有查不到的公示事项，或者不属于同一机关");
		return STEP_FAIL;
	}
	return STEP_NEXT;
}

/* ---- lists ---- */

enum step sgs_list_load(struct task *t)
{
	struct sgs_list_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_SLOW);

	if (c->limit <= 0 || c->limit > LIST_MAX)
		c->limit = c->limit <= 0 ? LIST_DEFAULT : LIST_MAX;
	if (!c->again)
		c->at_batches = pg_segment_addv(seg, Q_CREDIT_BATCH_LIST, c->id ? PG_I64(c->id) : PG_NULL,
						PG_I64(c->id || !c->after ? INT64_MAX : c->after), PG_I64(c->limit + 1));
	if (c->again)
		c->at_entries = pg_segment_addv(seg, Q_CREDIT_AGAIN, PG_I64(c->after), PG_I64(c->limit + 1));
	else if (c->id)
		c->at_entries = pg_segment_addv(seg, Q_CREDIT_BATCH_ITEMS, PG_I64(c->id), PG_I64(c->after), PG_I64(c->limit + 1));
	return pg_segment_wait(seg, t);
}

static void read_batches(struct sgs_list_call *c, struct arena *arena, const struct pg_reply *r)
{
	enum { ID, NO, ORGAN, FROM, TO, FORMAT, LINES, SIZE, SHA256, BY, BY_NAME, AT, DECISIONS, REPORTED, FIRST, LAST };
	size_t at = c->at_batches, n = pg_rows(r, at);

	c->batch_count = n > (size_t)c->limit ? (size_t)c->limit : n;
	c->batches = arena_array(arena, struct sgs_batch, c->batch_count + 1);
	for (size_t i = 0; i < c->batch_count; i++)
		c->batches[i] = (struct sgs_batch){
			.id = pg_i64(r, at, i, ID), .no = pg_cstr(r, at, i, NO), .organ = pg_cstr(r, at, i, ORGAN),
			.from = pg_day(r, at, i, FROM), .to = pg_day(r, at, i, TO), .format = pg_cstr(r, at, i, FORMAT),
			.lines = pg_i64(r, at, i, LINES), .size = pg_i64(r, at, i, SIZE), .sha256 = pg_cstr(r, at, i, SHA256),
			.made_by = pg_cstr(r, at, i, BY), .made_by_name = pg_cstr(r, at, i, BY_NAME),
			.made_at = pg_instant(r, at, i, AT), .decisions = pg_i64(r, at, i, DECISIONS),
			.reported = pg_i64(r, at, i, REPORTED), .first_on = pg_day(r, at, i, FIRST), .last_on = pg_day(r, at, i, LAST),
		};
	if (n > c->batch_count && !c->id)
		c->next = c->batches[c->batch_count - 1].id;
}

static void read_entries(struct sgs_list_call *c, struct arena *arena, const struct pg_reply *r)
{
	enum { ID, NUMBER, TITLE, EXPORTED, VERSION, STATE, REPORTED };             /* of a batch */
	enum { AGAIN_STATE = 3, AGAIN_ACT, AGAIN_ON, AGAIN_CREDIT_ON };
	size_t at = c->at_entries, n = pg_rows(r, at);

	c->entry_count = n > (size_t)c->limit ? (size_t)c->limit : n;
	c->entries = arena_array(arena, struct sgs_entry, c->entry_count + 1);
	for (size_t i = 0; i < c->entry_count; i++) {
		struct sgs_entry *e = &c->entries[i];
		*e = (struct sgs_entry){ .id = pg_i64(r, at, i, ID), .number = pg_cstr(r, at, i, NUMBER),
					 .title = pg_cstr(r, at, i, TITLE), .changed_on = DAY_NONE };
		(void)state_by_code(pg_text(r, at, i, c->again ? (int)AGAIN_STATE : (int)STATE), &e->state);
		if (c->again) {
			e->act = pg_cstr(r, at, i, AGAIN_ACT);
			e->changed_on = pg_day(r, at, i, AGAIN_ON);
			e->reported_on = pg_day(r, at, i, AGAIN_CREDIT_ON);
		} else {
			e->exported_version = pg_i64(r, at, i, EXPORTED);
			e->version = pg_i64(r, at, i, VERSION);
			e->reported_on = pg_day(r, at, i, REPORTED);
		}
	}
	if (n > c->entry_count)
		c->next = c->entries[c->entry_count - 1].id;
}

enum step sgs_list_read(struct task *t)
{
	struct sgs_list_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	if (!c->again)
		read_batches(c, task_arena(t), r);
	if (c->id && c->batch_count == 0)
		return task_fail(t, ERR_NOT_FOUND, "batch", "没有这一批次，或者您无权查看");
	if (c->again || c->id)
		read_entries(c, task_arena(t), r);
	return STEP_NEXT;
}

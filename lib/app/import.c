/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Imports. One request's rows are stored one after another, each in a transaction of its own; between them the
 * loop is free. What a row needs for its decision lives in a scratch arena that ends before the next row, so
 * a request of a hundred rows holds the dossier of one. */
#include "app/import.h"

#include <stdio.h>

#include "app/import_map.h"
#include "base/clock.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "json/json_writer.h"
#include "gen/queries.h"
#include "store/change.h"

enum {
	NAME_CHARS = 200,
	TOTAL_MAX = 10000000,
	LINE_MAX_NUMBER = 1000000000,
	KEYS_MAX_BYTES = 256 * 1024,
	REPLY_MAX_BYTES = 8 * 1024 * 1024,
	PAGE_BYTES = 2 * 1024 * 1024, /* escaped at most six times as long: below the API's limit */
};

enum outcome { OUTCOME_PENDING, OUTCOME_NEW, OUTCOME_UNCHANGED, OUTCOME_FAILED, OUTCOME_RACED };

struct row {
	int64_t line;
	struct sv original;
	const struct json_value *value; /* NULL: the original is the JSON text */
	const char *key;                /* NULL: the row has failed already */
	char digest[CRYPTO_SHA256_HEX_SIZE];
	enum outcome outcome;
	int64_t id;
	struct import_errors errors;
};

struct import_work {
	struct import_rows_call *call;
	struct task *task;
	struct pg_segment *flight;
	struct arena arena;
	struct str reply;
	struct row *rows;
	size_t count, next;
	bool dry_run, waiting;
	struct import_map map;
	const int64_t *ids; /* for the new matters */
	size_t ids_used, id_count;
	size_t at_idempotency, at_job, at_originals, at_campaigns;
};

/* ---- shared ---- */

static enum step refuse(struct task *t, enum err_code code, const char *field, const char *rule,
			const char *message)
{
	task_fail(t, code, rule, "%s", message);
	err_field(task_err(t), "%s", field);
	return STEP_FAIL;
}

/* Importing is back entry in bulk: the same roles. */
static bool may_import(const struct call *call)
{
	enum stage stage;
	const struct act_row *row = procedure_find(&procedure_back_entry, SV("back_entry"), &stage);

	return row && (row->by & call->who->actor.roles);
}

static enum step refuse_role(struct task *t)
{
	return task_fail(t, ERR_FORBIDDEN, "missing-role", "您的角色不能导入案件");
}

static enum step replay(struct task *t, const struct pg_reply *r, size_t at, const char *digest, struct sv *ret)
{
	if (!sv_eq_str(pg_text(r, at, 0, 0), digest))
		return task_fail(t, ERR_KEY_REUSED, "idempotency-key-reused",
				 "此 Idempotency-Key 已用于内容不同的请求");
	*ret = pg_text(r, at, 0, 2);
	return STEP_NEXT;
}

/* ---- POST /imports ---- */

enum step import_open(struct task *t)
{
	struct import_open_call *c = task_ctx(t);
	struct pg_segment *seg;

	if (!may_import(&c->call))
		return refuse_role(t);
	if (!c->key)
		return STEP_NEXT;
	seg = app_segment(&c->call, PG_LANE_READ);
	pg_segment_addv(seg, Q_IDEMPOTENCY_FIND, PG_I64(c->call.who->actor.account), PG_CSTR(c->key));
	return pg_segment_wait(seg, t);
}

enum step import_opened(struct task *t)
{
	struct import_open_call *c = task_ctx(t);
	const struct actor *actor = &c->call.who->actor;
	const struct json_value *name = json_get(c->body, "name"), *total = json_get(c->body, "total");
	const struct json_value *format = json_get(c->body, "format");
	const struct pg_reply *r = c->key ? pg_segment_reply(c->call.seg) : NULL;
	int64_t rows = 0;

	if (r && pg_rows(r, 1) > 0) {
		c->replayed = true;
		return replay(t, r, 1, c->request_digest, &c->reply);
	}
	struct sv text = sv_trim(json_string(name));
	if (text.n == 0 || text_count_chars(text) > NAME_CHARS)
		return refuse(t, ERR_INVALID, "name", "required", "应写明导入文件的名称，最多200个字");
	if (json_type(format) != JSON_NULL && !sv_eq_str(json_string(format), "jsonl") &&
	    !sv_eq_str(json_string(format), "csv"))
		return refuse(t, ERR_INVALID, "format", "not-in-list", "格式应为 jsonl 或者 csv");
	if (!json_to_i64(total, &rows) || rows < 0 || rows > TOTAL_MAX)
		return refuse(t, ERR_INVALID, "total", "out-of-range", "应写明总行数（0至10000000的整数）");
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_IMPORT_JOB_OPEN, PG_I64(actor->organ), PG_I64(actor->unit), PG_I64(actor->account),
			PG_TEXT(text), PG_I64(rows), PG_CSTR(c->key), PG_CSTR(c->key ? c->request_digest : NULL));
	return pg_segment_wait(seg, t);
}

enum step import_open_settled(struct task *t)
{
	struct import_open_call *c = task_ctx(t);

	if (!c->replayed)
		c->reply = pg_text(pg_segment_reply(c->call.seg), 1, 0, 0);
	return STEP_NEXT;
}

/* ---- POST /imports/{id}/rows: reading the request ---- */

static void fail_row(struct import_work *w, struct row *row, const struct err *err)
{
	struct err named = *err;

	if (named.rule[0] == '\0')
		snprintf(named.rule, sizeof(named.rule), "%s", err_slug(err->code));
	row->outcome = OUTCOME_FAILED;
	import_error_add(&row->errors, &w->arena, &named);
}

static void fail_row_rule(struct import_work *w, struct row *row, const char *field, const char *rule,
			  const char *message)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_INVALID, rule, "%s", message);
	err_field(&err, "%s", field);
	fail_row(w, row, &err);
}

/* The published object: the row as sent, or the original parsed into the scratch arena. */
static const struct json_value *row_value(struct arena *scratch, const struct row *row, struct err *err)
{
	struct json_doc *doc;

	if (row->value)
		return row->value;
	if (json_parse(scratch, row->original, &doc, err) != ERR_OK) {
		err_field(err, "original");
		return NULL;
	}
	return json_root(doc);
}

static void identify(struct import_work *w, struct row *row)
{
	struct arena scratch = ARENA_INIT(0);
	struct err err = ERR_INIT;
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(row->original.p, row->original.n, digest);
	crypto_hex(digest, sizeof(digest), row->digest);
	const struct json_value *value = row_value(&scratch, row, &err);
	const char *key = value ? import_map_key(&scratch, value, &err) : NULL;
	if (key)
		row->key = arena_strdup(&w->arena, key);
	else
		fail_row(w, row, &err);
	arena_fini(&scratch);
}

static enum step refuse_row(struct task *t, size_t i, const char *member, const char *message)
{
	char field[64];

	snprintf(field, sizeof(field), "rows[%zu]%s", i, member);
	return refuse(t, ERR_INVALID, field, "row-form", message);
}

static enum step read_rows(struct import_work *w, const struct json_value *rows)
{
	size_t i = 0;

	for (const struct json_value *v = json_first(rows); v; v = json_next(v), i++) {
		struct row *row = &w->rows[i];

		if (json_type(v) != JSON_OBJECT)
			return refuse_row(w->task, i, "", "每一行应为对象，含line、original");
		if (!json_to_i64(json_get(v, "line"), &row->line) || row->line < 0 || row->line > LINE_MAX_NUMBER)
			return refuse_row(w->task, i, ".line", "应为行号（整数）");
		if (json_type(json_get(v, "original")) != JSON_STRING)
			return refuse_row(w->task, i, ".original", "应为这一行的原文（字符串）");
		row->original = json_string(json_get(v, "original"));
		row->value = json_get(v, "row");
		if (json_type(row->value) == JSON_NULL)
			row->value = NULL;
		if (row->original.n == 0 || row->original.n > IMPORT_ORIGINAL_MAX)
			fail_row_rule(w, row, "original", "original-size", "原文不能为空，最多256 KiB");
		else
			identify(w, row);
	}
	return STEP_NEXT;
}

/* JSON array of the keys of rows with this outcome; NULL when there are none. */
static const char *keys_of(struct import_work *w, enum outcome outcome)
{
	struct str out = STR_INIT(KEYS_MAX_BYTES);
	struct json_writer j;
	size_t n = 0;

	json_writer_init(&j, &out);
	json_arr_open(&j);
	for (size_t i = 0; i < w->count; i++) {
		if (w->rows[i].outcome == outcome) {
			json_cstr(&j, w->rows[i].key);
			n++;
		}
	}
	json_arr_close(&j);
	CHECK(json_writer_ok(&j)); /* 100 keys of 120 characters */
	const char *ret = n ? arena_strndup(&w->arena, out.p, out.len) : NULL;
	str_release(&out);
	return ret;
}

static void on_end(void *arg)
{
	struct import_work *w = arg;

	pg_segment_forget(w->flight);
	w->flight = NULL;
	str_release(&w->reply);
	arena_fini(&w->arena);
}

enum step import_rows_read(struct task *t)
{
	struct import_rows_call *c = task_ctx(t);
	const struct json_value *rows = json_get(c->body, "rows"), *dry = json_get(c->body, "dry_run");
	struct import_work *w;

	if (!may_import(&c->call))
		return refuse_role(t);
	if (json_type(rows) != JSON_ARRAY || json_count(rows) == 0 || json_count(rows) > IMPORT_ROWS_MAX)
		return refuse(t, ERR_INVALID, "rows", "row-count", "一次应有1至100行");
	if (json_type(dry) != JSON_NULL && json_type(dry) != JSON_BOOL)
		return refuse(t, ERR_INVALID, "dry_run", "field-type", "应为true或者false");
	w = arena_new(task_arena(t), struct import_work);
	*w = (struct import_work){ .call = c, .task = t, .arena = ARENA_INIT(0), .reply = STR_INIT(REPLY_MAX_BYTES),
				   .count = json_count(rows), .dry_run = json_is_true(dry) };
	c->work = w;
	task_on_end(t, on_end, w);
	w->rows = arena_array(&w->arena, struct row, w->count);
	if (read_rows(w, rows) != STEP_NEXT)
		return STEP_FAIL;

	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);
	const char *keys = keys_of(w, OUTCOME_PENDING);
	w->at_job = pg_segment_addv(seg, Q_IMPORT_JOB_GET, PG_I64(c->job));
	w->at_campaigns = pg_segment_add0(seg, Q_IMPORT_CAMPAIGNS);
	if (keys)
		w->at_originals = pg_segment_addv(seg, Q_IMPORT_ORIGINALS_FIND,
						  PG_I64(c->call.who->actor.organ), PG_CSTR(keys));
	if (c->key && !w->dry_run)
		w->at_idempotency = pg_segment_addv(seg, Q_IDEMPOTENCY_FIND,
						    PG_I64(c->call.who->actor.account), PG_CSTR(c->key));
	return pg_segment_wait(seg, t);
}

/* ---- what is known already ---- */

static void settle_known(struct import_work *w, struct row *row, bool same, int64_t id)
{
	if (same) {
		row->outcome = OUTCOME_UNCHANGED;
		row->id = id;
		return;
	}
	fail_row_rule(w, row, "id", "changed-original",
		      arena_printf(&w->arena, "“%s”已经导入，内容与这次的不同；原始记录不能改写", row->key));
}

static void settle_originals(struct import_work *w, const struct pg_reply *r, size_t at, enum outcome outcome)
{
	for (size_t i = 0; i < w->count; i++) {
		struct row *row = &w->rows[i];

		for (size_t k = 0; row->outcome == outcome && k < pg_rows(r, at); k++) {
			if (sv_eq_str(pg_text(r, at, k, 0), row->key))
				settle_known(w, row, sv_eq_str(pg_text(r, at, k, 1), row->digest),
					     pg_i64(r, at, k, 2));
		}
	}
}

static void read_campaigns(struct import_work *w, const struct pg_reply *r)
{
	size_t n = pg_rows(r, w->at_campaigns);
	struct import_campaign *list = arena_array(&w->arena, struct import_campaign, n + 1);

	for (size_t i = 0; i < n; i++)
		import_campaign_init(&w->arena, &list[i], pg_text(r, w->at_campaigns, i, 0),
				     pg_text(r, w->at_campaigns, i, 1), pg_i64_or(r, w->at_campaigns, i, 2, 0),
				     pg_text(r, w->at_campaigns, i, 3));
	w->map = (struct import_map){ .words = &w->call->call.book->vocabulary, .campaigns = list,
				      .campaign_count = n, .today = instant_to_day(clock_now()) };
}

enum step import_rows_known(struct task *t)
{
	struct import_rows_call *c = task_ctx(t);
	struct import_work *w = c->work;
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	size_t pending = 0;

	if (w->at_idempotency && pg_rows(r, w->at_idempotency) > 0) {
		c->replayed = true;
		return replay(t, r, w->at_idempotency, c->request_digest, &c->reply);
	}
	if (pg_rows(r, w->at_job) == 0 || pg_i64(r, w->at_job, 0, 7) != c->call.who->actor.account)
		return task_fail(t, ERR_NOT_FOUND, "no-such-import", "没有这一导入任务，或者不是您的导入任务");
	read_campaigns(w, r);
	if (w->at_originals)
		settle_originals(w, r, w->at_originals, OUTCOME_PENDING);
	for (size_t i = 0; i < w->count; i++)
		pending += w->rows[i].outcome == OUTCOME_PENDING;
	if (pending == 0 || w->dry_run)
		return STEP_NEXT;
	w->id_count = pending;
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_IMPORT_IDS_NEXT, PG_I64((int64_t)pending));
	return pg_segment_wait(seg, t);
}

/* ---- row by row ---- */

/* The same key further up in this request: as if it had come in an earlier one. */
static bool settle_twin(struct import_work *w, struct row *row)
{
	for (struct row *other = w->rows; other < row; other++) {
		bool kept = other->outcome == OUTCOME_NEW || other->outcome == OUTCOME_UNCHANGED;
		if (!kept || strcmp(other->key, row->key) != 0)
			continue;
		settle_known(w, row, strcmp(other->digest, row->digest) == 0, other->id);
		return true;
	}
	return false;
}

static enum err_code encode(struct import_work *w, struct arena *scratch, const struct row *row,
			    const struct facts *facts, struct sv *ret, struct err *err)
{
	const struct call *call = &w->call->call;
	struct dossier *before = arena_new(scratch, struct dossier), *after = arena_new(scratch, struct dossier);
	struct act_record *record = arena_new(scratch, struct act_record);
	struct act_input in = { .fields = *facts, .actor = call->who->actor, .back_entry = true };
	enum err_code code;

	in.row = procedure_find(&procedure_back_entry, SV("back_entry"), &in.stage);
	in.now = in.happened_at = clock_now();
	before->procedure = PROCEDURE_BACK_ENTRY;
	*after = *before;
	code = procedure_check(call->book, before, &in, scratch, record, err);
	if (code == ERR_OK)
		code = procedure_apply(call->book, after, &procedure_back_entry, record, scratch, err);
	if (code != ERR_OK)
		return code;
	struct change change = {
		.id = w->dry_run ? 0 : w->ids[w->ids_used], .organ = in.actor.organ, .unit = in.actor.unit,
		.before = before, .after = after, .row = in.row, .act = record, .actor = &in.actor,
		.back_entry = true,
	};
	struct change_doc doc = {
		.account = in.actor.account, .request_digest = "", .changes = &change, .count = 1,
		.original = row->original, .original_key = row->key, .original_digest = row->digest,
	};
	return change_encode(scratch, call->book, &doc, ret, err);
}

/* Map and decide. True: *ret is the document to store. */
static bool decide_row(struct import_work *w, struct arena *scratch, struct row *row, struct sv *ret)
{
	struct facts *facts = arena_new(scratch, struct facts);
	struct import_errors errors;
	struct err err = ERR_INIT;
	const struct json_value *value = row_value(scratch, row, &err);

	if (!value) {
		fail_row(w, row, &err);
		return false;
	}
	if (!import_map_facts(scratch, &w->map, value, facts, &errors)) {
		for (size_t i = 0; i < errors.count; i++)
			fail_row_rule(w, row, errors.at[i].field, errors.at[i].rule, errors.at[i].message);
		return false;
	}
	if (encode(w, scratch, row, facts, ret, &err) != ERR_OK) {
		fail_row(w, row, &err);
		return false;
	}
	return true;
}

static void send_row(struct import_work *w, struct sv doc);

/* Up to the next row that has to wait for the database; true: there is one. */
static bool advance(struct import_work *w)
{
	for (; w->next < w->count; w->next++) {
		struct row *row = &w->rows[w->next];
		struct arena scratch = ARENA_INIT(0);
		struct sv doc = { NULL, 0 };
		bool decided;

		if (row->outcome != OUTCOME_PENDING || settle_twin(w, row))
			continue;
		decided = decide_row(w, &scratch, row, &doc);
		if (decided && !w->dry_run)
			send_row(w, doc);
		else if (decided)
			row->outcome = OUTCOME_NEW;
		arena_fini(&scratch);
		if (decided && !w->dry_run)
			return true;
	}
	return false;
}

/* Nobody can go on then, and nobody knows about this row: the request fails, and repeating it is safe. */
static bool stops_everything(enum err_code code)
{
	return code == ERR_UNAVAILABLE || code == ERR_BUSY || code == ERR_TIMEOUT;
}

static void on_row(void *arg, const struct pg_reply *r)
{
	struct import_work *w = arg;
	struct row *row = &w->rows[w->next++];
	struct err err = ERR_INIT;

	w->flight = NULL;
	if (stops_everything(r->code)) {
		pg_reply_err(r, task_err(w->task));
		task_resume_failed(w->task);
		return;
	}
	if (r->code == ERR_OK) {
		row->outcome = OUTCOME_NEW;
		row->id = w->ids[w->ids_used];
	} else if (strcmp(r->constraint, "import_original_pkey") == 0) {
		row->outcome = OUTCOME_RACED;
	} else {
		pg_reply_err(r, &err);
		fail_row(w, row, &err);
	}
	w->ids_used++;
	if (!advance(w))
		task_resume(w->task);
}

static void send_row(struct import_work *w, struct sv doc)
{
	w->flight = app_segment(&w->call->call, PG_LANE_WRITE);
	w->call->call.seg = NULL; /* not tied to the task: it ends with its callback */
	pg_segment_addv(w->flight, Q_ACT_RECORD, PG_TEXT(doc));
	/* Last, because the lock on the job's row lasts until the commit. */
	pg_segment_addv(w->flight, Q_IMPORT_JOB_COUNT, PG_I64(w->call->job), PG_I64(1), PG_I64(0), PG_I64(0));
	pg_segment_submit(w->flight, on_row, w);
}

enum step import_rows_store(struct task *t)
{
	struct import_rows_call *c = task_ctx(t);
	struct import_work *w = c->work;

	if (c->replayed)
		return STEP_NEXT;
	if (w->id_count > 0) {
		const struct pg_reply *r = pg_segment_reply(c->call.seg);
		int64_t *ids = arena_array(&w->arena, int64_t, w->id_count);
		for (size_t i = 0; i < w->id_count; i++)
			ids[i] = pg_i64(r, 1, i, 0);
		w->ids = ids;
	}
	return advance(w) ? STEP_WAIT : STEP_NEXT;
}

/* ---- counting and replying ---- */

/* Somebody imported the same key meanwhile: what has he got? */
enum step import_rows_count(struct task *t)
{
	struct import_rows_call *c = task_ctx(t);
	struct import_work *w = c->work;
	const char *keys = c->replayed ? NULL : keys_of(w, OUTCOME_RACED);
	struct pg_segment *seg;

	w->at_originals = 0;
	if (!keys)
		return STEP_NEXT;
	seg = app_segment(&c->call, PG_LANE_READ);
	w->at_originals = pg_segment_addv(seg, Q_IMPORT_ORIGINALS_FIND, PG_I64(c->call.who->actor.organ),
					  PG_CSTR(keys));
	return pg_segment_wait(seg, t);
}

static void write_errors(struct json_writer *j, const struct import_errors *errors)
{
	json_key(j, "errors");
	json_arr_open(j);
	for (size_t i = 0; i < errors->count; i++) {
		json_obj_open(j);
		json_kv_str(j, "field", errors->at[i].field);
		json_kv_str(j, "rule", errors->at[i].rule);
		json_kv_str(j, "message", errors->at[i].message);
		json_obj_close(j);
	}
	json_arr_close(j);
}

static void write_results(struct import_work *w)
{
	static const char *const words[] = { [OUTCOME_PENDING] = "failed", [OUTCOME_NEW] = "new",
					     [OUTCOME_UNCHANGED] = "unchanged", [OUTCOME_FAILED] = "failed",
					     [OUTCOME_RACED] = "failed" };
	struct json_writer j;

	json_writer_init(&j, &w->reply);
	json_obj_open(&j);
	json_key(&j, "results");
	json_arr_open(&j);
	for (size_t i = 0; i < w->count; i++) {
		const struct row *row = &w->rows[i];
		json_obj_open(&j);
		json_kv_i64(&j, "line", row->line);
		json_kv_str(&j, "outcome", words[row->outcome]);
		if (row->key)
			json_kv_str(&j, "key", row->key);
		if (row->id)
			json_kv_id(&j, "id", row->id);
		if (row->errors.count > 0)
			write_errors(&j, &row->errors);
		json_obj_close(&j);
	}
	json_arr_close(&j);
	json_obj_close(&j);
	CHECK(json_writer_ok(&j)); /* 100 rows of 10 errors of fixed size */
	w->call->reply = (struct sv){ w->reply.p, w->reply.len };
}

enum step import_rows_settle(struct task *t)
{
	struct import_rows_call *c = task_ctx(t);
	struct import_work *w = c->work;
	int64_t unchanged = 0, failed = 0;

	if (c->replayed)
		return STEP_NEXT;
	if (w->at_originals)
		settle_originals(w, pg_segment_reply(c->call.seg), w->at_originals, OUTCOME_RACED);
	for (size_t i = 0; i < w->count; i++) {
		if (w->rows[i].outcome == OUTCOME_RACED)
			fail_row_rule(w, &w->rows[i], "id", "imported-elsewhere",
				      "此编号已由本机关其他单位导入，您无权查看");
		unchanged += w->rows[i].outcome == OUTCOME_UNCHANGED;
		failed += w->rows[i].outcome == OUTCOME_FAILED;
	}
	write_results(w);
	if (w->dry_run || (unchanged + failed == 0 && !c->key))
		return STEP_NEXT;
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_WRITE);
	if (unchanged + failed > 0)
		pg_segment_addv(seg, Q_IMPORT_JOB_COUNT, PG_I64(c->job), PG_I64(0), PG_I64(unchanged), PG_I64(failed));
	if (c->key)
		pg_segment_addv(seg, Q_IMPORT_REPLY_KEEP, PG_I64(c->call.who->actor.account), PG_CSTR(c->key),
				PG_CSTR(c->request_digest), PG_TEXT(c->reply));
	return pg_segment_wait(seg, t);
}

/* ---- GET /imports/{id} ---- */

enum step import_show(struct task *t)
{
	struct import_show_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	pg_segment_addv(seg, Q_IMPORT_JOB_GET, PG_I64(c->job));
	return pg_segment_wait(seg, t);
}

static enum step keep_reply(struct task *t, struct str *out, const struct json_writer *j, struct sv *ret)
{
	char *copy = json_writer_ok(j) ? arena_try_strndup(task_arena(t), out->p, out->len) : NULL;

	*ret = (struct sv){ copy, out->len };
	str_release(out);
	return copy ? STEP_NEXT : task_fail(t, ERR_TOO_LARGE, "reply-too-large", "结果过大");
}

enum step import_shown(struct task *t)
{
	static const char *const counters[] = { "total", "read", "new", "unchanged", "failed" };
	struct import_show_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	struct str out = STR_INIT(64 * 1024);
	struct json_writer j;

	if (pg_rows(r, 1) == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-import", "没有这一导入任务，或者您无权查看");
	json_writer_init(&j, &out);
	json_obj_open(&j);
	json_kv_id(&j, "id", pg_i64(r, 1, 0, 0));
	json_kv_sv(&j, "name", pg_text(r, 1, 0, 1));
	for (size_t i = 0; i < ARRAY_LEN(counters); i++)
		json_kv_i64(&j, counters[i], pg_i64(r, 1, 0, 2 + (int)i));
	json_kv_str(&j, "state", pg_i64(r, 1, 0, 3) >= pg_i64(r, 1, 0, 2) ? "done" : "running");
	json_kv_instant(&j, "started_at", pg_instant(r, 1, 0, 8));
	json_kv_instant(&j, "touched_at", pg_instant(r, 1, 0, 9));
	json_obj_close(&j);
	return keep_reply(t, &out, &j, &c->reply);
}

/* ---- GET /imports/originals ---- */

enum step import_page(struct task *t)
{
	struct import_page_call *c = task_ctx(t);
	struct pg_segment *seg;

	if (c->limit < 1 || c->limit > IMPORT_PAGE_MAX)
		return refuse(t, ERR_INVALID, "limit", "out-of-range", "每页1至500行");
	seg = app_segment(&c->call, PG_LANE_SLOW);
	/* One row more than asked for shows whether another page follows. */
	pg_segment_addv(seg, Q_IMPORT_ORIGINALS_PAGE, PG_I64(c->after), PG_I64(c->limit + 1), PG_I64(PAGE_BYTES));
	return pg_segment_wait(seg, t);
}

static void release_reply(void *arg)
{
	str_release(arg);
}

enum step import_paged(struct task *t)
{
	struct import_page_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	size_t rows = pg_rows(r, 1), shown = rows > (size_t)c->limit ? (size_t)c->limit : rows;
	struct str *out = arena_new(task_arena(t), struct str);
	struct json_writer j;
	bool more;

	str_init(out, 15 * 1024 * 1024);
	task_on_end(t, release_reply, out);
	json_writer_init(&j, out);
	json_obj_open(&j);
	json_key(&j, "items");
	json_arr_open(&j);
	for (size_t i = 0; i < shown; i++) {
		json_obj_open(&j);
		json_kv_sv(&j, "key", pg_text(r, 1, i, 1));
		json_kv_sv(&j, "original", pg_text(r, 1, i, 2));
		json_obj_close(&j);
	}
	json_arr_close(&j);
	more = rows > shown || (shown > 0 && pg_bool(r, 1, shown - 1, 3));
	if (more)
		json_kv_id(&j, "next", pg_i64(r, 1, shown - 1, 0));
	else
		json_kv_null(&j, "next");
	json_obj_close(&j);
	if (!json_writer_ok(&j))
		return task_fail(t, ERR_TOO_LARGE, "reply-too-large", "结果过大，请减少每页行数");
	c->reply = (struct sv){ out->p, out->len };
	return STEP_NEXT;
}

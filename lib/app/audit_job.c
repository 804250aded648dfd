/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * One run of the audit.
 *
 *	settle   until every transaction that counts as known at K has ended
 *	head     names, units, law, silent units, incomplete matters: as of K
 *	pages    three parts (schema/queries/audit.sql); the next page is asked for while the pool counts this one
 *	finish   the pool writes the document into the store
 *	done     one transaction: the content's digests, and the run
 *
 * A row that is superseded while the run reads can come twice, as what is in force and as what was; the second time it is
 * passed over (`seen`, a bit for each matter). It cannot be missed: what was is read last.
 *
 * The job owns itself: the task's end leaves it to the pool's thread when that still works on it. */
#include "app/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/audit_tally.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "gen/queries.h"
#include "store/content.h"
#include "store/spool.h"

enum {
	PAGE_ROWS = 4000,
	PAGE_RESULT = 2,      /* behind the caller's context and the planner's settings */
	SETTLE_MS = 25, SETTLE_TRIES = 1200,
	HEAD_ARENA = 64 << 20,
	INCOMPLETE_MAX = 1000,
	TOUCH_PAGES = 20,
	CURSOR_SIZE = 48,
};

enum part { PART_ACTIVE, PART_PUBLISHED, PART_PAST, PART_COUNT };

enum column { COL_ID, COL_PROCEDURE, COL_PERFORMING, COL_DECLINED, COL_EXCLUDED, COL_DAYS, COL_UNTIL, COL_NUMBER, COL_TITLE,
	      COL_PARTY, COL_IP_TYPE, COL_UNIT, COL_OFFICER, COL_CAMPAIGNS, COL_CASE, COL_VALUE, COL_INCOME, COL_FINE,
	      COL_CONFISCATED, COL_CURSOR };

struct audit_job {
	struct call call;           /* first: the task's context */
	struct task *task;          /* NULL: it has ended */
	struct arena arena;         /* the session and the setup */
	int64_t run, organ;
	struct tally_setup setup;
	struct tally *tally;
	int settle_tries;
	struct loop_timer timer;
	/* pages */
	enum part part;
	char after[CURSOR_SIZE], after_opened[CURSOR_SIZE];
	int64_t after_id;
	struct pg_segment *flight;           /* asked for */
	struct pg_segment *ready, *counting; /* arrived; being counted by the pool */
	bool working;                        /* the pool has the job */
	unsigned pages;
	uint8_t *seen;
	size_t seen_bytes;
	/* of the pool's work */
	enum err_code code;
	struct err err;
	struct crypto_sums sums;
	size_t at_units, at_officers, at_campaigns, at_law, at_silent, at_incomplete;
};

/* ---- the end ---- */

static void job_free(struct audit_job *j)
{
	pg_segment_forget(j->flight);
	pg_segment_forget(j->ready);
	pg_segment_forget(j->counting);
	tally_free(j->tally);
	free(j->seen);
	arena_fini(&j->arena);
	free(j);
}

static void write_behind(void *arg UNUSED, const struct pg_reply *r)
{
	if (r->code != ERR_OK)
		log_warn("audit_state_lost", "code=%s", err_slug(r->code));
}

static void tell_failed(struct audit_job *j, const struct err *err)
{
	struct pg_segment *seg = app_segment(&j->call, PG_LANE_WRITE);

	pg_segment_addv(seg, Q_AUDIT_FAILED, PG_I64(j->run), PG_CSTR(err->message[0] ? err->message : "计算失败"));
	j->call.seg = NULL;
	pg_segment_submit(seg, write_behind, NULL);
}

static void job_ended(struct task *t, enum err_code code, void *arg)
{
	struct audit_job *j = arg;

	if (code != ERR_OK) {
		log_warn("audit_failed", "run=%" PRId64 " code=%s rule=%s", j->run, err_slug(code), task_err(t)->rule);
		tell_failed(j, task_err(t));
	} else {
		log_info("audit_done", "run=%" PRId64 " period=%s rows=%" PRId64 " bytes=%" PRIu64, j->run, j->setup.span.code,
			 j->tally ? tally_count(j->tally) : 0, j->sums.size);
	}
	loop_timer_stop(&j->timer);
	pg_segment_forget(j->flight);
	pg_segment_forget(j->ready);
	j->flight = j->ready = NULL;
	j->task = NULL;
	if (!j->working)
		job_free(j);
}

/* ---- work on the pool ---- */

static void work_done(void *arg);

static bool give_work(struct audit_job *j, loop_fn *work)
{
	j->code = ERR_OK;
	j->err = (struct err)ERR_INIT;
	j->working = offload_submit(j->call.app->content_pool, work, work_done, j, j->call.app->loop);
	if (!j->working)
		err_set(task_err(j->task), ERR_BUSY, "store-busy", "材料存储繁忙，请稍后再试");
	return j->working;
}

static enum err_code out_of_store(void *arg, const void *bytes, size_t n, struct err *err)
{
	return content_put_write(arg, bytes, n, err);
}

static void finish_work(void *arg)
{
	struct audit_job *j = arg;
	struct content_put *put;

	if ((j->code = content_put_new(j->call.app->content, &put, &j->err)) != ERR_OK)
		return;
	if ((j->code = tally_write(j->tally, out_of_store, put, &j->err)) != ERR_OK) {
		content_put_free(put);
		return;
	}
	j->code = content_put_finish(put, &j->sums, &j->err);
}

static void spool_work(void *arg)
{
	struct audit_job *j = arg;
	int fd = -1;

	j->code = spool_file(j->call.app->content, &fd, &j->err);
	if (j->code == ERR_OK)
		j->tally = tally_new(&j->setup, fd);
}

/* ---- rows ---- */

/* Has this matter been counted? It has now. */
static bool seen_before(struct audit_job *j, int64_t id)
{
	size_t byte = (size_t)id / 8;
	uint8_t bit = (uint8_t)(1u << (id % 8));

	if (byte >= j->seen_bytes) {
		size_t bytes = (byte + 1) * 2 > 4096 ? (byte + 1) * 2 : 4096;
		j->seen = xrealloc(j->seen, bytes);
		memset(j->seen + j->seen_bytes, 0, bytes - j->seen_bytes);
		j->seen_bytes = bytes;
	}
	bool before = (j->seen[byte] & bit) != 0;
	j->seen[byte] |= bit;
	return before;
}

static day_t read_until(struct sv text)
{
	day_t day = DAY_MAX;

	CHECK(sv_eq_str(text, "infinity") || day_parse_iso(text, &day));
	return day;
}

static void read_row(const struct pg_reply *r, size_t i, struct tally_row *ret)
{
	*ret = (struct tally_row){
		.row = { .id = pg_i64(r, PAGE_RESULT, i, COL_ID),
			 .performing_open = pg_bool(r, PAGE_RESULT, i, COL_PERFORMING),
			 .declined = pg_bool(r, PAGE_RESULT, i, COL_DECLINED) },
		.active_until = read_until(pg_text(r, PAGE_RESULT, i, COL_UNTIL)),
		.procedure = pg_text(r, PAGE_RESULT, i, COL_PROCEDURE), .number = pg_text(r, PAGE_RESULT, i, COL_NUMBER),
		.title = pg_text(r, PAGE_RESULT, i, COL_TITLE), .party = pg_text(r, PAGE_RESULT, i, COL_PARTY),
		.ip_type = pg_text(r, PAGE_RESULT, i, COL_IP_TYPE), .excluded = pg_text(r, PAGE_RESULT, i, COL_EXCLUDED),
		.campaigns = pg_text(r, PAGE_RESULT, i, COL_CAMPAIGNS), .unit = pg_i64(r, PAGE_RESULT, i, COL_UNIT),
		.officer = pg_i64_or(r, PAGE_RESULT, i, COL_OFFICER, 0), .case_id = pg_i64_or(r, PAGE_RESULT, i, COL_CASE, 0),
		.value_fen = pg_i64_or(r, PAGE_RESULT, i, COL_VALUE, TALLY_NO_SUM),
		.income_fen = pg_i64_or(r, PAGE_RESULT, i, COL_INCOME, TALLY_NO_SUM),
		.fine_fen = pg_i64_or(r, PAGE_RESULT, i, COL_FINE, TALLY_NO_SUM),
		.confiscated_fen = pg_i64_or(r, PAGE_RESULT, i, COL_CONFISCATED, TALLY_NO_SUM),
	};
	rate_row_read(ret->procedure, pg_text(r, PAGE_RESULT, i, COL_DAYS), &ret->row);
}

static void count_work(void *arg)
{
	struct audit_job *j = arg;
	const struct pg_reply *r = pg_segment_reply(j->counting);
	size_t rows = pg_rows(r, PAGE_RESULT);

	for (size_t i = 0; j->code == ERR_OK && i < rows; i++) {
		struct tally_row row;

		read_row(r, i, &row);
		if (!seen_before(j, row.row.id))
			j->code = tally_add(j->tally, &row, &j->err);
	}
}

/* ---- pages ---- */

static bool next_part(struct audit_job *j)
{
	if (++j->part == PART_COUNT)
		return false;
	if (j->part == PART_PUBLISHED) {
		snprintf(j->after, sizeof(j->after), "-infinity");
		j->after_id = 0;
	} else {
		instant_format(j->setup.as_of, j->after);
		j->after_id = INT64_MAX; /* behind the instant itself */
	}
	return true;
}

static void on_page(void *arg, const struct pg_reply *r);

static void send_page(struct audit_job *j)
{
	const struct tally_setup *s = &j->setup;
	day_t first = tally_first_day(&s->span);

	j->flight = app_segment(&j->call, PG_LANE_SLOW);
	j->call.seg = NULL;
	pg_segment_add0(j->flight, Q_RATES_PLAN);
	if (j->part == PART_ACTIVE)
		pg_segment_addv(j->flight, Q_AUDIT_ROWS, PG_I64(j->organ), PG_CSTR(j->after), PG_CSTR(j->after_opened),
				PG_I64(j->after_id), PG_DAY(s->cut_off), PG_INSTANT(s->as_of), PG_I64(PAGE_ROWS));
	else
		pg_segment_addv(j->flight, j->part == PART_PUBLISHED ? Q_AUDIT_ROWS_PUBLISHED : Q_AUDIT_ROWS_PAST,
				PG_I64(j->organ), PG_CSTR(j->after), PG_I64(j->after_id), PG_DAY(s->cut_off),
				PG_DAY(first - 1), PG_INSTANT(s->as_of), PG_I64(PAGE_ROWS));
	pg_segment_submit(j->flight, on_page, j);
}

static void fail(struct audit_job *j)
{
	if (j->task)
		task_resume_failed(j->task);
}

static void touch(struct audit_job *j)
{
	struct pg_segment *seg;

	if (++j->pages % TOUCH_PAGES != 0)
		return;
	seg = app_segment(&j->call, PG_LANE_WRITE);
	j->call.seg = NULL;
	pg_segment_addv(seg, Q_AUDIT_TOUCH, PG_I64(j->run), PG_I64((int64_t)j->pages * PAGE_ROWS));
	pg_segment_submit(seg, write_behind, NULL);
}

/* What arrived goes to the pool, and the next page is asked for. */
static void pump(struct audit_job *j)
{
	if (j->ready && !j->working) {
		j->counting = j->ready;
		j->ready = NULL;
		if (!give_work(j, count_work)) {
			fail(j);
			return;
		}
	}
	if (!j->ready && !j->flight && j->part < PART_COUNT)
		send_page(j);
	if (j->part == PART_COUNT && !j->ready && !j->flight && !j->working)
		task_resume(j->task);
}

static void on_page(void *arg, const struct pg_reply *r)
{
	struct audit_job *j = arg;
	struct pg_segment *seg = j->flight;

	j->flight = NULL;
	if (r->code != ERR_OK) {
		pg_reply_err(r, task_err(j->task));
		fail(j);
		return;
	}
	size_t rows = pg_rows(r, PAGE_RESULT);
	if (rows > 0) {
		j->after_id = pg_i64(r, PAGE_RESULT, rows - 1, COL_ID);
		snprintf(j->after_opened, sizeof(j->after_opened), "%s", pg_cstr(r, PAGE_RESULT, rows - 1, COL_CURSOR));
		snprintf(j->after, sizeof(j->after), "%s",
			 pg_cstr(r, PAGE_RESULT, rows - 1, j->part == PART_ACTIVE ? COL_UNTIL : COL_CURSOR));
		pg_segment_keep(seg);
		j->ready = seg;
		touch(j);
	}
	if (rows < PAGE_ROWS)
		(void)next_part(j);
	pump(j);
}

static void work_done(void *arg)
{
	struct audit_job *j = arg;
	bool pages = j->counting != NULL;

	j->working = false;
	if (!j->task) {
		job_free(j);
		return;
	}
	pg_segment_forget(j->counting);
	j->counting = NULL;
	if (j->code != ERR_OK) {
		*task_err(j->task) = j->err;
		fail(j);
	} else if (pages) {
		pump(j);
	} else {
		task_resume(j->task);
	}
}

/* ---- steps: settle ---- */

static void on_settled(void *arg, const struct pg_reply *r);

static void ask_settled(void *arg)
{
	struct audit_job *j = arg;

	j->flight = app_segment(&j->call, PG_LANE_READ);
	j->call.seg = NULL;
	pg_segment_addv(j->flight, Q_AUDIT_SETTLED, PG_INSTANT(j->setup.as_of));
	pg_segment_submit(j->flight, on_settled, j);
}

static void on_settled(void *arg, const struct pg_reply *r)
{
	struct audit_job *j = arg;

	j->flight = NULL;
	if (r->code != ERR_OK) {
		pg_reply_err(r, task_err(j->task));
		fail(j);
	} else if (pg_bool(r, 1, 0, 0)) {
		task_resume(j->task);
	} else if (++j->settle_tries == SETTLE_TRIES) {
		err_set(task_err(j->task), ERR_BUSY, "not-settled", "还有未完成的写入，请稍后再试");
		fail(j);
	} else {
		loop_timer_start(j->call.app->loop, &j->timer, SETTLE_MS, ask_settled, j);
	}
}

static enum step job_settle(struct task *t)
{
	ask_settled(task_ctx(t));
	return STEP_WAIT;
}

/* ---- steps: the head ---- */

static enum step job_head(struct task *t)
{
	struct audit_job *j = task_ctx(t);
	const struct tally_setup *s = &j->setup;
	struct pg_segment *seg = app_segment(&j->call, PG_LANE_SLOW);

	pg_segment_add0(seg, Q_RATES_PLAIN);
	j->at_units = pg_segment_addv(seg, Q_AUDIT_UNITS, PG_I64(j->organ), PG_INSTANT(s->as_of));
	j->at_officers = pg_segment_addv(seg, Q_AUDIT_OFFICERS, PG_INSTANT(s->as_of));
	j->at_campaigns = pg_segment_addv(seg, Q_AUDIT_CAMPAIGNS, PG_INSTANT(s->as_of));
	j->at_law = pg_segment_addv(seg, Q_AUDIT_LAW, PG_INSTANT(s->as_of));
	j->at_silent = pg_segment_addv(seg, Q_AUDIT_SILENT, PG_I64(j->organ), PG_INSTANT(day_start(s->span.from)),
				       PG_INSTANT(day_start(s->span.to + 1)), PG_INSTANT(s->as_of));
	j->at_incomplete = pg_segment_addv(seg, Q_AUDIT_INCOMPLETE, PG_I64(j->organ), PG_INSTANT(s->as_of),
					   PG_I64(INCOMPLETE_MAX));
	return pg_segment_wait(seg, t);
}

static const char *text_at(struct audit_job *j, const struct pg_reply *r, size_t at, size_t row, int col)
{
	const char *text = pg_cstr(r, at, row, col);

	return text ? arena_strdup(&j->arena, text) : NULL;
}

static struct tally_names read_names(struct audit_job *j, const struct pg_reply *r, size_t at)
{
	size_t n = pg_rows(r, at);
	struct tally_name *names = arena_array(&j->arena, struct tally_name, n + 1);

	for (size_t i = 0; i < n; i++)
		names[i] = (struct tally_name){ .id = pg_i64(r, at, i, 0), .code = text_at(j, r, at, i, 1),
						.zh = text_at(j, r, at, i, 2) };
	return (struct tally_names){ names, n };
}

static struct tally_names read_campaigns(struct audit_job *j, const struct pg_reply *r, size_t at)
{
	size_t n = pg_rows(r, at);
	struct tally_name *names = arena_array(&j->arena, struct tally_name, n + 1);

	for (size_t i = 0; i < n; i++)
		names[i] = (struct tally_name){ .code = text_at(j, r, at, i, 0), .zh = text_at(j, r, at, i, 1),
						.parent = text_at(j, r, at, i, 2) };
	return (struct tally_names){ names, n };
}

/* The campaign and all below it; each is found once, so a ring of parents ends too. */
static void read_tags(struct audit_job *j)
{
	struct tally_setup *s = &j->setup;
	const char **tags = arena_array(&j->arena, const char *, s->campaigns.count + 1);
	bool grown = true;

	tags[0] = s->span.code;
	s->tag_count = 1;
	while (grown) {
		grown = false;
		for (size_t i = 0; i < s->campaigns.count; i++) {
			const struct tally_name *c = &s->campaigns.at[i];
			bool below = false, there = false;
			for (size_t k = 0; k < s->tag_count; k++) {
				below = below || (c->parent && strcmp(tags[k], c->parent) == 0);
				there = there || strcmp(tags[k], c->code) == 0;
			}
			if (below && !there) {
				tags[s->tag_count++] = c->code;
				grown = true;
			}
		}
	}
	s->tags = tags;
}

static void read_hidden(struct audit_job *j, const struct pg_reply *r)
{
	struct tally_setup *s = &j->setup;
	size_t n = pg_rows(r, j->at_silent), m = pg_rows(r, j->at_incomplete);
	struct tally_silent *silent = arena_array(&j->arena, struct tally_silent, n + 1);
	struct tally_incomplete *items = arena_array(&j->arena, struct tally_incomplete, m + 1);

	for (size_t i = 0; i < n; i++)
		silent[i] = (struct tally_silent){ text_at(j, r, j->at_silent, i, 0), text_at(j, r, j->at_silent, i, 1) };
	for (size_t i = 0; i < m; i++)
		items[i] = (struct tally_incomplete){
			.id = pg_i64(r, j->at_incomplete, i, 0), .number = text_at(j, r, j->at_incomplete, i, 1),
			.title = text_at(j, r, j->at_incomplete, i, 2), .unit = text_at(j, r, j->at_incomplete, i, 3),
			.why = arena_printf(&j->arena, "补录，缺%s", pg_cstr(r, j->at_incomplete, i, 4)) };
	s->silent = silent;
	s->silent_count = n;
	s->incomplete = items;
	s->incomplete_count = m;
	s->incomplete_total = m ? pg_i64(r, j->at_incomplete, 0, 5) : 0;
}

static enum step job_spool(struct task *t)
{
	struct audit_job *j = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(j->call.seg);
	struct tally_setup *s = &j->setup;

	s->units = read_names(j, r, j->at_units);
	s->officers = read_names(j, r, j->at_officers);
	s->campaigns = read_campaigns(j, r, j->at_campaigns);
	if (pg_rows(r, j->at_law) > 0) {
		s->law_version = pg_i64(r, j->at_law, 0, 0);
		s->law_known_from = pg_instant(r, j->at_law, 0, 1);
	}
	read_hidden(j, r);
	if (s->span.kind == AUDIT_CAMPAIGN)
		read_tags(j);
	return give_work(j, spool_work) ? STEP_WAIT : STEP_FAIL;
}

/* ---- steps: pages, and the end ---- */

static enum step job_pages(struct task *t)
{
	struct audit_job *j = task_ctx(t);

	j->part = PART_ACTIVE;
	j->after_id = 0;
	day_format(tally_first_day(&j->setup.span), j->after);
	snprintf(j->after_opened, sizeof(j->after_opened), "-infinity");
	send_page(j);
	return STEP_WAIT;
}

static enum step job_finish(struct task *t)
{
	return give_work(task_ctx(t), finish_work) ? STEP_WAIT : STEP_FAIL;
}

static enum step job_store(struct task *t)
{
	struct audit_job *j = task_ctx(t);
	struct pg_segment *seg = app_segment(&j->call, PG_LANE_WRITE);
	char sha256[65], sha512[129], sm3[65];

	crypto_hex(j->sums.sha256, sizeof(j->sums.sha256), sha256);
	crypto_hex(j->sums.sha512, sizeof(j->sums.sha512), sha512);
	crypto_hex(j->sums.sm3, sizeof(j->sums.sm3), sm3);
	pg_segment_addv(seg, Q_CONTENT_ADD, PG_CSTR(sha256), PG_CSTR(sha512), PG_CSTR(sm3), PG_I64((int64_t)j->sums.size));
	pg_segment_addv(seg, Q_AUDIT_DONE, PG_I64(j->run), PG_I64(tally_count(j->tally)), PG_CSTR(sha256),
			PG_I64((int64_t)j->sums.size));
	return pg_segment_wait(seg, t);
}

static const struct task_step job_steps[] = {
	{ "settle", job_settle }, { "head", job_head }, { "spool", job_spool }, { "pages", job_pages },
	{ "finish", job_finish }, { "store", job_store }, TASK_STEPS_END
};

void audit_job_start(struct app *app, const struct session *who, const struct audit_open_call *c, int64_t run)
{
	struct audit_job *j = xcalloc(1, sizeof(*j));

	arena_init(&j->arena, HEAD_ARENA);
	j->run = run;
	j->organ = c->organ_id;
	j->call = (struct call){ .app = app, .book = app->book, .who = session_copy(&j->arena, who), .place = "audit",
				 .request_id = "", .action = "audit" };
	j->setup = (struct tally_setup){
		.span = c->span, .as_of = c->as_of, .cut_off = instant_to_day(c->as_of),
		.organ_code = arena_strdup(&j->arena, c->organ_code), .organ_name = arena_strdup(&j->arena, c->organ_name),
		.whole = c->whole,
	};
	j->task = task_new(app->loop, &(struct task_options){ .name = "audit", .arena_cap = HEAD_ARENA });
	task_start(j->task, job_steps, j, job_ended, j);
}

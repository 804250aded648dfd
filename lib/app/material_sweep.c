/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Housekeeping of uploads: at start and every hour.
 *
 *	look     which uploads are on the disk, and when was something last added? (pool)
 *	ask      the database forgets those left alone and those finished; which are under way?
 *	remove   what nobody goes on with (pool)
 *
 * Contents are never removed here. A daemon that was pointed to another database would then remove what the right one
 * names; uploads under way are the most that such a mistake costs. */
#include "app/material.h"

#include <stdlib.h>

#include "app/material_job.h"
#include "base/clock.h"
#include "base/log.h"
#include "gen/queries.h"

/* Two hundred thousand names; more are an error, not a cut list. */
enum { LIST_MAX_BYTES = 8 << 20, ID_BYTES = CONTENT_UPLOAD_ID_SIZE - 1 };

/* The place of an upload is made before its row: one this young may still get it. */
enum { YOUNG_US = 10 * 60 * 1000000 };

struct sweep {
	struct call call; /* first */
	int64_t idle_ms;
	instant_t idle_since, old_since;
	struct str active; /* "{uuid,uuid}" touched since idle_since */
	struct str old;    /* uuids not touched since old_since, one behind the other */
	size_t at_living;
};

/* ---- look ---- */

struct look_job {
	struct material_job job;
	instant_t idle_since, old_since;
	struct str active, old;
};

static bool on_upload(void *arg, const char *id, instant_t touched_at)
{
	struct look_job *j = arg;

	if (touched_at < j->old_since)
		str_append_cstr(&j->old, id);
	if (touched_at >= j->idle_since)
		str_printf(&j->active, "%s%s", j->active.len > 1 ? "," : "", id);
	return !j->old.failed && !j->active.failed;
}

static void look_work(void *arg)
{
	struct look_job *j = arg;

	str_append_char(&j->active, '{');
	j->job.code = content_upload_walk(j->job.store, on_upload, j, &j->job.err);
	str_append_char(&j->active, '}');
	if (j->job.code == ERR_OK && (j->old.failed || j->active.failed))
		j->job.code = err_set(&j->job.err, ERR_TOO_LARGE, "sweep", "未完成的上传过多");
}

static void look_keep(void *arg, struct task *t)
{
	struct look_job *j = arg;
	struct sweep *s = task_ctx(t);

	s->active = j->active;
	s->old = j->old;
	str_init(&j->active, LIST_MAX_BYTES);
	str_init(&j->old, LIST_MAX_BYTES);
}

static void look_release(void *arg)
{
	struct look_job *j = arg;

	str_release(&j->active);
	str_release(&j->old);
	free(j);
}

static enum step sweep_look(struct task *t)
{
	struct sweep *s = task_ctx(t);
	struct look_job *j = material_job_new(t, sizeof(*j));

	if (!j)
		return STEP_FAIL;
	j->job.work = look_work;
	j->job.keep = look_keep;
	j->job.release = look_release;
	j->idle_since = s->idle_since;
	j->old_since = s->old_since;
	str_init(&j->active, LIST_MAX_BYTES);
	str_init(&j->old, LIST_MAX_BYTES);
	return material_job_start(t, j);
}

/* ---- ask ---- */

static enum step sweep_ask(struct task *t)
{
	struct sweep *s = task_ctx(t);
	struct pg_segment *seg = pg_segment_new(s->call.app->pool, PG_LANE_WRITE);

	pg_segment_add0(seg, Q_UPLOAD_ALL_UNITS);
	pg_segment_addv(seg, Q_UPLOAD_EXPIRE, PG_I64(s->idle_ms / 1000), PG_CSTR(str_cstr(&s->active)));
	s->at_living = pg_segment_add0(seg, Q_UPLOAD_LIVING);
	s->call.seg = seg;
	return pg_segment_wait(seg, t);
}

static bool is_living(const struct pg_reply *r, size_t at, const char *id)
{
	struct sv name = { id, ID_BYTES };

	for (size_t i = 0; i < pg_rows(r, at); i++) {
		if (sv_eq(pg_text(r, at, i, 0), name))
			return true;
	}
	return false;
}

/* ---- remove ---- */

struct remove_job {
	struct material_job job;
	instant_t before;
	struct str gone;
	size_t removed;
};

static void remove_work(void *arg)
{
	struct remove_job *j = arg;
	char id[CONTENT_UPLOAD_ID_SIZE] = "";

	for (size_t at = 0; at + ID_BYTES <= j->gone.len; at += ID_BYTES) {
		memcpy(id, j->gone.p + at, ID_BYTES);
		content_upload_remove(j->job.store, id);
		j->removed++;
	}
	content_sweep_tmp(j->job.store, j->before);
	if (j->removed > 0)
		log_info("uploads_swept", "removed=%zu", j->removed);
}

static void remove_release(void *arg)
{
	struct remove_job *j = arg;

	str_release(&j->gone);
	free(j);
}

static enum step sweep_remove(struct task *t)
{
	struct sweep *s = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(s->call.seg);
	struct remove_job *j = material_job_new(t, sizeof(*j));

	if (!j)
		return STEP_FAIL;
	j->job.work = remove_work;
	j->job.release = remove_release;
	j->before = s->idle_since;
	str_init(&j->gone, LIST_MAX_BYTES);
	for (size_t at = 0; at + ID_BYTES <= s->old.len; at += ID_BYTES) {
		if (!is_living(r, s->at_living, s->old.p + at))
			str_append(&j->gone, s->old.p + at, ID_BYTES);
	}
	return material_job_start(t, j);
}

/* ---- the task ---- */

static void sweep_ended(struct task *t, enum err_code code, void *arg UNUSED)
{
	struct sweep *s = task_ctx(t);

	str_release(&s->active);
	str_release(&s->old);
	if (code != ERR_OK)
		log_warn("sweep_postponed", "reason=%s", log_quote(task_err(t)->message));
}

void material_sweep(struct app *app, int64_t idle_ms)
{
	static const struct task_step steps[] = {
		{ "look", sweep_look }, { "ask", sweep_ask }, { "remove", sweep_remove }, TASK_STEPS_END
	};
	struct task *t = task_new(app->loop, &(struct task_options){ .name = "material_sweep" });
	struct sweep *s = arena_new(task_arena(t), struct sweep);
	instant_t now = clock_now();

	CHECK(app->content);
	s->call.app = app;
	s->idle_ms = idle_ms;
	s->idle_since = now - idle_ms * 1000;
	s->old_since = now - (idle_ms * 1000 < YOUNG_US ? idle_ms * 1000 : YOUNG_US);
	str_init(&s->active, LIST_MAX_BYTES);
	str_init(&s->old, LIST_MAX_BYTES);
	task_start(t, steps, s, sweep_ended, NULL);
}

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/material_job.h"

#include <stdio.h>
#include <stdlib.h>

static void job_release(struct material_job *job)
{
	if (job->release)
		job->release(job);
	else
		free(job);
}

static void job_work(void *arg)
{
	struct material_job *job = arg;

	job->work(job);
}

static void job_done(void *arg)
{
	struct material_job *job = arg;
	struct task *t = task_ref_get(job->task);

	if (t && job->code == ERR_OK) {
		if (job->keep)
			job->keep(job, t);
		task_resume(t);
	} else if (t) {
		*task_err(t) = job->err;
		task_resume_failed(t);
	}
	job_release(job);
}

void *material_job_new(struct task *t, size_t size)
{
	const struct call *call = task_ctx(t);

	if (!call->app->content) {
		task_fail(t, ERR_WRONG_STATE, "store-missing", "系统没有配置材料存储目录，不能存取材料，请联系系统管理员");
		return NULL;
	}
	struct material_job *job = xcalloc(1, size);
	job->task = task_ref(t);
	job->store = call->app->content;
	job->pool = call->app->content_pool;
	job->loop = call->app->loop;
	return job;
}

enum step material_job_start(struct task *t, void *arg)
{
	struct material_job *job = arg;

	if (offload_submit(job->pool, job_work, job_done, job, job->loop))
		return STEP_WAIT;
	job_release(job);
	return task_fail(t, ERR_BUSY, "store-busy", "材料存储繁忙，请稍后再试");
}

/* ---- work that nobody waits for ---- */

struct behind {
	struct content_store *store;
	struct offload *pool;
	struct loop *loop;
	struct content_upload upload;
	bool more;
};

static void follow_work(void *arg)
{
	struct behind *b = arg;

	b->more = content_upload_follow(b->store, &b->upload);
}

static void follow_done(void *arg)
{
	struct behind *b = arg;

	/* At the end of the queue again; when that is full, the next chunk or the finish goes on. */
	if (!b->more || !offload_submit(b->pool, follow_work, follow_done, b, b->loop))
		free(b);
}

static void remove_work(void *arg)
{
	struct behind *b = arg;

	content_upload_remove(b->store, b->upload.id);
}

static void behind_start(struct app *app, const struct content_upload *upload, loop_fn *work, loop_fn *done)
{
	struct behind *b = xcalloc(1, sizeof(*b));

	*b = (struct behind){ .store = app->content, .pool = app->content_pool, .loop = app->loop, .upload = *upload };
	if (!offload_submit(b->pool, work, done, b, b->loop))
		free(b);
}

void material_follow(struct app *app, const struct content_upload *upload)
{
	behind_start(app, upload, follow_work, follow_done);
}

void material_remove(struct app *app, const char *id)
{
	struct content_upload upload = { .size = 1, .chunk = 1 };

	snprintf(upload.id, sizeof(upload.id), "%s", id);
	behind_start(app, &upload, remove_work, free);
}

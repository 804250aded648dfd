/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Work on the content store for a task: on a thread of the pool, then the task goes on. Only lib/app/material_*.c.
 *
 * A job is heap memory of its own that begins with struct material_job. `work` fills code and err and must touch
 * nothing but the job; `keep` copies results into the task's memory and runs only when the task still lives and the
 * work succeeded; `release` frees what the job holds, and runs always. */
#ifndef APP_MATERIAL_JOB_H
#define APP_MATERIAL_JOB_H

#include "app/app.h"
#include "store/content.h"

struct material_job {
	struct task_ref task;
	struct content_store *store;
	struct offload *pool;
	struct loop *loop;
	enum err_code code;
	struct err err;
	void (*work)(void *job);
	void (*keep)(void *job, struct task *t); /* NULL: nothing to keep */
	void (*release)(void *job);              /* NULL: free() */
};

/* Room for a job of `size` bytes, zeroed. ERR_WRONG_STATE when there is no store: NULL, and the task has failed. */
void *material_job_new(struct task *t, size_t size);
/* STEP_WAIT; or, when too much waits already, the job is released and the task fails with ERR_BUSY. */
enum step material_job_start(struct task *t, void *job);

/* Hash a little behind the chunks that came, as long as there is something to hash. Nobody waits for it. */
void material_follow(struct app *app, const struct content_upload *upload);
/* Remove an upload's files; nobody waits for it. */
void material_remove(struct app *app, const char *id);

#endif

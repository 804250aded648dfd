/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The step engine.
 *
 * A task's storage is never given back before its loop dies, only reused with a new
 * generation, so a struct task_ref may be read at any time. Everything a task owns lives
 * until the end of the turn in which it ended: steps and callbacks up the stack may still
 * look at it.
 */
#include "loop/task.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "loop/loop_internal.h"
#include "loop/stat.h"

#define TASK_MAGIC 0x7a5c0001u

enum { TASK_ARENA_CAP = 1024 * 1024 };

enum task_state {
	TASK_IDLE,    /* on the idle list */
	TASK_NEW,     /* made, not started */
	TASK_RUNNING, /* in a step */
	TASK_WAITING,
	TASK_ENDED, /* until the end of the turn */
};

struct task {
	unsigned magic;
	enum task_state state;
	uint64_t generation;
	struct loop *loop;
	struct task *next_all;
	struct task *next_idle;

	const char *name;
	const struct task_step *step; /* running, or waited in */
	void *ctx;
	void *data;
	task_done_fn *on_done;
	void *on_done_arg;
	bool resumed; /* task_resume() came while the step was still running */
	bool cancelled; /* task_cancel() came while the step was still running */

	struct arena own;
	struct arena *arena;
	struct err err;
	int64_t started_us;
	struct loop_timer deadline; /* stopped when there is none */

	struct work_list ends;
};

/* --- life ------------------------------------------------------------------ */

static void finish(struct task *t, enum err_code code);

static void on_deadline(void *arg)
{
	struct task *t = arg;

	stat_add(&t->loop->stats.tasks_expired, 1);
	log_warn("task_deadline", "task=%s step=%s", t->name, task_step_name(t));
	err_set(&t->err, ERR_TIMEOUT, "deadline", "处理超时，操作是否完成尚不确定，请稍后查询");
	finish(t, ERR_TIMEOUT);
}

struct task *task_new(struct loop *loop, const struct task_options *options)
{
	struct task *t = loop->task_idle;

	CHECK(loop_is_owner(loop));
	if (t) {
		loop->task_idle = t->next_idle;
	} else {
		t = xcalloc(1, sizeof(*t));
		t->magic = TASK_MAGIC;
		t->loop = loop;
		t->next_all = loop->task_all;
		loop->task_all = t;
		arena_init(&t->own, TASK_ARENA_CAP);
	}
	CHECK(t->state == TASK_IDLE);
	t->state = TASK_NEW;
	t->generation++;
	t->name = options->name ? options->name : "task";
	t->data = options->data;
	t->own.cap_bytes = options->arena_cap ? options->arena_cap : TASK_ARENA_CAP;
	t->arena = options->arena ? options->arena : &t->own;
	t->err = (struct err)ERR_INIT;
	t->started_us = loop_now_us(loop);
	t->deadline.name = "deadline";
	if (options->deadline_ms > 0)
		loop_timer_start(loop, &t->deadline, options->deadline_ms, on_deadline, t);
	stat_add(&loop->stats.tasks_started, 1);
	stat_add(&loop->stats.tasks_running, 1);
	return t;
}

/* From the graveyard. */
static void recycle(void *arg)
{
	struct task *t = arg;

	CHECK(t->state == TASK_ENDED);
	arena_reset(&t->own);
	t->state = TASK_IDLE;
	t->step = NULL;
	t->ctx = NULL;
	t->next_idle = t->loop->task_idle;
	t->loop->task_idle = t;
}

static void finish(struct task *t, enum err_code code)
{
	CHECK(t->state == TASK_WAITING || t->state == TASK_RUNNING);
	t->state = TASK_ENDED;
	t->generation++; /* refs are dead from here on */
	loop_timer_stop(&t->deadline);
	while (t->ends.count > 0) {
		struct work end = t->ends.items[--t->ends.count];

		end.fn(end.arg);
	}
	stat_sub(&t->loop->stats.tasks_running, 1);
	if (t->on_done)
		t->on_done(t, code, t->on_done_arg);
	loop_bury(t->loop, recycle, t);
}

void task_free_all(struct loop *loop)
{
	struct task *t = loop->task_all;

	while (t) {
		struct task *next = t->next_all;

		CHECK(t->state == TASK_IDLE);
		arena_fini(&t->own);
		free(t->ends.items);
		free(t);
		t = next;
	}
	loop->task_all = NULL;
	loop->task_idle = NULL;
}

/* --- running --------------------------------------------------------------- */

/* Run steps from t->step on until one waits or the task ends. */
static void run(struct task *t)
{
	for (;;) {
		enum step step;

		if (!t->step->fn) {
			finish(t, ERR_OK);
			return;
		}
		CHECK(t->magic == TASK_MAGIC);
		t->state = TASK_RUNNING;
		t->resumed = false;
		step = t->step->fn(t);
		CHECK(t->state == TASK_RUNNING);
		if (t->cancelled) {
			finish(t, t->err.code);
			return;
		}
		switch (step) {
		case STEP_NEXT:
			CHECK(!t->resumed);
			break;
		case STEP_WAIT:
			if (!t->resumed) {
				t->state = TASK_WAITING;
				return;
			}
			break;
		case STEP_DONE:
			finish(t, ERR_OK);
			return;
		case STEP_FAIL:
			CHECK(t->err.code != ERR_OK);
			finish(t, t->err.code);
			return;
		}
		t->step++;
	}
}

void task_start(struct task *t, const struct task_step *steps, void *ctx,
		task_done_fn *on_done, void *on_done_arg)
{
	CHECK(t->magic == TASK_MAGIC && t->state == TASK_NEW);
	t->step = steps;
	t->ctx = ctx;
	t->on_done = on_done;
	t->on_done_arg = on_done_arg;
	t->cancelled = false;
	run(t);
}

void task_resume(struct task *t)
{
	CHECK(t->magic == TASK_MAGIC);
	if (t->state == TASK_RUNNING) {
		CHECK(!t->resumed);
		t->resumed = true;
		return;
	}
	CHECK(t->state == TASK_WAITING);
	t->step++;
	run(t);
}

void task_resume_failed(struct task *t)
{
	CHECK(t->magic == TASK_MAGIC && t->err.code != ERR_OK);
	if (t->state == TASK_RUNNING) {
		t->cancelled = true;
		return;
	}
	CHECK(t->state == TASK_WAITING);
	finish(t, t->err.code);
}

void task_cancel(struct task *t, enum err_code code, const char *message)
{
	CHECK(t->magic == TASK_MAGIC && code != ERR_OK);
	if (t->state == TASK_ENDED)
		return;
	err_set(&t->err, code, "cancelled", "%s", message);
	if (t->state == TASK_RUNNING) {
		/* Its own step is on the stack: end when that returns. */
		t->cancelled = true;
		return;
	}
	finish(t, code);
}

void task_cancel_all(struct loop *loop)
{
	for (struct task *t = loop->task_all; t; t = t->next_all) {
		if (t->state == TASK_WAITING || t->state == TASK_RUNNING)
			task_cancel(t, ERR_UNAVAILABLE, "服务正在停止，请稍后重试");
	}
}

enum step task_fail(struct task *t, enum err_code code, const char *rule, const char *fmt,
		    ...)
{
	va_list ap;
	char message[sizeof(t->err.message)];

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	CHECK(code != ERR_OK);
	err_set(&t->err, code, rule, "%s", message);
	return STEP_FAIL;
}

enum step task_check(struct task *t, enum err_code code)
{
	if (code == ERR_OK)
		return STEP_NEXT;
	if (t->err.code == ERR_OK)
		err_set(&t->err, code, "", "%s", err_meaning(code));
	return STEP_FAIL;
}

/* --- looking --------------------------------------------------------------- */

struct loop *task_loop(const struct task *t)
{
	return t->loop;
}

struct arena *task_arena(struct task *t)
{
	return t->arena;
}

struct err *task_err(struct task *t)
{
	return &t->err;
}

void *task_ctx(const struct task *t)
{
	return t->ctx;
}

void *task_data(const struct task *t)
{
	return t->data;
}

const char *task_name(const struct task *t)
{
	return t->name;
}

const char *task_step_name(const struct task *t)
{
	return t->step && t->step->name ? t->step->name : "-";
}

int64_t task_started_us(const struct task *t)
{
	return t->started_us;
}

int64_t task_left_ms(const struct task *t)
{
	int64_t left_us;

	if (!loop_timer_is_running(&t->deadline))
		return INT64_MAX;
	left_us = t->deadline.due_us - loop_now_us(t->loop);
	return left_us > 0 ? left_us / 1000 : 0;
}

void task_on_end(struct task *t, loop_fn *fn, void *arg)
{
	CHECK(t->magic == TASK_MAGIC);
	CHECK(t->state == TASK_NEW || t->state == TASK_RUNNING || t->state == TASK_WAITING);
	work_list_add(&t->ends, fn, arg);
}

struct task_ref task_ref(struct task *t)
{
	CHECK(t->magic == TASK_MAGIC && t->state != TASK_ENDED);
	return (struct task_ref){ .task = t, .generation = t->generation };
}

struct task *task_ref_get(struct task_ref ref)
{
	if (!ref.task || ref.task->generation != ref.generation)
		return NULL;
	return ref.task;
}

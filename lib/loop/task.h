/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Task: one unit of work that waits (a request, a job), written as a list of steps.
 *
 * The engine runs the steps in order. A step returns
 *
 *	STEP_NEXT   go on with the following step (after the last one: done)
 *	STEP_WAIT   stop here; task_resume() continues with the FOLLOWING step
 *	STEP_DONE   finished well, whatever steps remain
 *	STEP_FAIL   finished badly; the reason is in task_err(), set by task_fail()
 *
 * so reading order is execution order. A task ends exactly once: by its steps, by its
 * deadline (ERR_TIMEOUT) or by task_cancel(). Ending it means, in this order: the
 * cleanups registered with task_on_end() run in reverse order (they make late answers
 * harmless), then on_done(), then at the end of the turn its memory goes.
 *
 * A task that ended never resumes. Whoever completes later holds either something that
 * a task_on_end() cleanup revokes (pg_segment does this by itself) or a struct task_ref,
 * which task_ref_get() turns into NULL once the task has ended.
 *
 * The task's struct err and arena live until the end of the turn in which it ends.
 * Thread rule: owner loop only.
 *
 * A handler, from decoding to reply:
 *
 *	struct note { struct http_request *req; int64_t id; struct pg_segment *seg; };
 *	static enum step note_load(struct task *t) {
 *		struct note *n = task_ctx(t);
 *		n->seg = pg_segment_new(task_data(t), PG_LANE_READ);
 *		pg_segment_addv(n->seg, Q_NOTE_GET, PG_I64(n->id));
 *		return pg_segment_wait(n->seg, t);      // a failed reply fails the task
 *	}
 *	static enum step note_decide(struct task *t) {
 *		struct note *n = task_ctx(t);
 *		if (pg_rows(pg_segment_reply(n->seg), 0) == 0)
 *			return task_fail(t, ERR_NOT_FOUND, "", "没有编号为 %" PRId64 " 的记录", n->id);
 *		return STEP_NEXT;
 *	}
 *	static enum step note_store(struct task *t) { ... PG_LANE_WRITE, pg_segment_wait ... }
 *	static enum step note_reply(struct task *t) { ... http_reply(n->req, 200, ...); return STEP_DONE; }
 *	static const struct task_step steps[] = { { "load", note_load }, { "decide", note_decide },
 *		{ "store", note_store }, { "reply", note_reply }, TASK_STEPS_END };
 *	static void note_end(struct task *t, enum err_code code, void *arg) { // every way of ending
 *		if (code != ERR_OK && !http_replied(arg))
 *			http_reply_err(arg, task_err(t));
 *	}
 *	... in the route's handler:
 *	struct task *t = task_new(http_loop(req), &(struct task_options){ .name = "note",
 *		.deadline_ms = 15000, .arena = http_arena(req), .data = pool });
 *	struct note *n = arena_new(task_arena(t), struct note);
 *	task_start(t, steps, n, note_end, req);
 */
#ifndef LOOP_TASK_H
#define LOOP_TASK_H

#include "base/arena.h"
#include "base/err.h"
#include "loop/loop.h"

struct task;

enum step { STEP_NEXT, STEP_WAIT, STEP_DONE, STEP_FAIL };

typedef enum step task_step_fn(struct task *t);

struct task_step {
	const char *name; /* for the log */
	task_step_fn *fn;
};

#define TASK_STEPS_END { NULL, NULL }

/* Called exactly once, on the loop. `code` is ERR_OK, or task_err(t)->code. */
typedef void task_done_fn(struct task *t, enum err_code code, void *arg);

struct task_options {
	const char *name;     /* constant; for the log */
	int64_t deadline_ms;  /* from task_new(); 0 = none (background jobs only) */
	size_t arena_cap;     /* of the task's own arena; 0 = 1 MiB */
	struct arena *arena;  /* use this one instead (a request's); must outlive the task */
	void *data;           /* what task_data() returns: the application's context */
};

/* Memory comes from the loop's list of tasks; never fails. */
struct task *task_new(struct loop *loop, const struct task_options *options);

/* Runs the first step now, so the task may have ended when this returns: do not touch it
 * afterwards except through a task_ref. `ctx` is the handler's state, usually in the
 * task's arena. A task that was made must be started. */
void task_start(struct task *t, const struct task_step *steps, void *ctx,
		task_done_fn *on_done, void *on_done_arg);

/* Continue a task that waits. From within a step of the same task (an answer that came
 * at once) it is remembered and makes the coming STEP_WAIT go on immediately. Resuming
 * twice for one wait is a bug (CHECK). */
void task_resume(struct task *t);

/* What a waiting task waited for has failed, and task_err() has been filled: end it. From
 * within a step of the same task it makes the coming STEP_WAIT a STEP_FAIL. */
void task_resume_failed(struct task *t);

/* End the task from outside a step, e.g. at shutdown. task_err() becomes code/message. */
void task_cancel(struct task *t, enum err_code code, const char *message);
/* Cancel every task of the loop with ERR_UNAVAILABLE (last act of a drain). */
void task_cancel_all(struct loop *loop);

/* Fill task_err() and return STEP_FAIL: `return task_fail(t, ERR_STALE, "version", ...)`.
 * When a callee has already filled task_err(t), plain `return STEP_FAIL` is right; a code
 * of ERR_OK there is a bug (CHECK). */
enum step task_fail(struct task *t, enum err_code code, const char *rule, const char *fmt,
		    ...) PRINTF_LIKE(4, 5);

/* NEXT for ERR_OK, else FAIL: `return task_check(t, app_decide(..., task_err(t)));` */
enum step task_check(struct task *t, enum err_code code);

struct loop *task_loop(const struct task *t);
struct arena *task_arena(struct task *t);
struct err *task_err(struct task *t);
void *task_ctx(const struct task *t);
void *task_data(const struct task *t);
const char *task_name(const struct task *t);
const char *task_step_name(const struct task *t); /* step running or waited in */
int64_t task_started_us(const struct task *t);    /* loop_now_us() at task_new() */

/* Milliseconds until the deadline (INT64_MAX without one): for a callee's own limit. */
int64_t task_left_ms(const struct task *t);

/* Run fn(arg) when the task ends, before on_done; latest registered first. */
void task_on_end(struct task *t, loop_fn *fn, void *arg);

/* A name for the task that outlives it. */
struct task_ref {
	struct task *task;
	uint64_t generation;
};

struct task_ref task_ref(struct task *t);
struct task *task_ref_get(struct task_ref ref); /* NULL once the task has ended */

#endif

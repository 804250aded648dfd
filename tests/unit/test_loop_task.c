/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Task engine: every way a task can end, once each, and late answers that find nobody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "loop/task.h"

struct probe {
	struct task *task;
	struct task_ref ref;
	char trace[64];
	int ended;
	enum err_code code;
	char message[384];
	enum step answer;
	bool resume_at_once;
};

static void put(struct probe *p, const char *s)
{
	size_t n = strlen(p->trace);

	snprintf(p->trace + n, sizeof(p->trace) - n, "%s", s);
}

static enum step step_one(struct task *t)
{
	struct probe *p = task_ctx(t);

	put(p, "1");
	return STEP_NEXT;
}

static enum step step_wait(struct task *t)
{
	struct probe *p = task_ctx(t);

	put(p, "w");
	p->task = t;
	p->ref = task_ref(t);
	if (p->resume_at_once)
		task_resume(t);
	return STEP_WAIT;
}

static enum step step_answer(struct task *t)
{
	struct probe *p = task_ctx(t);

	put(p, "a");
	if (p->answer == STEP_FAIL)
		return task_fail(t, ERR_STALE, "version", "版本 %d 已过期", 7);
	return p->answer;
}

static enum step step_last(struct task *t)
{
	put(task_ctx(t), "z");
	return STEP_NEXT;
}

static const struct task_step steps[] = {
	{ "one", step_one }, { "wait", step_wait }, { "answer", step_answer },
	{ "last", step_last }, TASK_STEPS_END,
};

static void on_done(struct task *t, enum err_code code, void *arg)
{
	struct probe *p = arg;

	put(p, "!");
	p->ended++;
	p->code = code;
	snprintf(p->message, sizeof(p->message), "%s", task_err(t)->message);
}

static void cleanup_x(void *arg)
{
	put(arg, "x");
}

static void cleanup_y(void *arg)
{
	put(arg, "y");
}

static void start(struct loop *loop, struct probe *p, int64_t deadline_ms)
{
	struct task *t = task_new(loop, &(struct task_options){ .name = "probe",
								.deadline_ms = deadline_ms });

	task_on_end(t, cleanup_x, p);
	task_on_end(t, cleanup_y, p);
	task_start(t, steps, p, on_done, p);
}

static void test_steps_to_the_end(void **state UNUSED)
{
	struct loop *loop = loop_new("test");
	struct probe p = { .answer = STEP_NEXT };

	start(loop, &p, 0);
	assert_string_equal(p.trace, "1w");
	assert_ptr_equal(task_ref_get(p.ref), p.task);
	assert_string_equal(task_step_name(p.task), "wait");
	task_resume(p.task);
	assert_string_equal(p.trace, "1wazyx!");
	assert_int_equal(p.code, ERR_OK);
	assert_null(task_ref_get(p.ref));
	loop_turn(loop, 0);
	assert_null(task_ref_get(p.ref));
	loop_free(loop);
}

static void test_answer_at_once(void **state UNUSED)
{
	struct loop *loop = loop_new("test");
	struct probe p = { .answer = STEP_DONE, .resume_at_once = true };

	start(loop, &p, 0);
	assert_string_equal(p.trace, "1wayx!");
	loop_free(loop);
}

static void test_fail(void **state UNUSED)
{
	struct loop *loop = loop_new("test");
	struct probe p = { .answer = STEP_FAIL };

	start(loop, &p, 1000);
	task_resume(p.task);
	assert_int_equal(p.code, ERR_STALE);
	assert_string_equal(p.message, "版本 7 已过期");
	assert_int_equal(p.ended, 1);
	loop_free(loop);
}

static void test_deadline(void **state UNUSED)
{
	struct loop *loop = loop_new("test");
	struct probe p = { 0 };
	struct loop_stats stats;

	start(loop, &p, 5);
	assert_in_range(task_left_ms(p.task), 0, 5);
	for (int i = 0; i < 50 && !p.ended; i++)
		loop_turn(loop, 10);
	assert_int_equal(p.code, ERR_TIMEOUT);
	assert_int_equal(p.ended, 1);
	assert_null(task_ref_get(p.ref));
	loop_stats(loop, &stats);
	assert_int_equal(stats.tasks_expired, 1);
	assert_int_equal(stats.tasks_running, 0);
	loop_free(loop);
}

static void test_cancel(void **state UNUSED)
{
	struct loop *loop = loop_new("test");
	struct probe p = { 0 }, q = { 0 };

	start(loop, &p, 0);
	start(loop, &q, 0);
	task_cancel(p.task, ERR_BUSY, "不等了");
	assert_int_equal(p.code, ERR_BUSY);
	task_cancel_all(loop);
	assert_int_equal(p.ended, 1);
	assert_int_equal(q.ended, 1);
	assert_int_equal(q.code, ERR_UNAVAILABLE);
	loop_free(loop);
}

static enum step step_cancel_self(struct task *t)
{
	put(task_ctx(t), "c");
	task_cancel(t, ERR_UNAVAILABLE, "停止");
	return STEP_NEXT;
}

static void test_cancel_from_its_own_step(void **state UNUSED)
{
	static const struct task_step own[] = { { "self", step_cancel_self },
						{ "last", step_last },
						TASK_STEPS_END };
	struct loop *loop = loop_new("test");
	struct probe p = { 0 };
	struct task *t = task_new(loop, &(struct task_options){ .name = "probe" });

	task_start(t, own, &p, on_done, &p);
	assert_string_equal(p.trace, "c!");
	assert_int_equal(p.code, ERR_UNAVAILABLE);
	loop_free(loop);
}

/* A slot is used again under a new generation: an old ref must not reach the new task. */
static void test_reuse(void **state UNUSED)
{
	struct loop *loop = loop_new("test");
	struct probe p = { .answer = STEP_DONE }, q = { 0 };
	struct task *first;

	start(loop, &p, 0);
	first = p.task;
	task_resume(p.task);
	loop_turn(loop, 0);
	start(loop, &q, 0);
	assert_ptr_equal(q.task, first);
	assert_null(task_ref_get(p.ref));
	assert_non_null(task_ref_get(q.ref));
	task_cancel(q.task, ERR_BUSY, "");
	loop_free(loop);
}

static void test_arena_is_borrowed(void **state UNUSED)
{
	struct loop *loop = loop_new("test");
	struct arena mine = ARENA_INIT(0);
	struct probe p = { 0 };
	struct task *t = task_new(loop, &(struct task_options){ .arena = &mine });

	assert_ptr_equal(task_arena(t), &mine);
	task_start(t, steps, &p, on_done, &p);
	task_cancel_all(loop);
	loop_free(loop);
	arena_fini(&mine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps_to_the_end),
		cmocka_unit_test(test_answer_at_once),
		cmocka_unit_test(test_fail),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_cancel_from_its_own_step),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_arena_is_borrowed),
	};

	loop_process_init();
	return cmocka_run_group_tests_name("loop_task", tests, NULL, NULL);
}

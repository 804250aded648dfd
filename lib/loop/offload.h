/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Offload: a few threads for work that would block a loop (password hashing, fsync).
 *
 *	loop thread                     offload thread               loop thread
 *	offload_submit(p, work, done, job, loop) -> work(job) -> loop_post -> done(job)
 *
 * `job` belongs to the pool from a successful submit until done(job) runs: the loop must
 * not touch it in between, and it must be heap memory of its own, never part of a task
 * or request that may end meanwhile. Hold a struct task_ref in it and ask
 * task_ref_get() in done(): NULL means nobody waits any more; free the job and return.
 * done() runs exactly once for each accepted job, even when the pool is being freed.
 *
 * Thread rule: any loop thread may submit. work() must not use the loop, its tasks, or
 * anything that is not in the job.
 */
#ifndef LOOP_OFFLOAD_H
#define LOOP_OFFLOAD_H

#include "loop/loop.h"

struct offload;

/* `queue_limit` bounds the jobs that wait (those being worked on not counted). */
struct offload *offload_new(const char *name, unsigned threads, unsigned queue_limit);

/* False when the queue is full or the pool is being freed: the caller keeps the job and
 * should answer ERR_BUSY. */
bool offload_submit(struct offload *pool, loop_fn *work, loop_fn *done, void *job,
		    struct loop *loop) MUST_USE;

/* Finishes every accepted job, then joins the threads. Call it before loop_free() of the
 * loops that submitted (their done() is posted there; loop_free() still runs it). */
void offload_free(struct offload *pool);

struct offload_stats {
	uint64_t done;
	uint64_t refused;
	uint64_t waiting;
	uint64_t working;
};

void offload_stats(struct offload *pool, struct offload_stats *ret); /* any thread */

#endif

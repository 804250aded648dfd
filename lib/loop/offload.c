/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Thread pool: one queue, one mutex, one condition.
 */
#include "loop/offload.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct job {
	struct job *next;
	loop_fn *work;
	loop_fn *done;
	void *arg;
	struct loop *loop;
};

struct offload {
	char name[16];
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct job *head;
	struct job **tail;
	unsigned queue_limit;
	bool closing;
	unsigned thread_count;
	pthread_t *threads;
	struct offload_stats stats; /* under the lock */
};

static void *worker(void *arg)
{
	struct offload *pool = arg;

	pthread_setname_np(pthread_self(), pool->name);
	pthread_mutex_lock(&pool->lock);
	for (;;) {
		struct job *job;

		while (!pool->head && !pool->closing)
			pthread_cond_wait(&pool->wake, &pool->lock);
		job = pool->head;
		if (!job)
			break;
		pool->head = job->next;
		if (!pool->head)
			pool->tail = &pool->head;
		pool->stats.waiting--;
		pool->stats.working++;
		pthread_mutex_unlock(&pool->lock);

		job->work(job->arg);

		/* Counted before the answer is posted: whoever has seen done() run sees it. */
		pthread_mutex_lock(&pool->lock);
		pool->stats.working--;
		pool->stats.done++;
		pthread_mutex_unlock(&pool->lock);
		loop_post(job->loop, job->done, job->arg);
		free(job);
		pthread_mutex_lock(&pool->lock);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

struct offload *offload_new(const char *name, unsigned threads, unsigned queue_limit)
{
	struct offload *pool = xcalloc(1, sizeof(*pool));

	CHECK(threads > 0);
	snprintf(pool->name, sizeof(pool->name), "%s", name);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->wake, NULL);
	pool->tail = &pool->head;
	pool->queue_limit = queue_limit;
	pool->thread_count = threads;
	pool->threads = xcalloc(threads, sizeof(*pool->threads));
	for (unsigned i = 0; i < threads; i++) {
		if (pthread_create(&pool->threads[i], NULL, worker, pool) != 0)
			BUG("could not create a thread");
	}
	return pool;
}

bool offload_submit(struct offload *pool, loop_fn *work, loop_fn *done, void *arg,
		    struct loop *loop)
{
	struct job *job = NULL;

	pthread_mutex_lock(&pool->lock);
	if (!pool->closing && pool->stats.waiting < pool->queue_limit) {
		job = xcalloc(1, sizeof(*job));
		*job = (struct job){ .work = work, .done = done, .arg = arg, .loop = loop };
		*pool->tail = job;
		pool->tail = &job->next;
		pool->stats.waiting++;
		pthread_cond_signal(&pool->wake);
	} else {
		pool->stats.refused++;
	}
	pthread_mutex_unlock(&pool->lock);
	return job != NULL;
}

void offload_free(struct offload *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->closing = true;
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->thread_count; i++)
		pthread_join(pool->threads[i], NULL);
	pthread_cond_destroy(&pool->wake);
	pthread_mutex_destroy(&pool->lock);
	free(pool->threads);
	free(pool);
}

void offload_stats(struct offload *pool, struct offload_stats *ret)
{
	pthread_mutex_lock(&pool->lock);
	*ret = pool->stats;
	pthread_mutex_unlock(&pool->lock);
}

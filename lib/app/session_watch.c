/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/session_watch.h"

#include <stdlib.h>

#include "gen/queries.h"

struct session_watch {
	struct loop *loop;
	struct pg_pool *pool;
	struct session_changes *changes;
	struct loop_timer timer;
	struct pg_segment *asked; /* under way, or NULL */
	int64_t seen;             /* 0: nothing yet */
};

static void on_answer(void *arg, const struct pg_reply *reply)
{
	struct session_watch *w = arg;
	int64_t n;

	w->asked = NULL;
	if (reply->code != ERR_OK || pg_rows(reply, 0) == 0)
		return; /* whatever changed meanwhile shows in the next number that comes */
	n = pg_i64(reply, 0, 0, 0);
	/* What was looked up before the first number is known may be old as well. */
	if (n != w->seen)
		session_changed(w->changes, 0);
	w->seen = n;
}

static void on_timer(void *arg)
{
	struct session_watch *w = arg;

	if (w->asked)
		return;
	w->asked = pg_segment_new(w->pool, PG_LANE_WRITE);
	pg_segment_add0(w->asked, Q_SESSION_EPOCH);
	pg_segment_submit(w->asked, on_answer, w);
}

struct session_watch *session_watch_new(struct loop *loop, struct pg_pool *pool,
					struct session_changes *changes)
{
	struct session_watch *w = xcalloc(1, sizeof(*w));

	*w = (struct session_watch){
		.loop = loop, .pool = pool, .changes = changes, .timer = { .name = "session_watch" }
	};
	loop_timer_start_periodic(loop, &w->timer, SESSION_WATCH_MS, on_timer, w);
	return w;
}

void session_watch_free(struct session_watch *w)
{
	if (!w)
		return;
	loop_timer_stop(&w->timer);
	pg_segment_forget(w->asked);
	free(w);
}

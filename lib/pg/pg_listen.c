/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * LISTEN on a connection of its own, outside the pipeline: notifications are delivered
 * only between transactions, and a listening session must never sit in one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "pg/pg_internal.h"

struct pg_listener {
	struct loop *loop;
	char *conninfo;
	char *application_name;
	int64_t connect_timeout_ms;
	int64_t backoff_min_ms;
	int64_t backoff_max_ms;
	int64_t backoff_ms;
	const char *const *channels;
	pg_listen_cb *on_event;
	void *arg;
	struct pg_link link;
	struct loop_timer retry;
	bool listening; /* LISTEN has been answered */
	bool failed;
};

static void on_retry(void *arg)
{
	struct pg_listener *l = arg;

	l->listening = false;
	l->failed = false;
	pg_link_open(&l->link, &(struct pg_link_params){
		.conninfo = l->conninfo,
		.application_name = l->application_name,
		.options = "-c timezone=UTC -c DateStyle=ISO",
		.timeout_ms = l->connect_timeout_ms,
	});
}

static void on_down(void *owner, const char *reason)
{
	struct pg_listener *l = owner;

	log_warn("pg_listen_lost", "retry_ms=%lld reason=%s", (long long)l->backoff_ms,
		 log_quote(reason));
	loop_timer_start(l->loop, &l->retry, l->backoff_ms, on_retry, l);
	l->backoff_ms *= 2;
	if (l->backoff_ms > l->backoff_max_ms)
		l->backoff_ms = l->backoff_max_ms;
}

static void on_up(void *owner)
{
	struct pg_listener *l = owner;
	struct str sql = STR_INIT(8192);

	for (const char *const *c = l->channels; *c; c++) {
		char *name = PQescapeIdentifier(l->link.pg, *c, strlen(*c));

		CHECK(name);
		str_printf(&sql, "listen %s;", name);
		PQfreemem(name);
	}
	CHECK(!sql.failed);
	if (PQsendQuery(l->link.pg, str_cstr(&sql)) != 1 || PQflush(l->link.pg) < 0)
		pg_link_fail(&l->link, pg_link_error(&l->link));
	else
		pg_link_want(&l->link, LOOP_READ | LOOP_WRITE);
	str_release(&sql);
}

/* The answer to LISTEN; afterwards whatever was missed must be looked for. */
static bool take_answer(struct pg_listener *l)
{
	while (!PQisBusy(l->link.pg)) {
		PGresult *res = PQgetResult(l->link.pg);

		if (!res) {
			if (l->failed) {
				pg_link_fail(&l->link, "could not listen");
				return false;
			}
			l->listening = true;
			l->backoff_ms = l->backoff_min_ms;
			l->on_event(l->arg, NULL, "");
			return true;
		}
		if (PQresultStatus(res) != PGRES_COMMAND_OK)
			l->failed = true;
		PQclear(res);
	}
	return true;
}

static void on_ready(void *owner, unsigned ready UNUSED)
{
	struct pg_listener *l = owner;
	PGnotify *n;
	int left;

	if (PQconsumeInput(l->link.pg) != 1) {
		pg_link_fail(&l->link, pg_link_error(&l->link));
		return;
	}
	if (!l->listening && !take_answer(l))
		return;
	while ((n = PQnotifies(l->link.pg)) != NULL) {
		l->on_event(l->arg, n->relname, n->extra);
		PQfreemem(n);
	}
	left = PQflush(l->link.pg);
	if (left < 0) {
		pg_link_fail(&l->link, pg_link_error(&l->link));
		return;
	}
	pg_link_want(&l->link, LOOP_READ | (left == 1 ? LOOP_WRITE : 0));
}

static const struct pg_link_ops link_ops = { on_up, on_ready, on_down };

enum err_code pg_listener_new(struct loop *loop, const struct pg_pool_config *config,
			      const char *const *channels, pg_listen_cb *on_event, void *arg,
			      struct pg_listener **ret, struct err *err)
{
	struct pg_listener *l;
	char *options = NULL;
	char name[64];
	enum err_code code = pg_conninfo_check(config->conninfo, &options, err);

	free(options);
	if (code != ERR_OK)
		return code;
	snprintf(name, sizeof(name), "%s listen", config->application_name);
	l = xcalloc(1, sizeof(*l));
	*l = (struct pg_listener){
		.loop = loop,
		.conninfo = xstrdup(config->conninfo),
		.application_name = xstrdup(name),
		.connect_timeout_ms = config->connect_timeout_ms,
		.backoff_min_ms = config->backoff_min_ms,
		.backoff_max_ms = config->backoff_max_ms,
		.backoff_ms = config->backoff_min_ms,
		.channels = channels,
		.on_event = on_event,
		.arg = arg,
	};
	pg_link_init(&l->link, loop, &link_ops, l);
	loop_timer_start(loop, &l->retry, 0, on_retry, l);
	*ret = l;
	return ERR_OK;
}

void pg_listener_free(struct pg_listener *l)
{
	if (!l)
		return;
	loop_timer_stop(&l->retry);
	pg_link_close(&l->link);
	free(l->conninfo);
	free(l->application_name);
	free(l);
}

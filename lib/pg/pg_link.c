/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * One libpq connection under a loop: connecting without blocking, and its socket watch.
 *
 * libpq may change the socket between two polls of the connect phase (next host, SSL
 * refused), so the watch is made anew after each poll. The watch always goes before
 * PQfinish(), which closes the descriptor. connect_timeout has no effect on PQconnectPoll;
 * the deadline is ours.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "pg/pg_internal.h"

static void on_notice(void *arg UNUSED, const char *message)
{
	/* At debug only: a notice may quote data. */
	log_debug("pg_notice", "message=%s", log_quote(message));
}

void pg_link_init(struct pg_link *link, struct loop *loop, const struct pg_link_ops *ops,
		  void *owner)
{
	*link = (struct pg_link){ .loop = loop, .ops = ops, .owner = owner };
	link->deadline.name = "pg_connect_deadline";
}

const char *pg_link_error(const struct pg_link *link)
{
	static _Thread_local char line[256];
	size_t n;

	snprintf(line, sizeof(line), "%s", link->pg ? PQerrorMessage(link->pg) : "");
	for (char *p = line; *p; p++) {
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	}
	n = strlen(line);
	while (n > 0 && line[n - 1] == ' ')
		line[--n] = '\0';
	return n > 0 ? line : "connection lost";
}

void pg_link_close(struct pg_link *link)
{
	loop_timer_stop(&link->deadline);
	loop_io_free(link->io);
	link->io = NULL;
	link->up = false;
	PQfinish(link->pg); /* NULL is fine */
	link->pg = NULL;
}

void pg_link_fail(struct pg_link *link, const char *reason)
{
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", reason);
	pg_link_close(link);
	link->ops->down(link->owner, copy);
}

static void on_deadline(void *arg)
{
	pg_link_fail(arg, "connecting took too long");
}

void pg_link_want(struct pg_link *link, unsigned events)
{
	loop_io_want(link->io, events);
}

static void on_io(void *arg, unsigned ready);

static void watch_again(struct pg_link *link, unsigned events)
{
	int fd = PQsocket(link->pg);

	loop_io_free(link->io);
	link->io = NULL;
	if (fd < 0) {
		pg_link_fail(link, pg_link_error(link));
		return;
	}
	link->io = loop_io_new(link->loop, "pg", fd, on_io, link);
	loop_io_want(link->io, events);
}

static void on_connected(struct pg_link *link)
{
	const char *encoding = PQparameterStatus(link->pg, "client_encoding");

	loop_timer_stop(&link->deadline);
	if (PQserverVersion(link->pg) < 150000) {
		pg_link_fail(link, "server is older than PostgreSQL 15");
		return;
	}
	if (!encoding || strcmp(encoding, "UTF8") != 0) {
		pg_link_fail(link, "client_encoding is not UTF8");
		return;
	}
	if (PQsetnonblocking(link->pg, 1) != 0) {
		pg_link_fail(link, "could not set non-blocking mode");
		return;
	}
	link->up = true;
	watch_again(link, LOOP_READ);
	if (link->io)
		link->ops->up(link->owner);
}

static void on_io(void *arg, unsigned ready)
{
	struct pg_link *link = arg;

	if (link->up) {
		link->ops->ready(link->owner, ready);
		return;
	}
	switch (PQconnectPoll(link->pg)) {
	case PGRES_POLLING_READING:
		watch_again(link, LOOP_READ);
		break;
	case PGRES_POLLING_WRITING:
		watch_again(link, LOOP_WRITE);
		break;
	case PGRES_POLLING_OK:
		on_connected(link);
		break;
	case PGRES_POLLING_FAILED:
	case PGRES_POLLING_ACTIVE:
		pg_link_fail(link, pg_link_error(link));
		break;
	}
}

void pg_link_open(struct pg_link *link, const struct pg_link_params *params)
{
	/* What stands before dbname is a default that conninfo may change, what follows it
	 * is not. */
	const char *const keywords[] = { "keepalives_idle", "keepalives_interval",
					 "keepalives_count", "tcp_user_timeout",
					 "dbname", "application_name", "options",
					 "client_encoding", NULL };
	const char *const values[] = { "30", "10", "3", "30000", params->conninfo,
				       params->application_name, params->options,
				       "UTF8", NULL };

	CHECK(!link->pg);
	link->pg = PQconnectStartParams(keywords, values, 1);
	if (!link->pg)
		BUG("out of memory");
	if (PQstatus(link->pg) == CONNECTION_BAD) {
		pg_link_fail(link, pg_link_error(link));
		return;
	}
	PQsetNoticeProcessor(link->pg, on_notice, NULL);
	loop_timer_start(link->loop, &link->deadline, params->timeout_ms, on_deadline, link);
	watch_again(link, LOOP_WRITE); /* as if the last poll had said WRITING */
}

enum err_code pg_conninfo_check(const char *conninfo, char **ret_options, struct err *err)
{
	char *message = NULL;
	PQconninfoOption *options = PQconninfoParse(conninfo, &message);

	*ret_options = NULL;
	if (!options) {
		enum err_code code = err_set(err, ERR_INVALID, "conninfo",
					     "数据库连接串无法解析：%s",
					     message ? message : "out of memory");

		PQfreemem(message);
		return code;
	}
	for (PQconninfoOption *o = options; o->keyword; o++) {
		if (strcmp(o->keyword, "options") == 0 && o->val && o->val[0])
			*ret_options = xstrdup(o->val);
	}
	PQconninfoFree(options);
	return ERR_OK;
}

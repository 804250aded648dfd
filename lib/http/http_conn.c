/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The table of connections: how many there are, and which take too long.
 *
 * A descriptor belongs to the table while its inode is the one noted when it was
 * accepted. Only our own thread closes our descriptors, so between that check and a
 * shutdown() it cannot become somebody else's.
 */
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "http/http_internal.h"
#include "loop/stat.h"

enum { DRAIN_IDLE_MS = 1000 };

int http_evcon_fd(struct evhttp_connection *evcon)
{
	return bufferevent_getfd(evhttp_connection_get_bufferevent(evcon));
}

static bool is_local(int fd)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof(a);

	return getsockname(fd, (struct sockaddr *)&a, &n) == 0 && a.ss_family == AF_UNIX;
}

void http_conn_add(struct http_server *s, int fd, bool doomed)
{
	struct stat st;
	struct http_conn *conn;

	if (fd < 0 || fstat(fd, &st) != 0)
		return;
	if ((size_t)fd >= s->conn_cap) {
		size_t cap = s->conn_cap ? s->conn_cap : 64;

		while (cap <= (size_t)fd)
			cap *= 2;
		s->conns = xrealloc(s->conns, cap * sizeof(*s->conns));
		memset(s->conns + s->conn_cap, 0, (cap - s->conn_cap) * sizeof(*s->conns));
		s->conn_cap = cap;
	}
	conn = &s->conns[fd];
	if (conn->state != HTTP_CONN_FREE)
		http_conn_release(s, conn); /* closed unseen, and the number came back */
	*conn = (struct http_conn){
		.state = HTTP_CONN_READING,
		.inode = st.st_ino,
		.since_us = loop_now_us(s->loop),
		.local = is_local(fd),
		.doomed = doomed,
	};
	s->open++;
	stat_set(&s->stats.connections, s->open);
	stat_add(&s->stats.accepted, 1);
}

struct http_conn *http_conn_find(struct http_server *s, int fd)
{
	if (fd < 0 || (size_t)fd >= s->conn_cap || s->conns[fd].state == HTTP_CONN_FREE)
		return NULL;
	return &s->conns[fd];
}

void http_conn_release(struct http_server *s, struct http_conn *conn)
{
	CHECK(conn->state != HTTP_CONN_FREE && s->open > 0);
	if (conn->request)
		http_request_lost(conn->request);
	if (conn->stream)
		http_stream_lost(conn->stream);
	if (conn->live)
		http_live_lost(conn->live);
	*conn = (struct http_conn){ .state = HTTP_CONN_FREE };
	s->open--;
	stat_set(&s->stats.connections, s->open);
	http_server_update_accept(s);
}

void http_conn_set_state(struct http_server *s, struct http_conn *conn,
			 enum http_conn_state state)
{
	conn->state = state;
	conn->since_us = loop_now_us(s->loop);
}

static bool is_same(int fd, const struct http_conn *conn)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_ino == conn->inode;
}

static void cut(struct http_server *s, int fd, struct http_conn *conn)
{
	if (conn->cut)
		return;
	conn->cut = true;
	if (conn->state == HTTP_CONN_WRITING)
		stat_add(&s->stats.cut_writing, 1);
	else if (!s->draining)
		stat_add(&s->stats.cut_reading, 1);
	shutdown(fd, SHUT_RDWR);
}

static int64_t limit_ms(const struct http_server *s, const struct http_conn *conn)
{
	switch (conn->state) {
	case HTTP_CONN_READING:
		if (s->draining)
			return DRAIN_IDLE_MS;
		if (conn->requests == 0)
			return s->config.read_timeout_ms;
		return s->config.idle_timeout_ms + s->config.read_timeout_ms;
	case HTTP_CONN_WRITING:
		return s->config.write_timeout_ms;
	case HTTP_CONN_FREE:
	case HTTP_CONN_HANDLING: /* the task's deadline answers */
	case HTTP_CONN_LIVE:     /* its owner says when it ends */
		break;
	}
	return INT64_MAX;
}

void http_conn_sweep(struct http_server *s)
{
	int64_t now = loop_now_us(s->loop);

	for (size_t fd = 0; fd < s->conn_cap; fd++) {
		struct http_conn *conn = &s->conns[fd];
		int64_t since;

		if (conn->state == HTTP_CONN_FREE)
			continue;
		if (!is_same((int)fd, conn)) {
			http_conn_release(s, conn);
			continue;
		}
		since = conn->since_us;
		if (s->draining && since < s->drain_us)
			since = s->drain_us;
		if ((now - since) / 1000 >= limit_ms(s, conn))
			cut(s, (int)fd, conn);
	}
}

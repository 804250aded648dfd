/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Replies that go on.
 *
 * evhttp keeps the request until the last chunk; the connection's end comes through the table of connections, which calls
 * http_live_lost(). A connection is WRITING while a piece waits for the client, so that the sweep's write timeout holds, and
 * LIVE (without a limit) when all has been taken. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "http/http_internal.h"
#include "loop/stat.h"

struct http_live {
	struct http_server *server;
	struct evhttp_request *ev;
	int fd;
	size_t unsent_max;
	struct http_live_owner owner;
	bool cut; /* too slow: shut down, its end is on the way */
	TAILQ_ENTRY(http_live) link;
};

/* ---- the end ---- */

static void forget(struct http_live *l)
{
	struct http_conn *conn = http_conn_find(l->server, l->fd);

	if (conn && conn->live == l)
		conn->live = NULL;
	TAILQ_REMOVE(&l->server->lasting, l, link);
	l->ev = NULL;
	loop_bury(l->server->loop, free, l);
}

void http_live_lost(struct http_live *l)
{
	struct http_live_owner owner = l->owner;

	stat_add(&l->server->stats.gone, 1);
	/* One that evhttp has taken off its connection is ours to free; one still on it dies with it. */
	if (!evhttp_request_get_connection(l->ev))
		evhttp_send_reply_end(l->ev);
	forget(l);
	owner.gone(owner.ctx);
}

void http_live_end(struct http_live *l)
{
	struct evhttp_request *ev = l->ev;
	struct evhttp_connection *evcon = evhttp_request_get_connection(ev);
	struct http_conn *conn = http_conn_find(l->server, l->fd);
	int64_t ms = l->server->config.idle_timeout_ms;
	struct timeval idle = { .tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000) * 1000 };
	const struct timeval *common = event_base_init_common_timeout(loop_event_base(l->server->loop), &idle);

	if (conn)
		http_conn_set_state(l->server, conn, HTTP_CONN_WRITING);
	forget(l);
	if (evcon)
		evhttp_connection_set_timeout_tv(evcon, common ? common : &idle);
	evhttp_send_reply_end(ev);
}

void http_live_drain(struct http_server *s)
{
	struct http_live *l, *next;

	for (l = TAILQ_FIRST(&s->lasting); l; l = next) {
		next = TAILQ_NEXT(l, link);
		l->owner.drain(l->owner.ctx);
	}
}

/* ---- pieces ---- */

static void on_taken(struct evhttp_connection *evcon, void *arg)
{
	struct http_server *s = arg;
	struct http_conn *conn = http_conn_find(s, http_evcon_fd(evcon));

	loop_mark(s->loop, "http_live");
	if (conn && conn->live)
		http_conn_set_state(s, conn, HTTP_CONN_LIVE);
}

static void send_piece(struct http_live *l, struct sv piece)
{
	struct http_conn *conn = http_conn_find(l->server, l->fd);
	struct evbuffer *chunk = evbuffer_new();

	CHECK(chunk && evbuffer_add(chunk, piece.p, piece.n) == 0);
	/* The time runs from the first byte that waits. */
	if (conn && conn->state != HTTP_CONN_WRITING)
		http_conn_set_state(l->server, conn, HTTP_CONN_WRITING);
	stat_add(&l->server->stats.bytes_out, piece.n);
	evhttp_send_reply_chunk_with_cb(l->ev, chunk, on_taken, l->server);
	evbuffer_free(chunk);
}

void http_live_send(struct http_live *l, struct sv piece)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(l->ev);

	CHECK(loop_is_owner(l->server->loop));
	if (!evcon || l->cut || piece.n == 0)
		return;
	struct evbuffer *out = bufferevent_get_output(evhttp_connection_get_bufferevent(evcon));
	if (evbuffer_get_length(out) + piece.n <= l->unsent_max) {
		send_piece(l, piece);
		return;
	}
	l->cut = true;
	stat_add(&l->server->stats.cut_writing, 1);
	shutdown(l->fd, SHUT_RDWR);
}

/* ---- the beginning ---- */

static struct http_live *start(struct http_request *req, struct http_conn *conn, const char *content_type, size_t unsent_max,
			       const struct http_live_owner *owner)
{
	struct http_live *l = xcalloc(1, sizeof(*l));

	int kept = (int)unsent_max;

	*l = (struct http_live){ .server = req->server, .ev = req->ev, .fd = req->fd, .unsent_max = unsent_max,
				 .owner = *owner };
	/* Else the kernel would keep megabytes for a client that does not read. */
	(void)setsockopt(req->fd, SOL_SOCKET, SO_SNDBUF, &kept, sizeof(kept));
	http_add_endless_fields(req, content_type);
	TAILQ_INSERT_TAIL(&req->server->lasting, l, link);
	conn->request = NULL;
	conn->live = l;
	req->ev = NULL;
	/* evhttp's inactivity limit is for reading; while we write the client says nothing. */
	bufferevent_set_timeouts(evhttp_connection_get_bufferevent(evhttp_request_get_connection(l->ev)), NULL, NULL);
	evhttp_request_set_on_complete_cb(l->ev, http_on_sent, l->server);
	http_conn_set_state(req->server, conn, HTTP_CONN_WRITING);
	evhttp_send_reply_start(l->ev, 200, http_phrase_of(200));
	return l;
}

struct http_live *http_reply_live(struct http_request *req, const char *content_type, size_t unsent_max,
				  const struct http_live_owner *owner)
{
	struct http_conn *conn = http_conn_find(req->server, req->fd);
	bool there = req->ev && evhttp_request_get_connection(req->ev);
	struct http_live *l = NULL;

	CHECK(req->magic == HTTP_REQUEST_MAGIC && !req->replied && loop_is_owner(req->server->loop));
	if (there && !conn) { /* without it we would never learn that the client left */
		struct err err = ERR_INIT;

		err_set(&err, ERR_BUSY, "connection", "暂时无法保持连接，请重试");
		http_reply_err(req, &err);
		return NULL;
	}
	if (!there || req->method == HTTP_HEAD) {
		http_reply_head(req, 200, content_type, 0);
		return NULL;
	}
	http_count_reply(req, 200, 0);
	l = start(req, conn, content_type, unsent_max, owner);
	req->replied = true;
	http_request_end(req);
	return l;
}

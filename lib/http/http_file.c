/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Replies that are too large to hold.
 *
 *	pool thread    read piece 2       read piece 3
 *	loop          piece 1 -> evhttp -> (taken) -> piece 2 -> evhttp -> ...
 *
 * One piece is on its way to the client while the next one is read. evhttp gives no notice of a client that
 * leaves in between except through the table of connections, which calls http_stream_lost().
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/log.h"
#include "http/http_internal.h"
#include "loop/offload.h"
#include "loop/stat.h"

enum { PIECE = 512 * 1024, BUSY_RETRY_MS = 20 };

struct http_stream {
	struct http_server *server;
	struct loop *loop;
	struct offload *pool;
	struct evhttp_request *ev; /* NULL: nobody listens any more */
	int fd;
	struct http_file file;
	uint64_t unread;   /* bytes not asked for yet */
	bool reading;      /* a job is on the pool, and this struct its */
	bool writing;      /* evhttp has bytes of ours */
	bool failed;
	char *ready;       /* read, not handed over */
	size_t ready_size;
	char *job_piece;
	size_t job_size;
	bool job_ok;
	struct loop_timer retry;
};

static void step(struct http_stream *st);

/* ---- the end ---- */

static void stream_free(void *arg)
{
	struct http_stream *st = arg;

	free(st->ready);
	free(st->job_piece);
	free(st);
}

/* Nobody refers to it any more but the job, if there is one. */
static void finish(struct http_stream *st)
{
	if (st->reading)
		return;
	loop_timer_stop(&st->retry);
	st->file.close(st->file.ctx);
	loop_bury(st->loop, stream_free, st);
}

void http_stream_lost(struct http_stream *st)
{
	struct http_conn *conn = http_conn_find(st->server, st->fd);

	if (conn && conn->stream == st)
		conn->stream = NULL;
	if (!st->ev)
		return;
	stat_add(&st->server->stats.gone, 1);
	/* One that evhttp has taken off its connection is ours to free; one still on it dies with it. */
	if (!evhttp_request_get_connection(st->ev))
		evhttp_send_reply_end(st->ev);
	st->ev = NULL;
	loop_timer_stop(&st->retry);
	finish(st);
}

/* evhttp sees the end of the connection and frees it, which comes back as http_stream_lost(). */
static void cut(struct http_stream *st)
{
	if (st->failed)
		return;
	st->failed = true;
	log_error("http_file", "reason=%s", "the body could not be read to its end");
	shutdown(st->fd, SHUT_RDWR);
}

static void complete(struct http_stream *st)
{
	struct evhttp_request *ev = st->ev;
	struct evhttp_connection *evcon = evhttp_request_get_connection(ev);
	struct http_conn *conn = http_conn_find(st->server, st->fd);
	int64_t ms = st->server->config.idle_timeout_ms;
	struct timeval idle = { .tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000) * 1000 };
	const struct timeval *common = event_base_init_common_timeout(loop_event_base(st->loop), &idle);

	if (conn)
		conn->stream = NULL;
	st->ev = NULL;
	evhttp_connection_set_timeout_tv(evcon, common ? common : &idle);
	evhttp_send_reply_end(ev);
	finish(st);
}

/* ---- reading ---- */

static void read_piece(void *arg)
{
	struct http_stream *st = arg;

	st->job_ok = st->file.read(st->file.ctx, st->job_piece, st->job_size);
}

static void piece_read(void *arg)
{
	struct http_stream *st = arg;

	st->reading = false;
	if (!st->ev) {
		finish(st);
		return;
	}
	if (!st->job_ok) {
		cut(st);
		return;
	}
	st->ready = st->job_piece;
	st->ready_size = st->job_size;
	st->job_piece = NULL;
	step(st);
}

static void on_retry(void *arg)
{
	step(arg);
}

static void ask(struct http_stream *st)
{
	st->job_size = st->unread < PIECE ? (size_t)st->unread : PIECE;
	st->job_piece = xmalloc(st->job_size);
	st->reading = true;
	if (offload_submit(st->pool, read_piece, piece_read, st, st->loop)) {
		st->unread -= st->job_size;
		return;
	}
	st->reading = false;
	free(st->job_piece);
	st->job_piece = NULL;
	loop_timer_start(st->loop, &st->retry, BUSY_RETRY_MS, on_retry, st);
}

/* ---- writing ---- */

static void on_taken(struct evhttp_connection *evcon UNUSED, void *arg)
{
	struct http_stream *st = arg;
	struct http_conn *conn = http_conn_find(st->server, st->fd);

	loop_mark(st->loop, "http_file");
	st->writing = false;
	if (conn)
		http_conn_set_state(st->server, conn, HTTP_CONN_WRITING);
	step(st);
}

static void free_piece(const void *data, size_t n UNUSED, void *extra UNUSED)
{
	free((void *)(uintptr_t)data);
}

static void hand_over(struct http_stream *st)
{
	struct evbuffer *piece = evbuffer_new();

	CHECK(piece && evbuffer_add_reference(piece, st->ready, st->ready_size, free_piece, NULL) == 0);
	st->ready = NULL;
	st->writing = true;
	evhttp_send_reply_chunk_with_cb(st->ev, piece, on_taken, st);
	evbuffer_free(piece);
}

/* Whatever can be done now. */
static void step(struct http_stream *st)
{
	if (!st->ev || st->failed)
		return;
	if (st->ready && !st->writing)
		hand_over(st);
	if (!st->ready && !st->reading && st->unread > 0)
		ask(st);
	if (!st->writing && !st->ready && !st->reading && st->unread == 0)
		complete(st);
}

/* ---- the beginning ---- */

static void start(struct http_request *req, struct http_conn *conn, struct http_stream *st, int status)
{
	struct bufferevent *bev = evhttp_connection_get_bufferevent(evhttp_request_get_connection(req->ev));

	conn->request = NULL;
	conn->stream = st;
	http_conn_set_state(req->server, conn, HTTP_CONN_WRITING);
	st->ev = req->ev;
	req->ev = NULL;
	/* evhttp's inactivity limit is for reading; while we write the client says nothing. */
	bufferevent_set_timeouts(bev, NULL, NULL);
	evhttp_request_set_on_complete_cb(st->ev, http_on_sent, st->server);
	evhttp_send_reply_start(st->ev, status, http_phrase_of(status));
	ask(st);
}

void http_reply_file(struct http_request *req, int status, const char *content_type,
		     const struct http_file *file, struct offload *pool)
{
	struct http_conn *conn = http_conn_find(req->server, req->fd);
	bool there = req->ev && evhttp_request_get_connection(req->ev);

	CHECK(req->magic == HTTP_REQUEST_MAGIC && !req->replied && loop_is_owner(req->server->loop));
	if (!there || file->size == 0 || req->method == HTTP_HEAD) {
		file->close(file->ctx);
		http_reply_head(req, status, content_type, file->size);
		return;
	}
	if (!conn) { /* without it we would never learn that the client left */
		struct err err = ERR_INIT;

		file->close(file->ctx);
		err_set(&err, ERR_BUSY, "connection", "暂时无法发送文件，请重试");
		http_reply_err(req, &err);
		return;
	}
	struct http_stream *st = xcalloc(1, sizeof(*st));
	*st = (struct http_stream){ .server = req->server, .loop = req->server->loop, .pool = pool, .fd = req->fd,
				    .file = *file, .unread = file->size, .retry = { .name = "http_file" } };
	http_count_reply(req, status, file->size);
	http_add_standard_fields(req, status, content_type, file->size);
	start(req, conn, st, status);
	req->replied = true;
	http_request_end(req);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the files of lib/http share. Nobody else includes this.
 *
 *	http_listen.c   bound sockets
 *	http_server.c   evhttp, accepting, drain, counters
 *	http_conn.c     table of connections, time limits per connection
 *	http_shim.c     what evhttp lets through and we do not
 *	http_request.c  life and accessors of a request, dispatch
 *	http_reply.c    replies
 *	http_file.c     replies too large to hold
 *	http_live.c     replies that go on: server-sent events
 *	http_static.c   files of the browser console, held in memory
 *	http_router.c, http_decode.c   pure
 */
#ifndef HTTP_HTTP_INTERNAL_H
#define HTTP_HTTP_INTERNAL_H

#include <sys/queue.h>
#include <sys/types.h>

#include "http/http.h"

struct evhttp;
struct evhttp_request;
struct evhttp_connection;
struct evconnlistener;
struct bufferevent;

struct http_listener {
	int fd;
	bool tls;
	char *path; /* of a Unix socket */
	char address[128];
};

/* --- connections ----------------------------------------------------------- */

enum http_conn_state {
	HTTP_CONN_FREE,
	HTTP_CONN_READING,  /* idle, or a request is arriving */
	HTTP_CONN_HANDLING, /* a handler owes the reply */
	HTTP_CONN_WRITING,  /* the reply is being taken */
	HTTP_CONN_LIVE,     /* a reply that goes on, and all of it so far has been taken */
};

/* evhttp tells us about a connection only with its first complete request and has no
 * deadline, only an inactivity limit. So each accepted descriptor is noted here with its
 * inode (which tells it from a later one of the same number), looked at every second,
 * and shut down when it is too slow; evhttp then sees the end and frees it. */
struct http_conn {
	enum http_conn_state state;
	ino_t inode;
	int64_t since_us;
	uint64_t requests;
	struct http_request *request; /* HANDLING */
	struct http_stream *stream;   /* WRITING a file */
	struct http_live *live;       /* LIVE, or WRITING a piece of it */
	bool local;  /* Unix socket */
	bool doomed; /* plain text where TLS was due: nothing is served */
	bool cut;    /* shut down by us */
};

/* --- server ---------------------------------------------------------------- */

#define HTTP_SERVER_MAGIC 0x477e5e7fu
#define HTTP_REQUEST_MAGIC 0x477e9e57u

TAILQ_HEAD(http_request_list, http_request);
TAILQ_HEAD(http_live_list, http_live);

/* One evhttp speaks either plain text or TLS; a server may have both. */
struct http_face {
	struct http_server *server;
	struct evhttp *http; /* NULL until a listener needs it */
	bool tls;
	struct http_face *next; /* of all in the process */
};

struct http_accept {
	struct evconnlistener *listener;
	int fd; /* our dup() */
};

enum { HTTP_LISTENERS_MAX = 8 };

struct http_server {
	unsigned magic;
	struct loop *loop;
	struct http_config config;
	const struct http_router *router;
	struct ssl_ctx_st *tls;
	struct http_face plain;
	struct http_face secure;

	struct http_accept accepts[HTTP_LISTENERS_MAX];
	size_t accept_count;
	bool accepting;      /* listeners are enabled */
	bool turn_over;      /* one connection has been accepted in this turn */
	bool backing_off;    /* accept() failed for want of descriptors */
	struct loop_timer backoff;
	struct bufferevent *fresh; /* accepted in this turn, not yet in the table */
	bool fresh_doomed;

	struct http_conn *conns; /* by descriptor */
	size_t conn_cap;
	uint64_t open;
	struct loop_timer sweep;

	bool draining;
	bool refusing;
	int64_t drain_us;
	loop_fn *on_drained;
	void *on_drained_arg;

	struct http_request_list live;
	struct http_live_list lasting; /* replies that go on */
	struct http_request *idle; /* free list */
	uint32_t id_prefix;
	uint32_t id_next;
	int64_t date_second;
	char date[32];
	struct http_stats stats;
};

void http_server_update_accept(struct http_server *s);
const char *http_server_date(struct http_server *s);

/* http_conn.c */
void http_conn_add(struct http_server *s, int fd, bool doomed);
struct http_conn *http_conn_find(struct http_server *s, int fd);
void http_conn_release(struct http_server *s, struct http_conn *conn);
void http_conn_set_state(struct http_server *s, struct http_conn *conn,
			 enum http_conn_state state);
void http_conn_sweep(struct http_server *s);
int http_evcon_fd(struct evhttp_connection *evcon);

/* --- request --------------------------------------------------------------- */

struct http_request {
	unsigned magic;
	struct http_server *server;
	struct evhttp_request *ev; /* NULL once answered or lost */
	int fd;
	TAILQ_ENTRY(http_request) link;
	struct http_request *next_idle;
	struct arena arena;

	enum http_method method;
	struct sv path;
	struct http_match match;
	struct http_pair *query;
	size_t query_count;
	struct sv body;
	const char *peer;
	bool tls;
	char id[65];
	char account[48];
	int64_t started_us;
	bool counted; /* in_flight */
	bool replied;
	bool close;   /* Connection: close goes out */
};

/* evhttp's general callback; arg is the face. */
void http_on_request(struct evhttp_request *ev, void *arg);
void http_request_lost(struct http_request *req);
void http_request_end(struct http_request *req);
void http_request_free_idle(struct http_server *s);

/* http_reply.c: what http_file.c needs of it */
const char *http_phrase_of(int status);
void http_add_standard_fields(struct http_request *req, int status, const char *content_type,
			      uint64_t length);
/* The same without a length: the end of the body is the end of its last chunk. */
void http_add_endless_fields(struct http_request *req, const char *content_type);
void http_count_reply(struct http_request *req, int status, uint64_t bytes);
void http_on_sent(struct evhttp_request *ev, void *arg);
/* The fields of a reply whose body has that length, and no body. */
void http_reply_head(struct http_request *req, int status, const char *content_type, uint64_t length);
/* A body that stays where it is for longer than the server lives: not copied. */
void http_reply_lasting(struct http_request *req, int status, const char *content_type, struct sv body);

/* http_file.c: the connection is going away. */
void http_stream_lost(struct http_stream *stream);

/* http_live.c: the connection is going away; the server begins to drain. */
void http_live_lost(struct http_live *live);
void http_live_drain(struct http_server *s);

/* http_shim.c */
enum err_code http_shim_check(struct evhttp_request *ev, const struct http_config *config,
			      struct err *err);
bool http_wants_close(struct evhttp_request *ev);

#endif

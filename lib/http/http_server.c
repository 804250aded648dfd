/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Server: evhttp on copies of shared listening sockets.
 *
 * Every loop races for the next connection on its own dup() of the same socket, so load
 * goes where there is time. libevent's listener accepts until nothing is left; to leave
 * some for the others it is disabled in the callback that makes the bufferevent and
 * enabled again at the end of the turn.
 *
 * A dup()'ed descriptor must not be closed in the turn in which its event was deleted:
 * the deletion waits in epoll's change list, the open file lives on in other loops, and
 * epoll would report the dead number for ever.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/http_internal.h"
#include "loop/stat.h"

enum {
	SWEEP_MS = 1000,
	DRAIN_SWEEP_MS = 100,
	ACCEPT_BACKOFF_MS = 1000,
	READ_SLACK = 64 * 1024, /* pipelined bytes behind a body of the largest size */
	SINGLE_WRITE = 256 * 1024,
};

const uint64_t http_latency_bounds_us[HTTP_LATENCY_BUCKETS - 1] = {
	250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 5000000,
};

void http_config_init(struct http_config *config)
{
	*config = (struct http_config){
		.max_headers = 32 * 1024,
		.max_body = 1024 * 1024,
		.max_reply = 16 * 1024 * 1024,
		.request_arena = 16 * 1024 * 1024,
		.max_connections = 1024,
		.idle_timeout_ms = 65000,
		.read_timeout_ms = 30000,
		.write_timeout_ms = 60000,
		.problem_prefix = "urn:ipcase:problem:",
		.html_csp = "default-src 'self'; base-uri 'none'; form-action 'self'; "
			    "frame-ancestors 'none'; object-src 'none'",
		.access_log = true,
	};
}

const char *http_server_date(struct http_server *s)
{
	int64_t second = clock_now() / 1000000;

	if (second != s->date_second) {
		time_t t = (time_t)second;
		struct tm tm;

		gmtime_r(&t, &tm);
		/* strftime() would follow the locale. */
		snprintf(s->date, sizeof(s->date), "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
			 &"SunMonTueWedThuFriSat"[tm.tm_wday * 3], (unsigned)tm.tm_mday % 100,
			 &"JanFebMarAprMayJunJulAugSepOctNovDec"[tm.tm_mon * 3],
			 (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)tm.tm_hour % 100,
			 (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
		s->date_second = second;
	}
	return s->date;
}

/* --- accepting ------------------------------------------------------------- */

void http_server_update_accept(struct http_server *s)
{
	bool want = !s->draining && !s->turn_over && !s->backing_off &&
		    s->open < s->config.max_connections;

	if (want == s->accepting)
		return;
	s->accepting = want;
	for (size_t i = 0; i < s->accept_count; i++) {
		if (!s->accepts[i].listener)
			continue;
		if (want)
			evconnlistener_enable(s->accepts[i].listener);
		else
			evconnlistener_disable(s->accepts[i].listener);
	}
}

/* The connection accepted in this turn has its descriptor by now. */
static void note_fresh(struct http_server *s)
{
	struct bufferevent *bev = s->fresh;

	if (!bev)
		return;
	s->fresh = NULL;
	http_conn_add(s, bufferevent_getfd(bev), s->fresh_doomed);
	bufferevent_decref(bev);
}

static void on_turn_over(void *arg)
{
	struct http_server *s = arg;

	note_fresh(s);
	s->turn_over = false;
	if (s->open >= s->config.max_connections) {
		http_conn_sweep(s); /* some may have closed unseen */
		if (s->open >= s->config.max_connections)
			stat_add(&s->stats.at_cap, 1);
	}
	http_server_update_accept(s);
}

/* Must not return NULL: evhttp would then make a plain-text connection by itself, also
 * where TLS is due. Such a one is noted as doomed and serves nothing. */
static struct bufferevent *make_bufferevent(struct event_base *base, void *arg)
{
	struct http_face *face = arg;
	struct http_server *s = face->server;
	struct bufferevent *bev = NULL;

	loop_mark(s->loop, "http_accept");
	note_fresh(s); /* not expected: one a turn */
	s->fresh_doomed = false;
	if (face->tls) {
		SSL *ssl;

		ERR_clear_error();
		ssl = SSL_new(s->tls);
		if (ssl)
			bev = bufferevent_openssl_socket_new(base, -1, ssl,
							     BUFFEREVENT_SSL_ACCEPTING,
							     BEV_OPT_CLOSE_ON_FREE);
		s->fresh_doomed = bev == NULL;
	}
	if (!bev)
		bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	if (!bev)
		BUG("out of memory");
	/* While a reply is written evhttp goes on reading into a buffer without limit. A mark
	 * below the largest body would stop that body for ever. */
	bufferevent_setwatermark(bev, EV_READ, 0,
				 s->config.max_body + s->config.max_headers + READ_SLACK);
	bufferevent_set_max_single_write(bev, SINGLE_WRITE);
	bufferevent_incref(bev);
	s->fresh = bev;
	s->turn_over = true;
	http_server_update_accept(s);
	loop_defer(s->loop, on_turn_over, s);
	return bev;
}

static void on_backoff_over(void *arg)
{
	struct http_server *s = arg;

	s->backing_off = false;
	http_server_update_accept(s);
}

/* The error callback gets evhttp's own argument, which leads back to us only through
 * this list. It is used by rare events only. */
static struct {
	pthread_mutex_t lock;
	struct http_face *head;
} faces = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void register_face(struct http_face *face)
{
	pthread_mutex_lock(&faces.lock);
	face->next = faces.head;
	faces.head = face;
	pthread_mutex_unlock(&faces.lock);
}

static void unregister_face(const struct http_face *face)
{
	pthread_mutex_lock(&faces.lock);
	for (struct http_face **at = &faces.head; *at; at = &(*at)->next) {
		if (*at == face) {
			*at = face->next;
			break;
		}
	}
	pthread_mutex_unlock(&faces.lock);
}

static struct http_server *server_of(const struct evhttp *http)
{
	struct http_face *face;

	pthread_mutex_lock(&faces.lock);
	face = faces.head;
	while (face && face->http != http)
		face = face->next;
	pthread_mutex_unlock(&faces.lock);
	CHECK(face);
	return face->server;
}

/* Without this a lack of descriptors makes the level-triggered listener spin. */
static void on_accept_error(struct evconnlistener *listener UNUSED, void *arg)
{
	int error = EVUTIL_SOCKET_ERROR();
	struct http_server *s = server_of(arg);

	loop_mark(s->loop, "http_accept");
	stat_add(&s->stats.accept_errors, 1);
	log_error("accept_failed", "loop=%s pause_ms=%d reason=%s", loop_name(s->loop),
		  ACCEPT_BACKOFF_MS, log_quote(evutil_socket_error_to_string(error)));
	s->backing_off = true;
	http_server_update_accept(s);
	loop_timer_start(s->loop, &s->backoff, ACCEPT_BACKOFF_MS, on_backoff_over, s);
}

/* --- life ------------------------------------------------------------------ */

static void open_face(struct http_face *face)
{
	struct http_server *s = face->server;
	struct event_base *base = loop_event_base(s->loop);
	struct timeval idle = {
		.tv_sec = (time_t)(s->config.idle_timeout_ms / 1000),
		.tv_usec = (suseconds_t)(s->config.idle_timeout_ms % 1000) * 1000,
	};
	const struct timeval *common = event_base_init_common_timeout(base, &idle);

	face->http = evhttp_new(base);
	if (!face->http)
		BUG("out of memory");
	evhttp_set_bevcb(face->http, make_bufferevent, face);
	evhttp_set_gencb(face->http, http_on_request, face);
	evhttp_set_allowed_methods(face->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD |
				   EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
				   EVHTTP_REQ_PATCH | EVHTTP_REQ_OPTIONS |
				   /* refused by us, because evhttp does not close these */
				   EVHTTP_REQ_CONNECT | EVHTTP_REQ_TRACE);
	evhttp_set_max_headers_size(face->http, (ev_ssize_t)s->config.max_headers);
	evhttp_set_max_body_size(face->http, (ev_ssize_t)s->config.max_body);
	evhttp_set_default_content_type(face->http, NULL);
	/* All connections have the same limit: a list instead of a heap entry each. */
	evhttp_set_timeout_tv(face->http, common ? common : &idle);
	register_face(face);
}

static void close_face(struct http_face *face)
{
	if (!face->http)
		return;
	unregister_face(face);
	evhttp_free(face->http);
	face->http = NULL;
}

static void on_sweep(void *arg)
{
	struct http_server *s = arg;

	http_conn_sweep(s);
	if (s->draining && s->on_drained && s->open == 0 && s->stats.in_flight == 0) {
		loop_fn *fn = s->on_drained;

		s->on_drained = NULL;
		fn(s->on_drained_arg);
	}
}

enum err_code http_server_new(struct loop *loop, const struct http_config *config,
			      const struct http_router *router, struct ssl_ctx_st *tls,
			      struct http_server **ret, struct err *err)
{
	struct http_server *s;

	if (config->max_headers < 1024 || config->max_connections == 0 ||
	    config->idle_timeout_ms <= 0 || config->read_timeout_ms <= 0 ||
	    config->write_timeout_ms <= 0)
		return err_set(err, ERR_INVALID, "http-config", "HTTP 服务参数不合法");
	s = xcalloc(1, sizeof(*s));
	s->magic = HTTP_SERVER_MAGIC;
	s->loop = loop;
	s->config = *config;
	s->router = router;
	s->plain = (struct http_face){ .server = s, .tls = false };
	s->secure = (struct http_face){ .server = s, .tls = true };
	s->backoff.name = "http_backoff";
	s->sweep.name = "http_sweep";
	s->accepting = true;
	TAILQ_INIT(&s->live);
	TAILQ_INIT(&s->lasting);
	if (getrandom(&s->id_prefix, sizeof(s->id_prefix), 0) != (ssize_t)sizeof(s->id_prefix))
		BUG("no random numbers");
	http_server_set_tls(s, tls);
	loop_timer_start_periodic(loop, &s->sweep, SWEEP_MS, on_sweep, s);
	*ret = s;
	return ERR_OK;
}

void http_server_set_tls(struct http_server *server, struct ssl_ctx_st *tls)
{
	if (tls)
		SSL_CTX_up_ref(tls);
	SSL_CTX_free(server->tls);
	server->tls = tls;
}

enum err_code http_server_add(struct http_server *server, struct http_listener *listener,
			      struct err *err)
{
	struct http_face *face = listener->tls ? &server->secure : &server->plain;
	struct http_accept *a;
	int fd;

	CHECK(server->magic == HTTP_SERVER_MAGIC && !server->draining);
	if (listener->tls && !server->tls)
		return err_set(err, ERR_INVALID, "tls-required", "%s 需要 TLS 证书",
			       listener->address);
	if (server->accept_count == HTTP_LISTENERS_MAX)
		return err_set(err, ERR_INVALID, "listen", "监听地址过多");
	fd = fcntl(listener->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return err_set(err, ERR_IO, "listen", "无法复制套接字：%s", strerror(errno));
	if (!face->http)
		open_face(face);
	a = &server->accepts[server->accept_count++];
	a->fd = fd;
	a->listener = evconnlistener_new(loop_event_base(server->loop), NULL, NULL,
					 LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!a->listener || !evhttp_bind_listener(face->http, a->listener))
		BUG("out of memory");
	evconnlistener_set_error_cb(a->listener, on_accept_error);
	if (!server->accepting)
		evconnlistener_disable(a->listener);
	return ERR_OK;
}

/* --- the end --------------------------------------------------------------- */

/* A descriptor to close, two turns after its event was deleted. */
struct doomed_fd {
	struct loop *loop;
	int fd;
};

static void close_second(void *arg)
{
	struct doomed_fd *d = arg;

	close(d->fd);
	free(d);
}

static void close_first(void *arg)
{
	struct doomed_fd *d = arg;

	loop_bury(d->loop, close_second, d);
}

static void close_later(struct loop *loop, int fd)
{
	struct doomed_fd *d = xmalloc(sizeof(*d));

	*d = (struct doomed_fd){ loop, fd };
	loop_bury(loop, close_first, d);
}

/* Gives up the listening sockets, so that the kernel refuses what nobody would accept. */
static void drop_listeners(struct http_server *s)
{
	for (size_t i = 0; i < s->accept_count; i++) {
		/* evhttp keeps its listener, disabled, until it is freed; only the socket goes.
		 * Nothing enables it again while draining. */
		evconnlistener_disable(s->accepts[i].listener);
		s->accepts[i].listener = NULL;
		close_later(s->loop, s->accepts[i].fd);
	}
	s->accept_count = 0;
}

void http_server_drain(struct http_server *server, loop_fn *on_drained, void *arg)
{
	CHECK(server->magic == HTTP_SERVER_MAGIC && !server->draining);
	server->draining = true;
	server->drain_us = loop_now_us(server->loop);
	server->on_drained = on_drained;
	server->on_drained_arg = arg;
	http_server_update_accept(server);
	drop_listeners(server);
	loop_timer_stop(&server->backoff);
	loop_timer_start_periodic(server->loop, &server->sweep, DRAIN_SWEEP_MS, on_sweep, server);
	http_live_drain(server);
}

void http_server_refuse(struct http_server *server)
{
	server->refusing = true;
}

static void free_server(void *arg)
{
	struct http_server *s = arg;

	http_request_free_idle(s);
	free(s->conns);
	SSL_CTX_free(s->tls);
	s->magic = 0;
	free(s);
}

void http_server_free(struct http_server *server)
{
	if (!server)
		return;
	CHECK(server->magic == HTTP_SERVER_MAGIC && loop_is_owner(server->loop));
	server->draining = true;
	note_fresh(server);
	http_server_update_accept(server);
	drop_listeners(server);
	loop_timer_stop(&server->sweep);
	loop_timer_stop(&server->backoff);
	close_face(&server->plain);
	close_face(&server->secure);
	while (!TAILQ_EMPTY(&server->live)) {
		struct http_request *req = TAILQ_FIRST(&server->live);

		log_warn("http_dropped", "id=%s", req->id);
		http_request_lost(req);
		req->replied = true;
		http_request_end(req);
	}
	/* A deferred on_turn_over() may still look at it in this turn. */
	loop_bury(server->loop, free_server, server);
}

void http_server_stats(const struct http_server *server, struct http_stats *ret)
{
	stat_copy(ret, &server->stats, sizeof(*ret));
}

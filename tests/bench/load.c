/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A load generator for one HTTP server on loopback: N keep-alive connections, one thread, one request under way
 * on each connection, a weighted mix of request kinds, for a fixed time.
 *
 *	load -p PORT -c CONNECTIONS -t SECONDS [-w WARM-UP] [-s SEED] [-S] [-k TOKENS] -r KIND...
 *
 *	-S          TLS; the certificate is not looked at
 *	-k FILE     session tokens, one a line; connections take them in turn
 *	-r KIND     NAME=WEIGHT:get:LIST          a random line of LIST is the target
 *	            NAME=WEIGHT:post:TARGET:FILE  FILE is the body
 *	            NAME=WEIGHT:act:LIST:FILE     a line of LIST is the target, and each is used by one connection only;
 *	                                          "@VERSION@" in FILE becomes its version, which each 201 raises
 *
 * Lines of a LIST are "TARGET VERSION TOKEN"; the token is of that request instead of the connection's.
 *
 * Every POST gets a new Idempotency-Key. Prints a line a kind, tab-separated:
 *	name  requests  per_second  p50_us  p99_us  max_us  not_2xx  first status that was not 2xx
 * and ends with 1 when a connection broke. Latencies are of requests that began after the warm-up. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 1024, KINDS_MAX = 8, SECONDS_MAX = 120, IN_SIZE = 1 << 20, OUT_SIZE = 64 * 1024 };
enum { SUB_BITS = 6, SUBS = 1 << SUB_BITS, BUCKETS = 32 * SUBS };

enum method { GET, POST, ACT };

struct lines {
	char **at, **token;
	int64_t *version;
	size_t n;
};

struct kind {
	const char *name, *target;
	enum method method;
	unsigned weight;
	struct lines lines;
	char *body;
	uint64_t requests, bad, histogram[BUCKETS];
	int64_t max_us;
	int first_bad;
};

struct conn {
	int fd;
	SSL *ssl;
	const char *token;
	size_t index, next_act[KINDS_MAX];
	struct kind *kind;
	size_t act;                    /* line of the act under way */
	int64_t began_us;
	char *out, *in;
	size_t out_n, out_at, in_n;
	unsigned wanted;               /* epoll events */
};

static struct {
	int port, connections, seconds, warm_up;
	bool tls;
	struct lines tokens;
	struct kind kinds[KINDS_MAX];
	size_t kind_count;
	unsigned weights;
	uint64_t random, serial;
	char run[17];                  /* makes keys of this run unlike those of another */
	SSL_CTX *ctx;
	int epoll;
	int64_t start_us, count_from_us, end_us;
	uint64_t broken;
} load = { .connections = 8, .seconds = 5, .warm_up = 1, .random = 88172645463325252u };

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, errno ? strerror(errno) : "not understood");
	exit(2);
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static uint64_t next_random(void)
{
	load.random ^= load.random << 13;
	load.random ^= load.random >> 7;
	load.random ^= load.random << 17;
	return load.random;
}

/* ---- input ---- */

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n = 0, size = 1 << 16;
	char *text = malloc(size);

	if (!f || !text)
		die(path);
	for (size_t got; (got = fread(text + n, 1, size - n - 1, f)) > 0;) {
		n += got;
		if (n + 1 == size && !(text = realloc(text, size *= 2)))
			die(path);
	}
	text[n] = '\0';
	fclose(f);
	return text;
}

static struct lines read_lines(const char *path)
{
	char *text = read_file(path), *save = NULL;
	size_t count = 0;
	struct lines ret = { .n = 0 };

	for (char *p = text; *p; p++)
		count += *p == '\n';
	ret.at = calloc(count + 1, sizeof(*ret.at));
	ret.token = calloc(count + 1, sizeof(*ret.token));
	ret.version = calloc(count + 1, sizeof(*ret.version));
	if (!ret.at || !ret.token || !ret.version)
		die(path);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *rest = line;
		ret.at[ret.n] = strsep(&rest, " ");
		if (rest)
			ret.version[ret.n] = strtoll(strsep(&rest, " "), NULL, 10);
		ret.token[ret.n++] = rest;
	}
	if (ret.n == 0)
		die(path);
	return ret;
}

/* NAME=WEIGHT:METHOD:A[:B] */
static void add_kind(char *spec)
{
	struct kind *k = &load.kinds[load.kind_count++];
	char *parts[4] = { NULL }, *rest = strchr(spec, '=');

	errno = 0;
	if (load.kind_count > KINDS_MAX || !rest)
		die(spec);
	*rest++ = '\0';
	k->name = spec;
	for (size_t i = 0; i < 4 && rest; i++)
		parts[i] = i < 3 ? strsep(&rest, ":") : strsep(&rest, "");
	k->weight = parts[0] ? (unsigned)strtoul(parts[0], NULL, 10) : 0;
	load.weights += k->weight;
	if (!parts[1] || !parts[2] || k->weight == 0)
		die(spec);
	if (strcmp(parts[1], "get") == 0) {
		k->method = GET;
		k->lines = read_lines(parts[2]);
	} else if (strcmp(parts[1], "post") == 0 && parts[3]) {
		k->method = POST;
		k->target = parts[2];
		k->body = read_file(parts[3]);
	} else if (strcmp(parts[1], "act") == 0 && parts[3]) {
		k->method = ACT;
		k->lines = read_lines(parts[2]);
		k->body = read_file(parts[3]);
	} else {
		die(spec);
	}
}

/* ---- latencies: about 1.5 % apart ---- */

static size_t bucket_of(int64_t us)
{
	uint64_t v = us < 1 ? 1 : (uint64_t)us;
	unsigned high = 63u - (unsigned)__builtin_clzll(v);
	size_t b = high <= SUB_BITS ? v : ((size_t)(high - SUB_BITS) << SUB_BITS) + (v >> (high - SUB_BITS));

	return b < BUCKETS ? b : BUCKETS - 1;
}

static uint64_t bucket_value(size_t b)
{
	if (b < 2 * SUBS)
		return b;
	return (uint64_t)(b % SUBS + SUBS) << (b / SUBS - 1);
}

static uint64_t percentile(const struct kind *k, double share)
{
	uint64_t wanted = (uint64_t)((double)k->requests * share), seen = 0;

	for (size_t b = 0; b < BUCKETS; b++) {
		seen += k->histogram[b];
		if (seen > wanted)
			return bucket_value(b);
	}
	return 0;
}

/* ---- requests ---- */

static void want(struct conn *c, unsigned events)
{
	struct epoll_event e = { .events = events, .data.ptr = c };

	if (c->wanted != events && epoll_ctl(load.epoll, c->wanted ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd, &e) != 0)
		die("epoll_ctl");
	c->wanted = events;
}

static void begin(struct conn *c);

/* Bytes moved, 0 when the socket must be waited for, -1 when the connection is over. */
static ssize_t move(struct conn *c, bool out)
{
	ssize_t n;

	if (c->ssl) {
		n = out ? SSL_write(c->ssl, c->out + c->out_at, (int)(c->out_n - c->out_at))
			: SSL_read(c->ssl, c->in + c->in_n, (int)(IN_SIZE - 1 - c->in_n));
		if (n > 0)
			return n;
		switch (SSL_get_error(c->ssl, (int)n)) {
		case SSL_ERROR_WANT_READ:
			want(c, EPOLLIN);
			return 0;
		case SSL_ERROR_WANT_WRITE:
			want(c, EPOLLOUT);
			return 0;
		default:
			return -1;
		}
	}
	n = out ? send(c->fd, c->out + c->out_at, c->out_n - c->out_at, MSG_NOSIGNAL)
		: recv(c->fd, c->in + c->in_n, IN_SIZE - 1 - c->in_n, 0);
	if (n > 0)
		return n;
	if (n < 0 && (errno == EAGAIN || errno == ENOTCONN)) {
		want(c, out ? EPOLLOUT : EPOLLIN);
		return 0;
	}
	return -1;
}

static void drop(struct conn *c)
{
	if (c->ssl)
		SSL_free(c->ssl);
	close(c->fd);
	c->fd = -1;
	c->ssl = NULL;
	c->wanted = 0;
}

static void open_conn(struct conn *c)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)load.port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    fcntl(c->fd, F_SETFL, O_NONBLOCK) != 0)
		die("could not connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (load.ctx) {
		c->ssl = SSL_new(load.ctx);
		if (!c->ssl || SSL_set_fd(c->ssl, c->fd) != 1)
			die("TLS");
		SSL_set_connect_state(c->ssl);
	}
}

/* The body with the version in the place of "@VERSION@". */
static int with_version(char *to, size_t size, const char *body, int64_t version)
{
	const char *mark = strstr(body, "@VERSION@");

	if (!mark)
		return snprintf(to, size, "%s", body);
	return snprintf(to, size, "%.*s%lld%s", (int)(mark - body), body, (long long)version, mark + 9);
}

static void build(struct conn *c)
{
	struct kind *k = c->kind;
	size_t which = (size_t)(k - load.kinds);
	const char *target = k->target, *token = c->token;
	char body[OUT_SIZE / 2] = "";
	size_t line = 0;
	int n;

	if (k->method == GET)
		line = next_random() % k->lines.n;
	if (k->method == ACT) {
		/* lines c->index, + connections, + 2 * connections ...: nobody else's */
		c->act = c->next_act[which];
		if (c->act >= k->lines.n)
			c->act = c->index % k->lines.n;
		c->next_act[which] = c->act + (size_t)load.connections;
		line = c->act;
		with_version(body, sizeof(body), k->body, k->lines.version[c->act]);
	} else if (k->method == POST) {
		snprintf(body, sizeof(body), "%s", k->body);
	}
	if (k->lines.n > 0) {
		target = k->lines.at[line];
		token = k->lines.token[line] ? k->lines.token[line] : token;
	}
	n = snprintf(c->out, OUT_SIZE, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n", k->method == GET ? "GET" : "POST",
		     target, load.port);
	if (token)
		n += snprintf(c->out + n, OUT_SIZE - (size_t)n, "Authorization: Bearer %s\r\n", token);
	if (k->method != GET)
		n += snprintf(c->out + n, OUT_SIZE - (size_t)n,
			      "Content-Type: application/json\r\nIdempotency-Key: %s-%llu\r\nContent-Length: %zu\r\n",
			      load.run, (unsigned long long)++load.serial, strlen(body));
	n += snprintf(c->out + n, OUT_SIZE - (size_t)n, "\r\n%s", body);
	if (n >= OUT_SIZE)
		die("request too large");
	c->out_n = (size_t)n;
	c->out_at = c->in_n = 0;
}

static void begin(struct conn *c)
{
	unsigned draw = (unsigned)(next_random() % load.weights);

	c->kind = load.kinds;
	while (draw >= c->kind->weight)
		draw -= (c->kind++)->weight;
	build(c);
	c->began_us = now_us();
}

static void ended(struct conn *c, int status)
{
	struct kind *k = c->kind;
	int64_t now = now_us(), took = now - c->began_us;
	bool good = status >= 200 && status < 300;

	if (good && k->method == ACT)
		k->lines.version[c->act]++;
	if (c->began_us < load.count_from_us || now > load.end_us)
		return;
	k->requests++;
	k->histogram[bucket_of(took)]++;
	if (took > k->max_us)
		k->max_us = took;
	if (!good && k->bad++ == 0) {
		k->first_bad = status;
		fprintf(stderr, "load: %s: first reply that is not 2xx: %.*s\n", k->name,
			(int)(c->in_n < 900 ? c->in_n : 900), c->in);
	}
}

/* The server ends connections after some time; that is no fault when it says so. */
static bool says_close(const struct conn *c)
{
	const char *end = strstr(c->in, "\r\n\r\n"), *close = strcasestr(c->in, "\r\nconnection: close\r\n");

	return close && close < end + 2;
}

/* A whole reply: its status; 0 when more is to come, -1 when it cannot be read. */
static int reply_status(struct conn *c)
{
	char *head_end, *length;
	size_t head;

	c->in[c->in_n] = '\0';
	if (!(head_end = strstr(c->in, "\r\n\r\n")))
		return c->in_n < IN_SIZE - 1 ? 0 : -1;
	head = (size_t)(head_end - c->in) + 4;
	length = strcasestr(c->in, "\r\ncontent-length:");
	if (!length || length > head_end || strncmp(c->in, "HTTP/1.1 ", 9) != 0)
		return -1;
	return c->in_n < head + strtoull(length + 17, NULL, 10) ? 0 : (int)strtol(c->in + 9, NULL, 10);
}

static void renew(struct conn *c)
{
	drop(c);
	open_conn(c);
	begin(c);
	want(c, EPOLLOUT);
}

static void go_on(struct conn *c)
{
	for (;;) {
		bool out = c->out_at < c->out_n;
		ssize_t n = move(c, out);
		if (n < 0) {
			load.broken++;
			renew(c);
			return;
		}
		if (n == 0)
			return;
		if (out) {
			c->out_at += (size_t)n;
			continue;
		}
		c->in_n += (size_t)n;
		int status = reply_status(c);
		if (status < 0) {
			fprintf(stderr, "load: cannot read this reply: %.300s\n", c->in);
			exit(2);
		}
		if (status > 0) {
			ended(c, status);
			if (now_us() >= load.end_us)
				return;
			if (says_close(c)) {
				renew(c);
				return;
			}
			begin(c);
		}
	}
}

/* ---- whole run ---- */

static void options(int argc, char **argv)
{
	int o;

	while ((o = getopt(argc, argv, "p:c:t:w:s:Sk:r:")) != -1) {
		switch (o) {
		case 'p': load.port = (int)strtol(optarg, NULL, 10); break;
		case 'c': load.connections = (int)strtol(optarg, NULL, 10); break;
		case 't': load.seconds = (int)strtol(optarg, NULL, 10); break;
		case 'w': load.warm_up = (int)strtol(optarg, NULL, 10); break;
		case 's': load.random += strtoull(optarg, NULL, 10) * 2654435761u; break;
		case 'S': load.tls = true; break;
		case 'k': load.tokens = read_lines(optarg); break;
		case 'r': add_kind(optarg); break;
		default: exit(2);
		}
	}
	errno = 0;
	if (load.port < 1 || load.port > 65535 || load.connections < 1 || load.connections > CONNECTIONS_MAX ||
	    load.seconds < 1 || load.seconds > SECONDS_MAX || load.warm_up < 0 || load.warm_up > SECONDS_MAX ||
	    load.kind_count == 0)
		die("options");
}

static void report(void)
{
	for (size_t i = 0; i < load.kind_count; i++) {
		const struct kind *k = &load.kinds[i];
		printf("%s\t%llu\t%.0f\t%llu\t%llu\t%lld\t%llu\t%d\n", k->name, (unsigned long long)k->requests,
		       (double)k->requests / load.seconds, (unsigned long long)percentile(k, 0.5),
		       (unsigned long long)percentile(k, 0.99), (long long)k->max_us, (unsigned long long)k->bad,
		       k->first_bad);
	}
}

int main(int argc, char **argv)
{
	static struct conn conns[CONNECTIONS_MAX];
	struct epoll_event events[64];
	uint64_t run;

	options(argc, argv);
	if (getrandom(&run, sizeof(run), 0) != sizeof(run))
		die("getrandom");
	snprintf(load.run, sizeof(load.run), "%016llx", (unsigned long long)run);
	if (load.tls && !(load.ctx = SSL_CTX_new(TLS_client_method())))
		die("TLS");
	if ((load.epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
		die("epoll");
	for (int i = 0; i < load.connections; i++) {
		struct conn *c = &conns[i];
		c->index = (size_t)i;
		for (size_t k = 0; k < load.kind_count; k++)
			c->next_act[k] = (size_t)i;
		c->token = load.tokens.n ? load.tokens.at[(size_t)i % load.tokens.n] : NULL;
		c->out = malloc(OUT_SIZE);
		c->in = malloc(IN_SIZE);
		if (!c->out || !c->in)
			die("memory");
		open_conn(c);
	}
	load.start_us = now_us();
	load.count_from_us = load.start_us + load.warm_up * INT64_C(1000000);
	load.end_us = load.count_from_us + load.seconds * INT64_C(1000000);
	for (int i = 0; i < load.connections; i++) {
		begin(&conns[i]);
		want(&conns[i], EPOLLOUT);
	}
	while (now_us() < load.end_us) {
		int n = epoll_wait(load.epoll, events, 64, 100);
		if (n < 0 && errno != EINTR)
			die("epoll_wait");
		for (int i = 0; i < n; i++)
			go_on(events[i].data.ptr);
	}
	report();
	if (load.broken)
		fprintf(stderr, "load: %llu connections broke\n", (unsigned long long)load.broken);
	return load.broken ? 1 : 0;
}

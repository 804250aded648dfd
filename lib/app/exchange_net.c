/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Deliveries to organs with a daemon of their own.
 *
 *	exchange's loop                       a thread of the network's pool
 *	exchange_net_deliver() --job-->       parcel into a nameless file, then over mutual TLS:
 *	                                        small   POST inbox
 *	                                        large   GET known, POST parcels, PUT parts from where they ended, POST inbox
 *	exchange_delivered()   <--done--      what the other daemon said of the record
 *
 * The round over the outbox does not wait for these. An organ that cannot be reached is left alone for a moment, so that
 * its rows do not hold the threads. A row whose lease runs out while it is still on its way is not begun twice. */
#include "app/exchange_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/exchange_wire.h"
#include "app/handoff_make.h"
#include "app/parcel.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "json/json_reader.h"
#include "peer/peer.h"
#include "store/spool.h"

enum {
	QUEUE_MAX = 4096,          /* bounded by AT_ONCE and the directory; never reached */
	AT_ONCE = 4,               /* deliveries to one organ */
	WAITING_MAX = 200,         /* for one organ; more stay in the outbox */
	SHY_US = 5 * 1000000,      /* an organ that could not be reached is left alone so long */
	CALL_MS = 60 * 1000,
	INBOX_MS = 300 * 1000,     /* a large parcel is verified before it is answered */
	TRY_MS = 480 * 1000,       /* of one delivery; keys of a reload are kept for longer */
	PART_TRIES = 4,
	WHY_SIZE = 512,
	PATH_SIZE = 400,
};

static const char no_key[] = "exchange-no-key：本机关没有可用的签名密钥，不能联网";

/* An organ to which something is on its way. */
struct line {
	struct line *next;
	char code[CRYPTO_CODE_SIZE];
	size_t working, waiting_count;
	struct net_job *waiting, **waiting_end;
	int64_t shy_until_us;
	char why[WHY_SIZE];
};

struct exchange_net {
	struct exchange *x;
	struct offload *pool;
	struct line *lines;
	struct net_job *jobs; /* all */
};

struct net_job {
	struct net_job *next, *next_waiting;
	struct exchange_net *net;
	struct line *line;
	struct delivery *d;
	/* for the thread */
	struct peer_target target;
	char own[CRYPTO_CODE_SIZE];
	struct content_store *store;
	struct bag_plan plan;
	int fd;
	uint64_t size;
	struct crypto_digest *digest;
	uint8_t sha256[CRYPTO_SHA256_SIZE];
	int64_t deadline_us;
	struct peer *peer;
	struct peer_reply reply;
	struct arena arena; /* of replies */
	/* out */
	enum delivery_end end;
	bool unreachable;
	char why[WHY_SIZE];
};

/* ---- on the thread: what became of it ---- */

static void say(struct net_job *j, enum delivery_end end, const char *rule, struct sv message)
{
	j->end = end;
	snprintf(j->why, sizeof(j->why), "%s%s%.*s", rule, rule[0] && message.n ? "：" : "", SV_ARG(message));
}

static void say_err(struct net_job *j, const struct err *err)
{
	say(j, DELIVERY_LATER, err->rule, sv_of(err->message));
}

static const struct json_value *parse_reply(struct net_job *j)
{
	struct json_doc *doc;

	arena_reset(&j->arena);
	if (json_parse(&j->arena, (struct sv){ str_cstr(&j->reply.body), j->reply.body.len }, &doc, NULL) != ERR_OK)
		return NULL;
	return json_root(doc);
}

/* Wrong in itself, and so for good: the parcel. What may be put right elsewhere (a certificate, the directory, room on the
 * disk) is tried again. */
static void say_status(struct net_job *j)
{
	const struct json_value *v = parse_reply(j);
	struct sv rule = json_string(json_get(v, "rule")), title = json_string(json_get(v, "title"));
	bool for_good = (j->reply.status == 422 || j->reply.status == 413) && rule.n;
	char text[64];

	if (!title.n) {
		snprintf(text, sizeof(text), "对方的应答不能理解（%d）", j->reply.status);
		say(j, DELIVERY_LATER, "peer-broken", sv_of(text));
		return;
	}
	say(j, for_good ? DELIVERY_FAILED : DELIVERY_LATER,
	    rule.n ? arena_strndup(&j->arena, rule.p, rule.n) : "", title);
}

/* True: a reply with status 200. */
static bool call(struct net_job *j, const char *method, const char *path, struct sv body, int64_t timeout_ms)
{
	struct err err = ERR_INIT;
	int64_t left_ms = (j->deadline_us - clock_mono_us()) / 1000;

	if (left_ms <= 0) {
		say(j, DELIVERY_LATER, "peer-slow", SV("传输时间过长，稍后从中断处继续"));
		return false;
	}
	if (peer_call(j->peer, method, path, body, timeout_ms < left_ms ? timeout_ms : left_ms, &j->reply, &err) != ERR_OK) {
		j->unreachable = strcmp(err.rule, "peer-unreachable") == 0 || strcmp(err.rule, "peer-slow") == 0;
		say_err(j, &err);
		return false;
	}
	j->unreachable = false;
	if (j->reply.status == 200)
		return true;
	say_status(j);
	return false;
}

/* ---- the parcel as a file ---- */

static enum err_code put(void *arg, const void *p, size_t n, struct err *err)
{
	struct net_job *j = arg;
	const char *from = p;

	crypto_digest_update(j->digest, p, n);
	j->size += n;
	while (n > 0) {
		ssize_t done = write(j->fd, from, n);
		if (done <= 0)
			return err_set(err, ERR_IO, "storage-failed", "写不进临时文件");
		from += done;
		n -= (size_t)done;
	}
	return exchange_is_stopping(j->net->x) ? err_set(err, ERR_UNAVAILABLE, "peer-stopped", "服务正在停止") : ERR_OK;
}

static bool plan_parcel(struct net_job *j)
{
	const struct delivery *d = j->d;
	const struct parcel_input in = {
		.to = d->to, .items = d->items, .count = d->batch.count, .packages = d->packages,
		.package_count = d->batch.package_count, .whole_thread = d->batch.whole_thread,
	};
	struct err err = ERR_INIT;

	if (parcel_plan(&j->d->arena, &in, &j->plan, &err) == ERR_OK)
		return true;
	say_err(j, &err);
	return false;
}

static bool write_parcel(struct net_job *j)
{
	const struct bag_output output = { j, put };
	struct err err = ERR_INIT;
	enum err_code code = ERR_OK;

	if (j->store)
		code = spool_file(j->store, &j->fd, &err);
	else if ((j->fd = memfd_create("parcel", MFD_CLOEXEC)) < 0)
		code = err_set(&err, ERR_IO, "storage-failed", "没有临时文件");
	if (code == ERR_OK) {
		j->digest = crypto_digest_new();
		code = parcel_write(&j->plan, j->store, &output, &err);
		crypto_digest_finish(j->digest, j->sha256);
	}
	if (code != ERR_OK)
		say_err(j, &err);
	return code == ERR_OK;
}

/* ---- what was said of the record ---- */

static void read_results(struct net_job *j)
{
	const struct json_value *results = json_get(parse_reply(j), "results"), *last = NULL;
	struct record_digest digest = record_digest(j->d->items[j->d->batch.count - 1].body);
	char own[RECORD_DIGEST_SIZE];

	for (const struct json_value *v = json_first(results); v; v = json_next(v))
		last = v;
	struct sv outcome = json_string(json_get(last, "outcome")), rule = json_string(json_get(last, "rule"));
	record_digest_format(&digest, own);
	const char *name = rule.n ? arena_strndup(&j->arena, rule.p, rule.n) : "";
	if (!sv_eq_str(json_string(json_get(last, "digest")), own))
		say(j, DELIVERY_LATER, "peer-broken", SV("对方的应答说的是另一条记录"));
	else if (sv_eq_str(outcome, "applied") || sv_eq_str(outcome, "known"))
		say(j, DELIVERY_DONE, "", SV(""));
	else if (sv_eq_str(outcome, "refused"))
		say(j, DELIVERY_FAILED, name, json_string(json_get(last, "message")));
	else
		say(j, DELIVERY_LATER, name, json_string(json_get(last, "message")));
}

/* ---- small and large ---- */

static bool read_part(struct net_job *j, char *to, uint64_t at, size_t n)
{
	while (n > 0) {
		ssize_t got = pread(j->fd, to, n, (off_t)at);
		if (got <= 0) {
			say(j, DELIVERY_LATER, "storage-failed", SV("读不出临时文件"));
			return false;
		}
		to += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return true;
}

static void send_small(struct net_job *j, char *buffer)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), EXCHANGE_PATH "/inbox?to=%s&history=%s", j->d->to,
		 j->d->batch.whole_thread ? "true" : "false");
	if (read_part(j, buffer, 0, (size_t)j->size) && call(j, "POST", path, (struct sv){ buffer, (size_t)j->size }, INBOX_MS))
		read_results(j);
}

/* A lost answer of a large parcel must not send it all again. */
static bool is_known(struct net_job *j, bool *ret_known)
{
	const struct delivery *d = j->d;
	struct record_digest digest = record_digest(d->items[d->batch.count - 1].body);
	char path[PATH_SIZE], hex[CRYPTO_SHA256_HEX_SIZE];

	crypto_hex(digest.sha256, 32, hex);
	snprintf(path, sizeof(path), EXCHANGE_PATH "/known?to=%s&thread=%s&lane=%s&n=%lld&digest=%s", d->to, j->plan.name, d->lane,
		 (long long)d->n, hex);
	if (!call(j, "GET", path, (struct sv){ NULL, 0 }, CALL_MS))
		return false;
	*ret_known = json_is_true(json_get(parse_reply(j), "known"));
	return true;
}

/* Where the other side wants us to go on. */
static bool read_there(struct net_job *j, uint64_t *ret)
{
	int64_t there;

	if (!json_to_i64(json_get(parse_reply(j), "there"), &there) || there < 0 || (uint64_t)there > j->size) {
		say(j, DELIVERY_LATER, "peer-broken", SV("对方的应答不能理解"));
		return false;
	}
	*ret = (uint64_t)there;
	return true;
}

static bool send_parts(struct net_job *j, const char *name, char *buffer)
{
	char path[PATH_SIZE];
	uint64_t there = 0;
	int failures = 0;

	snprintf(path, sizeof(path), EXCHANGE_PATH "/parcels/%s?size=%llu", name, (unsigned long long)j->size);
	if (!call(j, "POST", path, SV(""), CALL_MS) || !read_there(j, &there))
		return false;
	while (there < j->size) {
		size_t n = j->size - there < EXCHANGE_PART ? (size_t)(j->size - there) : EXCHANGE_PART;
		snprintf(path, sizeof(path), EXCHANGE_PATH "/parcels/%s?at=%llu", name, (unsigned long long)there);
		if (!read_part(j, buffer, there, n))
			return false;
		if (call(j, "PUT", path, (struct sv){ buffer, n }, CALL_MS)) {
			uint64_t before = there;
			if (!read_there(j, &there))
				return false;
			failures = there > before ? 0 : failures + 1; /* a restarted peer may have lost a part, once */
			if (failures == PART_TRIES) {
				say(j, DELIVERY_LATER, "peer-broken", SV("对方的接收没有进展"));
				return false;
			}
		} else if (j->reply.status != 0 || j->end == DELIVERY_FAILED || ++failures == PART_TRIES ||
			   exchange_is_stopping(j->net->x)) {
			return false; /* the next try goes on where this one ended */
		}
	}
	return true;
}

static void send_large(struct net_job *j, char *buffer)
{
	char path[PATH_SIZE], name[PARCEL_NAME_SIZE], hex[CRYPTO_SHA256_HEX_SIZE];

	parcel_name(&j->plan, name);
	crypto_hex(j->sha256, sizeof(j->sha256), hex);
	snprintf(path, sizeof(path), EXCHANGE_PATH "/inbox?to=%s&history=%s&parcel=%s&sha256=%s", j->d->to,
		 j->d->batch.whole_thread ? "true" : "false", name, hex);
	if (send_parts(j, name, buffer) && call(j, "POST", path, SV(""), INBOX_MS))
		read_results(j);
}

static void send_parcel(struct net_job *j)
{
	char *buffer;
	bool known = false;

	if (j->plan.total_bytes > EXCHANGE_PART && !is_known(j, &known))
		return;
	if (known) {
		say(j, DELIVERY_DONE, "", SV(""));
		return;
	}
	if (!write_parcel(j))
		return;
	buffer = xmalloc(EXCHANGE_PART);
	if (j->size <= EXCHANGE_PART)
		send_small(j, buffer);
	else
		send_large(j, buffer);
	free(buffer);
}

static void work(void *arg)
{
	struct net_job *j = arg;
	struct err err = ERR_INIT;

	j->end = DELIVERY_LATER;
	j->deadline_us = clock_mono_us() + (int64_t)TRY_MS * 1000;
	peer_reply_init(&j->reply);
	if (peer_open(&j->target, &j->peer, &err) != ERR_OK)
		say_err(j, &err);
	else if (plan_parcel(j))
		send_parcel(j);
	peer_close(j->peer);
	peer_reply_release(&j->reply);
	if (j->fd >= 0)
		close(j->fd);
	arena_reset(&j->arena);
}

/* ---- on the loop ---- */

static struct line *line_to(struct exchange_net *net, const char *code)
{
	struct line *line = net->lines;

	while (line && strcmp(line->code, code) != 0)
		line = line->next;
	if (line)
		return line;
	line = xcalloc(1, sizeof(*line));
	snprintf(line->code, sizeof(line->code), "%s", code);
	line->waiting_end = &line->waiting;
	line->next = net->lines;
	net->lines = line;
	return line;
}

static void job_free(struct net_job *j)
{
	struct net_job **at = &j->net->jobs;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	arena_fini(&j->arena);
	free(j);
}

static void job_ends(struct net_job *j, enum delivery_end end, const char *why)
{
	struct delivery *d = j->d;

	job_free(j);
	exchange_delivered(d, end, why);
}

static struct net_job *next_waiting(struct line *line)
{
	struct net_job *j = line->waiting;

	line->waiting = j->next_waiting;
	if (!line->waiting)
		line->waiting_end = &line->waiting;
	line->waiting_count--;
	return j;
}

static bool is_shy(struct line *line, struct loop *loop)
{
	return line->shy_until_us > loop_now_us(loop);
}

static void done(void *arg);

/* With the keys of now: it may have waited longer than old ones are kept. */
static bool submit(struct exchange_net *net, struct net_job *j)
{
	struct app *app = net->x->app;

	j->target.signer = exchange_signer(app->keys, j->own);
	j->target.trust = exchange_trust(app->keys);
	return offload_submit(net->pool, work, done, j, app->loop);
}

static void go_on(struct exchange_net *net, struct line *line)
{
	struct exchange *x = net->x;

	while (line->waiting && !x->stopping) {
		if (is_shy(line, x->app->loop)) {
			job_ends(next_waiting(line), DELIVERY_LATER, line->why);
			continue;
		}
		if (!exchange_signer(x->app->keys, line->waiting->own)) {
			job_ends(next_waiting(line), DELIVERY_LATER, no_key);
			continue;
		}
		if (line->working == AT_ONCE || !submit(net, line->waiting))
			return;
		(void)next_waiting(line);
		line->working++;
	}
}

static void done(void *arg)
{
	struct net_job *j = arg;
	struct exchange_net *net = j->net;
	struct line *line = j->line;
	char why[WHY_SIZE];

	memcpy(why, j->why, sizeof(why));
	line->working--;
	if (j->unreachable && !net->x->stopping) {
		line->shy_until_us = loop_now_us(net->x->app->loop) + SHY_US;
		memcpy(line->why, why, sizeof(why));
	} else {
		line->shy_until_us = 0;
	}
	job_ends(j, j->end, why);
	go_on(net, line);
}

static bool is_under_way(const struct exchange_net *net, int64_t id)
{
	const struct net_job *j = net->jobs;

	while (j && j->d->id != id)
		j = j->next;
	return j != NULL;
}

/* From here on the round does not wait for it. */
static void leave_round(struct exchange *x)
{
	if (--x->in_flight == 0 && !x->stopping)
		exchange_round_over(x);
}

static void begin(struct exchange_net *net, struct line *line, struct delivery *d, const char *own)
{
	struct exchange *x = net->x;
	struct net_job *j = xcalloc(1, sizeof(*j));

	j->net = net;
	j->line = line;
	j->d = d;
	j->fd = -1;
	arena_init(&j->arena, PEER_REPLY_MAX * 8);
	snprintf(j->own, sizeof(j->own), "%s", own);
	j->store = x->app->content;
	j->target = (struct peer_target){ .url = d->url, .code = d->to, .pin = d->pin, .stop = &x->stopping };
	j->next = net->jobs;
	net->jobs = j;
	*line->waiting_end = j;
	line->waiting_end = &j->next_waiting;
	line->waiting_count++;
	go_on(net, line);
}

void exchange_net_deliver(struct delivery *d)
{
	struct exchange *x = d->x;
	struct exchange_net *net = x->net;
	const struct exchange_organ *own = exchange_find_organ(x, d->organ);
	struct line *line = line_to(net, d->to);

	d->apart = true;
	if (is_under_way(net, d->id))
		delivery_free(d);
	else if (!own)
		exchange_delivered(d, DELIVERY_LATER, no_key);
	else if (!d->url || !d->pin)
		exchange_delivered(d, DELIVERY_LATER, "peer-url：机关名录中没有该机关的地址或证书指纹");
	else if (is_shy(line, x->app->loop))
		exchange_delivered(d, DELIVERY_LATER, line->why);
	else if (line->waiting_count >= WAITING_MAX)
		delivery_free(d); /* its lease brings it back */
	else
		begin(net, line, d, own->code);
	leave_round(x);
}

/* ---- life ---- */

struct exchange_net *exchange_net_new(struct exchange *x, unsigned threads)
{
	struct exchange_net *net = xcalloc(1, sizeof(*net));

	net->x = x;
	net->pool = offload_new("exchange", threads, QUEUE_MAX);
	return net;
}

void exchange_net_stop(struct exchange_net *net)
{
	offload_free(net->pool);
	net->pool = NULL;
}

void exchange_net_free(struct exchange_net *net)
{
	while (net->jobs) {
		delivery_free(net->jobs->d);
		job_free(net->jobs);
	}
	while (net->lines) {
		struct line *line = net->lines;
		net->lines = line->next;
		free(line);
	}
	free(net);
}

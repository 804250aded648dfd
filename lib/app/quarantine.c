/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/quarantine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/exchange.h"
#include "app/handoff_make.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "gen/queries.h"

enum { PATH_SIZE = 1024 };

/* A file being written on another thread; then the row. */
struct quarantined {
	struct app *app;
	char *units, *source;
	int64_t account, organ, unit;
	uint8_t digest[32];
	char rule[64], message[384];
	char path[PATH_SIZE], name[160]; /* name "": no file */
	char *body, *cms;
	size_t body_size, cms_size;
};

static void q_free(struct quarantined *q)
{
	free(q->units);
	free(q->source);
	free(q->body);
	free(q->cms);
	free(q);
}

static void written(void *arg UNUSED, const struct pg_reply *reply)
{
	if (reply->code != ERR_OK)
		log_error("quarantine_lost", "code=%s sqlstate=%s", err_slug(reply->code), reply->sqlstate);
}

static void add_row(struct quarantined *q)
{
	struct pg_segment *seg = pg_segment_new(q->app->pool, PG_LANE_WRITE);
	char hex[CRYPTO_SHA256_HEX_SIZE];

	crypto_hex(q->digest, sizeof(q->digest), hex);
	pg_segment_addv(seg, Q_CALLER_SET, PG_I64(q->account), PG_CSTR(q->units));
	pg_segment_addv(seg, Q_QUARANTINE_ADD, PG_I64(q->organ), PG_I64(q->unit), PG_CSTR(q->source), PG_CSTR(hex),
			PG_CSTR(q->rule), PG_CSTR(q->message), PG_CSTR(q->name[0] ? q->name : NULL));
	pg_segment_submit(seg, written, NULL);
}

/* ---- the file ---- */

static bool write_whole(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

/* The same content has the same name: what is there already stays. */
static bool write_file(const char *path, const char *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return errno == EEXIST;
	bool ok = write_whole(fd, p, n) && fsync(fd) == 0;
	if (close(fd) != 0)
		ok = false;
	if (!ok)
		(void)unlink(path);
	return ok;
}

static void work(void *arg)
{
	struct quarantined *q = arg;
	char signature[PATH_SIZE + 8];

	if (!write_file(q->path, q->body, q->body_size)) {
		log_error("quarantine_file", "path=%s reason=%s", log_quote(q->path), log_quote(strerror(errno)));
		q->name[0] = '\0';
		return;
	}
	snprintf(signature, sizeof(signature), "%s.p7s", q->path);
	if (q->cms_size)
		(void)write_file(signature, q->cms, q->cms_size);
}

static void work_done(void *arg)
{
	struct quarantined *q = arg;

	if (exchange_is_stopping(q->app->exchange))
		log_warn("quarantine_lost", "rule=%s reason=stopping", q->rule);
	else
		add_row(q);
	q_free(q);
}

/* ---- keeping ---- */

static char *copy(struct sv v)
{
	char *p = xmalloc(v.n + 1);

	if (v.n)
		memcpy(p, v.p, v.n);
	p[v.n] = '\0';
	return p;
}

static struct quarantined *begin(struct app *app, const struct exchange_organ *organ, const char *source,
				 const uint8_t digest[32], const struct err *why)
{
	struct quarantined *q = xcalloc(1, sizeof(*q));

	*q = (struct quarantined){ .app = app, .account = organ->session->actor.account, .organ = organ->id,
				   .unit = organ->inbox_unit, .units = xstrdup(organ->session->units),
				   .source = xstrdup(source) };
	memcpy(q->digest, digest, sizeof(q->digest));
	snprintf(q->rule, sizeof(q->rule), "%s", why->rule[0] ? why->rule : err_slug(why->code));
	snprintf(q->message, sizeof(q->message), "%s", why->message);
	return q;
}

void quarantine_keep(struct app *app, const struct exchange_organ *organ, const char *source, struct sv body,
		     struct sv cms, const struct err *why)
{
	const char *folder = exchange_quarantine_folder(app->exchange);
	struct record_digest digest = record_digest(body);
	struct quarantined *q = begin(app, organ, source, digest.sha256, why);
	char hex[CRYPTO_SHA256_HEX_SIZE];

	crypto_hex(digest.sha256, 32, hex);
	snprintf(q->name, sizeof(q->name), "%s.%s.json", hex, q->rule);
	int n = snprintf(q->path, sizeof(q->path), "%s/%s", folder, q->name);
	q->body = copy(body);
	q->body_size = body.n;
	q->cms = copy(cms);
	q->cms_size = cms.n;
	if (folder[0] && n > 0 && (size_t)n < sizeof(q->path) && offload_submit(app->offload, work, work_done, q, app->loop))
		return;
	q->name[0] = '\0';
	work_done(q);
}

void quarantine_note(struct app *app, const struct exchange_organ *organ, const char *source,
		     const uint8_t digest[32], const char *path, const struct err *why)
{
	struct quarantined *q = begin(app, organ, source, digest, why);

	snprintf(q->name, sizeof(q->name), "%s", path ? path : "");
	work_done(q);
}

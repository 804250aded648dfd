/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The files of a snapshot, and whether its stored bytes are still what was submitted. */
#include "app/audit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/material_job.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "gen/queries.h"

enum { PIECE_BYTES = 1 << 20 };

static enum step find(struct task *t, struct call *call, int64_t id)
{
	struct pg_segment *seg = app_segment(call, PG_LANE_READ);

	pg_segment_addv(seg, Q_SNAPSHOT_LIST, PG_NULL, PG_I64(id), PG_I64(1));
	return pg_segment_wait(seg, t);
}

static enum step found(struct task *t, const struct call *call, int64_t id, struct audit_snapshot *ret)
{
	const struct pg_reply *r = pg_segment_reply(call->seg);

	if (pg_rows(r, 1) == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-snapshot", "没有编号为 %" PRId64 " 的报送，或者您无权查看", id);
	audit_snapshot_row(r, 1, 0, ret);
	return STEP_NEXT;
}

/* ---- files ---- */

enum step snapshot_file_find(struct task *t)
{
	struct audit_file_call *c = task_ctx(t);

	return find(t, &c->read.view.call, c->id);
}

enum step snapshot_file_found(struct task *t)
{
	struct audit_file_call *c = task_ctx(t);
	struct audit_snapshot s;
	enum step step = found(t, &c->read.view.call, c->id, &s);

	if (step != STEP_NEXT)
		return step;
	c->run = (struct audit_run){ .id = s.run, .sha256 = s.sha256, .size = s.size, .period = s.period };
	c->read.material = (struct material){ .sha256 = s.sha256, .size = s.size };
	return STEP_NEXT;
}

/* ---- verify ---- */

struct verify_job {
	struct material_job job; /* first */
	char name[CONTENT_NAME_SIZE], sha256[CONTENT_NAME_SIZE];
	int64_t size;
};

/* What is there is told, whatever it is: only a store that cannot be read at all has no digest. */
static void verify_work(void *arg)
{
	struct verify_job *j = arg;
	struct crypto_digest *digest = crypto_digest_new();
	uint8_t got[CRYPTO_SHA256_SIZE];
	struct err err = ERR_INIT;
	char *piece = xmalloc(PIECE_BYTES);
	uint64_t size;
	int fd = -1;
	ssize_t n = -1;

	if (content_read(j->job.store, j->name, &fd, &size, &err) == ERR_OK) {
		for (;;) {
			n = read(fd, piece, PIECE_BYTES);
			if (n < 0 && errno == EINTR)
				continue;
			if (n <= 0)
				break;
			crypto_digest_update(digest, piece, (size_t)n);
			j->size += n;
		}
		close(fd);
	}
	crypto_digest_finish(digest, got);
	if (n == 0)
		crypto_hex(got, sizeof(got), j->sha256);
	if (strcmp(j->sha256, j->name) != 0)
		log_error("content_altered", "sha256=%s", j->name);
	free(piece);
}

static void verify_keep(void *arg, struct task *t)
{
	const struct verify_job *j = arg;
	struct snapshot_verify_call *c = task_ctx(t);

	memcpy(c->sha256, j->sha256, sizeof(c->sha256));
	c->size = j->size;
}

enum step snapshot_verify_find(struct task *t)
{
	struct snapshot_verify_call *c = task_ctx(t);

	return find(t, &c->call, c->id);
}

enum step snapshot_verify_hash(struct task *t)
{
	struct snapshot_verify_call *c = task_ctx(t);
	enum step step = found(t, &c->call, c->id, &c->snapshot);
	struct verify_job *j = step == STEP_NEXT ? material_job_new(t, sizeof(*j)) : NULL;

	if (!j)
		return STEP_FAIL;
	snprintf(j->name, sizeof(j->name), "%s", c->snapshot.sha256);
	j->job.work = verify_work;
	j->job.keep = verify_keep;
	return material_job_start(t, j);
}

enum step snapshot_verify_done(struct task *t)
{
	struct snapshot_verify_call *c = task_ctx(t);

	c->equal = strcmp(c->sha256, c->snapshot.sha256) == 0 && c->size == c->snapshot.size;
	c->checked_at = clock_now();
	c->message = c->equal ? "文件与报送时相同" : c->sha256[0] ? "文件与报送时不同，已不可用，请联系系统管理员"
								  : "文件读不出来，请联系系统管理员";
	return STEP_NEXT;
}

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/exchange_door.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/content_row.h"
#include "app/parcel.h"
#include "app/quarantine.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "gen/queries.h"
#include "store/spool.h"

enum { HASH_BUFFER = 256 << 10 };

/* Work on the store's pool: memory of its own, the task may end meanwhile. Held by the task and by a batch under way. */
struct door_job {
	struct task_ref task;
	loop_fn *work;
	struct content_store *store;
	const struct crypto_trust *trust;
	struct err err;
	int owners;
	int64_t account; /* whose spool: of the caller */
	char name[PARCEL_NAME_SIZE];
	uint64_t size, at, there, max_bytes;
	char *bytes;
	size_t byte_count;
	uint8_t sha256[CRYPTO_SHA256_SIZE];
	char want[CRYPTO_SHA256_HEX_SIZE]; /* of a parcel that came in parts */
	struct parcel *parcel;
	/* taking */
	struct arena arena;
	struct exchange_organ organ;
	struct inbox_batch batch;
};

/* ---- who calls, and for whom ---- */

enum step door_ask(struct task *t)
{
	struct door_call *c = task_ctx(t);
	struct pg_segment *seg;

	c->source = arena_printf(task_arena(t), "network:%s", c->caller.code);
	if (!c->call.app->keys || !c->call.app->book)
		return task_fail(t, ERR_UNAVAILABLE, "starting", "服务正在启动，请稍后再试");
	c->call.book = c->call.app->book;
	seg = pg_segment_new(c->call.app->pool, PG_LANE_READ);
	pg_segment_add0(seg, Q_EXCHANGE_ACCOUNTS);
	pg_segment_addv(seg, Q_ORGAN_PEER_FIND, PG_CSTR(c->caller.code));
	c->call.seg = seg;
	return pg_segment_wait(seg, t);
}

static enum step refuse_caller(struct task *t, const char *rule, const char *message)
{
	const struct door_call *c = task_ctx(t);

	log_warn("exchange_caller_refused", "organ=%s rule=%s fingerprint=%s peer=%s", c->caller.code, rule,
		 c->caller.fingerprint, c->call.place);
	return task_fail(t, ERR_FORBIDDEN, rule, "%s", message);
}

enum step door_admit(struct task *t)
{
	enum { WAY = 4, PIN = 6, ACTIVE };
	struct door_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	bool found = !c->to.p;

	if (pg_rows(r, 1) == 0 || !pg_bool(r, 1, 0, ACTIVE))
		return refuse_caller(t, "peer-unknown", "贵机关不在本系统的机关名录中，或已停用");
	/* Only the certificate that was registered; an organ of this hub does not come in from outside. */
	if (pg_is_null(r, 1, 0, PIN) || !sv_eq_str(pg_text(r, 1, 0, PIN), c->caller.fingerprint))
		return refuse_caller(t, "certificate-pin", "贵机关的证书不是本系统登记的那一张");
	if (!sv_eq(pg_text(r, 1, 0, WAY), SV("network")))
		return refuse_caller(t, "peer-unknown", "贵机关在本系统没有登记为联网交换");
	for (size_t i = 0; !found && i < pg_rows(r, 0); i++) {
		exchange_organ_read(task_arena(t), r, 0, i, &c->organ);
		found = sv_eq_str(c->to, c->organ.code);
	}
	if (!found)
		return task_fail(t, ERR_NOT_FOUND, "organ-unknown", "本系统没有收件机关 %.*s", SV_ARG(c->to));
	if (c->to.p)
		c->call.who = c->organ.session;
	return STEP_NEXT;
}

static enum step need_to(struct task *t)
{
	const struct door_call *c = task_ctx(t);

	return c->call.who ? STEP_NEXT : task_fail(t, ERR_MALFORMED, "to", "没有写明收件机关");
}

/* ---- is it here ---- */

enum step door_known(struct task *t)
{
	struct door_call *c = task_ctx(t);
	struct arena *arena = task_arena(t);

	if (need_to(t) == STEP_FAIL)
		return STEP_FAIL;
	if (!record_thread_is_valid(c->thread) || !crypto_code_is_valid(c->lane) || c->n < 1 || c->n > INT32_MAX)
		return task_fail(t, ERR_MALFORMED, "known", "没有写明是哪一条记录");
	c->call.seg = app_segment(&c->call, PG_LANE_READ);
	c->at = pg_segment_addv(c->call.seg, Q_INBOX_RECORDS, PG_I64(c->organ.id), PG_TEXT(c->thread),
				PG_CSTR(arena_printf(arena, "{%.*s}", SV_ARG(c->lane))),
				PG_CSTR(arena_printf(arena, "{%lld}", (long long)c->n)));
	return pg_segment_wait(c->call.seg, t);
}

enum step door_known_read(struct task *t)
{
	struct door_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	c->known = pg_rows(r, c->at) > 0 && sv_eq(pg_text(r, c->at, 0, 2), c->digest);
	return STEP_NEXT;
}

/* ---- work on the pool ---- */

static void job_free(void *arg)
{
	struct door_job *j = arg;

	if (--j->owners > 0)
		return;
	parcel_free(j->parcel);
	arena_fini(&j->arena);
	free(j->bytes);
	free(j);
}

static void run(void *arg)
{
	struct door_job *j = arg;

	j->work(j);
}

static void done(void *arg)
{
	struct door_job *j = arg;
	struct task *t = task_ref_get(j->task);

	if (!t) {
		job_free(j);
		return;
	}
	struct door_call *c = task_ctx(t);
	c->job = j;
	task_on_end(t, job_free, j);
	task_resume(t);
}

/* Each caller has a spool of its own. */
static int64_t account_of(const char *code)
{
	uint8_t sha256[CRYPTO_SHA256_SIZE];
	int64_t n = 0;

	crypto_sha256(code, strlen(code), sha256);
	for (int i = 0; i < 7; i++)
		n = n << 8 | sha256[i];
	return -n - 1; /* accounts of people are positive */
}

static struct door_job *job_new(struct task *t, loop_fn *work)
{
	struct door_call *c = task_ctx(t);
	const struct app *app = c->call.app;
	struct door_job *j = xcalloc(1, sizeof(*j));
	struct sv body = c->body;

	arena_init(&j->arena, 0);
	j->owners = 1;
	j->task = task_ref(t);
	j->work = work;
	j->store = app->content;
	j->trust = exchange_trust(app->keys);
	j->max_bytes = exchange_max_package(app->exchange);
	j->account = account_of(c->caller.code);
	if (body.n) {
		j->bytes = xmalloc(body.n);
		memcpy(j->bytes, body.p, body.n);
		j->byte_count = body.n;
	}
	return j;
}

static enum step submit(struct task *t, struct door_job *j)
{
	const struct door_call *c = task_ctx(t);
	const struct app *app = c->call.app;

	if (offload_submit(app->content_pool ? app->content_pool : app->offload, run, done, j, app->loop))
		return STEP_WAIT;
	job_free(j);
	return task_fail(t, ERR_BUSY, "store-busy", "材料库正忙，请稍后再试");
}

static enum step bad_part(struct task *t, struct door_job *j, const char *message)
{
	job_free(j);
	return task_fail(t, ERR_MALFORMED, "part-range", "%s", message);
}

/* The parcel's name: of the route, or of the query. */
static bool set_name(struct door_job *j, struct sv name)
{
	if (name.n != sizeof(j->name) - 1)
		return false;
	memcpy(j->name, name.p, name.n);
	return true;
}

/* ---- parcels in parts ---- */

static enum err_code need_store(struct door_job *j)
{
	return j->store ? ERR_OK : err_set(&j->err, ERR_UNAVAILABLE, "store-off", "本系统没有配置材料库（[store] dir）");
}

static void begin_parcel(void *arg)
{
	struct door_job *j = arg;

	if (need_store(j) == ERR_OK && spool_resume(j->store, j->account, sv_of(j->name), j->size, &j->there, &j->err) != ERR_OK &&
	    j->err.code == ERR_INVALID)
		j->err.code = ERR_MALFORMED;
}

enum step door_begin(struct task *t)
{
	const struct door_call *c = task_ctx(t);
	struct door_job *j = job_new(t, begin_parcel);

	if (!set_name(j, c->parcel) || c->size < 1)
		return bad_part(t, j, "传输包的标识或大小不对");
	j->size = (uint64_t)c->size;
	if (j->size > j->max_bytes) {
		uint64_t most = j->max_bytes;
		job_free(j);
		return task_fail(t, ERR_TOO_LARGE, "limit-bytes", "传输包有 %lld 字节，本系统最多接收 %llu 字节", (long long)c->size,
				 (unsigned long long)most);
	}
	return submit(t, j);
}

static void append_part(void *arg)
{
	struct door_job *j = arg;

	if (need_store(j) == ERR_OK &&
	    spool_append(j->store, j->account, sv_of(j->name), j->at, (struct sv){ j->bytes, j->byte_count }, &j->there,
			 &j->err) != ERR_OK && j->err.code == ERR_INVALID)
		j->err.code = ERR_MALFORMED;
}

enum step door_append(struct task *t)
{
	const struct door_call *c = task_ctx(t);
	struct door_job *j = job_new(t, append_part);

	if (!set_name(j, c->parcel) || c->from < 0 || !j->bytes)
		return bad_part(t, j, "没有内容，或位置不对");
	j->at = (uint64_t)c->from;
	return submit(t, j);
}

enum step door_there(struct task *t)
{
	struct door_call *c = task_ctx(t);

	c->there = c->job->there;
	*task_err(t) = c->job->err;
	return c->job->err.code == ERR_OK ? STEP_NEXT : STEP_FAIL;
}

/* ---- the inbox: reading ---- */

/* A part may have been lost with the machine's power: then all of it comes again. */
static enum err_code check_whole(struct door_job *j, int fd)
{
	struct crypto_digest *digest = crypto_digest_new();
	char *buffer = xmalloc(HASH_BUFFER), hex[CRYPTO_SHA256_HEX_SIZE];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, buffer, HASH_BUFFER, at)) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0) {
			crypto_digest_update(digest, buffer, (size_t)n);
			at += n;
		}
	}
	crypto_digest_finish(digest, j->sha256);
	crypto_hex(j->sha256, sizeof(j->sha256), hex);
	free(buffer);
	if (n == 0 && strcmp(hex, j->want) == 0)
		return ERR_OK;
	spool_remove(j->store, j->account, sv_of(j->name));
	return err_set(&j->err, ERR_CONFLICT, "parcel-damaged", "传输包在途中损坏，请重新发送");
}

static enum err_code open_spooled(struct door_job *j, int *ret_fd)
{
	char path[SPOOL_PATH_SIZE];
	enum err_code code = need_store(j);

	if (code == ERR_OK)
		code = spool_path(j->store, j->account, sv_of(j->name), path, &j->err);
	if (code != ERR_OK)
		return code;
	*ret_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return *ret_fd >= 0 ? check_whole(j, *ret_fd) : err_set(&j->err, ERR_IO, "storage-failed", "读不出传输包");
}

static enum err_code open_body(struct door_job *j, int *ret_fd)
{
	size_t done = 0;

	*ret_fd = memfd_create("parcel", MFD_CLOEXEC);
	while (*ret_fd >= 0 && done < j->byte_count) {
		ssize_t n = write(*ret_fd, j->bytes + done, j->byte_count - done);
		if (n <= 0)
			return err_set(&j->err, ERR_IO, "storage-failed", "没有内存存放传输包");
		done += (size_t)n;
	}
	crypto_sha256(j->bytes, j->byte_count, j->sha256);
	return *ret_fd >= 0 ? ERR_OK : err_set(&j->err, ERR_IO, "storage-failed", "没有内存存放传输包");
}

static void read_parcel(void *arg)
{
	struct door_job *j = arg;
	const struct parcel_options options = { .store = j->store, .trust = j->trust, .max_bytes = j->max_bytes };
	int fd = -1;
	enum err_code code = j->name[0] ? open_spooled(j, &fd) : open_body(j, &fd);

	if (code == ERR_OK)
		code = parcel_read(fd, &options, &j->parcel, &j->err);
	else if (fd >= 0)
		close(fd);
	if (code != ERR_OK && j->err.code == ERR_OK)
		j->err.code = code;
}

enum step door_read(struct task *t)
{
	struct door_call *c = task_ctx(t);
	struct sv name = c->parcel, want = c->sha256;

	if (need_to(t) == STEP_FAIL)
		return STEP_FAIL;
	struct door_job *j = job_new(t, read_parcel);
	if (name.p && (!set_name(j, name) || want.n != sizeof(j->want) - 1))
		return bad_part(t, j, "传输包的标识或摘要不对");
	if (!name.p == !j->bytes)
		return bad_part(t, j, name.p ? "传输包和内容只能有其一" : "没有内容");
	if (name.p)
		memcpy(j->want, want.p, want.n);
	return submit(t, j);
}

/* ---- the inbox: refused as a whole ---- */

static enum step refuse_parcel(struct task *t, const struct err *why)
{
	struct door_call *c = task_ctx(t);
	const struct door_job *j = c->job;
	struct app *app = c->call.app;
	char hex[CRYPTO_SHA256_HEX_SIZE];

	*task_err(t) = *why;
	if (why->code != ERR_INVALID && why->code != ERR_TOO_LARGE)
		return STEP_FAIL; /* our trouble, or a matter of time */
	crypto_hex(j->sha256, sizeof(j->sha256), hex);
	log_warn("parcel_refused", "organ=%s source=%s rule=%s digest=sha256:%s", c->organ.code, c->source, why->rule, hex);
	exchange_count_refused(app->exchange);
	if (j->bytes)
		quarantine_keep(app, &c->organ, c->source, (struct sv){ j->bytes, j->byte_count }, SV(""), why);
	else
		quarantine_note(app, &c->organ, c->source, j->sha256, NULL, why);
	return STEP_FAIL;
}

/* Whoever calls delivers his own records; what went before may be anybody's. */
static enum step check_lane(struct task *t)
{
	struct door_call *c = task_ctx(t);
	const struct parcel *p = c->job->parcel;
	struct err why = ERR_INIT;

	for (size_t i = c->history ? p->count - 1 : 0; i < p->count; i++) {
		struct record r;
		if (record_parse(task_arena(t), p->items[i].body, "记录", &r, NULL) == ERR_OK && !sv_eq_str(r.lane, c->caller.code)) {
			err_set(&why, ERR_INVALID, "record-sender", "%s 不能送来 %.*s 的记录", c->caller.code, SV_ARG(r.lane));
			return refuse_parcel(t, &why);
		}
	}
	return STEP_NEXT;
}

enum step door_judge(struct task *t)
{
	struct door_call *c = task_ctx(t);
	const struct door_job *j = c->job;

	if (j->err.code != ERR_OK)
		return refuse_parcel(t, &j->err);
	return check_lane(t);
}

/* ---- the inbox: taking ---- */

enum step door_rows(struct task *t)
{
	struct door_call *c = task_ctx(t);
	const struct bag_taken *taken = &c->job->parcel->taken;

	if (taken->count == 0)
		return STEP_NEXT;
	c->call.seg = app_segment(&c->call, PG_LANE_WRITE);
	for (size_t i = 0; i < taken->count; i++)
		content_row_add(c->call.seg, &taken->sums[i]);
	return pg_segment_wait(c->call.seg, t);
}

struct taking {
	struct task_ref task;
	struct door_job *job;
};

static void batch_done(void *arg)
{
	struct taking *taking = arg;
	struct task *t = task_ref_get(taking->task);

	if (t)
		task_resume(t);
	job_free(taking->job);
	free(taking);
}

/* The batch lives with the job: records are being taken whether somebody waits or not. */
static void copy_organ(struct door_job *j, const struct exchange_organ *from)
{
	j->organ = *from;
	j->organ.code = arena_strdup(&j->arena, from->code);
	j->organ.name = arena_strdup(&j->arena, from->name);
	j->organ.kind = arena_strdup(&j->arena, from->kind);
	j->organ.session = session_copy(&j->arena, from->session);
}

enum step door_take(struct task *t)
{
	struct door_call *c = task_ctx(t);
	struct door_job *j = c->job;
	struct parcel *p = j->parcel;
	struct taking *taking = xcalloc(1, sizeof(*taking));

	*taking = (struct taking){ .task = task_ref(t), .job = j };
	j->owners++;
	copy_organ(j, &c->organ);
	j->batch = (struct inbox_batch){
		.app = c->call.app, .organ = &j->organ, .source = arena_strdup(&j->arena, c->source), .items = p->items,
		.count = p->count, .packages = p->packages, .package_count = p->package_count,
		.whole_thread = c->history,
		.results = arena_array(&j->arena, struct inbox_result, p->count + 1),
	};
	inbox_take(&j->batch, batch_done, taking);
	return STEP_WAIT;
}

static void forget_parcel(void *arg)
{
	struct door_job *j = arg;

	spool_remove(j->store, j->account, sv_of(j->name));
}

static void job_over(void *arg)
{
	job_free(arg);
}

/* What was said of its records is final, or they come again as a whole. Nobody waits for it. */
static void drop_parcel(struct door_call *c)
{
	struct door_job *j = c->job;

	if (!j->name[0])
		return;
	for (size_t i = 0; i < j->batch.count; i++) {
		if (j->batch.results[i].outcome == INBOX_LATER)
			return;
	}
	j->owners++;
	if (!offload_submit(c->call.app->content_pool, forget_parcel, job_over, j, c->call.app->loop))
		j->owners--; /* the sweep finds it */
}

enum step door_taken(struct task *t)
{
	struct door_call *c = task_ctx(t);

	c->results = c->job->batch.results;
	c->count = c->job->batch.count;
	drop_parcel(c);
	return STEP_NEXT;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Hand-overs as files: packages and whole exports to download, exports that come in.
 *
 * What goes out is written to a file of the spool first, on the pool of the content store, and sent from there: a
 * content that does not have its digest any more is an error document and not a broken download, and a slow client
 * holds no thread. What comes in is spooled in parts and then handed to the inbox of the account's organ. */
#include "api/api_handoff.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/spool.h"

enum { BUFFER = 256 << 10, FILE_NAME_MAX = 256 };

/* ---- work on the pool ---- */

/* Memory of the pool's own: the task may end while it works. */
struct job {
	struct task_ref task;
	loop_fn *work;
	struct content_store *store;
	struct err err;
	int64_t account;
	/* a file to send */
	struct handoff_stream *stream;
	int fd;
	uint64_t size;
	char *buffer;
	size_t filled;
	/* what comes in */
	char id[SPOOL_ID_SIZE];
	uint64_t at, there;
	char *bytes;
	size_t byte_count;
	char path[SPOOL_PATH_SIZE];
	struct job **ret; /* in the task's memory */
};

static void job_free(void *arg)
{
	struct job *job = arg;

	if (!job)
		return;
	handoff_stream_free(job->stream);
	if (job->fd >= 0)
		close(job->fd);
	free(job->buffer);
	free(job->bytes);
	free(job);
}

static struct job *job_new(struct task *t, loop_fn *work)
{
	const struct call *call = task_ctx(t);
	struct job *job = xcalloc(1, sizeof(*job));

	job->work = work;
	job->store = call->app->content;
	job->account = call->who->actor.account;
	job->fd = -1;
	return job;
}

static void run(void *arg)
{
	struct job *job = arg;

	job->work(job);
}

static void done(void *arg)
{
	struct job *job = arg;
	struct task *t = task_ref_get(job->task);

	if (!t) {
		job_free(job);
		return;
	}
	task_on_end(t, job_free, job);
	*job->ret = job;
	task_resume(t);
}

/* The next step finds the job in *ret, and frees nothing: the task does. */
static enum step submit(struct task *t, struct job *job, struct job **ret)
{
	const struct call *call = task_ctx(t);

	job->task = task_ref(t);
	job->ret = ret;
	if (!job->store) {
		job_free(job);
		return task_fail(t, ERR_UNAVAILABLE, "store-off", "本系统没有配置材料库（[store] dir）");
	}
	if (offload_submit(call->app->content_pool, run, done, job, call->app->loop))
		return STEP_WAIT;
	job_free(job);
	return task_fail(t, ERR_BUSY, "store-busy", "材料库正忙，请稍后再试");
}

static enum step job_failed(struct task *t, const struct job *job)
{
	*task_err(t) = job->err;
	return STEP_FAIL;
}

/* ---- downloads ---- */

static enum err_code flush(struct job *job, struct err *err)
{
	size_t written = 0;

	while (written < job->filled) {
		ssize_t n = write(job->fd, job->buffer + written, job->filled - written);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(err, errno == ENOSPC ? ERR_NO_SPACE : ERR_IO,
				       errno == ENOSPC ? "storage-full" : "storage-failed", "材料库写不进临时文件");
		written += (size_t)n;
	}
	job->size += job->filled;
	job->filled = 0;
	return ERR_OK;
}

static enum err_code take(void *arg, const void *p, size_t n, struct err *err)
{
	struct job *job = arg;

	while (n > 0) {
		size_t part = BUFFER - job->filled < n ? BUFFER - job->filled : n;
		memcpy(job->buffer + job->filled, p, part);
		job->filled += part;
		p = (const char *)p + part;
		n -= part;
		if (job->filled == BUFFER && flush(job, err) != ERR_OK)
			return err ? err->code : ERR_IO;
	}
	return ERR_OK;
}

static void write_file(void *arg)
{
	struct job *job = arg;

	job->buffer = xmalloc(BUFFER);
	if (spool_file(job->store, &job->fd, &job->err) == ERR_OK &&
	    handoff_stream_write(job->stream, take, job, &job->err) == ERR_OK)
		(void)!flush(job, &job->err);
	free(job->buffer);
	job->buffer = NULL;
}

struct sent_file {
	int fd;
	off_t at;
};

static bool read_sent(void *arg, void *p, size_t n)
{
	struct sent_file *f = arg;

	while (n > 0) {
		ssize_t got = pread(f->fd, p, n, f->at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p = (char *)p + got;
		f->at += got;
		n -= (size_t)got;
	}
	return true;
}

static void close_sent(void *arg)
{
	struct sent_file *f = arg;

	close(f->fd);
	free(f);
}

/* filename*=UTF-8''... (RFC 8187). */
static void disposition(struct http_request *req, struct arena *arena, const char *name)
{
	static const char hex[] = "0123456789ABCDEF";
	struct str out = STR_INIT(FILE_NAME_MAX * 4);

	str_append_cstr(&out, "attachment; filename*=UTF-8''");
	for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '-' ||
		    *p == '.' || *p == '_') {
			str_append_char(&out, (char)*p);
		} else {
			str_append_char(&out, '%');
			str_append_char(&out, hex[*p >> 4]);
			str_append_char(&out, hex[*p & 15]);
		}
	}
	if (!out.failed && http_reply_header(req, "Content-Disposition", arena_strdup(arena, str_cstr(&out))) != ERR_OK)
		BUG("Content-Disposition");
	str_release(&out);
}

static enum step decode_stream(struct task *t)
{
	struct handoff_download *d = task_ctx(t);
	struct sv seq;

	if (!api_path_id(t, "id", &d->stream.id))
		return STEP_FAIL;
	seq = api_request(t)->route->steps == steps_handoff_package ? http_param(api_request(t)->http, "seq") : SV("0");
	if (!sv_to_i64(seq, &d->stream.seq) || d->stream.seq < 0)
		return task_fail(t, ERR_NOT_FOUND, "bad-id", "没有这个材料包");
	return STEP_NEXT;
}

static enum step produce(struct task *t)
{
	struct handoff_download *d = task_ctx(t);
	struct job *job = job_new(t, write_file);

	d->name = arena_strdup(task_arena(t), handoff_stream_name(d->stream.stream));
	job->stream = d->stream.stream;
	d->stream.stream = NULL;
	return submit(t, job, &d->job);
}

static enum step send_file(struct task *t)
{
	struct handoff_download *d = task_ctx(t);
	struct http_request *req = api_request(t)->http;
	struct job *job = d->job;

	if (job->err.code != ERR_OK)
		return job_failed(t, job);
	struct sent_file *f = xcalloc(1, sizeof(*f));
	f->fd = job->fd;
	job->fd = -1;
	disposition(req, task_arena(t), d->name);
	http_log_account(req, sv_of(d->stream.call.who->account));
	const struct http_file file = { .size = job->size, .read = read_sent, .close = close_sent, .ctx = f };
	http_reply_file(req, 200, "application/zip", &file, d->stream.call.app->content_pool);
	return STEP_DONE;
}

/* ---- what comes in ---- */

const struct api_field fields_inbox_upload[] = {
	{ "size", API_INT, .required = true, .max = JSON_INT_MAX, .doc = "移送包（ZIP）的字节数" },
	{ .name = NULL },
};
const struct api_field fields_inbox_part[] = {
	{ "at", API_INT, .in_query = true, .required = true, .max = JSON_INT_MAX, .doc = "从第几个字节起" },
	{ .name = NULL },
};
const struct api_field fields_inbox[] = {
	{ "upload", API_TEXT, .required = true, .max = SPOOL_ID_SIZE - 1, .doc = "已经传完的上传" },
	{ .name = NULL },
};

static void make_upload(void *arg)
{
	struct job *job = arg;

	(void)!spool_make(job->store, job->account, job->size, job->id, &job->err);
}

static enum step open_upload(struct task *t)
{
	struct handoff_upload *u = task_ctx(t);
	int64_t size = api_value(api_request(t), "size")->num, most = u->call.app->config.max_case;
	struct job *job;

	if (size == 0 || size > most) {
		task_fail(t, ERR_TOO_LARGE, "file-size", "移送包须有 1 到 %lld 字节", (long long)most);
		err_field(task_err(t), "size");
		return STEP_FAIL;
	}
	job = job_new(t, make_upload);
	job->size = (uint64_t)size;
	return submit(t, job, &u->job);
}

static enum step reply_upload(struct task *t)
{
	const struct handoff_upload *u = task_ctx(t);
	struct api_reply reply;

	if (u->job->err.code != ERR_OK)
		return job_failed(t, u->job);
	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_str(&reply.w, "id", u->job->id);
	json_kv_i64(&reply.w, "size", (int64_t)u->job->size);
	json_kv_i64(&reply.w, "part_size", u->call.app->config.chunk);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

static struct sv job_id(const struct job *job)
{
	return sv_of(job->id);
}

/* Ids that are too long name nothing. */
static void set_id(struct job *job, struct sv id)
{
	if (id.n < sizeof(job->id))
		memcpy(job->id, id.p, id.n);
}

static void append_part(void *arg)
{
	struct job *job = arg;

	(void)!spool_append(job->store, job->account, job_id(job), job->at,
			    (struct sv){ job->bytes, job->byte_count }, &job->there, &job->err);
}

static enum step take_part(struct task *t)
{
	struct handoff_upload *u = task_ctx(t);
	struct sv body = http_body(api_request(t)->http);
	struct job *job;

	if (body.n == 0)
		return task_fail(t, ERR_INVALID, "part-range", "没有内容");
	job = job_new(t, append_part);
	set_id(job, http_param(api_request(t)->http, "id"));
	job->at = (uint64_t)api_value(api_request(t), "at")->num;
	job->bytes = xmalloc(body.n);
	memcpy(job->bytes, body.p, body.n);
	job->byte_count = body.n;
	return submit(t, job, &u->job);
}

static enum step reply_part(struct task *t)
{
	const struct handoff_upload *u = task_ctx(t);
	struct api_reply reply;

	if (u->job->err.code != ERR_OK)
		return job_failed(t, u->job);
	api_reply_begin(&reply);
	json_obj_open(&reply.w);
	json_kv_i64(&reply.w, "there", (int64_t)u->job->there);
	json_obj_close(&reply.w);
	return api_reply_send(t, &reply);
}

static void find_path(void *arg)
{
	struct job *job = arg;

	(void)!spool_path(job->store, job->account, job_id(job), job->path, &job->err);
}

static enum step find_upload(struct task *t)
{
	struct handoff_inbox *in = task_ctx(t);
	struct job *job = job_new(t, find_path);

	set_id(job, api_value(api_request(t), "upload")->text);
	return submit(t, job, &in->job);
}

static enum step found_upload(struct task *t)
{
	struct handoff_inbox *in = task_ctx(t);

	if (in->job->err.code != ERR_OK)
		return job_failed(t, in->job);
	in->inbox.path = in->job->path;
	return STEP_NEXT;
}

static void remove_upload(void *arg)
{
	struct job *job = arg;

	spool_remove(job->store, job->account, job_id(job));
}

/* What was taken is in the ledger, a record that was not is in quarantine. An export that is refused as a whole does not come
 * here: its bytes wait for the spool's sweep. */
static enum step drop_upload(struct task *t)
{
	struct handoff_inbox *in = task_ctx(t);
	struct job *job = job_new(t, remove_upload);

	set_id(job, job_id(in->job));
	return submit(t, job, &in->dropped);
}

static enum step reply_inbox(struct task *t)
{
	const struct handoff_inbox *in = task_ctx(t);
	struct api_reply reply;

	api_reply_begin(&reply);
	api_write_inbox(&reply.w, &in->inbox);
	return api_reply_send(t, &reply);
}

const struct task_step steps_inbox_upload[] = {
	API_BEGIN, { "open", open_upload }, { "reply", reply_upload }, TASK_STEPS_END
};
const struct task_step steps_inbox_part[] = {
	API_BEGIN, { "take", take_part }, { "reply", reply_part }, TASK_STEPS_END
};
const struct task_step steps_inbox[] = {
	API_BEGIN, { "find", find_upload }, { "found", found_upload }, INBOX_STEPS, { "drop", drop_upload },
	{ "reply", reply_inbox }, TASK_STEPS_END
};
const struct task_step steps_handoff_package[] = {
	API_BEGIN, { "decode", decode_stream }, HANDOFF_PACKAGE_STEPS, { "produce", produce }, { "send", send_file },
	TASK_STEPS_END
};
const struct task_step steps_handoff_export[] = {
	API_BEGIN, { "decode", decode_stream }, HANDOFF_EXPORT_STEPS, { "produce", produce }, { "send", send_file },
	TASK_STEPS_END
};

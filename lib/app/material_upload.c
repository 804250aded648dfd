/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Uploads: opening one, its chunks, looking at it, giving it up. */
#include "app/material.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "app/material_job.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "gen/queries.h"

/* Left free on the disk for others when an upload is opened. */
enum { ROOM_RESERVE = 64 << 20, KINDS_MAX = 64 };

static const char kind_words[] = "材料种类"; /* its list in the vocabulary */

static enum step refuse(struct task *t, enum err_code code, const char *field, const char *rule, const char *message)
{
	task_fail(t, code, rule, "%s", message);
	err_field(task_err(t), "%s", field);
	return STEP_FAIL;
}

/* ---- opening ---- */

/* The name goes into packages that every system must be able to unpack. */
static enum step check_name(struct task *t, struct upload_open_call *c)
{
	static const char bad[] = "/\\:*?\"<>|";
	char *name = text_nfc(task_arena(t), c->name);
	size_t n = name ? strlen(name) : 0;

	if (n == 0 || n > MATERIAL_NAME_MAX_BYTES)
		return refuse(t, ERR_INVALID, "name", "file-name", "文件名须为 1 到 200 字节的文字");
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f || strchr(bad, name[i]))
			return refuse(t, ERR_INVALID, "name", "file-name",
				      "文件名不能含有 / \\ : * ? \" < > | 和控制字符");
	}
	if (name[0] == '.' || name[0] == ' ' || name[n - 1] == '.' || name[n - 1] == ' ')
		return refuse(t, ERR_INVALID, "name", "file-name", "文件名不能以点或空格开头、结尾");
	c->clean_name = name;
	return STEP_NEXT;
}

static const char *type_of_name(const char *name)
{
	static const struct {
		const char *suffix, *type;
	} types[] = {
		{ "pdf", "application/pdf" },   { "ofd", "application/ofd" },
		{ "jpg", "image/jpeg" },        { "jpeg", "image/jpeg" },
		{ "png", "image/png" },         { "tif", "image/tiff" },
		{ "tiff", "image/tiff" },       { "txt", "text/plain" },
		{ "csv", "text/csv" },          { "mp4", "video/mp4" },
		{ "mov", "video/quicktime" },   { "avi", "video/x-msvideo" },
		{ "mp3", "audio/mpeg" },        { "wav", "audio/wav" },
		{ "zip", "application/zip" },   { "doc", "application/msword" },
		{ "xls", "application/vnd.ms-excel" },
		{ "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
		{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < ARRAY_LEN(types); i++) {
		if (strcasecmp(dot + 1, types[i].suffix) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}

/* "type/subtype" without parameters. */
static enum step check_type(struct task *t, struct upload_open_call *c)
{
	struct sv type = c->media_type;
	size_t slashes = 0;
	bool good = type.n > 0 && type.n <= MATERIAL_TYPE_MAX && type.p[0] != '/' && type.p[type.n - 1] != '/';

	if (!type.p) {
		c->clean_type = type_of_name(c->clean_name);
		return STEP_NEXT;
	}
	for (size_t i = 0; i < type.n && good; i++) {
		char ch = type.p[i];
		slashes += ch == '/';
		good = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
		       strchr("/+-._", ch) != NULL;
	}
	if (!good || slashes != 1)
		return refuse(t, ERR_INVALID, "media_type", "media-type", "媒体类型应写成 application/pdf 的形式");
	c->clean_type = arena_strndup(task_arena(t), type.p, type.n);
	return STEP_NEXT;
}

static enum step refuse_kind(struct task *t, const struct upload_open_call *c)
{
	const char *words[KINDS_MAX], *all = "";
	size_t n = vocabulary_list(&c->call.book->vocabulary, kind_words, words, KINDS_MAX);

	for (size_t i = 0; i < n; i++)
		all = arena_printf(task_arena(t), "%s%s%s", all, i ? "、" : "", words[i]);
	refuse(t, ERR_INVALID, "kind", "not-in-list", "材料种类不在可选的词中");
	err_detail(task_err(t), "可选：%s。", all);
	return STEP_FAIL;
}

static enum step check_request(struct task *t, struct upload_open_call *c)
{
	const struct app_config *config = &c->call.app->config;
	enum step step = check_name(t, c);

	if (step == STEP_NEXT)
		step = check_type(t, c);
	if (step != STEP_NEXT)
		return step;
	if (!vocabulary_has(&c->call.book->vocabulary, kind_words, c->material_kind))
		return refuse_kind(t, c);
	if (c->sha256.p && !content_name_is_valid(c->sha256))
		return refuse(t, ERR_INVALID, "sha256", "digest", "sha256 应为 64 位小写十六进制");
	if (c->size < 1)
		return refuse(t, ERR_INVALID, "size", "empty-file", "不能登记空文件");
	if (c->size > config->max_file) {
		refuse(t, ERR_TOO_LARGE, "size", "file-too-large", "文件过大");
		err_detail(task_err(t), "一个文件最大 %" PRId64 " 字节。", config->max_file);
		return STEP_FAIL;
	}
	return STEP_NEXT;
}

enum step upload_open_load(struct task *t)
{
	struct upload_open_call *c = task_ctx(t);
	enum step step = check_request(t, c);

	if (step != STEP_NEXT)
		return step;
	c->call.matter = c->matter;
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);
	c->at_matter = pg_segment_addv(seg, Q_MATTER_LOAD, PG_I64(c->matter));
	c->at_used = pg_segment_addv(seg, Q_MATERIAL_USED, PG_I64(c->matter));
	c->at_idempotency = pg_segment_addv(seg, Q_IDEMPOTENCY_FIND, PG_I64(c->call.who->actor.account),
					    PG_CSTR(c->key));
	return pg_segment_wait(seg, t);
}

/* Would the act at the end be possible now? Better known before a gigabyte was sent. */
static enum step check_matter(struct task *t, struct upload_open_call *c, const struct pg_reply *r)
{
	struct dossier *d = arena_new(task_arena(t), struct dossier);
	enum stage stage;

	if (pg_rows(r, c->at_matter) == 0 ||
	    !sv_eq_str(pg_text(r, c->at_matter, 0, 1), matter_kind_code(c->kind)))
		return task_fail(t, ERR_NOT_FOUND, "no-such-matter", "没有这一线索、案件或移送，或者您无权查看");
	c->organ = pg_i64(r, c->at_matter, 0, 3);
	c->unit = pg_i64(r, c->at_matter, 0, 4);
	if (dossier_read(task_arena(t), pg_text(r, c->at_matter, 0, 9), d, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	const struct act_row *row = procedure_find(procedure_get(d->procedure), SV("material_add"), &stage);
	if (!row || !(row->from & STATE_BIT(d->state)))
		return task_fail(t, ERR_WRONG_STATE, "wrong-state", "当前状态“%s”不能登记材料", state_info(d->state)->zh);
	if (!(row->by & c->call.who->actor.roles))
		return task_fail(t, ERR_FORBIDDEN, "missing-role", "您的角色不能登记材料");
	return STEP_NEXT;
}

static enum step check_limits(struct task *t, struct upload_open_call *c, const struct pg_reply *r)
{
	int64_t used = pg_i64(r, c->at_used, 0, 0), waiting = pg_i64(r, c->at_used, 0, 1);
	int64_t most = c->call.app->config.max_case;

	if (pg_i64(r, c->at_used, 0, 2) >= MATERIALS_MAX)
		return task_fail(t, ERR_TOO_LARGE, "too-many-materials", "最多登记 %d 件材料", MATERIALS_MAX);
	if (c->size <= most - used - waiting)
		return STEP_NEXT;
	refuse(t, ERR_TOO_LARGE, "size", "matter-full", "本件的材料总量将超过上限");
	err_detail(task_err(t), "上限 %" PRId64 " 字节，已登记 %" PRId64 " 字节，正在上传 %" PRId64 " 字节。", most, used, waiting);
	return STEP_FAIL;
}

struct place_job {
	struct material_job job;
	struct content_upload upload;
};

static void place_work(void *arg)
{
	struct place_job *j = arg;

	if (content_store_room(j->job.store) < j->upload.size + ROOM_RESERVE)
		j->job.code = err_set(&j->job.err, ERR_NO_SPACE, "storage-full", "材料存储空间不足，请联系系统管理员");
	else
		j->job.code = content_upload_make(j->job.store, &j->upload, &j->job.err);
}

static enum err_code make_id(char ret[CONTENT_UPLOAD_ID_SIZE])
{
	uint8_t b[16];
	char hex[33];

	if (crypto_random(b, sizeof(b)) != ERR_OK)
		return ERR_INTERNAL;
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40); /* RFC 9562: version 4, variant 1 */
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	crypto_hex(b, sizeof(b), hex);
	snprintf(ret, CONTENT_UPLOAD_ID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
	return ERR_OK;
}

enum step upload_open_place(struct task *t)
{
	struct upload_open_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	enum step step;

	if (pg_rows(r, c->at_idempotency) > 0) {
		if (!sv_eq_str(pg_text(r, c->at_idempotency, 0, 0), c->request_digest))
			return task_fail(t, ERR_KEY_REUSED, "idempotency-key-reused",
					 "此 Idempotency-Key 已用于内容不同的请求");
		c->reply = pg_text(r, c->at_idempotency, 0, 2);
		c->replayed = true;
		return STEP_NEXT;
	}
	if ((step = check_matter(t, c, r)) != STEP_NEXT || (step = check_limits(t, c, r)) != STEP_NEXT)
		return step;
	if (make_id(c->upload.id) != ERR_OK)
		return task_fail(t, ERR_INTERNAL, "random", "系统无法生成随机数");
	c->upload.size = (uint64_t)c->size;
	c->upload.chunk = (uint64_t)c->call.app->config.chunk;
	/* The place first: whoever is told of an upload finds it there. */
	struct place_job *j = material_job_new(t, sizeof(*j));
	if (!j)
		return STEP_FAIL;
	j->job.work = place_work;
	j->upload = c->upload;
	return material_job_start(t, j);
}

enum step upload_open_store(struct task *t)
{
	struct upload_open_call *c = task_ctx(t);

	if (c->replayed)
		return STEP_NEXT;
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_UPLOAD_OPEN, PG_CSTR(c->upload.id), PG_I64(c->matter), PG_I64(c->organ), PG_I64(c->unit),
			PG_I64(c->call.who->actor.account), PG_CSTR(c->clean_name), PG_TEXT(c->material_kind),
			PG_CSTR(c->clean_type), PG_I64(c->size), PG_I64((int64_t)c->upload.chunk),
			c->sha256.p ? PG_TEXT(c->sha256) : PG_NULL, PG_CSTR(c->key), PG_CSTR(c->request_digest));
	return pg_segment_wait(seg, t);
}

enum step upload_open_settle(struct task *t)
{
	struct upload_open_call *c = task_ctx(t);

	if (!c->replayed)
		c->reply = pg_text(pg_segment_reply(c->call.seg), 1, 0, 0);
	return STEP_NEXT;
}

/* ---- finding ---- */

enum step upload_find(struct task *t)
{
	struct upload_call *c = task_ctx(t);
	struct pg_segment *seg;

	if (!content_upload_id_is_valid(sv_of(c->id)))
		return task_fail(t, ERR_NOT_FOUND, "no-such-upload", "没有这次上传，或者已经结束、过期");
	seg = app_segment(&c->call, PG_LANE_READ);
	pg_segment_addv(seg, Q_UPLOAD_FIND, PG_CSTR(c->id), PG_I64(c->call.who->actor.account));
	return pg_segment_wait(seg, t);
}

static enum matter_kind kind_of(struct sv code)
{
	return sv_eq_str(code, "clue") ? MATTER_CLUE : sv_eq_str(code, "case") ? MATTER_CASE : MATTER_HANDOFF;
}

enum step upload_found(struct task *t)
{
	enum { ID, MATTER, MATTER_KIND, NAME, KIND, TYPE, SIZE, CHUNK, SHA256, FINISHED_SEQ };
	struct upload_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	if (pg_rows(r, 1) == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-upload", "没有这次上传，或者已经结束、过期");
	snprintf(c->upload.id, sizeof(c->upload.id), "%s", c->id);
	c->upload.size = (uint64_t)pg_i64(r, 1, 0, SIZE);
	c->upload.chunk = (uint64_t)pg_i64(r, 1, 0, CHUNK);
	c->call.matter = c->matter = pg_i64(r, 1, 0, MATTER);
	c->kind = kind_of(pg_text(r, 1, 0, MATTER_KIND));
	c->name = pg_cstr(r, 1, 0, NAME);
	c->material_kind = pg_cstr(r, 1, 0, KIND);
	c->media_type = pg_cstr(r, 1, 0, TYPE);
	c->sha256 = pg_cstr(r, 1, 0, SHA256);
	c->finished_seq = pg_i64_or(r, 1, 0, FINISHED_SEQ, 0);
	return STEP_NEXT;
}

static enum step over(struct task *t)
{
	return task_fail(t, ERR_WRONG_STATE, "upload-finished", "这次上传已经完成，或者已经取消");
}

/* ---- a chunk ---- */

/* Its own pages: they go back to the system at once, whatever the heap looks like. */
struct chunk_job {
	struct material_job job;
	struct content_upload upload;
	uint64_t n;
	char *bytes;
	size_t size;
	uint8_t want[32];
	bool announced;
	struct content_chunk chunk;
};

static void chunk_work(void *arg)
{
	struct chunk_job *j = arg;
	struct sv bytes = { j->bytes, j->size };

	j->job.code = content_upload_write(j->job.store, &j->upload, j->n, bytes, j->announced ? j->want : NULL,
					   &j->chunk, &j->job.err);
}

static void chunk_keep(void *arg, struct task *t)
{
	struct chunk_job *j = arg;
	struct upload_call *c = task_ctx(t);

	c->chunk = j->chunk;
	material_follow(c->call.app, &j->upload);
}

static void chunk_release(void *arg)
{
	struct chunk_job *j = arg;

	if (j->bytes)
		munmap(j->bytes, j->size);
	free(j);
}

enum step upload_chunk_write(struct task *t)
{
	struct upload_call *c = task_ctx(t);

	if (c->finished_seq)
		return over(t);
	if (c->bytes.n == 0 || c->bytes.n != content_upload_length(&c->upload, (uint64_t)c->n)) {
		/* Said in full by the store, which then does not look at its disk. */
		struct content_chunk none;
		return task_check(t, content_upload_write(c->call.app->content, &c->upload, (uint64_t)c->n, c->bytes, NULL,
							  &none, task_err(t)));
	}
	struct chunk_job *j = material_job_new(t, sizeof(*j));
	if (!j)
		return STEP_FAIL;
	j->job.work = chunk_work;
	j->job.keep = chunk_keep;
	j->job.release = chunk_release;
	j->upload = c->upload;
	j->n = (uint64_t)c->n;
	j->announced = c->announced;
	memcpy(j->want, c->want, sizeof(j->want));
	j->size = c->bytes.n;
	j->bytes = mmap(NULL, j->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (j->bytes == MAP_FAILED) {
		j->bytes = NULL;
		chunk_release(j);
		return task_fail(t, ERR_BUSY, "memory", "内存不足，请稍后再试");
	}
	memcpy(j->bytes, c->bytes.p, j->size);
	return material_job_start(t, j);
}

/* ---- looking at it ---- */

struct missing_job {
	struct material_job job;
	struct content_upload upload;
	struct content_missing missing;
};

static void missing_work(void *arg)
{
	struct missing_job *j = arg;

	j->job.code = content_upload_missing(j->job.store, &j->upload, &j->missing, &j->job.err);
}

static void missing_keep(void *arg, struct task *t)
{
	struct missing_job *j = arg;
	struct upload_call *c = task_ctx(t);

	c->missing = j->missing;
}

enum step upload_missing(struct task *t)
{
	struct upload_call *c = task_ctx(t);

	if (c->finished_seq) {
		c->missing.there = content_upload_count(&c->upload);
		return STEP_NEXT;
	}
	struct missing_job *j = material_job_new(t, sizeof(*j));
	if (!j)
		return STEP_FAIL;
	j->job.work = missing_work;
	j->job.keep = missing_keep;
	j->upload = c->upload;
	return material_job_start(t, j);
}

/* Which material it became. */
enum step upload_number(struct task *t)
{
	struct upload_call *c = task_ctx(t);
	struct pg_segment *seg;

	if (!c->finished_seq)
		return STEP_NEXT;
	seg = app_segment(&c->call, PG_LANE_READ);
	pg_segment_addv(seg, Q_MATERIAL_LIST, PG_CSTR(arena_printf(task_arena(t), "{%" PRId64 "}", c->matter)), PG_NULL,
			PG_I64(c->finished_seq));
	return pg_segment_wait(seg, t);
}

enum step upload_numbered(struct task *t)
{
	struct upload_call *c = task_ctx(t);
	struct material m;

	if (!c->finished_seq)
		return STEP_NEXT;
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	if (pg_rows(r, 1) > 0) {
		material_row(r, 1, 0, false, &m);
		c->number = m.number;
	}
	return STEP_NEXT;
}

/* ---- giving it up ---- */

enum step upload_drop(struct task *t)
{
	struct upload_call *c = task_ctx(t);

	if (c->finished_seq)
		return over(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_WRITE);
	pg_segment_addv(seg, Q_UPLOAD_DROP, PG_CSTR(c->id), PG_I64(c->call.who->actor.account));
	return pg_segment_wait(seg, t);
}

enum step upload_dropped(struct task *t)
{
	struct upload_call *c = task_ctx(t);

	if (c->call.app->content && pg_affected(pg_segment_reply(c->call.seg), 1) > 0)
		material_remove(c->call.app, c->id);
	return STEP_NEXT;
}

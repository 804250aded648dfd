/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The end of an upload: hash, compare, move into the store, and one act.
 *
 *	load      the stored reply of an earlier try, the upload
 *	hash      the digests of what arrived (pool), compared with what the sender announced
 *	room      does the matter take so much?
 *	publish   the data becomes a content (pool); nobody sees it yet
 *	act       act_load .. act_settled; the same transaction enters the content's digests and ends the upload
 *	done      the upload's files go; the material as the ledger has it
 *
 * A try that is cut off anywhere is repeated with the same key; hashing goes on where it was. A content that was
 * published by a try that then failed stays in the store without an owner; the next try takes it. */
#include "app/material.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "app/content_row.h"
#include "app/material_job.h"
#include "crypto/crypto.h"
#include "gen/queries.h"

enum step upload_finish_load(struct task *t)
{
	struct upload_finish_call *c = task_ctx(t);
	struct call *call = &c->act.call;
	struct pg_segment *seg;

	if (!content_upload_id_is_valid(sv_of(c->id)))
		return task_fail(t, ERR_NOT_FOUND, "no-such-upload", "没有这次上传，或者已经结束、过期");
	if (c->sha256.p && !content_name_is_valid(c->sha256)) {
		task_fail(t, ERR_INVALID, "digest", "sha256 应为 64 位小写十六进制");
		err_field(task_err(t), "sha256");
		return STEP_FAIL;
	}
	seg = app_segment(call, PG_LANE_READ);
	c->at_upload = pg_segment_addv(seg, Q_UPLOAD_FIND, PG_CSTR(c->id), PG_I64(call->who->actor.account));
	c->at_idempotency = pg_segment_addv(seg, Q_IDEMPOTENCY_FIND, PG_I64(call->who->actor.account),
					    PG_CSTR(c->act.key));
	return pg_segment_wait(seg, t);
}

/* ---- digests ---- */

struct hash_job {
	struct material_job job;
	struct content_upload upload;
	struct crypto_sums sums;
	bool gone;
};

/* Files that went since we looked: another try has just come to its end. */
static void hash_work(void *arg)
{
	struct hash_job *j = arg;

	j->job.code = content_upload_sums(j->job.store, &j->upload, &j->sums, &j->job.err);
	j->gone = j->job.code == ERR_NOT_FOUND;
	if (j->gone)
		j->job.code = ERR_OK;
}

static void hash_keep(void *arg, struct task *t)
{
	struct hash_job *j = arg;
	struct upload_finish_call *c = task_ctx(t);

	c->sums = j->sums;
	c->gone = j->gone;
}

/* Columns of upload_find. */
enum { ID, MATTER, MATTER_KIND, NAME, KIND, TYPE, SIZE, CHUNK, SHA256, FINISHED_SEQ };

/* What upload_finish_load() asked: a reply to give again, nothing to finish, or an upload (STEP_NEXT). */
static enum step judge(struct task *t, struct upload_finish_call *c)
{
	const struct pg_reply *r = pg_segment_reply(c->act.call.seg);

	if (pg_rows(r, c->at_idempotency) > 0) {
		c->act.at_idempotency = c->at_idempotency; /* act_decide() gives that reply again */
		c->replay = true;
		return STEP_NEXT;
	}
	if (pg_rows(r, c->at_upload) == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-upload", "没有这次上传，或者已经结束、过期");
	if (!pg_is_null(r, c->at_upload, 0, FINISHED_SEQ))
		return task_fail(t, ERR_WRONG_STATE, "upload-finished", "这次上传已经完成，或者已经取消");
	return STEP_NEXT;
}

enum step upload_finish_hash(struct task *t)
{
	struct upload_finish_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->act.call.seg);
	enum step step = judge(t, c);

	if (step != STEP_NEXT || c->replay)
		return step;
	c->act.call.matter = c->act.matter = pg_i64(r, c->at_upload, 0, MATTER);
	c->act.kind = sv_eq_str(pg_text(r, c->at_upload, 0, MATTER_KIND), "clue")   ? MATTER_CLUE
		      : sv_eq_str(pg_text(r, c->at_upload, 0, MATTER_KIND), "case") ? MATTER_CASE
										    : MATTER_HANDOFF;
	snprintf(c->upload.id, sizeof(c->upload.id), "%s", c->id);
	c->upload.size = (uint64_t)pg_i64(r, c->at_upload, 0, SIZE);
	c->upload.chunk = (uint64_t)pg_i64(r, c->at_upload, 0, CHUNK);
	c->name = pg_cstr(r, c->at_upload, 0, NAME);
	c->material_kind = pg_cstr(r, c->at_upload, 0, KIND);
	c->media_type = pg_cstr(r, c->at_upload, 0, TYPE);
	c->announced = pg_cstr(r, c->at_upload, 0, SHA256);
	struct hash_job *j = material_job_new(t, sizeof(*j));
	if (!j)
		return STEP_FAIL;
	j->job.work = hash_work;
	j->job.keep = hash_keep;
	j->upload = c->upload;
	return material_job_start(t, j);
}

static enum step check_digest(struct task *t, struct upload_finish_call *c)
{
	char hex[CONTENT_NAME_SIZE];

	crypto_hex(c->sums.sha256, sizeof(c->sums.sha256), hex);
	if ((!c->announced || strcmp(c->announced, hex) == 0) && (!c->sha256.p || sv_eq_str(c->sha256, hex)))
		return STEP_NEXT;
	task_fail(t, ERR_INVALID, "digest-mismatch", "收到的文件与所附的 SHA-256 不符，没有登记");
	err_field(task_err(t), "sha256");
	err_detail(task_err(t), "收到的文件的 SHA-256 是 %s。请核对文件后取消这次上传，重新上传。", hex);
	return STEP_FAIL;
}

enum step upload_finish_room(struct task *t)
{
	struct upload_finish_call *c = task_ctx(t);
	struct pg_segment *seg;
	enum step step;

	if (c->replay)
		return STEP_NEXT;
	if (c->gone)
		return upload_finish_load(t);
	if ((step = check_digest(t, c)) != STEP_NEXT)
		return step;
	seg = app_segment(&c->act.call, PG_LANE_READ);
	c->at = pg_segment_addv(seg, Q_MATERIAL_USED, PG_I64(c->act.matter));
	return pg_segment_wait(seg, t);
}

/* ---- into the store ---- */

static bool is_stored(struct content_store *store, const struct crypto_sums *sums)
{
	char hex[CONTENT_NAME_SIZE];
	uint64_t size;
	int fd;

	crypto_hex(sums->sha256, sizeof(sums->sha256), hex);
	if (content_read(store, hex, &fd, &size, NULL) != ERR_OK)
		return false;
	close(fd);
	return size == sums->size;
}

static void publish_work(void *arg)
{
	struct hash_job *j = arg;

	j->job.code = content_upload_publish(j->job.store, &j->upload, &j->sums, &j->job.err);
	if (j->job.code == ERR_NOT_FOUND && is_stored(j->job.store, &j->sums))
		j->job.code = ERR_OK; /* by another try; the act will tell which of them it was */
}

enum step upload_finish_publish(struct task *t)
{
	struct upload_finish_call *c = task_ctx(t);

	if (c->gone) {
		enum step step = judge(t, c);
		if (step != STEP_NEXT || c->replay)
			return step;
		return task_fail(t, ERR_NOT_FOUND, "no-such-upload", "没有这次上传，或者已经结束、过期");
	}
	if (c->replay)
		return STEP_NEXT;
	const struct pg_reply *r = pg_segment_reply(c->act.call.seg);
	int64_t used = pg_i64(r, c->at, 0, 0), most = c->act.call.app->config.max_case;
	if ((int64_t)c->sums.size > most - used)
		return task_fail(t, ERR_TOO_LARGE, "matter-full", "本件的材料总量将超过上限 %" PRId64 " 字节", most);
	struct hash_job *j = material_job_new(t, sizeof(*j));
	if (!j)
		return STEP_FAIL;
	j->job.work = publish_work;
	j->upload = c->upload;
	j->sums = c->sums;
	return material_job_start(t, j);
}

/* ---- the act ---- */

static void also(struct act_call *a, struct pg_segment *seg)
{
	struct upload_finish_call *c = (struct upload_finish_call *)a;

	content_row_add(seg, &c->sums);
	pg_segment_addv(seg, Q_UPLOAD_FINISH, PG_CSTR(c->id), PG_I64(a->version + 1));
}

enum step upload_finish_act(struct task *t)
{
	struct upload_finish_call *c = task_ctx(t);

	if (c->replay)
		return STEP_NEXT;
	c->act.act = SV("material_add");
	c->act.also = also;
	return act_load(t);
}

/* What the program knows better than any request. */
enum step upload_finish_fields(struct task *t)
{
	struct upload_finish_call *c = task_ctx(t);
	struct facts *f = &c->act.input;
	struct arena *a = task_arena(t);
	char *hex = arena_alloc(a, 65 + 129 + 65);

	if (c->replay)
		return STEP_NEXT;
	fact_set_text(f, FIELD_MATERIAL_NAME, c->name);
	fact_set_text(f, FIELD_MATERIAL_KIND, c->material_kind);
	fact_set_text(f, FIELD_MEDIA_TYPE, c->media_type);
	fact_set_num(f, FIELD_MATERIAL_SIZE, (int64_t)c->sums.size);
	crypto_hex(c->sums.sha256, sizeof(c->sums.sha256), hex);
	fact_set_text(f, FIELD_SHA256, hex);
	crypto_hex(c->sums.sha512, sizeof(c->sums.sha512), hex + 65);
	fact_set_text(f, FIELD_SHA512, hex + 65);
	crypto_hex(c->sums.sm3, sizeof(c->sums.sm3), hex + 65 + 129);
	fact_set_text(f, FIELD_SM3, hex + 65 + 129);
	return STEP_NEXT;
}

/* ---- afterwards ---- */

/* {"matter":{"id":"12",...},"act":{"seq":7,...},...}: what act_record() replied, now or once before. */
static bool read_reply(struct arena *arena, struct sv reply, int64_t *ret_matter, int64_t *ret_seq)
{
	struct json_doc *doc;

	return json_parse(arena, reply, &doc, NULL) == ERR_OK &&
	       sv_to_i64(json_string(json_get(json_get(json_root(doc), "matter"), "id")), ret_matter) &&
	       json_to_i64(json_get(json_get(json_root(doc), "act"), "seq"), ret_seq);
}

enum step upload_finish_done(struct task *t)
{
	struct upload_finish_call *c = task_ctx(t);
	struct call *call = &c->act.call;
	int64_t matter = 0, seq = 0;

	if (!read_reply(task_arena(t), c->act.reply, &matter, &seq))
		return task_fail(t, ERR_INTERNAL, "reply", "已存储的答复无法读出");
	if (call->app->content)
		material_remove(call->app, c->id);
	struct pg_segment *seg = app_segment(call, PG_LANE_READ);
	c->at = pg_segment_addv(seg, Q_MATERIAL_LIST, PG_CSTR(arena_printf(task_arena(t), "{%" PRId64 "}", matter)),
				PG_NULL, PG_I64(seq));
	return pg_segment_wait(seg, t);
}

enum step upload_finish_show(struct task *t)
{
	struct upload_finish_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->act.call.seg);

	if (pg_rows(r, c->at) != 1)
		return task_fail(t, ERR_NOT_FOUND, "no-such-matter", "没有这一线索、案件或移送，或者您无权查看");
	material_row(r, c->at, 0, true, &c->material); /* whoever added it knows it */
	return STEP_NEXT;
}

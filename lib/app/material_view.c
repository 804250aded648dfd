/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The materials of a matter, one content, and the goods with their chains of custody. */
#include "app/material.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/material_job.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "gen/queries.h"

/* A material of this kind tells who reported. */
#define KIND_OF_REPORTER "举报投诉材料"

/* ---- rows ---- */

static enum matter_kind kind_of(struct sv code)
{
	return sv_eq_str(code, "clue") ? MATTER_CLUE : sv_eq_str(code, "case") ? MATTER_CASE : MATTER_HANDOFF;
}

void material_row(const struct pg_reply *r, size_t at, size_t row, bool full, struct material *ret)
{
	enum { MATTER, MATTER_KIND, NUMBER, SEQ, NAME, TITLE, KIND, TYPE, SIZE, SHA256, SHA512, SM3, ORIGIN, ACCOUNT, PERSON,
	       HAPPENED_AT, RECORDED_AT, VOID_SEQ, VOID_REASON };

	*ret = (struct material){
		.matter = pg_i64(r, at, row, MATTER), .kind = kind_of(pg_text(r, at, row, MATTER_KIND)),
		.number = pg_i64(r, at, row, NUMBER), .seq = pg_i64(r, at, row, SEQ),
		.name = pg_cstr(r, at, row, NAME), .title = pg_cstr(r, at, row, TITLE),
		.material_kind = pg_cstr(r, at, row, KIND), .media_type = pg_cstr(r, at, row, TYPE),
		.size = pg_i64(r, at, row, SIZE), .sha256 = pg_cstr(r, at, row, SHA256),
		.sha512 = pg_cstr(r, at, row, SHA512), .sm3 = pg_cstr(r, at, row, SM3),
		.origin = pg_cstr(r, at, row, ORIGIN),
		.account = pg_cstr(r, at, row, ACCOUNT), .person = pg_cstr(r, at, row, PERSON),
		.happened_at = pg_instant(r, at, row, HAPPENED_AT),
		.recorded_at = pg_instant(r, at, row, RECORDED_AT),
		.void_seq = pg_i64_or(r, at, row, VOID_SEQ, 0), .void_reason = pg_cstr(r, at, row, VOID_REASON),
	};
	ret->hidden = !full && ret->material_kind && strcmp(ret->material_kind, KIND_OF_REPORTER) == 0;
	if (ret->hidden) {
		ret->name = "（举报投诉材料）";
		ret->title = ret->origin = ret->void_reason = NULL;
	}
}

/* The matter, and the clue that a case came from: "{15,12}". */
static const char *matters_of(struct arena *arena, const struct matter_view *v)
{
	int64_t clue = fact_num(&v->dossier->facts, FIELD_CLUE);

	if (v->kind == MATTER_CASE && clue)
		return arena_printf(arena, "{%" PRId64 ",%" PRId64 "}", v->id, clue);
	return arena_printf(arena, "{%" PRId64 "}", v->id);
}

/* ---- the list ---- */

enum step material_list(struct task *t)
{
	struct material_list_call *c = task_ctx(t);
	const char *matters = matters_of(task_arena(t), &c->view);
	struct pg_segment *seg = app_segment(&c->view.call, PG_LANE_READ);

	c->at = pg_segment_addv(seg, Q_MATERIAL_LIST, PG_CSTR(matters), PG_NULL, PG_NULL);
	return pg_segment_wait(seg, t);
}

enum step material_listed(struct task *t)
{
	struct material_list_call *c = task_ctx(t);
	struct material m;

	c->count = pg_rows(pg_segment_reply(c->view.call.seg), c->at);
	for (size_t i = 0; i < c->count; i++) {
		material_at(c, i, &m);
		c->bytes += m.matter == c->view.id ? m.size : 0;
	}
	return STEP_NEXT;
}

void material_at(const struct material_list_call *c, size_t i, struct material *ret)
{
	material_row(pg_segment_reply(c->view.call.seg), c->at, i, c->view.full, ret);
}

/* ---- one content ---- */

enum step material_find(struct task *t)
{
	struct material_read_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->view.call, PG_LANE_READ);

	c->at = pg_segment_addv(seg, Q_MATERIAL_LIST, PG_CSTR(arena_printf(task_arena(t), "{%" PRId64 "}", c->view.id)),
				PG_I64(c->number), PG_NULL);
	return pg_segment_wait(seg, t);
}

enum step material_found(struct task *t)
{
	struct material_read_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->view.call.seg);

	if (pg_rows(r, c->at) == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-material", "没有序号为 %" PRId64 " 的材料", c->number);
	material_row(r, c->at, 0, c->view.full, &c->material);
	if (c->material.hidden)
		return task_fail(t, ERR_FORBIDDEN, "reporter-protected", "举报投诉材料只有本案办案、审核、审批人员可以查阅");
	return STEP_NEXT;
}

struct material_reader {
	int fd;
	uint64_t size, at;
	struct crypto_digest *digest;
	char sha256[CONTENT_NAME_SIZE];
};

void material_reader_close(void *arg)
{
	struct material_reader *r = arg;
	uint8_t unused[CRYPTO_SHA256_SIZE];

	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	if (r->digest)
		crypto_digest_finish(r->digest, unused);
	free(r);
}

static bool digest_fits(struct material_reader *r)
{
	uint8_t got[CRYPTO_SHA256_SIZE];
	char hex[CONTENT_NAME_SIZE];

	crypto_digest_finish(r->digest, got);
	r->digest = NULL;
	crypto_hex(got, sizeof(got), hex);
	if (strcmp(hex, r->sha256) == 0)
		return true;
	log_error("content_altered", "sha256=%s", r->sha256);
	return false;
}

bool material_reader_read(void *arg, void *p, size_t n)
{
	struct material_reader *r = arg;
	size_t got = 0;

	while (got < n) {
		ssize_t more = pread(r->fd, (char *)p + got, n - got, (off_t)(r->at + got));
		if (more < 0 && errno == EINTR)
			continue;
		if (more <= 0)
			return false;
		got += (size_t)more;
	}
	crypto_digest_update(r->digest, p, n);
	r->at += n;
	return r->at < r->size || digest_fits(r);
}

struct open_job {
	struct material_job job;
	struct material_reader *reader;
};

static void open_work(void *arg)
{
	struct open_job *j = arg;
	struct material_reader *r = j->reader;
	uint64_t size = 0;

	j->job.code = content_read(j->job.store, r->sha256, &r->fd, &size, &j->job.err);
	if (j->job.code == ERR_NOT_FOUND) /* the row is there: it is not the reader's mistake */
		j->job.code = j->job.err.code = ERR_IO;
	if (j->job.code == ERR_OK && size != r->size) {
		log_error("content_altered", "sha256=%s", r->sha256);
		j->job.code = err_set(&j->job.err, ERR_IO, "content-altered",
				      "材料的内容与登记的摘要不符，已不可用，请联系系统管理员");
	}
}

static void reader_ended(void *arg)
{
	struct material_read_call *c = arg;

	material_reader_close(c->reader);
	c->reader = NULL;
}

static void open_keep(void *arg, struct task *t)
{
	struct open_job *j = arg;
	struct material_read_call *c = task_ctx(t);

	c->reader = j->reader;
	j->reader = NULL;
	task_on_end(t, reader_ended, c);
}

static void open_release(void *arg)
{
	struct open_job *j = arg;

	material_reader_close(j->reader);
	free(j);
}

enum step material_open(struct task *t)
{
	struct material_read_call *c = task_ctx(t);

	if (c->unopened)
		return STEP_NEXT;
	struct open_job *j = material_job_new(t, sizeof(*j));
	if (!j)
		return STEP_FAIL;
	j->reader = xcalloc(1, sizeof(*j->reader));
	j->reader->fd = -1;
	j->reader->size = (uint64_t)c->material.size;
	j->reader->digest = crypto_digest_new();
	memcpy(j->reader->sha256, c->material.sha256, sizeof(j->reader->sha256));
	j->job.work = open_work;
	j->job.keep = open_keep;
	j->job.release = open_release;
	return material_job_start(t, j);
}

/* ---- goods and media ---- */

enum item_column { ITEM_MATTER, ITEM_SEQ, ITEM_ACT, ITEM_ACCOUNT, ITEM_PERSON, ITEM_HAPPENED_AT, ITEM_RECORDED_AT,
		   ITEM_PAYLOAD };

enum step item_list(struct task *t)
{
	struct item_list_call *c = task_ctx(t);
	const char *matters = matters_of(task_arena(t), &c->view);
	struct pg_segment *seg = app_segment(&c->view.call, PG_LANE_READ);

	c->at = pg_segment_addv(seg, Q_ITEM_ACTS, PG_CSTR(matters));
	return pg_segment_wait(seg, t);
}

/* Items that came with the filing have the first numbers; the others count on. */
static int64_t first_number(const struct item_list_call *c, int64_t matter)
{
	const struct dossier *d = c->view.dossier;
	int64_t n = 1;

	for (int i = 0; matter == c->view.id && i < d->item_count; i++)
		n += d->items[i].origin != 0;
	return n;
}

enum step item_listed(struct task *t)
{
	struct item_list_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->view.call.seg);
	size_t count = pg_rows(r, c->at);
	int64_t matter = 0, next = 0;

	c->numbers = arena_array(task_arena(t), int64_t, count + 1);
	for (size_t i = 0; i < count; i++) {
		struct json_doc *doc;

		if (pg_i64(r, c->at, i, ITEM_MATTER) != matter) {
			matter = pg_i64(r, c->at, i, ITEM_MATTER);
			next = first_number(c, matter);
		}
		if (sv_eq_str(pg_text(r, c->at, i, ITEM_ACT), "item_add"))
			c->numbers[i] = next++;
		else if (json_parse(task_arena(t), pg_text(r, c->at, i, ITEM_PAYLOAD), &doc, task_err(t)) != ERR_OK)
			return STEP_FAIL;
		else
			json_to_i64(json_get(json_root(doc), field_info(FIELD_ITEM)->name), &c->numbers[i]);
	}
	return STEP_NEXT;
}

bool item_chain(const struct item_list_call *c, const struct item *item, size_t *at, struct item_act *ret)
{
	const struct pg_reply *r = pg_segment_reply(c->view.call.seg);

	for (size_t i = *at; i < pg_rows(r, c->at); i++) {
		int64_t matter = pg_i64(r, c->at, i, ITEM_MATTER);
		int number = matter == c->view.id ? item->seq : item->origin;

		if (number == 0 || c->numbers[i] != number)
			continue;
		*ret = (struct item_act){
			.matter = matter, .seq = pg_i64(r, c->at, i, ITEM_SEQ),
			.kind = matter == c->view.id ? c->view.kind : MATTER_CLUE,
			.act = pg_text(r, c->at, i, ITEM_ACT), .account = pg_cstr(r, c->at, i, ITEM_ACCOUNT),
			.person = pg_cstr(r, c->at, i, ITEM_PERSON),
			.happened_at = pg_instant(r, c->at, i, ITEM_HAPPENED_AT),
			.recorded_at = pg_instant(r, c->at, i, ITEM_RECORDED_AT),
			.payload = pg_text(r, c->at, i, ITEM_PAYLOAD),
		};
		*at = i + 1;
		return true;
	}
	return false;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What leaves as a ZIP: one package, or everything of a hand-over. Both are plans of files, written by
 * package/bag.h: small files from the database, contents from the store. */
#include "app/handoff.h"

#include <stdlib.h>

#include "app/act.h"
#include "app/exchange.h"
#include "app/handoff_make.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "crypto/signed_by.h"
#include "gen/queries.h"
#include "package/name.h"
#include "package/thread.h"
#include "store/content.h"

enum { STREAM_ARENA = 256 << 20, EXPORT_FILES_MAX = 200000, LANES_MAX = RECORD_LANES_MAX, RETRIEVAL_ARENA = 32 << 20,
       RETRIEVAL_DEADLINE_MS = 10000 };

struct handoff_stream {
	struct arena arena;
	struct bag_plan plan;
	struct content_store *store;
	const char *file_name;
};

/* ---- writing ---- */

static enum err_code open_content(void *arg, const struct bag_file *f, int *ret_fd, struct err *err)
{
	struct handoff_stream *s = arg;
	char name[CONTENT_NAME_SIZE];
	uint64_t size;

	crypto_hex(f->sha256, sizeof(f->sha256), name);
	if (!s->store)
		return err_set(err, ERR_UNAVAILABLE, "store-off", "本系统没有配置材料库");
	return content_read(s->store, name, ret_fd, &size, err);
}

enum err_code handoff_stream_write(struct handoff_stream *s, handoff_write_fn *write, void *arg, struct err *err)
{
	const struct bag_source source = { s, open_content };
	const struct bag_output output = { arg, write };

	return bag_write_zip(&s->plan, &source, &output, err);
}

int64_t handoff_stream_size(const struct handoff_stream *s UNUSED)
{
	return -1;
}

const char *handoff_stream_name(const struct handoff_stream *s)
{
	return s->file_name;
}

void handoff_stream_free(struct handoff_stream *s)
{
	if (!s)
		return;
	arena_fini(&s->arena);
	free(s);
}

static struct handoff_stream *stream_new(const struct app *app)
{
	struct handoff_stream *s = xcalloc(1, sizeof(*s));

	arena_init(&s->arena, STREAM_ARENA);
	s->store = app->content;
	return s;
}

static void free_untaken(void *arg)
{
	struct handoff_stream_call *c = arg;

	handoff_stream_free(c->stream);
	c->stream = NULL;
}

static struct sv keep(struct handoff_stream *s, struct sv text)
{
	return (struct sv){ text.p ? arena_strndup(&s->arena, text.p, text.n) : NULL, text.n };
}

/* A stored package's plan with its small files in it. */
static enum err_code restore(struct handoff_stream *s, struct sv plan, struct sv texts, struct bag_plan *ret,
			     struct err *err)
{
	const struct handoff_texts *t;
	enum err_code code = bag_plan_restore(&s->arena, keep(s, plan), ret, err);

	if (code == ERR_OK)
		code = handoff_texts_read(&s->arena, keep(s, texts), &t, err);
	for (size_t i = 0; code == ERR_OK && i < ret->count; i++)
		ret->files[i].bytes = handoff_texts_find(t, ret->files[i].sha256);
	return code;
}

static enum step not_there(struct task *t)
{
	return task_fail(t, ERR_NOT_FOUND, "no-such-matter", "没有这一移送，或者您无权查看");
}

/* ---- one package ---- */

enum { P_NAME, P_PLAN, P_TEXTS, P_HELD, P_LANE, P_N };
enum { S_CHANNEL = 3, S_THREAD, S_SIDE, S_NUMBER, S_OWN = 18 }; /* of handoff_show */

enum step handoff_package(struct task *t)
{
	struct handoff_stream_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	c->call.matter = c->id;
	c->at = pg_segment_addv(seg, Q_HANDOFF_SHOW, PG_I64(c->id));
	pg_segment_addv(seg, Q_PACKAGE_LOAD, PG_I64(c->id), PG_I64(c->seq));
	pg_segment_addv(seg, Q_HANDOFF_RETRIEVED, PG_I64(c->id), PG_I64(c->call.who->actor.organ), PG_I64(c->seq));
	return pg_segment_wait(seg, t);
}

static const struct task_step retrieval_steps[] = { ACT_STEPS, TASK_STEPS_END };

static void retrieved(struct task *child, enum err_code code, void *arg)
{
	struct task_ref *waiting = arg;
	struct task *t = task_ref_get(*waiting);

	if (code != ERR_OK)
		log_info("retrieval_not_recorded", "rule=%s", task_err(child)->rule);
	free(waiting);
	if (t)
		task_resume(t);
}

/* By whoever downloads, as an act of its own: if it cannot be recorded, the package is still his to read. */
static enum step record_retrieval(struct task *t, int64_t version)
{
	struct handoff_stream_call *c = task_ctx(t);
	struct task *child = task_new(c->call.app->loop, &(struct task_options){
		.name = "retrieved", .deadline_ms = RETRIEVAL_DEADLINE_MS, .arena_cap = RETRIEVAL_ARENA });
	struct act_call *a = arena_new(task_arena(child), struct act_call);
	struct task_ref *waiting = xmalloc(sizeof(*waiting));

	*waiting = task_ref(t);
	*a = (struct act_call){
		.call = { .app = c->call.app, .book = c->call.book, .who = session_copy(task_arena(child), c->call.who),
			  .place = "download", .request_id = "", .action = "retrieved" },
		.matter = c->id, .kind = MATTER_HANDOFF, .act = SV("retrieved"), .version = version, .happened_at = clock_now(),
		.key = arena_printf(task_arena(child), "retrieved:%lld:%lld", (long long)c->id, (long long)c->seq),
	};
	crypto_hex("retrieved", 9, a->request_digest);
	memset(a->request_digest + 18, '0', 64 - 18);
	a->request_digest[64] = '\0';
	task_start(child, retrieval_steps, a, retrieved, waiting);
	return STEP_WAIT;
}

static bool is_receiver(const struct handoff_stream_call *c, int64_t side)
{
	static const uint32_t workers = ROLES_OFFICERS | ROLE_CLERK | ROLE_POLICE | ROLE_PROCURATORATE | ROLE_COURT;

	return (side & (SIDE_RECEIVER | SIDE_THIRD)) && (c->call.who->actor.roles & workers);
}

enum step handoff_package_read(struct task *t)
{
	struct handoff_stream_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	const size_t show = c->at, at = c->at + 1, was = c->at + 2;

	if (pg_rows(r, show) == 0)
		return not_there(t);
	if (pg_rows(r, at) == 0)
		return task_fail(t, ERR_NOT_FOUND, "no-such-package", "本移送没有序号为 %lld 的移送包", (long long)c->seq);
	if (!pg_bool(r, at, 0, P_HELD))
		return task_fail(t, ERR_FORBIDDEN, "package-not-held", "抄送机关只有移送包的清单，没有内容");
	c->stream = stream_new(c->call.app);
	task_on_end(t, free_untaken, c);
	if (restore(c->stream, pg_text(r, at, 0, P_PLAN), pg_text(r, at, 0, P_TEXTS), &c->stream->plan, task_err(t)) != ERR_OK)
		return STEP_FAIL;
	c->stream->file_name = arena_printf(&c->stream->arena, "%s.zip", c->stream->plan.name);
	if (!is_receiver(c, pg_i64(r, show, 0, S_SIDE)) || pg_bool(r, was, 0, 0))
		return STEP_NEXT;
	return record_retrieval(t, pg_i64(r, was, 0, 1));
}

enum step handoff_package_retrieved(struct task *t UNUSED)
{
	return STEP_NEXT;
}

/* ---- everything ---- */

struct export {
	struct handoff_stream *s;
	struct err *err;
	const struct crypto_signer *signer;
	size_t room;
	/* certificates by lane */
	const char *lanes[LANES_MAX];
	struct str certificates[LANES_MAX], sides[LANES_MAX]; /* sides: of the SM2 signatures */
	size_t lane_count;
};

static void add_file(struct export *x, const char *path, struct sv bytes)
{
	struct bag_plan *p = &x->s->plan;
	struct bag_file *f = &p->files[p->count++];

	CHECK(p->count <= x->room);
	*f = (struct bag_file){ .path = sv_of(path), .size = bytes.n, .bytes = bytes };
	crypto_sha256(bytes.p, bytes.n, f->sha256);
}

/* A lane's certificates, each once; renewed ones stand side by side. */
static enum err_code add_certificate(struct export *x, const char *lane, struct sv pem, bool side)
{
	size_t i = 0;

	while (i < x->lane_count && strcmp(x->lanes[i], lane) != 0)
		i++;
	if (i == LANES_MAX)
		return err_set(x->err, ERR_TOO_LARGE, "too-many-organs", "参与移送的机关过多");
	if (i == x->lane_count) {
		x->lanes[x->lane_count++] = lane;
		str_init(&x->certificates[i], CRYPTO_PEM_MAX);
		str_init(&x->sides[i], CRYPTO_PEM_MAX);
	}
	struct str *all = side ? &x->sides[i] : &x->certificates[i];
	if (pem.n && (!all->len || !memmem(all->p, all->len, pem.p, pem.n)))
		str_append_sv(all, pem);
	return ERR_OK;
}

static enum err_code signer_of(struct export *x, const char *lane, struct sv cms)
{
	struct str pem = STR_INIT(CRYPTO_PEM_MAX);
	enum err_code code = crypto_signed_by(cms, &pem, x->err);

	if (code == ERR_OK)
		code = add_certificate(x, lane, (struct sv){ str_cstr(&pem), pem.len }, false);
	str_release(&pem);
	return code;
}

static struct sv unhex(struct export *x, const struct pg_reply *r, size_t at, size_t row, int col)
{
	struct sv bytes = { NULL, 0 };

	if (!pg_is_null(r, at, row, col) && !handoff_from_hex(&x->s->arena, pg_text(r, at, row, col), &bytes))
		BUG("hex from the database");
	return bytes;
}

/* A record with its signatures, and its line in thread.json. */
static enum err_code add_record(struct export *x, const struct pg_reply *r, size_t at, size_t row,
				struct thread_row *ret)
{
	enum { LANE, N, BODY, CMS, SM2 };
	struct arena *arena = &x->s->arena;
	struct sv body = keep(x->s, pg_text(r, at, row, BODY)), cms = unhex(x, r, at, row, CMS);
	struct sv sm2 = unhex(x, r, at, row, SM2);
	struct record *record = arena_new(arena, struct record);
	enum err_code code = record_parse(arena, body, "记录", record, x->err);

	if (code != ERR_OK)
		return code;
	const char *lane = arena_strndup(arena, record->lane.p, record->lane.n);
	const char *path = thread_record_file(arena, row + 1, record);
	*ret = (struct thread_row){ .file = sv_of(path), .lane = record->lane, .n = record->n, .digest = record_digest(body) };
	add_file(x, path, body);
	add_file(x, arena_printf(arena, "%s.p7s", path), cms);
	if (sm2.p)
		add_file(x, arena_printf(arena, "%s.sm2", path), sm2);
	code = signer_of(x, lane, cms);
	return code == ERR_OK ? add_certificate(x, lane, record->sm2_certificate, true) : code;
}

static enum err_code add_package(struct export *x, const struct pg_reply *r, size_t at, size_t row, struct thread_bag *ret)
{
	struct arena *arena = &x->s->arena;
	struct bag_plan *p = arena_new(arena, struct bag_plan);
	enum err_code code = restore(x->s, pg_text(r, at, row, P_PLAN), pg_text(r, at, row, P_TEXTS), p, x->err);

	if (code != ERR_OK)
		return code;
	if (!pg_bool(r, at, row, P_HELD))
		return err_set(x->err, ERR_FORBIDDEN, "package-not-held", "抄送机关只有移送包的清单，没有内容，不能导出");
	*ret = (struct thread_bag){ .name = sv_of(p->name), .tagmanifest = p->tagmanifest };
	for (size_t i = 0; i < p->count; i++) {
		struct bag_file *f = &x->s->plan.files[x->s->plan.count++];
		CHECK(x->s->plan.count <= x->room);
		*f = p->files[i];
		f->path = sv_of(arena_printf(arena, "bags/%s/%.*s", p->name, SV_ARG(p->files[i].path)));
	}
	return ERR_OK;
}

static enum err_code add_list(struct export *x, const struct thread_list *list)
{
	struct arena *arena = &x->s->arena;
	struct str text = STR_INIT(THREAD_BYTES_MAX), cms = STR_INIT(CRYPTO_CMS_MAX), sm2 = STR_INIT(CRYPTO_CMS_MAX);
	enum err_code code = thread_list_write(arena, list, &text, x->err);
	struct sv bytes = { arena_strndup(arena, str_cstr(&text), text.len), text.len };

	if (code == ERR_OK)
		code = crypto_sign_cms(x->signer, bytes, &cms, x->err);
	if (code == ERR_OK && crypto_signer_has_sm2(x->signer))
		code = crypto_sign_sm2(x->signer, bytes, &sm2, x->err);
	if (code == ERR_OK) {
		struct sv der = handoff_bytes(arena, &cms);
		add_file(x, "thread.json", bytes);
		add_file(x, "thread.json.p7s", der);
		if (sm2.len)
			add_file(x, "thread.json.sm2", handoff_bytes(arena, &sm2));
		code = signer_of(x, crypto_signer_certificate(x->signer)->code, der);
	}
	str_release(&text);
	str_release(&cms);
	str_release(&sm2);
	return code;
}

static void add_certificates(struct export *x)
{
	struct arena *arena = &x->s->arena;

	for (size_t i = 0; i < x->lane_count; i++) {
		struct str *pem = &x->certificates[i], *side = &x->sides[i];
		add_file(x, arena_printf(arena, "certificates/%s.pem", x->lanes[i]),
			 (struct sv){ arena_strndup(arena, str_cstr(pem), pem->len), pem->len });
		if (side->len)
			add_file(x, arena_printf(arena, "certificates/%s.sm2.pem", x->lanes[i]),
				 (struct sv){ arena_strndup(arena, str_cstr(side), side->len), side->len });
	}
}

static int compare_paths(const void *a, const void *b)
{
	return name_compare(((const struct bag_file *)a)->path, ((const struct bag_file *)b)->path);
}

/* Rows of a package's plan, before it is parsed: as many as it has "path" members. */
static size_t count_files(const struct pg_reply *r, size_t at)
{
	size_t n = 0;

	for (size_t row = 0; row < pg_rows(r, at); row++) {
		struct sv plan = pg_text(r, at, row, P_PLAN);
		for (const char *p = plan.p; (p = memmem(p, plan.n - (size_t)(p - plan.p), "\"path\"", 6)) != NULL; p += 6)
			n++;
	}
	return n;
}

static enum err_code build(struct export *x, const struct pg_reply *r, size_t show)
{
	struct arena *arena = &x->s->arena;
	const size_t records = show + 1, packages = show + 2;
	size_t rn = pg_rows(r, records), pn = pg_rows(r, packages);
	struct thread_row *rows = arena_array(arena, struct thread_row, rn + 1);
	struct thread_bag *bags = arena_array(arena, struct thread_bag, pn + 1);
	struct thread_list list = { .records = rows, .bags = bags, .record_count = rn, .bag_count = pn };
	struct sv number = keep(x->s, pg_text(r, show, 0, S_NUMBER));
	enum err_code code = ERR_OK;

	x->room = rn * 3 + count_files(r, packages) + 3 + LANES_MAX * 2;
	if (x->room > EXPORT_FILES_MAX)
		return err_set(x->err, ERR_TOO_LARGE, "export-too-large", "文件过多，不能一次导出");
	x->s->plan.files = arena_array(arena, struct bag_file, x->room);
	list.thread = keep(x->s, pg_text(r, show, 0, S_THREAD));
	list.channel = keep(x->s, pg_text(r, show, 0, S_CHANNEL));
	list.handoff_no = number.p ? number : SV("");
	list.exporter = sv_of(crypto_signer_certificate(x->signer)->code);
	list.sm2_certificate = crypto_signer_sm2_pem(x->signer);
	/* With its chain, so it comes before the same one out of a record. */
	code = add_certificate(x, crypto_signer_certificate(x->signer)->code, list.sm2_certificate, true);
	for (size_t i = 0; i < rn && code == ERR_OK; i++)
		code = add_record(x, r, records, i, &rows[i]);
	for (size_t i = 0; i < pn && code == ERR_OK; i++)
		code = add_package(x, r, packages, i, &bags[i]);
	if (code == ERR_OK)
		code = add_list(x, &list);
	if (code != ERR_OK)
		return code;
	add_certificates(x);
	qsort(x->s->plan.files, x->s->plan.count, sizeof(struct bag_file), compare_paths);
	const char *safe = name_safe(arena, number.n ? number : list.thread, "handoff");
	x->s->plan.name = safe ? safe : "handoff";
	x->s->file_name = arena_printf(arena, "%s.zip", x->s->plan.name);
	return ERR_OK;
}

enum step handoff_export(struct task *t)
{
	struct handoff_stream_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_SLOW);

	c->call.matter = c->id;
	c->at = pg_segment_addv(seg, Q_HANDOFF_SHOW, PG_I64(c->id));
	pg_segment_addv(seg, Q_RECORD_EXPORT, PG_I64(c->id));
	pg_segment_addv(seg, Q_PACKAGE_LOAD_ALL, PG_I64(c->id));
	return pg_segment_wait(seg, t);
}

enum step handoff_export_read(struct task *t)
{
	struct handoff_stream_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);
	struct export *x = arena_new(task_arena(t), struct export);

	if (pg_rows(r, c->at) == 0)
		return not_there(t);
	if (pg_rows(r, c->at + 1) == 0)
		return task_fail(t, ERR_WRONG_STATE, "nothing-sent", "本移送还没有发出任何记录，没有可以导出的内容");
	const char *own = pg_is_null(r, c->at, 0, S_OWN) ? "" : pg_cstr(r, c->at, 0, S_OWN);
	x->signer = exchange_signer(c->call.app->keys, own);
	if (!x->signer)
		return task_fail(t, ERR_WRONG_STATE, "exchange-no-key", "本机关（%s）没有配置签名密钥，不能导出", own);
	x->err = task_err(t);
	x->s = c->stream = stream_new(c->call.app);
	task_on_end(t, free_untaken, c);
	enum err_code code = build(x, r, c->at);
	for (size_t i = 0; i < x->lane_count; i++) {
		str_release(&x->certificates[i]);
		str_release(&x->sides[i]);
	}
	return task_check(t, code);
}

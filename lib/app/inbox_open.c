/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * An export comes in as one ZIP or folder. On a thread of the store's pool it is read and verified whole: its list, every
 * record's signature, every bag to the last byte, whose contents go into the store while they are checked. Only then
 * the records are taken one after another, as everywhere. What fails before that is refused as a whole and kept in
 * quarantine. */
#include "app/inbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/bag_take.h"
#include "app/content_row.h"
#include "app/exchange.h"
#include "app/handoff_make.h"
#include "app/quarantine.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "gen/queries.h"
#include "package/name.h"
#include "package/thread.h"

enum { WORK_ARENA = 256 << 20, ENTRIES_MAX = 100000, RATIO_MAX = 100, SMALL_FILE_MAX = 16 << 20, PATH_SIZE = 1024 };

struct inbox_work {
	/* the job's own until it is done */
	struct task_ref task;
	struct loop *loop;
	struct content_store *store;
	const struct crypto_trust *trust;
	char *path, *own, *quarantine;
	uint64_t max_bytes;
	struct arena arena;
	struct err err;
	struct tree *tree;
	const char *prefix;
	/* what was found */
	struct thread_list list;
	struct record *records;
	struct inbox_item *items;
	size_t count;
	struct inbox_package *packages;
	size_t package_count;
	struct bag_taken taken;
	bool third;
	bool refused;
	uint8_t digest[32]; /* of what was refused */
	char kept[80];      /* its name in quarantine, "" when it is not kept */
	/* on the loop again: the task may end while records are being taken */
	int owners;
	struct exchange_organ organ;
	struct inbox_batch batch;
	struct inbox_result *results;
	size_t first; /* what `inbox_rest` begins with */
};

/* The task and a batch under way each hold it. */
static void work_free(void *arg)
{
	struct inbox_work *w = arg;

	if (--w->owners > 0)
		return;
	tree_close(w->tree);
	arena_fini(&w->arena);
	free(w->taken.sums);
	free(w->path);
	free(w->own);
	free(w->quarantine);
	free(w);
}

/* ---- reading: on the pool ---- */

static const char *below(struct inbox_work *w, const char *path)
{
	return arena_printf(&w->arena, "%s%s", w->prefix, path);
}

static struct sv bytes_of(struct inbox_work *w, const char *path)
{
	const struct tree_entry *e = tree_find(w->tree, sv_of(below(w, path)));

	return e && !e->is_folder ? e->bytes : (struct sv){ NULL, 0 };
}

/* Everything at the top, or below one folder. */
static enum err_code find_prefix(struct inbox_work *w)
{
	w->prefix = "";
	if (tree_find(w->tree, SV("thread.json")))
		return ERR_OK;
	if (tree_count(w->tree) > 0) {
		const char *first = tree_at(w->tree, 0)->path;
		w->prefix = arena_printf(&w->arena, "%.*s/", (int)strcspn(first, "/"), first);
	}
	if (tree_find(w->tree, sv_of(below(w, "thread.json"))))
		return ERR_OK;
	return err_set(&w->err, ERR_INVALID, "export-form", "这不是移送的导出：没有 thread.json");
}

static bool is_small(void *arg, const struct tree_entry *e)
{
	const struct inbox_work *w = arg;
	size_t n = strlen(w->prefix);

	return !e->is_folder && strncmp(e->path, w->prefix, n) == 0 &&
	       (strncmp(e->path + n, "thread.json", 11) == 0 || strncmp(e->path + n, "records/", 8) == 0 ||
		strncmp(e->path + n, "certificates/", 13) == 0);
}

/* Nothing that does not belong there. */
static enum err_code check_entries(struct inbox_work *w)
{
	static const char *const folders[] = { "records/", "bags/", "certificates/" };
	size_t n = strlen(w->prefix);

	for (size_t i = 0; i < tree_count(w->tree); i++) {
		const struct tree_entry *e = tree_at(w->tree, i);
		const char *path = strncmp(e->path, w->prefix, n) == 0 ? e->path + n : "";
		bool known = e->is_folder || strcmp(path, "stub.pdf") == 0 || strcmp(path, "thread.json") == 0 ||
			     strcmp(path, "thread.json.p7s") == 0 || strcmp(path, "thread.json.sm2") == 0;
		for (size_t k = 0; k < ARRAY_LEN(folders); k++)
			known = known || strncmp(path, folders[k], strlen(folders[k])) == 0;
		if (!known)
			return err_set(&w->err, ERR_INVALID, "export-form", "导出中有不认识的文件“%s”", NAME_SHOW(sv_of(e->path)));
	}
	return ERR_OK;
}

static enum err_code read_records(struct inbox_work *w)
{
	struct thread_check *check = thread_check_new();
	enum err_code code = ERR_OK;

	w->count = w->list.record_count;
	w->records = arena_array(&w->arena, struct record, w->count + 1);
	w->items = arena_array(&w->arena, struct inbox_item, w->count + 1);
	for (size_t i = 0; i < w->count && code == ERR_OK; i++) {
		const struct thread_row *row = &w->list.records[i];
		const char *file = arena_strndup(&w->arena, row->file.p, row->file.n);
		struct inbox_item *item = &w->items[i];
		struct crypto_certificate signer;
		item->body = bytes_of(w, file);
		item->cms = bytes_of(w, arena_printf(&w->arena, "%s.p7s", file));
		item->sm2 = bytes_of(w, arena_printf(&w->arena, "%s.sm2", file));
		struct record_digest digest = record_digest(item->body);
		if (!item->body.p || !record_digest_eq(&digest, &row->digest))
			code = err_set(&w->err, ERR_INVALID, "export-record", "记录 %s 缺少，或与清单不符", NAME_SHOW(row->file));
		if (code == ERR_OK)
			code = record_parse(&w->arena, item->body, file, &w->records[i], &w->err);
		if (code == ERR_OK)
			code = record_verify(item->body, &w->records[i], item->cms, item->sm2, w->trust, &signer, &w->err);
		if (code == ERR_OK)
			code = thread_check_record(check, &w->records[i], &digest, &w->err);
		if (code == ERR_OK && (!sv_eq(w->records[i].thread, w->list.thread) || !sv_eq(w->records[i].lane, row->lane)))
			code = err_set(&w->err, ERR_INVALID, "thread-other", "记录 %s 不属于这一移送", NAME_SHOW(row->file));
	}
	thread_check_free(check);
	return code;
}

/* Whoever exported signs the list; it has no time of its own, its last record has. */
static enum err_code check_list(struct inbox_work *w)
{
	struct crypto_certificate c;
	enum err_code code;

	if (w->count == 0)
		return err_set(&w->err, ERR_INVALID, "export-form", "导出中没有记录");
	code = crypto_verify_cms(bytes_of(w, "thread.json"), bytes_of(w, "thread.json.p7s"), w->trust,
				 w->records[w->count - 1].made_at, &c, &w->err);
	if (code == ERR_OK && !sv_eq_str(w->list.exporter, c.code))
		code = err_set(&w->err, ERR_INVALID, "certificate-organ", "thread.json 的签名机关与导出机关不符");
	if (code == ERR_OK)
		code = side_verify(bytes_of(w, "thread.json"), bytes_of(w, "thread.json.sm2"), w->list.sm2_certificate,
				   w->list.exporter, NULL, w->records[w->count - 1].made_at, &w->err);
	return code;
}

/* Is any of it for us, and do we only get copies? */
static enum err_code check_addressee(struct inbox_work *w)
{
	bool ours = false, receiver = false;

	for (size_t i = 0; i < w->count; i++) {
		const struct record *r = &w->records[i];
		struct sv next = json_string(json_get(r->fields_value, field_info(FIELD_PEER_NEXT)->name));
		struct sv to = json_string(json_get(r->fields_value, field_info(FIELD_RECEIVER)->name));
		for (size_t k = 0; k < r->to_count; k++)
			ours = ours || sv_eq_str(r->to[k], w->own);
		ours = ours || sv_eq_str(r->lane, w->own);
		receiver = receiver || sv_eq_str(next, w->own) || (r->kind == RECORD_submitted && sv_eq_str(to, w->own)) ||
			   (r->kind == RECORD_submitted && sv_eq_str(r->lane, w->own));
	}
	w->third = !receiver;
	return ours ? ERR_OK : err_set(&w->err, ERR_INVALID, "record-addressee", "这一移送不是发给本机关的");
}

/* ---- bags ---- */

static enum err_code read_bags(struct inbox_work *w)
{
	enum err_code code = ERR_OK;

	w->packages = arena_array(&w->arena, struct inbox_package, w->list.bag_count + 1);
	for (size_t i = 0; i < w->list.bag_count && code == ERR_OK; i++) {
		const char *name = arena_strndup(&w->arena, w->list.bags[i].name.p, w->list.bags[i].name.n);
		struct bag *b = NULL;
		if (tree_find(w->tree, sv_of(below(w, arena_printf(&w->arena, "bags/%s.zip", name)))))
			return err_set(&w->err, ERR_INVALID, RULE_NOT_SUPPORTED, "不支持导出中再压缩的移送包 %s.zip，请先解压", name);
		code = bag_open_in(w->tree, below(w, arena_printf(&w->arena, "bags/%s/", name)), 0, &b, &w->err);
		if (code == ERR_OK)
			code = bag_take(b, w->third ? NULL : w->store, w->trust, &w->arena, &w->packages[w->package_count++],
					&w->taken, &w->err);
		bag_close(b);
	}
	return code;
}

static enum err_code read_all(struct inbox_work *w)
{
	const struct package_limits limits = { .total_bytes = w->max_bytes, .entries = ENTRIES_MAX, .ratio = RATIO_MAX,
					       .file_bytes = SMALL_FILE_MAX };
	enum err_code code;

	if ((code = tree_open(w->path, &limits, &w->tree, &w->err)) != ERR_OK || (code = find_prefix(w)) != ERR_OK ||
	    (code = check_entries(w)) != ERR_OK || (code = tree_load(w->tree, w, is_small, &w->err)) != ERR_OK ||
	    (code = thread_list_parse(&w->arena, bytes_of(w, "thread.json"), &w->list, &w->err)) != ERR_OK ||
	    (code = read_records(w)) != ERR_OK || (code = check_list(w)) != ERR_OK || (code = check_addressee(w)) != ERR_OK)
		return code;
	return read_bags(w);
}

/* ---- what was refused ---- */

static bool copy_file(int from, int to, struct crypto_digest *digest)
{
	char buffer[65536];

	for (;;) {
		ssize_t n = read(from, buffer, sizeof(buffer));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		crypto_digest_update(digest, buffer, (size_t)n);
		for (ssize_t done = 0; to >= 0 && done < n;) {
			ssize_t put = write(to, buffer + done, (size_t)(n - done));
			if (put < 0 && errno != EINTR)
				return false;
			done += put > 0 ? put : 0;
		}
	}
}

/* The ZIP as it came, under its digest. A folder has only the digest of its list. */
static void keep_refused(struct inbox_work *w)
{
	struct crypto_digest *digest = crypto_digest_new();
	char hex[CRYPTO_SHA256_HEX_SIZE], part[PATH_SIZE], path[PATH_SIZE];
	int from = open(w->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), to = -1;
	int n = snprintf(part, sizeof(part), "%s/.part-XXXXXX", w->quarantine);
	w->refused = true;
	bool wanted = w->quarantine[0] && n > 0 && (size_t)n < sizeof(part) && w->err.code != ERR_TOO_LARGE;

	if (wanted && from >= 0)
		to = mkostemp(part, O_CLOEXEC);
	bool ok = from >= 0 && copy_file(from, to, digest);
	crypto_digest_finish(digest, w->digest);
	crypto_hex(w->digest, sizeof(w->digest), hex);
	n = snprintf(path, sizeof(path), "%s/%s.zip", w->quarantine, hex);
	ok = ok && to >= 0 && fsync(to) == 0 && n > 0 && (size_t)n < sizeof(path) && rename(part, path) == 0;
	if (ok)
		snprintf(w->kept, sizeof(w->kept), "%s.zip", hex);
	else if (to >= 0)
		(void)unlink(part);
	if (to >= 0)
		close(to);
	if (from >= 0)
		close(from);
}

/* ---- the job ---- */

static void work(void *arg)
{
	struct inbox_work *w = arg;

	if (read_all(w) != ERR_OK && !(w->err.code == ERR_NO_SPACE || w->err.code == ERR_IO || w->err.code == ERR_UNAVAILABLE))
		keep_refused(w);
}

static void work_done(void *arg)
{
	struct inbox_work *w = arg;
	struct task *t = task_ref_get(w->task);

	if (!t) {
		work_free(w);
		return;
	}
	struct inbox_call *c = task_ctx(t);
	c->work = w;
	task_on_end(t, work_free, w);
	task_resume(t);
}

/* ---- steps ---- */

enum step inbox_open(struct task *t)
{
	struct inbox_call *c = task_ctx(t);
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_READ);

	if (!c->call.app->keys)
		return task_fail(t, ERR_WRONG_STATE, "exchange-no-key", "没有配置可信的机关证书，不能接收");
	pg_segment_add0(seg, Q_EXCHANGE_ACCOUNTS);
	return pg_segment_wait(seg, t);
}

static bool find_organ(struct task *t, struct arena *arena, struct exchange_organ *ret)
{
	struct inbox_call *c = task_ctx(t);
	const struct pg_reply *r = pg_segment_reply(c->call.seg);

	for (size_t i = 0; i < pg_rows(r, 1); i++) {
		exchange_organ_read(arena, r, 1, i, ret);
		if (ret->id == c->call.who->actor.organ)
			return true;
	}
	return false;
}

enum step inbox_opened(struct task *t)
{
	struct inbox_call *c = task_ctx(t);
	struct app *app = c->call.app;
	struct inbox_work *w = xcalloc(1, sizeof(*w));

	arena_init(&w->arena, WORK_ARENA);
	w->owners = 1;
	if (!find_organ(t, &w->arena, &w->organ)) {
		work_free(w);
		return task_fail(t, ERR_WRONG_STATE, "exchange-no-account", "本机关没有开通移送交换，请系统管理员配置");
	}
	w->task = task_ref(t);
	w->loop = app->loop;
	w->store = app->content;
	w->trust = exchange_trust(app->keys);
	w->path = xstrdup(c->path);
	w->own = xstrdup(w->organ.code);
	w->quarantine = xstrdup(exchange_quarantine_folder(app->exchange));
	w->max_bytes = exchange_max_package(app->exchange);
	if (offload_submit(app->content_pool ? app->content_pool : app->offload, work, work_done, w, app->loop))
		return STEP_WAIT;
	work_free(w);
	return task_fail(t, ERR_BUSY, "store-busy", "材料库正忙，请稍后再试");
}

/* Verified, or refused as a whole; then the store's rows. */
enum step inbox_verified(struct task *t)
{
	struct inbox_call *c = task_ctx(t);
	struct inbox_work *w = c->work;
	char source[160];

	if (w->err.code != ERR_OK) {
		snprintf(source, sizeof(source), "disc:%s", c->call.who->account);
		exchange_count_refused(c->call.app->exchange);
		if (w->refused)
			quarantine_note(c->call.app, &w->organ, source, w->digest, w->kept[0] ? w->kept : NULL, &w->err);
		*task_err(t) = w->err;
		return STEP_FAIL;
	}
	c->thread = arena_strndup(task_arena(t), w->list.thread.p, w->list.thread.n);
	if (w->taken.count == 0)
		return STEP_NEXT;
	struct pg_segment *seg = app_segment(&c->call, PG_LANE_WRITE);
	for (size_t i = 0; i < w->taken.count; i++)
		content_row_add(seg, &w->taken.sums[i]);
	return pg_segment_wait(seg, t);
}

struct taking {
	struct task_ref task;
	struct inbox_work *work;
};

static void batch_done(void *arg)
{
	struct taking *taking = arg;
	struct task *t = task_ref_get(taking->task);

	if (t)
		task_resume(t);
	work_free(taking->work);
	free(taking);
}

static size_t first_for_us(const struct inbox_work *w)
{
	for (size_t i = 0; i < w->count; i++) {
		for (size_t k = 0; k < w->records[i].to_count; k++) {
			if (sv_eq_str(w->records[i].to[k], w->own))
				return i;
		}
	}
	return 0;
}

static enum step take(struct task *t, size_t from, size_t count, bool whole)
{
	struct inbox_call *c = task_ctx(t);
	struct inbox_work *w = c->work;
	struct taking *taking = xcalloc(1, sizeof(*taking));

	*taking = (struct taking){ .task = task_ref(t), .work = w };
	w->owners++;
	w->batch = (struct inbox_batch){ .app = c->call.app, .organ = &w->organ, .items = w->items + from, .count = count,
					 .source = arena_printf(&w->arena, "disc:%s", c->call.who->account),
					 .packages = w->packages, .package_count = w->package_count,
					 .whole_thread = whole, .results = w->results + from };
	inbox_take(&w->batch, batch_done, taking);
	return STEP_WAIT;
}

/* Who joins late takes all that went before at once; the rest follows record by record. */
enum step inbox_begin(struct task *t)
{
	struct inbox_call *c = task_ctx(t);
	struct inbox_work *w = c->work;
	size_t late = first_for_us(w);

	c->count = w->count;
	c->results = w->results = arena_array(&w->arena, struct inbox_result, c->count + 1);
	for (size_t i = 0; i < c->count; i++)
		c->results[i].outcome = INBOX_SKIPPED;
	bool own = sv_eq_str(w->records[0].lane, w->own);
	if (late == 0 || own)
		return STEP_NEXT;
	w->first = late + 1;
	return take(t, 0, late + 1, true);
}

enum step inbox_rest(struct task *t)
{
	struct inbox_call *c = task_ctx(t);
	struct inbox_work *w = c->work;
	bool stopped = false;

	for (size_t i = 0; i < w->first; i++)
		stopped = stopped || c->results[i].outcome == INBOX_REFUSED || c->results[i].outcome == INBOX_LATER;
	if (stopped || w->first == w->count)
		return STEP_NEXT;
	return take(t, w->first, w->count - w->first, false);
}

enum step inbox_answer(struct task *t)
{
	struct inbox_call *c = task_ctx(t);
	struct inbox_work *w = c->work;

	for (size_t i = 0; i < c->count; i++) {
		struct inbox_result *res = &c->results[i];
		if (res->digest[0])
			continue; /* not taken: say at least which it was */
		snprintf(res->lane, sizeof(res->lane), "%.*s", SV_ARG(w->records[i].lane));
		snprintf(res->kind, sizeof(res->kind), "%s", record_kind_name(w->records[i].kind));
		res->n = w->records[i].n;
		record_digest_format(&w->list.records[i].digest, res->digest);
	}
	exchange_nudge(c->call.app->exchange);
	return STEP_NEXT;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Records come in, one after another; each is a task that ends in the steps of an act. */
#include "app/inbox.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/exchange.h"
#include "app/handoff_part.h"
#include "app/inbox_check.h"
#include "app/quarantine.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "gen/queries.h"

enum { ONE_ARENA = 128 << 20, ONE_DEADLINE_MS = 30000 };

struct inbox_run {
	struct inbox_batch *batch;
	inbox_done_fn *on_done;
	void *arg;
	size_t next;
	bool stopped; /* behind a refusal */
};

/* One record on its way in. */
struct inbox_one {
	struct act_call act; /* first */
	struct inbox_run *run;
	const struct inbox_item *item;
	struct inbox_result *result;
	struct inbox_past it;
	struct inbox_past *past; /* of a hand-over that is sent on: all before it */
	size_t past_count;
	struct inbox_peer *peers; /* directory, by lane */
	size_t peer_count;
	struct handoff_part part;
	struct handoff_arrival arrival;
	size_t at_copy, at_records, at_peers;
	bool known;
};

static const struct inbox_batch *batch_of(const struct inbox_one *o)
{
	return o->run->batch;
}

/* ---- what it says ---- */

static enum err_code parse(struct task *t, const struct inbox_item *item, struct inbox_past *ret)
{
	struct err why = ERR_INIT;
	enum err_code code = record_parse(task_arena(t), item->body, "记录", &ret->record, &why);

	ret->digest = record_digest(item->body);
	if (code == ERR_OK)
		return ERR_OK;
	err_set(task_err(t), ERR_INVALID, "record-malformed", "%s", why.message);
	err_field(task_err(t), "%s", why.field);
	return ERR_INVALID;
}

static enum step one_read(struct task *t)
{
	struct inbox_one *o = task_ctx(t);
	const struct inbox_batch *b = batch_of(o);
	struct inbox_result *res = o->result;

	if (parse(t, o->item, &o->it) != ERR_OK)
		return STEP_FAIL;
	const struct record *r = &o->it.record;
	snprintf(res->lane, sizeof(res->lane), "%.*s", SV_ARG(r->lane));
	snprintf(res->kind, sizeof(res->kind), "%s", record_kind_name(r->kind));
	snprintf(res->thread, sizeof(res->thread), "%.*s", SV_ARG(r->thread));
	res->n = r->n;
	if (!b->whole_thread)
		return STEP_NEXT;
	if (b->count > HANDOFF_THREAD_MAX)
		return task_fail(t, ERR_TOO_LARGE, "record-malformed", "一次送来的移送记录过多");
	o->past = arena_array(task_arena(t), struct inbox_past, b->count);
	for (; o->past_count + 1 < b->count; o->past_count++) {
		if (parse(t, &b->items[o->past_count], &o->past[o->past_count]) != ERR_OK)
			return STEP_FAIL;
	}
	return STEP_NEXT;
}

/* ---- what we know ---- */

static void ask_peer(struct inbox_one *o, struct pg_segment *seg, struct arena *arena, struct sv lane)
{
	const char *code = arena_strndup(arena, lane.p, lane.n);

	for (size_t i = 0; i < o->peer_count; i++) {
		if (strcmp(o->peers[i].code, code) == 0)
			return;
	}
	size_t at = pg_segment_addv(seg, Q_ORGAN_PEER_FIND, PG_CSTR(code));
	if (o->peer_count == 0)
		o->at_peers = at;
	o->peers[o->peer_count++].code = code;
}

/* Lanes and numbers of the records that this one names, as two array literals. */
static void names_of(struct arena *arena, const struct record *r, const char **ret_lanes, const char **ret_ns)
{
	struct str lanes = STR_INIT(16384), ns = STR_INIT(16384);

	str_printf(&lanes, "{%.*s,%.*s", SV_ARG(r->lane), SV_ARG(r->lane));
	str_printf(&ns, "{%lld,%lld", (long long)r->n, (long long)(r->n - 1));
	for (size_t i = 0; i < r->seen_count; i++) {
		str_printf(&lanes, ",%.*s", SV_ARG(r->seen[i].lane));
		str_printf(&ns, ",%lld", (long long)r->seen[i].n);
	}
	str_append_char(&lanes, '}');
	str_append_char(&ns, '}');
	*ret_lanes = arena_strdup(arena, str_cstr(&lanes));
	*ret_ns = arena_strdup(arena, str_cstr(&ns));
	str_release(&lanes);
	str_release(&ns);
}

static enum step one_find(struct task *t)
{
	struct inbox_one *o = task_ctx(t);
	struct arena *arena = task_arena(t);
	const struct record *r = &o->it.record;
	const char *thread = arena_strndup(arena, r->thread.p, r->thread.n), *lanes, *ns;
	struct pg_segment *seg = app_segment(&o->act.call, PG_LANE_READ);
	int64_t organ = batch_of(o)->organ->id;

	if (r->n > INT32_MAX)
		return task_fail(t, ERR_INVALID, "record-gap", "记录的序号过大");
	names_of(arena, r, &lanes, &ns);
	o->at_copy = pg_segment_addv(seg, Q_INBOX_COPY, PG_I64(organ), PG_CSTR(thread),
				    PG_CSTR(batch_of(o)->organ->code));
	o->at_records = pg_segment_addv(seg, Q_INBOX_RECORDS, PG_I64(organ), PG_CSTR(thread), PG_CSTR(lanes), PG_CSTR(ns));
	o->peers = arena_array(arena, struct inbox_peer, o->past_count + 2);
	ask_peer(o, seg, arena, r->lane);
	for (size_t i = 0; i < o->past_count; i++)
		ask_peer(o, seg, arena, o->past[i].record.lane);
	return pg_segment_wait(seg, t);
}

static void read_peers(struct inbox_one *o, const struct pg_reply *r)
{
	enum { CODE, NAME, KIND, REGION, WAY, URL, PIN, ACTIVE };

	for (size_t i = 0; i < o->peer_count; i++) {
		size_t at = o->at_peers + i;
		if (pg_rows(r, at) == 0)
			continue;
		o->peers[i].active = pg_bool(r, at, 0, ACTIVE);
		o->peers[i].pin = pg_cstr(r, at, 0, PIN);
	}
}

static enum err_code read_sight(struct inbox_one *o, struct task *t, const struct pg_reply *r, struct inbox_sight *ret)
{
	size_t n = pg_rows(r, o->at_records);
	struct handoff_head *all = arena_array(task_arena(t), struct handoff_head, n + 1);

	for (size_t i = 0; i < n; i++) {
		struct sv digest;
		all[i] = (struct handoff_head){ .lane = pg_cstr(r, o->at_records, i, 0), .n = pg_i64(r, o->at_records, i, 1) };
		if (!handoff_from_hex(task_arena(t), pg_text(r, o->at_records, i, 2), &digest) || digest.n != 32)
			return err_set(task_err(t), ERR_INTERNAL, "record-digest", "移送记录的摘要损坏");
		memcpy(all[i].digest.sha256, digest.p, 32);
	}
	*ret = (struct inbox_sight){ .records = all, .count = n, .have_copy = pg_rows(r, o->at_copy) > 0 };
	return ERR_OK;
}

/* ---- may it come in ---- */

static const struct inbox_peer *peer_of(const struct inbox_one *o, struct sv lane)
{
	for (size_t i = 0; i < o->peer_count; i++) {
		if (sv_eq_str(lane, o->peers[i].code))
			return &o->peers[i];
	}
	return NULL;
}

static enum err_code check_signature(struct inbox_one *o, struct task *t, const struct inbox_item *item,
				     const struct record *r, bool old)
{
	const struct exchange_keys *keys = o->act.call.app->keys;
	const struct inbox_signature s = { .body = item->body, .cms = item->cms, .sm2 = item->sm2 };

	if (!keys)
		return err_set(task_err(t), ERR_UNAVAILABLE, "exchange-no-key", "没有配置可信的机关证书");
	return inbox_check_signature(r, &s, peer_of(o, r->lane), exchange_trust(keys), clock_now(), old, task_err(t));
}

static enum err_code check_past(struct inbox_one *o, struct task *t)
{
	struct inbox_past *all = arena_array(task_arena(t), struct inbox_past, o->past_count + 1);
	enum err_code code;

	memcpy(all, o->past, o->past_count * sizeof(*all));
	all[o->past_count] = o->it;
	code = inbox_check_thread(all, o->past_count + 1, task_err(t));
	for (size_t i = 0; i < o->past_count && code == ERR_OK; i++)
		code = check_signature(o, t, &batch_of(o)->items[i], &o->past[i].record, true);
	return code;
}

static void arrived(struct handoff_arrived *ret, struct arena *arena, const struct inbox_item *item,
		    const struct inbox_past *p)
{
	ret->record = &p->record;
	ret->stored = (struct change_record){
		.lane = arena_strndup(arena, p->record.lane.p, p->record.lane.n), .kind = record_kind_name(p->record.kind),
		.n = p->record.n, .body = item->body, .digest = p->digest.sha256, .cms = item->cms, .sm2 = item->sm2,
	};
}

/* The package that a record names, among those that came along. */
static enum err_code take_package(struct inbox_one *o, struct task *t, const struct record *r, bool third,
				  struct change_package *ret)
{
	const struct inbox_batch *b = batch_of(o);

	for (size_t i = 0; i < b->package_count; i++) {
		const struct inbox_package *p = &b->packages[i];
		if (!sv_eq(p->name, r->package_name))
			continue;
		if (p->refused) {
			*task_err(t) = *p->refused;
			return p->refused->code;
		}
		enum err_code code = handoff_package_check(task_arena(t), p->plan, p->texts, r,
							   exchange_trust(o->act.call.app->keys), r->made_at, ret, task_err(t));
		ret->held = p->held && !third;
		return code;
	}
	return err_set(task_err(t), ERR_INVALID, "package-missing", "记录所附的移送包 %.*s 没有一同送来",
		       SV_ARG(r->package_name));
}

/* Is ours a third's copy? A new one is, when the sender says so. */
static bool is_third(const struct inbox_one *o, struct task *t, const struct pg_reply *r)
{
	const struct record *first = o->arrival.first.record;
	struct facts copies = { 0 };
	struct str text = STR_INIT(65536);
	struct json_writer w;

	if (pg_rows(r, o->at_copy) > 0)
		return pg_i64(r, o->at_copy, 0, 3) == SIDE_THIRD;
	json_writer_init(&w, &text);
	json_write_value(&w, json_get(first->fields_value, field_info(FIELD_COPY_TO)->name));
	fact_set_text(&copies, FIELD_COPY_TO, arena_strndup(task_arena(t), str_cstr(&text), text.len));
	str_release(&text);
	return handoff_arrival_side(&o->arrival, batch_of(o)->organ->code, &copies) == SIDE_THIRD;
}

static enum err_code arrive(struct inbox_one *o, struct task *t, const struct pg_reply *r)
{
	struct arena *arena = task_arena(t);
	const struct inbox_batch *b = batch_of(o);
	struct handoff_arrival *a = &o->arrival;
	size_t count = o->past_count + 1;
	struct handoff_arrived *all = arena_array(arena, struct handoff_arrived, count);
	struct change_package *packages = arena_array(arena, struct change_package, count);

	for (size_t i = 0; i < count; i++) {
		bool last = i + 1 == count;
		arrived(&all[i], arena, last ? o->item : &b->items[i], last ? &o->it : &o->past[i]);
	}
	a->first = all[0];
	a->rest = all + 1;
	a->rest_count = count - 1;
	bool third = is_third(o, t, r);
	for (size_t i = 0; i < count; i++) {
		if (all[i].record->has_package &&
		    take_package(o, t, all[i].record, third, &packages[a->package_count++]) != ERR_OK)
			return task_err(t)->code;
	}
	a->packages = packages;
	return ERR_OK;
}

/* From here on it is an act of our exchange account. */
static enum err_code become_act(struct inbox_one *o, struct task *t, const struct pg_reply *r)
{
	struct act_call *a = &o->act;
	const struct record *first = o->arrival.first.record;
	bool copy = pg_rows(r, o->at_copy) > 0;
	char hex[CRYPTO_SHA256_HEX_SIZE];

	crypto_hex(o->it.digest.sha256, 32, hex);
	memcpy(a->request_digest, hex, sizeof(a->request_digest));
	a->key = arena_printf(task_arena(t), "in:%.60s", hex);
	a->kind = MATTER_HANDOFF;
	a->matter = copy ? pg_i64(r, o->at_copy, 0, 0) : 0;
	a->version = copy ? pg_i64(r, o->at_copy, 0, 1) : 0;
	a->act = copy ? first->act : SV("arrive");
	a->fields = first->fields_value;
	a->happened_at = first->happened_at;
	o->part.arrival = &o->arrival;
	a->handoff = &o->part;
	if (!procedure_by_code(first->channel, &a->procedure))
		return err_set(task_err(t), ERR_INVALID, "record-malformed", "不支持移送种类 %.*s", SV_ARG(first->channel));
	if (copy && !sv_eq(pg_text(r, o->at_copy, 0, 2), first->channel))
		return err_set(task_err(t), ERR_INVALID, "record-thread", "记录的移送种类与本机关的不同");
	return ERR_OK;
}

/* Named among `to`; or made by somebody who had not yet heard that we take part. */
static bool is_for_us(const struct inbox_one *o, const struct pg_reply *r)
{
	enum { JOINED_LANE = 4, JOINED_N };
	const struct record *it = &o->it.record;
	const char *own = batch_of(o)->organ->code;

	if (inbox_addressed_to(it, own))
		return true;
	for (size_t i = 0; i < o->past_count; i++) {
		if (inbox_addressed_to(&o->past[i].record, own))
			return true;
	}
	if (pg_rows(r, o->at_copy) == 0 || pg_is_null(r, o->at_copy, 0, JOINED_LANE))
		return false;
	struct sv lane = pg_text(r, o->at_copy, 0, JOINED_LANE);
	int64_t n = pg_i64(r, o->at_copy, 0, JOINED_N);
	if (sv_eq(it->lane, lane) && it->n > n)
		return false;
	for (size_t i = 0; i < it->seen_count; i++) {
		if (sv_eq(it->seen[i].lane, lane) && it->seen[i].n >= n)
			return false;
	}
	return true;
}

/* Whom the sender himself addressed from the start waits for the sender: a third that passes it on has the lists only. */
static bool comes_too_early(const struct inbox_one *o)
{
	const struct record *it = &o->it.record, *first = o->past_count ? &o->past[0].record : it;

	return !sv_eq(it->lane, first->lane) && inbox_addressed_to(first, batch_of(o)->organ->code);
}

static enum step one_judge(struct task *t)
{
	struct inbox_one *o = task_ctx(t);
	const struct inbox_batch *b = batch_of(o);
	const struct pg_reply *r = pg_segment_reply(o->act.call.seg);
	struct record *it = &o->it.record;
	struct inbox_sight sight;

	read_peers(o, r);
	if (pg_rows(r, o->at_copy) > 0) {
		o->result->matter = pg_i64(r, o->at_copy, 0, 0);
		o->past_count = 0; /* we take part already: what went before is here */
	}
	if (read_sight(o, t, r, &sight) != ERR_OK)
		return STEP_FAIL;
	if (sv_eq_str(it->lane, b->organ->code) && sight.count == 0)
		return task_fail(t, ERR_INVALID, "record-sender", "这是本机关的记录，但本机关没有作出过");
	enum err_code code = o->past_count ? check_past(o, t) : inbox_check_place(&sight, it, &o->it.digest, &o->known, task_err(t));
	if (code != ERR_OK)
		return STEP_FAIL;
	if (o->known) {
		o->result->outcome = INBOX_KNOWN;
		return STEP_DONE;
	}
	if (comes_too_early(o))
		return task_fail(t, ERR_INVALID, "record-ahead", "移送机关的记录还没有到达");
	if (!is_for_us(o, r))
		return task_fail(t, ERR_INVALID, "record-addressee", "记录不是发给本机关的");
	if (check_signature(o, t, o->item, it, false) != ERR_OK || arrive(o, t, r) != ERR_OK ||
	    become_act(o, t, r) != ERR_OK)
		return STEP_FAIL;
	return STEP_NEXT;
}

/* ---- one after another ---- */

static const struct task_step one_steps[] = {
	{ "inbox_read", one_read }, { "inbox_find", one_find }, { "inbox_judge", one_judge }, ACT_STEPS, TASK_STEPS_END
};

static void run_next(void *arg);

static void refuse(struct inbox_one *o, struct task *t)
{
	const struct inbox_batch *b = batch_of(o);
	struct inbox_result *res = o->result;

	res->err = *task_err(t);
	o->run->stopped = true;
	if (inbox_is_later(&res->err)) {
		res->outcome = INBOX_LATER;
		return;
	}
	res->outcome = INBOX_REFUSED;
	exchange_count_refused(b->app->exchange);
	log_warn("record_refused", "organ=%s source=%s lane=%s n=%lld rule=%s digest=%s", b->organ->code,
		 log_quote(b->source), res->lane[0] ? res->lane : "-", (long long)res->n, res->err.rule, res->digest);
	app_audit(&o->act.call, "refused", res->err.rule);
	quarantine_keep(b->app, b->organ, b->source, o->item->body, o->item->cms, &res->err);
}

static void one_ended(struct task *t, enum err_code code, void *arg)
{
	struct inbox_run *run = arg;
	struct inbox_one *o = task_ctx(t);

	if (code == ERR_OK && o->result->outcome != INBOX_KNOWN) {
		o->result->outcome = INBOX_APPLIED;
		o->result->matter = o->act.matter ? o->act.matter : o->act.created;
		exchange_count_taken(run->batch->app->exchange);
	} else if (code != ERR_OK) {
		refuse(o, t);
	}
	loop_defer(run->batch->app->loop, run_next, run);
}

static void start_one(struct inbox_run *run, size_t index)
{
	const struct inbox_batch *b = run->batch;
	struct task *t = task_new(b->app->loop, &(struct task_options){
		.name = "inbox", .deadline_ms = ONE_DEADLINE_MS, .arena_cap = ONE_ARENA });
	struct inbox_one *o = arena_new(task_arena(t), struct inbox_one);
	struct record_digest digest = record_digest(b->items[index].body);

	o->run = run;
	o->item = &b->items[index];
	o->result = &b->results[index];
	*o->result = (struct inbox_result){ .outcome = INBOX_SKIPPED };
	record_digest_format(&digest, o->result->digest);
	o->act.call = (struct call){ .app = b->app, .book = b->app->book, .who = b->organ->session, .place = b->source,
				     .request_id = "", .action = "inbox" };
	task_start(t, one_steps, o, one_ended, run);
}

static void run_next(void *arg)
{
	struct inbox_run *run = arg;
	struct inbox_batch *b = run->batch;
	size_t index = run->next++;

	if (exchange_is_stopping(b->app->exchange))
		run->stopped = true;
	if (b->whole_thread && index < b->count) { /* one record with its history */
		for (size_t i = 0; i < b->count; i++)
			b->results[i] = (struct inbox_result){ .outcome = INBOX_SKIPPED };
		index = b->count - 1;
		run->next = b->count;
	}
	if (index < b->count && !run->stopped) {
		start_one(run, index);
		return;
	}
	for (; index < b->count; index++)
		b->results[index] = (struct inbox_result){ .outcome = INBOX_SKIPPED };
	run->on_done(run->arg);
	free(run);
}

void inbox_take(struct inbox_batch *batch, inbox_done_fn *on_done, void *arg)
{
	struct inbox_run *run = xcalloc(1, sizeof(*run));

	*run = (struct inbox_run){ .batch = batch, .on_done = on_done, .arg = arg };
	loop_defer(batch->app->loop, run_next, run);
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Silence: clocks of other organs whose lawful time has passed, records that do not arrive, packages that nobody fetches.
 * Each becomes one act of the organ's exchange account, and so one signed record. Terms of our own that passed become an
 * act for the principal to see, which is told to nobody. Organ by organ, act by act: there is
 * no hurry, and nothing of ours waits for it. */
#include "app/exchange_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/handoff_part.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "gen/queries.h"
#include "json/json_writer.h"

enum { SILENCE_ARENA = 32 << 20, SILENCE_DEADLINE_MS = 30000, FIELDS_MAX = 4096 };

/* An act that is due. */
struct silence {
	int64_t matter, version;
	const char *act, *fields, *key;
};

struct exchange_sweep {
	struct exchange *x;
	struct arena arena;       /* of one organ */
	size_t organ, next;       /* being worked on */
	struct silence *due;
	size_t due_count;
	struct exchange_organ current;
};

static void next_organ(void *arg);
static void next_act(struct exchange_sweep *s);

static void sweep_free(struct exchange_sweep *s)
{
	s->x->sweep = NULL;
	arena_fini(&s->arena);
	free(s);
}

/* ---- what is due ---- */

/* Whose clocks run against others: seen from a partner organ everybody else is the other. Never the sender's, which we are here. */
static const char *other_owners(struct arena *arena, const char *kind)
{
	static const char *const all[] = { "officer", "principal", "organ", "us", "police", "procuratorate", "court", "peer",
					   "receiver", "third" };
	bool partner = strcmp(kind, "police") == 0 || strcmp(kind, "procuratorate") == 0 || strcmp(kind, "court") == 0;
	struct str out = STR_INIT(1024);

	str_append_char(&out, '{');
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (strcmp(all[i], kind) == 0 || (!partner && i < 4))
			continue;
		str_printf(&out, "%s%s", out.len > 1 ? "," : "", all[i]);
	}
	str_append_char(&out, '}');
	const char *ret = arena_strdup(arena, str_cstr(&out));
	str_release(&out);
	return ret;
}

static const char *one_field(struct arena *arena, enum field f, const char *value)
{
	struct str out = STR_INIT(FIELDS_MAX);
	struct json_writer w;

	json_writer_init(&w, &out);
	json_obj_open(&w);
	json_kv_str(&w, field_info(f)->name, value);
	json_obj_close(&w);
	const char *ret = arena_strdup(arena, str_cstr(&out));
	str_release(&out);
	return ret;
}

static void add(struct exchange_sweep *s, const struct silence *due)
{
	s->due[s->due_count++] = *due;
}

static void add_clocks(struct exchange_sweep *s, const struct pg_reply *r, size_t at)
{
	enum { MATTER, VERSION, CHANNEL, RULE, IDX };

	for (size_t i = 0; i < pg_rows(r, at); i++) {
		int64_t matter = pg_i64(r, at, i, MATTER);
		add(s, &(struct silence){
			.matter = matter, .version = pg_i64(r, at, i, VERSION), .act = "silence",
			.fields = one_field(&s->arena, FIELD_CLOCK_RULE, pg_cstr(r, at, i, RULE)),
			.key = arena_printf(&s->arena, "silence:%lld:%lld", (long long)matter, (long long)pg_i64(r, at, i, IDX)) });
	}
}

static void add_own_terms(struct exchange_sweep *s, const struct pg_reply *r, size_t at)
{
	enum { MATTER, VERSION, ACT };

	for (size_t i = 0; i < pg_rows(r, at); i++)
		add(s, &(struct silence){ .matter = pg_i64(r, at, i, MATTER), .version = pg_i64(r, at, i, VERSION),
					  .act = arena_strdup(&s->arena, pg_cstr(r, at, i, ACT)), .fields = "{}" });
}

static void add_undelivered(struct exchange_sweep *s, const struct pg_reply *r, size_t at)
{
	enum { MATTER, VERSION, CHANNEL, TO, TO_NAME, KIND };

	for (size_t i = 0; i < pg_rows(r, at); i++)
		add(s, &(struct silence){
			.matter = pg_i64(r, at, i, MATTER), .version = pg_i64(r, at, i, VERSION), .act = "not_delivered",
			.fields = one_field(&s->arena, FIELD_NOTE,
					    arena_printf(&s->arena, "未能送达%s", pg_cstr(r, at, i, TO_NAME))) });
}

static void add_unretrieved(struct exchange_sweep *s, const struct pg_reply *r, size_t at)
{
	enum { MATTER, VERSION, CHANNEL, TO_NAME };

	for (size_t i = 0; i < pg_rows(r, at); i++)
		add(s, &(struct silence){
			.matter = pg_i64(r, at, i, MATTER), .version = pg_i64(r, at, i, VERSION), .act = "not_retrieved",
			.fields = one_field(&s->arena, FIELD_NOTE,
					    arena_printf(&s->arena, "%s逾时未取阅移送包", pg_cstr(r, at, i, TO_NAME))) });
}

/* ---- one act ---- */

static const struct task_step act_steps[] = { ACT_STEPS, TASK_STEPS_END };

static void acted(struct task *t, enum err_code code, void *arg)
{
	struct exchange_sweep *s = arg;
	const struct act_call *a = task_ctx(t);

	if (code == ERR_OK) {
		__atomic_add_fetch(&s->x->stats.silences, 1, __ATOMIC_RELAXED);
		log_info("silence_recorded", "organ=%s act=%.*s", s->current.code, SV_ARG(a->act));
	} else if (code != ERR_STALE && code != ERR_UNAVAILABLE) {
		log_debug("silence_refused", "organ=%s act=%.*s rule=%s", s->current.code, SV_ARG(a->act), task_err(t)->rule);
	}
	next_act(s);
}

static void do_act(struct exchange_sweep *s, const struct silence *due)
{
	struct app *app = s->x->app;
	struct task *t = task_new(app->loop, &(struct task_options){
		.name = "silence", .deadline_ms = SILENCE_DEADLINE_MS, .arena_cap = SILENCE_ARENA });
	struct act_call *a = arena_new(task_arena(t), struct act_call);
	struct json_doc *doc = NULL;
	uint8_t digest[CRYPTO_SHA256_SIZE];

	if (json_parse(task_arena(t), sv_of(due->fields), &doc, NULL) != ERR_OK)
		BUG("fields %s", due->fields);
	*a = (struct act_call){
		.call = { .app = app, .book = app->book, .who = s->current.session, .place = "exchange", .request_id = "",
			  .action = "sweep" },
		.matter = due->matter, .kind = MATTER_HANDOFF, .act = sv_of(due->act), .version = due->version,
		.happened_at = clock_now(), .fields = json_root(doc), .key = due->key,
	};
	crypto_sha256(due->fields, strlen(due->fields), digest);
	crypto_hex(digest, sizeof(digest), a->request_digest);
	task_start(t, act_steps, a, acted, s);
}

static void next_act(struct exchange_sweep *s)
{
	if (!s->x->stopping && s->next < s->due_count) {
		do_act(s, &s->due[s->next++]);
		return;
	}
	s->organ++;
	loop_defer(s->x->app->loop, next_organ, s);
}

/* ---- organ by organ ---- */

static void due_came(void *arg, const struct pg_reply *r)
{
	struct exchange_sweep *s = arg;

	if (r->code == ERR_OK && !s->x->stopping) {
		s->due = arena_array(&s->arena, struct silence, pg_rows(r, 1) + pg_rows(r, 2) + pg_rows(r, 3) +
								     pg_rows(r, 4) + 1);
		add_clocks(s, r, 1);
		add_undelivered(s, r, 2);
		add_unretrieved(s, r, 3);
		add_own_terms(s, r, 4);
	}
	next_act(s);
}

/* The list of organs may be replaced while we wait: keep our own copy of this one. */
static void take_organ(struct exchange_sweep *s)
{
	const struct exchange_organ *o = &s->x->organs[s->organ];

	arena_reset(&s->arena);
	s->due_count = s->next = 0;
	s->current = *o;
	s->current.code = arena_strdup(&s->arena, o->code);
	s->current.name = arena_strdup(&s->arena, o->name);
	s->current.kind = arena_strdup(&s->arena, o->kind);
	s->current.session = session_copy(&s->arena, o->session);
}

static void next_organ(void *arg)
{
	struct exchange_sweep *s = arg;
	struct exchange *x = s->x;

	if (x->stopping || s->organ >= x->organ_count) {
		sweep_free(s);
		return;
	}
	take_organ(s);
	struct pg_segment *seg = pg_segment_new(x->app->pool, PG_LANE_READ);
	pg_segment_addv(seg, Q_CALLER_SET, PG_I64(s->current.session->actor.account), PG_CSTR(s->current.session->units));
	pg_segment_addv(seg, Q_SWEEP_CLOCKS, PG_I64(s->current.id), PG_CSTR(other_owners(&s->arena, s->current.kind)));
	pg_segment_addv(seg, Q_SWEEP_UNDELIVERED, PG_I64(s->current.id), PG_CSTR(s->current.code),
			PG_I64(x->config.not_delivered_s));
	pg_segment_addv(seg, Q_SWEEP_UNRETRIEVED, PG_I64(s->current.id), PG_CSTR(s->current.code),
			PG_I64(x->config.not_retrieved_s));
	pg_segment_addv(seg, Q_SWEEP_OWN_TERMS, PG_I64(s->current.id));
	pg_segment_submit(seg, due_came, s);
}

void exchange_sweep(struct exchange *x)
{
	struct exchange_sweep *s;

	if (x->sweep || x->organ_count == 0)
		return;
	s = xcalloc(1, sizeof(*s));
	s->x = x;
	arena_init(&s->arena, 0);
	x->sweep = s;
	loop_defer(x->app->loop, next_organ, s);
}

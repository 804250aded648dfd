/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/handoff_part.h"

#include "app/exchange.h"
#include "base/clock.h"
#include "gen/queries.h"
#include "gen/schema_files.h"

enum { HEADS_MAX = 100, NUMBERS_MAX = 200 };

/* ---- load ---- */

/* A new copy that goes into a unit of its own. */
static bool opens_restricted(const struct act_call *a)
{
	return !a->matter && !a->handoff->arrival && a->procedure == PROCEDURE_C9 && sv_eq_str(a->act, "open");
}

static struct pg_value named(const struct act_call *a, enum field field)
{
	return fact_has(&a->input, field) ? PG_I64(fact_num(&a->input, field)) : PG_NULL;
}

static void load_materials(struct act_call *a, struct pg_segment *seg, struct pg_value linked)
{
	if (!fact_has(&a->input, FIELD_ATTACH) && !fact_has(&a->input, FIELD_REGISTERED_SCAN))
		return;
	a->handoff->at_materials = pg_segment_addv(seg, Q_HANDOFF_MATERIALS, PG_I64(a->matter), linked);
}

enum err_code handoff_part_load(struct act_call *a, struct task *t, struct pg_segment *seg)
{
	const struct actor *me = &a->call.who->actor;
	struct pg_value of_case = named(a, FIELD_CASE), of_clue = named(a, FIELD_CLUE);

	if (!a->handoff)
		a->handoff = arena_new(task_arena(t), struct handoff_part);
	struct handoff_part *h = a->handoff;
	const struct record *r = h->arrival ? h->arrival->first.record : NULL;
	if (!a->matter && handoff_thread_new(h->scene.thread) != ERR_OK)
		return err_set(task_err(t), ERR_INTERNAL, "random", "系统无法生成移送标识");
	h->at_organs = pg_segment_addv(seg, Q_HANDOFF_ORGANS, PG_I64(a->matter), PG_I64(me->organ),
				       PG_CSTR(handoff_codes(task_arena(t), &a->input, r)));
	h->at_heads = pg_segment_addv(seg, Q_RECORD_HEADS, PG_I64(a->matter));
	h->at_linked = pg_segment_addv(seg, Q_HANDOFF_LINKED, PG_I64(a->matter), of_case, of_clue,
				       PG_TEXT(a->act));
	h->at_numbers = pg_segment_addv(seg, Q_NUMBERS_NEXT, PG_I64(a->matter), PG_I64(me->unit), PG_I64(me->organ),
					PG_I64(day_to_ymd(instant_to_day(a->happened_at)).year));
	load_materials(a, seg, fact_has(&a->input, FIELD_CASE) ? of_case : of_clue);
	if (h->at_materials)
		h->at_packages = pg_segment_addv(seg, Q_HANDOFF_PACKAGES, PG_I64(a->matter), PG_I64(me->organ));
	if (opens_restricted(a)) {
		const char *officer = fact_has(&a->input, FIELD_OFFICER) ? fact_text(&a->input, FIELD_OFFICER) : NULL;
		h->at_restricted = pg_segment_addv(seg, Q_RESTRICTED_UNIT, PG_CSTR(officer), PG_I64(me->account));
	}
	return ERR_OK;
}

/* ---- the scene ---- */

static void read_organs(struct handoff_part *h, struct arena *arena, const struct pg_reply *r)
{
	enum { CODE, NAME, KIND, REGION, WAY, HUB_ORGAN, CONNECTED, OWN, ACTIVE };
	size_t n = pg_rows(r, h->at_organs);
	struct handoff_organ *all = arena_array(arena, struct handoff_organ, n + 1);

	for (size_t i = 0; i < n; i++) {
		const size_t at = h->at_organs;
		all[i] = (struct handoff_organ){
			.organ = { .id = pg_i64_or(r, at, i, HUB_ORGAN, 0), .code = pg_cstr(r, at, i, CODE),
				   .name = pg_cstr(r, at, i, NAME), .kind = pg_cstr(r, at, i, KIND),
				   .region = pg_is_null(r, at, i, REGION) ? "" : pg_cstr(r, at, i, REGION),
				   .connected = pg_bool(r, at, i, CONNECTED) },
			.way = pg_cstr(r, at, i, WAY), .own = pg_bool(r, at, i, OWN), .active = pg_bool(r, at, i, ACTIVE),
		};
	}
	h->scene.organs = all;
	h->scene.organ_count = n;
}

static enum err_code read_heads(struct handoff_part *h, struct arena *arena, const struct pg_reply *r, struct err *err)
{
	size_t n = pg_rows(r, h->at_heads);
	struct handoff_head *all = arena_array(arena, struct handoff_head, n + 1);

	for (size_t i = 0; i < n; i++) {
		struct sv digest;
		all[i] = (struct handoff_head){ .lane = pg_cstr(r, h->at_heads, i, 0), .n = pg_i64(r, h->at_heads, i, 1) };
		if (!handoff_from_hex(arena, pg_text(r, h->at_heads, i, 2), &digest) || digest.n != 32)
			return err_set(err, ERR_INTERNAL, "record-digest", "移送记录的摘要损坏");
		memcpy(all[i].digest.sha256, digest.p, 32);
	}
	h->scene.heads = all;
	h->scene.head_count = n;
	return ERR_OK;
}

static enum err_code read_linked(struct handoff_part *h, struct arena *arena, const struct pg_reply *r, struct err *err)
{
	enum { IS_CLUE, LINKED, ID, ORGAN, UNIT, NUMBER, TITLE, BODY };
	const size_t at = h->at_linked;

	for (size_t i = 0; i < pg_rows(r, at); i++) {
		struct handoff_linked *l = pg_bool(r, at, i, IS_CLUE) ? &h->scene.of_clue : &h->scene.of_case;
		struct dossier *d;
		l->id = pg_i64(r, at, i, LINKED);
		if (pg_is_null(r, at, i, BODY))
			continue;
		l->unit = pg_i64(r, at, i, UNIT);
		l->number = pg_cstr(r, at, i, NUMBER);
		l->title = pg_cstr(r, at, i, TITLE);
		l->dossier = d = arena_new(arena, struct dossier);
		if (dossier_read(arena, pg_text(r, at, i, BODY), d, err) != ERR_OK)
			return ERR_INTERNAL;
		l->target = (struct target){ .id = l->id, .kind = d->kind, .state = d->state,
					     .organ = pg_i64(r, at, i, ORGAN) };
	}
	return ERR_OK;
}

static bool read_sum(struct arena *arena, struct sv hex, uint8_t *to, size_t size)
{
	struct sv bytes;

	if (!handoff_from_hex(arena, hex, &bytes) || bytes.n != size)
		return false;
	memcpy(to, bytes.p, size);
	return true;
}

static enum err_code read_materials(struct handoff_part *h, struct arena *arena, const struct pg_reply *r,
				    struct err *err)
{
	enum { OF_CASE, NUMBER, NAME, TITLE, KIND, MEDIA_TYPE, SIZE, SHA256, SHA512, SM3, VOIDED };
	const size_t at = h->at_materials;
	size_t n = pg_rows(r, at);
	struct handoff_material *all = arena_array(arena, struct handoff_material, n + 1);

	for (size_t i = 0; i < n; i++) {
		struct handoff_material *m = &all[i];
		*m = (struct handoff_material){
			.of_case = pg_bool(r, at, i, OF_CASE), .number = pg_i64(r, at, i, NUMBER),
			.name = pg_cstr(r, at, i, NAME), .kind = pg_cstr(r, at, i, KIND),
			.title = pg_is_null(r, at, i, TITLE) ? "" : pg_cstr(r, at, i, TITLE),
			.media_type = pg_cstr(r, at, i, MEDIA_TYPE), .voided = pg_bool(r, at, i, VOIDED),
		};
		m->sums.size = (uint64_t)pg_i64(r, at, i, SIZE);
		if (!read_sum(arena, pg_text(r, at, i, SHA256), m->sums.sha256, sizeof(m->sums.sha256)) ||
		    !read_sum(arena, pg_text(r, at, i, SHA512), m->sums.sha512, sizeof(m->sums.sha512)) ||
		    !read_sum(arena, pg_text(r, at, i, SM3), m->sums.sm3, sizeof(m->sums.sm3)))
			return err_set(err, ERR_INTERNAL, "material-digest", "材料的摘要损坏");
	}
	h->scene.materials = all;
	h->scene.material_count = n;
	h->scene.packages_sent = pg_i64(r, h->at_packages, 0, 0);
	return ERR_OK;
}

static void read_numbers(struct handoff_part *h, struct arena *arena, const struct pg_reply *r)
{
	size_t n = pg_rows(r, h->at_numbers);
	struct handoff_number *all = arena_array(arena, struct handoff_number, n + 1);

	for (size_t i = 0; i < n; i++)
		all[i] = (struct handoff_number){ .paper = pg_cstr(r, h->at_numbers, i, 0),
						  .number = pg_cstr(r, h->at_numbers, i, 1) };
	h->scene.numbers = all;
	h->scene.number_count = n;
}

void handoff_scene_files(struct handoff_scene *s)
{
	for (const struct schema_file *f = schema_files; f->dir; f++) {
		if (strcmp(f->dir, "package") != 0)
			continue;
		if (strcmp(f->name, "README.txt") == 0)
			s->readme = (struct sv){ f->text, f->size };
		else if (strcmp(f->name, "verify.py") == 0)
			s->verifier = (struct sv){ f->text, f->size };
	}
}

/* The caller's session does not know the unit yet that was just made for it. */
static enum err_code move_restricted(struct act_call *a, struct task *t, const struct pg_reply *r, struct change *c)
{
	const struct session *who = a->call.who;
	struct session *wider;

	if (pg_is_null(r, a->handoff->at_restricted, 0, 0)) {
		enum err_code code = err_set(task_err(t), ERR_INVALID, "unknown-account", "没有可任承办人的账号 %s",
					     fact_text(&a->input, FIELD_OFFICER));
		err_field(task_err(t), "fields.%s", field_info(FIELD_OFFICER)->name);
		return code;
	}
	c->unit = pg_i64(r, a->handoff->at_restricted, 0, 0);
	wider = session_copy(task_arena(t), who);
	size_t n = strlen(who->units);
	CHECK(n >= 2 && who->units[n - 1] == '}');
	wider->units = arena_printf(task_arena(t), "%.*s%s%lld}", (int)n - 1, who->units, n > 2 ? "," : "",
				    (long long)c->unit);
	a->call.who = wider;
	session_cache_drop(a->call.app->sessions, who->digest);
	return ERR_OK;
}

enum err_code handoff_part_prepare(struct act_call *a, struct task *t, const struct pg_reply *r, struct change *c,
				   struct act_input *in)
{
	struct handoff_part *h = a->handoff;
	struct arena *arena = task_arena(t);
	struct handoff_scene *s = &h->scene;
	struct err *err = task_err(t);
	enum err_code code;

	s->book = a->call.book;
	s->now = in->now;
	s->matter = c->id;
	s->arrival = h->arrival;
	if (a->matter)
		s->number = pg_cstr(r, a->at_matter, 0, 7);
	read_organs(h, arena, r);
	read_numbers(h, arena, r);
	handoff_scene_files(s);
	if ((code = read_heads(h, arena, r, err)) != ERR_OK || (code = read_linked(h, arena, r, err)) != ERR_OK ||
	    (h->at_materials && (code = read_materials(h, arena, r, err)) != ERR_OK) ||
	    (h->at_restricted && (code = move_restricted(a, t, r, c)) != ERR_OK))
		return code;
	const struct handoff_organ *own = handoff_own(s);
	s->signer = own && a->call.app->keys ? exchange_signer(a->call.app->keys, own->organ.code) : NULL;
	return handoff_prepare(s, arena, c->before, in, err);
}

size_t handoff_part_room(const struct act_call *a)
{
	const struct handoff_arrival *arrival = a->handoff->arrival;

	return HANDOFF_CHANGES_MORE + (arrival ? arrival->rest_count : 0);
}

enum err_code handoff_part_conclude(struct act_call *a, struct task *t, const struct act_input *in,
				    struct change *changes, size_t *count)
{
	enum err_code code = handoff_conclude(&a->handoff->scene, task_arena(t), in, changes, count, task_err(t));

	for (size_t i = 0; code == ERR_OK && i < *count; i++) {
		if (changes[i].handoff)
			a->handoff->sends = a->handoff->sends || changes[i].handoff->outbox_count > 0;
		if (changes[i].after && handoff_is_restricted(changes[i].after))
			a->handoff->restricted = true;
	}
	return code;
}

void handoff_part_stored(struct act_call *a)
{
	if (a->handoff->sends && a->handoff->restricted)
		exchange_nudge_restricted(a->call.app->exchange);
	else if (a->handoff->sends)
		exchange_nudge(a->call.app->exchange);
}

/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "ctl_engine.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/disclosure_make.h"
#include "base/clock.h"
#include "crypto/crypto.h"
#include "store/change.h"

enum { BOOK_ARENA_MAX = 64 << 20, ACT_ARENA_MAX = 32 << 20 };

/* ---- the book ---- */

static bool book_of(const PGresult *res, struct arena *arena, struct law_book *ret)
{
	struct arena scratch;
	struct law_texts texts;
	struct err err = ERR_INIT;
	int64_t version = 0;

	arena_init(&scratch, 0);
	bool ok = sv_to_i64(sv_of(PQgetvalue(res, 0, 0)), &version) &&
		  law_texts_read(&scratch, sv_of(PQgetvalue(res, 0, 1)), &texts, &err) == ERR_OK &&
		  law_book_init(ret, arena, &texts, &err) == ERR_OK;
	if (!ok)
		ctl_error("law tables: %s", err.message);
	arena_fini(&scratch);
	ret->version = (int)version;
	return ok;
}

bool engine_book(PGconn *conn, struct arena *arena, struct law_book *ret)
{
	PGresult *res = ctl_query(conn, "SELECT version, texts FROM ipcase.law_edition_now()", 0, NULL);
	bool ok = res && book_of(res, arena, ret);

	PQclear(res);
	return ok;
}

bool engine_edition(PGconn *conn, int version, struct arena *arena, struct law_book *ret, bool *ret_found)
{
	char text[16];
	const char *values[] = { text };

	snprintf(text, sizeof(text), "%d", version);
	PGresult *res = ctl_query(conn, "SELECT version, texts FROM ipcase.law_edition WHERE version = $1", 1, values);
	*ret_found = res && PQntuples(res) == 1;
	bool ok = res && (!*ret_found || book_of(res, arena, ret));

	PQclear(res);
	return ok;
}

bool engine_see_all(PGconn *conn)
{
	return ctl_exec(conn, "SELECT set_config('ipcase.units',"
			      " coalesce((SELECT array_agg(id) FROM unit), '{}')::text, false)");
}

bool engine_init(struct engine *e, PGconn *conn)
{
	*e = (struct engine){ .conn = conn, .book_arena = ARENA_INIT(BOOK_ARENA_MAX),
			      .arena = ARENA_INIT(ACT_ARENA_MAX) };
	return engine_see_all(conn) && engine_book(conn, &e->book_arena, &e->book);
}

void engine_fini(struct engine *e)
{
	arena_fini(&e->arena);
	arena_fini(&e->book_arena);
}

static int64_t id_of(const PGresult *res, int row, int column)
{
	int64_t id = 0;

	CHECK(sv_to_i64(sv_of(PQgetvalue(res, row, column)), &id));
	return id;
}

bool engine_actor(struct engine *e, struct arena *keep, const char *name, struct actor *ret)
{
	const char *values[] = { name };
	PGresult *res = ctl_query(e->conn,
				  "SELECT a.id, array_to_string(a.roles, ','), a.unit_id, u.organ_id, a.display_name"
				  " FROM account a JOIN unit u ON u.id = a.unit_id WHERE a.name = $1",
				  1, values);
	bool ok = res && PQntuples(res) == 1;

	if (res && !ok)
		ctl_error("there is no account \"%s\"", name);
	if (ok) {
		*ret = (struct actor){ .account = id_of(res, 0, 0), .name = arena_strdup(keep, PQgetvalue(res, 0, 4)),
				       .unit = id_of(res, 0, 2), .organ = id_of(res, 0, 3) };
		ok = role_parse_list(sv_of(PQgetvalue(res, 0, 1)), &ret->roles);
	}
	PQclear(res);
	return ok;
}

/* ---- one act ---- */

static bool refused(struct engine_act *a)
{
	a->err.code = ERR_UNAVAILABLE;
	return false;
}

static enum err_code decode(struct engine *e, struct engine_act *a, struct facts *ret)
{
	enum field allowed[FIELD_COUNT];
	struct json_doc *doc;
	size_t n = 0;

	*ret = (struct facts){ 0 };
	if (a->facts)
		*ret = *a->facts;
	if (!a->fields)
		return ERR_OK;
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (field_info(f)->type != FIELD_TYPE_JSON)
			allowed[n++] = f;
	}
	enum err_code code = json_parse(&e->arena, sv_of(a->fields), &doc, &a->err);
	return code == ERR_OK ? field_decode_object(&e->arena, &e->book.vocabulary, json_root(doc), allowed, n,
						    instant_to_day(clock_now()), ret, &a->err)
			      : code;
}

static bool resolve_accounts(struct engine *e, struct facts *f)
{
	for (enum field field = 0; field < FIELD_COUNT; field++) {
		struct actor named;
		if (field_info(field)->type != FIELD_TYPE_ACCOUNT || !fact_has(f, field))
			continue;
		if (!engine_actor(e, &e->arena, fact_text(f, field), &named))
			return false;
		fact_set_num(f, field, named.account);
		fact_set_text(f, field, named.name); /* papers and lists show the person */
	}
	return true;
}

static bool next_id(struct engine *e, int64_t *ret)
{
	char *text = ctl_query_text(e->conn, "SELECT nextval('ipcase.matter_id_seq')", 0, NULL);
	bool ok = text && sv_to_i64(sv_of(text), ret);

	free(text);
	return ok;
}

static bool load(struct engine *e, struct engine_act *a, struct change *c, struct dossier *before)
{
	char id[24];
	const char *values[] = { id };

	a->id = a->matter;
	if (!a->matter) {
		before->procedure = a->procedure;
		c->organ = a->actor->organ;
		c->unit = a->actor->unit;
		return next_id(e, &a->id) || refused(a);
	}
	snprintf(id, sizeof(id), "%lld", (long long)a->matter);
	PGresult *res = ctl_query(e->conn,
				  "SELECT m.organ_id, m.unit_id, d.body FROM matter m"
				  " JOIN dossier d ON d.matter_id = m.id WHERE m.id = $1",
				  1, values);
	bool ok = res && PQntuples(res) == 1;
	if (!ok) {
		PQclear(res);
		return refused(a);
	}
	c->organ = id_of(res, 0, 0);
	c->unit = id_of(res, 0, 1);
	ok = dossier_read(&e->arena, sv_of(PQgetvalue(res, 0, 2)), before, &a->err) == ERR_OK;
	PQclear(res);
	return ok;
}

static bool load_target(struct engine *e, const struct facts *f, struct target *ret)
{
	char id[24];
	const char *values[] = { id };

	if (!fact_has(f, FIELD_TARGET))
		return false;
	snprintf(id, sizeof(id), "%lld", (long long)fact_num(f, FIELD_TARGET));
	PGresult *res = ctl_query(e->conn, "SELECT id, kind, state, organ_id FROM matter WHERE id = $1", 1, values);
	bool ok = res && PQntuples(res) == 1 && state_by_code(sv_of(PQgetvalue(res, 0, 2)), &ret->state);
	if (ok) {
		ret->id = id_of(res, 0, 0);
		ret->kind = strcmp(PQgetvalue(res, 0, 1), "clue") == 0 ? MATTER_CLUE : MATTER_CASE;
		ret->organ = id_of(res, 0, 3);
	}
	PQclear(res);
	return ok;
}

static bool record(struct engine *e, struct engine_act *a, const struct change *changes, size_t n)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char hex[CRYPTO_SHA256_HEX_SIZE];
	struct change_doc doc = { .account = a->actor->account, .key = a->key, .request_digest = hex,
				  .changes = changes, .count = n, .original = a->original,
				  .original_key = a->original_key, .original_digest = hex };
	struct sv text;

	/* Of the original for an import; else of what was asked for. */
	struct sv asked = a->original.p ? a->original : sv_of(a->fields ? a->fields : "");
	crypto_sha256(asked.p, asked.n, digest);
	crypto_hex(digest, sizeof(digest), hex);
	if (change_encode(&e->arena, &e->book, &doc, &text, &a->err) != ERR_OK)
		return false;
	const char *values[] = { text.p };
	PGresult *res = ctl_query(e->conn, "SELECT ipcase.act_record($1::jsonb)", 1, values);
	PQclear(res);
	return res != NULL || refused(a);
}

/* An approved filing opens the case in the same statement. */
static bool spawn(struct engine *e, struct engine_act *a, const struct change *clue, struct change *ret)
{
	struct dossier *none = arena_new(&e->arena, struct dossier), *opened = arena_new(&e->arena, struct dossier);
	struct act_record *filed = arena_new(&e->arena, struct act_record);
	enum stage stage;

	*ret = *clue;
	ret->id = a->spawned;
	ret->before = none;
	ret->after = opened;
	ret->act = filed;
	ret->row = procedure_find(&procedure_ordinary, SV("filed"), &stage);
	return procedure_spawn_case(clue->before, clue->after, clue->id, clue->act, &e->arena, filed, &a->err) ==
		       ERR_OK &&
	       procedure_apply(&e->book, opened, &procedure_ordinary, filed, &e->arena, &a->err) == ERR_OK;
}

static const char *organ_name(struct engine *e, int64_t organ)
{
	char id[24];
	const char *values[] = { id };

	snprintf(id, sizeof(id), "%lld", (long long)organ);
	char *text = ctl_query_text(e->conn, "SELECT name FROM unit WHERE id = $1", 1, values);
	const char *ret = arena_strdup(&e->arena, text ? text : "");
	free(text);
	return ret;
}

/* What the case's disclosure learns of the act; *ret_told false: nothing. */
static bool tell(struct engine *e, struct engine_act *a, const struct change *cause, struct change *ret, bool *ret_told)
{
	char id[24];
	const char *values[] = { id };
	int64_t told = disclosure_told_by(cause);
	struct disclosure_linked linked = { .id = told };
	struct dossier *d = arena_new(&e->arena, struct dossier);

	*ret_told = false;
	if (!told)
		return true;
	snprintf(id, sizeof(id), "%lld", (long long)told);
	PGresult *res = ctl_query(e->conn,
				  "SELECT m.organ_id, m.unit_id, d.body FROM matter m"
				  " JOIN dossier d ON d.matter_id = m.id WHERE m.id = $1",
				  1, values);
	bool ok = res && PQntuples(res) == 1 &&
		  dossier_read(&e->arena, sv_of(PQgetvalue(res, 0, 2)), d, &a->err) == ERR_OK;
	if (ok) {
		linked.organ = id_of(res, 0, 0);
		linked.unit = id_of(res, 0, 1);
		linked.dossier = d;
	}
	PQclear(res);
	if (!ok)
		return refused(a);
	if (disclosure_tell(&e->book, &e->arena, cause, &linked, cause->organ_name, ret, &a->err) != ERR_OK)
		return false;
	*ret_told = ret->act != NULL;
	return true;
}

/* Number of the matter so far. */
static const char *number_of(struct engine *e, int64_t matter)
{
	char id[24];
	const char *values[] = { id };

	snprintf(id, sizeof(id), "%lld", (long long)matter);
	char *text = matter ? ctl_query_text(e->conn, "SELECT coalesce(number, '') FROM matter WHERE id = $1", 1, values)
			    : NULL;
	const char *ret = arena_strdup(&e->arena, text ? text : "");
	free(text);
	return ret;
}

bool engine_do(struct engine *e, struct engine_act *a)
{
	arena_reset(&e->arena);
	struct arena *arena = &e->arena;
	struct dossier *before = arena_new(arena, struct dossier), *after = arena_new(arena, struct dossier);
	struct act_record *rec = arena_new(arena, struct act_record);
	struct act_input in = { .matter = a->matter, .actor = *a->actor, .happened_at = a->happened_at,
				.now = clock_now(), .back_entry = a->back_entry };
	struct change changes[2] = { { .before = before, .after = after, .act = rec, .actor = a->actor,
				       .back_entry = a->back_entry } };
	struct target target;
	bool files = strcmp(a->act, "file_approve") == 0, told = false;
	size_t n = 1;

	a->err = (struct err)ERR_INIT;
	a->spawned = a->disclosed = 0;
	if (decode(e, a, &in.fields) != ERR_OK)
		return false;
	if (!resolve_accounts(e, &in.fields))
		return refused(a);
	if (!load(e, a, &changes[0], before))
		return false;
	if (load_target(e, &in.fields, &target))
		in.target = &target;
	changes[0].id = a->id;
	changes[0].row = in.row = procedure_find(procedure_get(before->procedure), sv_of(a->act), &in.stage);
	if (!in.row) {
		err_set(&a->err, ERR_INVALID, "unknown-act", "没有步骤 %s", a->act);
		return false;
	}
	bool discloses = disclosure_is_spawned(in.row, in.stage);
	changes[0].organ_name = in.actor.organ_name = organ_name(e, changes[0].organ);
	if (before->procedure == PROCEDURE_DISCLOSURE &&
	    disclosure_fill(arena, before, number_of(e, a->matter), &in, &a->err) != ERR_OK)
		return false;
	if (procedure_check(&e->book, before, &in, arena, rec, &a->err) != ERR_OK)
		return false;
	if ((files && !next_id(e, &a->spawned)) || (discloses && !next_id(e, &a->disclosed)))
		return refused(a);
	if (files)
		fact_set_num(&rec->fields, FIELD_CASE, a->spawned);
	if (discloses)
		fact_set_num(&rec->fields, FIELD_DISCLOSURE_MATTER, a->disclosed);
	*after = *before;
	if (procedure_apply(&e->book, after, procedure_get(before->procedure), rec, arena, &a->err) != ERR_OK)
		return false;
	if (files && !spawn(e, a, &changes[0], &changes[n++]))
		return false;
	if (discloses &&
	    disclosure_spawn(&e->book, arena, &changes[0], a->disclosed, &changes[n++], &a->err) != ERR_OK)
		return false;
	if (n == 1 && !tell(e, a, &changes[0], &changes[1], &told))
		return false;
	n += told;
	return record(e, a, changes, n);
}

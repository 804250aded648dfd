/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * rebuild: what disclosures made public, from when to when, folded from the ledger. */
#include "ctl_rebuild.h"

#include "store/change_public.h"

bool rebuild_same_json(const char *a, const char *b)
{
	struct arena arena = ARENA_INIT(0);
	struct json_doc *left, *right;
	bool same = json_parse(&arena, sv_of(a), &left, NULL) == ERR_OK && json_parse(&arena, sv_of(b), &right, NULL) == ERR_OK &&
		    json_count(json_root(left)) == json_count(json_root(right));

	for (const struct json_value *m = same ? json_first(json_root(left)) : NULL; m && same; m = json_next(m))
		same = sv_eq(json_string(m), json_string(json_get(json_root(right), json_name(m).p)));
	arena_fini(&arena);
	return same;
}

PGresult *rebuild_decision_numbers(PGconn *conn, const char *from, const char *to)
{
	const char *values[] = { from, to };

	return ctl_query(conn,
			 "SELECT x.matter_id, a.number FROM ipcase.disclosure x JOIN ipcase.act a ON a.matter_id = x.case_id"
			 "   AND a.act = 'decide_penalty' AND a.stage = 'approve'"
			 "   AND (a.payload ->> 'disclosure_matter')::bigint = x.matter_id"
			 " WHERE x.matter_id > $1::bigint AND x.matter_id <= $2::bigint", 2, values);
}

/* The number that the decision took in the act that opened the disclosure, else the one that was typed. */
const char *rebuild_decision_number(struct rebuild *r, const struct dossier *d)
{
	for (int row = 0; row < PQntuples(r->numbers); row++) {
		if (rebuild_number(r->numbers, row, 0) == r->id)
			return rebuild_cell(r->numbers, row, 1);
	}
	return fact_has(&d->facts, FIELD_DECISION_PAPER) ? fact_text(&d->facts, FIELD_DECISION_PAPER) : NULL;
}

/* An organ's name is the one it had then; behind the last version, that of the last. */
static const char *published_by(const struct rebuild *r, size_t version)
{
	const PGresult *res = r->stored[ROWS_PUBLIC];
	const char *name = "";

	for (int row = r->next[ROWS_PUBLIC]; row < PQntuples(res) && rebuild_number(res, row, 0) <= r->id; row++) {
		if (rebuild_number(res, row, 0) != r->id)
			continue;
		name = PQgetvalue(res, row, 5);
		if (version-- == 0)
			break;
	}
	return name;
}

bool rebuild_expect_public(struct rebuild *r, const struct rows_matter *m, const struct dossier *before,
			  const struct dossier *after, const struct rows_act *act)
{
	struct expected *e = &r->expected[ROWS_PUBLIC];
	struct change_public p;
	struct err err = ERR_INIT;

	if (change_public_of(&r->arena, before, after, published_by(r, e->count), &p, &err) != ERR_OK)
		return rebuild_damaged(r, act->seq, err.message);
	if (p.ends && e->count > 0)
		rows_public_end(m, act->recorded_at, p.why, &e->rows[e->count - 1]);
	if (p.begins && e->count == ROWS_MAX)
		return rebuild_damaged(r, act->seq, "too many public versions");
	if (p.begins) {
		rows_public(m, &p.columns, (int)e->count + 1, act->recorded_at, &e->rows[e->count]);
		e->count++;
	}
	return true;
}

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * rebuild: the proof that what the database shows is the fold of the ledger and nothing else.
 *
 * Matters go by in the order of their ids, a batch at a time, each batch in one snapshot; memory does not
 * grow with their number. Of each the acts are folded anew, their digests chained, and every projection
 * is compared cell by cell: matter, dossier (byte for byte), clocks, parties, search text, rate marks. With
 * --check differences are printed; without it the projections of the differing matters are written anew, one
 * transaction a matter. A ledger that is itself damaged is never papered over. */
#include "ctl_rebuild.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/crypto.h"
#include "package/thread.h"
#include "store/change_form.h"

enum { BATCH = 200, SHOWN_BYTES = 120, MATTER_ARENA_MAX = 256 << 20, SQL_MAX = 16384 };

/* Projections, in the order they are compared and written. */
static const enum rows_table projections[] = { ROWS_MATTER, ROWS_DOSSIER, ROWS_CLOCK, ROWS_PARTY,
					       ROWS_TEXT,   ROWS_MARK,	  ROWS_FORM,	ROWS_HANDOFF, ROWS_DISCLOSURE };

/* ---- the law ---- */

static struct law_book *add_edition(struct rebuild *r)
{
	r->editions = xrealloc(r->editions, (r->edition_count + 1) * sizeof(*r->editions));
	return &r->editions[r->edition_count++];
}

/* The edition of that number; one that the database does not have is folded by the law of now, the first. */
static const struct law_book *edition(struct rebuild *r, int version)
{
	bool found;

	for (size_t i = 0; i < r->edition_count; i++) {
		if (r->editions[i].version == version)
			return &r->editions[i];
	}
	struct law_book *added = add_edition(r);
	if (!engine_edition(r->conn, version, &r->book_arena, added, &found) || !found)
		*added = r->editions[0];
	added->version = version;
	return added;
}

/* ---- stored rows ---- */

/* SELECT of the columns of a table, instants as microseconds, for ids $1 < id <= $2. */
static char *select_of(enum rows_table t)
{
	const struct rows_info *info = &rows_info[t];
	struct str sql = STR_INIT(SQL_MAX);

	str_append_cstr(&sql, "SELECT ");
	for (int i = 0; info->columns[i]; i++) {
		const char *c = info->columns[i];
		if (info->instants >> i & 1)
			str_printf(&sql, "%sCASE WHEN %s = 'infinity' THEN 'infinity' ELSE"
				   " (extract(epoch FROM %s) * 1000000)::bigint::text END", i ? ", " : "", c, c);
		else
			str_printf(&sql, "%s%s", i ? ", " : "", c);
	}
	str_printf(&sql, " FROM ipcase.%s WHERE %s > $1::bigint AND %s <= $2::bigint ORDER BY %s", info->table,
		   info->columns[0], info->columns[0], info->columns[0]);
	if (info->key_count > 1)
		str_printf(&sql, ", %s", info->columns[1]);
	CHECK(!sql.failed);
	return sql.p;
}

int64_t rebuild_number(const PGresult *res, int row, int column)
{
	int64_t n = 0;

	if (!PQgetisnull(res, row, column))
		CHECK(sv_to_i64(sv_of(PQgetvalue(res, row, column)), &n));
	return n;
}

const char *rebuild_cell(const PGresult *res, int row, int column)
{
	return PQgetisnull(res, row, column) ? NULL : PQgetvalue(res, row, column);
}

/* Rows of table t that belong to this matter: [*first, return value). */
static int rows_of_matter(struct rebuild *r, enum rows_table t, int *first)
{
	const PGresult *res = r->stored[t];
	int n = PQntuples(res), i = r->next[t];

	while (i < n && rebuild_number(res, i, 0) < r->id)
		i++;
	*first = i;
	while (i < n && rebuild_number(res, i, 0) == r->id)
		i++;
	r->next[t] = i;
	return i;
}

/* ---- differences ---- */

static void differ(struct rebuild *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void differ(struct rebuild *r, const char *fmt, ...)
{
	va_list ap;

	printf("matter %lld: ", (long long)r->id);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	r->differences++;
	r->differs = true;
}

static size_t char_start(const char *text, size_t at)
{
	while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80)
		at--;
	return at;
}

static const char *shown(struct arena *arena, const char *text, size_t from)
{
	if (!text)
		return "null";
	size_t start = char_start(text, from), n = strlen(text + start);
	bool cut = n > SHOWN_BYTES;
	if (cut)
		n = char_start(text + start, SHOWN_BYTES);
	return arena_printf(arena, "%s%.*s%s", start ? "…" : "", (int)n, text + start, cut ? "…" : "");
}

/* Of long texts the place where they part. */
static void differ_cell(struct rebuild *r, enum rows_table t, const struct cells *want, int column, const char *have)
{
	const struct rows_info *info = &rows_info[t];
	const char *expected = want->at[column];
	size_t same = 0;
	int64_t us = 0;
	char instant[40];

	if (have && (info->instants >> column & 1) && sv_to_i64(sv_of(have), &us)) {
		instant_format(us, instant);
		have = instant;
	}
	while (have && expected && have[same] && have[same] == expected[same])
		same++;
	if (!have || !expected || strlen(have) <= SHOWN_BYTES)
		same = 0;
	differ(r, "%s%s%s: %s is %s, the ledger says %s", info->table, info->key_count > 1 ? " " : "",
	       info->key_count > 1 ? want->at[1] : "", info->columns[column],
	       shown(&r->arena, have, same > 20 ? same - 20 : 0), shown(&r->arena, expected, same > 20 ? same - 20 : 0));
}

static bool cell_same(const struct rows_info *info, int column, const char *expected, const char *have)
{
	instant_t at;
	int64_t us;

	if (!expected || !have)
		return expected == have;
	if (strcmp(expected, have) == 0)
		return true;
	if (strcmp(info->columns[column], "summary") == 0)
		return rebuild_same_json(expected, have);
	return (info->instants >> column & 1) && instant_parse(sv_of(expected), &at) &&
	       sv_to_i64(sv_of(have), &us) && at == us;
}

static void compare_table(struct rebuild *r, enum rows_table t)
{
	const struct rows_info *info = &rows_info[t];
	const struct expected *e = &r->expected[t];
	int first, end = rows_of_matter(r, t, &first);

	if ((size_t)(end - first) != e->count)
		differ(r, "%s has %d rows, the ledger makes %zu", info->table, end - first, e->count);
	for (size_t i = 0; i < e->count && first + (int)i < end; i++) {
		for (int c = 0; info->columns[c]; c++) {
			const char *have = rebuild_cell(r->stored[t], first + (int)i, c);
			if (!cell_same(info, c, e->rows[i].at[c], have))
				differ_cell(r, t, &e->rows[i], c, have);
		}
	}
}

/* ---- folding ---- */

bool rebuild_damaged(struct rebuild *r, int seq, const char *what)
{
	differ(r, "act %d: %s", seq, what);
	r->damaged = true;
	return false;
}

static bool read_act(struct rebuild *r, int row, struct act_record *record, struct rows_act *act)
{
	const PGresult *res = r->stored[ROWS_ACT];
	struct json_doc *doc;
	struct err err = ERR_INIT;

	*record = (struct act_record){ .act = PQgetvalue(res, row, 4), .request = (int)rebuild_number(res, row, 6),
				       .actor = rebuild_number(res, row, 7), .actor_name = PQgetvalue(res, row, 8),
				       .happened_at = rebuild_number(res, row, 11) };
	*act = (struct rows_act){ .record = record, .seq = (int)rebuild_number(res, row, 1),
				  .on_behalf_of = rebuild_number(res, row, 9), .actor_unit = rebuild_number(res, row, 10),
				  .recorded_at = rebuild_number(res, row, 12), .number = rebuild_cell(res, row, 13),
				  .back_entry = *PQgetvalue(res, row, 14) == 't',
				  .law_version = (int)rebuild_number(res, row, 15), .payload = PQgetvalue(res, row, 16) };
	if (!stage_by_code(sv_of(PQgetvalue(res, row, 5)), &record->stage))
		return rebuild_damaged(r, act->seq, "unknown stage");
	if (json_parse(&r->arena, sv_of(act->payload), &doc, &err) != ERR_OK ||
	    facts_read(&r->arena, json_root(doc), &record->fields, &err) != ERR_OK)
		return rebuild_damaged(r, act->seq, err.message);
	return true;
}

static void expect_mark(struct rebuild *r, enum rows_table t, const struct rows_matter *m, const struct dossier *d,
			const struct rows_act *act, const char *number)
{
	struct expected *e = &r->expected[t];

	if (e->count == ROWS_MAX) { /* compared up to here only: more is no use to anybody */
		differ(r, "more than %d rows of %s", ROWS_MAX, rows_info[t].table);
		return;
	}
	(t == ROWS_MARK ? rows_mark : rows_form)(m, d, act->seq, act->recorded_at, number, &e->rows[e->count++]);
	/* The one before it was known until now. */
	if (e->count > 1)
		e->rows[e->count - 2].at[3] = e->rows[e->count - 1].at[2];
}

/* ---- records of a hand-over ---- */

static bool has_record(const struct rebuild *r, int seq)
{
	for (int row = r->told.first; row < r->told.end; row++) {
		if (rebuild_number(r->stored[ROWS_RECORD], row, 4) == seq)
			return true;
	}
	return false;
}

static bool record_damaged(struct rebuild *r, int row, const char *what)
{
	differ(r, "record %s of %s: %s", PQgetvalue(r->stored[ROWS_RECORD], row, 3),
	       PQgetvalue(r->stored[ROWS_RECORD], row, 2), what);
	r->damaged = true;
	return false;
}

static bool check_record(struct rebuild *r, struct thread_check *thread, int row)
{
	const PGresult *res = r->stored[ROWS_RECORD];
	struct sv body = sv_of(PQgetvalue(res, row, 6));
	struct record_digest digest = record_digest(body);
	char text[RECORD_DIGEST_SIZE];
	struct record record;
	struct err err = ERR_INIT;

	record_digest_format(&digest, text);
	if (strcmp(text + strlen("sha256:"), PQgetvalue(res, row, 7) + 2) != 0)
		return record_damaged(r, row, "the digest does not fit");
	if (record_parse(&r->arena, body, "record", &record, &err) != ERR_OK ||
	    thread_check_record(thread, &record, &digest, &err) != ERR_OK)
		return record_damaged(r, row, err.message);
	if (!sv_eq_str(record.lane, PQgetvalue(res, row, 2)) || record.n != rebuild_number(res, row, 3) ||
	    strcmp(record_kind_name(record.kind), PQgetvalue(res, row, 5)) != 0)
		return record_damaged(r, row, "its row says otherwise");
	if (record.kind == RECORD_submitted && r->told.sent_at == INSTANT_NONE) {
		r->told.sent_at = record.made_at;
		r->told.number = record.number.n ? arena_strndup(&r->arena, record.number.p, record.number.n) : NULL;
	}
	return true;
}

/* The chain is whole, and every act that is told has its record. */
static void read_records(struct rebuild *r)
{
	struct thread_check *thread = thread_check_new();

	r->told = (struct told){ .sent_at = INSTANT_NONE };
	r->told.end = rows_of_matter(r, ROWS_RECORD, &r->told.first);
	for (int row = r->told.first; row < r->told.end; row++) {
		if (!check_record(r, thread, row))
			break;
	}
	thread_check_free(thread);
}

static void check_told(struct rebuild *r, const struct procedure *p, const struct act_record *act, int seq)
{
	enum stage stage;
	char code[80];

	snprintf(code, sizeof(code), "%s%s", act->act, stage_suffix(act->stage));
	const struct act_row *row = procedure_find(p, sv_of(code), &stage);
	if (row && row->receipt && (stage == STAGE_DO || stage == STAGE_APPROVE) && !has_record(r, seq))
		differ(r, "act %d: %s was never told", seq, code);
}

/* Fold all acts; NULL when the ledger is damaged. */
static const struct dossier *fold(struct rebuild *r, struct rows_matter *m, const struct procedure *p,
				  const char **ret_number)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char hex[CRYPTO_SHA256_HEX_SIZE];
	struct dossier *before = &r->dossiers[0], *after = &r->dossiers[1];
	int first, end = rows_of_matter(r, ROWS_ACT, &first);

	memset(after, 0, sizeof(*after));
	after->procedure = p->id;
	if (first == end)
		return rebuild_damaged(r, 0, "there are no acts"), NULL;
	for (int row = first; row < end; row++) {
		struct act_record *record = arena_new(&r->arena, struct act_record);
		struct rows_act act;
		struct err err = ERR_INIT;
		struct dossier *free_one = before;

		before = after;
		after = free_one;
		if (!read_act(r, row, record, &act))
			return NULL;
		if (act.seq != row - first + 1)
			return rebuild_damaged(r, row - first + 1, "is missing"), NULL;
		rows_digest(m, &act, row == first ? NULL : digest, digest);
		crypto_hex(digest, sizeof(digest), hex);
		if (strcmp(hex, PQgetvalue(r->stored[ROWS_ACT], row, 17) + 2) != 0)
			return rebuild_damaged(r, act.seq, "the digest does not fit: changed, or its predecessor is"), NULL;
		*after = *before;
		m->book = edition(r, act.law_version);
		if (procedure_apply(m->book, after, p, record, &r->arena, &err) != ERR_OK)
			return rebuild_damaged(r, act.seq, err.message), NULL;
		if (row == first)
			*ret_number = after->kind == MATTER_DISCLOSURE ? rebuild_decision_number(r, after) : act.number;
		if (after->kind == MATTER_DISCLOSURE && !rebuild_expect_public(r, m, before, after, &act))
			return NULL;
		if (change_moves_mark(before, after))
			expect_mark(r, ROWS_MARK, m, after, &act, *ret_number);
		if (change_moves_form(before, after))
			expect_mark(r, ROWS_FORM, m, after, &act, *ret_number);
		if (after->kind == MATTER_HANDOFF)
			check_told(r, p, record, act.seq);
		r->acts++;
	}
	return after;
}

static void expect_rows(struct rebuild *r, const struct rows_matter *m, const struct dossier *d, const char *number)
{
	struct expected *e = r->expected;

	rows_matter(m, d, number, &e[ROWS_MATTER].rows[0]);
	rows_dossier(m, d, &e[ROWS_DOSSIER].rows[0]);
	rows_text(m, d, &e[ROWS_TEXT].rows[0]);
	e[ROWS_MATTER].count = e[ROWS_DOSSIER].count = e[ROWS_TEXT].count = 1;
	if (d->kind == MATTER_HANDOFF) {
		rows_handoff(m, d, r->told.sent_at, &e[ROWS_HANDOFF].rows[0]);
		e[ROWS_HANDOFF].count = 1;
	}
	if (d->kind == MATTER_DISCLOSURE) {
		rows_disclosure(m, d, number, &e[ROWS_DISCLOSURE].rows[0]);
		e[ROWS_DISCLOSURE].count = 1;
	}
	for (int i = 0; i < d->clock_count; i++)
		rows_clock(m, d, i, &e[ROWS_CLOCK].rows[i]);
	e[ROWS_CLOCK].count = (size_t)d->clock_count;
	e[ROWS_PARTY].count = rows_parties(m, d, e[ROWS_PARTY].rows, ROWS_MAX);
}

/* ---- writing anew ---- */

static bool insert_row(struct rebuild *r, enum rows_table t, const struct cells *row)
{
	const struct rows_info *info = &rows_info[t];
	struct str sql = STR_INIT(SQL_MAX);
	int n = rows_column_count(t);

	str_printf(&sql, "INSERT INTO ipcase.%s (", info->table);
	for (int i = 0; i < n; i++)
		str_printf(&sql, "%s%s", i ? ", " : "", info->columns[i]);
	str_append_cstr(&sql, ") VALUES (");
	for (int i = 0; i < n; i++)
		str_printf(&sql, "%s$%d", i ? ", " : "", i + 1);
	str_append_char(&sql, ')');
	PGresult *res = ctl_query(r->conn, str_cstr(&sql), n, row->at);
	str_release(&sql);
	PQclear(res);
	return res != NULL;
}

static bool replace_rows(struct rebuild *r, enum rows_table t)
{
	const char *values[] = { r->expected[ROWS_MATTER].rows[0].at[0] };
	char sql[128];

	snprintf(sql, sizeof(sql), "DELETE FROM ipcase.%s WHERE matter_id = $1", rows_info[t].table);
	PGresult *res = ctl_query(r->conn, sql, 1, values);
	PQclear(res);
	bool ok = res != NULL;
	for (size_t i = 0; ok && i < r->expected[t].count; i++)
		ok = insert_row(r, t, &r->expected[t].rows[i]);
	return ok;
}

static bool update_matter(struct rebuild *r)
{
	struct str sql = STR_INIT(SQL_MAX);
	int n = rows_column_count(ROWS_MATTER);

	str_append_cstr(&sql, "UPDATE ipcase.matter SET updated_at = now()");
	for (int i = 1; i < n; i++)
		str_printf(&sql, ", %s = $%d", rows_info[ROWS_MATTER].columns[i], i + 1);
	str_append_cstr(&sql, " WHERE id = $1");
	PGresult *res = ctl_query(r->conn, str_cstr(&sql), n, r->expected[ROWS_MATTER].rows[0].at);
	str_release(&sql);
	PQclear(res);
	return res != NULL;
}

/* False only when the database failed. A matter that got another act meanwhile is left for the next run. */
static bool rewrite(struct rebuild *r, int acts)
{
	const char *values[] = { r->expected[ROWS_MATTER].rows[0].at[0] };
	char *text = NULL;
	int64_t last = 0;
	bool ok = ctl_exec(r->conn, "BEGIN");

	ok = ok && (text = ctl_query_text(r->conn, "SELECT 1 FROM ipcase.matter WHERE id = $1 FOR UPDATE", 1, values));
	free(text);
	text = NULL;
	ok = ok && (text = ctl_query_text(r->conn, "SELECT max(seq) FROM ipcase.act WHERE matter_id = $1", 1, values));
	ok = ok && sv_to_i64(sv_of(text), &last);
	free(text);
	if (ok && last != acts) {
		printf("matter %lld: worked on at this moment, left alone\n", (long long)r->id);
		ctl_rollback(r->conn);
		return true;
	}
	ok = ok && update_matter(r);
	for (size_t i = 1; ok && i < ARRAY_LEN(projections); i++)
		ok = replace_rows(r, projections[i]);
	ok = ok && ctl_exec(r->conn, "COMMIT");
	if (!ok)
		ctl_rollback(r->conn);
	r->rewritten += ok;
	return ok;
}

/* ---- batches ---- */


static void check_matter(struct rebuild *r, int row, bool *ret_rewrite)
{
	const PGresult *res = r->stored[ROWS_MATTER];
	struct rows_matter m = { .arena = &r->arena, .id = rebuild_number(res, row, 0),
				 .organ = rebuild_number(res, row, 3), .unit = rebuild_number(res, row, 4) };
	enum matter_procedure procedure = PROCEDURE_COUNT;
	const char *number = NULL;

	arena_reset(&r->arena);
	r->id = m.id;
	r->differs = r->damaged = *ret_rewrite = false;
	for (size_t i = 0; i < ROWS_TABLE_COUNT; i++)
		r->expected[i].count = 0;
	r->matters++;
	read_records(r);
	if (!procedure_by_code(sv_of(PQgetvalue(res, row, 2)), &procedure))
		rebuild_damaged(r, 0, "unknown procedure");
	const struct dossier *d = r->damaged ? NULL : fold(r, &m, procedure_get(procedure), &number);
	if (d) {
		expect_rows(r, &m, d, r->told.number ? r->told.number : number);
		for (size_t i = 0; i < ARRAY_LEN(projections); i++)
			compare_table(r, projections[i]);
		int64_t differences = r->differences;
		compare_table(r, ROWS_PUBLIC); /* a ledger itself: never papered over */
		r->damaged = r->damaged || r->differences != differences;
	}
	r->differing += r->differs;
	*ret_rewrite = r->differs && !r->damaged;
}

static void clear_batch(struct rebuild *r)
{
	PQclear(r->numbers);
	r->numbers = NULL;
	for (size_t t = 0; t < ROWS_TABLE_COUNT; t++) {
		PQclear(r->stored[t]);
		r->stored[t] = NULL;
		r->next[t] = 0;
	}
}

/* All rows of the next matters after `after`, in one snapshot. *ret_last is the last id looked at. */
static bool load_batch(struct rebuild *r, int64_t after, int64_t until, int64_t *ret_last)
{
	char from[24], to[24], limit[64];
	const char *values[] = { from, to };

	clear_batch(r);
	snprintf(from, sizeof(from), "%lld", (long long)after);
	snprintf(to, sizeof(to), "%lld", (long long)until);
	snprintf(limit, sizeof(limit), " LIMIT %d", BATCH);
	bool ok = ctl_exec(r->conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
	struct str sql = STR_INIT(SQL_MAX);
	str_printf(&sql, "%s%s", r->select[ROWS_MATTER], limit);
	ok = ok && (r->stored[ROWS_MATTER] = ctl_query(r->conn, str_cstr(&sql), 2, values));
	str_release(&sql);
	int n = ok ? PQntuples(r->stored[ROWS_MATTER]) : 0;
	*ret_last = n > 0 ? rebuild_number(r->stored[ROWS_MATTER], n - 1, 0) : after;
	snprintf(to, sizeof(to), "%lld", (long long)*ret_last);
	for (enum rows_table t = ROWS_MATTER + 1; ok && n > 0 && t < ROWS_TABLE_COUNT; t++) {
		if (t != ROWS_DOCUMENT)
			ok = (r->stored[t] = ctl_query(r->conn, r->select[t], 2, values)) != NULL;
	}
	if (ok && n > 0)
		ok = (r->numbers = rebuild_decision_numbers(r->conn, from, to)) != NULL;
	ok = ok && ctl_exec(r->conn, "COMMIT");
	if (!ok)
		ctl_rollback(r->conn);
	return ok;
}

static bool run_batches(struct rebuild *r, int64_t after, int64_t until)
{
	for (;;) {
		int64_t last;
		if (!load_batch(r, after, until, &last))
			return false;
		if (last == after)
			return true;
		for (int row = 0; row < PQntuples(r->stored[ROWS_MATTER]); row++) {
			bool anew;
			int before = r->next[ROWS_ACT];
			check_matter(r, row, &anew);
			if (anew && !r->check && !rewrite(r, r->next[ROWS_ACT] - before))
				return false;
		}
		fflush(stdout);
		after = last;
	}
}

/* ---- command ---- */

static struct rebuild *rebuild_new(const char *database)
{
	struct rebuild *r = xcalloc(1, sizeof(*r));

	arena_init(&r->book_arena, 0);
	arena_init(&r->arena, MATTER_ARENA_MAX);
	for (enum rows_table t = 0; t < ROWS_TABLE_COUNT; t++)
		r->select[t] = select_of(t);
	r->conn = ctl_connect_owner(database);
	return r;
}

static void rebuild_free(struct rebuild *r)
{
	clear_batch(r);
	for (size_t t = 0; t < ROWS_TABLE_COUNT; t++)
		free(r->select[t]);
	arena_fini(&r->arena);
	arena_fini(&r->book_arena);
	PQfinish(r->conn);
	free(r->editions);
	free(r);
}

static int summary(const struct rebuild *r)
{
	printf("%lld matters, %lld acts: ", (long long)r->matters, (long long)r->acts);
	if (r->differences == 0)
		puts("everything is the fold of its ledger");
	else
		printf("%lld differences in %lld matters", (long long)r->differences, (long long)r->differing);
	if (r->differences && !r->check)
		printf(", %lld written anew", (long long)r->rewritten);
	if (r->differences)
		putchar('\n');
	return r->differing == (r->check ? 0 : r->rewritten) ? CTL_OK : CTL_FAILED;
}

static int run_rebuild(int argc, char **argv)
{
	static const struct option options[] = {
		{ "check", no_argument, NULL, 'c' },
		{ "database", required_argument, NULL, 'd' },
		{ "matter", required_argument, NULL, 'm' },
		{ 0 },
	};
	const char *database = NULL;
	int64_t only = 0;
	bool check = false;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			check = true;
		else if (c == 'd')
			database = optarg;
		else if (c != 'm' || !sv_to_i64(sv_of(optarg), &only) || only <= 0)
			return ctl_usage(&ctl_rebuild_command);
	}
	if (optind != argc)
		return ctl_usage(&ctl_rebuild_command);
	database = ctl_database(database);
	if (!database)
		return CTL_FAILED;
	struct rebuild *r = rebuild_new(database);
	r->check = check;
	bool ok = r->conn && engine_see_all(r->conn) && engine_book(r->conn, &r->book_arena, add_edition(r)) &&
		  run_batches(r, only ? only - 1 : 0, only ? only : INT64_MAX);
	int code = ok ? summary(r) : CTL_FAILED;
	rebuild_free(r);
	return code;
}

const struct ctl_command ctl_rebuild_command = {
	.name = "rebuild",
	.usage = "[--check] [--matter ID] --database CONNINFO",
	.help = "fold the ledger anew and compare (--check) or rewrite what differs",
	.run = run_rebuild,
};

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * generate: many made-up matters for scale tests, as if officers had worked for years.
 *
 * One thread folds lives into COPY text, the main thread sends it: with the server that keeps two cores busy.
 * All of it is one transaction. From INDEX_ROWS matters on, secondary indexes, foreign keys and the trigger of
 * the ledger are taken away first and made again at the end of that same transaction, which checks what they
 * check. Not for a database that is in use. */
#include "ctl_lives.h"

#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

enum { BATCH = 500, INDEX_ROWS = 20000, BUREAUS_MAX = 200, MATTERS_PER_BUREAU = 5000, CHECKED_LIVES = 1000,
       LIVED_YEARS = 4, SQL_MAX = 65536, DDL_MAX = 128 };

/* ---- the world ---- */

struct world {
	struct engine e;
	struct arena arena;
	struct lives_bureau bureaus[BUREAUS_MAX];
	size_t count;
};

static bool run(PGconn *conn, const char *sql, int count, const char *const *values)
{
	PGresult *res = ctl_query(conn, sql, count, values);

	PQclear(res);
	return res != NULL;
}

static bool unit(struct world *w, const char *code, const char *parent, const char *kind, const char *name, int64_t *ret)
{
	const char *values[] = { code, parent, kind, name };
	char *id = ctl_query_text(w->e.conn,
				  "WITH n AS (SELECT nextval(pg_get_serial_sequence('ipcase.unit', 'id')) AS id),"
				  " made AS (INSERT INTO unit (id, parent_id, organ_id, kind, code, name)"
				  "  SELECT n.id, p.id, coalesce(p.id, n.id), $3, $1, $4 FROM n LEFT JOIN unit p ON p.code = $2::text"
				  "  ON CONFLICT (code) DO NOTHING RETURNING id)"
				  " SELECT id FROM made UNION ALL SELECT id FROM unit WHERE code = $1 LIMIT 1",
				  4, values);
	bool ok = id && sv_to_i64(sv_of(id), ret);

	free(id);
	return ok;
}

/* Accounts of made-up bureaus have no secret: nobody can log in as them. */
static bool account(struct world *w, const char *name, const char *display, int64_t unit_id, const char *role,
		    struct actor *ret)
{
	char id[24];
	const char *values[] = { name, display, id, role };

	snprintf(id, sizeof(id), "%lld", (long long)unit_id);
	return run(w->e.conn,
		   "INSERT INTO account (name, display_name, unit_id, roles) VALUES ($1, $2, $3, ARRAY[$4])"
		   " ON CONFLICT (name) DO NOTHING",
		   4, values) &&
	       engine_actor(&w->e, &w->arena, name, ret);
}

static bool made_up_bureau(struct world *w, size_t number, struct lives_bureau *b)
{
	static const char *const kinds[LIVES_UNITS_MAX] = { "brigade", "station", "station" };
	static const char *const names[LIVES_UNITS_MAX] = { "综合行政执法大队", "城关市场监管所", "城东市场监管所" };
	struct arena *a = &w->arena;
	const char *code = arena_printf(a, "gen-%03zu", number);
	b->name = arena_printf(a, "第%zu县市场监督管理局", number);
	bool ok = unit(w, code, NULL, "bureau", b->name, &b->id);

	b->prefix = arena_printf(a, "第%zu县", number);
	for (size_t i = 0; ok && i < LIVES_UNITS_MAX; i++) {
		struct lives_unit *u = &b->units[i];
		ok = unit(w, arena_printf(a, "%s-%zu", code, i), code, kinds[i], names[i], &u->id) &&
		     account(w, arena_printf(a, "%s.%zu.officer", code, i), "承办人", u->id, "officer", &u->officer) &&
		     account(w, arena_printf(a, "%s.%zu.co", code, i), "协办人", u->id, "co_officer", &u->co_officer) &&
		     account(w, arena_printf(a, "%s.%zu.clerk", code, i), "内勤", u->id, "clerk", &u->clerk) &&
		     account(w, arena_printf(a, "%s.%zu.head", code, i), "办案机构负责人", u->id, "unit_head", &u->head);
		b->unit_count++;
	}
	return ok &&
	       account(w, arena_printf(a, "%s.reviewer", code), "法制审核员", b->id, "legal_reviewer", &b->reviewer) &&
	       account(w, arena_printf(a, "%s.deputy", code), "分管局领导", b->id, "deputy_head", &b->deputy) &&
	       account(w, arena_printf(a, "%s.credit", code), "信用监管股", b->id, "credit_clerk", &b->credit);
}

/* The demonstration's bureau takes its share, when it is there. */
static bool demo_bureau(struct world *w, struct lives_bureau *b)
{
	struct lives_unit *u = &b->units[0];
	struct arena *a = &w->arena;

	if (!engine_actor(&w->e, a, "officer", &u->officer) || !engine_actor(&w->e, a, "co_officer", &u->co_officer) ||
	    !engine_actor(&w->e, a, "clerk", &u->clerk) || !engine_actor(&w->e, a, "unit_head", &u->head) ||
	    !engine_actor(&w->e, a, "legal_reviewer", &b->reviewer) ||
	    !engine_actor(&w->e, a, "deputy_head", &b->deputy) || !engine_actor(&w->e, a, "credit_clerk", &b->credit))
		return false;
	u->id = u->officer.unit;
	b->id = u->officer.organ;
	b->unit_count = 1;
	b->prefix = "乐";
	char *name = ctl_query_text(w->e.conn, "SELECT name FROM unit WHERE code = '512022-market'", 0, NULL);
	b->name = arena_strdup(a, name ? name : "");
	free(name);
	return b->name[0] != '\0';
}

static bool make_world(struct world *w, int64_t matters)
{
	int64_t bureaus = 1 + matters / MATTERS_PER_BUREAU;
	char *demo = ctl_query_text(w->e.conn,
				    "SELECT 1 FROM unit u JOIN account a ON a.name = 'officer'"
				    " WHERE u.code = '512022-market'",
				    0, NULL);
	bool ok = demo != NULL;

	if (ok && *demo)
		ok = demo_bureau(w, &w->bureaus[w->count++]);
	free(demo);
	while (ok && (int64_t)w->count < bureaus && w->count < BUREAUS_MAX) {
		ok = made_up_bureau(w, w->count, &w->bureaus[w->count]);
		w->count++;
	}
	return ok;
}

/* ---- counters and ids ---- */

static bool read_counters(PGconn *conn, struct lives *l)
{
	PGresult *res = ctl_query(conn, "SELECT prefix, year, last FROM number_counter", 0, NULL);

	if (!res)
		return false;
	for (int i = 0; i < PQntuples(res); i++) {
		int64_t year = 0, last = 0;
		CHECK(sv_to_i64(sv_of(PQgetvalue(res, i, 1)), &year) && sv_to_i64(sv_of(PQgetvalue(res, i, 2)), &last));
		lives_counter(l, PQgetvalue(res, i, 0), (int)year)->last = last;
	}
	PQclear(res);
	return true;
}

static bool write_counters(PGconn *conn, const struct lives *l)
{
	for (size_t i = 0; i < l->counter_count; i++) {
		char year[16], last[24];
		const char *values[] = { l->counters[i].prefix, year, last };
		snprintf(year, sizeof(year), "%d", l->counters[i].year);
		snprintf(last, sizeof(last), "%lld", (long long)l->counters[i].last);
		if (!run(conn,
			 "INSERT INTO number_counter VALUES ($1, $2, $3)"
			 " ON CONFLICT (prefix, year) DO UPDATE SET last = excluded.last",
			 3, values))
			return false;
	}
	return true;
}

static bool reserve_ids(PGconn *conn, int64_t n, struct lives *l)
{
	char count[24];
	const char *values[] = { count };
	char *text;

	snprintf(count, sizeof(count), "%lld", (long long)n);
	/* No gaps and no races: nobody else may take ids while this runs. */
	text = ctl_query_text(conn,
			      "SELECT setval('matter_id_seq', (SELECT coalesce(max(id), 0) FROM matter) + $1::bigint)"
			      " - $1::bigint + 1",
			      1, values);
	bool ok = text && sv_to_i64(sv_of(text), &l->next_id);
	free(text);
	l->end_id = l->next_id + n;
	return ok;
}

/* ---- indexes, foreign keys, trigger: away and back ---- */

struct ddl {
	char *drop, *make;
};

static const char ddl_sql[] =
	"SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid), 1"
	" FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
	" WHERE c.relnamespace = 'ipcase'::regnamespace AND c.relname = ANY ($1::text[])"
	" AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)"
	" UNION ALL SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname),"
	"  format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)), 2"
	" FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
	" WHERE k.contype = 'f' AND c.relnamespace = 'ipcase'::regnamespace AND c.relname = ANY ($1::text[])"
	" UNION ALL SELECT 'ALTER TABLE act DISABLE TRIGGER act_four_eyes', 'ALTER TABLE act ENABLE TRIGGER act_four_eyes', 3"
	" ORDER BY 3, 1";

static bool take_away(PGconn *conn, struct ddl *list, size_t *ret_count)
{
	static const char *const tables[] = {
		"{matter,dossier,act,document,clock,party,matter_text,rate_mark,form_mark,disclosure,public_record}"
	};
	PGresult *res = ctl_query(conn, ddl_sql, 1, tables);
	bool ok = res && PQntuples(res) <= DDL_MAX;

	for (int i = 0; ok && i < PQntuples(res); i++) {
		list[i] = (struct ddl){ xstrdup(PQgetvalue(res, i, 0)), xstrdup(PQgetvalue(res, i, 1)) };
		++*ret_count;
		ok = ctl_exec(conn, list[i].drop);
	}
	PQclear(res);
	return ok;
}

static bool bring_back(PGconn *conn, const struct ddl *list, size_t count)
{
	bool ok = ctl_exec(conn, "SET LOCAL maintenance_work_mem = '256MB'");

	for (size_t i = 0; ok && i < count; i++)
		ok = ctl_exec(conn, list[i].make);
	return ok;
}

/* Dossiers are stored compressed; lz4, where the server has it, takes a fraction of the time. */
static bool faster_compression(PGconn *conn)
{
	return ctl_exec(conn, "SELECT set_config('default_toast_compression', 'lz4', true) FROM pg_settings"
			      " WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)");
}

/* ---- making and sending ---- */

/* Two batches pass between the threads: one being made while the other is sent. */
struct line {
	struct lives *lives;
	struct lives_batch batches[2];
	bool full[2];
	bool ended, failed, stop;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

static void batch_reset(struct lives_batch *b)
{
	for (size_t t = 0; t < ROWS_TABLE_COUNT; t++)
		str_reset(&b->table[t]);
	b->matters = b->acts = 0;
}

static void *maker(void *arg)
{
	struct line *line = arg;
	bool ok = true, more = true;

	for (int i = 0; ok && more; i ^= 1) {
		pthread_mutex_lock(&line->lock);
		while (line->full[i] && !line->stop)
			pthread_cond_wait(&line->changed, &line->lock);
		bool stop = line->stop;
		pthread_mutex_unlock(&line->lock);
		if (stop)
			break;
		batch_reset(&line->batches[i]);
		ok = lives_make(line->lives, &line->batches[i], BATCH);
		more = line->batches[i].matters > 0;
		pthread_mutex_lock(&line->lock);
		line->full[i] = ok && more;
		line->ended = !ok || !more;
		line->failed = !ok;
		pthread_cond_signal(&line->changed);
		pthread_mutex_unlock(&line->lock);
	}
	return NULL;
}

static bool copy_table(PGconn *conn, enum rows_table t, const struct str *text)
{
	struct str sql = STR_INIT(SQL_MAX);

	if (text->len == 0)
		return true;
	CHECK(!text->failed);
	str_printf(&sql, "COPY ipcase.%s (", rows_info[t].table);
	for (int i = 0; rows_info[t].columns[i]; i++)
		str_printf(&sql, "%s%s", i ? ", " : "", rows_info[t].columns[i]);
	str_printf(&sql, "%s) FROM STDIN", t == ROWS_MATTER ? ", created_at, updated_at" : "");
	PGresult *res = PQexecParams(conn, str_cstr(&sql), 0, NULL, NULL, NULL, NULL, 0);
	str_release(&sql);
	if (PQresultStatus(res) == PGRES_COPY_IN) {
		PQclear(res);
		if (PQputCopyData(conn, text->p, (int)text->len) == 1)
			(void)PQputCopyEnd(conn, NULL);
		res = PQgetResult(conn);
	}
	bool ok = PQresultStatus(res) == PGRES_COMMAND_OK;
	if (!ok)
		ctl_print_failure(conn, res, rows_info[t].table);
	while (res) {
		PQclear(res);
		res = PQgetResult(conn);
	}
	return ok;
}

static bool send_all(PGconn *conn, struct line *line, int64_t *ret_matters, int64_t *ret_acts)
{
	bool ok = true, ended = false;

	for (int i = 0; ok && !ended; i ^= 1) {
		pthread_mutex_lock(&line->lock);
		while (!line->full[i] && !line->ended)
			pthread_cond_wait(&line->changed, &line->lock);
		ended = !line->full[i];
		pthread_mutex_unlock(&line->lock);
		for (enum rows_table t = 0; ok && !ended && t < ROWS_TABLE_COUNT; t++)
			ok = copy_table(conn, t, &line->batches[i].table[t]);
		if (ok && !ended) {
			*ret_matters += line->batches[i].matters;
			*ret_acts += line->batches[i].acts;
		}
		pthread_mutex_lock(&line->lock);
		line->full[i] = false;
		line->stop = !ok;
		pthread_cond_signal(&line->changed);
		pthread_mutex_unlock(&line->lock);
	}
	return ok;
}

static bool produce(PGconn *conn, struct lives *lives, int64_t *ret_matters, int64_t *ret_acts)
{
	struct line line = { .lives = lives };
	pthread_t thread;

	pthread_mutex_init(&line.lock, NULL);
	pthread_cond_init(&line.changed, NULL);
	for (size_t i = 0; i < ARRAY_LEN(line.batches); i++) {
		for (size_t t = 0; t < ROWS_TABLE_COUNT; t++)
			str_init(&line.batches[i].table[t], LIVES_COPY_MAX);
	}
	CHECK(pthread_create(&thread, NULL, maker, &line) == 0);
	bool ok = send_all(conn, &line, ret_matters, ret_acts);
	pthread_join(thread, NULL);
	ok = ok && !line.failed;
	for (size_t i = 0; i < ARRAY_LEN(line.batches); i++) {
		for (size_t t = 0; t < ROWS_TABLE_COUNT; t++)
			str_release(&line.batches[i].table[t]);
	}
	pthread_cond_destroy(&line.changed);
	pthread_mutex_destroy(&line.lock);
	return ok;
}

/* ---- command ---- */

struct options {
	const char *database;
	int64_t matters, seed;
	day_t until;
};

static bool generate(struct world *w, const struct options *o)
{
	PGconn *conn = w->e.conn;
	struct ddl ddl[DDL_MAX];
	size_t ddl_count = 0;
	struct lives *l = xcalloc(1, sizeof(*l));
	int64_t matters = 0, acts = 0, begun = clock_mono_us();
	bool bare = o->matters >= INDEX_ROWS;

	lives_init(l);
	bool ok = ctl_exec(conn, "BEGIN") && faster_compression(conn) && make_world(w, o->matters) && reserve_ids(conn, o->matters, l) &&
		  read_counters(conn, l) && (!bare || take_away(conn, ddl, &ddl_count));
	l->book = &w->e.book;
	l->bureaus = w->bureaus;
	l->bureau_count = w->count;
	l->seed = (uint64_t)o->seed;
	l->until = o->until;
	l->from = day_add_months(o->until, -12 * LIVED_YEARS);
	l->checked = CHECKED_LIVES;
	ok = ok && produce(conn, l, &matters, &acts);
	int64_t loaded = clock_mono_us();
	ok = ok && write_counters(conn, l) && (!bare || bring_back(conn, ddl, ddl_count)) && ctl_exec(conn, "COMMIT");
	if (!ok)
		ctl_rollback(conn);
	else if (bare)
		ok = ctl_exec(conn, "ANALYZE matter, dossier, act, document, clock, party, matter_text, rate_mark, form_mark,"
				      " disclosure, public_record");
	if (ok)
		printf("%lld matters, %lld acts in %.1f s (%.0f matters/s), indexes and checks %.1f s\n",
		       (long long)matters, (long long)acts, (double)(loaded - begun) / 1e6,
		       (double)matters * 1e6 / (double)(loaded - begun + 1), (double)(clock_mono_us() - loaded) / 1e6);
	for (size_t i = 0; i < ddl_count; i++) {
		free(ddl[i].drop);
		free(ddl[i].make);
	}
	lives_fini(l);
	free(l);
	return ok;
}

static bool parse(int argc, char **argv, struct options *o)
{
	static const struct option options[] = {
		{ "matters", required_argument, NULL, 'm' }, { "seed", required_argument, NULL, 's' },
		{ "until", required_argument, NULL, 'u' },   { "database", required_argument, NULL, 'd' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		bool ok = c != '?';
		if (c == 'm')
			ok = sv_to_i64(sv_of(optarg), &o->matters);
		else if (c == 's')
			ok = sv_to_i64(sv_of(optarg), &o->seed);
		else if (c == 'u')
			ok = day_parse_lenient(sv_of(optarg), &o->until);
		else if (c == 'd')
			o->database = optarg;
		if (!ok)
			return false;
	}
	return optind == argc && o->matters > 0 && o->matters <= 10000000;
}

static int run_generate(int argc, char **argv)
{
	struct options o = { .seed = 1, .until = instant_to_day(clock_now()) - 1 };
	struct world *w;
	day_t first;

	/* The oldest matter begins LIVED_YEARS earlier, when the rules of 2021 were in force. */
	CHECK(day_from_ymd(2025, 10, 1, &first));
	if (!parse(argc, argv, &o))
		return ctl_usage(&ctl_generate_command);
	if (o.until < first || o.until >= instant_to_day(clock_now())) {
		ctl_error("--until: a day from 2025-10-01 to yesterday");
		return CTL_USAGE;
	}
	o.database = ctl_database(o.database);
	PGconn *conn = o.database ? ctl_connect_owner(o.database) : NULL;
	if (!conn)
		return CTL_FAILED;
	w = xcalloc(1, sizeof(*w));
	bool ok = engine_init(&w->e, conn) && generate(w, &o);
	engine_fini(&w->e);
	arena_fini(&w->arena);
	free(w);
	PQfinish(conn);
	return ok ? CTL_OK : CTL_FAILED;
}

const struct ctl_command ctl_generate_command = {
	.name = "generate",
	.usage = "--matters N [--seed S] [--until DAY] --database CONNINFO",
	.help = "made-up matters of four years in bulk, for scale tests",
	.run = run_generate,
};

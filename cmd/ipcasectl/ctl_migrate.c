/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * migrate: brings a database to the schema that this program carries.
 *
 * Forward only. Each file of schema/migrations runs in a transaction of its own together
 * with its row in schema_migration; an applied file may never change again (its digest is
 * kept; the bookkeeping lies in schema public, beside what the migrations make). One migrator at a time: a session advisory lock. A lock_timeout keeps a migration
 * from queueing behind, and so blocking, the daemons that still run.
 */
#include "ctl.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "gen/schema_files.h"

#define ADVISORY_KEY "7235421689" /* any number, always this one */

enum { LOCK_WAIT_S = 60 };

struct migration {
	int version;
	const struct schema_file *file;
	char digest[CRYPTO_SHA256_HEX_SIZE];
};

/* The embedded migrations, in order. */
struct migrations {
	struct migration *items;
	int count;
};

static bool embedded(struct migrations *ret)
{
	ret->items = xcalloc(schema_file_count + 1, sizeof(*ret->items));
	ret->count = 0;
	for (const struct schema_file *f = schema_files; f->dir; f++) {
		if (strcmp(f->dir, "migrations") != 0)
			continue;
		struct migration *m = &ret->items[ret->count];
		uint8_t digest[CRYPTO_SHA256_SIZE];
		char *end;
		long version = strtol(f->name, &end, 10);
		if (end != f->name + 4 || *end != '_' || version != ret->count + 1) {
			ctl_error("migration %s: expected the name %04d_something.sql", f->name,
				  ret->count + 1);
			return false;
		}
		m->version = (int)version;
		m->file = f;
		crypto_sha256(f->text, f->size, digest);
		crypto_hex(digest, sizeof(digest), m->digest);
		ret->count++;
	}
	return true;
}

/* --- what the database has -------------------------------------------------------------- */

static void compare(const PGresult *res, const struct migrations *have, struct ctl_migrations *ret)
{
	for (int i = 0; i < PQntuples(res) && !*ret->problem; i++) {
		const char *name = PQgetvalue(res, i, 1);
		int version;

		ret->applied++;
		version = (int)strtol(PQgetvalue(res, i, 0), NULL, 10);
		if (version > have->count)
			snprintf(ret->problem, sizeof(ret->problem),
				 "the database has migration %s: it is newer than this program",
				 name);
		else if (version != i + 1)
			snprintf(ret->problem, sizeof(ret->problem),
				 "the database has migration %s but not number %d", name, i + 1);
		else if (strcmp(PQgetvalue(res, i, 2), have->items[i].digest) != 0)
			snprintf(ret->problem, sizeof(ret->problem),
				 "migration %s was applied with another text", name);
	}
	ret->pending = have->count - ret->applied;
}

static bool read_state(PGconn *conn, const struct migrations *have, struct ctl_migrations *ret)
{
	*ret = (struct ctl_migrations){ .pending = have->count };
	char *table =
		ctl_query_text(conn, "SELECT to_regclass('public.schema_migration')", 0, NULL);
	if (!table)
		return false;
	bool exists = *table != '\0';
	free(table);
	if (!exists) {
		ret->stale_law_files = ctl_law_stale(conn);
		return ret->stale_law_files >= 0;
	}
	PGresult *res = ctl_query(conn,
				  "SELECT version, name, digest FROM public.schema_migration"
				  " ORDER BY version",
				  0, NULL);
	if (!res)
		return false;
	compare(res, have, ret);
	PQclear(res);
	ret->stale_law_files = ctl_law_stale(conn);
	return ret->stale_law_files >= 0;
}

bool ctl_migrations_read(PGconn *conn, struct ctl_migrations *ret)
{
	struct migrations have;
	bool ok = embedded(&have) && read_state(conn, &have, ret);

	free(have.items);
	return ok;
}

/* --- applying ------------------------------------------------------------------------------ */

static bool lock(PGconn *conn)
{
	for (int waited = 0;; waited++) {
		char *got = ctl_query_text(conn, "SELECT pg_try_advisory_lock(" ADVISORY_KEY ")", 0,
					   NULL);
		if (!got)
			return false;
		bool locked = strcmp(got, "t") == 0;
		free(got);
		if (locked)
			return true;
		if (waited == 0)
			ctl_error("another migration is running; waiting up to %d s", LOCK_WAIT_S);
		if (waited == LOCK_WAIT_S) {
			ctl_error("gave up waiting for the other migration");
			return false;
		}
		sleep(1);
	}
}

static bool make_tables(PGconn *conn)
{
	return ctl_exec(conn, "CREATE TABLE IF NOT EXISTS public.schema_migration ("
			      " version integer PRIMARY KEY, name text NOT NULL,"
			      " digest text NOT NULL,"
			      " applied_at timestamptz NOT NULL DEFAULT now())") &&
	       ctl_exec(conn, "CREATE TABLE IF NOT EXISTS public.schema_law ("
			      " name text PRIMARY KEY, digest text NOT NULL,"
			      " loaded_at timestamptz NOT NULL DEFAULT now())") &&
	       ctl_exec(
		       conn,
		       "GRANT SELECT ON public.schema_migration, public.schema_law TO " CTL_APP_ROLE
		       ", " CTL_AUDITOR_ROLE);
}

/* The server counts characters; an editor wants the line. */
static int line_of(const char *text, const char *position)
{
	long chars = position ? strtol(position, NULL, 10) : 0;
	int line = 1;

	for (const char *p = text; *p && chars > 1; p++) {
		if ((*p & 0xc0) != 0x80 && --chars == 0)
			break;
		line += *p == '\n';
	}
	return line;
}

/* The text may hold many statements: only the simple protocol takes them at once. */
static bool run_text(PGconn *conn, const struct schema_file *file)
{
	char what[160];
	PGresult *res = PQexec(conn, file->text);
	ExecStatusType status = PQresultStatus(res);
	bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
		  status == PGRES_EMPTY_QUERY;

	if (!ok) {
		snprintf(what, sizeof(what), "schema/migrations/%s:%d", file->name,
			 line_of(file->text, PQresultErrorField(res, PG_DIAG_STATEMENT_POSITION)));
		ctl_print_failure(conn, res, what);
		const char *context = PQresultErrorField(res, PG_DIAG_CONTEXT);
		if (context)
			ctl_error("  in %s", context);
	} else if (PQtransactionStatus(conn) != PQTRANS_INTRANS) {
		ctl_error("schema/migrations/%s ends its transaction itself; it must not",
			  file->name);
		ok = false;
	}
	PQclear(res);
	return ok;
}

static bool apply(PGconn *conn, const struct migration *m)
{
	char version[16];
	const char *values[] = { version, m->file->name, m->digest };
	PGresult *res = NULL;

	snprintf(version, sizeof(version), "%d", m->version);
	bool ok = ctl_exec(conn, "BEGIN") && ctl_exec(conn, "SET LOCAL lock_timeout = '5s'") &&
		  ctl_exec(conn, "SET LOCAL statement_timeout = 0") && run_text(conn, m->file);
	if (ok) {
		res = ctl_query(conn,
				"INSERT INTO public.schema_migration (version, name, digest)"
				" VALUES ($1::integer, $2, $3)",
				3, values);
		ok = res && ctl_exec(conn, "COMMIT");
	}
	PQclear(res);
	if (ok)
		printf("migration %s: applied\n", m->file->name);
	else
		ctl_rollback(conn);
	return ok;
}

static int apply_all(PGconn *conn)
{
	struct migrations have = { 0 };
	struct ctl_migrations state;
	bool ok = embedded(&have) && lock(conn) && make_tables(conn) &&
		  read_state(conn, &have, &state);

	if (ok && *state.problem) {
		ctl_error("%s", state.problem);
		ok = false;
	}
	for (int i = ok ? state.applied : 0; ok && i < have.count; i++)
		ok = apply(conn, &have.items[i]);
	ok = ok && ctl_law_load(conn);
	if (ok)
		printf("schema: version %d\n", have.count);
	free(have.items);
	return ok ? CTL_OK : CTL_FAILED;
}

static int check_only(PGconn *conn)
{
	struct ctl_migrations state;

	if (!ctl_migrations_read(conn, &state))
		return CTL_FAILED;
	if (*state.problem)
		printf("%s\n", state.problem);
	else
		printf("%d migrations applied, %d pending, %d legal tables to load\n",
		       state.applied, state.pending, state.stale_law_files);
	return *state.problem || state.pending || state.stale_law_files ? CTL_FAILED : CTL_OK;
}

static int run_migrate(int argc, char **argv)
{
	static const struct option options[] = {
		{ "database", required_argument, NULL, 'd' },
		{ "check", no_argument, NULL, 'c' },
		{ 0 },
	};
	const char *database = NULL;
	bool check = false;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'd':
			database = optarg;
			break;
		case 'c':
			check = true;
			break;
		default:
			return ctl_usage(&ctl_migrate_command);
		}
	}
	if (optind != argc)
		return ctl_usage(&ctl_migrate_command);
	database = ctl_database(database);
	if (!database)
		return CTL_USAGE;
	/* To look is anybody's right who may read; to change is the owner's. */
	PGconn *conn = check ? ctl_connect(database, NULL) : ctl_connect_owner(database);
	if (!conn)
		return CTL_FAILED;
	int code = check ? check_only(conn) : apply_all(conn);
	PQfinish(conn);
	return code;
}

const struct ctl_command ctl_migrate_command = {
	.name = "migrate",
	.usage = "[--check] --database CONNINFO",
	.help = "apply pending migrations and legal tables, as ipcase_owner; --check only looks",
	.run = run_migrate,
};

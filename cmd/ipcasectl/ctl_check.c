/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * check: may the daemon start here? One line a check on standard output, `ok`, `warn` or
 * `FAIL` first; exit 1 when one failed.
 *
 * With --contents every stored content is read and hashed; else only its presence and size are compared.
 *
 * It connects as the daemon would, with the daemon's configuration, and asks the catalogs
 * what that role could do, so that a wrong grant is found before it is used. The statements
 * that guard the walls are in the table below: each returns one text a finding.
 */
#include "ctl_check.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "conf/conf.h"

enum { CALENDAR_WARN_DAYS = 120 };

void say(struct report *r, enum verdict verdict, const char *name, const char *fmt, ...)
{
	static const char *const words[] = { "ok", "warn", "FAIL" };
	va_list ap;

	printf("%-4s %s: ", words[verdict], name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	r->failed += verdict == VERDICT_FAIL;
}

/* --- walls: no row is good ---------------------------------------------------------------- */

struct wall {
	const char *name;
	const char *good; /* what to say when there is no finding */
	const char *sql;  /* one text column, a row a finding */
};

static const struct wall walls[] = {
	{ "role", "the daemon's role has no special power",
	  "SELECT format('%s has %s', rolname, concat_ws(', ',"
	  " CASE WHEN rolsuper THEN 'SUPERUSER' END,"
	  " CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,"
	  " CASE WHEN rolcreaterole THEN 'CREATEROLE' END,"
	  " CASE WHEN rolcreatedb THEN 'CREATEDB' END,"
	  " CASE WHEN rolreplication THEN 'REPLICATION' END))"
	  " FROM pg_roles WHERE rolname = current_user"
	  " AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)" },
	{ "membership", "the daemon's role is a member of no other role",
	  "SELECT format('%s may act as %s', current_user, g.rolname)"
	  " FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid"
	  " JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = current_user" },
	{ "ownership", "the daemon's role owns nothing",
	  "SELECT format('%s owns %s', current_user,"
	  " CASE WHEN d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
	  " THEN pg_describe_object(d.classid, d.objid, d.objsubid)"
	  " ELSE 'something in another database' END)"
	  " FROM pg_shdepend d JOIN pg_roles u ON u.oid = d.refobjid"
	  " WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o'"
	  " AND u.rolname = current_user" },
	{ "create", "the daemon's role can make nothing in the schema",
	  "SELECT format('%s may create in schema %I', current_user, nspname) FROM pg_namespace"
	  " WHERE nspname !~ '^pg_' AND has_schema_privilege(oid, 'CREATE')" },
	/* Table unit has organ_id too, but describes organs: no case data. */
	{ "row security", "enabled and forced on every table with organ_id",
	  "SELECT format('%s: row-level security %s', c.oid::regclass,"
	  " CASE WHEN c.relrowsecurity THEN 'is not forced' ELSE 'is off' END)"
	  " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
	  " WHERE c.relkind IN ('r', 'p') AND a.attname = 'organ_id' AND NOT a.attisdropped"
	  " AND c.relnamespace = ANY (current_schemas(false)::regnamespace[])"
	  " AND c.relname <> 'unit' AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1" },
	{ "ledger", "acts can be added, never changed or removed",
	  "SELECT format('%s may %s act', current_user, p)"
	  " FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) p"
	  " WHERE has_table_privilege('act', p)"
	  " OR (p = 'UPDATE' AND has_any_column_privilege('act', p))"
	  " UNION ALL SELECT format('%s may not INSERT act', current_user)"
	  " WHERE NOT has_table_privilege('act', 'INSERT')" },
};

static void check_wall(struct report *r, PGconn *conn, const struct wall *wall)
{
	PGresult *res = ctl_query(conn, wall->sql, 0, NULL);

	if (!res) {
		say(r, VERDICT_FAIL, wall->name, "could not be checked");
		return;
	}
	for (int i = 0; i < PQntuples(res); i++)
		say(r, VERDICT_FAIL, wall->name, "%s", PQgetvalue(res, i, 0));
	if (PQntuples(res) == 0)
		say(r, VERDICT_OK, wall->name, "%s", wall->good);
	PQclear(res);
}

/* --- the other checks ------------------------------------------------------------------------ */

static void check_migrations(struct report *r, PGconn *conn)
{
	struct ctl_migrations state;

	if (!ctl_migrations_read(conn, &state))
		say(r, VERDICT_FAIL, "schema", "could not be read");
	else if (*state.problem)
		say(r, VERDICT_FAIL, "schema", "%s", state.problem);
	else if (state.pending)
		say(r, VERDICT_FAIL, "schema",
		    "%d of %d migrations are missing; run \"ipcasectl migrate\"", state.pending,
		    state.pending + state.applied);
	else if (state.stale_law_files)
		say(r, VERDICT_FAIL, "schema",
		    "%d legal tables are not loaded; run \"ipcasectl migrate\"",
		    state.stale_law_files);
	else
		say(r, VERDICT_OK, "schema", "version %d", state.applied);
}

/* A year's notice names seven holidays; a year with fewer was loaded in part, and its days are counted wrongly. */
static void check_calendar_years(struct report *r, PGconn *conn)
{
	PGresult *res = ctl_query(conn,
				  "SELECT y, string_agg(n, '、' ORDER BY o) FROM (SELECT DISTINCT extract(year FROM date)::integer AS y"
				  " FROM law_holidays WHERE date < now() + interval '2 years') years, unnest(ARRAY['元旦', '春节', '清明节', '劳动节', '端午节', '中秋节',"
				  " '国庆节']) WITH ORDINALITY AS names (n, o) WHERE NOT EXISTS (SELECT 1 FROM law_holidays h"
				  " WHERE extract(year FROM h.date) = y AND h.kind = 'holiday' AND h.name LIKE '%' || rtrim(n, '节') || '%')"
				  " GROUP BY y ORDER BY y",
				  0, NULL);

	for (int i = 0; res && i < PQntuples(res); i++)
		say(r, VERDICT_WARN, "calendar", "%s has no %s: load the whole notice, then run \"ipcasectl recompute\"",
		    PQgetvalue(res, i, 0), PQgetvalue(res, i, 1));
	PQclear(res);
}

/* The calendar covers whole years: up to 31 December of its last row's year. */
static void check_calendar(struct report *r, PGconn *conn)
{
	char *text = ctl_query_text(
		conn, "SELECT extract(year FROM max(date))::integer FROM law_holidays", 0, NULL);
	day_t today = instant_to_day(clock_now()), end;
	int64_t year = 0;

	if (!text) {
		say(r, VERDICT_FAIL, "calendar", "could not be read");
	} else if (!sv_to_i64(sv_of(text), &year) || !day_from_ymd((int)year, 12, 31, &end)) {
		say(r, VERDICT_FAIL, "calendar", "there is no working-day calendar");
	} else {
		char day[11];
		day_format(end, day);
		if (end < today)
			say(r, VERDICT_FAIL, "calendar", "ended on %s", day);
		else if (end - today <= CALENDAR_WARN_DAYS)
			say(r, VERDICT_WARN, "calendar",
			    "ends on %s, in %d days; add the next year's notice", day,
			    (int)(end - today));
		else
			say(r, VERDICT_OK, "calendar", "covers until %s", day);
	}
	free(text);
	check_calendar_years(r, conn);
}

static void check_database(struct report *r, const struct conf *conf, bool contents)
{
	PGconn *conn = ctl_connect(conf->database.url, conf->database.password);

	if (!conn) {
		say(r, VERDICT_FAIL, "database", "not reachable");
		return;
	}
	say(r, VERDICT_OK, "database", "\"%s\" as %s, PostgreSQL %s", PQdb(conn), PQuser(conn),
	    PQparameterStatus(conn, "server_version"));
	check_migrations(r, conn);
	for (size_t i = 0; i < ARRAY_LEN(walls); i++)
		check_wall(r, conn, &walls[i]);
	check_calendar(r, conn);
	check_store(r, conn, conf->store.dir, contents);
	check_exchange(r, conn, conf);
	check_digest(r, conn, conf);
	PQfinish(conn);
}

static int run_check(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "contents", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *path = NULL;
	bool contents = false;
	struct conf conf;
	struct err err = ERR_INIT;
	struct report report = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'c' && c != 'h')
			return ctl_usage(&ctl_check_command);
		contents = contents || c == 'h';
		path = c == 'c' ? optarg : path;
	}
	if (optind != argc)
		return ctl_usage(&ctl_check_command);
	if (conf_load(path, &conf, &err) != ERR_OK) {
		say(&report, VERDICT_FAIL, "configuration", "%s%s%s", err.message,
		    *err.detail ? "; " : "", err.detail);
		return CTL_FAILED;
	}
	say(&report, VERDICT_OK, "configuration", "%s", path ? path : "defaults and environment");
	check_database(&report, &conf, contents);
	explicit_bzero(&conf, sizeof(conf));
	return report.failed ? CTL_FAILED : CTL_OK;
}

const struct ctl_command ctl_check_command = {
	.name = "check",
	.usage = "[--config FILE] [--contents]",
	.help = "configuration, database, roles, row security, ledger, calendar, stored contents and hand-overs",
	.run = run_check,
};

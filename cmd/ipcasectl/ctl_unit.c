/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * unit: organs and their units, and the prefixes under which they number their papers.
 *
 * Acts as ipcase_owner; each change is one transaction with its row in audit. A series belongs to a unit and a
 * paper (文种代字): the unit's own wins over its organ's. Two units with the same prefix share one gap-free
 * counter a year. A changed prefix begins its own counter; issued numbers stay as they are. */
#include "ctl_action.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "law/ident.h"

struct options {
	const char *database, *code, *name, *kind, *parent, *region, *paper, *prefix, *uscc;
};

static bool print_rows(PGconn *conn, const char *sql)
{
	PGresult *res = ctl_query(conn, sql, 0, NULL);

	for (int row = 0; res && row < PQntuples(res); row++) {
		for (int col = 0; col < PQnfields(res); col++)
			printf("%s%s", col ? "\t" : "", PQgetvalue(res, row, col));
		putchar('\n');
	}
	PQclear(res);
	return res != NULL;
}

static bool list(PGconn *conn, const void *options UNUSED)
{
	return print_rows(conn, "SELECT u.code, u.kind, coalesce(p.code, '-'), o.code, coalesce(u.region, '-'), u.name"
				" FROM unit u JOIN unit o ON o.id = u.organ_id LEFT JOIN unit p ON p.id = u.parent_id"
				" ORDER BY u.organ_id, u.id");
}

static bool numbers(PGconn *conn, const void *options UNUSED)
{
	return print_rows(conn, "SELECT u.code, s.paper, s.prefix, coalesce(string_agg(c.year || ':' || c.last, ' '"
				" ORDER BY c.year), '-') FROM number_series s JOIN unit u ON u.id = s.unit_id"
				" LEFT JOIN number_counter c ON c.prefix = s.prefix"
				" GROUP BY u.code, s.paper, s.prefix ORDER BY u.code, s.paper");
}

/* Bureaus, departments and partners are organs of their own; the rest belong to their parent's organ. */
static bool add(PGconn *conn, const void *options)
{
	const struct options *o = options;
	const char *values[] = { o->code, o->name, o->kind, o->parent, o->region };

	if (!o->code || !o->name || !o->kind) {
		ctl_error("--code, --name and --kind are needed");
		return false;
	}
	return ctl_change(conn,
		      "WITH parent AS (SELECT id, organ_id FROM unit WHERE code = $4),"
		      " next AS (SELECT nextval(pg_get_serial_sequence('ipcase.unit', 'id')) AS id)"
		      " INSERT INTO unit (id, parent_id, organ_id, kind, code, name, region)"
		      " SELECT next.id, parent.id, CASE WHEN $3 IN ('brigade', 'station', 'section')"
		      "   THEN parent.organ_id ELSE next.id END, $3, $1, $2, $5"
		      " FROM next LEFT JOIN parent ON true WHERE $4 IS NULL OR parent.id IS NOT NULL",
		      5, values, "unit.add", "there is no unit with that --parent code");
}

static bool number(PGconn *conn, const void *options)
{
	const struct options *o = options;
	const char *values[] = { o->code, o->paper, o->prefix };

	if (!o->code || !o->paper) {
		ctl_error("--code and --paper are needed; without --prefix the series ends");
		return false;
	}
	if (!o->prefix)
		return ctl_change(conn,
			      "DELETE FROM number_series s USING unit u WHERE u.id = s.unit_id AND u.code = $1"
			      " AND s.paper = $2",
			      2, values, "unit.number.end", "that unit has no series for the paper");
	return ctl_change(conn,
		      "INSERT INTO number_series AS s (unit_id, paper, prefix) SELECT id, $2, $3 FROM unit WHERE code = $1"
		      " ON CONFLICT (unit_id, paper) DO UPDATE SET prefix = excluded.prefix",
		      3, values, "unit.number", "there is no unit with that --code");
}

/* What the credit platform knows an organ by. */
static bool code(PGconn *conn, const void *options)
{
	const struct options *o = options;
	struct arena arena = ARENA_INIT(0);
	struct err err = ERR_INIT;
	const char *uscc = NULL;
	bool ok = o->code && o->uscc;

	if (!ok)
		ctl_error("--code and --uscc are needed");
	else if (!(ok = ident_uscc(&arena, sv_of(o->uscc), &uscc, NULL, &err) == ERR_OK))
		ctl_error("--uscc: %s", err.message);
	if (ok) {
		const char *values[] = { o->code, uscc };
		ok = ctl_change(conn, "UPDATE unit SET uscc = $2 WHERE code = $1 AND id = organ_id", 2, values, "unit.code",
				"there is no organ with that --code");
	}
	arena_fini(&arena);
	return ok;
}

static const struct ctl_action actions[] = {
	{ "list", list }, { "add", add }, { "code", code }, { "numbers", numbers }, { "number", number },
};

static int run(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "database", required_argument, NULL, 'd' }, { "code", required_argument, NULL, 'c' },
		{ "name", required_argument, NULL, 'n' },     { "kind", required_argument, NULL, 'k' },
		{ "parent", required_argument, NULL, 'p' },   { "region", required_argument, NULL, 'r' },
		{ "paper", required_argument, NULL, 'w' },    { "prefix", required_argument, NULL, 'x' },
		{ "uscc", required_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 },
	};
	struct options o = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 'd': o.database = optarg; break;
		case 'c': o.code = optarg; break;
		case 'n': o.name = optarg; break;
		case 'k': o.kind = optarg; break;
		case 'p': o.parent = optarg; break;
		case 'r': o.region = optarg; break;
		case 'w': o.paper = optarg; break;
		case 'x': o.prefix = optarg; break;
		case 'u': o.uscc = optarg; break;
		default: return ctl_usage(&ctl_unit_command);
		}
	}
	return ctl_action_run(&ctl_unit_command, actions, ARRAY_LEN(actions), argc, argv, o.database, &o);
}

const struct ctl_command ctl_unit_command = {
	.name = "unit",
	.usage = "list | add --code CODE --name NAME --kind KIND [--parent CODE] [--region CODE] | code --code CODE --uscc CODE\n"
		 "         | numbers | number --code CODE --paper PAPER [--prefix PREFIX]   --database CONNINFO",
	.help = "organs and units; prefixes of their document numbers",
	.run = run,
};

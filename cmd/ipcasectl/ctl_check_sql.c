/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * check-sql: prepares every statement of schema/queries on a migrated database and compares
 * the parameters and columns that PostgreSQL describes with what the statement's comment
 * says (format: cmd/sqlgen/queries.c). For developers and tests: a wrong comment is a bug of the caller's decoding.
 */
#include "ctl.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/queries.h"

/* Next "name type? (remark)" of a list; false at its end. `type` is empty when the item has
 * none. Both views borrow from the list. */
static bool next_item(const char **list, struct sv *name, struct sv *type)
{
	const char *p = *list;
	int depth = 0;

	while (*p == ' ' || *p == ',')
		p++;
	const char *start = p;
	for (; *p && (*p != ',' || depth > 0); p++)
		depth += (*p == '(') - (*p == ')');
	struct sv item = sv_trim((struct sv){ start, (size_t)(p - start) });
	*list = p;
	const char *remark = memmem(item.p, item.n, " (", 2); /* numeric(10,2) has no blank */
	if (remark)
		item = sv_trim((struct sv){ item.p, (size_t)(remark - item.p) });
	if (item.n && item.p[item.n - 1] == '?') /* may be null */
		item.n--;
	size_t n = 0;
	while (n < item.n && !isspace((unsigned char)item.p[n]))
		n++;
	*name = (struct sv){ item.p, n };
	*type = sv_trim((struct sv){ item.p + n, item.n - n });
	return n > 0;
}

/* `in: none`, `out: none of interest` or no line at all. */
static bool says_nothing(const char *list)
{
	return strncmp(list, "none", 4) == 0 || !*list;
}

/* Is `type` as written the type with this oid? -1 after a printed failure. */
static int same_type(PGconn *conn, struct sv type, Oid oid)
{
	char *text = xstrndup(type.p, type.n);
	char number[16];
	const char *values[] = { text, number };

	snprintf(number, sizeof(number), "%u", oid);
	/* A domain is described by its base type. */
	char *same =
		ctl_query_text(conn,
			       "SELECT coalesce((SELECT CASE WHEN typtype = 'd' THEN typbasetype"
			       " ELSE oid END FROM pg_type WHERE oid = to_regtype($1))"
			       " = $2::oid, false)",
			       2, values);
	int ret = same ? strcmp(same, "t") == 0 : -1;
	free(same);
	free(text);
	return ret;
}

struct place {
	const struct query *query;
	const struct query_source *source;
	int findings;
};

static void finding(struct place *p, const char *what, int i, struct sv name, const char *text)
{
	fprintf(stderr, "%s:%d: %s: %s %d (%.*s): %s\n", p->source->file, p->source->line,
		p->query->name, what, i + 1, SV_ARG(name), text);
	p->findings++;
}

static bool compare_type(PGconn *conn, struct place *p, const char *what, int i, struct sv name,
			 struct sv type, Oid oid)
{
	char text[160], number[16];
	const char *values[] = { number };
	int same = type.n == 0 ? 1 : same_type(conn, type, oid);

	if (same != 0)
		return same > 0;
	snprintf(number, sizeof(number), "%u", oid);
	char *real = ctl_query_text(conn, "SELECT format_type($1::oid, NULL)", 1, values);
	snprintf(text, sizeof(text), "says %.*s, is %s", SV_ARG(type), real ? real : "?");
	finding(p, what, i, name, text);
	free(real);
	return real != NULL;
}

static bool compare_params(PGconn *conn, struct place *p, const PGresult *res)
{
	const char *list = p->source->in;
	struct sv name, type;

	for (int i = 0; !says_nothing(list) && next_item(&list, &name, &type); i++) {
		if (i >= PQnparams(res))
			finding(p, "parameter", i, name, "is not in the statement");
		else if (!compare_type(conn, p, "parameter", i, name, type, PQparamtype(res, i)))
			return false;
	}
	return true;
}

/* `out: as NAME`: the columns of another statement, which the same code decodes. */
static const char *columns_of(const struct query_source *source)
{
	if (strncmp(source->out, "as ", 3) != 0)
		return source->out;
	for (int i = 0; i < (int)QUERY_COUNT; i++) {
		if (strcmp(queries[i].name, source->out + 3) == 0)
			return query_sources[i].out;
	}
	return source->out;
}

/* By place: callers decode by place too, and the names in `out:` are theirs. */
static bool compare_columns(PGconn *conn, struct place *p, const PGresult *res)
{
	const char *list = columns_of(p->source);
	struct sv name, type;
	int i;

	if (says_nothing(list))
		return true;
	for (i = 0; next_item(&list, &name, &type); i++) {
		if (i >= PQnfields(res))
			finding(p, "column", i, name, "is not in the result");
		else if (!compare_type(conn, p, "column", i, name, type, PQftype(res, i)))
			return false;
	}
	for (; i < PQnfields(res); i++)
		finding(p, "column", i, sv_of(PQfname(res, i)), "is not in `out:`");
	return true;
}

/* False when the connection is of no use any more. */
static bool check_query(PGconn *conn, struct place *p)
{
	bool ok = true;
	PGresult *res = PQprepare(conn, p->query->name, p->query->sql, 0, NULL);

	if (PQresultStatus(res) != PGRES_COMMAND_OK) {
		finding(p, "statement", 0, SV("prepare"),
			PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) ?: PQerrorMessage(conn));
		PQclear(res);
		return PQstatus(conn) == CONNECTION_OK;
	}
	PQclear(res);
	res = PQdescribePrepared(conn, p->query->name);
	if (PQresultStatus(res) == PGRES_COMMAND_OK)
		ok = compare_params(conn, p, res) && compare_columns(conn, p, res);
	else
		finding(p, "statement", 0, SV("describe"), PQerrorMessage(conn));
	PQclear(res);
	return ok && PQstatus(conn) == CONNECTION_OK;
}

static int run_check_sql(int argc, char **argv)
{
	static const struct option options[] = {
		{ "database", required_argument, NULL, 'd' },
		{ 0 },
	};
	const char *database = NULL;
	int c, failed = 0;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'd')
			return ctl_usage(&ctl_check_sql_command);
		database = optarg;
	}
	database = optind == argc ? ctl_database(database) : NULL;
	if (!database)
		return ctl_usage(&ctl_check_sql_command);
	PGconn *conn = ctl_connect(database, NULL);
	if (!conn)
		return CTL_FAILED;
	for (int i = 0; i < (int)QUERY_COUNT; i++) {
		struct place p = { &queries[i], &query_sources[i], 0 };
		if (!check_query(conn, &p)) {
			PQfinish(conn);
			return CTL_FAILED;
		}
		failed += p.findings > 0;
	}
	PQfinish(conn);
	printf("%d statements right, %d wrong\n", (int)QUERY_COUNT - failed, failed);
	return failed ? CTL_FAILED : CTL_OK;
}

const struct ctl_command ctl_check_sql_command = {
	.name = "check-sql",
	.usage = "--database CONNINFO",
	.help = "compare every statement with its comment, on a migrated database",
	.run = run_check_sql,
};

/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * digest: the daily digests, their delivery; asking for today's now, or for one again.
 *
 * The daemon does the work, at its next look ([digest] poll). Acts as ipcase_owner; each change leaves a row in audit. */
#include "ctl_action.h"

#include <getopt.h>
#include <stdio.h>

struct options {
	const char *database, *organ, *day;
};

static bool list(PGconn *conn, const void *options)
{
	const struct options *o = options;
	const char *values[] = { o->organ, o->day };
	PGresult *res = ctl_query(conn,
				  "SELECT d.day, u.code, d.id, CASE WHEN d.body IS NULL THEN 'asked' ELSE 'made' END,"
				  " coalesce('files ' || to_char(d.filed_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), '-'),"
				  " coalesce('posted ' || to_char(d.posted_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), '-'),"
				  " d.attempts || ' tries', coalesce(d.problem, '-')"
				  " FROM digest d JOIN unit u ON u.id = d.organ_id"
				  " WHERE ($1::text IS NULL OR u.code = $1) AND ($2::date IS NULL OR d.day = $2::date)"
				  " ORDER BY d.day DESC, u.code LIMIT 200",
				  ARRAY_LEN(values), values);

	for (int row = 0; res && row < PQntuples(res); row++) {
		for (int col = 0; col < PQnfields(res); col++)
			printf("%s%s", col ? "\t" : "", PQgetvalue(res, row, col));
		putchar('\n');
	}
	PQclear(res);
	return res != NULL;
}

/* Also of a day that has passed. What was posted stays posted. */
static bool retry(PGconn *conn, const void *options)
{
	const struct options *o = options;
	const char *values[] = { o->organ, o->day };

	if (!o->organ) {
		ctl_error("--organ is needed");
		return false;
	}
	return ctl_change(conn,
			  "UPDATE digest d SET again = true, next_at = now(), attempts = 0, problem = NULL FROM unit u"
			  " WHERE u.id = d.organ_id AND u.code = $1 AND d.body IS NOT NULL"
			  " AND d.day = coalesce($2::date, (now() AT TIME ZONE 'Asia/Shanghai')::date)",
			  ARRAY_LEN(values), values, "digest.retry", "there is no such digest, or it was not made");
}

/* Today's, whatever the hour and the day of the week; once made it is not made again. */
static bool now(PGconn *conn, const void *options)
{
	const struct options *o = options;
	const char *values[] = { o->organ };

	if (!o->organ) {
		ctl_error("--organ is needed");
		return false;
	}
	return ctl_change(conn,
			  "INSERT INTO digest (organ_id, day) SELECT u.id, (now() AT TIME ZONE 'Asia/Shanghai')::date FROM unit u"
			  " WHERE u.code = $1 AND u.id = u.organ_id ON CONFLICT DO NOTHING",
			  ARRAY_LEN(values), values, "digest.now", "there is no organ with that code, or its digest of today exists");
}

static const struct ctl_action actions[] = { { "list", list }, { "retry", retry }, { "now", now } };

static int run(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "database", required_argument, NULL, 'd' },
		{ "organ", required_argument, NULL, 'o' },
		{ "day", required_argument, NULL, 'y' },
		{ NULL, 0, NULL, 0 },
	};
	struct options o = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 'd': o.database = optarg; break;
		case 'o': o.organ = optarg; break;
		case 'y': o.day = optarg; break;
		default: return ctl_usage(&ctl_digest_command);
		}
	}
	return ctl_action_run(&ctl_digest_command, actions, ARRAY_LEN(actions), argc, argv, o.database, &o);
}

const struct ctl_command ctl_digest_command = {
	.name = "digest",
	.usage = "list [--organ CODE] [--day DAY] | retry --organ CODE [--day DAY] | now --organ CODE   --database CONNINFO",
	.help = "daily digests and their delivery",
	.run = run,
};
